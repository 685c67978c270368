/* SPDX-License-Identifier: Apache-2.0 */
/* The saved form of a graph; docs/formats/graph.md describes every byte.
 *
 *   "MGRF" | u32 version | u32 n_tensors | u32 n_ops | i32 input | i32 output
 *   n_tensors x  u8 name length, name, u8 role, u8 dtype, u8 n_dims, u8 is_trained,
 *                i32 dims[n_dims], i32 n_scales, i32 axis, i32 zero_point, f32 scales[n_scales],
 *                constants: the values, row-major
 *   n_ops x      u8 kind, u8 padding, u8 activation, u8 n_inputs, i32 stride_h, stride_w,
 *                window_h, window_w, f32 epsilon, f32 rate, i32 inputs[n_inputs], i32 output
 *   u32 CRC-32 of all before
 *
 * Values are stored in the byte order of the machine, which must be little-endian (asserted). */
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "graph/graph.h"
#include "graph/shape.h"

#define VERSION     1u
#define V1_MAX_DIMS 4
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "values are written as they lie in memory");

static const char magic[4] = {'M', 'G', 'R', 'F'};

static void save_tensor(const mote_tensor *t, mote_buf *out)
{
    size_t n = strlen(t->name);
    mote_buf_u8(out, (uint8_t)n);
    mote_buf_add(out, t->name, n);
    mote_buf_u8(out, (uint8_t)t->role);
    mote_buf_u8(out, (uint8_t)t->dtype);
    mote_buf_u8(out, (uint8_t)t->n_dims);
    mote_buf_u8(out, t->is_trained ? 1 : 0);
    for (int32_t i = 0; i < t->n_dims; i++)
        mote_buf_i32(out, t->dims[i]);
    mote_buf_i32(out, t->quant.n_scales);
    mote_buf_i32(out, t->quant.axis);
    mote_buf_i32(out, t->quant.zero_point);
    for (int32_t i = 0; i < t->quant.n_scales; i++)
        mote_buf_f32_bits(out, t->quant.scales[i]);
    if (t->role == MOTE_ROLE_CONST)
        mote_buf_add(out, t->data, mote_tensor_bytes(t));
}

static void save_op(const mote_op *op, mote_buf *out)
{
    const mote_op_attrs *a = &op->attrs;
    mote_buf_u8(out, (uint8_t)op->kind);
    mote_buf_u8(out, (uint8_t)a->padding);
    mote_buf_u8(out, (uint8_t)a->activation);
    mote_buf_u8(out, (uint8_t)op->n_inputs);
    mote_buf_i32(out, a->stride_h);
    mote_buf_i32(out, a->stride_w);
    mote_buf_i32(out, a->window_h);
    mote_buf_i32(out, a->window_w);
    mote_buf_f32_bits(out, a->epsilon);
    mote_buf_f32_bits(out, a->rate);
    for (int32_t i = 0; i < op->n_inputs; i++)
        mote_buf_i32(out, op->inputs[i]);
    mote_buf_i32(out, op->output);
}

void mote_graph_save(const mote_graph *g, mote_buf *out)
{
    size_t start = out->len;
    mote_buf_add(out, magic, sizeof magic);
    mote_buf_u32(out, VERSION);
    mote_buf_u32(out, (uint32_t)g->n_tensors);
    mote_buf_u32(out, (uint32_t)g->n_ops);
    mote_buf_i32(out, g->input);
    mote_buf_i32(out, g->output);
    for (int32_t i = 0; i < g->n_tensors; i++)
        save_tensor(&g->tensors[i], out);
    for (int32_t i = 0; i < g->n_ops; i++)
        save_op(&g->ops[i], out);
    if (out->status == MOTE_OK)
        mote_buf_u32(out, mote_crc32(0, out->data + start, out->len - start));
}

static mote_status truncated(mote_err *err)
{
    return mote_fail(err, MOTE_PARSE, "graph: the bytes end too early");
}

/* One tensor; its values are copied only after the bytes are known to be there. */
static mote_status load_tensor(mote_reader *r, mote_graph *g, mote_err *err)
{
    char name[MOTE_NAME_BYTES] = {0};
    size_t name_len = mote_read_u8(r);
    if (name_len == 0 || name_len >= sizeof name)
        return mote_fail(err, MOTE_PARSE, "graph: tensor %d has a name of %zu bytes", g->n_tensors,
                         name_len);
    const uint8_t *p = mote_read_bytes(r, name_len);
    if (!p)
        return truncated(err);
    memcpy(name, p, name_len);
    uint8_t role = mote_read_u8(r), dtype = mote_read_u8(r), n_dims = mote_read_u8(r),
            is_trained = mote_read_u8(r);
    if (strlen(name) != name_len || role > MOTE_ROLE_CONST || dtype < MOTE_F32 ||
        dtype > MOTE_I32 || n_dims < 1 || n_dims > V1_MAX_DIMS || is_trained > 1)
        return r->failed
                   ? truncated(err)
                   : mote_fail(err, MOTE_PARSE, "graph: tensor %d is malformed", g->n_tensors);
    mote_tensor_spec s = {.name = name, .dtype = (mote_dtype)dtype, .n_dims = n_dims};
    for (int32_t i = 0; i < n_dims; i++)
        s.dims[i] = mote_read_i32(r);
    mote_quant q = {0}; /* one statement each: the order of initialisers is open */
    q.n_scales = mote_read_i32(r);
    q.axis = mote_read_i32(r);
    q.zero_point = mote_read_i32(r);
    if (r->failed || q.n_scales < 0 || (size_t)q.n_scales > mote_reader_left(r) / sizeof(float))
        return truncated(err);
    if (q.n_scales == 0 && (q.axis || q.zero_point))
        return mote_fail(err, MOTE_PARSE, "graph: tensor '%s' has a zero point but no scale", name);
    MOTE_TRY(mote_dims_check(name, s.n_dims, s.dims, err));

    MOTE_SCOPED_FREE float *scales = mote_alloc((size_t)q.n_scales, sizeof *scales);
    if (!scales)
        return mote_fail(err, MOTE_NOMEM, "graph: no memory for %d scales", q.n_scales);
    for (int32_t i = 0; i < q.n_scales; i++)
        scales[i] = mote_read_f32(r);
    q.scales = scales;
    s.quant = &q;

    int32_t id;
    if (role == MOTE_ROLE_CONST) {
        mote_tensor probe = {.dtype = s.dtype, .n_dims = s.n_dims};
        memcpy(probe.dims, s.dims, sizeof probe.dims);
        const uint8_t *values = mote_read_bytes(r, mote_tensor_bytes(&probe));
        if (!values)
            return truncated(err);
        MOTE_TRY(mote_graph_add_const(g, &s, &id, err));
        memcpy(g->tensors[id].data, values, mote_tensor_bytes(&probe));
    } else {
        /* A value tensor is added like an input and gets its role below: operators come later. */
        int32_t input = g->input;
        g->input = -1;
        MOTE_TRY(mote_graph_add_input(g, &s, &id, err));
        g->input = input;
        g->tensors[id].role = (mote_tensor_role)role;
    }
    g->tensors[id].is_trained = is_trained == 1;
    return MOTE_OK;
}

static mote_status load_op(mote_reader *r, mote_op *op, mote_err *err)
{
    op->kind = (mote_op_kind)mote_read_u8(r);
    op->attrs.padding = (mote_padding)mote_read_u8(r);
    op->attrs.activation = (mote_activation)mote_read_u8(r);
    op->n_inputs = mote_read_u8(r);
    if (!r->failed && (op->n_inputs != mote_op_n_inputs(op->kind) || op->n_inputs == 0))
        return mote_fail(err, MOTE_UNSUPPORTED, "graph: there is no operator %d with %d inputs",
                         (int)op->kind, op->n_inputs);
    op->attrs.stride_h = mote_read_i32(r);
    op->attrs.stride_w = mote_read_i32(r);
    op->attrs.window_h = mote_read_i32(r);
    op->attrs.window_w = mote_read_i32(r);
    op->attrs.epsilon = mote_read_f32(r);
    op->attrs.rate = mote_read_f32(r);
    for (int32_t i = 0; i < op->n_inputs; i++)
        op->inputs[i] = mote_read_i32(r);
    op->output = mote_read_i32(r);
    return r->failed ? truncated(err) : MOTE_OK;
}

static mote_status load_body(mote_reader *r, mote_graph *g, mote_err *err)
{
    uint32_t n_tensors = mote_read_u32(r), n_ops = mote_read_u32(r);
    int32_t input = mote_read_i32(r), output = mote_read_i32(r);
    /* The least a tensor or an operator takes bounds their numbers by the bytes that are here. */
    if (r->failed || n_tensors > mote_reader_left(r) / 20 || n_ops > mote_reader_left(r) / 32)
        return truncated(err);
    if (n_tensors > MOTE_MAX_GRAPH_PARTS || n_ops > MOTE_MAX_GRAPH_PARTS)
        return mote_fail(err, MOTE_LIMIT, "graph: at most %d tensors and operators are possible",
                         MOTE_MAX_GRAPH_PARTS);
    for (uint32_t i = 0; i < n_tensors; i++)
        MOTE_TRY(load_tensor(r, g, err));
    if (n_ops > 0)
        MOTE_TRY(mote_arena_take(&g->arena, n_ops, sizeof *g->ops, &g->ops, err));
    for (uint32_t i = 0; i < n_ops; i++)
        MOTE_TRY(load_op(r, &g->ops[i], err));
    g->n_ops = (int32_t)n_ops;
    g->cap_ops = (int32_t)n_ops;
    g->input = input;
    g->output = output;
    if (mote_reader_left(r) != 0)
        return mote_fail(err, MOTE_PARSE, "graph: %zu bytes behind its end", mote_reader_left(r));
    return mote_graph_validate(g, err);
}

mote_status mote_graph_load(const void *bytes, size_t n, mote_graph **out, mote_err *err)
{
    if (n < 12 || memcmp(bytes, magic, sizeof magic) != 0)
        return mote_fail(err, MOTE_PARSE, "not a graph: it does not start with 'MGRF'");
    mote_reader tail;
    mote_reader_init(&tail, (const uint8_t *)bytes + n - 4, 4);
    if (mote_read_u32(&tail) != mote_crc32(0, bytes, n - 4))
        return mote_fail(err, MOTE_CORRUPT,
                         "graph: the checksum does not fit, the bytes are damaged");
    mote_reader r;
    mote_reader_init(&r, (const uint8_t *)bytes + 4, n - 8);
    uint32_t version = mote_read_u32(&r);
    if (version != VERSION)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "graph: format version %u, this program reads version %u", version,
                         VERSION);
    mote_graph *g = NULL;
    MOTE_TRY(mote_graph_create(0, &g, err));
    mote_status st = load_body(&r, g, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(g);
        return st;
    }
    *out = g;
    return MOTE_OK;
}
