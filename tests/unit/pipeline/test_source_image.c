/* SPDX-License-Identifier: Apache-2.0 */
/* The source of training pictures: changed anew each time, the same by (seed, epoch, position), on
 * any number of threads; and faster than training can take. */
#include "base/clock.h"
#include "data/kind_image.h"
#include "fill_in_order.h"

enum { SIDE = 28, N = 64, PIXELS = SIDE * SIDE };

static uint8_t pictures[N][PIXELS];
static int32_t class_id[N];

static mote_dataset data_set(void)
{
    mote_rng r;
    mote_rng_init(&r, 4);
    for (int i = 0; i < N; i++) {
        class_id[i] = i % 2;
        for (int k = 0; k < PIXELS; k++)
            pictures[i][k] = (uint8_t)mote_rng_below(&r, 256);
    }
    return (mote_dataset){.kind = mote_kind_of(MOTE_INPUT_IMAGE),
                          .shape = {MOTE_U8, 3, {SIDE, SIDE, 1}},
                          .n = N,
                          .x = pictures,
                          .class_id = class_id,
                          .n_classes = 2};
}

static const mote_augment_config ALL = {.flip_across = true,
                                        .crop = 0.2,
                                        .rotate_deg = 10,
                                        .brightness = 0.1,
                                        .contrast = 0.1,
                                        .pixel_noise = 0.1,
                                        .cut_out = 0.2};

/* A batch of all pictures in order. */
static void fill(const mote_augment_config *a, int32_t n_threads, int32_t epoch, float *out)
{
    mote_err err = {0};
    static mote_settings settings;
    mote_frontend features;
    mote_source s;
    const mote_dataset d = data_set();
    settings.has = MOTE_USES(augmentation);
    settings.augmentation_ = *a;
    T_OK(mote_frontend_named("unit_pixels", &features, &err));
    mote_source_config cfg = {
        .data = &d, .features = &features, .settings = &settings, .n_workers = n_threads};
    T_OK(mote_source_init(&cfg, &s, &err));
    fill_in_order(&s, N, PIXELS, n_threads, epoch, out);
    mote_source_release(&s);
}

static float first[N * PIXELS], again[N * PIXELS];

static void without_augmentation_a_picture_is_itself(void **state)
{
    (void)state;
    const mote_augment_config none = {.crop = 0};
    fill(&none, 1, 3, first);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < PIXELS; k++) {
            float want = ((float)pictures[i][k] - 127.5f) * (1.0f / 127.5f);
            assert_true(first[i * PIXELS + k] == want);
        }
}

static void each_epoch_is_another_and_each_can_be_repeated(void **state)
{
    (void)state;
    fill(&ALL, 1, 0, first);
    fill(&ALL, 3, 0, again);
    assert_memory_equal(first, again, sizeof first);
    fill(&ALL, 1, 1, again);
    for (int i = 0; i < N; i++)
        assert_memory_not_equal(first + i * PIXELS, again + i * PIXELS, PIXELS * sizeof *first);
}

static void every_setting_is_heard(void **state)
{
    (void)state;
    const mote_augment_config each[] = {
        {.flip_across = true}, {.flip_down = true}, {.crop = 0.3},        {.rotate_deg = 20},
        {.brightness = 0.3},   {.contrast = 0.3},   {.pixel_noise = 0.2}, {.cut_out = 0.5}};
    const mote_augment_config none = {.crop = 0};
    fill(&none, 1, 0, first);
    for (size_t i = 0; i < T_COUNT(each); i++) {
        fill(&each[i], 1, 0, again);
        assert_memory_not_equal(first, again, sizeof first);
    }
}

/* A step of a network that is worth its name on these pictures costs well over 10 us a picture and
 * thread; a source that takes less than a tenth of a millisecond never holds it up for long. */
static void a_batch_does_not_keep_training_waiting(void **state)
{
    (void)state;
    int64_t best_us = INT64_MAX;
    for (int round = 0; round < 5; round++) {
        int64_t start_us = mote_clock_mono_us();
        fill(&ALL, 1, round, first);
        int64_t us = mote_clock_mono_us() - start_us;
        best_us = us < best_us ? us : best_us;
    }
    print_message("%.1f us a picture, %.0f pictures/s on one thread\n", (double)best_us / N,
                  1e6 * N / (double)best_us);
    assert_true(best_us / N < 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_augmentation_a_picture_is_itself),
        cmocka_unit_test(each_epoch_is_another_and_each_can_be_repeated),
        cmocka_unit_test(every_setting_is_heard),
        cmocka_unit_test(a_batch_does_not_keep_training_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
