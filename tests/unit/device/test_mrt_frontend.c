/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of device/signal/mrt_frontend*.c: golden values from numpy and scipy, properties, streams,
 * how closely the fixed-point variant follows the float one. */
#include "support.h"

#include <math.h>

#include "base/json.h"
#include "device/signal/mrt_frontend.h"
#include "signal_pcm.h"

#define MAX_SAMPLES 16000
#define MAX_VALUES  (4000 * 128)

static int16_t pcm[MAX_SAMPLES];
static float got_f32[MAX_VALUES];
static int32_t got_q[MAX_VALUES];
static uint64_t scratch[2048];

typedef struct {
    mrt_frontend_tables t;
    void *memory;
} built;

static built build(const mrt_frontend_config *c)
{
    built b;
    const size_t bytes = mrt_frontend_tables_bytes(c);
    assert_true(bytes > 0);
    assert_true(mrt_frontend_scratch_bytes(c) <= sizeof scratch);
    b.memory = mote_alloc(1, bytes);
    assert_int_equal(mrt_frontend_build(c, b.memory, bytes, &b.t), MRT_FRONTEND_OK);
    return b;
}

static mrt_frontend_config keyword_config(int32_t arithmetic)
{
    const mrt_frontend_config c = {arithmetic, 16000, 480, 320, 512, 40, 10, 20, 4000, 0};
    return c;
}

/* Features of either arithmetic as doubles. */
static size_t compute(const mrt_frontend_tables *t, const int16_t *samples, size_t n, double *out)
{
    const size_t values = (size_t)mrt_frontend_values(&t->config);
    if (t->config.arithmetic == MRT_FLOAT) {
        const size_t frames = mrt_frontend_clip_f32(t, samples, n, scratch, got_f32);
        for (size_t i = 0; i < frames * values; i++)
            out[i] = (double)got_f32[i];
        return frames;
    }
    const size_t frames = mrt_frontend_clip_q(t, samples, n, scratch, got_q);
    for (size_t i = 0; i < frames * values; i++)
        out[i] = (double)got_q[i] / (1 << MRT_FRONTEND_Q);
    return frames;
}

/* Golden ---------------------------------------------------------------------------------- */

static int32_t member(const json_t *o, const char *key)
{
    return (int32_t)json_integer_value(json_object_get(o, key));
}

/* How far the log energy of one band may be off. u is the unit roundoff of the arithmetic: 2^-24,
 * or 2^-16 for Q15 tables.
 *
 * The FFT's error has norm at most u * 5 log2(n) * norm of the spectrum (Higham, Accuracy and
 * Stability, 2nd ed., theorem 24.2), so the square root of a band's energy moves by at most that:
 * |d ln E| <= 10 u log2(n) sqrt(power / E), the 1e-6 being part of E. Band sum, weights and
 * logarithm: 40 u of relative error and 2 u of the result.
 *
 * The fixed variant keeps 11 bits or more of every bin (2^-12 each way, doubled by the square, and
 * as much again for weights and log2) and rounds its output to 2^-12. And it rounds samples to
 * units of 2^-F / 2^15, where F grows as the loudest sample of the frame (here: of the clip, as a
 * part of full scale; at most twice as large as the power of two that counts) gets smaller: n
 * independent errors of at most half a unit are noise of sqrt(n / 12) in every bin, six sigmas of
 * which are allowed; the products are rounded down, by half a unit on average, which the passes
 * after the second may add up to n / 16 in one bin. A band of w bins sums sqrt(w). */
static double tolerance(const mrt_frontend_config *c, double loudest, double power,
                        double log_energy)
{
    const double log2n = log2((double)c->n_fft), energy = exp(log_energy);
    const double u = c->arithmetic == MRT_FLOAT ? 0x1p-24 : 0x1p-16;
    const double transform = 10 * u * log2n * sqrt(power / energy);
    if (c->arithmetic == MRT_FLOAT)
        return transform + u * (40 + 2 * fabs(log_energy));
    const double unit =
        exp2(log2n + (c->pre_emphasis_q15 != 0) - 30) * fmax(2 * loudest, 0x1p-9); /* F <= 14 */
    const double noise = unit * (6 * sqrt(c->n_fft / 12.0) + c->n_fft / 16.0);
    return transform + 0x1p-10 + 0x1p-12 +
           2 * noise * sqrt(fmax(1, c->n_fft / 2.0 / c->n_mels) / energy);
}

typedef struct {
    double worst, worst_of_tolerance;
} margins;

static void check_frame(const double *got, const json_t *want, const double *tol, margins *m,
                        const char *kind)
{
    for (size_t i = 0; i < json_array_size(want); i++) {
        const double error = fabs(got[i] - json_number_value(json_array_get(want, i)));
        if (!(error <= tol[i]))
            fail_msg("%s: value %zu is off by %g, allowed %g", kind, i, error, tol[i]);
        m->worst = error > m->worst ? error : m->worst;
        m->worst_of_tolerance =
            error / tol[i] > m->worst_of_tolerance ? error / tol[i] : m->worst_of_tolerance;
    }
}

static void check_case(const json_t *item, int32_t arithmetic, margins *log_mel, margins *mfcc)
{
    static double values[MAX_VALUES];
    const json_t *o = json_object_get(item, "config"), *samples = json_object_get(item, "pcm");
    const json_t *power = json_object_get(item, "power"), *logs = json_object_get(item, "log_mel");
    const char *kind = json_string_value(json_object_get(item, "kind"));
    mrt_frontend_config c = {
        arithmetic,
        member(o, "rate_hz"),
        member(o, "window"),
        member(o, "hop"),
        member(o, "n_fft"),
        member(o, "n_mels"),
        0,
        member(o, "low_hz"),
        member(o, "high_hz"),
        member(o, "pre_emphasis_q15"),
    };
    const size_t n = json_array_size(samples);
    for (size_t i = 0; i < n; i++)
        pcm[i] = (int16_t)json_integer_value(json_array_get(samples, i));
    double loudest = 0;
    for (size_t i = 0; i < n; i++)
        loudest = fmax(loudest, fabs(pcm[i] / 32768.0));

    double tol[MRT_FRONTEND_MAX_MELS], norms[64] = {0};
    built b = build(&c);
    assert_int_equal(compute(&b.t, pcm, n, values), json_array_size(logs));
    for (size_t f = 0; f < json_array_size(logs); f++) {
        const json_t *frame = json_array_get(logs, f);
        for (size_t i = 0; i < json_array_size(frame); i++) {
            tol[i] = tolerance(&c, loudest, json_number_value(json_array_get(power, f)),
                               json_number_value(json_array_get(frame, i)));
            norms[f] += tol[i] * tol[i];
        }
        check_frame(values + f * (size_t)c.n_mels, frame, tol, log_mel, kind);
    }
    mote_free(b.memory);

    c.n_coefficients = member(o, "n_coefficients");
    b = build(&c);
    const json_t *wanted = json_object_get(item, "coefficients");
    assert_int_equal(compute(&b.t, pcm, n, values), json_array_size(wanted));
    for (size_t f = 0; f < json_array_size(wanted); f++) {
        /* The DCT is orthonormal: the norm of the errors is kept. Its own: each of n_mels terms and
         * sums is off by u of at most |ln| <= 14 and a coefficient of sqrt(2 / n_mels). */
        const double u = arithmetic == MRT_FLOAT ? 0x1p-24 : 0x1p-16;
        const double own = u * c.n_mels * 14 * sqrt(2.0 * (arithmetic == MRT_FLOAT ? c.n_mels : 1));
        for (int32_t i = 0; i < c.n_coefficients; i++)
            tol[i] = sqrt(norms[f]) + own;
        check_frame(values + f * (size_t)c.n_coefficients, json_array_get(wanted, f), tol, mfcc,
                    kind);
    }
    mote_free(b.memory);
}

static void values_agree_with_numpy_and_scipy(void **state)
{
    (void)state;
    mote_err err;
    const char *root = getenv("MOTE_SOURCE_ROOT");
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/golden/frontend.json", root ? root : ".");
    json_t *doc = NULL;
    T_OK(mote_json_load(path, 16 << 20, &doc, &err));
    const json_t *cases = json_object_get(doc, "cases");
    assert_true(json_array_size(cases) >= 20);
    for (int32_t arithmetic = 0; arithmetic < 2; arithmetic++) {
        margins log_mel = {0}, mfcc = {0};
        for (size_t i = 0; i < json_array_size(cases); i++)
            check_case(json_array_get(cases, i), arithmetic, &log_mel, &mfcc);
        print_message(
            "%s: log-mel off by at most %.3g (%.2f of the bound), coefficients %.3g (%.2f)\n",
            arithmetic == MRT_FLOAT ? "float" : "fixed", log_mel.worst, log_mel.worst_of_tolerance,
            mfcc.worst, mfcc.worst_of_tolerance);
    }
    json_decref(doc);
}

/* Properties ------------------------------------------------------------------------------ */

static void silence_is_the_logarithm_of_the_offset(void **state)
{
    (void)state;
    static double values[MAX_VALUES];
    memset(pcm, 0, sizeof pcm);
    for (int32_t arithmetic = 0; arithmetic < 2; arithmetic++) {
        const double tol = arithmetic == MRT_FLOAT ? 2e-6 : 3e-4;
        mrt_frontend_config c = keyword_config(arithmetic);
        c.n_coefficients = 0;
        built b = build(&c);
        assert_int_equal(compute(&b.t, pcm, 16000, values), 49);
        for (size_t i = 0; i < 49 * 40; i++)
            assert_true(fabs(values[i] - log(1e-6)) < tol);
        mote_free(b.memory);
        c.n_coefficients = 10;
        b = build(&c);
        assert_int_equal(compute(&b.t, pcm, 16000, values), 49);
        for (size_t i = 0; i < 49 * 10; i++) /* all of it in coefficient 0 */
            assert_true(fabs(values[i] - (i % 10 == 0 ? log(1e-6) * sqrt(40) : 0.0)) < 30 * tol);
        mote_free(b.memory);
    }
}

/* A constant has no energy above the main lobe of the window (two bins of the window's own length,
 * 67 Hz): bands from 200 Hz on see what the sidelobes leave, which for whole-period Hann is
 * nothing, and with 480 of 512 samples the skirt, falling 18 dB an octave from -31 dB. */
static void a_constant_has_no_energy_in_high_bands(void **state)
{
    (void)state;
    static double values[MAX_VALUES];
    for (int32_t arithmetic = 0; arithmetic < 2; arithmetic++) {
        mrt_frontend_config c = keyword_config(arithmetic);
        c.n_coefficients = 0;
        c.low_hz = 200;
        built b = build(&c);
        for (size_t i = 0; i < 16000; i++)
            pcm[i] = 32767;
        assert_int_equal(compute(&b.t, pcm, 16000, values), 49);
        for (size_t f = 0; f < 49; f++) {
            assert_true(values[f * 40] < log(240.0 * 240.0) - 8);
            assert_true(values[f * 40 + 39] < log(1e-4));
            assert_memory_equal(values + f * 40, values, 40 * sizeof *values);
        }
        mote_free(b.memory);
    }
}

/* One sample of value v at place i has |X|^2 = (v w[i])^2 in every bin. */
static void an_impulse_gives_the_sums_of_the_weights(void **state)
{
    (void)state;
    static double values[MAX_VALUES];
    memset(pcm, 0, sizeof pcm);
    pcm[200] = 20000;
    for (int32_t arithmetic = 0; arithmetic < 2; arithmetic++) {
        mrt_frontend_config c = keyword_config(MRT_FLOAT);
        built weights = build(&c);
        double sums[40] = {0};
        const uint16_t *band = weights.t.band;
        for (int32_t m = 0; m < 40; m++) {
            for (uint16_t k = band[m]; k < band[m + 1]; k++)
                sums[m] += (double)weights.t.mel_f32[k - band[0]];
            for (uint16_t k = band[m + 1]; k < band[m + 2]; k++)
                sums[m] += 1.0 - (double)weights.t.mel_f32[k - band[0]];
        }
        c.arithmetic = arithmetic;
        c.n_coefficients = 0;
        built b = build(&c);
        assert_int_equal(compute(&b.t, pcm, 480, values), 1);
        const double v = 20000.0 / 32768 * 0.5 * (1 - cos(2 * acos(-1.0) * 200 / 480));
        for (int32_t m = 0; m < 40; m++)
            assert_true(fabs(values[m] - log(v * v * sums[m] + 1e-6)) <
                        (arithmetic == MRT_FLOAT ? 4e-6 : 1e-3));
        mote_free(b.memory);
        mote_free(weights.memory);
    }
}

/* Full scale: the largest inputs that exist, in every size of FFT. For the fixed variant the
 * sanitizer proves that nothing overflows, and the float variant that nothing wrapped. */
static void full_scale_does_not_overflow(void **state)
{
    (void)state;
    static double a[MAX_VALUES], q[MAX_VALUES];
    for (int32_t n_fft = 128; n_fft <= 2048; n_fft *= 2) {
        for (int32_t emphasis = 0; emphasis <= 32440; emphasis += 32440) {
            for (uint32_t pattern = 0; pattern < 6; pattern++) {
                for (uint32_t i = 0; i < 2048; i++) {
                    const uint32_t period = 1u << (2 * pattern);
                    pcm[i] = pattern == 5 || (i / period & 1u) != 0 ? -32768 : 32767;
                }
                mrt_frontend_config c = {MRT_FLOAT, 16000, n_fft, n_fft, n_fft,
                                         5,         0,     0,     8000,  emphasis};
                built b = build(&c);
                assert_int_equal(compute(&b.t, pcm, (size_t)n_fft, a), 1);
                mote_free(b.memory);
                c.arithmetic = MRT_FIXED;
                b = build(&c);
                assert_int_equal(compute(&b.t, pcm, (size_t)n_fft, q), 1);
                mote_free(b.memory);
                for (int32_t i = 0; i < 5; i++) /* bands 90 dB below the loudest are rounding */
                    if (a[i] > 0.0 && fabs(a[i] - q[i]) > 0.02)
                        fail_msg("n_fft %d pattern %u band %d: float %g fixed %g", (int)n_fft,
                                 pattern, (int)i, a[i], q[i]);
            }
        }
    }
}

/* Streams and frames ---------------------------------------------------------------------- */

static void streams_in_any_chunks_give_the_bits_of_the_clip(void **state)
{
    (void)state;
    pcm_rng r = {(uint32_t)t_seed() | 1u};
    for (int round = 0; round < 60; round++) {
        const mrt_frontend_config c = pcm_random_config(&r, round & 1);
        const size_t n = pcm_draw(&r) % 9000u, values = (size_t)mrt_frontend_values(&c);
        built b = build(&c);
        pcm_fill(&r, pcm_draw(&r), pcm, n);
        const size_t frames = c.arithmetic == MRT_FLOAT
                                  ? mrt_frontend_clip_f32(&b.t, pcm, n, scratch, got_f32)
                                  : mrt_frontend_clip_q(&b.t, pcm, n, scratch, got_q);
        assert_int_equal(frames, mrt_frontend_frames(&c, n));
        void *memory = mote_alloc(1, mrt_frontend_stream_bytes(&c));
        mrt_frontend_stream s;
        mrt_frontend_stream_init(&s, &b.t, memory);
        for (int again = 0; again < 2; again++) {
            const size_t largest = 1 + pcm_draw(&r) % (pcm_draw(&r) % 2 ? 3000u : 20u);
            size_t frame = 0, at = 0;
            while (at < n) {
                size_t left = 1 + pcm_draw(&r) % largest;
                left = left < n - at ? left : n - at;
                while (left > 0) {
                    float values_f32[128];
                    int32_t values_q[128];
                    size_t used = 0;
                    if (c.arithmetic == MRT_FLOAT) {
                        if (mrt_frontend_push_f32(&s, pcm + at, left, &used, values_f32)) {
                            assert_true(frame < frames);
                            assert_memory_equal(values_f32, got_f32 + frame++ * values,
                                                values * sizeof(float));
                        }
                    } else if (mrt_frontend_push_q(&s, pcm + at, left, &used, values_q)) {
                        assert_true(frame < frames);
                        assert_memory_equal(values_q, got_q + frame++ * values,
                                            values * sizeof(int32_t));
                    }
                    assert_true(used > 0 && used <= left);
                    at += used;
                    left -= used;
                }
            }
            assert_int_equal(frame, frames);
            mrt_frontend_stream_reset(&s);
        }
        mote_free(memory);
        mote_free(b.memory);
    }
}

static void the_fixed_variant_follows_the_float_variant(void **state)
{
    (void)state;
    static double a[MAX_VALUES], q[MAX_VALUES];
    pcm_rng r = {20261120};
    for (int32_t n_coefficients = 0; n_coefficients <= 10; n_coefficients += 10) {
        for (uint32_t kind = 0; kind < PCM_KINDS; kind++) {
            double worst = 0, sum = 0;
            size_t n = 0;
            for (int round = 0; round < 10; round++) {
                pcm_fill(&r, kind, pcm, 16000);
                mrt_frontend_config c = keyword_config(MRT_FLOAT);
                c.n_coefficients = n_coefficients;
                built b = build(&c);
                const size_t frames = compute(&b.t, pcm, 16000, a);
                mote_free(b.memory);
                c.arithmetic = MRT_FIXED;
                b = build(&c);
                assert_int_equal(compute(&b.t, pcm, 16000, q), frames);
                mote_free(b.memory);
                for (size_t i = 0; i < frames * (size_t)mrt_frontend_values(&c); i++, n++) {
                    const double error = fabs(a[i] - q[i]);
                    worst = error > worst ? error : worst;
                    sum += error;
                }
            }
            print_message("%s, kind %u: off by at most %.4f, %.5f on average\n",
                          n_coefficients ? "mfcc" : "log-mel", kind, worst, sum / (double)n);
            assert_true(worst < 0.08);
            assert_true(sum / (double)n < 0.003);
        }
    }
}

/* Configuration and tables ---------------------------------------------------------------- */

static void bad_configurations_are_named(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        int32_t value;
        mrt_frontend_status status;
    } cases[] = {
#define BAD(field, value, status)                                                                  \
    {offsetof(mrt_frontend_config, field), value, MRT_FRONTEND_##status}
        BAD(arithmetic, 2, BAD_ARITHMETIC),
        BAD(arithmetic, -1, BAD_ARITHMETIC),
        BAD(rate_hz, 3999, BAD_RATE),
        BAD(rate_hz, 96001, BAD_RATE),
        BAD(n_fft, 0, BAD_FFT),
        BAD(n_fft, 64, BAD_FFT),
        BAD(n_fft, 4096, BAD_FFT),
        BAD(n_fft, 511, BAD_FFT),
        BAD(n_fft, INT32_MIN, BAD_FFT),
        BAD(window, 15, BAD_WINDOW),
        BAD(window, 513, BAD_WINDOW),
        BAD(hop, 0, BAD_HOP),
        BAD(hop, 481, BAD_HOP),
        BAD(n_mels, 0, BAD_MELS),
        BAD(n_mels, 129, BAD_MELS),
        BAD(n_mels, 100, EMPTY_MEL),
        BAD(n_coefficients, -1, BAD_COEFFICIENTS),
        BAD(n_coefficients, 41, BAD_COEFFICIENTS),
        BAD(low_hz, -1, BAD_LOW),
        BAD(low_hz, 4000, BAD_LOW),
        BAD(high_hz, 8001, BAD_HIGH),
        BAD(high_hz, 0, BAD_HIGH),
        BAD(pre_emphasis_q15, -1, BAD_PRE_EMPHASIS),
        BAD(pre_emphasis_q15, 32441, BAD_PRE_EMPHASIS),
#undef BAD
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mrt_frontend_config c = keyword_config(MRT_FLOAT);
        mrt_frontend_tables t;
        memcpy((char *)&c + cases[i].offset, &cases[i].value, sizeof(int32_t));
        assert_int_equal(mrt_frontend_check(&c), cases[i].status);
        assert_int_equal(mrt_frontend_tables_bytes(&c), 0);
        assert_int_equal(mrt_frontend_build(&c, scratch, sizeof scratch, &t), cases[i].status);
    }
    const mrt_frontend_config good = keyword_config(MRT_FLOAT);
    mrt_frontend_tables t;
    const size_t bytes = mrt_frontend_tables_bytes(&good);
    assert_int_equal(mrt_frontend_build(&good, scratch, bytes - 1, &t), MRT_FRONTEND_SMALL_MEMORY);
    assert_int_equal(mrt_frontend_build(&good, (char *)scratch + 2, bytes, &t),
                     MRT_FRONTEND_SMALL_MEMORY);
}

/* What the C generator relies on: the arrays listed are all there is. */
static void tables_made_of_the_listed_arrays_give_the_same_bits(void **state)
{
    (void)state;
    pcm_rng r = {5};
    pcm_fill(&r, 6, pcm, 16000);
    for (int32_t arithmetic = 0; arithmetic < 2; arithmetic++) {
        for (int32_t n_coefficients = 0; n_coefficients <= 10; n_coefficients += 10) {
            mrt_frontend_config c = keyword_config(arithmetic);
            c.n_coefficients = n_coefficients;
            built b = build(&c);
            static double want[MAX_VALUES], got[MAX_VALUES];
            const size_t frames = compute(&b.t, pcm, 16000, want);
            mrt_frontend_array arrays[MRT_FRONTEND_MAX_ARRAYS];
            const int32_t n = mrt_frontend_list_tables(&b.t, arrays);
            assert_int_equal(n, n_coefficients > 0 ? 5 : 4);
            mrt_frontend_tables copy = {.config = c};
            void *owned[MRT_FRONTEND_MAX_ARRAYS];
            size_t all = 0;
            for (int32_t i = 0; i < n; i++) {
                const size_t bytes =
                    (size_t)arrays[i].n * (arrays[i].type == MRT_ARRAY_F32 ? 4 : 2);
                all += bytes;
                owned[i] = mote_alloc(1, bytes);
                memcpy(owned[i], arrays[i].data, bytes);
                static const struct {
                    const char *field;
                    size_t offset;
                } fields[] = {
#define FIELD(name) {#name, offsetof(mrt_frontend_tables, name)}
                    FIELD(band),     FIELD(window_f32), FIELD(sine_f32),
                    FIELD(mel_f32),  FIELD(dct_f32),    FIELD(window_q15),
                    FIELD(sine_q15), FIELD(mel_q16),    FIELD(dct_q15),
#undef FIELD
                };
                size_t k = 0;
                while (k < T_COUNT(fields) && strcmp(fields[k].field, arrays[i].field) != 0)
                    k++;
                assert_true(k < T_COUNT(fields));
                memcpy((char *)&copy + fields[k].offset, &owned[i], sizeof(void *));
            }
            assert_int_equal(all, mrt_frontend_tables_bytes(&c));
            mote_free(b.memory);
            assert_int_equal(compute(&copy, pcm, 16000, got), frames);
            assert_memory_equal(got, want, frames * (size_t)mrt_frontend_values(&c) * sizeof *got);
            for (int32_t i = 0; i < n; i++)
                mote_free(owned[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_agree_with_numpy_and_scipy),
        cmocka_unit_test(silence_is_the_logarithm_of_the_offset),
        cmocka_unit_test(a_constant_has_no_energy_in_high_bands),
        cmocka_unit_test(an_impulse_gives_the_sums_of_the_weights),
        cmocka_unit_test(full_scale_does_not_overflow),
        cmocka_unit_test(streams_in_any_chunks_give_the_bits_of_the_clip),
        cmocka_unit_test(the_fixed_variant_follows_the_float_variant),
        cmocka_unit_test(bad_configurations_are_named),
        cmocka_unit_test(tables_made_of_the_listed_arrays_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
