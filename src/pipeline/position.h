/* SPDX-License-Identifier: Apache-2.0 */
/* Samples with what they are about moved in their window, as a stream brings it: by kind of input.
 * What lies outside of a sample is what surrounds it there (data/audio_place.h).
 *
 * Depends on data/dataset.h. Used by evaluate_position.c. */
#ifndef MOTE_PIPELINE_POSITION_H
#define MOTE_PIPELINE_POSITION_H

#include "data/dataset.h"

/* All live as long as the arena. */
typedef struct {
    const void *samples; /* [n] of the shape of the data set */
    float *share;        /* [n] of what each is about that the window holds */
    bool *has_word;      /* [n]: something in it can be told from the rest */
    double word_ms;      /* median length of those */
} mote_positioned;

/* Where the middle of what a sample is about lies, behind the middle of the window. */
typedef struct {
    double offset_ms;
    int32_t nothing; /* class of samples that are about nothing; -1: none */
    uint64_t seed;   /* of what surrounds a sample */
} mote_position;

/* Does the kind say where things lie in a sample? */
bool mote_position_offered(mote_input_kind input);

/* Samples of `d` at a position: a function of the two. */
MOTE_MUST_USE mote_status mote_position_samples(const mote_dataset *d, const mote_position *where,
                                                mote_arena *a, mote_positioned *out, mote_err *err);

/* The row of sound. */
MOTE_MUST_USE mote_status mote_position_words(const mote_dataset *d, const mote_position *where,
                                              mote_arena *a, mote_positioned *out, mote_err *err);

#endif
