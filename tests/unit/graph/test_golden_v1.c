/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs of the saved form's version 1 still load and still say the same: tests/golden/v1 holds
 * them and their answers, make.c there how they were made. */
#include "support.h"

#include "base/hash.h"
#include "base/rng.h"
#include "base/text.h"
#include "graph/graph.h"
#include "model/runner.h"

static void read_golden(const char *name, mote_buf *out)
{
    char path[512];
    const char *root = getenv("MOTE_SOURCE_ROOT");
    assert_non_null(root);
    (void)mote_format(path, sizeof path, "%s/tests/golden/v1/%s", root, name);
    char *bytes = NULL;
    size_t n = 0;
    mote_err err = {0};
    if (mote_file_read(path, 1 << 24, &bytes, &n, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_buf_init(out, 1 << 24);
    mote_buf_add(out, bytes, n);
    mote_free(bytes);
}

static mote_graph *load_golden(const char *name)
{
    mote_buf b;
    read_golden(name, &b);
    mote_graph *g = NULL;
    mote_err err = {0};
    assert_memory_equal(b.data, "MGRF\1\0\0\0", 8); /* nobody replaced it by a newer one */
    if (mote_graph_load(b.data, b.len, &g, &err) != MOTE_OK)
        fail_msg("%s: %s", name, err.text);
    mote_buf_release(&b);
    return g;
}

/* Saved anew, in today's form, it is still the same graph. */
static mote_graph *save_and_load(mote_graph *g)
{
    mote_buf b;
    mote_buf_init(&b, 1 << 24);
    mote_graph_save(g, &b);
    mote_graph *again = NULL;
    assert_int_equal(mote_graph_load(b.data, b.len, &again, NULL), MOTE_OK);
    mote_buf_release(&b);
    mote_graph_destroy(g);
    return again;
}

static void float_graphs_of_version_1_give_the_same_answers(void **state)
{
    (void)state;
    static const char *const names[] = {"train_f32", "folded_f32"};
    for (size_t k = 0; k < 2 * T_COUNT(names); k++) {
        char file[64];
        (void)mote_format(file, sizeof file, "%s.graph", names[k / 2]);
        mote_graph *g = load_golden(file);
        if (k % 2 == 1)
            g = save_and_load(g);
        mote_buf want;
        (void)mote_format(file, sizeof file, "%s.out", names[k / 2]);
        read_golden(file, &want);
        assert_int_equal(want.len, 4 * 3 * sizeof(float));
        mote_rng rng;
        mote_rng_init(&rng, 11);
        for (size_t n = 0; n < 4; n++) {
            float x[15 * 6], y[3], w[3];
            for (size_t i = 0; i < T_COUNT(x); i++)
                x[i] = (float)mote_rng_normal(&rng);
            assert_int_equal(mote_graph_run_f32(g, x, y, NULL, NULL, NULL), MOTE_OK);
            memcpy(w, want.data + n * sizeof w, sizeof w);
            for (size_t c = 0; c < 3; c++) /* exp() of another C library may differ in one unit */
                assert_float_equal(y[c], w[c], 1e-6f);
        }
        mote_buf_release(&want);
        mote_graph_destroy(g);
    }
}

static void see(void *arg, int32_t tensor, const int8_t *values, int64_t n)
{
    (void)tensor;
    mote_buf_add(arg, values, (size_t)n);
}

static void int8_graphs_of_version_1_give_the_same_answers(void **state)
{
    (void)state;
    mote_buf want, got;
    read_golden("random_s8.out", &want);
    for (int again = 0; again < 2; again++) {
        mote_graph *g = load_golden("random_s8.graph");
        if (again)
            g = save_and_load(g);
        size_t n_in = (size_t)mote_tensor_elements(&g->tensors[g->inputs[0]]);
        int8_t x[2048], y[16];
        assert_true(n_in <= sizeof x);
        mote_rng rng;
        mote_rng_init(&rng, 12);
        mote_buf_init(&got, 1 << 20);
        mote_runner *r = NULL;
        assert_int_equal(mote_runner_create(g, &r, NULL), MOTE_OK);
        for (int k = 0; k < 2; k++) {
            for (size_t i = 0; i < n_in; i++)
                x[i] = (int8_t)((int)mote_rng_below(&rng, 256) - 128);
            mote_runner_run(r, x, y, see, &got);
        }
        assert_int_equal(got.len, want.len);
        assert_memory_equal(got.data, want.data, want.len);
        mote_runner_destroy(r);
        mote_buf_release(&got);
        mote_graph_destroy(g);
    }
    mote_buf_release(&want);
}

/* A value that this program has no name for would be saved and then not be loaded. */
static void attributes_of_version_1_are_known_values(void **state)
{
    (void)state;
    mote_buf b;
    read_golden("train_f32.graph", &b);
    mote_graph *g = NULL;
    mote_err err = {0};
    T_OK(mote_graph_load(b.data, b.len, &g, &err));
    g->ops[0].attrs.activation = (mote_activation)77;
    T_FAILS(mote_graph_validate(g, &err), MOTE_UNSUPPORTED, "value 77 of attribute 'activation'");
    mote_graph_destroy(g);
    /* its dense layer, as graph_io_v1.c reads it: kind, padding, activation, number of inputs, ..
     */
    static const uint8_t dense[8] = {3, 0, 0, 3};
    uint8_t *bytes = (uint8_t *)b.data;
    size_t at = b.len - sizeof dense;
    while (at > 0 && memcmp(bytes + at, dense, sizeof dense) != 0)
        at--;
    assert_true(at > 0);
    bytes[at + 1] = 93;
    const uint32_t crc = mote_crc32(0, bytes, b.len - sizeof crc);
    memcpy(bytes + b.len - sizeof crc, &crc, sizeof crc);
    T_FAILS(mote_graph_load(bytes, b.len, &g, &err), MOTE_UNSUPPORTED,
            "dense: value 93 of attribute 'padding'");
    mote_buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float_graphs_of_version_1_give_the_same_answers),
        cmocka_unit_test(int8_graphs_of_version_1_give_the_same_answers),
        cmocka_unit_test(attributes_of_version_1_are_known_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
