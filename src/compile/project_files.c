/* SPDX-License-Identifier: Apache-2.0 */
/* See project_files.h. Uses base/file.h and base/hash.h. */
#include "compile/project_files.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

#define MAX_FILE_BYTES ((size_t)1 << 30)
#define MAX_SUMS_BYTES ((size_t)1 << 20)

/* A project's folder, what was written there and what is to be. */
typedef struct {
    const char *dir;
    const char *sums; /* the list of the call before; "": there is none */
    mote_project_file *files;
    size_t n;
    mote_arena *a; /* for paths and names */
} folder;

/* True when the list has the line "<hex>  <name>". */
static bool is_listed(const char *sums, const char *hex, const char *name)
{
    size_t n_hex = strlen(hex), n_name = strlen(name);
    for (const char *line = sums; *line;) {
        size_t n = strcspn(line, "\n");
        if (n == n_hex + 2 + n_name && memcmp(line, hex, n_hex) == 0 &&
            memcmp(line + n_hex, "  ", 2) == 0 && memcmp(line + n_hex + 2, name, n_name) == 0)
            return true;
        line += n + (line[n] == '\n');
    }
    return false;
}

static mote_status check_one(const folder *o, mote_project_file *f, mote_err *err)
{
    char *path = NULL, *text = NULL;
    size_t n = 0;
    f->is_kept = false;
    MOTE_TRY(mote_path_join(o->a, o->dir, f->name, &path, err));
    mote_status st = mote_file_read(path, MAX_FILE_BYTES, &text, &n, err);
    if (st == MOTE_NOT_FOUND)
        return MOTE_OK;
    if (st != MOTE_OK)
        return st;
    bool is_same = n == f->n && memcmp(text, f->bytes, n) == 0;
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256 sum = mote_sha256_of(text, n);
    mote_sha256_hex(&sum, hex);
    mote_free(text);
    if (is_same || is_listed(o->sums, hex, f->name))
        return MOTE_OK;
    f->is_kept = f->is_yours && o->sums[0] != 0;
    if (f->is_kept)
        return MOTE_OK;
    return mote_fail(err, MOTE_EXISTS,
                     "'%s' is not as it was generated: move it away, or write to "
                     "another folder; nothing was written",
                     path);
}

static mote_status write_one(const folder *o, const mote_project_file *f, mote_err *err)
{
    char *path = NULL, *parent = NULL;
    MOTE_TRY(mote_path_join(o->a, o->dir, f->name, &path, err));
    MOTE_TRY(mote_path_join(o->a, o->dir, f->name, &parent, err));
    char *slash = strrchr(parent, '/');
    if (slash != NULL && slash != parent) {
        *slash = '\0';
        MOTE_TRY(mote_dir_make(parent, err));
    }
    return mote_file_write(path, f->bytes, f->n, err);
}

/* The next line of a list: its hash and name, into storage of `a`; false at the end. */
static bool next_line(const char **at, mote_arena *a, char **hex, char **name)
{
    while (**at != '\0') {
        const char *line = *at;
        size_t n = strcspn(line, "\n"), n_hex = strcspn(line, " \n");
        *at += n + (line[n] == '\n');
        if (n_hex + 2 >= n || n_hex + 1 != MOTE_SHA256_HEX_BYTES)
            continue;
        *hex = mote_arena_strndup(a, line, n_hex);
        *name = mote_arena_strndup(a, line + n_hex + 2, n - n_hex - 2);
        return *hex != NULL && *name != NULL;
    }
    return false;
}

static bool is_written(const folder *o, const char *name)
{
    for (size_t i = 0; i < o->n; i++)
        if (mote_str_eq(o->files[i].name, name))
            return true;
    return false;
}

/* True for "device/nn/mrt_conv.c". */
static bool is_old_place(const char *name)
{
    return mote_str_starts(name, "device/") && strchr(name + strlen("device/"), '/') != NULL &&
           strstr(name, "..") == NULL;
}

/* True for a source that is not written any more while its header is: what it had stands in another
 * source now. */
static bool is_left_behind(const folder *o, const char *name)
{
    const size_t stem = strlen(name) - (mote_str_ends(name, ".c") ? 2 : 0);
    for (size_t i = 0; name[stem] != '\0' && i < o->n; i++)
        if (strlen(o->files[i].name) == stem + 2 && strncmp(o->files[i].name, name, stem) == 0 &&
            mote_str_ends(o->files[i].name, ".h"))
            return true;
    return false;
}

/* Remove what is as `hex` says (NULL: leave it); *gone when it is not there any more. */
static mote_status drop_old(const folder *o, const char *hex, const char *name, bool *gone,
                            mote_err *err)
{
    char *path = NULL, *text = NULL;
    size_t n = 0;
    *gone = false;
    MOTE_TRY(mote_path_join(o->a, o->dir, name, &path, err));
    mote_status st = mote_file_read(path, MAX_FILE_BYTES, &text, &n, err);
    if (st != MOTE_OK) {
        *gone = st == MOTE_NOT_FOUND;
        return *gone ? MOTE_OK : st;
    }
    char is[MOTE_SHA256_HEX_BYTES];
    mote_sha256 sum = mote_sha256_of(text, n);
    mote_sha256_hex(&sum, is);
    mote_free(text);
    *gone = hex != NULL && mote_str_eq(is, hex);
    if (*gone && unlink(path) != 0)
        return mote_fail_errno(err, "remove '%s'", path);
    if (*gone && is_old_place(name)) {
        *strrchr(path, '/') = '\0';
        (void)rmdir(path); /* with the last file; full, it stays */
    }
    return MOTE_OK;
}

/* The lines of the old list that this call does not write. */
static mote_status keep_lines(const folder *o, mote_buf *b, mote_err *err)
{
    char *hex = NULL, *name = NULL;
    for (const char *at = o->sums; next_line(&at, o->a, &hex, &name);) {
        bool gone = false;
        if (is_written(o, name))
            continue;
        const bool is_old = is_old_place(name) || is_left_behind(o, name);
        MOTE_TRY(drop_old(o, is_old ? hex : NULL, name, &gone, err));
        if (!gone)
            mote_buf_printf(b, "%s  %s\n", hex, name);
    }
    return MOTE_OK;
}

static mote_status write_sums(const folder *o, const char *path, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, MAX_SUMS_BYTES);
    for (size_t i = 0; i < o->n; i++) {
        char hex[MOTE_SHA256_HEX_BYTES];
        mote_sha256 sum = mote_sha256_of(o->files[i].bytes, o->files[i].n);
        mote_sha256_hex(&sum, hex);
        mote_buf_printf(&b, "%s  %s\n", hex, o->files[i].name);
    }
    MOTE_TRY(keep_lines(o, &b, err));
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_file_write(path, b.data, b.len, err);
}

/* The list is written last: stopped before, a file is as the old list says or as the new one
 * would, and the next call goes on. */
mote_status mote_project_files_write(const char *dir, mote_project_file *files, size_t n,
                                     mote_arena *a, mote_err *err)
{
    char *path = NULL;
    MOTE_SCOPED_FREE char *read = NULL;
    size_t len = 0;
    MOTE_TRY(mote_path_join(a, dir, MOTE_PROJECT_SUMS, &path, err));
    mote_status st = mote_file_read(path, MAX_SUMS_BYTES, &read, &len, err);
    if (st != MOTE_OK && st != MOTE_NOT_FOUND)
        return st;
    const folder o = {dir, read != NULL ? read : "", files, n, a};
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(check_one(&o, &files[i], err));
    for (size_t i = 0; i < n; i++)
        if (!files[i].is_kept)
            MOTE_TRY(write_one(&o, &files[i], err));
    return write_sums(&o, path, err);
}
