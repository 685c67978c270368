/* SPDX-License-Identifier: Apache-2.0 */
/* Augmentation of training clips: see audio_augment.h.
 *
 * The numbers are drawn in a fixed order whatever is switched on, so that switching one kind on
 * does not change what the others draw. */
#include "data/audio_augment.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "data/audio_place.h"
#include "data/audio_tract.h"
#include "data/audio_under.h"
#include "data/audio_voice.h"
#include "data/audio_world.h"
#include "data/loops.h"
#include "data/noise.h"

#define STREAM        0x6175676d656e74u /* "augment" */
#define N_CARS        24
#define CAR_SECONDS   6
#define N_BASIC       16
#define BASIC_SECONDS 4
#define NOISE_DBFS    (-26.0)
#define WORLD_STREAM  0x776f726c64u /* "world" */
#define VOICE_STREAM  0x766f696365u /* "voice" */
#define AROUND_STREAM 0x61726f756eu /* "aroun" */

typedef struct {
    int16_t *clip;  /* [n] */
    int16_t *noise; /* [n] */
    float *a, *b;   /* [2 n + slack] */
    float *wide;    /* the same; of clips that go on */
    float *tract;   /* as mote_tract_scratch says; NULL: not wanted */
} scratch;

struct mote_augment {
    mote_augment_setup setup;
    mote_audio_set background; /* given, or synthesised here */
    mote_audio_set cars;
    mote_audio_view *views;
    int16_t *own;      /* samples of what was synthesised */
    mote_world *world; /* NULL: none is wanted */
    mote_under *under; /* [n_under] conditions */
    size_t n_under;
    mote_tract tract;   /* where another vocal tract is wanted */
    scratch *scratches; /* [n_workers] */
    int16_t *room_i16;
    float *room_f32;
    float *room_tract;
};

/* ---- what is drawn ------------------------------------------------------------------------- */

typedef struct {
    double speed, pitch, tempo, tract; /* factors */
    int64_t shift;                     /* samples */
    double gain;
    bool noise, car;
    double noise_snr_db, car_snr_db;
    double noise_which, noise_where, car_which, car_where; /* [0, 1) */
} plan;

static bool is_one(mote_span s)
{
    return s.lo == 1.0 && s.hi == 1.0;
}

/* By numbers of their own, as those of `meet`. */
static void draw_voice(const mote_augment *a, const mote_rng *r, plan *p)
{
    const mote_augment_config *c = &a->setup.cfg;
    mote_rng own;
    p->tempo = p->tract = 1.0;
    if (is_one(c->tempo) && is_one(c->vocal_tract))
        return;
    mote_rng_init_stream(&own, r->s[0], VOICE_STREAM, r->s[1]);
    p->tempo = mote_rng_range(&own, c->tempo.lo, c->tempo.hi);
    p->tract = mote_rng_range(&own, c->vocal_tract.lo, c->vocal_tract.hi);
}

static plan draw(const mote_augment *a, mote_rng *r)
{
    const mote_augment_config *c = &a->setup.cfg;
    plan p;
    draw_voice(a, r, &p);
    p.speed = mote_rng_range(r, c->speed.lo, c->speed.hi);
    p.pitch = exp2(mote_rng_range(r, c->pitch_semitones.lo, c->pitch_semitones.hi) / 12.0);
    p.shift = llround(mote_rng_range(r, -c->shift_ms, c->shift_ms) * a->setup.rate_hz / 1000.0);
    p.gain = pow(10.0, mote_rng_range(r, -c->gain_db, c->gain_db) / 20.0);
    p.noise = mote_rng_uniform(r) < c->noise_probability;
    p.noise_snr_db = mote_rng_range(r, c->noise_snr_db.lo, c->noise_snr_db.hi);
    p.noise_which = mote_rng_uniform(r);
    p.noise_where = mote_rng_uniform(r);
    p.car = mote_rng_uniform(r) < c->car_noise_probability;
    p.car_snr_db = mote_rng_range(r, c->car_noise_snr_db.lo, c->car_noise_snr_db.hi);
    p.car_which = mote_rng_uniform(r);
    p.car_where = mote_rng_uniform(r);
    return p;
}

/* What a clip meets: the effects of augmentation, or one of the conditions. */
typedef struct {
    const mote_under *under; /* NULL: none */
    const mote_world *world; /* NULL: no effects */
    mote_world_plan plan;
    double snr_db, noise_which, noise_where; /* under a condition */
    bool babble;
    double babble_snr_db;
    int32_t n_voices;
    mote_rng voices;
} meeting;

static bool wants_babble(const mote_augment *a)
{
    return a->setup.cfg.babble_probability > 0 && a->setup.others.n > 0;
}

static void draw_babble(const mote_augment *a, mote_rng *own, meeting *out)
{
    const mote_augment_config *c = &a->setup.cfg;
    out->babble = mote_rng_uniform(own) < c->babble_probability;
    out->babble_snr_db = mote_rng_range(own, c->babble_snr_db.lo, c->babble_snr_db.hi);
    out->n_voices = 1 + (int32_t)mote_rng_below(own, (uint32_t)c->babble_voices);
    mote_rng_init(&out->voices, mote_rng_u64(own));
}

/* By numbers of their own: what is drawn here changes nothing else. */
static void meet(const mote_augment *a, const mote_rng *r, meeting *out)
{
    mote_rng own;
    *out = (meeting){.world = a->world};
    if (!a->world && a->n_under == 0 && !wants_babble(a))
        return;
    mote_rng_init_stream(&own, r->s[0], WORLD_STREAM, r->s[1]);
    const bool is_under = mote_rng_uniform(&own) < a->setup.cfg.conditions;
    const double which = mote_rng_uniform(&own);
    if (is_under && a->n_under > 0) {
        out->under = &a->under[(size_t)(which * (double)a->n_under)];
        out->world = out->under->world;
        out->snr_db = mote_rng_range(&own, out->under->snr_db.lo, out->under->snr_db.hi);
        out->noise_which = mote_rng_uniform(&own);
        out->noise_where = mote_rng_uniform(&own);
    }
    if (out->world)
        mote_world_draw(out->world, &own, &out->plan);
    if (wants_babble(a))
        draw_babble(a, &own, out);
}

void mote_augment_rng(mote_rng *r, uint64_t seed, uint64_t epoch, uint64_t index)
{
    mote_rng_init_stream(r, seed, STREAM + epoch, index);
}

/* ---- the voice ------------------------------------------------------------------------------ */

/* x [n] at another tempo, about its middle; silence comes in from outside. y is lost. */
static void change_tempo(const mote_augment *a, double factor, float *x, float *y)
{
    const size_t n = a->setup.clip_samples, m = (size_t)((double)n / factor);
    mote_voice_stretch(x, n, y, m, a->setup.rate_hz);
    if (m >= n) {
        memcpy(x, y + (m - n) / 2, n * sizeof *x);
        return;
    }
    memset(x, 0, n * sizeof *x);
    memcpy(x + (n - m) / 2, y, m * sizeof *x);
}

static bool is_other_voice(const plan *p)
{
    return p->speed != 1.0 || p->pitch != 1.0 || p->tempo != 1.0 || p->tract != 1.0;
}

/* The clip x [n] with `margin` samples before and behind it, as a stream has them: into wide
 * [n + 2 margin], margin at most n/2. Uses s->clip and s->noise. */
static void go_on(const mote_augment *a, scratch *s, const mote_rng *r, const float *x,
                  size_t margin, float *wide)
{
    const size_t n = a->setup.clip_samples, half = n / 2;
    const mote_surroundings around = {.background = &a->background};
    const mote_loops *loops = mote_loops_best();
    mote_rng own;
    mote_rng_init_stream(&own, r->s[0], AROUND_STREAM, r->s[1]);
    loops->to_i16(x, n, 1.0f, s->clip);
    const mote_placed p = mote_place_look(s->clip, n, a->setup.rate_hz);
    mote_place_cut(&p, -(int64_t)margin, &around, &own, s->noise);
    loops->from_i16(s->noise, margin + half, 1.0f, wide);
    mote_place_cut(&p, (int64_t)margin, &around, &own, s->noise);
    loops->from_i16(s->noise + half - margin, n - half + margin, 1.0f, wide + margin + half);
}

/* y [n] is x read at the factor. */
static void change_speed(const mote_augment *a, const mote_rng *r, double speed, scratch *s,
                         const float *x, float *y)
{
    const size_t n = a->setup.clip_samples;
    if (!a->setup.goes_on || speed <= 1.0) {
        mote_voice_read_at(x, n, speed, y, n);
        return;
    }
    size_t margin = (size_t)((speed - 1.0) * (double)n / 2.0) + 2; /* and a cubic's reach */
    margin = margin < n / 2 ? margin : n / 2;
    go_on(a, s, r, x, margin, s->wide);
    mote_voice_read_at(s->wide, n + 2 * margin, speed, y, n);
}

static void change_voice(const mote_augment *a, const plan *p, const mote_rng *r, scratch *s,
                         const int16_t *in, int16_t *out)
{
    const size_t n = a->setup.clip_samples;
    const mote_loops *loops = mote_loops_best();
    float *x = s->a, *y = s->b;
    loops->from_i16(in, n, 1.0f, x);
    if (p->tract != 1.0) {
        mote_tract_warp(&a->tract, p->tract, s->tract, x, y, n);
        memcpy(x, y, n * sizeof *x);
    }
    if (p->tempo != 1.0)
        change_tempo(a, p->tempo, x, y);
    if (p->pitch != 1.0) {
        size_t m = (size_t)((double)n / p->pitch);
        mote_voice_read_at(x, n, p->pitch, y, m);
        mote_voice_stretch(y, m, x, n, a->setup.rate_hz);
    }
    if (p->speed != 1.0) {
        change_speed(a, r, p->speed, s, x, y);
        x = y;
    }
    loops->to_i16(x, n, 1.0f, out);
}

/* ---- shift, gain, noise -------------------------------------------------------------------- */

static void shift(const int16_t *in, size_t n, int64_t by, int16_t *out)
{
    size_t d = (size_t)(by < 0 ? -by : by);
    if (d >= n) {
        memset(out, 0, n * sizeof *out);
    } else if (by >= 0) {
        memset(out, 0, d * sizeof *out);
        memcpy(out + d, in, (n - d) * sizeof *out);
    } else {
        memcpy(out, in + d, (n - d) * sizeof *out);
        memset(out + (n - d), 0, d * sizeof *out);
    }
}

/* n samples of one of the recordings; repeated when it is shorter than a clip. */
static const int16_t *pick(mote_audio_set set, double which, double where, int16_t *room, size_t n)
{
    const mote_audio_view *v = &set.items[(size_t)(which * (double)set.n)];
    if (v->n >= n)
        return v->samples + (size_t)(where * (double)(v->n - n + 1));
    for (size_t at = 0; at < n;) {
        size_t k = n - at < v->n ? n - at : v->n;
        memcpy(room + at, v->samples, k * sizeof *room);
        at += k;
    }
    return room;
}

/* Others at once, each as loud as it is and begun somewhere in the clip, round its end. */
static void talk(const mote_augment *a, meeting *m, float *sum, int16_t *out)
{
    const mote_loops *loops = mote_loops_best();
    const size_t n = a->setup.clip_samples;
    memset(sum, 0, n * sizeof *sum);
    for (int32_t v = 0; v < m->n_voices; v++) {
        const uint32_t which = mote_rng_below(&m->voices, (uint32_t)a->setup.others.n);
        const size_t at = mote_rng_below(&m->voices, (uint32_t)n);
        const int16_t *x = a->setup.others.items[which].samples;
        loops->add_i16(x, n - at, sum + at);
        loops->add_i16(x + (n - at), at, sum);
    }
    loops->divide(sum, n, (float)m->n_voices);
    loops->to_i16(sum, n, 1.0f, out);
}

/* The noise of the place, the clip's gain with it. */
static void add_noises(const mote_augment *a, const plan *p, meeting *m, scratch *s, int16_t *x)
{
    const size_t n = a->setup.clip_samples;
    const mote_sound clip = {x, n, a->setup.rate_hz};
    double gain = p->gain;
    if (m->under && m->under->noise.n > 0) {
        const int16_t *noise = pick(m->under->noise, m->noise_which, m->noise_where, s->noise, n);
        mote_mix_at_snr(&clip, noise, m->snr_db, gain, x);
        gain = 1.0;
    }
    if (m->babble) {
        talk(a, m, s->a, s->noise);
        mote_mix_at_snr(&clip, s->noise, m->babble_snr_db, gain, x);
        gain = 1.0;
    }
    if (p->noise && !m->under) {
        const int16_t *noise = pick(a->background, p->noise_which, p->noise_where, s->noise, n);
        mote_mix_at_snr(&clip, noise, p->noise_snr_db, gain, x);
        gain = 1.0;
    }
    if (p->car && !m->under) {
        const int16_t *noise = pick(a->cars, p->car_which, p->car_where, s->noise, n);
        mote_mix_at_snr(&clip, noise, p->car_snr_db, gain, x);
        gain = 1.0;
    }
    if (gain != 1.0)
        mote_loops_best()->gain_i16(x, n, (float)gain);
}

void mote_augment_apply(const mote_augment *a, int32_t worker, mote_rng *r, const int16_t *in,
                        int16_t *out)
{
    MOTE_BUG_IF(worker < 0 || worker >= a->setup.n_workers);
    scratch *s = &a->scratches[worker];
    plan p = draw(a, r);
    meeting m;
    meet(a, r, &m);
    if (is_other_voice(&p)) {
        change_voice(a, &p, r, s, in, s->clip);
        in = s->clip;
    }
    shift(in, a->setup.clip_samples, p.shift, out);
    if (m.world)
        mote_world_before(m.world, worker, &m.plan, out);
    add_noises(a, &p, &m, s, out);
    if (m.world)
        mote_world_after(m.world, worker, &m.plan, out);
}

/* ---- masks --------------------------------------------------------------------------------- */

static float bin_mean(const float *features, int32_t n_frames, int32_t n_bins, int32_t bin)
{
    double sum = 0.0;
    for (int32_t t = 0; t < n_frames; t++)
        sum += (double)features[(size_t)t * (size_t)n_bins + (size_t)bin];
    return (float)(sum / n_frames);
}

void mote_augment_mask(const mote_augment_config *cfg, mote_rng *r, float *features,
                       int32_t n_frames, int32_t n_bins, const float *fill)
{
    enum { MOST = 10 }; /* masks of a kind: the limit of config.def */
    int32_t t0[MOST], t1[MOST], f0[MOST], f1[MOST];
    int32_t n_t = cfg->time_masks < MOST ? cfg->time_masks : MOST;
    int32_t n_f = cfg->frequency_masks < MOST ? cfg->frequency_masks : MOST;
    for (int32_t m = 0; m < n_t; m++) {
        int32_t most = cfg->time_mask_frames < n_frames ? cfg->time_mask_frames : n_frames;
        int32_t w = (int32_t)mote_rng_below(r, (uint32_t)most + 1);
        t0[m] = (int32_t)mote_rng_below(r, (uint32_t)(n_frames - w) + 1);
        t1[m] = t0[m] + w;
    }
    for (int32_t m = 0; m < n_f; m++) {
        int32_t most = cfg->frequency_mask_bins < n_bins ? cfg->frequency_mask_bins : n_bins;
        int32_t w = (int32_t)mote_rng_below(r, (uint32_t)most + 1);
        f0[m] = (int32_t)mote_rng_below(r, (uint32_t)(n_bins - w) + 1);
        f1[m] = f0[m] + w;
    }
    for (int32_t b = 0; b < n_bins && n_t + n_f > 0; b++) {
        float value = fill ? fill[b] : bin_mean(features, n_frames, n_bins, b);
        for (int32_t m = 0; m < n_t; m++) {
            for (int32_t t = t0[m]; t < t1[m]; t++)
                features[(size_t)t * (size_t)n_bins + (size_t)b] = value;
        }
        for (int32_t m = 0; m < n_f; m++) {
            for (int32_t t = 0; b >= f0[m] && b < f1[m] && t < n_frames; t++)
                features[(size_t)t * (size_t)n_bins + (size_t)b] = value;
        }
    }
}

/* ---- making -------------------------------------------------------------------------------- */

static mote_status check(const mote_augment_setup *s, mote_err *err)
{
    const mote_augment_config *c = &s->cfg;
    bool ok = s->rate_hz >= MOTE_AUDIO_MIN_RATE_HZ && s->rate_hz <= MOTE_AUDIO_MAX_RATE_HZ &&
              s->clip_samples > 0 && s->clip_samples < (size_t)1 << 28 && s->n_workers >= 1 &&
              c->speed.lo >= 0.5 && c->speed.hi <= 2.0 && c->speed.lo <= c->speed.hi &&
              c->pitch_semitones.lo >= -12.0 && c->pitch_semitones.hi <= 12.0 &&
              c->pitch_semitones.lo <= c->pitch_semitones.hi && c->tempo.lo >= 0.5 &&
              c->tempo.hi <= 2.0 && c->tempo.lo <= c->tempo.hi && c->vocal_tract.lo >= 0.5 &&
              c->vocal_tract.hi <= 2.0 && c->vocal_tract.lo <= c->vocal_tract.hi &&
              c->shift_ms >= 0.0 && c->shift_ms <= 1e4 && c->gain_db >= 0.0 && c->gain_db <= 60.0 &&
              c->noise_snr_db.lo <= c->noise_snr_db.hi &&
              c->car_noise_snr_db.lo <= c->car_noise_snr_db.hi &&
              (!(c->babble_probability > 0) ||
               (c->babble_voices >= 1 && c->babble_snr_db.lo <= c->babble_snr_db.hi)) &&
              c->time_masks >= 0 && c->frequency_masks >= 0 && c->time_mask_frames >= 0 &&
              c->frequency_mask_bins >= 0;
    if (!ok)
        return mote_fail(err, MOTE_ARG, "augmentation: a setting is out of its range");
    for (size_t i = 0; i < s->background.n; i++) {
        if (s->background.items[i].n == 0)
            return mote_fail(err, MOTE_ARG, "augmentation: background recording %zu is empty", i);
    }
    return MOTE_OK;
}

/* Scratch for every worker, cut from two blocks. */
static mote_status make_scratch(mote_augment *a, mote_err *err)
{
    size_t workers = (size_t)a->setup.n_workers, n = a->setup.clip_samples;
    size_t floats = 2 * n + 16; /* pitch an octave down doubles the length */
    size_t cells;
    if (!mote_mul_size(workers, 3 * floats, &cells))
        return mote_fail(err, MOTE_NOMEM, "augmentation");
    a->scratches = mote_alloc_zero(workers, sizeof *a->scratches);
    a->room_i16 = mote_alloc_zero(workers * 2, n * sizeof *a->room_i16);
    a->room_f32 = mote_alloc_zero(cells, sizeof *a->room_f32);
    if (!a->scratches || !a->room_i16 || !a->room_f32)
        return mote_fail(err, MOTE_NOMEM, "augmentation of clips of %zu samples", n);
    for (size_t w = 0; w < workers; w++) {
        a->scratches[w] = (scratch){.clip = a->room_i16 + 2 * w * n,
                                    .noise = a->room_i16 + (2 * w + 1) * n,
                                    .a = a->room_f32 + 3 * w * floats,
                                    .b = a->room_f32 + (3 * w + 1) * floats,
                                    .wide = a->room_f32 + (3 * w + 2) * floats};
    }
    return MOTE_OK;
}

static mote_status make_tract(mote_augment *a, mote_err *err)
{
    if (is_one(a->setup.cfg.vocal_tract))
        return MOTE_OK;
    MOTE_TRY(mote_tract_init(a->setup.rate_hz, &a->tract, err));
    const size_t workers = (size_t)a->setup.n_workers, each = mote_tract_scratch(&a->tract);
    a->room_tract = mote_alloc(workers, each * sizeof *a->room_tract);
    if (!a->room_tract)
        return mote_fail(err, MOTE_NOMEM, "augmentation");
    for (size_t w = 0; w < workers; w++)
        a->scratches[w].tract = a->room_tract + w * each;
    return MOTE_OK;
}

static mote_status make_noises(mote_augment *a, mote_err *err)
{
    static const mote_noise_kind basic[] = {MOTE_NOISE_WHITE, MOTE_NOISE_PINK, MOTE_NOISE_HUM,
                                            MOTE_NOISE_FAN};
    const mote_augment_setup *s = &a->setup;
    size_t n_cars = s->cfg.car_noise_probability > 0.0 ? N_CARS : 0;
    size_t n_basic = s->cfg.noise_probability > 0.0 && s->background.n == 0 ? N_BASIC : 0;
    size_t car = (size_t)s->rate_hz * CAR_SECONDS, plain = (size_t)s->rate_hz * BASIC_SECONDS;
    a->background = s->background;
    a->own = mote_alloc(n_cars * car + n_basic * plain, sizeof *a->own);
    a->views = mote_alloc(n_cars + n_basic, sizeof *a->views);
    if (!a->own || !a->views)
        return mote_fail(err, MOTE_NOMEM, "noise for augmentation");
    int16_t *at = a->own;
    for (size_t i = 0; i < n_cars + n_basic; i++) {
        size_t n = i < n_cars ? car : plain;
        mote_noise_kind kind = i < n_cars ? MOTE_NOISE_CAR : basic[(i - n_cars) % 4];
        MOTE_TRY(mote_noise_make(&(mote_noise_recipe){kind, s->seed, i, s->rate_hz, NOISE_DBFS}, at,
                                 n, err));
        a->views[i] = (mote_audio_view){at, n};
        at += n;
    }
    a->cars = (mote_audio_set){a->views, n_cars};
    if (n_basic > 0)
        a->background = (mote_audio_set){a->views + n_cars, n_basic};
    return MOTE_OK;
}

static mote_status make_worlds(mote_augment *a, mote_err *err)
{
    const mote_augment_setup *s = &a->setup;
    const mote_world_setup w = {s->cfg.effects, s->rate_hz, s->clip_samples, s->seed, s->n_workers};
    if (mote_world_is_wanted(&w.effects))
        MOTE_TRY(mote_world_create(&w, &a->world, err));
    if (!(s->cfg.conditions > 0) || s->cfg.under.n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_under_create(&s->cfg.under, &w, &a->under, err));
    a->n_under = s->cfg.under.n;
    return MOTE_OK;
}

mote_status mote_augment_create(const mote_augment_setup *setup, mote_augment **out, mote_err *err)
{
    MOTE_TRY(check(setup, err));
    mote_augment *a = mote_alloc_zero(1, sizeof *a);
    if (!a)
        return mote_fail(err, MOTE_NOMEM, "augmentation");
    a->setup = *setup;
    mote_status st = make_scratch(a, err);
    if (st == MOTE_OK)
        st = make_tract(a, err);
    if (st == MOTE_OK)
        st = make_noises(a, err);
    if (st == MOTE_OK)
        st = make_worlds(a, err);
    if (st != MOTE_OK) {
        mote_augment_destroy(a);
        return st;
    }
    *out = a;
    return MOTE_OK;
}

void mote_augment_destroy(mote_augment *a)
{
    if (!a)
        return;
    mote_world_destroy(a->world);
    mote_under_destroy(a->under, a->n_under);
    mote_free(a->own);
    mote_free(a->views);
    mote_free(a->scratches);
    mote_free(a->room_i16);
    mote_free(a->room_f32);
    mote_free(a->room_tract);
    mote_tract_release(&a->tract);
    mote_free(a);
}
