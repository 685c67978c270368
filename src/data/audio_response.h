/* SPDX-License-Identifier: Apache-2.0 */
/* Impulse responses, made once, and clips that go through them: rooms, microphones, bands.
 *
 * A clip is cut into blocks of a sixteenth of a second or a little more, a response into as many
 * parts of that length as it has; block j of the result is the sum over p of block j - p through
 * part p, each product taken in the spectrum (overlap-save, uniformly partitioned: Stockham 1966;
 * Wefers, Partitioned convolution algorithms for real-time auralization, 2014, chapter 5). Blocks
 * are lanes (loops.h), so one pass does several of them.
 *
 * Depends on base, data/lanes, data/loops. Used by audio_world.c. */
#ifndef MOTE_DATA_AUDIO_RESPONSE_H
#define MOTE_DATA_AUDIO_RESPONSE_H

#include "base/rng.h"
#include "data/lanes.h"
#include "project/section_effects.h"

#define MOTE_RESPONSE_PARTS 16 /* most of one: a second at least */

/* What clips of one length and rate share. */
typedef struct {
    mote_lane_fft fft; /* of two blocks */
    int32_t rate_hz;
    size_t block;     /* samples */
    size_t n_samples; /* of a clip */
    size_t n_blocks;  /* of a clip, a multiple of MOTE_MOST_LANES */
} mote_convolver;

/* Floats from one value of a spectrum to the next where those of all blocks lie side by side, with
 * silence before them. */
static inline size_t mote_convolver_stride(const mote_convolver *c)
{
    return MOTE_MOST_LANES + c->n_blocks;
}

typedef struct {
    size_t n_parts;
    float *spectrum; /* [2 block][n_parts] */
} mote_response;

typedef struct {
    mote_response *items; /* [n], owned */
    size_t n;
} mote_response_set;

/* Errors: ARG rate or length is not possible; NOMEM. */
MOTE_MUST_USE mote_status mote_convolver_init(int32_t rate_hz, size_t n_samples,
                                              mote_convolver *out, mote_err *err);
void mote_convolver_release(mote_convolver *c);

/* Floats of scratch that a call of mote_convolve needs; quickest where aligned to 64 bytes. */
size_t mote_convolver_scratch(const mote_convolver *c);

/* A response from its taps; those beyond MOTE_RESPONSE_PARTS blocks are left out. */
MOTE_MUST_USE mote_status mote_response_init(const mote_convolver *c, const float *taps, size_t n,
                                             mote_response *out, mote_err *err);

/* The response of least delay with a magnitude: gain_db [block + 1], of bin k at k rate / (2
 * block). Source: Oppenheim and Schafer, Discrete-Time Signal Processing, chapter 12 (the
 * minimum-phase sequence of a cepstrum folded onto positive time). */
MOTE_MUST_USE mote_status mote_response_of_magnitude(const mote_convolver *c, const double *gain_db,
                                                     mote_response *out, mote_err *err);

/* Room for n responses, empty. */
MOTE_MUST_USE mote_status mote_response_set_init(size_t n, mote_response_set *out, mote_err *err);
void mote_response_set_release(mote_response_set *s);

/* x [n_samples] through the response, in place. Cost at 16 kHz with 8 lanes, a second of sound:
 * 0.1 ms, and 5 us for each part of the response; with 4 lanes half as much again. */
void mote_convolve(const mote_convolver *c, const mote_response *r, float *scratch, float *x);

/* ---- what responses are made of ------------------------------------------------------------ */

/* A room of audio_room.c: what was drawn, and its taps, beginning with the direct sound. */
typedef struct {
    double size_m[3], rt60_s, distance_m;
    double direct_db; /* direct against all other sound */
    float *taps;      /* [n], owned by the caller (mote_free) */
    size_t n;
} mote_room_response;
MOTE_MUST_USE mote_status mote_room_response_make(const mote_project_effects *e, int32_t rate_hz,
                                                  mote_rng *r, mote_room_response *out,
                                                  mote_err *err);

/* Magnitudes of audio_microphone.c, gain_db [block + 1]. */
void mote_microphone_magnitude(const mote_convolver *c, const mote_project_effects *e, mote_rng *r,
                               double *gain_db);
/* A band with edges (-3 dB) of Butterworth's shape; `order` as of his filter. An edge at or above
 * half the rate is none. */
void mote_band_magnitude(const mote_convolver *c, double low_hz, double high_hz, int order,
                         double *gain_db);

#endif
