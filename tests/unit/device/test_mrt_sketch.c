/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of device/watch/mrt_sketch.c. */
#include "support.h"

#include "base/rng.h"
#include "device/watch/mrt_sketch.h"

static void values_fall_into_the_bins_of_the_header(void **state)
{
    (void)state;
    static const float edges[] = {-1.0f, 0.0f, 2.5f};
    const mrt_sketch_config c = {1, 3, NULL, edges};
    uint32_t memory[4];
    mrt_sketch s;
    assert_int_equal(mrt_sketch_bytes(&c), sizeof memory);
    assert_true(mrt_sketch_init(&s, &c, memory));
    const float values[] = {-1e30f,
                            -1.5f,
                            -1.0f,
                            -0.5f,
                            -0.0f,
                            2.4f,
                            2.5f,
                            1e30f,
                            strtof("inf", NULL),
                            strtof("nan", NULL)};
    for (size_t i = 0; i < T_COUNT(values); i++)
        mrt_sketch_add_f32(&s, &values[i]);
    assert_int_equal(memory[0], 3); /* -1e30, -1.5, nan */
    assert_int_equal(memory[1], 2); /* -1, -0.5 */
    assert_int_equal(memory[2], 2); /* -0, 2.4 */
    assert_int_equal(memory[3], 3);
    assert_int_equal(mrt_sketch_total(&s, 0), 10);
    mrt_sketch_reset(&s);
    assert_int_equal(mrt_sketch_total(&s, 0), 0);
}

static void bins_equal_a_linear_count_of_edges(void **state)
{
    (void)state;
    mote_rng rng;
    mote_rng_init(&rng, t_seed());
    for (int round = 0; round < 40; round++) {
        enum { CHANNELS = 5 };
        const int32_t n_edges = 1 + (int32_t)mote_rng_below(&rng, round % 4 == 0 ? 255 : 9);
        int32_t edges[CHANNELS * 255];
        float edges_f[CHANNELS * 255];
        for (int32_t channel = 0; channel < CHANNELS; channel++) {
            int32_t edge = -200;
            for (int32_t i = 0; i < n_edges; i++) {
                edge += 1 + (int32_t)mote_rng_below(&rng, n_edges > 20 ? 3 : 60);
                edges[channel * n_edges + i] = edge;
                edges_f[channel * n_edges + i] = (float)edge;
            }
        }
        const mrt_sketch_config c = {CHANNELS, n_edges, edges, NULL},
                                cf = {CHANNELS, n_edges, NULL, edges_f};
        static uint32_t m[CHANNELS * 256], m8[CHANNELS * 256], mf[CHANNELS * 256],
            want[CHANNELS * 256];
        mrt_sketch s, s8, sf;
        assert_true(mrt_sketch_init(&s, &c, m) && mrt_sketch_init(&s8, &c, m8) &&
                    mrt_sketch_init(&sf, &cf, mf));
        memset(want, 0, sizeof want);
        for (int step = 0; step < 500; step++) {
            int32_t v[CHANNELS];
            int8_t v8[CHANNELS];
            float vf[CHANNELS];
            for (int32_t channel = 0; channel < CHANNELS; channel++) {
                v8[channel] = (int8_t)((int32_t)mote_rng_below(&rng, 256) - 128);
                v[channel] = v8[channel];
                vf[channel] = (float)v8[channel];
                int32_t bin = 0;
                for (int32_t i = 0; i < n_edges; i++)
                    bin += edges[channel * n_edges + i] <= v[channel];
                want[channel * (n_edges + 1) + bin]++;
            }
            mrt_sketch_add_i32(&s, v);
            mrt_sketch_add_s8(&s8, v8);
            mrt_sketch_add_f32(&sf, vf);
        }
        assert_memory_equal(m, want, mrt_sketch_bytes(&c));
        assert_memory_equal(m8, want, mrt_sketch_bytes(&c));
        assert_memory_equal(mf, want, mrt_sketch_bytes(&c));
    }
}

static void merging_is_adding_and_stops_when_full(void **state)
{
    (void)state;
    static const int32_t edges[] = {0, 10};
    const mrt_sketch_config c = {1, 2, edges, NULL};
    uint32_t a[3], b[3] = {5, UINT32_MAX - 1, UINT32_MAX};
    mrt_sketch s;
    assert_true(mrt_sketch_init(&s, &c, a));
    const int32_t low = -4, middle = 3, high = 10;
    mrt_sketch_add_i32(&s, &low);
    mrt_sketch_add_i32(&s, &middle);
    mrt_sketch_add_i32(&s, &middle);
    mrt_sketch_add_i32(&s, &high);
    mrt_sketch_merge(&s, b);
    assert_int_equal(a[0], 6);
    assert_int_equal(a[1], UINT32_MAX);
    assert_int_equal(a[2], UINT32_MAX);
    mrt_sketch_add_i32(&s, &high);
    assert_int_equal(a[2], UINT32_MAX);
    assert_int_equal(mrt_sketch_total(&s, 0), 6 + 2 * (uint64_t)UINT32_MAX);
}

static void bad_edges_and_sizes_are_refused(void **state)
{
    (void)state;
    static const int32_t good[] = {1, 2}, equal[] = {2, 2}, falling[] = {2, 1};
    const float nan_edge[] = {strtof("nan", NULL), 1.0f}, lone[] = {strtof("nan", NULL)},
                fine[] = {1.0f, 2.0f};
    const mrt_sketch_config cases[] = {
        {0, 2, good, NULL},     {4097, 2, good, NULL}, {1, 0, good, NULL},  {1, 256, good, NULL},
        {1, 2, NULL, NULL},     {1, 2, good, fine},    {1, 2, equal, NULL}, {1, 2, falling, NULL},
        {1, 2, NULL, nan_edge}, {1, 1, NULL, lone},
    };
    mrt_sketch s;
    uint32_t memory[8];
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        assert_int_equal(mrt_sketch_bytes(&cases[i]), 0);
        assert_int_equal(mrt_sketch_init(&s, &cases[i], memory), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_fall_into_the_bins_of_the_header),
        cmocka_unit_test(bins_equal_a_linear_count_of_edges),
        cmocka_unit_test(merging_is_adding_and_stops_when_full),
        cmocka_unit_test(bad_edges_and_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
