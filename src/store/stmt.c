/* SPDX-License-Identifier: Apache-2.0 */
/* Prepared statements: the cache, typed binding and columns. */
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
    q->store->sql->finalize(q->stmt);
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
    int code = s->sql->prepare(s->db, sql, &q->stmt);
    if (code != 0) {
        mote_status st = s->sql->fail(s->db, code, sql, err);
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
    q->bind_code = 0;
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
    q->store->sql->reset(q->stmt);
    q->store->sql->unbind(q->stmt);
    q->in_use = false;
}

/* ---- binding ---- */

static void note(mote_stmt *q, int code)
{
    if (q->bind_code == 0)
        q->bind_code = code;
}

void mote_stmt_bind_i64(mote_stmt *q, int32_t index, int64_t x)
{
    note(q, q->store->sql->bind_i64(q->stmt, index, x));
}

void mote_stmt_bind_f64(mote_stmt *q, int32_t index, double x)
{
    note(q, q->store->sql->bind_f64(q->stmt, index, x));
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
    note(q, q->store->sql->bind_text(q->stmt, index, s, n));
}

void mote_stmt_bind_blob(mote_stmt *q, int32_t index, const void *bytes, size_t n)
{
    note(q, q->store->sql->bind_blob(q->stmt, index, bytes, n));
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
    note(q, q->store->sql->bind_null(q->stmt, index));
}

/* ---- running ---- */

mote_status mote_stmt_step(mote_stmt *q, bool *row, mote_err *err)
{
    mote_store *s = q->store;
    if (q->bind_code != 0)
        return s->sql->fail(NULL, q->bind_code, q->sql, err);
    if (s->depth > 0 && (s->must_roll_back || !s->sql->in_transaction(s->db)))
        return mote_fail(err, MOTE_IO, "store: an earlier failure undid this change");
    MOTE_TRY(mote_store_settle(s, err));
    bool has_row = false;
    int code = s->sql->step(q->stmt, &has_row);
    if (code == 0) {
        *row = has_row;
        return MOTE_OK;
    }
    mote_status st = s->sql->fail(s->db, code, q->sql, err);
    s->sql->reset(q->stmt);
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
    q->store->sql->reset(q->stmt);
}

/* ---- columns ---- */

int64_t mote_stmt_i64(mote_stmt *q, int32_t column)
{
    return q->store->sql->i64(q->stmt, column);
}

double mote_stmt_f64(mote_stmt *q, int32_t column)
{
    return q->store->sql->f64(q->stmt, column);
}

const char *mote_stmt_text(mote_stmt *q, int32_t column)
{
    return q->store->sql->text(q->stmt, column);
}

const void *mote_stmt_blob(mote_stmt *q, int32_t column, size_t *n)
{
    return q->store->sql->blob(q->stmt, column, n);
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
    return q->store->sql->is_null(q->stmt, column);
}
