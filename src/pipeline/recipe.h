/* SPDX-License-Identifier: Apache-2.0 */
/* Making a model from samples: train the float graph, quantise it. Functions of their inputs,
 * without the store, so that the stages and cross-validation make models in exactly the same way.
 */
#ifndef MOTE_PIPELINE_RECIPE_H
#define MOTE_PIPELINE_RECIPE_H

#include "base/pool.h"
#include "data/dataset.h"
#include "feature/frontend.h"
#include "graph/graph.h"
#include "learn/trainer.h"
#include "pipeline/features.h"
#include "pipeline/settings.h"

typedef struct mote_seeds mote_seeds; /* seeds.h */

/* All borrowed. */
typedef struct {
    const mote_settings *settings; /* training, augmentation, features */
    const mote_dataset *train;
    const mote_dataset *validation;     /* NULL: nothing to choose an epoch by */
    mote_features *validation_features; /* of it */
    int32_t fixed_epochs; /* so many, and the last one is kept; 0: as mote.yaml says */
    double scale;         /* features are divided by it: mote_features_scale */
    mote_train_host host;
    const char *checkpoint; /* NULL: none */
    const char *identity;   /* of the data, for the checkpoint; NULL with no checkpoint */
    mote_seeds *seeds;      /* takes the members of training.seeds; NULL: nobody wants them */
} mote_recipe_job;

/* The training graph that mote.yaml asks for (settings task, features, arch), with its first
 * weights, drawn from the seed. */
MOTE_MUST_USE mote_status mote_recipe_new_graph(const mote_settings *s, uint64_t seed,
                                                mote_graph **out, mote_err *err);

/* Train `g` (from new_graph) and give the folded float graph that takes features as they are; with
 * training.seeds after the members that teach it (seeds.h). result->history lives as long as `a`.
 */
MOTE_MUST_USE mote_status mote_recipe_train(const mote_recipe_job *job, mote_graph *g,
                                            mote_arena *a, mote_train_result *result,
                                            mote_graph **folded, mote_err *err);

/* Remove the files of its checkpoint. */
void mote_recipe_forget(const char *checkpoint);

/* Quantise, calibrated on up to 256 training clips, half of them as they are, half augmented. */
MOTE_MUST_USE mote_status mote_recipe_quantise(const mote_recipe_job *job, const mote_graph *folded,
                                               mote_graph **out, size_t *n_calibration,
                                               mote_err *err);

#endif
