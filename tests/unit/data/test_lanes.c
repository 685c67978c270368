/* SPDX-License-Identifier: Apache-2.0 */
/* Transforms of frames side by side: against the sum that a transform is, and back again. */
#include "audio_files.h"

#include "base/rng.h"
#include "data/lanes.h"

#define MOST 512
static mote_lane x[MOST], z[MOST], y[MOST];

static void make(uint32_t n)
{
    mote_rng r;
    mote_rng_init(&r, n);
    for (uint32_t i = 0; i < n; i++)
        for (int l = 0; l < MOTE_LANES; l++)
            x[i][l] = (float)mote_rng_range(&r, -1, 1);
}

static void it_is_twice_the_sum_that_it_stands_for(void **state)
{
    (void)state;
    mote_err err;
    for (uint32_t n = 8; n <= MOST; n *= 2) {
        mote_lane_fft f;
        T_OK(mote_lane_fft_init(n, &f, &err));
        make(n);
        mote_lanes_forward(&f, x, z);
        for (int l = 0; l < MOTE_LANES; l++) {
            for (uint32_t k = 0; k <= n / 2; k++) {
                double re = 0, im = 0;
                for (uint32_t i = 0; i < n; i++) {
                    re += 2 * (double)x[i][l] * cos(2 * PI * k * i / n);
                    im -= 2 * (double)x[i][l] * sin(2 * PI * k * i / n);
                }
                const bool is_alone = k == 0 || k == n / 2;
                const float got = is_alone ? z[k == 0 ? 0 : 1][l] : z[2 * k][l];
                assert_true(fabs((double)got - re) < 2e-4);
                if (!is_alone) /* conjugated from the quarter on */
                    assert_true(fabs((double)z[2 * k + 1][l] - (k < n / 4 ? im : -im)) < 2e-4);
            }
        }
        mote_lanes_inverse(&f, z, y);
        for (uint32_t i = 0; i < n; i++)
            for (int l = 0; l < MOTE_LANES; l++)
                assert_true(fabs((double)(y[i][l] / (float)n - x[i][l])) < 1e-5);
        mote_lane_fft_release(&f);
    }
}

static void impossible_lengths_are_refused(void **state)
{
    (void)state;
    mote_err err;
    mote_lane_fft f = {0};
    T_FAILS(mote_lane_fft_init(0, &f, &err), MOTE_ARG, "not possible");
    T_FAILS(mote_lane_fft_init(100, &f, &err), MOTE_ARG, "not possible");
    T_FAILS(mote_lane_fft_init(131072, &f, &err), MOTE_ARG, "not possible");
    T_ALLOC_SWEEP(mote_lane_fft_init(64, &f, &err), assert_null(f.sine));
    mote_lane_fft_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_twice_the_sum_that_it_stands_for),
        cmocka_unit_test(impossible_lengths_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
