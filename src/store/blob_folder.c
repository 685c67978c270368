/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs as files of a folder:
 *
 *     .mote/objects/ab/cdef...        as they were put
 *     .mote/objects/ab/cdef....zst    one zstd frame (readable with the zstd program)
 *     .mote/objects/tmp/...           staged; swept by mote_store_collect
 *
 * A file is written to tmp/, renamed into place, and synced with the folder that names it. Each
 * sync waits for a journal commit of the file system, so an import of hundreds would spend its time
 * waiting: from SYNC_ALL_FROM files on, Linux is asked once to sync the whole file system (250
 * files of 32 kB: 0.4 to 0.7 s instead of 1.2 to 1.4 s on a busy machine). syncfs is not POSIX:
 * this file alone asks for it. */
#ifdef __linux__
#define _GNU_SOURCE /* syncfs */
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/rows.h"
#include "store/store_internal.h"

#define SYNC_ALL_FROM 32
#define NAME_DIGITS   62 /* of a hash, without the two of its folder */

/* ---- paths ---- */

static mote_status where(mote_store *s, const mote_blob_name *name, char out[MOTE_BLOB_PATH_BYTES],
                         mote_err *err)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&name->id, hex);
    if (!mote_format(out, MOTE_BLOB_PATH_BYTES, "%s/%.2s/%s%s", s->objects_dir, hex, hex + 2,
                     name->is_compressed ? ".zst" : ""))
        return mote_fail(err, MOTE_LIMIT, "store: the path of '%s' is too long", s->objects_dir);
    return MOTE_OK;
}

/* The folder of those whose hash begins with `part`. */
static mote_status fanout(const mote_store *s, size_t part, char out[MOTE_BLOB_PATH_BYTES],
                          mote_err *err)
{
    if (!mote_format(out, MOTE_BLOB_PATH_BYTES, "%s/%02zx", s->objects_dir, part))
        return mote_fail(err, MOTE_LIMIT, "store: the path of '%s' is too long", s->objects_dir);
    return MOTE_OK;
}

/* "cdef..." or "cdef....zst" in the folder of `part`; false for anything else. */
static bool parse_name(size_t part, const char *name, mote_blob_name *out)
{
    size_t n = strlen(name);
    out->is_compressed = n == NAME_DIGITS + 4 && mote_str_ends(name, ".zst");
    if (n != NAME_DIGITS && !out->is_compressed)
        return false;
    char hex[MOTE_SHA256_HEX_BYTES];
    (void)mote_format(hex, 3, "%02zx", part);
    memcpy(hex + 2, name, NAME_DIGITS);
    hex[64] = '\0';
    return mote_sha256_parse(hex, &out->id);
}

/* ---- staging and putting ---- */

static mote_status write_all(int fd, const char *path, const char *bytes, size_t n, mote_err *err)
{
    for (size_t done = 0; done < n;) {
        ssize_t k = write(fd, bytes + done, n - done);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return mote_fail_errno(err, "store: write '%s'", path);
        done += (size_t)k;
    }
    return MOTE_OK;
}

static mote_status stage(mote_store *s, const void *bytes, size_t n, mote_blob_staged *out,
                         mote_err *err)
{
    int fd = -1;
    do {
        /* The address of the handle keeps threads apart, the pid processes; a leftover of a killed
         * process that had both is stepped over. */
        if (!mote_format(out->at, sizeof out->at, "%s/%lx-%lx-%llx", s->tmp_dir,
                         (unsigned long)getpid(), (unsigned long)(uintptr_t)s,
                         (unsigned long long)s->tmp_counter++))
            return mote_fail(err, MOTE_LIMIT, "store: the path of '%s' is too long", s->tmp_dir);
        fd = open(out->at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    } while (fd < 0 && errno == EEXIST);
    if (fd < 0)
        return mote_fail_errno(err, "store: create '%s'", out->at);
    mote_status st = write_all(fd, out->at, bytes, n, err);
    if (close(fd) != 0 && st == MOTE_OK)
        st = mote_fail_errno(err, "store: close '%s'", out->at);
    if (st != MOTE_OK)
        (void)unlink(out->at);
    return st;
}

static void discard(mote_store *s, const mote_blob_staged *b)
{
    (void)s;
    (void)unlink(b->at);
}

static mote_status put(mote_store *s, const mote_blob_name *name, const mote_blob_staged *b,
                       mote_err *err)
{
    char to[MOTE_BLOB_PATH_BYTES], dir[MOTE_BLOB_PATH_BYTES];
    MOTE_TRY(where(s, name, to, err));
    if (rename(b->at, to) == 0)
        return MOTE_OK;
    if (errno != ENOENT)
        return mote_fail_errno(err, "store: rename '%s' to '%s'", b->at, to);
    MOTE_TRY(fanout(s, name->id.bytes[0], dir, err));
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return mote_fail_errno(err, "store: make '%s'", dir);
    s->new_fanout = true;
    if (rename(b->at, to) != 0)
        return mote_fail_errno(err, "store: rename '%s' to '%s'", b->at, to);
    return MOTE_OK;
}

/* ---- syncing ---- */

static mote_status sync_fd(int fd, int rc, const char *path, mote_err *err)
{
    int saved = errno;
    (void)close(fd);
    errno = saved;
    return rc == 0 ? MOTE_OK : mote_fail_errno(err, "store: sync '%s'", path);
}

/* Of one blob put in this transaction, whichever of its two forms was. */
static mote_status sync_file(mote_store *s, const mote_sha256 *id, mote_err *err)
{
    char path[MOTE_BLOB_PATH_BYTES];
    bool found = false;
    for (int form = 0; form < 2; form++) {
        const mote_blob_name name = {*id, form == 1};
        MOTE_TRY(where(s, &name, path, err));
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        found = true;
        MOTE_TRY(sync_fd(fd, fsync(fd), path, err));
    }
    if (!found)
        return mote_fail(err, MOTE_CORRUPT, "store: '%s' vanished while it was being written",
                         path);
    return MOTE_OK;
}

static mote_status sync_folders(const mote_store *s, const bool touched[MOTE_BLOB_PARTS],
                                mote_err *err)
{
    for (size_t part = 0; part < MOTE_BLOB_PARTS; part++) {
        char dir[MOTE_BLOB_PATH_BYTES];
        if (!touched[part])
            continue;
        MOTE_TRY(fanout(s, part, dir, err));
        if (mote_path_is_dir(dir))
            MOTE_TRY(mote_dir_sync(dir, err));
    }
    return MOTE_OK;
}

static mote_status sync_each(mote_store *s, const mote_sha256 *ids, size_t n, mote_err *err)
{
    bool touched[MOTE_BLOB_PARTS] = {false};
    for (size_t i = 0; i < n; i++) {
        MOTE_TRY(sync_file(s, &ids[i], err));
        touched[ids[i].bytes[0]] = true;
    }
    MOTE_TRY(sync_folders(s, touched, err));
    return s->new_fanout ? mote_dir_sync(s->objects_dir, err) : MOTE_OK;
}

static mote_status sync_all(mote_store *s, const mote_sha256 *ids, size_t n, mote_err *err)
{
#ifdef __linux__
    (void)ids;
    (void)n;
    int fd = open(s->objects_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return mote_fail_errno(err, "store: open '%s'", s->objects_dir);
    return sync_fd(fd, syncfs(fd), s->objects_dir, err);
#else
    return sync_each(s, ids, n, err);
#endif
}

static mote_status sync_put(mote_store *s, const mote_sha256 *ids, size_t n, mote_err *err)
{
    MOTE_TRY(n >= SYNC_ALL_FROM ? sync_all(s, ids, n, err) : sync_each(s, ids, n, err));
    s->new_fanout = false;
    return MOTE_OK;
}

/* ---- reading, removing, listing ---- */

static mote_status get(mote_store *s, const mote_blob_name *name, size_t max_bytes, char **out,
                       size_t *n, mote_err *err)
{
    char path[MOTE_BLOB_PATH_BYTES];
    MOTE_TRY(where(s, name, path, err));
    return mote_file_read(path, max_bytes, out, n, err);
}

static mote_status size_of(mote_store *s, const mote_blob_name *name, int64_t *bytes, mote_err *err)
{
    char path[MOTE_BLOB_PATH_BYTES];
    struct stat file;
    MOTE_TRY(where(s, name, path, err));
    *bytes = stat(path, &file) == 0 ? (int64_t)file.st_size : -1;
    return MOTE_OK;
}

static mote_status remove_all(mote_store *s, const mote_blob_name *names, size_t n, bool overwrite,
                              mote_err *err)
{
    for (size_t i = 0; i < n; i++) {
        char path[MOTE_BLOB_PATH_BYTES];
        MOTE_TRY(where(s, &names[i], path, err));
        if (overwrite)
            MOTE_TRY(mote_file_shred(path, err));
        else if (unlink(path) != 0 && errno != ENOENT)
            return mote_fail_errno(err, "store: remove '%s'", path);
    }
    return MOTE_OK;
}

static mote_status sync_removed(mote_store *s, const mote_blob_name *names, size_t n, mote_err *err)
{
    bool touched[MOTE_BLOB_PARTS] = {false};
    for (size_t i = 0; i < n; i++)
        touched[names[i].id.bytes[0]] = true;
    return sync_folders(s, touched, err);
}

static mote_status list(mote_store *s, size_t part, mote_arena *a, mote_blob_name **names,
                        size_t *n, mote_err *err)
{
    char dir[MOTE_BLOB_PATH_BYTES];
    mote_blob_name *found = NULL;
    size_t k = 0, cap = 0;
    MOTE_TRY(fanout(s, part, dir, err));
    DIR *d = opendir(dir);
    if (d == NULL && errno != ENOENT)
        return mote_fail_errno(err, "store: list '%s'", dir);
    mote_status st = MOTE_OK;
    for (struct dirent *e; d != NULL && st == MOTE_OK && (e = readdir(d)) != NULL;) {
        mote_blob_name name;
        if (!parse_name(part, e->d_name, &name))
            continue; /* not ours: leave it */
        st = mote_rows_room(a, &found, k, &cap, sizeof *found, err);
        if (st == MOTE_OK)
            found[k++] = name;
    }
    if (d != NULL)
        (void)closedir(d);
    MOTE_TRY(st);
    *names = found;
    *n = k;
    return MOTE_OK;
}

const mote_blob_driver mote_blob_folder = {
    .name = "folder",
    .stage = stage,
    .discard = discard,
    .put = put,
    .sync = sync_put,
    .get = get,
    .size = size_of,
    .remove = remove_all,
    .sync_removed = sync_removed,
    .list = list,
    .where = where,
};
