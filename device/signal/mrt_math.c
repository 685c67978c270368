/* SPDX-License-Identifier: Apache-2.0 */
/* Elementary functions from additions, multiplications, divisions and integers. */
#include "device/signal/mrt_math.h"

#include "device/mrt_exact.h"
#include "device/signal/mrt_math_internal.h"

typedef union {
    double d;
    uint64_t u;
} word64;

static double from_bits64(uint64_t u)
{
    word64 w;
    w.u = u;
    return w.d;
}

#define V                float
#define I                int32_t
#define MRT_FN           static
#define MRT_NAME(x)      x##_of_float
#define MRT_BITS(v)      mrt_bits_of_float(v)
#define MRT_FROM_BITS(i) mrt_float_of_bits(i)
#define MRT_TO_F(i)      ((float)(i))
#include "device/signal/mrt_logf_body.h"
#include "device/signal/mrt_end_body.h"

float mrt_logf(float x)
{
    return log_of_float(x);
}

/* Digit by digit: after i steps q holds the first i bits of the root of the first 2i bits of the
 * mantissa, rem the remainder, rem <= 2q < 2^27. 25 bits, the last for rounding: a root is never
 * exactly half-way, for then its square would need 49 bits. */
float mrt_sqrtf(float x)
{
    const uint32_t u = (uint32_t)mrt_bits_of_float(x);
    int32_t e = (int32_t)(u >> 23);
    uint32_t m = u & 0x7fffffu, q = 0, rem = 0;

    if ((u << 1) == 0 || u == 0x7f800000u) /* zeros and infinity are their own roots */
        return x;
    if (u > 0x7f800000u) /* negative or NaN */
        return mrt_float_of_bits(0x7fc00000);
    if (e == 0) { /* subnormal: make it normal */
        e = 1;
        while ((m & 0x800000u) == 0) {
            m <<= 1;
            e--;
        }
    }
    m |= 0x800000u;
    e -= 127;                           /* x = m * 2^(e - 23) */
    m = (e & 1) != 0 ? m << 8 : m << 7; /* 2 or 1 integer bits in the top two */
    e = (e - (e & 1)) / 2;
    for (int32_t i = 0; i < 25; i++) {
        rem = (rem << 2) | (m >> 30);
        m <<= 2;
        const uint32_t trial = (q << 2) | 1u;
        q <<= 1;
        if (rem >= trial) {
            rem -= trial;
            q |= 1u;
        }
    }
    q = (q + 1) >> 1;
    q += (uint32_t)(e + 126) << 23; /* q's top bit adds 1 to the exponent */
    return mrt_float_of_bits((int32_t)q);
}

/* As above with 54 bits; normal x only, so tables can be built. */
double mrt_sqrt(double x)
{
    word64 w;
    w.d = x;
    int32_t e = (int32_t)(w.u >> 52) - 1023;
    uint64_t m = (w.u & 0xfffffffffffffu) | 0x10000000000000u, q = 0, rem = 0;

    if (!(x > 0.0))
        return x == 0.0 ? x : from_bits64(0x7ff8000000000000u);
    m = (e & 1) != 0 ? m << 11 : m << 10;
    e = (e - (e & 1)) / 2;
    for (int32_t i = 0; i < 54; i++) {
        rem = (rem << 2) | (m >> 62);
        m <<= 2;
        const uint64_t trial = (q << 2) | 1u;
        q <<= 1;
        if (rem >= trial) {
            rem -= trial;
            q |= 1u;
        }
    }
    q = (q + 1) >> 1;
    return from_bits64(q + ((uint64_t)(e + 1022) << 52));
}

/* Taylor series on [0, pi/4]; the first term left out is below 2^-56. */
static double sin_small(double x)
{
    const double z = x * x;
    double y = 1.0 / 355687428096000.0; /* 1 / 17! */
    y = y * z - 1.0 / 1307674368000.0;
    y = y * z + 1.0 / 6227020800.0;
    y = y * z - 1.0 / 39916800.0;
    y = y * z + 1.0 / 362880.0;
    y = y * z - 1.0 / 5040.0;
    y = y * z + 1.0 / 120.0;
    y = y * z - 1.0 / 6.0;
    return x + x * z * y;
}

static double cos_small(double x)
{
    const double z = x * x;
    double y = 1.0 / 20922789888000.0; /* 1 / 16! */
    y = y * z - 1.0 / 87178291200.0;
    y = y * z + 1.0 / 479001600.0;
    y = y * z - 1.0 / 3628800.0;
    y = y * z + 1.0 / 40320.0;
    y = y * z - 1.0 / 720.0;
    y = y * z + 1.0 / 24.0;
    return 1.0 - (z * 0.5 - z * z * y);
}

/* 8k/n = octant + r/n; odd octants count back from their end. */
static double turn(uint32_t k, uint32_t n, uint32_t quarter_turns)
{
    const uint32_t eighths = 8u * (k % n) + 2u * n * quarter_turns;
    const uint32_t octant = eighths / n & 7u, r = eighths % n;
    const uint32_t part = (octant & 1u) != 0 ? n - r : r;
    const double x = (double)part / (double)n * 0.7853981633974483; /* pi / 4 */
    const uint32_t kind = octant + 1u; /* bit 1: cosine in octants 1, 2, 5, 6 */
    const double y = (kind & 2u) != 0 ? cos_small(x) : sin_small(x);

    return octant >= 4 ? -y : y;
}

double mrt_sin_turn(uint32_t k, uint32_t n)
{
    return turn(k, n, 0);
}

double mrt_cos_turn(uint32_t k, uint32_t n)
{
    return turn(k, n, 1);
}

/* x = 2^e (1 + f), 1 + f in [sqrt(1/2), sqrt(2)); log(1 + f) = 2 atanh(s), s = f / (2 + f), by its
 * series up to s^23. ln 2 in a part of 32 bits, whose multiples by e are exact, and the rest. */
double mrt_log(double x)
{
    word64 w;
    w.d = x;
    const uint64_t shifted = w.u - 0x3fe6a09e667f3bcdu; /* bits of sqrt(1/2) */
    const int32_t e = (int32_t)(shifted >> 52) - ((shifted >> 63) != 0 ? 4096 : 0);
    const double f = from_bits64(w.u - ((uint64_t)(int64_t)e << 52)) - 1.0;
    const double s = f / (2.0 + f), z = s * s;
    double y = 1.0 / 23.0;

    y = y * z + 1.0 / 21.0;
    y = y * z + 1.0 / 19.0;
    y = y * z + 1.0 / 17.0;
    y = y * z + 1.0 / 15.0;
    y = y * z + 1.0 / 13.0;
    y = y * z + 1.0 / 11.0;
    y = y * z + 1.0 / 9.0;
    y = y * z + 1.0 / 7.0;
    y = y * z + 1.0 / 5.0;
    y = y * z + 1.0 / 3.0;
    y = 2.0 * s + 2.0 * s * z * y;
    return (y + (double)e * 1.9082149292705877e-10) + (double)e * 0.6931471803691238;
}
