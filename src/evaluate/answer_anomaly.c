/* SPDX-License-Identifier: Apache-2.0 */
/* Scores in order, and what follows from a threshold, see answer_anomaly.h. */
#include "evaluate/answer_anomaly.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "evaluate/anomaly_threshold.h"
#include "evaluate/answer_internal.h"
#include "evaluate/bootstrap.h"
#include "evaluate/json_parts.h"

/* ---- order ------------------------------------------------------------------------------- */

typedef struct {
    float score;
    uint32_t index;
} ranked;

/* The highest score first; equal ones in the order of the samples, so that sorting is stable. */
static int compare_ranked(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->score > y->score)
        return -1;
    if (x->score < y->score)
        return 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

mote_status mote_anomaly_scores_check(const float *scores, size_t n, const char *name,
                                      mote_err *err)
{
    if (n == 0 || n > INT32_MAX)
        return mote_fail(err, MOTE_ARG, "%s: %zu scores, from 1 to 2^31 are needed", name, n);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(scores[i]))
            return mote_fail(err, MOTE_ARG, "%s: score %g of sample %zu is not finite", name,
                             (double)scores[i], i);
    return MOTE_OK;
}

static mote_status rank(const mote_anomaly_answers *v, mote_arena *a, ranked **out, mote_err *err)
{
    ranked *r = NULL;
    MOTE_TRY(mote_arena_take(a, v->n, sizeof *r, &r, err));
    for (size_t i = 0; i < v->n; i++)
        r[i] = (ranked){v->scores[i], (uint32_t)i};
    qsort(r, v->n, sizeof *r, compare_ranked);
    *out = r;
    return MOTE_OK;
}

enum { AUC, PRECISION, FALSE_ALARMS, FOUND, N_MEASURED };

typedef struct {
    const mote_anomaly_answers *v;
    const ranked *order;
} measuring;

static bool is_alarm(const mote_anomaly_answers *v, size_t i)
{
    return v->scores[i] > (v->thresholds ? v->thresholds[i] : v->threshold);
}

static void measure(void *arg, const uint32_t *weights, double *values)
{
    const measuring *m = arg;
    const mote_anomaly_answers *v = m->v;
    double n_anomalies = 0, n_normal = 0, n_found = 0, n_false = 0, below = 0, precision = 0;
    for (size_t i = 0; i < v->n;) {
        double anomalies = 0, normal = 0; /* of one score */
        float score = m->order[i].score;
        for (; i < v->n && m->order[i].score == score; i++) { /* equal floats are equal scores */
            uint32_t at = m->order[i].index;
            *(v->is_anomaly[at] ? &anomalies : &normal) += weights[at];
            if (is_alarm(v, at))
                *(v->is_anomaly[at] ? &n_found : &n_false) += weights[at];
        }
        /* Invariant: n_anomalies, n_normal are those of higher scores. Each normal sample here is
         * below those anomalies, and level with the ones here. */
        below += normal * (n_anomalies + anomalies / 2);
        n_anomalies += anomalies;
        n_normal += normal;
        if (anomalies > 0)
            precision += anomalies * n_anomalies / (n_anomalies + n_normal);
    }
    bool has_both = n_anomalies > 0 && n_normal > 0;
    values[AUC] = has_both ? below / (n_anomalies * n_normal) : (double)NAN;
    values[PRECISION] = has_both ? precision / n_anomalies : (double)NAN;
    values[FALSE_ALARMS] = n_normal > 0 ? n_false / n_normal : (double)NAN;
    values[FOUND] = n_anomalies > 0 ? n_found / n_anomalies : (double)NAN;
}

static mote_interval widened(mote_interval x, int64_t k, int64_t n, double confidence)
{
    if (n == 0)
        return x;
    mote_interval w = mote_interval_wilson(k, n, confidence);
    return (mote_interval){x.value, isnan(x.lo) ? w.lo : fmin(x.lo, w.lo),
                           isnan(x.hi) ? w.hi : fmax(x.hi, w.hi)};
}

static mote_bootstrap_config bootstrap_of(const mote_anomaly_answers *v,
                                          const mote_anomaly_parts *parts,
                                          const mote_evaluate_config *cfg)
{
    return (mote_bootstrap_config){.n = v->n,
                                   .groups = parts->part,
                                   .n_groups = parts->n_parts,
                                   .confidence = cfg->confidence,
                                   .n_resamples = cfg->n_resamples,
                                   .seed = cfg->seed};
}

static void count_alarms(const mote_anomaly_answers *v, mote_anomaly_evaluation *e)
{
    for (size_t i = 0; i < v->n; i++) {
        const bool is_one = is_alarm(v, i);
        e->n_anomalies += v->is_anomaly[i];
        e->n_normal += !v->is_anomaly[i];
        e->n_found += is_one && v->is_anomaly[i];
        e->n_false_alarms += is_one && !v->is_anomaly[i];
    }
}

mote_status mote_anomaly_evaluate(const mote_anomaly_answers *v, const mote_evaluate_config *cfg,
                                  mote_arena *a, mote_anomaly_evaluation *out, mote_err *err)
{
    MOTE_TRY(mote_anomaly_scores_check(v->scores, v->n, "evaluate", err));
    if (!isfinite(v->threshold))
        return mote_fail(err, MOTE_ARG, "evaluate: threshold %g is not finite",
                         (double)v->threshold);
    mote_arena_mark mark = mote_arena_save(a);
    mote_anomaly_evaluation e = {.confidence_level = cfg->confidence};
    mote_interval x[N_MEASURED];
    ranked *order = NULL;
    mote_anomaly_parts parts;
    MOTE_TRY(rank(v, a, &order, err));
    measuring m = {v, order};
    MOTE_TRY(mote_anomaly_parts_of(v, 0, a, &parts, err));
    mote_bootstrap_config boot = bootstrap_of(v, &parts, cfg);
    const mote_statistic numbers = {N_MEASURED, measure, &m};
    MOTE_TRY(mote_bootstrap(&boot, &numbers, a, x, err));
    mote_arena_rewind(a, mark);
    count_alarms(v, &e);
    e.roc_auc = x[AUC];
    e.average_precision = x[PRECISION];
    e.false_alarm_rate = widened(x[FALSE_ALARMS], e.n_false_alarms, e.n_normal, cfg->confidence);
    e.detection_rate = widened(x[FOUND], e.n_found, e.n_anomalies, cfg->confidence);
    *out = e;
    return MOTE_OK;
}

mote_status mote_anomaly_evaluation_to_json(const mote_anomaly_evaluation *e, json_t **out,
                                            mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    MOTE_TRY(mote_json_put(o, "n_normal", json_integer(e->n_normal), err));
    MOTE_TRY(mote_json_put(o, "n_anomalies", json_integer(e->n_anomalies), err));
    MOTE_TRY(mote_json_put(o, "n_false_alarms", json_integer(e->n_false_alarms), err));
    MOTE_TRY(mote_json_put(o, "n_found", json_integer(e->n_found), err));
    MOTE_TRY(mote_json_put(o, "confidence", json_real(e->confidence_level), err));
    MOTE_TRY(mote_json_put_interval(o, "roc_auc", e->roc_auc, err));
    MOTE_TRY(mote_json_put_interval(o, "average_precision", e->average_precision, err));
    MOTE_TRY(mote_json_put_interval(o, "false_alarm_rate", e->false_alarm_rate, err));
    MOTE_TRY(mote_json_put_interval(o, "detection_rate", e->detection_rate, err));
    *out = json_incref(o);
    return MOTE_OK;
}

/* ---- series ------------------------------------------------------------------------------ */

static mote_status check_series(const mote_anomaly_series *s, mote_err *err)
{
    MOTE_TRY(mote_anomaly_scores_check(s->scores, s->n, s->name, err));
    for (size_t w = 0; w < s->n_windows; w++) {
        const mote_anomaly_window *x = &s->windows[w];
        if (x->first > x->last || x->last >= s->n || (w > 0 && x->first <= s->windows[w - 1].last))
            return mote_fail(err, MOTE_ARG,
                             "%s: window %zu, steps %zu to %zu, is not inside the %zu steps or "
                             "does not come after the one before",
                             s->name, w, x->first, x->last, s->n);
    }
    return MOTE_OK;
}

mote_status mote_anomaly_corpus_check(const mote_anomaly_corpus *c, mote_err *err)
{
    if (c->n == 0)
        return mote_fail(err, MOTE_ARG, "evaluate: there is no series");
    for (size_t k = 0; k < c->n; k++)
        MOTE_TRY(check_series(&c->series[k], err));
    return MOTE_OK;
}

static void measure_mean(void *arg, const uint32_t *weights, double *values)
{
    const mote_anomaly_delay *d = ((void **)arg)[0];
    const double *delays = ((void **)arg)[1];
    double n = 0, sum = 0;
    for (int64_t i = 0; i < d->n_found; i++) {
        n += weights[i];
        sum += weights[i] * delays[i];
    }
    values[0] = sum / n;
}

/* First alarm of each window into delays, and the alarms outside of all. */
static void find_alarms(const mote_anomaly_series *s, float threshold, double *delays,
                        mote_anomaly_delay *d)
{
    size_t w = 0;
    bool is_found = false;
    for (size_t i = 0; i < s->n; i++) {
        if (w < s->n_windows && i > s->windows[w].last) {
            w++;
            is_found = false;
        }
        bool is_inside = w < s->n_windows && i >= s->windows[w].first;
        if (!(s->scores[i] > threshold))
            continue;
        if (!is_inside)
            d->n_false_alarms++;
        else if (!is_found)
            delays[d->n_found++] = (double)(i - s->windows[w].first);
        is_found = is_found || is_inside;
    }
}

mote_status mote_anomaly_delay_of(const mote_anomaly_corpus *c, float threshold,
                                  const mote_evaluate_config *cfg, mote_arena *a,
                                  mote_anomaly_delay *out, mote_err *err)
{
    MOTE_TRY(mote_anomaly_corpus_check(c, err));
    mote_anomaly_delay d = {.delay = {(double)NAN, (double)NAN, (double)NAN},
                            .median_delay = (double)NAN};
    for (size_t k = 0; k < c->n; k++)
        d.n_windows += (int64_t)c->series[k].n_windows;
    mote_arena_mark mark = mote_arena_save(a);
    double *delays = NULL;
    MOTE_TRY(mote_arena_take(a, (size_t)d.n_windows + 1, sizeof *delays, &delays, err));
    for (size_t k = 0; k < c->n; k++)
        find_alarms(&c->series[k], threshold, delays, &d);
    d.found = mote_interval_wilson(d.n_found, d.n_windows, cfg->confidence);
    if (d.n_found > 0) {
        void *arg[] = {&d, delays};
        const mote_bootstrap_config boot = {.n = (size_t)d.n_found,
                                            .confidence = cfg->confidence,
                                            .n_resamples = cfg->n_resamples,
                                            .seed = cfg->seed};
        const mote_statistic mean = {1, measure_mean, arg};
        MOTE_TRY(mote_bootstrap(&boot, &mean, a, &d.delay, err));
        mote_sort_doubles(delays, (size_t)d.n_found);
        d.median_delay = mote_quantile_sorted(delays, (size_t)d.n_found, 0.5);
    }
    mote_arena_rewind(a, mark);
    *out = d;
    return MOTE_OK;
}

/* ---- the row of the table ---------------------------------------------------------------- */

static mote_anomaly_answers answers_of(const mote_answers *x)
{
    return (mote_anomaly_answers){.n = x->n,
                                  .scores = x->said,
                                  .is_anomaly = x->is_anomaly,
                                  .groups = x->groups,
                                  .n_groups = x->n_groups,
                                  .threshold = x->threshold,
                                  .thresholds = x->thresholds};
}

static mote_status evaluate_anomalies(const mote_answers *x, const mote_answer_words *words,
                                      const mote_evaluate_config *cfg, mote_arena *a,
                                      mote_answers_report *out, mote_err *err)
{
    mote_anomaly_answers v = answers_of(x);
    mote_anomaly_evaluation e;
    mote_answer_numbers *f = &out->numbers;
    MOTE_TRY(mote_anomaly_evaluate(&v, cfg, a, &e, err));
    mote_answer_numbers_add(f, MOTE_METRIC_roc_auc, e.roc_auc, (int64_t)x->n);
    mote_answer_numbers_add(f, MOTE_METRIC_average_precision, e.average_precision, (int64_t)x->n);
    mote_answer_numbers_add(f, MOTE_METRIC_false_alarm_rate, e.false_alarm_rate, e.n_normal);
    mote_answer_numbers_add(f, MOTE_METRIC_detection_rate, e.detection_rate, e.n_anomalies);
    return words ? mote_anomaly_evaluation_to_json(&e, &out->document, err) : MOTE_OK;
}

static float mean_of(const mote_anomaly_answers *v)
{
    double sum = 0;
    for (size_t i = 0; i < v->n; i++)
        sum += (double)v->scores[i];
    return (float)(sum / (double)v->n);
}

/* The threshold comes from what is normal alone, whatever else is known. A model's decision counts
 * a score at its threshold as an anomaly, an evaluation one above it: the next float. */
static mote_status choose(const mote_answers *x, const mote_decide_config *cfg, mote_arena *a,
                          mote_decided *out, mote_err *err)
{
    mote_anomaly_threshold t;
    mote_anomaly_answers normal = {.n_groups = x->n_groups};
    float *scores = NULL;
    int32_t *groups = NULL;
    if (!(cfg->margin >= 1 && isfinite(cfg->margin)))
        return mote_fail(err, MOTE_ARG, "threshold: margin %g is not 1 or more", cfg->margin);
    MOTE_TRY(mote_arena_take(a, x->n, sizeof *scores, &scores, err));
    MOTE_TRY(mote_arena_take(a, x->n, sizeof *groups, &groups, err));
    for (size_t i = 0; i < x->n; i++)
        if (!x->is_anomaly[i]) {
            groups[normal.n] = x->groups ? x->groups[i] : 0;
            scores[normal.n++] = x->said[i];
        }
    normal.scores = scores;
    normal.groups = x->groups ? groups : NULL;
    MOTE_TRY(mote_anomaly_threshold_of(&normal, cfg->false_alarm, &cfg->evaluate, a, &t, err));
    if (cfg->margin > 1) { /* that many raise an alarm at most: how few, nobody can say */
        t.threshold += (float)((cfg->margin - 1) * fabs((double)t.threshold));
        t.false_alarm.lo = 0;
    }
    out->n = t.n;
    out->n_parts = t.n_parts;
    out->is_pieces = t.is_pieces;
    if (!t.is_kept && !(cfg->margin > 1)) {
        (void)mote_format(out->note, sizeof out->note,
                          "normal %s that were left out raise more alarms than "
                          "'anomaly.false_alarm' however high the threshold lies: %.2g %% of them",
                          t.is_pieces ? "pieces" : "groups", 100 * t.false_alarm.value);
        out->short_note = "more false alarms than asked for";
    }
    out->false_alarm = t.asked;
    out->true_false_alarm = t.false_alarm;
    out->decision.anomaly.quiet_ms = cfg->quiet_ms;
    out->decision.anomaly.adapt_ms = cfg->adapt_ms;
    out->decision.anomaly.usual = cfg->adapt_ms > 0 ? mean_of(&normal) : 0;
    out->decision.anomaly.threshold = nextafterf(t.threshold, INFINITY);
    out->promises[out->n_promises++] =
        (mote_decide_promise){MOTE_METRIC_false_alarm_rate, t.false_alarm};
    return MOTE_OK;
}

static mote_status apply(const mote_decided *d, const mote_decide_range *r, float *said,
                         mote_arena *a, mote_answers *x, mote_err *err)
{
    const float threshold = nextafterf(d->decision.anomaly.threshold, -INFINITY);
    float *all = NULL;
    (void)said;
    x->threshold = threshold;
    if (r->n == x->n)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, x->n, sizeof *all, &all, err));
    for (size_t i = 0; i < x->n; i++) { /* what another choice has made is kept */
        const bool is_ours = i >= r->first && i < r->first + r->n;
        all[i] = !is_ours && x->thresholds ? x->thresholds[i] : threshold;
    }
    x->thresholds = all;
    return MOTE_OK;
}

static mote_status put(const mote_decided *d, const mote_answer_words *words, json_t *into,
                       mote_err *err)
{
    json_t *o = json_object();
    (void)words;
    MOTE_TRY(mote_json_put(into, "threshold", o, err));
    MOTE_TRY(mote_json_put(o, "score", json_real((double)d->decision.anomaly.threshold), err));
    MOTE_TRY(mote_json_put(o, "asked_false_alarm", json_real(d->false_alarm), err));
    MOTE_TRY(mote_json_put(o, "n", json_integer(d->n), err));
    MOTE_TRY(mote_json_put(o, "left_out", json_integer(d->n_parts), err));
    MOTE_TRY(
        mote_json_put(o, "left_out_are", json_string(d->is_pieces ? "pieces" : "groups"), err));
    if (*d->note)
        MOTE_TRY(mote_json_put(o, "note", json_string(d->note), err));
    return mote_json_put_interval(o, "false_alarm", d->true_false_alarm, err);
}

static mote_status prepare(const mote_answers *x, mote_arena *a, const void **state, mote_err *err)
{
    mote_anomaly_answers v = answers_of(x);
    ranked *order = NULL;
    MOTE_TRY(mote_anomaly_scores_check(v.scores, v.n, "compare", err));
    MOTE_TRY(rank(&v, a, &order, err));
    *state = order;
    return MOTE_OK;
}

static double area(const mote_answers *x, const void *state, const uint32_t *weights)
{
    double values[N_MEASURED];
    mote_anomaly_answers v = answers_of(x);
    measuring m = {&v, state};
    measure(&m, weights, values);
    return values[AUC];
}

static bool is_same_truth(const mote_answers *a, const mote_answers *b)
{
    return memcmp(a->is_anomaly, b->is_anomaly, a->n * sizeof *a->is_anomaly) == 0;
}

static mote_status tell(const json_t *document, size_t worst, mote_buf *out, mote_err *err)
{
    (void)worst;
    mote_answer_tell_number(document, "false_alarm_rate", MOTE_METRIC_false_alarm_rate, "", out);
    mote_answer_tell_number(document, "detection_rate", MOTE_METRIC_detection_rate, ", ", out);
    mote_answer_tell_number(document, "roc_auc", MOTE_METRIC_roc_auc, ", ", out);
    mote_answer_tell_number(document, "average_precision", MOTE_METRIC_average_precision, ", ",
                            out);
    mote_buf_printf(out, ", n %lld normal and %lld not\n",
                    (long long)json_integer_value(json_object_get(document, "n_normal")),
                    (long long)json_integer_value(json_object_get(document, "n_anomalies")));
    return mote_buf_status(out, err);
}

static mote_status show(const mote_answers *x, const mote_answer_words *words, size_t step,
                        json_t *into, mote_err *err)
{
    json_t *normal = json_array(), *anomaly = json_array();
    (void)words;
    MOTE_TRY(mote_json_put(into, "normal", normal, err));
    MOTE_TRY(mote_json_put(into, "anomaly", anomaly, err));
    for (size_t i = 0; i < x->n; i += step)
        MOTE_TRY(mote_json_append(x->is_anomaly[i] ? anomaly : normal,
                                  json_real((double)x->said[i]), err));
    return MOTE_OK;
}

/* ---- drift ------------------------------------------------------------------------------- */

static int32_t n_watched(int32_t width)
{
    return width;
}

static void watched_name(int32_t k, char *name, size_t bytes)
{
    (void)k;
    (void)mote_format(name, bytes, "score");
}

static void watch(const float *said, int32_t width, float *out)
{
    (void)width;
    *out = *said;
}

const mote_answer_row mote_answer_row_anomaly = {
    .evaluate = evaluate_anomalies,
    .prepare = prepare,
    .chief = area,
    .is_same_truth = is_same_truth,
    .tell = tell,
    .show = show,
    .n_watched = n_watched,
    .watched_name = watched_name,
    .watch = watch,
    .choose = choose,
    .apply = apply,
    .put = put,
};
