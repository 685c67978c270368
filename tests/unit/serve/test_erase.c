/* SPDX-License-Identifier: Apache-2.0 */
/* What should be gone is gone: withdrawal against writers, readers and kills, retention in slices,
 * the bound of the log, and stores of an older Mote. */
#include "tests/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rng.h"
#include "serve/keyring.h"
#include "serve/predlog.h"
#include "tests/kill.h"
#include "tests/tiny_model.h"

#define DAY_MS  ((int64_t)86400000)
#define ROWS    "SELECT count(*) FROM prediction"
#define OBJECTS "SELECT count(*) FROM object"
#define VALUES  8 /* of an input */

static const char *const purposes[] = {"improve"};
static const mote_consent_policy policy = {.purposes = purposes,
                                           .n_purposes = 1,
                                           .retention_days = 30,
                                           .keep_inputs = true,
                                           .keep_outputs = true};
static const mote_consent ann = {.purpose = "improve", .subject = "needle-ann"},
                          bob = {.purpose = "improve", .subject = "bob"},
                          nobody = {.purpose = "improve"};

typedef struct {
    char project[256];
    mote_models *models;
    mote_infer *infer;
    mote_predlog *log;
    mote_store *store;
} fixture;

static int n_fixtures;

static void open_log(fixture *f, const mote_predlog_config *changes)
{
    mote_err err = {0};
    mote_predlog_config cfg = changes ? *changes : (mote_predlog_config){.policy = policy};
    cfg.project = f->project;
    T_OK(mote_predlog_create(&cfg, &f->log, &err));
    mote_infer_hooks hooks = {.log = f->log};
    T_OK(mote_infer_create(f->models, 0, &hooks, &f->infer, &err));
}

static void close_log(fixture *f)
{
    mote_infer_destroy(f->infer);
    mote_predlog_destroy(f->log);
    f->infer = NULL;
    f->log = NULL;
}

static mote_store *store(fixture *f)
{
    mote_err err = {0};
    if (!f->store)
        T_OK(mote_store_open(f->project, true, &f->store, &err));
    return f->store;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    char name[32];
    mote_err err = {0};
    snprintf(name, sizeof name, "erase%d", n_fixtures++);
    snprintf(f->project, sizeof f->project, "%s", t_path(name));
    T_OK(mote_dir_make(f->project, &err));
    T_OK(mote_models_create(2, &f->models, &err));
    mote_model *m = tiny_tensor_model(VALUES, 1);
    mote_model_entry e = {.name = "tiny", .version = "1"};
    T_OK(mote_models_put(f->models, &e, m, &err));
    mote_model_unref(m);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    close_log(f);
    mote_store_close(f->store);
    mote_models_destroy(f->models);
    free(f);
    return 0;
}

static void predict(fixture *f, int i, const mote_consent *consent)
{
    mote_err err = {0};
    const mote_served *s = NULL;
    mote_prediction p;
    char id[32];
    snprintf(id, sizeof id, "request-%d", i);
    const float in[VALUES] = {(float)(i % 1000) / 1000, (float)(i / 1000), 1, -1};
    mote_infer_input one = {.x = in, .n = VALUES, .consent = consent, .request_id = id};
    T_OK(mote_infer_find(f->infer, "tiny", NULL, &s, &err));
    T_OK(mote_infer_run(f->infer, s, &one, &p, &err));
}

static int64_t ask(fixture *f, const char *sql)
{
    mote_err err = {0};
    int64_t n = -1;
    T_OK(mote_store_query_i64(store(f), sql, &n, &err));
    return n;
}

static void flush(fixture *f)
{
    mote_err err = {0};
    T_OK(mote_predlog_flush(f->log, 20000, &err));
}

static void log_some(fixture *f, int n, const mote_consent *consent)
{
    open_log(f, NULL);
    for (int i = 0; i < n; i++)
        predict(f, i, consent);
    flush(f);
    close_log(f);
}

/* Records that can be read, of a subject (NULL: of all), each with its input. */
static size_t readable_of(fixture *f, const char *subject, size_t input_bytes)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 26);
    mote_predlog_record *r = NULL;
    size_t n = 0, count = 0, len = 0;
    T_OK(mote_predlog_list(store(f), &(mote_predlog_page){.max = 100000}, &a, &r, &n, &err));
    for (size_t i = 0; i < n; i++) {
        char *bytes = NULL;
        if (subject && strcmp(subject, r[i].subject) != 0)
            continue;
        T_OK(mote_predlog_input(store(f), r[i].id, 1 << 20, &bytes, &len, &err));
        assert_int_equal(len, input_bytes);
        mote_free(bytes);
        count++;
    }
    return count;
}

static size_t readable(fixture *f, const char *subject)
{
    return readable_of(f, subject, VALUES * sizeof(float));
}

static bool is_on_disk(const char *dir, const void *needle, size_t n)
{
    DIR *d = opendir(dir);
    bool found = false;
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[1024];
        struct stat st;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (lstat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            found |= is_on_disk(path, needle, n);
            continue;
        }
        char *bytes = NULL;
        size_t len = 0;
        if (mote_file_read(path, (size_t)1 << 30, &bytes, &len, NULL) != MOTE_OK)
            continue;
        for (size_t i = 0; i + n <= len; i++)
            found |= memcmp(bytes + i, needle, n) == 0;
        mote_free(bytes);
    }
    if (d)
        closedir(d);
    return found;
}

/* Files of objects, with or without a row. */
static int64_t object_files(fixture *f)
{
    char dir[300];
    MOTE_SCOPED_ARENA a;
    mote_err err = {0};
    char **paths = NULL;
    size_t n = 0;
    mote_arena_init(&a, 1 << 26);
    snprintf(dir, sizeof dir, "%s/.mote/objects", f->project);
    T_OK(mote_dir_walk(dir, &a, &paths, &n, &err));
    return (int64_t)n;
}

/* ---- the queue ---- */

static void what_is_in_the_queue_is_not_written_after_a_withdrawal(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_withdrawn w;
    mote_predlog_counts c;
    (void)store(f);
    open_log(f, NULL);
    mote_txn txn = {0};
    T_OK(mote_store_begin(f->store, &txn, &err)); /* the writer has to wait: all stays queued */
    for (int i = 0; i < 1500; i++)
        predict(f, i, i % 3 ? &ann : &bob);
    mote_store_rollback(&txn);
    T_OK(mote_predlog_withdraw(f->store, ann.subject, 5000, NULL, &w, &err));
    flush(f);
    mote_predlog_read_counts(f->log, &c);
    assert_int_equal(c.accepted, 1500);
    assert_int_equal(readable(f, ann.subject), 0);
    assert_int_equal(readable(f, "bob"), 500);
    assert_int_equal(ask(f, ROWS), 500);
    assert_int_equal(c.written + c.withdrawn, 1500);
    assert_int_equal((int64_t)c.withdrawn + w.now.n_records, 1000);
    assert_true(c.withdrawn > 0);
    assert_int_equal(c.dropped_disk + c.dropped_queue, 0);
    /* Who consents again after that is heard again. */
    predict(f, 7, &ann);
    flush(f);
    assert_int_equal(readable(f, ann.subject), 1);
    T_OK(mote_predlog_withdraw(f->store, ann.subject, 5000, NULL, &w, &err));
    assert_int_equal(w.n_records_in_all, 1001 - (int64_t)c.withdrawn);
    assert_int_equal(readable(f, ann.subject), 0);
}

/* Log without a pause until told to stop. */
typedef struct {
    fixture *f;
    atomic_bool stop;
} busy;

static void *log_on_and_on(void *arg)
{
    busy *b = arg;
    for (int i = 0; !atomic_load(&b->stop); i++)
        predict(b->f, i, &bob);
    return NULL;
}

static void a_busy_server_lets_a_withdrawal_through(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_withdrawn w;
    busy b = {.f = f};
    pthread_t thread;
    log_some(f, 20, &ann);
    (void)store(f);
    open_log(f, NULL);
    assert_int_equal(pthread_create(&thread, NULL, log_on_and_on, &b), 0);
    mote_status st = mote_predlog_withdraw(f->store, ann.subject, 20000, NULL, &w, &err);
    atomic_store(&b.stop, true);
    (void)pthread_join(thread, NULL);
    T_OK(st);
    assert_int_equal(w.n_records_in_all, 20);
    assert_int_equal(readable(f, ann.subject), 0);
}

/* ---- the write-ahead log ---- */

static void a_reader_in_the_way_is_named_and_the_withdrawal_can_be_finished(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_withdrawn w;
    char number[32];
    int go[2], ready[2];
    char byte = 0;
    log_some(f, 5, &ann);
    assert_int_equal(pipe(go) + pipe(ready), 0);
    pid_t reader = fork();
    if (reader == 0) {
        mote_store *mine = NULL;
        int64_t n = 0;
        if (mote_store_open(f->project, false, &mine, &err) != MOTE_OK ||
            mote_store_exec(mine, "BEGIN", &err) != MOTE_OK ||
            mote_store_query_i64(mine, ROWS, &n, &err) != MOTE_OK || write(ready[1], "r", 1) != 1 ||
            read(go[0], &byte, 1) != 1)
            _exit(1);
        _exit(n == 5 ? 0 : 2);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    snprintf(number, sizeof number, "process %d", (int)reader);
    T_FAILS(mote_predlog_withdraw(store(f), ann.subject, 200, NULL, &w, &err), MOTE_CONFLICT,
            number);
    assert_non_null(strstr(err.text, "not finished"));
    assert_int_equal(ask(f, "SELECT count(*) FROM withdrawal WHERE done_ms IS NULL"), 1);
    assert_int_equal(readable(f, ann.subject), 0); /* unreadable it is at once */
    assert_int_equal(write(go[1], "g", 1), 1);
    int status = 0;
    waitpid(reader, &status, 0);
    assert_int_equal(status, 0);
    T_OK(mote_predlog_withdraw(store(f), ann.subject, 5000, NULL, &w, &err));
    assert_int_equal(w.n_records_in_all, 5);
    assert_int_equal(ask(f, "SELECT count(*) FROM withdrawal WHERE done_ms IS NULL"), 0);
    char wal[300];
    struct stat info;
    snprintf(wal, sizeof wal, "%s/.mote/store.db-wal", f->project);
    assert_true(stat(wal, &info) == 0);
    for (int i = 0; i < 4; i++)
        (void)close(i < 2 ? go[i] : ready[i - 2]);
}

/* ---- kills ---- */

static void log_until_killed(fixture *f, int fd)
{
    mote_predlog_counts n;
    bool told = false;
    open_log(f, NULL);
    for (int i = 0;; i++) {
        predict(f, i, i % 2 ? &ann : &bob);
        mote_predlog_read_counts(f->log, &n);
        if (!told && n.written > 0)
            told = write(fd, "y", 1) == 1;
        struct timespec t = {0, 50000};
        nanosleep(&t, NULL);
    }
}

static void after_kills_nothing_stays_without_an_owner(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_withdrawn w;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int round = 0; round < 12; round++) {
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        pid_t child = fork();
        if (child == 0)
            log_until_killed(f, fds[1]);
        close(fds[1]);
        t_kill_after(child, fds[0], 20000 + mote_rng_below(&r, 60000), round % 2 == 1);
        close(fds[0]);
    }
    assert_true(ask(f, ROWS) > 0);
    T_OK(mote_predlog_withdraw(store(f), ann.subject, 5000, NULL, &w, &err));
    T_OK(mote_predlog_withdraw(store(f), bob.subject, 5000, NULL, &w, &err));
    assert_int_equal(ask(f, ROWS), 0);
    assert_int_equal(ask(f, OBJECTS), 0);
    assert_int_equal(ask(f, "SELECT count(*) FROM log_key"), 0);
    /* What was in tmp/ for less than a minute may belong to a process of another container. */
    mote_gc_report gc;
    T_OK(mote_store_collect(
        store(f), &(mote_gc_options){.now_ms = mote_clock_wall_ms() + 2 * DAY_MS}, &gc, &err));
    assert_int_equal(object_files(f), 0);
}

/* Withdraw, killed at the n-th step on the disk; true when it got to the end. */
static bool withdraw_killed_at(fixture *f, int64_t n)
{
    pid_t child = fork();
    if (child == 0) {
        mote_err err = {0};
        mote_store *s = NULL;
        mote_predlog_withdrawn w;
        if (mote_store_open(f->project, false, &s, &err) != MOTE_OK)
            _exit(2);
        mote_io_fail_after(n, true);
        _exit(mote_predlog_withdraw(s, ann.subject, 5000, NULL, &w, &err) == MOTE_OK ? 0 : 3);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true((WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
                (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    return WIFEXITED(status);
}

static void a_withdrawal_killed_at_any_step_is_finished_by_the_next(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    bool done = false;
    int64_t n_steps = 0;
    for (; !done && n_steps < 200; n_steps++) {
        log_some(f, 3, &ann);
        log_some(f, 1, &bob);
        done = withdraw_killed_at(f, n_steps);
        assert_int_equal(readable(f, "bob"), n_steps + 1); /* others lose nothing */
        mote_predlog_withdrawn w;
        T_OK(mote_predlog_withdraw(store(f), ann.subject, 5000, NULL, &w, &err));
        assert_int_equal(w.n_records_in_all, 3 * (n_steps + 1));
        assert_int_equal(readable(f, ann.subject), 0);
        assert_int_equal(readable(f, "bob"), n_steps + 1);
        assert_int_equal(ask(f, ROWS), n_steps + 1);
    }
    assert_true(n_steps > 8 && n_steps < 200);
}

static void a_withdrawal_that_lacks_memory_can_be_repeated(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_withdrawn w;
    mote_status st = MOTE_NOMEM;
    int64_t n = 0;
    log_some(f, 3, &ann);
    log_some(f, 2, &bob);
    (void)store(f);
    for (; st != MOTE_OK && n < 5000; n += n < 40 ? 1 : 7) {
        mote_mem_fail_after(n);
        st = mote_predlog_withdraw(f->store, ann.subject, 5000, NULL, &w, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK && st != MOTE_NOMEM)
            fail_msg("allocation %lld: %s: %s", (long long)n, mote_status_name(st), err.text);
        assert_int_equal(readable(f, "bob"), 2);
    }
    assert_int_equal(st, MOTE_OK);
    assert_true(n > 20);
    assert_int_equal(w.n_records_in_all, 3);
    assert_int_equal(readable(f, ann.subject), 0);
}

/* ---- keys ---- */

static void a_copy_of_the_keys_from_before_opens_nothing(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    char log_path[300], master_path[300];
    char *log = NULL, *master = NULL;
    size_t n_log = 0, n_master = 0;
    mote_predlog_withdrawn w;
    log_some(f, 3, &ann);
    log_some(f, 2, &bob);
    int64_t id = ask(f, "SELECT min(id) FROM log_key");
    snprintf(log_path, sizeof log_path, "%s/.mote/keys/log", f->project);
    snprintf(master_path, sizeof master_path, "%s/.mote/keys/master", f->project);
    T_OK(mote_file_read(log_path, 1 << 20, &log, &n_log, &err));
    T_OK(mote_file_read(master_path, 1 << 20, &master, &n_master, &err));
    assert_int_equal(n_master, 8192);
    assert_true(is_on_disk(f->project, master + 24, 32));
    T_OK(mote_predlog_withdraw(store(f), ann.subject, 5000, NULL, &w, &err));
    assert_int_equal(w.now.n_keys, 1);
    /* The secret that opened the old copy is nowhere any more, nor any wrapped key of it. */
    assert_false(is_on_disk(f->project, master + 24, 32));
    for (size_t at = 64; at + 80 <= n_log; at += 80)
        assert_false(is_on_disk(f->project, log + at + 8, 60));
    assert_int_equal(readable(f, "bob"), 2);
    /* Put the old copy back: the present secret does not open it. */
    T_OK(mote_file_write(log_path, log, n_log, &err));
    MOTE_SCOPED_KEYRING *keys = NULL;
    mote_seal_key key;
    T_OK(mote_keyring_create(f->store, &keys, &err));
    T_FAILS(mote_keyring_get(keys, id, &key, &err), MOTE_CORRUPT, "not the one");
    mote_free(log);
    mote_free(master);
}

static void the_master_secret_can_lie_elsewhere(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    char inside[300], outside[300];
    mote_predlog_withdrawn w;
    struct stat info;
    snprintf(inside, sizeof inside, "%s/.mote/keys/master", f->project);
    snprintf(outside, sizeof outside, "%s/elsewhere", f->project);
    log_some(f, 2, &ann);
    log_some(f, 2, &bob);
    assert_true(mote_path_exists(inside));
    T_OK(mote_store_set_key_file(store(f), "elsewhere", &err)); /* relative to the project */
    T_OK(mote_predlog_withdraw(f->store, ann.subject, 5000, NULL, &w, &err));
    assert_false(mote_path_exists(inside)); /* moved, not copied */
    assert_int_equal(stat(outside, &info), 0);
    assert_int_equal(info.st_mode & 077, 0);
    assert_int_equal(readable(f, "bob"), 2);
    /* Without it nothing opens, and the message says what is missing. */
    assert_int_equal(rename(outside, inside), 0);
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    mote_predlog_record *r = NULL;
    size_t n = 0;
    T_FAILS(mote_predlog_list(f->store, &(mote_predlog_page){.max = 10}, &a, &r, &n, &err),
            MOTE_CORRUPT, "key_file");
    /* Another project's secret is not taken for ours, and ours is not destroyed. */
    char *bytes = calloc(1, 8192);
    T_OK(mote_file_write(outside, bytes, 8192, &err));
    free(bytes);
    T_FAILS(mote_predlog_withdraw(f->store, bob.subject, 0, NULL, &w, &err), MOTE_EXISTS,
            "not the master secret of this project");
    assert_true(mote_path_exists(inside));
}

static void lost_keys_are_said_and_can_be_given_up(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_erased r = {0};
    mote_predlog_withdrawn w;
    char path[300];
    static const char *const lost[] = {"log", "master"};
    for (size_t i = 0; i < T_COUNT(lost); i++) {
        log_some(f, 3, &ann);
        T_FAILS(mote_predlog_give_up(store(f), &policy, &err), MOTE_CONFLICT, "nothing is lost");
        assert_int_equal(readable(f, ann.subject), 3);
        snprintf(path, sizeof path, "%s/.mote/keys/%s", f->project, lost[i]);
        assert_int_equal(unlink(path), 0);
        T_FAILS(mote_predlog_withdraw(f->store, ann.subject, 0, NULL, &w, &err), MOTE_CORRUPT,
                "--lost-keys");
        T_OK(mote_predlog_give_up(f->store, &policy, &err));
        T_OK(mote_predlog_upkeep(f->store, &policy, mote_clock_wall_ms(), NULL, &r, &err));
        assert_int_equal(r.n_records, 3);
        assert_int_equal(ask(f, ROWS), 0);
        assert_int_equal(object_files(f), 0);
    }
    log_some(f, 2, &ann); /* and it goes on */
    assert_int_equal(readable(f, ann.subject), 2);
}

/* Whatever is in the key files: a status with words, and no key that is not the right one. */
static void damaged_key_files_are_refused(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    char path[300];
    mote_rng rng;
    mote_seal_key right, got;
    mote_rng_init(&rng, t_seed());
    log_some(f, 3, &ann);
    int64_t id = ask(f, "SELECT min(id) FROM log_key");
    mote_keyring *keys = NULL;
    T_OK(mote_keyring_create(f->store, &keys, &err));
    T_OK(mote_keyring_get(keys, id, &right, &err));
    mote_keyring_destroy(keys);
    for (int round = 0; round < 300; round++) {
        char *good = NULL;
        size_t n = 0;
        snprintf(path, sizeof path, "%s/.mote/keys/%s", f->project, round % 2 ? "log" : "master");
        T_OK(mote_file_read(path, 1 << 20, &good, &n, &err));
        char *bad = malloc(n);
        memcpy(bad, good, n);
        for (uint32_t k = 1 + mote_rng_below(&rng, 4); k > 0; k--) /* most in what is in use */
            bad[mote_rng_below(&rng, n < 300 ? (uint32_t)n : 300)] ^= (char)(1 + k);
        size_t cut = mote_rng_below(&rng, 3) == 0 ? mote_rng_below(&rng, (uint32_t)n) : n;
        T_OK(mote_file_write(path, bad, cut, &err));
        T_OK(mote_keyring_create(f->store, &keys, &err));
        mote_status st = mote_keyring_get(keys, id, &got, &err);
        assert_true(st == MOTE_OK || st == MOTE_CORRUPT || st == MOTE_NOT_FOUND);
        if (st == MOTE_OK)
            assert_memory_equal(&got, &right, sizeof right);
        mote_keyring_destroy(keys);
        T_OK(mote_file_write(path, good, n, &err));
        free(bad);
        mote_free(good);
    }
    assert_int_equal(readable(f, ann.subject), 3);
}

/* ---- retention ---- */

static void retention_is_kept_in_slices(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_erased r = {0};
    mote_cancel stop = {0};
    log_some(f, 1000, &ann);
    log_some(f, 10, &nobody);
    T_OK(mote_store_exec(store(f),
                         "UPDATE prediction SET time_ms = time_ms - 86400000 "
                         "WHERE id <= 1000",
                         &err));
    /* The policy was tightened: what was logged under 30 days goes after one. */
    mote_consent_policy tight = policy;
    tight.retention_days = 1;
    int64_t now = mote_clock_wall_ms(), left = 1000;
    mote_budget over = {.until_us = 1};
    T_OK(mote_predlog_upkeep(f->store, &tight, now, &over, &r, &err));
    assert_int_equal(r.n_records, 0);
    assert_int_equal(r.n_left, 1000);
    atomic_store(&stop.requested, 1);
    mote_budget cancelled = {.cancel = &stop};
    T_OK(mote_predlog_upkeep(f->store, &tight, now, &cancelled, &r, &err));
    assert_int_equal(r.n_left, 1000);
    int calls = 0;
    for (; left > 0 && calls < 10000; calls++) { /* a slice may end before it began */
        mote_budget slice = {.until_us = mote_clock_mono_us() + 1000};
        T_OK(mote_predlog_upkeep(f->store, &tight, now, &slice, &r, &err));
        left = r.n_left;
    }
    assert_true(calls > 1);
    T_OK(mote_predlog_upkeep(f->store, &tight, now, NULL, &r, &err));
    assert_int_equal(ask(f, ROWS), 10);
    assert_int_equal(ask(f, OBJECTS), 10);
    assert_int_equal(object_files(f), 10);
    assert_int_equal(ask(f, "SELECT count(*) FROM log_key"), 1); /* ann's key is destroyed */
    assert_int_equal(readable(f, NULL), 10);
}

static void a_server_that_purges_stops_within_a_second(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    log_some(f, 2000, &ann);
    T_OK(mote_store_exec(store(f), "UPDATE prediction SET expires_ms = 1", &err));
    open_log(f, NULL); /* purges at once */
    struct timespec t = {0, 20000000};
    nanosleep(&t, NULL);
    int64_t began = mote_clock_mono_us();
    close_log(f);
    assert_true(mote_clock_mono_us() - began < 5000000); /* a second, where nobody else works */
    mote_predlog_erased r;
    T_OK(mote_predlog_purge(f->store, &policy, mote_clock_wall_ms(), NULL, &r, &err));
    assert_int_equal(ask(f, ROWS), 0);
    assert_int_equal(object_files(f), 0);
}

/* ---- the bound ---- */

static void a_full_log_keeps_no_more_and_says_so(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_config cfg = {.policy = policy};
    mote_predlog_counts c;
    mote_predlog_state s;
    cfg.policy.max_log_bytes = 20000;
    open_log(f, &cfg);
    for (int i = 0; i < 100; i++)
        predict(f, i, &ann);
    flush(f);
    mote_predlog_read_counts(f->log, &c);
    close_log(f);
    assert_int_equal(c.written + c.dropped_full, 100);
    assert_true(c.written > 20 && c.dropped_full > 20);
    T_OK(mote_predlog_look(store(f), &cfg.policy, mote_clock_wall_ms(), &s, &err));
    assert_int_equal(s.n_records, c.written);
    assert_true(s.bytes <= 20000 && s.bytes > 19000);
    assert_int_equal(s.n_dropped_full, c.dropped_full);
    assert_true(s.last_drop_ms > 0);
    /* Room comes back with what is removed. */
    mote_predlog_withdrawn w;
    T_OK(mote_predlog_withdraw(f->store, ann.subject, 5000, NULL, &w, &err));
    T_OK(mote_predlog_look(f->store, &cfg.policy, mote_clock_wall_ms(), &s, &err));
    assert_int_equal(s.n_records, 0);
    assert_int_equal(s.bytes, 0);
}

/* ---- stores of an older Mote ---- */

/* The store of tests/golden/store-070: written by the version before records were sealed, with four
 * predictions (old-ann, old-bob, nobody, old-ann) and their inputs. */
static void bring_old_store(fixture *f)
{
    const char *root = getenv("MOTE_SOURCE_ROOT");
    char path[1024];
    char *sql = NULL, *objects = NULL;
    size_t n = 0;
    mote_err err = {0};
    sqlite3 *db = NULL;
    assert_non_null(root);
    snprintf(path, sizeof path, "%s/.mote", f->project);
    T_OK(mote_dir_make(path, &err));
    snprintf(path, sizeof path, "%s/tests/golden/store-070/store.sql", root);
    T_OK(mote_file_read(path, 1 << 20, &sql, &n, &err));
    snprintf(path, sizeof path, "%s/.mote/store.db", f->project);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    snprintf(path, sizeof path, "%s/tests/golden/store-070/objects.txt", root);
    T_OK(mote_file_read(path, 1 << 20, &objects, &n, &err));
    for (char *line = strtok(objects, "\n"); line; line = strtok(NULL, "\n")) {
        char bytes[1024];
        char *hex = strchr(line, ' ');
        *hex++ = '\0';
        n = strlen(hex) / 2;
        for (size_t i = 0; i < n; i++) {
            char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
            bytes[i] = (char)strtol(two, NULL, 16);
        }
        snprintf(path, sizeof path, "%s/.mote/objects/%.2s", f->project, line);
        T_OK(mote_dir_make(path, &err));
        snprintf(path, sizeof path, "%s/.mote/objects/%s", f->project, line);
        T_OK(mote_file_write(path, bytes, n, &err));
    }
    mote_free(sql);
    mote_free(objects);
}

#define OLD_NOW ((int64_t)1795958913000) /* when it was written; it expires 30 days later */

static void check_old_records(fixture *f)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    mote_predlog_record *r = NULL;
    size_t n = 0, len = 0;
    T_OK(mote_predlog_list(store(f), &(mote_predlog_page){.max = 100}, &a, &r, &n, &err));
    assert_int_equal(n, 4);
    assert_string_equal(r[0].subject, "old-ann");
    assert_string_equal(r[1].subject, "old-bob");
    assert_string_equal(r[2].subject, "");
    for (int i = 0; i < 4; i++) {
        char id[32];
        char *bytes = NULL;
        snprintf(id, sizeof id, "old-request-%d", i);
        assert_string_equal(r[i].request_id, id);
        assert_string_equal(r[i].label, "a");
        assert_int_equal(r[i].n_labels, 2);
        assert_true(r[i].probabilities[0] == 0.5f && r[i].n_watched > 0);
        T_OK(mote_predlog_input(f->store, r[i].id, 1 << 20, &bytes, &len, &err));
        assert_int_equal(len, 36 * sizeof(float));
        assert_true(((const float *)(const void *)bytes)[35] > 0.97f);
        mote_free(bytes);
    }
}

static void records_of_an_older_version_are_read_and_sealed(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_erased r = {0};
    bring_old_store(f);
    check_old_records(f);
    T_OK(mote_predlog_upkeep(store(f), &policy, OLD_NOW, NULL, &r, &err));
    assert_int_equal(r.n_plain_left, 0);
    assert_int_equal(ask(f, ROWS " WHERE key IS NULL OR subject <> '' OR request_id <> '' OR label "
                                 "IS NOT NULL OR probabilities IS NOT NULL OR length(watched) > 0"),
                     0);
    check_old_records(f);
    assert_int_equal(object_files(f), 4); /* the old ones are gone */
    mote_store_close(f->store);
    f->store = NULL;
    assert_false(is_on_disk(f->project, "old-ann", 7));
    assert_false(is_on_disk(f->project, "old-request", 11));
    mote_predlog_withdrawn w;
    T_OK(mote_predlog_withdraw(store(f), "old-ann", 5000, NULL, &w, &err));
    assert_int_equal(w.now.n_records, 2);
    assert_int_equal(readable_of(f, "old-bob", 36 * sizeof(float)), 1);
    assert_int_equal(readable_of(f, NULL, 36 * sizeof(float)), 2);
}

static void records_of_an_older_version_can_be_withdrawn_as_they_are(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_predlog_withdrawn w;
    bring_old_store(f);
    T_OK(mote_predlog_withdraw(store(f), "old-ann", 5000, NULL, &w, &err));
    assert_int_equal(w.now.n_records, 2);
    assert_int_equal(w.now.n_inputs, 2);
    assert_int_equal(w.n_records_in_all, 2);
    assert_int_equal(ask(f, ROWS), 2);
    assert_int_equal(object_files(f), 2);
    mote_store_close(f->store);
    f->store = NULL;
    assert_false(is_on_disk(f->project, "old-ann", 7));
}

int main(void)
{
    mote_log_set(MOTE_LOG_ERROR, false);
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(what_is_in_the_queue_is_not_written_after_a_withdrawal),
        T(a_busy_server_lets_a_withdrawal_through),
        T(a_reader_in_the_way_is_named_and_the_withdrawal_can_be_finished),
        T(after_kills_nothing_stays_without_an_owner),
        T(a_withdrawal_killed_at_any_step_is_finished_by_the_next),
        T(a_withdrawal_that_lacks_memory_can_be_repeated),
        T(a_copy_of_the_keys_from_before_opens_nothing),
        T(the_master_secret_can_lie_elsewhere),
        T(lost_keys_are_said_and_can_be_given_up),
        T(damaged_key_files_are_refused),
        T(retention_is_kept_in_slices),
        T(a_server_that_purges_stops_within_a_second),
        T(a_full_log_keeps_no_more_and_says_so),
        T(records_of_an_older_version_are_read_and_sealed),
        T(records_of_an_older_version_can_be_withdrawn_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
