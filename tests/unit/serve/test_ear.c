/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of serve/ear.c: what is marked is kept, where it lies, and nothing else is. */
#include "support.h"

#include "base/file.h"
#include "data/audio.h"
#include "serve/ear.h"
#include "signal_pcm.h"
#include "temp_dir.h"
#include "tiny_model.h"

static const mote_operating_point point = {.smooth_hops = 3,
                                           .suppress_ms = 1000,
                                           .hop_ms = 100,
                                           .temperature = 0.2f,
                                           .thresholds = {0.42f, 0.4f}};

typedef struct {
    char dir[TEMP_DIR_BYTES], marks[TEMP_DIR_BYTES + 16];
    mote_model *model;
    mote_predictor *predictor;
    mote_ear *ear;
    size_t n_hops, n_hits;
    double loudest;
} fixture;

static void on_hop(void *arg, const mote_ear_hop *hop)
{
    fixture *f = arg;
    f->n_hops++;
    f->n_hits += hop->is_hit;
    f->loudest = hop->level_dbfs > f->loudest ? hop->level_dbfs : f->loudest;
}

static void open_ear(fixture *f, bool keeps)
{
    mote_err err;
    const mote_feature_config fc = mote_feature_config_default();
    *f = (fixture){.loudest = -1000};
    temp_dir_make(f->dir);
    (void)mote_format(f->marks, sizeof f->marks, "%s/marks", f->dir);
    f->model = tiny_model_with(3, &fc, &point);
    T_OK(mote_predictor_create(f->model, &f->predictor, &err));
    const mote_ear_config cfg = {.dir = keeps ? f->marks : NULL, .hop = on_hop, .arg = f};
    T_OK(mote_ear_create(f->predictor, &cfg, &f->ear, &err));
}

static void close_ear(fixture *f)
{
    mote_ear_destroy(f->ear);
    mote_predictor_destroy(f->predictor);
    mote_model_unref(f->model);
    temp_dir_remove(f->dir);
}

/* The samples of a file that was kept; n of them. */
static mote_audio decode(const fixture *f, const char *file)
{
    char path[400];
    mote_err err;
    mote_audio a;
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n;
    const mote_audio_config cfg = mote_audio_config_default();
    (void)mote_format(path, sizeof path, "%s/%s", f->marks, file);
    T_OK(mote_file_read(path, 1 << 24, &bytes, &n, &err));
    T_OK(mote_audio_decode(&(mote_file_bytes){path, bytes, n}, &cfg, &a, &err));
    return a;
}

static void what_is_marked_is_kept_and_listed(void **state)
{
    (void)state;
    static int16_t x[20 * 16000];
    fixture f;
    mote_err err;
    mote_ear_mark miss, again, wrong;
    open_ear(&f, true);
    pcm_bursts(7, x, T_COUNT(x));
    T_FAILS(mote_ear_miss(f.ear, "yes", 0, &miss, &err), MOTE_NOT_FOUND, "nothing was heard");
    T_FAILS(mote_ear_false(f.ear, 0, &wrong, &err), MOTE_NOT_FOUND, "nothing was heard");
    T_OK(mote_ear_push(f.ear, x, T_COUNT(x), &err));
    assert_true(f.n_hits > 0);
    assert_true(f.n_hops > 190);
    assert_true(f.loudest > -40 && f.loudest <= 0);

    T_OK(mote_ear_miss(f.ear, "yes", 1769860800000, &miss, &err));
    assert_string_equal(miss.file, "20260131T120000Z-miss.wav");
    mote_audio a = decode(&f, miss.file);
    assert_int_equal(a.n, 4 * 16000);
    assert_memory_equal(a.samples, x + T_COUNT(x) - a.n, a.n * sizeof *x);
    mote_audio_release(&a);
    assert_true(miss.start_s >= 0 && miss.start_s < miss.end_s && miss.end_s <= 4.0);
    T_OK(mote_ear_miss(f.ear, NULL, 1769860800000, &again, &err)); /* two react: not known which */
    assert_string_equal(again.file, "20260131T120000Z-miss-2.wav");
    assert_string_equal(again.label, "");

    T_OK(mote_ear_false(f.ear, 1769860801000, &wrong, &err));
    assert_true(strcmp(wrong.label, "yes") == 0 || strcmp(wrong.label, "no") == 0);
    a = decode(&f, wrong.file);
    assert_true((double)a.n / 16000 >= wrong.end_s && wrong.end_s - wrong.start_s > 0.9);
    mote_audio_release(&a);
    T_FAILS(mote_ear_false(f.ear, 0, &wrong, &err), MOTE_NOT_FOUND, "no detection");

    char path[300];
    MOTE_SCOPED_FREE char *csv = NULL;
    size_t n, lines = 0;
    (void)mote_format(path, sizeof path, "%s/%s", f.marks, MOTE_EAR_FILE);
    T_OK(mote_file_read(path, 1 << 20, &csv, &n, &err));
    for (size_t i = 0; i < n; i++)
        lines += csv[i] == '\n';
    assert_int_equal(lines, 4);
    assert_non_null(strstr(csv, "file,start,end,what,label\n20260131T120000Z-miss.wav,"));
    assert_non_null(strstr(csv, ",miss,yes\n"));
    assert_non_null(strstr(csv, ",miss,\n"));
    assert_non_null(strstr(csv, ",false,"));
    const mote_ear_summary s = mote_ear_summarise(f.ear);
    assert_int_equal(s.n_misses, 2);
    assert_int_equal(s.n_false, 1);
    assert_int_equal(s.n_hits, f.n_hits);
    assert_int_equal((int)s.heard_s, 20);
    close_ear(&f);
}

/* The place of a miss is where the word was nearest to being heard. */
static void a_miss_lies_where_it_was_most_probable(void **state)
{
    (void)state;
    static int16_t x[10 * 16000];
    fixture f;
    mote_err err;
    mote_ear_mark m;
    open_ear(&f, true);
    pcm_bursts(5, x, T_COUNT(x));
    T_OK(mote_ear_push(f.ear, x, T_COUNT(x), &err));
    T_OK(mote_ear_miss(f.ear, "no", 0, &m, &err));
    mote_hearer *h = NULL;
    mote_hearing whole;
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 1 << 24);
    const mote_hear_config all = {.mode = MOTE_HEAR_ALL};
    T_OK(mote_hearer_create(f.predictor, &h, &err));
    T_OK(mote_hear(h, &(mote_recording){x, T_COUNT(x)}, &all, &arena, &whole, &err));
    int64_t best_end = 0;
    int best = -1;
    for (size_t i = 2; i < whole.n_windows; i++) {
        const int64_t end = whole.first + (int64_t)i * whole.hop + whole.heard;
        int sum = 0;
        for (size_t k = i - 2; k <= i; k++)
            sum += whole.outputs[k * TINY_LABELS + 1] + 128;
        if (end > 6 * 16000 && end <= 10 * 16000 && sum >= best) {
            best = sum;
            best_end = end;
        }
    }
    assert_int_equal((int)(m.end_s * 16000 + 0.5), (int)(best_end - 6 * 16000));
    mote_hearer_destroy(h);
    close_ear(&f);
}

static void without_a_folder_nothing_is_kept(void **state)
{
    (void)state;
    static int16_t x[2 * 16000];
    fixture f;
    mote_err err;
    mote_ear_mark m;
    open_ear(&f, false);
    T_OK(mote_ear_push(f.ear, x, T_COUNT(x), &err));
    T_FAILS(mote_ear_miss(f.ear, NULL, 0, &m, &err), MOTE_ARG, "nothing is kept");
    T_FAILS(mote_ear_false(f.ear, 0, &m, &err), MOTE_ARG, "nothing is kept");
    assert_false(mote_path_exists(f.marks));
    T_OK(mote_ear_end(f.ear, &err));
    close_ear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_marked_is_kept_and_listed),
        cmocka_unit_test(a_miss_lies_where_it_was_most_probable),
        cmocka_unit_test(without_a_folder_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
