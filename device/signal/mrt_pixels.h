/* SPDX-License-Identifier: Apache-2.0 */
/* Front end of pictures: levels of 0 .. 255 to what a network takes.
 *
 * A value is (level - offset) * scale, with an offset and a scale for each channel, in single
 * precision. A level is one of 256, so for a network of int8 the whole of it, with the
 * quantisation behind it, is a table of 256 entries a channel that was computed once: the device
 * looks up, whole numbers only, and gets what the float form and mrt_quantize give.
 *
 * Pictures are [height][width][n_channels], as mrt_resize makes them. Freestanding. Used by
 * src/feature/ and by the firmware. */
#ifndef MRT_PIXELS_H
#define MRT_PIXELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Goes up whenever any output bit changes: it is part of every cache key. */
#define MRT_PIXELS_VERSION      1
#define MRT_PIXELS_LEVELS       256
#define MRT_PIXELS_MAX_CHANNELS 4

/* n_pixels pixels x [n_pixels][n_channels] to out of the same shape; offset, scale [n_channels]. */
void mrt_pixels_f32(const uint8_t *x, size_t n_pixels, int32_t n_channels, const float *offset,
                    const float *scale, float *out);

/* The same by a table [n_channels][256]. */
void mrt_pixels_look_up(const uint8_t *x, size_t n_pixels, int32_t n_channels, const int8_t *table,
                        int8_t *out);

/* A picture as its rows come. `memory` is not used: what a row becomes is written at once. */
typedef struct {
    int32_t width, height, n_channels;
    const int8_t *table;
} mrt_pixels_tables;
typedef struct {
    const mrt_pixels_tables *tables;
    int32_t row; /* that comes next */
} mrt_pixels_stream;

/* lint: unused_exports: templates put its name together of the front end's */
void mrt_pixels_stream_init(mrt_pixels_stream *s, const mrt_pixels_tables *t, void *memory);

/* Takes rows x [n][width][n_channels] until the picture is complete (1) or x is used up (0);
 * *n_used rows were taken. out [height][width][n_channels] is the same at each call of a picture.
 */
int32_t mrt_pixels_stream_push(mrt_pixels_stream *s, const uint8_t *x, size_t n, size_t *n_used,
                               int8_t *out);

#ifdef __cplusplus
}
#endif

#endif
