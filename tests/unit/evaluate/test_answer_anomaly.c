/* SPDX-License-Identifier: Apache-2.0 */
/* Scores: against scikit-learn. */
#include "golden.h"

#include "evaluate/answer_anomaly.h"

static void order_and_alarms_are_those_of_scikit_learn(void **state)
{
    (void)state;
    json_t *all = golden_load_file("answers.json"), *g;
    size_t index;
    json_array_foreach(json_object_get(all, "anomalies"), index, g)
    {
        size_t n = (size_t)number(g, "n");
        uint64_t seed = (uint64_t)number(g, "seed");
        double steps = number(g, "steps");
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 64u << 20);
        float *scores = mote_arena_alloc(&a, n, sizeof *scores);
        bool *truth = mote_arena_alloc(&a, n, sizeof *truth);
        assert_true(scores && truth);
        for (size_t i = 0; i < n; i++) {
            truth[i] = lcg_u(&seed) < 0.15;
            scores[i] = (float)(floor((lcg_u(&seed) + (truth[i] ? 0.4 : 0)) * steps) / steps);
        }
        mote_anomaly_answers v = {.n = n, .scores = scores, .is_anomaly = truth, .threshold = 0.9f};
        mote_evaluate_config cfg = mote_evaluate_config_default();
        mote_anomaly_evaluation e;
        mote_err err;
        assert_int_equal(mote_anomaly_evaluate(&v, &cfg, &a, &e, &err), MOTE_OK);
        near_to(e.roc_auc.value, number(g, "roc_auc"), 1e-12, "auc");
        near_to(e.average_precision.value, number(g, "average_precision"), 1e-12, "ap");
        near_to(e.false_alarm_rate.value, number(g, "false_alarm_rate"), 1e-12, "false alarms");
        near_to(e.detection_rate.value, number(g, "detection_rate"), 1e-12, "found");
        assert_true(e.roc_auc.lo < e.roc_auc.value && e.roc_auc.value < e.roc_auc.hi);
        assert_int_equal(e.n_normal + e.n_anomalies, n);
        json_t *j = NULL;
        assert_int_equal(mote_anomaly_evaluation_to_json(&e, &j, &err), MOTE_OK);
        near_to(number(json_object_get(j, "roc_auc"), "value"), e.roc_auc.value, 0, "auc in JSON");
        json_decref(j);
    }
    json_decref(all);
}

static void without_anomalies_nothing_is_said_of_order(void **state)
{
    (void)state;
    const float scores[] = {1, 2, 3, 4};
    const bool truth[] = {false, false, false, false};
    mote_anomaly_answers v = {.n = 4, .scores = scores, .is_anomaly = truth, .threshold = 2.5f};
    mote_evaluate_config cfg = mote_evaluate_config_default();
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_anomaly_evaluation e;
    mote_err err;
    assert_int_equal(mote_anomaly_evaluate(&v, &cfg, &a, &e, &err), MOTE_OK);
    assert_true(isnan(e.roc_auc.value) && isnan(e.average_precision.value));
    assert_true(isnan(e.detection_rate.value));
    near_to(e.false_alarm_rate.value, 0.5, 1e-12, "false alarms");
    assert_true(e.false_alarm_rate.lo < 0.16); /* Wilson of 2 of 4: 0.15 to 0.85 */
    v.scores = (const float[]){1, 2, NAN, 4};
    assert_int_equal(mote_anomaly_evaluate(&v, &cfg, &a, &e, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "score nan of sample 2"));
}

/* Windows of one recording: ten pieces of it are drawn, not each window by itself. */
static void the_interval_of_one_recording_is_that_of_its_pieces(void **state)
{
    (void)state;
    enum { N = 1000 };
    static float scores[N];
    static bool truth[N];
    static int32_t one[N];
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 4u << 20);
    for (int i = 0; i < N; i++)
        scores[i] = i / 100 % 5 == 0 ? 1 : 0; /* all alarms are in two of its ten pieces */
    mote_anomaly_answers v = {.n = N, .scores = scores, .is_anomaly = truth, .threshold = 0.5f};
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_anomaly_evaluation alone, whole;
    mote_err err;
    assert_int_equal(mote_anomaly_evaluate(&v, &cfg, &a, &alone, &err), MOTE_OK);
    v.groups = one;
    v.n_groups = 1;
    assert_int_equal(mote_anomaly_evaluate(&v, &cfg, &a, &whole, &err), MOTE_OK);
    near_to(whole.false_alarm_rate.value, 0.2, 1e-9, "rate");
    assert_true(alone.false_alarm_rate.hi < 0.24);
    assert_true(whole.false_alarm_rate.hi >= 0.4 && whole.false_alarm_rate.lo <= 0.1);
}

static void delays_are_counted_from_the_begin_of_a_window(void **state)
{
    (void)state;
    /*                      0  1  2  3  4  5  6  7  8  9 10 11 */
    const float one[12] = {0, 9, 0, 0, 0, 9, 9, 0, 0, 0, 0, 9};
    const float two[6] = {0, 0, 0, 9, 0, 0};
    const mote_anomaly_window in_one[] = {{3, 6}, {8, 10}, {11, 11}}, in_two[] = {{0, 3}};
    const mote_anomaly_series s[] = {{"one", 12, one, in_one, 3}, {"two", 6, two, in_two, 1}};
    mote_evaluate_config cfg = mote_evaluate_config_default();
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_anomaly_delay d;
    mote_err err;
    assert_int_equal(mote_anomaly_delay_of(&(mote_anomaly_corpus){s, 2}, 5, &cfg, &a, &d, &err),
                     MOTE_OK);
    assert_int_equal(d.n_windows, 4);
    assert_int_equal(d.n_found, 3); /* after 2, 0 and 3 steps */
    assert_int_equal(d.n_false_alarms, 1);
    near_to(d.delay.value, 5.0 / 3, 1e-12, "mean delay");
    near_to(d.median_delay, 2, 1e-12, "median delay");
    assert_true(d.delay.lo < d.delay.value && d.delay.value < d.delay.hi);
    near_to(d.found.value, 0.75, 1e-12, "share found");
    assert_int_equal(mote_anomaly_delay_of(&(mote_anomaly_corpus){s, 2}, 10, &cfg, &a, &d, &err),
                     MOTE_OK);
    assert_int_equal(d.n_found, 0);
    assert_true(isnan(d.delay.value) && isnan(d.median_delay));
    const mote_anomaly_window wrong[] = {{3, 6}, {6, 7}};
    const mote_anomaly_series bad = {"bad", 12, one, wrong, 2};
    assert_int_equal(mote_anomaly_delay_of(&(mote_anomaly_corpus){&bad, 1}, 5, &cfg, &a, &d, &err),
                     MOTE_ARG);
    assert_non_null(strstr(err.text, "bad: window 1, steps 6 to 7"));
    assert_int_equal(mote_anomaly_delay_of(&(mote_anomaly_corpus){&bad, 0}, 5, &cfg, &a, &d, &err),
                     MOTE_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_alarms_are_those_of_scikit_learn),
        cmocka_unit_test(without_anomalies_nothing_is_said_of_order),
        cmocka_unit_test(the_interval_of_one_recording_is_that_of_its_pieces),
        cmocka_unit_test(delays_are_counted_from_the_begin_of_a_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
