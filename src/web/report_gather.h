/* SPDX-License-Identifier: Apache-2.0 */
/* From a project's store to the report page: the last deployments, windows, alerts and clips.
 *
 * Depends on report.h, model/model.h, serve/predlog.h. Used by cli/cmd_report.c. */
#ifndef MOTE_WEB_REPORT_GATHER_H
#define MOTE_WEB_REPORT_GATHER_H

#include "web/report.h"

#define MOTE_REPORT_MAX_LAPS 8

typedef struct {
    const mote_project *project; /* borrowed */
    double false_alarm;          /* of the watch: below this p-value a window drifts */
    size_t n_laps;               /* the last so many deployments, 1..MOTE_REPORT_MAX_LAPS */
    int64_t now_ms;
} mote_report_config;

/* Append the page. NOT_FOUND when nothing was deployed; LIMIT when the page would be too long. */
MOTE_MUST_USE mote_status mote_report_make(mote_store *s, const mote_report_config *cfg,
                                           mote_buf *out, mote_err *err);

#endif
