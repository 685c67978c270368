/* SPDX-License-Identifier: Apache-2.0 */
/* An import that is killed at any instant has kept what it said it had; the next one completes it.
 *
 * A child imports a tree in small portions and tells each commit through a pipe. It is killed with
 * SIGKILL after a random time, many times over on one store, which is then opened, checked and
 * finished. MOTE_KILL_ROUNDS sets the number of rounds, T_SEED the seed. */
#include "audio_files.h"

#include "data/import.h"
#include "data/sample.h"
#include "temp_dir.h"
#include "kill.h"

#define N_FILES        120
#define N_DAMAGED      6
#define KILL_WITHIN_US 200000

static char tree[TEMP_DIR_BYTES + 16];

static void name_file(int i, char out[64])
{
    snprintf(out, 64, "w%d/s%03d_nohash_%d.wav", i / (N_FILES / 4), i, i % 3);
}

static void make_tree(void)
{
    for (int i = 0; i < N_FILES; i++) {
        char name[64];
        name_file(i, name);
        if (i % (N_FILES / N_DAMAGED) == 7)
            write_file(tree, name, "no recording", 12);
        else
            write_clip(tree, name, 800, 200 + i, (uint64_t)i + 1);
    }
}

/* ---- the child ---- */

static void tell(void *arg, const mote_import_progress *p)
{
    size_t n = p->n_done;
    if (write(*(int *)arg, &n, sizeof n) != (ssize_t)sizeof n)
        _exit(4);
}

static mote_status import(const char *dir, int pipe_fd, mote_import_report *r, mote_err *err)
{
    MOTE_SCOPED_STORE *s = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    MOTE_TRY(mote_store_open(dir, true, &s, err));
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    cfg.batch_files = 5;
    if (pipe_fd >= 0) {
        cfg.progress = tell;
        cfg.progress_arg = &pipe_fd;
    }
    MOTE_TRY(mote_data_import(s, tree, &cfg, &a, r, err));
    r->rejected = NULL; /* lived in the arena */
    return MOTE_OK;
}

/* Import in a child, killed after a random time. Returns how many files it said were done. */
static size_t import_and_kill(const char *dir, mote_rng *rng)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        mote_err err;
        mote_import_report r;
        (void)close(fds[0]);
        if (said(import(dir, fds[1], &r, &err), &err) != MOTE_OK)
            _exit(3);
        for (;;)
            pause(); /* wait for the kill */
    }
    (void)close(fds[1]);
    int64_t us = mote_rng_below(rng, KILL_WITHIN_US);
    t_kill_after(pid, fds[0], us, mote_rng_below(rng, 2) == 1);
    size_t done = 0, n;
    while (read(fds[0], &n, sizeof n) == (ssize_t)sizeof n)
        done = n;
    (void)close(fds[0]);
    return done;
}

/* ---- the parent ---- */

static bool has_row(mote_store *s, const char *sql, const char *source)
{
    mote_err err;
    bool row = false;
    MOTE_SCOPED_STMT *q = NULL;
    T_OK(mote_stmt_prepare(s, sql, &q, &err));
    mote_stmt_bind_text(q, 1, source);
    T_OK(mote_stmt_step(q, &row, &err));
    return row;
}

static void check_first(const char *dir, size_t n_done)
{
    mote_err err;
    mote_store *s = NULL;
    T_OK(mote_store_open(dir, true, &s, &err));
    T_OK(mote_store_check(s, true, &err));
    for (size_t i = 0; i < n_done; i++) {
        char name[64], source[TEMP_DIR_BYTES + 96];
        name_file((int)i, name);
        snprintf(source, sizeof source, "%s/%s", tree, name);
        bool there = has_row(s, "SELECT 1 FROM data_sample WHERE source = ?1", source) ||
                     has_row(s, "SELECT 1 FROM data_rejected WHERE source = ?1", source);
        if (!there)
            fail_msg("%s was acknowledged and is gone", source);
    }
    mote_store_close(s);
}

static void check_whole(const char *dir)
{
    mote_err err;
    mote_store *s = NULL;
    mote_import_report r;
    int64_t n;
    T_OK(import(dir, -1, &r, &err));
    assert_int_equal(r.total.n_added + r.total.n_known, N_FILES - N_DAMAGED);
    assert_int_equal(r.total.n_rejected, N_DAMAGED);
    T_OK(mote_store_open(dir, true, &s, &err));
    T_OK(mote_store_query_i64(s, "SELECT count(*) FROM data_sample", &n, &err));
    assert_int_equal(n, N_FILES - N_DAMAGED);
    T_OK(mote_store_query_i64(s, "SELECT count(*) FROM data_rejected", &n, &err));
    assert_int_equal(n, N_DAMAGED);
    T_OK(mote_store_check(s, true, &err));
    mote_store_close(s);
}

static void nothing_acknowledged_is_lost_when_an_import_is_killed(void **state)
{
    (void)state;
    const char *wish = getenv("MOTE_KILL_ROUNDS");
    uint64_t rounds = wish ? strtoull(wish, NULL, 10) : 12;
    char root[TEMP_DIR_BYTES], dir[TEMP_DIR_BYTES + 32];
    mote_rng rng;
    size_t n_cut = 0, n_told = 0;
    mote_rng_init(&rng, t_seed());
    temp_dir_make(root);
    snprintf(tree, sizeof tree, "%s/tree", root);
    make_tree();
    int store = 0;
    size_t most = 0;
    for (uint64_t i = 0; i < rounds; i++) {
        snprintf(dir, sizeof dir, "%s/store%d", root, store);
        mote_err err;
        T_OK(mote_dir_make(dir, &err));
        size_t done = import_and_kill(dir, &rng);
        check_first(dir, done > most ? done : most);
        most = done > most ? done : most;
        n_cut += done < N_FILES;
        n_told += done;
        if (done == N_FILES || i % 4 == 3) { /* complete it, and start a new one */
            check_whole(dir);
            store++;
            most = 0;
        }
    }
    snprintf(dir, sizeof dir, "%s/store%d", root, store);
    mote_err err;
    T_OK(mote_dir_make(dir, &err));
    check_whole(dir);
    print_message("%llu kills, %zu before the end, %zu files acknowledged\n",
                  (unsigned long long)rounds, n_cut, n_told);
    temp_dir_remove(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_acknowledged_is_lost_when_an_import_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
