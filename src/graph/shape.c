/* SPDX-License-Identifier: Apache-2.0 */
/* Shape rules of the operators. See shape.h and ops.def. */
#include "graph/shape.h"

int32_t mote_op_n_inputs(mote_op_kind kind)
{
    switch (kind) {
#define OP(id, name, text, n_in)                                                                   \
    case MOTE_OP_##name:                                                                           \
        return n_in;
#include "graph/ops.def"
#undef OP
    case MOTE_OP_NONE:
    default:
        return 0;
    }
}

const char *mote_op_text(mote_op_kind kind)
{
    switch (kind) {
#define OP(id, name, text, n_in)                                                                   \
    case MOTE_OP_##name:                                                                           \
        return text;
#include "graph/ops.def"
#undef OP
    case MOTE_OP_NONE:
    default:
        return "unknown operator";
    }
}

int32_t mote_out_size(mote_padding padding, int32_t in, int32_t window, int32_t stride)
{
    if (padding == MOTE_PAD_SAME)
        return (in + stride - 1) / stride;
    return in < window ? 0 : (in - window) / stride + 1;
}

int32_t mote_pad_before(mote_padding padding, int32_t in, int32_t window, int32_t stride)
{
    if (padding == MOTE_PAD_VALID)
        return 0;
    int32_t out = (in + stride - 1) / stride;
    int32_t total = (out - 1) * stride + window - in;
    return total > 0 ? total / 2 : 0;
}

static mote_status misfit(const mote_graph *g, const mote_op *op, const char *rule, mote_err *err)
{
    mote_buf b;
    mote_buf_init(&b, 512);
    for (int32_t i = 0; i < op->n_inputs; i++) {
        const mote_tensor *t = &g->tensors[op->inputs[i]];
        char shape[MOTE_SHAPE_TEXT_BYTES];
        mote_dims_text(t->n_dims, t->dims, shape);
        mote_buf_printf(&b, "%s'%s' %s", i ? ", " : "", t->name, shape);
    }
    mote_status st = mote_fail(err, MOTE_SHAPE, "%s: %s; inputs are %s", mote_op_text(op->kind),
                               rule, b.data ? b.data : "?");
    mote_buf_release(&b);
    return st;
}

static mote_status set_spatial(const mote_graph *g, const mote_op *op, int32_t window_h,
                               int32_t window_w, int32_t channels, int32_t out[MOTE_MAX_DIMS],
                               mote_err *err)
{
    const mote_tensor *in = &g->tensors[op->inputs[0]];
    const mote_op_attrs *a = &op->attrs;
    if (a->stride_h < 1 || a->stride_w < 1 || a->stride_h > 1024 || a->stride_w > 1024)
        return mote_fail(err, MOTE_ARG, "%s: stride %d x %d, 1 to 1024 is needed",
                         mote_op_text(op->kind), a->stride_h, a->stride_w);
    if (a->padding != MOTE_PAD_SAME && a->padding != MOTE_PAD_VALID)
        return mote_fail(err, MOTE_ARG, "%s: unknown padding %d", mote_op_text(op->kind),
                         (int)a->padding);
    out[0] = in->dims[0];
    out[1] = mote_out_size(a->padding, in->dims[1], window_h, a->stride_h);
    out[2] = mote_out_size(a->padding, in->dims[2], window_w, a->stride_w);
    out[3] = channels;
    if (out[1] < 1 || out[2] < 1)
        return misfit(g, op, "the window is larger than the input", err);
    return MOTE_OK;
}

static mote_status conv_shape(const mote_graph *g, const mote_op *op, int32_t out[MOTE_MAX_DIMS],
                              mote_err *err)
{
    const mote_tensor *in = &g->tensors[op->inputs[0]];
    const mote_tensor *w = &g->tensors[op->inputs[1]];
    const mote_tensor *bias = &g->tensors[op->inputs[2]];
    if (in->n_dims != 4 || w->n_dims != 4 || bias->n_dims != 1)
        return misfit(g, op, "needs [n,h,w,c], weights of 4 dimensions and a bias of 1", err);
    bool depthwise = op->kind == MOTE_OP_DEPTHWISE_CONV_2D;
    int32_t channels = depthwise ? w->dims[3] : w->dims[0];
    if (depthwise ? (w->dims[0] != 1 || w->dims[3] != in->dims[3]) : w->dims[3] != in->dims[3])
        return misfit(g, op, "the channels of input and weights differ", err);
    if (bias->dims[0] != channels)
        return misfit(g, op, "the bias needs one value a channel", err);
    return set_spatial(g, op, w->dims[1], w->dims[2], channels, out, err);
}

static mote_status dense_shape(const mote_graph *g, const mote_op *op, int32_t out[MOTE_MAX_DIMS],
                               mote_err *err)
{
    const mote_tensor *in = &g->tensors[op->inputs[0]];
    const mote_tensor *w = &g->tensors[op->inputs[1]];
    const mote_tensor *bias = &g->tensors[op->inputs[2]];
    if (in->n_dims < 2 || w->n_dims != 2 || bias->n_dims != 1 || bias->dims[0] != w->dims[0])
        return misfit(g, op, "needs [n,..], weights [oc,k] and a bias [oc]", err);
    if (mote_tensor_elements(in) / in->dims[0] != w->dims[1])
        return misfit(g, op, "the input does not have as many values as the weights take", err);
    out[0] = in->dims[0];
    out[1] = w->dims[0];
    return MOTE_OK;
}

static mote_status pool_shape(const mote_graph *g, const mote_op *op, int32_t out[MOTE_MAX_DIMS],
                              mote_err *err)
{
    const mote_tensor *in = &g->tensors[op->inputs[0]];
    const mote_op_attrs *a = &op->attrs;
    if (in->n_dims != 4)
        return misfit(g, op, "needs [n,h,w,c]", err);
    if (a->window_h < 1 || a->window_w < 1 || a->window_h > (1 << 16) || a->window_w > (1 << 16))
        return mote_fail(err, MOTE_ARG, "%s: window %d x %d, 1 to 65536 is needed",
                         mote_op_text(op->kind), a->window_h, a->window_w);
    return set_spatial(g, op, a->window_h, a->window_w, in->dims[3], out, err);
}

static mote_status same_shape(const mote_graph *g, const mote_op *op, int32_t *n_out,
                              int32_t out[MOTE_MAX_DIMS], mote_err *err)
{
    const mote_tensor *in = &g->tensors[op->inputs[0]];
    if (op->kind == MOTE_OP_ADD) {
        const mote_tensor *b = &g->tensors[op->inputs[1]];
        bool equal = b->n_dims == in->n_dims;
        for (int32_t i = 0; equal && i < in->n_dims; i++)
            equal = in->dims[i] == b->dims[i];
        if (!equal)
            return misfit(g, op, "both inputs need one shape", err);
    }
    if (op->kind == MOTE_OP_BATCH_NORM) {
        int32_t channels = in->dims[in->n_dims - 1];
        for (int32_t i = 1; i < 5; i++) {
            const mote_tensor *p = &g->tensors[op->inputs[i]];
            if (p->n_dims != 1 || p->dims[0] != channels || p->role != MOTE_ROLE_CONST)
                return misfit(g, op, "gamma, beta, mean and variance need one value a channel",
                              err);
        }
        if (!(op->attrs.epsilon > 0.0f))
            return mote_fail(err, MOTE_ARG, "batch_norm: epsilon must be above 0");
    }
    if (op->kind == MOTE_OP_DROPOUT && !(op->attrs.rate >= 0.0f && op->attrs.rate < 1.0f))
        return mote_fail(err, MOTE_ARG, "dropout: rate must be in [0, 1)");
    *n_out = in->n_dims;
    for (int32_t i = 0; i < in->n_dims; i++)
        out[i] = in->dims[i];
    return MOTE_OK;
}

static mote_status reshape_shape(const mote_graph *g, const mote_op *op, int32_t n_out,
                                 const int32_t *out, mote_err *err)
{
    MOTE_TRY(mote_dims_check("the output of reshape", n_out, out, err));
    int64_t total = 1;
    for (int32_t i = 0; i < n_out; i++)
        total *= out[i];
    if (total != mote_tensor_elements(&g->tensors[op->inputs[0]]))
        return misfit(g, op, "the new shape has another number of elements", err);
    return MOTE_OK;
}

mote_status mote_op_shape(const mote_graph *g, const mote_op *op, int32_t *n_out_dims,
                          int32_t out_dims[MOTE_MAX_DIMS], mote_err *err)
{
    int32_t n_in = mote_op_n_inputs(op->kind);
    if (n_in == 0)
        return mote_fail(err, MOTE_UNSUPPORTED, "there is no operator %d", (int)op->kind);
    if (op->n_inputs != n_in)
        return mote_fail(err, MOTE_ARG, "%s takes %d inputs, not %d", mote_op_text(op->kind), n_in,
                         op->n_inputs);
    for (int32_t i = 0; i < n_in; i++)
        if (op->inputs[i] < 0 || op->inputs[i] >= g->n_tensors)
            return mote_fail(err, MOTE_ARG, "%s: input %d is tensor %d of %d",
                             mote_op_text(op->kind), i, op->inputs[i], g->n_tensors);

    switch (op->kind) {
    case MOTE_OP_CONV_2D:
    case MOTE_OP_DEPTHWISE_CONV_2D:
        *n_out_dims = 4;
        return conv_shape(g, op, out_dims, err);
    case MOTE_OP_DENSE:
        *n_out_dims = 2;
        return dense_shape(g, op, out_dims, err);
    case MOTE_OP_AVG_POOL_2D:
    case MOTE_OP_MAX_POOL_2D:
        *n_out_dims = 4;
        return pool_shape(g, op, out_dims, err);
    case MOTE_OP_RESHAPE:
        return reshape_shape(g, op, *n_out_dims, out_dims, err);
    case MOTE_OP_ADD:
    case MOTE_OP_SOFTMAX:
    case MOTE_OP_BATCH_NORM:
    case MOTE_OP_DROPOUT:
    case MOTE_OP_RELU:
        return same_shape(g, op, n_out_dims, out_dims, err);
    case MOTE_OP_NONE:
    default:
        return mote_fail(err, MOTE_UNSUPPORTED, "there is no operator %d", (int)op->kind);
    }
}
