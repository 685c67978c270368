/* SPDX-License-Identifier: Apache-2.0 */
/* One channel of an image as a padded int16 plane, for depthwise convolution. Internal to nn/.
 *
 *   plane, row-major, rows x cols:
 *     pad_h rows of zero point, each input row with pad_w cells before it and enough cells behind
 *     it that every window of every output cell lies inside.
 *
 * Because a channel is copied before any of its outputs is written, and channel c of the output
 * only ever overwrites bytes of channel c of the input, the layer can run in place. */
#ifndef MRT_PLANE_H
#define MRT_PLANE_H

#include <stdint.h>

#include "device/mrt_port.h"
#include "device/nn/mrt_nn.h"
#include "device/nn/mrt_requant.h"

typedef struct {
    int32_t rows, cols;         /* of the plane */
    int32_t row_step, col_step; /* int8 from one cell of the image to the next, input */
    int32_t out_row_step, out_col_step;
} mrt_plane;

MRT_INLINE mrt_plane mrt_plane_of(const mrt_conv *p)
{
    mrt_plane s;
    /* One column more than needed, so that pairs of cells may be read and computed. */
    s.rows = (p->out_h - 1) * p->stride_h + (p->kernel_h - 1) * p->dilation_h + 1;
    s.cols = ((p->out_w + 1) / 2 * 2 - 1) * p->stride_w + (p->kernel_w - 1) * p->dilation_w + 1;
    if (s.rows < p->pad_h + p->in_h)
        s.rows = p->pad_h + p->in_h;
    if (s.cols < p->pad_w + p->in_w)
        s.cols = p->pad_w + p->in_w;
    s.cols = (s.cols + 1) / 2 * 2;
    int transposed = (p->flags & MRT_TRANSPOSED) != 0;
    s.col_step = transposed ? p->in_h * p->in_c : p->in_c;
    s.row_step = transposed ? p->in_c : p->in_w * p->in_c;
    s.out_col_step = transposed ? p->out_h * p->out_c : p->out_c;
    s.out_row_step = transposed ? p->out_c : p->out_w * p->out_c;
    return s;
}

/* The border, once: it is the same for every channel. */
MRT_INLINE void mrt_plane_fill(const mrt_conv *p, const mrt_plane *s, int16_t *plane)
{
    for (int32_t i = 0; i < s->rows * s->cols; i++)
        plane[i] = (int16_t)p->in_zero;
}

/* The inside, for the channel that `in` points at. */
MRT_NOINLINE void mrt_plane_load(const mrt_conv *p, const mrt_plane *s, const int8_t *in,
                                 int16_t *plane)
{
    int16_t *to = plane + p->pad_h * s->cols + p->pad_w;
    for (int32_t y = 0; y < p->in_h; y++, to += s->cols, in += s->row_step) {
#if MRT_HAVE_MVE
        mrt_mve_load_row(to, in, p->in_w, s->col_step);
#else
        const int8_t *from = in;
        int32_t x = 0;
        for (; x + 3 < p->in_w; x += 4, from += s->col_step) {
            to[x] = *from;
            from += s->col_step;
            to[x + 1] = *from;
            from += s->col_step;
            to[x + 2] = *from;
            from += s->col_step;
            to[x + 3] = *from;
        }
        for (; x < p->in_w; x++, from += s->col_step)
            to[x] = *from;
#endif
    }
}

#endif
