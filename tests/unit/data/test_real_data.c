/* SPDX-License-Identifier: Apache-2.0 */
/* The real recordings, where they are: every file is taken, speakers are recognised and kept apart,
 * a data set comes out. */
#include "data/check.h"
#include "data/dataset.h"
#include "data/import.h"
#include "support.h"
#include "temp_dir.h"

typedef struct {
    char dir[TEMP_DIR_BYTES];
    mote_store *store;
    mote_arena arena;
    mote_pool *pool;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err;
    temp_dir_make(f->dir);
    T_OK(mote_store_open(f->dir, true, &f->store, &err));
    T_OK(mote_pool_create(2, &f->pool, &err));
    mote_arena_init(&f->arena, 512u << 20);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    mote_pool_destroy(f->pool);
    mote_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static mote_import_report import(fixture *f, const char *set)
{
    mote_err err;
    mote_import_report r;
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    char path[600];
    cfg.pool = f->pool;
    snprintf(path, sizeof path, "%s/%s", t_data(), set);
    if (!mote_path_exists(path))
        T_SKIP("%s is not there", path);
    T_OK(mote_data_import(f->store, path, &cfg, &f->arena, &r, &err));
    assert_int_equal(r.total.n_rejected, 0);
    assert_int_equal(r.n_ungrouped, 0);
    return r;
}

static mote_data_version version(fixture *f, size_t n_groups)
{
    mote_err err;
    mote_data_version v;
    mote_version_report r;
    mote_version_config cfg = mote_version_config_default();
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    assert_int_equal(r.n_new_groups, n_groups);
    assert_int_equal(r.n_contradictions, 0);
    return v;
}

static void shares_are_near(const mote_data_version *v, double slack)
{
    double n_in[MOTE_N_SPLITS] = {0}, n = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (v->items[i].role != MOTE_ROLE_EXAMPLE)
            continue;
        n_in[v->items[i].split]++;
        n++;
    }
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        double d = n_in[s] / n - v->fractions[s];
        if (d > slack || d < -slack)
            fail_msg("%s has %g of %g", mote_split_name((mote_split)s), n_in[s], n);
    }
}

static void bed_cat_happy_comes_in_whole(void **state)
{
    T_NEED_DATA();
    fixture *f = *state;
    mote_err err;
    static const char *const words[] = {"bed", "cat", "happy"};
    mote_import_report r = import(f, "gsc1-bed-cat-happy");
    assert_int_equal(r.total.n_added, 600);
    assert_string_equal(r.pattern, "{group}_nohash_*");
    assert_int_equal(r.n_skipped, 2);
    mote_data_version v = version(f, 210);
    shares_are_near(&v, 0.02);
    size_t total = 0;
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        mote_dataset d;
        mote_dataset_config cfg = mote_dataset_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
        cfg.labels = words;
        cfg.n_labels = 3;
        cfg.split = (mote_split)s;
        T_OK(mote_dataset_load(f->store, &v, &cfg, &d, &err));
        total += d.n;
        for (size_t c = 0; c < 3; c++)
            assert_true(d.n_per_class[c] >= 25);
        mote_dataset_release(&d);
    }
    assert_int_equal(total, 600);
    mote_fold *fold;
    T_OK(mote_version_folds(&v, 5, 1, &f->arena, &fold, &err));
    size_t n_in[5] = {0};
    for (size_t i = 0; i < v.n; i++)
        n_in[fold[i].group]++;
    for (int k = 0; k < 5; k++)
        assert_in_range(n_in[k], 114, 126);
}

static void arabic_words_and_their_noise_come_in_whole(void **state)
{
    T_NEED_DATA();
    fixture *f = *state;
    mote_err err;
    static const char *const words[] = {"yes",   "no",    "up",   "down", "left",
                                        "right", "start", "stop", "open", "close"};
    mote_import_report r = import(f, "arabic-kws");
    assert_int_equal(r.n_examples, 684);
    assert_int_equal(r.n_background, 1);
    assert_string_equal(r.pattern, "{group}_NO_*");
    mote_data_version v = version(f, 18);
    shares_are_near(&v, 0.05);
    mote_dataset d;
    mote_dataset_config cfg = mote_dataset_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    cfg.labels = words;
    cfg.n_labels = 10;
    cfg.other = cfg.nothing = true;
    cfg.all_splits = true;
    T_OK(mote_dataset_load(f->store, &v, &cfg, &d, &err));
    for (size_t c = 0; c < 10; c++)
        assert_int_equal(d.n_per_class[c], 54);
    assert_int_equal(d.n_per_class[10], 144);
    assert_int_equal(d.n_per_class[11], 54);
    mote_dataset_release(&d);
    for (int round = 0; round < 5; round++) { /* every fold can be tested on */
        cfg.all_splits = false;
        cfg.split = MOTE_SPLIT_TEST;
        cfg.n_folds = 5;
        cfg.round = round;
        T_OK(mote_dataset_load(f->store, &v, &cfg, &d, &err));
        for (size_t c = 0; c < d.n_classes; c++)
            assert_true(d.n_per_class[c] >= 9);
        mote_dataset_release(&d);
    }
}

static void mixed_words_come_in_twice_without_doubling(void **state)
{
    T_NEED_DATA();
    fixture *f = *state;
    mote_import_report r = import(f, "gsc-mixed35-and-noise");
    assert_int_equal(r.n_background, 4);
    assert_int_equal(r.total.n_files, 347);
    assert_int_equal(r.total.n_added + r.total.n_known, 347);
    size_t added = r.total.n_added;
    r = import(f, "gsc-mixed35-and-noise");
    assert_int_equal(r.total.n_added, 0);
    assert_true(r.total.n_known >= added);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bed_cat_happy_comes_in_whole),
        TEST(arabic_words_and_their_noise_come_in_whole),
        TEST(mixed_words_come_in_twice_without_doubling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
