/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts traffic into windows, judges them, and keeps windows and alerts. Reading is in
 * monitor_read.c. */
#include "monitor/monitor.h"

#include <pthread.h>
#include <string.h>

#include "base/json.h"
#include "monitor/monitor_internal.h"

#define QUEUE_WINDOWS 64
#define N_COUNTS      (MOTE_WATCH_MAX_THINGS * MOTE_WATCH_MAX_BINS)

/* A judged window on its way to the store. */
typedef struct {
    int64_t start_ms, end_ms;
    int32_t n;
    mote_blocks alarms;
    mote_drift_verdict verdict;
} judged;

typedef struct {
    int32_t counts[N_COUNTS];
    int32_t n;
    mote_blocks alarms; /* of a model of anomalies: 1 is an alarm */
    int64_t start_ms, end_ms;
} open_window;

struct mote_monitor {
    const mote_reference_profile *profile; /* borrowed */
    mote_monitor_config cfg;               /* model: owned copy */
    mote_detector *detector;
    bool is_replaced;     /* opens no alerts any more */
    pthread_mutex_t lock; /* of all below */
    open_window current;
    judged queue[QUEUE_WINDOWS]; /* window `seq` is at seq % QUEUE_WINDOWS */
    uint64_t first_seq, end_seq;
    int64_t n_dropped;
};

/* ---- life ---- */

static mote_status check_config(const mote_monitor_config *c, mote_err *err)
{
    if (c->model == NULL || c->model[0] == '\0')
        return mote_fail(err, MOTE_ARG, "monitor: the model has no name");
    if (c->min_predictions < 1 || c->min_predictions > c->window)
        return mote_fail(err, MOTE_ARG, "monitor: min_predictions is %d, not 1 to window (%d)",
                         (int)c->min_predictions, (int)c->window);
    return MOTE_OK;
}

static mote_status make_detector(const mote_monitor *m, int32_t window, mote_detector **out,
                                 mote_err *err)
{
    mote_detector_config cfg = {
        .window = window, .false_alarm = m->cfg.false_alarm, .seed = m->cfg.seed};
    return mote_detector_create(m->profile, &cfg, out, err);
}

static mote_status set_up(mote_monitor *m, mote_err *err)
{
    size_t n = strlen(m->cfg.model) + 1;
    char *name = mote_alloc(n, 1);
    if (name != NULL)
        memcpy(name, m->cfg.model, n);
    m->cfg.model = name;
    if (name == NULL)
        return mote_fail(err, MOTE_NOMEM, "monitor: out of memory");
    return make_detector(m, m->cfg.window, &m->detector, err);
}

mote_status mote_monitor_create(const mote_reference_profile *profile,
                                const mote_monitor_config *cfg, mote_monitor **out, mote_err *err)
{
    MOTE_TRY(check_config(cfg, err));
    mote_monitor *m = mote_alloc_zero(1, sizeof *m);
    if (m == NULL)
        return mote_fail(err, MOTE_NOMEM, "monitor: out of memory");
    m->profile = profile;
    m->cfg = *cfg;
    if (pthread_mutex_init(&m->lock, NULL) != 0) {
        mote_free(m);
        return mote_fail(err, MOTE_NOMEM, "monitor: out of memory");
    }
    mote_status st = set_up(m, err);
    if (st != MOTE_OK) {
        mote_monitor_destroy(m);
        return st;
    }
    *out = m;
    return MOTE_OK;
}

void mote_monitor_destroy(mote_monitor *m)
{
    if (m == NULL)
        return;
    mote_detector_destroy(m->detector);
    (void)pthread_mutex_destroy(&m->lock);
    mote_free((char *)(uintptr_t)m->cfg.model); /* ours, see set_up */
    mote_free(m);
}

/* ---- adding ---- */

/* Holding the lock. */
static void push(mote_monitor *m, const mote_detector *d, const open_window *w)
{
    if (m->end_seq - m->first_seq == QUEUE_WINDOWS) {
        m->first_seq++;
        m->n_dropped++;
    }
    judged *j = &m->queue[m->end_seq++ % QUEUE_WINDOWS];
    *j = (judged){.start_ms = w->start_ms, .end_ms = w->end_ms, .n = w->n, .alarms = w->alarms};
    mote_detector_judge(d, w->counts, &j->verdict);
}

bool mote_monitor_add(mote_monitor *m, const float *values, int64_t time_ms)
{
    uint8_t bins[MOTE_WATCH_MAX_THINGS];
    mote_reference_profile_bin(m->profile, values, bins);
    (void)pthread_mutex_lock(&m->lock);
    open_window *w = &m->current;
    if (w->n == 0)
        w->alarms = mote_blocks_of(m->cfg.window);
    if (w->n == 0 || time_ms < w->start_ms)
        w->start_ms = time_ms;
    if (w->n == 0 || time_ms > w->end_ms)
        w->end_ms = time_ms;
    for (int32_t t = 0; t < m->profile->n_things; t++)
        w->counts[t * MOTE_WATCH_MAX_BINS + bins[t]]++;
    /* The score is the last thing that is watched; what is no number is an alarm, too. */
    if (m->cfg.alarms.share > 0)
        mote_blocks_add(&w->alarms, !(values[m->profile->n_things - 1] < m->cfg.alarms.threshold),
                        time_ms);
    bool is_full = ++w->n == m->cfg.window;
    if (is_full) {
        push(m, m->detector, w);
        memset(w, 0, sizeof *w);
    }
    (void)pthread_mutex_unlock(&m->lock);
    return is_full;
}

/* The last, short window; judged with a detector for its size. */
static mote_status close_last(mote_monitor *m, mote_err *err)
{
    (void)pthread_mutex_lock(&m->lock);
    int32_t n = m->current.n;
    open_window last = m->current;
    bool is_enough = n >= m->cfg.min_predictions;
    if (is_enough)
        memset(&m->current, 0, sizeof m->current);
    (void)pthread_mutex_unlock(&m->lock);
    if (!is_enough)
        return MOTE_OK;
    mote_detector *d = NULL;
    MOTE_TRY(make_detector(m, n, &d, err));
    (void)pthread_mutex_lock(&m->lock);
    push(m, d, &last);
    (void)pthread_mutex_unlock(&m->lock);
    mote_detector_destroy(d);
    return MOTE_OK;
}

/* ---- writing ---- */

static mote_status top_json(const mote_monitor *m, const judged *j, mote_buf *out, mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    double all = 0;
    for (int32_t i = 0; i < j->verdict.n_findings; i++)
        all += j->verdict.findings[i].psi;
    for (int32_t i = 0; i < j->verdict.n_findings && i < MOTE_MONITOR_TOP; i++) {
        const mote_drift_finding *f = &j->verdict.findings[i];
        const mote_watched *thing = &m->profile->things[f->thing];
        char words[MOTE_DRIFT_WORDS_BYTES];
        mote_drift_say(thing, f, words);
        json_t *o =
            json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:f}", "what", thing->name, "words", words,
                      "shift", f->shift, "statistic", f->psi, "threshold", f->threshold, "p_value",
                      f->p_value, "share", all > 0 ? f->psi / all : 0.0);
        if (json_array_append_new(list, o) != 0) /* an alert without its cause is not readable */
            return mote_fail(err, MOTE_NOMEM, "monitor: out of memory");
    }
    mote_json_write(out, list, false);
    return mote_buf_status(out, err);
}

static mote_status write_window(const mote_monitor *m, mote_store *s, const judged *j,
                                int64_t now_ms, mote_monitor_flushed *r, mote_err *err)
{
    const mote_alert_of of = {"drift", m->cfg.model, m->cfg.version, m->cfg.bundle, m->is_replaced};
    mote_alert_window w = {.start_ms = j->start_ms,
                           .end_ms = j->end_ms,
                           .n = j->n,
                           .counts_alarms = m->cfg.alarms.share > 0,
                           .n_alarms = (int32_t)j->alarms.sum,
                           .is_bad = j->verdict.is_drift,
                           .p_value = j->verdict.p_value};
    MOTE_SCOPED_BUF top;
    mote_buf_init(&top, 1 << 16);
    MOTE_TRY(top_json(m, j, &top, err));
    w.top = top.data;
    r->n_windows++;
    r->n_drift += w.is_bad;
    MOTE_TRY(mote_window_keep(s, &of, &w, err));
    MOTE_TRY(mote_alert_follow(s, &of, &w, now_ms, r, err));
    const mote_alarm_count count = {&m->cfg, &j->alarms, m->is_replaced};
    return w.counts_alarms ? mote_alarms_follow(s, &count, &w, now_ms, r, err) : MOTE_OK;
}

/* Copies of the waiting windows, which stay in the queue until they are written. */
static size_t peek(mote_monitor *m, judged *copy, uint64_t *end_seq)
{
    (void)pthread_mutex_lock(&m->lock);
    size_t n = 0;
    for (uint64_t seq = m->first_seq; seq < m->end_seq; seq++)
        copy[n++] = m->queue[seq % QUEUE_WINDOWS];
    *end_seq = m->end_seq;
    (void)pthread_mutex_unlock(&m->lock);
    return n;
}

static int64_t drop_written(mote_monitor *m, uint64_t end_seq)
{
    (void)pthread_mutex_lock(&m->lock);
    if (m->first_seq < end_seq)
        m->first_seq = end_seq;
    int64_t n_dropped = m->n_dropped;
    m->n_dropped = 0;
    (void)pthread_mutex_unlock(&m->lock);
    return n_dropped;
}

mote_status mote_monitor_flush(mote_monitor *m, mote_store *s, bool final, int64_t now_ms,
                               mote_monitor_flushed *out, mote_err *err)
{
    mote_monitor_flushed r = {0};
    uint64_t end_seq = 0;
    if (final)
        MOTE_TRY(close_last(m, err));
    MOTE_SCOPED_FREE judged *windows = mote_alloc(QUEUE_WINDOWS, sizeof *windows);
    if (windows == NULL)
        return mote_fail(err, MOTE_NOMEM, "monitor: out of memory");
    size_t n = peek(m, windows, &end_seq);
    if (n > 0) {
        MOTE_SCOPED_TXN txn = {0};
        MOTE_TRY(mote_store_begin(s, &txn, err));
        for (size_t i = 0; i < n; i++)
            MOTE_TRY(write_window(m, s, &windows[i], now_ms, &r, err));
        MOTE_TRY(mote_store_commit(&txn, err));
    }
    r.n_dropped = drop_written(m, end_seq);
    *out = r;
    return MOTE_OK;
}

void mote_monitor_set_in_service(mote_monitor *m, bool in_service)
{
    m->is_replaced = !in_service;
}

/* Looks before it writes: the server asks twice a second, and writers queue. */
mote_status mote_monitor_replaced(mote_store *s, const char *model, const mote_sha256 *bundle,
                                  int64_t now_ms, mote_err *err)
{
    MOTE_SCOPED_STMT *look = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT 1 FROM alert WHERE model = ?1 AND bundle <> ?2 "
                               "AND state <> 'resolved'",
                               &look, err));
    mote_stmt_bind_text(look, 1, model);
    mote_stmt_bind_hash(look, 2, bundle);
    bool row = false;
    MOTE_TRY(mote_stmt_step(look, &row, err));
    if (!row)
        return MOTE_OK;
    mote_stmt_reset(look);
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "UPDATE alert SET state = 'resolved', resolved_ms = ?3, resolution = 'replaced' "
        "WHERE model = ?1 AND bundle <> ?2 AND state <> 'resolved'",
        &q, err));
    mote_stmt_bind_text(q, 1, model);
    mote_stmt_bind_hash(q, 2, bundle);
    mote_stmt_bind_i64(q, 3, now_ms);
    return mote_stmt_run(q, err);
}
