/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/feature/mfcc_config.c. */
#include "support.h"

#include "feature/mfcc.h"

#define BY_PCEN "{\"n_coefficients\": 0, \"normalise\": \"pcen\""

static mote_status parse(const char *text, mote_feature_config *out, mote_err *err)
{
    MOTE_SCOPED_JSON *o = NULL;
    MOTE_TRY(mote_json_parse("settings.json", text, strlen(text), &o, err));
    return mote_feature_config_from_json(o, "settings.json", out, err);
}

static void an_empty_object_is_the_default(void **state)
{
    (void)state;
    mote_err err;
    mote_feature_config cfg;
    T_OK(parse("{}", &cfg, &err));
    const mrt_frontend_config d = mote_feature_device_config(&cfg);
    assert_int_equal(d.arithmetic, MRT_FLOAT);
    assert_int_equal(d.rate_hz, 16000);
    assert_int_equal(d.window, 480);
    assert_int_equal(d.hop, 320);
    assert_int_equal(d.n_fft, 512);
    assert_int_equal(d.n_mels, 40);
    assert_int_equal(d.n_coefficients, 10);
    assert_int_equal(d.pre_emphasis_q15, 0);
    assert_int_equal(mote_feature_frames(&cfg, 16000), 49);
    assert_int_equal(mote_feature_frames(&cfg, 480), 1);
    assert_int_equal(mote_feature_frames(&cfg, 479), 0);
    assert_int_equal(mote_feature_frames(&cfg, 0), 0);
    assert_int_equal(mote_feature_frames(&cfg, 799), 1);
    assert_int_equal(mote_feature_frames(&cfg, 800), 2);
    assert_int_equal(mote_feature_values(&cfg), 10);
    cfg.n_coefficients = 0;
    assert_int_equal(mote_feature_values(&cfg), 40);
}

static void bad_configs_are_refused_and_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
        mote_status status;
    } cases[] = {
        {"[]", "must be an object", MOTE_PARSE},
        {"{", "settings.json:1:", MOTE_PARSE},
        {"{\"n_mel\": 40}", "unknown key 'n_mel', did you mean 'n_mels'", MOTE_PARSE},
        {"{\"colour\": 1}", "unknown key 'colour'", MOTE_PARSE},
        {"{\"n_mels\": \"40\"}", "'n_mels' must be a whole number: 1..128", MOTE_PARSE},
        {"{\"n_mels\": 40.5}", "'n_mels' must be a whole number", MOTE_PARSE},
        {"{\"window_ms\": true}", "'window_ms' must be a number", MOTE_PARSE},
        {"{\"arithmetic\": 1}", "'arithmetic' must be a string", MOTE_PARSE},
        {"{\"arithmetic\": \"double\"}",
         "'arithmetic' must be \"float\" or \"fixed\", not \"double\"", MOTE_RANGE},
        {"{\"rate_hz\": 3999}", "'rate_hz' must be 4000..96000, not 3999", MOTE_RANGE},
        {"{\"rate_hz\": 96001}", "'rate_hz'", MOTE_RANGE},
        {"{\"rate_hz\": 99999999999}", "'rate_hz'", MOTE_RANGE},
        {"{\"rate_hz\": -1}", "'rate_hz' must be 4000..96000, not -1", MOTE_RANGE},
        {"{\"n_fft\": 500}", "'n_fft' must be 128, 256, 512, 1024 or 2048, not 500", MOTE_RANGE},
        {"{\"n_fft\": 4096}", "'n_fft'", MOTE_RANGE},
        {"{\"n_fft\": 64}", "'n_fft'", MOTE_RANGE},
        {"{\"window_ms\": 32.1}",
         "'window_ms' must be 16 samples up to 'n_fft' samples long, not 32.1", MOTE_RANGE},
        {"{\"window_ms\": 0.9}", "'window_ms'", MOTE_RANGE},
        {"{\"window_ms\": -30}", "'window_ms'", MOTE_RANGE},
        {"{\"window_ms\": 1e300}", "'window_ms'", MOTE_RANGE},
        {"{\"hop_ms\": 0}", "'hop_ms'", MOTE_RANGE},
        {"{\"hop_ms\": 31}", "'hop_ms' must be 1 sample up to 'window_ms' long, not 31",
         MOTE_RANGE},
        {"{\"n_mels\": 0}", "'n_mels'", MOTE_RANGE},
        {"{\"n_mels\": 129}", "'n_mels' must be 1..128, not 129", MOTE_RANGE},
        {"{\"n_mels\": 128}", "a filter holds none of the FFT bins", MOTE_RANGE},
        {"{\"n_coefficients\": 41}", "'n_coefficients' must be 0 (log-mel) up to 'n_mels', not 41",
         MOTE_RANGE},
        {"{\"high_hz\": 8001}", "'high_hz'", MOTE_RANGE},
        {"{\"high_hz\": 0}", "'high_hz'", MOTE_RANGE},
        {"{\"low_hz\": 4000}", "'low_hz' must be 0 or more and below 'high_hz', not 4000",
         MOTE_RANGE},
        {"{\"pre_emphasis\": 1}", "'pre_emphasis' must be 0 (none) .. 0.99, not 1", MOTE_RANGE},
        {"{\"pre_emphasis\": -0.1}", "'pre_emphasis'", MOTE_RANGE},
        {"{\"normalise\": \"median\"}",
         "'normalise' must be \"none\", \"mean\", \"running\" or \"pcen\", not \"median\"",
         MOTE_RANGE},
        {"{\"normalise\": 1}", "'normalise' must be a string", MOTE_PARSE},
        {"{\"normalise\": \"pcen\"}", "'kind' must be \"logmel\"", MOTE_RANGE},
        {"{\"normalise\": \"running\", \"normalise_ms\": 0.5}",
         "'normalise_ms' must be 1..60000, not 0.5", MOTE_RANGE},
        {BY_PCEN ", \"pcen_gain\": 1.1}", "'pcen_gain' must be 0.5..1, not 1.1", MOTE_RANGE},
        {BY_PCEN ", \"pcen_bias\": 0}", "'pcen_bias' must be 0.01..100, not 0", MOTE_RANGE},
        {BY_PCEN ", \"pcen_power\": 0}", "'pcen_power' must be 0.01..1, not 0", MOTE_RANGE},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        mote_feature_config cfg, before;
        memset(&cfg, 0x5a, sizeof cfg);
        memcpy(&before, &cfg, sizeof cfg);
        T_FAILS(parse(cases[i].text, &cfg, &err), cases[i].status, cases[i].words);
        assert_memory_equal(&cfg, &before, sizeof cfg);
    }
}

static void limits_themselves_are_accepted(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{\"rate_hz\": 4000, \"high_hz\": 2000, \"n_fft\": 128, \"window_ms\": 32, \"n_mels\": 10}",
        "{\"rate_hz\": 96000, \"high_hz\": 48000, \"n_fft\": 2048, \"window_ms\": 20, \"n_mels\": "
        "20}",
        "{\"window_ms\": 1, \"hop_ms\": 0.0625}",
        "{\"window_ms\": 32, \"hop_ms\": 32}",
        "{\"n_mels\": 1, \"n_coefficients\": 1}",
        "{\"n_mels\": 40, \"n_coefficients\": 40}",
        "{\"n_fft\": 2048, \"n_mels\": 128, \"n_coefficients\": 0, \"high_hz\": 8000, \"low_hz\": "
        "60}",
        "{\"low_hz\": 0, \"high_hz\": 8000}",
        "{\"pre_emphasis\": 0.99}",
        "{\"normalise\": \"running\", \"normalise_ms\": 60000}",
        BY_PCEN ", \"normalise_ms\": 1, \"pcen_gain\": 0.5, \"pcen_bias\": 0.01, "
                "\"pcen_power\": 0.01}",
        BY_PCEN ", \"pcen_gain\": 1, \"pcen_bias\": 100, \"pcen_power\": 1}",
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        mote_feature_config cfg;
        T_OK(parse(cases[i], &cfg, &err));
    }
}

static void nan_is_refused(void **state)
{
    (void)state;
    mote_err err;
    const double nan = strtod("nan", NULL);
    mote_feature_config cfg = mote_feature_config_default();
    cfg.window_ms = nan;
    T_FAILS(mote_feature_config_check(&cfg, &err), MOTE_RANGE, "'window_ms'");
    cfg = mote_feature_config_default();
    cfg.pre_emphasis = nan;
    T_FAILS(mote_feature_config_check(&cfg, &err), MOTE_RANGE, "'pre_emphasis'");
}

static void canonical_text_reads_back(void **state)
{
    (void)state;
    mote_err err;
    mote_feature_config cfg, again;
    T_OK(parse("{\"arithmetic\":\"fixed\",\"window_ms\":25.5,\"hop_ms\":10,\"pre_emphasis\":0.97}",
               &cfg, &err));

    MOTE_SCOPED_BUF text;
    MOTE_SCOPED_JSON *o = mote_feature_config_to_json(&cfg);
    mote_buf_init(&text, 4096);
    assert_non_null(o);
    mote_json_write(&text, o, false);
    T_OK(mote_buf_status(&text, &err));
    assert_string_equal(text.data,
                        "{\"arithmetic\":\"fixed\",\"high_hz\":4000,\"hop_ms\":10.0,\"low_hz\":20,"
                        "\"n_coefficients\":10,\"n_fft\":512,\"n_mels\":40,\"pre_emphasis\":0.97,"
                        "\"rate_hz\":16000,\"window_ms\":25.5}");
    T_OK(parse(text.data, &again, &err));
    const mote_sha256 a = mote_feature_config_hash(&cfg), b = mote_feature_config_hash(&again);
    assert_true(mote_sha256_equal(&a, &b));
}

static void every_setting_changes_the_hash(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{}",
        "{\"arithmetic\":\"fixed\"}",
        "{\"rate_hz\":8000}",
        "{\"window_ms\":31}",
        "{\"hop_ms\":10}",
        "{\"n_fft\":1024}",
        "{\"n_mels\":39}",
        "{\"n_coefficients\":0}",
        "{\"low_hz\":21}",
        "{\"high_hz\":4001}",
        "{\"pre_emphasis\":0.5}",
        "{\"normalise\":\"mean\"}",
        "{\"n_coefficients\":0,\"normalise\":\"mean\"}",
        "{\"normalise\":\"running\"}",
        "{\"normalise\":\"running\",\"normalise_ms\":200}",
        BY_PCEN "}",
        BY_PCEN ",\"normalise_ms\":200}",
        BY_PCEN ",\"pcen_gain\":0.9}",
        BY_PCEN ",\"pcen_bias\":1}",
        BY_PCEN ",\"pcen_power\":0.4}",
    };
    mote_sha256 hashes[T_COUNT(cases)];
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        mote_feature_config cfg;
        T_OK(parse(cases[i], &cfg, &err));
        hashes[i] = mote_feature_config_hash(&cfg);
        for (size_t j = 0; j < i; j++)
            assert_false(mote_sha256_equal(&hashes[i], &hashes[j]));
    }
}

/* What was computed before frames could be normalised is found again, and text of then is text of
 * now. */
static void what_is_not_normalised_is_named_as_ever(void **state)
{
    (void)state;
    mote_feature_config cfg = mote_feature_config_default();
    const mote_sha256 hash = mote_feature_config_hash(&cfg);
    char hex[65];
    mote_sha256_hex(&hash, hex);
    assert_string_equal(hex, "fc70b040e6f67887325b72c7c1b7728cfa5da547e3968000945874f921ce5449");
    json_t *o = mote_feature_config_to_json(&cfg);
    assert_int_equal(json_object_size(o), 10);
    json_decref(o);
    cfg.normalise = MRT_NORMALISE_MEAN;
    o = mote_feature_config_to_json(&cfg);
    assert_int_equal(json_object_size(o), 11);
    json_decref(o);
}

static void settings_that_mean_the_same_samples_have_one_hash(void **state)
{
    (void)state;
    mote_err err;
    mote_feature_config a, b;
    T_OK(parse("{\"window_ms\": 30}", &a, &err));
    T_OK(parse("{\"window_ms\": 30.001}", &b, &err));
    const mote_sha256 ha = mote_feature_config_hash(&a), hb = mote_feature_config_hash(&b);
    assert_true(mote_sha256_equal(&ha, &hb));
}

static void the_description_says_what_it_is(void **state)
{
    (void)state;
    char text[128];
    mote_feature_config cfg = mote_feature_config_default();
    mote_feature_config_describe(&cfg, text, sizeof text);
    assert_string_equal(text, "mfcc 10 of 40 mel, 30/20 ms at 16000 Hz, float");
    cfg.n_coefficients = 0;
    cfg.arithmetic = MRT_FIXED;
    mote_feature_config_describe(&cfg, text, sizeof text);
    assert_string_equal(text, "log-mel 40 mel, 30/20 ms at 16000 Hz, fixed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_object_is_the_default),
        cmocka_unit_test(bad_configs_are_refused_and_named),
        cmocka_unit_test(limits_themselves_are_accepted),
        cmocka_unit_test(nan_is_refused),
        cmocka_unit_test(canonical_text_reads_back),
        cmocka_unit_test(every_setting_changes_the_hash),
        cmocka_unit_test(what_is_not_normalised_is_named_as_ever),
        cmocka_unit_test(settings_that_mean_the_same_samples_have_one_hash),
        cmocka_unit_test(the_description_says_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
