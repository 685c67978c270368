/* SPDX-License-Identifier: Apache-2.0 */
/* Little-endian fields of binary formats: written to a mote_buf, read from a bounded cursor.
 *
 * A reader that runs out of bytes becomes failed, gives zeros from then on, and never reads past
 * the end, so that a parser may check once behind a group of fields. */
#ifndef MOTE_BASE_BYTES_H
#define MOTE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

typedef struct {
    const uint8_t *data; /* borrowed */
    size_t len;
    size_t at;
    bool failed;
} mote_reader;

void mote_reader_init(mote_reader *r, const void *data, size_t len);
size_t mote_reader_left(const mote_reader *r);
/* n bytes in place, NULL (and failed) when fewer are left. */
const uint8_t *mote_read_bytes(mote_reader *r, size_t n);
uint8_t mote_read_u8(mote_reader *r);
uint16_t mote_read_u16(mote_reader *r);
uint32_t mote_read_u32(mote_reader *r);
uint64_t mote_read_u64(mote_reader *r);
int32_t mote_read_i32(mote_reader *r);
float mote_read_f32(mote_reader *r);

void mote_buf_u8(mote_buf *b, uint8_t x);
void mote_buf_u16(mote_buf *b, uint16_t x);
void mote_buf_u32(mote_buf *b, uint32_t x);
void mote_buf_u64(mote_buf *b, uint64_t x);
void mote_buf_i32(mote_buf *b, int32_t x);
void mote_buf_f32_bits(mote_buf *b, float x);

#endif
