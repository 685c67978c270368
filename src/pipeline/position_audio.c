/* SPDX-License-Identifier: Apache-2.0 */
/* Clips with the word off the middle. See position.h and data/audio_place.h. */
#include <math.h>

#include "base/interval.h"
#include "base/rng.h"
#include "data/audio_place.h"
#include "data/kind_audio.h"
#include "pipeline/position.h"

#define PLACE_STREAM 78 /* of mote_rng_init_stream */

mote_status mote_position_words(const mote_dataset *d, const mote_position *where, mote_arena *a,
                                mote_positioned *out, mote_err *err)
{
    const mote_audio_own *own = mote_audio_of(d);
    const size_t n = mote_dataset_elements(d);
    const int64_t offset = llround(where->offset_ms * own->rate_hz / 1000.0);
    int16_t *pcm = NULL;
    double *lengths = NULL;
    size_t n_words = 0;
    mote_positioned p = {0};
    MOTE_TRY(mote_arena_take(a, d->n * n + 1, sizeof *pcm, &pcm, err));
    MOTE_TRY(mote_arena_take(a, d->n + 1, sizeof *p.share, &p.share, err));
    MOTE_TRY(mote_arena_take(a, d->n + 1, sizeof *p.has_word, &p.has_word, err));
    MOTE_TRY(mote_arena_take(a, d->n + 1, sizeof *lengths, &lengths, err));
    for (size_t i = 0; i < d->n; i++) {
        const mote_placed at = mote_place_look(mote_dataset_sample(d, i), n, own->rate_hz);
        const int64_t from = mote_place_window(&at, offset);
        mote_rng rng;
        mote_rng_init_stream(&rng, where->seed, PLACE_STREAM, i);
        const mote_surroundings around = {.background = &own->background};
        mote_place_cut(&at, from, &around, &rng, pcm + i * n);
        p.has_word[i] = at.stands_out && d->class_id[i] != where->nothing;
        p.share[i] = (float)mote_place_share(&at, from);
        if (p.has_word[i])
            lengths[n_words++] = 1000.0 * (double)(at.word.to - at.word.from) / own->rate_hz;
    }
    mote_sort_doubles(lengths, n_words);
    p.word_ms = mote_quantile_sorted(lengths, n_words, 0.5);
    p.samples = pcm;
    *out = p;
    return MOTE_OK;
}
