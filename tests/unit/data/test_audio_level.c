/* SPDX-License-Identifier: Apache-2.0 */
/* Levels, clipping, compression: each by what it does to sound that is known. */
#include "audio_files.h"
#include "data/audio_level.h"

#define N 16000
static float x[N], was[N];
static const mote_floats s = {x, N, 16000};

/* A tone in the middle half of the clip. */
static void word(double amplitude)
{
    memset(x, 0, sizeof x);
    for (size_t i = 4000; i < 12000; i++)
        x[i] = (float)(amplitude * sin(2 * PI * 440 * (double)i / 16000));
    memcpy(was, x, sizeof x);
}

static double rms_db(size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from; i < to; i++)
        sum += (double)x[i] * (double)x[i];
    return 10 * log10(sum / (double)(to - from) + 1e-12);
}

static void the_speech_stands_at_the_level_that_is_set(void **state)
{
    (void)state;
    for (double dbfs = -50; dbfs <= -6; dbfs += 11) {
        word(0.1);
        mote_floats_set_level(&s, dbfs);
        assert_true(fabs(mote_floats_speech_dbfs(&s) - dbfs) < 0.01);
        assert_true(fabs(rms_db(4000, 12000) - dbfs) < 0.2);
    }
    memset(x, 0, sizeof x); /* silence stays */
    mote_floats_set_level(&s, -6);
    assert_true(rms_db(0, N) < -100);
    assert_true(mote_floats_speech_dbfs(&s) < -100);
}

static void the_floor_has_its_level_whatever_its_colour(void **state)
{
    (void)state;
    double slope_least = 99, slope_most = -99;
    for (uint64_t i = 0; i < 40; i++) {
        mote_rng r;
        double d = 0, p = 0;
        mote_rng_init(&r, i);
        memset(x, 0, sizeof x);
        mote_floats_add_floor(&s, -55, &r);
        assert_true(fabs(rms_db(0, N) + 55) < 0.7);
        for (size_t k = 1; k < N; k++) {
            d += (double)(x[k] - x[k - 1]) * (double)(x[k] - x[k - 1]);
            p += (double)x[k] * (double)x[k];
        }
        slope_least = d / p < slope_least ? d / p : slope_least;
        slope_most = d / p > slope_most ? d / p : slope_most;
    }
    assert_true(slope_most > 1.5); /* white: 2 */
    assert_true(slope_least < 0.5);
}

static void as_much_is_clipped_as_was_asked_for(void **state)
{
    (void)state;
    static const double shares[] = {0.001, 0.01, 0.1, 0.3};
    for (size_t k = 0; k < T_COUNT(shares); k++) {
        mote_rng r;
        mote_rng_init(&r, k);
        memset(x, 0, sizeof x);
        for (size_t i = 4000; i < 12000; i++)
            x[i] = (float)(0.05 * mote_rng_normal(&r));
        const double level = mote_floats_speech_dbfs(&s);
        mote_floats_clip(&s, shares[k]);
        float most = 0;
        size_t n = 0;
        for (size_t i = 0; i < N; i++)
            most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
        for (size_t i = 0; i < N; i++)
            n += fabsf(x[i]) >= most * 0.9999f;
        const double share = (double)n / 8000;
        if (fabs(share - shares[k]) > 0.15 * shares[k] + 0.0005)
            fail_msg("%g clipped, not %g", share, shares[k]);
        assert_true(fabs(mote_floats_speech_dbfs(&s) - level) < 0.05);
    }
    word(0.3);
    mote_floats_clip(&s, 0);
    assert_memory_equal(x, was, sizeof x);
}

/* Two tones 15 dB apart, both above the threshold: at ratio 4 they stand 15/4 dB apart when the
 * gain has settled. */
static void compression_brings_levels_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++)
        x[i] = (float)((i < 8000 ? 0.3 : 0.3 * 0.17783) * sin(2 * PI * 1000 * (double)i / 16000));
    const double level = mote_floats_speech_dbfs(&s);
    mote_floats_compress(&s, 4, 20);
    assert_true(fabs(mote_floats_speech_dbfs(&s) - level) < 0.01);
    const double apart = rms_db(4000, 8000) - rms_db(12000, 16000);
    print_message("%.1f dB apart\n", apart);
    assert_true(fabs(apart - 15.0 / 4) < 0.5);
}

static void automatic_gain_brings_speech_to_its_level(void **state)
{
    (void)state;
    static const double amplitudes[] = {0.004, 0.05, 0.5};
    for (size_t k = 0; k < T_COUNT(amplitudes); k++) {
        word(amplitudes[k]);
        mote_floats_automatic_gain(&s, -20);
        if (fabs(mote_floats_speech_dbfs(&s) + 20) > 3)
            fail_msg("%g dBFS", mote_floats_speech_dbfs(&s));
    }
    for (size_t i = 0; i < N; i++) /* what is quiet comes up, pauses with it */
        x[i] = (float)((i < 8000 ? 0.3 : 0.05) * sin(2 * PI * 440 * (double)i / 16000));
    mote_floats_automatic_gain(&s, -20);
    assert_true(rms_db(15000, 16000) > -33); /* with the gain of the first half: -35.6 */
    assert_true(rms_db(15000, 16000) > rms_db(9000, 10000) + 2);
    memset(x, 0, sizeof x);
    mote_floats_automatic_gain(&s, -20);
    assert_true(rms_db(0, N) < -100);
}

static void a_loudspeaker_that_is_driven_makes_harmonics(void **state)
{
    (void)state;
    double before = 0;
    for (int drive = -20; drive <= 20; drive += 10) {
        double third_re = 0, third_im = 0;
        word(0.2);
        const double level = mote_floats_speech_dbfs(&s);
        mote_floats_saturate(&s, drive);
        assert_true(fabs(mote_floats_speech_dbfs(&s) - level) < 0.01);
        for (size_t i = 4000; i < 12000; i++) {
            third_re += (double)x[i] * cos(2 * PI * 1320 * (double)i / 16000) / 4000;
            third_im += (double)x[i] * sin(2 * PI * 1320 * (double)i / 16000) / 4000;
        }
        const double third = hypot(third_re, third_im) / 0.2;
        if (drive == -20)
            assert_true(third < 0.002);
        assert_true(third > before);
        before = third;
    }
    assert_true(before > 0.15); /* a square has a third */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_speech_stands_at_the_level_that_is_set),
        cmocka_unit_test(the_floor_has_its_level_whatever_its_colour),
        cmocka_unit_test(as_much_is_clipped_as_was_asked_for),
        cmocka_unit_test(compression_brings_levels_together),
        cmocka_unit_test(automatic_gain_brings_speech_to_its_level),
        cmocka_unit_test(a_loudspeaker_that_is_driven_makes_harmonics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
