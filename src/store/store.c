/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing the store, transactions, and errors of SQLite in our words.
 *
 * SQLite takes its memory from base/mem.h, so that the allocation tests reach into it too. */
#include "store/store.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/store_internal.h"

#define PATHS_MAX_BYTES   (1 << 16)
#define BUSY_RETRY_MS     20
#define SIZE_HEADER_BYTES 16 /* keeps the alignment of the heap */

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

mote_status mote_store_fail(sqlite3 *db, int rc, const char *what, mote_err *err)
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

static mote_status make_folders(mote_store *s, mote_err *err)
{
    MOTE_TRY(mote_dir_make(s->tmp_dir, err)); /* with objects/ and .mote/ above it */
    char *ignore = NULL;
    MOTE_TRY(mote_path_join(&s->arena, s->dir, ".gitignore", &ignore, err));
    if (!mote_path_exists(ignore))
        MOTE_TRY(mote_file_write(ignore, "*\n", 2, err));
    MOTE_TRY(mote_dir_sync(s->objects_dir, err));
    MOTE_TRY(mote_dir_sync(s->dir, err));
    return mote_dir_sync(s->project, err);
}

/* The change to WAL needs the file for itself for a moment and does not use the busy handler, so
 * two programs that create the same store at once are kept apart here. */
static mote_status set_wal(mote_store *s, mote_err *err)
{
    int rc = SQLITE_BUSY;
    for (int waited = 0; waited < MOTE_STORE_BUSY_MS; waited += BUSY_RETRY_MS) {
        rc = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if (rc != SQLITE_BUSY)
            break;
        mote_clock_sleep_ms(BUSY_RETRY_MS);
    }
    if (rc != SQLITE_OK)
        return mote_store_fail(s->db, sqlite3_extended_errcode(s->db), "open", err);
    return MOTE_OK;
}

/* Is there a schema? false too when the database cannot be read; *rc says why. */
static bool has_schema(mote_store *s, int *rc)
{
    sqlite3_stmt *q = NULL;
    *rc = sqlite3_prepare_v2(s->db, "SELECT 1 FROM sqlite_schema WHERE name = 'migration'", -1, &q,
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
static mote_status open_read_only(mote_store *s, const char *path, mote_err *err)
{
    int rc = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK && has_schema(s, &rc))
        return MOTE_OK;
    struct stat wal;
    char *wal_path = mote_arena_printf(&s->arena, "%s-wal", path);
    if (wal_path == NULL)
        return mote_fail(err, MOTE_NOMEM, "store: out of memory");
    if (rc != SQLITE_CANTOPEN && (rc & 0xff) != SQLITE_READONLY)
        return rc == SQLITE_OK ? MOTE_OK : mote_store_fail(s->db, rc, "open", err);
    if (stat(wal_path, &wal) == 0 && wal.st_size > 0)
        return mote_fail(err, MOTE_DENIED,
                         "'%s' is not writable, and '%s' holds changes that are not in it yet: run "
                         "any mote command once where it is writable",
                         path, wal_path);
    (void)sqlite3_close(s->db);
    s->db = NULL;
    MOTE_SCOPED_BUF uri;
    mote_buf_init(&uri, PATHS_MAX_BYTES);
    uri_of(path, &uri);
    MOTE_TRY(mote_buf_status(&uri, err));
    rc = sqlite3_open_v2(uri.data, &s->db,
                         SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
    return rc == SQLITE_OK ? MOTE_OK : mote_store_fail(s->db, rc, "open", err);
}

static mote_status open_writable(mote_store *s, const char *path, bool create, mote_err *err)
{
    bool is_new = !mote_path_exists(path);
    if (is_new && create)
        MOTE_TRY(mote_store_new_database(path, err));
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    int rc = sqlite3_open_v2(path, &s->db, flags, NULL);
    if (rc != SQLITE_OK)
        return mote_store_fail(s->db, rc, "open", err);
    (void)sqlite3_busy_timeout(s->db, MOTE_STORE_BUSY_MS);
    if (!has_schema(s, &rc) && rc == SQLITE_OK) {
        mote_status st = mote_store_refuse_remains(s, "has no tables", false, err);
        if (st != MOTE_OK && !has_schema(s, &rc)) /* nobody has just made them, with an object */
            return st;
    }
    MOTE_TRY(set_wal(s, err));
    return is_new ? mote_dir_sync(s->dir, err) : MOTE_OK;
}

static mote_status open_database(mote_store *s, bool create, mote_err *err)
{
    char *path = NULL;
    MOTE_TRY(mote_path_join(&s->arena, s->dir, "store.db", &path, err));
    if (s->is_read_only)
        MOTE_TRY(open_read_only(s, path, err));
    else
        MOTE_TRY(open_writable(s, path, create, err));
    (void)sqlite3_extended_result_codes(s->db, 1);
    (void)sqlite3_busy_timeout(s->db, MOTE_STORE_BUSY_MS);
    /* secure_delete: erased means overwritten, not merely unlinked. */
    return mote_store_exec(
        s,
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
        "PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY",
        err);
}

static mote_status set_paths(mote_store *s, const char *project, mote_err *err)
{
    s->project = mote_arena_strdup(&s->arena, project);
    if (s->project == NULL)
        return mote_fail(err, MOTE_NOMEM, "store: out of memory");
    MOTE_TRY(mote_path_join(&s->arena, project, MOTE_STORE_FOLDER, &s->dir, err));
    MOTE_TRY(mote_path_join(&s->arena, s->dir, "objects", &s->objects_dir, err));
    return mote_path_join(&s->arena, s->objects_dir, "tmp", &s->tmp_dir, err);
}

static mote_status open_all(mote_store *s, const char *project, bool create, mote_err *err)
{
    MOTE_TRY(set_paths(s, project, err));
    if (create) {
        if (!mote_path_is_dir(project))
            return mote_fail(err, MOTE_NOT_FOUND, "the folder '%s' is not there", project);
    }
    if (mote_path_is_dir(s->dir)) {
        MOTE_TRY(mote_store_look_at_place(s, err));
    } else if (!create) {
        return mote_fail(err, MOTE_NOT_FOUND,
                         "'%s' has no store yet: run 'mote init' or 'mote run' there first",
                         project);
    }
    if (create && !s->is_read_only)
        MOTE_TRY(make_folders(s, err));
    MOTE_TRY(mote_store_tighten(s, err));
    MOTE_TRY(open_database(s, create, err));
    return mote_schema_apply(s, mote_schema_files, mote_n_schema_files, err);
}

mote_status mote_store_open(const char *project, bool create, mote_store **out, mote_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, sqlite_set_up);
    mote_store *s = mote_alloc_zero(1, sizeof *s);
    if (s == NULL)
        return mote_fail(err, MOTE_NOMEM, "store: out of memory");
    mote_arena_init(&s->arena, PATHS_MAX_BYTES);
    mote_status st = open_all(s, project, create, err);
    if (st != MOTE_OK) {
        mote_store_close(s);
        return st;
    }
    *out = s;
    return MOTE_OK;
}

void mote_store_close(mote_store *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < MOTE_STMT_CACHE; i++) {
        mote_stmt *q = s->cache[i];
        if (q == NULL)
            continue;
        MOTE_BUG_IF(q->in_use);
        (void)sqlite3_finalize(q->stmt);
        mote_free(q->sql);
        mote_free(q);
    }
    (void)sqlite3_close(s->db); /* rolls back what is open */
    mote_free(s->unsynced);
    mote_arena_release(&s->arena);
    mote_free(s);
}

void mote_store_scoped(mote_store **s)
{
    mote_store_close(*s);
    *s = NULL;
}

const char *mote_store_project(const mote_store *s)
{
    return s->project;
}

const char *mote_store_dir(const mote_store *s)
{
    return s->dir;
}

const char *mote_store_migrated(const mote_store *s)
{
    return s->migrated;
}

bool mote_store_is_read_only(const mote_store *s)
{
    return s->is_read_only;
}

mote_status mote_store_need_writable(const mote_store *s, mote_err *err)
{
    if (!s->is_read_only)
        return MOTE_OK;
    return mote_fail(err, MOTE_DENIED,
                     "'%s' is not writable here: it can be looked at, predicted with, served "
                     "without log and reported, not changed",
                     s->dir);
}

mote_status mote_store_set_key_file(mote_store *s, const char *path, mote_err *err)
{
    s->key_file = NULL;
    if (path == NULL || path[0] == '\0')
        return MOTE_OK;
    return mote_path_join(&s->arena, s->project, path, &s->key_file, err);
}

const char *mote_store_key_file(const mote_store *s)
{
    return s->key_file;
}

/* ---- transactions ---- */

static mote_status transaction_verb(mote_store *s, const char *verb, int32_t depth,
                                    const char *what, mote_err *err)
{
    char sql[64];
    (void)mote_format(sql, sizeof sql, "%s t%d", verb, (int)depth);
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? MOTE_OK : mote_store_fail(s->db, rc, what, err);
}

/* A rollback can itself fail for lack of memory. Until it has succeeded nothing else may run:
 * what came next would join the transaction that was given up, and never become durable. */
mote_status mote_store_settle(mote_store *s, mote_err *err)
{
    if (!s->must_roll_back || s->depth != 0)
        return MOTE_OK;
    if (!sqlite3_get_autocommit(s->db)) {
        int rc = sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
        if (rc != SQLITE_OK && !sqlite3_get_autocommit(s->db))
            return mote_store_fail(s->db, rc, "undo an earlier change", err);
    }
    s->must_roll_back = false;
    return MOTE_OK;
}

mote_status mote_store_begin(mote_store *s, mote_txn *txn, mote_err *err)
{
    MOTE_BUG_IF(txn->store != NULL);
    MOTE_TRY(mote_store_need_writable(s, err));
    MOTE_TRY(mote_store_settle(s, err));
    if (s->depth == 0) {
        int rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        if (rc != SQLITE_OK)
            return mote_store_fail(s->db, rc, "begin", err);
        s->n_unsynced = 0;
        s->new_fanout = false;
    } else {
        MOTE_TRY(transaction_verb(s, "SAVEPOINT", s->depth, "begin", err));
    }
    txn->store = s;
    txn->depth = s->depth++;
    return MOTE_OK;
}

static mote_status commit_outermost(mote_store *s, mote_err *err)
{
    MOTE_TRY(mote_object_sync(s, err));
    int rc = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
    return rc == SQLITE_OK ? MOTE_OK : mote_store_fail(s->db, rc, "commit", err);
}

mote_status mote_store_commit(mote_txn *txn, mote_err *err)
{
    mote_store *s = txn->store;
    MOTE_BUG_IF(s == NULL || txn->depth != s->depth - 1);
    mote_status st;
    if (s->must_roll_back || sqlite3_get_autocommit(s->db)) /* SQLite gives up on a full disk */
        st = mote_fail(err, MOTE_IO, "store: commit: an earlier failure undid this change");
    else if (txn->depth == 0)
        st = commit_outermost(s, err);
    else
        st = transaction_verb(s, "RELEASE", txn->depth, "commit", err);
    if (st != MOTE_OK) {
        mote_store_rollback(txn);
        return st;
    }
    s->depth--;
    txn->store = NULL;
    return MOTE_OK;
}

void mote_store_rollback(mote_txn *txn)
{
    mote_store *s = txn->store;
    if (s == NULL)
        return;
    MOTE_BUG_IF(txn->depth != s->depth - 1);
    s->depth = txn->depth;
    txn->store = NULL;
    if (txn->depth == 0) {
        s->must_roll_back = true;
        (void)mote_store_settle(s, NULL);
    } else if (!sqlite3_get_autocommit(s->db) && !s->must_roll_back) {
        if (transaction_verb(s, "ROLLBACK TO", txn->depth, "rollback", NULL) != MOTE_OK ||
            transaction_verb(s, "RELEASE", txn->depth, "rollback", NULL) != MOTE_OK)
            s->must_roll_back = true; /* then all of it goes, not only this part */
    }
}

/* ---- short questions ---- */

mote_status mote_store_exec(mote_store *s, const char *sql, mote_err *err)
{
    MOTE_TRY(mote_store_settle(s, err));
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? MOTE_OK : mote_store_fail(s->db, rc, "execute", err);
}

int64_t mote_store_last_id(const mote_store *s)
{
    return sqlite3_last_insert_rowid(s->db);
}

int64_t mote_store_changes(const mote_store *s)
{
    return sqlite3_changes64(s->db);
}

mote_status mote_store_query_i64(mote_store *s, const char *sql, int64_t *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql, &q, err));
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return mote_fail(err, MOTE_NOT_FOUND, "store: no row for: %s", sql);
    *out = mote_stmt_i64(q, 0);
    return MOTE_OK;
}
