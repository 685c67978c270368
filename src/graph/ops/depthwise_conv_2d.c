/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D: in [n,h,w,c], weights [1,kh,kw,c], bias [c] -> [n,oh,ow,c]; each channel by
 * itself, multiplier 1, weights a dilation apart. Cells outside the image count as 0. */
#include "graph/host_kernels.h"
#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    const mote_tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1), *bias = op_in(g, op, 2);
    if (in->n_dims != 4 || w->n_dims != 4 || bias->n_dims != 1)
        return op_misfit(g, op, "needs [n,h,w,c], weights of 4 dimensions and a bias of 1", err);
    if (w->dims[0] != 1 || w->dims[3] != in->dims[3])
        return op_misfit(g, op, "the channels of input and weights differ", err);
    if (bias->dims[0] != w->dims[3])
        return op_misfit(g, op, "the bias needs one value a channel", err);
    MOTE_TRY(op_check_dilation(op, 1024, err));
    if (w->dims[1] > (1 << 16) || w->dims[2] > (1 << 16))
        return op_misfit(g, op, "the kernel is too large", err);
    return op_window_shape(g, op, op_span(w->dims[1], op->attrs.dilation_h),
                           op_span(w->dims[2], op->attrs.dilation_w), out, err);
}

static int64_t macs(const mote_graph *g, const mote_op *op)
{
    const mote_tensor *w = op_in(g, op, 1);
    return mote_tensor_elements(op_out(g, op)) * w->dims[1] * w->dims[2];
}

/* What every output is made of. */
typedef struct {
    op_window in;
    const float *x, *weights; /* [kh][kw][in.c] */
    int32_t kh, kw, step_h, step_w;
} operands;

static double sum_at(const operands *o, double sum, int32_t oy, int32_t ox, int32_t c)
{
    const op_window *in = &o->in;
    for (int32_t ky = 0; ky < o->kh; ky++)
        for (int32_t kx = 0; kx < o->kw; kx++) {
            int32_t iy = oy * in->stride_h + ky * o->step_h - in->pad_h;
            int32_t ix = ox * in->stride_w + kx * o->step_w - in->pad_w;
            if (iy >= 0 && iy < in->h && ix >= 0 && ix < in->w)
                sum += (double)o->x[(iy * in->w + ix) * in->c + c] *
                       (double)o->weights[(ky * o->kw + kx) * in->c + c];
        }
    return sum;
}

static void run(const mote_run *r, const mote_op *op)
{
    const mote_tensor *w = op_in(r->g, op, 1), *out = op_out(r->g, op);
    const float *bias = run_in(r, op, 2);
    float *y = run_out(r, op);
    const int32_t step_h = op->attrs.dilation_h > 1 ? op->attrs.dilation_h : 1;
    const int32_t step_w = op->attrs.dilation_w > 1 ? op->attrs.dilation_w : 1;
    const operands o = {
        .in = op_window_of(r->g, op, op_span(w->dims[1], step_h), op_span(w->dims[2], step_w)),
        .x = run_in(r, op, 0),
        .weights = run_in(r, op, 1),
        .kh = w->dims[1],
        .kw = w->dims[2],
        .step_h = step_h,
        .step_w = step_w};
    for (int32_t oy = 0; oy < out->dims[1]; oy++)
        for (int32_t ox = 0; ox < out->dims[2]; ox++)
            for (int32_t c = 0; c < o.in.c; c++)
                *y++ = op_activate(op->attrs.activation, sum_at(&o, (double)bias[c], oy, ox, c));
}

static void swap(int32_t *a, int32_t *b)
{
    int32_t t = *a;
    *a = *b;
    *b = t;
}

/* Cells are computed several along a row: walk the image along the axis that takes fewer steps. */
static void maybe_transpose(mrt_conv *c, int64_t by_rows, int64_t by_cols)
{
    if (by_cols >= by_rows)
        return;
    c->flags |= MRT_TRANSPOSED;
    swap(&c->in_h, &c->in_w);
    swap(&c->out_h, &c->out_w);
    swap(&c->kernel_h, &c->kernel_w);
    swap(&c->stride_h, &c->stride_w);
    swap(&c->dilation_h, &c->dilation_w);
    swap(&c->pad_h, &c->pad_w);
}

/* Of the general kernel: four cells at a time, with stride 1 along a row of four. */
static int64_t steps(int32_t lines, int32_t line, int32_t stride)
{
    return (int64_t)lines * (stride == 1 && line >= 4 ? (line + 3) / 4 : line);
}

static mote_kernel choose(const mote_graph *g, const mote_op *op, mote_isa isa, mrt_conv *c)
{
    static const mote_kernel kernels[] = {MOTE_KERNEL_DEPTHWISE, MOTE_KERNEL_DEPTHWISE_REF,
                                          MOTE_KERNEL_HOST_DEPTHWISE};
    op_conv_sizes(g, op, c);
    bool is_3x3 = c->kernel_h == 3 && c->kernel_w == 3 && c->stride_h == 1 && c->stride_w == 1 &&
                  c->dilation_h == 1 && c->dilation_w == 1;
    if (isa != MOTE_ISA_PORTABLE)
        return kernels[isa];
    if (!is_3x3) {
        maybe_transpose(c, steps(c->out_h, c->out_w, c->stride_w),
                        steps(c->out_w, c->out_h, c->stride_h));
        return MOTE_KERNEL_DEPTHWISE;
    }
    maybe_transpose(c, (int64_t)c->out_h * ((c->out_w + 1) / 2), /* in pairs */
                    (int64_t)c->out_w * ((c->out_h + 1) / 2));
    return MOTE_KERNEL_DEPTHWISE_3X3;
}

static mote_status need(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *n,
                        mote_err *err)
{
    mrt_conv c;
    n->kernel = choose(g, &g->ops[op], isa, &c);
    MOTE_TRY(op_conv_need(g, op, &c, n, err));
    n->weights_bytes = (size_t)c.kernel_h * (size_t)c.kernel_w * (size_t)c.out_c;
    if (isa == MOTE_ISA_HOST) {
        n->scratch_bytes = mote_host_depthwise_scratch_bytes(&c);
    } else if (isa == MOTE_ISA_PORTABLE) {
        n->scratch_bytes = (size_t)mrt_depthwise_scratch_bytes(&c);
        n->in_place = c.out_h * c.out_w <= c.in_h * c.in_w;
    }
    return MOTE_OK;
}

static mote_status lower(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                         mote_err *err)
{
    (void)choose(g, &g->ops[call->op], isa, &call->u.conv);
    return op_lower_conv(g, a, call, err);
}

const mote_op_class mote_op_depthwise_conv_2d = {.flags = MOTE_OP_WEIGHTED | MOTE_OP_ACTIVATES |
                                                          MOTE_OP_CHANNEL_LAST,
                                                 .n_activations = 1,
                                                 .n_constants = 2,
                                                 .n_outputs = 1,
                                                 .shape = shape,
                                                 .macs = macs,
                                                 .run = run,
                                                 .need = need,
                                                 .lower = lower,
                                                 .f32 = MOTE_KERNEL_DEPTHWISE_F32};
