/* SPDX-License-Identifier: Apache-2.0 */
/* The report: one self-contained page about the last deployments. No script, no request to
 * anywhere; opens from a disk, prints, can be mailed.
 *
 * Every part has a question as its title, a sentence as its answer and a table or chart as its
 * proof; every number comes with its interval, with what it was measured on and how much of it.
 *
 * Depends on pipeline/ (laps), monitor/ (windows, alerts), chart.h. Used by cli/. */
#ifndef MOTE_WEB_REPORT_H
#define MOTE_WEB_REPORT_H

#include "monitor/monitor.h"
#include "pipeline/laps.h"

#define MOTE_REPORT_MAX_BYTES ((size_t)5000000)

/* A clip: its sound picture, log-mel values [n_frames][n_bands], and its sound. */
typedef struct {
    const char *title;
    const float *values;
    size_t n_frames, n_bands;
    double seconds; /* of the picture */
    double low_hz, high_hz;
    const int16_t *samples; /* [n_samples]; NULL: there is no sound to play */
    size_t n_samples;
    int32_t rate_hz;
} mote_report_clip;

/* All borrowed. */
typedef struct {
    const mote_project *project; /* as it is now: goals, architecture */
    const mote_lap *laps;        /* oldest first, at least one */
    size_t n_laps;
    const mote_window *windows; /* newest first, as mote_window_list gives them */
    size_t n_windows;
    double false_alarm; /* below this p-value a window drifts */
    const mote_alert *alerts;
    size_t n_alerts;
    const mote_frontend
        *features; /* of the model, for words; NULL: not known, then as mote.yaml says */
    const mote_report_clip *clips; /* golden clips of the last version */
    size_t n_clips;
    const mote_report_clip *driving; /* kept predictions of the last alert's window */
    size_t n_driving;
    const char *figures; /* HTML of samples of the last version, of a kind that has such pictures
                            (report_figure.h); NULL: none */
    const char *figures_title, *figures_question;
    bool figures_are_small;
    const char *mistakes;      /* the same of what was answered wrongly; NULL: none to see */
    int64_t n_wrong, n_judged; /* of the test */
    const json_t *outside;     /* what was judged elsewhere (loop/outside.h); NULL: nothing */
    const char *made_at;       /* ISO time */
} mote_report;

/* Append the page. LIMIT when it would be longer than MOTE_REPORT_MAX_BYTES. */
MOTE_MUST_USE mote_status mote_report_html(const mote_report *r, mote_buf *out, mote_err *err);

#endif
