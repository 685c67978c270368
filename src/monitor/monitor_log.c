/* SPDX-License-Identifier: Apache-2.0 */
/* The watch over the prediction log: what a server with no monitor of its own has written.
 *
 * Reads on from where the last call stopped, a window at a time. The windows and how far the log
 * was read are written in one transaction, so a kill in between judges nothing twice and loses
 * nothing. The last predictions, fewer than a window, are left for the next call; of a request of
 * several samples those that do not fit into the window they complete count in the next one of the
 * same call only. */
#include "monitor/monitor.h"
#include "serve/predlog.h"

#define PORTION           256 /* records read at a time */
#define PORTION_MAX_BYTES ((size_t)64 << 20)

static mote_status read_cursor(mote_store *s, const mote_sha256 *bundle, int64_t *at, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(s, "SELECT prediction FROM monitor_cursor WHERE bundle = ?1", &q, err));
    mote_stmt_bind_hash(q, 1, bundle);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *at = row ? mote_stmt_i64(q, 0) : 0;
    return MOTE_OK;
}

static mote_status write_cursor(mote_store *s, const mote_sha256 *bundle, int64_t at, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO monitor_cursor(bundle, prediction) VALUES (?1, ?2) "
                               "ON CONFLICT (bundle) DO UPDATE SET prediction = "
                               "excluded.prediction",
                               &q, err));
    mote_stmt_bind_hash(q, 1, bundle);
    mote_stmt_bind_i64(q, 2, at);
    return mote_stmt_run(q, err);
}

/* Feed the predictions after *at until a window is complete or the log ends. */
static mote_status feed(mote_monitor *m, mote_store *s, const mote_monitor_log *log, int64_t *at,
                        bool *full, mote_monitor_log_read *r, mote_err *err)
{
    for (*full = false; !*full;) {
        MOTE_SCOPED_ARENA a;
        mote_predlog_watch *list = NULL;
        size_t n = 0;
        mote_arena_init(&a, PORTION_MAX_BYTES);
        MOTE_TRY(mote_predlog_watched(s, &log->bundle, *at, PORTION, &a, &list, &n, err));
        if (n == 0)
            return MOTE_OK;
        for (size_t i = 0; i < n && !*full; i++) {
            const mote_predlog_watch *w = &list[i];
            const int32_t n_samples = w->n % log->n_things == 0 ? w->n / log->n_things : 0;
            *at = w->id;
            for (int32_t k = 0; k < n_samples; k++)
                *full |= mote_monitor_add(m, w->values + k * log->n_things, w->time_ms);
            r->n_read += n_samples > 0;
            r->n_unusable += n_samples == 0;
        }
    }
    return MOTE_OK;
}

static mote_status write_progress(mote_monitor *m, mote_store *s, const mote_monitor_log *log,
                                  int64_t at, bool final, int64_t now_ms, mote_monitor_log_read *r,
                                  mote_err *err)
{
    mote_monitor_flushed f = {0};
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_monitor_flush(m, s, final, now_ms, &f, err));
    if (f.n_windows > 0)
        MOTE_TRY(write_cursor(s, &log->bundle, at, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    r->flushed.n_windows += f.n_windows;
    r->flushed.n_opened += f.n_opened;
    r->flushed.n_resolved += f.n_resolved;
    return MOTE_OK;
}

mote_status mote_monitor_read_log(mote_monitor *m, mote_store *s, const mote_monitor_log *log,
                                  int64_t now_ms, mote_monitor_log_read *out, mote_err *err)
{
    mote_monitor_log_read r = {0};
    int64_t at = 0;
    bool full = true;
    MOTE_TRY(read_cursor(s, &log->bundle, &at, err));
    while (full) {
        MOTE_TRY(feed(m, s, log, &at, &full, &r, err));
        MOTE_TRY(write_progress(m, s, log, at, !full && log->close_last, now_ms, &r, err));
    }
    *out = r;
    return MOTE_OK;
}
