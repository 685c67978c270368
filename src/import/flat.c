/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds-checked reading of FlatBuffers. See flat.h. */
#include "import/flat.h"

#include <string.h>

/* The `size` bytes at `at` as a little-endian number. */
static uint64_t number(mote_flat *f, size_t at, size_t size)
{
    if (f->damaged || at > f->n || size > f->n - at) {
        f->damaged = true;
        return 0;
    }
    uint64_t x = 0;
    for (size_t i = size; i > 0; i--)
        x = x << 8 | f->data[at + i - 1];
    return x;
}

/* The place that the reference at `at` points to; 0 when it leaves the file. */
static size_t follow(mote_flat *f, size_t at)
{
    size_t distance = (size_t)number(f, at, 4);
    if (f->damaged || distance == 0 || distance >= f->n - at) {
        f->damaged = true;
        return 0;
    }
    return at + distance;
}

size_t mote_flat_root(mote_flat *f)
{
    return follow(f, 0);
}

/* Where field `id` of a table is stored; 0: absent. */
static size_t field(mote_flat *f, size_t table, int id)
{
    if (table == 0)
        return 0;
    int64_t back = (int32_t)(uint32_t)number(f, table, 4);
    int64_t vtable = (int64_t)table - back;
    if (f->damaged || vtable < 0 || (uint64_t)vtable >= f->n) {
        f->damaged = true;
        return 0;
    }
    size_t entry = 4 + 2 * (size_t)id;
    size_t vtable_bytes = (size_t)number(f, (size_t)vtable, 2);
    if (entry + 2 > vtable_bytes)
        return 0;
    size_t offset = (size_t)number(f, (size_t)vtable + entry, 2);
    return offset == 0 || f->damaged ? 0 : table + offset;
}

uint8_t mote_flat_u8(mote_flat *f, size_t table, int id, uint8_t absent)
{
    size_t at = field(f, table, id);
    return at == 0 ? absent : (uint8_t)number(f, at, 1);
}

int32_t mote_flat_i32(mote_flat *f, size_t table, int id, int32_t absent)
{
    size_t at = field(f, table, id);
    return at == 0 ? absent : (int32_t)(uint32_t)number(f, at, 4);
}

static float as_float(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float x;
    memcpy(&x, &low, sizeof x);
    return x;
}

float mote_flat_f32(mote_flat *f, size_t table, int id, float absent)
{
    size_t at = field(f, table, id);
    return at == 0 ? absent : as_float(number(f, at, 4));
}

size_t mote_flat_table(mote_flat *f, size_t table, int id)
{
    size_t at = field(f, table, id);
    return at == 0 ? 0 : follow(f, at);
}

mote_flat_vector mote_flat_vec(mote_flat *f, size_t table, int id, size_t element_bytes)
{
    mote_flat_vector v = {0, 0};
    size_t at = mote_flat_table(f, table, id);
    if (at == 0)
        return v;
    size_t count = (size_t)number(f, at, 4);
    if (f->damaged || count > (f->n - at - 4) / element_bytes) {
        f->damaged = true;
        return v;
    }
    v.at = at + 4;
    v.count = count;
    return v;
}

size_t mote_flat_vec_table(mote_flat *f, mote_flat_vector v, size_t i)
{
    return follow(f, v.at + 4 * i);
}

int32_t mote_flat_vec_i32(mote_flat *f, mote_flat_vector v, size_t i)
{
    return (int32_t)(uint32_t)number(f, v.at + 4 * i, 4);
}

int64_t mote_flat_vec_i64(mote_flat *f, mote_flat_vector v, size_t i)
{
    return (int64_t)number(f, v.at + 8 * i, 8);
}

float mote_flat_vec_f32(mote_flat *f, mote_flat_vector v, size_t i)
{
    return as_float(number(f, v.at + 4 * i, 4));
}
