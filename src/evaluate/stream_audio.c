/* SPDX-License-Identifier: Apache-2.0 */
/* Building a stream of sound, see stream_audio.h. */
#include "evaluate/stream_audio.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "data/audio_place.h"

#define RNG_ORDER     0x6f726472u /* "ordr": which clip stands where */
#define RNG_SLOT      0x736c6f74u /* "slot": position, SNR and noise of a slot */
#define FADE_S        0.02        /* between noise pieces */
#define EDGE_S        0.005       /* of a clip, so that it does not click */
#define QUIET_RMS     100.0       /* noise around a clip that is silent itself */
#define MAX_NOISE_RMS 8000.0      /* a quarter of full scale: peaks stay inside */

mote_stream_config mote_stream_config_of(const mote_project_stream *s, uint64_t seed)
{
    return (mote_stream_config){.hours = s->hours,
                                .snr_db = s->noise_snr_db,
                                .gap_s = (s->tolerance_ms + 250) / 1000,
                                .seed = seed};
}

static mote_status check(const mote_stream_material *m, const mote_stream_config *cfg,
                         mote_err *err)
{
    if (m->rate_hz < 1000 || m->rate_hz > 192000 || m->clip_samples == 0 ||
        m->clip_samples > 10u * 192000u || m->n > INT32_MAX || m->n_keywords < 1 ||
        m->n_keywords > MOTE_MODEL_MAX_EVENTS)
        return mote_fail(err, MOTE_ARG,
                         "stream: rate %d Hz, clips of %zu samples or %d keywords is out of range",
                         m->rate_hz, m->clip_samples, m->n_keywords);
    if (!(cfg->hours > 0 && cfg->hours <= 1000) || !(cfg->gap_s >= 0 && cfg->gap_s <= 60) ||
        !(cfg->snr_db.lo <= cfg->snr_db.hi && cfg->snr_db.lo >= -60 && cfg->snr_db.hi <= 120))
        return mote_fail(err, MOTE_ARG,
                         "stream: %g hours, gap %g s or SNR %g..%g dB is out of range", cfg->hours,
                         cfg->gap_s, cfg->snr_db.lo, cfg->snr_db.hi);
    return MOTE_OK;
}

/* Clips that may be placed, in drawn order. */
static mote_status draw_order(const mote_stream_material *m, uint64_t seed, mote_arena *a,
                              uint32_t **out, size_t *n, mote_err *err)
{
    uint32_t *order = NULL;
    size_t n_usable = 0;
    MOTE_TRY(mote_arena_take(a, m->n, sizeof *order, &order, err));
    for (size_t i = 0; i < m->n; i++)
        if (m->class_id[i] != m->silence_class)
            order[n_usable++] = (uint32_t)i;
    mote_rng rng;
    mote_rng_init_stream(&rng, seed, RNG_ORDER, 0);
    mote_rng_shuffle_u32(&rng, order, n_usable);
    *out = order;
    *n = n_usable;
    return MOTE_OK;
}

static double rms(const int16_t *pcm, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return sqrt(sum / (double)n);
}

/* A stretch of one recording, wrapping round at its end; samples NULL: white noise of RMS 1. */
typedef struct {
    const int16_t *samples;
    size_t n, at;
    double gain;
    mote_rng rng;
} noise_piece;

static double noise_next(noise_piece *p)
{
    if (!p->samples)
        return p->gain * mote_rng_normal(&p->rng);
    double x = p->gain * p->samples[p->at];
    p->at = p->at + 1 == p->n ? 0 : p->at + 1;
    return x;
}

static void scale_piece(noise_piece *p, size_t n, double wanted_rms)
{
    double sum = 0;
    size_t at = p->at;
    for (size_t i = 0; p->samples && i < n; i++) {
        sum += (double)p->samples[at] * p->samples[at];
        at = at + 1 == p->n ? 0 : at + 1;
    }
    double is = p->samples ? sqrt(sum / (double)n) : 1;
    p->gain = is > 0 ? fmin(wanted_rms, MAX_NOISE_RMS) / is : 0;
}

/* Any place of any recording, each sample as likely as another. */
static noise_piece draw_piece(const mote_audio_set *noise, mote_rng *rng)
{
    size_t total = 0;
    for (size_t i = 0; i < noise->n; i++)
        total += noise->items[i].n;
    noise_piece p = {.gain = 1};
    mote_rng_init(&p.rng, mote_rng_u64(rng));
    size_t at = (size_t)(mote_rng_uniform(rng) * (double)total);
    for (size_t i = 0; i < noise->n; i++) {
        if (at < noise->items[i].n) {
            p.samples = noise->items[i].samples;
            p.n = noise->items[i].n;
            p.at = at;
            return p;
        }
        at -= noise->items[i].n;
    }
    return p;
}

static int16_t to_i16(double x)
{
    double y = nearbyint(x);
    return (int16_t)(y < -32768 ? -32768 : y > 32767 ? 32767 : y);
}

/* Add sound to the bed, its first and last edge samples faded. */
static void mix(const int16_t *x, size_t n, size_t edge, double *bed)
{
    for (size_t i = 0; i < n; i++) {
        double fade = 1;
        if (i < edge)
            fade = (double)(i + 1) / (double)(edge + 1);
        else if (n - i <= edge)
            fade = (double)(n - i) / (double)(edge + 1);
        bed[i] += fade * x[i];
    }
}

typedef struct {
    const mote_stream_material *m;
    const mote_stream_config *cfg;
    mote_stream_track *track;
    int16_t *pcm;       /* the steps of the track */
    double *tail, *bed; /* [n_fade] the piece before, faded out; [clip_samples + 2 margin] */
    int16_t *around;    /* [3 clip_samples]: the clip with what is before and after it */
    size_t n_fade, n_edge;
    size_t margin; /* before and after a clip, in which it goes on as it was and fades out */
} builder;

/* Add a clip to the bed. One that has quiet parts goes on with them before and after it, and fades
 * out over the margin, as training has it (data/audio_place.h): a recording does not begin and end
 * with its clip. */
static void mix_clip(builder *b, const int16_t *clip, mote_rng *rng)
{
    const mote_stream_material *m = b->m;
    const size_t n = m->clip_samples;
    const mote_placed p = mote_place_look(clip, n, m->rate_hz);
    const mote_surroundings around = {.background = &m->noise};
    if (p.quiet.to == p.quiet.from || b->margin <= b->n_edge) {
        mix(clip, n, b->n_edge, b->bed + b->margin);
        return;
    }
    const int64_t length = (int64_t)n;
    for (size_t k = 0; k < 3; k++)
        mote_place_cut(&p, (int64_t)k * length - length, &around, rng, b->around + k * n);
    mix(b->around + n - b->margin, n + 2 * b->margin, b->margin, b->bed);
}

/* Slot `slot` of samples [from, to) with one clip somewhere in it. */
static void fill_slot(builder *b, size_t slot, size_t from, size_t to, uint32_t clip)
{
    const mote_stream_material *m = b->m;
    const size_t gap = (size_t)(b->cfg->gap_s * m->rate_hz), n = to - from;
    const size_t n_bed = m->clip_samples + 2 * b->margin;
    const int16_t *pcm = m->pcm + (size_t)clip * m->clip_samples;
    mote_rng rng;
    mote_rng_init_stream(&rng, b->cfg->seed, RNG_SLOT, slot);

    double snr_db = mote_rng_range(&rng, b->cfg->snr_db.lo, b->cfg->snr_db.hi);
    size_t free_samples = n - gap - m->clip_samples;
    size_t start = from + gap / 2 + (size_t)(mote_rng_uniform(&rng) * (double)(free_samples + 1));
    noise_piece piece = draw_piece(&m->noise, &rng);
    double loud = rms(pcm, m->clip_samples);
    scale_piece(&piece, n, loud > 0 ? loud / pow(10, snr_db / 20) : QUIET_RMS);

    mote_stream_event *e = &b->track->events[slot];
    *e = (mote_stream_event){(int64_t)start, (int64_t)(start + m->clip_samples), m->class_id[clip],
                             (int32_t)clip};
    b->track->n_targets += e->class_id < m->n_keywords;
    for (size_t i = 0; i < n; i++) {
        double x = noise_next(&piece);
        if (i < b->n_fade) /* equal power: the pieces are not correlated */
            x = slot == 0 ? x : x * sqrt((double)i / (double)b->n_fade) + b->tail[i];
        size_t at = from + i;
        if (at + b->margin >= start && at < start + m->clip_samples + b->margin)
            b->bed[at + b->margin - start] = x;
        else
            b->pcm[at] = to_i16(x);
    }
    mix_clip(b, pcm, &rng);
    for (size_t i = 0; i < n_bed; i++)
        b->pcm[start - b->margin + i] = to_i16(b->bed[i]);
    for (size_t i = 0; i < b->n_fade; i++)
        b->tail[i] = noise_next(&piece) * sqrt(1 - (double)i / (double)b->n_fade);
}

mote_status mote_stream_build(const mote_stream_material *m, const mote_stream_config *cfg,
                              mote_arena *a, mote_stream_track *out, mote_err *err)
{
    MOTE_TRY(check(m, cfg, err));
    uint32_t *order = NULL;
    size_t n_usable = 0;
    mote_stream_track t = {.rate_hz = m->rate_hz,
                           .n = (size_t)(cfg->hours * 3600 * m->rate_hz),
                           .step_bytes = sizeof(int16_t)};
    int16_t *pcm = NULL;
    const size_t gap = (size_t)(cfg->gap_s * m->rate_hz);
    builder b = {.m = m,
                 .cfg = cfg,
                 .track = &t,
                 .n_fade = (size_t)(FADE_S * m->rate_hz),
                 .n_edge = (size_t)(EDGE_S * m->rate_hz),
                 .margin = gap / 2 < m->clip_samples ? gap / 2 : m->clip_samples};
    MOTE_TRY(draw_order(m, cfg->seed, a, &order, &n_usable, err));
    size_t least = m->clip_samples + gap;
    least = least > b.n_fade ? least : b.n_fade;
    t.n_events = n_usable < t.n / least ? n_usable : t.n / least;
    if (t.n_events == 0)
        return mote_fail(err, MOTE_ARG, "stream: %s",
                         n_usable == 0 ? "there are no clips of words to place"
                                       : "too short for one clip and its gap");
    MOTE_TRY(mote_arena_take(a, t.n_events, sizeof *t.events, &t.events, err));
    MOTE_TRY(mote_arena_take(a, t.n, sizeof *pcm, &pcm, err));
    t.steps = b.pcm = pcm;
    MOTE_TRY(mote_arena_take(a, b.n_fade, sizeof *b.tail, &b.tail, err));
    MOTE_TRY(mote_arena_take(a, m->clip_samples + 2 * b.margin, sizeof *b.bed, &b.bed, err));
    MOTE_TRY(mote_arena_take(a, 3 * m->clip_samples, sizeof *b.around, &b.around, err));
    size_t slot_samples = t.n / t.n_events;
    for (size_t i = 0; i < t.n_events; i++)
        fill_slot(&b, i, i * slot_samples, i + 1 == t.n_events ? t.n : (i + 1) * slot_samples,
                  order[i]);
    *out = t;
    return MOTE_OK;
}
