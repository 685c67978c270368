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

#if MRT_HAVE_MVE
/* All cells of a channel whose requantisation is the short one. */
MRT_NOINLINE void plane_fast(const mrt_conv *p, const mrt_plane *s, const channel *c,
                             const int16_t *plane, int8_t *out)
{
    mrt_mve_row row = {c->bias, c->multiplier, -c->shift, p->out_zero, s->out_col_step, c->weights};
    for (int32_t oy = 0; oy < p->out_h; oy++, plane += s->cols, out += s->out_row_step)
        mrt_mve_depthwise_row(plane, s->cols, p->out_w, &row, out);
}
#elif MRT_HAVE_DSP
static uint32_t doubled(int32_t low, int32_t high)
{
    return mrt_pack_low((uint32_t)(2 * low), (uint32_t)(2 * high));
}

/* All cells of a channel whose requantisation is the short one. With an odd number of cells in a
 * row the last one is computed apart, as the first of a pair. */
MRT_NOINLINE void plane_fast(const mrt_conv *p, const mrt_plane *s, const channel *c,
                             const int16_t *plane, int8_t *out)
{
    const int32_t *w = c->weights;
    uint32_t words[6] = {doubled(w[0], w[1]), doubled(w[1], w[2]), doubled(w[3], w[4]),
                         doubled(w[4], w[5]), doubled(w[6], w[7]), doubled(w[7], w[8])};
    mrt_dsp_row row = {2 * c->bias, c->multiplier, -c->shift, p->out_zero, s->out_col_step, plane};
    int32_t even = p->out_w & ~1;
    for (int32_t oy = 0; oy < p->out_h; oy++, plane += s->cols, out += s->out_row_step) {
        int8_t *to = out;
        row.end = plane + even;
        if (even > 0)
            to =
                mrt_dsp_depthwise_row(plane, plane + s->cols, plane + 2 * s->cols, words, &row, to);
        if (even == p->out_w)
            continue;
        int32_t sums[2] = {c->bias, c->bias};
        sum_two(plane + even, s->cols, w, sums);
        *to = (int8_t)mrt_dsp_requant(sums[0], row.multiplier, row.right, row.zero);
    }
}
#endif

void mrt_depthwise_3x3_s8(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    int16_t *plane = (int16_t *)scratch;
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
