/* SPDX-License-Identifier: Apache-2.0 */
/* What stands where the store should be, looked at before SQLite does.
 *
 * SQLite takes a missing or an empty file for a new database, and drops the write-ahead log beside
 * it: a project whose store.db was lost would look like a new one, and everything it still has
 * would be swept as belonging to nobody. It also waits for ever on a pipe in place of a file. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/store_internal.h"

#define N_ASIDE 1000 /* names tried for a store that is set aside */

/* ---- is there anything of an earlier store? ---- */

static bool is_fanout(const char *name)
{
    return strlen(name) == 2 && strspn(name, "0123456789abcdef") == 2;
}

/* The first name in a folder that is not hidden and, with only_fanout, two hex digits. */
static bool first_entry(const char *dir, bool only_fanout, bool (*is_it)(const char *path))
{
    DIR *d = opendir(dir);
    if (d == NULL)
        return false;
    bool found = false;
    for (struct dirent *e; !found && (e = readdir(d)) != NULL;) {
        char path[MOTE_BLOB_PATH_BYTES];
        if (e->d_name[0] == '.' || (only_fanout && !is_fanout(e->d_name)) ||
            !mote_format(path, sizeof path, "%s/%s", dir, e->d_name))
            continue;
        found = is_it == NULL || is_it(path);
    }
    (void)closedir(d);
    return found;
}

static bool holds_anything(const char *dir)
{
    return first_entry(dir, false, NULL);
}

/* What of an earlier store lies beside a database that is missing or empty; NULL: nothing. */
static const char *what_is_left(const mote_store *s, bool with_log)
{
    char path[MOTE_BLOB_PATH_BYTES];
    struct stat info;
    if (first_entry(s->objects_dir, true, holds_anything))
        return "objects";
    if (with_log && mote_format(path, sizeof path, "%s/store.db-wal", s->dir) &&
        stat(path, &info) == 0 && info.st_size > 0)
        return "a write-ahead log";
    if (mote_format(path, sizeof path, "%s/keys", s->dir) && holds_anything(path))
        return "keys";
    return NULL;
}

mote_status mote_store_refuse_remains(const mote_store *s, const char *how, bool with_log,
                                      mote_err *err)
{
    const char *left = what_is_left(s, with_log);
    if (left == NULL)
        return MOTE_OK;
    return mote_fail(err, MOTE_CORRUPT,
                     "'%s/store.db' %s, but %s of a project lie beside it: restore that file from "
                     "a copy, or begin anew with 'mote doctor --new', which sets what is left "
                     "aside",
                     s->dir, how, left);
}

/* ---- the files of the database ---- */

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode)    ? "a folder"
           : S_ISFIFO(mode) ? "a pipe (fifo)"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
}

/* Each of store.db, -wal and -shm that is there is a plain file. */
static mote_status check_kinds(const mote_store *s, mote_err *err)
{
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[MOTE_BLOB_PATH_BYTES];
        struct stat info;
        if (!mote_format(path, sizeof path, "%s/%s", s->dir, names[i]))
            return mote_fail(err, MOTE_LIMIT, "store: the path of '%s' is too long", s->dir);
        if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
            return mote_fail(err, MOTE_IO,
                             "'%s' is %s, not a file: move it away and restore the file from a "
                             "copy",
                             path, kind_of(info.st_mode));
    }
    return MOTE_OK;
}

mote_status mote_store_look_at_place(mote_store *s, mote_err *err)
{
    struct stat info;
    char path[MOTE_BLOB_PATH_BYTES];
    MOTE_TRY(check_kinds(s, err));
    if (!mote_format(path, sizeof path, "%s/store.db", s->dir))
        return mote_fail(err, MOTE_LIMIT, "store: the path of '%s' is too long", s->dir);
    if (stat(path, &info) != 0 && errno != ENOENT)
        return mote_fail_errno(err, "store: look at '%s'", path);
    s->is_read_only =
        access(s->dir, W_OK) != 0 || (mote_path_exists(path) && access(path, W_OK) != 0);
    bool is_missing = !mote_path_exists(path);
    if (!is_missing && info.st_size > 0)
        return MOTE_OK;
    mote_status st =
        mote_store_refuse_remains(s, is_missing ? "is missing" : "is empty", true, err);
    if (st != MOTE_OK && stat(path, &info) == 0 && info.st_size > 0)
        return MOTE_OK; /* somebody has just made it, and put an object */
    return st;
}

/* ---- beginning anew ---- */

mote_status mote_store_set_aside(const char *project, mote_arena *a, char **where, mote_err *err)
{
    char *from = NULL;
    MOTE_TRY(mote_path_join(a, project, MOTE_STORE_FOLDER, &from, err));
    if (!mote_path_is_dir(from))
        return mote_fail(err, MOTE_NOT_FOUND, "'%s' has no store to set aside", project);
    for (int i = 1; i <= N_ASIDE; i++) {
        char *to = mote_arena_printf(a, "%s-aside-%d", from, i);
        if (to == NULL)
            return mote_fail(err, MOTE_NOMEM, "store: out of memory");
        if (mote_path_exists(to))
            continue;
        if (rename(from, to) != 0)
            return mote_fail_errno(err, "set '%s' aside as '%s'", from, to);
        *where = to;
        return mote_dir_sync(project, err);
    }
    return mote_fail(err, MOTE_LIMIT, "'%s-aside-1' to '-%d' are all there: remove some", from,
                     N_ASIDE);
}
