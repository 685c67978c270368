/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the prediction log, made so that they can be destroyed.
 *
 *     master secret   .mote/keys/master, or consent.key_file: one, replaced at each destruction
 *       | wraps
 *     record keys     .mote/keys/log: one for each subject and day; key 0 names the subjects
 *       | seal
 *     records         prediction.sealed, and the objects that hold inputs
 *
 * To destroy record keys, the living ones are wrapped anew under a new master secret and put in
 * place of the old file; then the old master secret and the old file are overwritten in place. A
 * copy of the old file that the disk may still hold somewhere opens with nothing that exists. What
 * that rests on (overwriting in place) and what to do where it fails: docs/privacy.md. Layout:
 * docs/formats/log-keys.md.
 *
 * Table log_key says which keys there are; a key in the file without a row is void. Whoever changes
 * the files holds the write lock of the database. A process killed at any point leaves either
 * state; the next one to hold the lock finishes it.
 *
 * Depends on base/, store/. Used by serve/predlog*.c. */
#ifndef MOTE_SERVE_KEYRING_H
#define MOTE_SERVE_KEYRING_H

#include "base/seal.h"
#include "store/store.h"

typedef struct mote_keyring mote_keyring;

/* Of the store, whose handle is borrowed. Reads nothing yet. */
MOTE_MUST_USE mote_status mote_keyring_create(mote_store *s, mote_keyring **out, mote_err *err);
void mote_keyring_destroy(mote_keyring *k); /* wipes what it knew; accepts NULL */
void mote_keyring_scoped(mote_keyring **k);
#define MOTE_SCOPED_KEYRING __attribute__((cleanup(mote_keyring_scoped))) mote_keyring

/* Make the files if there are none, finish what a killed process left. Inside a transaction of the
 * caller. CORRUPT when one of the files is missing or damaged, with what can be done. */
MOTE_MUST_USE mote_status mote_keyring_prepare(mote_keyring *k, mote_err *err);

/* The name under which a subject is known in the store: HMAC-SHA-256 under key 0. After prepare,
 * once in the life of the project. */
MOTE_MUST_USE mote_status mote_keyring_pseudonym(mote_keyring *k, const char *subject,
                                                 mote_sha256 *out, mote_err *err);

/* The key `id`. NOT_FOUND when it was destroyed. */
MOTE_MUST_USE mote_status mote_keyring_get(mote_keyring *k, int64_t id, mote_seal_key *out,
                                           mote_err *err);

/* A new key under this number, which log_key has just given. After prepare, in the same
 * transaction; mote_keyring_sync comes before its commit. */
MOTE_MUST_USE mote_status mote_keyring_add(mote_keyring *k, int64_t id, mote_seal_key *out,
                                           mote_err *err);
MOTE_MUST_USE mote_status mote_keyring_sync(mote_keyring *k, mote_err *err);

/* After a transaction with mote_keyring_add was rolled back: its numbers will be given again. */
void mote_keyring_forget(mote_keyring *k);

/* Destroy every key whose row has state 1. On return they are gone and their rows have state 2.
 * *n_destroyed counts them (NULL: not asked). Does nothing when there is none. Not inside a
 * transaction. Cost: the file is written anew, 80 bytes and some microseconds a living key. */
MOTE_MUST_USE mote_status mote_keyring_shed(mote_keyring *k, int64_t *n_destroyed, mote_err *err);

/* The files are lost or damaged for good: give up all that they sealed, and begin with new ones.
 * The rows of log_key get state 2. CONFLICT while the files are there and fit: nothing is to be
 * given up. Not inside a transaction. */
MOTE_MUST_USE mote_status mote_keyring_give_up(mote_keyring *k, mote_err *err);

#endif
