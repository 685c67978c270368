/* SPDX-License-Identifier: Apache-2.0 */
/* What the architectures are built with: each call adds layers behind the tensor in hand. Shared by
 * arch.c and the files of the architectures; private to graph/. */
#ifndef MOTE_GRAPH_ARCHS_BUILD_H
#define MOTE_GRAPH_ARCHS_BUILD_H

#include "graph/arch.h"

typedef struct {
    const mote_arch *arch;
    mote_graph *g;
    mote_rng *rng;
    int32_t at;       /* the tensor the next layer reads */
    int32_t n_layers; /* numbers the names */
} arch_builder;

/* An architecture: from the input to the end of the graph. */
typedef struct {
    mote_status (*check)(const mote_arch *a, mote_err *err); /* its fields; NULL: it has none */
    mote_status (*build)(arch_builder *b, mote_err *err);
} arch_class;

/* ARG: "model: 'field' is x, lo to hi is possible". */
mote_status arch_in_range(const char *field, int32_t x, int32_t lo, int32_t hi, mote_err *err);
/* 0..16 blocks, each with a stride of 0..8. */
mote_status arch_check_blocks(const mote_arch *a, mote_err *err);
/* 0..16 hidden layers of 1..4096 units. */
mote_status arch_check_hidden(const mote_arch *a, mote_err *err);

mote_status arch_input(arch_builder *b, int32_t h, int32_t w, int32_t c, mote_err *err);
/* The tensor in hand: its height, width, channels (dims 1, 2, 3), and its elements. */
int32_t arch_dim(const arch_builder *b, int32_t dim);
int32_t arch_elements(const arch_builder *b);

typedef struct {
    int32_t h, w;
} arch_size;
mote_status arch_conv(arch_builder *b, int32_t channels, arch_size kernel, arch_size stride,
                      mote_err *err);
mote_status arch_depthwise(arch_builder *b, arch_size kernel, arch_size stride, mote_err *err);
/* With stride 1. */
mote_status arch_dilated(arch_builder *b, arch_size kernel, arch_size dilation, mote_err *err);
/* A x + b and an activation, the same for all channels and never trained. */
mote_status arch_fixed(arch_builder *b, float factor, float sum, mote_activation act,
                       mote_err *err);
mote_status arch_tanh(arch_builder *b, mote_err *err);
mote_status arch_noise(arch_builder *b, float deviation, mote_err *err);
mote_status arch_dense(arch_builder *b, int32_t units, mote_err *err);
mote_status arch_relu(arch_builder *b, mote_err *err);
mote_status arch_softmax(arch_builder *b, mote_err *err);
/* Batch norm over the last dimension; and a ReLU. */
mote_status arch_norm(arch_builder *b, mote_err *err);
mote_status arch_norm_relu(arch_builder *b, mote_err *err);
/* The tensor in hand and another one, added; the tensor in hand repeated. */
mote_status arch_add(arch_builder *b, int32_t other, mote_err *err);
mote_status arch_add_repeated(arch_builder *b, int32_t wide, mote_err *err);
/* Depthwise 3 x 3, norm and ReLU, then pointwise to `channels`, norm and ReLU. */
mote_status arch_separable(arch_builder *b, int32_t channels, int32_t stride, mote_err *err);
/* x sigmoid(x). */
mote_status arch_swish(arch_builder *b, mote_err *err);
/* The mean of windows that do not overlap. */
mote_status arch_average(arch_builder *b, arch_size window, mote_err *err);
mote_status arch_global_average(arch_builder *b, mote_err *err);
/* Of single values, or of whole channels of a sample; none at rate 0. */
mote_status arch_dropout(arch_builder *b, bool whole_channels, mote_err *err);
/* The end that arch->head asks for; and dropout before it. */
mote_status arch_last(arch_builder *b, mote_err *err);
mote_status arch_end(arch_builder *b, mote_err *err);

#endif
