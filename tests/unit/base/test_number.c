/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/number.c: numbers of text.h. */
#include "support.h"

#include <float.h>
#include <locale.h>
#include <math.h>

#include "base/rng.h"
#include "base/text.h"

static void whole_numbers_parse_to_their_limits(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        bool ok;
        int64_t want;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x10", false, 0},
        {"--1", false, 0},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        int64_t x = 77;
        if (mote_parse_i64(rows[i].s, strlen(rows[i].s), &x) != rows[i].ok)
            fail_msg("'%s'", rows[i].s);
        assert_true(x == (rows[i].ok ? rows[i].want : 77));
    }
    uint64_t u = 77;
    assert_true(mote_parse_u64("18446744073709551615", 20, &u));
    assert_true(u == UINT64_MAX);
    assert_false(mote_parse_u64("18446744073709551616", 20, &u));
    assert_false(mote_parse_u64("-1", 2, &u));
    assert_true(mote_parse_u64("123", 2, &u)); /* the length decides, not a 0 */
    assert_true(u == 12);
}

static void fractions_parse_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        double want;
    } rows[] = {
        {"0", 0.0},
        {"-0", -0.0},
        {"1.5", 1.5},
        {"+1.5", 1.5},
        {".5", 0.5},
        {"5.", 5.0},
        {"1e3", 1000.0},
        {"1E+3", 1000.0},
        {"1e-3", 1e-3},
        {"0.1", 0.1},
        {"000000000000000000000000.1", 0.1},
        {"0.00000000000000000000000000000001e32", 1.0},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"1.7976931348623157e308", DBL_MAX},
        {"2.2250738585072014e-308", DBL_MIN},
        {"4.9406564584124654e-324", 4.9406564584124654e-324},
        {"2.4703282292062327e-324", 0.0},
        {"1e-400", 0.0},
        {"0e999999999999", 0.0},
        {"9007199254740993", 9007199254740992.0}, /* tie to even */
        {"9007199254740993.00000000000000000001", 9007199254740994.0},
        {"8.5e22", 8.5e22},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        double x = 77;
        if (!mote_parse_f64(rows[i].s, strlen(rows[i].s), &x) ||
            memcmp(&x, &rows[i].want, sizeof x) != 0)
            fail_msg("'%s' gives %.17g", rows[i].s, x);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",      ".",     "-",      "e5",      "1e",   "1e+", "1.2.3", " 1",
        "1 ",    "1,5",   "inf",    "nan",     "-inf", "NAN", "0x1p3", "1e5x",
        "1_000", "1e400", "-1e309", "1.8e308", "n/a",  "+-1", "1\n",
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        double x = 77;
        if (mote_parse_f64(rows[i], strlen(rows[i]), &x) || x != 77)
            fail_msg("'%s' is accepted", rows[i]);
    }
    double x = 77;
    assert_false(mote_parse_f64("1\0", 2, &x));
}

/* A tie that only the 780th digit breaks must round by that digit. */
static void very_long_digits_still_round_right(void **state)
{
    (void)state;
    char text[1200];
    size_t n = (size_t)snprintf(text, sizeof text, "9007199254740993.");
    memset(text + n, '0', 1000);
    text[n + 1000] = '1';
    double x = 0;
    assert_true(mote_parse_f64(text, n + 1001, &x));
    assert_true(x == 9007199254740994.0);
    assert_true(mote_parse_f64(text, n + 1000, &x));
    assert_true(x == 9007199254740992.0);
    memset(text, '1', 1100); /* a whole number far over the range */
    assert_false(mote_parse_f64(text, 1100, &x));
    assert_true(mote_parse_f64(text, 300, &x));
    assert_true(x == strtod("1.1111111111111111111111e299", NULL));
}

static double random_double(mote_rng *r)
{
    for (;;) {
        uint64_t bits = mote_rng_u64(r);
        double x;
        memcpy(&x, &bits, sizeof x);
        if (isfinite(x))
            return x;
    }
}

static void parsing_agrees_with_the_c_library(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 20000; i++) {
        char text[64];
        int digits = (int)mote_rng_below(&r, 25);
        int n = i % 2 ? snprintf(text, sizeof text, "%.*e", digits, random_double(&r))
                      : snprintf(text, sizeof text, "%.*f", digits, mote_rng_normal(&r) * 1000);
        double want = strtod(text, NULL);
        double got;
        bool ok = mote_parse_f64(text, (size_t)n, &got);
        if (ok != (isfinite(want) != 0) || (ok && memcmp(&got, &want, sizeof got) != 0))
            fail_msg("'%s'", text);
    }
}

/* 16 to 19 digits with powers on either side of the ones the whole-number path takes, and midpoints
 * of two doubles, where a bit lost anywhere shows. */
static void long_digits_and_midpoints_agree_with_the_c_library(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 200000; i++) {
        char text[64];
        uint64_t w = mote_rng_u64(&r) >> mote_rng_below(&r, 12);
        int e = (int)mote_rng_below(&r, 64) - 32;
        if (i % 3 == 0) /* 54 bits, the last one set: half way between two doubles */
            w = (mote_rng_u64(&r) >> 10) | 1u | (uint64_t)1 << 53, e = (int)mote_rng_below(&r, 3);
        int n = snprintf(text, sizeof text, "%llu%s%d", (unsigned long long)w,
                         i % 2 || e < 0 ? "e" : "E+", e);
        double want = strtod(text, NULL), got = 0;
        if (!mote_parse_f64(text, (size_t)n, &got) || memcmp(&got, &want, sizeof got) != 0)
            fail_msg("'%s'", text);
    }
}

static void a_comma_may_be_the_point(void **state)
{
    (void)state;
    double x = 0;
    assert_true(mote_parse_decimal("-3,25", 5, ',', &x) && x == -3.25);
    assert_true(mote_parse_decimal("1,2345678901234567890123e5", 26, ',', &x));
    assert_true(x == 123456.78901234567890123);
    assert_false(mote_parse_decimal("3.25", 4, ',', &x));
    assert_false(mote_parse_decimal("3,2,5", 5, ',', &x));
}

static void written_doubles_read_back_the_same_and_are_shortest(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 20000; i++) {
        double x = i % 3 == 0   ? random_double(&r)
                   : i % 3 == 1 ? (double)mote_rng_below(&r, 1000000) / 1000
                                : mote_rng_normal(&r);
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 100);
        mote_buf_f64(&b, x);
        double back = strtod(b.data, NULL);
        if (memcmp(&back, &x, sizeof x) != 0)
            fail_msg("%.17g is written '%s'", x, b.data);
        int shortest = 1;
        char text[64];
        for (; shortest < 17; shortest++) {
            snprintf(text, sizeof text, "%.*e", shortest - 1, x);
            if (strtod(text, NULL) == x)
                break;
        }
        int digits = 0;
        int zeros = 0; /* trailing zeros of a whole number are not significant */
        for (const char *p = b.data; *p && *p != 'e'; p++) {
            if (*p >= '1' && *p <= '9') {
                digits += zeros + 1;
                zeros = 0;
            } else if (*p == '0' && digits) {
                zeros++;
            }
        }
        if (digits > shortest)
            fail_msg("'%s' has %d digits, %d suffice", b.data, digits, shortest);
    }
}

static void written_floats_read_back_the_same(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 50000; i++) {
        uint32_t bits = (uint32_t)mote_rng_u64(&r);
        float x;
        memcpy(&x, &bits, sizeof x);
        if (!isfinite(x))
            continue;
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 100);
        mote_buf_f32(&b, x);
        float back = strtof(b.data, NULL);
        if (memcmp(&back, &x, sizeof x) != 0)
            fail_msg("%.9g is written '%s'", (double)x, b.data);
    }
}

static void special_values_have_their_text(void **state)
{
    (void)state;
    static const struct {
        double x;
        const char *want;
    } rows[] = {
        {0.0, "0"},
        {-0.0, "-0"},
        {1.0, "1"},
        {-17.0, "-17"},
        {0.1, "0.1"},
        {1e15, "1e+15"},
        {999999999999999.0, "999999999999999"},
        {5e-324, "5e-324"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
        {DBL_MAX, "1.7976931348623157e+308"},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 100);
        mote_buf_f64(&b, rows[i].x);
        assert_string_equal(b.data, rows[i].want);
    }
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 100);
    mote_buf_f32(&b, 0.1f);
    mote_buf_char(&b, ' ');
    mote_buf_f32(&b, -3.0f);
    mote_buf_char(&b, ' ');
    mote_buf_f32(&b, -0.0f);
    mote_buf_char(&b, ' ');
    mote_buf_f32(&b, 1.4e-45f);
    assert_string_equal(b.data, "0.1 -3 -0 1e-45");
}

/* Both directions under a locale whose point is a comma, if the machine has one. */
static void the_locale_has_no_say(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR",
                                        "ru_RU.UTF-8"};
    const char *set = NULL;
    for (size_t i = 0; i < T_COUNT(names) && !set; i++)
        set = setlocale(LC_ALL, names[i]);
    if (!set || localeconv()->decimal_point[0] == '.')
        T_SKIP("no locale with a decimal comma is installed");
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 100);
    mote_buf_f64(&b, 1234.5678);
    static const char text[] = "1.2345678901234567890123e5";
    double x = 0;
    bool ok = mote_parse_f64(text, strlen(text), &x);
    setlocale(LC_ALL, "C");
    assert_string_equal(b.data, "1234.5678");
    assert_true(ok);
    assert_true(x == 123456.78901234567890123);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_parse_to_their_limits),
        cmocka_unit_test(fractions_parse_exactly),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(very_long_digits_still_round_right),
        cmocka_unit_test(parsing_agrees_with_the_c_library),
        cmocka_unit_test(long_digits_and_midpoints_agree_with_the_c_library),
        cmocka_unit_test(a_comma_may_be_the_point),
        cmocka_unit_test(written_doubles_read_back_the_same_and_are_shortest),
        cmocka_unit_test(written_floats_read_back_the_same),
        cmocka_unit_test(special_values_have_their_text),
        cmocka_unit_test(the_locale_has_no_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
