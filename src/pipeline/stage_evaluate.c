/* SPDX-License-Identifier: Apache-2.0 */
/* Stage evaluate: the int8 model, on the kernels that ship, judged on the test split as it is and
 * under each condition of mote.yaml, and on a stream.
 *
 * What is chosen is chosen on the validation split (temperature, threshold); the test split only
 * judges. A model that learned from everybody (training.refit) is never judged itself, but by the
 * models of the folds, which had not heard whom they judge (jury.h): clips by all folds, the stream
 * by those that the threshold was not chosen on. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/json_parts.h"
#include "evaluate/stream.h"
#include "model/predictor.h"
#include "pipeline/baselines.h"
#include "pipeline/golden.h"
#include "pipeline/judge.h"
#include "pipeline/jury.h"
#include "pipeline/stage_parts.h"
#include "pipeline/listen.h"
#include "pipeline/stages_internal.h"
#include "pipeline/tested.h"

#define CONFIDENCE 0.95
#define ROUND_SEED 1000 /* between the seeds of the rounds of a stream */
#define MOST_WINDOWS                                                                               \
    250000              /* of a stream, unless stream.hours asks for more: half a                  \
                                     minute of one processor for a usual model */
#define MOST_ROUNDS 12  /* hearing a clip again tells less each time */
#define VALUE_HOURS 2.0 /* of a stream that a value is judged on */

typedef struct {
    mote_pipeline *p;
    mote_stage_run *r;
    mote_arena arena;
    mote_data_version version;
    mote_jury_graphs folds;            /* n 0: the model learned from the training split */
    mote_jury everybody;               /* with folds: owned; without: empty */
    mote_jury validation, test;        /* choose and judge; with folds: parts of everybody */
    const mote_jury *clips;            /* that the model is judged on: test, or everybody */
    mote_graph *s8;                    /* that ships */
    char basis[MOTE_SHA256_HEX_BYTES]; /* of the int8 graph */
    const char *source;
    const char *judged_by;       /* "": the test split */
    const char *chooser, *judge; /* of the stream, in words: "validation", "test" */
    mote_tested tested;          /* on clips */
    mote_tested streamed;        /* on the stream */
    mote_measurement_list found;
    json_t *promises;             /* borrowed from the output */
    double temperature;           /* that ships */
    double crossed;               /* with folds: for the clips that chose that one */
    int32_t rounds, rounds_done;  /* of the stream */
    const char *temperature_note; /* NULL: it is used */
    const char *unbeaten;         /* baselines that the model is not better than; "" for none */
    mote_stream_choice choice;
    mote_stream_point promised;      /* of the chosen threshold, on validation */
    mote_interval promised_accuracy; /* on the validation split, which chose the model */
    mote_arena words;                /* of what was tested; outlives the rounds */
} evaluating;

static mote_predictions predictions_of(const mote_dataset *d, const float *probabilities)
{
    return (mote_predictions){.n = d->n,
                              .n_classes = (int32_t)d->n_classes,
                              .labels = d->class_id,
                              .probabilities = probabilities,
                              .groups = d->group_id,
                              .n_groups = (int32_t)d->n_groups};
}

/* Two fifths of the folds choose, the others judge. */
static int32_t n_choosing(int32_t n_folds)
{
    return n_folds * 2 / 5 > 0 ? n_folds * 2 / 5 : 1;
}

static mote_status open_folds(evaluating *e, mote_err *err)
{
    int32_t n = e->folds.n, first = n_choosing(n);
    mote_jury *all = &e->everybody;
    MOTE_TRY(mote_jury_of_folds(e->p, &e->version, MOTE_WORDS_APART, &e->folds, all, err));
    MOTE_TRY(mote_jury_some(all, 0, first, &e->arena, &e->validation, err));
    MOTE_TRY(mote_jury_some(all, first, n - first, &e->arena, &e->test, err));
    e->clips = all;
    e->chooser = first == 1 ? "the fold that chose"
                            : mote_arena_printf(&e->arena, "the %d folds that chose", (int)first);
    e->judge = mote_arena_printf(&e->arena, "the test on the other %d", (int)(n - first));
    e->source = mote_arena_printf(&e->arena,
                                  "int8 models of %d folds over the speakers of data v%lld, each "
                                  "on whom it had not heard; the shipped model has learned from "
                                  "everybody",
                                  (int)n, (long long)e->version.number);
    MOTE_TRY(mote_jury_words(n, &e->arena, &e->judged_by, err));
    mote_stage_set(e->r, "judged_by", json_string(e->judged_by));
    return e->source && e->judge && e->chooser
               ? MOTE_OK
               : mote_fail(err, MOTE_NOMEM, "no memory to evaluate");
}

static mote_status open_splits(evaluating *e, mote_err *err)
{
    MOTE_TRY(mote_jury_of_split(e->p, &e->version, MOTE_SPLIT_VALIDATION, MOTE_WORDS_APART, e->s8,
                                &e->validation, err));
    MOTE_TRY(mote_jury_of_split(e->p, &e->version, MOTE_SPLIT_TEST, MOTE_WORDS_APART, e->s8,
                                &e->test, err));
    e->clips = &e->test;
    e->chooser = "validation";
    e->judge = "test";
    e->judged_by = "";
    e->source = mote_arena_printf(&e->arena, "int8 model on the test split of data v%lld",
                                  (long long)e->version.number);
    return e->source ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory to evaluate");
}

static mote_status find_tested(evaluating *e, const mote_jury *j, mote_tested *out, mote_err *err)
{
    MOTE_TRY(mote_tested_of(e->p->cfg.store, mote_setting_task(e->p->settings), &e->version,
                            &j->clips, &e->arena, out, err));
    return *e->judged_by ? mote_tested_by_folds(out, e->judged_by, &e->arena, err) : MOTE_OK;
}

static mote_status open_inputs(evaluating *e, mote_err *err)
{
    mote_pipeline *p = e->p;
    MOTE_TRY(mote_stage_version(p, &e->arena, &e->version, err));
    MOTE_TRY(mote_stage_graph(p, MOTE_STAGE_compress, "graph.s8", &e->s8, err));
    const mote_sha256 *h = mote_stage_find(p, MOTE_STAGE_compress, "graph.s8");
    MOTE_BUG_IF(!h);
    mote_sha256_hex(h, e->basis);
    MOTE_TRY(mote_jury_graphs_of(p, &e->folds, err));
    MOTE_TRY(e->folds.n > 0 ? open_folds(e, err) : open_splits(e, err));
    for (int32_t k = 0; k < e->clips->n_parts; k++) /* what it learned from it does not judge */
        MOTE_BUG_IF(e->folds.n > 0 && e->clips->parts[k].graph == e->s8);
    e->promises = json_array();
    mote_stage_set(e->r, "promises", e->promises);
    MOTE_TRY(find_tested(e, e->clips, &e->tested, err));
    return find_tested(e, &e->test, &e->streamed, err);
}

static mote_status evaluate_clips(evaluating *e, const mote_predictions *q, mote_evaluation *out,
                                  mote_err *err)
{
    mote_evaluate_config cfg = mote_evaluate_config_default();
    cfg.confidence = CONFIDENCE;
    return mote_evaluate(q, &cfg, &e->arena, out, err);
}

static mote_status compare_promise(evaluating *e, mote_metric metric, mote_place where,
                                   mote_interval promised, mote_interval measured, mote_err *err)
{
    const mote_promise p = {metric, where, e->chooser, e->judge, promised, measured};
    return mote_tested_promise(e->promises, &p, err);
}

/* ---- clips ------------------------------------------------------------------------------- */

/* A temperature that runs into its bound comes from clips that are told apart without a mistake (or
 * not at all): it would only say that nothing is ever in doubt. *out is 1 then. */
static mote_status fit_on(evaluating *e, const mote_jury *j, double *out, mote_evaluation *ev,
                          bool *is_bound, mote_err *err)
{
    float *y = NULL;
    double nll = 0.0, fitted = 1.0;
    MOTE_TRY(mote_jury_clips(j, j->clips.x, &e->arena, &y, NULL, err));
    mote_predictions q = predictions_of(&j->clips, y);
    MOTE_TRY(evaluate_clips(e, &q, ev, err));
    MOTE_TRY(mote_temperature_fit(&q, &fitted, &nll, err));
    *is_bound = mote_temperature_is_bound(fitted);
    *out = *is_bound ? 1.0 : fitted;
    return MOTE_OK;
}

static mote_status fit_temperature(evaluating *e, mote_err *err)
{
    mote_evaluation ev;
    bool is_bound = false, ignored = false;
    MOTE_TRY(fit_on(e, &e->validation, &e->temperature, &ev, &is_bound, err));
    e->promised_accuracy = ev.accuracy;
    e->crossed = e->temperature;
    if (e->folds.n > 0)
        MOTE_TRY(fit_on(e, &e->test, &e->crossed, &ev, &ignored, err));
    if (is_bound) {
        e->temperature_note =
            "validation cannot say how sure the model may be (its clips are told apart without a "
            "mistake, or not at all): probabilities are left as they are; more validation clips "
            "would settle it";
        mote_stage_set(e->r, "temperature_note", json_string(e->temperature_note));
    }
    mote_stage_set(e->r, "temperature", json_real(e->temperature));
    return MOTE_OK;
}

/* No clip is judged with a temperature that was chosen on it. */
static void apply_temperature(const evaluating *e, float *y)
{
    const mote_dataset *d = &e->clips->clips;
    size_t n_chose = e->folds.n > 0 ? e->validation.clips.n : 0;
    for (size_t i = 0; i < d->n; i++)
        mote_temperature_apply(y + i * d->n_classes, (int32_t)d->n_classes,
                               i < n_chose ? e->crossed : e->temperature);
}

/* The model beside what is fitted at once, on the samples as they are. Models of folds have each
 * learned from other samples, and would have to stand beside as many baselines: not done. */
static mote_status judge_baselines(evaluating *e, const float *y, mote_err *err)
{
    const mote_dataset *d = &e->clips->clips;
    const mote_answers model = {.kind = d->answer,
                                .n = d->n,
                                .width = (int32_t)d->n_classes,
                                .said = y,
                                .class_id = d->class_id,
                                .groups = d->group_id,
                                .n_groups = (int32_t)d->n_groups};
    json_t *all = NULL;
    if (e->folds.n > 0)
        return MOTE_OK;
    MOTE_TRY(
        mote_baselines_judge(e->p, &e->version, d, &model, &e->arena, &all, &e->unbeaten, err));
    mote_stage_set(e->r, "baselines", all);
    return MOTE_OK;
}

static mote_status judge_condition(evaluating *e, const mote_condition *c, json_t *conditions,
                                   double *accuracy, mote_err *err)
{
    const mote_dataset *d = &e->clips->clips;
    const int16_t *pcm = NULL;
    float *y = NULL;
    MOTE_TRY(mote_condition_clips(d, c, MOTE_CONDITION_SEED, &e->arena, &pcm, err));
    MOTE_TRY(mote_jury_clips(e->clips, pcm, &e->arena, &y, NULL, err));
    apply_temperature(e, y);
    mote_predictions q = predictions_of(d, y);
    mote_evaluation ev;
    size_t first = e->found.n;
    MOTE_TRY(evaluate_clips(e, &q, &ev, err));
    int32_t n_keywords = (int32_t)mote_setting_task(e->p->settings)->labels.n;
    MOTE_TRY(mote_judge_measure(&ev, c, n_keywords, e->source, e->basis, e->p->cfg.now_ms() * 1000,
                                &e->arena, &e->found, err));
    mote_tested_clips(&e->tested, &ev, first, &e->found);
    if (!*c->slice && e->folds.n == 0)
        MOTE_TRY(compare_promise(e, MOTE_METRIC_accuracy, MOTE_AT_TEST, e->promised_accuracy,
                                 ev.accuracy, err));
    if (!*c->slice)
        MOTE_TRY(judge_baselines(e, y, err));
    json_t *j = NULL;
    MOTE_TRY(mote_evaluation_to_json(&ev, d->classes, d->groups, &j, err));
    *accuracy = ev.accuracy.value;
    return mote_json_put(conditions, c->text, j, err);
}

/* ---- other words ------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* {n, words, refused, interval "rate"} of the clips of other words in `jury`, by what was said of
 * them clean: refused is what is not taken for a keyword. */
static mote_status refusal_of(evaluating *e, const mote_jury *jury, json_t *all, const char *name,
                              mote_err *err)
{
    const mote_dataset *d = &jury->clips;
    size_t n_keywords = mote_setting_task(e->p->settings)->labels.n;
    size_t n_classes = e->clips->clips.n_classes, n = 0;
    float *y = NULL;
    int32_t *said = NULL;
    const char **words = NULL;
    int64_t refused = 0, n_words = 0;
    MOTE_TRY(mote_arena_take(&e->arena, d->n + 1, sizeof *said, &said, err));
    MOTE_TRY(mote_arena_take(&e->arena, d->n + 1, sizeof *words, &words, err));
    if (d->n > 0)
        MOTE_TRY(mote_jury_clips(jury, d->x, &e->arena, &y, NULL, err));
    mote_judge_decide(y, d->n, n_classes, said);
    for (size_t i = 0; i < d->n; i++) {
        if ((size_t)d->class_id[i] != n_keywords)
            continue;
        words[n++] = d->label[i];
        refused += (size_t)said[i] >= n_keywords;
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
static mote_status open_heard(evaluating *e, mote_jury *out, mote_err *err)
{
    if (e->folds.n > 0)
        return mote_jury_of_folds(e->p, &e->version, MOTE_WORDS_HEARD, &e->folds, out, err);
    return mote_jury_of_split(e->p, &e->version, MOTE_SPLIT_TEST, MOTE_WORDS_HEARD, e->s8, out,
                              err);
}

/* How many other words are refused: new ones, and ones that training heard from other people. */
static mote_status judge_other_words(evaluating *e, mote_err *err)
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

static void stream_progress(void *arg, size_t done, size_t total)
{
    evaluating *e = arg;
    mote_stage_progress(e->p, e->r, (int64_t)(done + total * (size_t)e->rounds_done),
                        (int64_t)(total * (size_t)e->rounds), "listening to the stream");
}

/* Does what was heard so far show that the limit is not kept: at the threshold of point `index`, or
 * (-1) at any? More rounds would cost time and change nothing. */
static mote_status is_refuted(evaluating *e, const mote_stream_tally *tally, int32_t index,
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
static mote_status listen(evaluating *e, const mote_jury *j, uint64_t seed, int32_t index,
                          mote_stream_curve **curve, mote_err *err)
{
    const mote_task_setting *task = mote_setting_task(e->p->settings);
    const mote_stream_setting *st = mote_setting_stream(e->p->settings);
    const mote_project_value *value = mote_setting_value(e->p->settings);
    mote_stream_tally *tally = NULL;
    mote_jury_stream s = {.task = task,
                          .stream = st,
                          .hop = st->hop_samples,
                          .progress = stream_progress,
                          .progress_arg = e,
                          .cancel = e->p->cfg.cancel};
    e->rounds = rounds_for(st, value->is_given, j->n_parts);
    MOTE_TRY(mote_stream_tally_create(j->clips.n, (int32_t)task->labels.n, &st->detector, &e->arena,
                                      &tally, err));
    bool is_done = false;
    for (int32_t r = 0; r < e->rounds && !is_done; r++) {
        mote_jury_heard h;
        mote_arena_mark mark = mote_arena_save(&e->arena);
        e->rounds_done = r;
        s.seed = seed + (uint64_t)r * ROUND_SEED;
        MOTE_TRY(mote_jury_listen(j, &s, &e->arena, &h, err));
        if (r == 0 && j == &e->test)
            MOTE_TRY(mote_tested_stream(&h.track, &e->words, &e->streamed, err));
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
static mote_status compare_point(evaluating *e, const mote_stream_point *promised,
                                 const mote_stream_point *measured, mote_err *err)
{
    MOTE_TRY(compare_promise(e, MOTE_METRIC_false_accepts_per_hour, MOTE_AT_STREAM,
                             promised->false_accepts_per_hour, measured->false_accepts_per_hour,
                             err));
    return compare_promise(e, MOTE_METRIC_false_reject_rate, MOTE_AT_STREAM,
                           promised->false_reject_rate, measured->false_reject_rate, err);
}

static mote_status measure_point(evaluating *e, const mote_stream_point *q, mote_err *err)
{
    const char *clips = e->folds.n > 0 ? "clips that each fold had not heard" : "test clips";
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
    const mote_tested *t = &e->streamed;
    mote_worst worst = mote_tested_worst_word(t, &q->counts);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (isnan(rows[i].x.value))
            continue;
        bool is_misses = rows[i].metric == MOTE_METRIC_false_reject_rate;
        bool is_accepts = rows[i].metric == MOTE_METRIC_false_accepts_per_hour;
        mote_measurement m = {.value = rows[i].x.value,
                              .lo = rows[i].x.lo,
                              .hi = rows[i].x.hi,
                              .confidence = CONFIDENCE,
                              .n = rows[i].n,
                              .source = source,
                              .basis = e->basis,
                              .on = is_misses ? t->words_on : t->accepts_on,
                              .exposure_hours = is_accepts ? q->independent_hours : 0,
                              .evidence = is_misses    ? t->keywords
                                          : is_accepts ? t->others
                                                       : lesser(t->keywords, t->others),
                              .worst_class = is_misses ? worst : (mote_worst){0},
                              .time_us = e->p->cfg.now_ms() * 1000};
        MOTE_TRY(
            mote_judge_add(&e->found, rows[i].metric, MOTE_AT_STREAM, "", "", m, &e->arena, err));
    }
    return MOTE_OK;
}

/* What the choice of the threshold promised, for whoever holds it against the test: the point on
 * validation, the limit, and whether it is proven there. */
static mote_status keep_promise(evaluating *e, mote_err *err)
{
    const mote_names *keywords = &mote_setting_task(e->p->settings)->labels;
    json_t *j = NULL;
    MOTE_TRY(
        mote_stream_point_to_json(&e->promised, keywords->items, (int32_t)keywords->n, &j, err));
    mote_stage_set(e->r, "promised", j);
    MOTE_TRY(mote_json_put(j, "max_false_accepts_per_hour",
                           json_real(e->choice.max_false_accepts_per_hour), err));
    MOTE_TRY(mote_json_put(j, "by", json_string(e->chooser), err));
    MOTE_TRY(mote_json_put(j, "is_limit_met", json_boolean(e->choice.is_limit_met), err));
    MOTE_TRY(mote_json_put(j, "is_limit_proven", json_boolean(e->choice.is_limit_proven), err));
    return mote_json_put(j, "confidence", json_real(CONFIDENCE), err);
}

static mote_status judge_stream(evaluating *e, mote_stream_point *point, mote_err *err)
{
    const mote_task_setting *task = mote_setting_task(e->p->settings);
    const mote_project_value *value = mote_setting_value(e->p->settings);
    mote_stream_curve *choose = NULL, *judge = NULL;
    MOTE_TRY(listen(e, &e->validation, MOTE_LISTEN_SEED_VALIDATION, -1, &choose, err));
    e->choice =
        mote_stream_choose(choose, mote_setting_stream(e->p->settings)->max_false_accepts_per_hour);
    MOTE_TRY(listen(e, &e->test, MOTE_LISTEN_SEED_TEST, (int32_t)e->choice.index, &judge, err));
    e->promised = choose->points[e->choice.index];
    *point = judge->points[e->choice.index];
    MOTE_TRY(measure_point(e, point, err));
    MOTE_TRY(compare_point(e, &e->promised, point, err));
    const int32_t n_keywords = (int32_t)task->labels.n;
    mote_operating_point op = mote_stream_operating_point(choose, &e->choice, n_keywords,
                                                          (int32_t)task->classes.n, e->temperature);
    json_t *jp = NULL, *jc = NULL;
    MOTE_TRY(mote_stream_point_to_json(point, task->labels.items, n_keywords, &jp, err));
    mote_stage_set(e->r, "stream", jp);
    if (value->is_given)
        MOTE_TRY(mote_json_put(jp, "currency", json_string(value->currency), err));
    MOTE_TRY(mote_stream_curve_to_json(judge, &jc, err));
    mote_stage_set(e->r, "stream_curve", jc);
    mote_stage_set(e->r, "chosen_by", json_string(e->choice.by_value ? "value" : "limit"));
    MOTE_TRY(keep_promise(e, err));
    mote_stage_set(e->r, "operating_point",
                   mote_operating_point_to_json(&op, (int32_t)task->classes.n));
    return MOTE_OK;
}

/* ---- golden vectors ---------------------------------------------------------------------- */

/* Of the network that ships: they say that a device computes what this machine does, not how good
 * it is, so it does not matter whether it has learned from the clips. */
static mote_status keep_golden(evaluating *e, mote_err *err)
{
    const mote_dataset *d = &e->clips->clips;
    const mote_conditions *conditions = mote_setting_conditions(e->p->settings);
    const int16_t *pcm[MOTE_MAX_CONDITIONS];
    mote_golden golden;
    mote_judge shipped = e->clips->judge;
    shipped.graph = e->s8;
    for (int32_t c = 0; c < conditions->n; c++)
        MOTE_TRY(mote_condition_clips(d, &conditions->items[c], MOTE_CONDITION_SEED, &e->arena,
                                      &pcm[c], err));
    MOTE_TRY(mote_golden_make(&shipped, d, pcm, conditions->n, &e->arena, &golden, err));
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)256 << 20);
    mote_golden_write(&golden, &b);
    MOTE_TRY(mote_buf_status(&b, err));
    mote_stage_set(e->r, "golden_clips", json_integer(golden.n));
    return mote_stage_put(e->p, e->r, MOTE_GOLDEN_NAME, b.data, b.len, err);
}

/* ---- the stage --------------------------------------------------------------------------- */

static void say_limit(const evaluating *e, char *out, size_t n)
{
    const mote_stream_choice *c = &e->choice;
    if (c->by_value || c->is_limit_proven)
        return;
    if (!c->is_limit_met)
        (void)mote_format(out, n, "; no threshold keeps max_false_accepts_per_hour on %s",
                          e->chooser);
    else
        (void)mote_format(out, n,
                          "; max_false_accepts_per_hour not proven on %s (%.2f, "
                          "at most %.2f)",
                          e->chooser, e->promised.false_accepts_per_hour.value,
                          e->promised.false_accepts_per_hour.hi);
}

/* "91.4 % clean, 80.9 % in car noise; 0.00 false accepts/h, 46.4 % missed; ..." */
static mote_status summarise(evaluating *e, const double *accuracy, const mote_stream_point *point,
                             mote_err *err)
{
    const mote_conditions *conditions = mote_setting_conditions(e->p->settings);
    char limit[160] = "";
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 2048);
    for (int32_t c = 0; c < conditions->n; c++)
        mote_buf_printf(&b, "%s%.1f %% %s%s", c > 0 ? ", " : "", 100.0 * accuracy[c],
                        c > 0 ? "in " : "", conditions->items[c].text);
    mote_buf_printf(&b, "; %.2f false accepts/h, %.1f %% missed",
                    point->false_accepts_per_hour.value, 100.0 * point->false_reject_rate.value);
    if (e->folds.n > 0)
        mote_buf_printf(&b, "; %s", e->judged_by);
    say_limit(e, limit, sizeof limit);
    mote_buf_str(&b, limit);
    if (*e->unbeaten)
        mote_buf_printf(&b, "; not better than the baseline %s", e->unbeaten);
    if (e->temperature_note)
        mote_buf_str(&b, "; no temperature (it ran into its bound)");
    MOTE_TRY(mote_buf_status(&b, err));
    mote_stage_set(e->r, "summary", json_string(b.data));
    return MOTE_OK;
}

static mote_status evaluate(evaluating *e, mote_err *err)
{
    MOTE_TRY(open_inputs(e, err));
    MOTE_TRY(fit_temperature(e, err));
    const mote_conditions *all_conditions = mote_setting_conditions(e->p->settings);
    json_t *conditions = json_object();
    mote_stage_set(e->r, "conditions", conditions);
    double accuracy[MOTE_MAX_CONDITIONS] = {0};
    for (int32_t c = 0; c < all_conditions->n; c++)
        MOTE_TRY(judge_condition(e, &all_conditions->items[c], conditions, &accuracy[c], err));
    MOTE_TRY(judge_other_words(e, err));
    mote_stream_point point;
    MOTE_TRY(judge_stream(e, &point, err));
    MOTE_TRY(keep_golden(e, err));
    json_t *measured = NULL, *gaps = NULL;
    e->tested.n_others = e->streamed.n_others; /* the stream's part of it */
    MOTE_TRY(mote_tested_gaps(&e->tested, all_conditions, &gaps, err));
    mote_stage_set(e->r, "not_tested", gaps);
    mote_measurements all = {e->found.items, e->found.n};
    MOTE_TRY(mote_stage_log(e->p, &all, err));
    MOTE_TRY(mote_measurements_to_json(&all, &measured, err));
    mote_stage_set(e->r, "measurements", measured);
    mote_stage_set(e->r, "basis", json_string(e->basis));
    return summarise(e, accuracy, &point, err);
}

mote_status mote_stage_evaluate_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    evaluating *e = mote_alloc_zero(1, sizeof *e);
    if (!e)
        return mote_fail(err, MOTE_NOMEM, "no memory to evaluate");
    e->p = p;
    e->r = r;
    e->unbeaten = "";
    mote_arena_init(&e->arena, (size_t)16 << 30);
    mote_arena_init(&e->words, (size_t)64 << 20);
    mote_status st = evaluate(e, err);
    mote_graph_destroy(e->s8);
    mote_jury_graphs_release(&e->folds);
    if (!e->everybody.is_folds) { /* else they are views of it */
        mote_jury_release(&e->validation);
        mote_jury_release(&e->test);
    }
    mote_jury_release(&e->everybody);
    mote_arena_release(&e->arena);
    mote_arena_release(&e->words);
    mote_free(e);
    return st;
}
