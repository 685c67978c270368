/* SPDX-License-Identifier: Apache-2.0 */
/* mote runs, compare and monitor over a store with something in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/rng.h"
#include "cli/cli.h"
#include "monitor/monitor.h"
#include "temp_dir.h"
#include "track/run.h"

typedef struct {
    char dir[TEMP_DIR_BYTES], project[TEMP_DIR_BYTES + 8];
    char text[20000]; /* what the last command said, both streams */
    char first[MOTE_RUN_ID_BYTES], second[MOTE_RUN_ID_BYTES];
} fixture;

static int mote(fixture *f, size_t n, const char *const *words)
{
    const char *argv[12] = {"mote"};
    FILE *out = tmpfile();
    assert_non_null(out);
    for (size_t i = 0; i < n; i++)
        argv[i + 1] = words[i];
    int code = mote_cli_main((int)n + 1, argv, out, out);
    rewind(out);
    f->text[fread(f->text, 1, sizeof f->text - 1, out)] = '\0';
    fclose(out);
    return code;
}
#define RUN(...)                                                                                   \
    mote(f, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),                           \
         (const char *const[]){__VA_ARGS__})

static void assert_says(const fixture *f, const char *part)
{
    if (strstr(f->text, part) == NULL)
        fail_msg("'%s' is not in:\n%s", part, f->text);
}

static void assert_silent_about(const fixture *f, const char *part)
{
    if (strstr(f->text, part) != NULL)
        fail_msg("'%s' is in:\n%s", part, f->text);
}

static void make_run(mote_store *s, const char *name, const char *config, double loss,
                     char id[MOTE_RUN_ID_BYTES])
{
    mote_err err;
    mote_run_spec spec = {
        .experiment = "kws", .name = name, .config_json = config, .data_version = "d1"};
    mote_run_pair param = {"optimiser", "adam"};
    mote_run_point points[] = {{"val_loss", loss + 1, 1, 10}, {"val_loss", loss, 2, 20}};
    assert_ok(mote_run_create(s, &spec, 1000, id, &err));
    assert_ok(mote_run_log_params(s, id, &param, 1, &err));
    assert_ok(mote_run_log_metrics(s, id, points, 2, &err));
    assert_ok(mote_run_finish(s, id, MOTE_RUN_FINISHED, 62000, &err));
}

static void make_drift(mote_store *s)
{
    static float values[200 * 3];
    static int32_t group[200];
    const mote_watch_shape bare = {.n_said = 2};
    mote_err err;
    mote_rng rng;
    mote_reference_profile *p = NULL;
    mote_monitor *m = NULL;
    mote_monitor_flushed r;
    mote_rng_init(&rng, 1);
    for (int i = 0; i < 200; i++) {
        group[i] = i;
        for (int t = 0; t < 3; t++)
            values[i * 3 + t] = t < 2 ? (float)mote_rng_normal(&rng) : (float)(i % 2);
    }
    assert_ok(mote_reference_profile_build(&bare, values, group, 200, &p, &err));
    mote_monitor_config cfg = {
        .model = "kws", .version = 1, .window = 100, .min_predictions = 50, .false_alarm = 0.001};
    assert_ok(mote_monitor_create(p, &cfg, &m, &err));
    for (int i = 0; i < 100; i++) {
        float far[3] = {9, 9, 1};
        (void)mote_monitor_add(m, far, i);
    }
    assert_ok(mote_monitor_flush(m, s, false, 1000, &r, &err));
    assert_int_equal(r.n_opened, 1);
    mote_monitor_destroy(m);
    mote_reference_profile_destroy(p);
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err;
    mote_store *s = NULL;
    temp_dir_make(f->dir);
    snprintf(f->project, sizeof f->project, "%s/p", f->dir);
    assert_int_equal(RUN("init", f->project), 0);
    assert_ok(mote_store_open(f->project, true, &s, &err));
    make_run(s, "plain", "{\"training\":{\"epochs\":3,\"seed\":1}}", 0.5, f->first);
    make_run(s, "noisy", "{\"training\":{\"epochs\":9,\"seed\":1}}", 0.25, f->second);
    make_drift(s);
    mote_store_close(s);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static void runs_lists_newest_or_best_first(void **state)
{
    fixture *f = *state;
    assert_int_equal(RUN("runs", "--project", f->project), 0);
    assert_says(f, "1970-01-01T00:00:01Z");
    assert_says(f, "1m 01s");
    assert_true(strstr(f->text, "noisy") < strstr(f->text, "plain"));
    assert_int_equal(RUN("runs", "--project", f->project, "--order", "val_loss"), 0);
    assert_true(strstr(f->text, "0.25") < strstr(f->text, "0.5")); /* a loss: lowest first */
    assert_int_equal(RUN("runs", "--project", f->project, "--status", "failed"), 0);
    assert_says(f, "no runs yet");
    assert_int_equal(RUN("runs", "--project", f->project, "--limit", "1", "--json"), 0);
    assert_says(f, "\"run_id\": \"");
    assert_silent_about(f, "plain");
}

static void one_run_is_shown_whole(void **state)
{
    fixture *f = *state;
    char prefix[9];
    memcpy(prefix, f->first, 8);
    prefix[8] = '\0';
    assert_int_equal(RUN("runs", prefix, "--project", f->project), 0);
    assert_says(f, f->first);
    assert_says(f, "FINISHED");
    assert_says(f, "optimiser  adam");
    assert_says(f, "val_loss");
    assert_int_equal(RUN("runs", "noisy", "--project", f->project, "--json"), 0);
    assert_says(f, "\"epochs\": 9");
    assert_says(f, "\"cores\":");
    assert_says(f, "\"lowest\": 0.25");
}

static void compare_shows_what_differs(void **state)
{
    fixture *f = *state;
    assert_int_equal(RUN("compare", "plain", "noisy", "--project", f->project), 0);
    assert_says(f, "training.epochs");
    assert_silent_about(f, "training.seed");
    assert_says(f, "rows are equal");
    assert_int_equal(RUN("compare", "plain", "noisy", "--all", "--json", "--project", f->project),
                     0);
    assert_says(f, "training.seed");
    assert_says(f, "\"values\": [");
}

static void monitor_shows_acknowledges_and_checks(void **state)
{
    fixture *f = *state;
    assert_int_equal(RUN("monitor", "--project", f->project), 0);
    assert_says(f, "confidence");
    assert_says(f, "open");
    assert_int_equal(RUN("monitor", "--check", "--project", f->project), 1);
    assert_says(f, "1 alerts are not resolved");
    assert_int_equal(RUN("monitor", "--acknowledge", "1", "--note", "seen", "--who", "ada",
                         "--project", f->project, "--json"),
                     0);
    assert_says(f, "\"acknowledged_by\": \"ada\"");
    assert_says(f, "\"state\": \"acknowledged\"");
    assert_int_equal(RUN("monitor", "--model", "other", "--project", f->project), 0);
    assert_says(f, "no alerts");
}

static void a_run_that_was_killed_is_closed_by_the_next_writer(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_store *s = NULL;
    mote_run_spec spec = {.experiment = "kws", .name = "cut", .config_json = "{}"};
    char id[MOTE_RUN_ID_BYTES];
    assert_ok(mote_store_open(f->project, true, &s, &err));
    assert_ok(mote_run_create(s, &spec, 1000, id, &err));
    mote_store_close(s);
    assert_int_equal(RUN("runs", "--status", "running", "--project", f->project), 0);
    assert_says(f, "cut");
    (void)RUN("run", "data", "--project", f->project); /* fails for want of data */
    assert_int_equal(RUN("runs", "--status", "running", "--project", f->project), 0);
    assert_silent_about(f, "cut");
    assert_int_equal(RUN("runs", "--status", "killed", "--project", f->project), 0);
    assert_says(f, "cut");
}

static void a_run_is_followed_tagged_hidden_and_listed_again(void **state)
{
    fixture *f = *state;
    assert_int_equal(RUN("runs", f->first, "--metric", "val_loss", "--project", f->project), 0);
    assert_says(f, "step");
    assert_says(f, "1970-01-01T00:00:00");
    assert_int_equal(RUN("runs", f->first, "--metric", "nix", "--project", f->project), 7);
    assert_says(f, "has no metric 'nix'");
    assert_int_equal(RUN("runs", f->first, "--tag", "note=new microphone", "--project", f->project),
                     0);
    assert_says(f, "new microphone");
    assert_int_equal(RUN("runs", f->first, "--tag", "note", "--project", f->project), 2);
    assert_int_equal(RUN("runs", f->first, "--delete", "--restore", "--project", f->project), 2);
    assert_int_equal(RUN("runs", f->first, "--delete", "--project", f->project), 0);
    assert_int_equal(RUN("runs", "--json", "--project", f->project), 0);
    assert_silent_about(f, f->first);
    assert_int_equal(RUN("runs", f->first, "--restore", "--project", f->project), 0);
    assert_int_equal(RUN("runs", "--json", "--project", f->project), 0);
    assert_says(f, f->first);
    assert_int_equal(RUN("runs", "--experiments", "--project", f->project), 0);
    assert_says(f, "kws");
    assert_int_equal(RUN("runs", "--metric", "val_loss", "--project", f->project), 2);
    assert_says(f, "are of a RUN");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_run_is_followed_tagged_hidden_and_listed_again),
        T(runs_lists_newest_or_best_first),
        T(one_run_is_shown_whole),
        T(compare_shows_what_differs),
        T(monitor_shows_acknowledges_and_checks),
        T(a_run_that_was_killed_is_closed_by_the_next_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
