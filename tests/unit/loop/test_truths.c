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

static int set_up_with(void **state, mote_model *model)
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
    f->model = model;
    const mote_model_entry e = {.name = "size", .version = "3"};
    T_OK(mote_models_put(f->models, &e, f->model, &err));
    const mote_infer_hooks hooks = {.log = f->log};
    T_OK(mote_infer_create(f->models, 0, &hooks, &f->infer, &err));
    mote_arena_init(&f->arena, 16 << 20);
    mote_buf_init(&f->file, 1 << 20);
    mote_buf_str(&f->file, "id,height,width\n");
    f->cfg = (mote_truths_config){.model = f->model};
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

static int set_up(void **state)
{
    return set_up_with(state, tiny_answer_model(MOTE_ANSWER_VALUE));
}

static int set_up_classes(void **state)
{
    return set_up_with(state, tiny_promising_model(4, 1));
}

static int set_up_scores(void **state)
{
    return set_up_with(state, tiny_answer_model(MOTE_ANSWER_ANOMALY));
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

/* What the model says of a sample that differs with i. */
static mote_prediction predict(fixture *f, const char *request, int i)
{
    const float x[4] = {(float)(i % 7) / 7, 0.2f, -0.3f, (float)(i % 3)};
    const mote_consent c = {.purpose = "improve"};
    const mote_infer_input one = {.x = x, .n = 4, .consent = &c, .request_id = request};
    const mote_served *s = NULL;
    mote_prediction p;
    mote_err err = {0};
    T_OK(mote_infer_find(f->infer, "size", NULL, &s, &err));
    T_OK(mote_infer_run(f->infer, s, &one, &p, &err));
    return p;
}

/* Of values: *said is [2]. */
static void ask(fixture *f, const char *request, int i, float *said)
{
    memcpy(said, predict(f, request, i).values, 2 * sizeof *said);
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
    mote_kept_labels labels;
    T_OK(mote_truths_read(f->path, mote_model_signature(f->model), "label", &f->arena, &labels,
                          &err));
    T_OK(mote_truths_join(f->store, &f->cfg, &labels, &f->arena, &t, &err));
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
    assert_float_equal(t.judged.all.error.value, 0.22, 1e-5);
    assert_true(t.judged.all.error.lo > 0.2 && t.judged.all.error.hi < 0.24);
    assert_string_equal(t.measure.name, "mae");
    assert_float_equal(t.measure.promised, 0.5, 1e-9);
    assert_float_equal(t.inside, 1, 0); /* 0.25 and 1 around them */
    assert_int_equal(t.judged.n_windows, 2);
    assert_int_equal(n_open(f, &alerts), 0);

    use(f, 20, 2 * WINDOW, 0.7);
    t = join(f);
    assert_int_equal(t.repeated.n, 2 * WINDOW); /* the file has the first ones again */
    assert_string_equal(t.repeated.first[1], "q1");
    assert_int_equal(t.judged.n_windows, 2);
    assert_true(t.judged.windows[0].is_bad);
    assert_float_equal(t.judged.windows[0].error.value, 0.72, 1e-5);
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
    assert_int_equal(t.unknown.n, 2); /* nobody, and a third that there is not */
    assert_int_equal(t.unclear.n, 2);
    assert_string_equal(t.unknown.first[0], "nobody");
    assert_string_equal(t.unclear.first[1], "once");
    assert_true(isnan(t.judged.all.error.value));
    mote_buf_printf(&f->file, "twice:2,%.9g,%.9g\n", (double)said[1][1], (double)said[1][0] + 1);
    t = join(f);
    assert_int_equal(t.n_joined, 1);
    assert_float_equal(t.judged.all.error.value, 0.5, 1e-5); /* of two values the mean */

    f->cfg.config.watch.version = 4; /* which has said nothing */
    t = join(f);
    assert_int_equal(t.n_joined, 0);
    static const char wrong[] = "id,hight,width\nonce,1,1\n";
    T_OK(mote_file_write(f->path, wrong, sizeof wrong - 1, &err));
    mote_kept_labels labels;
    T_FAILS(mote_truths_read(f->path, mote_model_signature(f->model), "label", &f->arena, &labels,
                             &err),
            MOTE_NOT_FOUND, "there is no column 'height'; is it 'hight'?");
}

/* n requests, each said to be what the model said but for every `wrong`-th; 0: none. */
static void use_classes(fixture *f, int first, int n, int wrong)
{
    for (int i = first; i < first + n; i++) {
        char id[20];
        snprintf(id, sizeof id, "q%d", i);
        const int32_t said = predict(f, id, i).class_id;
        const bool is_wrong = wrong > 0 && i % wrong == 0;
        mote_buf_printf(&f->file, "%s,%s\n", id, tiny_labels[is_wrong ? (said + 1) % 2 : said]);
    }
}

static const mote_truth_class *class_of(const mote_truths *t, const char *name)
{
    for (size_t k = 0; k < t->judged.n_classes; k++)
        if (strcmp(t->judged.all.classes[k].name, name) == 0)
            return &t->judged.all.classes[k];
    fail_msg("there is no class '%s'", name);
    return NULL;
}

static void classes_are_held_against_the_accuracy_that_was_promised(void **state)
{
    fixture *f = *state;
    mote_alert *alerts = NULL;
    mote_buf_reset(&f->file);
    mote_buf_str(&f->file, "id,label\n");
    use_classes(f, 0, 5 * WINDOW, 10); /* one of ten is wrong, two may be */
    mote_truths t = join(f);
    assert_string_equal(t.measure.name, "error_rate");
    assert_float_equal(t.measure.promised, 0.2, 1e-9);
    assert_int_equal(t.judged.n_windows, 5);
    assert_float_equal(t.judged.all.error.value, 0.1, 1e-6);
    assert_true(t.judged.all.error.lo > 0.02 && t.judged.all.error.hi < 0.3);
    assert_true(isnan(t.inside));
    assert_int_equal(n_open(f, &alerts), 0);
    int32_t n = 0, n_right = 0;
    for (size_t k = 0; k < t.judged.n_classes; k++) {
        n += t.judged.all.classes[k].n;
        n_right += t.judged.all.classes[k].n_right;
    }
    assert_int_equal(n, 5 * WINDOW);
    assert_int_equal(n_right, 45);

    use_classes(f, 50, WINDOW, 1);
    t = join(f);
    assert_int_equal(t.repeated.n, 5 * WINDOW);
    assert_int_equal(t.judged.n_windows, 1);
    assert_true(t.judged.windows[0].is_bad);
    assert_int_equal(n_open(f, &alerts), 1);
    assert_string_equal(alerts[0].kind, "error");
    assert_string_equal(alerts[0].what, "error_rate");
    assert_non_null(strstr(alerts[0].words, "error_rate 100.0 % of 10 truths"));
    assert_non_null(strstr(alerts[0].words, "at most 20 % was promised"));
}

/* A truth that is no class is one of the other words, where the model has them; the first truth
 * stays; truths can come one by one; a prediction has a number, too. */
static void what_disagrees_with_an_earlier_truth_is_named(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_truths t;
    for (int i = 0; i < WINDOW; i++) {
        char id[20];
        snprintf(id, sizeof id, "q%d", i);
        (void)predict(f, id, i);
    }
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    for (int i = 0; i < WINDOW; i++) {
        char id[20];
        snprintf(id, sizeof id, "q%d", i);
        mote_kept_label one = {.request = id, .label = "hello"};
        const mote_kept_labels labels = {.items = &one, .n = 1};
        if (i == 0)
            one = (mote_kept_label){.id = 1, .label = "hello"};
        T_OK(mote_truths_join(f->store, &f->cfg, &labels, &f->arena, &t, &err));
        assert_int_equal(t.judged.n_windows, i == WINDOW - 1);
        assert_int_equal(t.judged.n_waiting, (i + 1) % WINDOW);
    }
    assert_int_equal(class_of(&t, "_unknown_")->n, WINDOW);
    mote_kept_label more[] = {{.request = "q0", .label = "yes"},
                              {.request = "q1", .label = "hello"},
                              {.request = "q2", .label = ""},
                              {.id = 4711, .label = "yes"}};
    const mote_kept_labels labels = {.items = more, .n = T_COUNT(more)};
    T_OK(mote_truths_join(f->store, &f->cfg, &labels, &f->arena, &t, &err));
    assert_int_equal(t.disagreeing.n, 1);
    assert_string_equal(t.disagreeing.first[0], "q0");
    assert_int_equal(t.repeated.n, 1);
    assert_string_equal(t.repeated.first[0], "q1");
    assert_string_equal(t.unclear.first[0], "q2");
    assert_string_equal(t.unknown.first[0], "4711");
    assert_int_equal(class_of(&t, "yes")->n, 0);

    /* With the prediction its truth is gone. */
    MOTE_SCOPED_STMT *q = NULL;
    int64_t n = -1;
    T_OK(mote_stmt_prepare(f->store, "DELETE FROM prediction WHERE id = 1", &q, &err));
    T_OK(mote_stmt_run(q, &err));
    T_OK(mote_store_query_i64(f->store, "SELECT count(*) FROM prediction_truth", &n, &err));
    assert_int_equal(n, WINDOW - 1);
}

/* Of scores false alarms are held against what was promised; anomalies that are missed are seen by
 * their class. */
static void scores_are_held_against_the_false_alarms_that_were_promised(void **state)
{
    fixture *f = *state;
    static const char *const normal[] = {"running"};
    int n_alarms = 0;
    mote_err err = {0};
    mote_truths t;
    mote_kept_label labels[2 * WINDOW];
    char ids[2 * WINDOW][20];
    f->cfg.normal = (mote_names){normal, 1};
    for (int i = 0; i < 2 * WINDOW; i++) {
        snprintf(ids[i], sizeof ids[i], "q%d", i);
        const bool is_alarm = predict(f, ids[i], i).is_anomaly;
        n_alarms += is_alarm && i % 2;
        labels[i] = (mote_kept_label){.request = ids[i], .label = i % 2 ? "running" : "broken"};
    }
    labels[1].label = "normal";
    T_OK(mote_predlog_flush(f->log, 5000, &err));
    const mote_kept_labels all = {.items = labels, .n = 2 * WINDOW};
    T_OK(mote_truths_join(f->store, &f->cfg, &all, &f->arena, &t, &err));
    assert_string_equal(t.measure.name, "false_alarm_rate");
    assert_int_equal(t.judged.all.n_tested, WINDOW);
    assert_true(fabs(t.judged.all.error.value * WINDOW - n_alarms) < 1e-9);
    assert_int_equal(class_of(&t, "normal")->n, WINDOW);
    assert_int_equal(class_of(&t, "normal")->n_right, WINDOW - n_alarms);
    assert_int_equal(class_of(&t, "anomaly")->n, WINDOW);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(errors_above_the_promised_open_one_alert_and_good_windows_close_it),
        TEST(what_cannot_be_joined_is_counted_and_a_missing_column_named),
        cmocka_unit_test_setup_teardown(classes_are_held_against_the_accuracy_that_was_promised,
                                        set_up_classes, tear_down),
        cmocka_unit_test_setup_teardown(what_disagrees_with_an_earlier_truth_is_named,
                                        set_up_classes, tear_down),
        cmocka_unit_test_setup_teardown(scores_are_held_against_the_false_alarms_that_were_promised,
                                        set_up_scores, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
