/* SPDX-License-Identifier: Apache-2.0 */
/* How well a score tells what is unusual from what is normal: the order of the scores, the alarms
 * at a threshold, and how soon an alarm comes. The threshold itself is in anomaly_threshold.h.
 *
 * A higher score is more unusual. An alarm is a score above the threshold. Pure functions; same
 * input and seed, same bytes. Depends on bootstrap.h. The NAB score is in nab.h. */
#ifndef MOTE_EVALUATE_ANSWER_ANOMALY_H
#define MOTE_EVALUATE_ANSWER_ANOMALY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/interval.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "evaluate/metrics.h"

/* What a model said about n samples. Borrowed. */
typedef struct {
    size_t n;
    const float *scores;    /* [n], finite */
    const bool *is_anomaly; /* [n] the truth */
    const int32_t *groups;  /* [n] in [0, n_groups), or NULL: each sample stands alone */
    int32_t n_groups;
    float threshold;         /* of the model */
    const float *thresholds; /* [n] where several models judge, each with its own; NULL: that */
} mote_anomaly_answers;

typedef struct {
    int64_t n_normal, n_anomalies;
    int64_t n_false_alarms, n_found;
    double confidence_level;
    /* Bootstrap over groups, or over pieces where there is one; NaN when there is nothing normal or
     * nothing unusual. roc_auc            probability that an anomaly scores above something
     * normal, ties half average_precision  sum over thresholds of (recall gained) * precision,
     * without interpolation; equal scores are one threshold and at the threshold, widened to
     * Wilson's: false_alarm_rate   share of the normal samples that raise an alarm detection_rate
     * share of the anomalies that do */
    mote_interval roc_auc, average_precision, false_alarm_rate, detection_rate;
} mote_anomaly_evaluation;

/* Errors: ARG  n = 0, a score or threshold that is not finite, a group out of range, config; NOMEM.
 * Cost:   O(n log n + n_resamples * n). Scratch of `a` is rewound.
 * Source: Hanley and McNeil (1982); Fawcett, An introduction to ROC analysis (2006), section 7;
 *         average precision as scikit-learn's average_precision_score.
 * lint: unused_exports: a test holds it against scikit-learn, the program asks answer.h */
MOTE_MUST_USE mote_status mote_anomaly_evaluate(const mote_anomaly_answers *v,
                                                const mote_evaluate_config *cfg, mote_arena *a,
                                                mote_anomaly_evaluation *out, mote_err *err);

/* A new reference owned by the caller.
 * lint: unused_exports: a test holds it against scikit-learn, the program asks answer.h */
MOTE_MUST_USE mote_status mote_anomaly_evaluation_to_json(const mote_anomaly_evaluation *e,
                                                          json_t **out, mote_err *err);

/* ARG: none, more than 2^31, or one that is not finite; `name` stands before it. */
MOTE_MUST_USE mote_status mote_anomaly_scores_check(const float *scores, size_t n, const char *name,
                                                    mote_err *err);

/* ---- series ---- */

/* Scores along time with the windows that hold an anomaly, in order and apart. Borrowed. */
typedef struct {
    size_t first, last; /* steps, both inside; first <= last < n */
} mote_anomaly_window;
typedef struct {
    const char *name; /* in complaints */
    size_t n;
    const float *scores; /* [n], finite */
    const mote_anomaly_window *windows;
    size_t n_windows;
} mote_anomaly_series;

/* Series that are judged together, at one threshold. Borrowed. */
typedef struct {
    const mote_anomaly_series *series;
    size_t n;
} mote_anomaly_corpus;

/* Errors: ARG  no series; a window that is none or does not come after the one before, a score that
 *              is not finite; names the series. */
MOTE_MUST_USE mote_status mote_anomaly_corpus_check(const mote_anomaly_corpus *c, mote_err *err);

typedef struct {
    int64_t n_windows, n_found; /* windows with an alarm inside */
    int64_t n_false_alarms;     /* steps with an alarm outside all windows */
    mote_interval found;        /* share of the windows; Wilson */
    mote_interval delay;        /* mean steps from a window's begin to the first alarm in it, of the
                                   windows that were found: bootstrap over them; NaN: none */
    double median_delay;
} mote_anomaly_delay;

/* How soon after an anomaly has begun the alarm comes. Errors: as check; NOMEM. */
MOTE_MUST_USE mote_status mote_anomaly_delay_of(const mote_anomaly_corpus *c, float threshold,
                                                const mote_evaluate_config *cfg, mote_arena *a,
                                                mote_anomaly_delay *out, mote_err *err);

#endif
