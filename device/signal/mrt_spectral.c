/* SPDX-License-Identifier: Apache-2.0 */
/* Band energies of the channels of a window, in single precision and in integers.
 *
 * Integers: mrt_frontend_q_body.h has the formats and proofs of what is shared with sound. Its P is
 * 1 here, since x - m has one bit more than x: |x| <= 2^15 and |m| <= 2^15 give |x - m| <= 2^16,
 * and g is the number of bits by which the largest |x - m| is below 2^16.
 *
 *   x - m        |d| <= 65535 < 2^16 (m is between the least and the largest x)
 *   d 2^14       < 2^30; times the window (Q15) >> 15: Q14, < 2^(30-g)
 *   windowed     N - g bits are dropped, not below 0: F = 14 - N + g <= 14, N = log2 n_fft;
 *                sum |y_i| <= 2^(16-g) 2^F n/2 = 2^29, as there
 *   energy       of a band, sum |2X|^2 <= 2^60 (there), plus the floor 4e-6 window^2 2^2F
 *                <= 2^-17.9 2^22 2^28 < 2^33, at least 1
 *   logarithm    log2 in Q16 <= 2^22; minus 2 (for 2X), 2F and 2 log2 window, all in Q16; times
 *                ln 2 in Q15; Q16 rounded to Q12 */
#include "device/mrt_exact.h"
#include "device/mrt_lang.h"
#include "device/signal/mrt_frontend_internal.h"
#include "device/signal/mrt_math.h"
#include "device/signal/mrt_series.h"
#include "device/signal/mrt_series_internal.h"

MRT_STATIC_ASSERT((-1 >> 1) == -1, "signed shifts to the right must be arithmetic");

/* Single precision ------------------------------------------------------------------------ */

#define V             float
#define S             float
#define MRT_FN        static
#define MRT_NAME(x)   series_##x##_f32
#define MRT_MUL(v, s) ((v) * (s))
#include "device/signal/mrt_fft_body.h"
#include "device/signal/mrt_end_body.h"

static void bands_f32(const mrt_series_tables *t, const float *z, int32_t channel, float *out)
{
    const int32_t n = t->config.n_bands, first = channel * n;

    for (int32_t b = 0; b < n; b++) {
        float sum = 0.0f;
        for (uint32_t k = t->band[b]; k < t->band[b + 1]; k++)
            sum += z[2 * k] * z[2 * k] + z[2 * k + 1] * z[2 * k + 1];
        out[first + b] = mrt_series_scale_f32(t, first + b, mrt_logf(sum + 1e-6f));
    }
}

/* Samples are float, or int16 when is_i16. */
static float sample_at(const void *x, int32_t is_i16, int32_t i)
{
    return is_i16 ? (float)((const int16_t *)x)[i] : ((const float *)x)[i];
}

/* The mean as in statistics: what the first pass rounds off, the second adds. */
static float mean_f32(const void *x, int32_t is_i16, int32_t n, int32_t first, int32_t step)
{
    float sum = 0.0f, rest = 0.0f;

    for (int32_t i = 0; i < n; i++)
        sum += sample_at(x, is_i16, first + i * step);
    const float mean = sum / (float)n;
    for (int32_t i = 0; i < n; i++)
        rest += sample_at(x, is_i16, first + i * step) - mean;
    return mean + rest / (float)n;
}

static void spectral_f32(const mrt_series_tables *t, const void *x, int32_t is_i16, float *z,
                         float *out)
{
    const int32_t step = t->config.n_channels, window = t->config.window, n = t->config.n_fft;

    for (int32_t channel = 0; channel < step; channel++) {
        const float mean = mean_f32(x, is_i16, window, channel, step);
        uint32_t r = 0;
        for (int32_t i = 0; i < n; i++) {
            float v = 0.0f;
            if (i < window)
                v = (sample_at(x, is_i16, channel + i * step) - mean) *
                    t->window_f32[2 * i <= window ? i : window - i];
            z[2 * r + ((uint32_t)i & 1u)] = v;
            if ((i & 1) != 0)
                r = mrt_next_reversed(r, (uint32_t)n / 2);
        }
        series_fft_f32(z, t->sine_f32, (uint32_t)n);
        series_split_f32(z, t->sine_f32, (uint32_t)n);
        bands_f32(t, z, channel, out);
    }
}

void mrt_spectral_f32(const mrt_series_tables *t, const float *x, void *scratch, float *out)
{
    spectral_f32(t, x, 0, (float *)scratch, out);
}

void mrt_spectral_f32_i16(const mrt_series_tables *t, const int16_t *x, void *scratch, float *out)
{
    spectral_f32(t, x, 1, (float *)scratch, out);
}

/* Integers -------------------------------------------------------------------------------- */

/* floor(v * s / 2^15), |s| < 2^15, |v| <= 2^30, as in mrt_frontend_q.c. */
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
static inline int32_t series_mul_q15(int32_t v, int32_t s)
{
    const int32_t high = v >> 16, low = v & 0xffff;
    return high * s * 2 + ((low * s) >> 15);
}
#else
static inline int32_t series_mul_q15(int32_t v, int32_t s)
{
    return (int32_t)(((int64_t)v * s) >> 15);
}
#endif

/* Of the texts of sound's front end the FFT and the logarithm; the rest stays unused. */
#define V              int32_t
#define S              int16_t
#define U              uint32_t
#define D              uint64_t
#define MRT_FN         static inline
#define MRT_NAME(x)    series_##x##_q
#define MRT_MUL(v, s)  series_mul_q15(v, s)
#define MRT_LESS(u, c) ((int32_t)((u) < (c)))
#define MRT_WIDE(u)    ((uint64_t)(u))
#define MRT_HIGH(d)    ((uint32_t)((d) >> 32))
#include "device/signal/mrt_fft_body.h"
#include "device/signal/mrt_frontend_q_body.h"
#include "device/signal/mrt_end_body.h"

/* |2X|^2 of a bin: mantissas of at least 11 bits, as in sound's. */
static uint64_t power_q(int32_t re, int32_t im)
{
    const uint32_t size = (uint32_t)((re ^ (re >> 31)) | (im ^ (im >> 31)));
    int32_t s = 0;

    while (s < 16 && size >> s >= 1u << 15)
        s += 4;
    const int32_t half = (1 << s) >> 1;
    const uint32_t r = (uint32_t)((re + half) >> s), i = (uint32_t)((im + half) >> s);
    return (uint64_t)(r * r + i * i) << (2 * s);
}

static void bands_q(const mrt_series_tables *t, const int32_t *z, int32_t fraction, int32_t channel,
                    int32_t *out)
{
    const int32_t n = t->config.n_bands, first = channel * n;
    const uint64_t window = (uint64_t)t->config.window;
    /* 4e-6 * 2^40 = 4398046.5; fewer bits of it by 40 - 2F */
    const uint64_t least = (window * window * 4398047u) >> (40 - 2 * fraction);

    for (int32_t b = 0; b < n; b++) {
        uint64_t energy = least > 0 ? least : 1;
        for (uint32_t k = t->band[b]; k < t->band[b + 1]; k++)
            energy += power_q(z[2 * k], z[2 * k + 1]);
        const int32_t l2 = series_log2_q(&energy) - (2 + 2 * fraction) * 65536 - t->log2_window_q16;
        out[first + b] =
            mrt_series_scale_q(t, first + b, (series_mul_q15(l2, 22713) + 8) >> 4); /* ln 2 */
    }
}

/* Mean, window, bits that are dropped; returns F. */
static int32_t load_q(const mrt_series_tables *t, const int16_t *x, int32_t *z)
{
    const int32_t step = t->config.n_channels, window = t->config.window, n = t->config.n_fft;
    int64_t sum = 0;
    int32_t size = 0, drop = 0;
    uint32_t r = 0;

    for (int32_t i = 0; i < window; i++)
        sum += x[i * step];
    const int32_t mean = (int32_t)mrt_series_divide(sum, window);
    for (int32_t i = 0; i < window; i++) {
        const int32_t d = x[i * step] - mean;
        size |= d ^ (d >> 31);
    }
    for (int32_t k = n; k > 1; k >>= 1)
        drop++;
    for (; size < 1 << 15 && drop > 0; size = 2 * size + 1) /* |d| <= size + 1 <= 2^(16-g) */
        drop--;
    const int32_t half = (1 << drop) >> 1;
    for (int32_t i = 0; i < n; i++) {
        int32_t y = 0;
        if (i < window) {
            const int32_t w = t->window_q15[2 * i <= window ? i : window - i];
            y = (series_mul_q15((x[i * step] - mean) * 16384, w) + half) >> drop;
        }
        z[2 * r + ((uint32_t)i & 1u)] = y;
        if ((i & 1) != 0)
            r = mrt_next_reversed(r, (uint32_t)n / 2);
    }
    return 14 - drop;
}

void mrt_spectral_q(const mrt_series_tables *t, const int16_t *x, void *scratch, int32_t *out)
{
    const uint32_t n = (uint32_t)t->config.n_fft;
    int32_t *z = (int32_t *)scratch;

    for (int32_t channel = 0; channel < t->config.n_channels; channel++) {
        const int32_t fraction = load_q(t, x + channel, z);
        series_fft_q(z, t->sine_q15, n);
        series_split_q(z, t->sine_q15, n);
        bands_q(t, z, fraction, channel, out);
    }
}
