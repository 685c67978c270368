/* SPDX-License-Identifier: Apache-2.0 */
/* serve/intake_series.c: files of a sensor and arrays of numbers, as windows of a model of series.
 */
#include "tests/support.h"

#include <math.h>

#include "tests/firmware_host.h"
#include "tests/temp_dir.h"
#include "tests/tiny_model.h"

#include "serve/classify.h"
#include "serve/intake.h"

enum { STEPS = 20, AXES = 3, LABELS = 3, RATE = 50, VALUES = STEPS * AXES };

static const char *const axes[AXES] = {"acc_x", "acc_y", "acc_z"};
static const char *const labels[LABELS] = {"push", "ring", "still"};

typedef struct {
    mote_models *models;
    mote_infer *infer;
    const mote_served *s;
    mote_model *model;
    mote_arena arena;
    size_t n_told;
    float told[256]; /* first value of each sample that the observer was told of */
} fixture;

static void observe(void *arg, mote_serve_event *e)
{
    fixture *f = arg;
    assert_true(f->n_told < T_COUNT(f->told));
    f->told[f->n_told++] = *(const float *)e->x;
}

static mote_signature signature(void)
{
    const int32_t dims[2] = {STEPS, AXES};
    mote_signature s = mote_signature_of_tensor(2, dims, LABELS, labels);
    s.input = MOTE_INPUT_SERIES;
    s.rate_hz = RATE;
    s.n_columns = AXES;
    s.columns = axes;
    s.events = 0; /* it is no stream */
    return s;
}

static float samples[8][VALUES];

/* The numbers, each axis scaled by what was seen. */
static mote_frontend fitted_front(const mote_signature *s)
{
    mote_err err = {0};
    mote_frontend f;
    mote_frontend_plan *p = NULL;
    static float y[8][VALUES];
    json_t *j = json_pack("{s:s, s:i}", "kind", "raw", "rate_hz", RATE);
    T_OK(mote_frontend_from_json(j, "test", &f, &err));
    json_decref(j);
    T_OK(mote_frontend_plan_create(&f, &s->sample, 1, &p, &err));
    for (int i = 0; i < 8; i++)
        T_OK(mote_frontend_run(p, 0, samples[i], STEPS, y[i], &err));
    T_OK(mote_frontend_fit(&f, &(mote_frames){y[0], 8 * STEPS, AXES}, &f, &err));
    mote_frontend_plan_destroy(p);
    return f;
}

/* One hidden layer, untrained, int8. */
static mote_model *make_model(const mote_signature *s, const mote_decision *decision)
{
    mote_arch a;
    mote_graph *g = NULL, *f = NULL, *q = NULL;
    mote_rng rng;
    mote_err err = {0};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 22);
    mote_arch_default(&a, STEPS, AXES, LABELS);
    snprintf(a.name, sizeof a.name, "dense");
    if (s->answer == MOTE_ANSWER_ANOMALY) {
        a.head = MOTE_HEAD_VALUES;
        a.n_outputs = VALUES;
    }
    a.n_blocks = 1;
    a.hidden[0] = 16;
    a.dropout = 0;
    mote_rng_init(&rng, 5);
    T_OK(mote_arch_build(&a, &rng, &g, &err));
    T_OK(mote_graph_fold(g, &f, &err));
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < VALUES; k++)
            samples[i][k] = (float)mote_rng_range(&rng, -2, 2);
    const mote_quantise_config qc = {.range_rule = MOTE_RANGE_MIN_MAX};
    T_OK(mote_quantise(f, samples[0], 8, &qc, &q, &err));
    const mote_frontend front = fitted_front(s);
    const mote_bundle_parts parts = {
        .name = "wand", .signature = *s, .features = &front, .graph = q, .decision = decision};
    T_OK(mote_bundle_write(&parts, &b, &err));
    mote_graph_destroy(g);
    mote_graph_destroy(f);
    mote_graph_destroy(q);
    return tiny_load(&b);
}

static int open_with(void **state, const mote_signature *s, const mote_decision *d)
{
    mote_err err = {0};
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    const mote_model_entry e = {.name = "wand", .version = "1", .source = "test", .now_ms = 1};
    const mote_infer_hooks hooks = {.observer = observe, .observer_arg = f};
    mote_arena_init(&f->arena, 1 << 24);
    f->model = make_model(s, d);
    T_OK(mote_models_create(1, &f->models, &err));
    T_OK(mote_models_put(f->models, &e, f->model, &err));
    T_OK(mote_infer_create(f->models, 0, &hooks, &f->infer, &err));
    T_OK(mote_infer_first(f->infer, false, &f->s, &err));
    *state = f;
    return 0;
}

static int open_model(void **state)
{
    const mote_signature s = signature();
    const mote_decision d = mote_decision_default(&s);
    return open_with(state, &s, &d);
}

/* "push" and "ring" are events; a look every 100 ms, which are 5 steps. */
static int open_stream(void **state)
{
    mote_signature s = signature();
    s.events = 3;
    const mote_decision d = {.op = {.smooth_hops = 3,
                                    .suppress_ms = 400,
                                    .hop_ms = 100,
                                    .temperature = 0.8f,
                                    .thresholds = {0.30f, 0.30f}}};
    return open_with(state, &s, &d);
}

/* How badly it rebuilds its input; an alarm may pause for pause_ms. */
static int open_scores(void **state, float threshold, double pause_ms)
{
    mote_signature s = signature();
    s.answer = MOTE_ANSWER_ANOMALY;
    s.n_outputs = 1;
    s.n_labels = 0;
    const mote_decision d = {.anomaly = {.score = MOTE_SCORE_RECONSTRUCTION,
                                         .threshold = threshold,
                                         .quiet_ms = pause_ms}};
    return open_with(state, &s, &d);
}

static int close_model(void **state)
{
    fixture *f = *state;
    mote_infer_destroy(f->infer);
    mote_models_destroy(f->models);
    mote_model_unref(f->model);
    mote_arena_release(&f->arena);
    free(f);
    return 0;
}

/* ---- what is sent ------------------------------------------------------------------------ */

static float value_at(int t, int c)
{
    return (float)(sin(0.37 * t + 1.1 * c) + 0.5 * cos(0.11 * t * (c + 1)));
}

/* Rows of the three axes at 50 Hz, in the order given; a pause of a second before row `gap`. */
static const char *csv(mote_buf *b, int n, const int order[AXES], const char *const names[AXES],
                       int gap)
{
    mote_buf_reset(b);
    mote_buf_printf(b, "t_ms,%s,%s,%s\n", names[order[0]], names[order[1]], names[order[2]]);
    for (int t = 0; t < n; t++)
        mote_buf_printf(b, "%d,%.9g,%.9g,%.9g\n", 20 * t + (gap > 0 && t >= gap ? 1000 : 0),
                        (double)value_at(t, order[0]), (double)value_at(t, order[1]),
                        (double)value_at(t, order[2]));
    return b->data;
}

static const int in_order[AXES] = {0, 1, 2};

static mote_status ask(fixture *f, const void *bytes, size_t n, bool may_convert,
                       mote_classification *out, mote_err *err)
{
    const mote_asked asked = {
        .s = f->s, .file = {"a.csv", bytes, n}, .may_convert = may_convert, .max_ms = 600000};
    return mote_classify(f->infer, &asked, &f->arena, out, err);
}

/* What a predictor of its own says of the window that begins at step `first`. */
static void direct(fixture *f, int first, mote_prediction *p, mote_predictor **by)
{
    mote_err err = {0};
    float x[VALUES];
    for (int t = 0; t < STEPS; t++)
        for (int c = 0; c < AXES; c++)
            x[t * AXES + c] = value_at(first + t, c);
    T_OK(mote_predictor_create(f->model, by, &err));
    T_OK(mote_predict(*by, x, VALUES, p, &err));
}

static void check_window(fixture *f, const mote_classify_window *w, int first, int64_t start)
{
    mote_prediction p;
    mote_predictor *by = NULL;
    direct(f, first, &p, &by);
    assert_int_equal(w->start, start);
    assert_int_equal(w->class_id, p.class_id);
    assert_memory_equal(w->probabilities, p.probabilities, LABELS * sizeof(float));
    mote_predictor_destroy(by);
}

/* ---- tests ------------------------------------------------------------------------------- */

static void a_file_is_cut_into_windows_half_over_each_other(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_classification c;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    csv(&b, 55, in_order, axes, 0);
    T_OK(ask(f, b.data, b.len, false, &c, &err));
    assert_int_equal(c.n_windows, 4); /* at 0, 10, 20, 30 */
    for (int i = 0; i < 4; i++)
        check_window(f, &c.windows[i], 10 * i, 10 * i);
    float most = 0;
    for (int i = 0; i < 4; i++)
        most = fmaxf(most, c.windows[i].probabilities[c.windows[i].class_id]);
    assert_true(c.best.probabilities[c.best.class_id] == most);
    assert_int_equal(c.n_detections, 0);
}

/* Not of the surest window, which is no fair draw of what is normal. */
static void the_observer_is_told_of_windows_as_training_cuts_them(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_classification c;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    static const struct {
        int n, gap, n_told, first[MOTE_SERVE_MAX_TOLD]; /* steps */
    } rows[] = {
        {20, 0, 1, {0}},
        {39, 0, 1, {0}},
        {55, 0, 2, {0, 20}},
        {70, 25, 3, {0, 25, 45}},
        {16 * 20, 0, 8, {0, 40, 80, 120, 160, 200, 240, 280}},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        csv(&b, rows[i].n, in_order, axes, rows[i].gap);
        f->n_told = 0;
        T_OK(ask(f, b.data, b.len, false, &c, &err));
        assert_int_equal(f->n_told, rows[i].n_told);
        for (int k = 0; k < rows[i].n_told; k++)
            assert_float_equal(f->told[k], value_at(rows[i].first[k], 0), 1e-5);
    }
}

static void axes_are_found_by_their_names(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_classification c;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    const int other_order[AXES] = {2, 0, 1};
    csv(&b, STEPS, other_order, axes, 0);
    T_OK(ask(f, b.data, b.len, false, &c, &err));
    assert_int_equal(c.n_windows, 1);
    check_window(f, &c.best, 0, 0);
    /* Other names, as many: in their order. */
    static const char *const others[AXES] = {"a", "b", "c"};
    csv(&b, STEPS, in_order, others, 0);
    T_OK(ask(f, b.data, b.len, false, &c, &err));
    check_window(f, &c.best, 0, 0);
    /* One more than the model takes is left out when the names say which. */
    mote_buf_reset(&b);
    mote_buf_str(&b, "t_ms,battery,acc_x,acc_y,acc_z\n");
    for (int t = 0; t < STEPS; t++)
        mote_buf_printf(&b, "%d,%d,%.9g,%.9g,%.9g\n", 20 * t, 100 - t, (double)value_at(t, 0),
                        (double)value_at(t, 1), (double)value_at(t, 2));
    T_OK(ask(f, b.data, b.len, false, &c, &err));
    check_window(f, &c.best, 0, 0);
}

static void no_window_crosses_a_gap(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_classification c;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    csv(&b, 60, in_order, axes, 25); /* 25 steps, a second of nothing, 35 steps */
    T_OK(ask(f, b.data, b.len, false, &c, &err));
    assert_int_equal(c.n_windows, 3);
    check_window(f, &c.windows[0], 0, 0);
    check_window(f, &c.windows[1], 25, 25 + RATE); /* where it is in time */
    check_window(f, &c.windows[2], 35, 35 + RATE);
    assert_string_equal(c.wrong, "gap: 1 gap");
    csv(&b, 36, in_order, axes, 18); /* too short on both sides */
    assert_int_equal(ask(f, b.data, b.len, false, &c, &err), MOTE_SHAPE);
    assert_non_null(strstr(err.text, "'a.csv' has no stretch of 20 samples without a gap"));
}

static void an_array_is_one_window(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_classification c;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    for (int is_flat = 0; is_flat < 2; is_flat++) {
        mote_buf_reset(&b);
        mote_buf_str(&b, " [");
        for (int t = 0; t < STEPS; t++)
            for (int k = 0; k < AXES; k++)
                mote_buf_printf(&b, "%s%s%.9g%s", k || t ? "," : "", !is_flat && k == 0 ? "[" : "",
                                (double)value_at(t, k), !is_flat && k == AXES - 1 ? "]" : "");
        mote_buf_str(&b, "]\n");
        T_OK(ask(f, b.data, b.len, false, &c, &err));
        assert_int_equal(c.n_windows, 1);
        check_window(f, &c.best, 0, 0);
    }
}

/* Each refusal names what was asked with, and what is wrong with it. */
static void bad_input_is_refused_by_name(void **state)
{
    fixture *f = *state;
    mote_classification c;
    static const struct {
        const char *text;
        mote_status status;
        const char *words;
    } rows[] = {
        {"", MOTE_PARSE, "a.csv"},
        {"no numbers at all\n", MOTE_PARSE, "a.csv"},
        {"[1,2,3]", MOTE_SHAPE, "'a.csv' has 3 numbers, model 'wand' takes 60"},
        {"[1,2,", MOTE_PARSE, "'a.csv'"},
        {"[1,\"x\"]", MOTE_PARSE, "'a.csv'"},
        {"[[1,2],[3,4]]", MOTE_SHAPE, "'a.csv'"},
        {"t_ms,a,b\n0,1,2\n20,1,2\n40,2,3\n", MOTE_SHAPE,
         "'a.csv' has 2 axes, model 'wand' takes 3"},
        {"t_ms,a,b,c\n0,1,2,3\n20,1,2,3\n40,2,3,4\n", MOTE_SHAPE, "no stretch of 20 samples"},
        {"t_ms,a,b,c\n0,,,\n20,,,\n40,,,\n", MOTE_PARSE, "a.csv"},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_err err = {0};
        mote_status st = ask(f, rows[i].text, strlen(rows[i].text), false, &c, &err);
        if (st != rows[i].status || !strstr(err.text, rows[i].words))
            fail_msg("%zu: status %d: %s", i, (int)st, err.text);
    }
    assert_int_equal(f->n_told, 0);
}

static void another_rate_is_refused_unless_it_may_be_converted(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_classification c;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    mote_buf_str(&b, "t_ms,acc_x,acc_y,acc_z\n");
    for (int t = 0; t < 2 * STEPS; t++)
        mote_buf_printf(&b, "%d,%d,%d,%d\n", 10 * t, t, 2 * t, 3 * t);
    assert_int_equal(ask(f, b.data, b.len, false, &c, &err), MOTE_ARG);
    assert_non_null(
        strstr(err.text, "'a.csv' has 100 samples a second, model 'wand' takes 50: convert it"));
    T_OK(ask(f, b.data, b.len, true, &c, &err));
    assert_int_equal(c.n_windows, 1);
}

/* What is wrong with a file that has an answer all the same is said and counted; of one with which
 * nothing is, nothing. */
static void what_is_wrong_is_said_beside_the_answer(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_classification c;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    csv(&b, 60, in_order, axes, 0);
    T_OK(ask(f, b.data, b.len, false, &c, &err));
    assert_null(c.wrong);
    static const struct {
        const char *row; /* in place of row 30 */
        const char *words;
        int n_windows;
    } rows[] = {
        {"600,off,0.5,0.1\n", "missing: 1 stretch; no-number: 1 cell", 3},
        {"600,nan,0.5,0.1\n", "missing: 1 stretch", 3},
        {"600,inf,0.5,0.1\n", "missing: 1 stretch", 3},
        {"600,,0.5,0.1\n", "missing: 1 stretch", 3},
        {"580,0.4,0.5,0.1\n", "same-time: 1 sample", 3},
        {"560,0.4,0.5,0.1\n", "back-in-time: 1 sample", 3},
        {"600,0.4,0.5,0.1,9\n", "ragged: 1 row", 3},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_buf_reset(&b);
        mote_buf_str(&b, "t_ms,acc_x,acc_y,acc_z\n");
        for (int t = 0; t < 60; t++)
            if (t == 30)
                mote_buf_str(&b, rows[i].row);
            else
                mote_buf_printf(&b, "%d,%.9g,%.9g,%.9g\n", 20 * t, (double)value_at(t, 0),
                                (double)value_at(t, 1), (double)value_at(t, 2));
        T_OK(ask(f, b.data, b.len, false, &c, &err));
        if (!c.wrong || !strstr(c.wrong, rows[i].words) || (int)c.n_windows != rows[i].n_windows)
            fail_msg("%zu: %zu windows, %s", i, c.n_windows, c.wrong ? c.wrong : "nothing");
    }
    mote_buf_reset(&b);
    mote_buf_str(&b, "t_ms,acc_x,acc_y,acc_z\n");
    for (int t = 0; t < 80; t++) /* an axis that stands still, and a tail behind a gap */
        mote_buf_printf(&b, "%d,%.9g,7,%.9g\n", 20 * t + (t >= 70 ? 3000 : 0),
                        (double)value_at(t, 0), (double)value_at(t, 2));
    T_OK(ask(f, b.data, b.len, false, &c, &err));
    assert_non_null(strstr(c.wrong, "gap: 1 gap"));
    assert_non_null(strstr(c.wrong, "stuck: 1 stretch"));
    assert_non_null(strstr(c.wrong, "left out: 1 stretch shorter than a window"));
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 20);
    mote_classify_json(f->s, &c, false, 0, &text);
    assert_non_null(strstr(text.data, "\"wrong\":\"gap: 1 gap"));
}

/* Numbers of a tensor reach the model as they are; what is none is named by its place. */
static void tensors_are_taken_and_none_is_no_number(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    float x[VALUES] = {0};
    const void *taken = NULL;
    const mote_intake *row = mote_intake_of(f->model);
    assert_string_equal(row->tensor, "series");
    const mote_intake_numbers in = {"series", x, VALUES, true};
    T_OK(row->take(&in, &f->arena, &taken, &err));
    assert_ptr_equal(taken, x);
    x[17] = NAN;
    assert_int_equal(row->take(&in, &f->arena, &taken, &err), MOTE_RANGE);
    assert_non_null(strstr(err.text, "number 17 of input 'series'"));
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1000);
    row->describe(f->s, &b);
    assert_string_equal(b.data, "series, 20 steps of 3 axes at 50 Hz");
}

/* A stream: windows a hop apart, and the events that the generated firmware says of each stretch
 * without a gap when it is switched on with its first step: which window, class and average. */
static void a_stream_says_what_the_firmware_says(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_classification c;
    char dir[TEMP_DIR_BYTES];
    static firmware_said said;
    static float x[400 * AXES];
    enum { N = 400, GAP = 170, HOP = 5 };
    if (!mote_process_in_path("cc") || !mote_process_in_path("make"))
        T_SKIP("no compiler to build the firmware with");
    assert_true(mote_model_has_stream(f->model));
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    csv(&b, N, in_order, axes, GAP);
    T_OK(ask(f, b.data, b.len, false, &c, &err));
    for (int t = 0; t < N; t++)
        for (int k = 0; k < AXES; k++)
            x[t * AXES + k] = value_at(t, k);
    temp_dir_make(dir);
    firmware_build(f->model, dir);
    size_t window = 0, event = 0;
    const int from[] = {0, GAP, N}, shift[] = {0, RATE};
    for (int s = 0; s < 2; s++) {
        firmware_feed(dir, x + from[s] * AXES, (size_t)(from[s + 1] - from[s]),
                      AXES * sizeof(float), 0, 0, &said);
        for (size_t i = 0; i < said.n_windows; i++, window++)
            assert_int_equal(c.windows[window].start, from[s] + shift[s] + HOP * (int)i);
        for (size_t i = 0; i < said.n_hits; i++, event++) {
            const mote_heard *e = &c.detections[event];
            assert_int_equal(e->start, from[s] + shift[s] + HOP * (int)said.hits[i].window);
            assert_int_equal(e->at, e->start + STEPS);
            assert_int_equal(e->class_id, said.hits[i].class_id);
            assert_int_equal(e->average_q16, said.hits[i].average_q16);
        }
    }
    assert_int_equal(window, c.n_windows);
    assert_int_equal(event, c.n_detections);
    print_message("%zu windows, %zu events\n", window, event);
    assert_true(event > 3 && event <= window / 3 && f->n_told > 1);
    check_window(f, &c.windows[1], HOP, HOP);
    temp_dir_remove(dir);
}

/* An array has no time and no neighbours: its raw output is held against the thresholds. */
static void an_array_is_an_event_by_itself(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    size_t n_events = 0;
    for (int first = 0; first < 200; first += 10) {
        mote_classification c;
        MOTE_SCOPED_BUF b;
        mote_prediction p;
        mote_predictor *by = NULL;
        mote_buf_init(&b, 1 << 20);
        for (int i = 0; i < VALUES; i++)
            mote_buf_printf(&b, "%s%.9g", i ? "," : "[",
                            (double)value_at(first + i / AXES, i % AXES));
        mote_buf_str(&b, "]");
        T_OK(ask(f, b.data, b.len, false, &c, &err));
        direct(f, first, &p, &by);
        const int8_t *q = p.out;
        const bool is_event = q[0] + 128 >= 77 || q[1] + 128 >= 77; /* 0.3 of 256 */
        assert_int_equal(c.n_detections, is_event);
        n_events += c.n_detections;
        mote_predictor_destroy(by);
    }
    assert_true(n_events > 0);
}

/* Label, from, to, score of each event, and nothing when only the label is asked for. */
static void events_are_told_with_from_and_to(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_classification c;
    MOTE_SCOPED_BUF b;
    MOTE_SCOPED_BUF text;
    mote_buf_init(&b, 1 << 20);
    mote_buf_init(&text, 1 << 20);
    csv(&b, 300, in_order, axes, 0);
    T_OK(ask(f, b.data, b.len, false, &c, &err));
    mote_classify_json(f->s, &c, false, 0, &text);
    json_t *j = json_loadb(text.data, text.len, 0, NULL);
    const json_t *list = json_object_get(j, "detections");
    assert_true(json_is_true(json_object_get(j, "detected")));
    assert_int_equal(json_array_size(list), c.n_detections);
    for (size_t i = 0; i < c.n_detections; i++) {
        const json_t *d = json_array_get(list, i);
        const mote_heard *e = &c.detections[i];
        assert_string_equal(json_string_value(json_object_get(d, "label")), labels[e->class_id]);
        assert_int_equal(json_integer_value(json_object_get(d, "from_ms")), e->start * 20);
        assert_int_equal(json_integer_value(json_object_get(d, "at_ms")), (e->start + STEPS) * 20);
        assert_true(json_number_value(json_object_get(d, "score")) >= 0.30);
    }
    json_decref(j);
    const mote_asked asked = {.s = f->s, .file = {"a.csv", b.data, b.len}, .is_label_only = true};
    mote_classification l;
    T_OK(mote_classify(f->infer, &asked, &f->arena, &l, &err));
    assert_true(l.is_label_only && l.n_detections == 0 && l.n_windows == c.n_windows);
    assert_int_equal(l.best.start, c.best.start);
}

/* Windows of 400 ms, a look every 200 ms: runs of anomalies are alarms, and with a pause that is
 * longer than any they are one. A gap ends an alarm whatever the pause. */
static void what_goes_on_is_one_alarm(void **state)
{
    mote_err err = {0};
    void *opened = NULL;
    MOTE_SCOPED_BUF b;
    MOTE_SCOPED_BUF text;
    mote_buf_init(&b, 1 << 20);
    mote_buf_init(&text, 1 << 20);
    (void)state;
    for (int pass = 0; pass < 3; pass++) {
        size_t n_runs = 0, last = 0;
        int64_t first_start = -1, last_end = 0;
        (void)open_scores(&opened, 1.5f, pass == 0 ? 0 : 1e6);
        fixture *f = opened;
        mote_classification c;
        csv(&b, 600, in_order, axes, pass == 2 ? 300 : 0);
        T_OK(ask(f, b.data, b.len, false, &c, &err));
        for (size_t i = 0; i < c.n_windows; i++) {
            const mote_classify_window *w = &c.windows[i];
            if (!w->is_anomaly)
                continue;
            n_runs += n_runs == 0 || last + 1 < i;
            last = i;
            first_start = first_start < 0 ? w->start : first_start;
            last_end = w->start + STEPS;
        }
        assert_true(n_runs > 2 && last + 1 < c.n_windows);
        assert_int_equal(c.n_alarms, pass == 0 ? n_runs : pass == 1 ? 1 : 2);
        assert_int_equal(c.alarms[0].start, first_start);
        assert_int_equal(c.alarms[0].at, first_start + STEPS);
        assert_int_equal(c.alarms[c.n_alarms - 1].end, last_end);
        assert_true(c.alarms[0].score <= c.best.score && c.best.is_anomaly);
        mote_classify_json(f->s, &c, false, 0, &text);
        json_t *j = json_loadb(text.data, text.len, 0, NULL);
        const json_t *list = json_object_get(j, "detections"), *one = json_array_get(list, 0);
        assert_true(json_is_true(json_object_get(j, "detected")));
        assert_int_equal(json_array_size(list), c.n_alarms);
        assert_int_equal(json_integer_value(json_object_get(one, "from_ms")), first_start * 20);
        assert_int_equal(json_integer_value(json_object_get(one, "to_ms")), c.alarms[0].end * 20);
        assert_null(json_object_get(one, "label"));
        json_decref(j);
        mote_buf_reset(&text);
        (void)close_model(&opened);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_model, close_model)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_cut_into_windows_half_over_each_other),
        TEST(the_observer_is_told_of_windows_as_training_cuts_them),
        TEST(axes_are_found_by_their_names),
        TEST(no_window_crosses_a_gap),
        TEST(an_array_is_one_window),
        TEST(bad_input_is_refused_by_name),
        TEST(another_rate_is_refused_unless_it_may_be_converted),
        TEST(what_is_wrong_is_said_beside_the_answer),
        TEST(tensors_are_taken_and_none_is_no_number),
        cmocka_unit_test(what_goes_on_is_one_alarm),
        cmocka_unit_test_setup_teardown(a_stream_says_what_the_firmware_says, open_stream,
                                        close_model),
        cmocka_unit_test_setup_teardown(an_array_is_an_event_by_itself, open_stream, close_model),
        cmocka_unit_test_setup_teardown(events_are_told_with_from_and_to, open_stream, close_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
