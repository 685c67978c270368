/* SPDX-License-Identifier: Apache-2.0 */
/* Checks, sizes and tables of the front end, and its streams: what both arithmetics share. */
#include "device/signal/mrt_frontend.h"

#include "device/mrt_exact.h"
#include "device/mrt_port.h"
#include "device/signal/mrt_math.h"

/* Shapes ---------------------------------------------------------------------------------- */

static double mel_of_hz(double hz)
{
    return 1126.9941805389385 * mrt_log(1.0 + hz / 700.0); /* 2595 / ln 10 */
}

/* Bin k in units of corner spacings above the lowest corner: filter b peaks at b + 1. */
static double corner_of_bin(const mrt_frontend_config *c, int32_t k)
{
    const double low = mel_of_hz((double)c->low_hz), high = mel_of_hz((double)c->high_hz);
    const double hz = (double)k * (double)c->rate_hz / (double)c->n_fft;
    return (mel_of_hz(hz) - low) / (high - low) * (double)(c->n_mels + 1);
}

static int32_t is_power_of_two(int32_t n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

/* band[i] of the header: bins 1 .. n_fft/2 - 1 only, since 0 and n_fft/2 have weight 0 at best. */
static void find_bands(const mrt_frontend_config *c, uint16_t *band)
{
    int32_t corner = 0;

    for (int32_t k = 1; k < c->n_fft / 2; k++) {
        const double p = corner_of_bin(c, k);
        while (corner < c->n_mels + 2 && p >= (double)corner)
            band[corner++] = (uint16_t)k;
    }
    while (corner < c->n_mels + 2)
        band[corner++] = (uint16_t)(c->n_fft / 2);
}

mrt_frontend_status mrt_frontend_check(const mrt_frontend_config *c)
{
    uint16_t band[MRT_FRONTEND_MAX_MELS + 2];

    if (c->arithmetic != MRT_FLOAT && c->arithmetic != MRT_FIXED)
        return MRT_FRONTEND_BAD_ARITHMETIC;
    if (c->rate_hz < 4000 || c->rate_hz > 96000)
        return MRT_FRONTEND_BAD_RATE;
    if (c->n_fft < MRT_FRONTEND_MIN_FFT || c->n_fft > MRT_FRONTEND_MAX_FFT ||
        !is_power_of_two(c->n_fft))
        return MRT_FRONTEND_BAD_FFT;
    if (c->window < 16 || c->window > c->n_fft)
        return MRT_FRONTEND_BAD_WINDOW;
    if (c->hop < 1 || c->hop > c->window)
        return MRT_FRONTEND_BAD_HOP;
    if (c->n_mels < 1 || c->n_mels > MRT_FRONTEND_MAX_MELS)
        return MRT_FRONTEND_BAD_MELS;
    if (c->n_coefficients < 0 || c->n_coefficients > c->n_mels)
        return MRT_FRONTEND_BAD_COEFFICIENTS;
    if (c->high_hz < 1 || c->high_hz > c->rate_hz / 2)
        return MRT_FRONTEND_BAD_HIGH;
    if (c->low_hz < 0 || c->low_hz >= c->high_hz)
        return MRT_FRONTEND_BAD_LOW;
    if (c->pre_emphasis_q15 < 0 || c->pre_emphasis_q15 > 32440)
        return MRT_FRONTEND_BAD_PRE_EMPHASIS;
    find_bands(c, band);
    for (int32_t m = 0; m < c->n_mels; m++)
        if (band[m] == band[m + 2])
            return MRT_FRONTEND_EMPTY_MEL;
    return MRT_FRONTEND_OK;
}

size_t mrt_frontend_frames(const mrt_frontend_config *c, size_t n)
{
    return n < (size_t)c->window ? 0 : 1 + (n - (size_t)c->window) / (size_t)c->hop;
}

int32_t mrt_frontend_values(const mrt_frontend_config *c)
{
    return c->n_coefficients > 0 ? c->n_coefficients : c->n_mels;
}

/* Tables ---------------------------------------------------------------------------------- */

/* Entries of each array; weights need the bands. */
typedef struct {
    size_t window, sine, weights, dct, band;
} lengths;

static void find_lengths(const mrt_frontend_config *c, const uint16_t *band, lengths *out)
{
    out->window = (size_t)c->window / 2 + 1;
    out->sine = (size_t)c->n_fft;
    out->weights = (size_t)band[c->n_mels + 1] - band[0];
    out->dct = (size_t)c->n_mels * (size_t)c->n_coefficients;
    out->band = (size_t)c->n_mels + 2;
}

size_t mrt_frontend_tables_bytes(const mrt_frontend_config *c)
{
    uint16_t band[MRT_FRONTEND_MAX_MELS + 2];
    lengths n;

    if (mrt_frontend_check(c) != MRT_FRONTEND_OK)
        return 0;
    find_bands(c, band);
    find_lengths(c, band, &n);
    const size_t entry = c->arithmetic == MRT_FLOAT ? sizeof(float) : sizeof(int16_t);
    return (n.window + n.sine + n.weights + n.dct) * entry + n.band * sizeof(uint16_t);
}

/* Nearest integer, halves away from zero, within lo..hi. |x| is small. */
static int32_t nearest(double x, int32_t lo, int32_t hi)
{
    const int32_t i = (int32_t)(x >= 0.0 ? x + 0.5 : x - 0.5);
    return i < lo ? lo : i > hi ? hi : i;
}

static double window_at(const mrt_frontend_config *c, size_t i)
{
    return (1.0 - mrt_cos_turn((uint32_t)i, (uint32_t)c->window)) * 0.5;
}

/* cos(pi i (m + 1/2) / n) is the cosine of i (2m + 1) / 4n turns. */
static double dct_at(const mrt_frontend_config *c, size_t index)
{
    const uint32_t m = (uint32_t)index / (uint32_t)c->n_coefficients;
    const uint32_t i = (uint32_t)index % (uint32_t)c->n_coefficients;
    const double scale = mrt_sqrt((i == 0 ? 1.0 : 2.0) / (double)c->n_mels);
    return scale * mrt_cos_turn(i * (2 * m + 1), 4 * (uint32_t)c->n_mels);
}

static double weight_at(const mrt_frontend_config *c, int32_t k)
{
    const double p = corner_of_bin(c, k);
    return p - (double)(int32_t)p;
}

static uint16_t *build_f32(const mrt_frontend_config *c, const lengths *n, int32_t first_bin,
                           float *to, mrt_frontend_tables *t)
{
    t->window_f32 = to;
    for (size_t i = 0; i < n->window; i++) /* / 32768, and / 2 for mrt_split's 2X */
        *to++ = (float)(window_at(c, i) * (1.0 / 65536.0));
    t->sine_f32 = to;
    for (size_t i = 0; i < n->sine; i++)
        *to++ = (float)mrt_sin_turn((uint32_t)i, (uint32_t)c->n_fft);
    t->mel_f32 = to;
    for (size_t i = 0; i < n->weights; i++)
        *to++ = (float)weight_at(c, first_bin + (int32_t)i);
    t->dct_f32 = n->dct > 0 ? to : NULL;
    for (size_t i = 0; i < n->dct; i++)
        *to++ = (float)dct_at(c, i);
    return (uint16_t *)to;
}

static uint16_t *build_q15(const mrt_frontend_config *c, const lengths *n, int32_t first_bin,
                           int16_t *to, mrt_frontend_tables *t)
{
    t->window_q15 = to;
    for (size_t i = 0; i < n->window; i++)
        *to++ = (int16_t)nearest(window_at(c, i) * 32768.0, 0, 32767);
    t->sine_q15 = to;
    for (size_t i = 0; i < n->sine; i++)
        *to++ = (int16_t)nearest(mrt_sin_turn((uint32_t)i, (uint32_t)c->n_fft) * 32768.0, -32767,
                                 32767);
    t->dct_q15 = n->dct > 0 ? to : NULL;
    for (size_t i = 0; i < n->dct; i++)
        *to++ = (int16_t)nearest(dct_at(c, i) * 32768.0, -32767, 32767);

    uint16_t *weights = (uint16_t *)to;
    t->mel_q16 = weights;
    for (size_t i = 0; i < n->weights; i++)
        *weights++ = (uint16_t)nearest(weight_at(c, first_bin + (int32_t)i) * 65536.0, 0, 65535);
    return weights;
}

mrt_frontend_status mrt_frontend_build(const mrt_frontend_config *config, void *memory,
                                       size_t bytes, mrt_frontend_tables *out)
{
    const mrt_frontend_status status = mrt_frontend_check(config);
    uint16_t band[MRT_FRONTEND_MAX_MELS + 2];
    mrt_frontend_tables t;
    lengths n;

    if (status != MRT_FRONTEND_OK)
        return status;
    if (bytes < mrt_frontend_tables_bytes(config) || ((uintptr_t)memory & 3u) != 0)
        return MRT_FRONTEND_SMALL_MEMORY;
    memset(&t, 0, sizeof t);
    find_bands(config, band);
    find_lengths(config, band, &n);
    uint16_t *to = config->arithmetic == MRT_FLOAT
                       ? build_f32(config, &n, band[0], (float *)memory, &t)
                       : build_q15(config, &n, band[0], (int16_t *)memory, &t);
    memcpy(to, band, n.band * sizeof(uint16_t));
    t.band = to;
    t.config = *config;
    *out = t;
    return MRT_FRONTEND_OK;
}

static mrt_frontend_array array_of(const char *field, mrt_array_type type, int32_t n,
                                   const void *data)
{
    mrt_frontend_array a;
    a.field = field;
    a.type = type;
    a.n = n;
    a.data = data;
    return a;
}

int32_t mrt_frontend_list_tables(const mrt_frontend_tables *t,
                                 mrt_frontend_array out[MRT_FRONTEND_MAX_ARRAYS])
{
    lengths n;
    int32_t i = 0;

    find_lengths(&t->config, t->band, &n);
    out[i++] = array_of("band", MRT_ARRAY_U16, (int32_t)n.band, t->band);
    if (t->config.arithmetic == MRT_FLOAT) {
        out[i++] = array_of("window_f32", MRT_ARRAY_F32, (int32_t)n.window, t->window_f32);
        out[i++] = array_of("sine_f32", MRT_ARRAY_F32, (int32_t)n.sine, t->sine_f32);
        out[i++] = array_of("mel_f32", MRT_ARRAY_F32, (int32_t)n.weights, t->mel_f32);
        if (n.dct > 0)
            out[i++] = array_of("dct_f32", MRT_ARRAY_F32, (int32_t)n.dct, t->dct_f32);
    } else {
        out[i++] = array_of("window_q15", MRT_ARRAY_I16, (int32_t)n.window, t->window_q15);
        out[i++] = array_of("sine_q15", MRT_ARRAY_I16, (int32_t)n.sine, t->sine_q15);
        out[i++] = array_of("mel_q16", MRT_ARRAY_U16, (int32_t)n.weights, t->mel_q16);
        if (n.dct > 0)
            out[i++] = array_of("dct_q15", MRT_ARRAY_I16, (int32_t)n.dct, t->dct_q15);
    }
    return i;
}

/* Streams --------------------------------------------------------------------------------- */

size_t mrt_frontend_scratch_bytes(const mrt_frontend_config *c)
{
    return ((size_t)c->n_fft + (size_t)c->n_mels) * sizeof(int32_t); /* float has the same size */
}

/* The scratch first, so that it is aligned; then the samples. */
size_t mrt_frontend_stream_bytes(const mrt_frontend_config *c)
{
    return mrt_frontend_scratch_bytes(c) + (size_t)c->window * sizeof(int16_t);
}

void mrt_frontend_stream_init(mrt_frontend_stream *s, const mrt_frontend_tables *t, void *memory)
{
    void *samples = (char *)memory + mrt_frontend_scratch_bytes(&t->config);

    s->tables = t;
    s->scratch = memory;
    s->pcm = (int16_t *)samples;
    s->n_held = 0;
}

void mrt_frontend_stream_reset(mrt_frontend_stream *s)
{
    s->n_held = 0;
}
