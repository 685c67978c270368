/* SPDX-License-Identifier: Apache-2.0 */
/* What is checked before training: nothing is trained while data.require or the budget of the
 * device is not kept, the message says what to do, and what was mended leaves no failure behind
 * and trains nothing twice. */
#include "tiny_project.h"

#include "data/check.h"

static const tiny_settings usual = {.epochs = 2, .seed = 1};

static mote_stage_status status_of(tiny *t, mote_stage_id id)
{
    mote_err err = {0};
    mote_stage_status st[MOTE_N_STAGES];
    T_OK(mote_pipeline_status(t->pipeline, st, &err));
    return st[id];
}

static int64_t count_runs(tiny *t)
{
    return tiny_count(t, "SELECT count(*) FROM run");
}

/* The required findings of 'mote data check', under the settings of the project. */
static size_t count_required(tiny *t, const char *id)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    mote_check_report r;
    mote_check_config cfg = mote_check_config_of(t->project);
    T_OK(mote_data_check(t->store, &cfg, &a, &r, &err));
    size_t n = 0;
    for (size_t i = 0; i < r.n; i++)
        if (r.findings[i].is_required) {
            assert_string_equal(r.findings[i].id, id);
            assert_int_equal(r.findings[i].severity, MOTE_FINDING_ERROR);
            n++;
        }
    assert_int_equal(n, r.n_required);
    return n;
}

static void nothing_is_trained_while_the_data_lacks_what_is_required(void **state)
{
    (void)state;
    static const struct {
        const char *require, *keywords, *id, *words, *remedy;
    } cases[] = {
        {"min_per_class: 25", NULL, "few-per-class", "low: 24, mid: 24", "record more"},
        {"min_per_class: 0", "low, up", "no-samples", "without a recording: 1 (up)",
         "add recordings"},
        {"min_groups: 13", NULL, "few-groups", "12, required are 13", "record more speakers"},
        {"min_total: 10 min", NULL, "few-seconds", "required are 600 s", "record more"},
        {"coverage: 100 %", "low, up", "no-samples", "up", "add recordings"},
    };
    tiny t;
    mote_err err = {0};
    tiny_make(&t, usual, true);
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        tiny_settings y = usual;
        y.require = cases[i].require;
        y.keywords = cases[i].keywords;
        tiny_set(&t, y);
        T_FAILS(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, false, &err), MOTE_UNMET,
                cases[i].words);
        assert_ptr_equal(strstr(err.text, "plan: "), err.text);
        assert_non_null(strstr(err.text, cases[i].remedy));
        if (i < 4)
            assert_int_equal(count_required(&t, cases[i].id), 1);
        assert_int_equal(status_of(&t, MOTE_STAGE_plan).state, MOTE_STAGE_FAILED);
        assert_int_equal(count_runs(&t), 0);
    }
    tiny_set(&t, usual);
    assert_int_equal(count_required(&t, ""), 0);
    assert_int_equal(status_of(&t, MOTE_STAGE_plan).state, MOTE_STAGE_STALE);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    assert_int_equal(status_of(&t, MOTE_STAGE_plan).state, MOTE_STAGE_FRESH);
    assert_int_equal(count_runs(&t), 1);
    tiny_remove(&t);
}

static void a_limit_on_the_data_that_changes_trains_nothing_again(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    tiny_settings y = usual;
    tiny_make(&t, usual, true);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    y.require = "min_groups: 20";
    tiny_set(&t, y);
    assert_int_equal(status_of(&t, MOTE_STAGE_data).state, MOTE_STAGE_FRESH);
    assert_int_equal(status_of(&t, MOTE_STAGE_plan).state, MOTE_STAGE_STALE);
    assert_string_equal(status_of(&t, MOTE_STAGE_plan).why, "mote.yaml: data.require changed");
    assert_int_equal(status_of(&t, MOTE_STAGE_train).state, MOTE_STAGE_FRESH);
    T_FAILS(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, false, &err), MOTE_UNMET, "20");
    y.require = "min_groups: 12";
    tiny_set(&t, y);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    assert_int_equal(count_runs(&t), 1);
    tiny_remove(&t);
}

static void a_budget_that_was_mended_leaves_no_failure(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    tiny_settings y = usual;
    y.device = "target: cortex-m0plus, budget: {ram: 200}";
    tiny_make(&t, y, true);
    T_FAILS(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err), MOTE_UNMET,
            "device.budget.ram is 200");
    assert_int_equal(status_of(&t, MOTE_STAGE_plan).state, MOTE_STAGE_FAILED);
    assert_int_equal(status_of(&t, MOTE_STAGE_train).state, MOTE_STAGE_STALE);
    y.device = "target: cortex-m0plus, budget: {ram: 200 kB}";
    tiny_set(&t, y);
    for (int i = 0; i < MOTE_N_STAGES; i++)
        assert_int_not_equal(status_of(&t, (mote_stage_id)i).state, MOTE_STAGE_FAILED);
    assert_string_equal(status_of(&t, MOTE_STAGE_plan).why, "never run");
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    assert_int_equal(count_runs(&t), 1);

    /* Another budget: looked at again, trained no more. */
    y.device = "target: cortex-m0plus, budget: {ram: 100 kB}";
    tiny_set(&t, y);
    assert_string_equal(status_of(&t, MOTE_STAGE_plan).why, "mote.yaml: device.budget.ram changed");
    assert_int_equal(status_of(&t, MOTE_STAGE_train).state, MOTE_STAGE_FRESH);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    assert_int_equal(count_runs(&t), 1);
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_trained_while_the_data_lacks_what_is_required),
        cmocka_unit_test(a_limit_on_the_data_that_changes_trains_nothing_again),
        cmocka_unit_test(a_budget_that_was_mended_leaves_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
