/* SPDX-License-Identifier: Apache-2.0 */
/* The review list: marks come in once, go into training alone, and the test stays what it was. */
#include "support.h"

#include "base/file.h"
#include "data/audio.h"
#include "data/builtin.h"
#include "data/history.h"
#include "data/review.h"
#include "data/sample.h"
#include "data/version.h"
#include "sample_add.h"
#include "temp_dir.h"

static const char yaml[] = "mote: 1\nname: t\ntask: keyword\nkeywords: [yes, no]\nrate_hz: 16000\n"
                           "requirements: [{metric: accuracy, at_least: 50 %}]\n"
                           "data: {require: {min_per_class: 2}}\n";

typedef struct {
    char dir[TEMP_DIR_BYTES], csv[TEMP_DIR_BYTES + 20];
    mote_store *store;
    mote_arena arena;
    mote_project *project;
    mote_review_by by;
} fixture;

static void encode(int seed, size_t n, mote_buf *wav)
{
    static int16_t x[80000];
    mote_err err;
    for (size_t i = 0; i < n; i++)
        x[i] = (int16_t)(((int)i * 37 + (int)i / 900 * seed * 101) % 4001 - 2000);
    mote_buf_init(wav, 1 << 20);
    T_OK(mote_audio_encode_wav(x, n, 16000, wav, &err));
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err;
    char path[TEMP_DIR_BYTES + 20];
    MOTE_SCOPED_BUF wav;
    temp_dir_make(f->dir);
    T_OK(mote_store_open(f->dir, true, &f->store, &err));
    mote_arena_init(&f->arena, 64u << 20);
    T_OK(mote_project_parse(&(mote_file_bytes){"mote.yaml", yaml, strlen(yaml)}, &f->arena,
                            &f->project, NULL, &err));
    f->by = (mote_review_by){f->project, "ann", 1000};
    encode(1, 64000, &wav);
    snprintf(path, sizeof path, "%s/a.wav", f->dir);
    T_OK(mote_file_write(path, wav.data, wav.len, &err));
    snprintf(f->csv, sizeof f->csv, "%s/%s", f->dir, MOTE_REVIEW_FILE);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    mote_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static void write_marks(const fixture *f, const char *text)
{
    mote_err err;
    T_OK(mote_file_write(f->csv, text, strlen(text), &err));
}

static const char marks[] = "file,start,end,what,label\na.wav,0.5,1.5,miss,yes\n"
                            "a.wav,1.0,2.25,false,no\na.wav,2,,miss,\n";

static mote_review_item *list(fixture *f, bool with_taken, size_t *n)
{
    mote_err err;
    mote_review_item *items = NULL;
    T_OK(mote_review_list(f->store, with_taken, &f->arena, &items, n, &err));
    return items;
}

static void marks_come_in_once(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_review_added r;
    size_t n;
    write_marks(f, marks);
    T_OK(mote_review_add(f->store, &f->by, f->dir, &r, &err));
    assert_int_equal(r.n_added, 3);
    T_OK(mote_review_add(f->store, &f->by, f->csv, &r, &err));
    assert_int_equal(r.n_added, 0);
    assert_int_equal(r.n_known, 3);
    mote_review_item *items = list(f, false, &n);
    assert_int_equal(n, 3);
    assert_int_equal(items[0].what, MOTE_REVIEW_MISS);
    assert_string_equal(items[0].label, "yes");
    assert_int_equal(items[1].what, MOTE_REVIEW_FALSE);
    assert_string_equal(items[1].who, "ann");
    assert_string_equal(items[2].label, "");
    /* what is dropped is let go, and does not come again */
    const int64_t first = items[0].id, none = 99;
    T_FAILS(mote_review_drop(f->store, &(mote_review_wish){&none, 1}, &n, &err), MOTE_NOT_FOUND,
            "99");
    T_OK(mote_review_drop(f->store, &(mote_review_wish){&first, 1}, &n, &err));
    assert_int_equal(n, 1);
    T_OK(mote_review_add(f->store, &f->by, f->dir, &r, &err));
    assert_int_equal(r.n_added, 0);
    (void)list(f, true, &n);
    assert_int_equal(n, 2);
}

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *text;
        mote_status st;
        const char *words;
    } cases[] = {
        {"file,start\na.wav,0\n", MOTE_ARG, "no column 'what'"},
        {"file,what\na.wav,late\n", MOTE_PARSE, "line 2, column 'what': 'late'"},
        {"file,start,end,what\na.wav,x,1,miss\n", MOTE_PARSE, "column 'start': 'x'"},
        {"file,start,end,what\na.wav,-1,1,miss\n", MOTE_PARSE, "column 'start'"},
        {"file,start,end,what\na.wav,2,1,miss\n", MOTE_PARSE, "column 'end'"},
        {"file,start,end,what\na.wav,9,10,miss\n", MOTE_ARG, "ends before 9"},
        {"file,start,end,what\nb.wav,0,1,miss\n", MOTE_NOT_FOUND, "b.wav"},
        {"file,start,end,what\na.wav,0,1,miss\nmote.yaml,,,false\n", MOTE_NOT_FOUND, "mote.yaml"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        mote_review_added r;
        size_t n;
        write_marks(f, cases[i].text);
        T_FAILS(mote_review_add(f->store, &f->by, f->dir, &r, &err), cases[i].st, cases[i].words);
        (void)list(f, true, &n);
        assert_int_equal(n, 0); /* all or nothing */
    }
}

static void add_people(fixture *f)
{
    static const char *const people[] = {"bert", "carl", "dora", "emil"};
    static const char *const words[] = {"yes", "no", "dog", "cat", "sun"};
    for (int k = 0; k < 5; k++)
        for (int i = 0; i < 4; i++) {
            mote_err err;
            bool added;
            MOTE_SCOPED_BUF wav;
            encode(10 * k + i + 2, 16000, &wav);
            const mote_sample_facts facts = {
                .label = words[k], .group = people[i], .source = "test"};
            T_OK(sample_add(f->store, MOTE_INPUT_AUDIO,
                            &(mote_file_bytes){"test", wav.data, wav.len}, &facts, &added, &err));
        }
}

static mote_data_version version(fixture *f)
{
    mote_err err;
    mote_version_config cfg = mote_version_config_of(f->project);
    mote_data_version v;
    mote_version_report r;
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    return v;
}

/* Items that count in a split. */
static size_t count_in(const mote_data_version *v, mote_split split)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++)
        n += mote_version_used(&v->items[i]) && v->items[i].split == split;
    return n;
}

static void what_is_taken_is_training_alone(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_review_added r;
    mote_review_taken t;
    size_t n;
    mote_builtin_plan before_plan, plan;
    mote_builtin_config builtin = mote_builtin_config_of(f->project);
    builtin.spoken = "auto";
    add_people(f);
    const mote_data_version before = version(f);
    T_OK(mote_builtin_choose(f->store, &builtin, &before_plan, &err));
    write_marks(f, marks);
    T_OK(mote_review_add(f->store, &f->by, f->dir, &r, &err));
    T_FAILS(mote_review_take(f->store, &f->by, &(mote_review_wish){0}, "dog", &t, &err), MOTE_ARG,
            "'dog'");
    T_OK(mote_review_take(f->store, &f->by, &(mote_review_wish){0}, NULL, &t, &err));
    assert_int_equal(t.n_misses, 1);
    assert_int_equal(t.n_false, 1);
    assert_int_equal(t.n_unnamed, 1);
    assert_int_not_equal(t.import, 0);
    (void)list(f, false, &n);
    assert_int_equal(n, 1); /* the one that nobody named */
    T_OK(mote_review_take(f->store, &f->by, &(mote_review_wish){0}, "no", &t, &err));
    assert_int_equal(t.n_misses, 1);

    const mote_data_version after = version(f);
    assert_int_equal(after.n, before.n + 3);
    assert_int_equal(count_in(&after, MOTE_SPLIT_TRAIN), count_in(&before, MOTE_SPLIT_TRAIN) + 3);
    for (size_t i = 0, k = 0; i < after.n; i++) { /* all else is where it was */
        const mote_version_item *x = &after.items[i];
        if (mote_str_starts(x->group, MOTE_GROUP_REVIEW)) {
            assert_int_equal(x->split, MOTE_SPLIT_TRAIN);
            continue;
        }
        assert_true(mote_sha256_equal(&x->object, &before.items[k].object));
        assert_int_equal(x->split, before.items[k].split);
        assert_int_equal(x->word, before.items[k++].word);
    }
    T_OK(mote_builtin_choose(f->store, &builtin, &plan, &err));
    assert_int_equal(plan.take, before_plan.take);
    assert_int_equal(plan.n_own_words, before_plan.n_own_words);
}

static void where_it_would_be_judged_it_is_refused(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_review_added r;
    mote_review_taken t;
    write_marks(f, marks);
    T_OK(mote_review_add(f->store, &f->by, f->dir, &r, &err));
    f->project->data.split_by = "time";
    T_FAILS(mote_review_take(f->store, &f->by, &(mote_review_wish){0}, NULL, &t, &err),
            MOTE_UNSUPPORTED, "time");
    f->project->data.split_by = "groups";
    f->project->unknown = false;
    T_FAILS(mote_review_take(f->store, &f->by, &(mote_review_wish){0}, NULL, &t, &err),
            MOTE_UNSUPPORTED, "unknown: true");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(marks_come_in_once),
        TEST(mistakes_are_named),
        TEST(what_is_taken_is_training_alone),
        TEST(where_it_would_be_judged_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
