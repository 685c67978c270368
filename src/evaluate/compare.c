/* SPDX-License-Identifier: Apache-2.0 */
/* Paired comparison, see compare.h. Each group is reduced to three counts first, so a resample
 * costs one step a group. */
#include "evaluate/compare.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "evaluate/json_parts.h"

#define RNG_PAIRED 0x70616972u /* stream of mote_rng: "pair" */

typedef struct {
    int64_t n, champion, challenger;
} group_sums;

static mote_status check(const mote_compare_input *in, const mote_evaluate_config *cfg,
                         mote_err *err)
{
    if (in->n == 0 || in->n > INT32_MAX)
        return mote_fail(err, MOTE_ARG, "compare: %zu clips, from 1 to 2^31 are needed", in->n);
    if (!(cfg->confidence > 0 && cfg->confidence < 1) || cfg->n_resamples < 10 ||
        cfg->n_resamples > 1000000)
        return mote_fail(err, MOTE_ARG, "compare: confidence %g or %d resamples is out of range",
                         cfg->confidence, cfg->n_resamples);
    for (size_t i = 0; i < in->n; i++) {
        if (in->groups && (in->groups[i] < 0 || in->groups[i] >= in->n_groups))
            return mote_fail(err, MOTE_ARG, "compare: group %d of clip %zu is not in 0..%d",
                             in->groups[i], i, in->n_groups - 1);
        if (in->slices && (in->slices[i] < 0 || in->slices[i] >= in->n_slices))
            return mote_fail(err, MOTE_ARG, "compare: slice %d of clip %zu is not in 0..%d",
                             in->slices[i], i, in->n_slices - 1);
    }
    return MOTE_OK;
}

/* Counts of the clips of a slice (-1: all) by group, groups without clips left out. */
typedef struct {
    group_sums *items;
    uint32_t n;
} sums_of_groups;

static mote_status sum_groups(const mote_compare_input *in, int32_t slice, mote_arena *a,
                              mote_comparison *c, sums_of_groups *out, mote_err *err)
{
    size_t n_all = in->groups ? (size_t)in->n_groups : in->n;
    uint32_t n_filled = 0;
    group_sums *sums = NULL;
    MOTE_TRY(mote_arena_take(a, n_all, sizeof *sums, &sums, err));
    for (size_t i = 0; i < in->n; i++) {
        if (slice >= 0 && in->slices[i] != slice)
            continue;
        bool is_champion_right = in->champion[i] == in->labels[i];
        bool is_challenger_right = in->challenger[i] == in->labels[i];
        group_sums *g = &sums[in->groups ? (size_t)in->groups[i] : i];
        g->n++;
        g->champion += is_champion_right;
        g->challenger += is_challenger_right;
        c->n++;
        c->n_both_right += is_champion_right && is_challenger_right;
        c->n_only_champion += is_champion_right && !is_challenger_right;
        c->n_only_challenger += !is_champion_right && is_challenger_right;
        c->n_both_wrong += !is_champion_right && !is_challenger_right;
    }
    for (size_t g = 0; g < n_all; g++)
        if (sums[g].n > 0)
            sums[n_filled++] = sums[g];
    *out = (sums_of_groups){sums, n_filled};
    return MOTE_OK;
}

static mote_interval percentile(double value, double *values, size_t n, double confidence)
{
    mote_sort_doubles(values, n);
    double tail = (1 - confidence) / 2;
    return (mote_interval){value, fmin(value, mote_quantile_sorted(values, n, tail)),
                           fmax(value, mote_quantile_sorted(values, n, 1 - tail))};
}

static mote_interval widen(mote_interval x, int64_t k, int64_t n, double confidence)
{
    mote_interval w = mote_interval_wilson(k, n, confidence);
    return (mote_interval){x.value, fmin(x.lo, w.lo), fmax(x.hi, w.hi)};
}

static mote_status compare_slice(const mote_compare_input *in, int32_t slice,
                                 const mote_evaluate_config *cfg, mote_arena *a,
                                 mote_comparison *out, mote_err *err)
{
    const double nan = (double)NAN;
    mote_comparison c = {.p = nan,
                         .champion = {nan, nan, nan},
                         .challenger = {nan, nan, nan},
                         .difference = {nan, nan, nan}};
    mote_arena_mark mark = mote_arena_save(a);
    sums_of_groups found;
    size_t n = (size_t)cfg->n_resamples;
    double *values[3];
    MOTE_TRY(sum_groups(in, slice, a, &c, &found, err));
    const group_sums *sums = found.items;
    const uint32_t n_groups = found.n;
    for (int i = 0; i < 3; i++)
        MOTE_TRY(mote_arena_take(a, n, sizeof *values[i], &values[i], err));
    for (size_t r = 0; r < n && n_groups > 0; r++) {
        mote_rng rng;
        mote_rng_init_stream(&rng, cfg->seed, RNG_PAIRED, r);
        group_sums s = {0};
        for (uint32_t draw = 0; draw < n_groups; draw++) {
            const group_sums *g = &sums[mote_rng_below(&rng, n_groups)];
            s.n += g->n;
            s.champion += g->champion;
            s.challenger += g->challenger;
        }
        values[0][r] = (double)s.champion / (double)s.n;
        values[1][r] = (double)s.challenger / (double)s.n;
        values[2][r] = (double)(s.challenger - s.champion) / (double)s.n;
    }
    if (n_groups > 0) {
        double size = (double)c.n;
        int64_t champion = c.n_both_right + c.n_only_champion,
                challenger = c.n_both_right + c.n_only_challenger;
        c.champion = widen(percentile((double)champion / size, values[0], n, cfg->confidence),
                           champion, c.n, cfg->confidence);
        c.challenger = widen(percentile((double)challenger / size, values[1], n, cfg->confidence),
                             challenger, c.n, cfg->confidence);
        c.difference = percentile((double)(c.n_only_challenger - c.n_only_champion) / size,
                                  values[2], n, cfg->confidence);
        c.p = mote_mcnemar_exact(c.n_only_champion, c.n_only_challenger);
    }
    mote_arena_rewind(a, mark);
    *out = c;
    return MOTE_OK;
}

mote_status mote_compare(const mote_compare_input *in, const mote_evaluate_config *cfg,
                         mote_arena *a, mote_comparison *overall, mote_comparison *slices,
                         mote_err *err)
{
    MOTE_TRY(check(in, cfg, err));
    mote_comparison all, *each = NULL;
    int32_t n_slices = in->slices && slices ? in->n_slices : 0;
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(compare_slice(in, -1, cfg, a, &all, err));
    MOTE_TRY(mote_arena_take(a, (size_t)n_slices, sizeof *each, &each, err));
    for (int32_t i = 0; i < n_slices; i++)
        MOTE_TRY(compare_slice(in, i, cfg, a, &each[i], err));
    if (n_slices > 0)
        memcpy(slices, each, (size_t)n_slices * sizeof *each);
    *overall = all;
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

/* ---- on a stream ------------------------------------------------------------------------- */

#define RNG_BLOCKS 0x626c6f63u /* stream of mote_rng: "bloc" */

/* Both models in a draw of blocks. */
typedef struct {
    int64_t n_targets, hits[2], accepts[2];
} block_sums;

static void add_block(block_sums *s, const mote_stream_block *champion,
                      const mote_stream_block *challenger)
{
    s->n_targets += champion->n_targets;
    s->hits[0] += champion->n_hits;
    s->hits[1] += challenger->n_hits;
    s->accepts[0] += champion->n_false_accepts;
    s->accepts[1] += challenger->n_false_accepts;
}

static mote_value_counts counts_of(const block_sums *s, int which, double hours)
{
    return (mote_value_counts){s->n_targets, s->n_targets - s->hits[which], s->accepts[which],
                               hours};
}

static double value_of(const mote_project_value *v, const block_sums *s, int which, double hours)
{
    mote_value_counts c = counts_of(s, which, hours);
    return mote_value_per_day(v, &c, 0.95).value.value;
}

static void fill_rates(const block_sums *all, double hours, const mote_project_value *value,
                       double confidence, mote_stream_comparison *out)
{
    mote_interval *misses[2] = {&out->misses.champion, &out->misses.challenger};
    mote_interval *accepts[2] = {&out->accepts.champion, &out->accepts.challenger};
    mote_interval *worth[2] = {&out->value.champion, &out->value.challenger};
    for (int k = 0; k < 2; k++) {
        mote_value_counts c = counts_of(all, k, hours);
        *misses[k] = mote_interval_wilson(c.n_missed, c.n_targets, confidence);
        *accepts[k] = mote_interval_poisson(c.n_false_accepts, hours, confidence);
        *worth[k] = mote_value_per_day(value, &c, confidence).value;
    }
}

/* What a block adds to the number, challenger - champion, up to a positive factor. */
static double block_difference(const mote_stream_block *champion,
                               const mote_stream_block *challenger, int which, double n_words,
                               double hours, const mote_project_value *v)
{
    double hits = (double)(challenger->n_hits - champion->n_hits);
    double accepts = (double)(challenger->n_false_accepts - champion->n_false_accepts);
    if (which < 2)
        return which == 0 ? -hits : accepts;
    return hits / n_words * v->volume_per_day * (v->true_accept - v->false_reject) +
           accepts / hours * v->listening_hours_per_day * v->false_accept;
}

/* The sign test over blocks, and what it says of the interval. */
static void test_signs(const mote_stream_pair *pair, int which, const mote_stream_comparison *c,
                       double confidence, mote_paired_rate *r)
{
    int64_t n_more = 0, n_less = 0;
    for (size_t i = 0; i < pair->n; i++) {
        double x = block_difference(&pair->champion[i], &pair->challenger[i], which,
                                    (double)c->n_targets, c->hours, pair->value);
        n_more += x > 0;
        n_less += x < 0;
    }
    r->p = mote_mcnemar_exact(n_more, n_less);
    if (r->p > 1 - confidence) {
        r->difference.lo = fmin(r->difference.lo, 0);
        r->difference.hi = fmax(r->difference.hi, 0);
    }
}

mote_status mote_compare_stream(const mote_stream_pair *pair, const mote_evaluate_config *cfg,
                                mote_arena *a, mote_stream_comparison *out, mote_err *err)
{
    const mote_stream_block *champion = pair->champion, *challenger = pair->challenger;
    const mote_project_value *value = pair->value;
    const size_t n = pair->n;
    const double hours = pair->hours;
    size_t n_draws = (size_t)cfg->n_resamples;
    if (n == 0 || n > UINT32_MAX || !(hours > 0) || cfg->n_resamples < 10)
        return mote_fail(err, MOTE_ARG, "compare: %zu blocks of a stream of %g h, %d resamples", n,
                         hours, cfg->n_resamples);
    mote_stream_comparison c = {.hours = hours};
    block_sums all = {0};
    mote_arena_mark mark = mote_arena_save(a);
    double *values[3];
    for (int i = 0; i < 3; i++)
        MOTE_TRY(mote_arena_take(a, n_draws, sizeof *values[i], &values[i], err));
    for (size_t i = 0; i < n; i++)
        add_block(&all, &champion[i], &challenger[i]);
    c.n_targets = all.n_targets;
    fill_rates(&all, hours, value, cfg->confidence, &c);
    size_t n_kept = 0;
    for (size_t r = 0; r < n_draws && all.n_targets > 0; r++) {
        mote_rng rng;
        block_sums s = {0};
        mote_rng_init_stream(&rng, cfg->seed, RNG_BLOCKS, r);
        for (size_t i = 0; i < n; i++) {
            size_t at = mote_rng_below(&rng, (uint32_t)n);
            add_block(&s, &champion[at], &challenger[at]);
        }
        if (s.n_targets == 0)
            continue;
        values[0][n_kept] = (double)(s.hits[0] - s.hits[1]) / (double)s.n_targets;
        values[1][n_kept] = (double)(s.accepts[1] - s.accepts[0]) / hours;
        values[2][n_kept++] =
            value->is_given ? value_of(value, &s, 1, hours) - value_of(value, &s, 0, hours) : 0;
    }
    mote_paired_rate *rates[3] = {&c.misses, &c.accepts, &c.value};
    for (int i = 0; i < 3; i++) {
        double middle = rates[i]->challenger.value - rates[i]->champion.value;
        bool is_there = n_kept > 0 && isfinite(middle);
        rates[i]->p = (double)NAN;
        rates[i]->difference = (mote_interval){(double)NAN, (double)NAN, (double)NAN};
        if (!is_there)
            continue;
        rates[i]->difference = percentile(middle, values[i], n_kept, cfg->confidence);
        test_signs(pair, i, &c, cfg->confidence, rates[i]);
    }
    mote_arena_rewind(a, mark);
    *out = c;
    return MOTE_OK;
}

mote_winner mote_paired_winner(const mote_paired_rate *r, bool is_higher_better)
{
    if (r->difference.lo > 0)
        return is_higher_better ? MOTE_CHALLENGER_BETTER : MOTE_CHALLENGER_WORSE;
    if (r->difference.hi < 0)
        return is_higher_better ? MOTE_CHALLENGER_WORSE : MOTE_CHALLENGER_BETTER;
    return MOTE_NOT_TOLD_APART;
}

/* ---- as JSON ----------------------------------------------------------------------------- */

static mote_status put_paired(json_t *o, const char *key, const mote_paired_rate *r,
                              bool is_higher_better, mote_err *err)
{
    static const char *const words[] = {"not told apart", "challenger better", "challenger worse"};
    json_t *j = json_object();
    MOTE_TRY(mote_json_put(o, key, j, err));
    MOTE_TRY(mote_json_put_interval(j, "champion", r->champion, err));
    MOTE_TRY(mote_json_put_interval(j, "challenger", r->challenger, err));
    MOTE_TRY(mote_json_put_interval(j, "difference", r->difference, err));
    MOTE_TRY(mote_json_put(j, "sign_test_p", mote_json_number(r->p), err));
    return mote_json_put(j, "result", json_string(words[mote_paired_winner(r, is_higher_better)]),
                         err);
}

mote_status mote_stream_comparison_to_json(const mote_stream_comparison *c, json_t **out,
                                           mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    MOTE_TRY(mote_json_put(o, "hours", mote_json_number(c->hours), err));
    MOTE_TRY(mote_json_put(o, "n_words", json_integer(c->n_targets), err));
    MOTE_TRY(put_paired(o, "false_reject_rate", &c->misses, false, err));
    MOTE_TRY(put_paired(o, "false_accepts_per_hour", &c->accepts, false, err));
    if (isfinite(c->value.champion.value))
        MOTE_TRY(put_paired(o, "value_per_day", &c->value, true, err));
    *out = json_incref(o);
    return MOTE_OK;
}

mote_status mote_comparison_to_json(const mote_comparison *c, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of a comparison");
    MOTE_TRY(mote_json_put(o, "n", json_integer(c->n), err));
    MOTE_TRY(mote_json_put(o, "n_both_right", json_integer(c->n_both_right), err));
    MOTE_TRY(mote_json_put(o, "n_only_champion", json_integer(c->n_only_champion), err));
    MOTE_TRY(mote_json_put(o, "n_only_challenger", json_integer(c->n_only_challenger), err));
    MOTE_TRY(mote_json_put(o, "n_both_wrong", json_integer(c->n_both_wrong), err));
    MOTE_TRY(mote_json_put_interval(o, "champion", c->champion, err));
    MOTE_TRY(mote_json_put_interval(o, "challenger", c->challenger, err));
    MOTE_TRY(mote_json_put_interval(o, "difference", c->difference, err));
    MOTE_TRY(mote_json_put(o, "mcnemar_p", mote_json_number(c->p), err));
    *out = json_incref(o);
    return MOTE_OK;
}
