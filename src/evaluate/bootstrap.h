/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals by the bootstrap over whole groups, for any number that can be computed of weighted
 * samples.
 *
 * Samples of one group (a speaker, a machine, a day) are alike, so groups are drawn, not samples.
 * The same function gives the estimate and every resample, so that an interval can never be of
 * another definition than its estimate. Same input and seed, same bytes. Depends on
 * base/interval.h. Used by the answers.
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and 13. */
#ifndef MOTE_EVALUATE_BOOTSTRAP_H
#define MOTE_EVALUATE_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/interval.h"
#include "base/mem.h"
#include "base/status.h"

typedef struct {
    size_t n;              /* samples */
    const int32_t *groups; /* [n] in [0, n_groups), or NULL: each sample stands alone */
    int32_t n_groups;
    double confidence; /* in (0, 1) */
    int32_t n_resamples;
    uint64_t seed;
} mote_bootstrap_config;

/* Numbers that can be computed of weighted samples. */
typedef struct {
    size_t n; /* numbers */
    /* values[n] of the samples, each counted weights[i] times (0: not there). NaN for what cannot
     * be said of them. */
    void (*measure)(void *arg, const uint32_t *weights, double *values);
    void *arg; /* borrowed: the samples */
} mote_statistic;

/* out [s->n]: each number with its percentile interval. Resamples of which a number cannot be said
 * are left out of its interval; when that is most of them, lo and hi are NaN.
 *
 * Errors: ARG  n = 0, a group out of range, config out of range; NOMEM
 * Cost:   n_resamples times `measure`, and 8 bytes for each resample and value. Scratch of `a` is
 *         rewound. */
MOTE_MUST_USE mote_status mote_bootstrap(const mote_bootstrap_config *cfg, const mote_statistic *s,
                                         mote_arena *a, mote_interval *out, mote_err *err);

#endif
