/* SPDX-License-Identifier: Apache-2.0 */
/* The report: one self-contained page about the last times round the loop. No script, no request to
 * anywhere; opens from a disk, prints, can be mailed.
 *
 * Depends on pipeline/ (laps), monitor/ (windows, alerts), chart.h. Used by cli/. */
#ifndef MOTE_WEB_REPORT_H
#define MOTE_WEB_REPORT_H

#include "monitor/monitor.h"
#include "pipeline/laps.h"

#define MOTE_REPORT_MAX_BYTES ((size_t)5000000)

/* A spectrogram: log-mel values [frames][bands] of a clip. */
typedef struct {
    const char *title;
    const float *values;
    size_t n_frames, n_bands;
} mote_spectrogram;

/* All borrowed. */
typedef struct {
    const char *project;
    const mote_lap *laps; /* oldest first, at least one */
    size_t n_laps;
    const mote_window *windows; /* newest first, as mote_window_list gives them */
    size_t n_windows;
    double false_alarm; /* below this p-value a window drifts */
    const mote_alert *alerts;
    size_t n_alerts;
    const mote_spectrogram *clips;
    size_t n_clips;
    const char *made_at; /* ISO time */
} mote_report;

/* Append the page. LIMIT when it would be longer than MOTE_REPORT_MAX_BYTES. */
MOTE_MUST_USE mote_status mote_report_html(const mote_report *r, mote_buf *out, mote_err *err);

#endif
