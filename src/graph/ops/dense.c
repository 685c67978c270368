/* SPDX-License-Identifier: Apache-2.0 */
/* DENSE: in [n,..] (flattened behind n), weights [oc,k], bias [oc] -> [n,oc]. */
#include <string.h>

#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    const mote_tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1), *bias = op_in(g, op, 2);
    if (in->n_dims < 2 || w->n_dims != 2 || bias->n_dims != 1 || bias->dims[0] != w->dims[0])
        return op_misfit(g, op, "needs [n,..], weights [oc,k] and a bias [oc]", err);
    if (mote_tensor_elements(in) / in->dims[0] != w->dims[1])
        return op_misfit(g, op, "the input does not have as many values as the weights take", err);
    out->n_dims = 2;
    out->dims[0] = in->dims[0];
    out->dims[1] = w->dims[0];
    return MOTE_OK;
}

static int64_t macs(const mote_graph *g, const mote_op *op)
{
    return mote_tensor_elements(op_in(g, op, 1)) * op_out(g, op)->dims[0];
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *w = op_in(r->g, op, 1);
    const float *x = run_in(r, op, 0), *wv = run_in(r, op, 1), *bias = run_in(r, op, 2);
    float *y = run_out(r, op);
    for (int32_t o = 0; o < w->dims[0]; o++) {
        double sum = (double)bias[o];
        for (int32_t k = 0; k < w->dims[1]; k++)
            sum += (double)x[k] * (double)wv[o * w->dims[1] + k];
        y[o] = op_activate(op->attrs.activation, sum);
    }
}

static void sizes(const mote_graph *g, const mote_op *op, mrt_conv *c)
{
    memset(c, 0, sizeof *c);
    c->in_h = c->in_w = c->out_h = c->out_w = 1;
    c->kernel_h = c->kernel_w = c->stride_h = c->stride_w = 1;
    c->dilation_h = c->dilation_w = 1;
    c->in_c = op_in(g, op, 1)->dims[1];
    c->out_c = op_in(g, op, 1)->dims[0];
}

static mote_status need(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *n,
                        mote_err *err)
{
    mrt_conv c;
    sizes(g, &g->ops[op], &c);
    MOTE_TRY(op_conv_need(g, op, &c, n, err));
    if (isa == MOTE_ISA_HOST) {
        op_host_conv_need(&c, n);
    } else if (isa == MOTE_ISA_REFERENCE) {
        n->kernel = MOTE_KERNEL_DENSE_REF;
    } else {
        n->kernel = MOTE_KERNEL_DENSE;
        n->weights_bytes = (size_t)mrt_conv_packed_bytes(c.out_c, c.in_c);
        n->scratch_bytes = (size_t)mrt_dense_scratch_bytes(&c);
    }
    return MOTE_OK;
}

static mote_status lower(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                         mote_err *err)
{
    (void)isa;
    sizes(g, &g->ops[call->op], &call->u.conv);
    return op_lower_conv(g, a, call, err);
}

const mote_op_class mote_op_dense = {.flags =
                                         MOTE_OP_WEIGHTED | MOTE_OP_ACTIVATES | MOTE_OP_ONE_SCALE,
                                     .n_activations = 1,
                                     .n_constants = 2,
                                     .n_outputs = 1,
                                     .shape = shape,
                                     .macs = macs,
                                     .run = run,
                                     .need = need,
                                     .lower = lower,
                                     .f32 = MOTE_KERNEL_DENSE_F32};
