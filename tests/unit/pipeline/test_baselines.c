/* SPDX-License-Identifier: Apache-2.0 */
/* A model that has learned beats what is fitted at once where that can know nothing, and the line
 * of the stage names what it does not beat. */
#include "pipeline/baselines.h"

#include "base/json.h"
#include "tiny_project.h"

static const json_t *baselines_of(tiny *t)
{
    const mote_stage_result *r = NULL;
    mote_err err = {0};
    T_OK(mote_pipeline_run(t->pipeline, MOTE_STAGE_evaluate, false, &err));
    T_OK(mote_pipeline_result(t->pipeline, MOTE_STAGE_evaluate, &r, &err));
    const json_t *all = json_object_get(r->output, "baselines");
    assert_int_equal(json_object_size(all), 3);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_stands_beside_what_is_fitted_at_once),
        cmocka_unit_test(a_model_that_has_learned_nothing_beats_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
