/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D: in [n,h,w,c], weights [oc,kh,kw,c], bias [oc] -> [n,oh,ow,oc]. Cells outside the image
 * count as 0. A series is an image of height 1. */
#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    const mote_tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1), *bias = op_in(g, op, 2);
    if (in->n_dims != 4 || w->n_dims != 4 || bias->n_dims != 1)
        return op_misfit(g, op, "needs [n,h,w,c], weights of 4 dimensions and a bias of 1", err);
    if (w->dims[3] != in->dims[3])
        return op_misfit(g, op, "the channels of input and weights differ", err);
    if (bias->dims[0] != w->dims[0])
        return op_misfit(g, op, "the bias needs one value a channel", err);
    MOTE_TRY(op_check_dilation(op, 1, err));
    MOTE_TRY(op_window_shape(g, op, w->dims[1], w->dims[2], out, err));
    out->dims[3] = w->dims[0];
    return MOTE_OK;
}

static int64_t macs(const mote_graph *g, const mote_op *op)
{
    const mote_tensor *w = op_in(g, op, 1);
    return mote_tensor_elements(op_out(g, op)) * w->dims[1] * w->dims[2] * w->dims[3];
}

/* What every output is made of. */
typedef struct {
    op_window in;
    const float *x, *weights; /* [out_c][kh][kw][in.c] */
    int32_t kh, kw;
} operands;

static double sum_at(const operands *o, double sum, int32_t oy, int32_t ox, int32_t oc)
{
    const op_window *in = &o->in;
    for (int32_t ky = 0; ky < o->kh; ky++)
        for (int32_t kx = 0; kx < o->kw; kx++) {
            int32_t iy = oy * in->stride_h + ky - in->pad_h;
            int32_t ix = ox * in->stride_w + kx - in->pad_w;
            if (iy < 0 || iy >= in->h || ix < 0 || ix >= in->w)
                continue;
            const float *px = &o->x[(iy * in->w + ix) * in->c];
            const float *pw = &o->weights[((oc * o->kh + ky) * o->kw + kx) * in->c];
            for (int32_t ic = 0; ic < in->c; ic++)
                sum += (double)px[ic] * (double)pw[ic];
        }
    return sum;
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *w = op_in(r->g, op, 1), *out = op_out(r->g, op);
    const float *bias = run_in(r, op, 2);
    float *y = run_out(r, op);
    const operands o = {.in = op_window_of(r->g, op, w->dims[1], w->dims[2]),
                        .x = run_in(r, op, 0),
                        .weights = run_in(r, op, 1),
                        .kh = w->dims[1],
                        .kw = w->dims[2]};
    for (int32_t oy = 0; oy < out->dims[1]; oy++)
        for (int32_t ox = 0; ox < out->dims[2]; ox++)
            for (int32_t oc = 0; oc < out->dims[3]; oc++)
                *y++ = op_activate(op->attrs.activation, sum_at(&o, (double)bias[oc], oy, ox, oc));
}

static mote_status need(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *n,
                        mote_err *err)
{
    mrt_conv c;
    op_conv_sizes(g, &g->ops[op], &c);
    MOTE_TRY(op_conv_need(g, op, &c, n, err));
    if (isa == MOTE_ISA_HOST) {
        op_host_conv_need(&c, n);
    } else if (isa == MOTE_ISA_REFERENCE) {
        n->kernel = MOTE_KERNEL_CONV_REF;
    } else {
        int32_t k = c.kernel_h * c.kernel_w * c.in_c;
        n->kernel = MOTE_KERNEL_CONV;
        n->weights_bytes = (size_t)mrt_conv_packed_bytes(c.out_c, k);
        n->scratch_bytes = (size_t)mrt_conv_scratch_bytes(&c);
        n->in_place = k == c.in_c && c.stride_h == 1 && c.stride_w == 1 && c.out_c <= c.in_c;
    }
    return MOTE_OK;
}

static mote_status lower(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                         mote_err *err)
{
    (void)isa;
    op_conv_sizes(g, &g->ops[call->op], &call->u.conv);
    return op_lower_conv(g, a, call, err);
}

const mote_op_class mote_op_conv_2d = {.flags = MOTE_OP_WEIGHTED | MOTE_OP_ACTIVATES,
                                       .n_activations = 1,
                                       .n_constants = 2,
                                       .n_outputs = 1,
                                       .shape = shape,
                                       .macs = macs,
                                       .run = run,
                                       .need = need,
                                       .lower = lower,
                                       .f32 = MOTE_KERNEL_CONV_F32};
