/* SPDX-License-Identifier: Apache-2.0 */
/* A model of anomalies along the recordings of the test, from end to end, as it will listen: which
 * spans of anomaly it finds, how soon, and how often it alarms where nothing is.
 *
 * A span is what a recording's labels call other than normal: a column of them, a label of a
 * stretch, or of all of it. How a recording is read is a row of its kind (alarms_series.c); kinds
 * whose samples are no windows of something longer have none.
 *
 * Depends on evaluate/told.h. Used by the evaluate stage. */
#ifndef MOTE_PIPELINE_ALARMS_H
#define MOTE_PIPELINE_ALARMS_H

#include "evaluate/told.h"
#include "pipeline/evaluate_internal.h"

/* Steps [first, first + n) without a gap, x [n][channels]. */
typedef struct {
    size_t first, n;
    const float *x;
} mote_recorded_piece;

/* A recording of the test; lives in the arena that it was read into. */
typedef struct {
    const char *name; /* its file */
    size_t n;         /* steps */
    const mote_recorded_piece *pieces;
    size_t n_pieces;
    const mote_anomaly_window *spans; /* in order and apart */
    const char *const *labels;        /* [n_spans], of spans that meet the first one's */
    size_t n_spans;
} mote_recorded;

/* What is read. All borrowed. */
typedef struct {
    mote_store *store;
    mote_decoded_cache *cache;
    const mote_dataset_config *cfg;
    const mote_data_version *version;
    const mote_names *normal;
    double rate_hz;
    size_t window; /* steps; a recording of no more is a sample and no recording */
} mote_recorded_material;

typedef struct {
    mote_recorded *items;
    size_t n;
} mote_recorded_list;

/* The row of series. */
MOTE_MUST_USE mote_status mote_recorded_series(const mote_recorded_material *m, mote_arena *a,
                                               mote_recorded_list *out, mote_err *err);

/* Measure, and keep "alarms" in the stage's output (docs/anomaly.md); appends to the summary.
 * Nothing where the kind has no recordings, or the model was judged by folds. */
MOTE_MUST_USE mote_status mote_evaluate_alarms(mote_evaluating *e, mote_err *err);

#endif
