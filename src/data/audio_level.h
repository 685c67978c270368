/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of a clip as floats, full scale 1: what an amplifier, a compressor and a converter do.
 * In place, n samples; nothing is drawn here but noise. Depends on base, data/loops. Used by
 * audio_world.c. */
#ifndef MOTE_DATA_AUDIO_LEVEL_H
#define MOTE_DATA_AUDIO_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"

/* Sound as floats that change in place. */
typedef struct {
    float *x; /* [n] */
    size_t n;
    int32_t rate_hz;
} mote_floats;

/* Of the speech: root mean square over the 20 ms frames that have at least a hundredth of the
 * energy of the loudest one, in dB of full scale; -120 for silence. As mote_speech_level_dbfs. */
double mote_floats_speech_dbfs(const mote_floats *s);

/* The speech to a level. Silence stays. */
void mote_floats_set_level(const mote_floats *s, double dbfs);

/* Add noise of a level. Its colour is drawn: white to steeper than pink. Cost: 60 us for 16,000. */
void mote_floats_add_floor(const mote_floats *s, double dbfs, mote_rng *r);

/* A compressor of feed-forward design: its gain follows the level of the signal, in 5 ms when that
 * rises and release_ms when it falls, and is set every millisecond and drawn linearly between.
 * Above the threshold (15 dB under the speech) `ratio` dB become one; the speech keeps its level.
 * Source: Giannoulis, Massberg, Reiss, "Digital dynamic range compressor design", JAES 60(6), 2012.
 */
void mote_floats_compress(const mote_floats *s, double ratio, double release_ms);

/* Automatic gain control: the level that it sees (attack 20 ms, release 500 ms) is brought to dbfs,
 * by at most 30 dB up and 40 down, and not where it is more than 30 dB under the speech. */
void mote_floats_automatic_gain(const mote_floats *s, double dbfs);

/* Cut off the loudest `share` of the samples of the speech, and give it back its level. */
void mote_floats_clip(const mote_floats *s, double share);

/* Driven until its loudest peak is drive_db over 1, through tanh, and back to its level. */
void mote_floats_saturate(const mote_floats *s, double drive_db);

#endif
