/* SPDX-License-Identifier: Apache-2.0 */
/* Counting, and the bootstrap over groups, see metrics.h.
 *
 * One structure, `tally`, holds every sum that the metrics are made of; the sample itself and each
 * resample fill one, and summary() turns it into numbers. So an interval can never be of another
 * definition than its estimate. */
#include "evaluate/metrics.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/rng.h"
#include "evaluate/share.h"
#include "model/predictor.h"

#define RNG_BOOTSTRAP 0x626f6f74u /* stream of mote_rng: "boot" */

mote_evaluate_config mote_evaluate_config_default(void)
{
    return (mote_evaluate_config){
        .confidence = 0.95, .n_resamples = 1000, .seed = 1, .min_group = 5, .n_bins = 15};
}

/* Sums over some clips. */
typedef struct {
    int32_t n_classes, n_bins;
    int64_t n;
    int64_t *confusion;         /* [true][predicted] */
    int64_t *bin_n, *bin_right; /* [n_bins] */
    double *bin_confidence;
    double brier, nll;
} tally;

/* The clips, and what is needed of each, computed once: [n]. */
typedef struct {
    const mote_predictions *p;
    int32_t *predicted, *bin;
    double *confidence, *brier, *nll;
} clip_facts;

typedef struct {
    double macro_f1, ece, brier, nll;
} summary;

static mote_status check(const mote_predictions *p, const mote_evaluate_config *cfg, mote_err *err)
{
    if (p->n == 0 || p->n > INT32_MAX)
        return mote_fail(err, MOTE_ARG, "evaluate: %zu clips, from 1 to 2^31 are needed", p->n);
    if (p->n_classes < 2 || p->n_classes > 4096)
        return mote_fail(err, MOTE_ARG, "evaluate: %d classes, from 2 to 4096 are possible",
                         p->n_classes);
    if (!(cfg->confidence > 0 && cfg->confidence < 1) || cfg->n_resamples < 10 ||
        cfg->n_resamples > 1000000 || cfg->n_bins < 1 || cfg->n_bins > 1000)
        return mote_fail(err, MOTE_ARG,
                         "evaluate: confidence %g, %d resamples or %d bins is out of range",
                         cfg->confidence, cfg->n_resamples, cfg->n_bins);
    for (size_t i = 0; i < p->n; i++) {
        if (p->labels[i] < 0 || p->labels[i] >= p->n_classes)
            return mote_fail(err, MOTE_ARG, "evaluate: label %d of clip %zu is not in 0..%d",
                             p->labels[i], i, p->n_classes - 1);
        if (p->groups && (p->groups[i] < 0 || p->groups[i] >= p->n_groups))
            return mote_fail(err, MOTE_ARG, "evaluate: group %d of clip %zu is not in 0..%d",
                             p->groups[i], i, p->n_groups - 1);
        for (int32_t k = 0; k < p->n_classes; k++) {
            float x = p->probabilities[i * (size_t)p->n_classes + (size_t)k];
            if (!(x >= 0 && x <= 1.00001f))
                return mote_fail(err, MOTE_ARG,
                                 "evaluate: probability %g of class %d for clip %zu is not in 0..1",
                                 (double)x, k, i);
        }
    }
    return MOTE_OK;
}

mote_status mote_predictions_check(const mote_predictions *p, mote_err *err)
{
    mote_evaluate_config cfg = mote_evaluate_config_default();
    return check(p, &cfg, err);
}

static int32_t argmax(const float *row, int32_t n)
{
    int32_t best = 0;
    for (int32_t k = 1; k < n; k++)
        if (row[k] > row[best])
            best = k;
    return best;
}

void mote_predictions_argmax(const mote_predictions *p, int32_t *classes)
{
    for (size_t i = 0; i < p->n; i++)
        classes[i] = argmax(p->probabilities + i * (size_t)p->n_classes, p->n_classes);
}

/* Bin of (i/b, (i+1)/b]. */
static int32_t bin_of(double confidence, int32_t n_bins)
{
    int32_t bin = (int32_t)ceil(confidence * n_bins) - 1;
    return bin < 0 ? 0 : bin >= n_bins ? n_bins - 1 : bin;
}

static double clamp_log(float p)
{
    return log(fmax((double)p, MOTE_LEAST_PROBABILITY));
}

static mote_status take_facts(const mote_predictions *p, int32_t n_bins, mote_arena *a,
                              clip_facts *f, mote_err *err)
{
    f->p = p;
    MOTE_TRY(mote_arena_take(a, p->n, sizeof *f->predicted, &f->predicted, err));
    MOTE_TRY(mote_arena_take(a, p->n, sizeof *f->bin, &f->bin, err));
    MOTE_TRY(mote_arena_take(a, p->n, sizeof *f->confidence, &f->confidence, err));
    MOTE_TRY(mote_arena_take(a, p->n, sizeof *f->brier, &f->brier, err));
    MOTE_TRY(mote_arena_take(a, p->n, sizeof *f->nll, &f->nll, err));
    mote_predictions_argmax(p, f->predicted);
    for (size_t i = 0; i < p->n; i++) {
        const float *row = p->probabilities + i * (size_t)p->n_classes;
        f->confidence[i] = (double)row[f->predicted[i]];
        f->bin[i] = bin_of(f->confidence[i], n_bins);
        f->nll[i] = -clamp_log(row[p->labels[i]]);
        double sum = 0;
        for (int32_t k = 0; k < p->n_classes; k++) {
            double d = (double)row[k] - (k == p->labels[i]);
            sum += d * d;
        }
        f->brier[i] = sum;
    }
    return MOTE_OK;
}

static mote_status take_tally(int32_t n_classes, int32_t n_bins, mote_arena *a, tally *t,
                              mote_err *err)
{
    size_t cells = (size_t)n_classes * (size_t)n_classes;
    *t = (tally){.n_classes = n_classes, .n_bins = n_bins};
    MOTE_TRY(mote_arena_take(a, cells, sizeof *t->confusion, &t->confusion, err));
    MOTE_TRY(mote_arena_take(a, (size_t)n_bins, sizeof *t->bin_n, &t->bin_n, err));
    MOTE_TRY(mote_arena_take(a, (size_t)n_bins, sizeof *t->bin_right, &t->bin_right, err));
    return mote_arena_take(a, (size_t)n_bins, sizeof *t->bin_confidence, &t->bin_confidence, err);
}

static void clear_tally(tally *t)
{
    const size_t n_classes = (size_t)t->n_classes, n_bins = (size_t)t->n_bins;
    memset(t->confusion, 0, n_classes * n_classes * sizeof *t->confusion);
    memset(t->bin_n, 0, n_bins * sizeof *t->bin_n);
    memset(t->bin_right, 0, n_bins * sizeof *t->bin_right);
    for (size_t b = 0; b < n_bins; b++)
        t->bin_confidence[b] = 0;
    t->n = 0;
    t->brier = t->nll = 0;
}

static void count_clip(tally *t, const clip_facts *f, size_t i)
{
    const mote_predictions *p = f->p;
    int32_t bin = f->bin[i];
    t->n++;
    t->confusion[(size_t)p->labels[i] * (size_t)t->n_classes + (size_t)f->predicted[i]]++;
    t->bin_n[bin]++;
    t->bin_right[bin] += p->labels[i] == f->predicted[i];
    t->bin_confidence[bin] += f->confidence[i];
    t->brier += f->brier[i];
    t->nll += f->nll[i];
}

static double ratio(int64_t a, int64_t b)
{
    return b > 0 ? (double)a / (double)b : 0;
}

static void class_counts(const tally *t, int32_t class_id, mote_class_result *out)
{
    const size_t n_classes = (size_t)t->n_classes, k = (size_t)class_id;
    *out = (mote_class_result){.n_right = t->confusion[k * n_classes + k]};
    for (size_t other = 0; other < n_classes; other++) {
        out->n += t->confusion[k * n_classes + other];
        out->n_predicted += t->confusion[other * n_classes + k];
    }
    out->precision = ratio(out->n_right, out->n_predicted);
    out->recall = ratio(out->n_right, out->n);
    out->f1 = ratio(2 * out->n_right, out->n + out->n_predicted);
}

/* `whole`: the classes of the whole sample, for a resample: a class that has clips there but drew
 * none has no F1, which is not an F1 of 0. NULL for the whole sample itself. */
static summary summarise(const tally *t, const mote_class_result *whole)
{
    summary s = {0};
    int32_t n_present = 0;
    for (int32_t k = 0; k < t->n_classes; k++) {
        mote_class_result c;
        class_counts(t, k, &c);
        bool is_missing = whole && whole[k].n > 0 && c.n == 0;
        n_present += c.n + c.n_predicted > 0 && !is_missing;
        s.macro_f1 += is_missing ? 0 : c.f1;
    }
    double n = (double)t->n;
    s.macro_f1 /= n_present;
    for (int32_t b = 0; b < t->n_bins; b++)
        s.ece += fabs((double)t->bin_right[b] - t->bin_confidence[b]) / n;
    s.brier = t->brier / n;
    s.nll = t->nll / n;
    return s;
}

/* Clips sorted by group: those of group g are members[first[g] .. first[g+1]). Without groups each
 * clip is its own. */
typedef struct {
    size_t n_groups;
    size_t *first;
    uint32_t *members;
} group_index;

static mote_status index_groups(const mote_predictions *p, mote_arena *a, group_index *x,
                                mote_err *err)
{
    x->n_groups = p->groups ? (size_t)p->n_groups : p->n;
    MOTE_TRY(mote_arena_take(a, x->n_groups + 1, sizeof *x->first, &x->first, err));
    MOTE_TRY(mote_arena_take(a, p->n, sizeof *x->members, &x->members, err));
    if (!p->groups) {
        for (size_t i = 0; i < p->n; i++) {
            x->first[i] = i;
            x->members[i] = (uint32_t)i;
        }
        x->first[p->n] = p->n;
        return MOTE_OK;
    }
    for (size_t i = 0; i < p->n; i++)
        x->first[p->groups[i] + 1]++;
    for (size_t g = 0; g < x->n_groups; g++)
        x->first[g + 1] += x->first[g];
    size_t *next = NULL;
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(mote_arena_take(a, x->n_groups, sizeof *next, &next, err));
    memcpy(next, x->first, x->n_groups * sizeof *next);
    for (size_t i = 0; i < p->n; i++)
        x->members[next[p->groups[i]]++] = (uint32_t)i;
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

static mote_interval percentile(double value, double *values, size_t n, double confidence)
{
    mote_sort_doubles(values, n);
    double tail = (1 - confidence) / 2;
    mote_interval out = {value, mote_quantile_sorted(values, n, tail),
                         mote_quantile_sorted(values, n, 1 - tail)};
    out.lo = fmin(out.lo, value);
    out.hi = fmax(out.hi, value);
    return out;
}

#define N_BOOTSTRAPPED 4

/* Groups are drawn with replacement, as many as there are; empty draws (all groups without clips)
 * cannot happen because groups without clips are not drawn. */
static mote_status bootstrap(const clip_facts *f, const mote_evaluate_config *cfg,
                             const summary *point, mote_arena *a, mote_evaluation *out,
                             mote_err *err)
{
    const mote_predictions *p = f->p;
    group_index x;
    tally t;
    size_t n = (size_t)cfg->n_resamples, n_filled = 0;
    double *values[N_BOOTSTRAPPED];
    uint32_t *filled = NULL;
    MOTE_TRY(index_groups(p, a, &x, err));
    MOTE_TRY(take_tally(p->n_classes, cfg->n_bins, a, &t, err));
    MOTE_TRY(mote_arena_take(a, x.n_groups, sizeof *filled, &filled, err));
    for (int i = 0; i < N_BOOTSTRAPPED; i++)
        MOTE_TRY(mote_arena_take(a, n, sizeof *values[i], &values[i], err));
    for (size_t g = 0; g < x.n_groups; g++)
        if (x.first[g + 1] > x.first[g])
            filled[n_filled++] = (uint32_t)g;
    for (size_t r = 0; r < n; r++) {
        mote_rng rng;
        mote_rng_init_stream(&rng, cfg->seed, RNG_BOOTSTRAP, r);
        clear_tally(&t);
        for (size_t draw = 0; draw < n_filled; draw++) {
            size_t g = filled[mote_rng_below(&rng, (uint32_t)n_filled)];
            for (size_t i = x.first[g]; i < x.first[g + 1]; i++)
                count_clip(&t, f, x.members[i]);
        }
        summary s = summarise(&t, out->classes);
        values[0][r] = s.macro_f1;
        values[1][r] = s.ece;
        values[2][r] = s.brier;
        values[3][r] = s.nll;
    }
    out->macro_f1 = percentile(point->macro_f1, values[0], n, cfg->confidence);
    out->ece = percentile(point->ece, values[1], n, cfg->confidence);
    out->brier = percentile(point->brier, values[2], n, cfg->confidence);
    out->nll = percentile(point->nll, values[3], n, cfg->confidence);
    return MOTE_OK;
}

static void fill_classes(const tally *t, mote_evaluation *out)
{
    out->worst_class = -1;
    for (int32_t k = 0; k < out->n_classes; k++) {
        mote_class_result *c = &out->classes[k];
        class_counts(t, k, c);
        out->n_right += c->n_right;
        if (c->n > 0 && (out->worst_class < 0 || c->recall < out->classes[out->worst_class].recall))
            out->worst_class = k;
    }
}

/* Samples that a group has, and those that were right; all 0 between two shares. */
typedef struct {
    int32_t *n, *n_right; /* [n_groups] */
} group_counts;

/* The share that was right of samples[0..n), over groups. */
static mote_interval right_of(const clip_facts *f, const uint32_t *samples, size_t n,
                              const group_counts *g, double confidence)
{
    const mote_predictions *p = f->p;
    mote_share share = {0};
    for (size_t i = 0; i < n; i++) {
        const int32_t group = p->groups[samples[i]];
        g->n[group]++;
        g->n_right[group] += p->labels[samples[i]] == f->predicted[samples[i]];
    }
    for (size_t i = 0; i < n; i++) {
        const int32_t group = p->groups[samples[i]];
        mote_share_add(&share, g->n[group], g->n_right[group]); /* nothing the second time */
        g->n[group] = g->n_right[group] = 0;
    }
    return mote_share_interval(&share, confidence);
}

/* Intervals of what was right, of all and of each class: over groups where there are any. */
static mote_status fill_shares(const clip_facts *f, mote_arena *a, mote_evaluation *out,
                               mote_err *err)
{
    const mote_predictions *p = f->p;
    const double confidence = out->confidence_level;
    uint32_t *samples = NULL; /* by class */
    size_t at = 0;
    group_counts g;
    if (!p->groups) {
        out->accuracy = mote_interval_wilson(out->n_right, out->n, confidence);
        for (int32_t k = 0; k < out->n_classes; k++)
            out->classes[k].recall_interval =
                mote_interval_wilson(out->classes[k].n_right, out->classes[k].n, confidence);
        return MOTE_OK;
    }
    MOTE_TRY(mote_arena_take(a, p->n, sizeof *samples, &samples, err));
    MOTE_TRY(mote_arena_take(a, (size_t)p->n_groups, sizeof *g.n, &g.n, err));
    MOTE_TRY(mote_arena_take(a, (size_t)p->n_groups, sizeof *g.n_right, &g.n_right, err));
    size_t *next = NULL;
    MOTE_TRY(mote_arena_take(a, (size_t)out->n_classes, sizeof *next, &next, err));
    for (int32_t k = 0; k < out->n_classes; at += (size_t)out->classes[k++].n)
        next[k] = at;
    for (size_t i = 0; i < p->n; i++)
        samples[next[p->labels[i]]++] = (uint32_t)i;
    out->accuracy = right_of(f, samples, p->n, &g, confidence);
    at = 0;
    for (int32_t k = 0; k < out->n_classes; at += (size_t)out->classes[k++].n)
        out->classes[k].recall_interval =
            right_of(f, samples + at, (size_t)out->classes[k].n, &g, confidence);
    return MOTE_OK;
}

static void fill_groups(const clip_facts *f, int32_t min_group, mote_evaluation *out)
{
    const mote_predictions *p = f->p;
    out->worst_group = -1;
    for (size_t i = 0; out->n_groups > 0 && i < p->n; i++) {
        mote_group_result *g = &out->groups[p->groups[i]];
        g->n++;
        g->n_right += p->labels[i] == f->predicted[i];
    }
    for (int32_t k = 0; k < out->n_groups; k++) {
        mote_group_result *g = &out->groups[k];
        g->accuracy = mote_interval_wilson(g->n_right, g->n, out->confidence_level);
        if (g->n > 0 && g->n >= min_group &&
            (out->worst_group < 0 ||
             g->accuracy.value < out->groups[out->worst_group].accuracy.value))
            out->worst_group = k;
    }
}

static void fill_bins(const tally *t, mote_evaluation *out)
{
    for (int32_t b = 0; b < out->n_bins; b++) {
        mote_calibration_bin *bin = &out->bins[b];
        bin->n = t->bin_n[b];
        bin->accuracy = ratio(t->bin_right[b], t->bin_n[b]);
        bin->confidence = t->bin_n[b] > 0 ? t->bin_confidence[b] / (double)t->bin_n[b] : 0;
    }
}

mote_status mote_evaluate(const mote_predictions *p, const mote_evaluate_config *cfg, mote_arena *a,
                          mote_evaluation *out, mote_err *err)
{
    MOTE_TRY(check(p, cfg, err));
    mote_evaluation e = {.n = (int64_t)p->n,
                         .n_classes = p->n_classes,
                         .n_groups = p->groups ? p->n_groups : 0,
                         .n_bins = cfg->n_bins,
                         .confidence_level = cfg->confidence};
    tally t;
    MOTE_TRY(take_tally(p->n_classes, cfg->n_bins, a, &t, err));
    MOTE_TRY(mote_arena_take(a, (size_t)e.n_classes, sizeof *e.classes, &e.classes, err));
    MOTE_TRY(mote_arena_take(a, (size_t)e.n_groups, sizeof *e.groups, &e.groups, err));
    MOTE_TRY(mote_arena_take(a, (size_t)e.n_bins, sizeof *e.bins, &e.bins, err));
    e.confusion = t.confusion;

    mote_arena_mark mark = mote_arena_save(a);
    clip_facts f;
    MOTE_TRY(take_facts(p, cfg->n_bins, a, &f, err));
    for (size_t i = 0; i < p->n; i++)
        count_clip(&t, &f, i);
    summary point = summarise(&t, NULL);
    fill_classes(&t, &e);
    fill_groups(&f, cfg->min_group, &e);
    fill_bins(&t, &e);
    MOTE_TRY(fill_shares(&f, a, &e, err));
    MOTE_TRY(bootstrap(&f, cfg, &point, a, &e, err));
    mote_arena_rewind(a, mark);
    *out = e;
    return MOTE_OK;
}

#define MOST_TEMPERATURE 50.0 /* and 1 / 50 the least that is looked for */

/* d nll / d beta at beta = 1/T, and nll; z = ln p. Monotone in beta. */
static double temperature_slope(const mote_predictions *p, double beta, double *nll)
{
    double slope = 0, loss = 0;
    for (size_t i = 0; i < p->n; i++) {
        const float *row = p->probabilities + i * (size_t)p->n_classes;
        double top = -(double)INFINITY, sum = 0, mean = 0;
        for (int32_t k = 0; k < p->n_classes; k++)
            top = fmax(top, clamp_log(row[k]));
        for (int32_t k = 0; k < p->n_classes; k++) {
            double z = clamp_log(row[k]), w = exp(beta * (z - top));
            sum += w;
            mean += w * z;
        }
        double z_label = clamp_log(row[p->labels[i]]);
        slope += mean / sum - z_label;
        loss += log(fmax(sum, 1)) + /* the top class alone weighs 1 */
                beta * (top - z_label);
    }
    *nll = loss / (double)p->n;
    return slope;
}

bool mote_temperature_is_bound(double temperature)
{
    return !(fabs(log(temperature)) < 0.99 * log(MOST_TEMPERATURE));
}

mote_status mote_temperature_fit(const mote_predictions *p, double *temperature, double *nll,
                                 mote_err *err)
{
    mote_evaluate_config cfg = mote_evaluate_config_default();
    MOTE_TRY(check(p, &cfg, err));
    double lo = log(1 / MOST_TEMPERATURE), hi = log(MOST_TEMPERATURE), loss = 0; /* of beta */
    for (int i = 0; i < 60; i++) {
        double mid = lo + (hi - lo) / 2;
        if (temperature_slope(p, exp(mid), &loss) > 0)
            hi = mid;
        else
            lo = mid;
    }
    double beta = exp(lo + (hi - lo) / 2);
    (void)temperature_slope(p, beta, &loss);
    *temperature = 1 / beta;
    if (nll)
        *nll = loss;
    return MOTE_OK;
}
