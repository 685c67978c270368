/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax in fixed point, as TensorFlow Lite's reference kernel computes it with gemmlowp.
 *
 *   d_i  = (in_i - max) * scale, in Q5.26, d_i <= 0
 *   e_i  = exp(d_i), in Q0.31
 *   out  = e_i / sum(e), in 1/256, minus 128
 *
 * exp: reduce to (-1/4, 0], a fourth-degree Taylor polynomial around -1/8, then multiply by
 * exp(-2^k) for each bit of the remainder. 1/sum: normalise to [1, 2), three Newton steps.
 * The sum is kept in Q12.19, so 4095 terms fit.
 * Source: gemmlowp, fixedpoint.h, exp_on_negative_values, one_over_one_plus_x_for_x_in_0_1.
 * Depends on mrt_nn.h; used by generated code and the runner. */
#include "device/nn/mrt_nn.h"

#include "device/nn/mrt_requant.h"

#define DIFF_FRACTION_BITS 26
#define SUM_INTEGER_BITS   12

/* exp(a) in Q0.31 for a in [-1/4, 0), Q0.31. */
static int32_t exp_quarter(int32_t a)
{
    const int32_t exp_eighth = 1895147668; /* exp(-1/8) */
    const int32_t third = 715827883;       /* 1/3 */
    int32_t x = a + (1 << 28);             /* a + 1/8 */
    int32_t x2 = mrt_high_mul(x, x);
    int32_t x3 = mrt_high_mul(x2, x);
    int32_t x4 = mrt_high_mul(x2, x2);
    int32_t x4_4 = mrt_round_shift(x4, 2);
    int32_t tail = mrt_round_shift(mrt_high_mul(x4_4 + x3, third) + x2, 1);
    return exp_eighth + mrt_high_mul(exp_eighth, x + tail);
}

/* exp(a) in Q0.31 for a <= 0 in Q5.26. */
static int32_t exp_negative(int32_t a)
{
    /* exp(-2^k) in Q0.31, k = -2 .. 4 */
    static const int32_t powers[7] = {1672461947, 1302514674, 790015084, 290630308,
                                      39332535,   720401,     242};
    if (a == 0)
        return INT32_MAX;
    const int32_t quarter = 1 << (DIFF_FRACTION_BITS - 2);
    int32_t low = (a & (quarter - 1)) - quarter; /* a modulo 1/4, in [-1/4, 0) */
    int32_t result = exp_quarter(low * (1 << 5));
    int32_t remainder = low - a; /* a multiple of 1/4, >= 0 */
    for (int32_t k = 0; k < 7; k++)
        if (remainder & (int32_t)((uint32_t)1 << (DIFF_FRACTION_BITS - 2 + k)))
            result = mrt_high_mul(result, powers[k]);
    return result;
}

static int32_t leading_zeros(uint32_t x)
{
    int32_t n = 0;
    for (; n < 32 && !(x & 0x80000000u); n++)
        x <<= 1;
    return n;
}

/* x * 2^n, saturated to int32. */
static int32_t shift_saturated(int32_t x, int32_t n)
{
    int64_t wide = (int64_t)x * ((int64_t)1 << n);
    return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

/* 1 / (1 + a) in Q0.31 for a in [0, 1), Q0.31. */
static int32_t reciprocal_1_plus(int32_t a)
{
    const int32_t c48_17 = 1515870810;           /* 48/17 in Q2.29 */
    const int32_t c32_17_negative = -1010580540; /* -32/17 in Q2.29 */
    int64_t sum = (int64_t)a + INT32_MAX;        /* (1 + a) / 2, rounded half away from zero */
    int32_t half = (int32_t)((sum + (sum >= 0 ? 1 : -1)) / 2);
    int32_t x = c48_17 + mrt_high_mul(half, c32_17_negative);
    for (int i = 0; i < 3; i++) {
        int32_t error = (1 << 29) - mrt_high_mul(half, x);
        x += shift_saturated(mrt_high_mul(x, error), 2);
    }
    return shift_saturated(x, 1);
}

void mrt_softmax_s8(const mrt_softmax *p, const int8_t *in, int8_t *out)
{
    for (int32_t row = 0; row < p->rows; row++, in += p->depth, out += p->depth) {
        int32_t largest = -128;
        for (int32_t i = 0; i < p->depth; i++)
            largest = in[i] > largest ? in[i] : largest;
        int32_t sum = 0;
        for (int32_t i = 0; i < p->depth; i++) {
            int32_t diff = in[i] - largest;
            if (diff >= p->diff_min)
                sum += mrt_round_shift(exp_negative(mrt_requant(diff, p->multiplier, p->shift)),
                                       SUM_INTEGER_BITS);
        }
        int32_t headroom = leading_zeros((uint32_t)sum);
        int32_t bits_over_unit = SUM_INTEGER_BITS - headroom;
        uint32_t normalised = ((uint32_t)sum << headroom) - 0x80000000u;
        int32_t scale = reciprocal_1_plus((int32_t)normalised);
        for (int32_t i = 0; i < p->depth; i++) {
            int32_t diff = in[i] - largest;
            int32_t q = -128;
            if (diff >= p->diff_min) {
                int32_t e = exp_negative(mrt_requant(diff, p->multiplier, p->shift));
                q += mrt_round_shift(mrt_high_mul(scale, e), bits_over_unit + 31 - 8);
            }
            out[i] = (int8_t)mrt_clamp(q, -128, 127);
        }
    }
}
