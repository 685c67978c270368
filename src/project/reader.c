/* SPDX-License-Identifier: Apache-2.0 */
/* Reading mote.yaml: presets first, then every key of the file by the table, then the checks
 * between keys. A complaint never stops the reading, so that one run shows all of them. */
#include <stdio.h>
#include <string.h>

#include "project/reader_internal.h"

void mote_reader_complain(mote_reader *r, int32_t line, int32_t column, const char *fmt, ...)
{
    mote_project_problems *all = r->problems;
    char words[384];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    mote_project_problem p = {.line = line, .column = column};
    (void)mote_format(p.text, sizeof p.text, "%s:%d:%d: %s", r->what, line, column, words);

    /* Kept in the order of the file; equal positions in the order of discovery. */
    size_t at = all->n;
    while (at > 0 && (all->items[at - 1].line > line ||
                      (all->items[at - 1].line == line && all->items[at - 1].column > column)))
        at--;
    if (all->n == MOTE_PROJECT_MAX_PROBLEMS) {
        all->n_more++;
        if (at == all->n)
            return;
        all->n--;
    }
    memmove(&all->items[at + 1], &all->items[at], (all->n - at) * sizeof all->items[0]);
    all->items[at] = p;
    all->n++;
}

static mote_key_place *place_of(const mote_reader *r, const char *path)
{
    size_t n;
    const mote_schema_row *rows = mote_schema_rows(&n);
    const mote_schema_row *row = mote_schema_find(path, strlen(path));
    MOTE_BUG_IF(!row);
    return &r->places[row - rows];
}

void mote_reader_complain_key(mote_reader *r, const char *path, const char *fmt, ...)
{
    char words[384];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    mote_key_place *place = place_of(r, path);
    mote_key_place at = *place;
    char parent[96];
    (void)mote_format(parent, sizeof parent, "%s", path);
    while (at.line == 0) { /* absent: point at the nearest block that is there */
        char *dot = strrchr(parent, '.');
        if (!dot) {
            at.line = at.column = 1;
            break;
        }
        *dot = 0;
        at = *place_of(r, parent);
    }
    place->is_bad = true;
    mote_reader_complain(r, at.line, at.column, "%s", words);
}

void mote_reader_warn_key(mote_reader *r, const char *path, const char *fmt, ...)
{
    char words[384], text[512];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    const mote_key_place *at = place_of(r, path);
    (void)mote_format(text, sizeof text, "%s:%d:%d: %s", r->what, at->line, at->column, words);
    mote_names *all = &r->project->warnings;
    const char **items = mote_reader_alloc(r, all->n + 1, sizeof *items);
    const char *copy = mote_reader_strdup(r, text);
    if (!items || !copy)
        return;
    for (size_t i = 0; i < all->n; i++)
        items[i] = all->items[i];
    items[all->n] = copy;
    *all = (mote_names){items, all->n + 1};
}

bool mote_reader_has(const mote_reader *r, const char *path)
{
    return place_of(r, path)->line > 0;
}

bool mote_reader_is_good(const mote_reader *r, const char *path)
{
    return !place_of(r, path)->is_bad;
}

void *mote_reader_alloc(mote_reader *r, size_t n, size_t size)
{
    void *p = mote_arena_alloc(r->arena, n, size);
    if (!p)
        r->fatal = MOTE_NOMEM;
    return p;
}

const char *mote_reader_strdup(mote_reader *r, const char *s)
{
    const char *copy = mote_arena_strdup(r->arena, s);
    if (!copy)
        r->fatal = MOTE_NOMEM;
    return copy;
}

const char *mote_reader_shown(const char *s, char out[MOTE_SHOWN_BYTES])
{
    size_t i = 0;
    for (; s[i] && i < MOTE_SHOWN_BYTES - 4; i++) {
        unsigned char c = (unsigned char)s[i];
        out[i] = c < 0x20 || c == 0x7f ? '?' : s[i];
    }
    /* Cut at a whole character of UTF-8. */
    if (s[i]) {
        while (i > 0 && ((unsigned char)s[i] & 0xc0) == 0x80)
            i--;
        memcpy(out + i, "...", 3);
        i += 3;
    }
    out[i] = 0;
    return out;
}

/* Where the name stands if it is a key of another block: "training.epochs" for "epochs". */
static const char *find_elsewhere(const char *name)
{
    size_t n;
    const mote_schema_row *rows = mote_schema_rows(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(mote_schema_name(&rows[i]), name) == 0)
            return rows[i].path;
    return NULL;
}

#define MAX_SIBLINGS 64

void mote_reader_unknown_key(mote_reader *r, const mote_yaml_node *key, const char *parent)
{
    size_t n, n_siblings = 0;
    const mote_schema_row *rows = mote_schema_rows(&n);
    const char *siblings[MAX_SIBLINGS];
    char list[256] = "";
    for (size_t i = 0; i < n && n_siblings < MAX_SIBLINGS; i++) {
        if (!mote_schema_is_child(&rows[i], parent))
            continue;
        siblings[n_siblings++] = mote_schema_name(&rows[i]);
        size_t used = strlen(list);
        (void)mote_format(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                          mote_schema_name(&rows[i]));
    }
    char shown[MOTE_SHOWN_BYTES];
    (void)mote_reader_shown(key->text, shown);
    const char *near = mote_nearest(key->text, siblings, n_siblings);
    const char *elsewhere = near ? NULL : find_elsewhere(key->text);
    if (near) {
        char path[160];
        if (mote_format(path, sizeof path, "%s%s%s", parent, *parent ? "." : "", near))
            place_of(r, path)->is_bad = true; /* it is not missing: it is misspelt */
        mote_reader_complain(r, key->line, key->column, "unknown key '%s', did you mean '%s'?",
                             shown, near);
    } else if (elsewhere)
        mote_reader_complain(r, key->line, key->column, "unknown key '%s' here, did you mean '%s'?",
                             shown, elsewhere);
    else if (*parent)
        mote_reader_complain(r, key->line, key->column, "unknown key '%s' in '%s', which knows: %s",
                             shown, parent, list);
    else
        mote_reader_complain(r, key->line, key->column, "unknown key '%s', known are: %s", shown,
                             list);
}

static bool is_null(const mote_yaml_node *node)
{
    return node->kind == MOTE_YAML_SCALAR && node->is_plain &&
           (node->len == 0 || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

static void read_map(mote_reader *r, const mote_yaml_node *map, const char *parent);

/* A key that belongs to other tasks than that of the file: which, and what this one uses. */
static void refuse_foreign(mote_reader *r, const mote_yaml_node *key, const mote_schema_row *row)
{
    char owners[160] = "";
    uint32_t tasks = mote_schema_tasks(row);
    for (int i = 0; i < MOTE_N_TASKS; i++) {
        size_t used = strlen(owners);
        if ((tasks & MOTE_TASK_ANY(i)) && mote_task_get((mote_task_id)i) != r->task)
            (void)mote_format(owners + used, sizeof owners - used, "%s'%s'", used ? ", " : "",
                              mote_task_get((mote_task_id)i)->name);
    }
    if (tasks & MOTE_TASK_ANY(mote_task_index(r->task))) {
        mote_reader_complain(r, key->line, key->column, "'%s' means nothing where 'input' is '%s'",
                             row->path, mote_input_name(r->input));
        return;
    }
    const char *plural = strchr(owners, ',') ? "s" : "";
    const char *instead = mote_schema_instead(row, r->task);
    if (instead)
        mote_reader_complain(r, key->line, key->column, "'%s' belongs to task%s %s; task '%s' %s",
                             row->path, plural, owners, r->task->name, instead);
    else
        mote_reader_complain(r, key->line, key->column,
                             "'%s' belongs to task%s %s, and means nothing to task '%s'", row->path,
                             plural, owners, r->task->name);
}

static void read_key(mote_reader *r, const mote_yaml_node *key, const mote_yaml_node *value,
                     const char *parent)
{
    char path[160];
    size_t n;
    const mote_schema_row *rows = mote_schema_rows(&n), *row = NULL;
    if (!strpbrk(key->text, ".[") &&
        mote_format(path, sizeof path, "%s%s%s", parent, *parent ? "." : "", key->text))
        row = mote_schema_find(path, strlen(path));
    if (!row) {
        mote_reader_unknown_key(r, key, parent);
        return;
    }
    mote_key_place *place = &r->places[row - rows];
    if (place->line > 0) {
        mote_reader_complain(r, key->line, key->column, "duplicate key '%s', first at line %d",
                             path, place->line);
        return;
    }
    place->line = value->line;
    place->column = value->column;
    if (!mote_schema_is_of(row, r->task, r->input)) {
        place->is_bad = true;
        refuse_foreign(r, key, row);
        return;
    }
    if (row->type != MOTE_KEY_SECTION) {
        place->is_bad = !mote_reader_set(r, row, value, (char *)r->project + row->offset);
    } else if (strcmp(path, "requirements") == 0) {
        mote_reader_requirements(r, value);
    } else if (strcmp(path, "conditions") == 0) {
        place->is_bad = !mote_reader_conditions(r, value);
    } else if (strcmp(path, "table.columns") == 0) {
        place->is_bad = !mote_reader_columns(r, value);
    } else {
        place->line = key->line; /* of the block: complaints about absent keys point here */
        place->column = key->column;
        if (value->kind == MOTE_YAML_MAP)
            read_map(r, value, path);
        else if (is_null(value))
            place->line = 0; /* a block whose keys are all commented out is as good as absent */
        else
            mote_reader_complain(r, value->line, value->column,
                                 "'%s' must be a block of keys below it", path);
    }
}

static void read_map(mote_reader *r, const mote_yaml_node *map, const char *parent)
{
    for (size_t i = 0; i < map->n && r->fatal == MOTE_OK; i++)
        read_key(r, map->keys[i], map->items[i], parent);
}

static bool is_item(const mote_schema_row *row)
{
    return strchr(row->path, '[') != NULL;
}

/* A key of another task: it means nothing here, so there is no value that anybody could take for
 * one. */
static void set_nothing(const mote_schema_row *row, void *field)
{
    static const char *const nothing = "";
    if (row->type == MOTE_KEY_TEXT || row->type == MOTE_KEY_CHOICE)
        memcpy(field, &nothing, sizeof nothing);
}

static void set_presets(mote_reader *r)
{
    size_t n;
    const mote_schema_row *rows = mote_schema_rows(&n);
    for (size_t i = 0; i < n && r->fatal == MOTE_OK; i++) {
        const mote_schema_row *row = &rows[i];
        void *field = (char *)r->project + row->offset;
        if (row->type == MOTE_KEY_SECTION || is_item(row))
            continue;
        if (!mote_schema_is_of(row, r->task, r->input))
            set_nothing(row, field);
        else if (strcmp(row->preset, MOTE_SCHEMA_REQUIRED) != 0)
            mote_reader_set_preset(r, row, field);
    }
}

static void check_required(mote_reader *r)
{
    size_t n;
    const mote_schema_row *rows = mote_schema_rows(&n);
    for (size_t i = 0; i < n; i++) {
        const mote_schema_row *row = &rows[i];
        if (row->type == MOTE_KEY_SECTION || is_item(row) ||
            strcmp(row->preset, MOTE_SCHEMA_REQUIRED) != 0 || r->places[i].line > 0 ||
            r->places[i].is_bad || !mote_schema_is_of(row, r->task, r->input))
            continue;
        char words[200];
        mote_schema_describe(row, words, sizeof words);
        mote_reader_complain_key(r, row->path, "'%s' is missing: %s (%s)", row->path, row->doc,
                                 words);
    }
}

static const char *text_at(const mote_yaml_node *root, const char *key)
{
    for (size_t i = 0; i < root->n; i++)
        if (strcmp(root->keys[i]->text, key) == 0 && root->items[i]->kind == MOTE_YAML_SCALAR)
            return root->items[i]->text;
    return NULL;
}

/* The task, and what comes in where it leaves that open, decide what the other keys may be,
 * wherever in the file they stand. */
static void find_task(mote_reader *r, const mote_yaml_node *root)
{
    const char *task = text_at(root, "task"), *input = text_at(root, "input");
    mote_input_kind said;
    r->task = task ? mote_task_find(task) : NULL;
    if (r->task)
        r->input = r->task->input;
    if (r->task && input && mote_input_parse(input, &said, NULL) == MOTE_OK &&
        (r->task->inputs & MOTE_ONE_OF(said)))
        r->input = said;
}

static void read_tree(mote_reader *r, const mote_yaml_node *root)
{
    if (root && root->kind == MOTE_YAML_MAP)
        find_task(r, root);
    set_presets(r);
    if (root && root->kind == MOTE_YAML_MAP)
        read_map(r, root, "");
    else if (root && !is_null(root))
        mote_reader_complain(r, root->line, root->column,
                             "must be a block of keys such as 'name: my-project'");
    if (r->fatal == MOTE_OK)
        check_required(r);
    if (r->fatal == MOTE_OK)
        mote_reader_world(r);
    if (r->fatal == MOTE_OK)
        mote_reader_usual_conditions(r);
    if (r->fatal == MOTE_OK)
        mote_reader_check(r);
    if (r->fatal == MOTE_OK)
        mote_reader_check_table(r);
    if (r->fatal == MOTE_OK)
        mote_reader_implied_requirements(r);
}

static mote_status read_text(mote_reader *r, const mote_file_bytes *file, mote_err *err)
{
    size_t n_rows;
    (void)mote_schema_rows(&n_rows);
    MOTE_TRY(mote_arena_take(r->arena, 1, sizeof *r->project, &r->project, err));
    MOTE_TRY(mote_arena_take(r->arena, n_rows, sizeof *r->places, &r->places, err));
    const mote_yaml_node *root = NULL;
    mote_yaml_fault fault = {0};
    mote_status st = mote_yaml_load(file->bytes, file->n, r->arena, &root, &fault, err);
    if (st == MOTE_PARSE)
        mote_reader_complain(r, fault.line, fault.column, "%s", fault.text);
    else if (st != MOTE_OK)
        return st;
    else
        read_tree(r, root);
    if (r->fatal != MOTE_OK)
        return mote_fail(err, r->fatal, "%s: no memory to read it", r->what);
    return MOTE_OK;
}

mote_status mote_project_parse(const mote_file_bytes *file, mote_arena *a, mote_project **out,
                               mote_project_problems *problems, mote_err *err)
{
    const char *what = file->name;
    if (file->n > MOTE_PROJECT_MAX_BYTES)
        return mote_fail(err, MOTE_LIMIT, "%s: longer than %d bytes", what, MOTE_PROJECT_MAX_BYTES);
    MOTE_SCOPED_FREE mote_project_problems *own = mote_alloc_zero(1, sizeof *own);
    if (!own)
        return mote_fail(err, MOTE_NOMEM, "%s: no memory to read it", what);
    mote_reader r = {.what = what, .arena = a, .problems = own};
    MOTE_TRY(read_text(&r, file, err));
    if (problems)
        *problems = *own;
    size_t n_all = own->n + own->n_more;
    if (n_all > 1)
        return mote_fail(err, MOTE_PARSE, "%s (and %zu more)", own->items[0].text, n_all - 1);
    if (n_all == 1)
        return mote_fail(err, MOTE_PARSE, "%s", own->items[0].text);
    r.project->dir = "";
    *out = r.project;
    return MOTE_OK;
}
