/* SPDX-License-Identifier: Apache-2.0 */
/* A network in two halves and together again; another head on the same body. */
#include "graph/cut.h"

#include "support.h"

enum { H = 12, W = 6, N = H * W };

static mote_arch arch_of(int32_t n_classes)
{
    mote_arch a;
    mote_arch_default(&a, H, W, n_classes);
    a.channels = 8;
    a.n_blocks = 2;
    a.kernel_h = a.kernel_w = 3;
    return a;
}

/* A training graph, or what becomes of it in use. */
static mote_graph *build(bool is_folded)
{
    mote_err err = {0};
    const mote_arch a = arch_of(4);
    mote_rng rng;
    mote_rng_init(&rng, 7);
    mote_graph *g = NULL, *folded = NULL;
    T_OK(mote_arch_build(&a, &rng, &g, &err));
    if (!is_folded)
        return g;
    T_OK(mote_graph_fold(g, &folded, &err));
    mote_graph_destroy(g);
    return folded;
}

static void fill(float x[N])
{
    mote_rng rng;
    mote_rng_init(&rng, 3);
    for (int i = 0; i < N; i++)
        x[i] = (float)mote_rng_normal(&rng);
}

static void assert_same(const mote_graph *a, const mote_graph *b)
{
    mote_buf x, y;
    mote_buf_init(&x, 1 << 24);
    mote_buf_init(&y, 1 << 24);
    mote_graph_save(a, &x);
    mote_graph_save(b, &y);
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
    mote_buf_release(&x);
    mote_buf_release(&y);
}

static int32_t find(const mote_graph *g, const char *where)
{
    mote_err err = {0};
    int32_t n = -1;
    T_OK(mote_graph_find_cut(g, where, &n, &err));
    return n;
}

/* first convolution, 2 x (depthwise, pointwise), average, head, softmax */
static void a_place_is_a_word_a_depth_or_a_name(void **state)
{
    (void)state;
    mote_graph *g = build(true);
    assert_int_equal(g->n_ops, 8);
    assert_int_equal(find(g, "none"), 0);
    assert_int_equal(find(g, "body"), 6);
    assert_int_equal(find(g, "1"), 1);
    assert_int_equal(find(g, "4"), 4);
    assert_int_equal(find(g, "5"), 6); /* the average has no weights */
    assert_int_equal(find(g, g->tensors[g->ops[2].outputs[0]].name), 3);
    mote_graph_destroy(g);
    /* In training batch norm and ReLU go with the layer before them, a dropout with the head. */
    g = build(false);
    assert_int_equal(find(g, "1"), 3);
    assert_int_equal(find(g, "body"), 16);
    assert_string_equal(mote_op_text(g->ops[16].kind), "dropout");
    mote_graph_destroy(g);
}

static void places_that_are_not_there_are_refused_by_name(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_graph *g = build(true);
    int32_t n = 77;
    assert_int_equal(mote_graph_find_cut(g, "6", &n, &err), MOTE_RANGE);
    assert_non_null(strstr(err.text, "no layer 6: 5 have weights"));
    assert_int_equal(mote_graph_find_cut(g, "0", &n, &err), MOTE_RANGE);
    assert_int_equal(mote_graph_find_cut(g, "conv", &n, &err), MOTE_NOT_FOUND);
    assert_non_null(strstr(err.text, "'conv'"));
    assert_non_null(strstr(err.text, "conv_2d_0"));
    assert_int_equal(n, 77);
    mote_graph_destroy(g);
}

static void cut_and_joined_it_is_the_same_graph(void **state)
{
    (void)state;
    for (int folded = 0; folded < 2; folded++) {
        mote_err err = {0};
        mote_graph *g = build(folded);
        float x[N], whole[4], y[4], between[4096];
        fill(x);
        T_OK(mote_graph_run_f32(g, x, whole, NULL, NULL, &err));
        for (int32_t n = 1; n < g->n_ops; n++) {
            mote_graph *front = NULL, *back = NULL, *again = NULL;
            T_OK(mote_graph_cut(g, n, &front, &back, &err));
            assert_int_equal(front->n_ops, n);
            T_OK(mote_graph_run_f32(front, x, between, NULL, NULL, &err));
            T_OK(mote_graph_run_f32(back, between, y, NULL, NULL, &err));
            assert_memory_equal(whole, y, sizeof y);
            T_OK(mote_graph_join(front, back, &again, &err));
            assert_same(g, again);
            mote_graph_destroy(front);
            mote_graph_destroy(back);
            mote_graph_destroy(again);
        }
        mote_graph_destroy(g);
    }
}

static void halves_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_graph *g = build(true), *front[2] = {NULL, NULL}, *back[2] = {NULL, NULL}, *out = NULL;
    T_OK(mote_graph_cut(g, 1, &front[0], &back[0], &err));
    T_OK(mote_graph_cut(g, 6, &front[1], &back[1], &err));
    assert_int_equal(mote_graph_join(front[0], back[1], &out, &err), MOTE_SHAPE);
    assert_int_equal(mote_graph_cut(g, 0, &out, &out, &err), MOTE_ARG);
    assert_int_equal(mote_graph_cut(g, g->n_ops, &out, &out, &err), MOTE_ARG);
    assert_null(out);
    for (int i = 0; i < 2; i++) {
        mote_graph_destroy(front[i]);
        mote_graph_destroy(back[i]);
    }
    mote_graph_destroy(g);
}

/* y = average(x) + dense: behind the first operator both read x. */
static void a_branch_cannot_be_cut_through(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_graph *g = NULL, *front = NULL, *back = NULL;
    T_OK(mote_graph_create(0, &g, &err));
    int32_t in[3], a, b, w, bias, sum;
    const mote_tensor_spec x = {"x", MOTE_F32, 2, {1, 3}, NULL},
                           ws = {"w", MOTE_F32, 2, {3, 3}, NULL},
                           bs = {"b", MOTE_F32, 1, {3}, NULL};
    mote_tensor_spec out = {.name = "first", .dtype = MOTE_F32};
    T_OK(mote_graph_add_input(g, &x, &in[0], &err));
    T_OK(mote_graph_add_const(g, &ws, &w, &err));
    T_OK(mote_graph_add_const(g, &bs, &bias, &err));
    in[1] = w;
    in[2] = bias;
    T_OK(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_DENSE, NULL, in, &out}, &a, &err));
    T_OK(mote_graph_add_const(g, &ws, &in[1], &err));
    T_OK(mote_graph_add_const(g, &bs, &in[2], &err));
    const int32_t of_a[3] = {a, in[1], in[2]};
    out.name = "second";
    T_OK(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_DENSE, NULL, of_a, &out}, &b, &err));
    const int32_t both[2] = {a, b};
    out.name = "sum";
    T_OK(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_ADD, NULL, both, &out}, &sum, &err));
    assert_int_equal(mote_graph_cut(g, 2, &front, &back, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "behind 'second'"));
    assert_non_null(strstr(err.text, "'first'"));
    T_OK(mote_graph_cut(g, 1, &front, &back, &err)); /* before it parts */
    mote_graph_destroy(front);
    mote_graph_destroy(back);
    mote_graph_destroy(g);
}

static void another_head_leaves_the_body_as_it_was(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_graph *g = build(true), *other = NULL, *a = NULL, *b = NULL, *rest = NULL;
    mote_arch arch = arch_of(7);
    arch.dropout = 0.25f;
    mote_rng rng;
    mote_rng_init(&rng, 9);
    T_OK(mote_graph_new_head(g, &arch, &rng, &other, &err));
    assert_int_equal(mote_tensor_elements(&other->tensors[other->outputs[0]]), 7);
    T_OK(mote_graph_cut(g, 6, &a, &rest, &err));
    mote_graph_destroy(rest);
    T_OK(mote_graph_cut(other, 6, &b, &rest, &err));
    mote_graph_destroy(rest);
    float x[N], y[8], z[8];
    fill(x);
    T_OK(mote_graph_run_f32(a, x, y, NULL, NULL, &err));
    T_OK(mote_graph_run_f32(b, x, z, NULL, NULL, &err));
    assert_memory_equal(y, z, sizeof z);
    for (int32_t i = 0; i < other->n_tensors; i++) /* whatever it is, it can be trained */
        assert_true(other->tensors[i].role != MOTE_ROLE_CONST || other->tensors[i].is_trained);
    for (int32_t i = 0; i < other->n_tensors; i++)
        for (int32_t k = 0; k < i; k++)
            assert_string_not_equal(other->tensors[i].name, other->tensors[k].name);
    mote_graph_destroy(g);
    mote_graph_destroy(other);
    mote_graph_destroy(a);
    mote_graph_destroy(b);
}

static void a_head_for_what_does_not_fit_is_refused(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_graph *g = build(true), *out = NULL;
    mote_rng rng;
    mote_rng_init(&rng, 9);
    mote_arch arch = arch_of(7);
    arch.in_w++;
    assert_int_equal(mote_graph_new_head(g, &arch, &rng, &out, &err), MOTE_SHAPE);
    assert_non_null(strstr(err.text, "takes 72 features of a sample, here are 84"));
    arch = arch_of(7);
    arch.head = MOTE_HEAD_INPUT;
    assert_int_equal(mote_graph_new_head(g, &arch, &rng, &out, &err), MOTE_UNSUPPORTED);
    assert_null(out);
    mote_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_a_word_a_depth_or_a_name),
        cmocka_unit_test(places_that_are_not_there_are_refused_by_name),
        cmocka_unit_test(cut_and_joined_it_is_the_same_graph),
        cmocka_unit_test(halves_that_do_not_fit_are_refused),
        cmocka_unit_test(a_branch_cannot_be_cut_through),
        cmocka_unit_test(another_head_leaves_the_body_as_it_was),
        cmocka_unit_test(a_head_for_what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
