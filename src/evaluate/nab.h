/* SPDX-License-Identifier: Apache-2.0 */
/* The score of the Numenta Anomaly Benchmark: the earlier in its window an anomaly is noticed the
 * more it earns, a false alarm costs less close behind a window, a window without an alarm costs
 * its weight. 100 is every window noticed at its first step and nothing else, 0 is silence.
 *
 * An alarm here is a score at or above the threshold, as the benchmark has it.
 * Depends on answer_anomaly.h.
 * Source: Lavin and Ahmad, Evaluating Real-time Anomaly Detection Algorithms - the Numenta Anomaly
 * Benchmark (2015), section III; in detail as the benchmark's own programme computes it today. */
#ifndef MOTE_EVALUATE_NAB_H
#define MOTE_EVALUATE_NAB_H

#include "base/mem.h"
#include "base/status.h"
#include "evaluate/answer_anomaly.h"

/* What events weigh. */
typedef struct {
    double found, false_alarm, missed;
    double probation; /* share of a series whose alarms do not count, of at most 5000 steps */
} mote_nab_profile;

/* The benchmark's standard profile: 1, 0.11, 1, and 15 %. */
mote_nab_profile mote_nab_standard(void);

typedef struct {
    double threshold;  /* INFINITY: silence */
    double raw;        /* sum of what was earned and lost */
    double score;      /* 100 * (raw - silence) / (perfect - silence); NaN without a window */
    int64_t n_windows; /* with at least a step behind the probation: the others do not count */
    int64_t n_found;   /* of them */
    int64_t n_false_alarms;
} mote_nab_score;

/* At one threshold, over all series together. ARG as mote_anomaly_corpus_check, or weights that are
 * not finite and at least 0; NOMEM. */
MOTE_MUST_USE mote_status mote_nab_score_of(const mote_anomaly_corpus *c,
                                            const mote_nab_profile *profile, double threshold,
                                            mote_arena *a, mote_nab_score *out, mote_err *err);

/* At the threshold, the same for all series, with the highest score; the highest of equals. That is
 * how the benchmark reports detectors: the threshold is chosen on the very series that it is judged
 * on, so it flatters. O(n log n).
 * lint: unused_exports: a test holds it against the benchmark, which reports detectors so */
MOTE_MUST_USE mote_status mote_nab_best(const mote_anomaly_corpus *c,
                                        const mote_nab_profile *profile, mote_arena *a,
                                        mote_nab_score *out, mote_err *err);

#endif
