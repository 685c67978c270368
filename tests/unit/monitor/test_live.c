/* SPDX-License-Identifier: Apache-2.0 */
/* The watch over a running server: from predictions of serving threads to alerts in the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "monitor/live.h"
#include "monitor/monitor.h"
#include "temp_dir.h"
#include "tiny_model.h"

#define N_IN        36
#define N_REFERENCE 400
#define WINDOW      100
#define PATIENCE    20000 /* predictions, a millisecond apart at most */

typedef struct {
    char dir[TEMP_DIR_BYTES];
    mote_models *models;
    mote_infer *infer;
    mote_live *live;
    mote_rng rng;
} fixture;

/* What the model sees: noise, or with drift always the same. */
static void draw_input(mote_rng *rng, bool drift, float in[N_IN])
{
    for (int i = 0; i < N_IN; i++)
        in[i] = drift ? 0.9F : (float)mote_rng_range(rng, -1, 1);
}

static mote_reference_profile *make_reference(mote_model *m)
{
    static float values[N_REFERENCE * 3];
    static int32_t group[N_REFERENCE];
    const mote_watch_shape shape = mote_watch_shape_for(NULL, 0, MOTE_ANSWER_CLASS, TINY_LABELS);
    mote_err err;
    mote_rng rng;
    mote_predictor *p = NULL;
    mote_reference_profile *profile = NULL;
    mote_rng_init(&rng, 77);
    assert_ok(mote_predictor_create(m, &p, &err));
    for (int i = 0; i < N_REFERENCE; i++) {
        float in[N_IN];
        mote_prediction out;
        draw_input(&rng, false, in);
        assert_ok(mote_predict_features(p, in, N_IN, &out, &err));
        mote_watch_values(&shape, NULL, NULL, 0, out.probabilities, values + (size_t)i * 3);
        group[i] = i;
    }
    mote_predictor_destroy(p);
    assert_ok(mote_reference_profile_build(&shape, values, group, N_REFERENCE, &profile, &err));
    return profile;
}

/* The tiny model once more, with a drift reference in its bundle. */
static mote_model *watched_model(uint64_t seed)
{
    mote_err err;
    json_t *reference = NULL;
    mote_model *plain = tiny_tensor_model(N_IN, seed);
    mote_reference_profile *profile = make_reference(plain);
    MOTE_SCOPED_BUF bytes;
    mote_buf_init(&bytes, 1 << 24);
    assert_ok(mote_reference_profile_to_json(profile, &reference, &err));
    mote_bundle_parts parts = {.name = "kws",
                               .signature = *mote_model_signature(plain),
                               .graph = mote_model_graph(plain),
                               .drift_reference = reference};
    assert_ok(mote_bundle_write(&parts, &bytes, &err));
    mote_reference_profile_destroy(profile);
    json_decref(reference);
    mote_model_unref(plain);
    return tiny_load(&bytes);
}

static void serve(fixture *f, mote_model *m, const char *version, int64_t now_ms)
{
    mote_err err;
    mote_model_entry e = {.name = "kws", .version = version, .source = "test", .now_ms = now_ms};
    assert_ok(mote_models_put(f->models, &e, m, &err));
    mote_model_unref(m);
}

static void start_watch(fixture *f)
{
    mote_err err;
    mote_live_config cfg = {.project = f->dir,
                            .window = WINDOW,
                            .min_predictions = 50,
                            .false_alarm = 1e-4,
                            .seed = 1,
                            .poll_ms = 1};
    assert_ok(mote_live_create(&cfg, &f->live, &err));
    mote_infer_hooks hooks = {.observer = mote_live_observe, .observer_arg = f->live};
    assert_ok(mote_infer_create(f->models, 0, &hooks, &f->infer, &err));
}

static void stop_watch(fixture *f)
{
    mote_infer_destroy(f->infer);
    mote_live_destroy(f->live);
    f->infer = NULL;
    f->live = NULL;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err;
    temp_dir_make(f->dir);
    mote_rng_init(&f->rng, 5);
    assert_ok(mote_models_create(2, &f->models, &err));
    start_watch(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    stop_watch(f);
    mote_models_destroy(f->models);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static void predict(fixture *f, bool drift)
{
    mote_err err;
    float in[N_IN];
    const mote_served *s = NULL;
    mote_prediction out;
    draw_input(&f->rng, drift, in);
    mote_infer_input input = {.x = in, .n = N_IN};
    assert_ok(mote_infer_find(f->infer, "kws", NULL, &s, &err));
    assert_ok(mote_infer_run(f->infer, s, &input, &out, &err));
}

/* What a scrape of the server's metrics says. */
typedef struct {
    int64_t n_windows, n_opened, n_missed, n_unwatched;
} counts;

static int64_t metric(const char *text, const char *name)
{
    char line[128];
    (void)snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(text, line);
    assert_non_null(at);
    return strtoll(at + strlen(line), NULL, 10);
}

static counts counted(fixture *f)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1u << 16);
    mote_live_metrics(f->live, &b);
    return (counts){.n_windows = metric(b.data, "mote_drift_windows_total"),
                    .n_opened = metric(b.data, "mote_drift_alerts_opened_total"),
                    .n_missed = metric(b.data, "mote_drift_predictions_missed_total"),
                    .n_unwatched = metric(b.data, "mote_drift_unwatched_bundles_total")};
}

/* Predict until so many windows were written. */
static counts predict_windows(fixture *f, int64_t n_windows, bool drift)
{
    counts c = {0};
    for (int i = 0; i < PATIENCE && c.n_windows < n_windows; i++) {
        predict(f, drift);
        if (i % 10 == 0)
            mote_clock_sleep_ms(1);
        c = counted(f);
    }
    assert_true(c.n_windows >= n_windows);
    return c;
}

static size_t list_alerts(fixture *f, bool unresolved_only, mote_arena *a, mote_alert **list)
{
    mote_err err;
    mote_store *s = NULL;
    size_t n = 0;
    assert_ok(mote_store_open(f->dir, false, &s, &err));
    assert_ok(mote_alert_list(
        s, &(mote_monitor_query){.model = "kws", .unresolved_only = unresolved_only}, a, list, &n,
        &err));
    mote_store_close(s);
    return n;
}

static void drift_of_served_traffic_raises_an_alert(void **state)
{
    fixture *f = *state;
    mote_arena a;
    mote_alert *list = NULL;
    mote_arena_init(&a, 1 << 20);
    serve(f, watched_model(1), "3", 1000);
    counts c = predict_windows(f, 5, false);
    assert_int_equal(c.n_opened, 0);
    c = predict_windows(f, c.n_windows + 4, true);
    assert_int_equal(c.n_opened, 1);
    assert_int_equal(list_alerts(f, true, &a, &list), 1);
    assert_int_equal(list[0].version, 3);
    assert_true(list[0].statistic > list[0].threshold);

    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 16);
    mote_live_metrics(f->live, &text);
    assert_non_null(strstr(text.data, "\nmote_drift_alerts_opened_total 1\n"));

    serve(f, watched_model(2), "4", 2000); /* a new version resolves it */
    (void)predict_windows(f, c.n_windows + 3, false);
    stop_watch(f);
    assert_int_equal(list_alerts(f, true, &a, &list), 0);
    assert_int_equal(list_alerts(f, false, &a, &list), 1);
    assert_string_equal(list[0].resolution, "replaced");
    start_watch(f);
    mote_arena_release(&a);
}

static void what_is_left_when_the_server_stops_is_judged(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_store *s = NULL;
    int64_t n = 0;
    serve(f, watched_model(1), "1", 1000);
    counts c = predict_windows(f, 1, false);
    for (int i = 0; i < 60; i++)
        predict(f, false);
    stop_watch(f);
    assert_ok(mote_store_open(f->dir, false, &s, &err));
    assert_ok(mote_store_query_i64(s, "SELECT count(*) FROM monitor_window", &n, &err));
    assert_true(n >= c.n_windows + 1);
    mote_store_close(s);
    start_watch(f);
}

static void a_bundle_without_a_reference_is_served_and_counted_as_unwatched(void **state)
{
    fixture *f = *state;
    counts c = {0};
    serve(f, tiny_tensor_model(N_IN, 1), "1", 1000);
    for (int i = 0; i < PATIENCE && c.n_unwatched == 0; i++) {
        predict(f, false);
        mote_clock_sleep_ms(1);
        c = counted(f);
    }
    assert_int_equal(c.n_unwatched, 1);
    for (int i = 0; i < 2 * WINDOW; i++)
        predict(f, false);
    c = counted(f);
    assert_true(c.n_unwatched == 1 && c.n_windows == 0);
}

/* Until the thread has dealt with so many bundles that cannot be watched. */
static counts predict_unwatched(fixture *f, int64_t n)
{
    counts c = {0};
    for (int i = 0; i < PATIENCE && c.n_unwatched < n; i++) {
        predict(f, false);
        mote_clock_sleep_ms(1);
        c = counted(f);
    }
    assert_int_equal(c.n_unwatched, n);
    return c;
}

static void predictions_of_too_many_bundles_are_counted_as_missed(void **state)
{
    fixture *f = *state;
    counts c = {0};
    for (int i = 1; i <= MOTE_LIVE_MAX_BUNDLES; i++) {
        serve(f, tiny_tensor_model(N_IN, (uint64_t)i), "1", 1000 + i);
        c = predict_unwatched(f, i);
    }
    int64_t before = c.n_missed;
    serve(f, tiny_tensor_model(N_IN, MOTE_LIVE_MAX_BUNDLES + 1), "1", 5000);
    for (int i = 0; i < 20; i++)
        predict(f, false);
    for (int i = 0; i < PATIENCE && c.n_missed < before + 20; i++) {
        mote_clock_sleep_ms(1);
        c = counted(f);
    }
    assert_int_equal(c.n_missed, before + 20);
    assert_int_equal(c.n_unwatched, MOTE_LIVE_MAX_BUNDLES);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(drift_of_served_traffic_raises_an_alert),
        T(what_is_left_when_the_server_stops_is_judged),
        T(a_bundle_without_a_reference_is_served_and_counted_as_unwatched),
        T(predictions_of_too_many_bundles_are_counted_as_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
