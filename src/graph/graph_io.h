/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of the two versions of the saved graph share with one another and with
 * mote_graph_validate. Used by graph.c, graph_io.c and graph_io_v1.c only. */
#ifndef MOTE_GRAPH_GRAPH_IO_H
#define MOTE_GRAPH_GRAPH_IO_H

#include "base/bytes.h"
#include "graph/graph.h"

mote_status mote_graph_truncated(mote_err *err);

/* A tensor, the same bytes in both versions, of at most max_dims dimensions and a type up to
 * max_dtype; its values are copied only after the bytes are known to be there. */
MOTE_MUST_USE mote_status mote_graph_load_tensor(mote_reader *r, mote_graph *g, int32_t max_dims,
                                                 mote_dtype max_dtype, mote_err *err);
/* Numbers of parts that the bytes that are left can hold. */
MOTE_MUST_USE mote_status mote_graph_check_counts(const mote_reader *r, uint32_t n_tensors,
                                                  uint32_t n_ops, size_t op_bytes, mote_err *err);
/* The graph's inputs and outputs as they are, to be validated. */
MOTE_MUST_USE mote_status mote_graph_set_ends(mote_graph *g, const int32_t *in, int32_t n_in,
                                              const int32_t *out, int32_t n_out, mote_err *err);

/* Attributes that are one of a list of values are one of it: any version, import or pass may have
 * made the operator, and what is saved must load. */
MOTE_MUST_USE mote_status mote_graph_check_attrs(const mote_op *op, mote_err *err);

/* What follows the version number of a file of version 1. */
MOTE_MUST_USE mote_status mote_graph_load_v1(mote_reader *r, mote_graph *g, mote_err *err);

#endif
