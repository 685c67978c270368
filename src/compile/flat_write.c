/* SPDX-License-Identifier: Apache-2.0 */
/* Writing of FlatBuffers. See flat_write.h. */
#include "compile/flat_write.h"

#include <string.h>

#include "base/bytes.h"

/* Zeros until the length plus `ahead` is a multiple of `alignment`. */
static void pad(mote_buf *b, size_t alignment, size_t ahead)
{
    while (b->status == MOTE_OK && (b->len + ahead) % alignment != 0)
        mote_buf_u8(b, 0);
}

void flat_fill(mote_buf *b, size_t hole, size_t target)
{
    if (b->status != MOTE_OK)
        return;
    MOTE_BUG_IF(target <= hole || hole + 4 > b->len);
    uint32_t distance = (uint32_t)(target - hole);
    for (size_t i = 0; i < 4; i++)
        b->data[hole + i] = (char)(unsigned char)(distance >> (8 * i) & 0xff);
}

size_t flat_begin(mote_buf *b, const char identifier[5])
{
    mote_buf_u32(b, 0);
    mote_buf_add(b, identifier, 4);
    return 0;
}

static size_t kind_bytes(flat_kind k)
{
    return k == FLAT_U8 ? 1 : 4;
}

size_t flat_table(mote_buf *b, flat_field *fields, size_t n)
{
    uint16_t offsets[FLAT_MAX_FIELDS] = {0};
    size_t bytes = 4, n_slots = 0;
    /* 4-byte fields first, single bytes behind them, so that all are aligned. */
    static const size_t sizes[] = {4, 1};
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            MOTE_BUG_IF(fields[i].id < 0 || fields[i].id >= FLAT_MAX_FIELDS);
            if (kind_bytes(fields[i].kind) != sizes[pass])
                continue;
            offsets[fields[i].id] = (uint16_t)bytes;
            bytes += sizes[pass];
            if ((size_t)fields[i].id >= n_slots)
                n_slots = (size_t)fields[i].id + 1;
        }
    }
    size_t vtable_bytes = 4 + 2 * n_slots;
    pad(b, 4, vtable_bytes);
    size_t vtable = b->len;
    mote_buf_u16(b, (uint16_t)vtable_bytes);
    mote_buf_u16(b, (uint16_t)bytes);
    for (size_t i = 0; i < n_slots; i++)
        mote_buf_u16(b, offsets[i]);
    size_t table = b->len;
    mote_buf_i32(b, (int32_t)(table - vtable));
    for (size_t i = 0; i < n; i++) {
        if (fields[i].kind == FLAT_U8)
            continue;
        fields[i].hole = b->len;
        if (fields[i].kind == FLAT_F32)
            mote_buf_f32_bits(b, fields[i].real);
        else
            mote_buf_i32(b, fields[i].kind == FLAT_I32 ? fields[i].value : 0);
    }
    for (size_t i = 0; i < n; i++)
        if (fields[i].kind == FLAT_U8)
            mote_buf_u8(b, (uint8_t)fields[i].value);
    return table;
}

/* The count, with the elements behind it aligned. */
static size_t vector(mote_buf *b, size_t n, size_t alignment)
{
    pad(b, alignment, 4);
    size_t at = b->len;
    mote_buf_u32(b, (uint32_t)n);
    return at;
}

size_t flat_bytes(mote_buf *b, const void *bytes, size_t n, size_t alignment)
{
    size_t at = vector(b, n, alignment);
    mote_buf_add(b, bytes, n);
    return at;
}

size_t flat_string(mote_buf *b, const char *s)
{
    size_t at = flat_bytes(b, s, strlen(s), 4);
    mote_buf_u8(b, 0);
    return at;
}

size_t flat_i32s(mote_buf *b, const int32_t *values, size_t n)
{
    size_t at = vector(b, n, 4);
    for (size_t i = 0; i < n; i++)
        mote_buf_i32(b, values[i]);
    return at;
}

size_t flat_f32s(mote_buf *b, const float *values, size_t n)
{
    size_t at = vector(b, n, 4);
    for (size_t i = 0; i < n; i++)
        mote_buf_f32_bits(b, values[i]);
    return at;
}

size_t flat_i64s(mote_buf *b, int64_t value, size_t n)
{
    size_t at = vector(b, n, 8);
    for (size_t i = 0; i < n; i++)
        mote_buf_u64(b, (uint64_t)value);
    return at;
}

size_t flat_refs(mote_buf *b, size_t n, size_t *first_hole)
{
    size_t at = vector(b, n, 4);
    *first_hole = b->len;
    for (size_t i = 0; i < n; i++)
        mote_buf_u32(b, 0);
    return at;
}
