/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle and the loaded model: what goes in comes out, what is damaged is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "compress/quantise.h"
#include "feature/mfcc.h"
#include "graph/arch.h"
#include "model/predictor.h"
#include "tiny_model.h"

#define N_PCM   16000
#define N_CLIPS 3
#define N_IN    490

static const char *const labels[] = {"yes", "no", "_unknown_"};

static void make_clip(int16_t *pcm, uint64_t seed)
{
    mote_rng rng;
    mote_rng_init(&rng, seed);
    for (int i = 0; i < N_PCM; i++)
        pcm[i] = (int16_t)(3000.0 * mote_rng_normal(&rng));
}

/* A whole bundle with golden vectors, made from an untrained model. */
static void make_bundle(mote_buf *out)
{
    mote_feature_config fc = mote_feature_config_default();
    const mote_frontend front = mote_feature_frontend(&fc);
    mote_feature_plan *plan = NULL;
    assert_int_equal(mote_feature_plan_create(&fc, 1, &plan, NULL), MOTE_OK);
    static int16_t pcm[N_CLIPS * N_PCM];
    static float features[N_CLIPS * N_IN];
    for (int i = 0; i < N_CLIPS; i++) {
        make_clip(pcm + i * N_PCM, (uint64_t)i + 1);
        assert_int_equal(
            mote_feature_clip(plan, 0, pcm + i * N_PCM, N_PCM, features + i * N_IN, NULL), MOTE_OK);
    }
    mote_arch a;
    mote_arch_default(&a, 49, 10, 3);
    a.channels = 8;
    a.n_blocks = 1;
    mote_rng rng;
    mote_rng_init(&rng, 5);
    mote_graph *g = NULL, *f = NULL, *q = NULL;
    assert_int_equal(mote_arch_build(&a, &rng, &g, NULL), MOTE_OK);
    assert_int_equal(mote_graph_fold(g, &f, NULL), MOTE_OK);
    mote_quantise_config cfg = {.range_rule = MOTE_RANGE_MSE};
    assert_int_equal(mote_quantise(f, features, N_CLIPS, &cfg, &q, NULL), MOTE_OK);
    static int8_t in[N_CLIPS * N_IN], result[N_CLIPS * 3];
    mote_golden golden = {.n = N_CLIPS,
                          .sample = {MOTE_I16, 1, {N_PCM}},
                          .in = {MOTE_I8, 1, {N_IN}},
                          .out = {MOTE_I8, 1, {3}},
                          .x = pcm,
                          .ins = in,
                          .outs = result};
    const mote_decision decision = {.op = {.smooth_hops = 3,
                                           .suppress_ms = 700,
                                           .hop_ms = 60,
                                           .temperature = 1.0f,
                                           .thresholds = {0.75f, 0.5f, 0.0f}}};
    json_t *lineage = json_pack("{s:s}", "run", "abc");
    mote_bundle_parts parts = {.name = "test",
                               .signature = tiny_signature(labels, 3, N_PCM),
                               .features = &front,
                               .graph = q,
                               .training = f,
                               .decision = &decision,
                               .lineage = lineage,
                               .golden = &golden};
    assert_int_equal(mote_bundle_write(&parts, out, NULL), MOTE_OK);
    json_decref(lineage);
    mote_graph_destroy(g);
    mote_graph_destroy(f);
    mote_graph_destroy(q);
    mote_feature_plan_destroy(plan);
}

static void what_goes_in_comes_out(void **state)
{
    const mote_buf *b = *state;
    mote_model *m = NULL;
    mote_err err = {0};
    if (mote_model_load(b->data, b->len, &m, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_string_equal(mote_model_name(m), "test");
    assert_int_equal(mote_model_n_labels(m), 3);
    assert_string_equal(mote_model_label(m, 2), "_unknown_");
    assert_int_equal(mote_model_clip_samples(m), N_PCM);
    assert_string_equal(mote_frontend_name(mote_model_features(m)), "mfcc");
    const mote_operating_point *op = mote_model_operating_point(m);
    assert_int_equal(op->smooth_hops, 3);
    assert_true(op->thresholds[0] == 0.75f && op->thresholds[2] == 0.0f);
    mote_graph *training = NULL;
    assert_int_equal(mote_bundle_training(b->data, b->len, &training, NULL), MOTE_OK);
    assert_non_null(training);
    mote_graph_destroy(training);
    assert_int_equal(mote_model_golden(m)->n, N_CLIPS);
    int16_t pcm[N_PCM];
    make_clip(pcm, 2);
    assert_memory_equal(mote_golden_x(mote_model_golden(m), 1), pcm, sizeof pcm);
    mote_sha256 h = mote_sha256_of(b->data, b->len);
    assert_true(mote_sha256_equal(&h, mote_model_hash(m)));
    mote_model_unref(m);
}

static void audio_and_features_predict_the_same(void **state)
{
    const mote_buf *b = *state;
    mote_model *m = NULL;
    assert_int_equal(mote_model_load(b->data, b->len, &m, NULL), MOTE_OK);
    mote_predictor *p1 = NULL, *p2 = NULL;
    assert_int_equal(mote_predictor_create(m, &p1, NULL), MOTE_OK);
    assert_int_equal(mote_predictor_create(m, &p2, NULL), MOTE_OK);
    mote_model_unref(m); /* the predictors hold it */
    int16_t pcm[N_PCM];
    for (uint64_t seed = 1; seed < 6; seed++) {
        make_clip(pcm, seed);
        mote_prediction a, c;
        assert_int_equal(mote_predict(p1, pcm, N_PCM, &a, NULL), MOTE_OK);
        assert_int_equal(mote_predict_features(p2, a.features, N_IN, &c, NULL), MOTE_OK);
        assert_memory_equal(a.out, c.out, 3);
        float sum = a.probabilities[0] + a.probabilities[1] + a.probabilities[2];
        assert_true(sum > 0.999f && sum < 1.001f);
        for (int i = 0; i < 3; i++)
            assert_true(((const int8_t *)a.out)[a.class_id] >= ((const int8_t *)a.out)[i]);
    }
    mote_prediction out;
    mote_err err = {0};
    assert_int_equal(mote_predict(p1, pcm, 100, &out, &err), MOTE_SHAPE);
    assert_string_equal(err.text,
                        "model 'test' takes a sample of int16[16000], 16000 numbers, not 100");
    mote_predictor_destroy(p1);
    mote_predictor_destroy(p2);
}

static void damage_anywhere_is_noticed(void **state)
{
    const mote_buf *b = *state;
    char *copy = mote_alloc(b->len, 1);
    assert_non_null(copy);
    mote_model *m = NULL;
    mote_err err;
    for (size_t n = 0; n < b->len; n += 997)
        assert_int_not_equal(mote_model_load(b->data, n, &m, &err), MOTE_OK);
    size_t undetected = 0;
    for (size_t i = 0; i < b->len; i += i < 4096 ? 1 : 509) {
        memcpy(copy, b->data, b->len);
        copy[i] = (char)(copy[i] ^ 0x20);
        m = NULL;
        if (mote_model_load(copy, b->len, &m, &err) == MOTE_OK) {
            mote_model_unref(m);
            undetected++; /* the gaps between sections carry nothing */
        }
    }
    assert_true(undetected <= 7 * 4);
    assert_int_equal(mote_model_load("MOTBxxxx", 8, &m, &err), MOTE_UNSUPPORTED);
    assert_int_equal(mote_model_load("RIFFxxxx", 8, &m, &err), MOTE_PARSE);
    assert_string_equal(err.text, "not a model bundle: it does not start with 'MOTB'");
    mote_free(copy);
}

static int make(void **state)
{
    mote_buf *b = mote_alloc_zero(1, sizeof *b);
    mote_buf_init(b, 1 << 26);
    make_bundle(b);
    *state = b;
    return 0;
}

static int drop(void **state)
{
    mote_buf *b = *state;
    mote_buf_release(b);
    mote_free(b);
    return 0;
}

static const mote_operating_point good_point = {
    .smooth_hops = 3, .suppress_ms = 700, .hop_ms = 60, .temperature = 1.0f, .thresholds = {0.5f}};

static mote_status write_point(const mote_buf *b, const mote_operating_point *op,
                               const char *const *names, mote_err *err)
{
    mote_model *m = NULL;
    assert_int_equal(mote_model_load(b->data, b->len, &m, NULL), MOTE_OK);
    const mote_decision decision = {.op = *op};
    mote_bundle_parts parts = {.name = "test",
                               .signature = tiny_signature(names, 3, N_PCM),
                               .features = mote_model_features(m),
                               .graph = mote_model_graph(m),
                               .decision = &decision};
    MOTE_SCOPED_BUF out;
    mote_buf_init(&out, (size_t)8 << 20);
    mote_status st = mote_bundle_write(&parts, &out, err);
    assert_true(st == MOTE_OK || out.len == 0);
    mote_model_unref(m);
    return st;
}

/* JSON has no word for these: they must not vanish from the document. */
static void what_a_reader_would_refuse_is_not_written(void **state)
{
    const mote_buf *b = *state;
    static const char *const not_utf8[] = {"yes", "n\xff", "_unknown_"};
    mote_err err = {0};
    mote_operating_point op = good_point;
    assert_int_equal(write_point(b, &op, labels, &err), MOTE_OK);
    op.temperature = NAN;
    assert_int_equal(write_point(b, &op, labels, &err), MOTE_ARG);
    op.temperature = 0.0f;
    assert_int_not_equal(write_point(b, &op, labels, &err), MOTE_OK);
    op = good_point;
    op.thresholds[1] = INFINITY;
    assert_int_equal(write_point(b, &op, labels, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "'no'"));
    op = good_point;
    assert_int_equal(write_point(b, &op, not_utf8, &err), MOTE_ARG);
}

/* The library's own allocations fail too: a bundle is whole or it is not written. */
static int64_t json_left;
static void *json_alloc(size_t n)
{
    return json_left-- != 0 ? malloc(n) : NULL; /* one failure */
}

static void no_part_is_lost_when_memory_is_short(void **state)
{
    const mote_buf *b = *state;
    mote_model *m = NULL;
    assert_int_equal(mote_model_load(b->data, b->len, &m, NULL), MOTE_OK);
    const mote_decision decision = {.op = good_point};
    mote_bundle_parts parts = {.name = "test",
                               .signature = tiny_signature(labels, 3, N_PCM),
                               .features = mote_model_features(m),
                               .graph = mote_model_graph(m),
                               .decision = &decision,
                               .lineage = json_object_get(mote_model_document(m), "lineage")};
    MOTE_SCOPED_BUF whole;
    mote_buf_init(&whole, (size_t)8 << 20);
    assert_int_equal(mote_bundle_write(&parts, &whole, NULL), MOTE_OK);
    mote_status st = MOTE_NOMEM;
    for (int64_t n = 0; st != MOTE_OK; n++) {
        MOTE_SCOPED_BUF out;
        mote_buf_init(&out, (size_t)8 << 20);
        json_set_alloc_funcs(json_alloc, free);
        json_left = n;
        st = mote_bundle_write(&parts, &out, NULL);
        json_set_alloc_funcs(malloc, free);
        if (st == MOTE_OK) {
            assert_int_equal(out.len, whole.len);
            assert_memory_equal(out.data, whole.data, whole.len);
        } else {
            assert_int_equal(st, MOTE_NOMEM);
            assert_int_equal(out.len, 0);
        }
    }
    mote_model_unref(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(audio_and_features_predict_the_same),
        cmocka_unit_test(damage_anywhere_is_noticed),
        cmocka_unit_test(what_a_reader_would_refuse_is_not_written),
        cmocka_unit_test(no_part_is_lost_when_memory_is_short),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
