/* SPDX-License-Identifier: Apache-2.0 */
/* What learners share that look at their samples and are done, without steps along a gradient.
 *
 * Depends on learner.h. Used by learner_gaussian.c, learner_kmeans.c; private to learn/. */
#ifndef MOTE_LEARN_AT_ONCE_H
#define MOTE_LEARN_AT_ONCE_H

#include "learn/learner.h"

/* Features of samples [first, first + n), in their order, into x. CANCELLED when it was stopped,
 * and as the source fails. */
typedef struct {
    size_t first, n, d; /* d features each */
} mote_sample_range;
MOTE_MUST_USE mote_status mote_at_once_fill(const mote_learn_job *job, mote_sample_range r,
                                            const uint32_t *order, float *x, mote_err *err);

/* Score of d features, by whoever has `arg`. */
typedef double mote_at_once_score(const void *arg, const float *x);

/* One epoch: the mean score of what was learnt from is its loss, that of validation is found here.
 * CANCELLED when the report says so. The history lives as long as `a`. */
typedef struct {
    mote_at_once_score *score;
    const void *arg;
    size_t d;
    double train_loss;
} mote_at_once_fit;
MOTE_MUST_USE mote_status mote_at_once_tell(const mote_learn_job *job, const mote_at_once_fit *f,
                                            mote_arena *a, mote_train_result *result,
                                            mote_err *err);

#endif
