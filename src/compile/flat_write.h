/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the FlatBuffers wire format (described in import/flat.h), front to back: a table first,
 * with holes for its references, then what they refer to, then the holes are filled.
 *
 * Positions are offsets in the buffer. Failures of the buffer stay in it (mote_buf_status).
 * Depends on base/. Used by tflite.c. */
#ifndef MOTE_COMPILE_FLAT_WRITE_H
#define MOTE_COMPILE_FLAT_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define FLAT_MAX_FIELDS 12

typedef enum { FLAT_U8, FLAT_I32, FLAT_F32, FLAT_REF } flat_kind;

typedef struct {
    int id; /* of the field in the schema, below FLAT_MAX_FIELDS */
    flat_kind kind;
    int32_t value; /* U8, I32 */
    float real;    /* F32 */
    size_t hole;   /* out, REF: to be filled with flat_fill */
} flat_field;

/* Start of a file: the reference to the root table and the 4-character identifier. Returns the
 * hole of the root. */
size_t flat_begin(mote_buf *b, const char identifier[5]);

/* A table with its vtable in front; the position of the table. */
size_t flat_table(mote_buf *b, flat_field *fields, size_t n);

/* Vectors; the elements are aligned to `alignment` (4, 8, 16). Returns the position to refer to. */
size_t flat_bytes(mote_buf *b, const void *bytes, size_t n, size_t alignment);
size_t flat_string(mote_buf *b, const char *s);
size_t flat_i32s(mote_buf *b, const int32_t *values, size_t n);
size_t flat_f32s(mote_buf *b, const float *values, size_t n);
size_t flat_i64s(mote_buf *b, int64_t value, size_t n); /* n times the same value */

/* A vector of n references; *first_hole is the hole of element 0, the others follow 4 bytes apart.
 */
size_t flat_refs(mote_buf *b, size_t n, size_t *first_hole);

/* Make the reference at `hole` point to `target`, which lies behind it. */
void flat_fill(mote_buf *b, size_t hole, size_t target);

#endif
