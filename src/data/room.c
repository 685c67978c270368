/* SPDX-License-Identifier: Apache-2.0 */
/* A synthetic recording: word, room, microphone, level, noise floor. See synth_internal.h.
 *
 * The room is a sparse impulse response: a few early reflections within 30 ms, then taps at random
 * times and of random sign ("velvet noise": Karjalainen and Jarvelainen, AES 2007) under an
 * exponential decay that falls by 60 dB in the reverberation time. */
#include <math.h>
#include <string.h>

#include "data/round.h"
#include "data/synth_internal.h"

#define N_EARLY 6
#define N_LATE  48
#define TWO_PI  6.283185307179586

static double from_db(double db)
{
    return pow(10.0, db / 20.0);
}

/* to += g from, delayed by d. */
static void add_tap(const mote_wave *to, const mote_wave *from, size_t d, float g)
{
    if (d >= to->n)
        return;
    const float *x = from->samples;
    float *y = to->samples + d;
    size_t m = from->n < to->n - d ? from->n : to->n - d;
    for (size_t i = 0; i < m; i++)
        y[i] += g * x[i];
}

/* The room's answer to a word, which stands in the clip from `at` on, is added to the clip. */
static void reverberate(const mote_wave *word, const mote_wave *clip, size_t at,
                        const mote_room *room, mote_rng *r)
{
    double gains[N_EARLY + N_LATE], times[N_EARLY + N_LATE], power = 0.0;
    for (int k = 0; k < N_EARLY + N_LATE; k++) {
        times[k] = k < N_EARLY ? mote_rng_range(r, 0.0015, 0.030)
                               : mote_rng_range(r, 0.015, room->reverberation_s);
        double decay = pow(10.0, -3.0 * times[k] / room->reverberation_s);
        double sign = mote_rng_below(r, 2) ? 1.0 : -1.0;
        gains[k] = sign * decay * mote_rng_range(r, 0.3, 1.0) * (k < N_EARLY ? 1.0 : 0.5);
        power += gains[k] * gains[k];
    }
    double scale = from_db(room->wet_db) / sqrt(power);
    for (int k = 0; k < N_EARLY + N_LATE; k++)
        add_tap(clip, word, at + (size_t)(times[k] * word->rate_hz), (float)(gains[k] * scale));
}

/* Low cut, tilt about 1 kHz, and sometimes a high cut. */
static void microphone(float *x, size_t n, int32_t rate_hz, mote_rng *r)
{
    const double low_cut = mote_rng_range(r, 50.0, 220.0), tilt_db = mote_rng_range(r, -4.0, 4.0);
    const double band = mote_rng_range(r, 3200.0, 7000.0);
    const bool is_narrow = mote_rng_uniform(r) < 0.25;
    const float a_cut = (float)(1.0 - exp(-TWO_PI * low_cut / rate_hz));
    const float a_tilt = (float)(1.0 - exp(-TWO_PI * 1000.0 / rate_hz));
    const float a_band = is_narrow ? (float)(1.0 - exp(-TWO_PI * band / rate_hz)) : 1.0f;
    const float low_gain = (float)from_db(-tilt_db), high_gain = (float)from_db(tilt_db);
    float cut = 0.0f, low = 0.0f, out = 0.0f;
    for (size_t i = 0; i < n; i++) {
        cut += a_cut * (x[i] - cut);
        float y = x[i] - cut;
        low += a_tilt * (y - low);
        y = low_gain * low + high_gain * (y - low);
        out += a_band * (y - out);
        x[i] = out;
    }
}

static double mean_square(const float *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return n ? sum / (double)n : 0.0;
}

/* Noise of unit power through a drawn low pass. */
static void make_floor(float *x, size_t n, int32_t rate_hz, mote_rng *r)
{
    const float a = (float)(1.0 - exp(-TWO_PI * mote_rng_range(r, 300.0, 8000.0) / rate_hz));
    float y = 0.0f;
    for (size_t i = 0; i < n; i++) {
        y += a * ((float)(int32_t)(mote_rng_u64(r) >> 32) * (1.0f / 2147483648.0f) - y);
        x[i] = y;
    }
    float gain = (float)(1.0 / sqrt(mean_square(x, n) + 1e-30));
    for (size_t i = 0; i < n; i++)
        x[i] *= gain;
}

void mote_room_record(const mote_wave *word, mote_rng *r, float *scratch, int16_t *out,
                      size_t n_out, mote_room *room)
{
    const int32_t rate_hz = word->rate_hz;
    const size_t n = word->n;
    float *x = scratch, *noise = scratch + n_out;
    size_t at = mote_rng_below(r, (uint32_t)(n_out - n) + 1);
    bool is_dry = mote_rng_uniform(r) < 0.2;
    *room = (mote_room){.level_dbfs = mote_rng_range(r, -30.0, -12.0),
                        .wet_db = mote_rng_range(r, -18.0, -3.0),
                        .reverberation_s = mote_rng_range(r, 0.12, 0.5),
                        .floor_db = mote_rng_range(r, -55.0, -22.0)};
    memset(x, 0, n_out * sizeof *x);
    memcpy(x + at, word->samples, n * sizeof *x);
    if (is_dry)
        room->wet_db = room->reverberation_s = 0.0;
    else
        reverberate(word, &(mote_wave){x, n_out, rate_hz}, at, room, r);
    microphone(x, n_out, rate_hz, r);

    double level = sqrt(mean_square(x + at, n) + 1e-30);
    float gain = (float)(from_db(room->level_dbfs) / level), peak = 0.0f;
    for (size_t i = 0; i < n_out; i++)
        peak = fabsf(x[i]) > peak ? fabsf(x[i]) : peak;
    if (peak * gain > 0.97f) { /* a sharp voice at a loud level: keep it whole */
        room->level_dbfs += 20.0 * log10(0.97 / (double)(peak * gain));
        gain = 0.97f / peak;
    }
    make_floor(noise, n_out, rate_hz, r);
    float floor_gain = (float)from_db(room->level_dbfs + room->floor_db);
    for (size_t i = 0; i < n_out; i++)
        out[i] = mote_round_i16((x[i] * gain + noise[i] * floor_gain) * 32768.0f);
}
