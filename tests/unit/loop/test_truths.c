/* SPDX-License-Identifier: Apache-2.0 */
/* Truths that come later are joined with what was said by the id of the request; errors above what
 * was promised open an alert, once. */
#include "tests/support.h"

#include <math.h>

#include "base/file.h"
#include "loop/truths.h"
#include "serve/predlog.h"
#include "temp_dir.h"
#include "tests/tiny_model.h"

#define WINDOW 10

static const char *const purposes[] = {"improve"};

typedef struct {
    char dir[TEMP_DIR_BYTES], path[TEMP_DIR_BYTES + 20];
    mote_models *models;
    mote_infer *infer;
    mote_predlog *log;
    mote_store *store;
    mote_arena arena;
    mote_model *model;
    mote_truths_config cfg;
    mote_buf file;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err = {0};
    temp_dir_make(f->dir);
    snprintf(f->path, sizeof f->path, "%s/truths.csv", f->dir);
    T_OK(mote_store_open(f->dir, true, &f->store, &err));
    const mote_predlog_config log = {
        .project = f->dir,
        .policy = {
            .purposes = purposes, .n_purposes = 1, .retention_days = 30, .keep_outputs = true}};
    T_OK(mote_predlog_create(&log, &f->log, &err));
    T_OK(mote_models_create(1, &f->models, &err));
    f->model = tiny_answer_model(MOTE_ANSWER_VALUE);
    const mote_model_entry e = {.name = "size", .version = "3"};
    T_OK(mote_models_put(f->models, &e, f->model, &err));
    const mote_infer_hooks hooks = {.log = f->log};
    T_OK(mote_infer_create(f->models, 0, &hooks, &f->infer, &err));
    mote_arena_init(&f->arena, 16 << 20);
    mote_buf_init(&f->file, 1 << 20);
    mote_buf_str(&f->file, "id,height,width\n");
    f->cfg = (mote_truths_config){.path = f->path, .model = f->model};
    f->cfg.config.watch = (mote_monitor_config){.model = "size",
                                                .version = 3,
                                                .bundle = *mote_model_hash(f->model),
                                                .window = WINDOW,
                                                .min_predictions = 5,
                                                .false_alarm = 1e-3};
    f->cfg.config.now_ms = 5;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_infer_destroy(f->infer);
    mote_models_destroy(f->models);
    mote_predlog_destroy(f->log);
    mote_model_unref(f->model);
    mote_buf_release(&f->file);
    mote_arena_release(&f->arena);
    mote_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

/* What the model says of a sample that differs with i; *said is [2]. */
static void ask(fixture *f, const char *request, int i, float *said)
{
    const float x[4] = {(float)(i % 7) / 7, 0.2f, -0.3f, (float)(i % 3)};
    const mote_consent c = {.purpose = "improve"};
    const mote_infer_input one = {.x = x, .n = 4, .consent = &c, .request_id = request};
    const mote_served *s = NULL;
    mote_prediction p;
    mote_err err = {0};
    T_OK(mote_infer_find(f->infer, "size", NULL, &s, &err));
    T_OK(mote_infer_run(f->infer, s, &one, &p, &err));
    memcpy(said, p.values, 2 * sizeof *said);
}

/* n requests, whose truths are about `off` away from what was said. */
static void use(fixture *f, int first, int n, double off)
{
    for (int i = first; i < first + n; i++) {
        char id[20];
        float said[2];
        snprintf(id, sizeof id, "q%d", i);
        ask(f, id, i, said);
        const double error = off + 0.01 * (i % 5);
        mote_buf_printf(&f->file, "%s,%.9g,%.9g\n", id, (double)said[1] - error,
                        (double)said[0] + error);
    }
}

static mote_truths join(fixture *f)
{
    mote_err err = {0};
    mote_truths t;
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    T_OK(mote_file_write(f->path, f->file.data, f->file.len, &err));
    T_OK(mote_truths_join(f->store, &f->cfg, &f->arena, &t, &err));
    return t;
}

static size_t n_open(fixture *f, mote_alert **alerts)
{
    mote_err err = {0};
    size_t n = 0;
    T_OK(mote_alert_list(f->store, &(mote_monitor_query){.model = "size", .unresolved_only = true},
                         &f->arena, alerts, &n, &err));
    return n;
}

static void errors_above_the_promised_open_one_alert_and_good_windows_close_it(void **state)
{
    fixture *f = *state;
    mote_alert *alerts = NULL;
    use(f, 0, 2 * WINDOW, 0.2); /* 0.5 is promised */
    mote_truths t = join(f);
    assert_int_equal(t.n_joined, 2 * WINDOW);
    assert_float_equal(t.error, 0.22, 1e-5);
    assert_float_equal(t.promised, 0.5, 1e-9);
    assert_float_equal(t.inside, 1, 0); /* 0.25 and 1 around them */
    assert_int_equal(t.judged.n_windows, 2);
    assert_int_equal(n_open(f, &alerts), 0);

    use(f, 20, 2 * WINDOW, 0.7);
    t = join(f);
    assert_int_equal(t.judged.n_known, 2 * WINDOW); /* the file has the first ones again */
    assert_int_equal(t.judged.n_windows, 2);
    assert_true(t.judged.windows[0].is_bad);
    assert_float_equal(t.judged.windows[0].error, 0.72, 1e-5);
    assert_true(t.inside > 0.7 && t.inside < 0.8); /* one of two in half of them is not */
    assert_int_equal(n_open(f, &alerts), 1);
    assert_string_equal(alerts[0].kind, "error");
    assert_int_equal(alerts[0].n_windows, 2);
    assert_string_equal(alerts[0].what, "mae");
    assert_non_null(strstr(alerts[0].words, "mae 0.72 of 10 truths, at most 0.5 was promised"));
    t = join(f);
    assert_int_equal(t.judged.n_windows, 0);
    assert_int_equal(n_open(f, &alerts), 1);

    use(f, 40, 2 * WINDOW + 7, 0.1);
    t = join(f);
    assert_int_equal(t.judged.n_waiting, 7);
    assert_int_equal(t.judged.alerts.n_resolved, 1);
    assert_int_equal(n_open(f, &alerts), 0);
    f->cfg.config.close_last = true;
    t = join(f);
    assert_int_equal(t.judged.n_windows, 1);
    assert_int_equal(t.judged.windows[0].n, 7);
}

static void what_cannot_be_joined_is_counted_and_a_missing_column_named(void **state)
{
    fixture *f = *state;
    float said[2][2];
    mote_err err = {0};
    mote_truths t;
    ask(f, "twice", 1, said[0]);
    ask(f, "twice", 2, said[1]);
    ask(f, "once", 3, said[0]);
    ask(f, "", 4, said[0]);
    mote_buf_str(&f->file, "twice,1,1\nnobody,1,1\nonce,,1\ntwice:3,1,1\n");
    t = join(f);
    assert_int_equal(t.n_rows, 4);
    assert_int_equal(t.n_joined, 0);
    assert_int_equal(t.n_unknown, 2); /* nobody, and a third that there is not */
    assert_int_equal(t.n_unclear, 2);
    assert_true(isnan(t.error));
    mote_buf_printf(&f->file, "twice:2,%.9g,%.9g\n", (double)said[1][1], (double)said[1][0] + 1);
    t = join(f);
    assert_int_equal(t.n_joined, 1);
    assert_float_equal(t.error, 0.5, 1e-5); /* of two values the mean */

    f->cfg.config.watch.version = 4; /* which has said nothing */
    t = join(f);
    assert_int_equal(t.n_joined, 0);
    static const char wrong[] = "id,hight,width\nonce,1,1\n";
    T_OK(mote_file_write(f->path, wrong, sizeof wrong - 1, &err));
    T_FAILS(mote_truths_join(f->store, &f->cfg, &f->arena, &t, &err), MOTE_NOT_FOUND,
            "there is no column 'height'; is it 'hight'?");
    mote_model *classes = tiny_tensor_model(4, 1);
    f->cfg.model = classes;
    T_FAILS(mote_truths_join(f->store, &f->cfg, &f->arena, &t, &err), MOTE_UNSUPPORTED,
            "'size' says no values");
    mote_model_unref(classes);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(errors_above_the_promised_open_one_alert_and_good_windows_close_it),
        TEST(what_cannot_be_joined_is_counted_and_a_missing_column_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
