/* SPDX-License-Identifier: Apache-2.0 */
/* Upkeep of the store's own files: who may read them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/store_internal.h"

#define DEEPEST 64

/* ---- permissions ---- */

static mote_status tighten_all(int fd, const char *dir, int depth, mote_err *err)
{
    DIR *d = depth < DEEPEST ? fdopendir(fd) : NULL;
    if (d == NULL) {
        (void)close(fd);
        return mote_fail_errno(err, "store: list '%s'", dir);
    }
    mote_status st = MOTE_OK;
    for (struct dirent *e; st == MOTE_OK && (e = readdir(d)) != NULL;) {
        struct stat info;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            fstatat(dirfd(d), e->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || S_ISLNK(info.st_mode))
            continue;
        if ((info.st_mode & 077) != 0 &&
            fchmodat(dirfd(d), e->d_name, info.st_mode & 0700, 0) != 0 && errno != ENOENT)
            st = mote_fail_errno(err, "store: make '%s/%s' private", dir, e->d_name);
        int below =
            S_ISDIR(info.st_mode) && st == MOTE_OK
                ? openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                : -1;
        if (below >= 0)
            st = tighten_all(below, dir, depth + 1, err);
    }
    (void)closedir(d);
    return st;
}

mote_status mote_store_tighten(mote_store *s, mote_err *err)
{
    struct stat info;
    if (stat(s->dir, &info) != 0)
        return mote_fail_errno(err, "store: look at '%s'", s->dir);
    bool is_ours = info.st_uid == geteuid() || geteuid() == 0;
    if ((info.st_mode & 077) == 0 || !is_ours)
        return MOTE_OK; /* nobody else gets through the folder */
    int fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return mote_fail_errno(err, "store: open '%s'", s->dir);
    /* The folder first: then nobody enters, whatever is left open below. */
    if (fchmod(fd, info.st_mode & 0700) != 0) {
        mote_status st = s->is_read_only ? MOTE_OK /* on a disk that cannot be written */
                                         : mote_fail_errno(err, "store: make '%s' private", s->dir);
        (void)close(fd);
        return st;
    }
    return tighten_all(fd, s->dir, 0, err);
}

mote_status mote_store_new_database(const char *path, mote_err *err)
{
    /* SQLite gives its -wal and -shm the rights of the database. */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return mote_fail_errno(err, "store: create '%s'", path);
    (void)close(fd);
    return MOTE_OK;
}

/* ---- what was erased ---- */

mote_status mote_store_empty_wal(mote_store *s, int64_t wait_ms, const mote_cancel *cancel,
                                 mote_err *err)
{
    return s->sql->empty_log(s, wait_ms, cancel, err);
}
