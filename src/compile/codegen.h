/* SPDX-License-Identifier: Apache-2.0 */
/* The C generator: a readable project for a microcontroller.
 *
 *   README.md Makefile main.c target.ld    build it, an example, the memories of the target
 *   model.c model.h                        weights and the network as straight calls
 *   model_features.c model_features.h      tables and settings of the front end (if any)
 *   detections.c detections.h              stream of samples to detections (with thresholds)
 *   keyword.h                              its names until the last release
 *   classes.c classes.h                    or a sample to what the model says of it (with a
 *   values.c ..  anomaly.c ..              signature and without thresholds)
 *   device/                                the sources of the runtime that are used
 *
 * With a name, `hello`, these are hello.c, hello_features.c, hello_detections.c and their headers,
 * and everything in them is hello_.. or HELLO_.., static names too: projects of several names fit
 * one program and share device/, whose files are the same bytes in every project. All of it is C11
 * and C++11 at once (the .c may be compiled as C++), and builds with all files in one folder too.
 *
 * No heap, no interpreter, no file or network access; RAM use is in constants of the headers.
 * Depends on plan.h, target.h, feature/. Used by measure.c and cli/. */
#ifndef MOTE_COMPILE_CODEGEN_H
#define MOTE_COMPILE_CODEGEN_H

#include "compile/plan.h"
#include "compile/target.h"
#include "feature/frontend.h"
#include "graph/graph.h"
#include "model/decision.h"

/* What a project is made of; all borrowed. */
typedef struct {
    const char *name;        /* shown in comments and the README */
    const char *symbol;      /* begins every name and file; NULL: model, features,
                                detections. See mote_compile_symbol_check */
    const mote_graph *graph; /* int8; or float32 */
    bool is_float;           /* a float32 graph ships as it is. mote_footprint_estimate takes one
                                without it for the int8 graph that it becomes */
    int32_t n_labels;        /* 0: none; else as many as outputs */
    const char *const *labels;
    const mote_frontend *features; /* NULL or none: the input is a tensor */
    mote_shape sample;             /* of one input; with features or a signature */
    /* What a sample is and what is said of it; NULL: a network alone. With it and without
     * thresholds the project has a function from a sample to the answer; `decision` then is what an
     * anomaly is told by. */
    const mote_signature *signature;
    const mote_decision *decision;
    /* Detector (with features). */
    int32_t smooth_hops; /* 1..64 */
    int32_t suppress_ms;
    int32_t hop_ms;          /* between runs of the network */
    const float *thresholds; /* [n_labels], 0: never reported; NULL: no detector */
} mote_compile_input;

typedef struct {
    int64_t arena_bytes, weights_bytes; /* as planned */
    int32_t n_files;                    /* written */
    int32_t n_kept;                     /* main.c, target.ld: left as the user changed them */
} mote_compile_result;

/* Which kernels are chosen for it on a target. */
mote_isa mote_compile_isa(const mote_compile_input *in, const mote_target *t);

/* Is there a front end? */
bool mote_compile_has_features(const mote_compile_input *in);

#define MOTE_COMPILE_MAX_SYMBOL 40 /* characters */

/* USAGE, with a better name, when `symbol` is no C identifier or would meet another name: a word of
 * C or C++, a header of the C library or the runtime, a file of another project. */
MOTE_MUST_USE mote_status mote_compile_symbol_check(const char *symbol, mote_err *err);

/* Write the project to folder `dir` (made if needed). What was generated there before is replaced,
 * a changed main.c or target.ld is kept. Errors: those of mote_compile_symbol_check and mote_lower,
 * SHAPE when labels or features do not fit the graph, EXISTS when another file there is not as it
 * was generated, IO. */
MOTE_MUST_USE mote_status mote_compile_project(const mote_compile_input *in, const mote_target *t,
                                               const char *dir, mote_compile_result *out,
                                               mote_err *err);

#endif
