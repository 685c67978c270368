/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeps the files below .mote/ that belong to nobody:
 *
 *     objects/ab/cdef...       without a row: the writer was killed before its commit
 *     objects/tmp/PID-...      being written, by a process that is no more
 *     .NAME.PID-N.tmp          the same of every other crash-safe write, anywhere below .mote/
 *     work/NAME                scratch of stages that nobody has come back to for a month
 *
 * A budgeted sweep goes on where the last one stopped (table `upkeep`). */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/store_internal.h"

#define LIST_MAX_BYTES ((size_t)256 << 20)
#define DEAD_AFTER_MS                                                                              \
    60000 /* a file of a process that is gone: that process may be in another                      \
             container */
#define WORK_MS ((int64_t)30 * 24 * 3600 * 1000)

typedef struct {
    mote_store *s;
    const mote_gc_options *o;
    mote_gc_report *r;
} sweep;

bool mote_budget_over(const mote_budget *b)
{
    return mote_cancelled(b->cancel) || (b->until_us && mote_clock_mono_us() >= b->until_us);
}

/* Names in a folder, in no order; none when it is not there. */
static mote_status list(const char *dir, mote_arena *a, char ***names, size_t *n, mote_err *err)
{
    size_t cap = 0;
    *names = NULL;
    *n = 0;
    DIR *d = opendir(dir);
    if (d == NULL && errno == ENOENT)
        return MOTE_OK;
    if (d == NULL)
        return mote_fail_errno(err, "store: list '%s'", dir);
    mote_status st = MOTE_OK;
    for (struct dirent *e; st == MOTE_OK && (e = readdir(d)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (*n == cap) {
            char **grown = NULL;
            cap = cap ? 2 * cap : 64;
            st = mote_arena_take(a, cap, sizeof *grown, &grown, err);
            if (st == MOTE_OK && *n > 0)
                memcpy(grown, *names, *n * sizeof *grown);
            *names = grown;
        }
        char *copy = st == MOTE_OK ? mote_arena_strdup(a, e->d_name) : NULL;
        if (copy == NULL)
            st = mote_fail(err, MOTE_NOMEM, "store: out of memory");
        else
            (*names)[(*n)++] = copy;
    }
    (void)closedir(d);
    return st;
}

static mote_status take_away(sweep *w, const char *path, int64_t bytes, mote_err *err)
{
    if (!w->o->dry_run) {
        if (w->o->overwrite)
            MOTE_TRY(mote_file_shred(path, err));
        else if (unlink(path) != 0 && errno != ENOENT)
            return mote_fail_errno(err, "store: remove '%s'", path);
    }
    w->r->n_rubbish++;
    w->r->rubbish_bytes += bytes;
    return MOTE_OK;
}

/* ---- objects without a row ---- */

static mote_status has_row(mote_store *s, const mote_blob_name *b, bool *has, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(s, "SELECT 1 FROM object WHERE hash = ?1 AND encoding = ?2", &q, err));
    mote_stmt_bind_hash(q, 1, &b->id);
    mote_stmt_bind_text(q, 2, b->is_compressed ? "zstd" : "raw");
    return mote_stmt_step(q, has, err);
}

/* Under the write lock, as whoever puts an object names its blob under the same lock: what has no
 * row now belongs to nobody. */
static mote_status sweep_blobs(sweep *w, const mote_blob_name *names, size_t n, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(w->s, &txn, err));
    for (size_t i = 0; i < n; i++) {
        bool has = true;
        int64_t bytes = -1;
        MOTE_TRY(has_row(w->s, &names[i], &has, err));
        if (!has)
            MOTE_TRY(w->s->blobs->size(w->s, &names[i], &bytes, err));
        if (bytes < 0)
            continue;
        if (!w->o->dry_run)
            MOTE_TRY(w->s->blobs->remove(w->s, &names[i], 1, w->o->overwrite, err));
        w->r->n_rubbish++;
        w->r->rubbish_bytes += bytes;
    }
    MOTE_TRY(mote_store_commit(&txn, err));
    return w->o->dry_run ? MOTE_OK : w->s->blobs->sync_removed(w->s, names, n, err);
}

static mote_status sweep_part(sweep *w, size_t part, mote_err *err)
{
    mote_blob_name *names = NULL;
    size_t n = 0, n_doubtful = 0;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, LIST_MAX_BYTES);
    MOTE_TRY(w->s->blobs->list(w->s, part, &a, &names, &n, err));
    for (size_t i = 0; i < n; i++) {
        bool has = true;
        MOTE_TRY(has_row(w->s, &names[i], &has, err));
        if (!has)
            names[n_doubtful++] = names[i];
    }
    return n_doubtful > 0 ? sweep_blobs(w, names, n_doubtful, err) : MOTE_OK;
}

/* ---- what was being written, and scratch ---- */

static bool is_process_gone(const char *digits, int base)
{
    char *end = NULL;
    long pid = strtol(digits, &end, base);
    return end != digits && pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* ".name.123-4.tmp" of mote_file_write: where its process number begins, or NULL. */
static const char *temporary_pid(const char *name)
{
    if (name[0] != '.' || !mote_str_ends(name, ".tmp"))
        return NULL;
    const char *at = name + strlen(name) - 4;
    while (at > name && at[-1] != '.')
        at--;
    return at > name ? at : NULL;
}

static mote_status sweep_folder(sweep *w, const char *dir, bool is_tmp, mote_err *err)
{
    char **names = NULL;
    size_t n = 0;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, LIST_MAX_BYTES);
    bool is_work = mote_str_ends(dir, "/work");
    MOTE_TRY(list(dir, &a, &names, &n, err));
    for (size_t i = 0; i < n; i++) {
        char path[MOTE_BLOB_PATH_BYTES];
        struct stat file;
        if (!mote_format(path, sizeof path, "%s/%s", dir, names[i]) || lstat(path, &file) != 0)
            continue;
        if (S_ISDIR(file.st_mode) && strcmp(names[i], "objects") != 0)
            MOTE_TRY(sweep_folder(w, path, false, err));
        if (!S_ISREG(file.st_mode))
            continue;
        int64_t put_ms = (int64_t)file.st_mtim.tv_sec * 1000;
        const char *pid = is_tmp ? names[i] : temporary_pid(names[i]);
        bool rubbish =
            pid &&
            (put_ms < w->o->now_ms - w->o->grace_ms ||
             (put_ms < w->o->now_ms - DEAD_AFTER_MS && is_process_gone(pid, is_tmp ? 16 : 10)));
        if (rubbish || (is_work && put_ms < w->o->now_ms - WORK_MS))
            MOTE_TRY(take_away(w, path, (int64_t)file.st_size, err));
    }
    return MOTE_OK;
}

/* ---- the round ---- */

static mote_status read_position(mote_store *s, size_t *at, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT value FROM upkeep WHERE name = 'sweep'", &q, err));
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *at = row ? (size_t)mote_stmt_i64(q, 0) % MOTE_BLOB_PARTS : 0;
    return MOTE_OK;
}

static mote_status write_position(mote_store *s, size_t at, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO upkeep(name, value) VALUES ('sweep', ?1) "
                               "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                               &q, err));
    mote_stmt_bind_i64(q, 1, (int64_t)at);
    return mote_stmt_run(q, err);
}

mote_status mote_store_sweep(mote_store *s, const mote_gc_options *o, mote_gc_report *r,
                             mote_err *err)
{
    sweep w = {.s = s, .o = o, .r = r};
    size_t from = 0, n = 0;
    MOTE_TRY(read_position(s, &from, err));
    MOTE_TRY(sweep_folder(&w, s->tmp_dir, true, err));
    MOTE_TRY(sweep_folder(&w, s->dir, false, err));
    for (; n < MOTE_BLOB_PARTS && !mote_budget_over(&o->budget); n++)
        MOTE_TRY(sweep_part(&w, (from + n) % MOTE_BLOB_PARTS, err));
    r->is_complete = n == MOTE_BLOB_PARTS && r->n_left == 0;
    if (o->dry_run || n == MOTE_BLOB_PARTS)
        return MOTE_OK; /* a whole round ends where it began */
    return write_position(s, (from + n) % MOTE_BLOB_PARTS, err);
}
