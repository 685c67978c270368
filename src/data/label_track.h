/* SPDX-License-Identifier: Apache-2.0 */
/* Label tracks: what is said where in a recording.
 *
 *   kitchen.wav
 *   kitchen.txt      as Audacity exports it: from, to (seconds) and label, with tabs between
 *   labels.csv       a table for many recordings, with a header: file,start,end,label
 *
 * Seconds count from the recording's first sample; a label may be a point (from = to). Readers read
 * hostile bytes, and refuse what they do not understand, with the line. Format:
 * docs/formats/label-track.md. Depends on base, data/csv. Used by pipeline/hours. */
#ifndef MOTE_DATA_LABEL_TRACK_H
#define MOTE_DATA_LABEL_TRACK_H

#include <stddef.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/status.h"

typedef struct {
    const char *file; /* as the table writes it; NULL: of the recording that the track is beside */
    double from_s, to_s; /* 0 <= from_s <= to_s, finite */
    const char *label;   /* not empty */
} mote_track_label;

/* As they stand in the file. */
typedef struct {
    mote_track_label *items;
    size_t n;
} mote_label_track;

/* A track as Audacity exports it. A decimal comma is understood; lines of a spectral selection
 * (they begin with a backslash) say nothing of time and are passed over. Lives as long as `a`.
 * PARSE names the line; NOMEM. */
MOTE_MUST_USE mote_status mote_label_track_read(const mote_file_bytes *file, mote_arena *a,
                                                mote_label_track *out, mote_err *err);

/* A table with the columns file, start, end and label, in any order, others beside them. Lives as
 * long as `a`. NOT_FOUND names a column that is missing; PARSE the line; NOMEM. */
MOTE_MUST_USE mote_status mote_label_table_read(const mote_file_bytes *file, mote_arena *a,
                                                mote_label_track *out, mote_err *err);

#endif
