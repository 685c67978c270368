/* SPDX-License-Identifier: Apache-2.0 */
/* Is the store whole? Everything that a row names is looked at, every object is read and hashed.
 *
 * Depends on store.h, symptom.h. Used by monitor/health.c. */
#ifndef MOTE_STORE_CHECK_H
#define MOTE_STORE_CHECK_H

#include "store/symptom.h"
#include "store/store.h"

typedef struct {
    bool repair;    /* what loses nothing: files without an owner, rights, the write-ahead log,
                       damaged files of results that a stage can make again */
    int64_t now_ms; /* the wall clock */
    const mote_cancel *cancel;
    void (*progress)(void *arg, int64_t done, int64_t total); /* bytes of objects; NULL: not told */
    void *progress_arg;
} mote_check_config;

typedef struct {
    int64_t n_objects, n_bytes; /* read and hashed */
    int64_t n_damaged;          /* of them missing or damaged */
    int64_t wal_bytes;
    int64_t free_bytes; /* of the disk */
} mote_check_report;

/* What is wrong goes into `list`; the status is of the checking itself. CANCELLED when asked to
 * stop. Cost: reads every byte of the store once. */
MOTE_MUST_USE mote_status mote_store_examine(mote_store *s, const mote_check_config *cfg,
                                             mote_symptoms *list, mote_check_report *out,
                                             mote_err *err);

#endif
