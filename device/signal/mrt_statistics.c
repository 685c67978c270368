/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of the channels of a window, in single precision and in integers.
 *
 * Integers, n = window <= 2^12, |x| <= 2^15, S = sum x, T = sum x^2:
 *
 *   S, T         |S| <= 2^27, T <= 2^42
 *   mean         S 2^12 <= 2^39, divided by n: Q12, <= 2^27
 *   mean square  T / n <= 2^30; whole part and rest with 24 more bits: <= 2^54, and its root Q12
 *   D            n T - S^2 = n^2 times the variance, exact, 0 <= D <= 2^54
 *   variance     D / n^2 <= 2^30; n^2 <= 2^24, so the rest with 24 more bits is below 2^48
 *   d            n x - S, n times the distance from the mean, exact, |d| <= 2^28
 *   z            d / sqrt(D), the same in deviations: |z| <= sqrt(n - 1) < 2^6, since one d^2 is at
 *                most (n - 1) / n of sum d^2 = n D. D is shifted up by an even 2k to [2^60, 2^62);
 * the root is in [2^30, 2^31), and |d| 2^k <= sqrt(n) 2^31 = 2^37, with 12 more bits 2^49. Q12, <=
 * 2^18 z^2          Q24, <= 2^36; to Q12, <= 2^24 z^3, z^4     products of those, Q24: <= 2^42 and
 * <= 2^48; their sums at most n times that and, as sum z^2 = n, at most sqrt(n) n and n^2: <= 2^42
 * and <= 2^48, roundings included below 2^43 and 2^49 quantile     of sorted x: (n - 1) p <= 2^12
 * 1000; differences 2^16 2^12 1000 < 2^38 crossings    counts, < 2^12, with 12 more bits */
#include "device/mrt_exact.h"
#include "device/signal/mrt_math.h"
#include "device/signal/mrt_series.h"
#include "device/signal/mrt_series_internal.h"

/* Distances of Shell's sort: Ciura 2001, extended by 2.25. */
static const int32_t gaps[] = {1750, 701, 301, 132, 57, 23, 10, 4, 1};
#define N_GAPS ((int32_t)(sizeof gaps / sizeof gaps[0]))

/* Single precision ------------------------------------------------------------------------ */

typedef struct {
    float mean, deviation;
} moments_f32;

static void sort_f32(float *x, int32_t n)
{
    for (int32_t g = 0; g < N_GAPS; g++) {
        const int32_t gap = gaps[g];
        for (int32_t i = gap; i < n; i++) {
            const float one = x[i];
            int32_t k = i;
            for (; k >= gap && x[k - gap] > one; k -= gap)
                x[k] = x[k - gap];
            x[k] = one;
        }
    }
}

/* The mean in two passes: what the first rounds off, the second adds. */
static moments_f32 moments_of_f32(const float *x, int32_t n)
{
    float sum = 0.0f, rest = 0.0f, squares = 0.0f;
    moments_f32 m;

    for (int32_t i = 0; i < n; i++)
        sum += x[i];
    m.mean = sum / (float)n;
    for (int32_t i = 0; i < n; i++)
        rest += x[i] - m.mean;
    m.mean += rest / (float)n;
    for (int32_t i = 0; i < n; i++) {
        const float d = x[i] - m.mean;
        squares += d * d;
    }
    m.deviation = mrt_sqrtf(squares / (float)n);
    if (m.deviation < (m.mean < 0.0f ? -m.mean : m.mean) * 2.384185791015625e-7f)
        m.deviation = 0.0f;
    return m;
}

static float shape_f32(const float *x, int32_t n, const moments_f32 *m, int32_t is_fourth)
{
    float sum = 0.0f;

    if (m->deviation > 0.0f) {
        for (int32_t i = 0; i < n; i++) {
            const float z = (x[i] - m->mean) / m->deviation, z2 = z * z;
            sum += z2 * (is_fourth ? z2 : z);
        }
        sum = sum / (float)n;
    }
    return is_fourth ? sum - 3.0f : sum;
}

static float root_mean_square_f32(const float *x, int32_t n)
{
    float sum = 0.0f;

    for (int32_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    return mrt_sqrtf(sum / (float)n);
}

static float crossings_f32(const float *x, int32_t n, float mean)
{
    int32_t count = 0;

    if (n < 2) /* nothing can cross */
        return 0.0f;
    for (int32_t i = 1; i < n; i++)
        count += (x[i] - mean >= 0.0f) != (x[i - 1] - mean >= 0.0f);
    return (float)count / (float)(n - 1);
}

static float quantile_f32(const float *sorted, int32_t n, int32_t permille)
{
    const int32_t at = permille * (n - 1), i = at / 1000, rest = at % 1000;

    if (rest == 0)
        return sorted[i];
    return sorted[i] + (sorted[i + 1] - sorted[i]) * ((float)rest / 1000.0f);
}

static float moment_f32(int32_t statistic, const float *x, int32_t n, const moments_f32 *m)
{
    switch (statistic) {
    case MRT_STATISTIC_MEAN:
        return m->mean;
    case MRT_STATISTIC_RMS:
        return root_mean_square_f32(x, n);
    case MRT_STATISTIC_DEVIATION:
        return m->deviation;
    case MRT_STATISTIC_CROSSINGS:
        return crossings_f32(x, n, m->mean);
    default:
        return shape_f32(x, n, m, statistic == MRT_STATISTIC_KURTOSIS);
    }
}

/* Column x of channel `channel`; sorted in the end, for the quantiles. */
static void column_f32(const mrt_series_tables *t, float *x, int32_t channel, float *out)
{
    const mrt_series_config *c = &t->config;
    const int32_t first = channel * c->n_statistics;
    const moments_f32 m = moments_of_f32(x, c->window);
    int32_t is_sorted = 0;

    for (int32_t i = 0; i < c->n_statistics; i++)
        if (c->statistics[i] < MRT_STATISTIC_QUANTILE)
            out[first + i] =
                mrt_series_scale_f32(t, first + i, moment_f32(c->statistics[i], x, c->window, &m));
    for (int32_t i = 0; i < c->n_statistics; i++) {
        if (c->statistics[i] < MRT_STATISTIC_QUANTILE)
            continue;
        if (!is_sorted)
            sort_f32(x, c->window);
        is_sorted = 1;
        out[first + i] = mrt_series_scale_f32(
            t, first + i, quantile_f32(x, c->window, c->statistics[i] - MRT_STATISTIC_QUANTILE));
    }
}

void mrt_statistics_f32(const mrt_series_tables *t, const float *x, void *scratch, float *out)
{
    const int32_t n = t->config.window, step = t->config.n_channels;
    float *column = (float *)scratch;

    for (int32_t channel = 0; channel < step; channel++) {
        for (int32_t i = 0; i < n; i++)
            column[i] = x[i * step + channel];
        column_f32(t, column, channel, out);
    }
}

void mrt_statistics_f32_i16(const mrt_series_tables *t, const int16_t *x, void *scratch, float *out)
{
    const int32_t n = t->config.window, step = t->config.n_channels;
    float *column = (float *)scratch;

    for (int32_t channel = 0; channel < step; channel++) {
        for (int32_t i = 0; i < n; i++)
            column[i] = (float)x[i * step + channel];
        column_f32(t, column, channel, out);
    }
}

/* Integers -------------------------------------------------------------------------------- */

typedef struct {
    int64_t sum;       /* S */
    uint64_t squares;  /* T */
    uint64_t variance; /* D */
} moments_q;

static void sort_q(int16_t *x, int32_t n)
{
    for (int32_t g = 0; g < N_GAPS; g++) {
        const int32_t gap = gaps[g];
        for (int32_t i = gap; i < n; i++) {
            const int16_t one = x[i];
            int32_t k = i;
            for (; k >= gap && x[k - gap] > one; k -= gap)
                x[k] = x[k - gap];
            x[k] = one;
        }
    }
}

static moments_q moments_of_q(const int16_t *x, int32_t n)
{
    moments_q m = {0, 0, 0};

    for (int32_t i = 0; i < n; i++) {
        m.sum += x[i];
        m.squares += (uint32_t)(x[i] * x[i]); /* 2^30 at most */
    }
    m.variance = (uint64_t)n * m.squares - (uint64_t)(m.sum * m.sum);
    return m;
}

/* Root of a / b in Q12, for a / b <= 2^30 and b <= 2^24. */
static int64_t root_of_ratio(uint64_t a, uint64_t b)
{
    return mrt_series_root(((a / b) << 24) + ((a % b) << 24) / b);
}

/* Sum of z^3 or z^4 over n. */
static int64_t shape_q(const int16_t *x, int32_t n, const moments_q *m, int32_t is_fourth)
{
    const int64_t three = (int64_t)3 << MRT_SERIES_Q, half = 1 << (MRT_SERIES_Q - 1);
    uint64_t big = m->variance;
    int64_t sum = 0;
    int32_t k = 0;

    if (big == 0)
        return is_fourth ? -three : 0;
    for (; big < (uint64_t)1 << 60; big <<= 2)
        k++;
    const int64_t root = mrt_series_root(big);
    for (int32_t i = 0; i < n; i++) {
        const int64_t d = (int64_t)n * x[i] - m->sum;
        const int64_t z = mrt_series_divide(d * ((int64_t)1 << (k + MRT_SERIES_Q)), root);
        const int64_t z2 = (z * z + half) >> MRT_SERIES_Q;
        sum += z2 * (is_fourth ? z2 : z);
    }
    sum = mrt_series_divide(sum, (int64_t)n << MRT_SERIES_Q);
    return is_fourth ? sum - three : sum;
}

static int64_t crossings_q(const int16_t *x, int32_t n, const moments_q *m)
{
    int64_t count = 0;

    if (n < 2)
        return 0;
    for (int32_t i = 1; i < n; i++)
        count += ((int64_t)n * x[i] >= m->sum) != ((int64_t)n * x[i - 1] >= m->sum);
    return mrt_series_divide(count * (1 << MRT_SERIES_Q), n - 1);
}

static int64_t quantile_q(const int16_t *sorted, int32_t n, int32_t permille)
{
    const int32_t at = permille * (n - 1), i = at / 1000, rest = at % 1000;
    const int64_t low = (int64_t)sorted[i] * (1 << MRT_SERIES_Q);

    if (rest == 0)
        return low;
    const int64_t step = (int64_t)(sorted[i + 1] - sorted[i]) * (1 << MRT_SERIES_Q);
    return low + mrt_series_divide(step * rest, 1000);
}

static int64_t moment_q(int32_t statistic, const int16_t *x, int32_t n, const moments_q *m)
{
    switch (statistic) {
    case MRT_STATISTIC_MEAN:
        return mrt_series_divide(m->sum * (1 << MRT_SERIES_Q), n);
    case MRT_STATISTIC_RMS:
        return root_of_ratio(m->squares, (uint64_t)n);
    case MRT_STATISTIC_DEVIATION:
        return root_of_ratio(m->variance, (uint64_t)n * (uint64_t)n);
    case MRT_STATISTIC_CROSSINGS:
        return crossings_q(x, n, m);
    default:
        return shape_q(x, n, m, statistic == MRT_STATISTIC_KURTOSIS);
    }
}

static void column_q(const mrt_series_tables *t, int16_t *x, int32_t channel, int32_t *out)
{
    const mrt_series_config *c = &t->config;
    const int32_t first = channel * c->n_statistics;
    const moments_q m = moments_of_q(x, c->window);
    int32_t is_sorted = 0;

    for (int32_t i = 0; i < c->n_statistics; i++)
        if (c->statistics[i] < MRT_STATISTIC_QUANTILE)
            out[first + i] =
                mrt_series_scale_q(t, first + i, moment_q(c->statistics[i], x, c->window, &m));
    for (int32_t i = 0; i < c->n_statistics; i++) {
        if (c->statistics[i] < MRT_STATISTIC_QUANTILE)
            continue;
        if (!is_sorted)
            sort_q(x, c->window);
        is_sorted = 1;
        out[first + i] = mrt_series_scale_q(
            t, first + i, quantile_q(x, c->window, c->statistics[i] - MRT_STATISTIC_QUANTILE));
    }
}

void mrt_statistics_q(const mrt_series_tables *t, const int16_t *x, void *scratch, int32_t *out)
{
    const int32_t n = t->config.window, step = t->config.n_channels;
    int16_t *column = (int16_t *)scratch;

    for (int32_t channel = 0; channel < step; channel++) {
        for (int32_t i = 0; i < n; i++)
            column[i] = x[i * step + channel];
        column_q(t, column, channel, out);
    }
}
