/* SPDX-License-Identifier: Apache-2.0 */
/* SOFTMAX: e^x / sum of e^x over the last dimension, beta 1. The int8 form is TensorFlow Lite's:
 * PreprocessSoftmaxScaling with 5 integer bits, and CalculateInputRadius. */
#include <math.h>

#include "graph/lower_internal.h"
#include "graph/ops/common.h"

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *in = op_in(r->g, op, 0);
    const float *x = run_in(r, op, 0);
    float *y = run_out(r, op);
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

static mote_status need(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *n,
                        mote_err *err)
{
    (void)g, (void)op, (void)isa, (void)err;
    n->kernel = MOTE_KERNEL_SOFTMAX;
    n->in_place = 1;
    return MOTE_OK;
}

static mote_status lower(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                         mote_err *err)
{
    (void)isa, (void)a;
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *in = op_in(g, o, 0), *out = op_out(g, o);
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

const mote_op_class mote_op_softmax = {.flags = MOTE_OP_ANY_BATCH | MOTE_OP_ANSWERS,
                                       .n_activations = 1,
                                       .n_outputs = 1,
                                       .out_scale = 1.0f / 256.0f,
                                       .out_zero = -128,
                                       .shape = op_same_shape,
                                       .run = run,
                                       .need = need,
                                       .lower = lower,
                                       .f32 = MOTE_KERNEL_SOFTMAX_F32};
