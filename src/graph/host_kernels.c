/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering of patches and choice of the vector path; the inner loops are in host_paths.c.
 * Depends on device/nn; see host_kernels.h. */
#include "graph/host_kernels.h"

#include <stdatomic.h>
#include <string.h>

#include "graph/host_paths.h"

static int32_t patch_size(const mrt_conv *p)
{
    return p->kernel_h * p->kernel_w * p->in_c;
}

size_t mote_host_conv_packed_bytes(int32_t out_c, int32_t k)
{
    return (size_t)((out_c + 15) / 16) * (size_t)((k + 3) / 4) * 64;
}

size_t mote_host_conv_scratch_bytes(const mrt_conv *p)
{
    return (size_t)((patch_size(p) + 3) / 4 * 4) * HOST_CELLS;
}

/* ---- choice ---- */

static _Atomic(const host_path *) chosen;

static const host_path *path(void)
{
    const host_path *p = atomic_load_explicit(&chosen, memory_order_acquire);
    if (p == NULL) {
        p = host_path_best();
        atomic_store_explicit(&chosen, p, memory_order_release);
    }
    return p;
}

_Bool mote_host_path_choose(const char *name)
{
    const host_path *p = name != NULL ? host_path_find(name) : host_path_best();
    if (p == NULL)
        return 0;
    atomic_store_explicit(&chosen, p, memory_order_release);
    return 1;
}

/* ---- convolution ---- */

/* n values plus 128. */
static void put_biased(uint8_t *to, const int8_t *from, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        to[i] = (uint8_t)(from[i] ^ -128);
}

static void gather(const mrt_conv *p, const int8_t *in, int32_t cell, uint8_t *to)
{
    int32_t y = cell / p->out_w * p->stride_h - p->pad_h;
    int32_t x = cell % p->out_w * p->stride_w - p->pad_w;
    int32_t first = x < 0 ? -x : 0;
    int32_t last = x + p->kernel_w > p->in_w ? p->in_w - x : p->kernel_w;
    int32_t run = p->kernel_w * p->in_c;
    for (int32_t ky = 0; ky < p->kernel_h; ky++, to += run) {
        bool is_inside = y + ky >= 0 && y + ky < p->in_h && first < last;
        if (!is_inside || first > 0 || last < p->kernel_w)
            memset(to, p->in_zero + 128, (size_t)run);
        if (is_inside)
            put_biased(to + first * p->in_c,
                       in + ((int64_t)(y + ky) * p->in_w + x + first) * p->in_c,
                       (last - first) * p->in_c);
    }
}

void mote_host_conv(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    const host_path *h = path();
    int32_t k = patch_size(p), row = (k + 3) / 4 * 4, n = p->out_h * p->out_w;
    bool is_pointwise = k == p->in_c && p->stride_h == 1 && p->stride_w == 1;
    uint8_t *patch = scratch;
    memset(patch, 0, (size_t)row * HOST_CELLS);
    for (int32_t cell = 0; cell < n; cell += HOST_CELLS) {
        int32_t n_cells = n - cell < HOST_CELLS ? n - cell : HOST_CELLS;
        for (int32_t i = 0; i < n_cells; i++) {
            if (is_pointwise)
                put_biased(patch + i * row, in + (int64_t)(cell + i) * k, k);
            else
                gather(p, in, cell + i, patch + i * row);
        }
        h->multiply(p, patch, row, n_cells, out + (int64_t)cell * p->out_c);
    }
}

/* ---- depthwise ---- */

size_t mote_host_depthwise_scratch_bytes(const mrt_conv *p)
{
    /* A row of zero points, 32-bit sums, and the addresses of the cells of a window. */
    return (size_t)p->in_c * (1 + sizeof(int32_t)) + 64 +
           (size_t)(p->kernel_h * p->kernel_w) * sizeof(int8_t *) + 64;
}

void mote_host_depthwise(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    const host_path *h = path();
    size_t channels = (size_t)p->in_c, window = (size_t)p->kernel_h * (size_t)p->kernel_w;
    const int8_t **cells = scratch;
    int32_t *sums = (int32_t *)(void *)(cells + window);
    int8_t *zeros = (int8_t *)(sums + channels);
    memset(zeros, p->in_zero, channels);
    for (int32_t oy = 0; oy < p->out_h; oy++) {
        for (int32_t ox = 0; ox < p->out_w; ox++, out += channels) {
            size_t n = 0;
            for (int32_t ky = 0; ky < p->kernel_h; ky++) {
                for (int32_t kx = 0; kx < p->kernel_w; kx++) {
                    int32_t y = oy * p->stride_h - p->pad_h + ky * p->dilation_h;
                    int32_t x = ox * p->stride_w - p->pad_w + kx * p->dilation_w;
                    bool is_inside = y >= 0 && y < p->in_h && x >= 0 && x < p->in_w;
                    cells[n++] = is_inside ? in + ((int64_t)y * p->in_w + x) * p->in_c : zeros;
                }
            }
            h->depthwise(p, cells, sums, out);
        }
    }
}
