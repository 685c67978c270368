/* SPDX-License-Identifier: Apache-2.0 */
/* Alarms along recordings against the spans of anomaly in them. */
#include "support.h"

#include <math.h>

#include "evaluate/told.h"

static void near(double got, double want)
{
    if (!(fabs(got - want) < 1e-9))
        fail_msg("%.12g is not %.12g", got, want);
}

/* 10 steps a second, windows of 4 steps. */
static mote_told_config config(void)
{
    return (mote_told_config){10, 4, mote_evaluate_config_default()};
}

static void a_span_is_found_by_an_alarm_that_begins_in_it(void **state)
{
    (void)state;
    const mote_anomaly_window spans[] = {{100, 119}, {200, 200}, {300, 349}, {352, 360}};
    const mote_told_alarm alarms[] = {
        {50, 47, 60, 2},    /* false */
        {90, 87, 115, 2},   /* on when the span begins: it tells nothing of it, and is false */
        {203, 200, 203, 3}, /* the last window that holds the span of one step */
        {310, 307, 320, 4}, /* a second after the begin */
        {330, 327, 331, 4}, /* again in the same */
        {355, 352, 355, 4},
    };
    const mote_told_recording r = {"pump", 36000, 36000, spans, 4, alarms, T_COUNT(alarms)};
    const mote_told_config cfg = config();
    mote_told_evaluation e;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 32u << 20);
    T_OK(mote_told_evaluate(&r, 1, &cfg, &a, &e, &err));
    assert_int_equal(e.n_spans, 4);
    assert_int_equal(e.n_found, 3);
    assert_int_equal(e.n_false, 2);
    near(e.delay_ms.value, (300 + 1000 + 300) / 3.0);
    near(e.median_delay_ms, 300);
    near(e.found.value, 0.75);
    near(e.hours, (36000 - 20 - 1 - 50 - 9) / 36000.0);
    near(e.per_hour.value, 2 / e.hours);
    assert_true(e.per_hour.lo < 2 && e.per_hour.hi > 2 && isnan(e.nab.lo) && isfinite(e.nab.value));
    assert_null(mote_told_found(&r, 0, 4));
    assert_ptr_equal(mote_told_found(&r, 1, 4), &alarms[2]);
    assert_ptr_equal(mote_told_found(&r, 2, 4), &alarms[3]);
    assert_true(mote_told_is_false(&r, &alarms[1], 4) && !mote_told_is_false(&r, &alarms[4], 4));
}

/* What the benchmark gives: a window noticed at its first step is 100, silence 0. */
static void the_score_is_that_of_the_benchmark(void **state)
{
    (void)state;
    const mote_anomaly_window spans[] = {{10, 19}};
    const mote_told_alarm soon[] = {{10, 7, 10, 2}};
    const mote_told_recording r[] = {{"one", 100, 100, spans, 1, soon, 1},
                                     {"two", 100, 100, spans, 1, NULL, 0},
                                     {"three", 100, 100, NULL, 0, NULL, 0}};
    const mote_told_config cfg = config();
    mote_told_evaluation e;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 32u << 20);
    T_OK(mote_told_evaluate(r, 1, &cfg, &a, &e, &err));
    near(e.nab.value, 100);
    near(e.delay_ms.value, 0);
    T_OK(mote_told_evaluate(r + 1, 1, &cfg, &a, &e, &err));
    near(e.nab.value, 0);
    assert_true(isnan(e.delay_ms.value));
    T_OK(mote_told_evaluate(r, 3, &cfg, &a, &e, &err));
    near(e.nab.value, 50);
    assert_true(e.nab.lo < 50 && e.nab.hi > 50); /* over recordings */
    T_OK(mote_told_evaluate(r + 2, 1, &cfg, &a, &e, &err));
    assert_true(isnan(e.nab.value) && isnan(e.found.value) && e.n_false == 0);
}

static void what_does_not_lie_in_a_recording_is_refused(void **state)
{
    (void)state;
    const mote_anomaly_window crossed[] = {{10, 20}, {15, 30}};
    const mote_told_alarm late[] = {{100, 97, 100, 1}};
    mote_told_recording r = {"pump", 100, 100, crossed, 2, NULL, 0};
    mote_told_config cfg = config();
    mote_told_evaluation e;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 32u << 20);
    T_FAILS(mote_told_evaluate(&r, 1, &cfg, &a, &e, &err), MOTE_ARG, "pump: window 1");
    r.n_spans = 0;
    r.alarms = late;
    r.n_alarms = 1;
    T_FAILS(mote_told_evaluate(&r, 1, &cfg, &a, &e, &err), MOTE_ARG, "alarm at step 100");
    r.n_alarms = 0;
    cfg.rate_hz = 0;
    T_FAILS(mote_told_evaluate(&r, 1, &cfg, &a, &e, &err), MOTE_ARG, "0 steps a second");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_is_found_by_an_alarm_that_begins_in_it),
        cmocka_unit_test(the_score_is_that_of_the_benchmark),
        cmocka_unit_test(what_does_not_lie_in_a_recording_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
