/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operators, and what holds for all of them. See op.h. */
#include "graph/op.h"

#define OP(id, name, text) extern const mote_op_class mote_op_##text;
#include "graph/ops.def"
#undef OP

static const struct {
    const char *text;
    const mote_op_class *class;
} ops[MOTE_OP_END] = {
#define OP(id, name, text) [id] = {#text, &mote_op_##text},
#include "graph/ops.def"
#undef OP
};

const mote_op_class *mote_op_find(mote_op_kind kind)
{
    return (int)kind > MOTE_OP_NONE && (int)kind < MOTE_OP_END ? ops[kind].class : NULL;
}

const char *mote_op_text(mote_op_kind kind)
{
    return mote_op_find(kind) ? ops[kind].text : "unknown operator";
}

bool mote_op_has(mote_op_kind kind, uint32_t flag)
{
    const mote_op_class *c = mote_op_find(kind);
    return c && (c->flags & flag);
}

static mote_status check_inputs(const mote_graph *g, const mote_op *op, int32_t wanted,
                                mote_err *err)
{
    if (op->n_inputs != wanted)
        return mote_fail(err, MOTE_ARG, "%s takes %d inputs, not %d", mote_op_text(op->kind),
                         wanted, op->n_inputs);
    for (int32_t i = 0; i < op->n_inputs; i++)
        if (op->inputs[i] < 0 || op->inputs[i] >= g->n_tensors)
            return mote_fail(err, MOTE_ARG, "%s: input %d is tensor %d of %d",
                             mote_op_text(op->kind), i, op->inputs[i], g->n_tensors);
    return MOTE_OK;
}

mote_status mote_op_shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    const mote_op_class *c = mote_op_find(op->kind);
    if (!c)
        return mote_fail(err, MOTE_UNSUPPORTED, "there is no operator %d", (int)op->kind);
    MOTE_TRY(check_inputs(g, op, c->n_activations + c->n_constants, err));
    if (op->n_outputs != c->n_outputs)
        return mote_fail(err, MOTE_ARG, "%s gives %d outputs, not %d", mote_op_text(op->kind),
                         c->n_outputs, op->n_outputs);
    return c->shape(g, op, out, err);
}

/* ---- types ------------------------------------------------------------------------------ */

static mote_status check_weights(const mote_graph *g, const mote_op *op, mote_err *err)
{
    const mote_tensor *in = &g->tensors[op->inputs[0]], *out = &g->tensors[op->outputs[0]];
    const mote_tensor *w = &g->tensors[op->inputs[1]], *b = &g->tensors[op->inputs[2]];
    bool int8 = in->dtype == MOTE_I8;
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
    return MOTE_OK;
}

static mote_status check_types(const mote_graph *g, const mote_op *op, const mote_op_class *c,
                               mote_err *err)
{
    const char *text = mote_op_text(op->kind);
    const mote_tensor *in = &g->tensors[op->inputs[0]], *out = &g->tensors[op->outputs[0]];
    bool int8 = in->dtype == MOTE_I8;
    if ((in->dtype != MOTE_F32 && !int8) || out->dtype != in->dtype)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "%s '%s': input and output must both be float32 or both int8", text,
                         out->name);
    if (int8 && (in->quant.n_scales != 1 || out->quant.n_scales != 1))
        return mote_fail(err, MOTE_ARG, "%s '%s': an int8 input or output has no scale", text,
                         out->name);
    for (int32_t k = 1; k < c->n_activations; k++) {
        const mote_tensor *other = &g->tensors[op->inputs[k]];
        if (other->dtype != in->dtype)
            return mote_fail(err, MOTE_UNSUPPORTED, "%s '%s': the inputs have two types", text,
                             out->name);
        if (int8 && other->quant.n_scales != 1)
            return mote_fail(err, MOTE_ARG, "%s '%s': an int8 input has no scale", text, out->name);
    }
    return c->flags & MOTE_OP_WEIGHTED ? check_weights(g, op, err) : MOTE_OK;
}

mote_status mote_op_check(const mote_graph *g, const mote_op *op, mote_err *err)
{
    const mote_op_class *c = mote_op_find(op->kind);
    MOTE_TRY(c->check ? c->check(g, op, err) : check_types(g, op, c, err));
    if (op->attrs.activation != MOTE_ACT_NONE && op->attrs.activation != MOTE_ACT_RELU &&
        op->attrs.activation != MOTE_ACT_RELU6)
        return mote_fail(err, MOTE_UNSUPPORTED, "%s '%s': unknown activation %d",
                         mote_op_text(op->kind), g->tensors[op->outputs[0]].name,
                         (int)op->attrs.activation);
    return MOTE_OK;
}

/* The dimensions before the first that differs are outer, those behind the last one inner; between
 * them b must have one cell in each. */
mote_op_pair mote_op_pair_of(const mote_tensor *a, const mote_tensor *b)
{
    mote_op_pair p = {1, 1, 1};
    int32_t first = 0, last = a->n_dims;
    if (a->n_dims != b->n_dims)
        return (mote_op_pair){0};
    while (first < last && a->dims[first] == b->dims[first])
        first++;
    if (first == last) {
        p.inner = (int32_t)mote_tensor_elements(a);
        return p;
    }
    while (a->dims[last - 1] == b->dims[last - 1])
        last--;
    for (int32_t i = 0; i < a->n_dims; i++) {
        int32_t *of = i < first ? &p.outer : i < last ? &p.repeat : &p.inner;
        if (i >= first && i < last && b->dims[i] != 1)
            return (mote_op_pair){0};
        *of *= a->dims[i];
    }
    return p;
}
