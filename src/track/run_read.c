/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: finding, reading, searching. Comparing is in run_compare.c. */
#include <math.h>
#include <string.h>

#include "store/rows.h"
#include "track/run.h"

#define ID_MIN_DIGITS   4
#define QUERY_MAX_BYTES 8192

/* ---- finding one run ---- */

/* The run id of the first row of a prepared query; CONFLICT when there is a second. */
static mote_status take_only_id(mote_stmt *q, const char *what, char run_id[MOTE_RUN_ID_BYTES],
                                bool *found, mote_err *err)
{
    char id[MOTE_RUN_ID_BYTES];
    MOTE_TRY(mote_stmt_step(q, found, err));
    if (!*found)
        return MOTE_OK;
    const char *text = mote_stmt_text(q, 0);
    if (text == NULL || strlen(text) != MOTE_RUN_ID_BYTES - 1)
        return mote_fail(err, MOTE_CORRUPT, "store: table run holds an id that is none");
    memcpy(id, text, sizeof id);
    bool second = false;
    MOTE_TRY(mote_stmt_step(q, &second, err));
    if (second)
        return mote_fail(err, MOTE_CONFLICT,
                         "several runs are called '%s': give more digits of "
                         "the run id (see 'mote runs')",
                         what);
    memcpy(run_id, id, sizeof id);
    return MOTE_OK;
}

static mote_status find_by(mote_store *s, const char *sql, const char *what,
                           char run_id[MOTE_RUN_ID_BYTES], bool *found, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql, &q, err));
    mote_stmt_bind_text(q, 1, what);
    return take_only_id(q, what, run_id, found, err);
}

mote_status mote_run_find(mote_store *s, const char *what, char run_id[MOTE_RUN_ID_BYTES],
                          mote_err *err)
{
    bool found = false;
    size_t n = strlen(what);
    if (strcmp(what, "latest") == 0)
        MOTE_TRY(find_by(s,
                         "SELECT run_id FROM run WHERE lifecycle = 'active' AND ?1 <> '' "
                         "ORDER BY start_ms DESC, id DESC LIMIT 1",
                         what, run_id, &found, err));
    if (!found && n >= ID_MIN_DIGITS && n < MOTE_RUN_ID_BYTES &&
        strspn(what, "0123456789abcdef") == n)
        MOTE_TRY(find_by(s,
                         "SELECT run_id FROM run WHERE substr(run_id, 1, length(?1)) = ?1 "
                         "LIMIT 2",
                         what, run_id, &found, err));
    if (!found)
        MOTE_TRY(find_by(s,
                         "SELECT run_id FROM run WHERE name = ?1 AND lifecycle = 'active' "
                         "LIMIT 2",
                         what, run_id, &found, err));
    if (!found)
        return mote_fail(err, MOTE_NOT_FOUND, "there is no run '%s': see 'mote runs'", what);
    return MOTE_OK;
}

/* ---- reading a row of table run ---- */

#define INFO_COLUMNS                                                                               \
    "r.run_id, r.name, e.name, r.user, r.status, r.lifecycle = 'deleted', r.start_ms, r.end_ms, "  \
    "r.parent, r.data_version, r.config, r.git_commit, r.git_branch, r.git_dirty, r.git_diff, "    \
    "r.machine, r.mote_version"
#define N_INFO_COLUMNS 17

static mote_status parse_status(const char *name, mote_run_status *out, mote_err *err)
{
    for (int st = MOTE_RUN_RUNNING; st < MOTE_RUN_ANY; st++) {
        if (mote_str_eq(name, mote_run_status_name((mote_run_status)st))) {
            *out = (mote_run_status)st;
            return MOTE_OK;
        }
    }
    return mote_fail(err, MOTE_CORRUPT, "store: table run holds a status that is none");
}

static mote_status read_info(mote_stmt *q, mote_arena *a, mote_run_info *out, mote_err *err)
{
    mote_run_info i = {.order_value = (double)NAN};
    MOTE_TRY(mote_rows_text(a, q, 0, &i.run_id, err));
    MOTE_TRY(mote_rows_text(a, q, 1, &i.name, err));
    MOTE_TRY(mote_rows_text(a, q, 2, &i.experiment, err));
    MOTE_TRY(mote_rows_text(a, q, 3, &i.user, err));
    MOTE_TRY(parse_status(mote_stmt_text(q, 4), &i.status, err));
    i.is_deleted = mote_stmt_i64(q, 5) != 0;
    i.start_ms = mote_stmt_i64(q, 6);
    i.end_ms = mote_stmt_i64(q, 7);
    MOTE_TRY(mote_rows_text(a, q, 8, &i.parent, err));
    MOTE_TRY(mote_rows_text(a, q, 9, &i.data_version, err));
    MOTE_TRY(mote_rows_text(a, q, 10, &i.config_json, err));
    MOTE_TRY(mote_rows_text(a, q, 11, &i.git_commit, err));
    MOTE_TRY(mote_rows_text(a, q, 12, &i.git_branch, err));
    i.git_dirty = mote_stmt_i64(q, 13) != 0;
    i.has_git_diff = mote_stmt_hash(q, 14, &i.git_diff);
    MOTE_TRY(mote_rows_text(a, q, 15, &i.machine_json, err));
    MOTE_TRY(mote_rows_text(a, q, 16, &i.mote_version, err));
    *out = i;
    return MOTE_OK;
}

static mote_status get_info(mote_store *s, const char *run_id, mote_arena *a, int64_t *row_id,
                            mote_run_info *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT " INFO_COLUMNS ", r.id FROM run r JOIN experiment e "
                               "ON e.id = r.experiment WHERE r.run_id = ?1",
                               &q, err));
    mote_stmt_bind_text(q, 1, run_id);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return mote_fail(err, MOTE_NOT_FOUND, "run '%s' is not in the store", run_id);
    *row_id = mote_stmt_i64(q, N_INFO_COLUMNS);
    return read_info(q, a, out, err);
}

/* ---- reading what hangs on it ---- */

static mote_status read_pair(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_run_pair *p = item;
    MOTE_TRY(mote_rows_text(a, q, 0, &p->key, err));
    return mote_rows_text(a, q, 1, &p->value, err);
}
static const mote_row_kind pair_rows = {sizeof(mote_run_pair), read_pair};

typedef struct {
    mote_run_pair *items;
    size_t n;
} pair_list;

static mote_status read_pairs(mote_store *s, const char *sql, int64_t run, mote_arena *a,
                              pair_list *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql, &q, err));
    mote_stmt_bind_i64(q, 1, run);
    return mote_rows_read(q, &pair_rows, a, &out->items, &out->n, err);
}

static mote_status read_metric(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_run_metric *m = item;
    MOTE_TRY(mote_rows_text(a, q, 0, &m->key, err));
    m->last = mote_stmt_f64(q, 1);
    m->last_step = mote_stmt_i64(q, 2);
    m->last_time_ms = mote_stmt_i64(q, 3);
    m->n_points = mote_stmt_i64(q, 4);
    m->lowest = mote_stmt_f64(q, 5);
    m->highest = mote_stmt_f64(q, 6);
    return MOTE_OK;
}
static const mote_row_kind metric_rows = {sizeof(mote_run_metric), read_metric};

static mote_status read_metrics(mote_store *s, int64_t run, mote_arena *a, mote_run *r,
                                mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT l.key, CASE WHEN l.is_nan = 0 THEN l.value END, l.step, l.time_ms, count(*), "
        "min(CASE WHEN m.is_nan = 0 THEN m.value END), "
        "max(CASE WHEN m.is_nan = 0 THEN m.value END) "
        "FROM run_metric_latest l JOIN run_metric m ON m.run = l.run AND m.key = l.key "
        "WHERE l.run = ?1 GROUP BY l.run, l.key ORDER BY l.key",
        &q, err));
    mote_stmt_bind_i64(q, 1, run);
    return mote_rows_read(q, &metric_rows, a, &r->metrics, &r->n_metrics, err);
}

static mote_status read_artifact(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_run_artifact *f = item;
    MOTE_TRY(mote_rows_text(a, q, 0, &f->path, err));
    if (!mote_stmt_hash(q, 1, &f->object))
        return mote_fail(err, MOTE_CORRUPT, "store: table run_artifact holds a bad hash");
    f->size_bytes = mote_stmt_i64(q, 2);
    return MOTE_OK;
}
static const mote_row_kind artifact_rows = {sizeof(mote_run_artifact), read_artifact};

static mote_status read_artifacts(mote_store *s, int64_t run, mote_arena *a, mote_run *r,
                                  mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(s,
                          "SELECT f.path, f.object, o.size_bytes FROM run_artifact f JOIN object o "
                          "ON o.hash = f.object WHERE f.run = ?1 ORDER BY f.path",
                          &q, err));
    mote_stmt_bind_i64(q, 1, run);
    return mote_rows_read(q, &artifact_rows, a, &r->artifacts, &r->n_artifacts, err);
}

mote_status mote_run_get(mote_store *s, const char *run_id, mote_arena *a, mote_run *out,
                         mote_err *err)
{
    mote_run r = {0};
    int64_t run = 0;
    pair_list params = {0}, tags = {0};
    MOTE_TRY(get_info(s, run_id, a, &run, &r.info, err));
    MOTE_TRY(read_pairs(s, "SELECT key, value FROM run_param WHERE run = ?1 ORDER BY key", run, a,
                        &params, err));
    MOTE_TRY(read_pairs(s, "SELECT key, value FROM run_tag WHERE run = ?1 ORDER BY key", run, a,
                        &tags, err));
    r.params = params.items;
    r.n_params = params.n;
    r.tags = tags.items;
    r.n_tags = tags.n;
    MOTE_TRY(read_metrics(s, run, a, &r, err));
    MOTE_TRY(read_artifacts(s, run, a, &r, err));
    *out = r;
    return MOTE_OK;
}

static mote_status read_point(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    (void)a;
    (void)err;
    *(mote_run_point *)item = (mote_run_point){
        .value = mote_stmt_f64(q, 0), .step = mote_stmt_i64(q, 1), .time_ms = mote_stmt_i64(q, 2)};
    return MOTE_OK;
}
static const mote_row_kind point_rows = {sizeof(mote_run_point), read_point};

mote_status mote_run_history(mote_store *s, const char *run_id, const char *key, mote_arena *a,
                             mote_run_series *out, mote_err *err)
{
    mote_run_info info;
    int64_t run = 0;
    MOTE_TRY(get_info(s, run_id, a, &run, &info, err));
    MOTE_SCOPED_STMT *q = NULL;
    const char *own_key = NULL;
    mote_run_series r = {0};
    MOTE_TRY(mote_rows_copy(a, key, &own_key, err));
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT CASE WHEN is_nan = 0 THEN value END, step, time_ms FROM run_metric "
        "WHERE run = ?1 AND key = ?2 ORDER BY step, time_ms, value",
        &q, err));
    mote_stmt_bind_i64(q, 1, run);
    mote_stmt_bind_text(q, 2, key);
    MOTE_TRY(mote_rows_read(q, &point_rows, a, &r.points, &r.n, err));
    for (size_t i = 0; i < r.n; i++)
        r.points[i].key = own_key;
    *out = r;
    return MOTE_OK;
}

/* ---- searching ---- */

static mote_status check_experiment(mote_store *s, const char *name, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT 1 FROM experiment WHERE name = ?1", &q, err));
    mote_stmt_bind_text(q, 1, name);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return mote_fail(err, MOTE_NOT_FOUND, "there is no experiment '%s'", name);
    return MOTE_OK;
}

static mote_status prepare_search(mote_store *s, const mote_run_query *query, mote_stmt **q,
                                  mote_err *err)
{
    MOTE_SCOPED_BUF sql;
    mote_buf_init(&sql, QUERY_MAX_BYTES);
    mote_buf_str(&sql,
                 "SELECT " INFO_COLUMNS ", CASE WHEN l.is_nan = 0 THEN l.value END FROM run r "
                 "JOIN experiment e ON e.id = r.experiment "
                 "LEFT JOIN run_metric_latest l ON l.run = r.id AND l.key = ?1 "
                 "WHERE (?2 IS NULL OR e.name = ?2) AND (?3 = '' OR r.status = ?3) "
                 "AND (?4 <> 0 OR r.lifecycle = 'active') ORDER BY ");
    if (query->order_metric != NULL)
        mote_buf_printf(&sql, "l.value IS NULL, l.is_nan, l.value %s, ",
                        query->ascending ? "ASC" : "DESC");
    mote_buf_str(&sql, "r.start_ms DESC, r.id DESC LIMIT ?5");
    MOTE_TRY(mote_buf_status(&sql, err));
    MOTE_TRY(mote_stmt_prepare(s, sql.data, q, err));
    mote_stmt_bind_text(*q, 1, query->order_metric);
    mote_stmt_bind_text(*q, 2, query->experiment);
    mote_stmt_bind_text(*q, 3, mote_run_status_name(query->status));
    mote_stmt_bind_i64(*q, 4, query->with_deleted);
    mote_stmt_bind_i64(*q, 5, query->limit > 0 ? query->limit : -1);
    return MOTE_OK;
}

/* A row of prepare_search. */
static mote_status read_found(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_run_info *found = item;
    MOTE_TRY(read_info(q, a, found, err));
    found->order_value = mote_stmt_f64(q, N_INFO_COLUMNS);
    return MOTE_OK;
}
static const mote_row_kind found_rows = {sizeof(mote_run_info), read_found};

mote_status mote_run_search(mote_store *s, const mote_run_query *query, mote_arena *a,
                            mote_run_info **out, size_t *n, mote_err *err)
{
    if (query->experiment != NULL)
        MOTE_TRY(check_experiment(s, query->experiment, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(prepare_search(s, query, &q, err));
    return mote_rows_read(q, &found_rows, a, out, n, err);
}

static mote_status read_experiment(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_experiment *e = item;
    MOTE_TRY(mote_rows_text(a, q, 0, &e->name, err));
    e->is_deleted = mote_stmt_i64(q, 1) != 0;
    e->created_ms = mote_stmt_i64(q, 2);
    e->n_runs = mote_stmt_i64(q, 3);
    return MOTE_OK;
}
static const mote_row_kind experiment_rows = {sizeof(mote_experiment), read_experiment};

mote_status mote_experiment_list(mote_store *s, mote_arena *a, mote_experiment **out, size_t *n,
                                 mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT e.name, e.lifecycle = 'deleted', e.created_ms, "
        "(SELECT count(*) FROM run r WHERE r.experiment = e.id AND r.lifecycle = 'active') "
        "FROM experiment e ORDER BY e.name",
        &q, err));
    return mote_rows_read(q, &experiment_rows, a, out, n, err);
}
