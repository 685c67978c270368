/* SPDX-License-Identifier: Apache-2.0 */
/* Building, copying, checking and describing a graph. See graph.h; the operators are in ops/, the
 * saved form in graph_io.c, the reference interpreter in graph_run.c. */
#include "graph/graph.h"

#include <math.h>
#include <string.h>

#include "graph/graph_internal.h"
#include "graph/graph_io.h"
#include "graph/op.h"

#define DEFAULT_LIMIT_BYTES ((size_t)1 << 30)

/* ---- life ------------------------------------------------------------------------------- */

mote_status mote_graph_create(size_t limit_bytes, mote_graph **out, mote_err *err)
{
    mote_graph *g = mote_alloc_zero(1, sizeof *g);
    if (!g)
        return mote_fail(err, MOTE_NOMEM, "no memory for a graph");
    mote_arena_init(&g->arena, limit_bytes ? limit_bytes : DEFAULT_LIMIT_BYTES);
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

/* Which zero points a type can have: those it can hold; none but 0 for what is not quantised. */
static void zero_range(mote_dtype d, int32_t *lo, int32_t *hi)
{
    *lo = d == MOTE_I8 ? INT8_MIN : d == MOTE_I16 ? INT16_MIN : 0;
    *hi = d == MOTE_I8 ? INT8_MAX : d == MOTE_I16 ? INT16_MAX : d == MOTE_U8 ? UINT8_MAX : 0;
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
    int32_t lo, hi;
    zero_range(s->dtype, &lo, &hi);
    if (q->zero_point < lo || q->zero_point > hi)
        return mote_fail(err, MOTE_RANGE, "tensor '%s': zero point %d is outside [%d, %d]", s->name,
                         q->zero_point, lo, hi);
    return MOTE_OK;
}

mote_status mote_graph_add_tensor(mote_graph *g, const mote_tensor_spec *s, mote_tensor_role role,
                                  int32_t *id, mote_err *err)
{
    if (!s->name || s->name[0] == 0 || strlen(s->name) >= MOTE_NAME_BYTES)
        return mote_fail(err, MOTE_ARG, "a tensor name needs 1 to %d bytes", MOTE_NAME_BYTES - 1);
    if (mote_dtype_bytes(s->dtype) == 0)
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

mote_status mote_graph_keep_list(mote_graph *g, const int32_t *ids, int32_t n, int32_t **out,
                                 mote_err *err)
{
    MOTE_TRY(mote_arena_take(&g->arena, (size_t)n, sizeof **out, out, err));
    memcpy(*out, ids, (size_t)n * sizeof **out);
    return MOTE_OK;
}

mote_status mote_graph_add_input(mote_graph *g, const mote_tensor_spec *spec, int32_t *id,
                                 mote_err *err)
{
    if (g->n_inputs == MOTE_MAX_OP_LIST)
        return mote_fail(err, MOTE_LIMIT, "a graph may have at most %d inputs", MOTE_MAX_OP_LIST);
    int32_t ids[MOTE_MAX_OP_LIST];
    for (int32_t i = 0; i < g->n_inputs; i++)
        ids[i] = g->inputs[i];
    int32_t t, *list;
    MOTE_TRY(mote_graph_add_tensor(g, spec, MOTE_ROLE_INPUT, &t, err));
    ids[g->n_inputs] = t;
    MOTE_TRY(mote_graph_keep_list(g, ids, g->n_inputs + 1, &list, err));
    if (g->n_inputs == 0 && g->n_ops == 0)
        MOTE_TRY(mote_graph_set_outputs(g, &t, 1, err));
    g->inputs = list;
    g->n_inputs++;
    *id = t;
    return MOTE_OK;
}

mote_status mote_graph_add_const(mote_graph *g, const mote_tensor_spec *spec, int32_t *id,
                                 mote_err *err)
{
    return mote_graph_add_tensor(g, spec, MOTE_ROLE_CONST, id, err);
}

/* ---- operators -------------------------------------------------------------------------- */

mote_status mote_graph_append(mote_graph *g, const mote_op *op, mote_err *err)
{
    mote_op copy = *op;
    MOTE_TRY(grow(g, &g->ops, g->n_ops, &g->cap_ops, sizeof *g->ops, err));
    MOTE_TRY(mote_graph_keep_list(g, op->inputs, op->n_inputs, &copy.inputs, err));
    MOTE_TRY(mote_graph_keep_list(g, op->outputs, op->n_outputs, &copy.outputs, err));
    g->ops[g->n_ops++] = copy;
    return MOTE_OK;
}

mote_status mote_graph_set_outputs(mote_graph *g, const int32_t *ids, int32_t n, mote_err *err)
{
    if (n < 1 || n > MOTE_MAX_OP_LIST)
        return mote_fail(err, MOTE_LIMIT, "a graph has 1 to %d outputs, not %d", MOTE_MAX_OP_LIST,
                         n);
    int32_t *list;
    MOTE_TRY(mote_graph_keep_list(g, ids, n, &list, err));
    g->outputs = list;
    g->n_outputs = n;
    return MOTE_OK;
}

static mote_status shape_output(const mote_op *op, const mote_tensor_spec *wish,
                                const mote_shape *follows, mote_tensor_spec *out, mote_err *err)
{
    *out = *wish;
    size_t bytes = (size_t)follows->n_dims * sizeof *follows->dims;
    if (wish->n_dims > 0 &&
        (wish->n_dims != follows->n_dims || memcmp(follows->dims, wish->dims, bytes) != 0))
        return mote_fail(err, MOTE_SHAPE,
                         "%s: the shape given for '%s' is not the one that follows from its inputs",
                         mote_op_text(op->kind), wish->name);
    out->n_dims = follows->n_dims;
    memcpy(out->dims, follows->dims, sizeof out->dims);
    return MOTE_OK;
}

mote_status mote_graph_add_multi(mote_graph *g, const mote_op_spec *spec, int32_t *out_ids,
                                 mote_err *err)
{
    const mote_op_class *c = mote_op_find(spec->kind);
    if (!c)
        return mote_fail(err, MOTE_UNSUPPORTED, "there is no operator %d", (int)spec->kind);
    const mote_tensor_spec *outs = spec->outs;
    int32_t in[MOTE_MAX_OP_LIST], ids[MOTE_MAX_OP_LIST];
    mote_op op = {.kind = spec->kind,
                  .n_inputs = c->n_activations + c->n_constants,
                  .n_outputs = c->n_outputs,
                  .inputs = in,
                  .outputs = ids};
    if (spec->attrs)
        op.attrs = *spec->attrs;
    memcpy(in, spec->inputs, (size_t)op.n_inputs * sizeof *in);
    mote_shape shapes[MOTE_MAX_OP_LIST];
    for (int32_t i = 0; i < op.n_outputs; i++) {
        ids[i] = 0; /* looked at by the check of lists, before the tensors are there */
        shapes[i] = (mote_shape){.dtype = outs[i].dtype, .n_dims = outs[i].n_dims};
        memcpy(shapes[i].dims, outs[i].dims, sizeof shapes[i].dims);
    }
    MOTE_TRY(mote_op_shape(g, &op, shapes, err));
    for (int32_t i = 0; i < op.n_outputs; i++) {
        mote_tensor_spec out;
        MOTE_TRY(shape_output(&op, &outs[i], &shapes[i], &out, err));
        MOTE_TRY(mote_graph_add_tensor(g, &out, MOTE_ROLE_VALUE, &ids[i], err));
    }
    MOTE_TRY(mote_graph_append(g, &op, err));
    MOTE_TRY(mote_graph_set_outputs(g, ids, op.n_outputs, err));
    memcpy(out_ids, ids, (size_t)op.n_outputs * sizeof *ids);
    return MOTE_OK;
}

mote_status mote_graph_add_op(mote_graph *g, const mote_op_spec *spec, int32_t *out_id,
                              mote_err *err)
{
    const mote_op_class *c = mote_op_find(spec->kind);
    MOTE_BUG_IF(c && c->n_outputs != 1);
    return mote_graph_add_multi(g, spec, out_id, err);
}

/* ---- checking --------------------------------------------------------------------------- */

bool mote_graph_is_f32(const mote_graph *g)
{
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (g->tensors[t].dtype != MOTE_F32)
            return false;
    return true;
}

bool mote_graph_answers(const mote_graph *g)
{
    return g->n_ops > 0 && mote_op_has(g->ops[g->n_ops - 1].kind, MOTE_OP_ANSWERS);
}

mote_status mote_graph_one_to_one(const mote_graph *g, const char *who, mote_err *err)
{
    if (g->n_inputs == 1 && g->n_outputs == 1)
        return MOTE_OK;
    return mote_fail(err, MOTE_UNSUPPORTED,
                     "%s takes graphs of one input and one output, this has %d and %d", who,
                     g->n_inputs, g->n_outputs);
}

/* Its outputs have the shapes that follow from its inputs. */
static mote_status check_shapes(const mote_graph *g, int32_t i, mote_err *err)
{
    const mote_op *op = &g->ops[i];
    mote_shape shapes[MOTE_MAX_OP_LIST];
    for (int32_t k = 0; k < op->n_outputs && k < MOTE_MAX_OP_LIST; k++) {
        if (op->outputs[k] < 0 || op->outputs[k] >= g->n_tensors)
            return mote_fail(err, MOTE_ARG, "operator %d writes tensor %d of %d", i, op->outputs[k],
                             g->n_tensors);
        const mote_tensor *t = &g->tensors[op->outputs[k]];
        shapes[k] = (mote_shape){.dtype = t->dtype, .n_dims = t->n_dims};
        memcpy(shapes[k].dims, t->dims, sizeof t->dims);
    }
    MOTE_TRY(mote_op_shape(g, op, shapes, err));
    for (int32_t k = 0; k < op->n_outputs; k++) {
        const mote_tensor *t = &g->tensors[op->outputs[k]];
        if (shapes[k].n_dims != t->n_dims ||
            memcmp(shapes[k].dims, t->dims, (size_t)t->n_dims * sizeof *t->dims) != 0)
            return mote_fail(err, MOTE_SHAPE,
                             "%s: '%s' has another shape than follows from its inputs",
                             mote_op_text(op->kind), t->name);
    }
    return MOTE_OK;
}

static mote_status check_order(const mote_graph *g, bool *ready, mote_err *err)
{
    for (int32_t t = 0; t < g->n_tensors; t++)
        ready[t] = g->tensors[t].role == MOTE_ROLE_CONST;
    for (int32_t i = 0; i < g->n_inputs; i++)
        ready[g->inputs[i]] = true;
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *op = &g->ops[i];
        MOTE_TRY(mote_graph_check_attrs(op, err));
        MOTE_TRY(check_shapes(g, i, err));
        for (int32_t k = 0; k < op->n_inputs; k++)
            if (!ready[op->inputs[k]])
                return mote_fail(err, MOTE_ARG, "%s: input '%s' is not computed before it is used",
                                 mote_op_text(op->kind), g->tensors[op->inputs[k]].name);
        MOTE_TRY(mote_op_check(g, op, err));
        for (int32_t k = 0; k < op->n_outputs; k++) {
            if (ready[op->outputs[k]])
                return mote_fail(err, MOTE_ARG, "tensor '%s' is written twice",
                                 g->tensors[op->outputs[k]].name);
            ready[op->outputs[k]] = true;
        }
    }
    return MOTE_OK;
}

/* The lists of the graph: there, in range, of the right role, nothing twice. */
static mote_status check_ends(const mote_graph *g, const char *what, const int32_t *ids, int32_t n,
                              mote_err *err)
{
    bool is_input = ids == g->inputs;
    if (n < 1)
        return mote_fail(err, MOTE_ARG, "the graph has no %s", what);
    for (int32_t i = 0; i < n; i++) {
        if (ids[i] < 0 || ids[i] >= g->n_tensors ||
            (is_input ? g->tensors[ids[i]].role != MOTE_ROLE_INPUT
                      : g->tensors[ids[i]].role == MOTE_ROLE_CONST))
            return mote_fail(err, MOTE_ARG, "the graph has no %s", what);
        for (int32_t k = 0; k < i; k++)
            if (ids[k] == ids[i])
                return mote_fail(err, MOTE_ARG, "'%s' is %s of the graph twice",
                                 g->tensors[ids[i]].name, what);
    }
    return MOTE_OK;
}

mote_status mote_graph_validate(const mote_graph *g, mote_err *err)
{
    MOTE_TRY(check_ends(g, "input", g->inputs, g->n_inputs, err));
    MOTE_TRY(check_ends(g, "output", g->outputs, g->n_outputs, err));
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

static mote_status copy_all(const mote_graph *g, mote_graph *c, mote_err *err)
{
    for (int32_t i = 0; i < g->n_tensors; i++) {
        const mote_tensor *t = &g->tensors[i];
        mote_tensor_spec s = mote_tensor_spec_of(t);
        int32_t id;
        MOTE_TRY(mote_graph_add_tensor(c, &s, t->role, &id, err));
        c->tensors[id].is_trained = t->is_trained;
        if (t->data)
            memcpy(c->tensors[id].data, t->data, mote_tensor_bytes(t));
    }
    for (int32_t i = 0; i < g->n_ops; i++)
        MOTE_TRY(mote_graph_append(c, &g->ops[i], err));
    MOTE_TRY(mote_graph_keep_list(c, g->inputs, g->n_inputs, &c->inputs, err));
    c->n_inputs = g->n_inputs;
    return mote_graph_set_outputs(c, g->outputs, g->n_outputs, err);
}

mote_tensor_spec mote_tensor_spec_of(const mote_tensor *t)
{
    mote_tensor_spec s = {
        .name = t->name, .dtype = t->dtype, .n_dims = t->n_dims, .quant = &t->quant};
    memcpy(s.dims, t->dims, sizeof s.dims);
    return s;
}

mote_status mote_graph_clone(const mote_graph *g, mote_graph **out, mote_err *err)
{
    mote_graph *c = NULL;
    MOTE_TRY(mote_graph_create(g->arena.limit_bytes, &c, err));
    mote_status st = copy_all(g, c, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(c);
        return st;
    }
    *out = c;
    return MOTE_OK;
}

int32_t mote_out_size(mote_padding padding, int32_t in, int32_t window, int32_t stride)
{
    if (padding == MOTE_PAD_SAME)
        return (in + stride - 1) / stride;
    return in < window ? 0 : (in - window) / stride + 1;
}

int32_t mote_pad_before(mote_padding padding, int32_t in, int32_t window, int32_t stride)
{
    if (padding == MOTE_PAD_VALID)
        return 0;
    int32_t out = (in + stride - 1) / stride;
    int32_t total = (out - 1) * stride + window - in;
    return total > 0 ? total / 2 : 0;
}

int64_t mote_graph_op_macs(const mote_graph *g, int32_t op)
{
    const mote_op_class *c = mote_op_find(g->ops[op].kind);
    return c && c->macs ? c->macs(g, &g->ops[op]) : 0;
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
