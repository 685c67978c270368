/* SPDX-License-Identifier: Apache-2.0 */
/* Business value against sums done by hand. */
#include "evaluate/value.h"
#include "unit/evaluate/golden.h"

static const mote_project_value money = {.is_given = true,
                                         .currency = "EUR",
                                         .true_accept = 0.05,
                                         .false_accept = -0.2,
                                         .false_reject = -0.1,
                                         .volume_per_day = 1000,
                                         .listening_hours_per_day = 24};

static void value_is_the_sum_of_its_parts(void **state)
{
    (void)state;
    mote_value_counts c = {.n_targets = 200, .n_missed = 20, .n_false_accepts = 3, .hours = 2};
    mote_value v = mote_value_per_day(&money, &c, 0.95);
    near_to(v.true_accepts, 1000 * 0.9 * 0.05, 1e-12, "true accepts");
    near_to(v.false_rejects, 1000 * 0.1 * -0.1, 1e-12, "false rejects");
    near_to(v.false_accepts, 24 * 1.5 * -0.2, 1e-12, "false accepts");
    near_to(v.value.value, 45 - 10 - 7.2, 1e-12, "value");
    /* Both rates at 97.5 %: Wilson 20/200 and Garwood 3 in 2 h, the worse ends together. */
    mote_interval m = mote_interval_wilson(20, 200, 0.975), a = mote_interval_poisson(3, 2, 0.975);
    near_to(v.value.lo, 1000 * (1 - m.hi) * 0.05 - 1000 * m.hi * 0.1 - 24 * a.hi * 0.2, 1e-12,
            "lo");
    near_to(v.value.hi, 1000 * (1 - m.lo) * 0.05 - 1000 * m.lo * 0.1 - 24 * a.lo * 0.2, 1e-12,
            "hi");
}

static void gains_from_misses_turn_the_interval_round(void **state)
{
    (void)state;
    mote_project_value odd = money;
    odd.true_accept = -1;
    odd.false_reject = 0;
    mote_value_counts c = {.n_targets = 50, .n_missed = 25, .n_false_accepts = 0, .hours = 1};
    mote_value v = mote_value_per_day(&odd, &c, 0.9);
    assert_true(v.value.lo < v.value.value && v.value.value < v.value.hi);
}

static void without_money_words_or_hours_it_is_unknown(void **state)
{
    (void)state;
    mote_value_counts c = {.n_targets = 200, .n_missed = 20, .n_false_accepts = 3, .hours = 2},
                      none = c;
    mote_project_value not_given = money;
    not_given.is_given = false;
    assert_true(isnan(mote_value_per_day(&not_given, &c, 0.95).value.value));
    none.n_targets = 0;
    assert_true(isnan(mote_value_per_day(&money, &none, 0.95).value.value));
    none = c;
    none.hours = 0;
    assert_true(isnan(mote_value_per_day(&money, &none, 0.95).value.lo));
    assert_true(isnan(mote_value_per_day(&money, &c, 1).value.lo));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(value_is_the_sum_of_its_parts),
        cmocka_unit_test(gains_from_misses_turn_the_interval_round),
        cmocka_unit_test(without_money_words_or_hours_it_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
