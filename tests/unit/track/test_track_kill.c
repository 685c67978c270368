/* SPDX-License-Identifier: Apache-2.0 */
/* Killed at any instant, no acknowledged run, metric, version or promotion is lost.
 *
 * A child logs metrics, registers versions and promotes or rolls them back; after each call it
 * writes to a pipe what is now true. It is killed with SIGKILL after a random time, many times over
 * on one store. MOTE_KILL_ROUNDS sets the number of rounds, T_SEED the seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "temp_dir.h"
#include "kill.h"
#include "track/registry.h"
#include "track/run.h"

#define KILL_WITHIN_US 150000

/* What was acknowledged last; each is 0 when nothing of its kind was. */
typedef struct {
    char run_id[MOTE_RUN_ID_BYTES];
    int64_t n_points, version, n_moves;
} acknowledged;

static uint64_t number_from_env(const char *name, uint64_t fallback)
{
    const char *s = getenv(name);
    return s != NULL ? strtoull(s, NULL, 10) : fallback;
}

/* ---- the child ---- */

static mote_status tell(int fd, const acknowledged *a, mote_err *err)
{
    if (write(fd, a, sizeof *a) != (ssize_t)sizeof *a)
        return mote_fail_errno(err, "pipe");
    return MOTE_OK;
}

static mote_status count_moves(mote_store *s, int64_t *n, mote_err *err)
{
    return mote_store_query_i64(s, "SELECT count(*) FROM model_alias_move", n, err);
}

static mote_status register_one(mote_store *s, uint64_t content, int64_t *version, mote_err *err)
{
    mote_registry_spec spec = {.model = "kws", .verdicts_json = "[]"};
    MOTE_TRY(mote_object_put(s, &content, sizeof content, 1, &spec.bundle, err));
    return mote_registry_register(s, &spec, 1, version, err);
}

static mote_status work(const char *dir, uint64_t seed, int fd, mote_err *err)
{
    static const mote_registry_act act = {"test", "kill", 1};
    mote_rng rng;
    mote_store *s = NULL;
    acknowledged a = {0};
    mote_run_spec spec = {.name = "killed"};
    mote_rng_init(&rng, seed);
    MOTE_TRY(mote_store_open(dir, true, &s, err));
    MOTE_TRY(mote_run_create(s, &spec, 1, a.run_id, err));
    MOTE_TRY(tell(fd, &a, err));
    for (;;) {
        mote_run_point points[3] = {
            {"a", 1, a.n_points, 1}, {"b", 2, a.n_points, 1}, {"c", 3, a.n_points, 1}};
        int64_t version = 0;
        MOTE_TRY(mote_run_log_metrics(s, a.run_id, points, 3, err));
        a.n_points += 3;
        MOTE_TRY(tell(fd, &a, err));
        MOTE_TRY(register_one(s, mote_rng_u64(&rng), &version, err));
        a.version = version;
        MOTE_TRY(tell(fd, &a, err));
        MOTE_TRY(mote_registry_promote(s, "kws", version, false, &act, err));
        if (mote_rng_below(&rng, 4) == 0 && version > 2)
            MOTE_TRY(mote_registry_rollback(s, "kws", &act, &version, err));
        MOTE_TRY(count_moves(s, &a.n_moves, err));
        MOTE_TRY(tell(fd, &a, err));
    }
}

/* ---- the parent ---- */

static acknowledged kill_once(const char *dir, uint64_t seed, mote_rng *rng)
{
    int fds[2];
    acknowledged last = {0};
    acknowledged next;
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
    while (read(fds[0], &next, sizeof next) == (ssize_t)sizeof next)
        last = next;
    (void)close(fds[0]);
    return last;
}

static void check_run(mote_store *s, mote_arena *arena, const acknowledged *a)
{
    mote_err err;
    mote_run r;
    int64_t n = 0;
    assert_ok(mote_run_get(s, a->run_id, arena, &r, &err));
    for (size_t i = 0; i < r.n_metrics; i++)
        n += r.metrics[i].n_points;
    assert_true(n >= a->n_points && n % 3 == 0); /* batches are whole */
}

/* The champion is what the last move says, and every version has its bundle. */
static void check_registry(mote_store *s, mote_arena *arena, const acknowledged *a)
{
    mote_err err;
    mote_alias_move *moves = NULL;
    mote_model_version *versions = NULL;
    mote_model_version champion;
    size_t n = 0;
    assert_ok(mote_registry_versions(s, "kws", arena, &versions, &n, &err));
    assert_true((int64_t)n >= a->version);
    assert_ok(mote_registry_history(s, "kws", arena, &moves, &n, &err));
    assert_true((int64_t)n >= a->n_moves);
    if (n == 0)
        return;
    assert_ok(mote_registry_resolve(s, "kws@champion", arena, &champion, &err));
    assert_int_equal(champion.version, moves[0].to_version);
}

static void no_run_version_or_promotion_is_lost_by_kills(void **state)
{
    (void)state;
    uint64_t rounds = number_from_env("MOTE_KILL_ROUNDS", 8);
    uint64_t seed = number_from_env("T_SEED", (uint64_t)time(NULL));
    char dir[TEMP_DIR_BYTES];
    mote_rng rng;
    mote_arena arena;
    acknowledged all = {0}; /* over the rounds */
    print_message("T_SEED=%llu\n", (unsigned long long)seed);
    mote_rng_init(&rng, seed);
    mote_arena_init(&arena, (size_t)256 << 20);
    temp_dir_make(dir);
    for (uint64_t round = 0; round < rounds; round++) {
        mote_err err;
        mote_store *s = NULL;
        acknowledged a = kill_once(dir, seed + round, &rng);
        assert_ok(mote_store_open(dir, true, &s, &err));
        assert_ok(mote_store_check(s, true, &err));
        if (a.run_id[0] != '\0')
            check_run(s, &arena, &a);
        if (a.version > all.version)
            all.version = a.version;
        if (a.n_moves > all.n_moves)
            all.n_moves = a.n_moves;
        if (all.version > 0)
            check_registry(s, &arena, &all);
        mote_store_close(s);
        mote_arena_reset(&arena);
    }
    print_message("%llu kills, %lld versions, %lld moves of the champion\n",
                  (unsigned long long)rounds, (long long)all.version, (long long)all.n_moves);
    mote_arena_release(&arena);
    temp_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_run_version_or_promotion_is_lost_by_kills)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
