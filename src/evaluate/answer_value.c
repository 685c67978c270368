/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of values, see answer_value.h. Sums are over weighted samples, so that the sample itself
 * and each resample go through the same lines. */
#include "evaluate/answer_value.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "evaluate/answer_internal.h"
#include "evaluate/bootstrap.h"
#include "evaluate/reference_profile.h"
#include "evaluate/json_parts.h"

enum { MAE, RMSE, R2, MAPE, COVERAGE, N_MEASURED };

typedef struct {
    const mote_value_answers *v;
    double centre[MOTE_MAX_VALUES]; /* mean of the truth: sums of squares about it lose nothing */
} measuring;

static mote_status check_number(const float *x, size_t i, int32_t k, const char *what,
                                mote_err *err)
{
    if (isfinite(*x))
        return MOTE_OK;
    return mote_fail(err, MOTE_ARG, "evaluate: %s %g of value %d, sample %zu is not finite", what,
                     (double)*x, k, i);
}

static mote_status check(const mote_value_answers *v, mote_err *err)
{
    if (v->n == 0 || v->n > INT32_MAX)
        return mote_fail(err, MOTE_ARG, "evaluate: %zu samples, from 1 to 2^31 are needed", v->n);
    if (v->n_values < 1 || v->n_values > MOTE_MAX_VALUES)
        return mote_fail(err, MOTE_ARG, "evaluate: %d values, from 1 to %d are possible",
                         v->n_values, MOTE_MAX_VALUES);
    for (size_t i = 0; i < v->n; i++)
        for (int32_t k = 0; k < v->n_values; k++) {
            size_t at = i * (size_t)v->n_values + (size_t)k;
            MOTE_TRY(check_number(&v->truth[at], i, k, "truth", err));
            MOTE_TRY(check_number(&v->said[at], i, k, "prediction", err));
            if (v->lo && !(v->lo[at] <= v->hi[at]))
                return mote_fail(err, MOTE_ARG,
                                 "evaluate: interval [%g, %g] of value %d, sample %zu is none",
                                 (double)v->lo[at], (double)v->hi[at], k, i);
        }
    return MOTE_OK;
}

/* The numbers of value k. */
static void measure_value(const measuring *m, int32_t k, const uint32_t *weights, double *out)
{
    const mote_value_answers *v = m->v;
    double n = 0, n_relative = 0, absolute = 0, square = 0, relative = 0, held = 0;
    double sum = 0, sum_square = 0; /* of truth - centre */
    for (size_t i = 0; i < v->n; i++) {
        if (weights[i] == 0)
            continue;
        size_t at = i * (size_t)v->n_values + (size_t)k;
        double w = weights[i], truth = (double)v->truth[at], from = truth - m->centre[k];
        double error = (double)v->said[at] - truth;
        n += w;
        absolute += w * fabs(error);
        square += w * error * error;
        sum += w * from;
        sum_square += w * from * from;
        if (v->truth[at] != 0) {
            n_relative += w;
            relative += w * fabs(error / truth);
        }
        if (v->lo && v->lo[at] <= v->truth[at] && v->truth[at] <= v->hi[at])
            held += w;
    }
    double spread = sum_square - sum * sum / n;
    /* What is left of a truth that does not vary is rounding. */
    bool varies = spread > 1e-12 * sum_square && spread > 0;
    out[MAE] = absolute / n;
    out[RMSE] = sqrt(square / n);
    out[R2] = varies ? 1 - square / spread : (double)NAN;
    out[MAPE] = n_relative > 0 ? relative / n_relative : (double)NAN;
    out[COVERAGE] = v->lo ? held / n : (double)NAN;
}

/* Values one after the other, then their mean. */
static void measure(void *arg, const uint32_t *weights, double *values)
{
    const measuring *m = arg;
    int32_t n_values = m->v->n_values;
    double *mean = values + (size_t)n_values * N_MEASURED;
    for (int32_t j = 0; j < N_MEASURED; j++)
        mean[j] = 0;
    for (int32_t k = 0; k < n_values; k++) {
        double *of = values + (size_t)k * N_MEASURED;
        measure_value(m, k, weights, of);
        for (int32_t j = 0; j < N_MEASURED; j++)
            mean[j] += of[j] / n_values;
    }
}

static void fill_result(const mote_interval *x, mote_value_result *out)
{
    out->mae = x[MAE];
    out->rmse = x[RMSE];
    out->r2 = x[R2];
    out->mape = x[MAPE];
    out->coverage = x[COVERAGE];
}

/* What is counted, not resampled: zeros, widths, and Wilson's interval of the coverage. */
static void fill_counts(const mote_value_answers *v, mote_value_evaluation *e)
{
    int64_t n_held_all = 0;
    e->all.n_zero = 0;
    e->all.width = 0;
    for (int32_t k = 0; k < v->n_values; k++) {
        mote_value_result *r = &e->each[k];
        int64_t n_held = 0;
        double width = 0;
        for (size_t i = 0; i < v->n; i++) {
            size_t at = i * (size_t)v->n_values + (size_t)k;
            r->n_zero += v->truth[at] == 0;
            if (v->lo) {
                width += (double)v->hi[at] - (double)v->lo[at];
                n_held += v->lo[at] <= v->truth[at] && v->truth[at] <= v->hi[at];
            }
        }
        r->width = v->lo ? width / (double)v->n : (double)NAN;
        e->all.n_zero += r->n_zero;
        e->all.width += r->width / v->n_values;
        n_held_all += n_held;
        if (v->lo) {
            mote_interval w = mote_interval_wilson(n_held, e->n, e->confidence_level);
            r->coverage.lo = fmin(r->coverage.lo, w.lo);
            r->coverage.hi = fmax(r->coverage.hi, w.hi);
        }
    }
    if (v->lo) { /* values of one sample are one observation */
        int64_t n_held = (int64_t)floor((double)n_held_all / v->n_values);
        mote_interval w = mote_interval_wilson(n_held, e->n, e->confidence_level);
        e->all.coverage.lo = fmin(e->all.coverage.lo, w.lo);
        e->all.coverage.hi = fmax(e->all.coverage.hi, w.hi);
    }
}

static void fill_groups(const mote_value_answers *v, int32_t min_group, mote_value_evaluation *e)
{
    e->worst_group = -1;
    for (size_t i = 0; e->n_groups > 0 && i < v->n; i++) {
        int32_t g = v->groups[i];
        double sum = 0;
        for (int32_t k = 0; k < v->n_values; k++) {
            size_t at = i * (size_t)v->n_values + (size_t)k;
            sum += fabs((double)v->said[at] - (double)v->truth[at]) / v->n_values;
        }
        e->group_n[g]++;
        e->group_mae[g] += sum;
    }
    for (int32_t g = 0; g < e->n_groups; g++) {
        e->group_mae[g] = e->group_n[g] ? e->group_mae[g] / (double)e->group_n[g] : (double)NAN;
        if (e->group_n[g] > 0 && e->group_n[g] >= min_group &&
            (e->worst_group < 0 || e->group_mae[g] > e->group_mae[e->worst_group]))
            e->worst_group = g;
    }
}

mote_status mote_value_evaluate(const mote_value_answers *v, const mote_evaluate_config *cfg,
                                mote_arena *a, mote_value_evaluation *out, mote_err *err)
{
    MOTE_TRY(check(v, err));
    mote_value_evaluation e = {.n = (int64_t)v->n,
                               .n_values = v->n_values,
                               .n_groups = v->groups ? v->n_groups : 0,
                               .confidence_level = cfg->confidence};
    MOTE_TRY(mote_arena_take(a, (size_t)e.n_values, sizeof *e.each, &e.each, err));
    MOTE_TRY(mote_arena_take(a, (size_t)e.n_groups, sizeof *e.group_n, &e.group_n, err));
    MOTE_TRY(mote_arena_take(a, (size_t)e.n_groups, sizeof *e.group_mae, &e.group_mae, err));
    mote_arena_mark mark = mote_arena_save(a);
    measuring m = {.v = v};
    for (size_t i = 0; i < v->n; i++)
        for (int32_t k = 0; k < v->n_values; k++)
            m.centre[k] += (double)v->truth[i * (size_t)v->n_values + (size_t)k] / (double)v->n;
    const mote_bootstrap_config boot = {.n = v->n,
                                        .groups = v->groups,
                                        .n_groups = v->n_groups,
                                        .confidence = cfg->confidence,
                                        .n_resamples = cfg->n_resamples,
                                        .seed = cfg->seed};
    size_t n_numbers = ((size_t)v->n_values + 1) * N_MEASURED;
    mote_interval *x = NULL;
    MOTE_TRY(mote_arena_take(a, n_numbers, sizeof *x, &x, err));
    const mote_statistic numbers = {n_numbers, measure, &m};
    MOTE_TRY(mote_bootstrap(&boot, &numbers, a, x, err));
    for (int32_t k = 0; k < v->n_values; k++)
        fill_result(x + (size_t)k * N_MEASURED, &e.each[k]);
    fill_result(x + (size_t)v->n_values * N_MEASURED, &e.all);
    mote_arena_rewind(a, mark);
    fill_counts(v, &e);
    fill_groups(v, cfg->min_group, &e);
    *out = e;
    return MOTE_OK;
}

mote_status mote_value_half_width(const mote_value_answers *v, int32_t k, double level,
                                  mote_arena *a, double *out, mote_err *err)
{
    MOTE_TRY(check(v, err));
    if (k < 0 || k >= v->n_values || !(level > 0 && level < 1))
        return mote_fail(err, MOTE_ARG, "interval: value %d or level %g is out of range", k, level);
    double rank = ceil((double)(v->n + 1) * level - 1e-9);
    if (rank > (double)v->n)
        return mote_fail(err, MOTE_RANGE,
                         "an interval that holds %g of all values takes at least %.0f samples that "
                         "were not learned from, and there are %zu",
                         level, ceil(level / (1 - level) - 1e-9), v->n);
    mote_arena_mark mark = mote_arena_save(a);
    double *errors = NULL;
    MOTE_TRY(mote_arena_take(a, v->n, sizeof *errors, &errors, err));
    for (size_t i = 0; i < v->n; i++) {
        size_t at = i * (size_t)v->n_values + (size_t)k;
        errors[i] = fabs((double)v->said[at] - (double)v->truth[at]);
    }
    mote_sort_doubles(errors, v->n);
    *out = errors[(size_t)rank - 1];
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

/* ---- JSON -------------------------------------------------------------------------------- */

static mote_status put_result(json_t *o, const mote_value_result *r, mote_err *err)
{
    MOTE_TRY(mote_json_put_interval(o, "mae", r->mae, err));
    MOTE_TRY(mote_json_put_interval(o, "rmse", r->rmse, err));
    MOTE_TRY(mote_json_put_interval(o, "r2", r->r2, err));
    MOTE_TRY(mote_json_put_interval(o, "mape", r->mape, err));
    MOTE_TRY(mote_json_put(o, "n_zero", json_integer(r->n_zero), err));
    if (isnan(r->coverage.value))
        return MOTE_OK;
    MOTE_TRY(mote_json_put_interval(o, "coverage", r->coverage, err));
    return mote_json_put(o, "width", mote_json_number(r->width), err);
}

static mote_status put_groups(json_t *o, const mote_value_evaluation *e,
                              const char *const *group_names, mote_err *err)
{
    json_t *groups = json_object();
    MOTE_TRY(mote_json_put(o, "groups", groups, err));
    for (int32_t g = 0; g < e->n_groups; g++) {
        json_t *group = json_object();
        if (e->group_n[g] == 0) {
            json_decref(group);
            continue;
        }
        MOTE_TRY(mote_json_put(groups, group_names[g], group, err));
        MOTE_TRY(mote_json_put(group, "n", json_integer(e->group_n[g]), err));
        MOTE_TRY(mote_json_put(group, "mae", mote_json_number(e->group_mae[g]), err));
    }
    if (e->worst_group < 0)
        return MOTE_OK;
    return mote_json_put(o, "worst_group", json_string(group_names[e->worst_group]), err);
}

mote_status mote_value_evaluation_to_json(const mote_value_evaluation *e, const char *const *names,
                                          const char *const *group_names, json_t **out,
                                          mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    json_t *values = json_object();
    MOTE_TRY(mote_json_put(o, "values", values, err));
    MOTE_TRY(mote_json_put(o, "n", json_integer(e->n), err));
    MOTE_TRY(mote_json_put(o, "confidence", json_real(e->confidence_level), err));
    MOTE_TRY(put_result(o, &e->all, err));
    for (int32_t k = 0; k < e->n_values; k++) {
        json_t *value = json_object();
        MOTE_TRY(mote_json_put(values, names[k], value, err));
        MOTE_TRY(put_result(value, &e->each[k], err));
    }
    if (group_names)
        MOTE_TRY(put_groups(o, e, group_names, err));
    *out = json_incref(o);
    return MOTE_OK;
}

/* ---- the row of the table ---------------------------------------------------------------- */

static mote_value_answers answers_of(const mote_answers *x)
{
    return (mote_value_answers){.n = x->n,
                                .n_values = x->width,
                                .truth = x->values,
                                .said = x->said,
                                .lo = x->lo,
                                .hi = x->hi,
                                .groups = x->groups,
                                .n_groups = x->n_groups};
}

static void add_result(const mote_value_result *r, int64_t n, const char *of,
                       mote_answer_numbers *out)
{
    size_t first = out->n;
    mote_answer_numbers_add(out, MOTE_METRIC_mae, r->mae, n);
    mote_answer_numbers_add(out, MOTE_METRIC_rmse, r->rmse, n);
    mote_answer_numbers_add(out, MOTE_METRIC_r2, r->r2, n);
    mote_answer_numbers_add(out, MOTE_METRIC_mape, r->mape, n);
    mote_answer_numbers_add(out, MOTE_METRIC_interval_coverage, r->coverage, n);
    for (; first < out->n; first++)
        out->items[first].of = of;
}

/* Their mean, then each of several whose names are known. */
static void add_numbers(const mote_value_evaluation *e, const mote_answer_words *words,
                        mote_answer_numbers *out)
{
    add_result(&e->all, e->n, NULL, out);
    for (int32_t k = 0; words && e->n_values > 1 && k < e->n_values; k++)
        add_result(&e->each[k], e->n, words->names[k], out);
}

static mote_status evaluate_values(const mote_answers *x, const mote_answer_words *words,
                                   const mote_evaluate_config *cfg, mote_arena *a,
                                   mote_answers_report *out, mote_err *err)
{
    mote_value_answers v = answers_of(x);
    mote_value_evaluation e;
    MOTE_TRY(mote_value_evaluate(&v, cfg, a, &e, err));
    add_numbers(&e, words, &out->numbers);
    out->worst_group = e.worst_group;
    for (int32_t g = 0; g < e.n_groups; g++)
        out->n_rivals += e.group_n[g] >= cfg->min_group;
    if (e.worst_group >= 0) {
        out->worst_value = e.group_mae[e.worst_group];
        out->worst_n = e.group_n[e.worst_group];
    }
    return words
               ? mote_value_evaluation_to_json(&e, words->names, words->groups, &out->document, err)
               : MOTE_OK;
}

/* How far around what is said the truth lies. */
static mote_status choose(const mote_answers *x, const mote_decide_config *cfg, mote_arena *a,
                          mote_decided *out, mote_err *err)
{
    mote_value_answers v = answers_of(x);
    mote_err why = {0};
    mote_value_point point = {.n = x->width, .level = cfg->interval_level};
    out->decision.value.n = 0;
    for (int32_t k = 0; k < x->width; k++) {
        double half = 0;
        mote_status st = mote_value_half_width(&v, k, cfg->interval_level, a, &half, &why);
        if (st == MOTE_RANGE) { /* there are few: no interval is stated */
            (void)mote_format(out->note, sizeof out->note, "%s", why.text);
            out->short_note = "no intervals (too few validation samples)";
            return MOTE_OK;
        }
        if (st != MOTE_OK)
            return mote_fail(err, st, "%s", why.text);
        point.half_widths[k] = (float)half;
        if ((double)point.half_widths[k] < half) /* what it holds it still holds as a float */
            point.half_widths[k] = nextafterf(point.half_widths[k], INFINITY);
    }
    out->decision.value = point;
    int64_t n = (int64_t)x->n, n_inside = (int64_t)ceil((double)n * cfg->interval_level);
    out->promises[out->n_promises++] = (mote_decide_promise){
        MOTE_METRIC_interval_coverage, mote_interval_wilson(n_inside, n, cfg->evaluate.confidence)};
    return MOTE_OK;
}

static mote_status apply(const mote_decided *d, const mote_decide_range *r, float *said,
                         mote_arena *a, mote_answers *x, mote_err *err)
{
    size_t width = (size_t)x->width;
    float *lo = NULL, *hi = NULL;
    if (d->decision.value.n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, x->n * width, sizeof *lo, &lo, err));
    MOTE_TRY(mote_arena_take(a, x->n * width, sizeof *hi, &hi, err));
    for (size_t i = 0; i < x->n * width; i++) { /* what another choice has made is kept */
        bool is_ours = i / width >= r->first && i / width < r->first + r->n;
        mote_value_interval of = {said[i], said[i]};
        if (is_ours)
            of = mote_value_interval_of(&d->decision.value, (int32_t)(i % width), said[i]);
        lo[i] = !is_ours && x->lo ? x->lo[i] : of.lo;
        hi[i] = !is_ours && x->hi ? x->hi[i] : of.hi;
    }
    x->lo = lo;
    x->hi = hi;
    return MOTE_OK;
}

static mote_status put(const mote_decided *d, const mote_answer_words *words, json_t *into,
                       mote_err *err)
{
    const mote_value_point *v = &d->decision.value;
    if (v->n == 0)
        return mote_json_put(into, "interval_note", json_string(d->note), err);
    json_t *o = json_object(), *halves = json_object();
    MOTE_TRY(mote_json_put(into, "interval", o, err));
    MOTE_TRY(mote_json_put(o, "half_width", halves, err));
    MOTE_TRY(mote_json_put(o, "level", json_real(v->level), err));
    MOTE_TRY(mote_json_put(o, "n", json_integer(d->n), err));
    for (int32_t k = 0; k < v->n; k++)
        MOTE_TRY(mote_json_put(halves, words->names[k], json_real((double)v->half_widths[k]), err));
    return MOTE_OK;
}

static mote_status prepare(const mote_answers *x, mote_arena *a, const void **state, mote_err *err)
{
    mote_value_answers v = answers_of(x);
    double *errors = NULL; /* [n] mean over values */
    MOTE_TRY(check(&v, err));
    MOTE_TRY(mote_arena_take(a, x->n, sizeof *errors, &errors, err));
    for (size_t i = 0; i < x->n; i++)
        for (int32_t k = 0; k < x->width; k++) {
            size_t at = i * (size_t)x->width + (size_t)k;
            errors[i] += fabs((double)x->said[at] - (double)x->values[at]) / x->width;
        }
    *state = errors;
    return MOTE_OK;
}

static double mean_error(const mote_answers *x, const void *state, const uint32_t *weights)
{
    const double *errors = state;
    double n = 0, sum = 0;
    for (size_t i = 0; i < x->n; i++) {
        n += weights[i];
        sum += weights[i] * errors[i];
    }
    return sum / n;
}

static bool is_same_truth(const mote_answers *a, const mote_answers *b)
{
    return memcmp(a->values, b->values, a->n * (size_t)a->width * sizeof *a->values) == 0;
}

static void tell_result(const json_t *o, mote_buf *out)
{
    mote_answer_tell_number(o, "mae", MOTE_METRIC_mae, "", out);
    mote_answer_tell_number(o, "rmse", MOTE_METRIC_rmse, ", ", out);
    mote_answer_tell_number(o, "r2", MOTE_METRIC_r2, ", ", out);
    mote_answer_tell_number(o, "mape", MOTE_METRIC_mape, ", ", out);
    mote_answer_tell_number(o, "coverage", MOTE_METRIC_interval_coverage, ", ", out);
}

static mote_status tell(const json_t *document, size_t worst, mote_buf *out, mote_err *err)
{
    const char *name, *group = json_string_value(json_object_get(document, "worst_group"));
    json_t *value;
    tell_result(document, out);
    mote_buf_printf(out, ", n %lld\n",
                    (long long)json_integer_value(json_object_get(document, "n")));
    json_t *values = json_object_get(document, "values");
    json_object_foreach(json_object_size(values) > 1 ? values : NULL, name, value)
    {
        mote_buf_printf(out, "  %s: ", name);
        tell_result(value, out);
        mote_buf_char(out, '\n');
    }
    if (group && worst > 0)
        mote_buf_printf(out, "  worst group '%s': mae %.4g of %lld\n", group,
                        json_number_value(json_object_get(
                            json_object_get(json_object_get(document, "groups"), group), "mae")),
                        (long long)json_integer_value(json_object_get(
                            json_object_get(json_object_get(document, "groups"), group), "n")));
    return mote_buf_status(out, err);
}

static mote_status show(const mote_answers *x, const mote_answer_words *words, size_t step,
                        json_t *into, mote_err *err)
{
    for (int32_t k = 0; k < x->width; k++) {
        json_t *list = json_array();
        MOTE_TRY(mote_json_put(into, words->names[k], list, err));
        for (size_t i = 0; i < x->n; i += step) {
            size_t at = i * (size_t)x->width + (size_t)k;
            MOTE_TRY(mote_json_append(
                list, json_pack("[f, f]", (double)x->values[at], (double)x->said[at]), err));
        }
    }
    return MOTE_OK;
}

/* ---- drift ------------------------------------------------------------------------------- */

static int32_t n_watched(int32_t width)
{
    return width < MOTE_WATCH_VALUES ? width : MOTE_WATCH_VALUES;
}

static void watched_name(int32_t k, char *name, size_t bytes)
{
    (void)mote_format(name, bytes, "value_%d", (int)k);
}

static void watch(const float *said, int32_t width, float *out)
{
    memcpy(out, said, (size_t)n_watched(width) * sizeof *out);
}

const mote_answer_row mote_answer_row_value = {
    .evaluate = evaluate_values,
    .prepare = prepare,
    .chief = mean_error,
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
