/* SPDX-License-Identifier: Apache-2.0 */
/* ADD: two inputs of one shape -> their sum; the second may have one cell in neighbouring
 * dimensions, along which it is repeated. The int8 form is TensorFlow Lite's (kernels/add.cc): both
 * inputs are brought to twice the larger scale. */
#include "graph/lower_internal.h"
#include "graph/ops/common.h"

static double sum(double a, double b)
{
    return a + b;
}

static void run(const mote_run *r, const mote_op *op)
{
    op_run_pair(r, op, sum);
}

static mote_status need(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *n,
                        mote_err *err)
{
    (void)err;
    n->kernel = isa == MOTE_ISA_REFERENCE ? MOTE_KERNEL_ADD_REF : MOTE_KERNEL_ADD;
    n->in_place = op_pair_in_place(g, &g->ops[op]);
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
    const mote_op_pair s = mote_op_pair_of(a, b);
    p->outer = s.outer;
    p->repeat = s.repeat;
    p->inner = s.inner;
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
                                   .shape = op_pair_shape,
                                   .run = run,
                                   .need = need,
                                   .lower = lower,
                                   .f32 = MOTE_KERNEL_ADD_F32};
