/* SPDX-License-Identifier: Apache-2.0 */
/* A model judged on another labelled folder: the tables and intervals of the test split, for every
 * task, of samples that are no part of the project.
 *
 * The folder is read as `mote data add` would read it, into a store of its own below the project's
 * work folder that is gone when the judging is done: no sample, label, split or version of it
 * enters the project. What of it the project has too is counted and said, since a model is not
 * judged by what it has learned from.
 *
 * Depends on data/import, jury.h. Used by cli/. */
#ifndef MOTE_PIPELINE_ELSEWHERE_H
#define MOTE_PIPELINE_ELSEWHERE_H

#include "data/import.h"
#include "model/model.h"
#include "pipeline/pipeline.h"

/* All borrowed. */
typedef struct {
    const mote_model *model;          /* with the labels of the project */
    const char *folder;               /* or a file */
    const mote_import_config *import; /* how it is read */
    bool is_present;                  /* the model is the one that the project's test judged: what
                                         that promises is held against the folder */
} mote_elsewhere_job;

/* Judge; the stages up to evaluate must be fresh. *out, a new reference:
 *   {"folder", "model", "answer", "n", "on": of whom, in words,
 *    "known": samples that the model has learned from or was chosen by, "refused": files,
 *    "conditions": {"clean": an evaluation as in stage evaluate, ..},
 *    "promised": what its rates promise of the folder (rates.h); absent of another model,
 *    "beside": {"metric", "here", "test", "text"}; absent when either cannot be said}
 * Errors: NOT_FOUND nothing of what is asked for is in the folder; ARG the model has other labels
 * or takes other samples; those of importing, decoding and judging; CANCELLED. */
MOTE_MUST_USE mote_status mote_elsewhere_judge(mote_pipeline *p, const mote_elsewhere_job *job,
                                               json_t **out, mote_err *err);

#endif
