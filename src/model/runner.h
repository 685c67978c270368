/* SPDX-License-Identifier: Apache-2.0 */
/* Runs an int8 or float32 graph on the device kernels (device/nn): bit for bit what the
 * microcontroller computes. Depends on graph.h and device/. Used by evaluate/, compile/, serve/. */
#ifndef MOTE_MODEL_RUNNER_H
#define MOTE_MODEL_RUNNER_H

#include "graph/graph.h"

/* One per thread; `g` is borrowed and must outlive it. UNSUPPORTED names an operator or type that
 * has no device kernel. run does not allocate and cannot fail. `observe` may be NULL. */
typedef struct mote_runner mote_runner;
typedef void mote_runner_observer(void *arg, int32_t tensor, const int8_t *values, int64_t n);
MOTE_MUST_USE mote_status mote_runner_create(const mote_graph *g, mote_runner **out, mote_err *err);
void mote_runner_destroy(mote_runner *r);
void mote_runner_run(mote_runner *r, const void *in, void *out, mote_runner_observer *observe,
                     void *arg);

#endif
