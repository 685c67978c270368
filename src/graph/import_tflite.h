/* SPDX-License-Identifier: Apache-2.0 */
/* An int8 TensorFlow Lite model becomes a graph. Depends on flat.h, graph.h; used by track/
 * (model import), compile/ (tests of the exporter), serve/ and cli/. */
#ifndef MOTE_GRAPH_IMPORT_TFLITE_H
#define MOTE_GRAPH_IMPORT_TFLITE_H

#include "graph/graph.h"

/* Do these bytes begin as a .tflite file does? Files are known by this, not by their name. */
bool mote_is_tflite(const void *bytes, size_t n);

/* bytes[0..n) is a .tflite file with one subgraph, one int8 input and one int8 output, and the
 * operators of tflite_ops.def; batch 1, dilation 1, depth multiplier 1, softmax beta 1. The graph
 * owns all it needs. Errors: PARSE the file is damaged or no TensorFlow Lite model; UNSUPPORTED
 * names the operator (with its index) or the property that is not supported; SHAPE, RANGE from
 * checking the graph. */
MOTE_MUST_USE mote_status mote_import_tflite(const void *bytes, size_t n, mote_graph **out,
                                             mote_err *err);

#endif
