/* SPDX-License-Identifier: Apache-2.0 */
/* The architectures: what each builds, how it ends, and that folding keeps what it computes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "graph/arch.h"
#include "project/archs.h"
#include "project/own_keys.h"

static mote_graph *build(const mote_arch *a, uint64_t seed)
{
    mote_rng rng;
    mote_rng_init(&rng, seed);
    mote_graph *g = NULL;
    mote_err err = {0};
    if (mote_arch_build(a, &rng, &g, &err) != MOTE_OK)
        fail_msg("%s: %s", a->name, err.text);
    return g;
}

static mote_arch named(const char *name, int32_t h, int32_t w, int32_t n_outputs)
{
    mote_arch a;
    mote_arch_default(&a, h, w, n_outputs);
    memset(a.name, 0, sizeof a.name);
    snprintf(a.name, sizeof a.name, "%s", name);
    a.n_blocks = 2;
    a.hidden[0] = 16;
    a.hidden[1] = 9;
    return a;
}

/* What was trained before an architecture was a row is trained again to the same bytes. */
static void graphs_are_those_they_always_were(void **state)
{
    (void)state;
    static const char *const wanted[3] = {
        "e3ed59f29973b088c2caa639cacba7f9b7edca1f2966af61319493c756b648cd",
        "da001b33097f10d8437b1a549bcd32aa57240300a53b7be5875182e3c8696f9b",
        "9203bd36b2748149e920d823886d02c5700d20967af528129864f0b02a49ca60"};
    mote_arch a[3];
    const uint64_t seeds[3] = {1, 3, 2};
    mote_arch_default(&a[0], 49, 10, 12);
    mote_arch_default(&a[1], 21, 8, 5);
    a[1].channels = 8;
    a[1].n_blocks = 2;
    a[1].block_stride[1] = 2;
    a[1].block_channels[1] = 12;
    a[2] = named("dense", 7, 3, 4);
    for (int i = 0; i < 3; i++) {
        mote_graph *g = build(&a[i], seeds[i]);
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1 << 26);
        mote_graph_save(g, &b);
        assert_int_equal(b.status, MOTE_OK);
        char hex[MOTE_SHA256_HEX_BYTES];
        const mote_sha256 hash = mote_sha256_of(b.data, b.len);
        mote_sha256_hex(&hash, hex);
        assert_string_equal(hex, wanted[i]);
        mote_graph_destroy(g);
    }
}

/* Statistics as training would leave them, so that folding has something to fold. */
static void fill_norms(mote_graph *g, mote_rng *rng)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 1; g->ops[i].kind == MOTE_OP_BATCH_NORM && k < 5; k++) {
            mote_tensor *t = &g->tensors[g->ops[i].inputs[k]];
            float *v = t->data;
            for (int64_t j = 0; j < mote_tensor_elements(t); j++)
                v[j] = (float)(k == 1 || k == 4 ? mote_rng_range(rng, 0.5, 1.5)
                                                : mote_rng_range(rng, -0.5, 0.5));
        }
}

static void runs_alike_when_folded(const mote_arch *a, int32_t n_out)
{
    mote_graph *g = build(a, 5), *f = NULL;
    mote_rng rng;
    mote_rng_init(&rng, 6);
    fill_norms(g, &rng);
    assert_int_equal(mote_graph_fold(g, &f, NULL), MOTE_OK);
    const int32_t n_in = a->in_h * a->in_w * a->in_c;
    assert_int_equal(mote_tensor_elements(&g->tensors[g->inputs[0]]), n_in);
    assert_int_equal(mote_tensor_elements(&g->tensors[g->outputs[0]]), n_out);
    float *x = calloc((size_t)n_in, sizeof *x), *y1 = calloc((size_t)n_out, sizeof *y1),
          *y2 = calloc((size_t)n_out, sizeof *y2);
    double sum = 0.0, most = 0.0;
    for (int32_t i = 0; i < n_in; i++)
        x[i] = (float)mote_rng_normal(&rng);
    assert_int_equal(mote_graph_run_f32(g, x, y1, NULL, NULL, NULL), MOTE_OK);
    assert_int_equal(mote_graph_run_f32(f, x, y2, NULL, NULL, NULL), MOTE_OK);
    for (int32_t i = 0; i < n_out; i++) {
        sum += (double)y1[i];
        most = fmax(most, fabs((double)y1[i]));
    }
    for (int32_t i = 0; i < n_out; i++) /* float32 weights rounded once */
        assert_true(fabs((double)y1[i] - (double)y2[i]) < 2e-5 * (1.0 + most));
    if (a->head == MOTE_HEAD_CLASSES)
        assert_true(fabs(sum - 1.0) < 1e-5);
    free(x);
    free(y1);
    free(y2);
    mote_graph_destroy(f);
    mote_graph_destroy(g);
}

static void every_architecture_ends_as_it_is_asked_to(void **state)
{
    (void)state;
    for (int i = 0; i < MOTE_N_ARCHS; i++) {
        mote_arch a = named(mote_arch_row_get((mote_arch_id)i)->name, 20, 6, 3);
        runs_alike_when_folded(&a, 3);
        a.head = MOTE_HEAD_VALUES;
        a.n_outputs = 1;
        runs_alike_when_folded(&a, 1);
        a.head = MOTE_HEAD_INPUT;
        runs_alike_when_folded(&a, 120);
        a.in_c = 3;
        runs_alike_when_folded(&a, 360);
    }
}

/* Parameters and multiply-accumulates are known before training; worked out by hand. */
static void sizes_are_those_worked_out_by_hand(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int64_t params, macs;
    } cases[] = {
        /* 120 * 3 + 3 */
        {"linear", 363, 360},
        /* 120 * 16 + 16 * 9 + 9 * 3, and biases */
        {"dense", 1936 + 153 + 30, 1920 + 144 + 27},
        /* 20 steps of 5 * 6 * 8, 10 steps of 5 * 8 * 8, 8 * 3 */
        {"conv1d", 240 + 8 + 320 + 8 + 27, 4800 + 3200 + 24},
        /* 120 * 4, 4 * 3, and biases */
        {"kmeans", 484 + 15, 480 + 12},
        /* 120, 16, 9, 4, 9, 16, 3 */
        {"autoencoder", 1936 + 153 + 40 + 45 + 160 + 51, 1920 + 144 + 36 + 36 + 144 + 48},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_arch a = named(cases[i].name, 20, 6, 3);
        a.channels = 8;
        a.bottleneck = 4;
        mote_graph *g = build(&a, 1), *f = NULL;
        assert_int_equal(mote_graph_fold(g, &f, NULL), MOTE_OK);
        if (mote_graph_params(f) != cases[i].params || mote_graph_macs(f) != cases[i].macs)
            fail_msg("%s: %lld parameters, %lld macs", a.name, (long long)mote_graph_params(f),
                     (long long)mote_graph_macs(f));
        mote_graph_destroy(f);
        mote_graph_destroy(g);
    }
}

/* As the paper reports it. Its 66 and 137 thousand parameters count four values a channel of batch
 * norm, where folding leaves a bias, and 98 of a second head of the code that the figure does not
 * show; its 3.0 and 6.1 million operations are two a multiply-accumulate. */
typedef struct {
    int32_t n_blocks, frames, bands;
    float width;
    int64_t params, macs, n_norms; /* folded; channels with batch norm */
    int64_t published, operations;
} published_sizes;

static void tc_resnet_has_the_published_sizes(void **state)
{
    (void)state;
    /* TC-ResNet8: 3 * 40 * 16; 24 channels: 9 * 16 * 24 + 9 * 24 * 24 + 16 * 24; 32, 48; 48 * 12 */
    static const published_sizes cases[] = {
        {3, 98, 40, 1.0f, 64512 + 328 + 12, 1522560, 328, 66000, 3000000},
        {3, 98, 40, 1.5f, 143280 + 492 + 12, 3284208, 492, 145000, 6600000},
        {6, 98, 40, 1.0f, 134784 + 536 + 12, 3030528, 536, 137000, 6100000},
        {6, 98, 40, 1.5f, 301392 + 804 + 12, 6677136, 804, 305000, 13400000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const published_sizes *c = &cases[i];
        mote_arch a = named("tc-resnet", c->frames, c->bands, 12);
        a.n_blocks = c->n_blocks;
        a.kernel_steps = 9;
        a.width = c->width;
        mote_graph *g = build(&a, 1), *f = NULL;
        assert_int_equal(mote_graph_fold(g, &f, NULL), MOTE_OK);
        const int64_t params = mote_graph_params(f), macs = mote_graph_macs(f);
        if (params != c->params || macs != c->macs)
            fail_msg("%d blocks, width %g: %lld parameters, %lld macs", (int)c->n_blocks,
                     (double)c->width, (long long)params, (long long)macs);
        assert_true(llabs(params + 3 * c->n_norms - c->published) <= c->published / 100);
        assert_true(llabs(2 * macs - c->operations) <= c->operations / 50);
        mote_graph_destroy(f);
        mote_graph_destroy(g);
    }
}

/* What the authors' code counts: weights, gamma and beta of batch norm, the bias of the last layer.
 */
static int64_t trained_values(const mote_graph *g, int64_t *n_over_frequency)
{
    int64_t n = 0;
    *n_over_frequency = 0;
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *o = &g->ops[i];
        const bool is_norm = o->kind == MOTE_OP_BATCH_NORM;
        for (int32_t k = 1; k < (is_norm ? 3 : o->n_inputs < 3 ? 1 : 2); k++)
            if (g->tensors[o->inputs[k]].is_trained)
                n += mote_tensor_elements(&g->tensors[o->inputs[k]]);
        const mote_tensor *w = o->n_inputs == 3 ? &g->tensors[o->inputs[1]] : NULL;
        if (o->kind == MOTE_OP_DEPTHWISE_CONV_2D && w->dims[1] == 1 && w->dims[2] == 3)
            *n_over_frequency += w->dims[3];
        if (o->kind == MOTE_OP_DENSE)
            n += mote_tensor_elements(&g->tensors[o->inputs[2]]);
    }
    return n;
}

/* Published with SubSpectralNorm, which has gamma and beta for each of 5 bands, and for BC-ResNet-1
 * without it (7.8 k). Multiply-accumulates: ours are those of convolutions and the dense layer, by
 * hand below; the published 3.1, 5.5, 8.5, 16.2, 53 and 89 million count more than these. */
static void bc_resnet_has_the_published_sizes(void **state)
{
    (void)state;
    static const struct {
        float width;
        int64_t params, published, unit, macs, published_macs;
    } cases[] = {
        {1.0f, 7760, 9232, 1, 2482156, 3100000},
        {1.5f, 14946, 17200, 100, 4607994, 5500000},
        {2.0f, 24340, 27300, 100, 7323672, 8500000},
        {3.0f, 49752, 54200, 100, 14524548, 16200000},
        {6.0f, 178980, 188000, 1000, 50283336, 53000000},
        {8.0f, 309292, 321000, 1000, 85919328, 89000000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_arch a = named("bc-resnet", 101, 40, 12);
        a.width = cases[i].width;
        mote_graph *g = build(&a, 1);
        int64_t n_over_frequency;
        const int64_t params = trained_values(g, &n_over_frequency);
        const int64_t with_bands = params + 2 * 4 * n_over_frequency;
        if (params != cases[i].params || mote_graph_macs(g) != cases[i].macs)
            fail_msg("width %g: %lld parameters, %lld macs", (double)a.width, (long long)params,
                     (long long)mote_graph_macs(g));
        assert_true(llabs(with_bands - cases[i].published) < cases[i].unit);
        assert_true(cases[i].macs < cases[i].published_macs);
        assert_true(cases[i].macs > cases[i].published_macs * 4 / 5);
        mote_graph_destroy(g);
    }
}

/* Published for 32 MFCC and 12 classes; theirs has a bias, which does nothing, before the gates. */
static void sparknet_has_the_published_sizes(void **state)
{
    (void)state;
    static const struct {
        int32_t channels;
        int64_t params, macs, published_macs;
    } cases[] = {
        /* 101 steps of 352 + 32 c, 63 c + 6 c c and 32 c + 32 (gates); 12 * 32 and 32 behind */
        {16, 4636, 101 * (352 + 32 * 16 + 63 * 16 + 6 * 256 + 32 * 16 + 32) + 384 + 32, 454500},
        {32, 11500, 101 * (352 + 32 * 32 + 63 * 32 + 6 * 1024 + 32 * 32 + 32) + 384 + 32, 1200000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_arch a = named("sparknet", 101, 32, 12);
        a.channels = cases[i].channels;
        mote_graph *g = build(&a, 1);
        int64_t unused;
        assert_int_equal(trained_values(g, &unused) + 32, cases[i].params);
        assert_int_equal(mote_graph_macs(g), cases[i].macs);
        assert_true(cases[i].macs < cases[i].published_macs); /* which counts norms too */
        assert_true(cases[i].macs > cases[i].published_macs * 4 / 5);
        mote_graph_destroy(g);
    }
}

static void mobilenet_halves_while_there_is_something_to_halve(void **state)
{
    (void)state;
    mote_arch a = named("mobilenet", 96, 96, 2);
    a.n_blocks = 13;
    mote_graph *g = build(&a, 1);
    /* 96, first stride 2: 48, 24, 12, 6, 3; 1024 / 4 channels */
    const mote_tensor *last = NULL;
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].kind == MOTE_OP_AVG_POOL_2D)
            last = &g->tensors[g->ops[i].inputs[0]];
    assert_non_null(last);
    assert_int_equal(last->dims[1], 3);
    assert_int_equal(last->dims[3], 256);
    mote_graph_destroy(g);
    a.in_h = a.in_w = 28;
    g = build(&a, 1); /* 28, 14, 7, 4, and no more */
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].kind == MOTE_OP_AVG_POOL_2D)
            assert_int_equal(g->tensors[g->ops[i].inputs[0]].dims[1], 4);
    mote_graph_destroy(g);
}

static void shapes_of_features_become_inputs(void **state)
{
    (void)state;
    mote_arch a = {0};
    const mote_shape flat = {MOTE_F32, 1, {14}}, steps = {MOTE_F32, 2, {50, 6}},
                     picture = {MOTE_F32, 3, {28, 30, 3}}, four = {MOTE_F32, 4, {1, 2, 3, 4}};
    assert_int_equal(mote_arch_take_shape(&a, &flat, NULL), MOTE_OK);
    assert_true(a.in_h == 1 && a.in_w == 14 && a.in_c == 1);
    assert_int_equal(mote_arch_take_shape(&a, &steps, NULL), MOTE_OK);
    assert_true(a.in_h == 50 && a.in_w == 6 && a.in_c == 1);
    assert_int_equal(mote_arch_take_shape(&a, &picture, NULL), MOTE_OK);
    assert_true(a.in_h == 28 && a.in_w == 30 && a.in_c == 3);
    assert_int_equal(mote_arch_take_shape(&a, &four, NULL), MOTE_SHAPE);
}

static void what_is_out_of_range_is_named(void **state)
{
    (void)state;
    const struct {
        const char *name, *words;
        size_t field; /* offset of an int32_t */
        int32_t value;
    } cases[] = {
        {"conv1d", "'channels' is 3", offsetof(mote_arch, channels), 3},
        {"conv1d", "'kernel steps' is 65", offsetof(mote_arch, kernel_steps), 65},
        {"conv1d", "'blocks' is 17", offsetof(mote_arch, n_blocks), 17},
        {"tc-resnet", "'blocks' is 17", offsetof(mote_arch, n_blocks), 17},
        {"tc-resnet", "'kernel steps' is 0", offsetof(mote_arch, kernel_steps), 0},
        {"mobilenet", "'blocks' is 14", offsetof(mote_arch, n_blocks), 14},
        {"mobilenet", "'block stride' is 9", offsetof(mote_arch, block_stride), 9},
        {"autoencoder", "'bottleneck' is 0", offsetof(mote_arch, bottleneck), 0},
        {"dense", "'hidden' is 0", offsetof(mote_arch, hidden), 0},
        {"linear", "'classes' is 1", offsetof(mote_arch, n_outputs), 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_arch a = named(cases[i].name, 20, 6, 3);
        memcpy((char *)&a + cases[i].field, &cases[i].value, sizeof(int32_t));
        mote_rng rng;
        mote_rng_init(&rng, 1);
        mote_graph *g = NULL;
        mote_err err = {0};
        assert_int_equal(mote_arch_build(&a, &rng, &g, &err), MOTE_ARG);
        if (!strstr(err.text, cases[i].words))
            fail_msg("%s: %s", cases[i].words, err.text);
        assert_null(g);
    }
    static const char *const of_width[] = {"mobilenet", "tc-resnet", "bc-resnet"};
    for (size_t i = 0; i < sizeof of_width / sizeof of_width[0]; i++) {
        mote_arch wide = named(of_width[i], 20, 20, 3);
        wide.width = i == 2 ? 8.5f : 2.5f;
        mote_rng rng;
        mote_graph *g = NULL;
        mote_rng_init(&rng, 1);
        assert_int_equal(mote_arch_build(&wide, &rng, &g, NULL), MOTE_ARG);
    }
}

static void every_kind_of_project_has_an_architecture(void **state)
{
    (void)state;
    static const char *const wanted[MOTE_N_INPUTS][2] = {{"ds-cnn", "autoencoder"},
                                                         {"conv1d", "autoencoder"},
                                                         {"ds-cnn", "autoencoder"},
                                                         {"dense", "autoencoder"}};
    for (int i = 0; i < MOTE_N_INPUTS; i++)
        for (int k = 0; k < MOTE_N_ANSWERS; k++) {
            const mote_arch_row *row =
                mote_arch_row_preset((mote_input_kind)i, (mote_answer_kind)k);
            assert_non_null(row);
            assert_string_equal(row->name, wanted[i][k == MOTE_ANSWER_ANOMALY]);
            assert_true((row->inputs & MOTE_ONE_OF(i)) && (row->answers & MOTE_ONE_OF(k)));
        }
    assert_non_null(mote_own_keys_find(mote_arch_row_find("dense")->settings, "hidden"));
    assert_null(mote_own_keys_find(mote_arch_row_find("dense")->settings, "hid"));
    assert_null(mote_own_keys_find(mote_arch_row_find("conv1d")->settings, "kernel"));
    assert_null(mote_arch_row_find("resnet"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graphs_are_those_they_always_were),
        cmocka_unit_test(every_architecture_ends_as_it_is_asked_to),
        cmocka_unit_test(sizes_are_those_worked_out_by_hand),
        cmocka_unit_test(tc_resnet_has_the_published_sizes),
        cmocka_unit_test(bc_resnet_has_the_published_sizes),
        cmocka_unit_test(sparknet_has_the_published_sizes),
        cmocka_unit_test(mobilenet_halves_while_there_is_something_to_halve),
        cmocka_unit_test(shapes_of_features_become_inputs),
        cmocka_unit_test(what_is_out_of_range_is_named),
        cmocka_unit_test(every_kind_of_project_has_an_architecture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
