/* SPDX-License-Identifier: Apache-2.0 */
/* The reference interpreter: float32 values, sums in double, written to be compared with and not to
 * be fast. What an operator computes is in its file below ops/. See graph.h. */
#include <string.h>

#include "graph/op.h"

/* Float32 all through, but for what operators that work on the host take as integers. */
static mote_status check(const mote_graph *g, mote_err *err)
{
    MOTE_TRY(mote_graph_validate(g, err));
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (g->tensors[g->inputs[i]].dims[0] != 1)
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "the reference interpreter runs float32 graphs of batch 1");
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *op = &g->ops[i];
        bool runs = mote_op_find(op->kind)->run != NULL;
        for (int32_t k = 0; runs && k < op->n_outputs; k++)
            runs = g->tensors[op->outputs[k]].dtype == MOTE_F32;
        if (!runs)
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "the reference interpreter runs float32 graphs of batch 1, '%s' (%s) "
                             "is none",
                             g->tensors[op->outputs[0]].name, mote_op_text(op->kind));
    }
    return MOTE_OK;
}

mote_status mote_graph_run(const mote_graph *g, const void *const *in, void *const *out,
                           mote_graph_observer *observe, void *arg, mote_err *err)
{
    MOTE_TRY(check(g, err));
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, (size_t)4 << 30);
    mote_run r = {.g = g};
    MOTE_TRY(mote_arena_take(&arena, (size_t)g->n_tensors, sizeof *r.values, &r.values, err));
    for (int32_t t = 0; t < g->n_tensors; t++) {
        r.values[t] = g->tensors[t].data;
        if (g->tensors[t].role != MOTE_ROLE_CONST)
            MOTE_TRY(mote_arena_take(&arena, (size_t)mote_tensor_elements(&g->tensors[t]),
                                     mote_dtype_bytes(g->tensors[t].dtype), &r.values[t], err));
    }
    for (int32_t i = 0; i < g->n_inputs; i++) {
        int32_t t = g->inputs[i];
        /* every tensor has its values: NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
        memcpy(r.values[t], in[i], mote_tensor_bytes(&g->tensors[t]));
        if (observe && g->tensors[t].dtype == MOTE_F32)
            observe(arg, t, r.values[t], mote_tensor_elements(&g->tensors[t]));
    }
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *op = &g->ops[i];
        mote_op_find(op->kind)->run(&r, op);
        for (int32_t k = 0; observe && k < op->n_outputs; k++)
            observe(arg, op->outputs[k], r.values[op->outputs[k]],
                    mote_tensor_elements(&g->tensors[op->outputs[k]]));
    }
    for (int32_t i = 0; i < g->n_outputs; i++)
        /* the same: NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
        memcpy(out[i], r.values[g->outputs[i]], mote_tensor_bytes(&g->tensors[g->outputs[i]]));
    return MOTE_OK;
}

mote_status mote_graph_run_f32(const mote_graph *g, const float *in, float *out,
                               mote_graph_observer *observe, void *arg, mote_err *err)
{
    MOTE_TRY(mote_graph_one_to_one(g, "a run with one tensor", err));
    if (g->tensors[g->inputs[0]].dtype != MOTE_F32)
        return mote_fail(err, MOTE_UNSUPPORTED, "the reference interpreter: input '%s' is %s",
                         g->tensors[g->inputs[0]].name,
                         mote_dtype_name(g->tensors[g->inputs[0]].dtype));
    return mote_graph_run(g, (const void *const[]){in}, (void *const[]){out}, observe, arg, err);
}
