/* SPDX-License-Identifier: Apache-2.0 */
/* Averages of a network over its training: what is judged on validation, chosen and given is the
 * mean of the states that training went through, which lies nearer to the middle of a flat valley
 * of the loss than the state that happened to be the last.
 *
 * How far a mean looks back is a share of the training, `span`, so that it means the same of 20
 * epochs and of 200, of a small set and of a large one. A decay per step, as other programs ask for
 * it, does not.
 *
 *   EMA  mean = keep * mean + (1 - keep) * state after each step; with N = span * steps
 *            keep = min(1 - 2 / (N + 1), (1 + t) / (10 + t)),   t steps done before this one
 *        2 / (N + 1) gives it the mean age of an equal mean over the last N (pandas calls N its
 *        span); the second part lets the beginning weigh no more than it should while there are few
 *        steps (TensorFlow, ExponentialMovingAverage, num_updates): after t steps the first state
 *        has a weight below (9 / t)^9.
 *        Source: Polyak and Juditsky 1992; Kingma and Ba 2015, section 7.2; a decay by the length
 * of training: Dollar, Singh and Girshick 2021 (pycls), Karras et al. 2024, section 3.1. SWA  the
 * equal mean of the states at the ends of the last `span` of the epochs, the rate staying as it was
 * where they begin. Source: Izmailov et al. 2018, algorithm 1; they average the last quarter.
 *
 * Functions of their arguments. Depends on base/. Used by trainer.c. */
#ifndef MOTE_LEARN_AVERAGE_H
#define MOTE_LEARN_AVERAGE_H

#include <stdint.h>

#include "base/status.h"

typedef enum {
    MOTE_AVERAGE_NONE = 0,
    MOTE_AVERAGE_EMA = 1,
    MOTE_AVERAGE_SWA = 2
} mote_average_kind;

typedef struct {
    mote_average_kind kind;
    float decay; /* EMA: instead of the one by the span, [0, 1); 0: that one */
    double span; /* (0, 1], of the training; with a decay: not read */
} mote_average;

/* ARG names what is out of its range. */
MOTE_MUST_USE mote_status mote_average_check(const mote_average *a, mote_err *err);

/* EMA: how much of the mean step `step` in [0, n_steps) keeps; [0, 1). */
float mote_average_keep(const mote_average *a, uint64_t step, int64_t n_steps);

/* SWA: the first epoch of `n_epochs` that is in the mean; the last one always is, and of several
 * the first one never. EMA and NONE: 0. */
int32_t mote_average_first(const mote_average *a, int32_t n_epochs);

#endif
