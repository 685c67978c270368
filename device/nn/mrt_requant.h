/* SPDX-License-Identifier: Apache-2.0 */
/* Fixed-point arithmetic shared by the kernels. Internal to nn/.
 *
 * Source: gemmlowp (Jacob et al., Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference, 2018, section 2.3): SaturatingRoundingDoublingHighMul and
 * RoundingDivideByPOT. */
#ifndef MRT_REQUANT_H
#define MRT_REQUANT_H

#include <stdint.h>

#include "device/mrt_port.h"

/* Round(a * b / 2^31), halves up. gemmlowp adds 2^30 or 1 - 2^30 by sign and divides towards
 * zero; that is the floor of (a b + 2^30) / 2^31 for either sign. |a b| <= 2^62 and 2^30 more
 * fit in 64 bits. a = b = -2^31 saturates. */
MRT_INLINE int32_t mrt_high_mul(int32_t a, int32_t b)
{
    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    int64_t product = (int64_t)a * b + (1 << 30);
    return (int32_t)(product >> 31);
}

/* x / 2^n rounded to nearest, halves away from zero; n >= 0, and x >= 0 when n > 31. The bits that
 * are shifted out round up when they are more than half, or half of a positive value. In 32 bits:
 * small cores have no 64-bit shift. */
MRT_INLINE int32_t mrt_round_shift(int32_t x, int32_t n)
{
    if (n > 31)
        return 0; /* below half */
    uint32_t mask = ((uint32_t)1 << n) - 1;
    uint32_t half = (mask >> 1) + (x < 0 ? 1u : 0u);
    return (x >> n) + (((uint32_t)x & mask) > half ? 1 : 0);
}

/* x * multiplier * 2^(shift - 31), rounded twice. A left shift wraps as in TensorFlow Lite. */
MRT_INLINE int32_t mrt_requant(int32_t x, int32_t multiplier, int32_t shift)
{
    int32_t left = shift > 0 ? shift : 0;
    int32_t right = shift > 0 ? 0 : -shift;
    int32_t scaled = (int32_t)((uint32_t)x << left);
    return mrt_round_shift(mrt_high_mul(scaled, multiplier), right);
}

MRT_INLINE int32_t mrt_clamp(int32_t x, int32_t lo, int32_t hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

#endif
