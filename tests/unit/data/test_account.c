/* SPDX-License-Identifier: Apache-2.0 */
/* An import accounts for every entry below its folder, and says what it recognised. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "audio_files.h"
#include "data/import.h"
#include "data/provided.h"
#include "store_fixture.h"

static const char *const keywords[] = {"yes", "no"};

static mote_import_config config(void)
{
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    cfg.labels = keywords;
    cfg.n_labels = T_COUNT(keywords);
    return cfg;
}

static mote_import_report import(fixture *f, const mote_import_config *cfg)
{
    mote_err err;
    mote_import_report r;
    T_OK(mote_data_import(f->store, f->tree, cfg, &f->arena, &r, &err));
    assert_int_equal(r.n_entries,
                     r.total.n_added + r.total.n_known + r.n_skipped + r.total.n_rejected);
    return r;
}

static void put(fixture *f, const char *name, const char *text)
{
    write_file(f->tree, name, text, strlen(text));
}

static char *at(fixture *f, const char *name)
{
    static char path[2][700];
    static int which;
    which = !which;
    snprintf(path[which], sizeof path[0], "%s/%s", f->tree, name);
    return path[which];
}

static size_t skipped(const mote_import_report *r, const char *reason)
{
    for (size_t i = 0; i < r->n_reasons; i++)
        if (strstr(r->skipped[i].reason, reason))
            return r->skipped[i].n;
    return 0;
}

static const char *refused(const mote_import_report *r, const char *name)
{
    for (size_t i = 0; i < r->total.n_rejected; i++)
        if (strstr(r->rejected[i].path, name))
            return r->rejected[i].reason;
    return "";
}

static int64_t count(fixture *f, const char *sql)
{
    int64_t n = -1;
    mote_err err;
    T_OK(mote_store_query_i64(f->store, sql, &n, &err));
    return n;
}

static void every_entry_is_taken_skipped_or_refused(void **state)
{
    fixture *f = *state;
    write_clip(f->tree, "yes/a_nohash_0.dat", 800, 300, 1); /* whatever its name */
    write_clip(f->tree, "no/b_nohash_0.wav", 800, 310, 2);
    put(f, "README.md", "words");
    put(f, "yes/c.wav", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n");
    put(f, "yes/d.wav", "a text");
    put(f, "yes/e.wav", "");
    put(f, "yes/empty", "");
    put(f, "yes/f.m4a",
        "\1\1\1\1"
        "ftypM4A and so on");
    put(f, "set.zip", "PK\x03\x04 and so on");
    put(f, "cover.png", "\x89PNG\r\n\x1a\n");
    put(f, ".hidden/x.wav", "no");
    put(f, ".DS_Store", "no");
    mote_import_config cfg = config();
    assert_int_equal(symlink("nowhere", at(f, "yes/g.wav")), 0);
    assert_int_equal(symlink("..", at(f, "yes/loop")), 0);
    assert_int_equal(mkfifo(at(f, "yes/h.wav"), 0600), 0);
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s", at(f, "s"));
    bool has_socket = strlen(at(f, "s")) < sizeof name.sun_path &&
                      bind(s, (const struct sockaddr *)&name, sizeof name) == 0;
    mote_import_report r = import(f, &cfg);
    (void)close(s);
    assert_int_equal(r.total.n_added, 2);
    assert_int_equal(r.total.n_rejected, 6);
    assert_non_null(strstr(refused(&r, "c.wav"), "git lfs pull"));
    assert_non_null(strstr(refused(&r, "d.wav"), "a text"));
    assert_string_equal(refused(&r, "e.wav"), "is empty");
    assert_non_null(strstr(refused(&r, "f.m4a"), "MPEG-4"));
    assert_non_null(strstr(refused(&r, "set.zip"), "ZIP"));
    assert_non_null(strstr(refused(&r, "g.wav"), "a link to nothing"));
    assert_int_equal(skipped(&r, "hidden"), 2);
    assert_int_equal(skipped(&r, "a text"), 1);
    assert_int_equal(skipped(&r, "PNG"), 1);
    assert_int_equal(skipped(&r, "is empty"), 1);
    assert_int_equal(skipped(&r, "read already"), 1);
    assert_int_equal(skipped(&r, "pipe, socket"), has_socket ? 2 : 1);
    assert_int_equal(count(f, "SELECT count(*) FROM data_rejected"), 6);
}

static void folders_behind_links_are_read_once(void **state)
{
    fixture *f = *state;
    write_clip(f->tree, "no/b_nohash_0.wav", 800, 310, 2);
    write_clip(f->dir, "elsewhere/yes/a_nohash_0.wav", 800, 300, 1);
    assert_int_equal(symlink("../elsewhere/yes", at(f, "yes")), 0);
    assert_int_equal(symlink("../elsewhere/yes", at(f, "yes2")), 0);
    mote_import_config cfg = config();
    mote_import_report r = import(f, &cfg);
    assert_int_equal(r.total.n_added, 2);
    assert_int_equal(skipped(&r, "read already"), 1);
    assert_int_equal(count(f, "SELECT count(*) FROM data_said WHERE label = 'yes'"), 1);
}

static void nothing_taken_is_an_error_and_still_accounted_for(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_import_report r;
    mote_import_config cfg = config();
    put(f, "yes/c.wav", "a text");
    T_FAILS(mote_data_import(f->store, f->tree, &cfg, &f->arena, &r, &err), MOTE_NOT_FOUND,
            "nothing could be taken");
    assert_int_equal(r.total.n_rejected, 1);
    assert_int_equal(count(f, "SELECT count(*) FROM data_rejected"), 1);
    T_FAILS(mote_data_import(f->store, at(f, "yes/c.wav"), &cfg, &f->arena, &r, &err),
            MOTE_NOT_FOUND, "'c.wav': a text");
    assert_int_equal(mkfifo(at(f, "pipe.wav"), 0600), 0);
    T_FAILS(mote_data_import(f->store, at(f, "pipe.wav"), &cfg, &f->arena, &r, &err),
            MOTE_NOT_FOUND, "no recording");
}

static void a_pattern_that_fits_no_name_is_refused_before_anything_is_written(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_import_report r;
    mote_import_config cfg = config();
    for (int i = 0; i < 5; i++) {
        char name[60];
        snprintf(name, sizeof name, "yes/s%d_%d.wav", i, i);
        write_clip(f->tree, name, 400, 200 + i, (uint64_t)i + 1);
    }
    cfg.group_pattern = "{group}_take*";
    T_FAILS(mote_data_import(f->store, f->tree, &cfg, &f->arena, &r, &err), MOTE_ARG,
            "fits none of the 5 names, the first is 'yes/s0_0.wav'");
    assert_int_equal(count(f, "SELECT (SELECT count(*) FROM data_rejected) + (SELECT count(*) FROM "
                              "data_sample)"),
                     0);
}

static void a_plan_says_everything_and_writes_nothing(void **state)
{
    fixture *f = *state;
    mote_import_config cfg = config();
    cfg.dry_run = true;
    write_clip(f->tree, "yes/a_nohash_0.wav", 800, 300, 1);
    write_clip(f->tree, "_background_noise_/b.wav", 800, 310, 2);
    put(f, "yes/c.wav", "a text");
    put(f, "README", "words");
    mote_err err;
    mote_import_report r;
    T_OK(mote_data_import(f->store, f->tree, &cfg, &f->arena, &r, &err));
    assert_int_equal(r.n_plan, 4);
    assert_string_equal(r.plan[0].path, "README");
    assert_non_null(r.plan[0].skipped);
    assert_int_equal(r.plan[1].role, MOTE_ROLE_BACKGROUND);
    assert_string_equal(r.plan[2].label, "yes");
    assert_string_equal(r.plan[2].group, "a");
    assert_int_equal(r.plan[2].part, MOTE_N_PROVIDED);
    assert_non_null(r.plan[3].refused);
    assert_int_equal(count(f, "SELECT (SELECT count(*) FROM data_rejected) + (SELECT count(*) FROM "
                              "data_sample) + (SELECT count(*) FROM data_import)"),
                     0);
}

static void labels_that_are_no_keywords_are_counted(void **state)
{
    fixture *f = *state;
    mote_import_config cfg = config();
    write_clip(f->tree, "training/a_nohash_0.wav", 800, 300, 1);
    write_clip(f->tree, "testing/b_nohash_0.wav", 800, 310, 2);
    write_clip(f->tree, "yes/b_nohash_0.wav", 800, 320, 3);
    mote_import_report r = import(f, &cfg);
    assert_int_equal(r.n_labels, 3);
    assert_int_equal(r.n_foreign, 2);
    assert_string_equal(r.labels[0], "testing");
}

static uint32_t parts(fixture *f, const char *group)
{
    uint32_t bits = 0;
    mote_err err;
    T_OK(mote_split_provided(f->store, group, &bits, &err));
    return bits;
}

enum { TRAIN = 1, VALIDATION = 2, TEST = 4 };

static void an_edge_impulse_export_brings_labels_groups_and_splits(void **state)
{
    fixture *f = *state;
    mote_import_config cfg = config();
    write_clip(f->tree, "training/yes.anna_nohash_0.wav.3k9f.ingestion-1-a.wav", 800, 300, 1);
    write_clip(f->tree, "training/no.bert_nohash_0.wav.3k9g.ingestion-1-a.wav", 800, 310, 2);
    write_clip(f->tree, "testing/yes.carl_nohash_0.wav.3k9h.ingestion-1-a.wav", 800, 320, 3);
    write_clip(f->tree, "training/x.wav", 800, 330, 4);
    write_clip(f->tree, "training/unlisted.wav", 800, 340, 5);
    put(f, "info.labels",
        "{\"files\":["
        "{\"path\":\"training/yes.anna_nohash_0.wav.3k9f.ingestion-1-a.wav\",\"category\":"
        "\"training\",\"label\":{\"type\":\"label\",\"label\":\"yes\"}},"
        "{\"path\":\"training/no.bert_nohash_0.wav.3k9g.ingestion-1-a.wav\",\"category\":"
        "\"training\",\"label\":{\"type\":\"label\",\"label\":\"no\"},\"boundingBoxes\":[]},"
        "{\"path\":\"testing/yes.carl_nohash_0.wav.3k9h.ingestion-1-a.wav\",\"category\":"
        "\"testing\",\"label\":{\"type\":\"label\",\"label\":\"yes\"}},"
        "{\"path\":\"training/x.wav\",\"category\":\"training\",\"label\":{\"type\":"
        "\"unlabeled\"}}]}");
    mote_import_report r = import(f, &cfg);
    assert_int_equal(r.n_recognised, 1);
    assert_non_null(strstr(r.recognised[0], "Edge Impulse"));
    assert_int_equal(r.total.n_added, 3);
    assert_int_equal(r.n_provided, 3);
    assert_non_null(strstr(refused(&r, "x.wav"), "no label"));
    assert_non_null(strstr(refused(&r, "unlisted"), "does not name it"));
    assert_int_equal(count(f, "SELECT count(*) FROM data_said WHERE label IN ('training', "
                              "'testing')"),
                     0);
    assert_int_equal(parts(f, "anna"), TRAIN | VALIDATION);
    assert_int_equal(parts(f, "carl"), TEST);
}

static void the_lists_of_speech_commands_are_splits(void **state)
{
    fixture *f = *state;
    mote_import_config cfg = config();
    write_clip(f->tree, "yes/a_nohash_0.wav", 800, 300, 1);
    write_clip(f->tree, "yes/b_nohash_0.wav", 800, 310, 2);
    write_clip(f->tree, "no/c_nohash_0.wav", 800, 320, 3);
    write_clip(f->tree, "_background_noise_/hum.wav", 800, 330, 4);
    put(f, "testing_list.txt", "yes/b_nohash_0.wav\r\n");
    put(f, "validation_list.txt", "no/c_nohash_0.wav\n");
    mote_import_report r = import(f, &cfg);
    assert_int_equal(r.total.n_added, 4);
    assert_int_equal(r.n_background, 1);
    assert_int_equal(skipped(&r, "table of its layout"), 2);
    assert_int_equal(parts(f, "a"), TRAIN);
    assert_int_equal(parts(f, "b"), TEST);
    assert_int_equal(parts(f, "c"), VALIDATION);
}

static void tables_of_common_voice_name_words_speakers_and_splits(void **state)
{
    fixture *f = *state;
    mote_import_config cfg = config();
    for (int i = 1; i <= 5; i++) {
        char name[60];
        snprintf(name, sizeof name, "en/clips/common_voice_en_%d.mp3", i);
        write_clip(f->tree, name, 400, 200 + i, (uint64_t)i + 1);
    }
    put(f, "en/validated.tsv",
        "client_id\tpath\tsentence\tup_votes\n"
        "aaaa\tcommon_voice_en_1.mp3\tYes.\t2\n"
        "bbbb\tcommon_voice_en_2.mp3\t\"No\"\t2\n"
        "bbbb\tcommon_voice_en_3.mp3\tThis is a sentence.\t2\n");
    put(f, "en/test.tsv", "client_id\tpath\tsentence\nbbbb\tcommon_voice_en_2.mp3\tNo\n");
    put(f, "en/invalidated.tsv", "client_id\tpath\tsentence\ncccc\tcommon_voice_en_4.mp3\tYes\n");
    mote_import_report r = import(f, &cfg);
    assert_int_equal(r.total.n_added, 2);
    assert_int_equal(skipped(&r, "several words"), 1);
    assert_int_equal(skipped(&r, "not validated"), 1);
    assert_non_null(strstr(refused(&r, "_5.mp3"), "no table"));
    assert_int_equal(count(f, "SELECT count(*) FROM data_said WHERE label = 'yes' AND grp = "
                              "'aaaa'"),
                     1);
    assert_int_equal(count(f, "SELECT count(*) FROM data_said WHERE label = 'no' AND grp = "
                              "'bbbb'"),
                     1);
    assert_int_equal(parts(f, "bbbb"), TEST);
}

static void tables_of_mswc_name_speakers_and_splits(void **state)
{
    fixture *f = *state;
    mote_import_config cfg = config();
    write_clip(f->tree, "clips/yes/common_voice_en_1.wav", 400, 300, 1);
    write_clip(f->tree, "clips/yes/common_voice_en_2.wav", 400, 310, 2);
    write_clip(f->tree, "clips/no/common_voice_en_3.wav", 400, 320, 3);
    put(f, "splits/en_splits.csv",
        "SET,LINK,WORD,VALID,SPEAKER,GENDER\n"
        "TRAIN,yes/common_voice_en_1.opus,yes,True,s1,NAN\n"
        "DEV,no/common_voice_en_3.opus,no,True,\"s2\",NAN\n"
        "TEST,yes/common_voice_en_2.opus,yes,False,s3,NAN\n");
    mote_import_report r = import(f, &cfg);
    assert_int_equal(r.total.n_added, 2);
    assert_int_equal(skipped(&r, "not valid"), 1);
    assert_int_equal(parts(f, "s1"), TRAIN);
    assert_int_equal(parts(f, "s2"), VALIDATION);
}

static void a_speaker_in_two_splits_stays_in_one_and_that_is_said(void **state)
{
    fixture *f = *state;
    mote_import_config cfg = config();
    write_clip(f->tree, "yes/a_nohash_0.wav", 800, 300, 1);
    write_clip(f->tree, "yes/a_nohash_1.wav", 800, 310, 2);
    put(f, "testing_list.txt", "yes/a_nohash_0.wav\n");
    mote_import_report r = import(f, &cfg);
    assert_int_equal(r.total.n_added, 2);
    assert_int_equal(r.n_split_conflicts, 1);
    assert_non_null(strstr(r.split_conflict, "'a'"));
    assert_int_equal(parts(f, "a"), TEST);
}

int main(void)
{
#define TEST_OF(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST_OF(every_entry_is_taken_skipped_or_refused),
        TEST_OF(folders_behind_links_are_read_once),
        TEST_OF(nothing_taken_is_an_error_and_still_accounted_for),
        TEST_OF(a_pattern_that_fits_no_name_is_refused_before_anything_is_written),
        TEST_OF(a_plan_says_everything_and_writes_nothing),
        TEST_OF(labels_that_are_no_keywords_are_counted),
        TEST_OF(an_edge_impulse_export_brings_labels_groups_and_splits),
        TEST_OF(the_lists_of_speech_commands_are_splits),
        TEST_OF(tables_of_common_voice_name_words_speakers_and_splits),
        TEST_OF(tables_of_mswc_name_speakers_and_splits),
        TEST_OF(a_speaker_in_two_splits_stays_in_one_and_that_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
