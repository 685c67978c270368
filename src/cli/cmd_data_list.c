/* SPDX-License-Identifier: Apache-2.0 */
/* mote data list: the recordings, one a line. */
#include <string.h>

#include "cli/cli.h"
#include "data/sample.h"
#include "data/version.h"

typedef struct {
    const char *label, *group, *split, *origin;
    int64_t limit;
} list_values;

typedef struct {
    const mote_sample_row *row;
    const char *split; /* "train", .., "background", "-" before the first version */
} line;

static mote_status split_of(mote_store *s, const mote_sample_row *r, mote_arena *a,
                            const char **out, mote_err *err)
{
    mote_split own;
    if (r->role != MOTE_ROLE_BACKGROUND && mote_builtin_split(r->group, &own)) {
        *out = mote_split_name(own);
        return MOTE_OK;
    }
    if (r->role == MOTE_ROLE_BACKGROUND) {
        *out = "background";
        return MOTE_OK;
    }
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT split FROM data_split WHERE grp = ?1", &q, err));
    mote_stmt_bind_text(q, 1, r->group);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *out = mote_arena_strdup(a, row ? mote_stmt_text(q, 0) : "-");
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the list");
}

static bool fits(const list_values *v, const line *l)
{
    return (!v->label || strcmp(v->label, l->row->label) == 0) &&
           (!v->group || strcmp(v->group, l->row->group) == 0) &&
           (!v->origin || strcmp(v->origin, l->row->origin) == 0) &&
           (!v->split || strcmp(v->split, l->split) == 0);
}

static json_t *line_json(const line *l)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&l->row->object, hex);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:f, s:o, s:I}", "hash", hex, "kind",
        mote_input_name(l->row->kind->input), "role", mote_data_role_name(l->row->role), "label",
        l->row->label, "group", l->row->group, "split", l->split, "origin", l->row->origin,
        "source", mote_json_text(l->row->source), "seconds", (double)l->row->duration_us / 1e6,
        "facts", json_loads(l->row->facts, 0, NULL), "import", (json_int_t)l->row->import_id);
}

static void line_cells(mote_table *t, const line *l)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&l->row->object, hex);
    mote_table_cell(t, "%.10s", hex);
    mote_table_cell(t, "%s", l->row->label);
    mote_table_cell(t, "%s", l->row->group);
    mote_table_cell(t, "%s", l->split);
    mote_table_cell(t, "%.2f", (double)l->row->duration_us / 1e6);
    mote_table_cell(t, "%s", l->row->source);
}

static mote_status check_name(const char *option, const char *value, const char *const *names,
                              size_t n, mote_err *err)
{
    for (size_t i = 0; value && i < n; i++)
        if (strcmp(value, names[i]) == 0)
            return MOTE_OK;
    if (!value)
        return MOTE_OK;
    const char *near = mote_nearest(value, names, n);
    return mote_fail(err, MOTE_USAGE, "option --%s: there is no '%s'%s%s%s", option, value,
                     near ? ", did you mean '" : ", see --help", near ? near : "",
                     near ? "'?" : "");
}

static mote_status check_filter(const list_values *v, mote_err *err)
{
    static const char *const splits[] = {"train", "validation", "test", "background"};
    const char *const origins[] = {mote_data_origin_name(MOTE_ORIGIN_FILE),
                                   mote_data_origin_name(MOTE_ORIGIN_SYNTHETIC),
                                   mote_data_origin_name(MOTE_ORIGIN_UPLOAD)};
    MOTE_TRY(check_name("split", v->split, splits, MOTE_COUNT_OF(splits), err));
    return check_name("origin", v->origin, origins, MOTE_COUNT_OF(origins), err);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    static const char *const titles[] = {"hash", "label", "group", "split", ">seconds", "source"};
    (void)args;
    (void)n_args;
    list_values wish = *(const list_values *)values;
    const list_values *v = &wish;
    mote_sample_row *rows = NULL;
    size_t n = 0, n_fit = 0;
    MOTE_TRY(mote_normal_name(cli, &wish.label, err));
    MOTE_TRY(mote_normal_name(cli, &wish.group, err));
    MOTE_TRY(check_filter(v, err));
    MOTE_TRY(mote_sample_list(cli->store, &cli->arena, &rows, &n, err));
    MOTE_SCOPED_JSON *list = json_array();
    mote_table table;
    mote_table_init(&table, MOTE_COUNT_OF(titles), titles);
    for (size_t i = 0; i < n; i++) {
        line l = {.row = &rows[i]};
        mote_status st = split_of(cli->store, &rows[i], &cli->arena, &l.split, err);
        if (st != MOTE_OK) {
            mote_buf_release(&table.cells);
            return st;
        }
        if (!fits(v, &l) || ((int64_t)n_fit++ >= v->limit && v->limit > 0))
            continue;
        if (cli->json)
            json_array_append_new(list, line_json(&l));
        else
            line_cells(&table, &l);
    }
    mote_table_say(&table, cli);
    if (n > 0 && n_fit == 0)
        mote_say(cli, "none of %zu recordings is like that\n", n);
    if (v->limit > 0 && (int64_t)n_fit > v->limit)
        mote_say(cli, "and %lld more (--limit 0 shows all)\n", (long long)n_fit - v->limit);
    mote_say_json(cli, json_incref(list));
    return MOTE_OK;
}

static const mote_option options[] = {
    {"label", 'l', MOTE_OPT_STRING, offsetof(list_values, label), 0, 0, "LABEL", "only this word"},
    {"group", 'g', MOTE_OPT_STRING, offsetof(list_values, group), 0, 0, "GROUP",
     "only this speaker"},
    {"split", 's', MOTE_OPT_STRING, offsetof(list_values, split), 0, 0, "SPLIT",
     "only train, validation, test or background"},
    {"origin", 0, MOTE_OPT_STRING, offsetof(list_values, origin), 0, 0, "ORIGIN",
     "only file, synthetic or upload"},
    {"limit", 0, MOTE_OPT_INT, offsetof(list_values, limit), 0, 1e9, "N",
     "at most N lines; 0: all (default 50)"},
};
static const list_values defaults = {.limit = 50};

const mote_command mote_cmd_data_list = {
    .usage = "[options]",
    .about = "Lists the recordings in the order in which they were added. The split of a speaker\n"
             "is decided when the first version that has them is made.",
    .examples = "mote data list\n"
                "mote data list --label yes --split test\n"
                "mote data list --limit 0 --json",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(list_values),
    .defaults = &defaults,
    .run = run,
};
