/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals for counts, see interval.h. Inverses are found by bisection on monotone functions:
 * slower than a polynomial, but right to the last digits for every argument. */
#include "base/interval.h"

#include <math.h>
#include <stdlib.h>

double mote_log_gamma(double x)
{
    if (!(x > 0) || isinf(x))
        return x > 0 ? x : (double)NAN;
    /* Stirling's series is exact to double from 15 on; smaller x is carried there by the
     * recurrence Gamma(x) = Gamma(x + 1) / x. */
    double product = 1;
    while (x < 15) {
        product *= x;
        x += 1;
    }
    double r = 1 / (x * x);
    double series =
        (1.0 / 12 -
         r * (1.0 / 360 -
              r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * 691.0 / 360360))))) /
        x;
    const double half_log_two_pi = 0.91893853320467274178;
    return (x - 0.5) * log(x) - x + half_log_two_pi + series - log(product);
}

double mote_gamma_q(double a, double x)
{
    if (!(a > 0) || !(x >= 0))
        return (double)NAN;
    if (x == 0)
        return 1;
    double front = exp(a * log(x) - x - mote_log_gamma(a));
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (int n = 1; n < 10000000 && term > sum * 1e-17; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return 1 - front * sum;
    }
    /* Lentz's method for the continued fraction. */
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
    for (int i = 1; i < 10000000; i++) {
        double an = -(double)i * (i - a);
        b += 2;
        d = an * d + b;
        d = fabs(d) < tiny ? tiny : d;
        c = b + an / c;
        c = fabs(c) < tiny ? tiny : c;
        d = 1 / d;
        double step = d * c;
        h *= step;
        if (fabs(step - 1) < 1e-16)
            break;
    }
    return front * h;
}

/* The continued fraction of I_x(a, b), by Lentz's method; x below (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1), h;
    d = 1 / (fabs(d) < tiny ? tiny : d);
    h = d;
    for (int m = 1; m < 10000000; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + even * d;
        c = 1 + even / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        d = 1 + odd * d;
        c = 1 + odd / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        const double step = d * c;
        h *= step;
        if (fabs(step - 1) < 1e-15)
            break;
    }
    return h;
}

double mote_beta_i(double a, double b, double x)
{
    if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1))
        return (double)NAN;
    if (x == 0 || x == 1)
        return x;
    const double front = exp(mote_log_gamma(a + b) - mote_log_gamma(a) - mote_log_gamma(b) +
                             a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double mote_normal_quantile(double p)
{
    if (!(p > 0 && p < 1))
        return (double)NAN;
    if (p > 0.5)
        return -mote_normal_quantile(1 - p);
    const double root_half = 0.70710678118654752440;
    double lo = -40, hi = 0; /* P(Z <= -40) is below the least double */
    for (int i = 0; i < 200 && lo < hi; i++) {
        double mid = lo + (hi - lo) / 2;
        if (mid == lo || mid == hi)
            break;
        if (0.5 * erfc(-mid * root_half) < p)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

mote_interval mote_interval_wilson(int64_t k, int64_t n, double confidence)
{
    if (k < 0 || k > n || !(confidence > 0 && confidence < 1))
        return (mote_interval){(double)NAN, (double)NAN, (double)NAN};
    if (n == 0)
        return (mote_interval){(double)NAN, 0, 1};
    double z = -mote_normal_quantile((1 - confidence) / 2);
    double size = (double)n, p = (double)k / size, zz = z * z;
    double middle = (p + zz / (2 * size)) / (1 + zz / size);
    double half = z / (1 + zz / size) * sqrt(p * (1 - p) / size + zz / (4 * size * size));
    mote_interval out = {p, middle - half, middle + half};
    /* At the ends one bound is the estimate itself; rounding must not put it outside. */
    out.lo = k == 0 ? 0 : fmax(0, fmin(out.lo, p));
    out.hi = k == n ? 1 : fmin(1, fmax(out.hi, p));
    return out;
}

/* The mean mu with P(Poisson(mu) <= k) = p. */
static double poisson_mean_at(int64_t k, double p)
{
    double lo = 0, hi = (double)k + 10;
    while (mote_gamma_q((double)k + 1, hi) > p)
        hi *= 2;
    for (int i = 0; i < 200; i++) {
        double mid = lo + (hi - lo) / 2;
        if (mid == lo || mid == hi)
            break;
        if (mote_gamma_q((double)k + 1, mid) > p)
            lo = mid;
        else
            hi = mid;
    }
    return lo + (hi - lo) / 2;
}

mote_interval mote_interval_poisson(int64_t k, double exposure, double confidence)
{
    if (k < 0 || !(exposure > 0) || !(confidence > 0 && confidence < 1))
        return (mote_interval){(double)NAN, (double)NAN, (double)NAN};
    double tail = (1 - confidence) / 2;
    double lo = k == 0 ? 0 : poisson_mean_at(k - 1, 1 - tail);
    return (mote_interval){(double)k / exposure, lo / exposure,
                           poisson_mean_at(k, tail) / exposure};
}

double mote_mcnemar_exact(int64_t b, int64_t c)
{
    if (b < 0 || c < 0)
        return (double)NAN;
    int64_t n = b + c, k = b < c ? b : c;
    double log_half_n = (double)n * log(0.5), log_n = mote_log_gamma((double)n + 1), sum = 0;
    for (int64_t i = 0; i <= k; i++)
        sum += exp(log_n - mote_log_gamma((double)i + 1) - mote_log_gamma((double)(n - i) + 1) +
                   log_half_n);
    return fmin(1, 2 * sum);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void mote_sort_doubles(double *values, size_t n)
{
    if (n > 1)
        qsort(values, n, sizeof *values, compare_doubles);
}

double mote_quantile_sorted(const double *values, size_t n, double q)
{
    if (n == 0 || !(q >= 0 && q <= 1))
        return (double)NAN;
    double at = q * (double)(n - 1);
    size_t below = (size_t)at;
    if (below + 1 >= n)
        return values[n - 1];
    return values[below] + (at - (double)below) * (values[below + 1] - values[below]);
}

/* P(Bin(n, q) = k) */
static double binomial_at(size_t n, double q, size_t k)
{
    double log_ways = mote_log_gamma((double)n + 1) - mote_log_gamma((double)k + 1) -
                      mote_log_gamma((double)(n - k) + 1);
    return exp(log_ways + (double)k * log(q) + (double)(n - k) * log1p(-q));
}

void mote_quantile_ranks(size_t n, double q, double confidence, size_t *lo, size_t *hi)
{
    *lo = *hi = 0;
    if (n == 0 || !(q > 0 && q < 1) || !(confidence > 0 && confidence < 1))
        return;
    double tail = (1 - confidence) / 2, above = 0, below = 0;
    /* hi: the least rank s with P(Bin >= s) <= tail, found from above */
    size_t s = n + 1;
    while (s > 0 && above + binomial_at(n, q, s - 1) <= tail)
        above += binomial_at(n, q, --s);
    *hi = s <= n ? s : 0;
    /* lo: the greatest rank r with P(Bin <= r - 1) <= tail. Far below the mean there is nothing. */
    double far = (double)n * q - 12 * sqrt((double)n * q * (1 - q)) - 12;
    size_t r = far > 0 ? (size_t)far : 0;
    while (r < n && below + binomial_at(n, q, r) <= tail)
        below += binomial_at(n, q, r++);
    *lo = r;
}
