/* SPDX-License-Identifier: Apache-2.0 */
/* Drives the nodes of a net forwards and backwards; batch norm's statistics; the loss. See
 * net_internal.h for the idea. */
#include "learn/net.h"

#include <math.h>
#include <string.h>

#include "graph/op.h"
#include "learn/net_internal.h"
#include "base/num.h"

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

/* ------------------------------------------------------------------ batch norm */

/* Mean and variance of the batch from the moments of its samples (Chan, Golub and LeVeque 1979:
 * sums of squares about each mean combine exactly), and what readers apply. Moves the running
 * statistics in `state`. */
static void norm_from_batch(const mote_net *net, net_node *node, float *state)
{
    int32_t rows = node->out_h * node->out_w;
    size_t c = (size_t)node->out_c;
    double total = (double)net->n * rows, m = (double)net->cfg.norm_momentum;
    for (size_t ch = 0; ch < c; ch++) {
        const float *sums = node->sums + ch;
        double sum = 0.0, square = 0.0;
        for (int32_t s = 0; s < net->n; s++)
            sum += (double)sums[(size_t)s * 2 * c];
        double mean = sum / total;
        for (int32_t s = 0; s < net->n; s++) {
            double d = (double)sums[(size_t)s * 2 * c] / rows - mean;
            square += (double)sums[(size_t)s * 2 * c + c] + rows * (d * d);
        }
        double inverse_sd = 1.0 / sqrt(square / total + (double)node->epsilon);
        double scale = (double)state[node->gamma + ch] * inverse_sd;
        node->batch_mean[ch] = mean;
        node->inverse_sd[ch] = inverse_sd;
        node->centre[ch] = (float)mean;
        node->scale[ch] = (float)scale;
        node->shift[ch] = (float)((double)state[node->beta + ch] - mean * scale);
        double variance = total > 1.0 ? square / (total - 1.0) : 0.0;
        float *running_mean = &state[node->mean + ch],
              *running_variance = &state[node->variance + ch];
        *running_mean = (float)((1.0 - m) * (double)*running_mean + m * mean);
        *running_variance = (float)((1.0 - m) * (double)*running_variance + m * variance);
    }
}

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

/* The sums over the batch of g and g * (x - mean): gradients of gamma and beta (left in part 0; the
 * other parts stay 0), and the coefficients of dL/dx. */
static void norm_backward(const mote_net *net, net_node *node)
{
    size_t c = (size_t)node->out_c;
    double total = (double)net->n * node->out_h * node->out_w;
    for (size_t ch = 0; ch < c; ch++) {
        double sum_g = 0.0, sum_gv = 0.0;
        for (int32_t s = 0; s < net->n; s++) {
            sum_g += (double)node->sums[(size_t)s * 2 * c + ch];
            sum_gv += (double)node->sums[(size_t)s * 2 * c + c + ch];
        }
        double mean = node->batch_mean[ch], sd_1 = node->inverse_sd[ch];
        sum_gv -= (mean - (double)node->centre[ch]) * sum_g;
        double gamma = (double)net->state[node->gamma + ch];
        *net_part(net, 0, node->gamma_part + ch) = (float)(sd_1 * sum_gv);
        *net_part(net, 0, node->beta_part + ch) = (float)sum_g;
        double kb = -gamma * sd_1 * sd_1 * sd_1 * sum_gv / total;
        node->ka[ch] = (float)(gamma * sd_1);
        node->kb[ch] = (float)kb;
        node->kc[ch] = (float)(-gamma * sd_1 * sum_g / total - kb * mean);
    }
}

/* ------------------------------------------------------------------ passes */

typedef void layer_fn(const net_job *j);
typedef struct {
    layer_fn *forward, *backward;
    bool whole_piece; /* all samples of a piece at once: they are the rows of a product */
} layer;

/* By kind; NONE: a copy. What plan.c makes no node of has no layer. */
static const layer layers[MOTE_OP_END] = {
    [MOTE_OP_NONE] = {net_copy_forward, net_copy_backward, false},
    [MOTE_OP_CONV_2D] = {net_conv_forward, net_conv_backward, false},
    [MOTE_OP_DEPTHWISE_CONV_2D] = {net_depthwise_forward, net_depthwise_backward, false},
    [MOTE_OP_DENSE] = {net_dense_forward, net_dense_backward, true},
    [MOTE_OP_AVG_POOL_2D] = {net_avg_pool_forward, net_avg_pool_backward, false},
    [MOTE_OP_MAX_POOL_2D] = {net_max_pool_forward, net_max_pool_backward, false},
    [MOTE_OP_ADD] = {net_add_forward, net_add_backward, false},
    [MOTE_OP_DROPOUT] = {net_dropout_forward, net_dropout_backward, false},
};

static layer layer_of(mote_op_kind kind)
{
    if (layers[kind].forward)
        return layers[kind];
    const mote_op_class *c = mote_op_find(kind);
    MOTE_BUG_IF(!c || !c->slope);
    return (layer){net_element_forward, net_element_backward, false};
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
    layer l = layer_of(node->kind);
    net_job j = job_of(net, piece, worker, l.whole_piece);
    size_t c = (size_t)node->out_c;
    for (int32_t end = net_piece(net->n, piece).end; j.sample < end; j.sample += j.n) {
        l.forward(&j);
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
    layer l = layer_of(net->nodes[net->at].kind);
    net_job j = job_of(net, piece, worker, l.whole_piece);
    for (int32_t end = net_piece(net->n, piece).end; j.sample < end; j.sample += j.n) {
        l.backward(&j);
        j.is_first = false;
    }
}

/* Weights as the products want them: [k][oc] for CONV_2D and DENSE, reversed for DEPTHWISE. */
static void turn_weights(void *arg, size_t piece, int32_t worker)
{
    (void)worker;
    mote_net *net = arg;
    net_node *n = &net->nodes[piece];
    if (n->weights == NO_STATE)
        return;
    const float *w = net->state + n->weights;
    size_t oc = (size_t)n->out_c, k = n->n_weights / oc;
    if (n->kind == MOTE_OP_DEPTHWISE_CONV_2D) {
        for (size_t tap = 0; tap < k; tap++)
            memcpy(n->turned + (k - 1 - tap) * oc, w + tap * oc, oc * sizeof *w);
        return;
    }
    const size_t tile = 16; /* so that both sides stay in cache */
    for (size_t i0 = 0; i0 < oc; i0 += tile) {
        for (size_t j0 = 0; j0 < k; j0 += tile) {
            for (size_t i = i0; i < oc && i < i0 + tile; i++) {
                for (size_t j = j0; j < k && j < j0 + tile; j++)
                    n->turned[j * oc + i] = w[i * k + j];
            }
        }
    }
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
            norm_from_batch(net, node, running);
        else if (node->has_norm)
            norm_from_running(node, state);
    }
}

static void add_parts(void *arg, size_t run, int32_t worker)
{
    (void)worker;
    mote_net *net = arg;
    part_run r = net->part_runs[run];
    float *sum = net->gradients + r.first;
    memcpy(sum, net_part(net, 0, r.part), r.count * sizeof *sum);
    for (int32_t p = 1; p < net_n_pieces(net->n); p++)
        net->k->add_to(r.count, net_part(net, (size_t)p, r.part), sum);
}

static void dense_weights(void *arg, size_t block, int32_t worker)
{
    (void)worker;
    const mote_net *net = arg;
    net_dense_weights(net, &net->nodes[net->at], (int32_t)block);
}

static void backward(mote_net *net, float *grads)
{
    for (int32_t i = 0; i < net->n_nodes; i++)
        net->nodes[i].n_grads_left = net->nodes[i].n_readers;
    net->gradients = grads;
    finish_grads(net, &net->nodes[net->logits], 0, net->n);
    for (net->at = net->n_nodes - 1; net->at >= 0; net->at--) {
        net_node *node = &net->nodes[net->at];
        if (node->n_readers == 0 || !node->needs_grad) {
            if (node->kind == MOTE_OP_DENSE) /* others leave their parts 0 */
                memset(grads + node->weights, 0, node->n_weights * sizeof *grads);
            continue;
        }
        if (node->has_norm)
            norm_backward(net, node);
        mote_pool_run(net->pool, (size_t)net_n_pieces(net->n), backward_piece, net);
        if (node->kind == MOTE_OP_DENSE)
            mote_pool_run(net->pool, (size_t)net_dense_weight_blocks(node), dense_weights, net);
        for (int32_t i = 0; i < node->n_inputs; i++) {
            if (node->inputs[i] != NO_NODE)
                net->nodes[node->inputs[i]].n_grads_left--;
        }
    }
    mote_pool_run(net->pool, net->n_part_runs, add_parts, net);
    for (size_t i = 0; i < net->n_segments; i++) {
        const mote_net_segment *s = &net->segments[i];
        if (!s->is_trained && s->first < net->n_params)
            memset(grads + s->first, 0, s->count * sizeof *grads);
    }
}

/* ------------------------------------------------------------------ loss */

/* What the whole batch predicts; the outputs with whatever batch norm or clamp they have. */
static void outputs(mote_net *net, float *out)
{
    size_t c = (size_t)net->n_outputs;
    float *area = net_scratch(net, 0, 1);
    for (int32_t s = 0; s < net->n; s++)
        mote_loss_outputs(&net->cfg.loss, net_values(net, net->logits, s, 1, area), c,
                          out + (size_t)s * c);
}

static size_t largest(const float *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++) {
        if (x[i] > x[best])
            best = i;
    }
    return best;
}

static double sample_weight(const mote_net_batch *b, const float *target, size_t n_classes)
{
    if (!b->class_weights)
        return 1.0;
    double w = 0.0;
    for (size_t i = 0; i < n_classes; i++)
        w += (double)target[i] * (double)b->class_weights[i];
    return w;
}

/* Loss of the batch in hand; with_grads: dL/dz = s_i / sum s * (its gradient) into the outputs' g.
 */
static void loss_of(mote_net *net, const mote_net_batch *b, bool with_grads, mote_net_result *out)
{
    size_t c = (size_t)net->n_outputs;
    bool of_classes = mote_loss_is_of_classes(net->cfg.loss.kind);
    net_node *logits = &net->nodes[net->logits];
    double total_weight = 0.0, loss = 0.0, *slopes = with_grads ? net->slopes : NULL;
    int32_t n_correct = 0;
    for (int32_t s = 0; s < b->n; s++)
        total_weight += sample_weight(b, b->targets + (size_t)s * c, c);
    double inverse = total_weight > 0.0 ? 1.0 / total_weight : 0.0;
    for (int32_t s = 0; s < b->n; s++) {
        const float *target = b->targets + (size_t)s * c,
                    *z = net_values(net, net->logits, s, 1, net_scratch(net, 0, 1));
        float *y = net->outputs + (size_t)s * c;
        double w = sample_weight(b, target, c) * inverse;
        loss +=
            w * mote_loss_of(&net->cfg.loss, z, target, c, (double)b->label_smoothing, y, slopes);
        for (size_t i = 0; with_grads && i < c; i++)
            logits->g[(size_t)s * c + i] = (float)(w * slopes[i]);
        n_correct += of_classes && largest(y, c) == largest(target, c);
    }
    *out = (mote_net_result){.loss = loss, .n_correct = n_correct};
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
    loss_of(net, batch, true, out);
    backward(net, grads);
}

void mote_net_loss(mote_net *net, const float *state, const mote_net_batch *batch,
                   mote_net_result *out)
{
    forward(net, state, NULL, batch->inputs, batch->n);
    loss_of(net, batch, false, out);
}
