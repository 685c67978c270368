/* SPDX-License-Identifier: Apache-2.0 */
/* Augmentation of images: each drawn anew from (seed, epoch, image), the same on any thread.
 *
 * In this order: one move of the picture (mirrored, a smaller part, turned; between pixels bilinear
 * in steps of 1/256, outside the nearest edge), brightness and contrast as one line, noise, a
 * square cut out. A setting of 0 leaves its step out; all 0 is a copy. Depends on base,
 * device/signal/mrt_resize. */
#ifndef MOTE_DATA_IMAGE_AUGMENT_H
#define MOTE_DATA_IMAGE_AUGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/status.h"
#include "device/signal/mrt_resize.h"

typedef struct {
    bool flip_across,
        flip_down;    /* left and right, top and bottom change places, half of the times */
    float crop;       /* 0 .. 0.9: up to this share of each side is left out, anywhere */
    float rotate_deg; /* 0 .. 180: by up to so much either way */
    float brightness; /* 0 .. 1: up to this share of the range is added or taken */
    float contrast;   /* 0 .. 0.9: differences to the middle grow or shrink by up to this share */
    float noise;      /* 0 .. 0.5: standard deviation, as a share of the range, is 0 to this */
    float cut_out;    /* 0 .. 0.9: a square of up to this share of the shorter side becomes grey */
} mote_image_augment;

/* ARG names the field that is outside its range. */
MOTE_MUST_USE mote_status mote_image_augment_check(const mote_image_augment *cfg, mote_err *err);

/* The stream of draws of one image in one epoch. */
void mote_image_augment_rng(mote_rng *r, uint64_t seed, uint32_t epoch, uint32_t image);

/* A picture of the same size and colours, [height][width][n_channels], in other memory. cfg has
 * passed the check. */
void mote_image_augment_apply(const mote_image_augment *cfg, mote_rng *r, const mrt_picture *in,
                              uint8_t *out);

#endif
