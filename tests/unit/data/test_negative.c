/* SPDX-License-Identifier: Apache-2.0 */
/* Negative recordings: known by their folder, dealt as a whole and for good, written and read back,
 * and heard one after the other. */
#include "audio_files.h"
#include "data/builtin.h"
#include "data/import.h"
#include "data/negatives.h"
#include "data/provided.h"
#include "data/summary.h"
#include "sample_add.h"
#include "store_fixture.h"

/* A recording of n samples; `sound` decides what it is. */
static void add(fixture *f, mote_data_role role, const char *group, uint64_t sound, size_t n)
{
    static int16_t x[32000];
    mote_err err;
    bool added;
    assert_true(n <= T_COUNT(x));
    make_tone(x, n, 16000, 300, 0.2, sound + 1);
    mote_buf wav;
    mote_buf_init(&wav, 1 << 20);
    T_OK(mote_audio_encode_wav(x, n, 16000, &wav, &err));
    mote_sample_facts facts = {.label = "yes", .group = group, .source = "test", .role = role};
    T_OK(sample_add(f->store, MOTE_INPUT_AUDIO, &(mote_file_bytes){facts.source, wav.data, wav.len},
                    &facts, &added, &err));
    assert_true(added);
    mote_buf_release(&wav);
}

static mote_data_version create(fixture *f)
{
    mote_err err;
    mote_data_version v;
    mote_version_report report;
    mote_version_config cfg = mote_version_config_default();
    cfg.now_ms = 42;
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &report, &err));
    return v;
}

static void add_words(fixture *f)
{
    for (uint64_t g = 0; g < 6; g++) {
        char group[20];
        snprintf(group, sizeof group, "s%d", (int)g);
        add(f, MOTE_ROLE_EXAMPLE, group, 100 + g, 16000);
    }
}

static void whole_recordings_are_dealt_and_stay(void **state)
{
    fixture *f = *state;
    mote_split before[16];
    size_t n = 0;
    add_words(f);
    add(f, MOTE_ROLE_NEGATIVE, "tv:1", 1, 32000);
    mote_data_version v = create(f);
    assert_int_equal(v.n_negative, 1);
    assert_int_equal(mote_negatives_in(&v, MOTE_SPLIT_TEST).n, 1); /* the first hours judge */
    for (uint64_t k = 2; k <= 10; k++) {
        char group[20];
        snprintf(group, sizeof group, "tv:%d", (int)k);
        add(f, MOTE_ROLE_NEGATIVE, group, k, 32000);
    }
    v = create(f);
    assert_int_equal(v.n_negative, 10);
    assert_int_equal(v.duration_us, 6000000); /* of the examples */
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        assert_true(mote_negatives_in(&v, (mote_split)s).n > 0);
    assert_true(mote_negatives_in(&v, MOTE_SPLIT_TRAIN).n > 4);
    for (size_t i = 0; i < v.n; i++)
        if (v.items[i].role == MOTE_ROLE_NEGATIVE)
            before[n++] = v.items[i].split;
    v = create(f);
    n = 0;
    for (size_t i = 0; i < v.n; i++)
        if (v.items[i].role == MOTE_ROLE_NEGATIVE)
            assert_int_equal(v.items[i].split, before[n++]);
}

static void what_was_said_of_a_split_holds(void **state)
{
    fixture *f = *state;
    mote_err err;
    add_words(f);
    for (uint64_t k = 0; k < 4; k++) {
        char group[20];
        snprintf(group, sizeof group, "radio:%d", (int)k);
        T_OK(mote_split_provide(f->store, group, MOTE_PROVIDED_TEST, 1, &err));
        add(f, MOTE_ROLE_NEGATIVE, group, k, 16000);
    }
    const mote_data_version v = create(f);
    const mote_negative_amount test = mote_negatives_in(&v, MOTE_SPLIT_TEST);
    assert_int_equal(test.n, 4);
    assert_true(fabs(test.hours - 4.0 / 3600) < 1e-9);
    assert_int_equal(mote_negatives_in(&v, MOTE_SPLIT_TRAIN).n, 0);
    mote_data_summary s;
    T_OK(mote_summary_of_version(&v, NULL, 0, &f->arena, &s, &err));
    assert_int_equal(s.n_negative, 4);
    assert_int_equal(s.negative_in_us[MOTE_SPLIT_TEST], 4000000);
    assert_int_equal(s.total.n, 6); /* no word of any label */
    assert_int_equal(s.n_background, 0);
}

static void a_version_is_read_as_it_was_written(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_data_version back;
    add_words(f);
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 20);
    mote_data_version v = create(f);
    T_OK(mote_manifest_write(&v, &text, &err));
    assert_true(mote_str_starts(text.data, "mote.data 3\n")); /* without negatives as before */
    add(f, MOTE_ROLE_NEGATIVE, NULL, 1, 16000);
    add(f, MOTE_ROLE_BACKGROUND, NULL, 2, 16000);
    v = create(f);
    text.len = 0;
    T_OK(mote_manifest_write(&v, &text, &err));
    assert_true(mote_str_starts(text.data, "mote.data 5\n"));
    assert_non_null(strstr(text.data, "\tnegative\ttest\t1000000\t_negative_\tfile:"));
    T_OK(mote_manifest_parse(text.data, text.len, &f->arena, &back, &err));
    assert_int_equal(back.n_negative, 1);
    assert_int_equal(back.n_background, 1);
    assert_int_equal(back.duration_us, v.duration_us);
    assert_int_equal(mote_negatives_in(&back, MOTE_SPLIT_TEST).n, 1);
    char *at = strstr(text.data, "\tnegative\ttest");
    memcpy(at, "\tnegative\t-   ", 14); /* no split */
    assert_int_equal(mote_manifest_parse(text.data, text.len, &f->arena, &back, &err),
                     MOTE_CORRUPT);
}

typedef struct {
    size_t n, n_samples;
    mote_status stop;
} heard;

static mote_status take(void *arg, const mote_negative *one, mote_err *err)
{
    heard *h = arg;
    assert_int_equal(one->index, h->n++);
    h->n_samples += (size_t)(one->decoded->duration_us * 16 / 1000);
    return h->stop == MOTE_OK ? MOTE_OK : mote_fail(err, h->stop, "enough");
}

static void recordings_come_one_after_the_other(void **state)
{
    fixture *f = *state;
    mote_err err;
    add_words(f);
    for (uint64_t k = 0; k < 3; k++) {
        char group[20];
        snprintf(group, sizeof group, "tv:%d", (int)k);
        T_OK(mote_split_provide(f->store, group, MOTE_PROVIDED_VALIDATION, 1, &err));
        add(f, MOTE_ROLE_NEGATIVE, group, k, 16000);
    }
    const mote_data_version v = create(f);
    mote_dataset_config cfg = mote_dataset_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    heard h = {0};
    cfg.split = MOTE_SPLIT_VALIDATION;
    T_OK(mote_negatives_each(f->store, &v, &cfg, take, &h, &err));
    assert_int_equal(h.n, 3);
    assert_int_equal(h.n_samples, 48000);
    h = (heard){.stop = MOTE_LIMIT};
    assert_int_equal(mote_negatives_each(f->store, &v, &cfg, take, &h, &err), MOTE_LIMIT);
    assert_int_equal(h.n, 1);
    h = (heard){0};
    cfg.split = MOTE_SPLIT_TRAIN;
    T_OK(mote_negatives_each(f->store, &v, &cfg, take, &h, &err));
    assert_int_equal(h.n, 0);
}

static mote_status add_hours(void *arg, const mote_negative *one, mote_err *err)
{
    (void)err;
    *(double *)arg += (double)one->decoded->duration_us / 1e6;
    return MOTE_OK;
}

/* Every recording is heard by one fold, whatever its split; a group's by the fold that judges its
 * words; the others so that each fold has as much. */
static void folds_share_the_hours(void **state)
{
    fixture *f = *state;
    mote_err err;
    enum { K = 3 };
    mote_fold *fold = NULL;
    add_words(f);
    add(f, MOTE_ROLE_NEGATIVE, "s2", 1, 32000); /* the room of one who says words */
    add(f, MOTE_ROLE_NEGATIVE, "tv", 2, 16000);
    add(f, MOTE_ROLE_NEGATIVE, "tv", 3, 16000);
    add(f, MOTE_ROLE_NEGATIVE, "radio", 4, 16000);
    add(f, MOTE_ROLE_NEGATIVE, "street", 5, 16000);
    const mote_data_version v = create(f);
    T_OK(mote_version_folds(&v, K, 7, &f->arena, &fold, &err));
    int32_t of_s2 = -1, of_tv = -1;
    for (size_t i = 0; i < v.n; i++) {
        assert_in_range(fold[i].group, 0, K - 1);
        if (strcmp(v.items[i].group, "s2") == 0) {
            assert_true(of_s2 < 0 || of_s2 == fold[i].group);
            of_s2 = fold[i].group;
        }
        if (strcmp(v.items[i].group, "tv") == 0) {
            assert_true(of_tv < 0 || of_tv == fold[i].group);
            of_tv = fold[i].group;
        }
    }
    double all = 0;
    for (int32_t k = 0; k < K; k++) {
        mote_dataset_config cfg = mote_dataset_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
        double seconds = 0;
        cfg.split = MOTE_SPLIT_TEST;
        cfg.n_folds = K;
        cfg.round = k;
        cfg.fold_seed = 7;
        T_OK(mote_negatives_each(f->store, &v, &cfg, add_hours, &seconds, &err));
        assert_true(fabs(seconds - 2.0) < 1e-6);
        all += seconds;
    }
    assert_true(fabs(all - 6.0) < 1e-6);
}

static void a_folder_says_what_is_in_it(void **state)
{
    (void)state;
    static const char *const are[] = {"_negatives_", "negatives", "Negative", "_negative_"};
    static const char *const are_not[] = {"negativ", "negatives2", "", "_negatives", "background"};
    for (size_t i = 0; i < T_COUNT(are); i++)
        assert_true(mote_import_is_negative(are[i], strlen(are[i])));
    for (size_t i = 0; i < T_COUNT(are_not); i++)
        assert_false(mote_import_is_negative(are_not[i], strlen(are_not[i])));
}

/* Hours in which nothing is said are no other words: those are still made. */
static void negatives_are_no_words(void **state)
{
    fixture *f = *state;
    mote_err err;
    static const char *const keywords[] = {"no"};
    const mote_builtin_config cfg = {.use = "auto",
                                     .spoken = "off",
                                     .language = "",
                                     .keywords = keywords,
                                     .n_keywords = 1,
                                     .unknown = true,
                                     .few = 3,
                                     .rate_hz = 16000,
                                     .clip_ms = 1000};
    mote_builtin_plan plan;
    for (uint64_t g = 0; g < 5; g++) {
        char group[20];
        snprintf(group, sizeof group, "tv%d", (int)g);
        add(f, MOTE_ROLE_NEGATIVE, group, g, 32000);
    }
    T_OK(mote_builtin_choose(f->store, &cfg, &plan, &err));
    assert_int_equal(plan.n_own_words, 0);
    assert_true(plan.take & MOTE_BUILTIN_WORDS);
    add_words(f); /* "yes": other words */
    T_OK(mote_builtin_choose(f->store, &cfg, &plan, &err));
    assert_int_equal(plan.n_own_words, 6);
    assert_false(plan.take & MOTE_BUILTIN_WORDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_recordings_are_dealt_and_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_said_of_a_split_holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_version_is_read_as_it_was_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(recordings_come_one_after_the_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folds_share_the_hours, set_up, tear_down),
        cmocka_unit_test(a_folder_says_what_is_in_it),
        cmocka_unit_test_setup_teardown(negatives_are_no_words, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
