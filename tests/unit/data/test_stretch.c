/* SPDX-License-Identifier: Apache-2.0 */
/* Background time of the splits: no gap, no overlap, and a clip for everybody. */
#include <math.h>

#include "data/stretch.h"
#include "support.h"

#define MAX     8
#define CLIP_US 1000000

typedef struct {
    mote_stretch of[MOTE_N_SPLITS][MAX];
} times;

/* Backgrounds of so many clips each, divided. */
static times divide(const double *clips, size_t n, const double fractions[MOTE_N_SPLITS])
{
    mote_err err;
    times t = {0};
    mote_version_item items[MAX] = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    for (size_t i = 0; i < n; i++)
        items[i] = (mote_version_item){.role = MOTE_ROLE_BACKGROUND,
                                       .duration_us = (int64_t)(clips[i] * CLIP_US)};
    mote_data_version v = {.items = items, .n = n, .n_background = n};
    memcpy(v.fractions, fractions, sizeof v.fractions);
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        mote_stretch *out = NULL;
        const mote_listener who = {.split = (mote_split)s, .clip_us = CLIP_US};
        T_OK(mote_stretches(&v, &who, &a, &out, &err));
        for (size_t i = 0; i < n; i++)
            t.of[s][i] = out[i];
    }
    return t;
}

static double clips_of(const times *t, int split, const double *clips, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, (t->of[split][i].to - t->of[split][i].from) * clips[i]);
    return most;
}

static void time_is_divided_without_gap_or_overlap(void **state)
{
    (void)state;
    static const double shares[][3] = {{0.7, 0.15, 0.15}, {0.98, 0.01, 0.01}, {0.1, 0.6, 0.3},
                                       {0.0, 0.5, 0.5},   {0.9, 0.0, 0.1},    {0.9, 0.1, 0.0}};
    static const double clips[] = {4, 5, 8, 13, 60, 3600};
    for (size_t k = 0; k < T_COUNT(shares); k++) {
        times t = divide(clips, T_COUNT(clips), shares[k]);
        for (size_t i = 0; i < T_COUNT(clips); i++) {
            double at = 0;
            for (int s = 0; s < MOTE_N_SPLITS; s++) {
                mote_stretch x = t.of[s][i];
                double length = (x.to - x.from) * clips[i];
                if (shares[k][s] > 0) {
                    assert_true(fabs(x.from - at) < 1e-9);
                    at = x.to;
                    if (!(length > 0.999))
                        fail_msg("shares %zu, %g clips: %s has %g", k, clips[i],
                                 mote_split_name((mote_split)s), length);
                } else {
                    assert_true(length == 0);
                }
            }
            assert_true(at == 1.0);
        }
    }
}

static void long_recordings_keep_the_shares_of_the_data(void **state)
{
    (void)state;
    static const double usual[] = {0.7, 0.15, 0.15}, clips[] = {60};
    times t = divide(clips, 1, usual);
    assert_true(fabs(t.of[MOTE_SPLIT_TRAIN][0].to - 0.7) < 1e-12);
    assert_true(fabs(t.of[MOTE_SPLIT_VALIDATION][0].to - 0.85) < 1e-12);
}

/* A tenth of ten seconds is no clip: that used to end with "class _silence_ needs backgrounds". */
static void small_shares_of_short_recordings_give_a_clip_each(void **state)
{
    (void)state;
    static const double small[] = {0.9, 0.05, 0.05}, clips[] = {10};
    times t = divide(clips, 1, small);
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        assert_true(clips_of(&t, s, clips, 1) >= 1.9);
}

static void recordings_of_few_clips_are_not_divided_but_dealt(void **state)
{
    (void)state;
    static const double usual[] = {0.7, 0.15, 0.15}, clips[] = {2, 2, 2, 2, 2, 2, 2, 0.5};
    times t = divide(clips, T_COUNT(clips), usual);
    int n_in[MOTE_N_SPLITS] = {0};
    for (size_t i = 0; i < T_COUNT(clips); i++) {
        int n = 0;
        for (int s = 0; s < MOTE_N_SPLITS; s++) {
            bool whole = t.of[s][i].from == 0 && t.of[s][i].to == 1;
            assert_true(whole || t.of[s][i].to == t.of[s][i].from);
            n += whole;
            n_in[s] += whole;
        }
        assert_int_equal(n, 1);
    }
    assert_int_equal(n_in[MOTE_SPLIT_TRAIN], 6); /* with the one that holds no clip */
    assert_int_equal(n_in[MOTE_SPLIT_VALIDATION], 1);
    assert_int_equal(n_in[MOTE_SPLIT_TEST], 1);
    assert_true(t.of[MOTE_SPLIT_TRAIN][7].to == 1);
}

/* In every round each moment of a recording is in one split; over all of them it is judged once. */
static void rounds_move_the_stretch_so_that_each_fold_has_its_own(void **state)
{
    (void)state;
    static const double long_ones[] = {60, 10, 0.5}, short_ones[] = {2, 3, 2, 9, 2, 2},
                        few[] = {9, 2};
    static const struct {
        const double *clips;
        size_t n;
        bool moves;
    } sets[] = {
        {long_ones, T_COUNT(long_ones), true},
        {short_ones, T_COUNT(short_ones), true},
        {few, T_COUNT(few), false},
    };
    enum { K = 5, MOMENTS = 1000 };
    for (size_t k = 0; k < T_COUNT(sets); k++) {
        mote_err err;
        mote_version_item items[MAX] = {0};
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 1u << 20);
        for (size_t i = 0; i < sets[k].n; i++)
            items[i] = (mote_version_item){.role = MOTE_ROLE_BACKGROUND,
                                           .duration_us = (int64_t)(sets[k].clips[i] * CLIP_US)};
        mote_data_version v = {.items = items, .n = sets[k].n, .n_background = sets[k].n};
        int judged[MAX][MOMENTS] = {0};
        for (int32_t round = 0; round < K; round++) {
            int in_splits[MAX][MOMENTS] = {0};
            double seconds = 0;
            for (int s = 0; s < MOTE_N_SPLITS; s++) {
                mote_stretch *out = NULL;
                const mote_listener who = {(mote_split)s, CLIP_US, K, round};
                T_OK(mote_stretches(&v, &who, &a, &out, &err));
                for (size_t i = 0; i < v.n; i++)
                    for (int m = 0; m < MOMENTS; m++) {
                        double at = (m + 0.5) / MOMENTS;
                        int in = (at >= out[i].from && at < out[i].to) || at + 1 < out[i].to;
                        in_splits[i][m] += in;
                        judged[i][m] += in && s == MOTE_SPLIT_TEST;
                        seconds += in && s == MOTE_SPLIT_TEST ? sets[k].clips[i] / MOMENTS : 0;
                    }
            }
            assert_true(seconds > 0.99); /* a clip for every fold */
            for (size_t i = 0; i < v.n; i++)
                for (int m = 0; m < MOMENTS; m++)
                    assert_int_equal(in_splits[i][m], 1);
        }
        for (size_t i = 0; i < v.n && sets[k].moves; i++)
            for (int m = 0; m < MOMENTS; m++)
                assert_int_equal(judged[i][m], sets[k].clips[i] >= 1 ? 1 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_is_divided_without_gap_or_overlap),
        cmocka_unit_test(long_recordings_keep_the_shares_of_the_data),
        cmocka_unit_test(small_shares_of_short_recordings_give_a_clip_each),
        cmocka_unit_test(rounds_move_the_stretch_so_that_each_fold_has_its_own),
        cmocka_unit_test(recordings_of_few_clips_are_not_divided_but_dealt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
