/* SPDX-License-Identifier: Apache-2.0 */
/* The FFT of real frames, LANES of them side by side in vectors of the machine: the lines that the
 * device's front end is made of (device/signal/mrt_fft_body.h), so that there is one FFT.
 *
 * A spectrum of n real samples is n vectors: [0] the real bin 0, [1] the real bin n/2, then for 0 <
 * k < n/2 real and imaginary part of bin k, conjugated from n/4 on. Two spectra are multiplied bin
 * by bin whatever is conjugated, since it is in both.
 *
 * Depends on base, device/signal. Used by audio_response.c and audio_codec.c; loops.inc has the
 * same lines for more lanes (lanes_body.h). */
#ifndef MOTE_DATA_LANES_H
#define MOTE_DATA_LANES_H

#include <stdint.h>

#include "base/status.h"

#define MOTE_LANES      4
#define MOTE_MOST_LANES 8 /* of a build of loops.inc */

/* Four numbers side by side; at any address of a float. */
typedef float mote_lane __attribute__((vector_size(4 * MOTE_LANES), aligned(4), may_alias));

typedef struct {
    uint32_t n;         /* samples of a frame, a power of two, 8 .. 65536 */
    float *sine;        /* [n] */
    uint16_t *reversed; /* [n/2]: bits of the index in the other order */
} mote_lane_fft;

/* Errors: ARG `n` is not possible; NOMEM. *out is owned by the caller. */
MOTE_MUST_USE mote_status mote_lane_fft_init(uint32_t n, mote_lane_fft *out, mote_err *err);
void mote_lane_fft_release(mote_lane_fft *f);

/* z [n] becomes twice the spectrum of x [n]. */
void mote_lanes_forward(const mote_lane_fft *f, const mote_lane *x, mote_lane *z);

/* x [n] becomes n/2 times the samples whose spectrum is z [n]; z is lost. */
void mote_lanes_inverse(const mote_lane_fft *f, mote_lane *z, mote_lane *x);

#endif
