/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of operators that can be trained: how one becomes a node, and what the passes call. The
 * one table by kind in learn/. See net_internal.h. */
#include <math.h>
#include <string.h>

#include "graph/op.h"
#include "learn/net_internal.h"

static const float no_limit = HUGE_VALF;

/* ------------------------------------------------------------------ operators to nodes */

static mote_status unsupported(const mote_net *net, int32_t op, const char *why, mote_err *err)
{
    const mote_op *o = &net->graph->ops[op];
    return mote_fail(err, MOTE_UNSUPPORTED, "operator %d ('%s', output '%s') cannot be trained: %s",
                     (int)op, mote_op_text(o->kind), net->graph->tensors[o->outputs[0]].name, why);
}

/* Height, width and channels of a tensor behind its first dimension. */
static void shape_of(const mote_tensor *t, int32_t *h, int32_t *w, int32_t *c)
{
    int32_t d[3] = {1, 1, 1};
    for (int32_t i = t->n_dims - 1, at = 2; i >= 1 && at >= 0; i--, at--)
        d[at] = t->dims[i];
    *h = d[0];
    *w = d[1];
    *c = d[2];
}

size_t net_state_of(const mote_net *net, int32_t tensor)
{
    for (size_t i = 0; i < net->n_segments; i++) {
        if (net->segments[i].tensor == tensor)
            return net->segments[i].first;
    }
    return NO_STATE;
}

static bool is_trained(const mote_net *net, int32_t tensor)
{
    return net->graph->tensors[tensor].is_trained;
}

static net_node *new_node(mote_net *net, mote_op_kind kind, int32_t op, int32_t in_tensor,
                          int32_t out_tensor)
{
    const mote_graph *g = net->graph;
    net_node *n = &net->nodes[net->n_nodes];
    *n = (net_node){.kind = kind,
                    .op = op,
                    .attrs = g->ops[op].attrs,
                    .low = -no_limit,
                    .high = no_limit,
                    .value = out_tensor};
    n->weights = n->bias = n->gamma = n->beta = n->mean = n->variance = NO_STATE;
    n->n_inputs = 1;
    n->inputs[0] = net->node_of[in_tensor];
    shape_of(&g->tensors[in_tensor], &n->in_h, &n->in_w, &n->in_c);
    shape_of(&g->tensors[out_tensor], &n->out_h, &n->out_w, &n->out_c);
    n->in_elements = (size_t)mote_tensor_elements(&g->tensors[in_tensor]);
    n->out_elements = (size_t)mote_tensor_elements(&g->tensors[out_tensor]);
    n->needs_grad = n->inputs[0] != NO_NODE && net->nodes[n->inputs[0]].needs_grad;
    net->node_of[out_tensor] = net->n_nodes++;
    return n;
}

static void set_activation(net_node *n, mote_activation a)
{
    if (a == MOTE_ACT_NONE)
        return;
    n->low = 0.0f;
    n->high = a == MOTE_ACT_RELU6 ? 6.0f : no_limit;
    n->is_lazy = true;
}

static void set_weights(mote_net *net, net_node *n, const mote_op *o)
{
    const mote_tensor *w = &net->graph->tensors[o->inputs[1]];
    n->weights = net_state_of(net, o->inputs[1]);
    n->bias = net_state_of(net, o->inputs[2]);
    n->n_weights = (size_t)mote_tensor_elements(w);
    n->needs_grad = n->needs_grad || is_trained(net, o->inputs[1]) || is_trained(net, o->inputs[2]);
    if (w->n_dims == 4) {
        n->kernel_h = w->dims[1];
        n->kernel_w = w->dims[2];
    } else {
        n->kernel_h = n->kernel_w = 1;
    }
}

static void set_window(net_node *n)
{
    n->dilation_h = n->attrs.dilation_h > 1 ? n->attrs.dilation_h : 1;
    n->dilation_w = n->attrs.dilation_w > 1 ? n->attrs.dilation_w : 1;
    n->span_h = (n->kernel_h - 1) * n->dilation_h + 1;
    n->span_w = (n->kernel_w - 1) * n->dilation_w + 1;
    n->pad_h =
        n->attrs.top + mote_pad_before(n->attrs.padding, n->in_h, n->span_h, n->attrs.stride_h);
    n->pad_w =
        n->attrs.left + mote_pad_before(n->attrs.padding, n->in_w, n->span_w, n->attrs.stride_w);
}

/* The node that a batch norm or ReLU can be taken into: the one before it, when nobody else reads
 * the value between them and nothing has been applied that must come after. Else a copy. */
static net_node *node_to_extend(mote_net *net, int32_t op, const int32_t *n_readers, bool for_norm)
{
    const mote_op *o = &net->graph->ops[op];
    int32_t id = net->node_of[o->inputs[0]];
    if (id != NO_NODE && n_readers[o->inputs[0]] == 1) {
        net_node *n = &net->nodes[id];
        bool is_clamped = n->low > -no_limit;
        /* Not across a reshape: others may read the value before it, and it may change what a
         * channel is. */
        if (!is_clamped && !(for_norm && n->has_norm) && n->value == o->inputs[0]) {
            net->node_of[o->outputs[0]] = id;
            n->value = o->outputs[0];
            return n;
        }
    }
    return new_node(net, MOTE_OP_NONE, op, o->inputs[0], o->outputs[0]);
}

static mote_status add_norm(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err)
{
    (void)err;
    const mote_op *o = &net->graph->ops[op];
    net_node *n = node_to_extend(net, op, n_readers, true);
    n->has_norm = n->is_lazy = true;
    n->epsilon = o->attrs.epsilon;
    n->gamma = net_state_of(net, o->inputs[1]);
    n->beta = net_state_of(net, o->inputs[2]);
    n->mean = net_state_of(net, o->inputs[3]);
    n->variance = net_state_of(net, o->inputs[4]);
    n->needs_grad = n->needs_grad || is_trained(net, o->inputs[1]) || is_trained(net, o->inputs[2]);
    return MOTE_OK;
}

static mote_status add_relu(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err)
{
    (void)err;
    set_activation(node_to_extend(net, op, n_readers, false), MOTE_ACT_RELU);
    return MOTE_OK;
}

static mote_status add_pair(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err)
{
    (void)n_readers, (void)err;
    const mote_op *o = &net->graph->ops[op];
    net_node *n = new_node(net, o->kind, op, o->inputs[0], o->outputs[0]);
    n->n_inputs = 2;
    n->inputs[1] = net->node_of[o->inputs[1]];
    if (n->inputs[1] != NO_NODE && net->nodes[n->inputs[1]].needs_grad)
        n->needs_grad = true;
    const mote_op_pair p =
        mote_op_pair_of(&net->graph->tensors[o->inputs[0]], &net->graph->tensors[o->inputs[1]]);
    n->pair[0] = p.outer;
    n->pair[1] = p.repeat;
    n->pair[2] = p.inner;
    set_activation(n, o->attrs.activation);
    return MOTE_OK;
}

static mote_status add_dense(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err)
{
    (void)n_readers, (void)err;
    const mote_op *o = &net->graph->ops[op];
    net_node *n = new_node(net, o->kind, op, o->inputs[0], o->outputs[0]);
    set_weights(net, n, o);
    set_activation(n, o->attrs.activation);
    return MOTE_OK;
}

static mote_status add_conv(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err)
{
    MOTE_TRY(add_dense(net, op, n_readers, err));
    set_window(&net->nodes[net->n_nodes - 1]);
    return MOTE_OK;
}

static mote_status add_pool(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err)
{
    (void)n_readers, (void)err;
    const mote_op *o = &net->graph->ops[op];
    net_node *n = new_node(net, o->kind, op, o->inputs[0], o->outputs[0]);
    n->kernel_h = o->attrs.window_h;
    n->kernel_w = o->attrs.window_w;
    set_window(n);
    return MOTE_OK;
}

static mote_status add_plain(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err)
{
    (void)n_readers, (void)err;
    const mote_op *o = &net->graph->ops[op];
    (void)new_node(net, o->kind, op, o->inputs[0], o->outputs[0]);
    return MOTE_OK;
}

static mote_status add_alias(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err)
{
    (void)n_readers, (void)err;
    const mote_op *o = &net->graph->ops[op];
    net->node_of[o->outputs[0]] = net->node_of[o->inputs[0]];
    return MOTE_OK;
}

static mote_status add_softmax(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err)
{
    const mote_op *o = &net->graph->ops[op];
    if (op != net->graph->n_ops - 1)
        return unsupported(net, op, "a softmax must be the last operator, where the loss is", err);
    if (net->node_of[o->inputs[0]] == NO_NODE || n_readers[o->inputs[0]] != 1)
        return unsupported(net, op, "its input must be computed, and read by it alone", err);
    net->logits = net->node_of[o->inputs[0]];
    net->n_outputs = net->nodes[net->logits].out_c;
    if ((size_t)net->n_outputs != net->nodes[net->logits].out_elements || net->n_outputs < 2)
        return unsupported(net, op, "it must give one vector of at least 2 classes", err);
    return MOTE_OK;
}

/* ------------------------------------------------------------------ the table */

/* Weights as products want them: [k][oc], in tiles, so that both sides stay in cache. */
static void transpose(const net_node *n, const float *w)
{
    const size_t tile = 16, oc = (size_t)n->out_c, k = n->n_weights / oc;
    for (size_t i0 = 0; i0 < oc; i0 += tile) {
        for (size_t j0 = 0; j0 < k; j0 += tile) {
            for (size_t i = i0; i < oc && i < i0 + tile; i++) {
                for (size_t j = j0; j < k && j < j0 + tile; j++)
                    n->turned[j * oc + i] = w[i * k + j];
            }
        }
    }
}

static const net_layer layers[MOTE_OP_END] = {
    [MOTE_OP_NONE] = {.forward = net_copy_forward, .backward = net_copy_backward},
    [MOTE_OP_CONV_2D] = {.add = add_conv,
                         .n_params = 2,
                         .forward = net_conv_forward,
                         .backward = net_conv_backward,
                         .turn = transpose,
                         .scratch = net_conv_scratch},
    [MOTE_OP_DEPTHWISE_CONV_2D] = {.add = add_conv,
                                   .n_params = 2,
                                   .forward = net_depthwise_forward,
                                   .backward = net_depthwise_backward,
                                   .turn = net_depthwise_turn,
                                   .scratch = net_depthwise_scratch},
    [MOTE_OP_DENSE] = {.add = add_dense,
                       .n_params = 2,
                       .forward = net_dense_forward,
                       .backward = net_dense_backward,
                       .whole_piece = true,
                       .turn = transpose,
                       .weight_blocks = net_dense_weight_blocks,
                       .weights = net_dense_weights,
                       .scratch = net_dense_scratch},
    [MOTE_OP_AVG_POOL_2D] = {.add = add_pool,
                             .forward = net_avg_pool_forward,
                             .backward = net_avg_pool_backward},
    [MOTE_OP_MAX_POOL_2D] = {.add = add_pool,
                             .forward = net_max_pool_forward,
                             .backward = net_max_pool_backward},
    [MOTE_OP_ADD] = {.add = add_pair, .forward = net_add_forward, .backward = net_add_backward},
    [MOTE_OP_MUL] = {.add = add_pair,
                     .forward = net_mul_forward,
                     .backward = net_mul_backward,
                     .scratch = net_mul_scratch},
    [MOTE_OP_DROPOUT] = {.add = add_plain,
                         .forward = net_dropout_forward,
                         .backward = net_dropout_backward},
    [MOTE_OP_NOISE] = {.add = add_plain,
                       .forward = net_noise_forward,
                       .backward = net_copy_backward},
    [MOTE_OP_RESHAPE] = {.add = add_alias},
    [MOTE_OP_BATCH_NORM] = {.add = add_norm, .n_params = 2, .n_statistics = 2},
    [MOTE_OP_RELU] = {.add = add_relu},
    [MOTE_OP_SOFTMAX] = {.add = add_softmax, .is_end = true},
};

/* What works value by value needs no row. */
static const net_layer element = {
    .add = add_plain, .forward = net_element_forward, .backward = net_element_backward};

const net_layer *net_layer_of(mote_op_kind kind)
{
    if (layers[kind].add || layers[kind].forward)
        return &layers[kind];
    const mote_op_class *c = mote_op_find(kind);
    return c && c->slope ? &element : NULL;
}

mote_status net_add_op(mote_net *net, int32_t op, const int32_t *n_readers, mote_err *err)
{
    const mote_op *o = &net->graph->ops[op];
    const mote_op_class *c = mote_op_find(o->kind);
    const net_layer *l = net_layer_of(o->kind);
    for (int32_t k = 0; k < c->n_activations; k++)
        if (net->graph->tensors[o->inputs[k]].role == MOTE_ROLE_CONST)
            return unsupported(net, op, "it works on a constant", err);
    if (!l)
        return unsupported(net, op, "no gradient is known for it", err);
    return l->add(net, op, n_readers, err);
}
