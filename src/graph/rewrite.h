/* SPDX-License-Identifier: Apache-2.0 */
/* The walker that passes share: a graph is copied operator by operator into a new one, and a pass
 * says where the copy differs. Depends on graph.h. Used by fold.c and compress/quantise.c. */
#ifndef MOTE_GRAPH_REWRITE_H
#define MOTE_GRAPH_REWRITE_H

#include "graph/graph.h"

typedef struct mote_pass mote_pass;

typedef struct {
    const mote_pass *pass;
    const mote_graph *from;
    mote_graph *to;
    int32_t *map;       /* [from->n_tensors] the tensor in `to`, -1: not there yet */
    int32_t *n_readers; /* [from->n_tensors] operators and graph outputs that read it */
    mote_arena *arena;  /* scratch of the pass */
} mote_rewrite;

struct mote_pass {
    void *arg;
    /* Change what the copy of a computed tensor or an input is to be (type, quantisation). NULL:
     * as it was. */
    mote_status (*retype)(void *arg, int32_t tensor, mote_tensor_spec *spec, mote_err *err);
    /* Do operator `op` of `from`: set map of its outputs and *done, or leave it to be copied. */
    mote_status (*visit)(void *arg, mote_rewrite *w, int32_t op, bool *done, mote_err *err);
};

/* Copy `from`, whose graph must be valid; *out is valid too. */
MOTE_MUST_USE mote_status mote_graph_rewrite(const mote_graph *from, const mote_pass *pass,
                                             mote_graph **out, mote_err *err);

/* For visit: the operator with these inputs. */
MOTE_MUST_USE mote_status mote_rewrite_op(mote_rewrite *w, const mote_op *op, const int32_t *in,
                                          mote_err *err);

#endif
