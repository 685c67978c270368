/* SPDX-License-Identifier: Apache-2.0 */
/* Upkeep of an SQLite database: is it whole, and a write-ahead log that holds nothing of what was
 * erased. */
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/sql_sqlite.h"

#define TEXT_BYTES     600
#define RETRY_MS       20
#define PATIENCE_MS    200 /* of one attempt, with a writer that hardly pauses */
#define READ_LOCK_FROM 123 /* the bytes of the -shm file that readers lock: WALINDEX, section */
#define READ_LOCK_TO   127 /* 1.8 of https://www.sqlite.org/walformat.html */

/* ---- is it whole? ---- */

static mote_status check_pages(mote_store *s, int32_t most, mote_sql_on_finding *found, void *arg,
                               mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT integrity_check FROM pragma_integrity_check LIMIT ?1", &q,
                               err));
    mote_stmt_bind_i64(q, 1, most);
    for (int32_t i = 0; i < most; i++) {
        bool row = false;
        mote_status st = mote_stmt_step(q, &row, err);
        const char *words = row ? mote_stmt_text(q, 0) : NULL;
        if (st != MOTE_OK && st != MOTE_CORRUPT)
            return st;
        if (st == MOTE_OK && (!row || mote_str_eq(words, "ok")))
            return MOTE_OK;
        const mote_sql_finding f = {.what = st != MOTE_OK ? "it cannot be read to its end"
                                            : words       ? words
                                                          : "no answer"};
        MOTE_TRY(found(arg, &f, err));
        if (st != MOTE_OK)
            return MOTE_OK;
    }
    return MOTE_OK;
}

static mote_status check_references(mote_store *s, int32_t most, mote_sql_on_finding *found,
                                    void *arg, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT \"table\", \"parent\", count(*) FROM "
                               "pragma_foreign_key_check GROUP BY 1, 2 LIMIT ?1",
                               &q, err));
    mote_stmt_bind_i64(q, 1, most);
    for (;;) {
        bool row = false;
        char what[TEXT_BYTES];
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        (void)mote_format(what, sizeof what, "%lld rows of table '%s' refer to a '%s' that is gone",
                          (long long)mote_stmt_i64(q, 2), mote_stmt_text(q, 0),
                          mote_stmt_text(q, 1));
        const mote_sql_finding f = {.is_reference = true, .what = what};
        MOTE_TRY(found(arg, &f, err));
    }
}

mote_status mote_sqlite_check(mote_store *s, int32_t most, mote_sql_on_finding *found, void *arg,
                              mote_err *err)
{
    MOTE_TRY(check_pages(s, most, found, arg, err));
    return check_references(s, most, found, arg, err);
}

mote_status mote_sqlite_tidy(mote_store *s, mote_err *err)
{
    return mote_store_exec(s, "PRAGMA wal_checkpoint(PASSIVE)", err);
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
    char shm[MOTE_BLOB_PATH_BYTES];
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

mote_status mote_sqlite_empty_log(mote_store *s, int64_t wait_ms, const mote_cancel *cancel,
                                  mote_err *err)
{
    MOTE_BUG_IF(s->depth != 0);
    int64_t until_us = mote_clock_mono_us() + wait_ms * 1000;
    mote_status st = MOTE_OK;
    bool done = false;
    (void)sqlite3_busy_timeout((sqlite3 *)s->db, wait_ms < PATIENCE_MS ? RETRY_MS : PATIENCE_MS);
    while (st == MOTE_OK) {
        st = check_point(s, &done, err);
        if (done || mote_clock_mono_us() >= until_us || mote_cancelled(cancel))
            break;
        mote_clock_sleep_ms(RETRY_MS);
    }
    mote_sqlite_be_patient(s, (sqlite3 *)s->db);
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
