/* SPDX-License-Identifier: Apache-2.0 */
/* Removing from the prediction log: retention, withdrawal, and sealing what an older Mote wrote in
 * the clear.
 *
 * Removing is done in steps that a kill may part: rows go in one transaction, which notes their
 * inputs in prediction_erase; then each noted object is erased, unless something else holds it.
 * Keys that are to go have state 1 in log_key until they are destroyed, then 2 until their last row
 * is gone. Every step looks at the tables only, so whoever comes next goes on. */
#include <string.h>

#include "base/clock.h"
#include "serve/predlog_internal.h"

#define FINISH_WAIT_MS 100
#define PORTION        128 /* rows removed in one transaction: writers queue behind it */

static bool is_over(const mote_budget *b)
{
    return b && mote_budget_over(b);
}

/* ---- inputs ---- */

/* A portion of what is noted: its numbers, and whether any was kept in the clear. */
static mote_status read_notes(mote_store *s, mote_sha256 ids[PORTION], size_t *n, bool *plain,
                              mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT input, plain FROM prediction_erase LIMIT ?1", &q, err));
    mote_stmt_bind_i64(q, 1, PORTION);
    *plain = false;
    for (*n = 0; *n < PORTION; ++*n) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        if (!mote_stmt_hash(q, 0, &ids[*n]))
            return mote_fail(err, MOTE_CORRUPT, "prediction_erase holds something that is no hash");
        *plain |= mote_stmt_i64(q, 1) != 0;
    }
    return MOTE_OK;
}

static mote_status drop_notes(mote_store *s, const mote_sha256 *ids, size_t n, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_stmt_prepare(s, "DELETE FROM prediction_erase WHERE input = ?1", &q, err));
    for (size_t i = 0; i < n; i++) {
        mote_stmt_bind_hash(q, 1, &ids[i]);
        MOTE_TRY(mote_stmt_run(q, err));
    }
    return mote_store_commit(&txn, err);
}

/* Erase the objects noted in prediction_erase. What was kept in the clear is overwritten on the
 * disk as well; what was sealed is nothing without its key. */
static mote_status erase_noted(mote_store *s, const mote_budget *budget, mote_predlog_erased *r,
                               mote_err *err)
{
    while (!is_over(budget)) {
        mote_sha256 ids[PORTION];
        bool gone[PORTION], plain = false;
        size_t n = 0;
        MOTE_TRY(read_notes(s, ids, &n, &plain, err));
        if (n == 0)
            break;
        MOTE_TRY(mote_object_erase_all(s, ids, n, plain, gone, err));
        for (size_t i = 0; i < n; i++) {
            r->n_inputs += gone[i];
            r->n_kept_inputs += !gone[i];
        }
        MOTE_TRY(drop_notes(s, ids, n, err));
    }
    return MOTE_OK;
}

/* ---- rows ---- */

/* Which rows to remove. `ids` selects at most ?1 of them, with ?2 and ?3 as its values. */
typedef struct {
    const char *note, *remove;
    bool by_subject; /* ?2 is a hash; else a number */
    mote_sha256 subject;
    const char *name; /* ?2 as text, when not NULL */
    int64_t number, up_to;
} selection;

#define NOTE                                                                                       \
    "INSERT INTO prediction_erase(input, plain) SELECT input, key IS NULL "                        \
    "FROM prediction WHERE input IS NOT NULL AND id IN ("
#define DELETE "DELETE FROM prediction WHERE id IN ("
#define SELECT(ids)                                                                                \
    .note = NOTE ids " LIMIT ?1) ON CONFLICT DO NOTHING", .remove = DELETE ids " LIMIT ?1)"
#define EXPIRED "SELECT id FROM prediction WHERE expires_ms <= ?2"
#define TOO_OLD "SELECT id FROM prediction WHERE time_ms <= ?2"
#define KEYLESS                                                                                    \
    "SELECT id FROM prediction WHERE ?2 = 0 AND key IN (SELECT id FROM log_key WHERE state <> 0)"
#define OF_KEYS                                                                                    \
    "SELECT id FROM prediction WHERE key IN (SELECT id FROM log_key WHERE subject = ?2 AND state " \
    "<> 0)"
#define PLAIN_OF "SELECT id FROM prediction WHERE key IS NULL AND subject = ?2 AND id <= ?3"

static void bind(mote_stmt *q, const selection *w)
{
    mote_stmt_bind_i64(q, 1, PORTION);
    if (w->by_subject)
        mote_stmt_bind_hash(q, 2, &w->subject);
    else if (w->name)
        mote_stmt_bind_text(q, 2, w->name);
    else
        mote_stmt_bind_i64(q, 2, w->number);
    if (w->name)
        mote_stmt_bind_i64(q, 3, w->up_to);
}

/* Add to what a withdrawal has erased in the clear, in the transaction that does it; what is sealed
 * is counted by a trigger, whoever removes it. */
static mote_status count_withdrawn(mote_store *s, const mote_sha256 *subject, int64_t n_records,
                                   int64_t n_inputs, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "UPDATE withdrawal SET n_records = n_records + ?2, "
                               "n_inputs = n_inputs + ?3 WHERE subject = ?1",
                               &q, err));
    mote_stmt_bind_hash(q, 1, subject);
    mote_stmt_bind_i64(q, 2, n_records);
    mote_stmt_bind_i64(q, 3, n_inputs);
    return mote_stmt_run(q, err);
}

static mote_status remove_portion(mote_store *s, const selection *w, const mote_sha256 *withdrawn,
                                  int64_t *n, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_SCOPED_STMT *note = NULL;
    MOTE_SCOPED_STMT *del = NULL;
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_stmt_prepare(s, w->note, &note, err));
    MOTE_TRY(mote_stmt_prepare(s, w->remove, &del, err));
    bind(note, w);
    MOTE_TRY(mote_stmt_run(note, err));
    int64_t n_inputs = mote_store_changes(s);
    bind(del, w);
    MOTE_TRY(mote_stmt_run(del, err));
    *n = mote_store_changes(s);
    if (withdrawn && *n > 0)
        MOTE_TRY(count_withdrawn(s, withdrawn, *n, n_inputs, err));
    return mote_store_commit(&txn, err);
}

/* All that `w` selects, with its inputs; `withdrawn`: whose rows in the clear these are, or NULL.
 */
static mote_status remove_selected(mote_store *s, const selection *w, const mote_sha256 *withdrawn,
                                   const mote_budget *budget, mote_predlog_erased *r, mote_err *err)
{
    for (int64_t n = PORTION; n > 0 && !is_over(budget);) {
        MOTE_TRY(remove_portion(s, w, withdrawn, &n, err));
        r->n_records += n;
        if (n > 0)
            MOTE_TRY(erase_noted(s, budget, r, err));
    }
    return MOTE_OK;
}

/* ---- keys ---- */

/* Keys without a record have done their duty. */
static mote_status shed_keys(mote_store *s, bool look_for_idle, mote_predlog_erased *r,
                             mote_err *err)
{
    MOTE_SCOPED_KEYRING *keys = NULL;
    int64_t n = 0;
    if (look_for_idle)
        MOTE_TRY(mote_store_exec(s,
                                 "UPDATE log_key SET state = 1 WHERE state = 0 AND NOT EXISTS "
                                 "(SELECT 1 FROM prediction WHERE key = log_key.id)",
                                 err));
    MOTE_TRY(mote_keyring_create(s, &keys, err));
    MOTE_TRY(mote_keyring_shed(keys, &n, err));
    r->n_keys += n;
    return mote_store_exec(s,
                           "DELETE FROM log_key WHERE state = 2 AND NOT EXISTS "
                           "(SELECT 1 FROM prediction WHERE key = log_key.id)",
                           err);
}

/* ---- retention ---- */

static mote_status count_over(mote_store *s, int64_t now_ms, int64_t before_ms, int64_t *n,
                              mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(
        s, "SELECT count(*) FROM prediction WHERE expires_ms <= ?1 OR time_ms <= ?2", &q, err));
    mote_stmt_bind_i64(q, 1, now_ms);
    mote_stmt_bind_i64(q, 2, before_ms);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *n = mote_stmt_i64(q, 0);
    return MOTE_OK;
}

static int64_t oldest_ms(const mote_consent_policy *policy, int64_t now_ms)
{
    return now_ms - policy->retention_days * PREDLOG_DAY_MS;
}

static mote_status purge(mote_store *s, const mote_consent_policy *policy, int64_t now_ms,
                         const mote_budget *budget, mote_predlog_erased *r, mote_err *err)
{
    const selection ways[] = {
        {SELECT(KEYLESS), .number = 0}, /* of a withdrawal that did not finish */
        {SELECT(EXPIRED), .number = now_ms},
        {SELECT(TOO_OLD), .number = oldest_ms(policy, now_ms)},
    };
    MOTE_TRY(mote_store_set_key_file(s, policy->key_file, err));
    MOTE_TRY(erase_noted(s, budget, r, err)); /* of a call that was interrupted */
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        MOTE_TRY(remove_selected(s, &ways[i], NULL, budget, r, err));
    MOTE_TRY(shed_keys(s, r->n_records > 0 || !budget, r, err));
    MOTE_TRY(count_over(s, now_ms, oldest_ms(policy, now_ms), &r->n_left, err));
    mote_err why = {0}; /* a reader in the way: the log is emptied another time */
    if (r->n_records > 0 && mote_store_empty_wal(s, 0, NULL, &why) != MOTE_OK &&
        why.status != MOTE_CONFLICT)
        return mote_fail(err, why.status, "%s", why.text);
    return MOTE_OK;
}

mote_status mote_predlog_purge(mote_store *s, const mote_consent_policy *policy, int64_t now_ms,
                               const mote_budget *budget, mote_predlog_erased *out, mote_err *err)
{
    mote_predlog_erased r = {0};
    mote_status st = purge(s, policy, now_ms, budget, &r, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "remove predictions over their retention");
    *out = r;
    return MOTE_OK;
}

/* ---- records of an older Mote ---- */

/* Did the subject withdraw after this row was written? Then it is a row that a withdrawal was about
 * to remove when it was stopped. */
static mote_status was_withdrawn(mote_store *s, const mote_sha256 *subject, int64_t id,
                                 bool *withdrawn, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT 1 FROM withdrawal WHERE subject = ?1 AND up_to >= ?2", &q,
                               err));
    mote_stmt_bind_hash(q, 1, subject);
    mote_stmt_bind_i64(q, 2, id);
    return mote_stmt_step(q, withdrawn, err);
}

typedef struct {
    int64_t id;
    predlog_seal seal;
    predlog_person p;
    bool has_input;
    mote_sha256 input;
} plain_row;

static const void *copy_bytes(mote_arena *a, const void *from, size_t n)
{
    char *copy = mote_arena_alloc(a, n + 1, 1);
    if (copy && n)
        memcpy(copy, from, n);
    return copy;
}

static mote_status read_plain(mote_stmt *q, mote_arena *a, plain_row *r, mote_err *err)
{
    predlog_person *p = &r->p;
    const char *texts[3];
    size_t lengths[3], n = 0;
    for (int i = 0; i < 3; i++) {
        const char *text = mote_stmt_text(q, 4 + i);
        lengths[i] = text ? strlen(text) : 0;
        texts[i] = copy_bytes(a, text, lengths[i]);
    }
    r->id = mote_stmt_i64(q, 0);
    r->seal.time_ms = mote_stmt_i64(q, 1);
    p->class_id = mote_stmt_is_null(q, 3) ? -1 : (int32_t)mote_stmt_i64(q, 3);
    p->label = texts[0], p->n_label = lengths[0];
    p->subject = texts[1], p->n_subject = lengths[1];
    p->request_id = texts[2], p->n_request_id = lengths[2];
    const void *blob = mote_stmt_blob(q, 7, &n);
    p->probabilities = copy_bytes(a, blob, n);
    p->n_probabilities = n / sizeof(float);
    blob = mote_stmt_blob(q, 8, &n);
    p->watched = copy_bytes(a, blob, n);
    p->n_watched = n / sizeof(float);
    r->has_input = mote_stmt_hash(q, 9, &r->input);
    if (!texts[0] || !texts[1] || !texts[2] || !p->probabilities || !p->watched)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the prediction log");
    return mote_stmt_hash(q, 2, &r->seal.model_hash)
               ? MOTE_OK
               : mote_fail(err, MOTE_CORRUPT, "a record of the prediction log names no model");
}

/* The next row in the clear; *found false: there is none. */
static mote_status next_plain(mote_store *s, mote_arena *a, plain_row *r, bool *found,
                              mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT id, time_ms, model_hash, class_id, label, subject, "
                               "request_id, probabilities, watched, input FROM prediction "
                               "WHERE key IS NULL ORDER BY id LIMIT 1",
                               &q, err));
    MOTE_TRY(mote_stmt_step(q, found, err));
    return *found ? read_plain(q, a, r, err) : MOTE_OK;
}

/* Note the input of a row in the clear, and remove the row or only its old content. */
static mote_status note_input(mote_store *s, int64_t id, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, NOTE "?1)", &q, err));
    mote_stmt_bind_i64(q, 1, id);
    return mote_stmt_run(q, err);
}

static mote_status remove_row(mote_store *s, int64_t id, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "DELETE FROM prediction WHERE id = ?1", &q, err));
    mote_stmt_bind_i64(q, 1, id);
    return mote_stmt_run(q, err);
}

static mote_status write_sealed(mote_store *s, const plain_row *r, const predlog_sealed *x,
                                mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "UPDATE prediction SET subject = '', request_id = '', "
                               "class_id = NULL, label = NULL, probabilities = NULL, "
                               "watched = x'', input = ?2, "
                               "input_kind = CASE WHEN ?2 IS NULL THEN NULL ELSE input_kind END, "
                               "key = ?3, sealed = ?4, bytes = ?5 WHERE id = ?1",
                               &q, err));
    mote_stmt_bind_i64(q, 1, r->id);
    mote_stmt_bind_hash(q, 2, x->has_input ? &x->input : NULL);
    mote_stmt_bind_i64(q, 3, r->seal.key_id);
    mote_stmt_bind_blob(q, 4, x->person.data, x->person.len);
    mote_stmt_bind_i64(q, 5, x->bytes);
    return mote_stmt_run(q, err);
}

static mote_status seal_row(mote_store *s, mote_keyring *keys, plain_row *r, int64_t now_ms,
                            mote_err *err)
{
    mote_sha256 subject;
    bool is_named = r->p.n_subject > 0, withdrawn = false;
    PREDLOG_SCOPED_SEALED x;
    predlog_sealed_init(&x, now_ms);
    if (is_named) {
        MOTE_TRY(mote_keyring_pseudonym(keys, r->p.subject, &subject, err));
        MOTE_TRY(was_withdrawn(s, &subject, r->id, &withdrawn, err));
    }
    MOTE_TRY(note_input(s, r->id, err));
    if (withdrawn)
        return remove_row(s, r->id, err);
    MOTE_TRY(predlog_key_for(s, keys, is_named ? &subject : NULL, &r->seal, err));
    if (r->has_input) {
        MOTE_SCOPED_FREE char *bytes = NULL;
        size_t n = 0;
        mote_err why = {0}; /* an input that is damaged or lost is no input any more */
        mote_status st = mote_object_get(s, &r->input, MOTE_OBJECT_MAX_BYTES, &bytes, &n, &why);
        if (st == MOTE_OK)
            MOTE_TRY(predlog_seal_input(s, &r->seal, bytes, n, &x, err));
        else if (st != MOTE_CORRUPT && st != MOTE_NOT_FOUND)
            return mote_fail(err, st, "%s", why.text);
    }
    MOTE_TRY(predlog_seal_person(&r->seal, &r->p, &x, err));
    return write_sealed(s, r, &x, err);
}

static mote_status seal_portion(mote_store *s, mote_keyring *keys, int64_t now_ms, size_t *n,
                                mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_keyring_prepare(keys, err));
    for (*n = 0; *n < PORTION / 4; ++*n) {
        MOTE_SCOPED_ARENA a;
        plain_row r = {0};
        bool found = false;
        mote_arena_init(&a, (size_t)64 << 20);
        MOTE_TRY(next_plain(s, &a, &r, &found, err));
        if (!found)
            break;
        MOTE_TRY(seal_row(s, keys, &r, now_ms, err));
    }
    MOTE_TRY(mote_keyring_sync(keys, err));
    return mote_store_commit(&txn, err);
}

static mote_status seal_plain(mote_store *s, int64_t now_ms, const mote_budget *budget,
                              mote_predlog_erased *r, mote_err *err)
{
    MOTE_SCOPED_KEYRING *keys = NULL;
    mote_predlog_erased inputs = {0}; /* moved, not erased */
    bool any = false;
    MOTE_TRY(mote_keyring_create(s, &keys, err));
    for (size_t n = 1; n > 0 && !is_over(budget);) {
        MOTE_TRY(seal_portion(s, keys, now_ms, &n, err));
        MOTE_TRY(erase_noted(s, NULL, &inputs, err));
        any |= n > 0;
    }
    mote_err why = {0};
    if (any && mote_store_empty_wal(s, 0, NULL, &why) != MOTE_OK && why.status != MOTE_CONFLICT)
        return mote_fail(err, why.status, "%s", why.text);
    return mote_store_query_i64(s, "SELECT count(*) FROM prediction WHERE key IS NULL",
                                &r->n_plain_left, err);
}

/* ---- upkeep ---- */

static mote_status is_due(mote_store *s, int64_t now_ms, int64_t before_ms, bool *due,
                          mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT EXISTS(SELECT 1 FROM prediction WHERE expires_ms <= ?1) "
                               "OR EXISTS(SELECT 1 FROM prediction WHERE time_ms <= ?2) "
                               "OR EXISTS(SELECT 1 FROM log_key WHERE state <> 0) "
                               "OR EXISTS(SELECT 1 FROM prediction_erase) "
                               "OR EXISTS(SELECT 1 FROM prediction WHERE key IS NULL)",
                               &q, err));
    mote_stmt_bind_i64(q, 1, now_ms);
    mote_stmt_bind_i64(q, 2, before_ms);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *due = mote_stmt_i64(q, 0) != 0;
    return MOTE_OK;
}

/* Withdrawals that were stopped, or kept waiting by a reader: what they had to do is done now. */
static mote_status finish_withdrawals(mote_store *s, mote_err *err)
{
    int64_t n = 0;
    MOTE_TRY(
        mote_store_query_i64(s, "SELECT count(*) FROM withdrawal WHERE done_ms IS NULL", &n, err));
    if (n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_store_empty_wal(s, FINISH_WAIT_MS, NULL, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(s, "UPDATE withdrawal SET done_ms = ?1 WHERE done_ms IS NULL", &q, err));
    mote_stmt_bind_i64(q, 1, mote_clock_wall_ms());
    return mote_stmt_run(q, err);
}

mote_status mote_predlog_upkeep(mote_store *s, const mote_consent_policy *policy, int64_t now_ms,
                                const mote_budget *budget, mote_predlog_erased *out, mote_err *err)
{
    mote_predlog_erased r = {0};
    bool due = false;
    MOTE_TRY(mote_store_set_key_file(s, policy->key_file, err));
    MOTE_TRY(is_due(s, now_ms, oldest_ms(policy, now_ms), &due, err));
    if (due || !budget) {
        mote_status st = purge(s, policy, now_ms, budget, &r, err);
        if (st == MOTE_OK)
            st = seal_plain(s, now_ms, budget, &r, err);
        if (st == MOTE_OK && !mote_cancelled(budget ? budget->cancel : NULL) && r.n_left == 0 &&
            r.n_plain_left == 0)
            st = finish_withdrawals(s, err);
        if (st != MOTE_OK)
            return mote_wrap(err, st, "upkeep of the prediction log");
    }
    *out = r;
    return MOTE_OK;
}

mote_status mote_predlog_give_up(mote_store *s, const mote_consent_policy *policy, mote_err *err)
{
    MOTE_SCOPED_KEYRING *keys = NULL;
    MOTE_TRY(mote_store_set_key_file(s, policy->key_file, err));
    MOTE_TRY(mote_keyring_create(s, &keys, err));
    return mote_keyring_give_up(keys, err);
}

/* ---- withdrawal ---- */

static mote_status write_withdrawal(mote_store *s, const mote_sha256 *subject, mote_err *err)
{
    char boot[PREDLOG_BOOT_BYTES];
    predlog_boot(boot);
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "INSERT INTO withdrawal(subject, time_ms, mono_us, boot, up_to, n_times, n_records, "
        "n_inputs) VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(id), 0) FROM prediction), 1, 0, 0) "
        "ON CONFLICT(subject) DO UPDATE SET time_ms = excluded.time_ms, "
        "mono_us = excluded.mono_us, boot = excluded.boot, up_to = excluded.up_to, "
        "n_times = n_times + 1, done_ms = NULL",
        &q, err));
    mote_stmt_bind_hash(q, 1, subject);
    mote_stmt_bind_i64(q, 2, mote_clock_wall_ms());
    mote_stmt_bind_i64(q, 3, mote_clock_mono_us());
    mote_stmt_bind_text(q, 4, boot);
    MOTE_TRY(mote_stmt_run(q, err));
    MOTE_SCOPED_STMT *doom = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "UPDATE log_key SET state = 1 WHERE subject = ?1 AND state = 0",
                               &doom, err));
    mote_stmt_bind_hash(doom, 1, subject);
    return mote_stmt_run(doom, err);
}

/* The barrier. Its times are taken under the write lock: every record that was written is covered
 * by up_to, every other meets the row. */
static mote_status raise_barrier(mote_store *s, const char *name, mote_sha256 *subject,
                                 int64_t *up_to, mote_err *err)
{
    MOTE_SCOPED_KEYRING *keys = NULL;
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_keyring_create(s, &keys, err));
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_keyring_prepare(keys, err));
    MOTE_TRY(mote_keyring_pseudonym(keys, name, subject, err));
    MOTE_TRY(write_withdrawal(s, subject, err));
    MOTE_TRY(mote_store_query_i64(s, "SELECT coalesce(max(id), 0) FROM prediction", up_to, err));
    return mote_store_commit(&txn, err);
}

static mote_status read_totals(mote_store *s, const mote_sha256 *subject, mote_predlog_withdrawn *r,
                               mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(
        s, "SELECT n_times, n_records, n_inputs FROM withdrawal WHERE subject = ?1", &q, err));
    mote_stmt_bind_hash(q, 1, subject);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    r->n_times = mote_stmt_i64(q, 0);
    r->n_records_in_all = mote_stmt_i64(q, 1);
    r->n_inputs_in_all = mote_stmt_i64(q, 2);
    return MOTE_OK;
}

static mote_status mark_done(mote_store *s, const mote_sha256 *subject, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(s, "UPDATE withdrawal SET done_ms = ?2 WHERE subject = ?1", &q, err));
    mote_stmt_bind_hash(q, 1, subject);
    mote_stmt_bind_i64(q, 2, mote_clock_wall_ms());
    return mote_stmt_run(q, err);
}

static mote_status withdraw(mote_store *s, const char *name, int64_t wait_ms,
                            const mote_cancel *cancel, mote_predlog_withdrawn *r, mote_err *err)
{
    selection sealed = {SELECT(OF_KEYS), .by_subject = true};
    selection plain = {SELECT(PLAIN_OF), .name = name};
    mote_budget budget = {.cancel = cancel};
    mote_gc_options sweep = {.now_ms = mote_clock_wall_ms(),
                             .grace_ms = PREDLOG_DAY_MS,
                             .overwrite = true,
                             .files_only = true,
                             .budget = budget};
    mote_gc_report swept = {0};
    MOTE_TRY(raise_barrier(s, name, &sealed.subject, &plain.up_to, err));
    MOTE_TRY(shed_keys(s, false, &r->now, err));
    MOTE_TRY(erase_noted(s, &budget, &r->now, err)); /* of a call that was interrupted */
    MOTE_TRY(remove_selected(s, &sealed, NULL, &budget, &r->now, err));
    MOTE_TRY(remove_selected(s, &plain, &sealed.subject, &budget, &r->now, err));
    MOTE_TRY(shed_keys(s, false, &r->now, err));
    MOTE_TRY(mote_store_collect(s, &sweep, &swept, err));
    r->n_rubbish = swept.n_rubbish;
    if (mote_budget_over(&budget))
        return mote_fail(err, MOTE_CANCELLED,
                         "what is sealed of them cannot be read any more, but not all of it is "
                         "removed: run the same command again");
    MOTE_TRY(mote_store_empty_wal(s, wait_ms, cancel, err));
    MOTE_TRY(mark_done(s, &sealed.subject, err));
    MOTE_TRY(read_totals(s, &sealed.subject, r, err));
    return MOTE_OK;
}

/* Samples that came out of the log (loop/kept.h): of the data, which a withdrawal does not touch.
 */
static mote_status count_in_data(mote_store *s, const char *subject, int64_t *n, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT count(*) FROM data_sample WHERE grp = ?1 AND "
                               "substr(provenance, 1, 8) = '{\"kept\":'",
                               &q, err));
    mote_stmt_bind_text(q, 1, subject);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *n = row ? mote_stmt_i64(q, 0) : 0;
    return MOTE_OK;
}

mote_status mote_predlog_withdraw(mote_store *s, const char *subject, int64_t wait_ms,
                                  const mote_cancel *cancel, mote_predlog_withdrawn *out,
                                  mote_err *err)
{
    mote_predlog_withdrawn r = {0};
    if (!subject || !*subject)
        return mote_fail(err, MOTE_ARG, "a withdrawal needs the subject that the consent named");
    mote_status st = withdraw(s, subject, wait_ms, cancel, &r, err);
    if (st == MOTE_OK)
        st = count_in_data(s, subject, &r.n_in_data, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "the withdrawal of '%s' is not finished", subject);
    *out = r;
    return MOTE_OK;
}

/* ---- how it stands ---- */

static mote_status read_drops(mote_store *s, mote_predlog_state *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT reason, n, last_ms FROM log_drop", &q, err));
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        const char *reason = mote_stmt_text(q, 0);
        int64_t *n = mote_str_eq(reason, "full")    ? &out->n_dropped_full
                     : mote_str_eq(reason, "queue") ? &out->n_dropped_queue
                                                    : &out->n_dropped_disk;
        *n += mote_stmt_i64(q, 1);
        if (mote_stmt_i64(q, 2) > out->last_drop_ms)
            out->last_drop_ms = mote_stmt_i64(q, 2);
    }
}

mote_status mote_predlog_look(mote_store *s, const mote_consent_policy *policy, int64_t now_ms,
                              mote_predlog_state *out, mote_err *err)
{
    mote_predlog_state r = {.max_bytes = policy->max_log_bytes};
    MOTE_TRY(mote_store_query_i64(s, "SELECT n FROM log_size", &r.n_records, err));
    MOTE_TRY(mote_store_query_i64(s, "SELECT bytes FROM log_size", &r.bytes, err));
    MOTE_TRY(count_over(s, now_ms, oldest_ms(policy, now_ms), &r.n_over, err));
    MOTE_TRY(mote_store_query_i64(s, "SELECT count(*) FROM prediction WHERE key IS NULL",
                                  &r.n_plain, err));
    MOTE_TRY(mote_store_query_i64(s, "SELECT count(*) FROM withdrawal WHERE done_ms IS NULL",
                                  &r.n_withdrawals_open, err));
    MOTE_TRY(read_drops(s, &r, err));
    *out = r;
    return MOTE_OK;
}
