/* SPDX-License-Identifier: Apache-2.0 */
/* See mrt_keep.h. */
#include "device/signal/mrt_keep.h"

#include "device/mrt_exact.h"

void mrt_keep_f32(const mrt_quant_f32 *p, const float *x, size_t n, float *out)
{
    (void)p;
    for (size_t i = 0; i < n; i++)
        out[i] = x[i];
}

void mrt_keep_fixed(const mrt_quant_fixed *p, const int32_t *x, size_t n, float *out)
{
    (void)p;
    for (size_t i = 0; i < n; i++)
        out[i] = (float)x[i] * (1.0f / 4096.0f); /* MRT_FRONTEND_Q */
}
