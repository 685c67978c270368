/* SPDX-License-Identifier: Apache-2.0 */
/* Two-sample statistics: how far apart are two histograms, two samples, two tables of counts?
 *
 * Pure functions of their arguments, in double. None of them knows what is far: thresholds come
 * from calibration (detector.h), because no fixed one is right for every sample size. Samples are
 * passed sorted ascending (mote_sort_doubles). Outside its domain a function gives NaN.
 *
 * Depends on base/interval.h. Used by detector.c and by reports. */
#ifndef MOTE_MONITOR_DRIFT_H
#define MOTE_MONITOR_DRIFT_H

#include <stddef.h>
#include <stdint.h>

/* ---- histograms: shares p (reference) and q (current), [n], each with sum 1 ---- */

/* Population stability index, sum (p - q) ln(p / q); the symmetrised Kullback-Leibler divergence.
 * Infinite when only one of the shares of a bin is zero. */
double mote_psi(const double *p, const double *q, size_t n);
/* Kullback-Leibler divergence sum p ln(p / q), in nats. */
double mote_kl(const double *p, const double *q, size_t n);
/* Jensen-Shannon distance sqrt((KL(p|m) + KL(q|m)) / 2), m = (p + q) / 2, in nats^0.5: 0 to
 * sqrt(ln 2) = 0.8326. Divide by that for the distance to base 2. */
double mote_js_distance(const double *p, const double *q, size_t n);
/* sqrt(1 - sum sqrt(p q)), 0 to 1. */
double mote_hellinger(const double *p, const double *q, size_t n);
/* Total variation, sum |p - q| / 2; and the largest |p - q|. */
double mote_total_variation(const double *p, const double *q, size_t n);
double mote_l_infinity(const double *p, const double *q, size_t n);

/* ---- samples, sorted: a [n], b [m] ---- */

/* Kolmogorov-Smirnov: the largest distance of the empirical distribution functions. */
double mote_ks(const double *a, size_t n, const double *b, size_t m);
/* Its two-sided p-value: Kolmogorov's limit at d sqrt(nm / (n + m)); some 10 % too large for a few
 * hundred values. */
double mote_ks_p_asymptotic(double d, size_t n, size_t m);
/* Exact, by counting lattice paths (Kim and Jennrich, 1973); O(nm) time. scratch: [m + 1]. Without
 * ties. */
double mote_ks_p_exact(double d, size_t n, size_t m, double *scratch);
/* Integral of |F - G|; in the unit of the values. */
double mote_wasserstein1(const double *a, size_t n, const double *b, size_t m);
/* sqrt(2 integral of (F - G)^2). Source: Szekely and Rizzo (2013). */
double mote_energy_distance(const double *a, size_t n, const double *b, size_t m);
/* Cramer-von Mises T. Source: Anderson (1962), eq. 7 and 9. Ties get the mean of their ranks. */
double mote_cramer_von_mises(const double *a, size_t n, const double *b, size_t m);

typedef struct {
    double statistic, p;
} mote_test_result;

/* Mann-Whitney U of a, two-sided normal p with tie and continuity correction. */
mote_test_result mote_mann_whitney(const double *a, size_t n, const double *b, size_t m);
/* Welch's t, two-sided p. The order of the values does not matter. */
mote_test_result mote_welch_t(const double *a, size_t n, const double *b, size_t m);

/* ---- counts ---- */

/* Goodness of fit of cur [n] to the shares of ref [n]; n - 1 degrees of freedom. */
mote_test_result mote_chi2_fit(const int64_t *ref, const int64_t *cur, size_t n);
/* Homogeneity of the 2 x n table; columns that are empty in both are left out. */
mote_test_result mote_chi2_table(const int64_t *ref, const int64_t *cur, size_t n);
/* Likelihood-ratio test of goodness of fit: G = 2 sum cur ln(cur / expected). */
mote_test_result mote_g_fit(const int64_t *ref, const int64_t *cur, size_t n);
/* Fisher's exact test of [[a, b], [c, d]], two-sided p: all tables that are no more likely. */
double mote_fisher_exact(int64_t a, int64_t b, int64_t c, int64_t d);
/* k1 of n1 against k2 of n2: z with pooled variance, two-sided p. */
mote_test_result mote_two_shares(int64_t k1, int64_t n1, int64_t k2, int64_t n2);

#endif
