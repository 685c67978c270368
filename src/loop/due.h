/* SPDX-License-Identifier: Apache-2.0 */
/* Is training due although nothing that it was made from changed? Depends on monitor/, pipeline/.
 * Used by loop/overview.c, cli/. */
#ifndef MOTE_LOOP_DUE_H
#define MOTE_LOOP_DUE_H

#include "base/mem.h"
#include "project/project.h"
#include "store/store.h"

/* schedule.retrain.on_drift: is an alert of the monitor open that came after the training that
 * ended at trained_ms? *why is the reason in words, as long as `a` lives; NULL: no. */
MOTE_MUST_USE mote_status mote_due_by_drift(mote_store *s, const mote_project *project,
                                            int64_t trained_ms, mote_arena *a, const char **why,
                                            mote_err *err);

#endif
