/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/feature/frontend_series*.c and of the rows raw, statistics, spectral. */
#include "support.h"

#include <math.h>

#include "feature/frontend_series.h"
#include "signal_pcm.h"

enum { STEPS = 200, CHANNELS = 3, SAMPLES = 9 };

static int16_t whole[SAMPLES][STEPS * CHANNELS];
static float real[SAMPLES][STEPS * CHANNELS];

static int fill(void **state)
{
    (void)state;
    pcm_rng r = {5};
    for (uint32_t i = 0; i < SAMPLES; i++) {
        pcm_fill(&r, i, whole[i], STEPS * CHANNELS);
        for (int k = 0; k < STEPS * CHANNELS; k++)
            real[i][k] = (float)whole[i][k] / 1000.0f + (float)(k % CHANNELS);
    }
    return 0;
}

static const char *const ROWS[] = {"raw", "statistics", "spectral"};

static mote_frontend parsed(const char *text)
{
    mote_err err;
    json_t *o = json_loads(text, 0, NULL);
    mote_frontend f;
    assert_non_null(o);
    T_OK(mote_frontend_from_json(o, "test", &f, &err));
    json_decref(o);
    return f;
}

/* Every row in each arithmetic, with frames of half a second at 100 Hz and hops of a fifth. */
static mote_frontend row(size_t i, bool is_fixed)
{
    static const char *const frames[] = {"", ", \"frame_ms\": 500, \"hop_ms\": 200",
                                         ", \"frame_ms\": 500, \"hop_ms\": 200, \"bands\": 5"};
    char text[300];
    snprintf(text, sizeof text, "{\"kind\": \"%s\", \"rate_hz\": 100, \"arithmetic\": \"%s\"%s}",
             ROWS[i], is_fixed ? "fixed" : "float", frames[i]);
    return parsed(text);
}

static const mote_shape WHOLE = {MOTE_I16, 2, {STEPS, CHANNELS}};
static const mote_shape REAL = {MOTE_F32, 2, {STEPS, CHANNELS}};

/* A frame by the device's function, from int16 or float. */
static void device_frame(const mrt_series_tables *t, const void *x, float *out)
{
    static uint64_t scratch[1024];
    int32_t q[MRT_SERIES_MAX_VALUES];
    const mrt_series_config *c = &t->config;
    if (!c->is_fixed && c->number_bytes == 4) {
        (c->kind == MRT_RAW          ? mrt_raw_f32
         : c->kind == MRT_STATISTICS ? mrt_statistics_f32
                                     : mrt_spectral_f32)(t, x, scratch, out);
    } else if (!c->is_fixed) {
        (c->kind == MRT_RAW          ? mrt_raw_f32_i16
         : c->kind == MRT_STATISTICS ? mrt_statistics_f32_i16
                                     : mrt_spectral_f32_i16)(t, x, scratch, out);
    } else {
        (c->kind == MRT_RAW          ? mrt_raw_q
         : c->kind == MRT_STATISTICS ? mrt_statistics_q
                                     : mrt_spectral_q)(t, x, scratch, q);
        for (int32_t v = 0; v < mrt_series_values(c); v++)
            out[v] = (float)((double)q[v] / (1 << MRT_SERIES_Q));
    }
}

static void check_plan(const mote_frontend *f, const mote_shape *in, const void *const *x)
{
    mote_err err;
    mote_frontend_plan *p = NULL;
    mote_pool *pool = NULL;
    mote_frontend_pace pace;
    T_OK(mote_frontend_plan_create(f, in, 2, &p, &err));
    T_OK(mote_pool_create(2, &pool, &err));
    assert_true(mote_frontend_pace_of(f, in, &pace));
    const size_t n_frames = (size_t)mote_frontend_plan_out(p)->dims[0];
    const size_t n_values = (size_t)mote_frontend_plan_out(p)->dims[1], n = n_frames * n_values;
    assert_int_equal(n_frames, mote_frontend_frames(&pace, STEPS));
    assert_int_equal(n_values, pace.n_values);
    assert_int_equal(n, mote_frontend_elements(f, in));
    float *all = mote_alloc(SAMPLES * n, sizeof *all), *one = mote_alloc(n, sizeof *one);
    T_OK(mote_frontend_batch(p, pool, x, SAMPLES, all, &err));
    for (size_t i = 0; i < SAMPLES; i++) {
        T_OK(mote_frontend_run(p, 1, x[i], STEPS, one, &err));
        assert_memory_equal(one, all + i * n, n * sizeof *one);
        for (size_t k = 0; k < n_frames; k++) {
            float want[MRT_SERIES_MAX_VALUES];
            const size_t at = k * (size_t)pace.hop * CHANNELS * mote_dtype_bytes(in->dtype);
            device_frame(series_tables_of(p), (const char *)x[i] + at, want);
            assert_memory_equal(want, one + k * n_values, n_values * sizeof *want);
        }
    }
    mote_free(all);
    mote_free(one);
    mote_pool_destroy(pool);
    mote_frontend_plan_destroy(p);
}

static void the_host_computes_what_the_device_does(void **state)
{
    (void)state;
    const void *w[SAMPLES], *r[SAMPLES];
    for (int i = 0; i < SAMPLES; i++)
        w[i] = whole[i], r[i] = real[i];
    for (size_t i = 0; i < T_COUNT(ROWS); i++) {
        const mote_frontend f = row(i, false), q = row(i, true);
        check_plan(&f, &REAL, r);
        check_plan(&f, &WHOLE, w);
        check_plan(&q, &WHOLE, w);
    }
}

/* Fitted, every value has mean 0 and deviation 1 over what it was fitted to. */
static void a_fitted_front_end_gives_values_of_one_size(void **state)
{
    (void)state;
    mote_err err;
    for (size_t i = 0; i < 2 * T_COUNT(ROWS); i++) {
        const mote_frontend f = row(i / 2, i % 2 == 1);
        const size_t n = mote_frontend_elements(&f, &WHOLE);
        mote_frontend fitted, other;
        mote_frontend_plan *p = NULL;
        float *x = mote_alloc(SAMPLES * n, sizeof *x);
        assert_true(mote_frontend_wants_fit(&f));
        for (int pass = 0; pass < 2; pass++) {
            T_OK(mote_frontend_plan_create(pass ? &fitted : &f, &WHOLE, 1, &p, &err));
            const int32_t n_values = mote_frontend_plan_out(p)->dims[1];
            const size_t n_frames = SAMPLES * n / (size_t)n_values;
            for (size_t k = 0; k < SAMPLES; k++)
                T_OK(mote_frontend_run(p, 0, whole[k], STEPS, x + k * n, &err));
            mote_frontend_plan_destroy(p);
            if (!pass) {
                T_OK(mote_frontend_fit(&f, &(mote_frames){x, n_frames, n_values}, &fitted, &err));
                continue;
            }
            for (int32_t v = 0; v < n_values; v++) {
                double sum = 0, square = 0;
                for (size_t k = 0; k < n_frames; k++) {
                    const double y = (double)x[k * (size_t)n_values + (size_t)v];
                    sum += y, square += y * y;
                }
                assert_true(fabs(sum / (double)n_frames) < 2e-3);
                assert_true(fabs(square / (double)n_frames - 1.0) < 5e-3 || square == 0);
            }
        }
        assert_false(mote_frontend_wants_fit(&fitted));
        const mote_sha256 a = mote_frontend_hash(&f), b = mote_frontend_hash(&fitted);
        assert_false(mote_sha256_equal(&a, &b));
        json_t *o = mote_frontend_to_json(&fitted);
        T_OK(mote_frontend_from_json(o, "test", &other, &err));
        json_decref(o);
        const mote_sha256 c = mote_frontend_hash(&other);
        assert_true(mote_sha256_equal(&b, &c)); /* every bit of what was fitted */
        const mote_shape more = {MOTE_I16, 2, {STEPS, CHANNELS + 1}};
        mote_shape out;
        T_FAILS(mote_frontend_shape(&fitted, &more, &out, &err), MOTE_SHAPE, "was fitted to");
        x[0] = NAN;
        T_FAILS(mote_frontend_fit(&f, &(mote_frames){x, 1, 1}, &other, &err), MOTE_RANGE,
                "out of range");
        mote_free(x);
    }
}

static void a_frame_of_nothing_is_the_whole_sample(void **state)
{
    (void)state;
    mote_err err;
    const mote_frontend f =
        parsed("{\"kind\": \"statistics\", \"statistics\": [\"q25\", \"mean\"]}");
    mote_shape out;
    T_OK(mote_frontend_shape(&f, &REAL, &out, &err));
    assert_int_equal(out.dims[0], 1);
    assert_int_equal(out.dims[1], 6);
    const mote_shape flat = {MOTE_F32, 1, {STEPS}};
    T_OK(mote_frontend_shape(&f, &flat, &out, &err));
    assert_int_equal(out.dims[1], 2);
}

static void what_cannot_be_is_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
        mote_status status;
    } bad[] = {
        {"{\"kind\": \"raw\", \"rate_hz\": 0}", "'rate_hz' must be", MOTE_RANGE},
        {"{\"kind\": \"raw\", \"frame_ms\": 5}", "unknown key 'frame_ms'", MOTE_PARSE},
        {"{\"kind\": \"statistics\", \"frame_m\": 5}", "did you mean 'frame_ms'", MOTE_PARSE},
        {"{\"kind\": \"statistics\", \"statistics\": []}", "1 to 16 names", MOTE_PARSE},
        {"{\"kind\": \"statistics\", \"statistics\": [\"median\"]}", "no statistic: 'median'",
         MOTE_PARSE},
        {"{\"kind\": \"statistics\", \"statistics\": [\"q101\"]}", "no statistic: 'q101'",
         MOTE_PARSE},
        {"{\"kind\": \"statistics\", \"hop_ms\": 5}", "'hop_ms' must be", MOTE_RANGE},
        {"{\"kind\": \"spectral\", \"bands\": 0}", "'bands' must be", MOTE_PARSE},
        {"{\"kind\": \"spectral\", \"low_hz\": 60}", "must be below 'high_hz' (50)", MOTE_RANGE},
        {"{\"kind\": \"spectral\", \"arithmetic\": \"half\"}", "'arithmetic' must be", MOTE_PARSE},
        {"{\"kind\": \"raw\", \"offset\": [1], \"scale\": [1, 2]}", "1 numbers in 'offset' but 2",
         MOTE_PARSE},
        {"{\"kind\": \"raw\", \"offset\": [1], \"scale\": [-1]}", "offset 1 and scale -1",
         MOTE_RANGE},
    };
    mote_err err;
    mote_frontend f;
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        json_t *o = json_loads(bad[i].text, 0, NULL);
        assert_non_null(o);
        T_FAILS(mote_frontend_from_json(o, "test", &f, &err), bad[i].status, bad[i].words);
        json_decref(o);
    }
    mote_shape out;
    const mote_frontend fixed = row(1, true), bands = row(2, false);
    T_FAILS(mote_frontend_shape(&fixed, &REAL, &out, &err), MOTE_ARG, "fixed' takes int16");
    const mote_shape sound = {MOTE_U8, 2, {STEPS, CHANNELS}}, few = {MOTE_F32, 2, {20, 3}};
    T_FAILS(mote_frontend_shape(&bands, &sound, &out, &err), MOTE_SHAPE, "takes a series");
    T_FAILS(mote_frontend_shape(&bands, &few, &out, &err), MOTE_SHAPE, "shorter than a frame");
    const mote_shape wide = {MOTE_F32, 2, {STEPS, 65}};
    T_FAILS(mote_frontend_shape(&bands, &wide, &out, &err), MOTE_SHAPE, "1 to 64 channels");
    const mote_frontend long_one = parsed("{\"kind\": \"spectral\"}");
    const mote_shape long_sample = {MOTE_F32, 2, {5000, 1}};
    T_FAILS(mote_frontend_shape(&long_one, &long_sample, &out, &err), MOTE_RANGE, "8 to 2048");
    const mote_frontend many = parsed("{\"kind\": \"spectral\", \"bands\": 100}");
    T_FAILS(mote_frontend_shape(&many, &REAL, &out, &err), MOTE_RANGE, "values a frame");
    const mote_frontend narrow =
        parsed("{\"kind\": \"spectral\", \"bands\": 40, \"high_hz\": 3, \"low_hz\": 1}");
    T_FAILS(mote_frontend_shape(&narrow, &REAL, &out, &err), MOTE_RANGE, "'bands' is too large");
}

static void values_have_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t value;
        const char *words;
    } known[] = {
        {"{\"kind\": \"raw\"}", 1, "the level of channel 2"},
        {"{\"kind\": \"statistics\", \"statistics\": [\"mean\", \"kurtosis\", \"q2.5\"]}", 4,
         "the kurtosis of channel 2"},
        {"{\"kind\": \"statistics\", \"statistics\": [\"mean\", \"kurtosis\", \"q2.5\"]}", 8,
         "the 2.5 % quantile of channel 3"},
        {"{\"kind\": \"spectral\", \"rate_hz\": 80, \"bands\": 4}", 5,
         "the strength of channel 2 between 10 and 20 Hz"},
    };
    for (size_t i = 0; i < T_COUNT(known); i++) {
        const mote_frontend f = parsed(known[i].text);
        mote_value_words words;
        mote_frontend_words(&f, NULL, known[i].value, known[i].value, &words);
        assert_string_equal(words.what, known[i].words);
        assert_non_null(words.like);
    }
}

/* A changed key of mote.yaml is another front end, of the rows that have it. */
static void every_key_of_mote_yaml_is_seen(void **state)
{
    (void)state;
    static const char *const some[] = {"mean", "q10"}, *const others[] = {"mean", "q20"};
    const mote_project_features base = {.arithmetic = "float",
                                        .frame_ms = 1000,
                                        .frame_hop_ms = 500,
                                        .statistics = {some, 2},
                                        .bands = 4,
                                        .band_low_hz = 1,
                                        .band_high_hz = 10};
    for (size_t i = 0; i < T_COUNT(ROWS); i++) {
        mote_project_features y = base;
        y.kind = ROWS[i];
        const mote_frontend f = mote_frontend_of_project(&y, 100);
        const mote_sha256 before = mote_frontend_hash(&f);
        for (int k = 0; k < 8; k++) {
            mote_project_features z = y;
            double rate = 100;
            bool is_seen = true;
            switch (k) {
            case 0:
                rate = 50;
                break;
            case 1:
                z.arithmetic = "fixed";
                break;
            case 2:
                z.frame_ms = 900, is_seen = i > 0;
                break;
            case 3:
                z.frame_hop_ms = 400, is_seen = i > 0;
                break;
            case 4:
                z.statistics.items = others, is_seen = i == 1;
                break;
            case 5:
                z.bands = 5, is_seen = i == 2;
                break;
            case 6:
                z.band_low_hz = 2, is_seen = i == 2;
                break;
            default:
                z.band_high_hz = 9, is_seen = i == 2;
                break;
            }
            const mote_frontend g = mote_frontend_of_project(&z, rate);
            const mote_sha256 after = mote_frontend_hash(&g);
            assert_int_equal(mote_sha256_equal(&before, &after), !is_seen);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_computes_what_the_device_does),
        cmocka_unit_test(a_fitted_front_end_gives_values_of_one_size),
        cmocka_unit_test(a_frame_of_nothing_is_the_whole_sample),
        cmocka_unit_test(what_cannot_be_is_refused_in_words),
        cmocka_unit_test(values_have_words),
        cmocka_unit_test(every_key_of_mote_yaml_is_seen),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
