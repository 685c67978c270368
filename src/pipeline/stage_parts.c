/* SPDX-License-Identifier: Apache-2.0 */
/* What several stages share. See stage_parts.h. */
#include "pipeline/stage_parts.h"

#include <string.h>

#include "feature/cache.h"
#include "track/run.h"
#include "store/folders.h"

/* ---- data -------------------------------------------------------------------------------- */

mote_status mote_stage_version(mote_pipeline *p, mote_arena *a, mote_data_version *out,
                               mote_err *err)
{
    const char *id = NULL;
    MOTE_TRY(
        mote_json_get_str(p->results[MOTE_STAGE_data].output, "data stage", "version", &id, err));
    return mote_version_load(p->cfg.store, id, a, out, err);
}

mote_status mote_stage_load(mote_pipeline *p, const mote_data_version *v,
                            const mote_dataset_config *cfg, mote_dataset *out, mote_err *err)
{
    mote_dataset_config c = *cfg;
    c.cancel = p->cfg.cancel;
    c.cache = p->decoded;
    return mote_dataset_load(p->cfg.store, v, &c, out, err);
}

mote_status mote_stage_split(mote_pipeline *p, const mote_data_version *v, mote_split split,
                             mote_dataset *out, mote_err *err)
{
    mote_dataset_config c = *mote_setting_dataset(p->settings);
    c.split = split;
    return mote_stage_load(p, v, &c, out, err);
}

mote_status mote_stage_everybody(mote_pipeline *p, const mote_data_version *v, mote_dataset *out,
                                 mote_err *err)
{
    mote_dataset_config c = *mote_setting_dataset(p->settings);
    c.all_splits = true;
    if (c.is_score) /* what is unusual is not learned from, whoever it is of */
        c.other = false;
    return mote_stage_load(p, v, &c, out, err);
}

/* ---- features ---------------------------------------------------------------------------- */

typedef struct {
    const mote_frontend_plan *plan;
    const mote_dataset *d;
    size_t n_values;
    float *out;
    const uint32_t *missing; /* clips that the cache does not have */
    mote_err *errors;        /* [threads], the first failure of each worker */
} feature_job;

static void feature_piece(void *arg, size_t piece, int32_t worker)
{
    feature_job *j = arg;
    if (j->errors[worker].status != MOTE_OK)
        return;
    size_t i = j->missing[piece];
    mote_ignore(mote_frontend_run(j->plan, worker, mote_dataset_sample(j->d, i),
                                  (size_t)j->d->shape.dims[0], j->out + i * j->n_values,
                                  &j->errors[worker]));
}

/* Compute the n missing ones and add them to the cache. */
static mote_status compute_missing(mote_pipeline *p, feature_job *j, size_t n,
                                   mote_feature_cache *cache, mote_err *err)
{
    int32_t n_threads = mote_pool_threads(p->cfg.pool);
    mote_pool_run(p->cfg.pool, n, feature_piece, j);
    for (int32_t i = 0; i < n_threads; i++)
        if (j->errors[i].status != MOTE_OK)
            return mote_fail(err, j->errors[i].status, "%s", j->errors[i].text);
    for (size_t k = 0; k < n; k++) {
        size_t i = j->missing[k];
        MOTE_TRY(mote_feature_cache_add(cache, &j->d->key[i], j->out + i * j->n_values, j->n_values,
                                        err));
    }
    return mote_feature_cache_save(cache, err);
}

static mote_status fill_features(mote_pipeline *p, feature_job *j, uint32_t *missing,
                                 mote_feature_cache *cache, mote_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < j->d->n; i++) {
        const float *x = mote_feature_cache_find(cache, &j->d->key[i], j->n_values);
        if (x)
            memcpy(j->out + i * j->n_values, x, j->n_values * sizeof *x);
        else
            missing[n++] = (uint32_t)i;
    }
    j->missing = missing;
    return n ? compute_missing(p, j, n, cache, err) : MOTE_OK;
}

static void note_old(mote_pipeline *p, size_t n)
{
    char text[160];
    if (n == 0)
        return;
    (void)mote_format(text, sizeof text,
                      "features: %zu file%s of an older format removed from the cache; what was in "
                      "them is computed again",
                      n, n == 1 ? "" : "s");
    mote_stage_warn(p, text);
}

mote_status mote_stage_features_of(mote_pipeline *p, const mote_dataset *d, mote_arena *a,
                                   float **out, mote_err *err)
{
    const mote_frontend *cfg = mote_setting_features(p->settings);
    int32_t n_threads = mote_pool_threads(p->cfg.pool);
    feature_job j = {.d = d, .n_values = mote_frontend_elements(cfg, &d->shape)};
    uint32_t *missing = NULL;
    char *dir = NULL;
    MOTE_TRY(mote_store_cache_dir(p->cfg.store, "features", a, &dir, err));
    MOTE_TRY(mote_arena_take(a, d->n * j.n_values, sizeof(float), &j.out, err));
    MOTE_TRY(mote_arena_take(a, d->n, sizeof *missing, &missing, err));
    MOTE_TRY(mote_arena_take(a, (size_t)n_threads, sizeof(mote_err), &j.errors, err));
    mote_frontend_plan *plan = NULL;
    mote_feature_cache *cache = NULL;
    MOTE_TRY(mote_frontend_plan_create(cfg, &d->shape, n_threads, &plan, err));
    j.plan = plan;
    mote_status st = mote_feature_cache_open(dir, cfg, &d->shape, &cache, err);
    if (st == MOTE_OK) {
        note_old(p, mote_feature_cache_stat(cache).n_old);
        st = fill_features(p, &j, missing, cache, err);
    }
    mote_feature_cache_close(cache);
    mote_frontend_plan_destroy(plan);
    if (st == MOTE_OK)
        *out = j.out;
    return st;
}

/* ---- what is fitted ---------------------------------------------------------------------- */

/* A frame is what lies in the last dimension: values over time, channels over a picture. */
static size_t frames_of(const mote_shape *out)
{
    return (size_t)(mote_shape_elements(out) / out->dims[out->n_dims - 1]);
}

mote_status mote_stage_fit(mote_pipeline *p, const mote_dataset *train, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)8 << 30);
    mote_shape out;
    float *x = NULL;
    mote_frontend fitted = mote_settings_frontend(p->whole, mote_setting_form(p->settings));
    p->made.features_ = fitted;
    if (!mote_frontend_wants_fit(&fitted))
        return MOTE_OK;
    MOTE_TRY(mote_frontend_shape(&fitted, &train->shape, &out, err));
    MOTE_TRY(mote_stage_features_of(p, train, &a, &x, err));
    MOTE_TRY(mote_frontend_fit(&fitted, x, train->n * frames_of(&out), out.dims[out.n_dims - 1],
                               &fitted, err));
    p->made.features_ = fitted;
    return MOTE_OK;
}

/* ---- the run ----------------------------------------------------------------------------- */

mote_status mote_stage_log(mote_pipeline *p, const mote_measurements *all, mote_err *err)
{
    const char *run_id = NULL;
    MOTE_TRY(
        mote_json_get_str(p->results[MOTE_STAGE_train].output, "train stage", "run", &run_id, err));
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 20);
    mote_run_point *points = NULL;
    MOTE_TRY(mote_arena_take(&a, all->n + 1, sizeof *points, &points, err));
    for (size_t i = 0; i < all->n; i++) {
        char *key = mote_arena_strdup(&a, all->items[i].id);
        if (!key)
            return mote_fail(err, MOTE_NOMEM, "no memory for metrics");
        for (char *c = key; *c; c++)
            *c = *c == '@' ? '.' : *c == ':' ? '/' : *c;
        points[i] = (mote_run_point){key, all->items[i].value, 0, p->cfg.now_ms()};
    }
    return mote_run_log_metrics(p->cfg.store, run_id, points, all->n, err);
}

/* ---- graphs ------------------------------------------------------------------------------ */

mote_status mote_stage_graph(mote_pipeline *p, mote_stage_id from, const char *name,
                             mote_graph **out, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_stage_get(p, from, name, &bytes, &n, err));
    return mote_graph_load(bytes, n, out, err);
}

/* ---- form and signature ------------------------------------------------------------------ */

mote_status mote_stage_form(mote_pipeline *p, const mote_data_version *v, mote_sample_form *out,
                            mote_err *err)
{
    if (!p->has_form || !mote_sha256_equal(&p->form_of, &v->id)) {
        mote_settings s;
        mote_settings_make(p->whole, MOTE_USES(dataset), &s);
        mote_dataset_config c = *mote_setting_dataset(&s);
        c.cache = p->decoded;
        MOTE_TRY(mote_form_of(p->cfg.store, v, &c, &p->arena, &p->form, err));
        p->form_of = v->id;
        p->has_form = true;
    }
    *out = p->form;
    return MOTE_OK;
}

mote_signature mote_stage_signature(const mote_task_setting *task, const mote_sample_form *form)
{
    const mote_names *names = form->values.n > 0 ? &form->values : &form->classes;
    mote_signature s = {.input = task->input,
                        .sample = form->shape,
                        .rate_hz = form->rate_hz,
                        .n_columns = form->n_columns,
                        .columns = form->columns,
                        .fit = form->fit,
                        .fields = form->fields,
                        .answer = form->answer,
                        .n_outputs = names->n > 0 ? (int32_t)names->n : 1, /* a score */
                        .n_labels = (int32_t)names->n};
    for (size_t i = 0; i < names->n && i < MOTE_MODEL_MAX_LABELS; i++) {
        s.labels[i] = names->items[i];
        s.units[i] = form->units ? form->units[i] : NULL;
        s.events |= (uint64_t)(task->is_stream && i < task->labels.n) << i; /* they come first */
    }
    return s;
}
