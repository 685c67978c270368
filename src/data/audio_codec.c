/* SPDX-License-Identifier: Apache-2.0 */
/* Sound through few bits. See audio_codec.h. */
#include "data/audio_codec.h"

#include <math.h>
#include <string.h>

#include "data/round.h"

#define TWO_PI 6.283185307179586

static int16_t to_i16(float x)
{
    return mote_round_i16(x * 32768.0f);
}

/* ---- G.711 --------------------------------------------------------------------------------- */

/* Place of the highest bit of x > 0. */
static int top_bit(uint32_t x)
{
    return 31 - __builtin_clz(x);
}

int16_t mote_mu_law(int16_t x)
{
    enum { BIAS = 33 << 2, MOST = 8158 << 2 };
    const bool is_negative = x < 0;
    int32_t size = is_negative ? -(int32_t)x : x;
    size = (size < MOST ? size : MOST) + BIAS;
    const int shift = top_bit((uint32_t)size) - 4; /* sixteen steps in a segment */
    const int32_t middle = (size >> shift << shift) + (1 << shift) / 2 - BIAS;
    return (int16_t)(is_negative ? -middle : middle);
}

int16_t mote_a_law(int16_t x)
{
    const bool is_negative = x < 0;
    const uint32_t size = (uint32_t)(is_negative ? -1 - (int32_t)x : x);
    const int top = size ? top_bit(size) : 0, shift = top > 8 ? top - 4 : 4;
    const int32_t middle = (int32_t)(size >> shift << shift) + (1 << shift) / 2;
    return (int16_t)(is_negative ? -middle : middle);
}

typedef int16_t law(int16_t x);
static inline __attribute__((always_inline)) void compand(law *one, float *x, size_t n, size_t step)
{
    for (size_t i = 0; i < n; i += step) {
        x[i] = (float)one(to_i16(x[i])) * (1.0f / 32768.0f);
        for (size_t k = 1; k < step && i + k < n; k++)
            x[i + k] = 0.0f;
    }
}

void mote_codec_mu_law(float *x, size_t n, size_t step)
{
    compand(mote_mu_law, x, n, step);
}

void mote_codec_a_law(float *x, size_t n, size_t step)
{
    compand(mote_a_law, x, n, step);
}

/* ---- differences --------------------------------------------------------------------------- */

void mote_codec_adpcm(float *x, size_t n)
{
    static const int16_t steps[89] = {
        7,     8,     9,     10,    11,    12,    13,    14,    16,    17,    19,   21,    23,
        25,    28,    31,    34,    37,    41,    45,    50,    55,    60,    66,   73,    80,
        88,    97,    107,   118,   130,   143,   157,   173,   190,   209,   230,  253,   279,
        307,   337,   371,   408,   449,   494,   544,   598,   658,   724,   796,  876,   963,
        1060,  1166,  1282,  1411,  1552,  1707,  1878,  2066,  2272,  2499,  2749, 3024,  3327,
        3660,  4026,  4428,  4871,  5358,  5894,  6484,  7132,  7845,  8630,  9493, 10442, 11487,
        12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767};
    static const int8_t moves[8] = {-1, -1, -1, -1, 2, 4, 6, 8};
    int32_t guess = 0, index = 0;
    for (size_t i = 0; i < n; i++) {
        const int32_t step = steps[index], d = to_i16(x[i]) - guess;
        int32_t size = d < 0 ? -d : d, code = size * 4 / step, change;
        code = code < 7 ? code : 7;
        change = (2 * code + 1) * step / 8;
        guess += d < 0 ? -change : change;
        guess = guess > 32767 ? 32767 : guess < -32768 ? -32768 : guess;
        index += moves[code];
        index = index < 0 ? 0 : index > 88 ? 88 : index;
        x[i] = (float)guess * (1.0f / 32768.0f);
    }
}

void mote_codec_linear(float *x, size_t n, int bits)
{
    const float half = (float)(1 << (bits - 1)), step = 1.0f / half;
    for (size_t i = 0; i < n; i++) {
        float y = x[i] > 1.0f ? 1.0f : x[i] < -1.0f ? -1.0f : x[i];
        y = (float)mote_round_i16(y * half);
        x[i] = (y > half - 1.0f ? half - 1.0f : y) * step;
    }
}

/* ---- bands --------------------------------------------------------------------------------- */

/* The band after that which begins at bin k. */
static uint32_t next_band(uint32_t k, uint32_t n_bins)
{
    const uint32_t wide = k + (k / 4 > 4 ? k / 4 : 4);
    return wide < n_bins ? wide : n_bins;
}

static float loudest_in(const mote_lane *z, uint32_t from, uint32_t to, size_t l)
{
    float most = 0.0f;
    for (uint32_t v = 2 * from; v < 2 * to; v++)
        most = fabsf(z[v][l]) > most ? fabsf(z[v][l]) : most;
    return most;
}

static void round_band(mote_lane *z, uint32_t from, uint32_t to, size_t l, float most, int bits)
{
    const float half = bits > 1 ? (float)((1 << (bits - 1)) - 1) : 0.0f;
    const float factor = exp2f(0.25f * ceilf(4.0f * log2f(most))); /* steps of 1.5 dB */
    const float there = half / factor, back = half > 0.0f ? factor / half : 0.0f;
    for (uint32_t v = 2 * from; v < 2 * to; v++)
        z[v][l] = back * (float)mote_round_i16(there * z[v][l]);
}

/* Spectrum of a frame: the values of bin 0 and n/2 are as of one bin here. */
static void round_frame(mote_lane *z, uint32_t n, size_t l, int bits)
{
    const uint32_t n_bins = n / 2;
    const float top = loudest_in(z, 0, n_bins, l);
    for (uint32_t k = 0, end; k < n_bins; k = end) {
        end = next_band(k, n_bins);
        const float most = loudest_in(z, k, end, l);
        if (!(most > 0.0f))
            continue;
        const int less = (int)(0.5f * log2f(top / most)); /* a bit for 12 dB */
        round_band(z, k, end, l, most, bits > less ? bits - less : 0);
    }
}

void mote_codec_sub_band(const mote_lane_fft *fft, float *scratch, float *x, size_t n, int bits)
{
    const size_t size = fft->n, hop = size / 2;
    mote_lane *in = (mote_lane *)scratch, *z = in + size;
    float *window = scratch + 2 * size * MOTE_LANES, *tail = window + size;
    for (size_t i = 0; i < size; i++)
        window[i] = (float)sin(TWO_PI / 2.0 * ((double)i + 0.5) / (double)size);
    memset(tail, 0, hop * sizeof *tail);
    /* Frame f covers x from (f - 1) hop on; its first half is complete with the tail before it. */
    for (size_t f = 0; f * hop < n + hop; f += MOTE_LANES) {
        for (size_t l = 0; l < MOTE_LANES; l++)
            for (size_t i = 0; i < size; i++) {
                const size_t at = (f + l) * hop + i;
                in[i][l] = at >= hop && at - hop < n ? window[i] * x[at - hop] : 0.0f;
            }
        mote_lanes_forward(fft, in, z);
        for (size_t l = 0; l < MOTE_LANES; l++)
            round_frame(z, fft->n, l, bits);
        mote_lanes_inverse(fft, z, in);
        const float scale = 1.0f / (float)size; /* twice the spectrum, half the length */
        for (size_t l = 0; l < MOTE_LANES; l++)
            for (size_t i = 0; i < hop; i++) {
                const size_t at = (f + l) * hop + i;
                const float y = tail[i] + scale * window[i] * in[i][l];
                tail[i] = scale * window[i + hop] * in[i + hop][l];
                if (at >= hop && at - hop < n)
                    x[at - hop] = y;
            }
    }
}
