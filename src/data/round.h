/* SPDX-License-Identifier: Apache-2.0 */
/* Rounding a float to 16 bits without a call into the C library. Private to data/. */
#ifndef MOTE_DATA_ROUND_H
#define MOTE_DATA_ROUND_H

#include <stdint.h>
#include <string.h>

/* x to the nearest integer (ties to even), clipped to [-32768, 32767]; x must not be NaN. Adding
 * 1.5 * 2^23 leaves the integer in the low bits of the significand: exact for |x| < 2^22. */
static inline int16_t mote_round_i16(float x)
{
    x = x > 32767.0f ? 32767.0f : x;
    x = x < -32768.0f ? -32768.0f : x;
    float shifted = x + 12582912.0f;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (int16_t)(bits - 0x4B400000);
}

#endif
