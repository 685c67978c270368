/* SPDX-License-Identifier: Apache-2.0 */
/* Judging: the conditions of test clips are functions of seed and clip, answers do not depend on
 * the number of threads, and cross-validation keeps groups apart. On a tiny project. */
#include <math.h>

#include "tiny_project.h"

#include "model/bundle.h"
#include "model/predictor.h"
#include "pipeline/folds.h"
#include "pipeline/judge.h"
#include "pipeline/stage_parts.h"

static const tiny_settings usual = {.epochs = 4, .seed = 1};

static tiny project; /* trained and compressed once for all tests here */

static int open_project(void **state)
{
    (void)state;
    mote_err err = {0};
    tiny_make(&project, usual, true);
    return mote_pipeline_run(project.pipeline, MOTE_STAGE_compress, false, &err) == MOTE_OK ? 0
                                                                                            : -1;
}

static int close_project(void **state)
{
    (void)state;
    tiny_remove(&project);
    return 0;
}

static const mote_settings *settings_of(void)
{
    mote_pipeline_use(project.pipeline, MOTE_USES(dataset) | MOTE_USES(features));
    return project.pipeline->settings;
}

static void load_test_split(mote_dataset *d, mote_arena *a)
{
    mote_err err = {0};
    mote_data_version v;
    T_OK(mote_stage_version(project.pipeline, a, &v, &err));
    (void)settings_of();
    T_OK(mote_stage_split(project.pipeline, &v, MOTE_SPLIT_TEST, d, &err));
    assert_true(d->n > 4);
}

/* As effects.def has it, all off but the level. */
static void set_level(mote_project_effects *e, double dbfs)
{
    *e = (mote_project_effects){.loudspeaker = {0, {100, 500}, {5000, 8000}, {-10, 10}},
                                .room = {0, {2.5, 8}, {150, 600}, {0.3, 4}},
                                .microphone = {0, {-3, 3}, {-6, 6}, {20, 200}, {5000, 12000}, 3},
                                .level = {1, {dbfs, dbfs}},
                                .floor = {0, {-90, -40}},
                                .automatic_gain = {0, {-30, -12}},
                                .compression = {0, {1.5, 6}, {50, 500}},
                                .clipping = {0, {0.001, 0.05}},
                                .telephone = {0, {200, 400}, {3000, 3600}},
                                .codec = {0, "any", {3, 8}}};
}

static void car_noise_is_a_function_of_seed_and_clip(void **state)
{
    (void)state;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    mote_dataset d;
    load_test_split(&d, &a);
    size_t bytes = d.n * mote_dataset_elements(&d) * sizeof(int16_t);
    const void *clean = NULL, *x = NULL, *y = NULL, *z = NULL;
    mote_condition recorded, car;
    assert_true(mote_condition_make("", NULL, (mote_span){0, 0}, &recorded));
    assert_true(mote_condition_make("car-noise", "car", (mote_span){0.0, 10.0}, &car));
    T_OK(mote_condition_samples(&d, &recorded, 3, &a, &clean, &err));
    assert_ptr_equal(clean, d.x);
    T_OK(mote_condition_samples(&d, &car, 3, &a, &x, &err));
    T_OK(mote_condition_samples(&d, &car, 3, &a, &y, &err));
    T_OK(mote_condition_samples(&d, &car, 4, &a, &z, &err));
    assert_memory_equal(x, y, bytes);
    assert_memory_not_equal(x, z, bytes);
    assert_memory_not_equal(x, clean, bytes);

    /* Effects alone: the level that was asked for, the same each time. */
    mote_condition quiet;
    assert_true(mote_condition_make("quiet", "none", (mote_span){0, 0}, &quiet));
    T_OK(mote_condition_samples(&d, &quiet, 3, &a, &y, &err)); /* nothing at all */
    assert_memory_equal(y, clean, bytes);
    set_level(&quiet.effects, -45);
    T_OK(mote_condition_samples(&d, &quiet, 3, &a, &y, &err));
    T_OK(mote_condition_samples(&d, &quiet, 3, &a, &z, &err));
    assert_memory_equal(y, z, bytes);
    for (size_t i = 0; i < d.n; i++) {
        const mote_sound clip = {(const int16_t *)y + i * mote_dataset_elements(&d),
                                 mote_dataset_elements(&d), 16000};
        if (mote_speech_level_dbfs(&(mote_sound){mote_dataset_sample(&d, i), clip.n, 16000}) > -80)
            assert_true(fabs(mote_speech_level_dbfs(&clip) + 45) < 1);
    }

    /* The first clips get the same noise when there are fewer of them. */
    size_t n = d.n;
    d.n = 2;
    T_OK(mote_condition_samples(&d, &car, 3, &a, &y, &err));
    assert_memory_equal(x, y, 2 * mote_dataset_elements(&d) * sizeof(int16_t));
    d.n = n;
    mote_dataset_release(&d);
}

static void conditions_have_the_names_of_requirements(void **state)
{
    (void)state;
    mote_project_condition items[] = {{.name = "car-noise", .noise = "car", .snr_db = {-5, 15}},
                                      {.name = "by-the-fan", .noise = "fan", .snr_db = {0, 5}}};
    mote_project p = {.conditions = {items, 2}};
    mote_conditions all;
    mote_conditions_of(&p, &all);
    assert_int_equal(all.n, 3);
    assert_string_equal(all.items[0].slice, "");
    assert_string_equal(all.items[0].text, "clean");
    assert_string_equal(all.items[1].slice, "car-noise");
    assert_string_equal(all.items[1].text, "car noise");
    assert_string_equal(all.items[2].text, "by the fan");
    assert_int_equal(all.items[2].noise, MOTE_NOISE_FAN);
    assert_true(all.items[2].snr_db.hi == 5);
    assert_true(all.items[0].is_normal && !all.items[1].is_normal);
    p.augmentation.car_noise_probability = 0.5; /* training hears it */
    mote_conditions_of(&p, &all);
    assert_true(all.items[1].is_normal && !all.items[2].is_normal);
    p.augmentation.conditions = 0.1; /* and all of them */
    mote_conditions_of(&p, &all);
    assert_true(all.items[1].is_normal && all.items[2].is_normal);
    mote_condition none;
    assert_true(!mote_condition_make("x", "rain", (mote_span){0, 0}, &none));
    assert_true(mote_condition_make("x", "none", (mote_span){0, 0}, &none));
    assert_int_equal(none.noise, MOTE_N_NOISES);
}

static void answers_do_not_depend_on_threads(void **state)
{
    (void)state;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    mote_dataset d;
    load_test_split(&d, &a);
    mote_graph *g = NULL, *f32 = NULL;
    T_OK(mote_stage_graph(project.pipeline, MOTE_STAGE_compress, "graph.s8", &g, &err));
    T_OK(mote_stage_graph(project.pipeline, MOTE_STAGE_train, "graph.f32", &f32, &err));
    mote_frontend features = *mote_setting_features(settings_of());
    mote_judge j = {.graph = g, .features = &features, .sample = d.shape};
    size_t n_watched = 0;
    mote_judge_watched first;
    T_OK(mote_judge_watch(&j, d.x, d.n, &a, &first, &err));
    float *one = first.said;
    mote_watch_shape shape = mote_judge_watch_shape(&j);
    n_watched = (size_t)mote_watch_count(&shape);
    for (int n_threads = 2; n_threads <= 3; n_threads++) {
        float *more = NULL;
        mote_judge_watched again;
        T_OK(mote_pool_create(n_threads, &j.pool, &err));
        T_OK(mote_judge_watch(&j, d.x, d.n, &a, &again, &err));
        T_OK(mote_judge_said(&j, d.x, d.n, &a, &more, &err));
        assert_memory_equal(one, more, d.n * d.n_classes * sizeof *one);
        assert_memory_equal(one, again.said, d.n * d.n_classes * sizeof *one);
        assert_memory_equal(first.watched, again.watched, d.n * n_watched * sizeof *one);
        mote_pool_destroy(j.pool);
        j.pool = NULL;
    }
    for (size_t i = 0; i < d.n; i++) {
        double sum = 0.0;
        for (size_t k = 0; k < d.n_classes; k++)
            sum += (double)one[i * d.n_classes + k];
        assert_true(fabs(sum - 1.0) < 1e-5);
    }

    mote_features *x = NULL;
    int32_t *said = NULL;
    mote_judge_loss loss;
    T_OK(mote_features_open(project.pipeline, &d, &x, &err));
    T_OK(mote_arena_take(&a, d.n, sizeof *said, &said, &err));
    T_OK(mote_judge_beside(&j, f32, &d, x, &loss, &err));
    assert_int_equal(loss.metric, MOTE_METRIC_accuracy);
    mote_judge_decide(one, d.n, d.n_classes, said);
    size_t right = 0;
    for (size_t i = 0; i < d.n; i++)
        right += said[i] == d.class_id[i];
    assert_true(loss.s8 == (double)right / (double)d.n);
    assert_true(loss.f32 >= 0.0 && loss.f32 <= 1.0);
    mote_graph_destroy(g);
    mote_graph_destroy(f32);
    mote_features_close(x);
    mote_dataset_release(&d);
}

/* Calibration, the drift reference and the evaluation are made by the judge: the server must report
 * the very same numbers, at every temperature. */
static void the_server_reports_what_was_judged(void **state)
{
    (void)state;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    mote_dataset d;
    load_test_split(&d, &a);
    mote_graph *g = NULL;
    T_OK(mote_stage_graph(project.pipeline, MOTE_STAGE_compress, "graph.s8", &g, &err));
    mote_frontend features = *mote_setting_features(settings_of());
    static const float temperatures[] = {0.25f, 1.0f, 3.0f};
    for (size_t t = 0; t < sizeof temperatures / sizeof temperatures[0]; t++) {
        const mote_decision at = {.op = {.temperature = temperatures[t]}};
        mote_judge j = {.graph = g, .features = &features, .sample = d.shape, .decision = &at};
        float *judged = NULL;
        T_OK(mote_judge_said(&j, d.x, d.n, &a, &judged, &err));
        const mote_decision decision = {.op = {.smooth_hops = 1,
                                               .suppress_ms = 500,
                                               .hop_ms = 100,
                                               .temperature = temperatures[t]}};
        const int32_t clip = (int32_t)mote_dataset_elements(&d);
        mote_bundle_parts parts = {.name = "tiny",
                                   .signature =
                                       mote_signature_of_tensor(1, &clip, (int32_t)d.n_classes,
                                                                project.project->classes.items),
                                   .features = &features,
                                   .graph = g,
                                   .decision = &decision};
        parts.signature.sample.dtype = MOTE_I16;
        MOTE_SCOPED_BUF bytes;
        mote_buf_init(&bytes, 16u << 20);
        T_OK(mote_bundle_write(&parts, &bytes, &err));
        mote_model *m = NULL;
        mote_predictor *p = NULL;
        T_OK(mote_model_load(bytes.data, bytes.len, &m, &err));
        T_OK(mote_predictor_create(m, &p, &err));
        for (size_t i = 0; i < d.n; i++) {
            mote_prediction y;
            T_OK(mote_predict(p, mote_dataset_sample(&d, i), mote_dataset_elements(&d), &y, &err));
            assert_memory_equal(y.probabilities, judged + i * d.n_classes,
                                d.n_classes * sizeof *judged);
        }
        mote_predictor_destroy(p);
        mote_model_unref(m);
    }
    mote_graph_destroy(g);
    mote_dataset_release(&d);
}

static void the_first_of_equal_classes_is_taken(void **state)
{
    (void)state;
    const float y[] = {0.25f, 0.5f, 0.25f, 0.4f, 0.2f, 0.4f, 0.0f, 0.0f, 0.0f};
    int32_t said[3];
    mote_judge_decide(y, 3, 3, said);
    assert_int_equal(said[0], 1);
    assert_int_equal(said[1], 0);
    assert_int_equal(said[2], 0);
}

static void every_fold_is_judged_on_groups_it_has_not_heard(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_folds_result one, two;
    T_FAILS(mote_folds_run(project.pipeline, &(mote_folds_job){.n_folds = 2}, &one, &err), MOTE_ARG,
            "3 to 20");
    T_FAILS(mote_folds_run(project.pipeline, &(mote_folds_job){.n_folds = 21}, &one, &err),
            MOTE_ARG, "3 to 20");
    T_OK(mote_folds_run(project.pipeline, &(mote_folds_job){.n_folds = 3}, &one, &err));
    assert_int_equal(one.n, 3);
    double sum = 0.0;
    for (int i = 0; i < 3; i++) {
        const mote_fold_result *f = &one.folds[i];
        assert_true(f->n_train > 0 && f->n_validation > 0 && f->n_test > 0);
        /* Fold r + 1 stops the training of round r, and tests round r + 1. */
        assert_int_equal(f->n_validation, one.folds[(i + 1) % 3].n_test);
        assert_true(f->n_epochs <= usual.epochs && f->best_epoch < f->n_epochs);
        sum += f->accuracy_s8;
    }
    assert_true(fabs(one.mean_s8 - sum / 3) < 1e-12);
    assert_true(one.flash_bytes > one.weights_bytes && one.weights_bytes > 0);

    tiny_open(&project, 2);
    T_OK(mote_pipeline_run(project.pipeline, MOTE_STAGE_data, false, &err));
    T_OK(mote_folds_run(project.pipeline, &(mote_folds_job){.n_folds = 3}, &two, &err));
    for (int i = 0; i < 3; i++) {
        assert_true(one.folds[i].accuracy_s8 == two.folds[i].accuracy_s8);
        assert_true(one.folds[i].accuracy_f32 == two.folds[i].accuracy_f32);
    }
    assert_true(one.sd_s8 == two.sd_s8);
    project.cancel.requested = 1;
    T_FAILS(mote_folds_run(project.pipeline, &(mote_folds_job){.n_folds = 3}, &two, &err),
            MOTE_CANCELLED, "fold 1");
    project.cancel.requested = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(car_noise_is_a_function_of_seed_and_clip),
        cmocka_unit_test(conditions_have_the_names_of_requirements),
        cmocka_unit_test(answers_do_not_depend_on_threads),
        cmocka_unit_test(the_server_reports_what_was_judged),
        cmocka_unit_test(the_first_of_equal_classes_is_taken),
        cmocka_unit_test(every_fold_is_judged_on_groups_it_has_not_heard),
    };
    return cmocka_run_group_tests(tests, open_project, close_project);
}
