/* SPDX-License-Identifier: Apache-2.0 */
/* Two-sample statistics against golden values.
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

static void sample_statistics_are_golden(void **state)
{
    (void)state;
    double scratch[N_B + 1];
    double d = mote_ks(a, N_A, b, N_B);
    assert_near(d, 0.14150000000000007);
    /* scipy's own approximation for finite samples says 2.43e-4, the exact value is 2.44e-4; the
     * limit is Kolmogorov's and is checked against Smirnov's table (1948) below. */
    check_near(mote_ks_p_asymptotic(d, N_A, N_B), 0.000242964603622494, 0.15, __LINE__);
    assert_near(mote_ks_p_exact(d, N_A, N_B, scratch), 0.00024397758111031995);
    assert_near(mote_wasserstein1(a, N_A, b, N_B), 0.2847385238827246);
    assert_near(mote_energy_distance(a, N_A, b, N_B), 0.21304737439238955);
    assert_near(mote_cramer_von_mises(a, N_A, b, N_B), 1.2361553703703692);
    mote_test_result u = mote_mann_whitney(a, N_A, b, N_B);
    assert_near(u.statistic, 88553.0);
    assert_near(u.p, 0.0031385376628456745);
    mote_test_result t = mote_welch_t(a, N_A, b, N_B);
    assert_near(t.statistic, -3.205437601639417);
    assert_near(t.p, 0.0014069989381600653);
}

static void the_limit_of_kolmogorov_is_that_of_the_table(void **state)
{
    (void)state;
    static const double table[][2] = {
        {1.2238, 0.10}, {1.3581, 0.05}, {1.6276, 0.01}, {1.9495, 0.001}};
    for (size_t i = 0; i < 4; i++) /* nm / (n + m) = 1 for n = m = 2; four digits given */
        check_near(mote_ks_p_asymptotic(table[i][0], 2, 2), table[i][1], 5e-4, __LINE__);
}

static void histogram_statistics_are_golden(void **state)
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
    assert_near(mote_kl(p, q, 10), 0.0682340515767572);
    assert_near(mote_js_distance(p, q, 10), 0.13272719768503954);
    assert_near(mote_js_distance(p, q, 10) / sqrt(log(2)), 0.15942161139493);
    assert_near(mote_hellinger(p, q, 10), 0.13319941721271183);
    assert_near(mote_total_variation(p, q, 10), 0.1575);
    assert_near(mote_l_infinity(p, q, 10), 0.1075);
}

static void count_statistics_are_golden(void **state)
{
    (void)state;
    const int64_t ref[] = {16, 18, 16, 14, 12, 12};
    const int64_t cur[] = {16, 16, 16, 16, 16, 8};
    mote_test_result r = mote_chi2_fit(ref, cur, 6);
    assert_near(r.statistic, 3.1746031746031744);
    assert_near(r.p, 0.6730876006966301);
    r = mote_chi2_table(ref, cur, 6);
    assert_near(r.statistic, 1.6224089635854342);
    assert_near(r.p, 0.8985262394026607);
    double p[6];
    double q[6];
    for (int i = 0; i < 6; i++) {
        p[i] = (double)ref[i] / 88;
        q[i] = (double)cur[i] / 88;
    }
    check_near(mote_hellinger(p, q, 6), 0.06812774370983345, 1e-9, __LINE__); /* 1 - overlap */
    const int64_t g_ref[] = {5, 5, 8};
    const int64_t g_cur[] = {4, 6, 8};
    assert_near(mote_g_fit(g_ref, g_cur, 3).p, 0.817622013379844);
    assert_near(mote_fisher_exact(12, 3, 6, 9), 0.06043294142402481);
    r = mote_two_shares(40, 200, 62, 210);
    assert_near(r.statistic, -2.229727706235573);
    assert_near(r.p, 0.025765525361615808);
}

static void equal_inputs_have_no_distance(void **state)
{
    (void)state;
    const double p[] = {0.25, 0, 0.75};
    const double apart[] = {0, 1, 0};
    double scratch[N_A + 1];
    assert_true(mote_psi(p, p, 3) == 0 && mote_kl(p, p, 3) == 0 && mote_js_distance(p, p, 3) == 0);
    assert_true(mote_hellinger(p, p, 3) == 0 && mote_total_variation(p, p, 3) == 0);
    assert_near(mote_js_distance(p, apart, 3), sqrt(log(2)));
    assert_true(mote_hellinger(p, apart, 3) == 1 && isinf(mote_psi(p, apart, 3)));
    assert_true(mote_ks(a, N_A, a, N_A) == 0 && mote_wasserstein1(a, N_A, a, N_A) == 0);
    assert_true(mote_ks_p_asymptotic(0, N_A, N_A) == 1);
    assert_true(mote_ks_p_exact(0, N_A, N_A, scratch) == 1);
    assert_true(mote_mann_whitney(a, N_A, a, N_A).p == 1);
    assert_true(isnan(mote_ks(a, 0, b, N_B)) && isnan(mote_welch_t(a, 1, b, N_B).p));
}

static void ties_do_not_depend_on_the_order(void **state)
{
    (void)state;
    const double x[] = {1, 1, 2, 3, 3};
    const double y[] = {1, 2, 2, 3};
    assert_near(mote_ks(x, 5, y, 4), mote_ks(y, 4, x, 5));
    assert_near(mote_ks(x, 5, y, 4), 0.15);
    assert_near(mote_wasserstein1(x, 5, y, 4), 0.3); /* |.4-.25| + |.6-.75| over steps of 1 */
    assert_near(mote_cramer_von_mises(x, 5, y, 4), mote_cramer_von_mises(y, 4, x, 5));
    assert_near(mote_mann_whitney(x, 5, y, 4).p, mote_mann_whitney(y, 4, x, 5).p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_samples_are_those_of_the_reference),
        cmocka_unit_test(sample_statistics_are_golden),
        cmocka_unit_test(the_limit_of_kolmogorov_is_that_of_the_table),
        cmocka_unit_test(histogram_statistics_are_golden),
        cmocka_unit_test(count_statistics_are_golden),
        cmocka_unit_test(equal_inputs_have_no_distance),
        cmocka_unit_test(ties_do_not_depend_on_the_order),
    };
    return cmocka_run_group_tests(tests, make_samples, NULL);
}
