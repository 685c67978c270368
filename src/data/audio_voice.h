/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of the voice itself: read faster or slower, stretched. Floats of any scale. Depends on
 * nothing. Used by audio_augment.c. */
#ifndef MOTE_DATA_AUDIO_VOICE_H
#define MOTE_DATA_AUDIO_VOICE_H

#include <stddef.h>
#include <stdint.h>

/* y [n_out] is x [n] read f times as fast about its middle, zero outside: tempo and pitch change
 * together, as on a tape. Cubic interpolation. */
void mote_voice_read_at(const float *x, size_t n, double f, float *y, size_t n_out);

/* y [n_out] is x [n] at another tempo, pitch kept: pieces of 20 ms that overlap where they fit best
 * (SOLA: Roucos and Wilgus, ICASSP 1985). */
void mote_voice_stretch(const float *x, size_t n, float *y, size_t n_out, int32_t rate_hz);

#endif
