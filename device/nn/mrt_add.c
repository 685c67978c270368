/* SPDX-License-Identifier: Apache-2.0 */
/* Element-wise addition of two quantised tensors, one of which may be repeated.
 *
 * Each input is brought to the common scale, t(v) = round(round(2^20 v m / 2^31) / 2^-shift) with
 * v = q - zero, |v| <= 255. The input with the larger scale has m = 2^30 and shift 0: t(v) is
 * 2^19 v. |t| < 2^28, so the sum of two is below 2^29.
 * Depends on mrt_nn.h; used by generated code and the runner. */
#include "device/nn/mrt_nn.h"

#include "device/nn/mrt_requant.h"

/* t(v) without 64 bits: with m = 2^16 h + l, (v m + 2^10) / 2^11 is 2^5 v h + (v l + 2^10) / 2^11,
 * both products below 2^24. */
static int32_t common(int32_t q, int32_t zero, int32_t multiplier, int32_t shift)
{
    int32_t v = q - zero, low = multiplier & 0xffff, high = multiplier >> 16;
    return mrt_round_shift(v * high * 32 + ((v * low + 1024) >> 11), -shift);
}

static void add_row(const mrt_add *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    for (int32_t i = 0; i < p->inner; i++) {
        int32_t sum = common(a[i], p->a_zero, p->a_multiplier, p->a_shift) +
                      common(b[i], p->b_zero, p->b_multiplier, p->b_shift);
        int32_t q = mrt_requant(sum, p->out_multiplier, p->out_shift) + p->out_zero;
        out[i] = (int8_t)mrt_clamp(q, p->act_min, p->act_max);
    }
}

#if MRT_HAVE_MVE

static void add_row_fast(const mrt_add *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const mrt_mve_sum s = {{p->a_zero, p->a_multiplier, -p->a_shift},
                           {p->b_zero, p->b_multiplier, -p->b_shift},
                           {0, p->out_multiplier, -p->out_shift, p->out_zero, 1, NULL},
                           p->act_min,
                           p->act_max};
    mrt_mve_add(&s, p->inner, a, b, out);
}

#elif MRT_HAVE_DSP

/* is_a_scaled, is_b_scaled: its shift is not 0. */
MRT_INLINE void add_cells(const mrt_add *p, const int8_t *a, const int8_t *b, int8_t *out,
                          int is_a_scaled, int is_b_scaled)
{
    const int8_t *end = a + p->inner;
    const int32_t a_zero = p->a_zero, b_zero = p->b_zero, least = p->act_min;
    const int32_t out_multiplier = p->out_multiplier, out_right = -p->out_shift;
    const int32_t out_zero = p->out_zero;
    const int32_t multiplier = is_a_scaled ? p->a_multiplier : p->b_multiplier;
    const int32_t right = is_a_scaled ? -p->a_shift : -p->b_shift;
    while (a < end) {
        int32_t x = *a++ - a_zero, y = *b++ - b_zero, sum;
        if (is_a_scaled)
            sum = mrt_dsp_scale_add(x * (1 << 21), multiplier, right, y * (1 << 19));
        else if (is_b_scaled)
            sum = mrt_dsp_scale_add(y * (1 << 21), multiplier, right, x * (1 << 19));
        else
            sum = (x + y) * (1 << 19);
        int32_t q = mrt_dsp_requant(sum, out_multiplier, out_right, out_zero);
        *out++ = (int8_t)(q < least ? least : q);
    }
}

static void add_row_fast(const mrt_add *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    if (p->a_shift < 0)
        add_cells(p, a, b, out, 1, 0);
    else if (p->b_shift < 0)
        add_cells(p, a, b, out, 0, 1);
    else
        add_cells(p, a, b, out, 0, 0);
}

#endif

void mrt_add_s8(const mrt_add *p, const int8_t *a, const int8_t *b, int8_t *out)
{
#if MRT_HAVE_DSP
    /* What follows from the smaller scale alone is scaled, and the last shift rounds. */
    const int is_fast = (p->a_shift == 0 || p->b_shift == 0) && p->a_shift > -31 &&
                        p->b_shift > -31 && p->out_shift < 0 && p->out_shift > -31 &&
                        p->act_max == 127;
#endif
    for (int32_t o = 0; o < p->outer; o++, b += p->inner)
        for (int32_t r = 0; r < p->repeat; r++, a += p->inner, out += p->inner) {
#if MRT_HAVE_DSP
            if (is_fast) {
                add_row_fast(p, a, b, out);
                continue;
            }
#endif
            add_row(p, a, b, out);
        }
}
