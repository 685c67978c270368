/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution: in [h][w][c], weights [kh][kw][c] -> [oh][ow][c], direct, with a vector
 * of channels at a time over inputs whose padding is written out. With a dilation d, span is
 * (k - 1) d + 1, and the taps below are d apart.
 *
 *   input gradient  d_in[i] = sum over taps t of g'[i + t] * w[k - 1 - t], the same loop over the
 *   reversed weights, where g' is dX with stride - 1 zeros between its cells and
 *   span - 1 - pad zeros before it: out[y] reads in[y * stride - pad + t], so in[i] is read by the
 * y with y * stride = i + pad - t. */
#include <string.h>

#include "learn/net_internal.h"

/* The cells of an input [h][w][c] that lie in the window of `rows` x `cols` cells starting at
 * (-pad_h, -pad_w), the rest 0; applying what readers of the node apply. */
static void padded_values(const mote_net *net, const net_node *n, int32_t sample, int32_t rows,
                          int32_t cols, float *into)
{
    const net_node *in = n->inputs[0] == NO_NODE ? NULL : &net->nodes[n->inputs[0]];
    const float *x = in ? in->x + (size_t)sample * in->out_elements
                        : net->inputs + (size_t)sample * net->in_elements;
    size_t c = (size_t)n->in_c, row = (size_t)cols * c;
    int32_t first_x = n->pad_w, n_x = n->in_w < cols - first_x ? n->in_w : cols - first_x;
    for (int32_t r = 0; r < rows; r++, into += row) {
        int32_t y = r - n->pad_h;
        if (y < 0 || y >= n->in_h) {
            memset(into, 0, row * sizeof *into);
            continue;
        }
        size_t before = (size_t)first_x * c, inside = (size_t)n_x * c;
        const float *from = x + (size_t)y * (size_t)n->in_w * c;
        memset(into, 0, before * sizeof *into);
        if (in && in->is_lazy)
            net->k->affine(n_x, n->in_c, from, in->scale, in->shift, in->low, in->high,
                           into + before);
        else
            memcpy(into + before, from, inside * sizeof *into);
        memset(into + before + inside, 0, (row - before - inside) * sizeof *into);
    }
}

static mote_depthwise shape_of_forward(const net_node *n)
{
    return (mote_depthwise){.out_h = n->out_h,
                            .out_w = n->out_w,
                            .c = n->in_c,
                            .kernel_h = n->kernel_h,
                            .kernel_w = n->kernel_w,
                            .stride_h = n->attrs.stride_h,
                            .stride_w = n->attrs.stride_w,
                            .dilation_h = n->dilation_h,
                            .dilation_w = n->dilation_w,
                            .in_w = (n->out_w - 1) * n->attrs.stride_w + n->span_w};
}

static int32_t padded_rows(const net_node *n)
{
    return (n->out_h - 1) * n->attrs.stride_h + n->span_h;
}

void net_depthwise_forward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    mote_depthwise d = shape_of_forward(n);
    float *padded = net_scratch(net, j->worker, 1);
    padded_values(net, n, j->sample, padded_rows(n), d.in_w, padded);
    net->k->depthwise(&d, padded, net->state + n->weights, net->state + n->bias,
                      n->x + (size_t)j->sample * n->out_elements);
}

/* dX spread out by the stride into [in_h + span_h - 1][in_w + span_w - 1][c]. */
static void spread_grads(const net_node *n, const float *dx, float *into)
{
    size_t c = (size_t)n->in_c, cols = (size_t)(n->in_w + n->span_w - 1);
    size_t top = (size_t)(n->span_h - 1 - n->pad_h), left = (size_t)(n->span_w - 1 - n->pad_w);
    memset(into, 0, (size_t)(n->in_h + n->span_h - 1) * cols * c * sizeof *into);
    for (size_t y = 0; y < (size_t)n->out_h; y++) {
        float *row = into + ((top + y * (size_t)n->attrs.stride_h) * cols + left) * c;
        const float *from = dx + y * (size_t)n->out_w * c;
        if (n->attrs.stride_w == 1) {
            memcpy(row, from, (size_t)n->out_w * c * sizeof *row);
            continue;
        }
        for (size_t x = 0; x < (size_t)n->out_w; x++)
            memcpy(row + x * (size_t)n->attrs.stride_w * c, from + x * c, c * sizeof *row);
    }
}

void net_depthwise_backward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    mote_depthwise d = shape_of_forward(n);
    float *padded = net_scratch(net, j->worker, 1), *spread = net_scratch(net, j->worker, 2);
    const float *dx = net_raw_grads(net, n, j->sample, 1, net_scratch(net, j->worker, 0));
    padded_values(net, n, j->sample, padded_rows(n), d.in_w, padded);
    net->k->depthwise_weights(&d, padded, dx, net_part(net, j->piece, n->weights_part),
                              !j->is_first);
    if (!n->has_norm) /* behind a batch norm a bias has no effect: gradient 0 */
        net->k->column_sums(n->out_h * n->out_w, n->out_c, dx,
                            net_part(net, j->piece, n->bias_part), !j->is_first);
    bool add = false;
    float *in_grads = net_input_grads(net, n, 0, j->sample, &add);
    if (!in_grads)
        return;
    spread_grads(n, dx, spread);
    mote_depthwise back = {.out_h = n->in_h,
                           .out_w = n->in_w,
                           .c = n->in_c,
                           .kernel_h = n->kernel_h,
                           .kernel_w = n->kernel_w,
                           .stride_h = 1,
                           .stride_w = 1,
                           .dilation_h = n->dilation_h,
                           .dilation_w = n->dilation_w,
                           .in_w = n->in_w + n->span_w - 1};
    size_t spread_floats = (size_t)(n->in_h + n->span_h - 1) * (size_t)back.in_w * (size_t)n->in_c;
    float *to = add ? spread + spread_floats : in_grads;
    net->k->depthwise(&back, spread, n->turned, NULL, to);
    if (add)
        net->k->add_to(n->in_elements, to, in_grads);
    net_grads_added(net, n, 0, j->sample, 1);
}

/* With both kernel axes reversed, for the way back. */
void net_depthwise_turn(const net_node *n, const float *w)
{
    const size_t c = (size_t)n->out_c, taps = n->n_weights / c;
    for (size_t tap = 0; tap < taps; tap++)
        memcpy(n->turned + (taps - 1 - tap) * c, w + tap * c, c * sizeof *w);
}

/* The padded input, and for the way back the padded gradient with its stride filled by zeros and a
 * result to be added. */
void net_depthwise_scratch(const net_node *n, int32_t max_batch, size_t need[3])
{
    (void)max_batch;
    size_t c = (size_t)n->in_c;
    size_t span_h = (size_t)n->span_h, span_w = (size_t)n->span_w;
    size_t h = ((size_t)n->out_h - 1) * (size_t)n->attrs.stride_h + span_h;
    size_t w = ((size_t)n->out_w - 1) * (size_t)n->attrs.stride_w + span_w;
    need[1] = h * w * c > need[1] ? h * w * c : need[1];
    size_t spread_h = (size_t)n->in_h + span_h - 1, spread_w = (size_t)n->in_w + span_w - 1;
    need[2] = spread_h * spread_w * c + n->in_elements;
}
