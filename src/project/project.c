/* SPDX-License-Identifier: Apache-2.0 */
/* The project as a folder: finding and loading mote.yaml, and its sections as canonical JSON. */
#define _XOPEN_SOURCE 700                /* realpath */

#include "project/project.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "project/schema.h"

mote_status mote_project_load(const char *dir, mote_arena *a, mote_project **out,
                              mote_project_problems *problems, mote_err *err)
{
    char *path = NULL, here[PATH_MAX];
    MOTE_TRY(mote_path_join(a, dir, MOTE_PROJECT_FILE, &path, err));
    /* In the folder itself the short name is what people expect to see and click. */
    bool is_here = strcmp(dir, ".") == 0 || (getcwd(here, sizeof here) && strcmp(dir, here) == 0);
    MOTE_SCOPED_FREE char *text = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MOTE_PROJECT_MAX_BYTES, &text, &n, err));
    mote_project *p = NULL;
    MOTE_TRY(mote_project_parse(is_here ? MOTE_PROJECT_FILE : path, text, n, a, &p, problems, err));
    p->dir = mote_arena_strdup(a, dir);
    if (!p->dir)
        return mote_fail(err, MOTE_NOMEM, "load '%s': out of memory", path);
    *out = p;
    return MOTE_OK;
}

mote_status mote_project_find(const char *start, mote_arena *a, char **dir, mote_err *err)
{
    char here[PATH_MAX];
    if (!realpath(start, here))
        return mote_fail_errno(err, "look for a project in '%s'", start);
    for (;;) {
        char *path = NULL;
        MOTE_TRY(mote_path_join(a, here, MOTE_PROJECT_FILE, &path, err));
        if (mote_path_exists(path) && !mote_path_is_dir(path)) {
            *dir = mote_arena_strdup(a, here);
            return *dir ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "find project: out of memory");
        }
        char *slash = strrchr(here, '/');
        if (here[1] == 0)
            return mote_fail(
                err, MOTE_NOT_FOUND,
                "no %s in '%s' or any folder above: create a project with 'mote init DIR'",
                MOTE_PROJECT_FILE, start);
        slash[slash == here] = 0;       /* "/a" becomes "/" */
    }
}

/* ---- sections as JSON ---- */

static const char *const sections[] = {
    "project", "task", "data", "features", "model", "training", "augmentation", "stream",
    "value", "device", "requirements", "consent", "serving", "monitor", "schedule",
};

const char *const *mote_project_sections(size_t *n)
{
    *n = sizeof sections / sizeof sections[0];
    return sections;
}

/* Takes the reference of `value`, also when it fails; NULL means out of memory. */
static mote_status put(json_t *object, const char *key, json_t *value, mote_err *err)
{
    if (json_object_set_new(object, key, value) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of '%s'", key);
    return MOTE_OK;
}

static json_t *names_json(const mote_names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < names->n; i++)
        if (json_array_append_new(list, json_string(names->items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *ints_json(const mote_ints *ints)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < ints->n; i++)
        if (json_array_append_new(list, json_integer(ints->items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *value_json(const mote_schema_row *row, const void *field)
{
    switch (row->type) {
    case MOTE_KEY_BOOL: return json_boolean(*(const bool *)field);
    case MOTE_KEY_INT: return json_integer(*(const int32_t *)field);
    case MOTE_KEY_BIG: return json_integer(*(const int64_t *)field);
    case MOTE_KEY_NUM: return json_real(*(const double *)field);
    case MOTE_KEY_TEXT:
    case MOTE_KEY_CHOICE: return json_string(*(const char *const *)field);
    case MOTE_KEY_SPAN: {
        const mote_span *s = field;
        return json_pack("[f,f]", s->lo, s->hi);
    }
    case MOTE_KEY_SIZE2: {
        const mote_size2 *s = field;
        return json_pack("[i,i]", (int)s->h, (int)s->w);
    }
    case MOTE_KEY_NAMES: return names_json(field);
    case MOTE_KEY_INTS: return ints_json(field);
    case MOTE_KEY_SECTION:
    case MOTE_KEY_LIMIT: break;
    }
    return NULL;
}

/* The section that a key belongs to: its block, "task" for the keys at the top. */
static bool is_in_section(const mote_schema_row *row, const char *section)
{
    if (row->type == MOTE_KEY_SECTION || strchr(row->path, '['))
        return false;
    const char *dot = strchr(row->path, '.');
    if (!dot) {
        bool is_about = strcmp(row->path, "mote") == 0 || strcmp(row->path, "name") == 0;
        return strcmp(section, is_about ? "project" : "task") == 0;
    }
    size_t len = (size_t)(dot - row->path);
    return strlen(section) == len && memcmp(section, row->path, len) == 0;
}

/* The object that holds the row's key: blocks inside the section are objects inside its object. */
static mote_status holder_of(json_t *object, const mote_schema_row *row, json_t **out,
                             mote_err *err)
{
    const char *s = strchr(row->path, '.');
    for (s = s ? s + 1 : row->path; strchr(s, '.'); s = strchr(s, '.') + 1) {
        char name[64];
        (void)mote_format(name, sizeof name, "%.*s", (int)strcspn(s, "."), s);
        json_t *inner = json_object_get(object, name);
        if (!inner) {
            MOTE_TRY(put(object, name, json_object(), err));
            inner = json_object_get(object, name);
        }
        object = inner;
    }
    *out = object;
    return MOTE_OK;
}

static mote_status section_object(const mote_project *p, const char *section, bool without_threads,
                                  json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *top = json_object();
    if (!top)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of '%s'", section);
    size_t n, n_keys = 0;
    const mote_schema_row *rows = mote_schema_rows(&n);
    for (size_t i = 0; i < n; i++) {
        if (!is_in_section(&rows[i], section))
            continue;
        n_keys++;
        if (without_threads && strcmp(rows[i].path, "training.threads") == 0)
            continue;
        json_t *holder = NULL;
        MOTE_TRY(holder_of(top, &rows[i], &holder, err));
        MOTE_TRY(put(holder, mote_schema_name(&rows[i]),
                     value_json(&rows[i], (const char *)p + rows[i].offset), err));
    }
    if (n_keys == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "no section '%s' in %s", section, MOTE_PROJECT_FILE);
    *out = json_incref(top);
    return MOTE_OK;
}

static mote_status requirements_array(const mote_project *p, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of the requirements");
    for (size_t i = 0; i < p->n_requirements; i++) {
        const mote_requirement *q = &p->requirements[i];
        json_t *o = json_object();
        if (!o || json_array_append_new(list, o) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of the requirements");
        MOTE_TRY(put(o, "id", json_string(q->id), err));
        MOTE_TRY(put(o, "metric", json_string(mote_metric_info(q->metric)->name), err));
        MOTE_TRY(put(o, q->is_at_least ? "at_least" : "at_most", json_real(q->limit), err));
        MOTE_TRY(put(o, "where", json_string(mote_place_name(q->where)), err));
        if (*q->target)
            MOTE_TRY(put(o, "target", json_string(q->target), err));
        if (*q->slice)
            MOTE_TRY(put(o, "slice", json_string(q->slice), err));
        if (q->confidence > 0)
            MOTE_TRY(put(o, "confidence", json_real(q->confidence), err));
    }
    *out = json_incref(list);
    return MOTE_OK;
}

static mote_status write_section(const mote_project *p, const char *section, bool for_hash,
                                 mote_buf *out, mote_err *err)
{
    MOTE_SCOPED_JSON *j = NULL;
    if (strcmp(section, "requirements") == 0)
        MOTE_TRY(requirements_array(p, &j, err));
    else
        MOTE_TRY(section_object(p, section, for_hash, &j, err));
    mote_json_write(out, j, false);
    return mote_buf_status(out, err);
}

mote_status mote_project_section_json(const mote_project *p, const char *section, mote_buf *out,
                                      mote_err *err)
{
    return write_section(p, section, false, out, err);
}

mote_status mote_project_section_hash(const mote_project *p, const char *section, mote_sha256 *out,
                                      mote_err *err)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1u << 20);
    MOTE_TRY(write_section(p, section, true, &text, err));
    *out = mote_sha256_of(text.data, text.len);
    return MOTE_OK;
}
