/* SPDX-License-Identifier: Apache-2.0 */
/* training.seeds: several trainings of the same recipe, from the seeds training.seed, the next, and
 * so on, which together teach one model of the same architecture. That one ships; the others show
 * how much of a figure is chance, and are kept for that.
 *
 * What they say of each sample, as it was changed for the student, is part of its target
 * (learn/teacher.h, tutors.h), by training.teacher_weight and training.teacher_temperature. Each
 * has a checkpoint beside that of the student, and a finished one leaves it there: what was stopped
 * goes on with the training that was in hand.
 * Source: Hinton, Vinyals, Dean 2015, Distilling the Knowledge in a Neural Network, sections 2, 3.
 *
 * Depends on recipe.h. Used by recipe.c, and by those who keep the members. */
#ifndef MOTE_PIPELINE_SEEDS_H
#define MOTE_PIPELINE_SEEDS_H

#include "pipeline/recipe.h"

/* The members of an ensemble: networks that take features as they are. */
struct mote_seeds {
    int32_t n;
    mote_graph *folded[MOTE_MAX_SEEDS];  /* owned */
    double val_accuracy[MOTE_MAX_SEEDS]; /* of the epoch that was kept; NaN: no validation */
};

void mote_seeds_release(mote_seeds *s);

/* mote_recipe_train where training.seeds is above 1. Members go to job->seeds, if it is there;
 * what was there before is released. On error there are none. */
MOTE_MUST_USE mote_status mote_seeds_train(const mote_recipe_job *job, mote_graph *g, mote_arena *a,
                                           mote_train_result *result, mote_graph **folded,
                                           mote_err *err);

/* Where member `k` keeps its checkpoint, beside that of the whole: into out [n]. */
void mote_seeds_checkpoint(const char *of, int32_t k, char *out, size_t n);

/* "seed 2/3, " before the progress of a member, "student, " before that of whom they teach; "":
 * there is but one training. */
void mote_seeds_who(const mote_train_progress *p, char out[static 24]);

/* ---- what is kept and said of them ---- */

/* "seed-2.f32", "seed-2.s8": objects of stage train, of member 1. */
void mote_seeds_object(int32_t k, bool is_s8, char out[static 24]);

/* What the members and their student do by a metric, all on the same samples. */
typedef struct {
    mote_metric metric;
    int32_t n;
    double values[MOTE_MAX_SEEDS];
    double student;
} mote_seeds_spread;

/* {"metric", "values", "mean", "worst", "sd", "student", "text"}: sd with n - 1, text as in "3
 * seeds: 93.1 94.0 92.6 %, their student 94.8 %". New reference owned by the caller. */
MOTE_MUST_USE mote_status mote_seeds_to_json(const mote_seeds_spread *s, json_t **out,
                                             mote_err *err);

/* The same in lines, from its JSON. */
MOTE_MUST_USE mote_status mote_seeds_tell(const json_t *spread, mote_buf *out, mote_err *err);

#endif
