/* SPDX-License-Identifier: Apache-2.0 */
/* Another vocal tract: formants move by its length, harmonics stay, a length of 1 changes nothing.
 */
#include "audio_files.h"
#include "data/audio_tract.h"

#define N    16000
#define F0   125.0
#define BELL 1500.0 /* Hz: the formant */

static float x[N], y[N], again[N];

/* Harmonics of F0 below a bell over a floor: a voice with one formant. */
static void a_voice(void)
{
    memset(x, 0, sizeof x);
    for (int k = 1; k * F0 < 7800; k++) {
        const double d = (k * F0 - BELL) / 250;
        const double size = exp(-d * d) + 0.02;
        for (size_t i = 0; i < N; i++)
            x[i] += (float)(2000 * size * sin(6.283185307179586 * k * F0 * (double)i / 16000 + k));
    }
}

/* Power of z at a frequency, over the middle of it. */
static double power_at(const float *z, double hz)
{
    double re = 0, im = 0;
    for (size_t i = 4000; i < 12000; i++) {
        re += (double)z[i] * cos(6.283185307179586 * hz * (double)i / 16000);
        im += (double)z[i] * sin(6.283185307179586 * hz * (double)i / 16000);
    }
    return re * re + im * im;
}

/* Where the power of the harmonics lies, within 700 Hz of a frequency. */
static double formant_of(const float *z, double near)
{
    double sum = 0, at = 0;
    for (int k = 1; k * F0 < 7800; k++) {
        const double p = fabs(k * F0 - near) < 700 ? power_at(z, k * F0) : 0;
        sum += p;
        at += p * k * F0;
    }
    return at / sum;
}

static void warp(double length, float *out)
{
    mote_err err;
    mote_tract t;
    T_OK(mote_tract_init(16000, &t, &err));
    float *scratch = mote_alloc(mote_tract_scratch(&t), sizeof *scratch);
    assert_non_null(scratch);
    mote_tract_warp(&t, length, scratch, x, out, N);
    mote_free(scratch);
    mote_tract_release(&t);
}

static void a_length_of_one_changes_nothing(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, 3);
    for (size_t i = 0; i < N; i++)
        x[i] = (float)mote_rng_range(&r, -30000, 30000);
    warp(1.0, y);
    for (size_t i = 0; i < N; i++)
        assert_true(fabsf(x[i] - y[i]) < 0.1f);
    memset(x, 0, sizeof x);
    warp(1.2, y);
    for (size_t i = 0; i < N; i++)
        assert_true(fabsf(y[i]) < 1e-3f);
}

static void formants_move_and_harmonics_stay(void **state)
{
    (void)state;
    static const double lengths[] = {0.8, 0.9, 1.1, 1.25};
    a_voice();
    assert_true(fabs(formant_of(x, BELL) - BELL) < 10);
    for (size_t k = 0; k < T_COUNT(lengths); k++) {
        warp(lengths[k], y);
        warp(lengths[k], again);
        assert_memory_equal(y, again, sizeof y);
        const double want = BELL / lengths[k], is = formant_of(y, want);
        if (fabs(is - want) > 0.03 * want)
            fail_msg("%g times as long: formant at %g Hz, wanted %g", lengths[k], is, want);
        double harmonics = 0, between = 0;
        for (int h = 4; h < 30; h++) {
            harmonics += power_at(y, h * F0);
            between += power_at(y, (h + 0.5) * F0);
        }
        assert_true(between < 1e-3 * harmonics);
    }
}

static void rates_and_lengths_of_all_kinds_are_taken(void **state)
{
    (void)state;
    static const int32_t rates[] = {1000, 8000, 44100, 384000};
    mote_err err;
    mote_tract t;
    a_voice();
    for (size_t k = 0; k < T_COUNT(rates); k++) {
        T_OK(mote_tract_init(rates[k], &t, &err));
        float *scratch = mote_alloc(mote_tract_scratch(&t), sizeof *scratch);
        mote_tract_warp(&t, 1.4, scratch, x, y, 1);
        mote_tract_warp(&t, 0.7, scratch, x, y, 777);
        for (size_t i = 0; i < 777; i++)
            assert_true(fabsf(y[i]) < 1e6f);
        mote_free(scratch);
        mote_tract_release(&t);
    }
    T_FAILS(mote_tract_init(999, &t, &err), MOTE_ARG, "999 Hz");
    T_ALLOC_SWEEP(mote_tract_init(16000, &t, &err), (void)0);
    mote_tract_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_length_of_one_changes_nothing),
        cmocka_unit_test(formants_move_and_harmonics_stay),
        cmocka_unit_test(rates_and_lengths_of_all_kinds_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
