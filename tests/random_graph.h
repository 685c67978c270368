/* SPDX-License-Identifier: Apache-2.0 */
/* Random int8 graphs for property tests. Weights and biases are drawn so that outputs spread over
 * the whole range of int8. T_SEED=n in the environment repeats a run. */
#ifndef MOTE_TESTS_RANDOM_GRAPH_H
#define MOTE_TESTS_RANDOM_GRAPH_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "graph/graph.h"

static inline uint64_t t_seed(void)
{
    const char *s = getenv("T_SEED");
    uint64_t seed = s != NULL ? strtoull(s, NULL, 10) : 20240601;
    printf("T_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static inline int32_t t_between(mote_rng *r, int32_t lo, int32_t hi)
{
    return lo + (int32_t)mote_rng_below(r, (uint32_t)(hi - lo + 1));
}

static inline void t_must(mote_status st, const mote_err *err)
{
    if (st != MOTE_OK) {
        fprintf(stderr, "unexpected error: %s\n", err->text);
        abort();
    }
}

/* A quantisation with one scale, as the output of an operator would have. */
static inline mote_quant t_quant(mote_rng *r, float *scale)
{
    *scale = (float)exp(mote_rng_range(r, -5, 0));
    mote_quant q = {.n_scales = 1, .axis = 0, .scales = scale};
    q.zero_point = mote_rng_below(r, 3) == 0 ? -128 : t_between(r, -128, 127);
    return q;
}

static inline int32_t t_input(mote_rng *r, mote_graph *g, int32_t h, int32_t w, int32_t c)
{
    mote_err err;
    float scale;
    mote_quant q = t_quant(r, &scale);
    mote_tensor_spec spec = {"input", MOTE_I8, 4, {1, h, w, c}, &q};
    int32_t id = -1;
    t_must(mote_graph_add_input(g, &spec, &id, &err), &err);
    return id;
}

static inline void t_fill_i8(mote_rng *r, int8_t *to, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        to[i] = (int8_t)t_between(r, -127, 127);
}

/* Weights and bias, per channel or with one scale, for `fan_in` inputs a channel. */
static inline void t_weights(mote_rng *r, mote_graph *g, const int32_t dims[4], int32_t n_dims,
                             int32_t axis, int32_t in, int32_t ids[2])
{
    mote_err err;
    int32_t channels = dims[axis], fan_in = 1;
    for (int32_t i = 0; i < n_dims; i++)
        fan_in *= i == axis ? 1 : dims[i];
    float *scales = calloc((size_t)channels, sizeof *scales);
    for (int32_t i = 0; i < channels; i++)
        scales[i] = (float)exp(mote_rng_range(r, -4, -2));
    mote_quant q = {
        .n_scales = mote_rng_below(r, 4) == 0 ? 1 : channels, .axis = axis, .scales = scales};
    mote_tensor_spec w = {"weights", MOTE_I8, n_dims, {dims[0], dims[1], dims[2], dims[3]}, &q};
    t_must(mote_graph_add_const(g, &w, &ids[0], &err), &err);
    t_fill_i8(r, g->tensors[ids[0]].data, mote_tensor_elements(&g->tensors[ids[0]]));
    float in_scale = g->tensors[in].quant.scales[0];
    for (int32_t i = 0; i < channels; i++)
        scales[i] *= in_scale;
    q.axis = 0;
    mote_tensor_spec b = {"bias", MOTE_I32, 1, {channels}, &q};
    t_must(mote_graph_add_const(g, &b, &ids[1], &err), &err);
    int32_t *bias = g->tensors[ids[1]].data;
    for (int32_t i = 0; i < channels; i++)
        bias[i] = (int32_t)(mote_rng_normal(r) * 4000 * sqrt((double)fan_in));
    free(scales);
}

/* Convolution (depthwise or not) or dense layer behind tensor `in`, output scaled to fill int8. */
static inline int32_t t_layer(mote_rng *r, mote_graph *g, mote_op_kind kind, int32_t in,
                              const mote_op_attrs *attrs, int32_t channels, int32_t kh, int32_t kw)
{
    mote_err err;
    const mote_tensor *t = &g->tensors[in];
    int32_t c = t->dims[3], dims[4] = {channels, kh, kw, c}, n_dims = 4, axis = 0;
    int32_t fan_in = kh * kw * c;
    if (kind == MOTE_OP_DEPTHWISE_CONV_2D) {
        dims[0] = 1;
        axis = 3;
        fan_in = kh * kw;
    } else if (kind == MOTE_OP_DENSE) {
        dims[1] = fan_in = (int32_t)mote_tensor_elements(t);
        n_dims = 2;
        dims[2] = dims[3] = 1;
    }
    int32_t inputs[3] = {in, -1, -1};
    t_weights(r, g, dims, n_dims, axis, in, &inputs[1]);
    double typical =
        (double)g->tensors[in].quant.scales[0] * exp(-3.0) * 73 * 73 * sqrt((double)fan_in);
    float scale;
    mote_quant q = t_quant(r, &scale);
    scale = (float)(typical / mote_rng_range(r, 30, 120));
    mote_tensor_spec out = {mote_op_text(kind), MOTE_I8, 0, {0}, &q};
    int32_t id = -1;
    t_must(mote_graph_add_op(g, &(mote_op_spec){kind, attrs, inputs, &out}, &id, &err), &err);
    return id;
}

static inline mote_op_attrs t_attrs(mote_rng *r)
{
    mote_op_attrs a = {.padding = mote_rng_below(r, 2) ? MOTE_PAD_SAME : MOTE_PAD_VALID,
                       .activation = (mote_activation)mote_rng_below(r, 3),
                       .stride_h = t_between(r, 1, 3),
                       .stride_w = t_between(r, 1, 3)};
    return a;
}

/* Operators that take one activation and no weights; window within the image. */
static inline int32_t t_simple(mote_rng *r, mote_graph *g, mote_op_kind kind, int32_t in)
{
    mote_err err;
    const mote_tensor *t = &g->tensors[in];
    mote_op_attrs a = t_attrs(r);
    a.activation = MOTE_ACT_NONE;
    a.window_h = t_between(r, 1, t->dims[1]);
    a.window_w = t_between(r, 1, t->dims[2]);
    mote_tensor_spec out = {.name = mote_op_text(kind), .dtype = MOTE_I8, .quant = &t->quant};
    if (kind == MOTE_OP_RESHAPE) {
        out.n_dims = 4;
        out.dims[0] = 1;
        out.dims[1] = t->dims[2];
        out.dims[2] = t->dims[1];
        out.dims[3] = t->dims[3];
    }
    int32_t id = -1;
    t_must(mote_graph_add_op(g, &(mote_op_spec){kind, &a, &in, &out}, &id, &err), &err);
    return id;
}

/* ADD or MUL; of products of products, which grow beyond what one scale can say, a sum. */
static inline int32_t t_pair(mote_rng *r, mote_graph *g, mote_op_kind kind, int32_t a, int32_t b)
{
    mote_err err;
    float scale;
    mote_quant q = t_quant(r, &scale);
    const float x = g->tensors[a].quant.scales[0], y = g->tensors[b].quant.scales[0];
    if (kind == MOTE_OP_MUL && x * y > 100)
        kind = MOTE_OP_ADD;
    scale = kind == MOTE_OP_ADD ? (x + y) / 2 : x * y * (float)mote_rng_range(r, 20, 90);
    scale = scale < 1e-6f ? 1e-6f : scale > 1e4f ? 1e4f : scale;
    mote_op_attrs attrs = {.activation = (mote_activation)mote_rng_below(r, 3)};
    mote_tensor_spec out = {.name = mote_op_text(kind), .dtype = MOTE_I8, .quant = &q};
    int32_t inputs[2] = {a, b}, id = -1;
    t_must(mote_graph_add_op(g, &(mote_op_spec){kind, &attrs, inputs, &out}, &id, &err), &err);
    return id;
}

/* The mean over the rows, the columns or all of tensor `in`: what a pair repeats. */
static inline int32_t t_mean(mote_rng *r, mote_graph *g, int32_t in)
{
    mote_err err;
    const mote_tensor *t = &g->tensors[in];
    const uint32_t which = mote_rng_below(r, 3);
    mote_op_attrs a = {.stride_h = 1, .stride_w = 1, .window_h = 1, .window_w = 1};
    if (which != 0)
        a.window_h = t->dims[1];
    if (which != 1)
        a.window_w = t->dims[2];
    mote_tensor_spec out = {.name = "mean", .dtype = MOTE_I8, .quant = &t->quant};
    int32_t id = -1;
    t_must(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_AVG_POOL_2D, &a, &in, &out}, &id, &err),
           &err);
    return id;
}

static inline int32_t t_softmax(mote_graph *g, int32_t in)
{
    mote_err err;
    float scale = 1.0f / 256;
    mote_quant q = {.n_scales = 1, .zero_point = -128, .scales = &scale};
    mote_tensor_spec out = {.name = "softmax", .dtype = MOTE_I8, .quant = &q};
    mote_op_attrs attrs = {.stride_h = 1};
    int32_t id = -1;
    t_must(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_SOFTMAX, &attrs, &in, &out}, &id, &err),
           &err);
    return id;
}

/* n_ops operators in a row with branches (ADD or MUL of any two tensors of one shape, or of one and
 * a mean of it), then dense and softmax. Every operator kind comes up. Owned by the caller. */
static inline mote_graph *t_network(mote_rng *r, int32_t n_ops)
{
    mote_err err;
    mote_graph *g;
    t_must(mote_graph_create(0, &g, &err), &err);
    int32_t last = t_input(r, g, t_between(r, 3, 12), t_between(r, 3, 12), t_between(r, 1, 6));
    for (int32_t i = 0; i < n_ops; i++) {
        static const mote_op_kind kinds[] = {
            MOTE_OP_CONV_2D,     MOTE_OP_DEPTHWISE_CONV_2D, MOTE_OP_AVG_POOL_2D,
            MOTE_OP_MAX_POOL_2D, MOTE_OP_RESHAPE,           MOTE_OP_ADD,
            MOTE_OP_MUL,         MOTE_OP_DEPTHWISE_CONV_2D, MOTE_OP_CONV_2D};
        mote_op_kind kind = kinds[mote_rng_below(r, 9)];
        const mote_tensor *t = &g->tensors[last];
        mote_op_attrs a = t_attrs(r);
        if (mote_rng_below(r, 2)) { /* keep the shape, so that there is something to add */
            a.padding = MOTE_PAD_SAME;
            a.stride_h = a.stride_w = 1;
        }
        int32_t kh = t_between(r, 1, t->dims[1] < 3 ? t->dims[1] : 3);
        int32_t kw = t_between(r, 1, t->dims[2] < 3 ? t->dims[2] : 3);
        int32_t channels = mote_rng_below(r, 2) ? t->dims[3] : t_between(r, 1, 9);
        if (kind == MOTE_OP_DEPTHWISE_CONV_2D && a.padding == MOTE_PAD_SAME) {
            kh = mote_rng_below(r, 3) ? kh : t_between(r, 1, 7);
            kw = mote_rng_below(r, 3) ? kw : t_between(r, 1, 7);
            a.dilation_h = t_between(r, 0, 3);
            a.dilation_w = t_between(r, 0, 3);
        }
        const bool is_pair = kind == MOTE_OP_ADD || kind == MOTE_OP_MUL;
        if (is_pair && mote_rng_below(r, 2)) {
            last = t_pair(r, g, kind, last, t_mean(r, g, last));
        } else if (is_pair) {
            int32_t other = last;
            for (int32_t k = 0; k < g->n_ops; k++)
                if (memcmp(g->tensors[g->ops[k].outputs[0]].dims, t->dims, sizeof t->dims) == 0)
                    other = g->ops[k].outputs[0];
                else if (mote_rng_below(r, 3) == 0)
                    break;
            last = t_pair(r, g, kind, last, other);
        } else if (kind == MOTE_OP_CONV_2D || kind == MOTE_OP_DEPTHWISE_CONV_2D) {
            last = t_layer(r, g, kind, last, &a, channels, kh, kw);
        } else {
            last = t_simple(r, g, kind, last);
        }
    }
    mote_op_attrs plain = {.stride_h = 1, .stride_w = 1};
    return (void)t_softmax(g,
                           t_layer(r, g, MOTE_OP_DENSE, last, &plain, t_between(r, 2, 13), 1, 1)),
           g;
}

#endif
