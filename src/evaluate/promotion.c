/* SPDX-License-Identifier: Apache-2.0 */
/* May the challenger replace the champion? See compare.h. Every condition is a sentence that says
 * the numbers and stands for itself, held or not. */
#include <math.h>
#include <string.h>

#include "evaluate/compare.h"
#include "evaluate/json_parts.h"
#include "project/quantity.h"
#include "project/schema.h"

MOTE_PRINTF(3, 4)
static void add_reason(mote_promotion *p, bool is_held, const char *fmt, ...)
{
    va_list ap;
    MOTE_SCOPED_BUF words;
    mote_buf_init(&words, 2048);
    va_start(ap, fmt);
    mote_buf_vprintf(&words, fmt, ap);
    va_end(ap);
    MOTE_BUG_IF(p->n_reasons == MOTE_PROMOTION_REASONS);
    p->is_held[p->n_reasons] = is_held;
    (void)mote_format(p->reasons[p->n_reasons], sizeof p->reasons[0], "%s",
                      words.data ? words.data : "out of memory");
    p->n_reasons++;
    p->is_promoted &= is_held;
}

/* Shares are counts over counts, so a limit that is met exactly may miss it by rounding. */
#define SLACK 1e-9

/* The stream's verdict in one word: by value where there is one, else by both rates. */
static mote_winner stream_winner(const mote_stream_comparison *s)
{
    if (!s)
        return MOTE_NOT_TOLD_APART;
    if (isfinite(s->value.difference.value))
        return mote_paired_winner(&s->value, true);
    mote_winner misses = mote_paired_winner(&s->misses, false),
                accepts = mote_paired_winner(&s->accepts, false);
    if (misses == MOTE_CHALLENGER_WORSE || accepts == MOTE_CHALLENGER_WORSE)
        return MOTE_CHALLENGER_WORSE;
    return misses == MOTE_CHALLENGER_BETTER || accepts == MOTE_CHALLENGER_BETTER
               ? MOTE_CHALLENGER_BETTER
               : MOTE_NOT_TOLD_APART;
}

static void judge_gain(mote_promotion *p, const mote_comparison *weak, const char *where,
                       const mote_stream_comparison *stream, const mote_project_schedule *rule)
{
    double gain = weak->difference.value, before = weak->champion.value * 100,
           now = weak->challenger.value * 100;
    bool is_enough = gain > 0 && gain >= rule->beat_by - SLACK;
    bool is_better_product =
        stream_winner(stream) == MOTE_CHALLENGER_BETTER && gain >= -SLACK && rule->beat_by <= 0;
    if (is_enough)
        add_reason(p, true,
                   "where the champion is weakest (%s) it is better: %.1f %% of clips are right "
                   "instead of %.1f %%, a gain of %.1f points (%.1f to %.1f)",
                   where, now, before, gain * 100, weak->difference.lo * 100,
                   weak->difference.hi * 100);
    else if (is_better_product)
        add_reason(p, true,
                   "where the champion is weakest (%s) it is no worse, %.1f %% of clips, and it is "
                   "better on the stream",
                   where, now);
    else if (gain > 0)
        add_reason(p, false,
                   "where the champion is weakest (%s) it is better by %.1f points only, %.1f %% "
                   "of clips instead of %.1f %%; schedule.promote.beat_by asks for %.1f points",
                   where, gain * 100, now, before, rule->beat_by * 100);
    else if (gain < -SLACK)
        add_reason(p, false,
                   "where the champion is weakest (%s) it is worse: %.1f %% of clips are right "
                   "instead of %.1f %%",
                   where, now, before);
    else
        add_reason(p, false,
                   "where the champion is weakest (%s) it is no better: %.1f %% of clips are "
                   "right, as before",
                   where, now);
}

static void judge_clean(mote_promotion *p, const mote_comparison *clean, const char *where,
                        const mote_project_schedule *rule)
{
    double before = clean->champion.value * 100, now = clean->challenger.value * 100;
    double loss = -clean->difference.value;
    if (rule->clean_at_least > 0) {
        bool is_held = clean->challenger.value >= rule->clean_at_least - SLACK;
        add_reason(p, is_held, "%s, %.1f %% of clips are right%s %.1f %% are asked for", where, now,
                   is_held ? ";" : ", and", rule->clean_at_least * 100);
    }
    if (loss <= rule->clean_loss_at_most + SLACK)
        add_reason(p, true,
                   "%s it does not lose too much: %.1f %% of clips are right, the champion %.1f %%",
                   where, now, before);
    else
        add_reason(p, false,
                   "%s it loses too much: %.1f %% of clips are right instead of %.1f %%, and a "
                   "loss of %.1f points is allowed",
                   where, now, before, rule->clean_loss_at_most * 100);
}

static void judge_value(mote_promotion *p, const mote_stream_comparison *s, const char *currency)
{
    const mote_paired_rate *v = &s->value;
    mote_winner winner = mote_paired_winner(v, true);
    const char *what = currency && *currency ? currency : "of value";
    static const char *const words[] = {
        "which the test does not tell apart",
        "which is more, beyond what chance explains",
        "which is less, beyond what chance explains",
    };
    add_reason(p, winner != MOTE_CHALLENGER_WORSE,
               "a day with it is worth %.2f %s (%.2f to %.2f), with the champion %.2f (%.2f to "
               "%.2f), %s (difference %.2f to %.2f, %.2f h of the same stream)",
               v->challenger.value, what, v->challenger.lo, v->challenger.hi, v->champion.value,
               v->champion.lo, v->champion.hi, words[winner], v->difference.lo, v->difference.hi,
               s->hours);
}

/* Worse in one of them is made up for only by a value that is better. */
static void judge_rates(mote_promotion *p, const mote_stream_comparison *s)
{
    static const char *const words[] = {", not told apart", ", which is better",
                                        ", which is worse beyond what chance explains"};
    mote_winner misses = mote_paired_winner(&s->misses, false),
                accepts = mote_paired_winner(&s->accepts, false);
    bool is_worth_it = mote_paired_winner(&s->value, true) == MOTE_CHALLENGER_BETTER;
    add_reason(p, is_worth_it || misses != MOTE_CHALLENGER_WORSE,
               "of %lld keywords in the stream it misses %.1f %% (%.1f to %.1f), the champion %.1f "
               "%% (%.1f to %.1f)%s",
               (long long)s->n_targets, s->misses.challenger.value * 100,
               s->misses.challenger.lo * 100, s->misses.challenger.hi * 100,
               s->misses.champion.value * 100, s->misses.champion.lo * 100,
               s->misses.champion.hi * 100, words[misses]);
    add_reason(p, is_worth_it || accepts != MOTE_CHALLENGER_WORSE,
               "it reacts to nothing %.2f times an hour (%.2f to %.2f), the champion %.2f (%.2f to "
               "%.2f)%s",
               s->accepts.challenger.value, s->accepts.challenger.lo, s->accepts.challenger.hi,
               s->accepts.champion.value, s->accepts.champion.lo, s->accepts.champion.hi,
               words[accepts]);
}

mote_promotion mote_compare_promotion(const mote_promotion_case *c,
                                      const mote_project_schedule *rule)
{
    const mote_comparison *slices = c->slices;
    mote_promotion p = {.is_promoted = true, .weak_slice = -1};
    for (int32_t i = 0; i < c->n_slices; i++)
        if (slices[i].n > 0 &&
            (p.weak_slice < 0 || slices[i].champion.value < slices[p.weak_slice].champion.value))
            p.weak_slice = i;
    bool has_clean =
        c->clean_slice >= 0 && c->clean_slice < c->n_slices && slices[c->clean_slice].n > 0;
    const mote_comparison *weak = p.weak_slice >= 0 ? &slices[p.weak_slice] : c->overall;
    if (c->stream) {
        if (isfinite(c->stream->value.difference.value))
            judge_value(&p, c->stream, c->currency);
        judge_rates(&p, c->stream);
    }
    judge_gain(&p, weak, p.weak_slice >= 0 ? c->slice_names[p.weak_slice] : "all clips", c->stream,
               rule);
    judge_clean(&p, has_clean ? &slices[c->clean_slice] : c->overall,
                has_clean ? c->slice_names[c->clean_slice] : "on all clips", rule);
    return p;
}

mote_promotion mote_answers_promotion(const mote_answers_pair *pair,
                                      const mote_project_schedule *rule)
{
    const mote_metric_row *m = mote_metric_info(pair->metric);
    double better = m->is_higher_better ? pair->difference.value : -pair->difference.value;
    bool is_share = m->unit == MOTE_UNIT_RATIO;
    double asked = is_share ? rule->beat_by : rule->beat_by * fabs(pair->champion.value);
    char before[56], now[56], gain[56], least[56];
    mote_quantity_format(pair->champion.value, m->unit, before, sizeof before);
    mote_quantity_format(pair->challenger.value, m->unit, now, sizeof now);
    mote_quantity_format(fabs(better), m->unit, gain, sizeof gain);
    mote_quantity_format(asked, m->unit, least, sizeof least);
    mote_promotion p = {.is_promoted = true, .weak_slice = -1};
    if (!(better > 0))
        add_reason(&p, false, "by %s it is no better: %s instead of %s", m->name, now, before);
    else if (better < asked - SLACK * fmax(1, asked))
        add_reason(&p, false,
                   "by %s it is better by %s only, %s instead of %s; schedule.promote.beat_by asks "
                   "for %s",
                   m->name, gain, now, before, least);
    else
        add_reason(&p, true, "by %s it is better: %s instead of %s, a gain of %s", m->name, now,
                   before, gain);
    add_reason(&p, pair->is_challenger_better,
               pair->is_challenger_better  ? "the gain is more than chance would give"
               : pair->is_challenger_worse ? "the loss is more than chance would give"
                                           : "the two are not told apart: more test samples would "
                                             "settle it");
    if (is_share && rule->clean_at_least > 0) {
        mote_quantity_format(rule->clean_at_least, m->unit, least, sizeof least);
        add_reason(&p, pair->challenger.value >= rule->clean_at_least - SLACK,
                   "its %s is %s, and schedule.promote.clean_at_least asks for %s", m->name, now,
                   least);
    }
    return p;
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
