/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles of format 1 (tests/golden/v1/bundle) open, and say what the release that made them said.
 */
#include "support.h"

#include "base/json.h"
#include "evaluate/reference_profile.h"
#include "model/bundle.h"
#include "model/hear.h"

static const char *golden(const char *name)
{
    static char path[512];
    const char *root = getenv("MOTE_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/tests/golden/v1/bundle/%s", root ? root : ".", name);
    return path;
}

static json_t *expected(const char *part)
{
    mote_err err;
    json_t *all = NULL;
    T_OK(mote_json_load(golden("expected.json"), 1 << 20, &all, &err));
    json_t *j = json_incref(json_object_get(all, part));
    assert_non_null(j);
    json_decref(all);
    return j;
}

static mote_model *load(const char *name)
{
    mote_err err;
    mote_model *m = NULL;
    T_OK(mote_model_load_file(golden(name), &m, &err));
    return m;
}

static void assert_row(const float *got, const json_t *rows, size_t i)
{
    const json_t *row = json_array_get(rows, i);
    assert_true(json_array_size(row) > 0);
    for (size_t k = 0; k < json_array_size(row); k++)
        assert_float_equal(got[k], json_number_value(json_array_get(row, k)), 1e-7);
}

static void a_keyword_bundle_opens_with_every_part(void **state)
{
    (void)state;
    mote_err err;
    mote_model *m = load("keyword.mote");
    assert_string_equal(mote_model_name(m), "tiny");
    assert_int_equal(mote_model_n_labels(m), 4);
    assert_string_equal(mote_model_label(m, 3), "_silence_");
    assert_int_equal(mote_model_clip_samples(m), 4000);
    char features[96];
    mote_frontend_describe(mote_model_features(m), features, sizeof features);
    assert_non_null(strstr(features, "of 20 mel"));
    const mote_operating_point *op = mote_model_operating_point(m);
    assert_int_equal(op->smooth_hops, 3);
    assert_float_equal(op->thresholds[0], 0.390625, 0);
    assert_float_equal(op->thresholds[2], 0, 0);
    const mote_signature *s = mote_model_signature(m);
    assert_int_equal(s->events, 3);
    assert_float_equal(s->rate_hz, 8000, 0);
    assert_string_equal(mote_frontend_name(mote_model_frontend(m)), "mfcc");
    assert_non_null(json_object_get(mote_model_document(m), "lineage"));
    assert_non_null(json_object_get(mote_model_document(m), "metrics"));
    mote_reference_profile *profile = NULL;
    T_OK(mote_reference_profile_parse(mote_model_drift_reference(m), &profile, &err));
    assert_true(profile->n_rows >= 50);
    mote_reference_profile_destroy(profile);
    mote_model_unref(m);
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_graph *training = NULL;
    T_OK(mote_file_read(golden("keyword.mote"), 1 << 20, &bytes, &n, &err));
    T_OK(mote_bundle_training(bytes, n, &training, &err));
    assert_non_null(training);
    assert_true(mote_graph_is_f32(training));
    mote_graph_destroy(training);
}

static void it_predicts_and_hears_the_same(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_JSON *want = expected("keyword");
    mote_model *m = load("keyword.mote");
    mote_predictor *p = NULL;
    T_OK(mote_predictor_create(m, &p, &err));
    const mote_golden *g = mote_model_golden(m);
    assert_int_equal(g->n, 4);
    size_t n = (size_t)mote_shape_elements(&g->sample);
    assert_int_equal(n, 4000);
    for (int32_t i = 0; i < g->n; i++) {
        mote_prediction r;
        T_OK(mote_predict(p, mote_golden_x(g, i), n, &r, &err));
        assert_memory_equal(r.in, mote_golden_in(g, i), mote_shape_bytes(&g->in));
        assert_memory_equal(r.out, mote_golden_out(g, i), mote_shape_bytes(&g->out));
        assert_row(r.probabilities, json_object_get(want, "probabilities"), (size_t)i);
    }
    mote_hearer *h = NULL;
    mote_hearing heard;
    mote_arena a;
    mote_arena_init(&a, (size_t)1 << 28);
    T_OK(mote_hearer_create(p, &h, &err));
    T_OK(mote_hear(h, &(mote_recording){g->x, n * (size_t)g->n}, NULL, &a, &heard, &err));
    const json_t *list = json_object_get(want, "heard");
    assert_int_equal(heard.n, json_array_size(list));
    for (size_t i = 0; i < heard.n; i++) {
        const json_t *one = json_array_get(list, i);
        assert_int_equal(heard.items[i].at, json_integer_value(json_object_get(one, "at")));
        assert_int_equal(heard.items[i].class_id,
                         json_integer_value(json_object_get(one, "class")));
        assert_int_equal(heard.items[i].average_q16,
                         json_integer_value(json_object_get(one, "average_q16")));
    }
    mote_arena_release(&a);
    mote_hearer_destroy(h);
    mote_predictor_destroy(p);
    mote_model_unref(m);
}

static void a_tensor_bundle_predicts_the_same(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_JSON *want = expected("tensor");
    mote_model *m = load("tensor.mote");
    const json_t *thresholds = json_object_get(want, "thresholds");
    for (size_t k = 0; k < 3; k++)
        assert_float_equal(mote_model_operating_point(m)->thresholds[k],
                           json_number_value(json_array_get(thresholds, k)), 0);
    mote_predictor *p = NULL;
    T_OK(mote_predictor_create(m, &p, &err));
    const json_t *inputs = json_object_get(want, "inputs");
    assert_int_equal(json_array_size(inputs), 4);
    for (size_t i = 0; i < 4; i++) {
        float x[5];
        mote_prediction r;
        for (size_t k = 0; k < 5; k++)
            x[k] = (float)json_number_value(json_array_get(json_array_get(inputs, i), k));
        T_OK(mote_predict(p, x, 5, &r, &err));
        assert_row(r.probabilities, json_object_get(want, "probabilities"), i);
    }
    mote_predictor_destroy(p);
    mote_model_unref(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_keyword_bundle_opens_with_every_part),
        cmocka_unit_test(it_predicts_and_hears_the_same),
        cmocka_unit_test(a_tensor_bundle_predicts_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
