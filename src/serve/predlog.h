/* SPDX-License-Identifier: Apache-2.0 */
/* The prediction log: what was predicted, from what, by which model version, with whose consent.
 *
 * A prediction is kept if and only if its request carries a consent that the policy accepts
 * (serve/consent.h). An answer never waits for the log: submit copies the record into a bounded
 * queue and returns; a writer thread with a store handle of its own writes the records in batches.
 * What the queue cannot take, and what the disk refuses, is dropped and counted.
 *
 *     serving threads --submit--> queue (count and bytes bounded) --> writer --> store (one commit
 *                         \-> dropped, counted                           \        a batch)
 *                                                                         \-> dropped, counted
 *
 * A record counted as written is durable: it survives a kill and a power cut. Retention is
 * enforced by the writer (rows and objects are really removed), and by mote_predlog_purge.
 *
 * Tables: store/schema/060_serve.sql. Depends on base/, store/. Used by serve/infer.c, monitor/,
 * web/, cli/. */
#ifndef MOTE_SERVE_PREDLOG_H
#define MOTE_SERVE_PREDLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "serve/consent.h"
#include "serve/infer.h"
#include "store/store.h"

typedef struct {
    const char *project;        /* folder of the store */
    mote_consent_policy policy; /* copied */
    int32_t max_records;        /* in the queue; 0: 4096 */
    size_t max_bytes;           /* in the queue; 0: 64 MiB */
    int64_t purge_every_ms;     /* 0: a minute */
} mote_predlog_config;

/* Open the store and start the writer. */
MOTE_MUST_USE mote_status mote_predlog_create(const mote_predlog_config *cfg, mote_predlog **out,
                                              mote_err *err);
/* Write what is queued, within some seconds, and stop. */
void mote_predlog_destroy(mote_predlog *log);

/* Keep this prediction if its consent allows it. Never waits; any thread. */
void mote_predlog_submit(mote_predlog *log, const mote_serve_event *event);

/* Wait until everything submitted before is written or dropped. TIMEOUT. */
MOTE_MUST_USE mote_status mote_predlog_flush(mote_predlog *log, int64_t timeout_ms, mote_err *err);

typedef struct {
    uint64_t without_consent; /* predictions that nothing was kept of */
    uint64_t accepted;        /* taken into the queue */
    uint64_t written;         /* durable */
    uint64_t dropped_queue;   /* the queue was full */
    uint64_t dropped_disk;    /* the store refused: disk full, damaged, locked for too long */
    uint64_t purged;          /* removed because their retention was over */
    int64_t queued;           /* now */
    int64_t queued_bytes;
} mote_predlog_counts;
void mote_predlog_read_counts(mote_predlog *log, mote_predlog_counts *out);

/* The following work on a store handle of the caller, with or without a running server. */

/* Remove what is older than its retention at now_ms: the retention it was logged under or the
 * policy's, whichever ends first. */
MOTE_MUST_USE mote_status mote_predlog_purge(mote_store *s, const mote_consent_policy *policy,
                                             int64_t now_ms, int64_t *n_removed, mote_err *err);

/* Withdrawal: remove every record of a subject and the inputs that only these records needed.
 * *n_kept_inputs (may be NULL) counts inputs that something else, such as a data version, still
 * holds. */
MOTE_MUST_USE mote_status mote_predlog_withdraw(mote_store *s, const char *subject,
                                                int64_t *n_removed, int64_t *n_kept_inputs,
                                                mote_err *err);

/* Records in order of their number, from the one behind `after_id` on; at most max. Texts and
 * numbers live in `a`. model NULL: of any. */
typedef struct {
    int64_t id, time_ms;
    const char *model, *version, *purpose, *subject, *request_id;
    int32_t class_id;
    const char *label; /* NULL: outputs are not kept */
    const float *probabilities;
    int32_t n_labels;
    bool has_input;
    const char *input_kind; /* "wav" or "f32"; NULL without input */
    mote_sha256 input;
    const float *watched;
    int32_t n_watched;
    int64_t infer_us;
} mote_predlog_record;
MOTE_MUST_USE mote_status mote_predlog_list(mote_store *s, const char *model, int64_t after_id,
                                            int64_t max, mote_arena *a, mote_predlog_record **out,
                                            size_t *n, mote_err *err);

#endif
