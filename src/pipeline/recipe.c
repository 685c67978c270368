/* SPDX-License-Identifier: Apache-2.0 */
/* Training and quantising a model. See recipe.h. */
#include "pipeline/recipe.h"

#include <math.h>

#include "compress/quantise.h"
#include "pipeline/source.h"

#define WEIGHTS_STREAM 1 /* of mote_rng_init_stream */
#define N_CALIBRATION  256

static size_t values_of(const mote_recipe_job *j, const mote_dataset *d)
{
    return mote_frontend_elements(mote_setting_features(j->settings), &d->shape);
}

mote_status mote_recipe_scale(const float *features, size_t n, double *out, mote_err *err)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)features[i] * (double)features[i];
    double scale = sqrt(sum / (double)(n ? n : 1));
    if (!(scale > 0.0) || !isfinite(scale))
        return mote_fail(err, MOTE_RANGE, "the features of the training clips are all zero");
    *out = scale;
    return MOTE_OK;
}

mote_status mote_recipe_new_graph(const mote_settings *s, uint64_t seed, mote_graph **out,
                                  mote_err *err)
{
    mote_arch arch;
    MOTE_TRY(mote_settings_arch(s, &arch, err));
    mote_rng rng;
    mote_rng_init_stream(&rng, seed, WEIGHTS_STREAM, 0);
    return mote_arch_build(&arch, &rng, out, err);
}

/* ---- training ---------------------------------------------------------------------------- */

/* "balanced": a class weighs inversely to its share, mean 1 over the clips. */
static mote_status class_weights(const mote_recipe_job *j, mote_arena *a, const float **out,
                                 mote_err *err)
{
    *out = NULL;
    if (!mote_setting_training(j->settings)->is_balanced)
        return MOTE_OK;
    const mote_dataset *d = j->train;
    float *w = NULL;
    MOTE_TRY(mote_arena_take(a, d->n_classes, sizeof *w, &w, err));
    for (size_t c = 0; c < d->n_classes; c++)
        w[c] = d->n_per_class[c]
                   ? (float)((double)d->n / ((double)d->n_classes * (double)d->n_per_class[c]))
                   : 0.0f;
    *out = w;
    return MOTE_OK;
}

static mote_status config_of(const mote_recipe_job *j, mote_arena *a, mote_train_config *c,
                             mote_err *err)
{
    *c = mote_setting_training(j->settings)->config;
    if (j->fixed_epochs > 0) {
        c->n_epochs = j->fixed_epochs;
        c->patience = 0;
        c->keep = MOTE_KEEP_LAST;
    }
    c->checkpoint_path = j->checkpoint;
    c->bad_checkpoint = j->bad_checkpoint;
    c->identity = j->identity;
    return class_weights(j, a, &c->class_weights, err);
}

/* Training saw features divided by `scale`; dividing the weights of the layers that read the input
 * instead gives the same function of the features themselves. */
static void absorb_scale(mote_graph *g, double scale)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        if (g->ops[i].inputs[0] != g->inputs[0])
            continue;
        mote_tensor *w = &g->tensors[g->ops[i].inputs[1]];
        float *v = w->data;
        for (int64_t k = 0, n = mote_tensor_elements(w); k < n; k++)
            v[k] = (float)((double)v[k] / scale);
    }
}

static mote_status scale_validation(const mote_recipe_job *job, mote_arena *a, mote_train_set *out,
                                    mote_err *err)
{
    size_t n = job->validation->n * values_of(job, job->validation);
    float *x = NULL;
    MOTE_TRY(mote_arena_take(a, n, sizeof *x, &x, err));
    float inverse = (float)(1.0 / job->scale);
    for (size_t i = 0; i < n; i++)
        x[i] = job->validation_features[i] * inverse;
    *out = (mote_train_set){
        .inputs = x, .labels = job->validation->class_id, .n = (int32_t)job->validation->n};
    return MOTE_OK;
}

mote_status mote_recipe_train(const mote_recipe_job *job, mote_graph *g, mote_train_report *report,
                              void *report_arg, mote_arena *a, mote_train_result *result,
                              mote_graph **folded, mote_err *err)
{
    mote_train_config cfg;
    MOTE_TRY(config_of(job, a, &cfg, err));
    mote_train_set val = {0};
    if (job->validation)
        MOTE_TRY(scale_validation(job, a, &val, err));

    mote_source_config sc = {.data = job->train,
                             .features = mote_setting_features(job->settings),
                             .settings = job->settings,
                             .seed = cfg.seed,
                             .scale = job->scale,
                             .n_workers = mote_pool_threads(job->pool),
                             .pool = job->pool};
    mote_source samples;
    MOTE_TRY(mote_source_init(&sc, &samples, err));
    mote_batch_source source = mote_source_batches(&samples);
    mote_status st = mote_train(g, &cfg, &source, &val, job->pool, job->cancel, report, report_arg,
                                a, result, err);
    mote_source_release(&samples);
    if (st == MOTE_OK)
        st = mote_graph_fold(g, folded, err);
    if (st == MOTE_OK)
        absorb_scale(*folded, job->scale);
    return st;
}

/* ---- quantising -------------------------------------------------------------------------- */

/* Evenly spaced clips of the training set: [2 half][elements], the second half augmented. */
static mote_status calibration(const mote_recipe_job *j, mote_arena *a, size_t half, float **out,
                               mote_err *err)
{
    const mote_dataset *d = j->train;
    size_t elements = values_of(j, d);
    float *x = NULL, *targets = NULL;
    uint32_t *chosen = NULL;
    const void **clips = NULL;
    MOTE_TRY(mote_arena_take(a, 2 * half * elements, sizeof *x, &x, err));
    MOTE_TRY(mote_arena_take(a, half * d->n_classes, sizeof *targets, &targets, err));
    MOTE_TRY(mote_arena_take(a, half, sizeof *chosen, &chosen, err));
    MOTE_TRY(mote_arena_take(a, half, sizeof *clips, &clips, err));
    for (size_t i = 0; i < half; i++) {
        chosen[i] = (uint32_t)(i * d->n / half);
        clips[i] = mote_dataset_sample(d, chosen[i]);
    }
    mote_frontend_plan *plan = NULL;
    const mote_frontend *features = mote_setting_features(j->settings);
    const uint64_t seed = mote_setting_training(j->settings)->config.seed;
    MOTE_TRY(mote_frontend_plan_create(features, &d->shape, 1, &plan, err));
    mote_status st = mote_frontend_batch(plan, NULL, clips, half, x, err);
    mote_frontend_plan_destroy(plan);
    if (st != MOTE_OK)
        return st;
    mote_source_config sc = {.data = d,
                             .features = features,
                             .settings = j->settings,
                             .seed = seed,
                             .scale = 1.0,
                             .n_workers = 1};
    mote_source samples;
    MOTE_TRY(mote_source_init(&sc, &samples, err));
    mote_batch_source source = mote_source_batches(&samples);
    mote_batch_request rq = {.seed = seed,
                             .n = (int32_t)half,
                             .samples = chosen,
                             .n_outputs = (int32_t)d->n_classes,
                             .in_elements = elements};
    st = source.fill(source.arg, &rq, x + half * elements, targets, err);
    mote_source_release(&samples);
    *out = x;
    return st;
}

mote_status mote_recipe_quantise(const mote_recipe_job *job, const mote_graph *folded,
                                 mote_graph **out, size_t *n_calibration, mote_err *err)
{
    size_t half = job->train->n < N_CALIBRATION / 2 ? job->train->n : N_CALIBRATION / 2;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)2 << 30);
    float *samples = NULL;
    MOTE_TRY(calibration(job, &a, half, &samples, err));
    mote_quantise_config cfg = {.range_rule = MOTE_RANGE_MSE, .correct_bias = true};
    *n_calibration = 2 * half;
    return mote_quantise(folded, samples, 2 * half, &cfg, out, err);
}
