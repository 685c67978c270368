/* SPDX-License-Identifier: Apache-2.0 */
/* Champion against challenger: on the same test clips, clean and in car noise, and on the same
 * stream, each with its own front end and its own operating point. Used by the deploy stage. */
#ifndef MOTE_PIPELINE_CHALLENGE_H
#define MOTE_PIPELINE_CHALLENGE_H

#include "base/json.h"
#include "data/dataset.h"
#include "evaluate/compare.h"
#include "graph/model.h"
#include "pipeline/judge.h"
#include "pipeline/settings.h"

/* The challenger, and what both are judged on. All borrowed. */
typedef struct {
    const mote_task_setting *task;
    const mote_stream_setting *stream;
    const mote_project_value *value;
    const mote_project_schedule *rule;
    const mote_dataset *test;
    const int16_t *const *clips; /* [MOTE_N_CONDITIONS] of the test split */
    mote_judge judge;
    const mote_operating_point *op;
    const mote_cancel *cancel;
    mote_stream_progress *progress; /* NULL: none */
    void *progress_arg;
} mote_challenge;

/* Can the two be compared: the same labels, clip length and rate? */
bool mote_challenge_is_fair(const mote_challenge *c, const mote_model *champion);

/* Compare, for a champion that it is fair to. *comparison:
 *     {"conditions": {"clean": {..}, ..}, "stream": {..}, "promotion": {..}}
 * a new reference owned by the caller. */
MOTE_MUST_USE mote_status mote_challenge_run(const mote_challenge *c, const mote_model *champion,
                                             mote_arena *a, mote_promotion *out,
                                             json_t **comparison, mote_err *err);

/* Is a model the same as the challenger in everything that makes a prediction: network, front end,
 * labels, operating point? *same. */
MOTE_MUST_USE mote_status mote_challenge_is_same(const mote_challenge *c, const mote_model *other,
                                                 bool *same, mote_err *err);

#endif
