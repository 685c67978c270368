/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of pictures: what they look like, which show nothing, which are too small, and which are
 * the same or nearly so; each found, counted and named. */
#include "data/check_internal.h"

#include <math.h>
#include <sys/stat.h>

#include "data/image.h"
#include "data/import.h"
#include "data/version.h"
#include "kind_tree.h"

#define TEST(f) cmocka_unit_test_setup_teardown(f, kind_tree_set_up, kind_tree_tear_down)

/* What a picture shows at (u, v), 0 .. 1 both: three waves by `seed`, between 40 and 200. */
static double scene(unsigned seed, double u, double v)
{
    double x = 0;
    for (unsigned k = 1; k <= 3; k++)
        x +=
            sin(6.283185307 * (u * (1 + seed * k % 3) + v * (1 + (seed + k) % 4)) + seed * k * 1.7);
    return 120 + 80 * x / 3;
}

typedef struct {
    unsigned seed;
    int32_t side;
    double gain, offset;
    int32_t n_channels;
} picture;

static size_t encode(const picture *p, uint8_t *out, size_t room)
{
    int n = snprintf((char *)out, room, "P%d %d %d 255\n", p->n_channels == 3 ? 6 : 5, (int)p->side,
                     (int)p->side);
    uint8_t *to = out + n;
    for (int32_t y = 0; y < p->side; y++) {
        for (int32_t x = 0; x < p->side; x++) {
            double level =
                p->offset + p->gain * scene(p->seed, (x + 0.5) / p->side, (y + 0.5) / p->side);
            for (int32_t k = 0; k < p->n_channels; k++)
                *to++ = (uint8_t)(level + 0.5);
        }
    }
    return (size_t)(to - out);
}

static void write_picture(kind_tree *f, const char *name, picture p)
{
    static uint8_t bytes[3 * 128 * 128 + 32];
    if (p.side == 0)
        p.side = 32;
    if (p.n_channels == 0)
        p.n_channels = 1;
    if (p.gain == 0 && p.offset == 0)
        p.gain = 1;
    assert_true(3 * p.side * p.side < 3 * 128 * 128 + 1);
    kind_tree_write(f, name, bytes, encode(&p, bytes, sizeof bytes));
}

/* n pictures that have nothing in common, of groups first .. first + n - 1. */
static void write_others(kind_tree *f, const char *label, unsigned first, unsigned n)
{
    for (unsigned i = first; i < first + n; i++) {
        char name[60];
        snprintf(name, sizeof name, "%s/g%u_x.pgm", label, i);
        write_picture(f, name, (picture){.seed = i});
    }
}

static mote_import_report import(kind_tree *f)
{
    mote_err err = {0};
    mote_import_report r;
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_IMAGE));
    cfg.group_pattern = "{group}_*";
    cfg.now_ms = 5;
    T_OK(mote_data_import(f->store, f->tree, &cfg, &f->arena, &r, &err));
    return r;
}

static mote_check_report check(kind_tree *f)
{
    mote_err err = {0};
    mote_check_report r;
    mote_check_config cfg = {
        .builtin = "off", .cut = {.height = 32, .width = 32, .n_channels = 1, .fit = MRT_FIT_CROP}};
    T_OK(mote_data_check(f->store, &cfg, &f->arena, &r, &err));
    return r;
}

/* `examples`: parts of the first so many of them, in their order. */
static void expect(const mote_check_report *r, const char *id, mote_finding_severity severity,
                   const char *text, const char *const *examples, size_t n)
{
    const mote_finding *f = kind_tree_finding(r, id);
    if (!f) {
        fail_msg("no finding '%s'", id);
        return;
    }
    assert_string_equal(f->text, text);
    assert_int_equal(f->severity, severity);
    assert_true(f->remedy[0] != '\0');
    assert_in_range(f->n_examples, n, MOTE_FINDING_EXAMPLES);
    for (size_t i = 0; i < n; i++)
        if (!strstr(f->examples[i], examples[i]))
            fail_msg("'%s': '%s', not '%s'", id, f->examples[i], examples[i]);
}

#define EXPECT(r, id, severity, text, ...)                                                         \
    do {                                                                                           \
        const char *const parts_[] = {__VA_ARGS__};                                                \
        expect(r, id, severity, text, parts_, T_COUNT(parts_));                                    \
    } while (0)

static void sizes_and_colours_are_counted_the_most_common_first(void **state)
{
    kind_tree *f = *state;
    write_others(f, "cat", 0, 3);
    write_picture(f, "dog/g9_a.pgm", (picture){.seed = 9, .side = 48});
    write_picture(f, "dog/g8_a.ppm", (picture){.seed = 8, .n_channels = 3});
    write_picture(f, "dog/g7_a.pgm", (picture){.seed = 7, .side = 48});
    (void)import(f);
    mote_check_report r = check(f);
    EXPECT(&r, "forms", MOTE_FINDING_NOTE, "sizes and colours of pictures: 3", "32 x 32, grey: 3",
           "48 x 48, grey: 2", "32 x 32, colour: 1");
    assert_string_equal(r.many, "pictures");
    assert_null(kind_tree_finding(&r, "small"));
    assert_null(kind_tree_finding(&r, "one-colour"));
    assert_null(kind_tree_finding(&r, "near-duplicate"));
    assert_null(kind_tree_finding(&r, "near-duplicate-across-splits"));
}

static void pictures_that_are_blown_up_are_named_with_their_size(void **state)
{
    kind_tree *f = *state;
    static const uint8_t flat_and_wide[] = "P5 64 16 255\n";
    uint8_t bytes[13 + 64 * 16];
    memcpy(bytes, flat_and_wide, 13);
    for (int i = 0; i < 64 * 16; i++)
        bytes[13 + i] = (uint8_t)(i * 7 % 251);
    write_others(f, "cat", 0, 2);
    write_picture(f, "cat/h1_half.pgm", (picture){.seed = 20, .side = 16});
    kind_tree_write(f, "cat/h2_wide.pgm", bytes, sizeof bytes); /* 16 x 16 of it are used */
    write_picture(f, "cat/h3_nearly.pgm", (picture){.seed = 21, .side = 31});
    write_picture(f, "cat/h4_dot.pgm", (picture){.seed = 22, .side = 1});
    (void)import(f);
    mote_check_report r = check(f);
    EXPECT(&r, "small", MOTE_FINDING_WARNING,
           "pictures smaller than what is made of them, and blown up: 4",
           "h1_half.pgm: 50 % of image.size", "h2_wide.pgm: 50 % of image.size",
           "h3_nearly.pgm: 96 % of image.size", "h4_dot.pgm: 3 % of image.size");
}

static void pictures_of_one_colour_are_named(void **state)
{
    kind_tree *f = *state;
    write_others(f, "cat", 0, 2);
    write_picture(f, "cat/h1_black.pgm", (picture){.gain = 0, .offset = 1e-9});
    write_picture(f, "dog/h2_grey.ppm", (picture){.gain = 0, .offset = 99, .n_channels = 3});
    (void)import(f);
    mote_check_report r = check(f);
    EXPECT(&r, "one-colour", MOTE_FINDING_WARNING, "pictures of one colour only: 2",
           "h1_black.pgm: 1 colour", "h2_grey.ppm: 1 colour");
    /* they are not like each other: there is nothing in them */
    assert_null(kind_tree_finding(&r, "near-contradiction"));
}

static void what_cannot_be_read_is_named(void **state)
{
    kind_tree *f = *state;
    mote_err err = {0};
    uint8_t bytes[32 * 32 + 32];
    size_t n = encode(&(picture){3, 32, 1, 0, 1}, bytes, sizeof bytes);
    write_others(f, "cat", 0, 2);
    kind_tree_write(f, "cat/g5_cut.pgm", bytes, n / 2);
    kind_tree_write(f, "cat/g6_rot.pgm", bytes, n);
    assert_int_equal(import(f).total.n_rejected, 1);
    mote_sample_row *rows = NULL;
    size_t n_rows = 0, at = 0;
    T_OK(mote_sample_list(f->store, &f->arena, &rows, &n_rows, &err));
    while (!strstr(rows[at].source, "g6_rot"))
        at++;
    /* the copy in the store, cut short as a full disk would */
    char hex[MOTE_SHA256_HEX_BYTES], path[TEMP_DIR_BYTES + 200], command[TEMP_DIR_BYTES + 300];
    mote_sha256_hex(&rows[at].object, hex);
    snprintf(command, sizeof command, "find '%s' -type f -name '%s*' | head -1", f->dir, hex + 2);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    assert_non_null(fgets(path, sizeof path, p));
    assert_int_equal(pclose(p), 0);
    path[strcspn(path, "\n")] = '\0';
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 20), 0);
    mote_check_report r = check(f);
    EXPECT(&r, "left-out", MOTE_FINDING_WARNING,
           "files that could not be added and were left out: 1", "cat/g5_cut.pgm: ends early");
    EXPECT(&r, "unreadable", MOTE_FINDING_ERROR, "stored pictures that cannot be read: 1",
           "g6_rot.pgm");
    assert_int_equal(r.n_required, 1);
}

static void the_same_picture_twice_is_found_by_group_and_by_label(void **state)
{
    kind_tree *f = *state;
    write_others(f, "cat", 0, 3);
    write_picture(f, "cat/g0_again.ppm", (picture){.seed = 0}); /* the same bytes */
    write_picture(f, "cat/g9_again.pgm", (picture){.seed = 1}); /* another group */
    write_picture(f, "dog/g2_wrong.pgm", (picture){.seed = 2}); /* another label */
    (void)import(f);
    mote_check_report r = check(f);
    EXPECT(&r, "contradiction", MOTE_FINDING_ERROR,
           "pictures that are exactly alike but differ in their label: 2; a version leaves all of "
           "them out",
           "(cat, g2) = ");
}

/* As another program writes it again: brighter, larger, in colour. */
static void nearly_the_same_is_found_across_splits_and_labels(void **state)
{
    kind_tree *f = *state;
    mote_err err = {0};
    write_others(f, "cat", 0, 12);
    write_others(f, "dog", 12, 12);
    write_picture(f, "cat/g1_bright.pgm", (picture){.seed = 1, .gain = 0.8, .offset = 40});
    write_picture(f, "cat/test1_large.pgm", (picture){.seed = 2, .side = 57});
    write_picture(f, "dog/g15_wrong.ppm", (picture){.seed = 3, .side = 40, .n_channels = 3});
    (void)import(f);
    mote_check_report r = check(f);
    EXPECT(&r, "near-duplicate", MOTE_FINDING_NOTE,
           "pictures nearly the same as another of the same group or split: 1", "g1_bright.pgm");
    EXPECT(&r, "near-duplicate-across-splits", MOTE_FINDING_WARNING,
           "pictures nearly the same as one that is, or may come to be, in another split, so that "
           "the test holds what was trained on: 1",
           "test1_large.pgm (cat, no split yet)");
    EXPECT(&r, "near-contradiction", MOTE_FINDING_WARNING,
           "pictures nearly the same as one with another label: 1", "(dog, no split yet)");

    /* once they are dealt, it is known who meets whom */
    mote_version_config vc = mote_version_config_default();
    mote_version_report vr;
    mote_data_version v;
    T_OK(mote_version_create(f->store, &vc, &f->arena, &v, &vr, &err));
    mote_split of[2] = {MOTE_SPLIT_TRAIN, MOTE_SPLIT_TRAIN};
    for (size_t i = 0; i < v.n; i++) {
        if (strcmp(v.items[i].group, "g2") == 0)
            of[0] = v.items[i].split;
        if (strcmp(v.items[i].group, "test1") == 0)
            of[1] = v.items[i].split;
    }
    r = check(f);
    const mote_finding *across = kind_tree_finding(&r, "near-duplicate-across-splits");
    const mote_finding *within = kind_tree_finding(&r, "near-duplicate");
    assert_int_equal(across != NULL, of[0] != of[1]);
    assert_int_equal(within->count, of[0] == of[1] ? 2 : 1);
    assert_null(strstr(within->examples[0], "no split yet"));
}

static void classes_with_few_are_said_in_the_words_of_pictures(void **state)
{
    kind_tree *f = *state;
    mote_err err = {0};
    mote_check_report r;
    write_others(f, "cat", 0, 18);
    write_others(f, "dog", 18, 2);
    (void)import(f);
    mote_check_config cfg = {.builtin = "off", .min_per_class = 5, .min_groups = 30};
    T_OK(mote_data_check(f->store, &cfg, &f->arena, &r, &err));
    EXPECT(&r, "few-per-class", MOTE_FINDING_ERROR,
           "classes with fewer than the 5 pictures required: 1", "dog: 2");
    assert_string_equal(kind_tree_finding(&r, "few-groups")->text, "groups: 20, required are 30");
    assert_string_equal(kind_tree_finding(&r, "imbalance")->text,
                        "the largest class has 18 pictures, the smallest 2");
    mote_version_config vc = mote_version_config_default();
    mote_version_report vr;
    mote_data_version v;
    T_OK(mote_version_create(f->store, &vc, &f->arena, &v, &vr, &err));
    T_OK(mote_data_check(f->store, &cfg, &f->arena, &r, &err));
    const mote_finding *few = kind_tree_finding(&r, "few-in-split");
    assert_non_null(strstr(few->text, "classes with fewer than 5 pictures in a split"));
    assert_null(strstr(few->remedy, "speaker"));
    for (size_t i = 0; i < r.n; i++)
        if (strstr(r.findings[i].text, "recording") || strstr(r.findings[i].text, "speaker") ||
            strstr(r.findings[i].text, "sound"))
            fail_msg("'%s' speaks of sound", r.findings[i].text);
}

/* ---- the print ------------------------------------------------------------------------------ */

static double correlation(const picture *a, const picture *b)
{
    static uint8_t bytes[2][3 * 128 * 128 + 32];
    int16_t print[2][MOTE_IMAGE_PRINT];
    const picture *both[2] = {a, b};
    double sum = 0;
    mote_err err = {0};
    for (int i = 0; i < 2; i++) {
        mote_image im;
        size_t n = encode(both[i], bytes[i], sizeof bytes[i]);
        T_OK(
            mote_image_decode(&(mote_file_bytes){"a picture", bytes[i], n}, NULL, &im, NULL, &err));
        assert_true(mote_image_print(&im, print[i]));
        mote_image_release(&im);
    }
    for (int i = 0; i < MOTE_IMAGE_PRINT; i++)
        sum += (double)print[0][i] * print[1][i];
    return sum / (16384.0 * 16384.0);
}

static void a_print_stays_when_a_picture_is_resized_or_made_brighter(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 40; seed++) {
        picture a = {seed, 64, 1, 0, 1}, larger = {seed, 100, 1, 0, 1}, grey = {seed, 64, 1, 0, 3},
                brighter = {seed, 64, 0.6, 60, 1}, other = {seed + 1, 64, 1, 0, 1};
        assert_true(correlation(&a, &a) > 0.9998);
        assert_true(correlation(&a, &larger) > 0.999);
        assert_true(correlation(&a, &grey) > 0.999);
        assert_true(correlation(&a, &brighter) > 0.999);
        assert_true(correlation(&a, &other) < 0.95);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sizes_and_colours_are_counted_the_most_common_first),
        TEST(pictures_that_are_blown_up_are_named_with_their_size),
        TEST(pictures_of_one_colour_are_named),
        TEST(what_cannot_be_read_is_named),
        TEST(the_same_picture_twice_is_found_by_group_and_by_label),
        TEST(nearly_the_same_is_found_across_splits_and_labels),
        TEST(classes_with_few_are_said_in_the_words_of_pictures),
        cmocka_unit_test(a_print_stays_when_a_picture_is_resized_or_made_brighter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
