/* SPDX-License-Identifier: Apache-2.0 */
/* Codings: values of the standard's tables, and the error that each leaves. */
#include "audio_files.h"
#include "data/audio_codec.h"

#define N 16000
static float x[N], was[N];

static void word(double amplitude)
{
    for (size_t i = 0; i < N; i++)
        x[i] = (float)(amplitude * (sin(2 * PI * 440 * (double)i / 16000) +
                                    0.5 * sin(2 * PI * 1310 * (double)i / 16000)));
    memcpy(was, x, sizeof x);
}

static double error_db(void)
{
    double error = 0, all = 0;
    for (size_t i = 0; i < N; i++) {
        error += (double)(x[i] - was[i]) * (double)(x[i] - was[i]);
        all += (double)was[i] * (double)was[i];
    }
    return 10 * log10(error / all + 1e-12);
}

/* Decoder output values of ITU-T G.711, tables 2a (times 4) and 1a (times 8), of the inputs. */
static void companding_is_as_the_tables_say(void **state)
{
    (void)state;
    static const int16_t mu[][2] = {{0, 0},         {5, 8},           {-5, -8},      {120, 120},
                                    {130, 132},     {1000, 988},      {-1000, -988}, {8159, 8316},
                                    {32767, 32124}, {-32768, -32124}, {20000, 19836}};
    static const int16_t a[][2] = {{0, 8},           {-1, -8},      {15, 8},      {16, 24},
                                   {511, 504},       {512, 528},    {1000, 1008}, {32767, 32256},
                                   {-32768, -32256}, {20000, 19968}};
    for (size_t k = 0; k < T_COUNT(mu); k++)
        if (mote_mu_law(mu[k][0]) != mu[k][1])
            fail_msg("mu-law of %d: %d", mu[k][0], mote_mu_law(mu[k][0]));
    for (size_t k = 0; k < T_COUNT(a); k++)
        if (mote_a_law(a[k][0]) != a[k][1])
            fail_msg("A-law of %d: %d", a[k][0], mote_a_law(a[k][0]));
    for (int32_t v = -32768; v < 32768; v++) { /* half a step away at most, and stable */
        const int16_t m = mote_mu_law((int16_t)v), l = mote_a_law((int16_t)v);
        assert_true(abs(m - v) <= abs(v) / 32 + 5 || abs(v) > 32635);
        assert_true(abs(l - v) <= abs(v) / 32 + 9);
        assert_int_equal(mote_mu_law(m), m);
        assert_int_equal(mote_a_law(l), l);
    }
}

static void companding_leaves_38_db_over_a_wide_range(void **state)
{
    (void)state;
    for (double amplitude = 0.02; amplitude < 0.6; amplitude *= 3) {
        word(amplitude);
        mote_codec_mu_law(x, N, 1);
        assert_true(error_db() < -33 && error_db() > -44);
        word(amplitude);
        mote_codec_a_law(x, N, 1);
        assert_true(error_db() < -31 && error_db() > -44);
    }
    word(0.2);
    mote_codec_mu_law(x, N, 2);
    for (size_t i = 1; i < N; i += 2)
        assert_true(x[i] == 0);
}

static void differences_of_four_bits_follow(void **state)
{
    (void)state;
    word(0.2);
    mote_codec_adpcm(x, N);
    print_message("adpcm: %.1f dB\n", error_db());
    assert_true(error_db() < -18 && error_db() > -45);
}

static void a_bit_is_six_db(void **state)
{
    (void)state;
    for (int bits = 3; bits <= 12; bits++) {
        word(0.6);
        mote_codec_linear(x, N, bits);
        /* a step of 2^(1 - bits) leaves its square / 12 */
        const double wanted = 20 * log10(exp2(1 - bits) / sqrt(12)) - 10 * log10(0.36 * 0.625);
        if (fabs(error_db() - wanted) > 1.5)
            fail_msg("%d bits: %g dB, not %g", bits, error_db(), wanted);
    }
}

static void bands_keep_more_with_more_bits(void **state)
{
    (void)state;
    mote_err err;
    mote_lane_fft f;
    static float scratch[3 * 512 * MOTE_LANES];
    double before = 0;
    T_OK(mote_lane_fft_init(512, &f, &err));
    for (int bits = 2; bits <= 12; bits += 2) {
        mote_rng r;
        mote_rng_init(&r, 3);
        word(0.2);
        for (size_t i = 0; i < N; i++)
            was[i] = x[i] += (float)mote_rng_range(&r, -0.02, 0.02);
        mote_codec_sub_band(&f, scratch, x, N, bits);
        print_message("%d bits: %.1f dB\n", bits, error_db());
        assert_true(error_db() < before - 3);
        before = error_db();
    }
    assert_true(before < -40);
    memset(x, 0, sizeof x);
    memset(was, 0, sizeof was);
    mote_codec_sub_band(&f, scratch, x, N, 4);
    assert_memory_equal(x, was, sizeof x);
    word(0.2); /* shorter than a frame */
    mote_codec_sub_band(&f, scratch, x, 10, 8);
    assert_memory_equal(x + 10, was + 10, sizeof x - 10 * sizeof *x);
    mote_lane_fft_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(companding_is_as_the_tables_say),
        cmocka_unit_test(companding_leaves_38_db_over_a_wide_range),
        cmocka_unit_test(differences_of_four_bits_follow),
        cmocka_unit_test(a_bit_is_six_db),
        cmocka_unit_test(bands_keep_more_with_more_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
