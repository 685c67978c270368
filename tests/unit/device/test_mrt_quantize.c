/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of device/signal/mrt_quantize.c. */
#include "support.h"

#include <math.h>

#include "base/rng.h"
#include "device/signal/mrt_frontend.h"
#include "device/signal/mrt_quantize.h"

static int8_t clamp(double q)
{
    return (int8_t)(q < -128 ? -128 : q > 127 ? 127 : q);
}

static void halves_go_away_from_zero_and_ends_saturate(void **state)
{
    (void)state;
    mrt_quant_f32 f;
    mrt_quant_fixed q;
    assert_true(mrt_quant_f32_from(1.0f, 3, &f) && mrt_quant_fixed_from(1.0f, 3, &q));
    static const struct {
        float x;
        int8_t want;
    } cases[] = {
        {0.0f, 3},       {0.49f, 3},      {0.5f, 4},   {-0.5f, 2},    {1.5f, 5},
        {-1.5f, 1},      {-0.49f, 3},     {2.5f, 6},   {123.5f, 127}, {124.4f, 127},
        {-130.5f, -128}, {-131.0f, -128}, {1e4f, 127}, {-1e4f, -128},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        const int32_t fixed = (int32_t)lrint((double)cases[i].x * (1 << MRT_FRONTEND_Q));
        int8_t a, b;
        mrt_quantize_f32(&f, &cases[i].x, 1, &a);
        mrt_quantize_fixed(&q, &fixed, 1, &b);
        assert_int_equal(a, cases[i].want);
        assert_int_equal(b, cases[i].want);
    }
    const float odd[] = {NAN, INFINITY, -INFINITY, 0.49999997f, 1e30f};
    int8_t out[5];
    mrt_quantize_f32(&f, odd, 5, out);
    assert_int_equal(out[0], 3);
    assert_int_equal(out[1], 127);
    assert_int_equal(out[2], -128);
    assert_int_equal(out[3], 3); /* x + 0.5 would round up */
    assert_int_equal(out[4], 127);
    const int32_t ends[] = {INT32_MIN, INT32_MAX};
    mrt_quantize_fixed(&q, ends, 2, out);
    assert_int_equal(out[0], -128);
    assert_int_equal(out[1], 127);
}

/* Against division in double: equal except where x / scale is within the rounding of 1 / scale
 * (2^-24 relative in float, 2^-31 in fixed point) of a half. */
static void results_are_the_rounded_quotients(void **state)
{
    (void)state;
    mote_rng rng;
    mote_rng_init(&rng, t_seed());
    int64_t n_close = 0;
    for (int trial = 0; trial < 3000; trial++) {
        const float scale = (float)exp(mote_rng_range(&rng, -12, 12));
        const int32_t zero_point = (int32_t)mote_rng_below(&rng, 256) - 128;
        mrt_quant_f32 f;
        mrt_quant_fixed q;
        assert_true(mrt_quant_f32_from(scale, zero_point, &f) &&
                    mrt_quant_fixed_from(scale, zero_point, &q));
        assert_true(q.shift >= 1 && q.shift <= 62);
        for (int i = 0; i < 100; i++) {
            const int32_t fixed = (int32_t)mote_rng_below(&rng, 1u << 21) - (1 << 20);
            const float x = (float)fixed / (1 << MRT_FRONTEND_Q);
            const double y = (double)x / (double)scale;
            int8_t a, b;
            mrt_quantize_f32(&f, &x, 1, &a);
            mrt_quantize_fixed(&q, &fixed, 1, &b);
            const int8_t want = clamp(round(fmin(fmax(y, -1e6), 1e6)) + zero_point);
            const double from_half = fabs(fabs(y) - floor(fabs(y)) - 0.5);
            const int is_far = fabs(y) > 1000; /* saturates anyway */
            if (is_far || from_half > fabs(y) * 0x1p-22)
                assert_int_equal(a, want);
            else
                n_close++;
            if (is_far || from_half > fabs(y) * 0x1p-30)
                assert_int_equal(b, want);
        }
    }
    assert_true(n_close < 1000);
}

static void impossible_scales_are_refused(void **state)
{
    (void)state;
    mrt_quant_f32 f;
    mrt_quant_fixed q;
    const float bad[] = {0.0f, -1.0f, NAN, INFINITY};
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        assert_false(mrt_quant_f32_from(bad[i], 0, &f));
        assert_false(mrt_quant_fixed_from(bad[i], 0, &q));
    }
    assert_false(mrt_quant_f32_from(1.0f, -129, &f) || mrt_quant_f32_from(1.0f, 128, &f));
    assert_false(mrt_quant_fixed_from(1.0f, -129, &q) || mrt_quant_fixed_from(1.0f, 128, &q));
    assert_false(mrt_quant_fixed_from(0x1p-31f, 0, &q));
    /* the ends of what is accepted */
    const int32_t x[] = {1, -1, 0, INT32_MAX};
    int8_t out[4];
    assert_true(mrt_quant_fixed_from(0x1p-30f, 5, &q));
    mrt_quantize_fixed(&q, x, 4, out);
    assert_int_equal(out[0], 127);
    assert_int_equal(out[1], -128);
    assert_int_equal(out[2], 5);
    assert_true(mrt_quant_fixed_from(0x1p100f, 5, &q));
    mrt_quantize_fixed(&q, x, 4, out);
    assert_int_equal(out[3], 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_go_away_from_zero_and_ends_saturate),
        cmocka_unit_test(results_are_the_rounded_quotients),
        cmocka_unit_test(impossible_scales_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
