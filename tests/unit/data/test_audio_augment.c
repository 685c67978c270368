/* SPDX-License-Identifier: Apache-2.0 */
/* Augmentation: reproducible, within its settings, off means untouched. */
#include "audio_files.h"
#include "base/clock.h"
#include "data/audio_augment.h"
#include "data/noise.h"

#define N 16000
static int16_t in[N], out[N], again[N];

static mote_augment_config off(void)
{
    return (mote_augment_config){.speed = {1, 1},
                                 .tempo = {1, 1},
                                 .vocal_tract = {1, 1},
                                 .time_mask_frames = 5,
                                 .frequency_mask_bins = 2};
}

static mote_augment_setup setup_of(mote_augment_config cfg, mote_audio_set background)
{
    return (mote_augment_setup){.cfg = cfg,
                                .rate_hz = 16000,
                                .clip_samples = N,
                                .seed = 5,
                                .background = background,
                                .n_workers = 2};
}

static mote_augment *create(mote_augment_config cfg, mote_audio_set background)
{
    mote_err err;
    mote_augment *a = NULL;
    const mote_augment_setup s = setup_of(cfg, background);
    T_OK(mote_augment_create(&s, &a, &err));
    return a;
}

static void apply(const mote_augment *a, uint64_t epoch, uint64_t index, int worker, int16_t *to)
{
    mote_rng r;
    mote_augment_rng(&r, 5, epoch, index);
    mote_augment_apply(a, worker, &r, in, to);
}

static void a_tone(double hz, double amplitude)
{
    memset(in, 0, sizeof in);
    make_tone(in + 4000, 8000, 16000, hz, amplitude, 0);
}

static mote_augment_config everything(void)
{
    mote_augment_config c = off();
    c.shift_ms = 100;
    c.gain_db = 6;
    c.noise_probability = c.car_noise_probability = 0.7;
    c.noise_snr_db = (mote_span){5, 30};
    c.car_noise_snr_db = (mote_span){-5, 15};
    c.speed = (mote_span){0.9, 1.1};
    c.pitch_semitones = (mote_span){-2, 2};
    c.tempo = (mote_span){0.9, 1.1};
    c.vocal_tract = (mote_span){0.85, 1.15};
    return c;
}

static void switched_off_it_changes_nothing(void **state)
{
    (void)state;
    a_tone(440, 0.3);
    mote_augment *a = create(off(), (mote_audio_set){0});
    apply(a, 1, 1, 0, out);
    assert_memory_equal(in, out, sizeof in);
    mote_augment_destroy(a);
}

static void it_depends_on_seed_epoch_and_index_only(void **state)
{
    (void)state;
    a_tone(440, 0.3);
    mote_augment *a = create(everything(), (mote_audio_set){0});
    for (uint64_t i = 0; i < 20; i++) {
        apply(a, 1, i, 0, out);
        apply(a, 1, 1000 + i, 1, again); /* something between */
        assert_true(memcmp(out, again, sizeof out) != 0);
        apply(a, 1, i, 1, again); /* another worker */
        assert_memory_equal(out, again, sizeof out);
        apply(a, 2, i, 0, again); /* another epoch */
        assert_true(memcmp(out, again, sizeof out) != 0);
    }
    mote_augment_destroy(a);
}

static void shifts_stay_within_their_limit(void **state)
{
    (void)state;
    mote_augment_config c = off();
    c.shift_ms = 100;
    mote_augment *a = create(c, (mote_audio_set){0});
    memset(in, 0, sizeof in);
    in[8000] = 1000;
    size_t least = N, most = 0;
    for (uint64_t i = 0; i < 300; i++) {
        size_t at = 0;
        apply(a, 0, i, 0, out);
        while (at < N && out[at] == 0)
            at++;
        assert_in_range(at, 8000 - 1600, 8000 + 1600);
        assert_int_equal(out[at], 1000);
        least = at < least ? at : least;
        most = at > most ? at : most;
    }
    assert_true(least < 6600 && most > 9400);
    mote_augment_destroy(a);
}

static void gains_stay_within_their_limit(void **state)
{
    (void)state;
    mote_augment_config c = off();
    c.gain_db = 6;
    mote_augment *a = create(c, (mote_audio_set){0});
    a_tone(440, 0.2);
    double level = mote_level_dbfs(in, N), least = 0, most = -100;
    for (uint64_t i = 0; i < 200; i++) {
        apply(a, 0, i, 0, out);
        double d = mote_level_dbfs(out, N) - level;
        assert_true(d > -6.01 && d < 6.01);
        least = d < least ? d : least;
        most = d > most ? d : most;
    }
    assert_true(least < -5 && most > 5);
    mote_augment_destroy(a);
}

static void noise_comes_as_often_as_asked_and_from_the_recordings(void **state)
{
    (void)state;
    static int16_t recording[3000];
    for (size_t i = 0; i < T_COUNT(recording); i++)
        recording[i] = (int16_t)(i % 2 ? 500 : -500);       /* nothing else sounds like this */
    mote_audio_view view = {recording, T_COUNT(recording)}; /* shorter than a clip */
    mote_augment_config c = off();
    c.noise_probability = 0.5;
    c.noise_snr_db = (mote_span){10, 10};
    mote_augment *a = create(c, (mote_audio_set){&view, 1});
    a_tone(440, 0.3);
    int with = 0;
    for (uint64_t i = 0; i < 400; i++) {
        apply(a, 0, i, 0, out);
        if (memcmp(in, out, sizeof in) == 0)
            continue;
        with++;
        assert_int_equal(out[0], -out[1]); /* where the tone is silent */
        assert_true(out[0] != 0);
    }
    assert_in_range(with, 160, 240);
    mote_augment_destroy(a);
}

/* Frequency of a tone in the middle of x, from its rising zero crossings. */
static double tone_of(const int16_t *x)
{
    size_t first = 0, last = 0;
    int n = 0;
    for (size_t i = 6000; i < 10000; i++) {
        if (x[i - 1] < 0 && x[i] >= 0) {
            first = n == 0 ? i : first;
            last = i;
            n++;
        }
    }
    return n > 1 ? 16000.0 * (n - 1) / (double)(last - first) : 0;
}

static size_t length_of(const int16_t *x)
{
    size_t first = 0, last = N - 1;
    while (first < N && abs(x[first]) < 500)
        first++;
    while (last > first && abs(x[last]) < 500)
        last--;
    return last - first;
}

static void speed_changes_tempo_and_pitch_together(void **state)
{
    (void)state;
    static const double factors[] = {0.8, 0.95, 1.05, 1.25};
    a_tone(440, 0.5);
    for (size_t k = 0; k < T_COUNT(factors); k++) {
        mote_augment_config c = off();
        c.speed = (mote_span){factors[k], factors[k]};
        mote_augment *a = create(c, (mote_audio_set){0});
        apply(a, 0, 0, 0, out);
        assert_true(fabs(tone_of(out) - 440 * factors[k]) < 3);
        assert_true(fabs((double)length_of(out) - 8000 / factors[k]) < 40);
        assert_true(fabs(mote_speech_level_dbfs(&(mote_sound){out, N, 16000}) -
                         mote_speech_level_dbfs(&(mote_sound){in, N, 16000})) < 0.3);
        mote_augment_destroy(a);
    }
}

/* A word in a quiet room, read faster: the room goes on where the clip is over, at its own level,
 * and what the clip holds is what it was. */
static void a_faster_clip_goes_on_as_a_stream_does(void **state)
{
    (void)state;
    static int16_t zeros[N], other[N];
    mote_augment_config c = off();
    mote_augment_setup setup = setup_of(c, (mote_audio_set){0});
    mote_rng rng;
    mote_rng_init(&rng, 3);
    a_tone(440, 0.5);
    for (size_t i = 0; i < N; i++)
        in[i] = (int16_t)(in[i] + lrint(30.0 * mote_rng_normal(&rng)));
    setup.cfg.speed = (mote_span){1.25, 1.25}; /* 1600 samples at each end are not of the clip */
    for (int goes_on = 0; goes_on < 2; goes_on++) {
        mote_err err = {0};
        mote_augment *a = NULL;
        setup.goes_on = goes_on;
        T_OK(mote_augment_create(&setup, &a, &err));
        apply(a, 0, 0, 0, goes_on ? out : zeros);
        if (goes_on)
            apply(a, 0, 0, 0, other);
        mote_augment_destroy(a);
    }
    assert_memory_equal(out, other, sizeof out); /* drawn by the clip's own numbers */
    double ends[2] = {0}, inside = 0, differ = 0;
    for (size_t i = 0; i < 1500; i++) {
        assert_int_equal(zeros[i], 0);
        assert_int_equal(zeros[N - 1 - i], 0);
        ends[0] += (double)out[i] * out[i];
        ends[1] += (double)out[N - 1 - i] * out[N - 1 - i];
    }
    for (size_t i = 1800; i < N - 1800; i++) {
        inside += (double)zeros[i] * zeros[i];
        differ += (double)(out[i] - zeros[i]) * (out[i] - zeros[i]);
    }
    for (int e = 0; e < 2; e++)
        if (!(sqrt(ends[e] / 1500) > 15 && sqrt(ends[e] / 1500) < 60))
            fail_msg("end %d: %g", e, sqrt(ends[e] / 1500));
    assert_true(differ < 1e-4 * inside); /* rounded once more */
}

static void pitch_keeps_the_tempo(void **state)
{
    (void)state;
    static const double semitones[] = {-6, -2, 2, 6};
    a_tone(440, 0.5);
    for (size_t k = 0; k < T_COUNT(semitones); k++) {
        mote_augment_config c = off();
        c.pitch_semitones = (mote_span){semitones[k], semitones[k]};
        mote_augment *a = create(c, (mote_audio_set){0});
        apply(a, 0, 0, 0, out);
        double want = 440 * exp2(semitones[k] / 12);
        if (fabs(tone_of(out) - want) > 8)
            fail_msg("%g semitones: %g Hz, wanted %g", semitones[k], tone_of(out), want);
        if (fabs((double)length_of(out) - 8000) > 600)
            fail_msg("%g semitones: %zu samples", semitones[k], length_of(out));
        mote_augment_destroy(a);
    }
}

static void tempo_keeps_the_pitch(void **state)
{
    (void)state;
    static const double factors[] = {0.7, 0.9, 1.1, 1.5};
    a_tone(440, 0.5);
    for (size_t k = 0; k < T_COUNT(factors); k++) {
        mote_augment_config c = off();
        c.tempo = (mote_span){factors[k], factors[k]};
        mote_augment *a = create(c, (mote_audio_set){0});
        apply(a, 0, 0, 0, out);
        if (fabs(tone_of(out) - 440) > 8)
            fail_msg("tempo %g: %g Hz", factors[k], tone_of(out));
        if (fabs((double)length_of(out) - 8000 / factors[k]) > 600)
            fail_msg("tempo %g: %zu samples", factors[k], length_of(out));
        mote_augment_destroy(a);
    }
}

/* Switched on, they change the voice and nothing of what else is drawn. */
static void voices_draw_numbers_of_their_own(void **state)
{
    (void)state;
    mote_augment_config c = off();
    c.shift_ms = 100;
    c.gain_db = 6;
    mote_augment *plain = create(c, (mote_audio_set){0});
    c.vocal_tract = (mote_span){1.000001, 1.000001};
    mote_augment *same = create(c, (mote_audio_set){0});
    c.vocal_tract = (mote_span){0.8, 1.2};
    mote_augment *other = create(c, (mote_audio_set){0});
    make_tone(in, N, 16000, 200, 0.2, 0);
    for (size_t i = 0; i < N; i++)
        in[i] = (int16_t)(in[i] + 3000 * (int)(i % 80 == 0));
    for (uint64_t i = 0; i < 20; i++) {
        apply(plain, 0, i, 0, out);
        apply(same, 0, i, 0, again);
        for (size_t k = 0; k < N; k++)
            assert_true(abs(out[k] - again[k]) <= 3);
        apply(other, 0, i, 0, again);
        assert_true(memcmp(out, again, sizeof out) != 0);
    }
    mote_augment_destroy(plain);
    mote_augment_destroy(same);
    mote_augment_destroy(other);
}

/* Under a condition there is its noise, not that of augmentation; as often as was asked for. */
static void conditions_come_as_often_as_asked(void **state)
{
    (void)state;
    static const mote_project_condition items[] = {
        {.name = "fan", .noise = "fan", .snr_db = {3, 3}},
        {.name = "nothing", .noise = "none", .snr_db = {0, 0}}};
    mote_augment_config c = off();
    c.conditions = 0.5;
    c.under = (mote_project_conditions){items, 2};
    mote_augment *a = create(c, (mote_audio_set){0});
    a_tone(440, 0.3);
    int with = 0;
    for (uint64_t i = 0; i < 400; i++) {
        apply(a, 0, i, 0, out);
        apply(a, 0, i, 1, again);
        assert_memory_equal(out, again, sizeof out);
        if (memcmp(in, out, sizeof in) == 0)
            continue;
        with++;
        const double noise = mote_level_dbfs(out, 3900);
        assert_true(fabs(mote_speech_level_dbfs(&(mote_sound){in, N, 16000}) - 3 - noise) < 3);
    }
    assert_in_range(with, 70, 130); /* half of a half */
    mote_augment_destroy(a);
    static const mote_project_condition rain = {.name = "rain", .noise = "rain"};
    mote_err err;
    mote_augment_setup s = {.cfg = off(), .rate_hz = 16000, .clip_samples = N, .n_workers = 1};
    s.cfg.conditions = 0.5;
    s.cfg.under = (mote_project_conditions){&rain, 1};
    T_FAILS(mote_augment_create(&s, &a, &err), MOTE_ARG, "no noise is called 'rain'");
}

/* Others talk at the level that was asked for, as often as was asked for. */
static void babble_is_made_of_other_clips(void **state)
{
    (void)state;
    static int16_t words[2][N];
    make_tone(words[0] + 2000, 6000, 16000, 900, 0.2, 0);
    make_tone(words[1] + 6000, 6000, 16000, 1700, 0.2, 0);
    const mote_audio_view views[] = {{words[0], N}, {words[1], N}};
    mote_err err;
    mote_augment *a = NULL;
    mote_augment_setup s = {.cfg = off(),
                            .rate_hz = 16000,
                            .clip_samples = N,
                            .seed = 5,
                            .n_workers = 2,
                            .others = {views, 2}};
    s.cfg.babble_probability = 0.5;
    s.cfg.babble_snr_db = (mote_span){6, 6};
    s.cfg.babble_voices = 3;
    T_OK(mote_augment_create(&s, &a, &err));
    a_tone(440, 0.3);
    int with = 0;
    for (uint64_t i = 0; i < 200; i++) {
        apply(a, 0, i, 0, out);
        apply(a, 0, i, 1, again);
        assert_memory_equal(out, again, sizeof out);
        if (memcmp(in, out, sizeof in) == 0)
            continue;
        with++;
        double theirs = 0, all = 0;
        for (size_t k = 0; k < N; k++) {
            theirs += pow((double)out[k] - (double)in[k], 2) / N;
            all += pow((double)in[k], 2) / 8000;
        }
        assert_true(fabs(10 * log10(all / theirs) - 6) < 1);
    }
    assert_in_range(with, 75, 125);
    mote_augment_destroy(a);
    s.others = (mote_audio_set){0}; /* nobody is there */
    T_OK(mote_augment_create(&s, &a, &err));
    apply(a, 0, 1, 0, out);
    assert_memory_equal(in, out, sizeof in);
    mote_augment_destroy(a);
}

static void extreme_clips_survive_everything(void **state)
{
    (void)state;
    mote_augment_config c = everything();
    c.pitch_semitones = (mote_span){-12, 12};
    c.speed = (mote_span){0.5, 2};
    c.tempo = (mote_span){0.5, 2};
    c.vocal_tract = (mote_span){0.7, 1.4};
    c.shift_ms = 3000;
    mote_augment *a = create(c, (mote_audio_set){0});
    for (int kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < N; i++)
            in[i] = kind == 0   ? 0
                    : kind == 1 ? INT16_MIN
                                : (int16_t)(i % 2 ? INT16_MAX : INT16_MIN);
        for (uint64_t i = 0; i < 40; i++)
            apply(a, 0, i, 0, out);
    }
    mote_augment_destroy(a);
    mote_err err;
    mote_augment_setup tiny = {.cfg = c, .rate_hz = 16000, .clip_samples = 100, .n_workers = 1};
    T_OK(mote_augment_create(&tiny, &a, &err));
    for (uint64_t i = 0; i < 40; i++)
        apply(a, 0, i, 0, out);
    mote_augment_destroy(a);
}

static void bad_settings_are_refused(void **state)
{
    (void)state;
    mote_err err;
    mote_augment *a = NULL;
    mote_augment_setup s = {.cfg = off(), .rate_hz = 16000, .clip_samples = N, .n_workers = 1};
    s.cfg.speed.hi = (double)NAN;
    T_FAILS(mote_augment_create(&s, &a, &err), MOTE_ARG, "out of its range");
    s.cfg = off();
    mote_audio_view empty = {in, 0};
    s.background = (mote_audio_set){&empty, 1};
    T_FAILS(mote_augment_create(&s, &a, &err), MOTE_ARG, "empty");
    s.background = (mote_audio_set){0};
    s.cfg = everything();
    T_ALLOC_SWEEP(mote_augment_create(&s, &a, &err), assert_null(a));
    mote_augment_destroy(a);
}

static void masks_cover_at_most_what_is_asked(void **state)
{
    (void)state;
    mote_augment_config c = off();
    c.time_masks = 2;
    c.frequency_masks = 1;
    float x[49 * 10], fill[10];
    for (int b = 0; b < 10; b++)
        fill[b] = -100.0f - (float)b;
    int most_rows = 0, most_columns = 0;
    for (uint64_t i = 0; i < 300; i++) {
        mote_rng r;
        mote_augment_rng(&r, 1, 2, i);
        for (int k = 0; k < 490; k++)
            x[k] = (float)k;
        mote_augment_mask(&c, &r, x, 49, 10, fill);
        int rows = 0, columns = 0;
        for (int t = 0; t < 49; t++) {
            int n = 0;
            for (int b = 0; b < 10; b++)
                n += x[t * 10 + b] < 0 ? 1 : 0;
            rows += n == 10;
        }
        for (int b = 0; b < 10; b++) {
            int n = 0;
            for (int t = 0; t < 49; t++) {
                bool masked = x[t * 10 + b] < 0;
                assert_true(!masked || x[t * 10 + b] == fill[b]);
                assert_true(masked || x[t * 10 + b] == (float)(t * 10 + b));
                n += masked;
            }
            columns += n == 49;
        }
        most_rows = rows > most_rows ? rows : most_rows;
        most_columns = columns > most_columns ? columns : most_columns;
        assert_true(rows <= 10 && columns <= 2);
    }
    assert_true(most_rows >= 8 && most_columns == 2);
    mote_rng r; /* without fill: the clip's own mean */
    mote_augment_rng(&r, 1, 2, 3);
    for (int k = 0; k < 490; k++)
        x[k] = 7.0f;
    mote_augment_mask(&c, &r, x, 49, 10, NULL);
    for (int k = 0; k < 490; k++)
        assert_true(x[k] == 7.0f);
}

/* The rate this module promises, with room for a busy machine: a tenth of it. The figure is
 * printed; tests/bench records it. */
static void a_second_of_sound_is_quick(void **state)
{
    (void)state;
    mote_augment_config c = everything();
    c.speed = c.tempo = c.vocal_tract = (mote_span){1, 1};
    c.pitch_semitones = (mote_span){0, 0};
    mote_augment *a = create(c, (mote_audio_set){0});
    a_tone(440, 0.3);
    int64_t start = mote_clock_cpu_us();
    for (uint64_t i = 0; i < 500; i++)
        apply(a, 0, i, 0, out);
    double rate = 500.0 / ((double)(mote_clock_cpu_us() - start + 1) * 1e-6);
    print_message("%.0f clips a CPU second\n", rate);
    assert_true(rate > 800);
    mote_augment_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(switched_off_it_changes_nothing),
        cmocka_unit_test(it_depends_on_seed_epoch_and_index_only),
        cmocka_unit_test(shifts_stay_within_their_limit),
        cmocka_unit_test(gains_stay_within_their_limit),
        cmocka_unit_test(noise_comes_as_often_as_asked_and_from_the_recordings),
        cmocka_unit_test(speed_changes_tempo_and_pitch_together),
        cmocka_unit_test(a_faster_clip_goes_on_as_a_stream_does),
        cmocka_unit_test(pitch_keeps_the_tempo),
        cmocka_unit_test(tempo_keeps_the_pitch),
        cmocka_unit_test(voices_draw_numbers_of_their_own),
        cmocka_unit_test(conditions_come_as_often_as_asked),
        cmocka_unit_test(babble_is_made_of_other_clips),
        cmocka_unit_test(extreme_clips_survive_everything),
        cmocka_unit_test(bad_settings_are_refused),
        cmocka_unit_test(masks_cover_at_most_what_is_asked),
        cmocka_unit_test(a_second_of_sound_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
