/* SPDX-License-Identifier: Apache-2.0 */
/* From the training graph to the inference graph: DROPOUT and NOISE go, BATCH_NORM is folded into
 * the layer before it, RELU becomes the fused activation of the operator before it.
 *
 * With y = gamma * (Wx + b - mean) / sqrt(variance + epsilon) + beta and s = gamma / sqrt(variance
 * + epsilon), the folded layer has weights s W and bias s (b - mean) + beta, channel by channel
 * (Jacob et al. 2018, section 3.2).
 *
 * The graph is walked once. Each operator is copied; a BATCH_NORM or RELU instead changes the last
 * copied operator, which must be the one that computed its input and have no other reader, and
 * whose weights must be its own. The graph's output counts as read, and what is read through a
 * DROPOUT or NOISE is read. */
#include <math.h>
#include <string.h>

#include "graph/arch.h"
#include "graph/op.h"
#include "graph/rewrite.h"

/* The operator of `to` that may take in what follows tensor t of `from`, or NULL. */
static mote_op *host_of(mote_rewrite *f, int32_t t)
{
    if (f->to->n_ops == 0 || f->n_readers[t] != 1)
        return NULL;
    mote_op *last = &f->to->ops[f->to->n_ops - 1];
    if (last->outputs[0] != f->map[t] || last->attrs.activation != MOTE_ACT_NONE)
        return NULL;
    return last;
}

/* Whether weights and bias of an operator of `to` are its alone: another layer that shares them
 * would be changed too. */
static bool owns_weights(const mote_rewrite *f, const mote_op *host)
{
    int32_t n_readers[2] = {0, 0};
    for (int32_t i = 0; i < f->from->n_ops; i++)
        for (int32_t k = 0; k < f->from->ops[i].n_inputs; k++)
            for (int32_t w = 0; w < 2; w++)
                n_readers[w] += f->map[f->from->ops[i].inputs[k]] == host->inputs[1 + w];
    return n_readers[0] == 1 && n_readers[1] == 1;
}

/* Whether every channel has a factor: a variance that is not a number, or far below 0, has none. */
static bool has_factors(const mote_rewrite *f, const mote_op *norm)
{
    const mote_tensor *variance = &f->from->tensors[norm->inputs[4]];
    const float *v = variance->data;
    for (int32_t c = 0; c < variance->dims[0]; c++)
        if (!((double)v[c] + (double)norm->attrs.epsilon > 0.0))
            return false;
    return true;
}

static void fold_norm(mote_rewrite *f, const mote_op *norm, mote_op *host)
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
    bool channel_last = mote_op_has(host->kind, MOTE_OP_CHANNEL_LAST);
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

/* What is read through `op` is read from its input. */
static void skip(mote_rewrite *f, const mote_op *op)
{
    f->map[op->outputs[0]] = f->map[op->inputs[0]];
}

static mote_status fold_idle(mote_rewrite *f, const mote_op *op, mote_op *host, mote_err *err)
{
    (void)host, (void)err;
    f->n_readers[op->outputs[0]] += f->n_readers[op->inputs[0]] - 1;
    skip(f, op);
    return MOTE_OK;
}

static mote_status fold_batch_norm(mote_rewrite *f, const mote_op *op, mote_op *host, mote_err *err)
{
    const char *name = f->from->tensors[op->outputs[0]].name;
    if (!host || !mote_op_has(host->kind, MOTE_OP_WEIGHTED))
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
    skip(f, op);
    return MOTE_OK;
}

static mote_status fold_relu(mote_rewrite *f, const mote_op *op, mote_op *host, mote_err *err)
{
    if (!host || !mote_op_has(host->kind, MOTE_OP_ACTIVATES))
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "cannot fuse '%s': the operator before it takes no activation",
                         f->from->tensors[op->outputs[0]].name);
    host->attrs.activation = MOTE_ACT_RELU;
    skip(f, op);
    return MOTE_OK;
}

/* How each operator of training graphs goes. */
static mote_status (*const folds[MOTE_OP_END])(mote_rewrite *, const mote_op *, mote_op *,
                                               mote_err *) = {
    [MOTE_OP_DROPOUT] = fold_idle,
    [MOTE_OP_NOISE] = fold_idle,
    [MOTE_OP_BATCH_NORM] = fold_batch_norm,
    [MOTE_OP_RELU] = fold_relu,
};

static mote_status visit(void *arg, mote_rewrite *f, int32_t i, bool *done, mote_err *err)
{
    (void)arg;
    const mote_op *op = &f->from->ops[i];
    *done = folds[op->kind] != NULL;
    return *done ? folds[op->kind](f, op, host_of(f, op->inputs[0]), err) : MOTE_OK;
}

mote_status mote_graph_fold(const mote_graph *train, mote_graph **out, mote_err *err)
{
    MOTE_TRY(mote_graph_validate(train, err));
    if (!mote_graph_is_f32(train))
        return mote_fail(err, MOTE_UNSUPPORTED, "only float32 graphs are folded");
    const mote_pass pass = {.visit = visit};
    return mote_graph_rewrite(train, &pass, out, err);
}
