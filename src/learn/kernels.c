/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the build of the kernels that this processor runs. */
#include "learn/kernels.h"

#include "learn/kernels_internal.h"

static bool has_avx2(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

static bool has_avx512(void)
{
#if defined(__x86_64__)
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq");
#else
    return false;
#endif
}

mote_status mote_kernels_get(mote_simd level, const mote_kernels **out, mote_err *err)
{
    if (level == MOTE_SIMD_AUTO)
        level = has_avx512() ? MOTE_SIMD_AVX512 : has_avx2() ? MOTE_SIMD_AVX2 : MOTE_SIMD_PORTABLE;
    if (level == MOTE_SIMD_PORTABLE) {
        *out = &mote_kernels_portable;
        return MOTE_OK;
    }
#if defined(__x86_64__)
    if (level == MOTE_SIMD_AVX2 && has_avx2()) {
        *out = &mote_kernels_avx2;
        return MOTE_OK;
    }
    if (level == MOTE_SIMD_AVX512 && has_avx512()) {
        *out = &mote_kernels_avx512;
        return MOTE_OK;
    }
#endif
    return mote_fail(err, MOTE_UNSUPPORTED,
                     "this processor does not run the kernels asked for (level %d)", (int)level);
}
