/* SPDX-License-Identifier: Apache-2.0 */
/* kernels.inc for AVX2 with FMA: 16 registers of 8 floats; a vector is a pair of them. Compiled
 * with -mavx2 -mfma; called only where kernels.c has seen that the processor has them. */
#include "learn/kernels_internal.h"

#include <immintrin.h>

typedef struct {
    __m256 a, b;
} vf;
#define INLINE static inline __attribute__((always_inline))

/* Lane i of the pair counts when i < n: 8 words of ones, then 16 of zeros, read at an offset. */
static const int32_t lane_ones[32] = {-1, -1, -1, -1, -1, -1, -1, -1,
                                      -1, -1, -1, -1, -1, -1, -1, -1};
INLINE __m256i mask_a(int32_t n)
{
    return _mm256_loadu_si256((const __m256i_u *)(const void *)(lane_ones + 16 - n));
}
INLINE __m256i mask_b(int32_t n)
{
    return _mm256_loadu_si256((const __m256i_u *)(const void *)(lane_ones + 24 - n));
}
INLINE vf v_load(const float *p)
{
    return (vf){_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
INLINE void v_store(float *p, vf v)
{
    _mm256_storeu_ps(p, v.a);
    _mm256_storeu_ps(p + 8, v.b);
}
INLINE vf v_load_n(const float *p, int32_t n)
{
    return (vf){_mm256_maskload_ps(p, mask_a(n)), _mm256_maskload_ps(p + 8, mask_b(n))};
}
INLINE void v_store_n(float *p, int32_t n, vf v)
{
    _mm256_maskstore_ps(p, mask_a(n), v.a);
    _mm256_maskstore_ps(p + 8, mask_b(n), v.b);
}
INLINE vf v_set(float x)
{
    return (vf){_mm256_set1_ps(x), _mm256_set1_ps(x)};
}
INLINE vf v_zero(void)
{
    return (vf){_mm256_setzero_ps(), _mm256_setzero_ps()};
}
INLINE vf v_fma(vf x, vf y, vf z)
{
    return (vf){_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}
INLINE vf v_add(vf x, vf y)
{
    return (vf){_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)};
}
INLINE vf v_sub(vf x, vf y)
{
    return (vf){_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)};
}
INLINE vf v_mul(vf x, vf y)
{
    return (vf){_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)};
}
/* max and min give their second operand when one is NaN, so NaN passes through. */
INLINE vf v_clamp(vf x, vf low, vf high)
{
    return (vf){_mm256_min_ps(high.a, _mm256_max_ps(low.a, x.a)),
                _mm256_min_ps(high.b, _mm256_max_ps(low.b, x.b))};
}
INLINE __m256 inside_8(__m256 x, __m256 low, __m256 high, __m256 g)
{
    __m256 keep =
        _mm256_and_ps(_mm256_cmp_ps(x, low, _CMP_GT_OQ), _mm256_cmp_ps(x, high, _CMP_LT_OQ));
    return _mm256_and_ps(keep, g);
}
INLINE vf v_inside(vf x, vf low, vf high, vf g)
{
    return (vf){inside_8(x.a, low.a, high.a, g.a), inside_8(x.b, low.b, high.b, g.b)};
}

#define GEMM_MAX_NV   1
#define GEMM_ROWS_1   6
#define KERNELS_NAME  "avx2"
#define KERNELS_LEVEL MOTE_SIMD_AVX2
#define KERNELS_TABLE mote_kernels_avx2
#include "learn/kernels.inc"
