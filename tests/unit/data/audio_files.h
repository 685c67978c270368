/* SPDX-License-Identifier: Apache-2.0 */
/* Audio for the tests of data: tones, noise, WAV files of any sample format written byte by byte
 * (independently of the code under test), and trees of recordings. */
#ifndef MOTE_TESTS_AUDIO_FILES_H
#define MOTE_TESTS_AUDIO_FILES_H

#include <math.h>

#include "base/rng.h"
#include "data/audio.h"
#include "support.h"

#define PI 3.14159265358979323846

/* A tone of `hz` with amplitude 0..1, 16-bit; seed != 0 adds quiet noise, so that clips differ. */
static inline void make_tone(int16_t *out, size_t n, int32_t rate_hz, double hz, double amplitude,
                             uint64_t seed)
{
    mote_rng rng;
    mote_rng_init(&rng, seed);
    for (size_t i = 0; i < n; i++) {
        double x = amplitude * sin(2.0 * PI * hz * (double)i / rate_hz);
        if (seed)
            x += 0.01 * (mote_rng_uniform(&rng) - 0.5);
        out[i] = (int16_t)lrint(x * 32767.0);
    }
}

static inline void put_le(uint8_t *p, uint64_t x, int n_bytes)
{
    for (int i = 0; i < n_bytes; i++)
        p[i] = (uint8_t)(x >> (8 * i));
}

typedef struct {
    int coding, bits, n_channels, rate_hz;
} wav_kind;

/* A WAV file in memory (free with mote_free). x is [n][n_channels], in [-1, 1). */
static inline uint8_t *make_wav(wav_kind k, const double *x, size_t n, size_t *n_bytes)
{
    int bytes = k.bits / 8;
    size_t count = n * (size_t)k.n_channels, data = count * (size_t)bytes;
    uint8_t *w = mote_alloc_zero(44 + data + (data & 1), 1);
    memcpy(w, "RIFF....WAVEfmt ", 16);
    put_le(w + 4, 36 + data + (data & 1), 4);
    put_le(w + 16, 16, 4);
    put_le(w + 20, (uint64_t)k.coding, 2);
    put_le(w + 22, (uint64_t)k.n_channels, 2);
    put_le(w + 24, (uint64_t)k.rate_hz, 4);
    put_le(w + 28, (uint64_t)(k.rate_hz * k.n_channels * bytes), 4);
    put_le(w + 32, (uint64_t)(k.n_channels * bytes), 2);
    put_le(w + 34, (uint64_t)k.bits, 2);
    memcpy(w + 36, "data", 4);
    put_le(w + 40, data, 4);
    for (size_t i = 0; i < count; i++) {
        uint8_t *at = w + 44 + i * (size_t)bytes;
        if (k.coding == 3 && k.bits == 32) {
            float f = (float)x[i];
            memcpy(at, &f, 4);
        } else if (k.coding == 3) {
            memcpy(at, &x[i], 8);
        } else if (k.bits == 8) {
            at[0] = (uint8_t)(lrint(x[i] * 128.0) + 128);
        } else {
            put_le(at, (uint64_t)llrint(ldexp(x[i], k.bits - 1)), bytes);
        }
    }
    *n_bytes = 44 + data + (data & 1);
    return w;
}

/* Write bytes to root/name, with its folders. */
static inline void write_file(const char *root, const char *name, const void *bytes, size_t n)
{
    char path[700];
    mote_err err;
    snprintf(path, sizeof path, "%s/%s", root, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    T_OK(mote_dir_make(path, &err));
    *slash = '/';
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* Write a 16 kHz mono WAV of n samples; equal (hz, seed) gives equal bytes. */
static inline void write_clip(const char *root, const char *name, size_t n, double hz,
                              uint64_t seed)
{
    mote_err err;
    int16_t *x = mote_alloc(n, sizeof *x);
    make_tone(x, n, 16000, hz, 0.4, seed);
    mote_buf wav;
    mote_buf_init(&wav, 1u << 26);
    T_OK(mote_audio_encode_wav(x, n, 16000, &wav, &err));
    write_file(root, name, wav.data, wav.len);
    mote_buf_release(&wav);
    mote_free(x);
}

#endif
