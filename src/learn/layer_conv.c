/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution: in [h][w][c], weights [oc][kh * kw * c] -> [oh * ow][oc], as matrix products.
 *
 *   forward   out[pixel][oc]  = bias + columns[pixel][k] * W^T[k][oc]
 *   weights   dW[oc][k]      += dX^T[oc][pixel] * columns[pixel][k]
 *   input     dcolumns[pixel][k] = dX[pixel][oc] * W[oc][k], added back to the cells they came from
 *
 * The columns (im2col) are made for a block of pixels that stays in the first level of cache, never
 * for a whole image: then copying them costs little beside the product. A 1 x 1 convolution with
 * stride 1 is its own columns. */
#include <string.h>

#include "learn/net_internal.h"

#define BLOCK_FLOATS 6144 /* 24 kB of columns */
#define BLOCK_ROWS   12   /* a multiple of the register tiles' rows */

static bool is_pointwise(const net_node *n)
{
    return n->kernel_h == 1 && n->kernel_w == 1 && n->attrs.stride_h == 1 && n->attrs.stride_w == 1;
}

static int32_t depth_of(const net_node *n)
{
    return n->kernel_h * n->kernel_w * n->in_c;
}

static int32_t block_pixels(const net_node *n)
{
    int32_t fit = BLOCK_FLOATS / depth_of(n) / BLOCK_ROWS * BLOCK_ROWS;
    return fit < BLOCK_ROWS ? BLOCK_ROWS : fit;
}

/* For kernel row ky of an output pixel: the run of kernel cells [first, end) that lie inside the
 * input, and where the first of them is. False: the row lies outside. */
typedef struct {
    int32_t first, end;
    size_t cell;
} kernel_run;
static bool run_inside(const net_node *n, int32_t oy, int32_t ox, int32_t ky, kernel_run *r)
{
    int32_t y = oy * n->attrs.stride_h - n->pad_h + ky, x = ox * n->attrs.stride_w - n->pad_w;
    if (y < 0 || y >= n->in_h)
        return false;
    r->first = x < 0 ? -x : 0;
    r->end = n->in_w - x < n->kernel_w ? n->in_w - x : n->kernel_w;
    if (r->end <= r->first)
        return false;
    r->cell = ((size_t)y * (size_t)n->in_w + (size_t)(x + r->first)) * (size_t)n->in_c;
    return true;
}

static inline void copy_floats(float *to, const float *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

/* The output pixels in hand, [first, first + count), and what they are computed from. */
typedef struct {
    int32_t first, count;
    float
        *columns; /* [count][depth_of]; borrowed: the same scratch for one block after the other */
} pixel_block;

/* columns[pixel - first][kernel cell][c]; cells outside the input are 0. */
static void make_columns(const net_node *n, const float *in, const pixel_block *b)
{
    size_t c = (size_t)n->in_c, row = (size_t)n->kernel_w * c;
    float *columns = b->columns;
    for (int32_t p = b->first, end = b->first + b->count; p < end; p++) {
        int32_t oy = p / n->out_w, ox = p % n->out_w;
        for (int32_t ky = 0; ky < n->kernel_h; ky++, columns += row) {
            kernel_run r;
            if (!run_inside(n, oy, ox, ky, &r)) {
                memset(columns, 0, row * sizeof *columns);
                continue;
            }
            if (r.end - r.first < n->kernel_w)
                memset(columns, 0, row * sizeof *columns);
            copy_floats(columns + (size_t)r.first * c, in + r.cell, (size_t)(r.end - r.first) * c);
        }
    }
}

/* The way back: add each column to the cell it came from. */
static void add_columns(const net_node *n, const pixel_block *b, float *in_grads)
{
    size_t c = (size_t)n->in_c, row = (size_t)n->kernel_w * c;
    const float *columns = b->columns;
    for (int32_t p = b->first, end = b->first + b->count; p < end; p++) {
        int32_t oy = p / n->out_w, ox = p % n->out_w;
        for (int32_t ky = 0; ky < n->kernel_h; ky++, columns += row) {
            kernel_run r;
            if (!run_inside(n, oy, ox, ky, &r))
                continue;
            float *to = in_grads + r.cell;
            const float *from = columns + (size_t)r.first * c;
            for (size_t i = 0; i < (size_t)(r.end - r.first) * c; i++)
                to[i] += from[i];
        }
    }
}

void net_conv_forward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    int32_t pixels = n->out_h * n->out_w, depth = depth_of(n), oc = n->out_c;
    const float *in = net_values(net, n->inputs[0], j->sample, 1, net_scratch(net, j->worker, 1));
    float *out = n->x + (size_t)j->sample * n->out_elements;
    mote_gemm g = {.n = oc,
                   .k = depth,
                   .a_row = depth,
                   .a_col = 1,
                   .b = n->turned,
                   .ldb = oc,
                   .ldc = oc,
                   .start = net->state + n->bias};
    if (is_pointwise(n)) {
        g.m = pixels;
        g.a = in;
        g.c = out;
        net->k->gemm(&g);
        return;
    }
    pixel_block b = {.columns = net_scratch(net, j->worker, 2)};
    for (int32_t most = block_pixels(n); b.first < pixels; b.first += most) {
        b.count = pixels - b.first < most ? pixels - b.first : most;
        make_columns(n, in, &b);
        g.m = b.count;
        g.a = b.columns;
        g.c = out + (size_t)b.first * (size_t)oc;
        net->k->gemm(&g);
    }
}

/* Weight and input gradients of one block of pixels, whose columns are used up. */
static void backward_block(const net_job *j, const pixel_block *b, const float *dx, float *in_grads)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    int32_t depth = depth_of(n), oc = n->out_c;
    const bool is_first = j->is_first && b->first == 0;
    const float *block = dx + (size_t)b->first * (size_t)oc;
    float *dw = net_part(net, j->piece, n->weights_part);
    mote_gemm weights = {.m = oc,
                         .n = depth,
                         .k = b->count,
                         .a = block,
                         .a_row = 1,
                         .a_col = oc,
                         .b = b->columns,
                         .ldb = depth,
                         .c = dw,
                         .ldc = depth,
                         .start = is_first ? NULL : dw,
                         .ld_start = depth};
    net->k->gemm(&weights);
    if (!in_grads)
        return;
    mote_gemm input = {.m = b->count,
                       .n = depth,
                       .k = oc,
                       .a = block,
                       .a_row = oc,
                       .a_col = 1,
                       .b = net->state + n->weights,
                       .ldb = depth,
                       .c = b->columns,
                       .ldc = depth};
    net->k->gemm(&input);
    add_columns(n, b, in_grads);
}

static void pointwise_backward(const net_job *j, const float *in, const float *dx, float *in_grads,
                               bool add)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    int32_t pixels = n->out_h * n->out_w, c = n->in_c, oc = n->out_c;
    float *dw = net_part(net, j->piece, n->weights_part);
    mote_gemm weights = {.m = oc,
                         .n = c,
                         .k = pixels,
                         .a = dx,
                         .a_row = 1,
                         .a_col = oc,
                         .b = in,
                         .ldb = c,
                         .c = dw,
                         .ldc = c,
                         .start = j->is_first ? NULL : dw,
                         .ld_start = c};
    net->k->gemm(&weights);
    if (!in_grads)
        return;
    mote_gemm input = {.m = pixels,
                       .n = c,
                       .k = oc,
                       .a = dx,
                       .a_row = oc,
                       .a_col = 1,
                       .b = net->state + n->weights,
                       .ldb = c,
                       .c = in_grads,
                       .ldc = c,
                       .start = add ? in_grads : NULL,
                       .ld_start = c};
    net->k->gemm(&input);
}

void net_conv_backward(const net_job *j)
{
    const mote_net *net = j->net;
    const net_node *n = j->node;
    int32_t pixels = n->out_h * n->out_w;
    const float *dx = net_raw_grads(net, n, j->sample, 1, net_scratch(net, j->worker, 0));
    const float *in = net_values(net, n->inputs[0], j->sample, 1, net_scratch(net, j->worker, 1));
    bool add = false;
    float *in_grads = net_input_grads(net, n, 0, j->sample, &add);
    if (!n->has_norm) /* behind a batch norm a bias has no effect: gradient 0 */
        net->k->column_sums(pixels, n->out_c, dx, net_part(net, j->piece, n->bias_part),
                            !j->is_first);
    if (is_pointwise(n)) {
        pointwise_backward(j, in, dx, in_grads, add);
    } else {
        pixel_block b = {.columns = net_scratch(net, j->worker, 2)};
        if (in_grads && !add)
            memset(in_grads, 0, n->in_elements * sizeof *in_grads);
        for (int32_t most = block_pixels(n); b.first < pixels; b.first += most) {
            b.count = pixels - b.first < most ? pixels - b.first : most;
            make_columns(n, in, &b);
            backward_block(j, &b, dx, in_grads);
        }
    }
    if (in_grads)
        net_grads_added(net, n, 0, j->sample, 1);
}

static size_t columns_floats(const net_node *n)
{
    return is_pointwise(n) ? 0 : (size_t)block_pixels(n) * (size_t)depth_of(n);
}

void net_conv_scratch(const net_node *n, int32_t max_batch, size_t need[3])
{
    (void)max_batch;
    need[2] = columns_floats(n);
}
