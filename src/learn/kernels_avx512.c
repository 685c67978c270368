/* SPDX-License-Identifier: Apache-2.0 */
/* kernels.inc for AVX-512: 32 registers of 16 floats. Compiled with -mavx512f -mavx512vl
 * -mavx512dq -mfma; called only where kernels.c has seen that the processor has them. */
#include "learn/kernels_internal.h"

#include <immintrin.h>

typedef __m512 vf;
#define INLINE static inline __attribute__((always_inline))

INLINE __mmask16 first_lanes(int32_t n)
{
    return (__mmask16)((1u << n) - 1u);
}
INLINE vf v_load(const float *p)
{
    return _mm512_loadu_ps(p);
}
INLINE void v_store(float *p, vf v)
{
    _mm512_storeu_ps(p, v);
}
INLINE vf v_load_n(const float *p, int32_t n)
{
    return _mm512_maskz_loadu_ps(first_lanes(n), p);
}
INLINE void v_store_n(float *p, int32_t n, vf v)
{
    _mm512_mask_storeu_ps(p, first_lanes(n), v);
}
INLINE vf v_set(float x)
{
    return _mm512_set1_ps(x);
}
INLINE vf v_zero(void)
{
    return _mm512_setzero_ps();
}
INLINE vf v_fma(vf a, vf b, vf c)
{
    return _mm512_fmadd_ps(a, b, c);
}
INLINE vf v_add(vf a, vf b)
{
    return _mm512_add_ps(a, b);
}
INLINE vf v_sub(vf a, vf b)
{
    return _mm512_sub_ps(a, b);
}
INLINE vf v_mul(vf a, vf b)
{
    return _mm512_mul_ps(a, b);
}
/* max and min give their second operand when one is NaN, so NaN passes through. */
INLINE vf v_clamp(vf x, vf low, vf high)
{
    return _mm512_min_ps(high, _mm512_max_ps(low, x));
}
INLINE vf v_inside(vf x, vf low, vf high, vf g)
{
    __mmask16 keep =
        _mm512_cmp_ps_mask(x, low, _CMP_GT_OQ) & _mm512_cmp_ps_mask(x, high, _CMP_LT_OQ);
    return _mm512_maskz_mov_ps(keep, g);
}

#define GEMM_MAX_NV   4
#define GEMM_ROWS_1   12
#define GEMM_ROWS_2   12
#define GEMM_ROWS_3   8
#define GEMM_ROWS_4   6
#define KERNELS_NAME  "avx512"
#define KERNELS_LEVEL MOTE_SIMD_AVX512
#define KERNELS_TABLE mote_kernels_avx512
#include "learn/kernels.inc"
