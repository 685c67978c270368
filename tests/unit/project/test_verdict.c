/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts: the four kinds, what settles them, intervals, staleness, words and JSON. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/interval.h"
#include "base/rng.h"
#include "project/settle.h"
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

static void the_interval_decides_between_met_and_not_proven(void **state)
{
    (void)state;
    mote_measurement m = measured("accuracy@test", 0.95, 0.02, 0.95);
    mote_verdict v = mote_verdict_judge(&accuracy, &m, "m1");
    assert_int_equal(v.kind, MOTE_VERDICT_MET);
    assert_string_equal(v.settle.text, "");
    expect_text(&v, "met              accuracy@test  95.0 % (93.0 % to 97.0 %, n 100), at least "
                    "92.0 %: 3.0 points to spare");
    m = measured("accuracy@test", 0.93, 0.02, 0.95);
    v = mote_verdict_judge(&accuracy, &m, "m1");
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_PROVEN);
    assert_non_null(strstr(v.reason, "inside the interval"));
    assert_true(v.settle.n > 0 && strstr(v.settle.text, "more test samples"));
    m = measured("accuracy@test", 0.92, 0, 1); /* exact, and the limit itself is met */
    v = mote_verdict_judge(&accuracy, &m, "m1");
    assert_int_equal(v.kind, MOTE_VERDICT_MET);
    assert_true(v.margin == 0);
    m = measured("accuracy@test", 0.912, 0.02, 0.95);
    v = mote_verdict_judge(&accuracy, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_MET);
    expect_text(&v, "not met          accuracy@test  91.2 % (89.2 % to 93.2 %, n 100), at least "
                    "92.0 %: 0.8 points short");
}

static void a_sample_without_an_interval_proves_nothing(void **state)
{
    (void)state;
    mote_measurement m = measured("accuracy@test", 0.99, 0, 0);
    mote_verdict v = mote_verdict_judge(&accuracy, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_PROVEN);
    assert_string_equal(v.reason, "it has no interval");
    assert_true(v.settle.text[0] != '\0');
    m = measured(ram.id, 60000, 0, 0); /* bytes are counted */
    assert_int_equal(mote_verdict_judge(&ram, &m, NULL).kind, MOTE_VERDICT_MET);
}

/* ---- on nothing, or on less than the limit needs ---- */

static const mote_requirement accepts = {.id = "false_accepts_per_hour@stream",
                                         .metric = MOTE_METRIC_false_accepts_per_hour,
                                         .limit = 5,
                                         .where = MOTE_AT_STREAM,
                                         .target = "",
                                         .slice = ""};
static const mote_requirement misses = {.id = "false_reject_rate@stream",
                                        .metric = MOTE_METRIC_false_reject_rate,
                                        .limit = 0.1,
                                        .where = MOTE_AT_STREAM,
                                        .target = "",
                                        .slice = ""};

static mote_measurement of_share(const mote_requirement *q, int64_t k, int64_t n)
{
    mote_interval x = mote_interval_wilson(k, n, 0.95);
    mote_measurement m = measured(q->id, x.value, 0, 0.95);
    m.lo = x.lo;
    m.hi = x.hi;
    m.n = n;
    return m;
}

static mote_measurement of_rate(const mote_requirement *q, int64_t k, double hours)
{
    mote_interval x = mote_interval_poisson(k, hours, 0.95);
    mote_measurement m = measured(q->id, x.value, 0, 0.95);
    m.lo = x.lo;
    m.hi = x.hi;
    m.n = k;
    m.exposure_hours = hours;
    return m;
}

static void what_rests_on_nothing_is_not_known(void **state)
{
    (void)state;
    mote_measurement m = of_rate(&accepts, 0, 1);
    m.exposure_hours = 0;
    mote_verdict v = mote_verdict_judge(&accepts, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_UNKNOWN);
    assert_non_null(strstr(v.settle.text, "0.74 h more of other speech"));
    m = of_share(&accuracy, 0, 0);
    m.value = 1;
    v = mote_verdict_judge(&accuracy, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_UNKNOWN);
    assert_int_equal(v.settle.n, 45);
}

static void less_than_the_limit_needs_is_not_known(void **state)
{
    (void)state;
    mote_measurement m = of_share(&accuracy, 44, 44); /* 44 of 44: from 91.97 % */
    assert_int_equal(mote_verdict_judge(&accuracy, &m, NULL).kind, MOTE_VERDICT_UNKNOWN);
    m = of_share(&accuracy, 45, 45);
    assert_int_equal(mote_verdict_judge(&accuracy, &m, NULL).kind, MOTE_VERDICT_MET);
    m = of_share(&accuracy, 1, 20); /* however few: that is not 92 % */
    assert_int_equal(mote_verdict_judge(&accuracy, &m, NULL).kind, MOTE_VERDICT_NOT_MET);
    m = of_rate(&accepts, 0, 0.73);
    assert_int_equal(mote_verdict_judge(&accepts, &m, NULL).kind, MOTE_VERDICT_UNKNOWN);
    m = of_rate(&accepts, 0, 0.74);
    assert_int_equal(mote_verdict_judge(&accepts, &m, NULL).kind, MOTE_VERDICT_MET);
    m = of_rate(&accepts, 57, 0.3);
    assert_int_equal(mote_verdict_judge(&accepts, &m, NULL).kind, MOTE_VERDICT_NOT_MET);
    mote_requirement ece = accuracy, p99 = accuracy, never = accepts;
    ece.metric = MOTE_METRIC_ece;
    ece.is_at_least = false;
    ece.limit = 0.15;
    m = measured("ece@test", 0.02, 0.01, 0.95);
    m.n = 42;
    assert_int_equal(mote_verdict_judge(&ece, &m, NULL).kind, MOTE_VERDICT_UNKNOWN);
    m.n = 43;
    assert_int_equal(mote_verdict_judge(&ece, &m, NULL).kind, MOTE_VERDICT_MET);
    p99.metric = MOTE_METRIC_p99_ms;
    p99.is_at_least = false;
    p99.limit = 5;
    m = measured("p99_ms@serving", 2, 0.5, 0.95);
    m.n = 367;
    assert_int_equal(mote_verdict_judge(&p99, &m, NULL).kind, MOTE_VERDICT_UNKNOWN);
    m.n = 368;
    assert_int_equal(mote_verdict_judge(&p99, &m, NULL).kind, MOTE_VERDICT_MET);
    never.limit = 0; /* no test shows it */
    m = of_rate(&accepts, 0, 1000);
    mote_verdict v = mote_verdict_judge(&never, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_PROVEN);
    assert_non_null(strstr(v.settle.text, "a limit with room for error"));
}

static void lesser_evidence_is_at_best_not_proven(void **state)
{
    (void)state;
    mote_measurement m = of_rate(&accepts, 0, 100);
    m.evidence = MOTE_EVIDENCE_NOISE;
    m.on = "noise alone";
    mote_verdict v = mote_verdict_judge(&accepts, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_PROVEN);
    expect_text(&v, "met, not proven  false_accepts_per_hour@stream  0 (0 to 0.04, 100.00 h) on "
                    "noise alone, at most 5: noise alone; to settle it: 0.74 h of other speech "
                    "(recordings of other words in a test stream that long)");
    m = of_share(&accuracy, 500, 500);
    m.evidence = MOTE_EVIDENCE_SYNTHETIC;
    v = mote_verdict_judge(&accuracy, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_PROVEN);
    assert_string_equal(v.reason, "synthetic speech only");
    assert_string_equal(v.settle.text, "about 45 test samples, spoken by people");
    m = of_rate(&accepts, 900, 100); /* too many on noise is too many */
    m.evidence = MOTE_EVIDENCE_NOISE;
    assert_int_equal(mote_verdict_judge(&accepts, &m, NULL).kind, MOTE_VERDICT_NOT_MET);
    m = of_rate(&accepts, 0, 100);
    m.evidence = MOTE_EVIDENCE_NONE;
    m.on = "other words";
    v = mote_verdict_judge(&accepts, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_UNKNOWN);
    assert_string_equal(v.reason, "not tested: other words");
    assert_non_null(strstr(v.settle.text, "0.74 h of other speech (recordings of other words"));
}

static void what_is_modelled_needs_room_for_twice_the_value(void **state)
{
    (void)state;
    mote_requirement q = ram;
    q.metric = MOTE_METRIC_latency_ms;
    q.limit = 20;
    mote_measurement m = measured("latency_ms@device", 10, 0, 1);
    m.evidence = MOTE_EVIDENCE_MODELLED;
    assert_int_equal(mote_verdict_judge(&q, &m, NULL).kind, MOTE_VERDICT_MET);
    m.value = m.lo = m.hi = 10.5;
    mote_verdict v = mote_verdict_judge(&q, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_PROVEN);
    assert_true(v.settle.text[0] != '\0');
}

/* ---- what settles a verdict ---- */

/* One made-up requirement and result of n clips (or hours), at a rate that stays. */
typedef struct {
    mote_requirement q;
    double rate, effect; /* effect: how much wider than Wilson's or Garwood's the interval is */
} world;

static mote_measurement observe(const world *w, double amount)
{
    mote_measurement m;
    if (w->q.metric == MOTE_METRIC_false_accepts_per_hour)
        m = of_rate(&w->q, lround(w->rate * amount), amount);
    else
        m = of_share(&w->q, lround(w->rate * amount), (int64_t)amount);
    m.lo = m.value - (m.value - m.lo) * w->effect;
    m.hi = m.value + (m.hi - m.value) * w->effect;
    return m;
}

static void exactly_what_would_settle_it_does(void **state)
{
    (void)state;
    uint64_t seed = 20260731;
    const char *given = mote_env("T_SEED");
    int64_t number = 0;
    if (given && mote_parse_i64(given, strlen(given), &number))
        seed = (uint64_t)number;
    print_message("T_SEED=%llu\n", (unsigned long long)seed);
    mote_rng rng;
    mote_rng_init(&rng, seed);
    const mote_requirement *kinds[] = {&accuracy, &misses, &accepts};
    int n_unsettled[MOTE_VERDICT_NOT_MET + 1] = {0};
    for (int i = 0; i < 9000; i++) {
        world w = {.q = *kinds[i % 3], .effect = i % 5 == 0 ? mote_rng_range(&rng, 1.1, 2) : 1};
        bool is_rate = w.q.metric == MOTE_METRIC_false_accepts_per_hour;
        w.q.limit = is_rate ? mote_rng_range(&rng, 0.2, 20) : mote_rng_range(&rng, 0.02, 0.98);
        double amount =
            is_rate ? mote_rng_range(&rng, 0.05, 20) : 1 + (double)mote_rng_below(&rng, 300);
        w.rate = is_rate ? mote_rng_range(&rng, 0, 2 * w.q.limit) : mote_rng_range(&rng, 0, 1);
        mote_measurement m = observe(&w, amount);
        w.rate = m.value; /* the rate that was seen stays */
        if (fabs(w.rate - w.q.limit) < 0.02 * w.q.limit)
            continue;
        mote_verdict v = mote_verdict_judge(&w.q, &m, NULL);
        if (v.kind == MOTE_VERDICT_MET || v.kind == MOTE_VERDICT_NOT_MET)
            continue;
        n_unsettled[v.kind]++;
        if (!(is_rate ? v.settle.hours > 0 : v.settle.n > 0) || v.settle.text[0] == '\0')
            fail_msg("case %d: nothing would settle it: %s", i, v.settle.text);
        mote_measurement more =
            observe(&w, amount + (is_rate ? v.settle.hours : (double)v.settle.n));
        mote_verdict then = mote_verdict_judge(&w.q, &more, NULL);
        if (then.kind != MOTE_VERDICT_MET && then.kind != MOTE_VERDICT_NOT_MET)
            fail_msg("case %d (%s, limit %g, rate %g, effect %g, %g so far): '%s' gives '%s': %s",
                     i, w.q.id, w.q.limit, w.rate, w.effect, amount, v.settle.text,
                     mote_verdict_name(then.kind), then.reason);
    }
    assert_true(n_unsettled[MOTE_VERDICT_UNKNOWN] > 100);
    assert_true(n_unsettled[MOTE_VERDICT_NOT_PROVEN] > 100);
}

static void the_four_words_are_read_back(void **state)
{
    (void)state;
    static const char *const names[] = {"not yet known", "met", "met, not proven", "not met"};
    mote_verdict_kind kind;
    for (int i = 0; i < 4; i++) {
        assert_string_equal(mote_verdict_name((mote_verdict_kind)i), names[i]);
        assert_true(mote_verdict_parse(names[i], &kind) && (int)kind == i);
    }
    assert_true(mote_verdict_parse("unknown", &kind) && kind == MOTE_VERDICT_UNKNOWN);
    assert_false(mote_verdict_parse("Met", &kind));
}

static void expect_sentence(const mote_verdict *v, const char *text)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_verdict_sentence(v, &b);
    assert_string_equal(b.data, text);
}

static void a_sentence_says_what_the_number_is(void **state)
{
    (void)state;
    mote_measurement m = of_share(&misses, 9, 28);
    mote_verdict v = mote_verdict_judge(&misses, &m, NULL);
    expect_sentence(&v, "share of events that are not detected: 32.1 %, and at most "
                        "10.0 % is asked for (false_reject_rate@stream)");
    m = of_rate(&accepts, 0, 0.5);
    m.evidence = MOTE_EVIDENCE_NONE;
    m.on = "other words";
    v = mote_verdict_judge(&accepts, &m, NULL);
    expect_sentence(&v, "detections without an event, in an hour of listening: at most 5 is asked "
                        "for, and nobody knows yet (false_accepts_per_hour@stream): not tested: "
                        "other words; what would settle it: 0.74 h of other speech (recordings of "
                        "other words in a test stream that long)");
}

static void the_worst_class_and_group_are_named(void **state)
{
    (void)state;
    mote_measurement m = of_share(&accuracy, 480, 500);
    m.worst_class = (mote_worst){"cat", 0.71, 31};
    m.worst_group = (mote_worst){"anna", 0.6, 10};
    m.on = "speech of 23 people";
    mote_verdict v = mote_verdict_judge(&accuracy, &m, NULL);
    expect_text(&v, "met              accuracy@test  96.0 % (93.9 % to 97.4 %, n 500) on speech of "
                    "23 people, at least 92.0 %: 4.0 points to spare; worst 'cat' 71.0 % of 31 and "
                    "'anna' 60.0 % of 10");
    mote_requirement q = accuracy;
    q.metric = MOTE_METRIC_worst_class_recall;
    q.limit = 0.7;
    m = of_share(&q, 24, 30);
    m.worst_class = (mote_worst){"cat", 0.8, 30};
    v = mote_verdict_judge(&q, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_PROVEN);
    assert_non_null(strstr(v.settle.text, "more test samples of 'cat'"));
}

static void upper_limits_are_read_the_other_way_round(void **state)
{
    (void)state;
    mote_measurement m = measured(ram.id, 70500, 0, 1);
    mote_verdict v = mote_verdict_judge(&ram, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_NOT_MET);
    assert_true(v.margin == -6500);
    expect_text(&v,
                "not met          ram_bytes@device:cortex-m4f  70.5 kB, at most 64.0 kB: 6.5 kB "
                "too much");
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
    assert_non_null(strstr(v.settle.text, "more test samples")); /* only proof is missing */
    m = measured(q.id, 0.95, 0.02, 0.95);
    assert_int_equal(mote_verdict_judge(&q, &m, NULL).kind, MOTE_VERDICT_MET);
    m.confidence = 0.9;
    v = mote_verdict_judge(&q, &m, NULL);
    assert_int_equal(v.kind, MOTE_VERDICT_UNKNOWN);
    assert_string_equal(v.reason, "measured with confidence 0.9, but 0.95 is required");
    m.confidence = 0;
    assert_int_equal(mote_verdict_judge(&q, &m, NULL).kind, MOTE_VERDICT_UNKNOWN);
    m = measured(q.id, 0.92, 0, 1); /* exact */
    assert_int_equal(mote_verdict_judge(&q, &m, NULL).kind, MOTE_VERDICT_MET);
    q = ram;
    q.confidence = 0.95;
    m = measured(q.id, 63999, 2, 0.99);
    assert_int_equal(mote_verdict_judge(&q, &m, NULL).kind, MOTE_VERDICT_NOT_MET);
}

/* 'mote run' alone never finds anomalies in data that have none. */
static void what_needs_anomalies_asks_for_them(void **state)
{
    (void)state;
    static const struct {
        mote_metric metric;
        bool needs;
    } cases[] = {{MOTE_METRIC_roc_auc, true},
                 {MOTE_METRIC_detection_rate, true},
                 {MOTE_METRIC_average_precision, true},
                 {MOTE_METRIC_false_alarm_rate, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_requirement q = accuracy;
        q.metric = cases[i].metric;
        q.is_at_least = cases[i].needs;
        mote_verdict v = mote_verdict_judge(&q, NULL, "m1");
        assert_int_equal(v.kind, MOTE_VERDICT_UNKNOWN);
        assert_int_equal(strstr(v.settle.text, "anomalies in the test (labels that are not in "
                                               "anomaly.normal), then 'mote run'") != NULL,
                         cases[i].needs);
    }
}

static void missing_stale_and_senseless_measurements_are_unknown(void **state)
{
    (void)state;
    mote_verdict v = mote_verdict_judge(&accuracy, NULL, "m1");
    assert_int_equal(v.kind, MOTE_VERDICT_UNKNOWN);
    expect_text(&v, "not yet known    accuracy@test  at least 92.0 %: not measured yet; to settle "
                    "it: 'mote run', with at least 45 test samples");
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
    mote_verdicts v;
    assert_int_equal(mote_verdict_judge_all(&p, &all, "m1", &a, &v, NULL), MOTE_OK);
    assert_int_equal(v.n, 2);
    assert_int_equal(v.items[0].kind, MOTE_VERDICT_MET);
    assert_int_equal(v.items[1].kind, MOTE_VERDICT_UNKNOWN);
    assert_int_equal(mote_verdict_count(&v, MOTE_VERDICT_UNKNOWN), 1);
    assert_int_equal(mote_verdict_count(&v, MOTE_VERDICT_NOT_MET), 0);
}

static void measurements_survive_json(void **state)
{
    (void)state;
    mote_measurement items[] = {measured(accuracy.id, 0.925, 0.0125, 0.95),
                                measured(ram.id, 41234, 0, 1)};
    items[1].confidence = 0;
    items[0].on = "noise alone";
    items[0].exposure_hours = 0.25;
    items[0].evidence = MOTE_EVIDENCE_NOISE;
    items[0].worst_class = (mote_worst){"cat", 0.5, 12};
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
    assert_string_equal(back.items[0].on, "noise alone");
    assert_true(back.items[0].exposure_hours == 0.25);
    assert_int_equal(back.items[0].evidence, MOTE_EVIDENCE_NOISE);
    assert_string_equal(back.items[0].worst_class.name, "cat");
    assert_true(back.items[0].worst_class.value == 0.5 && back.items[0].worst_class.n == 12);
    assert_null(back.items[0].worst_group.name);
    assert_int_equal(back.items[1].evidence, MOTE_EVIDENCE_REAL);

    mote_verdict v = mote_verdict_judge(&accuracy, &items[0], NULL);
    MOTE_SCOPED_JSON *jv = NULL;
    assert_int_equal(mote_verdict_to_json(&v, &jv, &err), MOTE_OK);
    assert_string_equal(json_string_value(json_object_get(jv, "verdict")), "met, not proven");
    const json_t *settle = json_object_get(jv, "settle");
    assert_true(json_is_string(json_object_get(settle, "text")));
    assert_true(json_is_object(json_object_get(jv, "measured")));

    items[0].value = INFINITY;
    MOTE_SCOPED_JSON *none = NULL;
    assert_int_equal(mote_measurements_to_json(&all, &none, &err), MOTE_ARG);
    assert_null(none);
}

/* As every version before the member "evidence" wrote them. */
static void measurements_of_before_stay_readable(void **state)
{
    (void)state;
    static const char text[] =
        "[{\"id\":\"accuracy@test\",\"value\":0.95,\"lo\":0.93,\"hi\":0.97,\"confidence\":0.95,"
        "\"n\":512,\"source\":\"s\",\"basis\":\"b\",\"time_us\":5}]";
    MOTE_SCOPED_JSON *j = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_measurements all;
    assert_int_equal(mote_json_parse("m", text, strlen(text), &j, NULL), MOTE_OK);
    assert_int_equal(mote_measurements_from_json(j, &a, &all, NULL), MOTE_OK);
    assert_int_equal(all.items[0].evidence, MOTE_EVIDENCE_REAL);
    assert_string_equal(all.items[0].on, "");
    assert_int_equal(mote_verdict_judge(&accuracy, &all.items[0], "b").kind, MOTE_VERDICT_MET);
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
        {"[{\"id\":\"a\",\"value\":1,\"confidence\":0,\"n\":1,\"time_us\":0,\"source\":\"\","
         "\"basis\":\"\",\"evidence\":\"good\"}]",
         MOTE_RANGE},
        {"[{\"id\":\"a\",\"value\":1,\"confidence\":0,\"n\":1,\"time_us\":0,\"source\":\"\","
         "\"basis\":\"\",\"exposure_hours\":-1}]",
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
        cmocka_unit_test(the_interval_decides_between_met_and_not_proven),
        cmocka_unit_test(a_sample_without_an_interval_proves_nothing),
        cmocka_unit_test(what_rests_on_nothing_is_not_known),
        cmocka_unit_test(less_than_the_limit_needs_is_not_known),
        cmocka_unit_test(lesser_evidence_is_at_best_not_proven),
        cmocka_unit_test(what_is_modelled_needs_room_for_twice_the_value),
        cmocka_unit_test(exactly_what_would_settle_it_does),
        cmocka_unit_test(the_four_words_are_read_back),
        cmocka_unit_test(a_sentence_says_what_the_number_is),
        cmocka_unit_test(the_worst_class_and_group_are_named),
        cmocka_unit_test(measurements_of_before_stay_readable),
        cmocka_unit_test(upper_limits_are_read_the_other_way_round),
        cmocka_unit_test(with_confidence_the_worse_bound_decides),
        cmocka_unit_test(missing_stale_and_senseless_measurements_are_unknown),
        cmocka_unit_test(what_needs_anomalies_asks_for_them),
        cmocka_unit_test(all_requirements_are_judged_by_the_last_measurement),
        cmocka_unit_test(measurements_survive_json),
        cmocka_unit_test(foreign_json_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
