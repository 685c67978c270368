/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that work value by value: add, copy (carries a batch norm or ReLU of its own), functions
 * of one value, dropout, noise. */
#include <string.h>

#include "base/rng.h"
#include "graph/op.h"
#include "learn/net_internal.h"

/* Give the n values of dx to input `i`. */
static void pass_some_grads(const net_job *j, int32_t i, const float *dx, size_t n)
{
    bool add = false;
    float *to = net_input_grads(j->net, j->node, i, j->sample, &add);
    if (!to)
        return;
    if (add)
        j->net->k->add_to(n, dx, to);
    else
        memcpy(to, dx, n * sizeof *to);
    net_grads_added(j->net, j->node, i, j->sample, 1);
}

/* As many as the node gives out. */
static void pass_grads(const net_job *j, int32_t i, const float *dx)
{
    pass_some_grads(j, i, dx, j->node->out_elements);
}

/* ---- pairs: [outer][repeat][inner] by [outer][inner] ---- */

void net_add_forward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    float *out = n->x + (size_t)j->sample * n->out_elements, *area = net_scratch(net, j->worker, 1);
    const float *a = net_values(net, n->inputs[0], j->sample, 1, out);
    if (a != out)
        memcpy(out, a, n->out_elements * sizeof *out);
    const float *b = net_values(net, n->inputs[1], j->sample, 1, area);
    const size_t inner = (size_t)n->pair[2];
    for (int32_t o = 0; o < n->pair[0]; o++, b += inner)
        for (int32_t r = 0; r < n->pair[1]; r++, out += inner)
            net->k->add_to(inner, b, out);
}

/* The gradient dy of what was repeated, added up over its repetitions, to the second input. */
static void pass_repeated(const net_job *j, const float *dy, float *sums)
{
    const net_node *n = j->node;
    const size_t inner = (size_t)n->pair[2], block = (size_t)n->pair[1] * inner;
    const size_t outer = (size_t)n->pair[0];
    if (n->pair[1] == 1) {
        pass_grads(j, 1, dy);
        return;
    }
    for (size_t o = 0; o < outer; o++)
        j->net->k->column_sums(n->pair[1], n->pair[2], dy + o * block, sums + o * inner, false);
    pass_some_grads(j, 1, sums, outer * inner);
}

void net_add_backward(const net_job *j)
{
    const float *dx =
        net_raw_grads(j->net, j->node, j->sample, 1, net_scratch(j->net, j->worker, 0));
    pass_grads(j, 0, dx);
    pass_repeated(j, dx, net_scratch(j->net, j->worker, 1));
}

/* to = x b, b repeated. */
static void times_repeated(const net_node *n, const float *x, const float *b, float *to)
{
    const size_t inner = (size_t)n->pair[2];
    for (int32_t o = 0; o < n->pair[0]; o++, b += inner)
        for (int32_t r = 0; r < n->pair[1]; r++, x += inner, to += inner)
            for (size_t i = 0; i < inner; i++)
                to[i] = x[i] * b[i];
}

void net_mul_forward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    float *out = n->x + (size_t)j->sample * n->out_elements;
    const float *a = net_values(net, n->inputs[0], j->sample, 1, out);
    times_repeated(
        n, a, net_values(net, n->inputs[1], j->sample, 1, net_scratch(net, j->worker, 1)), out);
}

/* da = dx b; db = dx a, added up over repetitions. */
void net_mul_backward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    float *area = net_scratch(net, j->worker, 1), *products = net_scratch(net, j->worker, 2);
    const float *dx = net_raw_grads(net, n, j->sample, 1, net_scratch(net, j->worker, 0));
    times_repeated(n, dx, net_values(net, n->inputs[1], j->sample, 1, area), products);
    pass_grads(j, 0, products);
    const float *a = net_values(net, n->inputs[0], j->sample, 1, area);
    for (size_t i = 0; i < n->out_elements; i++)
        products[i] = dx[i] * a[i];
    pass_repeated(j, products, area);
}

void net_mul_scratch(const net_node *n, int32_t max_batch, size_t need[3])
{
    (void)max_batch;
    need[2] = n->out_elements;
}

void net_copy_forward(const net_job *j)
{
    const net_node *n = j->node;
    float *out = n->x + (size_t)j->sample * n->out_elements;
    const float *in = net_values(j->net, n->inputs[0], j->sample, 1, out);
    if (in != out)
        memcpy(out, in, n->out_elements * sizeof *out);
}

void net_copy_backward(const net_job *j)
{
    pass_grads(j, 0,
               net_raw_grads(j->net, j->node, j->sample, 1, net_scratch(j->net, j->worker, 0)));
}

void net_element_forward(const net_job *j)
{
    const net_node *n = j->node;
    const mote_op_class *c = mote_op_find(n->kind);
    float *out = n->x + (size_t)j->sample * n->out_elements;
    const float *in = net_values(j->net, n->inputs[0], j->sample, 1, out);
    for (size_t i = 0; i < n->out_elements; i++)
        out[i] = (float)c->value(&n->attrs, (double)in[i]);
}

/* The node's own output is stored, its input is made again when it is lazy. */
void net_element_backward(const net_job *j)
{
    const net_node *n = j->node;
    const mote_op_class *c = mote_op_find(n->kind);
    float *area = net_scratch(j->net, j->worker, 1);
    const float *y = n->x + (size_t)j->sample * n->out_elements;
    const float *dy = net_raw_grads(j->net, n, j->sample, 1, net_scratch(j->net, j->worker, 0));
    const float *x = net_values(j->net, n->inputs[0], j->sample, 1, area);
    for (size_t i = 0; i < n->out_elements; i++)
        area[i] = (float)((double)dy[i] * c->slope(&n->attrs, (double)x[i], (double)y[i]));
    pass_grads(j, 0, area);
}

/* x *= 0 or 1 / (1 - rate). The mask follows from seed, step, operator and sample alone, so the way
 * back draws it again, on whatever thread. */
static void apply_mask(const net_job *j, float *x)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    uint64_t index = net->step * (uint64_t)net->cfg.max_batch + (uint64_t)j->sample;
    mote_rng rng;
    mote_rng_init_stream(&rng, net->cfg.seed, 0x64726f70u + (uint64_t)n->op, index);
    float keep = 1.0f / (1.0f - n->attrs.rate);
    const size_t n_draws = n->attrs.whole_channels ? (size_t)n->out_c : n->out_elements;
    for (size_t i = 0; i < n_draws; i++) {
        const float factor = mote_rng_uniform(&rng) < (double)n->attrs.rate ? 0.0f : keep;
        for (size_t k = i; k < n->out_elements; k += n_draws)
            x[k] = factor > 0.0f ? x[k] * factor : 0.0f;
    }
}

void net_dropout_forward(const net_job *j)
{
    net_copy_forward(j);
    if (j->net->is_training)
        apply_mask(j, j->node->x + (size_t)j->sample * j->node->out_elements);
}

void net_dropout_backward(const net_job *j)
{
    const net_node *n = j->node;
    float *area = net_scratch(j->net, j->worker, 1);
    const float *dx = net_raw_grads(j->net, n, j->sample, 1, net_scratch(j->net, j->worker, 0));
    memcpy(area, dx, n->out_elements * sizeof *area);
    apply_mask(j, area);
    pass_grads(j, 0, area);
}

/* The noise follows from seed, step, operator and sample alone. */
void net_noise_forward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    float *x = n->x + (size_t)j->sample * n->out_elements;
    net_copy_forward(j);
    if (!net->is_training)
        return;
    uint64_t index = net->step * (uint64_t)net->cfg.max_batch + (uint64_t)j->sample;
    mote_rng rng;
    mote_rng_init_stream(&rng, net->cfg.seed, 0x6e6f6973u + (uint64_t)n->op, index);
    for (size_t i = 0; i < n->out_elements; i++)
        x[i] += n->attrs.rate * (float)mote_rng_normal(&rng);
}
