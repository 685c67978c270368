/* SPDX-License-Identifier: Apache-2.0 */
/* The inner sums of convolution and dense layers over packed weights. Internal to nn/.
 *
 * Weights are in blocks of two output channels a, b: bytes a[k] b[k] a[k+1] b[k+1] for each pair
 * of inputs (layout stated at mrt_conv_s8). Inputs are int16.
 * |sum| <= inputs * 128 * 128 stays below 2^31 for up to 131071 inputs. */
#ifndef MRT_GEMM_H
#define MRT_GEMM_H

#include <stdint.h>

#include "device/mrt_port.h"
#include "device/nn/mrt_nn.h"
#include "device/nn/mrt_requant.h"

#define MRT_BLOCK_CELLS 4 /* output cells that are summed together */

/* Two channels by four cells: x holds for each pair of inputs the two values of cell 0, of cell 1,
 * 2 and 3. acc[2 * cell + channel]. Two cells at a time: eight values fit the registers of the
 * smallest cores. */
MRT_INLINE void mrt_sum_2x4(const int8_t *w, const int16_t *x, int32_t pairs, int32_t acc[8])
{
#if MRT_HAVE_DSP
    mrt_dsp_sum_2x4(w, x, x + (pairs & ~3) * 8, x + pairs * 8, acc);
#else
    const int8_t *end = w + 4 * pairs;
    for (int32_t half = 0; half < 2; half++, acc += 4) {
        const int16_t *in = x + 4 * half;
        int32_t s0 = acc[0], s1 = acc[1], s2 = acc[2], s3 = acc[3];
        for (const int8_t *v = w; v < end; v += 4, in += 8) {
            int32_t x0 = in[0], x1 = in[2], a = v[0], b = v[1];
            s0 += x0 * a;
            s1 += x0 * b;
            s2 += x1 * a;
            s3 += x1 * b;
            x0 = in[1], x1 = in[3], a = v[2], b = v[3];
            s0 += x0 * a;
            s1 += x0 * b;
            s2 += x1 * a;
            s3 += x1 * b;
        }
        acc[0] = s0, acc[1] = s1, acc[2] = s2, acc[3] = s3;
    }
#endif
}

/* Four channels by one cell; w and v are two blocks of weights. acc[channel] */
MRT_INLINE void mrt_sum_4x1(const int8_t *w, const int8_t *v, const int16_t *x, int32_t pairs,
                            int32_t acc[4])
{
#if MRT_HAVE_DSP
    mrt_dsp_sum_4x1(w, v, x, pairs, acc);
#else
    for (; pairs > 0; pairs--, w += 4, v += 4, x += 2) {
        acc[0] += x[0] * w[0] + x[1] * w[2];
        acc[1] += x[0] * w[1] + x[1] * w[3];
        acc[2] += x[0] * v[0] + x[1] * v[2];
        acc[3] += x[0] * v[1] + x[1] * v[3];
    }
#endif
}

/* Accumulator to output value. */
MRT_INLINE int8_t mrt_finish(const mrt_conv *p, int32_t acc, int32_t multiplier, int32_t shift)
{
    int32_t q = mrt_requant(acc, multiplier, shift) + p->out_zero;
    return (int8_t)mrt_clamp(q, p->act_min, p->act_max);
}

#endif
