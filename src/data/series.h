/* SPDX-License-Identifier: Apache-2.0 */
/* Sensor recordings: channels over time, from whatever file they came in, and what is wrong with
 * them.
 *
 * A reader (series_csv.c, series_edge.c, series_ts.c) fills a mote_series: one or more recordings
 * with names, units, a rate or a time for every sample, values and labels. mote_series_read finds
 * the reader by the content of the file. mote_series_check then names gaps, jitter, times that come
 * twice or run back, channels that stand still or sit at their limit, and values that are none.
 *
 * Memory: every reader allocates no more than max_values floats (and as many times), and only for
 * what the bytes that are there can hold. Depends on base, data/csv, data/time_text. */
#ifndef MOTE_DATA_SERIES_H
#define MOTE_DATA_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"
#include "data/csv.h"
#include "project/setting_types.h"

#define MOTE_SERIES_MAX_CHANNELS 1024

/* Samples first .. first+n carry a label. */
typedef struct {
    size_t first, n;
    const char *label;
} mote_series_span;

/* One recording. All memory lives as long as the mote_series it is in. */
typedef struct {
    int32_t n_channels;
    size_t n;            /* samples in time */
    const float *values; /* [n][n_channels]; NaN: missing */
    const double
        *times_s;      /* [n] since the first sample's time, as the file has them; NULL: regular */
    double rate_hz;    /* nominal: given, or 1 / median interval; 0: neither is known */
    double start_s;    /* since 1970 of the first sample; NaN: unknown */
    const char *label; /* of the whole recording; NULL: none */
    const char *group; /* who or what it is of, as the file says; NULL: it does not */
    const mote_series_span *spans; /* when labels change within it; NULL: none */
    size_t n_spans;
    int64_t line; /* of the file where it begins; 0: the file is no text */
} mote_series_one;

typedef enum {
    MOTE_SERIES_CSV,
    MOTE_SERIES_EDGE_JSON,
    MOTE_SERIES_EDGE_CBOR,
    MOTE_SERIES_TS,
    MOTE_N_SERIES_FORMATS
} mote_series_format;

const char *mote_series_format_name(mote_series_format f);

typedef struct {
    mote_arena arena; /* owns everything below */
    mote_series_format format;
    int32_t n_channels;       /* of every recording */
    const char *const *names; /* [n_channels] */
    const char *const *units; /* [n_channels], "" unknown */
    const mote_series_one *items;
    size_t n_items;
    const char *device_type, *device_name; /* NULL: the file does not say */
    bool has_signature; /* EDGE: one that is not all zeros; it is not verified, exports carry zeros
                         */
    const char *algorithm; /* EDGE: of the signature: "HS256", "none" */
    uint64_t n_bad_cells;  /* CSV: cells that are no number in a column of numbers: NaN */
    uint64_t bad_line;     /* of the first */
    uint64_t n_ragged;     /* CSV: rows of another length: left out */
    uint64_t ragged_line;
    char notes[512]; /* what was found or left out, in words, one a line */
} mote_series;

typedef struct {
    double rate_hz;           /* of a file without times; 0: not known */
    double unit_s;            /* of numbers in a column of time: 1, 1e-3, ..; 0: find it */
    const char *time_column;  /* NULL: find it; "": there is none */
    const char *label_column; /* NULL: find it ("label", "class", "activity", ..); "": none */
    const char *group_column; /* whose change begins another recording; NULL or "": none */
    mote_names axes;          /* the columns that are axes, in this order; n 0: those of numbers */
    mote_csv_config csv;
    size_t max_bytes;  /* of the file */
    size_t max_values; /* in all */
} mote_series_config;

mote_series_config mote_series_config_default(void); /* 100 MiB, 32 Mi values */

/* Read bytes[0..n); `name` stands in messages. *out is owned by the caller (mote_series_release).
 *
 * Errors: LIMIT        more than max_bytes or max_values, or 1024 channels
 *         PARSE        what is wrong, with its line or byte; no samples
 *         UNSUPPORTED  a feature of the format that is not read
 *         NOT_FOUND    time_column, label_column, group_column or one of `axes` is not there
 *         NOMEM */
MOTE_MUST_USE mote_status mote_series_read(const mote_file_bytes *file,
                                           const mote_series_config *cfg, mote_series *out,
                                           mote_err *err);
void mote_series_release(mote_series *s);

/* The readers, for when the format is known. */
MOTE_MUST_USE mote_status mote_series_read_csv(const mote_file_bytes *file,
                                               const mote_series_config *cfg, mote_series *out,
                                               mote_err *err);
MOTE_MUST_USE mote_status mote_series_read_edge(const mote_file_bytes *file,
                                                const mote_series_config *cfg, mote_series *out,
                                                mote_err *err);
MOTE_MUST_USE mote_status mote_series_read_ts(const mote_file_bytes *file,
                                              const mote_series_config *cfg, mote_series *out,
                                              mote_err *err);
/* A recording of a file of several: [from, n) of its bytes. Texts live as long as the arena that
 * the places were found into. */
typedef struct {
    size_t from, n;
    int64_t line;      /* where it begins, from 1 */
    const char *label; /* that the file says of it there; NULL: none */
    const char *group; /* the same */
} mote_series_place;
typedef struct {
    size_t head; /* the first bytes of the file are of all of them: names of columns */
    mote_series_place *items;
    size_t n;
} mote_series_places;
/* Those of a .ts file, and a .ts file of one of them: the facts above @data and its line. Allocates
 * for the lines that are there. PARSE without a line @data or a recording. */
MOTE_MUST_USE mote_status mote_series_ts_places(const mote_file_bytes *file, mote_arena *a,
                                                mote_series_places *out, mote_err *err);
void mote_series_ts_one(const void *bytes, size_t from, size_t n, mote_buf *out);
/* Those of a CSV file with cfg->group_column: rows of one group without another between them. The
 * head and the bytes of one are a CSV file. Errors: those of mote_series_read. */
MOTE_MUST_USE mote_status mote_series_csv_places(const mote_file_bytes *file,
                                                 const mote_series_config *cfg, mote_arena *a,
                                                 mote_series_places *out, mote_err *err);
/* Has a CSV file a column of labels, as cfg names it or by its name? */
bool mote_series_csv_says_labels(const mote_file_bytes *file, const mote_series_config *cfg);
/* Which of them, by the first bytes; CSV when it is none of the others. */
mote_series_format mote_series_recognise(const void *bytes, size_t n);

/* ---- findings ---- */

typedef enum {
    MOTE_SERIES_GAP,          /* an interval above its limit, which jitter widens: see gap_factor */
    MOTE_SERIES_JITTER,       /* intervals deviate: once a recording; amount: deviation / median */
    MOTE_SERIES_SAME_TIME,    /* samples with the time of the one before */
    MOTE_SERIES_BACK_IN_TIME, /* samples earlier than the one before */
    MOTE_SERIES_STUCK,        /* a channel with one value for stuck_samples or more */
    MOTE_SERIES_SATURATED, /* a channel at its largest or smallest value, saturated_samples in a row
                            */
    MOTE_SERIES_NAN,       /* values that are missing or none */
    MOTE_N_SERIES_FINDINGS
} mote_series_kind;

typedef struct {
    mote_series_kind kind;
    int32_t channel; /* -1: of time */
    size_t first, n; /* samples; a gap lies before `first` */
    double at_s,
        duration_s; /* since the first sample; NaN when neither times nor a rate are known */
    double amount;  /* GAP: medians; JITTER: deviation / median; STUCK, SATURATED: the value */
} mote_series_finding;

typedef struct {
    double gap_factor; /* > 1: a gap is longer than gap_factor + 4 * jitter's amount, in medians */
    double jitter;     /* relative standard deviation of intervals that is told */
    size_t stuck_samples;     /* 2 .. */
    size_t saturated_samples; /* 2 .. */
    size_t max_findings;      /* kept; all are counted */
} mote_series_check_config;

mote_series_check_config mote_series_check_default(void); /* 1.9, 0.1, 50, 8, 256 */

typedef struct {
    mote_series_finding *kept; /* in the arena, by kind, then channel, then time */
    size_t n_kept;
    uint64_t n[MOTE_N_SERIES_FINDINGS];         /* findings */
    uint64_t n_samples[MOTE_N_SERIES_FINDINGS]; /* samples that they cover */
} mote_series_report;

/* Look at one recording. A channel that is stuck from end to end is STUCK, not saturated. NOMEM,
 * ARG. */
MOTE_MUST_USE mote_status mote_series_check(const mote_series_one *s,
                                            const mote_series_check_config *cfg, mote_arena *a,
                                            mote_series_report *out, mote_err *err);

/* Append the finding in words: "gap of 1.02 s (10.2 intervals) before sample 310 at 3.11 s".
 * lint: unused_exports: a test and a fuzzer read it; reports say it of a whole set */
void mote_series_describe(const mote_series *s, const mote_series_finding *f, mote_buf *b);

#endif
