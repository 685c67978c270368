/* SPDX-License-Identifier: Apache-2.0 */
/* The watch over predictions: windows, alerts, and their record in the store.
 *
 *     detector.h   is this window unlike the reference? (statistics with a false-alarm budget)
 *     monitor.h    cuts traffic into windows, asks the detector, keeps windows and alerts
 *
 * Online: the server creates one monitor per served model version, calls mote_monitor_add for each
 * prediction (any thread, no allocation, no input or output) and now and then mote_monitor_flush
 * from a thread that has a store. Offline: `mote monitor` does the same from the prediction log.
 *
 * An alert is opened by the first window that drifts, counts the windows that follow, and is
 * resolved by MOTE_ALERT_QUIET_WINDOWS windows in a row without drift, or when its model version is
 * replaced. Of a model of anomalies a window that alarms more often than was promised, by more than
 * chance, opens an alert of kind "alarms" in the same way. Depends on base/, store/, evaluate/.
 * Used by serve/, pipeline/, cli/. */
#ifndef MOTE_MONITOR_MONITOR_H
#define MOTE_MONITOR_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "evaluate/reference_profile.h"
#include "monitor/detector.h"
#include "store/store.h"

#define MOTE_ALERT_QUIET_WINDOWS 2

/* ---- watching ---- */

typedef struct mote_monitor mote_monitor;

/* What a model of anomalies alarms at, and the largest share of normal samples that it was promised
 * to alarm at; share 0: it is no such model, or nothing was promised. */
typedef struct {
    float threshold;
    double share;
} mote_monitor_alarms;

struct mote_model;
/* Of a bundle: its decision, and the upper end of what validation promised, or what the test
 * measured if that is more. */
mote_monitor_alarms mote_monitor_alarms_of(const struct mote_model *m);

typedef struct {
    const char *model; /* registry name, copied */
    int64_t version;   /* 0: not registered */
    mote_sha256 bundle;
    int32_t window;          /* predictions in a window */
    int32_t min_predictions; /* a last, shorter window counts from so many */
    double false_alarm;      /* probability that a window without drift alarms */
    uint64_t seed;           /* of the calibration */
    mote_monitor_alarms alarms;
} mote_monitor_config;

/* `profile` is borrowed until destroy. Calibrates the detector (tens of milliseconds).
 * Errors: ARG a field is out of range; NOMEM. */
MOTE_MUST_USE mote_status mote_monitor_create(const mote_reference_profile *profile,
                                              const mote_monitor_config *cfg, mote_monitor **out,
                                              mote_err *err);
void mote_monitor_destroy(mote_monitor *m);

/* One prediction's watched values (mote_watch_values). Thread-safe, under a microsecond. True when
 * it completed a window, so that a flush is worth while. Up to 64 judged windows wait for a flush;
 * after that the oldest is dropped and counted. */
bool mote_monitor_add(mote_monitor *m, const float *values, int64_t time_ms);

typedef struct {
    int32_t n_windows, n_drift;   /* written; those that drifted */
    int32_t n_opened, n_resolved; /* alerts */
    int64_t n_dropped;            /* windows dropped since the last flush */
} mote_monitor_flushed;

/* Write the judged windows to the store and open, prolong or resolve alerts. `final`: the last
 * window too, if it has min_predictions. One thread at a time. */
MOTE_MUST_USE mote_status mote_monitor_flush(mote_monitor *m, mote_store *s, bool final,
                                             int64_t now_ms, mote_monitor_flushed *out,
                                             mote_err *err);

/* Whether this version is the one in service (it is, at first). What is left of a version that was
 * replaced is judged and kept, but opens no alert. By the thread that flushes. */
void mote_monitor_set_in_service(mote_monitor *m, bool in_service);

/* Judge what the prediction log (table prediction, serve/predlog.h) has of this monitor's bundle
 * since the last call, and remember how far it was read. Predictions at the end that do not fill a
 * window wait for the next call, unless close_last and there are min_predictions. `m` must be
 * fresh. Not together with online monitoring of the same bundle: each would count. */
typedef struct {
    mote_sha256 bundle;
    int32_t n_things; /* of the profile */
    bool close_last;
} mote_monitor_log;
typedef struct {
    int64_t n_read, n_unusable; /* predictions; unusable: watched by other rules */
    mote_monitor_flushed flushed;
} mote_monitor_log_read;
MOTE_MUST_USE mote_status mote_monitor_read_log(mote_monitor *m, mote_store *s,
                                                const mote_monitor_log *log, int64_t now_ms,
                                                mote_monitor_log_read *out, mote_err *err);

/* Resolve the open alerts of `model` that are not of this bundle: it was replaced. */
MOTE_MUST_USE mote_status mote_monitor_replaced(mote_store *s, const char *model,
                                                const mote_sha256 *bundle, int64_t now_ms,
                                                mote_err *err);

/* ---- reading; everything lives as long as the arena ---- */

typedef struct {
    const char *what;  /* its name, for scripts */
    const char *words; /* what changed, for people: "column 'hours': higher than in training" */
    double statistic, threshold, p_value;
    double share; /* of the statistics of all watched things together; NaN: an older Mote's */
} mote_contributor;

/* [{"what", "words", "psi", "threshold", "p_value", "share"}..], for every door; share null: not
 * known. A new reference (NULL: no memory). */
json_t *mote_contributors_json(const mote_contributor *top, size_t n);

typedef struct {
    int64_t id;
    const char *model;
    int64_t version;
    mote_sha256 bundle;
    int64_t start_ms, end_ms;
    int32_t n;
    int32_t n_alarms; /* samples that alarmed; -1: of no model of anomalies */
    bool is_drift;    /* of truths: the error is more than was promised */
    double p_value;   /* of the whole window, corrected for all things */
    mote_contributor *top;
    size_t n_top; /* strongest first, at most 5 */
} mote_window;

typedef enum { MOTE_ALERT_OPEN, MOTE_ALERT_ACKNOWLEDGED, MOTE_ALERT_RESOLVED } mote_alert_state;
const char *mote_alert_state_name(mote_alert_state st); /* "open", "acknowledged", "resolved" */

typedef struct {
    int64_t id;
    const char *kind; /* "drift", "error", "alarms" */
    const char *model;
    int64_t version;
    mote_sha256 bundle;
    mote_alert_state state;
    const char *what, *words; /* strongest contributor of the window that opened it */
    double statistic, threshold, p_value;
    int64_t opened_ms, last_ms; /* last: end of the last window that drifted */
    int64_t n_windows;          /* that drifted since */
    int64_t window;             /* that opened it */
    mote_contributor *top;
    size_t n_top;
    const char *acknowledged_by, *note;   /* NULL: nobody has */
    int64_t acknowledged_ms, resolved_ms; /* 0: not */
    const char *resolution;               /* NULL: not resolved; "quiet", "replaced", or in words */
} mote_alert;

/* Is its statistic the PSI of what is watched? Else the words say what it is. */
bool mote_alert_is_drift(const mote_alert *a);

/* Which alerts or windows of a history, newest first. */
typedef struct {
    const char *model;    /* NULL: of all */
    int64_t limit;        /* 0: all */
    bool unresolved_only; /* alerts that are open or acknowledged; windows are neither */
    bool is_of_errors;    /* windows of truths that came later; else of predictions, each once */
} mote_monitor_query;

MOTE_MUST_USE mote_status mote_alert_list(mote_store *s, const mote_monitor_query *query,
                                          mote_arena *a, mote_alert **out, size_t *n,
                                          mote_err *err);
/* Somebody has seen it: who, and a note (may be ""). CONFLICT when it is resolved. */
MOTE_MUST_USE mote_status mote_alert_acknowledge(mote_store *s, int64_t id, const char *who,
                                                 const char *note, int64_t now_ms, mote_err *err);
MOTE_MUST_USE mote_status mote_alert_resolve(mote_store *s, int64_t id, const char *resolution,
                                             int64_t now_ms, mote_err *err);
MOTE_MUST_USE mote_status mote_window_list(mote_store *s, const mote_monitor_query *query,
                                           mote_arena *a, mote_window **out, size_t *n,
                                           mote_err *err);

#endif
