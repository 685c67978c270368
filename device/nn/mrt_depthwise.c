/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution of any kernel, stride and dilation, one channel plane at a time. With
 * stride 1 along a row several outputs of the row are made together: they read neighbouring cells
 * for each weight. Depends on mrt_plane.h; used by generated code and the runner. */
#include "device/nn/mrt_plane.h"

#define AT_ONCE 4 /* outputs of a row that are made together */

int32_t mrt_depthwise_scratch_bytes(const mrt_conv *p)
{
    mrt_plane s = mrt_plane_of(p);
    return s.rows * s.cols * (int32_t)sizeof(int16_t);
}

/* What one channel is made of; in runs of weights that lie `step` cells apart in the plane. */
typedef struct {
    const int8_t *weights;
    int32_t bias, multiplier, shift;
    int32_t n_runs, run, step, run_step;
} channel;

static channel channel_of(const mrt_conv *p, const mrt_plane *s, int32_t c)
{
    channel ch = {p->weights + c * p->kernel_h * p->kernel_w,
                  p->bias[c],
                  p->multiplier[c],
                  p->shift[c],
                  p->kernel_h,
                  p->kernel_w,
                  p->dilation_w,
                  p->dilation_h * s->cols};
    if (ch.run == 1) { /* a column is a run too */
        ch.n_runs = 1;
        ch.run = p->kernel_h;
        ch.step = ch.run_step;
    }
    return ch;
}

static int32_t window_sum(const channel *c, const int16_t *x)
{
    const int8_t *w = c->weights;
    int32_t acc = c->bias;
    for (int32_t r = 0; r < c->n_runs; r++, x += c->run_step) {
        const int16_t *at = x;
        for (int32_t k = 0; k < c->run; k++, at += c->step)
            acc += *at * *w++;
    }
    return acc;
}

static int8_t finish(const mrt_conv *p, const channel *c, int32_t acc)
{
    int32_t q = mrt_requant(acc, c->multiplier, c->shift) + p->out_zero;
    return (int8_t)mrt_clamp(q, p->act_min, p->act_max);
}

#if MRT_HAVE_MVE

/* Whether a row can be made by four_outputs. */
static int is_fast(const mrt_conv *p)
{
    return (p->flags & MRT_FAST_REQUANT) && p->stride_w == 1 && p->out_w >= AT_ONCE;
}

MRT_INLINE void four_outputs(const mrt_conv *p, const channel *c, const int16_t *x, int8_t *to,
                             int32_t to_step)
{
    const mrt_mve_row row = {c->bias, c->multiplier, -c->shift, p->out_zero, to_step, NULL};
    const int8_t *w = c->weights;
    int32x4_t sum = vdupq_n_s32(c->bias);
    for (int32_t r = 0; r < c->n_runs; r++, x += c->run_step) {
        const int16_t *at = x;
        for (int32_t k = 0; k < c->run; k++, at += c->step)
            sum = vmlaq_n_s32(sum, vldrhq_s32(at), *w++);
    }
    mrt_mve_store_4(sum, &row, p->act_min, p->act_max, to);
}

#elif MRT_HAVE_DSP

static int is_fast(const mrt_conv *p)
{
    return (p->flags & MRT_FAST_REQUANT) && p->act_max == 127 && p->stride_w == 1 &&
           p->out_w >= AT_ONCE;
}

/* Weights two at a time where they lie side by side: the words of neighbours (x0 x1), (x1 x2),
 * (x2 x3), (x3 x4) by (w0 w1). */
MRT_INLINE void four_outputs(const mrt_conv *p, const channel *c, const int16_t *x, int8_t *to,
                             int32_t to_step)
{
    const int8_t *w = c->weights;
    int32_t s0 = c->bias, s1 = s0, s2 = s0, s3 = s0;
    for (int32_t r = 0; r < c->n_runs; r++, x += c->run_step) {
        const int16_t *at = x;
        int32_t k = c->run;
        for (; c->step == 1 && k >= 2; k -= 2, at += 2, w += 2) {
            uint32_t pair = mrt_pack_low((uint32_t)w[0], (uint32_t)w[1]);
            s0 = mrt_smlad(mrt_dsp_two(at), pair, s0);
            s1 = mrt_smlad(mrt_dsp_two(at + 1), pair, s1);
            s2 = mrt_smlad(mrt_dsp_two(at + 2), pair, s2);
            s3 = mrt_smlad(mrt_dsp_two(at + 3), pair, s3);
        }
        for (; k > 0; k--, at += c->step) {
            int32_t weight = *w++;
            uint32_t low = mrt_dsp_two(at), high = mrt_dsp_two(at + 2);
            s0 = mrt_dsp_low(low, weight, s0);
            s1 = mrt_dsp_high(low, weight, s1);
            s2 = mrt_dsp_low(high, weight, s2);
            s3 = mrt_dsp_high(high, weight, s3);
        }
    }
    const int32_t m = c->multiplier, right = -c->shift, zero = p->out_zero, least = p->act_min;
    s0 = mrt_dsp_requant(s0, m, right, zero);
    s1 = mrt_dsp_requant(s1, m, right, zero);
    s2 = mrt_dsp_requant(s2, m, right, zero);
    s3 = mrt_dsp_requant(s3, m, right, zero);
    to[0] = (int8_t)(s0 < least ? least : s0);
    to[to_step] = (int8_t)(s1 < least ? least : s1);
    to[2 * to_step] = (int8_t)(s2 < least ? least : s2);
    to[3 * to_step] = (int8_t)(s3 < least ? least : s3);
}

#else

static int is_fast(const mrt_conv *p)
{
    return p->stride_w == 1 && p->out_w >= AT_ONCE;
}

/* Two by two: four sums and four values do not fit the registers of the smallest cores. */
MRT_INLINE void four_outputs(const mrt_conv *p, const channel *c, const int16_t *x, int8_t *to,
                             int32_t to_step)
{
    for (int32_t half = 0; half < AT_ONCE; half += 2, to += 2 * to_step) {
        const int16_t *row = x + half;
        const int8_t *w = c->weights;
        int32_t s0 = c->bias, s1 = s0;
        for (int32_t r = 0; r < c->n_runs; r++, row += c->run_step) {
            const int16_t *at = row;
            for (int32_t k = 0; k < c->run; k++, at += c->step) {
                int32_t weight = *w++;
                s0 += at[0] * weight;
                s1 += at[1] * weight;
            }
        }
        to[0] = finish(p, c, s0);
        to[to_step] = finish(p, c, s1);
    }
}

#endif

/* What is left of a row is made as its last four: some twice, to the same value, as the plane is a
 * copy of the input. */
MRT_NOINLINE void row_fast(const mrt_conv *p, const mrt_plane *s, const channel *c,
                           const int16_t *x, int8_t *to)
{
    for (int32_t ox = 0; ox < p->out_w; ox += AT_ONCE) {
        int32_t first = ox + AT_ONCE <= p->out_w ? ox : p->out_w - AT_ONCE;
        four_outputs(p, c, x + first, to + first * s->out_col_step, s->out_col_step);
    }
}

void mrt_depthwise_s8(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    int16_t *plane = (int16_t *)scratch;
    mrt_plane s = mrt_plane_of(p);
    const int fast = is_fast(p);
    mrt_plane_fill(p, &s, plane);
    for (int32_t c = 0; c < p->out_c; c++) {
        const channel ch = channel_of(p, &s, c);
        mrt_plane_load(p, &s, in + c, plane);
        for (int32_t oy = 0; oy < p->out_h; oy++) {
            const int16_t *x = plane + oy * p->stride_h * s.cols;
            int8_t *to = out + c + oy * s.out_row_step;
            if (fast) {
                row_fast(p, &s, &ch, x, to);
                continue;
            }
            for (int32_t ox = 0; ox < p->out_w; ox++, x += p->stride_w, to += s.out_col_step)
                *to = finish(p, &ch, window_sum(&ch, x));
        }
    }
}
