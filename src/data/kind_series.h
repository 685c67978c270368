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
    double file_rate_hz;                    /* as its maker would say it */
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

/* What a data set of series has beside its windows. */
typedef struct {
    size_t n_axes, n;
    size_t stride;             /* steps from one window of a recording to the next */
    const char *const *names;  /* [n_axes] of the axes, as the first recording has them */
    const uint32_t *recording; /* [n] which recording, or piece of one, a window is cut from; those
                                  of one lie one behind the other */
} mote_series_own;

/* Borrowed; d is a data set of series. NULL: nobody says. */
static inline const mote_series_own *mote_series_of(const mote_dataset *d)
{
    return d->own;
}

#endif
