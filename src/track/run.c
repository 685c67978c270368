/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: creating, logging, finishing. Reading is in run_read.c. */
#include "track/run.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "track/environment.h"
#include "track/key.h"

#define NAME_MAX_BYTES    500
#define CONFIG_MAX_BYTES  ((size_t)4 << 20)
#define CAPTURE_MAX_BYTES (2 * MOTE_GIT_DIFF_MAX_BYTES)

static const char *const status_names[] = {"RUNNING", "SCHEDULED", "FINISHED",
                                           "FAILED",  "KILLED",    ""};

const char *mote_run_status_name(mote_run_status st)
{
    MOTE_BUG_IF((int)st < 0 || st > MOTE_RUN_ANY);
    return status_names[st];
}

/* ---- creating ---- */

static mote_status check_name(const char *what, const char *name, mote_err *err)
{
    size_t n = strlen(name);
    if (n == 0 || n > NAME_MAX_BYTES || !mote_utf8_valid(name, n))
        return mote_fail(err, MOTE_ARG, "the name of %s must be 1 to %d bytes of UTF-8", what,
                         NAME_MAX_BYTES);
    return MOTE_OK;
}

static mote_status find_or_make_experiment(mote_store *s, const char *name, int64_t now_ms,
                                           int64_t *id, mote_err *err)
{
    MOTE_SCOPED_STMT *add = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "INSERT INTO experiment(name, created_ms, updated_ms) VALUES (?1, ?2, ?2) "
        "ON CONFLICT(name) DO UPDATE SET updated_ms = excluded.updated_ms",
        &add, err));
    mote_stmt_bind_text(add, 1, name);
    mote_stmt_bind_i64(add, 2, now_ms);
    MOTE_TRY(mote_stmt_run(add, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT id, lifecycle = 'active' FROM experiment WHERE name = ?1",
                               &q, err));
    mote_stmt_bind_text(q, 1, name);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    MOTE_BUG_IF(!row);
    if (mote_stmt_i64(q, 1) == 0)
        return mote_fail(err, MOTE_CONFLICT,
                         "experiment '%s' is deleted: restore it or use "
                         "another name",
                         name);
    *id = mote_stmt_i64(q, 0);
    return MOTE_OK;
}

/* What was captured outside the transaction. */
typedef struct {
    mote_buf config, machine;
    mote_git_state git;
} captured;

static mote_status capture_config(const char *text, mote_buf *out, mote_err *err)
{
    if (text == NULL)
        text = "{}";
    MOTE_SCOPED_JSON *j = NULL;
    MOTE_TRY(mote_json_parse("configuration of the run", text, strlen(text), &j, err));
    if (!json_is_object(j))
        return mote_fail(err, MOTE_PARSE, "the configuration of a run must be a JSON object");
    mote_json_write(out, j, false);
    return mote_buf_status(out, err);
}

/* A name that no other run of this store has: a hash of the run's number and what it is made from;
 * not random, so that a repeated lap with a fixed clock gives the same bytes. */
static mote_status make_run_id(int64_t number, int64_t now_ms, const mote_run_spec *spec,
                               const mote_buf *config, char run_id[MOTE_RUN_ID_BYTES],
                               mote_err *err)
{
    mote_hasher *h = NULL;
    char hex[MOTE_SHA256_HEX_BYTES];
    MOTE_TRY(mote_hasher_create(&h, err));
    mote_hasher_add_u64(h, (uint64_t)number);
    mote_hasher_add_u64(h, (uint64_t)now_ms);
    mote_hasher_add_str(h, spec->experiment);
    mote_hasher_add_str(h, spec->data_version != NULL ? spec->data_version : "");
    mote_hasher_add_str(h, config->data);
    mote_sha256 id = mote_hasher_finish(h);
    mote_hasher_destroy(h);
    mote_sha256_hex(&id, hex);
    memcpy(run_id, hex, MOTE_RUN_ID_BYTES - 1);
    run_id[MOTE_RUN_ID_BYTES - 1] = '\0';
    return MOTE_OK;
}

/* What a row of `run` is made of. */
typedef struct {
    const mote_run_spec *spec;
    const captured *captured;
    const mote_sha256 *diff; /* NULL: there is none */
    int64_t now_ms, experiment;
} new_run;

static mote_status insert_run(mote_store *s, const new_run *row, char run_id[MOTE_RUN_ID_BYTES],
                              mote_err *err)
{
    const mote_run_spec *spec = row->spec;
    const captured *c = row->captured;
    int64_t number = 0;
    char name[32];
    MOTE_TRY(mote_store_query_i64(s, "SELECT coalesce(max(id), 0) + 1 FROM run", &number, err));
    (void)mote_format(name, sizeof name, "run-%lld", (long long)number);
    MOTE_TRY(make_run_id(number, row->now_ms, spec, &c->config, run_id, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "INSERT INTO run(id, run_id, experiment, name, status, user, start_ms, parent, "
        "data_version, "
        "data_manifest, config, git_commit, git_branch, git_dirty, git_diff, machine, "
        "mote_version) "
        "VALUES (?1,?2,?3,?4,'RUNNING',?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)",
        &q, err));
    mote_stmt_bind_i64(q, 1, number);
    mote_stmt_bind_text(q, 2, run_id);
    mote_stmt_bind_i64(q, 3, row->experiment);
    mote_stmt_bind_text(q, 4, spec->name != NULL ? spec->name : name);
    mote_stmt_bind_text(q, 5, spec->user != NULL ? spec->user : "");
    mote_stmt_bind_i64(q, 6, row->now_ms);
    mote_stmt_bind_text(q, 7, spec->parent);
    mote_stmt_bind_text(q, 8, spec->data_version);
    mote_stmt_bind_hash(q, 9, spec->data_manifest);
    mote_stmt_bind_text_n(q, 10, c->config.data, c->config.len);
    mote_stmt_bind_text(q, 11, c->git.commit);
    mote_stmt_bind_text(q, 12, c->git.branch);
    if (c->git.commit != NULL)
        mote_stmt_bind_i64(q, 13, c->git.is_dirty);
    mote_stmt_bind_hash(q, 14, row->diff);
    mote_stmt_bind_text_n(q, 15, c->machine.data, c->machine.len);
    mote_stmt_bind_text(q, 16, MOTE_VERSION);
    mote_status st = mote_stmt_run(q, err);
    if (st == MOTE_NOT_FOUND)
        return mote_fail(err, st, "the parent run or the data manifest is not in the store");
    return st;
}

static mote_status write_run(mote_store *s, const mote_run_spec *spec, const captured *c,
                             int64_t now_ms, char run_id[MOTE_RUN_ID_BYTES], mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    new_run row = {.spec = spec, .captured = c, .now_ms = now_ms};
    mote_sha256 diff;
    MOTE_TRY(find_or_make_experiment(s, spec->experiment, now_ms, &row.experiment, err));
    if (c->git.diff != NULL) {
        MOTE_TRY(mote_object_put(s, c->git.diff, c->git.diff_bytes, now_ms, &diff, err));
        row.diff = &diff;
    }
    MOTE_TRY(insert_run(s, &row, run_id, err));
    return mote_store_commit(&txn, err);
}

static mote_status capture(const mote_run_spec *spec, mote_arena *a, captured *c, mote_err *err)
{
    MOTE_TRY(capture_config(spec->config_json, &c->config, err));
    mote_machine_json(&c->machine);
    MOTE_TRY(mote_buf_status(&c->machine, err));
    if (spec->source_dir != NULL)
        MOTE_TRY(mote_git_capture(spec->source_dir, a, &c->git, err));
    return MOTE_OK;
}

mote_status mote_run_create(mote_store *s, const mote_run_spec *spec, int64_t now_ms,
                            char run_id[MOTE_RUN_ID_BYTES], mote_err *err)
{
    mote_run_spec filled = *spec;
    if (filled.experiment == NULL)
        filled.experiment = "default";
    MOTE_TRY(check_name("an experiment", filled.experiment, err));
    if (filled.name != NULL)
        MOTE_TRY(check_name("a run", filled.name, err));

    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, CAPTURE_MAX_BYTES);
    captured c = {0};
    char id[MOTE_RUN_ID_BYTES];
    mote_buf_init(&c.config, CONFIG_MAX_BYTES);
    mote_buf_init(&c.machine, 4096);
    mote_status st = capture(&filled, &a, &c, err);
    if (st == MOTE_OK)
        st = write_run(s, &filled, &c, now_ms, id, err);
    mote_buf_release(&c.config);
    mote_buf_release(&c.machine);
    if (st == MOTE_OK)
        memcpy(run_id, id, sizeof id);
    return st;
}

/* ---- changing ---- */

/* The row of a run; unless `even_deleted`, a deleted one is CONFLICT. */
static mote_status need_run(mote_store *s, const char *run_id, bool even_deleted, int64_t *row_id,
                            mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT id, lifecycle = 'active' FROM run WHERE run_id = ?1", &q,
                               err));
    mote_stmt_bind_text(q, 1, run_id);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return mote_fail(err, MOTE_NOT_FOUND, "run '%s' is not in the store", run_id);
    if (!even_deleted && mote_stmt_i64(q, 1) == 0)
        return mote_fail(err, MOTE_CONFLICT, "run '%s' is deleted: restore it first", run_id);
    *row_id = mote_stmt_i64(q, 0);
    return MOTE_OK;
}

static mote_status set_status(mote_store *s, const char *run_id, mote_run_status st,
                              const int64_t *end_ms, mote_err *err)
{
    int64_t run = 0;
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(need_run(s, run_id, false, &run, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(s, "UPDATE run SET status = ?2, end_ms = ?3 WHERE id = ?1", &q, err));
    mote_stmt_bind_i64(q, 1, run);
    mote_stmt_bind_text(q, 2, mote_run_status_name(st));
    if (end_ms != NULL)
        mote_stmt_bind_i64(q, 3, *end_ms);
    MOTE_TRY(mote_stmt_run(q, err));
    return mote_store_commit(&txn, err);
}

mote_status mote_run_finish(mote_store *s, const char *run_id, mote_run_status st, int64_t now_ms,
                            mote_err *err)
{
    MOTE_BUG_IF(st != MOTE_RUN_FINISHED && st != MOTE_RUN_FAILED && st != MOTE_RUN_KILLED);
    return set_status(s, run_id, st, &now_ms, err);
}

mote_status mote_run_close_abandoned(mote_store *s, int64_t now_ms, int64_t *n, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s, "UPDATE run SET status = 'KILLED', end_ms = ?1 WHERE status = 'RUNNING'", &q, err));
    mote_stmt_bind_i64(q, 1, now_ms);
    MOTE_TRY(mote_stmt_run(q, err));
    *n = mote_store_changes(s);
    return MOTE_OK;
}

mote_status mote_run_set_deleted(mote_store *s, const char *run_id, bool deleted, mote_err *err)
{
    int64_t run = 0;
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(need_run(s, run_id, true, &run, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "UPDATE run SET lifecycle = ?2 WHERE id = ?1", &q, err));
    mote_stmt_bind_i64(q, 1, run);
    mote_stmt_bind_text(q, 2, deleted ? "deleted" : "active");
    MOTE_TRY(mote_stmt_run(q, err));
    return mote_store_commit(&txn, err);
}

/* ---- logging ---- */

static mote_status check_value(const char *what, const mote_run_pair *p, size_t max, mote_err *err)
{
    MOTE_TRY(mote_key_check(what, p->key, err));
    size_t n = strlen(p->value);
    if (n > max)
        return mote_fail(err, MOTE_LIMIT, "the value of %s '%s' has %zu bytes, more than %zu", what,
                         p->key, n, max);
    if (!mote_utf8_valid(p->value, n))
        return mote_fail(err, MOTE_ARG, "the value of %s '%s' is not UTF-8", what, p->key);
    return MOTE_OK;
}

static mote_status log_param(mote_store *s, int64_t run, const mote_run_pair *p, mote_err *err)
{
    MOTE_SCOPED_STMT *old = NULL;
    MOTE_TRY(
        mote_stmt_prepare(s, "SELECT value FROM run_param WHERE run = ?1 AND key = ?2", &old, err));
    mote_stmt_bind_i64(old, 1, run);
    mote_stmt_bind_text(old, 2, p->key);
    bool row = false;
    MOTE_TRY(mote_stmt_step(old, &row, err));
    if (row) {
        const char *value = mote_stmt_text(old, 0);
        if (value == NULL)
            return mote_fail(err, MOTE_NOMEM, "out of memory for a text of the store");
        if (strcmp(value, p->value) == 0)
            return MOTE_OK;
        return mote_fail(err, MOTE_CONFLICT,
                         "parameter '%s' is already '%s' and does not change "
                         "(new value '%s')",
                         p->key, value, p->value);
    }
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "INSERT INTO run_param(run, key, value) VALUES (?1, ?2, ?3)", &q,
                               err));
    mote_stmt_bind_i64(q, 1, run);
    mote_stmt_bind_text(q, 2, p->key);
    mote_stmt_bind_text(q, 3, p->value);
    return mote_stmt_run(q, err);
}

mote_status mote_run_log_params(mote_store *s, const char *run_id, const mote_run_pair *params,
                                size_t n, mote_err *err)
{
    int64_t run = 0;
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(check_value("parameter", &params[i], MOTE_RUN_PARAM_MAX, err));
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(need_run(s, run_id, false, &run, err));
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(log_param(s, run, &params[i], err));
    return mote_store_commit(&txn, err);
}

static void bind_point(mote_stmt *q, int64_t run, const mote_run_point *p)
{
    double value = p->value;
    if (isinf(value))
        value = value > 0 ? DBL_MAX : -DBL_MAX;
    mote_stmt_bind_i64(q, 1, run);
    mote_stmt_bind_text(q, 2, p->key);
    mote_stmt_bind_i64(q, 3, p->step);
    mote_stmt_bind_i64(q, 4, p->time_ms);
    mote_stmt_bind_f64(q, 5, isnan(value) ? 0.0 : value);
    mote_stmt_bind_i64(q, 6, isnan(value));
}

static mote_status log_points(mote_store *s, int64_t run, const mote_run_point *points, size_t n,
                              mote_err *err)
{
    MOTE_SCOPED_STMT *add = NULL;
    MOTE_SCOPED_STMT *latest = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO run_metric(run, key, step, time_ms, value, is_nan) "
                               "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                               &add, err));
    MOTE_TRY(mote_stmt_prepare(
        s,
        "INSERT INTO run_metric_latest(run, key, step, time_ms, value, is_nan) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(run, key) DO UPDATE SET step = excluded.step, "
        "time_ms = excluded.time_ms, value = excluded.value, is_nan = excluded.is_nan "
        "WHERE (excluded.step, excluded.time_ms, excluded.value) > (step, time_ms, value)",
        &latest, err));
    for (size_t i = 0; i < n; i++) {
        bind_point(add, run, &points[i]);
        MOTE_TRY(mote_stmt_run(add, err));
        bind_point(latest, run, &points[i]);
        MOTE_TRY(mote_stmt_run(latest, err));
    }
    return MOTE_OK;
}

mote_status mote_run_log_metrics(mote_store *s, const char *run_id, const mote_run_point *points,
                                 size_t n, mote_err *err)
{
    int64_t run = 0;
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(mote_key_check("metric", points[i].key, err));
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(need_run(s, run_id, false, &run, err));
    MOTE_TRY(log_points(s, run, points, n, err));
    return mote_store_commit(&txn, err);
}

mote_status mote_run_set_tags(mote_store *s, const char *run_id, const mote_run_pair *tags,
                              size_t n, mote_err *err)
{
    int64_t run = 0;
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(check_value("tag", &tags[i], MOTE_RUN_TAG_MAX, err));
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(need_run(s, run_id, false, &run, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO run_tag(run, key, value) VALUES (?1, ?2, ?3) "
                               "ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
                               &q, err));
    for (size_t i = 0; i < n; i++) {
        mote_stmt_bind_i64(q, 1, run);
        mote_stmt_bind_text(q, 2, tags[i].key);
        mote_stmt_bind_text(q, 3, tags[i].value);
        MOTE_TRY(mote_stmt_run(q, err));
    }
    return mote_store_commit(&txn, err);
}

mote_status mote_run_add_artifact(mote_store *s, const char *run_id, const char *path,
                                  const mote_sha256 *object, mote_err *err)
{
    int64_t run = 0;
    MOTE_TRY(mote_key_check("artifact", path, err));
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(need_run(s, run_id, false, &run, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO run_artifact(run, path, object) VALUES (?1, ?2, ?3) "
                               "ON CONFLICT (run, path) DO UPDATE SET object = excluded.object",
                               &q, err));
    mote_stmt_bind_i64(q, 1, run);
    mote_stmt_bind_text(q, 2, path);
    mote_stmt_bind_hash(q, 3, object);
    mote_status st = mote_stmt_run(q, err);
    if (st == MOTE_NOT_FOUND)
        return mote_fail(err, st, "artifact '%s': its object is not in the store", path);
    if (st != MOTE_OK)
        return st;
    return mote_store_commit(&txn, err);
}
