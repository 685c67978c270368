/* SPDX-License-Identifier: Apache-2.0 */
/* Golden vectors: samples, and what the graph was given and said of them. What every target must
 * reproduce bit for bit.
 *
 *   "MOTG" | u32 version 2 | i32 n | shape of a sample | of the graph's input | of its output
 *   (each u32 type, i32 n_dims, i32 dims[n_dims]) | n samples | n inputs | n outputs
 *
 * The first version has no head: i32 n, samples a clip, inputs, outputs; int16 clips, int8 inputs
 * and outputs. It stays readable. Depends on base/. Used by pipeline/, compile/, track/, web/. */
#ifndef MOTE_MODEL_GOLDEN_H
#define MOTE_MODEL_GOLDEN_H

#include "base/mem.h"
#include "base/status.h"
#include "base/tensor.h"
#include "base/text.h"

typedef struct {
    int32_t n;
    mote_shape sample;      /* of one, as the signature has it */
    mote_shape in, out;     /* of the graph's input and output */
    const void *x;          /* [n][sample]; its first version may lack it: sample of 0 numbers */
    const void *ins, *outs; /* [n][in], [n][out] */
} mote_golden;

/* Those of vector i, borrowed. */
const void *mote_golden_x(const mote_golden *g, int32_t i);
const void *mote_golden_in(const mote_golden *g, int32_t i);
const void *mote_golden_out(const mote_golden *g, int32_t i);

/* Append them as section `golden` of a bundle has them; and back, into `a`. PARSE when the bytes
 * are not as many as the counts say. */
void mote_golden_write(const mote_golden *g, mote_buf *out);
MOTE_MUST_USE mote_status mote_golden_read(const void *bytes, size_t n, mote_arena *a,
                                           mote_golden *out, mote_err *err);

#endif
