/* SPDX-License-Identifier: Apache-2.0 */
/* The conditions that samples are judged under: as they are, and each entry of `conditions` in
 * mote.yaml. Whoever judges goes through the list and does not ask what a condition is; what one
 * does to samples is a row of their kind (condition_audio.c), and a kind without a row is judged as
 * it is. */
#ifndef MOTE_PIPELINE_CONDITION_H
#define MOTE_PIPELINE_CONDITION_H

#include "data/dataset.h"
#include "data/noise.h"
#include "project/project.h"

typedef struct {
    const char *slice;     /* "" as they are; else as in a requirement: "car-noise" */
    char text[48];         /* "clean", "car noise" */
    mote_noise_kind noise; /* of one that is not as they are; MOTE_N_NOISES: none */
    mote_span snr_db;
    mote_project_effects effects; /* all 0: none */
    bool is_normal;               /* training has met it, so it is no drift when it comes */
} mote_condition;

/* items[0] is as they are. */
typedef struct {
    mote_condition items[MOTE_MAX_CONDITIONS];
    int32_t n;
} mote_conditions;

/* Those of the project. Slices point into `p`. */
void mote_conditions_of(const mote_project *p, mote_conditions *out);

/* One that is not of a project: as it is (noise NULL), or with that noise ("none": none). False:
 * there is no such noise. */
bool mote_condition_make(const char *slice, const char *noise, mote_span snr_db,
                         mote_condition *out);

/* The samples of `d` under a condition, [n] of its shape; as they are they are those of `d`. A
 * function of seed and sample. Lives as long as `a`. UNSUPPORTED: the kind has no conditions. */
MOTE_MUST_USE mote_status mote_condition_samples(const mote_dataset *d, const mote_condition *c,
                                                 uint64_t seed, mote_arena *a, const void **out,
                                                 mote_err *err);

/* The same samples for every stage that compares: seed of mote_condition_samples. */
#define MOTE_CONDITION_SEED 20

/* Can samples of the kind be put under a condition at all? */
bool mote_condition_offered(mote_input_kind input);

/* The row of sound: effects as augmentation has them, noise mixed in at a ratio drawn for each clip
 * from snr_db. */
MOTE_MUST_USE mote_status mote_condition_noise(const mote_dataset *d, const mote_condition *c,
                                               uint64_t seed, mote_arena *a, const void **out,
                                               mote_err *err);

#endif
