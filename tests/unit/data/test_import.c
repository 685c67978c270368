/* SPDX-License-Identifier: Apache-2.0 */
/* Importing trees of recordings: labels, groups, roles, damaged files, the second time. */
#include "audio_files.h"
#include "base/hash.h"
#include "data/import.h"
#include "data/kind_audio.h"
#include "data/sample.h"
#include "store_fixture.h"

static mote_import_report import(fixture *f, const mote_import_config *cfg, const char *path)
{
    mote_err err;
    mote_import_report r;
    T_OK(mote_data_import(f->store, path, cfg, &f->arena, &r, &err));
    return r;
}

static mote_sample_row *list(fixture *f, size_t *n)
{
    mote_err err;
    mote_sample_row *rows = NULL;
    T_OK(mote_sample_list(f->store, &f->arena, &rows, n, &err));
    return rows;
}

static void a_tree_becomes_samples(void **state)
{
    fixture *f = *state;
    write_clip(f->tree, "yes/anna_nohash_0.wav", 16000, 300, 1);
    write_clip(f->tree, "yes/anna_nohash_1.wav", 12000, 310, 2);
    write_clip(f->tree, "no/bert_nohash_0.wav", 16000, 320, 3);
    write_clip(f->tree, "_background_noise_/tap.wav", 48000, 50, 4);
    write_file(f->tree, "LICENSE", "free", 4);
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    cfg.now_ms = 1234;
    mote_import_report r = import(f, &cfg, f->tree);
    assert_int_equal(r.total.n_files, 4);
    assert_int_equal(r.total.n_added, 4);
    assert_int_equal(r.n_examples, 3);
    assert_int_equal(r.n_background, 1);
    assert_int_equal(r.n_skipped, 1);
    assert_int_equal(r.n_ungrouped, 0);
    assert_string_equal(r.pattern_name, "Google Speech Commands");
    assert_int_equal(r.total.added_us, 1000000 + 750000 + 1000000 + 3000000);

    size_t n;
    const mote_sample_row *s = list(f, &n);
    assert_int_equal(n, 4);
    assert_int_equal(s[0].role, MOTE_ROLE_BACKGROUND); /* in byte order of the paths */
    assert_string_equal(s[0].label, MOTE_LABEL_BACKGROUND);
    assert_string_equal(s[1].label, "no");
    assert_string_equal(s[1].group, "bert");
    assert_string_equal(s[2].group, "anna");
    assert_string_equal(s[3].label, "yes");
    assert_int_equal(s[3].duration_us, 750000);
    assert_string_equal(s[3].facts, "{\"container\":\"WAV\",\"rate_hz\":16000,\"n_channels\":1,"
                                    "\"bits\":16,\"n_frames\":12000}");
    assert_int_equal(s[3].added_ms, 1234);
    assert_string_equal(s[3].origin, "file");
    assert_non_null(strstr(s[3].source, "tree/yes/anna_nohash_1.wav"));

    mote_err err; /* the object is the file, byte for byte */
    char *bytes, path[700];
    size_t len;
    snprintf(path, sizeof path, "%s/yes/anna_nohash_1.wav", f->tree);
    T_OK(mote_file_read(path, 1 << 20, &bytes, &len, &err));
    mote_sha256 h = mote_sha256_of(bytes, len);
    assert_true(mote_sha256_equal(&h, &s[3].object));
    mote_free(bytes);
}

static void the_second_time_adds_nothing(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 150; i++) { /* more than two portions */
        char name[60];
        snprintf(name, sizeof name, "w%d/s%d_NO_%d.wav", i % 3, i % 7, i);
        write_clip(f->tree, name, 400, 200 + i, (uint64_t)i + 1);
    }
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    mote_import_report r = import(f, &cfg, f->tree);
    assert_int_equal(r.total.n_added, 150);
    assert_string_equal(r.pattern, "{group}_NO_*");
    r = import(f, &cfg, f->tree);
    assert_int_equal(r.total.n_added, 0);
    assert_int_equal(r.total.n_known, 150);
    size_t n;
    (void)list(f, &n);
    assert_int_equal(n, 150);
}

static void damaged_files_are_left_out_and_remembered(void **state)
{
    fixture *f = *state;
    double x[200] = {0};
    size_t n;
    uint8_t *w = make_wav((wav_kind){1, 16, 1, 16000}, x, T_COUNT(x), &n);
    write_clip(f->tree, "yes/a_nohash_0.wav", 8000, 300, 1);
    write_file(f->tree, "yes/b_nohash_0.wav", w, n - 100);           /* truncated */
    write_file(f->tree, "yes/c_nohash_0.wav", "", 0);                /* empty */
    write_file(f->tree, "yes/d_nohash_0.wav", "just some text", 14); /* renamed */
    put_le(w + 40, 1u << 30, 4);
    write_file(f->tree, "yes/e_nohash_0.wav", w, n); /* declares 1 GB */
    put_le(w + 40, 400, 4);
    put_le(w + 22, 0, 2);
    write_file(f->tree, "yes/f_nohash_0.wav", w, n); /* header lies */
    write_clip(f->tree, "yes/g_nohash_0.wav", 8000, 310, 2);
    mote_free(w);
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    mote_import_report r = import(f, &cfg, f->tree);
    assert_int_equal(r.total.n_added, 2);
    assert_int_equal(r.total.n_rejected, 5);
    static const char *const words[] = {"promises 400 bytes", "is empty", "a text", "1073741824",
                                        "0 channels"};
    for (size_t i = 0; i < 5; i++) {
        if (!strstr(r.rejected[i].reason, words[i]))
            fail_msg("%s: %s", r.rejected[i].path, r.rejected[i].reason);
        assert_null(strstr(r.rejected[i].reason, "tree/")); /* the path is not said twice */
    }
    mote_err err;
    int64_t count;
    T_OK(mote_store_query_i64(f->store, "SELECT count(*) FROM data_rejected", &count, &err));
    assert_int_equal(count, 5);
    T_OK(mote_store_check(f->store, true, &err));

    write_clip(f->tree, "yes/c_nohash_0.wav", 8000, 320, 3); /* mended */
    r = import(f, &cfg, f->tree);
    assert_int_equal(r.total.n_added, 1);
    assert_int_equal(r.total.n_known, 2);
    T_OK(mote_store_query_i64(f->store, "SELECT count(*) FROM data_rejected", &count, &err));
    assert_int_equal(count, 4);

    char path[700]; /* removed */
    snprintf(path, sizeof path, "%s/yes/d_nohash_0.wav", f->tree);
    assert_int_equal(remove(path), 0);
    r = import(f, &cfg, f->tree);
    assert_int_equal(r.total.n_rejected, 3);
    T_OK(mote_store_query_i64(f->store, "SELECT count(*) FROM data_rejected", &count, &err));
    assert_int_equal(count, 3);
}

static void pattern_label_and_role_can_be_given(void **state)
{
    fixture *f = *state;
    mote_err err;
    size_t n;
    write_clip(f->tree, "x/yes-anna-1.wav", 800, 300, 1);
    write_clip(f->tree, "x/yes-bert-1.wav", 800, 310, 2);
    write_clip(f->tree, "x/other.wav", 800, 320, 3);
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    cfg.label = "ja";
    cfg.group_pattern = "*-{group}-*";
    mote_import_report r = import(f, &cfg, f->tree);
    assert_int_equal(r.total.n_added, 2);
    assert_int_equal(r.total.n_rejected, 1);
    assert_non_null(strstr(r.rejected[0].reason, "does not fit the group pattern"));
    const mote_sample_row *s = list(f, &n);
    assert_string_equal(s[0].label, "ja");
    assert_string_equal(s[0].group, "anna");

    cfg = mote_import_config_default(
        mote_kind_of(MOTE_INPUT_AUDIO)); /* a single file, without a pattern */
    char path[700];
    snprintf(path, sizeof path, "%s/x/other.wav", f->tree);
    r = import(f, &cfg, path);
    assert_int_equal(r.n_ungrouped, 1);
    s = list(f, &n);
    assert_string_equal(s[2].label, "x");
    assert_memory_equal(s[2].group, "file:", 5);

    cfg.role = MOTE_IMPORT_BACKGROUND;
    r = import(f, &cfg, path);
    assert_int_equal(r.n_background, 1);

    cfg.group_pattern = "*";
    mote_import_report bad;
    T_FAILS(mote_data_import(f->store, path, &cfg, &f->arena, &bad, &err), MOTE_ARG, "{group}");
    cfg.group_pattern = NULL;
    T_FAILS(mote_data_import(f->store, "/nonexistent", &cfg, &f->arena, &bad, &err), MOTE_NOT_FOUND,
            "/nonexistent");
    T_OK(mote_dir_make(t_path("empty"), &err));
    T_FAILS(mote_data_import(f->store, t_path("empty"), &cfg, &f->arena, &bad, &err),
            MOTE_NOT_FOUND, "no recording in it");
}

static void names_that_cannot_be_labels_are_rejected(void **state)
{
    fixture *f = *state;
    write_clip(f->tree, "ok/a.wav", 800, 300, 1);
    write_clip(f->tree, "bad\xff/a.wav", 800, 310, 2);
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    mote_import_report r = import(f, &cfg, f->tree);
    assert_int_equal(r.total.n_added, 1);
    assert_int_equal(r.total.n_rejected, 1);
    assert_non_null(strstr(r.rejected[0].reason, "not UTF-8"));
}

static void one_thread_and_many_give_the_same_store(void **state)
{
    fixture *f = *state;
    mote_err err;
    char dir2[TEMP_DIR_BYTES];
    mote_store *other = NULL;
    mote_pool *pool = NULL;
    temp_dir_make(dir2);
    T_OK(mote_store_open(dir2, true, &other, &err));
    T_OK(mote_pool_create(4, &pool, &err));
    for (int i = 0; i < 100; i++) {
        char name[60];
        snprintf(name, sizeof name, "w%d/s%d_NO_%d.wav", i % 3, i % 7, i);
        write_clip(f->tree, name, 300, 200 + i, (uint64_t)i + 1);
    }
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    (void)import(f, &cfg, f->tree);
    cfg.pool = pool;
    mote_import_report r;
    T_OK(mote_data_import(other, f->tree, &cfg, &f->arena, &r, &err));
    mote_sample_row *a = NULL, *b = NULL;
    size_t n_a, n_b;
    T_OK(mote_sample_list(f->store, &f->arena, &a, &n_a, &err));
    T_OK(mote_sample_list(other, &f->arena, &b, &n_b, &err));
    assert_int_equal(n_a, n_b);
    for (size_t i = 0; i < n_a; i++) {
        assert_int_equal(a[i].id, b[i].id);
        assert_true(mote_sha256_equal(&a[i].object, &b[i].object));
        assert_true(mote_sha256_equal(&a[i].content_hash, &b[i].content_hash));
    }
    mote_pool_destroy(pool);
    mote_store_close(other);
    temp_dir_remove(dir2);
}

typedef struct {
    mote_cancel cancel;
    size_t calls, last_done;
} watcher;

static void watch(void *arg, const mote_import_progress *p)
{
    watcher *w = arg;
    w->calls++;
    assert_true(p->n_done > w->last_done && p->n_done <= p->n_files);
    w->last_done = p->n_done;
    w->cancel.requested = w->calls == 2;
}

static void a_stopped_import_keeps_what_it_said_and_goes_on_later(void **state)
{
    fixture *f = *state;
    mote_err err;
    for (int i = 0; i < 50; i++) {
        char name[60];
        snprintf(name, sizeof name, "w/s%d_NO_%d.wav", i % 7, i);
        write_clip(f->tree, name, 300, 200 + i, (uint64_t)i + 1);
    }
    watcher w = {0};
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    cfg.batch_files = 10;
    cfg.progress = watch;
    cfg.progress_arg = &w;
    cfg.cancel = &w.cancel;
    mote_import_report r;
    T_FAILS(mote_data_import(f->store, f->tree, &cfg, &f->arena, &r, &err), MOTE_CANCELLED,
            "20 of 50 files");
    assert_int_equal(r.total.n_added, 20);
    size_t n;
    (void)list(f, &n);
    assert_int_equal(n, 20);
    cfg.cancel = NULL;
    w = (watcher){0};
    r = import(f, &cfg, f->tree);
    assert_int_equal(r.total.n_added, 30);
    assert_int_equal(r.total.n_known, 20);
    assert_int_equal(w.calls, 5);
}

static void other_rates_are_decoded_once_and_loaded_equal(void **state)
{
    fixture *f = *state;
    mote_err err;
    double x[2 * 4410];
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = 0.3 * sin(0.02 * (double)i);
    size_t len, n;
    uint8_t *w = make_wav((wav_kind){1, 24, 2, 44100}, x, 4410, &len);
    write_file(f->tree, "yes/a.wav", w, len);
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    (void)import(f, &cfg, f->tree);
    const mote_sample_row *s = list(f, &n);
    assert_int_equal(n, 1);
    assert_non_null(strstr(s[0].facts, "\"rate_hz\":44100"));
    int64_t with_copy;
    T_OK(
        mote_store_query_i64(f->store, "SELECT count(decoded) FROM data_sample", &with_copy, &err));
    assert_int_equal(with_copy, 1);
    mote_decoded direct, kept, slow;
    T_OK(mote_kind_decode(cfg.kind, &(mote_file_bytes){"x", w, len}, &cfg.decoding, &direct, &err));
    T_OK(mote_sample_load(f->store, cfg.kind, &s[0].object, &cfg.decoding, &kept, &err));
    const mote_audio *a = mote_decoded_audio(&direct), *b = mote_decoded_audio(&kept);
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->samples, b->samples, b->n * sizeof *b->samples);
    cfg.decoding.rate_hz = 8000; /* no copy at this rate: from the original */
    T_OK(mote_sample_load(f->store, cfg.kind, &s[0].object, &cfg.decoding, &slow, &err));
    assert_int_equal(mote_decoded_audio(&slow)->n, 800);
    mote_decoded_release(&direct);
    mote_decoded_release(&kept);
    mote_decoded_release(&slow);
    mote_free(w);
}

/* What 'mote data check' advises for a damaged store: the files come back, and nothing is twice. */
static void adding_again_puts_lost_files_back(void **state)
{
    fixture *f = *state;
    mote_err err;
    double x[4410];
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = 0.3 * sin(0.02 * (double)i);
    size_t len, n, n_files;
    uint8_t *w = make_wav((wav_kind){1, 16, 1, 44100}, x, T_COUNT(x), &len);
    write_file(f->tree, "yes/anna_nohash_0.wav", w, len);
    write_clip(f->tree, "no/bert_nohash_0.wav", 16000, 320, 3);
    mote_free(w);
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    (void)import(f, &cfg, f->tree);
    char objects[TEMP_DIR_BYTES + 32], path[1024];
    snprintf(objects, sizeof objects, "%s/.mote/objects", f->dir);
    char **files = NULL;
    T_OK(mote_dir_walk(objects, &f->arena, &files, &n_files, &err));
    assert_int_equal(n_files, 3); /* one is kept at its own rate and decoded */
    for (size_t i = 0; i < n_files; i++) {
        snprintf(path, sizeof path, "%s/%s", objects, files[i]);
        assert_int_equal(remove(path), 0);
    }
    mote_import_report r = import(f, &cfg, f->tree);
    assert_int_equal(r.total.n_added, 0);
    assert_int_equal(r.total.n_known, 2);
    const mote_sample_row *s = list(f, &n);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++) {
        mote_decoded d;
        T_OK(mote_sample_load(f->store, cfg.kind, &s[i].object, &cfg.decoding, &d, &err));
        mote_decoded_release(&d);
    }
}

static void background_folders_are_recognised(void **state)
{
    (void)state;
    static const char *const yes[] = {"_background_noise_", "background", "Background Noise",
                                      "_background_", "background_noise"};
    static const char *const no[] = {"back", "", "_", "noise", "my_background"};
    for (size_t i = 0; i < T_COUNT(yes); i++)
        assert_true(mote_import_is_background(yes[i], strlen(yes[i])));
    for (size_t i = 0; i < T_COUNT(no); i++)
        assert_false(mote_import_is_background(no[i], strlen(no[i])));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* The folders of a collection name its words before anything is imported. */
static void folders_name_what_is_in_them(void **state)
{
    fixture *f = *state;
    mote_err err;
    const char *const *labels = NULL;
    size_t n = 0;
    write_clip(f->tree, "yes/anna_nohash_0.wav", 16000, 300, 1);
    write_clip(f->tree, "yes/deeper/anna_nohash_1.wav", 16000, 310, 2);
    write_clip(f->tree, "yes please/bert_nohash_0.wav", 16000, 320, 3);
    write_clip(f->tree, "no/bert_nohash_0.wav", 16000, 320, 3);
    write_clip(f->tree, "gru\xcc\x88n/bert_nohash_0.wav", 16000, 320, 3);
    write_clip(f->tree, "_background_noise_/tap.wav", 48000, 50, 4);
    write_clip(f->tree, "Negatives/hour.wav", 48000, 50, 4);
    write_clip(f->tree, "_unknown_/x.wav", 16000, 50, 4);
    write_clip(f->tree, "alone.wav", 16000, 50, 4);
    T_OK(mote_import_folder_labels(f->tree, &f->arena, &labels, &n, &err));
    assert_int_equal(n, 4);
    assert_string_equal(labels[0], "gr\xc3\xbcn"); /* one letter, however it was typed */
    assert_string_equal(labels[1], "no");
    assert_string_equal(labels[2], "yes please");
    assert_string_equal(labels[3], "yes");
    assert_int_not_equal(mote_import_folder_labels("/nowhere", &f->arena, &labels, &n, &err),
                         MOTE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_tree_becomes_samples),
        TEST(folders_name_what_is_in_them),
        TEST(the_second_time_adds_nothing),
        TEST(damaged_files_are_left_out_and_remembered),
        TEST(pattern_label_and_role_can_be_given),
        TEST(names_that_cannot_be_labels_are_rejected),
        TEST(one_thread_and_many_give_the_same_store),
        TEST(a_stopped_import_keeps_what_it_said_and_goes_on_later),
        TEST(other_rates_are_decoded_once_and_loaded_equal),
        TEST(adding_again_puts_lost_files_back),
        cmocka_unit_test(background_folders_are_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
