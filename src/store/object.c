/* SPDX-License-Identifier: Apache-2.0 */
/* Objects: bytes named by their SHA-256, kept as blobs (blob.h).
 *
 * An object exists when table `object` has its row. Its blob is staged, put while the write lock of
 * the database is held, and synced before the row is committed. So a crash leaves at worst a blob
 * without a row, which nobody reads and a later put replaces; and the sweeper, which holds the same
 * lock, never meets one half way. */
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/file.h"
#include "store/store_internal.h"

#define ZSTD_LEVEL         3
#define COMPRESS_MIN_BYTES 512

/* ---- what is to be synced at commit ---- */

static mote_status remember_unsynced(mote_store *s, const mote_sha256 *id, mote_err *err)
{
    if (s->n_unsynced == s->cap_unsynced) {
        size_t cap = s->cap_unsynced == 0 ? 16 : s->cap_unsynced * 2;
        mote_sha256 *grown = mote_realloc(s->unsynced, cap, sizeof *grown);
        if (grown == NULL)
            return mote_fail(err, MOTE_NOMEM, "store: out of memory");
        s->unsynced = grown;
        s->cap_unsynced = cap;
    }
    s->unsynced[s->n_unsynced++] = *id;
    return MOTE_OK;
}

mote_status mote_object_sync(mote_store *s, mote_err *err)
{
    MOTE_TRY(s->blobs->sync(s, s->unsynced, s->n_unsynced, err));
    s->n_unsynced = 0;
    return MOTE_OK;
}

/* How bytes are put. */
enum {
    RAW = 1u << 0,    /* as they are */
    VERIFY = 1u << 1, /* what is there already is read */
};

/* ---- rows ---- */

static mote_status find_row(mote_store *s, const mote_sha256 *id, bool *found,
                            mote_object_info *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s, "SELECT size_bytes, stored_bytes, put_ms, encoding = 'zstd' FROM object WHERE hash = ?1",
        &q, err));
    mote_stmt_bind_hash(q, 1, id);
    MOTE_TRY(mote_stmt_step(q, found, err));
    if (*found) {
        out->id = *id;
        out->size_bytes = mote_stmt_i64(q, 0);
        out->stored_bytes = mote_stmt_i64(q, 1);
        out->put_ms = mote_stmt_i64(q, 2);
        out->is_compressed = mote_stmt_i64(q, 3) != 0;
    }
    return MOTE_OK;
}

/* Is the row there, in a form that serves, and its file whole as far as its length tells? */
static mote_status is_kept(mote_store *s, const mote_sha256 *id, uint32_t flags, bool *kept,
                           mote_err *err)
{
    mote_object_info info = {0};
    bool found = false;
    MOTE_TRY(find_row(s, id, &found, &info, err));
    *kept = false;
    if (!found || (info.is_compressed && (flags & RAW) != 0))
        return MOTE_OK;
    const mote_blob_name name = {*id, info.is_compressed};
    int64_t size = -1;
    MOTE_TRY(s->blobs->size(s, &name, &size, err));
    *kept = size == info.stored_bytes;
    if (!*kept || (flags & VERIFY) == 0)
        return MOTE_OK;
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_status st = mote_object_get(s, id, MOTE_OBJECT_MAX_BYTES, &bytes, &n, err);
    *kept = st == MOTE_OK;
    return st == MOTE_CORRUPT ? MOTE_OK : st;
}

mote_status mote_object_in_place(mote_store *s, const mote_sha256 *id, bool *in_place,
                                 mote_err *err)
{
    return is_kept(s, id, 0, in_place, err);
}

static mote_status upsert_row(mote_store *s, const mote_object_info *o, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO object(hash, size_bytes, stored_bytes, encoding, "
                               "put_ms) VALUES (?1, ?2, ?3, ?4, ?5) "
                               "ON CONFLICT(hash) DO UPDATE SET stored_bytes = "
                               "excluded.stored_bytes, encoding = excluded.encoding, "
                               "put_ms = "
                               "CASE WHEN object.put_ms > excluded.put_ms THEN object.put_ms ELSE "
                               "excluded.put_ms END",
                               &q, err));
    mote_stmt_bind_hash(q, 1, &o->id);
    mote_stmt_bind_i64(q, 2, o->size_bytes);
    mote_stmt_bind_i64(q, 3, o->stored_bytes);
    mote_stmt_bind_text(q, 4, o->is_compressed ? "zstd" : "raw");
    mote_stmt_bind_i64(q, 5, o->put_ms);
    return mote_stmt_run(q, err);
}

static mote_status touch_row(mote_store *s, const mote_sha256 *id, int64_t now_ms, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "UPDATE object SET put_ms = ?2 WHERE hash = ?1 AND put_ms < ?2",
                               &q, err));
    mote_stmt_bind_hash(q, 1, id);
    mote_stmt_bind_i64(q, 2, now_ms);
    return mote_stmt_run(q, err);
}

/* ---- put ---- */

/* Publish what is staged as object `o`, or drop it when somebody else has put the same meanwhile.
 * staged NULL: it was there before; it may have been swept since, then *again is set. */
static mote_status publish(mote_store *s, const mote_object_info *o, uint32_t flags,
                           const mote_blob_staged *staged, bool *again, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    bool kept = false;
    MOTE_TRY(is_kept(s, &o->id, flags, &kept, err));
    *again = !kept && staged == NULL;
    if (*again)
        return MOTE_OK;
    if (kept) {
        MOTE_TRY(touch_row(s, &o->id, o->put_ms, err));
    } else {
        const mote_blob_name name = {o->id, o->is_compressed};
        MOTE_TRY(remember_unsynced(s, &o->id, err));
        MOTE_TRY(s->blobs->put(s, &name, staged, err));
        MOTE_TRY(upsert_row(s, o, err));
    }
    return mote_store_commit(&txn, err);
}

/* Compress if that is wanted and worth it: *packed NULL when not. Owned by the caller. */
static mote_status compress(const void *bytes, size_t n, uint32_t flags, char **packed,
                            size_t *n_packed, mote_err *err)
{
    if ((flags & RAW) != 0 || n < COMPRESS_MIN_BYTES)
        return MOTE_OK;
    size_t bound = ZSTD_compressBound(n);
    char *p = mote_alloc(bound, 1);
    if (p == NULL)
        return mote_fail(err, MOTE_NOMEM, "store: out of memory");
    size_t k = ZSTD_compress(p, bound, bytes, n, ZSTD_LEVEL);
    if (ZSTD_isError(k) || k > n - n / 8) {
        mote_free(p); /* no gain: keep it as it is */
        return MOTE_OK;
    }
    *packed = p;
    *n_packed = k;
    return MOTE_OK;
}

static mote_status put_new(mote_store *s, const void *bytes, size_t n, uint32_t flags,
                           mote_object_info *o, mote_err *err)
{
    MOTE_SCOPED_FREE char *packed = NULL;
    size_t n_packed = 0;
    MOTE_TRY(compress(bytes, n, flags, &packed, &n_packed, err));
    o->is_compressed = packed != NULL;
    o->stored_bytes = (int64_t)(packed != NULL ? n_packed : n);
    mote_blob_staged staged;
    MOTE_TRY(s->blobs->stage(s, packed != NULL ? packed : bytes, packed != NULL ? n_packed : n,
                             &staged, err));
    bool again = false;
    mote_status st = publish(s, o, flags, &staged, &again, err);
    s->blobs->discard(s, &staged);
    return st;
}

/* *o names the time; the rest of it is filled. */
static mote_status put(mote_store *s, const void *bytes, size_t n, uint32_t flags,
                       mote_object_info *o, mote_err *err)
{
    if (n > MOTE_OBJECT_MAX_BYTES)
        return mote_fail(err, MOTE_LIMIT, "store: an object of %zu bytes is over the limit of %zu",
                         n, MOTE_OBJECT_MAX_BYTES);
    bool kept = false;
    bool again = true;
    o->id = mote_sha256_of(bytes, n);
    o->size_bytes = (int64_t)n;
    MOTE_TRY(is_kept(s, &o->id, flags, &kept, err));
    if (kept)
        MOTE_TRY(publish(s, o, flags, NULL, &again, err));
    if (again)
        MOTE_TRY(put_new(s, bytes, n, flags, o, err));
    return MOTE_OK;
}

mote_status mote_object_put(mote_store *s, const void *bytes, size_t n, int64_t now_ms,
                            mote_sha256 *id, mote_err *err)
{
    mote_object_info o = {.put_ms = now_ms};
    MOTE_TRY(put(s, bytes, n, 0, &o, err));
    *id = o.id;
    return MOTE_OK;
}

mote_status mote_object_put_raw(mote_store *s, const void *bytes, size_t n, int64_t now_ms,
                                mote_sha256 *id, mote_err *err)
{
    mote_object_info o = {.put_ms = now_ms};
    MOTE_TRY(put(s, bytes, n, RAW, &o, err));
    *id = o.id;
    return MOTE_OK;
}

mote_status mote_object_put_again(mote_store *s, const void *bytes, size_t n, int64_t now_ms,
                                  mote_sha256 *id, mote_err *err)
{
    mote_object_info o = {.put_ms = now_ms};
    MOTE_TRY(put(s, bytes, n, VERIFY, &o, err));
    *id = o.id;
    return MOTE_OK;
}

mote_status mote_object_put_file(mote_store *s, const char *path, int64_t now_ms, mote_sha256 *id,
                                 mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MOTE_OBJECT_MAX_BYTES, &bytes, &n, err));
    return mote_object_put_raw(s, bytes, n, now_ms, id, err);
}

/* ---- get ---- */

static mote_status need_row(mote_store *s, const mote_sha256 *id, mote_object_info *out,
                            mote_err *err)
{
    bool found = false;
    MOTE_TRY(find_row(s, id, &found, out, err));
    if (found)
        return MOTE_OK;
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(id, hex);
    return mote_fail(err, MOTE_NOT_FOUND, "object '%s' is not in '%s'", hex, s->dir);
}

static mote_status damaged(const char *path, const char *how, mote_err *err)
{
    return mote_fail(
        err, MOTE_CORRUPT,
        "object file '%s' %s: restore it from a copy, or delete it and bring in its source again",
        path, how);
}

/* The file's bytes, at most the stored_bytes of the row and a byte. */
static mote_status read_stored(mote_store *s, const mote_object_info *info, const char *path,
                               char **out, mote_err *err)
{
    const mote_blob_name name = {info->id, info->is_compressed};
    size_t n = 0;
    char *bytes = NULL;
    mote_status st = s->blobs->get(s, &name, (size_t)info->stored_bytes, &bytes, &n, err);
    if (st == MOTE_NOT_FOUND)
        return damaged(path, "is missing", err);
    if (st == MOTE_LIMIT)
        return damaged(path, "is longer than what was stored", err);
    if (st != MOTE_OK)
        return st;
    if (n != (size_t)info->stored_bytes) {
        mote_free(bytes);
        return damaged(path, "is shorter than what was stored", err);
    }
    *out = bytes;
    return MOTE_OK;
}

static mote_status unpack(const mote_object_info *info, const char *path, char **bytes,
                          mote_err *err)
{
    size_t n = (size_t)info->size_bytes;
    MOTE_SCOPED_FREE char *plain = mote_alloc(n + 1, 1);
    if (plain == NULL)
        return mote_fail(err, MOTE_NOMEM, "store: out of memory");
    size_t k = ZSTD_decompress(plain, n, *bytes, (size_t)info->stored_bytes);
    if (ZSTD_isError(k) && ZSTD_getErrorCode(k) == ZSTD_error_memory_allocation)
        return mote_fail(err, MOTE_NOMEM, "store: no memory to unpack '%s'", path);
    if (k != n)
        return damaged(path, "does not unpack", err);
    plain[n] = '\0';
    mote_free(*bytes);
    *bytes = plain;
    plain = NULL;
    return MOTE_OK;
}

mote_status mote_object_get(mote_store *s, const mote_sha256 *id, size_t max_bytes, char **out,
                            size_t *len, mote_err *err)
{
    mote_object_info info = {0};
    MOTE_TRY(need_row(s, id, &info, err));
    size_t limit = max_bytes < MOTE_OBJECT_MAX_BYTES ? max_bytes : MOTE_OBJECT_MAX_BYTES;
    if ((uint64_t)info.size_bytes > limit || (uint64_t)info.stored_bytes > MOTE_OBJECT_MAX_BYTES)
        return mote_fail(err, MOTE_LIMIT,
                         "the object has %lld bytes, more than the %zu allowed here",
                         (long long)info.size_bytes, limit);
    char path[MOTE_BLOB_PATH_BYTES];
    const mote_blob_name name = {*id, info.is_compressed};
    MOTE_TRY(s->blobs->where(s, &name, path, err));
    MOTE_SCOPED_FREE char *bytes = NULL;
    MOTE_TRY(read_stored(s, &info, path, &bytes, err));
    if (info.is_compressed)
        MOTE_TRY(unpack(&info, path, &bytes, err));
    mote_sha256 have = mote_sha256_of(bytes, (size_t)info.size_bytes);
    if (!mote_sha256_equal(&have, id))
        return damaged(path, "does not hold the bytes of its name", err);
    *out = bytes;
    *len = (size_t)info.size_bytes;
    bytes = NULL;
    return MOTE_OK;
}

mote_status mote_object_has(mote_store *s, const mote_sha256 *id, bool *has, mote_err *err)
{
    mote_object_info info = {0};
    return find_row(s, id, has, &info, err);
}

mote_status mote_object_stat(mote_store *s, const mote_sha256 *id, mote_object_info *out,
                             mote_err *err)
{
    mote_object_info info = {0};
    MOTE_TRY(need_row(s, id, &info, err));
    *out = info;
    return MOTE_OK;
}

mote_status mote_object_path(mote_store *s, const mote_sha256 *id, mote_arena *a, char **out,
                             mote_err *err)
{
    mote_object_info info = {0};
    MOTE_TRY(need_row(s, id, &info, err));
    if (info.is_compressed)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "the object is kept compressed and has no plain file");
    char path[MOTE_BLOB_PATH_BYTES];
    const mote_blob_name name = {*id, false};
    MOTE_TRY(s->blobs->where(s, &name, path, err));
    char *copy = mote_arena_strdup(a, path);
    if (copy == NULL)
        return mote_fail(err, MOTE_NOMEM, "store: out of memory");
    *out = copy;
    return MOTE_OK;
}

mote_status mote_object_drop_file(mote_store *s, const mote_sha256 *id, mote_err *err)
{
    mote_object_info info = {0};
    MOTE_TRY(mote_store_need_writable(s, err));
    MOTE_TRY(need_row(s, id, &info, err));
    const mote_blob_name name = {*id, info.is_compressed};
    MOTE_TRY(s->blobs->remove(s, &name, 1, false, err));
    return s->blobs->sync_removed(s, &name, 1, err);
}

mote_status mote_object_list(mote_store *s, mote_arena *a, mote_object_info **out, size_t *n,
                             mote_err *err)
{
    /* One snapshot only inside a transaction; the loop ends with whichever ends first. */
    int64_t count = 0;
    MOTE_TRY(mote_store_query_i64(s, "SELECT count(*) FROM object", &count, err));
    mote_object_info *list = NULL;
    MOTE_TRY(mote_arena_take(a, (size_t)count, sizeof *list, &list, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT hash, size_bytes, stored_bytes, put_ms, encoding = 'zstd' FROM object "
        "ORDER BY hash LIMIT ?1",
        &q, err));
    mote_stmt_bind_i64(q, 1, count);
    size_t k = 0;
    for (; k < (size_t)count; k++) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        if (!mote_stmt_hash(q, 0, &list[k].id))
            return mote_fail(err, MOTE_CORRUPT, "store: table object holds a name that is no hash");
        list[k].size_bytes = mote_stmt_i64(q, 1);
        list[k].stored_bytes = mote_stmt_i64(q, 2);
        list[k].put_ms = mote_stmt_i64(q, 3);
        list[k].is_compressed = mote_stmt_i64(q, 4) != 0;
    }
    *out = list;
    *n = k;
    return MOTE_OK;
}

/* ---- links ---- */

mote_status mote_object_link(mote_store *s, const mote_sha256 *parent, const mote_sha256 *child,
                             mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s, "INSERT INTO object_link(parent, child) VALUES (?1, ?2) ON CONFLICT DO NOTHING", &q,
        err));
    mote_stmt_bind_hash(q, 1, parent);
    mote_stmt_bind_hash(q, 2, child);
    return mote_stmt_run(q, err);
}
