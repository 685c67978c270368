/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing the store, transactions, short questions. */
#include "store/store.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/store_internal.h"

#define PATHS_MAX_BYTES (1 << 16)

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
    MOTE_TRY(s->sql->open(s, create, &s->db, err));
    return mote_schema_apply(s, mote_schema_files, mote_n_schema_files, err);
}

mote_status mote_store_open(const char *project, bool create, mote_store **out, mote_err *err)
{
    mote_store *s = mote_alloc_zero(1, sizeof *s);
    if (s == NULL)
        return mote_fail(err, MOTE_NOMEM, "store: out of memory");
    s->sql = &mote_sql_sqlite;
    s->blobs = &mote_blob_folder;
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
        s->sql->finalize(q->stmt);
        mote_free(q->sql);
        mote_free(q);
    }
    s->sql->close(s->db);
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

/* A rollback can itself fail for lack of memory. Until it has succeeded nothing else may run:
 * what came next would join the transaction that was given up, and never become durable. */
mote_status mote_store_settle(mote_store *s, mote_err *err)
{
    if (!s->must_roll_back || s->depth != 0)
        return MOTE_OK;
    if (s->sql->in_transaction(s->db)) {
        int code = s->sql->rollback(s->db);
        if (code != 0 && s->sql->in_transaction(s->db))
            return s->sql->fail(s->db, code, "undo an earlier change", err);
    }
    s->must_roll_back = false;
    return MOTE_OK;
}

mote_status mote_store_begin(mote_store *s, mote_txn *txn, mote_err *err)
{
    MOTE_BUG_IF(txn->store != NULL);
    MOTE_TRY(mote_store_need_writable(s, err));
    MOTE_TRY(mote_store_settle(s, err));
    int code = s->depth == 0 ? s->sql->begin(s->db) : s->sql->savepoint(s->db, s->depth);
    if (code != 0)
        return s->sql->fail(s->db, code, "begin", err);
    if (s->depth == 0) {
        s->n_unsynced = 0;
        s->new_fanout = false;
    }
    txn->store = s;
    txn->depth = s->depth++;
    return MOTE_OK;
}

static mote_status commit_at(mote_store *s, int32_t depth, mote_err *err)
{
    if (depth == 0)
        MOTE_TRY(mote_object_sync(s, err));
    int code = depth == 0 ? s->sql->commit(s->db) : s->sql->release(s->db, depth);
    return code == 0 ? MOTE_OK : s->sql->fail(s->db, code, "commit", err);
}

mote_status mote_store_commit(mote_txn *txn, mote_err *err)
{
    mote_store *s = txn->store;
    MOTE_BUG_IF(s == NULL || txn->depth != s->depth - 1);
    mote_status st;
    if (s->must_roll_back || !s->sql->in_transaction(s->db)) /* given up on a full disk */
        st = mote_fail(err, MOTE_IO, "store: commit: an earlier failure undid this change");
    else
        st = commit_at(s, txn->depth, err);
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
    } else if (s->sql->in_transaction(s->db) && !s->must_roll_back) {
        if (s->sql->rollback_to(s->db, txn->depth) != 0)
            s->must_roll_back = true; /* then all of it goes, not only this part */
    }
}

/* ---- short questions ---- */

mote_status mote_store_exec(mote_store *s, const char *sql, mote_err *err)
{
    MOTE_TRY(mote_store_settle(s, err));
    int code = s->sql->exec(s->db, sql);
    return code == 0 ? MOTE_OK : s->sql->fail(s->db, code, "execute", err);
}

int64_t mote_store_last_id(const mote_store *s)
{
    return s->sql->last_id(s->db);
}

int64_t mote_store_changes(const mote_store *s)
{
    return s->sql->changes(s->db);
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
