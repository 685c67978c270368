/* SPDX-License-Identifier: Apache-2.0 */
/* Section `model` of mote.yaml: the architecture. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_MODEL_H
#define MOTE_PROJECT_SECTION_MODEL_H

#include <stdint.h>

#include "project/setting_types.h"

typedef struct {
    const char *architecture;  /* "ds-cnn" or "dense" */
    int32_t channels, blocks;  /* ds-cnn */
    mote_size2 kernel, stride; /* ds-cnn: first convolution */
    mote_ints block_strides;   /* ds-cnn: of each depthwise convolution; empty: all 1 */
    mote_ints hidden;          /* dense: units of each hidden layer */
    double dropout;
} mote_project_model;

#endif
