/* SPDX-License-Identifier: Apache-2.0 */
/* Augmentation: the small changes that a training clip goes through each time it is used.
 *
 *     vocal tract, tempo, pitch, speed -> shift in time -> loudspeaker, room -> background noise,
 * car noise, gain
 *       -> microphone to codec (audio_world.h) -> (features) -> masks
 *
 * What is drawn for a clip is a function of (seed, epoch, index of the clip) and nothing else, so
 * training is the same on 1 thread or 8. Settings: the section `augmentation` of mote.yaml.
 *
 *   speed   the clip is read at factor f about its middle (audio_voice.h); above 1 the top octave
 *           folds a little, which is inaudible for factors up to 1.3, and the clip is over before
 *           the window is: around it are zeros, or what a stream goes on with (goes_on)
 *   tempo   stretched about its middle, the pitch stays
 *   vocal_tract  formants moved (audio_tract.h)
 *   pitch   read at factor p = 2^(semitones/12), then stretched back to its length
 *   masks   SpecAugment without warping (Park et al., 2019, arXiv:1904.08779, section 2)
 *
 * Depends on base, project (the settings), data/noise, audio_place, audio_voice, audio_world. Used
 * by the source of training clips. */
#ifndef MOTE_DATA_AUDIO_AUGMENT_H
#define MOTE_DATA_AUDIO_AUGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/status.h"
#include "data/audio.h"
#include "project/project.h"

typedef mote_project_augmentation mote_augment_config;

typedef struct mote_augment mote_augment;

typedef struct {
    mote_augment_config cfg;
    int32_t rate_hz;
    size_t clip_samples;
    uint64_t seed;
    /* Recordings to mix in, borrowed for the life of the object. Those shorter than a clip are
     * repeated. Empty: white, pink, hum and fan noise are synthesised instead. */
    mote_audio_set background;
    int32_t n_workers; /* threads that call apply at once, at least 1 */
    /* What is read beyond the ends of a clip is what a stream has there (audio_place.h): the clip's
     * own quiet part, else background at its level; false: zeros, as a clip was cut. */
    bool goes_on;
    /* Clips of other words, [clip_samples] each, for babble; borrowed. Empty: there is none. */
    mote_audio_set others;
} mote_augment_setup;

/* Prepare. When car noise is wanted, 24 stretches of 6 s are made now (0.2 s of CPU).
 * Errors: ARG a setting out of the range of config.def, NOMEM. */
MOTE_MUST_USE mote_status mote_augment_create(const mote_augment_setup *setup, mote_augment **out,
                                              mote_err *err);
void mote_augment_destroy(mote_augment *a);

/* The random numbers of one use of one clip. */
void mote_augment_rng(mote_rng *r, uint64_t seed, uint64_t epoch, uint64_t index);

/* One clip: in and out are [clip_samples], and must not overlap. `worker` below n_workers; two
 * threads must not use the same one at once. Cost of a second of sound at 16 kHz: under 0.05 ms
 * without pitch and tempo (0.5 ms each), vocal_tract (0.5 ms) and the world (0.25 ms where
 * everything comes as often as in `everywhere`). */
void mote_augment_apply(const mote_augment *a, int32_t worker, mote_rng *r, const int16_t *in,
                        int16_t *out);

/* Masks over features [n_frames][n_bins]; `fill` [n_bins] is what a mask leaves, NULL: the clip's
 * own mean of each bin. */
void mote_augment_mask(const mote_augment_config *cfg, mote_rng *r, float *features,
                       int32_t n_frames, int32_t n_bins, const float *fill);

#endif
