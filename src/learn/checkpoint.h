/* SPDX-License-Identifier: Apache-2.0 */
/* The file a training run can be resumed from: docs/formats/checkpoint.md. Depends on base/. */
#ifndef MOTE_LEARN_CHECKPOINT_H
#define MOTE_LEARN_CHECKPOINT_H

#include "base/hash.h"
#include "base/text.h"
#include "learn/trainer.h"

/* Everything a run carries from one epoch to the next. Random numbers need no place in it: they
 * follow from seed, epoch and position. The arrays belong to the caller. */
typedef struct {
    mote_sha256 run;    /* what the run is a function of; a resume must agree */
    int32_t n_epochs;   /* finished */
    uint64_t n_steps;   /* optimiser steps done */
    int32_t best_epoch; /* -1: none */
    bool stopped_early;
    size_t n_params, n_state;
    float *state;        /* [n_state] */
    float *m, *v;        /* [n_params] */
    float *average;      /* [n_state] */
    float *best;         /* [n_state] */
    mote_epoch *history; /* [n_epochs], room for max_epochs */
    int32_t max_epochs;
} mote_checkpoint;

void mote_checkpoint_encode(const mote_checkpoint *c, mote_buf *out);

/* Fill `c`, whose run, sizes and max_epochs are set and whose arrays are there. CORRUPT: not a
 * whole, undamaged checkpoint; CONFLICT: of another run. On error `c` is untouched. */
MOTE_MUST_USE mote_status mote_checkpoint_decode(const void *bytes, size_t n, mote_checkpoint *c,
                                                 mote_err *err);

#endif
