/* SPDX-License-Identifier: Apache-2.0 */
/* Fitting columns to training: what stands for missing values, scales, logarithms, edges of bins,
 * parts of dates. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "feature/frontend_columns.h"

#define N_BINS        8
#define MUCH_SKEWED   2.0   /* a distribution whose logarithm is tried; the normal one has 0 */
#define MISSING_SHARE 0.005 /* from which on a column says whether it was missing */
#define WEEKS_DAYS    14    /* that training must span for waves of the week .. */
#define YEAR_DAYS     300   /* .. and of the year */

/* The numbers of a column that are there, sorted; owned. */
typedef struct {
    float *x;
    size_t n, n_missing;
} there;

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Number `at` of each row. */
static mote_status gather(const mote_frames *rows, int32_t at, there *t, mote_err *err)
{
    *t = (there){.x = mote_alloc(rows->n, sizeof *t->x)};
    if (t->x == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory to fit a column of %zu rows", rows->n);
    for (size_t i = 0; i < rows->n; i++) {
        const float v = rows->x[i * (size_t)rows->n_values + (size_t)at];
        if (isnan(v))
            t->n_missing++;
        else
            t->x[t->n++] = v;
    }
    qsort(t->x, t->n, sizeof *t->x, compare_floats);
    return MOTE_OK;
}

/* Mean, deviation and skewness, in double and in order. */
typedef struct {
    double mean, deviation, skewness;
} moments;

static moments moments_of(const float *x, size_t n)
{
    moments m = {0, 0, 0};
    double cubes = 0;
    for (size_t i = 0; i < n; i++)
        m.mean += (double)x[i];
    m.mean /= n > 0 ? (double)n : 1;
    for (size_t i = 0; i < n; i++) {
        const double d = (double)x[i] - m.mean;
        m.deviation += d * d;
        cubes += d * d * d;
    }
    m.deviation = sqrt(m.deviation / (n > 0 ? (double)n : 1));
    if (m.deviation > 0)
        m.skewness = cubes / (double)n / (m.deviation * m.deviation * m.deviation);
    return m;
}

static void scale_by(const float *x, size_t n, float *offset, float *scale)
{
    const moments m = moments_of(x, n);
    *offset = (float)m.mean;
    /* What varies by less than a float of the mean's size can tell does not vary. */
    *scale = m.deviation > 1e-6 * fabs(m.mean) && m.deviation > 0x1p-30 ? (float)(1.0 / m.deviation)
                                                                        : 0.0f;
}

/* The logarithm where it makes a long tail short. */
static bool is_better_as_log(const there *t)
{
    if (t->n == 0 || t->x[0] < 0 || moments_of(t->x, t->n).skewness < MUCH_SKEWED)
        return false;
    float *logs = mote_alloc(t->n, sizeof *logs);
    if (logs == NULL)
        return false;
    for (size_t i = 0; i < t->n; i++)
        logs[i] = mrt_column_log(t->x[i]);
    const double before = moments_of(t->x, t->n).skewness, after = moments_of(logs, t->n).skewness;
    mote_free(logs);
    return fabs(after) < before / 2;
}

/* Edges at the quantiles, each once. */
static mote_status fit_bins(const there *t, columns_settings *s, mrt_column *c, mote_err *err)
{
    c->first = s->n_pool;
    c->n = 0;
    for (size_t k = 1; k < N_BINS && t->n > 0; k++) {
        const float edge = t->x[k * t->n / N_BINS];
        if (c->n > 0 && !(edge > s->pool[s->n_pool - 1]))
            continue;
        if (s->n_pool == COLUMNS_MAX_POOL)
            return mote_fail(err, MOTE_RANGE, "front end 'columns' has room for %d edges of bins",
                             COLUMNS_MAX_POOL);
        s->pool[s->n_pool++] = edge;
        c->n++;
    }
    return MOTE_OK;
}

static mote_status fit_number(const there *t, uint8_t wanted, columns_settings *s, mrt_column *c,
                              mote_err *err)
{
    const size_t n_rows = t->n + t->n_missing;
    if (t->n > 0)
        c->fill = (wanted & COLUMNS_ZERO)   ? 0.0f
                  : (wanted & COLUMNS_MEAN) ? (float)moments_of(t->x, t->n).mean
                                            : t->x[(t->n - 1) / 2];
    if (wanted & COLUMNS_AUTO) {
        c->flags = is_better_as_log(t) ? MRT_COLUMN_LOG : 0;
        if ((double)t->n_missing >= MISSING_SHARE * (double)n_rows && t->n_missing > 0)
            c->flags |= MRT_COLUMN_INDICATOR;
    }
    if (c->flags & MRT_COLUMN_LOG && c->flags & MRT_COLUMN_BIN)
        c->flags &= ~MRT_COLUMN_LOG; /* the order is the same */
    if (c->flags & MRT_COLUMN_BIN)
        MOTE_TRY(fit_bins(t, s, c, err));
    float *made = mote_alloc(n_rows, sizeof *made);
    if (made == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory to fit a column of %zu rows", n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        made[i] = i < t->n ? t->x[i] : c->fill;
        if (c->flags & MRT_COLUMN_LOG)
            made[i] = mrt_column_log(made[i]);
        if (c->flags & MRT_COLUMN_BIN)
            made[i] = (float)mrt_column_bin(made[i], s->pool + c->first, c->n);
    }
    scale_by(made, n_rows, &c->offset, &c->scale);
    if ((wanted & COLUMNS_NO_SCALE) && !(c->flags & (MRT_COLUMN_LOG | MRT_COLUMN_BIN))) {
        c->offset = 0.0f;
        c->scale = 1.0f;
    }
    mote_free(made);
    return MOTE_OK;
}

static void fit_category(const there *t, mrt_column *c)
{
    size_t n = 0; /* those that are none of the categories are at the end */
    while (n < t->n && t->x[n] < (float)c->n)
        n++;
    if (c->kind == MRT_COLUMN_ONE_HOT)
        return;
    c->fill = n > 0 ? t->x[(n - 1) / 2] : 0.0f;
    scale_by(t->x, n, &c->offset, &c->scale);
}

/* What of a date training can tell: waves of which it has seen at least one turn. */
static int32_t parts_of(const there *days, const there *seconds)
{
    const float span = days->n > 0 ? days->x[days->n - 1] - days->x[0] : 0;
    int32_t parts = 0;
    if (seconds->n > 0 && seconds->x[seconds->n - 1] > seconds->x[0])
        parts |= MRT_DATE_DAY_WAVE;
    if (span >= WEEKS_DAYS)
        parts |= MRT_DATE_WEEK_WAVE;
    if (span >= YEAR_DAYS)
        parts |= MRT_DATE_YEAR_WAVE;
    return parts ? parts : MRT_DATE_HOUR;
}

/* Numbers `at` and at + 1 of each row are a date. */
static mote_status fit_date(const mote_frames *rows, int32_t at, columns_settings *s, mrt_column *c,
                            mote_err *err)
{
    c->first = s->n_pool;
    for (int32_t part = 0, nth = 0; part < MRT_DATE_PLAIN; part++) {
        if (!(c->flags & 1 << part))
            continue;
        if (s->n_pool + 2 > COLUMNS_MAX_POOL)
            return mote_fail(err, MOTE_RANGE, "front end 'columns' has room for %d parts of dates",
                             COLUMNS_MAX_POOL / 2);
        float *made = mote_alloc(rows->n, sizeof *made);
        size_t n = 0;
        if (made == NULL)
            return mote_fail(err, MOTE_NOMEM, "no memory to fit a column of %zu rows", rows->n);
        for (size_t i = 0; i < rows->n; i++) {
            const float *row = rows->x + i * (size_t)rows->n_values + at;
            float values[MRT_DATE_MAX_VALUES];
            if (isnan(row[0]) || isnan(row[1]))
                continue;
            (void)mrt_date_parts((int32_t)row[0], (int32_t)row[1], c->flags, values);
            made[n++] = values[nth];
        }
        scale_by(made, n, &s->pool[s->n_pool], &s->pool[s->n_pool + 1]);
        mote_free(made);
        s->n_pool += 2;
        nth++;
    }
    return MOTE_OK;
}

/* Column i, whose numbers begin at `at`. */
static mote_status fit_one(const mote_frames *rows, int32_t at, int32_t i, columns_settings *s,
                           mote_err *err)
{
    mrt_column *c = &s->columns[i];
    there t, seconds;
    MOTE_TRY(gather(rows, at, &t, err));
    mote_status st = MOTE_OK;
    if (c->kind == MRT_COLUMN_NUMBER) {
        st = fit_number(&t, s->wanted[i], s, c, err);
    } else if (c->kind == MRT_COLUMN_DATE) {
        if (c->flags == 0 && (st = gather(rows, at + 1, &seconds, err)) == MOTE_OK) {
            c->flags = parts_of(&t, &seconds);
            mote_free(seconds.x);
        }
        if (st == MOTE_OK)
            st = fit_date(rows, at, s, c, err);
    } else {
        fit_category(&t, c);
    }
    mote_free(t.x);
    return st;
}

mote_status columns_fit(const mote_frontend *f, const mote_frames *rows, mote_frontend *out,
                        mote_err *err)
{
    mote_frontend fitted = *f;
    columns_settings s = columns_of(f);
    if (rows->n == 0 || rows->n_values != columns_numbers(&s))
        return mote_fail(err, MOTE_ARG,
                         "front end 'columns' cannot be fitted to %zu rows of %d numbers; a row "
                         "has %d",
                         rows->n, (int)rows->n_values, (int)columns_numbers(&s));
    s.n_pool = 0;
    for (int32_t i = 0, at = 0; i < s.n_columns; i++) {
        MOTE_TRY(fit_one(rows, at, i, &s, err));
        at += mrt_column_numbers(&s.columns[i]);
    }
    s.is_fitted = 1;
    memset(s.wanted, 0, sizeof s.wanted);
    columns_set(&fitted, &s);
    MOTE_TRY(mote_frontend_check(&fitted, err));
    *out = fitted;
    return MOTE_OK;
}
