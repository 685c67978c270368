/* SPDX-License-Identifier: Apache-2.0 */
/* Generated projects of pictures: built here and fed with frames of a camera, of any size and
 * colour, they make the picture that the host makes, bit for bit. (tests/device/signal_program.c
 * has the same on emulated targets.) */
#include "support.h"

#include "base/file.h"
#include "base/process.h"
#include "base/rng.h"
#include "compile/codegen.h"
#include "data/image.h"
#include "model/signature.h"
#include "small_net.h"

enum { HEIGHT = 12, WIDTH = 16 };

/* Reads frames: width, height and channels, a byte each, then the levels; writes pictures. */
static const char driver[] =
    "#include <stdio.h>\n#include \"model_features.h\"\n"
    "static uint8_t frame[255 * 255 * 3], picture[FEATURES_HEIGHT * FEATURES_CHANNELS];\n"
    "int main(void)\n{\n"
    "    unsigned char head[3];\n"
    "    while (fread(head, 3, 1, stdin) == 1) {\n"
    "        if (fread(frame, (size_t)head[0] * head[1] * head[2], 1, stdin) != 1)\n"
    "            return 1;\n"
    "        features_camera(frame, head[0], head[1], head[2], picture);\n"
    "        fwrite(picture, sizeof picture, 1, stdout);\n"
    "    }\n    return 0;\n}\n";

static const struct {
    uint8_t width, height, n_channels;
} frames[] = {{16, 12, 1}, {16, 12, 3}, {64, 48, 1}, {64, 48, 3},  {33, 50, 3},
              {7, 5, 3},   {1, 1, 1},   {250, 3, 3}, {20, 200, 1}, {17, 12, 1}};

static void run(const char *dir, const char *const *argv, const mote_buf *input, mote_buf *out)
{
    mote_err err = {0};
    int code = -1;
    MOTE_SCOPED_BUF messages;
    mote_buf_init(&messages, 1 << 20);
    mote_process p = {.argv = argv,
                      .cwd = dir,
                      .input = input ? input->data : NULL,
                      .input_bytes = input ? input->len : 0,
                      .out = out,
                      .err_out = &messages,
                      .timeout_ms = 100000};
    if (mote_process_run(&p, &code, &err) != MOTE_OK || code != 0)
        fail_msg("%s: %s %s", argv[0], err.text, messages.len ? messages.data : "");
}

static void write_frames(mote_buf *out)
{
    mote_rng r;
    mote_rng_init(&r, 8);
    mote_buf_init(out, 1 << 20);
    for (size_t i = 0; i < T_COUNT(frames); i++) {
        size_t n = (size_t)frames[i].width * frames[i].height * frames[i].n_channels;
        mote_buf_add(out, &frames[i], 3);
        for (size_t k = 0; k < n; k++)
            mote_buf_char(out, (char)mote_rng_below(&r, 256));
    }
}

static void check_project(const mote_compile_input *in, const char *fit, mote_buf *got)
{
    mote_err err;
    const mote_target *t = NULL;
    mote_compile_result result;
    char dir[400], path[500];
    snprintf(dir, sizeof dir, "%s/camera-%s-%d", t_temp(), fit, (int)in->sample.dims[2]);
    snprintf(path, sizeof path, "%s/driver.c", dir);
    T_OK(mote_target_find("cortex-m4f", &t, &err));
    T_OK(mote_compile_project(in, t, dir, &result, &err));
    T_OK(mote_file_write(path, driver, sizeof driver - 1, &err));
    const char *make[] = {
        "make", "-s", "-B", "host", "CFLAGS=-std=c11 -O1 -Wall -Werror -ffp-contract=off -iquote .",
        NULL};
    const char *cc[] = {"cc",       "-std=c11",        "-O1", "-iquote", ".", "-iquote", "device",
                        "driver.c", "libmodel_host.a", "-o",  "driver",  NULL};
    const char *cxx[] = {"c++", "-std=c++11", "-fsyntax-only", "-x",
                         "c++", "-Wall",      "-Werror",       "-iquote",
                         ".",   "-iquote",    "device",        "model_features.c",
                         NULL};
    MOTE_SCOPED_BUF input;
    write_frames(&input);
    run(dir, make, NULL, NULL);
    run(dir, cc, NULL, NULL);
    run(dir, cxx, NULL, NULL);
    snprintf(path, sizeof path, "%s/driver", dir);
    const char *self[] = {path, NULL};
    mote_buf_init(got, 1 << 20);
    run(dir, self, &input, got);
}

static void check(int32_t n_channels, const char *name, mrt_fit fit)
{
    static const char *const labels[] = {"cat", "dog"};
    mote_err err;
    if (!mote_process_in_path("cc") || !mote_process_in_path("c++") ||
        !mote_process_in_path("make"))
        T_SKIP("no cc, c++ or make to build the generated project with");
    mote_frontend features;
    const mote_shape shape = {MOTE_U8, 3, {HEIGHT, WIDTH, n_channels}};
    mote_graph *g = small_net(HEIGHT, WIDTH, n_channels, 4);
    const mote_signature s = {.input = MOTE_INPUT_IMAGE,
                              .sample = shape,
                              .fit = name,
                              .answer = MOTE_ANSWER_CLASS,
                              .n_outputs = 2,
                              .n_labels = 2,
                              .labels = {"cat", "dog"}};
    const mote_decision decision = {0};
    json_t *settings = json_pack("{s:s}", "kind", "unit_pixels");
    T_OK(mote_frontend_from_json(settings, "test", &features, &err));
    json_decref(settings);
    const mote_compile_input in = {.name = "camera",
                                   .graph = g,
                                   .n_labels = 2,
                                   .labels = labels,
                                   .features = &features,
                                   .sample = shape,
                                   .signature = &s,
                                   .decision = &decision};
    MOTE_SCOPED_BUF got;
    check_project(&in, name, &got);

    MOTE_SCOPED_BUF input;
    uint8_t want[HEIGHT * WIDTH * 3];
    const size_t n = (size_t)(HEIGHT * WIDTH * n_channels);
    write_frames(&input);
    const uint8_t *at = (const uint8_t *)input.data;
    assert_int_equal(got.len, n * T_COUNT(frames));
    for (size_t i = 0; i < T_COUNT(frames); i++) {
        uint8_t pixels[64 * 50 * 3 + 250 * 200];
        const size_t bytes = (size_t)at[0] * at[1] * at[2];
        mote_image image = {pixels, at[0], at[1], at[2]};
        assert_true(bytes <= sizeof pixels);
        memcpy(pixels, at + 3, bytes);
        const mrt_picture_form form = {fit, WIDTH, HEIGHT, n_channels, 0};
        T_OK(mote_image_fit(&image, &form, want, &err));
        assert_memory_equal(got.data + i * n, want, n);
        at += 3 + bytes;
    }
    mote_graph_destroy(g);
}

static void a_grey_picture_is_what_the_host_makes(void **state)
{
    (void)state;
    check(1, "crop", MRT_FIT_CROP);
}

static void a_picture_in_colour_is_too(void **state)
{
    (void)state;
    check(3, "letterbox", MRT_FIT_LETTERBOX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grey_picture_is_what_the_host_makes),
        cmocka_unit_test(a_picture_in_colour_is_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
