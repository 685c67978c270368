/* SPDX-License-Identifier: Apache-2.0 */
/* A batch source for the trainer: clips, augmented anew each time, through the front end. A clip of
 * _silence_ is cut from the split's background at another place each time.
 *
 * What a sample becomes depends on (seed, epoch, position) alone. Used by the train and compress
 * stages. */
#ifndef MOTE_PIPELINE_SOURCE_AUDIO_H
#define MOTE_PIPELINE_SOURCE_AUDIO_H

#include "data/augment.h"
#include "data/dataset.h"
#include "feature/frontend.h"
#include "learn/source.h"

typedef struct mote_source_audio mote_source_audio;

/* All pointers are borrowed until destroy. scale: features are divided by it. n_workers: threads of
 * the pool that will be idle during a fill. */
typedef struct {
    const mote_dataset *clips;
    const mote_frontend *features;
    const mote_augment_config *augmentation;
    uint64_t seed; /* of the stretches of synthetic noise */
    double scale;
    int32_t n_workers;
} mote_source_audio_config;

MOTE_MUST_USE mote_status mote_source_audio_create(const mote_source_audio_config *cfg,
                                                   mote_source_audio **out, mote_err *err);
void mote_source_audio_destroy(mote_source_audio *s);
mote_batch_source mote_source_audio_batches(mote_source_audio *s);

#endif
