/* SPDX-License-Identifier: Apache-2.0 */
/* The threshold of a score, from normal data alone, and what it promises of other normal data.
 *
 * Where every sample stands alone the promise is exact (order statistics). Windows of one recording
 * do not: neighbours overlap, and what one recording calls usual is not what the next does. Then
 * whole recordings are left out in turn (pieces of it, where there is but one), each is held
 * against the threshold of the others, and the threshold is the lowest of which that share of
 * alarms is at most what is asked for.
 *
 * Pure functions; same input and seed, same bytes. Depends on answer_anomaly.h, bootstrap.h. */
#ifndef MOTE_EVALUATE_ANOMALY_THRESHOLD_H
#define MOTE_EVALUATE_ANOMALY_THRESHOLD_H

#include "evaluate/answer_anomaly.h"

/* Parts that are left out in turn at most; more groups than that are dealt to so many. */
#define MOTE_ANOMALY_MAX_PARTS 50
/* Pieces of the one recording that there is. */
#define MOTE_ANOMALY_PIECES 10

typedef struct {
    float threshold;
    double asked;              /* false-alarm rate that was asked for */
    mote_interval false_alarm; /* true rate: its mean, and where it lies with `confidence` */
    int64_t n;                 /* normal samples behind it */
    int32_t n_parts;           /* that were left out in turn; 0: every sample stands alone */
    bool is_pieces;            /* they are pieces of one recording, not groups */
    bool is_kept;              /* no: however high it lies, parts that were left out alarm more */
} mote_anomaly_threshold;

/* The lowest threshold at which a normal sample raises an alarm with a probability of at most
 * `false_alarm`, from samples that the model has not learned from (all of `normal` are taken as
 * normal, its threshold is not looked at).
 *
 * Without groups, or each sample in one of its own, samples are taken as independent: the
 * ceil((n + 1)(1 - false_alarm))-th smallest score. The true rate above the r-th of n is
 * Beta(n - r + 1, r) for any continuous distribution of scores (lower where scores are equal),
 * whence the interval.
 *
 * In groups: at level `l` a part is held against the floor((m + 1) l)-th highest of the m others;
 * the highest `l` up to false_alarm is taken of which no more than false_alarm of all samples lie
 * above that of the others. Its interval is the bootstrap over parts, widened to Beta's of
 * independent samples. Where even the highest score of the others is not enough is_kept is no, and
 * the promise is what was seen.
 *
 * Errors: RANGE  n is too small for the rate; the message says how many samples it takes
 *         ARG    a score that is not finite, rate or confidence not in (0, 1); NOMEM
 * Cost:   O(n log n + parts * n * log(n)).
 * Source: David and Nagaraja, Order Statistics, 2.2; split conformal prediction; Barber, Candes,
 *         Ramdas and Tibshirani, Predictive inference with the jackknife+ (2021), for leaving out.
 */
MOTE_MUST_USE mote_status mote_anomaly_threshold_of(const mote_anomaly_answers *normal,
                                                    double false_alarm,
                                                    const mote_evaluate_config *cfg, mote_arena *a,
                                                    mote_anomaly_threshold *out, mote_err *err);

/* What is drawn or left out together. part [n], n_parts 0: every sample stands alone. */
typedef struct {
    const int32_t *part;
    int32_t n_parts;
    bool is_pieces;
} mote_anomaly_parts;

/* Groups that there are (numbered anew, not more than `most`; 0: any), or pieces of one; in `a`.
 * ARG: a group out of range; NOMEM. */
MOTE_MUST_USE mote_status mote_anomaly_parts_of(const mote_anomaly_answers *v, int32_t most,
                                                mote_arena *a, mote_anomaly_parts *out,
                                                mote_err *err);

#endif
