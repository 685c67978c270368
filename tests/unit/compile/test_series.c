/* SPDX-License-Identifier: Apache-2.0 */
/* Generated projects with the front ends of series: built here and fed with samples, they give the
 * network's input that the host computes, whole and from a stream. With T_MEASURE they are built
 * and run on emulated targets too: every project on every target for "whole", else T_MEASURE is the
 * seed of a sample, one project for each target (tests/device/run_answer.sh). */
#include "support.h"

#include <math.h>

#include "base/rng.h"
#include "compile/footprint.h"
#include "compile/measure.h"
#include "feature/frontend_device.h"
#include "project_host.h"
#include "small_net.h"

enum { STEPS = 96, CHANNELS = 3, SAMPLES = 6 };

/* Reads samples; writes the input that features_clip makes, then that of a stream. */
static const char driver[] =
    "#include <stdio.h>\n#include \"model_features.h\"\n#include \"model.h\"\n"
    "static _Alignas(8) unsigned char scratch[FEATURES_SCRATCH_BYTES];\n"
    "static _Alignas(8) unsigned char memory[FEATURES_STREAM_BYTES];\n"
    "static NUMBER x[FEATURES_STEPS * FEATURES_CHANNELS];\n"
    "static int8_t in[FEATURES_FRAMES * FEATURES_VALUES];\n"
    "int main(void)\n{\n"
    "    mrt_series_stream s;\n"
    "    while (fread(x, sizeof x, 1, stdin) == 1) {\n"
    "        features_clip(x, scratch, in);\n"
    "        fwrite(in, sizeof in, 1, stdout);\n"
    "        mrt_series_stream_init(&s, &features_tables, memory);\n"
    "        size_t at = 0, used = 0, n = 0;\n"
    "        for (; at < FEATURES_STEPS; at += used) {\n"
    "            size_t chunk = FEATURES_STEPS - at < 7 ? FEATURES_STEPS - at : 7;\n"
    "            if (features_push(&s, x + at * FEATURES_CHANNELS, chunk, &used,\n"
    "                              in + n * FEATURES_VALUES))\n"
    "                n++;\n"
    "        }\n"
    "        if (n != FEATURES_FRAMES)\n            return 1;\n"
    "        fwrite(in, sizeof in, 1, stdout);\n"
    "    }\n    return 0;\n}\n";

static const char *const SETTINGS[] = {
    "{\"kind\": \"raw\", \"rate_hz\": 50",
    "{\"kind\": \"statistics\", \"rate_hz\": 50, \"frame_ms\": 640, \"hop_ms\": 300",
    "{\"kind\": \"spectral\", \"rate_hz\": 50, \"frame_ms\": 640, \"bands\": 5",
};

static int16_t whole[SAMPLES][STEPS * CHANNELS];
static float real[SAMPLES][STEPS * CHANNELS];

static int fill(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, 3);
    for (int i = 0; i < SAMPLES; i++)
        for (int k = 0; k < STEPS * CHANNELS; k++) {
            const double x = 200.0 * (i + 1) * (sin(0.1 * (i + 1) * k) + mote_rng_normal(&r) / 3);
            whole[i][k] = (int16_t)x;
            real[i][k] = (float)(x / 100.0);
        }
    return 0;
}

static void fit(mote_frontend *f, const mote_shape *in, const void *x)
{
    mote_err err;
    mote_frontend_plan *p = NULL;
    T_OK(mote_frontend_plan_create(f, in, 1, &p, &err));
    const mote_shape out = *mote_frontend_plan_out(p);
    const size_t n = (size_t)mote_shape_elements(&out);
    float *y = mote_alloc(SAMPLES * n, sizeof *y);
    for (size_t i = 0; i < SAMPLES; i++)
        T_OK(mote_frontend_run(p, 0, (const char *)x + i * mote_shape_bytes(in), STEPS, y + i * n,
                               &err));
    T_OK(mote_frontend_fit(f, &(mote_frames){y, SAMPLES * (size_t)out.dims[0], out.dims[1]}, f,
                           &err));
    mote_free(y);
    mote_frontend_plan_destroy(p);
}

static void check_project(const mote_compile_input *in, const void *x, const char *number)
{
    mote_err err;
    static int n_dirs;
    char dir[400], define[40];
    snprintf(dir, sizeof dir, "%s/series-%d", t_temp(), n_dirs++);
    snprintf(define, sizeof define, "-DNUMBER=%s", number);
    const char *const words[] = {define, NULL};
    MOTE_SCOPED_BUF got;
    mote_buf_init(&got, 1 << 20);
    project_generate(in, dir, driver);
    project_build(dir, "-O2 -Wall -Werror", words);
    project_check_cxx(dir, "model_features.c");
    project_said(dir, x, SAMPLES * mote_shape_bytes(&in->sample), &got);

    mote_frontend_plan *p = NULL;
    const mote_quant *q = &in->graph->tensors[in->graph->inputs[0]].quant;
    T_OK(mote_frontend_plan_create(in->features, &in->sample, 1, &p, &err));
    const size_t n = (size_t)mote_shape_elements(mote_frontend_plan_out(p));
    float *values = mote_alloc(n, sizeof *values);
    int8_t *want = mote_alloc(n, 1);
    assert_int_equal(got.len, 2 * SAMPLES * n);
    for (size_t i = 0; i < SAMPLES; i++) {
        T_OK(mote_frontend_run(p, 0, (const char *)x + i * mote_shape_bytes(&in->sample), STEPS,
                               values, &err));
        T_OK(mote_frontend_quantize(p, (mote_input_quant){q->scales[0], q->zero_point}, values, n,
                                    want, &err));
        assert_memory_equal(got.data + 2 * i * n, want, n);
        assert_memory_equal(got.data + (2 * i + 1) * n, want, n);
    }
    mote_free(values);
    mote_free(want);
    mote_frontend_plan_destroy(p);
}

/* Whether project k of n is measured on target i: the first projects of a shuffled deck, one to
 * each target. */
static bool is_dealt(size_t k, uint32_t n, size_t i)
{
    const char *wish = getenv("T_MEASURE");
    uint32_t deck[64];
    mote_rng r;
    assert_true(n <= T_COUNT(deck) && mote_n_targets <= n);
    if (strcmp(wish, "whole") == 0)
        return true;
    for (uint32_t at = 0; at < n; at++)
        deck[at] = at;
    mote_rng_init(&r, strtoull(wish, NULL, 10));
    mote_rng_shuffle_u32(&r, deck, n);
    return deck[i] == k;
}

static void measure(const mote_compile_input *in, const void *x, const char *what, size_t k)
{
    for (size_t i = 0; i < mote_n_targets; i++) {
        if (!is_dealt(k, 3 * T_COUNT(SETTINGS), i))
            continue;
        mote_err err;
        mote_device_measurement m;
        mote_footprint f;
        mote_measure_options o = {.n_inputs = SAMPLES, .samples = x};
        T_OK(mote_measure(in, &mote_targets[i], &o, &m, &err));
        T_OK(mote_footprint_estimate(in, &mote_targets[i], &f, &err));
        print_message("%s on %s: %d of %d equal; a frame %lld instructions, flash %lld (estimated "
                      "%lld), RAM %lld (%lld)\n",
                      what, mote_targets[i].name, (int)m.n_equal, (int)m.n_inputs,
                      (long long)m.hop_instructions, (long long)m.flash_bytes,
                      (long long)f.flash_bytes, (long long)m.ram_static_bytes,
                      (long long)f.ram_bytes);
        assert_int_equal(m.n_equal, SAMPLES);
    }
}

static void the_firmware_sees_what_the_host_does(void **state)
{
    (void)state;
    if (!project_can_build())
        T_SKIP("no cc, c++ or make to build the generated project with");
    for (size_t i = 0; i < 3 * T_COUNT(SETTINGS); i++) {
        const bool is_fixed = i % 3 == 2, is_real = i % 3 == 0;
        const mote_shape sample = {is_real ? MOTE_F32 : MOTE_I16, 2, {STEPS, CHANNELS}};
        const void *x = is_real ? (const void *)real : (const void *)whole;
        mote_err err;
        mote_frontend f;
        mote_shape out;
        char text[300], what[160];
        snprintf(text, sizeof text, "%s, \"arithmetic\": \"%s\"}", SETTINGS[i / 3],
                 is_fixed ? "fixed" : "float");
        json_t *o = json_loads(text, 0, NULL);
        T_OK(mote_frontend_from_json(o, "test", &f, &err));
        json_decref(o);
        fit(&f, &sample, x);
        T_OK(mote_frontend_shape(&f, &sample, &out, &err));
        mote_graph *g = small_net(out.dims[0], out.dims[1], 1, 8);
        const mote_compile_input in = {
            .name = "series", .graph = g, .features = &f, .sample = sample};
        check_project(&in, x, is_real ? "float" : "int16_t");
        mote_frontend_describe(&f, what, sizeof what);
        if (getenv("T_MEASURE"))
            measure(&in, x, what, i);
        mote_graph_destroy(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_firmware_sees_what_the_host_does),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
