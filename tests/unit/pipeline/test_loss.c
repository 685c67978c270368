/* SPDX-License-Identifier: Apache-2.0 */
/* What int8 may lose before float32 ships (compress.max_loss): both sides of the limit, the limit
 * itself, and what is not known. */
#include "support.h"

#include <math.h>

#include "pipeline/judge.h"

static bool loses(mote_metric metric, double f32, double s8, double most)
{
    const mote_judge_loss l = {metric, f32, s8};
    return mote_judge_loses_more(&l, most);
}

static void of_a_share_the_difference_counts(void **state)
{
    (void)state;
    assert_false(loses(MOTE_METRIC_accuracy, 0.90, 0.885, 0.02));
    assert_true(loses(MOTE_METRIC_accuracy, 0.90, 0.875, 0.02));
    assert_false(loses(MOTE_METRIC_accuracy, 0.88, 0.95, 0.0));         /* better is no loss */
    assert_true(loses(MOTE_METRIC_false_alarm_rate, 0.01, 0.04, 0.02)); /* less is better */
    assert_false(loses(MOTE_METRIC_false_alarm_rate, 0.04, 0.01, 0.02));
}

static void of_an_error_how_much_larger_it_becomes(void **state)
{
    (void)state;
    assert_false(loses(MOTE_METRIC_mae, 50, 50.9, 0.02));
    assert_true(loses(MOTE_METRIC_mae, 50, 51.1, 0.02));
    assert_false(loses(MOTE_METRIC_mae, 50, 40, 0.0));
    assert_true(loses(MOTE_METRIC_mae, 0, 0.1, 0.5));    /* of nothing, any error is more */
    assert_true(loses(MOTE_METRIC_r2, -0.5, -0.6, 0.1)); /* more is better, below 0 too */
    assert_false(loses(MOTE_METRIC_r2, -0.6, -0.5, 0.1));
}

/* As counts give it: k + d of n right by float and k by int8, where d of n may be lost. In binary
 * the difference of the shares is often a little more than d / n. */
static void a_loss_of_exactly_the_limit_is_allowed(void **state)
{
    (void)state;
    for (int n = 1; n <= 200; n++)
        for (int d = 0; d <= n; d += 1 + n / 9)
            for (int k = 0; k + d <= n; k++) {
                const double most = (double)d / n;
                if (loses(MOTE_METRIC_accuracy, (double)(k + d) / n, (double)k / n, most))
                    fail_msg("%d of %d against %d may be lost", k + d, n, k);
                if (k > 0 &&
                    !loses(MOTE_METRIC_accuracy, (double)(k + d) / n, (double)(k - 1) / n, most))
                    fail_msg("%d of %d against %d may not be lost", k + d, n, k - 1);
            }
    assert_false(loses(MOTE_METRIC_accuracy, 0.9, 0.9, 0));
    assert_false(loses(MOTE_METRIC_mae, 50, 51, 0.02));
    assert_false(loses(MOTE_METRIC_mae, 0, 0, 0));
}

static void what_is_not_known_is_no_loss(void **state)
{
    (void)state;
    assert_false(loses(MOTE_METRIC_accuracy, (double)NAN, 0.5, 0));
    assert_false(loses(MOTE_METRIC_mae, 3, (double)NAN, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_share_the_difference_counts),
        cmocka_unit_test(of_an_error_how_much_larger_it_becomes),
        cmocka_unit_test(a_loss_of_exactly_the_limit_is_allowed),
        cmocka_unit_test(what_is_not_known_is_no_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
