/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops of sound: what is done to every sample of a clip that is augmented. One source
 * (loops.inc) built for 4 and for 8 lanes; which build runs is chosen by the processor.
 *
 * Every build gives the same bits: lanes are independent results, a sum runs in four parts whatever
 * the number of lanes, and nothing is fused (-ffp-contract=off). tests/unit/data/test_loops.c holds
 * each loop against the plain lines that it stands for, bit for bit, and counts its instructions.
 *
 * Depends on base, audio_response (what is convolved), round. Used by audio_augment.c and what it
 * is made of, and by noise.c. */
#ifndef MOTE_DATA_LOOPS_H
#define MOTE_DATA_LOOPS_H

#include <stddef.h>
#include <stdint.h>

#include "data/audio_response.h"

/* Two clips that are added. */
typedef struct {
    const int16_t *x, *y; /* [n] */
    size_t n;
    float gain_x, gain_y;
} mote_mixing;

typedef struct {
    const char *name; /* "portable", "avx2" */

    /* mote_convolve of audio_response.h. */
    void (*convolve)(const mote_convolver *c, const mote_response *r, float *scratch, float *x);
    /* mote_voice_read_at of audio_voice.h. */
    void (*read_at)(const float *x, size_t n, double f, float *y, size_t n_out);

    /* out = x gain, and back: rounded and clipped as mote_round_i16 does. */
    void (*from_i16)(const int16_t *x, size_t n, float gain, float *out);
    void (*to_i16)(const float *x, size_t n, float gain, int16_t *out);
    /* x = x gain, rounded and clipped. */
    void (*gain_i16)(int16_t *x, size_t n, float gain);
    /* sum += x. */
    void (*add_i16)(const int16_t *x, size_t n, float *sum);
    /* The sum of squares, exact up to 2^31 samples. */
    int64_t (*energy_i16)(const int16_t *x, size_t n);
    /* The largest size of gain_x x + gain_y y; the same rounded and clipped: out may be x or y. */
    float (*mixed_peak)(const mote_mixing *m);
    void (*mix)(const mote_mixing *m, int16_t *out);

    void (*scale)(float *x, size_t n, float by);
    void (*divide)(float *x, size_t n, float by);
    void (*add_scaled)(const float *x, size_t n, float gain, float *sum); /* sum += gain x */
    /* x[i] *= from + rise i; n below 2^24. */
    void (*ramp)(float *x, size_t n, float from, float rise);
    /* The sum of squares, in four parts: sample i is in part i % 4, those of an unfinished four in
     * the first. */
    double (*energy)(const float *x, size_t n);
    /* The same of each frame of `frame` samples; the last one may be shorter. */
    void (*energies)(const float *x, size_t n, size_t frame, double *out);
    float (*peak)(const float *x, size_t n); /* the largest size */
    void (*limit)(float *x, size_t n, float most);
    /* x = tanh(gain x) by its continued fraction (Lambert): within 2e-3 of it, exactly 1 from 4 on.
     */
    void (*soften)(float *x, size_t n, float gain);
} mote_loops;

/* The widest build that this processor runs; lives as long as the program. */
const mote_loops *mote_loops_best(void);

/* The build of that name; NULL when this processor does not run it.
 * lint: unused_exports: tests hold each build against plain lines */
const mote_loops *mote_loops_find(const char *name);

#endif
