/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of sensor recordings share: growing arrays with the limits of the config. */
#ifndef MOTE_DATA_SERIES_INTERNAL_H
#define MOTE_DATA_SERIES_INTERNAL_H

#include "data/series.h"
#include "data/time_text.h"

/* Values and times of a recording that is being read; owned until they are moved into an arena. */
typedef struct {
    float *values;
    double *times;
    size_t n_values, values_room, n_times, times_room;
    size_t max_values;
} mote_series_build;

void mote_series_build_release(mote_series_build *b);
MOTE_MUST_USE mote_status mote_series_add_value(mote_series_build *b, const char *name, float x,
                                                mote_err *err);
MOTE_MUST_USE mote_status mote_series_add_time(mote_series_build *b, const char *name, double t,
                                               mote_err *err);
/* Copies into the arena of `s` as a recording of n_channels; the build is emptied, its memory kept.
 */
MOTE_MUST_USE mote_status mote_series_finish(mote_series_build *b, mote_series *s,
                                             mote_series_one *out, mote_err *err);

/* Copy s[0..n) with what a terminal must not see made visible. NULL: no memory. */
char *mote_series_text(mote_series *s, const char *text, size_t n);
/* Append to the notes, as far as they have room. */
MOTE_PRINTF(2, 3) void mote_series_note(mote_series *s, const char *fmt, ...);

#define MOTE_SERIES_NAMELESS "column_" /* and its number, from 1: a column without a name */

/* What the columns of a CSV file are. */
typedef struct {
    uint32_t n;                 /* cells of a whole row */
    int32_t time, label, group; /* columns; -1: none */
    bool is_date;               /* of the times */
    mote_time_format format;
    uint32_t *axes; /* [n_channels of the series] columns */
} mote_series_columns;

/* Find them by the header and the first rows, and name the axes of `s`; what is left out stands in
 * the notes. The reader is at its first row again. Errors: NOT_FOUND a column that cfg names;
 * PARSE, LIMIT, NOMEM. series_columns.c */
MOTE_MUST_USE mote_status mote_series_find_columns(const char *name, mote_csv *csv,
                                                   const mote_series_config *cfg, mote_series *s,
                                                   mote_series_columns *out, mote_err *err);
const char *mote_series_column(const mote_csv *csv, uint32_t i); /* its name; "" without a header */
/* Seconds of a unit that a name ends in ("time_ms", "t (us)"); 0: it says none. */
double mote_series_unit_of(const char *name);

/* Median of the positive intervals; 0: there are none. Scratch of n doubles. */
double mote_series_median_interval(const double *times, size_t n, double *scratch);

#endif
