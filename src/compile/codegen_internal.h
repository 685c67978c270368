/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the C generator; each writes one file into a buffer. Private to codegen*.c. */
#ifndef MOTE_COMPILE_CODEGEN_INTERNAL_H
#define MOTE_COMPILE_CODEGEN_INTERNAL_H

#include "compile/codegen.h"
#include "feature/frontend_device.h"
#include "graph/lower.h"

#define CODEGEN_NAME_BYTES     (MOTE_COMPILE_MAX_SYMBOL + 12)
#define CODEGEN_MAX_FILE_BYTES ((size_t)1 << 30)

typedef struct {
    char lower[CODEGEN_NAME_BYTES]; /* as the user wrote it: hello, hello_features */
    char upper[CODEGEN_NAME_BYTES]; /* HELLO, HELLO_FEATURES, for macros */
} codegen_name;

typedef struct codegen_layer codegen_layer; /* codegen_layer.h */

typedef struct {
    const mote_compile_input *in;
    const mote_target *target;
    mote_lowered lowered;
    mote_plan plan;
    mote_frontend_plan *features; /* NULL: none */
    mote_frontend_device device;  /* with features, as the pace; else what a tensor is called */
    mote_frontend_pace pace;
    const codegen_layer *layer; /* NULL: none */
    /* What the names of network, front end and layer begin with. */
    codegen_name model_name, features_name, layer_name;
    codegen_name old_layer_name;        /* of a layer that had another until the last release */
    codegen_name features_file;         /* model_features, hello_features */
    char step[CODEGEN_NAME_BYTES + 16]; /* "", " * FEATURES_CHANNELS" */
} codegen;

/* Fill the names from in->symbol, which was checked. */
void codegen_names_init(codegen *c);

/* What the front end, if any, says of itself: plan, device, pace, step. */
MOTE_MUST_USE mote_status codegen_features_init(codegen *c, mote_err *err);

/* The layer that a project of this input has; NULL: none. */
const codegen_layer *codegen_layer_of(const mote_compile_input *in);

/* C's name of a type. */
const char *codegen_c_type(mote_dtype dtype);

/* The text of the letter in '@x' of a template (codegen_template.h); NULL: none. */
const char *codegen_letter(const codegen *c, char x);

/* The tensors that the network takes and gives. */
const mote_tensor *codegen_input(const mote_compile_input *in);
const mote_tensor *codegen_output(const mote_compile_input *in);

/* A finite number as a float literal that reads as the same bits. */
void codegen_f32(mote_buf *b, float x);

/* Arrays and parameters of an operator's call, where it has any: constants called `op`_... */
void codegen_params(mote_buf *b, const char *op, const mote_call *call);

void codegen_model_header(const codegen *c, mote_buf *b);
void codegen_model_source(const codegen *c, mote_buf *b);
void codegen_features_header(const codegen *c, mote_buf *b);
void codegen_features_source(const codegen *c, mote_buf *b);
void codegen_makefile(const codegen *c, mote_buf *b);
void codegen_readme(const codegen *c, mote_buf *b);
void codegen_main(const codegen *c, mote_buf *b);
void codegen_linker_script(const codegen *c, mote_buf *b);

/* Frames of the front end between runs of the network; 0 when hop_ms is no whole number of them. */
int32_t codegen_hop_frames(const mote_compile_input *in);

/* How the front end goes over time; false: there is none, or it does not. */
bool codegen_pace(const mote_compile_input *in, mote_frontend_pace *out);

/* True when device/<path> belongs to the project. */
bool codegen_uses(const codegen *c, const char *path);

/* A text in a comment, with nothing that could end it. */
void codegen_comment(mote_buf *b, const char *s);

/* A line for each text, as a C string literal; NULL is "". */
void codegen_strings(mote_buf *b, const char *const *s, int32_t n);

/* "static const <type> <name>[n] = {...};" with values in rows. int8 arrays are aligned to 4. */
void codegen_i8(mote_buf *b, const char *name, const int8_t *values, int64_t n);
void codegen_f32s(mote_buf *b, const char *name, const float *values, int64_t n);
void codegen_i32(mote_buf *b, const char *name, const int32_t *values, int64_t n);

#endif
