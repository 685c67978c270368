/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of training as a stream brings them: the word is where the limit allows, a word that is
 * cut is called what is left of it, and the same draw gives the same bytes. */
#include <math.h>

#include "data/kind_audio.h"
#include "pipeline/windows_audio.h"
#include "support.h"

#define N    16000
#define FROM 6000
#define LONG 4800
#define MARK 16 /* samples of a word that say which it is */

static int16_t pcm[2 * N], kept[N];
static int32_t class_id[2];
static const char *label[] = {"low", "other"};
static const char *const all[] = {"low", MOTE_CLASS_UNKNOWN, MOTE_CLASS_SILENCE};

/* Two clips with a word of noise in quiet noise; `len` samples of it from `from` on. */
static void make(size_t from, size_t len)
{
    mote_rng rng;
    mote_rng_init(&rng, 7);
    for (size_t i = 0; i < 2 * N; i++) {
        const bool in_word = i % N >= from && i % N < from + len;
        pcm[i] = (int16_t)lrint((in_word ? 3000 : 20) * mote_rng_normal(&rng));
    }
}

static mote_dataset words(size_t n, size_t n_classes)
{
    static const mote_audio_own own = {N, {NULL, 0}};
    return (mote_dataset){.kind = mote_kind_of(MOTE_INPUT_AUDIO),
                          .shape = {MOTE_I16, 1, {N}},
                          .n = n,
                          .x = pcm,
                          .class_id = class_id,
                          .label = label,
                          .classes = all,
                          .n_classes = n_classes,
                          .own = &own};
}

static mote_windows *create(const mote_dataset *d, double shift_ms)
{
    mote_windows *w = NULL;
    mote_err err = {0};
    T_OK(mote_windows_create(d, shift_ms, 2, &w, &err));
    return w;
}

/* Draw k of a sample. */
static const int16_t *draw(const mote_windows *w, uint32_t sample, uint64_t k,
                           mote_source_target *target)
{
    mote_rng rng;
    mote_rng_init_stream(&rng, 1, 2, k);
    *target = (mote_source_target){1.0f, 0};
    return mote_windows_draw(w, 1, sample, &rng, target);
}

/* Where MARK samples of the clip from `at` on are in a window; -1: not there. */
static int64_t find(const int16_t *x, size_t at)
{
    for (size_t i = 0; i + MARK <= N; i++)
        if (memcmp(x + i, pcm + at, MARK * sizeof *x) == 0)
            return (int64_t)i;
    return -1;
}

static void a_word_lies_anywhere_within_the_limit(void **state)
{
    (void)state;
    static const double limits[] = {50, 1000};
    make(FROM, LONG);
    const mote_dataset d = words(1, 3);
    for (size_t l = 0; l < 2; l++) {
        mote_windows *w = create(&d, limits[l]);
        double least = 1e9, most = -1e9;
        int n_whole = 0;
        for (uint64_t k = 0; k < 300; k++) {
            mote_source_target t;
            const int64_t at = find(draw(w, 0, k, &t), FROM + LONG / 2);
            if (t.share < 1.0f)
                continue;
            const double off_ms = ((double)at - N / 2.0) / 16.0;
            assert_true(at >= 0);
            assert_true(fabs(off_ms) <= limits[l] + 25); /* the word is found with 20 ms around */
            least = fmin(least, off_ms);
            most = fmax(most, off_ms);
            n_whole++;
        }
        /* 300 ms of word fit 350 ms off the middle, and a tenth of it may be missing */
        const double far = fmin(limits[l], 350);
        assert_true(least < -0.8 * far && most > 0.8 * far && most < far + 70);
        assert_true(n_whole > 200 && n_whole < 290);
        mote_windows_destroy(w);
    }
}

static void a_cut_word_is_called_what_is_left_of_it(void **state)
{
    (void)state;
    make(FROM, LONG);
    const mote_dataset d = words(1, 3);
    mote_windows *w = create(&d, 1000);
    int n_cut = 0, n_silent = 0, n_soft = 0;
    for (uint64_t k = 0; k < 600; k++) {
        mote_source_target t;
        const int16_t *x = draw(w, 0, k, &t);
        const bool has_begin = find(x, FROM + LONG / 10) >= 0;
        const bool has_end = find(x, FROM + LONG * 9 / 10 - MARK) >= 0;
        if (t.share >= 1.0f) {
            assert_true(has_begin || has_end);
            continue;
        }
        n_cut++;
        assert_true(t.share >= 0.0f && t.share <= 0.5f);
        assert_false(has_begin && has_end);
        assert_true(t.other == 1 || t.other == 2);
        n_silent += t.other == 2;
        n_soft += t.share > 0.0f;
        if (t.other == 2) /* nothing of its middle is left */
            assert_true(find(x, FROM + LONG / 2) < 0);
    }
    assert_true(n_cut > 50 && n_cut < 140 && n_silent > 5 && n_soft > 5);
    mote_windows_destroy(w);
}

/* Nothing that a piece of a word could be called: it is not cut. */
static void without_other_classes_no_word_is_cut(void **state)
{
    (void)state;
    make(FROM, LONG);
    const mote_dataset d = words(1, 1);
    mote_windows *w = create(&d, 1000);
    for (uint64_t k = 0; k < 200; k++) {
        mote_source_target t;
        assert_true(find(draw(w, 0, k, &t), FROM + LONG / 2) >= 0);
        assert_true(t.share >= 1.0f);
    }
    mote_windows_destroy(w);
}

/* A word as long as the window stays in it, but for a tenth. */
static void a_long_word_fills_the_window(void **state)
{
    (void)state;
    make(200, N - 400);
    const mote_dataset d = words(1, 1);
    mote_windows *w = create(&d, 1000);
    for (uint64_t k = 0; k < 100; k++) {
        mote_source_target t;
        const int64_t at = find(draw(w, 0, k, &t), N / 2);
        assert_true(at >= N / 2 - N / 9 && at <= N / 2 + N / 9);
    }
    mote_windows_destroy(w);
}

static void the_same_draw_is_the_same_window(void **state)
{
    (void)state;
    make(FROM, LONG);
    class_id[1] = 1;
    const mote_dataset d = words(2, 3);
    mote_windows *w = create(&d, 1000);
    for (uint64_t k = 0; k < 200; k++) {
        mote_source_target t, again;
        const int16_t *x = draw(w, 0, k, &t);
        memcpy(kept, x, sizeof kept);
        assert_memory_equal(kept, draw(w, 0, k, &again), sizeof kept);
        assert_true(t.share == again.share && t.other == again.other);
    }
    mote_windows_destroy(w);
    class_id[1] = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_lies_anywhere_within_the_limit),
        cmocka_unit_test(a_cut_word_is_called_what_is_left_of_it),
        cmocka_unit_test(without_other_classes_no_word_is_cut),
        cmocka_unit_test(a_long_word_fills_the_window),
        cmocka_unit_test(the_same_draw_is_the_same_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
