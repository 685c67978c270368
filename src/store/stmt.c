/* SPDX-License-Identifier: Apache-2.0 */
/* Prepared statements: the cache, typed binding and columns. */
#include <math.h>
#include <string.h>

#include "store/store_internal.h"

static mote_stmt *cache_find(mote_store *s, const char *sql)
{
    for (size_t i = 0; i < MOTE_STMT_CACHE; i++) {
        mote_stmt *q = s->cache[i];
        if (q != NULL && !q->in_use && strcmp(q->sql, sql) == 0)
            return q;
    }
    return NULL;
}

static void stmt_destroy(mote_stmt *q)
{
    (void)sqlite3_finalize(q->stmt);
    mote_free(q->sql);
    mote_free(q);
}

/* An empty slot, or that of the statement unused for longest; NULL when all are in use. */
static mote_stmt **cache_slot(mote_store *s)
{
    mote_stmt **oldest = NULL;
    for (size_t i = 0; i < MOTE_STMT_CACHE; i++) {
        mote_stmt *q = s->cache[i];
        if (q == NULL)
            return &s->cache[i];
        if (!q->in_use && (oldest == NULL || q->last_use < (*oldest)->last_use))
            oldest = &s->cache[i];
    }
    if (oldest != NULL) {
        stmt_destroy(*oldest);
        *oldest = NULL;
    }
    return oldest;
}

static mote_status stmt_make(mote_store *s, const char *sql, mote_stmt **out, mote_err *err)
{
    size_t n = strlen(sql);
    mote_stmt *q = mote_alloc_zero(1, sizeof *q);
    char *copy = mote_alloc(n + 1, 1);
    if (q == NULL || copy == NULL) {
        mote_free(q);
        mote_free(copy);
        return mote_fail(err, MOTE_NOMEM, "store: out of memory");
    }
    memcpy(copy, sql, n + 1);
    q->store = s;
    q->sql = copy;
    int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &q->stmt, NULL);
    if (rc != SQLITE_OK) {
        mote_status st = mote_store_fail(s->db, rc, sql, err);
        stmt_destroy(q);
        return st;
    }
    *out = q;
    return MOTE_OK;
}

mote_status mote_stmt_prepare(mote_store *s, const char *sql, mote_stmt **out, mote_err *err)
{
    mote_stmt *q = cache_find(s, sql);
    if (q == NULL) {
        MOTE_TRY(stmt_make(s, sql, &q, err));
        MOTE_BUG_IF(q == NULL);
        mote_stmt **slot = cache_slot(s);
        if (slot != NULL) {
            *slot = q;
            q->is_cached = true;
        }
    }
    q->in_use = true;
    q->last_use = ++s->use_clock;
    q->bind_rc = SQLITE_OK;
    *out = q;
    return MOTE_OK;
}

mote_store *mote_stmt_store(const mote_stmt *q)
{
    return q->store;
}

void mote_stmt_release(mote_stmt **qp)
{
    mote_stmt *q = *qp;
    *qp = NULL;
    if (q == NULL)
        return;
    if (!q->is_cached) {
        stmt_destroy(q);
        return;
    }
    (void)sqlite3_reset(q->stmt);
    (void)sqlite3_clear_bindings(q->stmt);
    q->in_use = false;
}

/* ---- binding ---- */

static void note(mote_stmt *q, int rc)
{
    if (rc != SQLITE_OK && q->bind_rc == SQLITE_OK)
        q->bind_rc = rc;
}

void mote_stmt_bind_i64(mote_stmt *q, int32_t index, int64_t x)
{
    note(q, sqlite3_bind_int64(q->stmt, index, x));
}

void mote_stmt_bind_f64(mote_stmt *q, int32_t index, double x)
{
    note(q, sqlite3_bind_double(q->stmt, index, x)); /* SQLite stores NaN as NULL */
}

void mote_stmt_bind_text(mote_stmt *q, int32_t index, const char *s)
{
    if (s == NULL)
        mote_stmt_bind_null(q, index);
    else
        mote_stmt_bind_text_n(q, index, s, strlen(s));
}

void mote_stmt_bind_text_n(mote_stmt *q, int32_t index, const char *s, size_t n)
{
    note(q, sqlite3_bind_text64(q->stmt, index, s, n, SQLITE_TRANSIENT, SQLITE_UTF8));
}

void mote_stmt_bind_blob(mote_stmt *q, int32_t index, const void *bytes, size_t n)
{
    if (n == 0)
        note(q, sqlite3_bind_zeroblob(q->stmt, index, 0)); /* a NULL pointer would bind NULL */
    else
        note(q, sqlite3_bind_blob64(q->stmt, index, bytes, n, SQLITE_TRANSIENT));
}

void mote_stmt_bind_hash(mote_stmt *q, int32_t index, const mote_sha256 *h)
{
    if (h == NULL)
        mote_stmt_bind_null(q, index);
    else
        mote_stmt_bind_blob(q, index, h->bytes, sizeof h->bytes);
}

void mote_stmt_bind_null(mote_stmt *q, int32_t index)
{
    note(q, sqlite3_bind_null(q->stmt, index));
}

/* ---- running ---- */

mote_status mote_stmt_step(mote_stmt *q, bool *row, mote_err *err)
{
    if (q->bind_rc != SQLITE_OK)
        return mote_store_fail(NULL, q->bind_rc, q->sql, err);
    mote_store *s = q->store;
    if (s->depth > 0 && (s->must_roll_back || sqlite3_get_autocommit(s->db)))
        return mote_fail(err, MOTE_IO, "store: an earlier failure undid this change");
    MOTE_TRY(mote_store_settle(s, err));
    int rc = sqlite3_step(q->stmt);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
        *row = rc == SQLITE_ROW;
        return MOTE_OK;
    }
    mote_status st = mote_store_fail(s->db, rc, q->sql, err);
    (void)sqlite3_reset(q->stmt);
    return st;
}

mote_status mote_stmt_run(mote_stmt *q, mote_err *err)
{
    bool row = true;
    while (row)
        MOTE_TRY(mote_stmt_step(q, &row, err));
    mote_stmt_reset(q);
    return MOTE_OK;
}

void mote_stmt_reset(mote_stmt *q)
{
    (void)sqlite3_reset(q->stmt);
}

/* ---- columns ---- */

int64_t mote_stmt_i64(mote_stmt *q, int32_t column)
{
    return sqlite3_column_int64(q->stmt, column);
}

double mote_stmt_f64(mote_stmt *q, int32_t column)
{
    if (mote_stmt_is_null(q, column))
        return (double)NAN;
    return sqlite3_column_double(q->stmt, column);
}

const char *mote_stmt_text(mote_stmt *q, int32_t column)
{
    return (const char *)sqlite3_column_text(q->stmt, column);
}

const void *mote_stmt_blob(mote_stmt *q, int32_t column, size_t *n)
{
    const void *bytes = sqlite3_column_blob(q->stmt, column);
    *n = (size_t)sqlite3_column_bytes(q->stmt, column);
    return bytes;
}

bool mote_stmt_hash(mote_stmt *q, int32_t column, mote_sha256 *out)
{
    size_t n = 0;
    const void *bytes = mote_stmt_blob(q, column, &n);
    if (bytes == NULL || n != sizeof out->bytes)
        return false;
    memcpy(out->bytes, bytes, n);
    return true;
}

bool mote_stmt_is_null(mote_stmt *q, int32_t column)
{
    return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}
