/* SPDX-License-Identifier: Apache-2.0 */
/* The queue and the writer thread of the prediction log. The tables are predlog_store.c's affair.
 */
#include "serve/predlog.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "serve/intake.h"
#include "serve/predlog_internal.h"

#define BATCH_RECORDS  256
#define STOP_WITHIN_MS 5000 /* for what is still queued when the log is closed */
#define WARN_EVERY_MS  60000
#define PURGE_SLICE_MS 500 /* then what is queued is written before the purge goes on */
#define GIVE_WAY_MS    50
#define BREATH_MS      2 /* between full batches, which take some hundred ms */
#define GC_SLICE_MS    200
#define GC_GRACE_MS    ((int64_t)60 * 60 * 1000)
#define N_ATTEMPTS     3 /* when the store is locked by another program */

struct mote_predlog {
    predlog_book book;
    mote_cancel stopping; /* breaks off a purge */
    mote_consent_policy policy;
    mote_arena arena; /* the policy's texts */
    int32_t max_records;
    size_t max_bytes;
    int64_t purge_every_ms;
    pthread_t writer;
    pthread_mutex_t lock; /* guards all below but the atomics */
    pthread_cond_t work, progress;
    bool has_sync, has_writer, is_stopping;
    predlog_entry *first, *last;
    int32_t n_queued; /* also those that the writer has in hand */
    size_t queued_bytes;
    mote_predlog_counts counts;
    uint64_t n_settled; /* of those accepted: written, or counted as not */
    _Atomic uint64_t without_consent;
    int64_t warned_ms; /* writer only, as the next */
    int64_t purge_due_ms;
    uint64_t noted_queue, noted_disk; /* drops that log_drop knows of */
};

/* ---- submitting ---- */

static size_t input_bytes(const mote_serve_event *e)
{
    return e->kept ? e->kept->n : e->n_in * mote_dtype_bytes(e->served->sample.dtype);
}

/* One block: the struct, then what is watched, probabilities and input; texts are in the struct. */
static predlog_entry *copy_event(const mote_predlog *log, const mote_serve_event *e, size_t bytes)
{
    predlog_entry *n = mote_alloc_zero(1, bytes);
    if (!n)
        return NULL;
    n->bytes = bytes;
    n->time_ms = e->wall_ms;
    n->expires_ms = e->wall_ms + log->policy.retention_days * PREDLOG_DAY_MS;
    n->mono_us = mote_clock_mono_us();
    n->infer_us = e->infer_ns / 1000;
    n->model_hash = *mote_model_hash(e->served->model);
    n->consent = *e->consent;
    (void)mote_format(n->model, sizeof n->model, "%s", e->served->name);
    (void)mote_format(n->version, sizeof n->version, "%s", e->served->version);
    (void)mote_format(n->request_id, sizeof n->request_id, "%s", e->request_id);
    if (!mote_utf8_valid(n->request_id, strlen(n->request_id)))
        n->request_id[0] = '\0'; /* cut inside a character, or bytes of a header */
    n->n_watched = e->n_logged;
    n->watched = (float *)(void *)(n + 1);
    if (e->n_logged > 0)
        memcpy(n->watched, e->logged, (size_t)e->n_logged * sizeof(float));
    if (log->policy.keep_outputs) {
        n->n_labels = e->served->n_numbers;
        n->class_id = e->served->has_classes ? e->prediction->class_id : -1;
        if (n->class_id >= 0)
            (void)mote_format(n->label, sizeof n->label, "%s",
                              mote_model_label(e->served->model, n->class_id));
        n->probabilities = n->watched + n->n_watched;
        memcpy(
            n->probabilities,
            mote_prediction_numbers(mote_model_signature(e->served->model)->answer, e->prediction),
            (size_t)n->n_labels * sizeof(float));
    }
    if (log->policy.keep_inputs) {
        n->intake = e->served->intake;
        n->in_bytes = input_bytes(e);
        n->of = mote_model_ref(e->served->model);
        n->is_as_kept = e->kept != NULL;
        n->n_in = e->n_in;
        n->input = (char *)(n->watched + n->n_watched + n->n_labels);
        memcpy(n->input, e->kept ? e->kept->s : e->x, n->in_bytes);
    }
    return n;
}

/* Take a place in the queue; false, counted, when it is full. */
static bool reserve(mote_predlog *log, size_t bytes)
{
    (void)pthread_mutex_lock(&log->lock);
    bool has_room = !log->is_stopping && log->n_queued < log->max_records &&
                    bytes <= log->max_bytes - log->queued_bytes;
    if (has_room) {
        log->n_queued++;
        log->queued_bytes += bytes;
    } else {
        log->counts.dropped_queue++;
    }
    (void)pthread_mutex_unlock(&log->lock);
    return has_room;
}

void mote_predlog_submit(mote_predlog *log, const mote_serve_event *e)
{
    if (!mote_consent_accepted(&log->policy, e->consent)) {
        atomic_fetch_add_explicit(&log->without_consent, 1, memory_order_relaxed);
        return;
    }
    MOTE_BUG_IF(e->n_logged < 0 || e->n_logged > MOTE_SERVE_MAX_TOLD * MOTE_SERVE_MAX_WATCHED);
    size_t bytes = sizeof(predlog_entry) + (size_t)e->n_logged * sizeof(float);
    if (log->policy.keep_outputs)
        bytes += (size_t)e->served->n_numbers * sizeof(float);
    if (log->policy.keep_inputs)
        bytes += input_bytes(e);
    if (!reserve(log, bytes))
        return;
    predlog_entry *n = copy_event(log, e, bytes);
    (void)pthread_mutex_lock(&log->lock);
    if (n) {
        if (log->last)
            log->last->next = n;
        else
            log->first = n;
        log->last = n;
        log->counts.accepted++;
        (void)pthread_cond_signal(&log->work);
    } else {
        log->n_queued--;
        log->queued_bytes -= bytes;
        log->counts.dropped_queue++;
    }
    (void)pthread_mutex_unlock(&log->lock);
}

/* ---- writing ---- */

static void warn(mote_predlog *log, const char *what, uint64_t n, const mote_err *err)
{
    int64_t now = mote_clock_mono_us() / 1000;
    if (log->warned_ms && now - log->warned_ms < WARN_EVERY_MS)
        return;
    log->warned_ms = now;
    mote_log(MOTE_LOG_WARN, "serve", "prediction log: %s (%llu records): %s", what,
             (unsigned long long)n, err->text);
}

static void warn_full(mote_predlog *log, uint64_t n)
{
    mote_err err = {0};
    mote_ignore(mote_fail(&err, MOTE_LIMIT,
                          "it holds the %lld bytes that consent.max_log allows until older records "
                          "reach the end of their retention",
                          (long long)log->policy.max_log_bytes));
    warn(log, "not kept, as the log is full", n, &err);
}

/* What became of the records of a batch. */
typedef struct {
    uint64_t written, withdrawn, full;
    int64_t is_awaited; /* a withdrawal waits for the write-ahead log to be idle */
} batch_fates;

static mote_status write_batch(mote_predlog *log, predlog_entry *first,
                               const mote_predlog_counts *so_far, batch_fates *out, mote_err *err)
{
    batch_fates f = {0};
    int64_t now_ms = mote_clock_wall_ms();
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(log->book.store, &txn, err));
    MOTE_TRY(mote_keyring_prepare(log->book.keys, err));
    MOTE_TRY(predlog_measure_room(&log->book, &log->policy, err));
    for (predlog_entry *n = first; n; n = n->next) {
        predlog_fate fate = PREDLOG_WRITTEN;
        MOTE_TRY(predlog_insert(&log->book, n, &fate, err));
        f.written += fate == PREDLOG_WRITTEN;
        f.withdrawn += fate == PREDLOG_WITHDRAWN;
        f.full += fate == PREDLOG_FULL;
    }
    MOTE_TRY(mote_store_query_i64(log->book.store,
                                  "SELECT EXISTS(SELECT 1 FROM withdrawal WHERE done_ms IS NULL)",
                                  &f.is_awaited, err));
    MOTE_TRY(predlog_note_drops(log->book.store, "full", (int64_t)f.full, now_ms, err));
    MOTE_TRY(predlog_note_drops(log->book.store, "queue",
                                (int64_t)(so_far->dropped_queue - log->noted_queue), now_ms, err));
    MOTE_TRY(predlog_note_drops(log->book.store, "disk",
                                (int64_t)(so_far->dropped_disk - log->noted_disk), now_ms, err));
    MOTE_TRY(mote_keyring_sync(log->book.keys, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    log->noted_queue = so_far->dropped_queue;
    log->noted_disk = so_far->dropped_disk;
    *out = f;
    return MOTE_OK;
}

/* Take up to BATCH_RECORDS from the queue; the lock is held. */
static predlog_entry *take_batch(mote_predlog *log, uint64_t *n)
{
    predlog_entry *first = log->first, *at = first;
    *n = 0;
    while (at && ++*n < BATCH_RECORDS && at->next)
        at = at->next;
    if (at) {
        log->first = at->next;
        at->next = NULL;
        if (!log->first)
            log->last = NULL;
    }
    return first;
}

static void free_batch(mote_predlog *log, predlog_entry *first)
{
    while (first) {
        predlog_entry *next = first->next;
        log->n_queued--;
        log->queued_bytes -= first->bytes;
        mote_model_unref(first->of);
        mote_free(first);
        first = next;
    }
}

/* Write one batch; called with the lock held, gives it up meanwhile. */
static void write_some(mote_predlog *log)
{
    uint64_t n = 0;
    predlog_entry *first = take_batch(log, &n);
    mote_err err = {0};
    mote_status st = MOTE_CONFLICT;
    batch_fates f = {0};
    const mote_predlog_counts so_far = log->counts;
    for (int i = 0; i < N_ATTEMPTS && st == MOTE_CONFLICT && !(i > 0 && log->is_stopping); i++) {
        (void)pthread_mutex_unlock(&log->lock);
        st = write_batch(log, first, &so_far, &f, &err);
        if (st != MOTE_OK)
            mote_keyring_forget(log->book.keys); /* what was rolled back is given out again */
        (void)pthread_mutex_lock(&log->lock);
    }
    if (st == MOTE_OK) {
        log->counts.written += f.written;
        log->counts.withdrawn += f.withdrawn;
        log->counts.dropped_full += f.full;
        if (f.full > 0)
            warn_full(log, f.full);
    } else {
        log->counts.dropped_disk += n;
        warn(log, "dropped", n, &err);
    }
    log->n_settled += n;
    if (st == MOTE_OK && (f.is_awaited || n == BATCH_RECORDS) && !log->is_stopping) {
        (void)pthread_mutex_unlock(&log->lock); /* SQLite's locks know no turn: give others one */
        mote_clock_sleep_ms(f.is_awaited ? GIVE_WAY_MS : BREATH_MS);
        (void)pthread_mutex_lock(&log->lock);
    }
    free_batch(log, first);
    (void)pthread_cond_broadcast(&log->progress);
}

/* Retention, then a slice of what belongs to nobody. */
static mote_status purge_slice(mote_predlog *log, mote_predlog_erased *out, mote_err *err)
{
    int64_t now_us = mote_clock_mono_us(), now_ms = mote_clock_wall_ms();
    mote_budget budget = {.until_us = now_us + PURGE_SLICE_MS * 1000, .cancel = &log->stopping};
    MOTE_TRY(mote_predlog_upkeep(log->book.store, &log->policy, now_ms, &budget, out, err));
    mote_keyring_forget(log->book.keys);
    mote_gc_report swept = {0};
    mote_gc_options gc = {.now_ms = now_ms,
                          .grace_ms = GC_GRACE_MS,
                          .files_only = true,
                          .budget = {.until_us = mote_clock_mono_us() + GC_SLICE_MS * 1000,
                                     .cancel = &log->stopping}};
    return mote_store_collect(log->book.store, &gc, &swept, err);
}

static void purge_if_due(mote_predlog *log)
{
    int64_t now = mote_clock_mono_us() / 1000;
    if (now < log->purge_due_ms)
        return;
    (void)pthread_mutex_unlock(&log->lock);
    mote_err err = {0};
    mote_predlog_erased r = {0};
    mote_status st = purge_slice(log, &r, &err);
    (void)pthread_mutex_lock(&log->lock);
    log->purge_due_ms = now + (st == MOTE_OK && r.n_left > 0 ? 0 : log->purge_every_ms);
    if (st == MOTE_OK)
        log->counts.purged += (uint64_t)r.n_records;
    else
        warn(log, "what is over its retention could not be removed", 0, &err);
}

static struct timespec in_ms(int64_t ms)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

static void *write_all(void *arg)
{
    mote_predlog *log = arg;
    int64_t give_up_ms = 0;
    (void)pthread_mutex_lock(&log->lock);
    for (;;) {
        int64_t now = mote_clock_mono_us() / 1000;
        if (log->is_stopping && !give_up_ms)
            give_up_ms = now + STOP_WITHIN_MS;
        if (log->is_stopping && (!log->first || now > give_up_ms))
            break;
        if (log->first) {
            write_some(log);
        } else if (now < log->purge_due_ms) {
            struct timespec until = in_ms(log->purge_due_ms - now);
            (void)pthread_cond_timedwait(&log->work, &log->lock, &until);
        }
        if (!log->is_stopping)
            purge_if_due(log);
    }
    for (predlog_entry *n = log->first; n; n = n->next)
        log->counts.dropped_queue++;
    free_batch(log, log->first);
    log->first = log->last = NULL;
    (void)pthread_cond_broadcast(&log->progress);
    (void)pthread_mutex_unlock(&log->lock);
    return NULL;
}

mote_status mote_predlog_flush(mote_predlog *log, int64_t timeout_ms, mote_err *err)
{
    struct timespec until = in_ms(timeout_ms);
    mote_status st = MOTE_OK;
    (void)pthread_mutex_lock(&log->lock);
    uint64_t target = log->counts.accepted;
    while (st == MOTE_OK && log->n_settled < target && !log->is_stopping)
        if (pthread_cond_timedwait(&log->progress, &log->lock, &until) != 0)
            st = mote_fail(err, MOTE_TIMEOUT, "the prediction log still has %d records to write",
                           (int)log->n_queued);
    (void)pthread_mutex_unlock(&log->lock);
    return st;
}

/* ---- opening, closing ---- */

static mote_status copy_policy(mote_predlog *log, const mote_consent_policy *p, mote_err *err)
{
    const char **purposes = NULL;
    log->policy = *p;
    MOTE_TRY(mote_arena_take(&log->arena, p->n_purposes, sizeof *purposes, &purposes, err));
    for (size_t i = 0; i < p->n_purposes; i++)
        if (!(purposes[i] = mote_arena_strdup(&log->arena, p->purposes[i])))
            return mote_fail(err, MOTE_NOMEM, "out of memory for the prediction log");
    log->policy.purposes = purposes;
    log->policy.key_file = p->key_file ? mote_arena_strdup(&log->arena, p->key_file) : NULL;
    if (p->key_file && !log->policy.key_file)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the prediction log");
    return MOTE_OK;
}

static mote_status open_store(mote_predlog *log, const char *project, mote_err *err)
{
    predlog_boot(log->book.boot);
    MOTE_TRY(mote_store_open(project, true, &log->book.store, err));
    MOTE_TRY(mote_store_set_key_file(log->book.store, log->policy.key_file, err));
    return mote_keyring_create(log->book.store, &log->book.keys, err);
}

static mote_status start(mote_predlog *log, mote_err *err)
{
    pthread_condattr_t attr;
    if (pthread_mutex_init(&log->lock, NULL) != 0)
        return mote_fail(err, MOTE_NOMEM, "a lock for the prediction log");
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&log->work, &attr); /* cannot fail on Linux */
    (void)pthread_cond_init(&log->progress, &attr);
    (void)pthread_condattr_destroy(&attr);
    log->has_sync = true;
    if (pthread_create(&log->writer, NULL, write_all, log) != 0)
        return mote_fail(err, MOTE_NOMEM, "a thread for the prediction log");
    log->has_writer = true;
    return MOTE_OK;
}

mote_status mote_predlog_create(const mote_predlog_config *cfg, mote_predlog **out, mote_err *err)
{
    if (cfg->policy.retention_days < 0 || cfg->policy.retention_days > 36500)
        return mote_fail(err, MOTE_ARG, "a retention of %d days: the range is 0 to 36500",
                         (int)cfg->policy.retention_days);
    mote_predlog *log = mote_alloc_zero(1, sizeof *log);
    if (!log)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the prediction log");
    log->max_records = cfg->max_records ? cfg->max_records : 4096;
    log->max_bytes = cfg->max_bytes ? cfg->max_bytes : (size_t)64 << 20;
    log->purge_every_ms = cfg->purge_every_ms ? cfg->purge_every_ms : 60000;
    mote_arena_init(&log->arena, 1 << 20);
    mote_status st = copy_policy(log, &cfg->policy, err);
    if (st == MOTE_OK)
        st = open_store(log, cfg->project, err);
    if (st == MOTE_OK)
        st = start(log, err);
    if (st != MOTE_OK) {
        mote_predlog_destroy(log);
        return st;
    }
    *out = log;
    return MOTE_OK;
}

void mote_predlog_destroy(mote_predlog *log)
{
    if (!log)
        return;
    if (log->has_writer) {
        (void)pthread_mutex_lock(&log->lock);
        log->is_stopping = true;
        atomic_store(&log->stopping.requested, 1);
        (void)pthread_cond_signal(&log->work);
        (void)pthread_mutex_unlock(&log->lock);
        (void)pthread_join(log->writer, NULL);
    }
    if (log->has_sync) {
        (void)pthread_cond_destroy(&log->work);
        (void)pthread_cond_destroy(&log->progress);
        (void)pthread_mutex_destroy(&log->lock);
    }
    mote_keyring_destroy(log->book.keys);
    mote_store_close(log->book.store);
    mote_arena_release(&log->arena);
    mote_free(log);
}

void mote_predlog_read_counts(mote_predlog *log, mote_predlog_counts *out)
{
    (void)pthread_mutex_lock(&log->lock);
    *out = log->counts;
    out->queued = log->n_queued;
    out->queued_bytes = (int64_t)log->queued_bytes;
    (void)pthread_mutex_unlock(&log->lock);
    out->without_consent = atomic_load(&log->without_consent);
}
