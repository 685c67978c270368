/* SPDX-License-Identifier: Apache-2.0 */
/* The tables as a person sees them. */
#include "evaluate/metrics.h"
#include "evaluate/report_text.h"
#include "evaluate/stream.h"
#include "unit/evaluate/golden.h"

static void print_for_review(const mote_buf *b)
{
    if (getenv("T_SHOW"))
        fputs(b->data, stderr);
}

static mote_evaluation evaluate(mote_arena *a)
{
    static const int32_t labels[] = {0, 0, 0, 0, 1, 1, 1, 2, 2, 2},
                         groups[] = {0, 0, 1, 1, 0, 0, 1, 1, 2, 2};
    static const int32_t said[] = {0, 0, 0, 1, 1, 1, 0, 2, 2, 2};
    static float p[30];
    for (int i = 0; i < 10; i++)
        for (int k = 0; k < 3; k++)
            p[3 * i + k] = said[i] == k ? 0.8f : 0.1f;
    mote_predictions v = {10, 3, labels, p, groups, 3};
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_evaluation e;
    assert_int_equal(mote_evaluate(&v, &cfg, a, &e, NULL), MOTE_OK);
    return e;
}

/* What people see of it once it was kept. */
static void tell(const mote_evaluation *e, const char *const *names, const char *const *groups,
                 size_t n_worst, mote_buf *b)
{
    MOTE_SCOPED_JSON *kept = NULL;
    mote_err err;
    assert_int_equal(mote_evaluation_to_json(e, names, groups, &kept, &err), MOTE_OK);
    if (mote_report_evaluation_json(kept, n_worst, b, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    print_for_review(b);
}

/* n samples of n_classes, `said` instead of `label` where they differ, and of what group. */
typedef struct {
    int32_t label, said, group, n;
} some;

static mote_evaluation evaluate_some(const some *parts, size_t n_parts, int32_t n_classes,
                                     int32_t n_groups, mote_arena *a)
{
    static int32_t labels[4096], groups[4096];
    static float p[4096 * 20];
    size_t n = 0;
    for (size_t i = 0; i < n_parts; i++)
        for (int32_t k = 0; k < parts[i].n; k++, n++) {
            assert_true(n < 4096 && n_classes <= 20);
            labels[n] = parts[i].label;
            groups[n] = parts[i].group;
            for (int32_t c = 0; c < n_classes; c++)
                p[n * (size_t)n_classes + (size_t)c] = c == parts[i].said ? 1.0f : 0.0f;
        }
    const mote_predictions v = {n, n_classes, labels, p, n_groups ? groups : NULL, n_groups};
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_evaluation e;
    mote_err err;
    cfg.n_resamples = 20;
    if (mote_evaluate(&v, &cfg, a, &e, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return e;
}

/* Two names in other scripts: alignment counts characters, not bytes. */
static const char *const names[] = {"نعم", "größe", MOTE_CLASS_UNKNOWN};

static void the_confusion_matrix_is_aligned(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_BUF b;
    mote_arena_init(&a, 16u << 20);
    mote_buf_init(&b, 1u << 20);
    mote_evaluation e = evaluate(&a);
    tell(&e, names, NULL, 0, &b);
    assert_non_null(strstr(b.data, "\n\nis         taken for\n"
                                   "            [1]   [2]   [3]\n"
                                   "نعم           3     1     .   [1]\n"
                                   "größe         1     2     .   [2]\n"
                                   "_unknown_     .     .     3   [3]\n\n"));
}

static void classes_and_groups_have_their_lines(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_BUF b;
    mote_arena_init(&a, 16u << 20);
    mote_buf_init(&b, 1u << 20);
    mote_evaluation e = evaluate(&a);
    const char *const groups[] = {"anna", "bert", "cleo"};
    tell(&e, names, groups, 2, &b);
    assert_true(strncmp(b.data, "accuracy 80.0 % (", 17) == 0);
    assert_non_null(
        strstr(b.data, "\nنعم             4     75.0 %    75.0 %    75.0 % (22.0 to 97.0)\n"));
    const char *tail = strstr(b.data, "\ngroup ");
    assert_non_null(tail);
    assert_string_equal(tail, "\ngroup   clips  accuracy\n"
                              "bert        4    50.0 % (15.0 to 85.0)\n"
                              "anna        4   100.0 % (51.0 to 100.0)\n"
                              "1 more, at least as good\n");
}

static void groups_of_few_clips_are_only_counted(void **state)
{
    (void)state;
    const some parts[] = {{0, 1, 0, 1}, {0, 0, 1, 3}, {1, 0, 1, 3}, {1, 1, 3, 5}};
    const char *const classes[] = {"yes", "no"}, *const who[] = {"a", "b", "c", "d"};
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_BUF b;
    mote_arena_init(&a, 16u << 20);
    mote_buf_init(&b, 4096);
    mote_evaluation e = evaluate_some(parts, 4, 2, 4, &a);
    tell(&e, classes, who, 1, &b);
    const char *tail = strstr(b.data, "\ngroup ");
    assert_non_null(tail);
    assert_string_equal(tail, "\ngroup   clips  accuracy\n"
                              "b           6    50.0 % (18.8 to 81.2)\n"
                              "1 more, at least as good\n"
                              "1 with fewer than 5 clips, too few to say\n");
}

static void what_was_kept_as_json_is_the_same(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_JSON *j = NULL;
    mote_err err;
    mote_arena_init(&a, 16u << 20);
    mote_evaluation e = evaluate(&a), back;
    const char *const groups[] = {"anna", "bert", "cleo"}, *const * names2, *const * groups2;
    assert_int_equal(mote_evaluation_to_json(&e, names, groups, &j, &err), MOTE_OK);
    assert_int_equal(mote_evaluation_from_json(j, &a, &back, &names2, &groups2, &err), MOTE_OK);
    assert_int_equal(back.worst_class, e.worst_class);
    assert_int_equal(back.n_bins, e.n_bins);
    assert_true(back.nll.hi == e.nll.hi && back.bins[11].accuracy == e.bins[11].accuracy);
}

static void damaged_documents_are_refused(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_JSON *whole = NULL;
    mote_arena_init(&a, 16u << 20);
    mote_evaluation e = evaluate(&a);
    const char *const groups[] = {"anna", "bert", "cleo"};
    assert_int_equal(mote_evaluation_to_json(&e, names, groups, &whole, NULL), MOTE_OK);
    const char *key;
    json_t *value;
    json_object_foreach(whole, key, value)
    {
        bool is_optional = strcmp(key, "groups") == 0 || strncmp(key, "worst", 5) == 0;
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1u << 20);
        json_t *damaged = json_copy(whole);
        json_object_del(damaged, key);
        mote_status st = mote_report_evaluation_json(damaged, 2, &b, NULL);
        json_decref(damaged);
        if ((st == MOTE_OK) != is_optional)
            fail_msg("without '%s': %s", key, mote_status_name(st));
        damaged = json_copy(whole);
        json_object_set_new(damaged, key, json_pack("[i]", 7));
        st = mote_report_evaluation_json(damaged, 2, &b, NULL);
        json_decref(damaged);
        if (st == MOTE_OK && strncmp(key, "worst", 5) != 0)
            fail_msg("'%s' as a list was accepted", key);
    }
    MOTE_SCOPED_JSON *nothing = json_object();
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1024);
    assert_int_not_equal(mote_report_stream_json(nothing, &b, NULL), MOTE_OK);
}

static void a_kept_stream_is_one_sentence(void **state)
{
    (void)state;
    mote_stream_point p = {.threshold = 0.5,
                           .counts = {.n_targets = 10,
                                      .n_hits = 9,
                                      .hours = 0.5,
                                      .per_class = {6, 4},
                                      .per_class_hits = {6, 3}}};
    p.false_accepts_per_hour = mote_interval_poisson(1, 0.5, 0.95);
    p.false_reject_rate = mote_interval_wilson(1, 10, 0.95);
    p.value.value = (mote_interval){12.5, 3, 20};
    const char *const words[] = {"yes", "no"};
    MOTE_SCOPED_JSON *j = NULL;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    assert_int_equal(mote_stream_point_to_json(&p, words, 2, &j, NULL), MOTE_OK);
    assert_int_equal(mote_report_stream_json(j, &b, NULL), MOTE_OK);
    assert_string_equal(b.data,
                        "stream of 0.50 h with 10 words, threshold 0.500: 2.00 false accepts "
                        "an hour (0.05 to 11.14), 10.0 % missed (1.8 to 40.4)\n"
                        "value of a day 12.50 (3.00 to 20.00)\n"
                        "heard: yes 6 of 6, no 3 of 4\n");
}

static void many_classes_become_a_list_of_confusions(void **state)
{
    (void)state;
    enum { C = 20 };
    const char *many[C];
    char text[C][8];
    some parts[C + 3] = {{3, 4, 0, 7}, {4, 3, 0, 9}, {5, 3, 0, 7}};
    for (int i = 0; i < C; i++) {
        snprintf(text[i], sizeof text[i], "w%d", i);
        many[i] = text[i];
        parts[3 + i] = (some){i, i, 0, 100};
    }
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_BUF b;
    mote_arena_init(&a, 16u << 20);
    mote_buf_init(&b, 1u << 20);
    mote_evaluation e = evaluate_some(parts, C + 3, C, 0, &a);
    tell(&e, many, NULL, 0, &b);
    assert_non_null(strstr(b.data, "\nmost frequent confusions:\n"
                                   "  9 x 'w4' taken for 'w3'\n"
                                   "  7 x 'w3' taken for 'w4'\n"
                                   "  7 x 'w5' taken for 'w3'\n\n"));
}

static void promises_and_other_words_read_as_sentences(void **state)
{
    (void)state;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1u << 20);
    const char *const words[] = {"yes"};
    mote_stream_point before = {
        .counts = {.n_targets = 120, .n_hits = 114, .hours = 6, .n_rounds = 12, .n_distinct = 10}};
    before.false_accepts_per_hour = mote_interval_poisson(0, 6, 0.95);
    before.false_reject_rate = mote_interval_wilson(1, 20, 0.95);
    before.independent_hours = 6;
    before.value.value.value = (double)NAN;
    mote_stream_point good = before, bad = before;
    bad.false_accepts_per_hour = mote_interval_poisson(36, 6, 0.95);
    MOTE_SCOPED_JSON *j = NULL, *k = NULL, *l = NULL, *other = NULL;
    mote_err err;
    assert_int_equal(mote_stream_point_to_json(&before, words, 1, &j, &err), MOTE_OK);
    assert_int_equal(mote_stream_point_to_json(&good, words, 1, &k, &err), MOTE_OK);
    assert_int_equal(mote_stream_point_to_json(&bad, words, 1, &l, &err), MOTE_OK);
    json_object_set_new(j, "max_false_accepts_per_hour", json_real(1));
    json_object_set_new(j, "is_limit_proven", json_true());
    assert_int_equal(mote_report_promise_json(j, k, &b, &err), MOTE_OK);
    assert_non_null(strstr(b.data, "validation promised 0.00 false accepts an hour (at most 0.61; "
                                   "asked: 1.00, proven) and 5.0 % missed; the test does not "
                                   "contradict it\n"));
    mote_buf_reset(&b);
    assert_int_equal(mote_report_promise_json(j, l, &b, &err), MOTE_OK);
    assert_non_null(strstr(b.data, "the test contradicts it"));
    mote_buf_reset(&b);
    assert_int_equal(mote_report_stream_json(k, &b, &err), MOTE_OK);
    assert_non_null(strstr(b.data, "12 rounds of the same recordings (10 words), placed anew"));
    mote_buf_reset(&b);
    other = json_pack("{s:b, s:{s:i, s:i, s:i, s:{s:f, s:f, s:f}}, s:{s:i, s:i, s:i}}", "apart", 1,
                      "new", "n", 26, "words", 4, "refused", 12, "rate", "value", 0.46, "lo", 0.28,
                      "hi", 0.64, "heard", "n", 0, "words", 0, "refused", 0);
    assert_int_equal(mote_report_other_words_json(other, &b, &err), MOTE_OK);
    print_for_review(&b);
    assert_non_null(strstr(b.data, "new, from new people: 12 of 26 refused, 46.0 % (28.0 to"));
    assert_non_null(strstr(b.data, "heard in training, from new people: none in the test"));
    json_object_set_new(other, "apart", json_false());
    mote_buf_reset(&b);
    assert_int_equal(mote_report_other_words_json(other, &b, &err), MOTE_OK);
    assert_non_null(strstr(b.data, "new words were not tested"));
    assert_int_equal(mote_report_promise_json(other, l, &b, &err), MOTE_PARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_confusion_matrix_is_aligned),
        cmocka_unit_test(classes_and_groups_have_their_lines),
        cmocka_unit_test(groups_of_few_clips_are_only_counted),
        cmocka_unit_test(what_was_kept_as_json_is_the_same),
        cmocka_unit_test(damaged_documents_are_refused),
        cmocka_unit_test(a_kept_stream_is_one_sentence),
        cmocka_unit_test(many_classes_become_a_list_of_confusions),
        cmocka_unit_test(promises_and_other_words_read_as_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
