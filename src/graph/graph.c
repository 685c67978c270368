/* SPDX-License-Identifier: Apache-2.0 */
/* Building, copying, checking and describing a graph. See graph.h; the shape rules are in shape.c,
 * the saved form in graph_io.c, the reference interpreter in graph_run.c. */
#include "graph/graph.h"

#include <math.h>
#include <string.h>

#include "graph/shape.h"

#define DEFAULT_LIMIT_BYTES ((size_t)1 << 30)

/* ---- life ------------------------------------------------------------------------------- */

mote_status mote_graph_create(size_t limit_bytes, mote_graph **out, mote_err *err)
{
    mote_graph *g = mote_alloc_zero(1, sizeof *g);
    if (!g)
        return mote_fail(err, MOTE_NOMEM, "no memory for a graph");
    mote_arena_init(&g->arena, limit_bytes ? limit_bytes : DEFAULT_LIMIT_BYTES);
    g->input = -1;
    g->output = -1;
    *out = g;
    return MOTE_OK;
}

void mote_graph_destroy(mote_graph *g)
{
    if (!g)
        return;
    mote_arena_release(&g->arena);
    mote_free(g);
}

/* Make room for one more in an arena-owned list: doubled, the old place is left to the arena. */
static mote_status grow(mote_graph *g, void *list_ptr, int32_t n, int32_t *cap, size_t item_bytes,
                        mote_err *err)
{
    if (n < *cap)
        return MOTE_OK;
    if (n >= MOTE_MAX_GRAPH_PARTS)
        return mote_fail(err, MOTE_LIMIT, "a graph may have at most %d tensors and operators",
                         MOTE_MAX_GRAPH_PARTS);
    int32_t new_cap = *cap ? *cap * 2 : 32;
    void *old;
    memcpy(&old, list_ptr, sizeof old);
    void *wider = mote_arena_alloc(&g->arena, (size_t)new_cap, item_bytes);
    if (!wider)
        return mote_fail(err, MOTE_NOMEM, "no memory for a graph of %d parts", new_cap);
    if (n > 0)
        memcpy(wider, old, (size_t)n * item_bytes);
    memcpy(list_ptr, &wider, sizeof wider);
    *cap = new_cap;
    return MOTE_OK;
}

/* ---- tensors ---------------------------------------------------------------------------- */

int64_t mote_tensor_elements(const mote_tensor *t)
{
    return mote_dims_elements(t->n_dims, t->dims);
}

size_t mote_tensor_bytes(const mote_tensor *t)
{
    return (size_t)mote_tensor_elements(t) * mote_dtype_bytes(t->dtype);
}

static mote_status check_quant(const mote_tensor_spec *s, mote_err *err)
{
    const mote_quant *q = s->quant;
    if (!q || q->n_scales == 0)
        return MOTE_OK;
    if (q->n_scales < 0 || !q->scales)
        return mote_fail(err, MOTE_ARG, "tensor '%s': %d scales", s->name, q->n_scales);
    if (q->n_scales > 1 && (q->axis < 0 || q->axis >= s->n_dims || s->dims[q->axis] != q->n_scales))
        return mote_fail(err, MOTE_SHAPE, "tensor '%s': %d scales do not fit its dimension %d",
                         s->name, q->n_scales, q->axis);
    for (int32_t i = 0; i < q->n_scales; i++)
        if (!(q->scales[i] > 0.0f) || !isfinite(q->scales[i]))
            return mote_fail(err, MOTE_RANGE, "tensor '%s': scale %d is not a positive number",
                             s->name, i);
    int32_t lo = s->dtype == MOTE_I8 ? -128 : 0, hi = s->dtype == MOTE_I8 ? 127 : 0;
    if (q->zero_point < lo || q->zero_point > hi)
        return mote_fail(err, MOTE_RANGE, "tensor '%s': zero point %d is outside [%d, %d]", s->name,
                         q->zero_point, lo, hi);
    return MOTE_OK;
}

static mote_status add_tensor(mote_graph *g, const mote_tensor_spec *s, mote_tensor_role role,
                              int32_t *id, mote_err *err)
{
    if (!s->name || s->name[0] == 0 || strlen(s->name) >= MOTE_NAME_BYTES)
        return mote_fail(err, MOTE_ARG, "a tensor name needs 1 to %d bytes", MOTE_NAME_BYTES - 1);
    if (s->dtype != MOTE_F32 && s->dtype != MOTE_I8 && s->dtype != MOTE_I32)
        return mote_fail(err, MOTE_ARG, "tensor '%s': there is no type %d", s->name, (int)s->dtype);
    MOTE_TRY(mote_dims_check(s->name, s->n_dims, s->dims, err));
    MOTE_TRY(check_quant(s, err));
    MOTE_TRY(grow(g, &g->tensors, g->n_tensors, &g->cap_tensors, sizeof *g->tensors, err));

    mote_tensor *t = &g->tensors[g->n_tensors];
    memset(t, 0, sizeof *t);
    (void)mote_format(t->name, sizeof t->name, "%s", s->name);
    t->role = role;
    t->dtype = s->dtype;
    t->n_dims = s->n_dims;
    memcpy(t->dims, s->dims, sizeof t->dims);
    if (s->quant && s->quant->n_scales > 0) {
        float *scales = mote_arena_alloc(&g->arena, (size_t)s->quant->n_scales, sizeof *scales);
        if (!scales)
            return mote_fail(err, MOTE_NOMEM, "no memory for the scales of '%s'", s->name);
        memcpy(scales, s->quant->scales, (size_t)s->quant->n_scales * sizeof *scales);
        t->quant = *s->quant;
        t->quant.scales = scales;
    }
    if (role == MOTE_ROLE_CONST) {
        t->data = mote_arena_alloc(&g->arena, (size_t)mote_tensor_elements(t),
                                   mote_dtype_bytes(t->dtype));
        if (!t->data)
            return mote_fail(err, MOTE_NOMEM, "no memory for the %zu bytes of '%s'",
                             mote_tensor_bytes(t), s->name);
    }
    *id = g->n_tensors++;
    return MOTE_OK;
}

mote_status mote_graph_add_input(mote_graph *g, const mote_tensor_spec *spec, int32_t *id,
                                 mote_err *err)
{
    if (g->input >= 0)
        return mote_fail(err, MOTE_EXISTS, "the graph already has the input '%s'",
                         g->tensors[g->input].name);
    int32_t t;
    MOTE_TRY(add_tensor(g, spec, MOTE_ROLE_INPUT, &t, err));
    g->input = t;
    g->output = t;
    *id = t;
    return MOTE_OK;
}

mote_status mote_graph_add_const(mote_graph *g, const mote_tensor_spec *spec, int32_t *id,
                                 mote_err *err)
{
    return add_tensor(g, spec, MOTE_ROLE_CONST, id, err);
}

/* ---- operators -------------------------------------------------------------------------- */

mote_status mote_graph_add_op(mote_graph *g, mote_op_kind kind, const mote_op_attrs *attrs,
                              const int32_t *inputs, const mote_tensor_spec *out, int32_t *out_id,
                              mote_err *err)
{
    mote_op op = {.kind = kind, .n_inputs = mote_op_n_inputs(kind), .output = -1};
    if (attrs)
        op.attrs = *attrs;
    for (int32_t i = 0; i < op.n_inputs; i++)
        op.inputs[i] = inputs[i];

    mote_tensor_spec spec = *out;
    int32_t dims[MOTE_MAX_DIMS] = {0};
    int32_t n_dims = out->n_dims;
    memcpy(dims, out->dims, sizeof dims);
    MOTE_TRY(mote_op_shape(g, &op, &n_dims, dims, err));
    if (out->n_dims > 0 &&
        (out->n_dims != n_dims || memcmp(dims, out->dims, (size_t)n_dims * sizeof *dims) != 0))
        return mote_fail(err, MOTE_SHAPE,
                         "%s: the shape given for '%s' is not the one that follows from its inputs",
                         mote_op_text(kind), out->name);
    spec.n_dims = n_dims;
    memcpy(spec.dims, dims, sizeof spec.dims);

    MOTE_TRY(grow(g, &g->ops, g->n_ops, &g->cap_ops, sizeof *g->ops, err));
    MOTE_TRY(add_tensor(g, &spec, MOTE_ROLE_VALUE, &op.output, err));
    g->ops[g->n_ops++] = op;
    g->output = op.output;
    *out_id = op.output;
    return MOTE_OK;
}

/* ---- checking --------------------------------------------------------------------------- */

static mote_status check_types(const mote_graph *g, const mote_op *op, mote_err *err)
{
    const mote_tensor *in = &g->tensors[op->inputs[0]];
    const mote_tensor *out = &g->tensors[op->output];
    bool int8 = in->dtype == MOTE_I8;
    if ((in->dtype != MOTE_F32 && !int8) || out->dtype != in->dtype)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "%s '%s': input and output must both be float32 or both int8",
                         mote_op_text(op->kind), out->name);
    if (int8 && (in->quant.n_scales != 1 || out->quant.n_scales != 1))
        return mote_fail(err, MOTE_ARG, "%s '%s': an int8 input or output has no scale",
                         mote_op_text(op->kind), out->name);
    bool weighted = op->kind == MOTE_OP_CONV_2D || op->kind == MOTE_OP_DEPTHWISE_CONV_2D ||
                    op->kind == MOTE_OP_DENSE;
    if (weighted) {
        const mote_tensor *w = &g->tensors[op->inputs[1]];
        const mote_tensor *b = &g->tensors[op->inputs[2]];
        if (w->role != MOTE_ROLE_CONST || b->role != MOTE_ROLE_CONST)
            return mote_fail(err, MOTE_UNSUPPORTED, "%s '%s': weights and bias must be constants",
                             mote_op_text(op->kind), out->name);
        if (w->dtype != in->dtype || b->dtype != (int8 ? MOTE_I32 : MOTE_F32))
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "%s '%s': the types of weights and bias do not fit the input",
                             mote_op_text(op->kind), out->name);
        if (int8 && (w->quant.n_scales < 1 || w->quant.zero_point != 0))
            return mote_fail(err, MOTE_ARG, "%s '%s': int8 weights need scales and zero point 0",
                             mote_op_text(op->kind), out->name);
    }
    if (op->kind == MOTE_OP_ADD && g->tensors[op->inputs[1]].dtype != in->dtype)
        return mote_fail(err, MOTE_UNSUPPORTED, "add '%s': the inputs have two types", out->name);
    if (op->kind == MOTE_OP_ADD && int8 && g->tensors[op->inputs[1]].quant.n_scales != 1)
        return mote_fail(err, MOTE_ARG, "add '%s': an int8 input has no scale", out->name);
    if (op->attrs.activation != MOTE_ACT_NONE && op->attrs.activation != MOTE_ACT_RELU &&
        op->attrs.activation != MOTE_ACT_RELU6)
        return mote_fail(err, MOTE_UNSUPPORTED, "%s '%s': unknown activation %d",
                         mote_op_text(op->kind), out->name, (int)op->attrs.activation);
    return MOTE_OK;
}

bool mote_graph_is_f32(const mote_graph *g)
{
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (g->tensors[t].dtype != MOTE_F32)
            return false;
    return true;
}

static mote_status check_order(const mote_graph *g, bool *ready, mote_err *err)
{
    for (int32_t t = 0; t < g->n_tensors; t++)
        ready[t] = g->tensors[t].role == MOTE_ROLE_CONST || t == g->input;
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *op = &g->ops[i];
        if (op->output < 0 || op->output >= g->n_tensors)
            return mote_fail(err, MOTE_ARG, "operator %d writes tensor %d of %d", i, op->output,
                             g->n_tensors);
        int32_t dims[MOTE_MAX_DIMS], n_dims = g->tensors[op->output].n_dims;
        memcpy(dims, g->tensors[op->output].dims, sizeof dims);
        MOTE_TRY(mote_op_shape(g, op, &n_dims, dims, err));
        const mote_tensor *out = &g->tensors[op->output];
        if (n_dims != out->n_dims || memcmp(dims, out->dims, (size_t)n_dims * sizeof *dims) != 0)
            return mote_fail(err, MOTE_SHAPE,
                             "%s: '%s' has another shape than follows from its inputs",
                             mote_op_text(op->kind), out->name);
        for (int32_t k = 0; k < op->n_inputs; k++)
            if (!ready[op->inputs[k]])
                return mote_fail(err, MOTE_ARG, "%s: input '%s' is not computed before it is used",
                                 mote_op_text(op->kind), g->tensors[op->inputs[k]].name);
        if (ready[op->output])
            return mote_fail(err, MOTE_ARG, "tensor '%s' is written twice", out->name);
        MOTE_TRY(check_types(g, op, err));
        ready[op->output] = true;
    }
    return MOTE_OK;
}

mote_status mote_graph_validate(const mote_graph *g, mote_err *err)
{
    if (g->input < 0 || g->input >= g->n_tensors || g->tensors[g->input].role != MOTE_ROLE_INPUT)
        return mote_fail(err, MOTE_ARG, "the graph has no input");
    if (g->output < 0 || g->output >= g->n_tensors || g->tensors[g->output].role == MOTE_ROLE_CONST)
        return mote_fail(err, MOTE_ARG, "the graph has no output");
    bool *ready = mote_alloc_zero((size_t)g->n_tensors, sizeof *ready);
    if (!ready)
        return mote_fail(err, MOTE_NOMEM, "no memory to check a graph");
    mote_status st = check_order(g, ready, err);
    for (int32_t t = 0; st == MOTE_OK && t < g->n_tensors; t++)
        if (!ready[t])
            st = mote_fail(err, MOTE_ARG, "no operator computes tensor '%s'", g->tensors[t].name);
    mote_free(ready);
    return st;
}

/* ---- copying, counting, describing ------------------------------------------------------- */

mote_status mote_graph_clone(const mote_graph *g, mote_graph **out, mote_err *err)
{
    mote_graph *c = NULL;
    MOTE_TRY(mote_graph_create(g->arena.limit_bytes, &c, err));
    mote_status st = MOTE_OK;
    for (int32_t i = 0; st == MOTE_OK && i < g->n_tensors; i++) {
        const mote_tensor *t = &g->tensors[i];
        mote_tensor_spec s = {
            .name = t->name, .dtype = t->dtype, .n_dims = t->n_dims, .quant = &t->quant};
        memcpy(s.dims, t->dims, sizeof s.dims);
        int32_t id;
        st = add_tensor(c, &s, t->role, &id, err);
        if (st != MOTE_OK)
            break;
        c->tensors[id].is_trained = t->is_trained;
        if (t->data)
            memcpy(c->tensors[id].data, t->data, mote_tensor_bytes(t));
    }
    for (int32_t i = 0; st == MOTE_OK && i < g->n_ops; i++) {
        st = grow(c, &c->ops, c->n_ops, &c->cap_ops, sizeof *c->ops, err);
        if (st == MOTE_OK)
            c->ops[c->n_ops++] = g->ops[i];
    }
    if (st != MOTE_OK) {
        mote_graph_destroy(c);
        return st;
    }
    c->input = g->input;
    c->output = g->output;
    *out = c;
    return MOTE_OK;
}

int64_t mote_graph_op_macs(const mote_graph *g, int32_t op)
{
    const mote_op *o = &g->ops[op];
    const mote_tensor *out = &g->tensors[o->output];
    switch (o->kind) {
    case MOTE_OP_CONV_2D: {
        const mote_tensor *w = &g->tensors[o->inputs[1]];
        return mote_tensor_elements(out) * w->dims[1] * w->dims[2] * w->dims[3];
    }
    case MOTE_OP_DEPTHWISE_CONV_2D: {
        const mote_tensor *w = &g->tensors[o->inputs[1]];
        return mote_tensor_elements(out) * w->dims[1] * w->dims[2];
    }
    case MOTE_OP_DENSE:
        return mote_tensor_elements(&g->tensors[o->inputs[1]]) * out->dims[0];
    case MOTE_OP_NONE:
    case MOTE_OP_AVG_POOL_2D:
    case MOTE_OP_MAX_POOL_2D:
    case MOTE_OP_ADD:
    case MOTE_OP_RESHAPE:
    case MOTE_OP_SOFTMAX:
    case MOTE_OP_BATCH_NORM:
    case MOTE_OP_DROPOUT:
    case MOTE_OP_RELU:
    default:
        return 0;
    }
}

int64_t mote_graph_macs(const mote_graph *g)
{
    int64_t n = 0;
    for (int32_t i = 0; i < g->n_ops; i++)
        n += mote_graph_op_macs(g, i);
    return n;
}

int64_t mote_graph_params(const mote_graph *g)
{
    int64_t n = 0;
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].role == MOTE_ROLE_CONST)
            n += mote_tensor_elements(&g->tensors[i]);
    return n;
}

void mote_graph_describe(const mote_graph *g, mote_buf *out)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *op = &g->ops[i];
        const mote_tensor *in = &g->tensors[op->inputs[0]];
        const mote_tensor *o = &g->tensors[op->output];
        char from[MOTE_SHAPE_TEXT_BYTES], to[MOTE_SHAPE_TEXT_BYTES];
        mote_dims_text(in->n_dims, in->dims, from);
        mote_dims_text(o->n_dims, o->dims, to);
        int64_t params = 0;
        for (int32_t k = 1; k < op->n_inputs; k++)
            if (g->tensors[op->inputs[k]].role == MOTE_ROLE_CONST)
                params += mote_tensor_elements(&g->tensors[op->inputs[k]]);
        mote_buf_printf(out, "%-18s %-16s -> %-16s %8lld params %10lld MACs\n",
                        mote_op_text(op->kind), from, to, (long long)params,
                        (long long)mote_graph_op_macs(g, i));
    }
}
