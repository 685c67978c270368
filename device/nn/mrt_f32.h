/* SPDX-License-Identifier: Apache-2.0 */
/* float32 kernels, for models that lose too much as int8.
 *
 * Every product and every sum is rounded once to single precision, and sums go in one order, that
 * of the weights' indices: the same bits on every target and on the host, FPU or not. Activations
 * are NHWC, one image, and pointers are aligned to 4; they are `void` so that generated code hands
 * over places in one arena. A kernel reads `in`, writes `out` and touches nothing else; buffers do
 * not overlap, except where "in place" is stated: then out may equal in.
 *
 * Depends on nothing. Used by generated code and by src/model/runner.c. */
#ifndef MRT_F32_H
#define MRT_F32_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Convolution [oc][kh][kw][ic], depthwise convolution [1][kh][kw][c], dense layer [oc][k]: weights
 * as in the graph. Dense: in_c is the number of inputs, out_c that of outputs, all other sizes 1.
 */
typedef struct {
    int32_t in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w; /* depthwise: cells from one weight to the next; else 1 */
    int32_t pad_h, pad_w;           /* cells before the first row and column; they count as 0 */
    float act_min, act_max;         /* bounds of the fused activation */
    const float *weights;
    const float *bias; /* [out_c] */
} mrt_conv_params_f32;

void mrt_conv_f32(const mrt_conv_params_f32 *p, const void *in, void *out);
void mrt_depthwise_f32(const mrt_conv_params_f32 *p, const void *in, void *out);
void mrt_dense_f32(const mrt_conv_params_f32 *p, const void *in, void *out);

typedef struct {
    int32_t in_h, in_w, channels;
    int32_t out_h, out_w;
    int32_t window_h, window_w;
    int32_t stride_h, stride_w;
    int32_t pad_h, pad_w;
} mrt_pool_params_f32;

/* Cells outside the image do not count. */
void mrt_avg_pool_f32(const mrt_pool_params_f32 *p, const void *in, void *out);
void mrt_max_pool_f32(const mrt_pool_params_f32 *p, const void *in, void *out);

typedef struct {
    int32_t outer, repeat, inner; /* out and a are [outer][repeat][inner], b is [outer][inner] */
    float act_min, act_max;       /* bounds of the fused activation */
} mrt_pair_f32;

/* In place on a, and on b where repeat is 1. */
void mrt_add_f32(const mrt_pair_f32 *p, const void *a, const void *b, void *out);
void mrt_mul_f32(const mrt_pair_f32 *p, const void *a, const void *b, void *out);

typedef struct {
    int32_t rows, depth; /* rows * depth elements; SOFTMAX over the depth */
} mrt_elements_f32;

/* In place. e^x is within 2 units in the last place. */
void mrt_softmax_f32(const mrt_elements_f32 *p, const void *in, void *out);
void mrt_sigmoid_f32(const mrt_elements_f32 *p, const void *in, void *out);
void mrt_tanh_f32(const mrt_elements_f32 *p, const void *in, void *out);

#ifdef __cplusplus
}
#endif

#endif
