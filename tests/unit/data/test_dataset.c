/* SPDX-License-Identifier: Apache-2.0 */
/* Splits in memory: classes, clips of one length, silence, folds, limits. */
#include "audio_files.h"
#include "data/dataset.h"
#include "data/kind_audio.h"
#include "sample_add.h"
#include "temp_dir.h"

typedef struct {
    char dir[TEMP_DIR_BYTES];
    mote_store *store;
    mote_arena arena;
    mote_data_version v;
} fixture;

static void add(fixture *f, const char *label, const char *group, size_t n, uint64_t sound)
{
    mote_err err;
    bool added;
    int16_t *x = mote_alloc(n, sizeof *x);
    make_tone(x, n, 16000, 300, 0.2, sound + 1);
    mote_buf wav;
    mote_buf_init(&wav, 1 << 24);
    T_OK(mote_audio_encode_wav(x, n, 16000, &wav, &err));
    mote_sample_facts facts = {.label = label,
                               .group = group,
                               .source = "test",
                               .role = label ? MOTE_ROLE_EXAMPLE : MOTE_ROLE_BACKGROUND};
    T_OK(sample_add(f->store, MOTE_INPUT_AUDIO, &(mote_file_bytes){facts.source, wav.data, wav.len},
                    &facts, &added, &err));
    mote_buf_release(&wav);
    mote_free(x);
}

/* 12 speakers; yes, no (keywords), tree, dog (others); 20 s of noise. Made once: reading only. */
static int set_up(void **state)
{
    static const char *const words[] = {"yes", "no", "tree", "dog"};
    fixture *f = calloc(1, sizeof *f);
    mote_err err;
    temp_dir_make(f->dir);
    T_OK(mote_store_open(f->dir, true, &f->store, &err));
    mote_arena_init(&f->arena, 64u << 20);
    mote_txn txn = {0};
    T_OK(mote_store_begin(f->store, &txn, &err));
    for (int g = 0; g < 12; g++) {
        char group[20];
        snprintf(group, sizeof group, "s%02d", g);
        for (int w = 0; w < 4; w++)
            add(f, words[w], group, 12000, (uint64_t)(g * 4 + w));
    }
    add(f, NULL, NULL, 20 * 16000, 500);
    T_OK(mote_store_commit(&txn, &err));
    mote_version_config cfg = mote_version_config_default();
    mote_version_report r;
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &f->v, &r, &err));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    mote_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static const char *const keywords[] = {"yes", "no"};

static mote_dataset_config config(mote_split split)
{
    mote_dataset_config c = mote_dataset_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    c.labels = keywords;
    c.n_labels = 2;
    c.other = c.nothing = true;
    c.split = split;
    return c;
}

static mote_dataset load(fixture *f, const mote_dataset_config *cfg)
{
    mote_err err;
    mote_dataset d;
    T_OK(mote_dataset_load(f->store, &f->v, cfg, &d, &err));
    return d;
}

static void classes_and_counts_are_as_configured(void **state)
{
    fixture *f = *state;
    static const char *const names[] = {"yes", "no", "_unknown_", "_silence_"};
    size_t n_all = 0;
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        mote_dataset_config cfg = config((mote_split)s);
        mote_dataset d = load(f, &cfg);
        assert_int_equal(d.n_classes, 4);
        assert_int_equal(mote_dataset_elements(&d), 16000);
        for (size_t c = 0; c < 4; c++)
            assert_string_equal(d.classes[c], names[c]);
        assert_int_equal(d.n_per_class[0], d.n_per_class[1]);
        assert_int_equal(d.n_per_class[2], 2 * d.n_per_class[0]);
        assert_int_equal(d.n_per_class[3], d.n_per_class[0]);
        for (size_t i = 0; i < d.n; i++) {
            assert_in_range(d.class_id[i], 0, 3);
            assert_in_range(d.group_id[i], 0, d.n_groups - 1);
            if (d.class_id[i] < 2)
                assert_string_equal(d.label[i], names[d.class_id[i]]);
            mote_sha256 key = mote_sha256_of(mote_dataset_sample(&d, i), 32000);
            assert_true(mote_sha256_equal(&key, &d.key[i]));
        }
        n_all += d.n_per_class[0];
        mote_dataset_release(&d);
    }
    assert_int_equal(n_all, 12);
}

static void without_unknown_and_silence_other_words_are_left_out(void **state)
{
    fixture *f = *state;
    mote_dataset_config cfg = config(MOTE_SPLIT_TRAIN);
    cfg.other = cfg.nothing = false;
    cfg.all_splits = true;
    mote_dataset d = load(f, &cfg);
    assert_int_equal(d.n_classes, 2);
    assert_int_equal(d.n, 24);
    assert_int_equal(d.n_left_out, 24);
    assert_int_equal(d.n_groups, 12);
    mote_dataset_release(&d);
}

/* Of a score: training has what is normal alone, the others judge. */
static void what_is_unusual_is_not_learned_from(void **state)
{
    fixture *f = *state;
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        mote_dataset_config cfg = config((mote_split)s);
        const size_t unusual = s == MOTE_SPLIT_TRAIN ? 0 : 1;
        cfg.nothing = false;
        cfg.is_score = true;
        mote_dataset d = load(f, &cfg);
        assert_int_equal(d.answer, MOTE_ANSWER_ANOMALY);
        assert_int_equal(d.n_classes, 3);
        assert_true(d.n_per_class[0] > 0 && d.n_per_class[1] > 0);
        assert_true((d.n_per_class[2] > 0) == (unusual > 0));
        assert_int_equal(d.n, d.n_per_class[0] + d.n_per_class[1] + d.n_per_class[2]);
        mote_dataset_release(&d);
    }
}

static void unknown_words_can_be_limited(void **state)
{
    fixture *f = *state;
    mote_dataset_config cfg = config(MOTE_SPLIT_TRAIN);
    cfg.all_splits = true;
    cfg.other_ratio = 0.5;
    cfg.nothing_ratio = 0.25;
    mote_dataset d = load(f, &cfg);
    assert_int_equal(d.n_per_class[0], 12);
    assert_int_equal(d.n_per_class[2], 6);
    assert_int_equal(d.n_per_class[3], 3);
    assert_int_equal(d.n_left_out, 18);
    mote_dataset_release(&d);
}

static void loading_twice_gives_the_same_bytes(void **state)
{
    fixture *f = *state;
    mote_dataset_config cfg = config(MOTE_SPLIT_TRAIN);
    mote_dataset a = load(f, &cfg), b = load(f, &cfg);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.x, b.x, a.n * mote_dataset_elements(&a) * 2);
    assert_memory_equal(a.class_id, b.class_id, a.n * sizeof *a.class_id);
    mote_dataset_release(&a);
    mote_dataset_release(&b);
}

static void background_of_the_splits_does_not_overlap(void **state)
{
    fixture *f = *state;
    size_t total = 0;
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        mote_dataset_config cfg = config((mote_split)s);
        mote_dataset d = load(f, &cfg);
        assert_int_equal(mote_audio_of(&d)->background.n, 1);
        total += mote_audio_of(&d)->background.items[0].n;
        mote_dataset_release(&d);
    }
    assert_int_equal(total, 20 * 16000);
}

static void folds_cover_every_clip_once(void **state)
{
    fixture *f = *state;
    size_t n_test = 0;
    for (int round = 0; round < 4; round++) {
        size_t n = 0;
        for (int s = 0; s < MOTE_N_SPLITS; s++) {
            mote_dataset_config cfg = config((mote_split)s);
            cfg.n_folds = 4;
            cfg.round = round;
            mote_dataset d = load(f, &cfg);
            n += d.n_per_class[0];
            n_test += s == MOTE_SPLIT_TEST ? d.n_per_class[0] : 0;
            mote_dataset_release(&d);
        }
        assert_int_equal(n, 12);
    }
    assert_int_equal(n_test, 12);
}

/* A word of the other words belongs to one split: its recordings by people of another are left out,
 * and can be had apart. */
static void other_words_of_the_test_are_heard_nowhere_else(void **state)
{
    fixture *f = *state;
    mote_err err;
    fixture g = {0};
    static const char *const words[] = {"yes", "no", "tree", "dog", "bird", "house", "six"};
    temp_dir_make(g.dir);
    T_OK(mote_store_open(g.dir, true, &g.store, &err));
    mote_arena_init(&g.arena, 64u << 20);
    for (int s = 0; s < 12; s++) {
        char group[20];
        snprintf(group, sizeof group, "s%02d", s);
        for (int w = 0; w < 7; w++)
            add(&g, words[w], group, 12000, (uint64_t)(s * 7 + w));
    }
    mote_version_config vc = mote_version_config_default();
    mote_version_report r;
    vc.labels = keywords;
    vc.n_labels = 2;
    vc.words_apart = true;
    T_OK(mote_version_create(g.store, &vc, &g.arena, &g.v, &r, &err));
    const char *heard[3 * 60];
    size_t n_heard = 0, n_apart = 0;
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        mote_dataset_config cfg = config((mote_split)s);
        cfg.nothing = false;
        mote_dataset d = load(&g, &cfg);
        assert_true(d.n_per_class[2] > 0);
        for (size_t i = 0; i < d.n; i++) {
            for (size_t k = 0; d.class_id[i] == 2 && s == MOTE_SPLIT_TEST && k < n_heard; k++)
                assert_string_not_equal(heard[k], d.label[i]);
            if (d.class_id[i] == 2 && s != MOTE_SPLIT_TEST)
                heard[n_heard++] = mote_arena_strdup(&g.arena, d.label[i]);
        }
        n_apart += d.n_per_class[2];
        mote_dataset_release(&d);
    }
    assert_int_equal(n_apart + r.n_unused, 60);
    mote_dataset_config cfg = config(MOTE_SPLIT_TEST);
    cfg.words = MOTE_WORDS_HEARD;
    cfg.nothing = false;
    mote_dataset d = load(&g, &cfg);
    assert_true(d.n > 0);
    assert_int_equal(d.n, d.n_per_class[2]);
    for (size_t i = 0; i < d.n; i++) {
        bool is_heard = false;
        for (size_t k = 0; k < g.v.n; k++)
            is_heard |= strcmp(g.v.items[k].label, d.label[i]) == 0 &&
                        g.v.items[k].word == MOTE_SPLIT_TRAIN;
        assert_true(is_heard);
    }
    mote_dataset_release(&d);
    (void)f;
    mote_arena_release(&g.arena);
    mote_store_close(g.store);
    temp_dir_remove(g.dir);
}

static void problems_are_said_in_words(void **state)
{
    fixture *f = *state;
    static const char *const strange[] = {"elephant"};
    mote_err err;
    mote_dataset d = {.n = 77};
    mote_dataset_config cfg = config(MOTE_SPLIT_TRAIN);
    cfg.labels = strange;
    cfg.n_labels = 1;
    T_FAILS(mote_dataset_load(f->store, &f->v, &cfg, &d, &err), MOTE_NOT_FOUND, "'elephant'");
    cfg = config(MOTE_SPLIT_TRAIN);
    cfg.max_bytes = 100000;
    T_FAILS(mote_dataset_load(f->store, &f->v, &cfg, &d, &err), MOTE_LIMIT, "needs more");
    cfg = config(MOTE_SPLIT_TEST);
    cfg.cut.length_ms = 6000; /* 20 s are less than four clips: they go to training, whole */
    T_FAILS(mote_dataset_load(f->store, &f->v, &cfg, &d, &err), MOTE_NOT_FOUND, "_silence_");
    cfg = config(MOTE_SPLIT_TEST);
    cfg.n_folds = 3;
    cfg.round = 3;
    T_FAILS(mote_dataset_load(f->store, &f->v, &cfg, &d, &err), MOTE_ARG, "round 3 of 3");
    cfg = config(MOTE_SPLIT_TEST);
    cfg.cut.length_ms = NAN;
    T_FAILS(mote_dataset_load(f->store, &f->v, &cfg, &d, &err), MOTE_ARG, "clips of");
    mote_cancel cancel = {1};
    cfg = config(MOTE_SPLIT_TEST);
    cfg.cancel = &cancel;
    T_FAILS(mote_dataset_load(f->store, &f->v, &cfg, &d, &err), MOTE_CANCELLED, "stopped");
    assert_int_equal(d.n, 77);
}

static void running_out_of_memory_is_reported(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_dataset d = {.n = 77};
    mote_dataset_config cfg = config(MOTE_SPLIT_TEST);
    T_ALLOC_SWEEP(mote_dataset_load(f->store, &f->v, &cfg, &d, &err), assert_int_equal(d.n, 77));
    mote_dataset_release(&d);
}

/* ---- one clip ---- */

static void short_clips_are_centred(void **state)
{
    (void)state;
    const int16_t in[] = {1, 2, 3};
    int16_t out[8];
    const int16_t want[] = {0, 0, 1, 2, 3, 0, 0, 0};
    mote_audio_fit(in, 3, out, 8);
    assert_memory_equal(out, want, sizeof want);
    mote_audio_fit(in, 3, out, 3);
    assert_memory_equal(out, in, sizeof in);
}

static void long_clips_are_cut_where_the_word_is(void **state)
{
    (void)state;
    static int16_t in[48000], out[16000];
    for (size_t at = 0; at <= 40000; at += 8000) {
        memset(in, 0, sizeof in);
        for (size_t i = 0; i < 8000; i++) /* half a second of sound in three */
            in[at + i] = (int16_t)((i * 7919) % 20000);
        mote_audio_fit(in, T_COUNT(in), out, T_COUNT(out));
        size_t first = 0;
        while (first < T_COUNT(out) && out[first] == 0)
            first++;
        size_t before = at == 0 ? 0 : at == 40000 ? 8000 : 4000; /* in the middle, if it can */
        assert_true(first + 200 > before && first < before + 200);
    }
}

static void silence_and_one_sample_more_are_fine(void **state)
{
    (void)state;
    int16_t in[11] = {0}, out[10];
    mote_audio_fit(in, 11, out, 10);
    in[10] = 5;
    mote_audio_fit(in, 11, out, 10);
    assert_int_equal(out[9], 5);
}

/* With a stride a recording is as many clips as fit, the same that lie there; without, one. */
static void a_stride_cuts_a_recording_into_clips(void **state)
{
    (void)state;
    int16_t x[1000], out[400];
    for (size_t i = 0; i < T_COUNT(x); i++)
        x[i] = (int16_t)(i + 1);
    mote_audio a = {.samples = x, .n = T_COUNT(x), .rate_hz = 4000};
    mote_decoded d = {.own = &a};
    mote_cut_config cut = {.rate_hz = 4000, .length_ms = 100, .stride_ms = 50};
    mote_piece all = {&d, 0, 0}, part = {&d, 50000, 225000}, short_one = {&d, 0, 50000};
    assert_false(mote_audio_gives_one(&cut));
    assert_int_equal(mote_audio_count(&all, &cut), 4); /* from 0, 200, 400, 600 */
    for (size_t k = 0; k < 4; k++) {
        mote_audio_cut(&all, &cut, k, out);
        assert_memory_equal(out, x + k * 200, sizeof out);
    }
    assert_int_equal(mote_audio_count(&part, &cut), 2); /* of 700 samples */
    mote_audio_cut(&part, &cut, 1, out);
    assert_memory_equal(out, x + 400, sizeof out);
    assert_int_equal(mote_audio_count(&short_one, &cut), 1);
    mote_audio_cut(&short_one, &cut, 0, out);
    assert_int_equal(out[0], 0); /* in the middle of silence */
    assert_int_equal(out[100], 1);
    cut.stride_ms = 0;
    assert_true(mote_audio_gives_one(&cut));
    assert_int_equal(mote_audio_count(&all, &cut), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_and_counts_are_as_configured),
        cmocka_unit_test(without_unknown_and_silence_other_words_are_left_out),
        cmocka_unit_test(what_is_unusual_is_not_learned_from),
        cmocka_unit_test(unknown_words_can_be_limited),
        cmocka_unit_test(loading_twice_gives_the_same_bytes),
        cmocka_unit_test(background_of_the_splits_does_not_overlap),
        cmocka_unit_test(folds_cover_every_clip_once),
        cmocka_unit_test(other_words_of_the_test_are_heard_nowhere_else),
        cmocka_unit_test(problems_are_said_in_words),
        cmocka_unit_test(running_out_of_memory_is_reported),
        cmocka_unit_test(short_clips_are_centred),
        cmocka_unit_test(long_clips_are_cut_where_the_word_is),
        cmocka_unit_test(silence_and_one_sample_more_are_fine),
        cmocka_unit_test(a_stride_cuts_a_recording_into_clips),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
