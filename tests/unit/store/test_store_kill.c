/* SPDX-License-Identifier: Apache-2.0 */
/* Killed at any instant, the store opens again with everything that had been acknowledged.
 *
 * A child puts objects and commits rows about them, collecting garbage now and then; after each
 * commit it writes the name of the object to a pipe. It is killed with SIGKILL after a random time,
 * many times over on one store. MOTE_KILL_ROUNDS sets the number of rounds, T_SEED the seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "temp_dir.h"
#include "kill.h"

#define OBJECT_MAX     20000
#define KILL_WITHIN_US 100000
#define NOW            1000

static uint64_t number_from_env(const char *name, uint64_t fallback)
{
    const char *s = getenv(name);
    return s != NULL ? strtoull(s, NULL, 10) : fallback;
}

/* ---- the child ---- */

static mote_status write_one(mote_store *s, mote_rng *rng, mote_sha256 *id, mote_err *err)
{
    static char bytes[OBJECT_MAX];
    size_t n = mote_rng_below(rng, OBJECT_MAX);
    bool noise = mote_rng_below(rng, 2) == 0;
    for (size_t i = 0; i < n; i++)
        bytes[i] = noise ? (char)mote_rng_u64(rng) : (char)('a' + (i + n) % 5);
    MOTE_SCOPED_TXN txn = {0};
    bool alone = mote_rng_below(rng, 3) == 0; /* object and row in one commit or in two */
    if (!alone)
        MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_object_put(s, bytes, n, NOW, id, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "INSERT OR IGNORE INTO keep(o) VALUES (?1)", &q, err));
    mote_stmt_bind_hash(q, 1, id);
    MOTE_TRY(mote_stmt_run(q, err));
    return alone ? MOTE_OK : mote_store_commit(&txn, err);
}

static mote_status work(const char *dir, uint64_t seed, int pipe_fd, mote_err *err)
{
    mote_rng rng;
    mote_store *s = NULL;
    mote_rng_init(&rng, seed);
    MOTE_TRY(mote_store_open(dir, true, &s, err));
    MOTE_TRY(mote_store_exec(
        s, "CREATE TABLE IF NOT EXISTS keep (o BLOB PRIMARY KEY REFERENCES object(hash)) STRICT",
        err));
    for (int i = 0;; i++) {
        mote_sha256 id;
        MOTE_TRY(write_one(s, &rng, &id, err));
        if (write(pipe_fd, id.bytes, sizeof id.bytes) != (ssize_t)sizeof id.bytes)
            return mote_fail_errno(err, "pipe");
        if (mote_rng_below(&rng, 4) == 0) { /* garbage, and a collector that takes it */
            mote_sha256 dead;
            mote_gc_report r;
            MOTE_TRY(mote_object_put(s, &i, sizeof i, NOW, &dead, err));
            MOTE_TRY(mote_store_collect(s, &(mote_gc_options){.now_ms = NOW + 1}, &r, err));
        }
    }
}

/* ---- the parent ---- */

typedef struct {
    mote_sha256 *ids;
    size_t n, cap;
} acknowledged;

static void read_acknowledged(int fd, acknowledged *a)
{
    for (;;) {
        if (a->n == a->cap) {
            a->cap = a->cap == 0 ? 256 : 2 * a->cap;
            a->ids = realloc(a->ids, a->cap * sizeof a->ids[0]);
            assert_non_null(a->ids);
        }
        ssize_t k = read(fd, a->ids[a->n].bytes, 32); /* writes up to PIPE_BUF are whole */
        if (k <= 0)
            return;
        assert_int_equal(k, 32);
        a->n++;
    }
}

static void kill_once(const char *dir, uint64_t seed, mote_rng *rng, acknowledged *a)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        mote_err err;
        (void)close(fds[0]);
        (void)said(work(dir, seed, fds[1], &err), &err);
        _exit(3); /* it must not end by itself */
    }
    (void)close(fds[1]);
    int64_t us = mote_rng_below(rng, KILL_WITHIN_US);
    t_kill_after(pid, fds[0], us, mote_rng_below(rng, 2) == 1);
    read_acknowledged(fds[0], a);
    (void)close(fds[0]);
}

static void check_all_there(const char *dir, const acknowledged *a)
{
    mote_err err;
    mote_store *s = NULL;
    assert_ok(mote_store_open(dir, true, &s, &err));
    assert_ok(mote_store_check(s, true, &err));
    for (size_t i = 0; i < a->n; i++) {
        char *bytes = NULL;
        size_t n = 0;
        assert_ok(mote_object_get(s, &a->ids[i], OBJECT_MAX, &bytes, &n, &err));
        mote_free(bytes);
        MOTE_SCOPED_STMT *q = NULL;
        bool row = false;
        assert_ok(mote_stmt_prepare(s, "SELECT 1 FROM keep WHERE o = ?1", &q, &err));
        mote_stmt_bind_hash(q, 1, &a->ids[i]);
        assert_ok(mote_stmt_step(q, &row, &err));
        assert_true(row);
    }
    mote_store_close(s);
}

static void nothing_acknowledged_is_lost_by_kills(void **state)
{
    (void)state;
    uint64_t rounds = number_from_env("MOTE_KILL_ROUNDS", 8);
    uint64_t seed = number_from_env("T_SEED", (uint64_t)time(NULL));
    char dir[TEMP_DIR_BYTES];
    mote_rng rng;
    acknowledged a = {0};
    bool told = false;
    print_message("T_SEED=%llu\n", (unsigned long long)seed);
    mote_rng_init(&rng, seed);
    temp_dir_make(dir);
    for (uint64_t round = 0; round < rounds; round++) {
        kill_once(dir, seed + round, &rng, &a);
        check_all_there(dir, &a);
        told = told || a.n > 0;
        if (a.n > 2000)
            a.n = 0; /* checked often enough; keep rounds short */
    }
    assert_true(told);
    print_message("%llu kills\n", (unsigned long long)rounds);
    free(a.ids);
    temp_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_acknowledged_is_lost_by_kills)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
