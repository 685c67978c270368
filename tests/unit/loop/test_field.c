/* SPDX-License-Identifier: Apache-2.0 */
/* Requirements that only use can tell: they keep no model from being deployed, are asked for, and
 * are judged by what is brought back. */
#include "tiny_project.h"

#include "loop/field.h"
#include "loop/overview.h"

static const tiny_settings asked = {
    .epochs = 2,
    .seed = 1,
    .accuracy = "10 %\n  - metric: accuracy\n    at_least: 80 %\n    where: field\n"
                "  - metric: false_accepts_per_hour\n    at_most: 2\n    where: field"};

static mote_pipeline_config config_of(tiny *t)
{
    return (mote_pipeline_config){.store = t->store, .project = t->project, .now_ms = tiny_clock};
}

static mote_verdict_kind kind_of(tiny *t, const char *id)
{
    const mote_pipeline_config cfg = config_of(t);
    mote_verdicts said;
    mote_err err = {0};
    T_OK(mote_field_verdicts(&cfg, &t->arena, &said, &err));
    assert_int_equal(said.n, 2);
    for (size_t i = 0; i < said.n; i++)
        if (strcmp(said.items[i].requirement->id, id) == 0)
            return said.items[i].kind;
    fail_msg("'%s' is not asked of the field", id);
    return MOTE_VERDICT_UNKNOWN;
}

static void what_only_use_can_tell_keeps_no_model_back(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_overview o;
    tiny_make(&t, asked, true);
    const mote_pipeline_config cfg = config_of(&t);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, false, &err));
    T_OK(mote_overview_of(&cfg, &t.arena, &o, &err));
    assert_true(o.has_champion);
    assert_non_null(strstr(o.next, "'mote monitor' asks for"));
    assert_int_equal(mote_verdict_count(&o.judged.verdicts, MOTE_VERDICT_UNKNOWN), 2);
    mote_overview_release(&o);
    assert_int_equal(kind_of(&t, "accuracy@field"), MOTE_VERDICT_UNKNOWN);
    tiny_remove(&t);
}

static void a_figure_from_the_field_is_judged_on_what_it_rests(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_model_version v;
    tiny_make(&t, asked, true);
    const mote_pipeline_config cfg = config_of(&t);
    mote_field_figure f = {
        .metric = "accuracy", .value = "95 %", .n_samples = 400, .observed = "calls of May"};
    T_FAILS(mote_field_record(&cfg, &f, &err), MOTE_NOT_FOUND, "no up-to-date model");
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_deploy, false, &err));
    T_OK(mote_field_record(&cfg, &f, &err));
    assert_int_equal(kind_of(&t, "accuracy@field"), MOTE_VERDICT_MET);
    f.n_samples = 20; /* 95 % of 20: the limit lies inside the interval */
    T_OK(mote_field_record(&cfg, &f, &err));
    assert_int_equal(kind_of(&t, "accuracy@field"), MOTE_VERDICT_NOT_PROVEN);
    f.value = "40 %";
    T_OK(mote_field_record(&cfg, &f, &err));
    assert_int_equal(kind_of(&t, "accuracy@field"), MOTE_VERDICT_NOT_MET);
    T_OK(mote_registry_get(t.store, t.project->name, 1, &t.arena, &v, &err));
    assert_non_null(strstr(v.verdicts_json, "calls of May"));

    f = (mote_field_figure){
        .metric = "false_accepts_per_hour", .value = "0.5", .hours = 100, .observed = ""};
    T_OK(mote_field_record(&cfg, &f, &err));
    assert_int_equal(kind_of(&t, "false_accepts_per_hour@field"), MOTE_VERDICT_MET);
    tiny_remove(&t);
}

static void figures_that_nobody_asked_for_or_that_rest_on_nothing_are_refused(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    tiny_make(&t, asked, false);
    const mote_pipeline_config cfg = config_of(&t);
    mote_field_figure f = {.metric = "ece", .value = "0.1", .n_samples = 1, .observed = ""};
    T_FAILS(mote_field_record(&cfg, &f, &err), MOTE_ARG, "no requirement asks the field for 'ece'");
    f.metric = "accuracy";
    f.value = "much";
    T_FAILS(mote_field_record(&cfg, &f, &err), MOTE_ARG, "'much' of 'accuracy' must be");
    f.value = "140 %";
    T_FAILS(mote_field_record(&cfg, &f, &err), MOTE_ARG, "from 0 to 1");
    f.value = "90 %";
    f.n_samples = 0;
    T_FAILS(mote_field_record(&cfg, &f, &err), MOTE_ARG, "say on how many");
    f.metric = "false_accepts_per_hour";
    f.value = "1";
    T_FAILS(mote_field_record(&cfg, &f, &err), MOTE_ARG, "how many hours");
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_only_use_can_tell_keeps_no_model_back),
        cmocka_unit_test(a_figure_from_the_field_is_judged_on_what_it_rests),
        cmocka_unit_test(figures_that_nobody_asked_for_or_that_rest_on_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
