/* SPDX-License-Identifier: Apache-2.0 */
/* The strangers test on a tiny project of two collections: each is left out of what is learned, and
 * of nothing else; one collection is not enough; the loss is a measurement, until then not tested.
 */
#include "tiny_project.h"

#include "pipeline/judged.h"
#include "pipeline/strangers.h"

static const tiny_settings usual = {.epochs = 6, .seed = 1};

/* A second collection, in which both words are one octave higher: 'low' sounds as 'mid' nearly
 * does where the first one was recorded. */
static void add_site(tiny *t, const char *name)
{
    char tree[TEMP_DIR_BYTES + 64];
    snprintf(tree, sizeof tree, "%s/%s", t->dir, name);
    tiny_tree(tree, 40, 8);
    tiny_close(t);
    tiny_import(t->dir, tree);
    tiny_open(t, 1);
}

static mote_status strangers(tiny *t, const char *by, json_t **found, mote_err *err)
{
    const mote_strangers_job job = {.by = by};
    MOTE_TRY(mote_pipeline_run(t->pipeline, MOTE_STAGE_data, false, err));
    return mote_strangers_run(t->pipeline, &job, found, err);
}

static double value(const json_t *o, const char *key)
{
    const json_t *x = json_object_get(json_object_get(o, key), "value");
    assert_true(json_is_number(x));
    return json_number_value(x);
}

static void each_collection_is_left_out_and_the_loss_is_one_number(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    MOTE_SCOPED_JSON *found = NULL;
    tiny_make(&t, usual, true);
    add_site(&t, "other-site");
    mote_status st = strangers(&t, "collector", &found, &err);
    if (st != MOTE_OK)
        fail_msg("%s", err.text);
    const json_t *all = json_object_get(found, "collections");
    assert_int_equal(json_array_size(all), 2);
    json_int_t n = 0;
    double before = 0, now = 0;
    for (size_t i = 0; i < 2; i++) {
        const json_t *o = json_array_get(all, i);
        const char *name = json_string_value(json_object_get(o, "name"));
        assert_true(strcmp(name, "recordings") == 0 || strcmp(name, "other-site") == 0);
        const double each = (double)json_integer_value(json_object_get(o, "n"));
        n += json_integer_value(json_object_get(o, "n"));
        before += each * json_number_value(json_object_get(o, "ordinary"));
        now += each * json_number_value(json_object_get(o, "strangers"));
    }
    /* All together what the parts give, and the loss their difference, inside its interval. */
    assert_int_equal(json_integer_value(json_object_get(found, "n")), n);
    assert_true(fabs(value(found, "ordinary") - before / (double)n) < 1e-9);
    assert_true(fabs(value(found, "strangers") - now / (double)n) < 1e-9);
    assert_true(fabs(value(found, "loss") - (before - now) / (double)n) < 1e-9);
    const json_t *loss = json_object_get(found, "loss");
    assert_true(json_number_value(json_object_get(loss, "lo")) <= value(found, "loss"));
    assert_true(json_number_value(json_object_get(loss, "hi")) >= value(found, "loss"));
    /* The same again is the same. */
    MOTE_SCOPED_JSON *again = NULL;
    assert_int_equal(strangers(&t, "collector", &again, &err), MOTE_OK);
    assert_true(json_equal(found, again));
    tiny_remove(&t);
}

static void one_collection_is_not_enough(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    json_t *found = NULL;
    tiny_make(&t, usual, true);
    assert_int_equal(strangers(&t, "collector", &found, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "1 collection by 'collector'"));
    assert_int_equal(strangers(&t, "engine", &found, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "0 collections by 'engine'"));
    assert_int_equal(strangers(&t, "no pattern", &found, &err), MOTE_ARG);
    /* Each take by itself: a pattern says what a collection is. */
    assert_int_equal(strangers(&t, "*_nohash_{group}", &found, &err), MOTE_OK);
    assert_int_equal(json_array_size(json_object_get(found, "collections")), TINY_TAKES);
    json_decref(found);
    tiny_remove(&t);
}

static bool says_untested(tiny *t)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_judged j = {0};
    bool is_said = false;
    mote_arena_init(&a, 1 << 24);
    T_OK(mote_pipeline_judge(t->pipeline, &a, &j, &err));
    const json_t *list = json_object_get(j.remarks, "not_tested");
    for (size_t i = 0; i < json_array_size(list); i++)
        is_said |= strstr(json_string_value(json_array_get(list, i)), "--strangers") != NULL;
    mote_judged_release(&j);
    return is_said;
}

static void until_it_was_done_it_is_not_tested(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    tiny_make(&t, usual, true);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_evaluate, false, &err));
    assert_true(says_untested(&t));
    const mote_measurement m = {.value = 0.1,
                                .lo = 0.05,
                                .hi = 0.2,
                                .confidence = 0.95,
                                .n = 40,
                                .source = "a test",
                                .on = "strangers"};
    T_OK(mote_pipeline_measured(t.pipeline, MOTE_METRIC_strangers_loss, MOTE_AT_TEST, &m, &err));
    assert_false(says_untested(&t));
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_collection_is_left_out_and_the_loss_is_one_number),
        cmocka_unit_test(one_collection_is_not_enough),
        cmocka_unit_test(until_it_was_done_it_is_not_tested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
