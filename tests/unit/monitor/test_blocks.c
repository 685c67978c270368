/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of rates and errors keep their level when samples depend on each other, and still see what
 * is three times as much. */
#include "tests/support.h"

#include <math.h>

#include "base/rng.h"
#include "monitor/blocks.h"

#define WINDOW 200
#define LEVEL  0.01
#define RATE   0.03
#define DRAWS  4000

static double uniform(mote_rng *rng)
{
    return mote_rng_below(rng, 1u << 24) / (double)(1u << 24);
}

/* What is right or wrong in a row: with the probability `alike` as the one before, so that
 * neighbours k apart correlate with alike^k. */
typedef struct {
    mote_rng rng;
    double rate, alike;
    int of_request; /* samples; a new request is drawn anew */
} stream;

static mote_blocks window_of(stream *s)
{
    mote_blocks b = mote_blocks_of(WINDOW);
    bool is_wrong = false;
    for (int i = 0; i < WINDOW; i++) {
        const bool is_new = i == 0 || (s->of_request > 1 && i % s->of_request == 0);
        if (is_new || uniform(&s->rng) >= s->alike)
            is_wrong = uniform(&s->rng) < s->rate;
        mote_blocks_add(&b, is_wrong, i / s->of_request);
    }
    return b;
}

static double share_rejected(stream *s)
{
    int n = 0;
    for (int i = 0; i < DRAWS; i++) {
        const mote_blocks b = window_of(s);
        n += mote_blocks_rate_p(&b, RATE) < LEVEL;
    }
    return n / (double)DRAWS;
}

static void false_alerts_are_near_their_level_however_alike_neighbours_are(void **state)
{
    (void)state;
    const struct {
        double alike;
        int of_request;
    } at[] = {{0, 1}, {0.6, 1}, {0.8, 1}, {0.9, 8}, {1, 8}, {1, 16}};
    for (size_t i = 0; i < 6; i++) {
        stream s = {.rate = RATE, .alike = at[i].alike, .of_request = at[i].of_request};
        mote_rng_init(&s.rng, 5 + i);
        const double share = share_rejected(&s);
        print_message("alike %.1f in requests of %d: %.4f\n", s.alike, s.of_request, share);
        assert_true(share <= 1.5 * LEVEL);
    }
}

static void three_times_the_rate_is_found_in_a_window_or_a_few(void **state)
{
    (void)state;
    const struct {
        double alike, least;
    } at[] = {{0, 0.8}, {0.6, 0.3}, {0.8, 0.1}};
    for (size_t i = 0; i < 3; i++) {
        stream s = {.rate = 3 * RATE, .alike = at[i].alike, .of_request = 1};
        mote_rng_init(&s.rng, 50 + i);
        const double share = share_rejected(&s);
        print_message("alike %.1f: %.3f of windows\n", s.alike, share);
        assert_true(share >= at[i].least);
    }
}

static void errors_that_go_together_keep_the_level_and_a_larger_mean_is_found(void **state)
{
    (void)state;
    mote_rng rng;
    mote_rng_init(&rng, 9);
    for (int larger = 0; larger < 2; larger++) {
        int n = 0;
        for (int k = 0; k < DRAWS; k++) {
            mote_blocks b = mote_blocks_of(WINDOW);
            double x = mote_rng_normal(&rng);
            for (int i = 0; i < WINDOW; i++) { /* correlation 0.5 from one to the next */
                x = 0.5 * x + sqrt(1 - 0.25) * mote_rng_normal(&rng);
                mote_blocks_add(&b, larger + x, i);
            }
            n += mote_blocks_mean_p(&b, 0) < LEVEL;
        }
        print_message("mean %d: %.4f\n", larger, n / (double)DRAWS);
        assert_true(larger ? n > 0.95 * DRAWS : n <= 2 * LEVEL * DRAWS);
    }
}

static void the_design_effect_is_what_blocks_say(void **state)
{
    (void)state;
    mote_blocks apart = mote_blocks_of(40), together = mote_blocks_of(40);
    for (int i = 0; i < 40; i++) {
        mote_blocks_add(&apart, i % 2, i);            /* each block of two has one */
        mote_blocks_add(&together, i / 4 % 2, i / 4); /* requests of four are all the same */
    }
    assert_float_equal(mote_blocks_design_effect(&apart), 1, 0);
    assert_float_equal(mote_blocks_design_effect(&together), 4, 0); /* four are one */
    mote_blocks one = mote_blocks_of(40);
    assert_float_equal(mote_blocks_design_effect(&one), 1, 0);
    for (int i = 0; i < 40; i++)
        mote_blocks_add(&one, 1, 7);
    assert_float_equal(mote_blocks_design_effect(&one), 40, 0);
    assert_float_equal(mote_blocks_rate_p(&one, 0.1), 1, 0); /* one recording tells nothing */
    assert_float_equal(mote_blocks_mean_p(&one, 0.1), 1, 0);
    mote_blocks all = mote_blocks_of(40);
    for (int i = 0; i < 40; i++)
        mote_blocks_add(&all, 1, i / 4);
    assert_true(mote_blocks_rate_p(&all, 0.1) < 1e-4); /* ten requests, all of them wrong */
    assert_float_equal(mote_blocks_mean_p(&all, 0.1), 0, 0);
    assert_float_equal(mote_blocks_mean_p(&all, 1), 1, 0);
    assert_float_equal(mote_blocks_rate_p(&all, 1), 1, 0);
    assert_float_equal(mote_blocks_rate_p(&all, NAN), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(false_alerts_are_near_their_level_however_alike_neighbours_are),
        cmocka_unit_test(three_times_the_rate_is_found_in_a_window_or_a_few),
        cmocka_unit_test(errors_that_go_together_keep_the_level_and_a_larger_mean_is_found),
        cmocka_unit_test(the_design_effect_is_what_blocks_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
