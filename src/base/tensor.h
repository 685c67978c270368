/* SPDX-License-Identifier: Apache-2.0 */
/* What an array of numbers is: the type of its elements and its dimensions.
 *
 * The words that data, front ends, graphs and models share when they speak of a sample or a
 * tensor. A shape says nothing of where the numbers lie: they are row-major, without gaps, in the
 * byte order of the machine (little-endian on disk). */
#ifndef MOTE_BASE_TENSOR_H
#define MOTE_BASE_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* The numbers are on disk: append only, never renumber. */
typedef enum {
    MOTE_F32 = 1, /* IEEE 754 binary32 */
    MOTE_I8 = 2,
    MOTE_I32 = 3,
    MOTE_I16 = 4,
    MOTE_U8 = 5,
    MOTE_BOOL = 6 /* one byte, 0 or 1 */
} mote_dtype;

#define MOTE_MAX_DIMS            6
#define MOTE_MAX_TENSOR_ELEMENTS (1 << 26)
#define MOTE_SHAPE_TEXT_BYTES    96 /* holds every text of a shape */

/* One sample: there is no batch dimension. n_dims 0 is a single number. */
typedef struct {
    mote_dtype dtype;
    int32_t n_dims;
    int32_t dims[MOTE_MAX_DIMS];
} mote_shape;

size_t mote_dtype_bytes(mote_dtype d);     /* of one element; 0: there is no such type */
const char *mote_dtype_name(mote_dtype d); /* "float32", "int8", ..; "unknown type" */

/* The product of the dimensions, 1 for none. They must have passed a check below. */
int64_t mote_dims_elements(int32_t n_dims, const int32_t *dims);
int64_t mote_shape_elements(const mote_shape *s);
size_t mote_shape_bytes(const mote_shape *s);
/* The same type, the same number of dimensions, each the same. */
bool mote_shape_equal(const mote_shape *a, const mote_shape *b);

/* n_dims in 1..MOTE_MAX_DIMS (a shape: also 0), every one >= 1, their product at most
 * MOTE_MAX_TENSOR_ELEMENTS; a shape's type exists. SHAPE, LIMIT or ARG name `what`. */
MOTE_MUST_USE mote_status mote_dims_check(const char *what, int32_t n_dims, const int32_t *dims,
                                          mote_err *err);
MOTE_MUST_USE mote_status mote_shape_check(const char *what, const mote_shape *s, mote_err *err);

/* "[1,49,10,1]" and "int16[16000]"; "float32[]" is a single number. Always terminated. */
void mote_dims_text(int32_t n_dims, const int32_t *dims, char out[MOTE_SHAPE_TEXT_BYTES]);
void mote_shape_text(const mote_shape *s, char out[MOTE_SHAPE_TEXT_BYTES]);
/* The way back; blanks are not taken. PARSE says what is wrong, *out is left untouched. */
MOTE_MUST_USE mote_status mote_shape_parse(const char *text, mote_shape *out, mote_err *err);

#endif
