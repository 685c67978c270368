/* SPDX-License-Identifier: Apache-2.0 */
/* The golden vectors of a release are chosen once and spread, and a bundle is the same bytes
 * wherever and whenever it is made. */
#include "pipeline/golden.h"

#include "tiny_project.h"

static const tiny_settings usual = {.epochs = 2, .seed = 1};

/* A data set as they come: sorted by label, so by class, and unequal. */
static void the_choice_is_spread_over_classes_groups_and_conditions(void **state)
{
    (void)state;
    enum { N = 300, CLASSES = 3, GROUPS = 10 };
    static int32_t class_id[N], group_id[N];
    for (int i = 0; i < N; i++) {
        class_id[i] = i < 200 ? 0 : i < 290 ? 1 : 2; /* 200, 90, 10 */
        group_id[i] = i % GROUPS;
    }
    const mote_dataset d = {.n = N,
                            .class_id = class_id,
                            .group_id = group_id,
                            .n_classes = CLASSES,
                            .n_groups = GROUPS};
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_golden_choice c[MOTE_GOLDEN_CLIPS], again[MOTE_GOLDEN_CLIPS];
    size_t n = 0, n_again = 0;
    T_OK(mote_golden_choose(&d, 2, &a, c, &n, &err));
    assert_int_equal(n, MOTE_GOLDEN_CLIPS);
    int of_class[CLASSES] = {0}, of_group[GROUPS] = {0}, clean[CLASSES] = {0};
    bool seen[N] = {false};
    for (size_t i = 0; i < n; i++) {
        assert_false(seen[c[i].clip]); /* each once */
        seen[c[i].clip] = true;
        of_class[class_id[c[i].clip]]++;
        of_group[group_id[c[i].clip]]++;
        clean[class_id[c[i].clip]] += c[i].condition == 0;
    }
    assert_int_equal(of_class[0], 27);
    assert_int_equal(of_class[1], 27);
    assert_int_equal(of_class[2], 10); /* all that there are */
    for (int k = 0; k < CLASSES; k++)
        assert_int_equal(clean[k], (of_class[k] + 1) / 2);
    for (int g = 0; g < GROUPS; g++)
        assert_in_range(of_group[g], 6, 7);
    T_OK(mote_golden_choose(&d, 2, &a, again, &n_again, &err));
    assert_int_equal(n_again, n);
    for (size_t i = 0; i < n; i++)
        assert_true(c[i].clip == again[i].clip && c[i].condition == again[i].condition);
}

static void what_is_true_of_each_is_known(void **state)
{
    (void)state;
    static int32_t class_id[] = {2, 0, 2, 0}, group_id[] = {0, 0, 1, 1};
    static const char *const names[] = {"cat", "dog", "owl"};
    const mote_dataset d = {.n = 4,
                            .class_id = class_id,
                            .group_id = group_id,
                            .classes = names,
                            .n_classes = 3,
                            .n_groups = 2};
    const mote_golden_material m = {&d, NULL, 1};
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_JSON *labels = NULL;
    mote_arena_init(&a, 1u << 20);
    T_OK(mote_golden_labels(&m, &a, &labels, &err));
    assert_int_equal(json_array_size(labels), 4);
    for (size_t i = 0; i < 4; i++) /* class after class in turn */
        assert_string_equal(json_string_value(json_array_get(labels, i)), i % 2 ? "owl" : "cat");
}

static void few_clips_are_all_taken(void **state)
{
    (void)state;
    static int32_t class_id[] = {0, 0, 2}, group_id[] = {0, 0, 1}; /* class 1 has none */
    const mote_dataset d = {
        .n = 3, .class_id = class_id, .group_id = group_id, .n_classes = 3, .n_groups = 2};
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_golden_choice c[MOTE_GOLDEN_CLIPS];
    size_t n = 0;
    T_OK(mote_golden_choose(&d, 2, &a, c, &n, &err));
    assert_int_equal(n, 3);
}

static void load_bundle(tiny *t, mote_model **out)
{
    mote_err err = {0};
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_sha256 h = tiny_object(t, MOTE_STAGE_deploy, "bundle");
    T_OK(mote_object_get(t->store, &h, 1u << 28, &bytes, &n, &err));
    T_OK(mote_model_load(bytes, n, out, &err));
}

static void the_bundle_carries_the_vectors_of_evaluate(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    tiny_make(&t, usual, true);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, false, &err));
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_sha256 h = tiny_object(&t, MOTE_STAGE_evaluate, MOTE_GOLDEN_NAME);
    T_OK(mote_object_get(t.store, &h, 1u << 28, &bytes, &n, &err));
    mote_golden chosen;
    T_OK(mote_golden_read(bytes, n, &a, &chosen, &err));
    mote_model *m = NULL;
    load_bundle(&t, &m);
    const mote_golden *carried = mote_model_golden(m);
    assert_non_null(carried);
    assert_true(chosen.n > 8);
    assert_int_equal(carried->n, chosen.n);
    size_t k = (size_t)chosen.n;
    assert_memory_equal(carried->x, chosen.x, k * mote_shape_bytes(&chosen.sample));
    assert_memory_equal(carried->ins, chosen.ins, k * mote_shape_bytes(&chosen.in));
    assert_memory_equal(carried->outs, chosen.outs, k * mote_shape_bytes(&chosen.out));
    T_FAILS(mote_golden_read(bytes, n - 1, &a, &chosen, &err), MOTE_PARSE, "too early");
    T_FAILS(mote_golden_read(bytes, 3, &a, &chosen, &err), MOTE_PARSE, "golden");
    mote_model_unref(m);
    tiny_remove(&t);
}

static void the_same_project_made_twice_gives_the_same_bundle(void **state)
{
    (void)state;
    tiny t[2];
    mote_err err = {0};
    mote_sha256 bundle[2];
    for (int i = 0; i < 2; i++) {
        tiny_now_ms += 86400000 + i; /* another day, another folder */
        tiny_make(&t[i], usual, true);
        tiny_open(&t[i], i + 1);
        T_OK(mote_pipeline_run(t[i].pipeline, MOTE_STAGE_deploy, false, &err));
        bundle[i] = tiny_object(&t[i], MOTE_STAGE_deploy, "bundle");
    }
    assert_string_not_equal(tiny_text(&t[0], MOTE_STAGE_train, "run"),
                            tiny_text(&t[1], MOTE_STAGE_train, "run"));
    assert_true(mote_sha256_equal(&bundle[0], &bundle[1]));

    /* And trained again, for nothing: it is the champion still, and no second version. */
    T_OK(mote_pipeline_run(t[0].pipeline, MOTE_STAGE_train, true, &err));
    T_OK(mote_pipeline_run(t[0].pipeline, MOTE_STAGE_deploy, true, &err));
    bundle[1] = tiny_object(&t[0], MOTE_STAGE_deploy, "bundle");
    assert_true(mote_sha256_equal(&bundle[0], &bundle[1]));
    assert_int_equal(tiny_count(&t[0], "SELECT count(*) FROM model_version"), 1);
    tiny_remove(&t[0]);
    tiny_remove(&t[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_choice_is_spread_over_classes_groups_and_conditions),
        cmocka_unit_test(what_is_true_of_each_is_known),
        cmocka_unit_test(few_clips_are_all_taken),
        cmocka_unit_test(the_bundle_carries_the_vectors_of_evaluate),
        cmocka_unit_test(the_same_project_made_twice_gives_the_same_bundle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
