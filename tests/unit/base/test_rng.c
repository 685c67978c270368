/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/rng.c. */
#include "support.h"

#include <math.h>

#include "base/rng.h"

/* The first outputs of the authors' splitmix64.c for seed 1234567 and xoshiro256plusplus.c for
 * the state {1, 2, 3, 4} (https://prng.di.unimi.it). */
static void the_generators_are_the_published_ones(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, 1234567);
    static const uint64_t seeds[] = {6457827717110365317u, 3203168211198807973u,
                                     9817491932198370423u, 4593380528125082431u};
    for (size_t i = 0; i < T_COUNT(seeds); i++)
        assert_true(r.s[i] == seeds[i]);
    r = (mote_rng){{1, 2, 3, 4}};
    static const uint64_t want[] = {41943041u,
                                    58720359u,
                                    3588806011781223u,
                                    3591011842654386u,
                                    9228616714210784205u,
                                    9973669472204895162u,
                                    14011001112246962877u,
                                    12406186145184390807u};
    for (size_t i = 0; i < T_COUNT(want); i++)
        assert_true(mote_rng_u64(&r) == want[i]);
}

static void many_are_as_one_by_one(void **state)
{
    (void)state;
    mote_rng one, many;
    uint64_t got[8];
    mote_rng_init(&one, 5);
    many = one;
    for (size_t n = 0; n <= T_COUNT(got); n++) {
        mote_rng_fill(&many, got, n);
        for (size_t i = 0; i < n; i++)
            assert_true(got[i] == mote_rng_u64(&one));
        assert_memory_equal(&many, &one, sizeof one);
    }
}

/* Frozen (from a second implementation, in Python): training runs and data splits of released
 * projects depend on these numbers. */
static void streams_stay_what_they_were(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init_stream(&r, 42, 7, 9);
    uint64_t first = mote_rng_u64(&r);
    mote_rng_init_stream(&r, 42, 9, 7);
    assert_true(mote_rng_u64(&r) != first);
    mote_rng_init_stream(&r, 42, 7, 9);
    assert_true(mote_rng_u64(&r) == first);
    assert_true(first == 7707603161451515054u);
}

static void neighbouring_streams_share_nothing(void **state)
{
    (void)state;
    enum { N = 4096 };
    static uint64_t firsts[N];
    for (uint64_t i = 0; i < N; i++) {
        mote_rng r;
        mote_rng_init_stream(&r, 1, i / 64, i % 64);
        firsts[i] = mote_rng_u64(&r);
        for (uint64_t k = 0; k < i; k++)
            assert_true(firsts[k] != firsts[i]);
    }
}

/* Chi-square with n - 1 degrees of freedom; 5 standard deviations of slack makes a false alarm
 * rarer than 1 in a million runs. */
static void below_is_uniform(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    static const uint32_t sizes[] = {1, 2, 3, 7, 10, 100};
    for (size_t s = 0; s < T_COUNT(sizes); s++) {
        uint32_t n = sizes[s];
        double counts[100] = {0};
        const double draws = 100000;
        for (int i = 0; i < 100000; i++) {
            uint32_t x = mote_rng_below(&r, n);
            assert_true(x < n);
            counts[x] += 1;
        }
        double chi2 = 0;
        double expected = draws / n;
        for (uint32_t i = 0; i < n; i++)
            chi2 += (counts[i] - expected) * (counts[i] - expected) / expected;
        double free = n - 1;
        assert_true(chi2 <= free + 5 * sqrt(2 * free) + 15);
    }
    for (int i = 0; i < 1000; i++)
        assert_true(mote_rng_below(&r, UINT32_MAX) < UINT32_MAX);
}

static void uniform_and_normal_have_their_moments(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    const int n = 200000;
    double sum = 0;
    double normal = 0;
    double squares = 0;
    double fourths = 0;
    for (int i = 0; i < n; i++) {
        double u = mote_rng_uniform(&r);
        assert_true(u >= 0 && u < 1);
        sum += u;
        double x = mote_rng_normal(&r);
        normal += x;
        squares += x * x;
        fourths += x * x * x * x;
        double v = mote_rng_range(&r, -2, 3);
        assert_true(v >= -2 && v < 3);
    }
    /* Six standard errors of each mean: sd 1/sqrt(12), 1, sqrt(2), sqrt(96). */
    double se = 6 / sqrt(n);
    assert_true(fabs(sum / n - 0.5) < se * sqrt(1.0 / 12));
    assert_true(fabs(normal / n) < se);
    assert_true(fabs(squares / n - 1) < se * sqrt(2));
    assert_true(fabs(fourths / n - 3) < se * sqrt(96));
}

static void a_shuffle_is_a_permutation_and_every_place_is_likely(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    int where[5][5] = {{0}};
    for (int round = 0; round < 20000; round++) {
        uint32_t items[5] = {0, 1, 2, 3, 4};
        uint32_t seen = 0;
        mote_rng_shuffle_u32(&r, items, 5);
        for (size_t i = 0; i < 5; i++) {
            seen |= 1u << items[i];
            where[items[i]][i]++;
        }
        assert_int_equal(seen, 31);
    }
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 5; k++)
            assert_in_range(where[i][k], 3640, 4360); /* 4000, sd 57 */
    }
    mote_rng_shuffle_u32(&r, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generators_are_the_published_ones),
        cmocka_unit_test(many_are_as_one_by_one),
        cmocka_unit_test(streams_stay_what_they_were),
        cmocka_unit_test(neighbouring_streams_share_nothing),
        cmocka_unit_test(below_is_uniform),
        cmocka_unit_test(uniform_and_normal_have_their_moments),
        cmocka_unit_test(a_shuffle_is_a_permutation_and_every_place_is_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
