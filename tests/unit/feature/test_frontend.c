/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/feature/frontend.c and its rows. */
#include "support.h"

#include "feature/mfcc.h"
#include "feature/frontend.h"
#include "signal_pcm.h"

static mote_frontend named(const char *name)
{
    mote_err err;
    mote_frontend f;
    T_OK(mote_frontend_named(name, &f, &err));
    return f;
}

static mote_status parse(const char *text, mote_frontend *out, mote_err *err)
{
    json_t *o = NULL;
    if (mote_json_parse("test", text, strlen(text), &o, err) != MOTE_OK)
        return err->status;
    mote_status st = mote_frontend_from_json(o, "model.json", out, err);
    json_decref(o);
    return st;
}

static mote_shape sound(int32_t n)
{
    return (mote_shape){MOTE_I16, 1, {n}};
}

static const char *const NAMES[] = {
    "none",
#define FRONTEND(name, input, settings, doc) #name,
#include "project/frontends.def"
#undef FRONTEND
};

static void every_row_goes_through_json_and_back(void **state)
{
    (void)state;
    mote_err err;
    for (size_t i = 0; i < T_COUNT(NAMES); i++) {
        const mote_frontend f = named(NAMES[i]);
        mote_frontend back;
        T_OK(mote_frontend_check(&f, &err));
        json_t *o = mote_frontend_to_json(&f);
        assert_non_null(o);
        assert_string_equal(json_string_value(json_object_get(o, "kind")), NAMES[i]);
        T_OK(mote_frontend_from_json(o, "test", &back, &err));
        json_decref(o);
        const mote_sha256 a = mote_frontend_hash(&f), b = mote_frontend_hash(&back);
        assert_true(mote_sha256_equal(&a, &b));
        assert_string_equal(mote_frontend_name(&back), NAMES[i]);
        for (size_t k = 0; k < i; k++) {
            const mote_frontend other = named(NAMES[k]);
            const mote_sha256 c = mote_frontend_hash(&other);
            assert_false(mote_sha256_equal(&a, &c));
        }
    }
    mote_frontend f;
    T_FAILS(mote_frontend_named("mfc", &f, &err), MOTE_NOT_FOUND, "'mfcc', 'logmel'");
}

/* What the first version wrote says its kind by the number of coefficients only. */
static void settings_without_a_kind_are_of_sound(void **state)
{
    (void)state;
    mote_err err;
    mote_frontend f;
    T_OK(parse("{}", &f, &err));
    assert_string_equal(mote_frontend_name(&f), "mfcc");
    T_OK(parse("{\"n_coefficients\": 12}", &f, &err));
    assert_string_equal(mote_frontend_name(&f), "mfcc");
    T_OK(parse("{\"n_coefficients\": 0}", &f, &err));
    assert_string_equal(mote_frontend_name(&f), "logmel");
    T_OK(parse("{\"kind\": \"logmel\", \"n_mels\": 20}", &f, &err));
    mote_shape out, in = sound(16000);
    T_OK(mote_frontend_shape(&f, &in, &out, &err));
    assert_int_equal(out.dims[0], 49);
    assert_int_equal(out.dims[1], 20);
    T_FAILS(parse("{\"kind\": \"logmel\", \"n_coefficients\": 3}", &f, &err), MOTE_RANGE,
            "must be 0 of 'kind' \"logmel\", not 3");
    T_FAILS(parse("{\"kind\": \"mfcc\", \"n_coefficients\": 0}", &f, &err), MOTE_RANGE,
            "must be 1 or more of 'kind' \"mfcc\", not 0");
    T_FAILS(parse("{\"kind\": \"pitch\"}", &f, &err), MOTE_NOT_FOUND, "model.json: 'kind'");
    T_FAILS(parse("{\"kind\": 3}", &f, &err), MOTE_PARSE, "'kind' must be a string");
    T_FAILS(parse("{\"kind\": \"none\", \"n_mels\": 3}", &f, &err), MOTE_PARSE, "no settings");
    T_FAILS(parse("{\"n_mel\": 3}", &f, &err), MOTE_PARSE, "did you mean 'n_mels'");
}

/* The interface hands on what the batch path of sound computes, alone and in a batch. */
static void sound_is_what_it_was(void **state)
{
    (void)state;
    enum { N = 4000, CLIPS = 5 };
    static int16_t pcm[CLIPS][N];
    mote_err err;
    pcm_rng r = {7};
    const void *clips[CLIPS];
    for (int i = 0; i < CLIPS; i++) {
        pcm_fill(&r, (uint32_t)i, pcm[i], N);
        clips[i] = pcm[i];
    }
    for (int32_t k = 0; k < 4; k++) {
        mote_frontend f = named(k < 2 ? "mfcc" : "logmel"), other;
        mote_feature_config c = mote_feature_config_default();
        c.n_coefficients = k < 2 ? 10 : 0;
        if (k % 2 == 1) {
            c.arithmetic = MRT_FIXED;
            assert_true(mote_frontend_other_arithmetic(&f, &other));
            assert_true(mote_frontend_is_fixed(&other));
            f = other;
        }
        mote_feature_plan *want = NULL;
        mote_frontend_plan *p = NULL;
        const mote_shape in = sound(N);
        T_OK(mote_feature_plan_create(&c, 1, &want, &err));
        T_OK(mote_frontend_plan_create(&f, &in, 1, &p, &err));
        const size_t n = (size_t)mote_shape_elements(mote_frontend_plan_out(p));
        float *a = mote_alloc(n, sizeof *a), *b = mote_alloc(CLIPS * n, sizeof *b);
        T_OK(mote_frontend_batch(p, NULL, clips, CLIPS, b, &err));
        for (int i = 0; i < CLIPS; i++) {
            T_OK(mote_feature_clip(want, 0, pcm[i], N, a, &err));
            assert_memory_equal(a, b + (size_t)i * n, n * sizeof *a);
            T_OK(mote_frontend_run(p, 0, pcm[i], N, b + (size_t)i * n, &err));
            assert_memory_equal(a, b + (size_t)i * n, n * sizeof *a);
        }
        T_FAILS(mote_frontend_run(p, 0, pcm[0], 100, b, &err), MOTE_SHAPE, "shorter than one");
        mote_free(a), mote_free(b);
        mote_feature_plan_destroy(want);
        mote_frontend_plan_destroy(p);
    }
    const mote_frontend f = named("mfcc");
    const mote_shape series = {MOTE_F32, 2, {100, 3}}, dot = sound(20);
    mote_shape out;
    T_FAILS(mote_frontend_shape(&f, &series, &out, &err), MOTE_SHAPE, "not float32[100,3]");
    T_FAILS(mote_frontend_shape(&f, &dot, &out, &err), MOTE_SHAPE, "shorter than one window");
}

static void the_pace_says_how_frames_follow(void **state)
{
    (void)state;
    const mote_frontend f = named("mfcc"), none = mote_frontend_none();
    const mote_shape in = sound(16000);
    mote_frontend_pace pace;
    assert_true(mote_frontend_pace_of(&f, &in, &pace));
    assert_int_equal(pace.window, 480);
    assert_int_equal(pace.hop, 320);
    assert_int_equal(pace.n_values, 10);
    assert_float_equal(pace.rate_hz, 16000, 1e-9);
    assert_int_equal(mote_frontend_frames(&pace, 479), 0);
    assert_int_equal(mote_frontend_frames(&pace, 480), 1);
    assert_int_equal(mote_frontend_frames(&pace, 16000), 49);
    assert_false(mote_frontend_pace_of(&none, &in, &pace));
}

static void values_have_words(void **state)
{
    (void)state;
    mote_value_words words;
    const mote_frontend mfcc = named("mfcc"), logmel = named("logmel"), none = named("none");
    mote_frontend_words(&mfcc, NULL, 7, 7, &words);
    assert_string_equal(words.what, "the spectrum's 8th coefficient");
    assert_string_equal(words.like, "another microphone or room");
    mote_frontend_words(&mfcc, NULL, 0, 0, &words);
    assert_string_equal(words.what, "the loudness of the sound");
    mote_frontend_words(&logmel, NULL, 11, 12, &words);
    assert_string_equal(words.what, "the loudness of the 12th band of tones");
    mote_feature_config c = mote_feature_config_default();
    c.normalise = MRT_NORMALISE_MEAN; /* a gain and a microphone's colour are taken off */
    const mote_frontend mean_mfcc = mote_feature_frontend(&c);
    mote_frontend_words(&mean_mfcc, NULL, 0, 0, &words);
    assert_string_equal(words.what, "how the loudness of the sound moves");
    assert_string_equal(words.like, "noise over it, or another room");
    c.n_coefficients = 0;
    const mote_frontend mean_logmel = mote_feature_frontend(&c);
    mote_frontend_words(&mean_logmel, NULL, 11, 12, &words);
    assert_string_equal(words.what, "how the loudness of the 12th band of tones moves");
    mote_frontend_words(&none, NULL, 2, 4, &words);
    assert_string_equal(words.what, "values 3 to 5 of the input");
    assert_null(words.like);
}

static void none_hands_numbers_on(void **state)
{
    (void)state;
    mote_err err;
    const mote_frontend f = mote_frontend_none();
    assert_false(mote_frontend_is_given(&f));
    const mote_shape in = {MOTE_U8, 2, {2, 2}};
    const uint8_t x[4] = {0, 1, 128, 255};
    const float want[4] = {0, 1, 128, 255};
    float got[4];
    mote_frontend_plan *p = NULL;
    T_OK(mote_frontend_plan_create(&f, &in, 1, &p, &err));
    T_OK(mote_frontend_run(p, 0, x, 2, got, &err));
    assert_memory_equal(got, want, sizeof got);
    T_FAILS(mote_frontend_run(p, 0, x, 1, got, &err), MOTE_SHAPE, "a sample of 1 steps");
    assert_false(mote_frontend_wants_fit(&f));
    mote_frontend fitted;
    T_FAILS(mote_frontend_fit(&f, &(mote_frames){want, 1, 4}, &fitted, &err), MOTE_ARG,
            "cannot be fitted");
    mote_frontend_plan_destroy(p);
}

/* A sample as a whole, the same in a batch, and the same window of frames of a longer recording, as
 * a stream hears it: the same bits. */
static void a_window_of_a_stream_is_the_clip(void **state)
{
    (void)state;
    enum { N = 16000, LONG = 3 * N, CLIPS = 5, AT = 7 };
    static int16_t pcm[LONG];
    static const char *const cases[] = {
        "{\"kind\": \"mfcc\", \"normalise\": \"mean\"}",
        "{\"kind\": \"logmel\", \"normalise\": \"mean\", \"arithmetic\": \"fixed\"}",
        "{\"kind\": \"mfcc\", \"normalise\": \"running\", \"arithmetic\": \"fixed\"}",
        "{\"kind\": \"logmel\", \"normalise\": \"pcen\"}",
        "{\"kind\": \"logmel\", \"normalise\": \"pcen\", \"rate_hz\": 8000, \"n_fft\": 256}",
        "{\"kind\": \"logmel\"}",
    };
    mote_pool *pool = NULL;
    mote_err err;
    T_OK(mote_pool_create(2, &pool, &err));
    for (size_t k = 0; k < T_COUNT(cases); k++) {
        mote_frontend f;
        mote_frontend_plan *p = NULL;
        mote_frontend_pace pace;
        const mote_shape in = sound(N);
        const void *clips[CLIPS];
        T_OK(parse(cases[k], &f, &err));
        T_OK(mote_frontend_plan_create(&f, &in, 2, &p, &err));
        assert_true(mote_frontend_pace_of(&f, &in, &pace));
        assert_true(mote_frontend_sees_window(&f) == (k + 1 < T_COUNT(cases)));
        const size_t n_frames = mote_frontend_frames(&pace, N), values = (size_t)pace.n_values;
        const size_t n = n_frames * values, all = mote_frontend_frames(&pace, LONG) * values;
        float *stream = mote_alloc(all, sizeof *stream), *window = mote_alloc(n, sizeof *window);
        float *clip = mote_alloc(n, sizeof *clip), *batch = mote_alloc(CLIPS * n, sizeof *batch);
        pcm_bursts((uint32_t)k + 3, pcm, LONG);
        T_OK(mote_frontend_run_frames(p, 1, pcm, LONG, stream, &err));
        for (size_t i = 0; i < CLIPS; i++)
            clips[i] = pcm + i * AT * (size_t)pace.hop;
        T_OK(mote_frontend_batch(p, pool, clips, CLIPS, batch, &err));
        for (size_t i = 0; i < CLIPS; i++) {
            T_OK(mote_frontend_window(p, stream + i * AT * values, n_frames, window, &err));
            T_OK(mote_frontend_run(p, 0, clips[i], N, clip, &err));
            assert_memory_equal(clip, window, n * sizeof *clip);
            assert_memory_equal(clip, batch + i * n, n * sizeof *clip);
        }
        mote_free(stream), mote_free(window), mote_free(clip), mote_free(batch);
        mote_frontend_plan_destroy(p);
    }
    mote_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_goes_through_json_and_back),
        cmocka_unit_test(settings_without_a_kind_are_of_sound),
        cmocka_unit_test(a_window_of_a_stream_is_the_clip),
        cmocka_unit_test(sound_is_what_it_was),
        cmocka_unit_test(the_pace_says_how_frames_follow),
        cmocka_unit_test(values_have_words),
        cmocka_unit_test(none_hands_numbers_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
