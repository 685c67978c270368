/* SPDX-License-Identifier: Apache-2.0 */
/* How far apart histograms are, against golden values.
 *
 * The values were computed once with scipy 1.10.1 on samples that are spelled out here: a 64-bit
 * linear congruential generator, a normal as the sum of 12 uniforms less 6. The tolerance is 1e-11
 * relative: both sides compute in double, with different orders of summation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/interval.h"
#include "monitor/drift.h"

#define N_A 500
#define N_B 400

static double a_raw[N_A], b_raw[N_B], a[N_A], b[N_B];

static double uniform(uint64_t *s)
{
    *s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*s >> 11) / 9007199254740992.0;
}

static void fill_normal(double *out, size_t n, uint64_t seed, double mean, double sd)
{
    uint64_t s = seed;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < 12; k++)
            sum += uniform(&s);
        out[i] = mean + sd * (sum - 6);
    }
}

static int make_samples(void **state)
{
    (void)state;
    fill_normal(a_raw, N_A, 1, 0, 1);
    fill_normal(b_raw, N_B, 2, 0.3, 1.2);
    for (size_t i = 0; i < N_A; i++)
        a[i] = a_raw[i];
    for (size_t i = 0; i < N_B; i++)
        b[i] = b_raw[i];
    mote_sort_doubles(a, N_A);
    mote_sort_doubles(b, N_B);
    return 0;
}

#define assert_near(actual, expected) check_near(actual, expected, 1e-11, __LINE__)
static void check_near(double actual, double expected, double relative, int line)
{
    if (!(fabs(actual - expected) <= relative * fmax(fabs(expected), 1e-300)))
        fail_msg("line %d: %.17g is not %.17g", line, actual, expected);
}

static void the_samples_are_those_of_the_reference(void **state)
{
    (void)state;
    assert_near(a_raw[0], 0.1988428328925691);
    assert_near(a_raw[2], 0.25189222499795516);
    assert_near(b_raw[0], 1.3845555357190418);
    assert_near(b_raw[1], -2.0914058505275666);
}

static void the_stability_index_is_golden(void **state)
{
    (void)state;
    double p[10];
    double q[10] = {0};
    double edges[9];
    for (int i = 0; i < 9; i++)
        edges[i] = mote_quantile_sorted(a, N_A, (i + 1) / 10.0);
    assert_near(edges[0], -1.0945734279265014);
    assert_near(edges[8], 1.209070915801701);
    for (int i = 0; i < 10; i++)
        p[i] = 0.1;
    for (int k = 0; k < N_B; k++) {
        int bin = 0;
        while (bin < 9 && b[k] >= edges[bin])
            bin++;
        q[bin] += 1.0 / N_B;
    }
    assert_near(mote_psi(p, q, 10), 0.1429647466674019);
}

static void equal_shares_have_no_distance(void **state)
{
    (void)state;
    const double p[] = {0.25, 0, 0.75}, apart[] = {0, 1, 0};
    assert_true(mote_psi(p, p, 3) == 0);
    assert_true(isinf(mote_psi(p, apart, 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_samples_are_those_of_the_reference),
        cmocka_unit_test(the_stability_index_is_golden),
        cmocka_unit_test(equal_shares_have_no_distance),
    };
    return cmocka_run_group_tests(tests, make_samples, NULL);
}
