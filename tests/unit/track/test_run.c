/* SPDX-License-Identifier: Apache-2.0 */
/* Experiments and runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <unistd.h>

#include "base/json.h"
#include "base/process.h"
#include "temp_dir.h"
#include "track/run.h"

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
    mote_arena_init(&f->arena, 64 << 20);
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

static void make_run(fixture *f, const char *name, const char *config, char id[MOTE_RUN_ID_BYTES])
{
    mote_err err;
    mote_run_spec spec = {.experiment = "kws", .name = name, .config_json = config};
    assert_ok(mote_run_create(f->store, &spec, 1000, id, &err));
}

static void log_one(fixture *f, const char *id, const char *key, double value, int64_t step)
{
    mote_err err;
    mote_run_point p = {.key = key, .value = value, .step = step, .time_ms = 2000 + step};
    assert_ok(mote_run_log_metrics(f->store, id, &p, 1, &err));
}

static void a_run_keeps_what_it_was_made_from(void **state)
{
    fixture *f = *state;
    mote_err err;
    char id[MOTE_RUN_ID_BYTES];
    mote_sha256 manifest;
    assert_ok(mote_object_put(f->store, "manifest", 8, 1, &manifest, &err));
    mote_run_spec spec = {.experiment = "kws",
                          .name = "first",
                          .user = "ada",
                          .data_version = "d3",
                          .data_manifest = &manifest,
                          .config_json = "{ \"b\": 1, \"a\": {\"x\": true} }"};
    assert_ok(mote_run_create(f->store, &spec, 1000, id, &err));
    mote_run_pair params[] = {{"lr", "0.01"}, {"epochs", "3"}};
    assert_ok(mote_run_log_params(f->store, id, params, 2, &err));
    mote_run_pair tags[] = {{"note", "h\xc3\xa4"}};
    assert_ok(mote_run_set_tags(f->store, id, tags, 1, &err));
    tags[0].value = "second thought";
    assert_ok(mote_run_set_tags(f->store, id, tags, 1, &err));
    assert_ok(mote_run_add_artifact(f->store, id, "data/manifest.json", &manifest, &err));
    assert_ok(mote_run_finish(f->store, id, MOTE_RUN_FINISHED, 5000, &err));

    mote_store_close(f->store); /* and it is there after opening again */
    f->store = NULL;
    assert_ok(mote_store_open(f->dir, false, &f->store, &err));
    mote_run r;
    assert_ok(mote_run_get(f->store, id, &f->arena, &r, &err));
    assert_string_equal(r.info.name, "first");
    assert_string_equal(r.info.experiment, "kws");
    assert_string_equal(r.info.user, "ada");
    assert_string_equal(r.info.data_version, "d3");
    assert_string_equal(r.info.config_json, "{\"a\":{\"x\":true},\"b\":1}");
    assert_string_equal(r.info.mote_version, MOTE_VERSION);
    assert_int_equal(r.info.status, MOTE_RUN_FINISHED);
    assert_int_equal(r.info.start_ms, 1000);
    assert_int_equal(r.info.end_ms, 5000);
    assert_int_equal(r.n_params, 2);
    assert_string_equal(r.params[0].key, "epochs");
    assert_int_equal(r.n_tags, 1);
    assert_string_equal(r.tags[0].value, "second thought");
    assert_int_equal(r.n_artifacts, 1);
    assert_string_equal(r.artifacts[0].path, "data/manifest.json");
    assert_int_equal(r.artifacts[0].size_bytes, 8);
    json_t *machine = NULL;
    int64_t cores = 0;
    assert_ok(mote_json_parse("machine", r.info.machine_json, strlen(r.info.machine_json), &machine,
                              &err));
    assert_ok(
        mote_json_get_i64(machine, "machine", "cores", (mote_i64_range){1, 1 << 20}, &cores, &err));
    json_decref(machine);
    mote_gc_report gc; /* the run keeps its objects */
    assert_ok(mote_store_collect(f->store, &(mote_gc_options){.now_ms = 1 << 30}, &gc, &err));
    assert_int_equal(gc.n_removed, 0);
}

static void parameters_do_not_change(void **state)
{
    fixture *f = *state;
    mote_err err;
    char id[MOTE_RUN_ID_BYTES];
    make_run(f, "r", NULL, id);
    mote_run_pair a = {"lr", "0.1"};
    mote_run_pair both[] = {{"new", "1"}, {"lr", "0.2"}};
    assert_ok(mote_run_log_params(f->store, id, &a, 1, &err));
    assert_ok(mote_run_log_params(f->store, id, &a, 1, &err));
    assert_int_equal(mote_run_log_params(f->store, id, both, 2, &err), MOTE_CONFLICT);
    assert_non_null(strstr(err.text, "'lr'"));
    mote_run r;
    assert_ok(mote_run_get(f->store, id, &f->arena, &r, &err));
    assert_int_equal(r.n_params, 1); /* the batch was refused whole */
}

static void the_latest_metric_is_the_greatest_step_time_value(void **state)
{
    fixture *f = *state;
    mote_err err;
    char id[MOTE_RUN_ID_BYTES];
    make_run(f, "r", NULL, id);
    mote_run_point points[] = {
        {"loss", 0.5, 2, 10},        {"loss", 0.9, 1, 99},       {"loss", 0.4, 2, 11},
        {"loss", 0.4, 2, 11},        {"odd", (double)NAN, 0, 1}, {"big", (double)INFINITY, 0, 1},
        {"odd2", (double)NAN, 1, 1}, {"odd2", 3.0, 0, 1},
    };
    assert_ok(mote_run_log_metrics(f->store, id, points, sizeof points / sizeof points[0], &err));
    mote_run r;
    assert_ok(mote_run_get(f->store, id, &f->arena, &r, &err));
    assert_int_equal(r.n_metrics, 4);
    assert_true(r.metrics[0].last == DBL_MAX);
    assert_string_equal(r.metrics[1].key, "loss");
    assert_true(r.metrics[1].last == 0.4 && r.metrics[1].lowest == 0.4 &&
                r.metrics[1].highest == 0.9);
    assert_int_equal(r.metrics[1].n_points, 3); /* the repeated point counts once */
    assert_true(isnan(r.metrics[2].last) && isnan(r.metrics[2].lowest));
    assert_true(isnan(r.metrics[3].last) && r.metrics[3].highest == 3.0);
    mote_run_series history;
    assert_ok(mote_run_history(f->store, id, "loss", &f->arena, &history, &err));
    assert_int_equal(history.n, 3);
    assert_true(history.points[0].value == 0.9 && history.points[1].value == 0.5 &&
                history.points[2].value == 0.4);
}

static void bad_names_are_refused_and_named(void **state)
{
    fixture *f = *state;
    mote_err err;
    char id[MOTE_RUN_ID_BYTES];
    char longer[300];
    make_run(f, "r", NULL, id);
    memset(longer, 'k', sizeof longer);
    longer[251] = '\0';
    const char *bad[] = {"",    "a//b",  "/a",      "a/",   "..",  "a/../b",
                         "./a", "tab\t", "quo\"te", longer, "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mote_run_point p = {.key = bad[i]};
        mote_run_pair q = {bad[i], "x"};
        assert_int_equal(mote_run_log_metrics(f->store, id, &p, 1, &err), MOTE_ARG);
        assert_int_equal(mote_run_log_params(f->store, id, &q, 1, &err), MOTE_ARG);
        assert_int_equal(mote_run_set_tags(f->store, id, &q, 1, &err), MOTE_ARG);
    }
    mote_run_point good = {.key = "val/top 1:acc_\xc3\xa9.x-y"};
    assert_ok(mote_run_log_metrics(f->store, id, &good, 1, &err));
    mote_run_spec spec = {.name = ""};
    assert_int_equal(mote_run_create(f->store, &spec, 1, id, &err), MOTE_ARG);
    spec = (mote_run_spec){.config_json = "[1]"};
    assert_int_equal(mote_run_create(f->store, &spec, 1, id, &err), MOTE_PARSE);
    spec = (mote_run_spec){.parent = "0123"};
    assert_int_equal(mote_run_create(f->store, &spec, 1, id, &err), MOTE_NOT_FOUND);
}

static void runs_are_found_by_id_name_and_latest(void **state)
{
    fixture *f = *state;
    mote_err err;
    char a[MOTE_RUN_ID_BYTES];
    char b[MOTE_RUN_ID_BYTES];
    char found[MOTE_RUN_ID_BYTES];
    assert_int_equal(mote_run_find(f->store, "latest", found, &err), MOTE_NOT_FOUND);
    make_run(f, "alpha", NULL, a);
    make_run(f, "beta", NULL, b);
    assert_string_not_equal(a, b);
    assert_ok(mote_run_find(f->store, "latest", found, &err));
    assert_string_equal(found, b);
    assert_ok(mote_run_find(f->store, "alpha", found, &err));
    assert_string_equal(found, a);
    char prefix[9];
    memcpy(prefix, b, 8);
    prefix[8] = '\0';
    assert_ok(mote_run_find(f->store, prefix, found, &err));
    assert_string_equal(found, b);
    make_run(f, "alpha", NULL, b);
    assert_int_equal(mote_run_find(f->store, "alpha", found, &err), MOTE_CONFLICT);
    assert_ok(mote_run_set_deleted(f->store, b, true, &err));
    assert_ok(mote_run_find(f->store, "alpha", found, &err));
    assert_string_equal(found, a);
    mote_run_point p = {.key = "x"};
    assert_int_equal(mote_run_log_metrics(f->store, b, &p, 1, &err), MOTE_CONFLICT);
    assert_ok(mote_run_set_deleted(f->store, b, false, &err));
    assert_ok(mote_run_log_metrics(f->store, b, &p, 1, &err));
    assert_int_equal(mote_run_log_metrics(f->store, "nobody", &p, 1, &err), MOTE_NOT_FOUND);
}

static void searching_orders_by_metric_and_filters(void **state)
{
    fixture *f = *state;
    mote_err err;
    char ids[4][MOTE_RUN_ID_BYTES];
    const char *names[] = {"low", "high", "nan", "none"};
    for (int i = 0; i < 4; i++)
        make_run(f, names[i], NULL, ids[i]);
    log_one(f, ids[0], "acc", 0.1, 1);
    log_one(f, ids[1], "acc", 0.9, 1);
    log_one(f, ids[2], "acc", (double)NAN, 1);
    assert_ok(mote_run_finish(f->store, ids[1], MOTE_RUN_FAILED, 9, &err));
    mote_run_info *list = NULL;
    size_t n = 0;
    mote_run_query q = {.status = MOTE_RUN_ANY, .order_metric = "acc"};
    assert_ok(mote_run_search(f->store, &q, &f->arena, &list, &n, &err));
    assert_int_equal(n, 4);
    const char *descending[] = {"high", "low", "nan", "none"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(list[i].name, descending[i]);
    assert_true(list[0].order_value == 0.9 && isnan(list[3].order_value));
    q.ascending = true;
    q.limit = 1;
    assert_ok(mote_run_search(f->store, &q, &f->arena, &list, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(list[0].name, "low");
    q = (mote_run_query){.status = MOTE_RUN_FAILED, .experiment = "kws"};
    assert_ok(mote_run_search(f->store, &q, &f->arena, &list, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(list[0].name, "high");
    q = (mote_run_query){.status = MOTE_RUN_ANY, .experiment = "other"};
    assert_int_equal(mote_run_search(f->store, &q, &f->arena, &list, &n, &err), MOTE_NOT_FOUND);
    mote_experiment *experiments = NULL;
    assert_ok(mote_experiment_list(f->store, &f->arena, &experiments, &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(experiments[0].n_runs, 4);
}

static void abandoned_runs_are_closed(void **state)
{
    fixture *f = *state;
    mote_err err;
    char a[MOTE_RUN_ID_BYTES];
    char b[MOTE_RUN_ID_BYTES];
    int64_t n = 0;
    make_run(f, "a", NULL, a);
    make_run(f, "b", NULL, b);
    assert_ok(mote_run_finish(f->store, b, MOTE_RUN_FINISHED, 9, &err));
    assert_ok(mote_run_close_abandoned(f->store, 50, &n, &err));
    assert_int_equal(n, 1);
    mote_run r;
    assert_ok(mote_run_get(f->store, a, &f->arena, &r, &err));
    assert_int_equal(r.info.status, MOTE_RUN_KILLED);
}

static const mote_run_compare_row *find_row(const mote_run_comparison *c, const char *kind,
                                            const char *key)
{
    for (size_t i = 0; i < c->n_rows; i++) {
        if (strcmp(c->rows[i].kind, kind) == 0 && strcmp(c->rows[i].key, key) == 0)
            return &c->rows[i];
    }
    return NULL;
}

static void comparing_shows_what_differs(void **state)
{
    fixture *f = *state;
    mote_err err;
    char a[MOTE_RUN_ID_BYTES];
    char b[MOTE_RUN_ID_BYTES];
    make_run(f, "a", "{\"training\":{\"epochs\":3,\"seed\":1},\"features\":\"mfcc\"}", a);
    make_run(f, "b", "{\"training\":{\"epochs\":5,\"seed\":1},\"features\":\"mfcc\"}", b);
    mote_run_pair p = {"lr", "0.1"};
    assert_ok(mote_run_log_params(f->store, a, &p, 1, &err));
    log_one(f, a, "loss", 0.3, 1);
    log_one(f, a, "loss", 0.4, 2);
    log_one(f, b, "loss", 0.25, 1);
    const char *ids[] = {a, b};
    mote_run_comparison c;
    assert_ok(mote_run_compare(f->store, ids, 2, &f->arena, &c, &err));
    const mote_run_compare_row *row = find_row(&c, "config", "training.epochs");
    assert_non_null(row);
    assert_true(row->differs);
    assert_string_equal(row->values[0], "3");
    assert_string_equal(row->values[1], "5");
    assert_false(find_row(&c, "config", "training.seed")->differs);
    assert_string_equal(find_row(&c, "config", "features")->values[0], "mfcc");
    row = find_row(&c, "param", "lr");
    assert_true(row->differs && row->values[1] == NULL);
    row = find_row(&c, "metric", "loss");
    assert_string_equal(row->values[0], "0.4");
    assert_string_equal(row->values[1], "0.25");
    row = find_row(&c, "best", "loss"); /* a loss: the lowest */
    assert_string_equal(row->values[0], "0.3");
    assert_null(row->values[1]); /* one point only: the last says it */
}

/* Metrics of values and of their parts by what metrics.def says, of others by words in them. */
static void which_way_is_better_is_known_of_every_metric_and_of_each_value(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        bool is_lower;
    } cases[] = {
        {"mae.test", true},
        {"mae.test/casual", true},
        {"rmse.test/accuracy", true}, /* a value may be called so */
        {"r2.test/error", false},
        {"baseline/energy/accuracy", false},
        {"baseline/last/mae/casual", true},
        {"interval_coverage.test/energy", false},
        {"val_loss", true},
        {"latency_p99", true},
        {"hits", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (mote_run_lower_is_better(cases[i].key) != cases[i].is_lower)
            fail_msg("'%s'", cases[i].key);
}

/* The best error of a value is its lowest. */
static void the_best_of_a_value_is_found_by_its_metric(void **state)
{
    fixture *f = *state;
    mote_err err;
    char a[MOTE_RUN_ID_BYTES], b[MOTE_RUN_ID_BYTES];
    make_run(f, "a", NULL, a);
    make_run(f, "b", NULL, b);
    log_one(f, a, "mae.test/casual", 30, 1);
    log_one(f, a, "mae.test/casual", 40, 2);
    log_one(f, b, "mae.test/casual", 25, 1);
    const char *ids[] = {a, b};
    mote_run_comparison c;
    assert_ok(mote_run_compare(f->store, ids, 2, &f->arena, &c, &err));
    assert_string_equal(find_row(&c, "best", "mae.test/casual")->values[0], "30");
    const mote_run_compare_row *row = find_row(&c, "metric", "mae.test/casual");
    assert_true(row->differs);
    assert_string_equal(row->values[0], "40");
    assert_string_equal(row->values[1], "25");
}

static void git(const char *dir, const char *a, const char *b, const char *c, const char *d)
{
    mote_err err;
    int exit_code = 1;
    const char *argv[] = {"git", "-C", dir, "-c", "user.name=T", "-c", "user.email=t@example.org",
                          a,     b,    c,   d,    NULL};
    mote_process p = {.argv = argv, .timeout_ms = 20000};
    assert_ok(mote_process_run(&p, &exit_code, &err));
    assert_int_equal(exit_code, 0);
}

static void the_state_of_the_source_is_captured(void **state)
{
    fixture *f = *state;
    mote_err err;
    if (!mote_process_in_path("git"))
        skip();
    char src[TEMP_DIR_BYTES + 8];
    char file[TEMP_DIR_BYTES + 16];
    char id[MOTE_RUN_ID_BYTES];
    mote_run r;
    mote_run_spec spec = {.name = "bare", .source_dir = src};
    snprintf(src, sizeof src, "%s/src", f->dir);
    snprintf(file, sizeof file, "%s/a.txt", src);
    assert_ok(mote_dir_make(src, &err));
    assert_int_equal(setenv("GIT_CEILING_DIRECTORIES", f->dir, 1), 0);
    assert_ok(mote_run_create(f->store, &spec, 1, id, &err)); /* no repository: fine */
    assert_ok(mote_run_get(f->store, id, &f->arena, &r, &err));
    assert_null(r.info.git_commit);

    assert_ok(mote_file_write(file, "one\n", 4, &err));
    git(src, "init", "-q", "-b", "trunk");
    git(src, "add", "a.txt", NULL, NULL);
    git(src, "commit", "-q", "-m", "first");
    spec.name = "clean";
    assert_ok(mote_run_create(f->store, &spec, 2, id, &err));
    assert_ok(mote_run_get(f->store, id, &f->arena, &r, &err));
    assert_int_equal(strlen(r.info.git_commit), 40);
    assert_string_equal(r.info.git_branch, "trunk");
    assert_false(r.info.git_dirty || r.info.has_git_diff);

    assert_ok(mote_file_write(file, "two\n", 4, &err));
    spec.name = "dirty";
    assert_ok(mote_run_create(f->store, &spec, 3, id, &err));
    assert_ok(mote_run_get(f->store, id, &f->arena, &r, &err));
    assert_true(r.info.git_dirty && r.info.has_git_diff);
    char *diff = NULL;
    size_t n = 0;
    assert_ok(mote_object_get(f->store, &r.info.git_diff, 1 << 20, &diff, &n, &err));
    assert_non_null(strstr(diff, "\n-one\n+two\n"));
    mote_free(diff);
}

static void every_failed_allocation_leaves_nothing_behind(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_status st = MOTE_NOMEM;
    char id[MOTE_RUN_ID_BYTES] = "untouched";
    mote_run_spec spec = {.experiment = "kws", .config_json = "{\"a\":[1,2,{\"b\":\"c\"}]}"};
    for (int64_t n = 0; n < 5000 && st != MOTE_OK; n++) {
        mote_mem_fail_after(n);
        st = mote_run_create(f->store, &spec, 1, id, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK) {
            assert_int_equal(st, MOTE_NOMEM);
            assert_string_equal(id, "untouched");
        }
    }
    assert_ok(st);
    int64_t n_runs = 0;
    assert_ok(mote_store_query_i64(f->store, "SELECT count(*) FROM run", &n_runs, &err));
    assert_int_equal(n_runs, 1);
    mote_run_point p = {.key = "acc", .value = 1};
    st = MOTE_NOMEM;
    for (int64_t n = 0; n < 5000 && st != MOTE_OK; n++) {
        mote_mem_fail_after(n);
        st = mote_run_log_metrics(f->store, id, &p, 1, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK)
            assert_int_equal(st, MOTE_NOMEM);
    }
    assert_ok(st);
    st = MOTE_NOMEM;
    for (int64_t n = 0; n < 5000 && st != MOTE_OK; n++) {
        mote_run_comparison c;
        const char *ids[] = {id, id};
        mote_arena_release(&f->arena);
        mote_mem_fail_after(n);
        st = mote_run_compare(f->store, ids, 2, &f->arena, &c, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK)
            assert_int_equal(st, MOTE_NOMEM);
    }
    assert_ok(st);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_run_keeps_what_it_was_made_from),
        T(parameters_do_not_change),
        T(the_latest_metric_is_the_greatest_step_time_value),
        T(bad_names_are_refused_and_named),
        T(runs_are_found_by_id_name_and_latest),
        T(searching_orders_by_metric_and_filters),
        T(abandoned_runs_are_closed),
        T(comparing_shows_what_differs),
        T(which_way_is_better_is_known_of_every_metric_and_of_each_value),
        T(the_best_of_a_value_is_found_by_its_metric),
        T(the_state_of_the_source_is_captured),
        T(every_failed_allocation_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
