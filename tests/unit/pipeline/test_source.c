/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of batches: every kind of input has one; samples as they are come as they are, with the
 * target that their answer has. */
#include "pipeline/source.h"

#include "support.h"

#define N     3
#define STEPS 4

static const mote_settings settings = {.has = MOTE_USES(augmentation)};
static float x[N][STEPS] = {{1, 2, 3, 4}, {5, 6, 7, 8}, {0, 0, 0, 9}};

static mote_dataset samples(void)
{
    return (mote_dataset){.kind = mote_kind_of(MOTE_INPUT_SERIES),
                          .shape = {MOTE_F32, 2, {STEPS, 1}},
                          .n = N,
                          .x = x};
}

static void fill(const mote_source_config *cfg, int32_t n_outputs, float *in, float *targets)
{
    mote_err err = {0};
    mote_source s;
    const uint32_t chosen[] = {2, 0};
    T_OK(mote_source_init(cfg, &s, &err));
    const mote_batch_source b = mote_source_batches(&s);
    const mote_batch_request rq = {
        .n = 2, .samples = chosen, .n_outputs = n_outputs, .in_elements = STEPS};
    assert_int_equal(b.n_samples, N);
    T_OK(b.fill(b.arg, &rq, in, targets, &err));
    mote_source_release(&s);
}

static void samples_come_as_they_are(void **state)
{
    (void)state;
    int32_t class_id[N] = {0, 1, 1};
    mote_dataset d = samples();
    const mote_frontend none = mote_frontend_none();
    float in[2 * STEPS], targets[4] = {0};
    d.class_id = class_id;
    d.n_classes = 2;
    mote_source_config cfg = {.data = &d, .features = &none, .settings = &settings, .n_workers = 1};
    fill(&cfg, 2, in, targets);
    assert_true(in[3] == 9.0f && in[4] == 1.0f && in[7] == 4.0f);
    assert_true(targets[0] == 0.0f && targets[1] == 1.0f);
    assert_true(targets[2] == 1.0f && targets[3] == 0.0f);
}

/* Computed for each batch, features are the same bits as those that are kept. */
static void what_is_not_kept_is_the_same(void **state)
{
    (void)state;
    int32_t class_id[N] = {0, 1, 1};
    mote_dataset d = samples();
    const mote_frontend none = mote_frontend_none();
    float kept[2 * STEPS], anew[2 * STEPS], targets[4] = {0}, again[4] = {0};
    d.class_id = class_id;
    d.n_classes = 2;
    mote_source_config cfg = {.data = &d, .features = &none, .settings = &settings, .n_workers = 1};
    fill(&cfg, 2, kept, targets);
    cfg.kept_max_bytes = sizeof(float); /* not even one sample */
    fill(&cfg, 2, anew, again);
    assert_memory_equal(kept, anew, sizeof kept);
    assert_memory_equal(targets, again, sizeof targets);
}

static void values_come_in_their_unit(void **state)
{
    (void)state;
    float values[N] = {10, 20, 40};
    mote_dataset d = samples();
    const mote_frontend none = mote_frontend_none();
    float in[2 * STEPS], targets[2] = {0};
    d.values = values;
    d.n_values = 1;
    mote_source_config cfg = {.data = &d, .features = &none, .settings = &settings, .n_workers = 1};
    fill(&cfg, 1, in, targets);
    assert_true(targets[0] == 40.0f && targets[1] == 10.0f);
    fill(&cfg, 1, in, NULL); /* nobody wants any */
    assert_true(targets[0] == 40.0f && targets[1] == 10.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_come_as_they_are),
        cmocka_unit_test(what_is_not_kept_is_the_same),
        cmocka_unit_test(values_come_in_their_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
