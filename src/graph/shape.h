/* SPDX-License-Identifier: Apache-2.0 */
/* Shape rules of the operators: one function that building and validating both use. */
#ifndef MOTE_GRAPH_SHAPE_H
#define MOTE_GRAPH_SHAPE_H

#include "graph/graph.h"

/* The output shape of `op` given its input tensors, after checking that they fit each other and
 * the attributes. RESHAPE: out_dims holds the wished shape on entry. SHAPE or ARG otherwise. */
MOTE_MUST_USE mote_status mote_op_shape(const mote_graph *g, const mote_op *op, int32_t *n_out_dims,
                                        int32_t out_dims[MOTE_MAX_DIMS], mote_err *err);

/* Number of inputs of an operator kind, 0 when there is no such kind. */
int32_t mote_op_n_inputs(mote_op_kind kind);

#endif
