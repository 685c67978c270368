/* SPDX-License-Identifier: Apache-2.0 */
/* What each stage depends on: the stages before it and the settings that it is given of mote.yaml.
 * A stage can see no others (settings.h), so nothing can be missing here unnoticed: it stops. */
#include "pipeline/stages_internal.h"

const mote_stage_def mote_stage_defs[MOTE_N_STAGES] = {
    [MOTE_STAGE_data] =
        {
            .settings = MOTE_USES(version) | MOTE_USES(builtin),
            .more = mote_stage_data_more,
            .run = mote_stage_data_run,
        },
    [MOTE_STAGE_plan] =
        {
            .n_inputs = 1,
            .inputs = {MOTE_STAGE_data},
            .settings = MOTE_USES(check) | MOTE_USES(task) | MOTE_USES(features) | MOTE_USES(arch) |
                        MOTE_USES(stream) | MOTE_USES(device) | MOTE_USES(budget),
            .run = mote_stage_plan_run,
        },
    [MOTE_STAGE_features] =
        {
            .n_inputs = 1,
            .inputs = {MOTE_STAGE_data},
            .settings = MOTE_USES(dataset) | MOTE_USES(features),
            .run = mote_stage_features_run,
        },
    [MOTE_STAGE_train] =
        {
            .n_inputs = 2,
            .inputs = {MOTE_STAGE_data, MOTE_STAGE_features},
            .n_gates = 1,
            .gates = {MOTE_STAGE_plan},
            .settings = MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) |
                        MOTE_USES(arch) | MOTE_USES(training) | MOTE_USES(augmentation),
            .run = mote_stage_train_run,
        },
    [MOTE_STAGE_compress] =
        {
            .n_inputs = 2,
            .inputs = {MOTE_STAGE_data, MOTE_STAGE_train},
            .settings = MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) |
                        MOTE_USES(training) | MOTE_USES(compress) | MOTE_USES(augmentation),
            .run = mote_stage_compress_run,
        },
    [MOTE_STAGE_evaluate] =
        {
            .n_inputs = 3,
            .inputs = {MOTE_STAGE_data, MOTE_STAGE_train, MOTE_STAGE_compress},
            .settings = MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) |
                        MOTE_USES(conditions) | MOTE_USES(stream) | MOTE_USES(value) |
                        MOTE_USES(anomaly),
            .run = mote_stage_evaluate_run,
        },
    [MOTE_STAGE_compile] =
        {
            .n_inputs = 2,
            .inputs = {MOTE_STAGE_compress, MOTE_STAGE_evaluate},
            .settings =
                MOTE_USES(about) | MOTE_USES(task) | MOTE_USES(features) | MOTE_USES(device),
            .more = mote_stage_compile_more,
            .run = mote_stage_compile_run,
        },
    [MOTE_STAGE_deploy] =
        {
            .n_inputs = 5,
            .inputs = {MOTE_STAGE_data, MOTE_STAGE_train, MOTE_STAGE_compress, MOTE_STAGE_evaluate,
                       MOTE_STAGE_compile},
            .settings = MOTE_USES(about) | MOTE_USES(task) | MOTE_USES(dataset) |
                        MOTE_USES(features) | MOTE_USES(training) | MOTE_USES(conditions) |
                        MOTE_USES(stream) | MOTE_USES(value) | MOTE_USES(requirements) |
                        MOTE_USES(promote),
            .run = mote_stage_deploy_run,
            .is_deed = true,
        },
};
