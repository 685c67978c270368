/* SPDX-License-Identifier: Apache-2.0 */
/* serve/models, infer, classify: versions, exchange, lifetime, observers, windows. */
#include "tests/support.h"

#include <pthread.h>

#include "serve/intake_sound.h"
#include "tests/tiny_model.h"

#define N_IN 8

static mote_status put(mote_models *ms, const char *name, const char *version, mote_model *m,
                       mote_err *err)
{
    mote_model_entry e = {.name = name, .version = version, .source = "test", .now_ms = 5};
    return mote_models_put(ms, &e, m, err);
}

static void the_newest_version_is_the_default_and_old_ones_go(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_models *ms = NULL;
    mote_model *m = tiny_tensor_model(N_IN, 1);
    T_OK(mote_models_create(2, &ms, &err));
    assert_int_equal(mote_models_generation(ms), 0);
    T_OK(put(ms, "a", "1", m, &err));
    T_OK(put(ms, "b", "1", m, &err));
    T_OK(put(ms, "a", "2", m, &err));
    T_OK(put(ms, "a", "3", m, &err));
    mote_model_set *set = mote_models_get(ms);
    assert_int_equal(set->n, 3);
    assert_string_equal(mote_model_set_find(set, "a", NULL)->version, "3");
    assert_string_equal(mote_model_set_find(set, "a", "")->version, "3");
    assert_non_null(mote_model_set_find(set, "a", "2"));
    assert_null(mote_model_set_find(set, "a", "1"));
    assert_non_null(mote_model_set_find(set, "b", NULL));
    assert_null(mote_model_set_find(set, "c", NULL));
    assert_int_equal(mote_models_swaps(ms), 2);
    T_OK(put(ms, "a", "2", m, &err)); /* again: replaced, and now the default */
    mote_model_set *now = mote_models_get(ms);
    assert_int_equal(now->n, 3);
    assert_string_equal(mote_model_set_find(now, "a", NULL)->version, "2");
    assert_string_equal(mote_model_set_find(set, "a", NULL)->version,
                        "3"); /* what was taken stays as it was */
    T_OK(mote_models_remove(ms, "a", &err));
    T_FAILS(mote_models_remove(ms, "a", &err), MOTE_NOT_FOUND, "'a'");
    assert_int_equal(mote_model_set_find(set, "a", NULL)->n_values, N_IN);
    mote_model_set_unref(set);
    mote_model_set_unref(now);
    mote_models_destroy(ms);
    mote_model_unref(m);
}

static void bad_names_are_refused_and_change_nothing(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_models *ms = NULL;
    mote_model *m = tiny_tensor_model(N_IN, 1);
    char longest[200];
    memset(longest, 'x', sizeof longest);
    longest[199] = '\0';
    T_FAILS(mote_models_create(0, &ms, &err), MOTE_ARG, "one version");
    T_OK(mote_models_create(1, &ms, &err));
    static const char *const bad[] = {"", "a/b", "a\"b", "a\\b", "a\nb", "\xff"};
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        T_FAILS(put(ms, bad[i], "1", m, &err), MOTE_ARG, "name");
        T_FAILS(put(ms, "a", bad[i], m, &err), MOTE_ARG, "version");
    }
    T_FAILS(put(ms, longest, "1", m, &err), MOTE_ARG, "longer");
    T_FAILS(put(ms, NULL, "1", m, &err), MOTE_ARG, "name");
    assert_int_equal(mote_models_generation(ms), 0);
    for (int i = 0; i < MOTE_SERVE_MAX_MODELS; i++) {
        char name[16];
        snprintf(name, sizeof name, "m%d", i);
        T_OK(put(ms, name, "1", m, &err));
    }
    T_FAILS(put(ms, "more", "1", m, &err), MOTE_LIMIT, "unload");
    T_OK(put(ms, "m0", "2", m, &err));
    mote_models_destroy(ms);
    mote_model_unref(m);
}

static void lack_of_memory_leaves_the_set_as_it_was(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_models *ms = NULL;
    mote_model *m = tiny_tensor_model(N_IN, 1);
    T_ALLOC_SWEEP(mote_models_create(2, &ms, &err), assert_null(ms));
    T_ALLOC_SWEEP(put(ms, "a", "1", m, &err), assert_int_equal(mote_models_generation(ms), 0));
    T_ALLOC_SWEEP(put(ms, "a", "2", m, &err), assert_int_equal(mote_models_generation(ms), 1));
    T_ALLOC_SWEEP(mote_models_remove(ms, "a", &err),
                  assert_int_equal(mote_models_generation(ms), 2));
    mote_models_destroy(ms);
    mote_model_unref(m);
}

/* ---- predicting ---- */

typedef struct {
    int n;
    char version[MOTE_SERVE_NAME_BYTES], request_id[32];
    size_t n_in;
    bool has_pcm, has_consent;
} seen;

static void observe(void *arg, mote_serve_event *e)
{
    seen *s = arg;
    s->n++;
    snprintf(s->version, sizeof s->version, "%s", e->served->version);
    snprintf(s->request_id, sizeof s->request_id, "%s", e->request_id);
    s->n_in = e->n_in;
    s->has_pcm = e->served->sample.dtype == MOTE_I16;
    s->has_consent = e->consent != NULL;
    e->watched[0] = e->prediction->probabilities[0];
    e->n_watched = 1;
}

static void predictions_are_told_to_the_observer_and_counted(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_models *ms = NULL;
    mote_infer *t = NULL;
    const mote_served *s = NULL;
    mote_prediction p;
    seen got = {0};
    mote_infer_hooks hooks = {.observer = observe, .observer_arg = &got};
    mote_model *m = tiny_tensor_model(N_IN, 1);
    T_OK(mote_models_create(1, &ms, &err));
    T_OK(mote_infer_create(ms, 3, &hooks, &t, &err));
    T_FAILS(mote_infer_find(t, "a", NULL, &s, &err), MOTE_NOT_FOUND, "unknown model: 'a'");
    T_FAILS(mote_infer_first(t, false, &s, &err), MOTE_NOT_FOUND, "no model");
    T_OK(put(ms, "a", "1", m, &err));
    T_OK(mote_infer_find(t, "a", NULL, &s, &err));
    const float in[N_IN] = {0.5f};
    const mote_consent c = {.purpose = "x"};
    mote_infer_input one = {.x = in, .n = N_IN, .request_id = "r", .consent = &c};
    T_OK(mote_infer_run(t, s, &one, &p, &err));
    assert_int_equal(got.n, 1);
    assert_int_equal(got.n_in, N_IN);
    assert_string_equal(got.request_id, "r");
    assert_true(got.has_consent && !got.has_pcm);
    one.n = N_IN - 1;
    T_FAILS(mote_infer_run(t, s, &one, &p, &err), MOTE_SHAPE, "");
    assert_int_equal(got.n, 1);
    mote_infer_count(t, s,
                     &(mote_infer_cost){.ok = true, .n = 2, .request_ns = 100, .infer_ns = 50});
    mote_infer_count(t, s, &(mote_infer_cost){.ok = false, .request_ns = 7});
    mote_serve_counts n;
    mote_served_counts(s, &n);
    assert_true(n.success == 1 && n.fail == 1 && n.inferences == 2 && n.request_ns == 100 &&
                n.infer_ns == 50 && n.fail_ns == 7);
    assert_true(n.last_ms > 0);
    T_OK(put(ms, "a", "2", m, &err));
    T_OK(mote_infer_find(t, "a", NULL, &s, &err));
    one.n = N_IN;
    T_OK(mote_infer_run(t, s, &one, &p, &err));
    assert_string_equal(got.version, "2");
    T_FAILS(mote_infer_first(t, true, &s, &err), MOTE_NOT_FOUND, "reads files");
    mote_infer_destroy(t);
    mote_models_destroy(ms);
    mote_model_unref(m);
}

static void more_models_than_predictors_are_served_in_turn(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_models *ms = NULL;
    mote_infer *t = NULL;
    T_OK(mote_models_create(1, &ms, &err));
    T_OK(mote_infer_create(ms, 0, NULL, &t, &err));
    mote_model *m = tiny_tensor_model(N_IN, 1);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 40; i++) {
            char name[16];
            const mote_served *s = NULL;
            mote_prediction p;
            const float in[N_IN] = {(float)i / 40};
            mote_infer_input one = {.x = in, .n = N_IN};
            snprintf(name, sizeof name, "m%d", i);
            if (round == 0)
                T_OK(put(ms, name, "1", m, &err));
            T_OK(mote_infer_find(t, name, NULL, &s, &err));
            assert_string_equal(s->name, name);
            T_OK(mote_infer_run(t, s, &one, &p, &err));
        }
    mote_infer_destroy(t);
    mote_models_destroy(ms);
    mote_model_unref(m);
}

/* ---- recordings ---- */

static void the_window_with_the_keyword_is_found(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_models *ms = NULL;
    mote_infer *t = NULL;
    const mote_served *s = NULL;
    seen got = {0};
    mote_infer_hooks hooks = {.observer = observe, .observer_arg = &got};
    mote_model *m = tiny_audio_model(3);
    T_OK(mote_models_create(1, &ms, &err));
    T_OK(put(ms, "sound", "1", m, &err));
    T_OK(mote_infer_create(ms, 0, &hooks, &t, &err));
    T_OK(mote_infer_first(t, true, &s, &err));
    int16_t pcm[40000];
    mote_rng r;
    mote_rng_init(&r, 8);
    for (int i = 0; i < 40000; i++)
        pcm[i] = (int16_t)((i / 8000 % 2 ? 15000 : 500) * mote_rng_range(&r, -1, 1));
    static const struct {
        size_t n, n_windows;
        int64_t first, last;
    } cases[] = {{16000, 1, 0, 0},    {1, 1, -7999, -7999}, {15999, 1, 0, 0},
                 {16001, 2, 0, 1600}, {17600, 2, 0, 1600},  {40000, 16, 0, 24000}};
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 1 << 24);
        mote_classification c;
        mote_sound sound = {.s = s, .pcm = pcm, .n = cases[i].n, .request_id = "w"};
        got.n = 0;
        T_OK(mote_classify_sound(t, &sound, &a, &c, &err));
        assert_int_equal(c.n_windows, cases[i].n_windows);
        assert_int_equal(c.windows[0].start, cases[i].first);
        assert_int_equal(c.windows[c.n_windows - 1].start, cases[i].last);
        assert_int_equal(got.n, 1); /* one request is one prediction, however many windows */
        assert_true(got.has_pcm);
        for (size_t w = 0; w < c.n_windows; w++)
            for (int k = 0; k < 2; k++) { /* yes and no have thresholds */
                float best = c.best.probabilities[0] > c.best.probabilities[1]
                                 ? c.best.probabilities[0]
                                 : c.best.probabilities[1];
                assert_true(c.windows[w].probabilities[k] <= best);
            }
    }
    mote_infer_destroy(t);
    mote_models_destroy(ms);
    mote_model_unref(m);
}

/* ---- lifetime under exchange ---- */

typedef struct {
    mote_models *ms;
    int32_t thread;
    _Atomic bool *stop;
    uint64_t n, failures;
} reader;

static void *read_on_and_on(void *arg)
{
    reader *r = arg;
    mote_infer *t = NULL;
    mote_err err = {0};
    if (mote_infer_create(r->ms, r->thread, NULL, &t, &err) != MOTE_OK)
        return arg;
    while (!atomic_load(r->stop)) {
        const mote_served *s = NULL;
        mote_prediction p;
        const float in[N_IN] = {1};
        mote_infer_input one = {.x = in, .n = N_IN};
        if (mote_infer_find(t, "a", NULL, &s, &err) != MOTE_OK ||
            mote_infer_run(t, s, &one, &p, &err) != MOTE_OK)
            r->failures++;
        r->n++;
    }
    mote_infer_destroy(t);
    return NULL;
}

static void threads_predict_while_models_come_and_go(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_models *ms = NULL;
    _Atomic bool stop = false;
    pthread_t threads[3];
    reader readers[3];
    T_OK(mote_models_create(1, &ms, &err));
    mote_model *m = tiny_tensor_model(N_IN, 1);
    T_OK(put(ms, "a", "0", m, &err));
    mote_model_unref(m);
    for (int i = 0; i < 3; i++) {
        readers[i] = (reader){.ms = ms, .thread = i, .stop = &stop};
        pthread_create(&threads[i], NULL, read_on_and_on, &readers[i]);
    }
    for (int i = 1; i <= 50; i++) {
        char version[16];
        snprintf(version, sizeof version, "%d", i);
        m = tiny_tensor_model(N_IN, (uint64_t)i);
        T_OK(put(ms, "a", version, m, &err));
        mote_model_unref(m);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(readers[i].failures, 0);
    }
    mote_models_destroy(ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_version_is_the_default_and_old_ones_go),
        cmocka_unit_test(bad_names_are_refused_and_change_nothing),
        cmocka_unit_test(lack_of_memory_leaves_the_set_as_it_was),
        cmocka_unit_test(predictions_are_told_to_the_observer_and_counted),
        cmocka_unit_test(more_models_than_predictors_are_served_in_turn),
        cmocka_unit_test(the_window_with_the_keyword_is_found),
        cmocka_unit_test(threads_predict_while_models_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
