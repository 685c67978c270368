/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions in training. See audio_under.h. */
#include "data/audio_under.h"

#include <string.h>

#include "base/mem.h"
#include "data/noise.h"

#define N_STRETCHES 8
#define SECONDS     4
#define NOISE_DBFS  (-26.0)
#define UNDER       0x756e646572u /* "under": seeds apart from those of other noise */

static mote_status make_noise(const mote_project_condition *c, const mote_world_setup *w,
                              mote_under *u, mote_err *err)
{
    const size_t n = (size_t)w->rate_hz * SECONDS;
    mote_noise_kind kind = 0;
    if (strcmp(c->noise, MOTE_CONDITION_NO_NOISE) == 0)
        return MOTE_OK;
    while (kind < MOTE_N_NOISES && strcmp(mote_noise_name(kind), c->noise) != 0)
        kind++;
    if (kind == MOTE_N_NOISES)
        return mote_fail(err, MOTE_ARG, "condition '%s': no noise is called '%s'", c->name,
                         c->noise);
    u->samples = mote_alloc(N_STRETCHES * n, sizeof *u->samples);
    u->views = mote_alloc(N_STRETCHES, sizeof *u->views);
    if (!u->samples || !u->views)
        return mote_fail(err, MOTE_NOMEM, "noise of condition '%s'", c->name);
    for (size_t i = 0; i < N_STRETCHES; i++) {
        u->views[i] = (mote_audio_view){u->samples + i * n, n};
        const mote_noise_recipe recipe = {kind, w->seed ^ UNDER, i, w->rate_hz, NOISE_DBFS};
        MOTE_TRY(mote_noise_make(&recipe, u->samples + i * n, n, err));
    }
    u->noise = (mote_audio_set){u->views, N_STRETCHES};
    return MOTE_OK;
}

mote_status mote_under_create(const mote_project_conditions *c, const mote_world_setup *w,
                              mote_under **out, mote_err *err)
{
    mote_under *all = mote_alloc_zero(c->n, sizeof *all);
    if (!all)
        return mote_fail(err, MOTE_NOMEM, "%zu conditions", c->n);
    for (size_t i = 0; i < c->n; i++) {
        mote_world_setup one = *w;
        one.effects = c->items[i].effects;
        all[i].snr_db = c->items[i].snr_db;
        mote_status st = make_noise(&c->items[i], w, &all[i], err);
        if (st == MOTE_OK && mote_world_is_wanted(&one.effects))
            st = mote_world_create(&one, &all[i].world, err);
        if (st != MOTE_OK) {
            mote_under_destroy(all, c->n);
            return st;
        }
    }
    *out = all;
    return MOTE_OK;
}

void mote_under_destroy(mote_under *all, size_t n)
{
    for (size_t i = 0; all && i < n; i++) {
        mote_world_destroy(all[i].world);
        mote_free(all[i].views);
        mote_free(all[i].samples);
    }
    mote_free(all);
}
