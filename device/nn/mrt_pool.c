/* SPDX-License-Identifier: Apache-2.0 */
/* Average and maximum pooling. Depends on mrt_nn.h; used by generated code and the runner. */
#include "device/nn/mrt_nn.h"

#include "device/nn/mrt_requant.h"

/* The part [first, last) of a window that lies inside [0, size). */
typedef struct {
    int32_t first, last;
} span;

static span inside(int32_t start, int32_t window, int32_t size)
{
    span s = {start < 0 ? 0 : start, start + window > size ? size : start + window};
    return s;
}

static int32_t divide_away(int32_t sum, int32_t n)
{
    return sum >= 0 ? (sum + n / 2) / n : (sum - n / 2) / n;
}

/* Sum of channel `c` over a part of the image; `cell` is its first. */
static int32_t sum_cells(const int8_t *cell, int32_t rows, int32_t cols, int32_t row_step,
                         int32_t step)
{
    int32_t sum = 0;
    for (int32_t y = 0; y < rows; y++, cell += row_step)
        for (int32_t x = 0; x < cols; x++)
            sum += cell[x * step];
    return sum;
}

#if MRT_HAVE_DSP
/* Four channels at once in 16-bit halves, which hold 256 values of -128. */
MRT_NOINLINE void sum_cells_by_four(const int8_t *cell, int32_t rows, int32_t cols,
                                    int32_t row_step, int32_t step, int32_t sums[4])
{
    uint32_t even = 0, odd = 0;
    for (int32_t y = 0; y < rows; y++, cell += row_step) {
        const int8_t *at = cell;
        for (int32_t x = 0; x < cols; x++, at += step) {
            uint32_t bytes;
            (void)memcpy(&bytes, at, sizeof bytes);
            even = mrt_sxtab16_02(even, bytes);
            odd = mrt_sxtab16_13(odd, bytes);
        }
    }
    sums[0] = (int16_t)even;
    sums[1] = (int16_t)odd;
    sums[2] = (int32_t)even >> 16;
    sums[3] = (int32_t)odd >> 16;
}
#endif

void mrt_avg_pool_s8(const mrt_pool *p, const int8_t *in, int8_t *out)
{
    int32_t row = p->in_w * p->channels;
    for (int32_t oy = 0; oy < p->out_h; oy++) {
        span ys = inside(oy * p->stride_h - p->pad_h, p->window_h, p->in_h);
        for (int32_t ox = 0; ox < p->out_w; ox++) {
            span xs = inside(ox * p->stride_w - p->pad_w, p->window_w, p->in_w);
            int32_t rows = ys.last - ys.first, cols = xs.last - xs.first, n = rows * cols;
            const int8_t *first = in + ys.first * row + xs.first * p->channels;
            for (int32_t c = 0; c < p->channels;) {
                int32_t sums[4] = {0}, n_sums = 1;
#if MRT_HAVE_DSP
                if (c + 4 <= p->channels && n <= 256) {
                    n_sums = 4;
                    sum_cells_by_four(first + c, rows, cols, row, p->channels, sums);
                }
#endif
                if (n_sums == 1)
                    sums[0] = sum_cells(first + c, rows, cols, row, p->channels);
                for (int32_t i = 0; i < n_sums; i++, c++) {
                    int32_t mean = n > 0 ? divide_away(sums[i], n) : 0;
                    *out++ = (int8_t)mrt_clamp(mean, p->act_min, p->act_max);
                }
            }
        }
    }
}

/* The larger of `best` and n cells. */
static int32_t largest_in_row(const int8_t *cell, int32_t n, int32_t step, int32_t best)
{
    for (int32_t x = 0; x < n; x++, cell += step)
        best = *cell > best ? *cell : best;
    return best;
}

void mrt_max_pool_s8(const mrt_pool *p, const int8_t *in, int8_t *out)
{
    int32_t row = p->in_w * p->channels;
    for (int32_t oy = 0; oy < p->out_h; oy++) {
        span ys = inside(oy * p->stride_h - p->pad_h, p->window_h, p->in_h);
        for (int32_t ox = 0; ox < p->out_w; ox++) {
            span xs = inside(ox * p->stride_w - p->pad_w, p->window_w, p->in_w);
            for (int32_t c = 0; c < p->channels; c++) {
                int32_t best = -128;
                for (int32_t y = ys.first; y < ys.last; y++)
                    best = largest_in_row(in + y * row + xs.first * p->channels + c,
                                          xs.last - xs.first, p->channels, best);
                *out++ = (int8_t)mrt_clamp(best, p->act_min, p->act_max);
            }
        }
    }
}
