/* SPDX-License-Identifier: Apache-2.0 */
/* The watch over the prediction log: what a server with no monitor of its own has written.
 *
 * Reads on from where the last call stopped, a window at a time. The windows and how far the log
 * was read are written in one transaction, so a kill in between judges nothing twice and loses
 * nothing. The last predictions, fewer than a window, are left for the next call; of a request of
 * several samples it is known how many of them are in the window that they completed, and the next
 * one begins with the others, in whatever call it is. */
#include "monitor/monitor.h"
#include "serve/predlog.h"

#define PORTION           256 /* records read at a time */
#define PORTION_MAX_BYTES ((size_t)64 << 20)

/* A reading of a log that goes on. */
typedef struct {
    mote_monitor *m;
    mote_store *s;
    const mote_monitor_log *log;
    mote_predlog_page next; /* what is read next: behind what the monitor was fed whole */
    int32_t n_fed;          /* samples of the first of it that it was fed already */
    mote_monitor_log_read so_far;
} reading;

static mote_status read_cursor(reading *r, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        r->s, "SELECT prediction, n_samples FROM monitor_cursor WHERE bundle = ?1", &q, err));
    mote_stmt_bind_hash(q, 1, &r->log->bundle);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    r->next.after_id = row ? mote_stmt_i64(q, 0) : 0;
    r->n_fed = row ? (int32_t)mote_stmt_i64(q, 1) : 0;
    return MOTE_OK;
}

static mote_status write_cursor(const reading *r, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(r->s,
                               "INSERT INTO monitor_cursor(bundle, prediction, n_samples) VALUES "
                               "(?1, ?2, ?3) ON CONFLICT (bundle) DO UPDATE SET prediction = "
                               "excluded.prediction, n_samples = excluded.n_samples",
                               &q, err));
    mote_stmt_bind_hash(q, 1, &r->log->bundle);
    mote_stmt_bind_i64(q, 2, r->next.after_id);
    mote_stmt_bind_i64(q, 3, r->n_fed);
    return mote_stmt_run(q, err);
}

/* The samples of a prediction that are in no window yet, until one is complete. Of one that is
 * erased meanwhile the rest does not come; the next is no part of it. */
static bool feed_one(reading *r, const mote_predlog_watch *w)
{
    const int32_t n_things = r->log->n_things;
    const int32_t n_samples = w->n % n_things == 0 ? w->n / n_things : 0;
    int32_t k = w->id == r->next.after_id + 1 ? r->n_fed : 0;
    bool is_full = false;
    r->so_far.n_read += n_samples > 0 && k == 0;
    r->so_far.n_unusable += n_samples == 0;
    while (k < n_samples && !is_full)
        is_full = mote_monitor_add(r->m, w->values + k++ * n_things, w->time_ms);
    r->next.after_id = k < n_samples ? w->id - 1 : w->id;
    r->n_fed = k < n_samples ? k : 0;
    return is_full;
}

/* Feed the next predictions until a window is complete or the log ends. */
static mote_status feed(reading *r, bool *full, mote_err *err)
{
    for (*full = false; !*full;) {
        MOTE_SCOPED_ARENA a;
        mote_predlog_watch *list = NULL;
        size_t n = 0;
        mote_arena_init(&a, PORTION_MAX_BYTES);
        MOTE_TRY(mote_predlog_watched(r->s, &r->next, &a, &list, &n, err));
        if (n == 0)
            return MOTE_OK;
        for (size_t i = 0; i < n && !*full; i++)
            *full = feed_one(r, &list[i]);
    }
    return MOTE_OK;
}

static mote_status write_progress(reading *r, bool final, int64_t now_ms, mote_err *err)
{
    mote_monitor_flushed f = {0};
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(r->s, &txn, err));
    MOTE_TRY(mote_monitor_flush(r->m, r->s, final, now_ms, &f, err));
    if (f.n_windows > 0)
        MOTE_TRY(write_cursor(r, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    r->so_far.flushed.n_windows += f.n_windows;
    r->so_far.flushed.n_opened += f.n_opened;
    r->so_far.flushed.n_resolved += f.n_resolved;
    return MOTE_OK;
}

mote_status mote_monitor_read_log(mote_monitor *m, mote_store *s, const mote_monitor_log *log,
                                  int64_t now_ms, mote_monitor_log_read *out, mote_err *err)
{
    reading r = {.m = m, .s = s, .log = log, .next = {.bundle = &log->bundle, .max = PORTION}};
    bool full = true;
    MOTE_TRY(read_cursor(&r, err));
    while (full) {
        MOTE_TRY(feed(&r, &full, err));
        MOTE_TRY(write_progress(&r, !full && log->close_last, now_ms, err));
    }
    *out = r.so_far;
    return MOTE_OK;
}
