/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics against scikit-learn, the calibration golden values of an independent oracle, and the
 * properties of the bootstrap. */
#include "base/rng.h"
#include "evaluate/metrics.h"
#include "model/predictor.h"
#include "unit/evaluate/golden.h"

typedef struct {
    int32_t *labels, *groups;
    float *p;
    mote_predictions view;
} sample;

static sample make_sample(uint64_t seed, size_t n, int32_t n_classes, double bonus)
{
    sample s = {
        malloc(n * sizeof(int32_t)), NULL, malloc(n * (size_t)n_classes * sizeof(float)), {0}};
    int64_t w[64];
    for (size_t i = 0; i < n; i++) {
        int64_t sum = 0;
        s.labels[i] = (int32_t)(lcg_u(&seed) * n_classes);
        for (int32_t k = 0; k < n_classes; k++)
            w[k] = (int64_t)(lcg_u(&seed) * 1000) + 1;
        w[s.labels[i]] += (int64_t)(lcg_u(&seed) * bonus);
        for (int32_t k = 0; k < n_classes; k++)
            sum += w[k];
        for (int32_t k = 0; k < n_classes; k++)
            s.p[i * (size_t)n_classes + (size_t)k] = (float)w[k] / (float)sum;
    }
    s.view = (mote_predictions){
        .n = n, .n_classes = n_classes, .labels = s.labels, .probabilities = s.p};
    return s;
}

static void free_sample(sample *s)
{
    free(s->labels);
    free(s->groups);
    free(s->p);
}

static mote_evaluation run(const mote_predictions *p, const mote_evaluate_config *cfg,
                           mote_arena *a)
{
    mote_evaluation e;
    mote_err err;
    if (mote_evaluate(p, cfg, a, &e, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return e;
}

static void all_metrics_agree_with_sklearn(void **state)
{
    (void)state;
    json_t *golden = golden_load(), *g;
    size_t i;
    json_array_foreach(json_object_get(golden, "evaluations"), i, g)
    {
        int32_t n_classes = (int32_t)number(g, "n_classes");
        sample s = make_sample((uint64_t)number(g, "seed"), (size_t)number(g, "n"), n_classes,
                               number(g, "bonus"));
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 64u << 20);
        mote_evaluate_config cfg = mote_evaluate_config_default();
        mote_evaluation e = run(&s.view, &cfg, &a);
        near_to(e.accuracy.value, number(g, "accuracy"), 1e-15, "accuracy");
        near_to(e.macro_f1.value, number(g, "macro_f1"), 1e-14, "macro f1");
        near_to(e.ece.value, number(g, "ece"), 1e-12, "ece");
        near_to(e.brier.value, number(g, "brier"), 1e-12, "brier");
        near_to(e.nll.value, number(g, "nll"), 1e-12, "nll");
        for (int32_t k = 0; k < n_classes; k++) {
            size_t at = (size_t)k;
            near_to(e.classes[k].precision,
                    json_number_value(json_array_get(json_object_get(g, "precision"), at)), 1e-15,
                    "precision");
            near_to(e.classes[k].recall,
                    json_number_value(json_array_get(json_object_get(g, "recall"), at)), 1e-15,
                    "recall");
            near_to(e.classes[k].f1,
                    json_number_value(json_array_get(json_object_get(g, "f1"), at)), 1e-15, "f1");
        }
        for (int32_t k = 0; k < n_classes * n_classes; k++)
            assert_int_equal(e.confusion[k], json_integer_value(json_array_get(
                                                 json_object_get(g, "confusion"), (size_t)k)));
        double t, nll;
        assert_int_equal(mote_temperature_fit(&s.view, &t, &nll, NULL), MOTE_OK);
        if (number(g, "temperature") <
            0.03) { /* all right: best at the bound, where scipy never is */
            near_to(t, 0.02, 1e-9, "temperature");
            assert_true(nll <= number(g, "temperature_nll"));
        } else {
            /* scipy stops where the loss is flat to its last digits: its T is good to 1e-6 only. */
            near_to(log(t), log(number(g, "temperature")), 2e-6, "temperature");
            near_to(nll, number(g, "temperature_nll"), 1e-12, "nll at temperature");
        }
        assert_true(nll <= e.nll.value + 1e-12);
        free_sample(&s);
    }
    assert_int_equal(i, 4);
    json_decref(golden);
}

/* "calibration raw ref": score = 1000 numbers of generator 21, clipped to .001 .. .999, y = (number
 * of generator 22 < score^1.5), first half. An oracle that is not ours. */
static void calibration_agrees_with_the_oracle(void **state)
{
    (void)state;
    enum { N = 1000 };
    static float pair[2 * N];
    static int32_t label[N];
    uint64_t a = 21, b = 22;
    for (int i = 0; i < N; i++) {
        double s = fmin(0.999, fmax(0.001, lcg_u(&a)));
        pair[2 * i] = (float)(1 - s);
        pair[2 * i + 1] = (float)s;
        label[i] = lcg_u(&b) < pow(s, 1.5);
    }
    mote_predictions p = {.n = N, .n_classes = 2, .labels = label, .probabilities = pair};
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 16u << 20);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_evaluation e = run(&p, &cfg, &arena);
    /* float32 scores against the oracle's doubles: 6e-8 each. */
    near_to(e.brier.value, 2 * 0.1690006282294229, 1e-7, "brier");
    near_to(e.nll.value, 0.5076664114694338, 1e-6, "nll");
}

static void groups_and_worst_ones_are_found(void **state)
{
    (void)state;
    const int32_t labels[] = {0, 0, 1, 1, 1, 2, 2, 0}, groups[] = {0, 0, 0, 2, 2, 2, 3, 3};
    const int32_t said[] = {0, 0, 1, 0, 1, 0, 0, 0};
    float p[8 * 3] = {0};
    for (int i = 0; i < 8; i++)
        p[i * 3 + said[i]] = 1;
    mote_predictions v = {8, 3, labels, p, groups, 4};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 16u << 20);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    cfg.min_group = 3;
    mote_evaluation e = run(&v, &cfg, &a);
    assert_int_equal(e.n_groups, 4);
    assert_int_equal(e.groups[1].n, 0);
    assert_int_equal(e.groups[2].n_right, 1);
    assert_int_equal(e.worst_group, 2); /* group 3 is at 1/2 but has only two clips */
    assert_int_equal(e.worst_class, 2);
    assert_true(e.classes[2].recall == 0 && e.classes[2].precision == 0 && e.classes[2].f1 == 0);
    cfg.min_group = 100;
    assert_int_equal(run(&v, &cfg, &a).worst_group, -1);
}

/* With 40 speakers who are each all right or all wrong, 20 clips each add no knowledge: the
 * interval must be that of 40 draws, not of 800. */
static void intervals_widen_when_clips_of_a_group_are_alike(void **state)
{
    (void)state;
    enum { G = 40, PER = 20, N = G * PER };
    static int32_t labels[N], groups[N];
    static float p[2 * N];
    for (int i = 0; i < N; i++) {
        groups[i] = i % G;
        p[2 * i + (groups[i] < 10)] = 1; /* 10 of 40 groups wrong: 75 % */
    }
    mote_predictions v = {N, 2, labels, p, groups, G};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 16u << 20);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    cfg.n_resamples = 4000;
    mote_evaluation clustered = run(&v, &cfg, &a);
    v.groups = NULL;
    mote_evaluation alone = run(&v, &cfg, &a);
    double sd40 = sqrt(0.75 * 0.25 / G), sd800 = sqrt(0.75 * 0.25 / N);
    near_to((clustered.accuracy.hi - clustered.accuracy.lo) / (2 * 1.96 * sd40), 1, 0.1,
            "clustered width");
    near_to((alone.accuracy.hi - alone.accuracy.lo) / (2 * 1.96 * sd800), 1, 0.1, "width");
    cfg.confidence = 0.5;
    v.groups = groups;
    mote_evaluation half = run(&v, &cfg, &a);
    assert_true(half.accuracy.hi - half.accuracy.lo <
                (clustered.accuracy.hi - clustered.accuracy.lo) / 2);
}

/* What the interval promises: over many data sets from one world, it holds the truth 95 times of
 * 100. The world: 40 speakers with 5 to 30 clips, each speaker recognised with a probability of
 * their own, on average 0.8. Clips taken one by one promise too much; the test shows both. */
static void intervals_hold_the_truth_as_often_as_they_say(void **state)
{
    (void)state;
    enum { WORLDS = 300, G = 40, MOST = G * 30 };
    static int32_t labels[MOST], groups[MOST];
    static float p[2 * MOST];
    mote_evaluate_config cfg = mote_evaluate_config_default();
    cfg.n_resamples = 200;
    int n_held = 0, n_held_alone = 0;
    for (uint64_t world = 0; world < WORLDS; world++) {
        mote_rng rng;
        mote_rng_init_stream(&rng, 2024, 1, world);
        size_t n = 0;
        for (int32_t g = 0; g < G; g++) {
            /* 0.8 on average: 1 - 0.4 u, the number of clips not depending on it. */
            double right = 1 - 0.4 * mote_rng_uniform(&rng);
            int n_clips = 5 + (int)mote_rng_below(&rng, 26);
            for (int i = 0; i < n_clips; i++, n++) {
                groups[n] = g;
                bool is_right = mote_rng_uniform(&rng) < right;
                p[2 * n] = is_right ? 1 : 0;
                p[2 * n + 1] = is_right ? 0 : 1;
            }
        }
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 16u << 20);
        mote_predictions v = {n, 2, labels, p, groups, G};
        mote_evaluation e = run(&v, &cfg, &a);
        n_held += e.accuracy.lo <= 0.8 && 0.8 <= e.accuracy.hi;
        v.groups = NULL;
        e = run(&v, &cfg, &a);
        n_held_alone += e.accuracy.lo <= 0.8 && 0.8 <= e.accuracy.hi;
    }
    print_message("held: %d of %d over groups, %d clip by clip\n", n_held, WORLDS, n_held_alone);
    assert_true(n_held >= 0.90 * WORLDS && n_held <= 0.99 * WORLDS);
    assert_true(n_held_alone < 0.88 * WORLDS);
}

/* A class whose clips all come from one group is missing from a third of the resamples. It must not
 * count as one that is never recognised. */
static void a_class_that_was_not_drawn_is_left_out_of_the_mean(void **state)
{
    (void)state;
    enum { N = 60, G = 6 };
    static int32_t labels[N], groups[N];
    static float p[3 * N];
    for (int i = 0; i < N; i++) {
        groups[i] = i % G;
        labels[i] = groups[i] == 0 ? 2 : i / G % 2;
        int32_t said = i == 7 ? 2 : labels[i]; /* one wrong, said to be of the rare class */
        p[3 * i + said] = 1;
    }
    mote_predictions v = {N, 3, labels, p, groups, G};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 16u << 20);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_evaluation e = run(&v, &cfg, &a);
    assert_true(e.macro_f1.value > 0.95 && e.macro_f1.lo > 0.85);
}

static void all_right_does_not_mean_certain(void **state)
{
    (void)state;
    static int32_t labels[50];
    static float p[100];
    for (int i = 0; i < 50; i++)
        p[2 * i] = 1;
    mote_predictions v = {50, 2, labels, p, NULL, 0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 16u << 20);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_evaluation e = run(&v, &cfg, &a);
    assert_true(e.accuracy.value == 1 && e.accuracy.hi == 1);
    near_to(e.accuracy.lo, 0.92865, 1e-4, "Wilson for 50 of 50");
    assert_true(e.ece.value == 0 && e.brier.value == 0 && e.nll.value == 0);
}

static void same_seed_same_bytes_and_memory_is_returned(void **state)
{
    (void)state;
    sample s = make_sample(5, 300, 4, 3000);
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_evaluation one = run(&s.view, &cfg, &a);
    size_t used = a.used_bytes;
    mote_evaluation two = run(&s.view, &cfg, &a);
    assert_true(a.used_bytes - used < 8192);
    assert_memory_equal(&one.accuracy, &two.accuracy, 5 * sizeof one.accuracy);
    cfg.seed = 2;
    mote_evaluation three = run(&s.view, &cfg, &a);
    assert_true(memcmp(&one.nll, &three.nll, sizeof one.nll) != 0);
    free_sample(&s);
}

static void bad_input_is_refused_and_named(void **state)
{
    (void)state;
    int32_t labels[] = {0, 1}, groups[] = {0, 1};
    float p[] = {0.5f, 0.5f, 0.25f, 0.75f};
    const mote_predictions good = {2, 2, labels, p, groups, 2};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 16u << 20);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_evaluation e;
    mote_err err;
    mote_predictions v = good;
    v.n = 0;
    assert_int_equal(mote_evaluate(&v, &cfg, &a, &e, &err), MOTE_ARG);
    v = good;
    v.n_classes = 1;
    assert_int_equal(mote_evaluate(&v, &cfg, &a, &e, &err), MOTE_ARG);
    v = good;
    v.n_groups = 1;
    assert_int_equal(mote_evaluate(&v, &cfg, &a, &e, &err), MOTE_ARG);
    assert_string_equal(err.text, "evaluate: group 1 of clip 1 is not in 0..0");
    v = good;
    labels[1] = 2;
    assert_int_equal(mote_evaluate(&v, &cfg, &a, &e, &err), MOTE_ARG);
    assert_string_equal(err.text, "evaluate: label 2 of clip 1 is not in 0..1");
    labels[1] = 1;
    p[3] = NAN;
    assert_int_equal(mote_evaluate(&v, &cfg, &a, &e, &err), MOTE_ARG);
    p[3] = 1.5f;
    assert_int_equal(mote_evaluate(&v, &cfg, &a, &e, &err), MOTE_ARG);
    p[3] = 0.75f;
    cfg.n_bins = 0;
    assert_int_equal(mote_evaluate(&v, &cfg, &a, &e, &err), MOTE_ARG);
    cfg.n_bins = 15;
    mote_arena small;
    for (size_t limit = 64;; limit += 4096) {
        mote_arena_init(&small, limit);
        mote_status st = mote_evaluate(&v, &cfg, &small, &e, &err);
        mote_arena_release(&small);
        if (st == MOTE_OK)
            break;
        assert_int_equal(st, MOTE_NOMEM);
    }
}

static void temperature_mends_an_overconfident_model(void **state)
{
    (void)state;
    sample s = make_sample(9, 800, 4, 2500);
    double t1, t2, nll1, nll2;
    assert_int_equal(mote_temperature_fit(&s.view, &t1, &nll1, NULL), MOTE_OK);
    for (size_t i = 0; i < 800; i++)
        mote_temperature_apply(s.p + 4 * i, 4, 1.0 / 3); /* three times as sure */
    assert_int_equal(mote_temperature_fit(&s.view, &t2, &nll2, NULL), MOTE_OK);
    near_to(t2 / t1, 3, 1e-3, "temperature");
    near_to(nll2, nll1, 1e-5, "nll");
    assert_false(mote_temperature_is_bound(t1) || mote_temperature_is_bound(t2));
    float row[] = {0.2f, 0.3f, 0.5f};
    mote_temperature_apply(row, 3, 1);
    near_to((double)row[2], 0.5, 1e-6, "temperature 1 changes nothing");
    free_sample(&s);
}

/* Clips that are all right say nothing of how sure the model may be. */
static void a_temperature_at_its_bound_is_known_as_such(void **state)
{
    (void)state;
    double t;
    int32_t labels[20];
    float p[20 * 3];
    for (int i = 0; i < 20; i++) {
        labels[i] = i % 3;
        for (int k = 0; k < 3; k++)
            p[3 * i + k] = k == labels[i] ? 0.6f + 0.01f * (float)i : 0.1f;
    }
    mote_predictions all_right = {.n = 20, .n_classes = 3, .labels = labels, .probabilities = p};
    assert_int_equal(mote_temperature_fit(&all_right, &t, NULL, NULL), MOTE_OK);
    assert_true(mote_temperature_is_bound(t) && t < 1);
    for (int i = 0; i < 20; i++)
        labels[i] = (labels[i] + 1) % 3; /* all wrong */
    assert_int_equal(mote_temperature_fit(&all_right, &t, NULL, NULL), MOTE_OK);
    assert_true(mote_temperature_is_bound(t) && t > 1);
    assert_true(mote_temperature_is_bound((double)NAN));
}

static void the_json_has_every_part(void **state)
{
    (void)state;
    int32_t labels[] = {0, 1}, groups[] = {0, 1};
    float p[] = {0.9f, 0.1f, 0.25f, 0.75f};
    const mote_predictions v = {2, 2, labels, p, groups, 2};
    const char *const names[] = {"yes", "no"}, *const group_names[] = {"anna", "bert"};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 16u << 20);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_evaluation e = run(&v, &cfg, &a);
    MOTE_SCOPED_JSON *j = NULL;
    mote_err err;
    assert_int_equal(mote_evaluation_to_json(&e, names, group_names, &j, &err), MOTE_OK);
    assert_int_equal(json_array_size(json_object_get(j, "classes")), 2);
    assert_int_equal(json_array_size(json_object_get(j, "groups")), 2);
    assert_int_equal(json_array_size(json_object_get(j, "calibration")), 15);
    assert_true(json_number_value(json_object_get(json_object_get(j, "accuracy"), "value")) == 1);
    assert_int_equal(
        json_integer_value(json_array_get(json_array_get(json_object_get(j, "confusion"), 1), 1)),
        1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_metrics_agree_with_sklearn),
        cmocka_unit_test(calibration_agrees_with_the_oracle),
        cmocka_unit_test(groups_and_worst_ones_are_found),
        cmocka_unit_test(intervals_widen_when_clips_of_a_group_are_alike),
        cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_say),
        cmocka_unit_test(a_class_that_was_not_drawn_is_left_out_of_the_mean),
        cmocka_unit_test(all_right_does_not_mean_certain),
        cmocka_unit_test(same_seed_same_bytes_and_memory_is_returned),
        cmocka_unit_test(bad_input_is_refused_and_named),
        cmocka_unit_test(temperature_mends_an_overconfident_model),
        cmocka_unit_test(a_temperature_at_its_bound_is_known_as_such),
        cmocka_unit_test(the_json_has_every_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
