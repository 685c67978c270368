/* SPDX-License-Identifier: Apache-2.0 */
/* Floats of JSON, fast and exact.
 *
 * Reading. The digits d1..dn give w (at most 19 of them, so it fits 64 bits) and a power of ten e.
 * When w <= 2^53 and |e| <= 22, w and 10^|e| are exact doubles, so one multiplication or division
 * gives the correctly rounded double x (Clinger, PLDI 1990). Rounding x once more to float is right
 * unless x sits exactly on the midpoint of two floats, where the first rounding may have moved it
 * there: midpoints are doubles, so on either side of one the order is kept. The midpoint case, long
 * mantissas and large powers go to nearest_slow, which takes the nearest double and, on a midpoint,
 * compares the decimal digits with the midpoint's own, which are finitely many.
 *
 * Writing. The fewest decimals k with float(round(x * 10^k) / 10^k) == x, for sizes where all of it
 * is exact in double; other sizes go to mote_buf_f32. */
#include "base/json_number.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/json_pull.h"

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

const char *mote_json_number_end(const char *at, const char *end)
{
    if (at < end && *at == '-')
        at++;
    if (at == end || !is_digit(*at))
        return NULL;
    if (*at == '0')
        at++;
    else
        while (at < end && is_digit(*at))
            at++;
    if (at < end && *at == '.') {
        at++;
        if (at == end || !is_digit(*at))
            return NULL;
        while (at < end && is_digit(*at))
            at++;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        if (at == end || !is_digit(*at))
            return NULL;
        while (at < end && is_digit(*at))
            at++;
    }
    return at < end && is_digit(*at) ? NULL : at; /* "01" */
}

static uint64_t bits_of(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

/* A positive normal float's neighbourhood: its double has 29 more bits; exactly half way up? */
static bool is_midpoint(double x)
{
    return (bits_of(x) & 0x1FFFFFFFu) == 0x10000000u;
}

/* Compare the decimal number (no sign) s[0..n) with the double x > 0, a midpoint of two floats:
 * -1, 0, 1. Both as digit strings with a common decimal exponent: value = 0.d1d2.. * 10^exp. */
static int compare_decimal(const char *s, size_t n, double x)
{
    char exact[200]; /* a midpoint has at most 113 significant digits */
    (void)snprintf(exact, sizeof exact, "%.150e", x);
    const char *e_at = strchr(exact, 'e');
    int64_t x_exp = 0;
    (void)mote_parse_i64(e_at + 1 + (e_at[1] == '+'), strlen(e_at + 1 + (e_at[1] == '+')), &x_exp);
    x_exp++;

    size_t i = 0;
    int64_t exp = 0;
    bool seen_point = false, started = false;
    const char *x_at = exact;
    int order = 0;
    for (; i < n && s[i] != 'e' && s[i] != 'E'; i++) {
        if (s[i] == '.') {
            seen_point = true;
            continue;
        }
        if (!started && s[i] == '0') {
            exp -= seen_point;
            continue;
        }
        started = true;
        exp += !seen_point;
        while (x_at < e_at && !is_digit(*x_at))
            x_at++;
        char digit = x_at < e_at ? *x_at++ : '0';
        if (order == 0 && s[i] != digit)
            order = s[i] < digit ? -1 : 1;
    }
    int64_t written = 0;
    if (i < n) {
        bool plus = s[i + 1] == '+';
        (void)mote_parse_i64(s + i + 1 + plus, n - i - 1 - plus, &written);
    }
    exp += written;
    if (exp != x_exp)
        return exp < x_exp ? -1 : 1;
    for (; order == 0 && x_at < e_at; x_at++) /* the number ended: is the midpoint longer? */
        if (is_digit(*x_at) && *x_at != '0')
            order = -1;
    return order;
}

/* Nearest float to the unsigned number s[0..n), by way of the nearest double. */
static bool nearest_slow(const char *s, size_t n, float *out)
{
    double x;
    if (!mote_parse_f64(s, n, &x) || x > 2.0 * (double)FLT_MAX)
        return false;
    float f = (float)x;
    /* The midpoint between f and a neighbour, in double, which holds it exactly. */
    float other = (double)f < x ? nextafterf(f, INFINITY) : (double)f > x ? nextafterf(f, 0.0f) : f;
    if (isinf(f))
        other = FLT_MAX;
    double limit = 0x1.ffffffp127; /* the midpoint above FLT_MAX: from here on infinite */
    double middle = isinf(f) || isinf(other) ? limit : ((double)f + (double)other) / 2.0;
    if (!(other < f || other > f) || x < middle || x > middle) {
        *out = f;
        return isfinite(f);
    }
    int order = compare_decimal(s, n, middle);
    float low = f < other ? f : other, high = f < other ? other : f;
    if (isinf(f) || isinf(other)) {
        *out = FLT_MAX;
        return order < 0;
    }
    uint32_t low_bits;
    memcpy(&low_bits, &low, sizeof low_bits);
    *out = order < 0 || (order == 0 && (low_bits & 1) == 0) ? low : high;
    return true;
}

/* Up to 8 digits at once would need 8 readable bytes; plain digits are as fast at these lengths. */
const char *mote_json_f32(const char *at, const char *end, float *out, bool *out_of_range)
{
    const char *start = at;
    bool negative = at < end && *at == '-';
    at += negative;
    const char *first = at;
    uint64_t w = 0;
    while (at < end && is_digit(*at))
        w = w * 10 + (uint64_t)(*at++ - '0');
    int64_t n_digits = at - first;
    if (n_digits == 0 || (*first == '0' && n_digits > 1))
        return NULL;
    int64_t exponent = 0;
    if (at < end && *at == '.') {
        const char *point = ++at;
        while (at < end && is_digit(*at))
            w = w * 10 + (uint64_t)(*at++ - '0');
        exponent = point - at;
        if (exponent == 0)
            return NULL;
        n_digits -= exponent;
    }
    if (at < end && (*at | 0x20) == 'e') {
        at = mote_json_number_end(start, end);
        n_digits = 20; /* rare: leave it to the slow way */
    }
    if (!at)
        return NULL;
    if (n_digits <= 19 && w <= (uint64_t)1 << 53 && exponent >= -22) {
        double x = (double)w / powers[-exponent];
        if (w == 0 || (x >= (double)FLT_MIN && !is_midpoint(x))) {
            *out = (float)(negative ? -x : x);
            return at;
        }
    }
    if (!nearest_slow(first, (size_t)(at - first), out)) {
        *out_of_range = true;
        return NULL;
    }
    if (negative)
        *out = -*out;
    return at;
}

bool mote_parse_f32(const char *s, size_t n, float *out)
{
    bool out_of_range = false;
    float x;
    if (mote_json_f32(s, s + n, &x, &out_of_range) != s + n)
        return false;
    *out = x;
    return true;
}

/* ---- writing ---- */

static size_t put_u64(char *out, uint64_t x)
{
    char digits[20];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + x % 10);
        x /= 10;
    } while (x);
    for (size_t i = 0; i < n; i++)
        out[i] = digits[n - 1 - i];
    return n;
}

/* 1e-4 <= x < 1e7: the shortest decimals; 0 when that needs more digits than double holds. */
static size_t put_decimals(char *out, float x)
{
    for (int k = 0; k <= 12; k++) {
        double scaled = nearbyint((double)x * powers[k]);
        double back = scaled / powers[k];
        if ((float)back != x || is_midpoint(back))
            continue;
        uint64_t all = (uint64_t)scaled, one = (uint64_t)powers[k];
        size_t n = put_u64(out, all / one);
        if (k == 0)
            return n;
        out[n] = '.';
        uint64_t fraction = all % one;
        for (int i = k; i > 0; i--) {
            out[n + (size_t)i] = (char)('0' + fraction % 10);
            fraction /= 10;
        }
        return n + 1 + (size_t)k;
    }
    return 0;
}

void mote_json_add_f32s(mote_buf *b, const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[48];
        size_t len = 0;
        float x = values[i];
        if (i > 0)
            text[len++] = ',';
        float size = fabsf(x);
        size_t digits = 0;
        if (size == 0.0f) {
            memcpy(text + len, "-0.0", 4);
            digits = signbit(x) ? 4 : 1;
            if (digits == 1)
                text[len] = '0';
            len += digits;
        } else if (size >= 1e-4f && size < 1e7f) {
            if (x < 0)
                text[len++] = '-';
            digits = put_decimals(text + len, size);
            len += digits;
        }
        if (digits) {
            mote_buf_add(b, text, len);
        } else {
            if (i > 0)
                mote_buf_char(b, ',');
            if (isfinite(x))
                mote_buf_f32(b, x);
            else
                mote_buf_str(b, "null");
        }
    }
}
