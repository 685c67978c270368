/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts: the three kinds, intervals, staleness, words and JSON. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "project/verdict.h"

static const mote_requirement accuracy = {.id = "accuracy@test",
                                          .metric = MOTE_METRIC_accuracy,
                                          .is_at_least = true,
                                          .limit = 0.92,
                                          .where = MOTE_AT_TEST,
                                          .target = "",
                                          .slice = ""};
static const mote_requirement ram = {.id = "ram_bytes@device:cortex-m4f",
                                     .metric = MOTE_METRIC_ram_bytes,
                                     .limit = 64000,
                                     .where = MOTE_AT_DEVICE,
                                     .target = "cortex-m4f",
                                     .slice = ""};

static mote_measurement measured(const char *id, double value, double half, double confidence)
{
    return (mote_measurement){.id = id,
                              .value = value,
                              .lo = value - half,
                              .hi = value + half,
                              .confidence = confidence,
                              .n = 100,
                              .source = "test",
                              .basis = "m1",
                              .time_us = 5};
}

static void expect_text(const mote_verdict *v, const char *text)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_verdict_text(v, &b);
    assert_string_equal(b.data, text);
}

static void point_estimate_decides_and_the_limit_itself_is_met(void **state)
{
    (void)state;
    mote_measurement m = measured("accuracy@test", 0.92, 0.02, 0.95);
    mote_verdict v = mote_verdict_judge(&accuracy, &m, "m1");
    assert_int_equal(v.kind, MOTE_VERDICT_MET);
    assert_true(v.margin == 0);
    expect_text(&v, "met      accuracy@test  92.0 % (90.0 % to 94.0 %, n 100), at least 92.0 %: "
                    "0.0 points to spare");
    m.value = 0.912;
    v = mote_verdict_judge(&accuracy, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_MET);
    expect_text(&v, "not met  accuracy@test  91.2 % (90.0 % to 94.0 %, n 100), at least 92.0 %: "
                    "0.8 points short");
}

static void upper_limits_are_read_the_other_way_round(void **state)
{
    (void)state;
    mote_measurement m = measured(ram.id, 70500, 0, 1);
    mote_verdict v = mote_verdict_judge(&ram, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_MET);
    assert_true(v.margin == -6500);
    expect_text(&v,
                "not met  ram_bytes@device:cortex-m4f  70.5 kB, at most 64.0 kB: 6.5 kB too much");
    m.value = 60000;
    assert_int_equal(mote_verdict_judge(&ram, &m, NULL).kind, MOTE_VERDICT_MET);
}

static void with_confidence_the_worse_bound_decides(void **state)
{
    (void)state;
    mote_requirement q = accuracy;
    q.confidence = 0.95;
    mote_measurement m = measured(q.id, 0.93, 0.02, 0.95);
    mote_verdict v = mote_verdict_judge(&q, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_MET);
    assert_true(fabs(v.margin + 0.01) < 1e-12);
    m = measured(q.id, 0.95, 0.02, 0.95);
    assert_int_equal(mote_verdict_judge(&q, &m, NULL).kind, MOTE_VERDICT_MET);
    m.confidence = 0.9;
    v = mote_verdict_judge(&q, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_UNKNOWN);
    assert_string_equal(v.reason, "measured with confidence 0.9, but 0.95 is required");
    m.confidence = 0;
    assert_int_equal(mote_verdict_judge(&q, &m, NULL).kind, MOTE_VERDICT_UNKNOWN);
    m = measured(q.id, 0.92, 0, 1);      /* exact */
    assert_int_equal(mote_verdict_judge(&q, &m, NULL).kind, MOTE_VERDICT_MET);
    q = ram;
    q.confidence = 0.95;
    m = measured(q.id, 63999, 2, 0.99);
    assert_int_equal(mote_verdict_judge(&q, &m, NULL).kind, MOTE_VERDICT_NOT_MET);
}

static void missing_stale_and_senseless_measurements_are_unknown(void **state)
{
    (void)state;
    mote_verdict v = mote_verdict_judge(&accuracy, NULL, "m1");
    assert_int_equal(v.kind, MOTE_VERDICT_UNKNOWN);
    expect_text(&v, "unknown  accuracy@test  at least 92.0 %: not measured yet");
    mote_measurement m = measured(accuracy.id, 0.99, 0, 1);
    v = mote_verdict_judge(&accuracy, &m, "m2");
    assert_int_equal(v.kind, MOTE_VERDICT_UNKNOWN);
    assert_non_null(strstr(v.reason, "stale"));
    m.value = NAN;
    assert_int_equal(mote_verdict_judge(&accuracy, &m, "m1").kind, MOTE_VERDICT_UNKNOWN);
}

static void all_requirements_are_judged_by_the_last_measurement(void **state)
{
    (void)state;
    mote_requirement list[] = {accuracy, ram};
    mote_project p = {.requirements = list, .n_requirements = 2};
    mote_measurement items[] = {measured(accuracy.id, 0.5, 0, 1),
                                measured(accuracy.id, 0.95, 0, 1)};
    mote_measurements all = {items, 2};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_verdict *v = NULL;
    size_t n = 0;
    assert_int_equal(mote_verdict_judge_all(&p, &all, "m1", &a, &v, &n, NULL), MOTE_OK);
    assert_int_equal(n, 2);
    assert_int_equal(v[0].kind, MOTE_VERDICT_MET);
    assert_int_equal(v[1].kind, MOTE_VERDICT_UNKNOWN);
    assert_int_equal(mote_verdict_count(v, n, MOTE_VERDICT_UNKNOWN), 1);
    assert_int_equal(mote_verdict_count(v, n, MOTE_VERDICT_NOT_MET), 0);
}

static void measurements_survive_json(void **state)
{
    (void)state;
    mote_measurement items[] = {measured(accuracy.id, 0.925, 0.0125, 0.95),
                                measured(ram.id, 41234, 0, 1)};
    items[1].confidence = 0;
    mote_measurements all = {items, 2}, back;
    MOTE_SCOPED_JSON *j = NULL;
    mote_err err;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    assert_int_equal(mote_measurements_to_json(&all, &j, &err), MOTE_OK);
    assert_int_equal(mote_measurements_from_json(j, &a, &back, &err), MOTE_OK);
    assert_int_equal(back.n, 2);
    assert_true(back.items[0].lo == items[0].lo && back.items[0].n == 100 &&
                back.items[0].time_us == 5);
    assert_string_equal(back.items[1].basis, "m1");
    assert_true(back.items[1].lo == 41234);

    mote_verdict v = mote_verdict_judge(&accuracy, &items[0], NULL);
    MOTE_SCOPED_JSON *jv = NULL;
    assert_int_equal(mote_verdict_to_json(&v, &jv, &err), MOTE_OK);
    assert_string_equal(json_string_value(json_object_get(jv, "verdict")), "met");
    assert_true(json_is_object(json_object_get(jv, "measured")));

    items[0].value = INFINITY;
    MOTE_SCOPED_JSON *none = NULL;
    assert_int_equal(mote_measurements_to_json(&all, &none, &err), MOTE_ARG);
    assert_null(none);
}

static void foreign_json_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mote_status status;
    } cases[] = {
        {"{}", MOTE_PARSE},
        {"[1]", MOTE_PARSE},
        {"[{\"id\":\"a\"}]", MOTE_PARSE},
        {"[{\"id\":\"a\",\"value\":1,\"confidence\":2,\"n\":0,\"time_us\":0,\"source\":\"\","
         "\"basis\":\"\"}]",
         MOTE_RANGE},
        {"[{\"id\":\"a\",\"value\":1,\"confidence\":0.9,\"lo\":2,\"hi\":1,\"n\":0,\"time_us\":0,"
         "\"source\":\"\",\"basis\":\"\"}]",
         MOTE_RANGE},
        {"[{\"id\":\"a\",\"value\":1,\"confidence\":0,\"n\":-1,\"time_us\":0,\"source\":\"\","
         "\"basis\":\"\"}]",
         MOTE_RANGE},
    };
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        MOTE_SCOPED_JSON *j = NULL;
        mote_measurements all = {NULL, 77};
        assert_int_equal(mote_json_parse("m", cases[i].text, strlen(cases[i].text), &j, NULL),
                         MOTE_OK);
        mote_status st = mote_measurements_from_json(j, &a, &all, NULL);
        if (st == MOTE_OK || all.n != 77)
            fail_msg("case %zu was accepted", i);
        if (cases[i].status == MOTE_RANGE)
            assert_int_equal(st, MOTE_RANGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(point_estimate_decides_and_the_limit_itself_is_met),
        cmocka_unit_test(upper_limits_are_read_the_other_way_round),
        cmocka_unit_test(with_confidence_the_worse_bound_decides),
        cmocka_unit_test(missing_stale_and_senseless_measurements_are_unknown),
        cmocka_unit_test(all_requirements_are_judged_by_the_last_measurement),
        cmocka_unit_test(measurements_survive_json),
        cmocka_unit_test(foreign_json_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
