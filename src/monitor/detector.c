/* SPDX-License-Identifier: Apache-2.0 */
/* The drift detector: calibration by a bootstrap over groups, and judging a window.
 *
 * Histograms lie one after another, thing t at bin_start[t]. A drawn reference takes G - 1 of G
 * groups and a drawn window takes correspondingly fewer groups: with the usual G the variance
 * between groups would come out too small by (G - 1) / G (McCarthy and Snowden, 1985), which for
 * ten speakers is already many false alarms.
 *
 * Shares are smoothed so that an empty bin costs a finite amount: the reference by half a count a
 * bin, the window towards the reference with the weight of half a count a bin. */
#include "monitor/detector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "base/interval.h"
#include "monitor/drift.h"

#define DEFAULT_BOOTSTRAP 4000
#define MIN_BOOTSTRAP     200
#define DEFAULT_GROUPS    8
#define MIN_GROUPS        4 /* fewer cannot show how groups differ */
#define TAIL_SHARE        0.05
#define MAX_LOG_P         690.0       /* -log of the smallest p-value that is told apart */
#define REFERENCE_STEPS   100000000.0 /* spent on drawing references, in additions */
#define STREAM_WINDOW     1
#define STREAM_REFERENCE  2
#define STREAM_SPREAD     3

/* The threshold is estimated too, from the upper draws; it is set for this share of the stated
 * probability, so that the promise holds with some 95 % confidence and not just half the time. */
#define CAUTION 0.7

typedef struct {
    double mean, variance;
} moments;

struct mote_detector {
    const mote_reference_profile *profile; /* borrowed */
    mote_detector_config cfg;
    int32_t n_bins; /* of all things together */
    int32_t bin_start[MOTE_WATCH_MAX_THINGS + 1];
    int32_t *reference;                      /* [n_bins] counts */
    moments null[MOTE_WATCH_MAX_THINGS];     /* PSI of each thing without drift */
    double *null_max;                        /* [n_bootstrap] sorted: max over things of -log p */
    double tail_from, tail_mean;             /* the exponential above the tail's quantile */
    double threshold[MOTE_WATCH_MAX_THINGS]; /* PSI */
};

/* ---- PSI of smoothed histograms ---- */

static double smoothed_psi(const int32_t *reference, const int32_t *window, int32_t n_bins,
                           double n_reference, double n_window)
{
    double p[MOTE_WATCH_MAX_BINS];
    double q[MOTE_WATCH_MAX_BINS];
    double weight = 0.5 * n_bins;
    for (int32_t i = 0; i < n_bins; i++) {
        p[i] = (reference[i] + 0.5) / (n_reference + weight);
        q[i] = (window[i] + weight * p[i]) / (n_window + weight);
    }
    return mote_psi(p, q, (size_t)n_bins);
}

/* ---- from PSI to p-values ---- */

/* -log of P(PSI >= psi) under the gamma distribution with these moments. */
static double log_p(const moments *m, double psi)
{
    if (!(m->variance > 1e-18)) /* a thing that never varies: any change is new */
        return psi > m->mean + 1e-9 ? MAX_LOG_P : 0;
    double p = mote_gamma_q(m->mean * m->mean / m->variance, psi * m->mean / m->variance);
    return p > 0 ? fmin(MAX_LOG_P, -log(p)) : MAX_LOG_P;
}

/* P(max over things of -log p >= x) for a window without drift. */
static double window_p(const mote_detector *d, double x)
{
    if (x >= d->tail_from)
        return TAIL_SHARE * exp(-(x - d->tail_from) / d->tail_mean);
    size_t lo = 0;
    size_t hi = (size_t)d->cfg.n_bootstrap;
    while (lo < hi) { /* first value >= x: null_max[..lo) are below it */
        size_t mid = lo + (hi - lo) / 2;
        if (d->null_max[mid] < x)
            lo = mid + 1;
        else
            hi = mid;
    }
    return fmax(TAIL_SHARE, (double)((size_t)d->cfg.n_bootstrap - lo) / d->cfg.n_bootstrap);
}

/* The x with window_p(x) = p. */
static double window_quantile(const mote_detector *d, double p)
{
    if (p <= TAIL_SHARE)
        return d->tail_from + d->tail_mean * log(TAIL_SHARE / p);
    return mote_quantile_sorted(d->null_max, (size_t)d->cfg.n_bootstrap, 1 - p);
}

/* ---- drawing ---- */

typedef struct {
    const mote_detector *d;
    const int32_t *group_start; /* of the groups in use: those of the profile, or rows */
    int32_t n_groups;
    int32_t per_group;           /* clips that one group gives to a window, at most */
    int32_t *by_group;           /* [n_groups][n_bins] counts; NULL: rows are groups */
    int32_t *reference, *window; /* [n_bins] drawn */
    int32_t *order;              /* [n_rows] scratch */
    double n_reference;
    double *psi; /* [n_bootstrap][n_things] */
} draws;

static void add_row(const mote_detector *d, int32_t row, int32_t *counts)
{
    size_t n_things = (size_t)d->profile->n_things;
    const uint8_t *bins = d->profile->bins + (size_t)row * n_things;
    for (size_t t = 0; t < n_things; t++)
        counts[d->bin_start[t] + bins[t]]++;
}

static void draw_reference(draws *w, mote_rng *rng)
{
    const mote_detector *d = w->d;
    memset(w->reference, 0, (size_t)d->n_bins * sizeof w->reference[0]);
    w->n_reference = 0;
    for (int32_t k = 0; k < w->n_groups - 1; k++) {
        int32_t g = (int32_t)mote_rng_below(rng, (uint32_t)w->n_groups);
        if (w->by_group == NULL) {
            add_row(d, g, w->reference);
            w->n_reference += 1;
            continue;
        }
        const int32_t *counts = w->by_group + (size_t)g * (size_t)d->n_bins;
        for (int32_t i = 0; i < d->n_bins; i++)
            w->reference[i] += counts[i];
        w->n_reference += w->group_start[g + 1] - w->group_start[g];
    }
}

static void draw_window(draws *w, mote_rng *rng)
{
    const mote_detector *d = w->d;
    memset(w->window, 0, (size_t)d->n_bins * sizeof w->window[0]);
    for (int32_t n = 0; n < d->cfg.window;) {
        int32_t g = (int32_t)mote_rng_below(rng, (uint32_t)w->n_groups);
        int32_t first = w->by_group != NULL ? w->group_start[g] : g;
        int32_t size = w->by_group != NULL ? w->group_start[g + 1] - first : 1;
        int32_t take = size < w->per_group ? size : w->per_group;
        for (int32_t k = 0; k < size; k++)
            w->order[k] = first + k;
        for (int32_t k = 0; k < take && n < d->cfg.window; k++, n++) {
            int32_t at = k + (int32_t)mote_rng_below(rng, (uint32_t)(size - k));
            add_row(d, w->order[at], w->window);
            w->order[at] = w->order[k]; /* without replacement: see the head of the file */
        }
    }
}

/* All PSI values of windows without drift. References are dear to draw when there are many groups,
 * and vary little then: some windows share one. */
static void draw_all(draws *w)
{
    const mote_detector *d = w->d;
    int32_t n_things = d->profile->n_things;
    double steps = (double)w->n_groups * (w->by_group != NULL ? d->n_bins : n_things);
    int32_t share = (int32_t)ceil(fmin(20, d->cfg.n_bootstrap * steps / REFERENCE_STEPS));
    for (int32_t b = 0; b < d->cfg.n_bootstrap; b++) {
        mote_rng rng;
        if (b % share == 0) {
            mote_rng_init_stream(&rng, d->cfg.seed, STREAM_REFERENCE, (uint64_t)b);
            draw_reference(w, &rng);
        }
        mote_rng_init_stream(&rng, d->cfg.seed, STREAM_WINDOW, (uint64_t)b);
        draw_window(w, &rng);
        for (int32_t t = 0; t < n_things; t++) {
            int32_t at = d->bin_start[t];
            w->psi[(size_t)b * (size_t)n_things + (size_t)t] =
                smoothed_psi(w->reference + at, w->window + at, d->bin_start[t + 1] - at,
                             w->n_reference, d->cfg.window);
        }
    }
}

/* ---- calibration ---- */

static moments moments_of(const double *psi, int32_t n, int32_t stride)
{
    moments m = {0};
    for (int32_t i = 0; i < n; i++)
        m.mean += psi[(size_t)i * (size_t)stride];
    m.mean /= n;
    for (int32_t i = 0; i < n; i++) {
        double gap = psi[(size_t)i * (size_t)stride] - m.mean;
        m.variance += gap * gap / (n - 1);
    }
    return m;
}

/* How much of a thing's mean PSI comes from groups that differ: what is over the mean for
 * independent clips, which is (bins - 1) (1 / n + 1 / N). */
static double between_share(const draws *w, int32_t t, double mean)
{
    const mote_detector *d = w->d;
    double n_used = 0;
    for (int32_t i = d->bin_start[t]; i < d->bin_start[t + 1]; i++)
        n_used += d->reference[i] > 0;
    double independent = (n_used - 1) * (1.0 / d->cfg.window + 1.0 / d->profile->n_rows);
    return mean > 0 ? fmax(0, 1 - independent / mean) : 0;
}

/* A draw of chi2 / freedom. Source: Wilson and Hilferty (1931): its cube root is nearly normal. */
static double chi2_over_freedom(mote_rng *rng, double freedom)
{
    double v = 2 / (9 * freedom);
    double root = fmax(0.1, 1 - v + mote_rng_normal(rng) * sqrt(v));
    return root * root * root;
}

/* The variance between groups is itself known from few groups only: what is drawn is spread as the
 * ratio of the true variance to one estimated from G groups, (G - 1) / chi2 with G - 1 degrees of
 * freedom. For normal values this turns a normal into Student's t. Each thing has its own error. */
static void spread_for_few_groups(draws *w)
{
    const mote_detector *d = w->d;
    int32_t n_things = d->profile->n_things;
    double share[MOTE_WATCH_MAX_THINGS];
    for (int32_t t = 0; t < n_things; t++)
        share[t] = between_share(w, t, moments_of(w->psi + t, d->cfg.n_bootstrap, n_things).mean);
    for (int32_t b = 0; b < d->cfg.n_bootstrap; b++) {
        mote_rng rng;
        mote_rng_init_stream(&rng, d->cfg.seed, STREAM_SPREAD, (uint64_t)b);
        for (int32_t t = 0; t < n_things; t++)
            w->psi[(size_t)b * (size_t)n_things + (size_t)t] *=
                1 - share[t] + share[t] / chi2_over_freedom(&rng, w->n_groups - 1);
    }
}

static void fit_null(mote_detector *d, const double *psi)
{
    int32_t n_things = d->profile->n_things;
    int32_t n = d->cfg.n_bootstrap;
    for (int32_t t = 0; t < n_things; t++)
        d->null[t] = moments_of(psi + t, n, n_things);
    for (int32_t b = 0; b < n; b++) {
        double most = 0;
        for (int32_t t = 0; t < n_things; t++)
            most = fmax(most, log_p(&d->null[t], psi[(size_t)b * (size_t)n_things + (size_t)t]));
        d->null_max[b] = most;
    }
    mote_sort_doubles(d->null_max, (size_t)n);
    d->tail_from = mote_quantile_sorted(d->null_max, (size_t)n, 1 - TAIL_SHARE);
    double excess = 0;
    int32_t n_tail = 0;
    for (int32_t b = 0; b < n; b++) {
        if (d->null_max[b] > d->tail_from) {
            excess += d->null_max[b] - d->tail_from;
            n_tail++;
        }
    }
    /* -log p has mean excess 1 when the gamma fits; a smaller one would be chance or ties. */
    d->tail_mean = n_tail > 0 ? fmax(1, excess / n_tail) : 1;
}

/* The PSI at which a thing alone reaches the alarm, by bisection. */
static double find_threshold(const mote_detector *d, const moments *m)
{
    double target = window_quantile(d, CAUTION * d->cfg.false_alarm);
    double lo = 0;
    double hi = 1;
    while (hi < 1e6 && log_p(m, hi) < target)
        hi *= 2;
    for (int32_t step = 0; step < 60; step++) {
        double mid = (lo + hi) / 2;
        if (log_p(m, mid) < target)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

static void count_groups(draws *w)
{
    const mote_detector *d = w->d;
    for (int32_t g = 0; g < w->n_groups; g++) {
        for (int32_t row = w->group_start[g]; row < w->group_start[g + 1]; row++)
            add_row(d, row, w->by_group + (size_t)g * (size_t)d->n_bins);
    }
}

/* With as many groups as rows, or too few groups to tell, every row is a group of its own. */
static mote_status set_up_draws(mote_detector *d, mote_arena *a, draws *w, mote_err *err)
{
    const mote_reference_profile *p = d->profile;
    bool grouped = p->n_groups >= MIN_GROUPS && p->n_groups < p->n_rows;
    size_t n_bins = (size_t)d->n_bins;
    size_t n_psi = (size_t)d->cfg.n_bootstrap * (size_t)p->n_things;
    *w = (draws){.d = d, .group_start = p->group_start, .n_groups = p->n_rows, .per_group = 1};
    MOTE_TRY(mote_arena_take(a, n_bins, sizeof w->reference[0], &w->reference, err));
    MOTE_TRY(mote_arena_take(a, n_bins, sizeof w->window[0], &w->window, err));
    MOTE_TRY(mote_arena_take(a, (size_t)p->n_rows, sizeof w->order[0], &w->order, err));
    MOTE_TRY(mote_arena_take(a, n_psi, sizeof w->psi[0], &w->psi, err));
    if (!grouped)
        return MOTE_OK;
    w->n_groups = p->n_groups;
    double groups = d->cfg.groups_per_window < p->n_groups ? d->cfg.groups_per_window : p->n_groups;
    double fewer = groups * (p->n_groups - 1.0) / p->n_groups;
    w->per_group = (int32_t)ceil(d->cfg.window / fewer);
    MOTE_TRY(
        mote_arena_take(a, (size_t)w->n_groups * n_bins, sizeof w->by_group[0], &w->by_group, err));
    count_groups(w);
    return MOTE_OK;
}

static mote_status calibrate(mote_detector *d, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 30);
    draws w;
    MOTE_TRY(set_up_draws(d, &a, &w, err));
    draw_all(&w);
    spread_for_few_groups(&w);
    fit_null(d, w.psi);
    for (int32_t t = 0; t < d->profile->n_things; t++)
        d->threshold[t] = find_threshold(d, &d->null[t]);
    return MOTE_OK;
}

/* ---- life ---- */

static mote_status check_config(const mote_detector_config *c, mote_err *err)
{
    if (c->window < 1 || c->window > 10000000)
        return mote_fail(err, MOTE_ARG, "drift: a window of %d predictions, not 1 to 10000000",
                         (int)c->window);
    if (!(c->false_alarm > 0 && c->false_alarm <= 0.5))
        return mote_fail(err, MOTE_ARG, "drift: false alarm probability %g, not in (0, 0.5]",
                         c->false_alarm);
    if (c->groups_per_window < 1)
        return mote_fail(err, MOTE_ARG, "drift: %d groups in a window, not 1 or more",
                         (int)c->groups_per_window);
    if (c->n_bootstrap < MIN_BOOTSTRAP || c->n_bootstrap > 1000000)
        return mote_fail(err, MOTE_ARG, "drift: %d bootstrap draws, not %d to 1000000",
                         (int)c->n_bootstrap, MIN_BOOTSTRAP);
    return MOTE_OK;
}

static mote_status set_up(mote_detector *d, mote_err *err)
{
    const mote_reference_profile *p = d->profile;
    for (int32_t t = 0; t < p->n_things; t++)
        d->bin_start[t + 1] = d->bin_start[t] + p->things[t].n_bins;
    d->n_bins = d->bin_start[p->n_things];
    d->reference = mote_alloc_zero((size_t)d->n_bins, sizeof d->reference[0]);
    d->null_max = mote_alloc_zero((size_t)d->cfg.n_bootstrap, sizeof d->null_max[0]);
    if (d->reference == NULL || d->null_max == NULL)
        return mote_fail(err, MOTE_NOMEM, "drift: out of memory");
    for (int32_t row = 0; row < p->n_rows; row++)
        add_row(d, row, d->reference);
    return calibrate(d, err);
}

mote_status mote_detector_create(const mote_reference_profile *profile,
                                 const mote_detector_config *cfg, mote_detector **out,
                                 mote_err *err)
{
    mote_detector_config c = *cfg;
    c.groups_per_window = c.groups_per_window == 0 ? DEFAULT_GROUPS : c.groups_per_window;
    c.n_bootstrap = c.n_bootstrap == 0 ? DEFAULT_BOOTSTRAP : c.n_bootstrap;
    MOTE_TRY(check_config(&c, err));
    mote_detector *d = mote_alloc_zero(1, sizeof *d);
    if (d == NULL)
        return mote_fail(err, MOTE_NOMEM, "drift: out of memory");
    d->profile = profile;
    d->cfg = c;
    mote_status st = set_up(d, err);
    if (st != MOTE_OK) {
        mote_detector_destroy(d);
        return st;
    }
    *out = d;
    return MOTE_OK;
}

void mote_detector_destroy(mote_detector *d)
{
    if (d == NULL)
        return;
    mote_free(d->reference);
    mote_free(d->null_max);
    mote_free(d);
}

/* ---- judging ---- */

static int compare_findings(const void *x, const void *y)
{
    const mote_drift_finding *a = x;
    const mote_drift_finding *b = y;
    if (a->p_value < b->p_value || a->p_value > b->p_value)
        return a->p_value < b->p_value ? -1 : 1;
    double ra = a->psi / a->threshold;
    double rb = b->psi / b->threshold;
    if (ra < rb || ra > rb)
        return ra > rb ? -1 : 1;
    return a->thing < b->thing ? -1 : 1;
}

/* Which way the window lies from the reference: see mote_drift_finding. */
static void find_shift(const int32_t *reference, const int32_t *window, int32_t n_bins,
                       mote_drift_finding *f)
{
    int32_t last = n_bins - 1; /* of what is missing */
    double n = 0, n_before = 0, above = 0;
    for (int32_t i = 0; i < last; i++) {
        double below = n_before; /* of the reference */
        n_before += reference[i];
        n += window[i];
        above += window[i] * (below + 0.5 * reference[i]);
    }
    f->shift = n > 0 && n_before > 0 ? 2 * above / (n * n_before) - 1 : 0;
    f->missing = n + window[last] > 0 ? window[last] / (n + window[last]) : 0;
    f->missing_before =
        n_before + reference[last] > 0 ? reference[last] / (n_before + reference[last]) : 0;
}

#define MISSING_MORE 0.1 /* such a share more is what there is to say */
#define SHIFT_MUCH   0.5
#define SHIFT_ANY    0.15

void mote_drift_say(const mote_watched *thing, const mote_drift_finding *f,
                    char out[MOTE_DRIFT_WORDS_BYTES])
{
    const char *way = f->shift > 0 ? thing->more : thing->less;
    double shift = fabs(f->shift);
    if (f->missing > f->missing_before + MISSING_MORE)
        (void)mote_format(out, MOTE_DRIFT_WORDS_BYTES,
                          "%s: missing in %.0f %%, in training in %.0f %%", thing->called,
                          100 * f->missing, 100 * f->missing_before);
    else if (thing->is_class || way[0] == '\0')
        (void)mote_format(out, MOTE_DRIFT_WORDS_BYTES, "%s: another mix than in training",
                          thing->called);
    else if (shift < SHIFT_ANY)
        (void)mote_format(out, MOTE_DRIFT_WORDS_BYTES, "%s: spread otherwise than in training",
                          thing->called);
    else
        (void)mote_format(out, MOTE_DRIFT_WORDS_BYTES, "%s: %s%s than in training", thing->called,
                          shift >= SHIFT_MUCH ? "much " : "", way);
}

void mote_detector_judge(const mote_detector *d, const int32_t *counts, mote_drift_verdict *out)
{
    const mote_reference_profile *p = d->profile;
    out->n_findings = p->n_things;
    for (int32_t t = 0; t < p->n_things; t++) {
        const int32_t *window = counts + (size_t)t * MOTE_WATCH_MAX_BINS;
        int32_t n_bins = p->things[t].n_bins;
        double n = 0;
        for (int32_t i = 0; i < n_bins; i++)
            n += window[i];
        double psi = smoothed_psi(d->reference + d->bin_start[t], window, n_bins, p->n_rows, n);
        out->findings[t] = (mote_drift_finding){.thing = t,
                                                .psi = psi,
                                                .threshold = d->threshold[t],
                                                .p_value = window_p(d, log_p(&d->null[t], psi))};
        find_shift(d->reference + d->bin_start[t], window, n_bins, &out->findings[t]);
    }
    qsort(out->findings, (size_t)out->n_findings, sizeof out->findings[0], compare_findings);
    out->p_value = out->findings[0].p_value;
    out->is_drift = out->p_value < CAUTION * d->cfg.false_alarm;
}
