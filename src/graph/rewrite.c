/* SPDX-License-Identifier: Apache-2.0 */
/* Copying with changes. See rewrite.h. */
#include "graph/rewrite.h"

#include <string.h>

static mote_status copy_const(mote_rewrite *w, int32_t t, mote_err *err)
{
    const mote_tensor *c = &w->from->tensors[t];
    mote_tensor_spec s = mote_tensor_spec_of(c);
    MOTE_TRY(mote_graph_add_const(w->to, &s, &w->map[t], err));
    memcpy(w->to->tensors[w->map[t]].data, c->data, mote_tensor_bytes(c));
    w->to->tensors[w->map[t]].is_trained = c->is_trained;
    return MOTE_OK;
}

/* The copies of the operator's inputs; constants are copied at their first use. */
static mote_status copy_inputs(mote_rewrite *w, const mote_op *op, int32_t *in, mote_err *err)
{
    for (int32_t k = 0; k < op->n_inputs; k++) {
        int32_t t = op->inputs[k];
        if (w->map[t] < 0 && w->from->tensors[t].role == MOTE_ROLE_CONST)
            MOTE_TRY(copy_const(w, t, err));
        in[k] = w->map[t];
    }
    return MOTE_OK;
}

static mote_status spec_of(const mote_rewrite *w, int32_t t, mote_tensor_spec *s, mote_err *err)
{
    const mote_pass *pass = w->pass;
    *s = mote_tensor_spec_of(&w->from->tensors[t]);
    return pass->retype ? pass->retype(pass->arg, t, s, err) : MOTE_OK;
}

mote_status mote_rewrite_op(mote_rewrite *w, const mote_op *op, const int32_t *in, mote_err *err)
{
    mote_tensor_spec outs[MOTE_MAX_OP_LIST];
    int32_t ids[MOTE_MAX_OP_LIST];
    for (int32_t k = 0; k < op->n_outputs; k++)
        MOTE_TRY(spec_of(w, op->outputs[k], &outs[k], err));
    MOTE_TRY(
        mote_graph_add_multi(w->to, &(mote_op_spec){op->kind, &op->attrs, in, outs}, ids, err));
    for (int32_t k = 0; k < op->n_outputs; k++)
        w->map[op->outputs[k]] = ids[k];
    return MOTE_OK;
}

static void count_readers(mote_rewrite *w)
{
    const mote_graph *g = w->from;
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_inputs; k++)
            w->n_readers[g->ops[i].inputs[k]]++;
    for (int32_t i = 0; i < g->n_outputs; i++)
        w->n_readers[g->outputs[i]]++;
}

static mote_status walk(mote_rewrite *w, mote_err *err)
{
    const mote_graph *g = w->from;
    for (int32_t t = 0; t < g->n_tensors; t++)
        w->map[t] = -1;
    count_readers(w);
    for (int32_t i = 0; i < g->n_inputs; i++) {
        mote_tensor_spec s;
        MOTE_TRY(spec_of(w, g->inputs[i], &s, err));
        MOTE_TRY(mote_graph_add_input(w->to, &s, &w->map[g->inputs[i]], err));
    }
    for (int32_t i = 0; i < g->n_ops; i++) {
        bool done = false;
        MOTE_TRY(w->pass->visit(w->pass->arg, w, i, &done, err));
        if (done)
            continue;
        int32_t in[MOTE_MAX_OP_LIST];
        MOTE_TRY(copy_inputs(w, &g->ops[i], in, err));
        MOTE_TRY(mote_rewrite_op(w, &g->ops[i], in, err));
    }
    int32_t outputs[MOTE_MAX_OP_LIST];
    for (int32_t i = 0; i < g->n_outputs; i++)
        outputs[i] = w->map[g->outputs[i]];
    MOTE_TRY(mote_graph_set_outputs(w->to, outputs, g->n_outputs, err));
    return mote_graph_validate(w->to, err);
}

mote_status mote_graph_rewrite(const mote_graph *from, const mote_pass *pass, mote_graph **out,
                               mote_err *err)
{
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, (size_t)64 << 20);
    mote_rewrite w = {.pass = pass, .from = from, .arena = &arena};
    size_t n = (size_t)from->n_tensors;
    MOTE_TRY(mote_arena_take(&arena, n, sizeof *w.map, &w.map, err));
    MOTE_TRY(mote_arena_take(&arena, n, sizeof *w.n_readers, &w.n_readers, err));
    MOTE_TRY(mote_graph_create(from->arena.limit_bytes, &w.to, err));
    mote_status st = walk(&w, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(w.to);
        return st;
    }
    *out = w.to;
    return MOTE_OK;
}
