/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution as a matrix product over packed weights; the layout is stated in mrt_nn.h.
 *
 * Four output cells at a time: their patches are widened to int16 in scratch, interleaved
 *
 *   | cell 0: k, k+1 | cell 1: k, k+1 | cell 2 | cell 3 | cell 0: k+2, k+3 | ...
 *
 * so that one pass over the weights of two channels serves eight sums. Padding is filled in as
 * the input's zero point, which the folded bias cancels.
 * With Arm's vector extension the patches stay int8, one cell after another.
 * Depends on mrt_gemm.h; used by generated code and the runner. */
#include "device/nn/mrt_gemm.h"

#define STRIDE (2 * MRT_BLOCK_CELLS) /* int16 from one pair of inputs of a cell to the next */

#if MRT_HAVE_MVE
typedef int8_t patch_value;
#else
typedef int16_t patch_value;
#endif

static int32_t patch_size(const mrt_conv *p)
{
    return p->kernel_h * p->kernel_w * p->in_c;
}

int32_t mrt_conv_packed_bytes(int32_t out_c, int32_t k)
{
    return ((out_c + 1) / 2) * ((k + 1) / 2) * 4;
}

int32_t mrt_conv_scratch_bytes(const mrt_conv *p)
{
    return ((patch_size(p) + 1) / 2) * STRIDE * (int32_t)sizeof(int16_t);
}

#if MRT_HAVE_MVE

static void put_cell(int8_t *cell, const int8_t *src, int32_t n)
{
    mrt_mve_copy(cell, src, n);
}

static void put_run(int8_t *cell, int32_t k, const int8_t *src, int32_t n, int32_t zero)
{
    if (src != NULL)
        mrt_mve_copy(cell + k, src, n);
    else
        for (int32_t i = 0; i < n; i++)
            cell[k + i] = (int8_t)zero;
}

static int32_t cell_step(const mrt_conv *p)
{
    return patch_size(p);
}

/* acc[2 * cell + channel] of four cells and the block of two channels at w. */
MRT_INLINE void sum_block(const mrt_conv *p, const int8_t *w, const int8_t *patch, int32_t acc[8])
{
    mrt_mve_sum_2x4(w, patch, patch_size(p), acc);
}

#else

/* n values of src become inputs 0, 1, ... of a cell. */
static void put_cell(int16_t *cell, const int8_t *src, int32_t n)
{
    int32_t k = 0;
#if MRT_HAVE_DSP
    uint32_t *to = (uint32_t *)(void *)cell;
    for (; k + 3 < n; k += 4, to += STRIDE) {
        uint32_t bytes;
        (void)memcpy(&bytes, src + k, sizeof bytes);
        uint32_t even = mrt_sxtb16_02(bytes), odd = mrt_sxtb16_13(bytes);
        to[0] = mrt_pack_low(even, odd);
        to[STRIDE / 2] = mrt_pack_high(even, odd);
    }
    cell = (int16_t *)(void *)to;
#endif
    for (; k + 1 < n; k += 2, cell += STRIDE) {
        cell[0] = src[k];
        cell[1] = src[k + 1];
    }
    if (k < n)
        cell[0] = src[k];
}

/* n values from src (NULL: n times `zero`) become inputs k, k + 1, ... of a cell. */
static void put_run(int16_t *cell, int32_t k, const int8_t *src, int32_t n, int32_t zero)
{
    int16_t *to = cell + (k >> 1) * STRIDE + (k & 1);
    if (src != NULL && !(k & 1)) {
        put_cell(to, src, n);
        return;
    }
    int32_t step = (k & 1) ? STRIDE - 1 : 1;
    for (int32_t i = 0; i < n; i++) {
        *to = (int16_t)(src != NULL ? src[i] : zero);
        to += step;
        step = STRIDE - step;
    }
}

static int32_t cell_step(const mrt_conv *p)
{
    (void)p;
    return 2;
}

/* acc[2 * cell + channel] of four cells and the block of two channels at w. */
MRT_INLINE void sum_block(const mrt_conv *p, const int8_t *w, const int16_t *patch, int32_t acc[8])
{
    mrt_sum_2x4(w, patch, (patch_size(p) + 1) / 2, acc);
}

#endif

static void gather(const mrt_conv *p, const int8_t *in, int32_t oy, int32_t ox, patch_value *cell)
{
    int32_t y = oy * p->stride_h - p->pad_h;
    int32_t x = ox * p->stride_w - p->pad_w;
    int32_t before = x < 0 ? -x : 0;
    int32_t over = x + p->kernel_w - p->in_w;
    int32_t after = over > 0 ? over : 0;
    int32_t within = p->kernel_w - before - after;
    int32_t k = 0;
    for (int32_t ky = 0; ky < p->kernel_h; ky++, y++) {
        if (y < 0 || y >= p->in_h || within <= 0) {
            put_run(cell, k, NULL, p->kernel_w * p->in_c, p->in_zero);
            k += p->kernel_w * p->in_c;
            continue;
        }
        put_run(cell, k, NULL, before * p->in_c, p->in_zero);
        k += before * p->in_c;
        put_run(cell, k, in + (y * p->in_w + x + before) * p->in_c, within * p->in_c, 0);
        k += within * p->in_c;
        put_run(cell, k, NULL, after * p->in_c, p->in_zero);
        k += after * p->in_c;
    }
}

/* Two channels of four cells: accumulators to outputs. `second` is oc when there is no other. */
static void finish_block(const mrt_conv *p, const int32_t acc[8], int32_t oc, int32_t second,
                         int32_t n_cells, int8_t *out)
{
    for (int32_t i = 0; i < n_cells; i++, out += p->out_c) {
        out[oc] = mrt_finish(p, acc[2 * i], p->multiplier[oc], p->shift[oc]);
        if (second != oc)
            out[second] = mrt_finish(p, acc[2 * i + 1], p->multiplier[second], p->shift[second]);
    }
}

/* All output channels of up to four cells. */
static void multiply(const mrt_conv *p, const patch_value *patch, int32_t n_cells, int8_t *out)
{
    int32_t pairs = (patch_size(p) + 1) / 2;
    const int8_t *w = p->weights;
    for (int32_t oc = 0; oc < p->out_c; oc += 2, w += 4 * pairs) {
        int32_t second = oc + 1 < p->out_c ? oc + 1 : oc;
        int32_t a = p->bias[oc], b = p->bias[second];
        int32_t acc[8] = {a, b, a, b, a, b, a, b};
        sum_block(p, w, patch, acc);
        finish_block(p, acc, oc, second, n_cells, out);
    }
}

#if MRT_HAVE_MVE
/* multiply for four full cells, an even number of channels, and the short requantisation. */
MRT_NOINLINE void multiply_fast(const mrt_conv *p, const int8_t *patch, int8_t *out)
{
    int32_t pairs = (patch_size(p) + 1) / 2;
    mrt_mve_row row = {0, 0, 0, p->out_zero, p->out_c, NULL};
    for (int32_t oc = 0; oc < p->out_c; oc += 2, out += 2) {
        int32_t a = p->bias[oc], b = p->bias[oc + 1];
        int32_t acc[8] = {a, b, a, b, a, b, a, b};
        sum_block(p, p->weights + 2 * pairs * oc, patch, acc);
        row.multiplier = p->multiplier[oc];
        row.right = -p->shift[oc];
        mrt_mve_finish_4(acc[0], acc[2], acc[4], acc[6], &row, out);
        row.multiplier = p->multiplier[oc + 1];
        row.right = -p->shift[oc + 1];
        mrt_mve_finish_4(acc[1], acc[3], acc[5], acc[7], &row, out + 1);
    }
}
#elif MRT_HAVE_DSP
/* multiply for four full cells, an even number of channels, and the short requantisation. Its
 * accumulators stay in registers. */
MRT_NOINLINE void multiply_fast(const mrt_conv *p, const int16_t *patch, int8_t *out)
{
    int32_t pairs = (patch_size(p) + 1) / 2;
    const int16_t *fours_end = patch + (pairs & ~3) * STRIDE, *end = patch + pairs * STRIDE;
    for (int32_t oc = 0; oc < p->out_c; oc += 2, out += 2) {
        int32_t a = p->bias[oc], b = p->bias[oc + 1];
        int32_t acc[8] = {a, b, a, b, a, b, a, b};
        mrt_dsp_sum_2x4(p->weights + 2 * pairs * oc, patch, fours_end, end, acc);
        int32_t zero = p->out_zero, step = p->out_c;
        int32_t ma = p->multiplier[oc], ra = -p->shift[oc];
        int8_t *to = out;
        to[0] = (int8_t)mrt_dsp_requant(acc[0], ma, ra, zero);
        to += step;
        to[0] = (int8_t)mrt_dsp_requant(acc[2], ma, ra, zero);
        to += step;
        to[0] = (int8_t)mrt_dsp_requant(acc[4], ma, ra, zero);
        to += step;
        to[0] = (int8_t)mrt_dsp_requant(acc[6], ma, ra, zero);
        int32_t mb = p->multiplier[oc + 1], rb = -p->shift[oc + 1];
        to[1] = (int8_t)mrt_dsp_requant(acc[7], mb, rb, zero);
        to -= step;
        to[1] = (int8_t)mrt_dsp_requant(acc[5], mb, rb, zero);
        to -= step;
        to[1] = (int8_t)mrt_dsp_requant(acc[3], mb, rb, zero);
        to -= step;
        to[1] = (int8_t)mrt_dsp_requant(acc[1], mb, rb, zero);
    }
}
#endif

void mrt_conv_s8(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    patch_value *patch = (patch_value *)scratch;
    int32_t step = cell_step(p);
    int32_t n = p->out_h * p->out_w;
    int32_t k = patch_size(p);
    int is_pointwise = p->kernel_h == 1 && p->kernel_w == 1 && p->stride_h == 1 && p->stride_w == 1;
#if !MRT_HAVE_MVE
    if (k & 1) /* the weight behind an odd last input is 0; its partner must be defined */
        for (int32_t j = 0; j < MRT_BLOCK_CELLS; j++)
            patch[(k >> 1) * STRIDE + 2 * j + 1] = 0;
#else
    (void)k;
#endif
    for (int32_t i = 0; i < n; i += MRT_BLOCK_CELLS) {
        int32_t n_cells = n - i < MRT_BLOCK_CELLS ? n - i : MRT_BLOCK_CELLS;
        for (int32_t j = 0; j < MRT_BLOCK_CELLS; j++) {
            int32_t cell = j < n_cells ? i + j : i; /* fill up with a repeat, not stored */
            if (is_pointwise)
                put_cell(patch + j * step, in + cell * p->in_c, p->in_c);
            else
                gather(p, in, cell / p->out_w, cell % p->out_w, patch + j * step);
        }
#if MRT_HAVE_DSP
        uint32_t short_form = MRT_FAST_REQUANT | MRT_FULL_RANGE;
        if (n_cells == MRT_BLOCK_CELLS && (p->flags & short_form) == short_form &&
            p->out_c % 2 == 0) {
            multiply_fast(p, patch, out + i * p->out_c);
            continue;
        }
#endif
        multiply(p, patch, n_cells, out + i * p->out_c);
    }
}
