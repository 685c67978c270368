/* SPDX-License-Identifier: Apache-2.0 */
/* training.refit: all on a tiny project: what ships has learned from everybody, nothing is judged
 * by a model that has heard it, a stopped training goes on with its fold, bytes are the same. */
#include "tiny_project.h"
#include "tiny_stop.h"

#include "pipeline/jury.h"
#include "pipeline/stage_parts.h"
#include "pipeline/recipe.h"
#include "pipeline/refit.h"
#include "project/verdict.h"

#define USED                                                                                       \
    (MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) | MOTE_USES(arch) |                \
     MOTE_USES(training) | MOTE_USES(augmentation))

static const tiny_settings usual = {
    .epochs = 4, .seed = 1, .training = "  refit: all\n  refit_folds: 3\n"};
static const tiny_settings plain = {.epochs = 4, .seed = 1};

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

static mote_data_version version_of(tiny *t, mote_arena *a)
{
    mote_err err = {0};
    mote_data_version v;
    (void)output(t, MOTE_STAGE_data);
    T_OK(mote_stage_version(t->pipeline, a, &v, &err));
    mote_pipeline_use(t->pipeline, USED);
    T_OK(mote_stage_complete(t->pipeline, false, &err));
    return v;
}

/* ---- what ships -------------------------------------------------------------------------- */

/* The graph of stage train, made again by hand from every clip there is. */
static void what_ships_has_learned_from_everybody(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 30);
    tiny_make(&t, usual, true);
    run_to(&t, MOTE_STAGE_train);
    int64_t epochs = json_integer_value(
        json_object_get(json_object_get(output(&t, MOTE_STAGE_train), "refit"), "epochs"));
    assert_in_range(epochs, 1, 4);
    mote_sha256 shipped = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    mote_data_version v = version_of(&t, &a);
    mote_dataset all;
    T_OK(mote_stage_everybody(t.pipeline, &v, &all, &err));
    assert_int_equal(all.n_groups, TINY_GROUPS + 1); /* and the noise */
    mote_features *f = NULL;
    T_OK(mote_features_open(t.pipeline, &all, &f, &err));
    mote_recipe_job job = {.settings = t.pipeline->settings,
                           .train = &all,
                           .fixed_epochs = (int32_t)epochs,
                           .host = {.pool = t.pool}};
    T_OK(mote_features_scale(f, &job.scale, &err));
    mote_features_close(f);
    mote_graph *g = NULL, *folded = NULL;
    mote_train_result result;
    T_OK(mote_recipe_new_graph(job.settings, 1, &g, &err));
    T_OK(mote_recipe_train(&job, g, &a, &result, &folded, &err));
    assert_int_equal(result.n_epochs, epochs);
    mote_buf b;
    mote_buf_init(&b, 1 << 24);
    mote_graph_save(folded, &b);
    mote_sha256 made = mote_sha256_of(b.data, b.len);
    assert_memory_equal(&made, &shipped, sizeof made);
    mote_buf_release(&b);
    mote_graph_destroy(g);
    mote_graph_destroy(folded);
    mote_dataset_release(&all);
    tiny_remove(&t);
}

static void off_is_as_before_and_on_is_another_model(void **state)
{
    (void)state;
    tiny t;
    tiny_make(&t, plain, true);
    run_to(&t, MOTE_STAGE_evaluate);
    mote_sha256 split = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    assert_null(json_object_get(output(&t, MOTE_STAGE_train), "refit"));
    assert_null(json_object_get(output(&t, MOTE_STAGE_evaluate), "judged_by"));
    tiny_set(&t, usual);
    mote_stage_status st[MOTE_N_STAGES];
    mote_err err = {0};
    T_OK(mote_pipeline_status(t.pipeline, st, &err));
    assert_string_equal(st[MOTE_STAGE_train].why, "mote.yaml: training changed");
    run_to(&t, MOTE_STAGE_evaluate);
    mote_sha256 all = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    assert_memory_not_equal(&split, &all, sizeof all);
    tiny_remove(&t);
}

/* ---- who judges -------------------------------------------------------------------------- */

static bool has_group(const mote_dataset *d, const char *name)
{
    for (size_t g = 0; g < d->n_groups; g++)
        if (strcmp(d->groups[g], name) == 0)
            return strcmp(name, MOTE_LABEL_BACKGROUND) != 0;
    return false;
}

static bool has_word(const mote_dataset *d, const char *label)
{
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->label[i], label) == 0)
            return true;
    return false;
}

/* For every number of folds: whom a fold judges, its model has neither learned from nor stopped by,
 * and the same for words that are held apart; everybody is judged, once. */
static void nobody_is_judged_by_a_model_that_has_heard_them(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 30);
    tiny_make(&t, usual, true);
    run_to(&t, MOTE_STAGE_train);
    mote_data_version v = version_of(&t, &a);
    mote_jury_graphs trained;
    T_OK(mote_jury_graphs_of(t.pipeline, &trained, &err));
    assert_int_equal(trained.n, 3);
    for (int32_t n = 3; n <= 6; n++) {
        mote_jury_graphs graphs = {.n = n, .seed = v.seed};
        mote_jury jury;
        for (int32_t k = 0; k < n; k++)
            graphs.graphs[k] = trained.graphs[0]; /* any: nothing is judged here */
        T_OK(mote_jury_of_folds(t.pipeline, &v, MOTE_WORDS_APART, &graphs, &jury, &err));
        assert_int_equal(jury.n_parts, n);
        size_t n_clips = 0, n_keywords = 0;
        for (int32_t k = 0; k < n; k++) {
            n_clips += jury.parts[k].n;
            for (int s = 0; s < MOTE_SPLIT_TEST; s++) {
                mote_dataset d;
                mote_dataset_config c = *mote_setting_dataset(t.pipeline->settings);
                c.split = (mote_split)s;
                c.n_folds = n;
                c.round = k;
                c.fold_seed = v.seed;
                T_OK(mote_dataset_load(t.store, &v, &c, &d, &err));
                for (size_t i = 0; i < jury.parts[k].n; i++) {
                    size_t clip = jury.parts[k].first + i;
                    assert_false(has_group(&d, jury.clips.groups[jury.clips.group_id[clip]]));
                    if (v.items[0].is_word && jury.clips.class_id[clip] == 2)
                        assert_false(has_word(&d, jury.clips.label[clip]));
                }
                mote_dataset_release(&d);
            }
        }
        for (size_t c = 0; c < 2; c++)
            n_keywords += jury.clips.n_per_class[c];
        assert_int_equal(n_clips, jury.clips.n);
        assert_int_equal(n_keywords, 2 * TINY_GROUPS * TINY_TAKES);
        for (size_t i = 0; i < jury.clips.n; i++)
            for (size_t k = 0; k < i; k++)
                assert_memory_not_equal(&jury.clips.key[i], &jury.clips.key[k],
                                        sizeof jury.clips.key[i]);
        mote_jury_release(&jury);
    }
    mote_jury_graphs_release(&trained);
    tiny_remove(&t);
}

static void what_is_judged_says_by_whom(void **state)
{
    (void)state;
    static const char by[] =
        "judged by 3 folds over speakers; the shipped model has learned from everybody";
    tiny t;
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 8u << 20);
    tiny_make(&t, usual, true);
    run_to(&t, MOTE_STAGE_deploy);
    const json_t *o = output(&t, MOTE_STAGE_evaluate);
    assert_string_equal(json_string_value(json_object_get(o, "judged_by")), by);
    assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_evaluate, "summary"), by));
    mote_measurements m;
    T_OK(mote_measurements_from_json(json_object_get(o, "measurements"), &a, &m, &err));
    const mote_measurement *clips = mote_measurement_find(&m, "accuracy@test");
    const mote_measurement *misses = mote_measurement_find(&m, "false_reject_rate@stream");
    assert_non_null(clips);
    assert_non_null(misses);
    assert_non_null(strstr(clips->on, by));
    assert_non_null(strstr(clips->on, "speech of 12 people")); /* not of a test split */
    assert_non_null(strstr(misses->on, by));
    assert_non_null(strstr(misses->on, "speech of 12 people")); /* nested: all of them judge */
    const json_t *promised = json_object_get(o, "promised");
    assert_string_equal(json_string_value(json_object_get(promised, "by")), "all 3 folds");
    assert_true(json_integer_value(json_object_get(promised, "n_words")) ==
                json_integer_value(json_object_get(json_object_get(o, "stream"), "n_words")));
    assert_true(clips->n > 2 * TINY_GROUPS * TINY_TAKES);
    /* The verdict carries it to status, report and bundle. */
    const json_t *verdict =
        json_array_get(json_object_get(output(&t, MOTE_STAGE_deploy), "verdicts"), 0);
    char *text = json_dumps(verdict, 0);
    assert_non_null(strstr(text, by));
    free(text);
    tiny_remove(&t);
}

/* ---- stopping and bytes ------------------------------------------------------------------ */

static const tiny_objects objects = {{"fold-1.s8", "fold-2.s8", "fold-3.s8", "graph.f32"}, 4};

static void a_stopped_training_goes_on_with_its_fold(void **state)
{
    (void)state;
    tiny_settings y = usual;
    y.training = "  refit: all\n  refit_folds: 3\n  patience: 0\n";
    const tiny_stopping c = {
        .first = "fold 1/",
        .stops = {"fold 1/3, epoch 3/4", "fold 2/3, epoch 3/4", "everybody, epoch 2"},
        .objects = objects};
    (void)stop_and_go_on(y, &c);
}

/* Files of the work folder whose name has `part`; each is overwritten when `spoil`. */
static int work_files(tiny *t, const char *part, bool spoil)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 8u << 20);
    char **paths = NULL;
    size_t n = 0;
    int found = 0;
    T_OK(mote_dir_walk(t->pipeline->work_dir, &a, &paths, &n, &err));
    for (size_t i = 0; i < n; i++) {
        if (!strstr(paths[i], part))
            continue;
        char path[TEMP_DIR_BYTES + 256];
        snprintf(path, sizeof path, "%s%s%s", paths[i][0] == '/' ? "" : t->pipeline->work_dir,
                 paths[i][0] == '/' ? "" : "/", paths[i]);
        char *bytes = NULL;
        size_t len = 0;
        T_OK(mote_file_read(path, 1 << 24, &bytes, &len, &err));
        bytes[len - 1] ^= 1;
        if (spoil)
            T_OK(mote_file_write(path, bytes, len, &err));
        mote_free(bytes);
        found++;
    }
    return found;
}

static void a_damaged_finished_fold_is_made_again(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_sha256 whole[TINY_MOST_NAMES], again[TINY_MOST_NAMES];
    tiny_make(&t, usual, true);
    run_to(&t, MOTE_STAGE_train);
    assert_int_equal(work_files(&t, "fold-", false), 0); /* nothing is left behind */
    objects_of(&t, &objects, whole);
    T_OK(mote_store_exec(t.store, "DELETE FROM stage_attempt WHERE stage = 'train'", &err));
    watching w = {.cancel = &t.cancel, .at = "fold 2/3", .first = "fold 1/"};
    t.progress = watch;
    t.progress_arg = &w;
    tiny_open(&t, 1);
    assert_int_equal(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err), MOTE_CANCELLED);
    t.cancel.requested = 0;
    assert_int_equal(work_files(&t, "fold-1", true), 1);
    w = (watching){.cancel = &t.cancel, .first = "fold 1/"};
    tiny_open(&t, 1);
    run_to(&t, MOTE_STAGE_train);
    assert_true(w.n_first > 0);
    objects_of(&t, &objects, again);
    assert_memory_equal(whole, again, sizeof whole);
    tiny_remove(&t);
}

static void one_thread_and_two_give_the_same(void **state)
{
    (void)state;
    char *judged[2];
    mote_sha256 bundle[2];
    for (int i = 0; i < 2; i++) {
        tiny t;
        tiny_make(&t, usual, true);
        tiny_open(&t, i + 1);
        run_to(&t, MOTE_STAGE_deploy);
        bundle[i] = tiny_object(&t, MOTE_STAGE_deploy, "bundle");
        judged[i] = json_dumps(json_object_get(output(&t, MOTE_STAGE_evaluate), "measurements"),
                               JSON_SORT_KEYS);
        tiny_remove(&t);
    }
    assert_string_equal(judged[0], judged[1]);
    assert_memory_equal(&bundle[0], &bundle[1], sizeof bundle[0]);
    free(judged[0]);
    free(judged[1]);
}

/* ---- champion and challenger ------------------------------------------------------------- */

static void folds_are_compared_with_the_same_folds_and_no_others(void **state)
{
    (void)state;
    static const char told[] = "it cannot be told which is better";
    tiny t;
    tiny_settings y = usual;
    tiny_make(&t, usual, true);
    run_to(&t, MOTE_STAGE_deploy);
    y.epochs = 6; /* the same folds, another recipe */
    tiny_set(&t, y);
    run_to(&t, MOTE_STAGE_deploy);
    const json_t *o = output(&t, MOTE_STAGE_deploy);
    const json_t *c = json_object_get(o, "comparison");
    assert_non_null(c);
    assert_non_null(json_object_get(c, "stream"));
    assert_null(strstr(tiny_text(&t, MOTE_STAGE_deploy, "decision"), told));

    static const char *const others[] = {"  refit: all\n  refit_folds: 4\n", NULL};
    for (size_t i = 0; i < T_COUNT(others); i++) { /* other folds; none */
        y.training = others[i];
        y.epochs = 7 + (int)i;
        tiny_set(&t, y);
        run_to(&t, MOTE_STAGE_deploy);
        o = output(&t, MOTE_STAGE_deploy);
        assert_true(json_is_false(json_object_get(o, "promoted")));
        assert_null(json_object_get(o, "comparison"));
        assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_deploy, "decision"), told));
    }
    tiny_remove(&t);
}

static void a_champion_that_was_judged_by_no_folds_is_not_compared(void **state)
{
    (void)state;
    tiny t;
    tiny_make(&t, plain, true);
    run_to(&t, MOTE_STAGE_deploy);
    tiny_set(&t, usual);
    run_to(&t, MOTE_STAGE_deploy);
    assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_deploy, "decision"),
                           "the champion was judged by no folds: it cannot be told"));
    assert_true(json_is_false(json_object_get(output(&t, MOTE_STAGE_deploy), "promoted")));
    tiny_remove(&t);
}

static void too_few_speakers_for_the_folds_are_said(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    tiny_settings y = usual;
    y.training = "  refit: all\n  refit_folds: 15\n";
    tiny_make(&t, y, true);
    T_FAILS(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err), MOTE_ARG,
            "15 folds need at least 15 groups");
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_ships_has_learned_from_everybody),
        cmocka_unit_test(off_is_as_before_and_on_is_another_model),
        cmocka_unit_test(nobody_is_judged_by_a_model_that_has_heard_them),
        cmocka_unit_test(what_is_judged_says_by_whom),
        cmocka_unit_test(a_stopped_training_goes_on_with_its_fold),
        cmocka_unit_test(a_damaged_finished_fold_is_made_again),
        cmocka_unit_test(one_thread_and_two_give_the_same),
        cmocka_unit_test(folds_are_compared_with_the_same_folds_and_no_others),
        cmocka_unit_test(a_champion_that_was_judged_by_no_folds_is_not_compared),
        cmocka_unit_test(too_few_speakers_for_the_folds_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
