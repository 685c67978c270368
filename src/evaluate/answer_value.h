/* SPDX-License-Identifier: Apache-2.0 */
/* How good are numbers that a model says: errors, explained variance, and whether the intervals
 * that it states hold the truth as often as they claim.
 *
 * Pure functions; same input and seed, same bytes. Depends on bootstrap.h. */
#ifndef MOTE_EVALUATE_ANSWER_VALUE_H
#define MOTE_EVALUATE_ANSWER_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/interval.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "evaluate/metrics.h"

#define MOTE_MAX_VALUES 64 /* that a model says of one sample */

/* What a model said about n samples. Borrowed. */
typedef struct {
    size_t n;
    int32_t n_values;      /* of one sample, 1..MOTE_MAX_VALUES */
    const float *truth;    /* [n][n_values], finite */
    const float *said;     /* the same */
    const float *lo, *hi;  /* the same: interval that the model states; NULL: none */
    const int32_t *groups; /* [n] in [0, n_groups), or NULL: each sample stands alone */
    int32_t n_groups;
} mote_value_answers;

/* Of one value, or the mean over all of them. NaN, with NaN bounds, for what cannot be said.
 *   mae       mean |said - truth|
 *   rmse      root of the mean of its square; over several values the mean of their roots
 *   r2        1 - sum (said - truth)^2 / sum (truth - mean of truth)^2; NaN when the truth does not
 *             vary: nothing is there to explain
 *   mape      mean |said - truth| / |truth| over samples whose truth is not 0; a relative error at
 *             0 has no meaning. n_zero says how many were left out; NaN when that is all
 *   coverage  share of truths inside the stated interval, bounds included; widened to Wilson's
 *             interval; NaN without intervals
 *   width     mean width of the stated intervals; NaN without */
typedef struct {
    mote_interval mae, rmse, r2, mape, coverage;
    double width;
    int64_t n_zero;
} mote_value_result;

/* Arrays live as long as the arena given. */
typedef struct {
    int64_t n;
    int32_t n_values, n_groups;
    double confidence_level;
    mote_value_result all;
    mote_value_result *each; /* [n_values] */
    double *group_mae;       /* [n_groups], mean over values; NaN for a group without samples */
    int64_t *group_n;
    int32_t worst_group; /* highest error among groups of min_group and more; -1: none */
} mote_value_evaluation;

/* Errors: ARG  n = 0, a number that is not finite or group out of range (named), lo above hi,
 *              config out of range
 *         NOMEM. Cost: O(n_resamples * n * n_values). Scratch of `a` is rewound.
 * cfg: confidence, n_resamples, seed and min_group are used.
 * lint: unused_exports: a test holds it against scikit-learn, the program asks answer.h */
MOTE_MUST_USE mote_status mote_value_evaluate(const mote_value_answers *v,
                                              const mote_evaluate_config *cfg, mote_arena *a,
                                              mote_value_evaluation *out, mote_err *err);

/* The half width of an interval around every value said that holds the truth of a new sample with
 * probability `level`, whatever the model, when the samples were not learned from and are like the
 * new ones: the ceil((n + 1) level)-th smallest |said - truth|. Of value k of n samples.
 *
 * Errors: RANGE  so few samples that no such interval is finite; the message says how many it takes
 *         ARG, NOMEM. Scratch of `a` is rewound.
 * Source: Vovk, Gammerman, Shafer (2005); Lei et al., Distribution-Free Predictive Inference for
 * Regression (2018), split conformal prediction, algorithm 2.
 * lint: unused_exports: a test holds it against scikit-learn, the program asks answer.h */
MOTE_MUST_USE mote_status mote_value_half_width(const mote_value_answers *v, int32_t k,
                                                double level, mote_arena *a, double *out,
                                                mote_err *err);

/* Everything as one document; names [n_values], group_names [n_groups] (NULL: no groups are
 * written). A new reference owned by the caller.
 * lint: unused_exports: a test holds it against scikit-learn, the program asks answer.h */
MOTE_MUST_USE mote_status mote_value_evaluation_to_json(const mote_value_evaluation *e,
                                                        const char *const *names,
                                                        const char *const *group_names,
                                                        json_t **out, mote_err *err);

#endif
