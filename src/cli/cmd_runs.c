/* SPDX-License-Identifier: Apache-2.0 */
/* mote runs, mote compare: what was tried, and how it came out. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "track/run.h"

#define SHORT_ID  8
#define ISO_BYTES 32

/* ---- what both show ---- */

static json_t *number_or_null(double x)
{
    return isnan(x) ? json_null() : json_real(x);
}

static json_t *text_or_null(const char *s)
{
    return s != NULL ? json_string(s) : json_null();
}

static json_t *parsed_or_text(const char *text)
{
    json_t *j = NULL;
    if (mote_json_parse("", text, strlen(text), &j, NULL) == MOTE_OK)
        return j;
    return json_string(text);
}

static json_t *info_json(const mote_run_info *i)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:b, s:I, s:o, s:o, s:o, s:o, s:o, s:b, s:s}", "run_id", i->run_id,
        "name", i->name, "experiment", i->experiment, "status", mote_run_status_name(i->status),
        "deleted", (int)i->is_deleted, "start_ms", (json_int_t)i->start_ms, "end_ms",
        i->end_ms != 0 ? json_integer(i->end_ms) : json_null(), "parent", text_or_null(i->parent),
        "data_version", text_or_null(i->data_version), "git_commit", text_or_null(i->git_commit),
        "git_branch", text_or_null(i->git_branch), "git_dirty", (int)i->git_dirty, "mote_version",
        i->mote_version);
}

static void say_started_and_took(mote_table *t, const mote_run_info *i)
{
    char started[ISO_BYTES];
    char took[ISO_BYTES] = "";
    mote_time_iso(i->start_ms, started, sizeof started);
    if (i->end_ms != 0)
        mote_human_duration((i->end_ms - i->start_ms) * 1000, took, sizeof took);
    mote_table_cell(t, "%s", started);
    mote_table_cell(t, "%s", took);
}

/* ---- runs ---- */

typedef struct {
    const char *experiment, *status, *order, *metric, *tag;
    bool ascending, deleted, is_hidden, is_restored, experiments;
    int64_t limit;
} runs_values;

static const mote_option runs_options[] = {
    {"experiment", 'e', MOTE_OPT_STRING, offsetof(runs_values, experiment), 0, 0, "NAME",
     "only of this experiment"},
    {"status", 's', MOTE_OPT_STRING, offsetof(runs_values, status), 0, 0, "STATUS",
     "only running, finished, failed or killed ones"},
    {"order", 'o', MOTE_OPT_STRING, offsetof(runs_values, order), 0, 0, "METRIC",
     "by the last value of a metric, best first (default: newest first)"},
    {"ascending", 0, MOTE_OPT_FLAG, offsetof(runs_values, ascending), 0, 0, NULL,
     "with --order: the smallest value first, whatever is better"},
    {"deleted", 0, MOTE_OPT_FLAG, offsetof(runs_values, deleted), 0, 0, NULL, "deleted ones too"},
    {"limit", 'n', MOTE_OPT_INT, offsetof(runs_values, limit), 1, 1000000, "N",
     "at most so many (default 50)"},
    {"experiments", 0, MOTE_OPT_FLAG, offsetof(runs_values, experiments), 0, 0, NULL,
     "the experiments instead, and how many runs each has"},
    {"metric", 'm', MOTE_OPT_STRING, offsetof(runs_values, metric), 0, 0, "METRIC",
     "of a RUN: this metric, step by step"},
    {"tag", 't', MOTE_OPT_STRING, offsetof(runs_values, tag), 0, 0, "KEY=VALUE",
     "of a RUN: set this tag, then show it"},
    {"delete", 0, MOTE_OPT_FLAG, offsetof(runs_values, is_hidden), 0, 0, NULL,
     "of a RUN: leave it out of lists from now on; nothing is erased"},
    {"restore", 0, MOTE_OPT_FLAG, offsetof(runs_values, is_restored), 0, 0, NULL,
     "of a RUN: list it again"},
};
static const runs_values runs_defaults = {.limit = 50};

static mote_status parse_status(const char *word, mote_run_status *out, mote_err *err)
{
    static const char *const words[] = {"running", "scheduled", "finished", "failed", "killed"};
    *out = MOTE_RUN_ANY;
    if (word == NULL)
        return MOTE_OK;
    for (size_t i = 0; i < MOTE_COUNT_OF(words); i++) {
        if (strcmp(word, words[i]) == 0) {
            *out = (mote_run_status)i;
            return MOTE_OK;
        }
    }
    return mote_fail(err, MOTE_USAGE,
                     "--status '%s' is none of running, scheduled, finished, "
                     "failed, killed",
                     word);
}

static void say_list(mote_cli *cli, const runs_values *v, const mote_run_info *list, size_t n)
{
    const char *titles[] = {"run",     "name",  "experiment", "status",
                            "started", ">took", "data",       v->order != NULL ? v->order : ""};
    size_t n_columns = v->order != NULL ? 8 : 7;
    mote_table t;
    if (n == 0) {
        mote_say(cli, "no runs yet: 'mote train' makes one\n");
        return;
    }
    mote_table_init(&t, n_columns, titles);
    for (size_t k = 0; k < n; k++) {
        mote_table_cell(&t, "%.*s", SHORT_ID, list[k].run_id);
        mote_table_cell(&t, "%s%s", list[k].name, list[k].is_deleted ? " (deleted)" : "");
        mote_table_cell(&t, "%s", list[k].experiment);
        mote_table_cell(&t, "%s", mote_run_status_name(list[k].status));
        say_started_and_took(&t, &list[k]);
        mote_table_cell(&t, "%s", list[k].data_version != NULL ? list[k].data_version : "");
        if (v->order != NULL && !isnan(list[k].order_value))
            mote_table_cell(&t, "%.6g", list[k].order_value);
        else if (v->order != NULL)
            mote_table_cell(&t, "%s", "");
    }
    mote_table_say(&t, cli);
}

static mote_status list_runs(mote_cli *cli, const runs_values *v, mote_err *err)
{
    mote_run_query query = {.experiment = v->experiment,
                            .with_deleted = v->deleted,
                            .order_metric = v->order,
                            .limit = v->limit};
    query.ascending = v->ascending || (v->order != NULL && mote_run_lower_is_better(v->order));
    MOTE_TRY(parse_status(v->status, &query.status, err));
    mote_run_info *list = NULL;
    size_t n = 0;
    MOTE_TRY(mote_run_search(cli->store, &query, &cli->arena, &list, &n, err));
    say_list(cli, v, list, n);
    json_t *runs = json_array();
    for (size_t k = 0; k < n; k++) {
        json_t *o = info_json(&list[k]);
        if (v->order != NULL)
            json_object_set_new(o, v->order, number_or_null(list[k].order_value));
        json_array_append_new(runs, o);
    }
    mote_say_json(cli, json_pack("{s:o}", "runs", runs));
    return MOTE_OK;
}

/* ---- one run ---- */

static void say_pairs(mote_cli *cli, const char *title, const mote_run_pair *pairs, size_t n)
{
    if (n == 0)
        return;
    const char *titles[] = {title, "value"};
    mote_table t;
    mote_table_init(&t, 2, titles);
    for (size_t k = 0; k < n; k++) {
        mote_table_cell(&t, "%s", pairs[k].key);
        mote_table_cell(&t, "%s", pairs[k].value);
    }
    mote_say(cli, "\n");
    mote_table_say(&t, cli);
}

static void say_metrics(mote_cli *cli, const mote_run *r)
{
    static const char *const titles[] = {"metric",  ">last",    ">step",
                                         ">lowest", ">highest", ">points"};
    mote_table t;
    if (r->n_metrics == 0)
        return;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t k = 0; k < r->n_metrics; k++) {
        const mote_run_metric *m = &r->metrics[k];
        mote_table_cell(&t, "%s", m->key);
        mote_table_cell(&t, "%.6g", m->last);
        mote_table_cell(&t, "%lld", (long long)m->last_step);
        mote_table_cell(&t, "%.6g", m->lowest);
        mote_table_cell(&t, "%.6g", m->highest);
        mote_table_cell(&t, "%lld", (long long)m->n_points);
    }
    mote_say(cli, "\n");
    mote_table_say(&t, cli);
}

static void say_artifacts(mote_cli *cli, const mote_run *r)
{
    static const char *const titles[] = {"artifact", ">size", "object"};
    mote_table t;
    if (r->n_artifacts == 0)
        return;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t k = 0; k < r->n_artifacts; k++) {
        char size[ISO_BYTES];
        char hex[MOTE_SHA256_HEX_BYTES];
        mote_human_bytes((uint64_t)r->artifacts[k].size_bytes, size, sizeof size);
        mote_sha256_hex(&r->artifacts[k].object, hex);
        mote_table_cell(&t, "%s", r->artifacts[k].path);
        mote_table_cell(&t, "%s", size);
        mote_table_cell(&t, "%.12s", hex);
    }
    mote_say(cli, "\n");
    mote_table_say(&t, cli);
}

static void say_run(mote_cli *cli, const mote_run *r)
{
    const mote_run_info *i = &r->info;
    char started[ISO_BYTES];
    mote_time_iso(i->start_ms, started, sizeof started);
    mote_say(cli, "run        %s\nname       %s (%s)\nstatus     %s%s\nstarted    %s\n", i->run_id,
             i->name, i->experiment, mote_run_status_name(i->status),
             i->is_deleted ? " (deleted)" : "", started);
    if (i->end_ms != 0) {
        char took[ISO_BYTES];
        mote_human_duration((i->end_ms - i->start_ms) * 1000, took, sizeof took);
        mote_say(cli, "took       %s\n", took);
    }
    if (i->data_version != NULL)
        mote_say(cli, "data       %s\n", i->data_version);
    if (i->git_commit != NULL)
        mote_say(cli, "commit     %.12s%s\n", i->git_commit, i->git_dirty ? " and changes" : "");
    mote_say(cli, "mote       %s\n", i->mote_version);
    say_pairs(cli, "parameter", r->params, r->n_params);
    say_metrics(cli, r);
    say_pairs(cli, "tag", r->tags, r->n_tags);
    say_artifacts(cli, r);
}

static json_t *pairs_json(const mote_run_pair *pairs, size_t n)
{
    json_t *o = json_object();
    for (size_t k = 0; k < n; k++)
        json_object_set_new(o, pairs[k].key, json_string(pairs[k].value));
    return o;
}

static json_t *run_json(const mote_run *r)
{
    json_t *o = info_json(&r->info);
    json_t *metrics = json_object();
    json_t *artifacts = json_array();
    for (size_t k = 0; k < r->n_metrics; k++) {
        const mote_run_metric *m = &r->metrics[k];
        json_object_set_new(
            metrics, m->key,
            json_pack("{s:o, s:I, s:o, s:o, s:I}", "last", number_or_null(m->last), "step",
                      (json_int_t)m->last_step, "lowest", number_or_null(m->lowest), "highest",
                      number_or_null(m->highest), "points", (json_int_t)m->n_points));
    }
    for (size_t k = 0; k < r->n_artifacts; k++) {
        char hex[MOTE_SHA256_HEX_BYTES];
        mote_sha256_hex(&r->artifacts[k].object, hex);
        json_array_append_new(artifacts,
                              json_pack("{s:s, s:s, s:I}", "path", r->artifacts[k].path, "object",
                                        hex, "size_bytes", (json_int_t)r->artifacts[k].size_bytes));
    }
    json_object_set_new(o, "params", pairs_json(r->params, r->n_params));
    json_object_set_new(o, "metrics", metrics);
    json_object_set_new(o, "tags", pairs_json(r->tags, r->n_tags));
    json_object_set_new(o, "artifacts", artifacts);
    json_object_set_new(o, "config", parsed_or_text(r->info.config_json));
    json_object_set_new(o, "machine", parsed_or_text(r->info.machine_json));
    return o;
}

static mote_status list_experiments(mote_cli *cli, mote_err *err)
{
    static const char *const titles[] = {"experiment", ">runs", "since"};
    mote_experiment *list = NULL;
    size_t n = 0;
    mote_table t;
    MOTE_TRY(mote_experiment_list(cli->store, &cli->arena, &list, &n, err));
    json_t *all = json_array();
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t k = 0; k < n; k++) {
        char since[ISO_BYTES];
        mote_time_iso(list[k].created_ms, since, sizeof since);
        mote_table_cell(&t, "%s%s", list[k].name, list[k].is_deleted ? " (deleted)" : "");
        mote_table_cell(&t, "%lld", (long long)list[k].n_runs);
        mote_table_cell(&t, "%s", since);
        json_array_append_new(all, json_pack("{s:s, s:b, s:I, s:I}", "name", list[k].name,
                                             "deleted", (int)list[k].is_deleted, "created_ms",
                                             (json_int_t)list[k].created_ms, "runs",
                                             (json_int_t)list[k].n_runs));
    }
    mote_table_say(&t, cli);
    mote_say_json(cli, json_pack("{s:o}", "experiments", all));
    return MOTE_OK;
}

static mote_status show_history(mote_cli *cli, const char *id, const char *metric, mote_err *err)
{
    const char *const titles[] = {">step", metric, "at"};
    mote_run_series series;
    mote_table t;
    MOTE_TRY(mote_run_history(cli->store, id, metric, &cli->arena, &series, err));
    if (series.n == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "run '%.*s' has no metric '%s': see 'mote runs %.*s'",
                         SHORT_ID, id, metric, SHORT_ID, id);
    json_t *points = json_array();
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t k = 0; k < series.n; k++) {
        const mote_run_point *p = &series.points[k];
        char at[ISO_BYTES];
        mote_time_iso(p->time_ms, at, sizeof at);
        mote_table_cell(&t, "%lld", (long long)p->step);
        mote_table_cell(&t, "%.6g", p->value);
        mote_table_cell(&t, "%s", at);
        json_array_append_new(points, json_pack("{s:I, s:o, s:I}", "step", (json_int_t)p->step,
                                                "value", number_or_null(p->value), "time_ms",
                                                (json_int_t)p->time_ms));
    }
    mote_table_say(&t, cli);
    mote_say_json(cli,
                  json_pack("{s:s, s:s, s:o}", "run_id", id, "metric", metric, "points", points));
    return MOTE_OK;
}

static mote_status change_run(mote_cli *cli, const char *id, const runs_values *v, mote_err *err)
{
    if (v->is_hidden && v->is_restored)
        return mote_fail(err, MOTE_USAGE, "--delete and --restore are each other's contrary");
    if (v->tag != NULL) {
        const char *equals = strchr(v->tag, '=');
        if (equals == NULL || equals == v->tag)
            return mote_fail(err, MOTE_USAGE, "--tag is KEY=VALUE, such as 'note=new microphone'");
        const mote_run_pair pair = {
            mote_arena_strndup(&cli->arena, v->tag, (size_t)(equals - v->tag)), equals + 1};
        if (pair.key == NULL)
            return mote_fail(err, MOTE_NOMEM, "no memory for a tag");
        MOTE_TRY(mote_run_set_tags(cli->store, id, &pair, 1, err));
    }
    return v->is_hidden || v->is_restored ? mote_run_set_deleted(cli->store, id, v->is_hidden, err)
                                          : MOTE_OK;
}

static mote_status run_runs(mote_cli *cli, const void *values, const char *const *args,
                            size_t n_args, mote_err *err)
{
    const runs_values *v = values;
    char id[MOTE_RUN_ID_BYTES];
    mote_run r;
    if (n_args == 0 && (v->metric || v->tag || v->is_hidden || v->is_restored))
        return mote_fail(err, MOTE_USAGE, "--metric, --tag, --delete and --restore are of a RUN");
    if (n_args == 0)
        return v->experiments ? list_experiments(cli, err) : list_runs(cli, v, err);
    MOTE_TRY(mote_run_find(cli->store, args[0], id, err));
    MOTE_TRY(change_run(cli, id, v, err));
    if (v->metric != NULL)
        return show_history(cli, id, v->metric, err);
    MOTE_TRY(mote_run_get(cli->store, id, &cli->arena, &r, err));
    say_run(cli, &r);
    mote_say_json(cli, run_json(&r));
    return MOTE_OK;
}

const mote_command mote_cmd_runs = {
    .usage = "[RUN] [options]",
    .about = "Lists the runs of the project, or shows one: what it was made from, its\n"
             "parameters, metrics, tags and artifacts. RUN is a run id, at least 4 leading\n"
             "digits of one, a name, or 'latest'.",
    .examples = "mote runs\nmote runs --order val_accuracy --limit 5\nmote runs latest --json\n"
                "mote runs latest --metric val_loss\nmote runs latest --tag 'note=new microphone'",
    .options = runs_options,
    .n_options = MOTE_COUNT_OF(runs_options),
    .max_args = 1,
    .values_bytes = sizeof(runs_values),
    .defaults = &runs_defaults,
    .run = run_runs,
};

/* ---- compare ---- */

typedef struct {
    bool all;
} compare_values;

static const mote_option compare_options[] = {
    {"all", 'a', MOTE_OPT_FLAG, offsetof(compare_values, all), 0, 0, NULL,
     "rows that are equal too"},
};

#define COMPARE_MAX_RUNS 16

static void say_comparison(mote_cli *cli, const mote_run_comparison *c, bool all)
{
    const char *titles[COMPARE_MAX_RUNS + 2] = {"", ""};
    size_t n_shown = 0;
    mote_table t;
    for (size_t r = 0; r < c->n_runs; r++)
        titles[r + 2] = c->runs[r].name;
    mote_table_init(&t, c->n_runs + 2, titles);
    for (size_t k = 0; k < c->n_rows; k++) {
        if (!all && !c->rows[k].differs)
            continue;
        mote_table_cell(&t, "%s", c->rows[k].kind);
        mote_table_cell(&t, "%s", c->rows[k].key);
        for (size_t r = 0; r < c->n_runs; r++)
            mote_table_cell(&t, "%s", c->rows[k].values[r] != NULL ? c->rows[k].values[r] : "-");
        n_shown++;
    }
    mote_table_say(&t, cli);
    if (n_shown < c->n_rows)
        mote_say(cli, "%zu of %zu rows are equal; --all shows them\n", c->n_rows - n_shown,
                 c->n_rows);
}

static json_t *comparison_json(const mote_run_comparison *c, bool all)
{
    json_t *runs = json_array();
    json_t *rows = json_array();
    for (size_t r = 0; r < c->n_runs; r++)
        json_array_append_new(runs, info_json(&c->runs[r]));
    for (size_t k = 0; k < c->n_rows; k++) {
        if (!all && !c->rows[k].differs)
            continue;
        json_t *values = json_array();
        for (size_t r = 0; r < c->n_runs; r++)
            json_array_append_new(values, text_or_null(c->rows[k].values[r]));
        json_array_append_new(rows, json_pack("{s:s, s:s, s:b, s:o}", "kind", c->rows[k].kind,
                                              "key", c->rows[k].key, "differs",
                                              (int)c->rows[k].differs, "values", values));
    }
    return json_pack("{s:o, s:o}", "runs", runs, "rows", rows);
}

static mote_status run_compare(mote_cli *cli, const void *values, const char *const *args,
                               size_t n_args, mote_err *err)
{
    const compare_values *v = values;
    char ids[COMPARE_MAX_RUNS][MOTE_RUN_ID_BYTES];
    const char *pointers[COMPARE_MAX_RUNS];
    for (size_t r = 0; r < n_args; r++) {
        MOTE_TRY(mote_run_find(cli->store, args[r], ids[r], err));
        pointers[r] = ids[r];
    }
    mote_run_comparison c;
    MOTE_TRY(mote_run_compare(cli->store, pointers, n_args, &cli->arena, &c, err));
    say_comparison(cli, &c, v->all);
    mote_say_json(cli, comparison_json(&c, v->all));
    return MOTE_OK;
}

const mote_command mote_cmd_compare = {
    .usage = "RUN RUN.. [--all]",
    .about = "Shows runs side by side: what they were made from, their configuration,\n"
             "parameters, and the last and best value of each metric. Rows that are equal\n"
             "are left out.",
    .examples = "mote compare latest run-3\nmote compare 1f3a 9c02 --all --json",
    .options = compare_options,
    .n_options = MOTE_COUNT_OF(compare_options),
    .min_args = 2,
    .max_args = COMPARE_MAX_RUNS,
    .values_bytes = sizeof(compare_values),
    .run = run_compare,
};
