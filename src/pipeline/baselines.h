/* SPDX-License-Identifier: Apache-2.0 */
/* A model beside answers that are fitted at once (evaluate/baseline.h), on the same samples: is it
 * better than those, beyond chance? Used by the evaluate stage.
 *
 * Beside those of baseline.h, which look at the features, stands `energy`: one threshold (of
 * anomalies the distance from what is normal) on how much goes on in a sample (evaluate/energy.h),
 * for samples that run in time.
 *
 * Where folds judge (jury.h), each baseline is fitted in each fold to what the model of the fold
 * has learned from, by its front end, and answers for the samples of the fold: out of fold, as the
 * model does. */
#ifndef MOTE_PIPELINE_BASELINES_H
#define MOTE_PIPELINE_BASELINES_H

#include "base/json.h"
#include "data/version.h"
#include "evaluate/answer.h"
#include "pipeline/jury.h"
#include "pipeline/stage_internal.h"

/* Of a larger training split every k-th sample is taken, so that there are no more than this. */
#define MOTE_BASELINES_MOST_SAMPLES 4096

/* Fit each baseline and compare it with what the model said of the samples of the jury by the chief
 * metric. *out, a new reference owned by the caller:
 *     {"rule": {"metric": "accuracy", "value": {..}, "difference": {..}, "is_beaten": .., "text":
 *     ".."}, ..}
 * and of several values for each of them the same again: "each": {"casual": {..}, ..}.
 * Of values whose time is known there are two more: "last", the value before, and "day", that of
 * the same hour yesterday; the comparison is on the samples that have one.
 * Of a run the values are kept as its metrics, too, "baseline/rule/accuracy"
 * and "baseline/last/mae/casual", so that runs can be compared by what they stand beside. A
 * baseline that the features have too many columns for is {"text": why}. *unbeaten: the names of
 * those that the model is not better than, in quotes and with commas, of a value "'last' (casual)";
 * "" for none; lives as long as `a`. */
typedef struct {
    const mote_data_version *version;
    const mote_jury *jury;     /* a split, or all folds */
    const mote_answers *model; /* what it said of their samples as they are */
    const char *const *names;  /* [model->width] of values; NULL of others */
    bool is_of_run;            /* its values become metrics of the run that trained the model */
} mote_baselines_material;
MOTE_MUST_USE mote_status mote_baselines_judge(mote_pipeline *p, const mote_baselines_material *m,
                                               mote_arena *a, json_t **out, const char **unbeaten,
                                               mote_err *err);

#endif
