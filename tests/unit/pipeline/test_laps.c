/* SPDX-License-Identifier: Apache-2.0 */
/* Round the loop on a tiny project: stopped and killed trainings end with the bytes of one that was
 * left alone, laps are told apart, a better model replaces the champion and a worse one
 * does not. */
#include "tiny_project.h"

#include <signal.h>
#include <sys/wait.h>

#include "pipeline/laps.h"
#include "track/registry.h"

#define ATTEMPTS "SELECT count(*) FROM stage_attempt"

static void run_all(tiny *t)
{
    mote_err err = {0};
    T_OK(mote_pipeline_run(t->pipeline, MOTE_STAGE_deploy, false, &err));
}

/* ---- stopping and killing ---------------------------------------------------------------- */

static void same_graphs(tiny *a, tiny *b)
{
    static const struct {
        mote_stage_id stage;
        const char *name;
    } made[] = {{MOTE_STAGE_train, "graph.f32"}, {MOTE_STAGE_compress, "graph.s8"}};
    for (size_t i = 0; i < T_COUNT(made); i++) {
        mote_sha256 x = tiny_object(a, made[i].stage, made[i].name),
                    y = tiny_object(b, made[i].stage, made[i].name);
        assert_memory_equal(&x, &y, sizeof x);
    }
}

static void cancel_after_epoch_two(void *arg, mote_stage_id stage, int64_t done, int64_t total,
                                   const char *note)
{
    (void)done;
    (void)total;
    if (stage == MOTE_STAGE_train && strstr(note, "epoch 3/"))
        ((mote_cancel *)arg)->requested = 1;
}

static void a_stop_on_request_is_no_failure_and_is_gone_on_from(void **state)
{
    (void)state;
    tiny t, whole;
    mote_err err = {0};
    mote_stage_status st[MOTE_N_STAGES];
    tiny_settings long_one = {.epochs = 8, .seed = 3};
    tiny_make(&whole, long_one, true);
    T_OK(mote_pipeline_run(whole.pipeline, MOTE_STAGE_compress, false, &err));

    tiny_make(&t, long_one, true);
    t.progress = cancel_after_epoch_two;
    t.progress_arg = &t.cancel;
    tiny_open(&t, 1);
    T_FAILS(mote_pipeline_run(t.pipeline, MOTE_STAGE_compress, false, &err), MOTE_CANCELLED,
            "train");
    T_FAILS(mote_pipeline_run(t.pipeline, MOTE_STAGE_compress, false, &err), MOTE_CANCELLED,
            "run again to go on"); /* still requested: nothing is begun */
    t.cancel.requested = 0;
    t.progress = NULL;
    tiny_open(&t, 2);
    T_OK(mote_pipeline_status(t.pipeline, st, &err));
    assert_int_equal(st[MOTE_STAGE_train].state, MOTE_STAGE_STALE);
    assert_int_equal(tiny_count(&t, ATTEMPTS " WHERE state = 'failed'"), 0);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_compress, false, &err));
    assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_train, "summary"), "resumed"));

    same_graphs(&t, &whole);
    tiny_remove(&t);
    tiny_remove(&whole);
}

/* Dies in the middle of an epoch, as by kill -9: no handler, no clean-up. */
static void die_in_epoch_five(void *arg, mote_stage_id stage, int64_t done, int64_t total,
                              const char *note)
{
    (void)arg;
    (void)done;
    (void)total;
    if (stage == MOTE_STAGE_train && strstr(note, "epoch 5/"))
        (void)kill(getpid(), SIGKILL);
}

static void a_training_that_was_killed_ends_with_the_bytes_of_one_that_was_not(void **state)
{
    (void)state;
    tiny t, whole;
    mote_err err = {0};
    tiny_settings y = {.epochs = 8, .seed = 7};
    tiny_make(&whole, y, true);
    T_OK(mote_pipeline_run(whole.pipeline, MOTE_STAGE_compress, false, &err));
    tiny_make(&t, y, true);
    tiny_close(&t);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        t.progress = die_in_epoch_five;
        tiny_open(&t, 2);
        mote_ignore(mote_pipeline_run(t.pipeline, MOTE_STAGE_compress, false, NULL));
        _exit(9); /* it should not come to this */
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    tiny_open(&t, 1);
    T_OK(mote_store_check(t.store, true, &err));
    assert_int_equal(tiny_count(&t, ATTEMPTS " WHERE state = 'running'"), 1);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_compress, false, &err));
    assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_train, "summary"), "resumed"));
    same_graphs(&t, &whole);
    tiny_remove(&t);
    tiny_remove(&whole);
}

/* ---- laps -------------------------------------------------------------------------------- */

static int64_t champion_of(tiny *t)
{
    mote_err err = {0};
    mote_model_version v;
    T_OK(mote_registry_resolve(t->store, "tiny@champion", &t->arena, &v, &err));
    return v.version;
}

static bool promoted(tiny *t)
{
    mote_err err = {0};
    const mote_stage_result *r = NULL;
    T_OK(mote_pipeline_result(t->pipeline, MOTE_STAGE_deploy, &r, &err));
    return json_is_true(json_object_get(r->output, "promoted"));
}

static void a_better_model_replaces_the_champion_and_a_worse_one_does_not(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    tiny_make(&t, (tiny_settings){.epochs = 1, .seed = 1}, true);
    run_all(&t);
    assert_true(promoted(&t)); /* the first has nobody to beat */
    assert_int_equal(champion_of(&t), 1);
    assert_null(tiny_text(&t, MOTE_STAGE_deploy, "comparison"));

    tiny_now_ms += 1000;
    tiny_set(&t, (tiny_settings){.epochs = 60, .seed = 1, .promote = "clean_loss_at_most: 2 %"});
    run_all(&t);
    assert_true(promoted(&t));
    assert_int_equal(champion_of(&t), 2);
    assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_deploy, "decision"), "where the champion is"));

    tiny_now_ms += 1000; /* back to the bad one, with other weights */
    tiny_set(&t, (tiny_settings){.epochs = 1, .seed = 2, .promote = "clean_loss_at_most: 2 %"});
    run_all(&t);
    assert_false(promoted(&t));
    assert_int_equal(champion_of(&t), 2);
    assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_deploy, "decision"), "it is worse"));

    mote_lap laps[4];
    size_t n = 0;
    T_OK(mote_laps_read(t.store, 4, laps, &n, &err));
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        for (int s = 0; s < MOTE_N_STAGES; s++)
            if (s == MOTE_STAGE_plan) /* a gate: nothing is made from it */
                assert_null(laps[i].outputs[s]);
            else
                assert_non_null(laps[i].outputs[s]);
        assert_int_equal(
            json_integer_value(json_object_get(laps[i].outputs[MOTE_STAGE_deploy], "version")),
            i + 1);
        assert_true(i == 0 || laps[i].ended_ms > laps[i - 1].ended_ms);
    }
    /* Each lap is read with the training it came from. */
    assert_string_not_equal(
        json_string_value(json_object_get(laps[0].outputs[MOTE_STAGE_train], "run")),
        json_string_value(json_object_get(laps[1].outputs[MOTE_STAGE_train], "run")));
    const json_t *comparison = json_object_get(laps[1].outputs[MOTE_STAGE_deploy], "comparison");
    assert_int_equal(json_integer_value(json_object_get(comparison, "champion")), 1);
    assert_true(json_is_true(json_object_get(json_object_get(comparison, "promotion"), "promote")));
    mote_laps_release(laps, n);
    T_OK(mote_laps_read(t.store, 1, laps, &n, &err)); /* the newest */
    assert_int_equal(n, 1);
    assert_int_equal(
        json_integer_value(json_object_get(laps[0].outputs[MOTE_STAGE_deploy], "version")), 3);
    mote_laps_release(laps, n);
    tiny_remove(&t);
}

static void an_unmet_requirement_refuses_promotion(void **state)
{
    (void)state;
    tiny t;
    tiny_make(&t, (tiny_settings){.epochs = 1, .seed = 1, .accuracy = "100 %"}, true);
    run_all(&t);
    assert_false(promoted(&t));
    assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_deploy, "decision"), "accuracy@test"));
    mote_err err = {0};
    mote_model_version v;
    T_FAILS(mote_registry_resolve(t.store, "tiny@champion", &t.arena, &v, &err), MOTE_NOT_FOUND,
            "");
    tiny_remove(&t);
}

/* A new limit is no new model: the version is judged again and keeps its number. */
static void changed_requirements_judge_the_version_again(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_model_version *versions = NULL;
    size_t n = 0;
    tiny_make(&t, (tiny_settings){.epochs = 1, .seed = 1, .accuracy = "100 %"}, true);
    run_all(&t);
    assert_false(promoted(&t));
    tiny_set(&t, (tiny_settings){.epochs = 1, .seed = 1, .accuracy = "1 %"});
    run_all(&t);
    assert_true(promoted(&t)); /* what stood in the way was asked for too much */
    T_OK(mote_registry_versions(t.store, "tiny", &t.arena, &versions, &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(versions[0].counts.n_not_met, 0);
    tiny_set(&t, (tiny_settings){.epochs = 1, .seed = 1, .accuracy = "100 %"});
    run_all(&t);
    assert_true(promoted(&t)); /* it stays champion, and what it does not do is said */
    assert_non_null(strstr(tiny_text(&t, MOTE_STAGE_deploy, "decision"),
                           "it is the champion already, although "));
    T_OK(mote_registry_versions(t.store, "tiny", &t.arena, &versions, &n, &err));
    assert_int_equal(n, 1);
    assert_true(versions[0].counts.n_met + versions[0].counts.n_not_proven < versions[0].counts.n);
    tiny_remove(&t);
}

/* Every reason is said, the requirement first. */
static void a_refusal_names_every_reason(void **state)
{
    (void)state;
    tiny t;
    tiny_make(&t, (tiny_settings){.epochs = 60, .seed = 1, .accuracy = "1 %"}, true);
    run_all(&t);
    assert_true(promoted(&t));
    tiny_now_ms += 1000;
    tiny_set(&t, (tiny_settings){.epochs = 1, .seed = 2, .accuracy = "100 %"});
    run_all(&t);
    assert_false(promoted(&t));
    const char *why = tiny_text(&t, MOTE_STAGE_deploy, "decision");
    const char *unmet = strstr(why, "share of test samples that get the right class: ");
    const char *worse = strstr(why, "where the champion is weakest");
    assert_ptr_equal(unmet, why);
    assert_true(worse && worse > unmet);
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_on_request_is_no_failure_and_is_gone_on_from),
        cmocka_unit_test(a_training_that_was_killed_ends_with_the_bytes_of_one_that_was_not),
        cmocka_unit_test(a_better_model_replaces_the_champion_and_a_worse_one_does_not),
        cmocka_unit_test(an_unmet_requirement_refuses_promotion),
        cmocka_unit_test(changed_requirements_judge_the_version_again),
        cmocka_unit_test(a_refusal_names_every_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
