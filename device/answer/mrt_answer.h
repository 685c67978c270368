/* SPDX-License-Identifier: Apache-2.0 */
/* What the output of a network says, as numbers: the last step of an answer that is no stream.
 *
 * Products and sums are single precision, one rounding each, in order of the index: the same bits
 * on every target and on the host. Depends on nothing. Used by src/model/ and by generated code. */
#ifndef MRT_ANSWER_H
#define MRT_ANSWER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The numbers that int8 values stand for: out[i] = scale * (x[i] - zero_point). */
void mrt_numbers_s8(const int8_t *x, int32_t n, float scale, int32_t zero_point, float *out);

/* int8 values [n] and what they stand for. */
typedef struct {
    const int8_t *x;
    float scale;
    int32_t zero_point;
} mrt_values_s8;

/* Mean squared difference of two tensors of n > 0 values: how badly one is rebuilt by the other. */
float mrt_difference_s8(const mrt_values_s8 *a, const mrt_values_s8 *b, int32_t n);
float mrt_difference_f32(const float *a, const float *b, int32_t n);

#ifdef __cplusplus
}
#endif

#endif
