/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of samples, changed anew each time or as they are. See source.h. */
#include "pipeline/source.h"

#include <string.h>

#define STRETCH ((size_t)256) /* samples that a front end takes at once */

#define SOURCE(input, symbol) extern const mote_source_row mote_source_##symbol;
#define PLAIN(input)
#include "pipeline/sources.def"
#undef SOURCE
#undef PLAIN

static const mote_source_row *const rows[MOTE_N_INPUTS] = {
#define SOURCE(input, symbol) [MOTE_INPUT_##input] = &mote_source_##symbol,
#define PLAIN(input)          [MOTE_INPUT_##input] = NULL,
#include "pipeline/sources.def"
#undef SOURCE
#undef PLAIN
};

struct mote_source_own {
    mote_source_config cfg;
    mote_arena arena;
    size_t elements; /* of the features of a sample */
    float *features; /* [n][elements] of samples as they are */
    /* Of samples whose features are computed for each batch: */
    mote_frontend_plan *plan;
    const mote_source_row *row; /* NULL: as they are */
    void *changer;
    uint8_t *changed;    /* [n_workers][bytes of a sample] */
    mote_tutors *tutors; /* NULL: there are none */
    float *taught;       /* [n][classes]: targets of samples as they are, with what tutors say */
    mote_err *errors;    /* [n_workers] */
};

/* The target of sample i, which is row `at` of a batch. */
static void put_target(const mote_dataset *d, uint32_t i, size_t at, int32_t n_outputs,
                       float *targets)
{
    const size_t n = (size_t)n_outputs;
    if (!targets)
        return;
    if (d->class_id) {
        targets[at * n + (size_t)d->class_id[i]] = 1.0f;
        return;
    }
    MOTE_BUG_IF(n_outputs != d->n_values);
    memcpy(targets + at * n, d->values + (size_t)i * n, n * sizeof *targets);
}

/* What tutors say goes into the targets of a batch; of changed samples they have heard each row. */
static void teach(const mote_source_own *s, const mote_batch_request *rq, float *targets)
{
    const size_t n_classes = (size_t)rq->n_outputs;
    if (!s->tutors || !targets)
        return;
    if (!s->taught)
        mote_tutors_say(s->tutors, rq->n, targets);
    for (size_t i = 0; s->taught && i < (size_t)rq->n; i++)
        memcpy(targets + i * n_classes, s->taught + rq->samples[i] * n_classes,
               n_classes * sizeof *targets);
}

/* The targets of every sample as it is, once. */
static mote_status teach_all(mote_source_own *s, mote_err *err)
{
    const mote_dataset *d = s->cfg.data;
    const size_t batch = (size_t)s->cfg.tutors->batch;
    MOTE_TRY(mote_arena_take(&s->arena, d->n * d->n_classes, sizeof *s->taught, &s->taught, err));
    for (size_t at = 0; at < d->n; at += batch) {
        const size_t k = d->n - at < batch ? d->n - at : batch;
        float *targets = s->taught + at * d->n_classes;
        for (size_t i = 0; i < k; i++) {
            put_target(d, (uint32_t)(at + i), i, (int32_t)d->n_classes, targets);
            MOTE_TRY(mote_tutors_hear(s->tutors, 0, i, mote_dataset_sample(d, at + i), err));
        }
        mote_tutors_say(s->tutors, (int32_t)k, targets);
    }
    return MOTE_OK;
}

/* ---- as they are ------------------------------------------------------------------------- */

static mote_status compute(mote_source_own *s, mote_err *err)
{
    const mote_source_config *c = &s->cfg;
    const mote_dataset *d = c->data;
    const void **x = NULL;
    mote_frontend_plan *plan = NULL;
    MOTE_TRY(mote_arena_take(&s->arena, d->n, sizeof *x, &x, err));
    MOTE_TRY(
        mote_arena_take(&s->arena, d->n * s->elements, sizeof *s->features, &s->features, err));
    for (size_t i = 0; i < d->n; i++)
        x[i] = mote_dataset_sample(d, i);
    int32_t n_threads = c->pool ? mote_pool_threads(c->pool) : 1;
    MOTE_TRY(mote_frontend_plan_create(c->features, &d->shape, n_threads, &plan, err));
    mote_status st = mote_frontend_batch(plan, c->pool, x, d->n, s->features, err);
    mote_frontend_plan_destroy(plan);
    return st;
}

static mote_status fill_kept(void *arg, const mote_batch_request *rq, float *inputs, float *targets,
                             mote_err *err)
{
    (void)err;
    const mote_source_own *s = arg;
    MOTE_BUG_IF(rq->in_elements != s->elements);
    for (int32_t i = 0; i < rq->n; i++) {
        size_t row = (size_t)i;
        memcpy(inputs + row * s->elements, s->features + rq->samples[i] * s->elements,
               s->elements * sizeof *inputs);
        put_target(s->cfg.data, rq->samples[i], row, rq->n_outputs, targets);
    }
    teach(s, rq, targets);
    return MOTE_OK;
}

static mote_status fill_computed(void *arg, const mote_batch_request *rq, float *inputs,
                                 float *targets, mote_err *err)
{
    const mote_source_own *s = arg;
    const void *x[STRETCH];
    MOTE_BUG_IF(rq->in_elements != s->elements);
    for (size_t at = 0, n = (size_t)rq->n; at < n; at += STRETCH) {
        const size_t k = n - at < STRETCH ? n - at : STRETCH;
        for (size_t i = 0; i < k; i++) {
            x[i] = mote_dataset_sample(s->cfg.data, rq->samples[at + i]);
            put_target(s->cfg.data, rq->samples[at + i], at + i, rq->n_outputs, targets);
        }
        MOTE_TRY(mote_frontend_batch(s->plan, rq->pool, x, k, inputs + at * s->elements, err));
    }
    teach(s, rq, targets);
    return MOTE_OK;
}

/* ---- changed each time ------------------------------------------------------------------- */

static mote_status prepare(mote_source_own *s, mote_err *err)
{
    const mote_source_config *c = &s->cfg;
    const size_t n_workers = (size_t)c->n_workers;
    MOTE_TRY(mote_frontend_plan_create(c->features, &c->data->shape, c->n_workers, &s->plan, err));
    if (!s->row)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(&s->arena, n_workers, mote_dataset_sample_bytes(c->data), &s->changed,
                             err));
    MOTE_TRY(mote_arena_take(&s->arena, n_workers, sizeof *s->errors, &s->errors, err));
    return s->row->create(c, mote_frontend_plan_out(s->plan), &s->changer, err);
}

typedef struct {
    mote_source_own *s;
    const mote_batch_request *rq;
    float *inputs, *targets;
} fill_job;

/* Row i of the batch. */
static void fill_row(void *arg, size_t i, int32_t worker)
{
    const fill_job *j = arg;
    const mote_batch_request *rq = j->rq;
    mote_source_own *s = j->s;
    const mote_dataset *d = s->cfg.data;
    const mote_source_use use = {rq->seed, (uint32_t)rq->epoch, (uint32_t)rq->first + (uint32_t)i,
                                 rq->samples[i]};
    float *x = j->inputs + i * rq->in_elements;
    uint8_t *changed = s->changed + (size_t)worker * mote_dataset_sample_bytes(d);
    mote_rng rng;
    if (s->errors[worker].status != MOTE_OK)
        return;
    mote_source_target target = {1.0f, 0};
    s->row->change(s->changer, worker, &use, &rng, changed, &target);
    if (mote_frontend_run(s->plan, worker, changed, (size_t)d->shape.dims[0], x,
                          &s->errors[worker]) != MOTE_OK)
        return;
    if (s->tutors && j->targets &&
        mote_tutors_hear(s->tutors, worker, i, changed, &s->errors[worker]) != MOTE_OK)
        return;
    if (s->row->mask)
        s->row->mask(s->changer, &rng, x);
    put_target(d, use.sample, i, rq->n_outputs, j->targets);
    if (j->targets && d->class_id && target.share < 1.0f) {
        float *row = j->targets + i * (size_t)rq->n_outputs;
        row[d->class_id[use.sample]] = target.share;
        row[target.other] += 1.0f - target.share;
    }
}

static mote_status fill_changed(void *arg, const mote_batch_request *rq, float *inputs,
                                float *targets, mote_err *err)
{
    mote_source_own *s = arg;
    MOTE_BUG_IF(rq->in_elements != s->elements);
    MOTE_BUG_IF(mote_pool_threads(rq->pool) > s->cfg.n_workers);
    fill_job j = {.s = s, .rq = rq, .inputs = inputs, .targets = targets};
    mote_pool_run(rq->pool, (size_t)rq->n, fill_row, &j);
    for (int32_t w = 0; w < s->cfg.n_workers; w++)
        if (s->errors[w].status != MOTE_OK)
            return mote_fail(err, s->errors[w].status, "%s", s->errors[w].text);
    teach(s, rq, targets);
    return MOTE_OK;
}

/* ---- a source ---------------------------------------------------------------------------- */

static void destroy(mote_source_own *s)
{
    if (!s)
        return;
    if (s->row)
        s->row->destroy(s->changer);
    mote_frontend_plan_destroy(s->plan);
    mote_tutors_destroy(s->tutors);
    mote_arena_release(&s->arena);
    mote_free(s);
}

mote_status mote_source_init(const mote_source_config *cfg, mote_source *out, mote_err *err)
{
    const mote_source_row *row = rows[cfg->data->kind->input];
    mote_source_own *s = mote_alloc_zero(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_NOMEM, "no memory for a source of %s", cfg->data->kind->many);
    s->cfg = *cfg;
    s->elements = mote_frontend_elements(cfg->features, &cfg->data->shape);
    s->row = row && !(row->is_still && row->is_still(cfg)) ? row : NULL;
    const size_t most = cfg->kept_max_bytes ? cfg->kept_max_bytes : MOTE_SOURCE_KEPT_BYTES;
    const bool is_kept = !s->row && !mote_frontend_is_light(cfg->features) &&
                         cfg->data->n <= most / (s->elements * sizeof(float));
    mote_arena_init(&s->arena, (size_t)8 << 30);
    mote_status st = is_kept ? compute(s, err) : prepare(s, err);
    if (st == MOTE_OK && cfg->tutors)
        st = mote_tutors_create(cfg->tutors, &s->tutors, err);
    if (st == MOTE_OK && cfg->tutors && !s->row)
        st = teach_all(s, err);
    s->cfg.tutors = NULL; /* the caller's, for this call */
    if (st != MOTE_OK) {
        destroy(s);
        return st;
    }
    *out = (mote_source){.own = s,
                         .fill = is_kept  ? fill_kept
                                 : s->row ? fill_changed
                                          : fill_computed,
                         .n_samples = (int32_t)cfg->data->n,
                         .is_still = !s->row};
    return MOTE_OK;
}

void mote_source_release(mote_source *s)
{
    destroy(s->own);
    *s = (mote_source){0};
}

mote_batch_source mote_source_batches(const mote_source *s)
{
    return (mote_batch_source){.n_samples = s->n_samples, .fill = s->fill, .arg = s->own};
}
