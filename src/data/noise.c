/* SPDX-License-Identifier: Apache-2.0 */
/* Synthetic noise and mixing: see noise.h for what each kind is. Oscillators read one table of a
 * sine with linear interpolation (error below 2e-6 of the amplitude: far under 16 bits). */
#include "data/noise.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "data/loops.h"
#include "data/round.h"

#define TABLE_BITS   11
#define TABLE_SIZE   (1u << TABLE_BITS)
#define MAX_PARTIALS 24
#define TWO_PI       6.283185307179586

static const char *const names[MOTE_N_NOISES] = {"white", "pink", "hum", "fan", "car"};

const char *mote_noise_name(mote_noise_kind kind)
{
    return names[kind];
}

/* ---- parts --------------------------------------------------------------------------------- */

static void make_table(float table[TABLE_SIZE + 1])
{
    for (uint32_t i = 0; i <= TABLE_SIZE; i++)
        table[i] = (float)sin(TWO_PI * i / TABLE_SIZE);
}

/* Sine of a phase that is a fraction of 2^32 of a turn. */
static float table_sine(const float *table, uint32_t phase)
{
    uint32_t i = phase >> (32 - TABLE_BITS);
    float part = (float)(phase << TABLE_BITS >> 8) * (1.0f / 16777216.0f);
    return table[i] + part * (table[i + 1] - table[i]);
}

/* Uniform in [-1, 1): cheaper than normal, and no ear or model tells the sum of filters apart. */
static float hiss(mote_rng *r)
{
    return (float)(int32_t)(mote_rng_u64(r) >> 32) * (1.0f / 2147483648.0f);
}

/* One-pole low pass: y += a (x - y), a = 1 - exp(-2 pi f / rate). */
typedef struct {
    float a, y;
} low_pass;

static low_pass low_pass_at(double hz, int32_t rate_hz)
{
    return (low_pass){(float)(1.0 - exp(-TWO_PI * hz / rate_hz)), 0.0f};
}

static float low_pass_next(low_pass *f, float x)
{
    f->y += f->a * (x - f->y);
    return f->y;
}

/* Two-pole resonance at hz with bandwidth bw. */
typedef struct {
    float b1, b2, gain, y1, y2;
} resonance;

static resonance resonance_at(double hz, double bw_hz, int32_t rate_hz)
{
    double r = exp(-TWO_PI / 2.0 * bw_hz / rate_hz);
    return (resonance){.b1 = (float)(2.0 * r * cos(TWO_PI * hz / rate_hz)),
                       .b2 = (float)(-r * r),
                       .gain = (float)(1.0 - r)};
}

static float resonance_next(resonance *f, float x)
{
    float y = f->gain * x + f->b1 * f->y1 + f->b2 * f->y2;
    f->y2 = f->y1;
    f->y1 = y;
    return y;
}

/* A value that wanders smoothly in [lo, hi]: towards a target that is drawn anew about every
 * `period` samples. */
typedef struct {
    double lo, hi, value, target, a;
    size_t period, left;
} wander;

static wander wander_in(double lo, double hi, double period_s, int32_t rate_hz, mote_rng *r)
{
    size_t period = (size_t)(period_s * rate_hz) + 1;
    double start = mote_rng_range(r, lo, hi);
    return (wander){lo, hi, start, start, 3.0 / (double)period, period, 0};
}

static double wander_next(wander *w, mote_rng *r)
{
    if (w->left == 0) {
        w->target = mote_rng_range(r, w->lo, w->hi);
        w->left = w->period / 2 + mote_rng_below(r, (uint32_t)w->period);
    }
    w->left--;
    w->value += w->a * (w->target - w->value);
    return w->value;
}

/* ---- kinds --------------------------------------------------------------------------------- */

static void fill_white(mote_rng *r, float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = hiss(r);
}

/* Source: P. Kellet's "refined" pink filter: six one-pole filters and a direct part, within
 * 0.05 dB of -3 dB per octave above 10 Hz at 44.1 kHz (musicdsp.org archive, filter 76); at other
 * rates the band moves with the rate. */
static void fill_pink(mote_rng *r, float *x, size_t n)
{
    static const float pole[6] = {0.99886f, 0.99332f, 0.96900f, 0.86650f, 0.55000f, -0.7616f};
    static const float gain[6] = {0.0555179f, 0.0750759f, 0.1538520f,
                                  0.3104856f, 0.5329522f, -0.0168980f};
    float state[6] = {0}, delayed = 0.0f;
    for (size_t i = 0; i < n; i++) {
        float white = hiss(r), sum = white * 0.5362f + delayed;
        for (int k = 0; k < 6; k++) {
            state[k] = pole[k] * state[k] + white * gain[k];
            sum += state[k];
        }
        delayed = white * 0.115926f;
        x[i] = sum;
    }
}

/* Fixed partials with drawn strengths, on top of what is in x. */
typedef struct {
    uint32_t phase[MAX_PARTIALS], step[MAX_PARTIALS];
    float gain[MAX_PARTIALS];
    int n;
} partials;

static void add_partial(partials *p, double hz, double gain, int32_t rate_hz, mote_rng *r)
{
    if (p->n == MAX_PARTIALS || hz >= rate_hz / 2.0)
        return;
    p->phase[p->n] = (uint32_t)mote_rng_u64(r);
    p->step[p->n] = (uint32_t)(hz / rate_hz * 4294967296.0);
    p->gain[p->n++] = (float)gain;
}

static float partials_next(partials *p, const float *table)
{
    float sum = 0.0f;
    for (int k = 0; k < p->n; k++) {
        sum += p->gain[k] * table_sine(table, p->phase[k]);
        p->phase[k] += p->step[k];
    }
    return sum;
}

static void fill_hum(mote_rng *r, const float *table, int32_t rate_hz, float *x, size_t n)
{
    double mains = mote_rng_below(r, 2) ? 50.0 : 60.0;
    partials p = {.n = 0};
    for (int k = 1; k <= 20; k++)
        add_partial(&p, mains * k, mote_rng_range(r, 0.2, 1.0) / (k % 2 ? k : 2 * k), rate_hz, r);
    float level = (float)mote_rng_range(r, 0.02, 0.2);
    for (size_t i = 0; i < n; i++)
        x[i] = partials_next(&p, table) + level * hiss(r);
}

static void fill_fan(mote_rng *r, const float *table, int32_t rate_hz, float *x, size_t n)
{
    double blades = mote_rng_range(r, 60.0, 180.0);
    partials p = {.n = 0};
    for (int k = 1; k <= 6; k++)
        add_partial(&p, blades * k, mote_rng_range(r, 0.01, 0.08) / k, rate_hz, r);
    low_pass a = low_pass_at(mote_rng_range(r, 300.0, 1500.0), rate_hz);
    for (size_t i = 0; i < n; i++)
        x[i] = partials_next(&p, table) + low_pass_next(&a, hiss(r));
}

/* ---- the car ------------------------------------------------------------------------------- */

/* Harmonics of half the crankshaft frequency; order 4 of these is the firing of four cylinders. */
#define ENGINE_ORDERS 20

typedef struct {
    float gain[ENGINE_ORDERS];
    double phase; /* turns of the half-order fundamental */
    wander rpm;
} engine;

static engine engine_start(mote_rng *r, int32_t rate_hz)
{
    double rpm = mote_rng_range(r, 1300.0, 3600.0);
    engine e = {.phase = mote_rng_uniform(r)};
    for (int k = 1; k <= ENGINE_ORDERS; k++) {
        double strength = k % 4 == 0 ? 1.0 : k % 2 == 0 ? 0.4 : 0.12;
        e.gain[k - 1] = (float)(strength * mote_rng_range(r, 0.4, 1.0) / pow(k / 4.0, 0.8));
    }
    e.rpm = wander_in(rpm * 0.8, rpm * 1.15, 2.0, rate_hz, r);
    return e;
}

static float engine_next(engine *e, const float *table, mote_rng *r, int32_t rate_hz)
{
    double half_order_hz = wander_next(&e->rpm, r) / 120.0;
    e->phase += half_order_hz / rate_hz;
    e->phase -= floor(e->phase);
    uint32_t base = (uint32_t)(e->phase * 4294967296.0), phase = 0;
    float sum = 0.0f;
    for (int k = 0; k < ENGINE_ORDERS; k++) {
        phase += base; /* (k + 1) times the fundamental, modulo a turn */
        sum += e->gain[k] * table_sine(table, phase);
    }
    return sum;
}

static void fill_car(mote_rng *r, const float *table, int32_t rate_hz, float *x, size_t n)
{
    engine e = engine_start(r, rate_hz);
    low_pass road_a = low_pass_at(mote_rng_range(r, 100.0, 350.0), rate_hz);
    low_pass road_b = low_pass_at(mote_rng_range(r, 250.0, 600.0), rate_hz);
    resonance body = resonance_at(mote_rng_range(r, 150.0, 260.0), 60.0, rate_hz);
    low_pass wind_high = low_pass_at(mote_rng_range(r, 1200.0, 3000.0), rate_hz);
    low_pass wind_low = low_pass_at(300.0, rate_hz);
    wander gusts = wander_in(0.3, 1.0, 1.0, rate_hz, r);
    const float engine_gain = (float)mote_rng_range(r, 0.02, 0.10);
    const float road_gain = (float)mote_rng_range(r, 0.7, 1.5);
    const float wind_gain = (float)mote_rng_range(r, 0.10, 0.55);
    for (size_t i = 0; i < n; i++) {
        float w = hiss(r);
        float road = low_pass_next(&road_b, low_pass_next(&road_a, w)) + resonance_next(&body, w);
        float v = low_pass_next(&wind_high, hiss(r));
        float wind = (v - low_pass_next(&wind_low, v)) * (float)wander_next(&gusts, r);
        x[i] =
            engine_gain * engine_next(&e, table, r, rate_hz) + road_gain * road + wind_gain * wind;
    }
}

/* ---- level --------------------------------------------------------------------------------- */

static void scale_to_level(const float *x, size_t n, double level_dbfs, int16_t *out)
{
    double sum = 0.0, mean = 0.0;
    for (size_t i = 0; i < n; i++)
        mean += (double)x[i];
    mean /= (double)n;
    for (size_t i = 0; i < n; i++)
        sum += ((double)x[i] - mean) * ((double)x[i] - mean);
    double rms = sqrt(sum / (double)n);
    float gain = rms > 0.0 ? (float)(32768.0 * pow(10.0, level_dbfs / 20.0) / rms) : 0.0f;
    for (size_t i = 0; i < n; i++)
        out[i] = mote_round_i16((x[i] - (float)mean) * gain);
}

mote_status mote_noise_make(const mote_noise_recipe *recipe, int16_t *out, size_t n, mote_err *err)
{
    const int32_t rate_hz = recipe->rate_hz;
    const double level_dbfs = recipe->level_dbfs;
    bool ok = rate_hz >= 1000 && rate_hz <= 384000 && level_dbfs >= -96.0 && level_dbfs <= -3.0;
    if (!ok || n == 0)
        return mote_fail(err, MOTE_ARG, "noise: %zu samples at %d Hz and %g dBFS are not possible",
                         n, (int)rate_hz, level_dbfs);
    MOTE_SCOPED_FREE float *x = mote_alloc(n, sizeof *x);
    if (!x)
        return mote_fail(err, MOTE_NOMEM, "%zu samples of noise", n);
    float table[TABLE_SIZE + 1];
    make_table(table);
    mote_rng r;
    mote_rng_init_stream(&r, recipe->seed, 0x6e6f6973u + (uint64_t)recipe->kind, recipe->index);
    switch (recipe->kind) {
    case MOTE_NOISE_WHITE:
        fill_white(&r, x, n);
        break;
    case MOTE_NOISE_PINK:
        fill_pink(&r, x, n);
        break;
    case MOTE_NOISE_HUM:
        fill_hum(&r, table, rate_hz, x, n);
        break;
    case MOTE_NOISE_FAN:
        fill_fan(&r, table, rate_hz, x, n);
        break;
    case MOTE_NOISE_CAR:
        fill_car(&r, table, rate_hz, x, n);
        break;
    case MOTE_N_NOISES:
        return mote_fail(err, MOTE_ARG, "no such kind of noise");
    }
    scale_to_level(x, n, level_dbfs, out);
    return MOTE_OK;
}

/* ---- levels and mixing --------------------------------------------------------------------- */

static double to_dbfs(double mean_square)
{
    return mean_square > 0.0 ? 10.0 * log10(mean_square / (32768.0 * 32768.0)) : -120.0;
}

double mote_level_dbfs(const int16_t *x, size_t n)
{
    return n ? to_dbfs((double)mote_loops_best()->energy_i16(x, n) / (double)n) : -120.0;
}

double mote_speech_level_dbfs(const mote_sound *clip)
{
    enum { MAX_FRAMES = 512 };
    const mote_loops *loops = mote_loops_best();
    const int16_t *x = clip->samples;
    const size_t n = clip->n;
    size_t frame = (size_t)clip->rate_hz / 50;
    if (n / MAX_FRAMES >= frame)
        frame = n / MAX_FRAMES + 1; /* a long recording: coarser frames */
    int64_t e[MAX_FRAMES + 1], loudest = 0, sum = 0;
    size_t n_frames = 0, n_active = 0;
    for (size_t at = 0; at < n; at += frame) {
        e[n_frames] = loops->energy_i16(x + at, n - at < frame ? n - at : frame);
        loudest = e[n_frames] > loudest ? e[n_frames] : loudest;
        n_frames++;
    }
    for (size_t f = 0; f < n_frames; f++) {
        if (e[f] >= loudest / 100) {
            sum += e[f];
            n_active++;
        }
    }
    return n_active ? to_dbfs((double)sum / (double)(n_active * frame)) : -120.0;
}

void mote_mix_at_snr(const mote_sound *speech, const int16_t *noise, double snr_db, double gain,
                     int16_t *out)
{
    const int16_t *x = speech->samples;
    const size_t n = speech->n;
    double level = mote_speech_level_dbfs(speech);
    if (level < -60.0)
        level = MOTE_NOMINAL_SPEECH_DBFS;
    double noise_level = mote_level_dbfs(noise, n);
    double noise_gain = 0.0;
    if (noise_level > -119.0)
        noise_gain = pow(10.0, (level - snr_db - noise_level) / 20.0);
    const mote_loops *loops = mote_loops_best();
    mote_mixing m = {x, noise, n, (float)gain, (float)(gain * noise_gain)};
    const float peak = loops->mixed_peak(&m);
    if (peak > 32767.0f) {
        m.gain_x *= 32767.0f / peak;
        m.gain_y *= 32767.0f / peak;
    }
    loops->mix(&m, out);
}
