/* SPDX-License-Identifier: Apache-2.0 */
/* Upkeep: garbage collection by reachability, erasing, and checking the whole store.
 *
 * What is reachable is asked of the schema itself: every column of every table with a foreign key
 * to object(hash) is a root, so no domain can forget to announce what it keeps. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/store_internal.h"

#define SQL_MAX_BYTES  (1 << 16)
#define WALK_MAX_BYTES ((size_t)1 << 30)
#define NAME_DIGITS    62 /* of a hash, without the two of its folder */

/* ---- which objects are live ---- */

/* "WITH RECURSIVE live(hash) AS (<roots> UNION <links>)". ?1 is the time after which an object
 * counts as young. */
static mote_status build_live(mote_store *s, mote_buf *sql, mote_err *err)
{
    mote_buf_str(sql, "WITH RECURSIVE live(hash) AS (SELECT hash FROM object WHERE put_ms > ?1");
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT m.name, f.\"from\" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f "
        "WHERE m.type = 'table' AND f.\"table\" = 'object' AND m.name <> 'object_link' ORDER BY 1, "
        "2",
        &q, err));
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        mote_buf_printf(sql, " UNION SELECT \"%s\" FROM \"%s\" WHERE \"%s\" IS NOT NULL",
                        mote_stmt_text(q, 1), mote_stmt_text(q, 0), mote_stmt_text(q, 1));
    }
    mote_buf_str(sql,
                 " UNION SELECT l.child FROM object_link l JOIN live ON l.parent = live.hash) ");
    return mote_buf_status(sql, err);
}

static mote_status count_dead(mote_store *s, const char *live, int64_t young_ms, mote_gc_report *r,
                              mote_err *err)
{
    MOTE_SCOPED_BUF sql;
    mote_buf_init(&sql, SQL_MAX_BYTES);
    mote_buf_printf(
        &sql,
        "%sSELECT count(*), total(stored_bytes), (SELECT count(*) FROM object) FROM object "
        "WHERE hash NOT IN live",
        live);
    MOTE_TRY(mote_buf_status(&sql, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql.data, &q, err));
    mote_stmt_bind_i64(q, 1, young_ms);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    r->n_removed = mote_stmt_i64(q, 0);
    r->removed_bytes = mote_stmt_i64(q, 1);
    r->n_kept = mote_stmt_i64(q, 2) - r->n_removed;
    return MOTE_OK;
}

static mote_status delete_dead(mote_store *s, const char *live, int64_t young_ms, mote_err *err)
{
    MOTE_SCOPED_BUF sql;
    mote_buf_init(&sql, SQL_MAX_BYTES);
    mote_buf_printf(&sql, "%sDELETE FROM object WHERE hash NOT IN live", live);
    MOTE_TRY(mote_buf_status(&sql, err));
    /* A dead parent and its dead child go together: keys are checked at commit. */
    MOTE_TRY(mote_store_exec(s, "PRAGMA defer_foreign_keys = ON", err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql.data, &q, err));
    mote_stmt_bind_i64(q, 1, young_ms);
    return mote_stmt_run(q, err);
}

static mote_status collect_rows(mote_store *s, int64_t young_ms, bool dry_run, mote_gc_report *r,
                                mote_err *err)
{
    MOTE_SCOPED_BUF live;
    mote_buf_init(&live, SQL_MAX_BYTES);
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(build_live(s, &live, err));
    MOTE_TRY(count_dead(s, live.data, young_ms, r, err));
    if (!dry_run)
        MOTE_TRY(delete_dead(s, live.data, young_ms, err));
    return mote_store_commit(&txn, err);
}

/* ---- files without a row ---- */

/* "ab/cdef..." or "ab/cdef....zst" to the name of an object; false for anything else. */
static bool parse_object_path(const char *path, mote_sha256 *id, bool *is_compressed)
{
    size_t n = strlen(path);
    *is_compressed = n == 3 + NAME_DIGITS + 4 && mote_str_ends(path, ".zst");
    if ((n != 3 + NAME_DIGITS && !*is_compressed) || path[2] != '/')
        return false;
    char hex[MOTE_SHA256_HEX_BYTES];
    memcpy(hex, path, 2);
    memcpy(hex + 2, path + 3, NAME_DIGITS);
    hex[64] = '\0';
    return mote_sha256_parse(hex, id);
}

static mote_status is_rubbish(mote_store *s, const char *path, const char *full, int64_t young_ms,
                              bool *rubbish, mote_err *err)
{
    *rubbish = false;
    if (mote_str_starts(path, "tmp/")) {
        struct stat file;
        *rubbish = stat(full, &file) == 0 && (int64_t)file.st_mtim.tv_sec * 1000 < young_ms;
        return MOTE_OK;
    }
    mote_sha256 id;
    bool is_compressed = false;
    if (!parse_object_path(path, &id, &is_compressed))
        return MOTE_OK; /* not ours: leave it */
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s, "SELECT 1 FROM object WHERE hash = ?1 AND (encoding = 'zstd') = ?2", &q, err));
    mote_stmt_bind_hash(q, 1, &id);
    mote_stmt_bind_i64(q, 2, is_compressed);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *rubbish = !row;
    return MOTE_OK;
}

/* Holding the write lock: whoever puts an object renames its file under the same lock. */
static mote_status sweep_files(mote_store *s, int64_t young_ms, bool dry_run, int64_t *n_swept,
                               mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, WALK_MAX_BYTES);
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    char **paths = NULL;
    size_t n = 0;
    MOTE_TRY(mote_dir_walk(s->objects_dir, &a, &paths, &n, err));
    for (size_t i = 0; i < n; i++) {
        mote_arena_mark mark = mote_arena_save(&a);
        char *full = NULL;
        MOTE_TRY(mote_path_join(&a, s->objects_dir, paths[i], &full, err));
        bool rubbish = false;
        MOTE_TRY(is_rubbish(s, paths[i], full, young_ms, &rubbish, err));
        if (rubbish) {
            if (!dry_run && unlink(full) != 0 && errno != ENOENT)
                return mote_fail_errno(err, "store: remove '%s'", full);
            ++*n_swept;
        }
        mote_arena_rewind(&a, mark);
    }
    return mote_store_commit(&txn, err);
}

mote_status mote_store_gc(mote_store *s, int64_t now_ms, int64_t grace_ms, bool dry_run,
                          mote_gc_report *out, mote_err *err)
{
    MOTE_BUG_IF(s->depth != 0);
    mote_gc_report r = {0};
    int64_t n_swept = 0;
    int64_t young_ms = now_ms - grace_ms;
    MOTE_TRY(collect_rows(s, young_ms, dry_run, &r, err));
    MOTE_TRY(sweep_files(s, young_ms, dry_run, &n_swept, err));
    r.n_rubbish = dry_run ? n_swept : n_swept > r.n_removed ? n_swept - r.n_removed : 0;
    if (!dry_run)
        MOTE_TRY(mote_store_exec(s, "PRAGMA wal_checkpoint(TRUNCATE)", err));
    *out = r;
    return MOTE_OK;
}

/* ---- erase one object ---- */

static mote_status erase_row(mote_store *s, const mote_sha256 *id, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "DELETE FROM object WHERE hash = ?1", &q, err));
    mote_stmt_bind_hash(q, 1, id);
    mote_status st = mote_stmt_run(q, err);
    if (st == MOTE_NOT_FOUND) { /* the foreign key speaks */
        char hex[MOTE_SHA256_HEX_BYTES];
        mote_sha256_hex(id, hex);
        return mote_fail(err, MOTE_CONFLICT,
                         "object '%s' is still referred to: remove what uses it first", hex);
    }
    if (st != MOTE_OK)
        return st;
    return mote_store_commit(&txn, err);
}

static mote_status erase_files(mote_store *s, const mote_sha256 *id, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    bool is_back = false;
    MOTE_TRY(mote_object_has(s, id, &is_back, err));
    for (int form = 0; form < 2 && !is_back; form++) {
        char path[MOTE_OBJECT_PATH_BYTES];
        MOTE_TRY(mote_object_file(s, id, form == 1, path, err));
        if (unlink(path) != 0 && errno != ENOENT)
            return mote_fail_errno(err, "store: remove '%s'", path);
    }
    return mote_store_commit(&txn, err);
}

mote_status mote_object_erase(mote_store *s, const mote_sha256 *id, mote_err *err)
{
    MOTE_BUG_IF(s->depth != 0);
    MOTE_TRY(erase_row(s, id, err));
    MOTE_TRY(erase_files(s, id, err));
    char dir[MOTE_OBJECT_PATH_BYTES];
    if (!mote_format(dir, sizeof dir, "%s/%02x", s->objects_dir, id->bytes[0]))
        return mote_fail(err, MOTE_LIMIT, "store: the path of '%s' is too long", s->objects_dir);
    return mote_path_is_dir(dir) ? mote_dir_sync(dir, err) : MOTE_OK;
}

/* ---- check ---- */

static mote_status check_database(mote_store *s, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT integrity_check FROM pragma_integrity_check LIMIT 1", &q,
                               err));
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    const char *words = row ? mote_stmt_text(q, 0) : NULL;
    if (words == NULL || strcmp(words, "ok") != 0)
        return mote_fail(err, MOTE_CORRUPT,
                         "the database of '%s' is damaged (%s): restore '.mote' from a copy",
                         s->dir, words != NULL ? words : "no answer");
    MOTE_SCOPED_STMT *f = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s, "SELECT \"table\", \"parent\" FROM pragma_foreign_key_check LIMIT 1", &f, err));
    MOTE_TRY(mote_stmt_step(f, &row, err));
    if (row)
        return mote_fail(err, MOTE_CORRUPT,
                         "a row of table '%s' refers to a row of '%s' that is not there: restore "
                         "'.mote' from a copy",
                         mote_stmt_text(f, 0), mote_stmt_text(f, 1));
    return MOTE_OK;
}

static mote_status check_object(mote_store *s, const mote_object_info *o, bool read_objects,
                                mote_err *err)
{
    if (read_objects) {
        MOTE_SCOPED_FREE char *bytes = NULL;
        size_t n = 0;
        return mote_object_get(s, &o->id, MOTE_OBJECT_MAX_BYTES, &bytes, &n, err);
    }
    char path[MOTE_OBJECT_PATH_BYTES];
    MOTE_TRY(mote_object_file(s, &o->id, o->is_compressed, path, err));
    struct stat file;
    if (stat(path, &file) != 0 || file.st_size != o->stored_bytes)
        return mote_fail(
            err, MOTE_CORRUPT,
            "object file '%s' is missing or has another length: restore it from a copy, "
            "or delete it and bring in its source again",
            path);
    return MOTE_OK;
}

mote_status mote_store_check(mote_store *s, bool read_objects, mote_err *err)
{
    MOTE_TRY(check_database(s, err));
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, WALK_MAX_BYTES);
    mote_object_info *list = NULL;
    size_t n = 0;
    MOTE_TRY(mote_object_list(s, &a, &list, &n, err));
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(check_object(s, &list[i], read_objects, err));
    return MOTE_OK;
}
