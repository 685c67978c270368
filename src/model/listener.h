/* SPDX-License-Identifier: Apache-2.0 */
/* A model that listens to sound as it comes in, a piece at a time: what hear.h says of a whole
 * recording, said while it lasts. A hop is a window of the model and what the detector of
 * device/stream makes of it; windows, averages and detections are those of mote_hear, bit for bit,
 * for a device that was on in quiet before the first sample.
 *
 * Depends on model/hear.h, model/predictor.h, device/stream. Used by serve/ and cli/. */
#ifndef MOTE_MODEL_LISTENER_H
#define MOTE_MODEL_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/hear.h"

typedef struct mote_listener mote_listener;

/* One hop. Pointers live until the function that is given it returns. */
typedef struct {
    int64_t start, end;      /* samples that its window covers, from the first that was pushed */
    const uint32_t *average; /* [n_labels] smoothed probabilities times 65536, rounded down */
    bool is_hit;
    mote_heard hit; /* where is_hit */
} mote_listener_hop;

typedef struct {
    void (*call)(void *arg, const mote_listener_hop *hop);
    void *arg;
} mote_listener_sink;

/* Borrows the predictor. UNSUPPORTED for a model that takes something else than sound over time, or
 * has no classes. */
MOTE_MUST_USE mote_status mote_listener_create(mote_predictor *p, mote_listener **out,
                                               mote_err *err);
void mote_listener_destroy(mote_listener *l);

/* The next n samples, any number; the listener hears of every hop that they complete. Cost: a hop
 * costs the front end of a window and a run of the network. */
MOTE_MUST_USE mote_status mote_listener_push(mote_listener *l, const int16_t *x, size_t n,
                                             const mote_listener_sink *to, mote_err *err);

/* No more sound: quiet until nothing of it is in an average any more. Then it is at its
 * beginning again. */
MOTE_MUST_USE mote_status mote_listener_end(mote_listener *l, const mote_listener_sink *to,
                                            mote_err *err);

int64_t mote_listener_heard(const mote_listener *l); /* samples that a window covers */

#endif
