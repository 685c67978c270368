/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the FlatBuffers wire format without generated code, for files from outside.
 *
 *   table:   i32 distance back to its vtable, then the fields
 *   vtable:  u16 bytes of the vtable, u16 bytes of the table, u16 offset of field 0, 1, ...
 *            (offset from the table; 0 or beyond the vtable: absent, the default holds)
 *   vector:  u32 count, elements;  string: a vector of bytes
 *   a reference is a u32 distance forward from where it stands
 *
 * Every read is checked against the bytes present. The first read outside sets `damaged` and
 * gives 0; a reader checks it before it uses what it has read. Positions are byte offsets, 0 means
 * absent. Source: FlatBuffers documentation, "FlatBuffer Internals".
 * Depends on base/. Used by import_tflite.c. */
#ifndef MOTE_IMPORT_FLAT_H
#define MOTE_IMPORT_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *data;
    size_t n;
    bool damaged;
} mote_flat;

typedef struct {
    size_t at; /* of the first element; 0 with count 0: absent */
    size_t count;
} mote_flat_vector;

size_t mote_flat_root(mote_flat *f);

/* Scalar field `id` of a table; `absent` when it is not stored. */
uint8_t mote_flat_u8(mote_flat *f, size_t table, int id, uint8_t absent);
int32_t mote_flat_i32(mote_flat *f, size_t table, int id, int32_t absent);
float mote_flat_f32(mote_flat *f, size_t table, int id, float absent);

/* Table or vector that a field refers to. element_bytes * count lies inside the file. */
size_t mote_flat_table(mote_flat *f, size_t table, int id);
mote_flat_vector mote_flat_vec(mote_flat *f, size_t table, int id, size_t element_bytes);

/* Element i of a vector (i < count): of tables, of i32, i64, f32. */
size_t mote_flat_vec_table(mote_flat *f, mote_flat_vector v, size_t i);
int32_t mote_flat_vec_i32(mote_flat *f, mote_flat_vector v, size_t i);
int64_t mote_flat_vec_i64(mote_flat *f, mote_flat_vector v, size_t i);
float mote_flat_vec_f32(mote_flat *f, mote_flat_vector v, size_t i);

#endif
