/* SPDX-License-Identifier: Apache-2.0 */
/* The engine of the loop: keys, attempts, what is fresh. See pipeline.h; what the stages do is in
 * stage_*.c, their inputs in stages.c. */
#include "pipeline/pipeline.h"

#include <string.h>

#include "base/file.h"
#include "store/folders.h"
#include "evaluate/json_parts.h"
#include "pipeline/stage_parts.h"
#include "project/part.h"

static const struct {
    const char *name;
    int32_t version;
} stage_rows[MOTE_N_STAGES] = {
#define STAGE(id, version, doc) {#id, version},
#include "pipeline/stages.def"
#undef STAGE
};

/* Of decoded samples, kept for a lap; what is more is decoded each time it is asked for. */
#define DECODED_MAX_BYTES ((size_t)512 << 20)

const char *mote_stage_name(mote_stage_id stage)
{
    MOTE_BUG_IF(stage >= MOTE_N_STAGES);
    return stage_rows[stage].name;
}

bool mote_stage_parse(const char *name, mote_stage_id *out)
{
    for (int i = 0; i < MOTE_N_STAGES; i++)
        if (strcmp(stage_rows[i].name, name) == 0) {
            *out = (mote_stage_id)i;
            return true;
        }
    return false;
}

/* ---- life -------------------------------------------------------------------------------- */

mote_status mote_pipeline_create(const mote_pipeline_config *cfg, mote_pipeline **out,
                                 mote_err *err)
{
    mote_pipeline *p = mote_alloc_zero(1, sizeof *p);
    if (!p)
        return mote_fail(err, MOTE_NOMEM, "no memory for the pipeline");
    p->cfg.store = cfg->store;
    p->cfg.pool = cfg->pool;
    p->cfg.cancel = cfg->cancel;
    p->cfg.progress = cfg->progress;
    p->cfg.progress_arg = cfg->progress_arg;
    p->cfg.now_ms = cfg->now_ms;
    p->cfg.warn = cfg->warn;
    p->whole = cfg->project;
    mote_arena_init(&p->arena, (size_t)64 << 20);
    char *work = NULL;
    mote_status st = mote_store_cache_dir(cfg->store, "work", &p->arena, &work, err);
    p->work_dir = work;
    if (st == MOTE_OK && !mote_store_is_read_only(cfg->store)) /* then there is only looking */
        st = mote_dir_make(p->work_dir, err);
    if (st == MOTE_OK)
        st = mote_decoded_cache_create(DECODED_MAX_BYTES, &p->decoded, err);
    if (st != MOTE_OK) {
        mote_pipeline_destroy(p);
        return st;
    }
    *out = p;
    return MOTE_OK;
}

static void forget(mote_stage_result *r)
{
    json_decref(r->output);
    *r = (mote_stage_result){0};
}

/* Start and teachers are read anew: a name may mean another model by now. */
static void forget_models(mote_pipeline *p)
{
    mote_start_release(&p->start);
    for (size_t i = 0; i < MOTE_MAX_TEACHERS; i++)
        mote_start_release(&p->teachers[i]);
}

void mote_pipeline_destroy(mote_pipeline *p)
{
    if (!p)
        return;
    for (int i = 0; i < MOTE_N_STAGES; i++)
        forget(&p->results[i]);
    forget_models(p);
    mote_decoded_cache_destroy(p->decoded);
    mote_arena_release(&p->arena);
    mote_free(p);
}

/* ---- keys -------------------------------------------------------------------------------- */

void mote_pipeline_use(mote_pipeline *p, unsigned settings)
{
    mote_settings_make(p->whole, settings, &p->made);
    p->settings = &p->made;
}

static bool has_start(const mote_pipeline *p)
{
    return p->whole->training.start[0] != '\0';
}

/* What it means now; the same through a lap. */
static mote_status read_start(mote_pipeline *p, mote_err *err)
{
    const mote_project *y = p->whole;
    return p->start.graph ? MOTE_OK
                          : mote_start_open(p->cfg.store, y, "training.start", y->training.start,
                                            &p->start, err);
}

static mote_status read_teacher(mote_pipeline *p, size_t i, mote_err *err)
{
    const mote_project *y = p->whole;
    return p->teachers[i].graph
               ? MOTE_OK
               : mote_start_open(p->cfg.store, y, "training.teacher", y->training.teachers.items[i],
                                 &p->teachers[i], err);
}

static mote_status read_teachers(mote_pipeline *p, mote_err *err)
{
    const size_t n = p->whole->training.teachers.n;
    if (n > MOTE_MAX_TEACHERS)
        return mote_fail(err, MOTE_LIMIT, "'training.teacher' has %zu models, %d are possible", n,
                         MOTE_MAX_TEACHERS);
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(read_teacher(p, i, err));
    p->made.teachers = n > 0 ? p->teachers : NULL;
    return MOTE_OK;
}

mote_status mote_stage_frontend(mote_pipeline *p, const mote_sample_form *form, mote_frontend *out,
                                mote_err *err)
{
    if (!has_start(p)) {
        *out = mote_settings_frontend(p->whole, form);
        return MOTE_OK;
    }
    MOTE_TRY(read_start(p, err));
    MOTE_TRY(mote_start_frontend(&p->start, p->whole, form, out, err));
    p->made.start = &p->start;
    return MOTE_OK;
}

/* The front end as the features stage fitted it, for the stages behind that one. Its output is
 * there under its present key only, so what was fitted belongs to these settings and these data. */
static void take_fitted(mote_pipeline *p)
{
    const json_t *o = json_object_get(p->results[MOTE_STAGE_features].output, "front_end");
    mote_frontend f;
    mote_err why;
    if (!(p->made.has & MOTE_USES(features)) || !o || !mote_frontend_wants_fit(&p->made.features_))
        return;
    MOTE_BUG_IF(mote_frontend_from_json(o, "features stage", &f, &why) != MOTE_OK);
    p->made.features_ = f;
}

void mote_stage_settings(mote_pipeline *p, mote_stage_id id)
{
    mote_pipeline_use(p, mote_stage_defs[id].settings);
}

mote_status mote_stage_complete(mote_pipeline *p, bool is_fitted, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 30);
    mote_data_version v;
    mote_sample_form form;
    MOTE_TRY(mote_stage_version(p, &a, &v, err));
    MOTE_TRY(mote_stage_form(p, &v, &form, err));
    mote_settings_complete(&p->made, p->whole, &form);
    if (p->made.has & MOTE_USES(features))
        MOTE_TRY(mote_stage_frontend(p, &form, &p->made.features_, err));
    if (p->made.has & MOTE_USES(training))
        MOTE_TRY(read_teachers(p, err));
    if (is_fitted)
        take_fitted(p);
    return MOTE_OK;
}

/* A model that training begins with or learns from, which may not be there (any more): what is made
 * with it is then stale, and fails with the reason when it runs. */
static mote_status add_model(const char *name, const mote_start *m, mote_status st,
                             const mote_err *why, json_t *out, mote_err *err)
{
    char text[MOTE_SHA256_HEX_BYTES] = "not there";
    if (st == MOTE_NOMEM)
        return mote_fail(err, st, "%s", why->text);
    if (st == MOTE_OK)
        mote_sha256_hex(&m->hash, text);
    return mote_json_put(out, name, json_string(text), err);
}

static mote_status add_models(mote_pipeline *p, unsigned settings, json_t *out, mote_err *err)
{
    mote_err why = {0};
    if (has_start(p) && (settings & MOTE_USES(features))) {
        const mote_status st = read_start(p, &why);
        MOTE_TRY(add_model("training.start", &p->start, st, &why, out, err));
    }
    const size_t n = settings & MOTE_USES(training) ? p->whole->training.teachers.n : 0;
    for (size_t i = 0; i < n && i < MOTE_MAX_TEACHERS; i++) {
        char name[40];
        const mote_status st = read_teacher(p, i, &why);
        (void)mote_format(name, sizeof name, "training.teacher %zu", i + 1);
        MOTE_TRY(add_model(name, &p->teachers[i], st, &why, out, err));
    }
    return MOTE_OK;
}

/* What the result of a stage depends on, name -> text. Inputs must have their key. */
static mote_status components(mote_pipeline *p, mote_stage_id id, json_t *out, mote_err *err)
{
    const mote_stage_def *d = &mote_stage_defs[id];
    char text[MOTE_SHA256_HEX_BYTES];
    (void)mote_format(text, sizeof text, "%d", stage_rows[id].version);
    MOTE_TRY(mote_json_put(out, "stage version", json_string(text), err));
    for (size_t i = 0; i < d->n_inputs; i++) {
        mote_sha256_hex(&p->keys[d->inputs[i]], text);
        MOTE_TRY(mote_json_put(out, mote_stage_name(d->inputs[i]), json_string(text), err));
    }
    const char *parts[MOTE_SETTINGS_MAX_PARTS];
    for (size_t i = 0, n = mote_settings_parts(d->settings, parts); i < n; i++) {
        mote_sha256 h;
        if (!mote_project_has_part(p->whole, parts[i]))
            continue;
        MOTE_TRY(mote_project_part_hash(p->whole, parts[i], &h, err));
        mote_sha256_hex(&h, text);
        char name[64];
        (void)mote_format(name, sizeof name, "mote.yaml: %s", parts[i]);
        MOTE_TRY(mote_json_put(out, name, json_string(text), err));
    }
    MOTE_TRY(add_models(p, d->settings, out, err));
    mote_stage_settings(p, id);
    mote_status st = d->more ? d->more(p, out, err) : MOTE_OK;
    p->settings = NULL;
    return st;
}

static mote_status key_of(mote_stage_id id, const json_t *parts, mote_sha256 *out, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    mote_buf_str(&b, mote_stage_name(id));
    mote_json_write(&b, parts, false);
    MOTE_TRY(mote_buf_status(&b, err));
    *out = mote_sha256_of(b.data, b.len);
    return MOTE_OK;
}

/* ---- attempts ---------------------------------------------------------------------------- */

static mote_status read_objects(mote_pipeline *p, int64_t attempt, mote_stage_result *r,
                                mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        p->cfg.store, "SELECT name, object FROM stage_object WHERE attempt = ?1", &q, err));
    mote_stmt_bind_i64(q, 1, attempt);
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        mote_stage_object *o = &r->objects[r->n_objects];
        if (r->n_objects == MOTE_STAGE_MAX_OBJECTS || !mote_stmt_hash(q, 1, &o->object))
            return mote_fail(err, MOTE_CORRUPT, "the objects of a stage are damaged in the store");
        (void)mote_format(o->name, sizeof o->name, "%s", mote_stmt_text(q, 0));
        r->n_objects++;
    }
}

/* Is everything there that a stage made? Else it has no result: it can be made again. */
static mote_status drop_incomplete(mote_pipeline *p, mote_stage_id id, mote_stage_result *r,
                                   mote_err *err)
{
    for (size_t i = 0; i < r->n_objects; i++) {
        bool is_there = false;
        MOTE_TRY(mote_object_in_place(p->cfg.store, &r->objects[i].object, &is_there, err));
        if (is_there)
            continue;
        (void)mote_format(p->lost[id], sizeof p->lost[id], "%s", r->objects[i].name);
        forget(r);
        return MOTE_OK;
    }
    return MOTE_OK;
}

/* The last good attempt under `key`, of a deed only when nothing was done since; out->output stays
 * NULL when there is none. */
static mote_status find_done(mote_pipeline *p, mote_stage_id id, const mote_sha256 *key,
                             mote_stage_result *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    p->lost[id][0] = '\0';
    MOTE_TRY(mote_stmt_prepare(p->cfg.store,
                               "SELECT id, output, started_ms, ended_ms FROM stage_attempt "
                               "WHERE stage = ?1 AND key = ?2 AND state = 'done' AND (?3 = 0 OR "
                               "id = (SELECT max(id) FROM stage_attempt WHERE stage = ?1 AND "
                               "state = 'done')) ORDER BY id DESC LIMIT 1",
                               &q, err));
    mote_stmt_bind_text(q, 1, mote_stage_name(id));
    mote_stmt_bind_hash(q, 2, key);
    mote_stmt_bind_i64(q, 3, mote_stage_defs[id].is_deed);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return MOTE_OK;
    const char *text = mote_stmt_text(q, 1);
    MOTE_TRY(mote_json_parse("stage output", text ? text : "", text ? strlen(text) : 0,
                             &out->output, err));
    out->started_ms = mote_stmt_i64(q, 2);
    out->ended_ms = mote_stmt_i64(q, 3);
    MOTE_TRY(read_objects(p, mote_stmt_i64(q, 0), out, err));
    return drop_incomplete(p, id, out, err);
}

static mote_status begin_attempt(mote_pipeline *p, mote_stage_run *r, const json_t *parts,
                                 mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    mote_json_write(&b, parts, false);
    MOTE_TRY(mote_buf_status(&b, err));
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(p->cfg.store, &txn, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(p->cfg.store,
                               "INSERT INTO stage_attempt (stage, key, state, started_ms, inputs) "
                               "VALUES (?1, ?2, 'running', ?3, ?4)",
                               &q, err));
    mote_stmt_bind_text(q, 1, mote_stage_name(r->id));
    mote_stmt_bind_hash(q, 2, &r->key);
    mote_stmt_bind_i64(q, 3, p->cfg.now_ms());
    mote_stmt_bind_text_n(q, 4, b.data, b.len);
    MOTE_TRY(mote_stmt_run(q, err));
    r->attempt = mote_store_last_id(p->cfg.store);
    return mote_store_commit(&txn, err);
}

static mote_status end_done(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)64 << 20);
    mote_json_write(&b, r->output, false);
    MOTE_TRY(mote_buf_status(&b, err));
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(p->cfg.store, &txn, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(p->cfg.store,
                          "UPDATE stage_attempt SET state = 'done', ended_ms = ?2, output = ?3 "
                          "WHERE id = ?1",
                          &q, err));
    mote_stmt_bind_i64(q, 1, r->attempt);
    mote_stmt_bind_i64(q, 2, p->cfg.now_ms());
    mote_stmt_bind_text_n(q, 3, b.data, b.len);
    MOTE_TRY(mote_stmt_run(q, err));
    MOTE_SCOPED_STMT *o = NULL;
    MOTE_TRY(mote_stmt_prepare(
        p->cfg.store, "INSERT INTO stage_object (attempt, name, object) VALUES (?1, ?2, ?3)", &o,
        err));
    for (size_t i = 0; i < r->n_objects; i++) {
        mote_stmt_bind_i64(o, 1, r->attempt);
        mote_stmt_bind_text(o, 2, r->objects[i].name);
        mote_stmt_bind_hash(o, 3, &r->objects[i].object);
        MOTE_TRY(mote_stmt_run(o, err));
    }
    return mote_store_commit(&txn, err);
}

/* Keep the reason of a failure. A second failure here must not hide the first: it is dropped. */
static void end_failed(mote_pipeline *p, const mote_stage_run *r, const mote_err *why)
{
    MOTE_SCOPED_STMT *q = NULL;
    mote_status st = mote_stmt_prepare(p->cfg.store,
                                       "UPDATE stage_attempt SET state = 'failed', ended_ms = ?2, "
                                       "error = ?3 WHERE id = ?1",
                                       &q, NULL);
    if (st != MOTE_OK)
        return;
    mote_stmt_bind_i64(q, 1, r->attempt);
    mote_stmt_bind_i64(q, 2, p->cfg.now_ms());
    mote_stmt_bind_text(q, 3, why->text);
    mote_ignore(mote_stmt_run(q, NULL));
}

static mote_status run_stage(mote_pipeline *p, mote_stage_id id, const json_t *parts, mote_err *err)
{
    mote_stage_run r = {.id = id, .key = p->keys[id], .output = json_object()};
    mote_err why = {0};
    mote_status st = r.output ? begin_attempt(p, &r, parts, &why)
                              : mote_fail(&why, MOTE_NOMEM, "no memory for a stage");
    if (st == MOTE_OK) {
        mote_stage_settings(p, id);
        if (id != MOTE_STAGE_data)
            st = mote_stage_complete(p, id != MOTE_STAGE_features, &why);
        if (st == MOTE_OK)
            st = mote_stage_defs[id].run(p, &r, &why);
        p->settings = NULL;
        if (st == MOTE_OK && r.is_cut)
            st = mote_fail(&why, MOTE_NOMEM, "no memory for what the stage has to say");
        if (st == MOTE_OK)
            st = end_done(p, &r, &why);
        if (st != MOTE_OK && st != MOTE_CANCELLED)
            end_failed(p, &r, &why);
    }
    json_decref(r.output);
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s: %s", mote_stage_name(id), why.text);
    return find_done(p, id, &p->keys[id], &p->results[id], err);
}

/* ---- running ----------------------------------------------------------------------------- */

static bool needs(mote_stage_id last, mote_stage_id id)
{
    if (last == id)
        return true;
    const mote_stage_def *d = &mote_stage_defs[last];
    for (size_t i = 0; i < d->n_inputs; i++)
        if (needs(d->inputs[i], id))
            return true;
    for (size_t i = 0; i < d->n_gates; i++)
        if (needs(d->gates[i], id))
            return true;
    return false;
}

/* Is the result of a stage too old to be left alone? The reason, NULL: no. */
static mote_status is_due(mote_pipeline *p, mote_stage_id id, const char **why, mote_err *err)
{
    *why = NULL;
    if (id != MOTE_STAGE_train || !p->results[id].output)
        return MOTE_OK;
    return mote_retrain_by_age(p, p->results[id].ended_ms, why, err);
}

/* The key of a stage, and its result if there is one. `parts` gets what the key is made of. */
static mote_status look_up(mote_pipeline *p, mote_stage_id id, json_t *parts, mote_err *err)
{
    if (!parts)
        return mote_fail(err, MOTE_NOMEM, "no memory for a stage");
    MOTE_TRY(components(p, id, parts, err));
    MOTE_TRY(key_of(id, parts, &p->keys[id], err));
    forget(&p->results[id]);
    return find_done(p, id, &p->keys[id], &p->results[id], err);
}

static mote_status run_up_to(mote_pipeline *p, mote_stage_id last, bool force, mote_err *err)
{
    forget_models(p);
    for (int i = 0; i <= (int)last; i++) {
        mote_stage_id id = (mote_stage_id)i;
        if (!needs(last, id))
            continue;
        if (mote_cancelled(p->cfg.cancel))
            return mote_fail(err, MOTE_CANCELLED, "stopped before '%s'; run again to go on",
                             mote_stage_name(id));
        MOTE_SCOPED_JSON *parts = json_object();
        const char *due = NULL;
        MOTE_TRY(look_up(p, id, parts, err));
        MOTE_TRY(is_due(p, id, &due, err));
        if (p->results[id].output && !due && !(force && id == last))
            continue;
        forget(&p->results[id]);
        MOTE_TRY(run_stage(p, id, parts, err));
    }
    return MOTE_OK;
}

mote_status mote_pipeline_run(mote_pipeline *p, mote_stage_id last, bool force, mote_err *err)
{
    mote_status st = MOTE_OK;
    p->takes_all = force && last == MOTE_STAGE_data;
    /* Each round drops a damaged result, which is then made again: there are not many of them. */
    for (int i = 0; i <= MOTE_N_STAGES * MOTE_STAGE_MAX_OBJECTS; i++) {
        mote_err why = {0};
        p->dropped = false;
        st = run_up_to(p, last, force, &why);
        if (st == MOTE_OK)
            return MOTE_OK;
        if (st != MOTE_CORRUPT || !p->dropped)
            return mote_fail(err, st, "%s", why.text);
        if (p->cfg.warn)
            p->cfg.warn(p->cfg.progress_arg, why.text);
    }
    return mote_fail(err, st, "results are damaged again and again: is the disk sound?");
}

mote_status mote_pipeline_result(mote_pipeline *p, mote_stage_id stage,
                                 const mote_stage_result **out, mote_err *err)
{
    if (!p->results[stage].output) {
        mote_stage_status all[MOTE_N_STAGES];
        MOTE_TRY(mote_pipeline_status(p, all, err));
    }
    *out = &p->results[stage];
    return MOTE_OK;
}

/* ---- status ------------------------------------------------------------------------------ */

/* How many components of `parts` are not the same in `before`; *first is the name of one. */
static size_t differences(const json_t *parts, const json_t *before, const char **first)
{
    size_t n = 0;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)parts, name, value)
    {
        if (json_equal(value, json_object_get(before, name)))
            continue;
        *first = n ? *first : name;
        n++;
    }
    return n;
}

/* What is missing of a result that there was under the present key. */
static mote_status say_lost(mote_pipeline *p, mote_stage_id id, mote_stage_status *out,
                            mote_err *err)
{
    if (!p->lost[id][0])
        return MOTE_OK;
    out->why = mote_arena_printf(&p->arena,
                                 "its '%s' is missing from the store; 'mote run' makes "
                                 "it again",
                                 p->lost[id]);
    return out->why ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the status");
}

/* Why there is no result under the present key, in words: what differs from the good attempt that
 * is most like it, the newest of equals. The last one will not do: when mote.yaml went to other
 * settings and back, all of that would seem to have changed. */
static mote_status explain(mote_pipeline *p, mote_stage_id id, const json_t *parts,
                           mote_stage_status *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(p->cfg.store,
                               "SELECT inputs, ended_ms FROM stage_attempt "
                               "WHERE stage = ?1 AND state = 'done' ORDER BY id DESC LIMIT 50",
                               &q, err));
    mote_stmt_bind_text(q, 1, mote_stage_name(id));
    out->why = "never run";
    for (size_t fewest = SIZE_MAX;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return say_lost(p, id, out, err);
        if (out->ended_ms == 0) {
            out->ended_ms = mote_stmt_i64(q, 1);
            out->why = "its inputs changed";
        }
        const char *inputs = mote_stmt_text(q, 0), *first = NULL;
        MOTE_SCOPED_JSON *before = NULL; /* stays NULL when it is malformed: all differs */
        if (mote_json_parse("inputs", inputs ? inputs : "{}", inputs ? strlen(inputs) : 2, &before,
                            NULL) == MOTE_NOMEM)
            return mote_fail(err, MOTE_NOMEM, "no memory for the status");
        size_t n = differences(parts, before, &first);
        if (n == 0 && mote_stage_defs[id].is_deed) {
            out->why = "something else was deployed since";
            return MOTE_OK;
        }
        if (n == 0 || n >= fewest)
            continue;
        fewest = n;
        char *why = mote_arena_printf(&p->arena, "%s changed", first);
        if (!why)
            return mote_fail(err, MOTE_NOMEM, "no memory for the status");
        out->why = why;
    }
}

/* Did the last attempt under this key fail? Then why. */
static mote_status find_failure(mote_pipeline *p, mote_stage_id id, mote_stage_status *out,
                                mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(p->cfg.store,
                               "SELECT state, error FROM stage_attempt "
                               "WHERE stage = ?1 AND key = ?2 ORDER BY id DESC LIMIT 1",
                               &q, err));
    mote_stmt_bind_text(q, 1, mote_stage_name(id));
    mote_stmt_bind_hash(q, 2, &p->keys[id]);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return MOTE_OK;
    const char *state = mote_stmt_text(q, 0), *error = mote_stmt_text(q, 1);
    if (mote_str_eq(state, "failed")) {
        out->state = MOTE_STAGE_FAILED;
        out->why = mote_arena_strdup(&p->arena, error ? error : "");
        if (!out->why)
            return mote_fail(err, MOTE_NOMEM, "no memory for the status");
    } else if (mote_str_eq(state, "running")) {
        out->why = "begun and not finished; 'mote run' goes on";
    }
    return MOTE_OK;
}

static mote_status say_waiting(mote_pipeline *p, mote_stage_status *out, mote_err *err)
{
    out->why =
        mote_arena_printf(&p->arena, "%lld new samples wait, schedule.retrain.new_samples is %d",
                          (long long)p->n_waiting, mote_retrain_rule_of(p->whole).new_samples);
    return out->why ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the status");
}

mote_status mote_pipeline_status(mote_pipeline *p, mote_stage_status out[MOTE_N_STAGES],
                                 mote_err *err)
{
    forget_models(p);
    for (int i = 0; i < MOTE_N_STAGES; i++) {
        mote_stage_id id = (mote_stage_id)i;
        out[i] = (mote_stage_status){.state = MOTE_STAGE_STALE, .why = ""};
        MOTE_SCOPED_JSON *parts = json_object();
        const char *due = NULL;
        MOTE_TRY(look_up(p, id, parts, err));
        MOTE_TRY(is_due(p, id, &due, err));
        if (p->results[id].output) {
            out[i] = (mote_stage_status){.state = due ? MOTE_STAGE_STALE : MOTE_STAGE_FRESH,
                                         .why = due ? due : "",
                                         .ended_ms = p->results[id].ended_ms};
            if (id == MOTE_STAGE_data && p->n_waiting > 0)
                MOTE_TRY(say_waiting(p, &out[i], err));
            continue;
        }
        MOTE_TRY(explain(p, id, parts, &out[i], err));
        MOTE_TRY(find_failure(p, id, &out[i], err));
    }
    return MOTE_OK;
}

/* ---- for stages -------------------------------------------------------------------------- */

mote_status mote_stage_config_json(const mote_pipeline *p, json_t **out, mote_err *err)
{
    const char *parts[MOTE_SETTINGS_MAX_PARTS];
    MOTE_BUG_IF(!p->settings);
    size_t n = mote_settings_parts(p->settings->has, parts);
    return mote_project_parts_json(p->whole, parts, n, out, err);
}

/* The settings of a stage and of those that it is made from; a gate is none of these. */
static unsigned settings_behind(mote_stage_id id)
{
    const mote_stage_def *d = &mote_stage_defs[id];
    unsigned all = d->settings;
    for (size_t i = 0; i < d->n_inputs; i++)
        all |= settings_behind(d->inputs[i]);
    return all;
}

mote_status mote_stage_lineage_json(const mote_pipeline *p, mote_stage_id id, json_t **out,
                                    mote_err *err)
{
    const char *parts[MOTE_SETTINGS_MAX_PARTS];
    size_t n = mote_settings_parts(settings_behind(id), parts);
    return mote_project_parts_json(p->whole, parts, n, out, err);
}

const char *mote_stage_experiment(const mote_pipeline *p)
{
    return p->whole->name;
}

void mote_stage_set(mote_stage_run *r, const char *member, json_t *value)
{
    if (json_object_set_new(r->output, member, value) != 0)
        r->is_cut = true;
}

void mote_stage_lost_checkpoint(mote_pipeline *p, const char *why)
{
    char text[512];
    (void)mote_format(text, sizeof text,
                      "train: the checkpoint of a stopped training cannot be used (%.300s): "
                      "removed, and begun again",
                      why);
    mote_stage_warn(p, text);
}

void mote_stage_warn(mote_pipeline *p, const char *text)
{
    if (p->cfg.warn)
        p->cfg.warn(p->cfg.progress_arg, text);
}

void mote_stage_progress(mote_pipeline *p, const mote_stage_run *r, int64_t done, int64_t total,
                         const char *note)
{
    if (p->cfg.progress)
        p->cfg.progress(p->cfg.progress_arg, r->id, done, total, note);
}

mote_status mote_stage_put(mote_pipeline *p, mote_stage_run *r, const char *name, const void *bytes,
                           size_t n, mote_err *err)
{
    MOTE_BUG_IF(r->n_objects == MOTE_STAGE_MAX_OBJECTS);
    mote_stage_object *o = &r->objects[r->n_objects];
    MOTE_TRY(mote_object_put_again(p->cfg.store, bytes, n, p->cfg.now_ms(), &o->object, err));
    (void)mote_format(o->name, sizeof o->name, "%s", name);
    r->n_objects++;
    return MOTE_OK;
}

const mote_sha256 *mote_stage_find(const mote_pipeline *p, mote_stage_id from, const char *name)
{
    const mote_stage_result *r = &p->results[from];
    for (size_t i = 0; i < r->n_objects; i++)
        if (strcmp(r->objects[i].name, name) == 0)
            return &r->objects[i].object;
    return NULL;
}

mote_status mote_stage_get(mote_pipeline *p, mote_stage_id from, const char *name, char **bytes,
                           size_t *n, mote_err *err)
{
    const mote_sha256 *h = mote_stage_find(p, from, name);
    if (!h)
        return mote_fail(err, MOTE_BUG, "stage '%s' made no '%s'", mote_stage_name(from), name);
    mote_err why = {0};
    mote_status st = mote_object_get(p->cfg.store, h, MOTE_OBJECT_MAX_BYTES, bytes, n, &why);
    if (st == MOTE_OK)
        return MOTE_OK;
    if (st != MOTE_CORRUPT)
        return mote_fail(err, st, "%s", why.text);
    MOTE_TRY(mote_object_drop_file(p->cfg.store, h, err));
    p->dropped = true;
    return mote_fail(err, st, "'%s' of stage '%s' is damaged in the store: removed, and made again",
                     name, mote_stage_name(from));
}
