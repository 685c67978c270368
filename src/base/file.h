/* SPDX-License-Identifier: Apache-2.0 */
/* Files: whole-file reads with a limit, crash-safe writes, folders, maps, locks.
 *
 * What is made below a folder named MOTE_PRIVATE_FOLDER is for its owner only, whatever the umask.
 * A file written here is either the old one or the new one after a crash at any point: temporary
 * file in the same folder, fsync, rename, fsync of the folder. */
#ifndef MOTE_BASE_FILE_H
#define MOTE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"

#define MOTE_PRIVATE_FOLDER ".mote"
/* Is the path that folder, or below it? */
bool mote_path_is_private(const char *path);

void mote_file_scoped(FILE **f);
#define MOTE_SCOPED_FILE __attribute__((cleanup(mote_file_scoped))) FILE
MOTE_MUST_USE
mote_status mote_file_open(FILE **out, const char *path, const char *mode, mote_err *err);

/* The whole file, followed by a 0 byte that is not counted; owned by the caller (mote_free).
 * LIMIT when it is longer than max_bytes. */
MOTE_MUST_USE
mote_status mote_file_read(const char *path, size_t max_bytes, char **out, size_t *len,
                           mote_err *err);
/* crash-safe */
MOTE_MUST_USE
mote_status mote_file_write(const char *path, const void *bytes, size_t n, mote_err *err);

/* Overwrite the bytes of a file in place, down to the disk, and remove it; fine if it is not there.
 * Where the file system writes to new places (copy on write, flash), old copies may stay. */
MOTE_MUST_USE mote_status mote_file_shred(const char *path, mote_err *err);

/* with parents; fine if it is there */
MOTE_MUST_USE
mote_status mote_dir_make(const char *path, mote_err *err);
/* with all below; fine if absent */
MOTE_MUST_USE
mote_status mote_dir_remove(const char *path, mote_err *err);
MOTE_MUST_USE mote_status mote_dir_sync(const char *path, mote_err *err);
bool mote_path_exists(const char *path);
bool mote_path_is_dir(const char *path);
MOTE_MUST_USE
mote_status mote_path_join(mote_arena *a, const char *dir, const char *name, char **out,
                           mote_err *err);
const char *mote_path_base(const char *path); /* borrowed: after the last '/' */

/* Every regular file below `dir` (symbolic links to files followed, folders not), paths relative
 * to it, in byte order; hidden names are left out. Lives as long as `a`. */
MOTE_MUST_USE
mote_status mote_dir_walk(const char *dir, mote_arena *a, char ***paths, size_t *n, mote_err *err);

typedef struct {
    const uint8_t *data;
    size_t len;
} mote_map;
/* read-only */
MOTE_MUST_USE
mote_status mote_map_open(const char *path, mote_map *out, mote_err *err);
void mote_map_release(mote_map *m);

/* A file in memory as its reader gets it: the bytes, and what messages call them, in quotes. Both
 * are borrowed; whoever keeps them longer than the call says so. */
typedef struct {
    const char *name;
    const void *bytes; /* [n] */
    size_t n;
} mote_file_bytes;

/* An exclusive lock on a file (created if needed) that vanishes with the process. CONFLICT at
 * once when another process holds it; `what` names it in the message. */
typedef struct {
    int fd;
} mote_lock;
MOTE_MUST_USE
mote_status mote_lock_take(const char *path, const char *what, mote_lock *out, mote_err *err);
void mote_lock_release(mote_lock *l);

const char *mote_env(const char *name); /* NULL when unset or empty */

/* For tests: the step on the disk (open, write, fsync, rename, mkdir, unlink) after `n` more fails
 * with EIO, and every one after it; with kill_process the process is killed there instead. n < 0:
 * never. mote_io_step_fails is asked before each such step here and in store/. */
/* lint: unused_exports: tests make the n-th step fail */
void mote_io_fail_after(int64_t n, bool kill_process);
bool mote_io_step_fails(void);

#endif
