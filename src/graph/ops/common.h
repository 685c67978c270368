/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of operators share: looking at tensors, shapes of windows, the reference's fused
 * activation, and lowering. Private to graph/ops. */
#ifndef MOTE_GRAPH_OPS_COMMON_H
#define MOTE_GRAPH_OPS_COMMON_H

#include "graph/op.h"

const mote_tensor *op_in(const mote_graph *g, const mote_op *op, int32_t k);
const mote_tensor *op_out(const mote_graph *g, const mote_op *op);
const float *run_in(const mote_run *r, const mote_op *op, int32_t k);
float *run_out(const mote_run *r, const mote_op *op);

/* ---- shapes ---- */

/* SHAPE: "conv_2d: rule; inputs are 'clip' [1,8,8,3], .." */
mote_status op_misfit(const mote_graph *g, const mote_op *op, const char *rule, mote_err *err);
/* The one output has the shape of the first input. */
mote_status op_same_shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err);
/* A window moving over [n,h,w,c], which keeps the channels: checks strides and padding. */
mote_status op_window_shape(const mote_graph *g, const mote_op *op, int32_t window_h,
                            int32_t window_w, mote_shape *out, mote_err *err);
/* The cells that n weights span, one every `dilation` (0: 1). */
int32_t op_span(int32_t n, int32_t dilation);
/* ARG unless a dilation is 0 to 1024; `most` of those that have none is 1. */
mote_status op_check_dilation(const mote_op *op, int32_t most, mote_err *err);
/* Two activations that are a pair (op.h); which inputs of one the output may take the place of. */
mote_status op_pair_shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err);
uint32_t op_pair_in_place(const mote_graph *g, const mote_op *op);
/* Input 0 is [n,h,w,c], windows of the attributes. */
mote_status op_pool_shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err);
/* Input k is a float32 constant with one value per element of the last dimension of input 0. */
mote_status op_per_channel(const mote_graph *g, const mote_op *op, int32_t k, const char *what,
                           mote_err *err);
/* Input k is an int32 constant with a count of 0 to MOTE_MAX_COLUMN per element of the last
 * dimension of input 0; *total: their sum, a count of 0 being `zero`. */
#define MOTE_MAX_COLUMN 65536
mote_status op_column_counts(const mote_graph *g, const mote_op *op, int32_t k, int32_t zero,
                             int64_t *total, mote_err *err);
/* Input k is a float32 constant of as many values as the counts of input 1 add up to. */
mote_status op_column_values(const mote_graph *g, const mote_op *op, int32_t k, mote_err *err);
/* Everything float32 but input 1, which op_column_counts has checked. */
mote_status op_check_columns(const mote_graph *g, const mote_op *op, mote_err *err);
/* Every input and output float32. */
mote_status op_check_f32(const mote_graph *g, const mote_op *op, mote_err *err);

/* ---- the reference ---- */

float op_activate(mote_activation a, double x);

/* out[i] = f(a[i], b[i]) with the activation, b repeated. */
void op_run_pair(const mote_run *r, const mote_op *op, double (*f)(double a, double b));

/* A window of [h][w] moved over an image: where output cell (y, x) begins, cut to the image. */
typedef struct {
    int32_t h, w, c, stride_h, stride_w, pad_h, pad_w;
} op_window;
op_window op_window_of(const mote_graph *g, const mote_op *op, int32_t window_h, int32_t window_w);

void op_run_copy(const mote_run *r, const mote_op *op);    /* the elements as they are */
void op_run_element(const mote_run *r, const mote_op *op); /* the class' value() */

/* ---- lowering ---- */

mote_status op_need_none(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *out,
                         mote_err *err);
bool op_same_quant(const mote_tensor *a, const mote_tensor *b);
mote_status op_lower_same_quant(const mote_graph *g, mote_call *call, mote_err *err);
/* The bounds of a fused activation in the quantised values of `out`. */
void op_activation_range(mote_activation act, const mote_tensor *out, int32_t *lo, int32_t *hi);
/* NHWC sizes of a tensor; missing dimensions count as 1. */
void op_nhwc(const mote_tensor *t, int32_t *h, int32_t *w, int32_t *c);

/* The parameters of a convolution that follow from shapes: sizes, strides, padding. */
void op_conv_sizes(const mote_graph *g, const mote_op *op, mrt_conv *c);
/* UNSUPPORTED when the image is too large for 32-bit offsets; else channel_bytes and
 * weights_bytes of unpacked weights. */
mote_status op_conv_need(const mote_graph *g, int32_t op, const mrt_conv *c, mote_kernel_need *n,
                         mote_err *err);
void op_host_conv_need(const mrt_conv *c, mote_kernel_need *n);
/* Zero points, the activation's range and the constants of call->u.conv, whose sizes are set. */
mote_status op_lower_conv(const mote_graph *g, mote_arena *a, mote_call *call, mote_err *err);
void op_pool_sizes(const mote_graph *g, const mote_op *op, mrt_pool *p);
mote_status op_lower_pool(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                          mote_err *err);
/* A table of the class' value(): any function of one value. */
mote_status op_need_lut(const mote_graph *g, int32_t op, mote_isa isa, mote_kernel_need *out,
                        mote_err *err);
mote_status op_lower_lut(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                         mote_err *err);

#endif
