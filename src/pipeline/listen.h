/* SPDX-License-Identifier: Apache-2.0 */
/* A model listens to the stream that a split's samples make. The same project, split and seed give
 * the same stream, whoever listens: so the evaluate stage chooses and judges, and the deploy stage
 * lets champion and challenger hear the same. How samples become a stream is a row of their kind
 * (listen_audio.c). */
#ifndef MOTE_PIPELINE_LISTEN_H
#define MOTE_PIPELINE_LISTEN_H

#include "data/dataset.h"
#include "evaluate/stream.h"
#include "pipeline/judge.h"
#include "pipeline/settings.h"

#define MOTE_LISTEN_SEED_VALIDATION 31
#define MOTE_LISTEN_SEED_TEST       32

/* What a stream is made of. All borrowed. */
typedef struct {
    const mote_task_setting *task;
    const mote_stream_setting *stream;
    const mote_dataset *d;
    uint64_t seed;
} mote_listen_material;

/* Is the stream drawn by the seed, so that another is another test? Else it is what was recorded.
 */
bool mote_listen_is_drawn(const mote_kind *kind);

/* Build the stream; lives as long as `a`. UNSUPPORTED: samples of the kind make none. */
MOTE_MUST_USE mote_status mote_listen_track(const mote_listen_material *m, mote_arena *a,
                                            mote_stream_track *out, mote_err *err);

/* The row of sound: clips in noise. What mote_stream_build gives. */
MOTE_MUST_USE mote_status mote_listen_track_noise(const mote_listen_material *m, mote_arena *a,
                                                  mote_stream_track *out, mote_err *err);

/* The row of series: the recordings that windows were cut from, as they are, one behind the other,
 * with enough between them for a detector to forget. ARG when none is as long as a window. */
MOTE_MUST_USE mote_status mote_listen_track_recordings(const mote_listen_material *m, mote_arena *a,
                                                       mote_stream_track *out, mote_err *err);

/* Who listens to what; all borrowed. */
typedef struct {
    const mote_stream_track *track;
    size_t hop;                     /* a look every so many steps */
    mote_stream_progress *progress; /* NULL: none */
    void *progress_arg;
    const mote_cancel *cancel;
} mote_listening;

/* What the judge's model says on it; lives as long as `a`. What mote_stream_run gives. */
MOTE_MUST_USE mote_status mote_listen(const mote_judge *j, const mote_listening *w, mote_arena *a,
                                      mote_stream_outputs *out, mote_err *err);

#endif
