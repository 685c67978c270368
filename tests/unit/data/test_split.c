/* SPDX-License-Identifier: Apache-2.0 */
/* Dealing groups into parts: shares, evenness with few groups, stability, determinism. */
#include <math.h>

#include "base/rng.h"
#include "data/split.h"
#include "support.h"

static const double usual[] = {0.7, 0.15, 0.15};

#define MAX_GROUPS 400
#define MAX_LABELS 8

typedef struct {
    mote_split_group groups[MAX_GROUPS];
    mote_split_count counts[MAX_GROUPS][MAX_LABELS];
    char names[MAX_GROUPS][24];
} deck;

/* n groups; group g has (g-dependent) 1..most samples of each of n_labels labels. */
static void make_deck(deck *d, size_t n, int n_labels, int most, uint64_t seed)
{
    mote_rng rng;
    mote_rng_init(&rng, seed);
    for (size_t g = 0; g < n; g++) {
        snprintf(d->names[g], sizeof d->names[g], "speaker-%zu", g);
        for (int c = 0; c < n_labels; c++)
            d->counts[g][c] =
                (mote_split_count){c, 1 + (int32_t)mote_rng_below(&rng, (uint32_t)most)};
        d->groups[g] = (mote_split_group){d->names[g], d->counts[g], (size_t)n_labels, -1};
    }
}

static void deal(deck *d, size_t n, int n_labels, const double *shares, int n_parts, uint64_t seed)
{
    mote_err err;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 24);
    T_OK(mote_split_deal(d->groups, n, n_labels, shares, n_parts, seed, &a, &err));
    for (size_t g = 0; g < n; g++)
        assert_in_range(d->groups[g].part, 0, n_parts - 1);
}

static double share_of(const deck *d, size_t n, int label, int part)
{
    double in = 0, all = 0;
    for (size_t g = 0; g < n; g++) {
        all += d->counts[g][label].n;
        in += d->groups[g].part == part ? d->counts[g][label].n : 0;
    }
    return in / all;
}

static void eighteen_equal_speakers_are_dealt_to_the_nearest_whole_number(void **state)
{
    (void)state;
    static deck d;
    for (uint64_t seed = 0; seed < 20; seed++) {
        make_deck(&d, 18, 2, 1, 1);
        deal(&d, 18, 2, usual, 3, seed);
        int n_in[3] = {0};
        for (int g = 0; g < 18; g++)
            n_in[d.groups[g].part]++;
        assert_in_range(n_in[0], 12, 13);                /* 12.6, 2.7, 2.7 wanted */
        assert_in_range(n_in[1], 2, 3);
        assert_in_range(n_in[2], 2, 3);
    }
}

static void every_label_gets_its_share(void **state)
{
    (void)state;
    static deck d;
    uint64_t seed = t_seed();
    make_deck(&d, 200, 5, 6, seed);
    deal(&d, 200, 5, usual, 3, seed);
    for (int label = 0; label < 5; label++) {
        for (int part = 0; part < 3; part++) {
            double got = share_of(&d, 200, label, part);
            if (fabs(got - usual[part]) > 0.03)
                fail_msg("label %d part %d: %g", label, part, got);
        }
    }
}

/* Every speaker says two keywords and one word that nobody else says: the rare words must not pull
 * everybody into training. */
static void words_that_occur_once_do_not_decide(void **state)
{
    (void)state;
    static deck d;
    make_deck(&d, 100, 3, 2, 1);
    for (int g = 0; g < 100; g++)
        d.counts[g][2] = (mote_split_count){2 + g, 1};
    deal(&d, 100, 102, usual, 3, 8);
    for (int part = 0; part < 3; part++)
        assert_true(fabs(share_of(&d, 100, 0, part) - usual[part]) < 0.03);
}

static void known_groups_stay_and_new_ones_mend_the_shares(void **state)
{
    (void)state;
    static deck d;
    uint64_t seed = t_seed();
    make_deck(&d, 300, 3, 4, seed);
    for (size_t n = 1; n <= 300; n += 1 + n / 3) {
        int32_t before[MAX_GROUPS];
        for (size_t g = 0; g < n; g++)
            before[g] = d.groups[g].part;
        deal(&d, n, 3, usual, 3, 5);
        for (size_t g = 0; g < n; g++) {
            if (before[g] >= 0)
                assert_int_equal(d.groups[g].part, before[g]);
        }
    }
    deal(&d, 300, 3, usual, 3, 5);
    for (int part = 0; part < 3; part++)
        assert_true(fabs(share_of(&d, 300, 0, part) - usual[part]) < 0.03);
}

static void the_order_of_arrival_within_a_deal_does_not_matter(void **state)
{
    (void)state;
    static deck d, e;
    make_deck(&d, 60, 2, 3, 9);
    e = d;
    for (size_t g = 0; g < 60; g++) {                    /* the same groups, backwards */
        e.groups[g] = d.groups[59 - g];
    }
    deal(&d, 60, 2, usual, 3, 11);
    deal(&e, 60, 2, usual, 3, 11);
    for (size_t g = 0; g < 60; g++)
        assert_int_equal(d.groups[g].part, e.groups[59 - g].part);
}

static void another_seed_deals_another_way(void **state)
{
    (void)state;
    static deck d, e;
    make_deck(&d, 60, 1, 1, 9);
    e = d;
    for (size_t g = 0; g < 60; g++)
        e.groups[g].counts = e.counts[g];
    deal(&d, 60, 1, usual, 3, 1);
    deal(&e, 60, 1, usual, 3, 2);
    int differ = 0;
    for (size_t g = 0; g < 60; g++)
        differ += d.groups[g].part != e.groups[g].part;
    assert_true(differ > 5);
}

static void few_groups_fill_every_part(void **state)
{
    (void)state;
    static deck d;
    for (uint64_t seed = 0; seed < 10; seed++) {
        int n_in[3] = {0};
        make_deck(&d, 3, 2, 9, seed);
        deal(&d, 3, 2, usual, 3, seed);
        for (int g = 0; g < 3; g++)
            n_in[d.groups[g].part]++;
        assert_int_equal(n_in[0], 1);
        assert_int_equal(n_in[1], 1);
        assert_int_equal(n_in[2], 1);
    }
    static const double no_validation[] = {0.8, 0.0, 0.2};
    make_deck(&d, 50, 2, 3, 4);
    deal(&d, 50, 2, no_validation, 3, 1);
    for (int g = 0; g < 50; g++)
        assert_int_not_equal(d.groups[g].part, 1);
}

static void bad_shares_are_refused(void **state)
{
    (void)state;
    static deck d;
    mote_err err;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    make_deck(&d, 3, 1, 1, 1);
    const double nan_share[] = {0.5, NAN, 0.5}, short_sum[] = {0.5, 0.2, 0.2},
                 minus[] = {1.2, -0.2, 0};
    T_FAILS(mote_split_deal(d.groups, 3, 1, nan_share, 3, 0, &a, &err), MOTE_ARG, "share 2");
    T_FAILS(mote_split_deal(d.groups, 3, 1, short_sum, 3, 0, &a, &err), MOTE_ARG, "sum to 0.9");
    T_FAILS(mote_split_deal(d.groups, 3, 1, minus, 3, 0, &a, &err), MOTE_ARG, "share 1");
    T_FAILS(mote_split_deal(d.groups, 3, 1, usual, 33, 0, &a, &err), MOTE_ARG, "33 parts");
    assert_int_equal(d.groups[0].part, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eighteen_equal_speakers_are_dealt_to_the_nearest_whole_number),
        cmocka_unit_test(every_label_gets_its_share),
        cmocka_unit_test(words_that_occur_once_do_not_decide),
        cmocka_unit_test(known_groups_stay_and_new_ones_mend_the_shares),
        cmocka_unit_test(the_order_of_arrival_within_a_deal_does_not_matter),
        cmocka_unit_test(another_seed_deals_another_way),
        cmocka_unit_test(few_groups_fill_every_part),
        cmocka_unit_test(bad_shares_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
