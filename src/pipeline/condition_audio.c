/* SPDX-License-Identifier: Apache-2.0 */
/* Sound under a condition: effects of the world, noise mixed into clips. See condition.h. */
#include "pipeline/condition.h"

#include <string.h>

#include "base/rng.h"
#include "data/audio_world.h"
#include "data/kind_audio.h"

#define CONDITION_STREAM 77 /* of mote_rng_init_stream */

/* Clips under one condition. */
typedef struct {
    const mote_dataset *d;
    const mote_condition *c;
    uint64_t seed;
    mote_world *world; /* NULL: no effects */
    int16_t *noise;    /* room for a clip of it */
} job;

/* Noise of its own for each clip, at a ratio of its own. */
static mote_status add_noise(const job *j, const mote_sound *clip, size_t i, double snr_db,
                             int16_t *out, mote_err *err)
{
    const mote_noise_recipe recipe = {j->c->noise, j->seed, i, clip->rate_hz,
                                      MOTE_NOMINAL_SPEECH_DBFS};
    if (j->c->noise == MOTE_N_NOISES) {
        memmove(out, clip->samples, clip->n * sizeof *out);
        return MOTE_OK;
    }
    MOTE_TRY(mote_noise_make(&recipe, j->noise, clip->n, err));
    mote_mix_at_snr(clip, j->noise, snr_db, 1.0, out);
    return MOTE_OK;
}

static mote_status make_sample(const job *j, size_t i, int16_t *out, mote_err *err)
{
    mote_rng rng;
    mote_world_plan plan;
    mote_rng_init_stream(&rng, j->seed, CONDITION_STREAM, i);
    const double snr_db = mote_rng_range(&rng, j->c->snr_db.lo, j->c->snr_db.hi);
    mote_sound clip = {mote_dataset_sample(j->d, i), mote_dataset_elements(j->d),
                       mote_audio_of(j->d)->rate_hz};
    if (j->world) {
        mote_world_draw(j->world, &rng, &plan);
        memcpy(out, clip.samples, clip.n * sizeof *out);
        mote_world_before(j->world, 0, &plan, out);
        clip.samples = out;
    }
    MOTE_TRY(add_noise(j, &clip, i, snr_db, out, err));
    if (j->world)
        mote_world_after(j->world, 0, &plan, out);
    return MOTE_OK;
}

mote_status mote_condition_noise(const mote_dataset *d, const mote_condition *c, uint64_t seed,
                                 mote_arena *a, const void **out, mote_err *err)
{
    const size_t length = mote_dataset_elements(d);
    job j = {.d = d, .c = c, .seed = seed};
    int16_t *pcm = NULL;
    mote_status st = MOTE_OK;
    MOTE_TRY(mote_arena_take(a, d->n * length, sizeof *pcm, &pcm, err));
    MOTE_TRY(mote_arena_take(a, length, sizeof *j.noise, &j.noise, err));
    if (mote_world_is_wanted(&c->effects))
        MOTE_TRY(mote_world_create(
            &(mote_world_setup){c->effects, mote_audio_of(d)->rate_hz, length, seed, 1}, &j.world,
            err));
    for (size_t i = 0; i < d->n && st == MOTE_OK; i++)
        st = make_sample(&j, i, pcm + i * length, err);
    mote_world_destroy(j.world);
    if (st == MOTE_OK)
        *out = pcm;
    return st;
}
