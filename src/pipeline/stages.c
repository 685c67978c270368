/* SPDX-License-Identifier: Apache-2.0 */
/* What each stage depends on: the stages before it and the sections of mote.yaml that it reads.
 * What is missing here would not make a stage stale: keep it true to the stage's code. */
#include "pipeline/stages_internal.h"

const mote_stage_def mote_stage_defs[MOTE_N_STAGES] = {
    [MOTE_STAGE_data] =
        {
            .sections = {"data", NULL},
            .more = mote_stage_data_more,
            .run = mote_stage_data_run,
        },
    [MOTE_STAGE_features] =
        {
            .n_inputs = 1,
            .inputs = {MOTE_STAGE_data},
            .sections = {"task", "features", NULL},
            .run = mote_stage_features_run,
        },
    [MOTE_STAGE_train] =
        {
            .n_inputs = 2,
            .inputs = {MOTE_STAGE_data, MOTE_STAGE_features},
            .sections = {"task", "features", "model", "training", "augmentation", NULL},
            .run = mote_stage_train_run,
        },
    [MOTE_STAGE_compress] =
        {
            .n_inputs = 2,
            .inputs = {MOTE_STAGE_data, MOTE_STAGE_train},
            .sections = {"task", "features", "augmentation", NULL},
            .run = mote_stage_compress_run,
        },
    [MOTE_STAGE_evaluate] =
        {
            .n_inputs = 2,
            .inputs = {MOTE_STAGE_data, MOTE_STAGE_compress},
            .sections = {"task", "features", "augmentation", "stream", "value", NULL},
            .run = mote_stage_evaluate_run,
        },
    [MOTE_STAGE_compile] =
        {
            .n_inputs = 3,
            .inputs = {MOTE_STAGE_data, MOTE_STAGE_compress, MOTE_STAGE_evaluate},
            .sections = {"task", "features", "device", NULL},
            .more = mote_stage_compile_more,
            .run = mote_stage_compile_run,
        },
    [MOTE_STAGE_deploy] =
        {
            .n_inputs = 5,
            .inputs = {MOTE_STAGE_data, MOTE_STAGE_train, MOTE_STAGE_compress, MOTE_STAGE_evaluate,
                       MOTE_STAGE_compile},
            .sections = {"project", "task", "features", "requirements", "schedule", "monitor",
                         NULL},
            .run = mote_stage_deploy_run,
        },
};
