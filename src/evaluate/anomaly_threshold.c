/* SPDX-License-Identifier: Apache-2.0 */
/* Thresholds from normal data alone, see anomaly_threshold.h. */
#include "evaluate/anomaly_threshold.h"

#include <math.h>
#include <stdlib.h>

#include "evaluate/bootstrap.h"

/* So many of n may lie above; the small excess keeps 0.1 * 10 from being less than 1. */
static int64_t n_allowed(size_t n, double level)
{
    return (int64_t)floor((double)(n + 1) * level * (1 + 1e-12)) - 1;
}

static mote_status check(const float *scores, size_t n, double false_alarm, double confidence,
                         mote_err *err)
{
    if (!(false_alarm > 0 && false_alarm < 1) || !(confidence > 0 && confidence < 1))
        return mote_fail(err, MOTE_ARG,
                         "threshold: false-alarm rate %g or confidence %g is not between 0 and 1",
                         false_alarm, confidence);
    MOTE_TRY(mote_anomaly_scores_check(scores, n, "threshold", err));
    if (n_allowed(n, false_alarm) >= 0)
        return MOTE_OK;
    return mote_fail(err, MOTE_RANGE,
                     "a false-alarm rate of %g takes at least %.0f normal samples, and there "
                     "are %zu",
                     false_alarm, ceil(1 / false_alarm * (1 - 1e-12)) - 1, n);
}

/* ---- samples that stand alone --------------------------------------------------------------- */

/* P(Beta(a, b) <= x) for whole a, b >= 1: the probability of a or more of a + b - 1 trials, each
 * with probability x. Summed over the fewer outcomes, a of them, in logarithms. */
static double beta_cdf(int64_t a, int64_t b, double x)
{
    double n = (double)(a + b - 1), log_term = n * log1p(-x), sum = 0; /* of 0 of n */
    for (int64_t k = 0; k < a; k++) {
        sum += exp(log_term);
        log_term += log((n - (double)k) / (double)(k + 1)) + log(x) - log1p(-x);
    }
    return 1 - fmin(sum, 1);
}

static double beta_quantile(int64_t a, int64_t b, double p)
{
    double lo = 0, hi = 1;
    for (int i = 0; i < 60; i++) {
        double mid = lo + (hi - lo) / 2;
        if (beta_cdf(a, b, mid) < p)
            lo = mid;
        else
            hi = mid;
    }
    return lo + (hi - lo) / 2;
}

/* The true rate above the score that n_above of n lie above. */
static mote_interval rate_of(int64_t n_above, int64_t n, double confidence)
{
    const double tail = (1 - confidence) / 2;
    const int64_t rank = n - n_above;
    return (mote_interval){.value = (double)(n_above + 1) / (double)(n + 1),
                           .lo = beta_quantile(n_above + 1, rank, tail),
                           .hi = beta_quantile(n_above + 1, rank, 1 - tail)};
}

static mote_status alone(const mote_anomaly_answers *v, double false_alarm, double confidence,
                         mote_arena *a, mote_anomaly_threshold *out, mote_err *err)
{
    double *sorted = NULL;
    MOTE_TRY(mote_arena_take(a, v->n, sizeof *sorted, &sorted, err));
    for (size_t i = 0; i < v->n; i++)
        sorted[i] = (double)v->scores[i];
    mote_sort_doubles(sorted, v->n);
    const int64_t n = (int64_t)v->n, n_above = n_allowed(v->n, false_alarm);
    *out = (mote_anomaly_threshold){.threshold = (float)sorted[n - n_above - 1],
                                    .asked = false_alarm,
                                    .false_alarm = rate_of(n_above, n, confidence),
                                    .n = n,
                                    .is_kept = true};
    return MOTE_OK;
}

/* ---- samples in groups ---------------------------------------------------------------------- */

/* Groups that there are, numbered as they come; how many. */
static mote_status number_groups(const mote_anomaly_answers *v, mote_arena *a, int32_t *part,
                                 int32_t *n, mote_err *err)
{
    int32_t *number = NULL;
    *n = 0;
    MOTE_TRY(mote_arena_take(a, (size_t)v->n_groups + 1, sizeof *number, &number, err));
    for (int32_t k = 0; k < v->n_groups; k++)
        number[k] = -1;
    for (size_t i = 0; i < v->n; i++) {
        const int32_t group = v->groups[i];
        if (group < 0 || group >= v->n_groups)
            return mote_fail(err, MOTE_ARG, "group %d of sample %zu is not one of %d", (int)group,
                             i, (int)v->n_groups);
        if (number[group] < 0)
            number[group] = (*n)++;
        part[i] = number[group];
    }
    return MOTE_OK;
}

mote_status mote_anomaly_parts_of(const mote_anomaly_answers *v, int32_t most, mote_arena *a,
                                  mote_anomaly_parts *out, mote_err *err)
{
    mote_anomaly_parts p = {0};
    int32_t *part = NULL;
    *out = p;
    if (!v->groups)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, v->n, sizeof *part, &part, err));
    MOTE_TRY(number_groups(v, a, part, &p.n_parts, err));
    p.part = part;
    if ((size_t)p.n_parts == v->n)
        p = (mote_anomaly_parts){0};
    else if (p.n_parts == 1) {
        const size_t n = v->n < 2 * MOTE_ANOMALY_PIECES ? v->n / 2 : MOTE_ANOMALY_PIECES;
        for (size_t i = 0; i < v->n; i++)
            part[i] = (int32_t)(i * n / v->n);
        p.n_parts = (int32_t)n;
        p.is_pieces = true;
    } else if (most > 0 && p.n_parts > most) {
        for (size_t i = 0; i < v->n; i++)
            part[i] %= most;
        p.n_parts = most;
    }
    *out = p;
    return MOTE_OK;
}

/* Scores, the highest first, with the part of each. */
typedef struct {
    float score;
    int32_t part;
} held;

static int compare_held(const void *a, const void *b)
{
    const held *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->part < y->part ? -1 : x->part > y->part;
}

typedef struct {
    const held *order;
    size_t n;
    mote_anomaly_parts parts;
    const size_t *n_of; /* [n_parts] samples */
    float *limit;       /* [n_parts] of the others, at the level looked at */
} leaving;

/* What each part is held against at a level, and how many samples lie above that. */
static int64_t n_alarms_at(const leaving *l, double level)
{
    int64_t n_alarms = 0;
    for (int32_t p = 0; p < l->parts.n_parts; p++) {
        const int64_t n_above = n_allowed(l->n - l->n_of[p], level);
        int64_t n_others = n_above > 0 ? n_above + 1 : 1; /* the last of them is the limit */
        size_t i = 0;
        for (; i < l->n; i++)
            if (l->order[i].part != p && --n_others == 0)
                break;
        l->limit[p] = l->order[i < l->n ? i : l->n - 1].score;
        for (size_t k = 0; k < l->n && l->order[k].score > l->limit[p]; k++)
            n_alarms += l->order[k].part == p;
    }
    return n_alarms;
}

static mote_status begin(const mote_anomaly_answers *v, mote_arena *a, leaving *l, mote_err *err)
{
    held *order = NULL;
    size_t *n_of = NULL;
    MOTE_TRY(mote_anomaly_parts_of(v, MOTE_ANOMALY_MAX_PARTS, a, &l->parts, err));
    if (l->parts.n_parts < 2)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, v->n, sizeof *order, &order, err));
    MOTE_TRY(mote_arena_take(a, (size_t)l->parts.n_parts, sizeof *n_of, &n_of, err));
    MOTE_TRY(mote_arena_take(a, (size_t)l->parts.n_parts, sizeof *l->limit, &l->limit, err));
    for (size_t i = 0; i < v->n; i++) {
        order[i] = (held){v->scores[i], l->parts.part[i]};
        n_of[l->parts.part[i]]++;
    }
    qsort(order, v->n, sizeof *order, compare_held);
    l->order = order;
    l->n = v->n;
    l->n_of = n_of;
    return MOTE_OK;
}

/* The most samples above the threshold at which parts that are left out keep the rate; 0 also where
 * none does. */
static int64_t most_above(const leaving *l, double false_alarm, bool *is_kept)
{
    const int64_t n_may = n_allowed(l->n, false_alarm) + 1;
    int64_t lo = 0, hi = n_allowed(l->n, false_alarm); /* a higher level is a lower threshold */
    while (lo < hi) {
        const int64_t mid = hi - (hi - lo) / 2;
        if (n_alarms_at(l, (double)(mid + 1) / (double)(l->n + 1)) <= n_may)
            lo = mid;
        else
            hi = mid - 1;
    }
    *is_kept = n_alarms_at(l, (double)(lo + 1) / (double)(l->n + 1)) <= n_may;
    return lo; /* the limits are those of it */
}

typedef struct {
    const mote_anomaly_answers *v;
    const leaving *l;
} seen;

static void measure_seen(void *arg, const uint32_t *weights, double *values)
{
    const seen *s = arg;
    double n = 0, n_alarms = 0;
    for (size_t i = 0; i < s->v->n; i++) {
        n += weights[i];
        n_alarms += s->v->scores[i] > s->l->limit[s->l->parts.part[i]] ? weights[i] : 0;
    }
    values[0] = n_alarms / n;
}

static mote_status apart(seen *s, double false_alarm, const mote_evaluate_config *cfg,
                         mote_arena *a, mote_anomaly_threshold *out, mote_err *err)
{
    const leaving *l = s->l;
    mote_anomaly_threshold t = {.asked = false_alarm,
                                .n = (int64_t)l->n,
                                .n_parts = l->parts.n_parts,
                                .is_pieces = l->parts.is_pieces};
    const int64_t n_above = most_above(l, false_alarm, &t.is_kept);
    const mote_interval beta = rate_of(n_above, t.n, cfg->confidence);
    const mote_bootstrap_config boot = {.n = l->n,
                                        .groups = l->parts.part,
                                        .n_groups = l->parts.n_parts,
                                        .confidence = cfg->confidence,
                                        .n_resamples = cfg->n_resamples,
                                        .seed = cfg->seed};
    t.threshold = l->order[n_above].score;
    const mote_statistic share = {1, measure_seen, s};
    MOTE_TRY(mote_bootstrap(&boot, &share, a, &t.false_alarm, err));
    t.false_alarm.lo = fmin(t.false_alarm.lo, beta.lo);
    t.false_alarm.hi = fmax(t.false_alarm.hi, beta.hi);
    *out = t;
    return MOTE_OK;
}

mote_status mote_anomaly_threshold_of(const mote_anomaly_answers *v, double false_alarm,
                                      const mote_evaluate_config *cfg, mote_arena *a,
                                      mote_anomaly_threshold *out, mote_err *err)
{
    leaving l = {0};
    seen s = {v, &l};
    MOTE_TRY(check(v->scores, v->n, false_alarm, cfg->confidence, err));
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(begin(v, a, &l, err));
    if (l.parts.n_parts < 2)
        MOTE_TRY(alone(v, false_alarm, cfg->confidence, a, out, err));
    else
        MOTE_TRY(apart(&s, false_alarm, cfg, a, out, err));
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}
