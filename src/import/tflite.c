/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of .tflite models, int8 and float32. The numbers of fields below are those of TensorFlow
 * Lite's schema.fbs, version 3; docs/formats/tflite.md lists the part of it that is used. */
#include "import/tflite.h"

#include <string.h>

#include "graph/op.h"
#include "import/flat.h"

#define MAX_TENSORS 100000

enum { TYPE_F32 = 0, TYPE_I32 = 2, TYPE_I8 = 9 };

typedef struct {
    mote_flat f;
    mote_graph *g;
    size_t model, subgraph;
    mote_flat_vector codes, buffers, tensors, operators;
    int32_t *ids;        /* graph tensor of each file tensor, -1: not yet there */
    int32_t (*zeros)[4]; /* of each file tensor: rows above, below, columns left, right of it that a
                          * PAD has put there: ids is what it padded */
    mote_arena scratch;
} reader;

static mote_status damaged(mote_err *err)
{
    return mote_fail(err, MOTE_PARSE, "the .tflite file is damaged or cut off");
}

const mote_tflite_row mote_tflite_rows[] = {
#define TFLITE(code, kind, name, version, options_type, options)                                   \
    {code, MOTE_OP_##kind, name, version, options_type, MOTE_TFLITE_##options},
#include "import/tflite_ops.def"
#undef TFLITE
};
const size_t mote_n_tflite_rows = sizeof mote_tflite_rows / sizeof mote_tflite_rows[0];

static const mote_tflite_row *find_op(int32_t code)
{
    for (size_t i = 0; i < mote_n_tflite_rows; i++)
        if (mote_tflite_rows[i].code == code)
            return &mote_tflite_rows[i];
    return NULL;
}

/* A tensor of the file. */
typedef struct {
    mote_tensor_spec spec;
    mote_quant quant;
    char name[MOTE_NAME_BYTES];
    mote_flat_vector data; /* count 0: not a constant */
} file_tensor;

static void read_name(reader *r, size_t table, file_tensor *out)
{
    mote_flat_vector v = mote_flat_vec(&r->f, table, 3, 1);
    size_t n = v.count < sizeof out->name - 1 ? v.count : sizeof out->name - 1;
    /* Long names are paths of layers: the end tells them apart. */
    if (v.count > 0)
        memcpy(out->name, r->f.data + v.at + (v.count - n), n);
    out->name[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (out->name[i] < 0x20 || out->name[i] > 0x7e)
            out->name[i] = '_';
}

static mote_status read_quant(reader *r, size_t table, file_tensor *out, mote_err *err)
{
    size_t q = mote_flat_table(&r->f, table, 4);
    mote_flat_vector scales = mote_flat_vec(&r->f, q, 2, 4);
    mote_flat_vector zeros = mote_flat_vec(&r->f, q, 3, 8);
    if (scales.count == 0)
        return r->f.damaged ? damaged(err) : MOTE_OK;
    float *values;
    MOTE_TRY(mote_arena_take(&r->scratch, scales.count, sizeof *values, &values, err));
    for (size_t i = 0; i < scales.count; i++)
        values[i] = mote_flat_vec_f32(&r->f, scales, i);
    out->quant.scales = values;
    out->quant.n_scales = (int32_t)scales.count;
    /* Converters leave the axis of the weights in the bias, which has just one. */
    out->quant.axis = out->spec.n_dims == 1 ? 0 : mote_flat_i32(&r->f, q, 6, 0);
    for (size_t i = 0; i < zeros.count; i++) {
        int64_t zero = mote_flat_vec_i64(&r->f, zeros, i);
        if (zero < -128 || zero > 127 || (zero != 0 && scales.count > 1))
            return mote_fail(err, MOTE_UNSUPPORTED, "tensor '%s' has zero point %lld", out->name,
                             (long long)zero);
        out->quant.zero_point = (int32_t)zero;
    }
    out->spec.quant = &out->quant;
    return r->f.damaged ? damaged(err) : MOTE_OK;
}

static mote_status read_tensor(reader *r, int32_t index, file_tensor *out, mote_err *err)
{
    memset(out, 0, sizeof *out);
    size_t table = mote_flat_vec_table(&r->f, r->tensors, (size_t)index);
    read_name(r, table, out);
    out->spec.name = out->name;
    switch (mote_flat_u8(&r->f, table, 1, TYPE_F32)) {
    case TYPE_F32:
        out->spec.dtype = MOTE_F32;
        break;
    case TYPE_I32:
        out->spec.dtype = MOTE_I32;
        break;
    case TYPE_I8:
        out->spec.dtype = MOTE_I8;
        break;
    default:
        return mote_fail(err, MOTE_UNSUPPORTED, "tensor '%s' is neither int8, int32 nor float32",
                         out->name);
    }
    mote_flat_vector shape = mote_flat_vec(&r->f, table, 0, 4);
    if (shape.count > MOTE_MAX_DIMS)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "tensor '%s' has %zu dimensions, at most %d are "
                         "supported",
                         out->name, shape.count, MOTE_MAX_DIMS);
    out->spec.n_dims = (int32_t)shape.count;
    for (size_t i = 0; i < shape.count; i++)
        out->spec.dims[i] = mote_flat_vec_i32(&r->f, shape, i);
    uint32_t buffer = (uint32_t)mote_flat_i32(&r->f, table, 2, 0);
    if (buffer >= r->buffers.count)
        return buffer == 0 && !r->f.damaged ? MOTE_OK : damaged(err);
    out->data = mote_flat_vec(&r->f, mote_flat_vec_table(&r->f, r->buffers, buffer), 0, 1);
    if (r->f.damaged)
        return damaged(err);
    return read_quant(r, table, out, err);
}

/* int8 weights in a network of float32 ("dynamic range"): what they stand for. */
static mote_status add_widened(reader *r, const file_tensor *t, int32_t *id, mote_err *err)
{
    const mote_quant *q = &t->quant;
    mote_tensor_spec spec = t->spec;
    spec.dtype = MOTE_F32;
    spec.quant = NULL;
    MOTE_TRY(mote_graph_add_const(r->g, &spec, id, err));
    mote_tensor *c = &r->g->tensors[*id];
    const int64_t n = mote_tensor_elements(c);
    if (t->data.count != (size_t)n)
        return mote_fail(err, MOTE_PARSE, "tensor '%s' stores %zu bytes, its shape needs %lld",
                         t->name, t->data.count, (long long)n);
    int64_t inner = n; /* that a scale holds for, one behind the other */
    if (q->n_scales > 1) {
        if (q->axis < 0 || q->axis >= c->n_dims || q->n_scales != c->dims[q->axis])
            return damaged(err);
        inner = 1;
        for (int32_t d = q->axis + 1; d < c->n_dims; d++)
            inner *= c->dims[d];
    }
    const int8_t *values = (const int8_t *)(r->f.data + t->data.at);
    for (int64_t i = 0; i < n; i++)
        ((float *)c->data)[i] =
            q->scales[i / inner % q->n_scales] * (float)(values[i] - q->zero_point);
    return MOTE_OK;
}

static mote_status add_constant(reader *r, const file_tensor *t, int32_t *id, mote_err *err)
{
    if (t->spec.dtype == MOTE_I8 && t->quant.n_scales > 0 &&
        r->g->tensors[r->g->inputs[0]].dtype == MOTE_F32)
        return add_widened(r, t, id, err);
    MOTE_TRY(mote_graph_add_const(r->g, &t->spec, id, err));
    mote_tensor *c = &r->g->tensors[*id];
    if (t->data.count != mote_tensor_bytes(c))
        return mote_fail(err, MOTE_PARSE, "tensor '%s' stores %zu bytes, its shape needs %zu",
                         t->name, t->data.count, mote_tensor_bytes(c));
    memcpy(c->data, r->f.data + t->data.at, t->data.count);
    return MOTE_OK;
}

/* The graph's tensor for file tensor `index`: made by an earlier operator, or a constant. */
static mote_status get_tensor(reader *r, int32_t index, int32_t *id, mote_err *err)
{
    if (index < 0 || (size_t)index >= r->tensors.count)
        return damaged(err);
    if (r->ids[index] < 0) {
        file_tensor t;
        MOTE_TRY(read_tensor(r, index, &t, err));
        if (t.data.count == 0)
            return mote_fail(err, MOTE_PARSE, "tensor '%s' is read before it is computed", t.name);
        MOTE_TRY(add_constant(r, &t, &r->ids[index], err));
    }
    *id = r->ids[index];
    return MOTE_OK;
}

/* A bias of zeros for a layer stored without one. */
static mote_status add_zero_bias(reader *r, const int32_t *inputs, bool channel_last, int32_t *id,
                                 mote_err *err)
{
    const mote_tensor *in = &r->g->tensors[inputs[0]], *w = &r->g->tensors[inputs[1]];
    float *scales;
    mote_quant q = {.n_scales = w->quant.n_scales};
    const mote_dtype dtype = in->dtype == MOTE_F32 ? MOTE_F32 : MOTE_I32;
    MOTE_TRY(mote_arena_take(&r->scratch, (size_t)q.n_scales + 1, sizeof *scales, &scales, err));
    for (int32_t i = 0; i < q.n_scales && in->quant.n_scales == 1; i++)
        scales[i] = w->quant.scales[i] * in->quant.scales[0];
    q.scales = scales;
    mote_tensor_spec spec = {
        .name = "zero_bias", .dtype = dtype, .n_dims = 1, .quant = q.n_scales > 0 ? &q : NULL};
    spec.dims[0] = w->n_dims > 0 ? w->dims[channel_last ? w->n_dims - 1 : 0] : 0;
    return mote_graph_add_const(r->g, &spec, id, err);
}

typedef struct {
    size_t table;   /* of the operator */
    size_t options; /* its builtin options, 0: none */
    int32_t index;
    const mote_tflite_row *row;
} file_op;

static mote_status refuse(const file_op *op, const char *why, mote_err *err)
{
    return mote_fail(err, MOTE_UNSUPPORTED, "operator %d (%s): %s", (int)op->index, op->row->name,
                     why);
}

static mote_status read_activation(reader *r, const file_op *op, int field, mote_activation *out,
                                   mote_err *err)
{
    switch (mote_flat_u8(&r->f, op->options, field, 0)) {
    case 0:
        *out = MOTE_ACT_NONE;
        return MOTE_OK;
    case 1:
        *out = MOTE_ACT_RELU;
        return MOTE_OK;
    case 3:
        *out = MOTE_ACT_RELU6;
        return MOTE_OK;
    default:
        return refuse(op, "its fused activation is none of NONE, RELU, RELU6", err);
    }
}

/* Padding and strides; with dilation in the two fields from `dilation` (0: it has none). */
static void read_spatial(reader *r, const file_op *op, int dilation, mote_op_attrs *a)
{
    mote_flat *f = &r->f;
    size_t o = op->options;
    a->padding = mote_flat_u8(f, o, 0, 0) == 0 ? MOTE_PAD_SAME : MOTE_PAD_VALID;
    a->stride_w = mote_flat_i32(f, o, 1, 0);
    a->stride_h = mote_flat_i32(f, o, 2, 0);
    const int32_t w = dilation ? mote_flat_i32(f, o, dilation, 1) : 1;
    const int32_t h = dilation ? mote_flat_i32(f, o, dilation + 1, 1) : 1;
    a->dilation_w = w == 1 ? 0 : w; /* 1 is what there is without an attribute */
    a->dilation_h = h == 1 ? 0 : h;
}

static mote_status read_none(reader *r, const file_op *op, mote_op_attrs *a, mote_err *err)
{
    (void)r, (void)op, (void)a, (void)err;
    return MOTE_OK;
}

static mote_status read_conv(reader *r, const file_op *op, mote_op_attrs *a, mote_err *err)
{
    read_spatial(r, op, 4, a);
    if (a->dilation_h || a->dilation_w)
        return refuse(op, "dilation is supported of DEPTHWISE_CONV_2D alone", err);
    return read_activation(r, op, 3, &a->activation, err);
}

static mote_status read_depthwise(reader *r, const file_op *op, mote_op_attrs *a, mote_err *err)
{
    read_spatial(r, op, 5, a);
    return read_activation(r, op, 4, &a->activation, err);
}

static mote_status read_pool(reader *r, const file_op *op, mote_op_attrs *a, mote_err *err)
{
    read_spatial(r, op, 0, a);
    a->window_w = mote_flat_i32(&r->f, op->options, 3, 0);
    a->window_h = mote_flat_i32(&r->f, op->options, 4, 0);
    if (mote_flat_u8(&r->f, op->options, 5, 0) != 0)
        return refuse(op, "a fused activation of a pool is not supported", err);
    return MOTE_OK;
}

static mote_status read_fused(reader *r, const file_op *op, mote_op_attrs *a, mote_err *err)
{
    return read_activation(r, op, 0, &a->activation, err);
}

static mote_status read_dense(reader *r, const file_op *op, mote_op_attrs *a, mote_err *err)
{
    if (mote_flat_u8(&r->f, op->options, 1, 0) != 0)
        return refuse(op, "shuffled weights are not supported", err);
    return read_fused(r, op, a, err);
}

static mote_status read_softmax(reader *r, const file_op *op, mote_op_attrs *a, mote_err *err)
{
    (void)a;
    float beta = mote_flat_f32(&r->f, op->options, 0, 0);
    if (!(beta >= 1.0f && beta <= 1.0f))
        return refuse(op, "beta must be 1", err);
    return MOTE_OK;
}

static mote_status read_slope(reader *r, const file_op *op, mote_op_attrs *a, mote_err *err)
{
    (void)err;
    a->bound = mote_flat_f32(&r->f, op->options, 0, 0);
    return MOTE_OK;
}

/* The second input, a constant of n numbers of a type, of four bytes each: to [n]. */
static mote_status second_input(reader *r, const file_op *op, mote_dtype dtype, size_t n, void *to,
                                mote_err *err)
{
    mote_flat_vector v = mote_flat_vec(&r->f, op->table, 1, 4);
    const int32_t index = v.count < 2 ? -1 : mote_flat_vec_i32(&r->f, v, 1);
    file_tensor t;
    if (r->f.damaged || index < 0 || (size_t)index >= r->tensors.count)
        return damaged(err);
    MOTE_TRY(read_tensor(r, index, &t, err));
    if (t.spec.dtype != dtype || t.data.count != 4 * n)
        return refuse(op,
                      n == 1 ? "its second input must be one constant number"
                             : "its second input must be constant and say four dimensions",
                      err);
    memcpy(to, r->f.data + t.data.at, t.data.count);
    return MOTE_OK;
}

static mote_status read_bound(reader *r, const file_op *op, mote_op_attrs *a, mote_err *err)
{
    return second_input(r, op, MOTE_F32, 1, &a->bound, err);
}

static mote_status (*const readers[MOTE_N_TFLITE_OPTIONS])(reader *, const file_op *,
                                                           mote_op_attrs *, mote_err *) = {
    [MOTE_TFLITE_NONE] = read_none,
    [MOTE_TFLITE_CONV] = read_conv,
    [MOTE_TFLITE_DEPTHWISE] = read_depthwise,
    [MOTE_TFLITE_POOL] = read_pool,
    [MOTE_TFLITE_DENSE] = read_dense,
    [MOTE_TFLITE_ACTIVATION] = read_fused,
    [MOTE_TFLITE_SOFTMAX] = read_softmax,
    [MOTE_TFLITE_RESHAPE] = read_none,
    [MOTE_TFLITE_SLOPE] = read_slope,
    [MOTE_TFLITE_BOUND] = read_bound,
    [MOTE_TFLITE_PAD] = read_none,
};

/* Of a pair the one that is repeated comes second: which of two is first means nothing to them. */
static void order_pair(const reader *r, int32_t *inputs)
{
    const mote_tensor *a = &r->g->tensors[inputs[0]], *b = &r->g->tensors[inputs[1]];
    if (mote_tensor_elements(a) >= mote_tensor_elements(b))
        return;
    const int32_t first = inputs[0];
    inputs[0] = inputs[1];
    inputs[1] = first;
}

/* Has a PAD put something around a tensor of the file? */
static bool is_padded(const reader *r, int32_t index)
{
    static const int32_t none[4] = {0};
    return memcmp(r->zeros[index], none, sizeof none) != 0;
}

/* What a PAD has put around an input becomes an attribute of the convolution that reads it. */
static mote_status take_zeros(reader *r, const file_op *op, int32_t index, mote_op_attrs *attrs,
                              mote_err *err)
{
    const int32_t *zeros = r->zeros[index];
    if (!is_padded(r, index))
        return MOTE_OK;
    if (op->row->options != MOTE_TFLITE_CONV && op->row->options != MOTE_TFLITE_DEPTHWISE)
        return refuse(op, "reads what a PAD gives: that is supported of convolutions", err);
    attrs->top = zeros[0];
    attrs->bottom = zeros[1];
    attrs->left = zeros[2];
    attrs->right = zeros[3];
    return MOTE_OK;
}

/* The activations, weights and bias that our operator of this kind takes. */
static mote_status read_inputs(reader *r, const file_op *op, int32_t *inputs, mote_op_attrs *attrs,
                               mote_err *err)
{
    mote_flat_vector v = mote_flat_vec(&r->f, op->table, 1, 4);
    const mote_op_class *c = mote_op_find(op->row->kind);
    bool has_weights = c->flags & MOTE_OP_WEIGHTED;
    size_t needed = (size_t)c->n_activations + has_weights;
    if (r->f.damaged || v.count < needed)
        return damaged(err);
    for (size_t i = 0; i < needed; i++) {
        const int32_t index = mote_flat_vec_i32(&r->f, v, i);
        MOTE_TRY(get_tensor(r, index, &inputs[i], err));
        MOTE_TRY(take_zeros(r, op, index, attrs, err));
    }
    if (op->row->options == MOTE_TFLITE_ACTIVATION)
        order_pair(r, inputs);
    if (!has_weights)
        return MOTE_OK;
    if (v.count < 3 || mote_flat_vec_i32(&r->f, v, 2) < 0)
        return add_zero_bias(r, inputs, c->flags & MOTE_OP_CHANNEL_LAST, &inputs[2], err);
    return get_tensor(r, mote_flat_vec_i32(&r->f, v, 2), &inputs[2], err);
}

static mote_status find_row(reader *r, file_op *op, mote_err *err)
{
    uint32_t code_index = (uint32_t)mote_flat_i32(&r->f, op->table, 0, 0);
    if (r->f.damaged || code_index >= r->codes.count)
        return damaged(err);
    size_t code_table = mote_flat_vec_table(&r->f, r->codes, code_index);
    int32_t code = mote_flat_i32(&r->f, code_table, 3, 0);
    int32_t old_code = mote_flat_u8(&r->f, code_table, 0, 0);
    if (r->f.damaged)
        return damaged(err);
    code = old_code > code ? old_code : code;
    op->row = find_op(code);
    if (op->row == NULL)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "operator %d: TensorFlow Lite builtin operator %d "
                         "is not supported",
                         (int)op->index, (int)code);
    if (op->row->options == MOTE_TFLITE_PAD)
        return MOTE_OK;
    if (!mote_op_find(op->row->kind))
        return refuse(op, "is not supported", err);
    if (op->row->version == 0 && r->g->tensors[r->g->inputs[0]].dtype != MOTE_F32)
        return refuse(op, "is supported in float32 networks alone", err);
    return MOTE_OK;
}

/* The one output of an operator, which nothing has given yet. */
static mote_status output_of(reader *r, const file_op *op, int32_t *out, mote_err *err)
{
    mote_flat_vector outputs = mote_flat_vec(&r->f, op->table, 2, 4);
    if (r->f.damaged || outputs.count != 1)
        return damaged(err);
    *out = mote_flat_vec_i32(&r->f, outputs, 0);
    if (*out < 0 || (size_t)*out >= r->tensors.count || r->ids[*out] >= 0)
        return damaged(err);
    return MOTE_OK;
}

/* Its output is its input, and what is around that is kept for who reads it. */
static mote_status add_pad(reader *r, const file_op *op, mote_err *err)
{
    mote_flat_vector v = mote_flat_vec(&r->f, op->table, 1, 4);
    int32_t pads[4][2] = {{0}}, output = -1; /* before and behind n, h, w, c */
    MOTE_TRY(output_of(r, op, &output, err));
    MOTE_TRY(second_input(r, op, MOTE_I32, 8, pads, err));
    const int32_t index = mote_flat_vec_i32(&r->f, v, 0);
    MOTE_TRY(get_tensor(r, index, &r->ids[output], err));
    if (pads[0][0] != 0 || pads[0][1] != 0 || pads[3][0] != 0 || pads[3][1] != 0 ||
        is_padded(r, index))
        return refuse(op, "only rows and columns can be padded, once", err);
    memcpy(r->zeros[output], pads[1], sizeof pads[1]);
    memcpy(r->zeros[output] + 2, pads[2], sizeof pads[2]);
    return MOTE_OK;
}

static mote_status add_operator(reader *r, int32_t index, mote_err *err)
{
    file_op op = {.index = index};
    op.table = mote_flat_vec_table(&r->f, r->operators, (size_t)index);
    MOTE_TRY(find_row(r, &op, err));
    if (op.row->options == MOTE_TFLITE_PAD)
        return add_pad(r, &op, err);
    op.options = mote_flat_table(&r->f, op.table, 4);
    mote_op_attrs attrs = {.stride_h = 1, .stride_w = 1};
    MOTE_TRY(readers[op.row->options](r, &op, &attrs, err));
    int32_t inputs[MOTE_MAX_OP_LIST] = {0};
    MOTE_TRY(read_inputs(r, &op, inputs, &attrs, err));
    int32_t output = -1;
    MOTE_TRY(output_of(r, &op, &output, err));
    file_tensor t;
    MOTE_TRY(read_tensor(r, output, &t, err));
    /* Ours flattens to [1, oc]; TensorFlow Lite may write the same values in another shape. */
    if (op.row->options == MOTE_TFLITE_DENSE && t.spec.n_dims != 2)
        return refuse(&op, "its output must have two dimensions", err);
    return mote_graph_add_op(r->g, &(mote_op_spec){op.row->kind, &attrs, inputs, &t.spec},
                             &r->ids[output], err);
}

bool mote_is_tflite(const void *bytes, size_t n)
{
    return n >= 8 && memcmp((const char *)bytes + 4, "TFL3", 4) == 0;
}

static mote_status open_file(reader *r, const uint8_t *bytes, size_t n, mote_err *err)
{
    r->f = (mote_flat){bytes, n, false};
    if (!mote_is_tflite(bytes, n))
        return mote_fail(err, MOTE_PARSE, "not a TensorFlow Lite model: 'TFL3' is missing");
    r->model = mote_flat_root(&r->f);
    r->codes = mote_flat_vec(&r->f, r->model, 1, 4);
    r->buffers = mote_flat_vec(&r->f, r->model, 4, 4);
    mote_flat_vector subgraphs = mote_flat_vec(&r->f, r->model, 2, 4);
    if (r->f.damaged)
        return damaged(err);
    if (subgraphs.count != 1)
        return mote_fail(err, MOTE_UNSUPPORTED, "the model has %zu subgraphs, 1 is supported",
                         subgraphs.count);
    r->subgraph = mote_flat_vec_table(&r->f, subgraphs, 0);
    r->tensors = mote_flat_vec(&r->f, r->subgraph, 0, 4);
    r->operators = mote_flat_vec(&r->f, r->subgraph, 3, 4);
    if (r->f.damaged)
        return damaged(err);
    if (r->tensors.count > MAX_TENSORS || r->operators.count > MAX_TENSORS)
        return mote_fail(err, MOTE_LIMIT, "the model has more than %d tensors or operators",
                         MAX_TENSORS);
    return MOTE_OK;
}

/* The one input or output of the subgraph. */
static mote_status only_one(reader *r, int field, const char *what, int32_t *index, mote_err *err)
{
    mote_flat_vector v = mote_flat_vec(&r->f, r->subgraph, field, 4);
    if (r->f.damaged)
        return damaged(err);
    if (v.count != 1)
        return mote_fail(err, MOTE_UNSUPPORTED, "the model has %zu %s, 1 is supported", v.count,
                         what);
    *index = mote_flat_vec_i32(&r->f, v, 0);
    if (*index < 0 || (size_t)*index >= r->tensors.count)
        return damaged(err);
    return MOTE_OK;
}

static mote_status read_graph(reader *r, mote_err *err)
{
    int32_t input, output;
    file_tensor t;
    MOTE_TRY(mote_arena_take(&r->scratch, r->tensors.count, sizeof *r->ids, &r->ids, err));
    MOTE_TRY(mote_arena_take(&r->scratch, r->tensors.count, sizeof *r->zeros, &r->zeros, err));
    for (size_t i = 0; i < r->tensors.count; i++)
        r->ids[i] = -1;
    MOTE_TRY(only_one(r, 1, "inputs", &input, err));
    MOTE_TRY(only_one(r, 2, "outputs", &output, err));
    MOTE_TRY(read_tensor(r, input, &t, err));
    if (t.spec.dtype != MOTE_I8 && t.spec.dtype != MOTE_F32)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "the model's input '%s' is neither int8 nor float32", t.name);
    MOTE_TRY(mote_graph_add_input(r->g, &t.spec, &r->ids[input], err));
    for (size_t i = 0; i < r->operators.count; i++)
        MOTE_TRY(add_operator(r, (int32_t)i, err));
    if (r->operators.count == 0 || r->ids[output] != r->g->outputs[0] || is_padded(r, output))
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "the model's output is not computed by its last "
                         "operator");
    return mote_graph_validate(r->g, err);
}

mote_status mote_import_tflite(const void *bytes, size_t n, mote_graph **out, mote_err *err)
{
    reader r = {0};
    MOTE_TRY(open_file(&r, bytes, n, err));
    mote_arena_init(&r.scratch, (size_t)64 << 20);
    mote_status st = mote_graph_create(0, &r.g, err);
    if (st == MOTE_OK)
        st = read_graph(&r, err);
    mote_arena_release(&r.scratch);
    if (st != MOTE_OK) {
        mote_graph_destroy(r.g);
        return st;
    }
    *out = r.g;
    return MOTE_OK;
}
