/* SPDX-License-Identifier: Apache-2.0 */
/* The tables as a person sees them. */
#include "evaluate/report_text.h"
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
    mote_report_confusion(&e, names, &b);
    print_for_review(&b);
    assert_string_equal(b.data, "is         taken for\n"
                                "            [1]   [2]   [3]\n"
                                "نعم           3     1     .   [1]\n"
                                "größe         1     2     .   [2]\n"
                                "_unknown_     .     .     3   [3]\n");
}

static void classes_and_groups_have_their_lines(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_BUF b;
    mote_arena_init(&a, 16u << 20);
    mote_buf_init(&b, 1u << 20);
    mote_evaluation e = evaluate(&a);
    mote_report_classes(&e, names, &b);
    print_for_review(&b);
    assert_non_null(
        strstr(b.data, "\nنعم             4     75.0 %    75.0 %    75.0 % (30.1 to 95.4)\n"));
    mote_buf_reset(&b);
    const char *const groups[] = {"anna", "bert", "cleo"};
    mote_report_groups(&e, groups, 2, &b);
    print_for_review(&b);
    assert_string_equal(b.data, "group   clips  accuracy\n"
                                "bert        4    50.0 % (15.0 to 85.0)\n"
                                "anna        4   100.0 % (51.0 to 100.0)\n"
                                "1 more, at least as good\n");
    mote_buf_reset(&b);
    mote_report_summary(&e, &b);
    print_for_review(&b);
    assert_non_null(strstr(b.data, "accuracy 80.0 % ("));
}

static void groups_of_few_clips_are_only_counted(void **state)
{
    (void)state;
    mote_group_result groups[] = {
        {.n = 1, .n_right = 0}, {.n = 6, .n_right = 3}, {.n = 0}, {.n = 5, .n_right = 5}};
    for (int i = 0; i < 4; i++)
        groups[i].accuracy = mote_interval_wilson(groups[i].n_right, groups[i].n, 0.95);
    mote_evaluation e = {.n_groups = 4, .groups = groups};
    const char *const who[] = {"a", "b", "c", "d"};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_report_groups(&e, who, 1, &b);
    assert_string_equal(b.data, "group   clips  accuracy\n"
                                "b           6    50.0 % (18.8 to 81.2)\n"
                                "1 more, at least as good\n"
                                "1 with fewer than 5 clips, too few to say\n");
}

static void what_was_kept_as_json_reads_the_same(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_BUF kept, direct;
    MOTE_SCOPED_JSON *j = NULL;
    mote_err err;
    mote_arena_init(&a, 16u << 20);
    mote_buf_init(&kept, 1u << 20);
    mote_buf_init(&direct, 1u << 20);
    mote_evaluation e = evaluate(&a), back;
    const char *const groups[] = {"anna", "bert", "cleo"}, *const * names2, *const * groups2;
    assert_int_equal(mote_evaluation_to_json(&e, names, groups, &j, &err), MOTE_OK);
    assert_int_equal(mote_evaluation_from_json(j, &a, &back, &names2, &groups2, &err), MOTE_OK);
    assert_int_equal(back.worst_class, e.worst_class);
    assert_int_equal(back.n_bins, e.n_bins);
    assert_true(back.nll.hi == e.nll.hi && back.bins[11].accuracy == e.bins[11].accuracy);
    mote_report_summary(&e, &direct);
    mote_buf_char(&direct, '\n');
    mote_report_confusion(&e, names, &direct);
    mote_buf_char(&direct, '\n');
    mote_report_classes(&e, names, &direct);
    mote_buf_char(&direct, '\n');
    mote_report_groups(&e, groups, 2, &direct);
    assert_int_equal(mote_report_evaluation_json(j, 2, &kept, &err), MOTE_OK);
    assert_string_equal(kept.data, direct.data);
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
    int64_t confusion[C * C] = {0};
    for (int i = 0; i < C; i++) {
        snprintf(text[i], sizeof text[i], "w%d", i);
        many[i] = text[i];
        confusion[i * C + i] = 100;
    }
    confusion[3 * C + 4] = 7;
    confusion[4 * C + 3] = 9;
    confusion[5 * C + 3] = 7;
    mote_evaluation e = {.n_classes = C, .confusion = confusion};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1u << 20);
    mote_report_confusion(&e, many, &b);
    assert_string_equal(
        b.data, "most frequent confusions:\n  9 x 'w4' taken for 'w3'\n  7 x 'w3' taken for 'w4'\n"
                "  7 x 'w5' taken for 'w3'\n");
}

static void the_stream_shows_the_choice_among_its_neighbours(void **state)
{
    (void)state;
    mote_stream_curve *c = calloc(1, sizeof *c);
    for (int i = 0; i < MOTE_STREAM_POINTS; i++) {
        mote_stream_point *p = &c->points[i];
        p->threshold = (i + 1) / 256.0;
        p->counts.n_targets = 100;
        p->counts.n_hits = i == 255 ? 0 : 90 - i / 32;
        p->counts.n_false_accepts = i == 255 ? 0 : 7 - i / 32;
        p->counts.hours = 0.5;
        p->false_accepts_per_hour = mote_interval_poisson(p->counts.n_false_accepts, 0.5, 0.95);
        p->false_reject_rate = mote_interval_wilson(100 - p->counts.n_hits, 100, 0.95);
        p->value.value.value = (double)NAN;
    }
    mote_stream_choice choice = mote_stream_choose(c, 15);
    assert_int_equal(c->points[choice.index].counts.n_false_accepts, 2);
    assert_int_equal(choice.index, 5 * 32 + 15); /* the middle of its run */
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1u << 20);
    mote_report_stream(c, &choice, "EUR", &b);
    print_for_review(&b);
    assert_non_null(strstr(
        b.data,
        "stream of 0.50 h with 100 words; threshold chosen for fewest missed words at 15 false "
        "accepts an hour or less\n"));
    assert_non_null(strstr(b.data, "-> 0.688      4.00 (0.48 to 14.45)    15.0 % (9.3 to 23.3)\n"));
    int n_lines = 0;
    for (const char *s = b.data; *s; s++)
        n_lines += *s == '\n';
    assert_true(n_lines >= 6 && n_lines <= 10);
    free(c);
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

static void comparisons_and_verdicts_read_as_sentences(void **state)
{
    (void)state;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1u << 20);
    mote_comparison slices[] = {{.n = 200,
                                 .champion = {0.9, 0.85, 0.95},
                                 .challenger = {0.89, 0.84, 0.94},
                                 .difference = {-0.01, -0.03, 0.01},
                                 .p = 0.8},
                                {.n = 200,
                                 .champion = {0.55, 0.5, 0.6},
                                 .challenger = {0.75, 0.7, 0.8},
                                 .difference = {0.2, 0.13, 0.27},
                                 .p = 1e-7}};
    const char *const conditions[] = {"clean", "car-noise"};
    mote_project_schedule rule = {.clean_loss_at_most = 0.02};
    mote_promotion p = mote_compare_promotion(
        &(mote_promotion_case){&slices[1], slices, conditions, 2, 0, NULL, NULL}, &rule);
    mote_report_comparison(&slices[1], slices, conditions, 2, &p, &b);
    print_for_review(&b);
    assert_non_null(strstr(
        b.data, "car-noise     200    55.0 %      75.0 %    +20.0 (+13.0 to +27.0)   1e-07\n"));
    assert_non_null(strstr(b.data, "\nthe challenger may replace the champion\n"));
    mote_buf_reset(&b);
    mote_requirement q = {
        .id = "accuracy@test", .metric = MOTE_METRIC_accuracy, .is_at_least = true, .limit = 0.9};
    mote_verdict v = mote_verdict_judge(&q, NULL, NULL);
    mote_report_verdicts(&v, 1, &b);
    assert_string_equal(
        b.data,
        "not yet known    accuracy@test  at least 90.0 %: not measured yet; to settle it: 'mote "
        "run', with at least 35 test clips\n"
        "0 met; 0 met, not proven; 0 not met; 1 not yet known\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_confusion_matrix_is_aligned),
        cmocka_unit_test(classes_and_groups_have_their_lines),
        cmocka_unit_test(groups_of_few_clips_are_only_counted),
        cmocka_unit_test(what_was_kept_as_json_reads_the_same),
        cmocka_unit_test(damaged_documents_are_refused),
        cmocka_unit_test(a_kept_stream_is_one_sentence),
        cmocka_unit_test(many_classes_become_a_list_of_confusions),
        cmocka_unit_test(the_stream_shows_the_choice_among_its_neighbours),
        cmocka_unit_test(promises_and_other_words_read_as_sentences),
        cmocka_unit_test(comparisons_and_verdicts_read_as_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
