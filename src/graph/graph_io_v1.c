/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of version 1 of the saved graph (docs/formats/graph.md, at its end): one input and one
 * output, four dimensions, three types, and the attributes of its time in fixed places. */
#include "graph/graph_internal.h"
#include "graph/graph_io.h"
#include "graph/op.h"

#define MAX_DIMS 4

static mote_status load_op(mote_reader *r, mote_graph *g, mote_err *err)
{
    int32_t in[MOTE_MAX_OP_LIST], out;
    mote_op op = {.inputs = in, .outputs = &out, .n_outputs = 1};
    op.kind = (mote_op_kind)mote_read_u8(r);
    op.attrs.padding = (mote_padding)mote_read_u8(r);
    op.attrs.activation = (mote_activation)mote_read_u8(r);
    op.n_inputs = mote_read_u8(r);
    const mote_op_class *c = mote_op_find(op.kind);
    if (!r->failed && (!c || op.n_inputs != c->n_activations + c->n_constants))
        return mote_fail(err, MOTE_UNSUPPORTED, "graph: there is no operator %d with %d inputs",
                         (int)op.kind, op.n_inputs);
    op.attrs.stride_h = mote_read_i32(r);
    op.attrs.stride_w = mote_read_i32(r);
    op.attrs.window_h = mote_read_i32(r);
    op.attrs.window_w = mote_read_i32(r);
    op.attrs.epsilon = mote_read_f32(r);
    op.attrs.rate = mote_read_f32(r);
    for (int32_t i = 0; !r->failed && i < op.n_inputs; i++)
        in[i] = mote_read_i32(r);
    out = mote_read_i32(r);
    return r->failed ? mote_graph_truncated(err) : mote_graph_append(g, &op, err);
}

mote_status mote_graph_load_v1(mote_reader *r, mote_graph *g, mote_err *err)
{
    uint32_t n_tensors = mote_read_u32(r), n_ops = mote_read_u32(r);
    int32_t input = mote_read_i32(r), output = mote_read_i32(r);
    MOTE_TRY(mote_graph_check_counts(r, n_tensors, n_ops, 32, err));
    for (uint32_t i = 0; i < n_tensors; i++)
        MOTE_TRY(mote_graph_load_tensor(r, g, MAX_DIMS, MOTE_I32, err));
    for (uint32_t i = 0; i < n_ops; i++)
        MOTE_TRY(load_op(r, g, err));
    return mote_graph_set_ends(g, &input, 1, &output, 1, err);
}
