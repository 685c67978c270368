/* SPDX-License-Identifier: Apache-2.0 */
/* Little-endian fields of binary formats. See bytes.h. */
#include "base/bytes.h"

#include <string.h>

void mote_reader_init(mote_reader *r, const void *data, size_t len)
{
    r->data = data;
    r->len = len;
    r->at = 0;
    r->failed = false;
}

size_t mote_reader_left(const mote_reader *r)
{
    return r->failed ? 0 : r->len - r->at;
}

const uint8_t *mote_read_bytes(mote_reader *r, size_t n)
{
    if (r->failed || n > r->len - r->at) {
        r->failed = true;
        return NULL;
    }
    const uint8_t *p = r->data + r->at;
    r->at += n;
    return p;
}

static uint64_t read_le(mote_reader *r, size_t n)
{
    const uint8_t *p = mote_read_bytes(r, n);
    uint64_t x = 0;
    for (size_t i = 0; p && i < n; i++)
        x |= (uint64_t)p[i] << (8 * i);
    return x;
}

uint8_t mote_read_u8(mote_reader *r)
{
    return (uint8_t)read_le(r, 1);
}

uint16_t mote_read_u16(mote_reader *r)
{
    return (uint16_t)read_le(r, 2);
}

uint32_t mote_read_u32(mote_reader *r)
{
    return (uint32_t)read_le(r, 4);
}

uint64_t mote_read_u64(mote_reader *r)
{
    return read_le(r, 8);
}

int32_t mote_read_i32(mote_reader *r)
{
    uint32_t u = mote_read_u32(r);
    int32_t x;
    memcpy(&x, &u, sizeof x);
    return x;
}

float mote_read_f32(mote_reader *r)
{
    uint32_t u = mote_read_u32(r);
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static void add_le(mote_buf *b, uint64_t x, size_t n)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(x >> (8 * i));
    mote_buf_add(b, bytes, n);
}

void mote_buf_u8(mote_buf *b, uint8_t x)
{
    add_le(b, x, 1);
}

void mote_buf_u16(mote_buf *b, uint16_t x)
{
    add_le(b, x, 2);
}

void mote_buf_u32(mote_buf *b, uint32_t x)
{
    add_le(b, x, 4);
}

void mote_buf_u64(mote_buf *b, uint64_t x)
{
    add_le(b, x, 8);
}

void mote_buf_i32(mote_buf *b, int32_t x)
{
    add_le(b, (uint32_t)x, 4);
}

void mote_buf_f32_bits(mote_buf *b, float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    add_le(b, u, 4);
}
