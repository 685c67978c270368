/* SPDX-License-Identifier: Apache-2.0 */
/* Element-wise product of two quantised tensors, one of which may be repeated.
 * Depends on mrt_nn.h; used by generated code and the runner. */
#include "device/nn/mrt_nn.h"

#include "device/nn/mrt_requant.h"

/* |q - zero| <= 255: the product stays below 2^16. */
static void mul_row(const mrt_mul *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    for (int32_t i = 0; i < p->inner; i++) {
        int32_t product = (a[i] - p->a_zero) * (b[i] - p->b_zero);
        int32_t q = mrt_requant(product, p->multiplier, p->shift) + p->out_zero;
        out[i] = (int8_t)mrt_clamp(q, p->act_min, p->act_max);
    }
}

void mrt_mul_s8(const mrt_mul *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    for (int32_t o = 0; o < p->outer; o++, b += p->inner)
        for (int32_t r = 0; r < p->repeat; r++, a += p->inner, out += p->inner)
            mul_row(p, a, b, out);
}
