/* SPDX-License-Identifier: Apache-2.0 */
/* Generated projects, built with this computer's compiler and run: every output must equal the
 * runner's, also with all memory offsets of the plan in use. And the .tflite writer against the
 * reader. */
#include "compile/codegen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/process.h"
#include "compile/tflite.h"
#include "import/tflite.h"
#include "model/runner.h"
#include "project_host.h"
#include "random_graph.h"
#include "temp_dir.h"

#define N_INPUTS  5
#define SANITIZED "-fsanitize=address,undefined"

/* Reads N_INPUTS inputs, writes the outputs. */
static const char driver[] =
    "#include <stdio.h>\n#include \"model.h\"\n"
    "static _Alignas(8) signed char arena[MODEL_ARENA_BYTES];\n"
    "int main(void)\n{\n"
    "    while (fread(arena + MODEL_INPUT_OFFSET, 1, MODEL_INPUT_BYTES, stdin) == "
    "MODEL_INPUT_BYTES) {\n"
    "        model_run(arena);\n"
    "        fwrite(arena + MODEL_OUTPUT_OFFSET, 1, MODEL_OUTPUT_BYTES, stdout);\n"
    "    }\n    return 0;\n}\n";

static void build_and_compare(mote_rng *r, const mote_graph *g, const char *dir)
{
    mote_err err;
    mote_compile_input in = {.name = "a random */ network", .graph = g};
    const char *const words[] = {SANITIZED, NULL};
    project_generate(&in, dir, driver);
    project_build(dir, "-O1 -Wall -Wextra -Werror -fno-sanitize-recover=all " SANITIZED, words);

    size_t n_in = mote_tensor_bytes(&g->tensors[g->inputs[0]]);
    size_t n_out = mote_tensor_bytes(&g->tensors[g->outputs[0]]);
    int8_t *inputs = malloc(n_in * N_INPUTS), *want = malloc(n_out);
    t_fill_i8(r, inputs, (int64_t)(n_in * N_INPUTS));
    mote_buf got;
    mote_buf_init(&got, 1 << 20);
    project_said(dir, inputs, n_in * N_INPUTS, &got);
    assert_int_equal(got.len, n_out * N_INPUTS);
    mote_runner *runner;
    t_must(mote_runner_create(g, &runner, &err), &err);
    for (size_t i = 0; i < N_INPUTS; i++) {
        mote_runner_run(runner, inputs + i * n_in, want, NULL, NULL);
        assert_memory_equal(want, got.data + i * n_out, n_out);
    }
    mote_runner_destroy(runner);
    mote_buf_release(&got);
    free(inputs);
    free(want);
}

static void generated_code_computes_what_the_runner_does(void **state)
{
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 3; i++) {
        mote_graph *g = t_network(&r, 8);
        build_and_compare(&r, g, *state);
        mote_graph_destroy(g);
    }
}

/* As driver, for two models in one unit; the scales are there to be read by the compiler. */
static const char pair_driver[] =
    "#include <stdio.h>\n#include \"hello.c\"\n#include \"bye.c\"\n"
    "static MRT_ALIGNED(8) int8_t arena[HELLO_ARENA_BYTES + BYE_ARENA_BYTES];\n"
    "static const float scales[] = {HELLO_INPUT_SCALE, BYE_OUTPUT_SCALE};\n"
    "int main(void)\n{\n"
    "    while (fread(arena + HELLO_INPUT_OFFSET, 1, HELLO_INPUT_BYTES, stdin) == "
    "HELLO_INPUT_BYTES) {\n"
    "        hello_run(arena);\n"
    "        fwrite(arena + HELLO_OUTPUT_OFFSET, 1, HELLO_OUTPUT_BYTES, stdout);\n"
    "        if (fread(arena + BYE_INPUT_OFFSET, 1, BYE_INPUT_BYTES, stdin) != BYE_INPUT_BYTES)\n"
    "            return 1;\n"
    "        bye_run(arena);\n"
    "        fwrite(arena + BYE_OUTPUT_OFFSET, 1, BYE_OUTPUT_BYTES, stdout);\n"
    "    }\n    return scales[0] == 1.0f ? 0 : 2;\n}\n";

static void generate(const mote_graph *g, const char *symbol, const char *to)
{
    mote_err err;
    mote_compile_input in = {.name = "random", .symbol = symbol, .graph = g};
    const mote_target *t;
    mote_compile_result result;
    t_must(mote_target_find("cortex-m0plus", &t, &err), &err);
    t_must(mote_compile_project(&in, t, to, &result, &err), &err);
}

/* What both print is what their runners give, one after the other. */
static void compare_pair(mote_rng *r, const mote_graph *const g[2], const char *to)
{
    mote_err err;
    mote_buf inputs, want, got;
    mote_buf_init(&inputs, 1 << 20);
    mote_buf_init(&want, 1 << 20);
    mote_buf_init(&got, 1 << 20);
    for (int i = 0; i < 2 * N_INPUTS; i++) {
        const mote_graph *one = g[i % 2];
        size_t n_in = mote_tensor_bytes(&one->tensors[one->inputs[0]]);
        size_t n_out = mote_tensor_bytes(&one->tensors[one->outputs[0]]);
        int8_t *in = malloc(n_in), *out = malloc(n_out);
        mote_runner *runner;
        t_fill_i8(r, in, (int64_t)n_in);
        t_must(mote_runner_create(one, &runner, &err), &err);
        mote_runner_run(runner, in, out, NULL, NULL);
        mote_buf_add(&inputs, in, n_in);
        mote_buf_add(&want, out, n_out);
        mote_runner_destroy(runner);
        free(in);
        free(out);
    }
    project_said(to, inputs.data, inputs.len, &got);
    assert_int_equal(got.len, want.len);
    assert_memory_equal(got.data, want.data, want.len);
    mote_buf_release(&inputs);
    mote_buf_release(&want);
    mote_buf_release(&got);
}

static void two_models_are_one_unit_of_c_and_of_cxx(void **state)
{
    const char *to = *state;
    mote_err err;
    mote_rng r;
    char path[600];
    mote_rng_init(&r, t_seed());
    mote_graph *hello = t_network(&r, 6), *bye = t_network(&r, 9);
    while (hello->ops[0].kind != MOTE_OP_CONV_2D) { /* takes any scale for its input */
        mote_graph_destroy(hello);
        hello = t_network(&r, 6);
    }
    static const float one = 1.0f; /* "1f" is no literal */
    memcpy((void *)(uintptr_t)hello->tensors[hello->inputs[0]].quant.scales, &one, sizeof one);
    generate(hello, "hello", to);
    generate(bye, "bye", to);
    generate(hello, "hello", to); /* known to the list of files, also after another model's */
    assert_true(mote_format(path, sizeof path, "%s/driver.c", to));
    t_must(mote_file_write(path, pair_driver, sizeof pair_driver - 1, &err), &err);
    static const char *const builds[] = {
        "for f in device/*.c; do echo \"#include \\\"$f\\\"\"; done >>driver.c; "
        "cc -std=c11 -Wall -Wextra -Wpedantic -Werror driver.c -o driver",
        "c++ -x c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror driver.c -o driver",
        "cp device/* . && rm -r device && sed -i 's,device/,,' driver.c && "
        "c++ -x c++ -std=c++20 -Wall -Wextra -Wpedantic -Werror driver.c -o driver"};
    for (size_t i = 0; i < sizeof builds / sizeof builds[0]; i++) {
        const char *sh[] = {"sh", "-c", builds[i], NULL};
        project_run(to, sh, NULL, 0, NULL);
        compare_pair(&r, (const mote_graph *const[]){hello, bye}, to);
    }
    mote_graph_destroy(hello);
    mote_graph_destroy(bye);
}

/* Files of an older layout are built twice if they stay; what the user changed does stay. */
static void old_places_of_the_kernels_are_cleared(void **state)
{
    const char *to = *state;
    mote_err err;
    mote_rng r;
    char path[600], *sums = NULL;
    size_t n = 0;
    mote_rng_init(&r, 11);
    mote_graph *g = t_network(&r, 2);
    /* sha256 of "" */
    static const char list[] =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  device/nn/mrt_old.c\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  device/nn/mrt_mine.c\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  other.c\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  device/mrt_lang.c\n";
    static const char *const names[] = {"device/nn/mrt_old.c", "device/nn/mrt_mine.c", "other.c",
                                        "SHA256SUMS", "device/mrt_lang.c"};
    assert_true(mote_format(path, sizeof path, "%s/device/nn", to));
    t_must(mote_dir_make(path, &err), &err);
    for (int i = 0; i < 5; i++) {
        assert_true(mote_format(path, sizeof path, "%s/%s", to, names[i]));
        const char *text = i == 3 ? list : i == 1 ? "mine" : "";
        t_must(mote_file_write(path, text, strlen(text), &err), &err);
    }
    generate(g, NULL, to);
    for (int i = 0; i < 3; i++) {
        assert_true(mote_format(path, sizeof path, "%s/%s", to, names[i]));
        assert_int_equal(mote_path_exists(path), i > 0);
    }
    /* Its header is written, without a source. */
    assert_true(mote_format(path, sizeof path, "%s/%s", to, names[4]));
    assert_false(mote_path_exists(path));
    assert_true(mote_format(path, sizeof path, "%s/SHA256SUMS", to));
    t_must(mote_file_read(path, 1 << 20, &sums, &n, &err), &err);
    assert_null(strstr(sums, "mrt_old.c"));
    assert_non_null(strstr(sums, "mrt_mine.c"));
    assert_non_null(strstr(sums, "other.c"));
    mote_free(sums);
    mote_graph_destroy(g);
}

static void names_that_cannot_be_are_refused_with_a_better_one(void **state)
{
    (void)state;
    mote_err err;
    static const char *const good[] = {
        "hello",       "a",     "Wake2",
        "hello_world", "model", "keyword",
        "features",    "mrtx",  "x1234567890123456789012345678901234567_9"};
    static const struct {
        const char *name, *better;
    } bad[] = {
        {"", "'hello'"},
        {"2fast", "'model_2fast'"},
        {"my model", "'my_model'"},
        {"hello-world", "'hello_world'"},
        {"\xc3\xa9t\xc3\xa9", "'t'"},
        {"_x", "'x'"},
        {"x_", "'x'"},
        {"a__b", "'a_b'"},
        {"int", "'int_model'"},
        {"class", "'class_model'"},
        {"restrict", "'restrict_model'"},
        {"xor", "'xor_model'"},
        {"co_await", "'co_await_model'"},
        {"main", "'main_model'"},
        {"string", "'string_model'"},
        {"Math", "'Math_model'"},
        {"Arduino", "'Arduino_model'"},
        {"mrt_nn", "take another"},
        {"MRT_nn", "take another"},
        {"hello_features", "'hello_features_model'"},
        {"hello_detections", "'hello_detections_model'"},
        {"hello_keyword", "'hello_keyword_model'"},
        {"x1234567890123456789012345678901234567_90", "at most 40"},
        {"../../etc/passwd", "'etc_passwd'"},
        {"a\nb", "'a_b'"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        t_must(mote_compile_symbol_check(good[i], &err), &err);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(mote_compile_symbol_check(bad[i].name, &err), MOTE_USAGE);
        if (strstr(err.text, bad[i].better) == NULL)
            fail_msg("'%s': %s", bad[i].name, err.text);
    }
}

static void same_outputs(mote_rng *r, const mote_graph *a, const mote_graph *b)
{
    mote_err err;
    mote_runner *ra, *rb;
    size_t n_in = mote_tensor_bytes(&a->tensors[a->inputs[0]]);
    size_t n_out = mote_tensor_bytes(&a->tensors[a->outputs[0]]);
    assert_int_equal(n_out, mote_tensor_bytes(&b->tensors[b->outputs[0]]));
    int8_t *in = malloc(n_in), *x = malloc(n_out), *y = malloc(n_out);
    t_must(mote_runner_create(a, &ra, &err), &err);
    t_must(mote_runner_create(b, &rb, &err), &err);
    for (int i = 0; i < 3; i++) {
        t_fill_i8(r, in, (int64_t)n_in);
        mote_runner_run(ra, in, x, NULL, NULL);
        mote_runner_run(rb, in, y, NULL, NULL);
        assert_memory_equal(x, y, n_out);
    }
    mote_runner_destroy(ra);
    mote_runner_destroy(rb);
    free(in);
    free(x);
    free(y);
}

static void an_exported_network_is_imported_again(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 60; i++) {
        mote_graph *g = t_network(&r, t_between(&r, 1, 10)), *back;
        mote_buf b;
        mote_buf_init(&b, 1 << 24);
        t_must(mote_export_tflite(g, "test", &b, &err), &err);
        t_must(mote_import_tflite(b.data, b.len, &back, &err), &err);
        assert_int_equal(back->n_ops, g->n_ops);
        same_outputs(&r, g, back);
        mote_graph_destroy(back);
        /* Cut anywhere, it is refused or still a valid graph, never read beyond its end. */
        for (size_t n = 0; n < b.len; n += 1 + b.len / 37) {
            char *cut = malloc(n + 1);
            memcpy(cut, b.data, n);
            mote_graph *part = NULL;
            if (mote_import_tflite(cut, n, &part, &err) == MOTE_OK)
                mote_graph_destroy(part);
            free(cut);
        }
        mote_buf_release(&b);
        mote_graph_destroy(g);
    }
}

static void unknown_operators_are_refused_by_name(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, 3);
    mote_graph *g = t_network(&r, 1), *back = NULL;
    mote_buf b;
    mote_buf_init(&b, 1 << 24);
    t_must(mote_export_tflite(g, "test", &b, &err), &err);
    /* SOFTMAX (25) becomes SVDF (27) in both fields of the operator code. */
    for (size_t i = 8; i + 4 < 400 && i + 4 < b.len; i++)
        if ((unsigned char)b.data[i] == 25)
            b.data[i] = 27;
    assert_int_equal(mote_import_tflite(b.data, b.len, &back, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "SVDF"));
    assert_int_equal(mote_import_tflite("hello, world", 12, &back, &err), MOTE_PARSE);
    assert_null(back);
    mote_buf_release(&b);
    mote_graph_destroy(g);
}

/* What ships as float32 has C for its only format, and the refusal says so. */
static void a_float32_graph_is_no_tflite_and_c_is_named_instead(void **state)
{
    (void)state;
    mote_err err;
    mote_graph *g = NULL;
    mote_buf b;
    const mote_tensor_spec s = {.name = "speed", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, 4}};
    const mote_op_attrs attrs = {0};
    int32_t x = -1;
    mote_buf_init(&b, 1 << 20);
    t_must(mote_graph_create(0, &g, &err), &err);
    t_must(mote_graph_add_input(g, &s, &x, &err), &err);
    t_must(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_SOFTMAX, &attrs, &x, &s}, &x, &err), &err);
    assert_int_equal(mote_export_tflite(g, "test", &b, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "'speed' is float32"));
    assert_non_null(strstr(err.text, "compress.max_loss"));
    assert_non_null(strstr(err.text, "'--format c'"));
    assert_int_equal(b.len, 0);
    mote_buf_release(&b);
    mote_graph_destroy(g);
}

static void labels_that_do_not_fit_are_refused(void **state)
{
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, 5);
    mote_graph *g = t_network(&r, 1);
    const char *labels[] = {"yes"};
    mote_compile_input in = {.name = "x", .graph = g, .n_labels = 1, .labels = labels};
    const mote_target *t;
    mote_compile_result result = {.n_files = -7};
    t_must(mote_target_find("rv32imac", &t, &err), &err);
    assert_int_equal(mote_compile_project(&in, t, *state, &result, &err), MOTE_SHAPE);
    assert_non_null(strstr(err.text, "1 labels"));
    assert_int_equal(result.n_files, -7);
    mote_graph_destroy(g);
}

static char dir[TEMP_DIR_BYTES];

static int make_dir(void **state)
{
    temp_dir_make(dir);
    *state = dir;
    return 0;
}

static int remove_dir(void **state)
{
    temp_dir_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(generated_code_computes_what_the_runner_does, make_dir,
                                        remove_dir),
        cmocka_unit_test_setup_teardown(two_models_are_one_unit_of_c_and_of_cxx, make_dir,
                                        remove_dir),
        cmocka_unit_test_setup_teardown(old_places_of_the_kernels_are_cleared, make_dir,
                                        remove_dir),
        cmocka_unit_test(names_that_cannot_be_are_refused_with_a_better_one),
        cmocka_unit_test(an_exported_network_is_imported_again),
        cmocka_unit_test(unknown_operators_are_refused_by_name),
        cmocka_unit_test(a_float32_graph_is_no_tflite_and_c_is_named_instead),
        cmocka_unit_test_setup_teardown(labels_that_do_not_fit_are_refused, make_dir, remove_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
