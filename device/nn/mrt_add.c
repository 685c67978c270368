/* SPDX-License-Identifier: Apache-2.0 */
/* Element-wise addition of two quantised tensors of one shape.
 * Depends on mrt_nn.h; used by generated code and the runner. */
#include "device/nn/mrt_nn.h"

#include "device/nn/mrt_requant.h"

#define LEFT_SHIFT 20

/* |q - zero| <= 255, so the shifted value is below 2^28 and the sum of two below 2^29. */
static int32_t common(int32_t q, int32_t zero, int32_t multiplier, int32_t shift)
{
    return mrt_requant((q - zero) * (1 << LEFT_SHIFT), multiplier, shift);
}

void mrt_add_s8(const mrt_add *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    for (int32_t i = 0; i < p->n; i++) {
        int32_t sum = common(a[i], p->a_zero, p->a_multiplier, p->a_shift) +
                      common(b[i], p->b_zero, p->b_multiplier, p->b_shift);
        int32_t q = mrt_requant(sum, p->out_multiplier, p->out_shift) + p->out_zero;
        out[i] = (int8_t)mrt_clamp(q, p->act_min, p->act_max);
    }
}
