/* SPDX-License-Identifier: Apache-2.0 */
/* training.head: discriminant on a tiny project: what ships is the trained network with the head
 * that its training samples, as they are, give. */
#include "tiny_project.h"

#include "learn/discriminant.h"
#include "pipeline/features.h"
#include "pipeline/stage_parts.h"

static void load_graph(tiny *t, mote_graph **g)
{
    mote_err err = {0};
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    const mote_sha256 h = tiny_object(t, MOTE_STAGE_train, "graph.f32");
    T_OK(mote_object_get(t->store, &h, 1 << 24, &bytes, &n, &err));
    T_OK(mote_graph_load(bytes, n, g, &err));
}

static mote_status give(void *features, int32_t first, int32_t n, const float **x, mote_err *err)
{
    return mote_features_at(features, (size_t)first, (size_t)n, x, err);
}

static void by_hand(tiny *t, mote_graph *g)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 30);
    mote_data_version v;
    mote_dataset train;
    mote_features *f = NULL;
    T_OK(mote_stage_version(t->pipeline, &a, &v, &err));
    mote_pipeline_use(t->pipeline, MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) |
                                       MOTE_USES(arch) | MOTE_USES(training) |
                                       MOTE_USES(augmentation));
    T_OK(mote_stage_complete(t->pipeline, true, &err));
    T_OK(mote_stage_split(t->pipeline, &v, MOTE_SPLIT_TRAIN, &train, &err));
    T_OK(mote_features_open(t->pipeline, &train, &f, &err));
    const mote_train_set samples = {
        .give = give, .arg = f, .labels = train.class_id, .n = (int32_t)train.n};
    const mote_discriminant_job job = {.samples = &samples, .shrinkage = 0.1, .batch = 64};
    T_OK(mote_discriminant_head(&job, g, &err));
    mote_features_close(f);
    mote_dataset_release(&train);
}

static void what_ships_has_the_head_of_its_samples(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_graph *trained = NULL, *counted = NULL;
    tiny_make(&t, (tiny_settings){.epochs = 3, .seed = 4}, true);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    load_graph(&t, &trained);
    tiny_set(&t, (tiny_settings){.epochs = 3, .seed = 4, .training = "  head: discriminant\n"});
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    load_graph(&t, &counted);
    assert_int_equal(trained->n_tensors, counted->n_tensors);
    int n_other = 0;
    for (int32_t i = 0; i < trained->n_tensors; i++)
        if (trained->tensors[i].role == MOTE_ROLE_CONST)
            n_other += memcmp(trained->tensors[i].data, counted->tensors[i].data,
                              mote_tensor_bytes(&trained->tensors[i])) != 0;
    assert_int_equal(n_other, 2); /* weights and biases of one layer */
    by_hand(&t, trained);
    for (int32_t i = 0; i < trained->n_tensors; i++)
        if (trained->tensors[i].role == MOTE_ROLE_CONST)
            assert_memory_equal(trained->tensors[i].data, counted->tensors[i].data,
                                mote_tensor_bytes(&trained->tensors[i]));
    mote_graph_destroy(trained);
    mote_graph_destroy(counted);
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_ships_has_the_head_of_its_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
