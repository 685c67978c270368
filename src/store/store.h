/* SPDX-License-Identifier: Apache-2.0 */
/* The project store, `<project>/.mote/`: what is known in SQLite (store.db), bytes in files named
 * by their SHA-256 (objects/ab/cdef...). All of it is for its owner only, whatever the umask.
 *
 * Promise: when mote_store_commit, or a call that commits for itself, has returned OK, a kill at
 * any instant or a power cut loses nothing of it. SQLite runs in WAL mode with synchronous=FULL;
 * object files are synced before the row that names them is committed, and only that row makes an
 * object exist: a file without a row is rubbish that mote_store_collect sweeps.
 *
 * Threads: a handle is used by one thread at a time; open one handle per thread from the same
 * path. Several processes may open the same store: readers never wait, writers queue for up to
 * MOTE_STORE_BUSY_MS and then fail with CONFLICT. So keep write transactions short: import in
 * portions of a few hundred objects, and compute before you begin.
 *
 * Schema: files store/schema/NNN_<area>.sql, compiled into the program, applied in the order of
 * their names when a store is opened for writing. A file that has been released is never edited;
 * a change is a new file. Tables are STRICT; a column that names an object is
 * `BLOB REFERENCES object(hash)`, which is also what keeps the object from being collected.
 *
 * Depends on base/, SQLite, zstd. Used by data/, track/, pipeline/, serve/, monitor/, cli/. */
#ifndef MOTE_STORE_STORE_H
#define MOTE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/status.h"
#include "base/text.h"

#define MOTE_STORE_BUSY_MS 10000
#define MOTE_STORE_FOLDER  ".mote"

typedef struct mote_store mote_store;

/* Open the store of the project folder `project`.
 *
 *   create   make `<project>/.mote/` when it is not there; else NOT_FOUND, with what to run
 *
 * A store.db that is missing or empty beside objects, a log or keys of a project is CORRUPT, with
 * the way back: never a new store. A store that exists and may not be written is opened for reading
 * alone: everything that writes is then DENIED.
 *
 * Pending schema files are applied in one transaction. UNSUPPORTED when the store was written by a
 * newer Mote (the message names the schema file this program does not know); CORRUPT when the
 * database is damaged or an applied schema file is not the one this program has. */
MOTE_MUST_USE mote_status mote_store_open(const char *project, bool create, mote_store **out,
                                          mote_err *err);
void mote_store_close(mote_store *s); /* accepts NULL; rolls back what is open */
void mote_store_scoped(mote_store **s);
#define MOTE_SCOPED_STORE __attribute__((cleanup(mote_store_scoped))) mote_store

const char *mote_store_project(const mote_store *s); /* as given to open; borrowed until close */
const char *mote_store_dir(const mote_store *s);     /* "<project>/.mote"; borrowed until close */

/* The schema parts that this open applied to a store of an older Mote, "080_import, 090_erase";
 * NULL: it was up to date, or is new. Borrowed until close. */
const char *mote_store_migrated(const mote_store *s);

bool mote_store_is_read_only(const mote_store *s);
MOTE_MUST_USE mote_status mote_store_need_writable(const mote_store *s, mote_err *err);

/* Move `<project>/.mote` aside, so that the next open begins anew; *where is its new path, in `a`.
 * Nobody may have it open. */
MOTE_MUST_USE mote_status mote_store_set_aside(const char *project, mote_arena *a, char **where,
                                               mote_err *err);

/* ---- transactions ----
 *
 *     MOTE_SCOPED_TXN txn = {0};               rolled back on every way out but commit
 *     MOTE_TRY(mote_store_begin(s, &txn, err));
 *     ... writes ...
 *     return mote_store_commit(&txn, err);
 *
 * The outermost begin takes the write lock at once (BEGIN IMMEDIATE), so that a commit never fails
 * because somebody else wrote. A begin inside a transaction is a savepoint: functions that write
 * begin and commit for themselves and still compose. Transactions end in reverse order. */
typedef struct {
    mote_store *store; /* private; NULL: not open */
    int32_t depth;     /* private */
} mote_txn;

MOTE_MUST_USE mote_status mote_store_begin(mote_store *s, mote_txn *txn, mote_err *err);
MOTE_MUST_USE mote_status mote_store_commit(mote_txn *txn,
                                            mote_err *err); /* on failure: rolled back */
void mote_store_rollback(mote_txn *txn);                    /* nothing when txn is not open */
#define MOTE_SCOPED_TXN __attribute__((cleanup(mote_store_rollback))) mote_txn

/* ---- statements ----
 *
 *     MOTE_SCOPED_STMT *q = NULL;
 *     MOTE_TRY(mote_stmt_prepare(s, "SELECT name, n FROM label WHERE version = ?1", &q, err));
 *     mote_stmt_bind_i64(q, 1, version);
 *     for (;;) {
 *         bool row = false;
 *         MOTE_TRY(mote_stmt_step(q, &row, err));
 *         if (!row)
 *             break;
 *         use(mote_stmt_text(q, 0), mote_stmt_i64(q, 1));
 *     }
 *
 * Prepared statements are kept in a cache by their text, so preparing in a loop is cheap; write
 * values only by binding, never into the text. A failed bind is remembered and reported by the
 * next step or run. */
typedef struct mote_stmt mote_stmt;

MOTE_MUST_USE mote_status mote_stmt_prepare(mote_store *s, const char *sql, mote_stmt **out,
                                            mote_err *err);
void mote_stmt_release(mote_stmt **q); /* back to the cache; sets *q to NULL; accepts NULL in *q */
#define MOTE_SCOPED_STMT __attribute__((cleanup(mote_stmt_release))) mote_stmt
mote_store *mote_stmt_store(const mote_stmt *q); /* borrowed */

/* Parameters count from 1 (?1 is index 1). Bytes are copied. text NULL binds NULL. */
void mote_stmt_bind_i64(mote_stmt *q, int32_t index, int64_t x);
void mote_stmt_bind_f64(mote_stmt *q, int32_t index, double x); /* NaN binds NULL */
void mote_stmt_bind_text(mote_stmt *q, int32_t index, const char *s);
void mote_stmt_bind_text_n(mote_stmt *q, int32_t index, const char *s, size_t n);
void mote_stmt_bind_blob(mote_stmt *q, int32_t index, const void *bytes, size_t n);
void mote_stmt_bind_hash(mote_stmt *q, int32_t index, const mote_sha256 *h); /* NULL binds NULL */
void mote_stmt_bind_null(mote_stmt *q, int32_t index);

/* step: *row tells whether there is a row to read. run: for statements without rows; steps to the
 * end and resets, bindings kept, so that it can be bound and run again. EXISTS when a UNIQUE or
 * PRIMARY KEY rule refuses, NOT_FOUND when a foreign key does, ARG for other constraints, CONFLICT
 * when the store was busy too long, IO when the disk is full or fails, CORRUPT when damaged. */
MOTE_MUST_USE mote_status mote_stmt_step(mote_stmt *q, bool *row, mote_err *err);
MOTE_MUST_USE mote_status mote_stmt_run(mote_stmt *q, mote_err *err);
void mote_stmt_reset(mote_stmt *q); /* ready to step again; bindings are kept */

/* Columns count from 0; valid after a step that gave a row. Pointers are borrowed until the next
 * step, reset or release. Text of a NULL is NULL; numbers of a NULL are 0 (f64: NaN). */
int64_t mote_stmt_i64(mote_stmt *q, int32_t column);
double mote_stmt_f64(mote_stmt *q, int32_t column);
const char *mote_stmt_text(mote_stmt *q, int32_t column);
const void *mote_stmt_blob(mote_stmt *q, int32_t column, size_t *n);
bool mote_stmt_hash(mote_stmt *q, int32_t column,
                    mote_sha256 *out); /* false, out untouched: not a hash */
bool mote_stmt_is_null(mote_stmt *q, int32_t column);

/* Statements without parameters or rows, ';' between them. For schema and tests. */
MOTE_MUST_USE mote_status mote_store_exec(mote_store *s, const char *sql, mote_err *err);
int64_t mote_store_last_id(const mote_store *s); /* rowid of the last insert */
int64_t mote_store_changes(const mote_store *s); /* rows changed by the last statement */

/* One value of one row, for short questions; NOT_FOUND when there is no row. No parameters. */
MOTE_MUST_USE mote_status mote_store_query_i64(mote_store *s, const char *sql, int64_t *out,
                                               mote_err *err);

/* ---- objects ---- */

#define MOTE_OBJECT_MAX_BYTES ((size_t)1 << 31)

/* Keep bytes[0..n), by zstd where that saves an eighth (get undoes it), and return their name.
 * Putting the same bytes twice is cheap and fine: of those that are there the length is looked at.
 * Inside a transaction the object is durable when that commits; otherwise on return. now_ms is the
 * wall clock of the caller; mote_store_collect spares what was put less than its grace ago. */
MOTE_MUST_USE mote_status mote_object_put(mote_store *s, const void *bytes, size_t n,
                                          int64_t now_ms, mote_sha256 *id, mote_err *err);
/* The same bytes as they are, so that mote_object_path works: for what is mapped or given to other
 * programs, and what zstd cannot make smaller. */
MOTE_MUST_USE mote_status mote_object_put_raw(mote_store *s, const void *bytes, size_t n,
                                              int64_t now_ms, mote_sha256 *id, mote_err *err);
/* For what is made again because it is doubted: when it is there already it is read, and a damaged
 * file is written anew. */
MOTE_MUST_USE mote_status mote_object_put_again(mote_store *s, const void *bytes, size_t n,
                                                int64_t now_ms, mote_sha256 *id, mote_err *err);
/* A file's bytes, raw. */
MOTE_MUST_USE mote_status mote_object_put_file(mote_store *s, const char *path, int64_t now_ms,
                                               mote_sha256 *id, mote_err *err);

/* The bytes, followed by a 0 byte that is not counted; owned by the caller (mote_free). They are
 * hashed again: CORRUPT, with the path and what to do, when they are not what was put. NOT_FOUND
 * when there is no such object; LIMIT when it has more than max_bytes. */
MOTE_MUST_USE mote_status mote_object_get(mote_store *s, const mote_sha256 *id, size_t max_bytes,
                                          char **out, size_t *len, mote_err *err);
MOTE_MUST_USE mote_status mote_object_has(mote_store *s, const mote_sha256 *id, bool *has,
                                          mote_err *err);
/* Is its file there too, and as long as it was? Put the bytes again when it is not. */
MOTE_MUST_USE mote_status mote_object_in_place(mote_store *s, const mote_sha256 *id, bool *in_place,
                                               mote_err *err);

/* The file that holds the bytes, to map or to hand to another program; not verified. Lives as
 * long as `a`. UNSUPPORTED when it is kept compressed (mote_object_put_raw). */
MOTE_MUST_USE mote_status mote_object_path(mote_store *s, const mote_sha256 *id, mote_arena *a,
                                           char **out, mote_err *err);

/* Remove the file of an object whose bytes can be made again, and leave its row: until they are put
 * again it is not in place. For a damaged file that is in the way. */
MOTE_MUST_USE mote_status mote_object_drop_file(mote_store *s, const mote_sha256 *id,
                                                mote_err *err);

typedef struct {
    mote_sha256 id;
    int64_t size_bytes;   /* of the bytes that were put */
    int64_t stored_bytes; /* of the file */
    int64_t put_ms;       /* last put */
    bool is_compressed;
} mote_object_info;

MOTE_MUST_USE mote_status mote_object_stat(mote_store *s, const mote_sha256 *id,
                                           mote_object_info *out, mote_err *err);
/* In order of name. */
MOTE_MUST_USE mote_status mote_object_list(mote_store *s, mote_arena *a, mote_object_info **out,
                                           size_t *n, mote_err *err);

/* Record that the bytes of `parent` name `child` (a manifest and its files), which keeps `child`
 * while `parent` is kept. Columns that REFERENCE object(hash) need no link. */
MOTE_MUST_USE mote_status mote_object_link(mote_store *s, const mote_sha256 *parent,
                                           const mote_sha256 *child, mote_err *err);

/* Remove an object and its file now, for withdrawn consent. CONFLICT while a row refers to it:
 * remove those rows first. Fine when it is not there. Not inside a transaction. */
MOTE_MUST_USE mote_status mote_object_erase(mote_store *s, const mote_sha256 *id, mote_err *err);

/* The same for many at once, under two write locks: gone[i] is false where a row still refers to
 * it. overwrite: their bytes on the disk are overwritten first (mote_file_shred). */
MOTE_MUST_USE mote_status mote_object_erase_all(mote_store *s, const mote_sha256 *ids, size_t n,
                                                bool overwrite, bool *gone, mote_err *err);

/* ---- upkeep ---- */

/* How long work that can go on another time may take. Looked at between portions of some
 * milliseconds. */
typedef struct {
    int64_t until_us;          /* mote_clock_mono_us; 0: to the end */
    const mote_cancel *cancel; /* NULL: nobody asks to stop */
} mote_budget;
bool mote_budget_over(const mote_budget *b);

typedef struct {
    int64_t now_ms;   /* wall clock */
    int64_t grace_ms; /* objects put within this before now_ms are spared */
    bool dry_run;     /* count only */
    bool overwrite;   /* the bytes of what is removed, in place */
    bool files_only;  /* only files without an owner; objects that nothing reaches are left */
    mote_budget budget;
} mote_gc_options;

typedef struct {
    int64_t n_kept;
    int64_t n_removed;     /* objects that nothing reached */
    int64_t removed_bytes; /* of their files */
    int64_t n_rubbish;     /* files without an owner, removed */
    int64_t rubbish_bytes;
    int64_t n_left;   /* found, and left when the budget was over */
    bool is_complete; /* everything was looked at */
} mote_gc_report;

/* Remove the objects that nothing reaches: no row of any table with a foreign key to object(hash),
 * directly or through links. Those put less than the grace ago are spared, for a writer that has
 * not yet recorded what it put. Then sweep the files below .mote/ that belong to nobody (sweep.c
 * lists them). Not inside a transaction; writers wait for portions only. */
MOTE_MUST_USE mote_status mote_store_collect(mote_store *s, const mote_gc_options *o,
                                             mote_gc_report *out, mote_err *err);

/* Move the write-ahead log into the database and cut it to nothing, so that it no longer holds
 * what was removed. Tried again for wait_ms; then CONFLICT, naming the processes that read. */
MOTE_MUST_USE mote_status mote_store_empty_wal(mote_store *s, int64_t wait_ms,
                                               const mote_cancel *cancel, mote_err *err);

/* Where the master secret of the prediction log lies (serve/keyring.h); NULL or "": in the store.
 * Copied. */
MOTE_MUST_USE mote_status mote_store_set_key_file(mote_store *s, const char *path, mote_err *err);
const char *mote_store_key_file(const mote_store *s); /* NULL: the preset place */

/* Check the database (integrity, foreign keys) and, if asked, hash every object. CORRUPT with the
 * first finding in words.
 * lint: unused_exports: what the tests of kills and of failed allocations hold every store to */
MOTE_MUST_USE mote_status mote_store_check(mote_store *s, bool read_objects, mote_err *err);

#endif
