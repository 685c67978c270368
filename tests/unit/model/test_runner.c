/* SPDX-License-Identifier: Apache-2.0 */
/* Whole int8 networks: against golden outputs of LiteRT, on the observer, and on refusals. */
#include "model/runner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "import/tflite.h"
#include "graph/lower.h"
#include "random_graph.h"

static char *source_path(const char *name)
{
    static char path[1024];
    const char *root = getenv("MOTE_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/%s", root != NULL ? root : ".", name);
    return path;
}

static mote_graph *import(const char *path)
{
    mote_err err;
    char *bytes;
    size_t n;
    mote_graph *g;
    t_must(mote_file_read(path, 1 << 24, &bytes, &n, &err), &err);
    t_must(mote_import_tflite(bytes, n, &g, &err), &err);
    mote_free(bytes);
    return g;
}

/* Numbers of a JSON array of arrays, row `i`, as int8. */
static size_t row(const json_t *rows, size_t i, int8_t *out)
{
    const json_t *values = json_array_get(rows, i);
    for (size_t k = 0; k < json_array_size(values); k++)
        out[k] = (int8_t)json_integer_value(json_array_get(values, k));
    return json_array_size(values);
}

typedef struct {
    int32_t n, n_equal, largest;
} agreement;

static void compare(const json_t *network, const char *kernels, agreement *a)
{
    mote_err err;
    char name[200];
    int8_t in[4096], want[256], got[256];
    mote_runner *r;
    snprintf(name, sizeof name, "tests/fuzz/corpus/tflite/%s",
             json_string_value(json_object_get(network, "file")));
    mote_graph *g = import(source_path(name));
    t_must(mote_runner_create(g, &r, &err), &err);
    const json_t *inputs = json_object_get(network, "inputs");
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        assert_int_equal(row(inputs, i, in), mote_tensor_bytes(&g->tensors[g->inputs[0]]));
        size_t n = row(json_object_get(network, kernels), i, want);
        mote_runner_run(r, in, got, NULL, NULL);
        a->n++;
        a->n_equal += memcmp(want, got, n) == 0;
        for (size_t k = 0; k < n; k++)
            a->largest = abs(want[k] - got[k]) > a->largest ? abs(want[k] - got[k]) : a->largest;
    }
    mote_runner_destroy(r);
    mote_graph_destroy(g);
}

/* One count: LiteRT's softmax takes its exponentials from a table of floats. */
static void networks_agree_with_litert_within_one_count(void **state)
{
    (void)state;
    mote_err err;
    MOTE_SCOPED_JSON *golden = NULL;
    t_must(mote_json_load(source_path("tests/golden/litert.json"), 1 << 24, &golden, &err), &err);
    static const char *const kernels[] = {"reference", "optimized"};
    for (size_t k = 0; k < 2; k++) {
        agreement a = {0, 0, 0};
        size_t i;
        json_t *network;
        json_array_foreach(json_object_get(golden, "networks"), i, network)
            compare(network, kernels[k], &a);
        printf("LiteRT, %s kernels: %d of %d outputs equal, largest difference %d\n", kernels[k],
               a.n_equal, a.n, a.largest);
        assert_true(a.n >= 32);
        assert_true(a.largest <= 1);
    }
}

static void the_keyword_model_gets_its_published_accuracy(void **state)
{
    (void)state;
    const char *data = getenv("MOTE_TEST_DATA");
    if (data == NULL) {
        printf("MOTE_TEST_DATA is not set\n");
        skip();
    }
    static const char *const classes[] = {"Down",  "Go",   "Left", "No",  "Off",     "On",
                                          "Right", "Stop", "Up",   "Yes", "Silence", "Unknown"};
    mote_err err;
    mote_arena a;
    mote_arena_init(&a, 1 << 24);
    char dir[1024], path[2048], **files;
    size_t n;
    int32_t right = 0, total = 0;
    mote_runner *r;
    snprintf(path, sizeof path, "%s/mlperf-tiny/models/kws_ref_model.tflite", data);
    mote_graph *g = import(path);
    t_must(mote_runner_create(g, &r, &err), &err);
    snprintf(dir, sizeof dir, "%s/mlperf-tiny/kws01", data);
    t_must(mote_dir_walk(dir, &a, &files, &n, &err), &err);
    for (size_t i = 0; i < n; i++) {
        char *bytes;
        size_t len;
        int8_t out[12];
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        t_must(mote_file_read(path, 4096, &bytes, &len, &err), &err);
        assert_int_equal(len, 490);
        mote_runner_run(r, (const int8_t *)bytes, out, NULL, NULL);
        int32_t best = 0;
        for (int32_t c = 1; c < 12; c++)
            best = out[c] > out[best] ? c : best;
        right += strstr(files[i], classes[best]) != NULL;
        total++;
        mote_free(bytes);
    }
    printf("MLPerf Tiny keyword model: %d of %d right\n", right, total);
    assert_int_equal(total, 200);
    assert_int_equal(right, 183); /* 91.5 %, as the unquantised inputs' publisher gets */
    mote_runner_destroy(r);
    mote_graph_destroy(g);
    mote_arena_release(&a);
}

typedef struct {
    int32_t n_calls;
    int8_t last[256];
} watched;

static void watch(void *arg, int32_t tensor, const int8_t *values, int64_t n)
{
    watched *w = arg;
    (void)tensor;
    w->n_calls++;
    memcpy(w->last, values, n < 256 ? (size_t)n : 256);
}

static void the_observer_sees_every_tensor_and_changes_nothing(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 30; i++) {
        mote_graph *g = t_network(&r, t_between(&r, 1, 9));
        size_t n_in = mote_tensor_bytes(&g->tensors[g->inputs[0]]);
        size_t n_out = mote_tensor_bytes(&g->tensors[g->outputs[0]]);
        mote_runner *runner;
        int8_t *in = malloc(n_in), *kept = malloc(n_in), out[64], again[64];
        watched w = {0, {0}};
        t_fill_i8(&r, in, (int64_t)n_in);
        memcpy(kept, in, n_in);
        t_must(mote_runner_create(g, &runner, &err), &err);
        mote_runner_run(runner, in, out, NULL, NULL);
        mote_runner_run(runner, in, again, watch, &w);
        assert_memory_equal(out, again, n_out);
        assert_memory_equal(out, w.last, n_out);
        assert_memory_equal(in, kept, n_in);
        assert_int_equal(w.n_calls, g->n_ops + 1);
        mote_runner_destroy(runner);
        free(in);
        free(kept);
        mote_graph_destroy(g);
    }
}

/* Every chain of operators, not only single ones, through both sets of kernels. */
static void networks_of_reference_kernels_give_the_same_bits(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 60; i++) {
        mote_graph *g = t_network(&r, t_between(&r, 1, 9));
        size_t n_in = mote_tensor_bytes(&g->tensors[g->inputs[0]]);
        size_t n_out = mote_tensor_bytes(&g->tensors[g->outputs[0]]);
        int8_t *in = malloc(n_in), out[64];
        int8_t **values = calloc((size_t)g->n_tensors, sizeof *values);
        mote_lowered l;
        mote_runner *runner;
        t_fill_i8(&r, in, (int64_t)n_in);
        t_must(mote_lower(g, MOTE_ISA_REFERENCE, &l, &err), &err);
        values[g->inputs[0]] = in;
        for (int32_t k = 0; k < l.n_calls; k++) {
            const mote_call *c = &l.calls[k];
            const int8_t *args[2] = {values[c->inputs[0]], values[c->inputs[1]]};
            values[c->output] = malloc(mote_tensor_bytes(&g->tensors[c->output]));
            if (c->kernel == MOTE_KERNEL_NONE)
                memcpy(values[c->output], args[0], mote_tensor_bytes(&g->tensors[c->output]));
            else
                mote_call_run(c, args, values[c->output], NULL);
        }
        t_must(mote_runner_create(g, &runner, &err), &err);
        mote_runner_run(runner, in, out, NULL, NULL);
        assert_memory_equal(values[g->outputs[0]], out, n_out);
        mote_runner_destroy(runner);
        mote_lowered_release(&l);
        for (int32_t k = 0; k < g->n_tensors; k++)
            free(values[k]);
        free(values);
        mote_graph_destroy(g);
    }
}

/* A float32 layer of the kind; weights [c][3][3][c] or as depthwise and dense want them. */
static int32_t f32_layer(mote_rng *r, mote_graph *g, mote_op_kind kind, int32_t in, int32_t n_out)
{
    mote_err err;
    const mote_tensor *x = &g->tensors[in];
    const int32_t c = x->dims[x->n_dims - 1];
    mote_tensor_spec w = {.name = "w", .dtype = MOTE_F32, .n_dims = 4, .dims = {n_out, 3, 3, c}};
    mote_tensor_spec b = {.name = "b", .dtype = MOTE_F32, .n_dims = 1, .dims = {n_out}};
    if (kind == MOTE_OP_DEPTHWISE_CONV_2D)
        w.dims[0] = 1;
    if (kind == MOTE_OP_DENSE)
        w = (mote_tensor_spec){.name = "w",
                               .dtype = MOTE_F32,
                               .n_dims = 2,
                               .dims = {n_out, (int32_t)mote_tensor_elements(x)}};
    int32_t ids[3] = {in, -1, -1}, out = -1;
    t_must(mote_graph_add_const(g, &w, &ids[1], &err), &err);
    t_must(mote_graph_add_const(g, &b, &ids[2], &err), &err);
    for (int32_t k = 1; k < 3; k++)
        for (int64_t i = 0; i < mote_tensor_elements(&g->tensors[ids[k]]); i++)
            ((float *)g->tensors[ids[k]].data)[i] = (float)mote_rng_normal(r) / 4;
    const mote_op_attrs attrs = {.padding = MOTE_PAD_SAME,
                                 .activation =
                                     kind == MOTE_OP_DENSE ? MOTE_ACT_NONE : MOTE_ACT_RELU6,
                                 .stride_h = kind == MOTE_OP_CONV_2D ? 2 : 1,
                                 .stride_w = 1};
    const mote_tensor_spec spec = {.name = "layer", .dtype = MOTE_F32};
    t_must(mote_graph_add_op(g, &(mote_op_spec){kind, &attrs, ids, &spec}, &out, &err), &err);
    return out;
}

static int32_t f32_simple(mote_graph *g, mote_op_kind kind, int32_t a, int32_t b)
{
    mote_err err;
    const mote_op_attrs attrs = {
        .padding = MOTE_PAD_SAME, .stride_h = 1, .stride_w = 1, .window_h = 3, .window_w = 2};
    const mote_tensor_spec spec = {.name = "simple", .dtype = MOTE_F32};
    const int32_t in[] = {a, b};
    int32_t out = -1;
    t_must(mote_graph_add_op(g, &(mote_op_spec){kind, &attrs, in, &spec}, &out, &err), &err);
    return out;
}

/* Every operator that has a float32 kernel, and the reference with sums in double. */
static void float_graphs_run_as_the_reference_does(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int round = 0; round < 20; round++) {
        mote_graph *g;
        mote_runner *runner;
        t_must(mote_graph_create(0, &g, &err), &err);
        mote_tensor_spec spec = {
            .name = "x", .dtype = MOTE_F32, .n_dims = 4, .dims = {1, 9, 7, t_between(&r, 1, 5)}};
        int32_t x;
        t_must(mote_graph_add_input(g, &spec, &x, &err), &err);
        x = f32_layer(&r, g, MOTE_OP_CONV_2D, x, 6);
        int32_t y = f32_layer(&r, g, MOTE_OP_DEPTHWISE_CONV_2D, x, 6);
        x = f32_simple(g, MOTE_OP_ADD, x, y);
        x = f32_simple(g, round % 2 ? MOTE_OP_AVG_POOL_2D : MOTE_OP_MAX_POOL_2D, x, -1);
        x = f32_simple(g, round % 3 ? MOTE_OP_SIGMOID : MOTE_OP_TANH, x, -1);
        x = f32_layer(&r, g, MOTE_OP_DENSE, x, 4);
        (void)f32_simple(g, MOTE_OP_SOFTMAX, x, -1);
        t_must(mote_runner_create(g, &runner, &err), &err);
        float in[9 * 7 * 5], got[4], want[4];
        for (size_t i = 0; i < sizeof in / sizeof in[0]; i++)
            in[i] = (float)(2 * mote_rng_normal(&r));
        mote_runner_run(runner, in, got, NULL, NULL);
        t_must(mote_graph_run_f32(g, in, want, NULL, NULL, &err), &err);
        for (int i = 0; i < 4; i++)
            assert_float_equal(got[i], want[i], 1e-5f);
        mote_runner_destroy(runner);
        mote_graph_destroy(g);
    }
}

static void float_operators_without_a_kernel_are_refused_by_name(void **state)
{
    (void)state;
    mote_err err;
    mote_graph *g;
    mote_runner *r = NULL;
    t_must(mote_graph_create(0, &g, &err), &err);
    mote_tensor_spec spec = {.name = "x", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, 5}};
    int32_t in, out;
    t_must(mote_graph_add_input(g, &spec, &in, &err), &err);
    mote_op_attrs attrs = {.stride_h = 1};
    t_must(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_RELU, &attrs, &in, &spec}, &out, &err),
           &err);
    assert_int_equal(mote_runner_create(g, &r, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "relu"));
    assert_null(r);
    mote_graph_destroy(g);
}

static void running_out_of_memory_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    mote_err err;
    mote_rng rng;
    mote_rng_init(&rng, 9);
    mote_graph *g = t_network(&rng, 4);
    int64_t n = 0;
    mote_status st = MOTE_NOMEM;
    while (st != MOTE_OK && n < 1000) {
        mote_runner *r = NULL;
        mote_mem_fail_after(n++);
        st = mote_runner_create(g, &r, &err);
        mote_mem_fail_never();
        assert_true(st == MOTE_OK || (st == MOTE_NOMEM && r == NULL));
        mote_runner_destroy(r);
    }
    assert_true(n > 1 && st == MOTE_OK);
    mote_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_agree_with_litert_within_one_count),
        cmocka_unit_test(the_keyword_model_gets_its_published_accuracy),
        cmocka_unit_test(the_observer_sees_every_tensor_and_changes_nothing),
        cmocka_unit_test(networks_of_reference_kernels_give_the_same_bits),
        cmocka_unit_test(float_graphs_run_as_the_reference_does),
        cmocka_unit_test(float_operators_without_a_kernel_are_refused_by_name),
        cmocka_unit_test(running_out_of_memory_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
