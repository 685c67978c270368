/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of device/signal/mrt_math.c against the libm: the errors the header states. */
#include "support.h"

#include <float.h>
#include <math.h>

#include "base/rng.h"
#include "device/signal/mrt_math.h"

/* Distance in units of the last place of the float nearest to `want`. */
static double ulps(float got, double want)
{
    const float nearest = (float)want;
    const double ulp = (double)(nextafterf(fabsf(nearest), INFINITY) - fabsf(nearest));
    return fabs((double)got - want) / ulp;
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void logf_is_within_one_ulp(void **state)
{
    (void)state;
    double worst = 0;
    /* every 97th normal float, and all near 1, where the result is small */
    for (uint32_t bits = 0x00800000u; bits < 0x7f800000u; bits += 97) {
        const double error = ulps(mrt_logf(float_of(bits)), log((double)float_of(bits)));
        worst = error > worst ? error : worst;
    }
    for (uint32_t bits = 0x3f7f0000u; bits < 0x3f810000u; bits++) {
        const double error = ulps(mrt_logf(float_of(bits)), log((double)float_of(bits)));
        worst = error > worst ? error : worst;
    }
    print_message("mrt_logf: %.3f ulp\n", worst);
    assert_true(worst < 1.0);
    assert_true(mrt_logf(1.0f) == 0.0f);
}

static void square_roots_are_correctly_rounded(void **state)
{
    (void)state;
    mote_rng rng;
    mote_rng_init(&rng, t_seed());
    for (uint32_t bits = 0; bits < 0x7f800000u; bits += 1999) {
        const float x = float_of(bits);
        if (mrt_sqrtf(x) != sqrtf(x))
            fail_msg("mrt_sqrtf(%a) is %a", (double)x, (double)mrt_sqrtf(x));
    }
    for (uint32_t bits = 1; bits < 3000; bits++) /* subnormal */
        assert_true(mrt_sqrtf(float_of(bits)) == sqrtf(float_of(bits)));
    for (int i = 0; i < 300000; i++) {
        const uint64_t bits = 0x0010000000000000u + mote_rng_u64(&rng) % 0x7fe0000000000000u;
        double x;
        memcpy(&x, &bits, sizeof x);
        if (mrt_sqrt(x) != sqrt(x))
            fail_msg("mrt_sqrt(%a) is %a", x, mrt_sqrt(x));
    }
    assert_true(mrt_sqrtf(0.0f) == 0.0f && !signbit(mrt_sqrtf(0.0f)) && signbit(mrt_sqrtf(-0.0f)));
    assert_true(isinf(mrt_sqrtf(INFINITY)) && isnan(mrt_sqrtf(-1.0f)) && isnan(mrt_sqrtf(NAN)));
    assert_true(isnan(mrt_sqrtf(-INFINITY)) && isnan(mrt_sqrt(-1.0)) && mrt_sqrt(0.0) == 0.0);
}

static void turns_are_within_2_to_the_minus_52(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {1,   2,    3,    7,      8,       480,
                                       512, 1000, 2048, 4 * 40, 4 * 128, 1u << 20};
    long double worst = 0;
    const long double pi = 3.14159265358979323846264338327950288L;
    for (size_t l = 0; l < T_COUNT(lengths); l++) {
        const uint32_t n = lengths[l], step = n > 5000 ? 997 : 1;
        for (uint32_t k = 0; k < 2 * n; k += step) {
            const long double angle = 2 * pi * (k % n) / n;
            worst = fmaxl(worst, fabsl((long double)mrt_sin_turn(k, n) - sinl(angle)));
            worst = fmaxl(worst, fabsl((long double)mrt_cos_turn(k, n) - cosl(angle)));
        }
    }
    print_message("mrt_sin_turn, mrt_cos_turn: 2^%.2f\n", (double)log2l(worst));
    assert_true(worst < 0x1p-52L);
    assert_true(mrt_sin_turn(0, 512) == 0.0 && mrt_sin_turn(128, 512) == 1.0 &&
                mrt_sin_turn(256, 512) == 0.0);
    assert_true(mrt_cos_turn(0, 512) == 1.0 && mrt_cos_turn(128, 512) == 0.0 &&
                mrt_cos_turn(384, 512) == 0.0);
    for (uint32_t k = 0; k < 512; k++) /* the symmetries are exact, but at pi/4, where */
        if (k % 128 != 64)             /* either series may serve */
            assert_true(mrt_sin_turn(k, 512) == -mrt_sin_turn(512 - k, 512) &&
                        mrt_cos_turn(k, 512) == mrt_sin_turn(k + 128, 512));
}

static void log_of_double_is_within_1e_15(void **state)
{
    (void)state;
    double worst = 0;
    for (double x = 1e-300; x < 1e300; x *= 1.00137) {
        if (x > 0.999 && x < 1.001)
            continue;
        worst = fmax(worst, fabs((mrt_log(x) - log(x)) / log(x)));
    }
    print_message("mrt_log: %.3g\n", worst);
    assert_true(worst < 1e-15);
    assert_true(mrt_log(1.0) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logf_is_within_one_ulp),
        cmocka_unit_test(square_roots_are_correctly_rounded),
        cmocka_unit_test(turns_are_within_2_to_the_minus_52),
        cmocka_unit_test(log_of_double_is_within_1e_15),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
