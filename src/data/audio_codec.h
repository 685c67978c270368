/* SPDX-License-Identifier: Apache-2.0 */
/* What few bits leave of sound: companding, differences, bands, coarse samples. In place, full
 * scale
 * 1. Nothing here is a file format: only the error that each coding makes is wanted.
 *
 * Depends on base, data/lanes. Used by audio_world.c. */
#ifndef MOTE_DATA_AUDIO_CODEC_H
#define MOTE_DATA_AUDIO_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/lanes.h"

/* A 16-bit sample there and back. Source: ITU-T G.711, tables 2a and 1a: mu-law of 14 bits with
 * bias 33, A-law of 13 bits, eight segments of sixteen steps.
 * lint: unused_exports: a test holds them against the tables */
int16_t mote_mu_law(int16_t x);
/* lint: unused_exports: a test holds it against the tables */
int16_t mote_a_law(int16_t x);

/* `step` samples apart: the others become 0, as before a filter that fills them in. */
void mote_codec_mu_law(float *x, size_t n, size_t step);
void mote_codec_a_law(float *x, size_t n, size_t step);

/* 4 bits of difference to a prediction, with a step that adapts. Source: IMA Digital Audio Focus
 * and Technical Working Groups, Recommended Practices, revision 3.00, 1992, section 6. */
void mote_codec_adpcm(float *x, size_t n);

/* Samples of so many bits, 1 to 16, rounded to the middle of their step. */
void mote_codec_linear(float *x, size_t n, int bits);

/* A transform coder in miniature: frames of 2 fft->n / 2 samples that overlap by half under a sine
 * window, their spectrum in bands of a third octave or at least four bins, each divided by its
 * largest value in steps of 1.5 dB and rounded to `bits` bits less one for every 12 dB under the
 * loudest band of the frame; a band without bits is silent. scratch holds 3 fft->n * MOTE_LANES
 * floats. Source: the shape of it is that of MPEG-1 layer II (ISO/IEC 11172-3, C.1.5.2). */
void mote_codec_sub_band(const mote_lane_fft *fft, float *scratch, float *x, size_t n, int bits);

#endif
