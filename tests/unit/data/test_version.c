/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of the data: what goes in, splits that stay, folds, differences, the manifest's text. */
#include "audio_files.h"
#include "base/text.h"
#include "data/facts.h"
#include "data/provided.h"
#include "data/version.h"
#include "sample_add.h"
#include "store_fixture.h"

/* A recording whose sound is decided by `sound`. `pad` more bytes behind the samples change the
 * file, not the sound. */
static void add(fixture *f, const char *label, const char *group, uint64_t sound, size_t pad)
{
    mote_err err;
    int16_t x[160];
    bool added;
    make_tone(x, T_COUNT(x), 16000, 300, 0.2, sound + 1);
    mote_buf wav;
    mote_buf_init(&wav, 1 << 20);
    T_OK(mote_audio_encode_wav(x, T_COUNT(x), 16000, &wav, &err));
    for (size_t i = 0; i < pad; i++)
        mote_buf_char(&wav, 'p');
    mote_sample_facts facts = {.label = label,
                               .group = group,
                               .source = "test",
                               .role = label ? MOTE_ROLE_EXAMPLE : MOTE_ROLE_BACKGROUND};
    T_OK(sample_add(f->store, MOTE_INPUT_AUDIO, &(mote_file_bytes){facts.source, wav.data, wav.len},
                    &facts, &added, &err));
    assert_true(added);
    mote_buf_release(&wav);
}

/* Speakers first .. last-1 say every word twice. */
static void add_speakers(fixture *f, int first, int last)
{
    static const char *const words[] = {"yes", "no", "up"};
    mote_err err;
    MOTE_SCOPED_TXN txn = {0};
    T_OK(mote_store_begin(f->store, &txn, &err));
    for (int g = first; g < last; g++) {
        char group[20];
        snprintf(group, sizeof group, "s%d", g);
        for (int i = 0; i < 6; i++)
            add(f, words[i % 3], group, (uint64_t)(g * 6 + i), 0);
    }
    T_OK(mote_store_commit(&txn, &err));
}

static mote_data_version create(fixture *f, mote_version_report *report)
{
    mote_err err;
    mote_data_version v;
    mote_version_config cfg = mote_version_config_default();
    cfg.now_ms = 42;
    cfg.note = "a note";
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, report, &err));
    return v;
}

static mote_split split_of(const mote_data_version *v, const char *group)
{
    for (size_t i = 0; i < v->n; i++) {
        if (strcmp(v->items[i].group, group) == 0)
            return v->items[i].split;
    }
    fail_msg("no group '%s'", group);
    return MOTE_N_SPLITS;
}

static void groups_never_cross_splits(void **state)
{
    fixture *f = *state;
    mote_version_report r;
    add_speakers(f, 0, 20);
    mote_data_version v = create(f, &r);
    assert_int_equal(v.n, 120);
    assert_int_equal(r.n_new_groups, 20);
    size_t n_in[MOTE_N_SPLITS] = {0};
    for (size_t i = 0; i < v.n; i++) {
        assert_int_equal(v.items[i].split, split_of(&v, v.items[i].group));
        n_in[v.items[i].split]++;
    }
    assert_int_equal(n_in[MOTE_SPLIT_TRAIN], 84); /* 14, 3 and 3 speakers of 6 */
    assert_int_equal(n_in[MOTE_SPLIT_VALIDATION], 18);
    assert_int_equal(n_in[MOTE_SPLIT_TEST], 18);
}

static void splits_stay_when_data_is_added(void **state)
{
    fixture *f = *state;
    mote_version_report r;
    add_speakers(f, 0, 5);
    mote_data_version first = create(f, &r);
    for (int more = 6; more < 60; more += 17) {
        add_speakers(f, more - 1, more + 15);
        mote_data_version later = create(f, &r);
        assert_true(r.is_new);
        for (size_t i = 0; i < first.n; i++)
            assert_int_equal(first.items[i].split, split_of(&later, first.items[i].group));
        for (size_t i = 0; i < later.n; i++)
            assert_int_equal(later.items[i].split, split_of(&later, later.items[i].group));
    }
}

static void splits_that_were_provided_are_honoured(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    uint32_t parts;
    add_speakers(f, 0, 20);
    T_OK(mote_split_provide(f->store, "s0", MOTE_PROVIDED_TEST, 1, &err));
    T_OK(mote_split_provide(f->store, "s0", MOTE_PROVIDED_TEST, 1, &err));
    T_OK(mote_split_provide(f->store, "s1", MOTE_PROVIDED_VALIDATION, 1, &err));
    T_OK(mote_split_provide(f->store, "s1", MOTE_PROVIDED_LEARN, 1, &err));
    for (int g = 2; g < 17; g++) {
        char group[20];
        snprintf(group, sizeof group, "s%d", g);
        T_OK(mote_split_provide(f->store, group, MOTE_PROVIDED_LEARN, 1, &err));
    }
    T_FAILS(mote_split_provide(f->store, "s0", MOTE_PROVIDED_LEARN, 1, &err), MOTE_CONFLICT,
            "'s0' is provided for 'test' and for 'learn'");
    mote_data_version v = create(f, &r);
    assert_int_equal(split_of(&v, "s0"), MOTE_SPLIT_TEST);
    assert_int_equal(split_of(&v, "s1"), MOTE_SPLIT_VALIDATION);
    for (size_t i = 0; i < v.n; i++) {
        T_OK(mote_split_provided(f->store, v.items[i].group, &parts, &err));
        if (parts)
            assert_true(parts >> v.items[i].split & 1u);
    }
    /* What a version has stays, whatever is said later. */
    T_FAILS(mote_split_provide(f->store, "s1", MOTE_PROVIDED_TEST, 1, &err), MOTE_CONFLICT, "'s1'");
    T_OK(mote_store_exec(f->store, "DELETE FROM data_split_provided", &err));
    T_FAILS(mote_split_provide(f->store, "s1", MOTE_PROVIDED_TEST, 1, &err), MOTE_CONFLICT,
            "an earlier version has it in 'validation'");
    T_OK(mote_split_provided(f->store, "s1", &parts, &err));
    assert_int_equal(parts, 0);
}

static void nothing_new_is_the_same_version(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    mote_version_config cfg = mote_version_config_default();
    mote_data_version v;
    T_FAILS(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err), MOTE_NOT_FOUND,
            "mote data add");
    add_speakers(f, 0, 6);
    mote_data_version a = create(f, &r);
    assert_true(r.is_new);
    mote_data_version b = create(f, &r);
    assert_false(r.is_new);
    assert_int_equal(a.number, b.number);
    assert_string_equal(b.note, "a note");
    assert_true(mote_sha256_equal(&a.id, &b.id));
    add_speakers(f, 6, 7);
    b = create(f, &r);
    assert_true(r.is_new);
    assert_int_equal(b.number, a.number + 1);
}

static void two_stores_with_the_same_data_agree_on_the_hash(void **state)
{
    fixture *f = *state;
    fixture *g = NULL;
    mote_version_report r;
    (void)set_up((void **)&g);
    add_speakers(f, 0, 10);
    add_speakers(g, 5, 10); /* another order of arrival */
    add_speakers(g, 0, 5);
    mote_data_version a = create(f, &r), b = create(g, &r);
    assert_true(mote_sha256_equal(&a.id, &b.id));
    (void)tear_down((void **)&g);
}

static void a_version_reads_back_the_same(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    add_speakers(f, 0, 7);
    add(f, NULL, "noise", 1000, 0);
    mote_data_version a = create(f, &r), b;
    char hex[MOTE_SHA256_HEX_BYTES], head[20];
    mote_sha256_hex(&a.id, hex);
    snprintf(head, sizeof head, "%.10s", hex);
    const char *const names[] = {"latest", "v1", "1", head, hex};
    for (size_t k = 0; k < T_COUNT(names); k++) {
        T_OK(mote_version_load(f->store, names[k], &f->arena, &b, &err));
        assert_int_equal(b.number, 1);
        assert_int_equal(b.created_ms, 42);
        assert_string_equal(b.note, "a note");
        assert_int_equal(b.n, 43);
        assert_int_equal(b.n_background, 1);
        assert_int_equal(b.duration_us, a.duration_us);
        for (size_t i = 0; i < b.n; i++) {
            assert_true(mote_sha256_equal(&a.items[i].object, &b.items[i].object));
            assert_string_equal(a.items[i].label, b.items[i].label);
            assert_string_equal(a.items[i].group, b.items[i].group);
            assert_int_equal(a.items[i].role, b.items[i].role);
            assert_int_equal(a.items[i].split, b.items[i].split);
        }
    }
    T_FAILS(mote_version_load(f->store, "v9", &f->arena, &b, &err), MOTE_NOT_FOUND, "v1 to v1");
    T_FAILS(mote_version_load(f->store, "abcdef0", &f->arena, &b, &err), MOTE_NOT_FOUND, "");
}

static void duplicates_are_taken_once_and_contradictions_not_at_all(void **state)
{
    fixture *f = *state;
    mote_version_report r;
    add_speakers(f, 0, 6);
    add(f, "yes", "s900", 0, 1); /* sounds like the first 'yes' of s0, other bytes, other group */
    add(f, "no", "s901", 2, 0);  /* sounds like an 'up' of s0 */
    mote_data_version v = create(f, &r);
    assert_int_equal(r.n_duplicates, 1);
    assert_int_equal(r.n_contradictions, 2);
    assert_int_equal(v.n, 36 - 1);
    for (size_t i = 0; i < v.n; i++)
        assert_true(v.items[i].group[1] != '9');
}

static mote_version_config with_keywords(void)
{
    static const char *const keywords[] = {"yes", "no"};
    mote_version_config cfg = mote_version_config_default();
    cfg.labels = keywords;
    cfg.n_labels = 2;
    cfg.words_apart = cfg.of_words = true;
    cfg.now_ms = 42;
    return cfg;
}

static void two_other_words_that_share_a_recording_do_not_contradict_each_other(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    mote_data_version v;
    mote_version_config cfg = with_keywords();
    add_speakers(f, 0, 6);
    add(f, "down", "s900", 2, 0); /* sounds like an 'up' of s0: both are no keywords */
    add(f, "no", "s901", 0, 0);   /* sounds like a 'yes' of s0 */
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    assert_int_equal(r.n_duplicates, 1);
    assert_int_equal(r.n_contradictions, 2);
    assert_int_equal(v.n, 36 - 1);
    /* Without keywords nothing is known of the labels. */
    v = create(f, &r);
    assert_int_equal(r.n_contradictions, 4);
}

/* Speakers say two keywords and, each, three of twelve other words. */
static void add_words(fixture *f, int first, int last)
{
    mote_err err;
    MOTE_SCOPED_TXN txn = {0};
    T_OK(mote_store_begin(f->store, &txn, &err));
    for (int g = first; g < last; g++) {
        char group[20], word[20];
        snprintf(group, sizeof group, "s%d", g);
        add(f, "yes", group, (uint64_t)(g * 5), 0);
        add(f, "no", group, (uint64_t)(g * 5 + 1), 0);
        for (int i = 0; i < 3; i++) {
            snprintf(word, sizeof word, "word%d", (g * 3 + i) % 12);
            add(f, word, group, (uint64_t)(g * 5 + 2 + i), 0);
        }
    }
    T_OK(mote_store_commit(&txn, &err));
}

static void words_are_held_apart_and_stay_where_they_are(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    mote_data_version v, later, again;
    mote_version_config cfg = with_keywords();
    add_words(f, 0, 40);
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    size_t n_unused = 0, n_used[MOTE_N_SPLITS] = {0}, n_words = 0;
    for (size_t i = 0; i < v.n; i++) {
        const mote_version_item *it = &v.items[i];
        assert_int_equal(it->is_word, strncmp(it->label, "word", 4) == 0);
        assert_int_equal(it->split, split_of(&v, it->group));
        n_words += it->is_word;
        n_unused += mote_version_used(it) ? 0 : 1;
        if (it->is_word && mote_version_used(it))
            n_used[it->split]++;
        for (size_t j = 0; j < v.n; j++)
            if (strcmp(it->label, v.items[j].label) == 0 && it->is_word)
                assert_int_equal(it->word, v.items[j].word);
    }
    assert_int_equal(r.n_unused, n_unused);
    assert_int_equal(n_words, 120);
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        assert_true(n_used[s] >= 2);
    /* Read back it is the same; with more people and words nothing moves. */
    T_OK(mote_version_load(f->store, "latest", &f->arena, &again, &err));
    assert_true(mote_sha256_equal(&again.id, &v.id));
    add_words(f, 40, 60);
    add(f, "anotherword", "s3", 5000, 0);
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &later, &r, &err));
    for (size_t i = 0; i < v.n; i++)
        for (size_t j = 0; j < later.n; j++)
            if (mote_sha256_equal(&v.items[i].object, &later.items[j].object)) {
                assert_int_equal(v.items[i].split, later.items[j].split);
                assert_int_equal(v.items[i].word, later.items[j].word);
                assert_int_equal(again.items[i].word, v.items[i].word);
                assert_int_equal(again.items[i].is_word, v.items[i].is_word);
            }
}

static void people_who_say_other_words_only_lose_nothing(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    mote_data_version v;
    mote_version_config cfg = with_keywords();
    add_speakers(f, 0, 12); /* say 'up' too: one word of 21 */
    for (int i = 0; i < 100; i++) {
        char group[20], word[20];
        snprintf(group, sizeof group, "p%d", i);
        snprintf(word, sizeof word, "word%d", i % 20);
        add(f, word, group, (uint64_t)(1000 + i), 0);
    }
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    for (size_t i = 0; i < v.n; i++)
        assert_true(mote_version_used(&v.items[i]) || v.items[i].group[0] == 's');
}

static void folds_hold_words_apart_too(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    mote_data_version v;
    mote_fold *fold;
    mote_version_config cfg = with_keywords();
    add_words(f, 0, 30);
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    T_OK(mote_version_folds(&v, 5, 3, &f->arena, &fold, &err));
    size_t n_in[5] = {0};
    for (size_t i = 0; i < v.n; i++) {
        assert_int_equal(fold[i].word >= 0, v.items[i].is_word);
        n_in[fold[i].group] += fold[i].word == fold[i].group;
        for (size_t j = 0; j < v.n; j++)
            if (strcmp(v.items[i].label, v.items[j].label) == 0)
                assert_int_equal(fold[i].word, fold[j].word);
    }
    for (int k = 0; k < 5; k++)
        assert_true(n_in[k] > 0);
    T_OK(mote_version_folds(&v, 13, 3, &f->arena, &fold, &err)); /* more folds than words */
    for (size_t i = 0; i < v.n; i++)
        assert_int_equal(fold[i].word, -1);
}

static void what_cannot_be_judged_is_said(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    mote_data_version v;
    mote_data_facts facts;
    mote_version_config cfg = with_keywords();
    add(f, "yes", "anna", 1, 0);
    add(f, "yes", NULL, 2, 0);
    add(f, "no", "anna", 3, 0);
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    T_OK(mote_data_facts_of(&v, &cfg, &f->arena, &facts, &err));
    assert_int_equal(facts.n_groups, 2);
    assert_int_equal(facts.n_named, 2);
    assert_int_equal(facts.n_missing, 4);
    assert_non_null(strstr(facts.missing[0], "'yes' has nothing in "));
    assert_non_null(strstr(facts.missing[1], "'no' has nothing in "));
    assert_non_null(strstr(facts.missing[2], "no recording of any other word"));
    assert_non_null(strstr(facts.missing[3], "who speaks is not known of 1 of 3"));
    assert_non_null(strstr(facts.advice, "only 2 people: record more"));
    add_words(f, 0, 5); /* five people: few, and twelve words */
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    T_OK(mote_data_facts_of(&v, &cfg, &f->arena, &facts, &err));
    assert_true(facts.words_apart);
    assert_non_null(strstr(facts.advice, "--folds 5"));
    add_words(f, 5, 40);
    T_OK(mote_store_exec(f->store, "DELETE FROM data_sample WHERE grp LIKE 'file:%'", &err));
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    T_OK(mote_data_facts_of(&v, &cfg, &f->arena, &facts, &err));
    assert_int_equal(facts.n_missing, 0);
    assert_null(facts.advice);
    assert_int_equal(facts.n_words, 12);
    MOTE_SCOPED_JSON *j = mote_data_facts_json(&facts);
    assert_true(json_real_value(json_object_get(j, "groups_known")) == 1.0);
    /* Two other words cannot be held apart in three splits. */
    T_OK(mote_store_exec(f->store,
                         "DELETE FROM data_sample WHERE id IN (SELECT id FROM data_said WHERE "
                         "label LIKE 'word%' AND "
                         "label NOT IN ('word0', 'word1'))",
                         &err));
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    T_OK(mote_data_facts_of(&v, &cfg, &f->arena, &facts, &err));
    assert_false(facts.words_apart);
    assert_int_equal(facts.n_unused, 0);
    assert_non_null(strstr(facts.missing[0], "there are 2, at least 3"));
}

static void a_version_keeps_its_objects(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    mote_gc_report gc;
    add_speakers(f, 0, 3);
    mote_data_version v = create(f, &r);
    T_OK(mote_store_exec(f->store, "DELETE FROM data_sample", &err));
    T_OK(mote_store_collect(f->store, &(mote_gc_options){.now_ms = INT64_C(1) << 50}, &gc, &err));
    for (size_t i = 0; i < v.n; i++) {
        bool has;
        T_OK(mote_object_has(f->store, &v.items[i].object, &has, &err));
        assert_true(has);
    }
}

static void folds_are_whole_groups_and_even(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    mote_fold *fold, *again;
    add_speakers(f, 0, 18);
    add(f, NULL, "noise", 1000, 0);
    mote_data_version v = create(f, &r);
    T_OK(mote_version_folds(&v, 5, 3, &f->arena, &fold, &err));
    T_OK(mote_version_folds(&v, 5, 3, &f->arena, &again, &err));
    assert_memory_equal(fold, again, v.n * sizeof *fold);
    size_t n_in[5] = {0};
    for (size_t i = 0; i < v.n; i++) {
        if (v.items[i].role == MOTE_ROLE_BACKGROUND) {
            assert_int_equal(fold[i].group, -1);
            continue;
        }
        assert_int_equal(fold[i].word, -1);
        n_in[fold[i].group]++;
        for (size_t j = 0; j < v.n; j++) {
            if (strcmp(v.items[i].group, v.items[j].group) == 0)
                assert_int_equal(fold[i].group, fold[j].group);
        }
    }
    for (int k = 0; k < 5; k++)
        assert_in_range(n_in[k], 18, 24); /* 3 or 4 speakers of 6 */
    T_FAILS(mote_version_folds(&v, 19, 3, &f->arena, &fold, &err), MOTE_ARG, "at least 19 groups");
    T_FAILS(mote_version_folds(&v, 1, 3, &f->arena, &fold, &err), MOTE_ARG, "1 folds");
}

static void differences_are_found(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_report r;
    mote_version_change *c;
    size_t n;
    add_speakers(f, 0, 4);
    mote_data_version a = create(f, &r);
    T_OK(mote_version_diff(&a, &a, &f->arena, &c, &n, &err));
    assert_int_equal(n, 0);
    T_OK(mote_store_exec(f->store, "DELETE FROM data_sample WHERE id = 1", &err));
    T_OK(mote_store_exec(f->store, "UPDATE data_label SET label = 'down' WHERE sample_id = 2",
                         &err));
    add(f, "yes", "s7", 999, 0);
    mote_data_version b = create(f, &r);
    T_OK(mote_version_diff(&a, &b, &f->arena, &c, &n, &err));
    assert_int_equal(n, 3);
    int seen[3] = {0};
    for (size_t i = 0; i < n; i++) {
        seen[c[i].kind]++;
        assert_true((c[i].before == NULL) == (c[i].kind == MOTE_DIFF_ADDED));
        assert_true((c[i].after == NULL) == (c[i].kind == MOTE_DIFF_REMOVED));
        if (c[i].kind == MOTE_DIFF_CHANGED)
            assert_string_equal(c[i].after->label, "down");
    }
    assert_int_equal(seen[0], 1);
    assert_int_equal(seen[1], 1);
    assert_int_equal(seen[2], 1);
    T_OK(mote_version_diff(&b, &a, &f->arena, &c, &n, &err));
    assert_int_equal(n, 3);
}

static void by_time_the_last_recorded_are_the_test(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_config cfg = mote_version_config_default();
    mote_version_report r;
    mote_data_version v;
    add_speakers(f, 0, 10);
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err)); /* dealt, and kept .. */
    T_OK(mote_store_exec(f->store,
                         "UPDATE data_sample SET taken_ms = 1000 - 10 * length(grp) - "
                         "CAST(substr(grp, 2) AS INTEGER)",
                         &err));
    cfg.by_time = true;
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err)); /* .. but not by time */
    assert_int_equal(split_of(&v, "s0"), MOTE_SPLIT_TEST);
    assert_int_equal(split_of(&v, "s1"), MOTE_SPLIT_TEST);
    assert_int_equal(split_of(&v, "s2"), MOTE_SPLIT_VALIDATION);
    assert_int_equal(split_of(&v, "s9"), MOTE_SPLIT_TRAIN);
    T_OK(
        mote_store_exec(f->store, "UPDATE data_sample SET taken_ms = 5000 WHERE grp = 's9'", &err));
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    assert_true(r.is_new);
    assert_int_equal(split_of(&v, "s9"), MOTE_SPLIT_TEST); /* the last now */
    T_OK(mote_store_exec(f->store, "UPDATE data_sample SET taken_ms = 0, added_ms = 3", &err));
    T_FAILS(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err), MOTE_ARG,
            "10 groups of 1 different times");
}

#define HASH  "0000000000000000000000000000000000000000000000000000000000000000"
#define HEAD  "mote.data 1\nseed 0\nshares 0.7 0.15 0.15\n"
#define HEAD2 "mote.data 2\nseed 0\nshares 0.7 0.15 0.15\n"
#define HEAD3 "mote.data 3\nseed 0\nshares 0.7 0.15 0.15\n"

static void damaged_manifests_are_refused_with_the_line(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "line 1"},
        {"mote.data 6\n", "line 1: not a data version"},
        {"mote.data 1\nseed -1\n", "line 2: expected 'seed N'"},
        {"mote.data 1\nseed 0\nshares 0.7 0.15\n", "line 3: a share"},
        {"mote.data 1\nseed 0\nshares 0.7 0.15 2\n", "line 3: a share"},
        {HEAD "samples 1\n", "line 4"},
        {HEAD "samples 99999999999999\n", "line 4: expected 'samples N'"},
        {HEAD "samples 1\n" HASH "\tkeyword\ttrain\t5\tyes\tanna", "line 5: the text ends"},
        {HEAD "samples 1\n0" HASH "\tkeyword\ttrain\t5\tyes\tanna\n", "line 5: the hash"},
        {HEAD "samples 1\n" HASH "\tkeyword\t-\t5\tyes\tanna\n", "line 5: unknown role"},
        {HEAD "samples 1\n" HASH "\tkeyword\ttest/train\t5\tno\tanna\n", "line 5: unknown role"},
        {HEAD2 "samples 1\n" HASH "\tkeyword\ttest/\t5\tyes\tanna\n", "line 5: unknown role"},
        {HEAD2 "samples 1\n" HASH "\tkeyword\t/test\t5\tyes\tanna\n", "line 5: unknown role"},
        {HEAD "samples 1\n" HASH "\tbackground\ttrain\t5\tyes\tanna\n", "line 5: unknown role"},
        {HEAD "samples 1\n" HASH "\tkeyword\ttest\t-5\tyes\tanna\n", "line 5: the duration"},
        {HEAD "samples 1\n" HASH "\tkeyword\ttest\t5\t\tanna\n", "line 5: a label or group"},
        {HEAD "samples 1\n" HASH "\tkeyword\ttest\t5\tyes\tanna\nmore\n", "line 6: more lines"},
        {HEAD "samples 1\n" HASH "\texample\ttest\t5\tyes\tanna\n", "line 5: unknown role"},
        {HEAD3 "samples 1\n" HASH "\tkeyword\ttest\t5\tyes\tanna\n", "line 5: unknown role"},
        {HEAD3 "samples 1\n" HASH "\texample\ttest\t5\tyes\tanna\t@5-5\n", "line 5: a span"},
        {HEAD3 "samples 1\n" HASH "\texample\ttest\t5\tyes\tanna\t@5\n", "line 5: a span"},
        {HEAD3 "samples 1\n" HASH "\texample\ttest\t5\tyes\tanna\t=nan\n", "line 5: a value"},
        {HEAD3 "samples 1\n" HASH "\texample\ttest\t5\tyes\tanna\t=1\t@0-5\n", "line 5: more"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        mote_data_version v;
        T_FAILS(mote_manifest_parse(cases[i].text, strlen(cases[i].text), &f->arena, &v, &err),
                MOTE_CORRUPT, cases[i].words);
    }
}

/* The bytes of format 2, kept for ever: the second word is heard in training, but said by somebody
 * of the test. */
static void format_two_stays_readable(void **state)
{
    fixture *f = *state;
    static const char golden[] = HEAD2
        "samples 3\n" HASH "\tkeyword\ttest/test\t980000\tcat\tanna\n" HASH
        "\tkeyword\ttest/train\t980000\tdog\tanna\n" HASH "\tkeyword\ttest\t980000\tyes\tanna\n";
    mote_err err;
    mote_data_version v;
    T_OK(mote_manifest_parse(golden, sizeof golden - 1, &f->arena, &v, &err));
    assert_int_equal(v.n, 3);
    assert_true(mote_version_used(&v.items[0]));
    assert_false(mote_version_used(&v.items[1]));
    assert_int_equal(v.items[1].word, MOTE_SPLIT_TRAIN);
    assert_true(mote_version_used(&v.items[2]));
    assert_true(v.items[1].is_word && !v.items[2].is_word);
    mote_buf text;
    mote_buf_init(&text, 1 << 20);
    T_OK(mote_manifest_write(&v, &text, &err));
    static const char now[] = HEAD3
        "samples 3\n" HASH "\texample\ttest/test\t980000\tcat\tanna\n" HASH
        "\texample\ttest/train\t980000\tdog\tanna\n" HASH "\texample\ttest\t980000\tyes\tanna\n";
    assert_string_equal(text.data, now);
    mote_buf_release(&text);
}

/* The bytes of format 1, kept for ever. */
static void format_one_stays_readable(void **state)
{
    fixture *f = *state;
    static const char golden[] = HEAD "samples 2\n" HASH "\tkeyword\ttest\t980000\tyes\tanna\n" HASH
                                      "\tbackground\t-\t60000000\t_background_\tfile:00\n";
    mote_err err;
    mote_data_version v;
    T_OK(mote_manifest_parse(golden, sizeof golden - 1, &f->arena, &v, &err));
    assert_int_equal(v.n, 2);
    assert_int_equal(v.n_background, 1);
    assert_int_equal(v.items[0].split, MOTE_SPLIT_TEST);
    assert_true(mote_version_used(&v.items[0]));
    assert_int_equal(v.items[0].duration_us, 980000);
    mote_buf text;
    mote_buf_init(&text, 1 << 20);
    T_OK(mote_manifest_write(&v, &text, &err));
    static const char now[] = HEAD3 "samples 2\n" HASH "\texample\ttest\t980000\tyes\tanna\n" HASH
                                    "\tbackground\t-\t60000000\t_background_\tfile:00\n";
    assert_string_equal(text.data, now);
    mote_buf_release(&text);
}

/* The bytes of format 3: a span of a sample, and a value. */
static void format_three_reads_back(void **state)
{
    fixture *f = *state;
    static const char golden[] =
        HEAD3 "samples 2\n" HASH "\texample\ttest\t5\theight\tanna\t=-1.5\n" HASH
              "\texample\ttest\t20\twave\tanna\t@10-30\n";
    mote_err err;
    mote_data_version v;
    T_OK(mote_manifest_parse(golden, sizeof golden - 1, &f->arena, &v, &err));
    assert_true(v.items[0].value >= -1.5 && v.items[0].value <= -1.5);
    assert_int_equal(v.items[0].to_us, 0);
    assert_true(isnan(v.items[1].value));
    assert_int_equal(v.items[1].from_us, 10);
    assert_int_equal(v.items[1].to_us, 30);
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 20);
    T_OK(mote_manifest_write(&v, &text, &err));
    assert_string_equal(text.data, golden);
}

/* A version of an older Mote that lists what is there now is not made again in other words: what
 * was trained on it would be stale. */
static void an_old_version_that_says_the_same_stays_the_latest(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_config cfg = mote_version_config_default();
    mote_data_version first, again;
    mote_version_report r;
    add_speakers(f, 0, 3);
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &first, &r, &err));
    MOTE_SCOPED_BUF now, old;
    mote_buf_init(&now, 1 << 20);
    mote_buf_init(&old, 1 << 20);
    T_OK(mote_manifest_write(&first, &now, &err));
    for (const char *p = now.data; *p; p++) {
        bool is_role = strncmp(p, "\texample\t", 9) == 0, is_magic = p == now.data + 10;
        mote_buf_str(&old, is_role ? "\tkeyword" : is_magic ? "1" : (char[]){*p, 0});
        p += is_role ? 7 : 0;
    }
    mote_sha256 id;
    char hex[MOTE_SHA256_HEX_BYTES], sql[160];
    T_OK(mote_object_put(f->store, old.data, old.len, 1, &id, &err));
    mote_sha256_hex(&id, hex);
    snprintf(sql, sizeof sql, "UPDATE data_version SET manifest = X'%s'", hex);
    T_OK(mote_store_exec(f->store, sql, &err));
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &again, &r, &err));
    assert_false(r.is_new);
    assert_int_equal(again.number, 1);
    assert_true(mote_sha256_equal(&again.id, &id));
}

/* The bytes of formats 4 (files of rows) and 5 (negatives), kept for ever: read, and written again
 * as they were. */
static void formats_four_and_five_stay_readable(void **state)
{
    fixture *f = *state;
    static const char *const golden[] = {
        "mote.data 4\nseed 7\nshares 0.7 0.15 0.15\nsamples 2\n" HASH
        "\texample\t-\t0\t_rows_\tsite\t#7 ?3\n" HASH "\texample\ttest\t0\tyes\tanna\t=2.5\n",
        "mote.data 5\nseed 0\nshares 0.7 0.15 0.15\nsamples 4\n" HASH
        "\texample\ttest/train\t980000\tdog\tanna\n" HASH
        "\tbackground\t-\t60000000\t_background_\tfile:0000000000000000\n" HASH
        "\tnegative\tvalidation\t3600000000\t_negative_\tradio\n" HASH
        "\tnegative\ttest\t7200000000\t_negative_\ttelevision\n"};
    mote_data_version v[2];
    mote_err err;
    for (size_t k = 0; k < 2; k++) {
        MOTE_SCOPED_BUF again;
        mote_buf_init(&again, 1 << 16);
        T_OK(mote_manifest_parse(golden[k], strlen(golden[k]), &f->arena, &v[k], &err));
        T_OK(mote_manifest_write(&v[k], &again, &err));
        assert_string_equal(again.data, golden[k]);
    }
    assert_int_equal(v[0].n_negative, 0);
    assert_int_equal(v[0].items[0].n_rows, 7);
    assert_int_equal(v[1].n_negative, 2);
    assert_int_equal(v[1].n_background, 1);
    assert_int_equal(v[1].duration_us, 980000); /* of the examples */
    assert_int_equal(v[1].items[2].role, MOTE_ROLE_NEGATIVE);
    assert_int_equal(v[1].items[2].split, MOTE_SPLIT_VALIDATION);
    assert_string_equal(v[1].items[3].group, "television");
    assert_false(mote_version_used(&v[1].items[3])); /* it is a sample of no class */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(groups_never_cross_splits),
        TEST(splits_stay_when_data_is_added),
        TEST(splits_that_were_provided_are_honoured),
        TEST(nothing_new_is_the_same_version),
        TEST(two_stores_with_the_same_data_agree_on_the_hash),
        TEST(a_version_reads_back_the_same),
        TEST(duplicates_are_taken_once_and_contradictions_not_at_all),
        TEST(two_other_words_that_share_a_recording_do_not_contradict_each_other),
        TEST(words_are_held_apart_and_stay_where_they_are),
        TEST(people_who_say_other_words_only_lose_nothing),
        TEST(folds_hold_words_apart_too),
        TEST(what_cannot_be_judged_is_said),
        TEST(a_version_keeps_its_objects),
        TEST(folds_are_whole_groups_and_even),
        TEST(differences_are_found),
        TEST(by_time_the_last_recorded_are_the_test),
        TEST(damaged_manifests_are_refused_with_the_line),
        TEST(format_one_stays_readable),
        TEST(format_two_stays_readable),
        TEST(format_three_reads_back),
        TEST(formats_four_and_five_stay_readable),
        TEST(an_old_version_that_says_the_same_stays_the_latest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
