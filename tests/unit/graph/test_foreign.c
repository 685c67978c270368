/* SPDX-License-Identifier: Apache-2.0 */
/* Networks that others trained, as converters write them (tests/golden/make_foreign.py): an
 * embedding of float32 computes what LiteRT does, becomes int8, begins a training; int8 weights in
 * float32, and a PAD of int8, likewise; what cannot be read is refused in words. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "compress/quantise.h"
#include "graph/cut.h"
#include "graph/op.h"
#include "import/tflite.h"
#include "model/runner.h"

enum { N_SETS = 3, N_IN = 192, N_OUT = 6 };

/* tests/golden/foreign.. */
static char *golden(const char *name, size_t *n)
{
    char path[512], *bytes = NULL;
    mote_err err = {0};
    const char *root = getenv("MOTE_SOURCE_ROOT");
    assert_non_null(root);
    (void)mote_format(path, sizeof path, "%s/tests/golden/foreign%s", root, name);
    T_OK(mote_file_read(path, 1 << 20, &bytes, n, &err));
    return bytes;
}

static mote_graph *read_golden(const char *name)
{
    mote_err err = {0};
    mote_graph *g = NULL;
    size_t n = 0;
    MOTE_SCOPED_FREE char *bytes = golden(name, &n);
    T_OK(mote_import_tflite(bytes, n, &g, &err));
    return g;
}

static mote_graph *foreign(void)
{
    return read_golden(".tflite");
}

typedef struct {
    float in[N_IN], out[N_OUT];
} sample;

static sample *samples(void)
{
    size_t n = 0;
    char *bytes = golden(".f32", &n);
    assert_int_equal(n, N_SETS * sizeof(sample));
    return (sample *)(void *)bytes;
}

static void it_computes_what_litert_does(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_graph *g = foreign();
    sample *s = samples();
    for (int i = 0; i < N_SETS; i++) {
        float out[N_OUT];
        T_OK(mote_graph_run_f32(g, s[i].in, out, NULL, NULL, &err));
        for (int k = 0; k < N_OUT; k++) /* some 100 float32 products a value, sums in double here */
            assert_float_equal(out[k], s[i].out[k], 1e-5f);
    }
    mote_free(s);
    mote_graph_destroy(g);
}

static void int8_weights_are_what_they_stand_for(void **state)
{
    (void)state;
    enum { N_X = 60, N_Y = 120 };
    mote_err err = {0};
    size_t n = 0;
    mote_graph *g = read_golden("_mixed.tflite");
    char *bytes = golden("_mixed.f32", &n);
    const float *at = (const float *)(void *)bytes;
    assert_int_equal(n, N_SETS * (N_X + N_Y) * sizeof *at);
    assert_true(mote_graph_is_f32(g));
    for (int i = 0; i < N_SETS; i++, at += N_X + N_Y) {
        float out[N_Y];
        T_OK(mote_graph_run_f32(g, at, out, NULL, NULL, &err));
        for (int k = 0; k < N_Y; k++)
            assert_float_equal(out[k], at[N_X + k], 1e-5f);
    }
    mote_free(bytes);
    mote_graph_destroy(g);
}

static void a_pad_of_int8_is_zeros_around(void **state)
{
    (void)state;
    enum { N_X = 60, N_Y = 96 };
    mote_err err = {0};
    size_t n = 0;
    mote_graph *g = read_golden("_s8.tflite");
    char *bytes = golden("_s8.s8", &n);
    const int8_t *at = (const int8_t *)bytes;
    mote_runner *r = NULL;
    assert_int_equal(n, N_SETS * (N_X + N_Y));
    assert_int_equal(g->n_ops, 1);
    T_OK(mote_runner_create(g, &r, &err));
    for (int i = 0; i < N_SETS; i++, at += N_X + N_Y) {
        int8_t out[N_Y];
        mote_runner_run(r, at, out, NULL, NULL);
        for (int k = 0; k < N_Y; k++) /* within one count, as docs/formats/tflite.md says */
            assert_in_range(out[k] - at[N_X + k] + 1, 0, 2);
    }
    mote_runner_destroy(r);
    mote_free(bytes);
    mote_graph_destroy(g);
}

static void it_is_saved_whole(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_graph *g = foreign(), *back = NULL;
    mote_buf x, y;
    mote_buf_init(&x, 1 << 20);
    mote_buf_init(&y, 1 << 20);
    mote_graph_save(g, &x);
    T_OK(mote_graph_load(x.data, x.len, &back, &err));
    mote_graph_save(back, &y);
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
    mote_buf_release(&x);
    mote_buf_release(&y);
    mote_graph_destroy(back);
    mote_graph_destroy(g);
}

static void it_becomes_int8(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_graph *g = foreign(), *q = NULL;
    sample *s = samples();
    float all[N_SETS * N_IN];
    for (int i = 0; i < N_SETS; i++)
        memcpy(all + i * N_IN, s[i].in, sizeof s[i].in);
    const mote_quantise_config cfg = {.range_rule = MOTE_RANGE_MIN_MAX};
    T_OK(mote_quantise(g, all, N_SETS, &cfg, &q, &err));
    mote_runner *r = NULL;
    T_OK(mote_runner_create(q, &r, &err));
    const mote_quant *in = &q->tensors[q->inputs[0]].quant, *out = &q->tensors[q->outputs[0]].quant;
    for (int i = 0; i < N_SETS; i++) {
        int8_t x[N_IN], y[N_OUT];
        for (int k = 0; k < N_IN; k++)
            x[k] = mote_quantise_value(s[i].in[k], in->scales[0], in->zero_point);
        mote_runner_run(r, x, y, NULL, NULL);
        for (int k = 0; k < N_OUT; k++)
            assert_float_equal(out->scales[0] * (float)(y[k] - out->zero_point), s[i].out[k], 0.1f);
    }
    mote_runner_destroy(r);
    mote_graph_destroy(q);
    mote_graph_destroy(g);
    mote_free(s);
}

/* No layer of it is a head: all of it is taken over. */
static void an_embedding_is_all_body(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_graph *g = foreign(), *with = NULL;
    mote_arch a;
    mote_rng rng;
    int32_t n = 0;
    mote_rng_init(&rng, 1);
    mote_arch_default(&a, 24, 8, 4);
    T_OK(mote_graph_new_head(g, &a, &rng, &with, &err));
    T_OK(mote_graph_find_cut(with, "body", &n, &err));
    assert_int_equal(n, g->n_ops);
    assert_int_equal(with->ops[n - 1].kind, MOTE_OP_CONV_2D);
    for (int32_t i = 0; i < n; i++)
        if (mote_op_has(g->ops[i].kind, MOTE_OP_WEIGHTED)) {
            const mote_tensor *x = &g->tensors[g->ops[i].inputs[1]];
            assert_memory_equal(x->data, with->tensors[with->ops[i].inputs[1]].data,
                                mote_tensor_bytes(x));
        }
    mote_graph_destroy(with);
    mote_graph_destroy(g);
}

/* With the numbers of the PAD changed to `pads`, [4][2]. */
static void refused(const int32_t pads[8], const char *words)
{
    static const int32_t there[8] = {0, 0, 0, 0, 1, 2, 0, 0};
    mote_err err = {0};
    mote_graph *g = NULL;
    size_t n = 0, at = 0;
    MOTE_SCOPED_FREE char *bytes = golden(".tflite", &n);
    while (at + sizeof there <= n && memcmp(bytes + at, there, sizeof there) != 0)
        at += 4;
    assert_true(at + sizeof there <= n);
    memcpy(bytes + at, pads, sizeof there);
    assert_int_not_equal(mote_import_tflite(bytes, n, &g, &err), MOTE_OK);
    if (!strstr(err.text, words))
        fail_msg("'%s' is not in: %s", words, err.text);
}

/* Zeros that no convolution takes in must not get lost. */
static void a_pad_at_the_end_is_refused(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_graph *g = NULL;
    size_t n = 0;
    MOTE_SCOPED_FREE char *bytes = golden("_end.tflite", &n);
    assert_int_equal(mote_import_tflite(bytes, n, &g, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "the model's output is not computed by its last operator"));
}

static void what_cannot_be_padded_is_refused(void **state)
{
    (void)state;
    refused((int32_t[]){0, 0, 0, 0, 1, 2, 0, 1}, "only rows and columns can be padded");
    refused((int32_t[]){1, 0, 0, 0, 1, 2, 0, 0}, "only rows and columns can be padded");
    refused((int32_t[]){0, 0, 0, 0, 1, 3, 0, 0}, "1, 3 columns of zeros");
    refused((int32_t[]){0, 0, -1, 0, 1, 2, 0, 0}, "-1, 0 rows");
}

static mote_status add(mote_op_kind kind, const mote_op_attrs *attrs, mote_err *err)
{
    const mote_tensor_spec s = {.name = "x", .dtype = MOTE_F32, .n_dims = 4, .dims = {1, 4, 4, 2}};
    const mote_tensor_spec out = {.name = "y", .dtype = MOTE_F32};
    int32_t x = -1, y = -1;
    mote_graph *g = NULL;
    assert_int_equal(mote_graph_create(0, &g, err), MOTE_OK);
    assert_int_equal(mote_graph_add_input(g, &s, &x, err), MOTE_OK);
    const mote_status st = mote_graph_add_op(g, &(mote_op_spec){kind, attrs, &x, &out}, &y, err);
    mote_graph_destroy(g);
    return st;
}

static void attributes_out_of_range_are_refused(void **state)
{
    (void)state;
    mote_err err = {0};
    assert_int_equal(add(MOTE_OP_LEAKY_RELU, &(mote_op_attrs){.bound = 1.5f}, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "its slope below 0 is 1.5, not from 0 to 1"));
    assert_int_equal(add(MOTE_OP_MAXIMUM, &(mote_op_attrs){.bound = (float)NAN}, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "its bound is not finite"));
    assert_int_equal(add(MOTE_OP_MAX_POOL_2D,
                         &(mote_op_attrs){.padding = MOTE_PAD_VALID,
                                          .stride_h = 1,
                                          .stride_w = 1,
                                          .window_h = 2,
                                          .window_w = 2,
                                          .top = 1},
                         &err),
                     MOTE_ARG);
    assert_non_null(strstr(err.text, "go with a window of weights and padding VALID"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_computes_what_litert_does),
        cmocka_unit_test(int8_weights_are_what_they_stand_for),
        cmocka_unit_test(a_pad_of_int8_is_zeros_around),
        cmocka_unit_test(it_is_saved_whole),
        cmocka_unit_test(it_becomes_int8),
        cmocka_unit_test(an_embedding_is_all_body),
        cmocka_unit_test(a_pad_at_the_end_is_refused),
        cmocka_unit_test(what_cannot_be_padded_is_refused),
        cmocka_unit_test(attributes_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
