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

void mrt_avg_pool_s8(const mrt_pool *p, const int8_t *in, int8_t *out)
{
    int32_t row = p->in_w * p->channels;
    for (int32_t oy = 0; oy < p->out_h; oy++) {
        span ys = inside(oy * p->stride_h - p->pad_h, p->window_h, p->in_h);
        for (int32_t ox = 0; ox < p->out_w; ox++) {
            span xs = inside(ox * p->stride_w - p->pad_w, p->window_w, p->in_w);
            int32_t n = (ys.last - ys.first) * (xs.last - xs.first);
            for (int32_t c = 0; c < p->channels; c++) {
                int32_t sum = 0;
                for (int32_t y = ys.first; y < ys.last; y++) {
                    const int8_t *cell = in + y * row + xs.first * p->channels + c;
                    for (int32_t x = xs.first; x < xs.last; x++, cell += p->channels)
                        sum += *cell;
                }
                int32_t mean = n > 0 ? divide_away(sum, n) : 0;
                *out++ = (int8_t)mrt_clamp(mean, p->act_min, p->act_max);
            }
        }
    }
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
                for (int32_t y = ys.first; y < ys.last; y++) {
                    const int8_t *cell = in + y * row + xs.first * p->channels + c;
                    for (int32_t x = xs.first; x < xs.last; x++, cell += p->channels)
                        best = *cell > best ? *cell : best;
                }
                *out++ = (int8_t)mrt_clamp(best, p->act_min, p->act_max);
            }
        }
    }
}
