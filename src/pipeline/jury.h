/* SPDX-License-Identifier: Apache-2.0 */
/* Who judges which clips. A model that has not heard the clips of a split judges all of them; of a
 * recipe whose model learns from everybody (refit.h) each clip is judged by the model of the fold
 * that has heard neither its speaker nor, of words that are held apart, its word. Either way there
 * are clips in parts and a graph for each part, so that whoever judges does not ask which it is.
 *
 * That no graph judges what it has learned from is checked against the data version when a jury of
 * folds is opened, and is a bug when it does not hold.
 *
 * Depends on judge.h, listen.h. Used by the evaluate and deploy stages, and challenge.h. */
#ifndef MOTE_PIPELINE_JURY_H
#define MOTE_PIPELINE_JURY_H

#include "data/dataset.h"
#include "data/version.h"
#include "evaluate/stream.h"
#include "pipeline/folds.h"
#include "pipeline/judge.h"
#include "pipeline/stage_internal.h"

/* Clips [first, first + n) of the jury's. */
typedef struct {
    size_t first, n;
    const void *own;               /* what its kind has beside its samples (data/dataset.h) */
    const mote_graph *graph;       /* borrowed */
    const mote_frontend *features; /* its own; NULL: that of the jury */
} mote_jury_part;

typedef struct {
    mote_dataset clips; /* of all parts, one after the other */
    mote_jury_part parts[MOTE_MAX_FOLDS];
    int32_t n_parts;
    mote_judge judge; /* front end, pool, decision; its graph is not looked at */
    bool is_folds;
} mote_jury;

/* Samples of a split. */
typedef struct {
    const mote_data_version *version;
    mote_split split;
    mote_dataset_words words;
} mote_jury_samples;

/* Judged by one graph. Owned by the caller (mote_jury_release); graph borrowed. */
MOTE_MUST_USE mote_status mote_jury_of_split(mote_pipeline *p, const mote_jury_samples *of,
                                             const mote_graph *graph, mote_jury *out,
                                             mote_err *err);

/* The models of the folds that stage train made (or that are artifacts of a run: stage_deploy.c).
 * Owned by the caller (mote_jury_graphs_release). */
typedef struct {
    mote_graph *graphs[MOTE_MAX_FOLDS];
    mote_frontend features[MOTE_MAX_FOLDS]; /* fitted to what each has learned from; row NULL: that
                                               of the model is theirs too */
    int32_t n;                              /* 0: the model did not learn from everybody */
    uint64_t seed;                          /* of the folds */
} mote_jury_graphs;
MOTE_MUST_USE mote_status mote_jury_graphs_of(mote_pipeline *p, mote_jury_graphs *out,
                                              mote_err *err);
/* The front end of fold k of them; NULL: that of the model. Borrowed. */
const mote_frontend *mote_jury_front(const mote_jury_graphs *g, int32_t k);

/* Of fold k, as its object (refit.h) says it. */
MOTE_MUST_USE mote_status mote_jury_read_front(mote_jury_graphs *g, int32_t k, const char *text,
                                               size_t n, mote_err *err);
void mote_jury_graphs_release(mote_jury_graphs *g);

/* Everybody, by folds: graph k has not heard the clips of fold k. A clip of silence that two
 * folds share is judged once. `words`: as in mote_dataset_config; HEARD: other words that the fold
 * has heard from others, without silence. Owned by the caller; graphs borrowed. */
MOTE_MUST_USE mote_status mote_jury_of_folds(mote_pipeline *p, const mote_data_version *v,
                                             mote_dataset_words words,
                                             const mote_jury_graphs *graphs, mote_jury *out,
                                             mote_err *err);
void mote_jury_release(mote_jury *j);

/* Parts [first, first + n) alone: a view, valid as long as `j`, not to be released. Groups are
 * numbered as in `j`. n_per_class lives as long as `a`. */
MOTE_MUST_USE mote_status mote_jury_some(const mote_jury *j, int32_t first, int32_t n,
                                         mote_arena *a, mote_jury *out, mote_err *err);

/* mote_judge_said and mote_judge_watch, each sample by its part's graph. samples: [clips.n] of the
 * data set's shape, under whatever condition. */
MOTE_MUST_USE mote_status mote_jury_said(const mote_jury *j, const void *samples, mote_arena *a,
                                         float **said, mote_err *err);
MOTE_MUST_USE mote_status mote_jury_watch(const mote_jury *j, const void *samples, mote_arena *a,
                                          mote_judge_watched *out, mote_err *err);

int32_t mote_jury_width(const mote_jury *j);
mote_decision mote_jury_decision(const mote_jury *j);
mote_watch_shape mote_jury_watch_shape(const mote_jury *j);

/* A stream of each part's clips, of stream.hours and with its own noise, heard by its graph; joined
 * to one. Between two parts there is silence, longer than a detection could reach across. */
typedef struct {
    const mote_task_setting *task;
    const mote_stream_setting *stream;
    size_t hop; /* steps */
    uint64_t seed;
    mote_stream_progress *progress; /* NULL: none */
    void *progress_arg;
    const mote_cancel *cancel;
} mote_jury_stream;
typedef struct {
    mote_stream_track track; /* n: steps that were heard, so without the silence; of several
                                parts there are no steps */
    mote_stream_outputs said;
    size_t extent; /* steps with the silence */
} mote_jury_heard;
/* Lives as long as `a`. */
MOTE_MUST_USE mote_status mote_jury_listen(const mote_jury *j, const mote_jury_stream *s,
                                           mote_arena *a, mote_jury_heard *out, mote_err *err);

/* "judged by 5 folds over speakers; the shipped model has learned from everybody", of samples of
 * the kind; "" for none. Lives as long as `a`. */
MOTE_MUST_USE mote_status mote_jury_words(const mote_kind *kind, int32_t n_folds, mote_arena *a,
                                          const char **out, mote_err *err);

#endif
