/* SPDX-License-Identifier: Apache-2.0 */
/* web/api_classify.c: every door says of a recording what the device says of it: the library, the
 * server, 'mote predict', and the generated firmware compiled for this machine. */
#include "tests/support.h"

#include "base/json.h"
#include "data/audio.h"
#include "model/hear.h"
#include "tests/firmware_host.h"
#include "tests/http_client.h"
#include "tests/signal_pcm.h"
#include "tests/temp_dir.h"
#include "tests/tiny_model.h"
#include "web/api.h"

#define N_CLIPS 14

#define N_BATCH 5

typedef struct {
    int16_t pcm[N_BATCH][16000]; /* as the observer was told of them */
    size_t n_told;
    mote_model *model;
    mote_models *models;
    mote_api *api;
    t_server http;
    int fd;
    char dir[TEMP_DIR_BYTES], bundle[TEMP_DIR_BYTES + 32];
} fixture;

static void observe(void *arg, mote_serve_event *e)
{
    fixture *f = arg;
    assert_non_null(e->x);
    assert_int_equal(e->n_in, 16000);
    if (f->n_told < N_BATCH)
        memcpy(f->pcm[f->n_told], e->x, sizeof f->pcm[0]);
    f->n_told++;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err = {0};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 24);
    mote_feature_config fc = mote_feature_config_default();
    mote_operating_point op = {.smooth_hops = 3,
                               .suppress_ms = 700,
                               .hop_ms = 100,
                               .temperature = 0.3f,
                               .thresholds = {0.42f, 0.4f}};
    tiny_bundle_with(3, &fc, &op, &b);
    f->model = tiny_load(&b);
    temp_dir_make(f->dir);
    (void)mote_format(f->bundle, sizeof f->bundle, "%s/m.mote", f->dir);
    T_OK(mote_file_write(f->bundle, b.data, b.len, &err));
    T_OK(mote_models_create(2, &f->models, &err));
    mote_model_entry e = {.name = "sound", .version = "7", .source = "test", .now_ms = 1};
    T_OK(mote_models_put(f->models, &e, f->model, &err));
    mote_infer_hooks hooks = {.observer = observe, .observer_arg = f};
    mote_api_config cfg = {.models = f->models, .n_threads = 1, .version = "0.1", .hooks = hooks};
    T_OK(mote_api_create(&cfg, &f->api, &err));
    /* The limits of time are what test_http is about; here the firmware is built meanwhile. */
    mote_http_config http = {.handler = mote_api_handle,
                             .on_tick = mote_api_tick,
                             .on_worker_tick = mote_api_worker_tick,
                             .arg = f->api,
                             .n_threads = 1,
                             .head_timeout_ms = 120000,
                             .body_timeout_ms = 120000,
                             .idle_timeout_ms = 600000,
                             .write_timeout_ms = 120000};
    f->http = t_server_start(&http);
    mote_api_set_http(f->api, f->http.server);
    f->fd = t_dial(&f->http);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    close(f->fd);
    t_server_finish(&f->http);
    mote_api_destroy(f->api);
    mote_models_destroy(f->models);
    mote_model_unref(f->model);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

/* The detections of an answer against those of the library. */
static void expect_detections(const json_t *answer, const mote_hearing *want, const char *door)
{
    const json_t *list = json_object_get(answer, "detections");
    const json_t *is = json_object_get(answer, "detected");
    if (!json_is_boolean(is) || json_is_true(is) != (want->n > 0) ||
        json_array_size(list) != want->n)
        fail_msg("%s: %zu detections, not %zu", door, json_array_size(list), want->n);
    for (size_t i = 0; i < want->n; i++) {
        const json_t *d = json_array_get(list, i);
        double score = json_number_value(json_object_get(d, "score"));
        assert_string_equal(json_string_value(json_object_get(d, "label")),
                            tiny_labels[want->items[i].class_id]);
        assert_int_equal(json_integer_value(json_object_get(d, "at_ms")), want->items[i].at / 16);
        assert_int_equal((uint32_t)(score * 65536 + 0.5), want->items[i].average_q16);
    }
}

static size_t length_of(size_t clip)
{
    static const size_t lengths[] = {400, 8000, 15999, 16000, 16000, 16001, 24000, 160000};
    return lengths[clip % T_COUNT(lengths)];
}

static void write_clip(const fixture *f, size_t clip, const int16_t *pcm, mote_buf *wav,
                       char path[TEMP_DIR_BYTES + 32])
{
    mote_err err = {0};
    T_OK(mote_audio_encode_wav(pcm, length_of(clip), 16000, wav, &err));
    (void)mote_format(path, TEMP_DIR_BYTES + 32, "%s/%zu.wav", f->dir, clip);
    T_OK(mote_file_write(path, wav->data, wav->len, &err));
}

static json_t *predict_all(const fixture *f, char paths[N_CLIPS][TEMP_DIR_BYTES + 32])
{
    mote_err err = {0};
    const char *argv[N_CLIPS + 5] = {getenv("MOTE_PROGRAM"), "predict", f->bundle, "--json"};
    int code = -1;
    MOTE_SCOPED_BUF out, messages;
    mote_buf_init(&out, 1 << 22);
    mote_buf_init(&messages, 1 << 20);
    for (int i = 0; i < N_CLIPS; i++)
        argv[4 + i] = paths[i];
    mote_process p = {
        .argv = argv, .cwd = f->dir, .out = &out, .err_out = &messages, .timeout_ms = 60000};
    T_OK(mote_process_run(&p, &code, &err));
    if (code != 0)
        fail_msg("mote predict: %s", messages.len ? messages.data : "");
    json_t *j = json_loadb(out.data, out.len, 0, NULL);
    assert_int_equal(json_array_size(j), N_CLIPS);
    return j;
}

static void hear_by_firmware(const char *dir, const int16_t *pcm, size_t n,
                             const mote_hearing *want)
{
    static firmware_said said;
    firmware_hear(dir, pcm, n, (size_t)-want->first, 40000, &said);
    size_t within = 0; /* the quiet after was longer than needed */
    for (size_t i = 0; i < said.n_hits; i++)
        within += said.hits[i].window < want->n_windows;
    assert_int_equal(within, want->n);
    for (size_t i = 0; i < want->n; i++) {
        assert_int_equal(said.hits[i].class_id, want->items[i].class_id);
        assert_int_equal(said.hits[i].average_q16, want->items[i].average_q16);
    }
}

static void predict_server_library_and_firmware_say_the_same(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    static int16_t pcm[N_CLIPS][160000];
    static char paths[N_CLIPS][TEMP_DIR_BYTES + 32];
    mote_predictor *p = NULL;
    mote_hearer *h = NULL;
    if (!getenv("MOTE_PROGRAM"))
        T_SKIP("MOTE_PROGRAM is not set");
    bool has_cc = mote_process_in_path("cc") && mote_process_in_path("make");
    if (has_cc)
        firmware_build(f->model, f->dir);
    T_OK(mote_predictor_create(f->model, &p, &err));
    T_OK(mote_hearer_create(p, &h, &err));
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 26);
    size_t n_detections = 0;
    mote_hearing want[N_CLIPS];
    for (size_t i = 0; i < N_CLIPS; i++) {
        MOTE_SCOPED_BUF wav;
        mote_buf_init(&wav, 1 << 22);
        const char *body;
        size_t n = length_of(i);
        pcm_bursts((uint32_t)i + 40, pcm[i], n);
        write_clip(f, i, pcm[i], &wav, paths[i]);
        T_OK(mote_hear(h, &(mote_recording){pcm[i], n}, NULL, &a, &want[i], &err));
        n_detections += want[i].n;
        const char *path = i % 2 ? "/v1/classify" : "/v2/models/sound/versions/7/classify";
        assert_int_equal(t_ask(f->fd, "POST", path, "", wav.data, wav.len, &body), 200);
        json_t *j = json_loads(body, 0, NULL);
        expect_detections(j, &want[i], path);
        json_decref(j);
        if (has_cc)
            hear_by_firmware(f->dir, pcm[i], n, &want[i]);
    }
    json_t *all = predict_all(f, paths);
    for (size_t i = 0; i < N_CLIPS; i++)
        expect_detections(json_array_get(all, i), &want[i], "mote predict");
    json_decref(all);
    print_message("%zu detections\n", n_detections);
    assert_true(n_detections > 10);
    mote_hearer_destroy(h);
    mote_predictor_destroy(p);
}

static void the_label_alone_can_be_asked_for(void **state)
{
    fixture *f = *state;
    static int16_t pcm[16000];
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, 1 << 22);
    const char *body;
    char path[TEMP_DIR_BYTES + 32];
    pcm_bursts(3, pcm, T_COUNT(pcm));
    write_clip(f, 3, pcm, &wav, path);
    assert_int_equal(
        t_ask(f->fd, "POST", "/v1/classify?label_only=1", "", wav.data, wav.len, &body), 200);
    assert_non_null(strstr(body, "\"detected\":null"));
    assert_int_equal(
        t_ask(f->fd, "POST", "/v1/classify?label_only=0", "", wav.data, wav.len, &body), 200);
    assert_null(strstr(body, "\"detected\":null"));
}

/* ---- sound as a tensor ---- */

static const char audio_head[] = "{\"inputs\":[{\"name\":\"audio\",\"datatype\":\"";

/* One value of every 16-bit sample, and the first ones again, as JSON. */
static int infer_json(fixture *f, const char *type, double scale, const char **answer)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 24);
    mote_buf_printf(&b, "%s%s\",\"shape\":[%d,16000],\"data\":[", audio_head, type, N_BATCH);
    for (int i = 0; i < N_BATCH * 16000; i++)
        mote_buf_printf(&b, "%s%.9g", i ? "," : "", (i % 65536 - 32768) * scale);
    mote_buf_str(&b, "]}]}");
    f->n_told = 0;
    return t_ask(f->fd, "POST", "/v2/models/sound/infer", "", b.data, b.len, answer);
}

static int infer_binary(fixture *f, const char *type, const void *values, size_t bytes,
                        const char **answer)
{
    MOTE_SCOPED_BUF b;
    char header[80];
    mote_buf_init(&b, 1 << 24);
    mote_buf_printf(&b, "%s%s\",\"shape\":[%d,16000],\"parameters\":{\"binary_data_size\":%zu}}]}",
                    audio_head, type, N_BATCH, bytes);
    (void)mote_format(header, sizeof header, "Inference-Header-Content-Length: %zu\r\n", b.len);
    mote_buf_add(&b, values, bytes);
    f->n_told = 0;
    return t_ask(f->fd, "POST", "/v2/models/sound/infer", header, b.data, b.len, answer);
}

static void expect_every_sample(const fixture *f, const char *how)
{
    assert_int_equal(f->n_told, N_BATCH);
    for (int i = 0; i < N_BATCH * 16000; i++)
        if (f->pcm[i / 16000][i % 16000] != i % 65536 - 32768)
            fail_msg("%s: sample %d became %d", how, i % 65536 - 32768,
                     f->pcm[i / 16000][i % 16000]);
}

static void integer_samples_reach_the_model_as_they_are(void **state)
{
    fixture *f = *state;
    const char *answer;
    static int16_t i16[N_BATCH * 16000];
    static int64_t i64[N_BATCH * 16000];
    static float f32[N_BATCH * 16000];
    for (int i = 0; i < N_BATCH * 16000; i++) {
        i16[i] = (int16_t)(i % 65536 - 32768);
        i64[i] = i16[i];
        f32[i] = (float)i16[i] / 32768.0f;
    }
    assert_int_equal(infer_binary(f, "INT16", i16, sizeof i16, &answer), 200);
    expect_every_sample(f, "INT16, binary");
    assert_int_equal(infer_binary(f, "INT64", i64, sizeof i64, &answer), 200);
    expect_every_sample(f, "INT64, binary");
    assert_int_equal(infer_binary(f, "FP32", f32, sizeof f32, &answer), 200);
    expect_every_sample(f, "FP32, binary");
    assert_int_equal(infer_json(f, "INT16", 1, &answer), 200);
    expect_every_sample(f, "INT16, JSON");
    assert_int_equal(infer_json(f, "INT32", 1, &answer), 200);
    expect_every_sample(f, "INT32, JSON");
    assert_int_equal(infer_json(f, "FP32", 1.0 / 32768, &answer), 200);
    expect_every_sample(f, "FP32, JSON");
}

/* Integers that were stored as floats sound like full-scale noise when they are clipped. */
static void floats_beyond_full_scale_are_refused_with_the_remedy(void **state)
{
    fixture *f = *state;
    const char *answer;
    static const char *const types[] = {"FP32", "FP64"};
    for (size_t i = 0; i < T_COUNT(types); i++) {
        assert_int_equal(infer_json(f, types[i], 1, &answer), 400);
        assert_int_equal(f->n_told, 0);
        assert_non_null(strstr(answer, "sample 0 of input 'audio' is -32768"));
        assert_non_null(strstr(answer, "INT16"));
        assert_non_null(strstr(answer, "divide"));
    }
    static float f32[N_BATCH * 16000];
    f32[70000] = 1.0f;
    f32[70001] = -1.0f;
    assert_int_equal(infer_binary(f, "FP32", f32, sizeof f32, &answer), 200);
    assert_int_equal(f->pcm[4][6000], 32767);
    assert_int_equal(f->pcm[4][6001], -32768);
    f32[70000] = 1.0001f;
    assert_int_equal(infer_binary(f, "FP32", f32, sizeof f32, &answer), 400);
    assert_non_null(strstr(answer, "sample 70000"));
    assert_int_equal(f->n_told, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(predict_server_library_and_firmware_say_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_label_alone_can_be_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(integer_samples_reach_the_model_as_they_are, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(floats_beyond_full_scale_are_refused_with_the_remedy,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
