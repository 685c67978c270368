/* SPDX-License-Identifier: Apache-2.0 */
/* A voice with another vocal tract: formants move, pitch and tempo stay.
 *
 * The envelope of each frame's spectrum, which the tract gives it, is the cepstrum below 2 ms
 * (Oppenheim and Schafer, Discrete-Time Signal Processing, chapter 13); frames of sine windows
 * overlap by half. A tract longer by a factor has its resonances lower by it, so bin f takes the
 * envelope of f times the factor (E. Eide and H. Gish, A parametric approach to vocal tract length
 * normalization, ICASSP 1996; N. Jaitly and G. Hinton, Vocal tract length perturbation, 2013, as
 * augmentation). Bins are scaled by real numbers: harmonics and noise stay where they are.
 *
 * Depends on base, data/lanes. Used by audio_augment.c. */
#ifndef MOTE_DATA_AUDIO_TRACT_H
#define MOTE_DATA_AUDIO_TRACT_H

#include <stddef.h>
#include <stdint.h>

#include "data/lanes.h"

/* What all clips of a rate share. */
typedef struct {
    mote_lane_fft fft; /* of a frame: 25 ms or a little more */
    float *window;     /* [fft.n] */
    float *lifter;     /* [fft.n]: the part of the cepstrum that is the envelope */
} mote_tract;

/* Errors: ARG the rate is below 1 kHz or above 384; NOMEM. *out is owned by the caller. */
MOTE_MUST_USE mote_status mote_tract_init(int32_t rate_hz, mote_tract *out, mote_err *err);
void mote_tract_release(mote_tract *t);

/* Floats of scratch that a call of mote_tract_warp needs. */
size_t mote_tract_scratch(const mote_tract *t);

/* y [n] is x [n] from a tract `length` times as long (0.5 .. 2; 1: x but for rounding). They do not
 * overlap. Floats of any scale. Cost: 0.5 ms a second of sound at 16 kHz. */
void mote_tract_warp(const mote_tract *t, double length, float *scratch, const float *x, float *y,
                     size_t n);

#endif
