/* SPDX-License-Identifier: Apache-2.0 */
/* Judging answers that are events in a stream: other labels, hours of listening, and the threshold
 * that is chosen on validation. See evaluate_internal.h. */
#include "pipeline/evaluate_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/stream.h"
#include "pipeline/listen.h"

#define CONFIDENCE 0.95
#define ROUND_SEED 1000 /* between the seeds of the rounds of a stream */
#define MOST_WINDOWS                                                                               \
    250000              /* of a stream, unless stream.hours asks for more: half a                  \
                                     minute of one processor for a usual model */
#define MOST_ROUNDS 12  /* hearing a clip again tells less each time */
#define VALUE_HOURS 2.0 /* of a stream that a value is judged on */

/* ---- other words ------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* {n, words, refused, interval "rate"} of the clips of other words in `jury`, by what was said of
 * them clean: refused is what is not taken for a label. */
static mote_status refusal_of(mote_evaluating *e, const mote_jury *jury, json_t *all,
                              const char *name, mote_err *err)
{
    const mote_dataset *d = &jury->clips;
    size_t n_labels = mote_setting_task(e->p->settings)->labels.n;
    size_t n_classes = e->clips->clips.n_classes, n = 0;
    float *y = NULL;
    int32_t *said = NULL;
    const char **words = NULL;
    int64_t refused = 0, n_words = 0;
    MOTE_TRY(mote_arena_take(&e->arena, d->n + 1, sizeof *said, &said, err));
    MOTE_TRY(mote_arena_take(&e->arena, d->n + 1, sizeof *words, &words, err));
    if (d->n > 0)
        MOTE_TRY(mote_jury_said(jury, d->x, &e->arena, &y, err));
    mote_judge_decide(y, d->n, n_classes, said);
    for (size_t i = 0; i < d->n; i++) {
        if ((size_t)d->class_id[i] != n_labels)
            continue;
        words[n++] = d->label[i];
        refused += (size_t)said[i] >= n_labels;
    }
    qsort(words, n, sizeof *words, compare_names);
    for (size_t i = 0; i < n; i++)
        n_words += i == 0 || strcmp(words[i - 1], words[i]) != 0;
    json_t *o = json_object();
    MOTE_TRY(mote_json_put(all, name, o, err));
    MOTE_TRY(mote_json_put(o, "n", json_integer((json_int_t)n), err));
    MOTE_TRY(mote_json_put(o, "words", json_integer(n_words), err));
    MOTE_TRY(mote_json_put(o, "refused", json_integer(refused), err));
    if (n == 0)
        return MOTE_OK;
    return mote_json_put_interval(o, "rate", mote_interval_wilson(refused, (int64_t)n, CONFIDENCE),
                                  err);
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

typedef struct {
    mote_evaluating *e;
    mote_tested streamed;        /* on the stream */
    int32_t rounds, rounds_done; /* of the stream */
    mote_stream_choice choice;
    mote_stream_point promised; /* of the chosen threshold, on validation */
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

/* The clips of a jury in a stream, heard in rounds with other places, SNR and noise. `index`: of
 * the threshold that is judged; -1: it is to be chosen. */
static mote_status listen(listening *l, const mote_jury *j, uint64_t seed, int32_t index,
                          mote_stream_curve **curve, mote_err *err)
{
    mote_evaluating *e = l->e;
    const mote_task_setting *task = mote_setting_task(e->p->settings);
    const mote_stream_setting *st = mote_setting_stream(e->p->settings);
    const mote_project_value *value = mote_setting_value(e->p->settings);
    mote_stream_tally *tally = NULL;
    mote_jury_stream s = {.task = task,
                          .stream = st,
                          .hop = st->hop_samples,
                          .progress = stream_progress,
                          .progress_arg = l,
                          .cancel = e->p->cfg.cancel};
    l->rounds =
        mote_listen_is_drawn(j->clips.kind) ? rounds_for(st, value->is_given, j->n_parts) : 1;
    MOTE_TRY(mote_stream_tally_create(j->clips.n, (int32_t)task->labels.n, &st->detector, &e->arena,
                                      &tally, err));
    bool is_done = false;
    for (int32_t r = 0; r < l->rounds && !is_done; r++) {
        mote_jury_heard h;
        mote_arena_mark mark = mote_arena_save(&e->arena);
        l->rounds_done = r;
        s.seed = seed + (uint64_t)r * ROUND_SEED;
        MOTE_TRY(mote_jury_listen(j, &s, &e->arena, &h, err));
        if (r == 0 && j == &e->test)
            MOTE_TRY(mote_tested_stream(&h.track, &e->words, &l->streamed, err));
        MOTE_TRY(mote_stream_tally_add(tally, &h.said, &h.track, err));
        mote_arena_rewind(&e->arena, mark);
        MOTE_TRY(is_refuted(e, tally, index, &is_done, err));
    }
    return mote_stream_tally_curve(tally, value, CONFIDENCE, &e->arena, curve, err);
}

/* Evidence that rests on both is no better than either. */
static mote_evidence lesser(mote_evidence a, mote_evidence b)
{
    return a > b ? a : b;
}

/* What the point had promised on the stream of validation clips, beside what it does here. */
static mote_status compare_point(mote_evaluating *e, const mote_stream_point *promised,
                                 const mote_stream_point *measured, mote_err *err)
{
    MOTE_TRY(mote_evaluating_promise(e, MOTE_METRIC_false_accepts_per_hour, MOTE_AT_STREAM,
                                     promised->false_accepts_per_hour,
                                     measured->false_accepts_per_hour, err));
    return mote_evaluating_promise(e, MOTE_METRIC_false_reject_rate, MOTE_AT_STREAM,
                                   promised->false_reject_rate, measured->false_reject_rate, err);
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
    mote_stream_curve *choose = NULL, *judge = NULL;
    MOTE_TRY(listen(l, &e->validation, MOTE_LISTEN_SEED_VALIDATION, -1, &choose, err));
    l->choice =
        mote_stream_choose(choose, mote_setting_stream(e->p->settings)->max_false_accepts_per_hour);
    MOTE_TRY(listen(l, &e->test, MOTE_LISTEN_SEED_TEST, (int32_t)l->choice.index, &judge, err));
    l->promised = choose->points[l->choice.index];
    *point = judge->points[l->choice.index];
    MOTE_TRY(measure_point(l, point, err));
    MOTE_TRY(compare_point(e, &l->promised, point, err));
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
    MOTE_TRY(mote_evaluating_tested(e, &e->test, &l.streamed, err));
    MOTE_TRY(judge_other_words(e, err));
    MOTE_TRY(judge_stream(&l, &point, err));
    e->tested.n_others = l.streamed.n_others; /* the stream's part of it */
    mote_buf_printf(&e->summary, "; %.2f false accepts/h, %.1f %% missed",
                    point.false_accepts_per_hour.value, 100.0 * point.false_reject_rate.value);
    say_limit(&l, e->limit, sizeof e->limit);
    return mote_buf_status(&e->summary, err);
}
