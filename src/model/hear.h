/* SPDX-License-Identifier: Apache-2.0 */
/* What the device would say of a recording: the one meaning of "detected".
 *
 * The front end, the int8 network every hop of the operating point, and the detector of
 * device/stream behind it (smoothing, thresholds, suppression), bit for bit as the generated
 * firmware (compile/codegen_detections.c) computes them when it is fed this:
 *
 *     device on                                                                      last window
 *     |  quiet (zeros)  |        the recording, n samples        |      quiet (zeros)      |
 *     |<--- -first ---->|0                                      n|
 *     [ window 0 ]
 *        [ window 1 ]        window i covers samples [first + i * hop, ... + heard)
 *
 * Quiet is digital silence: samples of 0. There is as much of it before the recording as the
 * detector needs to be warm (the first smooth_hops windows hear nothing else), and as much after it
 * as there are averages that the recording takes part in. So a recording that is a clip, one that
 * is shorter, and one that goes on for minutes are heard in the same way: by a device that was on
 * before and stays on.
 *
 * Windows lie on a grid of hops. A recording longer than the model's clip has a window that starts
 * at its first sample; a shorter one has one that holds it in the middle, zeros on both sides, as
 * clips are padded for training. The windows that begin in the recording and have at least their
 * first (clip - hop) samples in it are the windows "inside": what a person is told of (label,
 * probabilities) is said of one of them; a detection may be of any window.
 *
 * Where nobody knows what lay around a recording (a sensor at rest is not at zero), it is heard
 * alone: by a device that is switched on with its first sample and off behind its last. Windows are
 * those that lie in it, from its first sample on, and the first average is that of smooth_hops of
 * them.
 *
 * What is not computed, since it cannot change a detection: frames and windows of quiet alone (once
 * a model), and windows whose every average stays below every threshold even if all that is unknown
 * of it were 255/256. Decisions are those of mrt_detector itself, on the same outputs.
 *
 * Depends on model/predictor.h, device/stream. Used by serve/. */
#ifndef MOTE_MODEL_HEAR_H
#define MOTE_MODEL_HEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "model/predictor.h"

#define MOTE_HEAR_MAX_WINDOWS 65536

/* One per thread. */
typedef struct mote_hearer mote_hearer;

/* Borrows the predictor for its life. UNSUPPORTED for a model that takes
 * tensors, or has no classes. Cost: one run of
 * the network, on quiet. */
MOTE_MUST_USE mote_status mote_hearer_create(mote_predictor *p, mote_hearer **out, mote_err *err);
void mote_hearer_destroy(mote_hearer *h);

typedef enum {
    MOTE_HEAR_DETECTIONS,  /* run what the detections need */
    MOTE_HEAR_INSIDE,      /* and every window inside the recording */
    MOTE_HEAR_INSIDE_ONLY, /* these alone: detections are not looked for */
    MOTE_HEAR_ALL          /* every window */
} mote_hear_mode;

typedef struct {
    mote_hear_mode mode;
    bool is_alone;      /* no quiet around it */
    size_t max_windows; /* of a recording that is trusted to be long; 0: MOTE_HEAR_MAX_WINDOWS */
    /* n <= clip: the output of the one window inside, when it is known already; else NULL. */
    const int8_t *inside;
} mote_hear_config;

/* One detection. Samples count from the recording's first. */
typedef struct {
    int64_t start; /* of the window that completed it; negative: it began in the quiet before */
    int64_t at;    /* end of that window: when the device says it; may lie after the recording */
    int32_t class_id;
    uint32_t average_q16; /* the smoothed probability that passed, times 65536, rounded down */
} mote_heard;

/* Lives in the arena given. */
typedef struct {
    const mote_heard *items; /* [n], in time */
    size_t n;
    int64_t first, hop; /* window i starts at first + i * hop; -first samples of quiet before */
    int64_t heard;      /* samples that a window covers; at most the clip */
    size_t n_windows;
    size_t inside, n_inside; /* windows inside: [inside, inside + n_inside) */
    size_t n_run;            /* runs of the network that it took */
    const int8_t *outputs;   /* [n_windows][n_labels], valid where is_known */
    const uint8_t *is_known; /* [n_windows] */
} mote_hearing;

/* What is heard: n samples (rows of the model's sample, for sound int16), n may be 0. Borrowed. */
typedef struct {
    const void *x;
    size_t n;
} mote_recording;

/* Hear it. cfg NULL: detections. LIMIT for more windows than cfg allows. */
MOTE_MUST_USE mote_status mote_hear(mote_hearer *h, const mote_recording *r,
                                    const mote_hear_config *cfg, mote_arena *a, mote_hearing *out,
                                    mote_err *err);

/* A model that takes tensors has no stream and no hops: one output alone, without smoothing, its
 * raw int8 probabilities against the thresholds. True and *hit (at time 0) when one is reached. */
bool mote_hear_tensor(const mote_model *m, const int8_t *out, mote_heard *hit);

#endif
