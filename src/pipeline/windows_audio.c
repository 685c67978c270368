/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of training as a stream brings them: see windows_audio.h. */
#include "pipeline/windows_audio.h"

#include <math.h>
#include <string.h>

#include "data/audio_place.h"
#include "data/kind_audio.h"

#define CUT_SHARE       0.15 /* of the windows: the word is cut */
#define MOST_OF_A_CUT   0.7  /* of the word that such a window holds */
#define SLIGHT          0.1  /* of the word that may be missing all the same */
#define IS_OTHER        0.5
#define IS_WORD         0.9
#define IS_NOTHING      0.15
#define OTHER_WORD      0.2 /* of the windows: before, and after */
#define LEAST_GAP_S     0.1
#define MOST_GAP_S      0.5
#define SEEN_OF_ANOTHER 0.5 /* more of another keyword would make two answers right */
#define NO_WORD_S       0.1 /* a clip in which nothing stands out is moved by up to this */

struct mote_windows {
    const mote_dataset *data;
    int64_t most;             /* samples off the middle */
    int32_t unknown, silence; /* classes; -1: there is none */
    mote_placed *placed;      /* [n] */
    int16_t *out;             /* [n_workers][elements] */
    mote_arena arena;
};

bool mote_windows_wanted(const mote_augment_config *cfg)
{
    return cfg->position && strcmp(cfg->position, "stream") == 0;
}

static int32_t class_of(const mote_dataset *d, const char *name)
{
    for (size_t c = 0; c < d->n_classes; c++)
        if (strcmp(d->classes[c], name) == 0)
            return (int32_t)c;
    return -1;
}

static mote_status look(mote_windows *w, int32_t n_workers, mote_err *err)
{
    const mote_dataset *d = w->data;
    const size_t n = mote_dataset_elements(d);
    MOTE_TRY(mote_arena_take(&w->arena, d->n, sizeof *w->placed, &w->placed, err));
    MOTE_TRY(mote_arena_take(&w->arena, (size_t)n_workers, n * sizeof *w->out, &w->out, err));
    for (size_t i = 0; i < d->n; i++)
        w->placed[i] = mote_place_look(mote_dataset_sample(d, i), n, mote_audio_of(d)->rate_hz);
    return MOTE_OK;
}

mote_status mote_windows_create(const mote_dataset *d, double shift_ms, int32_t n_workers,
                                mote_windows **out, mote_err *err)
{
    mote_windows *w = mote_alloc_zero(1, sizeof *w);
    if (!w)
        return mote_fail(err, MOTE_NOMEM, "no memory for windows of training");
    w->data = d;
    w->most = llround(shift_ms * mote_audio_of(d)->rate_hz / 1000.0);
    w->unknown = class_of(d, MOTE_CLASS_UNKNOWN);
    w->silence = class_of(d, MOTE_CLASS_SILENCE);
    mote_arena_init(&w->arena, (size_t)4 << 30);
    const mote_status st = look(w, n_workers, err);
    if (st != MOTE_OK) {
        mote_windows_destroy(w);
        return st;
    }
    *out = w;
    return MOTE_OK;
}

void mote_windows_destroy(mote_windows *w)
{
    if (!w)
        return;
    mote_arena_release(&w->arena);
    mote_free(w);
}

/* ---- where it lies ----------------------------------------------------------------------- */

/* All of the word, or nearly: anywhere it fits, as far as the limit allows. */
static int64_t draw_whole(const mote_windows *w, const mote_placed *p, mote_rng *rng)
{
    const double word = (double)(p->word.to - p->word.from), free = (double)p->n - word;
    double most = fmin(free / 2.0 + SLIGHT * word, (double)w->most);
    if (!p->stands_out)
        most = fmin(NO_WORD_S * p->rate_hz, (double)w->most);
    return llround(mote_rng_range(rng, -most, most));
}

/* A part of it, at the begin or the end of the window. */
static int64_t draw_cut(const mote_placed *p, mote_rng *rng)
{
    const double word = (double)(p->word.to - p->word.from), n = (double)p->n;
    const double share = MOST_OF_A_CUT * mote_rng_uniform(rng);
    const double off = n / 2.0 + word / 2.0 - share * word;
    return llround(mote_rng_below(rng, 2) ? off : -off);
}

/* What the window is called. Another word that is cut is another word still. */
static void call(const mote_windows *w, double share, mote_source_target *t)
{
    const double is_word = fmin(fmax((share - IS_OTHER) / (IS_WORD - IS_OTHER), 0.0), 1.0);
    const bool is_nothing = share < IS_NOTHING && w->silence >= 0;
    *t = (mote_source_target){(float)is_word,
                              is_nothing || w->unknown < 0 ? w->silence : w->unknown};
}

/* ---- what surrounds it ------------------------------------------------------------------- */

/* Another word of the data set that may stand `gap` before or after this one; NULL: none, or too
 * much of another keyword would be in the window, `room` samples of which it could take. */
static const mote_placed *draw_other(const mote_windows *w, int64_t room, mote_rng *rng)
{
    const uint32_t i = mote_rng_below(rng, (uint32_t)w->data->n);
    const mote_placed *p = &w->placed[i];
    const int32_t class_id = w->data->class_id[i];
    const double seen = (double)room / (double)(p->word.to - p->word.from);
    if (!p->stands_out || class_id == w->silence || room <= 0)
        return NULL;
    return class_id == w->unknown || seen < SEEN_OF_ANOTHER ? p : NULL;
}

static size_t draw_gap(const mote_placed *p, mote_rng *rng)
{
    return (size_t)(mote_rng_range(rng, LEAST_GAP_S, MOST_GAP_S) * p->rate_hz);
}

static mote_surroundings draw_around(const mote_windows *w, const mote_placed *p, int64_t at,
                                     mote_rng *rng)
{
    mote_surroundings s = {.background = &mote_audio_of(w->data)->background};
    s.gap_before = draw_gap(p, rng);
    s.gap_after = draw_gap(p, rng);
    if (mote_rng_uniform(rng) < OTHER_WORD)
        s.before = draw_other(w, (int64_t)p->word.from - (int64_t)s.gap_before - at, rng);
    if (mote_rng_uniform(rng) < OTHER_WORD)
        s.after =
            draw_other(w, at + (int64_t)p->n - (int64_t)p->word.to - (int64_t)s.gap_after, rng);
    return s;
}

const int16_t *mote_windows_draw(const mote_windows *w, int32_t worker, uint32_t sample,
                                 mote_rng *rng, mote_source_target *target)
{
    const mote_placed *p = &w->placed[sample];
    int16_t *out = w->out + (size_t)worker * p->n;
    const bool may_cut = p->stands_out && (w->unknown >= 0 || w->silence >= 0);
    const bool is_cut = mote_rng_uniform(rng) < CUT_SHARE && may_cut;
    const int64_t offset = is_cut ? draw_cut(p, rng) : draw_whole(w, p, rng);
    const int64_t at = mote_place_window(p, offset);
    const mote_surroundings around = draw_around(w, p, at, rng);
    mote_place_cut(p, at, &around, rng, out);
    if (is_cut)
        call(w, mote_place_share(p, at), target);
    return out;
}
