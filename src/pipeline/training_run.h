/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a training: a run (track/run.h) that begins with what it is made from, hears of
 * every epoch, keeps what comes of it, and ends as the training did. Training itself knows nothing
 * of it. Used by stage train. */
#ifndef MOTE_PIPELINE_TRAINING_RUN_H
#define MOTE_PIPELINE_TRAINING_RUN_H

#include "data/version.h"
#include "graph/graph.h"
#include "learn/trainer.h"
#include "pipeline/stage_internal.h"
#include "track/run.h"

typedef struct {
    mote_pipeline *p; /* borrowed */
    char id[MOTE_RUN_ID_BYTES];
    mote_err lost; /* why a metric could not be kept */
} mote_training_run;

/* Begin: data, settings and size of the graph. */
MOTE_MUST_USE mote_status mote_training_run_begin(mote_pipeline *p, const mote_data_version *data,
                                                  const mote_graph *g, mote_training_run *out,
                                                  mote_err *err);

/* An epoch that is done becomes metrics, those of validation where there is one. False: they could
 * not be kept, which must not pass unseen: stop. */
bool mote_training_run_hear(mote_training_run *t, const mote_train_progress *g);
/* The status of a training that was stopped for that: why; of others as it is. */
MOTE_MUST_USE mote_status mote_training_run_heard(const mote_training_run *t, mote_status st,
                                                  mote_err *err);

/* An object as an artifact; the accuracy of a fold (from 0). */
MOTE_MUST_USE mote_status mote_training_run_keep(const mote_training_run *t, const char *path,
                                                 const mote_sha256 *object, mote_err *err);
MOTE_MUST_USE mote_status mote_training_run_fold(const mote_training_run *t, int32_t fold,
                                                 double accuracy, mote_err *err);

/* Finished, failed or killed, by how the training ended; that status, or why it could not be said.
 */
MOTE_MUST_USE mote_status mote_training_run_end(const mote_training_run *t, mote_status st,
                                                mote_err *err);

#endif
