/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of what a user adds: every entry below a folder, each with what it is, so that an import
 * can account for all of them. Nothing is opened but folders, so nothing can hang.
 *
 * Links to files and folders are followed; a link to a folder is read after the folders themselves,
 * and one that leads to a folder that was read already (a loop) is an entry of its own kind. What a
 * hidden folder holds is not looked at: it is one entry. Depends on base. Used by data/import. */
#ifndef MOTE_DATA_TREE_H
#define MOTE_DATA_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

#define MOTE_TREE_DEEPEST 64

typedef enum {
    MOTE_TREE_FILE,
    MOTE_TREE_HIDDEN,     /* its name starts with a dot; a file or a folder */
    MOTE_TREE_LOOP,       /* a link to a folder that was read already */
    MOTE_TREE_NOWHERE,    /* a link to nothing */
    MOTE_TREE_SPECIAL,    /* a pipe, a socket, a device */
    MOTE_TREE_UNREADABLE, /* a folder that cannot be opened or read to its end */
    MOTE_TREE_DEEP        /* a folder below MOTE_TREE_DEEPEST others */
} mote_tree_kind;

typedef struct {
    const char *path; /* below the root */
    mote_tree_kind kind;
    int64_t bytes; /* of a file */
} mote_tree_entry;

/* Every entry below the folder `root`, in byte order of the paths. Lives as long as `a`.
 * Errors: NOT_FOUND, DENIED, IO the root itself; NOMEM. */
MOTE_MUST_USE mote_status mote_tree_list(const char *root, mote_arena *a, mote_tree_entry **out,
                                         size_t *n, mote_err *err);

/* What an entry is that is no file, in words: "a hidden file or folder"; whether recordings may be
 * lost with it. */
const char *mote_tree_words(mote_tree_kind kind);
bool mote_tree_may_hold_data(mote_tree_kind kind);

#endif
