/* SPDX-License-Identifier: Apache-2.0 */
/* Augmentation of series: each window drawn anew from (seed, epoch, position), the same on any
 * thread.
 *
 *     turn -> magnitude -> delay -> noise
 *
 *   turn       a sensor that is mounted another way: the axes x, y, z of each sensor are turned
 *              about the same random line (Rodrigues' rotation)
 *   magnitude  a movement made larger or smaller: what differs from the window's mean of the axis
 *   delay      earlier or later in the window; the first or last values stand in what is left free
 *   noise      a worse sensor: white noise, measured by the deviation of each axis in training
 *
 * A setting of 0 leaves its step out; all 0 is a copy. Every draw is made whether or not it is
 * used, so that one setting does not move another. Depends on base. */
#ifndef MOTE_DATA_SERIES_AUGMENT_H
#define MOTE_DATA_SERIES_AUGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/status.h"

typedef struct {
    double noise;       /* 0 .. 1: deviation is 0 to this share of that of the axis */
    double magnitude;   /* 0 .. 0.9: up to this share more or less */
    double delay_steps; /* 0 ..: up to so many either way */
    double turn_deg;    /* 0 .. 180: by up to so much either way */
} mote_series_augment;

/* What is changed. Borrowed, but for what is found in `a`. */
typedef struct {
    mote_series_augment cfg;
    size_t n_steps, n_axes;
    const double *deviation; /* [n_axes] */
    const size_t *triples;   /* [n_triples] x, y and z begin at these axes */
    size_t n_triples;
} mote_series_augmenter;

/* Prepare for windows [n][n_steps][n_axes] whose axes are called names[n_axes] (NULL: nothing).
 * Three axes side by side are those of one sensor when their names differ in one letter alone,
 * which is x, y, z. Lives as long as `a`.
 * Errors: ARG a setting out of range, or a turn where no three axes are called so; NOMEM. */
typedef struct {
    const float *x;
    size_t n, n_steps, n_axes;
    const char *const *names;
} mote_series_windows;
MOTE_MUST_USE mote_status mote_series_augmenter_init(const mote_series_augment *cfg,
                                                     const mote_series_windows *w, mote_arena *a,
                                                     mote_series_augmenter *out, mote_err *err);

/* The stream of draws of one use of a window. */
void mote_series_augment_rng(mote_rng *r, uint64_t seed, uint32_t epoch, uint32_t position);

/* in, out: [n_steps][n_axes], not the same memory. */
void mote_series_augment_apply(const mote_series_augmenter *g, mote_rng *r, const float *in,
                               float *out);

#endif
