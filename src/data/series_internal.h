/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of sensor recordings share: growing arrays with the limits of the config. */
#ifndef MOTE_DATA_SERIES_INTERNAL_H
#define MOTE_DATA_SERIES_INTERNAL_H

#include "data/series.h"

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
/* Median of the positive intervals; 0: there are none. Scratch of n doubles. */
double mote_series_median_interval(const double *times, size_t n, double *scratch);

#endif
