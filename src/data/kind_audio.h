/* SPDX-License-Identifier: Apache-2.0 */
/* The audio kind in its own words: for those who work with sound and nothing else (noise, streams,
 * augmentation). Depends on data/kind, data/dataset, data/audio. */
#ifndef MOTE_DATA_KIND_AUDIO_H
#define MOTE_DATA_KIND_AUDIO_H

#include "data/audio.h"
#include "data/dataset.h"
#include "data/kind.h"

/* What a data set of sound has beside its clips. */
typedef struct {
    int32_t rate_hz;
    mote_audio_set background; /* the split's stretches of the background recordings */
} mote_audio_own;

/* Borrowed; d is a data set of sound. */
static inline const mote_audio_own *mote_audio_of(const mote_dataset *d)
{
    return d->own;
}

/* What is wanted and allowed, in the words of data/audio. */
mote_audio_config mote_audio_config_from(const mote_decoding *cfg);

/* The decoded samples of a recording; borrowed. */
static inline const mote_audio *mote_decoded_audio(const mote_decoded *d)
{
    return d->own;
}

#endif
