/* SPDX-License-Identifier: Apache-2.0 */
/* Choice of kernels, shapes and fixed-point parameters. The packing of weights is in
 * lower_pack.c. Depends on graph.h and device/nn; see lower.h for users. */
#include "graph/lower.h"

#include <math.h>
#include <string.h>

#include "graph/host_kernels.h"
#include "graph/lower_internal.h"

#define LOWER_LIMIT_BYTES ((size_t)1 << 30)
#define MAX_PLANE         (1 << 26) /* cells of a padded image; keeps all sizes in 32 bits */
#define MAX_POOLED        (1 << 23) /* cells of a mean: their sum of -128 stays in 32 bits */

typedef struct {
    const char *function, *source;
    bool has_scratch;
} kernel_row;

static const kernel_row kernels[MOTE_N_KERNELS] = {
    {"", "", false},
#define KERNEL(name, function, source, scratch) {function, source, scratch},
#include "graph/kernels.def"
#undef KERNEL
};

const char *mote_kernel_function(mote_kernel k)
{
    return kernels[k].function;
}
const char *mote_kernel_source(mote_kernel k)
{
    return kernels[k].source;
}
bool mote_kernel_has_scratch(mote_kernel k)
{
    return kernels[k].has_scratch;
}

void mote_quantize_multiplier(double real, int32_t *multiplier, int32_t *shift)
{
    int exponent = 0;
    double fraction = real > 0 ? frexp(real, &exponent) : 0;
    int64_t q = (int64_t)round(fraction * 2147483648.0);
    if (q == (int64_t)1 << 31) {
        q /= 2;
        exponent++;
    }
    if (q == 0 || exponent < -31) {
        q = 0;
        exponent = 0;
    }
    *multiplier = (int32_t)q;
    *shift = exponent;
}

mote_status mote_lower_fail(const mote_graph *g, int32_t op, mote_status st, const char *why,
                            mote_err *err)
{
    const mote_op *o = &g->ops[op];
    return mote_fail(err, st, "operator %d (%s, '%s'): %s", (int)op, mote_op_text(o->kind),
                     g->tensors[o->output].name, why);
}

/* NHWC sizes of a tensor of up to four dimensions; missing ones count as 1. */
static void nhwc(const mote_tensor *t, int32_t *h, int32_t *w, int32_t *c)
{
    *h = t->n_dims == 4 ? t->dims[1] : 1;
    *w = t->n_dims == 4 ? t->dims[2] : t->n_dims == 3 ? t->dims[1] : 1;
    *c = t->n_dims >= 1 ? t->dims[t->n_dims - 1] : 1;
}

static void swap(int32_t *a, int32_t *b)
{
    int32_t t = *a;
    *a = *b;
    *b = t;
}

/* Depthwise 3x3 computes cells in pairs along a row: walk the image along the axis that leaves
 * fewer odd ones. */
static void maybe_transpose(mrt_conv *c)
{
    int64_t by_rows = (int64_t)c->out_h * ((c->out_w + 1) / 2);
    int64_t by_cols = (int64_t)c->out_w * ((c->out_h + 1) / 2);
    if (by_cols >= by_rows)
        return;
    c->flags |= MRT_TRANSPOSED;
    swap(&c->in_h, &c->in_w);
    swap(&c->out_h, &c->out_w);
    swap(&c->pad_h, &c->pad_w);
}

static bool is_3x3(const mrt_conv *c)
{
    return c->kernel_h == 3 && c->kernel_w == 3 && c->stride_h == 1 && c->stride_w == 1;
}

static const mote_kernel conv_kernels[] = {MOTE_KERNEL_CONV, MOTE_KERNEL_CONV_REF,
                                           MOTE_KERNEL_HOST_CONV};
static const mote_kernel depthwise_kernels[] = {MOTE_KERNEL_DEPTHWISE, MOTE_KERNEL_DEPTHWISE_REF,
                                                MOTE_KERNEL_HOST_DEPTHWISE};
static const mote_kernel dense_kernels[] = {MOTE_KERNEL_DENSE, MOTE_KERNEL_DENSE_REF,
                                            MOTE_KERNEL_HOST_CONV};

/* Shapes and kernel of CONV_2D, DEPTHWISE_CONV_2D and DENSE. */
static mote_kernel conv_shape(const mote_graph *g, int32_t op, mote_isa isa, mrt_conv *c)
{
    const mote_op *o = &g->ops[op];
    const mote_tensor *in = &g->tensors[o->inputs[0]], *w = &g->tensors[o->inputs[1]];
    memset(c, 0, sizeof *c);
    c->in_h = c->in_w = c->out_h = c->out_w = 1;
    c->kernel_h = c->kernel_w = c->stride_h = c->stride_w = 1;
    if (o->kind == MOTE_OP_DENSE) {
        c->in_c = w->dims[1];
        c->out_c = w->dims[0];
        return dense_kernels[isa];
    }
    nhwc(in, &c->in_h, &c->in_w, &c->in_c);
    nhwc(&g->tensors[o->output], &c->out_h, &c->out_w, &c->out_c);
    c->kernel_h = w->dims[1];
    c->kernel_w = w->dims[2];
    c->stride_h = o->attrs.stride_h;
    c->stride_w = o->attrs.stride_w;
    c->pad_h = mote_pad_before(o->attrs.padding, c->in_h, c->kernel_h, c->stride_h);
    c->pad_w = mote_pad_before(o->attrs.padding, c->in_w, c->kernel_w, c->stride_w);
    if (o->kind == MOTE_OP_CONV_2D)
        return conv_kernels[isa];
    if (isa != MOTE_ISA_PORTABLE || !is_3x3(c))
        return depthwise_kernels[isa];
    maybe_transpose(c);
    return MOTE_KERNEL_DEPTHWISE_3X3;
}

static void pool_shape(const mote_graph *g, int32_t op, mrt_pool *p)
{
    const mote_op *o = &g->ops[op];
    int32_t c;
    memset(p, 0, sizeof *p);
    nhwc(&g->tensors[o->inputs[0]], &p->in_h, &p->in_w, &p->channels);
    nhwc(&g->tensors[o->output], &p->out_h, &p->out_w, &c);
    p->window_h = o->attrs.window_h;
    p->window_w = o->attrs.window_w;
    p->stride_h = o->attrs.stride_h;
    p->stride_w = o->attrs.stride_w;
    p->pad_h = mote_pad_before(o->attrs.padding, p->in_h, p->window_h, p->stride_h);
    p->pad_w = mote_pad_before(o->attrs.padding, p->in_w, p->window_w, p->stride_w);
}

static void conv_need(const mrt_conv *c, mote_kernel_need *n)
{
    int32_t k = c->kernel_h * c->kernel_w * c->in_c;
    size_t window = (size_t)c->kernel_h * (size_t)c->kernel_w;
    n->channel_bytes = (size_t)c->out_c * 9;
    n->weights_bytes = (size_t)c->out_c * (size_t)k;
    switch (n->kernel) {
    case MOTE_KERNEL_CONV:
        n->weights_bytes = (size_t)mrt_conv_packed_bytes(c->out_c, k);
        n->scratch_bytes = (size_t)mrt_conv_scratch_bytes(c);
        n->in_place = k == c->in_c && c->stride_h == 1 && c->stride_w == 1 && c->out_c <= c->in_c;
        break;
    case MOTE_KERNEL_DENSE:
        n->weights_bytes = (size_t)mrt_conv_packed_bytes(c->out_c, k);
        n->scratch_bytes = (size_t)mrt_dense_scratch_bytes(c);
        break;
    case MOTE_KERNEL_DEPTHWISE:
    case MOTE_KERNEL_DEPTHWISE_3X3:
        n->weights_bytes = window * (size_t)c->out_c;
        n->scratch_bytes = (size_t)mrt_depthwise_scratch_bytes(c);
        n->in_place = c->out_h * c->out_w <= c->in_h * c->in_w;
        break;
    case MOTE_KERNEL_DEPTHWISE_REF:
        n->weights_bytes = window * (size_t)c->out_c;
        break;
    case MOTE_KERNEL_HOST_CONV:
        n->weights_bytes = mote_host_conv_packed_bytes(c->out_c, k);
        n->scratch_bytes = mote_host_conv_scratch_bytes(c);
        break;
    case MOTE_KERNEL_HOST_DEPTHWISE:
        n->weights_bytes = window * (size_t)c->out_c;
        n->scratch_bytes = mote_host_depthwise_scratch_bytes(c);
        break;
    case MOTE_KERNEL_CONV_REF:
    case MOTE_KERNEL_DENSE_REF:
    case MOTE_KERNEL_NONE:
    case MOTE_KERNEL_AVG_POOL:
    case MOTE_KERNEL_MAX_POOL:
    case MOTE_KERNEL_ADD:
    case MOTE_KERNEL_SOFTMAX:
    case MOTE_N_KERNELS:
        break;
    }
}

mote_status mote_lower_need(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *out,
                            mote_err *err)
{
    mote_kernel_need n = {0};
    mrt_conv conv;
    switch (g->ops[op].kind) {
    case MOTE_OP_CONV_2D:
    case MOTE_OP_DEPTHWISE_CONV_2D:
    case MOTE_OP_DENSE:
        n.kernel = conv_shape(g, op, isa, &conv);
        if ((int64_t)(conv.in_h + conv.kernel_h) * (conv.in_w + conv.kernel_w) > MAX_PLANE)
            return mote_lower_fail(g, op, MOTE_UNSUPPORTED, "the image or kernel is too large",
                                   err);
        conv_need(&conv, &n);
        break;
    case MOTE_OP_AVG_POOL_2D:
        n.kernel = MOTE_KERNEL_AVG_POOL;
        break;
    case MOTE_OP_MAX_POOL_2D:
        n.kernel = MOTE_KERNEL_MAX_POOL;
        break;
    case MOTE_OP_ADD:
        n.kernel = MOTE_KERNEL_ADD;
        n.in_place = 3;
        break;
    case MOTE_OP_SOFTMAX:
        n.kernel = MOTE_KERNEL_SOFTMAX;
        n.in_place = 1;
        break;
    case MOTE_OP_RESHAPE:
        n.kernel = MOTE_KERNEL_NONE;
        n.in_place = 1;
        break;
    case MOTE_OP_NONE:
    case MOTE_OP_BATCH_NORM:
    case MOTE_OP_DROPOUT:
    case MOTE_OP_RELU:
        return mote_lower_fail(g, op, MOTE_UNSUPPORTED,
                               "has no device kernel; fold the training graph first", err);
    }
    *out = n;
    return MOTE_OK;
}

static bool one_scale(const mote_tensor *t)
{
    return t->dtype == MOTE_I8 && t->quant.n_scales == 1 && t->quant.scales[0] > 0 &&
           isfinite(t->quant.scales[0]) && t->quant.zero_point >= -128 &&
           t->quant.zero_point <= 127;
}

/* The bounds of a fused activation in the quantised values of `out`. The division and rounding
 * are in single precision, as TensorFlow Lite does them. */
static void activation_range(mote_activation act, const mote_tensor *out, int32_t *lo, int32_t *hi)
{
    float scale = out->quant.scales[0];
    int32_t zero = out->quant.zero_point;
    *lo = -128;
    *hi = 127;
    if (act != MOTE_ACT_NONE && zero > *lo)
        *lo = zero;
    float six = roundf(6.0f / scale);
    if (act == MOTE_ACT_RELU6 && six < (float)(127 - zero))
        *hi = zero + (int32_t)six;
}

static mote_status lower_conv(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                              mote_err *err)
{
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *in = &g->tensors[o->inputs[0]], *out = &g->tensors[o->output];
    mrt_conv *c = &call->u.conv;
    (void)conv_shape(g, call->op, isa, c);
    c->in_zero = in->quant.zero_point;
    c->out_zero = out->quant.zero_point;
    activation_range(o->attrs.activation, out, &c->act_min, &c->act_max);
    if (c->act_min == -128 && c->act_max == 127)
        c->flags |= MRT_FULL_RANGE;
    return mote_lower_constants(g, a, call, err);
}

static bool same_quant(const mote_tensor *a, const mote_tensor *b)
{
    return a->quant.zero_point == b->quant.zero_point &&
           memcmp(a->quant.scales, b->quant.scales, sizeof(float)) == 0;
}

static mote_status lower_pool(const mote_graph *g, mote_call *call, mote_err *err)
{
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *out = &g->tensors[o->output];
    if (!same_quant(&g->tensors[o->inputs[0]], out))
        return mote_lower_fail(g, call->op, MOTE_RANGE,
                               "input and output must have the same scale and zero point", err);
    pool_shape(g, call->op, &call->u.pool);
    const mrt_pool *p = &call->u.pool;
    int64_t rows = p->window_h < p->in_h ? p->window_h : p->in_h;
    int64_t cols = p->window_w < p->in_w ? p->window_w : p->in_w;
    if (rows * cols > MAX_POOLED)
        return mote_lower_fail(g, call->op, MOTE_UNSUPPORTED, "the window is too large", err);
    activation_range(o->attrs.activation, out, &call->u.pool.act_min, &call->u.pool.act_max);
    return MOTE_OK;
}

/* TensorFlow Lite's ADD, kernels/add.cc: both inputs are brought to twice the larger scale. */
static mote_status lower_add(const mote_graph *g, mote_call *call, mote_err *err)
{
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *a = &g->tensors[o->inputs[0]], *b = &g->tensors[o->inputs[1]];
    const mote_tensor *out = &g->tensors[o->output];
    double a_scale = (double)a->quant.scales[0], b_scale = (double)b->quant.scales[0];
    double twice = 2 * (a_scale > b_scale ? a_scale : b_scale);
    double out_real = twice / ((double)(1 << 20) * (double)out->quant.scales[0]);
    if (!(out_real < 4))
        return mote_lower_fail(g, call->op, MOTE_RANGE,
                               "the output scale is too small beside the input scales", err);
    mrt_add *p = &call->u.add;
    p->n = (int32_t)mote_tensor_elements(out);
    p->a_zero = a->quant.zero_point;
    p->b_zero = b->quant.zero_point;
    p->out_zero = out->quant.zero_point;
    mote_quantize_multiplier(a_scale / twice, &p->a_multiplier, &p->a_shift);
    mote_quantize_multiplier(b_scale / twice, &p->b_multiplier, &p->b_shift);
    mote_quantize_multiplier(out_real, &p->out_multiplier, &p->out_shift);
    activation_range(o->attrs.activation, out, &p->act_min, &p->act_max);
    return MOTE_OK;
}

/* TensorFlow Lite's PreprocessSoftmaxScaling with 5 integer bits, and CalculateInputRadius. */
static mote_status lower_softmax(const mote_graph *g, mote_call *call, mote_err *err)
{
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *in = &g->tensors[o->inputs[0]], *out = &g->tensors[o->output];
    mrt_softmax *p = &call->u.softmax;
    p->depth = in->dims[in->n_dims - 1];
    p->rows = (int32_t)(mote_tensor_elements(in) / p->depth);
    if (p->depth > 4095)
        return mote_lower_fail(g, call->op, MOTE_UNSUPPORTED, "more than 4095 classes", err);
    if (out->quant.zero_point != -128 || fabs((double)out->quant.scales[0] - 1.0 / 256) > 1e-7)
        return mote_lower_fail(g, call->op, MOTE_RANGE,
                               "the output must have scale 1/256 and zero point -128", err);
    double real = (double)in->quant.scales[0] * (double)(1 << 26);
    if (real > 2147483647.0)
        real = 2147483647.0;
    if (!(real > 1))
        return mote_lower_fail(g, call->op, MOTE_RANGE, "the input scale is below 2^-26", err);
    mote_quantize_multiplier(real, &p->multiplier, &p->shift);
    p->diff_min = -(int32_t)floor(31.0 * (double)(1 << 26) / ldexp(1.0, p->shift));
    return MOTE_OK;
}

static mote_status check_activations(const mote_graph *g, const mote_call *c, mote_err *err)
{
    const mote_tensor *out = &g->tensors[c->output];
    bool fine = one_scale(out);
    for (int32_t i = 0; i < c->n_inputs; i++)
        fine = fine && one_scale(&g->tensors[c->inputs[i]]);
    if (!fine)
        return mote_lower_fail(g, c->op, MOTE_UNSUPPORTED,
                               "every activation must be int8 with one scale", err);
    if (out->n_dims > 1 && out->dims[0] != 1 && c->kernel != MOTE_KERNEL_ADD &&
        c->kernel != MOTE_KERNEL_SOFTMAX && c->kernel != MOTE_KERNEL_NONE)
        return mote_lower_fail(g, c->op, MOTE_UNSUPPORTED, "the batch must be 1", err);
    return MOTE_OK;
}

static mote_status lower_op(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *c,
                            mote_err *err)
{
    const mote_op *o = &g->ops[c->op];
    MOTE_TRY(mote_lower_need(g, c->op, isa, &c->need, err));
    c->kernel = c->need.kernel;
    c->n_inputs = o->kind == MOTE_OP_ADD ? 2 : 1;
    for (int32_t i = 0; i < c->n_inputs; i++) {
        c->inputs[i] = o->inputs[i];
        if (g->tensors[o->inputs[i]].role == MOTE_ROLE_CONST)
            return mote_lower_fail(g, c->op, MOTE_UNSUPPORTED, "works on a constant", err);
    }
    c->output = o->output;
    MOTE_TRY(check_activations(g, c, err));
    switch (o->kind) {
    case MOTE_OP_CONV_2D:
    case MOTE_OP_DEPTHWISE_CONV_2D:
    case MOTE_OP_DENSE:
        return lower_conv(g, isa, a, c, err);
    case MOTE_OP_AVG_POOL_2D:
    case MOTE_OP_MAX_POOL_2D:
        return lower_pool(g, c, err);
    case MOTE_OP_ADD:
        return lower_add(g, c, err);
    case MOTE_OP_SOFTMAX:
        return lower_softmax(g, c, err);
    case MOTE_OP_RESHAPE:
        if (!same_quant(&g->tensors[c->inputs[0]], &g->tensors[c->output]))
            return mote_lower_fail(g, c->op, MOTE_RANGE,
                                   "input and output must have the same scale and zero point", err);
        return MOTE_OK;
    case MOTE_OP_NONE:
    case MOTE_OP_BATCH_NORM:
    case MOTE_OP_DROPOUT:
    case MOTE_OP_RELU:
        break;
    }
    return mote_lower_fail(g, c->op, MOTE_UNSUPPORTED, "has no device kernel", err);
}

mote_status mote_lower(const mote_graph *g, mote_isa isa, mote_lowered *out, mote_err *err)
{
    MOTE_TRY(mote_graph_validate(g, err));
    mote_lowered l = {0};
    mote_arena_init(&l.arena, LOWER_LIMIT_BYTES);
    mote_status st = mote_arena_take(&l.arena, (size_t)g->n_ops, sizeof *l.calls, &l.calls, err);
    for (int32_t i = 0; st == MOTE_OK && i < g->n_ops; i++) {
        l.calls[i].op = i;
        st = lower_op(g, isa, &l.arena, &l.calls[i], err);
        l.n_calls = i + 1;
    }
    if (st != MOTE_OK) {
        mote_arena_release(&l.arena);
        return st;
    }
    *out = l;
    return MOTE_OK;
}

void mote_lowered_release(mote_lowered *l)
{
    mote_arena_release(&l->arena);
    l->calls = NULL;
    l->n_calls = 0;
}

void mote_call_run(const mote_call *c, const int8_t *const in[2], int8_t *out, void *scratch)
{
    switch (c->kernel) {
    case MOTE_KERNEL_CONV:
        mrt_conv_s8(&c->u.conv, in[0], out, scratch);
        break;
    case MOTE_KERNEL_DENSE:
        mrt_dense_s8(&c->u.conv, in[0], out, scratch);
        break;
    case MOTE_KERNEL_DEPTHWISE:
        mrt_depthwise_s8(&c->u.conv, in[0], out, scratch);
        break;
    case MOTE_KERNEL_DEPTHWISE_3X3:
        mrt_depthwise_3x3_s8(&c->u.conv, in[0], out, scratch);
        break;
    case MOTE_KERNEL_AVG_POOL:
        mrt_avg_pool_s8(&c->u.pool, in[0], out);
        break;
    case MOTE_KERNEL_MAX_POOL:
        mrt_max_pool_s8(&c->u.pool, in[0], out);
        break;
    case MOTE_KERNEL_ADD:
        mrt_add_s8(&c->u.add, in[0], in[1], out);
        break;
    case MOTE_KERNEL_SOFTMAX:
        mrt_softmax_s8(&c->u.softmax, in[0], out);
        break;
    case MOTE_KERNEL_CONV_REF:
        mrt_conv_ref(&c->u.conv, in[0], out, scratch);
        break;
    case MOTE_KERNEL_DEPTHWISE_REF:
        mrt_depthwise_ref(&c->u.conv, in[0], out, scratch);
        break;
    case MOTE_KERNEL_DENSE_REF:
        mrt_dense_ref(&c->u.conv, in[0], out, scratch);
        break;
    case MOTE_KERNEL_HOST_CONV:
        mote_host_conv(&c->u.conv, in[0], out, scratch);
        break;
    case MOTE_KERNEL_HOST_DEPTHWISE:
        mote_host_depthwise(&c->u.conv, in[0], out, scratch);
        break;
    case MOTE_KERNEL_NONE:
    case MOTE_N_KERNELS:
        break;
    }
}
