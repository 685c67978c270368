/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle of version 1 with every section still opens and still says the same: tests/golden/v1
 * holds it and its answers, make.c there how it was made. */
#include "support.h"

#include "model/predictor.h"

static void path_of(const char *name, char path[512])
{
    const char *root = getenv("MOTE_SOURCE_ROOT");
    assert_non_null(root);
    (void)mote_format(path, 512, "%s/tests/golden/v1/%s", root, name);
}

static mote_model *load_golden(void)
{
    char path[512];
    path_of("every_section.mote", path);
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(mote_file_read(path, 1 << 24, &bytes, &n, NULL), MOTE_OK);
    assert_true(n > 8);
    assert_memory_equal(bytes, "MOTB\1\0\0\0", 8); /* nobody replaced it by a newer one */
    mote_model *m = NULL;
    mote_err err = {0};
    if (mote_model_load_file(path, &m, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return m;
}

static void every_part_of_a_bundle_of_version_1_is_there(void **state)
{
    (void)state;
    mote_model *m = load_golden();
    assert_string_equal(mote_model_name(m), "gold");
    assert_int_equal(mote_model_n_labels(m), 3);
    assert_string_equal(mote_model_label(m, 0), "yes");
    assert_string_equal(mote_model_label(m, 2), "_unknown_");
    assert_int_equal(mote_model_clip_samples(m), 4000);
    const mote_operating_point *op = mote_model_operating_point(m);
    assert_int_equal(op->smooth_hops, 3);
    assert_int_equal(op->suppress_ms, 700);
    assert_int_equal(op->hop_ms, 60);
    assert_true(op->temperature == 1.5f);
    assert_true(op->thresholds[0] == 0.75f && op->thresholds[1] == 0.5f);
    assert_int_equal(mote_model_signature(m)->events, 3); /* all but "_unknown_" */
    const json_t *doc = mote_model_document(m), *lineage = json_object_get(doc, "lineage");
    assert_int_equal(json_integer_value(json_object_get(lineage, "seed")), 5);
    assert_non_null(json_object_get(json_object_get(doc, "metrics"), "accuracy"));
    assert_non_null(mote_model_drift_reference(m));
    mote_model_unref(m);
}

static void a_bundle_of_version_1_gives_the_same_answers(void **state)
{
    (void)state;
    mote_model *m = load_golden();
    const mote_golden *g = mote_model_golden(m);
    assert_int_equal(g->n, 2);
    char path[512];
    path_of("every_section.out", path);
    MOTE_SCOPED_FREE char *want = NULL;
    size_t n_want = 0;
    assert_int_equal(mote_file_read(path, 1024, &want, &n_want, NULL), MOTE_OK);
    assert_int_equal(n_want, 2 * 3 * sizeof(float));
    mote_predictor *p = NULL;
    assert_int_equal(mote_predictor_create(m, &p, NULL), MOTE_OK);
    for (int32_t i = 0; i < g->n; i++) {
        mote_prediction r;
        assert_int_equal(mote_predict(p, mote_golden_x(g, i), 4000, &r, NULL), MOTE_OK);
        assert_memory_equal(r.in, mote_golden_in(g, i), mote_shape_bytes(&g->in));
        assert_memory_equal(r.out, mote_golden_out(g, i), mote_shape_bytes(&g->out));
        float w[3];
        memcpy(w, want + (size_t)i * sizeof w, sizeof w);
        for (size_t c = 0; c < 3; c++) /* pow() of another C library may differ in one unit */
            assert_float_equal(r.probabilities[c], w[c], 1e-6f);
    }
    mote_predictor_destroy(p);
    mote_model_unref(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_of_a_bundle_of_version_1_is_there),
        cmocka_unit_test(a_bundle_of_version_1_gives_the_same_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
