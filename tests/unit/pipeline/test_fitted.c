/* SPDX-License-Identifier: Apache-2.0 */
/* A front end that scales its values: fitted by the features stage to the training split alone, and
 * handed on to the stages behind it. A clip of the tiny project is a series of one channel here. */
#include "tiny_project.h"

#include "pipeline/folds.h"
#include "pipeline/jury.h"
#include "pipeline/features.h"
#include "pipeline/stage_parts.h"

static tiny t;

static const json_t *front_end(void)
{
    mote_err err = {0};
    const mote_stage_result *r = NULL;
    T_OK(mote_pipeline_result(t.pipeline, MOTE_STAGE_features, &r, &err));
    assert_non_null(r->output);
    return json_object_get(r->output, "front_end");
}

/* Greatest distance of a value's mean from 0 and of its mean square from 1, over a split. */
static double distance(mote_split split)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 256u << 20);
    mote_data_version v;
    mote_dataset d;
    mote_shape out;
    float *x = NULL;
    double worst = 0;
    T_OK(mote_stage_version(t.pipeline, &a, &v, &err));
    T_OK(mote_stage_split(t.pipeline, &v, split, &d, &err));
    T_OK(mote_frontend_shape(mote_setting_features(t.pipeline->settings), &d.shape, &out, &err));
    T_OK(mote_features_of(t.pipeline, &d, &a, &x, &err));
    const size_t n_values = (size_t)out.dims[1], n = d.n * (size_t)out.dims[0];
    for (size_t k = 0; k < n_values; k++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < n; i++) {
            const double y = (double)x[i * n_values + k];
            sum += y / (double)n, square += y * y / (double)n;
        }
        worst = fmax(worst, fmax(fabs(sum), fabs(square - 1)));
    }
    mote_dataset_release(&d);
    return worst;
}

static void scaling_is_found_in_training_and_kept_for_what_follows(void **state)
{
    (void)state;
    static const char *const names[] = {"mean", "deviation", "kurtosis"};
    mote_err err = {0};
    mote_frontend fitted;
    tiny_make(&t, (tiny_settings){.epochs = 1, .seed = 1}, true);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_features, false, &err));
    assert_null(front_end()); /* sound as it is has nothing to fit */

    tiny_open(&t, 1);
    t.project->features.kind = "statistics";
    t.project->features.frame_ms = 100;
    t.project->features.frame_hop_ms = 0;
    t.project->features.statistics = (mote_names){names, 3};
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_features, false, &err));
    assert_non_null(front_end());
    T_OK(mote_frontend_from_json(front_end(), "test", &fitted, &err));
    assert_int_equal(fitted.n_fitted, 3);
    const mote_sha256 want = mote_frontend_hash(&fitted);

    mote_stage_settings(t.pipeline, MOTE_STAGE_train);
    T_OK(mote_stage_complete(t.pipeline, true, &err));
    const mote_sha256 got = mote_frontend_hash(mote_setting_features(t.pipeline->settings));
    assert_true(mote_sha256_equal(&want, &got));
    assert_true(distance(MOTE_SPLIT_TRAIN) < 1e-3);
    assert_true(distance(MOTE_SPLIT_TEST) > 1e-3); /* nothing was learned from it */

    /* Made again it begins with nothing, and ends the same. */
    mote_stage_settings(t.pipeline, MOTE_STAGE_features);
    assert_true(mote_frontend_wants_fit(mote_setting_features(t.pipeline->settings)));
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_features, true, &err));
    T_OK(mote_frontend_from_json(front_end(), "test", &fitted, &err));
    const mote_sha256 again = mote_frontend_hash(&fitted);
    assert_true(mote_sha256_equal(&want, &again));
    tiny_remove(&t);
}

/* What a fold has not heard has no part in how its values are scaled. */
static void each_fold_is_scaled_by_what_it_learns_from(void **state)
{
    (void)state;
    static const char *const names[] = {"mean", "deviation", "kurtosis"};
    mote_err err = {0};
    mote_jury_graphs folds;
    mote_sha256 hashes[4];
    tiny_make(
        &t, (tiny_settings){.epochs = 1, .seed = 1, .training = "  refit: all\n  refit_folds: 3\n"},
        true);
    t.project->features.kind = "statistics";
    t.project->features.frame_ms = 100;
    t.project->features.frame_hop_ms = 0;
    t.project->features.statistics = (mote_names){names, 3};
    t.project->model.architecture = "dense";
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    T_OK(mote_jury_graphs_of(t.pipeline, &folds, &err));
    assert_int_equal(folds.n, 3);
    mote_frontend shipped;
    T_OK(mote_frontend_from_json(front_end(), "test", &shipped, &err));
    hashes[3] = mote_frontend_hash(&shipped);
    for (int k = 0; k < 3; k++) {
        assert_non_null(mote_jury_front(&folds, k));
        assert_int_equal(folds.features[k].n_fitted, 3);
        hashes[k] = mote_frontend_hash(&folds.features[k]);
    }
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < k; i++)
            assert_false(mote_sha256_equal(&hashes[k], &hashes[i]));
    mote_jury_graphs_release(&folds);

    /* Cross-validation too, and it leaves nothing behind. */
    static mote_folds_result crossed;
    T_OK(mote_folds_run(t.pipeline, &(mote_folds_job){.n_folds = 3, .seed = 7}, &crossed, &err));
    for (int k = 0; k < 3; k++)
        assert_int_equal(crossed.folds[k].features.n_fitted, 3);
    assert_true(mote_frontend_wants_fit(mote_setting_features(t.pipeline->settings)));

    /* Over groups, whenever they were: not where time decides. */
    t.project->data.split_by = "time";
    T_FAILS(mote_folds_run(t.pipeline, &(mote_folds_job){.n_folds = 3, .seed = 7}, &crossed, &err),
            MOTE_UNSUPPORTED, "data.splits.by is 'time'");
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scaling_is_found_in_training_and_kept_for_what_follows),
        cmocka_unit_test(each_fold_is_scaled_by_what_it_learns_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
