/* SPDX-License-Identifier: Apache-2.0 */
/* The NAB score against a script that takes it from the definition, threshold by threshold. */
#include "golden.h"

#include "base/file.h"
#include "evaluate/nab.h"
#include "support.h"

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
            assert_int_equal(mote_nab_score_of(&(mote_anomaly_corpus){series, N_SERIES}, &p,
                                               number(row, "threshold"), &a, &r, &err),
                             MOTE_OK);
            is_that_of(&r, row);
        }
        assert_int_equal(mote_nab_best(&(mote_anomaly_corpus){series, N_SERIES}, &p, &a, &r, &err),
                         MOTE_OK);
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
    assert_int_equal(mote_nab_score_of(&(mote_anomaly_corpus){&s, 1}, &p, 1, &a, &r, &err),
                     MOTE_OK);
    near_to(r.score, 0, 1e-12, "silence");
    scores[50] = scores[120] = 2;
    scores[10] = 2; /* in the probation: does not count */
    assert_int_equal(mote_nab_best(&(mote_anomaly_corpus){&s, 1}, &p, &a, &r, &err), MOTE_OK);
    near_to(r.score, 100, 1e-12, "perfect");
    assert_int_equal(r.n_false_alarms, 0);
    assert_true(r.threshold == 2);
    /* Later in the window earns less, far from any window costs most. */
    scores[50] = 0;
    scores[70] = 2;
    assert_int_equal(mote_nab_score_of(&(mote_anomaly_corpus){&s, 1}, &p, 2, &a, &r, &err),
                     MOTE_OK);
    double late = r.score;
    assert_true(late < 99 && late > 90);
    scores[40] = 2;
    assert_int_equal(mote_nab_score_of(&(mote_anomaly_corpus){&s, 1}, &p, 2, &a, &r, &err),
                     MOTE_OK);
    near_to(late - r.score, 100 * 0.11 / 4, 1e-9, "a false alarm before all windows");
    scores[40] = 0;
    scores[80] = 2;
    assert_int_equal(mote_nab_score_of(&(mote_anomaly_corpus){&s, 1}, &p, 2, &a, &r, &err),
                     MOTE_OK);
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
    assert_int_equal(mote_nab_best(&(mote_anomaly_corpus){&s, 1}, &p, &a, &r, &err), MOTE_OK);
    assert_true(isnan(r.score));
    assert_true(isinf(r.threshold)); /* silence is best */
    p.missed = -1;
    assert_int_equal(mote_nab_best(&(mote_anomaly_corpus){&s, 1}, &p, &a, &r, &err), MOTE_ARG);
    p = mote_nab_standard();
    p.probation = 1;
    assert_int_equal(mote_nab_best(&(mote_anomaly_corpus){&s, 1}, &p, &a, &r, &err), MOTE_ARG);
}

/* ---- the benchmark's own series ---- */

#define GAUSSIAN_STEPS 1000 /* that the windowed Gaussian of the benchmark looks back */

typedef struct {
    char (*times)[32];
    double *values;
    size_t n;
} table;

/* The lines of a file, "2015-08-31 18:22:00,90", behind its head. */
static void read_table(const char *path, mote_arena *a, table *t)
{
    MOTE_SCOPED_FREE char *text = NULL;
    size_t bytes = 0;
    mote_err err = {0};
    T_OK(mote_file_read(path, 16u << 20, &text, &bytes, &err));
    size_t most = bytes / 20 + 1;
    t->times = mote_arena_alloc(a, most, sizeof *t->times);
    t->values = mote_arena_alloc(a, most, sizeof *t->values);
    assert_true(t->times && t->values);
    t->n = 0;
    for (char *line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
        char *comma = strchr(line + 1, ',');
        assert_true(comma && t->n < most);
        snprintf(t->times[t->n], sizeof *t->times, "%.*s", (int)(comma - line - 1), line + 1);
        t->values[t->n++] = strtod(comma + 1, NULL);
    }
}

static size_t step_at(const table *t, const char *time)
{
    size_t i = 0;
    while (i < t->n && strncmp(t->times[i], time, 19) != 0) /* without its millionths */
        i++;
    assert_true(i < t->n);
    return i;
}

/* Distance from the mean of the steps before, in deviations: in the order of its probability. */
static float *gaussian(const table *t, mote_arena *a)
{
    float *scores = mote_arena_alloc(a, t->n, sizeof *scores);
    assert_non_null(scores);
    for (size_t i = 1; i < t->n; i++) {
        size_t first = i > GAUSSIAN_STEPS ? i - GAUSSIAN_STEPS : 0;
        double sum = 0, square = 0, n = (double)(i - first);
        for (size_t k = first; k < i; k++)
            sum += t->values[k];
        for (size_t k = first; k < i; k++)
            square += (t->values[k] - sum / n) * (t->values[k] - sum / n);
        double deviation = sqrt(square / n);
        scores[i] = (float)(fabs(t->values[i] - sum / n) / (deviation > 0 ? deviation : 0.000001));
    }
    return scores;
}

/* 30.979 is what a script of its own gives, from the definition, for the same detector on the 25
 * series that are there; its threshold stands in a gap, so that rounding moves no alarm. */
static void the_windowed_gaussian_has_the_score_of_the_script(void **state)
{
    (void)state;
    const char *data = getenv("MOTE_TEST_DATA");
    char path[4096];
    if (!data)
        T_SKIP("MOTE_TEST_DATA is not set");
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 256u << 20);
    mote_err err = {0};
    MOTE_SCOPED_JSON *labels = NULL;
    snprintf(path, sizeof path, "%s/nab/labels/combined_windows.json", data);
    if (!mote_path_exists(path))
        T_SKIP("the benchmark's series are not there");
    T_OK(mote_json_load(path, 1u << 20, &labels, &err));
    mote_anomaly_series all[64];
    size_t n = 0, w;
    const char *name;
    json_t *windows, *window;
    json_object_foreach(labels, name, windows)
    {
        table t;
        snprintf(path, sizeof path, "%s/nab/data/%s", data, name);
        if (!mote_path_exists(path))
            continue;
        read_table(path, &a, &t);
        mote_anomaly_window *limits = mote_arena_alloc(&a, 16, sizeof *limits);
        assert_non_null(limits);
        json_array_foreach(windows, w, window)
        {
            limits[w].first = step_at(&t, json_string_value(json_array_get(window, 0)));
            limits[w].last = step_at(&t, json_string_value(json_array_get(window, 1)));
        }
        all[n++] =
            (mote_anomaly_series){name, t.n, gaussian(&t, &a), limits, json_array_size(windows)};
    }
    if (n != 25)
        T_SKIP("other series than those of the script");
    mote_nab_profile p = mote_nab_standard();
    mote_nab_score r;
    T_OK(mote_nab_best(&(mote_anomaly_corpus){all, n}, &p, &a, &r, &err));
    assert_int_equal(r.n_windows, 39);
    near_to(r.threshold, 7.238884449005127, 1e-6, "threshold");
    near_to(r.score, 30.97900395305298, 1e-9, "score");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_those_of_the_definition_at_every_threshold),
        cmocka_unit_test(perfect_is_a_hundred_and_silence_is_nothing),
        cmocka_unit_test(without_a_window_there_is_no_score),
        cmocka_unit_test(the_windowed_gaussian_has_the_score_of_the_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
