/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for the next version, and what is missing. */
#include "audio_files.h"
#include "data/history.h"
#include "data/import.h"
#include "data/version.h"
#include "data/waiting.h"
#include "store_fixture.h"

static const char *const keywords[] = {"yes", "no"};
static const char *const classes[] = {"yes", "no", MOTE_CLASS_UNKNOWN, MOTE_CLASS_SILENCE};
static int clip;

static void record(fixture *f, const char *label, const char *who, int n)
{
    for (int i = 0; i < n; i++, clip++) {
        char name[100];
        snprintf(name, sizeof name, "%s/%s_nohash_%d.wav", label, who, clip);
        write_clip(f->tree, name, 400, 200 + clip, (uint64_t)clip + 1);
    }
}

static void import(fixture *f, int64_t now_ms)
{
    mote_err err;
    mote_import_report r;
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    cfg.now_ms = now_ms;
    T_OK(mote_data_import(f->store, f->tree, &cfg, &f->arena, &r, &err));
}

static mote_data_waiting look(fixture *f)
{
    mote_err err;
    mote_data_waiting w;
    mote_project p = {.input = "audio",
                      .words = {keywords, 2},
                      .classes = {classes, 4},
                      .unknown = true,
                      .silence = true,
                      .data = {.min_per_class = 3}};
    T_OK(mote_data_waiting_of(f->store, &p, &f->arena, &w, &err));
    return w;
}

static bool lacks(const mote_data_waiting *w, const char *words)
{
    for (size_t i = 0; i < w->n_missing; i++)
        if (strstr(w->missing[i], words))
            return true;
    return false;
}

static void version(fixture *f, int64_t now_ms)
{
    mote_err err;
    mote_data_version v;
    mote_version_report r;
    mote_version_config cfg = mote_version_config_default();
    cfg.now_ms = now_ms;
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
}

static void what_is_missing_is_said_until_it_is_there(void **state)
{
    fixture *f = *state;
    mote_data_waiting w = look(f);
    assert_int_equal(w.n_missing, 4);
    assert_true(lacks(&w, "'yes': no recording; at least 3"));
    assert_true(lacks(&w, "'no': no recording"));
    assert_true(lacks(&w, "0 other words"));
    assert_true(lacks(&w, "no background"));

    record(f, "yes", "anna", 2);
    record(f, "no", "anna", 3);
    import(f, 10);
    w = look(f);
    assert_true(lacks(&w, "'yes': 2 recordings, 1 more"));
    assert_false(lacks(&w, "'no'"));
    assert_true(lacks(&w, "1 speaker: at least 3"));

    record(f, "yes", "bert", 1);
    record(f, "yes", "carl", 1);
    record(f, "dog", "carl", 1);
    record(f, "cat", "carl", 1);
    record(f, "tree", "anna", 1);
    write_clip(f->tree, "_background_noise_/hum.wav", 1600, 50, 77);
    import(f, 20);
    w = look(f);
    assert_int_equal(w.n_missing, 0);
    assert_int_equal(w.n_people, 3);
    assert_int_equal(w.classes[2].n, 3);
}

static void samples_wait_until_a_version_has_them(void **state)
{
    fixture *f = *state;
    mote_err err;
    record(f, "yes", "anna", 2);
    record(f, "no", "bert", 3);
    record(f, "dog", "carl", 1);
    import(f, 10);
    mote_data_waiting w = look(f);
    assert_int_equal(w.version, 0);
    assert_int_equal(w.n_waiting, 6);
    assert_int_equal(w.classes[1].n_waiting, 3);
    version(f, 20);
    w = look(f);
    assert_int_equal(w.version, 1);
    assert_int_equal(w.n_waiting, 0);
    record(f, "yes", "dora", 1);
    import(f, 30);
    w = look(f);
    assert_int_equal(w.n_waiting, 1);
    assert_int_equal(w.classes[0].n_waiting, 1);
    assert_int_equal(w.n_left, 0);
    mote_remove_report r;
    mote_remove_config cfg = {.now_ms = 40};
    T_OK(mote_data_remove(f->store, &(mote_remove_wish){.group = "bert"}, &cfg, &f->arena, &r,
                          &err));
    assert_int_equal(look(f).n_left, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_missing_is_said_until_it_is_there, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(samples_wait_until_a_version_has_them, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
