/* SPDX-License-Identifier: Apache-2.0 */
/* Upkeep: garbage collection by reachability, erasing, and checking the whole store.
 *
 * The roots of what is reachable are the columns of reference.def; a test holds that table equal to
 * the foreign keys of the schema, so no domain can forget to announce what it keeps, and a row that
 * is missing there loses nothing: the foreign key itself refuses the removal. Files that belong to
 * nobody are sweep.c's affair. */
#include <string.h>

#include "store/store_internal.h"

#define SQL_MAX_BYTES  (1 << 16)
#define WALK_MAX_BYTES ((size_t)1 << 30)
#define PORTION        64 /* objects removed under one write lock: writers queue behind it */

/* ---- which objects are live ---- */

/* "WITH RECURSIVE live(hash) AS (<roots> UNION <links>)". ?1 is the time after which an object
 * counts as young. */
static mote_status build_live(mote_buf *sql, mote_err *err)
{
    mote_buf_str(sql, "WITH RECURSIVE live(hash) AS (SELECT hash FROM object WHERE put_ms > ?1");
    for (const mote_reference *r = mote_references; r->table != NULL; r++)
        mote_buf_printf(sql, " UNION SELECT %s FROM %s WHERE %s IS NOT NULL", r->column, r->table,
                        r->column);
    mote_buf_str(sql,
                 " UNION SELECT l.child FROM object_link l JOIN live ON l.parent = live.hash) ");
    return mote_buf_status(sql, err);
}

typedef struct {
    mote_sha256 *ids;
    int64_t *bytes; /* of their files */
    bool *gone;     /* scratch of remove_pass */
    size_t n;
} dead_set;

static mote_status count_dead(mote_store *s, const char *live, int64_t young_ms, int64_t *n_dead,
                              int64_t *n_all, mote_err *err)
{
    MOTE_SCOPED_BUF sql;
    mote_buf_init(&sql, SQL_MAX_BYTES);
    mote_buf_printf(&sql,
                    "%sSELECT count(*), (SELECT count(*) FROM object) FROM object "
                    "WHERE hash NOT IN live",
                    live);
    MOTE_TRY(mote_buf_status(&sql, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql.data, &q, err));
    mote_stmt_bind_i64(q, 1, young_ms);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *n_dead = mote_stmt_i64(q, 0);
    *n_all = mote_stmt_i64(q, 1);
    return MOTE_OK;
}

/* What nothing reaches, as one statement sees the store; no lock is held. What is found is proved
 * again, one by one, when it is removed. */
static mote_status find_dead(mote_store *s, int64_t young_ms, mote_arena *a, dead_set *out,
                             int64_t *n_all, mote_err *err)
{
    MOTE_SCOPED_BUF sql;
    mote_buf_init(&sql, SQL_MAX_BYTES);
    MOTE_TRY(build_live(&sql, err));
    int64_t count = 0;
    MOTE_TRY(count_dead(s, sql.data, young_ms, &count, n_all, err));
    MOTE_TRY(mote_arena_take(a, (size_t)count, sizeof *out->ids, &out->ids, err));
    MOTE_TRY(mote_arena_take(a, (size_t)count, sizeof *out->bytes, &out->bytes, err));
    MOTE_TRY(mote_arena_take(a, (size_t)count, sizeof *out->gone, &out->gone, err));
    mote_buf_str(&sql, "SELECT hash, stored_bytes FROM object WHERE hash NOT IN live LIMIT ?2");
    MOTE_TRY(mote_buf_status(&sql, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql.data, &q, err));
    mote_stmt_bind_i64(q, 1, young_ms);
    mote_stmt_bind_i64(q, 2, count);
    for (out->n = 0; out->n < (size_t)count; out->n++) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        if (!mote_stmt_hash(q, 0, &out->ids[out->n]))
            return mote_fail(err, MOTE_CORRUPT, "store: table object holds a name that is no hash");
        out->bytes[out->n] = mote_stmt_i64(q, 1);
    }
    return MOTE_OK;
}

/* ---- removing objects ---- */

/* Rows of ids[0..n) that nothing refers to and that were not put after young_ms: deleted, with
 * gone[i] set. The foreign keys speak for what is referred to. */
static mote_status delete_rows(mote_store *s, const mote_sha256 *ids, size_t n, int64_t young_ms,
                               bool *gone, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "DELETE FROM object WHERE hash = ?1 AND put_ms <= ?2", &q, err));
    for (size_t i = 0; i < n; i++) {
        mote_err why = {0};
        mote_stmt_bind_hash(q, 1, &ids[i]);
        mote_stmt_bind_i64(q, 2, young_ms);
        mote_status st = mote_stmt_run(q, &why);
        if (st != MOTE_OK && st != MOTE_NOT_FOUND)
            return mote_fail(err, st, "%s", why.text);
        gone[i] = st == MOTE_OK; /* also when it was not there */
    }
    return mote_store_commit(&txn, err);
}

/* The blobs of at most PORTION objects that went, in both forms. Under the write lock, which
 * whoever puts one again holds too. */
static mote_status delete_blobs(mote_store *s, const mote_sha256 *ids, size_t n, const bool *gone,
                                bool overwrite, mote_err *err)
{
    mote_blob_name names[2 * PORTION];
    size_t k = 0;
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    for (size_t i = 0; i < n; i++) {
        bool is_back = false;
        MOTE_TRY(mote_object_has(s, &ids[i], &is_back, err));
        for (int form = 0; form < 2 && gone[i] && !is_back; form++)
            names[k++] = (mote_blob_name){ids[i], form == 1};
    }
    MOTE_TRY(s->blobs->remove(s, names, k, overwrite, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    return s->blobs->sync_removed(s, names, k, err);
}

/* One pass over what is left, in portions; what could not go yet (a dead parent still names it)
 * moves to the front. */
static mote_status remove_pass(mote_store *s, dead_set *d, const mote_gc_options *o,
                               mote_gc_report *r, mote_err *err)
{
    int64_t young_ms = o->now_ms - o->grace_ms;
    size_t left = 0, at = 0;
    for (; at < d->n && !mote_budget_over(&o->budget); at += PORTION) {
        size_t n = d->n - at < PORTION ? d->n - at : PORTION;
        MOTE_TRY(delete_rows(s, d->ids + at, n, young_ms, d->gone + at, err));
        MOTE_TRY(delete_blobs(s, d->ids + at, n, d->gone + at, o->overwrite, err));
        for (size_t i = at; i < at + n; i++) {
            if (d->gone[i]) {
                r->n_removed++;
                r->removed_bytes += d->bytes[i];
            } else {
                d->ids[left] = d->ids[i];
                d->bytes[left++] = d->bytes[i];
            }
        }
    }
    for (; at < d->n; at++) {
        d->ids[left] = d->ids[at];
        d->bytes[left++] = d->bytes[at];
    }
    d->n = left;
    return MOTE_OK;
}

static mote_status collect(mote_store *s, const mote_gc_options *o, mote_gc_report *r,
                           mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, WALK_MAX_BYTES);
    dead_set d = {0};
    int64_t n_all = 0;
    MOTE_TRY(find_dead(s, o->now_ms - o->grace_ms, &a, &d, &n_all, err));
    size_t n_found = d.n;
    if (o->dry_run) {
        for (size_t i = 0; i < d.n; i++)
            r->removed_bytes += d.bytes[i];
        r->n_removed = (int64_t)d.n;
    }
    for (bool moved = !o->dry_run; moved && d.n > 0 && !mote_budget_over(&o->budget);) {
        size_t before = d.n;
        MOTE_TRY(remove_pass(s, &d, o, r, err));
        moved = d.n < before;
    }
    r->n_left = o->dry_run ? 0 : (int64_t)d.n;
    r->n_kept = n_all - (int64_t)n_found;
    return MOTE_OK;
}

mote_status mote_store_collect(mote_store *s, const mote_gc_options *o, mote_gc_report *out,
                               mote_err *err)
{
    MOTE_BUG_IF(s->depth != 0);
    mote_gc_report r = {0};
    if (!o->files_only)
        MOTE_TRY(collect(s, o, &r, err));
    MOTE_TRY(mote_store_sweep(s, o, &r, err));
    if (!o->dry_run) /* a reader may be in the way: the next one truncates it */
        MOTE_TRY(s->sql->tidy(s, err));
    *out = r;
    return MOTE_OK;
}

mote_status mote_object_erase_all(mote_store *s, const mote_sha256 *ids, size_t n, bool overwrite,
                                  bool *gone, mote_err *err)
{
    MOTE_BUG_IF(s->depth != 0);
    MOTE_TRY(delete_rows(s, ids, n, INT64_MAX, gone, err));
    for (size_t at = 0; at < n; at += PORTION)
        MOTE_TRY(delete_blobs(s, ids + at, n - at < PORTION ? n - at : PORTION, gone + at,
                              overwrite, err));
    return MOTE_OK;
}

mote_status mote_object_erase(mote_store *s, const mote_sha256 *id, mote_err *err)
{
    bool gone = false;
    MOTE_TRY(mote_object_erase_all(s, id, 1, true, &gone, err));
    if (gone)
        return MOTE_OK;
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(id, hex);
    return mote_fail(err, MOTE_CONFLICT,
                     "object '%s' is still referred to: remove what uses it first", hex);
}

/* ---- check ---- */

static mote_status refuse(void *arg, const mote_sql_finding *f, mote_err *err)
{
    const mote_store *s = arg;
    if (f->is_reference)
        return mote_fail(err, MOTE_CORRUPT, "%s: restore '.mote' from a copy", f->what);
    return mote_fail(err, MOTE_CORRUPT,
                     "the database of '%s' is damaged (%s): restore '.mote' from a copy", s->dir,
                     f->what);
}

static mote_status check_object(mote_store *s, const mote_object_info *o, bool read_objects,
                                mote_err *err)
{
    if (read_objects) {
        MOTE_SCOPED_FREE char *bytes = NULL;
        size_t n = 0;
        return mote_object_get(s, &o->id, MOTE_OBJECT_MAX_BYTES, &bytes, &n, err);
    }
    char path[MOTE_BLOB_PATH_BYTES];
    int64_t size = -1;
    const mote_blob_name name = {o->id, o->is_compressed};
    MOTE_TRY(s->blobs->where(s, &name, path, err));
    MOTE_TRY(s->blobs->size(s, &name, &size, err));
    if (size != o->stored_bytes)
        return mote_fail(
            err, MOTE_CORRUPT,
            "object file '%s' is missing or has another length: restore it from a copy, "
            "or delete it and bring in its source again",
            path);
    return MOTE_OK;
}

mote_status mote_store_check(mote_store *s, bool read_objects, mote_err *err)
{
    MOTE_TRY(s->sql->check(s, 1, refuse, s, err));
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, WALK_MAX_BYTES);
    mote_object_info *list = NULL;
    size_t n = 0;
    MOTE_TRY(mote_object_list(s, &a, &list, &n, err));
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(check_object(s, &list[i], read_objects, err));
    return MOTE_OK;
}
