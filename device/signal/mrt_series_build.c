/* SPDX-License-Identifier: Apache-2.0 */
/* Checks and the table builder of the front ends of series: for the host and for boards that make
 * their tables at run time; generated code has the tables as constants. */
#include "device/signal/mrt_series.h"

#include "device/mrt_exact.h"
#include "device/mrt_port.h"
#include "device/signal/mrt_math.h"

/* First bin at or above edge b: edges are at (low + (high - low) b / n_bands) n_fft, in millionths.
 * At most 500000 * 1023 * 2048 < 2^40, times 2. Bins 1 .. n_fft/2 - 1 only. */
static uint16_t first_bin(const mrt_series_config *c, int32_t b)
{
    const int64_t below = (int64_t)1000000 * c->n_bands;
    const int64_t edge =
        ((int64_t)c->low_ppm * c->n_bands + (int64_t)(c->high_ppm - c->low_ppm) * b) * c->n_fft;
    const int64_t k = (edge + below - 1) / below;
    const int64_t last = c->n_fft / 2;
    return (uint16_t)(k < 1 ? 1 : k > last ? last : k);
}

static mrt_series_status check_statistics(const mrt_series_config *c)
{
    if (c->window < 2 || c->window > MRT_SERIES_MAX_WINDOW)
        return MRT_SERIES_BAD_WINDOW;
    if (c->n_statistics < 1 || c->n_statistics > MRT_SERIES_MAX_STATISTICS)
        return MRT_SERIES_BAD_STATISTICS;
    for (int32_t i = 0; i < c->n_statistics; i++) {
        const int32_t s = c->statistics[i];
        const int32_t quantile = s - MRT_STATISTIC_QUANTILE;
        if (s < 0 || (s > MRT_STATISTIC_CROSSINGS && (quantile < 0 || quantile > 1000)))
            return MRT_SERIES_BAD_STATISTICS;
    }
    return MRT_SERIES_OK;
}

static mrt_series_status check_spectral(const mrt_series_config *c)
{
    if (c->n_fft < MRT_SERIES_MIN_FFT || c->n_fft > MRT_SERIES_MAX_FFT ||
        (c->n_fft & (c->n_fft - 1)) != 0)
        return MRT_SERIES_BAD_FFT;
    if (c->window < 8 || c->window > c->n_fft)
        return MRT_SERIES_BAD_WINDOW;
    if (c->low_ppm < 0 || c->low_ppm >= c->high_ppm || c->high_ppm > 500000)
        return MRT_SERIES_BAD_EDGES;
    if (c->n_bands < 1 || c->n_bands > c->n_fft / 2 - 1)
        return MRT_SERIES_BAD_BANDS;
    for (int32_t b = 0; b < c->n_bands; b++)
        if (first_bin(c, b) >= first_bin(c, b + 1))
            return MRT_SERIES_BAD_BANDS;
    return MRT_SERIES_OK;
}

mrt_series_status mrt_series_check(const mrt_series_config *c)
{
    mrt_series_status status = MRT_SERIES_OK;

    if (c->kind < MRT_RAW || c->kind > MRT_SPECTRAL)
        return MRT_SERIES_BAD_KIND;
    if (c->is_fixed < 0 || c->is_fixed > 1 || (c->number_bytes != 2 && c->number_bytes != 4) ||
        (c->is_fixed != 0 && c->number_bytes != 2))
        return MRT_SERIES_BAD_ARITHMETIC;
    if (c->n_channels < 1 || c->n_channels > MRT_SERIES_MAX_CHANNELS)
        return MRT_SERIES_BAD_CHANNELS;
    if (c->kind == MRT_RAW && c->window != 1)
        return MRT_SERIES_BAD_WINDOW;
    if (c->kind == MRT_STATISTICS)
        status = check_statistics(c);
    else if (c->kind == MRT_SPECTRAL)
        status = check_spectral(c);
    if (status != MRT_SERIES_OK)
        return status;
    if (c->hop < 1 || c->hop > c->window)
        return MRT_SERIES_BAD_HOP;
    return mrt_series_values(c) > MRT_SERIES_MAX_VALUES ? MRT_SERIES_BAD_VALUES : MRT_SERIES_OK;
}

/* Tables ---------------------------------------------------------------------------------- */

size_t mrt_series_tables_bytes(const mrt_series_config *c)
{
    size_t bytes = (size_t)mrt_series_values(c) * 3 * sizeof(int32_t);

    if (c->kind == MRT_SPECTRAL)
        bytes += ((size_t)c->window / 2 + 1 + (size_t)c->n_fft) * sizeof(float) +
                 ((size_t)c->n_bands + 2) * sizeof(uint16_t);
    return bytes;
}

static double power_of_two(int32_t n)
{
    double x = 1.0;

    for (; n > 0; n--)
        x *= 2.0;
    for (; n < 0; n++)
        x *= 0.5;
    return x;
}

/* Nearest integer, halves away from zero, within +-limit. */
static int32_t nearest(double x, double limit)
{
    const double y = x >= 0.0 ? x + 0.5 : x - 0.5;
    return (int32_t)(y > limit ? limit : y < -limit ? -limit : y);
}

/* scale = multiplier * 2^-shift, multiplier in [2^30, 2^31) or 0, shift 1..62. */
static void split_scale(double scale, int32_t *multiplier, int32_t *shift)
{
    int32_t s = 30;

    *multiplier = 0;
    *shift = 1;
    if (!(scale > 0.0))
        return;
    while (scale >= 1.0 && s > 0) {
        scale *= 0.5;
        s--;
    }
    while (scale < 1.0 && s < 63) {
        scale *= 2.0;
        s++;
    }
    double m = scale * 1073741824.0 + 0.5; /* scale in [1, 2) now, unless out of range */
    if (m >= 2147483648.0) {
        m = 1073741824.0;
        s--;
    }
    if (s > 62 || m < 1073741824.0)
        return; /* below 2^-32: as good as 0 */
    *shift = s < 1 ? 1 : s;
    *multiplier = s < 1 ? 2147483647 : (int32_t)m;
}

static void build_scaling(const float *offset, const float *scale, int32_t n, int32_t is_fixed,
                          int32_t *to, mrt_series_tables *t)
{
    if (is_fixed == 0) {
        memcpy(to, offset, (size_t)n * sizeof(float));
        memcpy(to + n, scale, (size_t)n * sizeof(float));
        t->offset_f32 = (const float *)(const void *)to;
        t->scale_f32 = t->offset_f32 + n;
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        to[i] = nearest((double)offset[i] * power_of_two(MRT_SERIES_Q), power_of_two(30));
        split_scale((double)scale[i], &to[n + i], &to[2 * n + i]);
    }
    t->offset_q = to;
    t->multiplier = to + n;
    t->shift = to + 2 * n;
}

static double window_at(const mrt_series_config *c, size_t i)
{
    return (1.0 - mrt_cos_turn((uint32_t)i, (uint32_t)c->window)) * 0.5;
}

static void build_spectral(const mrt_series_config *c, void *memory, mrt_series_tables *t)
{
    const size_t n_window = (size_t)c->window / 2 + 1, n_fft = (size_t)c->n_fft;
    float *f = (float *)memory;
    int16_t *q = (int16_t *)memory;
    uint16_t *band;

    for (size_t i = 0; i < n_window + n_fft; i++) {
        const int32_t is_sine = i >= n_window;
        const double x =
            is_sine ? mrt_sin_turn((uint32_t)(i - n_window), (uint32_t)n_fft) : window_at(c, i);
        if (c->is_fixed == 0)
            f[i] = (float)(is_sine ? x : x * 0.5 / (double)c->window); /* / 2 for the 2X of split */
        else
            q[i] = (int16_t)nearest(x * 32768.0, 32767.0);
    }
    if (c->is_fixed == 0) {
        t->window_f32 = f;
        t->sine_f32 = f + n_window;
        band = (uint16_t *)(void *)(f + n_window + n_fft);
    } else {
        t->window_q15 = q;
        t->sine_q15 = q + n_window;
        band = (uint16_t *)(void *)(q + n_window + n_fft);
    }
    for (int32_t b = 0; b <= c->n_bands; b++)
        band[b] = first_bin(c, b);
    t->band = band;
    t->log2_window_q16 = nearest(mrt_log((double)c->window) * (2.0 * 65536.0 / 0.6931471805599453),
                                 power_of_two(30));
}

void mrt_series_build(const mrt_series_config *c, const float *offset, const float *scale,
                      void *memory, mrt_series_tables *out)
{
    const int32_t n = mrt_series_values(c);
    int32_t *to = (int32_t *)memory;
    mrt_series_tables t;

    memset(&t, 0, sizeof t);
    t.config = *c;
    if (offset != NULL)
        build_scaling(offset, scale, n, c->is_fixed, to, &t);
    if (c->kind == MRT_SPECTRAL)
        build_spectral(c, to + 3 * n, &t);
    *out = t;
}
