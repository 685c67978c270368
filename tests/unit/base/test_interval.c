/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals and exact tests against scipy (tests/golden/make_evaluate.py), and their edges.
 * Tolerance: 1e-11 relative; both sides are good to about 1e-13, the rest is scipy's own spread. */
#include "base/interval.h"
#include "unit/evaluate/golden.h"

static json_t *golden;

static int load(void **state)
{
    (void)state;
    golden = golden_load();
    return 0;
}

static int unload(void **state)
{
    (void)state;
    json_decref(golden);
    return 0;
}

static void wilson_agrees_with_scipy(void **state)
{
    (void)state;
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(golden, "wilson"), i, o)
    {
        mote_interval x = mote_interval_wilson((int64_t)number(o, "k"), (int64_t)number(o, "n"),
                                               number(o, "confidence"));
        near_to(x.lo, number(o, "lo"), 1e-11, "lo");
        near_to(x.hi, number(o, "hi"), 1e-11, "hi");
        assert_true(x.lo <= x.value && x.value <= x.hi);
    }
    assert_true(i == 18);
}

static void garwood_agrees_with_scipy(void **state)
{
    (void)state;
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(golden, "garwood"), i, o)
    {
        mote_interval x =
            mote_interval_poisson((int64_t)number(o, "k"), 1, number(o, "confidence"));
        near_to(x.lo, number(o, "lo"), 1e-11, "lo");
        near_to(x.hi, number(o, "hi"), 1e-11, "hi");
        x = mote_interval_poisson((int64_t)number(o, "k"), 4, number(o, "confidence"));
        near_to(x.hi, number(o, "hi") / 4, 1e-11, "hi per exposure");
    }
    assert_true(i == 21);
}

static void special_functions_agree_with_scipy(void **state)
{
    (void)state;
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(golden, "mcnemar"), i, o)
        near_to(mote_mcnemar_exact((int64_t)number(o, "b"), (int64_t)number(o, "c")),
                number(o, "p"), 1e-11, "mcnemar");
    json_array_foreach(json_object_get(golden, "normal_quantile"), i, o)
        near_to(mote_normal_quantile(number(o, "p")), number(o, "x"), 1e-11, "normal");
    json_array_foreach(json_object_get(golden, "log_gamma"), i, o)
        near_to(mote_log_gamma(number(o, "x")), number(o, "y"), 1e-13, "log gamma");
    /* The exponent a ln x - x - ln Gamma(a) is a small difference of numbers near a ln a. */
    json_array_foreach(json_object_get(golden, "gamma_q"), i, o)
        near_to(mote_gamma_q(number(o, "a"), number(o, "x")), number(o, "q"),
                fmax(1e-11, 1e-15 * number(o, "a")), "gamma q");
}

static void nonsense_gives_nan_and_no_data_gives_everything(void **state)
{
    (void)state;
    assert_true(isnan(mote_interval_wilson(3, 2, 0.95).lo));
    assert_true(isnan(mote_interval_wilson(-1, 2, 0.95).lo));
    assert_true(isnan(mote_interval_wilson(1, 2, 1).lo));
    assert_true(isnan(mote_interval_wilson(1, 2, NAN).lo));
    mote_interval x = mote_interval_wilson(0, 0, 0.95);
    assert_true(isnan(x.value) && x.lo == 0 && x.hi == 1);
    assert_true(isnan(mote_interval_poisson(1, 0, 0.95).hi));
    assert_true(isnan(mote_interval_poisson(-1, 1, 0.95).hi));
    assert_true(isnan(mote_mcnemar_exact(-1, 1)));
    assert_true(isnan(mote_normal_quantile(0)) && isnan(mote_normal_quantile(1)) &&
                isnan(mote_normal_quantile(NAN)));
    assert_true(isnan(mote_gamma_q(0, 1)) && isnan(mote_gamma_q(1, -1)) &&
                isnan(mote_log_gamma(0)));
}

/* P(Bin(n, p) >= k), added up. */
static double binomial_tail(int k, int n, double p)
{
    double sum = 0, log_term = n * log1p(-p);
    for (int i = 0; i <= n; i++) {
        sum += i >= k ? exp(log_term) : 0;
        log_term += log((n - i) / (i + 1.0)) + log(p) - log1p(-p);
    }
    return sum;
}

static void beta_is_the_tail_of_binomials_and_its_closed_forms(void **state)
{
    (void)state;
    const double pi = acos(-1.0);
    const int n[] = {1, 5, 20, 200};
    for (size_t i = 0; i < 4; i++)
        for (int k = 1; k <= n[i]; k = 2 * k + 1)
            for (double p = 0.01; p < 1; p += 0.07) {
                const double tail = binomial_tail(k, n[i], p);
                near_to(mote_beta_i(k, n[i] - k + 1.0, p), tail, 1e-9, "binomial");
            }
    for (double x = 0.05; x < 1; x += 0.1) {
        near_to(mote_beta_i(2.5, 1, x), pow(x, 2.5), 1e-11, "one power");
        near_to(mote_beta_i(0.5, 0.5, x), 2 / pi * asin(sqrt(x)), 1e-11, "arc sine");
        near_to(mote_beta_i(3.3, 8.1, x) + mote_beta_i(8.1, 3.3, 1 - x), 1, 1e-11, "mirror");
    }
    assert_true(mote_beta_i(2, 3, 0) == 0 && mote_beta_i(2, 3, 1) == 1);
    assert_true(isnan(mote_beta_i(0, 1, 0.5)) && isnan(mote_beta_i(1, 1, NAN)) &&
                isnan(mote_beta_i(1, 1, 1.5)));
}

static void quantiles_interpolate_as_numpy_does(void **state)
{
    (void)state;
    double v[] = {4, 1, 3, 2};
    mote_sort_doubles(v, 4);
    assert_true(v[0] == 1 && v[3] == 4);
    assert_true(mote_quantile_sorted(v, 4, 0.5) == 2.5);
    near_to(mote_quantile_sorted(v, 4, 0.1), 1.3, 1e-15, "quantile");
    assert_true(mote_quantile_sorted(v, 4, 0) == 1 && mote_quantile_sorted(v, 4, 1) == 4);
    assert_true(isnan(mote_quantile_sorted(v, 0, 0.5)) && isnan(mote_quantile_sorted(v, 4, 1.5)));
}

/* The median of 100 lies between the 40th and the 61st (David and Nagaraja); the 99th percentile
 * has an upper bound from 368 on, because 0.99^367 > 0.025 > 0.99^368. */
static void ranks_bound_a_quantile_of_any_distribution(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double q;
        size_t lo, hi;
    } cases[] = {{100, 0.5, 40, 61},
                 {367, 0.99, 359, 0},
                 {368, 0.99, 360, 368},
                 {0, 0.5, 0, 0},
                 {3, 0.5, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t lo = 7, hi = 7;
        mote_quantile_ranks(cases[i].n, cases[i].q, 0.95, &lo, &hi);
        if (lo != cases[i].lo || hi != cases[i].hi)
            fail_msg("n %zu, q %g: %zu to %zu", cases[i].n, cases[i].q, lo, hi);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_agrees_with_scipy),
        cmocka_unit_test(garwood_agrees_with_scipy),
        cmocka_unit_test(special_functions_agree_with_scipy),
        cmocka_unit_test(nonsense_gives_nan_and_no_data_gives_everything),
        cmocka_unit_test(beta_is_the_tail_of_binomials_and_its_closed_forms),
        cmocka_unit_test(quantiles_interpolate_as_numpy_does),
        cmocka_unit_test(ranks_bound_a_quantile_of_any_distribution),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
