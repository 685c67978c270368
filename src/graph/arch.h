/* SPDX-License-Identifier: Apache-2.0 */
/* Architectures: a name and a few numbers become a training graph (float32, with BATCH_NORM and
 * DROPOUT), before any data is seen, so that RAM, flash and MACs are known before training. */
#ifndef MOTE_GRAPH_ARCH_H
#define MOTE_GRAPH_ARCH_H

#include "base/rng.h"
#include "graph/graph.h"

#define MOTE_ARCH_MAX_BLOCKS 16

/* "ds-cnn": convolution kernel_h x kernel_w with its stride to `channels`, then n_blocks of
 * depthwise 3x3 + pointwise, batch norm and ReLU behind each, average pool over all, dropout,
 * dense, softmax (Zhang et al., Hello Edge, 2017, section 4). The MLPerf Tiny model has 64
 * channels, 4 blocks, kernel 10 x 4, stride 2 x 2. "dense": hidden layers with ReLU. */
typedef struct {
    char name[16];            /* "ds-cnn" or "dense" */
    int32_t in_h, in_w, in_c; /* frames, coefficients, 1 */
    int32_t n_classes;
    int32_t channels;           /* ds-cnn: 4..256 */
    int32_t n_blocks;           /* ds-cnn: blocks; dense: hidden layers; 0..16 */
    int32_t kernel_h, kernel_w; /* first convolution */
    int32_t stride_h, stride_w;
    int32_t block_stride[MOTE_ARCH_MAX_BLOCKS];   /* of each depthwise convolution; 0 means 1 */
    int32_t block_channels[MOTE_ARCH_MAX_BLOCKS]; /* out of each block; 0 means `channels` */
    int32_t hidden[MOTE_ARCH_MAX_BLOCKS];         /* dense */
    float dropout;                                /* before the last layer, [0, 1) */
} mote_arch;

void mote_arch_default(mote_arch *a, int32_t frames, int32_t coefficients, int32_t n_classes);

/* Weights normal with variance 2 / fan in (He et al. 2015, eq. 10), drawn from rng; batch norm
 * gamma 1, beta 0, mean 0, variance 1. ARG names the field and its range. */
MOTE_MUST_USE mote_status mote_arch_build(const mote_arch *a, mote_rng *rng, mote_graph **out,
                                          mote_err *err);

/* The inference graph of a training graph: DROPOUT removed, BATCH_NORM folded into the convolution
 * or dense layer before it, RELU fused. The same function up to rounding. */
MOTE_MUST_USE mote_status mote_graph_fold(const mote_graph *train, mote_graph **out, mote_err *err);

#endif
