/* SPDX-License-Identifier: Apache-2.0 */
/* Impulse responses: convolution against the sum, rooms and microphones as they were asked for. */
#include "audio_files.h"
#include "data/audio_response.h"

#define N 16000
static float x[N], was[N];
static double gain_db[4097];

static mote_project_effects effects(void)
{
    return (mote_project_effects){
        .room = {.size_m = {3, 8}, .rt60_ms = {400, 400}, .distance_m = {1, 1}},
        .microphone = {.low_cut_hz = {5, 5}, .high_cut_hz = {9e4, 9e4}}};
}

static void noise(uint64_t seed)
{
    mote_rng r;
    mote_rng_init(&r, seed);
    for (size_t i = 0; i < N; i++)
        x[i] = was[i] = (float)mote_rng_range(&r, -1, 1);
}

static void a_clip_is_convolved(void **state)
{
    (void)state;
    static const struct {
        int32_t rate_hz;
        size_t n, n_taps;
    } rows[] = {{16000, N, 1},      {16000, N, 1024},   {16000, N, 1025}, {16000, N, 9000},
                {16000, 700, 3000}, {8000, 8000, 8000}, {44100, N, 5000}, {16000, 1, 10}};
    for (size_t k = 0; k < T_COUNT(rows); k++) {
        mote_err err;
        mote_convolver c;
        mote_response r;
        mote_rng rng;
        mote_rng_init(&rng, k);
        float *taps = mote_alloc(rows[k].n_taps, sizeof *taps);
        for (size_t i = 0; i < rows[k].n_taps; i++)
            taps[i] = (float)mote_rng_range(&rng, -1, 1) / sqrtf((float)rows[k].n_taps);
        noise(k);
        T_OK(mote_convolver_init(rows[k].rate_hz, rows[k].n, &c, &err));
        T_OK(mote_response_init(&c, taps, rows[k].n_taps, &r, &err));
        float *scratch = mote_alloc(mote_convolver_scratch(&c), sizeof *scratch);
        mote_convolve(&c, &r, scratch, x);
        for (size_t i = 0; i < rows[k].n; i += 37) {
            double sum = 0;
            for (size_t j = 0; j < rows[k].n_taps && j <= i; j++)
                sum += (double)taps[j] * (double)was[i - j];
            if (fabs(sum - (double)x[i]) > 2e-5)
                fail_msg("row %zu, sample %zu: %g, not %g", k, i, (double)x[i], sum);
        }
        mote_free(scratch);
        mote_free(taps);
        mote_free(r.spectrum);
        mote_convolver_release(&c);
    }
}

/* Gain of the response at a frequency, by a tone that goes through it. */
static double gain_at(const mote_convolver *c, const mote_response *r, double hz)
{
    float *scratch = mote_alloc(mote_convolver_scratch(c), sizeof *scratch);
    double power = 0;
    for (size_t i = 0; i < N; i++)
        x[i] = (float)sin(2 * PI * hz * (double)i / 16000);
    mote_convolve(c, r, scratch, x);
    mote_free(scratch);
    for (size_t i = 4000; i < 12000; i++)
        power += (double)x[i] * (double)x[i] / 8000;
    return 10 * log10(2 * power);
}

static void a_band_has_its_edges(void **state)
{
    (void)state;
    mote_err err;
    mote_convolver c;
    mote_response r;
    T_OK(mote_convolver_init(16000, N, &c, &err));
    mote_band_magnitude(&c, 300, 3400, 8, gain_db);
    T_OK(mote_response_of_magnitude(&c, gain_db, &r, &err));
    assert_true(fabs(gain_at(&c, &r, 1000)) < 0.1);
    assert_true(fabs(gain_at(&c, &r, 300) + 3) < 0.6);
    assert_true(fabs(gain_at(&c, &r, 3400) + 3) < 0.3);
    assert_true(gain_at(&c, &r, 150) < -30);
    assert_true(gain_at(&c, &r, 6800) < -40);
    mote_free(r.spectrum);
    mote_band_magnitude(&c, 100, 8000, 2, gain_db); /* no upper edge */
    assert_true(fabs(gain_db[1020]) < 0.01);
    mote_convolver_release(&c);
}

static void a_microphone_tilts_and_cuts_and_keeps_the_middle(void **state)
{
    (void)state;
    static const double tilts[] = {-6, -2, 0, 3, 6};
    mote_err err;
    mote_convolver c;
    T_OK(mote_convolver_init(16000, N, &c, &err));
    for (size_t k = 0; k < T_COUNT(tilts); k++) {
        mote_project_effects e = effects();
        mote_response r;
        mote_rng rng;
        mote_rng_init(&rng, k);
        e.microphone.tilt_db = (mote_span){tilts[k], tilts[k]};
        mote_microphone_magnitude(&c, &e, &rng, gain_db);
        T_OK(mote_response_of_magnitude(&c, gain_db, &r, &err));
        double low = gain_at(&c, &r, 500), high = gain_at(&c, &r, 4000);
        if (fabs((high - low) / 3 - tilts[k]) > 0.1)
            fail_msg("%g dB an octave, not %g", (high - low) / 3, tilts[k]);
        assert_true(fabs(gain_at(&c, &r, 1800)) < 0.4 * fabs(tilts[k]) + 0.1);
        mote_free(r.spectrum);
    }
    mote_project_effects e = effects(); /* cuts */
    double steepest = 0, most = 0;
    e.microphone.low_cut_hz = (mote_span){200, 200};
    e.microphone.high_cut_hz = (mote_span){5000, 5000};
    for (uint64_t i = 0; i < 20; i++) {
        mote_rng rng;
        mote_rng_init(&rng, i);
        mote_microphone_magnitude(&c, &e, &rng, gain_db);
        const double at_200 = gain_db[26] - gain_db[128], at_100 = gain_db[13] - gain_db[128];
        assert_true(at_200 < -2.5 && at_200 > -3.5);
        steepest = at_100 < steepest ? at_100 : steepest;
    }
    assert_true(steepest < -11);
    e = effects();
    e.microphone.resonances = 8;
    e.microphone.resonance_db = (mote_span){-6, 6};
    for (uint64_t i = 0; i < 50; i++) {
        mote_rng rng;
        mote_rng_init(&rng, i);
        mote_microphone_magnitude(&c, &e, &rng, gain_db);
        for (size_t k = 8; k < 1024; k++) {
            assert_true(fabs(gain_db[k] - gain_db[k - 1]) < 4); /* smooth */
            most = fabs(gain_db[k]) > most ? fabs(gain_db[k]) : most;
        }
    }
    assert_true(most > 4 && most < 25);
    mote_convolver_release(&c);
}

/* Reverberation time by Schroeder's integral, from -5 to -25 dB. */
static double rt60_of(const mote_room_response *room)
{
    double all = 0, left = 0;
    size_t at5 = 0, at25 = 0;
    for (size_t i = 0; i < room->n; i++)
        all += (double)room->taps[i] * (double)room->taps[i];
    left = all;
    for (size_t i = 0; i < room->n && at25 == 0; i++) {
        left -= (double)room->taps[i] * (double)room->taps[i];
        at5 = at5 == 0 && left < all * 0.31623 ? i : at5;
        at25 = left < all * 0.0031623 ? i : 0;
    }
    return 3.0 * (double)(at25 - at5) / 16000;
}

static void a_room_takes_the_time_that_was_asked_for(void **state)
{
    (void)state;
    static const double wanted_ms[] = {200, 400, 700};
    for (size_t k = 0; k < T_COUNT(wanted_ms); k++) {
        double sum = 0;
        enum { ROOMS = 20 };
        for (uint64_t i = 0; i < ROOMS; i++) {
            mote_project_effects e = effects();
            mote_err err;
            mote_room_response room;
            mote_rng rng;
            mote_rng_init(&rng, i);
            e.room.rt60_ms = (mote_span){wanted_ms[k], wanted_ms[k]};
            e.room.distance_m = (mote_span){2, 2};
            T_OK(mote_room_response_make(&e, 16000, &rng, &room, &err));
            const double rt60_s = rt60_of(&room), wanted = wanted_ms[k] / 1000;
            if (rt60_s < 0.6 * wanted || rt60_s > 1.5 * wanted)
                fail_msg("%g s, not %g", rt60_s, wanted);
            sum += rt60_s / wanted / ROOMS;
            mote_free(room.taps);
        }
        print_message("%g ms: %.2f of it on average\n", wanted_ms[k], sum);
        assert_true(sum > 0.85 && sum < 1.15);
    }
}

/* Kuttruff, Room Acoustics, equation 5.44: both are equal at 0.057 sqrt(V/T). */
static void direct_sound_follows_from_distance_and_room(void **state)
{
    (void)state;
    double off = 0;
    enum { ROOMS = 40 };
    for (uint64_t i = 0; i < ROOMS; i++) {
        mote_project_effects e = effects();
        mote_err err;
        mote_room_response near, far;
        mote_rng rng;
        e.room.size_m = (mote_span){6, 8};
        e.room.distance_m = (mote_span){0.3, 0.3};
        mote_rng_init(&rng, i);
        T_OK(mote_room_response_make(&e, 16000, &rng, &near, &err));
        assert_true(fabs(near.distance_m - 0.3) < 0.1);
        e.room.distance_m = (mote_span){3, 3};
        mote_rng_init(&rng, i);
        T_OK(mote_room_response_make(&e, 16000, &rng, &far, &err));
        assert_true(near.direct_db > far.direct_db + 5);
        const double volume = far.size_m[0] * far.size_m[1] * far.size_m[2];
        const double critical = 0.057 * sqrt(volume / far.rt60_s);
        off += (far.direct_db - 20 * log10(critical / far.distance_m)) / ROOMS;
        for (size_t k = 0; k < far.n; k++)
            assert_true(isfinite(far.taps[k]));
        mote_free(near.taps);
        mote_free(far.taps);
    }
    print_message("%.1f dB beside the formula\n", off);
    assert_true(fabs(off) < 3);
}

static void without_memory_nothing_is_left(void **state)
{
    (void)state;
    mote_err err;
    mote_convolver c = {0};
    mote_response r = {0};
    T_ALLOC_SWEEP(mote_convolver_init(16000, 100, &c, &err), assert_null(c.fft.sine));
    mote_band_magnitude(&c, 300, 3400, 2, gain_db);
    T_ALLOC_SWEEP(mote_response_of_magnitude(&c, gain_db, &r, &err), assert_null(r.spectrum));
    mote_free(r.spectrum);
    mote_convolver_release(&c);
    T_FAILS(mote_convolver_init(16000, 0, &c, &err), MOTE_ARG, "not possible");
    T_FAILS(mote_convolver_init(500, 100, &c, &err), MOTE_ARG, "not possible");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clip_is_convolved),
        cmocka_unit_test(a_band_has_its_edges),
        cmocka_unit_test(a_microphone_tilts_and_cuts_and_keeps_the_middle),
        cmocka_unit_test(a_room_takes_the_time_that_was_asked_for),
        cmocka_unit_test(direct_sound_follows_from_distance_and_room),
        cmocka_unit_test(without_memory_nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
