/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of sound. See audio_level.h. */
#include "data/audio_level.h"

#include <math.h>
#include <string.h>

#include "data/loops.h"

#define QUIET_DBFS (-90.0) /* a clip under this has no speech to speak of */

static double from_db(double db)
{
    return pow(10.0, db / 20.0);
}

static double to_db(double mean_square)
{
    return mean_square > 1e-12 ? 10.0 * log10(mean_square) : -120.0;
}

#define MAX_FRAMES 512
/* Energies of the frames; returns how many, and the loudest. */
static size_t frames(const mote_floats *s, double e[MAX_FRAMES + 1], size_t *frame, double *loudest)
{
    *frame = (size_t)s->rate_hz / 50;
    if (s->n / MAX_FRAMES >= *frame)
        *frame = s->n / MAX_FRAMES + 1;
    mote_loops_best()->energies(s->x, s->n, *frame, e);
    const size_t n = (s->n + *frame - 1) / *frame;
    *loudest = 0.0;
    for (size_t f = 0; f < n; f++)
        *loudest = e[f] > *loudest ? e[f] : *loudest;
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
        mote_loops_best()->scale(s->x, s->n, (float)from_db(dbfs - level));
}

/* In [-1, 1), of the low 32 bits. */
static float white(uint64_t bits)
{
    return (float)(int32_t)(uint32_t)bits * (1.0f / 2147483648.0f);
}

/* White noise through y = x + a (y' - x): a of 0 white, near 1 brown. */
void mote_floats_add_floor(const mote_floats *s, double dbfs, mote_rng *r)
{
    enum { PAIRS = 64 }; /* numbers drawn at once, for two samples each */
    const float a = (float)mote_rng_range(r, 0.0, 0.95);
    /* power of that for uniform noise in [-1, 1): (1 - a) / (1 + a) / 3 */
    const float gain = (float)(from_db(dbfs) / sqrt((1.0 - (double)a) / (1.0 + (double)a) / 3.0));
    const mote_loops *loops = mote_loops_best();
    uint64_t two[PAIRS];
    float y[2 * PAIRS], last = 0.0f;
    for (size_t at = 0; at < s->n; at += 2 * PAIRS) {
        const size_t left = s->n - at, n = left < 2 * PAIRS ? left : 2 * PAIRS;
        mote_rng_fill(r, two, (n + 1) / 2);
        for (size_t k = 0; k < (n + 1) / 2; k++) { /* of an odd one at the end one too many */
            const float early = white(two[k] >> 32), late = white(two[k]);
            y[2 * k] = early + a * (last - early);
            y[2 * k + 1] = last = late + a * (y[2 * k] - late);
        }
        loops->add_scaled(y, n, gain, s->x + at);
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
    const mote_loops *loops = mote_loops_best();
    const size_t step = (size_t)s->rate_hz / 1000;
    float before = (float)from_db(gain_db_at(f));
    for (size_t at = 0; at < s->n; at += step) {
        const size_t n = s->n - at < step ? s->n - at : step;
        const double now = loops->energy(s->x + at, n) / (double)n;
        f->level += (now > f->level ? f->attack : f->release) * (now - f->level);
        const float after = (float)from_db(gain_db_at(f));
        loops->ramp(s->x + at, n, before, (after - before) / (float)n);
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
    const float peak = mote_loops_best()->peak(s->x, s->n);
    if (level <= QUIET_DBFS || !(share > 0.0))
        return;
    mote_loops_best()->limit(s->x, s->n, exceeded_by(s, share, peak));
    mote_floats_set_level(s, level);
}

void mote_floats_saturate(const mote_floats *s, double drive_db)
{
    const double level = mote_floats_speech_dbfs(s);
    const float peak = mote_loops_best()->peak(s->x, s->n);
    if (level <= QUIET_DBFS)
        return;
    mote_loops_best()->soften(s->x, s->n, (float)from_db(drive_db) / peak);
    mote_floats_set_level(s, level);
}
