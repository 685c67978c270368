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
 * A record counted as written is durable: it survives a kill and a power cut. What is personal in
 * it, and its input, is sealed under a key of its subject and day, which withdrawal and retention
 * destroy (serve/keyring.h). Retention is enforced by the writer, and by every command that opens
 * the store (mote_predlog_upkeep).
 *
 * Tables: store/schema/060_serve.sql, 090_erase.sql. Depends on base/, project/, store/. Used by
 * serve/infer.c, monitor/, web/, cli/. */
#ifndef MOTE_SERVE_PREDLOG_H
#define MOTE_SERVE_PREDLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "serve/consent.h"
#include "serve/infer.h"
#include "store/symptom.h"
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
/* lint: unused_exports: tests wait for what they logged */
MOTE_MUST_USE mote_status mote_predlog_flush(mote_predlog *log, int64_t timeout_ms, mote_err *err);

typedef struct {
    uint64_t without_consent; /* predictions that nothing was kept of */
    uint64_t accepted;        /* taken into the queue */
    uint64_t written;         /* durable */
    uint64_t dropped_queue;   /* the queue was full */
    uint64_t dropped_disk;    /* the store refused: disk full, damaged, locked for too long */
    uint64_t dropped_full;    /* the log has reached its bound */
    uint64_t withdrawn;       /* their subject withdrew while they were in the queue */
    uint64_t purged;          /* removed because their retention was over */
    int64_t queued;           /* now */
    int64_t queued_bytes;
} mote_predlog_counts;
void mote_predlog_read_counts(mote_predlog *log, mote_predlog_counts *out);

/* The following work on a store handle of the caller, with or without a running server. */

/* What was removed. */
typedef struct {
    int64_t n_records;     /* rows */
    int64_t n_inputs;      /* inputs, with their files */
    int64_t n_kept_inputs; /* that something else, such as a data version, still holds */
    int64_t n_keys;        /* keys destroyed: what they sealed is gone, wherever a copy may be */
    int64_t n_left;        /* over their retention, and left when the budget was over */
    int64_t n_plain_left;  /* records of an older Mote that are not sealed yet */
} mote_predlog_erased;

/* Remove what is older than its retention at now_ms: the retention it was logged under or the
 * policy's, whichever ends first; go on with removals that were interrupted. Works in portions of
 * some ten milliseconds; budget NULL: to the end. */
/* lint: unused_exports: tests purge without the rest of the upkeep */
MOTE_MUST_USE mote_status mote_predlog_purge(mote_store *s, const mote_consent_policy *policy,
                                             int64_t now_ms, const mote_budget *budget,
                                             mote_predlog_erased *out, mote_err *err);

/* Purge, and seal records that an older Mote wrote in the clear. Costs some microseconds when there
 * is nothing to do. For every command that opens the store. */
MOTE_MUST_USE mote_status mote_predlog_upkeep(mote_store *s, const mote_consent_policy *policy,
                                              int64_t now_ms, const mote_budget *budget,
                                              mote_predlog_erased *out, mote_err *err);

/* Every key that is in use is fetched and opened; what cannot be goes into `list`. *n_keys: how
 * many there are. Writes nothing. */
MOTE_MUST_USE mote_status mote_predlog_check(mote_store *s, const mote_consent_policy *policy,
                                             mote_symptoms *list, int64_t *n_keys, mote_err *err);

/* The keys are lost for good (the messages of the others say so): give up the records that nobody
 * can read any more. Their rows go with the next purge. CONFLICT while the keys are there. */
MOTE_MUST_USE mote_status mote_predlog_give_up(mote_store *s, const mote_consent_policy *policy,
                                               mote_err *err);

typedef struct {
    mote_predlog_erased now; /* by this call */
    int64_t n_times;         /* withdrawals of this subject, this one included */
    int64_t n_records_in_all, n_inputs_in_all;
    int64_t n_rubbish; /* files without an owner that were swept */
    int64_t n_in_data; /* samples of the data that were inputs of the subject: not touched */
} mote_predlog_withdrawn;

/* Withdrawal: every record of a subject up to now is erased, in this order:
 *
 *   1. a row in `withdrawal` says so; from here on no writer, in any process, writes a record that
 *      was submitted before, and whatever is submitted later counts as consented anew;
 *   2. the keys of the subject are destroyed: nothing of it can be read any more, in whatever
 *      place of the disk a copy may be;
 *   3. rows and inputs are removed, files without an owner swept, and the write-ahead log emptied.
 *
 * wait_ms: how long to wait for readers that keep the log from being emptied; then CONFLICT, naming
 * them. CANCELLED when asked to stop. After either the same call goes on. */
MOTE_MUST_USE mote_status mote_predlog_withdraw(mote_store *s, const char *subject, int64_t wait_ms,
                                                const mote_cancel *cancel,
                                                mote_predlog_withdrawn *out, mote_err *err);

/* How the log stands. */
typedef struct {
    int64_t n_records, bytes, max_bytes;                     /* max 0: no bound */
    int64_t n_over;                                          /* records over their retention */
    int64_t n_plain;                                         /* not sealed yet */
    int64_t n_withdrawals_open;                              /* that did not finish */
    int64_t n_dropped_full, n_dropped_queue, n_dropped_disk; /* since ever, as far as was noted */
    int64_t last_drop_ms;                                    /* 0: never */
} mote_predlog_state;
MOTE_MUST_USE mote_status mote_predlog_look(mote_store *s, const mote_consent_policy *policy,
                                            int64_t now_ms, mote_predlog_state *out, mote_err *err);

/* A page of the log, in order of the records' numbers. */
typedef struct {
    const char *model;         /* by its name; NULL: of any */
    const mote_sha256 *bundle; /* one version of it; NULL: of any */
    int64_t after_id;          /* the last number of the page before; 0: from the first record on */
    int64_t max;               /* records, 1 to 1000000 */
} mote_predlog_page;

/* Texts and numbers of the records live in `a`. What was sealed under a key that is destroyed is
 * left out. */
typedef struct {
    int64_t id, time_ms;
    const char *model, *version, *purpose, *subject, *request_id;
    int32_t class_id;
    const char *label; /* NULL: outputs are not kept */
    const float *probabilities;
    int32_t n_labels;
    bool has_input;
    const char *input_kind; /* "wav", "u8" or "f32"; NULL without input */
    mote_sha256 input;      /* the object that holds it; mote_predlog_input opens it */
    const float *watched;
    int32_t n_watched;
    int64_t infer_us;
} mote_predlog_record;
MOTE_MUST_USE mote_status mote_predlog_list(mote_store *s, const mote_predlog_page *page,
                                            mote_arena *a, mote_predlog_record **out, size_t *n,
                                            mote_err *err);

/* Only what the monitor watches; n 0: the values cannot be read any more. */
typedef struct {
    int64_t id, time_ms;
    const float *values;
    int32_t n;
} mote_predlog_watch;
MOTE_MUST_USE mote_status mote_predlog_watched(mote_store *s, const mote_predlog_page *page,
                                               mote_arena *a, mote_predlog_watch **out, size_t *n,
                                               mote_err *err);

/* The input of a record as it came; owned by the caller (mote_free). NOT_FOUND when none was kept
 * or its key is destroyed. */
MOTE_MUST_USE mote_status mote_predlog_input(mote_store *s, int64_t id, size_t max_bytes,
                                             char **out, size_t *len, mote_err *err);

#endif
