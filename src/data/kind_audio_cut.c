/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting clips from recordings, and silence from backgrounds: see kind_audio.h. */
#include <math.h>
#include <string.h>

#include "data/dataset_internal.h"
#include "data/kind_audio.h"
#include "data/stretch.h"
#include "project/project.h"

/* ---- one clip ------------------------------------------------------------------------------ */

static int64_t square(int16_t x)
{
    return (int64_t)x * x;
}

/* Where the window of the most energy starts: the middle of the run of windows around the best
 * one that have at least 98 % of its energy. Energies are exact integers, so ties are ties. */
static size_t best_window(const int16_t *in, size_t n, size_t len)
{
    int64_t energy = 0, best = -1;
    size_t best_at = 0, n_windows = n - len + 1;
    for (size_t i = 0; i < len; i++)
        energy += square(in[i]);
    for (size_t at = 0; at < n_windows; at++) {
        if (energy > best) {
            best = energy;
            best_at = at;
        }
        if (at + 1 < n_windows)
            energy += square(in[at + len]) - square(in[at]);
    }
    /* Second walk: the run of good windows that holds best_at. */
    const int64_t enough = best - best / 50;
    size_t run_start = 0, run_end = 0;
    bool in_run = false;
    energy = 0;
    for (size_t i = 0; i < len; i++)
        energy += square(in[i]);
    for (size_t at = 0; at < n_windows; at++) {
        if (energy >= enough) {
            if (!in_run)
                run_start = at;
            run_end = at;
            in_run = true;
        } else {
            in_run = false;
            if (at > best_at)
                break;
        }
        if (at + 1 < n_windows)
            energy += square(in[at + len]) - square(in[at]);
    }
    return run_start + (run_end - run_start) / 2;
}

void mote_audio_fit(const int16_t *in, size_t n, int16_t *out, size_t clip_samples)
{
    if (n >= clip_samples) {
        size_t at = n > clip_samples ? best_window(in, n, clip_samples) : 0;
        memcpy(out, in + at, clip_samples * sizeof *out);
        return;
    }
    size_t before = (clip_samples - n) / 2;
    memset(out, 0, clip_samples * sizeof *out);
    memcpy(out + before, in, n * sizeof *out);
}

/* Samples of one clip. */
static size_t clip_samples_of(const mote_cut_config *cfg)
{
    return (size_t)llround(cfg->length_ms * cfg->rate_hz / 1000.0);
}

mote_status mote_audio_check_cut(const mote_cut_config *cfg, mote_err *err)
{
    double samples = cfg->length_ms * cfg->rate_hz / 1000.0;
    if (!(cfg->rate_hz >= MOTE_AUDIO_MIN_RATE_HZ && cfg->rate_hz <= MOTE_AUDIO_MAX_RATE_HZ) ||
        !(samples >= 1.0 && samples <= 1e8))
        return mote_fail(err, MOTE_ARG, "data set: clips of %g ms at %d Hz are not possible",
                         cfg->length_ms, (int)cfg->rate_hz);
    return MOTE_OK;
}

mote_status mote_audio_shape(const mote_decoded *d, const mote_cut_config *cfg, mote_shape *out,
                             mote_err *err)
{
    (void)d;
    mote_shape s = {.dtype = MOTE_I16, .n_dims = 1, .dims = {(int32_t)clip_samples_of(cfg)}};
    MOTE_TRY(mote_shape_check("a clip", &s, err));
    *out = s;
    return MOTE_OK;
}

/* The part of a recording that the piece means. */
static mote_audio_view part_of(const mote_piece *s)
{
    const mote_audio *a = mote_decoded_audio(s->decoded);
    size_t from = 0, to = a->n;
    if (s->to_us > 0) {
        from = (size_t)(s->from_us * a->rate_hz / 1000000);
        to = (size_t)(s->to_us * a->rate_hz / 1000000);
        to = to < a->n ? to : a->n;
        from = from < to ? from : to;
    }
    return (mote_audio_view){a->samples + from, to - from};
}

/* Samples from one clip of a recording to the next; 0: a recording is one clip. */
static size_t stride_of(const mote_cut_config *cfg)
{
    return (size_t)llround(cfg->stride_ms * cfg->rate_hz / 1000.0);
}

bool mote_audio_gives_one(const mote_cut_config *cfg)
{
    return stride_of(cfg) == 0;
}

size_t mote_audio_count(const mote_piece *s, const mote_cut_config *cfg)
{
    const size_t n = part_of(s).n, clip = clip_samples_of(cfg), stride = stride_of(cfg);
    return stride == 0 || n < clip ? 1 : (n - clip) / stride + 1;
}

void mote_audio_cut(const mote_piece *s, const mote_cut_config *cfg, size_t k, void *out)
{
    const mote_audio_view part = part_of(s);
    const size_t clip = clip_samples_of(cfg), stride = stride_of(cfg);
    if (stride == 0 || part.n < clip)
        mote_audio_fit(part.samples, part.n, out, clip);
    else
        memcpy(out, part.samples + k * stride, clip * sizeof(int16_t));
}

/* ---- backgrounds --------------------------------------------------------------------------- */

/* The stretches of one data set, while they are read. */
typedef struct {
    mote_loader *l;
    mote_stretch *shares; /* [v->n]; NULL: all of them */
    mote_audio_view *items;
    size_t n;
} backgrounds;

/* Copy [from, to) of a recording into the data set. */
static mote_status copy_stretch(backgrounds *b, const mote_audio *audio, double from, double to,
                                mote_err *err)
{
    size_t first = (size_t)llround((double)audio->n * from);
    size_t n = (size_t)llround((double)audio->n * to) - first;
    int16_t *samples = NULL;
    if (n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_loader_account(b->l, n * sizeof *samples, err));
    MOTE_TRY(mote_arena_take(&b->l->d->arena, n, sizeof *samples, &samples, err));
    memcpy(samples, audio->samples + first, n * sizeof *samples);
    b->items[b->n++] = (mote_audio_view){samples, n};
    return MOTE_OK;
}

/* The stretch of one background recording that belongs to the split. */
static mote_status load_stretch(backgrounds *b, size_t item, mote_err *err)
{
    const mote_version_item *it = &b->l->v->items[item];
    double from = b->shares ? b->shares[item].from : 0.0;
    double to = b->shares ? b->shares[item].to : 1.0;
    if (!(to > from))
        return MOTE_OK;
    mote_loaded one;
    MOTE_TRY(mote_loader_decode(b->l, it, &one, err));
    const mote_audio *audio = mote_decoded_audio(&one.d);
    mote_status st = copy_stretch(b, audio, from, fmin(to, 1.0), err);
    if (st == MOTE_OK && to > 1.0) /* it goes on at the beginning */
        st = copy_stretch(b, audio, 0.0, to - 1.0, err);
    mote_loaded_done(&one);
    return st;
}

mote_status mote_audio_load_own(mote_loader *l, mote_err *err)
{
    const mote_dataset_config *cfg = l->cfg;
    const mote_listener who = {.split = cfg->split,
                               .clip_us = (int64_t)llround(cfg->cut.length_ms * 1000.0),
                               .n_folds = cfg->n_folds,
                               .round = cfg->round};
    backgrounds b = {.l = l};
    mote_audio_own *own = NULL;
    MOTE_TRY(
        mote_arena_take(&l->d->arena, 2 * l->v->n_background + 1, sizeof *b.items, &b.items, err));
    if (!cfg->all_splits)
        MOTE_TRY(mote_stretches(l->v, &who, l->scratch, &b.shares, err));
    for (size_t i = 0; i < l->v->n; i++) {
        if (l->v->items[i].role == MOTE_ROLE_BACKGROUND)
            MOTE_TRY(load_stretch(&b, i, err));
    }
    MOTE_TRY(mote_arena_take(&l->d->arena, 1, sizeof *own, &own, err));
    *own = (mote_audio_own){(int32_t)cfg->cut.rate_hz, {b.items, b.n}};
    l->d->own = own;
    return MOTE_OK;
}

/* Silence: n clips at evenly spaced places of all the stretches laid end to end. */
mote_status mote_audio_make_silence(mote_loader *l, void *out, mote_err *err)
{
    const mote_audio_set *b = &mote_audio_of(l->d)->background;
    const size_t len = clip_samples_of(&l->cfg->cut);
    size_t places = 0;
    for (size_t i = 0; i < b->n; i++)
        places += b->items[i].n >= len ? b->items[i].n - len + 1 : 0;
    if (l->n_nothing > 0 && places == 0)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "class _silence_ needs background recordings that "
                         "give %s at least one clip; add some with 'mote data add FOLDER --role "
                         "background' or 'mote data synth --background-only'",
                         l->cfg->all_splits ? "the data" : mote_split_name(l->cfg->split));
    for (size_t k = 0; k < l->n_nothing; k++) {
        size_t at = (size_t)(((double)k + 0.5) * (double)places / (double)l->n_nothing), s = 0;
        for (;; s++) {
            size_t here = b->items[s].n >= len ? b->items[s].n - len + 1 : 0;
            if (at < here)
                break;
            at -= here;
        }
        memcpy((int16_t *)out + k * len, b->items[s].samples + at, len * sizeof(int16_t));
    }
    return MOTE_OK;
}
