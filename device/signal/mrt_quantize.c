/* SPDX-License-Identifier: Apache-2.0 */
/* Rounding to int8, from float and from the fixed front end's integers. */
#include "device/signal/mrt_quantize.h"

#include "device/mrt_exact.h"

/* 2^-100, 2^-30 and 2^100. */
static const float quant_least = 7.88860905e-31f;
static const float quant_least_fixed = 9.31322575e-10f;
static const float quant_most = 1.26765060e30f;

int32_t mrt_quant_f32_from(float scale, int32_t zero_point, mrt_quant_f32 *out)
{
    if (!(scale >= quant_least && scale <= quant_most) || zero_point < -128 || zero_point > 127)
        return 0;
    out->inverse_scale = (float)(1.0 / (double)scale);
    out->zero_point = zero_point;
    return 1;
}

/* 2^-12 / scale = m * 2^-shift. Scales above 2^17 round every |value| < 2^31 to 0 anyway. */
int32_t mrt_quant_fixed_from(float scale, int32_t zero_point, mrt_quant_fixed *out)
{
    int32_t shift = 12;

    if (!(scale >= quant_least_fixed && scale <= quant_most) || zero_point < -128 ||
        zero_point > 127)
        return 0;
    double m = 1.0 / (double)scale;
    while (m < 1073741824.0) { /* 2^30 */
        m *= 2.0;
        shift++;
    }
    while (m >= 2147483648.0) { /* 2^31; scale < 2^-31 is refused: at most once */
        m *= 0.5;
        shift--;
    }
    uint32_t multiplier = (uint32_t)(m + 0.5);
    if (multiplier == 0x80000000u) {
        multiplier = 0x40000000u;
        shift--;
    }
    out->multiplier = shift > 62 ? 0 : (int32_t)multiplier;
    out->shift = shift > 62 ? 1 : shift;
    out->zero_point = zero_point;
    return 1;
}

static int8_t clamp_s8(int32_t q)
{
    return (int8_t)(q < -128 ? -128 : q > 127 ? 127 : q);
}

void mrt_quantize_f32(const mrt_quant_f32 *p, const float *x, size_t n, int8_t *out)
{
    for (size_t i = 0; i < n; i++) {
        float y = x[i] * p->inverse_scale;
        y = y < 1024.0f ? y : 1024.0f; /* NaN and +inf to 1024 */
        y = y > -1024.0f ? y : -1024.0f;
        int32_t q = (int32_t)y;
        const float rest = y - (float)q; /* exact */
        q += rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0;
        out[i] = clamp_s8(x[i] == x[i] ? q + p->zero_point : p->zero_point);
    }
}

/* |x * multiplier| < 2^62, and half is at most 2^61. */
void mrt_quantize_fixed(const mrt_quant_fixed *p, const int32_t *x, size_t n, int8_t *out)
{
    const uint64_t half = (uint64_t)1 << (p->shift - 1);

    for (size_t i = 0; i < n; i++) {
        const int32_t v = x[i];
        const uint32_t size = v < 0 ? 0u - (uint32_t)v : (uint32_t)v;
        const uint64_t q = ((uint64_t)size * (uint32_t)p->multiplier + half) >> p->shift;
        const int32_t small = q > 1024 ? 1024 : (int32_t)q;
        out[i] = clamp_s8((v < 0 ? -small : small) + p->zero_point);
    }
}
