/* SPDX-License-Identifier: Apache-2.0 */
/* web/api: the inference server over real sockets, with a tensor model and a sound model. */
#include "tests/support.h"

#include <math.h>

#include "base/json.h"
#include "data/audio.h"
#include "tests/api_fixture.h"

static void health_and_metadata_are_told(void **state)
{
    fixture *f = *state;
    assert_int_equal(ask(f, "GET", "/v2/health/live", ""), 200);
    assert_string_equal(f->body, "{\"live\":true}");
    assert_int_equal(ask(f, "GET", "/v2/health/ready", ""), 200);
    assert_int_equal(ask(f, "GET", "/v2", ""), 200);
    assert_int_equal(ask(f, "GET", "/v2/", ""), 200);
    json_t *j = parsed(f);
    assert_string_equal(json_string_value(json_object_get(j, "name")), "mote");
    assert_true(json_array_size(json_object_get(j, "extensions")) >= 3);
    json_decref(j);
    assert_int_equal(ask(f, "GET", "/v2/models", ""), 200);
    assert_string_equal(f->body, "{\"models\":[\"tiny\",\"sound\"]}");
    assert_int_equal(ask(f, "GET", "/v2/models/tiny", ""), 200);
    j = parsed(f);
    const json_t *in = json_array_get(json_object_get(j, "inputs"), 0);
    assert_string_equal(json_string_value(json_object_get(in, "datatype")), "FP32");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(in, "shape"), 0)), -1);
    json_decref(j);
    assert_int_equal(ask(f, "GET", "/v2/models/sound/versions/7", ""), 200);
    assert_non_null(strstr(f->body, "\"shape\":[-1,16000]"));
    assert_int_equal(ask(f, "GET", "/v2/models/tiny/ready", ""), 200);
    assert_int_equal(ask(f, "GET", "/v2/models/tiny/config", ""), 200);
    json_decref(parsed(f));
    assert_int_equal(ask(f, "GET", "/", ""), 200);
    json_decref(parsed(f));
    static const char *const unknown[] = {"/v2/models/none", "/v2/models/tiny/versions/9",
                                          "/v2/models/none/ready", "/v2/models/none/config",
                                          "/v2/models/none/stats"};
    for (size_t i = 0; i < T_COUNT(unknown); i++) {
        assert_int_equal(ask(f, "GET", unknown[i], ""), 404);
        assert_non_null(strstr(f->body, "{\"error\":\"Request for unknown model"));
    }
}

static void wrong_paths_and_methods_are_refused(void **state)
{
    fixture *f = *state;
    assert_int_equal(ask(f, "GET", "/nothing", ""), 404);
    assert_non_null(strstr(f->body, "{\"error\":\"Not Found"));
    assert_int_equal(ask(f, "DELETE", "/v2/models/tiny", ""), 405);
    assert_non_null(strstr(t_answer, "Allow: GET, HEAD, OPTIONS\r\n"));
    assert_int_equal(ask(f, "GET", "/v2/models/tiny/infer", ""), 405);
    assert_non_null(strstr(t_answer, "Allow: POST, OPTIONS\r\n"));
    t_put(f->fd, "OPTIONS /v2/models/tiny/infer HTTP/1.1\r\nHost: x\r\n\r\n");
    t_expect(f->fd, "\r\n\r\n");
    assert_non_null(strstr(t_answer, "HTTP/1.1 204 No Content\r\n"));
    assert_null(strstr(t_answer, "Content-Length"));
    assert_non_null(strstr(t_answer, "Allow: POST, OPTIONS\r\n"));
    assert_int_equal(ask(f, "GET", "/v2/models/ti%6Ey", ""), 200);
    static const char *const unreadable[] = {
        "/v2/models/ti%zz", "/v2/models/a%00b",      "/v2/models/%ff", "/%c3%28",
        "/v2/models/\xff",  "/v2/models/tiny?a=%00", "/?x=%e0%80%80",  "/v2/models/%",
    };
    for (size_t i = 0; i < T_COUNT(unreadable); i++) {
        if (ask(f, "GET", unreadable[i], "") != 400 || !strstr(f->body, "percent-encoded UTF-8"))
            fail_msg("%s: %s", unreadable[i], t_answer);
    }
    assert_int_equal(ask(f, "GET", "/v2/models//infer", ""), 404);
}

static void expect_probabilities(const json_t *j, int32_t out, size_t n_items, const float *want)
{
    const json_t *o = json_array_get(json_object_get(j, "outputs"), (size_t)out);
    assert_string_equal(json_string_value(json_object_get(o, "name")), "probabilities");
    const json_t *data = json_object_get(o, "data");
    assert_int_equal(json_array_size(data), n_items * TINY_LABELS);
    for (size_t i = 0; i < n_items * TINY_LABELS; i++) {
        float got = (float)json_number_value(json_array_get(data, i));
        assert_memory_equal(&got, &want[i], sizeof got);
    }
}

static void directly(const float *in, float *out)
{
    mote_model *m = tiny_tensor_model(N_IN, 1);
    mote_predictor *p = NULL;
    mote_prediction r;
    assert_int_equal(mote_predictor_create(m, &p, NULL), MOTE_OK);
    assert_int_equal(mote_predict_features(p, in, N_IN, &r, NULL), MOTE_OK);
    memcpy(out, r.probabilities, TINY_LABELS * sizeof *out);
    mote_predictor_destroy(p);
    mote_model_unref(m);
}

/* Values are followed by where the truth lies, 1 and 0.25 around them. */
static void expect_bounds(const json_t *outputs)
{
    static const char *const names[] = {"lower", "upper"};
    const json_t *values = json_object_get(json_array_get(outputs, 0), "data");
    for (size_t i = 0; i < 2; i++) {
        const json_t *o = json_array_get(outputs, 1 + i), *data = json_object_get(o, "data");
        assert_string_equal(json_string_value(json_object_get(o, "name")), names[i]);
        assert_int_equal(json_integer_value(json_array_get(json_object_get(o, "shape"), 1)), 2);
        for (size_t k = 0; k < 2; k++)
            assert_true(fabs(json_number_value(json_array_get(data, k)) -
                             json_number_value(json_array_get(values, k)) -
                             (i ? 1.0 : -1.0) * (k ? 0.25 : 1.0)) < 1e-6);
    }
}

/* The verdict beside the score: at or above 0.5, as the tiny model has it. */
static void expect_verdict(const json_t *outputs)
{
    const json_t *score = json_array_get(outputs, 0), *verdict = json_array_get(outputs, 1);
    const json_t *said = json_array_get(json_object_get(verdict, "data"), 0);
    assert_string_equal(json_string_value(json_object_get(verdict, "name")), "is_anomaly");
    assert_string_equal(json_string_value(json_object_get(verdict, "datatype")), "BOOL");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(verdict, "shape"), 1)), 1);
    assert_true(json_is_boolean(said));
    assert_int_equal(json_is_true(said),
                     json_number_value(json_array_get(json_object_get(score, "data"), 0)) >= 0.5);
}

/* Binary, a verdict is a byte. */
static void verdicts_are_bytes(void **state)
{
    fixture *f = *state;
    put_model(f->models, "odd", "1", tiny_answer_model(MOTE_ANSWER_ANOMALY));
    assert_int_equal(ask(f, "POST", "/v2/models/odd/infer",
                         "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,1,4,1],"
                         "\"datatype\":\"FP32\",\"data\":[1,2,3,4]}],\"outputs\":[{\"name\":"
                         "\"is_anomaly\",\"parameters\":{\"binary_data\":true}}]}"),
                     200);
    assert_non_null(strstr(f->body, "\"binary_data_size\":1}"));
    assert_int_equal(ask(f, "GET", "/v2/models/odd/config", ""), 200);
    assert_non_null(strstr(f->body, "{\"name\":\"is_anomaly\",\"data_type\":\"TYPE_BOOL\""));
}

/* Values and scores have outputs of their own names, and no label. */
static void values_and_scores_are_answered(void **state)
{
    fixture *f = *state;
    static const struct {
        mote_answer_kind kind;
        const char *name, *output;
        size_t n;
    } cases[] = {{MOTE_ANSWER_VALUE, "size", "values", 2},
                 {MOTE_ANSWER_ANOMALY, "odd", "score", 1}};
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        char path[64], file[64], words[64];
        put_model(f->models, cases[i].name, "1", tiny_answer_model(cases[i].kind));
        snprintf(path, sizeof path, "/v2/models/%s", cases[i].name);
        assert_int_equal(ask(f, "GET", path, ""), 200);
        snprintf(words, sizeof words, "\"name\":\"%s\"", cases[i].output);
        assert_non_null(strstr(f->body, words));
        assert_null(strstr(f->body, "\"name\":\"label\""));
        snprintf(path, sizeof path, "/v2/models/%s/infer", cases[i].name);
        assert_int_equal(ask(f, "POST", path,
                             "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,1,4,1],"
                             "\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}"),
                         200);
        json_t *j = parsed(f);
        const json_t *outputs = json_object_get(j, "outputs"), *o = json_array_get(outputs, 0);
        assert_int_equal(json_array_size(outputs), i == 0 ? 3 : 2);
        if (i == 0)
            expect_bounds(outputs);
        else
            expect_verdict(outputs);
        assert_string_equal(json_string_value(json_object_get(o, "name")), cases[i].output);
        assert_int_equal(json_array_size(json_object_get(o, "data")), cases[i].n);
        json_decref(j);
        assert_int_equal(ask(f, "POST", path,
                             "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,1,4,1],"
                             "\"datatype\":\"FP32\",\"data\":[1,2,3,4]}],"
                             "\"outputs\":[{\"name\":\"label\"}]}"),
                         400);
        snprintf(file, sizeof file, "it has '%s'%s\"", cases[i].output,
                 i == 0 ? ", 'lower' and 'upper'" : " and 'is_anomaly'");
        assert_non_null(strstr(f->body, file));
        snprintf(path, sizeof path, "/v2/models/%s/classify", cases[i].name);
        assert_int_equal(ask(f, "POST", path, "[1,2,3,4]"), 200);
        assert_non_null(strstr(f->body, i ? "\"is_anomaly\":" : "\"values\":{\"width\":"));
        assert_true(i == 1 || strstr(f->body, "},\"level\":0.9,"));
    }
}

static void json_tensors_are_answered_like_the_model_answers(void **state)
{
    fixture *f = *state;
    const float in[2 * N_IN] = {0.1f, -0.2f, 0.3f, -0.4f, 0.5f, -0.6f, 0.7f, -0.8f,
                                1,    0,     0,    0,     0,    0,     0,    -1};
    float want[2 * TINY_LABELS];
    directly(in, want);
    directly(in + N_IN, want + TINY_LABELS);
    assert_int_equal(ask(f, "POST", "/v2/models/tiny/infer",
                         "{\"id\":\"a\\\"1\",\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],"
                         "\"datatype\":\"FP32\","
                         "\"data\":[0.1,-0.2,0.3,-0.4,0.5,-0.6,0.7,-0.8]}]}"),
                     200);
    json_t *j = parsed(f);
    assert_string_equal(json_string_value(json_object_get(j, "model_name")), "tiny");
    assert_string_equal(json_string_value(json_object_get(j, "model_version")), "1");
    assert_string_equal(json_string_value(json_object_get(j, "id")), "a\"1");
    expect_probabilities(j, 0, 1, want);
    json_decref(j);
    /* Two items, nested, data before its shape, an unknown member; only one output wanted. */
    assert_int_equal(ask(f, "POST", "/v2/models/tiny/versions/1/infer",
                         "{\"inputs\":[{\"data\":[[0.1,-0.2,0.3,-0.4,0.5,-0.6,0.7,-0.8],[1,0,0,0,0,"
                         "0,0,-1.0]],\"name\":\"input\","
                         "\"shape\":[2,8],\"datatype\":\"FP32\"}],\"outputs\":[{\"name\":"
                         "\"probabilities\"}],\"more\":{\"x\":[1]}}"),
                     200);
    j = parsed(f);
    assert_null(json_object_get(j, "id"));
    assert_int_equal(json_array_size(json_object_get(j, "outputs")), 1);
    expect_probabilities(j, 0, 2, want);
    json_decref(j);
    assert_int_equal(ask(f, "POST", "/v2/models/tiny/infer",
                         "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],\"datatype\":\"INT8\","
                         "\"data\":[1,0,0,0,0,0,0,-1]}]}"),
                     200);
    j = parsed(f);
    expect_probabilities(j, 0, 1, want + TINY_LABELS);
    json_decref(j);
    assert_int_equal(
        ask(f, "POST", "/v2/models/tiny/infer",
            "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],\"datatype\":\"INT8\",\"data\":[1,0,"
            "0,0,0,0,0,-1]}],"
            "\"outputs\":[{\"name\":\"probabilities\",\"parameters\":{\"classification\":2}}]}"),
        200);
    assert_non_null(strstr(f->body, "\"datatype\":\"BYTES\",\"shape\":[1,2],\"data\":[\"0."));
}

/* KServe's own client writes every member that it knows, null where there is nothing to say. */
static void null_means_absent(void **state)
{
    fixture *f = *state;
    static const char *const taken[] = {
        "{\"id\":null,\"parameters\":null,\"outputs\":null,\"inputs\":[{\"name\":\"input\","
        "\"shape\":[1,8],\"datatype\":\"FP32\",\"parameters\":null,"
        "\"data\":[1,0,0,0,0,0,0,-1]}]}",
        "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],\"datatype\":\"FP32\",\"parameters\":{"
        "\"binary_data_size\":null,\"shared_memory_region\":null},"
        "\"data\":[1,0,0,0,0,0,0,-1]}],\"parameters\":{\"binary_data_output\":null},"
        "\"outputs\":[{\"name\":\"label\",\"parameters\":null},{\"name\":\"probabilities\","
        "\"parameters\":{\"binary_data\":null,\"classification\":null,"
        "\"shared_memory_region\":null}}]}",
    };
    for (size_t i = 0; i < T_COUNT(taken); i++) {
        if (ask(f, "POST", "/v2/models/tiny/infer", taken[i]) != 200)
            fail_msg("%s:\n%s", taken[i], f->body);
        assert_null(strstr(f->body, "\"id\""));
    }
    static const struct {
        const char *body, *words;
    } refused[] = {
        {"{\"inputs\":null}", "no inputs"},
        {"{\"inputs\":[{\"name\":null,\"shape\":[1,8],\"datatype\":\"FP32\","
         "\"data\":[1,2,3,4,5,6,7,8]}]}",
         "no name"},
        {"{\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],\"datatype\":null,"
         "\"data\":[1,2,3,4,5,6,7,8]}]}",
         "no datatype"},
        {"{\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],\"datatype\":\"FP32\","
         "\"data\":null}]}",
         "no data"},
    };
    for (size_t i = 0; i < T_COUNT(refused); i++) {
        assert_int_equal(ask(f, "POST", "/v2/models/tiny/infer", refused[i].body), 400);
        if (!strstr(f->body, refused[i].words))
            fail_msg("%s:\n%s", refused[i].body, f->body);
    }
}

static void binary_tensors_are_answered_in_binary(void **state)
{
    fixture *f = *state;
    const float in[N_IN] = {0.1f, -0.2f, 0.3f, -0.4f, 0.5f, -0.6f, 0.7f, -0.8f};
    float want[TINY_LABELS];
    directly(in, want);
    static const char json[] =
        "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],\"datatype\":\"FP32\","
        "\"parameters\":{\"binary_data_size\":32}}],\"parameters\":{\"binary_data_output\":true}}";
    char body[512], header[80];
    memcpy(body, json, sizeof json - 1);
    memcpy(body + sizeof json - 1, in, sizeof in);
    snprintf(header, sizeof header, "inference-header-content-length: %zu\r\n", sizeof json - 1);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/models/tiny/infer", header, body,
                           sizeof json - 1 + sizeof in, &f->body),
                     200);
    assert_non_null(strstr(t_answer, "Content-Type: application/octet-stream\r\n"));
    const char *length = strstr(t_answer, "Inference-Header-Content-Length: ");
    assert_non_null(length);
    assert_memory_equal(f->body + atoi(length + 33), want, sizeof want);
    /* Only the label in JSON although binary is the default. */
    static const char json2[] =
        "{\"inputs\":[{\"name\":\"input\",\"shape\":[8],\"datatype\":\"FP32\",\"parameters\":{"
        "\"binary_data_size\":"
        "32}}],\"outputs\":[{\"name\":\"label\",\"parameters\":{\"binary_data\":false}}]}";
    memcpy(body, json2, sizeof json2 - 1);
    memcpy(body + sizeof json2 - 1, in, sizeof in);
    snprintf(header, sizeof header, "Inference-Header-Content-Length: %zu\r\n", sizeof json2 - 1);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/models/tiny/infer", header, body,
                           sizeof json2 - 1 + sizeof in, &f->body),
                     200);
    assert_non_null(
        strstr(f->body, "\"name\":\"label\",\"datatype\":\"BYTES\",\"shape\":[1,1],\"data\":[\""));
    const float bad[N_IN] = {NAN};
    memcpy(body + sizeof json2 - 1, bad, sizeof bad);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/models/tiny/infer", header, body,
                           sizeof json2 - 1 + sizeof in, &f->body),
                     400);
    assert_non_null(strstr(f->body, "not finite"));
    assert_int_equal(t_ask(f->fd, "POST", "/v2/models/tiny/infer", header, body,
                           sizeof json2 - 1 + 31, &f->body),
                     400);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/models/tiny/infer",
                           "Inference-Header-Content-Length: 99999\r\n", body, 10, &f->body),
                     400);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/models/tiny/infer",
                           "Inference-Header-Content-Length: -1\r\n", body, 10, &f->body),
                     400);
}

static void bad_tensors_get_a_clear_4xx(void **state)
{
    fixture *f = *state;
#define IN(rest) "{\"inputs\":[{\"name\":\"input\"," rest "}]}"
    static const struct {
        const char *body;
        int code;
        const char *words;
    } cases[] = {
        {"", 400, "text ends"},
        {"hello", 400, "line 1, column 1"},
        {"[]", 400, "an object"},
        {"{}", 400, "no inputs"},
        {"{\"inputs\":[]}", 400, "expected 1 input"},
        {"{\"inputs\":[{}]}", 400, "no name"},
        {"{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}", 400,
         "unexpected inference input 'x'"},
        {IN("\"datatype\":\"FP32\",\"data\":[1]"), 400, "no shape"},
        {IN("\"shape\":[1,8],\"data\":[1,2,3,4,5,6,7,8]"), 400, "no datatype"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP31\",\"data\":[1]"), 400, "its data"},
        {IN("\"shape\":[1],\"datatype\":\"FP31\",\"data\":[1]"), 400, "'FP31' is not a datatype"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP32\""), 400, "no data"},
        {IN("\"datatype\":\"FP32\",\"shape\":[1,8],\"data\":[1,2,3,4,5,6,7,8],\"shape\":[4,8]"),
         400, "'shape' is given twice"},
        {IN("\"shape\":[1,7],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7]"), 400,
         "expected [-1,1,8,1], got [1,7]"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7]"), 400,
         "its shape has 8 elements, its data 7"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,8,9]"), 413,
         "more values"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,NaN]"), 400,
         "line 1, column"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,Infinity]"), 400,
         "a number is expected"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,1e999]"), 400,
         "too large"},
        {IN("\"shape\":[1,8],\"datatype\":\"UINT8\",\"data\":[1,2,3,4,5,6,7,256]"), 400,
         "type UINT8"},
        {IN("\"shape\":[1,8],\"datatype\":\"INT8\",\"data\":[1,2,3,4,5,6,7,1.5]"), 400,
         "type INT8"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP16\",\"data\":[1,2,3,4,5,6,7,8]"), 400,
         "only as binary"},
        {IN("\"shape\":[1,8],\"datatype\":\"BYTES\",\"data\":[\"1\"]"), 400, "BYTES"},
        {IN("\"shape\":[-1,8],\"datatype\":\"FP32\",\"data\":[1]"), 400, "negative"},
        {IN("\"shape\":[4294967296,4294967296],\"datatype\":\"FP32\",\"data\":[1]"), 400,
         "exceed maximum size"},
        {IN("\"shape\":[9223372036854775807,2],\"datatype\":\"FP32\",\"data\":[1]"), 400,
         "exceed maximum size"},
        {IN("\"shape\":[99999999999999999999],\"datatype\":\"FP32\",\"data\":[1]"), 400,
         "too large"},
        {IN("\"shape\":[100000000],\"datatype\":\"FP32\",\"data\":[1]"), 400,
         "more than its data can hold"},
        {IN("\"shape\":[1.5],\"datatype\":\"FP32\",\"data\":[1]"), 400, "whole number"},
        {IN("\"shape\":[1,1,1,1,1,1,1,1,1],\"datatype\":\"FP32\",\"data\":[1]"), 400, "dimensions"},
        {IN("\"shape\":[0,8],\"datatype\":\"FP32\",\"data\":[]"), 400, "unexpected shape"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,8],\"parameters\":{"
            "\"binary_data_size\":32}"),
         400, "both"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":32}"), 400,
         "not in the body"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":-1}"), 400,
         "needs 32 bytes"},
        {IN("\"shape\":[1,8],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,8]") "x", 400,
         "behind the end"},
        {"{\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],\"datatype\":\"FP32\",\"data\":[1,2,3,4,"
         "5,6,7,8]}],"
         "\"outputs\":[{\"name\":\"none\"}]}",
         400, "unexpected inference output 'none'"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        int code = ask(f, "POST", "/v2/models/tiny/infer", cases[i].body);
        if (code != cases[i].code || strncmp(f->body, "{\"error\":\"", 10) != 0 ||
            !strstr(f->body, cases[i].words))
            fail_msg("%s:\n%d %s", cases[i].body, code, f->body);
        json_decref(parsed(f));
    }
    char deep[4000];
    memset(deep, '[', sizeof deep);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/models/tiny/infer", "", deep, sizeof deep, &f->body),
                     400);
    memcpy(deep, "{\"x\":", 5);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/models/tiny/infer", "", deep, sizeof deep, &f->body),
                     413);
    assert_non_null(strstr(f->body, "nested deeper"));
    /* The connection and the server are as good as new. */
    assert_int_equal(ask(f, "POST", "/v2/models/tiny/infer",
                         IN("\"shape\":[1,8],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,8]")),
                     200);
    assert_int_equal(ask(f, "GET", "/v2/models/tiny/stats", ""), 200);
    json_t *j = parsed(f);
    const json_t *stats =
        json_object_get(json_array_get(json_object_get(j, "model_stats"), 0), "inference_stats");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(stats, "fail"), "count")),
                     T_COUNT(cases) + 2);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(stats, "success"), "count")), 1);
    json_decref(j);
}

/* ---- sound ---- */

static int classify(fixture *f, const char *path, const mote_buf *wav, size_t n)
{
    return t_ask(f->fd, "POST", path, "", wav->data, n, &f->body);
}

static void recordings_are_classified(void **state)
{
    fixture *f = *state;
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, 1 << 22);
    make_wav(16000, 16000, 5, &wav);
    assert_int_equal(classify(f, "/v2/models/sound/classify", &wav, wav.len), 200);
    json_t *j = parsed(f);
    const char *label = json_string_value(json_object_get(j, "label"));
    const json_t *p = json_object_get(j, "probabilities");
    assert_int_equal(json_object_size(p), TINY_LABELS);
    double best = json_number_value(json_object_get(p, label)), sum = 0;
    for (int i = 0; i < TINY_LABELS; i++) {
        double x = json_number_value(json_object_get(p, tiny_labels[i]));
        assert_true(x <= best);
        sum += x;
    }
    assert_true(fabs(sum - 1) < 0.05);
    assert_string_equal(json_string_value(json_object_get(json_object_get(j, "model"), "version")),
                        "7");
    assert_int_equal(json_integer_value(json_object_get(j, "n_windows")), 1);
    assert_int_equal(json_integer_value(json_object_get(j, "start_ms")), 0);
    assert_true(json_is_boolean(json_object_get(j, "detected")));
    assert_true(json_is_integer(json_object_get(j, "latency_us")));
    json_decref(j);

    mote_buf_reset(&wav); /* 1.25 s: windows every 100 ms until one reaches the end */
    make_wav(20000, 16000, 6, &wav);
    assert_int_equal(classify(f, "/v2/models/sound/classify?windows=all", &wav, wav.len), 200);
    j = parsed(f);
    const json_t *w = json_object_get(j, "windows");
    assert_int_equal(json_array_size(w), 4);
    static const int starts[] = {0, 100, 200, 300};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(json_integer_value(json_object_get(json_array_get(w, i), "start_ms")),
                         starts[i]);
    json_decref(j);

    mote_buf_reset(&wav);
    make_wav(8000, 16000, 7, &wav); /* half a second: padded on both sides */
    assert_int_equal(classify(f, "/v2/models/sound/classify", &wav, wav.len), 200);
    assert_non_null(strstr(f->body, "\"start_ms\":-250"));
}

static void bad_recordings_get_a_clear_4xx(void **state)
{
    fixture *f = *state;
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, 1 << 24);
    make_wav(8000, 8000, 5, &wav);
    assert_int_equal(classify(f, "/v2/models/sound/classify", &wav, wav.len), 400);
    assert_non_null(
        strstr(f->body, "the request's body has 8000 samples a second, model 'sound' hears 16000"));
    assert_int_equal(classify(f, "/v2/models/sound/classify?resample=1", &wav, wav.len), 200);
    assert_non_null(strstr(f->body, "\"n_windows\":1"));
    assert_int_equal(classify(f, "/v2/models/sound/classify", &wav, 0), 400);
    assert_non_null(strstr(f->body, "empty"));
    mote_buf_reset(&wav);
    make_wav(16000, 16000, 5, &wav);
    for (size_t n = 1; n < wav.len; n = n * 2 + 3) {
        int code = classify(f, "/v2/models/sound/classify", &wav, n);
        if (code < 400 || code > 499 || strncmp(f->body, "{\"error\":\"", 10) != 0)
            fail_msg("%zu bytes of a recording: %d %s", n, code, f->body);
    }
    assert_int_equal(ask(f, "POST", "/v2/models/sound/classify",
                         "this is no recording at all, but long enough to be one"),
                     415);
    assert_int_equal(
        ask(f, "POST", "/v2/models/sound/classify", "OggS and something that goes on for a while"),
        415);
    assert_int_equal(
        ask(f, "POST", "/v2/models/sound/classify", "fLaC and something that goes on for a while"),
        415);
    assert_int_equal(classify(f, "/v2/models/tiny/classify", &wav, wav.len), 400);
    assert_non_null(strstr(f->body, "takes tensors"));
    assert_int_equal(classify(f, "/v2/models/none/classify", &wav, wav.len), 404);
    mote_buf_reset(&wav);
    make_wav(16000 * 31, 16000, 5, &wav);
    assert_int_equal(classify(f, "/v2/models/sound/classify", &wav, wav.len), 413);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/models/sound/classify", "Mote-Consent: a b c\r\n",
                           wav.data, 100, &f->body),
                     400);
    assert_non_null(strstr(f->body, "Mote-Consent"));
}

static void metrics_are_in_the_format_of_prometheus(void **state)
{
    fixture *f = *state;
    assert_int_equal(ask(f, "GET", "/v2/models/none", ""), 404);
    assert_int_equal(ask(f, "POST", "/v2/models/tiny/infer",
                         "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],\"datatype\":\"FP32\","
                         "\"data\":[1,2,3,4,5,6,7,8]}]}"),
                     200);
    assert_int_equal(ask(f, "GET", "/metrics", ""), 200);
    static const char *const lines[] = {
        "nv_inference_request_success{model=\"tiny\",version=\"1\"} 1\n",
        "nv_inference_count{model=\"tiny\",version=\"1\"} 1\n",
        "nv_inference_request_failure{model=\"sound\",version=\"7\",reason=\"OTHER\"} 0\n",
        "mote_http_requests_total{code=\"404\"} 1\n",
        "mote_http_requests_total{code=\"200\"} 1\n",
        "mote_models_loaded 2\n",
        "mote_http_request_duration_seconds_bucket{le=\"+Inf\"} 2\n",
        "mote_http_request_duration_seconds_count 2\n",
        "# TYPE mote_http_request_duration_seconds histogram\n",
        "mote_http_in_flight 1\n"};
    for (size_t i = 0; i < T_COUNT(lines); i++)
        if (!strstr(f->body, lines[i]))
            fail_msg("no line '%s' in:\n%s", lines[i], f->body);
}

static void models_are_unloaded_on_request(void **state)
{
    fixture *f = *state;
    assert_int_equal(ask(f, "POST", "/v2/repository/index", ""), 200);
    json_t *j = parsed(f);
    assert_int_equal(json_array_size(j), 2);
    json_decref(j);
    assert_int_equal(ask(f, "POST", "/v2/repository/models/sound/load", "{}"), 403);
    assert_non_null(strstr(f->body, "failed to load"));
    assert_int_equal(ask(f, "POST", "/v2/repository/models/none/unload", ""), 404);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/repository/models/sound/unload",
                           "Origin: http://evil.example\r\n", "", 0, &f->body),
                     403);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/repository/models/sound/unload", "Origin: null\r\n",
                           "", 0, &f->body),
                     403);
    assert_int_equal(t_ask(f->fd, "POST", "/v2/repository/models/sound/unload",
                           "Origin: http://localhost:1\r\n", "", 0, &f->body),
                     200);
    assert_int_equal(ask(f, "POST", "/v2/repository/models/tiny/unload",
                         "{\"parameters\":{\"unload_dependents\":true}}"),
                     200);
    assert_int_equal(ask(f, "GET", "/v2/models/tiny/ready", ""), 404);
    assert_int_equal(ask(f, "GET", "/v2/health/ready", ""), 400);
    assert_non_null(strstr(f->body, "\"ready\":false"));
}

/* ---- exchange under load ---- */

typedef struct {
    const t_server *http;
    _Atomic bool *stop;
    _Atomic uint64_t answers;
    uint64_t failures;
} load;

static void *ask_on_and_on(void *arg)
{
    load *l = arg;
    static const char body[] = "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,8],\"datatype\":"
                               "\"FP32\",\"data\":[1,0,0,0,0,0,0,-1]}]}";
    char request[512], answer[2048];
    snprintf(request, sizeof request,
             "POST /v2/models/tiny/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
             sizeof body - 1, body);
    int fd = t_dial(l->http);
    while (!atomic_load(l->stop)) {
        answer[0] = '\0';
        t_put(fd, request);
        size_t n = 0;
        do {
            ssize_t got = recv(fd, answer + n, sizeof answer - 1 - n, 0);
            if (got <= 0)
                break;
            n += (size_t)got;
            answer[n] = '\0';
        } while (!strstr(answer, "\"label\""));
        atomic_fetch_add(&l->answers, 1);
        if (strncmp(answer, "HTTP/1.1 200 ", 13) != 0 || !strstr(answer, "\"label\""))
            l->failures++;
    }
    close(fd);
    return NULL;
}

static void wait_for_answers(const load *loads, int n, uint64_t want)
{
    uint64_t got = 0;
    for (int k = 0; k < 60000 && got < want; k++) {
        got = 0;
        for (int i = 0; i < n; i++)
            got += atomic_load(&loads[i].answers);
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    assert_true(got >= want);
}

static void models_are_exchanged_under_load_without_a_failed_request(void **state)
{
    fixture *f = *state;
    _Atomic bool stop = false;
    load loads[4];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        loads[i] = (load){.http = &f->http, .stop = &stop};
        pthread_create(&threads[i], NULL, ask_on_and_on, &loads[i]);
    }
    for (int i = 0; i < 20; i++) {
        char version[16];
        snprintf(version, sizeof version, "%d", i + 2);
        put_model(f->models, "tiny", version, tiny_tensor_model(N_IN, (uint64_t)i + 2));
        wait_for_answers(loads, 4, (uint64_t)(i + 1) * 10);
    }
    atomic_store(&stop, true);
    uint64_t answers = 0;
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(loads[i].failures, 0);
        answers += atomic_load(&loads[i].answers);
    }
    assert_true(answers >= 200);
    assert_int_equal(mote_models_swaps(f->models), 20);
    assert_int_equal(ask(f, "GET", "/v2/models/tiny", ""), 200);
    assert_non_null(strstr(f->body, "\"versions\":[\"21\",\"20\"]")); /* two are kept */
    assert_int_equal(ask(f, "GET", "/v2/models/tiny/versions/19/ready", ""), 404);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(health_and_metadata_are_told),
        T(wrong_paths_and_methods_are_refused),
        T(values_and_scores_are_answered),
        T(verdicts_are_bytes),
        T(json_tensors_are_answered_like_the_model_answers),
        T(null_means_absent),
        T(binary_tensors_are_answered_in_binary),
        T(bad_tensors_get_a_clear_4xx),
        T(recordings_are_classified),
        T(bad_recordings_get_a_clear_4xx),
        T(metrics_are_in_the_format_of_prometheus),
        T(models_are_unloaded_on_request),
        T(models_are_exchanged_under_load_without_a_failed_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
