/* SPDX-License-Identifier: Apache-2.0 */
/* Dense layer over packed weights (layout stated in mrt_nn.h).
 * Depends on mrt_gemm.h; used by generated code and the runner. */
#include "device/nn/mrt_gemm.h"

int32_t mrt_dense_scratch_bytes(const mrt_conv *p)
{
    return ((p->in_c + 1) / 2) * 2 * (int32_t)sizeof(int16_t);
}

#if MRT_HAVE_MVE
typedef int8_t input_value;

static void load_input(const mrt_conv *p, const int8_t *in, int8_t *x)
{
    mrt_mve_copy(x, in, p->in_c);
}

MRT_INLINE void sum_four(const mrt_conv *p, const int8_t *w, const int8_t *v, const int8_t *x,
                         int32_t acc[4])
{
    mrt_mve_sum_4x1(w, v, x, p->in_c, acc);
}
#else
typedef int16_t input_value;

static void load_input(const mrt_conv *p, const int8_t *in, int16_t *x)
{
    for (int32_t k = 0; k < p->in_c; k++)
        x[k] = in[k];
    if (p->in_c & 1)
        x[p->in_c] = 0;
}

MRT_INLINE void sum_four(const mrt_conv *p, const int8_t *w, const int8_t *v, const int16_t *x,
                         int32_t acc[4])
{
    mrt_sum_4x1(w, v, x, (p->in_c + 1) / 2, acc);
}
#endif

void mrt_dense_s8(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    input_value *x = (input_value *)scratch;
    int32_t pairs = (p->in_c + 1) / 2;
    load_input(p, in, x);
    const int8_t *w = p->weights;
    for (int32_t oc = 0; oc < p->out_c; oc += 4, w += 8 * pairs) {
        int32_t n = p->out_c - oc < 4 ? p->out_c - oc : 4;
        int32_t acc[4] = {0, 0, 0, 0};
        /* One or two channels left: there is no second block; sum the first twice. */
        sum_four(p, w, n > 2 ? w + 4 * pairs : w, x, acc);
        for (int32_t i = 0; i < n; i++)
            out[oc + i] =
                mrt_finish(p, p->bias[oc + i] + acc[i], p->multiplier[oc + i], p->shift[oc + i]);
    }
}
