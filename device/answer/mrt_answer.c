/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs as numbers. See mrt_answer.h. */
#include "device/answer/mrt_answer.h"

#include "device/mrt_exact.h"

static float number(const mrt_values_s8 *v, int32_t i)
{
    return v->scale * (float)(v->x[i] - v->zero_point);
}

void mrt_numbers_s8(const int8_t *x, int32_t n, float scale, int32_t zero_point, float *out)
{
    const mrt_values_s8 v = {x, scale, zero_point};

    for (int32_t i = 0; i < n; i++)
        out[i] = number(&v, i);
}

float mrt_difference_s8(const mrt_values_s8 *a, const mrt_values_s8 *b, int32_t n)
{
    float sum = 0.0f;

    for (int32_t i = 0; i < n; i++) {
        const float d = number(a, i) - number(b, i);
        const float square = d * d;
        sum += square;
    }
    return sum / (float)n;
}

float mrt_difference_f32(const float *a, const float *b, int32_t n)
{
    float sum = 0.0f;

    for (int32_t i = 0; i < n; i++) {
        const float d = a[i] - b[i];
        const float square = d * d;
        sum += square;
    }
    return sum / (float)n;
}
