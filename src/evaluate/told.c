/* SPDX-License-Identifier: Apache-2.0 */
/* Alarms against spans, see told.h. */
#include "evaluate/told.h"

#include <math.h>

#include "evaluate/bootstrap.h"
#include "evaluate/nab.h"

/* The last step at which an alarm still finds span k: its window holds a part of it. */
static size_t reach_of(const mote_told_recording *r, size_t k, size_t window)
{
    const size_t most = k + 1 < r->n_spans ? r->spans[k + 1].first - 1 : r->n - 1;
    const size_t reach = r->spans[k].last + window - 1;
    return reach < most ? reach : most;
}

const mote_told_alarm *mote_told_found(const mote_told_recording *r, size_t k, size_t window)
{
    for (size_t i = 0; i < r->n_alarms; i++)
        if (r->alarms[i].at >= r->spans[k].first && r->alarms[i].at <= reach_of(r, k, window))
            return &r->alarms[i];
    return NULL;
}

bool mote_told_is_false(const mote_told_recording *r, const mote_told_alarm *x, size_t window)
{
    for (size_t k = 0; k < r->n_spans; k++)
        if (x->at >= r->spans[k].first && x->at <= reach_of(r, k, window))
            return false;
    return true;
}

/* A recording as the begins of its alarms, 1 at each; `wide`: spans up to where they are reached.
 */
typedef struct {
    mote_anomaly_series begins, wide;
} told;

static mote_status tell(const mote_told_recording *r, size_t window, mote_arena *a, told *out,
                        mote_err *err)
{
    float *begins = NULL;
    mote_anomaly_window *wide = NULL;
    if (r->n == 0 || window == 0)
        return mote_fail(err, MOTE_ARG, "'%s' has no steps", r->name);
    MOTE_TRY(mote_arena_take(a, r->n, sizeof *begins, &begins, err));
    MOTE_TRY(mote_arena_take(a, r->n_spans, sizeof *wide, &wide, err));
    for (size_t i = 0; i < r->n_alarms; i++) {
        if (r->alarms[i].at >= r->n)
            return mote_fail(err, MOTE_ARG, "'%s': an alarm at step %zu of %zu", r->name,
                             r->alarms[i].at, r->n);
        begins[r->alarms[i].at] = 1;
    }
    out->begins = (mote_anomaly_series){r->name, r->n, begins, r->spans, r->n_spans};
    MOTE_TRY(mote_anomaly_corpus_check(&(mote_anomaly_corpus){&out->begins, 1}, err));
    for (size_t k = 0; k < r->n_spans; k++)
        wide[k] = (mote_anomaly_window){r->spans[k].first, reach_of(r, k, window)};
    out->wide = (mote_anomaly_series){r->name, r->n, begins, wide, r->n_spans};
    return MOTE_OK;
}

/* Of each recording what its alarms earned, and its windows. */
static void measure_nab(void *arg, const uint32_t *weights, double *values)
{
    const mote_nab_score *scores = ((void **)arg)[0];
    const size_t n = *(const size_t *)((void **)arg)[1];
    double raw = 0, n_windows = 0;
    for (size_t i = 0; i < n; i++) {
        raw += weights[i] * scores[i].raw;
        n_windows += weights[i] * (double)scores[i].n_windows;
    }
    values[0] = n_windows > 0 ? 100 * (raw + n_windows) / (2 * n_windows) : (double)NAN;
}

static mote_status score_nab(const told *all, size_t n, const mote_evaluate_config *cfg,
                             mote_arena *a, mote_interval *out, mote_err *err)
{
    mote_nab_profile profile = mote_nab_standard();
    mote_nab_score *scores = NULL;
    profile.probation = 0; /* nothing of a test was learned from */
    MOTE_TRY(mote_arena_take(a, n, sizeof *scores, &scores, err));
    for (size_t i = 0; i < n; i++) {
        const mote_anomaly_corpus one = {&all[i].begins, 1};
        MOTE_TRY(mote_nab_score_of(&one, &profile, 1, a, &scores[i], err));
    }
    void *arg[] = {scores, &n};
    const mote_bootstrap_config boot = {
        .n = n, .confidence = cfg->confidence, .n_resamples = cfg->n_resamples, .seed = cfg->seed};
    const mote_statistic score = {1, measure_nab, arg};
    MOTE_TRY(mote_bootstrap(&boot, &score, a, out, err));
    if (n == 1)
        out->lo = out->hi = (double)NAN;
    return MOTE_OK;
}

static double hours_outside(const mote_told_recording *r, double rate_hz)
{
    size_t inside = 0;
    for (size_t k = 0; k < r->n_spans; k++)
        inside += r->spans[k].last - r->spans[k].first + 1;
    return inside < r->n_heard ? (double)(r->n_heard - inside) / rate_hz / 3600 : 0;
}

static mote_interval scaled(mote_interval x, double by)
{
    return (mote_interval){x.value * by, x.lo * by, x.hi * by};
}

mote_status mote_told_evaluate(const mote_told_recording *r, size_t n, const mote_told_config *cfg,
                               mote_arena *a, mote_told_evaluation *out, mote_err *err)
{
    told *all = NULL;
    mote_anomaly_series *wide = NULL;
    mote_anomaly_delay d;
    mote_told_evaluation e = {0};
    if (!(cfg->rate_hz > 0))
        return mote_fail(err, MOTE_ARG, "alarms along %g steps a second", cfg->rate_hz);
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(mote_arena_take(a, n, sizeof *all, &all, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *wide, &wide, err));
    for (size_t i = 0; i < n; i++) {
        MOTE_TRY(tell(&r[i], cfg->window, a, &all[i], err));
        wide[i] = all[i].wide;
        e.hours += hours_outside(&r[i], cfg->rate_hz);
    }
    const mote_anomaly_corpus corpus = {wide, n};
    MOTE_TRY(mote_anomaly_delay_of(&corpus, 0.5f, &cfg->evaluate, a, &d, err));
    MOTE_TRY(score_nab(all, n, &cfg->evaluate, a, &e.nab, err));
    e.n_spans = d.n_windows;
    e.n_found = d.n_found;
    e.n_false = d.n_false_alarms;
    e.found = d.found;
    e.delay_ms = scaled(d.delay, 1000 / cfg->rate_hz);
    e.median_delay_ms = d.median_delay * 1000 / cfg->rate_hz;
    e.per_hour = e.hours > 0 ? mote_interval_poisson(e.n_false, e.hours, cfg->evaluate.confidence)
                             : (mote_interval){(double)NAN, (double)NAN, (double)NAN};
    mote_arena_rewind(a, mark);
    *out = e;
    return MOTE_OK;
}
