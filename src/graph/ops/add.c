/* SPDX-License-Identifier: Apache-2.0 */
/* ADD: two inputs of one shape -> their sum. The int8 form is TensorFlow Lite's (kernels/add.cc):
 * both inputs are brought to twice the larger scale. */
#include "graph/lower_internal.h"
#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    const mote_tensor *a = op_in(g, op, 0), *b = op_in(g, op, 1);
    bool equal = b->n_dims == a->n_dims;
    for (int32_t i = 0; equal && i < a->n_dims; i++)
        equal = a->dims[i] == b->dims[i];
    return equal ? op_same_shape(g, op, out, err)
                 : op_misfit(g, op, "both inputs need one shape", err);
}

static void run(const mote_run *r, const mote_op *op)
{
    const float *a = run_in(r, op, 0), *b = run_in(r, op, 1);
    float *y = run_out(r, op);
    for (int64_t i = 0, n = mote_tensor_elements(op_in(r->g, op, 0)); i < n; i++)
        y[i] = op_activate(op->attrs.activation, (double)a[i] + (double)b[i]);
}

static mote_status need(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *n,
                        mote_err *err)
{
    (void)g, (void)op, (void)isa, (void)err;
    n->kernel = MOTE_KERNEL_ADD;
    n->in_place = 3;
    return MOTE_OK;
}

static mote_status lower(const mote_graph *g, mote_isa isa, mote_arena *arena, mote_call *call,
                         mote_err *err)
{
    (void)isa, (void)arena;
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *a = op_in(g, o, 0), *b = op_in(g, o, 1), *out = op_out(g, o);
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
    op_activation_range(o->attrs.activation, out, &p->act_min, &p->act_max);
    return MOTE_OK;
}

const mote_op_class mote_op_add = {.flags = MOTE_OP_ACTIVATES | MOTE_OP_ANY_BATCH,
                                   .n_activations = 2,
                                   .n_outputs = 1,
                                   .shape = shape,
                                   .run = run,
                                   .need = need,
                                   .lower = lower,
                                   .f32 = MOTE_KERNEL_ADD_F32};
