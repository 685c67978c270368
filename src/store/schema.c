/* SPDX-License-Identifier: Apache-2.0 */
/* Brings the schema of a store up to date, and refuses stores this program would misread.
 *
 * Table `migration` holds the name and SHA-256 of every schema file that was applied. A name this
 * program does not know means that a newer Mote wrote the store. */
#include <string.h>

#include "base/text.h"
#include "store/store_internal.h"

#define NAMES_MAX_BYTES (1 << 14) /* of the parts that one opening applies */

static const mote_schema_file *find_file(const mote_schema_file *files, size_t n_files,
                                         const char *name)
{
    for (size_t i = 0; i < n_files; i++) {
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
    }
    return NULL;
}

static mote_status check_applied(mote_store *s, const mote_schema_file *files, size_t n_files,
                                 size_t *n_applied, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT name, sha256 FROM migration ORDER BY name", &q, err));
    size_t n = 0;
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        const char *name = mote_stmt_text(q, 0);
        if (name == NULL)
            return mote_fail(err, MOTE_NOMEM, "store: out of memory");
        const mote_schema_file *f = find_file(files, n_files, name);
        if (f == NULL)
            return mote_fail(
                err, MOTE_UNSUPPORTED,
                "the store '%s' was written by a newer mote: its schema part '%s' is unknown here; "
                "use that version, or a newer one",
                s->dir, name);
        mote_sha256 have;
        mote_sha256 want = mote_sha256_of(f->sql, f->n);
        if (!mote_stmt_hash(q, 1, &have) || !mote_sha256_equal(&have, &want))
            return mote_fail(err, MOTE_CORRUPT,
                             "the store '%s' was made with another text of schema part '%s': use "
                             "the version of mote "
                             "that made it, or start afresh by moving '.mote' away",
                             s->dir, name);
        n++;
    }
    *n_applied = n;
    return MOTE_OK;
}

static mote_status apply_one(mote_store *s, const mote_schema_file *f, mote_buf *applied,
                             mote_err *err)
{
    MOTE_SCOPED_STMT *known = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT 1 FROM migration WHERE name = ?1", &known, err));
    mote_stmt_bind_text(known, 1, f->name);
    bool is_applied = false;
    MOTE_TRY(mote_stmt_step(known, &is_applied, err));
    if (is_applied)
        return MOTE_OK;
    mote_status st = mote_store_exec(s, f->sql, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "schema part '%s'", f->name);
    mote_sha256 id = mote_sha256_of(f->sql, f->n);
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "INSERT INTO migration(name, sha256) VALUES (?1, ?2)", &q, err));
    mote_stmt_bind_text(q, 1, f->name);
    mote_stmt_bind_hash(q, 2, &id);
    mote_buf_printf(applied, "%s%s", applied->len > 0 ? ", " : "", f->name);
    return mote_stmt_run(q, err);
}

mote_status mote_schema_apply(mote_store *s, const mote_schema_file *files, size_t n_files,
                              mote_err *err)
{
    bool has_table = false;
    size_t n_applied = 0;
    int code = s->sql->has_table(s->db, "migration", &has_table);
    if (code != 0)
        return s->sql->fail(s->db, code, "open", err);
    if (has_table)
        MOTE_TRY(check_applied(s, files, n_files, &n_applied, err));
    if (n_applied == n_files)
        return MOTE_OK;
    if (s->is_read_only)
        return mote_fail(err, MOTE_DENIED,
                         "the store '%s' was made by an older mote and is not writable: run any "
                         "mote command once where it is, to bring it up to date",
                         s->dir);

    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_store_exec(s, s->sql->migration_table, err));
    MOTE_TRY(check_applied(s, files, n_files, &n_applied, err)); /* somebody may have been first */
    MOTE_SCOPED_BUF applied;
    mote_buf_init(&applied, NAMES_MAX_BYTES);
    for (size_t i = 0; i < n_files; i++)
        MOTE_TRY(apply_one(s, &files[i], &applied, err));
    MOTE_TRY(mote_buf_status(&applied, err));
    if (has_table && applied.len > 0) {
        s->migrated = mote_arena_strdup(&s->arena, applied.data);
        if (s->migrated == NULL)
            return mote_fail(err, MOTE_NOMEM, "store: out of memory");
    }
    return mote_store_commit(&txn, err);
}
