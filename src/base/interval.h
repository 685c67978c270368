/* SPDX-License-Identifier: Apache-2.0 */
/* Confidence intervals and exact tests for counts, and the special functions behind them.
 *
 * Host arithmetic in double; every function is total: outside its domain it gives NaN. Depends on
 * nothing but libm. Used by project/, evaluate/, monitor/, and whoever shows a number with its
 * uncertainty.
 */
#ifndef MOTE_EVALUATE_INTERVAL_H
#define MOTE_EVALUATE_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

/* An estimate and its two-sided interval, lo <= value <= hi. */
typedef struct {
    double value, lo, hi;
} mote_interval;

/* Share k / n with Wilson's score interval at `confidence` in (0, 1). n = 0: value NaN, 0..1.
 * Source: Wilson (1927); Brown, Cai, DasGupta (2001), eq. 4, without continuity correction. */
mote_interval mote_interval_wilson(int64_t k, int64_t n, double confidence);

/* Rate k / exposure of a Poisson count with the exact (Garwood) interval; lo is 0 for k = 0.
 * exposure > 0, in the unit of the rate (hours for events per hour).
 * Source: Garwood (1936): chi2(a/2; 2k)/2 and chi2(1-a/2; 2k+2)/2. */
mote_interval mote_interval_poisson(int64_t k, double exposure, double confidence);

/* McNemar's exact test: two-sided probability of b or a more uneven division of b + c discordant
 * pairs when both kinds are equally likely. 1 when b + c = 0.
 * Source: McNemar (1947) with the binomial distribution, p = 1/2. */
double mote_mcnemar_exact(int64_t b, int64_t c);

/* Quantile of values[0..n), sorted ascending, with linear interpolation (type 7 of Hyndman and Fan,
 * 1996; numpy's default). NaN when n = 0. */
double mote_quantile_sorted(const double *values, size_t n, double q);
void mote_sort_doubles(double *values, size_t n);

/* The order statistics (ranks from 1) between which the quantile q of a distribution lies with
 * `confidence`, whatever the distribution, given n independent draws of it. *lo or *hi is 0 where n
 * is too small for a bound on that side.
 * Source: David and Nagaraja, Order Statistics, 7.1: P(X_(r) <= x_q) = P(Bin(n, q) >= r). */
void mote_quantile_ranks(size_t n, double q, double confidence, size_t *lo, size_t *hi);

/* x with P(Z <= x) = p for a standard normal Z; relative error below 1e-12. */
double mote_normal_quantile(double p);
/* ln Gamma(x), x > 0; absolute error below 1e-13 times max(1, |result|).
 * lint: unused_exports: a test holds it against a table; all that is built on it rests on it */
double mote_log_gamma(double x);
/* Regularised upper incomplete gamma Q(a, x) = P(Poisson(x) < a) for whole a; a > 0, x >= 0.
 * Source: Press et al., Numerical Recipes, 6.2: series below a + 1, continued fraction above. */
double mote_gamma_q(double a, double x);
/* Regularised incomplete beta I_x(a, b) = P(Beta(a, b) <= x); of whole a and n = a + b - 1 it is
 * P(Bin(n, x) >= a). a, b > 0, 0 <= x <= 1; relative error below 1e-11.
 * Source: Press et al., Numerical Recipes, 6.4: continued fraction on the side where it converges.
 */
double mote_beta_i(double a, double b, double x);

#endif
