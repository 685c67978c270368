/* SPDX-License-Identifier: Apache-2.0 */
/* Reference kernels: the definition that the optimised kernels are held to. They read constants
 * in the layout of a .tflite file and follow TensorFlow Lite's formula term by term:
 *
 *   out = clamp(out_zero + requant(bias + sum((in - in_zero) * weight)), act_min, act_max)
 *
 * Depends on mrt_nn.h. Used by tests. */
#include "device/nn/mrt_nn.h"

#include "device/nn/mrt_requant.h"

static int8_t finish(const mrt_conv *p, int32_t oc, int32_t acc)
{
    acc += p->bias[oc];
    int32_t q = mrt_requant(acc, p->multiplier[oc], p->shift[oc]) + p->out_zero;
    return (int8_t)mrt_clamp(q, p->act_min, p->act_max);
}

/* The input cell (y, x), or NULL when it is padding, which counts as 0. */
static const int8_t *cell(const mrt_conv *p, const int8_t *in, int32_t y, int32_t x)
{
    if (y < 0 || y >= p->in_h || x < 0 || x >= p->in_w)
        return NULL;
    return in + (y * p->in_w + x) * p->in_c;
}

static int32_t conv_sum(const mrt_conv *p, const int8_t *in, int32_t oy, int32_t ox, int32_t oc)
{
    const int8_t *w = p->weights + oc * p->kernel_h * p->kernel_w * p->in_c;
    int32_t acc = 0;
    for (int32_t ky = 0; ky < p->kernel_h; ky++) {
        for (int32_t kx = 0; kx < p->kernel_w; kx++, w += p->in_c) {
            const int8_t *x =
                cell(p, in, oy * p->stride_h - p->pad_h + ky, ox * p->stride_w - p->pad_w + kx);
            for (int32_t ic = 0; x != NULL && ic < p->in_c; ic++)
                acc += (x[ic] - p->in_zero) * w[ic];
        }
    }
    return acc;
}

void mrt_conv_ref(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    (void)scratch;
    for (int32_t oy = 0; oy < p->out_h; oy++)
        for (int32_t ox = 0; ox < p->out_w; ox++)
            for (int32_t oc = 0; oc < p->out_c; oc++)
                *out++ = finish(p, oc, conv_sum(p, in, oy, ox, oc));
}

static int32_t depthwise_sum(const mrt_conv *p, const int8_t *in, int32_t oy, int32_t ox, int32_t c)
{
    int32_t acc = 0;
    for (int32_t ky = 0; ky < p->kernel_h; ky++) {
        for (int32_t kx = 0; kx < p->kernel_w; kx++) {
            const int8_t *x = cell(p, in, oy * p->stride_h - p->pad_h + ky * p->dilation_h,
                                   ox * p->stride_w - p->pad_w + kx * p->dilation_w);
            if (x != NULL)
                acc += (x[c] - p->in_zero) * p->weights[(ky * p->kernel_w + kx) * p->in_c + c];
        }
    }
    return acc;
}

void mrt_depthwise_ref(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    (void)scratch;
    for (int32_t oy = 0; oy < p->out_h; oy++)
        for (int32_t ox = 0; ox < p->out_w; ox++)
            for (int32_t c = 0; c < p->out_c; c++)
                *out++ = finish(p, c, depthwise_sum(p, in, oy, ox, c));
}

void mrt_dense_ref(const mrt_conv *p, const int8_t *in, int8_t *out, void *scratch)
{
    (void)scratch;
    for (int32_t oc = 0; oc < p->out_c; oc++) {
        const int8_t *w = p->weights + oc * p->in_c;
        int32_t acc = 0;
        for (int32_t k = 0; k < p->in_c; k++)
            acc += (in[k] - p->in_zero) * w[k];
        out[oc] = finish(p, oc, acc);
    }
}

/* |q - zero| <= 255, so the shifted value is below 2^28 and the sum of two below 2^29. */
static int32_t common(int32_t q, int32_t zero, int32_t multiplier, int32_t shift)
{
    return mrt_requant((q - zero) * (1 << 20), multiplier, shift);
}

void mrt_add_ref(const mrt_add *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    for (int32_t o = 0; o < p->outer; o++)
        for (int32_t r = 0; r < p->repeat; r++)
            for (int32_t i = 0; i < p->inner; i++) {
                int32_t sum = common(*a++, p->a_zero, p->a_multiplier, p->a_shift) +
                              common(b[o * p->inner + i], p->b_zero, p->b_multiplier, p->b_shift);
                int32_t q = mrt_requant(sum, p->out_multiplier, p->out_shift) + p->out_zero;
                *out++ = (int8_t)mrt_clamp(q, p->act_min, p->act_max);
            }
}
