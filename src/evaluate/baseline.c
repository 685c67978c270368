/* SPDX-License-Identifier: Apache-2.0 */
/* Fitting the simplest answers, see baseline.h. */
#include "evaluate/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/interval.h"

#define RIDGE 1e-6 /* of the scaled columns, times n */

static const char *const names[MOTE_N_BASELINES] = {
    [MOTE_BASELINE_CONSTANT] = "constant",
    [MOTE_BASELINE_RULE] = "rule",
    [MOTE_BASELINE_LINEAR] = "linear",
};

const char *mote_baseline_name(mote_baseline_kind kind)
{
    MOTE_BUG_IF((int)kind < 0 || kind >= MOTE_N_BASELINES);
    return names[kind];
}

static mote_status check(const mote_baseline_data *d, mote_err *err)
{
    if (d->n == 0 || d->n > INT32_MAX || d->n_columns == 0 || d->n_outputs < 1)
        return mote_fail(err, MOTE_ARG, "baseline: %zu samples of %zu columns for %d outputs", d->n,
                         d->n_columns, d->n_outputs);
    for (size_t i = 0; i < d->n * d->n_columns; i++)
        if (!isfinite(d->x[i]))
            return mote_fail(err, MOTE_ARG, "baseline: column %zu of sample %zu is not finite",
                             i % d->n_columns, i / d->n_columns);
    for (size_t i = 0; d->class_id && i < d->n; i++)
        if (d->class_id[i] < 0 || d->class_id[i] >= d->n_outputs)
            return mote_fail(err, MOTE_ARG, "baseline: class %d of sample %zu is not in 0..%d",
                             d->class_id[i], i, d->n_outputs - 1);
    for (size_t i = 0; d->values && i < d->n * (size_t)d->n_outputs; i++)
        if (!isfinite(d->values[i]))
            return mote_fail(err, MOTE_ARG, "baseline: a value of sample %zu is not finite",
                             i / (size_t)d->n_outputs);
    return MOTE_OK;
}

/* Target of output k of sample i: a class is 1 for its own output and 0 for the others. */
static double target(const mote_baseline_data *d, size_t i, int32_t k)
{
    if (d->class_id)
        return d->class_id[i] == k;
    return d->values ? (double)d->values[i * (size_t)d->n_outputs + (size_t)k] : 0;
}

/* The best constant of the samples in order[0..n): shares of classes, median of a value, 0. */
static mote_status constant_of(const mote_baseline_data *d, const uint32_t *order, size_t n,
                               mote_arena *a, float *out, mote_err *err)
{
    mote_arena_mark mark = mote_arena_save(a);
    double *sorted = NULL;
    MOTE_TRY(mote_arena_take(a, n, sizeof *sorted, &sorted, err));
    for (int32_t k = 0; k < d->n_outputs; k++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += sorted[i] = target(d, order[i], k);
        if (d->values) {
            mote_sort_doubles(sorted, n);
            out[k] = (float)mote_quantile_sorted(sorted, n, 0.5);
        } else {
            out[k] = (float)(sum / (double)n);
        }
    }
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

static mote_status identity(size_t n, mote_arena *a, uint32_t **out, mote_err *err)
{
    MOTE_TRY(mote_arena_take(a, n, sizeof **out, out, err));
    for (size_t i = 0; i < n; i++)
        (*out)[i] = (uint32_t)i;
    return MOTE_OK;
}

static mote_status scale_columns(const mote_baseline_data *d, mote_arena *a, mote_baseline *b,
                                 mote_err *err)
{
    MOTE_TRY(mote_arena_take(a, d->n_columns, sizeof *b->mean, &b->mean, err));
    MOTE_TRY(mote_arena_take(a, d->n_columns, sizeof *b->deviation, &b->deviation, err));
    for (size_t c = 0; c < d->n_columns; c++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < d->n; i++)
            sum += (double)d->x[i * d->n_columns + c];
        b->mean[c] = sum / (double)d->n;
        for (size_t i = 0; i < d->n; i++) {
            double x = (double)d->x[i * d->n_columns + c] - b->mean[c];
            square += x * x;
        }
        double deviation = sqrt(square / (double)d->n);
        /* What is left of a column that does not vary is rounding. */
        b->deviation[c] = deviation > 1e-7 * fabs(b->mean[c]) ? deviation : 0;
    }
    return MOTE_OK;
}

/* ---- rule -------------------------------------------------------------------------------- */

typedef struct {
    float x;
    uint32_t i;
} cell;

static int compare_cells(const void *a, const void *b)
{
    const cell *x = a, *y = b;
    if (x->x < y->x)
        return -1;
    if (x->x > y->x)
        return 1;
    return x->i < y->i ? -1 : x->i > y->i;
}

/* How much is gained by telling a side from the rest: a larger number is a better rule.
 *   classes  samples of the commonest class of each side: how many a rule gets right
 *   values   squares of the sums over counts of each side: the sum of squared errors, negated, but
 *            for what is the same for every rule */
static double side_gain(const mote_baseline_data *d, const double *sums, double n)
{
    double gain = 0;
    for (int32_t k = 0; k < d->n_outputs; k++)
        gain = d->class_id ? fmax(gain, sums[k]) : gain + sums[k] * sums[k] / n;
    return gain;
}

/* The best threshold of a column; *gain is -INFINITY when all of it is one number. left, right:
 * [n_outputs] scratch. Invariant: left and right hold the sums of targets of cells [0, i] and the
 * rest. */
static float best_threshold(const mote_baseline_data *d, const cell *cells, double *left,
                            double *right, double *gain)
{
    float threshold = 0;
    *gain = -(double)INFINITY;
    memset(left, 0, (size_t)d->n_outputs * sizeof *left);
    memset(right, 0, (size_t)d->n_outputs * sizeof *right);
    for (size_t i = 0; i < d->n; i++)
        for (int32_t k = 0; k < d->n_outputs; k++)
            right[k] += target(d, i, k);
    for (size_t i = 0; i + 1 < d->n; i++) {
        for (int32_t k = 0; k < d->n_outputs; k++) {
            double t = target(d, cells[i].i, k);
            left[k] += t;
            right[k] -= t;
        }
        if (!(cells[i].x < cells[i + 1].x))
            continue;
        double sum =
            side_gain(d, left, (double)(i + 1)) + side_gain(d, right, (double)(d->n - i - 1));
        if (sum > *gain * (1 + 1e-12) || (isinf(*gain) && !isnan(sum))) {
            *gain = sum;
            threshold = cells[i].x + (cells[i + 1].x - cells[i].x) / 2;
            if (!(threshold < cells[i + 1].x)) /* neighbours as floats */
                threshold = cells[i].x;
        }
    }
    return threshold;
}

/* Both sides of the rule; a column that never varies gives a constant. */
static mote_status fill_sides(const mote_baseline_data *d, mote_arena *a, mote_baseline *b,
                              mote_err *err)
{
    mote_arena_mark mark = mote_arena_save(a);
    uint32_t *side[2];
    size_t n[2] = {0, 0};
    for (int s = 0; s < 2; s++)
        MOTE_TRY(mote_arena_take(a, d->n, sizeof *side[s], &side[s], err));
    for (size_t i = 0; i < d->n; i++) {
        bool is_above = d->x[i * d->n_columns + b->column] > b->threshold;
        side[is_above][n[is_above]++] = (uint32_t)i;
    }
    for (int s = 0; s < 2; s++) {
        const uint32_t *of = n[s] > 0 ? side[s] : side[1 - s];
        MOTE_TRY(constant_of(d, of, n[s] > 0 ? n[s] : n[1 - s], a,
                             b->answers + (size_t)s * (size_t)d->n_outputs, err));
    }
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

static mote_status fit_rule(const mote_baseline_data *d, mote_arena *a, mote_baseline *b,
                            mote_err *err)
{
    mote_arena_mark mark = mote_arena_save(a);
    cell *cells = NULL;
    double *sums = NULL, best = -(double)INFINITY;
    MOTE_TRY(mote_arena_take(a, d->n, sizeof *cells, &cells, err));
    MOTE_TRY(mote_arena_take(a, 2 * (size_t)d->n_outputs, sizeof *sums, &sums, err));
    for (size_t c = 0; c < d->n_columns; c++) {
        double gain = 0;
        for (size_t i = 0; i < d->n; i++)
            cells[i] = (cell){d->x[i * d->n_columns + c], (uint32_t)i};
        qsort(cells, d->n, sizeof *cells, compare_cells);
        float threshold = best_threshold(d, cells, sums, sums + d->n_outputs, &gain);
        if (gain > best) {
            best = gain;
            b->column = c;
            b->threshold = threshold;
        }
    }
    mote_arena_rewind(a, mark);
    return fill_sides(d, a, b, err);
}

/* ---- linear ------------------------------------------------------------------------------ */

/* Column c of sample i, scaled; behind the last one stands 1. */
static double scaled(const mote_baseline *b, const float *x, size_t c)
{
    if (c == b->n_columns)
        return 1;
    return b->deviation[c] > 0 ? ((double)x[c] - b->mean[c]) / b->deviation[c] : 0;
}

/* Cholesky: the lower triangle of m [n][n] becomes L with L L' = m, which is positive definite by
 * its ridge; then b [n][k] becomes the solution of m y = b. */
static void solve(double *m, size_t n, double *y, size_t k)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = m[i * n + j];
            for (size_t r = 0; r < j; r++)
                sum -= m[i * n + r] * m[j * n + r];
            m[i * n + j] = i == j ? sqrt(fmax(sum, RIDGE)) : sum / m[j * n + j];
        }
    for (size_t c = 0; c < k; c++) {
        for (size_t i = 0; i < n; i++) {
            for (size_t r = 0; r < i; r++)
                y[i * k + c] -= m[i * n + r] * y[r * k + c];
            y[i * k + c] /= m[i * n + i];
        }
        for (size_t i = n; i-- > 0;) {
            for (size_t r = i + 1; r < n; r++)
                y[i * k + c] -= m[r * n + i] * y[r * k + c];
            y[i * k + c] /= m[i * n + i];
        }
    }
}

static mote_status fit_linear(const mote_baseline_data *d, mote_arena *a, mote_baseline *b,
                              mote_err *err)
{
    size_t n = d->n_columns + 1, k = (size_t)d->n_outputs;
    double *m = NULL, *row = NULL;
    MOTE_TRY(scale_columns(d, a, b, err));
    MOTE_TRY(mote_arena_take(a, n * k, sizeof *b->weights, &b->weights, err));
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(mote_arena_take(a, n * n, sizeof *m, &m, err));
    MOTE_TRY(mote_arena_take(a, n, sizeof *row, &row, err));
    for (size_t i = 0; i < d->n; i++) {
        for (size_t c = 0; c < n; c++)
            row[c] = scaled(b, d->x + i * d->n_columns, c);
        for (size_t c = 0; c < n; c++) {
            for (size_t r = 0; r <= c; r++)
                m[c * n + r] += row[c] * row[r];
            for (size_t o = 0; o < k; o++)
                b->weights[c * k + o] += row[c] * target(d, i, (int32_t)o);
        }
    }
    for (size_t c = 0; c < d->n_columns; c++)
        m[c * n + c] += RIDGE * (double)d->n;
    solve(m, n, b->weights, k);
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

/* ---- fit and predict --------------------------------------------------------------------- */

mote_status mote_baseline_fit(mote_baseline_kind kind, const mote_baseline_data *d, mote_arena *a,
                              mote_baseline *out, mote_err *err)
{
    bool has_target = d->class_id || d->values;
    MOTE_TRY(check(d, err));
    if (kind == MOTE_BASELINE_LINEAR && !has_target)
        return mote_fail(err, MOTE_UNSUPPORTED, "there is no linear baseline without a target");
    if (kind == MOTE_BASELINE_LINEAR && d->n_columns > MOTE_BASELINE_MAX_COLUMNS)
        return mote_fail(err, MOTE_LIMIT, "a linear baseline takes %d columns, not %zu",
                         MOTE_BASELINE_MAX_COLUMNS, d->n_columns);
    mote_baseline b = {.kind = kind,
                       .is_share = d->class_id != NULL,
                       .n_columns = d->n_columns,
                       .n_outputs = d->n_outputs};
    MOTE_TRY(mote_arena_take(a, 2 * (size_t)d->n_outputs, sizeof *b.answers, &b.answers, err));
    if (kind == MOTE_BASELINE_CONSTANT) {
        mote_arena_mark mark = mote_arena_save(a);
        uint32_t *all = NULL;
        MOTE_TRY(identity(d->n, a, &all, err));
        MOTE_TRY(constant_of(d, all, d->n, a, b.answers, err));
        mote_arena_rewind(a, mark);
    } else if (kind == MOTE_BASELINE_LINEAR) {
        MOTE_TRY(fit_linear(d, a, &b, err));
    } else if (has_target) {
        MOTE_TRY(fit_rule(d, a, &b, err));
    } else {
        MOTE_TRY(scale_columns(d, a, &b, err));
    }
    *out = b;
    return MOTE_OK;
}

static void predict_linear(const mote_baseline *b, const float *x, float *out)
{
    double sum = 0;
    size_t k = (size_t)b->n_outputs;
    for (size_t o = 0; o < k; o++) {
        double y = 0;
        for (size_t c = 0; c <= b->n_columns; c++)
            y += scaled(b, x, c) * b->weights[c * k + o];
        out[o] = (float)y;
        sum += fmin(fmax(y, 0), 1);
    }
    if (!b->is_share)
        return;
    for (size_t o = 0; o < k; o++)
        out[o] = sum > 0 ? (float)(fmin(fmax((double)out[o], 0), 1) / sum) : 1 / (float)k;
}

static float largest_distance(const mote_baseline *b, const float *x)
{
    double most = 0;
    for (size_t c = 0; c < b->n_columns; c++)
        most = fmax(most, fabs(scaled(b, x, c)));
    return (float)most;
}

void mote_baseline_predict(const mote_baseline *b, const float *x, size_t n, float *out)
{
    size_t k = (size_t)b->n_outputs;
    for (size_t i = 0; i < n; i++, x += b->n_columns, out += k) {
        bool is_second = b->kind == MOTE_BASELINE_RULE && x[b->column] > b->threshold;
        if (b->weights)
            predict_linear(b, x, out);
        else if (b->mean)
            out[0] = largest_distance(b, x);
        else
            memcpy(out, b->answers + (is_second ? k : 0), k * sizeof *out);
    }
}

/* ---- in time ----------------------------------------------------------------------------- */

mote_status mote_baseline_earlier(const mote_baseline_steps *s, float *out, size_t *n_known,
                                  mote_err *err)
{
    if (s->n == 0 || s->n_values < 1 || s->back_us < 0)
        return mote_fail(err, MOTE_ARG, "baseline: %zu steps of %d values, %lld us back", s->n,
                         s->n_values, (long long)s->back_us);
    for (size_t i = 1; i < s->n; i++)
        if (s->time_us[i] < s->time_us[i - 1])
            return mote_fail(err, MOTE_ARG, "baseline: step %zu is earlier than the one before", i);
    size_t k = (size_t)s->n_values, next = 0, known = 0; /* steps [0, next) are old enough */
    for (size_t i = 0; i < s->n; i++) {
        while (next < i && s->time_us[next] <= s->time_us[i] - s->back_us)
            next++;
        known += next > 0;
        for (size_t v = 0; v < k; v++)
            out[i * k + v] = next > 0 ? s->values[(next - 1) * k + v] : NAN;
    }
    *n_known = known;
    return MOTE_OK;
}
