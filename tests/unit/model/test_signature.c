/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures, decisions and the three kinds of answers: what is written is read back, what does not
 * fit is refused by name, and a model of each kind answers with its own words. */
#include "support.h"

#include <math.h>

#include "model/bundle.h"
#include "model/predictor.h"
#include "signal_pcm.h"

#define N_IN 4

/* A float graph x -> W x + b of N_IN numbers; W[o][i] = 1 where o == i, b[o] = o / 10. */
static mote_graph *affine(int32_t n_out)
{
    mote_err err;
    mote_graph *g = NULL;
    int32_t ids[3], out = 0;
    T_OK(mote_graph_create(0, &g, &err));
    const mote_tensor_spec x = {.name = "x", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, N_IN}},
                           w = {.name = "w", .dtype = MOTE_F32, .n_dims = 2, .dims = {n_out, N_IN}},
                           b = {.name = "b", .dtype = MOTE_F32, .n_dims = 1, .dims = {n_out}},
                           y = {.name = "y", .dtype = MOTE_F32};
    T_OK(mote_graph_add_input(g, &x, &ids[0], &err));
    T_OK(mote_graph_add_const(g, &w, &ids[1], &err));
    T_OK(mote_graph_add_const(g, &b, &ids[2], &err));
    for (int32_t o = 0; o < n_out; o++) {
        ((float *)g->tensors[ids[1]].data)[o * N_IN + o % N_IN] = 1.0f;
        ((float *)g->tensors[ids[2]].data)[o] = (float)o / 10.0f;
    }
    const mote_op_attrs attrs = {.stride_h = 1, .stride_w = 1};
    T_OK(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_DENSE, &attrs, ids, &y}, &out, &err));
    return g;
}

static mote_signature signature(mote_answer_kind answer, int32_t n)
{
    mote_signature s = {.input = MOTE_INPUT_TABLE,
                        .sample = {MOTE_F32, 1, {N_IN}},
                        .answer = answer,
                        .n_outputs = n};
    return s;
}

static mote_status write_and_load(const mote_bundle_parts *parts, mote_buf *bytes, mote_model **m,
                                  mote_err *err)
{
    mote_buf_init(bytes, 1 << 22);
    MOTE_TRY(mote_bundle_write(parts, bytes, err));
    return mote_model_load(bytes->data, bytes->len, m, err);
}

static void a_model_of_values_answers_in_its_units(void **state)
{
    (void)state;
    mote_err err;
    static const char *const columns[N_IN] = {"hour", "temperature", "wind", "humidity"};
    mote_graph *g = affine(2);
    const float x[N_IN] = {3.5f, -2.25f, 1, 2}, want[2] = {3.5f, -2.15f};
    const mote_golden golden = {.n = 1,
                                .sample = {MOTE_F32, 1, {N_IN}},
                                .in = {MOTE_F32, 1, {N_IN}},
                                .out = {MOTE_F32, 1, {2}},
                                .x = x,
                                .ins = x,
                                .outs = want};
    mote_bundle_parts parts = {.name = "load",
                               .signature = signature(MOTE_ANSWER_VALUE, 2),
                               .graph = g,
                               .training = g,
                               .golden = &golden};
    mote_signature *s = &parts.signature;
    s->n_columns = N_IN;
    s->columns = columns;
    s->n_labels = 2;
    s->labels[0] = "power";
    s->labels[1] = "price";
    s->units[0] = "kW";
    s->units[1] = "";
    MOTE_SCOPED_BUF bytes;
    mote_model *m = NULL;
    mote_predictor *p = NULL;
    mote_prediction y;
    T_OK(write_and_load(&parts, &bytes, &m, &err));
    assert_true(mote_signature_equal(s, mote_model_signature(m)));
    assert_string_equal(mote_model_signature(m)->columns[2], "wind");
    assert_string_equal(mote_model_signature(m)->units[0], "kW");
    T_OK(mote_predictor_create(m, &p, &err));
    T_OK(mote_predict(p, mote_golden_x(mote_model_golden(m), 0), N_IN, &y, &err));
    assert_null(y.probabilities);
    assert_float_equal(y.values[0], 3.5, 0);
    assert_float_equal(y.values[1], -2.15, 1e-6);
    assert_memory_equal(y.out, mote_golden_out(mote_model_golden(m), 0), sizeof want);
    mote_predictor_destroy(p);
    mote_model_unref(m);
    mote_graph_destroy(g);
}

static void an_anomaly_is_a_score_that_reaches_the_threshold(void **state)
{
    (void)state;
    mote_err err;
    static const struct {
        mote_score_kind kind;
        int32_t n_out;
        float threshold, score;
        bool is_anomaly;
    } cases[] = {
        {MOTE_SCORE_OUTPUT, 1, 2.0f, 2.0f, true},
        {MOTE_SCORE_OUTPUT, 1, 2.0001f, 2.0f, false},
        /* what comes back differs by 0, 0.1, 0.2 and 0.3 */
        {MOTE_SCORE_RECONSTRUCTION, N_IN, 0.03f, 0.035f, true},
        {MOTE_SCORE_RECONSTRUCTION, N_IN, 0.04f, 0.035f, false},
    };
    const float x[N_IN] = {2, 1, 0, -1};
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_graph *g = affine(cases[i].n_out);
        const mote_decision decision = {
            .anomaly = {.score = cases[i].kind, .threshold = cases[i].threshold}};
        const mote_bundle_parts parts = {.name = "pump",
                                         .signature = signature(MOTE_ANSWER_ANOMALY, 1),
                                         .decision = &decision,
                                         .graph = g};
        MOTE_SCOPED_BUF bytes;
        mote_model *m = NULL;
        mote_predictor *p = NULL;
        mote_prediction y;
        T_OK(write_and_load(&parts, &bytes, &m, &err));
        T_OK(mote_predictor_create(m, &p, &err));
        T_OK(mote_predict(p, x, N_IN, &y, &err));
        assert_float_equal(y.score, cases[i].score, 1e-6);
        assert_int_equal(y.is_anomaly, cases[i].is_anomaly);
        const float nan[N_IN] = {NAN, 0, 0, 0};
        T_OK(mote_predict(p, nan, N_IN, &y, &err));
        assert_true(y.is_anomaly); /* what cannot be judged is not called normal */
        mote_predictor_destroy(p);
        mote_model_unref(m);
        mote_graph_destroy(g);
    }
}

static void a_float_graph_says_classes_too(void **state)
{
    (void)state;
    mote_err err;
    mote_graph *g = affine(3);
    mote_bundle_parts parts = {
        .name = "plain", .signature = signature(MOTE_ANSWER_CLASS, 3), .graph = g};
    parts.signature.n_labels = 3;
    parts.signature.labels[0] = "low";
    parts.signature.labels[1] = "mid";
    parts.signature.labels[2] = "_rest_";
    parts.signature.events = 4; /* a name says nothing of it */
    MOTE_SCOPED_BUF bytes;
    mote_model *m = NULL;
    mote_predictor *p = NULL;
    mote_prediction y;
    const float x[N_IN] = {0.1f, 0.5f, 0.1f, 9};
    T_OK(write_and_load(&parts, &bytes, &m, &err));
    assert_float_equal(mote_model_operating_point(m)->thresholds[0], 0, 0);
    assert_float_equal(mote_model_operating_point(m)->thresholds[2], 0.5, 0);
    T_OK(mote_predictor_create(m, &p, &err));
    T_OK(mote_predict(p, x, N_IN, &y, &err));
    assert_int_equal(y.class_id, 1);
    assert_float_equal(y.probabilities[1], 0.6, 1e-6); /* of 0.1, 0.6, 0.3 */
    mote_predictor_destroy(p);
    mote_model_unref(m);
    mote_graph_destroy(g);
}

/* Where nothing reacts there is no detector: a model of classes keeps its temperature alone. */
static void classes_without_events_keep_no_thresholds(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_signature s = signature(MOTE_ANSWER_CLASS, 2);
    s.n_labels = 2;
    s.labels[0] = "walk";
    s.labels[1] = "run";
    mote_decision d = mote_decision_default(&s), back;
    d.op.temperature = 1.5f;
    MOTE_SCOPED_JSON *j = mote_decision_to_json(&d, &s);
    assert_int_equal(json_object_size(j), 1);
    T_OK(mote_decision_from_json(j, &s, &back, &err));
    assert_true(back.op.temperature == 1.5f && !(back.op.thresholds[0] > 0));
    T_OK(mote_decision_check(&d, &s, &err));
    MOTE_SCOPED_JSON *cold = json_pack("{s:f}", "temperature", 0.0);
    T_FAILS(mote_decision_from_json(cold, &s, &back, &err), MOTE_PARSE, "temperature");
    s.events = 1; /* now there is one, and it needs its threshold */
    T_FAILS(mote_decision_from_json(j, &s, &back, &err), MOTE_PARSE, "smooth_hops");
}

static void what_does_not_fit_is_refused_by_name(void **state)
{
    (void)state;
    mote_err err;
    mote_graph *g = affine(2);
    MOTE_SCOPED_BUF bytes;
    mote_buf_init(&bytes, 1 << 22);
    mote_model *m = NULL;
    mote_bundle_parts parts = {
        .name = "x", .signature = signature(MOTE_ANSWER_CLASS, 2), .graph = g};
    mote_signature *s = &parts.signature;
    s->n_labels = 2;
    s->labels[0] = "a";
    s->labels[1] = "a";
    T_FAILS(mote_bundle_write(&parts, &bytes, &err), MOTE_ARG, "label 'a' is there twice");
    s->labels[1] = "b";
    s->events = 4;
    T_FAILS(mote_bundle_write(&parts, &bytes, &err), MOTE_ARG, "event");
    s->events = 1;
    const mote_decision decision = {
        .op = {.smooth_hops = 1, .hop_ms = 100, .temperature = 1, .thresholds = {0.5f, 0.5f}}};
    parts.decision = &decision;
    T_FAILS(mote_bundle_write(&parts, &bytes, &err), MOTE_PARSE, "'b' has a threshold");
    parts.decision = NULL;
    s->sample.dims[0] = N_IN + 1;
    T_FAILS(write_and_load(&parts, &bytes, &m, &err), MOTE_SHAPE, "the graph takes 4");
    mote_buf_release(&bytes);
    s->sample.dims[0] = N_IN;
    s->n_labels = s->n_outputs = 1;
    T_FAILS(write_and_load(&parts, &bytes, &m, &err), MOTE_SHAPE, "2 outputs for 1 labels");
    mote_buf_release(&bytes);
    parts.signature = signature(MOTE_ANSWER_ANOMALY, 1);
    const mote_decision bad = {.anomaly = {.score = MOTE_SCORE_OUTPUT, .threshold = NAN}};
    parts.decision = &bad;
    mote_buf_init(&bytes, 1 << 22);
    T_FAILS(mote_bundle_write(&parts, &bytes, &err), MOTE_ARG, "not a number");
    mote_graph_destroy(g);
}

static void a_model_says_how_pictures_are_made_to_fit(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 16);
    static const char *const bad[] = {"", "zoom"};
    mote_signature s = signature(MOTE_ANSWER_VALUE, 1), back;
    s.n_labels = 1;
    s.labels[0] = "age";
    s.units[0] = "";
    s.fit = "letterbox";
    MOTE_SCOPED_JSON *j = mote_signature_to_json(&s);
    T_OK(mote_signature_from_json(j, &a, &back, &err));
    assert_string_equal(back.fit, "letterbox");
    assert_true(mote_signature_equal(&s, &back));
    back.fit = "crop"; /* gives other samples of the same file */
    assert_false(mote_signature_equal(&s, &back));
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        json_object_set_new(j, "fit", json_string(bad[i]));
        T_FAILS(mote_signature_from_json(j, &a, &back, &err), MOTE_PARSE, "stretch, crop");
    }
    json_object_set_new(j, "fit", json_integer(1));
    T_FAILS(mote_signature_from_json(j, &a, &back, &err), MOTE_PARSE, "stretch, crop");
}

static void values_keep_their_intervals(void **state)
{
    (void)state;
    mote_err err;
    mote_graph *g = affine(2);
    mote_decision d = {.value = {.n = 2, .level = 0.9, .half_widths = {0.1f, 3}}};
    mote_bundle_parts parts = {
        .name = "load", .signature = signature(MOTE_ANSWER_VALUE, 2), .graph = g, .decision = &d};
    mote_signature *s = &parts.signature;
    s->n_labels = 2;
    s->labels[0] = "power";
    s->labels[1] = "price";
    s->units[0] = s->units[1] = "";
    MOTE_SCOPED_BUF bytes;
    mote_model *m = NULL;
    T_OK(write_and_load(&parts, &bytes, &m, &err));
    const mote_value_point *v = &mote_model_decision(m)->value;
    assert_int_equal(v->n, 2);
    assert_float_equal(v->level, 0.9, 1e-12);
    assert_float_equal(v->half_widths[0], 0.1f, 0);
    const mote_value_interval of = mote_value_interval_of(v, 1, 10);
    assert_true(of.lo <= 7 && of.lo >= 7 && of.hi <= 13 && of.hi >= 13);
    mote_model_unref(m);

    static const struct {
        const char *decision, *says;
    } bad[] = {
        {"{\"interval\": {\"half_widths\": [1, 2]}}", "level"},
        {"{\"interval\": {\"level\": 1, \"half_widths\": [1, 2]}}", "not between 0 and 1"},
        {"{\"interval\": {\"level\": 0.9, \"half_widths\": [1]}}", "a list of 2 numbers"},
        {"{\"interval\": {\"level\": 0.9, \"half_widths\": [1, -1]}}", "half width 1 is none"},
        {"{\"interval\": {\"level\": 0.9, \"half_widths\": [\"1\", 1]}}", "half width 0 is none"},
    };
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        MOTE_SCOPED_JSON *j = json_loads(bad[i].decision, 0, NULL);
        mote_decision back;
        T_FAILS(mote_decision_from_json(j, s, &back, &err), MOTE_PARSE, bad[i].says);
    }
    d.value.half_widths[1] = NAN;
    T_FAILS(mote_decision_check(&d, s, &err), MOTE_ARG, "not a number");
    mote_graph_destroy(g);
}

/* tests/golden/v2/README.md */
static mote_model *golden(const char *name)
{
    mote_err err;
    mote_model *m = NULL;
    char path[512];
    const char *root = getenv("MOTE_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/tests/golden/v2/%s", root ? root : ".", name);
    T_OK(mote_model_load_file(path, &m, &err));
    return m;
}

static void a_bundle_of_before_intervals_opens_and_states_none(void **state)
{
    (void)state;
    mote_err err;
    mote_model *m = golden("values.mote");
    mote_predictor *p = NULL;
    mote_prediction y;
    const float flat[2] = {3, 60};
    assert_int_equal(mote_model_decision(m)->value.n, 0);
    T_OK(mote_predictor_create(m, &p, &err));
    T_OK(mote_predict(p, flat, 2, &y, &err));
    assert_float_equal(y.values[0], 723.673, 1e-3);
    assert_float_equal(y.values[1], 44.7214, 1e-4);
    mote_predictor_destroy(p);
    mote_model_unref(m);
}

static void a_bundle_that_normalises_says_what_it_said(void **state)
{
    (void)state;
    static int16_t x[16000];
    mote_err err;
    mote_model *m = golden("normalised.mote");
    mote_predictor *p = NULL;
    mote_prediction y;
    assert_true(mote_frontend_sees_window(mote_model_frontend(m)));
    pcm_bursts(1, x, T_COUNT(x));
    T_OK(mote_predictor_create(m, &p, &err));
    T_OK(mote_predict(p, x, T_COUNT(x), &y, &err));
    assert_memory_equal(y.out, ((const int8_t[]){-36, -24, -67}), 3);
    mote_predictor_destroy(p);
    mote_model_unref(m);
}

static void a_newer_mote_is_named(void **state)
{
    (void)state;
    mote_err err;
    mote_model *m = NULL;
    const unsigned char head[24] = {'M', 'O', 'T', 'B', 3, 0, 0, 0, 1, 0, 0, 0, 7, 2, 1, 0};
    T_FAILS(mote_model_load(head, sizeof head, &m, &err), MOTE_UNSUPPORTED,
            "bundle format 3 was made by a newer mote (mote 1.2.7); mote " MOTE_VERSION
            " reads formats 1 to 2");
}

static void equal_parts_are_equal_bytes(void **state)
{
    (void)state;
    mote_err err;
    mote_graph *g = affine(1);
    const mote_decision decision = {.anomaly = {.score = MOTE_SCORE_OUTPUT, .threshold = 0.1f}};
    const mote_bundle_parts parts = {.name = "pump",
                                     .signature = signature(MOTE_ANSWER_ANOMALY, 1),
                                     .decision = &decision,
                                     .graph = g};
    MOTE_SCOPED_BUF a;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&a, 1 << 22);
    mote_buf_init(&b, 1 << 22);
    T_OK(mote_bundle_write(&parts, &a, &err));
    T_OK(mote_bundle_write(&parts, &b, &err));
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    mote_graph_destroy(g);
}

/* ---- how many labels ---------------------------------------------------------------------- */

static mote_signature of_many(int32_t n, char names[][8])
{
    mote_signature s = signature(MOTE_ANSWER_CLASS, n);
    s.n_labels = n;
    for (int32_t i = 0; i < n; i++) {
        snprintf(names[i], 8, "l%d", (int)i);
        s.labels[i] = names[i];
    }
    return s;
}

static void there_may_be_hundreds_of_labels_but_few_that_react(void **state)
{
    (void)state;
    static char names[MOTE_MODEL_MAX_LABELS][8];
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    mote_signature s = of_many(MOTE_MODEL_MAX_LABELS, names), back;
    T_OK(mote_signature_check(&s, &err));
    assert_false(mote_signature_reacts(&s, 0));
    assert_false(mote_signature_reacts(&s, MOTE_MODEL_MAX_LABELS - 1));
    json_t *j = mote_signature_to_json(&s);
    T_OK(mote_signature_from_json(j, &a, &back, &err));
    assert_true(mote_signature_equal(&s, &back));
    assert_string_equal(back.labels[MOTE_MODEL_MAX_LABELS - 1], "l511");
    json_object_set_new(j, "events", json_pack("[s]", "l100"));
    T_FAILS(mote_signature_from_json(j, &a, &back, &err), MOTE_PARSE, "'l100' is not among");
    json_decref(j);
    s.events = 1;
    T_FAILS(mote_signature_check(&s, &err), MOTE_ARG, "at most 64 labels, not 512");
    s.events = 0;
    s.n_labels = s.n_outputs = MOTE_MODEL_MAX_LABELS + 1;
    T_FAILS(mote_signature_check(&s, &err), MOTE_ARG, "not 513");
    const char *of[100];
    for (int32_t i = 0; i < 100; i++)
        of[i] = names[i];
    const int32_t dims[1] = {N_IN};
    s = mote_signature_of_tensor(1, dims, 64, of);
    assert_true(mote_signature_reacts(&s, 63));
    s = mote_signature_of_tensor(1, dims, 100, of);
    assert_true(s.events == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_of_values_answers_in_its_units),
        cmocka_unit_test(an_anomaly_is_a_score_that_reaches_the_threshold),
        cmocka_unit_test(a_float_graph_says_classes_too),
        cmocka_unit_test(classes_without_events_keep_no_thresholds),
        cmocka_unit_test(what_does_not_fit_is_refused_by_name),
        cmocka_unit_test(a_model_says_how_pictures_are_made_to_fit),
        cmocka_unit_test(values_keep_their_intervals),
        cmocka_unit_test(a_bundle_of_before_intervals_opens_and_states_none),
        cmocka_unit_test(a_bundle_that_normalises_says_what_it_said),
        cmocka_unit_test(a_newer_mote_is_named),
        cmocka_unit_test(equal_parts_are_equal_bytes),
        cmocka_unit_test(there_may_be_hundreds_of_labels_but_few_that_react),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
