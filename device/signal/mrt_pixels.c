/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of pixels to values: see mrt_pixels.h. */
#include "device/signal/mrt_pixels.h"

void mrt_pixels_f32(const uint8_t *x, size_t n_pixels, int32_t n_channels, const float *offset,
                    const float *scale, float *out)
{
    for (size_t i = 0; i < n_pixels; i++)
        for (int32_t c = 0; c < n_channels; c++)
            *out++ = ((float)*x++ - offset[c]) * scale[c];
}

void mrt_pixels_look_up(const uint8_t *x, size_t n_pixels, int32_t n_channels, const int8_t *table,
                        int8_t *out)
{
    for (size_t i = 0; i < n_pixels; i++)
        for (int32_t c = 0; c < n_channels; c++)
            *out++ = table[c * MRT_PIXELS_LEVELS + *x++];
}

void mrt_pixels_stream_init(mrt_pixels_stream *s, const mrt_pixels_tables *t, void *memory)
{
    (void)memory;
    s->tables = t;
    s->row = 0;
}

int32_t mrt_pixels_stream_push(mrt_pixels_stream *s, const uint8_t *x, size_t n, size_t *n_used,
                               int8_t *out)
{
    const mrt_pixels_tables *t = s->tables;
    const size_t left = (size_t)(t->height - s->row),
                 row = (size_t)t->width * (size_t)t->n_channels;
    const size_t taken = n < left ? n : left;

    mrt_pixels_look_up(x, taken * (size_t)t->width, t->n_channels, t->table,
                       out + (size_t)s->row * row);
    *n_used = taken;
    s->row = taken == left ? 0 : s->row + (int32_t)taken;
    return taken == left;
}
