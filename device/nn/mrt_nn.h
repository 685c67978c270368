/* SPDX-License-Identifier: Apache-2.0 */
/* int8 neural network kernels.
 *
 * Arithmetic is that of TensorFlow Lite for Microcontrollers' reference kernels, bit for bit:
 * real = scale * (q - zero point), int32 accumulators, requantisation by a 31-bit multiplier and
 * a power of two with gemmlowp's double rounding (see mrt_requant.h). Activations are NHWC, one
 * image. A kernel reads `in`, writes `out`, may overwrite `scratch` (4-byte aligned, at least its
 * _scratch_bytes()), and touches nothing else. Buffers must not overlap, except where "in place"
 * is stated: then out may equal in.
 *
 * Two kinds of kernel share the structs below:
 *   mrt_*_ref   slow and clear; weights and biases exactly as in a .tflite file
 *   the others  the same results from prepared constants: packed weights and folded biases,
 *               written by the host (src/graph/lower.c). "Folded" means bias - in_zero * sum of
 *               the weights of that channel, so that the inner loop needs no input offset.
 *
 * Depends on mrt_port.h. Used by generated code and by src/model/runner.c. */
#ifndef MRT_NN_H
#define MRT_NN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Requantisation is known to need no left shift, a right shift of at least 1, and accumulators
 * below 2^30: the host proves it from the weights and sets the flag; kernels may then use
 * shorter instruction sequences. */
#define MRT_FAST_REQUANT 1u
/* Depthwise: h and w are swapped in all fields below (the kernel walks the image by columns). */
#define MRT_TRANSPOSED 2u
/* act_min..act_max is -128..127: saturation to int8 is all that is needed. */
#define MRT_FULL_RANGE 4u

/* Convolution, depthwise convolution and dense layer. Dense: in_c is the number of inputs, out_c
 * that of outputs, all other sizes 1. */
typedef struct {
    int32_t in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w; /* depthwise: cells from one weight to the next; else 1 */
    int32_t pad_h, pad_w;           /* cells before the first row and column */
    int32_t in_zero, out_zero;      /* zero points, -128..127 */
    int32_t act_min, act_max;       /* quantised bounds of the fused activation */
    uint32_t flags;
    const int8_t *weights;
    const int32_t *bias;       /* [out_c]; folded for all but the reference kernels */
    const int32_t *multiplier; /* [out_c], 0 or 2^30 .. 2^31 - 1 */
    const int8_t *shift;       /* [out_c], > 0 left, < 0 right */
} mrt_conv;

/* weights [oc][kh][kw][ic], as in a .tflite file; scratch is not used. */
void mrt_conv_ref(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch);
/* weights [1][kh][kw][c] */
void mrt_depthwise_ref(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch);
/* weights [oc][k] */
void mrt_dense_ref(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch);

/* Convolution as a matrix product: patches of four output cells are widened to int16 in scratch,
 * then two channels by four cells are summed at a time. Packed weights: for each pair of output
 * channels (a, b), for each pair of inputs (k, k + 1): the bytes a[k] b[k] a[k+1] b[k+1]; an odd
 * channel or input is filled up with zeros; 4-byte aligned.
 * In place for 1x1, stride 1, out_c <= in_c. */
void mrt_conv_s8(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch);
int32_t mrt_conv_scratch_bytes(const mrt_conv *p);
int32_t mrt_conv_packed_bytes(int32_t out_c, int32_t k);

/* Dense layer over the same packing. In place is not possible. */
void mrt_dense_s8(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch);
int32_t mrt_dense_scratch_bytes(const mrt_conv *p);

/* Depthwise convolution one channel at a time: the channel is copied to a padded plane in scratch,
 * so the kernel may work in place when out_h * out_w <= in_h * in_w. Weights [c][kh][kw].
 * depthwise_3x3: kernel 3x3, stride and dilation 1x1 only. */
void mrt_depthwise_s8(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch);
void mrt_depthwise_3x3_s8(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch);
int32_t mrt_depthwise_scratch_bytes(const mrt_conv *p);

typedef struct {
    int32_t in_h, in_w, channels;
    int32_t out_h, out_w;
    int32_t window_h, window_w;
    int32_t stride_h, stride_w;
    int32_t pad_h, pad_w;
    int32_t act_min, act_max;
} mrt_pool;

/* Cells outside the image do not count. The average is rounded half away from zero. */
void mrt_avg_pool_s8(const mrt_pool *p, const int8_t *in, int8_t *out);
void mrt_max_pool_s8(const mrt_pool *p, const int8_t *in, int8_t *out);

/* Of two tensors: out and a are [outer][repeat][inner], b is [outer][inner] and counts for each
 * repetition. Of one shape: outer and repeat are 1. */
typedef struct {
    int32_t outer, repeat, inner;
    int32_t a_zero, b_zero, out_zero;
    int32_t a_multiplier, a_shift; /* a_scale / (2 max scale), TensorFlow Lite's ADD; shifts <= 0 */
    int32_t b_multiplier, b_shift;
    int32_t out_multiplier, out_shift; /* 2 max scale / (2^20 out_scale) */
    int32_t act_min, act_max;
} mrt_add;

/* In place on a, and on b where repeat is 1. */
void mrt_add_s8(const mrt_add *p, const int8_t *a, const int8_t *b, int8_t *out);
void mrt_add_ref(const mrt_add *p, const int8_t *a, const int8_t *b, int8_t *out);

typedef struct {
    int32_t outer, repeat, inner; /* as in mrt_add */
    int32_t a_zero, b_zero, out_zero;
    int32_t multiplier, shift; /* a_scale b_scale / out_scale, TensorFlow Lite's MUL */
    int32_t act_min, act_max;
} mrt_mul;

/* In place on a, and on b where repeat is 1. */
void mrt_mul_s8(const mrt_mul *p, const int8_t *a, const int8_t *b, int8_t *out);

typedef struct {
    int32_t rows, depth;       /* depth at most 4095 */
    int32_t multiplier, shift; /* of in_scale * 2^26 (beta 1), at most 31 bits */
    int32_t diff_min;          /* inputs this far below the largest count as 0 */
} mrt_softmax;

/* Output scale 1/256, zero point -128. exp in Q5.26 fixed point (gemmlowp). In place. */
void mrt_softmax_s8(const mrt_softmax *p, const int8_t *in, int8_t *out);

typedef struct {
    int32_t n;
    const int8_t *table; /* [256]: the output of -128, -127, .. 127 */
} mrt_lut;

/* A function of one value. In place. */
void mrt_lut_s8(const mrt_lut *p, const int8_t *in, int8_t *out);

#ifdef __cplusplus
}
#endif

#endif
