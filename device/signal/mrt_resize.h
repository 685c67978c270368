/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures to the size of a model's input, in whole numbers: the same bytes on host and device.
 *
 * Resizing is the area average: an output pixel is the mean of the source pixels that it covers,
 * each weighed by how much of it is covered. In one dimension, with n source pixels and m output
 * pixels, put both on a line of n * m units: source pixel i covers [i*m, (i+1)*m), output pixel x
 * covers [x*n, (x+1)*n); the weight of i is the length of what they share, and the weights of x add
 * up to n. In two dimensions weights multiply:
 *
 *     out = (sum of wy * wx * in + n_x * n_y / 2) / (n_x * n_y)      rounded half up
 *
 * Range: 255 * n_x * n_y + n_x * n_y / 2 fits 32 bits as long as n_x * n_y <= 2^24. */
#ifndef MRT_RESIZE_H
#define MRT_RESIZE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MRT_RESIZE_MAX_PIXELS (1 << 24) /* of the source rectangle */

typedef struct {
    int32_t x, y, width, height;
} mrt_rect;

typedef enum {
    MRT_FIT_STRETCH,  /* all of the source to all of the output, whatever the proportions */
    MRT_FIT_CROP,     /* the largest middle part of the source that has the output's proportions */
    MRT_FIT_LETTERBOX /* all of the source to the largest middle part of the output that has its own
                       */
} mrt_fit;

/* A picture as it comes: pixels [height][width][n_channels], 1 (grey) or 3 (red, green, blue). */
typedef struct {
    const uint8_t *pixels;
    int32_t width, height, n_channels;
} mrt_picture;

/* As a model takes it; fill: around a letterbox. */
typedef struct {
    mrt_fit fit;
    int32_t width, height, n_channels;
    uint8_t fill;
} mrt_picture_form;

/* Which part of a source of width x height goes to which part of an output of that form. All four
 * sides are 1 .. 65535. Rounding: to the nearest pixel, a half up, at least 1; what is left over is
 * one pixel more on the right and below. */
void mrt_fit_rects(const mrt_picture_form *form, int32_t width, int32_t height, mrt_rect *source,
                   mrt_rect *output);

/* Rectangle `from` of a picture to rectangle `to` of out [..][out_stride pixels][n_channels of the
 * picture]; what is outside `to` is left alone. from.width * from.height is at most
 * MRT_RESIZE_MAX_PIXELS, n_channels 1 .. 4. Buffers do not overlap.
 * Cost: one multiplication and addition for each source pixel that is covered, one division for
 * each output value; no memory. */
void mrt_resize_area(const mrt_picture *in, mrt_rect from, uint8_t *out, int32_t out_stride,
                     mrt_rect to);

/* `in` as out [form->height][form->width][form->n_channels]: colour to grey before it is resized,
 * grey to colour by copies. grey [in->height * in->width] is needed where colours become grey only;
 * it may be in->pixels, which are then used up, so that a device needs no more room than the frame
 * of its camera and the picture. out does not overlap. */
void mrt_picture_fit(const mrt_picture *in, const mrt_picture_form *form, uint8_t *grey,
                     uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
