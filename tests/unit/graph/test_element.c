/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of one value (TANH, SIGMOID): the reference, the table of the int8 form, .tflite there
 * and back, and gradients against finite differences. */
#include "support.h"

#include <math.h>

#include "base/rng.h"
#include "base/text.h"
#include "compile/footprint.h"
#include "compile/tflite.h"
#include "compress/quantise.h"
#include "graph/graph.h"
#include "import/tflite.h"
#include "learn/net.h"
#include "model/runner.h"

static double libm_sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static const struct {
    mote_op_kind kind;
    double (*f)(double);
    float scale;
    int32_t zero;
} functions[] = {{MOTE_OP_TANH, tanh, 1.0f / 128, 0},
                 {MOTE_OP_SIGMOID, libm_sigmoid, 1.0f / 256, -128}};

static void the_reference_is_the_function(void **state)
{
    (void)state;
    for (size_t k = 0; k < T_COUNT(functions); k++) {
        mote_graph *g = NULL;
        assert_int_equal(mote_graph_create(0, &g, NULL), MOTE_OK);
        int32_t x, id;
        mote_tensor_spec s = {.name = "x", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, 401}};
        assert_int_equal(mote_graph_add_input(g, &s, &x, NULL), MOTE_OK);
        mote_tensor_spec o = {.name = "y", .dtype = MOTE_F32};
        assert_int_equal(
            mote_graph_add_op(g, &(mote_op_spec){functions[k].kind, NULL, &x, &o}, &id, NULL),
            MOTE_OK);
        float in[401], out[401];
        for (int i = 0; i < 401; i++)
            in[i] = (float)(i - 200) * (i % 2 ? 5.0f : 0.05f);
        assert_int_equal(mote_graph_run_f32(g, in, out, NULL, NULL, NULL), MOTE_OK);
        for (int i = 0; i < 401; i++) /* one rounding to float32, and the series' 2e-15 */
            assert_float_equal(out[i], (float)functions[k].f((double)in[i]), 6e-8f);
        mote_graph_destroy(g);
    }
}

static void int8_is_the_rounded_function_and_tflite_keeps_it(void **state)
{
    (void)state;
    for (size_t k = 0; k < T_COUNT(functions); k++) {
        mote_graph *g = NULL, *back = NULL;
        assert_int_equal(mote_graph_create(0, &g, NULL), MOTE_OK);
        float scale = 0.05f;
        mote_quant q = {.n_scales = 1, .zero_point = 7, .scales = &scale};
        mote_quant oq = {
            .n_scales = 1, .zero_point = functions[k].zero, .scales = &functions[k].scale};
        int32_t x, id;
        mote_tensor_spec s = {.name = "x", .dtype = MOTE_I8, .n_dims = 2, .dims = {1, 256}};
        s.quant = &q;
        assert_int_equal(mote_graph_add_input(g, &s, &x, NULL), MOTE_OK);
        mote_tensor_spec o = {.name = "y", .dtype = MOTE_I8, .quant = &oq};
        assert_int_equal(
            mote_graph_add_op(g, &(mote_op_spec){functions[k].kind, NULL, &x, &o}, &id, NULL),
            MOTE_OK);
        mote_buf file;
        mote_buf_init(&file, 1 << 20);
        assert_int_equal(mote_export_tflite(g, "x", &file, NULL), MOTE_OK);
        mote_err err = {0};
        if (mote_import_tflite(file.data, file.len, &back, &err) != MOTE_OK)
            fail_msg("%s", err.text);
        assert_int_equal(back->ops[0].kind, functions[k].kind);
        mote_runner *r = NULL;
        assert_int_equal(mote_runner_create(back, &r, NULL), MOTE_OK);
        int8_t in[256], out[256];
        for (int i = 0; i < 256; i++)
            in[i] = (int8_t)(i - 128);
        mote_runner_run(r, in, out, NULL, NULL);
        for (int i = 0; i < 256; i++) {
            double y = functions[k].f((double)scale * (i - 128 - 7)) / (double)functions[k].scale;
            double want = fmin(127, fmax(-128, y + functions[k].zero));
            assert_true(fabs((double)out[i] - want) <= 0.5001);
        }
        mote_runner_destroy(r);
        mote_buf_release(&file);
        mote_graph_destroy(back);
        ((float *)(uintptr_t)g->tensors[id].quant.scales)[0] = 0.01f;
        assert_int_equal(mote_runner_create(g, &r, &err), MOTE_RANGE);
        mote_graph_destroy(g);
    }
}

/* Three dense layers with a function between them, then softmax. */
static mote_graph *small_net(mote_op_kind kind, mote_rng *rng)
{
    mote_graph *g = NULL;
    assert_int_equal(mote_graph_create(0, &g, NULL), MOTE_OK);
    static const int32_t width[] = {4, 6, 5, 3};
    int32_t at;
    mote_tensor_spec s = {.name = "x", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, 4}};
    assert_int_equal(mote_graph_add_input(g, &s, &at, NULL), MOTE_OK);
    for (int i = 0; i < 3; i++) {
        int32_t in[3] = {at};
        s = (mote_tensor_spec){
            .name = "w", .dtype = MOTE_F32, .n_dims = 2, .dims = {width[i + 1], width[i]}};
        assert_int_equal(mote_graph_add_const(g, &s, &in[1], NULL), MOTE_OK);
        s = (mote_tensor_spec){.name = "b", .dtype = MOTE_F32, .n_dims = 1, .dims = {width[i + 1]}};
        assert_int_equal(mote_graph_add_const(g, &s, &in[2], NULL), MOTE_OK);
        for (int k = 1; k < 3; k++) {
            mote_tensor *t = &g->tensors[in[k]];
            t->is_trained = true;
            for (int64_t e = 0; e < mote_tensor_elements(t); e++)
                ((float *)t->data)[e] = (float)mote_rng_normal(rng);
        }
        mote_tensor_spec o = {.name = "y", .dtype = MOTE_F32};
        assert_int_equal(
            mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_DENSE, NULL, in, &o}, &at, NULL), MOTE_OK);
        mote_op_kind next = i < 2 ? kind : MOTE_OP_SOFTMAX;
        assert_int_equal(mote_graph_add_op(g, &(mote_op_spec){next, NULL, &at, &o}, &at, NULL),
                         MOTE_OK);
    }
    return g;
}

static double loss_at(mote_net *net, float *p, size_t i, float value, const mote_net_batch *b)
{
    mote_net_result r;
    const float old = p[i];
    p[i] = value;
    mote_net_loss(net, p, b, &r);
    p[i] = old;
    return r.loss;
}

/* By four points (Abramowitz and Stegun, 25.3.6): the error is h^4 / 30 of a fifth derivative, so
 * that also steep weights, which a seed may draw, leave only the float32 of the forward pass. */
static double slope_at(mote_net *net, float *p, size_t i, const mote_net_batch *b)
{
    const float h = 1e-2f, x = p[i];
    const double near = loss_at(net, p, i, x + h, b) - loss_at(net, p, i, x - h, b);
    const double far = loss_at(net, p, i, x + 2 * h, b) - loss_at(net, p, i, x - 2 * h, b);
    return (8 * near - far) / (12 * (double)h);
}

static void gradients_are_those_of_finite_differences(void **state)
{
    (void)state;
    mote_rng rng;
    mote_rng_init(&rng, t_seed());
    for (size_t k = 0; k < T_COUNT(functions); k++) {
        mote_graph *g = small_net(functions[k].kind, &rng);
        mote_net *net = NULL;
        mote_net_config cfg = {.max_batch = 3};
        mote_err err = {0};
        if (mote_net_create(g, &cfg, NULL, &net, &err) != MOTE_OK)
            fail_msg("%s", err.text);
        size_t n = mote_net_n_params(net);
        float p[128], grads[128], x[12], targets[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        assert_true(n <= T_COUNT(p) && n == mote_net_n_state(net));
        for (size_t i = 0; i < T_COUNT(x); i++)
            x[i] = (float)mote_rng_normal(&rng);
        mote_net_read(net, g, p);
        mote_net_batch b = {.inputs = x, .targets = targets, .n = 3};
        mote_net_result r;
        mote_net_gradient(net, p, &b, grads, &r);
        for (size_t i = 0; i < n; i++) {
            const double slope = slope_at(net, p, i, &b);
            assert_true(fabs(slope - (double)grads[i]) < 2e-3);
        }
        mote_net_destroy(net);
        mote_graph_destroy(g);
    }
}

static void a_trained_net_is_quantised(void **state)
{
    (void)state;
    mote_rng rng;
    mote_rng_init(&rng, 3);
    mote_graph *g = small_net(MOTE_OP_TANH, &rng), *q = NULL;
    float x[32 * 4], y[3];
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = (float)mote_rng_range(&rng, -1, 1);
    mote_quantise_config cfg = {.range_rule = MOTE_RANGE_MIN_MAX};
    mote_err err = {0};
    if (mote_quantise(g, x, 32, &cfg, &q, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_runner *r = NULL;
    assert_int_equal(mote_runner_create(q, &r, NULL), MOTE_OK);
    const mote_quant *in = &q->tensors[q->inputs[0]].quant;
    for (int i = 0; i < 32; i++) {
        int8_t xi[4], out[3];
        for (int c = 0; c < 4; c++)
            xi[c] = mote_quantise_value(x[i * 4 + c], in->scales[0], in->zero_point);
        mote_runner_run(r, xi, out, NULL, NULL);
        assert_int_equal(mote_graph_run_f32(g, x + i * 4, y, NULL, NULL, NULL), MOTE_OK);
        for (int c = 0; c < 3; c++)
            assert_float_equal((float)(out[c] + 128) / 256, y[c], 0.05f);
    }
    mote_runner_destroy(r);
    mote_graph_destroy(q);
    mote_graph_destroy(g);
}

static mote_graph *golden(const char *name)
{
    char path[512];
    const char *root = getenv("MOTE_SOURCE_ROOT");
    assert_non_null(root);
    (void)mote_format(path, sizeof path, "%s/tests/golden/v1/%s.graph", root, name);
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_graph *g = NULL;
    assert_int_equal(mote_file_read(path, 1 << 20, &bytes, &n, NULL), MOTE_OK);
    assert_int_equal(mote_graph_load(bytes, n, &g, NULL), MOTE_OK);
    return g;
}

/* An operator that has no constants, of [1,4,4,2]. */
static mote_graph *alone(mote_op_kind kind)
{
    const mote_tensor_spec s = {.name = "x", .dtype = MOTE_F32, .n_dims = 4, .dims = {1, 4, 4, 2}};
    const mote_tensor_spec out = {.name = "y", .dtype = MOTE_F32};
    const mote_op_attrs attrs = {.stride_h = 1, .stride_w = 1, .window_h = 2, .window_w = 2};
    int32_t in[2] = {-1, -1}, y;
    mote_graph *g = NULL;
    assert_int_equal(mote_graph_create(0, &g, NULL), MOTE_OK);
    assert_int_equal(mote_graph_add_input(g, &s, &in[0], NULL), MOTE_OK);
    in[1] = in[0];
    assert_int_equal(mote_graph_add_op(g, &(mote_op_spec){kind, &attrs, in, &out}, &y, NULL),
                     MOTE_OK);
    return g;
}

/* A part without its row of code_sizes.def is a defect that ends the program. */
static void every_kernel_has_its_size_on_every_target(void **state)
{
    (void)state;
    mote_rng rng;
    mote_rng_init(&rng, 3);
    mote_graph *g[4] = {golden("random_s8"), golden("folded_f32"), small_net(MOTE_OP_TANH, &rng),
                        alone(MOTE_OP_MUL)};
    for (size_t t = 0; t < mote_n_targets; t++) {
        bool seen[MOTE_N_KERNELS] = {false};
        for (size_t i = 0; i < T_COUNT(g); i++) {
            mote_compile_input in = {.name = "x", .graph = g[i]};
            mote_footprint f;
            assert_int_equal(mote_footprint_estimate(&in, &mote_targets[t], &f, NULL), MOTE_OK);
            assert_true(f.code_bytes > 300);
            for (int32_t k = 0; k < g[i]->n_ops; k++) {
                mote_kernel_need need;
                assert_int_equal(
                    mote_lower_need(g[i], k, mote_target_isa(&mote_targets[t]), &need, NULL),
                    MOTE_OK);
                seen[need.kernel] = true;
            }
        }
        for (int k = MOTE_KERNEL_NONE; k < MOTE_KERNEL_CONV_F32; k++) /* of int8, on devices */
            if (!seen[k])
                fail_msg("no graph here uses kernel '%s'", mote_kernel_name((mote_kernel)k));
    }
    for (size_t i = 0; i < T_COUNT(g); i++)
        mote_graph_destroy(g[i]);
}

/* The same for float32: the operators of a network, and each of the others alone. */
static void every_float_kernel_has_its_size_on_every_target(void **state)
{
    static const mote_op_kind kinds[] = {MOTE_OP_AVG_POOL_2D, MOTE_OP_MAX_POOL_2D, MOTE_OP_ADD,
                                         MOTE_OP_MUL,         MOTE_OP_SOFTMAX,     MOTE_OP_SIGMOID,
                                         MOTE_OP_TANH};
    mote_graph *g[1 + T_COUNT(kinds)] = {golden("folded_f32")};
    bool seen[MOTE_N_KERNELS] = {false};
    (void)state;
    for (size_t i = 0; i < T_COUNT(kinds); i++)
        g[1 + i] = alone(kinds[i]);
    for (size_t i = 0; i < T_COUNT(g); i++) {
        for (size_t t = 0; t < mote_n_targets; t++) {
            mote_compile_input in = {.name = "x", .graph = g[i], .is_float = true};
            mote_footprint f;
            assert_int_equal(mote_footprint_estimate(&in, &mote_targets[t], &f, NULL), MOTE_OK);
            assert_true(f.code_bytes > 300);
        }
        for (int32_t k = 0; k < g[i]->n_ops; k++) {
            mote_kernel_need need;
            assert_int_equal(mote_lower_need(g[i], k, MOTE_ISA_F32, &need, NULL), MOTE_OK);
            seen[need.kernel] = true;
        }
        mote_graph_destroy(g[i]);
    }
    for (int k = MOTE_KERNEL_CONV_F32; k < MOTE_KERNEL_CONV_REF; k++)
        if (!seen[k])
            fail_msg("no graph here uses kernel '%s'", mote_kernel_name((mote_kernel)k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_is_the_function),
        cmocka_unit_test(int8_is_the_rounded_function_and_tflite_keeps_it),
        cmocka_unit_test(gradients_are_those_of_finite_differences),
        cmocka_unit_test(a_trained_net_is_quantised),
        cmocka_unit_test(every_kernel_has_its_size_on_every_target),
        cmocka_unit_test(every_float_kernel_has_its_size_on_every_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
