/* SPDX-License-Identifier: Apache-2.0 */
/* The model registry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "temp_dir.h"
#include "track/registry.h"
#include "track/run.h"

#define MET "[{\"requirement\":\"accuracy@test\",\"verdict\":\"met\",\"margin\":0.05}]"
#define UNMET                                                                                      \
    "{\"requirements\":[{\"requirement\":\"accuracy@test\",\"verdict\":\"met\"},"                  \
    "{\"requirement\":\"ram_bytes@device\",\"verdict\":\"not met\"},"                              \
    "{\"requirement\":\"p99_ms@serving\",\"verdict\":\"unknown\"}]}"

static const mote_registry_act act = {"ada", "because", 7000};

typedef struct {
    char dir[TEMP_DIR_BYTES];
    mote_store *store;
    mote_arena arena;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err;
    temp_dir_make(f->dir);
    assert_ok(mote_store_open(f->dir, true, &f->store, &err));
    mote_arena_init(&f->arena, 16 << 20);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    mote_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static int64_t add_version(fixture *f, const char *bytes, const char *verdicts)
{
    mote_err err;
    int64_t version = 0;
    mote_registry_spec spec = {.model = "kws", .source = "test", .verdicts_json = verdicts};
    assert_ok(mote_object_put(f->store, bytes, strlen(bytes), 1, &spec.bundle, &err));
    assert_ok(mote_registry_register(f->store, &spec, 5000, &version, &err));
    return version;
}

static int64_t resolved(fixture *f, const char *reference)
{
    mote_err err;
    mote_model_version v;
    assert_ok(mote_registry_resolve(f->store, reference, &f->arena, &v, &err));
    assert_string_equal(v.model, "kws");
    return v.version;
}

static void versions_count_up_and_keep_their_lineage(void **state)
{
    fixture *f = *state;
    mote_err err;
    char run_id[MOTE_RUN_ID_BYTES];
    mote_run_spec run = {.name = "r"};
    assert_ok(mote_run_create(f->store, &run, 1, run_id, &err));
    assert_int_equal(add_version(f, "one", MET), 1);
    mote_registry_spec spec = {.model = "kws",
                               .run_id = run_id,
                               .source = "mote train",
                               .data_version = "d2",
                               .parent = 1,
                               .description = "with car noise"};
    int64_t version = 0;
    assert_ok(mote_object_put(f->store, "two", 3, 1, &spec.bundle, &err));
    assert_ok(mote_registry_register(f->store, &spec, 5000, &version, &err));
    assert_int_equal(version, 2);
    assert_ok(mote_registry_set_tag(f->store, "kws", 2, "condition", "car", &err));
    assert_ok(mote_registry_set_tag(f->store, "kws", 0, "team", "audio", &err));
    assert_ok(mote_registry_set_alias(f->store, "kws", "challenger", 2, &act, &err));
    mote_model_version v;
    assert_ok(mote_registry_get(f->store, "kws", 2, &f->arena, &v, &err));
    assert_string_equal(v.run_id, run_id);
    assert_string_equal(v.data_version, "d2");
    assert_string_equal(v.description, "with car noise");
    assert_int_equal(v.parent, 1);
    assert_false(v.is_judged);
    assert_int_equal(v.n_aliases, 1);
    assert_string_equal(v.aliases[0], "challenger");
    assert_int_equal(v.n_tags, 1);
    assert_string_equal(v.tags[0].value, "car");
    assert_true(mote_sha256_equal(&v.bundle, &spec.bundle));
    mote_registered_model *models = NULL;
    mote_model_version *versions = NULL;
    size_t n = 0;
    assert_ok(mote_registry_models(f->store, &f->arena, &models, &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(models[0].n_versions, 2);
    assert_int_equal(models[0].champion, 0);
    assert_string_equal(models[0].tags[0].value, "audio");
    assert_ok(mote_registry_versions(f->store, "kws", &f->arena, &versions, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(versions[0].version, 2);
    assert_true(versions[1].is_judged && versions[1].is_all_met);
    mote_gc_report gc; /* versions keep their bundles */
    assert_ok(mote_store_collect(f->store, &(mote_gc_options){.now_ms = 1 << 30}, &gc, &err));
    assert_int_equal(gc.n_removed, 0);
    assert_ok(mote_registry_set_tag(f->store, "kws", 2, "condition", NULL, &err));
    assert_ok(mote_registry_get(f->store, "kws", 2, &f->arena, &v, &err));
    assert_int_equal(v.n_tags, 0);
}

static void registering_the_same_bundle_again_does_no_harm(void **state)
{
    fixture *f = *state;
    mote_err err;
    assert_int_equal(add_version(f, "one", NULL), 1);
    assert_int_equal(add_version(f, "one", MET), 1);
    mote_model_version v;
    assert_ok(mote_registry_get(f->store, "kws", 1, &f->arena, &v, &err));
    assert_true(v.is_judged);
    assert_int_equal(add_version(f, "two", MET), 2);
    assert_int_equal(add_version(f, "one", MET), 3); /* an older bundle is a new version */
}

static void promotion_needs_met_requirements_or_an_override(void **state)
{
    fixture *f = *state;
    mote_err err;
    (void)add_version(f, "unjudged", NULL);
    (void)add_version(f, "unmet", UNMET);
    (void)add_version(f, "met", MET);
    assert_int_equal(mote_registry_promote(f->store, "kws", 1, false, &act, &err), MOTE_UNMET);
    assert_non_null(strstr(err.text, "has not been judged"));
    assert_int_equal(mote_registry_promote(f->store, "kws", 2, false, &act, &err), MOTE_UNMET);
    assert_non_null(strstr(err.text, "'ram_bytes@device' is not met; "
                                     "'p99_ms@serving' is not yet known"));
    assert_int_equal(resolved(f, "kws"), 3); /* no champion yet: the newest */
    assert_ok(mote_registry_promote(f->store, "kws", 3, false, &act, &err));
    assert_int_equal(resolved(f, "kws@champion"), 3);
    mote_registry_act silent = {"ada", "", 1};
    assert_int_equal(mote_registry_promote(f->store, "kws", 2, true, &silent, &err), MOTE_ARG);
    assert_ok(mote_registry_promote(f->store, "kws", 2, true, &act, &err));
    assert_int_equal(resolved(f, "kws"), 2);
    assert_ok(mote_registry_promote(f->store, "kws", 2, false, &act, &err)); /* it is already */
    mote_alias_move *moves = NULL;
    size_t n = 0;
    assert_ok(mote_registry_history(f->store, "kws", &f->arena, &moves, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(moves[0].kind, "override");
    assert_string_equal(moves[0].who, "ada");
    assert_string_equal(moves[0].reason, "because");
    assert_int_equal(moves[0].at_ms, 7000);
    assert_int_equal(moves[0].from_version, 3);
    assert_string_equal(moves[1].kind, "promote");
    assert_int_equal(mote_registry_promote(f->store, "kws", 9, true, &act, &err), MOTE_NOT_FOUND);
    assert_int_equal(mote_registry_promote(f->store, "nix", 1, true, &act, &err), MOTE_NOT_FOUND);
}

#define NEAR(value)                                                                                \
    "[{\"requirement\":\"accuracy@test\",\"verdict\":\"met, not proven\",\"at_least\":0.9,"        \
    "\"measured\":{\"value\":" value ",\"lo\":0.92,\"hi\":0.98}}]"

static void not_proven_may_be_first_and_later_only_if_no_worse(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_model_version v;
    (void)add_version(f, "first", NEAR("0.95"));
    (void)add_version(f, "worse", NEAR("0.91"));
    (void)add_version(f, "alike", NEAR("0.94"));
    assert_ok(mote_registry_promote(f->store, "kws", 1, false, &act, &err));
    assert_ok(mote_registry_get(f->store, "kws", 1, &f->arena, &v, &err));
    assert_true(!v.is_all_met && v.counts.n_not_proven == 1);
    assert_int_equal(mote_registry_promote(f->store, "kws", 2, false, &act, &err), MOTE_UNMET);
    assert_non_null(strstr(err.text, "worse than the champion's"));
    assert_ok(mote_registry_promote(f->store, "kws", 3, false, &act, &err));
    assert_ok(mote_registry_promote(f->store, "kws", 2, true, &act, &err));
}

static void rollback_goes_back_step_by_step(void **state)
{
    fixture *f = *state;
    mote_err err;
    int64_t v = 0;
    (void)add_version(f, "a", MET);
    (void)add_version(f, "b", MET);
    assert_int_equal(mote_registry_rollback(f->store, "kws", &act, &v, &err), MOTE_CONFLICT);
    assert_ok(mote_registry_promote(f->store, "kws", 1, false, &act, &err));
    assert_int_equal(mote_registry_rollback(f->store, "kws", &act, &v, &err), MOTE_CONFLICT);
    assert_ok(mote_registry_promote(f->store, "kws", 2, false, &act, &err));
    assert_ok(mote_registry_promote(f->store, "kws", 1, false, &act, &err)); /* back and forth */
    assert_ok(mote_registry_promote(f->store, "kws", 2, false, &act, &err));
    static const int64_t expected[] = {1, 2, 1};
    for (size_t i = 0; i < 3; i++) {
        assert_ok(mote_registry_rollback(f->store, "kws", &act, &v, &err));
        assert_int_equal(v, expected[i]);
        assert_int_equal(resolved(f, "kws@champion"), expected[i]);
    }
    assert_int_equal(mote_registry_rollback(f->store, "kws", &act, &v, &err), MOTE_CONFLICT);
    assert_ok(mote_registry_promote(f->store, "kws", 2, false, &act, &err));
    assert_ok(mote_registry_rollback(f->store, "kws", &act, &v, &err));
    assert_int_equal(v, 1);
}

static void references_resolve_or_say_what_is_unknown(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_model_version v;
    (void)add_version(f, "a", MET);
    (void)add_version(f, "b", MET);
    assert_ok(mote_registry_set_alias(f->store, "kws", "shadow", 1, &act, &err));
    assert_int_equal(resolved(f, "kws/1"), 1);
    assert_int_equal(resolved(f, "kws@shadow"), 1);
    assert_int_equal(resolved(f, "kws@latest"), 2);
    assert_int_equal(resolved(f, "kws"), 2);
    static const struct {
        const char *reference;
        mote_status st;
        const char *says;
    } bad[] = {
        {"other", MOTE_NOT_FOUND, "'other'"},
        {"kws/3", MOTE_NOT_FOUND, "version 3"},
        {"kws/x", MOTE_ARG, "version number"},
        {"kws/0", MOTE_ARG, "version number"},
        {"kws@nix", MOTE_NOT_FOUND, "'nix'"},
        {"", MOTE_NOT_FOUND, "''"},
        {"kws/99999999999999999999", MOTE_ARG, "version number"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(mote_registry_resolve(f->store, bad[i].reference, &f->arena, &v, &err),
                         bad[i].st);
        assert_non_null(strstr(err.text, bad[i].says));
    }
}

static void bad_names_and_documents_are_refused(void **state)
{
    fixture *f = *state;
    mote_err err;
    int64_t version = -1;
    (void)add_version(f, "a", NULL);
    mote_registry_spec spec = {.model = "kws"};
    assert_ok(mote_object_put(f->store, "a", 1, 1, &spec.bundle, &err));
    const char *names[] = {"", "a/b", "a@b", "a b", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        spec.model = names[i];
        assert_int_equal(mote_registry_register(f->store, &spec, 1, &version, &err), MOTE_ARG);
    }
    spec.model = "kws";
    const char *documents[] = {
        "{", "{}", "{\"requirements\":[{\"requirement\":\"x\"}]}",
        "{\"requirements\":[{\"requirement\":\"x\",\"verdict\":\"maybe\"}]}"};
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        spec.verdicts_json = documents[i];
        assert_int_equal(mote_registry_register(f->store, &spec, 1, &version, &err), MOTE_PARSE);
    }
    spec.verdicts_json = NULL;
    spec.bundle = mote_sha256_of("absent", 6);
    assert_int_equal(mote_registry_register(f->store, &spec, 1, &version, &err), MOTE_NOT_FOUND);
    assert_int_equal(version, -1);
    const char *aliases[] = {"", "a b", "3", "v3", "V12", "latest", "a.b"};
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        assert_int_equal(mote_registry_set_alias(f->store, "kws", aliases[i], 1, &act, &err),
                         MOTE_ARG);
    assert_int_equal(mote_registry_set_alias(f->store, "kws", "champion", 1, &act, &err),
                     MOTE_USAGE);
    assert_int_equal(mote_registry_set_alias(f->store, "kws", "blue", 9, &act, &err),
                     MOTE_NOT_FOUND);
    assert_ok(mote_registry_set_alias(f->store, "kws", "blue", 0, &act, &err));
}

static void every_failed_allocation_leaves_the_alias_where_it_was(void **state)
{
    fixture *f = *state;
    mote_err err;
    (void)add_version(f, "a", MET);
    (void)add_version(f, "b", MET);
    assert_ok(mote_registry_promote(f->store, "kws", 1, false, &act, &err));
    mote_status st = MOTE_NOMEM;
    for (int64_t n = 0; n < 5000 && st != MOTE_OK; n++) {
        mote_mem_fail_after(n);
        st = mote_registry_promote(f->store, "kws", 2, false, &act, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK) {
            assert_int_equal(st, MOTE_NOMEM);
            assert_int_equal(resolved(f, "kws@champion"), 1);
        }
    }
    assert_ok(st);
    assert_int_equal(resolved(f, "kws@champion"), 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(versions_count_up_and_keep_their_lineage),
        T(registering_the_same_bundle_again_does_no_harm),
        T(promotion_needs_met_requirements_or_an_override),
        T(not_proven_may_be_first_and_later_only_if_no_worse),
        T(rollback_goes_back_step_by_step),
        T(references_resolve_or_say_what_is_unknown),
        T(bad_names_and_documents_are_refused),
        T(every_failed_allocation_leaves_the_alias_where_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
