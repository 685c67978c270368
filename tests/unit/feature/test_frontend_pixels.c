/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/feature/frontend_pixels.c and its device part. */
#include "support.h"

#include <math.h>

#include "base/rng.h"
#include "device/signal/mrt_pixels.h"
#include "device/signal/mrt_quantize.h"
#include "feature/frontend.h"
#include "feature/frontend_device.h"

enum { HEIGHT = 7, WIDTH = 5, COLOURS = 3, N = 6, SIZE = HEIGHT * WIDTH * COLOURS };

static const mote_shape COLOUR = {MOTE_U8, 3, {HEIGHT, WIDTH, COLOURS}};
static const mote_shape GREY = {MOTE_U8, 3, {HEIGHT, WIDTH *COLOURS, 1}};
static uint8_t pictures[N][SIZE];

/* Channels of different mean and spread. */
static int fill(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, 3);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < SIZE; k++)
            pictures[i][k] = (uint8_t)(20 + 60 * (k % 3) +
                                       (int)mote_rng_below(&r, (uint32_t)(30 + 20 * (k % 3))));
    return 0;
}

static mote_frontend named(const char *name)
{
    mote_err err;
    mote_frontend f;
    T_OK(mote_frontend_named(name, &f, &err));
    return f;
}

static void run_all(const mote_frontend *f, const mote_shape *in, float *out)
{
    mote_err err;
    mote_frontend_plan *p = NULL;
    T_OK(mote_frontend_plan_create(f, in, 1, &p, &err));
    for (int i = 0; i < N; i++)
        T_OK(mote_frontend_run(p, 0, pictures[i], HEIGHT, out + i * SIZE, &err));
    mote_frontend_plan_destroy(p);
}

static mote_frontend fitted_to(const mote_shape *in)
{
    mote_err err;
    const mote_frontend f = named("pixels");
    mote_frontend fitted;
    static float x[N * SIZE];
    assert_true(mote_frontend_wants_fit(&f));
    run_all(&f, in, x);
    T_OK(mote_frontend_fit(&f, &(mote_frames){x, (size_t)(N * SIZE / in->dims[2]), in->dims[2]},
                           &fitted, &err));
    return fitted;
}

static void each_channel_gets_mean_0_and_deviation_1(void **state)
{
    (void)state;
    static float x[N * SIZE];
    const mote_shape *shapes[] = {&COLOUR, &GREY};
    for (size_t s = 0; s < 2; s++) {
        const mote_frontend f = fitted_to(shapes[s]);
        const int n = shapes[s]->dims[2];
        run_all(&f, shapes[s], x);
        for (int c = 0; c < n; c++) {
            double sum = 0, square = 0;
            for (int k = c; k < N * SIZE; k += n)
                sum += (double)x[k], square += (double)x[k] * (double)x[k];
            assert_true(fabs(sum / (N * SIZE / n)) < 1e-4);
            assert_true(fabs(square / (N * SIZE / n) - 1.0) < 1e-4);
        }
        mote_frontend back;
        mote_err err;
        json_t *o = mote_frontend_to_json(&f);
        T_OK(mote_frontend_from_json(o, "test", &back, &err));
        json_decref(o);
        const mote_sha256 a = mote_frontend_hash(&f), b = mote_frontend_hash(&back);
        assert_true(mote_sha256_equal(&a, &b));
    }
}

static void unit_pixels_go_from_minus_1_to_1(void **state)
{
    (void)state;
    mote_err err;
    const mote_frontend f = named("unit_pixels");
    const mote_shape in = {MOTE_U8, 3, {1, 3, 1}};
    const uint8_t x[] = {0, 255, 128};
    float out[3];
    mote_frontend_plan *p = NULL;
    assert_false(mote_frontend_wants_fit(&f));
    T_OK(mote_frontend_plan_create(&f, &in, 1, &p, &err));
    T_OK(mote_frontend_run(p, 0, x, 1, out, &err));
    assert_true(fabsf(out[0] + 1) < 1e-6f && fabsf(out[1] - 1) < 1e-6f);
    assert_true(fabsf(out[2] - 0.5f / 127.5f) < 1e-6f);
    mote_frontend_plan_destroy(p);
}

/* The numbers of "name[..] = {1, 2, };" in a text. */
static void read_table(const char *text, const char *name, int8_t *out, size_t n)
{
    const char *at = strstr(text, name);
    assert_non_null(at);
    at = strchr(at, '{') + 1;
    for (size_t i = 0; i < n; i++) {
        char *end = NULL;
        out[i] = (int8_t)strtol(at, &end, 10);
        assert_true(end != at && *end == ',');
        at = end + 1;
    }
}

/* What a generated project looks up is what the host computes and quantises, bit for bit. */
static void the_device_looks_up_what_the_host_computes(void **state)
{
    (void)state;
    mote_err err;
    const mote_frontend rows[] = {fitted_to(&COLOUR), fitted_to(&GREY), named("unit_pixels")};
    const mote_shape *shapes[] = {&COLOUR, &GREY, &COLOUR};
    static const mote_input_quant quants[] = {{0.0247f, -12}, {0.0039f, 0}, {1.0f, 127}};
    for (size_t i = 0; i < 3 * T_COUNT(quants); i++) {
        const mote_shape *in = shapes[i % 3];
        const int32_t n = in->dims[2];
        mote_frontend_plan *p = NULL;
        T_OK(mote_frontend_plan_create(&rows[i % 3], in, 1, &p, &err));
        MOTE_SCOPED_BUF text;
        mote_buf_init(&text, 1 << 16);
        mote_frontend_device_source(p, quants[i / 3], &text);
        int8_t table[COLOURS * MRT_PIXELS_LEVELS], looked[SIZE], want[SIZE], streamed[SIZE];
        read_table(text.data, "@f_levels", table, (size_t)n * MRT_PIXELS_LEVELS);
        for (int k = 0; k < N; k++) {
            float x[SIZE];
            T_OK(mote_frontend_run(p, 0, pictures[k], HEIGHT, x, &err));
            T_OK(mote_frontend_quantize(p, quants[i / 3], x, SIZE, want, &err));
            mrt_pixels_look_up(pictures[k], (size_t)(SIZE / n), n, table, looked);
            assert_memory_equal(looked, want, SIZE);
            const mrt_pixels_tables t = {in->dims[1], HEIGHT, n, table};
            mrt_pixels_stream s;
            mrt_pixels_stream_init(&s, &t, NULL);
            for (int row = 0, is_whole = 0; !is_whole;) { /* by 3 rows, then the rest */
                size_t used = 0;
                is_whole = mrt_pixels_stream_push(&s, pictures[k] + row * WIDTH * COLOURS, 3, &used,
                                                  streamed);
                row += (int)used;
                assert_true(used > 0 && row <= HEIGHT && is_whole == (row == HEIGHT));
            }
            assert_memory_equal(streamed, want, SIZE);
        }
        mote_frontend_plan_destroy(p);
    }
}

static void what_cannot_be_is_refused_in_words(void **state)
{
    (void)state;
    mote_err err;
    mote_shape out;
    mote_frontend f = named("pixels");
    const mote_shape sound = {MOTE_I16, 1, {400}}, wide = {MOTE_U8, 3, {4, 4, 5}};
    T_FAILS(mote_frontend_shape(&f, &sound, &out, &err), MOTE_SHAPE, "takes a picture");
    T_FAILS(mote_frontend_shape(&f, &wide, &out, &err), MOTE_SHAPE, "1 to 4 channels");
    f = fitted_to(&COLOUR);
    T_FAILS(mote_frontend_shape(&f, &GREY, &out, &err), MOTE_SHAPE, "was fitted to pictures of 3");
    json_t *o = json_loads("{\"kind\": \"pixels\", \"mels\": 3}", 0, NULL);
    T_FAILS(mote_frontend_from_json(o, "test", &f, &err), MOTE_PARSE, "unknown key 'mels'");
    json_decref(o);
}

static void channels_have_names(void **state)
{
    (void)state;
    const mote_frontend f = named("pixels");
    mote_value_words words;
    mote_frontend_words(&f, &COLOUR, 1, 1, &words);
    assert_string_equal(words.what, "the brightness of green");
    assert_non_null(words.like);
    mote_frontend_words(&f, &GREY, 0, 0, &words);
    assert_string_equal(words.what, "the brightness of the picture");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_channel_gets_mean_0_and_deviation_1),
        cmocka_unit_test(unit_pixels_go_from_minus_1_to_1),
        cmocka_unit_test(the_device_looks_up_what_the_host_computes),
        cmocka_unit_test(what_cannot_be_is_refused_in_words),
        cmocka_unit_test(channels_have_names),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
