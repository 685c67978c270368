/* SPDX-License-Identifier: Apache-2.0 */
/* Champion against challenger: on the same test samples by the chief metric of what they say; where
 * there is a stream to judge by, of classes under every condition and on the same stream, each with
 * its own front end and its own decision. Of a model that learned from
 * everybody the models of its folds are compared, which had not heard those clips: that takes two
 * that were judged by the same folds of the same data. Used by the deploy stage. */
#ifndef MOTE_PIPELINE_CHALLENGE_H
#define MOTE_PIPELINE_CHALLENGE_H

#include "base/json.h"
#include "data/dataset.h"
#include "evaluate/compare.h"
#include "model/model.h"
#include "pipeline/judge.h"
#include "pipeline/jury.h"
#include "pipeline/settings.h"

/* The challenger, and what both are judged on. All borrowed. */
typedef struct {
    const mote_task_setting *task;
    const mote_sample_form *form;
    const mote_stream_setting *stream;
    const mote_project_value *value;
    const mote_project_schedule *rule;
    const mote_jury *jury; /* of the challenger; both are judged on its clips */
    const mote_conditions *conditions;
    const void *const *samples; /* [conditions->n] of the jury's */
    mote_judge judge;           /* with the graph that ships, and its decision */
    const mote_cancel *cancel;
    mote_stream_progress *progress; /* NULL: none */
    void *progress_arg;
} mote_challenge;

/* Can the two be compared: the same labels, clip length and rate? */
bool mote_challenge_is_fair(const mote_challenge *c, const mote_model *champion);

/* Who is challenged. `folds`: of the champion, when the jury is one of folds, as many, and of the
 * same samples. */
typedef struct {
    const mote_model *champion;
    const mote_jury_graphs *folds;
} mote_challenged;

/* What came of it. comparison, owned by the caller:
 *     {"conditions": {"clean": {..}, ..}, "stream": {..}, "promotion": {..}}  of events in a stream
 *     {"metric": "mae", "before": {..}, "now": {..}, "difference": {..}, "text": "..",
 *      "promotion": {..}}                                                      of others
 * and of several values for each of them, paired as well: "each": {"casual": {"metric", ..}, ..}.
 */
typedef struct {
    mote_promotion promotion;
    json_t *comparison;
} mote_challenge_result;

/* Compare, for a champion that it is fair to. Scratch in `a`. */
MOTE_MUST_USE mote_status mote_challenge_run(const mote_challenge *c, const mote_challenged *with,
                                             mote_arena *a, mote_challenge_result *out,
                                             mote_err *err);

/* Is a model the same as the challenger in everything that makes a prediction: network, front end,
 * labels, decision? *same. */
MOTE_MUST_USE mote_status mote_challenge_is_same(const mote_challenge *c, const mote_model *other,
                                                 bool *same, mote_err *err);

#endif
