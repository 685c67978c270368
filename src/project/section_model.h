/* SPDX-License-Identifier: Apache-2.0 */
/* Section `model` of mote.yaml: the architecture. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_MODEL_H
#define MOTE_PROJECT_SECTION_MODEL_H

#include <stdint.h>

#include "project/setting_types.h"

/* Which of them an architecture reads: archs.def. */
typedef struct {
    const char *architecture; /* a name of archs.def */
    int32_t channels, blocks;
    mote_size2 kernel, stride; /* ds-cnn: first convolution */
    mote_ints block_strides;   /* empty: as the architecture has them */
    int32_t kernel_steps;      /* conv1d, tc-resnet */
    double width;              /* of its channels: mobilenet, tc-resnet, bc-resnet */
    mote_ints hidden;          /* units of each hidden layer */
    int32_t bottleneck;        /* autoencoder: units of the narrowest layer */
    double shrinkage;          /* gaussian: 0: by the data */
    double dropout;
} mote_project_model;

#endif
