/* SPDX-License-Identifier: Apache-2.0 */
/* Audio front end: log-mel spectra and MFCC from 16-bit PCM, one frame per hop.
 *
 *   pcm --> [pre-emphasis] --> Hann window --> real FFT --> |X|^2 --> mel bands --> ln(E + 1e-6)
 *       --> [orthonormal DCT-II, first n_coefficients]
 *
 * Frame f covers samples [f * hop, f * hop + window): no padding at the start, none at the end. A
 * clip of n samples gives 1 + (n - window) / hop frames (none when n < window).
 *
 *   pcm            samples are x / 32768, in [-1, 1)
 *   pre-emphasis   within the frame: y[0] = x[0] - a x[0], y[i] = x[i] - a x[i-1] (HTK Book, 5.2)
 *   window         periodic Hann, w[i] = (1 - cos(2 pi i / window)) / 2
 *   FFT            n_fft points, the frame followed by zeros; power |X[k]|^2 of bins 1..n_fft/2 - 1
 *   mel            mel(f) = 2595 log10(1 + f / 700) (HTK); n_mels triangles of peak 1, linear in
 *                  mel, whose n_mels + 2 corners are equally spaced in mel from low_hz to high_hz
 *   logarithm      natural, of the energy + 1e-6 (about -101 dB under a full-scale sine)
 *   DCT            c[i] = s_i sum_m ln[m] cos(pi i (m + 1/2) / n_mels), s_0 = sqrt(1 / n_mels),
 *                  s_i = sqrt(2 / n_mels) otherwise; n_coefficients = 0 stops before the DCT
 * Sources: Young et al., The HTK Book, section 5.4 and 5.6; tf.signal.linear_to_mel_weight_matrix.
 *
 * Two arithmetics. MRT_FLOAT: single precision. MRT_FIXED: integers only, for cores without FPU;
 * its output is int32 with MRT_FRONTEND_Q fraction bits, so value / 4096 is exact in float.
 * mrt_frontend_q.c states the formats and the bounds. Every result is the same bits on every
 * target, compiler and optimisation level, frame by frame or whole clip, in any chunking.
 *
 * The constants (window, twiddles, mel weights, DCT) are an mrt_frontend_tables: either built at
 * run time into memory of the caller by mrt_frontend_build, or const arrays that the C generator
 * wrote (mrt_frontend_list_tables tells it which); both hold the same bytes.
 *
 * Freestanding; the caller supplies all memory. Used by src/feature/ and by the firmware. */
#ifndef MRT_FRONTEND_H
#define MRT_FRONTEND_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Goes up whenever any output bit of any configuration changes: it is part of every cache key. */
#define MRT_FRONTEND_VERSION 1

#define MRT_FRONTEND_Q        12 /* fraction bits of the fixed variant's outputs */
#define MRT_FRONTEND_MIN_FFT  128
#define MRT_FRONTEND_MAX_FFT  2048
#define MRT_FRONTEND_MAX_MELS 128

typedef enum { MRT_FLOAT = 0, MRT_FIXED = 1 } mrt_arithmetic;

/* Plain integers, so that a configuration is the same bytes everywhere. */
typedef struct {
    int32_t arithmetic;       /* mrt_arithmetic */
    int32_t rate_hz;          /* 4000..96000 */
    int32_t window;           /* samples a frame, 16..n_fft */
    int32_t hop;              /* samples between frames, 1..window */
    int32_t n_fft;            /* power of two, 128..2048 */
    int32_t n_mels;           /* 1..128 */
    int32_t n_coefficients;   /* 0 (log-mel) .. n_mels */
    int32_t low_hz;           /* 0 .. high_hz - 1 */
    int32_t high_hz;          /* .. rate_hz / 2 */
    int32_t pre_emphasis_q15; /* a * 32768, 0 (none) .. 32440 (0.99) */
} mrt_frontend_config;

/* What is wrong with a configuration; the first that applies. */
typedef enum {
    MRT_FRONTEND_OK = 0,
    MRT_FRONTEND_BAD_ARITHMETIC,
    MRT_FRONTEND_BAD_RATE,
    MRT_FRONTEND_BAD_FFT,
    MRT_FRONTEND_BAD_WINDOW,
    MRT_FRONTEND_BAD_HOP,
    MRT_FRONTEND_BAD_MELS,
    MRT_FRONTEND_BAD_COEFFICIENTS,
    MRT_FRONTEND_BAD_HIGH,
    MRT_FRONTEND_BAD_LOW,
    MRT_FRONTEND_BAD_PRE_EMPHASIS,
    MRT_FRONTEND_EMPTY_MEL,   /* a triangle holds no FFT bin: fewer mels or a longer FFT */
    MRT_FRONTEND_SMALL_MEMORY /* mrt_frontend_build: memory too small or misaligned */
} mrt_frontend_status;

/* The constants. Pointers of the other arithmetic are NULL. Lengths, with W = window, N = n_fft,
 * K = band[n_mels + 1] - band[0] and C = n_coefficients, M = n_mels:
 *   band       [M + 2]  first FFT bin at or above mel corner i, i = 0..M+1
 *   window_*   [W/2 + 1] first half of the symmetric window. Float: times 2^-16. Fixed: Q15
 *   sine_*     [N]      sin(2 pi i / N). Fixed: Q15, +1 is 32767
 *   mel_*      [K]      for FFT bin band[0] + i between corners b and b + 1: the weight of
 *                       filter b; filter b - 1 gets 1 minus that. Fixed: Q16
 *   dct_*      [M * C]  [mel][coefficient]. Fixed: Q15. NULL when C = 0 */
typedef struct {
    mrt_frontend_config config;
    const uint16_t *band;
    const float *window_f32, *sine_f32, *mel_f32, *dct_f32;
    const int16_t *window_q15, *sine_q15;
    const uint16_t *mel_q16;
    const int16_t *dct_q15;
} mrt_frontend_tables;

mrt_frontend_status mrt_frontend_check(const mrt_frontend_config *config);

/* Frames in a clip of n samples, and values in a frame. config is valid. */
size_t mrt_frontend_frames(const mrt_frontend_config *config, size_t n);
int32_t mrt_frontend_values(const mrt_frontend_config *config);

/* Fill `memory` (aligned to 4, at least mrt_frontend_tables_bytes) with the constants and point
 * *out into it; lives as long as `memory`. 0 bytes for an invalid configuration. Cost: about
 * 60 * n_fft double operations plus one logarithm per FFT bin. */
size_t mrt_frontend_tables_bytes(const mrt_frontend_config *config);
mrt_frontend_status mrt_frontend_build(const mrt_frontend_config *config, void *memory,
                                       size_t bytes, mrt_frontend_tables *out);

/* For the C generator: the arrays behind `t`, in order, with the field name of mrt_frontend_tables
 * that points at each. Returns how many (at most MRT_FRONTEND_MAX_ARRAYS). */
#define MRT_FRONTEND_MAX_ARRAYS 5
typedef enum { MRT_ARRAY_F32, MRT_ARRAY_I16, MRT_ARRAY_U16 } mrt_array_type;
typedef struct {
    const char *field;
    mrt_array_type type;
    int32_t n;
    const void *data;
} mrt_frontend_array;
int32_t mrt_frontend_list_tables(const mrt_frontend_tables *t,
                                 mrt_frontend_array out[MRT_FRONTEND_MAX_ARRAYS]);

/* One frame: pcm [window] to out [values]. scratch (aligned to 8) holds mrt_frontend_scratch_bytes;
 * its contents do not matter. The _f32 functions need tables of MRT_FLOAT, the _q functions of
 * MRT_FIXED. */
size_t mrt_frontend_scratch_bytes(const mrt_frontend_config *config);
void mrt_frontend_frame_f32(const mrt_frontend_tables *t, const int16_t *pcm, void *scratch,
                            float *out);
void mrt_frontend_frame_q(const mrt_frontend_tables *t, const int16_t *pcm, void *scratch,
                          int32_t *out);

/* A whole clip: out [frames][values]; returns the number of frames. */
size_t mrt_frontend_clip_f32(const mrt_frontend_tables *t, const int16_t *pcm, size_t n,
                             void *scratch, float *out);
size_t mrt_frontend_clip_q(const mrt_frontend_tables *t, const int16_t *pcm, size_t n,
                           void *scratch, int32_t *out);

/* A stream. `memory` (aligned to 8, mrt_frontend_stream_bytes) holds the last window of samples and
 * the scratch; it and *t are borrowed for the life of the stream.
 *
 * push takes samples until a frame is complete or pcm is used up: 1 and out [values] written, or
 * 0; *n_used samples were taken either way. Call until all are taken:
 *     while (n > 0) {
 *         if (mrt_frontend_push_f32(&s, pcm, n, &used, frame)) use(frame);
 *         pcm += used; n -= used;
 *     } */
typedef struct {
    const mrt_frontend_tables *tables;
    int16_t *pcm; /* [window] */
    void *scratch;
    int32_t n_held; /* samples in pcm; below window between calls */
} mrt_frontend_stream;

size_t mrt_frontend_stream_bytes(const mrt_frontend_config *config);
/* lint: unused_exports: templates put its name together of the front end's */
void mrt_frontend_stream_init(mrt_frontend_stream *s, const mrt_frontend_tables *t, void *memory);
/* lint: unused_exports: for firmware that stops listening and begins anew */
void mrt_frontend_stream_reset(mrt_frontend_stream *s);
int32_t mrt_frontend_push_f32(mrt_frontend_stream *s, const int16_t *pcm, size_t n, size_t *n_used,
                              float *out);
int32_t mrt_frontend_push_q(mrt_frontend_stream *s, const int16_t *pcm, size_t n, size_t *n_used,
                            int32_t *out);

#ifdef __cplusplus
}
#endif

#endif
