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
        d->groups[g] = (mote_split_group){d->names[g], d->counts[g], (size_t)n_labels, -1, 0};
    }
}

static mote_split_deck deck_of(deck *d, size_t n, int n_labels, const double *shares, int n_parts,
                               uint64_t seed)
{
    return (mote_split_deck){.groups = d->groups,
                             .n_groups = n,
                             .n_labels = n_labels,
                             .fractions = shares,
                             .n_parts = n_parts,
                             .seed = seed};
}

static void deal_deck(const mote_split_deck *k)
{
    mote_err err;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 24);
    T_OK(mote_split_deal(k, &a, &err));
}

static void deal(deck *d, size_t n, int n_labels, const double *shares, int n_parts, uint64_t seed)
{
    mote_split_deck k = deck_of(d, n, n_labels, shares, n_parts, seed);
    deal_deck(&k);
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
        assert_in_range(n_in[0], 12, 13); /* 12.6, 2.7, 2.7 wanted */
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
    for (size_t g = 0; g < 60; g++) { /* the same groups, backwards */
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
    mote_split_deck k = deck_of(&d, 3, 1, nan_share, 3, 0);
    T_FAILS(mote_split_deal(&k, &a, &err), MOTE_ARG, "share 2");
    k = deck_of(&d, 3, 1, short_sum, 3, 0);
    T_FAILS(mote_split_deal(&k, &a, &err), MOTE_ARG, "sum to 0.9");
    k = deck_of(&d, 3, 1, minus, 3, 0);
    T_FAILS(mote_split_deal(&k, &a, &err), MOTE_ARG, "share 1");
    k = deck_of(&d, 3, 1, usual, 33, 0);
    T_FAILS(mote_split_deal(&k, &a, &err), MOTE_ARG, "33 parts");
    const double no_test[] = {0.8, 0.2, 0};
    d.groups[1].allowed = 1u << 2;
    k = deck_of(&d, 3, 1, no_test, 3, 0);
    T_FAILS(mote_split_deal(&k, &a, &err), MOTE_ARG, "'speaker-1' may only be where the share");
    assert_int_equal(d.groups[0].part, -1);
}

static void groups_stay_within_what_they_are_allowed(void **state)
{
    (void)state;
    static deck d;
    uint64_t seed = t_seed();
    make_deck(&d, 60, 2, 4, seed);
    for (size_t g = 0; g < 60; g++)
        d.groups[g].allowed = g % 3 == 0 ? 1u << 0 | 1u << 1 : 0;
    deal(&d, 60, 2, usual, 3, seed);
    int n_validation = 0;
    for (size_t g = 0; g < 60; g += 3) {
        assert_int_not_equal(d.groups[g].part, 2);
        n_validation += d.groups[g].part == 1;
    }
    assert_true(n_validation > 0);
}

/* Six people of whom each says one word only, and the words are too rare to have a share: dealt
 * by their sum alone all of one word may land in training. */
static void every_label_is_in_every_part_where_that_is_possible(void **state)
{
    (void)state;
    static deck d;
    for (uint64_t seed = 0; seed < 200; seed++) {
        make_deck(&d, 6, 1, 1, seed);
        for (int g = 0; g < 6; g++)
            d.counts[g][0] = (mote_split_count){g % 2, 1};
        deal(&d, 6, 2, usual, 3, seed);
        int n_in[2][3] = {{0}};
        for (int g = 0; g < 6; g++)
            n_in[g % 2][d.groups[g].part]++;
        for (int label = 0; label < 2; label++)
            for (int p = 0; p < 3; p++)
                if (n_in[label][p] != 1)
                    fail_msg("seed %d: label %d has %d groups in part %d", (int)seed, label,
                             n_in[label][p], p);
    }
}

static void mending_never_moves_what_was_there(void **state)
{
    (void)state;
    static deck d;
    make_deck(&d, 5, 1, 1, 1);
    for (int g = 0; g < 5; g++) {
        d.counts[g][0] = (mote_split_count){0, 1};
        d.groups[g].part = g < 4 ? 0 : -1; /* four were dealt to training before */
    }
    deal(&d, 5, 1, usual, 3, 1);
    for (int g = 0; g < 4; g++)
        assert_int_equal(d.groups[g].part, 0);
    assert_int_not_equal(d.groups[4].part, 0);
}

/* Labels 1, 2, 3 have parts 0, 1, 2 as homes. People who say nothing else go where they count;
 * people who say label 0 are dealt by it alone. */
static void groups_go_where_most_of_their_samples_are_at_home(void **state)
{
    (void)state;
    static deck d;
    static const int32_t home[] = {-1, 0, 1, 2};
    make_deck(&d, 90, 2, 1, 4);
    for (int g = 0; g < 90; g++) {
        if (g < 60) { /* label 0, and one of the others */
            d.counts[g][0] = (mote_split_count){0, 1};
            d.counts[g][1] = (mote_split_count){1 + g % 3, 9};
        } else { /* 5 at home, 2 in the next part */
            d.counts[g][0] = (mote_split_count){1 + g % 3, 5};
            d.counts[g][1] = (mote_split_count){1 + (g + 1) % 3, 2};
        }
    }
    mote_split_deck k = deck_of(&d, 90, 4, usual, 3, 7);
    k.home = home;
    deal_deck(&k);
    int n_in[3] = {0};
    for (int g = 0; g < 60; g++)
        n_in[d.groups[g].part]++;
    assert_int_equal(n_in[0], 42);
    assert_int_equal(n_in[1], 9);
    assert_int_equal(n_in[2], 9);
    for (int g = 60; g < 90; g++)
        assert_int_equal(d.groups[g].part, g % 3);
}

static void each_part_gets_the_least_number_of_groups(void **state)
{
    (void)state;
    static deck d;
    for (uint64_t seed = 0; seed < 50; seed++) {
        make_deck(&d, 8, 1, 5, seed);
        mote_split_deck k = deck_of(&d, 8, 1, usual, 3, seed);
        k.least_groups = 2;
        deal_deck(&k);
        int n_in[3] = {0};
        for (int g = 0; g < 8; g++)
            n_in[d.groups[g].part]++;
        for (int p = 0; p < 3; p++)
            assert_true(n_in[p] >= 2);
    }
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
        cmocka_unit_test(groups_stay_within_what_they_are_allowed),
        cmocka_unit_test(every_label_is_in_every_part_where_that_is_possible),
        cmocka_unit_test(mending_never_moves_what_was_there),
        cmocka_unit_test(groups_go_where_most_of_their_samples_are_at_home),
        cmocka_unit_test(each_part_gets_the_least_number_of_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
