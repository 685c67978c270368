/* SPDX-License-Identifier: Apache-2.0 */
/* MUL: two inputs of one shape -> their product; the second may have one cell in neighbouring
 * dimensions, along which it is repeated. The int8 form is TensorFlow Lite's (kernels/mul.cc). */
#include "graph/lower_internal.h"
#include "graph/ops/common.h"

static double product(double a, double b)
{
    return a * b;
}

static void run(const mote_run *r, const mote_op *op)
{
    op_run_pair(r, op, product);
}

static mote_status need(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *n,
                        mote_err *err)
{
    (void)isa, (void)err;
    n->kernel = MOTE_KERNEL_MUL;
    n->in_place = op_pair_in_place(g, &g->ops[op]);
    return MOTE_OK;
}

static mote_status lower(const mote_graph *g, mote_isa isa, mote_arena *arena, mote_call *call,
                         mote_err *err)
{
    (void)isa, (void)arena;
    const mote_op *o = &g->ops[call->op];
    const mote_tensor *a = op_in(g, o, 0), *b = op_in(g, o, 1), *out = op_out(g, o);
    const double real =
        (double)a->quant.scales[0] * (double)b->quant.scales[0] / (double)out->quant.scales[0];
    if (!(real < 16384.0)) /* 2^16 times this stays below 2^30 */
        return mote_lower_fail(g, call->op, MOTE_RANGE,
                               "the output scale is too small beside the input scales", err);
    const mote_op_pair s = mote_op_pair_of(a, b);
    mrt_mul *p = &call->u.mul;
    *p = (mrt_mul){.outer = s.outer,
                   .repeat = s.repeat,
                   .inner = s.inner,
                   .a_zero = a->quant.zero_point,
                   .b_zero = b->quant.zero_point,
                   .out_zero = out->quant.zero_point};
    mote_quantize_multiplier(real, &p->multiplier, &p->shift);
    op_activation_range(o->attrs.activation, out, &p->act_min, &p->act_max);
    return MOTE_OK;
}

const mote_op_class mote_op_mul = {.flags = MOTE_OP_ACTIVATES | MOTE_OP_ANY_BATCH,
                                   .n_activations = 2,
                                   .n_outputs = 1,
                                   .shape = op_pair_shape,
                                   .run = run,
                                   .need = need,
                                   .lower = lower,
                                   .f32 = MOTE_KERNEL_MUL_F32};
