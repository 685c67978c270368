/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of device/stream/mrt_detector.c, against a slow reference that keeps every hop. */
#include "support.h"

#include "base/rng.h"
#include "device/stream/mrt_detector.h"

#define N_HOPS 3000
#define MAX_N  12

/* The definition in the header, from the whole history. Returns the class, or -1. */
static int32_t reference(const mrt_detector_config *c, const int8_t (*history)[MAX_N], int32_t hop,
                         int32_t *last_hit, int64_t sums[MAX_N], int32_t *count)
{
    int32_t best = -1;
    const int32_t first = hop + 1 > c->smooth_hops ? hop + 1 - c->smooth_hops : 0;

    *count = hop + 1 - first;
    for (int32_t i = 0; i < c->n_classes; i++) {
        sums[i] = 0;
        for (int32_t h = first; h <= hop; h++)
            sums[i] += history[h][i] + 128;
        /* average / 256 >= threshold / 65536 */
        if (c->thresholds[i] > 0 && sums[i] * 65536 >= (int64_t)c->thresholds[i] * 256 * *count &&
            (best < 0 || sums[i] > sums[best]))
            best = i;
    }
    if (hop + 1 < c->min_count || (*last_hit >= 0 && hop - *last_hit <= c->suppress_hops))
        return -1;
    if (best >= 0)
        *last_hit = hop;
    return best;
}

static void detections_equal_the_slow_reference(void **state)
{
    (void)state;
    mote_rng rng;
    mote_rng_init(&rng, t_seed());
    static int8_t history[N_HOPS][MAX_N];
    int64_t n_hits = 0;

    for (int round = 0; round < 60; round++) {
        uint32_t thresholds[MAX_N];
        mrt_detector_config c = {
            .n_classes = 1 + (int32_t)mote_rng_below(&rng, MAX_N),
            .smooth_hops = 1 + (int32_t)mote_rng_below(&rng, round % 2 ? 64 : 5),
            .suppress_hops = (int32_t)mote_rng_below(&rng, 40),
            .thresholds = thresholds,
        };
        c.min_count = 1 + (int32_t)mote_rng_below(&rng, (uint32_t)c.smooth_hops);
        for (int32_t i = 0; i < c.n_classes; i++)
            thresholds[i] = mote_rng_below(&rng, 4) == 0 ? 0 : 20000 + mote_rng_below(&rng, 30000);
        void *memory = mote_alloc(1, mrt_detector_bytes(&c));
        mrt_detector d;
        assert_true(mrt_detector_init(&d, &c, memory));

        int32_t last_hit = -1, level = 0;
        for (int32_t hop = 0; hop < N_HOPS; hop++) {
            if (mote_rng_below(&rng, 20) == 0)
                level = (int32_t)mote_rng_below(&rng, 256) - 128;
            for (int32_t i = 0; i < c.n_classes; i++)
                history[hop][i] = (int8_t)(mote_rng_below(&rng, 3) == 0
                                               ? level
                                               : (int32_t)mote_rng_below(&rng, 256) - 128);
            mrt_detection hit = {-7, 7};
            int64_t sums[MAX_N];
            int32_t count;
            const int32_t is_hit = mrt_detector_push(&d, history[hop], &hit);
            const int32_t want =
                reference(&c, (const int8_t(*)[MAX_N])history, hop, &last_hit, sums, &count);
            assert_int_equal(is_hit, want >= 0);
            assert_int_equal(hit.class_id, want >= 0 ? want : -7);
            if (is_hit) {
                assert_int_equal(hit.average_q16, sums[want] * 256 / count);
                n_hits++;
            }
            uint32_t averages[MAX_N];
            mrt_detector_averages(&d, averages);
            for (int32_t i = 0; i < c.n_classes; i++)
                assert_int_equal(averages[i], sums[i] * 256 / count);
        }
        mote_free(memory);
    }
    assert_true(n_hits > 1000);
}

static void suppression_counts_hops_after_the_detection(void **state)
{
    (void)state;
    const uint32_t thresholds[2] = {0, 32768};
    const mrt_detector_config c = {2, 1, 1, 3, thresholds};
    uint16_t memory[8];
    mrt_detector d;
    mrt_detection hit;
    const int8_t yes[2] = {-128, 127}, no[2] = {127, -128};
    assert_true(mrt_detector_bytes(&c) <= sizeof memory);
    assert_true(mrt_detector_init(&d, &c, memory));
    assert_int_equal(mrt_detector_push(&d, no, &hit), 0); /* class 0 never triggers */
    assert_int_equal(mrt_detector_push(&d, yes, &hit), 1);
    assert_int_equal(hit.class_id, 1);
    assert_int_equal(hit.average_q16, 255 * 256);
    for (int i = 0; i < 3; i++)
        assert_int_equal(mrt_detector_push(&d, yes, &hit), 0);
    assert_int_equal(mrt_detector_push(&d, yes, &hit), 1);
    mrt_detector_reset(&d);
    assert_int_equal(mrt_detector_push(&d, yes, &hit), 1); /* reset ends the suppression */
}

static void a_threshold_is_reached_exactly(void **state)
{
    (void)state;
    uint32_t thresholds[1] = {mrt_detector_threshold(0.5f)};
    assert_int_equal(thresholds[0], 32768);
    const mrt_detector_config c = {1, 2, 2, 0, thresholds};
    uint16_t memory[4];
    mrt_detector d;
    mrt_detection hit;
    const int8_t low[1] = {-1}, high[1] = {1}, half[1] = {0};
    assert_true(mrt_detector_init(&d, &c, memory));
    assert_int_equal(mrt_detector_push(&d, high, &hit), 0); /* min_count 2 */
    assert_int_equal(mrt_detector_push(&d, low, &hit), 1);  /* (129 + 127) / 2 = 128 */
    assert_int_equal(hit.average_q16, 32768);
    assert_int_equal(mrt_detector_push(&d, half, &hit), 0); /* (127 + 128) / 2 */
}

static void thresholds_are_rounded_and_bounded(void **state)
{
    (void)state;
    assert_int_equal(mrt_detector_threshold(0.0f), 0);
    assert_int_equal(mrt_detector_threshold(-1.0f), 0);
    assert_int_equal(mrt_detector_threshold(strtof("nan", NULL)), 0);
    assert_int_equal(mrt_detector_threshold(1e-9f), 1);
    assert_int_equal(mrt_detector_threshold(0.75f), 49152);
    assert_int_equal(mrt_detector_threshold(1.0f), 65536);
    assert_int_equal(mrt_detector_threshold(2.0f), 65536);
}

static void bad_configurations_are_refused(void **state)
{
    (void)state;
    static const uint32_t good[256], bad[2] = {1, 65537};
    static const mrt_detector_config cases[] = {
        {0, 1, 1, 0, good},  {257, 1, 1, 0, good},     {2, 0, 1, 0, good},
        {2, 65, 1, 0, good}, {2, 4, 0, 0, good},       {2, 4, 5, 0, good},
        {2, 4, 1, -1, good}, {2, 4, 1, 1000001, good}, {2, 4, 1, 0, bad},
    };
    uint16_t memory[64];
    mrt_detector d;
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        assert_int_equal(mrt_detector_bytes(&cases[i]), 0);
        assert_int_equal(mrt_detector_init(&d, &cases[i], memory), 0);
    }
    const mrt_detector_config largest = {256, 64, 64, 1000000, good};
    assert_int_equal(mrt_detector_bytes(&largest), 256 * 66);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detections_equal_the_slow_reference),
        cmocka_unit_test(suppression_counts_hops_after_the_detection),
        cmocka_unit_test(a_threshold_is_reached_exactly),
        cmocka_unit_test(thresholds_are_rounded_and_bounded),
        cmocka_unit_test(bad_configurations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
