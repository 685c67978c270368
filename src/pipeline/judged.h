/* SPDX-License-Identifier: Apache-2.0 */
/* What the present model is judged by, collected in one place: the measurements of its stages and
 * those from outside, the verdict of each requirement, and what is said beside them.
 *
 * Depends on project/verdict.h, pipeline/remarks.h. Used by the deploy stage, loop/. */
#ifndef MOTE_PIPELINE_JUDGED_H
#define MOTE_PIPELINE_JUDGED_H

#include "base/json.h"
#include "pipeline/pipeline.h"
#include "project/verdict.h"

typedef struct {
    const mote_project *limits; /* requirements, and the limits that no requirement asks for */
    const json_t *evaluated, *compiled; /* outputs of these stages; NULL: not fresh */
    const json_t *recorded;             /* measurements from outside the stages; NULL: none */
    const char *basis;                  /* the model; NULL: there is none yet */
} mote_judging;

typedef struct {
    mote_measurements measured;
    mote_verdicts verdicts; /* as mote.yaml lists the requirements */
    json_t *remarks;        /* owned (pipeline/remarks.h) */
} mote_judged;

/* All but the remarks lives as long as `a`, and borrows from the limits. */
MOTE_MUST_USE mote_status mote_judge_measured(const mote_judging *in, mote_arena *a,
                                              mote_judged *out, mote_err *err);

/* The same of a pipeline's fresh stages and what was recorded for its model; it does not outlive
 * its project. */
MOTE_MUST_USE mote_status mote_pipeline_judge(mote_pipeline *p, mote_arena *a, mote_judged *out,
                                              mote_err *err);
void mote_judged_release(mote_judged *j); /* accepts a zeroed one */

/* {"requirements": [..], "not_tested": .., "promises": .., "exceeded": ..}: what is kept with a
 * version and shown everywhere. New reference owned by the caller. */
MOTE_MUST_USE mote_status mote_judged_json(const mote_judged *j, json_t **out, mote_err *err);

#endif
