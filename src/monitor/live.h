/* SPDX-License-Identifier: Apache-2.0 */
/* The watch over a running server: one monitor per served bundle, and a thread that keeps them.
 *
 *     serving threads --observe--> monitors (counters in memory) --thread--> store: windows, alerts
 *
 * Observing allocates nothing, waits for nothing but a short lock, and does no input or output. The
 * thread calibrates a monitor when a bundle is seen for the first time (until then its predictions
 * wait: tens of milliseconds), writes complete windows with its own store handle, and
 * resolves alerts of versions that were replaced. Predictions of a window that is not complete when
 * the server stops are judged if there are min_predictions.
 *
 * Depends on monitor.h, serve/infer.h. Used by cli/cmd_serve.c: mote_live_observe and
 * mote_live_metrics go into the server's configuration. */
#ifndef MOTE_MONITOR_LIVE_H
#define MOTE_MONITOR_LIVE_H

#include <stdint.h>

#include "base/status.h"
#include "base/text.h"
#include "serve/infer.h"

typedef struct {
    const char *project;             /* folder with a store; copied */
    int32_t window, min_predictions; /* as in mote.yaml */
    double false_alarm;
    uint64_t seed;
    int64_t poll_ms; /* how often windows are looked for; 0: 500 */
} mote_live_config;

#define MOTE_LIVE_MAX_BUNDLES 64 /* watched while the server runs */

typedef struct mote_live mote_live;

/* Open the store and start the thread. */
MOTE_MUST_USE mote_status mote_live_create(const mote_live_config *cfg, mote_live **out,
                                           mote_err *err);
/* After the server has stopped: judges what is left, writes it, ends the thread. */
void mote_live_destroy(mote_live *l);

/* A mote_serve_observer; arg is the mote_live. Also fills event->watched, for the prediction log.
 */
void mote_live_observe(void *arg, mote_serve_event *event);

/* Append Prometheus lines; arg is the mote_live. */
void mote_live_metrics(void *arg, mote_buf *out);

#endif
