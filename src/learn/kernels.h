/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops of training, in three builds of one source (kernels.inc): AVX-512, AVX2 with
 * FMA, and portable C; chosen at run time.
 *
 * All builds give the same bytes. The rule that makes it so: vector lanes are always independent
 * outputs, never parts of one sum. Every sum runs over one index in rising order into one
 * accumulator, and every multiply-add whose rounding could differ is an explicit fused one
 * (fmaf in the portable build: correct everywhere, slow where the processor has no FMA).
 *
 * Depends on base/. Used by net.c and the layers. Nothing here allocates or fails. */
#ifndef MOTE_LEARN_KERNELS_H
#define MOTE_LEARN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef enum {
    MOTE_SIMD_AUTO = 0,
    MOTE_SIMD_PORTABLE = 1,
    MOTE_SIMD_AVX2 = 2,
    MOTE_SIMD_AVX512 = 3
} mote_simd;

/* One matrix product C[m][n] = start + sum over k of A(m, k) * B[k][n], k rising. A(m, k) is
 * a[m * a_row + k * a_col], so that a transposed A needs no copy. start is NULL (0), or
 * start[m * ld_start + n]: a bias with ld_start 0, or C itself to add to it. */
typedef struct {
    int32_t m, n, k;
    const float *a;
    int32_t a_row, a_col;
    const float *b;
    int32_t ldb;
    float *c;
    int32_t ldc;
    const float *start;
    int32_t ld_start;
} mote_gemm;

/* A depthwise convolution over an input with its padding written out:
 *   out[y][x][ch] = bias[ch] + sum over taps of w[ky][kx][ch] *
 *       in[y * stride_h + ky * dilation_h][x * stride_w + kx * dilation_w][ch] */
typedef struct {
    int32_t out_h, out_w, c;
    int32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    int32_t in_w; /* cells in a row of the padded input */
} mote_depthwise;

/* Adam(W), one step for a run of values. correction_1 = 1 / (1 - beta_1^t) and so on. */
typedef struct {
    float rate, beta_1, beta_2, epsilon, correction_1, correction_2;
    float decay;      /* decoupled: w -= rate * decay * w */
    float grad_scale; /* gradient clipping; 1: none */
} mote_adam_step;

typedef struct {
    const char *name;
    mote_simd level;

    void (*gemm)(const mote_gemm *g);

    /* out[r][ch] = clamp(x[r][ch] * scale[ch] + shift[ch], low, high); NaN stays NaN. */
    void (*affine)(int32_t rows, int32_t c, const float *x, const float *scale, const float *shift,
                   float low, float high, float *out);

    /* sum[ch] = sum over rows; square[ch] = sum over rows of (x - sum / rows)^2. */
    void (*moments)(int32_t rows, int32_t c, const float *x, float *sum, float *square);

    /* sum[ch] (+)= sum over rows of x. */
    void (*column_sums)(int32_t rows, int32_t c, const float *x, float *sum, bool add);

    /* Back through clamp(x * scale + shift, low, high): g is kept where the value lies strictly
     * between low and high, else 0 (at -inf and inf always kept). */
    void (*mask)(int32_t rows, int32_t c, const float *x, const float *scale, const float *shift,
                 float low, float high, float *g);
    /* The same, and sum_g[ch] = sum of g, sum_gx[ch] = sum of g * (x - mean[ch]). */
    void (*mask_sums)(int32_t rows, int32_t c, const float *x, const float *scale,
                      const float *shift, float low, float high, const float *mean, float *g,
                      float *sum_g, float *sum_gx);

    /* out = ka[ch] * g + (kb[ch] * x + kc[ch]); batch norm's gradient (out may be g). */
    void (*norm_grad)(int32_t rows, int32_t c, const float *g, const float *x, const float *ka,
                      const float *kb, const float *kc, float *out);

    /* bias may be NULL (0). */
    void (*depthwise)(const mote_depthwise *d, const float *in, const float *w, const float *bias,
                      float *out);
    /* dw[tap][ch] (+)= sum over y, x of g[y][x][ch] times what the tap reads there. */
    void (*depthwise_weights)(const mote_depthwise *d, const float *in, const float *g, float *dw,
                              bool add);

    void (*adam)(const mote_adam_step *s, size_t n, const float *g, float *w, float *m, float *v);
    /* y += x; y = x; y = y * a + x * b: runs of n values. */
    void (*add_to)(size_t n, const float *x, float *y);
    void (*blend)(size_t n, float a, float b, const float *x, float *y);
} mote_kernels;

/* The best build this processor runs for AUTO, else exactly the one asked for. UNSUPPORTED when
 * the processor (or this build of the program) does not have it. */
MOTE_MUST_USE mote_status mote_kernels_get(mote_simd level, const mote_kernels **out,
                                           mote_err *err);

#endif
