/* SPDX-License-Identifier: Apache-2.0 */
/* int8 convolution, dense and depthwise layers for this computer: the arithmetic of
 * device/nn/mrt_ref.c with the widest vectors the processor has (AVX-512 VNNI, AVX2, or plain C),
 * chosen at run time. All of it is integer arithmetic, so the bits are the same on every path.
 *
 * Weights of a convolution or dense layer: blocks of 16 output channels, for each four inputs
 * 16 x 4 bytes; missing channels and inputs are zeros. Its inputs are used as x + 128 (0..255),
 * which the bias makes good: folded bias - 128 * sum of the weights. Depthwise weights are as in a
 * .tflite file, [kh][kw][c], with a folded bias. Depends on device/nn. Used by lower.c. */
#ifndef MOTE_GRAPH_HOST_KERNELS_H
#define MOTE_GRAPH_HOST_KERNELS_H

#include "device/nn/mrt_nn.h"

size_t mote_host_conv_packed_bytes(int32_t out_c, int32_t k);
size_t mote_host_conv_scratch_bytes(const mrt_conv *p);
void mote_host_conv(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch);

size_t mote_host_depthwise_scratch_bytes(const mrt_conv *p);
void mote_host_depthwise(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch);

/* For tests: "avx512vnni", "avx2" or "portable"; false when this machine lacks the path. NULL goes
 * back to the best. Not while something runs. */
_Bool mote_host_path_choose(const char *name);

#endif
