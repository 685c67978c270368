/* SPDX-License-Identifier: Apache-2.0 */
/* What is chosen on validation holds on samples that chose nothing: intervals around values hold
 * the share that was asked for, a threshold raises the false alarms that were asked for, and a
 * temperature is that of the probabilities. */
#include "golden.h"

#include "evaluate/decide.h"
#include "support.h"

enum { N = 2000 };

typedef struct {
    float said[2 * N], values[N];
    int32_t class_id[N];
    bool is_anomaly[N];
    mote_answers x;
} sayings;

/* Values with an error of -1..1, normal scores in 0..1 and unusual ones above, classes that are
 * right nine times of ten and said with 99 %. */
static void say(mote_answer_kind kind, uint64_t seed, sayings *s)
{
    for (int i = 0; i < N; i++) {
        double u = lcg_u(&seed), v = lcg_u(&seed);
        s->class_id[i] = i % 2;
        s->is_anomaly[i] = i % 10 == 0;
        s->values[i] = (float)(10 * v);
        if (kind == MOTE_ANSWER_CLASS) {
            int said = u < 0.9 ? i % 2 : 1 - i % 2;
            s->said[2 * i + said] = 0.99f;
            s->said[2 * i + 1 - said] = 0.01f;
        } else if (kind == MOTE_ANSWER_VALUE) {
            s->said[i] = (float)(10 * v + 2 * u - 1);
        } else {
            s->said[i] = (float)(s->is_anomaly[i] ? 1.5 + u : u);
        }
    }
    s->x = (mote_answers){.kind = kind,
                          .n = N,
                          .width = kind == MOTE_ANSWER_CLASS ? 2 : 1,
                          .n_named = 2,
                          .said = s->said,
                          .class_id = s->class_id,
                          .values = s->values,
                          .is_anomaly = s->is_anomaly};
}

static sayings chose, judges;

/* Choose on one draw, and apply it to another. */
static mote_decided decide(mote_answer_kind kind, mote_arena *a, mote_answer_numbers *found)
{
    mote_err err = {0};
    const mote_signature none = {.answer = kind};
    const mote_decision start = mote_decision_default(&none);
    mote_decide_config cfg = mote_decide_config_default();
    const mote_decide_range all = {0, N};
    mote_decided d;
    cfg.evaluate.n_resamples = 200;
    say(kind, 1, &chose);
    say(kind, 2, &judges);
    T_OK(mote_decide(&chose.x, &start, &cfg, a, &d, &err));
    T_OK(mote_decided_apply(&d, &all, judges.said, a, &judges.x, &err));
    T_OK(mote_answers_measure(&judges.x, &cfg.evaluate, a, found, &err));
    return d;
}

static double number_of(const mote_answer_numbers *f, mote_metric metric)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->items[i].metric == metric)
            return f->items[i].value.value;
    fail_msg("metric %d was not measured", (int)metric);
    return 0;
}

static void intervals_hold_the_share_that_was_asked_for(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_err err = {0};
    mote_answer_numbers found;
    mote_arena_init(&a, 64u << 20);
    mote_decided d = decide(MOTE_ANSWER_VALUE, &a, &found);
    const mote_value_point *v = &d.decision.value;
    assert_int_equal(v->n, 1);
    assert_true(fabs(v->level - 0.9) < 1e-9);
    assert_true(fabsf(v->half_widths[0] - 0.9f) < 0.04f); /* of an error that is even in -1..1 */
    assert_true(fabs(number_of(&found, MOTE_METRIC_interval_coverage) - 0.9) < 0.03);
    assert_int_equal(d.n_promises, 2);
    assert_int_equal(d.promises[0].metric, MOTE_METRIC_mae);
    assert_int_equal(d.promises[1].metric, MOTE_METRIC_interval_coverage);
    assert_true(d.promises[1].value.lo < 0.9 && d.promises[1].value.hi > 0.9);

    MOTE_SCOPED_JSON *into = json_object();
    static const char *const names[] = {"rentals"};
    const mote_answer_words words = {names, NULL};
    T_OK(mote_decided_put(&d, &words, into, &err));
    const json_t *o = json_object_get(into, "interval");
    assert_true(json_number_value(json_object_get(json_object_get(o, "half_width"), "rentals")) ==
                (double)v->half_widths[0]);

    chose.x.n = 5; /* an interval that holds 90 % takes nine */
    const mote_decision start = {0};
    mote_decide_config cfg = mote_decide_config_default();
    T_OK(mote_decide(&chose.x, &start, &cfg, &a, &d, &err));
    assert_non_null(strstr(d.note, "at least 9 samples"));
    judges.x.lo = judges.x.hi = NULL;
    const mote_decide_range all = {0, N};
    T_OK(mote_decided_apply(&d, &all, judges.said, &a, &judges.x, &err));
    assert_null(judges.x.lo);
}

/* Two choices, each for its part of the samples: no sample is judged by what was chosen on it. */
static void each_part_has_its_own_intervals(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_err err = {0};
    mote_arena_init(&a, 64u << 20);
    say(MOTE_ANSWER_VALUE, 1, &judges);
    mote_decided one = {.answer = MOTE_ANSWER_VALUE,
                        .decision.value = {.n = 1, .level = 0.9, .half_widths = {1}}},
                 two = one;
    two.decision.value.half_widths[0] = 5;
    const mote_decide_range first = {0, 10}, rest = {10, N - 10};
    T_OK(mote_decided_apply(&one, &first, judges.said, &a, &judges.x, &err));
    T_OK(mote_decided_apply(&two, &rest, judges.said, &a, &judges.x, &err));
    assert_float_equal(judges.x.hi[9] - judges.said[9], 1, 1e-5);
    assert_float_equal(judges.said[10] - judges.x.lo[10], 5, 1e-5);
}

/* A margin moves the threshold up, and what is promised of false alarms becomes a limit. */
static void a_margin_leaves_the_promise_a_limit(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_err err = {0};
    mote_arena_init(&a, 64u << 20);
    const mote_decision start = {0};
    mote_decide_config cfg = mote_decide_config_default();
    mote_decided plain, wide;
    cfg.evaluate.n_resamples = 10;
    say(MOTE_ANSWER_ANOMALY, 1, &chose);
    T_OK(mote_decide(&chose.x, &start, &cfg, &a, &plain, &err));
    cfg.margin = 1.25;
    T_OK(mote_decide(&chose.x, &start, &cfg, &a, &wide, &err));
    near_to((double)wide.decision.anomaly.threshold,
            1.25 * (double)plain.decision.anomaly.threshold, 1e-6, "threshold");
    const mote_interval before = plain.promises[1].value, now = wide.promises[1].value;
    assert_true(before.lo > 0 && now.lo == 0 && now.hi == before.hi);
    for (int i = 0; i < N; i++) /* scores below zero: up is up */
        chose.said[i] -= 10;
    T_OK(mote_decide(&chose.x, &start, &cfg, &a, &wide, &err));
    assert_true(wide.decision.anomaly.threshold > plain.decision.anomaly.threshold - 10);
    cfg.margin = 0.5;
    assert_int_equal(mote_decide(&chose.x, &start, &cfg, &a, &wide, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "margin 0.5"));
}

static void a_threshold_raises_the_false_alarms_that_were_asked_for(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_err err = {0};
    mote_answer_numbers found;
    mote_arena_init(&a, 64u << 20);
    mote_decided d = decide(MOTE_ANSWER_ANOMALY, &a, &found);
    assert_int_equal(d.n, N - N / 10); /* normal ones alone */
    assert_true(d.decision.anomaly.threshold > 0.97f && d.decision.anomaly.threshold < 1.0f);
    assert_true(number_of(&found, MOTE_METRIC_false_alarm_rate) < 0.02);
    assert_true(number_of(&found, MOTE_METRIC_detection_rate) > 0.999);
    assert_int_equal(d.promises[d.n_promises - 1].metric, MOTE_METRIC_false_alarm_rate);
    /* A model takes a score at its threshold for an anomaly: here it is just above the score that
     * evaluations do not take for one. */
    assert_true(judges.x.threshold < d.decision.anomaly.threshold);
    assert_true(nextafterf(judges.x.threshold, INFINITY) >= d.decision.anomaly.threshold);

    chose.x.n = 50; /* 1 % takes 99 normal samples */
    mote_decide_config cfg = mote_decide_config_default();
    const mote_decision start = {0};
    T_FAILS(mote_decide(&chose.x, &start, &cfg, &a, &d, &err), MOTE_RANGE,
            "takes at least 99 normal samples");
    cfg.false_alarm = 0.1;
    T_OK(mote_decide(&chose.x, &start, &cfg, &a, &d, &err));
}

static void probabilities_get_their_temperature(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_answer_numbers found;
    mote_arena_init(&a, 64u << 20);
    mote_decided d = decide(MOTE_ANSWER_CLASS, &a, &found);
    assert_true(d.temperature > 1.5); /* 99 % are said where nine of ten are right */
    assert_true((double)d.decision.op.temperature == (double)(float)d.temperature);
    assert_true(number_of(&found, MOTE_METRIC_ece) < 0.03);
    assert_int_equal(d.n_promises, 1);
    assert_int_equal(d.promises[0].metric, MOTE_METRIC_accuracy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_hold_the_share_that_was_asked_for),
        cmocka_unit_test(each_part_has_its_own_intervals),
        cmocka_unit_test(a_threshold_raises_the_false_alarms_that_were_asked_for),
        cmocka_unit_test(a_margin_leaves_the_promise_a_limit),
        cmocka_unit_test(probabilities_get_their_temperature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
