/* SPDX-License-Identifier: Apache-2.0 */
/* Front ends of series: channels over time, as [step][channel] of int16 or float.
 *
 * A frame covers the steps [f * hop, f * hop + window); n steps give 1 + (n - window) / hop frames
 * (none when n < window). Values of a frame are [channel][..], in the order below.
 *
 *   raw         the numbers themselves; window and hop are 1, a frame is a step
 *   statistics  of each channel in the window, those of the list, n = window:
 *                 mean          m = sum x / n
 *                 rms           sqrt(sum x^2 / n)
 *                 deviation     s = sqrt(sum (x - m)^2 / n); in float 0 below 2^-22 |m|, which is
 *                               what rounding leaves of numbers that are equal
 *                 skewness      sum ((x - m) / s)^3 / n; 0 when s is 0
 *                 kurtosis      sum ((x - m) / s)^4 / n - 3; -3 when s is 0
 *                 crossings     share of the n - 1 steps at which x - m >= 0 changes
 *                 quantile p    linear between the order statistics around p (n - 1) (Hyndman and
 *                               Fan 1996, type 7)
 *   spectral    of each channel: x - m, periodic Hann window, n_fft points (zeros behind the
 * window), and of each of n_bands bands of equal width ln(sum |X[k]|^2 / window^2 + 1e-6) over the
 * bins k = 1 .. n_fft/2 - 1 with low + b w <= k / n_fft < low + (b + 1) w
 *
 * In the end each value is scaled by what was fitted in training: (value - offset) * scale.
 *
 * Two arithmetics. Float: single precision, from float or int16. Fixed: integers only, from int16;
 * its output is int32 with MRT_SERIES_Q fraction bits, within +-2^30. Each .c states its formats
 * and bounds. Every result is the same bits on every target, compiler and optimisation level.
 *
 * Freestanding; the caller supplies all memory. Used by src/feature/ and by the firmware. */
#ifndef MRT_SERIES_H
#define MRT_SERIES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Goes up whenever any output bit of any configuration changes: it is part of every cache key. */
#define MRT_SERIES_VERSION 1

#define MRT_SERIES_Q              12 /* fraction bits of fixed values */
#define MRT_SERIES_MAX_CHANNELS   64
#define MRT_SERIES_MAX_VALUES     256  /* of a frame */
#define MRT_SERIES_MAX_WINDOW     4096 /* of statistics */
#define MRT_SERIES_MAX_STATISTICS 16
#define MRT_SERIES_MIN_FFT        16
#define MRT_SERIES_MAX_FFT        2048

typedef enum { MRT_RAW = 0, MRT_STATISTICS = 1, MRT_SPECTRAL = 2 } mrt_series_kind;

/* What stands in `statistics`; quantile p is MRT_STATISTIC_QUANTILE + 1000 p, 0..1000. */
typedef enum {
    MRT_STATISTIC_MEAN = 0,
    MRT_STATISTIC_RMS,
    MRT_STATISTIC_DEVIATION,
    MRT_STATISTIC_SKEWNESS,
    MRT_STATISTIC_KURTOSIS,
    MRT_STATISTIC_CROSSINGS,
    MRT_STATISTIC_QUANTILE = 1000
} mrt_statistic;

/* Plain integers, so that a configuration is the same bytes everywhere. Zero what a kind does not
 * have. */
typedef struct {
    int32_t kind;         /* mrt_series_kind */
    int32_t is_fixed;     /* 0, 1 */
    int32_t number_bytes; /* of an input number: 2 (int16) or 4 (float); fixed: 2 */
    int32_t n_channels;   /* 1..64 */
    int32_t window;       /* steps a frame: raw 1; statistics 2..4096; spectral 8..n_fft */
    int32_t hop;          /* steps between frames, 1..window */
    int32_t n_statistics; /* 1..16 */
    int32_t statistics[MRT_SERIES_MAX_STATISTICS];
    int32_t n_fft;             /* power of two, 16..2048 */
    int32_t n_bands;           /* 1..n_fft/2 - 1, none empty */
    int32_t low_ppm, high_ppm; /* edges as millionths of the rate, 0 <= low < high <= 500000 */
} mrt_series_config;

/* What is wrong with a configuration; the first that applies. */
typedef enum {
    MRT_SERIES_OK = 0,
    MRT_SERIES_BAD_KIND,
    MRT_SERIES_BAD_ARITHMETIC, /* is_fixed, number_bytes */
    MRT_SERIES_BAD_CHANNELS,
    MRT_SERIES_BAD_WINDOW,
    MRT_SERIES_BAD_HOP,
    MRT_SERIES_BAD_STATISTICS,
    MRT_SERIES_BAD_FFT,
    MRT_SERIES_BAD_EDGES,
    MRT_SERIES_BAD_BANDS, /* number, or one holds no bin */
    MRT_SERIES_BAD_VALUES /* more than MRT_SERIES_MAX_VALUES a frame */
} mrt_series_status;

/* The constants. Pointers of other kinds and the other arithmetic are NULL; lengths, with V =
 * values of a frame, W = window, N = n_fft, B = n_bands: offset_*, scale_f32, multiplier, shift [V]
 * what was fitted; all NULL: nothing band        [B + 1] band b holds the bins band[b] .. band[b +
 * 1] - 1 window_*    [W/2 + 1] first half of the symmetric window. Float: / 2W. Fixed: Q15 sine_*
 * [N] sin(2 pi i / N). Fixed: Q15, +1 is 32767 log2_window_q16  2 log2 W, Q16 */
typedef struct {
    mrt_series_config config;
    const float *offset_f32, *scale_f32;
    const int32_t *offset_q, *multiplier, *shift;
    const uint16_t *band;
    const float *window_f32, *sine_f32;
    const int16_t *window_q15, *sine_q15;
    int32_t log2_window_q16;
} mrt_series_tables;

mrt_series_status mrt_series_check(const mrt_series_config *config);

/* Values of a frame, and frames in n steps. config is valid. */
int32_t mrt_series_values(const mrt_series_config *config);
size_t mrt_series_frames(const mrt_series_config *config, size_t n);

/* Fill `memory` (aligned to 4, mrt_series_tables_bytes) with the constants of a valid configuration
 * and point *out into it. offset, scale [V]: what was fitted; NULL: nothing. */
size_t mrt_series_tables_bytes(const mrt_series_config *config);
void mrt_series_build(const mrt_series_config *config, const float *offset, const float *scale,
                      void *memory, mrt_series_tables *out);

/* One frame: x [window][channels] to out [values]. scratch (aligned to 8) holds
 * mrt_series_scratch_bytes. _f32 takes float, _f32_i16 int16, both with tables of float; _q takes
 * int16 with tables of fixed. */
size_t mrt_series_scratch_bytes(const mrt_series_config *config);
void mrt_raw_f32(const mrt_series_tables *t, const float *x, void *scratch, float *out);
void mrt_raw_f32_i16(const mrt_series_tables *t, const int16_t *x, void *scratch, float *out);
void mrt_raw_q(const mrt_series_tables *t, const int16_t *x, void *scratch, int32_t *out);
void mrt_statistics_f32(const mrt_series_tables *t, const float *x, void *scratch, float *out);
void mrt_statistics_f32_i16(const mrt_series_tables *t, const int16_t *x, void *scratch,
                            float *out);
void mrt_statistics_q(const mrt_series_tables *t, const int16_t *x, void *scratch, int32_t *out);
void mrt_spectral_f32(const mrt_series_tables *t, const float *x, void *scratch, float *out);
void mrt_spectral_f32_i16(const mrt_series_tables *t, const int16_t *x, void *scratch, float *out);
void mrt_spectral_q(const mrt_series_tables *t, const int16_t *x, void *scratch, int32_t *out);

/* A stream. `memory` (aligned to 8, mrt_series_stream_bytes) holds the last window of steps and the
 * scratch; it and *t are borrowed for the life of the stream.
 *
 * push takes steps until a window is complete (1) or x is used up (0); *n_used steps were taken
 * either way. After 1 make the frame of s->held with s->scratch, then call hop. */
typedef struct {
    const mrt_series_tables *tables;
    void *held; /* [window][channels] */
    void *scratch;
    int32_t n_held; /* steps in it; below window between calls */
} mrt_series_stream;

size_t mrt_series_stream_bytes(const mrt_series_config *config);
/* lint: unused_exports: templates put its name together of the front end's */
void mrt_series_stream_init(mrt_series_stream *s, const mrt_series_tables *t, void *memory);
/* lint: unused_exports: for firmware that stops measuring and begins anew */
void mrt_series_stream_reset(mrt_series_stream *s);
int32_t mrt_series_stream_push(mrt_series_stream *s, const void *x, size_t n, size_t *n_used);
void mrt_series_stream_hop(mrt_series_stream *s);

#ifdef __cplusplus
}
#endif

#endif
