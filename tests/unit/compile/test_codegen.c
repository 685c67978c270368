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
#include "graph/import_tflite.h"
#include "graph/runner.h"
#include "random_graph.h"
#include "temp_dir.h"

#define N_INPUTS 5

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

static void run_in(const char *dir, const char *const *argv, const void *input, size_t n,
                   mote_buf *out)
{
    mote_err err;
    int code = -1;
    mote_buf messages;
    mote_buf_init(&messages, 1 << 20);
    mote_process p = {.argv = argv, .cwd = dir, .input = input, .input_bytes = n, .out = out,
                      .err_out = &messages, .timeout_ms = 60000};
    t_must(mote_process_run(&p, &code, &err), &err);
    if (code != 0)
        fprintf(stderr, "%s", messages.len > 0 ? messages.data : "");
    assert_int_equal(code, 0);
    mote_buf_release(&messages);
}

static void build_and_compare(mote_rng *r, const mote_graph *g, const char *dir)
{
    mote_err err;
    mote_compile_input in = {.name = "a random */ network", .graph = g};
    const mote_target *t;
    mote_compile_result result;
    t_must(mote_target_find("cortex-m4f", &t, &err), &err);
    t_must(mote_compile_project(&in, t, dir, &result, &err), &err);
    char path[600];
    assert_true(mote_format(path, sizeof path, "%s/driver.c", dir));
    t_must(mote_file_write(path, driver, sizeof driver - 1, &err), &err);
    const char *make[] = {"make",
                          "-s",
                          "-B",
                          "host",
                          "CFLAGS=-std=c11 -O1 -iquote . -iquote .. -Wall "
                          "-Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all",
                          NULL};
    const char *cc[] = {"cc", "-fsanitize=address,undefined", "-iquote", ".", "driver.c",
                        "libmodel_host.a", "-o", "driver", NULL};
    run_in(dir, make, NULL, 0, NULL);
    run_in(dir, cc, NULL, 0, NULL);

    size_t n_in = mote_tensor_bytes(&g->tensors[g->input]);
    size_t n_out = mote_tensor_bytes(&g->tensors[g->output]);
    int8_t *inputs = malloc(n_in * N_INPUTS), *want = malloc(n_out);
    t_fill_i8(r, inputs, (int64_t)(n_in * N_INPUTS));
    mote_buf got;
    mote_buf_init(&got, 1 << 20);
    assert_true(mote_format(path, sizeof path, "%s/driver", dir));
    const char *run[] = {path, NULL};
    run_in(dir, run, inputs, n_in * N_INPUTS, &got);
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

static void same_outputs(mote_rng *r, const mote_graph *a, const mote_graph *b)
{
    mote_err err;
    mote_runner *ra, *rb;
    size_t n_in = mote_tensor_bytes(&a->tensors[a->input]);
    size_t n_out = mote_tensor_bytes(&a->tensors[a->output]);
    assert_int_equal(n_out, mote_tensor_bytes(&b->tensors[b->output]));
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
    /* SOFTMAX (25) becomes LOGISTIC (14) in both fields of the operator code. */
    for (size_t i = 8; i + 4 < 400 && i + 4 < b.len; i++)
        if ((unsigned char)b.data[i] == 25)
            b.data[i] = 14;
    assert_int_equal(mote_import_tflite(b.data, b.len, &back, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "LOGISTIC"));
    assert_int_equal(mote_import_tflite("hello, world", 12, &back, &err), MOTE_PARSE);
    assert_null(back);
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
        cmocka_unit_test(an_exported_network_is_imported_again),
        cmocka_unit_test(unknown_operators_are_refused_by_name),
        cmocka_unit_test_setup_teardown(labels_that_do_not_fit_are_refused, make_dir,
                                        remove_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
