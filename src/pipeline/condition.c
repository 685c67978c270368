/* SPDX-License-Identifier: Apache-2.0 */
/* The list of conditions, and whose row puts samples under one. See condition.h. */
#include "pipeline/condition.h"

#include <string.h>

#include "data/audio_world.h"

typedef mote_status put_under(const mote_dataset *d, const mote_condition *c, uint64_t seed,
                              mote_arena *a, const void **out, mote_err *err);

static put_under *const rows[MOTE_N_INPUTS] = {mote_condition_noise}; /* in order; others: none */

bool mote_condition_offered(mote_input_kind input)
{
    return input < MOTE_N_INPUTS && rows[input];
}

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
    return c.noise < MOTE_N_NOISES || !noise || strcmp(noise, MOTE_CONDITION_NO_NOISE) == 0;
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
        c->effects = from->effects;
        c->is_normal = (c->noise == MOTE_NOISE_CAR && !mote_world_is_wanted(&c->effects) &&
                        p->augmentation.car_noise_probability > 0) ||
                       p->augmentation.conditions > 0;
    }
    MOTE_BUG_IF(!is_known); /* the choices of config.def are the names of noise.h */
}

mote_status mote_condition_samples(const mote_dataset *d, const mote_condition *c, uint64_t seed,
                                   mote_arena *a, const void **out, mote_err *err)
{
    if (!*c->slice) {
        *out = d->x;
        return MOTE_OK;
    }
    if (!mote_condition_offered(d->kind->input))
        return mote_fail(err, MOTE_UNSUPPORTED, "condition '%s': %s are judged as they are",
                         c->slice, d->kind->many);
    return rows[d->kind->input](d, c, seed, a, out, err);
}
