/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing groups, see bootstrap.h. */
#include "evaluate/bootstrap.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"

#define RNG_GROUPS 0x67727073u /* stream of mote_rng: "grps" */

static mote_status check(const mote_bootstrap_config *cfg, mote_err *err)
{
    if (cfg->n == 0 || cfg->n > INT32_MAX)
        return mote_fail(err, MOTE_ARG, "evaluate: %zu samples, from 1 to 2^31 are needed", cfg->n);
    if (!(cfg->confidence > 0 && cfg->confidence < 1) || cfg->n_resamples < 10 ||
        cfg->n_resamples > 1000000)
        return mote_fail(err, MOTE_ARG, "evaluate: confidence %g or %d resamples is out of range",
                         cfg->confidence, cfg->n_resamples);
    for (size_t i = 0; cfg->groups && i < cfg->n; i++)
        if (cfg->groups[i] < 0 || cfg->groups[i] >= cfg->n_groups)
            return mote_fail(err, MOTE_ARG, "evaluate: group %d of sample %zu is not in 0..%d",
                             cfg->groups[i], i, cfg->n_groups - 1);
    return MOTE_OK;
}

/* Groups that have samples; without groups every sample is one. */
typedef struct {
    uint32_t *filled; /* [n] */
    uint32_t n;
    uint32_t *drawn; /* [n_all] how often each was drawn */
    size_t n_all;
} group_list;

static mote_status list_groups(const mote_bootstrap_config *cfg, mote_arena *a, group_list *g,
                               mote_err *err)
{
    g->n = 0;
    g->n_all = cfg->groups ? (size_t)cfg->n_groups : cfg->n;
    MOTE_TRY(mote_arena_take(a, g->n_all, sizeof *g->filled, &g->filled, err));
    MOTE_TRY(mote_arena_take(a, g->n_all, sizeof *g->drawn, &g->drawn, err));
    for (size_t i = 0; i < cfg->n; i++)
        g->drawn[cfg->groups ? (size_t)cfg->groups[i] : i] = 1;
    for (size_t k = 0; k < g->n_all; k++)
        if (g->drawn[k])
            g->filled[g->n++] = (uint32_t)k;
    return MOTE_OK;
}

static void draw(const mote_bootstrap_config *cfg, uint64_t resample, group_list *g,
                 uint32_t *weights)
{
    mote_rng rng;
    mote_rng_init_stream(&rng, cfg->seed, RNG_GROUPS, resample);
    memset(g->drawn, 0, g->n_all * sizeof *g->drawn);
    for (uint32_t i = 0; i < g->n; i++)
        g->drawn[g->filled[mote_rng_below(&rng, g->n)]]++;
    for (size_t i = 0; i < cfg->n; i++)
        weights[i] = g->drawn[cfg->groups ? (size_t)cfg->groups[i] : i];
}

/* Interval of a number from what its resamples gave; those that are NaN are moved out. */
static mote_interval interval_of(double value, double *values, size_t n, double confidence)
{
    size_t n_known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            values[n_known++] = values[i];
    mote_interval out = {value, (double)NAN, (double)NAN};
    if (isnan(value) || n_known * 2 < n)
        return out;
    mote_sort_doubles(values, n_known);
    double tail = (1 - confidence) / 2;
    out.lo = fmin(value, mote_quantile_sorted(values, n_known, tail));
    out.hi = fmax(value, mote_quantile_sorted(values, n_known, 1 - tail));
    return out;
}

mote_status mote_bootstrap(const mote_bootstrap_config *cfg, const mote_statistic *s, mote_arena *a,
                           mote_interval *out, mote_err *err)
{
    MOTE_TRY(check(cfg, err));
    const size_t n = (size_t)cfg->n_resamples, n_values = s->n;
    mote_arena_mark mark = mote_arena_save(a);
    uint32_t *weights = NULL;
    double *row = NULL, *point = NULL, *columns = NULL; /* columns: [n_values][n] */
    size_t n_cells = 0;
    group_list g;
    if (!mote_mul_size(n_values, n, &n_cells))
        return mote_fail(err, MOTE_NOMEM, "evaluate: %zu numbers are too many", n_values);
    MOTE_TRY(mote_arena_take(a, cfg->n, sizeof *weights, &weights, err));
    MOTE_TRY(mote_arena_take(a, n_values, sizeof *row, &row, err));
    MOTE_TRY(mote_arena_take(a, n_values, sizeof *point, &point, err));
    MOTE_TRY(mote_arena_take(a, n_cells, sizeof *columns, &columns, err));
    MOTE_TRY(list_groups(cfg, a, &g, err));
    for (size_t i = 0; i < cfg->n; i++)
        weights[i] = 1;
    s->measure(s->arg, weights, point);
    for (size_t r = 0; r < n; r++) {
        draw(cfg, r, &g, weights);
        s->measure(s->arg, weights, row);
        for (size_t k = 0; k < n_values; k++)
            columns[k * n + r] = row[k];
    }
    for (size_t k = 0; k < n_values; k++)
        out[k] = interval_of(point[k], columns + k * n, n, cfg->confidence);
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}
