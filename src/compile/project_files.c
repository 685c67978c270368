/* SPDX-License-Identifier: Apache-2.0 */
/* See project_files.h. Uses base/file.h and base/hash.h. */
#include "compile/project_files.h"

#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

#define MAX_FILE_BYTES ((size_t)1 << 30)
#define MAX_SUMS_BYTES ((size_t)1 << 20)

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

static mote_status check_one(const char *dir, const char *sums, mote_project_file *f,
                             mote_arena *a, mote_err *err)
{
    char *path = NULL, *text = NULL;
    size_t n = 0;
    f->is_kept = false;
    MOTE_TRY(mote_path_join(a, dir, f->name, &path, err));
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
    if (is_same || is_listed(sums, hex, f->name))
        return MOTE_OK;
    f->is_kept = f->is_yours && sums[0] != 0;
    if (f->is_kept)
        return MOTE_OK;
    return mote_fail(err, MOTE_EXISTS, "'%s' is not as it was generated: move it away, or write to "
                     "another folder; nothing was written", path);
}

static mote_status write_one(const char *dir, const mote_project_file *f, mote_arena *a,
                             mote_err *err)
{
    char *path = NULL, *folder = NULL;
    MOTE_TRY(mote_path_join(a, dir, f->name, &path, err));
    MOTE_TRY(mote_path_join(a, dir, f->name, &folder, err));
    char *slash = strrchr(folder, '/');
    if (slash != NULL && slash != folder) {
        *slash = '\0';
        MOTE_TRY(mote_dir_make(folder, err));
    }
    return mote_file_write(path, f->bytes, f->n, err);
}

static mote_status write_sums(const char *path, const mote_project_file *files, size_t n,
                              mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, MAX_SUMS_BYTES);
    for (size_t i = 0; i < n; i++) {
        char hex[MOTE_SHA256_HEX_BYTES];
        mote_sha256 sum = mote_sha256_of(files[i].bytes, files[i].n);
        mote_sha256_hex(&sum, hex);
        mote_buf_printf(&b, "%s  %s\n", hex, files[i].name);
    }
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_file_write(path, b.data, b.len, err);
}

/* The list is written last: stopped before, a file is as the old list says or as the new one
 * would, and the next call goes on. */
mote_status mote_project_files_write(const char *dir, mote_project_file *files, size_t n,
                                     mote_arena *a, mote_err *err)
{
    char *path = NULL, *sums = NULL;
    size_t len = 0;
    MOTE_TRY(mote_path_join(a, dir, MOTE_PROJECT_SUMS, &path, err));
    mote_status st = mote_file_read(path, MAX_SUMS_BYTES, &sums, &len, err);
    if (st != MOTE_OK && st != MOTE_NOT_FOUND)
        return st;
    st = MOTE_OK;
    for (size_t i = 0; i < n && st == MOTE_OK; i++)
        st = check_one(dir, sums ? sums : "", &files[i], a, err);
    mote_free(sums);
    MOTE_TRY(st);
    for (size_t i = 0; i < n; i++)
        if (!files[i].is_kept)
            MOTE_TRY(write_one(dir, &files[i], a, err));
    return write_sums(path, files, n, err);
}
