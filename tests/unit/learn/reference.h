/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of learn: a plain double-precision evaluation of a training graph over a batch
 * (batch statistics, dropout masks by the rule of layer_misc.c), to take finite differences of, and
 * a small builder of training graphs. Shares no code with src/learn. */
#ifndef MOTE_TESTS_LEARN_REFERENCE_H
#define MOTE_TESTS_LEARN_REFERENCE_H

#include <math.h>

#include "base/rng.h"
#include "graph/graph.h"
#include "support.h"

/* ------------------------------------------------------------------ builder */

typedef struct {
    mote_graph *g;
    mote_rng rng;
    int32_t at, n;
} t_builder;

static inline int32_t t_const(t_builder *b, int32_t n_dims, const int32_t *dims, double mean,
                              double sd, bool is_trained)
{
    mote_err err;
    char name[MOTE_NAME_BYTES];
    snprintf(name, sizeof name, "const_%d", (int)b->n++);
    mote_tensor_spec s = {.name = name, .dtype = MOTE_F32, .n_dims = n_dims};
    memcpy(s.dims, dims, (size_t)n_dims * sizeof *dims);
    int32_t id;
    T_OK(mote_graph_add_const(b->g, &s, &id, &err));
    mote_tensor *t = &b->g->tensors[id];
    t->is_trained = is_trained;
    float *v = t->data;
    for (int64_t i = 0; i < mote_tensor_elements(t); i++)
        v[i] = (float)(mean + sd * mote_rng_normal(&b->rng));
    return id;
}

static inline void t_begin(t_builder *b, uint64_t seed, int32_t h, int32_t w, int32_t c)
{
    mote_err err;
    *b = (t_builder){0};
    mote_rng_init(&b->rng, seed);
    T_OK(mote_graph_create(0, &b->g, &err));
    mote_tensor_spec in = {.name = "input", .dtype = MOTE_F32, .n_dims = 4, .dims = {1, h, w, c}};
    T_OK(mote_graph_add_input(b->g, &in, &b->at, &err));
}

static inline int32_t t_op(t_builder *b, mote_op_kind kind, mote_op_attrs attrs,
                           const int32_t *inputs, const mote_tensor_spec *shape)
{
    mote_err err;
    char name[MOTE_NAME_BYTES];
    snprintf(name, sizeof name, "value_%d", (int)b->n++);
    mote_tensor_spec out = {.name = name, .dtype = MOTE_F32};
    if (shape) {
        out.n_dims = shape->n_dims;
        memcpy(out.dims, shape->dims, sizeof out.dims);
    }
    T_OK(mote_graph_add_op(b->g, &(mote_op_spec){kind, &attrs, inputs, &out}, &b->at, &err));
    return b->at;
}

static inline int32_t t_dim(const t_builder *b, int32_t d)
{
    return b->g->tensors[b->at].dims[d];
}

static inline int32_t t_conv_as(t_builder *b, int32_t oc, int32_t kh, int32_t kw,
                                mote_op_attrs attrs)
{
    int32_t c = t_dim(b, 3), dims[4] = {oc, kh, kw, c}, in = b->at;
    int32_t w = t_const(b, 4, dims, 0.0, 1.0 / sqrt(kh * kw * c), true),
            bias = t_const(b, 1, dims, 0.0, 0.2, true);
    return t_op(b, MOTE_OP_CONV_2D, attrs, (int32_t[]){in, w, bias}, NULL);
}

static inline int32_t t_conv(t_builder *b, int32_t oc, int32_t kh, int32_t kw, int32_t stride,
                             mote_padding pad, mote_activation act)
{
    return t_conv_as(
        b, oc, kh, kw,
        (mote_op_attrs){.padding = pad, .activation = act, .stride_h = stride, .stride_w = stride});
}

static inline int32_t t_depthwise_as(t_builder *b, int32_t kh, int32_t kw, mote_op_attrs attrs)
{
    int32_t c = t_dim(b, 3), dims[4] = {1, kh, kw, c}, in = b->at;
    int32_t w = t_const(b, 4, dims, 0.0, 1.0 / sqrt(kh * kw), true),
            bias = t_const(b, 1, &c, 0.0, 0.2, true);
    return t_op(b, MOTE_OP_DEPTHWISE_CONV_2D, attrs, (int32_t[]){in, w, bias}, NULL);
}

static inline int32_t t_depthwise(t_builder *b, int32_t kh, int32_t kw, int32_t stride,
                                  mote_padding pad)
{
    return t_depthwise_as(b, kh, kw,
                          (mote_op_attrs){.padding = pad, .stride_h = stride, .stride_w = stride});
}

static inline int32_t t_depthwise_dilated(t_builder *b, int32_t kh, int32_t kw, int32_t dh,
                                          int32_t dw)
{
    return t_depthwise_as(b, kh, kw,
                          (mote_op_attrs){.padding = MOTE_PAD_SAME,
                                          .stride_h = 1,
                                          .stride_w = 1,
                                          .dilation_h = dh,
                                          .dilation_w = dw});
}

static inline int32_t t_norm(t_builder *b)
{
    const mote_tensor *t = &b->g->tensors[b->at];
    int32_t c = t->dims[t->n_dims - 1], in = b->at;
    int32_t gamma = t_const(b, 1, &c, 1.0, 0.3, true), beta = t_const(b, 1, &c, 0.0, 0.3, true);
    int32_t mean = t_const(b, 1, &c, 0.0, 0.0, false),
            variance = t_const(b, 1, &c, 1.0, 0.0, false);
    return t_op(b, MOTE_OP_BATCH_NORM, (mote_op_attrs){.epsilon = 1e-3f},
                (int32_t[]){in, gamma, beta, mean, variance}, NULL);
}

static inline int32_t t_relu(t_builder *b)
{
    return t_op(b, MOTE_OP_RELU, (mote_op_attrs){0}, &b->at, NULL);
}
static inline int32_t t_softmax(t_builder *b)
{
    return t_op(b, MOTE_OP_SOFTMAX, (mote_op_attrs){0}, &b->at, NULL);
}
static inline int32_t t_dropout(t_builder *b, float rate)
{
    return t_op(b, MOTE_OP_DROPOUT, (mote_op_attrs){.rate = rate}, &b->at, NULL);
}

static inline int32_t t_pool(t_builder *b, mote_op_kind kind, int32_t wh, int32_t ww,
                             int32_t stride, mote_padding pad)
{
    return t_op(
        b, kind,
        (mote_op_attrs){
            .padding = pad, .stride_h = stride, .stride_w = stride, .window_h = wh, .window_w = ww},
        &b->at, NULL);
}

static inline int32_t t_add(t_builder *b, int32_t x, int32_t y, mote_activation act)
{
    return t_op(b, MOTE_OP_ADD, (mote_op_attrs){.activation = act}, (int32_t[]){x, y}, NULL);
}

static inline int32_t t_dense(t_builder *b, int32_t oc, mote_activation act)
{
    int32_t in = b->at, k = (int32_t)mote_tensor_elements(&b->g->tensors[in]), dims[2] = {oc, k};
    int32_t w = t_const(b, 2, dims, 0.0, 1.0 / sqrt(k), true),
            bias = t_const(b, 1, dims, 0.0, 0.2, true);
    return t_op(b, MOTE_OP_DENSE, (mote_op_attrs){.activation = act}, (int32_t[]){in, w, bias},
                NULL);
}

/* ------------------------------------------------------------------ evaluation in double */

typedef struct {
    const mote_graph *g;
    int32_t n;
    double **values;     /* [n_tensors]: constants once, values for n samples */
    uint64_t seed, step; /* of dropout */
    int32_t max_batch;
} t_ref;

static inline size_t t_elements(const mote_graph *g, int32_t tensor)
{
    return (size_t)mote_tensor_elements(&g->tensors[tensor]);
}

static inline void t_ref_init(t_ref *r, const mote_graph *g, int32_t n, const float *inputs,
                              int32_t max_batch, uint64_t seed, uint64_t step)
{
    *r = (t_ref){.g = g, .n = n, .seed = seed, .step = step, .max_batch = max_batch};
    r->values = calloc((size_t)g->n_tensors, sizeof *r->values);
    for (int32_t t = 0; t < g->n_tensors; t++) {
        bool is_const = g->tensors[t].role == MOTE_ROLE_CONST;
        size_t count = t_elements(g, t) * (is_const ? 1u : (size_t)n);
        r->values[t] = calloc(count, sizeof(double));
        const float *from = is_const ? g->tensors[t].data : t == g->inputs[0] ? inputs : NULL;
        for (size_t i = 0; from && i < count; i++)
            r->values[t][i] = (double)from[i];
    }
}

static inline void t_ref_release(t_ref *r)
{
    for (int32_t t = 0; t < r->g->n_tensors; t++)
        free(r->values[t]);
    free(r->values);
}

static inline double t_act(mote_activation a, double x)
{
    if (a != MOTE_ACT_NONE && x < 0.0)
        return 0.0;
    return a == MOTE_ACT_RELU6 && x > 6.0 ? 6.0 : x;
}

static inline void t_ref_window(const t_ref *r, const mote_op *o, int32_t s)
{
    const mote_tensor *in = &r->g->tensors[o->inputs[0]], *out = &r->g->tensors[o->outputs[0]];
    bool pool = o->kind == MOTE_OP_AVG_POOL_2D || o->kind == MOTE_OP_MAX_POOL_2D;
    const mote_tensor *wt = pool ? NULL : &r->g->tensors[o->inputs[1]];
    int32_t kh = pool ? o->attrs.window_h : wt->dims[1],
            kw = pool ? o->attrs.window_w : wt->dims[2];
    int32_t h = in->dims[1], w = in->dims[2], c = in->dims[3], oh = out->dims[1], ow = out->dims[2],
            oc = out->dims[3];
    int32_t dh = o->attrs.dilation_h ? o->attrs.dilation_h : 1,
            dw = o->attrs.dilation_w ? o->attrs.dilation_w : 1;
    int32_t ph =
        o->attrs.top + mote_pad_before(o->attrs.padding, h, (kh - 1) * dh + 1, o->attrs.stride_h);
    int32_t pw =
        o->attrs.left + mote_pad_before(o->attrs.padding, w, (kw - 1) * dw + 1, o->attrs.stride_w);
    const double *x = r->values[o->inputs[0]] + (size_t)s * t_elements(r->g, o->inputs[0]);
    double *y = r->values[o->outputs[0]] + (size_t)s * t_elements(r->g, o->outputs[0]);
    for (int32_t i = 0; i < oh * ow * oc; i++) {
        int32_t ch = i % oc, ox = i / oc % ow, oy = i / oc / ow, count = 0;
        double sum = pool ? 0.0 : r->values[o->inputs[2]][ch], top = -HUGE_VAL;
        for (int32_t k = 0; k < kh * kw; k++) {
            int32_t iy = oy * o->attrs.stride_h - ph + k / kw * dh,
                    ix = ox * o->attrs.stride_w - pw + k % kw * dw;
            if (iy < 0 || iy >= h || ix < 0 || ix >= w)
                continue;
            const double *cell = x + (iy * w + ix) * c;
            count++;
            if (pool) {
                sum += cell[ch];
                top = fmax(top, cell[ch]);
            } else if (o->kind == MOTE_OP_DEPTHWISE_CONV_2D) {
                sum += cell[ch] * r->values[o->inputs[1]][k * c + ch];
            } else {
                for (int32_t ci = 0; ci < c; ci++)
                    sum += cell[ci] * r->values[o->inputs[1]][(ch * kh * kw + k) * c + ci];
            }
        }
        y[i] = o->kind == MOTE_OP_AVG_POOL_2D   ? sum / count
               : o->kind == MOTE_OP_MAX_POOL_2D ? top
                                                : t_act(o->attrs.activation, sum);
    }
}

static inline void t_ref_norm(const t_ref *r, const mote_op *o)
{
    const mote_tensor *t = &r->g->tensors[o->inputs[0]];
    size_t c = (size_t)t->dims[t->n_dims - 1],
           rows = t_elements(r->g, o->inputs[0]) * (size_t)r->n / c;
    const double *x = r->values[o->inputs[0]];
    for (size_t ch = 0; ch < c; ch++) {
        double mean = 0.0, var = 0.0;
        for (size_t i = 0; i < rows; i++)
            mean += x[i * c + ch] / (double)rows;
        for (size_t i = 0; i < rows; i++)
            var += (x[i * c + ch] - mean) * (x[i * c + ch] - mean) / (double)rows;
        double sd_1 = 1.0 / sqrt(var + (double)o->attrs.epsilon);
        for (size_t i = 0; i < rows; i++)
            r->values[o->outputs[0]][i * c + ch] =
                (x[i * c + ch] - mean) * sd_1 * r->values[o->inputs[1]][ch] +
                r->values[o->inputs[2]][ch];
    }
}

static inline void t_ref_dropout(const t_ref *r, const mote_op *o, int32_t s)
{
    mote_rng rng;
    mote_rng_init_stream(&rng, r->seed, 0x64726f70u + (uint64_t)(o - r->g->ops),
                         r->step * (uint64_t)r->max_batch + (uint64_t)s);
    const mote_tensor *t = &r->g->tensors[o->outputs[0]];
    size_t n = t_elements(r->g, o->outputs[0]), c = (size_t)t->dims[t->n_dims - 1];
    bool *drops = calloc(n, sizeof *drops);
    for (size_t i = 0; i < n; i++)
        drops[i] = o->attrs.whole_channels && i >= c
                       ? drops[i % c]
                       : mote_rng_uniform(&rng) < (double)o->attrs.rate;
    for (size_t i = (size_t)s * n; i < (size_t)(s + 1) * n; i++) {
        bool drop = drops[i % n];
        r->values[o->outputs[0]][i] =
            drop ? 0.0 : r->values[o->inputs[0]][i] / (1.0 - (double)o->attrs.rate);
    }
    free(drops);
}

static inline void t_ref_noise(const t_ref *r, const mote_op *o, int32_t s)
{
    mote_rng rng;
    mote_rng_init_stream(&rng, r->seed, 0x6e6f6973u + (uint64_t)(o - r->g->ops),
                         r->step * (uint64_t)r->max_batch + (uint64_t)s);
    size_t n = t_elements(r->g, o->outputs[0]);
    for (size_t i = (size_t)s * n; i < (size_t)(s + 1) * n; i++)
        r->values[o->outputs[0]][i] =
            r->values[o->inputs[0]][i] + (double)o->attrs.rate * mote_rng_normal(&rng);
}

static inline void t_ref_dense(const t_ref *r, const mote_op *o, int32_t s)
{
    size_t k = t_elements(r->g, o->inputs[0]), oc = t_elements(r->g, o->outputs[0]);
    for (size_t j = 0; j < oc; j++) {
        double sum = r->values[o->inputs[2]][j];
        for (size_t i = 0; i < k; i++)
            sum += r->values[o->inputs[0]][(size_t)s * k + i] * r->values[o->inputs[1]][j * k + i];
        r->values[o->outputs[0]][(size_t)s * oc + j] = t_act(o->attrs.activation, sum);
    }
}

/* The element of the second input that belongs to element i of a batch of the first: 0 in every
 * dimension in which it has one cell. */
static inline size_t t_other(const t_ref *r, const mote_op *o, size_t i)
{
    const mote_tensor *a = &r->g->tensors[o->inputs[0]], *b = &r->g->tensors[o->inputs[1]];
    size_t at = 0, step = 1;
    for (int32_t d = a->n_dims - 1; d >= 1; d--) {
        size_t k = i % (size_t)a->dims[d];
        i /= (size_t)a->dims[d];
        at += (b->dims[d] == 1 ? 0 : k) * step;
        step *= (size_t)b->dims[d];
    }
    return i * step + at;
}

static inline void t_ref_each(const t_ref *r, const mote_op *o)
{
    size_t n = t_elements(r->g, o->outputs[0]) * (size_t)r->n;
    for (size_t i = 0; i < n; i++) {
        double x = r->values[o->inputs[0]][i];
        if (o->kind == MOTE_OP_ADD)
            x = t_act(o->attrs.activation, x + r->values[o->inputs[1]][t_other(r, o, i)]);
        if (o->kind == MOTE_OP_MUL)
            x = t_act(o->attrs.activation, x * r->values[o->inputs[1]][t_other(r, o, i)]);
        if (o->kind == MOTE_OP_SIGMOID)
            x = 1.0 / (1.0 + exp(-x));
        if (o->kind == MOTE_OP_TANH)
            x = tanh(x);
        if (o->kind == MOTE_OP_RELU)
            x = t_act(MOTE_ACT_RELU, x);
        if (o->kind == MOTE_OP_LEAKY_RELU)
            x = x > 0.0 ? x : (double)o->attrs.bound * x;
        if (o->kind == MOTE_OP_MAXIMUM)
            x = fmax(x, (double)o->attrs.bound);
        r->values[o->outputs[0]][i] = x;
    }
}

/* Run up to the logits; their tensor. */
static inline int32_t t_ref_forward(const t_ref *r)
{
    for (int32_t k = 0; k < r->g->n_ops - 1; k++) {
        const mote_op *o = &r->g->ops[k];
        if (o->kind == MOTE_OP_BATCH_NORM) {
            t_ref_norm(r, o);
            continue;
        }
        if (o->kind == MOTE_OP_ADD || o->kind == MOTE_OP_MUL || o->kind == MOTE_OP_RELU ||
            o->kind == MOTE_OP_RESHAPE || o->kind == MOTE_OP_SIGMOID || o->kind == MOTE_OP_TANH ||
            o->kind == MOTE_OP_LEAKY_RELU || o->kind == MOTE_OP_MAXIMUM) {
            t_ref_each(r, o);
            continue;
        }
        for (int32_t s = 0; s < r->n; s++) {
            if (o->kind == MOTE_OP_DENSE)
                t_ref_dense(r, o, s);
            else if (o->kind == MOTE_OP_DROPOUT)
                t_ref_dropout(r, o, s);
            else if (o->kind == MOTE_OP_NOISE)
                t_ref_noise(r, o, s);
            else
                t_ref_window(r, o, s);
        }
    }
    return r->g->ops[r->g->n_ops - 1].inputs[0];
}

static inline double t_ref_loss(const t_ref *r, const float *targets, const float *class_weights,
                                double smooth)
{
    int32_t logits = t_ref_forward(r);
    size_t c = t_elements(r->g, logits);
    double loss = 0.0, total = 0.0;
    for (int32_t s = 0; s < r->n; s++) {
        const double *z = r->values[logits] + (size_t)s * c;
        const float *t = targets + (size_t)s * c;
        double sum = 0.0, w = 0.0, h = 0.0;
        for (size_t i = 0; i < c; i++) {
            sum += exp(z[i]);
            w += (double)t[i] * (class_weights ? (double)class_weights[i] : 1.0);
        }
        for (size_t i = 0; i < c; i++)
            h -= ((1.0 - smooth) * (double)t[i] + smooth / (double)c) * (z[i] - log(sum));
        loss += w * h;
        total += w;
    }
    return loss / total;
}

#endif
