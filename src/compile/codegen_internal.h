/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the C generator; each writes one file into a buffer. Private to codegen*.c. */
#ifndef MOTE_COMPILE_CODEGEN_INTERNAL_H
#define MOTE_COMPILE_CODEGEN_INTERNAL_H

#include "compile/codegen.h"
#include "graph/lower.h"

typedef struct {
    const mote_compile_input *in;
    const mote_target *target;
    mote_lowered lowered;
    mote_plan plan;
    mote_feature_plan *features;        /* NULL: none */
} codegen;

void codegen_model_header(const codegen *c, mote_buf *b);
void codegen_model_source(const codegen *c, mote_buf *b);
void codegen_features_header(const codegen *c, mote_buf *b);
void codegen_features_source(const codegen *c, mote_buf *b);
void codegen_keyword_header(const codegen *c, mote_buf *b);
void codegen_keyword_source(const codegen *c, mote_buf *b);
void codegen_makefile(const codegen *c, mote_buf *b);
void codegen_readme(const codegen *c, mote_buf *b);
void codegen_main(const codegen *c, mote_buf *b);
void codegen_linker_script(const codegen *c, mote_buf *b);

/* Frames of the front end between runs of the network; 0 when hop_ms is no whole number of them. */
int32_t codegen_hop_frames(const mote_compile_input *in);

/* True when device/<path> belongs to the project. */
bool codegen_uses(const codegen *c, const char *path);

/* A text as a C string literal; in a comment with nothing that could end it. */
void codegen_string(mote_buf *b, const char *s);
void codegen_comment(mote_buf *b, const char *s);

/* "static const <type> <name>[n] = {...};" with values in rows. */
void codegen_i8(mote_buf *b, const char *name, const int8_t *values, int64_t n);
void codegen_i32(mote_buf *b, const char *name, const int32_t *values, int64_t n);

#endif
