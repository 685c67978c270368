/* SPDX-License-Identifier: Apache-2.0 */
/* How a project stands, before and after its first turn, as struct and as document; figures of
 * serving that are kept for its requirements. */
#include "tiny_project.h"

#include "loop/overview.h"
#include "loop/record.h"

static const tiny_settings usual = {.epochs = 2, .seed = 1};

static mote_pipeline_config config_of(tiny *t)
{
    return (mote_pipeline_config){.store = t->store, .project = t->project, .now_ms = tiny_clock};
}

static void look(tiny *t, mote_overview *o)
{
    mote_err err = {0};
    const mote_pipeline_config cfg = config_of(t);
    T_OK(mote_overview_of(&cfg, &t->arena, o, &err));
}

static void the_next_step_follows_from_how_the_project_stands(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_overview o;
    tiny_make(&t, usual, false);
    look(&t, &o);
    assert_non_null(strstr(o.next, "mote data add"));
    assert_false(o.has_champion);
    assert_int_equal(o.newest, 0);
    assert_null(o.facts);
    mote_overview_release(&o);
    tiny_import(t.dir, t.tree);
    look(&t, &o);
    assert_string_equal(o.next, "bring the project up to date: 'mote run'");
    assert_true(o.data.n_waiting > 0);
    mote_overview_release(&o);

    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, false, &err));
    look(&t, &o);
    for (int i = 0; i < MOTE_N_STAGES; i++)
        assert_int_equal(o.stages[i].state, MOTE_STAGE_FRESH);
    assert_true(o.has_champion && o.champion.version == 1 && o.newest == 1);
    assert_null(o.damage);
    assert_null(o.due);
    assert_non_null(o.facts);
    assert_string_equal(o.next, "serve it: 'mote serve'");
    mote_overview_release(&o);

    /* The champion's bundle is lost: that stands in the way before anything else. */
    T_OK(mote_object_drop_file(t.store, &o.champion.bundle, &err));
    look(&t, &o);
    assert_non_null(o.damage);
    assert_non_null(strstr(o.next, "cannot be used"));
    mote_overview_release(&o);
    tiny_remove(&t);
}

static void the_document_says_all_of_it_in_one_order(void **state)
{
    static const char *const members[] = {
        "project",      "scope",    "stages",         "data",  "requirements", "not_tested",
        "promises",     "unbeaten", "exceeded",       "facts", "champion",     "alerts",
        "training_due", "writable", "prediction_log", "next"};
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_overview o;
    json_t *j = NULL;
    tiny_make(&t, usual, true);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, false, &err));
    look(&t, &o);
    T_OK(mote_overview_json(&o, &j, &err));
    size_t i = 0;
    const char *key;
    json_t *value;
    json_object_foreach(j, key, value)
    {
        assert_true(i < T_COUNT(members));
        assert_string_equal(key, members[i++]);
    }
    assert_int_equal(i, T_COUNT(members));
    assert_int_equal(json_array_size(json_object_get(j, "stages")), MOTE_N_STAGES);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(j, "champion"), "version")),
                     1);
    json_decref(j);
    mote_overview_release(&o);
    tiny_remove(&t);
}

static void figures_of_serving_are_judged_and_kept_with_the_version(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_overview o;
    mote_model_version v;
    mote_serving_figures f = {.version = "7",
                              .is_one_version = true,
                              .n = 1000,
                              .seconds = 2.0,
                              .mean_ms = 1.0,
                              .sd_ms = 0.1,
                              .p99_ms = 2.0,
                              .p99_lo_ms = 1.5,
                              .p99_hi_ms = 2.5};
    tiny_make(&t, usual, true);
    const mote_pipeline_config cfg = config_of(&t);
    T_FAILS(mote_record_serving(&cfg, &f, "a test", &err), MOTE_CONFLICT, "nothing recorded");
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, false, &err));
    T_FAILS(mote_record_serving(&cfg, &f, "a test", &err), MOTE_CONFLICT, "version '7'");
    f.version = "1";
    f.is_one_version = false;
    T_FAILS(mote_record_serving(&cfg, &f, "a test", &err), MOTE_CONFLICT, "nothing recorded");
    f.is_one_version = true;
    T_OK(mote_record_serving(&cfg, &f, "a test", &err));
    look(&t, &o);
    double p99 = 0.0, rate = 0.0;
    for (size_t i = 0; i < o.judged.measured.n; i++) {
        const mote_measurement *m = &o.judged.measured.items[i];
        p99 = strcmp(m->id, "p99_ms@serving") == 0 ? m->value : p99;
        rate = strcmp(m->id, "requests_per_second@serving") == 0 ? m->value : rate;
    }
    assert_true(p99 > 1.99 && p99 < 2.01);
    assert_true(rate > 499.0 && rate < 501.0);
    mote_overview_release(&o);
    /* With the version: all that the deploy stage had kept, not the requirements alone. */
    MOTE_SCOPED_JSON *kept = NULL;
    T_OK(mote_registry_get(t.store, t.project->name, 1, &t.arena, &v, &err));
    T_OK(mote_json_parse("verdicts", v.verdicts_json, strlen(v.verdicts_json), &kept, &err));
    assert_int_equal(json_array_size(json_object_get(kept, "requirements")), 1);
    assert_true(json_array_size(json_object_get(kept, "not_tested")) > 0);
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_step_follows_from_how_the_project_stands),
        cmocka_unit_test(the_document_says_all_of_it_in_one_order),
        cmocka_unit_test(figures_of_serving_are_judged_and_kept_with_the_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
