/* SPDX-License-Identifier: Apache-2.0 */
/* model.h and model.c: constants of each operator, then the network as one function of straight
 * calls, with the arena offsets of the plan written out. See codegen_internal.h. */
#include "compile/codegen_template.h"

/* Where and what the input or output is. */
static void tensor_text(const codegen *c, mote_buf *b, const char *what, int32_t id)
{
    const mote_tensor *t = &c->in->graph->tensors[id];
    char shape[MOTE_SHAPE_TEXT_BYTES];
    MOTE_SCOPED_BUF real;
    MOTE_SCOPED_BUF scale;
    mote_buf_init(&real, 100);
    mote_buf_init(&scale, 100);
    mote_dims_text(t->n_dims, t->dims, shape);
    if (t->dtype == MOTE_I8) {
        mote_buf_f32(&real, t->quant.scales[0]);
        codegen_f32(&scale, t->quant.scales[0]);
    }
    const codegen_value values[] = {
        {"what", .text = what},
        {"shape", .text = shape},
        {"real", .text = real.data},
        {"scale", .text = scale.data},
        {"zero_point", .number = t->quant.zero_point},
        {"offset", .number = c->plan.tensor_offset[id]},
        {"bytes", .number = (int64_t)mote_tensor_bytes(t)},
    };
    CODEGEN_FILL(c, b, codegen_tensor_h, values);
}

static void input(const codegen *c, mote_buf *b)
{
    tensor_text(c, b, "INPUT", c->in->graph->inputs[0]);
}

static void output(const codegen *c, mote_buf *b)
{
    tensor_text(c, b, "OUTPUT", c->in->graph->outputs[0]);
}

void codegen_model_header(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {{"macs", .number = mote_graph_macs(c->in->graph)},
                                    {"input", .write = input},
                                    {"output", .write = output}};
    CODEGEN_FILL(c, b, codegen_model_h, values);
}

static void label_texts(const codegen *c, mote_buf *b)
{
    codegen_strings(b, c->in->labels, c->in->n_labels);
}

static void constants(const codegen *c, mote_buf *b)
{
    for (int32_t i = 0; i < c->lowered.n_calls; i++) {
        const mote_call *call = &c->lowered.calls[i];
        char op[CODEGEN_NAME_BYTES + 16];
        (void)mote_format(op, sizeof op, "%s_op%d", c->model_name.lower, call->op);
        codegen_params(b, op, call);
    }
}

static void call_text(const codegen *c, const mote_call *call, mote_buf *b)
{
    const mote_graph *g = c->in->graph;
    const mote_tensor *in = &g->tensors[call->inputs[0]], *out = &g->tensors[call->output];
    char from[MOTE_SHAPE_TEXT_BYTES], to[MOTE_SHAPE_TEXT_BYTES];
    mote_dims_text(in->n_dims, in->dims, from);
    mote_dims_text(out->n_dims, out->dims, to);
    mote_buf_printf(b, "    /* %s %s -> %s", mote_op_text(g->ops[call->op].kind), from, to);
    int64_t macs = mote_graph_op_macs(g, call->op);
    if (macs > 0)
        mote_buf_printf(b, ", %lld MACs", (long long)macs);
    if (call->kernel == MOTE_KERNEL_NONE) {
        mote_buf_str(b, ": the same bytes */\n");
        return;
    }
    mote_buf_str(b, " */\n");
    const int64_t *at = c->plan.tensor_offset;
    mote_buf_printf(b, "    %s(&%s_op%d", mote_kernel_function(call->kernel), c->model_name.lower,
                    call->op);
    for (int32_t i = 0; i < call->n_inputs; i++)
        mote_buf_printf(b, ", a + %lld", (long long)at[call->inputs[i]]);
    mote_buf_printf(b, ", a + %lld", (long long)at[call->output]);
    if (mote_kernel_has_scratch(call->kernel))
        mote_buf_printf(b, ", a + %lld", (long long)c->plan.scratch_offset[call->op]);
    mote_buf_str(b, ");\n");
}

static void calls(const codegen *c, mote_buf *b)
{
    for (int32_t i = 0; i < c->lowered.n_calls; i++)
        call_text(c, &c->lowered.calls[i], b);
}

void codegen_model_source(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {{"label_texts", .write = label_texts},
                                    {"constants", .write = constants},
                                    {"calls", .write = calls}};
    CODEGEN_FILL(c, b, codegen_model_c, values);
}
