/* SPDX-License-Identifier: Apache-2.0 */
/* The NAB score against a script that takes it from the definition, threshold by threshold. */
#include "golden.h"

#include "evaluate/nab.h"

/* The series of make_answers.py. */
static const mote_anomaly_window w0[] = {{100, 119}, {200, 239}}, w1[] = {{2, 5}, {90, 99}},
                                 w3[] = {{30, 60}, {299, 299}}, w4[] = {{800, 1000}, {4000, 4999}};
static mote_anomaly_series series[] = {
    {"a", 400, NULL, w0, 2}, {"b", 100, NULL, w1, 2},  {"c", 250, NULL, NULL, 0},
    {"d", 300, NULL, w3, 2}, {"e", 6000, NULL, w4, 2},
};
#define N_SERIES (sizeof series / sizeof series[0])

static void make(uint64_t seed, mote_arena *a)
{
    for (size_t k = 0; k < N_SERIES; k++) {
        mote_anomaly_series *s = &series[k];
        float *scores = mote_arena_alloc(a, s->n, sizeof *scores);
        assert_non_null(scores);
        for (size_t i = 0; i < s->n; i++) {
            double u = lcg_u(&seed), more = 0;
            for (size_t w = 0; w < s->n_windows; w++)
                if (s->windows[w].first <= i && i <= s->windows[w].last)
                    more = lcg_u(&seed) < 0.2 ? 0.3 : 0;
            scores[i] = (float)(floor((pow(u, 8) + more) * 64) / 64);
        }
        s->scores = scores;
    }
}

static void is_that_of(const mote_nab_score *r, const json_t *g)
{
    near_to(r->raw, number(g, "raw"), 1e-10, "raw");
    near_to(r->score, number(g, "score"), 1e-10, "score");
    assert_int_equal(r->n_windows, (int64_t)number(g, "n_windows"));
    assert_int_equal(r->n_found, (int64_t)number(g, "n_found"));
    assert_int_equal(r->n_false_alarms, (int64_t)number(g, "n_false_alarms"));
}

static void scores_are_those_of_the_definition_at_every_threshold(void **state)
{
    (void)state;
    json_t *all = golden_load_file("answers.json"), *g, *row;
    size_t index, k;
    mote_nab_profile p = mote_nab_standard();
    json_array_foreach(json_object_get(all, "nab"), index, g)
    {
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 8u << 20);
        make((uint64_t)number(g, "seed"), &a);
        mote_nab_score r;
        mote_err err;
        json_array_foreach(json_object_get(g, "at"), k, row)
        {
            assert_int_equal(
                mote_nab_score_of(series, N_SERIES, &p, number(row, "threshold"), &a, &r, &err),
                MOTE_OK);
            is_that_of(&r, row);
        }
        assert_int_equal(mote_nab_best(series, N_SERIES, &p, &a, &r, &err), MOTE_OK);
        json_t *best = json_object_get(g, "best");
        near_to(r.threshold, number(best, "threshold"), 0, "best threshold");
        is_that_of(&r, best);
    }
    json_decref(all);
}

static void perfect_is_a_hundred_and_silence_is_nothing(void **state)
{
    (void)state;
    float scores[200] = {0};
    const mote_anomaly_window w[] = {{50, 79}, {120, 139}};
    const mote_anomaly_series s = {"s", 200, scores, w, 2};
    mote_nab_profile p = mote_nab_standard();
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_nab_score r;
    mote_err err;
    assert_int_equal(mote_nab_score_of(&s, 1, &p, 1, &a, &r, &err), MOTE_OK);
    near_to(r.score, 0, 1e-12, "silence");
    scores[50] = scores[120] = 2;
    scores[10] = 2; /* in the probation: does not count */
    assert_int_equal(mote_nab_best(&s, 1, &p, &a, &r, &err), MOTE_OK);
    near_to(r.score, 100, 1e-12, "perfect");
    assert_int_equal(r.n_false_alarms, 0);
    assert_true(r.threshold == 2);
    /* Later in the window earns less, far from any window costs most. */
    scores[50] = 0;
    scores[70] = 2;
    assert_int_equal(mote_nab_score_of(&s, 1, &p, 2, &a, &r, &err), MOTE_OK);
    double late = r.score;
    assert_true(late < 99 && late > 90);
    scores[40] = 2;
    assert_int_equal(mote_nab_score_of(&s, 1, &p, 2, &a, &r, &err), MOTE_OK);
    near_to(late - r.score, 100 * 0.11 / 4, 1e-9, "a false alarm before all windows");
    scores[40] = 0;
    scores[80] = 2;
    assert_int_equal(mote_nab_score_of(&s, 1, &p, 2, &a, &r, &err), MOTE_OK);
    assert_true(late - r.score > 0 && late - r.score < 100 * 0.11 / 4 / 4);
}

static void without_a_window_there_is_no_score(void **state)
{
    (void)state;
    const float scores[20] = {1};
    const mote_anomaly_series s = {"s", 20, scores, NULL, 0};
    mote_nab_profile p = mote_nab_standard();
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_nab_score r;
    mote_err err;
    assert_int_equal(mote_nab_best(&s, 1, &p, &a, &r, &err), MOTE_OK);
    assert_true(isnan(r.score));
    assert_true(isinf(r.threshold)); /* silence is best */
    p.missed = -1;
    assert_int_equal(mote_nab_best(&s, 1, &p, &a, &r, &err), MOTE_ARG);
    p = mote_nab_standard();
    p.probation = 1;
    assert_int_equal(mote_nab_best(&s, 1, &p, &a, &r, &err), MOTE_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_those_of_the_definition_at_every_threshold),
        cmocka_unit_test(perfect_is_a_hundred_and_silence_is_nothing),
        cmocka_unit_test(without_a_window_there_is_no_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
