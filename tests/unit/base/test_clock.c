/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/clock.c. */
#include "support.h"

#include "base/clock.h"
#include "base/rng.h"

static void dates_are_written_as_iso_8601(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *want;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {-1, "1969-12-31T23:59:59Z"},
        {-1000, "1969-12-31T23:59:59Z"},
        {-1001, "1969-12-31T23:59:58Z"},
        {999, "1970-01-01T00:00:00Z"},
        {951782400000, "2000-02-29T00:00:00Z"},
        {1700000000000, "2023-11-14T22:13:20Z"},
        {1709164800000, "2024-02-29T00:00:00Z"},
        {4107542400000, "2100-03-01T00:00:00Z"},
        {253402300799000, "9999-12-31T23:59:59Z"},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char out[32];
        mote_time_iso(rows[i].ms, out, sizeof out);
        assert_string_equal(out, rows[i].want);
    }
}

static void dates_agree_with_the_c_library(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 5000; i++) {
        int64_t ms = (int64_t)(mote_rng_u64(&r) % 8000000000000u) - 1000000000000;
        time_t s = (time_t)(ms / 1000 - (ms % 1000 < 0 ? 1 : 0));
        struct tm tm;
        char want[32];
        char got[32];
        assert_non_null(gmtime_r(&s, &tm));
        assert_true(strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0);
        mote_time_iso(ms, got, sizeof got);
        assert_string_equal(got, want);
    }
}

static void clocks_go_forward(void **state)
{
    (void)state;
    int64_t mono = mote_clock_mono_us();
    int64_t cpu = mote_clock_cpu_us();
    mote_clock_sleep_ms(2);
    mote_clock_sleep_ms(0);
    mote_clock_sleep_ms(-5);
    assert_true(mote_clock_mono_us() >= mono + 2000);
    volatile uint64_t sum = 0;
    while (mote_clock_cpu_us() < cpu + 1000)
        sum += 1;
    assert_true(sum > 0);
}

static void the_wall_clock_can_be_fixed_for_tests(void **state)
{
    (void)state;
    assert_int_equal(setenv("MOTE_FIXED_TIME_MS", "1700000000000", 1), 0);
    assert_true(mote_clock_wall_ms() == 1700000000000);
    assert_int_equal(unsetenv("MOTE_FIXED_TIME_MS"), 0);
    int64_t now = mote_clock_wall_ms();
    assert_true(llabs((long long)(now - (int64_t)time(NULL) * 1000)) < 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_written_as_iso_8601),
        cmocka_unit_test(dates_agree_with_the_c_library),
        cmocka_unit_test(clocks_go_forward),
        cmocka_unit_test(the_wall_clock_can_be_fixed_for_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
