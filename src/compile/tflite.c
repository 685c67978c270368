/* SPDX-License-Identifier: Apache-2.0 */
/* Writer of .tflite files. The numbers of fields are those of TensorFlow Lite's schema.fbs,
 * version 3. Tensors keep their index; the shape inputs that RESHAPE wants come behind them.
 * Buffer 0 is empty, as the schema asks; constant number i has a buffer of its own.
 * Depends on flat_write.h; see tflite.h. */
#include "compile/tflite.h"

#include "compile/flat_write.h"

enum { TYPE_I32 = 2, TYPE_I8 = 9 };

typedef struct {
    mote_op_kind kind;
    int32_t code, version; /* builtin operator; least version that takes int8 */
    uint8_t options_type;  /* number in the union BuiltinOptions */
} op_row;

static const op_row op_rows[] = {
    {MOTE_OP_CONV_2D, 3, 3, 1},     {MOTE_OP_DEPTHWISE_CONV_2D, 4, 3, 2}, {MOTE_OP_DENSE, 9, 4, 8},
    {MOTE_OP_AVG_POOL_2D, 1, 2, 5}, {MOTE_OP_MAX_POOL_2D, 17, 2, 5},      {MOTE_OP_ADD, 0, 2, 11},
    {MOTE_OP_RESHAPE, 22, 1, 17},   {MOTE_OP_SOFTMAX, 25, 2, 9},
};
#define N_ROWS (sizeof op_rows / sizeof op_rows[0])

typedef struct {
    const mote_graph *g;
    mote_buf *b;
    int32_t row_of_code[N_ROWS]; /* operator codes in use, by row */
    int32_t n_codes;
    int32_t n_tensors, n_buffers; /* with the extra ones */
} writer;

static int32_t find_row(mote_op_kind kind)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (op_rows[i].kind == kind)
            return (int32_t)i;
    return -1;
}

static int32_t code_index(const writer *w, mote_op_kind kind)
{
    for (int32_t i = 0; i < w->n_codes; i++)
        if (op_rows[w->row_of_code[i]].kind == kind)
            return i;
    return -1;
}

static mote_status check(writer *w, mote_err *err)
{
    const mote_graph *g = w->g;
    MOTE_TRY(mote_graph_validate(g, err));
    if (g->n_ops == 0)
        return mote_fail(err, MOTE_ARG, "the graph has no operators");
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].dtype == MOTE_F32)
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "tensor '%s' is float32: only int8 graphs can "
                             "be exported, compress the model first",
                             g->tensors[i].name);
    for (int32_t i = 0; i < g->n_ops; i++) {
        int32_t row = find_row(g->ops[i].kind);
        if (row < 0)
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "operator %d (%s) has no counterpart in "
                             "TensorFlow Lite",
                             i, mote_op_text(g->ops[i].kind));
        if (code_index(w, g->ops[i].kind) < 0)
            w->row_of_code[w->n_codes++] = row;
        w->n_tensors += g->ops[i].kind == MOTE_OP_RESHAPE;
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
        if (g->ops[i].kind != MOTE_OP_RESHAPE)
            continue;
        mote_tensor shape = {.name = "shape", .dtype = MOTE_I32, .n_dims = 1};
        shape.dims[0] = g->tensors[g->ops[i].output].n_dims;
        flat_fill(w->b, element, write_tensor(w, &shape, buffer++));
        element += 4;
    }
}

static int32_t activation_code(mote_activation a)
{
    return a == MOTE_ACT_RELU ? 1 : a == MOTE_ACT_RELU6 ? 3 : 0;
}

/* Options of CONV_2D, DEPTHWISE_CONV_2D and the pools, which start alike. */
static size_t write_spatial(writer *w, const mote_op *o)
{
    const mote_op_attrs *a = &o->attrs;
    bool is_pool = o->kind == MOTE_OP_AVG_POOL_2D || o->kind == MOTE_OP_MAX_POOL_2D;
    bool is_depthwise = o->kind == MOTE_OP_DEPTHWISE_CONV_2D;
    flat_field f[] = {{.id = 0, .kind = FLAT_U8, .value = a->padding == MOTE_PAD_SAME ? 0 : 1},
                      {.id = 1, .kind = FLAT_I32, .value = a->stride_w},
                      {.id = 2, .kind = FLAT_I32, .value = a->stride_h},
                      {.id = is_depthwise ? 4
                             : is_pool    ? 5
                                          : 3,
                       .kind = FLAT_U8,
                       .value = activation_code(a->activation)},
                      {.id = 3, .kind = FLAT_I32, .value = is_depthwise ? 1 : a->window_w},
                      {.id = 4, .kind = FLAT_I32, .value = a->window_h}};
    return flat_table(w->b, f, is_pool ? 6 : is_depthwise ? 5 : 4);
}

static size_t write_options(writer *w, const mote_op *o)
{
    if (o->kind == MOTE_OP_SOFTMAX) {
        flat_field f = {.id = 0, .kind = FLAT_F32, .real = 1.0f};
        return flat_table(w->b, &f, 1);
    }
    if (o->kind == MOTE_OP_RESHAPE) {
        const mote_tensor *t = &w->g->tensors[o->output];
        flat_field f = {.id = 0, .kind = FLAT_REF};
        size_t at = flat_table(w->b, &f, 1);
        flat_fill(w->b, f.hole, flat_i32s(w->b, t->dims, (size_t)t->n_dims));
        return at;
    }
    if (o->kind == MOTE_OP_ADD || o->kind == MOTE_OP_DENSE) {
        flat_field f = {.id = 0, .kind = FLAT_U8, .value = activation_code(o->attrs.activation)};
        return flat_table(w->b, &f, 1);
    }
    return write_spatial(w, o);
}

static size_t write_operator(writer *w, const mote_op *o, int32_t shape_tensor)
{
    flat_field f[] = {{.id = 0, .kind = FLAT_I32, .value = code_index(w, o->kind)},
                      {.id = 1, .kind = FLAT_REF},
                      {.id = 2, .kind = FLAT_REF},
                      {.id = 3, .kind = FLAT_U8, .value = op_rows[find_row(o->kind)].options_type},
                      {.id = 4, .kind = FLAT_REF}};
    size_t at = flat_table(w->b, f, 5);
    int32_t inputs[MOTE_MAX_OP_INPUTS + 1], n = 0;
    for (; n < o->n_inputs; n++)
        inputs[n] = o->inputs[n];
    if (o->kind == MOTE_OP_RESHAPE)
        inputs[n++] = shape_tensor;
    flat_fill(w->b, f[1].hole, flat_i32s(w->b, inputs, (size_t)n));
    flat_fill(w->b, f[2].hole, flat_i32s(w->b, &o->output, 1));
    flat_fill(w->b, f[4].hole, write_options(w, o));
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
    flat_fill(w->b, f[1].hole, flat_i32s(w->b, &g->input, 1));
    flat_fill(w->b, f[2].hole, flat_i32s(w->b, &g->output, 1));
    flat_fill(w->b, f[3].hole, flat_refs(w->b, (size_t)g->n_ops, &element));
    int32_t shape_tensor = g->n_tensors;
    for (int32_t i = 0; i < g->n_ops; i++, element += 4) {
        flat_fill(w->b, element, write_operator(w, &g->ops[i], shape_tensor));
        shape_tensor += g->ops[i].kind == MOTE_OP_RESHAPE;
    }
    flat_fill(w->b, f[4].hole, flat_string(w->b, "main"));
}

static void write_codes(writer *w, size_t hole)
{
    size_t element;
    flat_fill(w->b, hole, flat_refs(w->b, (size_t)w->n_codes, &element));
    for (int32_t i = 0; i < w->n_codes; i++, element += 4) {
        const op_row *row = &op_rows[w->row_of_code[i]];
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
        const mote_tensor *t = &g->tensors[g->ops[i].output];
        if (g->ops[i].kind == MOTE_OP_RESHAPE)
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
