/* SPDX-License-Identifier: Apache-2.0 */
/* What a run means as a model: its bundle, once the last stage has made it; until then the refusal
 * says how far the run is and what makes its model. */
#include "support.h"

#include "temp_dir.h"
#include "tiny_model.h"
#include "track/model_ref.h"
#include "track/run.h"

static mote_err err;

typedef struct {
    char dir[TEMP_DIR_BYTES];
    mote_store *store;
    char id[MOTE_RUN_ID_BYTES];
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    const mote_run_spec spec = {.name = "lap"};
    temp_dir_make(f->dir);
    T_OK(mote_store_open(f->dir, true, &f->store, &err));
    T_OK(mote_run_create(f->store, &spec, 1000, f->id, &err));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static void keep(fixture *f, const char *path, const void *bytes, size_t n)
{
    mote_sha256 id;
    T_OK(mote_object_put(f->store, bytes, n, 1, &id, &err));
    T_OK(mote_run_add_artifact(f->store, f->id, path, &id, &err));
}

static void end(fixture *f, mote_run_status as)
{
    T_OK(mote_run_finish(f->store, f->id, as, 5000, &err));
}

static void refused_as(fixture *f, const char *with)
{
    mote_resolved_model m = {.model = NULL};
    assert_int_equal(mote_model_resolve(f->store, "lap", &m, &err), MOTE_NOT_FOUND);
    assert_non_null(strstr(err.text, "run 'lap'"));
    if (!strstr(err.text, with))
        fail_msg("'%s' lacks '%s'", err.text, with);
    assert_null(strstr(err.text, "int8")); /* it may well have been quantised, or need not be */
    assert_null(m.model);
}

static void a_trained_run_awaits_the_last_stage(void **state)
{
    fixture *f = *state;
    keep(f, MOTE_RUN_TRAINED, "graph", 5);
    end(f, MOTE_RUN_FINISHED);
    refused_as(f, "is trained, but has no model to use yet: the last stage makes it; 'mote run'");
}

static void a_run_that_is_being_trained_is_not_finished(void **state)
{
    refused_as(*state, "has no model yet: its training is not finished");
}

static void a_training_that_was_stopped_or_failed_has_none(void **state)
{
    fixture *f = *state;
    end(f, MOTE_RUN_KILLED);
    refused_as(f, "its training was stopped before its end; 'mote run' trains again");
    end(f, MOTE_RUN_FAILED);
    refused_as(f, "its training failed; 'mote run' trains again");
}

static void what_another_program_recorded_is_no_model(void **state)
{
    fixture *f = *state;
    keep(f, "model/model.pkl", "pickle", 6);
    end(f, MOTE_RUN_FINISHED);
    refused_as(f, "none of what it keeps is a bundle");
}

static void a_run_with_its_bundle_is_a_model(void **state)
{
    fixture *f = *state;
    mote_resolved_model m = {.model = NULL};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 24);
    tiny_tensor_bundle(4, 1, &b);
    keep(f, MOTE_RUN_TRAINED, "graph", 5);
    keep(f, MOTE_RUN_BUNDLE, b.data, b.len);
    end(f, MOTE_RUN_FINISHED);
    T_OK(mote_model_resolve(f->store, "lap", &m, &err));
    assert_non_null(m.model);
    assert_string_equal(m.name, "tiny");
    assert_memory_equal(m.version, f->id, 8);
    mote_model_unref(m.model);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_trained_run_awaits_the_last_stage),
        TEST(a_run_that_is_being_trained_is_not_finished),
        TEST(a_training_that_was_stopped_or_failed_has_none),
        TEST(what_another_program_recorded_is_no_model),
        TEST(a_run_with_its_bundle_is_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
