/* SPDX-License-Identifier: Apache-2.0 */
/* Windows and alerts: from predictions to the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/rng.h"
#include "monitor/monitor.h"
#include "temp_dir.h"

#define N_REFERENCE 400
#define WINDOW      100

static const mote_watch_shape bare = {.n_said = 2}; /* confidence, entropy, class */

typedef struct {
    char dir[TEMP_DIR_BYTES];
    mote_store *store;
    mote_arena arena;
    mote_reference_profile *profile;
    mote_monitor *monitor;
    mote_monitor_config cfg;
    mote_rng rng;
    int64_t time_ms;
} fixture;

static void draw(mote_rng *rng, double shift, float v[3])
{
    v[0] = (float)(mote_rng_normal(rng) + shift);
    v[1] = (float)mote_rng_normal(rng);
    v[2] = (float)mote_rng_below(rng, 2);
}

static int set_up(void **state)
{
    static float values[N_REFERENCE * 3];
    static int32_t group[N_REFERENCE];
    fixture *f = calloc(1, sizeof *f);
    mote_err err;
    mote_rng_init(&f->rng, 21);
    temp_dir_make(f->dir);
    mote_arena_init(&f->arena, 16 << 20);
    assert_ok(mote_store_open(f->dir, true, &f->store, &err));
    for (int i = 0; i < N_REFERENCE; i++) {
        group[i] = i;
        draw(&f->rng, 0, values + (size_t)i * 3);
    }
    assert_ok(mote_reference_profile_build(&bare, values, group, N_REFERENCE, &f->profile, &err));
    f->cfg = (mote_monitor_config){.model = "kws",
                                   .version = 2,
                                   .window = WINDOW,
                                   .min_predictions = 30,
                                   .false_alarm = 1e-4,
                                   .seed = 1};
    f->cfg.bundle = mote_sha256_of("bundle", 6);
    assert_ok(mote_monitor_create(f->profile, &f->cfg, &f->monitor, &err));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_monitor_destroy(f->monitor);
    mote_reference_profile_destroy(f->profile);
    mote_arena_release(&f->arena);
    mote_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

/* n predictions; how many windows they completed. */
static int add(fixture *f, int n, double shift)
{
    int full = 0;
    for (int i = 0; i < n; i++) {
        float v[3];
        draw(&f->rng, shift, v);
        full += mote_monitor_add(f->monitor, v, ++f->time_ms);
    }
    return full;
}

static mote_monitor_flushed flush(fixture *f, bool final)
{
    mote_err err;
    mote_monitor_flushed r;
    assert_ok(mote_monitor_flush(f->monitor, f->store, final, 5000 + f->time_ms, &r, &err));
    return r;
}

static size_t list_alerts(fixture *f, bool unresolved_only, mote_alert **list)
{
    mote_err err;
    size_t n = 0;
    assert_ok(mote_alert_list(
        f->store, &(mote_monitor_query){.model = "kws", .unresolved_only = unresolved_only},
        &f->arena, list, &n, &err));
    return n;
}

static void quiet_traffic_gives_windows_and_no_alert(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_window *w = NULL;
    mote_alert *a = NULL;
    size_t n = 0;
    assert_int_equal(add(f, WINDOW - 1, 0), 0);
    assert_int_equal(flush(f, false).n_windows, 0);
    assert_int_equal(add(f, 2 * WINDOW + 1, 0), 3);
    assert_int_equal(flush(f, false).n_windows, 3);
    assert_int_equal(flush(f, false).n_windows, 0); /* each is written once */
    assert_ok(mote_window_list(f->store, &(mote_monitor_query){.model = "kws", .limit = 2},
                               &f->arena, &w, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(w[0].n, WINDOW);
    assert_int_equal(w[0].start_ms, 2 * WINDOW + 1);
    assert_int_equal(w[0].end_ms, 3 * WINDOW);
    assert_int_equal(w[0].version, 2);
    assert_true(!w[0].is_drift && w[0].n_top == 3 &&
                mote_sha256_equal(&w[0].bundle, &f->cfg.bundle));
    assert_int_equal(list_alerts(f, false, &a), 0);
}

static void an_alert_opens_lasts_and_resolves(void **state)
{
    fixture *f = *state;
    mote_alert *a = NULL;
    (void)add(f, WINDOW, 0);
    (void)add(f, WINDOW, 3);
    mote_monitor_flushed r = flush(f, false);
    assert_int_equal(r.n_opened, 1);
    assert_int_equal(list_alerts(f, true, &a), 1);
    assert_string_equal(a[0].kind, "drift");
    assert_string_equal(a[0].what, "confidence");
    assert_true(a[0].statistic > a[0].threshold && a[0].p_value < 1e-4);
    double shares = 0;
    for (size_t i = 0; i < a[0].n_top; i++)
        shares += a[0].top[i].share;
    assert_float_equal(shares, 1, 1e-9); /* all three things are among the strongest */
    assert_true(a[0].top[0].share > 0.3);
    json_t *top = mote_contributors_json(a[0].top, a[0].n_top);
    assert_float_equal(json_real_value(json_object_get(json_array_get(top, 0), "share")),
                       a[0].top[0].share, 1e-12);
    json_decref(top);
    assert_int_equal(a[0].state, MOTE_ALERT_OPEN);
    assert_int_equal(a[0].n_windows, 1);
    assert_int_equal(a[0].last_ms, 2 * WINDOW);

    (void)add(f, WINDOW, 3); /* goes on: the same alert */
    (void)add(f, WINDOW, 0); /* quiet once */
    (void)add(f, WINDOW, 3); /* not over */
    (void)add(f, WINDOW, 0);
    r = flush(f, false);
    assert_true(r.n_opened == 0 && r.n_resolved == 0);
    assert_int_equal(list_alerts(f, true, &a), 1);
    assert_int_equal(a[0].n_windows, 3);
    (void)add(f, WINDOW, 0);
    assert_int_equal(flush(f, false).n_resolved, 1);
    assert_int_equal(list_alerts(f, true, &a), 0);
    assert_int_equal(list_alerts(f, false, &a), 1);
    assert_int_equal(a[0].state, MOTE_ALERT_RESOLVED);
    assert_string_equal(a[0].resolution, "quiet");
    (void)add(f, WINDOW, 3); /* a new one */
    assert_int_equal(flush(f, false).n_opened, 1);
}

static void alerts_are_acknowledged_and_replaced(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_alert *a = NULL;
    (void)add(f, WINDOW, 3);
    (void)flush(f, false);
    assert_int_equal(list_alerts(f, true, &a), 1);
    int64_t id = a[0].id;
    assert_int_equal(mote_alert_acknowledge(f->store, id, "", "", 9, &err), MOTE_ARG);
    assert_ok(mote_alert_acknowledge(f->store, id, "ada", "car season", 9, &err));
    assert_int_equal(list_alerts(f, true, &a), 1);
    assert_int_equal(a[0].state, MOTE_ALERT_ACKNOWLEDGED);
    assert_string_equal(a[0].acknowledged_by, "ada");
    assert_string_equal(a[0].note, "car season");
    (void)add(f, WINDOW, 3);
    assert_int_equal(flush(f, false).n_opened, 0); /* somebody knows: no second alert */

    assert_ok(mote_monitor_replaced(f->store, "kws", &f->cfg.bundle, 10, &err));
    assert_int_equal(list_alerts(f, true, &a), 1); /* it is still the one that serves */
    mote_sha256 next = mote_sha256_of("next", 4);
    assert_ok(mote_monitor_replaced(f->store, "kws", &next, 10, &err));
    assert_int_equal(list_alerts(f, true, &a), 0);
    assert_int_equal(list_alerts(f, false, &a), 1);
    assert_string_equal(a[0].resolution, "replaced");
    assert_int_equal(mote_alert_acknowledge(f->store, id, "ada", "", 9, &err), MOTE_CONFLICT);
    assert_int_equal(mote_alert_acknowledge(f->store, 99, "ada", "", 9, &err), MOTE_NOT_FOUND);
}

static void a_last_short_window_counts_if_it_is_enough(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_window *w = NULL;
    size_t n = 0;
    (void)add(f, 29, 3);
    assert_int_equal(flush(f, true).n_windows, 0);
    (void)add(f, 11, 3);
    mote_monitor_flushed r = flush(f, true);
    assert_int_equal(r.n_windows, 1);
    assert_int_equal(r.n_opened, 1);
    assert_ok(
        mote_window_list(f->store, &(mote_monitor_query){.limit = 0}, &f->arena, &w, &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(w[0].n, 40);
}

static void windows_wait_and_the_oldest_is_dropped_and_counted(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_window *w = NULL;
    size_t n = 0;
    assert_int_equal(add(f, 70 * WINDOW, 0), 70);
    mote_monitor_flushed r = flush(f, false);
    assert_int_equal(r.n_windows, 64);
    assert_int_equal(r.n_dropped, 6);
    assert_ok(
        mote_window_list(f->store, &(mote_monitor_query){.limit = 0}, &f->arena, &w, &n, &err));
    assert_int_equal(w[63].start_ms, 6 * WINDOW + 1);
}

static void a_failed_flush_keeps_the_windows(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_monitor_flushed r;
    (void)add(f, WINDOW, 3);
    mote_status st = MOTE_NOMEM;
    for (int64_t n = 0; n < 5000 && st != MOTE_OK; n++) {
        mote_mem_fail_after(n);
        st = mote_monitor_flush(f->monitor, f->store, false, 1, &r, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK)
            assert_int_equal(st, MOTE_NOMEM);
    }
    assert_ok(st);
    assert_true(r.n_windows == 1 && r.n_opened == 1);
    int64_t rows = 0;
    assert_ok(mote_store_query_i64(f->store, "SELECT count(*) FROM monitor_window", &rows, &err));
    assert_int_equal(rows, 1);
}

static void *add_from_thread(void *arg)
{
    mote_monitor *m = arg;
    mote_rng rng;
    mote_rng_init(&rng, (uint64_t)(uintptr_t)&rng);
    intptr_t full = 0;
    for (int i = 0; i < 10 * WINDOW; i++) {
        float v[3];
        draw(&rng, 0, v);
        full += mote_monitor_add(m, v, i);
    }
    return (void *)full;
}

static void threads_add_without_losing_any(void **state)
{
    fixture *f = *state;
    pthread_t threads[4];
    intptr_t full = 0;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_from_thread, f->monitor), 0);
    for (int i = 0; i < 4; i++) {
        void *n = NULL;
        assert_int_equal(pthread_join(threads[i], &n), 0);
        full += (intptr_t)n;
    }
    assert_int_equal(full, 40);
    assert_int_equal(flush(f, false).n_windows, 40);
}

/* ---- the log ---- */

static void log_predictions(fixture *f, int n, double shift, size_t n_bytes)
{
    mote_err err;
    for (int i = 0; i < n; i++) {
        float v[6] = {0};
        draw(&f->rng, shift, v);
        if (n_bytes == sizeof v) /* of a request of two samples */
            draw(&f->rng, shift, v + 3);
        MOTE_SCOPED_STMT *q = NULL;
        assert_ok(mote_stmt_prepare(
            f->store,
            "INSERT INTO prediction(time_ms, expires_ms, model, version, model_hash, purpose, "
            "subject, request_id, watched, infer_us) VALUES (?1, 0, 'kws', '2', ?2, 'p', '', '', "
            "?3, 1)",
            &q, &err));
        mote_stmt_bind_i64(q, 1, ++f->time_ms);
        mote_stmt_bind_hash(q, 2, &f->cfg.bundle);
        mote_stmt_bind_blob(q, 3, v, n_bytes); /* little-endian machines only, as CI is */
        assert_ok(mote_stmt_run(q, &err));
    }
}

static mote_monitor_log_read read_log(fixture *f, bool close_last)
{
    mote_err err;
    mote_monitor_log_read r;
    mote_monitor *fresh = NULL;
    mote_monitor_log log = {.bundle = f->cfg.bundle, .n_things = 3, .close_last = close_last};
    assert_ok(mote_monitor_create(f->profile, &f->cfg, &fresh, &err));
    assert_ok(mote_monitor_read_log(fresh, f->store, &log, 1, &r, &err));
    mote_monitor_destroy(fresh);
    return r;
}

static void the_log_is_judged_once_however_often_it_is_read(void **state)
{
    fixture *f = *state;
    log_predictions(f, 2 * WINDOW + 50, 0, 12);
    mote_monitor_log_read r = read_log(f, false);
    assert_int_equal(r.flushed.n_windows, 2);
    assert_int_equal(read_log(f, false).flushed.n_windows, 0);
    log_predictions(f, 50, 0, 12); /* with the 50 that waited: a window */
    log_predictions(f, 7, 0, 16);  /* of another shape */
    r = read_log(f, false);
    assert_int_equal(r.flushed.n_windows, 1);
    assert_int_equal(r.n_unusable, 7);
    log_predictions(f, 40, 3, 12);
    r = read_log(f, true);
    assert_int_equal(r.flushed.n_windows, 1);
    assert_int_equal(r.flushed.n_opened, 1);
    assert_int_equal(read_log(f, true).n_read, 0);
}

/* A kill behind any window, or simply the next call: the samples of a request that were not in the
 * window that it completed are in the next one. */
static void what_is_left_of_a_request_is_in_the_window_of_the_next_call(void **state)
{
    fixture *f = *state;
    mote_err err;
    int64_t n = 0;
    log_predictions(f, 1, 0, 12);
    log_predictions(f, WINDOW / 2, 0, 24); /* one sample too many for a window */
    assert_int_equal(read_log(f, false).flushed.n_windows, 1);
    assert_int_equal(read_log(f, false).flushed.n_windows, 0);
    log_predictions(f, WINDOW / 2 - 1, 0, 24);
    log_predictions(f, 1, 0, 12);
    mote_monitor_log_read r = read_log(f, false);
    assert_int_equal(r.flushed.n_windows, 1);
    assert_int_equal(r.n_read, WINDOW / 2); /* the first of them was counted before */
    assert_ok(mote_store_query_i64(f->store, "SELECT sum(n) FROM monitor_window", &n, &err));
    assert_int_equal(n, 2 * WINDOW);

    /* Erased meanwhile, it takes nothing from the next one. */
    log_predictions(f, 1, 0, 12);
    log_predictions(f, WINDOW / 2, 0, 24);
    assert_int_equal(read_log(f, false).flushed.n_windows, 1);
    MOTE_SCOPED_STMT *q = NULL;
    assert_ok(mote_stmt_prepare(
        f->store, "DELETE FROM prediction WHERE id = (SELECT max(id) FROM prediction)", &q, &err));
    assert_ok(mote_stmt_run(q, &err));
    log_predictions(f, WINDOW / 2, 0, 24);
    assert_int_equal(read_log(f, false).flushed.n_windows, 1);
}

static void each_sample_of_a_request_counts_for_itself(void **state)
{
    fixture *f = *state;
    log_predictions(f, WINDOW / 2 + 3, 0, 24); /* two in each */
    mote_monitor_log_read r = read_log(f, false);
    assert_int_equal(r.flushed.n_windows, 1);
    assert_int_equal(r.n_read, WINDOW / 2 + 3);
    assert_int_equal(r.n_unusable, 0);
    log_predictions(f, WINDOW / 2 - 3, 3, 24); /* with the three that waited */
    r = read_log(f, false);
    assert_int_equal(r.flushed.n_windows, 1);
    assert_int_equal(r.flushed.n_opened, 1);
}

static void bad_settings_are_refused(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_monitor *m = NULL;
    mote_monitor_config c = f->cfg;
    c.model = "";
    assert_int_equal(mote_monitor_create(f->profile, &c, &m, &err), MOTE_ARG);
    c = f->cfg;
    c.min_predictions = WINDOW + 1;
    assert_int_equal(mote_monitor_create(f->profile, &c, &m, &err), MOTE_ARG);
    c = f->cfg;
    c.false_alarm = 0;
    assert_int_equal(mote_monitor_create(f->profile, &c, &m, &err), MOTE_ARG);
    assert_null(m);
}

/* Half of the predictions reach the threshold: of a model that promised at most 15 % that is an
 * alert of its own, resolved when it stops, and of one that promised 70 % it is none. */
static void alarms_above_the_promise_are_an_alert(void **state)
{
    fixture *f = *state;
    mote_err err;
    static const struct {
        double share;
        int n_alerts;
    } rows[] = {{0, 0}, {0.7, 0}, {0.15, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mote_alert *alerts = NULL;
        size_t n = 0;
        mote_monitor_destroy(f->monitor);
        f->cfg.alarms = (mote_monitor_alarms){.threshold = 1, .share = rows[i].share};
        assert_ok(mote_monitor_create(f->profile, &f->cfg, &f->monitor, &err));
        add(f, 2 * WINDOW, 0);
        (void)flush(f, false);
        assert_ok(mote_alert_list(f->store, &(mote_monitor_query){.unresolved_only = true},
                                  &f->arena, &alerts, &n, &err));
        assert_int_equal(n, rows[i].n_alerts);
        if (n == 1) {
            assert_string_equal(alerts[0].kind, "alarms");
            assert_string_equal(alerts[0].what, "alarms");
            assert_non_null(strstr(alerts[0].words, "at most 15 % was promised"));
            assert_int_equal(alerts[0].n_windows, 2);
        }
        mote_window *windows = NULL; /* each once, with how many alarmed */
        const mote_monitor_query all = {.model = NULL};
        assert_ok(mote_window_list(f->store, &all, &f->arena, &windows, &n, &err));
        assert_int_equal(n, 2 * (i + 1));
        assert_true(rows[i].share > 0 ? windows[0].n_alarms > WINDOW / 4 && !windows[0].is_drift
                                      : windows[0].n_alarms == -1);
        for (size_t k = 0; k < windows[0].n_top; k++)
            assert_string_not_equal(windows[0].top[k].what, "alarms");
    }
    f->cfg.alarms.share = 0.7; /* it became better: two windows resolve it */
    mote_monitor_destroy(f->monitor);
    assert_ok(mote_monitor_create(f->profile, &f->cfg, &f->monitor, &err));
    add(f, 2 * WINDOW, 0);
    assert_int_equal(flush(f, false).n_resolved, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(quiet_traffic_gives_windows_and_no_alert),
        T(an_alert_opens_lasts_and_resolves),
        T(alerts_are_acknowledged_and_replaced),
        T(a_last_short_window_counts_if_it_is_enough),
        T(windows_wait_and_the_oldest_is_dropped_and_counted),
        T(a_failed_flush_keeps_the_windows),
        T(threads_add_without_losing_any),
        T(the_log_is_judged_once_however_often_it_is_read),
        T(each_sample_of_a_request_counts_for_itself),
        T(what_is_left_of_a_request_is_in_the_window_of_the_next_call),
        T(alarms_above_the_promise_are_an_alert),
        T(bad_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
