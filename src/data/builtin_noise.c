/* SPDX-License-Identifier: Apache-2.0 */
/* The noises of the built-in set: those of data/noise.h, babble, and two that are no noise to the
 * ear. See builtin_internal.h.
 *
 *   tones   chords of three notes with five harmonics, a new one every 0.2 to 0.8 s, that fade:
 *           what music, ring tones and beeps have in common
 *   clicks  bursts of filtered noise that die away within 5 to 60 ms, one to eight a second: doors,
 *           keys, dishes */
#include <math.h>

#include "base/rng.h"
#include "data/builtin_internal.h"
#include "data/noise.h"

#define STREAM_NOISE 0x62696e34u
#define TWO_PI       6.283185307179586
#define N_NOTES      3
#define N_HARMONICS  5

static void add_chord(mote_rng *r, float *x, size_t n, int32_t rate_hz)
{
    double decay = exp(-1.0 / (mote_rng_range(r, 0.1, 0.6) * rate_hz));
    for (int k = 0; k < N_NOTES; k++) {
        double base = 110.0 * pow(2.0, mote_rng_below(r, 37) / 12.0); /* A2 .. A5 */
        double phase[N_HARMONICS], gain = mote_rng_range(r, 0.3, 1.0);
        for (int h = 0; h < N_HARMONICS; h++)
            phase[h] = mote_rng_range(r, 0.0, TWO_PI);
        for (size_t i = 0; i < n; i++, gain *= decay) {
            double y = 0.0;
            for (int h = 0; h < N_HARMONICS; h++) {
                double f = base * (h + 1);
                if (2.0 * f < rate_hz)
                    y += sin(phase[h] + TWO_PI * f * (double)i / rate_hz) / (h + 1);
            }
            x[i] += (float)(gain * y);
        }
    }
}

static void make_tones(mote_rng *r, float *x, size_t n, int32_t rate_hz)
{
    for (size_t at = 0; at < n;) {
        size_t len = (size_t)(mote_rng_range(r, 0.2, 0.8) * rate_hz) + 1;
        len = len > n - at ? n - at : len;
        add_chord(r, x + at, len, rate_hz);
        at += len;
    }
}

static void make_clicks(mote_rng *r, float *x, size_t n, int32_t rate_hz)
{
    double rate = mote_rng_range(r, 1.0, 8.0);
    for (size_t at = 0; at < n; at += (size_t)(mote_rng_range(r, 0.3, 1.7) / rate * rate_hz) + 1) {
        double decay = exp(-1.0 / (mote_rng_range(r, 0.005, 0.06) / 6.9 * rate_hz)); /* 60 dB */
        double gain = mote_rng_range(r, 0.2, 1.0);
        float a = (float)(1.0 - exp(-TWO_PI * mote_rng_range(r, 300.0, 6000.0) / rate_hz)), y = 0;
        for (size_t i = at; i < n && gain > 1e-4; i++, gain *= decay) {
            y += a * ((float)mote_rng_range(r, -1.0, 1.0) * (float)gain - y);
            x[i] += y;
        }
    }
}

static void from_floats(const float *x, size_t n, int16_t *out)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    float gain = (float)(pow(10.0, MOTE_SYNTH_FULL_DBFS / 20.0) / sqrt(sum / (double)n + 1e-30));
    for (size_t i = 0; i < n; i++)
        out[i] = mote_audio_to_i16(x[i] * gain);
}

typedef enum { BABBLE = MOTE_N_NOISES, TONES, CLICKS } more_kinds;

mote_status mote_builtin_noise(size_t k, const mote_babble *babble, int16_t *out, size_t n,
                               const char **name, mote_err *err)
{
    const int32_t rate_hz = babble->rate_hz;
    static const int kinds[] = {MOTE_NOISE_PINK, BABBLE, MOTE_NOISE_FAN,   TONES,
                                MOTE_NOISE_HUM,  CLICKS, MOTE_NOISE_WHITE, MOTE_NOISE_CAR};
    int kind = kinds[k % (sizeof kinds / sizeof kinds[0])];
    if (kind == BABBLE && babble->n_words == 0)
        kind = MOTE_NOISE_PINK;
    mote_rng r;
    mote_rng_init_stream(&r, MOTE_BUILTIN_SEED, STREAM_NOISE, k);
    if (kind == BABBLE) {
        MOTE_TRY(mote_synth_babble(babble, &r, out, n, err));
    } else if (kind < MOTE_N_NOISES) {
        MOTE_TRY(mote_noise_make(&(mote_noise_recipe){(mote_noise_kind)kind, MOTE_BUILTIN_SEED,
                                                      1000 + k, rate_hz, MOTE_SYNTH_FULL_DBFS},
                                 out, n, err));
    } else {
        MOTE_SCOPED_FREE float *x = mote_alloc_zero(n, sizeof *x);
        if (!x)
            return mote_fail(err, MOTE_NOMEM, "built-in noise");
        if (kind == TONES)
            make_tones(&r, x, n, rate_hz);
        else
            make_clicks(&r, x, n, rate_hz);
        from_floats(x, n, out);
    }
    *name = kind == BABBLE   ? "babble"
            : kind == TONES  ? "tones"
            : kind == CLICKS ? "clicks"
                             : mote_noise_name((mote_noise_kind)kind);
    mote_synth_wander(&r, out, n, rate_hz);
    return MOTE_OK;
}
