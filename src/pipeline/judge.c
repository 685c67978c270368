/* SPDX-License-Identifier: Apache-2.0 */
/* Judging clips with an int8 graph. See judge.h. */
#include "pipeline/judge.h"

#include <string.h>

#include "model/predictor.h"
#include "model/runner.h"

/* ---- the bench --------------------------------------------------------------------------- */

/* One thread's tools. */
typedef struct {
    mote_runner *runner;
    float *features;
    int8_t *in, *out;
    mote_err err;
} bench_place;

struct mote_bench {
    mote_judge judge;
    mote_arena arena;
    mote_frontend_plan *plan;
    bench_place *places; /* [n_places] */
    int32_t n_places;
    size_t n_in;
};

static mote_status furnish(mote_bench *b, mote_err *err)
{
    const mote_graph *g = b->judge.graph;
    size_t n_out = (size_t)mote_tensor_elements(&g->tensors[g->outputs[0]]);
    int32_t n = mote_pool_threads(b->judge.pool);
    b->n_in = (size_t)mote_tensor_elements(&g->tensors[g->inputs[0]]);
    MOTE_TRY(mote_arena_take(&b->arena, (size_t)n, sizeof *b->places, &b->places, err));
    b->n_places = n;
    for (int32_t i = 0; i < n; i++) {
        bench_place *t = &b->places[i];
        MOTE_TRY(mote_arena_take(&b->arena, b->n_in, sizeof *t->features, &t->features, err));
        MOTE_TRY(mote_arena_take(&b->arena, b->n_in, 1, &t->in, err));
        MOTE_TRY(mote_arena_take(&b->arena, n_out, 1, &t->out, err));
        MOTE_TRY(mote_runner_create(g, &t->runner, err));
    }
    return mote_frontend_plan_create(b->judge.features, &b->judge.sample, n, &b->plan, err);
}

mote_status mote_bench_create(const mote_judge *j, mote_bench **out, mote_err *err)
{
    mote_bench *b = mote_alloc_zero(1, sizeof *b);
    if (!b)
        return mote_fail(err, MOTE_NOMEM, "no memory to judge");
    b->judge = *j;
    mote_arena_init(&b->arena, (size_t)1 << 30);
    mote_status st = furnish(b, err);
    if (st != MOTE_OK) {
        mote_bench_destroy(b);
        return st;
    }
    *out = b;
    return MOTE_OK;
}

void mote_bench_destroy(mote_bench *b)
{
    if (!b)
        return;
    for (int32_t i = 0; i < b->n_places; i++)
        mote_runner_destroy(b->places[i].runner);
    mote_frontend_plan_destroy(b->plan);
    mote_arena_release(&b->arena);
    mote_free(b);
}

bool mote_bench_run(mote_bench *b, int32_t worker, const int16_t *pcm, mote_bench_view *out)
{
    bench_place *t = &b->places[worker];
    if (t->err.status != MOTE_OK)
        return false;
    const mote_graph *g = b->judge.graph;
    const mote_quant *in = &g->tensors[g->inputs[0]].quant;
    if (mote_frontend_run(b->plan, worker, pcm, (size_t)b->judge.sample.dims[0], t->features,
                          &t->err) != MOTE_OK ||
        mote_frontend_quantize(b->plan, in->scales[0], in->zero_point, t->features, b->n_in, t->in,
                               &t->err) != MOTE_OK)
        return false;
    mote_runner_run(t->runner, t->in, t->out, NULL, NULL);
    *out = (mote_bench_view){.features = t->features, .input = t->in, .output = t->out};
    return true;
}

mote_status mote_bench_status(const mote_bench *b, mote_err *err)
{
    for (int32_t i = 0; i < b->n_places; i++)
        if (b->places[i].err.status != MOTE_OK)
            return mote_fail(err, b->places[i].err.status, "%s", b->places[i].err.text);
    return MOTE_OK;
}

/* ---- predictions ------------------------------------------------------------------------- */

typedef struct {
    const mote_judge *j;
    mote_bench *bench;
    size_t n_out, n_watched;
    mote_watch_shape shape;
    const int16_t *pcm;
    float *probabilities, *watched;
} job;

mote_watch_shape mote_judge_watch_shape(const mote_judge *j)
{
    const mote_tensor *out = &j->graph->tensors[j->graph->outputs[0]];
    return mote_watch_shape_for(j->features, &j->sample, (int32_t)mote_tensor_elements(out));
}

static void judge_one(void *arg, size_t i, int32_t worker)
{
    job *b = arg;
    size_t clip = (size_t)mote_shape_elements(&b->j->sample);
    const int16_t *pcm = b->pcm + i * clip;
    const mote_graph *g = b->j->graph;
    const mote_quant *out = &g->tensors[g->outputs[0]].quant;
    mote_bench_view seen;
    if (!mote_bench_run(b->bench, worker, pcm, &seen))
        return;
    float *y = b->probabilities + i * b->n_out;
    float temperature = b->j->temperature > 0.0f ? b->j->temperature : 1.0f;
    mote_model_probabilities(seen.output, out, (int32_t)b->n_out, temperature, y);
    if (b->watched)
        mote_watch_values(&b->shape, seen.features, pcm, clip, y, b->watched + i * b->n_watched);
}

mote_status mote_judge_clips(const mote_judge *j, const int16_t *pcm, size_t n, mote_arena *a,
                             float **probabilities, float **watched, mote_err *err)
{
    const mote_graph *g = j->graph;
    job b = {.j = j,
             .pcm = pcm,
             .shape = mote_judge_watch_shape(j),
             .n_out = (size_t)mote_tensor_elements(&g->tensors[g->outputs[0]])};
    b.n_watched = (size_t)mote_watch_count(&b.shape);
    MOTE_TRY(mote_arena_take(a, n * b.n_out, sizeof(float), &b.probabilities, err));
    if (watched)
        MOTE_TRY(mote_arena_take(a, n * b.n_watched, sizeof(float), &b.watched, err));
    MOTE_TRY(mote_bench_create(j, &b.bench, err));
    mote_pool_run(j->pool, n, judge_one, &b);
    mote_status st = mote_bench_status(b.bench, err);
    mote_bench_destroy(b.bench);
    if (st != MOTE_OK)
        return st;
    *probabilities = b.probabilities;
    if (watched)
        *watched = b.watched;
    return MOTE_OK;
}

void mote_judge_decide(const float *probabilities, size_t n, size_t n_classes, int32_t *out)
{
    for (size_t i = 0; i < n; i++) {
        const float *y = probabilities + i * n_classes;
        size_t best = 0;
        for (size_t k = 1; k < n_classes; k++)
            best = y[k] > y[best] ? k : best;
        out[i] = (int32_t)best;
    }
}

/* ---- int8 beside float ------------------------------------------------------------------- */

static double share_right(const float *probabilities, const mote_dataset *d, int32_t *said)
{
    size_t right = 0;
    mote_judge_decide(probabilities, d->n, d->n_classes, said);
    for (size_t i = 0; i < d->n; i++)
        right += said[i] == d->class_id[i];
    return (double)right / (double)d->n;
}

mote_status mote_judge_accuracy(const mote_judge *j, const mote_graph *f32, const mote_dataset *d,
                                const float *features, mote_arena *a, double *accuracy_f32,
                                double *accuracy_s8, mote_err *err)
{
    mote_arena_mark mark = mote_arena_save(a);
    size_t n_in = (size_t)mote_tensor_elements(&f32->tensors[f32->inputs[0]]);
    float *y8 = NULL, *y = NULL;
    int32_t *said = NULL;
    MOTE_TRY(mote_judge_clips(j, d->x, d->n, a, &y8, NULL, err));
    MOTE_TRY(mote_arena_take(a, d->n * d->n_classes, sizeof *y, &y, err));
    MOTE_TRY(mote_arena_take(a, d->n, sizeof *said, &said, err));
    for (size_t i = 0; i < d->n; i++)
        MOTE_TRY(
            mote_graph_run_f32(f32, features + i * n_in, y + i * d->n_classes, NULL, NULL, err));
    *accuracy_f32 = share_right(y, d, said);
    *accuracy_s8 = share_right(y8, d, said);
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

/* ---- measurements ------------------------------------------------------------------------ */

mote_status mote_judge_add(mote_measurement_list *list, mote_metric metric, mote_place where,
                           const char *target, const char *slice, mote_measurement m, mote_arena *a,
                           mote_err *err)
{
    MOTE_BUG_IF(list->n == sizeof list->items / sizeof list->items[0]);
    MOTE_TRY(mote_measurement_id(metric, where, target, slice, a, &m.id, err));
    list->items[list->n++] = m;
    return MOTE_OK;
}

mote_status mote_judge_measure(const mote_evaluation *e, const mote_condition *c,
                               int32_t n_keywords, const char *source, const char *basis,
                               int64_t time_us, mote_arena *a, mote_measurement_list *out,
                               mote_err *err)
{
    mote_answer_numbers found = {.n = 0};
    mote_answers_of_evaluation(e, n_keywords, &found);
    for (size_t i = 0; i < found.n; i++) {
        const mote_answer_number *f = &found.items[i];
        mote_measurement m = {.value = f->value.value,
                              .lo = f->value.lo,
                              .hi = f->value.hi,
                              .confidence = e->confidence_level,
                              .n = f->n,
                              .source = source,
                              .basis = basis,
                              .time_us = time_us};
        MOTE_TRY(mote_judge_add(out, f->metric, MOTE_AT_TEST, "", c->slice, m, a, err));
    }
    return MOTE_OK;
}
