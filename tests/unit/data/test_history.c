/* SPDX-License-Identifier: Apache-2.0 */
/* A changed file replaces what it was; what was added or removed can be taken back; what is erased
 * is gone from everything. */
#include "audio_files.h"
#include "data/history.h"
#include "data/import.h"
#include "data/version.h"
#include "store_fixture.h"

static mote_import_report import(fixture *f, bool keep, const char *label)
{
    mote_err err;
    mote_import_report r;
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    cfg.keep = keep;
    cfg.label = label;
    cfg.who = "tester";
    cfg.now_ms = 1000;
    T_OK(mote_data_import(f->store, f->tree, &cfg, &f->arena, &r, &err));
    return r;
}

static size_t list(fixture *f, mote_sample_row **rows)
{
    size_t n;
    mote_err err;
    T_OK(mote_sample_list(f->store, &f->arena, rows, &n, &err));
    return n;
}

static mote_undo_report undo(fixture *f)
{
    mote_err err;
    mote_undo_report r;
    T_OK(mote_data_undo(f->store, 2000, &f->arena, &r, &err));
    return r;
}

static mote_remove_report take_out(fixture *f, const mote_remove_wish *wish, bool erase)
{
    mote_err err;
    mote_remove_report r;
    mote_remove_config cfg = {.who = "tester", .now_ms = 3000, .erase = erase};
    T_OK(mote_data_remove(f->store, wish, &cfg, &f->arena, &r, &err));
    return r;
}

static void fill(fixture *f)
{
    write_clip(f->tree, "yes/anna_nohash_0.wav", 800, 300, 1);
    write_clip(f->tree, "yes/bert_nohash_0.wav", 800, 310, 2);
    write_clip(f->tree, "no/anna_nohash_0.wav", 800, 320, 3);
    write_clip(f->tree, "no/bert_nohash_0.wav", 800, 330, 4);
}

static void a_changed_file_replaces_what_it_was(void **state)
{
    fixture *f = *state;
    mote_sample_row *rows, *before;
    fill(f);
    mote_import_report r = import(f, false, NULL);
    assert_int_equal(r.import_id, 1);
    assert_int_equal(list(f, &before), 4);
    assert_string_equal(before[2].file, "tree/yes/anna_nohash_0.wav"); /* below the project */
    write_clip(f->tree, "yes/anna_nohash_0.wav", 900, 400, 9);
    r = import(f, false, NULL);
    assert_int_equal(r.total.n_added, 1);
    assert_int_equal(r.total.n_replaced, 1);
    assert_int_equal(r.total.n_known, 3);
    assert_int_equal(list(f, &rows), 4);
    for (size_t i = 0; i < 4; i++)
        assert_false(mote_sha256_equal(&rows[i].object, &before[2].object));
    r = import(f, false, NULL);
    assert_int_equal(r.import_id, 0); /* nothing changed: no number is used */

    mote_undo_report u = undo(f);
    assert_int_equal(u.n_removed, 1);
    assert_int_equal(u.n_restored, 1);
    assert_int_equal(list(f, &rows), 4);
    size_t n_old = 0;
    for (size_t i = 0; i < 4; i++)
        n_old += mote_sha256_equal(&rows[i].object, &before[2].object);
    assert_int_equal(n_old, 1);
    for (size_t i = 0; i < 4; i++) /* all under the numbers they had */
        assert_int_equal(rows[i].id, before[i].id);
    u = undo(f);
    assert_int_equal(u.n_removed, 4);
    assert_string_equal(u.who, "tester");
    assert_int_equal(list(f, &rows), 0);
    mote_err err;
    T_FAILS(mote_data_undo(f->store, 1, &f->arena, &u, &err), MOTE_NOT_FOUND, "to undo");
    T_OK(mote_store_check(f->store, true, &err));
}

/* The state of the data is recognised by the numbers of the samples: none is used twice. */
static void no_number_is_used_for_two_samples(void **state)
{
    fixture *f = *state;
    mote_sample_row *rows;
    fill(f);
    (void)import(f, false, NULL);
    write_clip(f->tree, "yes/bert_nohash_0.wav", 900, 400, 9); /* the last of them */
    (void)import(f, false, NULL);
    assert_int_equal(list(f, &rows), 4);
    assert_int_equal(rows[3].id, 5);
    (void)undo(f);
    (void)undo(f);
    (void)import(f, false, NULL);
    assert_int_equal(list(f, &rows), 4);
    assert_int_equal(rows[0].id, 6);
}

static void another_label_of_the_same_file_replaces_the_first(void **state)
{
    fixture *f = *state;
    mote_sample_row *rows;
    fill(f);
    (void)import(f, false, NULL);
    mote_import_report r = import(f, false, "ja");
    assert_int_equal(r.total.n_replaced, 4);
    assert_int_equal(list(f, &rows), 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(rows[i].label, "ja");
}

static void keep_keeps_both(void **state)
{
    fixture *f = *state;
    mote_sample_row *rows;
    fill(f);
    (void)import(f, false, NULL);
    write_clip(f->tree, "yes/anna_nohash_0.wav", 900, 400, 9);
    mote_import_report r = import(f, true, NULL);
    assert_int_equal(r.total.n_replaced, 0);
    assert_int_equal(list(f, &rows), 5);
    r = import(f, false, NULL); /* they stay: it did not change */
    assert_int_equal(r.total.n_known, 4);
    assert_int_equal(list(f, &rows), 5);
}

static void files_that_are_gone_are_said_and_can_be_removed(void **state)
{
    fixture *f = *state;
    mote_sample_row *rows;
    char path[700];
    fill(f);
    (void)import(f, false, NULL);
    snprintf(path, sizeof path, "%s/no/bert_nohash_0.wav", f->tree);
    assert_int_equal(remove(path), 0);
    mote_import_report r = import(f, false, NULL);
    assert_int_equal(r.n_gone, 1);
    assert_string_equal(r.gone, "tree/no/bert_nohash_0.wav");
    assert_int_equal(list(f, &rows), 4);
    assert_int_equal(take_out(f, &(mote_remove_wish){.gone = true}, false).n, 1);
    assert_int_equal(list(f, &rows), 3);
}

static void every_way_of_choosing_removes_what_fits(void **state)
{
    fixture *f = *state;
    mote_sample_row *rows;
    char hex[MOTE_SHA256_HEX_BYTES], below[700];
    fill(f);
    (void)import(f, false, NULL);
    write_clip(f->tree, "yes/carl_nohash_0.wav", 800, 340, 5);
    int64_t second = import(f, false, NULL).import_id;
    assert_int_equal(list(f, &rows), 5);
    mote_sha256_hex(&rows[0].object, hex);
    hex[10] = '\0';
    snprintf(below, sizeof below, "%s/no", f->tree);
    const struct {
        mote_remove_wish wish;
        size_t n;
    } cases[] = {
        {{.label = "yes"}, 3},   {{.group = "anna"}, 2},  {{.label = "yes", .group = "anna"}, 1},
        {{.origin = "file"}, 5}, {{.import = second}, 1}, {{.sample = hex}, 1},
        {{.below = below}, 2},
    };
    mote_err err;
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        assert_int_equal(take_out(f, &cases[i].wish, false).n, cases[i].n);
        assert_int_equal(list(f, &rows), 5 - cases[i].n);
        assert_int_equal(undo(f).n_restored, cases[i].n);
        assert_int_equal(list(f, &rows), 5);
    }
    mote_remove_report r;
    mote_remove_config cfg = {.who = "t", .dry_run = true};
    T_OK(mote_data_remove(f->store, &cases[0].wish, &cfg, &f->arena, &r, &err));
    assert_int_equal(r.n, 3);
    assert_int_equal(list(f, &rows), 5);
    T_FAILS(
        mote_data_remove(f->store, &(mote_remove_wish){.label = "nope"}, &cfg, &f->arena, &r, &err),
        MOTE_NOT_FOUND, "none of 5");
    T_FAILS(
        mote_data_remove(f->store, &(mote_remove_wish){.gone = false}, &cfg, &f->arena, &r, &err),
        MOTE_ARG, "say which");
}

static mote_data_version version(fixture *f)
{
    mote_err err;
    mote_data_version v;
    mote_version_report r;
    mote_version_config cfg = mote_version_config_default();
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    return v;
}

static mote_status load(fixture *f, const mote_sha256 *object, mote_err *err)
{
    mote_decoded d;
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_AUDIO);
    mote_decoding cfg = kind->decoding();
    mote_status st = mote_sample_load(f->store, kind, object, &cfg, &d, err);
    if (st == MOTE_OK)
        mote_decoded_release(&d);
    return st;
}

static void versions_keep_what_is_removed_but_not_what_is_erased(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_sample_row *rows;
    mote_gc_report gc;
    fill(f);
    (void)import(f, false, NULL);
    mote_data_version v1 = version(f);
    assert_int_equal(take_out(f, &(mote_remove_wish){.group = "anna"}, false).n_in_versions, 2);
    assert_int_equal(version(f).n, 2);
    T_OK(mote_store_collect(f->store, &(mote_gc_options){.now_ms = (int64_t)1 << 50}, &gc, &err));
    for (size_t i = 0; i < v1.n; i++)
        T_OK(load(f, &v1.items[i].object, &err));

    /* What was taken out before is found by an erasure too. */
    mote_remove_report r = take_out(f, &(mote_remove_wish){.group = "anna"}, true);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.n_objects_erased, 2);
    assert_int_equal(list(f, &rows), 2);
    size_t n_gone = 0;
    for (size_t i = 0; i < v1.n; i++) {
        bool is_anna = strcmp(v1.items[i].group, "anna") == 0;
        bool has = true;
        T_OK(mote_object_has(f->store, &v1.items[i].object, &has, &err));
        assert_int_equal(has, !is_anna);
        n_gone += is_anna;
        if (is_anna)
            T_FAILS(load(f, &v1.items[i].object, &err), MOTE_NOT_FOUND, "erased for good");
    }
    assert_int_equal(n_gone, 2);
    mote_data_version again;
    T_OK(mote_version_load(f->store, "v1", &f->arena, &again, &err)); /* the list is readable */
    assert_int_equal(undo(f).n_restored, 0); /* nothing of them comes back */
    assert_int_equal(list(f, &rows), 2);
    T_OK(mote_store_check(f->store, true, &err));
}

static void a_decoded_copy_is_erased_with_its_recording(void **state)
{
    fixture *f = *state;
    mote_err err;
    size_t n, len;
    mote_sample_row *rows;
    double x[2 * 441] = {0.25};
    uint8_t *w = make_wav((wav_kind){1, 24, 2, 44100}, x, 441, &len);
    write_file(f->tree, "yes/a_nohash_0.wav", w, len);
    mote_free(w);
    (void)import(f, false, NULL);
    n = list(f, &rows);
    assert_int_equal(n, 1);
    assert_int_equal(take_out(f, &(mote_remove_wish){.label = "yes"}, true).n_objects_erased, 2);
    int64_t objects = -1;
    T_OK(mote_store_query_i64(f->store, "SELECT count(*) FROM object", &objects, &err));
    assert_int_equal(objects, 0);
}

int main(void)
{
#define TEST_OF(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST_OF(a_changed_file_replaces_what_it_was),
        TEST_OF(no_number_is_used_for_two_samples),
        TEST_OF(another_label_of_the_same_file_replaces_the_first),
        TEST_OF(keep_keeps_both),
        TEST_OF(files_that_are_gone_are_said_and_can_be_removed),
        TEST_OF(every_way_of_choosing_removes_what_fits),
        TEST_OF(versions_keep_what_is_removed_but_not_what_is_erased),
        TEST_OF(a_decoded_copy_is_erased_with_its_recording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
