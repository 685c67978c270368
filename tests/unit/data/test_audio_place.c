/* SPDX-License-Identifier: Apache-2.0 */
/* Where a word lies, and the windows of a stream that hold it: found wherever it is, moved by what
 * was asked, and surrounded by sound that goes on as the clip did. */
#include <math.h>

#include "audio_files.h"
#include "data/audio_place.h"

#define N    16000
#define RATE 16000
static int16_t in[N], out[N], again[N];
static const mote_surroundings alone;

/* Noise of that RMS all over, and a tone from `from` on. */
static void word_in_noise(double noise_rms, size_t from, size_t n)
{
    mote_rng rng;
    mote_rng_init(&rng, 3);
    for (size_t i = 0; i < N; i++) {
        const bool in_word = i >= from && i < from + n;
        const double x = noise_rms * mote_rng_normal(&rng) +
                         (in_word ? 8000.0 * sin(0.3 * (double)(i - from)) : 0.0);
        in[i] = (int16_t)lrint(x);
    }
}

static double level(const int16_t *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return sqrt(sum / (double)n);
}

static mote_placed look(void)
{
    return mote_place_look(in, N, RATE);
}

/* Within 30 ms, of which 20 are left around a word on purpose. */
static void assert_word(const mote_placed *p, size_t from, size_t to)
{
    assert_true(p->stands_out);
    if (p->word.from > from || from - p->word.from > 480 || p->word.to < to ||
        p->word.to - to > 480)
        fail_msg("word at %zu..%zu, found at %zu..%zu", from, to, p->word.from, p->word.to);
}

static void a_word_is_found_where_it_is(void **state)
{
    (void)state;
    static const size_t at[] = {500, 3000, 8000, 11000};
    static const double floors[] = {1, 20, 300, 800};
    for (size_t k = 0; k < 4; k++)
        for (size_t f = 0; f < 4; f++) {
            word_in_noise(floors[f], at[k], 4800);
            const mote_placed p = look();
            assert_word(&p, at[k], at[k] + 4800);
        }
}

/* The closure of a plosive does not end the word; half a second of quiet does. */
static void a_gap_is_bridged_and_a_pause_is_not(void **state)
{
    (void)state;
    word_in_noise(20, 4000, 6400);
    mote_rng rng;
    mote_rng_init(&rng, 4);
    for (size_t i = 6000; i < 7600; i++)
        in[i] = (int16_t)lrint(20 * mote_rng_normal(&rng));
    mote_placed p = look();
    assert_word(&p, 4000, 10400);
    for (size_t i = 5000; i < 9600; i++)
        in[i] = (int16_t)lrint(20 * mote_rng_normal(&rng));
    p = look();
    assert_true(p.word.from >= 3600 && p.word.to <= 10800);
    assert_true(p.word.to - p.word.from < 1800);
}

static void without_a_word_nothing_stands_out(void **state)
{
    (void)state;
    word_in_noise(300, 0, 0);
    mote_placed p = look();
    assert_false(p.stands_out);
    assert_true(p.word.from == 0 && p.word.to == N);
    memset(in, 0, sizeof in);
    p = look();
    assert_false(p.stands_out);
    assert_true(p.word.from == 0 && p.word.to == N);
    mote_rng rng;
    mote_rng_init(&rng, 1);
    mote_place_cut(&p, 4000, &alone, &rng, out); /* and it can be moved all the same */
    for (size_t i = 0; i < N; i++)
        assert_int_equal(out[i], 0);
}

/* Centred in the window, then off it: the samples of the word are the recorded ones. */
static void a_word_moves_by_what_was_asked(void **state)
{
    (void)state;
    word_in_noise(20, 2000, 4800);
    const mote_placed p = look();
    for (int64_t offset = -4800; offset <= 4800; offset += 1600) {
        const int64_t at = mote_place_window(&p, offset);
        mote_rng rng;
        mote_rng_init(&rng, 1);
        mote_place_cut(&p, at, &alone, &rng, out);
        for (size_t i = 2000; i < 6800; i++) {
            const int64_t to = (int64_t)i - at;
            assert_true(to >= 0 && to < N);
            assert_int_equal(out[to], in[i]);
        }
        const int64_t middle = (2000 + 6800) / 2 - at;
        assert_true(llabs(middle - (N / 2 + offset)) <= 480);
        assert_true(mote_place_share(&p, at) == 1.0);
    }
}

/* Half of a word beyond the edge is half of it. */
static void what_a_window_holds_of_a_word_is_counted(void **state)
{
    (void)state;
    word_in_noise(20, 6000, 4000);
    const mote_placed p = look();
    const int64_t half = (int64_t)(p.word.from + p.word.to) / 2;
    assert_true(fabs(mote_place_share(&p, half) - 0.5) < 0.001);
    assert_true(fabs(mote_place_share(&p, half - N) - 0.5) < 0.001);
    assert_true(mote_place_share(&p, N) == 0.0 && mote_place_share(&p, -N) == 0.0);
    assert_true(mote_place_share(&p, 0) == 1.0);
}

/* What comes from outside sounds as the clip's own quiet does, not as a hole. */
static void a_clip_goes_on_as_it_was(void **state)
{
    (void)state;
    word_in_noise(200, 2000, 4800);
    const mote_placed p = look();
    mote_rng rng;
    mote_rng_init(&rng, 9);
    mote_place_cut(&p, 6000, &alone, &rng, out); /* the last 6000 samples lie outside */
    for (size_t at = N - 6000; at + 800 <= N; at += 800) {
        const double loud = level(out + at, 800);
        if (loud < 140 || loud > 280)
            fail_msg("RMS %.0f at %zu", loud, at);
    }
    mote_rng_init(&rng, 9);
    mote_place_cut(&p, 6000, &alone, &rng, again);
    assert_memory_equal(out, again, sizeof out);
}

/* Zeros around a recording that was shorter than a clip are no sound either: background of the
 * split comes instead, well under the word. */
static void digital_silence_is_filled(void **state)
{
    (void)state;
    static int16_t noise[2 * N];
    mote_rng rng;
    mote_rng_init(&rng, 2);
    for (size_t i = 0; i < 2 * N; i++)
        noise[i] = (int16_t)lrint(1000 * mote_rng_normal(&rng));
    const mote_audio_view view = {noise, 2 * N};
    const mote_audio_set set = {&view, 1};
    memset(in, 0, sizeof in);
    make_tone(in + 5000, 6000, RATE, 440, 0.3, 0);
    const mote_placed p = look();
    assert_true(p.live.from >= 4999 && p.live.to <= 11001);
    mote_place_cut(&p, 0, &(mote_surroundings){.background = &set}, &rng, out);
    const double word = level(out + 5000, 6000);
    for (size_t at = 0; at < 4800; at += 800) {
        const double loud = level(out + at, 800);
        assert_true(loud > word * 0.002 && loud < word * 0.1);
    }
    mote_place_cut(&p, 0, &alone, &rng, out); /* no background: noise at that level */
    assert_true(level(out, 4800) > word * 0.002 && level(out, 4800) < word * 0.1);
}

/* Where the words of a sentence are: one ends before this one begins, one begins after it. */
static void other_words_stand_before_and_after(void **state)
{
    (void)state;
    static int16_t tone[N];
    mote_rng rng;
    mote_rng_init(&rng, 1);
    make_tone(tone + 3000, 8000, RATE, 700, 0.4, 0);
    const mote_placed other = mote_place_look(tone, N, RATE);
    word_in_noise(20, 6000, 4000);
    const mote_placed p = look();
    const mote_surroundings both = {NULL, &other, &other, 1600, 3200};
    mote_place_cut(&p, 0, &both, &rng, out);
    const size_t end = p.word.from - 1600, begin = p.word.to + 3200;
    assert_true(level(out + end - 2000, 1600) > 5000);
    assert_true(level(out + end + 100, 1400) < 100);
    assert_true(level(out + p.word.to + 100, 3000) < 100);
    assert_true(level(out + begin + 400, 1000) > 5000);
    for (size_t i = p.word.from; i < p.word.to; i++)
        assert_int_equal(out[i], in[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_found_where_it_is),
        cmocka_unit_test(a_gap_is_bridged_and_a_pause_is_not),
        cmocka_unit_test(without_a_word_nothing_stands_out),
        cmocka_unit_test(a_word_moves_by_what_was_asked),
        cmocka_unit_test(what_a_window_holds_of_a_word_is_counted),
        cmocka_unit_test(a_clip_goes_on_as_it_was),
        cmocka_unit_test(digital_silence_is_filled),
        cmocka_unit_test(other_words_stand_before_and_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
