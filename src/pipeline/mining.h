/* SPDX-License-Identifier: Apache-2.0 */
/* Hard negatives (training.mining_rounds): the model that was trained hears all negative recordings
 * of training, every MOTE_MINING_HOP_MS; the windows that come nearest to an answer are called
 * other words from then on, and training begins anew. How often the model answers in the negatives
 * of validation says when that helps no more.
 *
 * A function of the graph and the data: the same bytes from the same seed. Depends on
 * data/negatives, pipeline/listen. Used by stage_train.c. */
#ifndef MOTE_PIPELINE_MINING_H
#define MOTE_PIPELINE_MINING_H

#include "data/version.h"
#include "pipeline/judge.h"
#include "pipeline/recipe.h"
#include "pipeline/seeds.h"
#include "pipeline/stage_internal.h"

#define MOTE_MINING_HOP_MS 100

/* Who mines, and in what. All borrowed. */
typedef struct {
    mote_pipeline *p;
    mote_stage_run *r; /* hears of the progress */
    const mote_data_version *version;
    const mote_graph *graph; /* float: trained so far */
} mote_mining;

/* Can a round of it find anything: are there negatives in training, and a class for other words? */
bool mote_mining_is_possible(const mote_mining *m);

/* Windows of a round. They live as long as the arena. */
typedef struct {
    void *samples; /* [n] of the shape of a data set */
    size_t n;
    size_t n_heard;   /* all windows */
    size_t n_answers; /* windows that were taken for a label, whatever became of them */
} mote_mined;

/* The most answering windows of training's negatives, at most `most`: those that no neighbour
 * exceeds, that are answered with at least a tenth, in the order of recordings. */
MOTE_MUST_USE mote_status mote_mining_find(const mote_mining *m, const mote_dataset *train,
                                           size_t most, mote_arena *a, mote_mined *out,
                                           mote_err *err);

/* Windows an hour of validation's negatives in which a label is more probable than not; NaN: there
 * are none. */
MOTE_MUST_USE mote_status mote_mining_rate(const mote_mining *m, const mote_dataset *like,
                                           double *per_hour, mote_err *err);

/* `d` with the windows behind its samples, of class other words. Borrows from both and lives as
 * long as `a`; not to be released. */
MOTE_MUST_USE mote_status mote_mining_append(const mote_dataset *d, const mote_mined *found,
                                             mote_arena *a, mote_dataset *out, mote_err *err);

/* ---- rounds ---- */

/* What a training has made. Its graphs are owned. */
typedef struct {
    mote_graph *graph, *folded;
    mote_train_result result;
    mote_seeds seeds; /* who taught it */
} mote_mining_model;

/* All borrowed. */
typedef struct {
    mote_mining mining;            /* its graph is not looked at */
    const mote_recipe_job *recipe; /* that made the model */
} mote_mining_job;

/* As many rounds as training.mining_rounds, each from the same first weights on what was found so
 * far. It ends sooner when nothing is found, or when the negatives of validation are answered no
 * less than before; the model of that round is not taken. *model becomes the best; "mining" of the
 * output has [{"heard", "answers", "added", "validation_per_hour"}, ..], the first before any
 * round. A round that was stopped goes on from its checkpoint. */
MOTE_MUST_USE mote_status mote_mining_rounds(const mote_mining_job *job, mote_mining_model *model,
                                             mote_arena *a, mote_err *err);

/* Where a round keeps its checkpoint, beside that of the training: into out [n]. */
void mote_mining_checkpoint(const char *of, int32_t round, char *out, size_t n);

#endif
