/* SPDX-License-Identifier: Apache-2.0 */
/* Truths of values that come later: how far what was said was from them, window by window, and
 * whether that is still what was promised.
 *
 * A window is bad when its mean error lies above the promised one by more than chance: a
 * one-sided test of their mean at the false-alarm probability of the watch, which knows that one
 * error is like the one before (blocks.h). Windows and alerts (kind "error") are kept as those of
 * drift are. Of the truths nothing is kept but which predictions were judged.
 *
 * Depends on blocks.h, monitor.h. Used by loop/truths.c. */
#ifndef MOTE_MONITOR_TRUTH_H
#define MOTE_MONITOR_TRUTH_H

#include "monitor/monitor.h"

/* Of one prediction. */
typedef struct {
    int64_t prediction; /* its number in the log */
    int64_t time_ms;
    double error; /* |said - true|, of several values their mean; finite */
} mote_truth;

typedef struct {
    mote_truth *items;
    size_t n;
} mote_truth_list;

typedef struct {
    mote_monitor_config watch; /* model, version, bundle, window, min_predictions, false_alarm */
    double promised;           /* the largest error that was promised; NaN: nothing was, no alert */
    bool close_last;           /* judge the last, shorter window too */
    int64_t now_ms;
} mote_truth_config;

/* A window of truths, judged now. */
typedef struct {
    int64_t start_ms, end_ms;
    int32_t n;
    double error, p_value;
    bool is_bad;
} mote_truth_window;

typedef struct {
    const mote_truth_window *windows; /* [n_windows], in time; as long as the arena */
    size_t n_windows;
    size_t n_known;   /* truths that were judged before */
    size_t n_waiting; /* that do not fill a window yet: they count when the others come */
    mote_monitor_flushed alerts;
} mote_truths_judged;

/* Judge `truths`, which are put in order of time; those that were judged before are passed
 * over. One transaction. ARG, NOMEM, and what the store says. */
MOTE_MUST_USE mote_status mote_truths_judge(mote_store *s, const mote_truth_config *cfg,
                                            const mote_truth_list *truths, mote_arena *a,
                                            mote_truths_judged *out, mote_err *err);

#endif
