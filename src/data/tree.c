/* SPDX-License-Identifier: Apache-2.0 */
/* Listing a tree, entry by entry: see tree.h. */
#include "data/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* A folder that is still to be read: found by a link, so it waits for the others. */
typedef struct {
    const char *path;
    int depth;
} waiting;

typedef struct {
    dev_t dev;
    ino_t ino;
} identity;

typedef struct {
    const char *root;
    mote_arena *arena;
    mote_tree_entry *entries; /* on the heap while they grow */
    size_t n, capacity;
    waiting *links;
    size_t n_links, links_capacity;
    identity *seen; /* folders that were read */
    size_t n_seen, seen_capacity;
} lister;

const char *mote_tree_words(mote_tree_kind kind)
{
    switch (kind) {
    case MOTE_TREE_FILE:
        return "a file";
    case MOTE_TREE_HIDDEN:
        return "hidden";
    case MOTE_TREE_LOOP:
        return "a link to a folder that was read already";
    case MOTE_TREE_NOWHERE:
        return "a link to nothing";
    case MOTE_TREE_SPECIAL:
        return "a pipe, socket or device";
    case MOTE_TREE_UNREADABLE:
        return "a folder that cannot be read";
    case MOTE_TREE_DEEP:
        return "a folder that lies too deep";
    }
    return "unknown";
}

bool mote_tree_may_hold_data(mote_tree_kind kind)
{
    return kind == MOTE_TREE_UNREADABLE || kind == MOTE_TREE_DEEP || kind == MOTE_TREE_NOWHERE;
}

/* Room for one more element of `size` bytes. */
static mote_status grow(void **array, size_t n, size_t *capacity, size_t size, mote_err *err)
{
    if (n < *capacity)
        return MOTE_OK;
    size_t wanted = *capacity ? *capacity * 2 : 64;
    void *p = mote_realloc(*array, wanted, size);
    if (!p)
        return mote_fail(err, MOTE_NOMEM, "list of %zu files", wanted);
    *array = p;
    *capacity = wanted;
    return MOTE_OK;
}

static mote_status add_entry(lister *l, const char *path, mote_tree_kind kind, int64_t bytes,
                             mote_err *err)
{
    void *p = l->entries;
    MOTE_TRY(grow(&p, l->n, &l->capacity, sizeof *l->entries, err));
    MOTE_BUG_IF(!p);
    l->entries = p;
    l->entries[l->n++] = (mote_tree_entry){path, kind, bytes};
    return MOTE_OK;
}

static mote_status add_link(lister *l, const char *path, int depth, mote_err *err)
{
    void *p = l->links;
    MOTE_TRY(grow(&p, l->n_links, &l->links_capacity, sizeof *l->links, err));
    MOTE_BUG_IF(!p);
    l->links = p;
    l->links[l->n_links++] = (waiting){path, depth};
    return MOTE_OK;
}

/* Remember a folder; *known when it was read before. Trees have few folders: a list will do. */
static mote_status remember(lister *l, const struct stat *info, bool *known, mote_err *err)
{
    *known = false;
    for (size_t i = 0; i < l->n_seen && !*known; i++)
        *known = l->seen[i].dev == info->st_dev && l->seen[i].ino == info->st_ino;
    if (*known)
        return MOTE_OK;
    void *p = l->seen;
    MOTE_TRY(grow(&p, l->n_seen, &l->seen_capacity, sizeof *l->seen, err));
    l->seen = p;
    l->seen[l->n_seen++] = (identity){info->st_dev, info->st_ino};
    return MOTE_OK;
}

static mote_status read_folder(lister *l, const char *path, int depth, mote_err *err);

static mote_status take_entry(lister *l, int fd, const char *folder, const char *name, int depth,
                              mote_err *err)
{
    struct stat info;
    char *path = NULL;
    MOTE_TRY(mote_path_join(l->arena, folder, name, &path, err));
    if (name[0] == '.')
        return add_entry(l, path, MOTE_TREE_HIDDEN, 0, err);
    if (fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return MOTE_OK; /* it vanished meanwhile */
    bool is_link = S_ISLNK(info.st_mode);
    if (is_link && fstatat(fd, name, &info, 0) != 0)
        return add_entry(l, path, MOTE_TREE_NOWHERE, 0, err);
    if (S_ISREG(info.st_mode))
        return add_entry(l, path, MOTE_TREE_FILE, (int64_t)info.st_size, err);
    if (!S_ISDIR(info.st_mode))
        return add_entry(l, path, MOTE_TREE_SPECIAL, 0, err);
    if (depth == MOTE_TREE_DEEPEST)
        return add_entry(l, path, MOTE_TREE_DEEP, 0, err);
    return is_link ? add_link(l, path, depth + 1, err) : read_folder(l, path, depth + 1, err);
}

/* One folder; it is open only while its names are read, so depth costs no descriptors. */
static mote_status read_folder(lister *l, const char *path, int depth, mote_err *err)
{
    char *full = NULL;
    MOTE_TRY(mote_path_join(l->arena, l->root, path, &full, err));
    int fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && !*path)
        return mote_fail_errno(err, "list '%s'", full);
    struct stat info;
    bool known = false;
    DIR *d = fd >= 0 && fstat(fd, &info) == 0 ? fdopendir(fd) : NULL;
    if (!d) {
        if (fd >= 0)
            (void)close(fd);
        return add_entry(l, path, MOTE_TREE_UNREADABLE, 0, err);
    }
    mote_status st = remember(l, &info, &known, err);
    if (st == MOTE_OK && known)
        st = add_entry(l, path, MOTE_TREE_LOOP, 0, err);
    while (st == MOTE_OK && !known) {
        errno = 0;
        struct dirent *e = readdir(d);
        if (!e && errno)
            st = add_entry(l, path, MOTE_TREE_UNREADABLE, 0, err);
        if (!e)
            break;
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            st = take_entry(l, dirfd(d), path, e->d_name, depth, err);
    }
    (void)closedir(d);
    return st;
}

static int compare_entries(const void *a, const void *b)
{
    const mote_tree_entry *x = a, *y = b;
    return strcmp(x->path, y->path);
}

static int compare_links(const void *a, const void *b)
{
    const waiting *x = a, *y = b;
    return strcmp(x->path, y->path);
}

/* The folders behind links, those that are found on the way too; sorted, so that of two links to
 * one folder it is always the same that counts. */
static mote_status read_links(lister *l, mote_err *err)
{
    for (size_t first = 0; first < l->n_links;) {
        size_t end = l->n_links;
        qsort(l->links + first, end - first, sizeof *l->links, compare_links);
        for (; first < end; first++) {
            waiting w = l->links[first];
            MOTE_TRY(read_folder(l, w.path, w.depth, err));
        }
    }
    return MOTE_OK;
}

mote_status mote_tree_list(const char *root, mote_arena *a, mote_tree_entry **out, size_t *n,
                           mote_err *err)
{
    lister l = {.root = root, .arena = a};
    mote_tree_entry *entries = NULL;
    mote_status st = read_folder(&l, "", 0, err);
    if (st == MOTE_OK)
        st = read_links(&l, err);
    if (st == MOTE_OK)
        st = mote_arena_take(a, l.n + 1, sizeof *entries, &entries, err);
    if (st == MOTE_OK) {
        if (l.n > 0) {
            qsort(l.entries, l.n, sizeof *l.entries, compare_entries);
            memcpy(entries, l.entries, l.n * sizeof *entries);
        }
        *out = entries;
        *n = l.n;
    }
    mote_free(l.entries);
    mote_free(l.links);
    mote_free(l.seen);
    return st;
}
