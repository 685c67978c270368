/* SPDX-License-Identifier: Apache-2.0 */
/* A model that has learned beats what is fitted at once where that can know nothing, and the line
 * of the stage names what it does not beat. */
#include "pipeline/baselines.h"

#include "base/json.h"
#include "evaluate/baseline.h"
#include "pipeline/features.h"
#include "pipeline/stage_parts.h"
#include "tiny_project.h"

static const json_t *baselines_of(tiny *t)
{
    const mote_stage_result *r = NULL;
    mote_err err = {0};
    T_OK(mote_pipeline_run(t->pipeline, MOTE_STAGE_evaluate, false, &err));
    T_OK(mote_pipeline_result(t->pipeline, MOTE_STAGE_evaluate, &r, &err));
    const json_t *all = json_object_get(r->output, "baselines");
    assert_int_equal(json_object_size(all), 4);
    return all;
}

static double value_of(const json_t *all, const char *name)
{
    const json_t *x =
        json_object_get(json_object_get(json_object_get(all, name), "value"), "value");
    assert_true(json_is_number(x));
    return json_number_value(x);
}

static bool is_beaten(const json_t *all, const char *name)
{
    const json_t *x = json_object_get(json_object_get(all, name), "is_beaten");
    assert_true(json_is_boolean(x));
    return json_is_true(x);
}

static void a_model_stands_beside_what_is_fitted_at_once(void **state)
{
    (void)state;
    tiny t;
    tiny_make(&t, (tiny_settings){.epochs = 12, .seed = 1}, true);
    const json_t *all = baselines_of(&t);
    /* Classes are tones: the commonest class knows little, a threshold on one band more, and a
     * plane through all of them nearly everything. */
    assert_true(value_of(all, "constant") < 0.7);
    assert_true(value_of(all, "rule") >= value_of(all, "constant"));
    assert_true(value_of(all, "linear") > 0.9);
    /* The tones are equally loud: loudness tells silence from them, and no more. */
    assert_true(value_of(all, "energy") > value_of(all, "constant"));
    assert_true(value_of(all, "energy") < 0.7);
    assert_true(is_beaten(all, "constant"));
    assert_false(is_beaten(all, "linear"));
    const char *summary = tiny_text(&t, MOTE_STAGE_evaluate, "summary");
    const char *said = strstr(summary, "not better than the baseline ");
    assert_non_null(said);
    assert_non_null(strstr(said, "'linear'"));
    assert_null(strstr(said, "'constant'"));
    const char *text = json_string_value(json_object_get(json_object_get(all, "constant"), "text"));
    assert_non_null(strstr(text, "the model is better than the baseline 'constant' by accuracy: "));
    tiny_remove(&t);
}

static void a_model_that_has_learned_nothing_beats_nothing(void **state)
{
    (void)state;
    tiny t;
    tiny_make(&t, (tiny_settings){.epochs = 1, .seed = 1, .accuracy = "0 %"}, true);
    const json_t *all = baselines_of(&t);
    assert_false(is_beaten(all, "linear"));
    tiny_remove(&t);
}

static float *features_of(tiny *t, const mote_dataset *d, mote_arena *a)
{
    mote_err err = {0};
    float *x = NULL;
    T_OK(mote_features_of(t->pipeline, d, a, &x, &err));
    return x;
}

/* How many of those whom part k judges a threshold that was fitted to training part `from` gets
 * right. */
static int n_right(tiny *t, const mote_data_version *v, const mote_jury *j, int32_t k, int32_t from)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    mote_dataset_config c = *mote_setting_dataset(t->pipeline->settings);
    mote_dataset train, judged = mote_dataset_part(&j->clips, j->parts[k].first, j->parts[k].n);
    mote_baseline fitted;
    float said[8];
    int right = 0;
    c.split = MOTE_SPLIT_TRAIN;
    c.n_folds = j->n_parts;
    c.round = from;
    c.fold_seed = v->seed;
    T_OK(mote_dataset_load(t->store, v, &c, &train, &err));
    const mote_baseline_data d = {.n = train.n,
                                  .n_columns = mote_frontend_elements(
                                      mote_setting_features(t->pipeline->settings), &train.shape),
                                  .x = features_of(t, &train, &a),
                                  .n_outputs = (int32_t)train.n_classes,
                                  .class_id = train.class_id};
    T_OK(mote_baseline_fit(MOTE_BASELINE_RULE, &d, &a, &fitted, &err));
    const float *x = features_of(t, &judged, &a);
    for (size_t i = 0; i < judged.n; i++) {
        int32_t best = 0;
        mote_baseline_predict(&fitted, x + i * d.n_columns, 1, said);
        for (int32_t o = 1; o < d.n_outputs; o++)
            best = said[o] > said[best] ? o : best;
        right += best == judged.class_id[i];
    }
    mote_dataset_release(&train);
    return right;
}

/* The stage's figure is that of thresholds fitted by hand to what each fold has learned from, and
 * fitted to those whom a fold judges it would be another. */
static void folds_judge_what_was_fitted_without_their_samples(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    tiny_make(
        &t, (tiny_settings){.epochs = 1, .seed = 1, .training = "  refit: all\n  refit_folds: 3\n"},
        true);
    const json_t *all = baselines_of(&t);
    const double stated = value_of(all, "rule");
    assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_evaluate, "summary"), "judged by 3 folds"));

    mote_data_version v;
    mote_jury_graphs graphs;
    mote_jury jury;
    T_OK(mote_stage_version(t.pipeline, &a, &v, &err));
    mote_stage_settings(t.pipeline, MOTE_STAGE_evaluate);
    T_OK(mote_stage_complete(t.pipeline, true, &err));
    T_OK(mote_jury_graphs_of(t.pipeline, &graphs, &err));
    T_OK(mote_jury_of_folds(t.pipeline, &v, MOTE_WORDS_APART, &graphs, &jury, &err));
    int right = 0, of_others = 0;
    for (int32_t k = 0; k < jury.n_parts; k++) {
        right += n_right(&t, &v, &jury, k, k);
        of_others += n_right(&t, &v, &jury, k, (k + 1) % jury.n_parts);
    }
    assert_true(fabs(stated * (double)jury.clips.n - right) < 1e-6);
    assert_int_not_equal(right, of_others);
    mote_jury_release(&jury);
    mote_jury_graphs_release(&graphs);

    /* A cross-validation by the same deal stands beside the same. */
    mote_folds_result crossed;
    const mote_folds_job job = {.n_folds = 3, .seed = v.seed, .with_baselines = true};
    T_OK(mote_folds_run(t.pipeline, &job, &crossed, &err));
    assert_int_equal(json_object_size(crossed.baselines), 4);
    assert_true(fabs(value_of(crossed.baselines, "rule") - stated) < 1e-12);
    json_decref(crossed.baselines);
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_stands_beside_what_is_fitted_at_once),
        cmocka_unit_test(a_model_that_has_learned_nothing_beats_nothing),
        cmocka_unit_test(folds_judge_what_was_fitted_without_their_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
