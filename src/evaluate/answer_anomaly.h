/* SPDX-License-Identifier: Apache-2.0 */
/* How well a score tells what is unusual from what is normal: the order of the scores, the alarms
 * at a threshold, how soon an alarm comes, and the threshold itself, from normal data alone.
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
    float threshold; /* of the model */
} mote_anomaly_answers;

typedef struct {
    int64_t n_normal, n_anomalies;
    int64_t n_false_alarms, n_found;
    double confidence_level;
    /* Bootstrap over groups; NaN when there is nothing normal or nothing unusual.
     *   roc_auc            probability that an anomaly scores above something normal, ties half
     *   average_precision  sum over thresholds of (recall gained) * precision, without
     *                      interpolation; equal scores are one threshold
     * and at the threshold, widened to Wilson's:
     *   false_alarm_rate   share of the normal samples that raise an alarm
     *   detection_rate     share of the anomalies that do */
    mote_interval roc_auc, average_precision, false_alarm_rate, detection_rate;
} mote_anomaly_evaluation;

/* Errors: ARG  n = 0, a score or threshold that is not finite, a group out of range, config; NOMEM.
 * Cost:   O(n log n + n_resamples * n). Scratch of `a` is rewound.
 * Source: Hanley and McNeil (1982); Fawcett, An introduction to ROC analysis (2006), section 7;
 *         average precision as scikit-learn's average_precision_score. */
MOTE_MUST_USE mote_status mote_anomaly_evaluate(const mote_anomaly_answers *v,
                                                const mote_evaluate_config *cfg, mote_arena *a,
                                                mote_anomaly_evaluation *out, mote_err *err);

/* A new reference owned by the caller. */
MOTE_MUST_USE mote_status mote_anomaly_evaluation_to_json(const mote_anomaly_evaluation *e,
                                                          json_t **out, mote_err *err);

/* ---- the threshold ---- */

typedef struct {
    float threshold;
    double asked;              /* false-alarm rate that was asked for */
    mote_interval false_alarm; /* true rate: its mean, and where it lies with `confidence` */
    int64_t n;                 /* normal samples behind it */
} mote_anomaly_threshold;

/* The lowest threshold at which a normal sample raises an alarm with a probability of at most
 * `false_alarm`, from n scores of normal samples that the model has not learned from: the
 * ceil((n + 1)(1 - false_alarm))-th smallest. The true rate above the r-th of n is Beta(n - r + 1,
 * r) for any continuous distribution of scores (lower where scores are equal), whence the interval.
 * Samples are taken as independent: of windows that overlap, or of one machine, it is narrower than
 * what is known, see mote_anomaly_check.
 *
 * Errors: RANGE  n is too small for the rate; the message says how many samples it takes
 *         ARG    a score that is not finite, rate or confidence not in (0, 1); NOMEM
 * Source: David and Nagaraja, Order Statistics, 2.2; split conformal prediction. */
MOTE_MUST_USE mote_status mote_anomaly_threshold_of(const float *normal, size_t n,
                                                    double false_alarm, double confidence,
                                                    mote_arena *a, mote_anomaly_threshold *out,
                                                    mote_err *err);

/* What the threshold does on other normal samples, and whether that is what was asked for: the
 * interval of the rate found there, over groups, does not lie above it.
 * Errors: ARG as above; NOMEM. */
typedef struct {
    mote_interval false_alarm;
    int64_t n, n_alarms;
    bool is_kept;
} mote_anomaly_check;
MOTE_MUST_USE mote_status mote_anomaly_check_of(const mote_anomaly_threshold *t,
                                                const mote_anomaly_answers *normal,
                                                const mote_evaluate_config *cfg, mote_arena *a,
                                                mote_anomaly_check *out, mote_err *err);

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

/* Errors: ARG  a window that is none or does not come after the one before, a score that is not
 *              finite; names the series. */
MOTE_MUST_USE mote_status mote_anomaly_series_check(const mote_anomaly_series *s, size_t n_series,
                                                    mote_err *err);

typedef struct {
    int64_t n_windows, n_found; /* windows with an alarm inside */
    int64_t n_false_alarms;     /* steps with an alarm outside all windows */
    mote_interval found;        /* share of the windows; Wilson */
    mote_interval delay;        /* mean steps from a window's begin to the first alarm in it, of the
                                   windows that were found: bootstrap over them; NaN: none */
    double median_delay;
} mote_anomaly_delay;

/* How soon after an anomaly has begun the alarm comes. Errors: ARG, also without a series; NOMEM.
 */
MOTE_MUST_USE mote_status mote_anomaly_delay_of(const mote_anomaly_series *s, size_t n_series,
                                                float threshold, const mote_evaluate_config *cfg,
                                                mote_arena *a, mote_anomaly_delay *out,
                                                mote_err *err);

#endif
