/* SPDX-License-Identifier: Apache-2.0 */
/* The bits of a float. */
#ifndef MRT_MATH_INTERNAL_H
#define MRT_MATH_INTERNAL_H

#include <stdint.h>

typedef union {
    float f;
    int32_t i;
} mrt_word32;

static inline int32_t mrt_bits_of_float(float x)
{
    mrt_word32 w;
    w.f = x;
    return w.i;
}

static inline float mrt_float_of_bits(int32_t i)
{
    mrt_word32 w;
    w.i = i;
    return w.f;
}

#endif
