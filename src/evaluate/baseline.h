/* SPDX-License-Identifier: Apache-2.0 */
/* What a model has to be better than: answers that are fitted at once and explained in a sentence.
 *
 *   constant  whatever comes in, the same answer: the shares of the classes; the median, which has
 *             the least mean error; for anomalies a score of 0
 *   rule      one threshold on one column, the best one: on each side the shares of the classes, or
 *             the median of the value. For anomalies, which have nothing to choose by, the largest
 *             distance of any column from its mean, in deviations
 *   linear    least squares on all columns: of the value, or of the classes as 0 and 1, where the
 *             largest wins. Not for anomalies
 *   last, day what was last known, or known a day ago: of values in time, without columns
 *
 * Functions of (x, targets) alone: no model, no front end. Depends on base/. Used beside every
 * model that is judged. */
#ifndef MOTE_EVALUATE_BASELINE_H
#define MOTE_EVALUATE_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

typedef enum {
    MOTE_BASELINE_CONSTANT,
    MOTE_BASELINE_RULE,
    MOTE_BASELINE_LINEAR,
    MOTE_N_BASELINES
} mote_baseline_kind;

/* "constant", "rule", "linear". */
const char *mote_baseline_name(mote_baseline_kind kind);

#define MOTE_BASELINE_MAX_COLUMNS 512 /* that `linear` takes: its cost grows with the cube */

/* What it is fitted to. Borrowed. */
typedef struct {
    size_t n, n_columns;
    const float *x;          /* [n][n_columns], finite */
    int32_t n_outputs;       /* classes, or values of a sample; 1 for anomalies */
    const int32_t *class_id; /* [n] in [0, n_outputs), or NULL */
    const float *values;     /* [n][n_outputs], finite, or NULL; both NULL: anomalies, and the
                                samples are normal ones */
} mote_baseline_data;

/* A fitted one. Arrays live as long as the arena it was fitted in. */
typedef struct {
    mote_baseline_kind kind;
    bool is_share; /* the answers are probabilities of classes */
    size_t n_columns;
    int32_t n_outputs;
    size_t column;     /* rule: which */
    float threshold;   /* rule: at or below it the first answer, above it the second */
    float *answers;    /* [2][n_outputs]; constant: the first one */
    double *mean;      /* [n_columns]; linear, and rule for anomalies */
    double *deviation; /* [n_columns]; 0: the column does not vary and is not looked at */
    double *weights;   /* linear: [n_columns + 1][n_outputs] of the scaled columns; last: offset */
} mote_baseline;

/* Fit one. Of equal rules the first column and the lowest threshold.
 *
 * Errors: UNSUPPORTED  there is no such baseline for the answer
 *         LIMIT        more columns than `linear` takes
 *         ARG          n = 0, no column, a number or class out of range (named); NOMEM
 * Cost:   rule O(n_columns n (log n + n_outputs)), linear O(n n_columns^2 + n_columns^3).
 * Source: Holte, Very simple classification rules perform well on most commonly used datasets
 *         (1993); least squares by normal equations on scaled columns with a ridge of 1e-6 n,
 *         which settles columns that repeat each other. */
MOTE_MUST_USE mote_status mote_baseline_fit(mote_baseline_kind kind, const mote_baseline_data *d,
                                            mote_arena *a, mote_baseline *out, mote_err *err);

/* Its answers for x [n][n_columns]: probabilities (of `linear` clipped to 0..1 and scaled to sum
 * 1), values or scores into out [n][n_outputs]. */
void mote_baseline_predict(const mote_baseline *b, const float *x, size_t n, float *out);

/* ---- in time ---- */

/* Steps in order of time. */
typedef struct {
    size_t n;
    const int64_t *time_us; /* [n], never falling */
    const float *values;    /* [n][n_values] */
    int32_t n_values;
    int64_t back_us; /* how old the answer has to be: 86400e6 for the same hour yesterday, 0 for the
                        last step */
} mote_baseline_steps;

/* Value of each step by what was known before it: the latest that is old enough, into out
 * [n][n_values]. Where nothing is, out is NaN; *n_known counts the steps that have an answer.
 * Errors: ARG  time falls, n = 0, back_us < 0. */
MOTE_MUST_USE mote_status mote_baseline_earlier(const mote_baseline_steps *s, float *out,
                                                size_t *n_known, mote_err *err);

#endif
