/* SPDX-License-Identifier: Apache-2.0 */
/* A TensorFlow Lite model, int8 or float32, becomes a graph. Depends on flat.h, graph.h; used by
 * track/ (model import), pipeline/ (what training begins with), compile/ (tests of the exporter),
 * serve/ and cli/. */
#ifndef MOTE_IMPORT_TFLITE_H
#define MOTE_IMPORT_TFLITE_H

#include "graph/graph.h"

/* Do these bytes begin as a .tflite file does? Files are known by this, not by their name. */
bool mote_is_tflite(const void *bytes, size_t n);

/* bytes[0..n) is a .tflite file with one subgraph, one input and one output, both int8 or both
 * float32, and the operators of tflite_ops.def; batch 1, dilation 1, depth multiplier 1, softmax
 * beta 1. The graph owns all it needs. Errors: PARSE the file is damaged or no TensorFlow Lite
 * model; UNSUPPORTED names the operator (with its index) or the property that is not supported;
 * SHAPE, RANGE from checking the graph. */
MOTE_MUST_USE mote_status mote_import_tflite(const void *bytes, size_t n, mote_graph **out,
                                             mote_err *err);

/* What is known of TensorFlow Lite's operators: tflite_ops.def. */
typedef enum {
    MOTE_TFLITE_NONE, /* no options */
    MOTE_TFLITE_CONV,
    MOTE_TFLITE_DEPTHWISE,
    MOTE_TFLITE_POOL,
    MOTE_TFLITE_DENSE,
    MOTE_TFLITE_ACTIVATION, /* a fused activation alone */
    MOTE_TFLITE_SOFTMAX,
    MOTE_TFLITE_RESHAPE, /* takes the new shape as a second input */
    MOTE_TFLITE_SLOPE,   /* of what is negative */
    MOTE_TFLITE_BOUND,   /* no options; a constant number as a second input */
    MOTE_TFLITE_PAD,     /* a constant [4][2] of int32 as a second input; goes into a convolution */
    MOTE_N_TFLITE_OPTIONS
} mote_tflite_options;

typedef struct {
    int32_t code;
    mote_op_kind kind; /* NONE: known by name only */
    const char *name;
    int32_t version;
    uint8_t options_type;
    mote_tflite_options options;
} mote_tflite_row;

extern const mote_tflite_row mote_tflite_rows[];
extern const size_t mote_n_tflite_rows;

#endif
