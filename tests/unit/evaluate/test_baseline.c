/* SPDX-License-Identifier: Apache-2.0 */
/* Baselines: what each is, against numpy and scikit-learn where they have it. */
#include "golden.h"

#include "evaluate/baseline.h"

static void linear_and_rule_are_those_of_numpy_and_scikit_learn(void **state)
{
    (void)state;
    json_t *all = golden_load_file("answers.json"), *g;
    size_t index;
    json_array_foreach(json_object_get(all, "linear"), index, g)
    {
        size_t n = (size_t)number(g, "n"), d = (size_t)number(g, "n_columns");
        uint64_t seed = (uint64_t)number(g, "seed");
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 8u << 20);
        float *x = mote_arena_alloc(&a, n * d, sizeof *x);
        float *y = mote_arena_alloc(&a, n * 2, sizeof *y);
        float *step = mote_arena_alloc(&a, n, sizeof *step);
        float *said = mote_arena_alloc(&a, n * 2, sizeof *said);
        assert_true(x && y && step && said);
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < d; c++)
                x[i * d + c] = (float)(lcg_u(&seed) * (double)(c + 1) * 3);
        for (size_t i = 0; i < n; i++) {
            double noise = lcg_u(&seed), sum = 0;
            for (size_t c = 0; c < d; c++)
                sum += (double)x[i * d + c] * (double)(c + 1);
            y[2 * i] = (float)(sum + 5 + noise);
            y[2 * i + 1] = (float)((double)x[i * d] * (double)x[i * d + 1] + noise);
            step[i] = (float)((x[i * d + 1] > 2.5f ? 4.0 : 0.0) + noise);
        }
        mote_baseline_data data = {.n = n, .n_columns = d, .x = x, .n_outputs = 2, .values = y};
        mote_baseline b;
        mote_err err;
        assert_int_equal(mote_baseline_fit(MOTE_BASELINE_LINEAR, &data, &a, &b, &err), MOTE_OK);
        mote_baseline_predict(&b, x, n, said);
        json_t *golden = json_object_get(g, "said");
        for (size_t i = 0; i < json_array_size(golden); i++) /* a ridge of 1e-6 moves that much */
            near_to((double)said[i], json_real_value(json_array_get(golden, i)), 1e-5, "linear");
        data.n_outputs = 1;
        data.values = step;
        assert_int_equal(mote_baseline_fit(MOTE_BASELINE_RULE, &data, &a, &b, &err), MOTE_OK);
        assert_int_equal(b.column, (size_t)number(g, "rule_column"));
        near_to((double)b.threshold, number(g, "rule_threshold"), 1e-6, "threshold");
        near_to((double)b.answers[0], number(g, "rule_low"), 1e-6, "below");
        near_to((double)b.answers[1], number(g, "rule_high"), 1e-6, "above");
    }
    json_decref(all);
}

static const float table[] = {
    /* a column that says nothing, one that tells class 1, one that is always the same */
    5, 1, 7, 4, 2, 7, 6, 3, 7, 5, 8, 7, 4, 9, 7, 6, 9.5f, 7,
};
static const int32_t classes[] = {0, 2, 0, 1, 1, 1};

static mote_baseline_data by_class(void)
{
    return (mote_baseline_data){
        .n = 6, .n_columns = 3, .x = table, .n_outputs = 3, .class_id = classes};
}

static void the_constant_is_the_share_of_classes_or_the_median(void **state)
{
    (void)state;
    mote_baseline_data data = by_class();
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_baseline b;
    mote_err err;
    float said[18];
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_CONSTANT, &data, &a, &b, &err), MOTE_OK);
    mote_baseline_predict(&b, table, 6, said);
    for (int i = 0; i < 6; i++) {
        near_to((double)said[3 * i], 2.0 / 6, 1e-6, "share of class 0");
        near_to((double)said[3 * i + 1], 3.0 / 6, 1e-6, "share of class 1");
        near_to((double)said[3 * i + 2], 1.0 / 6, 1e-6, "share of class 2");
    }
    const float values[] = {1, 100, 3, 2, 2, 50};
    data.class_id = NULL;
    data.values = values;
    data.n_outputs = 1;
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_CONSTANT, &data, &a, &b, &err), MOTE_OK);
    mote_baseline_predict(&b, table, 1, said);
    near_to((double)said[0], 2.5, 1e-6, "median");
}

static void a_rule_takes_the_column_that_tells_classes_apart(void **state)
{
    (void)state;
    mote_baseline_data data = by_class();
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_baseline b;
    mote_err err;
    float said[18];
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_RULE, &data, &a, &b, &err), MOTE_OK);
    assert_int_equal(b.column, 1);
    near_to((double)b.threshold, 5.5, 1e-6, "threshold");
    mote_baseline_predict(&b, table, 6, said);
    near_to((double)said[0], 2.0 / 3, 1e-6, "class 0 below");
    near_to((double)said[2], 1.0 / 3, 1e-6, "class 2 below");
    near_to((double)said[9 + 1], 1, 1e-6, "class 1 above");
    /* A column of one number is no rule: it stays a constant. */
    const float flat[] = {3, 3, 3, 3, 3, 3};
    data.x = flat;
    data.n_columns = 1;
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_RULE, &data, &a, &b, &err), MOTE_OK);
    const float elsewhere[] = {-100, 100};
    mote_baseline_predict(&b, elsewhere, 2, said);
    near_to((double)said[1], 0.5, 1e-6, "class 1");
    near_to((double)said[4], 0.5, 1e-6, "class 1 on the other side");
}

static void linear_classes_are_shares_that_sum_to_one(void **state)
{
    (void)state;
    mote_baseline_data data = by_class();
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_baseline b;
    mote_err err;
    float said[18];
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_LINEAR, &data, &a, &b, &err), MOTE_OK);
    mote_baseline_predict(&b, table, 6, said);
    for (int i = 0; i < 6; i++) {
        double sum = 0;
        for (int k = 0; k < 3; k++) {
            assert_true(said[3 * i + k] >= 0 && said[3 * i + k] <= 1);
            sum += (double)said[3 * i + k];
        }
        near_to(sum, 1, 1e-6, "sum");
    }
    assert_true(said[15 + 1] > 0.8f); /* the last sample is of class 1 */
    assert_true(said[0] > said[1]);
}

static void an_anomaly_is_far_from_the_mean_of_a_column(void **state)
{
    (void)state;
    const float normal[] = {0, 10, 1, 12, 2, 14, 3, 16, 4, 18};
    mote_baseline_data data = {.n = 5, .n_columns = 2, .x = normal, .n_outputs = 1};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_baseline b;
    mote_err err;
    float said[2];
    const float seen[] = {2, 14, 2, 30};
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_RULE, &data, &a, &b, &err), MOTE_OK);
    mote_baseline_predict(&b, seen, 2, said);
    near_to((double)said[0], 0, 1e-6, "the mean");
    near_to((double)said[1], 16 / sqrt(8), 1e-6, "far in the second column");
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_LINEAR, &data, &a, &b, &err),
                     MOTE_UNSUPPORTED);
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_CONSTANT, &data, &a, &b, &err), MOTE_OK);
    mote_baseline_predict(&b, seen, 2, said);
    assert_true(said[0] == 0 && said[1] == 0);
}

static void earlier_values_are_never_of_the_step_itself(void **state)
{
    (void)state;
    const int64_t hour = INT64_C(3600000000);
    int64_t time_us[30];
    float values[30], said[30];
    size_t known = 0;
    mote_err err;
    for (int i = 0; i < 30; i++) {
        time_us[i] = i * hour;
        values[i] = (float)i;
    }
    assert_int_equal(mote_baseline_earlier(&(mote_baseline_steps){30, time_us, values, 1, 0}, said,
                                           &known, &err),
                     MOTE_OK);
    assert_int_equal(known, 29);
    assert_true(isnan(said[0]));
    for (int i = 1; i < 30; i++)
        assert_true(said[i] == (float)(i - 1));
    assert_int_equal(
        mote_baseline_earlier(&(mote_baseline_steps){30, time_us, values, 1, 24 * hour}, said,
                              &known, &err),
        MOTE_OK);
    assert_int_equal(known, 6);
    assert_true(isnan(said[23]));
    assert_true(said[24] == 0 && said[29] == 5);
    time_us[5] = 0;
    assert_int_equal(mote_baseline_earlier(&(mote_baseline_steps){30, time_us, values, 1, 0}, said,
                                           &known, &err),
                     MOTE_ARG);
    assert_non_null(strstr(err.text, "step 5 is earlier"));
}

static void bad_data_is_refused_and_named(void **state)
{
    (void)state;
    mote_baseline_data data = by_class();
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_baseline b;
    mote_err err;
    const int32_t wrong[] = {0, 1, 2, 3, 0, 0};
    data.class_id = wrong;
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_RULE, &data, &a, &b, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "class 3 of sample 3 is not in 0..2"));
    data = by_class();
    const float holes[] = {1, NAN, 3};
    data.x = holes;
    data.n = 1;
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_LINEAR, &data, &a, &b, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "column 1 of sample 0 is not finite"));
    data.n = 0;
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_CONSTANT, &data, &a, &b, &err), MOTE_ARG);
    static const float wide[MOTE_BASELINE_MAX_COLUMNS + 1];
    data = by_class();
    data.x = wide;
    data.n = 1;
    data.n_columns = MOTE_BASELINE_MAX_COLUMNS + 1;
    assert_int_equal(mote_baseline_fit(MOTE_BASELINE_LINEAR, &data, &a, &b, &err), MOTE_LIMIT);
    assert_string_equal(mote_baseline_name(MOTE_BASELINE_RULE), "rule");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_and_rule_are_those_of_numpy_and_scikit_learn),
        cmocka_unit_test(the_constant_is_the_share_of_classes_or_the_median),
        cmocka_unit_test(a_rule_takes_the_column_that_tells_classes_apart),
        cmocka_unit_test(linear_classes_are_shares_that_sum_to_one),
        cmocka_unit_test(an_anomaly_is_far_from_the_mean_of_a_column),
        cmocka_unit_test(earlier_values_are_never_of_the_step_itself),
        cmocka_unit_test(bad_data_is_refused_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
