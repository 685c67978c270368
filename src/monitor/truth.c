/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of what was said, window by window. See truth.h. */
#include "monitor/truth.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "monitor/blocks.h"
#include "monitor/monitor_internal.h"
#include "store/rows.h"

#define CONFIDENCE 0.95

/* One that is kept. */
typedef struct {
    int64_t prediction, time_ms;
    double error;
    int32_t class_id; /* -1: none */
    bool is_tested, is_judged;
} kept;

/* ---- keeping --------------------------------------------------------------------------------- */

/* What came before for the prediction; *found. *truth NULL: it is not known any more. */
static mote_status find_earlier(mote_store *s, int64_t prediction, mote_arena *a, bool *found,
                                const char **truth, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(s, "SELECT truth FROM prediction_truth WHERE prediction = ?1", &q, err));
    mote_stmt_bind_i64(q, 1, prediction);
    MOTE_TRY(mote_stmt_step(q, found, err));
    *truth = NULL;
    return *found && !mote_stmt_is_null(q, 0) ? mote_rows_text(a, q, 0, truth, err) : MOTE_OK;
}

static mote_status keep_truth(mote_store *s, const mote_truth *t, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO prediction_truth(prediction, truth, error, class_id, "
                               "is_tested, is_judged) VALUES (?1, ?2, ?3, ?4, ?5, 0)",
                               &q, err));
    mote_stmt_bind_i64(q, 1, t->prediction);
    mote_stmt_bind_text(q, 2, t->truth);
    mote_stmt_bind_f64(q, 3, t->error);
    if (t->class_id >= 0)
        mote_stmt_bind_i64(q, 4, t->class_id);
    else
        mote_stmt_bind_null(q, 4);
    mote_stmt_bind_i64(q, 5, t->is_tested);
    return mote_stmt_run(q, err);
}

static mote_status keep_all(mote_store *s, const mote_truth_list *list, mote_arena *a,
                            mote_err *err)
{
    for (size_t i = 0; i < list->n; i++) {
        mote_truth *t = &list->items[i];
        const char *earlier = NULL;
        bool found = false;
        MOTE_TRY(find_earlier(s, t->prediction, a, &found, &earlier, err));
        t->fate = !found                                       ? MOTE_TRUTH_NEW
                  : !earlier || strcmp(earlier, t->truth) == 0 ? MOTE_TRUTH_REPEATED
                                                               : MOTE_TRUTH_DISAGREES;
        if (!found)
            MOTE_TRY(keep_truth(s, t, err));
    }
    return MOTE_OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct {
    kept *items;
    size_t n, room;
} kept_list;

/* All that is kept of the model version, in order of time. */
static mote_status read_kept(mote_store *s, const mote_monitor_config *of, mote_arena *a,
                             kept_list *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    char version[24];
    (void)mote_format(version, sizeof version, "%lld", (long long)of->version);
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT t.prediction, p.time_ms, t.error, coalesce(t.class_id, -1), "
                               "t.is_tested, t.is_judged FROM prediction_truth t JOIN prediction p "
                               "ON p.id = t.prediction WHERE p.model = ?1 AND p.version = ?2 "
                               "AND t.truth IS NOT NULL ORDER BY p.time_ms, t.prediction",
                               &q, err));
    mote_stmt_bind_text(q, 1, of->model);
    mote_stmt_bind_text(q, 2, version);
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        MOTE_TRY(mote_rows_room(a, &out->items, out->n, &out->room, sizeof *out->items, err));
        out->items[out->n] = (kept){.prediction = mote_stmt_i64(q, 0),
                                    .time_ms = mote_stmt_i64(q, 1),
                                    .error = mote_stmt_f64(q, 2),
                                    .class_id = (int32_t)mote_stmt_i64(q, 3),
                                    .is_tested = mote_stmt_i64(q, 4) != 0,
                                    .is_judged = mote_stmt_i64(q, 5) != 0};
        out->n++;
    }
}

/* Some of them, in order of time. Borrowed. */
typedef struct {
    const kept *const *items;
    size_t n;
} kept_span;

static mote_status note_judged(mote_store *s, const kept_span *list, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "UPDATE prediction_truth SET is_judged = 1 WHERE prediction = ?1",
                               &q, err));
    for (size_t i = 0; i < list->n; i++) {
        mote_stmt_bind_i64(q, 1, list->items[i]->prediction);
        MOTE_TRY(mote_stmt_run(q, err));
        mote_stmt_reset(q);
    }
    return MOTE_OK;
}

/* ---- judging --------------------------------------------------------------------------------- */

/* The mean of the tested, as of so many independent ones. */
static mote_interval interval_of(const mote_truth_config *cfg, const mote_blocks *b, double effect)
{
    const double n = b->n / effect, mean = b->sum / b->n;
    if (b->n == 0)
        return (mote_interval){(double)NAN, (double)NAN, (double)NAN};
    if (cfg->measure.is_rate) {
        const int64_t whole = n < 1 ? 1 : (int64_t)n;
        mote_interval w =
            mote_interval_wilson((int64_t)lround(mean * (double)whole), whole, CONFIDENCE);
        w.value = mean;
        return w;
    }
    const double spread = b->n > 1 ? fmax(b->squares - mean * b->sum, 0) / (b->n - 1.0) : 0;
    const double half = mote_normal_quantile(0.5 + CONFIDENCE / 2) * sqrt(spread / n);
    return (mote_interval){mean, mean - half, mean + half};
}

static mote_status judge(const mote_truth_config *cfg, const kept_span *list, mote_arena *a,
                         mote_truth_window *out, mote_err *err)
{
    const kept *const *t = list->items;
    const size_t n = list->n;
    mote_truth_window w = {.n = (int32_t)n, .effect = 1, .p_value = (double)NAN};
    mote_truth_class *classes = NULL;
    mote_blocks errors = mote_blocks_of(w.n);
    MOTE_TRY(mote_arena_take(a, cfg->n_classes, sizeof *classes, &classes, err));
    for (size_t k = 0; k < cfg->n_classes; k++)
        classes[k].name = cfg->classes[k];
    for (size_t i = 0; i < n; i++) {
        const int32_t k = t[i]->class_id;
        if (t[i]->is_tested)
            mote_blocks_add(&errors, t[i]->error, t[i]->prediction);
        if (k >= 0 && (size_t)k < cfg->n_classes) {
            classes[k].n++;
            classes[k].n_right += !(t[i]->error > 0);
        }
    }
    w.start_ms = n > 0 ? t[0]->time_ms : 0;
    w.end_ms = n > 0 ? t[n - 1]->time_ms : 0;
    w.n_tested = errors.n;
    w.effect = mote_blocks_design_effect(&errors);
    w.error = interval_of(cfg, &errors, w.effect);
    w.classes = classes;
    if (isfinite(cfg->measure.promised) && errors.n > 0)
        w.p_value = cfg->measure.is_rate ? mote_blocks_rate_p(&errors, cfg->measure.promised)
                                         : mote_blocks_mean_p(&errors, cfg->measure.promised);
    w.is_bad = w.p_value < cfg->watch.false_alarm; /* nothing is, of what was not promised */
    *out = w;
    return MOTE_OK;
}

static void words_of(const mote_truth_config *cfg, const mote_truth_window *w, char *out,
                     size_t bytes)
{
    const mote_truth_measure *m = &cfg->measure;
    char counted[48] = "";
    if (w->effect > 1.05)
        (void)mote_format(counted, sizeof counted, ", which count as %.0f independent ones",
                          fmax(w->n_tested / w->effect, 1));
    if (m->is_rate)
        (void)mote_format(out, bytes,
                          "the errors: %s %.1f %% of %d truths%s, at most %.3g %% was "
                          "promised",
                          m->name, 100 * w->error.value, (int)w->n_tested, counted,
                          100 * m->promised);
    else
        (void)mote_format(out, bytes,
                          "the error: %s %.4g of %d truths%s, at most %.4g was promised", m->name,
                          w->error.value, (int)w->n_tested, counted, m->promised);
}

static mote_status follow(mote_store *s, const mote_truth_config *cfg, const mote_truth_window *w,
                          mote_monitor_flushed *r, mote_err *err)
{
    const mote_alert_of of = {"error", cfg->watch.model, cfg->watch.version, cfg->watch.bundle,
                              false};
    MOTE_SCOPED_JSON *top = json_array();
    char words[200];
    words_of(cfg, w, words, sizeof words);
    MOTE_TRY(mote_json_append(top,
                              json_pack("{s:s, s:s, s:f, s:f, s:f}", "what", cfg->measure.name,
                                        "words", words, "statistic", w->error.value, "threshold",
                                        cfg->measure.promised, "p_value", w->p_value),
                              err));
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 16);
    mote_json_write(&text, top, false);
    MOTE_TRY(mote_buf_status(&text, err));
    mote_alert_window one = {.start_ms = w->start_ms,
                             .end_ms = w->end_ms,
                             .n = w->n,
                             .is_bad = w->is_bad,
                             .p_value = w->p_value,
                             .top = text.data};
    r->n_windows++;
    r->n_drift += w->is_bad;
    MOTE_TRY(mote_window_keep(s, &of, &one, err));
    return mote_alert_follow(s, &of, &one, cfg->now_ms, r, err);
}

/* Windows of those that wait; what is left waits on. */
static mote_status judge_waiting(mote_store *s, const mote_truth_config *cfg,
                                 const kept_span *waiting, mote_arena *a, mote_truths_judged *r,
                                 mote_err *err)
{
    const size_t whole = (size_t)cfg->watch.window, least = (size_t)cfg->watch.min_predictions;
    mote_truth_window *windows = NULL;
    size_t left = waiting->n;
    MOTE_TRY(mote_arena_take(a, left / whole + 1, sizeof *windows, &windows, err));
    while (left >= whole || (cfg->close_last && left >= least)) {
        const kept_span some = {waiting->items + waiting->n - left, left < whole ? left : whole};
        mote_truth_window *w = &windows[r->n_windows++];
        MOTE_TRY(judge(cfg, &some, a, w, err));
        if (isfinite(w->p_value))
            MOTE_TRY(follow(s, cfg, w, &r->alerts, err));
        MOTE_TRY(note_judged(s, &some, err));
        left -= some.n;
    }
    r->windows = windows;
    r->n_waiting = left;
    return MOTE_OK;
}

static mote_status judge_all(mote_store *s, const mote_truth_config *cfg, const kept_list *all,
                             mote_arena *a, mote_truths_judged *r, mote_err *err)
{
    const kept **list = NULL;
    size_t n = 0;
    MOTE_TRY(mote_arena_take(a, all->n + 1, sizeof *list, &list, err));
    for (size_t i = 0; i < all->n; i++)
        list[i] = &all->items[i];
    const kept_span every = {list, all->n};
    MOTE_TRY(judge(cfg, &every, a, &r->all, err));
    for (size_t i = 0; i < all->n; i++)
        if (!all->items[i].is_judged)
            list[n++] = &all->items[i];
    const kept_span waiting = {list, n};
    return judge_waiting(s, cfg, &waiting, a, r, err);
}

mote_status mote_truths_judge(mote_store *s, const mote_truth_config *cfg,
                              const mote_truth_list *list, mote_arena *a, mote_truths_judged *out,
                              mote_err *err)
{
    mote_truths_judged r = {.n_classes = cfg->n_classes};
    kept_list all = {.n = 0};
    MOTE_SCOPED_TXN txn = {0};
    if (cfg->watch.window < 2 || cfg->watch.min_predictions < 1)
        return mote_fail(err, MOTE_ARG, "truths: windows of %d, the last from %d on",
                         (int)cfg->watch.window, (int)cfg->watch.min_predictions);
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(keep_all(s, list, a, err));
    MOTE_TRY(read_kept(s, &cfg->watch, a, &all, err));
    MOTE_TRY(judge_all(s, cfg, &all, a, &r, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    *out = r;
    return MOTE_OK;
}
