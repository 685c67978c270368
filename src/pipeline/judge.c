/* SPDX-License-Identifier: Apache-2.0 */
/* Judging samples with a graph. See judge.h. */
#include "pipeline/judge.h"

#include <math.h>
#include <string.h>

#include "model/predictor.h"
#include "model/runner.h"
#include "project/schema.h"

/* ---- the bench --------------------------------------------------------------------------- */

/* One thread's tools. */
typedef struct {
    mote_runner *runner;
    float *features;
    void *in, *out; /* of the graph, in its types; in of a float graph: features */
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

static bool is_int8(const mote_graph *g)
{
    return g->tensors[g->inputs[0]].dtype == MOTE_I8;
}

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
        MOTE_TRY(mote_arena_take(&b->arena, n_out, sizeof(float), (float **)&t->out, err));
        t->in = t->features;
        if (is_int8(g))
            MOTE_TRY(mote_arena_take(&b->arena, b->n_in, 1, (int8_t **)&t->in, err));
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

/* The graph on what the front end gave. */
static mote_status run_graph(mote_bench *b, bench_place *t)
{
    const mote_graph *g = b->judge.graph;
    const mote_quant *in = &g->tensors[g->inputs[0]].quant;
    if (is_int8(g))
        MOTE_TRY(mote_frontend_quantize(b->plan, (mote_input_quant){in->scales[0], in->zero_point},
                                        t->features, b->n_in, t->in, &t->err));
    mote_runner_run(t->runner, t->in, t->out, NULL, NULL);
    return MOTE_OK;
}

bool mote_bench_run(mote_bench *b, int32_t worker, const void *sample, mote_bench_view *out)
{
    bench_place *t = &b->places[worker];
    if (t->err.status != MOTE_OK)
        return false;
    if (mote_frontend_run(b->plan, worker, sample, (size_t)b->judge.sample.dims[0], t->features,
                          &t->err) != MOTE_OK ||
        run_graph(b, t) != MOTE_OK)
        return false;
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
    mote_decision decision;
    size_t n_said, n_watched, sample_bytes;
    mote_watch_shape shape;
    const char *samples;
    float *said, *watched; /* watched NULL: not wanted */
} job;

int32_t mote_judge_width(const mote_judge *j)
{
    return mote_model_said_width(j->answer, j->graph);
}

mote_watch_shape mote_judge_watch_shape(const mote_judge *j)
{
    return mote_watch_shape_for(j->features, &j->sample, j->answer, mote_judge_width(j));
}

mote_decision mote_judge_decision(const mote_judge *j)
{
    const mote_graph *g = j->graph;
    const mote_signature none = {.answer = j->answer};
    mote_decision d = j->decision ? *j->decision : mote_decision_default(&none);
    if (!j->decision && mote_tensor_elements(&g->tensors[g->outputs[0]]) ==
                            mote_tensor_elements(&g->tensors[g->inputs[0]]))
        d.anomaly.score = MOTE_SCORE_RECONSTRUCTION;
    return d;
}

static void judge_one(void *arg, size_t i, int32_t worker)
{
    job *b = arg;
    const void *sample = b->samples + i * b->sample_bytes;
    float *said = b->said + i * b->n_said;
    mote_bench_view seen;
    if (!mote_bench_run(b->bench, worker, sample, &seen))
        return;
    mote_model_said(b->j->answer, &b->decision, b->j->graph, seen.input, seen.output, said);
    if (b->watched)
        mote_watch_values(&b->shape, seen.features, sample,
                          (size_t)mote_shape_elements(&b->j->sample), said,
                          b->watched + i * b->n_watched);
}

static mote_status run_job(const mote_judge *j, job *b, size_t n, mote_err *err)
{
    b->j = j;
    b->decision = mote_judge_decision(j);
    b->sample_bytes = (size_t)mote_shape_elements(&j->sample) * mote_dtype_bytes(j->sample.dtype);
    MOTE_TRY(mote_bench_create(j, &b->bench, err));
    mote_pool_run(j->pool, n, judge_one, b);
    mote_status st = mote_bench_status(b->bench, err);
    mote_bench_destroy(b->bench);
    return st;
}

mote_status mote_judge_said(const mote_judge *j, const void *samples, size_t n, mote_arena *a,
                            float **said, mote_err *err)
{
    job b = {.samples = samples, .n_said = (size_t)mote_judge_width(j)};
    MOTE_TRY(mote_arena_take(a, n * b.n_said, sizeof *b.said, &b.said, err));
    MOTE_TRY(run_job(j, &b, n, err));
    *said = b.said;
    return MOTE_OK;
}

mote_status mote_judge_watch(const mote_judge *j, const void *samples, size_t n, mote_arena *a,
                             mote_judge_watched *out, mote_err *err)
{
    job b = {.samples = samples,
             .n_said = (size_t)mote_judge_width(j),
             .shape = mote_judge_watch_shape(j)};
    b.n_watched = (size_t)mote_watch_count(&b.shape);
    MOTE_TRY(mote_arena_take(a, n * b.n_said, sizeof *b.said, &b.said, err));
    MOTE_TRY(mote_arena_take(a, n * b.n_watched, sizeof *b.watched, &b.watched, err));
    MOTE_TRY(run_job(j, &b, n, err));
    *out = (mote_judge_watched){b.said, b.watched};
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

/* ---- beside the truth -------------------------------------------------------------------- */

mote_status mote_judge_answers(const mote_dataset *d, const float *said, int32_t width,
                               mote_arena *a, mote_answers *out, mote_err *err)
{
    mote_answers x = {.kind = d->answer,
                      .n = d->n,
                      .width = width,
                      .said = said,
                      .class_id = d->class_id,
                      .n_named = width,
                      .values = d->values,
                      .groups = d->group_id,
                      .n_groups = (int32_t)d->n_groups};
    bool *is_anomaly = NULL;
    MOTE_TRY(mote_arena_take(a, d->n, sizeof *is_anomaly, &is_anomaly, err));
    for (size_t i = 0; d->class_id && i < d->n; i++)
        is_anomaly[i] = strcmp(d->classes[d->class_id[i]], MOTE_CLASS_UNKNOWN) == 0;
    x.is_anomaly = is_anomaly;
    *out = x;
    return MOTE_OK;
}

mote_status mote_judge_beside(const mote_judge *j, const mote_graph *f32, const mote_dataset *d,
                              mote_features *features, mote_judge_loss *out, mote_err *err)
{
    MOTE_SCOPED_ARENA scratch;
    mote_arena *a = &scratch;
    mote_arena_init(a, (size_t)4 << 30);
    size_t n_out = 0;
    const mote_decision decision = mote_judge_decision(j);
    int32_t width = mote_judge_width(j);
    float *y8 = NULL, *y = NULL, *raw = NULL;
    mote_answers x;
    MOTE_TRY(mote_judge_said(j, d->x, d->n, a, &y8, err));
    n_out = (size_t)mote_tensor_elements(&f32->tensors[f32->outputs[0]]);
    MOTE_TRY(mote_arena_take(a, d->n * (size_t)width, sizeof *y, &y, err));
    MOTE_TRY(mote_arena_take(a, n_out, sizeof *raw, &raw, err));
    for (size_t i = 0; i < d->n; i++) {
        const float *seen = NULL;
        MOTE_TRY(mote_features_at(features, i, 1, &seen, err));
        MOTE_TRY(mote_graph_run_f32(f32, seen, raw, NULL, NULL, err));
        mote_model_said(j->answer, &decision, f32, seen, raw, y + i * (size_t)width);
    }
    MOTE_TRY(mote_judge_answers(d, y, width, a, &x, err));
    mote_judge_loss loss = {.metric = mote_metric_chief(d->answer)};
    MOTE_TRY(mote_answers_chief(&x, a, &loss.f32, err));
    x.said = y8;
    MOTE_TRY(mote_answers_chief(&x, a, &loss.s8, err));
    *out = loss;
    return MOTE_OK;
}

bool mote_judge_loses_more(const mote_judge_loss *l, double most)
{
    const mote_metric_row *m = mote_metric_info(l->metric);
    const double worse = m->is_higher_better ? l->f32 - l->s8 : l->s8 - l->f32;
    const double rounding = 1e-9; /* 45 of 50 less 44 of 50 is not quite 0.02 */
    return (m->unit == MOTE_UNIT_RATIO ? worse : worse / fmax(fabs(l->f32), 1e-12)) >
           most + rounding;
}

/* ---- measurements ------------------------------------------------------------------------ */

mote_status mote_judge_add(mote_measurement_list *list, const mote_measured_at *at,
                           const mote_measurement *m, mote_arena *a, mote_err *err)
{
    mote_measurement one = *m;
    MOTE_BUG_IF(list->n == sizeof list->items / sizeof list->items[0]);
    MOTE_TRY(mote_measurement_id(at, a, &one.id, err));
    list->items[list->n++] = one;
    return MOTE_OK;
}

mote_status mote_judge_measure(const mote_answer_numbers *found, const char *slice,
                               const mote_measurement *like, mote_arena *a,
                               mote_measurement_list *out, mote_err *err)
{
    for (size_t i = 0; i < found->n; i++) {
        const mote_answer_number *f = &found->items[i];
        const mote_measured_at at = {f->metric, MOTE_AT_TEST, "", f->of ? f->of : slice};
        if (f->of && *slice) /* a slice is one condition, or one value */
            continue;
        mote_measurement m = *like;
        m.value = f->value.value;
        m.lo = f->value.lo;
        m.hi = f->value.hi;
        m.n = f->n;
        MOTE_TRY(mote_judge_add(out, &at, &m, a, err));
    }
    return MOTE_OK;
}
