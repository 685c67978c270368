/* SPDX-License-Identifier: Apache-2.0 */
/* Exports an int8 graph as a .tflite file, which TensorFlow Lite, TensorFlow Lite for
 * Microcontrollers and LiteRT run; docs/formats/tflite.md says what is in it. Depends on graph/,
 * flat_write.h. Used by cli/ and tests. */
#ifndef MOTE_COMPILE_TFLITE_H
#define MOTE_COMPILE_TFLITE_H

#include "graph/graph.h"

/* Append the file to `out`. `description` is stored in it. UNSUPPORTED for graphs that are not int8
 * throughout or hold training operators; NOMEM. */
MOTE_MUST_USE mote_status mote_export_tflite(const mote_graph *g, const char *description,
                                             mote_buf *out, mote_err *err);

#endif
