/* SPDX-License-Identifier: Apache-2.0 */
/* Writer of .tflite files. The numbers of fields are those of TensorFlow Lite's schema.fbs,
 * version 3. Tensors keep their index; the shape inputs that RESHAPE wants come behind them.
 * Buffer 0 is empty, as the schema asks; constant number i has a buffer of its own.
 * Depends on flat_write.h; see tflite.h. */
#include "compile/tflite.h"

#include "compile/flat_write.h"
#include "import/tflite.h"

enum { TYPE_I32 = 2, TYPE_I8 = 9 };

typedef struct {
    const mote_graph *g;
    mote_buf *b;
    const mote_tflite_row *codes[MOTE_OP_END]; /* operator codes in use */
    int32_t n_codes;
    int32_t n_tensors, n_buffers; /* with the extra ones */
} writer;

/* The row of one of our kinds, NULL: TensorFlow Lite has none. */
static const mote_tflite_row *row_of(mote_op_kind kind)
{
    for (size_t i = 0; i < mote_n_tflite_rows; i++)
        if (mote_tflite_rows[i].kind == kind)
            return &mote_tflite_rows[i];
    return NULL;
}

/* Its place among the codes in use, -1: not yet there. */
static int32_t code_index(const writer *w, const mote_tflite_row *row)
{
    for (int32_t i = 0; i < w->n_codes; i++)
        if (w->codes[i] == row)
            return i;
    return -1;
}

/* Whether the operator takes its output's shape as one more input. */
static bool takes_shape(const mote_op *o)
{
    return row_of(o->kind)->options == MOTE_TFLITE_RESHAPE;
}

static mote_status check(writer *w, mote_err *err)
{
    const mote_graph *g = w->g;
    MOTE_TRY(mote_graph_validate(g, err));
    if (g->n_ops == 0)
        return mote_fail(err, MOTE_ARG, "the graph has no operators");
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].dtype != MOTE_I8 && g->tensors[i].dtype != MOTE_I32)
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "tensor '%s' is %s: a .tflite file is written of int8 alone; a model "
                             "that ships as float32 (compress.max_loss) becomes C by '--format c'",
                             g->tensors[i].name, mote_dtype_name(g->tensors[i].dtype));
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_tflite_row *row = row_of(g->ops[i].kind);
        if (!row || row->version == 0)
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "operator %d (%s) has no counterpart in "
                             "TensorFlow Lite",
                             i, mote_op_text(g->ops[i].kind));
        if (code_index(w, row) < 0)
            w->codes[w->n_codes++] = row;
        w->n_tensors += takes_shape(&g->ops[i]);
    }
    w->n_tensors += g->n_tensors;
    for (int32_t i = 0; i < g->n_tensors; i++)
        w->n_buffers += g->tensors[i].role == MOTE_ROLE_CONST;
    w->n_buffers += 1 + w->n_tensors - g->n_tensors;
    return MOTE_OK;
}

/* Number of the buffer of constant tensor `id`; 0: no data. */
static int32_t buffer_of(const writer *w, int32_t id)
{
    int32_t n = 1;
    if (w->g->tensors[id].role != MOTE_ROLE_CONST)
        return 0;
    for (int32_t i = 0; i < id; i++)
        n += w->g->tensors[i].role == MOTE_ROLE_CONST;
    return n;
}

static size_t write_quant(writer *w, const mote_quant *q)
{
    flat_field f[] = {{.id = 2, .kind = FLAT_REF},
                      {.id = 3, .kind = FLAT_REF},
                      {.id = 6, .kind = FLAT_I32, .value = q->axis}};
    size_t at = flat_table(w->b, f, 3);
    size_t n = (size_t)q->n_scales;
    flat_fill(w->b, f[0].hole, flat_f32s(w->b, q->scales, n));
    flat_fill(w->b, f[1].hole, flat_i64s(w->b, q->zero_point, n));
    return at;
}

static size_t write_tensor(writer *w, const mote_tensor *t, int32_t buffer)
{
    flat_field f[] = {{.id = 0, .kind = FLAT_REF},
                      {.id = 2, .kind = FLAT_I32, .value = buffer},
                      {.id = 3, .kind = FLAT_REF},
                      {.id = 1, .kind = FLAT_U8, .value = t->dtype == MOTE_I8 ? TYPE_I8 : TYPE_I32},
                      {.id = 4, .kind = FLAT_REF}};
    size_t at = flat_table(w->b, f, t->quant.n_scales > 0 ? 5 : 4);
    flat_fill(w->b, f[0].hole, flat_i32s(w->b, t->dims, (size_t)t->n_dims));
    flat_fill(w->b, f[2].hole, flat_string(w->b, t->name));
    if (t->quant.n_scales > 0)
        flat_fill(w->b, f[4].hole, write_quant(w, &t->quant));
    return at;
}

static void write_tensors(writer *w, size_t hole)
{
    const mote_graph *g = w->g;
    size_t element;
    flat_fill(w->b, hole, flat_refs(w->b, (size_t)w->n_tensors, &element));
    for (int32_t i = 0; i < g->n_tensors; i++, element += 4)
        flat_fill(w->b, element, write_tensor(w, &g->tensors[i], buffer_of(w, i)));
    int32_t buffer = w->n_buffers - (w->n_tensors - g->n_tensors);
    for (int32_t i = 0; i < g->n_ops; i++) {
        if (!takes_shape(&g->ops[i]))
            continue;
        mote_tensor shape = {.name = "shape", .dtype = MOTE_I32, .n_dims = 1};
        shape.dims[0] = g->tensors[g->ops[i].outputs[0]].n_dims;
        flat_fill(w->b, element, write_tensor(w, &shape, buffer++));
        element += 4;
    }
}

static int32_t activation_code(mote_activation a)
{
    return a == MOTE_ACT_RELU ? 1 : a == MOTE_ACT_RELU6 ? 3 : 0;
}

static size_t write_none(writer *w, const mote_op *o)
{
    (void)o;
    return flat_table(w->b, NULL, 0);
}

/* Padding and strides, with which the options of CONV_2D, DEPTHWISE_CONV_2D and the pools start. */
static void spatial_fields(const mote_op *o, flat_field f[3])
{
    const mote_op_attrs *a = &o->attrs;
    f[0] = (flat_field){.id = 0, .kind = FLAT_U8, .value = a->padding == MOTE_PAD_SAME ? 0 : 1};
    f[1] = (flat_field){.id = 1, .kind = FLAT_I32, .value = a->stride_w};
    f[2] = (flat_field){.id = 2, .kind = FLAT_I32, .value = a->stride_h};
}

static flat_field activation_field(const mote_op *o, int id)
{
    return (flat_field){.id = id, .kind = FLAT_U8, .value = activation_code(o->attrs.activation)};
}

static size_t write_conv(writer *w, const mote_op *o)
{
    flat_field f[4];
    spatial_fields(o, f);
    f[3] = activation_field(o, 3);
    return flat_table(w->b, f, 4);
}

static size_t write_depthwise(writer *w, const mote_op *o)
{
    const mote_op_attrs *a = &o->attrs;
    flat_field f[7];
    spatial_fields(o, f);
    f[3] = activation_field(o, 4);
    f[4] = (flat_field){.id = 3, .kind = FLAT_I32, .value = 1}; /* channel multiplier */
    if (a->dilation_h <= 1 && a->dilation_w <= 1)
        return flat_table(w->b, f, 5);
    f[5] = (flat_field){.id = 5, .kind = FLAT_I32, .value = a->dilation_w > 1 ? a->dilation_w : 1};
    f[6] = (flat_field){.id = 6, .kind = FLAT_I32, .value = a->dilation_h > 1 ? a->dilation_h : 1};
    return flat_table(w->b, f, 7);
}

static size_t write_pool(writer *w, const mote_op *o)
{
    flat_field f[6];
    spatial_fields(o, f);
    f[3] = activation_field(o, 5);
    f[4] = (flat_field){.id = 3, .kind = FLAT_I32, .value = o->attrs.window_w};
    f[5] = (flat_field){.id = 4, .kind = FLAT_I32, .value = o->attrs.window_h};
    return flat_table(w->b, f, 6);
}

static size_t write_fused(writer *w, const mote_op *o)
{
    flat_field f = activation_field(o, 0);
    return flat_table(w->b, &f, 1);
}

static size_t write_softmax(writer *w, const mote_op *o)
{
    (void)o;
    flat_field f = {.id = 0, .kind = FLAT_F32, .real = 1.0f};
    return flat_table(w->b, &f, 1);
}

static size_t write_reshape(writer *w, const mote_op *o)
{
    const mote_tensor *t = &w->g->tensors[o->outputs[0]];
    flat_field f = {.id = 0, .kind = FLAT_REF};
    size_t at = flat_table(w->b, &f, 1);
    flat_fill(w->b, f.hole, flat_i32s(w->b, t->dims, (size_t)t->n_dims));
    return at;
}

static size_t (*const writers[MOTE_N_TFLITE_OPTIONS])(writer *, const mote_op *) = {
    [MOTE_TFLITE_NONE] = write_none,           [MOTE_TFLITE_CONV] = write_conv,
    [MOTE_TFLITE_DEPTHWISE] = write_depthwise, [MOTE_TFLITE_POOL] = write_pool,
    [MOTE_TFLITE_DENSE] = write_fused,         [MOTE_TFLITE_ACTIVATION] = write_fused,
    [MOTE_TFLITE_SOFTMAX] = write_softmax,     [MOTE_TFLITE_RESHAPE] = write_reshape,
};

static size_t write_operator(writer *w, const mote_op *o, int32_t shape_tensor)
{
    const mote_tflite_row *row = row_of(o->kind);
    flat_field f[] = {{.id = 0, .kind = FLAT_I32, .value = code_index(w, row)},
                      {.id = 1, .kind = FLAT_REF},
                      {.id = 2, .kind = FLAT_REF},
                      {.id = 3, .kind = FLAT_U8, .value = row->options_type},
                      {.id = 4, .kind = FLAT_REF}};
    size_t at = flat_table(w->b, f, 5);
    int32_t inputs[MOTE_MAX_OP_LIST + 1], n = 0;
    for (; n < o->n_inputs; n++)
        inputs[n] = o->inputs[n];
    if (takes_shape(o))
        inputs[n++] = shape_tensor;
    flat_fill(w->b, f[1].hole, flat_i32s(w->b, inputs, (size_t)n));
    flat_fill(w->b, f[2].hole, flat_i32s(w->b, o->outputs, (size_t)o->n_outputs));
    flat_fill(w->b, f[4].hole, writers[row->options](w, o));
    return at;
}

static void write_subgraph(writer *w, size_t hole)
{
    const mote_graph *g = w->g;
    flat_field f[] = {{.id = 0, .kind = FLAT_REF},
                      {.id = 1, .kind = FLAT_REF},
                      {.id = 2, .kind = FLAT_REF},
                      {.id = 3, .kind = FLAT_REF},
                      {.id = 4, .kind = FLAT_REF}};
    size_t element;
    flat_fill(w->b, hole, flat_refs(w->b, 1, &element));
    flat_fill(w->b, element, flat_table(w->b, f, 5));
    write_tensors(w, f[0].hole);
    flat_fill(w->b, f[1].hole, flat_i32s(w->b, g->inputs, (size_t)g->n_inputs));
    flat_fill(w->b, f[2].hole, flat_i32s(w->b, g->outputs, (size_t)g->n_outputs));
    flat_fill(w->b, f[3].hole, flat_refs(w->b, (size_t)g->n_ops, &element));
    int32_t shape_tensor = g->n_tensors;
    for (int32_t i = 0; i < g->n_ops; i++, element += 4) {
        flat_fill(w->b, element, write_operator(w, &g->ops[i], shape_tensor));
        shape_tensor += takes_shape(&g->ops[i]);
    }
    flat_fill(w->b, f[4].hole, flat_string(w->b, "main"));
}

static void write_codes(writer *w, size_t hole)
{
    size_t element;
    flat_fill(w->b, hole, flat_refs(w->b, (size_t)w->n_codes, &element));
    for (int32_t i = 0; i < w->n_codes; i++, element += 4) {
        const mote_tflite_row *row = w->codes[i];
        /* Readers older than 2020 look at field 0, a byte, later ones at field 3. */
        flat_field f[] = {{.id = 0, .kind = FLAT_U8, .value = row->code},
                          {.id = 2, .kind = FLAT_I32, .value = row->version},
                          {.id = 3, .kind = FLAT_I32, .value = row->code}};
        flat_fill(w->b, element, flat_table(w->b, f, 3));
    }
}

static void write_buffer(writer *w, size_t element, const void *bytes, size_t n)
{
    flat_field f = {.id = 0, .kind = FLAT_REF};
    flat_fill(w->b, element, flat_table(w->b, &f, 1));
    flat_fill(w->b, f.hole, flat_bytes(w->b, bytes, n, 16));
}

static void write_buffers(writer *w, size_t hole)
{
    const mote_graph *g = w->g;
    size_t element;
    flat_fill(w->b, hole, flat_refs(w->b, (size_t)w->n_buffers, &element));
    flat_fill(w->b, element, flat_table(w->b, NULL, 0));
    for (int32_t i = 0; i < g->n_tensors; i++) {
        const mote_tensor *t = &g->tensors[i];
        if (t->role == MOTE_ROLE_CONST)
            write_buffer(w, element += 4, t->data, mote_tensor_bytes(t));
    }
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_tensor *t = &g->tensors[g->ops[i].outputs[0]];
        if (takes_shape(&g->ops[i]))
            write_buffer(w, element += 4, t->dims, (size_t)t->n_dims * sizeof t->dims[0]);
    }
}

mote_status mote_export_tflite(const mote_graph *g, const char *description, mote_buf *out,
                               mote_err *err)
{
    /* Built in a buffer of its own: all alignment counts from the start of the file. */
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)1 << 30);
    writer w = {.g = g, .b = &b};
    MOTE_TRY(check(&w, err));
    size_t root = flat_begin(&b, "TFL3");
    flat_field f[] = {{.id = 0, .kind = FLAT_I32, .value = 3},
                      {.id = 1, .kind = FLAT_REF},
                      {.id = 2, .kind = FLAT_REF},
                      {.id = 3, .kind = FLAT_REF},
                      {.id = 4, .kind = FLAT_REF}};
    flat_fill(&b, root, flat_table(&b, f, 5));
    write_codes(&w, f[1].hole);
    write_subgraph(&w, f[2].hole);
    flat_fill(&b, f[3].hole, flat_string(&b, description));
    write_buffers(&w, f[4].hole);
    MOTE_TRY(mote_buf_status(&b, err));
    mote_buf_add(out, b.data, b.len);
    return mote_buf_status(out, err);
}
