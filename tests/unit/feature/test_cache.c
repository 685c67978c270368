/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/feature/cache.c. */
#include "support.h"

#include "base/rng.h"
#include "feature/cache.h"
#include "feature/mfcc.h"

#define N_VALUES 490

static const mote_shape SOUND = {MOTE_I16, 1, {16000}};

static const char *fresh_dir(void)
{
    static char path[512];
    static int n;
    snprintf(path, sizeof path, "%s/cache-%d", t_temp(), n++);
    return path;
}

static mote_sha256 sample(uint32_t id)
{
    return mote_sha256_of(&id, sizeof id);
}

static void fill(uint32_t id, float values[N_VALUES])
{
    for (uint32_t i = 0; i < N_VALUES; i++)
        values[i] = (float)id * 1000.0f + (float)i;
}

static void add(mote_feature_cache *c, uint32_t id)
{
    mote_err err;
    float values[N_VALUES];
    const mote_sha256 key = sample(id);
    fill(id, values);
    T_OK(mote_feature_cache_add(c, &key, values, N_VALUES, &err));
}

/* What find gives is NULL or exactly what was added. */
static bool has(mote_feature_cache *c, uint32_t id)
{
    float want[N_VALUES];
    const mote_sha256 key = sample(id);
    const float *got = mote_feature_cache_find(c, &key, N_VALUES);
    fill(id, want);
    if (got != NULL)
        assert_memory_equal(got, want, sizeof want);
    return got != NULL;
}

static mote_feature_cache *open_cache(const char *dir)
{
    mote_err err;
    mote_feature_cache *c = NULL;
    const mote_feature_config cfg = mote_feature_config_default();
    const mote_frontend f = mote_feature_frontend(&cfg);
    T_OK(mote_feature_cache_open(dir, &f, &SOUND, &c, &err));
    return c;
}

/* The one segment in dir, read; owned by the caller. */
static char *read_segment(const char *dir, size_t *len, char path[1024])
{
    mote_err err;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    char **paths = NULL, *bytes = NULL;
    size_t n = 0;
    T_OK(mote_dir_walk(dir, &a, &paths, &n, &err));
    assert_int_equal(n, 1);
    snprintf(path, 1024, "%s/%s", dir, paths[0]);
    T_OK(mote_file_read(path, 1 << 24, &bytes, len, &err));
    return bytes;
}

static void saved_entries_are_found_again_and_unsaved_ones_are_not(void **state)
{
    (void)state;
    mote_err err;
    const char *dir = fresh_dir();
    mote_feature_cache *c = open_cache(dir);
    assert_false(has(c, 1));
    T_OK(mote_feature_cache_save(c, &err));
    assert_int_equal(mote_feature_cache_stat(c).n_segments, 0);
    for (uint32_t id = 0; id < 1000; id++)
        add(c, id);
    T_OK(mote_feature_cache_save(c, &err));
    T_OK(mote_feature_cache_save(c, &err));
    assert_int_equal(mote_feature_cache_stat(c).n_segments, 1);
    add(c, 2000);
    assert_true(has(c, 2000));
    mote_feature_cache_close(c);

    c = open_cache(dir);
    for (uint32_t id = 0; id < 1000; id++)
        assert_true(has(c, id));
    assert_false(has(c, 2000));
    const mote_sha256 key = sample(3);
    assert_null(mote_feature_cache_find(c, &key, N_VALUES - 1));
    assert_int_equal(mote_feature_cache_stat(c).n_entries, 1000);
    assert_int_equal(mote_feature_cache_stat(c).n_damaged, 0);
    mote_feature_cache_close(c);
}

static void other_settings_share_the_folder_but_not_the_entries(void **state)
{
    (void)state;
    mote_err err;
    const char *dir = fresh_dir();
    mote_feature_cache *c = open_cache(dir), *other = NULL;
    add(c, 1);
    T_OK(mote_feature_cache_save(c, &err));
    mote_feature_cache_close(c);
    mote_feature_config cfg = mote_feature_config_default();
    cfg.arithmetic = MRT_FIXED;
    mote_frontend f = mote_feature_frontend(&cfg);
    T_OK(mote_feature_cache_open(dir, &f, &SOUND, &other, &err));
    assert_false(has(other, 1));
    assert_int_equal(mote_feature_cache_stat(other).n_damaged, 0);
    mote_feature_cache_close(other);
    /* The same numbers in another shape are other samples. */
    cfg.arithmetic = MRT_FLOAT;
    f = mote_feature_frontend(&cfg);
    const mote_shape shorter = {MOTE_I16, 1, {15999}};
    T_OK(mote_feature_cache_open(dir, &f, &shorter, &other, &err));
    assert_false(has(other, 1));
    mote_feature_cache_close(other);
    cfg.n_fft = 3;
    f = mote_feature_frontend(&cfg);
    T_FAILS(mote_feature_cache_open(dir, &f, &SOUND, &other, &err), MOTE_RANGE, "'n_fft'");
}

/* A segment as the first version wrote it, and anything else that says so. */
static void files_of_an_older_format_are_removed_and_never_read(void **state)
{
    (void)state;
    mote_err err;
    const char *dir = fresh_dir();
    char path[1024], copy[1024];
    size_t len;
    mote_feature_cache *c = open_cache(dir);
    add(c, 1);
    T_OK(mote_feature_cache_save(c, &err));
    mote_feature_cache_close(c);
    char *bytes = read_segment(dir, &len, path);
    bytes[8] = 1;
    const uint32_t crc = mote_crc32(0, bytes, 48);
    memcpy(bytes + 48, &crc, sizeof crc);
    T_OK(mote_file_write(path, bytes, len, &err));
    snprintf(copy, sizeof copy, "%s/0123456789abcdef-0123456789abcdef.features", dir);
    T_OK(mote_file_write(copy, bytes, len, &err));
    mote_free(bytes);
    c = open_cache(dir);
    assert_false(has(c, 1));
    assert_int_equal(mote_feature_cache_stat(c).n_old, 2);
    assert_int_equal(mote_feature_cache_stat(c).n_damaged, 0);
    assert_false(mote_path_exists(path) || mote_path_exists(copy));
    add(c, 1);
    T_OK(mote_feature_cache_save(c, &err));
    mote_feature_cache_close(c);
    c = open_cache(dir);
    assert_true(has(c, 1));
    assert_int_equal(mote_feature_cache_stat(c).n_old, 0);
    mote_feature_cache_close(c);
}

static void many_segments_become_one(void **state)
{
    (void)state;
    mote_err err;
    const char *dir = fresh_dir();
    uint32_t id = 0;
    for (int round = 0; round < 3; round++) {
        mote_feature_cache *c = open_cache(dir);
        for (int i = 0; i < 9; i++) {
            add(c, id++);
            T_OK(mote_feature_cache_save(c, &err));
            assert_true(mote_feature_cache_stat(c).n_segments <= 16);
        }
        for (uint32_t k = 0; k < id; k++)
            assert_true(has(c, k));
        mote_feature_cache_close(c);
    }
    mote_feature_cache *c = open_cache(dir);
    assert_int_equal(mote_feature_cache_stat(c).n_segments, 11); /* 27 saves, the 17th merged */
    assert_int_equal(mote_feature_cache_stat(c).n_entries, 27);
    for (uint32_t k = 0; k < id; k++)
        assert_true(has(c, k));
    mote_feature_cache_close(c);
}

static void no_damaged_byte_gets_through(void **state)
{
    (void)state;
    mote_err err;
    mote_rng rng;
    mote_rng_init(&rng, t_seed());
    const char *dir = fresh_dir();
    mote_feature_cache *c = open_cache(dir);
    for (uint32_t id = 0; id < 3; id++)
        add(c, id);
    T_OK(mote_feature_cache_save(c, &err));
    mote_feature_cache_close(c);
    char path[1024];
    size_t len;
    char *bytes = read_segment(dir, &len, path);
    assert_int_equal(len, 52 + 3 * (40 + 4 * N_VALUES));
    for (size_t round = 0; round < 600; round++) {
        const size_t at = round < 150 ? round : mote_rng_below(&rng, (uint32_t)len);
        char *copy = mote_alloc(1, len);
        memcpy(copy, bytes, len);
        copy[at] = (char)(copy[at] ^ (1 << mote_rng_below(&rng, 8)));
        const size_t cut = round % 5 == 4 ? mote_rng_below(&rng, (uint32_t)len) : len;
        FILE *f = fopen(path, "wb");
        assert_int_equal(fwrite(copy, 1, cut, f), cut);
        fclose(f);
        c = open_cache(dir);
        const int n = has(c, 0) + has(c, 1) + has(c, 2); /* has compares what is found */
        assert_true(n < 3); /* a sample hash that changed is just another sample */
        mote_feature_cache_close(c);
        mote_free(copy);
    }
    mote_free(bytes);
}

static void damage_is_mended_by_adding_and_saving(void **state)
{
    (void)state;
    mote_err err;
    const char *dir = fresh_dir();
    mote_feature_cache *c = open_cache(dir);
    for (uint32_t id = 0; id < 3; id++)
        add(c, id);
    T_OK(mote_feature_cache_save(c, &err));
    mote_feature_cache_close(c);
    char path[1024];
    size_t len;
    char *bytes = read_segment(dir, &len, path);
    bytes[52 + 40 + 4 * N_VALUES + 40 + 7] ^= 1; /* a value of the second entry */
    T_OK(mote_file_write(path, bytes, len, &err));
    mote_free(bytes);

    c = open_cache(dir);
    assert_true(has(c, 0) && !has(c, 1) && has(c, 2));
    assert_int_equal(mote_feature_cache_stat(c).n_damaged, 1);
    assert_int_equal(mote_feature_cache_stat(c).n_entries, 2);
    add(c, 1);
    assert_true(has(c, 1));
    T_OK(mote_feature_cache_save(c, &err));
    assert_true(has(c, 0) && has(c, 1) && has(c, 2));
    mote_feature_cache_close(c);
    c = open_cache(dir);
    assert_true(has(c, 0) && has(c, 1) && has(c, 2));
    assert_int_equal(mote_feature_cache_stat(c).n_damaged, 0);
    assert_int_equal(mote_feature_cache_stat(c).n_segments, 1);
    mote_feature_cache_close(c);
}

static void the_folder_may_vanish_at_any_time(void **state)
{
    (void)state;
    mote_err err;
    const char *dir = fresh_dir();
    mote_feature_cache *c = open_cache(dir);
    add(c, 1);
    T_OK(mote_feature_cache_save(c, &err));
    mote_feature_cache_close(c);
    c = open_cache(dir);
    T_OK(mote_dir_remove(dir, &err));
    assert_true(has(c, 1));
    add(c, 2);
    T_OK(mote_feature_cache_save(c, &err));
    mote_feature_cache_close(c);
    c = open_cache(dir);
    assert_false(has(c, 1));
    assert_true(has(c, 2));
    mote_feature_cache_close(c);
}

static void an_entry_added_again_replaces_the_old_one(void **state)
{
    (void)state;
    mote_err err;
    const char *dir = fresh_dir();
    mote_feature_cache *c = open_cache(dir);
    const mote_sha256 key = sample(9);
    const float first[2] = {1, 2}, second[3] = {3, 4, 5};
    T_OK(mote_feature_cache_add(c, &key, first, 2, &err));
    T_OK(mote_feature_cache_add(c, &key, second, 3, &err));
    assert_null(mote_feature_cache_find(c, &key, 2));
    assert_memory_equal(mote_feature_cache_find(c, &key, 3), second, sizeof second);
    T_FAILS(mote_feature_cache_add(c, &key, first, 0, &err), MOTE_ARG, "0 values");
    T_FAILS(mote_feature_cache_add(c, &key, first, ((size_t)1 << 24) + 1, &err), MOTE_ARG,
            "16777217 values");
    mote_feature_cache_close(c);
    mote_feature_cache_close(NULL);
}

static mote_status use(const char *dir, uint32_t id, mote_err *err)
{
    const mote_feature_config cfg = mote_feature_config_default();
    const mote_sha256 key = sample(id);
    float values[N_VALUES];
    mote_feature_cache *c = NULL;
    fill(id, values);
    const mote_frontend f = mote_feature_frontend(&cfg);
    mote_status st = mote_feature_cache_open(dir, &f, &SOUND, &c, err);
    if (st == MOTE_OK)
        st = mote_feature_cache_add(c, &key, values, N_VALUES, err);
    if (st == MOTE_OK)
        st = mote_feature_cache_save(c, err);
    mote_feature_cache_close(c);
    return st;
}

static void failed_allocations_are_reported_and_lose_nothing(void **state)
{
    (void)state;
    mote_err err;
    const char *dir = fresh_dir();
    T_OK(use(dir, 0, &err));
    T_ALLOC_SWEEP(use(dir, 1, &err), {
        mote_feature_cache *c = open_cache(dir);
        assert_true(has(c, 0));
        mote_feature_cache_close(c);
    });
    mote_feature_cache *c = open_cache(dir);
    assert_true(has(c, 0) && has(c, 1));
    mote_feature_cache_close(c);
}

static void failed_writes_are_reported_and_lose_nothing(void **state)
{
    (void)state;
    mote_err err;
    const char *dir = fresh_dir();
    T_OK(use(dir, 0, &err));
    int64_t step = 0;
    for (;; step++) {
        mote_io_fail_after(step, false);
        const mote_status st = use(dir, 1, &err);
        mote_io_fail_after(-1, false);
        mote_feature_cache *c = open_cache(dir);
        assert_true(has(c, 0));
        assert_int_equal(mote_feature_cache_stat(c).n_damaged, 0);
        mote_feature_cache_close(c);
        if (st == MOTE_OK)
            break;
        assert_int_equal(st, MOTE_IO);
    }
    assert_true(step > 2);
    mote_feature_cache *c = open_cache(dir);
    assert_true(has(c, 1));
    mote_feature_cache_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saved_entries_are_found_again_and_unsaved_ones_are_not),
        cmocka_unit_test(other_settings_share_the_folder_but_not_the_entries),
        cmocka_unit_test(files_of_an_older_format_are_removed_and_never_read),
        cmocka_unit_test(many_segments_become_one),
        cmocka_unit_test(no_damaged_byte_gets_through),
        cmocka_unit_test(damage_is_mended_by_adding_and_saving),
        cmocka_unit_test(the_folder_may_vanish_at_any_time),
        cmocka_unit_test(an_entry_added_again_replaces_the_old_one),
        cmocka_unit_test(failed_allocations_are_reported_and_lose_nothing),
        cmocka_unit_test(failed_writes_are_reported_and_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
