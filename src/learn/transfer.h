/* SPDX-License-Identifier: Apache-2.0 */
/* Training that begins with what another model knows.
 *
 * The first operators of the graph are frozen: what they make of a sample is computed once and
 * kept, and what is behind them is trained on that, as a network of its own; then both are joined.
 * A source that changes its samples is kept in `n_views` views, each sample changed anew in each,
 * which the epochs take in turn. Last, the whole may be trained on at a rate of its own, slowly.
 *
 * A function of (graph, source, validation set, settings), as the trainer is. Depends on learner.h
 * and graph/cut.h. Used by pipeline/recipe.c. */
#ifndef MOTE_LEARN_TRANSFER_H
#define MOTE_LEARN_TRANSFER_H

#include "learn/learner.h"

/* Thawing has a checkpoint of its own: the file of the settings with this behind its name. */
#define MOTE_TRANSFER_THAW ".thaw"

typedef struct {
    mote_learn_job learn; /* as of the whole graph; by the network learner */
    int32_t n_frozen;     /* operators, as of mote_graph_find_cut; 0: none */
    int32_t n_views;      /* of every sample, >= 1; fewer, or none kept, where they do not fit */
    size_t kept_max_bytes;
    int32_t thaw_epochs; /* of the whole, afterwards; 0: what is frozen stays as it is */
    double thaw_rate;    /* > 0, with thaw_epochs */
} mote_transfer_job;

/* Train the head of `g` (of mote_graph_new_head), and what else is not frozen, and give the graph
 * for use, as a learner does. What stays frozen keeps every bit of its weights. result: of both
 * parts, one behind the other; a thawing that validation does not like is undone. Errors: as
 * mote_train and mote_graph_cut. On error *out and *result are left alone. */
MOTE_MUST_USE mote_status mote_transfer_fit(const mote_transfer_job *job, const mote_graph *g,
                                            mote_arena *a, mote_train_result *result,
                                            mote_graph **out, mote_err *err);

#endif
