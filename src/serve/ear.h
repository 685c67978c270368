/* SPDX-License-Identifier: Apache-2.0 */
/* An ear: a model that listens, remembers the last seconds, and keeps what somebody marks.
 *
 * Sound goes in as it comes; every hop is told: how loud it is, how probable each label, what the
 * device would say. When somebody marks a miss (they said it and nothing happened) or a false
 * wake (it woke and nobody said it), that stretch of sound is written as a WAV file with a line in
 * the folder's review.csv, which `mote data review add` reads (data/review.h). Nothing is kept
 * unless a folder is named, and of what is not marked nothing ever is.
 *
 *     file,start,end,what,label        start and end in seconds of the file, where it lies
 *
 * Depends on data/audio, model/listener. Used by cli/ and, for sound that comes over the network,
 * by web/. */
#ifndef MOTE_SERVE_EAR_H
#define MOTE_SERVE_EAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/listener.h"

#define MOTE_EAR_FILE     "review.csv"
#define MOTE_EAR_MISS_S   4.0  /* before a mark of a miss: what is kept */
#define MOTE_EAR_AROUND_S 1.0  /* before and behind a false wake, where there is as much */
#define MOTE_EAR_MEMORY_S 30.0 /* how far back a false wake can be marked */

typedef struct mote_ear mote_ear;

typedef struct {
    double at_s;       /* end of the window */
    double level_dbfs; /* of the sound since the last one; -120: silence */
    int32_t n_labels;
    const uint32_t *average; /* [n_labels] as mote_listener_hop */
    bool is_hit;
    int32_t class_id; /* where is_hit */
    double probability;
} mote_ear_hop;

typedef struct {
    const char *dir; /* where marks are kept; NULL: nowhere. Borrowed */
    void (*hop)(void *arg, const mote_ear_hop *hop); /* NULL: nobody is told */
    void *arg;
} mote_ear_config;

typedef struct {
    double heard_s;
    size_t n_hits, n_misses, n_false; /* the latter two: marked */
} mote_ear_summary;

/* Borrows the predictor. UNSUPPORTED as mote_listener_create; what making the folder can give. */
MOTE_MUST_USE mote_status mote_ear_create(mote_predictor *p, const mote_ear_config *cfg,
                                          mote_ear **out, mote_err *err);
void mote_ear_destroy(mote_ear *e);

MOTE_MUST_USE mote_status mote_ear_push(mote_ear *e, const int16_t *x, size_t n, mote_err *err);
MOTE_MUST_USE mote_status mote_ear_end(mote_ear *e, mote_err *err);

/* What a mark kept. */
typedef struct {
    char file[96];         /* in the folder */
    const char *label;     /* what was said, or taken for said; "": not known. Borrowed */
    double start_s, end_s; /* where in the file */
} mote_ear_mark;

/* Somebody said `label` (NULL: the only one that reacts, or else not known) in the last seconds,
 * and nothing happened. The place is the window in which it was most probable.
 * Errors: ARG nothing is kept (no folder); NOT_FOUND nothing was heard yet; IO and others of
 * files. */
MOTE_MUST_USE mote_status mote_ear_miss(mote_ear *e, const char *label, int64_t now_ms,
                                        mote_ear_mark *out, mote_err *err);

/* Nobody said what the last detection took for said. Each detection once.
 * Errors: as above; NOT_FOUND there is no detection in the last 30 s. */
MOTE_MUST_USE mote_status mote_ear_false(mote_ear *e, int64_t now_ms, mote_ear_mark *out,
                                         mote_err *err);

mote_ear_summary mote_ear_summarise(const mote_ear *e);

#endif
