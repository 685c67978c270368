/* SPDX-License-Identifier: Apache-2.0 */
/* Dense: in [n][k], weights [oc][k] -> [n][oc]; all samples of a piece are rows of one product. */
#include "learn/net_internal.h"

void net_dense_forward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    int32_t k = (int32_t)n->in_elements, oc = n->out_c;
    mote_gemm g = {.m = j->n, .n = oc, .k = k,
                   .a = net_values(net, n->inputs[0], j->sample, j->n, net_scratch(net, j->worker, 1)),
                   .a_row = k, .a_col = 1, .b = n->turned, .ldb = oc,
                   .c = n->x + (size_t)j->sample * n->out_elements, .ldc = oc, .start = net->state + n->bias};
    net->k->gemm(&g);
}

void net_dense_backward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    int32_t k = (int32_t)n->in_elements, oc = n->out_c;
    const float *dx = net_raw_grads(net, n, j->sample, j->n, net_scratch(net, j->worker, 0));
    const float *in = net_values(net, n->inputs[0], j->sample, j->n, net_scratch(net, j->worker, 1));
    float *dw = net_part(net, j->piece, n->weights);
    mote_gemm weights = {.m = oc, .n = k, .k = j->n, .a = dx, .a_row = 1, .a_col = oc, .b = in, .ldb = k, .c = dw,
                         .ldc = k, .start = j->is_first ? NULL : dw, .ld_start = k};
    net->k->gemm(&weights);
    if (!n->has_norm)                   /* behind a batch norm a bias has no effect: gradient 0 */
        net->k->column_sums(j->n, oc, dx, net_part(net, j->piece, n->bias), !j->is_first);
    bool add = false;
    float *in_grads = net_input_grads(net, n, 0, j->sample, &add);
    if (!in_grads)
        return;
    mote_gemm input = {.m = j->n, .n = k, .k = oc, .a = dx, .a_row = oc, .a_col = 1, .b = net->state + n->weights,
                       .ldb = k, .c = in_grads, .ldc = k, .start = add ? in_grads : NULL, .ld_start = k};
    net->k->gemm(&input);
    net_grads_added(net, n, 0, j->sample, j->n);
}
