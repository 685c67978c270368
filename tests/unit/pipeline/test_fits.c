/* SPDX-License-Identifier: Apache-2.0 */
/* What cannot fit the device's budget is refused before training, with the numbers; what fits to
 * the byte is trained. */
#include "pipeline/fits.h"

#include "pipeline/recipe.h"
#include "tiny_project.h"

static const tiny_settings usual = {.epochs = 2, .seed = 1};

static mote_footprint untrained(const tiny *t)
{
    mote_err err = {0};
    mote_graph *g = NULL;
    mote_footprint f;
    static mote_settings s;
    mote_settings_make(t->project,
                       MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) |
                           MOTE_USES(arch) | MOTE_USES(stream) | MOTE_USES(device),
                       &s);
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 20);
    mote_sample_form form;
    T_OK(mote_form_declared(mote_setting_dataset(&s), &a, &form, &err));
    mote_settings_complete(&s, t->project, &form);
    T_OK(mote_recipe_new_graph(&s, 1, &g, &err));
    T_OK(mote_fits_footprint(&s, g, &f, &err));
    mote_graph_destroy(g);
    return f;
}

/* Run up to train under "budget: {WHAT: BYTES}". */
static mote_status train_with(tiny *t, const char *what, int64_t bytes, mote_err *err)
{
    char device[100];
    tiny_settings y = usual;
    snprintf(device, sizeof device, "target: cortex-m0plus, budget: {%s: %lld}", what,
             (long long)bytes);
    y.device = device;
    tiny_set(t, y);
    return mote_pipeline_run(t->pipeline, MOTE_STAGE_train, false, err);
}

static void a_model_over_the_ram_budget_is_not_trained(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    char number[64];
    tiny_make(&t, usual, true);
    mote_footprint f = untrained(&t);
    T_FAILS(train_with(&t, "ram", f.ram_bytes - 1, &err), MOTE_UNMET, "1 too many");
    snprintf(number, sizeof number, "need %lld bytes of RAM on cortex-m0plus",
             (long long)f.ram_bytes);
    assert_non_null(strstr(err.text, number));
    snprintf(number, sizeof number, "device.budget.ram is %lld", (long long)f.ram_bytes - 1);
    assert_non_null(strstr(err.text, number));
    assert_non_null(strstr(err.text, "fewer model.channels"));
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM run"), 0);

    T_OK(train_with(&t, "ram", f.ram_bytes, &err)); /* the failure stands in nobody's way */
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM run"), 1);
    tiny_remove(&t);
}

static void a_model_over_the_flash_budget_is_not_trained(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    tiny_settings y = usual;
    y.device = "target: cortex-m0plus";
    tiny_make(&t, y, true);
    mote_footprint f = untrained(&t);
    T_FAILS(train_with(&t, "flash", f.least_flash_bytes - 1, &err), MOTE_UNMET,
            "at least 1 too many");
    assert_non_null(strstr(err.text, "model.blocks"));
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM run"), 0);
    T_OK(train_with(&t, "flash", f.least_flash_bytes, &err));
    tiny_remove(&t);
}

static void what_is_planned_before_training_is_what_the_trained_model_takes(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    tiny_make(&t, usual, true);
    mote_footprint before = untrained(&t);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_compile, false, &err));
    const mote_stage_result *r = NULL;
    T_OK(mote_pipeline_result(t.pipeline, MOTE_STAGE_compile, &r, &err));
    const json_t *plan = json_object_get(r->output, "plan");
    assert_int_equal(json_integer_value(json_object_get(plan, "arena_bytes")), before.arena_bytes);
    assert_int_equal(json_integer_value(json_object_get(plan, "weights_bytes")),
                     before.weights_bytes);
    assert_int_equal(json_integer_value(json_object_get(plan, "ram_bytes")), before.ram_bytes);
    assert_int_equal(json_integer_value(json_object_get(plan, "flash_bytes")), before.flash_bytes);
    assert_int_equal(json_integer_value(json_object_get(plan, "macs")), before.macs);
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_over_the_ram_budget_is_not_trained),
        cmocka_unit_test(a_model_over_the_flash_budget_is_not_trained),
        cmocka_unit_test(what_is_planned_before_training_is_what_the_trained_model_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
