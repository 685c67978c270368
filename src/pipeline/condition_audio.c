/* SPDX-License-Identifier: Apache-2.0 */
/* Sound under a condition: noise mixed into clips. See condition.h. */
#include "pipeline/condition.h"

#include "base/rng.h"
#include "data/kind_audio.h"

#define CONDITION_STREAM 77 /* of mote_rng_init_stream */

mote_status mote_condition_noise(const mote_dataset *d, const mote_condition *c, uint64_t seed,
                                 mote_arena *a, const void **out, mote_err *err)
{
    int16_t *pcm = NULL, *noise = NULL;
    MOTE_TRY(mote_arena_take(a, d->n * mote_dataset_elements(d), sizeof *pcm, &pcm, err));
    MOTE_TRY(mote_arena_take(a, mote_dataset_elements(d), sizeof *noise, &noise, err));
    for (size_t i = 0; i < d->n; i++) {
        mote_rng rng;
        mote_rng_init_stream(&rng, seed, CONDITION_STREAM, i);
        double snr = mote_rng_range(&rng, c->snr_db.lo, c->snr_db.hi);
        MOTE_TRY(mote_noise_make(&(mote_noise_recipe){c->noise, seed, i, mote_audio_of(d)->rate_hz,
                                                      MOTE_NOMINAL_SPEECH_DBFS},
                                 noise, mote_dataset_elements(d), err));
        mote_mix_at_snr(&(mote_sound){mote_dataset_sample(d, i), mote_dataset_elements(d),
                                      mote_audio_of(d)->rate_hz},
                        noise, snr, 1.0, pcm + i * mote_dataset_elements(d));
    }
    *out = pcm;
    return MOTE_OK;
}
