/* SPDX-License-Identifier: Apache-2.0 */
/* Truths that come later: how wrong what was said is, window by window, and whether that is still
 * what was promised.
 *
 * A truth is kept beside its prediction, and goes with it; the first one that comes stays. Those
 * that are in no window yet wait there, so that they can come one by one. A window is bad when its
 * errors lie above the promised ones by more than chance: a one-sided test of their mean or rate at
 * the false-alarm probability of the watch, which knows that one error is like the one before
 * (blocks.h), and says for how many independent ones they count. Windows and alerts (kind "error")
 * are kept as those of drift are.
 *
 * Depends on blocks.h, monitor.h. Used by loop/truths.c. */
#ifndef MOTE_MONITOR_TRUTH_H
#define MOTE_MONITOR_TRUTH_H

#include "base/interval.h"
#include "monitor/monitor.h"

typedef enum {
    MOTE_TRUTH_NEW,
    MOTE_TRUTH_REPEATED, /* it came before, and was the same */
    MOTE_TRUTH_DISAGREES /* with one that came before, which stays */
} mote_truth_fate;

/* Of one prediction. */
typedef struct {
    int64_t prediction; /* its number in the log */
    const char *truth;  /* a label, or values: "3.5, 4"; borrowed */
    double error;       /* of values |said - true|, of several their mean; else 1 wrong, 0 right */
    int32_t class_id;   /* of the classes of the config; -1: values are true */
    bool is_tested;     /* is held against the promise; of anomalies what is normal */
    mote_truth_fate fate; /* out */
} mote_truth;

typedef struct {
    mote_truth *items;
    size_t n;
} mote_truth_list;

/* What errors are, and what was promised of them. */
typedef struct {
    const char *name; /* "mae", "error_rate", "false_alarm_rate" */
    bool is_rate;     /* errors are 0 and 1 */
    double promised;  /* the largest that was promised; NaN: nothing was, no alert */
} mote_truth_measure;

typedef struct {
    mote_monitor_config watch; /* model, version, bundle, window, min_predictions, false_alarm */
    mote_truth_measure measure;
    const char *const *classes; /* [n_classes] that truths are */
    size_t n_classes;           /* 0: truths are values */
    bool close_last;            /* judge the last, shorter window too */
    int64_t now_ms;
} mote_truth_config;

/* Of the truths of a class: how many of them were said rightly. */
typedef struct {
    const char *name; /* borrowed */
    int32_t n, n_right;
} mote_truth_class;

/* Errors of some truths, in time. */
typedef struct {
    int64_t start_ms, end_ms;
    int32_t n, n_tested;
    mote_interval error; /* mean of those tested, 95 %, for as many independent ones; NaN: none */
    double effect;       /* how many times fewer independent ones tell as much (blocks.h) */
    double p_value;      /* NaN: nothing was promised */
    bool is_bad;
    const mote_truth_class *classes; /* [n_classes] of the config */
} mote_truth_window;

typedef struct {
    mote_truth_window all;            /* every truth of the model version that is still there */
    const mote_truth_window *windows; /* [n_windows] judged now, in time; as long as the arena */
    size_t n_windows;
    size_t n_classes; /* of each of them, as the config has */
    size_t n_waiting; /* that do not fill a window yet: they count when the others come */
    mote_monitor_flushed alerts;
} mote_truths_judged;

/* Keep `truths`, say of each its fate, and judge all that wait. One transaction. ARG, NOMEM, and
 * what the store says. */
MOTE_MUST_USE mote_status mote_truths_judge(mote_store *s, const mote_truth_config *cfg,
                                            const mote_truth_list *truths, mote_arena *a,
                                            mote_truths_judged *out, mote_err *err);

#endif
