/* SPDX-License-Identifier: Apache-2.0 */
/* What a training clip of sound costs that goes through the world: one second at 16 kHz.
 *
 *   bench_augment [WAY [N [FILE.wav ..]]]
 *
 * For the recordings given (none: a made one), N times each (20): what the template of keywords
 * does to a clip, that without its world, each effect alone, always, and the features; one WAY of
 * these or "all". Prints microseconds of CPU time a clip and a hash of what was made, which stays
 * when something is made faster. What a busy machine does not change is the count of instructions:
 *   valgrind --tool=callgrind --toggle-collect=mote_augment_apply bench_augment template */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "data/audio.h"
#include "data/audio_augment.h"
#include "feature/mfcc.h"

enum { RATE_HZ = 16000, N = RATE_HZ, MOST_CLIPS = 64 };
static int16_t clips[MOST_CLIPS][N], out[N];
static mote_audio_view views[MOST_CLIPS];
static size_t n_clips;
static mote_arena arena;

static void need(mote_status st, const mote_err *err)
{
    if (st == MOTE_OK)
        return;
    fprintf(stderr, "bench_augment: %s\n", err->text);
    exit(1);
}

/* Bursts of noise in the middle half, soft noise around. */
static void make_clip(int16_t *to)
{
    mote_rng r;
    mote_rng_init(&r, 1);
    for (size_t i = 0; i < N; i++) {
        const double loud = i > N / 4 && i < 3 * N / 4 && i / 1600 % 2 ? 4000 : 40;
        to[i] = (int16_t)(loud * mote_rng_normal(&r));
    }
}

static void load(const char *path)
{
    mote_err err;
    char *bytes;
    size_t n;
    mote_audio a;
    need(mote_file_read(path, 64u << 20, &bytes, &n, &err), &err);
    const mote_audio_config cfg = {.rate_hz = RATE_HZ, .max_ms = 60000, .max_bytes = 64 << 20};
    need(mote_audio_decode(&(mote_file_bytes){path, bytes, n}, &cfg, &a, &err), &err);
    memcpy(clips[n_clips], a.samples, (a.n < N ? a.n : N) * sizeof *out);
    mote_audio_release(&a);
    mote_free(bytes);
}

static mote_augment_config read_settings(const char *augmentation)
{
    mote_err err;
    mote_project *p = NULL;
    char text[2048];
    snprintf(text, sizeof text,
             "mote: 1\nname: bench\ntask: keyword\nkeywords: [a]\naugmentation: {%s}\n",
             augmentation);
    need(mote_project_parse(&(mote_file_bytes){"settings", text, strlen(text)}, &arena, &p, NULL,
                            &err),
         &err);
    return p->augmentation;
}

/* FNV-1a, 64 bits. */
static uint64_t hash(uint64_t before, const void *bytes, size_t n)
{
    const uint8_t *b = bytes;
    for (size_t i = 0; i < n; i++)
        before = (before ^ b[i]) * 0x100000001b3u;
    return before;
}

/* Microseconds a clip. */
static double measure(const char *augmentation, uint64_t times, uint64_t *made)
{
    mote_err err;
    mote_augment *a = NULL;
    const mote_augment_setup setup = {.cfg = read_settings(augmentation),
                                      .rate_hz = RATE_HZ,
                                      .clip_samples = N,
                                      .seed = 1,
                                      .n_workers = 1,
                                      .others = {views, n_clips}};
    need(mote_augment_create(&setup, &a, &err), &err);
    int64_t took = 0;
    for (uint64_t k = 0; k < times; k++) {
        for (size_t i = 0; i < n_clips; i++) {
            mote_rng r;
            const int64_t start = mote_clock_cpu_us();
            mote_augment_rng(&r, 1, k, i);
            mote_augment_apply(a, 0, &r, clips[i], out);
            took += mote_clock_cpu_us() - start;
            *made = hash(*made, out, sizeof out);
        }
    }
    mote_augment_destroy(a);
    return (double)took / (double)(times * n_clips);
}

static double features(uint64_t times, uint64_t *made)
{
    static float values[49 * 40];
    mote_err err;
    mote_feature_plan *plan = NULL;
    const mote_feature_config cfg = mote_feature_config_default();
    need(mote_feature_plan_create(&cfg, 1, &plan, &err), &err);
    const int64_t start = mote_clock_cpu_us();
    for (uint64_t k = 0; k < times; k++)
        for (size_t i = 0; i < n_clips; i++)
            need(mote_feature_clip(plan, 0, clips[i], N, values, &err), &err);
    const int64_t took = mote_clock_cpu_us() - start;
    *made = hash(*made, values, sizeof values);
    mote_feature_plan_destroy(plan);
    return (double)took / (double)(times * n_clips);
}

#define TEMPLATE                                                                                   \
    "shift_ms: 100, gain_db: 6, noise: {probability: 0.5, snr_db: [0, 20]}, speed: [0.9, 1.1]"
#define ALONE  "shift_ms: 0, gain_db: 0, noise: {probability: 0}"
#define ALWAYS "{probability: 1}"

int main(int argc, char **argv)
{
    static const char *const ways[][2] = {
        {"template", "world: everywhere, " TEMPLATE},
        {"no world", TEMPLATE},
        {"nothing", ALONE},
        {"gain", "shift_ms: 0, gain_db: 6, noise: {probability: 0}"},
        {"speed", ALONE ", speed: [0.9, 1.1]"},
        {"pitch", ALONE ", pitch: [-1, 1]"},
        {"noise", "shift_ms: 0, gain_db: 0, noise: {probability: 1, snr_db: [0, 20]}"},
        {"babble", ALONE ", babble: " ALWAYS},
        {"loudspeaker", ALONE ", loudspeaker: " ALWAYS},
        {"room", ALONE ", room: {probability: 1, size_m: [2, 12], rt60_ms: [100, 800], "
                       "distance_m: [0.2, 5]}"},
        {"microphone", ALONE ", microphone: " ALWAYS},
        {"level", ALONE ", level: " ALWAYS},
        {"floor", ALONE ", floor: " ALWAYS},
        {"clipping", ALONE ", clipping: " ALWAYS},
        {"compression", ALONE ", compression: " ALWAYS},
        {"automatic gain", ALONE ", automatic_gain: " ALWAYS},
        {"telephone", ALONE ", telephone: " ALWAYS},
        {"codec", ALONE ", codec: " ALWAYS},
        {"features", NULL},
    };
    const char *way = argc > 1 ? argv[1] : "all";
    const uint64_t times = argc > 2 ? strtoull(argv[2], NULL, 10) : 20;
    mote_arena_init(&arena, 64u << 20);
    for (int i = 3; i < argc && n_clips < MOST_CLIPS; i++, n_clips++)
        load(argv[i]);
    if (n_clips == 0)
        make_clip(clips[n_clips++]);
    for (size_t i = 0; i < n_clips; i++)
        views[i] = (mote_audio_view){clips[i], N};
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
        uint64_t made = 0xcbf29ce484222325u;
        if (strcmp(way, "all") != 0 && strcmp(way, ways[w][0]) != 0)
            continue;
        const double us = ways[w][1] ? measure(ways[w][1], times, &made) : features(times, &made);
        printf("%-15s %6.0f us, made %016llx\n", ways[w][0], us, (unsigned long long)made);
    }
    mote_arena_release(&arena);
    return 0;
}
