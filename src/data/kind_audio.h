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

/* The rule for one clip: n samples in, exactly clip_samples out.
 *   shorter   zeros before and after, the recording in the middle
 *   longer    the window with the most energy; where neighbouring windows have nearly as much
 *             (2 %), the middle of that run, so that a short word is not cut at an edge
 * lint: unused_exports: a test holds it against the slow way */
void mote_audio_fit(const int16_t *in, size_t n, int16_t *out, size_t clip_samples);

/* The cutter (kind_audio_cut.c). Clips of silence are cut from the background recordings at evenly
 * spaced places, from the stretch of time that belongs to the split. */
mote_status mote_audio_check_cut(const mote_cut_config *cfg, mote_err *err);
mote_status mote_audio_shape(const mote_decoded *d, const mote_cut_config *cfg, mote_shape *out,
                             mote_err *err);
/* With a stride a recording is clips from its begin on, every stride_ms, what is left behind the
 * last left out; a shorter one is one clip. Without, it is one clip: where a word is. */
bool mote_audio_gives_one(const mote_cut_config *cfg);
size_t mote_audio_count(const mote_piece *s, const mote_cut_config *cfg);
void mote_audio_cut(const mote_piece *s, const mote_cut_config *cfg, size_t k, void *out);
mote_status mote_audio_load_own(mote_loader *l, mote_err *err);
mote_status mote_audio_make_silence(mote_loader *l, void *out, mote_err *err);

/* The decoded samples of a recording; borrowed. */
static inline const mote_audio *mote_decoded_audio(const mote_decoded *d)
{
    return d->own;
}

#endif
