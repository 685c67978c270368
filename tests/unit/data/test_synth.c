/* SPDX-License-Identifier: Apache-2.0 */
/* Synthetic data: words by espeak-ng (skipped where it is missing), cutting, rooms. */
#include "audio_files.h"
#include "base/json.h"
#include "base/process.h"
#include "data/kind_audio.h"
#include "data/noise.h"
#include "data/sample.h"
#include "data/synth.h"
#include "data/synth_internal.h"
#include "data/version.h"
#include "store_fixture.h"

#define NEED_ESPEAK()                                                                              \
    do {                                                                                           \
        if (!mote_process_in_path("espeak-ng"))                                                    \
            T_SKIP("espeak-ng is not installed");                                                  \
    } while (0)

static const char *const keywords[] = {"yes", "turn_on"};

static mote_synth_config small(void)
{
    mote_synth_config c = mote_synth_config_default();
    c.keywords = keywords;
    c.n_keywords = 2;
    c.per_keyword = 5;
    c.n_unknown = 7;
    c.n_background = 5;
    c.background_s = 2;
    c.seed = 3;
    return c;
}

static mote_sample_row *list(fixture *f, size_t *n)
{
    mote_err err;
    mote_sample_row *rows = NULL;
    T_OK(mote_sample_list(f->store, &f->arena, &rows, n, &err));
    return rows;
}

static size_t count_role(const mote_sample_row *rows, size_t n, mote_data_role role)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += rows[i].role == role ? 1 : 0;
    return count;
}

static void a_part_is_made_without_the_others(void **state)
{
    NEED_ESPEAK();
    fixture *f = *state;
    mote_err err;
    mote_synth_report r;
    mote_synth_config c = small();
    size_t n = 0;
    c.parts = MOTE_SYNTH_BACKGROUND;
    T_OK(mote_data_synth(f->store, &c, &r, &err));
    mote_sample_row *rows = list(f, &n);
    assert_int_equal(n, 5);
    assert_int_equal(count_role(rows, n, MOTE_ROLE_BACKGROUND), 5);
    assert_int_equal(r.n_voices, 0);
    c.parts = MOTE_SYNTH_UNKNOWN;
    c.n_unknown = 3; /* fewer than the 5 rounds */
    T_OK(mote_data_synth(f->store, &c, &r, &err));
    assert_int_equal(r.n_keyword, 0);
    assert_int_equal(r.n_unknown, 3);
    assert_int_equal(r.n_background, 0);
    rows = list(f, &n);
    assert_int_equal(n, 8);
    for (size_t i = 0; i < n; i++) {
        assert_string_not_equal(rows[i].label, "yes");
        assert_string_not_equal(rows[i].label, "turn_on");
    }
    c.parts = 0;
    T_FAILS(mote_data_synth(f->store, &c, &r, &err), MOTE_ARG, "synthesis of nothing");
}

static void words_become_labelled_clips_of_voices(void **state)
{
    NEED_ESPEAK();
    fixture *f = *state;
    mote_err err;
    mote_synth_report r;
    mote_synth_config c = small();
    T_OK(mote_data_synth(f->store, &c, &r, &err));
    assert_int_equal(r.n_keyword, 10);
    assert_int_equal(r.n_unknown, 7);
    assert_int_equal(r.n_background, 5);
    assert_int_equal(r.n_voices, 5);
    assert_true(r.espeak[0] >= '1' && r.espeak[0] <= '9');
    size_t n, n_yes = 0, n_background = 0;
    const mote_sample_row *s = list(f, &n);
    assert_int_equal(n, 22);
    for (size_t i = 0; i < n; i++) {
        mote_decoded d;
        mote_decoding cfg = s[i].kind->decoding();
        json_t *j = NULL;
        assert_string_equal(s[i].origin, "synthetic");
        T_OK(mote_json_parse("provenance", s[i].provenance, strlen(s[i].provenance), &j, &err));
        json_decref(j);
        T_OK(mote_sample_load(f->store, s[i].kind, &s[i].object, &cfg, &d, &err));
        const mote_audio *a = mote_decoded_audio(&d);
        if (s[i].role == MOTE_ROLE_BACKGROUND) {
            n_background++;
            assert_int_equal(a->n, 32000);
            double level = mote_level_dbfs(a->samples, a->n);
            assert_true(level > -61 && level < -27);
        } else {
            n_yes += strcmp(s[i].label, "yes") == 0;
            assert_memory_equal(s[i].group, "voice:", 6);
            assert_true(a->n >= 16000 && a->n < 24000);
            double level = mote_speech_level_dbfs(&(mote_sound){a->samples, a->n, 16000});
            if (!(level > -32 && level < -8))
                fail_msg("%s: %g dBFS", s[i].source, level);
        }
        mote_decoded_release(&d);
    }
    assert_int_equal(n_yes, 5);
    assert_int_equal(n_background, 5);
}

static void the_same_seed_gives_the_same_data_and_adds_nothing_twice(void **state)
{
    NEED_ESPEAK();
    fixture *f = *state, *g = NULL;
    mote_err err;
    mote_synth_report r;
    mote_synth_config c = small();
    mote_pool *pool = NULL;
    T_OK(mote_pool_create(3, &pool, &err));
    T_OK(mote_data_synth(f->store, &c, &r, &err));
    T_OK(mote_data_synth(f->store, &c, &r, &err));
    assert_int_equal(r.n_keyword + r.n_unknown + r.n_background, 0);
    assert_int_equal(r.n_known, 22);
    (void)set_up((void **)&g);
    c.pool = pool; /* on three threads */
    T_OK(mote_data_synth(g->store, &c, &r, &err));
    size_t n, m;
    const mote_sample_row *a = list(f, &n), *b = list(g, &m);
    assert_int_equal(n, m);
    for (size_t i = 0; i < n; i++)
        assert_true(mote_sha256_equal(&a[i].object, &b[i].object));
    c.seed = 4;
    T_OK(mote_data_synth(g->store, &c, &r, &err));
    assert_int_equal(r.n_keyword, 10);
    mote_pool_destroy(pool);
    (void)tear_down((void **)&g);
}

static void whole_voices_stay_out_of_training(void **state)
{
    NEED_ESPEAK();
    fixture *f = *state;
    mote_err err;
    mote_synth_report r;
    mote_synth_config c = small();
    c.per_keyword = 24;
    c.n_background = 0;
    T_OK(mote_data_synth(f->store, &c, &r, &err));
    mote_version_config vc = mote_version_config_default();
    mote_data_version v;
    mote_version_report vr;
    T_OK(mote_version_create(f->store, &vc, &f->arena, &v, &vr, &err));
    size_t n_in[MOTE_N_SPLITS] = {0};
    for (size_t i = 0; i < v.n; i++) {
        n_in[v.items[i].split]++;
        for (size_t j = 0; j < v.n; j++) {
            if (strcmp(v.items[i].group, v.items[j].group) == 0)
                assert_int_equal(v.items[i].split, v.items[j].split);
        }
    }
    assert_true(n_in[0] >= 30 && n_in[1] >= 5 && n_in[2] >= 5);
}

static void shares_of_the_voices_have_none_in_common(void **state)
{
    NEED_ESPEAK();
    fixture *f = *state, *g = NULL;
    mote_err err;
    mote_synth_report r;
    mote_synth_config c = small();
    (void)set_up((void **)&g);
    c.per_keyword = 60;
    c.n_keywords = 1;
    c.n_unknown = c.n_background = 0;
    c.voices_to = 75;
    T_OK(mote_data_synth(f->store, &c, &r, &err));
    c.voices_from = 75;
    c.voices_to = 100;
    c.seed = 99;
    T_OK(mote_data_synth(g->store, &c, &r, &err));
    size_t n, m;
    const mote_sample_row *a = list(f, &n), *b = list(g, &m);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < m; j++)
            assert_string_not_equal(a[i].group, b[j].group);
    }
    (void)tear_down((void **)&g);
    c.voices_from = 100;
    T_FAILS(mote_data_synth(f->store, &c, &r, &err), MOTE_ARG, "voices 100-100");
}

static void words_like_a_keyword_are_not_unknown_words(void **state)
{
    NEED_ESPEAK();
    static const char *const near[] = {"house", "windows", "sevens"};
    fixture *f = *state;
    mote_err err;
    mote_synth_report r;
    mote_synth_config c = small();
    c.keywords = near;
    c.n_keywords = 3;
    c.per_keyword = 2;
    c.n_unknown = 130; /* the whole list, more than once */
    T_OK(mote_data_synth(f->store, &c, &r, &err));
    assert_int_equal(r.n_unknown, 130);
    size_t n;
    const mote_sample_row *s = list(f, &n);
    for (size_t i = 0; i < n; i++) {
        assert_string_not_equal(s[i].label, "window");
        assert_string_not_equal(s[i].label, "seven");
    }
}

static void problems_are_said_in_words(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_synth_report r;
    mote_synth_config c = small();
    c.n_keywords = 0;
    T_FAILS(mote_data_synth(f->store, &c, &r, &err), MOTE_ARG, "0 keywords");
    c = small();
    c.per_keyword = 0;
    T_FAILS(mote_data_synth(f->store, &c, &r, &err), MOTE_ARG, "count");
    c = small();
    c.clip_ms = (double)NAN;
    T_FAILS(mote_data_synth(f->store, &c, &r, &err), MOTE_ARG, "clips");
    c = small();
    if (mote_process_in_path("espeak-ng")) {
        c.language = "klingon";
        T_FAILS(mote_data_synth(f->store, &c, &r, &err), MOTE_NOT_FOUND, "klingon");
        mote_cancel stop = {1};
        c = small();
        c.cancel = &stop;
        T_FAILS(mote_data_synth(f->store, &c, &r, &err), MOTE_CANCELLED, "0 of 22");
    }
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    c = small();
    T_FAILS(mote_data_synth(f->store, &c, &r, &err), MOTE_MISSING_TOOL,
            "apt-get install espeak-ng");
    setenv("PATH", path, 1);
    free(path);
}

/* ---- parts ---- */

static void words_are_cut_at_the_quiet(void **state)
{
    (void)state;
    static float x[100000];
    /* 0.3 s of sound at 0.2, 1.2 and 2.2 s, the second with a gap of 0.15 s (a stop) inside. */
    for (int w = 0; w < 3; w++) {
        for (int i = 0; i < 6600; i++)
            x[4400 + w * 22000 + i + (w == 1 && i > 3300 ? 3300 : 0)] =
                0.3f * sinf(0.1f * (float)i);
    }
    mote_word_place s[3];
    assert_int_equal(mote_speech_cut(&(mote_wave){x, 100000, 22050}, 400, s, 3), 3);
    for (size_t w = 0; w < 3; w++) {
        size_t from = 4400 + w * 22000, to = from + 6600 + (w == 1 ? 3300 : 0);
        assert_in_range(s[w].from, from - 1000, from);
        assert_in_range(s[w].to, to, to + 1000);
    }
    assert_int_equal(mote_speech_cut(&(mote_wave){x, 100000, 22050}, 100, s, 3),
                     4); /* more than there is room */
    memset(x, 0, sizeof x);
    assert_int_equal(mote_speech_cut(&(mote_wave){x, 100000, 22050}, 400, s, 3), 0);
    assert_int_equal(mote_speech_cut(&(mote_wave){x, 10, 22050}, 400, s, 3), 0);
}

static void a_recording_of_a_word_is_whole_and_not_clipped(void **state)
{
    (void)state;
    static float word[9000], scratch[32000];
    static int16_t out[16000], again[16000];
    for (int i = 0; i < 9000; i++)
        word[i] = 0.5f * sinf(0.2f * (float)i) * sinf((float)PI * (float)i / 9000.0f);
    for (uint64_t k = 0; k < 100; k++) {
        mote_rng r;
        mote_room room, room2;
        mote_rng_init_stream(&r, 1, 2, k);
        mote_room_record(&(mote_wave){word, 9000, 16000}, &r, scratch, out, 16000, &room);
        mote_rng_init_stream(&r, 1, 2, k);
        mote_room_record(&(mote_wave){word, 9000, 16000}, &r, scratch, again, 16000, &room2);
        assert_memory_equal(out, again, sizeof out);
        for (size_t i = 0; i < 16000; i++)
            assert_true(out[i] > -32700 && out[i] < 32700);
        double level = mote_speech_level_dbfs(&(mote_sound){out, 16000, 16000});
        assert_true(fabs(level - room.level_dbfs) < 4.0);
    }
    mote_rng r; /* a word as long as the clip */
    mote_room room;
    mote_rng_init(&r, 1);
    mote_room_record(&(mote_wave){word, 9000, 16000}, &r, scratch, out, 9000, &room);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_become_labelled_clips_of_voices),
        TEST(a_part_is_made_without_the_others),
        TEST(the_same_seed_gives_the_same_data_and_adds_nothing_twice),
        TEST(whole_voices_stay_out_of_training),
        TEST(shares_of_the_voices_have_none_in_common),
        TEST(words_like_a_keyword_are_not_unknown_words),
        TEST(problems_are_said_in_words),
        cmocka_unit_test(words_are_cut_at_the_quiet),
        cmocka_unit_test(a_recording_of_a_word_is_whole_and_not_clipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
