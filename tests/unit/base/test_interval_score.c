/* SPDX-License-Identifier: Apache-2.0 */
/* Student's t against its closed forms and tables, Wilson's of whole numbers against interval.h. */
#include "base/interval_score.h"
#include "unit/evaluate/golden.h"

static void student_quantiles_are_those_of_tables(void **state)
{
    (void)state;
    /* 1 and 2 degrees have closed forms: tan, and a quadratic; 10 by the same with more terms */
    near_to(mote_student_quantile(1, 0.975), 12.706204736174698, 1e-9, "1");
    near_to(mote_student_quantile(2, 0.975), 4.302652729749462, 1e-9, "2");
    near_to(mote_student_quantile(10, 0.975), 2.228138851986274, 1e-9, "10");
    near_to(mote_student_quantile(10, 0.025), -2.228138851986274, 1e-9, "10, below");
    near_to(mote_student_quantile(1e7, 0.975), mote_normal_quantile(0.975), 1e-6, "many");
    const double between = mote_student_quantile(4.5, 0.9); /* 1.533 of 4, 1.476 of 5 */
    assert_true(between < 1.5332063 && between > 1.4758840);
    assert_true(isnan(mote_student_quantile(0, 0.9)) && isnan(mote_student_quantile(3, 1)));
}

static void a_score_interval_of_whole_numbers_is_wilsons(void **state)
{
    (void)state;
    const double z = mote_normal_quantile(0.975);
    for (int k = 0; k <= 20; k += 5) {
        const mote_interval x = mote_interval_score(k / 20.0, 20, z);
        const mote_interval w = mote_interval_wilson(k, 20, 0.95);
        near_to(x.lo, w.lo, 1e-12, "lo");
        near_to(x.hi, w.hi, 1e-12, "hi");
    }
    const mote_interval fewer = mote_interval_score(0.1, 7.5, z);
    assert_true(fewer.lo < mote_interval_score(0.1, 20, z).lo && fewer.lo > 0);
    assert_true(isnan(mote_interval_score(1.1, 5, z).lo) &&
                isnan(mote_interval_score(0.5, 0, z).hi));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_quantiles_are_those_of_tables),
        cmocka_unit_test(a_score_interval_of_whole_numbers_is_wilsons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
