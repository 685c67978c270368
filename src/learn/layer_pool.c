/* SPDX-License-Identifier: Apache-2.0 */
/* Average and maximum pools: in [h][w][c] -> [oh][ow][c]; cells outside the input do not count. */
#include <string.h>

#include "learn/net_internal.h"

/* The cells of the input under one window. */
typedef struct {
    int32_t y0, y1, x0, x1;
} window;

static window window_at(const net_node *n, int32_t oy, int32_t ox)
{
    int32_t y = oy * n->attrs.stride_h - n->pad_h, x = ox * n->attrs.stride_w - n->pad_w;
    return (window){.y0 = y < 0 ? 0 : y,
                    .y1 = y + n->kernel_h > n->in_h ? n->in_h : y + n->kernel_h,
                    .x0 = x < 0 ? 0 : x,
                    .x1 = x + n->kernel_w > n->in_w ? n->in_w : x + n->kernel_w};
}

static float inverse_count(window w)
{
    return 1.0f / (float)((w.y1 - w.y0) * (w.x1 - w.x0));
}

static size_t cell(const net_node *n, int32_t y, int32_t x)
{
    return ((size_t)y * (size_t)n->in_w + (size_t)x) * (size_t)n->in_c;
}

void net_avg_pool_forward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    size_t c = (size_t)n->out_c;
    const float *in = net_values(net, n->inputs[0], j->sample, 1, net_scratch(net, j->worker, 1));
    float *out = n->x + (size_t)j->sample * n->out_elements;
    for (int32_t oy = 0; oy < n->out_h; oy++) {
        for (int32_t ox = 0; ox < n->out_w; ox++, out += c) {
            window w = window_at(n, oy, ox);
            for (int32_t y = w.y0; y < w.y1; y++)
                net->k->column_sums(w.x1 - w.x0, n->out_c, in + cell(n, y, w.x0), out, y > w.y0);
            float scale = inverse_count(w);
            for (size_t i = 0; i < c; i++)
                out[i] *= scale;
        }
    }
}

/* What an output takes from its window, it gives back to each cell of it. */
static void give_back(const net_node *n, window w, const float *dx, float *in_grads)
{
    const size_t c = (size_t)n->out_c;
    const float scale = inverse_count(w);
    for (int32_t y = w.y0; y < w.y1; y++) {
        for (int32_t x = w.x0; x < w.x1; x++) {
            float *to = in_grads + cell(n, y, x);
            for (size_t i = 0; i < c; i++)
                to[i] += dx[i] * scale;
        }
    }
}

void net_avg_pool_backward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    size_t c = (size_t)n->out_c;
    const float *dx = net_raw_grads(net, n, j->sample, 1, net_scratch(net, j->worker, 0));
    bool add = false;
    float *in_grads = net_input_grads(net, n, 0, j->sample, &add);
    if (!in_grads)
        return;
    if (!add)
        memset(in_grads, 0, n->in_elements * sizeof *in_grads);
    for (int32_t oy = 0; oy < n->out_h; oy++) {
        for (int32_t ox = 0; ox < n->out_w; ox++, dx += c)
            give_back(n, window_at(n, oy, ox), dx, in_grads);
    }
    net_grads_added(net, n, 0, j->sample, 1);
}

/* Offset of the largest cell of a window for one channel; the first of equals. */
static size_t largest_at(const net_node *n, window w, const float *in, size_t ch)
{
    size_t best = cell(n, w.y0, w.x0) + ch;
    for (int32_t y = w.y0; y < w.y1; y++) {
        for (int32_t x = w.x0; x < w.x1; x++) {
            size_t at = cell(n, y, x) + ch;
            if (in[at] > in[best])
                best = at;
        }
    }
    return best;
}

void net_max_pool_forward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    size_t c = (size_t)n->out_c;
    const float *in = net_values(net, n->inputs[0], j->sample, 1, net_scratch(net, j->worker, 1));
    float *out = n->x + (size_t)j->sample * n->out_elements;
    for (int32_t oy = 0; oy < n->out_h; oy++) {
        for (int32_t ox = 0; ox < n->out_w; ox++, out += c) {
            window w = window_at(n, oy, ox);
            for (size_t ch = 0; ch < c; ch++)
                out[ch] = in[largest_at(n, w, in, ch)];
        }
    }
}

void net_max_pool_backward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    size_t c = (size_t)n->out_c;
    const float *dx = net_raw_grads(net, n, j->sample, 1, net_scratch(net, j->worker, 0));
    bool add = false;
    float *in_grads = net_input_grads(net, n, 0, j->sample, &add);
    if (!in_grads)
        return;
    const float *in = net_values(net, n->inputs[0], j->sample, 1, net_scratch(net, j->worker, 1));
    if (!add)
        memset(in_grads, 0, n->in_elements * sizeof *in_grads);
    for (int32_t oy = 0; oy < n->out_h; oy++) {
        for (int32_t ox = 0; ox < n->out_w; ox++, dx += c) {
            window w = window_at(n, oy, ox);
            for (size_t ch = 0; ch < c; ch++)
                in_grads[largest_at(n, w, in, ch)] += dx[ch];
        }
    }
    net_grads_added(net, n, 0, j->sample, 1);
}
