/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of sound: clips somewhere in hours of noise, as the product hears them.
 *
 * Pure functions; the same input and seed give the same bytes. Depends on data/audio.h (views of
 * samples), stream.h. */
#ifndef MOTE_EVALUATE_STREAM_AUDIO_H
#define MOTE_EVALUATE_STREAM_AUDIO_H

#include "data/audio.h"
#include "evaluate/stream.h"

/* Clips to place; all borrowed. Classes [0, n_keywords) are keywords; a detection of anything else
 * is not possible, but clips of other words are placed too: they must not be taken for keywords. */
typedef struct {
    int32_t rate_hz;
    size_t n, clip_samples;
    const int16_t *pcm;      /* [n][clip_samples] */
    const int32_t *class_id; /* [n] */
    int32_t n_keywords;
    int32_t silence_class; /* clips of it are left out; -1: there is none */
    mote_audio_set noise;  /* background recordings; none: white noise */
} mote_stream_material;

typedef struct {
    double hours;     /* of the stream, > 0 */
    mote_span snr_db; /* of each clip against the noise around it, by RMS of the clip */
    double gap_s;     /* least time between two clips, >= 0 */
    uint64_t seed;
} mote_stream_config;

/* What the project asks for: its hours and SNR, and gaps longer than its tolerance, so that a
 * detection can belong to one word only. */
mote_stream_config mote_stream_config_of(const mote_project_stream *s, uint64_t seed);

/* Build a track. It is cut into equal slots, one for each clip, as many clips (drawn without
 * repetition) as fit with the gap; each clip stands somewhere in its slot, as recorded, and the
 * noise of the slot is scaled to the drawn SNR. Noise pieces are cross-faded over 20 ms. Sums are
 * clipped to 16 bits. Lives as long as `a`, which must have room for 2 bytes a sample.
 *
 * Errors: ARG  config or material out of range, no clip, the stream is shorter than one slot
 *         NOMEM */
MOTE_MUST_USE mote_status mote_stream_build(const mote_stream_material *m,
                                            const mote_stream_config *cfg, mote_arena *a,
                                            mote_stream_track *out, mote_err *err);

#endif
