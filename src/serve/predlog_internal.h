/* SPDX-License-Identifier: Apache-2.0 */
/* What predlog.c (queue), predlog_store.c (tables) and predlog_erase.c (removing) share. */
#ifndef MOTE_SERVE_PREDLOG_INTERNAL_H
#define MOTE_SERVE_PREDLOG_INTERNAL_H

#include "serve/keyring.h"
#include "serve/predlog.h"

/* A prediction on its way to the store: one heap block. */
typedef struct predlog_entry predlog_entry;
struct predlog_entry {
    predlog_entry *next;
    size_t bytes; /* of the block */
    int64_t time_ms, expires_ms, infer_us;
    int64_t mono_us; /* when it was submitted, against withdrawals */
    mote_sha256 model_hash;
    mote_consent consent;
    char model[MOTE_SERVE_NAME_BYTES], version[MOTE_SERVE_NAME_BYTES];
    char request_id[128];
    char label[MOTE_LABEL_BYTES];
    int32_t class_id;
    int32_t n_labels; /* 0: outputs are not kept */
    int32_t n_watched;
    float *watched, *probabilities; /* in the block */
    char *input;                    /* in the block; NULL: inputs are not kept */
    size_t n_in, in_bytes;          /* elements and bytes of it */
    bool is_as_kept;                /* it is the text to keep, no elements */
    mote_model *of;                 /* a reference, with an input */
    const mote_intake *intake;      /* of the model: how it is kept */
};

#define PREDLOG_BOOT_BYTES 64
#define PREDLOG_DAY_MS     ((int64_t)24 * 60 * 60 * 1000)

/* Which boot of the machine this is, so that monotonic times of two processes can be compared; ""
 * where the system does not tell. */
void predlog_boot(char out[PREDLOG_BOOT_BYTES]);

/* What became of a record. */
typedef enum { PREDLOG_WRITTEN, PREDLOG_WITHDRAWN, PREDLOG_FULL } predlog_fate;

/* The tables in the hands of the one thread that writes them, which owns what this points to. */
typedef struct {
    mote_store *store;
    mote_keyring *keys; /* of the store */
    char boot[PREDLOG_BOOT_BYTES];
    int64_t room; /* bytes that the log may still grow by */
} predlog_book;

/* Seal the record under the key of its subject and day, put its input's object and the row; in a
 * transaction of the caller, behind mote_keyring_prepare and before mote_keyring_sync. The room is
 * lessened by what was written. */
mote_status predlog_insert(predlog_book *book, const predlog_entry *n, predlog_fate *fate,
                           mote_err *err);

/* Measure the room anew. */
mote_status predlog_measure_room(predlog_book *book, const mote_consent_policy *policy,
                                 mote_err *err);
/* Add to what was dropped, for 'mote status'. */
mote_status predlog_note_drops(mote_store *s, const char *reason, int64_t n, int64_t now_ms,
                               mote_err *err);

/* What a record holds that is personal, as it is sealed (docs/formats/prediction-log.md). Borrowed
 * from the entry, row or bytes that it was made from. */
typedef struct {
    int32_t class_id; /* -1: outputs are not kept */
    const char *label, *subject, *request_id;
    size_t n_label, n_subject, n_request_id;
    const void *probabilities, *watched; /* float32, little-endian */
    size_t n_probabilities, n_watched;   /* numbers */
} predlog_person;

/* The seal of one record: a key, and to which record what it seals belongs. */
typedef struct {
    int64_t key_id, time_ms;
    mote_sha256 model_hash;
    mote_seal_key key;
} predlog_seal;

/* What the store keeps of a record once it is sealed. */
typedef struct {
    mote_buf person; /* predlog_person; released with predlog_sealed_release */
    bool has_input;
    mote_sha256 input; /* an object */
    int64_t bytes;     /* that all of it takes of the log */
    int64_t now_ms;    /* when it is sealed, by the wall clock */
} predlog_sealed;

/* Nothing yet but the row itself. */
void predlog_sealed_init(predlog_sealed *x, int64_t now_ms);
void predlog_sealed_release(predlog_sealed *x);
#define PREDLOG_SCOPED_SEALED __attribute__((cleanup(predlog_sealed_release))) predlog_sealed

mote_status predlog_seal_person(const predlog_seal *seal, const predlog_person *p,
                                predlog_sealed *out, mote_err *err);
/* The file of an input, sealed and put as an object. */
mote_status predlog_seal_input(mote_store *s, const predlog_seal *seal, const void *file, size_t n,
                               predlog_sealed *out, mote_err *err);

/* The key of a subject (NULL: nobody was named) on the day of seal->time_ms, made if needed: into
 * the seal. */
mote_status predlog_key_for(mote_store *s, mote_keyring *keys, const mote_sha256 *subject,
                            predlog_seal *seal, mote_err *err);

#endif
