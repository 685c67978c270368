/* SPDX-License-Identifier: Apache-2.0 */
/* Paired comparison, see compare.h. Each group is reduced to three counts first, so a resample
 * costs one step a group. */
#include "evaluate/compare.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "evaluate/json_parts.h"

#define RNG_PAIRED 0x70616972u          /* stream of mote_rng: "pair" */

typedef struct { int64_t n, champion, challenger; } group_sums;

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
static mote_status sum_groups(const mote_compare_input *in, int32_t slice, mote_arena *a,
                              mote_comparison *c, group_sums **out, uint32_t *n_out, mote_err *err)
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
    *out = sums;
    *n_out = n_filled;
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
    mote_comparison c = {.p = nan, .champion = {nan, nan, nan}, .challenger = {nan, nan, nan},
                         .difference = {nan, nan, nan}};
    mote_arena_mark mark = mote_arena_save(a);
    group_sums *sums = NULL;
    uint32_t n_groups = 0;
    size_t n = (size_t)cfg->n_resamples;
    double *values[3];
    MOTE_TRY(sum_groups(in, slice, a, &c, &sums, &n_groups, err));
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

MOTE_PRINTF(3, 4)
static void add_reason(mote_promotion *p, bool is_held, const char *fmt, ...)
{
    va_list ap;
    MOTE_SCOPED_BUF words;
    mote_buf_init(&words, 1024);
    va_start(ap, fmt);
    mote_buf_vprintf(&words, fmt, ap);
    va_end(ap);
    p->is_held[p->n_reasons] = is_held;
    (void)mote_format(p->reasons[p->n_reasons], sizeof p->reasons[0], "%s",
                      words.data ? words.data : "out of memory");
    p->n_reasons++;
    p->is_promoted &= is_held;
}

/* Shares are counts over counts, so a limit that is met exactly may miss it by rounding. */
#define SLACK 1e-9

mote_promotion mote_compare_promotion(const mote_comparison *overall, const mote_comparison *slices,
                                      const char *const *slice_names, int32_t n_slices,
                                      int32_t clean_slice, const mote_project_schedule *rule)
{
    mote_promotion p = {.is_promoted = true, .weak_slice = -1};
    for (int32_t i = 0; i < n_slices; i++)
        if (slices[i].n > 0
            && (p.weak_slice < 0 || slices[i].champion.value < slices[p.weak_slice].champion.value))
            p.weak_slice = i;
    const mote_comparison *weak = p.weak_slice >= 0 ? &slices[p.weak_slice] : overall;
    const char *weak_name = p.weak_slice >= 0 ? slice_names[p.weak_slice] : "all clips";
    double gain = weak->difference.value;
    add_reason(&p, gain > 0 && gain >= rule->beat_by - SLACK,
               "%s: %.1f %% against %.1f %%, a gain of %.1f points (%.1f to %.1f); more than 0 and "
               "at least %.1f needed",
               weak_name, weak->challenger.value * 100, weak->champion.value * 100, gain * 100,
               weak->difference.lo * 100, weak->difference.hi * 100, rule->beat_by * 100);

    bool has_clean = clean_slice >= 0 && clean_slice < n_slices && slices[clean_slice].n > 0;
    const mote_comparison *clean = has_clean ? &slices[clean_slice] : overall;
    const char *clean_name = has_clean ? slice_names[clean_slice] : "all clips";
    if (rule->clean_at_least > 0)
        add_reason(&p, clean->challenger.value >= rule->clean_at_least - SLACK,
                   "%s: %.1f %%, at least %.1f %% needed", clean_name,
                   clean->challenger.value * 100, rule->clean_at_least * 100);
    double loss = -clean->difference.value;
    add_reason(&p, loss <= rule->clean_loss_at_most + SLACK,
               "%s: %.1f %% against %.1f %%, a loss of %.1f points; at most %.1f allowed",
               clean_name, clean->challenger.value * 100, clean->champion.value * 100,
               fmax(loss, 0) * 100, rule->clean_loss_at_most * 100);
    return p;
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

mote_status mote_promotion_to_json(const mote_promotion *p, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of a promotion");
    MOTE_TRY(mote_json_put(o, "promote", json_boolean(p->is_promoted), err));
    json_t *list = json_array();
    MOTE_TRY(mote_json_put(o, "conditions", list, err));
    for (size_t i = 0; i < p->n_reasons; i++) {
        json_t *r = json_object();
        if (json_array_append_new(list, r) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of a promotion");
        MOTE_TRY(mote_json_put(r, "held", json_boolean(p->is_held[i]), err));
        MOTE_TRY(mote_json_put(r, "text", json_string(p->reasons[i]), err));
    }
    *out = json_incref(o);
    return MOTE_OK;
}
