/* SPDX-License-Identifier: Apache-2.0 */
/* The watch over a running server.
 *
 * Bundles are watched in slots that are filled in order and never emptied while the server runs, so
 * that a serving thread may read a slot without a lock once `n_slots` says that it is there:
 *
 *     serving thread              thread of the watch
 *     hash not in slots[0..n)     takes `wanted`, calibrates outside all locks, fills slot n,
 *     -> `wanted` = the model,    publishes n + 1, then counts what waits
 *        the values wait
 */
#include "monitor/live.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "monitor/monitor.h"
#include "store/store.h"

#define MAX_SLOTS       MOTE_LIVE_MAX_BUNDLES
#define DEFAULT_POLL_MS 500
#define STOP_LATENCY_MS 50
#define MAX_WAITING     8192 /* predictions that wait for a calibration; about 2 MB */

typedef struct {
    mote_sha256 bundle;
    char name[MOTE_SERVE_NAME_BYTES];
    mote_reference_profile *profile; /* NULL: cannot be watched */
    mote_monitor *monitor;
    _Atomic int64_t loaded_ms; /* newest time that it was put into service */
} slot;

/* A served model that has no slot yet. */
typedef struct {
    mote_model *model; /* a reference; NULL: nothing is wanted */
    char name[MOTE_SERVE_NAME_BYTES];
    int64_t version, loaded_ms;
} wanted_model;

/* A prediction of the wanted model, made before its monitor was calibrated. */
typedef struct {
    int64_t wall_ms;
    int32_t n_watched;
    float watched[MOTE_SERVE_MAX_WATCHED];
} waiting;

typedef struct {
    int64_t n_windows, n_drift;   /* judged and written */
    int64_t n_opened, n_resolved; /* alerts */
    int64_t n_dropped;            /* windows that waited too long for the store */
    int64_t n_missed;             /* predictions lost: more than can wait while a monitor is
                                     calibrated, or of bundles beyond MOTE_LIVE_MAX_BUNDLES */
    int64_t n_failed;             /* times that the store could not be written */
    int64_t n_unwatched;          /* bundles without a drift reference that fits */
} live_counts;

struct mote_live {
    mote_live_config cfg;
    mote_store *store; /* of the thread */
    pthread_t thread;
    atomic_bool is_stopping;
    slot slots[MAX_SLOTS];
    _Atomic int32_t n_slots;
    pthread_mutex_t lock; /* of what follows */
    wanted_model wanted;
    waiting *queue; /* [MAX_WAITING] of the wanted model */
    size_t n_queue;
    waiting *spare; /* of the thread: takes the place of a queue that it empties */
    live_counts counts;
};

/* ---- on the serving threads ---- */

static slot *find_slot(mote_live *l, const mote_sha256 *bundle)
{
    int32_t n = atomic_load_explicit(&l->n_slots, memory_order_acquire);
    for (int32_t i = n - 1; i >= 0; i--) { /* the newest serves most */
        if (mote_sha256_equal(&l->slots[i].bundle, bundle))
            return &l->slots[i];
    }
    return NULL;
}

/* A prediction without a slot: wish for one, and let its values wait. Traffic of a second new model
 * at the same time, or more than fits, is counted as missed. */
static void want(mote_live *l, const mote_serve_event *event)
{
    const mote_served *served = event->served;
    (void)pthread_mutex_lock(&l->lock);
    if (l->wanted.model == NULL) {
        int64_t version = 0;
        (void)mote_parse_i64(served->version, strlen(served->version), &version);
        l->wanted = (wanted_model){.model = mote_model_ref(served->model),
                                   .version = version,
                                   .loaded_ms = served->loaded_ms};
        memcpy(l->wanted.name, served->name, sizeof l->wanted.name);
    }
    if (l->wanted.model == served->model && l->n_queue < MAX_WAITING) {
        waiting *w = &l->queue[l->n_queue++];
        w->wall_ms = event->wall_ms;
        w->n_watched = event->n_watched;
        memcpy(w->watched, event->watched, (size_t)event->n_watched * sizeof w->watched[0]);
    } else {
        l->counts.n_missed++;
    }
    (void)pthread_mutex_unlock(&l->lock);
}

static void note_loaded(slot *s, int64_t loaded_ms)
{
    int64_t known = atomic_load_explicit(&s->loaded_ms, memory_order_relaxed);
    while (known < loaded_ms && !atomic_compare_exchange_weak(&s->loaded_ms, &known, loaded_ms))
        continue;
}

void mote_live_observe(void *arg, mote_serve_event *event)
{
    mote_live *l = arg;
    const mote_model *m = event->served->model;
    const mote_signature *says = mote_model_signature(m);
    const mote_prediction *y = event->prediction;
    mote_watch_shape shape =
        mote_watch_shape_for(mote_model_features(m), &says->sample, says->answer, says->n_outputs);
    if (shape.n_frames > 0 && y->features == NULL)
        return; /* features came from elsewhere: not comparable */
    bool is_seen = shape.has_level || shape.n_sample > 0;
    mote_watch_values(&shape, y->features, is_seen ? event->x : NULL, event->n_in,
                      mote_prediction_numbers(says->answer, y), event->watched);
    event->n_watched = mote_watch_count(&shape);
    slot *s = find_slot(l, mote_model_hash(m));
    if (s == NULL) {
        want(l, event);
        return;
    }
    note_loaded(s, event->served->loaded_ms);
    if (s->monitor != NULL && s->profile->n_things == event->n_watched)
        (void)mote_monitor_add(s->monitor, event->watched, event->wall_ms);
}

/* ---- on the thread of the watch ---- */

static mote_status fill_slot(mote_live *l, const wanted_model *w, slot *s, mote_err *err)
{
    if (mote_model_drift_reference(w->model) == NULL)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s' has no drift reference in its bundle",
                         w->name);
    const mote_signature *says = mote_model_signature(w->model);
    const mote_watch_shape shape = mote_watch_shape_for(
        mote_model_features(w->model), &says->sample, says->answer, says->n_outputs);
    MOTE_TRY(mote_reference_profile_of(w->model, &s->profile, err));
    if (s->profile->n_things != mote_watch_count(&shape))
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "another version of mote watched other things of it: deploy it again");
    mote_monitor_config cfg = {.model = w->name,
                               .version = w->version,
                               .bundle = s->bundle,
                               .window = l->cfg.window,
                               .min_predictions = l->cfg.min_predictions,
                               .false_alarm = l->cfg.false_alarm,
                               .seed = l->cfg.seed,
                               .alarms = mote_monitor_alarms_of(w->model)};
    return mote_monitor_create(s->profile, &cfg, &s->monitor, err);
}

/* A bundle that cannot be watched gets a slot too, so that nobody asks for it again. */
static void add_slot(mote_live *l, const wanted_model *w)
{
    mote_err err;
    int32_t n = atomic_load(&l->n_slots);
    const mote_sha256 *bundle = mote_model_hash(w->model);
    if (n == MAX_SLOTS || find_slot(l, bundle) != NULL)
        return;
    slot *s = &l->slots[n];
    s->bundle = *bundle;
    memcpy(s->name, w->name, sizeof s->name);
    atomic_store(&s->loaded_ms, w->loaded_ms);
    if (fill_slot(l, w, s, &err) != MOTE_OK) {
        mote_log(MOTE_LOG_DEBUG, "monitor", "'%s' is not watched: %s", w->name, err.text);
        mote_reference_profile_destroy(s->profile);
        s->profile = NULL;
        (void)pthread_mutex_lock(&l->lock);
        l->counts.n_unwatched++;
        (void)pthread_mutex_unlock(&l->lock);
    }
    atomic_store_explicit(&l->n_slots, n + 1, memory_order_release);
}

/* The queue changes places with the spare one, so that serving threads do not wait for thousands of
 * predictions to be counted. Those of a bundle that found no slot are lost. */
static void serve_wish(mote_live *l)
{
    (void)pthread_mutex_lock(&l->lock);
    wanted_model w = l->wanted;
    (void)pthread_mutex_unlock(&l->lock);
    if (w.model == NULL)
        return;
    add_slot(l, &w);
    slot *s = find_slot(l, mote_model_hash(w.model));
    (void)pthread_mutex_lock(&l->lock);
    waiting *queue = l->queue;
    size_t n = l->n_queue;
    l->queue = l->spare;
    l->spare = queue;
    l->n_queue = 0;
    l->wanted.model = NULL;
    if (s == NULL)
        l->counts.n_missed += (int64_t)n;
    (void)pthread_mutex_unlock(&l->lock);
    for (size_t i = 0; s != NULL && s->monitor != NULL && i < n; i++)
        if (s->profile->n_things == queue[i].n_watched)
            (void)mote_monitor_add(s->monitor, queue[i].watched, queue[i].wall_ms);
    mote_model_unref(w.model);
}

/* Is this bundle the one that was put into service last, of its name? */
static bool is_current(mote_live *l, const slot *s)
{
    int32_t n = atomic_load(&l->n_slots);
    int64_t mine = atomic_load(&s->loaded_ms);
    for (int32_t i = 0; i < n; i++) {
        if (strcmp(l->slots[i].name, s->name) == 0 && atomic_load(&l->slots[i].loaded_ms) > mine)
            return false;
    }
    return true;
}

static mote_status keep_slot(mote_live *l, slot *s, bool final, mote_err *err)
{
    mote_monitor_flushed f = {0};
    int64_t now_ms = mote_clock_wall_ms();
    bool current = is_current(l, s);
    if (s->monitor != NULL) {
        mote_monitor_set_in_service(s->monitor, current);
        MOTE_TRY(mote_monitor_flush(s->monitor, l->store, final, now_ms, &f, err));
    }
    if (current)
        MOTE_TRY(mote_monitor_replaced(l->store, s->name, &s->bundle, now_ms, err));
    (void)pthread_mutex_lock(&l->lock);
    l->counts.n_windows += f.n_windows;
    l->counts.n_drift += f.n_drift;
    l->counts.n_opened += f.n_opened;
    l->counts.n_resolved += f.n_resolved;
    l->counts.n_dropped += f.n_dropped;
    (void)pthread_mutex_unlock(&l->lock);
    return MOTE_OK;
}

static void keep_all(mote_live *l, bool final)
{
    int32_t n = atomic_load(&l->n_slots);
    for (int32_t i = 0; i < n; i++) {
        mote_err err;
        if (keep_slot(l, &l->slots[i], final, &err) == MOTE_OK)
            continue;
        mote_log(MOTE_LOG_DEBUG, "monitor", "%s", err.text);
        (void)pthread_mutex_lock(&l->lock);
        l->counts.n_failed++;
        (void)pthread_mutex_unlock(&l->lock);
    }
}

static void *watch(void *arg)
{
    mote_live *l = arg;
    while (!atomic_load(&l->is_stopping)) {
        serve_wish(l);
        keep_all(l, false);
        for (int64_t slept = 0; slept < l->cfg.poll_ms && !atomic_load(&l->is_stopping);
             slept += STOP_LATENCY_MS)
            mote_clock_sleep_ms(STOP_LATENCY_MS);
    }
    serve_wish(l);
    keep_all(l, true);
    return NULL;
}

/* ---- life ---- */

static mote_status start(mote_live *l, mote_err *err)
{
    l->queue = mote_alloc(MAX_WAITING, sizeof *l->queue);
    l->spare = mote_alloc(MAX_WAITING, sizeof *l->spare);
    if (l->queue == NULL || l->spare == NULL)
        return mote_fail(err, MOTE_NOMEM, "monitor: out of memory");
    MOTE_TRY(mote_store_open(l->cfg.project, true, &l->store, err));
    if (pthread_mutex_init(&l->lock, NULL) != 0)
        return mote_fail(err, MOTE_NOMEM, "monitor: no memory for a lock");
    if (pthread_create(&l->thread, NULL, watch, l) == 0)
        return MOTE_OK;
    (void)pthread_mutex_destroy(&l->lock);
    return mote_fail(err, MOTE_NOMEM, "monitor: no memory for a thread");
}

static void release(mote_live *l)
{
    mote_store_close(l->store);
    mote_free(l->queue);
    mote_free(l->spare);
    mote_free(l);
}

mote_status mote_live_create(const mote_live_config *cfg, mote_live **out, mote_err *err)
{
    mote_live *l = mote_alloc_zero(1, sizeof *l);
    if (l == NULL)
        return mote_fail(err, MOTE_NOMEM, "monitor: out of memory");
    l->cfg = *cfg;
    l->cfg.poll_ms = cfg->poll_ms > 0 ? cfg->poll_ms : DEFAULT_POLL_MS;
    mote_status st = start(l, err);
    if (st != MOTE_OK) {
        release(l);
        return st;
    }
    *out = l;
    return MOTE_OK;
}

void mote_live_destroy(mote_live *l)
{
    if (l == NULL)
        return;
    atomic_store(&l->is_stopping, true);
    (void)pthread_join(l->thread, NULL);
    for (int32_t i = 0; i < atomic_load(&l->n_slots); i++) {
        mote_monitor_destroy(l->slots[i].monitor);
        mote_reference_profile_destroy(l->slots[i].profile);
    }
    mote_model_unref(l->wanted.model);
    (void)pthread_mutex_destroy(&l->lock);
    release(l);
}

/* ---- counting ---- */

void mote_live_metrics(void *arg, mote_buf *out)
{
    mote_live *l = arg;
    (void)pthread_mutex_lock(&l->lock);
    const live_counts c = l->counts;
    (void)pthread_mutex_unlock(&l->lock);
    const struct {
        const char *name, *help;
        int64_t value;
    } rows[] = {
        {"mote_drift_windows_total", "Windows of predictions compared with the reference",
         c.n_windows},
        {"mote_drift_windows_drifted_total", "Windows that were unlike the reference", c.n_drift},
        {"mote_drift_alerts_opened_total", "Drift alerts opened", c.n_opened},
        {"mote_drift_alerts_resolved_total", "Drift alerts resolved", c.n_resolved},
        {"mote_drift_windows_dropped_total", "Windows lost because the store was too slow",
         c.n_dropped},
        {"mote_drift_predictions_missed_total",
         "Predictions that were not watched: more than can wait for a calibration", c.n_missed},
        {"mote_drift_store_failures_total", "Times that windows could not be written", c.n_failed},
        {"mote_drift_unwatched_bundles_total", "Served bundles without a drift reference",
         c.n_unwatched},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        mote_buf_printf(out, "# HELP %s %s\n# TYPE %s counter\n%s %lld\n", rows[i].name,
                        rows[i].help, rows[i].name, rows[i].name, (long long)rows[i].value);
}
