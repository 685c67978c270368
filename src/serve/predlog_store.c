/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the prediction log: insert, list, purge, withdraw.
 *
 * Removing is done in two steps that a kill may part: rows go in one transaction, which notes their
 * inputs in prediction_erase; then each noted object is erased, unless something else holds it. */
#include <string.h>

#include "data/audio.h"
#include "serve/predlog_internal.h"

#define PORTION 500 /* rows removed in one transaction: writers queue behind it */
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* ---- insert ---- */

static mote_status put_input(mote_store *s, const predlog_entry *n, mote_sha256 *id, mote_err *err)
{
    if (!n->is_pcm)
        return mote_object_put(s, n->input, n->n_in * sizeof(float), 0, n->time_ms, id, err);
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, n->n_in * sizeof(int16_t) + 256);
    MOTE_TRY(mote_audio_encode_wav((const int16_t *)(const void *)n->input, n->n_in, n->rate_hz,
                                   &wav, err));
    return mote_object_put(s, wav.data, wav.len, 0, n->time_ms, id, err);
}

mote_status predlog_insert(mote_store *s, const predlog_entry *n, mote_err *err)
{
    mote_sha256 input;
    if (n->input)
        MOTE_TRY(put_input(s, n, &input, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "INSERT INTO prediction(time_ms, expires_ms, model, version, model_hash, purpose, subject, "
        "request_id, "
        "class_id, label, probabilities, input, input_kind, watched, infer_us) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        &q, err));
    mote_stmt_bind_i64(q, 1, n->time_ms);
    mote_stmt_bind_i64(q, 2, n->expires_ms);
    mote_stmt_bind_text(q, 3, n->model);
    mote_stmt_bind_text(q, 4, n->version);
    mote_stmt_bind_hash(q, 5, &n->model_hash);
    mote_stmt_bind_text(q, 6, n->consent.purpose);
    mote_stmt_bind_text(q, 7, n->consent.subject);
    mote_stmt_bind_text(q, 8, n->request_id);
    if (n->n_labels) {
        mote_stmt_bind_i64(q, 9, n->class_id);
        mote_stmt_bind_text(q, 10, n->label);
        mote_stmt_bind_blob(q, 11, n->probabilities, (size_t)n->n_labels * sizeof(float));
    } else {
        mote_stmt_bind_null(q, 9);
        mote_stmt_bind_null(q, 10);
        mote_stmt_bind_null(q, 11);
    }
    mote_stmt_bind_hash(q, 12, n->input ? &input : NULL);
    mote_stmt_bind_text(q, 13, !n->input ? NULL : n->is_pcm ? "wav" : "f32");
    mote_stmt_bind_blob(q, 14, n->watched, (size_t)n->n_watched * sizeof(float));
    mote_stmt_bind_i64(q, 15, n->infer_us);
    return mote_stmt_run(q, err);
}

/* ---- remove ---- */

/* Deleted pages are overwritten, not only unlinked. */
static mote_status overwrite_deleted(mote_store *s, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(s, "PRAGMA secure_delete = 1", &q, err));
    return mote_stmt_step(q, &row, err);
}

/* Move the write-ahead log into the database, so that it no longer holds what was removed. A
 * reader may prevent that; the next check-point will do it then. */
static mote_status check_point(mote_store *s, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(s, "PRAGMA wal_checkpoint(TRUNCATE)", &q, err));
    return mote_stmt_step(q, &row, err);
}

/* Erase the objects noted in prediction_erase; *n_kept counts those that something else holds. */
static mote_status erase_noted(mote_store *s, int64_t *n_kept, mote_err *err)
{
    for (;;) {
        mote_sha256 id;
        bool row = false;
        {
            MOTE_SCOPED_STMT *q = NULL;
            MOTE_TRY(mote_stmt_prepare(s, "SELECT input FROM prediction_erase LIMIT 1", &q, err));
            MOTE_TRY(mote_stmt_step(q, &row, err));
            if (!row)
                return MOTE_OK;
            if (!mote_stmt_hash(q, 0, &id))
                return mote_fail(err, MOTE_CORRUPT,
                                 "prediction_erase holds something that is no hash");
        }
        mote_err why = {0};
        mote_status st = mote_object_erase(s, &id, &why);
        if (st == MOTE_CONFLICT)
            ++*n_kept;
        else if (st != MOTE_OK)
            return mote_fail(err, st, "%s", why.text);
        MOTE_SCOPED_STMT *q = NULL;
        MOTE_TRY(mote_stmt_prepare(s, "DELETE FROM prediction_erase WHERE input = ?1", &q, err));
        mote_stmt_bind_hash(q, 1, &id);
        MOTE_TRY(mote_stmt_run(q, err));
    }
}

/* What to remove: rows of a subject, or rows that are over. */
typedef struct {
    const char *subject; /* NULL: by time */
    int64_t now_ms, before_ms;
} selection;

static void bind(mote_stmt *q, const selection *w)
{
    if (w->subject) {
        mote_stmt_bind_text(q, 1, w->subject);
    } else {
        mote_stmt_bind_i64(q, 1, w->now_ms);
        mote_stmt_bind_i64(q, 2, w->before_ms);
    }
}

#define LIMIT_TEXT(n) #n
#define LIMIT(n) LIMIT_TEXT(n)
#define OF_SUBJECT                                                                                 \
    "SELECT id FROM prediction WHERE subject = ?1 AND subject <> '' ORDER BY id LIMIT " LIMIT(     \
        PORTION)
#define OVER                                                                                       \
    "SELECT id FROM prediction WHERE expires_ms <= ?1 OR time_ms <= ?2 ORDER BY id LIMIT " LIMIT(  \
        PORTION)
#define NOTE                                                                                       \
    "INSERT OR IGNORE INTO prediction_erase SELECT input FROM prediction WHERE input IS NOT NULL " \
    "AND id IN ("
#define DELETE "DELETE FROM prediction WHERE id IN ("

static mote_status remove_portion(mote_store *s, const selection *w, int64_t *n, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_SCOPED_STMT *note = NULL;
    MOTE_SCOPED_STMT *del = NULL;
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_stmt_prepare(s, w->subject ? NOTE OF_SUBJECT ")" : NOTE OVER ")", &note, err));
    MOTE_TRY(mote_stmt_prepare(s, w->subject ? DELETE OF_SUBJECT ")" : DELETE OVER ")", &del, err));
    bind(note, w);
    MOTE_TRY(mote_stmt_run(note, err));
    bind(del, w);
    MOTE_TRY(mote_stmt_run(del, err));
    *n = mote_store_changes(s);
    return mote_store_commit(&txn, err);
}

static mote_status remove_all(mote_store *s, const selection *w, int64_t *n_removed,
                              int64_t *n_kept, mote_err *err)
{
    int64_t total = 0, n = PORTION, kept = 0;
    MOTE_TRY(overwrite_deleted(s, err));
    for (; n == PORTION; total += n)
        MOTE_TRY(remove_portion(s, w, &n, err));
    MOTE_TRY(erase_noted(s, &kept, err));
    if (total)
        MOTE_TRY(check_point(s, err));
    *n_removed = total;
    if (n_kept)
        *n_kept = kept;
    return MOTE_OK;
}

mote_status mote_predlog_purge(mote_store *s, const mote_consent_policy *policy, int64_t now_ms,
                               int64_t *n_removed, mote_err *err)
{
    selection w = {.now_ms = now_ms, .before_ms = now_ms - policy->retention_days * DAY_MS};
    mote_status st = remove_all(s, &w, n_removed, NULL, err);
    return st == MOTE_OK ? MOTE_OK : mote_wrap(err, st, "remove predictions over their retention");
}

mote_status mote_predlog_withdraw(mote_store *s, const char *subject, int64_t *n_removed,
                                  int64_t *n_kept_inputs, mote_err *err)
{
    if (!subject || !*subject)
        return mote_fail(err, MOTE_ARG, "a withdrawal needs the subject that the consent named");
    selection w = {.subject = subject};
    mote_status st = remove_all(s, &w, n_removed, n_kept_inputs, err);
    return st == MOTE_OK ? MOTE_OK : mote_wrap(err, st, "withdraw consent of '%s'", subject);
}

/* ---- list ---- */

static mote_status copy_floats(mote_stmt *q, int32_t column, mote_arena *a, const float **out,
                               int32_t *n, mote_err *err)
{
    size_t bytes = 0;
    float *values = NULL;
    const void *blob = mote_stmt_blob(q, column, &bytes);
    MOTE_TRY(mote_arena_take(a, bytes + 1, 1, &values, err));
    if (bytes)
        memcpy(values, blob, bytes);
    *out = values;
    *n = (int32_t)(bytes / sizeof(float));
    return MOTE_OK;
}

static mote_status copy_text(mote_stmt *q, int32_t column, mote_arena *a, const char **out,
                             mote_err *err)
{
    const char *text = mote_stmt_text(q, column);
    *out = text ? mote_arena_strdup(a, text) : NULL;
    return !text || *out ? MOTE_OK
                         : mote_fail(err, MOTE_NOMEM, "out of memory for the prediction log");
}

static mote_status copy_row(mote_stmt *q, mote_arena *a, mote_predlog_record *r, mote_err *err)
{
    r->id = mote_stmt_i64(q, 0);
    r->time_ms = mote_stmt_i64(q, 1);
    MOTE_TRY(copy_text(q, 2, a, &r->model, err));
    MOTE_TRY(copy_text(q, 3, a, &r->version, err));
    MOTE_TRY(copy_text(q, 4, a, &r->purpose, err));
    MOTE_TRY(copy_text(q, 5, a, &r->subject, err));
    MOTE_TRY(copy_text(q, 6, a, &r->request_id, err));
    r->class_id = mote_stmt_is_null(q, 7) ? -1 : (int32_t)mote_stmt_i64(q, 7);
    MOTE_TRY(copy_text(q, 8, a, &r->label, err));
    MOTE_TRY(copy_floats(q, 9, a, &r->probabilities, &r->n_labels, err));
    r->has_input = mote_stmt_hash(q, 10, &r->input);
    MOTE_TRY(copy_text(q, 11, a, &r->input_kind, err));
    MOTE_TRY(copy_floats(q, 12, a, &r->watched, &r->n_watched, err));
    r->infer_us = mote_stmt_i64(q, 13);
    return MOTE_OK;
}

mote_status mote_predlog_list(mote_store *s, const char *model, int64_t after_id, int64_t max,
                              mote_arena *a, mote_predlog_record **out, size_t *n, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    mote_predlog_record *records = NULL;
    size_t count = 0;
    if (max < 1 || max > 1000000)
        return mote_fail(err, MOTE_ARG, "%lld records at a time: the range is 1 to 1000000",
                         (long long)max);
    MOTE_TRY(mote_arena_take(a, (size_t)max, sizeof *records, &records, err));
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT id, time_ms, model, version, purpose, subject, request_id, "
                               "class_id, label, probabilities, "
                               "input, input_kind, watched, infer_us FROM prediction "
                               "WHERE id > ?1 AND (?2 IS NULL OR model = ?2) ORDER BY id LIMIT ?3",
                               &q, err));
    mote_stmt_bind_i64(q, 1, after_id);
    mote_stmt_bind_text(q, 2, model);
    mote_stmt_bind_i64(q, 3, max);
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row || count == (size_t)max)
            break;
        MOTE_TRY(copy_row(q, a, &records[count++], err));
    }
    *out = records;
    *n = count;
    return MOTE_OK;
}
