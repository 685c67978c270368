/* SPDX-License-Identifier: Apache-2.0 */
/* Sound on the report: the picture that a front end makes of a recording, and the recording to
 * hear.
 *
 * Private to web/report*.c. Depends on data/audio.h, feature/, chart.h. */
#ifndef MOTE_WEB_REPORT_SOUND_H
#define MOTE_WEB_REPORT_SOUND_H

#include "model/model.h"
#include "web/report.h"

/* A model's front end as what can be looked at. */
typedef struct {
    mote_frontend_pace pace;
    double low_hz, high_hz;
    mote_frontend_plan *plan; /* NULL: there is no picture */
} report_ears;

/* Make it, for samples of that shape. plan is the caller's, as it is without an error. */
MOTE_MUST_USE mote_status report_sound_open(const mote_frontend *f, const mote_shape *sample,
                                            report_ears *out, mote_err *err);

/* Golden clip i; the result lives in `a`, as the next. Its title is the caller's to give. */
MOTE_MUST_USE mote_status report_sound_golden(const report_ears *e, const mote_golden *v, int32_t i,
                                              mote_arena *a, mote_report_clip *out, mote_err *err);
/* A recording that was kept, bytes[0..n). */
MOTE_MUST_USE mote_status report_sound_file(const report_ears *e, const void *bytes, size_t n,
                                            mote_arena *a, mote_report_clip *out, mote_err *err);

/* Append the picture with its title, and what plays it. */
MOTE_MUST_USE mote_status report_sound_figure(const mote_report_clip *c, mote_arena *a,
                                              mote_buf *out, mote_err *err);

#endif
