/* SPDX-License-Identifier: Apache-2.0 */
/* Lowering of float32 graphs: each operator has one kernel (op.h: f32), whose constants are the
 * graph's own. See lower.h. */
#include <float.h>
#include <string.h>

#include "graph/lower_internal.h"
#include "graph/op.h"
#include "graph/ops/common.h"

static size_t bytes_of_constants(const mote_graph *g, const mote_op *op)
{
    size_t n = 0;
    for (int32_t i = 0; i < op->n_inputs; i++)
        if (op_in(g, op, i)->role == MOTE_ROLE_CONST)
            n += mote_tensor_bytes(op_in(g, op, i));
    return n;
}

mote_status mote_lower_need_f32(const mote_graph *g, int32_t op, mote_kernel_need *out,
                                mote_err *err)
{
    const mote_op_class *c = mote_op_find(g->ops[op].kind);
    if (c != NULL && c->flags & MOTE_OP_SAME_BYTES)
        return op_need_none(g, op, MOTE_ISA_F32, out, err);
    if (c == NULL || c->f32 == MOTE_KERNEL_NONE)
        return mote_lower_fail(g, op, MOTE_UNSUPPORTED, "has no device kernel for float32", err);
    const mote_kernel_params params = mote_kernel_params_of(c->f32);
    const uint32_t of_pair = params == MOTE_PARAMS_pair_f32 ? op_pair_in_place(g, &g->ops[op]) : 0;
    *out = (mote_kernel_need){.kernel = c->f32,
                              .in_place = params == MOTE_PARAMS_elements_f32 ? 1u : of_pair,
                              .weights_bytes = bytes_of_constants(g, &g->ops[op])};
    return MOTE_OK;
}

static void bounds(mote_activation a, float *lo, float *hi)
{
    *lo = a == MOTE_ACT_NONE ? -FLT_MAX : 0.0f;
    *hi = a == MOTE_ACT_RELU6 ? 6.0f : FLT_MAX;
}

static mote_status lower_conv(const mote_graph *g, mote_arena *a, mote_call *call, mote_err *err)
{
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *w = op_in(g, o, 1), *b = op_in(g, o, 2);
    mrt_conv_params_f32 *p = &call->u.conv_f32;
    float *weights = NULL, *bias = NULL;
    mrt_conv s = {0};
    if (w->n_dims == 4) {
        op_conv_sizes(g, o, &s);
    } else { /* dense */
        s.in_h = s.in_w = s.out_h = s.out_w = 1;
        s.kernel_h = s.kernel_w = s.stride_h = s.stride_w = s.dilation_h = s.dilation_w = 1;
        s.in_c = w->dims[1];
        s.out_c = w->dims[0];
    }
    *p = (mrt_conv_params_f32){
        s.in_h,     s.in_w,     s.in_c,     s.out_h,    s.out_w,      s.out_c,
        s.kernel_h, s.kernel_w, s.stride_h, s.stride_w, s.dilation_h, s.dilation_w,
        s.pad_h,    s.pad_w,    0,          0,          NULL,         NULL};
    MOTE_TRY(mote_arena_take(a, mote_tensor_bytes(w), 1, &weights, err));
    MOTE_TRY(mote_arena_take(a, mote_tensor_bytes(b), 1, &bias, err));
    memcpy(weights, w->data, mote_tensor_bytes(w));
    memcpy(bias, b->data, mote_tensor_bytes(b));
    bounds(o->attrs.activation, &p->act_min, &p->act_max);
    p->weights = weights;
    p->bias = bias;
    return MOTE_OK;
}

static mote_status lower_pool(const mote_graph *g, mote_arena *a, mote_call *call, mote_err *err)
{
    const mote_op *o = &g->ops[call->op];
    mrt_pool s;
    (void)a, (void)err;
    op_pool_sizes(g, o, &s);
    call->u.pool_f32 =
        (mrt_pool_params_f32){s.in_h,     s.in_w,     s.channels, s.out_h, s.out_w, s.window_h,
                              s.window_w, s.stride_h, s.stride_w, s.pad_h, s.pad_w};
    return MOTE_OK;
}

static mote_status lower_elements(const mote_graph *g, mote_arena *a, mote_call *call,
                                  mote_err *err)
{
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *in = op_in(g, o, 0);
    mrt_elements_f32 *p = &call->u.elements_f32;
    (void)a, (void)err;
    p->depth = in->dims[in->n_dims - 1];
    p->rows = (int32_t)(mote_tensor_elements(in) / p->depth);
    return MOTE_OK;
}

static mote_status lower_pair(const mote_graph *g, mote_arena *a, mote_call *call, mote_err *err)
{
    const mote_op *o = &g->ops[call->op];
    mrt_pair_f32 *p = &call->u.pair_f32;
    const mote_op_pair s = mote_op_pair_of(op_in(g, o, 0), op_in(g, o, 1));
    (void)a, (void)err;
    p->outer = s.outer;
    p->repeat = s.repeat;
    p->inner = s.inner;
    bounds(o->attrs.activation, &p->act_min, &p->act_max);
    return MOTE_OK;
}

mote_status mote_lower_f32(const mote_graph *g, mote_arena *a, mote_call *call, mote_err *err)
{
    static mote_status (*const fill[MOTE_N_PARAMS])(const mote_graph *, mote_arena *, mote_call *,
                                                    mote_err *) = {
        [MOTE_PARAMS_conv_f32] = lower_conv,
        [MOTE_PARAMS_pool_f32] = lower_pool,
        [MOTE_PARAMS_pair_f32] = lower_pair,
        [MOTE_PARAMS_elements_f32] = lower_elements,
    };
    const mote_kernel_params params = mote_kernel_params_of(call->kernel);
    return params == MOTE_N_PARAMS ? MOTE_OK : fill[params](g, a, call, err);
}
