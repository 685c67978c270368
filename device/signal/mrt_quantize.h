/* SPDX-License-Identifier: Apache-2.0 */
/* Features to the int8 input of a network: q = clamp(round(x / scale) + zero_point, -128, 127),
 * halves away from zero, the same on host and device.
 *
 * The float form multiplies by the float nearest 1 / scale, computed once in double. The fixed form
 * takes the front end's integers (value * 2^-MRT_FRONTEND_Q) and uses no float at all: a 31-bit
 * multiplier and a shift, also computed once (mrt_quant_fixed_from, host or generator).
 *
 * Depends on nothing. Used by src/feature/, src/graph/ and the firmware. */
#ifndef MRT_QUANTIZE_H
#define MRT_QUANTIZE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    float inverse_scale; /* (float)(1.0 / scale) */
    int32_t zero_point;  /* -128..127 */
} mrt_quant_f32;

/* x / scale = value * multiplier * 2^-shift; multiplier in [2^30, 2^31), shift 1..62; or multiplier
 * 0: everything becomes zero_point (scales beyond 2^17). */
typedef struct {
    int32_t multiplier;
    int32_t shift;
    int32_t zero_point;
} mrt_quant_fixed;

/* scale is positive and finite, at least 2^-30 for the fixed form (1: done, 0: refused). */
int32_t mrt_quant_f32_from(float scale, int32_t zero_point, mrt_quant_f32 *out);
int32_t mrt_quant_fixed_from(float scale, int32_t zero_point, mrt_quant_fixed *out);

/* n values. NaN becomes zero_point. out may not overlap x. */
void mrt_quantize_f32(const mrt_quant_f32 *p, const float *x, size_t n, int8_t *out);
void mrt_quantize_fixed(const mrt_quant_fixed *p, const int32_t *x, size_t n, int8_t *out);

#ifdef __cplusplus
}
#endif

#endif
