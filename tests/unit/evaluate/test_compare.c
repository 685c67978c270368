/* SPDX-License-Identifier: Apache-2.0 */
/* Champion and challenger: counts, paired intervals against theory, and the rule of promotion. */
#include "evaluate/compare.h"
#include "unit/evaluate/golden.h"

enum { N = 400 };

typedef struct {
    int32_t labels[N], champion[N], challenger[N], groups[N], slices[N];
    mote_compare_input in;
    mote_arena arena;
} fixture;

/* Slice 0 (clean): champion right in 180 of 200, challenger in 178, both in 170. Slice 1 (car): 110
 * and 150 of 200, both in 100. */
static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    for (int i = 0; i < N; i++) {
        int k = i % 200, is_car = i / 200;
        int both = is_car ? 100 : 170, only_champion = 10, only_challenger = is_car ? 50 : 8;
        f->slices[i] = is_car;
        f->groups[i] = i % 40;
        f->champion[i] = k < both + only_champion ? 0 : 1;
        f->challenger[i] =
            k < both || (k >= both + only_champion && k < both + only_champion + only_challenger)
                ? 0
                : 2;
    }
    f->in = (mote_compare_input){.n = N,
                                 .labels = f->labels,
                                 .champion = f->champion,
                                 .challenger = f->challenger,
                                 .slices = f->slices,
                                 .n_slices = 2};
    mote_arena_init(&f->arena, 32u << 20);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    free(f);
    return 0;
}

static void compare(fixture *f, mote_comparison *all, mote_comparison *slices)
{
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_err err;
    cfg.n_resamples = 4000;
    if (mote_compare(&f->in, &cfg, &f->arena, all, slices, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

static void pairs_are_counted_on_all_and_on_each_slice(void **state)
{
    mote_comparison all, slices[2];
    compare(*state, &all, slices);
    assert_int_equal(all.n, 400);
    assert_int_equal(all.n_both_right, 270);
    assert_int_equal(all.n_only_champion, 20);
    assert_int_equal(all.n_only_challenger, 58);
    assert_int_equal(all.n_both_wrong, 52);
    near_to(all.champion.value, 290.0 / 400, 1e-15, "champion");
    near_to(all.difference.value, 38.0 / 400, 1e-15, "difference");
    near_to(slices[0].difference.value, -2.0 / 200, 1e-15, "clean");
    near_to(slices[1].difference.value, 40.0 / 200, 1e-15, "car");
    near_to(slices[1].p, mote_mcnemar_exact(10, 50), 1e-15, "p");
    assert_true(slices[0].difference.lo < 0 && slices[0].difference.hi > 0);
    assert_true(slices[1].difference.lo > 0);
}

static void paired_interval_has_the_width_of_theory(void **state)
{
    mote_comparison all;
    compare(*state, &all, NULL);
    /* Variance of a paired difference of shares: ((b + c) - (b - c)^2 / n) / n^2. */
    double sd = sqrt((78.0 - 38.0 * 38 / 400) / (400.0 * 400));
    near_to((all.difference.hi - all.difference.lo) / (2 * 1.96 * sd), 1, 0.06, "width");
}

static void groups_that_agree_widen_the_interval(void **state)
{
    fixture *f = *state;
    mote_comparison alone, clustered;
    compare(f, &alone, NULL);
    for (int i = 0; i < N; i++) /* clips in blocks of ten alike */
        f->groups[i] = i / 10;
    f->in.groups = f->groups;
    f->in.n_groups = 40;
    compare(f, &clustered, NULL);
    assert_true(clustered.difference.hi - clustered.difference.lo >
                2 * (alone.difference.hi - alone.difference.lo));
}

static void equal_models_differ_by_nothing(void **state)
{
    fixture *f = *state;
    mote_comparison all;
    f->in.challenger = f->champion;
    compare(f, &all, NULL);
    assert_true(all.difference.value == 0 && all.difference.lo == 0 && all.difference.hi == 0 &&
                all.p == 1);
    mote_project_schedule rule = {0};
    assert_false(
        mote_compare_promotion(&(mote_promotion_case){&all, NULL, NULL, 0, -1, NULL, NULL}, &rule)
            .is_promoted);
}

static void an_empty_slice_says_nothing(void **state)
{
    fixture *f = *state;
    mote_comparison all, slices[3];
    f->in.n_slices = 3;
    compare(f, &all, slices);
    assert_int_equal(slices[2].n, 0);
    assert_true(isnan(slices[2].champion.value) && isnan(slices[2].p));
    const char *const names[] = {"clean", "car-noise", "rain"};
    mote_project_schedule rule = {.clean_loss_at_most = 0.02};
    mote_promotion p = mote_compare_promotion(
        &(mote_promotion_case){&all, slices, names, 3, 2, NULL, NULL}, &rule);
    assert_int_equal(p.weak_slice, 1);
}

static void promotion_needs_gain_and_no_loss_on_clean(void **state)
{
    static const struct {
        double beat_by, at_least, loss;
        bool is_promoted;
        size_t n_reasons;
    } cases[] = {
        {0.1, 0.8, 0.02, true, 3},   {0.2, 0.89, 0.01, true, 3}, /* each limit met exactly */
        {0.21, 0.8, 0.02, false, 3}, {0.1, 0.9, 0.02, false, 3}, {0.1, 0.0, 0.005, false, 2},
    };
    const char *const names[] = {"clean", "car-noise"};
    mote_comparison all, slices[2];
    compare(*state, &all, slices);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_project_schedule rule = {.beat_by = cases[i].beat_by,
                                      .clean_at_least = cases[i].at_least,
                                      .clean_loss_at_most = cases[i].loss};
        mote_promotion p = mote_compare_promotion(
            &(mote_promotion_case){&all, slices, names, 2, 0, NULL, NULL}, &rule);
        assert_int_equal(p.weak_slice, 1);
        assert_int_equal(p.n_reasons, cases[i].n_reasons);
        if (p.is_promoted != cases[i].is_promoted)
            fail_msg("case %zu: %s / %s", i, p.reasons[0], p.reasons[1]);
    }
    mote_project_schedule rule = {
        .beat_by = 0.1, .clean_at_least = 0.8, .clean_loss_at_most = 0.02};
    mote_promotion p = mote_compare_promotion(
        &(mote_promotion_case){&all, slices, names, 2, 0, NULL, NULL}, &rule);
    assert_non_null(strstr(p.reasons[0], "where the champion is weakest (car-noise) it is better: "
                                         "75.0 % of clips are right instead of 55.0 %, a gain of "
                                         "20.0 points"));
    assert_string_equal(p.reasons[1], "clean, 89.0 % of clips are right; 80.0 % are asked for");
    assert_string_equal(p.reasons[2], "clean it does not lose too much: 89.0 % of clips are right, "
                                      "the champion 90.0 %");
    MOTE_SCOPED_JSON *j = NULL, *c = NULL;
    assert_int_equal(mote_promotion_to_json(&p, &j, NULL), MOTE_OK);
    assert_true(json_is_true(json_object_get(j, "promote")));
    assert_int_equal(mote_comparison_to_json(&all, &c, NULL), MOTE_OK);
    assert_int_equal(json_integer_value(json_object_get(c, "n_only_challenger")), 58);
}

/* A stream in blocks: what two models do in each. */
static void stream_of(mote_stream_block champion[60], mote_stream_block challenger[60],
                      int missed_before, int missed_now, int accepts_before, int accepts_now)
{
    for (int i = 0; i < 60; i++) {
        champion[i] = (mote_stream_block){2, 2 - (i < missed_before), i < accepts_before};
        challenger[i] = (mote_stream_block){2, 2 - (i < missed_now), i < accepts_now};
    }
}

static const mote_project_value worth = {.is_given = true,
                                         .currency = "EUR",
                                         .true_accept = 0.05,
                                         .false_accept = -0.2,
                                         .false_reject = -0.05,
                                         .volume_per_day = 1000,
                                         .listening_hours_per_day = 24};

static void a_stream_tells_apart_what_chance_does_not_explain(void **state)
{
    fixture *f = *state;
    mote_stream_block old[60], new[60];
    mote_stream_comparison c;
    mote_evaluate_config cfg = mote_evaluate_config_default();
    stream_of(old, new, 3, 40, 0, 0);
    assert_int_equal(mote_compare_stream(&(mote_stream_pair){old, new, 60, 1, &worth}, &cfg,
                                         &f->arena, &c, NULL),
                     MOTE_OK);
    assert_true(fabs(c.misses.champion.value - 3.0 / 120) < 1e-12);
    assert_true(fabs(c.misses.difference.value - 37.0 / 120) < 1e-12);
    assert_int_equal(mote_paired_winner(&c.misses, false), MOTE_CHALLENGER_WORSE);
    assert_int_equal(mote_paired_winner(&c.accepts, false), MOTE_NOT_TOLD_APART);
    assert_int_equal(mote_paired_winner(&c.value, true), MOTE_CHALLENGER_WORSE);
    stream_of(old, new, 3, 7, 0, 0); /* four words that only the challenger missed: p is 0.125 */
    assert_int_equal(mote_compare_stream(&(mote_stream_pair){old, new, 60, 1, &worth}, &cfg,
                                         &f->arena, &c, NULL),
                     MOTE_OK);
    assert_true(fabs(c.misses.p - 0.125) < 1e-9 && fabs(c.value.p - 0.125) < 1e-9);
    assert_int_equal(mote_paired_winner(&c.misses, false), MOTE_NOT_TOLD_APART);
    assert_int_equal(mote_paired_winner(&c.value, true), MOTE_NOT_TOLD_APART);
    stream_of(old, new, 40, 3, 2, 2);
    mote_project_value none = {0};
    assert_int_equal(
        mote_compare_stream(&(mote_stream_pair){old, new, 60, 1, &none}, &cfg, &f->arena, &c, NULL),
        MOTE_OK);
    assert_int_equal(mote_paired_winner(&c.misses, false), MOTE_CHALLENGER_BETTER);
    assert_true(isnan(c.value.difference.value));
    stream_of(old, new, 9, 10, 1, 2); /* the story of 15.00 against 2.08 */
    assert_int_equal(mote_compare_stream(&(mote_stream_pair){old, new, 60, 1, &worth}, &cfg,
                                         &f->arena, &c, NULL),
                     MOTE_OK);
    assert_int_equal(mote_paired_winner(&c.value, true), MOTE_NOT_TOLD_APART);
    assert_true(c.value.challenger.value < c.value.champion.value);
    assert_int_equal(
        mote_compare_stream(&(mote_stream_pair){old, new, 0, 1, &worth}, &cfg, &f->arena, &c, NULL),
        MOTE_ARG);
}

static void promotion_asks_what_the_product_is_judged_by(void **state)
{
    static const struct {
        int missed_before, missed_now, accepts_before, accepts_now;
        bool is_promoted;
        const char *says;
    } cases[] = {
        {3, 40, 0, 0, false, "which is less, beyond what chance explains"},
        {9, 10, 1, 2, true, "which the test does not tell apart"},
        {40, 3, 2, 2, true, "which is more, beyond what chance explains"},
    };
    fixture *f = *state;
    const char *const names[] = {"clean", "car-noise"};
    mote_comparison all, slices[2];
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_project_schedule rule = {.clean_loss_at_most = 0.02};
    compare(f, &all, slices);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_stream_block old[60], new[60];
        mote_stream_comparison c;
        stream_of(old, new, cases[i].missed_before, cases[i].missed_now, cases[i].accepts_before,
                  cases[i].accepts_now);
        assert_int_equal(mote_compare_stream(&(mote_stream_pair){old, new, 60, 1, &worth}, &cfg,
                                             &f->arena, &c, NULL),
                         MOTE_OK);
        mote_promotion p = mote_compare_promotion(
            &(mote_promotion_case){&all, slices, names, 2, 0, &c, worth.currency}, &rule);
        if (p.is_promoted != cases[i].is_promoted || !strstr(p.reasons[0], cases[i].says) ||
            !strstr(p.reasons[0], "EUR"))
            fail_msg("case %zu: %s", i, p.reasons[0]);
        MOTE_SCOPED_JSON *j = NULL;
        assert_int_equal(mote_stream_comparison_to_json(&c, &j, NULL), MOTE_OK);
        assert_true(json_is_object(json_object_get(j, "value_per_day")));
    }
}

static void no_gain_is_made_up_for_by_a_better_stream(void **state)
{
    fixture *f = *state;
    mote_stream_block old[60], new[60];
    mote_stream_comparison c;
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_project_value none = {0};
    mote_comparison same = {.n = 100, .champion = {0.8, 0.7, 0.9}, .challenger = {0.8, 0.7, 0.9}};
    mote_project_schedule rule = {.clean_loss_at_most = 0.02};
    stream_of(old, new, 40, 3, 2, 2);
    assert_int_equal(
        mote_compare_stream(&(mote_stream_pair){old, new, 60, 1, &none}, &cfg, &f->arena, &c, NULL),
        MOTE_OK);
    mote_promotion p =
        mote_compare_promotion(&(mote_promotion_case){&same, NULL, NULL, 0, -1, NULL, NULL}, &rule);
    assert_false(p.is_promoted);
    assert_string_equal(p.reasons[0], "where the champion is weakest (all clips) it is no better: "
                                      "80.0 % of clips are right, as before");
    p = mote_compare_promotion(&(mote_promotion_case){&same, NULL, NULL, 0, -1, &c, NULL}, &rule);
    assert_true(p.is_promoted);
    rule.beat_by = 0.01; /* asked for in mote.yaml */
    assert_false(
        mote_compare_promotion(&(mote_promotion_case){&same, NULL, NULL, 0, -1, &c, NULL}, &rule)
            .is_promoted);
}

static void bad_input_is_refused(void **state)
{
    fixture *f = *state;
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_comparison all = {.n = 77};
    mote_err err;
    f->slices[5] = 2;
    assert_int_equal(mote_compare(&f->in, &cfg, &f->arena, &all, NULL, &err), MOTE_ARG);
    assert_string_equal(err.text, "compare: slice 2 of clip 5 is not in 0..1");
    f->in.n = 0;
    assert_int_equal(mote_compare(&f->in, &cfg, &f->arena, &all, NULL, &err), MOTE_ARG);
    f->in.n = 5;
    cfg.n_resamples = 1;
    assert_int_equal(mote_compare(&f->in, &cfg, &f->arena, &all, NULL, &err), MOTE_ARG);
    cfg.n_resamples = 100;
    mote_arena small;
    mote_arena_init(&small, 64);
    assert_int_equal(mote_compare(&f->in, &cfg, &small, &all, NULL, &err), MOTE_NOMEM);
    mote_arena_release(&small);
    assert_int_equal(all.n, 77);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(pairs_are_counted_on_all_and_on_each_slice),
        T(paired_interval_has_the_width_of_theory),
        T(a_stream_tells_apart_what_chance_does_not_explain),
        T(promotion_asks_what_the_product_is_judged_by),
        T(no_gain_is_made_up_for_by_a_better_stream),
        T(groups_that_agree_widen_the_interval),
        T(equal_models_differ_by_nothing),
        T(an_empty_slice_says_nothing),
        T(promotion_needs_gain_and_no_loss_on_clean),
        T(bad_input_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
