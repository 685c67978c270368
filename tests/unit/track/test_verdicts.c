/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts kept with a version: counts, what stands in the way of a promotion, what got worse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "track/verdicts.h"

#define ITEM(id, verdict) "{\"requirement\":\"" id "\",\"verdict\":\"" verdict "\"}"
#define MIXED                                                                                      \
    "{\"requirements\":[" ITEM("a", "met, not proven") "," ITEM(                                   \
        "b", "not yet known") ","                                                                  \
                              "{\"requirement\":\"c\",\"verdict\":\"not met\",\"sentence\":\"it "  \
                              "misses every second "                                               \
                              "word\"}," ITEM("d", "met") "," ITEM("e", "unknown") "]}"

static void documents_are_counted(void **state)
{
    (void)state;
    mote_verdict_counts c;
    mote_err err = {0};
    assert_int_equal(mote_verdicts_count(MIXED, &c, &err), MOTE_OK);
    assert_int_equal(c.n, 5);
    assert_int_equal(c.n_met, 1);
    assert_int_equal(c.n_not_proven, 1);
    assert_int_equal(c.n_not_met, 1);
    assert_int_equal(c.n_unknown, 2); /* "unknown" is what it was called once */
    static const char *const bad[] = {"{}", "[1]", "[{\"requirement\":\"a\"}]", "nonsense",
                                      "[" ITEM("a", "Met") "]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_not_equal(mote_verdicts_count(bad[i], &c, &err), MOTE_OK);
}

static void what_is_not_met_stands_before_what_is_not_known(void **state)
{
    (void)state;
    mote_err err = {0};
    MOTE_SCOPED_BUF why;
    mote_buf_init(&why, 4096);
    assert_int_equal(mote_verdicts_obstacles(MIXED, &why, &err), MOTE_OK);
    assert_string_equal(why.data, "it misses every second word; 'b' is not yet known; "
                                  "'e' is not yet known");
    mote_buf_reset(&why);
    assert_int_equal(mote_verdicts_obstacles("[" ITEM("a", "met, not proven") "]", &why, &err),
                     MOTE_OK);
    assert_int_equal(why.len, 0);
}

static const char *document(char out[400], const char *verdict, const char *side, double limit,
                            double value, double half)
{
    snprintf(out, 400,
             "[{\"requirement\":\"a\",\"verdict\":\"%s\",\"%s\":%g,\"measured\":{\"value\":%g,"
             "\"lo\":%g,\"hi\":%g}}]",
             verdict, side, limit, value, value - half, value + half);
    return out;
}

static void only_what_is_not_proven_can_be_worse(void **state)
{
    (void)state;
    static const struct {
        const char *before, *now, *side;
        double limit_before, limit_now, value_before, value_now, half;
        bool is_worse;
    } cases[] = {
        {"met, not proven", "met, not proven", "at_least", 0.9, 0.9, 0.95, 0.94, 0.02, false},
        {"met, not proven", "met, not proven", "at_least", 0.9, 0.9, 0.95, 0.92, 0.02, true},
        {"met, not proven", "met, not proven", "at_least", 0.9, 0.9, 0.95, 0.99, 0.02, false},
        {"met, not proven", "met, not proven", "at_most", 5, 5, 1, 3.1, 2, true},
        {"met, not proven", "met, not proven", "at_most", 5, 5, 1, 2.9, 2, false},
        {"met", "met, not proven", "at_least", 0.9, 0.9, 0.95, 0.95, 0.02, true},
        {"met", "met, not proven", "at_least", 0.9, 0.93, 0.95, 0.95, 0.02, false},
        {"met", "met", "at_least", 0.9, 0.9, 0.99, 0.91, 0.02, false},
        {"not met", "met, not proven", "at_least", 0.9, 0.9, 0.8, 0.92, 0.02, false},
        {"met, not proven", "met, not proven", "at_most", 20, 20, 12, 12.1, 0, false}, /* 1 % */
        {"met, not proven", "met, not proven", "at_most", 20, 20, 12, 12.2, 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char before[400], now[400];
        mote_err err = {0};
        MOTE_SCOPED_BUF why;
        mote_buf_init(&why, 4096);
        document(before, cases[i].before, cases[i].side, cases[i].limit_before,
                 cases[i].value_before, cases[i].half);
        document(now, cases[i].now, cases[i].side, cases[i].limit_now, cases[i].value_now,
                 cases[i].half);
        assert_int_equal(mote_verdicts_worse(now, before, &why, &err), MOTE_OK);
        if ((why.len > 0) != cases[i].is_worse)
            fail_msg("case %zu: '%s'", i, why.data ? why.data : "");
    }
}

static void what_was_never_asked_before_is_not_worse(void **state)
{
    (void)state;
    char now[400];
    mote_err err = {0};
    MOTE_SCOPED_BUF why;
    mote_buf_init(&why, 4096);
    document(now, "met, not proven", "at_least", 0.9, 0.95, 0.1);
    assert_int_equal(mote_verdicts_worse(now, "[" ITEM("b", "met") "]", &why, &err), MOTE_OK);
    assert_int_equal(why.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_counted),
        cmocka_unit_test(what_is_not_met_stands_before_what_is_not_known),
        cmocka_unit_test(only_what_is_not_proven_can_be_worse),
        cmocka_unit_test(what_was_never_asked_before_is_not_worse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
