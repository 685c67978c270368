/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between the network and the user's program in a generated project: the words of the
 * task. A row each: a stream of samples to detections (codegen_detections.c), a sample to its
 * class, values or score (codegen_answer.c). Used by codegen*.c and measure*.c. */
#ifndef MOTE_COMPILE_CODEGEN_LAYER_H
#define MOTE_COMPILE_CODEGEN_LAYER_H

#include "compile/codegen_internal.h"

struct codegen_layer {
    const char *name;     /* of its files, and what its names begin with */
    const char *old_name; /* the same until the last release, whose programs find them by a header
                             of old_header; NULL: none */
    const char *words;    /* what it does, for the README */
    /* Templates of its two files, of main.c, and of the lines of the README that show it, and what
     * fills their holes. */
    const char *header, *source, *example, *use, *old_header;
    void (*fill)(const codegen *c, mote_buf *b, const char *text);
    /* Does a project with it hold device/<path>? */
    bool (*uses)(const codegen *c, const char *path);
    /* Errors: ARG, RANGE, SHAPE, for an input that it cannot be made for. */
    mote_status (*check)(const mote_compile_input *in, mote_err *err);
    /* Its rows of code_sizes.def, NULL behind the last; parts has room for 4. d NULL: there is no
     * front end. */
    void (*code)(const mote_compile_input *in, const mote_frontend_device *d, const char **parts);
    /* Variables of a program besides the network's arena and what the front end, if there is one,
     * keeps of itself. d NULL: none. ARG as check. */
    mote_status (*ram)(const mote_compile_input *in, const mote_frontend_device *d, int64_t *out,
                       mote_err *err);
    /* The part of the test program that runs it, in firmware/, and the flags of the compiler that
     * it wants besides (NULL: none). */
    const char *measured_by;
    void (*flags)(const mote_compile_input *in, mote_buf *b);
    /* What it writes of each sample: bytes, and what the host says that they are for an input and
     * output of the network. NULL: nothing. */
    size_t (*said_bytes)(const mote_compile_input *in);
    void (*said)(const mote_compile_input *in, const void *given, const void *output, void *to);
};

extern const codegen_layer codegen_stream_layer;
extern const codegen_layer codegen_answer_layers[MOTE_N_ANSWERS];

/* The names of all rows, old ones too, one by one; NULL behind the last. */
const char *codegen_layer_name(size_t i);

#endif
