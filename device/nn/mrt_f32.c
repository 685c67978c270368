/* SPDX-License-Identifier: Apache-2.0 */
/* float32 kernels: plain loops in the order of the weights. See mrt_f32.h. */
#include "device/nn/mrt_f32.h"

#include <string.h>

#include "device/mrt_exact.h"

static float bounded(float x, float lo, float hi)
{
    x = x < lo ? lo : x;
    return x > hi ? hi : x;
}

/* One cell of one output channel. */
static float conv_cell(const mrt_conv_params_f32 *p, const float *in, const float *w, int32_t y,
                       int32_t x)
{
    float sum = 0.0f;

    for (int32_t ky = 0; ky < p->kernel_h; ky++) {
        const int32_t iy = y * p->stride_h + ky - p->pad_h;
        for (int32_t kx = 0; kx < p->kernel_w; kx++) {
            const int32_t ix = x * p->stride_w + kx - p->pad_w;
            if (iy < 0 || iy >= p->in_h || ix < 0 || ix >= p->in_w)
                continue;
            const float *cell = in + (iy * p->in_w + ix) * p->in_c;
            const float *weight = w + (ky * p->kernel_w + kx) * p->in_c;
            for (int32_t c = 0; c < p->in_c; c++) {
                const float product = cell[c] * weight[c];
                sum += product;
            }
        }
    }
    return sum;
}

void mrt_conv_f32(const mrt_conv_params_f32 *p, const void *in, void *out)
{
    const int32_t n_weights = p->kernel_h * p->kernel_w * p->in_c;
    const float *from = (const float *)in;
    float *to = (float *)out;

    for (int32_t y = 0; y < p->out_h; y++)
        for (int32_t x = 0; x < p->out_w; x++)
            for (int32_t c = 0; c < p->out_c; c++) {
                const float sum = conv_cell(p, from, p->weights + c * n_weights, y, x);
                *to++ = bounded(sum + p->bias[c], p->act_min, p->act_max);
            }
}

static float depthwise_cell(const mrt_conv_params_f32 *p, const float *in, int32_t y, int32_t x,
                            int32_t c)
{
    float sum = 0.0f;

    for (int32_t ky = 0; ky < p->kernel_h; ky++) {
        const int32_t iy = y * p->stride_h + ky * p->dilation_h - p->pad_h;
        for (int32_t kx = 0; kx < p->kernel_w; kx++) {
            const int32_t ix = x * p->stride_w + kx * p->dilation_w - p->pad_w;
            if (iy < 0 || iy >= p->in_h || ix < 0 || ix >= p->in_w)
                continue;
            const float product = in[(iy * p->in_w + ix) * p->out_c + c] *
                                  p->weights[(ky * p->kernel_w + kx) * p->out_c + c];
            sum += product;
        }
    }
    return sum;
}

void mrt_depthwise_f32(const mrt_conv_params_f32 *p, const void *in, void *out)
{
    float *to = (float *)out;

    for (int32_t y = 0; y < p->out_h; y++)
        for (int32_t x = 0; x < p->out_w; x++)
            for (int32_t c = 0; c < p->out_c; c++) {
                const float sum = depthwise_cell(p, (const float *)in, y, x, c);
                *to++ = bounded(sum + p->bias[c], p->act_min, p->act_max);
            }
}

void mrt_dense_f32(const mrt_conv_params_f32 *p, const void *in, void *out)
{
    const float *x = (const float *)in, *w = p->weights;
    float *y = (float *)out;

    for (int32_t o = 0; o < p->out_c; o++, w += p->in_c) {
        float sum = 0.0f;
        for (int32_t i = 0; i < p->in_c; i++) {
            const float product = x[i] * w[i];
            sum += product;
        }
        y[o] = bounded(sum + p->bias[o], p->act_min, p->act_max);
    }
}

/* ---- pools ---------------------------------------------------------------------------------- */

/* The cells of a window that lie in the image: [first, end) of rows and columns. */
typedef struct {
    int32_t y, y_end, x, x_end;
} window;

static window window_at(const mrt_pool_params_f32 *p, int32_t y, int32_t x)
{
    window w = {y * p->stride_h - p->pad_h, 0, x * p->stride_w - p->pad_w, 0};

    w.y_end = w.y + p->window_h < p->in_h ? w.y + p->window_h : p->in_h;
    w.x_end = w.x + p->window_w < p->in_w ? w.x + p->window_w : p->in_w;
    w.y = w.y > 0 ? w.y : 0;
    w.x = w.x > 0 ? w.x : 0;
    return w;
}

static float mean_of(const mrt_pool_params_f32 *p, const float *in, const window *w)
{
    const int32_t n = (w->y_end - w->y) * (w->x_end - w->x);
    float sum = 0.0f;

    for (int32_t y = w->y; y < w->y_end; y++)
        for (int32_t x = w->x; x < w->x_end; x++)
            sum += in[(y * p->in_w + x) * p->channels];
    return n > 0 ? sum / (float)n : 0.0f;
}

static float largest_of(const mrt_pool_params_f32 *p, const float *in, const window *w)
{
    float max = in[(w->y * p->in_w + w->x) * p->channels];

    for (int32_t y = w->y; y < w->y_end; y++)
        for (int32_t x = w->x; x < w->x_end; x++) {
            const float v = in[(y * p->in_w + x) * p->channels];
            max = v > max ? v : max;
        }
    return max;
}

/* `one` makes a cell of a channel, whose first value is at in. */
static inline void pool(const mrt_pool_params_f32 *p, const float *in, float *out,
                        float (*one)(const mrt_pool_params_f32 *, const float *, const window *))
{
    for (int32_t y = 0; y < p->out_h; y++)
        for (int32_t x = 0; x < p->out_w; x++) {
            const window w = window_at(p, y, x);
            for (int32_t c = 0; c < p->channels; c++)
                *out++ = one(p, in + c, &w);
        }
}

void mrt_avg_pool_f32(const mrt_pool_params_f32 *p, const void *in, void *out)
{
    pool(p, (const float *)in, (float *)out, mean_of);
}

void mrt_max_pool_f32(const mrt_pool_params_f32 *p, const void *in, void *out)
{
    pool(p, (const float *)in, (float *)out, largest_of);
}

/* ---- element by element --------------------------------------------------------------------- */

void mrt_add_f32(const mrt_pair_f32 *p, const void *a, const void *b, void *out)
{
    const float *x = (const float *)a, *y = (const float *)b;
    float *to = (float *)out;

    for (int32_t o = 0; o < p->outer; o++, y += p->inner)
        for (int32_t r = 0; r < p->repeat; r++)
            for (int32_t i = 0; i < p->inner; i++)
                *to++ = bounded(*x++ + y[i], p->act_min, p->act_max);
}

void mrt_mul_f32(const mrt_pair_f32 *p, const void *a, const void *b, void *out)
{
    const float *x = (const float *)a, *y = (const float *)b;
    float *to = (float *)out;

    for (int32_t o = 0; o < p->outer; o++, y += p->inner)
        for (int32_t r = 0; r < p->repeat; r++)
            for (int32_t i = 0; i < p->inner; i++)
                *to++ = bounded(*x++ * y[i], p->act_min, p->act_max);
}

/* e^x for x <= 0: x = n log 2 + r with |r| <= log(2) / 2, e^r by its series to r^7 / 5040 (the rest
 * is below 2^-29), and 2^n by its bits. 0 below 2^-126; 1 for what is no number. */
static float exp_of_negative(float x)
{
    static const float term[] = {1.0f / 5040.0f, 1.0f / 720.0f, 1.0f / 120.0f, 1.0f / 24.0f,
                                 1.0f / 6.0f,    0.5f,          1.0f,          1.0f};
    float power, sum = 0.0f;

    if (!(x < 0.0f))
        return 1.0f;
    if (x < -87.0f)
        return 0.0f;
    const int32_t n = (int32_t)(x * 1.44269504f - 0.5f);
    float part = (float)n * 0.693359375f; /* 9 bits: exact */
    float r = x - part;
    part = (float)n * -2.12194440e-4f;
    r -= part;
    for (int32_t i = 0; i < 8; i++) {
        part = sum * r;
        sum = part + term[i];
    }
    const uint32_t bits = (uint32_t)(n + 127) << 23;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

void mrt_softmax_f32(const mrt_elements_f32 *p, const void *in, void *out)
{
    const float *x = (const float *)in;
    float *y = (float *)out;

    for (int32_t row = 0; row < p->rows; row++, x += p->depth, y += p->depth) {
        float max = x[0], sum = 0.0f;
        for (int32_t i = 1; i < p->depth; i++)
            max = x[i] > max ? x[i] : max;
        for (int32_t i = 0; i < p->depth; i++) {
            y[i] = exp_of_negative(x[i] - max);
            sum += y[i];
        }
        for (int32_t i = 0; i < p->depth; i++)
            y[i] = y[i] / sum;
    }
}

void mrt_sigmoid_f32(const mrt_elements_f32 *p, const void *in, void *out)
{
    const float *x = (const float *)in;
    float *y = (float *)out;

    for (int32_t i = 0; i < p->rows * p->depth; i++) {
        const float e = exp_of_negative(x[i] < 0.0f ? x[i] : -x[i]);
        y[i] = x[i] < 0.0f ? e / (1.0f + e) : 1.0f / (1.0f + e);
    }
}

void mrt_tanh_f32(const mrt_elements_f32 *p, const void *in, void *out)
{
    const float *x = (const float *)in;
    float *y = (float *)out;

    for (int32_t i = 0; i < p->rows * p->depth; i++) {
        const float e = exp_of_negative(x[i] < 0.0f ? 2.0f * x[i] : -2.0f * x[i]);
        const float t = (1.0f - e) / (1.0f + e);
        y[i] = x[i] < 0.0f ? -t : t;
    }
}
