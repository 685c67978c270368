/* SPDX-License-Identifier: Apache-2.0 */
/* Is a window of predictions unlike the reference?
 *
 * For every watched thing the population stability index (PSI) between the window's histogram and
 * the reference's is taken. What PSI to expect without drift depends on the size of the window, the
 * number of clips and speakers behind the reference, and how alike the clips of one speaker are; so
 * it is measured, by a bootstrap over groups: n_bootstrap times a window and a reference are drawn
 * from the reference, both in whole groups, and compared. From these
 *   - each PSI becomes a p-value (gamma distribution with the bootstrap's mean and variance), so
 *     that things of different scale compare;
 *   - the distribution of the smallest p-value of a window, over all things together with whatever
 *     dependence they have, gives the p-value of the window (Westfall and Young, 1993, single-step
 *     min-P; the far tail by an exponential fitted to the upper twentieth of -log p).
 * A window drifts when its p-value is below the stated false-alarm probability. That is the
 * correction for the number of things watched.
 *
 * Depends on base/, evaluate/, drift.h. Used by monitor.c. */
#ifndef MOTE_MONITOR_DETECTOR_H
#define MOTE_MONITOR_DETECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "evaluate/reference_profile.h"

typedef struct {
    int32_t window;            /* predictions, >= 1 */
    double false_alarm;        /* (0, 0.5] */
    int32_t groups_per_window; /* speakers behind a window; 0: 8, or as many as the
                                  reference has if that is fewer */
    int32_t n_bootstrap;       /* 0: 4000 */
    uint64_t seed;
} mote_detector_config;

typedef struct mote_detector mote_detector;

/* `profile` is borrowed until destroy. Errors: ARG a field is out of range; NOMEM. */
MOTE_MUST_USE mote_status mote_detector_create(const mote_reference_profile *profile,
                                               const mote_detector_config *cfg, mote_detector **out,
                                               mote_err *err);
void mote_detector_destroy(mote_detector *d);

typedef struct {
    int32_t thing; /* index into the profile's things */
    double psi;
    double threshold; /* PSI at which this thing alone would alarm */
    double p_value;   /* corrected for all things */
    /* Which way, of values that are there: the probability that one of the window is above one of
     * the reference, less that it is below; -1 to 1. And the shares that are missing. */
    double shift, missing, missing_before;
} mote_drift_finding;

typedef struct {
    bool is_drift;
    double p_value;     /* of the window: the smallest of the findings */
    int32_t n_findings; /* one per thing, smallest p-value (then largest PSI
                           over threshold) first */
    mote_drift_finding findings[MOTE_WATCH_MAX_THINGS];
} mote_drift_verdict;

/* Judge the histogram of a window: counts[n_things][MOTE_WATCH_MAX_BINS]. Pure; any thread. */
void mote_detector_judge(const mote_detector *d, const int32_t *counts, mote_drift_verdict *out);

/* "column 'hours': much higher than in training": what a finding says of a thing, for people. */
#define MOTE_DRIFT_WORDS_BYTES 200
void mote_drift_say(const mote_watched *thing, const mote_drift_finding *f,
                    char out[MOTE_DRIFT_WORDS_BYTES]);

#endif
