/* SPDX-License-Identifier: Apache-2.0 */
/* A model of tensors: numbers, as the graph takes them. */
#include <string.h>

#include "base/json_pull.h"
#include "serve/intake.h"

static bool fits(const mote_model *m)
{
    (void)m;
    return true;
}

/* A graph's input is [1, ...]: the shape of one item is what stands behind the 1. */
static void shape(const mote_model *m, mote_shape *sample, int32_t *rate_hz)
{
    const mote_graph *g = mote_model_graph(m);
    const mote_tensor *t = &g->tensors[g->inputs[0]];
    int32_t skip = t->n_dims > 1 && t->dims[0] == 1 ? 1 : 0;
    *sample = (mote_shape){.dtype = MOTE_F32, .n_dims = t->n_dims - skip};
    for (int32_t i = 0; i < sample->n_dims; i++)
        sample->dims[i] = t->dims[i + skip];
    *rate_hz = 0;
}

static void describe(const mote_served *s, mote_buf *out)
{
    mote_buf_printf(out, "a tensor of %lld numbers", (long long)s->n_values);
}

static mote_status predict(mote_predictor *p, const void *x, size_t n, mote_prediction *out,
                           mote_err *err)
{
    return mote_predict_features(p, x, n, out, err);
}

mote_status mote_classify_tensor(mote_infer *t, const mote_served *s, const mote_infer_input *in,
                                 mote_arena *a, mote_classification *out, mote_err *err)
{
    mote_prediction p;
    mote_heard *hit = NULL;
    mote_classify_window *w = NULL;
    int64_t start_ns = mote_infer_now_ns();
    MOTE_TRY(mote_infer_run(t, s, in, &p, err));
    MOTE_TRY(mote_arena_take(a, 1, sizeof *hit, &hit, err));
    MOTE_TRY(mote_arena_take(a, 1, sizeof *w, &w, err));
    MOTE_TRY(mote_classify_keep(s, &p, 0, a, w, err));
    const mote_graph *g = mote_model_graph(s->model);
    bool is_hit = s->has_classes && g->tensors[g->outputs[0]].dtype == MOTE_I8 &&
                  mote_hear_tensor(s->model, p.out, hit);
    *out = (mote_classification){.best = *w,
                                 .windows = w,
                                 .n_windows = 1,
                                 .detections = hit,
                                 .n_detections = is_hit,
                                 .n_run = 1,
                                 .infer_ns = mote_infer_now_ns() - start_ns};
    return MOTE_OK;
}

/* A JSON array of numbers, flat or nested like the model's input. */
static mote_status classify(mote_infer *t, const mote_asked *asked, mote_arena *a,
                            mote_classification *out, mote_err *err)
{
    const mote_served *s = asked->s;
    const size_t n = (size_t)s->n_values;
    float *values = NULL;
    mote_json_pull p;
    mote_json_pull_init(&p, asked->file.bytes, asked->file.n);
    if (mote_pull_peek(&p) != MOTE_PULL_ARRAY)
        return mote_fail(err, MOTE_ARG,
                         "model '%s' takes tensors: '%s' is no JSON array of its %zu numbers",
                         s->name, asked->file.name, n);
    MOTE_TRY(mote_arena_take(a, n, sizeof *values, &values, err));
    MOTE_TRY(mote_intake_json(asked, values, err));
    const mote_infer_input in = {
        .x = values, .n = n, .request_id = asked->request_id, .consent = asked->consent};
    return mote_classify_tensor(t, s, &in, a, out, err);
}

static mote_status take(const mote_intake_numbers *in, mote_arena *a, const void **out,
                        mote_err *err)
{
    (void)a;
    (void)err;
    *out = in->values;
    return MOTE_OK;
}

extern const mote_intake mote_intake_tensor;
const mote_intake mote_intake_tensor = {
    .kept_as = "f32",
    .fits = fits,
    .shape = shape,
    .describe = describe,
    .predict = predict,
    .classify = classify,
    .take = take,
    .encode = mote_intake_keep_f32,
};
