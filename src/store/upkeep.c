/* SPDX-License-Identifier: Apache-2.0 */
/* Upkeep of the store's own files: who may read them, and a write-ahead log that holds nothing of
 * what was erased. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/store_internal.h"

#define DEEPEST        64
#define RETRY_MS       20
#define PATIENCE_MS    200 /* of one attempt, with a writer that hardly pauses */
#define READ_LOCK_FROM 123 /* the bytes of the -shm file that readers lock: WALINDEX, section */
#define READ_LOCK_TO   127 /* 1.8 of https://www.sqlite.org/walformat.html */

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

/* ---- who reads ---- */

/* The next word of a line of /proc/locks; step behind it. */
static const char *next_word(const char **at, size_t *n)
{
    const char *word = *at + strspn(*at, " ");
    *n = strcspn(word, " \n");
    *at = word + *n;
    return word;
}

/* "1: POSIX  ADVISORY  READ 1234 fe:00:398607 123 123"; false unless it is a reader of `inode`. */
static bool parse_lock(const char *line, uint64_t inode, int64_t *pid)
{
    const char *at = line, *word = NULL;
    size_t n = 0;
    uint64_t file = 0;
    int64_t from = 0;
    for (int i = 0; i < 5; i++) {
        word = next_word(&at, &n);
        if (i == 1 && n == 2 && strncmp(word, "->", 2) == 0)
            return false; /* waits, does not hold */
    }
    if (!mote_parse_i64(word, n, pid))
        return false;
    word = next_word(&at, &n);
    size_t skip = n;
    while (skip > 0 && word[skip - 1] != ':')
        skip--;
    if (!mote_parse_u64(word + skip, n - skip, &file) || file != inode)
        return false;
    word = next_word(&at, &n);
    return mote_parse_i64(word, n, &from) && from >= READ_LOCK_FROM && from <= READ_LOCK_TO;
}

static void add_reader(int64_t pid, mote_buf *who)
{
    char path[64];
    MOTE_SCOPED_FREE char *name = NULL;
    size_t n = 0;
    (void)mote_format(path, sizeof path, "/proc/%lld/comm", (long long)pid);
    bool named = pid > 0 && mote_file_read(path, 256, &name, &n, NULL) == MOTE_OK && n > 0;
    char text[320];
    (void)mote_format(text, sizeof text, "process %lld%s%.*s%s", (long long)pid, named ? " ('" : "",
                      named ? (int)n - 1 : 0, named ? name : "", named ? "')" : "");
    if (who->data && strstr(who->data, text))
        return;
    mote_buf_printf(who, "%s%s", who->len ? ", " : "", text);
}

/* The readers of the store, as far as the system tells: "process 12 ('sqlite3')". */
static void name_readers(mote_store *s, mote_buf *who)
{
    char shm[MOTE_OBJECT_PATH_BYTES];
    struct stat info;
    MOTE_SCOPED_FREE char *locks = NULL;
    size_t n = 0;
    if (!mote_format(shm, sizeof shm, "%s/store.db-shm", s->dir) || stat(shm, &info) != 0 ||
        mote_file_read("/proc/locks", (size_t)16 << 20, &locks, &n, NULL) != MOTE_OK)
        return;
    for (const char *line = locks; line && *line;) {
        int64_t pid = 0;
        if (parse_lock(line, (uint64_t)info.st_ino, &pid))
            add_reader(pid, who);
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
}

/* ---- the write-ahead log ---- */

static mote_status check_point(mote_store *s, bool *done, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(s, "PRAGMA wal_checkpoint(TRUNCATE)", &q, err));
    mote_status st = mote_stmt_step(q, &row, err);
    if (st != MOTE_OK && st != MOTE_CONFLICT)
        return st;
    *done = st == MOTE_OK && row && mote_stmt_i64(q, 0) == 0;
    return MOTE_OK;
}

mote_status mote_store_empty_wal(mote_store *s, int64_t wait_ms, const mote_cancel *cancel,
                                 mote_err *err)
{
    MOTE_BUG_IF(s->depth != 0);
    int64_t until_us = mote_clock_mono_us() + wait_ms * 1000;
    mote_status st = MOTE_OK;
    bool done = false;
    (void)sqlite3_busy_timeout(s->db, wait_ms < PATIENCE_MS ? RETRY_MS : PATIENCE_MS);
    while (st == MOTE_OK) {
        st = check_point(s, &done, err);
        if (done || mote_clock_mono_us() >= until_us || mote_cancelled(cancel))
            break;
        mote_clock_sleep_ms(RETRY_MS);
    }
    (void)sqlite3_busy_timeout(s->db, MOTE_STORE_BUSY_MS);
    if (st != MOTE_OK || done)
        return st;
    MOTE_SCOPED_BUF who;
    mote_buf_init(&who, 4096);
    name_readers(s, &who);
    return mote_fail(err, MOTE_CONFLICT,
                     "'%s/store.db-wal' cannot be emptied: %s still reads the store; end it, then "
                     "run this again",
                     s->dir, who.len ? who.data : "another program");
}
