/* SPDX-License-Identifier: Apache-2.0 */
/* Mixing noise into clips, see condition_audio.h. */
#include "pipeline/condition_audio.h"

#include <string.h>

#include "base/rng.h"
#include "data/kind_audio.h"

#define CONDITION_STREAM 77 /* of mote_rng_init_stream */

bool mote_condition_make(const char *slice, const char *noise, mote_span snr_db,
                         mote_condition *out)
{
    mote_condition c = {.slice = slice, .snr_db = snr_db};
    (void)mote_format(c.text, sizeof c.text, "%s", noise ? slice : MOTE_CONDITION_CLEAN);
    for (char *s = c.text; *s; s++)
        *s = *s == '-' ? ' ' : *s;
    while (noise && c.noise < MOTE_N_NOISES && strcmp(mote_noise_name(c.noise), noise) != 0)
        c.noise++;
    *out = c;
    return c.noise < MOTE_N_NOISES;
}

void mote_conditions_of(const mote_project *p, mote_conditions *out)
{
    *out = (mote_conditions){.n = 1};
    bool is_known = mote_condition_make("", NULL, (mote_span){0, 0}, &out->items[0]);
    out->items[0].is_normal = true;
    for (size_t i = 0; i < p->conditions.n; i++) {
        const mote_project_condition *from = &p->conditions.items[i];
        mote_condition *c = &out->items[out->n++];
        is_known = mote_condition_make(from->name, from->noise, from->snr_db, c) && is_known;
        c->is_normal = c->noise == MOTE_NOISE_CAR && p->augmentation.car_noise_probability > 0;
    }
    MOTE_BUG_IF(!is_known); /* the choices of config.def are the names of noise.h */
}

mote_status mote_condition_clips(const mote_dataset *d, const mote_condition *c, uint64_t seed,
                                 mote_arena *a, const int16_t **out, mote_err *err)
{
    if (!*c->slice) {
        *out = d->x;
        return MOTE_OK;
    }
    int16_t *pcm = NULL, *noise = NULL;
    MOTE_TRY(mote_arena_take(a, d->n * mote_dataset_elements(d), sizeof *pcm, &pcm, err));
    MOTE_TRY(mote_arena_take(a, mote_dataset_elements(d), sizeof *noise, &noise, err));
    for (size_t i = 0; i < d->n; i++) {
        mote_rng rng;
        mote_rng_init_stream(&rng, seed, CONDITION_STREAM, i);
        double snr = mote_rng_range(&rng, c->snr_db.lo, c->snr_db.hi);
        MOTE_TRY(mote_noise_make(c->noise, seed, i, mote_audio_of(d)->rate_hz,
                                 MOTE_NOMINAL_SPEECH_DBFS, noise, mote_dataset_elements(d), err));
        mote_mix_at_snr(mote_dataset_sample(d, i), noise, mote_dataset_elements(d),
                        mote_audio_of(d)->rate_hz, snr, 1.0, pcm + i * mote_dataset_elements(d));
    }
    *out = pcm;
    return MOTE_OK;
}
