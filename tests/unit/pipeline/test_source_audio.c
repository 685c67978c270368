/* SPDX-License-Identifier: Apache-2.0 */
/* The source of training clips: a word is itself each time, a clip of background is cut anew. */
#include <math.h>

#include "data/kind_audio.h"
#include "feature/mfcc.h"
#include "pipeline/stage_parts.h"
#include "pipeline/source.h"
#include "support.h"

#define SAMPLES 16000
#define NOISE   (20 * SAMPLES)

static int16_t pcm[2 * SAMPLES], noise[NOISE];
static int32_t class_id[] = {0, 1};
static const char *label[] = {"low", MOTE_CLASS_SILENCE};
static mote_audio_view stretch = {noise, NOISE};

static void make_sounds(void)
{
    mote_rng rng;
    mote_rng_init(&rng, 1);
    for (size_t i = 0; i < SAMPLES; i++)
        pcm[i] = (int16_t)(8000.0 * sin(0.2 * (double)i));
    for (size_t i = 0; i < NOISE; i++)
        noise[i] = (int16_t)mote_rng_range(&rng, -100.0 - (double)i / 40, 100.0 + (double)i / 40);
    memcpy(pcm + SAMPLES, noise, SAMPLES * sizeof *pcm);
}

/* Inputs of both clips in an epoch, without any augmentation: out [2][elements]. */
static void fill(const mote_dataset *d, int32_t epoch, float *out, size_t elements)
{
    mote_err err = {0};
    static mote_settings settings;
    settings.has = MOTE_USES(augmentation);
    settings.augmentation_ =
        (mote_augment_config){.speed = {1, 1}, .tempo = {1, 1}, .vocal_tract = {1, 1}};
    const mote_feature_config mel = mote_feature_config_default();
    const mote_frontend features = mote_feature_frontend(&mel);
    mote_source_config cfg = {
        .data = d, .features = &features, .settings = &settings, .n_workers = 1};
    mote_source s;
    T_OK(mote_source_init(&cfg, &s, &err));
    uint32_t samples[] = {0, 1};
    float targets[4] = {0};
    mote_batch_request rq = {.seed = 1,
                             .epoch = epoch,
                             .n = 2,
                             .samples = samples,
                             .n_outputs = 2,
                             .in_elements = elements};
    mote_pool *pool = NULL;
    T_OK(mote_pool_create(1, &pool, &err));
    rq.pool = pool;
    mote_batch_source source = mote_source_batches(&s);
    assert_int_equal(source.n_samples, 2);
    T_OK(source.fill(source.arg, &rq, out, targets, &err));
    mote_source_release(&s);
    mote_pool_destroy(pool);
    assert_true(targets[0] == 1.0f && targets[1] == 0.0f);
    assert_true(targets[2] == 0.0f && targets[3] == 1.0f);
}

static void words_stay_and_background_is_cut_anew(void **state)
{
    (void)state;
    make_sounds();
    const mote_audio_own own = {SAMPLES, {&stretch, 1}};
    mote_dataset d = {.kind = mote_kind_of(MOTE_INPUT_AUDIO),
                      .shape = {MOTE_I16, 1, {SAMPLES}},
                      .n = 2,
                      .x = pcm,
                      .class_id = class_id,
                      .label = label,
                      .n_classes = 2,
                      .own = &own};
    const mote_feature_config mel = mote_feature_config_default();
    const mote_frontend features = mote_feature_frontend(&mel);
    size_t n = mote_frontend_elements(&features, &(mote_shape){MOTE_I16, 1, {SAMPLES}});
    static float first[2 * 4096], again[2 * 4096], later[2 * 4096];
    assert_true(n <= 4096);
    fill(&d, 0, first, n);
    fill(&d, 0, again, n);
    fill(&d, 1, later, n);
    assert_memory_equal(first, again, 2 * n * sizeof *first);
    assert_memory_equal(first, later, n * sizeof *first);
    assert_memory_not_equal(first + n, later + n, n * sizeof *first);

    /* Nothing to cut from: the clip of the data set. */
    stretch.n = SAMPLES - 1;
    fill(&d, 0, first, n);
    fill(&d, 1, later, n);
    assert_memory_equal(first, later, 2 * n * sizeof *first);
    stretch.n = NOISE;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stay_and_background_is_cut_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
