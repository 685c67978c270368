/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution 3x3 with stride 1, two output cells of a row at a time, so that each value
 * loaded from the plane serves both. Depends on mrt_plane.h; used by generated code and the
 * runner. */
#include "device/nn/mrt_plane.h"

/* sums[0], sums[1]: the cells at x and x + 1. */
static inline void sum_two(const int16_t *x, int32_t cols, const int32_t w[9], int32_t sums[2])
{
    for (int32_t ky = 0; ky < 3; ky++, x += cols, w += 3) {
        int32_t x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
        sums[0] += x0 * w[0] + x1 * w[1] + x2 * w[2];
        sums[1] += x1 * w[0] + x2 * w[1] + x3 * w[2];
    }
}

typedef struct {
    int32_t bias, multiplier, shift;
    int32_t weights[9];
} channel;

static void plane_row(const mrt_conv *p, const mrt_plane *s, const channel *c, const int16_t *x,
                      int8_t *to)
{
    for (int32_t ox = 0; ox < p->out_w; ox += 2, x += 2) {
        int32_t sums[2] = {c->bias, c->bias};
        sum_two(x, s->cols, c->weights, sums);
        int32_t q = mrt_requant(sums[0], c->multiplier, c->shift) + p->out_zero;
        *to = (int8_t)mrt_clamp(q, p->act_min, p->act_max);
        to += s->out_col_step;
        if (ox + 1 < p->out_w) {
            q = mrt_requant(sums[1], c->multiplier, c->shift) + p->out_zero;
            *to = (int8_t)mrt_clamp(q, p->act_min, p->act_max);
            to += s->out_col_step;
        }
    }
}

#if MRT_HAVE_DSP
/* Weights of a kernel row as the words (w0, w1) and (w1, w2). Of the four values x0..x3 of a row,
 * in words (x0, x1) and (x2, x3):
 *   cell 0: x0 w0 + x1 w1 (both halves), x2 w2 (low by high)
 *   cell 1: x1 w0 (high by low), x2 w1 + x3 w2 (both halves) */
MRT_INLINE void sum_row(const uint32_t *x, uint32_t w01, uint32_t w12, int32_t sums[2])
{
    uint32_t x01 = x[0], x23 = x[1];
    sums[0] = mrt_smlad(x01, w01, sums[0]);
    sums[0] = mrt_smla_lo_hi(x23, w12, sums[0]);
    sums[1] = mrt_smla_hi_lo(x01, w01, sums[1]);
    sums[1] = mrt_smlad(x23, w12, sums[1]);
}

static uint32_t word(int32_t low, int32_t high)
{
    return mrt_pack_low((uint32_t)low, (uint32_t)high);
}

/* All cells of a channel whose requantisation is the short one. */
static void plane_fast(const mrt_conv *p, const mrt_plane *s, const channel *c,
                       const int16_t *plane, int8_t *out)
{
    const int32_t *w = c->weights;
    uint32_t a01 = word(w[0], w[1]), a12 = word(w[1], w[2]);
    uint32_t b01 = word(w[3], w[4]), b12 = word(w[4], w[5]);
    uint32_t c01 = word(w[6], w[7]), c12 = word(w[7], w[8]);
    int32_t right = -c->shift, zero = p->out_zero, step = s->out_col_step;
    for (int32_t oy = 0; oy < p->out_h; oy++, plane += s->cols, out += s->out_row_step) {
        const uint32_t *r0 = (const uint32_t *)(const void *)plane;
        const uint32_t *r1 = (const uint32_t *)(const void *)(plane + s->cols);
        const uint32_t *r2 = (const uint32_t *)(const void *)(plane + 2 * s->cols);
        int8_t *to = out;
        for (int32_t left = p->out_w; left > 0; left -= 2) {
            int32_t sums[2] = {c->bias, c->bias};
            sum_row(r0++, a01, a12, sums);
            sum_row(r1++, b01, b12, sums);
            sum_row(r2++, c01, c12, sums);
            *to = (int8_t)mrt_dsp_requant(sums[0], c->multiplier, right, zero);
            to += step;
            if (left > 1)
                *to = (int8_t)mrt_dsp_requant(sums[1], c->multiplier, right, zero);
            to += step;
        }
    }
}
#endif

void mrt_depthwise_3x3_s8(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    int16_t *plane = scratch;
    mrt_plane s = mrt_plane_of(p);
    mrt_plane_fill(p, &s, plane);
    for (int32_t c = 0; c < p->out_c; c++) {
        mrt_plane_load(p, &s, in + c, plane);
        channel ch = {p->bias[c], p->multiplier[c], p->shift[c], {0}};
        for (int32_t i = 0; i < 9; i++)
            ch.weights[i] = p->weights[9 * c + i];
#if MRT_HAVE_DSP
        uint32_t short_form = MRT_FAST_REQUANT | MRT_FULL_RANGE;
        if ((p->flags & short_form) == short_form) {
            plane_fast(p, &s, &ch, plane, out + c);
            continue;
        }
#endif
        for (int32_t oy = 0; oy < p->out_h; oy++)
            plane_row(p, &s, &ch, plane + oy * s.cols, out + c + oy * s.out_row_step);
    }
}
