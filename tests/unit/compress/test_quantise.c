/* SPDX-License-Identifier: Apache-2.0 */
/* Post-training quantisation: the scheme's rules, and that little is lost. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "compress/calibrate.h"
#include "compress/quantise.h"
#include "graph/arch.h"
#include "model/runner.h"

#define N_IN      (21 * 8)
#define N_SAMPLES 32

static void values_round_half_away_and_saturate(void **state)
{
    (void)state;
    static const struct {
        float x, scale;
        int32_t zero, q;
    } cases[] = {{0.5f, 1, 0, 1},       {-0.5f, 1, 0, -1},  {1e9f, 1, 0, 127}, {-1e9f, 1, 5, -128},
                 {0, 0.1f, -128, -128}, {1.0f, 0.5f, 3, 5}, {0.49f, 1, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(mote_quantise_value(cases[i].x, cases[i].scale, cases[i].zero),
                         cases[i].q);
}

static void a_range_always_holds_zero_exactly(void **state)
{
    (void)state;
    static const float ranges[][2] = {{-1, 3}, {0, 6},          {2, 5},    {-7, -1},
                                      {0, 0},  {-1e-9f, 1e-9f}, {-1e6f, 1}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        float scale;
        int32_t zero;
        mote_range_quant(ranges[i][0], ranges[i][1], &scale, &zero);
        assert_true(scale > 0.0f && isfinite(scale));
        assert_in_range(zero + 128, 0, 255);
        assert_int_equal(mote_quantise_value(0.0f, scale, zero), zero);
    }
}

/* One value far out among many small ones: cutting it off costs less than coarse steps for all. */
static void rare_outliers_are_cut_and_min_max_keeps_them(void **state)
{
    (void)state;
    mote_histogram *h = mote_alloc_zero(1, sizeof *h);
    assert_non_null(h);
    mote_rng rng;
    mote_rng_init(&rng, 1);
    for (int i = 0; i < 400; i++) {
        float v[500];
        for (int k = 0; k < 500; k++)
            v[k] = (float)mote_rng_normal(&rng);
        mote_histogram_add(h, v, 500);
    }
    mote_histogram_add(h, &(float){40.0f}, 1);
    uint64_t total = 0;
    for (size_t i = 0; i < MOTE_CALIBRATE_BINS; i++)
        total += h->counts[i];
    assert_int_equal(total, 400 * 500 + 1);
    float lo, hi;
    mote_histogram_range(h, MOTE_RANGE_MIN_MAX, &lo, &hi);
    assert_true(hi == 40.0f && lo < -3.5f);
    mote_histogram_range(h, MOTE_RANGE_MSE, &lo, &hi);
    /* Of hi, the error is (40 - hi)^2 + 200000 / 12 * ((hi - lo) / 255)^2: least at 30.9 for a lo
     * of -4.5; candidates lie 40 / 64 apart. */
    assert_true(hi > 29.9f && hi < 31.9f);
    assert_true(lo < -2.5f && lo > -6.0f);
    mote_free(h);
}

static mote_graph *folded_model(uint64_t seed)
{
    mote_arch a;
    mote_arch_default(&a, 21, 8, 5);
    a.channels = 16;
    a.n_blocks = 2;
    mote_rng rng;
    mote_rng_init(&rng, seed);
    mote_graph *g = NULL, *f = NULL;
    assert_int_equal(mote_arch_build(&a, &rng, &g, NULL), MOTE_OK);
    assert_int_equal(mote_graph_fold(g, &f, NULL), MOTE_OK);
    mote_graph_destroy(g);
    return f;
}

static void int8_follows_the_float_graph(void **state)
{
    (void)state;
    float samples[N_SAMPLES * N_IN];
    mote_rng rng;
    mote_rng_init(&rng, 2);
    for (size_t i = 0; i < N_SAMPLES * N_IN; i++)
        samples[i] = (float)mote_rng_normal(&rng);
    for (uint64_t seed = 1; seed <= 4; seed++) {
        mote_graph *f = folded_model(seed), *q = NULL;
        mote_quantise_config cfg = {.range_rule = MOTE_RANGE_MSE, .correct_bias = true};
        mote_err err = {0};
        if (mote_quantise(f, samples, N_SAMPLES, &cfg, &q, &err) != MOTE_OK)
            fail_msg("%s", err.text);
        mote_runner *r = NULL;
        assert_int_equal(mote_runner_create(q, &r, NULL), MOTE_OK);
        const mote_quant *in_q = &q->tensors[q->inputs[0]].quant;
        double sum = 0.0;
        for (int n = 0; n < N_SAMPLES; n++) {
            int8_t in[N_IN], out[5];
            float y[5];
            for (int i = 0; i < N_IN; i++)
                in[i] =
                    mote_quantise_value(samples[n * N_IN + i], in_q->scales[0], in_q->zero_point);
            mote_runner_run(r, in, out, NULL, NULL);
            assert_int_equal(mote_graph_run_f32(f, samples + n * N_IN, y, NULL, NULL, NULL),
                             MOTE_OK);
            for (int c = 0; c < 5; c++)
                sum += fabs((double)y[c] - (out[c] + 128) / 256.0);
        }
        /* Random weights leave the classes near each other; a mean error of one per cent of
         * probability is about three steps of the output. */
        assert_true(sum / (N_SAMPLES * 5) < 0.01);
        mote_runner_destroy(r);
        mote_graph_destroy(q);
        mote_graph_destroy(f);
    }
}

static void the_scheme_is_that_of_tensorflow_lite(void **state)
{
    (void)state;
    float sample[N_IN];
    for (int i = 0; i < N_IN; i++)
        sample[i] = (float)(i % 7) - 3.0f;
    mote_graph *f = folded_model(9), *q = NULL;
    mote_quantise_config cfg = {.range_rule = MOTE_RANGE_MIN_MAX};
    assert_int_equal(mote_quantise(f, sample, 1, &cfg, &q, NULL), MOTE_OK);
    for (int32_t i = 0; i < q->n_ops; i++) {
        const mote_op *op = &q->ops[i];
        const mote_quant *in = &q->tensors[op->inputs[0]].quant,
                         *out = &q->tensors[op->outputs[0]].quant;
        if (op->kind == MOTE_OP_SOFTMAX) {
            assert_true(out->scales[0] == 1.0f / 256.0f);
            assert_int_equal(out->zero_point, -128);
        }
        if (op->kind == MOTE_OP_AVG_POOL_2D)
            assert_true(out->scales[0] == in->scales[0] && out->zero_point == in->zero_point);
        if (op->n_inputs != 3)
            continue;
        const mote_tensor *w = &q->tensors[op->inputs[1]], *b = &q->tensors[op->inputs[2]];
        assert_int_equal(w->quant.n_scales, op->kind == MOTE_OP_DENSE ? 1 : b->dims[0]);
        for (int64_t k = 0; k < mote_tensor_elements(w); k++)
            assert_true(((const int8_t *)w->data)[k] >= -127);
        for (int32_t c = 0; c < b->quant.n_scales; c++)
            assert_true(b->quant.scales[c] == in->scales[0] * w->quant.scales[c]);
    }
    mote_graph_destroy(q);
    mote_graph_destroy(f);
}

static void unusable_samples_and_graphs_are_refused_in_words(void **state)
{
    (void)state;
    mote_graph *f = folded_model(3), *q = NULL, *g = NULL;
    mote_quantise_config cfg = {0};
    mote_err err = {0};
    float sample[N_IN] = {0};
    assert_int_equal(mote_quantise(f, sample, 0, &cfg, &q, &err), MOTE_ARG);
    assert_string_equal(err.text, "quantisation needs at least one calibration sample");
    sample[7] = NAN;
    assert_int_equal(mote_quantise(f, sample, 1, &cfg, &q, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "sample 0: value 7 is not finite"));
    sample[7] = 0.0f;
    mote_arch a;
    mote_arch_default(&a, 21, 8, 5);
    mote_rng rng;
    mote_rng_init(&rng, 1);
    assert_int_equal(mote_arch_build(&a, &rng, &g, NULL), MOTE_OK);
    assert_int_equal(mote_quantise(g, sample, 1, &cfg, &q, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "batch_norm"));
    assert_null(q);
    mote_graph_destroy(g);
    mote_graph_destroy(f);
}

static int32_t first_weight(const mote_graph *g)
{
    return g->ops[0].inputs[1];
}

static void graphs_that_are_not_finite_are_refused(void **state)
{
    (void)state;
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    mote_quantise_config cfg = {.correct_bias = true};
    float sample[N_IN];
    for (size_t i = 0; i < N_IN; i++)
        sample[i] = 1.0f;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mote_graph *f = folded_model(3), *q = NULL;
        mote_err err = {0};
        ((float *)f->tensors[first_weight(f)].data)[2] = bad[i];
        assert_int_equal(mote_quantise(f, sample, 1, &cfg, &q, &err), MOTE_RANGE);
        assert_non_null(strstr(err.text, "value 2 is not finite"));
        assert_null(q);
        mote_graph_destroy(f);
    }
    /* Finite weights, infinite sums. */
    mote_graph *f = folded_model(3), *q = NULL;
    mote_err err = {0};
    float *w = f->tensors[first_weight(f)].data;
    for (int64_t i = 0; i < mote_tensor_elements(&f->tensors[first_weight(f)]); i++)
        w[i] = 3e38f;
    assert_int_equal(mote_quantise(f, sample, 1, &cfg, &q, &err), MOTE_RANGE);
    assert_non_null(strstr(err.text, "not finite for calibration sample 0"));
    assert_null(q);
    mote_graph_destroy(f);
}

/* Adding a constant has no int8 form: its place must not be taken by another tensor. */
static void a_constant_operand_is_refused(void **state)
{
    (void)state;
    mote_graph *g = NULL, *q = NULL;
    int32_t in[2], y;
    assert_int_equal(mote_graph_create(0, &g, NULL), MOTE_OK);
    mote_tensor_spec s = {.name = "x", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, 2}};
    assert_int_equal(mote_graph_add_input(g, &s, &in[0], NULL), MOTE_OK);
    s.name = "offset";
    assert_int_equal(mote_graph_add_const(g, &s, &in[1], NULL), MOTE_OK);
    s.name = "y";
    assert_int_equal(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_ADD, NULL, in, &s}, &y, NULL),
                     MOTE_OK);
    float sample[2] = {1, 2};
    mote_quantise_config cfg = {0};
    mote_err err = {0};
    assert_int_equal(mote_quantise(g, sample, 1, &cfg, &q, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "add works on the constant 'offset'"));
    mote_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_round_half_away_and_saturate),
        cmocka_unit_test(a_range_always_holds_zero_exactly),
        cmocka_unit_test(rare_outliers_are_cut_and_min_max_keeps_them),
        cmocka_unit_test(int8_follows_the_float_graph),
        cmocka_unit_test(the_scheme_is_that_of_tensorflow_lite),
        cmocka_unit_test(unusable_samples_and_graphs_are_refused_in_words),
        cmocka_unit_test(graphs_that_are_not_finite_are_refused),
        cmocka_unit_test(a_constant_operand_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
