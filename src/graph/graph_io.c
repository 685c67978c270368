/* SPDX-License-Identifier: Apache-2.0 */
/* The saved form of a graph, version 2; docs/formats/graph.md describes every byte.
 *
 *   "MGRF" | u32 version | u8 length, program that wrote it
 *   u16 n_kinds x { u16 id, u8 length, name }         operators in use, ascending
 *   u16 n_attrs x { u16 id, u8 length, name }         attributes in use, ascending
 *   u32 n_tensors | u32 n_ops | u16 n_inputs, i32 [n_inputs] | u16 n_outputs, i32 [n_outputs]
 *   n_tensors x  u8 name length, name, u8 role, u8 dtype, u8 n_dims, u8 is_trained,
 *                i32 dims[n_dims], i32 n_scales, i32 axis, i32 zero_point, f32 scales[n_scales],
 *                constants: the values, row-major
 *   n_ops x      u16 kind, u16 n_inputs, u16 n_outputs, u16 n_attrs,
 *                i32 inputs[n_inputs], i32 outputs[n_outputs], n_attrs x { u16 id, u32 value }
 *   u32 CRC-32 of all before
 *
 * The tables of names let a program say what it does not know. Values are stored in the byte order
 * of the machine, which must be little-endian (asserted). */
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "graph/graph_internal.h"
#include "graph/graph_io.h"
#include "graph/op.h"

#define VERSION 2u
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "values are written as they lie in memory");

static const char magic[4] = {'M', 'G', 'R', 'F'};

/* ---- attributes ------------------------------------------------------------------------- */

typedef enum { ATTR_I32, ATTR_F32, ATTR_ENUM } attr_type;

static const struct {
    uint16_t id;
    const char *name;
    size_t offset;
    attr_type type;
    uint32_t range; /* ENUM: its values are below */
} attrs[] = {
#define ATTR(id, field, type, name, range)                                                         \
    {id, name, offsetof(mote_op_attrs, field), ATTR_##type, range},
#include "graph/attrs.def"
#undef ATTR
};
#define N_ATTRS (sizeof attrs / sizeof attrs[0])
_Static_assert(sizeof(mote_padding) == 4 && sizeof(mote_activation) == 4,
               "an attribute takes four bytes");

/* Every attribute takes four bytes, whatever its type. */
static uint32_t attr_get(const mote_op_attrs *a, size_t row)
{
    uint32_t bits;
    memcpy(&bits, (const char *)a + attrs[row].offset, sizeof bits);
    return bits;
}

static void attr_set(mote_op_attrs *a, size_t row, uint32_t bits)
{
    memcpy((char *)a + attrs[row].offset, &bits, sizeof bits);
}

/* ---- saving ----------------------------------------------------------------------------- */

static void save_name(mote_buf *out, const char *name)
{
    size_t n = strlen(name);
    mote_buf_u8(out, (uint8_t)n);
    mote_buf_add(out, name, n);
}

static void save_list(mote_buf *out, const int32_t *ids, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        mote_buf_i32(out, ids[i]);
}

static void save_tensor(const mote_tensor *t, mote_buf *out)
{
    save_name(out, t->name);
    mote_buf_u8(out, (uint8_t)t->role);
    mote_buf_u8(out, (uint8_t)t->dtype);
    mote_buf_u8(out, (uint8_t)t->n_dims);
    mote_buf_u8(out, t->is_trained ? 1 : 0);
    save_list(out, t->dims, t->n_dims);
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
    uint16_t n_attrs = 0;
    for (size_t i = 0; i < N_ATTRS; i++)
        n_attrs = (uint16_t)(n_attrs + (attr_get(&op->attrs, i) != 0));
    mote_buf_u16(out, (uint16_t)op->kind);
    mote_buf_u16(out, (uint16_t)op->n_inputs);
    mote_buf_u16(out, (uint16_t)op->n_outputs);
    mote_buf_u16(out, n_attrs);
    save_list(out, op->inputs, op->n_inputs);
    save_list(out, op->outputs, op->n_outputs);
    for (size_t i = 0; i < N_ATTRS; i++) {
        uint32_t bits = attr_get(&op->attrs, i);
        if (bits == 0)
            continue;
        mote_buf_u16(out, attrs[i].id);
        mote_buf_u32(out, bits);
    }
}

/* The names of what is in use, so that a reader that does not know an id can name it. */
static void save_names(const mote_graph *g, mote_buf *out)
{
    bool kinds[MOTE_OP_END] = {false}, used[N_ATTRS] = {false};
    uint16_t n_kinds = 0, n_attrs = 0;
    for (int32_t i = 0; i < g->n_ops; i++) {
        kinds[g->ops[i].kind] = true;
        for (size_t a = 0; a < N_ATTRS; a++)
            used[a] = used[a] || attr_get(&g->ops[i].attrs, a) != 0;
    }
    for (int k = 0; k < MOTE_OP_END; k++)
        n_kinds = (uint16_t)(n_kinds + kinds[k]);
    for (size_t a = 0; a < N_ATTRS; a++)
        n_attrs = (uint16_t)(n_attrs + used[a]);
    mote_buf_u16(out, n_kinds);
    for (int k = 0; k < MOTE_OP_END; k++) {
        if (!kinds[k])
            continue;
        mote_buf_u16(out, (uint16_t)k);
        save_name(out, mote_op_text((mote_op_kind)k));
    }
    mote_buf_u16(out, n_attrs);
    for (size_t a = 0; a < N_ATTRS; a++) {
        if (!used[a])
            continue;
        mote_buf_u16(out, attrs[a].id);
        save_name(out, attrs[a].name);
    }
}

void mote_graph_save(const mote_graph *g, mote_buf *out)
{
    size_t start = out->len;
    mote_buf_add(out, magic, sizeof magic);
    mote_buf_u32(out, VERSION);
    save_name(out, MOTE_VERSION);
    save_names(g, out);
    mote_buf_u32(out, (uint32_t)g->n_tensors);
    mote_buf_u32(out, (uint32_t)g->n_ops);
    mote_buf_u16(out, (uint16_t)g->n_inputs);
    save_list(out, g->inputs, g->n_inputs);
    mote_buf_u16(out, (uint16_t)g->n_outputs);
    save_list(out, g->outputs, g->n_outputs);
    for (int32_t i = 0; i < g->n_tensors; i++)
        save_tensor(&g->tensors[i], out);
    for (int32_t i = 0; i < g->n_ops; i++)
        save_op(&g->ops[i], out);
    if (out->status == MOTE_OK)
        mote_buf_u32(out, mote_crc32(0, out->data + start, out->len - start));
}

/* ---- loading ---------------------------------------------------------------------------- */

mote_status mote_graph_truncated(mote_err *err)
{
    return mote_fail(err, MOTE_PARSE, "graph: the bytes end too early");
}

/* A name of 1 to 47 printable bytes; PARSE otherwise. */
static mote_status load_name(mote_reader *r, const char *what, char name[MOTE_NAME_BYTES],
                             mote_err *err)
{
    memset(name, 0, MOTE_NAME_BYTES);
    size_t n = mote_read_u8(r);
    const uint8_t *p = mote_read_bytes(r, n);
    if (!p)
        return mote_graph_truncated(err);
    if (n == 0 || n >= MOTE_NAME_BYTES)
        return mote_fail(err, MOTE_PARSE, "graph: %s has a name of %zu bytes", what, n);
    memcpy(name, p, n);
    if (strlen(name) != n)
        return mote_fail(err, MOTE_PARSE, "graph: %s has a 0 in its name", what);
    return MOTE_OK;
}

static mote_status load_constant(mote_reader *r, mote_graph *g, const mote_tensor_spec *s,
                                 int32_t *id, mote_err *err)
{
    size_t n = (size_t)mote_dims_elements(s->n_dims, s->dims) * mote_dtype_bytes(s->dtype);
    const uint8_t *values = mote_read_bytes(r, n); /* before memory is taken for them */
    if (!values)
        return mote_graph_truncated(err);
    for (size_t i = 0; s->dtype == MOTE_BOOL && i < n; i++)
        if (values[i] > 1)
            return mote_fail(err, MOTE_PARSE, "graph: '%s' holds %d, which is no bool", s->name,
                             values[i]);
    MOTE_TRY(mote_graph_add_const(g, s, id, err));
    memcpy(g->tensors[*id].data, values, n);
    return MOTE_OK;
}

mote_status mote_graph_load_tensor(mote_reader *r, mote_graph *g, int32_t max_dims,
                                   mote_dtype max_dtype, mote_err *err)
{
    char name[MOTE_NAME_BYTES];
    MOTE_TRY(load_name(r, "a tensor", name, err));
    uint8_t role = mote_read_u8(r), dtype = mote_read_u8(r), n_dims = mote_read_u8(r),
            is_trained = mote_read_u8(r);
    if (role > MOTE_ROLE_CONST || dtype < MOTE_F32 || dtype > (uint8_t)max_dtype || n_dims < 1 ||
        n_dims > max_dims || is_trained > 1)
        return r->failed
                   ? mote_graph_truncated(err)
                   : mote_fail(err, MOTE_PARSE, "graph: tensor %d is malformed", g->n_tensors);
    mote_tensor_spec s = {.name = name, .dtype = (mote_dtype)dtype, .n_dims = n_dims};
    for (int32_t i = 0; i < n_dims; i++)
        s.dims[i] = mote_read_i32(r);
    mote_quant q = {0}; /* one statement each: the order of initialisers is open */
    q.n_scales = mote_read_i32(r);
    q.axis = mote_read_i32(r);
    q.zero_point = mote_read_i32(r);
    if (r->failed || q.n_scales < 0 || (size_t)q.n_scales > mote_reader_left(r) / sizeof(float))
        return mote_graph_truncated(err);
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

    int32_t id = 0;
    if (role == MOTE_ROLE_CONST)
        MOTE_TRY(load_constant(r, g, &s, &id, err));
    else
        MOTE_TRY(mote_graph_add_tensor(g, &s, (mote_tensor_role)role, &id, err));
    g->tensors[id].is_trained = is_trained == 1;
    return MOTE_OK;
}

mote_status mote_graph_check_counts(const mote_reader *r, uint32_t n_tensors, uint32_t n_ops,
                                    size_t op_bytes, mote_err *err)
{
    /* The least a tensor or an operator takes bounds their numbers by the bytes that are here. */
    if (r->failed || n_tensors > mote_reader_left(r) / 20 || n_ops > mote_reader_left(r) / op_bytes)
        return mote_graph_truncated(err);
    if (n_tensors > MOTE_MAX_GRAPH_PARTS || n_ops > MOTE_MAX_GRAPH_PARTS)
        return mote_fail(err, MOTE_LIMIT, "graph: at most %d tensors and operators are possible",
                         MOTE_MAX_GRAPH_PARTS);
    return MOTE_OK;
}

/* Names that ids must have here; what is unknown or means something else is refused by its name
 * and that of the program that wrote it. */
typedef struct {
    const char *writer;
    bool kinds[MOTE_OP_END];
    bool attrs[N_ATTRS];
    bool kinds_seen[MOTE_OP_END], attrs_seen[N_ATTRS]; /* in operators */
} names;

static mote_status unknown(const names *n, const char *what, const char *name, unsigned id,
                           mote_err *err)
{
    return mote_fail(err, MOTE_UNSUPPORTED,
                     "graph: made by mote %s; its %s '%s' (%u) is not known to this mote %s",
                     n->writer, what, name, id, MOTE_VERSION);
}

static size_t find_attr(unsigned id)
{
    size_t i = 0;
    while (i < N_ATTRS && attrs[i].id != id)
        i++;
    return i;
}

static mote_status load_names(mote_reader *r, names *n, mote_err *err)
{
    char name[MOTE_NAME_BYTES];
    for (int table = 0; table < 2; table++) {
        unsigned count = mote_read_u16(r), last = 0;
        for (unsigned i = 0; i < count; i++) {
            unsigned id = mote_read_u16(r);
            MOTE_TRY(load_name(r, table ? "an attribute" : "an operator", name, err));
            if (id <= last)
                return mote_fail(err, MOTE_PARSE, "graph: the names are not in order");
            last = id;
            size_t row = table ? find_attr(id) : id;
            bool known = table ? row < N_ATTRS && mote_str_eq(name, attrs[row].name)
                               : mote_op_find((mote_op_kind)id) != NULL &&
                                     mote_str_eq(name, mote_op_text((mote_op_kind)id));
            if (!known)
                return unknown(n, table ? "attribute" : "operator", name, id, err);
            (table ? n->attrs : n->kinds)[row] = true;
        }
    }
    return r->failed ? mote_graph_truncated(err) : MOTE_OK;
}

static mote_status load_attrs(mote_reader *r, names *n, unsigned count, mote_op_attrs *out,
                              mote_err *err)
{
    unsigned last = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned id = mote_read_u16(r);
        uint32_t bits = mote_read_u32(r);
        size_t row = find_attr(id);
        if (r->failed)
            return mote_graph_truncated(err);
        if (row == N_ATTRS || !n->attrs[row] || id <= last || bits == 0)
            return mote_fail(err, MOTE_PARSE,
                             "graph: attribute %u is out of order, 0, or not in "
                             "the table of names",
                             id);
        if (attrs[row].type == ATTR_ENUM && bits >= attrs[row].range)
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "graph: made by mote %s; value %u of attribute '%s' is not known to "
                             "this mote %s",
                             n->writer, bits, attrs[row].name, MOTE_VERSION);
        last = id;
        n->attrs_seen[row] = true;
        attr_set(out, row, bits);
    }
    return MOTE_OK;
}

mote_status mote_graph_check_attrs(const mote_op *op, mote_err *err)
{
    for (size_t i = 0; i < N_ATTRS; i++) {
        const uint32_t bits = attr_get(&op->attrs, i);
        if (attrs[i].type == ATTR_ENUM && bits >= attrs[i].range)
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "%s: value %u of attribute '%s' is not known to this mote %s",
                             mote_op_text(op->kind), bits, attrs[i].name, MOTE_VERSION);
    }
    return MOTE_OK;
}

static mote_status load_list(mote_reader *r, int32_t *ids, unsigned n, mote_err *err)
{
    if (n > MOTE_MAX_OP_LIST)
        return mote_fail(err, MOTE_LIMIT, "graph: a list of %u tensors, at most %d are possible", n,
                         MOTE_MAX_OP_LIST);
    for (unsigned i = 0; i < n; i++)
        ids[i] = mote_read_i32(r);
    return r->failed ? mote_graph_truncated(err) : MOTE_OK;
}

static mote_status load_op(mote_reader *r, names *n, mote_graph *g, mote_err *err)
{
    int32_t in[MOTE_MAX_OP_LIST], out[MOTE_MAX_OP_LIST];
    mote_op op = {.inputs = in, .outputs = out};
    unsigned kind = mote_read_u16(r), n_in = mote_read_u16(r), n_out = mote_read_u16(r),
             n_attrs = mote_read_u16(r);
    if (r->failed)
        return mote_graph_truncated(err);
    if (kind >= MOTE_OP_END || !n->kinds[kind])
        return mote_fail(err, MOTE_PARSE, "graph: operator %u is not in the table of names", kind);
    n->kinds_seen[kind] = true;
    op.kind = (mote_op_kind)kind;
    MOTE_TRY(load_list(r, in, n_in, err));
    MOTE_TRY(load_list(r, out, n_out, err));
    MOTE_TRY(load_attrs(r, n, n_attrs, &op.attrs, err));
    op.n_inputs = (int32_t)n_in;
    op.n_outputs = (int32_t)n_out;
    return mote_graph_append(g, &op, err);
}

static mote_status load_body(mote_reader *r, const char *writer, mote_graph *g, mote_err *err)
{
    names n = {.writer = writer};
    MOTE_TRY(load_names(r, &n, err));
    uint32_t n_tensors = mote_read_u32(r), n_ops = mote_read_u32(r);
    int32_t in[MOTE_MAX_OP_LIST], out[MOTE_MAX_OP_LIST];
    unsigned n_in = mote_read_u16(r);
    MOTE_TRY(load_list(r, in, n_in, err));
    unsigned n_out = mote_read_u16(r);
    MOTE_TRY(load_list(r, out, n_out, err));
    MOTE_TRY(mote_graph_check_counts(r, n_tensors, n_ops, 8, err));
    for (uint32_t i = 0; i < n_tensors; i++)
        MOTE_TRY(mote_graph_load_tensor(r, g, MOTE_MAX_DIMS, MOTE_BOOL, err));
    for (uint32_t i = 0; i < n_ops; i++)
        MOTE_TRY(load_op(r, &n, g, err));
    if (memcmp(n.kinds, n.kinds_seen, sizeof n.kinds) != 0 ||
        memcmp(n.attrs, n.attrs_seen, sizeof n.attrs) != 0)
        return mote_fail(err, MOTE_PARSE, "graph: the table of names has one that nothing uses");
    return mote_graph_set_ends(g, in, (int32_t)n_in, out, (int32_t)n_out, err);
}

mote_status mote_graph_set_ends(mote_graph *g, const int32_t *in, int32_t n_in, const int32_t *out,
                                int32_t n_out, mote_err *err)
{
    MOTE_TRY(mote_graph_keep_list(g, in, n_in, &g->inputs, err));
    g->n_inputs = n_in;
    MOTE_TRY(mote_graph_keep_list(g, out, n_out, &g->outputs, err));
    g->n_outputs = n_out;
    return MOTE_OK;
}

/* What every version has: magic, version, and from 2 on the program that wrote it. */
static mote_status load_version(mote_reader *r, mote_graph *g, mote_err *err)
{
    char writer[MOTE_NAME_BYTES];
    uint32_t version = mote_read_u32(r);
    if (version == 1)
        return mote_graph_load_v1(r, g, err);
    MOTE_TRY(load_name(r, "the program that wrote it", writer, err));
    if (version != VERSION)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "graph: made by mote %s in format version %u; this mote %s reads versions "
                         "1 to %u",
                         writer, version, MOTE_VERSION, VERSION);
    return load_body(r, writer, g, err);
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
    mote_graph *g = NULL;
    MOTE_TRY(mote_graph_create(0, &g, err));
    mote_status st = load_version(&r, g, err);
    if (st == MOTE_OK && mote_reader_left(&r) != 0)
        st = mote_fail(err, MOTE_PARSE, "graph: %zu bytes behind its end", mote_reader_left(&r));
    if (st == MOTE_OK)
        st = mote_graph_validate(g, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(g);
        return st;
    }
    *out = g;
    return MOTE_OK;
}
