/* SPDX-License-Identifier: Apache-2.0 */
/* How alarms that were told along recordings meet the spans of anomaly in them: which spans are
 * found, how soon, and how often an alarm comes where nothing is.
 *
 * An alarm is an event (model/alarms.h): a span is found when one begins in it, or in a window that
 * still holds a part of it. One that was on before the span began tells nothing of it, and an alarm
 * that begins in no span is false. Pure functions. Depends on answer_anomaly.h, nab.h. */
#ifndef MOTE_EVALUATE_TOLD_H
#define MOTE_EVALUATE_TOLD_H

#include "evaluate/answer_anomaly.h"

/* Steps of a recording: told at the end of `at`; its windows are steps [from, to]. */
typedef struct {
    size_t at, from, to;
    float score; /* the highest */
} mote_told_alarm;

/* Borrowed. */
typedef struct {
    const char *name;                 /* in complaints */
    size_t n, n_heard;                /* steps, and those without gaps between */
    const mote_anomaly_window *spans; /* [n_spans], in order and apart */
    size_t n_spans;
    const mote_told_alarm *alarms; /* [n_alarms], in time */
    size_t n_alarms;
} mote_told_recording;

typedef struct {
    double rate_hz; /* steps a second */
    size_t window;  /* steps */
    mote_evaluate_config evaluate;
} mote_told_config;

typedef struct {
    int64_t n_spans, n_found, n_false;
    double hours; /* that were heard outside of spans */
    /* What cannot be said is NaN, its interval too where it rests on one recording.
     *   found      share of the spans; Wilson
     *   delay_ms   mean time from a span's begin to its first alarm, of those found; bootstrap
     *   per_hour   false alarms; Garwood
     *   nab        score of the Numenta Anomaly Benchmark (nab.h), standard profile without a
     *              probation, of the begins of alarms; bootstrap over recordings */
    mote_interval found, delay_ms, per_hour, nab;
    double median_delay_ms;
} mote_told_evaluation;

/* Errors: ARG  spans or alarms that do not lie in their recording, no recording, config; NOMEM.
 * Scratch of `a` is rewound. */
MOTE_MUST_USE mote_status mote_told_evaluate(const mote_told_recording *r, size_t n,
                                             const mote_told_config *cfg, mote_arena *a,
                                             mote_told_evaluation *out, mote_err *err);

/* The first alarm that finds span k of a recording; NULL: it is missed. And whether an alarm is
 * false. */
const mote_told_alarm *mote_told_found(const mote_told_recording *r, size_t k, size_t window);
bool mote_told_is_false(const mote_told_recording *r, const mote_told_alarm *x, size_t window);

#endif
