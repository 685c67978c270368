/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces that several stages share. They read the settings of the stage at hand (p->settings):
 * task, dataset and features as each says. Only the stages use it. */
#ifndef MOTE_PIPELINE_STAGE_PARTS_H
#define MOTE_PIPELINE_STAGE_PARTS_H

#include "data/dataset.h"
#include "data/version.h"
#include "feature/frontend.h"
#include "graph/arch.h"
#include "model/signature.h"
#include "pipeline/stage_internal.h"
#include "project/verdict.h"
#include "track/run.h"

/* The data version that the data stage froze; lives as long as `a`. */
MOTE_MUST_USE mote_status mote_stage_version(mote_pipeline *p, mote_arena *a,
                                             mote_data_version *out, mote_err *err);

/* A data set of it in memory, as `cfg` says (setting dataset, changed); what a stage before it has
 * decoded in this lap is not decoded again. Owned by the caller (mote_dataset_release). */
MOTE_MUST_USE mote_status mote_stage_load(mote_pipeline *p, const mote_data_version *v,
                                          const mote_dataset_config *cfg, mote_dataset *out,
                                          mote_err *err);

/* A split of it in memory (setting dataset); owned by the caller (mote_dataset_release). */
MOTE_MUST_USE mote_status mote_stage_split(mote_pipeline *p, const mote_data_version *v,
                                           mote_split split, mote_dataset *out, mote_err *err);

/* All of it that can be learned from, whatever the split. */
MOTE_MUST_USE mote_status mote_stage_everybody(mote_pipeline *p, const mote_data_version *v,
                                               mote_dataset *out, mote_err *err);

/* Fit the front end of the settings to the samples of `train` (mote_frontend_fit), where it has to
 * be; what was fitted before is forgotten. */
MOTE_MUST_USE mote_status mote_stage_fit(mote_pipeline *p, const mote_dataset *train,
                                         mote_err *err);

/* Measured numbers as metrics of the run that trained the model, so that runs can be compared by
 * what they are worth; keys are those of the measurements with '.' for '@'. */
MOTE_MUST_USE mote_status mote_stage_log(mote_pipeline *p, const mote_measurements *all,
                                         mote_err *err);

/* Other numbers of that run, under keys of their own. */
MOTE_MUST_USE mote_status mote_stage_log_points(mote_pipeline *p, const mote_run_point *points,
                                                size_t n, mote_err *err);

/* What the samples of v look like and what is said of them (data/form.h); remembered, and alive as
 * long as p. Stages have that of the version of this lap in their settings (mote_setting_form). */
MOTE_MUST_USE mote_status mote_stage_form(mote_pipeline *p, const mote_data_version *v,
                                          mote_sample_form *out, mote_err *err);

/* What a model of the project takes and says: its samples, its classes or values; of a stream the
 * labels it is about react. Texts are borrowed. */
mote_signature mote_stage_signature(const mote_task_setting *task, const mote_sample_form *form);

/* The graph that a stage made. Owned by the caller. */
MOTE_MUST_USE mote_status mote_stage_graph(mote_pipeline *p, mote_stage_id from, const char *name,
                                           mote_graph **out, mote_err *err);

#endif
