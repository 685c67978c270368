/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the data: each kind of trouble is found, counted, named and ranked; clean data is not.
 */
#include <math.h>

#include "audio_files.h"
#include "data/check.h"
#include "data/sample.h"
#include "data/version.h"
#include "findings.h"
#include "sample_add.h"
#include "store_fixture.h"

static void add_samples(fixture *f, const char *label, const char *group, const char *source,
                        const int16_t *x, size_t n)
{
    mote_err err;
    bool added;
    mote_buf wav;
    mote_buf_init(&wav, 1 << 24);
    T_OK(mote_audio_encode_wav(x, n, 16000, &wav, &err));
    mote_sample_facts facts = {.label = label,
                               .group = group,
                               .source = source,
                               .role = label ? MOTE_ROLE_EXAMPLE : MOTE_ROLE_BACKGROUND};
    T_OK(sample_add(f->store, MOTE_INPUT_AUDIO, &(mote_file_bytes){facts.source, wav.data, wav.len},
                    &facts, &added, &err));
    mote_buf_release(&wav);
}

static void add(fixture *f, const char *label, const char *group, uint64_t sound)
{
    static int16_t x[8000];
    char source[60];
    make_tone(x, T_COUNT(x), 16000, 300, 0.2, sound + 1);
    snprintf(source, sizeof source, "s%llu.wav", (unsigned long long)sound);
    add_samples(f, label, group, source, x, T_COUNT(x));
}

static const char *const keywords[] = {"yes", "no"};

static mote_check_config config(void)
{
    return (mote_check_config){.labels = keywords,
                               .n_labels = 2,
                               .cut = {.rate_hz = 16000, .length_ms = 1000},
                               .max_clipping = 0.1,
                               .full_scale_share = 0.001,
                               .silence_dbfs = -60,
                               .dc_share = 0.02,
                               .min_clip_s = 0.1,
                               .min_per_class = 20,
                               .min_groups = 3};
}

/* 40 speakers with one 'yes' and one 'no' each. */
static void add_good(fixture *f)
{
    mote_err err;
    MOTE_SCOPED_TXN txn = {0};
    T_OK(mote_store_begin(f->store, &txn, &err));
    for (int g = 0; g < 40; g++) {
        char group[20];
        snprintf(group, sizeof group, "s%d", g);
        add(f, "yes", group, (uint64_t)(2 * g));
        add(f, "no", group, (uint64_t)(2 * g + 1));
    }
    T_OK(mote_store_commit(&txn, &err));
}

static mote_check_report check(fixture *f, const mote_check_config *cfg)
{
    mote_err err;
    mote_check_report r;
    T_OK(mote_data_check(f->store, cfg, &f->arena, &r, &err));
    for (size_t i = 1; i < r.n; i++)
        assert_true(r.findings[i - 1].severity >= r.findings[i].severity);
    return r;
}

static void clean_data_has_no_findings(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_data_version v;
    mote_version_report vr;
    mote_version_config vc = mote_version_config_default();
    mote_check_config cfg = config();
    add_good(f);
    T_OK(mote_version_create(f->store, &vc, &f->arena, &v, &vr, &err));
    mote_check_report r = check(f, &cfg);
    if (r.n > 0)
        fail_msg("%s: %s", r.findings[0].id, r.findings[0].text);
    assert_int_equal(r.n_samples, 80);
}

static void trouble_with_the_sound_is_found(void **state)
{
    fixture *f = *state;
    static int16_t x[48000];
    mote_check_config cfg = config();
    add_good(f);
    make_tone(x, 16000, 16000, 300, 1.5, 0); /* lrint wraps: build the clipping by hand */
    for (size_t i = 0; i < 16000; i++)
        x[i] = (int16_t)(i / 20 % 2 ? 32767 : -32768);
    add_samples(f, "yes", "s0", "clipped.wav", x, 16000);
    for (size_t i = 0; i < 16000; i++)
        x[i] = (int16_t)(i % 2);
    add_samples(f, "yes", "s0", "silent.wav", x, 16000);
    make_tone(x, 16000, 16000, 300, 0.2, 5);
    for (size_t i = 0; i < 16000; i++)
        x[i] = (int16_t)(x[i] + 2000);
    add_samples(f, "yes", "s0", "offset.wav", x, 16000);
    make_tone(x, 48000, 16000, 300, 0.2, 6);
    add_samples(f, "yes", "s0", "short.wav", x, 1000);
    add_samples(f, "yes", "s0", "long.wav", x, 48000);
    mote_check_report r = check(f, &cfg);
    expect(&r, "clipping", MOTE_FINDING_WARNING, 1, "clipped.wav");
    expect(&r, "silence", MOTE_FINDING_WARNING, 1, "silent.wav");
    expect(&r, "dc-offset", MOTE_FINDING_WARNING, 1, "offset.wav");
    expect(&r, "too-short", MOTE_FINDING_WARNING, 1, "short.wav");
    expect(&r, "too-long", MOTE_FINDING_NOTE, 1, "long.wav");
    assert_int_equal(r.n, 5);
    assert_int_equal(r.n_errors, 0);
    cfg.max_clipping = 0.001;
    r = check(f, &cfg);
    expect(&r, "clipping", MOTE_FINDING_ERROR, 1, "clipped.wav");
}

static void duplicates_and_contradictions_are_found(void **state)
{
    fixture *f = *state;
    mote_check_config cfg = config();
    static int16_t x[8000];
    add_good(f);
    make_tone(x, T_COUNT(x), 16000, 300, 0.2, 1);            /* the 'yes' of s0 again .. */
    add_samples(f, "yes", "s7", "copy.wav", x, T_COUNT(x));  /* .. by another speaker */
    make_tone(x, T_COUNT(x), 16000, 300, 0.2, 4);            /* the 'no' of s1 .. */
    add_samples(f, "yes", "s1", "wrong.wav", x, T_COUNT(x)); /* .. as a 'yes' */
    mote_check_report r = check(f, &cfg);
    expect(&r, "duplicate-across-groups", MOTE_FINDING_WARNING, 1, "copy.wav");
    expect(&r, "contradiction", MOTE_FINDING_ERROR, 2, "wrong.wav");
    assert_int_equal(r.n, 2);
    /* Two words that are no keywords are the same to the model. */
    make_tone(x, T_COUNT(x), 16000, 300, 0.2, 900);
    add_samples(f, "tree", "s1", "tree.wav", x, T_COUNT(x));
    add_samples(f, "house", "s1", "house.wav", x, T_COUNT(x));
    r = check(f, &cfg);
    expect(&r, "duplicate-other-words", MOTE_FINDING_NOTE, 1, "tree.wav");
    expect(&r, "contradiction", MOTE_FINDING_ERROR, 2, "wrong.wav");
}

static void too_little_is_found(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_check_config cfg = config();
    static const char *const three[] = {"yes", "no", "maybe"};
    for (int i = 0; i < 10; i++)
        add(f, i < 9 ? "yes" : "no", i % 2 ? "a" : NULL, (uint64_t)i);
    cfg.labels = three;
    cfg.n_labels = 3;
    cfg.min_total_s = 100;
    cfg.min_groups = 20;
    cfg.silence = true;
    cfg.coverage = 0.9;
    mote_check_report r = check(f, &cfg);
    expect(&r, "no-samples", MOTE_FINDING_ERROR, 1, "maybe");
    expect(&r, "few-per-class", MOTE_FINDING_ERROR, 2, "yes: 9");
    expect(&r, "few-seconds", MOTE_FINDING_ERROR, 10, NULL);
    expect(&r, "few-groups", MOTE_FINDING_ERROR, 6, NULL);
    expect(&r, "no-background", MOTE_FINDING_ERROR, 0, NULL);
    expect(&r, "no-group", MOTE_FINDING_WARNING, 5, NULL);
    expect(&r, "coverage", MOTE_FINDING_ERROR, 7, NULL);
    assert_null(find(&r, "few-in-split")); /* no splits yet */

    mote_data_version v;
    mote_version_report vr;
    mote_version_config vc = mote_version_config_default();
    T_OK(mote_version_create(f->store, &vc, &f->arena, &v, &vr, &err));
    r = check(f, &cfg);
    assert_non_null(find(&r, "few-in-split"));
}

static void labels_spelt_like_a_keyword_are_found(void **state)
{
    fixture *f = *state;
    mote_check_config cfg = config();
    static const char *const words[] = {"turn_on", "seven"};
    cfg.labels = words;
    cfg.n_labels = 2;
    cfg.min_per_class = 0;
    add(f, "turn_on", "a", 1);
    add(f, "seven", "a", 2);
    add(f, "Turn-On", "b", 3);
    add(f, "sevn", "b", 4);
    add(f, "elephant", "c", 5);
    mote_check_report r = check(f, &cfg);
    size_t n = 0;
    for (size_t i = 0; i < r.n; i++) {
        if (strcmp(r.findings[i].id, "label-spelling") != 0)
            continue;
        n++;
        bool by_case = strstr(r.findings[i].text, "'Turn-On'") != NULL;
        assert_int_equal(r.findings[i].severity,
                         by_case ? MOTE_FINDING_WARNING : MOTE_FINDING_NOTE);
        assert_non_null(strstr(r.findings[i].text, by_case ? "'turn_on'" : "'seven'"));
    }
    assert_int_equal(n, 2);
}

static void damage_in_the_store_is_found(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_check_config cfg = config();
    char *path;
    size_t n;
    mote_sample_row *rows;
    static int16_t x[8000];
    add_good(f);
    mote_rng rng;
    mote_rng_init(&rng, 1);
    for (size_t i = 0; i < T_COUNT(x); i++) /* does not compress: kept as it is */
        x[i] = (int16_t)(mote_rng_u64(&rng) >> 51);
    add_samples(f, "yes", "s3", "hit.wav", x, T_COUNT(x));
    T_OK(mote_sample_list(f->store, &f->arena, &rows, &n, &err));
    T_OK(mote_object_path(f->store, &rows[n - 1].object, &f->arena, &path, &err));
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 1000, SEEK_SET);
    fputc(0x55 ^ 0xff, file);
    fputc(0x55, file);
    fclose(file);
    mote_check_report r = check(f, &cfg);
    expect(&r, "unreadable", MOTE_FINDING_ERROR, 1, "hit.wav");
    T_OK(mote_store_exec(f->store, "INSERT INTO data_rejected VALUES ('bad.wav', 'is empty', 1)",
                         &err));
    r = check(f, &cfg);
    expect(&r, "left-out", MOTE_FINDING_WARNING, 1, "bad.wav: is empty");
}

static void an_empty_store_says_what_to_do(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_check_report r;
    mote_check_config cfg = config();
    T_FAILS(mote_data_check(f->store, &cfg, &f->arena, &r, &err), MOTE_NOT_FOUND, "mote data add");
    add_good(f);
    mote_cancel stop = {1};
    cfg.cancel = &stop;
    T_FAILS(mote_data_check(f->store, &cfg, &f->arena, &r, &err), MOTE_CANCELLED, "0 of 80");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clean_data_has_no_findings),
        TEST(trouble_with_the_sound_is_found),
        TEST(duplicates_and_contradictions_are_found),
        TEST(too_little_is_found),
        TEST(labels_spelt_like_a_keyword_are_found),
        TEST(damage_in_the_store_is_found),
        TEST(an_empty_store_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
