/* SPDX-License-Identifier: Apache-2.0 */
/* Images from files: decoded, turned upright, to grey or colour of 8 bits, to the size of an input.
 *
 * Read by content: PNG (libpng), JPEG (libjpeg-turbo), BMP, PBM/PGM/PPM; sets of images: IDX,
 * CIFAR. Everything becomes [height][width][n_channels] of 8 bits with 1 (grey) or 3 (red, green,
 * blue) channels: palettes are resolved, 16 bits and others scaled with rounding, what shows
 * through is laid on the background, CMYK becomes RGB, the EXIF orientation is applied. A picture
 * that the file has as grey stays grey.
 *
 * Hostile files: the size is known from the head and refused before anything is allocated for it
 * (max_pixels); progressive JPEGs of more than 100 scans are refused; a file that ends early or is
 * damaged is refused and named, never half a picture. Depends on base, device/signal/mrt_resize,
 * libpng, libjpeg. */
#ifndef MOTE_DATA_IMAGE_H
#define MOTE_DATA_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/status.h"
#include "device/signal/mrt_resize.h"

typedef enum {
    MOTE_IMAGE_PNG,
    MOTE_IMAGE_JPEG,
    MOTE_IMAGE_BMP,
    MOTE_IMAGE_PNM,
    MOTE_N_IMAGE_FORMATS /* none of them */
} mote_image_format;

const char *mote_image_format_name(mote_image_format f); /* "PNG", ..; "unknown" */

typedef struct {
    uint8_t *pixels; /* [height][width][n_channels], owned (mote_image_release) */
    int32_t width, height, n_channels;
} mote_image;

void mote_image_release(mote_image *image);

/* What the file held. */
typedef struct {
    mote_image_format format;
    int32_t width, height; /* before turning upright */
    int32_t n_channels;    /* 1, 3, 4 (CMYK); alpha not counted */
    int32_t bits;          /* of a channel, or of a palette's index */
    int32_t orientation;   /* EXIF, 1 .. 8; 1: as it is */
    bool has_alpha, has_palette, is_interlaced;
} mote_image_info;

typedef struct {
    size_t max_bytes;
    int64_t max_pixels; /* 1 .. 2^24 */
    uint8_t background; /* grey that transparent pixels lie on */
} mote_image_config;

mote_image_config mote_image_config_default(void); /* 64 MiB, 2^24, white */

/* Decode a file. *info may be NULL.
 * Errors: LIMIT        of bytes or pixels
 *         UNSUPPORTED  no image, or a kind of one that is not read: which
 *         CORRUPT      ends early or is damaged: where or how
 *         NOMEM */
MOTE_MUST_USE mote_status mote_image_decode(const mote_file_bytes *file,
                                            const mote_image_config *cfg, mote_image *out,
                                            mote_image_info *info, mote_err *err);

/* `image` as out[form->height][form->width][form->n_channels] by mrt_picture_fit, as a device does
 * it; out is the caller's. NOMEM. */
MOTE_MUST_USE mote_status mote_image_fit(const mote_image *image, const mrt_picture_form *form,
                                         uint8_t *out, mote_err *err);

/* What stays of a picture when it is resized, packed again, made brighter or given more contrast:
 * 16 x 16 averages as Haar coefficients, [coarse .. fine], without their mean, as a vector of
 * length 2^14. The squared distance of two is 2^29 * (1 - their correlation). false: of one colour,
 * or nearly, or no memory; out is then untouched. Source: Jacobs, Finkelstein, Salesin, Fast
 * Multiresolution Image Querying, 1995, section 3. */
#define MOTE_IMAGE_PRINT 256
bool mote_image_print(const mote_image *image, int16_t out[MOTE_IMAGE_PRINT]);

/* ---- many images in a file ---- */

typedef enum { MOTE_IMAGE_IDX, MOTE_IMAGE_CIFAR10, MOTE_IMAGE_CIFAR100 } mote_image_set_format;

/* IDX: magic 00 00 08 03 (grey) or 04 (the last dimension 1 or 3), big-endian sizes, pixels. CIFAR:
 * records of 1 (10 classes) or 2 (coarse and fine of 100) label bytes and 3 planes of 32 x 32; no
 * magic: by the size, and by labels that are all in range. */
typedef struct {
    mote_image_set_format format;
    int64_t n;
    int32_t width, height, n_channels;
    const uint8_t *bytes; /* borrowed */
    size_t record_bytes, pixels_at;
} mote_image_set;

/* Errors: UNSUPPORTED no set; CORRUPT sizes that the bytes do not hold; LIMIT. */
MOTE_MUST_USE mote_status mote_image_set_open(const mote_file_bytes *file, mote_image_set *out,
                                              mote_err *err);
/* Image i into out [height][width][n_channels]; its label, -1 when the file has none (IDX). */
int32_t mote_image_set_get(const mote_image_set *s, int64_t i, uint8_t *out);
/* An IDX file of labels (magic 00 00 08 01): labels are borrowed from the file. */
MOTE_MUST_USE mote_status mote_image_labels_open(const mote_file_bytes *file,
                                                 const uint8_t **labels, int64_t *n_labels,
                                                 mote_err *err);

#endif
