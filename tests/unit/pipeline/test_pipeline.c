/* SPDX-License-Identifier: Apache-2.0 */
/* The engine of the loop on a tiny project: keys, what is fresh, stale or failed and why, what a
 * killed attempt leaves behind, measurements from outside. */
#include "tiny_project.h"

#include "pipeline/judged.h"
#include "pipeline/stage_internal.h"
#include "project/verdict.h"
#include "track/registry.h"

#define ATTEMPTS "SELECT count(*) FROM stage_attempt"

static const tiny_settings usual = {.epochs = 4, .seed = 1};

static void run_all(tiny *t)
{
    mote_err err = {0};
    T_OK(mote_pipeline_run(t->pipeline, MOTE_STAGE_deploy, false, &err));
}

static void status_of(tiny *t, mote_stage_status out[MOTE_N_STAGES])
{
    mote_err err = {0};
    T_OK(mote_pipeline_status(t->pipeline, out, &err));
}

static void a_new_project_has_never_run_and_says_what_it_needs(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_stage_status st[MOTE_N_STAGES];
    tiny_make(&t, usual, false);
    status_of(&t, st);
    for (int i = 0; i < MOTE_N_STAGES; i++) {
        assert_int_equal(st[i].state, MOTE_STAGE_STALE);
        assert_string_equal(st[i].why, "never run");
        assert_int_equal(st[i].ended_ms, 0);
    }
    T_FAILS(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, false, &err), MOTE_NOT_FOUND,
            "data: there is no data yet");
    tiny_open(&t, 1); /* the failure is remembered by the store, not by the process */
    status_of(&t, st);
    assert_int_equal(st[MOTE_STAGE_data].state, MOTE_STAGE_FAILED);
    assert_non_null(strstr(st[MOTE_STAGE_data].why, "no data yet"));
    assert_int_equal(st[MOTE_STAGE_train].state, MOTE_STAGE_STALE);

    tiny_close(&t);
    tiny_import(t.dir, t.tree);
    tiny_open(&t, 1);
    status_of(&t, st); /* other samples, another key: that failure is not this one's */
    assert_int_equal(st[MOTE_STAGE_data].state, MOTE_STAGE_STALE);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_data, false, &err));
    tiny_remove(&t);
}

/* From checking to deploying, many stages load a split or everybody. */
static void a_sample_is_decoded_once_a_lap(void **state)
{
    (void)state;
    tiny t;
    tiny_make(&t, usual, true);
    run_all(&t);
    mote_decoded_counts c = mote_decoded_cache_counts(t.pipeline->decoded);
    assert_int_equal(c.n_missed, tiny_count(&t, "SELECT count(DISTINCT object) FROM data_sample"));
    print_message("decoded %zu, taken from the cache %zu times\n", c.n_missed, c.n_found);
    assert_true(c.n_found > 3 * c.n_missed);
    tiny_remove(&t);
}

static void what_is_fresh_does_not_run_again(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_stage_status st[MOTE_N_STAGES];
    tiny_make(&t, usual, true);
    run_all(&t);
    assert_int_equal(tiny_count(&t, ATTEMPTS " WHERE state = 'done'"), MOTE_N_STAGES);
    tiny_open(&t, 2); /* another process, another number of threads */
    run_all(&t);
    assert_int_equal(tiny_count(&t, ATTEMPTS), MOTE_N_STAGES);
    status_of(&t, st);
    for (int i = 0; i < MOTE_N_STAGES; i++) {
        assert_int_equal(st[i].state, MOTE_STAGE_FRESH);
        assert_string_equal(st[i].why, "");
        assert_int_equal(st[i].ended_ms, tiny_now_ms);
        assert_non_null(tiny_text(&t, (mote_stage_id)i, "summary"));
    }
    assert_non_null(tiny_text(&t, MOTE_STAGE_compile, "missing")); /* no cross compiler in PATH */

    /* forced: that one only */
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_compress, true, &err));
    assert_int_equal(tiny_count(&t, ATTEMPTS), MOTE_N_STAGES + 1);
    assert_int_equal(tiny_count(&t, ATTEMPTS " WHERE stage = 'compress'"), 2);
    tiny_remove(&t);
}

static void a_change_makes_stale_what_reads_it_and_going_back_makes_it_fresh(void **state)
{
    (void)state;
    tiny t;
    mote_stage_status st[MOTE_N_STAGES];
    tiny_make(&t, usual, true);
    run_all(&t);
    mote_sha256 first = tiny_object(&t, MOTE_STAGE_compress, "graph.s8");

    tiny_set(&t, (tiny_settings){.epochs = 5, .seed = 1});
    status_of(&t, st);
    assert_int_equal(st[MOTE_STAGE_data].state, MOTE_STAGE_FRESH);
    assert_int_equal(st[MOTE_STAGE_features].state, MOTE_STAGE_FRESH);
    assert_int_equal(st[MOTE_STAGE_train].state, MOTE_STAGE_STALE);
    assert_string_equal(st[MOTE_STAGE_train].why, "mote.yaml: training changed");
    assert_int_equal(st[MOTE_STAGE_train].ended_ms, tiny_now_ms); /* stale, but it has been run */
    assert_string_equal(st[MOTE_STAGE_compress].why, "train changed");
    assert_int_equal(st[MOTE_STAGE_deploy].state, MOTE_STAGE_STALE);
    run_all(&t);
    int64_t n = tiny_count(&t, ATTEMPTS);
    assert_int_equal(n, MOTE_N_STAGES + 5); /* not data, not plan, not features */
    mote_sha256 second = tiny_object(&t, MOTE_STAGE_compress, "graph.s8");
    assert_memory_not_equal(&first, &second, sizeof first);

    tiny_set(&t, usual);
    status_of(&t, st);
    for (int i = 0; i < MOTE_STAGE_deploy; i++)
        assert_int_equal(st[i].state, MOTE_STAGE_FRESH);
    /* The last one did something that another has undone since: it looks again, and finds the
     * version that it had made. */
    assert_int_equal(st[MOTE_STAGE_deploy].state, MOTE_STAGE_STALE);
    assert_string_equal(st[MOTE_STAGE_deploy].why, "something else was deployed since");
    run_all(&t);
    assert_int_equal(tiny_count(&t, ATTEMPTS), n + 1);
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM model_version"), 2);
    mote_sha256 again = tiny_object(&t, MOTE_STAGE_compress, "graph.s8");
    assert_memory_equal(&first, &again, sizeof first);

    tiny_set(&t, (tiny_settings){.epochs = 4, .seed = 1, .accuracy = "11 %"});
    status_of(&t, st); /* a requirement is read by the last stage alone */
    assert_int_equal(st[MOTE_STAGE_compile].state, MOTE_STAGE_FRESH);
    assert_string_equal(st[MOTE_STAGE_deploy].why, "mote.yaml: requirements changed");
    tiny_remove(&t);
}

static void new_recordings_make_everything_stale(void **state)
{
    (void)state;
    tiny t;
    mote_stage_status st[MOTE_N_STAGES];
    tiny_make(&t, usual, true);
    run_all(&t);
    tiny_close(&t);
    char more[TEMP_DIR_BYTES + 32];
    snprintf(more, sizeof more, "%s/more", t.dir);
    tiny_tree(more, TINY_GROUPS, 1);
    tiny_import(t.dir, more);
    tiny_open(&t, 1);
    status_of(&t, st);
    assert_string_equal(st[MOTE_STAGE_data].why, "samples changed");
    assert_string_equal(st[MOTE_STAGE_features].why, "data changed");
    assert_int_equal(st[MOTE_STAGE_deploy].state, MOTE_STAGE_STALE);
    tiny_remove(&t);
}

static void an_attempt_that_was_killed_counts_for_nothing(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_stage_status st[MOTE_N_STAGES];
    tiny_make(&t, usual, true);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    /* What a kill leaves: the row as it was begun. */
    T_OK(mote_store_exec(t.store,
                         "UPDATE stage_attempt SET state = 'running', ended_ms = NULL, "
                         "output = NULL WHERE stage = 'train'",
                         &err));
    tiny_open(&t, 1);
    status_of(&t, st);
    assert_int_equal(st[MOTE_STAGE_features].state, MOTE_STAGE_FRESH);
    assert_int_equal(st[MOTE_STAGE_train].state, MOTE_STAGE_STALE);
    assert_non_null(strstr(st[MOTE_STAGE_train].why, "not finished"));
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    status_of(&t, st);
    assert_int_equal(st[MOTE_STAGE_train].state, MOTE_STAGE_FRESH);
    assert_int_equal(tiny_count(&t, ATTEMPTS " WHERE stage = 'train'"), 2);
    tiny_remove(&t);
}

static void a_failure_is_remembered_under_its_settings_only(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_stage_status st[MOTE_N_STAGES];
    tiny_settings bad = usual;
    bad.keywords = "yes, no"; /* nobody has said them */
    tiny_make(&t, usual, true);
    run_all(&t);
    tiny_set(&t, bad);
    assert_int_not_equal(mote_pipeline_run(t.pipeline, MOTE_STAGE_features, false, &err), MOTE_OK);
    assert_ptr_equal(strstr(err.text, "features: "), err.text);
    tiny_open(&t, 1);
    status_of(&t, st);
    assert_int_equal(st[MOTE_STAGE_features].state, MOTE_STAGE_FAILED);
    assert_string_equal(st[MOTE_STAGE_features].why, err.text + strlen("features: "));
    assert_string_equal(st[MOTE_STAGE_train].why, "data changed"); /* what is a keyword */
    tiny_set(&t, usual);
    status_of(&t, st);
    for (int i = 0; i < MOTE_N_STAGES; i++)
        assert_int_equal(st[i].state, MOTE_STAGE_FRESH);
    tiny_remove(&t);
}

/* ---- measurements ------------------------------------------------------------------------ */

static double found(tiny *t, const char *id, const char **basis)
{
    mote_err err = {0};
    MOTE_SCOPED_JSON *recorded = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 8u << 20);
    mote_judged j = {.remarks = NULL};
    T_OK(mote_pipeline_recorded(t->pipeline, &recorded, basis, &err));
    T_OK(mote_pipeline_judge(t->pipeline, &a, &j, &err));
    const mote_measurements m = j.measured;
    double value = -1.0;
    for (size_t i = 0; i < m.n; i++)
        if (strcmp(m.items[i].id, id) == 0) {
            assert_true(value < 0.0); /* once */
            value = m.items[i].value;
        }
    mote_judged_release(&j);
    return value;
}

static void numbers_from_outside_belong_to_the_model_they_were_measured_on(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    const char *basis = "";
    tiny_make(&t, usual, true);
    T_FAILS(mote_pipeline_measured(
                t.pipeline, MOTE_METRIC_p99_ms, MOTE_AT_SERVING,
                &(mote_measurement){.value = 3.5, .lo = 3.5, .hi = 3.5, .n = 10, .source = "test"},
                &err),
            MOTE_NOT_FOUND, "no up-to-date model");
    assert_true(found(&t, "p99_ms@serving", &basis) < 0.0);
    assert_null(basis);
    run_all(&t);
    T_OK(mote_pipeline_measured(
        t.pipeline, MOTE_METRIC_p99_ms, MOTE_AT_SERVING,
        &(mote_measurement){.value = 3.5, .lo = 3.5, .hi = 3.5, .n = 10, .source = "test"}, &err));
    assert_true(found(&t, "p99_ms@serving", &basis) == 3.5);
    assert_int_equal(strlen(basis), 64);
    T_OK(mote_pipeline_measured(
        t.pipeline, MOTE_METRIC_p99_ms, MOTE_AT_SERVING,
        &(mote_measurement){.value = 2.5, .lo = 2.5, .hi = 2.5, .n = 10, .source = "test"}, &err));
    assert_true(found(&t, "p99_ms@serving", &basis) == 2.5); /* the latest */
    assert_true(found(&t, "accuracy@test", &basis) >= 0.0);  /* beside those of stages */

    tiny_set(&t, (tiny_settings){.epochs = 3, .seed = 9});
    run_all(&t);
    assert_true(found(&t, "p99_ms@serving", &basis) < 0.0); /* another model */
    tiny_set(&t, usual);
    assert_true(found(&t, "p99_ms@serving", &basis) == 2.5);
    tiny_remove(&t);
}

/* ---- schedule.retrain -------------------------------------------------------------------- */

#define DAY_MS INT64_C(86400000)

static void new_samples_wait_until_there_are_enough(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_stage_status st[MOTE_N_STAGES];
    char more[TEMP_DIR_BYTES + 32], yet_more[TEMP_DIR_BYTES + 32];
    tiny_settings y = usual;
    y.retrain = "new_samples: 7, every_days: 30";
    tiny_make(&t, y, true);
    run_all(&t);
    int64_t n = tiny_count(&t, ATTEMPTS);
    tiny_close(&t);
    snprintf(more, sizeof more, "%s/more", t.dir);
    snprintf(yet_more, sizeof yet_more, "%s/yet_more", t.dir);
    tiny_tree(more, TINY_GROUPS, 1);
    tiny_tree(yet_more, TINY_GROUPS + 1, 1);
    tiny_import(t.dir, more); /* 6 of 7 */
    tiny_open(&t, 1);
    status_of(&t, st);
    for (int i = 0; i < MOTE_N_STAGES; i++)
        assert_int_equal(st[i].state, MOTE_STAGE_FRESH);
    assert_string_equal(st[MOTE_STAGE_data].why,
                        "6 new samples wait, schedule.retrain.new_samples is 7");
    run_all(&t);
    assert_int_equal(tiny_count(&t, ATTEMPTS), n);

    /* After every_days they wait no longer. */
    tiny_now_ms += 30 * DAY_MS;
    status_of(&t, st);
    assert_string_equal(st[MOTE_STAGE_data].why, "samples changed");
    tiny_now_ms -= 30 * DAY_MS;

    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_data, true, &err)); /* nor when forced */
    assert_int_equal(tiny_count(&t, ATTEMPTS), n + 1);
    status_of(&t, st);
    assert_int_equal(st[MOTE_STAGE_data].state, MOTE_STAGE_FRESH);
    assert_string_equal(st[MOTE_STAGE_data].why, "");
    assert_string_equal(st[MOTE_STAGE_features].why, "data changed");

    run_all(&t);
    tiny_close(&t);
    tiny_import(t.dir, yet_more);
    y.retrain = "new_samples: 6";
    tiny_set(&t, y);
    status_of(&t, st); /* 6 of 6 */
    assert_int_equal(st[MOTE_STAGE_data].state, MOTE_STAGE_STALE);
    y.retrain = "new_samples: 7";
    tiny_set(&t, y);
    status_of(&t, st);
    assert_int_equal(st[MOTE_STAGE_data].state, MOTE_STAGE_FRESH);
    tiny_remove(&t);
}

static void a_training_that_is_too_old_runs_again_and_gives_the_same_bytes(void **state)
{
    (void)state;
    tiny t;
    mote_stage_status st[MOTE_N_STAGES];
    tiny_settings y = usual;
    y.retrain = "every_days: 3";
    tiny_make(&t, y, true);
    run_all(&t);
    int64_t n = tiny_count(&t, ATTEMPTS);
    mote_sha256 before = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    tiny_now_ms += 3 * DAY_MS - 1;
    status_of(&t, st);
    assert_int_equal(st[MOTE_STAGE_train].state, MOTE_STAGE_FRESH);
    tiny_now_ms += 1;
    status_of(&t, st);
    assert_int_equal(st[MOTE_STAGE_train].state, MOTE_STAGE_STALE);
    assert_string_equal(st[MOTE_STAGE_train].why,
                        "trained 3 days ago, schedule.retrain.every_days is 3");
    assert_int_equal(st[MOTE_STAGE_compress].state, MOTE_STAGE_FRESH);
    run_all(&t);
    assert_int_equal(tiny_count(&t, ATTEMPTS), n + 1); /* what follows would be the same */
    mote_sha256 after = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    assert_memory_equal(&before, &after, sizeof before);
    status_of(&t, st);
    assert_int_equal(st[MOTE_STAGE_train].state, MOTE_STAGE_FRESH);
    tiny_remove(&t);
}

/* ---- what is missing or damaged ---- */

/* The file of an object that a stage made under the present keys. */
static void file_of(tiny *t, mote_stage_id id, const char *name, char out[512])
{
    const mote_stage_result *r = NULL;
    mote_err err = {0};
    T_OK(mote_pipeline_result(t->pipeline, id, &r, &err));
    for (size_t i = 0; i < r->n_objects; i++) {
        char hex[MOTE_SHA256_HEX_BYTES];
        if (strcmp(r->objects[i].name, name) != 0)
            continue;
        mote_sha256_hex(&r->objects[i].object, hex);
        snprintf(out, 512, "%s/.mote/objects/%.2s/%s", t->dir, hex, hex + 2);
        if (!mote_path_exists(out))
            snprintf(out, 512, "%s/.mote/objects/%.2s/%s.zst", t->dir, hex, hex + 2);
        assert_true(mote_path_exists(out));
        return;
    }
    fail_msg("stage %s made no '%s'", mote_stage_name(id), name);
}

static void flip_a_byte(const char *path)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_err err = {0};
    T_OK(mote_file_read(path, 1 << 30, &bytes, &n, &err));
    bytes[n / 2] ^= 1;
    T_OK(mote_file_write(path, bytes, n, &err));
}

static void a_result_that_is_missing_is_stale_and_made_again(void **state)
{
    (void)state;
    tiny t;
    char path[512];
    mote_err err = {0};
    mote_stage_status st[MOTE_N_STAGES];
    tiny_make(&t, usual, true);
    run_all(&t);
    file_of(&t, MOTE_STAGE_compress, "graph.s8", path);
    assert_int_equal(unlink(path), 0);
    tiny_open(&t, 1);
    status_of(&t, st);
    for (int i = 0; i < MOTE_N_STAGES; i++)
        assert_int_equal(st[i].state,
                         i == MOTE_STAGE_compress ? MOTE_STAGE_STALE : MOTE_STAGE_FRESH);
    assert_non_null(strstr(st[MOTE_STAGE_compress].why, "'graph.s8' is missing from the store"));
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_compress, false, &err));
    assert_true(mote_path_exists(path));
    status_of(&t, st);
    for (int i = 0; i < MOTE_N_STAGES; i++)
        assert_int_equal(st[i].state, MOTE_STAGE_FRESH);
    tiny_remove(&t);
}

static char warned[256];

static void keep_warning(void *arg, const char *text)
{
    (void)arg;
    snprintf(warned, sizeof warned, "%s", text);
}

static void a_damaged_result_is_dropped_with_a_warning_and_made_again(void **state)
{
    (void)state;
    tiny t;
    char path[512];
    mote_err err = {0};
    tiny_make(&t, usual, true);
    run_all(&t);
    file_of(&t, MOTE_STAGE_compress, "graph.s8", path);
    flip_a_byte(path);
    mote_pipeline *p = NULL;
    mote_pipeline_config cfg = {.store = t.store,
                                .project = t.project,
                                .pool = t.pool,
                                .now_ms = tiny_clock,
                                .warn = keep_warning};
    T_OK(mote_pipeline_create(&cfg, &p, &err));
    warned[0] = '\0';
    T_OK(mote_pipeline_run(p, MOTE_STAGE_evaluate, true, &err)); /* reads it */
    assert_non_null(strstr(warned, "'graph.s8' of stage 'compress' is damaged"));
    mote_pipeline_destroy(p);
    const mote_stage_result *r = NULL;
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    T_OK(mote_pipeline_result(t.pipeline, MOTE_STAGE_compress, &r, &err));
    T_OK(mote_object_get(t.store, &r->objects[0].object, 1 << 30, &bytes, &n, &err));
    tiny_remove(&t);
}

static void a_champion_that_cannot_be_used_is_named_with_the_ways_back(void **state)
{
    (void)state;
    tiny t;
    char path[512];
    mote_err err = {0};
    tiny_make(&t, usual, true);
    T_OK(mote_registry_check_champion(t.store, "tiny", true, &err)); /* there is none yet */
    run_all(&t);
    T_OK(mote_registry_check_champion(t.store, "tiny", true, &err));
    file_of(&t, MOTE_STAGE_deploy, "bundle", path);
    flip_a_byte(path);
    T_FAILS(mote_registry_check_champion(t.store, "tiny", false, &err), MOTE_CORRUPT,
            "the champion: 'tiny/1' cannot be used");
    assert_non_null(strstr(err.text, "restore"));
    assert_non_null(strstr(err.text, "mote model rollback"));
    assert_non_null(strstr(err.text, "mote run --force"));
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, true, &err)); /* as that says */
    T_OK(mote_registry_check_champion(t.store, "tiny", true, &err));
    assert_int_equal(unlink(path), 0);
    T_FAILS(mote_registry_check_champion(t.store, "tiny", false, &err), MOTE_CORRUPT, "is missing");
    tiny_remove(&t);
}

/* The aliases change together: a failure (or a kill) in the middle leaves what was. */
static void a_promotion_happens_whole_or_not_at_all(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    tiny_make(&t, usual, true);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_compile, false, &err));
    T_OK(mote_store_exec(t.store,
                         "CREATE TRIGGER stop BEFORE DELETE ON model_alias BEGIN "
                         "SELECT RAISE(ABORT, 'stopped'); END",
                         &err));
    assert_int_not_equal(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, false, &err), MOTE_OK);
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM model_alias WHERE alias = 'champion'"),
                     0);
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM model_alias WHERE alias = 'challenger'"),
                     1);
    T_OK(mote_store_exec(t.store, "DROP TRIGGER stop", &err));
    run_all(&t);
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM model_alias WHERE alias = 'champion'"),
                     1);
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM model_alias WHERE alias = 'challenger'"),
                     0);
    tiny_remove(&t);
}

static void stages_are_known_by_name(void **state)
{
    (void)state;
    for (int i = 0; i < MOTE_N_STAGES; i++) {
        mote_stage_id id = MOTE_N_STAGES;
        assert_true(mote_stage_parse(mote_stage_name((mote_stage_id)i), &id));
        assert_int_equal(id, i);
    }
    mote_stage_id id = MOTE_STAGE_compile;
    assert_false(mote_stage_parse("trains", &id));
    assert_int_equal(id, MOTE_STAGE_compile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_project_has_never_run_and_says_what_it_needs),
        cmocka_unit_test(a_sample_is_decoded_once_a_lap),
        cmocka_unit_test(what_is_fresh_does_not_run_again),
        cmocka_unit_test(a_change_makes_stale_what_reads_it_and_going_back_makes_it_fresh),
        cmocka_unit_test(new_recordings_make_everything_stale),
        cmocka_unit_test(an_attempt_that_was_killed_counts_for_nothing),
        cmocka_unit_test(a_failure_is_remembered_under_its_settings_only),
        cmocka_unit_test(numbers_from_outside_belong_to_the_model_they_were_measured_on),
        cmocka_unit_test(new_samples_wait_until_there_are_enough),
        cmocka_unit_test(a_training_that_is_too_old_runs_again_and_gives_the_same_bytes),
        cmocka_unit_test(a_result_that_is_missing_is_stale_and_made_again),
        cmocka_unit_test(a_damaged_result_is_dropped_with_a_warning_and_made_again),
        cmocka_unit_test(a_champion_that_cannot_be_used_is_named_with_the_ways_back),
        cmocka_unit_test(a_promotion_happens_whole_or_not_at_all),
        cmocka_unit_test(stages_are_known_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
