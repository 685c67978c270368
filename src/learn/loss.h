/* SPDX-License-Identifier: Apache-2.0 */
/* What training makes small: a function of one sample's outputs and targets for each row of
 * project/losses.def. Of SOFTMAX the graph ends in a softmax and targets are probabilities; of the
 * others the graph's outputs are the values themselves.
 *
 *   softmax  cross-entropy of the softmax of the outputs z against the probabilities q:
 *            log sum exp z - sum q z, with q = (1 - s) * target + s / n (label smoothing)
 *   mse      mean over the outputs of (z - t)^2
 *   mae      mean of |z - t|; its gradient at 0 is 0
 *   huber    mean of (z - t)^2 / 2 where |z - t| <= delta, delta * (|z - t| - delta / 2) beyond
 *
 * Source: Szegedy et al. 2016, section 7 (label smoothing); Huber 1964, equation 1.2 with k =
 * delta. Depends on base/ and project/losses.h. Used by net.c and trainer.c. */
#ifndef MOTE_LEARN_LOSS_H
#define MOTE_LEARN_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "project/losses.h"

typedef struct {
    mote_loss_kind kind;
    float huber_delta; /* > 0; 0: 1 */
} mote_loss;

/* Whether targets are probabilities of classes: answers can be right or wrong, classes weighted,
 * labels smoothed. */
bool mote_loss_is_of_classes(mote_loss_kind kind);

/* ARG: a kind that is not there, or a delta that is not above 0. */
MOTE_MUST_USE mote_status mote_loss_check(const mote_loss *l, mote_err *err);

/* One sample: what the graph said and what it was to say. Borrowed. */
typedef struct {
    const float *z;      /* [n] outputs; before the softmax, where there is one */
    const float *target; /* [n] */
    size_t n;
} mote_loss_sample;

/* The loss of one sample.
 *
 *   smoothing [0, 1), of classes
 *   out       [n]: the probabilities, or z again
 *   grad      [n] out: d loss / d z; NULL: not wanted
 * Sums are taken in double, in order. */
double mote_loss_of(const mote_loss *l, const mote_loss_sample *s, double smoothing, float *out,
                    double *grad);

/* What is predicted from z: as `out` above. */
void mote_loss_outputs(const mote_loss *l, const float *z, size_t n, float *out);

#endif
