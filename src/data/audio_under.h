/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of mote.yaml as training puts clips under them: noise and effects of each, made once.
 * Depends on audio_world, noise. Used by audio_augment.c. */
#ifndef MOTE_DATA_AUDIO_UNDER_H
#define MOTE_DATA_AUDIO_UNDER_H

#include "data/audio.h"
#include "data/audio_world.h"
#include "project/section_conditions.h"

/* One of them. */
typedef struct {
    mote_world *world;    /* NULL: no effects */
    mote_audio_set noise; /* empty: none */
    mote_span snr_db;
    mote_audio_view *views;
    int16_t *samples; /* of the noise */
} mote_under;

/* Prepare; `w` says all but the effects. Eight stretches of 4 s of a noise. *out [c->n] is owned by
 * the caller (mote_under_destroy). Errors: ARG a noise that nobody knows, a setting out of its
 * range; NOMEM. */
MOTE_MUST_USE mote_status mote_under_create(const mote_project_conditions *c,
                                            const mote_world_setup *w, mote_under **out,
                                            mote_err *err);
void mote_under_destroy(mote_under *all, size_t n);

#endif
