/* SPDX-License-Identifier: Apache-2.0 */
/* Where the samples of training come from.
 *
 * A source is asked for batches. What it gives must be a function of the request alone (seed,
 * epoch, positions and sample numbers), so that a run repeats whatever the number of threads and
 * wherever it was resumed: draw random numbers from mote_rng_init_stream(seed, your own stream
 * number, epoch * n_samples + position). Depends on base/. Used by trainer.c; data augmentation
 * writes sources. */
#ifndef MOTE_LEARN_SOURCE_H
#define MOTE_LEARN_SOURCE_H

#include "base/pool.h"
#include "base/rng.h"
#include "base/status.h"

typedef struct {
    uint64_t seed;
    int32_t epoch; /* from 0 */
    int32_t first; /* position in the epoch of the first one asked for */
    int32_t n;
    const uint32_t *samples; /* [n]: which ones, in [0, n_samples); shuffled anew each epoch */
    int32_t n_outputs;       /* classes, or values of a sample */
    size_t in_elements;      /* of one sample */
    mote_pool *pool;         /* idle during the call; may be NULL */
} mote_batch_request;

/* Fill inputs [n][in_elements] and targets [n][n_outputs]: targets are zeroed before the call, each
 * row must be given probabilities that sum to 1, or values. targets NULL: nobody wants any. A
 * failure ends the training. */
typedef mote_status mote_batch_fill(void *arg, const mote_batch_request *rq, float *inputs,
                                    float *targets, mote_err *err);
typedef struct {
    int32_t n_samples; /* of one epoch */
    bool gives_back;   /* the targets of a batch are its inputs, as they were filled and mixed */
    mote_batch_fill *fill;
    void *arg;
} mote_batch_source;

/* Inputs of n samples from `first` on, [n][in_elements]: borrowed until the next call. */
typedef mote_status mote_train_inputs(void *arg, int32_t first, int32_t n, const float **x,
                                      mote_err *err);

/* Samples; without labels and values the inputs are to be given back. */
typedef struct {
    const float *inputs;     /* [n][in_elements] in memory; NULL: whoever has them gives them */
    mote_train_inputs *give; /* n is at most a batch */
    void *arg;               /* of give */
    const int32_t *labels;   /* [n] in [0, n_outputs), or NULL */
    const float *values;     /* [n][n_outputs], or NULL */
    int32_t n;
} mote_train_set;

/* Inputs of samples [first, first + n), wherever they are; see mote_train_inputs. */
MOTE_MUST_USE mote_status mote_train_set_inputs(const mote_train_set *d, size_t in_elements,
                                                int32_t first, int32_t n, const float **x,
                                                mote_err *err);

/* Whether the targets are the inputs. */
bool mote_train_set_gives_back(const mote_train_set *d);

/* The target of sample i of others: 1 at its label, or its values; out [n_outputs], zeroed. RANGE
 * names a label that is no class, or a value that is no number. */
MOTE_MUST_USE mote_status mote_train_set_target(const mote_train_set *d, int32_t i,
                                                int32_t n_outputs, float *out, mote_err *err);

/* The samples as they are, all in memory; `d` is borrowed. Errors as target. */
mote_batch_source mote_source_memory(const mote_train_set *d);

/* Mix the batch that was filled for `rq` with itself: row i becomes l x_i + (1 - l) x_p(i), inputs
 * and targets alike, with a permutation p and l from Beta(alpha, alpha) for each row. `copy` has
 * room for the inputs and targets of the batch; targets NULL: there are none. Source: Zhang et al.
 * 2018, mixup, section 2. */
void mote_mixup(float alpha, mote_rng *rng, const mote_batch_request *rq, float *inputs,
                float *targets, float *copy);

#endif
