/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text, the number half of text.h: the same in every locale, and exact.
 *
 * Reading: the syntax is checked here. The value is w * 10^e with w a whole number; correctly
 * rounded
 *   - where w <= 2^53 and |e| <= 22 by one product or quotient of two exact doubles (Clinger, "How
 * to Read Floating Point Numbers Accurately", PLDI 1990, the fast path);
 *   - where w has up to 19 digits and |e| <= 27 by whole numbers: 5^|e| fits 64 bits, so the
 * product fits 128, and a quotient of 128 by 64 bits leaves a remainder that says whether more
 * follows;
 *   - else by strtod on a text without a decimal point ("1234e-3"), on which the locale has no say.
 * Writing: the fewest significant digits that read back the same. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* No double needs more than 767 significant digits to be told from the midpoint between two
 * neighbours; digits after these only matter by being zero or not. */
#define MAX_DIGITS 770

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

bool mote_parse_u64(const char *s, size_t n, uint64_t *out)
{
    uint64_t x = 0;
    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s[i]) || __builtin_mul_overflow(x, (uint64_t)10, &x) ||
            __builtin_add_overflow(x, (uint64_t)(s[i] - '0'), &x))
            return false;
    }
    *out = x;
    return true;
}

bool mote_parse_i64(const char *s, size_t n, int64_t *out)
{
    uint64_t x;
    bool negative = n > 0 && s[0] == '-';
    if (!mote_parse_u64(s + (negative ? 1 : 0), n - (negative ? 1 : 0), &x))
        return false;
    if (x > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *out = negative ? (int64_t)((uint64_t)0 - x) : (int64_t)x;
    return true;
}

/* A decimal number taken apart: value = digits * 10^exponent, digits read as a whole number. */
typedef struct {
    bool negative;
    int32_t n_digits; /* significant digits kept in `digits` */
    int64_t exponent; /* of the last digit kept */
    char digits[MAX_DIGITS + 1];
} decimal;

/* One digit at its place: leading zeros vanish, digits over MAX_DIGITS leave a sticky 1. */
static void add_digit(decimal *d, char c, bool after_point)
{
    if (d->n_digits < MAX_DIGITS) {
        if (d->n_digits > 0 || c != '0')
            d->digits[d->n_digits++] = c;
        d->exponent -= after_point ? 1 : 0;
    } else {
        if (c != '0')
            d->digits[MAX_DIGITS - 1] =
                '1' > d->digits[MAX_DIGITS - 1] ? '1' : d->digits[MAX_DIGITS - 1];
        d->exponent += after_point ? 0 : 1;
    }
}

/* Grammar: [+-]? digits? ( . digits? )? ( [eE] [+-]? digits )?, at least one digit before the e. */
static bool scan_decimal(const char *s, size_t n, char point, decimal *d)
{
    size_t i = 0;
    size_t n_seen = 0;
    d->negative = n > 0 && s[0] == '-';
    d->n_digits = 0;
    d->exponent = 0;
    if (n > 0 && (s[0] == '-' || s[0] == '+'))
        i++;
    for (; i < n && is_digit(s[i]); i++, n_seen++)
        add_digit(d, s[i], false);
    if (i < n && s[i] == point) {
        for (i++; i < n && is_digit(s[i]); i++, n_seen++)
            add_digit(d, s[i], true);
    }
    if (n_seen == 0)
        return false;
    if (i == n)
        return true;
    if (s[i] != 'e' && s[i] != 'E')
        return false;
    i++;
    bool negative = i < n && s[i] == '-';
    if (i < n && (s[i] == '-' || s[i] == '+'))
        i++;
    if (i == n)
        return false;
    int64_t e = 0;
    for (; i < n; i++) {
        if (!is_digit(s[i]))
            return false;
        if (e < INT32_MAX) /* more is as good as infinite either way */
            e = e * 10 + (s[i] - '0');
    }
    d->exponent += negative ? -e : e;
    return true;
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

#define MAX_FIVE 27 /* 5^27 < 2^63 */
static const uint64_t fives[MAX_FIVE + 1] = {1u,
                                             5u,
                                             25u,
                                             125u,
                                             625u,
                                             3125u,
                                             15625u,
                                             78125u,
                                             390625u,
                                             1953125u,
                                             9765625u,
                                             48828125u,
                                             244140625u,
                                             1220703125u,
                                             6103515625u,
                                             30517578125u,
                                             152587890625u,
                                             762939453125u,
                                             3814697265625u,
                                             19073486328125u,
                                             95367431640625u,
                                             476837158203125u,
                                             2384185791015625u,
                                             11920928955078125u,
                                             59604644775390625u,
                                             298023223876953125u,
                                             1490116119384765625u,
                                             7450580596923828125u};

__extension__ typedef unsigned __int128 u128;

/* The nearest double to (top + a bit more if is_more) * 2^power, ties to even. top's highest bit is
 * set; the result is a normal number: the callers' powers lie within -200 and 200. */
static double round_up_to_53(uint64_t top, bool is_more, int power)
{
    uint64_t kept = top >> 11, rest = top & 0x7FF;
    if (rest > 0x400 || (rest == 0x400 && (is_more || (kept & 1))))
        kept++; /* up to 2^53: the sum below carries into the exponent */
    /* kept is 2^52 .. 2^53; its highest bit is implied, so it adds one to the exponent field. */
    uint64_t bits = ((uint64_t)(power + 11 + 52 + 1022) << 52) + kept;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* w * 10^e, w > 0, |e| <= MAX_FIVE, correctly rounded. */
static double scale_exactly(uint64_t w, int e)
{
    int up = __builtin_clzll(w);
    w <<= up;
    if (e >= 0) {
        u128 product = (u128)w * fives[e];
        uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
        if (high == 0)
            return round_up_to_53(low, false, e - up); /* e = 0: w itself, normalised */
        int lead = __builtin_clzll(high);
        product <<= lead;
        return round_up_to_53((uint64_t)(product >> 64), (uint64_t)product != 0,
                              64 - lead + e - up);
    }
    uint64_t by = fives[-e];
    int by_up = __builtin_clzll(by);
    by <<= by_up;
    u128 numerator = (u128)w << 63; /* half of w is below `by`: the quotient fits 64 bits */
    uint64_t quotient = (uint64_t)(numerator / by);
    bool is_more = (u128)quotient * by != numerator;
    int lead = __builtin_clzll(quotient);
    return round_up_to_53(quotient << lead, is_more, by_up - 63 - lead + e - up);
}

/* What nearly every number of a file is: up to 19 digits and a power of ten of no size. False:
 * leave it to the slow way, which also decides what is no number. */
static bool parse_short(const char *s, size_t n, char point, double *out)
{
    const char *at = s, *end = s + n;
    bool negative = n > 0 && *at == '-';
    if (n > 0 && (*at == '-' || *at == '+'))
        at++;
    uint64_t w = 0;
    const char *first = at;
    while (at < end && is_digit(*at))
        w = w * 10 + (uint64_t)(*at++ - '0');
    ptrdiff_t n_digits = at - first, e = 0;
    if (at < end && *at == point) {
        const char *fraction = ++at;
        while (at < end && is_digit(*at))
            w = w * 10 + (uint64_t)(*at++ - '0');
        e = fraction - at;
        n_digits -= e;
    }
    if (n_digits == 0 || n_digits > 19)
        return false;
    if (end - at >= 2 && end - at <= 5 && (*at | 0x20) == 'e') {
        bool is_below = at[1] == '-';
        ptrdiff_t written = 0;
        at += is_below || at[1] == '+' ? 2 : 1;
        if (at == end)
            return false;
        while (at < end && is_digit(*at))
            written = written * 10 + (*at++ - '0');
        e += is_below ? -written : written;
    }
    if (at != end)
        return false;
    double x;
    if (w <= (uint64_t)1 << 53 && e >= -22 && e <= 22)
        x = e < 0 ? (double)w / powers[-e] : (double)w * powers[e];
    else if (w > 0 && e >= -MAX_FIVE && e <= MAX_FIVE)
        x = scale_exactly(w, (int)e);
    else
        return false;
    *out = negative ? -x : x;
    return true;
}

bool mote_parse_decimal(const char *s, size_t n, char point, double *out)
{
    decimal d;
    if (parse_short(s, n, point, out))
        return true;
    if (!scan_decimal(s, n, point, &d))
        return false;
    int64_t e = d.exponent < -100000 ? -100000 : d.exponent > 100000 ? 100000 : d.exponent;
    char text[MAX_DIGITS + 16];
    memcpy(text, d.digits, (size_t)d.n_digits);
    if (d.n_digits == 0)
        text[0] = '0';
    size_t len = d.n_digits ? (size_t)d.n_digits : 1;
    (void)snprintf(text + len, sizeof text - len, "e%lld", (long long)e);
    double x = strtod(text, NULL);
    if (!isfinite(x))
        return false;
    *out = d.negative ? -x : x;
    return true;
}

bool mote_parse_f64(const char *s, size_t n, double *out)
{
    return mote_parse_decimal(s, n, '.', out);
}

/* "%.*g" with '.' as the point whatever the locale says; its point may be several bytes. */
static size_t format_g(char *out, size_t out_bytes, int digits, double x)
{
    char raw[64];
    int n = snprintf(raw, sizeof raw, "%.*g", digits, x);
    size_t len = 0;
    for (int i = 0; i < n && len + 1 < out_bytes; i++) {
        char c = raw[i];
        if (is_digit(c) || c == '+' || c == '-' || c == 'e')
            out[len++] = c;
        else if (len == 0 || out[len - 1] != '.')
            out[len++] = '.';
    }
    out[len] = '\0';
    return len;
}

/* inf and nan have no shortest digits; they are written so that a reader can tell. */
static bool add_special(mote_buf *b, double x)
{
    if (isnan(x)) {
        mote_buf_str(b, "nan");
        return true;
    }
    if (isinf(x)) {
        mote_buf_str(b, x < 0 ? "-inf" : "inf");
        return true;
    }
    return false;
}

void mote_buf_f64(mote_buf *b, double x)
{
    char text[64];
    if (add_special(b, x))
        return;
    if (x == trunc(x) && fabs(x) < 1e15 && !(x == 0 && signbit(x))) {
        mote_buf_printf(b, "%lld", (long long)x);
        return;
    }
    /* A normal double tells all decimals of 15 digits apart, so %.15g finds any shorter text
     * (%g drops trailing zeros). A subnormal one holds fewer: start at 1. */
    size_t n = 0;
    for (int digits = fabs(x) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        double back;
        n = format_g(text, sizeof text, digits, x);
        if (mote_parse_f64(text, n, &back) && memcmp(&back, &x, sizeof x) == 0)
            break;
    }
    mote_buf_add(b, text, n);
}

static void add_digits(mote_buf *b, uint64_t x, bool is_negative)
{
    char text[24];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + x % 10);
        x /= 10;
    } while (x > 0);
    if (is_negative)
        text[--at] = '-';
    mote_buf_add(b, text + at, sizeof text - at);
}

void mote_buf_dec_u64(mote_buf *b, uint64_t x)
{
    add_digits(b, x, false);
}

void mote_buf_dec_i64(mote_buf *b, int64_t x)
{
    add_digits(b, x < 0 ? 0 - (uint64_t)x : (uint64_t)x, x < 0);
}

void mote_buf_f32(mote_buf *b, float x)
{
    char text[64];
    if (add_special(b, (double)x))
        return;
    if (x == truncf(x) && fabsf(x) < 1e7f && !(x == 0 && signbit(x))) {
        mote_buf_printf(b, "%ld", (long)x);
        return;
    }
    size_t n = 0;
    for (int digits = fabsf(x) < FLT_MIN ? 1 : 6; digits <= 9; digits++) {
        double wide;
        n = format_g(text, sizeof text, digits, (double)x);
        if (!mote_parse_f64(text, n, &wide))
            continue;
        float back = (float)wide;
        if (memcmp(&back, &x, sizeof x) == 0)
            break;
    }
    mote_buf_add(b, text, n);
}
