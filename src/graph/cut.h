/* SPDX-License-Identifier: Apache-2.0 */
/* A graph in two: what comes first, which may stay as it is, and what is trained behind it.
 *
 * A graph can be cut where a single tensor goes across, and put together again: the same operators,
 * the same constants, bit for bit. Its head is the last operator with weights and what is behind
 * it. Depends on graph.h, arch.h. Used by learn/ and pipeline/. */
#ifndef MOTE_GRAPH_CUT_H
#define MOTE_GRAPH_CUT_H

#include "graph/arch.h"

/* How many operators, from the first, `where` means:
 *     "none"   none of them
 *     "body"   all before the head (and the dropout before it)
 *     "3"      up to the third layer with weights, and what has none behind it
 *     a name   up to the operator whose output is called so, and what has no weights behind it
 *
 * NOT_FOUND lists the names there are, RANGE says how many layers there are, UNSUPPORTED names what
 * a branch leads around. */
MOTE_MUST_USE mote_status mote_graph_find_cut(const mote_graph *g, const char *where,
                                              int32_t *n_ops, mote_err *err);

/* *front: the first n_ops operators (1 or more), whose output is what *back, the others, takes.
 * Both owned by the caller. UNSUPPORTED as find_cut. */
MOTE_MUST_USE mote_status mote_graph_cut(const mote_graph *g, int32_t n_ops, mote_graph **front,
                                         mote_graph **back, mote_err *err);

/* back(front(x)). SHAPE: what one gives the other does not take. */
MOTE_MUST_USE mote_status mote_graph_join(const mote_graph *front, const mote_graph *back,
                                          mote_graph **out, mote_err *err);

/* `from`, float32 and folded, with the head that `a` asks for in the place of its own (head,
 * n_outputs, dropout), with new weights drawn from rng; every constant is to be trained. Behind an
 * embedding, which ends in a convolution without softmax, the head is one more layer. SHAPE: `a`
 * is of another input; UNSUPPORTED: there is nothing before a head. */
MOTE_MUST_USE mote_status mote_graph_new_head(const mote_graph *from, const mote_arch *a,
                                              mote_rng *rng, mote_graph **out, mote_err *err);

#endif
