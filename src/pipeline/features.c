/* SPDX-License-Identifier: Apache-2.0 */
/* Features in stretches, kept or computed. See features.h. */
#include "pipeline/features.h"

#include <math.h>
#include <string.h>

#include "feature/cache.h"
#include "store/folders.h"

/* ---- all at once, by way of the cache ---------------------------------------------------- */

typedef struct {
    const mote_frontend_plan *plan;
    const mote_dataset *d;
    size_t n_values;
    float *out;
    const uint32_t *missing; /* samples that the cache does not have */
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

static mote_status by_cache(mote_pipeline *p, feature_job *j, mote_arena *a, mote_err *err)
{
    const mote_frontend *cfg = mote_setting_features(p->settings);
    uint32_t *missing = NULL;
    char *dir = NULL;
    mote_feature_cache *cache = NULL;
    MOTE_TRY(mote_store_cache_dir(p->cfg.store, "features", a, &dir, err));
    MOTE_TRY(mote_arena_take(a, j->d->n, sizeof *missing, &missing, err));
    MOTE_TRY(mote_arena_take(a, (size_t)mote_pool_threads(p->cfg.pool), sizeof(mote_err),
                             &j->errors, err));
    mote_status st = mote_feature_cache_open(dir, cfg, &j->d->shape, &cache, err);
    if (st == MOTE_OK) {
        note_old(p, mote_feature_cache_stat(cache).n_old);
        st = fill_features(p, j, missing, cache, err);
    }
    mote_feature_cache_close(cache);
    return st;
}

static mote_status compute(mote_pipeline *p, const mote_frontend_plan *plan, const mote_dataset *d,
                           float *out, mote_err *err)
{
    const size_t width = (size_t)mote_shape_elements(mote_frontend_plan_out(plan));
    const void *x[MOTE_FEATURES_STRETCH];
    for (size_t done = 0; done < d->n; done += MOTE_FEATURES_STRETCH) {
        const size_t left = d->n - done,
                     k = left < MOTE_FEATURES_STRETCH ? left : MOTE_FEATURES_STRETCH;
        for (size_t i = 0; i < k; i++)
            x[i] = mote_dataset_sample(d, done + i);
        MOTE_TRY(mote_frontend_batch(plan, p->cfg.pool, x, k, out + done * width, err));
    }
    return MOTE_OK;
}

mote_status mote_features_of(mote_pipeline *p, const mote_dataset *d, mote_arena *a, float **out,
                             mote_err *err)
{
    const mote_frontend *cfg = mote_setting_features(p->settings);
    mote_frontend_plan *plan = NULL;
    feature_job j = {.d = d, .n_values = mote_frontend_elements(cfg, &d->shape)};
    MOTE_TRY(mote_arena_take(a, d->n * j.n_values, sizeof(float), &j.out, err));
    MOTE_TRY(mote_frontend_plan_create(cfg, &d->shape, mote_pool_threads(p->cfg.pool), &plan, err));
    j.plan = plan;
    mote_status st =
        mote_frontend_is_light(cfg) ? compute(p, plan, d, j.out, err) : by_cache(p, &j, a, err);
    mote_frontend_plan_destroy(plan);
    if (st == MOTE_OK)
        *out = j.out;
    return st;
}

/* ---- in stretches ------------------------------------------------------------------------ */

struct mote_features {
    mote_pipeline *p;
    const mote_dataset *d;
    size_t width;
    mote_arena arena;
    float *kept; /* [d->n][width]; NULL: they are computed */
    mote_frontend_plan *plan;
    float *stretch; /* [room][width], owned */
    size_t room;
};

static mote_status prepare(mote_features *f, mote_err *err)
{
    const mote_frontend *cfg = mote_setting_features(f->p->settings);
    if (!mote_frontend_is_light(cfg))
        return mote_features_of(f->p, f->d, &f->arena, &f->kept, err);
    return mote_frontend_plan_create(cfg, &f->d->shape, mote_pool_threads(f->p->cfg.pool), &f->plan,
                                     err);
}

mote_status mote_features_open(mote_pipeline *p, const mote_dataset *d, mote_features **out,
                               mote_err *err)
{
    mote_features *f = mote_alloc_zero(1, sizeof *f);
    if (!f)
        return mote_fail(err, MOTE_NOMEM, "no memory for features");
    f->p = p;
    f->d = d;
    f->width = mote_frontend_elements(mote_setting_features(p->settings), &d->shape);
    mote_arena_init(&f->arena, (size_t)8 << 30);
    mote_status st = prepare(f, err);
    if (st != MOTE_OK) {
        mote_features_close(f);
        return st;
    }
    *out = f;
    return MOTE_OK;
}

void mote_features_close(mote_features *f)
{
    if (!f)
        return;
    mote_frontend_plan_destroy(f->plan);
    mote_arena_release(&f->arena);
    mote_free(f->stretch);
    mote_free(f);
}

size_t mote_features_width(const mote_features *f)
{
    return f->width;
}

mote_status mote_features_at(mote_features *f, size_t first, size_t n, const float **x,
                             mote_err *err)
{
    MOTE_BUG_IF(first > f->d->n || n > f->d->n - first);
    if (f->kept) {
        *x = f->kept + first * f->width;
        return MOTE_OK;
    }
    if (n > f->room) {
        float *more = mote_alloc(n, f->width * sizeof *more);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "no memory for the features of %zu samples", n);
        mote_free(f->stretch);
        f->stretch = more;
        f->room = n;
    }
    const mote_dataset part = mote_dataset_part(f->d, first, n);
    MOTE_TRY(compute(f->p, f->plan, &part, f->stretch, err));
    *x = f->stretch;
    return MOTE_OK;
}

mote_status mote_features_scale(mote_features *f, double *out, mote_err *err)
{
    double sum = 0.0;
    for (size_t at = 0; at < f->d->n; at += MOTE_FEATURES_STRETCH) {
        const size_t left = f->d->n - at;
        const size_t n = left < MOTE_FEATURES_STRETCH ? left : MOTE_FEATURES_STRETCH;
        const float *x = NULL;
        MOTE_TRY(mote_features_at(f, at, n, &x, err));
        for (size_t i = 0; i < n * f->width; i++)
            sum += (double)x[i] * (double)x[i];
    }
    const size_t n = f->d->n * f->width;
    const double scale = sqrt(sum / (double)(n ? n : 1));
    if (!(scale > 0.0) || !isfinite(scale))
        return mote_fail(err, MOTE_RANGE, "the features of the training samples are all zero");
    *out = scale;
    return MOTE_OK;
}
