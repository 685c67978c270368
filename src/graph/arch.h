/* SPDX-License-Identifier: Apache-2.0 */
/* Architectures: a name and a few numbers become a training graph (float32, with BATCH_NORM and
 * DROPOUT), before any data is seen, so that RAM, flash and MACs are known before training.
 *
 * The names are those of project/archs.def; each is one file in archs/, which says what it builds
 * and reads which fields. Used by pipeline/ and tests. */
#ifndef MOTE_GRAPH_ARCH_H
#define MOTE_GRAPH_ARCH_H

#include "base/rng.h"
#include "graph/graph.h"

#define MOTE_ARCH_MAX_BLOCKS 16

/* How a graph ends. */
typedef enum {
    MOTE_HEAD_CLASSES = 0, /* dense and softmax: probabilities of n_outputs classes */
    MOTE_HEAD_VALUES = 1,  /* dense: n_outputs values */
    MOTE_HEAD_INPUT = 2    /* as many values as come in, in their order: what came in again */
} mote_arch_head;

/* A field that an architecture does not read may be anything. */
typedef struct {
    char name[16];            /* of archs.def */
    int32_t in_h, in_w, in_c; /* frames, values, 1; height, width, channels; 1, columns, 1 */
    mote_arch_head head;
    int32_t n_outputs;          /* classes (2..1024) or values (1..4096); not of HEAD_INPUT */
    int32_t channels;           /* ds-cnn, conv1d, sparknet: 4..256 */
    int32_t n_blocks;           /* of convolutions, or hidden layers; 0..16 */
    int32_t kernel_h, kernel_w; /* ds-cnn: first convolution */
    int32_t stride_h, stride_w;
    int32_t kernel_steps; /* conv1d, tc-resnet: 1..64 */
    float width; /* mobilenet, tc-resnet: share of the channels, (0, 2]; bc-resnet: (0, 8] */
    int32_t block_stride[MOTE_ARCH_MAX_BLOCKS];   /* 0: as the architecture has it */
    int32_t block_channels[MOTE_ARCH_MAX_BLOCKS]; /* ds-cnn: out of each block; 0: `channels` */
    int32_t hidden[MOTE_ARCH_MAX_BLOCKS];         /* dense, autoencoder */
    int32_t bottleneck;                           /* autoencoder: 1..4096 */
    float shrinkage; /* gaussian: what its learner is told (learn/learner.h) */
    float dropout;   /* before the last layer, [0, 1) */
} mote_arch;

/* "ds-cnn" as the MLPerf Tiny model has it, for classes. */
void mote_arch_default(mote_arch *a, int32_t frames, int32_t coefficients, int32_t n_classes);

/* What comes in, from the shape of a front end's result: [h][w][c], [steps][values] with one
 * channel, or [values] as one step. SHAPE: more dimensions, or none. */
MOTE_MUST_USE mote_status mote_arch_take_shape(mote_arch *a, const mote_shape *in, mote_err *err);

/* Weights normal with variance 2 / fan in (He et al. 2015, eq. 10), drawn from rng; batch norm
 * gamma 1, beta 0, mean 0, variance 1. ARG names the field and its range. */
MOTE_MUST_USE mote_status mote_arch_build(const mote_arch *a, mote_rng *rng, mote_graph **out,
                                          mote_err *err);

/* The inference graph of a training graph: DROPOUT removed, BATCH_NORM folded into the convolution
 * or dense layer before it, RELU fused. The same function up to rounding. */
MOTE_MUST_USE mote_status mote_graph_fold(const mote_graph *train, mote_graph **out, mote_err *err);

#endif
