/* SPDX-License-Identifier: Apache-2.0 */
/* Section `image` of mote.yaml: what is made of every picture. The keys are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_IMAGE_H
#define MOTE_PROJECT_SECTION_IMAGE_H

#include "project/setting_types.h"

typedef struct {
    mote_size2 size;    /* height, width */
    const char *colour; /* "grey" or "rgb" */
    const char *fit;    /* "crop", "letterbox" or "stretch" */
} mote_project_image;

#endif
