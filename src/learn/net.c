/* SPDX-License-Identifier: Apache-2.0 */
/* Drives the nodes of a net forwards and backwards. See net_internal.h for the idea. */
#include "learn/net.h"

#include <math.h>
#include <string.h>

#include "learn/net_internal.h"

/* ------------------------------------------------------------------ create */

mote_status mote_net_create(const mote_graph *g, const mote_net_config *cfg, mote_pool *pool,
                            mote_net **out, mote_err *err)
{
    if (cfg->max_batch < 1 || cfg->max_batch > 65536)
        return mote_fail(err, MOTE_ARG, "batch size is %d, 1 to 65536 is possible",
                         (int)cfg->max_batch);
    if (!(cfg->norm_momentum >= 0.0f && cfg->norm_momentum <= 1.0f))
        return mote_fail(err, MOTE_ARG, "the momentum of batch norm must be in (0, 1]");
    mote_net *net = mote_alloc_zero(1, sizeof *net);
    if (!net)
        return mote_fail(err, MOTE_NOMEM, "no memory for a net");
    net->graph = g;
    net->cfg = *cfg;
    if (!(net->cfg.norm_momentum > 0.0f))
        net->cfg.norm_momentum = 0.1f;
    net->pool = pool;
    mote_arena_init(&net->arena, cfg->limit_bytes ? cfg->limit_bytes : (size_t)4 << 30);
    mote_status st = mote_kernels_get(cfg->simd, &net->k, err);
    if (st == MOTE_OK)
        st = net_plan(net, err);
    if (st != MOTE_OK) {
        mote_net_destroy(net);
        return mote_wrap(err, st, "prepare training with batches of %d", (int)cfg->max_batch);
    }
    *out = net;
    return MOTE_OK;
}

void mote_net_destroy(mote_net *net)
{
    if (!net)
        return;
    mote_arena_release(&net->arena);
    mote_free(net);
}

size_t mote_net_n_params(const mote_net *net)
{
    return net->n_params;
}
size_t mote_net_n_state(const mote_net *net)
{
    return net->n_state;
}
int32_t mote_net_n_outputs(const mote_net *net)
{
    return net->n_outputs;
}
size_t mote_net_in_elements(const mote_net *net)
{
    return net->in_elements;
}
const mote_kernels *mote_net_kernels(const mote_net *net)
{
    return net->k;
}

const mote_net_segment *mote_net_segments(const mote_net *net, size_t *n)
{
    *n = net->n_segments;
    return net->segments;
}

void mote_net_read(const mote_net *net, const mote_graph *g, float *state)
{
    for (size_t i = 0; i < net->n_segments; i++) {
        const mote_net_segment *s = &net->segments[i];
        memcpy(state + s->first, g->tensors[s->tensor].data, s->count * sizeof(float));
    }
}

void mote_net_write(const mote_net *net, const float *state, mote_graph *g)
{
    for (size_t i = 0; i < net->n_segments; i++) {
        const mote_net_segment *s = &net->segments[i];
        memcpy(g->tensors[s->tensor].data, state + s->first, s->count * sizeof(float));
    }
}

/* ------------------------------------------------------------------ pieces and values */

int32_t net_n_pieces(int32_t n)
{
    return n < MAX_PIECES ? n : MAX_PIECES;
}

sample_range net_piece(int32_t n, size_t piece)
{
    int64_t n_pieces = net_n_pieces(n), p = (int64_t)piece;
    return (sample_range){.first = (int32_t)(p * n / n_pieces),
                          .end = (int32_t)((p + 1) * n / n_pieces)};
}

float *net_scratch(const mote_net *net, int32_t worker, int32_t area)
{
    return net->scratch[worker * 3 + area];
}

float *net_part(const mote_net *net, size_t piece, size_t part)
{
    return net->parts + piece * net->n_parts + part;
}

const float *net_values(const mote_net *net, int32_t id, int32_t sample, int32_t n, float *into)
{
    if (id == NO_NODE)
        return net->inputs + (size_t)sample * net->in_elements;
    const net_node *node = &net->nodes[id];
    const float *x = node->x + (size_t)sample * node->out_elements;
    if (!node->is_lazy)
        return x;
    net->k->affine(n * node->out_h * node->out_w, node->out_c, x, node->scale, node->shift,
                   node->low, node->high, into);
    return into;
}

const float *net_raw_grads(const mote_net *net, const net_node *node, int32_t sample, int32_t n,
                           float *into)
{
    const float *g = node->g + (size_t)sample * node->out_elements;
    if (!node->has_norm)
        return g;
    net->k->norm_grad(n * node->out_h * node->out_w, node->out_c, g,
                      node->x + (size_t)sample * node->out_elements, node->ka, node->kb, node->kc,
                      into);
    return into;
}

/* Readers of input `i` that come after this one in the backward pass; an operator that reads a node
 * twice gives its parts in the order of its inputs. */
static int32_t readers_left(const mote_net *net, const net_node *node, int32_t i)
{
    int32_t left = net->nodes[node->inputs[i]].n_grads_left;
    return i == 1 && node->inputs[0] == node->inputs[1] ? left - 1 : left;
}

float *net_input_grads(const mote_net *net, const net_node *node, int32_t i, int32_t sample,
                       bool *add)
{
    if (node->inputs[i] == NO_NODE)
        return NULL;
    const net_node *in = &net->nodes[node->inputs[i]];
    if (!in->needs_grad)
        return NULL;
    *add = readers_left(net, node, i) < in->n_readers;
    return in->g + (size_t)sample * in->out_elements;
}

/* The gradient dL/dy of these samples is complete: pass it back through the clamp, and add up what
 * batch norm needs. */
static void finish_grads(const mote_net *net, const net_node *node, int32_t sample, int32_t n)
{
    int32_t rows = node->out_h * node->out_w;
    size_t c = (size_t)node->out_c;
    for (int32_t s = sample; s < sample + n; s++) {
        const float *x = node->x + (size_t)s * node->out_elements;
        float *g = node->g + (size_t)s * node->out_elements;
        if (node->has_norm) {
            float *sums = node->sums + (size_t)s * 2 * c;
            net->k->mask_sums(rows, node->out_c, x, node->scale, node->shift, node->low, node->high,
                              node->centre, g, sums, sums + c);
        } else if (node->is_lazy) {
            net->k->mask(rows, node->out_c, x, node->scale, node->shift, node->low, node->high, g);
        }
    }
}

void net_grads_added(const mote_net *net, const net_node *node, int32_t i, int32_t sample,
                     int32_t n)
{
    if (readers_left(net, node, i) == 1)
        finish_grads(net, &net->nodes[node->inputs[i]], sample, n);
}

/* ------------------------------------------------------------------ passes */

static void norm_from_running(net_node *node, const float *state)
{
    for (size_t ch = 0; ch < (size_t)node->out_c; ch++) {
        double variance = (double)state[node->variance + ch] + (double)node->epsilon;
        double scale = (double)state[node->gamma + ch] / sqrt(variance);
        node->scale[ch] = (float)scale;
        node->shift[ch] =
            (float)((double)state[node->beta + ch] - (double)state[node->mean + ch] * scale);
    }
}

static net_job job_of(mote_net *net, size_t piece, int32_t worker, bool whole_piece)
{
    sample_range r = net_piece(net->n, piece);
    return (net_job){.net = net,
                     .node = &net->nodes[net->at],
                     .sample = r.first,
                     .n = whole_piece ? r.end - r.first : 1,
                     .piece = piece,
                     .worker = worker,
                     .is_first = true};
}

static void forward_piece(void *arg, size_t piece, int32_t worker)
{
    mote_net *net = arg;
    const net_node *node = &net->nodes[net->at];
    const net_layer *l = net_layer_of(node->kind);
    net_job j = job_of(net, piece, worker, l->whole_piece);
    size_t c = (size_t)node->out_c;
    for (int32_t end = net_piece(net->n, piece).end; j.sample < end; j.sample += j.n) {
        l->forward(&j);
        for (int32_t s = j.sample; node->has_norm && net->is_training && s < j.sample + j.n; s++) {
            float *sums = node->sums + (size_t)s * 2 * c;
            net->k->moments(node->out_h * node->out_w, node->out_c,
                            node->x + (size_t)s * node->out_elements, sums, sums + c);
        }
    }
}

static void backward_piece(void *arg, size_t piece, int32_t worker)
{
    mote_net *net = arg;
    const net_layer *l = net_layer_of(net->nodes[net->at].kind);
    net_job j = job_of(net, piece, worker, l->whole_piece);
    for (int32_t end = net_piece(net->n, piece).end; j.sample < end; j.sample += j.n) {
        l->backward(&j);
        j.is_first = false;
    }
}

/* Weights as forward and backward want them. */
static void turn_weights(void *arg, size_t piece, int32_t worker)
{
    (void)worker;
    mote_net *net = arg;
    const net_node *n = &net->nodes[piece];
    if (n->weights != NO_STATE)
        net_layer_of(n->kind)->turn(n, net->state + n->weights);
}

/* running: where to move the running statistics, in training; NULL: use those of `state`. */
static void forward(mote_net *net, const float *state, float *running, const float *inputs,
                    int32_t n)
{
    MOTE_BUG_IF(n < 1 || n > net->cfg.max_batch);
    net->state = state;
    net->inputs = inputs;
    net->n = n;
    net->is_training = running != NULL;
    mote_pool_run(net->pool, (size_t)net->n_nodes, turn_weights, net);
    for (net->at = 0; net->at < net->n_nodes; net->at++) {
        net_node *node = &net->nodes[net->at];
        if (node->n_readers == 0)
            continue;
        mote_pool_run(net->pool, (size_t)net_n_pieces(n), forward_piece, net);
        if (node->has_norm && running)
            net_reduce_moments(net, node, running);
        else if (node->has_norm)
            norm_from_running(node, state);
    }
}

static void whole_weights(void *arg, size_t block, int32_t worker)
{
    (void)worker;
    const mote_net *net = arg;
    const net_node *n = &net->nodes[net->at];
    net_layer_of(n->kind)->weights(net, n, (int32_t)block);
}

static void backward(mote_net *net, float *grads)
{
    for (int32_t i = 0; i < net->n_nodes; i++)
        net->nodes[i].n_grads_left = net->nodes[i].n_readers;
    net->gradients = grads;
    finish_grads(net, &net->nodes[net->logits], 0, net->n);
    for (net->at = net->n_nodes - 1; net->at >= 0; net->at--) {
        net_node *node = &net->nodes[net->at];
        const net_layer *l = net_layer_of(node->kind);
        if (node->n_readers == 0 || !node->needs_grad) {
            if (l->weights) /* others leave their parts 0 */
                memset(grads + node->weights, 0, node->n_weights * sizeof *grads);
            continue;
        }
        if (node->has_norm)
            net_reduce_norm_grads(net, node);
        mote_pool_run(net->pool, (size_t)net_n_pieces(net->n), backward_piece, net);
        if (l->weights)
            mote_pool_run(net->pool, (size_t)l->weight_blocks(node), whole_weights, net);
        for (int32_t i = 0; i < node->n_inputs; i++) {
            if (node->inputs[i] != NO_NODE)
                net->nodes[node->inputs[i]].n_grads_left--;
        }
    }
    net_reduce_gradients(net);
}

/* ------------------------------------------------------------------ outputs */

/* What the whole batch predicts; the outputs with whatever batch norm or clamp they have. */
static void outputs(mote_net *net, float *out)
{
    size_t c = (size_t)net->n_outputs;
    float *area = net_scratch(net, 0, 1);
    for (int32_t s = 0; s < net->n; s++)
        mote_loss_outputs(&net->cfg.loss, net_values(net, net->logits, s, 1, area), c,
                          out + (size_t)s * c);
}

/* ------------------------------------------------------------------ public passes */

void mote_net_predict(mote_net *net, const float *state, const float *inputs, int32_t n, float *out)
{
    forward(net, state, NULL, inputs, n);
    outputs(net, out);
}

void mote_net_gradient(mote_net *net, float *state, const mote_net_batch *batch, float *grads,
                       mote_net_result *out)
{
    net->step = batch->step;
    forward(net, state, state, batch->inputs, batch->n);
    net_reduce_loss(net, batch, true, out);
    backward(net, grads);
}

void mote_net_statistics(mote_net *net, float *state, const mote_net_batch *batch, float momentum)
{
    const float usual = net->cfg.norm_momentum;
    net->step = batch->step;
    net->cfg.norm_momentum = momentum;
    forward(net, state, state, batch->inputs, batch->n);
    net->cfg.norm_momentum = usual;
}

void mote_net_loss(mote_net *net, const float *state, const mote_net_batch *batch,
                   mote_net_result *out)
{
    forward(net, state, NULL, batch->inputs, batch->n);
    net_reduce_loss(net, batch, false, out);
}
