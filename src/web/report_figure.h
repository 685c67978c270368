/* SPDX-License-Identifier: Apache-2.0 */
/* The picture of a sample on the report, kind by kind: the curve of a series, the thumbnail of an
 * image, the row of a table. Sound has more than a picture, and its own file (report_sound.h).
 *
 * Private to web/report*.c. Depends on data/dataset.h, model/model.h, chart.h. */
#ifndef MOTE_WEB_REPORT_FIGURE_H
#define MOTE_WEB_REPORT_FIGURE_H

#include "model/model.h"
#include "web/report.h"

/* A sample in the shape and type of the signature, what was said of it, in words, and whether that
 * is right. */
typedef enum { REPORT_NOT_JUDGED, REPORT_RIGHT, REPORT_WRONG } report_judged;
typedef struct {
    const mote_signature *signature;
    const void *x;
    const char *title;
    report_judged judged;
} report_sample;

/* The question that pictures of the model's samples answer, and the picture of one. */
typedef struct {
    const char *title, *question;
    bool are_small; /* many stand side by side */
    mote_status (*draw)(const report_sample *s, mote_arena *a, mote_buf *out, mote_err *err);
} report_figure;

extern const report_figure report_figure_series, report_figure_image, report_figure_table;

/* Of the model's input; NULL: there is none. */
const report_figure *report_figure_of(const mote_signature *s);

/* "'circle', 93 %", "rentals 41.2 per h", "score 1.32: an anomaly": what the numbers of an answer
 * say. */
void report_said(const mote_signature *s, const mote_decision *d, const float *said, mote_buf *out);

/* The pictures of what was answered wrongly, as an evaluation (the output of stage evaluate) names
 * it. What cannot be found any more, or is cut in another way now, is left out. */
typedef struct {
    mote_store *store;
    const mote_project *project;
    const mote_signature *signature;
    const json_t *evaluated;
    mote_arena *arena;
} report_mistakes;
MOTE_MUST_USE mote_status report_mistakes_draw(const report_mistakes *m, mote_buf *out,
                                               mote_err *err);

/* Append a caption, with a mark in front of what was judged. */
void report_caption(const report_sample *s, mote_buf *out);

/* Of all samples of the test: value against prediction, or how scores are spread. Nothing when the
 * evaluation kept none. */
MOTE_MUST_USE mote_status report_shown(const mote_report *r, mote_arena *a, mote_buf *out,
                                       mote_err *err);

/* Recordings of the test from end to end, with spans of anomaly, score, threshold and alarms.
 * Nothing when the evaluation has none. */
MOTE_MUST_USE mote_status report_alarms(const mote_report *r, mote_arena *a, mote_buf *out,
                                        mote_err *err);

#endif
