/* SPDX-License-Identifier: Apache-2.0 */
/* kernels.inc in plain C: the reference for the others, and what runs on other processors. */
#include "learn/kernels_internal.h"

#include <math.h>

#define N 16
typedef struct {
    float f[N];
} vf;
#define INLINE static inline __attribute__((always_inline))
#define EACH(expression)                                                                           \
    vf r;                                                                                          \
    for (int32_t i = 0; i < N; i++)                                                                \
        r.f[i] = (expression);                                                                     \
    return r

INLINE vf v_load(const float *p)
{
    EACH(p[i]);
}
INLINE vf v_load_n(const float *p, int32_t n)
{
    EACH(i < n ? p[i] : 0.0f);
}
INLINE vf v_set(float x)
{
    EACH(x);
}
INLINE vf v_zero(void)
{
    EACH(0.0f);
}
INLINE vf v_fma(vf a, vf b, vf c)
{
    EACH(__builtin_fmaf(a.f[i], b.f[i], c.f[i]));
}
INLINE vf v_add(vf a, vf b)
{
    EACH(a.f[i] + b.f[i]);
}
INLINE vf v_sub(vf a, vf b)
{
    EACH(a.f[i] - b.f[i]);
}
INLINE vf v_mul(vf a, vf b)
{
    EACH(a.f[i] * b.f[i]);
}
INLINE float clamp_1(float x, float low, float high)
{
    float at_least = low > x ? low : x;
    return high < at_least ? high : at_least;
}
INLINE vf v_clamp(vf x, vf low, vf high)
{
    EACH(clamp_1(x.f[i], low.f[i], high.f[i]));
}
INLINE vf v_inside(vf x, vf low, vf high, vf g)
{
    EACH(x.f[i] > low.f[i] && x.f[i] < high.f[i] ? g.f[i] : 0.0f);
}
INLINE void v_store_n(float *p, int32_t n, vf v)
{
    for (int32_t i = 0; i < n; i++)
        p[i] = v.f[i];
}
INLINE void v_store(float *p, vf v)
{
    v_store_n(p, N, v);
}

#define GEMM_MAX_NV   1
#define GEMM_ROWS_1   4
#define KERNELS_NAME  "portable"
#define KERNELS_LEVEL MOTE_SIMD_PORTABLE
#define KERNELS_TABLE mote_kernels_portable
#include "learn/kernels.inc"
