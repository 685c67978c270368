/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a sensor recording: where, and for how long. */
#include <math.h>
#include <string.h>

#include "data/series_internal.h"

mote_series_check_config mote_series_check_default(void)
{
    return (mote_series_check_config){.gap_factor = 1.9,
                                      .jitter = 0.1,
                                      .stuck_samples = 50,
                                      .saturated_samples = 8,
                                      .max_findings = 256};
}

typedef struct {
    const mote_series_one *s;
    const mote_series_check_config *cfg;
    mote_series_report *out;
} look;

static double time_of(const mote_series_one *s, size_t i)
{
    if (s->times_s)
        return s->times_s[i];
    return s->rate_hz > 0 ? (double)i / s->rate_hz : (double)NAN;
}

/* Count a finding, and keep it while there is room, with the time of its first sample. */
static void tell(look *l, mote_series_finding f)
{
    mote_series_report *r = l->out;
    r->n[f.kind]++;
    r->n_samples[f.kind] += f.n;
    f.at_s = time_of(l->s, f.first);
    if (r->n_kept < l->cfg->max_findings)
        r->kept[r->n_kept++] = f;
}

/* A finding about a run in a channel, which lasts from its first sample to the one behind it. */
static void tell_run(look *l, mote_series_finding f)
{
    size_t end = f.first + f.n < l->s->n ? f.first + f.n : l->s->n - 1;
    f.duration_s = time_of(l->s, end) - time_of(l->s, f.first);
    tell(l, f);
}

/* Root mean square distance of the intervals from their median, relative to it; those above `most`
 * and those of no length are left out. */
static double deviation_of(const double *t, size_t n, double median, double most)
{
    double sum = 0;
    size_t n_regular = 0;
    for (size_t i = 1; i < n; i++) {
        double d = t[i] - t[i - 1];
        if (d > 0 && d <= most) {
            sum += (d - median) * (d - median);
            n_regular++;
        }
    }
    return n_regular ? sqrt(sum / (double)n_regular) / median : 0.0;
}

/* What is a gap in a steady recording is a late sample in one that jitters anyway: the limit grows
 * by four deviations. */
static void look_at_time(look *l, double median)
{
    const double *t = l->s->times_s;
    size_t n = l->s->n;
    double deviation = deviation_of(t, n, median, median * l->cfg->gap_factor);
    double limit = median * (l->cfg->gap_factor + 4 * deviation);
    for (size_t i = 1; i < n; i++)
        if (t[i] - t[i - 1] > limit)
            tell(l, (mote_series_finding){.kind = MOTE_SERIES_GAP,
                                          .channel = -1,
                                          .first = i,
                                          .n = 1,
                                          .duration_s = t[i] - t[i - 1],
                                          .amount = (t[i] - t[i - 1]) / median});
    if (deviation > l->cfg->jitter)
        tell(l, (mote_series_finding){.kind = MOTE_SERIES_JITTER,
                                      .channel = -1,
                                      .n = n,
                                      .duration_s = t[n - 1] - t[0],
                                      .amount = deviation});
    for (int back = 0; back < 2; back++) {
        for (size_t i = 1, first; i < n; i++) {
            first = i;
            while (i < n && (back ? t[i] < t[i - 1] : !(t[i] < t[i - 1]) && !(t[i] > t[i - 1])))
                i++;
            if (i > first)
                tell(l, (mote_series_finding){.kind = back ? MOTE_SERIES_BACK_IN_TIME
                                                           : MOTE_SERIES_SAME_TIME,
                                              .channel = -1,
                                              .first = first,
                                              .n = i - first,
                                              .duration_s = back ? t[first - 1] - t[i - 1] : 0.0});
        }
    }
}

static float value_at(const mote_series_one *s, size_t i, int32_t channel)
{
    return s->values[i * (size_t)s->n_channels + (size_t)channel];
}

static bool is_same(float a, float b)
{
    return !(a < b) && !(a > b) && !isnan(a) && !isnan(b);
}

/* Runs of one value in a channel, and its extremes. */
static void look_for_stuck(look *l, int32_t channel)
{
    const mote_series_one *s = l->s;
    for (size_t i = 0, first; i<s->n; i = i> first ? i : first + 1) {
        first = i;
        while (i < s->n && is_same(value_at(s, i, channel), value_at(s, first, channel)))
            i++;
        if (i - first >= l->cfg->stuck_samples)
            tell_run(l, (mote_series_finding){.kind = MOTE_SERIES_STUCK,
                                              .channel = channel,
                                              .first = first,
                                              .n = i - first,
                                              .amount = (double)value_at(s, first, channel)});
    }
}

/* Runs at the largest or smallest value that are too short to be stuck. Only where there are values
 * strictly between: a switch has two, and is no saturated sensor. */
static void look_for_saturated(look *l, int32_t channel)
{
    const mote_series_one *s = l->s;
    float lo = INFINITY, hi = -INFINITY;
    bool is_between = false;
    for (size_t i = 0; i < s->n; i++) {
        lo = fminf(lo, value_at(s, i, channel));
        hi = fmaxf(hi, value_at(s, i, channel));
    }
    for (size_t i = 0; i < s->n && !is_between; i++)
        is_between = value_at(s, i, channel) > lo && value_at(s, i, channel) < hi;
    for (size_t i = 0, first; is_between && i<s->n; i = i> first ? i : first + 1) {
        float x = value_at(s, i, channel);
        first = i;
        if (!is_same(x, lo) && !is_same(x, hi))
            continue;
        while (i < s->n && is_same(value_at(s, i, channel), x))
            i++;
        if (i - first >= l->cfg->saturated_samples && i - first < l->cfg->stuck_samples)
            tell_run(l, (mote_series_finding){.kind = MOTE_SERIES_SATURATED,
                                              .channel = channel,
                                              .first = first,
                                              .n = i - first,
                                              .amount = (double)x});
    }
}

static void look_for_nan(look *l, int32_t channel)
{
    const mote_series_one *s = l->s;
    for (size_t i = 0, first; i<s->n; i = i> first ? i : first + 1) {
        first = i;
        while (i < s->n && !isfinite(value_at(s, i, channel)))
            i++;
        if (i > first)
            tell_run(l, (mote_series_finding){.kind = MOTE_SERIES_NAN,
                                              .channel = channel,
                                              .first = first,
                                              .n = i - first,
                                              .amount = NAN});
    }
}

mote_status mote_series_check(const mote_series_one *s, const mote_series_check_config *cfg,
                              mote_arena *a, mote_series_report *out, mote_err *err)
{
    mote_series_check_config chosen = cfg ? *cfg : mote_series_check_default();
    if (!(chosen.gap_factor > 1) || !(chosen.jitter >= 0) || chosen.stuck_samples < 2 ||
        chosen.saturated_samples < 2)
        return mote_fail(err, MOTE_ARG,
                         "gap_factor must be above 1, jitter not below 0, stuck_samples and "
                         "saturated_samples 2 or more");
    mote_series_report r = {0};
    look l = {s, &chosen, &r};
    MOTE_TRY(mote_arena_take(a, chosen.max_findings, sizeof *r.kept, &r.kept, err));
    if (s->times_s && s->n > 1) {
        double *scratch;
        mote_arena_mark mark = mote_arena_save(a);
        MOTE_TRY(mote_arena_take(a, s->n, sizeof *scratch, &scratch, err));
        double median = mote_series_median_interval(s->times_s, s->n, scratch);
        mote_arena_rewind(a, mark);
        look_at_time(&l, median);
    }
    for (int32_t c = 0; c < s->n_channels && s->n > 0; c++) {
        look_for_stuck(&l, c);
        look_for_saturated(&l, c);
        look_for_nan(&l, c);
    }
    *out = r;
    return MOTE_OK;
}

void mote_series_describe(const mote_series *s, const mote_series_finding *f, mote_buf *b)
{
    if (f->channel >= 0)
        mote_buf_printf(b, "'%s': ", s->names[f->channel]);
    switch (f->kind) {
    case MOTE_SERIES_GAP:
        mote_buf_printf(b, "gap of %.4g s (%.3g intervals) before sample %zu", f->duration_s,
                        f->amount, f->first);
        break;
    case MOTE_SERIES_JITTER:
        mote_buf_printf(b, "jitter: intervals deviate by %.3g %% of their median", 100 * f->amount);
        return;
    case MOTE_SERIES_SAME_TIME:
        mote_buf_printf(b, "%zu samples have the time of the one before, from sample %zu", f->n,
                        f->first);
        break;
    case MOTE_SERIES_BACK_IN_TIME:
        mote_buf_printf(b, "time runs back by %.4g s at sample %zu", f->duration_s, f->first);
        break;
    case MOTE_SERIES_STUCK:
        mote_buf_printf(b, "stuck at %.6g for %zu samples from sample %zu", f->amount, f->n,
                        f->first);
        break;
    case MOTE_SERIES_SATURATED:
        mote_buf_printf(b, "at its limit %.6g for %zu samples from sample %zu", f->amount, f->n,
                        f->first);
        break;
    case MOTE_SERIES_NAN:
    case MOTE_N_SERIES_FINDINGS:
    default:
        mote_buf_printf(b, "%zu values are none from sample %zu", f->n, f->first);
        break;
    }
    if (!isnan(f->at_s))
        mote_buf_printf(b, " at %.4g s", f->at_s);
    if (!isnan(f->duration_s) && f->channel >= 0)
        mote_buf_printf(b, ", %.4g s long", f->duration_s);
}
