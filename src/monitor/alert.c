/* SPDX-License-Identifier: Apache-2.0 */
/* Windows in the store, and the alerts that follow from them: see monitor.h. The same for what
 * drifts and for what is wrong. */
#include "monitor/monitor.h"
#include "monitor/monitor_internal.h"

mote_status mote_window_keep(mote_store *s, const mote_alert_of *of, mote_alert_window *w,
                             mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO monitor_window(model, version, bundle, start_ms, "
                               "end_ms, n, is_drift, p_value, top, kind, n_alarms) VALUES "
                               "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                               &q, err));
    mote_stmt_bind_text(q, 1, of->model);
    mote_stmt_bind_i64(q, 2, of->version);
    mote_stmt_bind_hash(q, 3, &of->bundle);
    mote_stmt_bind_i64(q, 4, w->start_ms);
    mote_stmt_bind_i64(q, 5, w->end_ms);
    mote_stmt_bind_i64(q, 6, w->n);
    mote_stmt_bind_i64(q, 7, w->is_bad);
    mote_stmt_bind_f64(q, 8, w->p_value);
    mote_stmt_bind_text(q, 9, w->top);
    mote_stmt_bind_text(q, 10, of->kind);
    if (w->counts_alarms)
        mote_stmt_bind_i64(q, 11, w->n_alarms);
    MOTE_TRY(mote_stmt_run(q, err));
    w->id = mote_store_last_id(s);
    return MOTE_OK;
}

/* The unresolved alert of this kind and model version, 0: none. */
static mote_status find_alert(mote_store *s, const mote_alert_of *of, int64_t *id, int64_t *n_quiet,
                              mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT id, n_quiet FROM alert WHERE kind = ?3 AND model = ?1 "
                               "AND bundle = ?2 AND state <> 'resolved'",
                               &q, err));
    mote_stmt_bind_text(q, 1, of->model);
    mote_stmt_bind_hash(q, 2, &of->bundle);
    mote_stmt_bind_text(q, 3, of->kind);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *id = row ? mote_stmt_i64(q, 0) : 0;
    *n_quiet = row ? mote_stmt_i64(q, 1) : 0;
    return MOTE_OK;
}

static mote_status open_alert(mote_store *s, const mote_alert_of *of, const mote_alert_window *w,
                              int64_t now_ms, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "INSERT INTO alert(kind, model, version, bundle, state, window, opened_ms, last_ms, "
        "n_windows, top) VALUES (?7, ?1, ?2, ?3, 'open', ?4, ?5, ?6, 1, ?8)",
        &q, err));
    mote_stmt_bind_text(q, 1, of->model);
    mote_stmt_bind_i64(q, 2, of->version);
    mote_stmt_bind_hash(q, 3, &of->bundle);
    mote_stmt_bind_i64(q, 4, w->id);
    mote_stmt_bind_i64(q, 5, now_ms);
    mote_stmt_bind_i64(q, 6, w->end_ms);
    mote_stmt_bind_text(q, 7, of->kind);
    mote_stmt_bind_text(q, 8, w->top);
    return mote_stmt_run(q, err);
}

static mote_status prolong_alert(mote_store *s, int64_t id, int64_t end_ms, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "UPDATE alert SET n_windows = n_windows + 1, n_quiet = 0, "
                               "last_ms = ?2 WHERE id = ?1",
                               &q, err));
    mote_stmt_bind_i64(q, 1, id);
    mote_stmt_bind_i64(q, 2, end_ms);
    return mote_stmt_run(q, err);
}

static mote_status quiet_alert(mote_store *s, int64_t id, int64_t n_quiet, int64_t now_ms,
                               int32_t *n_resolved, mote_err *err)
{
    if (n_quiet + 1 >= MOTE_ALERT_QUIET_WINDOWS) {
        ++*n_resolved;
        return mote_alert_resolve(s, id, "quiet", now_ms, err);
    }
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "UPDATE alert SET n_quiet = n_quiet + 1 WHERE id = ?1", &q, err));
    mote_stmt_bind_i64(q, 1, id);
    return mote_stmt_run(q, err);
}

mote_status mote_alert_follow(mote_store *s, const mote_alert_of *of, const mote_alert_window *w,
                              int64_t now_ms, mote_monitor_flushed *r, mote_err *err)
{
    int64_t alert = 0;
    int64_t n_quiet = 0;
    MOTE_TRY(find_alert(s, of, &alert, &n_quiet, err));
    if (w->is_bad && alert == 0 && of->is_replaced)
        return MOTE_OK;
    if (w->is_bad && alert == 0) {
        r->n_opened++;
        return open_alert(s, of, w, now_ms, err);
    }
    if (w->is_bad)
        return prolong_alert(s, alert, w->end_ms, err);
    if (alert != 0)
        return quiet_alert(s, alert, n_quiet, now_ms, &r->n_resolved, err);
    return MOTE_OK;
}
