/* SPDX-License-Identifier: Apache-2.0 */
/* Synthetic noise: level, spectrum, repeatability; mixing at a stated ratio. */
#include "audio_files.h"
#include "data/noise.h"

#define N 32000
static int16_t a[N], b[N];

/* Power between two frequencies, by a bank of correlations 20 Hz apart over 50 ms pieces. */
static double band_power(const int16_t *x, size_t n, double lo, double hi)
{
    double sum = 0;
    for (double hz = lo; hz < hi; hz += 20.0) {
        for (size_t at = 0; at + 800 <= n; at += 800) {
            double re = 0, im = 0;
            for (size_t i = 0; i < 800; i++) {
                re += x[at + i] * cos(2 * PI * hz * (double)i / 16000);
                im += x[at + i] * sin(2 * PI * hz * (double)i / 16000);
            }
            sum += re * re + im * im;
        }
    }
    return sum;
}

static void make(mote_noise_kind kind, uint64_t seed, uint64_t index, double level, int16_t *out)
{
    mote_err err;
    T_OK(mote_noise_make(&(mote_noise_recipe){kind, seed, index, 16000, level}, out, N, &err));
}

static void every_kind_has_the_level_asked_for(void **state)
{
    (void)state;
    for (int k = 0; k < MOTE_N_NOISES; k++) {
        make((mote_noise_kind)k, 1, 2, -26.0, a);
        if (fabs(mote_level_dbfs(a, N) + 26.0) > 0.1)
            fail_msg("%s: %g dBFS", mote_noise_name((mote_noise_kind)k), mote_level_dbfs(a, N));
        double mean = 0;
        for (size_t i = 0; i < N; i++)
            mean += a[i];
        assert_true(fabs(mean / N) < 1.0);
    }
}

static void the_same_seed_gives_the_same_noise(void **state)
{
    (void)state;
    for (int k = 0; k < MOTE_N_NOISES; k++) {
        make((mote_noise_kind)k, 1, 2, -26.0, a);
        make((mote_noise_kind)k, 1, 2, -26.0, b);
        assert_memory_equal(a, b, sizeof a);
        make((mote_noise_kind)k, 1, 3, -26.0, b);
        assert_true(memcmp(a, b, sizeof a) != 0);
        make((mote_noise_kind)k, 2, 2, -26.0, b);
        assert_true(memcmp(a, b, sizeof a) != 0);
    }
}

static void spectra_are_what_the_names_say(void **state)
{
    (void)state;
    make(MOTE_NOISE_WHITE, 1, 1, -20, a);
    double ratio = band_power(a, N, 500, 1000) / band_power(a, N, 4000, 4500);
    assert_true(ratio > 0.8 && ratio < 1.25);
    make(MOTE_NOISE_PINK, 1, 1, -20, a); /* equal power in equal octaves */
    ratio = band_power(a, N, 500, 1000) / band_power(a, N, 2000, 4000);
    assert_true(ratio > 0.75 && ratio < 1.35);
    for (uint64_t car = 0; car < 8; car++) { /* a car is low */
        make(MOTE_NOISE_CAR, 1, car, -20, a);
        double low = band_power(a, N, 20, 600), high = band_power(a, N, 600, 8000);
        if (!(low > 2.0 * high && high > 0.0005 * low))
            fail_msg("car %llu: low %g high %g", (unsigned long long)car, low, high);
    }
    make(MOTE_NOISE_HUM, 1, 1, -20, a);
    assert_true(band_power(a, N, 40, 1100) > 5 * band_power(a, N, 1100, 8000));
}

static void impossible_noise_is_refused(void **state)
{
    (void)state;
    mote_err err;
    T_FAILS(mote_noise_make(&(mote_noise_recipe){MOTE_NOISE_CAR, 1, 1, 16000, 3.0}, a, N, &err),
            MOTE_ARG, "3 dBFS");
    T_FAILS(mote_noise_make(&(mote_noise_recipe){MOTE_NOISE_CAR, 1, 1, 16000, NAN}, a, N, &err),
            MOTE_ARG, "noise");
    T_FAILS(mote_noise_make(&(mote_noise_recipe){MOTE_NOISE_CAR, 1, 1, 10, -20}, a, N, &err),
            MOTE_ARG, "10 Hz");
    T_FAILS(mote_noise_make(&(mote_noise_recipe){MOTE_NOISE_CAR, 1, 1, 16000, -20}, a, 0, &err),
            MOTE_ARG, "0 samples");
    T_ALLOC_SWEEP(
        mote_noise_make(&(mote_noise_recipe){MOTE_NOISE_CAR, 1, 1, 16000, -20}, a, N, &err),
        (void)0);
}

static void the_speech_level_ignores_silence_around_it(void **state)
{
    (void)state;
    static int16_t x[16000];
    make_tone(x + 4000, 6400, 16000, 500, 0.1, 0); /* -20 dBFS peak, -23 rms */
    assert_true(fabs(mote_speech_level_dbfs(&(mote_sound){x, 16000, 16000}) + 23.0) < 0.3);
    assert_true(mote_level_dbfs(x, 16000) < -26.0);
    memset(x, 0, sizeof x);
    assert_true(mote_speech_level_dbfs(&(mote_sound){x, 16000, 16000}) == -120.0);
    assert_true(mote_speech_level_dbfs(&(mote_sound){x, 0, 16000}) == -120.0);
}

static void mixing_gives_the_ratio_asked_for(void **state)
{
    (void)state;
    static int16_t speech[16000], out[16000], rest[16000];
    make_tone(speech, 16000, 16000, 500, 0.05, 0);
    make(MOTE_NOISE_WHITE, 1, 1, -40, a);
    for (double snr = -5; snr <= 20; snr += 5) {
        mote_mix_at_snr(&(mote_sound){speech, 16000, 16000}, a, snr, 1.0, out);
        for (size_t i = 0; i < 16000; i++)
            rest[i] = (int16_t)(out[i] - speech[i]);
        double got = mote_level_dbfs(speech, 16000) - mote_level_dbfs(rest, 16000);
        if (fabs(got - snr) > 0.1)
            fail_msg("%g dB asked for, %g dB given", snr, got);
    }
}

static void a_loud_mix_is_lowered_not_clipped(void **state)
{
    (void)state;
    static int16_t speech[16000], out[16000];
    make_tone(speech, 16000, 16000, 500, 0.9, 0);
    make(MOTE_NOISE_WHITE, 1, 1, -12, a);
    mote_mix_at_snr(&(mote_sound){speech, 16000, 16000}, a, -10.0, 1.0, out);
    size_t at_top = 0;
    for (size_t i = 0; i < 16000; i++)
        at_top += out[i] >= 32767 || out[i] <= -32767;
    assert_true(at_top >= 1 && at_top <= 3);
}

static void silence_gets_noise_at_the_nominal_level(void **state)
{
    (void)state;
    static int16_t speech[16000], out[16000];
    make(MOTE_NOISE_WHITE, 1, 1, -30, a);
    mote_mix_at_snr(&(mote_sound){speech, 16000, 16000}, a, 10.0, 1.0, out);
    assert_true(fabs(mote_level_dbfs(out, 16000) - (MOTE_NOMINAL_SPEECH_DBFS - 10.0)) < 0.1);
    memset(a, 0, sizeof a); /* silent noise changes nothing */
    mote_mix_at_snr(&(mote_sound){speech, 16000, 16000}, a, 10.0, 1.0, out);
    assert_memory_equal(out, speech, sizeof out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_the_level_asked_for),
        cmocka_unit_test(the_same_seed_gives_the_same_noise),
        cmocka_unit_test(spectra_are_what_the_names_say),
        cmocka_unit_test(impossible_noise_is_refused),
        cmocka_unit_test(the_speech_level_ignores_silence_around_it),
        cmocka_unit_test(mixing_gives_the_ratio_asked_for),
        cmocka_unit_test(a_loud_mix_is_lowered_not_clipped),
        cmocka_unit_test(silence_gets_noise_at_the_nominal_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
