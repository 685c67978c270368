/* SPDX-License-Identifier: Apache-2.0 */
/* training.start on a tiny project: the body and the front end of another model are taken over,
 * what contradicts them is refused by name, and another start is another key. */
#include "tiny_project.h"

#include "graph/cut.h"
#include "import/tflite.h"
#include "model/bundle.h"
#include "pipeline/stage_parts.h"
#include "track/registry.h"

static const tiny_settings plain = {.epochs = 2, .seed = 1};

static mote_status run_to(tiny *t, mote_stage_id last, mote_err *err)
{
    *err = (mote_err){0};
    return mote_pipeline_run(t->pipeline, last, false, err);
}

static mote_graph *graph_of(tiny *t, mote_stage_id stage, const char *name)
{
    mote_err err = {0};
    mote_graph *g = NULL;
    const mote_sha256 id = tiny_object(t, stage, name);
    char *bytes = NULL;
    size_t n = 0;
    T_OK(mote_object_get(t->store, &id, 1 << 24, &bytes, &n, &err));
    T_OK(mote_graph_load(bytes, n, &g, &err));
    mote_free(bytes);
    return g;
}

static bool same_layer(const mote_graph *a, const mote_graph *b, int32_t k)
{
    const mote_tensor *x = &a->tensors[a->ops[k].inputs[1]], *y = &b->tensors[b->ops[k].inputs[1]];
    return mote_tensor_bytes(x) == mote_tensor_bytes(y) &&
           memcmp(x->data, y->data, mote_tensor_bytes(x)) == 0;
}

/* A project whose first model is there, as tiny/1 and as start.mote beside mote.yaml. */
static void make(tiny *t)
{
    mote_err err;
    char path[TEMP_DIR_BYTES + 16], *bytes = NULL;
    size_t n = 0;
    tiny_make(t, plain, true);
    T_OK(run_to(t, MOTE_STAGE_deploy, &err));
    const mote_sha256 id = tiny_object(t, MOTE_STAGE_deploy, "bundle");
    T_OK(mote_object_get(t->store, &id, 1 << 24, &bytes, &n, &err));
    snprintf(path, sizeof path, "%s/start.mote", t->dir);
    T_OK(mote_file_write(path, bytes, n, &err));
    mote_free(bytes);
}

/* Another question to the same recordings, from that model. */
static tiny_settings begun(const char *training)
{
    tiny_settings y = plain;
    y.keywords = "hum, low";
    y.blocks = "";
    y.training = training;
    return y;
}

static void body_and_front_end_are_taken_over(void **state)
{
    (void)state;
    static const char *const starts[] = {"  start: start.mote\n", "  start: tiny/1\n"};
    tiny t;
    mote_err err;
    make(&t);
    mote_graph *from = graph_of(&t, MOTE_STAGE_train, "graph.f32");
    mote_sha256 made[2];
    for (size_t i = 0; i < T_COUNT(starts); i++) {
        tiny_set(&t, begun(starts[i]));
        T_OK(run_to(&t, MOTE_STAGE_deploy, &err));
        mote_graph *g = graph_of(&t, MOTE_STAGE_train, "graph.f32");
        assert_int_equal(g->n_ops, from->n_ops);
        for (int32_t k = 0; k < 3; k++)
            assert_true(same_layer(g, from, k));
        assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_features, "summary"), "8 of 20 mel"));
        made[i] = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
        mote_graph_destroy(g);
    }
    assert_memory_equal(&made[0], &made[1], sizeof made[0]); /* by whatever name */
    mote_graph_destroy(from);
    tiny_remove(&t);
}

/* What it was made from goes with it, its own past too. */
static void the_bundle_says_where_it_began(void **state)
{
    (void)state;
    tiny t;
    mote_err err;
    char *bytes = NULL, hex[MOTE_SHA256_HEX_BYTES];
    size_t n = 0;
    mote_model *m = NULL;
    make(&t);
    const mote_sha256 first = tiny_object(&t, MOTE_STAGE_deploy, "bundle");
    tiny_set(&t, begun("  start: tiny/1\n"));
    T_OK(run_to(&t, MOTE_STAGE_deploy, &err));
    const mote_sha256 id = tiny_object(&t, MOTE_STAGE_deploy, "bundle");
    T_OK(mote_object_get(t.store, &id, 1 << 24, &bytes, &n, &err));
    T_OK(mote_model_load(bytes, n, &m, &err));
    mote_free(bytes);
    const json_t *start =
        json_object_get(json_object_get(mote_model_document(m), "lineage"), "start");
    mote_sha256_hex(&first, hex);
    assert_string_equal(json_string_value(json_object_get(start, "sha256")), hex);
    assert_string_equal(json_string_value(json_object_get(start, "name")), "tiny");
    assert_non_null(json_object_get(json_object_get(start, "lineage"), "data_manifest"));
    mote_model_unref(m);
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM run_param WHERE key = 'start' AND "
                                    "value = 'tiny/1'"),
                     1);
    tiny_remove(&t);
}

/* A network of float32 that others trained is all body: its layers stay bit for bit, and what ships
 * is int8. */
static void an_embedding_of_others_is_a_start(void **state)
{
    (void)state;
    tiny t;
    mote_err err;
    char from[TEMP_DIR_BYTES + 64], to[TEMP_DIR_BYTES + 64], *bytes = NULL;
    size_t n = 0;
    mote_graph *theirs = NULL;
    tiny_settings y = plain;
    y.blocks = "features:\n  kind: mfcc\n  mels: 20\n  coefficients: 8\n  low_hz: 20\n"
               "  high_hz: 3800\n";
    y.training = "  start: foreign.tflite\n";
    tiny_make(&t, y, true);
    snprintf(from, sizeof from, "%s/tests/golden/foreign.tflite", getenv("MOTE_SOURCE_ROOT"));
    snprintf(to, sizeof to, "%s/foreign.tflite", t.dir);
    T_OK(mote_file_read(from, 1 << 20, &bytes, &n, &err));
    T_OK(mote_file_write(to, bytes, n, &err));
    T_OK(mote_import_tflite(bytes, n, &theirs, &err));
    mote_free(bytes);
    T_OK(run_to(&t, MOTE_STAGE_deploy, &err));
    mote_graph *g = graph_of(&t, MOTE_STAGE_train, "graph.f32");
    assert_int_equal(g->n_ops, theirs->n_ops + 2); /* a dense layer and a softmax */
    for (int32_t k = 0; k < theirs->n_ops; k++)
        if (theirs->ops[k].n_inputs > 1)
            assert_true(same_layer(g, theirs, k));
    mote_graph_destroy(g);
    g = graph_of(&t, MOTE_STAGE_compress, "graph.s8");
    assert_false(mote_graph_is_f32(g));
    mote_graph_destroy(g);
    mote_graph_destroy(theirs);
    tiny_remove(&t);
}

/* ---- refused ----------------------------------------------------------------------------- */

static void refuse(tiny *t, tiny_settings y, mote_status wanted, const char *what)
{
    mote_err err;
    mote_stage_status all[MOTE_N_STAGES];
    tiny_set(t, y);
    assert_int_equal(run_to(t, MOTE_STAGE_train, &err), wanted);
    if (!strstr(err.text, what))
        fail_msg("'%s' does not say '%s'", err.text, what);
    T_OK(mote_pipeline_status(t->pipeline, all, &err)); /* which can still be asked */
    assert_int_not_equal(all[MOTE_STAGE_train].state, MOTE_STAGE_FRESH);
}

static void what_contradicts_the_start_is_refused_by_name(void **state)
{
    (void)state;
    tiny t;
    make(&t);
    tiny_settings y = begun("  start: start.mote\n");
    y.blocks = "features:\n  kind: mfcc\n  mels: 24\n  coefficients: 8\n  low_hz: 20\n"
               "  high_hz: 3800\n";
    refuse(&t, y, MOTE_ARG, "n_mels 24 (the start has 20)");
    y.blocks = "features:\n  kind: mfcc\n  mels: 20\n  coefficients: 8\n  low_hz: 20\n"
               "  high_hz: 3800\n"; /* the same: nothing to say against that */
    mote_err err;
    tiny_set(&t, y);
    T_OK(run_to(&t, MOTE_STAGE_train, &err));
    refuse(&t, begun("  start: start.mote\n  freeze: 9\n"), MOTE_RANGE, "'training.freeze'");
    refuse(&t, begun("  start: nobody.mote\n"), MOTE_NOT_FOUND, "'training.start' 'nobody.mote'");
    refuse(&t, begun("  start: tiny@champion\n"), MOTE_ARG, "'tiny/1'");
    refuse(&t, begun("  start: mote.yaml\n"), MOTE_PARSE, "MOTB");
    tiny_remove(&t);
}

static void what_samples_are_must_be_what_the_start_knows(void **state)
{
    (void)state;
    tiny t;
    mote_err err;
    char path[TEMP_DIR_BYTES + 16], *text = NULL;
    size_t n = 0;
    make(&t);
    tiny_set(&t, begun("  start: start.mote\n"));
    snprintf(path, sizeof path, "%s/mote.yaml", t.dir);
    T_OK(mote_file_read(path, 1 << 16, &text, &n, &err));
    char *at = strstr(text, "clip_ms: 500");
    assert_non_null(at);
    memcpy(at, "clip_ms: 400", 12);
    T_OK(mote_file_write(path, text, n, &err));
    mote_free(text);
    tiny_open(&t, 1);
    assert_int_equal(run_to(&t, MOTE_STAGE_train, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "clip_ms"));
    tiny_remove(&t);
}

static void keys_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *training, *blocks, *says;
    } cases[] = {
        {"  freeze: none\n", "", "'training.freeze' means nothing without 'training.start'"},
        {"  thaw_epochs: 3\n", "", "'training.thaw_epochs' means nothing without"},
        {"  start: x\n", "model:\n  channels: 8\n", "'model.channels' means nothing beside"},
    };
    tiny t;
    tiny_make(&t, plain, false);
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err = {0};
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 1 << 22);
        mote_project *p = NULL;
        tiny_settings y = begun(cases[i].training);
        y.blocks = cases[i].blocks;
        tiny_yaml(t.dir, y);
        assert_int_equal(mote_project_load(t.dir, &a, &p, NULL, &err), MOTE_PARSE);
        assert_non_null(strstr(err.text, cases[i].says));
    }
    tiny_remove(&t);
}

/* ---- keys -------------------------------------------------------------------------------- */

static void another_start_under_the_same_name_makes_it_stale(void **state)
{
    (void)state;
    tiny t;
    mote_err err;
    mote_stage_status all[MOTE_N_STAGES];
    char from[TEMP_DIR_BYTES + 16], *bytes = NULL;
    size_t n = 0;
    make(&t);
    tiny_set(&t, begun("  start: start.mote\n  freeze: none\n"));
    T_OK(run_to(&t, MOTE_STAGE_deploy, &err));
    T_OK(mote_pipeline_status(t.pipeline, all, &err));
    assert_int_equal(all[MOTE_STAGE_train].state, MOTE_STAGE_FRESH);
    const mote_sha256 id = tiny_object(&t, MOTE_STAGE_deploy, "bundle");
    T_OK(mote_object_get(t.store, &id, 1 << 24, &bytes, &n, &err));
    snprintf(from, sizeof from, "%s/start.mote", t.dir);
    T_OK(mote_file_write(from, bytes, n, &err));
    mote_free(bytes);
    T_OK(mote_pipeline_status(t.pipeline, all, &err));
    assert_int_equal(all[MOTE_STAGE_train].state, MOTE_STAGE_STALE);
    assert_string_equal(all[MOTE_STAGE_features].why, "training.start changed");
    tiny_remove(&t);
}

static void folds_begin_with_it_too(void **state)
{
    (void)state;
    tiny t;
    mote_err err;
    make(&t);
    mote_graph *from = graph_of(&t, MOTE_STAGE_train, "graph.f32");
    tiny_set(&t, begun("  start: start.mote\n  thaw_epochs: 2\n  refit: all\n  refit_folds: 3\n"));
    T_OK(run_to(&t, MOTE_STAGE_evaluate, &err));
    mote_graph *g = graph_of(&t, MOTE_STAGE_train, "graph.f32");
    assert_false(same_layer(g, from, 0)); /* thawed */
    tiny_set(&t, begun("  start: start.mote\n  refit: all\n  refit_folds: 3\n"));
    T_OK(run_to(&t, MOTE_STAGE_evaluate, &err));
    mote_graph *frozen = graph_of(&t, MOTE_STAGE_train, "graph.f32");
    for (int32_t k = 0; k < 3; k++)
        assert_true(same_layer(frozen, from, k));
    mote_graph_destroy(from);
    mote_graph_destroy(g);
    mote_graph_destroy(frozen);
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_and_front_end_are_taken_over),
        cmocka_unit_test(the_bundle_says_where_it_began),
        cmocka_unit_test(an_embedding_of_others_is_a_start),
        cmocka_unit_test(what_contradicts_the_start_is_refused_by_name),
        cmocka_unit_test(what_samples_are_must_be_what_the_start_knows),
        cmocka_unit_test(keys_that_mean_nothing_are_refused),
        cmocka_unit_test(another_start_under_the_same_name_makes_it_stale),
        cmocka_unit_test(folds_begin_with_it_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
