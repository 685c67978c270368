/* SPDX-License-Identifier: Apache-2.0 */
/* Learners: what fits the constants of an architecture's graph to data. One file each, a row of
 * project/learners.def; whoever trains asks the row and does not know which it is.
 *
 * Depends on graph/, trainer.h, source.h. Used by pipeline/. */
#ifndef MOTE_LEARN_LEARNER_H
#define MOTE_LEARN_LEARNER_H

#include "base/pool.h"
#include "graph/graph.h"
#include "learn/trainer.h"
#include "project/archs.h"

/* What a number is taken for in training: (x - offset) / scale, scale > 0. */
typedef struct {
    double offset, scale;
} mote_learn_scale;

/* All borrowed. Source and validation of `train` give features as they are, values too; learners
 * other than the network's read seed, batch_size and limit_bytes of its settings alone. */
typedef struct {
    mote_train_job train;
    double scale;                   /* network: of features, about 0; > 0 */
    const mote_learn_scale *values; /* network: [n_outputs], of values; NULL: as they are */
    double shrinkage;               /* gaussian: [0, 1]; 0: by the data */
} mote_learn_job;

typedef struct {
    /* Fit `g`, as built by mote_arch_build, and give the graph for use, which takes features as
     * they are. The same bytes on any number of threads. result->history lives as long as `a`.
     *
     * Errors: as mote_train; RANGE data that nothing can be learnt from. On error *out and *result
     * are left alone; `g` may have been changed. */
    mote_status (*fit)(const mote_learn_job *job, mote_graph *g, mote_arena *a,
                       mote_train_result *result, mote_graph **out, mote_err *err);
} mote_learner;

const mote_learner *mote_learner_get(mote_learner_id id);

#endif
