/* SPDX-License-Identifier: Apache-2.0 */
/* Folders and paths, the second half of file.h. Depends on mem, text and status. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define LONGEST_PATH 4096
#define DEEPEST      64 /* folders below each other; each holds a descriptor */

bool mote_path_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

bool mote_path_is_dir(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool mote_path_is_private(const char *path)
{
    const size_t n = sizeof MOTE_PRIVATE_FOLDER - 1;
    for (const char *at = path; (at = strstr(at, MOTE_PRIVATE_FOLDER)) != NULL; at += n)
        if ((at == path || at[-1] == '/') && (at[n] == '/' || at[n] == '\0'))
            return true;
    return false;
}

const char *mote_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

mote_status mote_path_join(mote_arena *a, const char *dir, const char *name, char **out,
                           mote_err *err)
{
    const char *between = !dir[0] || mote_str_ends(dir, "/") ? "" : "/";
    char *path = name[0] == '/' ? mote_arena_strdup(a, name)
                                : mote_arena_printf(a, "%s%s%s", dir, between, name);
    if (!path)
        return mote_fail(err, MOTE_NOMEM, "no room for the path '%s/%s'", dir, name);
    *out = path;
    return MOTE_OK;
}

mote_status mote_dir_sync(const char *path, mote_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return mote_fail_errno(err, "open the folder '%s'", path);
    mote_status st = MOTE_OK;
    if (mote_io_step_fails() || fsync(fd) != 0)
        st = mote_fail_errno(err, "write the folder '%s' to the disk", path);
    (void)close(fd);
    return st;
}

mote_status mote_dir_make(const char *path, mote_err *err)
{
    char part[LONGEST_PATH];
    if (!path[0])
        return mote_fail(err, MOTE_ARG, "make a folder: the path is empty");
    if (!mote_format(part, sizeof part, "%s", path))
        return mote_fail(err, MOTE_ARG, "make a folder: a path of %zu bytes is too long",
                         strlen(path));
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char end = *p;
        *p = '\0';
        if (mote_io_step_fails())
            return mote_fail_errno(err, "make the folder '%s'", part);
        mode_t mode = mote_path_is_private(part) ? 0700 : 0777;
        if (mkdir(part, mode) != 0 && !(errno == EEXIST && mote_path_is_dir(part))) {
            if (errno == EEXIST)
                return mote_fail(err, MOTE_EXISTS, "make the folder '%s': a file has that name",
                                 part);
            return mote_fail_errno(err, "make the folder '%s'", part);
        }
        if (!end)
            return MOTE_OK;
        *p = end;
    }
}

/* --- remove --- */

static mote_status remove_entry(int dir_fd, const char *name, const char *root, int depth,
                                mote_err *err);

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Everything in the open folder; takes over fd. Entries may vanish meanwhile. */
static mote_status empty_dir(int fd, const char *root, int depth, mote_err *err)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        mote_status st = mote_fail_errno(err, "remove '%s'", root);
        (void)close(fd);
        return st;
    }
    mote_status st = MOTE_OK;
    for (;;) {
        errno = 0;
        struct dirent *e = readdir(d);
        if (!e && errno)
            st = mote_fail_errno(err, "remove '%s'", root);
        if (!e || st != MOTE_OK)
            break;
        if (!is_dot(e->d_name))
            st = remove_entry(dirfd(d), e->d_name, root, depth + 1, err);
        if (st != MOTE_OK)
            break;
    }
    (void)closedir(d);
    return st;
}

/* Links are removed, never followed. */
static mote_status remove_entry(int dir_fd, const char *name, const char *root, int depth,
                                mote_err *err)
{
    if (depth > DEEPEST)
        return mote_fail(err, MOTE_LIMIT, "remove '%s': deeper than %d folders", root, DEEPEST);
    if (mote_io_step_fails())
        return mote_fail_errno(err, "remove '%s'", root);
    if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
        return MOTE_OK;
    if (errno != EISDIR && errno != EPERM)
        return mote_fail_errno(err, "remove '%s' below '%s'", name, root);
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return MOTE_OK;
    if (fd < 0)
        return mote_fail_errno(err, "remove '%s' below '%s'", name, root);
    MOTE_TRY(empty_dir(fd, root, depth, err));
    if (unlinkat(dir_fd, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
        return mote_fail_errno(err, "remove '%s' below '%s'", name, root);
    return MOTE_OK;
}

mote_status mote_dir_remove(const char *path, mote_err *err)
{
    return remove_entry(AT_FDCWD, path, path, 0, err);
}

/* --- walk --- */

typedef struct {
    const char *root;
    mote_arena *a;
    char **paths; /* heap while it grows, copied to the arena at the end */
    size_t n;
    size_t capacity;
} walk;

static mote_status add_path(walk *w, char *path, mote_err *err)
{
    if (w->n == w->capacity) {
        size_t capacity = w->capacity ? w->capacity * 2 : 64;
        char **paths = mote_realloc(w->paths, capacity, sizeof *paths);
        if (!paths)
            return mote_fail(err, MOTE_NOMEM, "list '%s': no memory for %zu names", w->root,
                             capacity);
        w->paths = paths;
        w->capacity = capacity;
    }
    w->paths[w->n++] = path;
    return MOTE_OK;
}

static mote_status walk_dir(walk *w, int fd, const char *prefix, int depth, mote_err *err);

/* A file that a link points to counts; what vanishes or a link to nowhere is not there. */
static mote_status walk_entry(walk *w, int dir_fd, const char *prefix, const char *name, int depth,
                              mote_err *err)
{
    struct stat info;
    if (name[0] == '.' || fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return MOTE_OK;
    bool is_dir = S_ISDIR(info.st_mode);
    if (S_ISLNK(info.st_mode) && fstatat(dir_fd, name, &info, 0) != 0)
        return MOTE_OK;
    if (!is_dir && !S_ISREG(info.st_mode))
        return MOTE_OK;
    char *path;
    MOTE_TRY(mote_path_join(w->a, prefix, name, &path, err));
    if (!is_dir)
        return add_path(w, path, err);
    if (depth == DEEPEST)
        return mote_fail(err, MOTE_LIMIT, "list '%s/%s': deeper than %d folders", w->root, path,
                         DEEPEST);
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return mote_fail_errno(err, "list '%s/%s'", w->root, path);
    return walk_dir(w, fd, path, depth + 1, err);
}

/* Takes over fd. */
static mote_status walk_dir(walk *w, int fd, const char *prefix, int depth, mote_err *err)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        mote_status st = mote_fail_errno(err, "list '%s'", w->root);
        (void)close(fd);
        return st;
    }
    mote_status st = MOTE_OK;
    while (st == MOTE_OK) {
        errno = 0;
        struct dirent *e = readdir(d);
        if (!e && errno)
            st = mote_fail_errno(err, "list '%s/%s'", w->root, prefix);
        if (!e)
            break;
        st = walk_entry(w, dirfd(d), prefix, e->d_name, depth, err);
    }
    (void)closedir(d);
    return st;
}

static int compare_paths(const void *a, const void *b)
{
    char *const *x = a;
    char *const *y = b;
    return strcmp(*x, *y);
}

mote_status mote_dir_walk(const char *dir, mote_arena *a, char ***paths, size_t *n, mote_err *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return mote_fail_errno(err, "list '%s'", dir);
    walk w = {.root = dir, .a = a};
    mote_status st = walk_dir(&w, fd, "", 0, err);
    char **sorted = NULL;
    if (st == MOTE_OK)
        st = mote_arena_take(a, w.n, sizeof *sorted, &sorted, err);
    if (st == MOTE_OK) {
        if (w.n) {
            qsort(w.paths, w.n, sizeof *w.paths, compare_paths);
            memcpy(sorted, w.paths, w.n * sizeof *sorted);
        }
        *paths = sorted;
        *n = w.n;
    }
    mote_free(w.paths);
    return st;
}
