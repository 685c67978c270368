/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite behind the store: opening, errors in our words, transactions, statements. The only file,
 * with sql_sqlite_upkeep.c, that knows which database it is.
 *
 * SQLite takes its memory from base/mem.h, so that the allocation tests reach into it too. A
 * mote_sql is a sqlite3, a mote_sql_stmt a sqlite3_stmt. */
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/sql_sqlite.h"

#define PATHS_MAX_BYTES   (1 << 16)
#define BUSY_RETRY_MS     20
#define SIZE_HEADER_BYTES 16 /* keeps the alignment of the heap */

static sqlite3 *of(mote_sql *db)
{
    return (sqlite3 *)db;
}

static sqlite3_stmt *at(mote_sql_stmt *q)
{
    return (sqlite3_stmt *)q;
}

/* ---- waiting ---- */

static int wait_a_little(void *store, int n_waited)
{
    mote_store *s = store;
    if (n_waited == 0)
        s->busy_us = mote_clock_mono_us();
    if (mote_clock_mono_us() - s->busy_us >= (int64_t)MOTE_STORE_BUSY_MS * 1000)
        return 0;
    mote_clock_sleep_ms(1);
    return 1;
}

void mote_sqlite_be_patient(mote_store *s, sqlite3 *db)
{
    (void)sqlite3_busy_handler(db, wait_a_little, s);
}

/* ---- SQLite's memory ---- */

static void *sqlite_mem_malloc(int n)
{
    char *p = mote_alloc(1, (size_t)n + SIZE_HEADER_BYTES);
    if (p == NULL)
        return NULL;
    memcpy(p, &n, sizeof n);
    return p + SIZE_HEADER_BYTES;
}

static void sqlite_mem_free(void *p)
{
    mote_free((char *)p - SIZE_HEADER_BYTES);
}

static void *sqlite_mem_realloc(void *p, int n)
{
    char *q = mote_realloc((char *)p - SIZE_HEADER_BYTES, 1, (size_t)n + SIZE_HEADER_BYTES);
    if (q == NULL)
        return NULL;
    memcpy(q, &n, sizeof n);
    return q + SIZE_HEADER_BYTES;
}

static int sqlite_mem_size(void *p)
{
    int n = 0;
    memcpy(&n, (char *)p - SIZE_HEADER_BYTES, sizeof n);
    return n;
}

static int sqlite_mem_roundup(int n)
{
    return (n + 7) & ~7;
}

static int sqlite_mem_init(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void sqlite_mem_shutdown(void *unused)
{
    (void)unused;
}

static void sqlite_set_up(void)
{
    static const sqlite3_mem_methods methods = {
        .xMalloc = sqlite_mem_malloc,
        .xFree = sqlite_mem_free,
        .xRealloc = sqlite_mem_realloc,
        .xSize = sqlite_mem_size,
        .xRoundup = sqlite_mem_roundup,
        .xInit = sqlite_mem_init,
        .xShutdown = sqlite_mem_shutdown,
    };
    /* Refused only if SQLite is already running; then it keeps its own allocator. */
    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

/* ---- errors ---- */

static mote_status fail_at(sqlite3 *db, int rc, const char *what, mote_err *err)
{
    const char *words = db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    char why[128];
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return mote_fail(err, MOTE_NOMEM, "store: %s: out of memory", what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return mote_fail(
            err, MOTE_CONFLICT,
            "store: %s: another process kept the store locked for %d s; try again when it is done",
            what, MOTE_STORE_BUSY_MS / 1000);
    case SQLITE_CONSTRAINT:
        if (rc == SQLITE_CONSTRAINT_PRIMARYKEY || rc == SQLITE_CONSTRAINT_UNIQUE ||
            rc == SQLITE_CONSTRAINT_ROWID)
            return mote_fail(err, MOTE_EXISTS, "store: %s: already there (%s)", what, words);
        if (rc == SQLITE_CONSTRAINT_FOREIGNKEY)
            return mote_fail(
                err, MOTE_NOT_FOUND,
                "store: %s: it refers to a row that is not there, or is still referred to", what);
        return mote_fail(err, MOTE_ARG, "store: %s: %s", what, words);
    case SQLITE_FULL:
        return mote_fail(err, MOTE_IO,
                         "store: %s: the disk is full; nothing of this change was kept", what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return mote_fail(err, MOTE_CORRUPT,
                         "store: %s: the database is damaged (%s); restore '.mote' from a copy",
                         what, words);
    case SQLITE_TOOBIG:
        return mote_fail(err, MOTE_LIMIT, "store: %s: a value is too long", what);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return mote_fail(err, MOTE_DENIED, "store: %s: %s; is the folder '.mote' writable?", what,
                         words);
    case SQLITE_CANTOPEN:
        return mote_fail(err, MOTE_IO,
                         "store: %s: %s; is there space, and is the folder '.mote' writable?", what,
                         words);
    case SQLITE_IOERR:
        if (db == NULL || sqlite3_system_errno(db) == 0 ||
            strerror_r(sqlite3_system_errno(db), why, sizeof why) != 0)
            return mote_fail(err, MOTE_IO, "store: %s: %s", what, words);
        return mote_fail(err, MOTE_IO, "store: %s: %s: %s", what, words, why);
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        return mote_fail(err, MOTE_BUG, "store: %s: %s", what, words);
    default:
        return mote_fail(err, MOTE_IO, "store: %s: %s", what, words);
    }
}

/* ---- open and close ---- */

/* The change to WAL needs the file for itself for a moment and does not use the busy handler, so
 * two programs that create the same store at once are kept apart here. */
static mote_status set_wal(sqlite3 *db, mote_err *err)
{
    int rc = SQLITE_BUSY;
    for (int waited = 0; waited < MOTE_STORE_BUSY_MS; waited += BUSY_RETRY_MS) {
        rc = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if (rc != SQLITE_BUSY)
            break;
        mote_clock_sleep_ms(BUSY_RETRY_MS);
    }
    if (rc != SQLITE_OK)
        return fail_at(db, sqlite3_extended_errcode(db), "open", err);
    return MOTE_OK;
}

/* Is there a schema? false too when the database cannot be read; *rc says why. */
static bool has_schema(sqlite3 *db, int *rc)
{
    sqlite3_stmt *q = NULL;
    *rc = sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema WHERE name = 'migration'", -1, &q,
                             NULL);
    if (*rc == SQLITE_OK)
        *rc = sqlite3_step(q);
    bool found = *rc == SQLITE_ROW;
    if (found || *rc == SQLITE_DONE)
        *rc = SQLITE_OK;
    (void)sqlite3_finalize(q);
    return found;
}

/* A path as SQLite takes it in a URI: what it would read as more than a name is escaped. */
static void uri_of(const char *path, mote_buf *out)
{
    mote_buf_str(out, "file:");
    for (const char *c = path; *c != '\0'; c++) {
        if (strchr("?#%", *c) != NULL)
            mote_buf_printf(out, "%%%02x", (unsigned)(unsigned char)*c);
        else
            mote_buf_char(out, *c);
    }
    mote_buf_str(out, "?immutable=1");
}

/* A store that we may not write. Readers of a write-ahead log write to its index, so SQLite wants
 * one that is there; when there is no log, nobody has the store open, and the file is all of it. */
static mote_status open_read_only(mote_store *s, const char *path, sqlite3 **db, mote_err *err)
{
    int rc = sqlite3_open_v2(path, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK && has_schema(*db, &rc))
        return MOTE_OK;
    struct stat wal;
    char *wal_path = mote_arena_printf(&s->arena, "%s-wal", path);
    if (wal_path == NULL)
        return mote_fail(err, MOTE_NOMEM, "store: out of memory");
    if (rc != SQLITE_CANTOPEN && (rc & 0xff) != SQLITE_READONLY)
        return rc == SQLITE_OK ? MOTE_OK : fail_at(*db, rc, "open", err);
    if (stat(wal_path, &wal) == 0 && wal.st_size > 0)
        return mote_fail(err, MOTE_DENIED,
                         "'%s' is not writable, and '%s' holds changes that are not in it yet: run "
                         "any mote command once where it is writable",
                         path, wal_path);
    (void)sqlite3_close(*db);
    *db = NULL;
    MOTE_SCOPED_BUF uri;
    mote_buf_init(&uri, PATHS_MAX_BYTES);
    uri_of(path, &uri);
    MOTE_TRY(mote_buf_status(&uri, err));
    rc = sqlite3_open_v2(uri.data, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI,
                         NULL);
    return rc == SQLITE_OK ? MOTE_OK : fail_at(*db, rc, "open", err);
}

static mote_status open_writable(mote_store *s, const char *path, bool create, sqlite3 **db,
                                 mote_err *err)
{
    bool is_new = !mote_path_exists(path);
    if (is_new && create)
        MOTE_TRY(mote_store_new_database(path, err));
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    int rc = sqlite3_open_v2(path, db, flags, NULL);
    if (rc != SQLITE_OK)
        return fail_at(*db, rc, "open", err);
    mote_sqlite_be_patient(s, *db);
    if (!has_schema(*db, &rc) && rc == SQLITE_OK) {
        mote_status st = mote_store_refuse_remains(s, "has no tables", false, err);
        if (st != MOTE_OK && !has_schema(*db, &rc)) /* nobody has just made them, with an object */
            return st;
    }
    MOTE_TRY(set_wal(*db, err));
    return is_new ? mote_dir_sync(s->dir, err) : MOTE_OK;
}

static mote_status open_at(mote_store *s, bool create, sqlite3 **db, mote_err *err)
{
    char *path = NULL;
    MOTE_TRY(mote_path_join(&s->arena, s->dir, "store.db", &path, err));
    if (s->is_read_only)
        MOTE_TRY(open_read_only(s, path, db, err));
    else
        MOTE_TRY(open_writable(s, path, create, db, err));
    (void)sqlite3_extended_result_codes(*db, 1);
    mote_sqlite_be_patient(s, *db);
    /* secure_delete: erased means overwritten, not merely unlinked. */
    int rc = sqlite3_exec(
        *db,
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
        "PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY",
        NULL, NULL, NULL);
    return rc == SQLITE_OK ? MOTE_OK : fail_at(*db, rc, "open", err);
}

static mote_status open_database(mote_store *s, bool create, mote_sql **out, mote_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, sqlite_set_up);
    sqlite3 *db = NULL;
    mote_status st = open_at(s, create, &db, err);
    if (st != MOTE_OK) {
        (void)sqlite3_close(db);
        return st;
    }
    *out = (mote_sql *)db;
    return MOTE_OK;
}

static void close_database(mote_sql *db)
{
    (void)sqlite3_close(of(db));
}

/* ---- transactions ---- */

static int run(mote_sql *db, const char *sql)
{
    return sqlite3_exec(of(db), sql, NULL, NULL, NULL);
}

static int begin(mote_sql *db)
{
    return run(db, "BEGIN IMMEDIATE");
}

static int commit(mote_sql *db)
{
    return run(db, "COMMIT");
}

static int rollback(mote_sql *db)
{
    return run(db, "ROLLBACK");
}

static int at_depth(mote_sql *db, const char *verb, int32_t depth)
{
    char sql[64];
    (void)mote_format(sql, sizeof sql, "%s t%d", verb, (int)depth);
    return run(db, sql);
}

static int savepoint(mote_sql *db, int32_t depth)
{
    return at_depth(db, "SAVEPOINT", depth);
}

static int release(mote_sql *db, int32_t depth)
{
    return at_depth(db, "RELEASE", depth);
}

static int rollback_to(mote_sql *db, int32_t depth)
{
    int rc = at_depth(db, "ROLLBACK TO", depth);
    return rc == SQLITE_OK ? release(db, depth) : rc;
}

/* SQLite gives up a transaction by itself on a full disk. */
static bool in_transaction(mote_sql *db)
{
    return !sqlite3_get_autocommit(of(db));
}

static int64_t last_id(mote_sql *db)
{
    return sqlite3_last_insert_rowid(of(db));
}

static int64_t changes(mote_sql *db)
{
    return sqlite3_changes64(of(db));
}

static int has_table(mote_sql *db, const char *table, bool *has)
{
    sqlite3_stmt *q = NULL;
    int rc =
        sqlite3_prepare_v2(of(db), "SELECT 1 FROM sqlite_schema WHERE name = ?1", -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(q, 1, table, -1, SQLITE_TRANSIENT);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    (void)sqlite3_finalize(q);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return rc;
    *has = rc == SQLITE_ROW;
    return SQLITE_OK;
}

/* ---- statements ---- */

static int prepare(mote_sql *db, const char *sql, mote_sql_stmt **out)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v3(of(db), sql, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL);
    *out = (mote_sql_stmt *)q;
    return rc;
}

static void finalize(mote_sql_stmt *q)
{
    (void)sqlite3_finalize(at(q));
}

static void reset(mote_sql_stmt *q)
{
    (void)sqlite3_reset(at(q));
}

static void unbind(mote_sql_stmt *q)
{
    (void)sqlite3_clear_bindings(at(q));
}

static int step(mote_sql_stmt *q, bool *row)
{
    int rc = sqlite3_step(at(q));
    *row = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int bind_null(mote_sql_stmt *q, int32_t index)
{
    return sqlite3_bind_null(at(q), index);
}

static int bind_i64(mote_sql_stmt *q, int32_t index, int64_t x)
{
    return sqlite3_bind_int64(at(q), index, x);
}

static int bind_f64(mote_sql_stmt *q, int32_t index, double x)
{
    return sqlite3_bind_double(at(q), index, x); /* SQLite stores NaN as NULL */
}

static int bind_text(mote_sql_stmt *q, int32_t index, const char *s, size_t n)
{
    return sqlite3_bind_text64(at(q), index, s, n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static int bind_blob(mote_sql_stmt *q, int32_t index, const void *bytes, size_t n)
{
    if (n == 0)
        return sqlite3_bind_zeroblob(at(q), index, 0); /* a NULL pointer would bind NULL */
    return sqlite3_bind_blob64(at(q), index, bytes, n, SQLITE_TRANSIENT);
}

static bool is_null(mote_sql_stmt *q, int32_t column)
{
    return sqlite3_column_type(at(q), column) == SQLITE_NULL;
}

static int64_t column_i64(mote_sql_stmt *q, int32_t column)
{
    return sqlite3_column_int64(at(q), column);
}

static double column_f64(mote_sql_stmt *q, int32_t column)
{
    return is_null(q, column) ? (double)NAN : sqlite3_column_double(at(q), column);
}

static const char *column_text(mote_sql_stmt *q, int32_t column)
{
    return (const char *)sqlite3_column_text(at(q), column);
}

static const void *column_blob(mote_sql_stmt *q, int32_t column, size_t *n)
{
    const void *bytes = sqlite3_column_blob(at(q), column);
    *n = (size_t)sqlite3_column_bytes(at(q), column);
    return bytes;
}

static mote_status fail(mote_sql *db, int code, const char *what, mote_err *err)
{
    return fail_at(db != NULL ? of(db) : NULL, code, what, err);
}

const mote_sql_driver mote_sql_sqlite = {
    .name = "sqlite",
    .migration_table = "CREATE TABLE IF NOT EXISTS migration ("
                       "name TEXT PRIMARY KEY, sha256 BLOB NOT NULL) STRICT, WITHOUT ROWID",
    .open = open_database,
    .close = close_database,
    .fail = fail,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .savepoint = savepoint,
    .release = release,
    .rollback_to = rollback_to,
    .in_transaction = in_transaction,
    .exec = run,
    .has_table = has_table,
    .last_id = last_id,
    .changes = changes,
    .prepare = prepare,
    .finalize = finalize,
    .reset = reset,
    .unbind = unbind,
    .step = step,
    .bind_null = bind_null,
    .bind_i64 = bind_i64,
    .bind_f64 = bind_f64,
    .bind_text = bind_text,
    .bind_blob = bind_blob,
    .is_null = is_null,
    .i64 = column_i64,
    .f64 = column_f64,
    .text = column_text,
    .blob = column_blob,
    .check = mote_sqlite_check,
    .tidy = mote_sqlite_tidy,
    .empty_log = mote_sqlite_empty_log,
};
