/* SPDX-License-Identifier: Apache-2.0 */
/* From a graph to the state layout and the memory of a net. See net_internal.h. */
#include "learn/net_internal.h"

#include <math.h>
#include <string.h>

#include "graph/op.h"

static void count_readers(const mote_graph *g, int32_t *n_readers)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        for (int32_t k = 0; k < g->ops[i].n_inputs; k++)
            n_readers[g->ops[i].inputs[k]]++;
    }
}

/* ------------------------------------------------------------------ state layout */

/* The operator input position of each constant tells what it is: 1 weights, 2 bias; for batch norm
 * 1 gamma, 2 beta, 3 mean, 4 variance. */
static mote_status add_segment(mote_net *net, int32_t tensor, bool is_weight, bool is_param,
                               mote_err *err)
{
    const mote_tensor *t = &net->graph->tensors[tensor];
    if (t->role != MOTE_ROLE_CONST || t->dtype != MOTE_F32)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "parameter '%s' is not a float32 constant of the graph", t->name);
    if (net_state_of(net, tensor) != NO_STATE)
        return mote_fail(err, MOTE_UNSUPPORTED, "parameter '%s' belongs to two operators", t->name);
    mote_net_segment *s = &net->segments[net->n_segments++];
    *s = (mote_net_segment){.tensor = tensor,
                            .first = net->n_state,
                            .count = (size_t)mote_tensor_elements(t),
                            .is_trained = is_param && t->is_trained,
                            .is_weight = is_weight};
    net->n_state += s->count;
    return MOTE_OK;
}

static mote_status lay_out_state(mote_net *net, mote_err *err)
{
    const mote_graph *g = net->graph;
    MOTE_TRY(mote_arena_take(&net->arena, (size_t)g->n_ops * 4 + 1, sizeof *net->segments,
                             &net->segments, err));
    for (int32_t pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < g->n_ops; i++) {
            const mote_op *o = &g->ops[i];
            const net_layer *l = net_layer_of(o->kind);
            const int32_t first = l && pass == 1 ? 1 + l->n_params : 1;
            const int32_t n = !l ? 0 : pass == 1 ? l->n_statistics : l->n_params;
            for (int32_t k = first; k < first + n; k++)
                MOTE_TRY(add_segment(net, o->inputs[k], l->turn && k == 1, pass == 0, err));
        }
        if (pass == 0)
            net->n_params = net->n_state;
    }
    return MOTE_OK;
}

/* ------------------------------------------------------------------ memory */

/* Gradient buffers. A node's buffer is in use from its last reader (in the order of the graph) back
 * to the node itself; going backwards over the nodes, a buffer is handed on when its node is done.
 */
static mote_status share_grads(mote_net *net, mote_err *err)
{
    size_t n = (size_t)net->n_nodes + 1;
    size_t *slot_size;
    bool *is_free;
    MOTE_TRY(mote_arena_take(&net->arena, n, sizeof *slot_size, &slot_size, err));
    MOTE_TRY(mote_arena_take(&net->arena, n, sizeof *is_free, &is_free, err));
    int32_t n_slots = 0;
    for (int32_t i = 0; i < net->n_nodes; i++)
        net->nodes[i].g_slot = -1;
    for (int32_t i = net->n_nodes - 1; i >= 0; i--) {
        net_node *node = &net->nodes[i];
        for (int32_t k = -1; k < node->n_inputs; k++) {
            net_node *in = k < 0                        ? node
                           : node->inputs[k] == NO_NODE ? NULL
                                                        : &net->nodes[node->inputs[k]];
            if (!in || !in->needs_grad || in->g_slot >= 0)
                continue;
            int32_t slot = 0;
            while (slot < n_slots && !is_free[slot])
                slot++;
            if (slot == n_slots)
                n_slots++;
            is_free[slot] = false;
            in->g_slot = slot;
            if (in->out_elements > slot_size[slot])
                slot_size[slot] = in->out_elements;
        }
        if (node->g_slot >= 0)
            is_free[node->g_slot] = true;
    }
    float **slots;
    MOTE_TRY(mote_arena_take(&net->arena, (size_t)n_slots + 1, sizeof *slots, &slots, err));
    for (int32_t i = 0; i < n_slots; i++)
        MOTE_TRY(mote_arena_take(&net->arena, (size_t)net->cfg.max_batch,
                                 slot_size[i] * sizeof(float), &slots[i], err));
    for (int32_t i = 0; i < net->n_nodes; i++) {
        if (net->nodes[i].g_slot >= 0)
            net->nodes[i].g = slots[net->nodes[i].g_slot];
    }
    return MOTE_OK;
}

static mote_status take_floats(mote_net *net, size_t n, float **out, mote_err *err)
{
    return mote_arena_take(&net->arena, n, sizeof(float), out, err);
}

static mote_status take_node_memory(mote_net *net, net_node *n, mote_err *err)
{
    size_t c = (size_t)n->out_c, batch = (size_t)net->cfg.max_batch;
    MOTE_TRY(mote_arena_take(&net->arena, batch, n->out_elements * sizeof(float), &n->x, err));
    if (n->weights != NO_STATE)
        MOTE_TRY(take_floats(net, n->n_weights, &n->turned, err));
    n->scale = net->ones;
    n->shift = net->zeros;
    if (!n->has_norm)
        return MOTE_OK;
    float **vectors[] = {&n->scale, &n->shift, &n->centre, &n->ka, &n->kb, &n->kc};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        MOTE_TRY(take_floats(net, c, vectors[i], err));
    MOTE_TRY(mote_arena_take(&net->arena, c, sizeof(double), &n->batch_mean, err));
    MOTE_TRY(mote_arena_take(&net->arena, c, sizeof(double), &n->inverse_sd, err));
    return mote_arena_take(&net->arena, batch, 2 * c * sizeof(float), &n->sums, err);
}

/* Room for the parts of one parameter tensor, and the runs to add them up in. */
static size_t add_part(mote_net *net, size_t first, size_t count)
{
    size_t part = net->n_parts;
    for (size_t done = 0; done < count;) {
        size_t n = count - done < MAX_PART_RUN ? count - done : MAX_PART_RUN;
        net->part_runs[net->n_part_runs++] =
            (part_run){.first = first + done, .part = part + done, .count = n};
        done += n;
    }
    net->n_parts += count;
    return part;
}

/* Everything but the weights of dense layers is added up from parts. */
static mote_status lay_out_parts(mote_net *net, mote_err *err)
{
    size_t most = net->n_params / MAX_PART_RUN + 4 * (size_t)net->n_nodes + 1;
    MOTE_TRY(mote_arena_take(&net->arena, most, sizeof *net->part_runs, &net->part_runs, err));
    size_t widest = 0;
    for (int32_t i = 0; i < net->n_nodes; i++) {
        net_node *n = &net->nodes[i];
        size_t c = (size_t)n->out_c;
        if (net_layer_of(n->kind)->weights)
            widest = n->in_elements > widest ? n->in_elements : widest;
        else if (n->weights != NO_STATE)
            n->weights_part = add_part(net, n->weights, n->n_weights);
        if (n->bias != NO_STATE)
            n->bias_part = add_part(net, n->bias, c);
        if (n->has_norm) {
            n->gamma_part = add_part(net, n->gamma, c);
            n->beta_part = add_part(net, n->beta, c);
        }
    }
    MOTE_TRY(mote_arena_take(&net->arena, (size_t)net->cfg.max_batch, widest * sizeof(float),
                             &net->wide, err));
    return mote_arena_take(&net->arena, net->n_parts, MAX_PIECES * sizeof(float), &net->parts, err);
}

static mote_status take_scratch(mote_net *net, mote_err *err)
{
    for (int32_t i = 0; i < net->n_nodes; i++) {
        size_t need[3] = {0, 0, 0};
        const net_node *n = &net->nodes[i];
        void (*scratch)(const net_node *, int32_t, size_t *) = net_layer_of(n->kind)->scratch;
        need[0] = n->out_elements;
        need[1] = n->in_elements > n->out_elements ? n->in_elements : n->out_elements;
        if (scratch)
            scratch(n, net->cfg.max_batch, need);
        for (int32_t k = 0; k < 3; k++) {
            if (need[k] > net->scratch_floats[k])
                net->scratch_floats[k] = need[k];
        }
    }
    size_t n = (size_t)mote_pool_threads(net->pool) * 3;
    MOTE_TRY(mote_arena_take(&net->arena, n, sizeof *net->scratch, &net->scratch, err));
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(take_floats(net, net->scratch_floats[i % 3], &net->scratch[i], err));
    return MOTE_OK;
}

static mote_status take_memory(mote_net *net, mote_err *err)
{
    size_t widest = 1;
    for (int32_t i = 0; i < net->n_nodes; i++) {
        if ((size_t)net->nodes[i].out_c > widest)
            widest = (size_t)net->nodes[i].out_c;
    }
    MOTE_TRY(take_floats(net, widest, &net->zeros, err));
    MOTE_TRY(take_floats(net, widest, &net->ones, err));
    for (size_t i = 0; i < widest; i++)
        net->ones[i] = 1.0f;
    for (int32_t i = 0; i < net->n_nodes; i++)
        MOTE_TRY(take_node_memory(net, &net->nodes[i], err));
    MOTE_TRY(share_grads(net, err));
    MOTE_TRY(take_scratch(net, err));
    MOTE_TRY(lay_out_parts(net, err));
    MOTE_TRY(
        mote_arena_take(&net->arena, (size_t)net->n_outputs, sizeof(double), &net->slopes, err));
    return mote_arena_take(&net->arena, (size_t)net->cfg.max_batch,
                           (size_t)net->n_outputs * sizeof(float), &net->outputs, err);
}

/* The end of a graph and the loss belong together. */
static mote_status check_end(const mote_net *net, mote_err *err)
{
    const mote_graph *g = net->graph;
    const net_layer *last = g->n_ops > 0 ? net_layer_of(g->ops[g->n_ops - 1].kind) : NULL;
    bool softmax = last && last->is_end;
    if (mote_loss_is_of_classes(net->cfg.loss.kind) && !softmax)
        return mote_fail(err, MOTE_UNSUPPORTED, "a graph to be trained must end in a softmax");
    if (!mote_loss_is_of_classes(net->cfg.loss.kind) && softmax)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "a graph that ends in a softmax gives no values for the loss '%s'",
                         mote_loss_row_get(net->cfg.loss.kind)->name);
    return MOTE_OK;
}

/* A graph of values: the loss reads what its last operator gives. */
static mote_status find_values(mote_net *net, mote_err *err)
{
    int32_t node = net->node_of[net->graph->outputs[0]];
    if (node == NO_NODE)
        return mote_fail(err, MOTE_UNSUPPORTED, "the output of the graph is not computed");
    net->logits = node;
    net->n_outputs = (int32_t)net->nodes[node].out_elements;
    return MOTE_OK;
}

mote_status net_plan(mote_net *net, mote_err *err)
{
    const mote_graph *g = net->graph;
    MOTE_TRY(check_end(net, err));
    if (g->n_ops == 0 || g->n_inputs != 1)
        return mote_fail(err, MOTE_UNSUPPORTED, "a graph without operators has nothing to train");
    if (g->tensors[g->inputs[0]].dtype != MOTE_F32)
        return mote_fail(err, MOTE_UNSUPPORTED, "a graph to be trained must be float32");
    net->in_elements = (size_t)mote_tensor_elements(&g->tensors[g->inputs[0]]);
    MOTE_TRY(lay_out_state(net, err));
    if (net->n_params == 0)
        return mote_fail(err, MOTE_UNSUPPORTED, "the graph has nothing to train");
    int32_t *n_readers;
    MOTE_TRY(
        mote_arena_take(&net->arena, (size_t)g->n_tensors, sizeof *n_readers, &n_readers, err));
    MOTE_TRY(mote_arena_take(&net->arena, (size_t)g->n_tensors, sizeof *net->node_of, &net->node_of,
                             err));
    for (int32_t i = 0; i < g->n_tensors; i++)
        net->node_of[i] = NO_NODE;
    count_readers(g, n_readers);
    MOTE_TRY(mote_arena_take(&net->arena, (size_t)g->n_ops, sizeof *net->nodes, &net->nodes, err));
    for (int32_t i = 0; i < g->n_ops; i++)
        MOTE_TRY(net_add_op(net, i, n_readers, err));
    if (!mote_loss_is_of_classes(net->cfg.loss.kind))
        MOTE_TRY(find_values(net, err));
    /* Only nodes that the result depends on have gradients to pass on. */
    net->nodes[net->logits].n_readers = 1;
    for (int32_t i = net->n_nodes - 1; i >= 0; i--) {
        const net_node *n = &net->nodes[i];
        for (int32_t k = 0; n->n_readers > 0 && k < n->n_inputs; k++) {
            if (n->inputs[k] != NO_NODE)
                net->nodes[n->inputs[k]].n_readers++;
        }
    }
    return take_memory(net, err);
}
