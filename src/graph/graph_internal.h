/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by graph.c and graph_io.c only. */
#ifndef MOTE_GRAPH_GRAPH_INTERNAL_H
#define MOTE_GRAPH_GRAPH_INTERNAL_H

#include "graph/graph.h"

/* A tensor of any role; inputs are not entered in the graph's list. */
MOTE_MUST_USE mote_status mote_graph_add_tensor(mote_graph *g, const mote_tensor_spec *s,
                                                mote_tensor_role role, int32_t *id, mote_err *err);
/* Append a copy of an operator as it is, unchecked; its lists are copied. */
MOTE_MUST_USE mote_status mote_graph_append(mote_graph *g, const mote_op *op, mote_err *err);
/* A copy of ids[n] in the graph's memory. */
MOTE_MUST_USE mote_status mote_graph_keep_list(mote_graph *g, const int32_t *ids, int32_t n,
                                               int32_t **out, mote_err *err);

#endif
