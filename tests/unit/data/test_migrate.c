/* SPDX-License-Identifier: Apache-2.0 */
/* Stores of an older Mote, in which a sample was a recording: tests/golden/v1/store, with imports,
 * a copy decoded to another rate, a background, a refused file, a removal and a version. */
#include <sqlite3.h>

#include "data/history.h"
#include "data/kind_audio.h"
#include "data/sample.h"
#include "data/version.h"
#include "sample_add.h"
#include "support.h"
#include "temp_dir.h"

typedef struct {
    char dir[TEMP_DIR_BYTES];
    mote_store *store;
    mote_arena arena;
} fixture;

static void bring_objects(const char *dir, char *text)
{
    mote_err err = {0};
    static char bytes[1 << 16];
    char path[TEMP_DIR_BYTES + 128];
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *hex = strchr(line, ' ');
        *hex++ = '\0';
        size_t n = strlen(hex) / 2;
        assert_true(n <= sizeof bytes);
        for (size_t i = 0; i < n; i++) {
            const char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
            bytes[i] = (char)strtol(two, NULL, 16);
        }
        snprintf(path, sizeof path, "%s/.mote/objects/%.2s", dir, line);
        T_OK(mote_dir_make(path, &err));
        snprintf(path, sizeof path, "%s/.mote/objects/%s", dir, line);
        T_OK(mote_file_write(path, bytes, n, &err));
    }
}

static int set_up(void **state)
{
    static fixture f;
    mote_err err = {0};
    char path[1024], *sql = NULL, *objects = NULL;
    size_t n = 0;
    sqlite3 *db = NULL;
    const char *root = getenv("MOTE_SOURCE_ROOT");
    assert_non_null(root);
    temp_dir_make(f.dir);
    mote_arena_init(&f.arena, 1 << 24);
    snprintf(path, sizeof path, "%s/.mote", f.dir);
    T_OK(mote_dir_make(path, &err));
    snprintf(path, sizeof path, "%s/tests/golden/v1/store/store.sql", root);
    T_OK(mote_file_read(path, 1 << 20, &sql, &n, &err));
    snprintf(path, sizeof path, "%s/.mote/store.db", f.dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    snprintf(path, sizeof path, "%s/tests/golden/v1/store/objects.txt", root);
    T_OK(mote_file_read(path, 1 << 20, &objects, &n, &err));
    bring_objects(f.dir, objects);
    mote_free(sql);
    mote_free(objects);
    T_OK(mote_store_open(f.dir, true, &f.store, &err));
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_store_close(f->store);
    mote_arena_release(&f->arena);
    temp_dir_remove(f->dir);
    return 0;
}

static mote_sample_row *list(fixture *f, size_t *n)
{
    mote_err err = {0};
    mote_sample_row *rows = NULL;
    T_OK(mote_sample_list(f->store, &f->arena, &rows, n, &err));
    return rows;
}

static void the_migration_is_told(void **state)
{
    fixture *f = *state;
    assert_non_null(mote_store_migrated(f->store));
    assert_non_null(strstr(mote_store_migrated(f->store), "200_sample"));
}

static void recordings_are_samples_with_labels_and_facts(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    size_t n = 0, n_yes = 0, n_background = 0, n_other_rate = 0;
    const mote_sample_row *s = list(f, &n);
    assert_int_equal(n, 16);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(mote_input_name(s[i].kind->input), "audio");
        assert_string_equal(s[i].origin, "file");
        assert_int_equal(s[i].to_us, 0);
        n_yes += strcmp(s[i].label, "yes") == 0;
        n_background += s[i].role == MOTE_ROLE_BACKGROUND;
        n_other_rate += strstr(s[i].facts, "\"rate_hz\":8000,") != NULL;
        mote_decoding cfg = s[i].kind->decoding();
        mote_decoded d;
        T_OK(mote_sample_load(f->store, s[i].kind, &s[i].object, &cfg, &d, &err));
        assert_true(mote_sha256_equal(&d.content, &s[i].content_hash));
        mote_decoded_release(&d);
    }
    assert_int_equal(n_yes, 5);
    assert_int_equal(n_background, 1);
    assert_int_equal(n_other_rate, 1);
    /* What the file held is told as it is of one that is added now. */
    assert_string_equal(s[n - 1].facts, "{\"container\":\"WAV\",\"rate_hz\":16000,\"n_channels\":1,"
                                        "\"bits\":16,\"n_frames\":640}");
}

static void what_was_removed_comes_back_with_its_label(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_undo_report r;
    size_t n = 0;
    mote_sample_row *gone = NULL;
    T_OK(mote_sample_list_removed(f->store, &f->arena, &gone, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(gone[0].label, "yes");
    assert_string_equal(gone[0].group, "p03");
    T_OK(mote_data_undo(f->store, 5, &f->arena, &r, &err));
    assert_int_equal(r.n_restored, 1);
    const mote_sample_row *s = list(f, &n);
    assert_int_equal(n, 17);
    size_t n_there = 0;
    for (size_t i = 0; i < n; i++)
        n_there += strcmp(s[i].label, "yes") == 0 && strcmp(s[i].group, "p03") == 0;
    assert_int_equal(n_there, 1);
}

static void labels_go_with_the_last_that_has_them(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_remove_report r;
    int64_t n = 0;
    mote_remove_config cfg = {.erase = true, .now_ms = 7};
    T_OK(mote_data_remove(f->store, &(mote_remove_wish){.label = "tree"}, &cfg, &f->arena, &r,
                          &err));
    assert_int_equal(r.n, 4);
    T_OK(mote_store_query_i64(f->store, "SELECT count(*) FROM data_label WHERE label = 'tree'", &n,
                              &err));
    assert_int_equal(n, 0);
    T_OK(mote_store_query_i64(f->store, "SELECT count(*) FROM data_label", &n, &err));
    assert_int_equal(n, 12); /* the removed one waits with its label */
}

static void versions_of_old_are_read_and_new_ones_say_the_same(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_data_version v1, v2;
    mote_version_report r;
    static const char *const asked[] = {"yes", "no"};
    mote_version_config cfg = mote_version_config_default();
    cfg.labels = asked;
    cfg.n_labels = 2;
    T_OK(mote_version_load(f->store, "v1", &f->arena, &v1, &err));
    assert_int_equal(v1.n, 15);
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v2, &r, &err));
    assert_true(r.is_new);
    mote_version_change *c = NULL;
    size_t n = 0;
    T_OK(mote_version_diff(&v1, &v2, &f->arena, &c, &n, &err));
    assert_int_equal(n, 3); /* two were added, one was removed */
}

static void numbers_go_on_where_they_were(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    int64_t last = 0, now = 0;
    T_OK(mote_store_query_i64(f->store, "SELECT id FROM data_sample_last", &last, &err));
    assert_int_equal(last, 17);
    mote_sample_facts facts = {.label = "yes", .source = "x"};
    bool added;
    const int16_t x[100] = {3, 1, 4};
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, 1 << 16);
    T_OK(mote_audio_encode_wav(x, 100, 16000, &wav, &err));
    T_OK(sample_add(f->store, MOTE_INPUT_AUDIO, &(mote_file_bytes){facts.source, wav.data, wav.len},
                    &facts, &added, &err));
    T_OK(mote_store_query_i64(f->store, "SELECT max(id) FROM data_sample", &now, &err));
    assert_int_equal(now, 18);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_migration_is_told),
        TEST(recordings_are_samples_with_labels_and_facts),
        TEST(what_was_removed_comes_back_with_its_label),
        TEST(labels_go_with_the_last_that_has_them),
        TEST(versions_of_old_are_read_and_new_ones_say_the_same),
        TEST(numbers_go_on_where_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
