/* SPDX-License-Identifier: Apache-2.0 */
/* Predicting with a model. See predictor.h. */
#include "model/predictor.h"

#include <string.h>

#include "base/mem.h"
#include "model/answer.h"
#include "model/runner.h"

struct mote_predictor {
    mote_model *model;
    mote_arena arena;
    mote_frontend_plan *plan;
    mote_runner *runner;
    const mote_tensor *input, *output; /* of the graph */
    size_t n_in, n_sample;             /* numbers */
    float *features, *numbers;
    void *in, *out;
};

static mote_status prepare(mote_predictor *p, mote_err *err)
{
    const mote_model *m = p->model;
    const mote_graph *g = mote_model_graph(m);
    p->input = &g->tensors[g->inputs[0]];
    p->output = &g->tensors[g->outputs[0]];
    p->n_in = (size_t)mote_tensor_elements(p->input);
    p->n_sample = (size_t)mote_shape_elements(&mote_model_signature(m)->sample);
    size_t n_out = (size_t)mote_tensor_elements(p->output);
    float *in, *out; /* room for either type */
    MOTE_TRY(mote_arena_take(&p->arena, p->n_in, sizeof *p->features, &p->features, err));
    MOTE_TRY(mote_arena_take(&p->arena, p->n_in, sizeof *in, &in, err));
    MOTE_TRY(mote_arena_take(&p->arena, n_out, sizeof *out, &out, err));
    MOTE_TRY(mote_arena_take(&p->arena, n_out, sizeof *p->numbers, &p->numbers, err));
    p->in = in;
    p->out = out;
    MOTE_TRY(mote_frontend_plan_create(mote_model_frontend(m), &mote_model_signature(m)->sample, 1,
                                       &p->plan, err));
    return mote_runner_create(g, &p->runner, err);
}

mote_status mote_predictor_create(mote_model *m, mote_predictor **out, mote_err *err)
{
    mote_predictor *p = mote_alloc_zero(1, sizeof *p);
    if (!p)
        return mote_fail(err, MOTE_NOMEM, "no memory for a predictor");
    p->model = mote_model_ref(m);
    mote_arena_init(&p->arena, (size_t)1 << 30);
    mote_status st = prepare(p, err);
    if (st != MOTE_OK) {
        mote_predictor_destroy(p);
        return st;
    }
    *out = p;
    return MOTE_OK;
}

void mote_predictor_destroy(mote_predictor *p)
{
    if (!p)
        return;
    mote_runner_destroy(p->runner);
    mote_frontend_plan_destroy(p->plan);
    mote_arena_release(&p->arena);
    mote_model_unref(p->model);
    mote_free(p);
}

const mote_model *mote_predictor_model(const mote_predictor *p)
{
    return p->model;
}

/* ---- one prediction ----------------------------------------------------------------------- */

/* The graph on p->in, and what its output means. */
static void answer(mote_predictor *p, const float *features, mote_prediction *out)
{
    mote_runner_run(p->runner, p->in, p->out, NULL, NULL);
    const mote_model_answer_run r = {.signature = mote_model_signature(p->model),
                                     .decision = mote_model_decision(p->model),
                                     .in_tensor = p->input,
                                     .out_tensor = p->output,
                                     .in = p->in,
                                     .out = p->out,
                                     .numbers = p->numbers};
    mote_prediction y = {.in = p->in, .out = p->out, .features = features};
    mote_model_answer_of(r.signature->answer)->say(&r, &y);
    *out = y;
}

static mote_input_quant input_quant(const mote_predictor *p)
{
    return (mote_input_quant){p->input->quant.scales[0], p->input->quant.zero_point};
}

/* The float32 input of the graph to its type. */
static mote_status take_numbers(mote_predictor *p, const float *x, mote_err *err)
{
    if (p->input->dtype == MOTE_I8)
        return mote_frontend_quantize(p->plan, input_quant(p), x, p->n_in, p->in, err);
    memcpy(p->in, x, p->n_in * sizeof *x);
    return MOTE_OK;
}

mote_status mote_predict(mote_predictor *p, const void *x, size_t n, mote_prediction *out,
                         mote_err *err)
{
    const mote_signature *s = mote_model_signature(p->model);
    if (n != p->n_sample) {
        char shape[MOTE_SHAPE_TEXT_BYTES];
        mote_shape_text(&s->sample, shape);
        return mote_fail(err, MOTE_SHAPE, "model '%s' takes a sample of %s, %zu numbers, not %zu",
                         mote_model_name(p->model), shape, p->n_sample, n);
    }
    size_t n_steps = s->sample.n_dims > 0 ? (size_t)s->sample.dims[0] : 1;
    MOTE_TRY(mote_frontend_run(p->plan, 0, x, n_steps, p->features, err));
    bool is_given = mote_frontend_is_given(mote_model_frontend(p->model));
    MOTE_TRY(take_numbers(p, p->features, err));
    answer(p, is_given ? p->features : NULL, out);
    return MOTE_OK;
}

mote_status mote_predict_features(mote_predictor *p, const float *in, size_t n,
                                  mote_prediction *out, mote_err *err)
{
    if (n != p->n_in)
        return mote_fail(err, MOTE_SHAPE, "model '%s' takes %zu values, not %zu",
                         mote_model_name(p->model), p->n_in, n);
    MOTE_TRY(take_numbers(p, in, err));
    answer(p, NULL, out);
    return MOTE_OK;
}

static bool sees_window(const mote_predictor *p)
{
    return mote_frontend_sees_window(mote_model_frontend(p->model));
}

size_t mote_predictor_kept_bytes(const mote_predictor *p)
{
    return sees_window(p) ? sizeof(float) : sizeof(int8_t);
}

mote_status mote_predictor_frames(mote_predictor *p, const void *x, size_t n_steps, float *features,
                                  void *out, mote_err *err)
{
    mote_frontend_pace pace;
    if (!mote_frontend_pace_of(mote_model_frontend(p->model),
                               &mote_model_signature(p->model)->sample, &pace) ||
        p->input->dtype != MOTE_I8)
        return mote_fail(err, MOTE_UNSUPPORTED, "model '%s' takes samples as a whole",
                         mote_model_name(p->model));
    size_t n_values = mote_frontend_frames(&pace, n_steps) * (size_t)pace.n_values;
    MOTE_TRY(mote_frontend_run_frames(p->plan, 0, x, n_steps, features, err));
    if (!sees_window(p))
        return mote_frontend_quantize(p->plan, input_quant(p), features, n_values, out, err);
    memcpy(out, features, n_values * sizeof *features);
    return MOTE_OK;
}

mote_status mote_predictor_window(mote_predictor *p, const void *frames, int8_t *out, mote_err *err)
{
    const size_t n_frames = (size_t)mote_frontend_plan_out(p->plan)->dims[0];
    if (!sees_window(p)) {
        memcpy(out, frames, p->n_in);
        return MOTE_OK;
    }
    MOTE_TRY(mote_frontend_window(p->plan, frames, n_frames, p->features, err));
    return mote_frontend_quantize(p->plan, input_quant(p), p->features, p->n_in, out, err);
}

void mote_predictor_run(mote_predictor *p, const int8_t *in, int8_t *out)
{
    MOTE_BUG_IF(p->input->dtype != MOTE_I8);
    mote_runner_run(p->runner, in, out, NULL, NULL);
}

/* ---- without a model ----------------------------------------------------------------------- */

const float *mote_prediction_numbers(mote_answer_kind answer, const mote_prediction *y)
{
    return mote_model_answer_of(answer)->numbers(y);
}

const char *mote_model_numbers_name(mote_answer_kind answer)
{
    return mote_model_answer_of(answer)->numbers_name;
}

bool mote_model_has_classes(mote_answer_kind answer)
{
    return mote_model_answer_of(answer)->has_classes;
}

int32_t mote_model_said_width(mote_answer_kind answer, const mote_graph *g)
{
    return mote_model_answer_of(answer)->width(&g->tensors[g->outputs[0]]);
}

void mote_model_said(mote_answer_kind answer, const mote_decision *d, const mote_graph *g,
                     const void *in, const void *out, float *said)
{
    const mote_model_answer *row = mote_model_answer_of(answer);
    const mote_tensor *out_tensor = &g->tensors[g->outputs[0]];
    int32_t n = row->width(out_tensor);
    const mote_signature s = {.answer = answer, .n_outputs = n, .n_labels = n};
    const mote_model_answer_run r = {.signature = &s,
                                     .decision = d,
                                     .in_tensor = &g->tensors[g->inputs[0]],
                                     .out_tensor = out_tensor,
                                     .in = in,
                                     .out = out,
                                     .numbers = said};
    mote_prediction y = {.in = in, .out = out};
    row->say(&r, &y);
    if (row->numbers(&y) != said)
        memcpy(said, row->numbers(&y), (size_t)n * sizeof *said);
}
