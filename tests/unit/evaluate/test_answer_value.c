/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of values: against scikit-learn, their intervals, and what cannot be said. */
#include "golden.h"

#include "evaluate/answer_value.h"

#define CONFIG mote_evaluate_config_default()

typedef struct {
    mote_arena arena;
    mote_value_answers v;
    float *truth, *said, *lo, *hi;
} fixture;

static void make(fixture *f, size_t n, int32_t n_values)
{
    size_t cells = n * (size_t)n_values;
    mote_arena_init(&f->arena, 64u << 20);
    f->truth = mote_arena_alloc(&f->arena, cells, sizeof *f->truth);
    f->said = mote_arena_alloc(&f->arena, cells, sizeof *f->said);
    f->lo = mote_arena_alloc(&f->arena, cells, sizeof *f->lo);
    f->hi = mote_arena_alloc(&f->arena, cells, sizeof *f->hi);
    assert_true(f->truth && f->said && f->lo && f->hi);
    f->v = (mote_value_answers){
        .n = n, .n_values = n_values, .truth = f->truth, .said = f->said, .lo = f->lo, .hi = f->hi};
}

/* values() of make_answers.py. */
static void fill(fixture *f, uint64_t seed)
{
    for (size_t i = 0; i < f->v.n * (size_t)f->v.n_values; i++) {
        f->truth[i] = lcg_u(&seed) < 0.1 ? 0 : (float)(lcg_u(&seed) * 20 - 8);
        f->said[i] = (float)((double)f->truth[i] + lcg_u(&seed) * 4 - 1.5);
        f->lo[i] = (float)((double)f->said[i] - 1.5);
        f->hi[i] = (float)((double)f->said[i] + 1.25);
    }
}

static void is_inside(mote_interval x)
{
    assert_true(x.lo <= x.value && x.value <= x.hi);
    assert_true(x.hi - x.lo > 0);
}

static void errors_are_those_of_scikit_learn(void **state)
{
    (void)state;
    json_t *all = golden_load_file("answers.json"), *g;
    size_t index;
    json_array_foreach(json_object_get(all, "values"), index, g)
    {
        fixture f;
        mote_value_evaluation e;
        mote_err err;
        mote_evaluate_config cfg = CONFIG;
        double half = 0;
        make(&f, (size_t)number(g, "n"), (int32_t)number(g, "n_values"));
        fill(&f, (uint64_t)number(g, "seed"));
        assert_int_equal(mote_value_evaluate(&f.v, &cfg, &f.arena, &e, &err), MOTE_OK);
        near_to(e.all.mae.value, number(g, "mae"), 1e-12, "mae");
        near_to(e.all.rmse.value, number(g, "rmse"), 1e-12, "rmse");
        near_to(e.all.r2.value, number(g, "r2"), 1e-12, "r2");
        near_to(e.all.mape.value, number(g, "mape"), 1e-12, "mape");
        near_to(e.all.coverage.value, number(g, "coverage"), 1e-12, "coverage");
        near_to(e.all.width, 2.75, 1e-6, "width");
        assert_int_equal(e.all.n_zero, (int64_t)number(g, "n_zero"));
        for (int32_t k = 0; k < e.n_values; k++) {
            json_t *mae = json_array_get(json_object_get(g, "mae_each"), (size_t)k);
            json_t *r2 = json_array_get(json_object_get(g, "r2_each"), (size_t)k);
            near_to(e.each[k].mae.value, json_real_value(mae), 1e-12, "mae of one");
            near_to(e.each[k].r2.value, json_real_value(r2), 1e-12, "r2 of one");
        }
        is_inside(e.all.mae), is_inside(e.all.rmse), is_inside(e.all.r2);
        is_inside(e.all.mape), is_inside(e.all.coverage);
        assert_int_equal(
            mote_value_half_width(&f.v, 0, number(g, "half_width_level"), &f.arena, &half, &err),
            MOTE_OK);
        near_to(half, number(g, "half_width"), 1e-12, "half width");
        mote_arena_release(&f.arena);
    }
    json_decref(all);
}

static void what_cannot_be_said_is_not_a_number(void **state)
{
    (void)state;
    fixture f;
    mote_value_evaluation e;
    mote_err err;
    mote_evaluate_config cfg = CONFIG;
    make(&f, 20, 2);
    for (size_t i = 0; i < 20; i++) {
        f.truth[2 * i] = 0; /* never another */
        f.truth[2 * i + 1] = (float)i;
        f.said[2 * i] = 0.5f;
        f.said[2 * i + 1] = (float)i + 1;
    }
    f.v.lo = f.v.hi = NULL;
    assert_int_equal(mote_value_evaluate(&f.v, &cfg, &f.arena, &e, &err), MOTE_OK);
    assert_true(isnan(e.each[0].mape.value));
    assert_int_equal(e.each[0].n_zero, 20);
    assert_true(isnan(e.each[0].r2.value)); /* nothing is there to explain */
    near_to(e.each[0].mae.value, 0.5, 1e-12, "mae");
    assert_int_equal(e.each[1].n_zero, 1);
    assert_true(!isnan(e.each[1].mape.value));
    assert_true(!isnan(e.each[1].r2.value));
    assert_true(isnan(e.all.coverage.value) && isnan(e.all.width));
    mote_arena_release(&f.arena);
}

/* Of the 95 % intervals of a mean error of samples drawn anew, about 95 % hold the true one. */
static void intervals_hold_the_true_error_as_often_as_they_say(void **state)
{
    (void)state;
    int n_held = 0;
    uint64_t seed = 5;
    for (int trial = 0; trial < 200; trial++) {
        fixture f;
        mote_value_evaluation e;
        mote_err err;
        mote_evaluate_config cfg = CONFIG;
        cfg.n_resamples = 200;
        make(&f, 80, 1);
        f.v.lo = f.v.hi = NULL;
        for (size_t i = 0; i < 80; i++) {
            f.truth[i] = (float)i;
            f.said[i] = (float)((double)i + lcg_u(&seed) * 2 - 1); /* true mean error 0.5 */
        }
        assert_int_equal(mote_value_evaluate(&f.v, &cfg, &f.arena, &e, &err), MOTE_OK);
        n_held += e.all.mae.lo <= 0.5 && 0.5 <= e.all.mae.hi;
        mote_arena_release(&f.arena);
    }
    /* 95 % of 200 are 190, give or take 3.1: four deviations either way. */
    assert_in_range(n_held, 177, 200);
}

/* Groups that differ make the interval of their mean wider than samples alone would. */
static void groups_widen_the_interval_and_the_worst_is_named(void **state)
{
    (void)state;
    fixture f;
    mote_value_evaluation grouped, alone;
    mote_err err;
    mote_evaluate_config cfg = CONFIG;
    int32_t groups[120];
    make(&f, 120, 1);
    f.v.lo = f.v.hi = NULL;
    for (size_t i = 0; i < 120; i++) {
        groups[i] = (int32_t)(i / 20);
        f.truth[i] = (float)i;
        f.said[i] = (float)i + 1 + (float)groups[i];
    }
    assert_int_equal(mote_value_evaluate(&f.v, &cfg, &f.arena, &alone, &err), MOTE_OK);
    f.v.groups = groups;
    f.v.n_groups = 7; /* the last one is empty */
    assert_int_equal(mote_value_evaluate(&f.v, &cfg, &f.arena, &grouped, &err), MOTE_OK);
    assert_true(grouped.all.mae.hi - grouped.all.mae.lo >
                2 * (alone.all.mae.hi - alone.all.mae.lo));
    assert_int_equal(grouped.worst_group, 5);
    near_to(grouped.group_mae[5], 6, 1e-12, "error of the worst group");
    assert_true(isnan(grouped.group_mae[6]));
    static const char *const names[] = {"y"};
    static const char *const group_names[] = {"a", "b", "c", "d", "e", "f", "g"};
    json_t *j = NULL;
    assert_int_equal(mote_value_evaluation_to_json(&grouped, names, group_names, &j, &err),
                     MOTE_OK);
    assert_string_equal(json_string_value(json_object_get(j, "worst_group")), "f");
    assert_int_equal(json_object_size(json_object_get(j, "groups")), 6);
    assert_non_null(json_object_get(json_object_get(j, "values"), "y"));
    json_decref(j);
    mote_arena_release(&f.arena);
}

static void intervals_of_conformal_width_hold_new_values(void **state)
{
    (void)state;
    fixture f, g;
    mote_err err;
    mote_value_evaluation e;
    mote_evaluate_config cfg = CONFIG;
    double half = 0;
    uint64_t seed = 77;
    make(&f, 199, 1);
    make(&g, 4000, 1);
    for (size_t i = 0; i < 4199; i++) {
        fixture *at = i < 199 ? &f : &g;
        size_t k = i < 199 ? i : i - 199;
        at->truth[k] = (float)lcg_u(&seed);
        at->said[k] = (float)((double)at->truth[k] + pow(lcg_u(&seed), 3));
    }
    f.v.lo = f.v.hi = NULL;
    assert_int_equal(mote_value_half_width(&f.v, 0, 0.8, &f.arena, &half, &err), MOTE_OK);
    for (size_t i = 0; i < 4000; i++) {
        g.lo[i] = (float)((double)g.said[i] - half);
        g.hi[i] = (float)((double)g.said[i] + half);
    }
    assert_int_equal(mote_value_evaluate(&g.v, &cfg, &g.arena, &e, &err), MOTE_OK);
    /* The coverage given 199 samples is Beta(160, 40): 0.8 give or take 0.028; three of them. */
    assert_true(e.all.coverage.value > 0.715 && e.all.coverage.value < 0.885);
    assert_int_equal(mote_value_half_width(&f.v, 0, 0.999, &f.arena, &half, &err), MOTE_RANGE);
    assert_non_null(strstr(err.text, "at least 999 samples"));
    assert_non_null(strstr(err.text, "there are 199"));
    mote_arena_release(&f.arena);
    mote_arena_release(&g.arena);
}

static void bad_answers_are_refused_and_named(void **state)
{
    (void)state;
    fixture f;
    mote_value_evaluation e;
    mote_err err;
    mote_evaluate_config cfg = CONFIG;
    int32_t groups[10] = {0, 1, 2, 3, 0, 0, 0, 0, 0, 4};
    make(&f, 10, 1);
    fill(&f, 3);
    f.said[4] = NAN;
    assert_int_equal(mote_value_evaluate(&f.v, &cfg, &f.arena, &e, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "prediction nan of value 0, sample 4"));
    f.said[4] = 0;
    f.lo[2] = f.hi[2] + 1;
    assert_int_equal(mote_value_evaluate(&f.v, &cfg, &f.arena, &e, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "sample 2 is none"));
    f.v.lo = f.v.hi = NULL;
    f.v.groups = groups;
    f.v.n_groups = 4;
    assert_int_equal(mote_value_evaluate(&f.v, &cfg, &f.arena, &e, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "group 4 of sample 9 is not in 0..3"));
    f.v.n = 0;
    assert_int_equal(mote_value_evaluate(&f.v, &cfg, &f.arena, &e, &err), MOTE_ARG);
    f.v.n = 10;
    f.v.n_values = MOTE_MAX_VALUES + 1;
    assert_int_equal(mote_value_evaluate(&f.v, &cfg, &f.arena, &e, &err), MOTE_ARG);
    mote_arena_release(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_those_of_scikit_learn),
        cmocka_unit_test(what_cannot_be_said_is_not_a_number),
        cmocka_unit_test(intervals_hold_the_true_error_as_often_as_they_say),
        cmocka_unit_test(groups_widen_the_interval_and_the_worst_is_named),
        cmocka_unit_test(intervals_of_conformal_width_hold_new_values),
        cmocka_unit_test(bad_answers_are_refused_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
