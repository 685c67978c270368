/* SPDX-License-Identifier: Apache-2.0 */
/* Dense: in [n][k], weights [oc][k] -> [n][oc]; all samples of a piece are rows of one product. */
#include <string.h>

#include "learn/net_internal.h"

void net_dense_forward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    int32_t k = (int32_t)n->in_elements, oc = n->out_c;
    mote_gemm g = {
        .m = j->n,
        .n = oc,
        .k = k,
        .a = net_values(net, n->inputs[0], j->sample, j->n, net_scratch(net, j->worker, 1)),
        .a_row = k,
        .a_col = 1,
        .b = n->turned,
        .ldb = oc,
        .c = n->x + (size_t)j->sample * n->out_elements,
        .ldc = oc,
        .start = net->state + n->bias};
    net->k->gemm(&g);
}

/* dX and the materialised inputs are kept for the whole batch, for net_dense_weights. */
void net_dense_backward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    int32_t k = (int32_t)n->in_elements, oc = n->out_c;
    float *g = n->g + (size_t)j->sample * n->out_elements,
          *wide = net->wide + (size_t)j->sample * n->in_elements;
    const float *dx = net_raw_grads(net, n, j->sample, j->n, g);
    const float *in = net_values(net, n->inputs[0], j->sample, j->n, wide);
    if (in != wide)
        memcpy(wide, in, (size_t)j->n * n->in_elements * sizeof *wide);
    if (!n->has_norm) /* behind a batch norm a bias has no effect: gradient 0 */
        net->k->column_sums(j->n, oc, dx, net_part(net, j->piece, n->bias_part), !j->is_first);
    bool add = false;
    float *in_grads = net_input_grads(net, n, 0, j->sample, &add);
    if (!in_grads)
        return;
    mote_gemm input = {.m = j->n,
                       .n = k,
                       .k = oc,
                       .a = dx,
                       .a_row = oc,
                       .a_col = 1,
                       .b = net->state + n->weights,
                       .ldb = k,
                       .c = in_grads,
                       .ldc = k,
                       .start = add ? in_grads : NULL,
                       .ld_start = k};
    net->k->gemm(&input);
    net_grads_added(net, n, 0, j->sample, j->n);
}

#define BLOCK_COLUMNS 64

int32_t net_dense_weight_blocks(const net_node *n)
{
    return ((int32_t)n->in_elements + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
}

void net_dense_weights(const mote_net *net, const net_node *n, int32_t block)
{
    int32_t k = (int32_t)n->in_elements, oc = n->out_c, first = block * BLOCK_COLUMNS;
    int32_t columns = k - first < BLOCK_COLUMNS ? k - first : BLOCK_COLUMNS;
    mote_gemm weights = {.m = oc,
                         .n = columns,
                         .k = net->n,
                         .a = n->g,
                         .a_row = 1,
                         .a_col = oc,
                         .b = net->wide + first,
                         .ldb = k,
                         .c = net->gradients + n->weights + first,
                         .ldc = k};
    net->k->gemm(&weights);
}

void net_dense_scratch(const net_node *n, int32_t max_batch, size_t need[3])
{
    (void)n;
    need[1] *= ((size_t)max_batch + MAX_PIECES - 1) / MAX_PIECES;
}
