/* SPDX-License-Identifier: Apache-2.0 */
/* serve/classify.c: what is called detected, and what is only a label. */
#include "tests/support.h"

#include "tests/firmware_host.h"
#include "tests/signal_pcm.h"
#include "tests/temp_dir.h"
#include "tests/tiny_model.h"

#include "data/kind_audio.h"
#include "serve/intake_sound.h"

typedef struct {
    mote_models *models;
    mote_infer *infer;
    const mote_served *s;
    mote_model *model;
    size_t n_told;       /* predictions the observer was told of */
    int16_t told[16000]; /* the sample of the last of them */
} fixture;

static void observe(void *arg, mote_serve_event *e)
{
    fixture *f = arg;
    f->n_told++;
    memcpy(f->told, e->x, e->n_in * sizeof f->told[0]);
}

static void open_model(fixture *f, mote_model *m)
{
    mote_err err = {0};
    mote_model_entry e = {.name = "m", .version = "1", .source = "test", .now_ms = 1};
    mote_infer_hooks hooks = {.observer = observe, .observer_arg = f};
    f->model = m;
    T_OK(mote_models_create(1, &f->models, &err));
    T_OK(mote_models_put(f->models, &e, m, &err));
    T_OK(mote_infer_create(f->models, 0, &hooks, &f->infer, &err));
    T_OK(mote_infer_first(f->infer, false, &f->s, &err));
}

static void close_model(fixture *f)
{
    mote_infer_destroy(f->infer);
    mote_models_destroy(f->models);
    mote_model_unref(f->model);
}

static mote_classification classify(fixture *f, const int16_t *pcm, size_t n, bool is_label_only,
                                    mote_arena *a)
{
    mote_err err = {0};
    mote_classification c;
    mote_sound sound = {.s = f->s, .pcm = pcm, .n = n, .is_label_only = is_label_only};
    T_OK(mote_classify_sound(f->infer, &sound, a, &c, &err));
    return c;
}

/* A loud click that one window takes for a word, by far, and the average over eight does not: not
 * detected, whatever the temperature makes of that one window. */
static void one_sure_window_is_no_detection(void **state)
{
    (void)state;
    mote_feature_config fc = mote_feature_config_default();
    mote_operating_point op = {.smooth_hops = 8,
                               .suppress_ms = 1000,
                               .hop_ms = 200,
                               .temperature = 0.1f,
                               .thresholds = {0.55f, 0.55f}};
    static int16_t pcm[16000];
    static firmware_said said;
    fixture f = {0};
    char dir[TEMP_DIR_BYTES];
    bool has_cc = mote_process_in_path("cc") && mote_process_in_path("make");
    open_model(&f, tiny_model_with(6, &fc, &op));
    temp_dir_make(dir);
    if (has_cc)
        firmware_build(f.model, dir);
    size_t n_sure = 0, n_refused = 0;
    for (uint32_t seed = 0; seed < 60; seed++) {
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 1 << 24);
        pcm_bursts(seed, pcm, T_COUNT(pcm));
        mote_classification c = classify(&f, pcm, T_COUNT(pcm), false, &a);
        bool is_sure = op.thresholds[c.best.class_id] > 0 &&
                       c.best.probabilities[c.best.class_id] >= op.thresholds[c.best.class_id];
        n_sure += is_sure;
        n_refused += is_sure && c.n_detections == 0;
        MOTE_SCOPED_BUF json;
        mote_buf_init(&json, 1 << 20);
        mote_classify_json(f.s, &c, false, 0, &json);
        assert_non_null(strstr(json.data, c.n_detections ? "\"detected\":true,\"detections\":[{"
                                                         : "\"detected\":false,\"detections\":[]"));
        if (!has_cc)
            continue;
        int64_t before = 8 * 3200 + 16000; /* more quiet than is needed, on the grid of hops */
        before += (3200 - before % 3200) % 3200;
        firmware_hear(dir, pcm, T_COUNT(pcm), (size_t)before, 40000, &said);
        assert_int_equal(said.n_hits, c.n_detections);
    }
    print_message("%zu sure windows, %zu of them not detected\n", n_sure, n_refused);
    assert_true(n_sure > 5 && n_refused > 3);
    close_model(&f);
    temp_dir_remove(dir);
}

/* The label, its probabilities and what the observer is told do not depend on detections. */
static void the_label_alone_is_the_same_label(void **state)
{
    (void)state;
    mote_feature_config fc = mote_feature_config_default();
    mote_operating_point op = {.smooth_hops = 2,
                               .suppress_ms = 300,
                               .hop_ms = 100,
                               .temperature = 0.7f,
                               .thresholds = {0.4f, 0.4f}};
    static int16_t pcm[40000];
    static const size_t lengths[] = {0, 1, 8000, 15999, 16000, 16001, 20000, 40000};
    fixture f = {0};
    open_model(&f, tiny_model_with(3, &fc, &op));
    for (size_t i = 0; i < T_COUNT(lengths); i++) {
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 1 << 24);
        pcm_bursts((uint32_t)i, pcm, lengths[i]);
        f.n_told = 0;
        mote_classification c = classify(&f, pcm, lengths[i], false, &a);
        assert_int_equal(f.n_told, 1);
        int16_t cut[16000]; /* as training cuts it */
        mote_audio_fit(pcm, lengths[i], cut, 16000);
        assert_memory_equal(f.told, cut, sizeof cut);
        mote_classification l = classify(&f, pcm, lengths[i], true, &a);
        assert_int_equal(f.n_told, 2);
        assert_int_equal(c.best.class_id, l.best.class_id);
        assert_true(c.best.start == l.best.start && c.n_windows == l.n_windows);
        for (size_t w = 0; w < c.n_windows; w++)
            assert_memory_equal(c.windows[w].probabilities, l.windows[w].probabilities,
                                TINY_LABELS * sizeof(float));
        assert_true(l.is_label_only && l.n_detections == 0 && !c.is_label_only);
        assert_true(l.n_run <= l.n_windows + 1 && l.n_run <= c.n_run);
        MOTE_SCOPED_BUF json;
        mote_buf_init(&json, 1 << 20);
        mote_classify_json(f.s, &l, false, 0, &json);
        assert_non_null(strstr(json.data, ",\"detected\":null,\"model\""));
        assert_null(strstr(json.data, "detections"));
    }
    close_model(&f);
}

/* A word in a long recording is told once, with its time; so is each of several. */
static void detections_carry_their_times(void **state)
{
    (void)state;
    mote_feature_config fc = mote_feature_config_default();
    mote_operating_point op = {.smooth_hops = 2,
                               .suppress_ms = 1500,
                               .hop_ms = 100,
                               .temperature = 1,
                               .thresholds = {0.4f, 0.4f}};
    static int16_t pcm[10 * 16000];
    fixture f = {0};
    open_model(&f, tiny_model_with(3, &fc, &op));
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 24);
    pcm_bursts(4, pcm, T_COUNT(pcm));
    mote_classification c = classify(&f, pcm, T_COUNT(pcm), false, &a);
    assert_true(c.n_detections >= 2);
    MOTE_SCOPED_BUF json;
    mote_buf_init(&json, 1 << 20);
    mote_classify_json(f.s, &c, true, 0, &json);
    json_t *j = json_loadb(json.data, json.len, 0, NULL);
    const json_t *list = json_object_get(j, "detections");
    assert_int_equal(json_array_size(list), c.n_detections);
    for (size_t i = 0; i < c.n_detections; i++) {
        const json_t *d = json_array_get(list, i);
        const mote_heard *h = &c.detections[i];
        assert_string_equal(json_string_value(json_object_get(d, "label")),
                            tiny_labels[h->class_id]);
        assert_int_equal(json_integer_value(json_object_get(d, "at_ms")), h->at / 16);
        double score = json_number_value(json_object_get(d, "score"));
        assert_true(score >= 0.4 && (uint32_t)(score * 65536 + 0.5) == h->average_q16);
        if (i)
            assert_true(h->at - c.detections[i - 1].at > 1500 * 16);
    }
    json_decref(j);
    close_model(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sure_window_is_no_detection),
        cmocka_unit_test(the_label_alone_is_the_same_label),
        cmocka_unit_test(detections_carry_their_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
