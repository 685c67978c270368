/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of the stages, one file each; stages.c puts them in the table. */
#ifndef MOTE_PIPELINE_STAGES_INTERNAL_H
#define MOTE_PIPELINE_STAGES_INTERNAL_H

#include "pipeline/stage_internal.h"

mote_status mote_stage_data_more(mote_pipeline *p, json_t *components, mote_err *err);
mote_status mote_stage_compile_more(mote_pipeline *p, json_t *components, mote_err *err);
#define STAGE(id, version, doc)                                                                    \
    mote_status mote_stage_##id##_run(mote_pipeline *p, mote_stage_run *r, mote_err *err);
#include "pipeline/stages.def"
#undef STAGE

#endif
