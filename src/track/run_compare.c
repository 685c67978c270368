/* SPDX-License-Identifier: Apache-2.0 */
/* Runs side by side.
 *
 * Every run is spread into cells (kind, key, run, text); the cells are sorted, and those that share
 * kind and key become a row. The configuration is spread too: {"a":{"b":1}} is the key "a.b". */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "project/schema.h"
#include "store/rows.h"
#include "track/run.h"

#define CONFIG_MAX_DEPTH 16
#define TEXT_MAX_BYTES   ((size_t)1 << 20)

static const char *const kinds[] = {"run", "config", "param", "metric", "best"};
enum { KIND_RUN, KIND_CONFIG, KIND_PARAM, KIND_METRIC, KIND_BEST };

typedef struct {
    int32_t kind;
    const char *key;
    size_t run;
    const char *text;
} cell;

typedef struct {
    mote_arena *a;
    cell *items;
    size_t n, cap;
    size_t run; /* that is being spread */
} cells;

/* The first part of a key, "mae" of "mae.test/casual", that is a metric of metrics.def. */
static mote_metric metric_of(const char *key)
{
    char part[64];
    mote_metric found = MOTE_N_METRICS;
    while (*key && found == MOTE_N_METRICS) {
        const size_t n = strcspn(key, "./");
        (void)mote_format(part, sizeof part, "%.*s", (int)(n < sizeof part ? n : 0), key);
        found = mote_metric_find(part);
        key += n + (key[n] != '\0');
    }
    return found;
}

bool mote_run_lower_is_better(const char *metric)
{
    static const char *const words[] = {"loss",   "error", "false",  "latency",     "_ms",
                                        "_bytes", "ece",   "energy", "instructions"};
    const mote_metric known = metric_of(metric);
    if (known != MOTE_N_METRICS)
        return !mote_metric_info(known)->is_higher_better;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strstr(metric, words[i]) != NULL)
            return true;
    }
    return false;
}

/* `text` NULL: the run has nothing there, and no cell is made. */
static mote_status add(cells *c, int32_t kind, const char *key, const char *text, mote_err *err)
{
    if (text == NULL)
        return MOTE_OK;
    MOTE_TRY(mote_rows_room(c->a, &c->items, c->n, &c->cap, sizeof c->items[0], err));
    c->items[c->n++] = (cell){.kind = kind, .key = key, .run = c->run, .text = text};
    return MOTE_OK;
}

static mote_status add_number(cells *c, int32_t kind, const char *key, double x, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, TEXT_MAX_BYTES);
    if (isnan(x))
        mote_buf_str(&b, "nan");
    else
        mote_buf_f64(&b, x);
    MOTE_TRY(mote_buf_status(&b, err));
    const char *text = NULL;
    MOTE_TRY(mote_rows_copy(c->a, b.data, &text, err));
    return add(c, kind, key, text, err);
}

/* ---- spreading ---- */

static mote_status add_config(cells *c, const char *key, const json_t *value, int depth,
                              mote_err *err);

static mote_status add_config_members(cells *c, const char *prefix, const json_t *object, int depth,
                                      mote_err *err)
{
    const char *name;
    json_t *value;
    /* jansson iterates over a const object without changing it, but does not say so. */
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const char *key = prefix[0] == '\0' ? mote_arena_strdup(c->a, name)
                                            : mote_arena_printf(c->a, "%s.%s", prefix, name);
        if (key == NULL)
            return mote_fail(err, MOTE_NOMEM, "out of memory comparing runs");
        MOTE_TRY(add_config(c, key, value, depth + 1, err));
    }
    return MOTE_OK;
}

static mote_status add_config(cells *c, const char *key, const json_t *value, int depth,
                              mote_err *err)
{
    if (json_is_object(value) && depth < CONFIG_MAX_DEPTH)
        return add_config_members(c, key, value, depth, err);
    if (json_is_string(value)) {
        const char *text = NULL;
        MOTE_TRY(mote_rows_copy(c->a, json_string_value(value), &text, err));
        return add(c, KIND_CONFIG, key, text, err);
    }
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, TEXT_MAX_BYTES);
    mote_json_write(&b, value, false);
    MOTE_TRY(mote_buf_status(&b, err));
    const char *text = NULL;
    MOTE_TRY(mote_rows_copy(c->a, b.data, &text, err));
    return add(c, KIND_CONFIG, key, text, err);
}

static mote_status spread_info(cells *c, const mote_run_info *i, mote_err *err)
{
    MOTE_TRY(add(c, KIND_RUN, "status", mote_run_status_name(i->status), err));
    MOTE_TRY(add(c, KIND_RUN, "data_version", i->data_version, err));
    MOTE_TRY(add(c, KIND_RUN, "git_commit", i->git_commit, err));
    if (i->git_commit != NULL)
        MOTE_TRY(add(c, KIND_RUN, "git_dirty", i->git_dirty ? "true" : "false", err));
    MOTE_TRY(add(c, KIND_RUN, "mote_version", i->mote_version, err));
    if (i->end_ms != 0)
        MOTE_TRY(
            add_number(c, KIND_RUN, "duration_s", (double)(i->end_ms - i->start_ms) / 1000.0, err));
    MOTE_SCOPED_JSON *config = NULL;
    MOTE_TRY(
        mote_json_parse("configuration", i->config_json, strlen(i->config_json), &config, err));
    return add_config(c, "", config, 0, err);
}

static mote_status spread_run(cells *c, const mote_run *r, mote_err *err)
{
    MOTE_TRY(spread_info(c, &r->info, err));
    for (size_t k = 0; k < r->n_params; k++)
        MOTE_TRY(add(c, KIND_PARAM, r->params[k].key, r->params[k].value, err));
    for (size_t k = 0; k < r->n_metrics; k++) {
        const mote_run_metric *m = &r->metrics[k];
        MOTE_TRY(add_number(c, KIND_METRIC, m->key, m->last, err));
        if (m->n_points > 1)
            MOTE_TRY(add_number(c, KIND_BEST, m->key,
                                mote_run_lower_is_better(m->key) ? m->lowest : m->highest, err));
    }
    return MOTE_OK;
}

/* ---- grouping ---- */

static int compare_cells(const void *x, const void *y)
{
    const cell *a = x;
    const cell *b = y;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int by_key = strcmp(a->key, b->key);
    if (by_key != 0)
        return by_key;
    return a->run < b->run ? -1 : a->run > b->run;
}

static bool row_differs(const char *const *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (!mote_str_eq(values[0], values[i]))
            return true;
    }
    return false;
}

static mote_status group(cells *c, mote_run_comparison *out, mote_err *err)
{
    size_t cap = 0;
    if (c->n > 0)
        qsort(c->items, c->n, sizeof c->items[0], compare_cells);
    for (size_t i = 0; i < c->n; out->n_rows++) {
        const cell *first = &c->items[i];
        MOTE_TRY(mote_rows_room(c->a, &out->rows, out->n_rows, &cap, sizeof out->rows[0], err));
        mote_run_compare_row *row = &out->rows[out->n_rows];
        *row = (mote_run_compare_row){.kind = kinds[first->kind], .key = first->key};
        MOTE_TRY(mote_arena_take(c->a, out->n_runs, sizeof row->values[0], &row->values, err));
        for (; i < c->n && c->items[i].kind == first->kind &&
               strcmp(c->items[i].key, first->key) == 0;
             i++)
            row->values[c->items[i].run] = c->items[i].text;
        row->differs = row_differs(row->values, out->n_runs);
    }
    return MOTE_OK;
}

mote_status mote_run_compare(mote_store *s, const char *const *run_ids, size_t n_runs,
                             mote_arena *a, mote_run_comparison *out, mote_err *err)
{
    mote_run_comparison r = {.n_runs = n_runs};
    cells c = {.a = a};
    MOTE_TRY(mote_arena_take(a, n_runs, sizeof r.runs[0], &r.runs, err));
    for (c.run = 0; c.run < n_runs; c.run++) {
        mote_run run;
        MOTE_TRY(mote_run_get(s, run_ids[c.run], a, &run, err));
        r.runs[c.run] = run.info;
        MOTE_TRY(spread_run(&c, &run, err));
    }
    MOTE_TRY(group(&c, &r, err));
    *out = r;
    return MOTE_OK;
}
