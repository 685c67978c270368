/* SPDX-License-Identifier: Apache-2.0 */
/* Stage evaluate: the model, on the kernels that ship, judged on the test split as it is and under
 * each condition of mote.yaml, and where its answers are events, on a stream.
 *
 * What is chosen is chosen on the validation split (evaluate/decide.h, and the threshold of
 * events); the test split only judges. A model that learned from everybody (training.refit) is
 * never judged itself, but by the models of the folds, which had not heard whom they judge
 * (jury.h). All folds choose what ships; what is said of it is nested, each fold being judged by
 * what the others choose. */
#include <math.h>
#include <string.h>

#include "evaluate/json_parts.h"
#include "pipeline/alarms.h"
#include "pipeline/baselines.h"
#include "pipeline/evaluate_internal.h"
#include "pipeline/golden.h"
#include "pipeline/mistakes.h"
#include "pipeline/rates.h"
#include "pipeline/stages_internal.h"
#include "project/quantity.h"
#include "project/schema.h"

#define CONFIDENCE 0.95

static mote_evaluate_config config(void)
{
    mote_evaluate_config cfg = mote_evaluate_config_default();
    cfg.confidence = CONFIDENCE;
    return cfg;
}

mote_measurement mote_evaluating_like(const mote_evaluating *e)
{
    return (mote_measurement){.confidence = CONFIDENCE,
                              .source = e->source,
                              .basis = e->basis,
                              .time_us = e->p->cfg.now_ms() * 1000};
}

static mote_status open_folds(mote_evaluating *e, mote_err *err)
{
    const int32_t n = e->folds.n;
    mote_jury *all = &e->everybody;
    const mote_kind *kind = mote_setting_dataset(e->p->settings)->kind;
    MOTE_TRY(mote_jury_of_folds(e->p, &e->version, MOTE_WORDS_APART, &e->folds, all, err));
    e->clips = all;
    e->chooser = mote_arena_printf(&e->arena, "all %d folds", (int)n);
    e->judge = "each fold by what the others chose";
    e->source = mote_arena_printf(&e->arena,
                                  "int8 models of %d folds over the %ss of data v%lld, each "
                                  "on whom it had not heard; the shipped model has learned from "
                                  "everybody",
                                  (int)n, kind->group ? kind->group : "group",
                                  (long long)e->version.number);
    MOTE_TRY(mote_jury_words(kind, n, &e->arena, &e->judged_by, err));
    mote_stage_set(e->r, "judged_by", json_string(e->judged_by));
    return e->source && e->chooser ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory to evaluate");
}

static mote_status open_splits(mote_evaluating *e, mote_err *err)
{
    const mote_jury_samples chosen_on = {&e->version, MOTE_SPLIT_VALIDATION, MOTE_WORDS_APART};
    const mote_jury_samples judged_on = {&e->version, MOTE_SPLIT_TEST, MOTE_WORDS_APART};
    MOTE_TRY(mote_jury_of_split(e->p, &chosen_on, e->s8, &e->validation, err));
    MOTE_TRY(mote_jury_of_split(e->p, &judged_on, e->s8, &e->test, err));
    e->clips = &e->test;
    e->chooser = "validation";
    e->judge = "test";
    e->judged_by = "";
    e->source = mote_arena_printf(&e->arena, "int8 model on the test split of data v%lld",
                                  (long long)e->version.number);
    return e->source ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory to evaluate");
}

mote_status mote_evaluating_tested(mote_evaluating *e, const mote_jury *j, mote_tested *out,
                                   mote_err *err)
{
    const mote_tested_material m = {e->p->cfg.store, mote_setting_task(e->p->settings), &e->version,
                                    &j->clips};
    MOTE_TRY(mote_tested_of(&m, &e->words, out, err));
    return *e->judged_by ? mote_tested_by_folds(out, e->judged_by, &e->words, err) : MOTE_OK;
}

static mote_status open_inputs(mote_evaluating *e, mote_err *err)
{
    mote_pipeline *p = e->p;
    MOTE_TRY(mote_stage_version(p, &e->arena, &e->version, err));
    MOTE_TRY(mote_stage_graph(p, MOTE_STAGE_compress, MOTE_SHIPPED_GRAPH, &e->s8, err));
    const mote_sha256 *h = mote_stage_find(p, MOTE_STAGE_compress, MOTE_SHIPPED_GRAPH);
    MOTE_BUG_IF(!h);
    mote_sha256_hex(h, e->basis);
    MOTE_TRY(mote_jury_graphs_of(p, &e->folds, err));
    MOTE_TRY(e->folds.n > 0 ? open_folds(e, err) : open_splits(e, err));
    for (int32_t k = 0; k < e->clips->n_parts; k++) /* what it learned from it does not judge */
        MOTE_BUG_IF(e->folds.n > 0 && e->clips->parts[k].graph == e->s8);
    e->promises = json_array();
    mote_stage_set(e->r, "promises", e->promises);
    return mote_evaluating_tested(e, e->clips, &e->tested, err);
}

mote_status mote_evaluating_promise(mote_evaluating *e, mote_metric metric, mote_place where,
                                    mote_interval promised, mote_interval measured, mote_err *err)
{
    const mote_promise p = {metric, where, e->chooser, e->judge, promised, measured};
    return mote_tested_promise(e->promises, &p, err);
}

/* ---- what is chosen ---------------------------------------------------------------------- */

/* What was said of the samples of a jury, beside the truth; *said is that of the answers. */
static mote_status answers_of(mote_evaluating *e, const mote_jury *j, const void *samples,
                              float **said, mote_answers *out, mote_err *err)
{
    MOTE_TRY(mote_jury_said(j, samples, &e->arena, said, err));
    MOTE_TRY(mote_judge_answers(&j->clips, *said, mote_jury_width(j), &e->arena, out, err));
    out->n_named = (int32_t)mote_setting_task(e->p->settings)->labels.n;
    return MOTE_OK;
}

/* Choose on answers; `start` is what holds otherwise. */
static mote_status decide_on(mote_evaluating *e, const mote_answers *x, const mote_decision *start,
                             mote_decided *out, mote_err *err)
{
    mote_decide_config cfg = mote_decide_config_default();
    cfg.evaluate = config();
    cfg.false_alarm = mote_setting_anomaly(e->p->settings)->false_alarm;
    cfg.margin = mote_setting_anomaly(e->p->settings)->margin;
    cfg.quiet_ms = mote_setting_anomaly(e->p->settings)->quiet_ms;
    cfg.adapt_ms = mote_setting_anomaly(e->p->settings)->adapt_ms;
    mote_err why = {0};
    mote_status st = mote_decide(x, start, &cfg, &e->arena, out, &why);
    if (st == MOTE_RANGE)
        return mote_fail(err, st,
                         "%s in validation: add some, give validation a larger share, or raise "
                         "'anomaly.false_alarm'",
                         why.text);
    return st == MOTE_OK ? MOTE_OK : mote_fail(err, st, "%s", why.text);
}

/* Validation chooses. Of folds all choose what ships, and for each fold the others do: no sample is
 * judged by what was chosen on it. */
static mote_status choose(mote_evaluating *e, mote_err *err)
{
    const mote_jury *j = e->folds.n > 0 ? &e->everybody : &e->validation;
    const mote_decision start = mote_jury_decision(j);
    float *said = NULL;
    mote_answers all;
    MOTE_TRY(answers_of(e, j, j->clips.x, &said, &all, err));
    MOTE_TRY(decide_on(e, &all, &start, &e->decided, err));
    for (int32_t k = 0; k < e->folds.n; k++) {
        const mote_arena_mark mark = mote_arena_save(&e->arena);
        mote_answers others;
        MOTE_TRY(
            mote_answers_without(&all, j->parts[k].first, j->parts[k].n, &e->arena, &others, err));
        MOTE_TRY(decide_on(e, &others, &start, &e->crossed[k], err));
        mote_arena_rewind(&e->arena, mark);
    }
    return MOTE_OK;
}

static mote_answer_words words_of(const mote_dataset *d, const mote_task_setting *task)
{
    return (mote_answer_words){d->class_id ? d->classes : task->labels.items, d->groups};
}

static mote_status decide(mote_evaluating *e, mote_err *err)
{
    const mote_answer_words words = words_of(&e->clips->clips, mote_setting_task(e->p->settings));
    MOTE_SCOPED_JSON *members = json_object();
    const char *name;
    json_t *member;
    MOTE_TRY(choose(e, err));
    MOTE_TRY(mote_decided_put(&e->decided, &words, members, err));
    json_object_foreach(members, name, member)
    {
        mote_stage_set(e->r, name, json_incref(member));
    }
    return MOTE_OK;
}

/* No sample is judged by what was chosen on it. */
static mote_status apply_choice(mote_evaluating *e, float *said, mote_answers *x, mote_err *err)
{
    const mote_decide_range whole = {0, x->n};
    if (e->folds.n == 0)
        return mote_decided_apply(&e->decided, &whole, said, &e->arena, x, err);
    for (int32_t k = 0; k < e->folds.n; k++) {
        const mote_decide_range fold = {e->clips->parts[k].first, e->clips->parts[k].n};
        MOTE_TRY(mote_decided_apply(&e->crossed[k], &fold, said, &e->arena, x, err));
    }
    return MOTE_OK;
}

/* ---- samples ----------------------------------------------------------------------------- */

/* The model beside what is fitted at once, on the samples as they are. */
static mote_status judge_baselines(mote_evaluating *e, const mote_answers *model,
                                   const mote_answer_words *words, mote_err *err)
{
    const mote_baselines_material m = {&e->version, e->clips, model, words->names, true};
    json_t *all = NULL;
    MOTE_TRY(mote_baselines_judge(e->p, &m, &e->arena, &all, &e->unbeaten, err));
    mote_stage_set(e->r, "baselines", all);
    return MOTE_OK;
}

/* What the choice had promised of samples as they are, beside what they show. */
static mote_status keep_promises(mote_evaluating *e, const mote_answer_numbers *found,
                                 mote_err *err)
{
    for (size_t i = 0; i < e->decided.n_promises && e->folds.n == 0; i++) {
        const mote_decide_promise *p = &e->decided.promises[i];
        const mote_answer_number *x = mote_answer_numbers_find(found, p->metric);
        if (x)
            MOTE_TRY(mote_evaluating_promise(e, p->metric, MOTE_AT_TEST, p->value, x->value, err));
    }
    return MOTE_OK;
}

/* The chief number; where it cannot be said (of what is normal alone), the first that can. NULL:
 * none. */
static const mote_answer_number *told_by(const mote_answer_numbers *found, mote_metric chief)
{
    const mote_answer_number *x = mote_answer_numbers_find(found, chief);
    return x || found->n == 0 ? x : &found->items[0];
}

/* " (casual 17.1, registered 38.2)": of several values. */
static void summarise_each(mote_evaluating *e, const mote_answer_numbers *found, mote_metric metric)
{
    char value[56];
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++) {
        const mote_answer_number *x = &found->items[i];
        if (x->metric != metric || !x->of)
            continue;
        mote_quantity_format(x->value.value, mote_metric_info(metric)->unit, value, sizeof value);
        mote_buf_printf(&e->summary, "%s%s %s", n++ ? ", " : " (", x->of, value);
    }
    mote_buf_str(&e->summary, n ? ")" : "");
}

/* "91.4 % clean, 80.9 % in car noise"; where there is but one condition, "mae 41.2" */
static void summarise_condition(mote_evaluating *e, const mote_answer_numbers *found,
                                const mote_condition *c)
{
    const mote_dataset *d = &e->clips->clips;
    const mote_metric chief = mote_metric_chief(d->answer);
    const mote_answer_number *x = told_by(found, chief);
    if (!x)
        return;
    const mote_metric_row *row = mote_metric_info(x->metric);
    const char *before = *c->slice ? ", " : "", *in = *c->slice ? "in " : "";
    char value[56];
    if (mote_condition_offered(d->kind->input) && row->unit == MOTE_UNIT_RATIO &&
        x->metric == chief)
        mote_buf_printf(&e->summary, "%s%.1f %% %s%s", before, 100.0 * x->value.value, in, c->text);
    else {
        mote_quantity_format(x->value.value, row->unit, value, sizeof value);
        mote_buf_printf(&e->summary, "%s%s %s", before, row->name, value);
    }
    if (!*c->slice)
        summarise_each(e, found, x->metric);
}

static mote_status judge_condition(mote_evaluating *e, const mote_condition *c, json_t *conditions,
                                   mote_err *err)
{
    const mote_dataset *d = &e->clips->clips;
    const mote_answer_words words = words_of(d, mote_setting_task(e->p->settings));
    const mote_evaluate_config cfg = config();
    const mote_measurement like = mote_evaluating_like(e);
    const void *samples = NULL;
    float *said = NULL;
    size_t first = e->found.n;
    mote_answers x;
    mote_answers_report report;
    mote_rates rates;
    json_t *rates_said = NULL;
    MOTE_TRY(mote_condition_samples(d, c, MOTE_CONDITION_SEED, &e->arena, &samples, err));
    MOTE_TRY(answers_of(e, e->clips, samples, &said, &x, err));
    MOTE_TRY(apply_choice(e, said, &x, err));
    MOTE_TRY(mote_answers_evaluate(&x, &words, &cfg, &e->arena, &report, err));
    MOTE_TRY(mote_json_put(conditions, c->text, report.document, err));
    MOTE_TRY(mote_rates_of(&x, d, mote_setting_task(e->p->settings), &e->arena, &rates, err));
    MOTE_TRY(mote_rates_to_json(&rates, CONFIDENCE, &rates_said, err));
    if (rates_said)
        MOTE_TRY(mote_json_put(report.document, "rates", rates_said, err));
    MOTE_TRY(mote_judge_measure(&report.numbers, c->slice, &like, &e->arena, &e->found, err));
    mote_tested_clips(&e->tested, &report, first, &e->found);
    summarise_condition(e, &report.numbers, c);
    if (*c->slice)
        return MOTE_OK;
    json_t *shown = NULL, *mistakes = NULL;
    MOTE_TRY(mote_answers_shown(&x, &words, &shown, err));
    if (shown)
        mote_stage_set(e->r, "shown", shown);
    MOTE_TRY(mote_mistakes_find(d, &x, words.names, &mistakes, err));
    if (mistakes)
        mote_stage_set(e->r, "mistakes", mistakes);
    MOTE_TRY(keep_promises(e, &report.numbers, err));
    const mote_answer_number *by = told_by(&report.numbers, mote_metric_chief(d->answer));
    if (!by || by->metric != mote_metric_chief(d->answer))
        return MOTE_OK; /* nothing to compare with a baseline by */
    return judge_baselines(e, &x, &words, err);
}

/* ---- golden vectors ---------------------------------------------------------------------- */

/* Of the network that ships: they say that a device computes what this machine does, not how good
 * it is, so it does not matter whether it has learned from the clips. */
static mote_status keep_golden(mote_evaluating *e, mote_err *err)
{
    const mote_dataset *d = &e->clips->clips;
    const mote_conditions *conditions = mote_setting_conditions(e->p->settings);
    const void *samples[MOTE_MAX_CONDITIONS];
    const mote_golden_material material = {d, samples, conditions->n};
    mote_golden golden;
    json_t *labels = NULL;
    mote_judge shipped = e->clips->judge;
    shipped.graph = e->s8;
    for (int32_t c = 0; c < conditions->n; c++)
        MOTE_TRY(mote_condition_samples(d, &conditions->items[c], MOTE_CONDITION_SEED, &e->arena,
                                        &samples[c], err));
    MOTE_TRY(mote_golden_make(&shipped, &material, &e->arena, &golden, err));
    MOTE_TRY(mote_golden_labels(&material, &e->arena, &labels, err));
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)256 << 20);
    mote_golden_write(&golden, &b);
    MOTE_TRY(mote_buf_status(&b, err));
    mote_stage_set(e->r, "golden_clips", json_integer(golden.n));
    mote_stage_set(e->r, "golden_labels", labels);
    return mote_stage_put(e->p, e->r, MOTE_GOLDEN_NAME, b.data, b.len, err);
}

/* ---- the stage --------------------------------------------------------------------------- */

/* Judged by, baselines, and what could not be chosen, behind the numbers. */
static mote_status summarise(mote_evaluating *e, mote_err *err)
{
    mote_buf *b = &e->summary;
    if (e->folds.n > 0)
        mote_buf_printf(b, "; %s", e->judged_by);
    mote_buf_str(b, e->limit);
    if (*e->unbeaten)
        mote_buf_printf(b, "; not better than the baseline %s", e->unbeaten);
    if (e->decided.short_note)
        mote_buf_printf(b, "; %s", e->decided.short_note);
    MOTE_TRY(mote_buf_status(b, err));
    mote_stage_set(e->r, "summary", json_string(b->data));
    return MOTE_OK;
}

static mote_status evaluate(mote_evaluating *e, mote_err *err)
{
    const mote_task_setting *task = mote_setting_task(e->p->settings);
    MOTE_TRY(open_inputs(e, err));
    MOTE_TRY(decide(e, err));
    const mote_conditions *all_conditions = mote_setting_conditions(e->p->settings);
    json_t *conditions = json_object();
    mote_stage_set(e->r, "conditions", conditions);
    mote_stage_set(e->r, "answer", json_string(mote_answer_name(task->answer)));
    for (int32_t c = 0; c < all_conditions->n; c++)
        MOTE_TRY(judge_condition(e, &all_conditions->items[c], conditions, err));
    MOTE_TRY(mote_evaluate_seeds(e, err));
    if (task->is_stream) {
        MOTE_TRY(mote_evaluate_position(e, err));
        MOTE_TRY(mote_evaluate_events(e, err));
    }
    if (task->answer == MOTE_ANSWER_ANOMALY)
        MOTE_TRY(mote_evaluate_alarms(e, err));
    const mote_signature signature = mote_stage_signature(task, mote_setting_form(e->p->settings));
    mote_stage_set(e->r, "decision", mote_decision_to_json(&e->decided.decision, &signature));
    MOTE_TRY(keep_golden(e, err));
    json_t *measured = NULL, *gaps = NULL;
    MOTE_TRY(mote_tested_gaps(&e->tested, all_conditions, &gaps, err));
    mote_stage_set(e->r, "not_tested", gaps);
    mote_measurements all = {e->found.items, e->found.n};
    MOTE_TRY(mote_stage_log(e->p, &all, err));
    MOTE_TRY(mote_measurements_to_json(&all, &measured, err));
    mote_stage_set(e->r, "measurements", measured);
    mote_stage_set(e->r, "basis", json_string(e->basis));
    return summarise(e, err);
}

mote_status mote_stage_evaluate_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    mote_evaluating *e = mote_alloc_zero(1, sizeof *e);
    if (!e)
        return mote_fail(err, MOTE_NOMEM, "no memory to evaluate");
    e->p = p;
    e->r = r;
    e->unbeaten = "";
    mote_arena_init(&e->arena, (size_t)16 << 30);
    mote_arena_init(&e->words, (size_t)64 << 20);
    mote_buf_init(&e->summary, 4096);
    mote_status st = evaluate(e, err);
    mote_graph_destroy(e->s8);
    mote_jury_graphs_release(&e->folds);
    mote_jury_release(&e->validation);
    mote_jury_release(&e->test);
    mote_jury_release(&e->everybody);
    mote_buf_release(&e->summary);
    mote_arena_release(&e->arena);
    mote_arena_release(&e->words);
    mote_free(e);
    return st;
}
