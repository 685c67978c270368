/* SPDX-License-Identifier: Apache-2.0 */
/* Golden vectors as bytes. See golden.h. */
#include "model/golden.h"

#include <string.h>

#include "base/bytes.h"

#define VERSION 2u

static const char magic[4] = {'M', 'O', 'T', 'G'};

static const void *at(const void *all, const mote_shape *one, int32_t i)
{
    return (const char *)all + (size_t)i * mote_shape_bytes(one);
}

const void *mote_golden_x(const mote_golden *g, int32_t i)
{
    return at(g->x, &g->sample, i);
}

const void *mote_golden_in(const mote_golden *g, int32_t i)
{
    return at(g->ins, &g->in, i);
}

const void *mote_golden_out(const mote_golden *g, int32_t i)
{
    return at(g->outs, &g->out, i);
}

/* ---- writing ------------------------------------------------------------------------------ */

static void write_shape(const mote_shape *s, mote_buf *b)
{
    mote_buf_u32(b, (uint32_t)s->dtype);
    mote_buf_i32(b, s->n_dims);
    for (int32_t i = 0; i < s->n_dims; i++)
        mote_buf_i32(b, s->dims[i]);
}

void mote_golden_write(const mote_golden *g, mote_buf *b)
{
    size_t n = (size_t)g->n;
    mote_buf_add(b, magic, sizeof magic);
    mote_buf_u32(b, VERSION);
    mote_buf_i32(b, g->n);
    write_shape(&g->sample, b);
    write_shape(&g->in, b);
    write_shape(&g->out, b);
    mote_buf_add(b, g->x, n * mote_shape_bytes(&g->sample));
    mote_buf_add(b, g->ins, n * mote_shape_bytes(&g->in));
    mote_buf_add(b, g->outs, n * mote_shape_bytes(&g->out));
}

/* ---- reading ------------------------------------------------------------------------------ */

static mote_status read_shape(mote_reader *r, mote_shape *out, mote_err *err)
{
    mote_shape s = {.dtype = (mote_dtype)mote_read_u32(r)};
    s.n_dims = mote_read_i32(r);
    for (int32_t i = 0; i < s.n_dims && i < MOTE_MAX_DIMS; i++)
        s.dims[i] = mote_read_i32(r);
    if (r->failed)
        return mote_fail(err, MOTE_PARSE, "the golden vectors end too early");
    if (mote_shape_check("a golden vector", &s, err) != MOTE_OK)
        return mote_fail(err, MOTE_PARSE, "a shape of the golden vectors is damaged");
    *out = s;
    return MOTE_OK;
}

/* One dimension of n numbers; 0: none, which only the first version knows. */
static mote_status flat(int32_t n, mote_dtype dtype, mote_shape *out, mote_err *err)
{
    if (n < 0)
        return mote_fail(err, MOTE_PARSE, "the counts of the golden vectors are damaged");
    *out = (mote_shape){.dtype = dtype, .n_dims = 1, .dims = {n}};
    return MOTE_OK;
}

static mote_status read_head(mote_reader *r, mote_golden *g, mote_err *err)
{
    const uint8_t *head = mote_read_bytes(r, sizeof magic);
    uint32_t version = mote_read_u32(r);
    g->n = mote_read_i32(r);
    if (!head || r->failed || g->n < 0)
        return mote_fail(err, MOTE_PARSE, "the counts of the golden vectors are damaged");
    if (version != VERSION)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "golden vectors of format %u, this program reads formats 1 and %u: they "
                         "were made by a newer mote",
                         version, VERSION);
    MOTE_TRY(read_shape(r, &g->sample, err));
    MOTE_TRY(read_shape(r, &g->in, err));
    return read_shape(r, &g->out, err);
}

static mote_status read_first_head(mote_reader *r, mote_golden *g, mote_err *err)
{
    g->n = mote_read_i32(r); /* one after the other: initialisers have no order */
    int32_t n_x = mote_read_i32(r), n_in = mote_read_i32(r), n_out = mote_read_i32(r);
    if (r->failed || g->n < 0)
        return mote_fail(err, MOTE_PARSE, "the counts of the golden vectors are damaged");
    MOTE_TRY(flat(n_x, MOTE_I16, &g->sample, err));
    MOTE_TRY(flat(n_in, MOTE_I8, &g->in, err));
    return flat(n_out, MOTE_I8, &g->out, err);
}

/* A copy of n_all parts, each `one` bytes; aligned for every type. */
static mote_status take(mote_reader *r, size_t n_all, size_t one, mote_arena *a, const void **out,
                        mote_err *err)
{
    uint64_t *copy = NULL;
    size_t n = n_all * one; /* both were held against the bytes there are */
    MOTE_TRY(mote_arena_take(a, n / sizeof *copy + 1, sizeof *copy, &copy, err));
    if (n > 0)
        memcpy(copy, mote_read_bytes(r, n), n);
    *out = copy;
    return MOTE_OK;
}

mote_status mote_golden_read(const void *bytes, size_t n, mote_arena *a, mote_golden *out,
                             mote_err *err)
{
    mote_reader r;
    mote_golden g = {.n = 0};
    mote_reader_init(&r, bytes, n);
    bool is_first = n < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0;
    MOTE_TRY(is_first ? read_first_head(&r, &g, err) : read_head(&r, &g, err));
    size_t n_all = (size_t)g.n, x = mote_shape_bytes(&g.sample), in = mote_shape_bytes(&g.in),
           y = mote_shape_bytes(&g.out), one = x + in + y;
    if (one == 0 || n_all > mote_reader_left(&r) / one || n_all * one != mote_reader_left(&r))
        return mote_fail(err, MOTE_PARSE, "the golden vectors end too early");
    MOTE_TRY(take(&r, n_all, x, a, &g.x, err));
    MOTE_TRY(take(&r, n_all, in, a, &g.ins, err));
    MOTE_TRY(take(&r, n_all, y, a, &g.outs, err));
    *out = g;
    return MOTE_OK;
}
