/* SPDX-License-Identifier: Apache-2.0 */
/* A model beside answers that are fitted at once (evaluate/baseline.h), on the same test samples:
 * is it better than those, beyond chance? Used by the evaluate stage. */
#ifndef MOTE_PIPELINE_BASELINES_H
#define MOTE_PIPELINE_BASELINES_H

#include "base/json.h"
#include "data/dataset.h"
#include "data/version.h"
#include "evaluate/answer.h"
#include "pipeline/stage_internal.h"

/* Of a larger training split every k-th sample is taken, so that there are no more than this. */
#define MOTE_BASELINES_MOST_SAMPLES 4096

/* Fit each baseline to the features of the training split and compare it with what the model said
 * of `test` by the chief metric. *out, a new reference owned by the caller:
 *     {"rule": {"metric": "accuracy", "value": {..}, "difference": {..}, "is_beaten": .., "text":
 *     ".."}, ..}
 * Of values whose time is known there are two more: "last", the value before, and "day", that of
 * the same hour yesterday; the comparison is on the test samples that have one.
 * A baseline that the features have too many columns for is {"text": why}. *unbeaten: the names of
 * those that the model is not better than, in quotes and with commas, "" for none; lives as long
 * as `a`. */
typedef struct {
    const mote_data_version *version;
    const mote_dataset *test;
    const mote_answers *model; /* what it said of them */
} mote_baselines_material;
MOTE_MUST_USE mote_status mote_baselines_judge(mote_pipeline *p, const mote_baselines_material *m,
                                               mote_arena *a, json_t **out, const char **unbeaten,
                                               mote_err *err);

#endif
