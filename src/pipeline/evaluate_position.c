/* SPDX-License-Identifier: Apache-2.0 */
/* Judging where in the window a word lies: the samples of those who chose and of those who judge,
 * with the word off the middle by what a stream brings. See evaluate_internal.h. */
#include <math.h>

#include "evaluate/position.h"
#include "pipeline/evaluate_internal.h"
#include "pipeline/position.h"

#define POSITION_SEED 21

/* What is said of the samples of a jury at each position. The share that was said is not looked
 * at, so neither temperature nor threshold counts. */
static mote_status say(mote_evaluating *e, const mote_jury *j, mote_position_answers *x,
                       mote_err *err)
{
    const mote_task_setting *task = mote_setting_task(e->p->settings);
    const mote_dataset *d = &j->clips;
    const int32_t n_classes = (int32_t)task->classes.n;
    for (int32_t k = 0; k < MOTE_POSITIONS; k++) {
        mote_positioned moved;
        float *said = NULL;
        int32_t *classes = NULL;
        const mote_position where = {mote_position_ms(k), task->silence ? n_classes - 1 : -1,
                                     POSITION_SEED};
        MOTE_TRY(mote_position_samples(d, &where, &e->arena, &moved, err));
        MOTE_TRY(mote_arena_take(&e->arena, d->n + 1, sizeof *classes, &classes, err));
        MOTE_TRY(mote_jury_said(j, moved.samples, &e->arena, &said, err));
        mote_judge_decide(said, d->n, (size_t)n_classes, classes);
        x->said[k] = classes;
        x->share[k] = moved.share;
        x->has_word = moved.has_word;
        x->word_ms = moved.word_ms;
    }
    return MOTE_OK;
}

static mote_status judge(mote_evaluating *e, const mote_jury *j, json_t *all, const char *name,
                         mote_interval *loss, mote_err *err)
{
    const mote_task_setting *task = mote_setting_task(e->p->settings);
    const mote_dataset *d = &j->clips;
    const mote_arena_mark mark = mote_arena_save(&e->arena);
    mote_evaluate_config cfg = mote_evaluate_config_default();
    mote_position_answers x = {.n = d->n,
                               .n_named = (int32_t)task->labels.n,
                               .classes = d->classes,
                               .labels = d->class_id,
                               .groups = d->group_id,
                               .n_groups = (int32_t)d->n_groups};
    json_t *found = NULL;
    cfg.confidence = mote_evaluating_like(e).confidence;
    MOTE_TRY(say(e, j, &x, err));
    MOTE_TRY(mote_position_evaluate(&x, &cfg, &e->arena, &found, loss, err));
    mote_arena_rewind(&e->arena, mark);
    return mote_json_put(all, name, found, err);
}

mote_status mote_evaluate_position(mote_evaluating *e, mote_err *err)
{
    mote_interval promised, loss;
    if (!mote_position_offered(e->clips->clips.kind->input))
        return MOTE_OK;
    json_t *all = json_object();
    mote_stage_set(e->r, "position", all);
    if (e->folds.n == 0) /* of folds everybody judges */
        MOTE_TRY(judge(e, &e->validation, all, "validation", &promised, err));
    MOTE_TRY(judge(e, e->clips, all, "test", &loss, err));
    if (isnan(loss.value))
        return MOTE_OK;
    const mote_measured_at at = {MOTE_METRIC_position_loss, MOTE_AT_STREAM, "", ""};
    mote_measurement m = mote_evaluating_like(e);
    m.value = loss.value;
    m.lo = loss.lo;
    m.hi = loss.hi;
    m.n = (int64_t)e->clips->clips.n;
    m.on = e->tested.clips_on;
    m.evidence = e->tested.labels;
    return mote_judge_add(&e->found, &at, &m, &e->arena, err);
}
