/* SPDX-License-Identifier: Apache-2.0 */
/* A training graph made ready to compute losses and gradients in batches.
 *
 * The values that training changes live in one vector, the state: first the parameters (weights,
 * biases, gamma, beta: n_params of them, in the order of the graph's operators), then the
 * statistics of batch norm (running means and variances). The caller owns state vectors and passes
 * the one to use, so that an averaged or a best-so-far state is just another vector.
 *
 * A batch is cut into pieces of consecutive samples by its size alone; each piece adds up its own
 * part of every sum and the parts are added in piece order. With the rule of kernels.h this makes
 * results the same bytes on any number of threads and any instruction set.
 *
 * Depends on graph/, kernels.h. Used by trainer.c and its tests. */
#ifndef MOTE_LEARN_NET_H
#define MOTE_LEARN_NET_H

#include "base/pool.h"
#include "base/status.h"
#include "graph/graph.h"
#include "learn/kernels.h"
#include "learn/loss.h"

typedef struct mote_net mote_net;

typedef struct {
    int32_t max_batch;   /* 1..65536 */
    float norm_momentum; /* running = (1 - m) * running + m * batch; in (0, 1]. 0: 0.1 */
    uint64_t seed;       /* of dropout */
    mote_loss loss;      /* all zero: softmax */
    mote_simd simd;      /* AUTO: the best this processor has */
    size_t limit_bytes;  /* for everything it allocates; 0: 4 GB */
} mote_net_config;

/* A run of the state that belongs to one constant of the graph. */
typedef struct {
    int32_t tensor;      /* index in the graph */
    size_t first, count; /* in the state vector */
    bool is_trained;
    bool is_weight; /* of a convolution or dense layer: weight decay applies */
} mote_net_segment;

/* `g` is float32 and ends in SOFTMAX over [1, classes], or in the values of another loss; it is
 * read, never changed, and must outlive the net (`pool` too; NULL: this thread alone). UNSUPPORTED
 * names an operator that cannot be trained; LIMIT or NOMEM when a batch does not fit. */
MOTE_MUST_USE mote_status mote_net_create(const mote_graph *g, const mote_net_config *cfg,
                                          mote_pool *pool, mote_net **out, mote_err *err);
void mote_net_destroy(mote_net *net);

size_t mote_net_n_params(const mote_net *net);
size_t mote_net_n_state(const mote_net *net);     /* parameters and statistics */
int32_t mote_net_n_outputs(const mote_net *net);  /* classes, or values of one sample */
size_t mote_net_in_elements(const mote_net *net); /* of one sample */
const mote_kernels *mote_net_kernels(const mote_net *net);
const mote_net_segment *mote_net_segments(const mote_net *net,
                                          size_t *n); /* borrowed; in state order */

/* Copy the constants of a graph of the same structure into a state, and back. */
void mote_net_read(const mote_net *net, const mote_graph *g, float *state);
void mote_net_write(const mote_net *net, const float *state, mote_graph *g);

/* Class probabilities or values [n][outputs] as in use: running statistics, no dropout.
 * n <= max_batch. */
void mote_net_predict(mote_net *net, const float *state, const float *inputs, int32_t n,
                      float *out);

/* One batch with targets. */
typedef struct {
    const float *inputs;        /* [n][in elements] */
    const float *targets;       /* [n][outputs]: probabilities, each row sums to 1; or values */
    const float *class_weights; /* [outputs] or NULL: all 1; of classes alone */
    float label_smoothing;      /* [0, 1): q = (1 - s) * target + s / classes; of classes alone */
    int32_t n;
    uint64_t step; /* number of the step: chooses the dropout masks */
} mote_net_batch;

typedef struct {
    double loss;       /* mean of the samples' losses (loss.h), weighted by class */
    int32_t n_correct; /* largest probability where the largest target is; 0 of values */
} mote_net_result;

/* Loss of a batch in training mode (batch statistics, dropout) and its gradient.
 *
 *   state  parameters are read; the running statistics at its end are moved one step
 *   grads  out, [n_params]; 0 for constants that are not trained
 *
 * The loss is sum_i s_i * L_i / sum_i s_i with L_i as in loss.h and, of classes, s_i = sum_c
 * target_ic * class_weight_c. Source: Szegedy et al. 2016, section 7 (label smoothing); Ioffe and
 * Szegedy 2015 (batch norm; running variances take the unbiased estimate). */
void mote_net_gradient(mote_net *net, float *state, const mote_net_batch *batch, float *grads,
                       mote_net_result *out);

/* The statistics of batch norm move towards those of this batch, as mote_net_gradient moves them,
 * but by the share `momentum` in [0, 1] (1: they become the batch's); the parameters stay. Of the
 * batch inputs, n and step are read. */
void mote_net_statistics(mote_net *net, float *state, const mote_net_batch *batch, float momentum);

/* Loss and correct answers as in use (running statistics, no dropout), no gradient. */
void mote_net_loss(mote_net *net, const float *state, const mote_net_batch *batch,
                   mote_net_result *out);

#endif
