/* SPDX-License-Identifier: Apache-2.0 */
/* Times round the loop: what each deployment was made from. For reports and comparison. */
#ifndef MOTE_PIPELINE_LAPS_H
#define MOTE_PIPELINE_LAPS_H

#include "pipeline/pipeline.h"

/* One finished deploy attempt with the attempts it was made from. */
typedef struct {
    int64_t ended_ms;
    json_t *outputs[MOTE_N_STAGES]; /* owned (mote_laps_release); NULL: not in the store any more */
    mote_sha256 bundle;
} mote_lap;

/* The last `max` deployments, oldest first, into laps[max]; *n of them. */
MOTE_MUST_USE mote_status mote_laps_read(mote_store *s, size_t max, mote_lap *laps, size_t *n,
                                         mote_err *err);
void mote_laps_release(mote_lap *laps, size_t n);

#endif
