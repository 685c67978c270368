/* SPDX-License-Identifier: Apache-2.0 */
/* Sound on the report: the picture that a front end makes of a recording, and the recording to
 * hear.
 *
 * Private to web/report*.c. Depends on data/audio.h, feature/, chart.h. */
#ifndef MOTE_WEB_REPORT_SOUND_H
#define MOTE_WEB_REPORT_SOUND_H

#include "model/model.h"
#include "web/report.h"

/* A model's front end, as log-mel whatever it gives the network. */
typedef struct {
    mote_feature_config logmel;
    mote_feature_plan *plan;
} report_ears;

/* Golden clip i; the result lives in `a`, as the next. */
MOTE_MUST_USE mote_status report_sound_golden(const report_ears *e, const mote_golden *v, int32_t i,
                                              const char *title, mote_arena *a,
                                              mote_report_clip *out, mote_err *err);
/* A recording that was kept, bytes[0..n). */
MOTE_MUST_USE mote_status report_sound_file(const report_ears *e, const void *bytes, size_t n,
                                            const char *title, mote_arena *a, mote_report_clip *out,
                                            mote_err *err);

/* Append the picture with its title, and what plays it. */
MOTE_MUST_USE mote_status report_sound_figure(const mote_report_clip *c, mote_arena *a,
                                              mote_buf *out, mote_err *err);

#endif
