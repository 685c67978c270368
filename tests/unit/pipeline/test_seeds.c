/* SPDX-License-Identifier: Apache-2.0 */
/* training.seeds on a tiny project: members from seeds one after the other, which teach what ships;
 * what they are worth each; a stopped training goes on with its member; bytes are the same. */
#include "tiny_project.h"
#include "tiny_stop.h"

#include <math.h>

#include "pipeline/jury.h"
#include "pipeline/seeds.h"
#include "pipeline/stage_parts.h"

static const tiny_settings plain = {.epochs = 3, .seed = 4};
static const tiny_settings two = {.epochs = 3, .seed = 4, .training = "  seeds: 2\n"};

static void run_to(tiny *t, mote_stage_id last)
{
    mote_err err = {0};
    T_OK(mote_pipeline_run(t->pipeline, last, false, &err));
}

static const json_t *output(tiny *t, mote_stage_id stage)
{
    mote_err err = {0};
    const mote_stage_result *r = NULL;
    T_OK(mote_pipeline_result(t->pipeline, stage, &r, &err));
    assert_non_null(r->output);
    return r->output;
}

/* ---- who they are ------------------------------------------------------------------------ */

/* A member is what training from its seed alone gives; the student is none of them. */
static void members_are_the_models_of_their_seeds(void **state)
{
    (void)state;
    tiny t;
    mote_sha256 alone[2], members[2];
    tiny_settings y = plain;
    tiny_make(&t, plain, true);
    run_to(&t, MOTE_STAGE_train);
    alone[0] = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    assert_null(json_object_get(output(&t, MOTE_STAGE_train), "seeds"));
    y.seed = 5;
    tiny_set(&t, y);
    run_to(&t, MOTE_STAGE_train);
    alone[1] = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    tiny_set(&t, two);
    run_to(&t, MOTE_STAGE_train);
    const mote_sha256 student = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    for (int32_t k = 0; k < 2; k++) {
        char name[24];
        mote_seeds_object(k, false, name);
        members[k] = tiny_object(&t, MOTE_STAGE_train, name);
        assert_memory_equal(&members[k], &alone[k], sizeof members[k]);
        assert_memory_not_equal(&members[k], &student, sizeof student);
    }
    assert_memory_not_equal(&members[0], &members[1], sizeof members[0]);
    /* The curves of the run are those of what ships, the members are its artifacts. */
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM run_artifact WHERE path LIKE "
                                    "'model/seed-%'"),
                     4);
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(output(&t, MOTE_STAGE_train), "seeds"), "n")),
                     2);
    tiny_remove(&t);
}

static mote_status load_graph(tiny *t, const char *name, mote_graph **g, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    const mote_sha256 h = tiny_object(t, MOTE_STAGE_train, name);
    MOTE_TRY(mote_object_get(t->store, &h, 1 << 24, &bytes, &n, err));
    return mote_graph_load(bytes, n, g, err);
}

/* Made by hand: what ships is the graph that the two members teach, as training.teacher would. */
static void what_ships_is_taught_by_its_members(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 30);
    mote_data_version v;
    mote_dataset train, validation;
    mote_start teachers[2] = {{.graph = NULL}};
    tiny_make(&t, two, true);
    run_to(&t, MOTE_STAGE_train);
    const mote_sha256 shipped = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    T_OK(load_graph(&t, "seed-1.f32", &teachers[0].graph, &err));
    T_OK(load_graph(&t, "seed-2.f32", &teachers[1].graph, &err));
    T_OK(mote_stage_version(t.pipeline, &a, &v, &err));
    mote_pipeline_use(t.pipeline, MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) |
                                      MOTE_USES(arch) | MOTE_USES(training) |
                                      MOTE_USES(augmentation));
    T_OK(mote_stage_complete(t.pipeline, true, &err));
    T_OK(mote_stage_split(t.pipeline, &v, MOTE_SPLIT_TRAIN, &train, &err));
    T_OK(mote_stage_split(t.pipeline, &v, MOTE_SPLIT_VALIDATION, &validation, &err));
    mote_features *f = NULL, *ft = NULL;
    T_OK(mote_features_open(t.pipeline, &validation, &f, &err));
    T_OK(mote_features_open(t.pipeline, &train, &ft, &err));
    mote_settings s = *t.pipeline->settings;
    s.training_.n_seeds = 1;
    s.teachers = teachers;
    s.training_.teachers.n = 2;
    mote_recipe_job job = {.settings = &s,
                           .train = &train,
                           .validation = &validation,
                           .validation_features = f,
                           .host = {.pool = t.pool}};
    T_OK(mote_features_scale(ft, &job.scale, &err));
    mote_graph *g = NULL, *folded = NULL;
    mote_train_result result;
    T_OK(mote_recipe_new_graph(&s, 4, &g, &err));
    T_OK(mote_recipe_train(&job, g, &a, &result, &folded, &err));
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 24);
    mote_graph_save(folded, &b);
    const mote_sha256 made = mote_sha256_of(b.data, b.len);
    assert_memory_equal(&made, &shipped, sizeof made);
    mote_graph_destroy(g);
    mote_graph_destroy(folded);
    for (size_t i = 0; i < 2; i++)
        mote_graph_destroy(teachers[i].graph);
    mote_features_close(f);
    mote_features_close(ft);
    mote_dataset_release(&train);
    mote_dataset_release(&validation);
    tiny_remove(&t);
}

/* ---- what is said ------------------------------------------------------------------------ */

/* Accuracy of an int8 member on the test split, by hand. */
static double accuracy_of(tiny *t, const char *name)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 30);
    mote_data_version v;
    mote_jury jury;
    mote_graph *g = NULL;
    float *said = NULL;
    size_t n_right = 0;
    T_OK(load_graph(t, name, &g, &err));
    T_OK(mote_stage_version(t->pipeline, &a, &v, &err));
    mote_pipeline_use(t->pipeline,
                      MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) | MOTE_USES(arch));
    T_OK(mote_stage_complete(t->pipeline, true, &err));
    const mote_jury_samples of = {&v, MOTE_SPLIT_TEST, MOTE_WORDS_APART};
    T_OK(mote_jury_of_split(t->pipeline, &of, g, &jury, &err));
    T_OK(mote_jury_said(&jury, jury.clips.x, &a, &said, &err));
    const size_t width = (size_t)mote_jury_width(&jury);
    for (size_t i = 0; i < jury.clips.n; i++) {
        size_t best = 0;
        for (size_t k = 1; k < width; k++)
            best = said[i * width + k] > said[i * width + best] ? k : best;
        n_right += (size_t)jury.clips.class_id[i] == best;
    }
    const double accuracy = (double)n_right / (double)jury.clips.n;
    mote_jury_release(&jury);
    mote_graph_destroy(g);
    return accuracy;
}

static double number(const json_t *o, const char *name)
{
    assert_true(json_is_number(json_object_get(o, name)));
    return json_number_value(json_object_get(o, name));
}

static void evaluation_says_what_each_is_worth(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    tiny_make(&t, two, true);
    run_to(&t, MOTE_STAGE_evaluate);
    json_t *seeds = json_deep_copy(json_object_get(output(&t, MOTE_STAGE_evaluate), "seeds"));
    assert_non_null(seeds);
    const double values[2] = {accuracy_of(&t, "seed-1.s8"), accuracy_of(&t, "seed-2.s8")};
    for (size_t k = 0; k < 2; k++)
        assert_true(fabs(json_number_value(json_array_get(json_object_get(seeds, "values"), k)) -
                         values[k]) < 1e-12);
    assert_string_equal(json_string_value(json_object_get(seeds, "metric")), "accuracy");
    assert_true(fabs(number(seeds, "mean") - 0.5 * (values[0] + values[1])) < 1e-12);
    assert_true(fabs(number(seeds, "worst") - fmin(values[0], values[1])) < 1e-12);
    assert_true(fabs(number(seeds, "sd") - fabs(values[0] - values[1]) / sqrt(2.0)) < 1e-12);
    char want[120];
    snprintf(want, sizeof want, "2 seeds: %.1f %.1f %%, their student %.1f %%", 100 * values[0],
             100 * values[1], 100 * number(seeds, "student"));
    assert_string_equal(json_string_value(json_object_get(seeds, "text")), want);
    assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_evaluate, "summary"), want));
    /* The student is judged as the figures of the stage are. */
    const json_t *measured = json_object_get(output(&t, MOTE_STAGE_evaluate), "measurements");
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 8u << 20);
    mote_measurements m;
    T_OK(mote_measurements_from_json(measured, &a, &m, &err));
    const mote_measurement *clips = mote_measurement_find(&m, "accuracy@test");
    assert_true(fabs(clips->value - number(seeds, "student")) < 1e-12);
    MOTE_SCOPED_BUF told;
    mote_buf_init(&told, 4096);
    T_OK(mote_seeds_tell(seeds, &told, &err));
    assert_non_null(strstr(told.data, want));
    assert_non_null(strstr(told.data, "standard deviation"));
    json_decref(seeds);
    tiny_remove(&t);
}

static void a_spread_of_values_takes_the_greatest_for_the_worst(void **state)
{
    (void)state;
    mote_err err = {0};
    json_t *o = NULL;
    mote_seeds_spread s = {
        .metric = mote_metric_find("mae"), .n = 3, .values = {2.0, 4.0, 3.0}, .student = 1.5};
    T_OK(mote_seeds_to_json(&s, &o, &err));
    assert_true(fabs(number(o, "worst") - 4.0) < 1e-12 && fabs(number(o, "sd") - 1.0) < 1e-12);
    assert_string_equal(json_string_value(json_object_get(o, "text")),
                        "3 seeds: 2 4 3, their student 1.5");
    json_decref(o);
    s.metric = mote_metric_find("accuracy");
    s.values[0] = 0.931;
    s.values[1] = 0.94;
    s.values[2] = 0.926;
    s.student = 0.948;
    T_OK(mote_seeds_to_json(&s, &o, &err));
    assert_string_equal(json_string_value(json_object_get(o, "text")),
                        "3 seeds: 93.1 94.0 92.6 %, their student 94.8 %");
    assert_true(fabs(number(o, "worst") - 0.926) < 1e-12);
    json_decref(o);
}

/* Each member of a fold by those whom it has not heard, as the student of the fold is. */
static void folds_judge_members_too(void **state)
{
    (void)state;
    tiny t;
    tiny_settings y = two;
    y.epochs = 2;
    y.training = "  seeds: 2\n  refit: all\n  refit_folds: 3\n";
    tiny_make(&t, y, true);
    run_to(&t, MOTE_STAGE_evaluate);
    const json_t *refit = json_object_get(output(&t, MOTE_STAGE_train), "refit");
    const json_t *parts = json_object_get(refit, "parts");
    double want[2] = {0, 0}, n = 0;
    for (size_t f = 0; f < 3; f++) {
        const json_t *part = json_array_get(parts, f), *own = json_object_get(part, "seeds_s8");
        assert_int_equal(json_array_size(own), 2);
        n += number(part, "test");
        for (size_t k = 0; k < 2; k++)
            want[k] += json_number_value(json_array_get(own, k)) * number(part, "test");
    }
    const double student = number(refit, "accuracy_s8");
    const json_t *seeds = json_object_get(output(&t, MOTE_STAGE_evaluate), "seeds");
    assert_non_null(seeds);
    for (size_t k = 0; k < 2; k++)
        assert_true(fabs(json_number_value(json_array_get(json_object_get(seeds, "values"), k)) -
                         want[k] / n) < 1e-12);
    assert_true(fabs(number(seeds, "student") - student) < 1e-12);
    tiny_remove(&t);
}

/* ---- stopping ---------------------------------------------------------------------------- */

static void a_stopped_training_goes_on_with_its_member(void **state)
{
    (void)state;
    tiny_settings y = two;
    y.training = "  seeds: 2\n  patience: 0\n";
    const tiny_stopping c = {
        .first = "seed 1/",
        .stops = {"seed 1/2, epoch 3/3", "seed 2/2, epoch 2/3", "student, epoch 2/3"},
        .objects = {{"seed-1.f32", "seed-2.f32", "seed-1.s8", "seed-2.s8", "graph.f32"}, 5}};
    assert_int_equal(stop_and_go_on(y, &c), 10000); /* all members are in it */
}

static void nothing_is_left_in_the_work_folder(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 8u << 20);
    char **paths = NULL;
    size_t n = 0;
    tiny_make(&t, two, true);
    run_to(&t, MOTE_STAGE_train);
    T_OK(mote_dir_walk(t.pipeline->work_dir, &a, &paths, &n, &err));
    for (size_t i = 0; i < n; i++)
        assert_null(strstr(paths[i], "checkpoint"));
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_the_models_of_their_seeds),
        cmocka_unit_test(what_ships_is_taught_by_its_members),
        cmocka_unit_test(evaluation_says_what_each_is_worth),
        cmocka_unit_test(a_spread_of_values_takes_the_greatest_for_the_worst),
        cmocka_unit_test(folds_judge_members_too),
        cmocka_unit_test(a_stopped_training_goes_on_with_its_member),
        cmocka_unit_test(nothing_is_left_in_the_work_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
