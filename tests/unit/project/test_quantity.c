/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with units: what is read, what is refused, what is shown. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "base/text.h"
#include "project/quantity.h"

static void units_are_read(void **state)
{
    static const struct {
        const char *text;
        mote_unit unit;
        double value;
    } cases[] = {
        {"5", MOTE_UNIT_NONE, 5},
        {"-1.5e3", MOTE_UNIT_NONE, -1500},
        {"1e-3", MOTE_UNIT_NONE, 0.001},
        {"92 %", MOTE_UNIT_RATIO, 0.92},
        {"92%", MOTE_UNIT_RATIO, 0.92},
        {"0.5", MOTE_UNIT_RATIO, 0.5},
        {"7 %", MOTE_UNIT_RATIO, 0.07},
        {"250 us", MOTE_UNIT_MS, 0.25},
        {"2 h", MOTE_UNIT_MS, 7200000},
        {"20ms", MOTE_UNIT_S, 0.02},
        {"90 min", MOTE_UNIT_HOURS, 1.5},
        {"2 weeks", MOTE_UNIT_DAYS, 14},
        {"64 kB", MOTE_UNIT_BYTES, 64000},
        {"64 KiB", MOTE_UNIT_BYTES, 65536},
        {"1.5 MiB", MOTE_UNIT_BYTES, 1572864},
        {"16 kHz", MOTE_UNIT_HZ, 16000},
        {"0.2 GHz", MOTE_UNIT_MHZ, 200},
        {"-3 dB", MOTE_UNIT_DB, -3},
        {"0.15 mJ", MOTE_UNIT_UJ, 150},
        {"2 nJ", MOTE_UNIT_PJ, 2000},
        {"1e9", MOTE_UNIT_MONEY, 1e9},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double x = NAN;
        mote_err err;
        if (mote_quantity_parse(cases[i].text, strlen(cases[i].text), cases[i].unit, &x, &err) !=
            MOTE_OK)
            fail_msg("%s", err.text);
        if (x != cases[i].value && fabs(x - cases[i].value) > 1e-15 * fabs(x))
            fail_msg("'%s' gave %.17g", cases[i].text, x);
    }
}

static void percent_is_the_same_number_as_the_share(void **state)
{
    (void)state;
    for (int i = 0; i <= 100; i++) {
        char percent[16], share[16];
        double a, b;
        (void)mote_format(percent, sizeof percent, "%d %%", i);
        (void)mote_format(share, sizeof share, "%d.%02d", i / 100, i % 100);
        assert_int_equal(mote_quantity_parse(percent, strlen(percent), MOTE_UNIT_RATIO, &a, NULL),
                         MOTE_OK);
        assert_int_equal(mote_quantity_parse(share, strlen(share), MOTE_UNIT_RATIO, &b, NULL),
                         MOTE_OK);
        assert_true(a == b);
    }
}

static void everything_else_is_refused_with_what_is_accepted(void **state)
{
    static const struct {
        const char *text;
        mote_unit unit;
    } cases[] = {
        {"", MOTE_UNIT_NONE},       {" 5", MOTE_UNIT_NONE},        {"5 ", MOTE_UNIT_NONE},
        {"5 ", MOTE_UNIT_MS},       {"ms", MOTE_UNIT_MS},          {"5 ms ", MOTE_UNIT_MS},
        {"5 m", MOTE_UNIT_MS},      {"5 MS", MOTE_UNIT_MS},        {"5 kB", MOTE_UNIT_MS},
        {"5 %", MOTE_UNIT_NONE},    {"nan", MOTE_UNIT_NONE},       {"inf", MOTE_UNIT_MS},
        {"1e999", MOTE_UNIT_NONE},  {"1e308 GB", MOTE_UNIT_BYTES}, {"1,5", MOTE_UNIT_NONE},
        {"0x10", MOTE_UNIT_NONE},   {"1_000", MOTE_UNIT_NONE},     {"--5", MOTE_UNIT_NONE},
        {"5 EUR", MOTE_UNIT_MONEY}, {"64 KB", MOTE_UNIT_BYTES},    {"5\tms", MOTE_UNIT_MS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double x = 77;
        mote_err err;
        if (mote_quantity_parse(cases[i].text, strlen(cases[i].text), cases[i].unit, &x, &err) !=
                MOTE_PARSE ||
            x != 77)
            fail_msg("'%s' was accepted as %g", cases[i].text, x);
        assert_true(strlen(err.text) > 10);
    }
}

static void random_bytes_never_confuse_it(void **state)
{
    static const char alphabet[] = "0123456789.eE+- %kKMGiBmsuhnJHzd\t";
    const char *seed = getenv("T_SEED");
    mote_rng rng;
    (void)state;
    mote_rng_init(&rng, seed ? (uint64_t)atoll(seed) : 1);
    for (int i = 0; i < 200000; i++) {
        char text[12];
        size_t n = mote_rng_below(&rng, sizeof text);
        for (size_t k = 0; k < n; k++)
            text[k] = alphabet[mote_rng_below(&rng, sizeof alphabet - 1)];
        double x = NAN;
        mote_unit unit = (mote_unit)mote_rng_below(&rng, MOTE_N_UNITS);
        if (mote_quantity_parse(text, n, unit, &x, NULL) == MOTE_OK && !isfinite(x))
            fail_msg("'%.*s' gave %g (seed %s)", (int)n, text, x, seed ? seed : "1");
    }
}

static void values_are_shown_with_their_unit(void **state)
{
    static const struct {
        double value;
        mote_unit unit;
        const char *text;
    } cases[] = {
        {0.9234, MOTE_UNIT_RATIO, "92.3 %"},  {640, MOTE_UNIT_BYTES, "640 B"},
        {64000, MOTE_UNIT_BYTES, "64.0 kB"},  {2.5e6, MOTE_UNIT_BYTES, "2.50 MB"},
        {-1500, MOTE_UNIT_BYTES, "-1.5 kB"},  {20, MOTE_UNIT_MS, "20 ms"},
        {12.3456, MOTE_UNIT_MS, "12.35 ms"},  {59999, MOTE_UNIT_MS, "59999 ms"},
        {2.1384e8, MOTE_UNIT_MS, "59h 24m"},  {-90000, MOTE_UNIT_MS, "-1m 30s"},
        {0.5, MOTE_UNIT_NONE, "0.50"},        {3, MOTE_UNIT_NONE, "3"},
        {-12.5, MOTE_UNIT_MONEY, "-12.50"},   {0.00012, MOTE_UNIT_UJ, "0.00012 uJ"},
        {NAN, MOTE_UNIT_MS, "unknown"},       {INFINITY, MOTE_UNIT_MS, "unlimited"},
        {2662400, MOTE_UNIT_NONE, "2662400"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[40];
        mote_quantity_format(cases[i].value, cases[i].unit, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_read),
        cmocka_unit_test(percent_is_the_same_number_as_the_share),
        cmocka_unit_test(everything_else_is_refused_with_what_is_accepted),
        cmocka_unit_test(random_bytes_never_confuse_it),
        cmocka_unit_test(values_are_shown_with_their_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
