/* SPDX-License-Identifier: Apache-2.0 */
/* The conditions that clips of sound are judged under: as recorded, and each entry of `conditions`
 * in mote.yaml. Whoever judges goes through the list and does not ask what a condition is. */
#ifndef MOTE_PIPELINE_CONDITION_AUDIO_H
#define MOTE_PIPELINE_CONDITION_AUDIO_H

#include "data/dataset.h"
#include "data/noise.h"
#include "project/project.h"

typedef struct {
    const char *slice;     /* "" as recorded; else as in a requirement: "car-noise" */
    char text[48];         /* "clean", "car noise" */
    mote_noise_kind noise; /* of one that is not as recorded */
    mote_span snr_db;
    bool is_normal; /* training has heard it, so it is no drift when it comes */
} mote_condition;

/* items[0] is as recorded. */
typedef struct {
    mote_condition items[MOTE_MAX_CONDITIONS];
    int32_t n;
} mote_conditions;

/* Those of the project. Slices point into `p`. */
void mote_conditions_of(const mote_project *p, mote_conditions *out);

/* One that is not of a project: as recorded (noise NULL), or with that noise. False: there is no
 * such noise. */
bool mote_condition_make(const char *slice, const char *noise, mote_span snr_db,
                         mote_condition *out);

/* The clips of `d` under a condition, [n][elements]; as recorded they are those of `d`. The ratio
 * is drawn for each clip from snr_db; a function of seed and clip. Lives as long as `a`. */
MOTE_MUST_USE mote_status mote_condition_clips(const mote_dataset *d, const mote_condition *c,
                                               uint64_t seed, mote_arena *a, const int16_t **out,
                                               mote_err *err);

/* The same clips for every stage that compares: seed of mote_condition_clips. */
#define MOTE_CONDITION_SEED 20

#endif
