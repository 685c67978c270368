/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of convolution, depthwise and dense kernels: packed weights, folded biases,
 * multipliers; and the proof that 32-bit accumulators hold.
 *
 * With x in [-128, 127], every partial sum of channel c of a prepared kernel is within
 *   bound(c) = |folded bias| + 128 * sum |w|.
 * bound(c) < 2^31 is required, and bound(c) * multiplier < 2^30, so that neither the left shift
 * nor the output's zero point can overflow. Depends on graph.h and device/nn. */
#include "graph/lower_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/op.h"

/* Weights in the order that all kernels share: weight k of output channel oc. */
typedef struct {
    const int8_t *data;
    int32_t per_channel;        /* weights of one output channel */
    int32_t channel_step, step; /* distance between channels, and between weights of one */
} weight_view;

static weight_view view_of(const mote_graph *g, const mote_call *call)
{
    const mrt_conv *c = &call->u.conv;
    const mote_tensor *w = &g->tensors[g->ops[call->op].inputs[1]];
    weight_view v = {.data = w->data};
    if (mote_op_has(g->ops[call->op].kind, MOTE_OP_CHANNEL_LAST)) {
        v.per_channel = c->kernel_h * c->kernel_w;
        v.channel_step = 1;
        v.step = c->out_c;
    } else {
        v.per_channel = c->kernel_h * c->kernel_w * c->in_c;
        v.channel_step = v.per_channel;
        v.step = 1;
    }
    return v;
}

static int8_t weight(const weight_view *v, int32_t oc, int32_t k)
{
    return v->data[(int64_t)oc * v->channel_step + (int64_t)k * v->step];
}

static bool is_reference(mote_kernel k)
{
    return k == MOTE_KERNEL_CONV_REF || k == MOTE_KERNEL_DEPTHWISE_REF ||
           k == MOTE_KERNEL_DENSE_REF;
}

/* Block of two channels, pairs of inputs (mrt_nn.h). The arena's memory is zero already. */
static void pack_pairs(const weight_view *v, int32_t out_c, int8_t *to)
{
    int32_t pairs = (v->per_channel + 1) / 2;
    for (int32_t oc = 0; oc < out_c; oc++) {
        int8_t *block = to + (int64_t)(oc / 2) * pairs * 4;
        for (int32_t k = 0; k < v->per_channel; k++)
            block[(k / 2) * 4 + (k % 2) * 2 + oc % 2] = weight(v, oc, k);
    }
}

/* Blocks of 16 channels, fours of inputs (host_kernels.h). */
static void pack_host(const weight_view *v, int32_t out_c, int8_t *to)
{
    int32_t fours = (v->per_channel + 3) / 4;
    for (int32_t oc = 0; oc < out_c; oc++) {
        int8_t *block = to + (int64_t)(oc / 16) * fours * 64;
        for (int32_t k = 0; k < v->per_channel; k++)
            block[(int64_t)(k / 4) * 64 + (oc % 16) * 4 + k % 4] = weight(v, oc, k);
    }
}

/* [c][rows][cols]; transposed when the kernel walks by columns. */
static void pack_depthwise(const weight_view *v, const mrt_conv *c, int8_t *to)
{
    bool transposed = (c->flags & MRT_TRANSPOSED) != 0;
    int32_t rows = c->kernel_h, cols = c->kernel_w;
    for (int32_t oc = 0; oc < c->out_c; oc++)
        for (int32_t y = 0; y < rows; y++)
            for (int32_t x = 0; x < cols; x++)
                *to++ = weight(v, oc, transposed ? x * rows + y : y * cols + x);
}

static mote_status pack_weights(const mote_graph *g, mote_arena *a, mote_call *call, mote_err *err)
{
    mrt_conv *c = &call->u.conv;
    weight_view v = view_of(g, call);
    int8_t *to;
    MOTE_TRY(mote_arena_take(a, call->need.weights_bytes, 1, &to, err));
    if (call->kernel == MOTE_KERNEL_HOST_CONV)
        pack_host(&v, c->out_c, to);
    else if (is_reference(call->kernel) || call->kernel == MOTE_KERNEL_HOST_DEPTHWISE)
        memcpy(to, v.data, call->need.weights_bytes);
    else if (call->kernel == MOTE_KERNEL_CONV || call->kernel == MOTE_KERNEL_DENSE)
        pack_pairs(&v, c->out_c, to);
    else
        pack_depthwise(&v, c, to);
    c->weights = to;
    return MOTE_OK;
}

/* The factor from accumulator to output of channel oc. The products are taken in the precision in
 * which TensorFlow Lite takes them: its dense layer with one scale multiplies the two scales in
 * single precision, everything else in double. */
static double real_multiplier(const mote_graph *g, const mote_op *o, int32_t oc)
{
    float in = g->tensors[o->inputs[0]].quant.scales[0];
    float out = g->tensors[o->outputs[0]].quant.scales[0];
    const mote_quant *q = &g->tensors[o->inputs[1]].quant;
    float w = q->scales[q->n_scales == 1 ? 0 : oc];
    if (mote_op_has(o->kind, MOTE_OP_ONE_SCALE) && q->n_scales == 1)
        return (double)(in * w) / (double)out;
    return (double)in * (double)w / (double)out;
}

static mote_status check_weights(const mote_graph *g, const mote_call *call, mote_err *err)
{
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *w = &g->tensors[o->inputs[1]], *b = &g->tensors[o->inputs[2]];
    if (w->role != MOTE_ROLE_CONST || w->dtype != MOTE_I8)
        return mote_lower_fail(g, call->op, MOTE_UNSUPPORTED, "weights must be int8 constants",
                               err);
    if (b->role != MOTE_ROLE_CONST || b->dtype != MOTE_I32)
        return mote_lower_fail(g, call->op, MOTE_UNSUPPORTED, "biases must be int32 constants",
                               err);
    int32_t n = w->quant.n_scales;
    if (w->quant.zero_point != 0 || (n != 1 && n != call->u.conv.out_c))
        return mote_lower_fail(g, call->op, MOTE_UNSUPPORTED,
                               "weights must have one scale, or one per output channel, and zero "
                               "point 0",
                               err);
    for (int32_t i = 0; i < n; i++)
        if (!(w->quant.scales[i] >= 0) || !isfinite(w->quant.scales[i]))
            return mote_lower_fail(g, call->op, MOTE_RANGE, "a weight scale is not a number >= 0",
                                   err);
    return MOTE_OK;
}

typedef struct {
    int64_t folded_bias, bound, raw_bound, sum;
} channel_sums;

static channel_sums sum_channel(const weight_view *v, const mrt_conv *c, int32_t oc, int32_t bias)
{
    int64_t sum = 0, magnitude = 0;
    for (int32_t k = 0; k < v->per_channel; k++) {
        int32_t w = weight(v, oc, k);
        sum += w;
        magnitude += abs(w);
    }
    channel_sums s = {.sum = sum};
    s.folded_bias = bias - (int64_t)c->in_zero * sum;
    s.bound = llabs(s.folded_bias) + 128 * magnitude;
    s.raw_bound = llabs((int64_t)bias) + 255 * magnitude;
    return s;
}

mote_status mote_lower_constants(const mote_graph *g, mote_arena *a, mote_call *call, mote_err *err)
{
    mrt_conv *c = &call->u.conv;
    const mote_op *o = &g->ops[call->op];
    MOTE_TRY(check_weights(g, call, err));
    MOTE_TRY(pack_weights(g, a, call, err));
    int32_t *bias, *multiplier;
    int8_t *shift;
    MOTE_TRY(mote_arena_take(a, (size_t)c->out_c, sizeof *bias, &bias, err));
    MOTE_TRY(mote_arena_take(a, (size_t)c->out_c, sizeof *multiplier, &multiplier, err));
    MOTE_TRY(mote_arena_take(a, (size_t)c->out_c, sizeof *shift, &shift, err));

    weight_view v = view_of(g, call);
    const int32_t *raw_bias = g->tensors[o->inputs[2]].data;
    bool is_fast = true;
    for (int32_t oc = 0; oc < c->out_c; oc++) {
        channel_sums s = sum_channel(&v, c, oc, raw_bias[oc]);
        double real = real_multiplier(g, o, oc);
        double largest = (double)(s.bound > s.raw_bound ? s.bound : s.raw_bound);
        if (!(largest < 2147483648.0) || !(largest * real < 1073741824.0))
            return mote_lower_fail(
                g, call->op, MOTE_RANGE,
                "a 32-bit accumulator could overflow: the scales or the bias are "
                "not those of a quantised model",
                err);
        int32_t left;
        mote_quantize_multiplier(real, &multiplier[oc], &left);
        if (left < -31)
            multiplier[oc] = left = 0;
        shift[oc] = (int8_t)left;
        bias[oc] = is_reference(call->kernel) ? raw_bias[oc] : (int32_t)s.folded_bias;
        if (call->kernel == MOTE_KERNEL_HOST_CONV) /* its inputs are x + 128; wraps, and back */
            bias[oc] = (int32_t)((uint32_t)bias[oc] - 128u * (uint32_t)s.sum);
        is_fast = is_fast && left <= -1 && largest < 1073741824.0;
    }
    if (is_fast)
        c->flags |= MRT_FAST_REQUANT;
    c->bias = bias;
    c->multiplier = multiplier;
    c->shift = shift;
    return MOTE_OK;
}
