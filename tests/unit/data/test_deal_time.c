/* SPDX-License-Identifier: Apache-2.0 */
/* Splits by time: the last groups are the test, whole, and a time is never divided. */
#include "data/deal_time.h"

#include <string.h>

#include "base/rng.h"
#include "support.h"

static const double usual[MOTE_N_SPLITS] = {0.6, 0.2, 0.2};

static void the_last_groups_in_time_are_the_test(void **state)
{
    (void)state;
    const int64_t times[] = {50, 10, 40, 20, 30};
    mote_split_count two = {0, 2};
    mote_split_group g[5];
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 16);
    for (size_t i = 0; i < 5; i++)
        g[i] = (mote_split_group){.counts = &two, .n_counts = 1, .part = -1};
    T_OK(mote_deal_time(g, times, 5, usual, &a, &err));
    assert_int_equal(g[0].part, MOTE_SPLIT_TEST);
    assert_int_equal(g[2].part, MOTE_SPLIT_VALIDATION);
    assert_int_equal(g[1].part, MOTE_SPLIT_TRAIN);
    assert_int_equal(g[3].part, MOTE_SPLIT_TRAIN);
    assert_int_equal(g[4].part, MOTE_SPLIT_TRAIN);
}

/* On random groups: nothing of training is later than anything of validation, nothing of that
 * later than anything of the test; equal times are together; the test has its share. */
static void no_group_of_an_earlier_part_is_later(void **state)
{
    (void)state;
    enum { N = 60 };
    uint64_t seed = t_seed();
    for (int round = 0; round < 200; round++) {
        mote_rng r;
        mote_rng_init(&r, seed + (uint64_t)round);
        int64_t times[N];
        mote_split_count counts[N];
        mote_split_group g[N];
        int32_t n_all = 0, n_test = 0;
        mote_err err = {0};
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 1 << 16);
        for (size_t i = 0; i < N; i++) {
            times[i] = (int64_t)mote_rng_below(&r, 40);
            counts[i] = (mote_split_count){0, 1 + (int32_t)mote_rng_below(&r, 5)};
            g[i] = (mote_split_group){.counts = &counts[i], .n_counts = 1, .part = -1};
            n_all += counts[i].n;
        }
        T_OK(mote_deal_time(g, times, N, usual, &a, &err));
        for (size_t i = 0; i < N; i++) {
            n_test += g[i].part == MOTE_SPLIT_TEST ? counts[i].n : 0;
            for (size_t k = 0; k < N; k++) {
                assert_false(g[i].part < g[k].part && times[i] > times[k]);
                assert_true(g[i].part == g[k].part || times[i] != times[k]);
            }
        }
        assert_true(n_test >= 0.2 * n_all);
    }
}

static void one_time_makes_no_splits(void **state)
{
    (void)state;
    const int64_t times[] = {7, 7, 7, 7};
    mote_split_count one = {0, 1};
    mote_split_group g[4];
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 16);
    for (size_t i = 0; i < 4; i++)
        g[i] = (mote_split_group){.counts = &one, .n_counts = 1, .part = -1};
    T_FAILS(mote_deal_time(g, times, 4, usual, &a, &err), MOTE_ARG,
            "4 groups of 1 different times do not make 3 splits");
    assert_int_equal(g[0].part, -1);
    T_OK(mote_deal_time(g, times, 0, usual, &a, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_groups_in_time_are_the_test),
        cmocka_unit_test(no_group_of_an_earlier_part_is_later),
        cmocka_unit_test(one_time_makes_no_splits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
