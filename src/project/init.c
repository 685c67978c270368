/* SPDX-License-Identifier: Apache-2.0 */
/* Templates are files of templates/, embedded at build time. mote.yaml is written last: a folder
 * with mote.yaml is a whole project, also after a crash. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "project/init.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "project/edit.h"
#include "project/project.h"

#define TEMPLATE(name, first, data)                                                                \
    extern const char mote_template_##name##_yaml[], mote_template_##name##_readme[];
#include "project/templates.def"
#undef TEMPLATE
extern const char mote_template_gitignore[];

typedef struct {
    const char *name, *text;
} template_file;

static const char *const template_names[] = {
#define TEMPLATE(name, first, data) #name,
#include "project/templates.def"
#undef TEMPLATE
};
static const mote_init_next next_steps[] = {
#define TEMPLATE(name, first, data) {first, data},
#include "project/templates.def"
#undef TEMPLATE
};
#define N_TEMPLATES (sizeof template_names / sizeof template_names[0])
#define N_FILES     3

/* In the order of their names; mote.yaml is the last of each. */
static const template_file templates[N_TEMPLATES][N_FILES] = {
#define TEMPLATE(name, first, data)                                                                \
    {{".gitignore", mote_template_gitignore},                                                      \
     {"README.md", mote_template_##name##_readme},                                                 \
     {MOTE_PROJECT_FILE, mote_template_##name##_yaml}},
#include "project/templates.def"
#undef TEMPLATE
};

const char *const *mote_init_templates(size_t *n)
{
    *n = N_TEMPLATES;
    return template_names;
}

const mote_init_next *mote_init_next_of(const char *template_name)
{
    for (size_t i = 0; template_name && i < N_TEMPLATES; i++)
        if (strcmp(template_names[i], template_name) == 0)
            return &next_steps[i];
    return &next_steps[0];
}

static mote_status find_template(const char *name, const template_file **out, mote_err *err)
{
    size_t n;
    const char *const *names = mote_init_templates(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) {
            *out = templates[i];
            return MOTE_OK;
        }
    const char *near = mote_nearest(name, names, n);
    if (near)
        return mote_fail(err, MOTE_NOT_FOUND, "no template '%s', did you mean '%s'?", name, near);
    MOTE_SCOPED_BUF all;
    mote_buf_init(&all, 1000);
    for (size_t i = 0; i < n; i++)
        mote_buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
    return mote_fail(err, MOTE_NOT_FOUND, "no template '%s'; this version of Mote has: %s", name,
                     all.data ? all.data : "");
}

/* The name of the folder, with runs of what mote.yaml does not allow in a name made '-'. */
static void name_of(const char *path, char out[65])
{
    size_t n = 0;
    for (const char *s = mote_path_base(path); *s && n < 64; s++) {
        bool is_fine = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
                       (*s >= '0' && *s <= '9') || (n > 0 && strchr("._-", *s));
        if (is_fine)
            out[n++] = *s;
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && strchr("._-", out[n - 1]))
        n--;
    out[n] = 0;
    if (n == 0)
        memcpy(out, "project", sizeof "project");
}

/* The text of a template with the project's name in it. */
static mote_status fill_in(const char *text, const char *name, mote_arena *a, const char **out,
                           mote_err *err)
{
    static const char mark[] = "{{name}}";
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1u << 20);
    for (const char *at = strstr(text, mark); at; at = strstr(text, mark)) {
        mote_buf_add(&b, text, (size_t)(at - text));
        mote_buf_str(&b, name);
        text = at + strlen(mark);
    }
    mote_buf_str(&b, text);
    MOTE_TRY(mote_buf_status(&b, err));
    *out = mote_arena_strdup(a, b.data);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for a new project");
}

bool mote_init_takes_words(const char *template_name, mote_arena *a)
{
    const template_file *files = NULL;
    const char *text = NULL;
    return find_template(template_name, &files, NULL) == MOTE_OK &&
           fill_in(files[N_FILES - 1].text, "name", a, &text, NULL) == MOTE_OK &&
           mote_edit_has(text, "keywords", a);
}

/* A flow list of quoted words, as YAML. */
static mote_status list_words(const mote_init_config *cfg, mote_buf *out, mote_err *err)
{
    for (size_t i = 0; i < cfg->n_words; i++) {
        mote_buf_str(out, i ? ", " : "[");
        mote_buf_json_str(out, cfg->words[i], strlen(cfg->words[i]));
    }
    mote_buf_char(out, ']');
    return mote_buf_status(out, err);
}

/* The words in mote.yaml, and how long they last; what comes of it is a good project. */
static mote_status set_words(const mote_init_config *cfg, mote_arena *a, const char **text,
                             mote_err *err)
{
    if (!mote_edit_has(*text, "keywords", a))
        return mote_fail(err, MOTE_ARG, "template '%s' has no keywords to name",
                         cfg->template_name);
    char clip[32];
    MOTE_SCOPED_BUF list;
    mote_buf_init(&list, 1u << 16);
    MOTE_TRY(list_words(cfg, &list, err));
    (void)mote_format(clip, sizeof clip, "%.0f", cfg->clip_ms);
    mote_editor e = {a, *text};
    const mote_edit_note why = {"spoken", cfg->measured};
    MOTE_TRY(mote_edit_set(&e, "keywords", list.data, NULL, err));
    if (cfg->clip_ms > 0)
        MOTE_TRY(mote_edit_set(&e, "clip_ms", clip, cfg->measured ? &why : NULL, err));
    mote_project *p = NULL;
    const mote_file_bytes file = {MOTE_PROJECT_FILE, e.text, strlen(e.text)};
    mote_err whole = {0};
    mote_status st = mote_project_parse(&file, a, &p, NULL, &whole);
    if (st != MOTE_OK)
        return mote_fail(err, MOTE_ARG, "the words cannot be keywords: %s", whole.text);
    *text = e.text;
    return MOTE_OK;
}

mote_status mote_project_init(const char *dir, const mote_init_config *cfg, mote_arena *a,
                              const char *const **created, size_t *n, mote_err *err)
{
    const template_file *files = NULL;
    MOTE_TRY(find_template(cfg->template_name, &files, err));
    char *path = NULL, whole[PATH_MAX], name[65];
    MOTE_TRY(mote_path_join(a, dir, MOTE_PROJECT_FILE, &path, err));
    if (mote_path_exists(path))
        return mote_fail(err, MOTE_EXISTS,
                         "there is a project in '%s' already: '%s' is left as it is", dir, path);
    MOTE_TRY(mote_dir_make(dir, err));
    if (!realpath(dir, whole))
        return mote_fail_errno(err, "find '%s'", dir);
    name_of(whole, name);

    const char **list = NULL, *texts[N_FILES] = {0};
    size_t n_written = 0;
    for (size_t i = 0; i < N_FILES; i++)
        MOTE_TRY(fill_in(files[i].text, name, a, &texts[i], err));
    if (cfg->n_words > 0)
        MOTE_TRY(set_words(cfg, a, &texts[N_FILES - 1], err));
    MOTE_TRY(mote_arena_take(a, N_FILES, sizeof *list, &list, err));
    for (size_t i = 0; i < N_FILES; i++) {
        MOTE_TRY(mote_path_join(a, dir, files[i].name, &path, err));
        if (mote_path_exists(path))
            continue;
        MOTE_TRY(mote_file_write(path, texts[i], strlen(texts[i]), err));
        list[n_written++] = files[i].name;
    }
    *created = list;
    *n = n_written;
    return MOTE_OK;
}
