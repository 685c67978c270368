/* SPDX-License-Identifier: Apache-2.0 */
/* Series as a kind in its own words: sensor channels at one rate, in stretches without a gap.
 * Depends on data/kind, data/series. */
#ifndef MOTE_DATA_KIND_SERIES_H
#define MOTE_DATA_KIND_SERIES_H

#include "data/dataset.h"
#include "data/kind.h"
#include "data/series.h"

/* Samples without a gap between them, of one recording. */
typedef struct {
    const float *x; /* [n][n_channels] at the rate of the whole */
    size_t n;
    int64_t from_us; /* where it begins in the file: its recordings lie one behind the other */
} mote_series_stretch;

/* A file, decoded. All memory lives in the arena. */
typedef struct {
    mote_arena arena;
    int32_t n_channels;
    mote_series_format format;
    bool has_times;
    bool is_chosen;      /* its axes were named in mote.yaml */
    const char *notes;   /* what was found or left out, in words, one a line; NULL: nothing */
    double file_rate_hz; /* as its maker would say it */
    uint32_t found[MOTE_N_SERIES_FINDINGS]; /* when it was decoded to be measured */
    uint32_t n_bad_cells, n_ragged;
    double rate_hz; /* wanted, or that of the file as its maker would say it (100, not 99.8) */
    const char *const *names; /* [n_channels] of the axes */
    mote_series_stretch *stretches;
    size_t n_stretches;
    size_t n_steps; /* of the whole, with its gaps */
} mote_series_samples;

extern const mote_kind_watch mote_series_watch; /* kind_series_watch.c */

static inline const mote_series_samples *mote_decoded_series(const mote_decoded *d)
{
    return d->own;
}

/* Steps of a recording without a gap between them, at least as many as a window. */
typedef struct {
    const float *x; /* [n][n_axes] */
    size_t n;
} mote_series_course;

/* What is said of steps [from, to) of a course. */
typedef struct {
    uint32_t course;
    size_t from, to;
    int32_t class_id;
    uint32_t sample; /* of the data set: a window of it, or the next one where it has none */
} mote_series_labelled;

/* What a data set of series has beside its windows. Of a project of events (stream.events) also the
 * recordings as they are, with what nobody says anything of: between two spans a model is asked
 * too, and about windows that see the end of one and the beginning of the next. */
typedef struct {
    size_t n_axes;
    const char *const *names; /* [n_axes] of the axes, as the first recording has them */
    double rate_hz;           /* steps a second */
    const mote_series_course *courses;
    size_t n_courses;
    const mote_series_labelled *spans; /* in order */
    size_t n_spans;
} mote_series_own;

/* Borrowed; d is a data set of series. NULL: nobody says. */
static inline const mote_series_own *mote_series_of(const mote_dataset *d)
{
    return d->own;
}

#endif
