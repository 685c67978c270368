/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of hours share: hours_folder.c finds the recordings and what is said in them,
 * hours_audio.c decodes them, hours.c hears and counts, hours_json.c says it. */
#ifndef MOTE_PIPELINE_HOURS_INTERNAL_H
#define MOTE_PIPELINE_HOURS_INTERNAL_H

#include "data/kind.h"
#include "data/label_track.h"
#include "evaluate/stream.h"
#include "pipeline/hours.h"

typedef struct {
    const char *path;      /* below the folder */
    const char *condition; /* "": it lies in the folder itself */
    mote_label_track said; /* in time */
    bool is_labelled;
    /* What was heard. */
    int8_t *outputs; /* [n_windows][n_classes], owned */
    size_t n, n_windows;
    int64_t first; /* step of the first window; not positive */
    size_t at;     /* window of the whole stream that it is */
    mote_status status;
    mote_err why;
} hours_recording;

typedef struct {
    hours_recording *items; /* in byte order of the paths */
    size_t n, n_skipped;    /* n_skipped: files that are neither recordings nor labels */
} hours_folder;

/* Recordings and labels of a folder; lives as long as `a`. Errors: those of mote_hours_judge. */
MOTE_MUST_USE mote_status mote_hours_find(const char *folder, mote_arena *a, hours_folder *out,
                                          mote_err *err);

/* Everything that was counted. */
typedef struct {
    const mote_hours_job *job;
    mote_arena arena;
    hours_folder folder;
    int32_t n_classes, n_reacting, rate_hz;
    const char *names[MOTE_MODEL_MAX_LABELS];
    float thresholds[MOTE_MODEL_MAX_LABELS];
    mote_stream_detector detector;
    mote_stream_track track;
    size_t *event_of; /* [track.n_events] which recording */
    mote_stream_outputs said;
    mote_stream_account account;
    mote_stream_curve *curve;
    const char **other_labels; /* [n_other_labels] each once */
    size_t n_other_labels;
} hours_work;

/* A recording at the model's rate; `steps` owned by the caller (mote_free). */
typedef struct {
    void *steps;
    size_t n;
} hours_sound;

/* What recordings of hours are; those of a model of another kind are not heard yet. */
const mote_kind *mote_hours_kind(void);
MOTE_MUST_USE mote_status mote_hours_decode(const hours_work *w, const char *path, hours_sound *out,
                                            mote_err *err);

/* Which recording a step of the stream belongs to; it may lie in the quiet behind it. */
size_t mote_hours_recording_at(const hours_work *w, int64_t step);
/* Seconds from the beginning of that recording. */
double mote_hours_seconds(const hours_work *w, size_t recording, int64_t step);

MOTE_MUST_USE mote_status mote_hours_to_json(const hours_work *w, json_t **out, mote_err *err);

#endif
