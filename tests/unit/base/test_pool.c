/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/pool.c. */
#include "support.h"

#include <stdatomic.h>

#include "base/pool.h"

#define MOST_PIECES 1000

typedef struct {
    int32_t n_threads;
    _Atomic int runs[MOST_PIECES];
    _Atomic int inside[16];
    _Atomic int clashes;
    double result[MOST_PIECES];
} job;

static void count_piece(void *arg, size_t piece, int32_t worker)
{
    job *j = arg;
    if (worker < 0 || worker >= j->n_threads || atomic_fetch_add(&j->inside[worker], 1) != 0)
        atomic_fetch_add(&j->clashes, 1);
    atomic_fetch_add(&j->runs[piece], 1);
    double x = (double)piece;
    for (int i = 0; i < 50; i++)
        x = x * 0.999 + 0.1;
    j->result[piece] = x;
    atomic_fetch_sub(&j->inside[worker], 1);
}

static void every_piece_runs_once_on_any_number_of_threads(void **state)
{
    (void)state;
    mote_err err;
    static const size_t sizes[] = {0, 1, 2, 3, 7, 100, MOST_PIECES};
    for (int32_t n = 1; n <= 8; n++) {
        mote_pool *p = NULL;
        T_OK(mote_pool_create(n, &p, &err));
        assert_int_equal(mote_pool_threads(p), n);
        for (size_t s = 0; s < T_COUNT(sizes); s++) {
            static job j;
            memset(&j, 0, sizeof j);
            j.n_threads = n;
            mote_pool_run(p, sizes[s], count_piece, &j);
            for (size_t i = 0; i < MOST_PIECES; i++)
                assert_int_equal(j.runs[i], i < sizes[s]);
            assert_int_equal(j.clashes, 0);
        }
        mote_pool_destroy(p);
    }
}

static void results_are_the_same_bytes_on_1_thread_and_8(void **state)
{
    (void)state;
    mote_err err;
    static job one;
    static job eight;
    one.n_threads = 1;
    eight.n_threads = 8;
    mote_pool_run(NULL, MOST_PIECES, count_piece, &one);
    mote_pool *p = NULL;
    T_OK(mote_pool_create(8, &p, &err));
    mote_pool_run(p, MOST_PIECES, count_piece, &eight);
    mote_pool_destroy(p);
    assert_memory_equal(one.result, eight.result, sizeof one.result);
}

static void add_plain(void *arg, size_t piece, int32_t worker)
{
    (void)worker;
    uint32_t *cells = arg;
    cells[piece]++; /* plain memory: the pool must order it */
}

static void many_short_jobs_neither_hang_nor_lose_work(void **state)
{
    (void)state;
    mote_err err;
    mote_pool *p = NULL;
    T_OK(mote_pool_create(4, &p, &err));
    uint32_t cells[5] = {0};
    for (int i = 0; i < 20000; i++)
        mote_pool_run(p, (size_t)(i % 5) + 1, add_plain, cells);
    assert_int_equal(cells[0], 20000);
    assert_int_equal(cells[4], 4000);
    mote_pool_destroy(p);
}

static void limits_are_refused_and_zero_means_the_machine(void **state)
{
    (void)state;
    mote_err err;
    mote_pool *p = NULL;
    T_FAILS(mote_pool_create(-1, &p, &err), MOTE_ARG, "-1 threads");
    T_FAILS(mote_pool_create(100000, &p, &err), MOTE_ARG, "100000 threads");
    assert_null(p);
    T_OK(mote_pool_create(0, &p, &err));
    assert_true(mote_pool_threads(p) >= 1);
    mote_pool_destroy(p);
    mote_pool_destroy(NULL);
    assert_int_equal(mote_pool_threads(NULL), 1);
}

static void cancelling_is_seen(void **state)
{
    (void)state;
    mote_cancel c = {0};
    assert_false(mote_cancelled(NULL));
    assert_false(mote_cancelled(&c));
    c.requested = 1;
    assert_true(mote_cancelled(&c));
}

static void a_pool_needs_memory(void **state)
{
    (void)state;
    mote_err err;
    mote_pool *p = NULL;
    T_ALLOC_SWEEP(mote_pool_create(3, &p, &err), assert_null(p));
    mote_pool_destroy(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_runs_once_on_any_number_of_threads),
        cmocka_unit_test(results_are_the_same_bytes_on_1_thread_and_8),
        cmocka_unit_test(many_short_jobs_neither_hang_nor_lose_work),
        cmocka_unit_test(limits_are_refused_and_zero_means_the_machine),
        cmocka_unit_test(cancelling_is_seen),
        cmocka_unit_test(a_pool_needs_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
