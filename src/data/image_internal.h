/* SPDX-License-Identifier: Apache-2.0 */
/* What the decoders of images share. */
#ifndef MOTE_DATA_IMAGE_INTERNAL_H
#define MOTE_DATA_IMAGE_INTERNAL_H

#include "data/image.h"

/* A file to decode, and where the picture goes. */
typedef struct {
    const uint8_t *bytes;
    size_t n;
    const char *what;
    const mote_image_config *cfg;
    mote_image image;
    mote_image_info info;
} mote_image_job;

/* Check the size against the limits and allocate the picture, zeroed. */
MOTE_MUST_USE mote_status mote_image_begin(mote_image_job *job, int64_t width, int64_t height,
                                           int32_t n_channels, mote_err *err);

MOTE_MUST_USE mote_status mote_image_png(mote_image_job *job, mote_err *err);
MOTE_MUST_USE mote_status mote_image_jpeg(mote_image_job *job, mote_err *err);
MOTE_MUST_USE mote_status mote_image_bmp(mote_image_job *job, mote_err *err);
MOTE_MUST_USE mote_status mote_image_pnm(mote_image_job *job, mote_err *err);

#endif
