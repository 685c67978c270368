/* SPDX-License-Identifier: Apache-2.0 */
/* The reference interpreter: float32 values, sums in double, one loop nest an operator, written to
 * be compared with and not to be fast. See graph.h. */
#include <math.h>
#include <string.h>

#include "graph/graph.h"

typedef struct {
    const mote_graph *g;
    float **values; /* [n_tensors]; constants point at their data */
} run;

static float activate(mote_activation a, double x)
{
    if (a != MOTE_ACT_NONE && x < 0.0)
        x = 0.0;
    if (a == MOTE_ACT_RELU6 && x > 6.0)
        x = 6.0;
    return (float)x;
}

static const mote_tensor *tensor_in(const run *r, const mote_op *op, int32_t k)
{
    return &r->g->tensors[op->inputs[k]];
}

static void run_conv(const run *r, const mote_op *op)
{
    const mote_tensor *in = tensor_in(r, op, 0), *w = tensor_in(r, op, 1);
    const mote_tensor *out = &r->g->tensors[op->output];
    const float *x = r->values[op->inputs[0]], *wv = r->values[op->inputs[1]],
                *bias = r->values[op->inputs[2]];
    float *y = r->values[op->output];
    bool depthwise = op->kind == MOTE_OP_DEPTHWISE_CONV_2D;
    int32_t h = in->dims[1], wd = in->dims[2], c = in->dims[3];
    int32_t kh = w->dims[1], kw = w->dims[2];
    int32_t pad_h = mote_pad_before(op->attrs.padding, h, kh, op->attrs.stride_h);
    int32_t pad_w = mote_pad_before(op->attrs.padding, wd, kw, op->attrs.stride_w);
    for (int32_t oy = 0; oy < out->dims[1]; oy++)
        for (int32_t ox = 0; ox < out->dims[2]; ox++)
            for (int32_t oc = 0; oc < out->dims[3]; oc++) {
                double sum = (double)bias[oc];
                for (int32_t ky = 0; ky < kh; ky++)
                    for (int32_t kx = 0; kx < kw; kx++) {
                        int32_t iy = oy * op->attrs.stride_h + ky - pad_h;
                        int32_t ix = ox * op->attrs.stride_w + kx - pad_w;
                        if (iy < 0 || iy >= h || ix < 0 || ix >= wd)
                            continue;
                        const float *px = &x[(iy * wd + ix) * c];
                        if (depthwise) {
                            sum += (double)px[oc] * (double)wv[(ky * kw + kx) * c + oc];
                            continue;
                        }
                        const float *pw = &wv[((oc * kh + ky) * kw + kx) * c];
                        for (int32_t ic = 0; ic < c; ic++)
                            sum += (double)px[ic] * (double)pw[ic];
                    }
                y[(oy * out->dims[2] + ox) * out->dims[3] + oc] =
                    activate(op->attrs.activation, sum);
            }
}

static void run_dense(const run *r, const mote_op *op)
{
    const mote_tensor *w = tensor_in(r, op, 1);
    const float *x = r->values[op->inputs[0]], *wv = r->values[op->inputs[1]],
                *bias = r->values[op->inputs[2]];
    float *y = r->values[op->output];
    for (int32_t o = 0; o < w->dims[0]; o++) {
        double sum = (double)bias[o];
        for (int32_t k = 0; k < w->dims[1]; k++)
            sum += (double)x[k] * (double)wv[o * w->dims[1] + k];
        y[o] = activate(op->attrs.activation, sum);
    }
}

static void run_pool(const run *r, const mote_op *op)
{
    const mote_tensor *in = tensor_in(r, op, 0);
    const mote_tensor *out = &r->g->tensors[op->output];
    const float *x = r->values[op->inputs[0]];
    float *y = r->values[op->output];
    const mote_op_attrs *a = &op->attrs;
    int32_t h = in->dims[1], wd = in->dims[2], c = in->dims[3];
    int32_t pad_h = mote_pad_before(a->padding, h, a->window_h, a->stride_h);
    int32_t pad_w = mote_pad_before(a->padding, wd, a->window_w, a->stride_w);
    for (int32_t oy = 0; oy < out->dims[1]; oy++)
        for (int32_t ox = 0; ox < out->dims[2]; ox++)
            for (int32_t ch = 0; ch < c; ch++) {
                double sum = 0.0, max = -INFINITY;
                int32_t n = 0;
                for (int32_t ky = 0; ky < a->window_h; ky++)
                    for (int32_t kx = 0; kx < a->window_w; kx++) {
                        int32_t iy = oy * a->stride_h + ky - pad_h,
                                ix = ox * a->stride_w + kx - pad_w;
                        if (iy < 0 || iy >= h || ix < 0 || ix >= wd)
                            continue;
                        double v = (double)x[(iy * wd + ix) * c + ch];
                        sum += v;
                        max = v > max ? v : max;
                        n++;
                    }
                double v = op->kind == MOTE_OP_MAX_POOL_2D ? max : n ? sum / n : 0.0;
                y[(oy * out->dims[2] + ox) * c + ch] = (float)v;
            }
}

static void run_softmax(const run *r, const mote_op *op)
{
    const mote_tensor *in = tensor_in(r, op, 0);
    const float *x = r->values[op->inputs[0]];
    float *y = r->values[op->output];
    int32_t c = in->dims[in->n_dims - 1];
    int64_t rows = mote_tensor_elements(in) / c;
    for (int64_t i = 0; i < rows; i++) {
        const float *px = x + i * c;
        double max = (double)px[0], sum = 0.0;
        for (int32_t k = 1; k < c; k++)
            max = (double)px[k] > max ? (double)px[k] : max;
        for (int32_t k = 0; k < c; k++)
            sum += exp((double)px[k] - max);
        for (int32_t k = 0; k < c; k++)
            y[i * c + k] = (float)(exp((double)px[k] - max) / sum);
    }
}

static void run_element_wise(const run *r, const mote_op *op)
{
    const mote_tensor *in = tensor_in(r, op, 0);
    const float *x = r->values[op->inputs[0]];
    float *y = r->values[op->output];
    int64_t n = mote_tensor_elements(in);
    int32_t c = in->dims[in->n_dims - 1];
    for (int64_t i = 0; i < n; i++) {
        double v = (double)x[i];
        if (op->kind == MOTE_OP_ADD)
            v += (double)r->values[op->inputs[1]][i];
        if (op->kind == MOTE_OP_BATCH_NORM) {
            int64_t ch = i % c;
            double gamma = (double)r->values[op->inputs[1]][ch],
                   beta = (double)r->values[op->inputs[2]][ch];
            double mean = (double)r->values[op->inputs[3]][ch],
                   var = (double)r->values[op->inputs[4]][ch];
            v = gamma * (v - mean) / sqrt(var + (double)op->attrs.epsilon) + beta;
        }
        if (op->kind == MOTE_OP_RELU && v < 0.0)
            v = 0.0;
        y[i] = op->kind == MOTE_OP_ADD ? activate(op->attrs.activation, v) : (float)v;
    }
}

static void run_op(const run *r, const mote_op *op)
{
    switch (op->kind) {
    case MOTE_OP_CONV_2D:
    case MOTE_OP_DEPTHWISE_CONV_2D:
        run_conv(r, op);
        return;
    case MOTE_OP_DENSE:
        run_dense(r, op);
        return;
    case MOTE_OP_AVG_POOL_2D:
    case MOTE_OP_MAX_POOL_2D:
        run_pool(r, op);
        return;
    case MOTE_OP_SOFTMAX:
        run_softmax(r, op);
        return;
    case MOTE_OP_ADD:
    case MOTE_OP_RESHAPE:
    case MOTE_OP_BATCH_NORM:
    case MOTE_OP_DROPOUT:
    case MOTE_OP_RELU:
        run_element_wise(r, op);
        return;
    case MOTE_OP_NONE:
    default:
        MOTE_BUG_IF(true); /* mote_graph_validate refused it */
    }
}

mote_status mote_graph_run_f32(const mote_graph *g, const float *in, float *out,
                               mote_graph_observer *observe, void *arg, mote_err *err)
{
    MOTE_TRY(mote_graph_validate(g, err));
    if (!mote_graph_is_f32(g) || g->tensors[g->input].dims[0] != 1)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "the reference interpreter runs float32 graphs of batch 1");
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, (size_t)4 << 30);
    run r = {.g = g};
    MOTE_TRY(mote_arena_take(&arena, (size_t)g->n_tensors, sizeof *r.values, &r.values, err));
    for (int32_t t = 0; t < g->n_tensors; t++) {
        if (g->tensors[t].role == MOTE_ROLE_CONST)
            r.values[t] = g->tensors[t].data;
        else
            MOTE_TRY(mote_arena_take(&arena, (size_t)mote_tensor_elements(&g->tensors[t]),
                                     sizeof(float), &r.values[t], err));
    }
    const mote_tensor *input = &g->tensors[g->input];
    memcpy(r.values[g->input], in, mote_tensor_bytes(input));
    if (observe)
        observe(arg, g->input, in, mote_tensor_elements(input));
    for (int32_t i = 0; i < g->n_ops; i++) {
        run_op(&r, &g->ops[i]);
        int32_t t = g->ops[i].output;
        if (observe)
            observe(arg, t, r.values[t], mote_tensor_elements(&g->tensors[t]));
    }
    memcpy(out, r.values[g->output], mote_tensor_bytes(&g->tensors[g->output]));
    return MOTE_OK;
}
