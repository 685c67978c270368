/* SPDX-License-Identifier: Apache-2.0 */
/* training.refit: all. The recipe is judged by folds, and the model that ships learns from
 * everybody: nobody is left whom it could be judged on, so the models of the folds stand in for it.
 * Each learns from all folds but two, stops early by one and judges the other (folds.h); they are
 * objects of stage train, "fold-1.s8" and on. The folds are a function of the data version and of
 * how many there are, not of training.seed, so that two recipes are judged on the same ones.
 *
 * Why 5 folds: each model then learns from three fifths of the groups, about what a training split
 * has, at four times the time of one training; more folds cost that much more time each, and 3 is
 * the least (one to judge, one to stop by, one to learn from).
 *
 * A stopped training goes on with the fold that it was in: what is finished lies in the work
 * folder. Used by the train stage; jury.h judges with what it made. */
#ifndef MOTE_PIPELINE_REFIT_H
#define MOTE_PIPELINE_REFIT_H

#include "data/version.h"
#include "pipeline/folds.h"
#include "pipeline/stage_internal.h"

typedef struct {
    int32_t n;
    mote_fold_result folds[MOTE_MAX_FOLDS];
    mote_sha256 graphs[MOTE_MAX_FOLDS], fronts[MOTE_MAX_FOLDS]; /* objects; fronts of fitted ones */
    int32_t n_epochs; /* for the model that ships: the median of the folds' best ones, of an even
                         number the lesser of the middle two; without early stopping the best is
                         the last */
} mote_refit;

/* "fold-3.s8": the object of stage train, of fold 2. */
void mote_refit_object(int32_t fold, char out[static 24]);

/* "fold-3.front": its front end as JSON, where it was fitted. */
void mote_refit_front(int32_t fold, char out[static 24]);

/* Make the models of the folds, keep them as objects of the attempt, and say in its member "refit"
 * what came of them:
 *     {"folds", "seed", "epochs", "n", "accuracy_f32", "accuracy_s8", "parts": [{..}, ..]}
 * accuracies: of all n clips, each by the model that had not heard it. */
MOTE_MUST_USE mote_status mote_refit_folds(mote_pipeline *p, mote_stage_run *r,
                                           const mote_data_version *v, mote_refit *out,
                                           mote_err *err);

/* Tell how far the whole is: model `index` of folds (n: the one that ships) is done to `part`. */
void mote_refit_progress(mote_pipeline *p, const mote_stage_run *r, int32_t n, int32_t index,
                         double part, const char *note);

/* Remove what a stopped training would have gone on from. */
void mote_refit_clear(const mote_pipeline *p, const mote_stage_run *r);

#endif
