/* SPDX-License-Identifier: Apache-2.0 */
/* Series for exp, log and cos on reduced arguments; see num.h. */
#include "base/num.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static double power_of_two(int32_t k) /* k in [-1022, 1023] */
{
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x = k ln 2 + r with |r| <= ln 2 / 2, exp x = 2^k exp r; Taylor to r^14 (0.3466^15 / 15! = 1e-19).
 * ln 2 is split so that k * high is exact. */
double mote_num_exp(double x)
{
    if (x != x)
        return x;
    if (x < -708.0)
        return 0.0;
    if (x > 709.0)
        return HUGE_VAL;
    const double high = 0x1.62e42feep-1, low = 0x1.a39ef35793c76p-33, log2_e = 0x1.71547652b82fep0;
    double scaled = x * log2_e;
    int32_t k = (int32_t)(scaled < 0.0 ? scaled - 0.5 : scaled + 0.5);
    double r = (x - k * high) - k * low, sum = 1.0;
    for (int32_t i = 14; i >= 1; i--)
        sum = 1.0 + sum * r / i;
    return sum * power_of_two(k);
}

/* x = 2^k m, m in [sqrt(1/2), sqrt 2); log m = 2 (s + s^3/3 + s^5/5 ...), s = (m - 1) / (m + 1),
 * |s| <= 0.1716, to s^21 (0.1716^23 / 23 = 1e-19). */
double mote_num_log(double x)
{
    if (x != x)
        return x;
    if (!(x > 0.0))
        return -HUGE_VAL;
    if (x > 1.7976931348623157e308)
        return x;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int32_t k = (int32_t)(bits >> 52) - 1023;
    bits = (bits & 0xfffffffffffffu) | (1023ull << 52);
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        k++;
    }
    double s = (m - 1.0) / (m + 1.0), s2 = s * s, sum = 0.0;
    for (int32_t i = 21; i >= 1; i -= 2)
        sum = sum * s2 + 1.0 / i;
    const double high = 0x1.62e42feep-1, low = 0x1.a39ef35793c76p-33;
    return k * high + (2.0 * s * sum + k * low);
}

/* cos(pi t) = 1 - 2 sin^2(pi t / 2); Taylor of the sine to x^23 ((pi/2)^25 / 25! = 5e-21). */
double mote_num_cos_pi(double t)
{
    double x = t * 1.5707963267948966, x2 = x * x, sum = 1.0;
    for (int32_t i = 22; i >= 2; i -= 2)
        sum = 1.0 - sum * x2 / (i * (i + 1));
    double sine = x * sum;
    return 1.0 - 2.0 * sine * sine;
}
