/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of sound. See audio_level.h. */
#include "data/audio_level.h"

#include <math.h>
#include <string.h>

#define QUIET_DBFS (-90.0) /* a clip under this has no speech to speak of */

static double from_db(double db)
{
    return pow(10.0, db / 20.0);
}

static double to_db(double mean_square)
{
    return mean_square > 1e-12 ? 10.0 * log10(mean_square) : -120.0;
}

static void scale(const mote_floats *s, float gain)
{
    for (size_t i = 0; i < s->n; i++)
        s->x[i] *= gain;
}

/* Four sums side by side, which need no order between them. */
static double energy(const float *x, size_t n)
{
    float sum[4] = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += x[i + k] * x[i + k];
    for (; i < n; i++)
        sum[0] += x[i] * x[i];
    return (double)(sum[0] + sum[1]) + (double)(sum[2] + sum[3]);
}

#define MAX_FRAMES 512
/* Energies of the frames; returns how many, and the loudest. */
static size_t frames(const mote_floats *s, double e[MAX_FRAMES + 1], size_t *frame, double *loudest)
{
    size_t n = 0;
    *frame = (size_t)s->rate_hz / 50;
    if (s->n / MAX_FRAMES >= *frame)
        *frame = s->n / MAX_FRAMES + 1;
    *loudest = 0.0;
    for (size_t at = 0; at < s->n; at += *frame, n++) {
        e[n] = energy(s->x + at, s->n - at < *frame ? s->n - at : *frame);
        *loudest = e[n] > *loudest ? e[n] : *loudest;
    }
    return n;
}

double mote_floats_speech_dbfs(const mote_floats *s)
{
    double e[MAX_FRAMES + 1], loudest, sum = 0.0;
    size_t frame, n_active = 0, n = frames(s, e, &frame, &loudest);
    for (size_t f = 0; f < n; f++) {
        if (e[f] < loudest / 100.0)
            continue;
        sum += e[f];
        n_active++;
    }
    return n_active ? to_db(sum / (double)(n_active * frame)) : -120.0;
}

void mote_floats_set_level(const mote_floats *s, double dbfs)
{
    const double level = mote_floats_speech_dbfs(s);
    if (level > QUIET_DBFS)
        scale(s, (float)from_db(dbfs - level));
}

/* White noise through y = x + a (y' - x): a of 0 white, near 1 brown. */
void mote_floats_add_floor(const mote_floats *s, double dbfs, mote_rng *r)
{
    const float a = (float)mote_rng_range(r, 0.0, 0.95);
    /* power of that for uniform noise in [-1, 1): (1 - a) / (1 + a) / 3 */
    const float gain = (float)(from_db(dbfs) / sqrt((1.0 - (double)a) / (1.0 + (double)a) / 3.0));
    float y = 0.0f;
    for (size_t i = 0; i < s->n; i += 2) {
        const uint64_t two = mote_rng_u64(r);
        const float white[2] = {(float)(int32_t)(two >> 32) * (1.0f / 2147483648.0f),
                                (float)(int32_t)(uint32_t)two * (1.0f / 2147483648.0f)};
        for (size_t k = 0; k < 2 && i + k < s->n; k++) {
            y = white[k] + a * (y - white[k]);
            s->x[i + k] += gain * y;
        }
    }
}

/* ---- gain that follows the level ----------------------------------------------------------- */

typedef struct {
    double attack, release;                       /* share of the way that is gone in a step */
    double level;                                 /* mean square that is seen */
    double threshold_db, slope;                   /* of a compressor: dB of gain for a dB over it */
    double wanted_db, most_db, least_db, gate_db; /* of automatic gain */
    bool is_automatic;
} follower;

static double step_share(double step_s, double time_s)
{
    return 1.0 - exp(-step_s / time_s);
}

static double gain_db_at(const follower *f)
{
    const double db = to_db(f->level);
    if (!f->is_automatic)
        return db > f->threshold_db ? (f->threshold_db - db) * f->slope : 0.0;
    const double seen = db > f->gate_db ? db : f->gate_db, gain = f->wanted_db - seen;
    return gain > f->most_db ? f->most_db : gain < f->least_db ? f->least_db : gain;
}

static void follow(const mote_floats *s, follower *f)
{
    const size_t step = (size_t)s->rate_hz / 1000;
    float before = (float)from_db(gain_db_at(f));
    for (size_t at = 0; at < s->n; at += step) {
        const size_t n = s->n - at < step ? s->n - at : step;
        const double now = energy(s->x + at, n) / (double)n;
        f->level += (now > f->level ? f->attack : f->release) * (now - f->level);
        const float after = (float)from_db(gain_db_at(f)), rise = (after - before) / (float)n;
        for (size_t i = 0; i < n; i++)
            s->x[at + i] *= before + rise * (float)i;
        before = after;
    }
}

void mote_floats_compress(const mote_floats *s, double ratio, double release_ms)
{
    const double level = mote_floats_speech_dbfs(s);
    if (level <= QUIET_DBFS)
        return;
    follower f = {.attack = step_share(0.001, 0.005),
                  .release = step_share(0.001, release_ms / 1000.0),
                  .threshold_db = level - 15.0,
                  .slope = 1.0 - 1.0 / ratio};
    follow(s, &f);
    mote_floats_set_level(s, level);
}

void mote_floats_automatic_gain(const mote_floats *s, double dbfs)
{
    const double level = mote_floats_speech_dbfs(s);
    if (level <= QUIET_DBFS)
        return;
    follower f = {.attack = step_share(0.001, 0.020),
                  .release = step_share(0.001, 0.500),
                  .level = from_db(2.0 * level), /* it has heard the speaker before */
                  .wanted_db = dbfs,
                  .most_db = 30.0,
                  .least_db = -40.0,
                  .gate_db = level - 30.0,
                  .is_automatic = true};
    follow(s, &f);
}

/* ---- distortion ---------------------------------------------------------------------------- */

static float peak_of(const mote_floats *s)
{
    float peak = 0.0f;
    for (size_t i = 0; i < s->n; i++)
        peak = fabsf(s->x[i]) > peak ? fabsf(s->x[i]) : peak;
    return peak;
}

/* The size that `share` of the samples of the speech exceed, by a histogram. */
static float exceeded_by(const mote_floats *s, double share, float peak)
{
    enum { N_BINS = 1024 };
    uint32_t count[N_BINS] = {0}, n_over = 0;
    double e[MAX_FRAMES + 1], loudest;
    size_t frame, n = frames(s, e, &frame, &loudest), n_speech = 0;
    const float to_bin = (float)(N_BINS - 1) / peak;
    for (size_t f = 0; f < n; f++) {
        if (e[f] < loudest / 100.0)
            continue;
        for (size_t i = f * frame; i < (f + 1) * frame && i < s->n; i++, n_speech++)
            count[(size_t)(fabsf(s->x[i]) * to_bin)]++;
    }
    int bin = N_BINS - 1;
    while (bin > 0 && n_over + count[bin] <= (uint32_t)(share * (double)n_speech))
        n_over += count[bin--];
    return ((float)bin + 1.0f) / to_bin;
}

void mote_floats_clip(const mote_floats *s, double share)
{
    const double level = mote_floats_speech_dbfs(s);
    const float peak = peak_of(s);
    if (level <= QUIET_DBFS || !(share > 0.0))
        return;
    const float limit = exceeded_by(s, share, peak);
    for (size_t i = 0; i < s->n; i++) {
        const float x = s->x[i] > limit ? limit : s->x[i];
        s->x[i] = x < -limit ? -limit : x;
    }
    mote_floats_set_level(s, level);
}

/* tanh by its continued fraction (Lambert): within 2e-3 of it, exactly 1 from 4 on. */
static float soft(float x)
{
    const float y = x > 4.0f ? 4.0f : x < -4.0f ? -4.0f : x, q = y * y;
    const float t =
        y * (10395.0f + q * (1260.0f + q * 21.0f)) / (10395.0f + q * (4725.0f + q * (210.0f + q)));
    return t > 1.0f ? 1.0f : t < -1.0f ? -1.0f : t;
}

void mote_floats_saturate(const mote_floats *s, double drive_db)
{
    const double level = mote_floats_speech_dbfs(s);
    const float peak = peak_of(s);
    if (level <= QUIET_DBFS)
        return;
    const float gain = (float)from_db(drive_db) / peak;
    for (size_t i = 0; i < s->n; i++)
        s->x[i] = soft(gain * s->x[i]);
    mote_floats_set_level(s, level);
}
