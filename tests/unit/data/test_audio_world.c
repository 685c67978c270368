/* SPDX-License-Identifier: Apache-2.0 */
/* Clips through the world: off means untouched, each effect as often as it was asked for, the same
 * for the same numbers, and at what cost. */
#include "audio_files.h"
#include "base/clock.h"
#include "data/audio_world.h"
#include "data/noise.h"

#define N 16000
static int16_t in[N], out[N], again[N];

/* As config.def has it, all off. */
static mote_project_effects off(void)
{
    return (mote_project_effects){
        .loudspeaker = {0, {100, 500}, {5000, 8000}, {-10, 10}},
        .room = {0, {2.5, 8}, {150, 600}, {0.3, 4}},
        .microphone = {0, {-3, 3}, {-6, 6}, {20, 200}, {5000, 12000}, 3},
        .level = {0, {-50, -6}},
        .floor = {0, {-90, -40}},
        .automatic_gain = {0, {-30, -12}},
        .compression = {0, {1.5, 6}, {50, 500}},
        .clipping = {0, {0.001, 0.05}},
        .telephone = {0, {200, 400}, {3000, 3600}},
        .codec = {0, "any", {3, 8}},
    };
}

static mote_world *create(const mote_project_effects *e)
{
    mote_err err;
    mote_world *w = NULL;
    T_OK(mote_world_create(&(mote_world_setup){*e, 16000, N, 7, 2}, &w, &err));
    return w;
}

static void apply(const mote_world *w, uint64_t index, int worker, int16_t *to)
{
    mote_rng r;
    mote_world_plan p;
    mote_rng_init(&r, index);
    mote_world_draw(w, &r, &p);
    memcpy(to, in, sizeof in);
    mote_world_before(w, worker, &p, to);
    mote_world_after(w, worker, &p, to);
}

/* Noise like a voice in the middle half: bursts of pink. */
static void a_word(double dbfs)
{
    mote_err err;
    memset(in, 0, sizeof in);
    T_OK(mote_noise_make(&(mote_noise_recipe){MOTE_NOISE_PINK, 4, 1, 16000, dbfs}, in + 4000, 8000,
                         &err));
}

static double level(const int16_t *x)
{
    return mote_speech_level_dbfs(&(mote_sound){x, N, 16000});
}

/* The probability of each effect, in the order of effects.def, and its name. */
static double *probability(mote_project_effects *e, size_t k, const char **name)
{
    double *all[] = {&e->loudspeaker.probability, &e->room.probability,
                     &e->microphone.probability,  &e->level.probability,
                     &e->floor.probability,       &e->clipping.probability,
                     &e->compression.probability, &e->automatic_gain.probability,
                     &e->telephone.probability,   &e->codec.probability};
    static const char *const names[] = {"loudspeaker", "room",     "microphone",  "level",
                                        "floor",       "clipping", "compression", "automatic_gain",
                                        "telephone",   "codec"};
    *name = k < T_COUNT(names) ? names[k] : NULL;
    return k < T_COUNT(all) ? all[k] : NULL;
}

static void everything(mote_project_effects *e, double p)
{
    const char *name;
    *e = off();
    for (size_t k = 0; probability(e, k, &name); k++)
        *probability(e, k, &name) = p;
}

static void each_comes_as_often_as_asked_and_repeats(void **state)
{
    (void)state;
    const char *name;
    mote_project_effects e = off();
    assert_false(mote_world_is_wanted(&e));
    a_word(-30);
    for (size_t k = 0; e = off(), probability(&e, k, &name); k++) {
        *probability(&e, k, &name) = 0.4;
        assert_true(mote_world_is_wanted(&e));
        mote_world *w = create(&e);
        int n = 0;
        for (uint64_t i = 0; i < 100; i++) {
            apply(w, i, 0, out);
            n += memcmp(in, out, sizeof in) != 0;
            apply(w, 1000 + i, 0, again);
            apply(w, i, 1, again);
            assert_memory_equal(out, again, sizeof out);
        }
        if (n < 20 || n > 60)
            fail_msg("%s: %d of 100", name, n);
        mote_world_destroy(w);
    }
}

/* What one effect draws does not depend on the others. */
static void effects_are_drawn_apart(void **state)
{
    (void)state;
    mote_project_effects one = off(), all;
    everything(&all, 0.5);
    one.level.probability = 0.5;
    mote_world *a = create(&one), *b = create(&all);
    for (uint64_t i = 0; i < 50; i++) {
        mote_rng r;
        mote_world_plan p, q;
        mote_rng_init(&r, i);
        mote_world_draw(a, &r, &p);
        mote_rng_init(&r, i);
        mote_world_draw(b, &r, &q);
        assert_true(p.level == q.level && fabs(p.level_dbfs - q.level_dbfs) < 1e-12);
    }
    mote_world_destroy(a);
    mote_world_destroy(b);
}

static void levels_and_floors_are_absolute(void **state)
{
    (void)state;
    mote_project_effects e = off();
    double least = 0, most = -99, quiet = 0, loud = -99;
    e.level.probability = e.floor.probability = 1;
    mote_world *w = create(&e);
    for (uint64_t i = 0; i < 200; i++) {
        a_word(-10 - (double)(i % 40));
        apply(w, i, 0, out);
        const double speech = level(out), floor = mote_level_dbfs(out, 3500);
        least = speech < least ? speech : least;
        most = speech > most ? speech : most;
        quiet = floor < quiet ? floor : quiet;
        loud = floor > loud ? floor : loud;
        assert_true(floor < speech - 3);
    }
    print_message("speech %.1f to %.1f dBFS, floor %.1f to %.1f\n", least, most, quiet, loud);
    assert_true(least < -45 && least > -53 && most > -12 && most < -5);
    assert_true(quiet < -80 && loud > -46 && loud < -39);
    mote_world_destroy(w);
}

/* Share of the energy above a frequency, by what a difference of samples leaves of it. */
static double power_at(const int16_t *x, double hz)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < N; i++) {
        re += x[i] * cos(2 * PI * hz * (double)i / 16000);
        im += x[i] * sin(2 * PI * hz * (double)i / 16000);
    }
    return 10 * log10((re * re + im * im) / ((double)N * N) + 1e-9);
}

static void a_telephone_has_its_band(void **state)
{
    (void)state;
    mote_project_effects e = off();
    e.telephone.probability = 1;
    mote_world *w = create(&e);
    memset(in, 0, sizeof in);
    static const double tones[] = {100, 1000, 2500, 5000};
    for (size_t i = 0; i < N; i++) {
        double sum = 0;
        for (size_t k = 0; k < T_COUNT(tones); k++)
            sum += 3000 * sin(2 * PI * tones[k] * (double)i / 16000);
        in[i] = (int16_t)sum;
    }
    for (uint64_t i = 0; i < 10; i++) {
        apply(w, i, 0, out);
        assert_true(fabs(power_at(out, 1000) - power_at(out, 2500)) < 1.5);
        assert_true(power_at(out, 100) < power_at(out, 1000) - 25);
        assert_true(power_at(out, 5000) < power_at(out, 1000) - 30);
        assert_true(power_at(out, 7000) < power_at(out, 1000) - 35); /* the image of 1 kHz */
        assert_true(fabs(level(out) - level(in)) < 0.3);
    }
    mote_world_destroy(w);
}

/* A room is heard behind the word; a level is its own matter. */
static void a_room_is_heard_behind_the_word(void **state)
{
    (void)state;
    mote_project_effects e = off();
    e.room.probability = 1;
    e.room.rt60_ms = (mote_span){500, 500};
    mote_world *w = create(&e);
    a_word(-20);
    for (uint64_t i = 0; i < 20; i++) {
        apply(w, i, 0, out);
        assert_true(mote_level_dbfs(out + 12100, 800) > mote_level_dbfs(out + 15000, 800) + 6);
        assert_true(mote_level_dbfs(out + 12100, 800) > -65);
        assert_true(fabs(level(out) - level(in)) < 0.1);
        assert_true(mote_level_dbfs(out, 3900) < -90); /* nothing comes before it */
    }
    mote_world_destroy(w);
}

static void extreme_clips_survive(void **state)
{
    (void)state;
    static const struct {
        int32_t rate_hz;
        size_t n;
    } forms[] = {{16000, N}, {8000, 8000}, {16000, 100}, {44100, 3000}, {1000, 1000}, {16000, 1}};
    mote_project_effects e;
    mote_err err;
    everything(&e, 0.7);
    for (size_t f = 0; f < T_COUNT(forms); f++) {
        mote_world *w = NULL;
        T_OK(mote_world_create(&(mote_world_setup){e, forms[f].rate_hz, forms[f].n, 1, 1}, &w,
                               &err));
        for (uint64_t i = 0; i < 30; i++) {
            mote_rng r;
            mote_world_plan p;
            for (size_t k = 0; k < forms[f].n; k++)
                out[k] = i % 3 == 0 ? 0 : i % 3 == 1 ? INT16_MIN : k % 2 ? INT16_MAX : INT16_MIN;
            mote_rng_init(&r, i);
            mote_world_draw(w, &r, &p);
            mote_world_before(w, 0, &p, out);
            mote_world_after(w, 0, &p, out);
            if (i % 3 == 0 && !p.floor && !(p.telephone && p.is_a_law) && !p.codec)
                assert_int_equal(out[0], 0); /* silence stays silence */
        }
        mote_world_destroy(w);
    }
}

static void bad_settings_are_refused_and_named(void **state)
{
    (void)state;
    mote_err err;
    mote_world *w = NULL;
    mote_project_effects e = off();
    e.room.rt60_ms.hi = NAN;
    T_FAILS(mote_world_create(&(mote_world_setup){e, 16000, N, 1, 1}, &w, &err), MOTE_ARG,
            "'augmentation.room.rt60_ms'");
    e = off();
    e.codec.bits = (mote_span){8, 3};
    T_FAILS(mote_world_create(&(mote_world_setup){e, 16000, N, 1, 1}, &w, &err), MOTE_ARG,
            "'augmentation.codec.bits'");
    everything(&e, 1);
    e.room.rt60_ms = (mote_span){50, 60};
    T_ALLOC_SWEEP(mote_world_create(&(mote_world_setup){e, 1000, 100, 1, 1}, &w, &err),
                  assert_null(w));
    mote_world_destroy(w);
}

/* Prints what each costs; a machine that is busy may be ten times as slow. */
static void a_second_of_sound_is_quick(void **state)
{
    (void)state;
    const char *name;
    mote_project_effects e = off();
    a_word(-25);
    for (size_t k = 0; e = off(), probability(&e, k, &name); k++) {
        *probability(&e, k, &name) = 1;
        int64_t start = mote_clock_cpu_us();
        mote_world *w = create(&e);
        const int64_t made = mote_clock_cpu_us() - start;
        start = mote_clock_cpu_us();
        for (uint64_t i = 0; i < 100; i++)
            apply(w, i, 0, out);
        const double us = (double)(mote_clock_cpu_us() - start) / 100;
        print_message("%-15s %6.0f us a clip, made in %.0f ms\n", name, us, (double)made / 1000);
        assert_true(us < 10000);
        mote_world_destroy(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_comes_as_often_as_asked_and_repeats),
        cmocka_unit_test(effects_are_drawn_apart),
        cmocka_unit_test(levels_and_floors_are_absolute),
        cmocka_unit_test(a_telephone_has_its_band),
        cmocka_unit_test(a_room_is_heard_behind_the_word),
        cmocka_unit_test(extreme_clips_survive),
        cmocka_unit_test(bad_settings_are_refused_and_named),
        cmocka_unit_test(a_second_of_sound_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
