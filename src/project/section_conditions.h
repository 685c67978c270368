/* SPDX-License-Identifier: Apache-2.0 */
/* List `conditions` of mote.yaml: under which the test samples are judged beside as they are. The
 * keys are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_CONDITIONS_H
#define MOTE_PROJECT_SECTION_CONDITIONS_H

#include <stddef.h>

#include "project/setting_types.h"

#define MOTE_MAX_CONDITIONS  8       /* with the samples as they are */
#define MOTE_CONDITION_CLEAN "clean" /* what those are called */

typedef struct {
    const char *name;  /* as in requirements[].slice: "car-noise" */
    const char *noise; /* what is mixed in: "car", "fan", .. */
    mote_span snr_db;  /* sample against noise, drawn from this range */
} mote_project_condition;

typedef struct {
    const mote_project_condition *items;
    size_t n;
} mote_project_conditions;

#endif
