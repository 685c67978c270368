/* SPDX-License-Identifier: Apache-2.0 */
/* Images: decoders against an independent one, hostile files, resizing, sets, augmentation. */
#include "tests/support.h"

#include <math.h>

#include "base/json.h"
#include "base/rng.h"
#include "data/image.h"
#include "data/image_augment.h"

static const char *golden(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/tests/golden/images/%s", getenv("MOTE_SOURCE_ROOT"), name);
    return path;
}

static uint8_t *read_file(const char *path, size_t *n)
{
    mote_err err;
    char *bytes;
    T_OK(mote_file_read(path, 64u << 20, &bytes, n, &err));
    return (uint8_t *)bytes;
}

static int hex(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void check_golden(json_t *row)
{
    mote_err err;
    const char *file, *pixels;
    int64_t width, height, n_channels, tolerance;
    T_OK(mote_json_get_str(row, "g", "file", &file, &err));
    T_OK(mote_json_get_str(row, "g", "pixels", &pixels, &err));
    T_OK(mote_json_get_i64(row, "g", "width", (mote_i64_range){1, 100}, &width, &err));
    T_OK(mote_json_get_i64(row, "g", "height", (mote_i64_range){1, 100}, &height, &err));
    T_OK(mote_json_get_i64(row, "g", "channels", (mote_i64_range){1, 3}, &n_channels, &err));
    T_OK(mote_json_get_i64(row, "g", "tolerance", (mote_i64_range){0, 3}, &tolerance, &err));
    size_t n;
    uint8_t *bytes = read_file(golden(file), &n);
    mote_image im;
    T_OK(mote_image_decode(&(mote_file_bytes){file, bytes, n}, NULL, &im, NULL, &err));
    if (im.width != width || im.height != height || im.n_channels != n_channels)
        fail_msg("%s is %d x %d x %d", file, im.width, im.height, im.n_channels);
    for (int64_t i = 0; i < width * height * n_channels; i++) {
        int want = hex(pixels[2 * i]) * 16 + hex(pixels[2 * i + 1]);
        if (abs(im.pixels[i] - want) > tolerance)
            fail_msg("%s: value %lld is %d, not %d", file, (long long)i, im.pixels[i], want);
    }
    mote_image_release(&im);
    mote_free(bytes);
}

static void every_kind_decodes_as_an_independent_decoder_says(void **state)
{
    (void)state;
    mote_err err;
    json_t *all = NULL, *rows, *row;
    size_t i;
    T_OK(mote_json_load(golden("images.json"), 1 << 20, &all, &err));
    T_OK(mote_json_get_arr(all, "g", "images", &rows, &err));
    assert_true(json_array_size(rows) >= 25);
    json_array_foreach(rows, i, row)
    {
        check_golden(row);
    }
    json_decref(all);
}

static void the_facts_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        mote_image_info want;
    } cases[] = {
        {"deep.png", {MOTE_IMAGE_PNG, 13, 9, 1, 16, 1, false, false, false}},
        {"alpha.png", {MOTE_IMAGE_PNG, 13, 9, 3, 8, 1, true, false, false}},
        {"interlaced.png", {MOTE_IMAGE_PNG, 13, 9, 1, 8, 1, false, false, true}},
        {"turned-6.jpg", {MOTE_IMAGE_JPEG, 13, 9, 3, 8, 6, false, false, false}},
        {"progressive.jpg", {MOTE_IMAGE_JPEG, 13, 9, 3, 8, 1, false, false, true}},
        {"cmyk.jpg", {MOTE_IMAGE_JPEG, 13, 9, 4, 8, 1, false, false, false}},
        {"bits.bmp", {MOTE_IMAGE_BMP, 13, 9, 1, 1, 1, false, true, false}},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        mote_image im;
        mote_image_info got;
        size_t n;
        uint8_t *bytes = read_file(golden(cases[i].file), &n);
        T_OK(mote_image_decode(&(mote_file_bytes){"t", bytes, n}, NULL, &im, &got, &err));
        const mote_image_info *w = &cases[i].want;
        if (got.format != w->format || got.width != w->width || got.height != w->height ||
            got.n_channels != w->n_channels || got.bits != w->bits ||
            got.orientation != w->orientation || got.has_alpha != w->has_alpha ||
            got.has_palette != w->has_palette || got.is_interlaced != w->is_interlaced)
            fail_msg("%s: %d x %d, %d channels of %d bits", cases[i].file, got.width, got.height,
                     got.n_channels, got.bits);
        mote_image_release(&im);
        mote_free(bytes);
    }
}

/* Every cut of every kind is refused, or (behind the last pixel) gives the picture; in a block of
 * its own so that a sanitizer sees a byte too far. */
static void files_that_end_early_are_refused_and_named(void **state)
{
    (void)state;
    static const char *const files[] = {"colour.png", "interlaced.png",  "palette.png",
                                        "colour.jpg", "progressive.jpg", "palette.bmp",
                                        "colour.bmp", "grey.pgm",        "bits.pbm"};
    for (size_t i = 0; i < T_COUNT(files); i++) {
        size_t n, n_refused = 0;
        uint8_t *bytes = read_file(golden(files[i]), &n);
        for (size_t cut = 0; cut < n; cut++) {
            mote_err err;
            mote_image im = {0};
            uint8_t *part = malloc(cut ? cut : 1);
            memcpy(part, bytes, cut);
            mote_status st =
                mote_image_decode(&(mote_file_bytes){"short", part, cut}, NULL, &im, NULL, &err);
            if (st == MOTE_OK)
                mote_image_release(&im);
            else if ((st != MOTE_CORRUPT && st != MOTE_UNSUPPORTED) || !strstr(err.text, "'short'"))
                fail_msg("%s cut at %zu: %s: %s", files[i], cut, mote_status_name(st), err.text);
            n_refused += st != MOTE_OK;
            free(part);
        }
        if (n_refused + 2 < n) /* a JPEG may lack its end marker's bytes */
            fail_msg("%s: only %zu of %zu cuts are refused", files[i], n_refused, n);
        mote_free(bytes);
    }
}

static void what_is_hostile_is_refused_before_it_costs(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        mote_status st;
        const char *words;
    } cases[] = {
        {"", 0, MOTE_UNSUPPORTED, "it is empty"},
        {"GIF89a..........", 16, MOTE_UNSUPPORTED, "a GIF image"},
        {"P5 60000 60000 255\n", 19, MOTE_CORRUPT, "ends early"},
        {"P2 30000 30000 255\n1", 20, MOTE_CORRUPT, "ends early"},
        {"P5 0 3 255\n", 11, MOTE_CORRUPT, "0 x 3"},
        {"P5 3 3 70000\n", 13, MOTE_CORRUPT, "head of a P5"},
        {"P2 2 1 9\n1 x", 12, MOTE_CORRUPT, "value 2 of 2"},
        {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\2\0\0\0\xe4\xc2\x2e\x4d", 33,
         MOTE_CORRUPT, "'t'"},
        {"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\1\0\x18\0\1\0\0\0\0\0\0\0\0\0"
         "\0"
         "\0\0\0\0\0\0\0\0\0\0\0\0\0",
         54, MOTE_UNSUPPORTED, "compression 1"},
        {"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\xff\xff\0\0\xff\xff\0\0\1\0\x18\0\0\0\0\0\0\0\0\0"
         "\0"
         "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
         54, MOTE_CORRUPT, "ends early"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        mote_image im = {0};
        mote_status st = mote_image_decode(&(mote_file_bytes){"t", cases[i].bytes, cases[i].n},
                                           NULL, &im, NULL, &err);
        if (st != cases[i].st || !strstr(err.text, cases[i].words))
            fail_msg("case %zu: %s: %s", i, mote_status_name(st), err.text);
        assert_null(im.pixels);
    }
    mote_image_config cfg = mote_image_config_default();
    mote_image im = {0};
    mote_err err;
    cfg.max_pixels = 100;
    static const char *const files[] = {"colour.png", "colour.jpg", "colour.bmp", "colour.ppm"};
    for (size_t i = 0; i < T_COUNT(files); i++) {
        size_t n;
        uint8_t *bytes = read_file(golden(files[i]), &n);
        T_FAILS(mote_image_decode(&(mote_file_bytes){"t", bytes, n}, &cfg, &im, NULL, &err),
                MOTE_LIMIT, "13 x 9 pixels");
        mote_free(bytes);
    }
}

/* ---- resizing ---- */

/* The definition, in double: coverage of each source pixel. */
static double area_mean(const mote_image *im, mrt_rect from, int32_t c, int32_t x, int32_t y,
                        int32_t width, int32_t height)
{
    double x0 = (double)x * from.width / width, x1 = (double)(x + 1) * from.width / width;
    double y0 = (double)y * from.height / height, y1 = (double)(y + 1) * from.height / height;
    double sum = 0;
    for (int32_t i = 0; i < from.height; i++)
        for (int32_t k = 0; k < from.width; k++) {
            double w = fmin(x1, k + 1) - fmax(x0, k), h = fmin(y1, i + 1) - fmax(y0, i);
            if (w > 0 && h > 0)
                sum += w * h *
                       im->pixels[((from.y + i) * im->width + from.x + k) * im->n_channels + c];
        }
    return sum / ((x1 - x0) * (y1 - y0));
}

static void resizing_is_the_mean_of_what_is_covered(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    static uint8_t pixels[40 * 40 * 3], out[50 * 50 * 3];
    for (int round = 0; round < 300; round++) {
        mote_image im = {pixels, 1 + (int32_t)mote_rng_below(&r, 40),
                         1 + (int32_t)mote_rng_below(&r, 40), mote_rng_below(&r, 2) ? 3 : 1};
        int32_t w = 1 + (int32_t)mote_rng_below(&r, 50), h = 1 + (int32_t)mote_rng_below(&r, 50);
        mrt_fit fit = (mrt_fit)mote_rng_below(&r, 3);
        mrt_rect from, to;
        mote_err err;
        for (size_t i = 0; i < sizeof pixels; i++)
            pixels[i] = (uint8_t)mote_rng_below(&r, 256);
        mrt_fit_rects(&(mrt_picture_form){.fit = fit, .width = w, .height = h}, im.width, im.height,
                      &from, &to);
        assert_true(from.x >= 0 && from.y >= 0 && from.x + from.width <= im.width &&
                    from.y + from.height <= im.height && from.width > 0 && from.height > 0);
        assert_true(to.x >= 0 && to.y >= 0 && to.x + to.width <= w && to.y + to.height <= h);
        T_OK(mote_image_fit(&im, &(mrt_picture_form){fit, w, h, im.n_channels, 7}, out, &err));
        for (int32_t y = 0; y < h; y++)
            for (int32_t x = 0; x < w; x++)
                for (int32_t c = 0; c < im.n_channels; c++) {
                    bool inside =
                        x >= to.x && x < to.x + to.width && y >= to.y && y < to.y + to.height;
                    double want =
                        inside ? area_mean(&im, from, c, x - to.x, y - to.y, to.width, to.height)
                               : 7;
                    uint8_t got = out[(y * w + x) * im.n_channels + c];
                    if (fabs(got - want) > 0.5 + 1e-6) /* rounded: at most half a step away */
                        fail_msg("%d x %d to %d x %d: %d at (%d, %d), not %.3f", im.width,
                                 im.height, w, h, got, x, y, want);
                }
    }
}

static void the_largest_image_does_not_overflow(void **state)
{
    (void)state;
    enum { SIDE = 4096 };
    mote_image im = {mote_alloc(SIDE, SIDE), SIDE, SIDE, 1};
    uint8_t out[9];
    mote_err err;
    memset(im.pixels, 255, (size_t)SIDE * SIDE);
    T_OK(mote_image_fit(&im, &(mrt_picture_form){MRT_FIT_STRETCH, 1, 1, 1, 0}, out, &err));
    assert_int_equal(out[0], 255);
    T_OK(mote_image_fit(&im, &(mrt_picture_form){MRT_FIT_STRETCH, 3, 3, 1, 0}, out, &err));
    for (int i = 0; i < 9; i++)
        assert_int_equal(out[i], 255);
    mote_image_release(&im);
}

static void proportions_are_kept_by_crop_and_letterbox(void **state)
{
    (void)state;
    mrt_rect from, to;
    mrt_fit_rects(&(mrt_picture_form){.fit = MRT_FIT_CROP, .width = 96, .height = 96}, 640, 480,
                  &from, &to);
    assert_true(from.x == 80 && from.width == 480 && from.height == 480 && to.width == 96);
    mrt_fit_rects(&(mrt_picture_form){.fit = MRT_FIT_LETTERBOX, .width = 96, .height = 96}, 640,
                  480, &from, &to);
    assert_true(to.y == 12 && to.height == 72 && to.width == 96 && from.width == 640);
    mrt_fit_rects(&(mrt_picture_form){.fit = MRT_FIT_CROP, .width = 1, .height = 65535}, 65535, 1,
                  &from, &to);
    assert_true(from.width == 1 && from.height == 1);
}

static void grey_and_colour_go_both_ways(void **state)
{
    (void)state;
    uint8_t rgb[] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}, out[12];
    mote_image im = {rgb, 4, 1, 3};
    mote_err err;
    T_OK(mote_image_fit(&im, &(mrt_picture_form){MRT_FIT_STRETCH, 4, 1, 1, 0}, out, &err));
    assert_true(out[0] == 77 && out[1] == 149 && out[2] == 29 && out[3] == 255);
    uint8_t grey[] = {10, 20};
    mote_image g = {grey, 2, 1, 1};
    T_OK(mote_image_fit(&g, &(mrt_picture_form){MRT_FIT_STRETCH, 2, 1, 3, 0}, out, &err));
    assert_true(out[0] == 10 && out[2] == 10 && out[3] == 20 && out[5] == 20);
}

/* ---- sets ---- */

static void sets_are_read_and_bad_ones_named(void **state)
{
    (void)state;
    mote_err err;
    mote_image_set s;
    static const uint8_t idx[] = "\0\0\x08\x03\0\0\0\2\0\0\0\1\0\0\0\2abcd";
    uint8_t out[3072];
    T_OK(mote_image_set_open(&(mote_file_bytes){"t", idx, 20}, &s, &err));
    assert_true(s.n == 2 && s.width == 2 && s.height == 1 && s.n_channels == 1);
    assert_int_equal(mote_image_set_get(&s, 1, out), -1);
    assert_memory_equal(out, "cd", 2);
    T_FAILS(mote_image_set_open(&(mote_file_bytes){"t", idx, 19}, &s, &err), MOTE_CORRUPT,
            "promises 2 images of 2 bytes");
    T_FAILS(mote_image_set_open(&(mote_file_bytes){"t", "abc", 3}, &s, &err), MOTE_UNSUPPORTED,
            "neither IDX nor CIFAR");
    static uint8_t cifar[4 * 3073];
    for (int i = 0; i < 4; i++) {
        cifar[i * 3073] = (uint8_t)(9 - i);
        cifar[i * 3073 + 1] = 1;        /* red of the first pixel */
        cifar[i * 3073 + 1 + 1024] = 2; /* green */
        cifar[i * 3073 + 1 + 2048] = 3;
    }
    T_OK(mote_image_set_open(&(mote_file_bytes){"t", cifar, sizeof cifar}, &s, &err));
    assert_true(s.format == MOTE_IMAGE_CIFAR10 && s.n == 4);
    assert_int_equal(mote_image_set_get(&s, 1, out), 8);
    assert_memory_equal(out, "\1\2\3\0", 4);
    cifar[3073] = 10;
    T_FAILS(mote_image_set_open(&(mote_file_bytes){"t", cifar, sizeof cifar}, &s, &err),
            MOTE_UNSUPPORTED, "neither");
    const uint8_t *labels;
    int64_t n;
    T_OK(mote_image_labels_open(&(mote_file_bytes){"t", "\0\0\x08\1\0\0\0\2\5\6", 10}, &labels, &n,
                                &err));
    assert_true(n == 2 && labels[1] == 6);
    T_FAILS(mote_image_labels_open(&(mote_file_bytes){"t", "\0\0\x08\1\0\0\0\3\5\6", 10}, &labels,
                                   &n, &err),
            MOTE_CORRUPT, "promises 3 labels and holds 2");
}

/* ---- augmentation ---- */

static const mote_image_augment all_on = {true, true, 0.3f, 30, 0.2f, 0.3f, 0.1f, 0.4f};

static void augmentation_repeats_by_its_seed_and_stays_in_range(void **state)
{
    (void)state;
    mote_err err;
    enum { N = 17 * 23 * 3 };
    uint8_t in[N], a[N + 1], b[N + 1];
    size_t n_changed = 0;
    T_OK(mote_image_augment_check(&all_on, &err));
    for (size_t i = 0; i < N; i++)
        in[i] = (uint8_t)(i * 7);
    for (uint32_t image = 0; image < 200; image++) {
        mote_rng r;
        a[N] = b[N] = 0xA5;
        mote_image_augment_rng(&r, 1, 2, image);
        mote_image_augment_apply(&all_on, &r, &(mrt_picture){in, 17, 23, 3}, a);
        mote_image_augment_rng(&r, 1, 2, image);
        mote_image_augment_apply(&all_on, &r, &(mrt_picture){in, 17, 23, 3}, b);
        assert_memory_equal(a, b, N + 1);
        assert_int_equal(a[N], 0xA5);
        n_changed += memcmp(a, in, N) != 0;
    }
    assert_int_equal(n_changed, 200);
    mote_image_augment bad = all_on;
    bad.crop = NAN;
    T_FAILS(mote_image_augment_check(&bad, &err), MOTE_ARG, "'crop'");
}

static void each_step_does_what_it_says(void **state)
{
    (void)state;
    uint8_t in[15], out[15];
    mote_rng r;
    for (int i = 0; i < 15; i++)
        in[i] = (uint8_t)(i * 10);
    mote_image_augment none = {0}, flip = {.flip_across = true}, light = {.brightness = 0.5f};
    mote_image_augment_rng(&r, 1, 1, 1);
    mote_image_augment_apply(&none, &r, &(mrt_picture){in, 5, 3, 1}, out);
    assert_memory_equal(in, out, 15);
    int n_flipped = 0;
    for (uint32_t k = 0; k < 100; k++) {
        mote_image_augment_rng(&r, 1, 1, k);
        mote_image_augment_apply(&flip, &r, &(mrt_picture){in, 5, 3, 1}, out);
        bool is_flipped = out[0] == in[4];
        for (int y = 0; y < 3; y++)
            for (int x = 0; x < 5; x++)
                assert_int_equal(out[5 * y + x], in[5 * y + (is_flipped ? 4 - x : x)]);
        n_flipped += is_flipped;
        mote_image_augment_apply(&light, &r, &(mrt_picture){in, 5, 3, 1}, out);
        for (int i = 1; i < 14; i++) /* one shift for all, but where it is cut off */
            assert_true(out[i] - in[i] == out[0] - in[0] || out[i] == 255 || out[0] == 0);
    }
    assert_true(n_flipped > 25 && n_flipped < 75);
}

/* ---- memory and real sets ---- */

static mote_status decode_golden(const char *file, mote_err *err)
{
    size_t n;
    char *bytes;
    mote_image im = {0};
    MOTE_TRY(mote_file_read(golden(file), 1 << 20, &bytes, &n, err));
    mote_status st = mote_image_decode(&(mote_file_bytes){"t", bytes, n}, NULL, &im, NULL, err);
    mote_free(bytes);
    if (st == MOTE_OK)
        mote_image_release(&im);
    return st;
}

static void a_refused_allocation_is_an_error(void **state)
{
    (void)state;
    static const char *const files[] = {"alpha.png", "cmyk.jpg", "turned-6.jpg", "grey.bmp"};
    for (size_t i = 0; i < T_COUNT(files); i++) {
        mote_err err;
        mote_status st = MOTE_NOMEM;
        for (int64_t k = 0; st != MOTE_OK && k < 1000; k++) {
            mote_mem_fail_after(k);
            st = decode_golden(files[i], &err);
            mote_mem_fail_never();
            /* libpng has words of its own for it: damaged near a byte */
            if (st != MOTE_OK && st != MOTE_NOMEM && st != MOTE_CORRUPT)
                fail_msg("%s: %s: %s", files[i], mote_status_name(st), err.text);
        }
        assert_int_equal(st, MOTE_OK);
    }
}

static void real_sets_are_as_described(void **state)
{
    (void)state;
    T_NEED_DATA();
    char path[512];
    mote_err err;
    size_t n;
    mote_image_set s;
    snprintf(path, sizeof path, "%s/mnist/train6k-images-idx3-ubyte", t_data());
    uint8_t *bytes = read_file(path, &n);
    T_OK(mote_image_set_open(&(mote_file_bytes){"mnist", bytes, n}, &s, &err));
    assert_true(s.n == 6000 && s.width == 28 && s.height == 28);
    mote_free(bytes);
    snprintf(path, sizeof path, "%s/mnist/train6k-labels-idx1-ubyte", t_data());
    bytes = read_file(path, &n);
    const uint8_t *labels;
    int64_t n_labels, ones = 0;
    T_OK(mote_image_labels_open(&(mote_file_bytes){"labels", bytes, n}, &labels, &n_labels, &err));
    for (int64_t i = 0; i < n_labels; i++)
        ones += labels[i] == 1;
    assert_true(n_labels == 6000 && ones == 671);
    mote_free(bytes);
    snprintf(path, sizeof path, "%s/person-96x96/person.bmp", t_data());
    if (!mote_path_exists(path))
        T_SKIP("person.bmp is not there");
    bytes = read_file(path, &n);
    mote_image im;
    T_OK(mote_image_decode(&(mote_file_bytes){"person", bytes, n}, NULL, &im, NULL, &err));
    assert_true(im.width == 96 && im.height == 96);
    mote_image_release(&im);
    mote_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_decodes_as_an_independent_decoder_says),
        cmocka_unit_test(the_facts_are_told),
        cmocka_unit_test(files_that_end_early_are_refused_and_named),
        cmocka_unit_test(what_is_hostile_is_refused_before_it_costs),
        cmocka_unit_test(resizing_is_the_mean_of_what_is_covered),
        cmocka_unit_test(the_largest_image_does_not_overflow),
        cmocka_unit_test(proportions_are_kept_by_crop_and_letterbox),
        cmocka_unit_test(grey_and_colour_go_both_ways),
        cmocka_unit_test(sets_are_read_and_bad_ones_named),
        cmocka_unit_test(augmentation_repeats_by_its_seed_and_stays_in_range),
        cmocka_unit_test(each_step_does_what_it_says),
        cmocka_unit_test(a_refused_allocation_is_an_error),
        cmocka_unit_test(real_sets_are_as_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
