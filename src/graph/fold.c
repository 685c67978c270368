/* SPDX-License-Identifier: Apache-2.0 */
/* From the training graph to the inference graph: DROPOUT goes, BATCH_NORM is folded into the layer
 * before it, RELU becomes the fused activation of the operator before it.
 *
 * With y = gamma * (Wx + b - mean) / sqrt(variance + epsilon) + beta and s = gamma / sqrt(variance
 * + epsilon), the folded layer has weights s W and bias s (b - mean) + beta, channel by channel
 * (Jacob et al. 2018, section 3.2).
 *
 * The graph is walked once. Each operator is copied; a BATCH_NORM or RELU instead changes the last
 * copied operator, which must be the one that computed its input and have no other reader, and
 * whose weights must be its own. The graph's output counts as read, and what is read through a
 * DROPOUT is read. */
#include <math.h>
#include <string.h>

#include "graph/arch.h"
#include "graph/shape.h"

typedef struct {
    const mote_graph *from;
    mote_graph *to;
    int32_t *map;       /* [from->n_tensors] tensor in `to`, -1: not copied */
    int32_t *n_readers; /* [from->n_tensors] */
} folding;

static mote_status copy_const(folding *f, int32_t t, mote_err *err)
{
    if (f->map[t] >= 0)
        return MOTE_OK;
    const mote_tensor *c = &f->from->tensors[t];
    mote_tensor_spec s = {
        .name = c->name, .dtype = c->dtype, .n_dims = c->n_dims, .quant = &c->quant};
    memcpy(s.dims, c->dims, sizeof s.dims);
    MOTE_TRY(mote_graph_add_const(f->to, &s, &f->map[t], err));
    memcpy(f->to->tensors[f->map[t]].data, c->data, mote_tensor_bytes(c));
    f->to->tensors[f->map[t]].is_trained = c->is_trained;
    return MOTE_OK;
}

static mote_status copy_op(folding *f, const mote_op *op, mote_err *err)
{
    int32_t in[MOTE_MAX_OP_INPUTS];
    for (int32_t k = 0; k < op->n_inputs; k++) {
        if (f->from->tensors[op->inputs[k]].role == MOTE_ROLE_CONST)
            MOTE_TRY(copy_const(f, op->inputs[k], err));
        in[k] = f->map[op->inputs[k]];
    }
    const mote_tensor *o = &f->from->tensors[op->output];
    mote_tensor_spec s = {
        .name = o->name, .dtype = o->dtype, .n_dims = o->n_dims, .quant = &o->quant};
    memcpy(s.dims, o->dims, sizeof s.dims);
    return mote_graph_add_op(f->to, op->kind, &op->attrs, in, &s, &f->map[op->output], err);
}

/* The operator of `to` that may take in what follows tensor t of `from`, or NULL. */
static mote_op *host_of(folding *f, int32_t t)
{
    if (f->to->n_ops == 0 || f->n_readers[t] != 1)
        return NULL;
    mote_op *last = &f->to->ops[f->to->n_ops - 1];
    if (last->output != f->map[t] || last->attrs.activation != MOTE_ACT_NONE)
        return NULL;
    return last;
}

static bool is_weighted(mote_op_kind kind)
{
    return kind == MOTE_OP_CONV_2D || kind == MOTE_OP_DEPTHWISE_CONV_2D || kind == MOTE_OP_DENSE;
}

/* Whether weights and bias of an operator of `to` are its alone: another layer that shares them
 * would be changed too. */
static bool owns_weights(const folding *f, const mote_op *host)
{
    int32_t n_readers[2] = {0, 0};
    for (int32_t i = 0; i < f->from->n_ops; i++)
        for (int32_t k = 0; k < f->from->ops[i].n_inputs; k++)
            for (int32_t w = 0; w < 2; w++)
                n_readers[w] += f->map[f->from->ops[i].inputs[k]] == host->inputs[1 + w];
    return n_readers[0] == 1 && n_readers[1] == 1;
}

/* Whether every channel has a factor: a variance that is not a number, or far below 0, has none. */
static bool has_factors(const folding *f, const mote_op *norm)
{
    const mote_tensor *variance = &f->from->tensors[norm->inputs[4]];
    const float *v = variance->data;
    for (int32_t c = 0; c < variance->dims[0]; c++)
        if (!((double)v[c] + (double)norm->attrs.epsilon > 0.0))
            return false;
    return true;
}

static void fold_norm(folding *f, const mote_op *norm, mote_op *host)
{
    mote_tensor *w = &f->to->tensors[host->inputs[1]];
    mote_tensor *b = &f->to->tensors[host->inputs[2]];
    const float *gamma = f->from->tensors[norm->inputs[1]].data,
                *beta = f->from->tensors[norm->inputs[2]].data;
    const float *mean = f->from->tensors[norm->inputs[3]].data,
                *variance = f->from->tensors[norm->inputs[4]].data;
    float *wv = w->data, *bv = b->data;
    int32_t channels = b->dims[0];
    int64_t n = mote_tensor_elements(w);
    bool channel_last = host->kind == MOTE_OP_DEPTHWISE_CONV_2D;
    for (int64_t i = 0; i < n; i++) {
        int64_t c = channel_last ? i % channels : i / (n / channels);
        double s = (double)gamma[c] / sqrt((double)variance[c] + (double)norm->attrs.epsilon);
        wv[i] = (float)((double)wv[i] * s);
    }
    for (int32_t c = 0; c < channels; c++) {
        double s = (double)gamma[c] / sqrt((double)variance[c] + (double)norm->attrs.epsilon);
        bv[c] = (float)(((double)bv[c] - (double)mean[c]) * s + (double)beta[c]);
    }
}

static mote_status fold_op(folding *f, const mote_op *op, mote_err *err)
{
    const char *name = f->from->tensors[op->output].name;
    mote_op *host = host_of(f, op->inputs[0]);
    switch (op->kind) {
    case MOTE_OP_DROPOUT:
        f->map[op->output] = f->map[op->inputs[0]];
        f->n_readers[op->output] += f->n_readers[op->inputs[0]] - 1;
        return MOTE_OK;
    case MOTE_OP_BATCH_NORM:
        if (!host || !is_weighted(host->kind))
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "cannot fold '%s': the layer before it is not a convolution or dense "
                             "layer with one reader",
                             name);
        if (!owns_weights(f, host))
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "cannot fold '%s': the layer before it shares its weights or bias "
                             "with another",
                             name);
        if (!has_factors(f, op))
            return mote_fail(err, MOTE_RANGE,
                             "cannot fold '%s': a variance is not a number above -epsilon", name);
        fold_norm(f, op, host);
        f->map[op->output] = f->map[op->inputs[0]];
        return MOTE_OK;
    case MOTE_OP_RELU:
        if (!host || !(is_weighted(host->kind) || host->kind == MOTE_OP_ADD))
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "cannot fuse '%s': the operator before it takes no activation", name);
        host->attrs.activation = MOTE_ACT_RELU;
        f->map[op->output] = f->map[op->inputs[0]];
        return MOTE_OK;
    case MOTE_OP_CONV_2D:
    case MOTE_OP_DEPTHWISE_CONV_2D:
    case MOTE_OP_DENSE:
    case MOTE_OP_AVG_POOL_2D:
    case MOTE_OP_MAX_POOL_2D:
    case MOTE_OP_ADD:
    case MOTE_OP_RESHAPE:
    case MOTE_OP_SOFTMAX:
    case MOTE_OP_NONE:
    default:
        return copy_op(f, op, err);
    }
}

static mote_status fold(folding *f, mote_err *err)
{
    const mote_graph *g = f->from;
    for (int32_t t = 0; t < g->n_tensors; t++)
        f->map[t] = -1;
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_inputs; k++)
            f->n_readers[g->ops[i].inputs[k]]++;
    f->n_readers[g->output]++;
    const mote_tensor *in = &g->tensors[g->input];
    mote_tensor_spec s = {
        .name = in->name, .dtype = in->dtype, .n_dims = in->n_dims, .quant = &in->quant};
    memcpy(s.dims, in->dims, sizeof s.dims);
    MOTE_TRY(mote_graph_add_input(f->to, &s, &f->map[g->input], err));
    for (int32_t i = 0; i < g->n_ops; i++)
        MOTE_TRY(fold_op(f, &g->ops[i], err));
    f->to->output = f->map[g->output];
    return mote_graph_validate(f->to, err);
}

mote_status mote_graph_fold(const mote_graph *train, mote_graph **out, mote_err *err)
{
    MOTE_TRY(mote_graph_validate(train, err));
    if (!mote_graph_is_f32(train))
        return mote_fail(err, MOTE_UNSUPPORTED, "only float32 graphs are folded");
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, (size_t)64 << 20);
    folding f = {.from = train};
    MOTE_TRY(mote_arena_take(&arena, (size_t)train->n_tensors, sizeof *f.map, &f.map, err));
    MOTE_TRY(
        mote_arena_take(&arena, (size_t)train->n_tensors, sizeof *f.n_readers, &f.n_readers, err));
    MOTE_TRY(mote_graph_create(train->arena.limit_bytes, &f.to, err));
    mote_status st = fold(&f, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(f.to);
        return st;
    }
    *out = f.to;
    return MOTE_OK;
}
