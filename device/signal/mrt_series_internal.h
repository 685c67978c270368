/* SPDX-License-Identifier: Apache-2.0 */
/* What the front ends of series share: the last step, and sums and roots of integers. */
#ifndef MRT_SERIES_INTERNAL_H
#define MRT_SERIES_INTERNAL_H

#include "device/mrt_port.h"
#include "device/signal/mrt_series.h"

/* Value v of a frame, scaled. */
static inline float mrt_series_scale_f32(const mrt_series_tables *t, int32_t v, float x)
{
    return t->offset_f32 != NULL ? (x - t->offset_f32[v]) * t->scale_f32[v] : x;
}

static inline int32_t mrt_series_clamp(int64_t x)
{
    const int64_t limit = (int64_t)1 << 30;
    return (int32_t)(x < -limit ? -limit : x > limit ? limit : x);
}

/* The same in fixed point: x and offset are Q12 within 2^30, their difference is below 2^31; times
 * a multiplier below 2^31 that is below 2^62, and half of the last place kept is at most 2^61 more.
 */
static inline int32_t mrt_series_scale_q(const mrt_series_tables *t, int32_t v, int64_t x)
{
    const int32_t y = mrt_series_clamp(x);
    if (t->offset_q == NULL)
        return y;
    const int64_t p = ((int64_t)y - t->offset_q[v]) * t->multiplier[v];
    return mrt_series_clamp((p + ((int64_t)1 << (t->shift[v] - 1))) >> t->shift[v]);
}

/* a / b to the nearest, halves upwards; b > 0, |a| < 2^62. */
static inline int64_t mrt_series_divide(int64_t a, int64_t b)
{
    const int64_t twice = 2 * a + b;
    const int64_t q = twice / (2 * b);
    return q * 2 * b > twice ? q - 1 : q; /* downwards */
}

/* floor(sqrt(x)), bit by bit. */
static inline uint32_t mrt_series_root(uint64_t x)
{
    uint64_t rest = x, root = 0;

    for (uint64_t bit = (uint64_t)1 << 62; bit != 0; bit >>= 2) {
        if (rest >= root + bit) {
            rest -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return (uint32_t)root;
}

#endif
