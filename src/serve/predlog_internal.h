/* SPDX-License-Identifier: Apache-2.0 */
/* What predlog.c (queue) and predlog_store.c (tables) share. */
#ifndef MOTE_SERVE_PREDLOG_INTERNAL_H
#define MOTE_SERVE_PREDLOG_INTERNAL_H

#include "serve/predlog.h"

/* A prediction on its way to the store: one heap block. */
typedef struct predlog_entry predlog_entry;
struct predlog_entry {
    predlog_entry *next;
    size_t bytes; /* of the block */
    int64_t time_ms, expires_ms, infer_us;
    mote_sha256 model_hash;
    mote_consent consent;
    char model[MOTE_SERVE_NAME_BYTES], version[MOTE_SERVE_NAME_BYTES];
    char request_id[128];
    char label[MOTE_LABEL_BYTES];
    int32_t class_id;
    int32_t n_labels; /* 0: outputs are not kept */
    int32_t n_watched;
    int32_t rate_hz;
    float watched[MOTE_SERVE_MAX_WATCHED];
    float *probabilities; /* in the block */
    char *input;          /* in the block; NULL: inputs are not kept */
    size_t n_in;
    bool is_pcm;
};

/* Put the input's object and the row; in a transaction of the caller. */
mote_status predlog_insert(mote_store *s, const predlog_entry *n, mote_err *err);

#endif
