/* SPDX-License-Identifier: Apache-2.0 */
/* The promise of the detector: false alarms stay within their budget although the clips of one
 * speaker are alike, and real shifts are found. Simulated populations: every speaker has a mean of
 * its own in every watched thing, every clip adds its own noise, half of it common to all things.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/interval.h"
#include "monitor/detector.h"
#include "support.h"

#define N_THINGS             15
#define N_REFERENCES         25
#define N_REFERENCES_SHIFTED 5
#define N_WINDOWS            100

static const mote_watch_shape shape = {.n_frames = 10, .n_values = 10, .n_said = 3};

typedef struct {
    int32_t n_speakers, clips_each; /* of the reference */
    int32_t window, speakers_in_window;
    double between; /* sd of the speakers' means; clips have 1 */
    double false_alarm;
} population;

static void draw_speaker(mote_rng *rng, double between, double mean[N_THINGS])
{
    for (int t = 0; t < N_THINGS; t++)
        mean[t] = between * mote_rng_normal(rng);
}

static void draw_clip(mote_rng *rng, const double mean[N_THINGS], double shift, float *v)
{
    double common = mote_rng_normal(rng);
    for (int t = 0; t < N_THINGS - 1; t++)
        v[t] = (float)(mean[t] + 0.6 * common + 0.8 * mote_rng_normal(rng));
    v[3] += (float)shift;
    v[4] += (float)shift;
    v[N_THINGS - 1] = (float)mote_rng_below(rng, 3);
}

static mote_reference_profile *draw_reference(mote_rng *rng, const population *pop)
{
    mote_err err;
    mote_reference_profile *p = NULL;
    size_t n = (size_t)(pop->n_speakers * pop->clips_each);
    float *values = mote_alloc(n * N_THINGS, sizeof *values);
    int32_t *group = mote_alloc(n, sizeof *group);
    assert_true(values != NULL && group != NULL);
    double mean[N_THINGS];
    for (size_t i = 0; i < n; i++) {
        group[i] = (int32_t)i / pop->clips_each;
        if ((int32_t)i % pop->clips_each == 0)
            draw_speaker(rng, pop->between, mean);
        draw_clip(rng, mean, 0, values + i * N_THINGS);
    }
    assert_int_equal(mote_reference_profile_build(&shape, values, group, n, &p, &err), MOTE_OK);
    mote_free(values);
    mote_free(group);
    return p;
}

static void draw_window(mote_rng *rng, const population *pop, const mote_reference_profile *p,
                        double shift, int32_t *counts)
{
    double mean[N_THINGS];
    int32_t run = (pop->window + pop->speakers_in_window - 1) / pop->speakers_in_window;
    memset(counts, 0, sizeof *counts * MOTE_WATCH_MAX_THINGS * MOTE_WATCH_MAX_BINS);
    for (int32_t k = 0; k < pop->window; k++) {
        float v[N_THINGS];
        uint8_t bins[N_THINGS];
        if (k % run == 0)
            draw_speaker(rng, pop->between, mean);
        draw_clip(rng, mean, shift, v);
        mote_reference_profile_bin(p, v, bins);
        for (int t = 0; t < N_THINGS; t++)
            counts[t * MOTE_WATCH_MAX_BINS + bins[t]]++;
    }
}

static mote_detector *make_detector(const mote_reference_profile *p, const population *pop)
{
    mote_err err;
    mote_detector *d = NULL;
    mote_detector_config cfg = {.window = pop->window,
                                .false_alarm = pop->false_alarm,
                                .groups_per_window = pop->speakers_in_window,
                                .seed = 5};
    assert_int_equal(mote_detector_create(p, &cfg, &d, &err), MOTE_OK);
    return d;
}

/* Windows that alarm, of n_references * N_WINDOWS. */
static int64_t count_alarms(const population *pop, uint64_t n_references, double shift)
{
    static int32_t counts[MOTE_WATCH_MAX_THINGS * MOTE_WATCH_MAX_BINS];
    int64_t alarms = 0;
    for (uint64_t r = 0; r < n_references; r++) {
        mote_rng rng;
        mote_rng_init(&rng, 1000 + r);
        mote_reference_profile *p = draw_reference(&rng, pop);
        mote_detector *d = make_detector(p, pop);
        for (int w = 0; w < N_WINDOWS; w++) {
            mote_drift_verdict v;
            draw_window(&rng, pop, p, shift, counts);
            mote_detector_judge(d, counts, &v);
            alarms += v.is_drift;
        }
        mote_detector_destroy(d);
        mote_reference_profile_destroy(p);
    }
    return alarms;
}

static void false_alarms_stay_within_their_budget(void **state)
{
    (void)state;
    static const population populations[] = {
        {40, 25, 200, 8, 0.3, 0.01},    /* speakers differ a little */
        {40, 25, 200, 8, 1.0, 0.01},    /* as much as their clips */
        {40, 25, 200, 200, 0.0, 0.01},  /* not at all */
        {1000, 1, 100, 100, 0.3, 0.05}, /* one clip each; small windows, larger budget */
        {10, 50, 200, 8, 0.3, 0.01},    /* few speakers known */
        {40, 25, 200, 8, 0.3, 0.001},
    };
    for (size_t i = 0; i < sizeof populations / sizeof populations[0]; i++) {
        const population *pop = &populations[i];
        int64_t n = N_REFERENCES * N_WINDOWS;
        int64_t alarms = count_alarms(pop, N_REFERENCES, 0);
        mote_interval share = mote_interval_wilson(alarms, n, 0.99);
        print_message(
            "    %d speakers x %d, sd %.1f, budget %g: %lld of %lld windows alarm (%.4f)\n",
            pop->n_speakers, pop->clips_each, pop->between, pop->false_alarm, (long long)alarms,
            (long long)n, share.value);
        assert_true(share.lo <= pop->false_alarm); /* not shown to be over the budget */
    }
}

static void shifts_are_found(void **state)
{
    (void)state;
    static const struct {
        population pop;
        double shift, least;
    } cases[] = {
        {{40, 25, 200, 8, 0.3, 0.01}, 0.8, 0.95},   {{40, 25, 200, 8, 0.3, 0.001}, 0.8, 0.90},
        {{40, 25, 200, 200, 0.0, 0.01}, 0.5, 0.95}, {{10, 50, 200, 8, 0.3, 0.01}, 1.5, 0.95},
        {{12, 50, 200, 8, 0.5, 0.01}, 2.0, 0.95},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double power = (double)count_alarms(&cases[i].pop, N_REFERENCES_SHIFTED, cases[i].shift) /
                       (N_REFERENCES_SHIFTED * N_WINDOWS);
        print_message("    shift %.1f sd in 2 of %d things: found in %.1f %% of windows\n",
                      cases[i].shift, N_THINGS, 100 * power);
        assert_true(power >= cases[i].least);
    }
}

static void the_things_that_moved_come_first(void **state)
{
    (void)state;
    static int32_t counts[MOTE_WATCH_MAX_THINGS * MOTE_WATCH_MAX_BINS];
    const population pop = {40, 25, 200, 8, 0.3, 0.01};
    mote_rng rng;
    mote_rng_init(&rng, 3);
    mote_reference_profile *p = draw_reference(&rng, &pop);
    mote_detector *d = make_detector(p, &pop);
    mote_detector *again = make_detector(p, &pop);
    mote_drift_verdict v;
    mote_drift_verdict w;
    draw_window(&rng, &pop, p, 2, counts);
    mote_detector_judge(d, counts, &v);
    mote_detector_judge(again, counts, &w);
    for (int t = 0; t < N_THINGS; t++) { /* the same seed gives the same bits */
        assert_true(v.findings[t].thing == w.findings[t].thing);
        assert_true(v.findings[t].p_value == w.findings[t].p_value);
        assert_true(v.findings[t].threshold == w.findings[t].threshold);
    }
    assert_true(v.is_drift && v.p_value == v.findings[0].p_value);
    assert_int_equal(v.n_findings, N_THINGS);
    assert_true(v.findings[0].thing + v.findings[1].thing == 7); /* 3 and 4 */
    assert_true(v.findings[0].psi > v.findings[0].threshold);
    assert_true(v.findings[2].p_value > 0.01 && v.findings[2].psi < v.findings[2].threshold);
    mote_detector_destroy(d);
    mote_detector_destroy(again);
    mote_reference_profile_destroy(p);
}

static void a_sensor_that_falls_silent_is_drift(void **state)
{
    (void)state;
    static int32_t counts[MOTE_WATCH_MAX_THINGS * MOTE_WATCH_MAX_BINS];
    const population pop = {40, 25, 200, 8, 0.3, 0.01};
    mote_rng rng;
    mote_rng_init(&rng, 4);
    mote_reference_profile *p = draw_reference(&rng, &pop);
    mote_detector *d = make_detector(p, &pop);
    mote_drift_verdict v;
    draw_window(&rng, &pop, p, 0, counts);
    int32_t *thing = counts + (size_t)6 * MOTE_WATCH_MAX_BINS;
    memset(thing, 0, sizeof *thing * MOTE_WATCH_MAX_BINS);
    thing[p->things[6].n_bins - 1] = pop.window; /* every value is missing */
    mote_detector_judge(d, counts, &v);
    assert_true(v.is_drift);
    assert_int_equal(v.findings[0].thing, 6);
    mote_detector_destroy(d);
    mote_reference_profile_destroy(p);
}

static void bad_settings_and_failed_allocations_are_said(void **state)
{
    (void)state;
    const population pop = {10, 10, 50, 8, 0.3, 0.01};
    mote_err err;
    mote_rng rng;
    mote_detector *d = NULL;
    mote_rng_init(&rng, 5);
    mote_reference_profile *p = draw_reference(&rng, &pop);
    static const mote_detector_config bad[] = {
        {.window = 0, .false_alarm = 0.01},
        {.window = 10, .false_alarm = 0},
        {.window = 10, .false_alarm = 0.6},
        {.window = 10, .false_alarm = (double)NAN},
        {.window = 10, .false_alarm = 0.01, .groups_per_window = -1},
        {.window = 10, .false_alarm = 0.01, .n_bootstrap = 10},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(mote_detector_create(p, &bad[i], &d, &err), MOTE_ARG);
    mote_detector_config good = {.window = 50, .false_alarm = 0.01, .n_bootstrap = 200};
    mote_status st = MOTE_NOMEM;
    for (int64_t n = 0; n < 100 && st != MOTE_OK; n++) {
        mote_mem_fail_after(n);
        st = mote_detector_create(p, &good, &d, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK) {
            assert_int_equal(st, MOTE_NOMEM);
            assert_null(d);
        }
    }
    assert_int_equal(st, MOTE_OK);
    mote_detector_destroy(d);
    mote_reference_profile_destroy(p);
}

/* Which way, how far, and what to say where there is no way. */
static void findings_are_said_in_words(void **state)
{
    (void)state;
    const mote_watched hours = {.called = "column 'hours'", .more = "higher", .less = "lower"};
    const mote_watched job = {.called = "column 'job'"};
    const mote_watched picture = {.called = "pictures", .more = "brighter", .less = "darker"};
    const mote_watched classes = {.called = "the classes", .more = "up", .is_class = true};
    const struct {
        const mote_watched *thing;
        mote_drift_finding found;
        const char *says;
    } cases[] = {
        {&hours, {.shift = 0.9}, "column 'hours': much higher than in training"},
        {&hours, {.shift = 0.3}, "column 'hours': higher than in training"},
        {&hours, {.shift = -0.3}, "column 'hours': lower than in training"},
        {&hours, {.shift = 0.05}, "column 'hours': spread otherwise than in training"},
        {&hours,
         {.shift = 0.9, .missing = 0.4, .missing_before = 0.02},
         "column 'hours': missing in 40 %, in training in 2 %"},
        {&job, {.shift = 0.9}, "column 'job': another mix than in training"},
        {&picture, {.shift = -0.8}, "pictures: much darker than in training"},
        {&classes, {.shift = 0.8}, "the classes: another mix than in training"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[MOTE_DRIFT_WORDS_BYTES];
        mote_drift_say(cases[i].thing, &cases[i].found, out);
        assert_string_equal(out, cases[i].says);
    }
}

/* A window of the reference's upper half lies above it, half of one is missing. */
static void a_verdict_knows_which_way(void **state)
{
    (void)state;
    mote_err err = {0};
    const mote_watch_shape score = {.answer = MOTE_ANSWER_ANOMALY, .n_said = 1};
    enum { N = 100 };
    float values[N];
    int32_t groups[N], counts[MOTE_WATCH_MAX_BINS] = {0};
    mote_reference_profile *p = NULL;
    mote_detector *d = NULL;
    mote_drift_verdict v;
    for (int i = 0; i < N; i++) {
        values[i] = (float)i;
        groups[i] = i;
    }
    T_OK(mote_reference_profile_build(&score, values, groups, N, &p, &err));
    const mote_detector_config cfg = {.window = 20, .false_alarm = 0.01, .n_bootstrap = 200};
    T_OK(mote_detector_create(p, &cfg, &d, &err));
    for (int i = 5; i < 10; i++)
        counts[i] = 2;
    counts[MOTE_WATCH_QUANTILE_BINS] = 10;
    mote_detector_judge(d, counts, &v);
    assert_float_equal(v.findings[0].shift, 0.5, 1e-9);
    assert_float_equal(v.findings[0].missing, 0.5, 1e-9);
    assert_float_equal(v.findings[0].missing_before, 0, 1e-9);
    mote_detector_destroy(d);
    mote_reference_profile_destroy(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(false_alarms_stay_within_their_budget),
        cmocka_unit_test(shifts_are_found),
        cmocka_unit_test(the_things_that_moved_come_first),
        cmocka_unit_test(a_sensor_that_falls_silent_is_drift),
        cmocka_unit_test(bad_settings_and_failed_allocations_are_said),
        cmocka_unit_test(findings_are_said_in_words),
        cmocka_unit_test(a_verdict_knows_which_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
