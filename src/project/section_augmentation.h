/* SPDX-License-Identifier: Apache-2.0 */
/* Section `augmentation` of mote.yaml: what is done to a training sample each time it is used. The
 * keys are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_AUGMENTATION_H
#define MOTE_PROJECT_SECTION_AUGMENTATION_H

#include <stdbool.h>
#include <stdint.h>

#include "project/section_conditions.h"
#include "project/section_effects.h"
#include "project/setting_types.h"

typedef struct {
    const char *position;     /* "clip", "stream" */
    double shift_ms, gain_db; /* drawn in [-x, x] */
    double noise_probability;
    mote_span noise_snr_db;
    double car_noise_probability;
    mote_span car_noise_snr_db;
    mote_span speed;           /* factor; 1..1: off */
    mote_span pitch_semitones; /* 0..0: off */
    mote_span tempo;           /* factor, pitch kept; 1..1: off */
    mote_span vocal_tract;     /* its length, as a factor; 1..1: off */
    int32_t time_masks, time_mask_frames;
    int32_t frequency_masks, frequency_mask_bins;
    const char *world; /* presets of the effects: "off", "home", .. */
    mote_project_effects effects;
    double babble_probability;
    mote_span babble_snr_db;
    int32_t babble_voices;
    double conditions; /* share of clips under one of `conditions` instead */
    /* Those, when the share is more than 0 (pipeline/settings.c); no key. */
    mote_project_conditions under;
    /* Of pictures (data/image_augment.h says what each does). */
    bool flip_across, flip_down;
    double crop, rotate_deg, brightness, contrast, pixel_noise, cut_out;
    /* Of series (data/series_augment.h). */
    double axis_noise, magnitude, delay_ms, turn_deg;
} mote_project_augmentation;

#endif
