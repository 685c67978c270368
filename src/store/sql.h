/* SPDX-License-Identifier: Apache-2.0 */
/* A database behind the store: what a driver does. One row so far, SQLite (sql_sqlite.c).
 *
 * Statements are written once, in the subset that SQL databases share, and a driver turns them into
 * its own where it must: parameters are ?1, ?2, ..; a row that may be there is ON CONFLICT .. DO
 * UPDATE or DO NOTHING; conditions are comparisons, not numbers; the id of an insert is asked of
 * last_id. tools/lint.py holds that. The tables themselves are a driver's affair: store/schema/ is
 * SQLite's text of them.
 *
 * Functions that return an int give 0, or a number of the driver's own, which `fail` turns into a
 * status and words. Errors by class, the same for every driver: NOMEM; CONFLICT when another kept
 * the database locked; EXISTS for a key that is there, NOT_FOUND for a broken reference, ARG for
 * other rules; LIMIT for a value that is too long; IO (a full disk too), CORRUPT, DENIED; BUG for
 * statements that are wrong.
 *
 * Depends on store.h. Used by store.c, stmt.c, schema.c, upkeep.c, gc.c, check.c only. */
#ifndef MOTE_STORE_SQL_H
#define MOTE_STORE_SQL_H

#include "store/store.h"

typedef struct mote_sql mote_sql;           /* a connection, used by one thread at a time */
typedef struct mote_sql_stmt mote_sql_stmt; /* a prepared statement of it */

/* Something wrong in the database: broken pages, or rows that refer to what is gone. */
typedef struct {
    bool is_reference;
    const char *what; /* borrowed for the call */
} mote_sql_finding;
typedef mote_status mote_sql_on_finding(void *arg, const mote_sql_finding *f, mote_err *err);

typedef struct {
    const char *name;
    /* The table of applied schema parts, made when it is not there: name, sha256. */
    const char *migration_table;

    /* Open what stands at the store's place (s->dir, s->is_read_only) and make it durable: a commit
     * that returned survives a power cut, and what is deleted is overwritten. */
    mote_status (*open)(mote_store *s, bool create, mote_sql **out, mote_err *err);
    void (*close)(mote_sql *db); /* accepts NULL; rolls back what is open */
    /* db NULL: there is only the number */
    mote_status (*fail)(mote_sql *db, int code, const char *what, mote_err *err);

    /* begin takes the write lock at once, so that a commit never fails because somebody else wrote.
     * Savepoints are named by their depth. */
    int (*begin)(mote_sql *db);
    int (*commit)(mote_sql *db);
    int (*rollback)(mote_sql *db);
    int (*savepoint)(mote_sql *db, int32_t depth);
    int (*release)(mote_sql *db, int32_t depth);
    int (*rollback_to)(mote_sql *db, int32_t depth); /* and release */
    bool (*in_transaction)(mote_sql *db);            /* false also when a failure undid it */

    int (*exec)(mote_sql *db, const char *sql); /* ';' between statements */
    int (*has_table)(mote_sql *db, const char *table, bool *has);
    int64_t (*last_id)(mote_sql *db); /* that the last insert of a row got */
    int64_t (*changes)(mote_sql *db); /* rows of the last statement */

    int (*prepare)(mote_sql *db, const char *sql, mote_sql_stmt **out);
    void (*finalize)(mote_sql_stmt *q); /* accepts NULL */
    void (*reset)(mote_sql_stmt *q);    /* ready to step again; bindings are kept */
    void (*unbind)(mote_sql_stmt *q);
    int (*step)(mote_sql_stmt *q, bool *row); /* after a failure it is reset */

    /* From 1; bytes are copied; NaN is NULL. */
    int (*bind_null)(mote_sql_stmt *q, int32_t index);
    int (*bind_i64)(mote_sql_stmt *q, int32_t index, int64_t x);
    int (*bind_f64)(mote_sql_stmt *q, int32_t index, double x);
    int (*bind_text)(mote_sql_stmt *q, int32_t index, const char *s, size_t n);
    int (*bind_blob)(mote_sql_stmt *q, int32_t index, const void *bytes, size_t n);

    /* From 0; of the row at hand, borrowed until the next step. */
    bool (*is_null)(mote_sql_stmt *q, int32_t column);
    int64_t (*i64)(mote_sql_stmt *q, int32_t column);
    double (*f64)(mote_sql_stmt *q, int32_t column);
    const char *(*text)(mote_sql_stmt *q, int32_t column);
    const void *(*blob)(mote_sql_stmt *q, int32_t column, size_t *n);

    /* Upkeep. check: at most `most` findings. tidy: what may wait, without waiting for anybody.
     * empty_log: see mote_store_empty_wal. */
    mote_status (*check)(mote_store *s, int32_t most, mote_sql_on_finding *found, void *arg,
                         mote_err *err);
    mote_status (*tidy)(mote_store *s, mote_err *err);
    mote_status (*empty_log)(mote_store *s, int64_t wait_ms, const mote_cancel *cancel,
                             mote_err *err);
} mote_sql_driver;

extern const mote_sql_driver mote_sql_sqlite;

#endif
