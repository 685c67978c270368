/* SPDX-License-Identifier: Apache-2.0 */
/* The optimised kernels, through lowering, against the reference kernels on random shapes. */
#include "graph/lower.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "graph/host_kernels.h"
#include "random_graph.h"

#define CASES 400

/* The host's kernels, on each of its vector paths. */
static void host_agrees(const mote_graph *g, const int8_t *in, const int8_t *want, size_t n_out)
{
    static const char *const paths[] = {"portable", "avx2", "avx512vnni"};
    mote_err err;
    mote_lowered host;
    t_must(mote_lower(g, MOTE_ISA_HOST, &host, &err), &err);
    void *scratch = malloc(host.calls[0].need.scratch_bytes + 1);
    int8_t *got = malloc(n_out + 1);
    const int8_t *args[2] = {in, NULL};
    for (size_t i = 0; i < 3; i++) {
        if (!mote_host_path_choose(paths[i]))
            continue;
        got[n_out] = 0x5a;
        mote_call_run(&host.calls[0], args, got, scratch);
        assert_memory_equal(want, got, n_out);
        assert_int_equal(got[n_out], 0x5a);
    }
    (void)mote_host_path_choose(NULL);
    free(got);
    free(scratch);
    mote_lowered_release(&host);
}

/* Run the only operator of g with both sets of kernels, then in place where that is allowed. */
static void both_agree(mote_rng *r, const mote_graph *g)
{
    mote_err err;
    mote_lowered ref, opt;
    t_must(mote_lower(g, MOTE_ISA_REFERENCE, &ref, &err), &err);
    t_must(mote_lower(g, MOTE_ISA_PORTABLE, &opt, &err), &err);
    size_t n_in = mote_tensor_bytes(&g->tensors[g->inputs[0]]);
    size_t n_out = mote_tensor_bytes(&g->tensors[g->outputs[0]]);
    int8_t *in = malloc(n_in + n_out), *want = malloc(n_out), *got = malloc(n_out);
    const mote_kernel_need *need = &opt.calls[0].need;
    void *scratch = malloc(need->scratch_bytes + 8);
    memset(scratch, 0x5a, need->scratch_bytes + 8);
    t_fill_i8(r, in, (int64_t)n_in);
    const int8_t *args[2] = {in, NULL};
    mote_call_run(&ref.calls[0], args, want, NULL);
    mote_call_run(&opt.calls[0], args, got, scratch);
    assert_memory_equal(want, got, n_out);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(((uint8_t *)scratch)[need->scratch_bytes + i], 0x5a);
    host_agrees(g, in, want, n_out);
    if (need->in_place & 1) {
        mote_call_run(&opt.calls[0], args, in, scratch);
        assert_memory_equal(want, in, n_out);
    }
    free(in);
    free(want);
    free(got);
    free(scratch);
    mote_lowered_release(&ref);
    mote_lowered_release(&opt);
}

static void one_layer(mote_rng *r, mote_op_kind kind, int32_t max_kernel)
{
    mote_err err;
    mote_graph *g;
    t_must(mote_graph_create(0, &g, &err), &err);
    int32_t kh = t_between(r, 1, max_kernel), kw = t_between(r, 1, max_kernel);
    int32_t c = t_between(r, 1, 21);
    int32_t in = t_input(r, g, t_between(r, kh, 14), t_between(r, kw, 14), c);
    mote_op_attrs a = t_attrs(r);
    if (max_kernel == 3 && mote_rng_below(r, 2)) {
        kh = kw = mote_rng_below(r, 2) && g->tensors[in].dims[1] > 2 && g->tensors[in].dims[2] > 2
                      ? 3
                      : 1;
        a.stride_h = a.stride_w = 1;
    }
    if (kind == MOTE_OP_DEPTHWISE_CONV_2D && a.padding == MOTE_PAD_SAME && mote_rng_below(r, 2)) {
        a.dilation_h = t_between(r, 0, 4);
        a.dilation_w = t_between(r, 0, 4);
    }
    if (a.padding == MOTE_PAD_VALID && mote_rng_below(r, 2)) {
        a.top = t_between(r, 0, kh - 1);
        a.bottom = t_between(r, 0, kh - 1);
        a.left = t_between(r, 0, kw - 1);
        a.right = t_between(r, 0, kw - 1);
    }
    int32_t channels = kind == MOTE_OP_DEPTHWISE_CONV_2D ? c : t_between(r, 1, 19);
    (void)t_layer(r, g, kind, in, &a, channels, kh, kw);
    both_agree(r, g);
    mote_graph_destroy(g);
}

static void convolutions_equal_the_reference(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < CASES; i++)
        one_layer(&r, MOTE_OP_CONV_2D, i % 2 ? 3 : 6);
}

static void depthwise_convolutions_equal_the_reference(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < CASES; i++)
        one_layer(&r, MOTE_OP_DEPTHWISE_CONV_2D, i % 2 ? 3 : 5);
}

/* Padding SAME in other words: the same bytes. */
static void zeros_around_are_what_same_puts_there(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < CASES; i++) {
        mote_graph *g;
        mote_lowered same, said;
        t_must(mote_graph_create(0, &g, &err), &err);
        const int32_t kh = t_between(&r, 1, 5), kw = t_between(&r, 1, 5);
        const int32_t in = t_input(&r, g, t_between(&r, kh, 9), t_between(&r, kw, 9), 3);
        const mote_op_attrs a = {.padding = MOTE_PAD_SAME, .stride_h = 1, .stride_w = 1};
        const int32_t out =
            t_layer(&r, g, i % 2 ? MOTE_OP_CONV_2D : MOTE_OP_DEPTHWISE_CONV_2D, in, &a, 3, kh, kw);
        int8_t x[9 * 9 * 3], want[9 * 9 * 3], got[9 * 9 * 3];
        const int8_t *args[2] = {x, NULL};
        t_fill_i8(&r, x, sizeof x);
        t_must(mote_lower(g, MOTE_ISA_REFERENCE, &same, &err), &err);
        mote_call_run(&same.calls[0], args, want, NULL);
        g->ops[0].attrs = (mote_op_attrs){.padding = MOTE_PAD_VALID,
                                          .stride_h = 1,
                                          .stride_w = 1,
                                          .top = (kh - 1) / 2,
                                          .bottom = kh / 2,
                                          .left = (kw - 1) / 2,
                                          .right = kw / 2};
        t_must(mote_graph_validate(g, &err), &err);
        t_must(mote_lower(g, MOTE_ISA_REFERENCE, &said, &err), &err);
        mote_call_run(&said.calls[0], args, got, NULL);
        assert_memory_equal(want, got, mote_tensor_bytes(&g->tensors[out]));
        mote_lowered_release(&same);
        mote_lowered_release(&said);
        mote_graph_destroy(g);
    }
}

/* Over time alone, as keyword models have it: long kernels, and all that is not a row of four. */
static void depthwise_over_time_equals_the_reference(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < CASES; i++) {
        mote_err err;
        mote_graph *g;
        t_must(mote_graph_create(0, &g, &err), &err);
        const bool is_down = mote_rng_below(&r, 2);
        const int32_t c = t_between(&r, 1, 9), steps = t_between(&r, 1, 51);
        const int32_t in = t_input(&r, g, is_down ? steps : 1, is_down ? 1 : steps, c);
        const int32_t kernel = t_between(&r, 1, 29), dilation = t_between(&r, 1, 8);
        mote_op_attrs a = t_attrs(&r);
        a.padding = MOTE_PAD_SAME;
        *(is_down ? &a.dilation_h : &a.dilation_w) = dilation;
        if (i % 4)
            a.stride_h = a.stride_w = 1;
        (void)t_layer(&r, g, MOTE_OP_DEPTHWISE_CONV_2D, in, &a, c, is_down ? kernel : 1,
                      is_down ? 1 : kernel);
        both_agree(&r, g);
        mote_graph_destroy(g);
    }
}

/* A sum of the input and what is made of it by the operator before: its two kernels on the same. */
static void sums_equal_the_reference(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < CASES; i++) {
        mote_err err;
        mote_graph *g;
        mote_lowered ref, opt;
        t_must(mote_graph_create(0, &g, &err), &err);
        const int32_t in =
            t_input(&r, g, t_between(&r, 1, 9), t_between(&r, 1, 9), t_between(&r, 1, 9));
        mote_op_attrs plain = {.padding = MOTE_PAD_SAME, .stride_h = 1, .stride_w = 1};
        const int32_t other = i % 2
                                  ? t_mean(&r, g, in)
                                  : t_layer(&r, g, MOTE_OP_DEPTHWISE_CONV_2D, in, &plain, 0, 1, 1);
        (void)t_pair(&r, g, MOTE_OP_ADD, in, other);
        t_must(mote_lower(g, MOTE_ISA_REFERENCE, &ref, &err), &err);
        t_must(mote_lower(g, MOTE_ISA_PORTABLE, &opt, &err), &err);
        assert_int_equal(ref.calls[1].kernel, MOTE_KERNEL_ADD_REF);
        assert_int_equal(opt.calls[1].kernel, MOTE_KERNEL_ADD);
        const size_t n = mote_tensor_bytes(&g->tensors[in]);
        const size_t n_other = mote_tensor_bytes(&g->tensors[other]);
        int8_t *a = malloc(n), *b = malloc(n_other), *want = malloc(n), *got = malloc(n);
        const int8_t *args[2] = {a, b};
        t_fill_i8(&r, a, (int64_t)n);
        t_fill_i8(&r, b, (int64_t)n_other);
        a[0] = b[0] = -128;
        mote_call_run(&ref.calls[1], args, want, NULL);
        mote_call_run(&opt.calls[1], args, got, NULL);
        assert_memory_equal(want, got, n);
        assert_int_equal(opt.calls[1].need.in_place, n == n_other ? 3 : 1);
        mote_call_run(&opt.calls[1], args, n == n_other && i % 4 ? b : a, NULL);
        assert_memory_equal(want, n == n_other && i % 4 ? b : a, n);
        free(a);
        free(b);
        free(want);
        free(got);
        mote_lowered_release(&ref);
        mote_lowered_release(&opt);
        mote_graph_destroy(g);
    }
}

static void dense_layers_equal_the_reference(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < CASES; i++)
        one_layer(&r, MOTE_OP_DENSE, 1);
}

static void multipliers_are_those_of_tensorflow_lite(void **state)
{
    (void)state;
    static const struct {
        double real;
        int32_t multiplier, shift;
    } rows[] = {
        {1.0, 1 << 30, 1},     {0.5, 1 << 30, 0},           {0.25, 1 << 30, -1},
        {0.75, 1610612736, 0}, {3.0, 1610612736, 2},        {0.0, 0, 0},
        {1e-20, 0, 0},         {0.99999999999, 1 << 30, 1}, {0.0117, 1608035756, -6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t m, s;
        mote_quantize_multiplier(rows[i].real, &m, &s);
        assert_int_equal(m, rows[i].multiplier);
        assert_int_equal(s, rows[i].shift);
    }
}

static void accumulators_that_could_overflow_are_refused(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, 7);
    mote_graph *g;
    t_must(mote_graph_create(0, &g, &err), &err);
    int32_t in = t_input(&r, g, 4, 4, 3);
    mote_op_attrs a = {.stride_h = 1, .stride_w = 1};
    (void)t_layer(&r, g, MOTE_OP_CONV_2D, in, &a, 5, 3, 3);
    int32_t *bias = g->tensors[g->ops[0].inputs[2]].data;
    bias[4] = INT32_MAX;
    mote_lowered l;
    assert_int_equal(mote_lower(g, MOTE_ISA_PORTABLE, &l, &err), MOTE_RANGE);
    assert_non_null(strstr(err.text, "operator 0 (conv_2d, 'conv_2d')"));
    mote_graph_destroy(g);
}

/* 2^24 times -128 is the least int32, and rounding goes below. */
static void means_that_could_overflow_are_refused(void **state)
{
    (void)state;
    for (int32_t side = 2048; side <= 4096; side *= 2) {
        mote_graph *g = NULL;
        mote_lowered l;
        mote_err err = {0};
        float scale = 0.5f;
        mote_quant q = {.n_scales = 1, .scales = &scale};
        mote_tensor_spec s = {
            .name = "x", .dtype = MOTE_I8, .n_dims = 4, .dims = {1, side, side, 1}, .quant = &q};
        mote_op_attrs a = {.stride_h = 1, .stride_w = 1, .window_h = side, .window_w = side};
        int32_t x, y;
        t_must(mote_graph_create(0, &g, &err), &err);
        t_must(mote_graph_add_input(g, &s, &x, &err), &err);
        s = (mote_tensor_spec){.name = "y", .dtype = MOTE_I8, .quant = &q};
        t_must(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_AVG_POOL_2D, &a, &x, &s}, &y, &err),
               &err);
        mote_status st = mote_lower(g, MOTE_ISA_PORTABLE, &l, &err);
        assert_int_equal(st, side == 2048 ? MOTE_OK : MOTE_UNSUPPORTED);
        if (st == MOTE_OK)
            mote_lowered_release(&l);
        mote_graph_destroy(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions_equal_the_reference),
        cmocka_unit_test(depthwise_convolutions_equal_the_reference),
        cmocka_unit_test(zeros_around_are_what_same_puts_there),
        cmocka_unit_test(depthwise_over_time_equals_the_reference),
        cmocka_unit_test(sums_equal_the_reference),
        cmocka_unit_test(dense_layers_equal_the_reference),
        cmocka_unit_test(multipliers_are_those_of_tensorflow_lite),
        cmocka_unit_test(accumulators_that_could_overflow_are_refused),
        cmocka_unit_test(means_that_could_overflow_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
