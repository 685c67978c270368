/* SPDX-License-Identifier: Apache-2.0 */
/* The store's own files: who may read them, what belongs to nobody, the write-ahead log. */
#include "tests/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "store/store.h"

#define HOUR_MS  ((int64_t)3600000)
#define DEAD_PID "999999999" /* above any limit of the system */

typedef struct {
    char project[256];
    mote_store *s;
} fixture;

static int n_fixtures;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    char name[32];
    mote_err err = {0};
    snprintf(name, sizeof name, "upkeep%d", n_fixtures++);
    snprintf(f->project, sizeof f->project, "%s", t_path(name));
    T_OK(mote_dir_make(f->project, &err));
    T_OK(mote_store_open(f->project, true, &f->s, &err));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_store_close(f->s);
    free(f);
    return 0;
}

static void path_in(fixture *f, const char *name, char out[512])
{
    snprintf(out, 512, "%s/.mote/%s", f->project, name);
}

/* A file below .mote/, as old as said. */
static void leave(fixture *f, const char *name, int64_t age_ms)
{
    char path[512], dir[512];
    mote_err err = {0};
    path_in(f, name, path);
    snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(path, '/') - path), path);
    T_OK(mote_dir_make(dir, &err));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("left", file);
    fclose(file);
    time_t at = (time_t)((mote_clock_wall_ms() - age_ms) / 1000);
    struct timespec times[2] = {{.tv_sec = at}, {.tv_sec = at}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool is_there(fixture *f, const char *name)
{
    char path[512];
    path_in(f, name, path);
    return mote_path_exists(path);
}

/* ---- permissions ---- */

/* Entries below (and) `dir` that somebody else may touch. */
static int open_to_others(const char *dir)
{
    struct stat info;
    assert_int_equal(lstat(dir, &info), 0);
    int n = (info.st_mode & 077) != 0;
    DIR *d = S_ISDIR(info.st_mode) ? opendir(dir) : NULL;
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            n += open_to_others(path);
    }
    if (d)
        closedir(d);
    return n;
}

static void the_folder_is_for_its_owner_whatever_the_umask(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_sha256 id;
    char store[700], path[700], other[600];
    mode_t before = umask(0);
    snprintf(other, sizeof other, "%s/other", f->project);
    T_OK(mote_dir_make(other, &err));
    mote_store *s = NULL;
    T_OK(mote_store_open(other, true, &s, &err));
    T_OK(mote_object_put(s, "bytes", 5, 1, &id, &err));
    snprintf(path, sizeof path, "%s/.mote/work/deep/er", other);
    T_OK(mote_dir_make(path, &err));
    snprintf(path, sizeof path, "%s/.mote/work/deep/er/plan.json", other);
    T_OK(mote_file_write(path, "{}", 2, &err));
    T_OK(mote_file_write(path, "[]", 2, &err)); /* and what replaces it */
    mote_lock lock;
    snprintf(path, sizeof path, "%s/.mote/write.lock", other);
    T_OK(mote_lock_take(path, "it", &lock, &err));
    mote_lock_release(&lock);
    snprintf(store, sizeof store, "%s/.mote", other);
    assert_int_equal(open_to_others(store), 0); /* with -wal and -shm, which are there now */
    assert_true(mote_path_exists(path));
    /* Beside the store the umask rules. */
    struct stat info;
    snprintf(path, sizeof path, "%s/firmware.c", other);
    T_OK(mote_file_write(path, "x", 1, &err));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0666);
    mote_store_close(s);
    umask(before);
}

static void a_folder_that_was_open_is_closed(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_sha256 id;
    char store[512], line[600];
    T_OK(mote_object_put(f->s, "bytes", 5, 1, &id, &err));
    leave(f, "work/of-old", 0);
    mote_store_close(f->s);
    f->s = NULL;
    snprintf(store, sizeof store, "%s/.mote", f->project);
    snprintf(line, sizeof line, "chmod -R a+rX '%s'", store);
    assert_int_equal(system(line), 0);
    assert_true(open_to_others(store) > 5);
    T_OK(mote_store_open(f->project, false, &f->s, &err));
    assert_int_equal(open_to_others(store), 0);
    char *bytes = NULL;
    size_t n = 0;
    T_OK(mote_object_get(f->s, &id, 100, &bytes, &n, &err));
    mote_free(bytes);
}

/* ---- what belongs to nobody ---- */

static void every_kind_of_leftover_is_swept_and_nothing_else(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    char mine[64], number[32];
    static const char *const rubbish[] = {
        "objects/ab/00000000000000000000000000000000000000000000000000000000000000",
        "objects/cd/00000000000000000000000000000000000000000000000000000000000000.zst",
        "objects/tmp/3b9ac9ff-55-0", /* of a process that is gone */
        "work/.plan.json." DEAD_PID "-7.tmp",
        "cache/deep/.features." DEAD_PID "-1.tmp",
        ".gitignore." DEAD_PID "-1.tmp",
    };
    static const char *const others[] = {
        "objects/ab/README",       "objects/README", "note",
        "work/train-1.checkpoint", "cache/features", "work/.hidden",
    };
    for (size_t i = 0; i < T_COUNT(rubbish); i++)
        leave(f, rubbish[i], 10 * 60 * 1000);
    for (size_t i = 0; i < T_COUNT(others); i++)
        leave(f, others[i], 10 * 60 * 1000);
    /* Being written by a process that lives: this one. */
    snprintf(mine, sizeof mine, "objects/tmp/%lx-1-0", (unsigned long)getpid());
    leave(f, mine, 10 * 60 * 1000);
    snprintf(number, sizeof number, "work/.x.%ld-1.tmp", (long)getpid());
    leave(f, number, 10 * 60 * 1000);
    leave(f, "work/train-2.checkpoint", 31 * 24 * HOUR_MS); /* nobody came back to it */
    mote_gc_report r;
    mote_gc_options o = {.now_ms = mote_clock_wall_ms(), .grace_ms = HOUR_MS, .dry_run = true};
    T_OK(mote_store_collect(f->s, &o, &r, &err));
    assert_int_equal(r.n_rubbish, T_COUNT(rubbish) + 1);
    assert_true(is_there(f, rubbish[0])); /* only counted */
    o.dry_run = false;
    o.overwrite = true;
    T_OK(mote_store_collect(f->s, &o, &r, &err));
    assert_int_equal(r.n_rubbish, T_COUNT(rubbish) + 1);
    assert_true(r.is_complete);
    for (size_t i = 0; i < T_COUNT(rubbish); i++)
        assert_false(is_there(f, rubbish[i]));
    for (size_t i = 0; i < T_COUNT(others); i++)
        assert_true(is_there(f, others[i]));
    assert_true(is_there(f, mine) && is_there(f, number));
    assert_false(is_there(f, "work/train-2.checkpoint"));
}

static void a_budget_is_kept_and_the_next_call_goes_on(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_gc_report r = {0};
    int64_t n = 0, removed = 0;
    mote_sha256 id, keep;
    for (int i = 0; i < 300; i++)
        T_OK(mote_object_put(f->s, &i, sizeof i, 1000, &id, &err));
    keep = id;
    MOTE_SCOPED_STMT *q = NULL;
    T_OK(mote_stmt_prepare(f->s,
                           "INSERT INTO data_version(manifest, created_ms, note, n_samples, "
                           "duration_us) VALUES (?1, 0, '', 0, 0)",
                           &q, &err));
    mote_stmt_bind_hash(q, 1, &keep);
    T_OK(mote_stmt_run(q, &err));
    mote_gc_options o = {.now_ms = 2000, .budget = {.until_us = 1}};
    T_OK(mote_store_collect(f->s, &o, &r, &err));
    assert_int_equal(r.n_removed, 0);
    assert_int_equal(r.n_left, 299);
    assert_false(r.is_complete);
    int calls = 0;
    for (; !r.is_complete && calls < 1000; calls++) {
        o.budget.until_us = mote_clock_mono_us() + 2000;
        T_OK(mote_store_collect(f->s, &o, &r, &err));
        removed += r.n_removed;
    }
    o.budget.until_us = 0;
    T_OK(mote_store_collect(f->s, &o, &r, &err));
    removed += r.n_removed;
    assert_int_equal(removed, 299);
    T_OK(mote_store_query_i64(f->s, "SELECT count(*) FROM object", &n, &err));
    assert_int_equal(n, 1);
    T_OK(mote_store_check(f->s, true, &err));
    mote_cancel stop = {0};
    atomic_store(&stop.requested, 1);
    mote_budget cancelled = {.cancel = &stop}, none = {0};
    assert_true(mote_budget_over(&cancelled));
    assert_false(mote_budget_over(&none));
}

/* ---- the write-ahead log ---- */

static void the_log_is_emptied_or_its_reader_named(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    char wal[512], number[64], byte = 0;
    int go[2], ready[2], status = 0;
    struct stat info;
    path_in(f, "store.db-wal", wal);
    T_OK(mote_store_exec(f->s, "CREATE TABLE t (x)", &err));
    T_OK(mote_store_empty_wal(f->s, 1000, NULL, &err));
    assert_int_equal(stat(wal, &info), 0);
    assert_int_equal(info.st_size, 0);
    assert_int_equal(pipe(go) + pipe(ready), 0);
    pid_t reader = fork();
    if (reader == 0) {
        mote_store *s = NULL;
        int64_t n = 0;
        if (mote_store_open(f->project, false, &s, &err) != MOTE_OK ||
            mote_store_exec(s, "BEGIN", &err) != MOTE_OK ||
            mote_store_query_i64(s, "SELECT count(*) FROM t", &n, &err) != MOTE_OK ||
            write(ready[1], "r", 1) != 1 || read(go[0], &byte, 1) != 1)
            _exit(1);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    T_OK(mote_store_exec(f->s, "INSERT INTO t VALUES (1)", &err));
    int64_t began = mote_clock_mono_us();
    snprintf(number, sizeof number, "process %d ('", (int)reader);
    T_FAILS(mote_store_empty_wal(f->s, 300, NULL, &err), MOTE_CONFLICT, number);
    assert_true(mote_clock_mono_us() - began < 5000000);
    assert_int_equal(write(go[1], "g", 1), 1);
    waitpid(reader, &status, 0);
    assert_int_equal(status, 0);
    T_OK(mote_store_empty_wal(f->s, 1000, NULL, &err));
    assert_int_equal(stat(wal, &info), 0);
    assert_int_equal(info.st_size, 0);
    for (int i = 0; i < 4; i++)
        (void)close(i < 2 ? go[i] : ready[i - 2]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(the_folder_is_for_its_owner_whatever_the_umask),
        T(a_folder_that_was_open_is_closed),
        T(every_kind_of_leftover_is_swept_and_nothing_else),
        T(a_budget_is_kept_and_the_next_call_goes_on),
        T(the_log_is_emptied_or_its_reader_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
