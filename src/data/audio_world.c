/* SPDX-License-Identifier: Apache-2.0 */
/* Clips through the world. See audio_world.h.
 *
 * The numbers are drawn in a fixed order whatever is switched on, so that switching one effect on
 * does not change what the others draw. */
#include "data/audio_world.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "data/audio_codec.h"
#include "data/audio_level.h"
#include "data/audio_response.h"
#include "data/loops.h"

#define N_ROOMS              96
#define N_MICROPHONES        128
#define N_BANDS              24
#define LINE_HZ              8000
#define SPEECH_OVER_FLOOR_DB 6.0
#define LINE_FLOATS          ((size_t)16) /* of the cache */

enum { ROOMS = 1, MICROPHONES, LOUDSPEAKERS, TELEPHONES }; /* streams of the rng */
enum { MU_LAW, A_LAW, ADPCM, SUB_BAND, LINEAR, N_CODECS };
static const char *const codecs[N_CODECS] = {"mu-law", "a-law", "adpcm", "sub-band", "linear"};

struct mote_world {
    mote_world_setup setup;
    mote_convolver convolver;
    mote_lane_fft frames; /* of the sub-band coder: 32 ms or a little less */
    mote_response_set rooms, microphones, loudspeakers, telephones;
    int codec;                          /* N_CODECS: any */
    size_t clip_floats, scratch_floats; /* of one worker: a clip, with the rest; of whole lines */
    float *scratch;                     /* [n_workers][a clip, then scratch], aligned to a line */
};

bool mote_world_is_wanted(const mote_project_effects *e)
{
    return e->loudspeaker.probability > 0 || e->room.probability > 0 ||
           e->microphone.probability > 0 || e->level.probability > 0 || e->floor.probability > 0 ||
           e->clipping.probability > 0 || e->compression.probability > 0 ||
           e->automatic_gain.probability > 0 || e->telephone.probability > 0 ||
           e->codec.probability > 0;
}

/* ---- making -------------------------------------------------------------------------------- */

/* Is every number of an effect in its range, and every range one? The rows of effects.def. */
static bool is_in(mote_span s, double lo, double hi)
{
    return s.lo >= lo && s.hi <= hi && s.lo <= s.hi;
}

#define GOOD_NUM(f, lo, hi)    ((f) >= (lo) && (f) <= (hi))
#define GOOD_INT(f, lo, hi)    ((f) >= (lo) && (f) <= (hi))
#define GOOD_SPAN(f, lo, hi)   is_in(f, lo, hi)
#define GOOD_CHOICE(f, lo, hi) ((f) != NULL)

static mote_status check(const mote_project_effects *e, mote_err *err)
{
#define EFFECT(key, type, unit, lo, hi, choices, preset, field, doc)                               \
    if (!GOOD_##type(e->field, lo, hi))                                                            \
        return mote_fail(err, MOTE_ARG, "'augmentation.%s' is out of its range", key);
#include "project/effects.def"
    return MOTE_OK;
}

static mote_status make_rooms(mote_world *w, mote_err *err)
{
    MOTE_TRY(mote_response_set_init(N_ROOMS, &w->rooms, err));
    for (size_t i = 0; i < N_ROOMS; i++) {
        mote_rng r;
        mote_room_response room;
        mote_rng_init_stream(&r, w->setup.seed, ROOMS, i);
        MOTE_TRY(mote_room_response_make(&w->setup.effects, w->setup.rate_hz, &r, &room, err));
        mote_status st =
            mote_response_init(&w->convolver, room.taps, room.n, &w->rooms.items[i], err);
        mote_free(room.taps);
        if (st != MOTE_OK)
            return st;
    }
    return MOTE_OK;
}

/* Responses of one kind of device. */
static mote_status make_devices(mote_world *w, int kind, size_t n, mote_response_set *set,
                                mote_err *err)
{
    const mote_project_effects *e = &w->setup.effects;
    MOTE_SCOPED_FREE double *gain_db = mote_alloc(w->convolver.block + 1, sizeof *gain_db);
    if (!gain_db)
        return mote_fail(err, MOTE_NOMEM, "responses of devices");
    MOTE_TRY(mote_response_set_init(n, set, err));
    for (size_t i = 0; i < n; i++) {
        mote_rng r;
        mote_rng_init_stream(&r, w->setup.seed, (uint64_t)kind, i);
        const mote_span low = kind == LOUDSPEAKERS ? e->loudspeaker.low_hz : e->telephone.low_hz;
        const mote_span high = kind == LOUDSPEAKERS ? e->loudspeaker.high_hz : e->telephone.high_hz;
        if (kind == MICROPHONES) {
            mote_microphone_magnitude(&w->convolver, e, &r, gain_db);
        } else { /* the upper edge is drawn first: in one call each compiler has its own order */
            const double high_hz = mote_rng_range(&r, high.lo, high.hi);
            const double low_hz = mote_rng_range(&r, low.lo, low.hi);
            mote_band_magnitude(&w->convolver, low_hz, high_hz, kind == LOUDSPEAKERS ? 2 : 8,
                                gain_db);
        }
        MOTE_TRY(mote_response_of_magnitude(&w->convolver, gain_db, &set->items[i], err));
    }
    return MOTE_OK;
}

static mote_status make_responses(mote_world *w, mote_err *err)
{
    const mote_project_effects *e = &w->setup.effects;
    if (e->room.probability > 0)
        MOTE_TRY(make_rooms(w, err));
    if (e->microphone.probability > 0)
        MOTE_TRY(make_devices(w, MICROPHONES, N_MICROPHONES, &w->microphones, err));
    if (e->loudspeaker.probability > 0)
        MOTE_TRY(make_devices(w, LOUDSPEAKERS, N_BANDS, &w->loudspeakers, err));
    if (e->telephone.probability > 0)
        MOTE_TRY(make_devices(w, TELEPHONES, N_BANDS, &w->telephones, err));
    return MOTE_OK;
}

static size_t whole_lines(size_t floats)
{
    return (floats + LINE_FLOATS - 1) / LINE_FLOATS * LINE_FLOATS;
}

static mote_status make_scratch(mote_world *w, mote_err *err)
{
    const size_t n = w->setup.clip_samples;
    uint32_t frame = 8;
    while (frame * 2 <= (uint32_t)w->setup.rate_hz / 32)
        frame *= 2;
    MOTE_TRY(mote_lane_fft_init(frame, &w->frames, err));
    const size_t a = mote_convolver_scratch(&w->convolver), b = (size_t)frame * 3 * MOTE_LANES;
    w->clip_floats = whole_lines(n);
    w->scratch_floats = w->clip_floats + whole_lines(a > b ? a : b);
    w->scratch = mote_alloc_aligned(LINE_FLOATS * sizeof(float), (size_t)w->setup.n_workers,
                                    w->scratch_floats * sizeof(float));
    return w->scratch ? MOTE_OK
                      : mote_fail(err, MOTE_NOMEM, "augmentation of clips of %zu samples", n);
}

mote_status mote_world_create(const mote_world_setup *setup, mote_world **out, mote_err *err)
{
    MOTE_TRY(check(&setup->effects, err));
    mote_world *w = mote_alloc_zero(1, sizeof *w);
    if (!w)
        return mote_fail(err, MOTE_NOMEM, "augmentation");
    w->setup = *setup;
    while (w->codec < N_CODECS && strcmp(codecs[w->codec], setup->effects.codec.kind) != 0)
        w->codec++;
    mote_status st = mote_convolver_init(setup->rate_hz, setup->clip_samples, &w->convolver, err);
    if (st == MOTE_OK)
        st = make_scratch(w, err);
    if (st == MOTE_OK)
        st = make_responses(w, err);
    if (st != MOTE_OK) {
        mote_world_destroy(w);
        return st;
    }
    *out = w;
    return MOTE_OK;
}

void mote_world_destroy(mote_world *w)
{
    if (!w)
        return;
    mote_convolver_release(&w->convolver);
    mote_lane_fft_release(&w->frames);
    mote_response_set_release(&w->rooms);
    mote_response_set_release(&w->microphones);
    mote_response_set_release(&w->loudspeakers);
    mote_response_set_release(&w->telephones);
    mote_free(w->scratch);
    mote_free(w);
}

/* ---- what is drawn ------------------------------------------------------------------------- */

static double draw_from(mote_rng *r, mote_span s)
{
    return mote_rng_range(r, s.lo, s.hi);
}

static bool happens(mote_rng *r, double probability)
{
    return mote_rng_uniform(r) < probability;
}

void mote_world_draw(const mote_world *w, mote_rng *r, mote_world_plan *out)
{
    const mote_project_effects *e = &w->setup.effects;
    mote_world_plan p = {.loudspeaker = happens(r, e->loudspeaker.probability)};
    p.loudspeaker_which = mote_rng_uniform(r);
    p.drive_db = draw_from(r, e->loudspeaker.drive_db);
    p.room = happens(r, e->room.probability);
    p.room_which = mote_rng_uniform(r);
    p.microphone = happens(r, e->microphone.probability);
    p.microphone_which = mote_rng_uniform(r);
    p.level = happens(r, e->level.probability);
    p.level_dbfs = draw_from(r, e->level.dbfs);
    p.floor = happens(r, e->floor.probability);
    p.floor_dbfs = draw_from(r, e->floor.dbfs);
    p.clipping = happens(r, e->clipping.probability);
    p.clipping_share = draw_from(r, e->clipping.share);
    p.compression = happens(r, e->compression.probability);
    p.ratio = draw_from(r, e->compression.ratio);
    p.release_ms = draw_from(r, e->compression.release_ms);
    p.automatic_gain = happens(r, e->automatic_gain.probability);
    p.agc_dbfs = draw_from(r, e->automatic_gain.dbfs);
    p.telephone = happens(r, e->telephone.probability);
    p.telephone_which = mote_rng_uniform(r);
    p.is_a_law = mote_rng_below(r, 2) != 0;
    p.codec = happens(r, e->codec.probability);
    const int any = (int)mote_rng_below(r, N_CODECS);
    p.codec_kind = w->codec < N_CODECS ? w->codec : any;
    const double lo = ceil(e->codec.bits.lo), hi = floor(e->codec.bits.hi);
    p.codec_bits = (int)floor(mote_rng_range(r, lo, (hi > lo ? hi : lo) + 1.0));
    p.line_dbfs = mote_rng_range(r, -30.0, -12.0);
    mote_rng_init(&p.noise, mote_rng_u64(r));
    *out = p;
}

/* ---- what is done -------------------------------------------------------------------------- */

static mote_floats load(const mote_world *w, int32_t worker, const int16_t *x)
{
    float *to = w->scratch + (size_t)worker * w->scratch_floats;
    mote_loops_best()->from_i16(x, w->setup.clip_samples, 1.0f / 32768.0f, to);
    return (mote_floats){to, w->setup.clip_samples, w->setup.rate_hz};
}

static void save(const mote_floats *s, int16_t *x)
{
    mote_loops_best()->to_i16(s->x, s->n, 32768.0f, x);
}

static void convolve(const mote_world *w, const mote_response_set *set, double which,
                     const mote_floats *s)
{
    mote_convolve(&w->convolver, &set->items[(size_t)(which * (double)set->n)],
                  s->x + w->clip_floats, s->x);
}

void mote_world_before(const mote_world *w, int32_t worker, const mote_world_plan *p, int16_t *x)
{
    MOTE_BUG_IF(worker < 0 || worker >= w->setup.n_workers);
    if (!p->loudspeaker && !p->room)
        return;
    const mote_floats s = load(w, worker, x);
    const double level = mote_floats_speech_dbfs(&s);
    if (p->loudspeaker) {
        mote_floats_saturate(&s, p->drive_db);
        convolve(w, &w->loudspeakers, p->loudspeaker_which, &s);
    }
    if (p->room)
        convolve(w, &w->rooms, p->room_which, &s);
    mote_floats_set_level(&s, level); /* the level of the word is set elsewhere */
    save(&s, x);
}

/* The line has one sample in `step`; those between are filled in by its filter. */
static void telephone(const mote_world *w, const mote_world_plan *p, const mote_floats *s)
{
    const size_t step = s->rate_hz >= 2 * LINE_HZ ? (size_t)(s->rate_hz / LINE_HZ) : 1;
    convolve(w, &w->telephones, p->telephone_which, s);
    if (p->is_a_law)
        mote_codec_a_law(s->x, s->n, step);
    else
        mote_codec_mu_law(s->x, s->n, step);
    if (step > 1)
        convolve(w, &w->telephones, p->telephone_which, s);
}

static void code(const mote_world *w, const mote_world_plan *p, const mote_floats *s)
{
    switch (p->codec_kind) {
    case MU_LAW:
        mote_codec_mu_law(s->x, s->n, 1);
        break;
    case A_LAW:
        mote_codec_a_law(s->x, s->n, 1);
        break;
    case ADPCM:
        mote_codec_adpcm(s->x, s->n);
        break;
    case SUB_BAND:
        mote_codec_sub_band(&w->frames, s->x + w->clip_floats, s->x, s->n, p->codec_bits);
        break;
    default:
        mote_codec_linear(s->x, s->n, p->codec_bits);
        break;
    }
}

static void convert(const mote_world_plan *p, const mote_floats *s, mote_rng *noise)
{
    if (p->level)
        mote_floats_set_level(s, p->level_dbfs);
    if (p->floor) {
        const double most = mote_floats_speech_dbfs(s) - SPEECH_OVER_FLOOR_DB;
        const bool is_silent = most < -96.0 - SPEECH_OVER_FLOOR_DB;
        mote_floats_add_floor(s, is_silent || p->floor_dbfs < most ? p->floor_dbfs : most, noise);
    }
    if (p->clipping)
        mote_floats_clip(s, p->clipping_share);
    if (p->compression)
        mote_floats_compress(s, p->ratio, p->release_ms);
    if (p->automatic_gain)
        mote_floats_automatic_gain(s, p->agc_dbfs);
}

void mote_world_after(const mote_world *w, int32_t worker, mote_world_plan *p, int16_t *x)
{
    MOTE_BUG_IF(worker < 0 || worker >= w->setup.n_workers);
    if (!p->microphone && !p->level && !p->floor && !p->clipping && !p->compression &&
        !p->automatic_gain && !p->telephone && !p->codec)
        return;
    const mote_floats s = load(w, worker, x);
    if (p->microphone) {
        const double level = mote_floats_speech_dbfs(&s);
        convolve(w, &w->microphones, p->microphone_which, &s);
        mote_floats_set_level(&s, level);
    }
    convert(p, &s, &p->noise);
    if (p->telephone || p->codec) {
        const double level = mote_floats_speech_dbfs(&s);
        mote_floats_set_level(&s, p->line_dbfs);
        if (p->telephone)
            telephone(w, p, &s);
        if (p->codec)
            code(w, p, &s);
        mote_floats_set_level(&s, level);
    }
    save(&s, x);
}
