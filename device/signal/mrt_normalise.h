/* SPDX-License-Identifier: Apache-2.0 */
/* What a window does to the frames of sound in it, so that the colour and the gain of a microphone
 * and the floor of noise under it do not matter.
 *
 *     frames of mrt_frontend --> kept as int16 --> [window of n_frames] --> normalised, Q12
 *
 * A look at a window computes from its own frames alone and keeps nothing: a clip, the same second
 * in a stream and the same second in another chunking give the same bits, and a stream that has
 * just begun is heard as one that has been listening. Band by band (or coefficient by coefficient),
 * with x[t] the value of frame t, t = 0..n_frames-1, in time:
 *
 *   mean      x[t] - mean over the window of x. A linear filter or a gain adds a constant to the
 *             logarithm of a band, which is taken off (cepstral mean normalisation).
 *   running   m[t] = (1 - s) m[t-1] + s x[t]; v[t] = (1 - s) v[t-1] + s (x[t] - m[t])^2;
 *             (x[t] - m[t]) / sqrt(v[t] + 1/4); m[-1] and v[-1] are the window's mean and variance
 *   pcen      per-channel energy normalisation, E = exp(x): M[t] = (1 - s) M[t-1] + s E[t];
 *             (E[t] / M[t]^gain + bias)^power - bias^power; M[-1] = exp(mean over the window of x).
 *             Of log-mel values only. E has the front end's 1e-6 in it, so M is never 0.
 *
 * s = hop / (T + hop) for the time constant T. Sources: Wang, Getreuer, Hughes, Lyon, Saurous,
 * Trainable Frontend For Robust and Far-Field Keyword Spotting, ICASSP 2017, equations 1 and 2;
 * Lostanlen, Salamon, Cartwright, McFee, Farnsworth, Kelling, Bello, Per-Channel Energy
 * Normalization: Why and How, IEEE SPL 26 (2019).
 *
 * Integers only, for the front ends of both arithmetics: one computation, the same bits everywhere.
 * mrt_normalise.c states the formats and the bounds.
 *
 * Freestanding; the caller supplies all memory. Used by src/feature/ and by the firmware. */
#ifndef MRT_NORMALISE_H
#define MRT_NORMALISE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Goes up whenever any output bit of any settings changes: it is part of every cache key. */
#define MRT_NORMALISE_VERSION 1

#define MRT_NORMALISE_Q          12 /* fraction bits of what is normalised, as MRT_FRONTEND_Q */
#define MRT_NORMALISE_STATE      2  /* int32 of state for each value of a frame */
#define MRT_NORMALISE_MAX_FRAMES 32768

typedef enum {
    MRT_NORMALISE_NONE = 0, /* the network is given the frames as they are: not for this file */
    MRT_NORMALISE_MEAN = 1,
    MRT_NORMALISE_RUNNING = 2,
    MRT_NORMALISE_PCEN = 3
} mrt_normalise_method;

/* Plain integers, so that a configuration is the same bytes everywhere. Those that the method does
 * not read are 0. */
typedef struct {
    int32_t method;    /* mrt_normalise_method, not NONE */
    int32_t n_frames;  /* of a window, 1..MRT_NORMALISE_MAX_FRAMES */
    int32_t n_values;  /* of a frame, 1..128 */
    int32_t fraction;  /* fraction bits of kept values: 10 of log-mel, 7 of coefficients */
    int32_t rate_q15;  /* s of running and pcen, 1..32767 */
    int32_t gain_q15;  /* of pcen, 0..32768 */
    int32_t bias_q16;  /* of pcen, 655 (0.01) .. 6553600 (100) */
    int32_t power_q15; /* of pcen, 328 (0.01) .. 32768 */
    int32_t base_q12;  /* of pcen, bias^power: mrt_normalise_base */
} mrt_normalise;

/* 1 when every field is in its range, and pcen is of log-mel values. */
int32_t mrt_normalise_check(const mrt_normalise *n);

/* base_q12 for the other settings. */
int32_t mrt_normalise_base(const mrt_normalise *n);

/* A frame's n values as they are kept, rounded (halves up) and bounded to int16: of single
 * precision, and of fixed point (Q12). */
void mrt_normalise_keep_f32(const mrt_normalise *n, const float *x, int16_t *out);
void mrt_normalise_keep_fixed(const mrt_normalise *n, const int32_t *x, int16_t *out);

/* One look: begin with all frames [n_frames][n_values] of the window, oldest first, then next with
 * each of them in that order, out [n_values]. state [MRT_NORMALISE_STATE * n_values] is the
 * caller's; nothing of it outlives the look. |out| < 2^24. */
void mrt_normalise_begin(const mrt_normalise *n, const int16_t *frames, int32_t *state);
void mrt_normalise_next(const mrt_normalise *n, const int16_t *frame, int32_t *state, int32_t *out);

#ifdef __cplusplus
}
#endif

#endif
