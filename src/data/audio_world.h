/* SPDX-License-Identifier: Apache-2.0 */
/* The world between a mouth and a model: what loudspeakers, rooms, microphones, converters and
 * lines do to a clip, each with its probability and drawn from its ranges (project/effects.def).
 *
 *     loudspeaker -> room -> (noise of the place) -> microphone -> level -> floor -> clipping
 *       -> compression -> automatic gain -> telephone -> codec
 *
 * Responses of rooms, microphones and bands are made once, from the seed: 96, 128 and 24 of a kind;
 * a clip takes one of them. What a clip meets is a function of the rng that it is drawn with.
 * Whatever goes through a line is brought to a level that a line is used at, and back afterwards.
 *
 * Depends on base, project (the settings), audio_response, audio_level, audio_codec. Used by
 * audio_augment.c. */
#ifndef MOTE_DATA_AUDIO_WORLD_H
#define MOTE_DATA_AUDIO_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/status.h"
#include "project/section_effects.h"

typedef struct mote_world mote_world;

typedef struct {
    mote_project_effects effects;
    int32_t rate_hz;
    size_t clip_samples;
    uint64_t seed;
    int32_t n_workers; /* threads that use it at once, at least 1 */
} mote_world_setup;

/* Is there any effect at all? */
bool mote_world_is_wanted(const mote_project_effects *e);

/* Prepare: 0.5 s of CPU where rooms are wanted, less than 0.1 s else. Errors: ARG a setting out of
 * the range of effects.def; NOMEM. */
MOTE_MUST_USE mote_status mote_world_create(const mote_world_setup *setup, mote_world **out,
                                            mote_err *err);
void mote_world_destroy(mote_world *w);

/* What one use of a clip meets. */
typedef struct {
    bool loudspeaker, room, microphone, level, floor, clipping, compression, automatic_gain;
    bool telephone, codec;
    double loudspeaker_which, room_which, microphone_which, telephone_which; /* [0, 1) */
    double drive_db, level_dbfs, floor_dbfs, clipping_share, ratio, release_ms, agc_dbfs;
    double line_dbfs;
    bool is_a_law;
    int codec_kind, codec_bits;
    mote_rng noise;
} mote_world_plan;
void mote_world_draw(const mote_world *w, mote_rng *r, mote_world_plan *out);

/* A clip [clip_samples], in place: what comes before the noise of the place is mixed in, and what
 * comes after it. `worker` below n_workers; two threads must not use the same one at once. */
void mote_world_before(const mote_world *w, int32_t worker, const mote_world_plan *p, int16_t *x);
void mote_world_after(const mote_world *w, int32_t worker, mote_world_plan *p, int16_t *x);

#endif
