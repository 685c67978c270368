/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures through the same walls as sound: folders of files become samples with facts and labels,
 * a version, and tensors of one size; what is no picture, or none that is read, is named. */
#include "data/kind_image.h"

#include "base/file.h"
#include "data/dataset.h"
#include "data/import.h"
#include "data/sample.h"
#include "data/version.h"
#include "kind_tree.h"

typedef kind_tree fixture;

/* A file of tests/golden/images under another name. */
static void copy_golden(fixture *f, const char *golden, const char *name)
{
    mote_err err = {0};
    char path[1024], *bytes = NULL;
    size_t n = 0;
    snprintf(path, sizeof path, "%s/tests/golden/images/%s", getenv("MOTE_SOURCE_ROOT"), golden);
    T_OK(mote_file_read(path, 1 << 20, &bytes, &n, &err));
    kind_tree_write(f, name, bytes, n);
    mote_free(bytes);
}

/* A grey picture of one value. */
static void write_flat(fixture *f, const char *name, int32_t width, int32_t height, uint8_t value)
{
    uint8_t bytes[4096];
    int n = snprintf((char *)bytes, sizeof bytes, "P5 %d %d 255\n", (int)width, (int)height);
    memset(bytes + n, value, (size_t)(width * height));
    kind_tree_write(f, name, bytes, (size_t)(n + width * height));
}

static mote_import_report import(fixture *f)
{
    mote_err err = {0};
    mote_import_report r;
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_IMAGE));
    cfg.now_ms = 5;
    T_OK(mote_data_import(f->store, f->tree, &cfg, &f->arena, &r, &err));
    return r;
}

static mote_dataset_config config(int32_t height, int32_t width, int32_t n_channels, mrt_fit fit)
{
    static const char *const labels[] = {"cat", "dog"};
    mote_dataset_config cfg = mote_dataset_config_default(mote_kind_of(MOTE_INPUT_IMAGE));
    cfg.labels = labels;
    cfg.n_labels = 2;
    cfg.all_splits = true;
    cfg.cut =
        (mote_cut_config){.height = height, .width = width, .n_channels = n_channels, .fit = fit};
    return cfg;
}

static mote_dataset load(fixture *f, const mote_dataset_config *cfg)
{
    mote_err err = {0};
    mote_version_config vc = mote_version_config_default();
    mote_version_report r;
    mote_data_version v;
    mote_dataset d;
    T_OK(mote_version_create(f->store, &vc, &f->arena, &v, &r, &err));
    T_OK(mote_dataset_load(f->store, &v, cfg, &d, &err));
    return d;
}

/* A sample as a file, as a server is sent it, decodes to the same levels. */
static void check_cut_files(const mote_dataset *d, const mote_cut_config *cut)
{
    mote_decoding how = d->kind->decoding();
    how.samples_only = how.strangers = true;
    how.cut = cut;
    for (size_t i = 0; i < d->n; i++) {
        mote_err err = {0};
        mote_decoded back;
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1 << 16);
        T_OK(d->kind->encode_cut(d->own, &d->shape, mote_dataset_sample(d, i), &b, &err));
        T_OK(
            mote_kind_decode(d->kind, &(mote_file_bytes){"cut", b.data, b.len}, &how, &back, &err));
        uint8_t x[8 * 16 * 3];
        d->kind->cut(&(mote_piece){&back, 0, 0}, cut, 0, x);
        assert_memory_equal(x, mote_dataset_sample(d, i), mote_dataset_sample_bytes(d));
        mote_decoded_release(&back);
    }
}

static void folders_of_pictures_become_tensors_of_one_size(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    copy_golden(f, "colour.png", "cat/a.png");
    copy_golden(f, "grey.jpg", "cat/b.jpg");
    copy_golden(f, "palette.bmp", "dog/c.dat"); /* the content decides, not the name */
    copy_golden(f, "deep.png", "dog/d.png");    /* 16 bits */
    copy_golden(f, "cmyk.jpg", "dog/e.jpg");
    write_flat(f, "dog/f.pgm", 40, 10, 200);
    mote_import_report r = import(f);
    assert_int_equal(r.total.n_added, 6);
    assert_int_equal(r.n_labels, 2);
    mote_sample_row *s = NULL;
    size_t n = 0;
    T_OK(mote_sample_list(f->store, &f->arena, &s, &n, &err));
    assert_int_equal(n, 6);
    assert_string_equal(mote_input_name(s[0].kind->input), "image");
    assert_string_equal(s[0].facts,
                        "{\"format\":\"PNG\",\"width\":13,\"height\":9,\"n_channels\":3,"
                        "\"bits\":8,\"orientation\":1,\"has_alpha\":false}");
    assert_int_equal(s[0].duration_us, 0);

    for (int32_t c = 1; c <= 3; c += 2) {
        mote_dataset_config cfg = config(8, 16, c, MRT_FIT_LETTERBOX);
        mote_dataset d = load(f, &cfg);
        assert_int_equal(d.shape.dtype, MOTE_U8);
        assert_int_equal(d.shape.n_dims, 3);
        assert_true(d.shape.dims[0] == 8 && d.shape.dims[1] == 16 && d.shape.dims[2] == c);
        assert_int_equal(d.n, 6);
        assert_int_equal(d.n_per_class[0], 2);
        check_cut_files(&d, &cfg.cut);
        for (size_t i = 0; i < d.n; i++) { /* the flat one: 16 x 4 in the middle, 0 around */
            const uint8_t *x = mote_dataset_sample(&d, i);
            bool is_flat = x[(3 * 16 + 7) * c] == 200 && x[0] == 0;
            for (int32_t k = 0; is_flat && k < 8 * 16 * c; k++)
                assert_int_equal(x[k], k / (16 * c) >= 2 && k / (16 * c) < 6 ? 200 : 0);
        }
        mote_dataset_release(&d);
    }
}

/* What is kept for a lap is as small as the input, and gives the same bytes. */
static void a_lap_decodes_each_picture_once(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    copy_golden(f, "colour.png", "cat/a.png");
    copy_golden(f, "colour.jpg", "dog/b.jpg");
    (void)import(f);
    mote_decoded_cache *cache = NULL;
    T_OK(mote_decoded_cache_create(1 << 20, &cache, &err));
    mote_dataset_config cfg = config(4, 4, 3, MRT_FIT_CROP);
    mote_dataset apart = load(f, &cfg);
    cfg.cache = cache;
    for (int round = 0; round < 2; round++) {
        mote_dataset d = load(f, &cfg);
        assert_memory_equal(d.x, apart.x, 2 * 4 * 4 * 3);
        mote_dataset_release(&d);
    }
    mote_decoded_counts c = mote_decoded_cache_counts(cache);
    assert_int_equal(c.n_missed, 2);
    assert_int_equal(c.bytes, 2 * 4 * 4 * 3);

    /* A check looks at the whole, and another size is another sample: neither takes what is there
     * for its own. */
    mote_check_config check = {.cache = cache};
    mote_check_report report;
    T_OK(mote_data_check(f->store, &check, &f->arena, &report, &err));
    assert_int_equal(mote_decoded_cache_counts(cache).bytes, c.bytes);
    cfg.cut.width = 6;
    mote_dataset wide = load(f, &cfg);
    assert_int_equal(mote_dataset_sample_bytes(&wide), 4 * 6 * 3);
    assert_int_equal(mote_decoded_cache_counts(cache).bytes, c.bytes + 2 * 4 * 6 * 3);
    mote_dataset_release(&wide);
    mote_dataset_release(&apart);
    mote_decoded_cache_destroy(cache);
}

static void a_camera_that_was_held_upright_is_honoured(void **state)
{
    fixture *f = *state;
    copy_golden(f, "turned-6.jpg", "cat/a.jpg");
    copy_golden(f, "colour.png", "dog/b.png");
    (void)import(f);
    /* 13 x 9 in the file, 9 x 13 for who looks: a letterbox of 13 x 13 has bars left and right. */
    mote_dataset_config cfg = config(13, 13, 3, MRT_FIT_LETTERBOX);
    mote_dataset d = load(f, &cfg);
    size_t cat = d.class_id[0] == 0 ? 0 : 1;
    const uint8_t *x = mote_dataset_sample(&d, cat);
    for (int32_t y = 0; y < 13; y++)
        assert_true(x[y * 39] == 0 && x[y * 39 + 36] == 0);
    const uint8_t *lying = mote_dataset_sample(&d, 1 - cat);
    for (int32_t k = 0; k < 39; k++)
        assert_true(lying[k] == 0 && lying[12 * 39 + k] == 0);
    mote_dataset_release(&d);
}

/* Each by its reason, and none of them lost. */
static void what_cannot_be_taken_is_named_and_counted(void **state)
{
    fixture *f = *state;
    static const char apng[] =
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55"
        "\0\0\0\x08"
        "acTL\0\0\0\x0c\0\0\0\0....\0\0\0\0IEND\xae\x42\x60\x82";
    static const char bomb[] = "P6 60000 60000 255\n";
    copy_golden(f, "colour.png", "cat/good.png");
    char path[1024], *bytes = NULL;
    size_t n = 0;
    mote_err err = {0};
    snprintf(path, sizeof path, "%s/tests/golden/images/colour.jpg", getenv("MOTE_SOURCE_ROOT"));
    T_OK(mote_file_read(path, 1 << 20, &bytes, &n, &err));
    kind_tree_write(f, "cat/1-half.jpg", bytes, n - 40);
    mote_free(bytes);
    kind_tree_write(f, "cat/2-moving.png", apng, sizeof apng - 1);
    kind_tree_write(f, "cat/3-bomb.ppm", bomb, sizeof bomb - 1);
    kind_tree_write(f, "cat/4-text.png", "not a picture at all\n", 21);
    kind_tree_write(f, "cat/5-web.png", "RIFF\x10\0\0\0WEBPVP8 ....", 20);
    kind_tree_write(f, "cat/6-moving.gif", "GIF89a..........", 16);
    kind_tree_write(f, "cat/7-scan.tif", "II*\0........", 12);
    kind_tree_write(f, "cat/8-phone.heic",
                    "\0\0\0\x18"
                    "ftypheic....mif1heic",
                    24);
    kind_tree_write(f, "cat/9-empty.png", "", 0);
    kind_tree_write(f, "cat/a-page.jpg", "<html><body>404</body></html>", 29);
    kind_tree_write(f, "cat/notes.txt", "of the set\n", 11); /* no picture, and says so */
    static const char *const words[] = {"ends early",   "animation of 12 frames", "ends early",
                                        "a text",       "a WebP image",           "a GIF image",
                                        "a TIFF image", "an HEIF or AVIF image",  "is empty",
                                        "a web page"};
    mote_import_report r = import(f);
    assert_int_equal(r.total.n_added, 1);
    assert_int_equal(r.n_skipped, 1);
    assert_int_equal(r.total.n_rejected, T_COUNT(words));
    for (size_t i = 0; i < T_COUNT(words); i++)
        if (!strstr(r.rejected[i].reason, words[i]) || strstr(r.rejected[i].reason, f->tree))
            fail_msg("'%s': %s", r.rejected[i].path, r.rejected[i].reason);
}

/* ---- sets ----------------------------------------------------------------------------------- */

/* An IDX set of n pictures of 2 x 3 and its labels; picture i is all `first + i`, its label i % 3.
 */
static void write_idx(fixture *f, const char *images, const char *labels, uint8_t n, uint8_t first)
{
    uint8_t x[16 + 6 * 64] = {0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 2, 0, 0, 0, 3};
    uint8_t y[8 + 64] = {0, 0, 8, 1, 0, 0, 0, n};
    for (uint8_t i = 0; i < n; i++) {
        memset(x + 16 + 6 * i, first + i, 6);
        y[8 + i] = i % 3;
    }
    kind_tree_write(f, images, x, 16 + 6u * n);
    if (labels)
        kind_tree_write(f, labels, y, 8u + n);
}

/* The same file, packed. */
static void pack(fixture *f, const char *name)
{
    char from[TEMP_DIR_BYTES + 200], command[2 * TEMP_DIR_BYTES + 500];
    snprintf(from, sizeof from, "%s/%s", f->tree, name);
    snprintf(command, sizeof command, "gzip -n '%s'", from);
    assert_int_equal(system(command), 0);
}

static void each_picture_of_a_set_is_a_sample(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    write_idx(f, "set/train-images-idx3-ubyte", "set/train-labels-idx1-ubyte", 9, 10);
    write_idx(f, "set/t10k-images-idx3-ubyte", "set/t10k-labels-idx1-ubyte", 6, 100);
    pack(f, "set/t10k-images-idx3-ubyte");
    pack(f, "set/t10k-labels-idx1-ubyte");
    mote_import_report r = import(f);
    assert_int_equal(r.total.n_added, 15);
    assert_int_equal(r.n_skipped, 2); /* the labels */
    assert_int_equal(r.n_labels, 3);
    assert_int_equal(r.n_provided, 15);
    assert_int_equal(r.n_recognised, 2);
    mote_sample_row *s = NULL;
    size_t n = 0, n_test = 0;
    T_OK(mote_sample_list(f->store, &f->arena, &s, &n, &err));
    assert_int_equal(n, 15);
    for (size_t i = 0; i < n; i++) {
        assert_non_null(strstr(s[i].source, "-ubyte"));
        assert_true(mote_path_base(s[i].source)[0] <= '9'); /* the number in its set */
    }
    static const char *const labels[] = {"0", "1", "2"};
    mote_dataset_config cfg = config(2, 3, 1, MRT_FIT_STRETCH);
    cfg.labels = labels;
    cfg.n_labels = 3;
    mote_dataset d = load(f, &cfg);
    for (size_t i = 0; i < d.n; i++) {
        const uint8_t *x = mote_dataset_sample(&d, i);
        uint8_t number = x[0] >= 100 ? x[0] - 100 : x[0] - 10;
        assert_int_equal(x[5], x[0]);
        assert_int_equal(d.class_id[i], number % 3);
    }
    mote_dataset_release(&d);
    cfg.all_splits = false;
    cfg.split = MOTE_SPLIT_TEST; /* what the name of the file says */
    d = load(f, &cfg);
    for (size_t i = 0; i < d.n; i++)
        n_test += *(const uint8_t *)mote_dataset_sample(&d, i) >= 100;
    assert_true(d.n == 6 && n_test == 6);
    mote_dataset_release(&d);

    r = import(f); /* nothing twice, and nothing is gone */
    assert_int_equal(r.total.n_added, 0);
    assert_int_equal(r.total.n_known, 15);
    assert_int_equal(r.n_gone, 0);
}

static void what_is_wrong_with_a_set_is_said_of_its_file(void **state)
{
    fixture *f = *state;
    char path[TEMP_DIR_BYTES + 200], *bytes = NULL;
    size_t n = 0;
    mote_err err = {0};
    copy_golden(f, "colour.png", "cat/good.png");
    write_idx(f, "set/a-images-idx3-ubyte", NULL, 4, 0); /* no labels */
    write_idx(f, "set/b-images-idx3-ubyte", "set/b-labels-idx1-ubyte", 4, 20);
    write_idx(f, "set/other-images-idx3-ubyte", "set/b-labels-idx1-ubyte", 3, 40); /* 3 labels */
    write_idx(f, "set/c-images-idx3-ubyte", "set/c-labels-idx1-ubyte", 4, 30);
    snprintf(path, sizeof path, "%s/set/c-images-idx3-ubyte", f->tree);
    T_OK(mote_file_read(path, 1 << 20, &bytes, &n, &err));
    kind_tree_write(f, "set/c-images-idx3-ubyte", bytes, n - 1);
    write_idx(f, "set/d-images-idx3-ubyte", "set/d-labels-idx1-ubyte", 4, 60);
    pack(f, "set/d-images-idx3-ubyte");
    mote_free(bytes);
    snprintf(path, sizeof path, "%s/set/d-images-idx3-ubyte.gz", f->tree);
    T_OK(mote_file_read(path, 1 << 20, &bytes, &n, &err));
    kind_tree_write(f, "set/d-images-idx3-ubyte.gz", bytes, n - 9);
    mote_free(bytes);
    static const char *const words[] = {
        "'a-labels-idx1-ubyte'", "holds 4 pictures and its file of labels 3 labels",
        "promises 4 images of 6 bytes and holds 23", "gzip archive is damaged"};
    mote_import_report r = import(f);
    assert_int_equal(r.total.n_added, 1);
    assert_int_equal(r.total.n_rejected, 5);
    for (size_t i = 0; i < T_COUNT(words); i++)
        if (!strstr(r.rejected[i].reason, words[i]))
            fail_msg("'%s': %s", r.rejected[i].path, r.rejected[i].reason);
}

static void cifar_has_its_names_beside_it(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    static uint8_t x[4 * 3073];
    for (int i = 0; i < 4; i++) {
        memset(x + i * 3073 + 1, 10 * i, 1024); /* red */
        memset(x + i * 3073 + 1025, 5, 2048);
        x[i * 3073] = (uint8_t)(i % 2);
    }
    kind_tree_write(f, "cifar/data_batch_1.bin", x, sizeof x);
    kind_tree_write(f, "cifar/batches.meta.txt", "cat\ndog\n\n", 9);
    mote_import_report r = import(f);
    assert_int_equal(r.total.n_added, 4);
    assert_int_equal(r.n_skipped, 1);
    mote_sample_row *s = NULL;
    size_t n = 0;
    T_OK(mote_sample_list(f->store, &f->arena, &s, &n, &err));
    assert_string_equal(s[0].label, "cat");
    assert_string_equal(s[1].label, "dog");
    mote_dataset_config cfg = config(1, 1, 3, MRT_FIT_STRETCH);
    mote_dataset d = load(f, &cfg);
    for (size_t i = 0; i < d.n; i++) {
        const uint8_t *p = mote_dataset_sample(&d, i);
        assert_true(p[0] / 10 % 2 == d.class_id[i] && p[1] == 5 && p[2] == 5);
    }
    mote_dataset_release(&d);
}

static void sizes_that_cannot_be_are_refused(void **state)
{
    (void)state;
    mote_err err = {0};
    const mote_kind *k = mote_kind_of(MOTE_INPUT_IMAGE);
    static const mote_cut_config bad[] = {
        {.height = 0, .width = 8, .n_channels = 1},
        {.height = 8, .width = 70000, .n_channels = 1},
        {.height = 8, .width = 8, .n_channels = 2},
    };
    for (size_t i = 0; i < T_COUNT(bad); i++)
        T_FAILS(k->check_cut(&bad[i], &err), MOTE_ARG, "are not possible");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kind_tree_set_up, kind_tree_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(folders_of_pictures_become_tensors_of_one_size),
        TEST(a_lap_decodes_each_picture_once),
        TEST(a_camera_that_was_held_upright_is_honoured),
        TEST(what_cannot_be_taken_is_named_and_counted),
        TEST(each_picture_of_a_set_is_a_sample),
        TEST(what_is_wrong_with_a_set_is_said_of_its_file),
        TEST(cifar_has_its_names_beside_it),
        cmocka_unit_test(sizes_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
