/* SPDX-License-Identifier: Apache-2.0 */
/* Where a word lies in its clip, and the window of a stream that holds it somewhere else.
 *
 *     clip      ....[ word ]........          what was recorded
 *     window       |..[ word ]......~~~|      the same word, earlier: ~ is what a stream goes on
 * with
 *
 * A device looks at a stream every hop, and the word lies wherever it lies; a clip was cut by
 * somebody so that the word is in the middle. Whoever trains or judges by windows of another place
 * has to fill what lies outside of the clip, and not with digital zeros, which no microphone gives:
 * the clip goes on with its own quiet parts, or where it has none with background at its own level.
 *
 * The spoken part is found by energy: frames of 10 ms that stand 10 dB above the quiet ones and at
 * most 35 dB under the loudest, from the loudest one outwards, over gaps of up to 200 ms (the
 * closure of a plosive, the pause between two words of a phrase). Source of the kind of rule: L.
 * Rabiner and M. Sambur, An Algorithm for Determining the Endpoints of Isolated Utterances (1975).
 *
 * Pure functions; what is drawn is drawn from the caller's generator. Depends on base, data/audio.
 * Used by training (pipeline/source_audio.c), and where positions are judged. */
#ifndef MOTE_DATA_AUDIO_PLACE_H
#define MOTE_DATA_AUDIO_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "data/audio.h"

/* Samples [from, to) of a clip. */
typedef struct {
    size_t from, to;
} mote_stretch_of;

/* What was found in a clip; the samples are borrowed. */
typedef struct {
    const int16_t *clip; /* [n] */
    size_t n;
    int32_t rate_hz;
    mote_stretch_of word;  /* the spoken part; all of the live part when nothing stands out */
    mote_stretch_of live;  /* without digital silence before and after */
    mote_stretch_of quiet; /* the longest stretch beside the word; empty: there is none */
    double floor_rms;      /* of its quietest tenth that is not digital silence */
    bool stands_out;       /* a part is louder than the rest by 6 dB, or than digital silence */
} mote_placed;

/* Look at a clip of n > 0 samples. Cost: a few microseconds a second of sound. */
mote_placed mote_place_look(const int16_t *clip, size_t n, int32_t rate_hz);

/* Where a window of the clip's length begins, from the begin of the clip, so that the middle of the
 * word lies `offset` samples behind the middle of the window. */
int64_t mote_place_window(const mote_placed *p, int64_t offset);

/* How much of the word a window from `at` on holds, 0 to 1. */
double mote_place_share(const mote_placed *p, int64_t at);

/* What a stream has around a clip. All borrowed. */
typedef struct {
    const mote_audio_set *background;  /* NULL or empty: white noise */
    const mote_placed *before, *after; /* other words; NULL: none */
    size_t gap_before, gap_after;      /* samples between that word and this one */
} mote_surroundings;

/* The window [at, at + p->n) of the clip with what surrounds it: its own quiet part, in pieces that
 * fade into each other, else a stretch of background as loud as the quietest tenth of the clip;
 * and on top of that the words before and after. Seams are faded over 5 ms. out [n] must not
 * overlap the clip. */
void mote_place_cut(const mote_placed *p, int64_t at, const mote_surroundings *around,
                    mote_rng *rng, int16_t *out);

#endif
