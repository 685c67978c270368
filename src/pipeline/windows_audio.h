/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of training as a stream brings them (augmentation.position: stream).
 *
 *     share of the word that is in the window   0 ....... 0.5 ------ 0.9 ....... 1
 *     target                                    other     rising     the word
 *
 * Most windows hold all of the word, anywhere it fits (and up to a tenth of it cut off), with its
 * middle at most shift_ms off the middle of the window. The others hold a part of it: what a device
 * sees before it has heard a word, and after, which must not be taken for another one; less than a
 * seventh of a word is silence where there is such a class. Around the word the clip goes on (data/
 * audio_place.h), now and then with another word of the data set.
 *
 * What is drawn is a function of the generator alone. Depends on data/audio_place.h. Used by
 * source_audio.c. */
#ifndef MOTE_PIPELINE_WINDOWS_AUDIO_H
#define MOTE_PIPELINE_WINDOWS_AUDIO_H

#include "data/audio_augment.h"
#include "data/dataset.h"
#include "pipeline/source.h"

typedef struct mote_windows mote_windows;

bool mote_windows_wanted(const mote_augment_config *cfg);

/* Look at every clip of `d`, which is borrowed. n_workers threads draw at once. */
MOTE_MUST_USE mote_status mote_windows_create(const mote_dataset *d, double shift_ms,
                                              int32_t n_workers, mote_windows **out, mote_err *err);
void mote_windows_destroy(mote_windows *w);

/* One window around a sample, borrowed until the worker's next one. */
const int16_t *mote_windows_draw(const mote_windows *w, int32_t worker, uint32_t sample,
                                 mote_rng *rng, mote_source_target *target);

#endif
