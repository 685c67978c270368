/* SPDX-License-Identifier: Apache-2.0 */
/* The golden vectors of a release: samples of the test split with the inputs and outputs of the
 * network. Chosen once, by stage evaluate, and an object of that stage; stage compile proves all of
 * them on the emulated device, and the bundle carries those and no others. */
#ifndef MOTE_PIPELINE_GOLDEN_H
#define MOTE_PIPELINE_GOLDEN_H

#include "model/model.h"
#include "pipeline/judge.h"

#define MOTE_GOLDEN_CLIPS 64
#define MOTE_GOLDEN_NAME  "golden" /* of the object */

typedef struct {
    uint32_t clip;     /* of the data set */
    int32_t condition; /* of the list */
} mote_golden_choice;

/* Choose at most MOTE_GOLDEN_CLIPS clips of `d`, each once: class after class in turn, of a class
 * the clip whose group was taken least so far (the first of equals), and in turn under each
 * condition. Without classes all samples are of one. A function of labels, groups and order alone.
 * out: room for MOTE_GOLDEN_CLIPS; returns how many. Scratch in `a`.
 * lint: unused_exports: tests see what was chosen without a model */
MOTE_MUST_USE mote_status mote_golden_choose(const mote_dataset *d, int32_t n_conditions,
                                             mote_arena *a, mote_golden_choice *out, size_t *n,
                                             mote_err *err);

/* The vectors of the choice, computed by the judge. samples: [n_conditions] those of `d` under
 * each. Lives as long as `a`. */
typedef struct {
    const mote_dataset *d;
    const void *const *samples;
    int32_t n_conditions;
} mote_golden_material;
MOTE_MUST_USE mote_status mote_golden_make(const mote_judge *j, const mote_golden_material *m,
                                           mote_arena *a, mote_golden *out, mote_err *err);

/* What is true of each of them, by the classes of `d`: a new reference; an empty list where there
 * are no classes. Scratch in `a`. */
MOTE_MUST_USE mote_status mote_golden_labels(const mote_golden_material *m, mote_arena *a,
                                             json_t **out, mote_err *err);

#endif
