/* SPDX-License-Identifier: Apache-2.0 */
/* From mote.yaml of a keyword project to the settings of the libraries, and the pieces that several
 * stages share. Only the stages use it. */
#ifndef MOTE_PIPELINE_KEYWORD_H
#define MOTE_PIPELINE_KEYWORD_H

#include "data/dataset.h"
#include "data/version.h"
#include "feature/feature.h"
#include "graph/arch.h"
#include "pipeline/stage_internal.h"
#include "project/verdict.h"

mote_feature_config mote_keyword_features(const mote_project *p);
int32_t mote_keyword_clip_samples(const mote_project *p);

/* The architecture for features of a clip. ARG when mote.yaml asks for the impossible. */
MOTE_MUST_USE mote_status mote_keyword_arch(const mote_project *p, mote_arch *out, mote_err *err);

/* The data version that the data stage froze; lives as long as `a`. */
MOTE_MUST_USE mote_status mote_keyword_version(mote_pipeline *p, mote_arena *a,
                                               mote_data_version *out, mote_err *err);

/* How the project wants its clips. */
mote_dataset_config mote_keyword_dataset_config(const mote_project *pr, const mote_cancel *cancel,
                                                mote_split split);

/* A split of it in memory; owned by the caller (mote_dataset_release). */
MOTE_MUST_USE mote_status mote_keyword_split(mote_pipeline *p, const mote_data_version *v,
                                             mote_split split, mote_dataset *out, mote_err *err);

/* Features of every clip, [n][frames][values], by way of the cache; lives as long as `a`. */
MOTE_MUST_USE mote_status mote_keyword_clip_features(mote_pipeline *p, const mote_dataset *d,
                                                     mote_arena *a, float **out, mote_err *err);

/* Measured numbers as metrics of the run that trained the model, so that runs can be compared by
 * what they are worth; keys are those of the measurements with '.' for '@'. */
MOTE_MUST_USE mote_status mote_keyword_log(mote_pipeline *p, const mote_measurements *all,
                                           mote_err *err);

/* The graph that a stage made. Owned by the caller. */
MOTE_MUST_USE mote_status mote_keyword_graph(mote_pipeline *p, mote_stage_id from, const char *name,
                                             mote_graph **out, mote_err *err);

#endif
