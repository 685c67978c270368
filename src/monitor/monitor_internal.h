/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the watch share. */
#ifndef MOTE_MONITOR_MONITOR_INTERNAL_H
#define MOTE_MONITOR_MONITOR_INTERNAL_H

#include "monitor/blocks.h"
#include "monitor/monitor.h"

#define MOTE_MONITOR_TOP 5 /* contributors that a window keeps */

/* Whose windows: each kind of alert of a model version is followed by itself. */
typedef struct {
    const char *kind; /* of the alert: "drift", "error", "alarms" */
    const char *model;
    int64_t version;
    mote_sha256 bundle;
    bool is_replaced; /* opens no alert */
} mote_alert_of;

typedef struct {
    int64_t id; /* once it is kept */
    int64_t start_ms, end_ms;
    int32_t n;
    bool counts_alarms; /* of a model of anomalies */
    int32_t n_alarms;   /* samples that alarmed */
    bool is_bad;        /* it drifts, or is wrong */
    double p_value;
    const char *top; /* JSON list of contributors: what, words, statistic, threshold, p_value */
} mote_alert_window;

/* Keep a judged window, once, whatever it is held against; its id. */
MOTE_MUST_USE mote_status mote_window_keep(mote_store *s, const mote_alert_of *of,
                                           mote_alert_window *w, mote_err *err);

/* By a window that is kept: open, prolong or resolve the alert; n_opened and n_resolved of `r` are
 * counted. In a transaction of the caller. */
MOTE_MUST_USE mote_status mote_alert_follow(mote_store *s, const mote_alert_of *of,
                                            const mote_alert_window *w, int64_t now_ms,
                                            mote_monitor_flushed *r, mote_err *err);

/* How often a window alarmed, of the model that cfg watches. */
typedef struct {
    const mote_monitor_config *cfg;
    const mote_blocks *alarms; /* 1: an alarm */
    bool is_replaced;
} mote_alarm_count;

/* Hold the alarms of a window (its times and n) against what was promised, and follow it as an
 * alert of its own kind. In a transaction of the caller. */
MOTE_MUST_USE mote_status mote_alarms_follow(mote_store *s, const mote_alarm_count *c,
                                             const mote_alert_window *w, int64_t now_ms,
                                             mote_monitor_flushed *r, mote_err *err);

#endif
