/* SPDX-License-Identifier: Apache-2.0 */
/* RESHAPE: the same elements in the shape that the output was given. */
#include "graph/ops/common.h"

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    MOTE_TRY(mote_dims_check("the output of reshape", out->n_dims, out->dims, err));
    if (mote_shape_elements(out) != mote_tensor_elements(op_in(g, op, 0)))
        return op_misfit(g, op, "the new shape has another number of elements", err);
    return MOTE_OK;
}

static mote_status lower(const mote_graph *g, mote_isa isa, mote_arena *a, mote_call *call,
                         mote_err *err)
{
    (void)isa, (void)a;
    return op_lower_same_quant(g, call, err);
}

const mote_op_class mote_op_reshape = {.flags = MOTE_OP_KEEPS_QUANT | MOTE_OP_SAME_BYTES |
                                                MOTE_OP_ANY_BATCH,
                                       .n_activations = 1,
                                       .n_outputs = 1,
                                       .shape = shape,
                                       .run = op_run_copy,
                                       .need = op_need_none,
                                       .lower = lower};
