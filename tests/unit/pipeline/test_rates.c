/* SPDX-License-Identifier: Apache-2.0 */
/* Misses and false accepts of samples: what is counted, over whom, and what is promised of others.
 * On answers made by hand: labels 'go' and 'stop', and others. */
#include "pipeline/rates.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/kind.h"

enum { N = 240, PEOPLE = 12, CLASSES = 3 };

typedef struct {
    int32_t class_id[N], group[N];
    const char *label[N];
    float said[N * CLASSES];
    mote_dataset d;
    mote_answers x;
    mote_task_setting task;
} fixture;

static void say(fixture *f, size_t i, int32_t class_id)
{
    for (int32_t k = 0; k < CLASSES; k++)
        f->said[i * CLASSES + (size_t)k] = k == class_id ? 0.8f : 0.1f;
}

/* Each of 12 people says ten times 'go' or 'stop' and ten times an other word of four. Nothing is
 * wrong yet. */
static void make(fixture *f)
{
    static const char *const others[] = {"bird", "house", "stopper", "tree"};
    static const char *const labels[] = {"go", "stop"};
    *f = (fixture){0};
    for (int32_t i = 0; i < N; i++) {
        const bool is_other = i % 20 >= 10;
        f->group[i] = i / 20;
        f->class_id[i] = is_other ? 2 : i % 2;
        f->label[i] = is_other ? others[i % 4] : labels[i % 2];
        say(f, (size_t)i, f->class_id[i]);
    }
    f->task = (mote_task_setting){.labels = {labels, 2}, .unknown = true};
    f->d = (mote_dataset){.kind = mote_kind_of(MOTE_INPUT_AUDIO),
                          .n = N,
                          .class_id = f->class_id,
                          .group_id = f->group,
                          .label = f->label,
                          .n_groups = PEOPLE};
    f->x = (mote_answers){.kind = MOTE_ANSWER_CLASS,
                          .n = N,
                          .width = CLASSES,
                          .said = f->said,
                          .class_id = f->class_id,
                          .groups = f->group,
                          .n_groups = PEOPLE};
}

static mote_rates rates_of(const fixture *f)
{
    MOTE_SCOPED_ARENA a;
    mote_rates r;
    mote_err err = {0};
    mote_arena_init(&a, 1u << 20);
    assert_int_equal(mote_rates_of(&f->x, &f->d, &f->task, &a, &r, &err), MOTE_OK);
    return r;
}

static json_t *document_of(const mote_rates *r)
{
    json_t *j = NULL;
    mote_err err = {0};
    assert_int_equal(mote_rates_to_json(r, 0.95, &j, &err), MOTE_OK);
    return j;
}

static void misses_are_of_labels_and_false_accepts_of_others(void **state)
{
    (void)state;
    static fixture f;
    make(&f);
    say(&f, 0, 1);  /* 'go' taken for 'stop': missed */
    say(&f, 21, 2); /* 'stop' taken for an other word: missed */
    say(&f, 12, 0); /* other word taken for 'go' */
    const mote_rates r = rates_of(&f);
    const mote_share *misses = &r.of[MOTE_RATE_MISSES].groups;
    const mote_share *accepts = &r.of[MOTE_RATE_ACCEPTS].groups;
    assert_true(misses->n == 120 && misses->k == 2 && misses->n_groups == PEOPLE);
    assert_true(accepts->n == 120 && accepts->k == 1);
    assert_true(r.of[MOTE_RATE_ACCEPTS].labels.n_groups == 4 &&
                r.of[MOTE_RATE_MISSES].labels.n == 0);
}

static void a_word_that_is_always_taken_makes_other_words_uncertain(void **state)
{
    (void)state;
    static fixture f;
    make(&f);
    for (size_t i = 0; i < N; i++)
        if (strcmp(f.label[i], "stopper") == 0)
            say(&f, i, 1); /* by everybody: people are alike, words are not */
    const mote_rates r = rates_of(&f);
    bool over_labels = false;
    const mote_interval x = mote_rate_interval(&r.of[MOTE_RATE_ACCEPTS], 0.95, &over_labels);
    const mote_interval people = mote_share_interval(&r.of[MOTE_RATE_ACCEPTS].groups, 0.95);
    assert_true(over_labels && x.hi > people.hi + 0.1);
    MOTE_SCOPED_JSON *j = document_of(&r);
    const json_t *o = json_object_get(j, "false_accepts");
    assert_string_equal(json_string_value(json_object_get(o, "over")), "label");
    o = json_object_get(j, "misses");
    assert_string_equal(json_string_value(json_object_get(o, "over")), "speaker");
}

static void what_is_promised_of_others_is_wider_and_can_be_broken(void **state)
{
    (void)state;
    static fixture test, here;
    mote_err err = {0};
    make(&test);
    for (size_t i = 0; i < 10; i++)
        say(&test, 20 * i, 1);
    make(&here);
    here.x.n = here.d.n = 80; /* four people */
    const mote_rates before = rates_of(&test);
    MOTE_SCOPED_JSON *j = document_of(&before);
    for (int bad = 0; bad < 2; bad++) {
        for (size_t i = 0; bad && i < 80; i++)
            say(&here, i, 2);
        const mote_rates now = rates_of(&here);
        json_t *list = NULL;
        assert_int_equal(mote_rates_promised(j, &now, 0.95, &list, &err), MOTE_OK);
        assert_int_equal(json_array_size(list), 2);
        const json_t *misses = json_array_get(list, 0);
        mote_interval next;
        assert_int_equal(mote_json_get_interval(misses, "promised", &next, &err), MOTE_OK);
        const mote_interval all = mote_share_interval(&before.of[MOTE_RATE_MISSES].groups, 0.95);
        assert_true(next.value == all.value && next.lo < all.lo && next.hi > all.hi);
        assert_true(json_is_true(json_object_get(misses, "holds")) == !bad);
        assert_true(json_number_value(json_object_get(misses, "here")) == bad);
        assert_non_null(
            strstr(json_string_value(json_object_get(misses, "text")), "4 other speakers"));
        json_decref(list);
    }
}

static void one_line_says_both(void **state)
{
    (void)state;
    static fixture f;
    mote_err err = {0};
    make(&f);
    const mote_rates r = rates_of(&f);
    MOTE_SCOPED_JSON *j = document_of(&r);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    assert_int_equal(mote_rates_tell(j, &b, &err), MOTE_OK);
    assert_non_null(strstr(b.data, "misses 0.0 % (0.0 to "));
    assert_non_null(strstr(b.data, " of 120, over 12 speakers; false accepts 0.0 % (0.0 to "));
    b.len = 0;
    assert_int_equal(mote_rates_tell(NULL, &b, &err), MOTE_OK);
    assert_int_equal(b.len, 0);
}

static void what_is_no_class_has_no_rates_and_damaged_sums_are_refused(void **state)
{
    (void)state;
    static fixture f;
    mote_err err = {0};
    make(&f);
    const mote_rates r = rates_of(&f);
    MOTE_SCOPED_JSON *j = document_of(&r);
    json_t *sums = json_object_get(json_object_get(j, "misses"), "sums"), *list = NULL;
    assert_int_equal(json_array_set_new(json_object_get(sums, "groups"), 1, json_real(-1)), 0);
    assert_int_equal(mote_rates_promised(j, &r, 0.95, &list, &err), MOTE_PARSE);
    assert_null(list);
    f.x.kind = MOTE_ANSWER_VALUE;
    const mote_rates none = rates_of(&f);
    json_t *nothing = document_of(&none);
    assert_null(nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misses_are_of_labels_and_false_accepts_of_others),
        cmocka_unit_test(a_word_that_is_always_taken_makes_other_words_uncertain),
        cmocka_unit_test(what_is_promised_of_others_is_wider_and_can_be_broken),
        cmocka_unit_test(one_line_says_both),
        cmocka_unit_test(what_is_no_class_has_no_rates_and_damaged_sums_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
