/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of values, window by window. See truth.h. */
#include "monitor/truth.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "monitor/monitor_internal.h"

static int compare_truths(const void *a, const void *b)
{
    const mote_truth *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return (x->prediction > y->prediction) - (x->prediction < y->prediction);
}

/* Keep those that were not judged before, each once. */
static mote_status drop_known(mote_store *s, mote_truth *truths, size_t *n, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    size_t kept = 0;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT 1 FROM truth_judged WHERE prediction = ?1", &q, err));
    for (size_t i = 0; i < *n; i++) {
        bool is_known = kept > 0 && truths[kept - 1].prediction == truths[i].prediction;
        if (!is_known) {
            mote_stmt_bind_i64(q, 1, truths[i].prediction);
            MOTE_TRY(mote_stmt_step(q, &is_known, err));
            mote_stmt_reset(q);
        }
        if (!is_known)
            truths[kept++] = truths[i];
    }
    *n = kept;
    return MOTE_OK;
}

static mote_status note_judged(mote_store *s, const mote_truth *truths, size_t n, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "INSERT INTO truth_judged(prediction) VALUES (?1)", &q, err));
    for (size_t i = 0; i < n; i++) {
        mote_stmt_bind_i64(q, 1, truths[i].prediction);
        MOTE_TRY(mote_stmt_run(q, err));
        mote_stmt_reset(q);
    }
    return MOTE_OK;
}

static mote_truth_window judge(const mote_truth_config *cfg, const mote_truth *t, size_t n)
{
    mote_truth_window w = {.start_ms = t[0].time_ms, .end_ms = t[n - 1].time_ms, .n = (int32_t)n};
    mote_blocks errors = mote_blocks_of(w.n);
    for (size_t i = 0; i < n; i++)
        mote_blocks_add(&errors, t[i].error, t[i].prediction);
    w.error = errors.sum / w.n;
    w.p_value = isfinite(cfg->promised) ? mote_blocks_mean_p(&errors, cfg->promised) : (double)NAN;
    w.is_bad = w.p_value < cfg->watch.false_alarm; /* nothing is, of what was not promised */
    return w;
}

static mote_status keep(mote_store *s, const mote_truth_config *cfg, const mote_truth_window *w,
                        mote_monitor_flushed *r, mote_err *err)
{
    const mote_alert_of of = {"error", cfg->watch.model, cfg->watch.version, cfg->watch.bundle,
                              false};
    MOTE_SCOPED_JSON *top = json_array();
    char words[160];
    (void)mote_format(words, sizeof words,
                      "the error: mae %.4g of %d truths, at most %.4g was promised", w->error,
                      (int)w->n, cfg->promised);
    MOTE_TRY(mote_json_append(top,
                              json_pack("{s:s, s:s, s:f, s:f, s:f}", "what", "mae", "words", words,
                                        "statistic", w->error, "threshold", cfg->promised,
                                        "p_value", w->p_value),
                              err));
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 16);
    mote_json_write(&text, top, false);
    MOTE_TRY(mote_buf_status(&text, err));
    const mote_alert_window kept = {w->start_ms, w->end_ms, w->n, w->is_bad, w->p_value, text.data};
    r->n_windows++;
    r->n_drift += w->is_bad;
    return mote_alert_follow(s, &of, &kept, cfg->now_ms, r, err);
}

mote_status mote_truths_judge(mote_store *s, const mote_truth_config *cfg,
                              const mote_truth_list *list, mote_arena *a, mote_truths_judged *out,
                              mote_err *err)
{
    mote_truth *truths = list->items;
    size_t n = list->n;
    const size_t whole = (size_t)cfg->watch.window, least = (size_t)cfg->watch.min_predictions;
    mote_truths_judged r = {.n_known = n};
    mote_truth_window *windows = NULL;
    MOTE_SCOPED_TXN txn = {0};
    if (cfg->watch.window < 2 || cfg->watch.min_predictions < 1)
        return mote_fail(err, MOTE_ARG, "truths: windows of %d, the last from %d on",
                         (int)cfg->watch.window, (int)cfg->watch.min_predictions);
    if (n > 0)
        qsort(truths, n, sizeof *truths, compare_truths);
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(drop_known(s, truths, &n, err));
    r.n_known -= n;
    MOTE_TRY(mote_arena_take(a, n / whole + 1, sizeof *windows, &windows, err));
    size_t at = 0;
    while (n - at >= whole || (cfg->close_last && n - at >= least)) {
        const size_t some = n - at < whole ? n - at : whole;
        mote_truth_window *w = &windows[r.n_windows++];
        *w = judge(cfg, truths + at, some);
        if (isfinite(cfg->promised))
            MOTE_TRY(keep(s, cfg, w, &r.alerts, err));
        at += some;
    }
    MOTE_TRY(note_judged(s, truths, at, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    r.windows = windows;
    r.n_waiting = n - at;
    *out = r;
    return MOTE_OK;
}
