/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution of any kernel and stride, one channel plane at a time.
 * Depends on mrt_plane.h; used by generated code and the runner. */
#include "device/nn/mrt_plane.h"

int32_t mrt_depthwise_scratch_bytes(const mrt_conv *p)
{
    mrt_plane s = mrt_plane_of(p);
    return s.rows * s.cols * (int32_t)sizeof(int16_t);
}

static int32_t window_sum(const mrt_conv *p, const int16_t *x, int32_t cols, const int8_t *w)
{
    int32_t acc = 0;
    for (int32_t ky = 0; ky < p->kernel_h; ky++, x += cols)
        for (int32_t kx = 0; kx < p->kernel_w; kx++)
            acc += x[kx] * *w++;
    return acc;
}

void mrt_depthwise_s8(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    int16_t *plane = (int16_t *)scratch;
    mrt_plane s = mrt_plane_of(p);
    mrt_plane_fill(p, &s, plane);
    for (int32_t c = 0; c < p->out_c; c++) {
        mrt_plane_load(p, &s, in + c, plane);
        const int8_t *w = p->weights + c * p->kernel_h * p->kernel_w;
        int32_t multiplier = p->multiplier[c], shift = p->shift[c], bias = p->bias[c];
        for (int32_t oy = 0; oy < p->out_h; oy++) {
            const int16_t *x = plane + oy * p->stride_h * s.cols;
            int8_t *to = out + c + oy * s.out_row_step;
            for (int32_t ox = 0; ox < p->out_w; ox++, x += p->stride_w, to += s.out_col_step) {
                int32_t acc = bias + window_sum(p, x, s.cols, w);
                int32_t q = mrt_requant(acc, multiplier, shift) + p->out_zero;
                *to = (int8_t)mrt_clamp(q, p->act_min, p->act_max);
            }
        }
    }
}
