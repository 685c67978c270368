/* SPDX-License-Identifier: Apache-2.0 */
/* Two-sample statistics. The sweeps over two sorted samples advance over all equal values at once,
 * so that ties do not depend on which sample is first. */
#include "monitor/drift.h"

#include <math.h>

#include "base/interval.h"

#define NOT_A_NUMBER ((double)NAN)

/* ---- histograms ---- */

double mote_psi(const double *p, const double *q, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] > 0 || q[i] > 0)
            sum += (p[i] - q[i]) * log(p[i] / q[i]);
    }
    return sum;
}

double mote_kl(const double *p, const double *q, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] > 0)
            sum += p[i] * log(p[i] / q[i]);
    }
    return sum;
}

double mote_js_distance(const double *p, const double *q, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double m = (p[i] + q[i]) / 2;
        if (p[i] > 0)
            sum += p[i] * log(p[i] / m) / 2;
        if (q[i] > 0)
            sum += q[i] * log(q[i] / m) / 2;
    }
    return sqrt(sum > 0 ? sum : 0); /* rounding may give -0 for equal histograms */
}

double mote_hellinger(const double *p, const double *q, size_t n)
{
    double overlap = 0;
    for (size_t i = 0; i < n; i++)
        overlap += sqrt(p[i] * q[i]);
    return sqrt(overlap < 1 ? 1 - overlap : 0);
}

double mote_total_variation(const double *p, const double *q, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs(p[i] - q[i]);
    return sum / 2;
}

double mote_l_infinity(const double *p, const double *q, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(p[i] - q[i]));
    return most;
}

/* ---- samples ---- */

/* Walks both sorted samples; after each step F and G are the two distribution functions from x up
 * to `next`. */
typedef struct {
    const double *a, *b;
    size_t n, m, i, j;
    double x;
} sweep;

static double sweep_front(const sweep *s)
{
    if (s->i == s->n)
        return s->b[s->j];
    if (s->j == s->m)
        return s->a[s->i];
    return fmin(s->a[s->i], s->b[s->j]);
}

static int sweep_step(sweep *s)
{
    if (s->i == s->n && s->j == s->m)
        return 0;
    s->x = sweep_front(s);
    while (s->i < s->n && s->a[s->i] <= s->x)
        s->i++;
    while (s->j < s->m && s->b[s->j] <= s->x)
        s->j++;
    return 1;
}

static double sweep_gap(const sweep *s)
{
    return fabs((double)s->i / (double)s->n - (double)s->j / (double)s->m);
}

double mote_ks(const double *a, size_t n, const double *b, size_t m)
{
    if (n == 0 || m == 0)
        return NOT_A_NUMBER;
    sweep s = {.a = a, .b = b, .n = n, .m = m};
    double most = 0;
    while (sweep_step(&s))
        most = fmax(most, sweep_gap(&s));
    return most;
}

double mote_ks_p_asymptotic(double d, size_t n, size_t m)
{
    double x = d * sqrt((double)n * (double)m / ((double)n + (double)m));
    if (!(x >= 0))
        return NOT_A_NUMBER;
    if (x < 0.2)
        return 1; /* 1 - 3e-13 and nearer; the series is slow there */
    double sum = 0;
    for (int k = 1; k <= 100; k++) {
        double term = exp(-2.0 * k * k * x * x);
        sum += k % 2 == 1 ? term : -term;
        if (term < 1e-18)
            break;
    }
    return fmin(1, fmax(0, 2 * sum));
}

/* inside[j]: probability that a random path from (0, 0) to (i, j) has kept |x / n - y / m| below d
 * everywhere; the last step came from the left with probability i / (i + j). */
double mote_ks_p_exact(double d, size_t n, size_t m, double *scratch)
{
    double nd = (double)n;
    double md = (double)m;
    double limit = floor(d * nd * md + 0.5) - 0.5; /* i m - j n is whole: no rounding at d */
    if (n == 0 || m == 0 || !(d >= 0))
        return NOT_A_NUMBER;
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            double gap = fabs((double)i * md - (double)j * nd);
            double steps = (double)(i + j);
            double u = i + j == 0 ? 1 : 0;
            if (i > 0)
                u += scratch[j] * (double)i / steps;
            if (j > 0)
                u += scratch[j - 1] * (double)j / steps;
            scratch[j] = gap > limit ? 0 : u;
        }
    }
    return fmin(1, fmax(0, 1 - scratch[m]));
}

double mote_wasserstein1(const double *a, size_t n, const double *b, size_t m)
{
    if (n == 0 || m == 0)
        return NOT_A_NUMBER;
    sweep s = {.a = a, .b = b, .n = n, .m = m};
    double sum = 0;
    while (sweep_step(&s) && (s.i < n || s.j < m))
        sum += sweep_gap(&s) * (sweep_front(&s) - s.x);
    return sum;
}

double mote_energy_distance(const double *a, size_t n, const double *b, size_t m)
{
    if (n == 0 || m == 0)
        return NOT_A_NUMBER;
    sweep s = {.a = a, .b = b, .n = n, .m = m};
    double sum = 0;
    while (sweep_step(&s) && (s.i < n || s.j < m)) {
        double gap = sweep_gap(&s);
        sum += gap * gap * (sweep_front(&s) - s.x);
    }
    return sqrt(2 * sum);
}

double mote_cramer_von_mises(const double *a, size_t n, const double *b, size_t m)
{
    if (n == 0 || m == 0)
        return NOT_A_NUMBER;
    sweep s = {.a = a, .b = b, .n = n, .m = m};
    double nd = (double)n;
    double md = (double)m;
    double u = 0;
    size_t i = 0;
    size_t j = 0;
    while (sweep_step(&s)) {
        double rank = ((double)(i + j + 1) + (double)(s.i + s.j)) / 2; /* of all that are equal */
        for (; i < s.i; i++)
            u += nd * (rank - (double)(i + 1)) * (rank - (double)(i + 1));
        for (; j < s.j; j++)
            u += md * (rank - (double)(j + 1)) * (rank - (double)(j + 1));
    }
    return u / (nd * md * (nd + md)) - (4 * nd * md - 1) / (6 * (nd + md));
}

static double normal_two_sided(double z)
{
    return erfc(fabs(z) / sqrt(2.0));
}

mote_test_result mote_mann_whitney(const double *a, size_t n, const double *b, size_t m)
{
    double nd = (double)n;
    double md = (double)m;
    double total = nd + md;
    double rank_sum = 0;
    double ties = 0;
    sweep s = {.a = a, .b = b, .n = n, .m = m};
    size_t i = 0;
    size_t j = 0;
    while (sweep_step(&s)) {
        double equal = (double)(s.i - i + s.j - j);
        rank_sum += (double)(s.i - i) * ((double)(i + j) + (equal + 1) / 2);
        ties += equal * equal * equal - equal;
        i = s.i;
        j = s.j;
    }
    double u = rank_sum - nd * (nd + 1) / 2;
    double sd = sqrt(nd * md / 12 * (total + 1 - ties / (total * (total - 1))));
    double far = fmax(u, nd * md - u) - nd * md / 2 - 0.5;
    return (mote_test_result){u, fmin(1, normal_two_sided(fmax(far, 0) / sd))};
}

/* ---- Student's t ---- */

/* Continued fraction of the incomplete beta function (Press et al., Numerical Recipes, 6.4, by
 * Lentz's method). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1;
    double d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m <= 500; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        for (int half = 0; half < 2; half++) {
            double k = half == 0 ? even : odd;
            d = 1 + k * d;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = 1 + k / c;
            c = fabs(c) < tiny ? tiny : c;
            h *= d * c;
        }
        if (fabs(d * c - 1) < 1e-15)
            break;
    }
    return h;
}

/* Regularised incomplete beta I_x(a, b). */
static double beta_i(double a, double b, double x)
{
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    double front = exp(mote_log_gamma(a + b) - mote_log_gamma(a) - mote_log_gamma(b) + a * log(x) +
                       b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

static void mean_and_variance(const double *x, size_t n, double *mean, double *variance)
{
    double sum = 0;
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    *mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - *mean) * (x[i] - *mean);
    *variance = squares / ((double)n - 1);
}

mote_test_result mote_welch_t(const double *a, size_t n, const double *b, size_t m)
{
    if (n < 2 || m < 2)
        return (mote_test_result){NOT_A_NUMBER, NOT_A_NUMBER};
    double mean_a;
    double mean_b;
    double va;
    double vb;
    mean_and_variance(a, n, &mean_a, &va);
    mean_and_variance(b, m, &mean_b, &vb);
    va /= (double)n;
    vb /= (double)m;
    double t = (mean_a - mean_b) / sqrt(va + vb);
    double freedom =
        (va + vb) * (va + vb) / (va * va / ((double)n - 1) + vb * vb / ((double)m - 1));
    return (mote_test_result){t, beta_i(freedom / 2, 0.5, freedom / (freedom + t * t))};
}

/* ---- counts ---- */

static double sum_of(const int64_t *counts, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)counts[i];
    return sum;
}

static double chi2_p(double statistic, double freedom)
{
    if (!(freedom >= 1))
        return NOT_A_NUMBER;
    return statistic > 0 ? mote_gamma_q(freedom / 2, statistic / 2) : 1;
}

mote_test_result mote_chi2_fit(const int64_t *ref, const int64_t *cur, size_t n)
{
    double scale = sum_of(cur, n) / sum_of(ref, n);
    double x = 0;
    for (size_t i = 0; i < n; i++) {
        double expected = (double)ref[i] * scale;
        double gap = (double)cur[i] - expected;
        if (expected > 0 || gap > 0)
            x += gap * gap / expected; /* a count where none can be: infinite */
    }
    return (mote_test_result){x, chi2_p(x, (double)n - 1)};
}

mote_test_result mote_chi2_table(const int64_t *ref, const int64_t *cur, size_t n)
{
    double n_ref = sum_of(ref, n);
    double n_cur = sum_of(cur, n);
    double x = 0;
    double columns = 0;
    for (size_t i = 0; i < n; i++) {
        double both = (double)(ref[i] + cur[i]);
        if (!(both > 0))
            continue;
        double e_ref = both * n_ref / (n_ref + n_cur);
        double e_cur = both * n_cur / (n_ref + n_cur);
        double gap = (double)ref[i] - e_ref;
        x += gap * gap / e_ref + gap * gap / e_cur;
        columns++;
    }
    return (mote_test_result){x, chi2_p(x, columns - 1)};
}

mote_test_result mote_g_fit(const int64_t *ref, const int64_t *cur, size_t n)
{
    double scale = sum_of(cur, n) / sum_of(ref, n);
    double g = 0;
    for (size_t i = 0; i < n; i++) {
        if (cur[i] > 0)
            g += 2 * (double)cur[i] * log((double)cur[i] / ((double)ref[i] * scale));
    }
    return (mote_test_result){g, chi2_p(g, (double)n - 1)};
}

static double log_choose(int64_t n, int64_t k)
{
    return mote_log_gamma((double)n + 1) - mote_log_gamma((double)k + 1) -
           mote_log_gamma((double)(n - k) + 1);
}

double mote_fisher_exact(int64_t a, int64_t b, int64_t c, int64_t d)
{
    if (a < 0 || b < 0 || c < 0 || d < 0)
        return NOT_A_NUMBER;
    int64_t row = a + b;
    int64_t column = a + c;
    int64_t total = row + c + d;
    int64_t least = row + column > total ? row + column - total : 0;
    int64_t most = row < column ? row : column;
    double all = log_choose(total, column);
    double observed = log_choose(row, a) + log_choose(total - row, column - a) - all;
    double p = 0;
    for (int64_t k = least; k <= most; k++) {
        double ln = log_choose(row, k) + log_choose(total - row, column - k) - all;
        if (ln <= observed + 1e-7) /* no more likely, up to the rounding of the logs */
            p += exp(ln);
    }
    return fmin(1, p);
}

mote_test_result mote_two_shares(int64_t k1, int64_t n1, int64_t k2, int64_t n2)
{
    double a = (double)n1;
    double b = (double)n2;
    double pooled = (double)(k1 + k2) / (a + b);
    double z = ((double)k1 / a - (double)k2 / b) / sqrt(pooled * (1 - pooled) * (1 / a + 1 / b));
    return (mote_test_result){z, normal_two_sided(z)};
}
