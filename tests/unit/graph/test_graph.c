/* SPDX-License-Identifier: Apache-2.0 */
/* The one graph: building, rules, saving, folding, the reference interpreter. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "graph/arch.h"
#include "graph/graph.h"

static mote_graph *build_arch(const mote_arch *a, uint64_t seed)
{
    mote_rng rng;
    mote_rng_init(&rng, seed);
    mote_graph *g = NULL;
    mote_err err = {0};
    mote_status st = mote_arch_build(a, &rng, &g, &err);
    if (st != MOTE_OK)
        fail_msg("%s", err.text);
    return g;
}

static void mlperf_tiny_model_has_its_published_size(void **state)
{
    (void)state;
    mote_arch a;
    mote_arch_default(&a, 49, 10, 12);
    mote_graph *g = build_arch(&a, 1);
    /* 25 x 5 outputs; 40 + 4 (9 + 64) MACs a channel each, and 64 x 12 (MLPerf Tiny: 2.66 M). */
    assert_int_equal(mote_graph_macs(g), 125 * 64 * (40 + 4 * (9 + 64)) + 64 * 12);
    mote_graph *f = NULL;
    assert_int_equal(mote_graph_fold(g, &f, NULL), MOTE_OK);
    assert_int_equal(mote_graph_macs(f), mote_graph_macs(g));
    assert_int_equal(mote_graph_params(f), 64 * 41 + 4 * (64 * 10 + 64 * 65) + 12 * 65);
    assert_int_equal(f->n_ops, 1 + 4 * 2 + 1 + 1 + 1);
    mote_graph_destroy(f);
    mote_graph_destroy(g);
}

static void same_padding_follows_tensorflow(void **state)
{
    (void)state;
    static const struct {
        int32_t in, window, stride, out, before;
    } cases[] = {
        {49, 10, 2, 25, 4}, {10, 4, 2, 5, 1}, {5, 3, 1, 5, 1}, {4, 3, 2, 2, 0}, {7, 1, 3, 3, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(
            mote_out_size(MOTE_PAD_SAME, cases[i].in, cases[i].window, cases[i].stride),
            cases[i].out);
        assert_int_equal(
            mote_pad_before(MOTE_PAD_SAME, cases[i].in, cases[i].window, cases[i].stride),
            cases[i].before);
    }
    assert_int_equal(mote_out_size(MOTE_PAD_VALID, 10, 4, 2), 4);
    assert_int_equal(mote_out_size(MOTE_PAD_VALID, 3, 4, 1), 0);
}

static void inputs_that_do_not_fit_are_refused_and_named(void **state)
{
    (void)state;
    mote_graph *g = NULL;
    mote_err err = {0};
    assert_int_equal(mote_graph_create(0, &g, NULL), MOTE_OK);
    int32_t in[3];
    mote_tensor_spec s = {.name = "clip", .dtype = MOTE_F32, .n_dims = 4, .dims = {1, 8, 8, 3}};
    assert_int_equal(mote_graph_add_input(g, &s, &in[0], NULL), MOTE_OK);
    s = (mote_tensor_spec){.name = "w", .dtype = MOTE_F32, .n_dims = 4, .dims = {4, 3, 3, 2}};
    assert_int_equal(mote_graph_add_const(g, &s, &in[1], NULL), MOTE_OK);
    s = (mote_tensor_spec){.name = "b", .dtype = MOTE_F32, .n_dims = 1, .dims = {4}};
    assert_int_equal(mote_graph_add_const(g, &s, &in[2], NULL), MOTE_OK);
    mote_op_attrs attrs = {.padding = MOTE_PAD_SAME, .stride_h = 1, .stride_w = 1};
    mote_tensor_spec out = {.name = "y", .dtype = MOTE_F32};
    int32_t id = -7;
    assert_int_equal(
        mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_CONV_2D, &attrs, in, &out}, &id, &err),
        MOTE_SHAPE);
    assert_non_null(strstr(err.text, "conv_2d: the channels of input and weights differ"));
    assert_non_null(strstr(err.text, "'clip' [1,8,8,3]"));
    assert_int_equal(id, -7);
    s = (mote_tensor_spec){
        .name = "huge", .dtype = MOTE_F32, .n_dims = 4, .dims = {1 << 20, 1 << 20, 1, 1}};
    assert_int_equal(mote_graph_add_const(g, &s, &id, &err), MOTE_LIMIT);
    s.dims[0] = 0;
    assert_int_equal(mote_graph_add_const(g, &s, &id, &err), MOTE_SHAPE);
    mote_graph_destroy(g);
}

static void fill_norms(mote_graph *g, uint64_t seed)
{
    mote_rng rng;
    mote_rng_init(&rng, seed);
    for (int32_t i = 0; i < g->n_ops; i++) {
        if (g->ops[i].kind != MOTE_OP_BATCH_NORM)
            continue;
        for (int32_t k = 1; k < 5; k++) {
            mote_tensor *t = &g->tensors[g->ops[i].inputs[k]];
            float *v = t->data;
            for (int32_t c = 0; c < t->dims[0]; c++)
                v[c] = (float)(k == 4 || k == 1 ? mote_rng_range(&rng, 0.5, 2.0)
                                                : mote_rng_range(&rng, -0.5, 0.5));
        }
    }
}

static void folding_keeps_the_function(void **state)
{
    (void)state;
    mote_arch a;
    mote_arch_default(&a, 21, 8, 5);
    a.channels = 8;
    a.n_blocks = 2;
    a.block_stride[1] = 2;
    a.block_channels[1] = 12;
    mote_graph *g = build_arch(&a, 3), *f = NULL;
    fill_norms(g, 4);
    assert_int_equal(mote_graph_fold(g, &f, NULL), MOTE_OK);
    for (int32_t i = 0; i < f->n_ops; i++)
        assert_true(f->ops[i].kind != MOTE_OP_BATCH_NORM && f->ops[i].kind != MOTE_OP_RELU &&
                    f->ops[i].kind != MOTE_OP_DROPOUT);
    mote_rng rng;
    mote_rng_init(&rng, 5);
    float in[21 * 8], y1[5], y2[5];
    for (int32_t n = 0; n < 20; n++) {
        for (size_t i = 0; i < 21 * 8; i++)
            in[i] = (float)mote_rng_normal(&rng);
        assert_int_equal(mote_graph_run_f32(g, in, y1, NULL, NULL, NULL), MOTE_OK);
        assert_int_equal(mote_graph_run_f32(f, in, y2, NULL, NULL, NULL), MOTE_OK);
        for (int32_t c = 0; c < 5;
             c++) /* float32 weights rounded once: some units of 2^-24 a layer */
            assert_true(fabsf(y1[c] - y2[c]) < 2e-5f);
    }
    mote_graph_destroy(f);
    mote_graph_destroy(g);
}

/* A graph by hand. */
static int32_t add_dense(mote_graph *g, int32_t x, int32_t w, int32_t b, const char *name)
{
    int32_t in[3] = {x, w, b}, id = -1;
    mote_tensor_spec out = {.name = name, .dtype = MOTE_F32};
    assert_int_equal(
        mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_DENSE, NULL, in, &out}, &id, NULL), MOTE_OK);
    return id;
}

static int32_t add_values(mote_graph *g, const char *name, int32_t rows, int32_t cols, float value)
{
    mote_tensor_spec s = {.name = name, .dtype = MOTE_F32, .n_dims = 1, .dims = {cols}};
    if (rows > 0)
        s = (mote_tensor_spec){.name = name, .dtype = MOTE_F32, .n_dims = 2, .dims = {rows, cols}};
    int32_t id = -1;
    assert_int_equal(mote_graph_add_const(g, &s, &id, NULL), MOTE_OK);
    float *v = g->tensors[id].data;
    for (int64_t i = 0; i < mote_tensor_elements(&g->tensors[id]); i++)
        v[i] = value + 0.1f * (float)i;
    return id;
}

static int32_t add_norm(mote_graph *g, int32_t x, float variance)
{
    int32_t in[5] = {x}, id = -1;
    static const char *const names[] = {"", "gamma", "beta", "mean", "variance"};
    for (int32_t k = 1; k < 5; k++)
        in[k] = add_values(g, names[k], 0, 2, k == 4 ? variance : 0.5f);
    mote_op_attrs attrs = {.epsilon = 1e-3f};
    mote_tensor_spec out = {.name = "norm", .dtype = MOTE_F32};
    assert_int_equal(
        mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_BATCH_NORM, &attrs, in, &out}, &id, NULL),
        MOTE_OK);
    return id;
}

static mote_graph *new_graph(int32_t *x)
{
    mote_graph *g = NULL;
    assert_int_equal(mote_graph_create(0, &g, NULL), MOTE_OK);
    mote_tensor_spec s = {.name = "x", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, 2}};
    assert_int_equal(mote_graph_add_input(g, &s, x, NULL), MOTE_OK);
    return g;
}

static void refuse_fold(mote_graph *g, mote_status st, const char *words)
{
    mote_graph *f = NULL;
    mote_err err = {0};
    assert_int_equal(mote_graph_fold(g, &f, &err), st);
    assert_null(f);
    if (!strstr(err.text, words))
        fail_msg("'%s' does not say '%s'", err.text, words);
    mote_graph_destroy(g);
}

/* Each of these, folded, would compute something else. */
static void graphs_that_folding_would_change_are_refused(void **state)
{
    (void)state;
    int32_t x, id;
    mote_tensor_spec out = {.name = "y", .dtype = MOTE_F32};

    /* Weights, then a bias, that a second layer uses as they are. */
    for (int32_t shared = 0; shared < 2; shared++) {
        mote_graph *g = new_graph(&x);
        int32_t w = add_values(g, "w", 2, 2, 1), b = add_values(g, "b", 0, 2, 1);
        int32_t y = add_norm(g, add_dense(g, x, w, b, "a"), 1);
        int32_t w2 = shared == 0 ? w : add_values(g, "w2", 2, 2, 2);
        int32_t b2 = shared == 1 ? b : add_values(g, "b2", 0, 2, 2);
        (void)add_dense(g, y, w2, b2, "c");
        refuse_fold(g, MOTE_UNSUPPORTED, "shares its weights or bias");
    }

    /* A layer whose values are read beside the dropout in front of the norm. */
    mote_graph *g = new_graph(&x);
    int32_t a = add_dense(g, x, add_values(g, "w", 2, 2, 1), add_values(g, "b", 0, 2, 1), "a");
    out.name = "drop";
    assert_int_equal(
        mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_DROPOUT, NULL, &a, &out}, &id, NULL), MOTE_OK);
    int32_t both[2] = {a, add_norm(g, id, 1)};
    out.name = "sum";
    assert_int_equal(
        mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_ADD, NULL, both, &out}, &id, NULL), MOTE_OK);
    refuse_fold(g, MOTE_UNSUPPORTED, "with one reader");

    /* A layer that is the output of the graph. */
    g = new_graph(&x);
    a = add_dense(g, x, add_values(g, "w", 2, 2, 1), add_values(g, "b", 0, 2, 1), "a");
    (void)add_norm(g, a, 1);
    g->outputs[0] = a;
    refuse_fold(g, MOTE_UNSUPPORTED, "with one reader");

    /* No square root. */
    g = new_graph(&x);
    a = add_dense(g, x, add_values(g, "w", 2, 2, 1), add_values(g, "b", 0, 2, 1), "a");
    (void)add_norm(g, a, -3);
    refuse_fold(g, MOTE_RANGE, "variance");
}

/* Constants of another type than the values: they have fewer bytes than float32 ones. */
static void int8_constants_are_not_read_as_floats(void **state)
{
    (void)state;
    int32_t x;
    mote_graph *g = new_graph(&x);
    int32_t y = add_dense(g, x, add_values(g, "w", 2, 2, 1), add_values(g, "b", 0, 2, 1), "a");
    y = add_norm(g, y, 1);
    mote_tensor *gamma = &g->tensors[g->ops[1].inputs[1]];
    gamma->dtype = MOTE_I8;
    float in[2] = {1, 2}, out[2];
    mote_err err = {0};
    assert_int_equal(mote_graph_run_f32(g, in, out, NULL, NULL, &err), MOTE_UNSUPPORTED);
    refuse_fold(g, MOTE_UNSUPPORTED, "float32");
}

/* A graph of one reshape after another, as a hostile file may hold it. */
static void endless_graphs_are_refused(void **state)
{
    (void)state;
    int32_t x;
    mote_graph *g = new_graph(&x);
    mote_tensor_spec out = {.name = "r", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, 2}};
    mote_err err = {0};
    mote_status st = MOTE_OK;
    int32_t n = 0;
    for (; st == MOTE_OK && n <= MOTE_MAX_GRAPH_PARTS; n++)
        st = mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_RESHAPE, NULL, &x, &out}, &x, &err);
    assert_int_equal(st, MOTE_LIMIT);
    assert_int_equal(g->n_tensors, MOTE_MAX_GRAPH_PARTS);
    assert_int_equal(mote_graph_validate(g, NULL), MOTE_OK);
    mote_graph_destroy(g);
}

static void saved_graphs_load_to_the_same_bytes(void **state)
{
    (void)state;
    mote_arch a;
    mote_arch_default(&a, 15, 6, 3);
    a.channels = 4;
    mote_graph *g = build_arch(&a, 7), *l = NULL, *c = NULL;
    mote_buf b1, b2, b3;
    mote_buf_init(&b1, 1 << 24);
    mote_buf_init(&b2, 1 << 24);
    mote_buf_init(&b3, 1 << 24);
    mote_graph_save(g, &b1);
    assert_int_equal(mote_graph_load(b1.data, b1.len, &l, NULL), MOTE_OK);
    mote_graph_save(l, &b2);
    assert_int_equal(b1.len, b2.len);
    assert_memory_equal(b1.data, b2.data, b1.len);
    assert_int_equal(mote_graph_clone(g, &c, NULL), MOTE_OK);
    mote_graph_save(c, &b3);
    assert_memory_equal(b1.data, b3.data, b1.len);
    mote_graph_destroy(g);
    mote_graph_destroy(l);
    mote_graph_destroy(c);

    /* Cut anywhere, or with any byte changed, it is refused. */
    mote_err err;
    for (size_t n = 0; n < b1.len; n += 7)
        assert_int_not_equal(mote_graph_load(b1.data, n, &l, &err), MOTE_OK);
    for (size_t i = 0; i < b1.len; i += 11) {
        b1.data[i] = (char)(b1.data[i] ^ 0x10);
        assert_int_not_equal(mote_graph_load(b1.data, b1.len, &l, &err), MOTE_OK);
        b1.data[i] = (char)(b1.data[i] ^ 0x10);
    }
    mote_buf_release(&b1);
    mote_buf_release(&b2);
    mote_buf_release(&b3);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    mote_arch a;
    mote_arch_default(&a, 15, 6, 3);
    a.channels = 4;
    a.n_blocks = 1;
    bool done = false;
    for (int64_t n = 0; !done && n < 1000; n++) {
        mote_rng rng;
        mote_rng_init(&rng, 1);
        mote_graph *g = NULL, *f = NULL;
        mote_mem_fail_after(n);
        mote_status st = mote_arch_build(&a, &rng, &g, NULL);
        if (st == MOTE_OK)
            st = mote_graph_fold(g, &f, NULL);
        mote_mem_fail_never();
        done = st == MOTE_OK;
        if (!done) {
            assert_int_equal(st, MOTE_NOMEM);
            assert_null(f);
        }
        mote_graph_destroy(f);
        mote_graph_destroy(g);
    }
    assert_true(done);
}

static void wrong_architectures_name_the_field(void **state)
{
    (void)state;
    mote_arch a;
    mote_rng rng;
    mote_rng_init(&rng, 1);
    mote_graph *g = NULL;
    mote_err err = {0};
    mote_arch_default(&a, 49, 10, 3);
    a.channels = 3;
    assert_int_equal(mote_arch_build(&a, &rng, &g, &err), MOTE_ARG);
    assert_string_equal(err.text, "model: 'channels' is 3, 4 to 256 is possible");
    mote_arch_default(&a, 49, 10, 3);
    memcpy(a.name, "resnet", 7);
    assert_int_equal(mote_arch_build(&a, &rng, &g, &err), MOTE_ARG);
    assert_non_null(
        strstr(err.text, "'resnet'; there are ds-cnn, conv1d, tc-resnet, bc-resnet, sparknet"));
    assert_null(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mlperf_tiny_model_has_its_published_size),
        cmocka_unit_test(same_padding_follows_tensorflow),
        cmocka_unit_test(inputs_that_do_not_fit_are_refused_and_named),
        cmocka_unit_test(folding_keeps_the_function),
        cmocka_unit_test(graphs_that_folding_would_change_are_refused),
        cmocka_unit_test(int8_constants_are_not_read_as_floats),
        cmocka_unit_test(endless_graphs_are_refused),
        cmocka_unit_test(saved_graphs_load_to_the_same_bytes),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(wrong_architectures_name_the_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
