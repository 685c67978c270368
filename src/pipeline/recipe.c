/* SPDX-License-Identifier: Apache-2.0 */
/* Training and quantising a model. See recipe.h. */
#include "pipeline/recipe.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "compress/quantise.h"
#include "graph/cut.h"
#include "learn/discriminant.h"
#include "learn/transfer.h"
#include "pipeline/seeds.h"
#include "pipeline/source.h"
#include "pipeline/start.h"
#include "project/archs.h"

#define WEIGHTS_STREAM 1 /* of mote_rng_init_stream */
#define N_CALIBRATION  256
#define UNUSUAL_REACH  3.0
#define PATH_MAX_BYTES 4200
/* Of the covariance behind training.head, measured: docs/decisions/0261. */
#define HEAD_SHRINKAGE 0.1

static size_t values_of(const mote_recipe_job *j, const mote_dataset *d)
{
    return mote_frontend_elements(mote_setting_features(j->settings), &d->shape);
}

mote_status mote_recipe_new_graph(const mote_settings *s, uint64_t seed, mote_graph **out,
                                  mote_err *err)
{
    mote_arch arch;
    MOTE_TRY(mote_settings_arch(s, &arch, err));
    mote_rng rng;
    mote_rng_init_stream(&rng, seed, WEIGHTS_STREAM, 0);
    if (!s->start)
        return mote_arch_build(&arch, &rng, out, err);
    const mote_status st = mote_graph_new_head(s->start->graph, &arch, &rng, out, err);
    return st == MOTE_OK ? st : mote_wrap(err, st, "'training.start' ('%s')", s->start->name);
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
        mote_train_lengthen(c, j->fixed_epochs);
        c->n_epochs = j->fixed_epochs;
        c->min_steps = 0;
        c->patience = 0;
        c->keep = MOTE_KEEP_LAST;
    }
    c->checkpoint_path = j->checkpoint;
    c->identity = j->identity;
    return class_weights(j, a, &c->class_weights, err);
}

/* Mean and deviation of each value over the training samples; NULL: there are no values. One that
 * never changes is left in its unit. */
static mote_status value_scales(const mote_dataset *d, mote_arena *a, const mote_learn_scale **out,
                                mote_err *err)
{
    mote_learn_scale *s = NULL;
    const size_t n_values = (size_t)d->n_values;
    *out = NULL;
    if (!d->values)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, n_values, sizeof *s, &s, err));
    for (size_t i = 0; i < d->n * n_values; i++)
        s[i % n_values].offset += (double)d->values[i] / (double)d->n;
    for (size_t i = 0; i < d->n * n_values; i++) {
        const double v = (double)d->values[i] - s[i % n_values].offset;
        s[i % n_values].scale += v * v / (double)d->n;
    }
    for (size_t k = 0; k < n_values; k++)
        s[k].scale = s[k].scale > 0.0 ? sqrt(s[k].scale) : 1.0;
    *out = s;
    return MOTE_OK;
}

/* The samples of validation that count, in stretches. */
typedef struct {
    mote_features *from;
    const uint32_t *which; /* NULL: all */
    float *x;              /* [a batch][width], with `which` */
} validating;

static mote_status give_validation(void *arg, int32_t first, int32_t n, const float **x,
                                   mote_err *err)
{
    const validating *v = arg;
    const size_t width = mote_features_width(v->from);
    if (!v->which)
        return mote_features_at(v->from, (size_t)first, (size_t)n, x, err);
    for (int32_t i = 0; i < n; i++) {
        const float *one = NULL;
        MOTE_TRY(mote_features_at(v->from, v->which[first + i], 1, &one, err));
        memcpy(v->x + (size_t)i * width, one, width * sizeof *one);
    }
    *x = v->x;
    return MOTE_OK;
}

/* Where what comes in is to be given back, what is normal alone: that of the labels asked for. */
static mote_status validation_of(const mote_recipe_job *job, bool gives_back, mote_arena *a,
                                 validating *v, mote_train_set *out, mote_err *err)
{
    const mote_dataset *d = job->validation;
    uint32_t *which = NULL;
    *out = (mote_train_set){0};
    if (!d)
        return MOTE_OK;
    *v = (validating){.from = job->validation_features};
    *out = (mote_train_set){.give = give_validation, .arg = v, .n = (int32_t)d->n};
    if (!gives_back) {
        out->labels = d->class_id;
        out->values = d->values;
        return MOTE_OK;
    }
    const size_t batch = (size_t)mote_setting_training(job->settings)->config.batch_size;
    const size_t n_normal = mote_setting_task(job->settings)->labels.n;
    MOTE_TRY(mote_arena_take(a, batch, mote_features_width(v->from) * sizeof *v->x, &v->x, err));
    MOTE_TRY(mote_arena_take(a, d->n, sizeof *which, &which, err));
    out->n = 0;
    for (size_t i = 0; i < d->n; i++)
        if ((size_t)d->class_id[i] < n_normal)
            which[out->n++] = (uint32_t)i;
    v->which = which;
    return MOTE_OK;
}

static mote_status source_of(const mote_recipe_job *job, uint64_t seed, mote_source *out,
                             mote_err *err)
{
    const mote_training_setting *y = mote_setting_training(job->settings);
    const mote_tutors_config tutors = {.teachers = job->settings->teachers,
                                       .n = y->teachers.n,
                                       .data = job->train,
                                       .features = mote_setting_features(job->settings),
                                       .weight = y->teacher_weight,
                                       .temperature = y->teacher_temperature,
                                       .batch = y->config.batch_size,
                                       .n_workers = mote_pool_threads(job->host.pool),
                                       .pool = job->host.pool};
    const mote_source_config sc = {.data = job->train,
                                   .tutors = job->settings->teachers ? &tutors : NULL,
                                   .features = mote_setting_features(job->settings),
                                   .settings = job->settings,
                                   .seed = seed,
                                   .n_workers = mote_pool_threads(job->host.pool),
                                   .pool = job->host.pool};
    return mote_source_init(&sc, out, err);
}

/* Training that begins with another model. Where validation chooses nothing (all of them are
 * learned from) the head is trained as long as mote.yaml says, and so is the whole. */
static mote_status transfer_of(const mote_recipe_job *job, const mote_graph *g,
                               mote_train_config *own, mote_transfer_job *t, mote_err *err)
{
    const mote_training_setting *y = mote_setting_training(job->settings);
    t->kept_max_bytes = MOTE_SOURCE_KEPT_BYTES;
    t->thaw_epochs = y->thaw_epochs;
    t->thaw_rate = y->thaw_rate;
    if (job->fixed_epochs > 0 && y->thaw_epochs > 0) {
        own->n_epochs = y->config.n_epochs;
        own->warmup_epochs = y->config.warmup_epochs;
        own->min_steps = y->config.min_steps;
    }
    const mote_status st = mote_graph_find_cut(g, y->freeze, &t->n_frozen, err);
    return st == MOTE_OK ? st : mote_wrap(err, st, "'training.freeze'");
}

/* ---- the head ---------------------------------------------------------------------------- */

/* Training samples as they are, by the front end, in stretches. */
typedef struct {
    const mote_dataset *data;
    mote_frontend_plan *plan;
    mote_pool *pool;
    const void **samples; /* [batch] */
    float *x;             /* [batch][values of one] */
} still;

static mote_status give_still(void *arg, int32_t first, int32_t n, const float **x, mote_err *err)
{
    const still *s = arg;
    for (int32_t i = 0; i < n; i++)
        s->samples[i] = mote_dataset_sample(s->data, (size_t)first + (size_t)i);
    *x = s->x;
    return mote_frontend_batch(s->plan, s->pool, s->samples, (size_t)n, s->x, err);
}

/* training.head: discriminant, for the model that ships and for every one that judges or teaches.
 */
static mote_status count_head(const mote_recipe_job *job, mote_graph *g, mote_err *err)
{
    const mote_dataset *d = job->train;
    const mote_training_setting *y = mote_setting_training(job->settings);
    const size_t batch = (size_t)y->config.batch_size;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)2 << 30);
    still from = {.data = d, .pool = job->host.pool};
    MOTE_TRY(mote_arena_take(&a, batch, sizeof *from.samples, &from.samples, err));
    MOTE_TRY(mote_arena_take(&a, batch, values_of(job, d) * sizeof *from.x, &from.x, err));
    MOTE_TRY(mote_frontend_plan_create(mote_setting_features(job->settings), &d->shape,
                                       mote_pool_threads(job->host.pool), &from.plan, err));
    const mote_train_set samples = {
        .give = give_still, .arg = &from, .labels = d->class_id, .n = (int32_t)d->n};
    const mote_discriminant_job head = {.samples = &samples,
                                        .shrinkage = HEAD_SHRINKAGE,
                                        .batch = y->config.batch_size,
                                        .limit_bytes = y->config.limit_bytes,
                                        .pool = job->host.pool};
    const mote_status st = mote_discriminant_head(&head, g, err);
    mote_frontend_plan_destroy(from.plan);
    return st;
}

static mote_status train_one(const mote_recipe_job *job, mote_graph *g, mote_arena *a,
                             mote_train_result *result, mote_graph **folded, mote_err *err)
{
    mote_arch arch;
    mote_train_config cfg;
    mote_source samples;
    const int32_t n_views = mote_setting_training(job->settings)->n_views;
    MOTE_TRY(mote_settings_arch(job->settings, &arch, err));
    MOTE_TRY(config_of(job, a, &cfg, err));
    validating from;
    mote_train_set validation;
    MOTE_TRY(validation_of(job, arch.head == MOTE_HEAD_INPUT, a, &from, &validation, err));
    mote_learn_job learn = {.train = {.config = &cfg, .validation = &validation, .host = job->host},
                            .scale = job->scale,
                            .shrinkage = (double)arch.shrinkage};
    MOTE_TRY(value_scales(job->train, a, &learn.values, err));
    MOTE_TRY(source_of(job, cfg.seed, &samples, err));
    mote_batch_source source = mote_source_batches(&samples);
    source.gives_back = arch.head == MOTE_HEAD_INPUT;
    learn.train.source = &source;
    const mote_learner *learner = mote_learner_get(mote_arch_row_find(arch.name)->learner);
    mote_transfer_job transfer = {.n_views = samples.is_still ? 1 : n_views};
    mote_status st = job->settings->start ? transfer_of(job, g, &cfg, &transfer, err) : MOTE_OK;
    transfer.learn = learn;
    if (st == MOTE_OK)
        st = job->settings->start ? mote_transfer_fit(&transfer, g, a, result, folded, err)
                                  : learner->fit(&learn, g, a, result, folded, err);
    mote_source_release(&samples);
    if (st != MOTE_OK || !mote_setting_training(job->settings)->is_discriminant)
        return st;
    st = count_head(job, *folded, err);
    if (st != MOTE_OK)
        mote_graph_destroy(*folded);
    return st;
}

mote_status mote_recipe_train(const mote_recipe_job *job, mote_graph *g, mote_arena *a,
                              mote_train_result *result, mote_graph **folded, mote_err *err)
{
    return mote_setting_training(job->settings)->n_seeds > 1
               ? mote_seeds_train(job, g, a, result, folded, err)
               : train_one(job, g, a, result, folded, err);
}

static void forget_one(const char *checkpoint)
{
    char thaw[PATH_MAX_BYTES];
    (void)unlink(checkpoint);
    if (mote_format(thaw, sizeof thaw, "%s" MOTE_TRANSFER_THAW, checkpoint))
        (void)unlink(thaw);
}

void mote_recipe_forget(const char *checkpoint)
{
    char member[PATH_MAX_BYTES];
    forget_one(checkpoint);
    for (int32_t k = 0; k < MOTE_MAX_SEEDS; k++) {
        mote_seeds_checkpoint(checkpoint, k, member, sizeof member);
        forget_one(member);
    }
}

/* ---- quantising -------------------------------------------------------------------------- */

/* Evenly spaced clips of the training set: [2 half][elements], the second half augmented. */
static mote_status calibration(const mote_recipe_job *j, mote_arena *a, size_t half, float **out,
                               mote_err *err)
{
    const mote_dataset *d = j->train;
    size_t elements = values_of(j, d);
    float *x = NULL;
    uint32_t *chosen = NULL;
    const void **clips = NULL;
    MOTE_TRY(mote_arena_take(a, 2 * half * elements, sizeof *x, &x, err));
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
                             .n_workers = 1,
                             .kept_max_bytes = 1}; /* a few are wanted, once */
    mote_source samples;
    MOTE_TRY(mote_source_init(&sc, &samples, err));
    mote_batch_source source = mote_source_batches(&samples);
    mote_batch_request rq = {
        .seed = seed, .n = (int32_t)half, .samples = chosen, .in_elements = elements};
    st = source.fill(source.arg, &rq, x + half * elements, NULL, err);
    mote_source_release(&samples);
    *out = x;
    return st;
}

/* What a model of anomalies must tell apart lies outside what it is calibrated on: an int8 input
 * that ends where normal samples do would make everything beyond them look alike. The second half
 * of the samples goes UNUSUAL_REACH times as far from the mean of each feature. */
static void reach_out(float *x, size_t half, size_t elements)
{
    for (size_t e = 0; e < elements; e++) {
        double mean = 0.0;
        for (size_t i = 0; i < half; i++)
            mean += (double)x[i * elements + e] / (double)half;
        for (size_t i = half; i < 2 * half; i++) {
            float *v = &x[i * elements + e];
            *v = (float)(mean + UNUSUAL_REACH * ((double)*v - mean));
        }
    }
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
    if (job->train->answer == MOTE_ANSWER_ANOMALY) {
        reach_out(samples, half, values_of(job, job->train));
        cfg.range_rule = MOTE_RANGE_MIN_MAX;
    }
    *n_calibration = 2 * half;
    return mote_quantise(folded, samples, 2 * half, &cfg, out, err);
}
