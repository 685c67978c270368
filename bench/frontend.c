/* SPDX-License-Identifier: Apache-2.0 */
/* Speed of the front end: MFCC of one-second clips (16 kHz, 30 ms window, 20 ms hop, 512-point FFT,
 * 40 mels, 10 coefficients, 49 frames) on one thread, by every batch path and one frame at a time.
 *
 *   bench_frontend [SECONDS]
 *
 * Prints one JSON document: clips a second of CPU time, median of five rounds, the ways taken in
 * turn in each round. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/rng.h"
#include "feature/mfcc.h"

enum { CLIPS = 64, SAMPLES = 16000, ROUNDS = 5, WAYS = 8 };

static int16_t pcm[CLIPS][SAMPLES];
static const void *clips[CLIPS];
static float out[CLIPS * 49 * 10];
static int32_t out_q[49 * 10];
static uint64_t scratch[1024];

typedef struct {
    const char *arithmetic, *path; /* path NULL: one frame at a time, the device's code */
    double per_second[ROUNDS];
} way;

static void die(const mote_err *err)
{
    fprintf(stderr, "bench_frontend: %s\n", err->text);
    exit(1);
}

static void run_once(const mote_feature_plan *plan, const way *w)
{
    const mrt_frontend_tables *t = mote_feature_plan_tables(plan);
    mote_err err;

    if (w->path != NULL) {
        if (mote_feature_batch(plan, NULL, &(mote_clips){clips, CLIPS, SAMPLES}, out, &err) !=
            MOTE_OK)
            die(&err);
        return;
    }
    for (int i = 0; i < CLIPS; i++) {
        if (t->config.arithmetic == MRT_FLOAT)
            mrt_frontend_clip_f32(t, pcm[i], SAMPLES, scratch, out + i * 490);
        else
            mrt_frontend_clip_q(t, pcm[i], SAMPLES, scratch, out_q);
    }
}

/* Clips a CPU-second; 0 when this machine lacks the path. */
static double measure(const way *w, double seconds)
{
    mote_feature_config cfg = mote_feature_config_default();
    mote_feature_plan *plan = NULL;
    mote_err err;
    int64_t n = 0;

    cfg.arithmetic = w->arithmetic[1] == 'l' ? MRT_FLOAT : MRT_FIXED;
    if (mote_feature_plan_create(&cfg, 1, &plan, &err) != MOTE_OK)
        die(&err);
    if (w->path != NULL && !mote_feature_batch_choose(plan, w->path)) {
        mote_feature_plan_destroy(plan);
        return 0;
    }
    run_once(plan, w);
    const int64_t start = mote_clock_cpu_us();
    int64_t used = 0;
    do {
        run_once(plan, w);
        n += CLIPS;
        used = mote_clock_cpu_us() - start;
    } while ((double)used < seconds * 1e6);
    mote_feature_plan_destroy(plan);
    return (double)n * 1e6 / (double)used;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static way ways[WAYS] = {
        {"float", "avx512", {0}},   {"float", "avx2", {0}},   {"float", "portable", {0}},
        {"float", NULL, {0}},       {"fixed", "avx512", {0}}, {"fixed", "avx2", {0}},
        {"fixed", "portable", {0}}, {"fixed", NULL, {0}},
    };
    const double seconds = argc > 1 ? strtod(argv[1], NULL) : 0.3;
    mote_rng rng;

    mote_rng_init(&rng, 1);
    for (int i = 0; i < CLIPS; i++) {
        clips[i] = pcm[i];
        for (int k = 0; k < SAMPLES; k++)
            pcm[i][k] = (int16_t)((int32_t)mote_rng_below(&rng, 20000) - 10000);
    }
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < WAYS; i++)
            ways[i].per_second[round] = measure(&ways[i], seconds);
    printf("{\"clip\": \"1 s, 16 kHz, 40 mel, 10 coefficients, 49 frames\", \"unit\": \"clips per "
           "CPU-second\"");
    for (int i = 0; i < WAYS; i++) {
        qsort(ways[i].per_second, ROUNDS, sizeof(double), ascending);
        printf(",\n \"%s %s\": %.0f", ways[i].arithmetic,
               ways[i].path != NULL ? ways[i].path : "one frame at a time",
               ways[i].per_second[ROUNDS / 2]);
    }
    printf("}\n");
    return 0;
}
