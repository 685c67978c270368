/* SPDX-License-Identifier: Apache-2.0 */
/* Logarithm and square root of our own: no libm.
 *
 * Everything is made of IEEE additions, multiplications, divisions and integer operations in a
 * fixed order, so the results are the same bits on every target and from every compiler, as long
 * as a*b+c is not fused (-ffp-contract=off) and subnormals are not flushed. The errors below are
 * measured against the libm in double (tests/unit/device/test_mrt_math.c checks them).
 *
 * Depends on nothing. Used by the front end, its table builder and sensor features. */
#ifndef MRT_MATH_H
#define MRT_MATH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Natural logarithm of a normal positive x (at least FLT_MIN, finite). Error below 1 ulp. */
float mrt_logf(float x);

/* Square root, correctly rounded; NaN for x < 0 and NaN, infinity for infinity, -0 for -0. Integer
 * operations only. */
float mrt_sqrtf(float x);

/* For tables, in double. sin(2 pi k / n) and cos(2 pi k / n) for 0 <= k, 1 <= n <= 2^20 with the
 * octant reduced in integers: error below 2^-52. k is taken modulo n. */
double mrt_sin_turn(uint32_t k, uint32_t n);
double mrt_cos_turn(uint32_t k, uint32_t n);

/* Natural logarithm of a normal positive x; relative error below 1e-15 (for x >= 1.001 or
 * x <= 0.999). Square root of a normal non-negative x, correctly rounded. */
double mrt_log(double x);
double mrt_sqrt(double x);

#ifdef __cplusplus
}
#endif

#endif
