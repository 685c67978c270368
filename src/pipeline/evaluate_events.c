/* SPDX-License-Identifier: Apache-2.0 */
/* Judging answers that are events in a stream: other labels, hours of listening, and the threshold
 * that is chosen on validation. See evaluate_internal.h. */
#include "pipeline/evaluate_internal.h"

#include <math.h>
#include <string.h>

#include "data/sample.h"
#include "evaluate/stream.h"
#include "pipeline/listen.h"
#include "pipeline/rates.h"

#define CONFIDENCE 0.95
#define ROUND_SEED 1000   /* between the seeds of the rounds of a stream, .. */
#define PART_SEED  100000 /* .. and of its parts */
#define MOST_WINDOWS                                                                               \
    250000              /* of a stream, unless stream.hours asks for more: half a                  \
                                     minute of one processor for a usual model */
#define MOST_ROUNDS 12  /* hearing a clip again tells less each time */
#define VALUE_HOURS 2.0 /* of a stream that a value is judged on */

/* ---- other words ------------------------------------------------------------------------- */

/* {n, words, refused, interval "rate"} of the clips of other words in `jury`, by what was said of
 * them clean: refused is what is not taken for a label. The interval is over people or over words,
 * whichever is less certain. */
static mote_status refusal_of(mote_evaluating *e, const mote_jury *jury, json_t *all,
                              const char *name, mote_err *err)
{
    const mote_dataset *d = &jury->clips;
    float *said = NULL;
    mote_answers x;
    mote_rates rates = {0};
    const mote_rate *accepts = &rates.of[MOTE_RATE_ACCEPTS];
    bool over_words;
    if (d->n > 0) {
        MOTE_TRY(mote_jury_said(jury, d->x, &e->arena, &said, err));
        MOTE_TRY(mote_judge_answers(d, said, mote_jury_width(jury), &e->arena, &x, err));
        MOTE_TRY(mote_rates_of(&x, d, mote_setting_task(e->p->settings), &e->arena, &rates, err));
    }
    const mote_interval taken = mote_rate_interval(accepts, CONFIDENCE, &over_words);
    const double n = accepts->groups.n, n_taken = accepts->groups.k;
    json_t *o = json_object();
    MOTE_TRY(mote_json_put(all, name, o, err));
    MOTE_TRY(mote_json_put(o, "n", json_integer((json_int_t)n), err));
    MOTE_TRY(mote_json_put(o, "words", json_integer(accepts->labels.n_groups), err));
    MOTE_TRY(mote_json_put(o, "refused", json_integer((json_int_t)(n - n_taken)), err));
    if (!(n > 0))
        return MOTE_OK;
    const mote_interval refused = {(n - n_taken) / n, 1 - taken.hi, 1 - taken.lo};
    return mote_json_put_interval(o, "rate", refused, err);
}

/* Other words that training has heard, said by people that it has not. */
static mote_status open_heard(mote_evaluating *e, mote_jury *out, mote_err *err)
{
    if (e->folds.n > 0)
        return mote_jury_of_folds(e->p, &e->version, MOTE_WORDS_HEARD, &e->folds, out, err);
    const mote_jury_samples heard = {&e->version, MOTE_SPLIT_TEST, MOTE_WORDS_HEARD};
    return mote_jury_of_split(e->p, &heard, e->s8, out, err);
}

/* How many other words are refused: new ones, and ones that training heard from other people. */
static mote_status judge_other_words(mote_evaluating *e, mote_err *err)
{
    if (!mote_setting_task(e->p->settings)->unknown)
        return MOTE_OK;
    bool apart = false;
    for (size_t i = 0; i < e->version.n; i++)
        apart = apart || e->version.items[i].is_word;
    json_t *all = json_object();
    mote_stage_set(e->r, "other_words", all);
    MOTE_TRY(mote_json_put(all, "apart", json_boolean(apart), err));
    MOTE_TRY(refusal_of(e, e->clips, all, apart ? "new" : "heard", err));
    if (!apart)
        return MOTE_OK;
    mote_jury heard = {0};
    MOTE_TRY(open_heard(e, &heard, err));
    mote_status st = refusal_of(e, &heard, all, "heard", err);
    mote_jury_release(&heard);
    return st;
}

/* ---- stream ------------------------------------------------------------------------------ */

/* Clips that are heard by one model, and what was counted of them. Validation and test; or the
 * folds, each heard by the model that has heard nobody of it. */
typedef struct {
    mote_jury jury;    /* a view */
    size_t first_clip; /* of it among those that the tally is of */
    mote_stream_tally *tally;
    mote_stream_tally *quiet; /* of hours in which nothing happens; NULL: there are none */
    mote_stream_track track;  /* of the first round: its events */
} heard_part;

typedef struct {
    mote_evaluating *e;
    mote_tested streamed;        /* on the stream */
    int32_t rounds, rounds_done; /* of the stream; each once for every part */
    heard_part parts[MOTE_MAX_FOLDS];
    int32_t n_parts;
    mote_stream_choice choice;
    mote_stream_point promised; /* of the chosen threshold, on those who chose */
} listening;

static void stream_progress(void *arg, size_t done, size_t total)
{
    const listening *l = arg;
    mote_evaluating *e = l->e;
    mote_stage_progress(e->p, e->r, (int64_t)(done + total * (size_t)l->rounds_done),
                        (int64_t)(total * (size_t)l->rounds), "listening to the stream");
}

/* Does what was heard so far show that the limit is not kept: at the threshold of point `index`, or
 * (-1) at any? More rounds would cost time and change nothing. */
static mote_status is_refuted(mote_evaluating *e, const mote_stream_tally *tally, int32_t index,
                              bool *refuted, mote_err *err)
{
    const mote_project_value *value = mote_setting_value(e->p->settings);
    double limit = mote_setting_stream(e->p->settings)->max_false_accepts_per_hour;
    mote_stream_curve *c = NULL;
    mote_arena_mark mark = mote_arena_save(&e->arena);
    MOTE_TRY(mote_stream_tally_curve(tally, value, CONFIDENCE, &e->arena, &c, err));
    size_t at = index >= 0 ? (size_t)index : mote_stream_choose(c, limit).index;
    *refuted = !value->is_given && c->points[at].false_accepts_per_hour.lo > limit;
    mote_arena_rewind(&e->arena, mark);
    return MOTE_OK;
}

/* As many rounds as can show the limit (a value has none to show), within what a person waits for.
 * A round hears st->config.hours of each of n_parts. */
static int32_t rounds_for(const mote_stream_setting *st, bool by_value, int32_t n_parts)
{
    double hours =
        by_value ? VALUE_HOURS : mote_stream_hours_for(st->max_false_accepts_per_hour, CONFIDENCE);
    hours = fmin(hours, MOST_WINDOWS * (double)st->hop_ms / 3.6e6);
    double rounds = fmin(ceil(hours / (st->config.hours * n_parts) - 1e-9), MOST_ROUNDS);
    return rounds > 1 ? (int32_t)rounds : 1;
}

/* One round of a part: counted, and of the first one its events kept. */
static mote_status hear_round(listening *l, heard_part *p, const mote_jury_stream *s, bool is_first,
                              mote_err *err)
{
    mote_evaluating *e = l->e;
    MOTE_SCOPED_ARENA scratch;
    mote_jury_heard h;
    mote_arena_init(&scratch, (size_t)16 << 30);
    MOTE_TRY(mote_jury_listen(&p->jury, s, &scratch, &h, err));
    for (size_t i = 0; i < h.track.n_events; i++)
        h.track.events[i].clip += (int32_t)p->first_clip;
    l->rounds_done++;
    MOTE_TRY(mote_stream_tally_add(p->tally, &h.said, &h.track, err));
    if (!is_first)
        return MOTE_OK;
    p->track = (mote_stream_track){.n_events = h.track.n_events, .n_targets = h.track.n_targets};
    MOTE_TRY(mote_arena_take(&e->arena, h.track.n_events + 1, sizeof *p->track.events,
                             &p->track.events, err));
    if (h.track.n_events > 0)
        memcpy(p->track.events, h.track.events, h.track.n_events * sizeof *p->track.events);
    return MOTE_OK;
}

/* Parts [first, first + n) but for part `without` (-1: all of them). */
typedef struct {
    int32_t first, n, without;
} some_parts;

/* What was counted of them together. */
static mote_status sum_of(const listening *l, some_parts of, mote_arena *a, mote_stream_tally **out,
                          mote_err *err)
{
    const mote_stream_tally *some[MOTE_MAX_FOLDS];
    size_t n_some = 0;
    for (int32_t k = of.first; k < of.first + of.n; k++)
        if (k != of.without)
            some[n_some++] = l->parts[k].tally;
    return mote_stream_tally_sum(some, n_some, a, out, err);
}

static mote_status is_refuted_by(const listening *l, int32_t first, int32_t n, int32_t index,
                                 bool *out, mote_err *err)
{
    MOTE_SCOPED_ARENA scratch;
    mote_stream_tally *sum = NULL;
    mote_arena_init(&scratch, (size_t)4 << 30);
    MOTE_TRY(sum_of(l, (some_parts){first, n, -1}, &scratch, &sum, err));
    return is_refuted(l->e, sum, index, out, err);
}

/* Parts [first, first + n) in streams of their own, heard in rounds with other places, SNR and
 * noise. `index`: of the threshold that is judged; -1: it is to be chosen. */
static mote_status listen(listening *l, int32_t first, int32_t n, uint64_t seed, int32_t index,
                          mote_err *err)
{
    mote_evaluating *e = l->e;
    const mote_stream_setting *st = mote_setting_stream(e->p->settings);
    const mote_project_value *value = mote_setting_value(e->p->settings);
    mote_jury_stream s = {.task = mote_setting_task(e->p->settings),
                          .stream = st,
                          .hop = st->hop_samples,
                          .progress = stream_progress,
                          .progress_arg = l,
                          .cancel = e->p->cfg.cancel};
    const bool is_drawn = mote_listen_is_drawn(l->parts[first].jury.clips.kind);
    const int32_t rounds = is_drawn ? rounds_for(st, value->is_given, n) : 1;
    bool is_done = false;
    l->rounds = rounds * n;
    l->rounds_done = 0;
    for (int32_t r = 0; r < rounds && !is_done; r++) {
        for (int32_t k = 0; k < n; k++) {
            s.seed = seed + (uint64_t)r * ROUND_SEED + (uint64_t)k * PART_SEED;
            MOTE_TRY(hear_round(l, &l->parts[first + k], &s, r == 0, err));
        }
        MOTE_TRY(is_refuted_by(l, first, n, index, &is_done, err));
    }
    return MOTE_OK;
}

/* Are all that are asked for said by voices of Mote's own? */
static bool is_said_by_voices(const mote_dataset *d, int32_t n_labels)
{
    size_t n = 0;
    for (size_t i = 0; d->class_id && i < d->n; i++) {
        if (d->class_id[i] >= n_labels)
            continue;
        if (!mote_sample_is_builtin(d->groups[d->group_id[i]]))
            return false;
        n++;
    }
    return n > 0;
}

static mote_status add_part(listening *l, const mote_jury *j, size_t first_clip, mote_err *err)
{
    mote_evaluating *e = l->e;
    heard_part *p = &l->parts[l->n_parts++];
    *p = (heard_part){.jury = *j, .first_clip = first_clip};
    const mote_dataset *d = e->folds.n > 0 ? &e->everybody.clips : &j->clips;
    const int32_t n_labels = (int32_t)mote_setting_task(e->p->settings)->labels.n;
    MOTE_TRY(mote_stream_tally_create(
        d->n, n_labels, &mote_setting_stream(e->p->settings)->detector, &e->arena, &p->tally, err));
    mote_stream_tally_group(p->tally, d->group_id, d->n_groups);
    if (is_said_by_voices(d, n_labels))
        mote_stream_tally_by_voices(p->tally);
    return MOTE_OK;
}

/* Each fold; or validation, which chooses, and test, which judges. */
static mote_status open_parts(listening *l, mote_err *err)
{
    mote_evaluating *e = l->e;
    const mote_jury *all = &e->everybody;
    if (e->folds.n == 0) {
        MOTE_TRY(add_part(l, &e->validation, 0, err));
        return add_part(l, &e->test, 0, err);
    }
    for (int32_t k = 0; k < all->n_parts; k++) {
        mote_jury one;
        MOTE_TRY(mote_jury_some(all, k, 1, &e->arena, &one, err));
        MOTE_TRY(add_part(l, &one, all->parts[k].first, err));
    }
    return MOTE_OK;
}

static mote_status curve_of(const listening *l, const mote_stream_tally *t, mote_arena *a,
                            mote_stream_curve **out, mote_err *err)
{
    return mote_stream_tally_curve(t, mote_setting_value(l->e->p->settings), CONFIDENCE, a, out,
                                   err);
}

/* The hours in which nothing happens that those parts have heard. *out NULL: none. */
static mote_status quiet_of(const listening *l, some_parts of, mote_arena *a,
                            mote_stream_curve **out, mote_err *err)
{
    const mote_project_value none = {.is_given = false};
    const mote_stream_tally *some[MOTE_MAX_FOLDS];
    mote_stream_tally *sum = NULL;
    size_t n = 0;
    *out = NULL;
    for (int32_t k = of.first; k < of.first + of.n; k++)
        if (k != of.without && l->parts[k].quiet)
            some[n++] = l->parts[k].quiet;
    if (n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_stream_tally_sum(some, n, a, &sum, err));
    return mote_stream_tally_curve(sum, &none, CONFIDENCE, a, out, err);
}

/* What a threshold is chosen by: clips in a stream, and no less than the hours of nothing say. */
static mote_status choice_of(const listening *l, some_parts of, mote_arena *a,
                             mote_stream_curve **out, mote_err *err)
{
    mote_stream_tally *sum = NULL;
    mote_stream_curve *quiet = NULL;
    MOTE_TRY(sum_of(l, of, a, &sum, err));
    MOTE_TRY(curve_of(l, sum, a, out, err));
    MOTE_TRY(quiet_of(l, of, a, &quiet, err));
    if (quiet)
        mote_evaluate_bound(*out, quiet);
    return MOTE_OK;
}

static mote_status hear_negatives(listening *l, mote_err *err)
{
    for (int32_t k = 0; k < l->n_parts; k++)
        MOTE_TRY(mote_evaluate_negatives(l->e, &l->parts[k].jury, k, &l->parts[k].quiet, err));
    return MOTE_OK;
}

/* Validation's and the test's hours at the point that was chosen. */
static mote_status judge_quiet_splits(const listening *l, mote_err *err)
{
    mote_stream_curve *both[2];
    for (int32_t k = 0; k < 2; k++)
        MOTE_TRY(quiet_of(l, (some_parts){k, 1, -1}, &l->e->arena, &both[k], err));
    const size_t at = l->choice.index;
    return mote_evaluate_negative_point(l->e, both[0] ? &both[0]->points[at] : NULL,
                                        both[1] ? &both[1]->points[at] : NULL, err);
}

/* Each fold's hours at the point that the other folds chose, at[k]. */
static mote_status judge_quiet_folds(const listening *l, const size_t *at, double said,
                                     mote_err *err)
{
    const mote_project_value none = {.is_given = false};
    const mote_stream_tally *tallies[MOTE_MAX_FOLDS];
    size_t points[MOTE_MAX_FOLDS], n = 0;
    mote_stream_point point;
    for (int32_t k = 0; k < l->n_parts; k++) {
        if (!l->parts[k].quiet)
            continue;
        points[n] = at[k];
        tallies[n++] = l->parts[k].quiet;
    }
    if (n == 0)
        return MOTE_OK;
    const mote_stream_nested nested = {tallies, points, n, said};
    MOTE_TRY(mote_stream_tally_nested(&nested, &none, CONFIDENCE, &l->e->arena, &point, err));
    return mote_evaluate_negative_point(l->e, NULL, &point, err);
}

/* Validation chooses, test judges. */
static mote_status judge_splits(listening *l, double limit, mote_stream_curve **choose,
                                mote_stream_curve **judge, mote_stream_point *point, mote_err *err)
{
    mote_arena *a = &l->e->arena;
    MOTE_TRY(listen(l, 0, 1, MOTE_LISTEN_SEED_VALIDATION, -1, err));
    MOTE_TRY(choice_of(l, (some_parts){0, 1, -1}, a, choose, err));
    l->choice = mote_stream_choose(*choose, limit);
    MOTE_TRY(listen(l, 1, 1, MOTE_LISTEN_SEED_TEST, (int32_t)l->choice.index, err));
    MOTE_TRY(curve_of(l, l->parts[1].tally, a, judge, err));
    *point = (*judge)->points[l->choice.index];
    return judge_quiet_splits(l, err);
}

/* All folds choose the threshold that ships, on what each says of whom it had not heard. What it
 * is worth is nested: each fold is judged at the threshold that the others choose. */
static mote_status judge_folds(listening *l, double limit, mote_stream_curve **choose,
                               mote_stream_curve **judge, mote_stream_point *point, mote_err *err)
{
    mote_arena *a = &l->e->arena;
    const mote_stream_tally *tallies[MOTE_MAX_FOLDS];
    size_t at[MOTE_MAX_FOLDS];
    MOTE_TRY(listen(l, 0, l->n_parts, MOTE_LISTEN_SEED_TEST, -1, err));
    MOTE_TRY(choice_of(l, (some_parts){0, l->n_parts, -1}, a, choose, err));
    *judge = *choose;
    l->choice = mote_stream_choose(*choose, limit);
    for (int32_t k = 0; k < l->n_parts; k++) {
        const mote_arena_mark mark = mote_arena_save(a);
        mote_stream_curve *others = NULL;
        MOTE_TRY(choice_of(l, (some_parts){0, l->n_parts, k}, a, &others, err));
        at[k] = mote_stream_choose(others, limit).index;
        tallies[k] = l->parts[k].tally;
        mote_arena_rewind(a, mark);
    }
    const double threshold = (*choose)->points[l->choice.index].threshold;
    const mote_stream_nested nested = {tallies, at, (size_t)l->n_parts, threshold};
    MOTE_TRY(judge_quiet_folds(l, at, threshold, err));
    return mote_stream_tally_nested(&nested, mote_setting_value(l->e->p->settings), CONFIDENCE, a,
                                    point, err);
}

/* Of whom the stream was: the events of those parts that judged, in their first round. */
static mote_status tell_stream(listening *l, mote_err *err)
{
    mote_evaluating *e = l->e;
    const int32_t first = e->folds.n > 0 ? 0 : 1;
    mote_stream_track all = {0};
    size_t n = 0;
    for (int32_t k = first; k < l->n_parts; k++)
        n += l->parts[k].track.n_events;
    MOTE_TRY(mote_arena_take(&e->arena, n + 1, sizeof *all.events, &all.events, err));
    for (int32_t k = first; k < l->n_parts; k++) {
        const mote_stream_track *t = &l->parts[k].track;
        if (t->n_events > 0)
            memcpy(all.events + all.n_events, t->events, t->n_events * sizeof *all.events);
        all.n_events += t->n_events;
        all.n_targets += t->n_targets;
    }
    return mote_tested_stream(&all, &e->words, &l->streamed, err);
}

/* Evidence that rests on both is no better than either. */
static mote_evidence lesser(mote_evidence a, mote_evidence b)
{
    return a > b ? a : b;
}

/* What the point had promised on the stream of validation clips, beside what it does here: of
 * misses what those who say validation's tell of as many others as say the test's. */
static mote_status compare_point(listening *l, const mote_stream_point *measured, mote_err *err)
{
    mote_evaluating *e = l->e;
    mote_interval missed = l->promised.false_reject_rate;
    if (e->folds.n == 0) {
        const mote_stream_others x = {l->parts[0].tally, l->parts[1].tally, l->choice.index,
                                      CONFIDENCE};
        MOTE_TRY(mote_stream_tally_next(&x, &e->arena, &missed, err));
    }
    MOTE_TRY(mote_evaluating_promise(e, MOTE_METRIC_false_accepts_per_hour, MOTE_AT_STREAM,
                                     l->promised.false_accepts_per_hour,
                                     measured->false_accepts_per_hour, err));
    return mote_evaluating_promise(e, MOTE_METRIC_false_reject_rate, MOTE_AT_STREAM, missed,
                                   measured->false_reject_rate, err);
}

static mote_status measure_point(listening *l, const mote_stream_point *q, mote_err *err)
{
    mote_evaluating *e = l->e;
    const char *clips = e->folds.n > 0 ? "samples that each fold had not seen" : "test samples";
    const char *source =
        q->counts.n_rounds > 1
            ? mote_arena_printf(&e->arena,
                                "%s in a stream of %.2f h: each heard up to %d "
                                "times with other noise, placed anew",
                                clips, q->counts.hours, (int)q->counts.n_rounds)
            : mote_arena_printf(&e->arena, "%s in a stream of %.2f h", clips, q->counts.hours);
    if (!source)
        return mote_fail(err, MOTE_NOMEM, "no memory to evaluate");
    const struct {
        mote_metric metric;
        mote_interval x;
        int64_t n;
    } rows[] = {
        {MOTE_METRIC_false_accepts_per_hour, q->false_accepts_per_hour, q->counts.n_false_accepts},
        {MOTE_METRIC_false_reject_rate, q->false_reject_rate, q->counts.n_distinct},
        {MOTE_METRIC_value_per_day, q->value.value, q->counts.n_distinct},
    };
    const mote_tested *t = &l->streamed;
    mote_worst worst = mote_tested_worst_event(t, &q->counts);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (isnan(rows[i].x.value))
            continue;
        bool is_misses = rows[i].metric == MOTE_METRIC_false_reject_rate;
        bool is_accepts = rows[i].metric == MOTE_METRIC_false_accepts_per_hour;
        const mote_measured_at at = {rows[i].metric, MOTE_AT_STREAM, "", ""};
        mote_measurement m = mote_evaluating_like(e);
        m.value = rows[i].x.value;
        m.lo = rows[i].x.lo;
        m.hi = rows[i].x.hi;
        m.n = rows[i].n;
        m.source = source;
        m.on = is_misses ? t->events_on : t->accepts_on;
        m.exposure_hours = is_accepts ? q->independent_hours : 0;
        m.evidence = is_misses ? t->labels : is_accepts ? t->others : lesser(t->labels, t->others);
        m.worst_class = is_misses ? worst : (mote_worst){0};
        MOTE_TRY(mote_judge_add(&e->found, &at, &m, &e->arena, err));
    }
    return MOTE_OK;
}

/* What the choice of the threshold promised, for whoever holds it against the test: the point on
 * validation, the limit, and whether it is proven there. */
static mote_status keep_promise(const listening *l, mote_err *err)
{
    mote_evaluating *e = l->e;
    const mote_names *labels = &mote_setting_task(e->p->settings)->labels;
    json_t *j = NULL;
    MOTE_TRY(mote_stream_point_to_json(&l->promised, labels->items, (int32_t)labels->n, &j, err));
    mote_stage_set(e->r, "promised", j);
    MOTE_TRY(mote_json_put(j, "max_false_accepts_per_hour",
                           json_real(l->choice.max_false_accepts_per_hour), err));
    MOTE_TRY(mote_json_put(j, "by", json_string(e->chooser), err));
    MOTE_TRY(mote_json_put(j, "is_limit_met", json_boolean(l->choice.is_limit_met), err));
    MOTE_TRY(mote_json_put(j, "is_limit_proven", json_boolean(l->choice.is_limit_proven), err));
    return mote_json_put(j, "confidence", json_real(CONFIDENCE), err);
}

static mote_status judge_stream(listening *l, mote_stream_point *point, mote_err *err)
{
    mote_evaluating *e = l->e;
    const mote_task_setting *task = mote_setting_task(e->p->settings);
    const mote_project_value *value = mote_setting_value(e->p->settings);
    const double limit = mote_setting_stream(e->p->settings)->max_false_accepts_per_hour;
    mote_stream_curve *choose = NULL, *judge = NULL;
    MOTE_TRY(open_parts(l, err));
    MOTE_TRY(hear_negatives(l, err));
    MOTE_TRY(e->folds.n > 0 ? judge_folds(l, limit, &choose, &judge, point, err)
                            : judge_splits(l, limit, &choose, &judge, point, err));
    MOTE_TRY(tell_stream(l, err));
    l->promised = choose->points[l->choice.index];
    MOTE_TRY(measure_point(l, point, err));
    MOTE_TRY(compare_point(l, point, err));
    const int32_t n_labels = (int32_t)task->labels.n;
    mote_operating_point op = mote_stream_operating_point(
        choose, &l->choice, n_labels, (int32_t)task->classes.n, e->decided.temperature);
    json_t *jp = NULL, *jc = NULL;
    MOTE_TRY(mote_stream_point_to_json(point, task->labels.items, n_labels, &jp, err));
    mote_stage_set(e->r, "stream", jp);
    if (value->is_given)
        MOTE_TRY(mote_json_put(jp, "currency", json_string(value->currency), err));
    MOTE_TRY(mote_stream_curve_to_json(judge, &jc, err));
    mote_stage_set(e->r, "stream_curve", jc);
    mote_stage_set(e->r, "chosen_by", json_string(l->choice.by_value ? "value" : "limit"));
    MOTE_TRY(keep_promise(l, err));
    e->decided.decision.op = op;
    mote_stage_set(e->r, "operating_point",
                   mote_operating_point_to_json(&op, (int32_t)task->classes.n));
    return MOTE_OK;
}

/* ---- together ---------------------------------------------------------------------------- */

static void say_limit(const listening *l, char *out, size_t n)
{
    const mote_stream_choice *c = &l->choice;
    if (c->by_value || c->is_limit_proven)
        return;
    if (!c->is_limit_met)
        (void)mote_format(out, n, "; no threshold keeps max_false_accepts_per_hour on %s",
                          l->e->chooser);
    else
        (void)mote_format(out, n,
                          "; max_false_accepts_per_hour not proven on %s (%.2f, "
                          "at most %.2f)",
                          l->e->chooser, l->promised.false_accepts_per_hour.value,
                          l->promised.false_accepts_per_hour.hi);
}

mote_status mote_evaluate_events(mote_evaluating *e, mote_err *err)
{
    listening l = {.e = e};
    mote_stream_point point;
    MOTE_TRY(mote_evaluating_tested(e, e->clips, &l.streamed, err));
    MOTE_TRY(judge_other_words(e, err));
    MOTE_TRY(judge_stream(&l, &point, err));
    e->tested.n_others = l.streamed.n_others; /* the stream's part of it */
    mote_buf_printf(&e->summary, "; %.2f false accepts/h, %.1f %% missed",
                    point.false_accepts_per_hour.value, 100.0 * point.false_reject_rate.value);
    say_limit(&l, e->limit, sizeof e->limit);
    return mote_buf_status(&e->summary, err);
}
