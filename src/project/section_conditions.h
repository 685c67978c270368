/* SPDX-License-Identifier: Apache-2.0 */
/* List `conditions` of mote.yaml: under which the test samples are judged beside as they are, and
 * training samples where augmentation.conditions asks for it. The
 * keys are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_CONDITIONS_H
#define MOTE_PROJECT_SECTION_CONDITIONS_H

#include <stddef.h>

#include "project/section_effects.h"

#define MOTE_MAX_CONDITIONS     8       /* with the samples as they are */
#define MOTE_CONDITION_CLEAN    "clean" /* what those are called */
#define MOTE_CONDITION_NO_NOISE "none"  /* a condition of effects alone */

typedef struct {
    const char *name;  /* as in requirements[].slice: "car-noise" */
    const char *noise; /* what is mixed in: "car", "fan", ..; "none" */
    mote_span snr_db;  /* sample against noise, drawn from this range */
    const char *like;  /* a known one that it begins with; "none" */
    mote_project_effects effects;
} mote_project_condition;

typedef struct {
    const mote_project_condition *items;
    size_t n;
} mote_project_conditions;

#endif
