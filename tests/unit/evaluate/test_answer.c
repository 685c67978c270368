/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is said: the metrics of its kind, and two models by the chief one. */
#include "golden.h"

#include "evaluate/compare.h"
#include "project/schema.h"

enum { N = 120 };

/* Answers of each kind to the same N samples, `error` away from what is true. */
typedef struct {
    float said[2 * N], values[N];
    int32_t class_id[N], groups[N];
    bool is_anomaly[N];
    mote_answers x;
} sayings;

static void say(mote_answer_kind kind, double error, uint64_t seed, sayings *s)
{
    for (int i = 0; i < N; i++) {
        double noise = lcg_u(&seed) * 2 - 1;
        s->class_id[i] = i % 2;
        s->is_anomaly[i] = i % 4 == 0;
        s->values[i] = (float)(i % 7);
        s->groups[i] = i / 6;
        if (kind == MOTE_ANSWER_CLASS) {
            double p = 0.5 + (i % 2 ? 0.3 : -0.3) + noise * error; /* of class 1 */
            s->said[2 * i + 1] = (float)fmin(fmax(p, 0), 1);
            s->said[2 * i] = 1 - s->said[2 * i + 1];
        } else if (kind == MOTE_ANSWER_VALUE) {
            s->said[i] = (float)((double)s->values[i] + noise * error);
        } else {
            s->said[i] = (float)((s->is_anomaly[i] ? 0.4 : 0) + noise * error);
        }
    }
    s->x = (mote_answers){.kind = kind,
                          .n = N,
                          .width = kind == MOTE_ANSWER_CLASS ? 2 : 1,
                          .said = s->said,
                          .class_id = s->class_id,
                          .n_named = 2,
                          .values = s->values,
                          .is_anomaly = s->is_anomaly,
                          .threshold = 0.3f,
                          .groups = s->groups,
                          .n_groups = N / 6};
}

static void every_metric_of_a_kind_is_measured_and_no_other(void **state)
{
    (void)state;
    mote_evaluate_config cfg = mote_evaluate_config_default();
    for (int k = 0; k < MOTE_N_ANSWERS; k++) {
        static sayings s;
        mote_answer_numbers f;
        mote_err err;
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 16u << 20);
        say((mote_answer_kind)k, 0.5, 3, &s);
        s.x.lo = s.x.hi = k == MOTE_ANSWER_VALUE ? s.said : NULL;
        assert_int_equal(mote_answers_measure(&s.x, &cfg, &a, &f, &err), MOTE_OK);
        bool is_there[MOTE_N_METRICS] = {false};
        for (size_t i = 0; i < f.n; i++) {
            is_there[f.items[i].metric] = true;
            assert_true(f.items[i].value.lo <= f.items[i].value.value);
            assert_true(f.items[i].value.value <= f.items[i].value.hi);
            assert_true(f.items[i].n > 0);
        }
        for (int m = 0; m < MOTE_N_METRICS; m++) {
            const mote_metric_row *row = mote_metric_info((mote_metric)m);
            bool is_due = row->answers == MOTE_ONE_OF(k) && (row->places & MOTE_AT_TEST) &&
                          m != MOTE_METRIC_strangers_loss; /* of models trained for it */
            if (is_there[m] != is_due)
                fail_msg("'%s' of answers '%s': measured %d, due %d", row->name,
                         mote_answer_name((mote_answer_kind)k), is_there[m], is_due);
        }
    }
}

static void the_better_of_two_is_told_by_the_chief_metric(void **state)
{
    (void)state;
    mote_evaluate_config cfg = mote_evaluate_config_default();
    for (int k = 0; k < MOTE_N_ANSWERS; k++) {
        static sayings good, bad;
        mote_answers_pair p;
        mote_err err;
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 16u << 20);
        say((mote_answer_kind)k, 0.35, 3, &good);
        say((mote_answer_kind)k, 1.5, 3, &bad);
        assert_int_equal(mote_answers_compare(&bad.x, &good.x, &cfg, &a, &p, &err), MOTE_OK);
        assert_int_equal(p.metric, mote_metric_chief((mote_answer_kind)k));
        assert_true(p.is_challenger_better && !p.is_challenger_worse);
        near_to(p.difference.value, p.challenger.value - p.champion.value, 1e-12, "difference");
        assert_int_equal(mote_answers_compare(&good.x, &bad.x, &cfg, &a, &p, &err), MOTE_OK);
        assert_true(p.is_challenger_worse && !p.is_challenger_better);
        assert_int_equal(mote_answers_compare(&good.x, &good.x, &cfg, &a, &p, &err), MOTE_OK);
        assert_true(!p.is_challenger_worse && !p.is_challenger_better);
        near_to(p.difference.value, 0, 0, "difference to itself");
        /* The chief metric is what measuring gives too. */
        mote_answer_numbers f;
        assert_int_equal(mote_answers_measure(&good.x, &cfg, &a, &f, &err), MOTE_OK);
        for (size_t i = 0; i < f.n; i++)
            if (f.items[i].metric == p.metric)
                near_to(f.items[i].value.value, p.champion.value, 1e-12, "chief metric");
    }
}

static void a_pair_is_said_in_a_sentence(void **state)
{
    (void)state;
    mote_answers_pair p = {.metric = MOTE_METRIC_mae,
                           .champion = {48, 45, 51},
                           .challenger = {41.5, 39, 44},
                           .difference = {-6.5, -9, -4.5},
                           .is_challenger_better = true};
    char text[256];
    mote_answers_pair_text(&p, "champion v3", "the new model", text, sizeof text);
    assert_string_equal(text, "the new model is better than champion v3 by mae: 41.50 against 48 "
                              "(difference -6.50, -9 to -4.50)");
    p.is_challenger_better = false;
    mote_answers_pair_text(&p, "a", "b", text, sizeof text);
    assert_non_null(strstr(text, "b is not told apart from a by mae"));
}

/* beat_by is points of a share, and a share of any other number; noise replaces nothing. */
static void the_chief_metric_decides_what_is_promoted(void **state)
{
    (void)state;
    static const struct {
        mote_metric metric;
        double champion, challenger, beat_by;
        bool is_told_apart, is_promoted;
        const char *reason;
    } cases[] = {
        {MOTE_METRIC_mae, 48, 45, 0.05, true, true,
         "by mae it is better: 45 instead of 48, a gain of 3"},
        {MOTE_METRIC_mae, 48, 45.6, 0.05, true, true, "by mae it is better: 45.60 instead"},
        {MOTE_METRIC_mae, 48, 46, 0.05, true, false,
         "by mae it is better by 2 only, 46 instead of 48; schedule.promote.beat_by asks for 2.40"},
        {MOTE_METRIC_mae, 48, 45, 0, false, false, "by mae it is better"},
        {MOTE_METRIC_mae, 48, 50, 0, true, false, "by mae it is no better: 50 instead of 48"},
        {MOTE_METRIC_mae, 48, 48, 0, false, false, "by mae it is no better"},
        {MOTE_METRIC_roc_auc, 0.8, 0.86, 0.05, true, true,
         "by roc_auc it is better: 86.0 % instead of 80.0 %, a gain of 6.0 %"},
        {MOTE_METRIC_roc_auc, 0.8, 0.84, 0.05, true, false, "by roc_auc it is better by 4.0 %"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double d = cases[i].challenger - cases[i].champion;
        bool is_up = mote_metric_info(cases[i].metric)->is_higher_better;
        mote_answers_pair pair = {
            .metric = cases[i].metric,
            .champion = {cases[i].champion, 0, 0},
            .challenger = {cases[i].challenger, 0, 0},
            .difference = {d, d, d},
            .is_challenger_better = cases[i].is_told_apart && (is_up ? d > 0 : d < 0),
            .is_challenger_worse = cases[i].is_told_apart && (is_up ? d < 0 : d > 0)};
        mote_project_schedule rule = {.beat_by = cases[i].beat_by};
        mote_promotion p = mote_answers_promotion(&pair, &rule);
        if (p.is_promoted != cases[i].is_promoted || !strstr(p.reasons[0], cases[i].reason))
            fail_msg("case %zu: promoted %d, '%s'", i, p.is_promoted, p.reasons[0]);
        assert_int_equal(p.n_reasons, 2);
        rule.clean_at_least = 0.9; /* a share must reach it; an error is no share */
        p = mote_answers_promotion(&pair, &rule);
        assert_true(p.is_promoted == (cases[i].is_promoted && cases[i].metric == MOTE_METRIC_mae));
        rule.clean_at_least = 0.85;
        p = mote_answers_promotion(&pair, &rule);
        assert_int_equal(p.is_promoted, cases[i].is_promoted);
    }
}

static void answers_of_other_samples_are_refused(void **state)
{
    (void)state;
    mote_evaluate_config cfg = mote_evaluate_config_default();
    static sayings one, two;
    mote_answers_pair p;
    mote_err err;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 16u << 20);
    for (int k = 0; k < MOTE_N_ANSWERS; k++) {
        say((mote_answer_kind)k, 0.3, 3, &one);
        say((mote_answer_kind)k, 0.3, 4, &two);
        two.class_id[5] = 1 - two.class_id[5];
        two.values[5] += 1;
        two.is_anomaly[5] = !two.is_anomaly[5];
        assert_int_equal(mote_answers_compare(&one.x, &two.x, &cfg, &a, &p, &err), MOTE_ARG);
        assert_non_null(strstr(err.text, "different truths"));
        two.x.n--;
        assert_int_equal(mote_answers_compare(&one.x, &two.x, &cfg, &a, &p, &err), MOTE_ARG);
        one.said[7] = NAN;
        assert_int_equal(mote_answers_compare(&one.x, &one.x, &cfg, &a, &p, &err), MOTE_ARG);
    }
}

/* Two values of a sample: of the first the challenger knows nothing, the second it knows exactly,
 * and the champion the other way round. */
static void values_are_compared_each_by_itself(void **state)
{
    (void)state;
    static float truth[2 * N], champion[2 * N], challenger[2 * N];
    const mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_answers_pair all, first, second;
    char text[320];
    mote_err err;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 16u << 20);
    for (int i = 0; i < N; i++) {
        truth[2 * i] = (float)(i % 5);
        truth[2 * i + 1] = (float)(i % 3);
        champion[2 * i] = truth[2 * i];
        champion[2 * i + 1] = truth[2 * i + 1] + 2;
        challenger[2 * i] = truth[2 * i] - 2;
        challenger[2 * i + 1] = truth[2 * i + 1];
    }
    mote_answers x = {.kind = MOTE_ANSWER_VALUE, .n = N, .width = 2, .values = truth};
    mote_answers y = x;
    x.said = champion;
    y.said = challenger;
    assert_int_equal(mote_answers_compare(&x, &y, &cfg, &a, &all, &err), MOTE_OK);
    assert_false(all.is_challenger_better || all.is_challenger_worse);
    assert_null(all.of);
    mote_answers of_x[2], of_y[2];
    for (int32_t k = 0; k < 2; k++) {
        const char *name = k ? "power" : "rent";
        assert_int_equal(mote_answers_value(&x, k, name, &a, &of_x[k], &err), MOTE_OK);
        assert_int_equal(mote_answers_value(&y, k, name, &a, &of_y[k], &err), MOTE_OK);
    }
    assert_int_equal(mote_answers_compare(&of_x[0], &of_y[0], &cfg, &a, &first, &err), MOTE_OK);
    assert_int_equal(mote_answers_compare(&of_x[1], &of_y[1], &cfg, &a, &second, &err), MOTE_OK);
    assert_true(first.is_challenger_worse && second.is_challenger_better);
    assert_float_equal(first.difference.value, 2, 1e-6);
    assert_float_equal(second.difference.value, -2, 1e-6);
    mote_answers_pair_text(&second, "champion", "challenger", text, sizeof text);
    assert_string_equal(text, "challenger is better than champion by mae of power: 0 against 2 "
                              "(difference -2, -2 to -2)");
    assert_int_equal(mote_answers_value(&x, 2, "", &a, &of_x[0], &err), MOTE_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric_of_a_kind_is_measured_and_no_other),
        cmocka_unit_test(the_better_of_two_is_told_by_the_chief_metric),
        cmocka_unit_test(a_pair_is_said_in_a_sentence),
        cmocka_unit_test(the_chief_metric_decides_what_is_promoted),
        cmocka_unit_test(answers_of_other_samples_are_refused),
        cmocka_unit_test(values_are_compared_each_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
