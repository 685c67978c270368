/* SPDX-License-Identifier: Apache-2.0 */
/* Reading windows and alerts; acknowledging and resolving. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "monitor/monitor.h"
#include "monitor/monitor_internal.h"
#include "store/rows.h"

static const char *const state_names[] = {"open", "acknowledged", "resolved"};

bool mote_alert_is_drift(const mote_alert *a)
{
    return strcmp(a->kind, "drift") == 0;
}

const char *mote_alert_state_name(mote_alert_state st)
{
    MOTE_BUG_IF((int)st < 0 || st > MOTE_ALERT_RESOLVED);
    return state_names[st];
}

/* ---- contributors ---- */

static mote_status parse_top(const char *text, mote_arena *a, mote_contributor **out, size_t *n,
                             mote_err *err)
{
    static const char what[] = "monitor_window.top";
    MOTE_SCOPED_JSON *list = NULL;
    mote_contributor *top = NULL;
    if (text == NULL)
        return mote_fail(err, MOTE_CORRUPT, "store: a window has no contributors");
    MOTE_TRY(mote_json_parse(what, text, strlen(text), &list, err));
    size_t k = json_array_size(list);
    if (k > MOTE_MONITOR_TOP)
        return mote_fail(err, MOTE_CORRUPT, "store: a window has %zu contributors", k);
    MOTE_TRY(mote_arena_take(a, k, sizeof top[0], &top, err));
    for (size_t i = 0; i < k; i++) {
        const json_t *o = json_array_get(list, i);
        const char *name = NULL;
        MOTE_TRY(mote_json_get_str(o, what, "what", &name, err));
        MOTE_TRY(mote_rows_copy(a, name, &top[i].what, err));
        if (json_object_get(o, "words")) /* an older Mote wrote none */
            MOTE_TRY(mote_json_get_str(o, what, "words", &name, err));
        MOTE_TRY(mote_rows_copy(a, name, &top[i].words, err));
        MOTE_TRY(mote_json_get_f64(o, what, "statistic", &top[i].statistic, err));
        MOTE_TRY(mote_json_get_f64(o, what, "threshold", &top[i].threshold, err));
        MOTE_TRY(mote_json_get_f64(o, what, "p_value", &top[i].p_value, err));
        top[i].share = NAN;
        if (json_object_get(o, "share")) /* as above */
            MOTE_TRY(mote_json_get_f64(o, what, "share", &top[i].share, err));
    }
    *out = top;
    *n = k;
    return MOTE_OK;
}

json_t *mote_contributors_json(const mote_contributor *top, size_t n)
{
    json_t *list = json_array();
    for (size_t k = 0; k < n; k++)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "what", top[k].what, "words",
                            top[k].words, "psi", mote_json_number(top[k].statistic), "threshold",
                            mote_json_number(top[k].threshold), "p_value",
                            mote_json_number(top[k].p_value), "share",
                            isfinite(top[k].share) ? json_real(top[k].share) : json_null()));
    return list;
}

/* ---- windows ---- */

static mote_status read_window(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_window *w = item;
    *w = (mote_window){.id = mote_stmt_i64(q, 0),
                       .version = mote_stmt_i64(q, 2),
                       .start_ms = mote_stmt_i64(q, 4),
                       .end_ms = mote_stmt_i64(q, 5),
                       .n = (int32_t)mote_stmt_i64(q, 6),
                       .is_drift = mote_stmt_i64(q, 7) != 0,
                       .p_value = mote_stmt_f64(q, 8),
                       .n_alarms = mote_stmt_is_null(q, 10) ? -1 : (int32_t)mote_stmt_i64(q, 10)};
    MOTE_TRY(mote_rows_text(a, q, 1, &w->model, err));
    if (!mote_stmt_hash(q, 3, &w->bundle))
        return mote_fail(err, MOTE_CORRUPT, "store: table monitor_window holds a bad hash");
    return parse_top(mote_stmt_text(q, 9), a, &w->top, &w->n_top, err);
}
static const mote_row_kind window_rows = {sizeof(mote_window), read_window};

/* Their parameters ?1 and ?2: whose, and how many of them. */
static void bind_query(mote_stmt *q, const mote_monitor_query *query)
{
    mote_stmt_bind_text(q, 1, query->model);
    mote_stmt_bind_i64(q, 2, query->limit > 0 ? query->limit : -1);
}

mote_status mote_window_list(mote_store *s, const mote_monitor_query *query, mote_arena *a,
                             mote_window **out, size_t *n, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT id, model, version, bundle, start_ms, end_ms, n, is_drift, p_value, top, n_alarms "
        "FROM monitor_window WHERE kind = ?3 AND (?1 IS NULL OR model = ?1) "
        "ORDER BY id DESC LIMIT ?2",
        &q, err));
    bind_query(q, query);
    mote_stmt_bind_text(q, 3, query->is_of_errors ? "error" : "drift");
    return mote_rows_read(q, &window_rows, a, out, n, err);
}

/* ---- alerts ---- */

static mote_status parse_state(const char *name, mote_alert_state *out, mote_err *err)
{
    for (int st = MOTE_ALERT_OPEN; st <= MOTE_ALERT_RESOLVED; st++) {
        if (mote_str_eq(name, state_names[st])) {
            *out = (mote_alert_state)st;
            return MOTE_OK;
        }
    }
    return mote_fail(err, MOTE_CORRUPT, "store: table alert holds a state that is none");
}

static mote_status read_alert(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_alert t = {.id = mote_stmt_i64(q, 0),
                    .version = mote_stmt_i64(q, 3),
                    .window = mote_stmt_i64(q, 6),
                    .opened_ms = mote_stmt_i64(q, 7),
                    .last_ms = mote_stmt_i64(q, 8),
                    .n_windows = mote_stmt_i64(q, 9),
                    .acknowledged_ms = mote_stmt_i64(q, 11),
                    .resolved_ms = mote_stmt_i64(q, 13)};
    MOTE_TRY(mote_rows_text(a, q, 1, &t.kind, err));
    MOTE_TRY(mote_rows_text(a, q, 2, &t.model, err));
    if (!mote_stmt_hash(q, 4, &t.bundle))
        return mote_fail(err, MOTE_CORRUPT, "store: table alert holds a bad hash");
    MOTE_TRY(parse_state(mote_stmt_text(q, 5), &t.state, err));
    MOTE_TRY(mote_rows_text(a, q, 10, &t.acknowledged_by, err));
    MOTE_TRY(mote_rows_text(a, q, 12, &t.note, err));
    MOTE_TRY(mote_rows_text(a, q, 14, &t.resolution, err));
    MOTE_TRY(parse_top(mote_stmt_text(q, 15), a, &t.top, &t.n_top, err));
    if (t.n_top == 0)
        return mote_fail(err, MOTE_CORRUPT, "store: alert %lld has no cause", (long long)t.id);
    t.what = t.top[0].what;
    t.words = t.top[0].words;
    t.statistic = t.top[0].statistic;
    t.threshold = t.top[0].threshold;
    t.p_value = t.top[0].p_value;
    *(mote_alert *)item = t;
    return MOTE_OK;
}
static const mote_row_kind alert_rows = {sizeof(mote_alert), read_alert};

mote_status mote_alert_list(mote_store *s, const mote_monitor_query *query, mote_arena *a,
                            mote_alert **out, size_t *n, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT t.id, t.kind, t.model, t.version, t.bundle, t.state, t.window, t.opened_ms, "
        "t.last_ms, t.n_windows, t.acknowledged_by, t.acknowledged_ms, t.note, t.resolved_ms, "
        "t.resolution, t.top FROM alert t "
        "WHERE (?1 IS NULL OR t.model = ?1) AND (?3 = 0 OR t.state <> 'resolved') "
        "ORDER BY t.id DESC LIMIT ?2",
        &q, err));
    bind_query(q, query);
    mote_stmt_bind_i64(q, 3, query->unresolved_only);
    return mote_rows_read(q, &alert_rows, a, out, n, err);
}

static mote_status need_unresolved(mote_store *s, int64_t id, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT state = 'resolved' FROM alert WHERE id = ?1", &q, err));
    mote_stmt_bind_i64(q, 1, id);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return mote_fail(err, MOTE_NOT_FOUND, "there is no alert %lld: see 'mote monitor'",
                         (long long)id);
    if (mote_stmt_i64(q, 0) != 0)
        return mote_fail(err, MOTE_CONFLICT, "alert %lld is resolved already", (long long)id);
    return MOTE_OK;
}

mote_status mote_alert_acknowledge(mote_store *s, int64_t id, const char *who, const char *note,
                                   int64_t now_ms, mote_err *err)
{
    if (who == NULL || who[0] == '\0')
        return mote_fail(err, MOTE_ARG, "say who acknowledges the alert: it is recorded");
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(need_unresolved(s, id, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "UPDATE alert SET state = 'acknowledged', acknowledged_by = ?2, note = ?3, "
        "acknowledged_ms = ?4 WHERE id = ?1",
        &q, err));
    mote_stmt_bind_i64(q, 1, id);
    mote_stmt_bind_text(q, 2, who);
    mote_stmt_bind_text(q, 3, note != NULL ? note : "");
    mote_stmt_bind_i64(q, 4, now_ms);
    MOTE_TRY(mote_stmt_run(q, err));
    return mote_store_commit(&txn, err);
}

mote_status mote_alert_resolve(mote_store *s, int64_t id, const char *resolution, int64_t now_ms,
                               mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(need_unresolved(s, id, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "UPDATE alert SET state = 'resolved', resolution = ?2, "
                               "resolved_ms = ?3 WHERE id = ?1",
                               &q, err));
    mote_stmt_bind_i64(q, 1, id);
    mote_stmt_bind_text(q, 2, resolution);
    mote_stmt_bind_i64(q, 3, now_ms);
    MOTE_TRY(mote_stmt_run(q, err));
    return mote_store_commit(&txn, err);
}
