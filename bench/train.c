/* SPDX-License-Identifier: Apache-2.0 */
/* Speed of training: forward, backward and Adam on the MLPerf Tiny DS-CNN (49 x 10 x 1 input,
 * convolution 10 x 4 to 64 channels with stride 2 x 2, four blocks, 12 classes), random data.
 *
 *   bench_train [BATCH [THREADS [portable|avx2|avx512|auto [SECONDS]]]]
 *
 * Prints one JSON document: clips a second of CPU time and of wall time, median of five rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "graph/arch.h"
#include "learn/optim.h"

enum { FRAMES = 49, COEFFICIENTS = 10, CLASSES = 12, ROUNDS = 5 };

typedef struct {
    mote_net *net;
    float *state, *grads, *m, *v;
    mote_net_batch batch;
    mote_optim_config optim;
    mote_optim_state optim_state;
} bench;

static void die(const mote_err *err)
{
    fprintf(stderr, "bench_train: %s\n", err->text);
    exit(1);
}

static float *floats(size_t n)
{
    float *x = mote_alloc_zero(n, sizeof *x);
    if (!x)
        exit(1);
    return x;
}

static void run_steps(bench *b, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        mote_net_result r;
        b->batch.step = b->optim_state.n_steps;
        mote_net_gradient(b->net, b->state, &b->batch, b->grads, &r);
        mote_optim_step(&b->optim, b->net, 0.001, b->grads, b->state, &b->optim_state);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void fill_batch(bench *b, int32_t n, mote_rng *rng)
{
    size_t in = mote_net_in_elements(b->net);
    float *inputs = floats((size_t)n * in), *targets = floats((size_t)n * CLASSES);
    for (size_t i = 0; i < (size_t)n * in; i++)
        inputs[i] = (float)mote_rng_normal(rng);
    for (size_t i = 0; i < (size_t)n; i++)
        targets[i * CLASSES + i % CLASSES] = 1.0f;
    b->batch = (mote_net_batch){.inputs = inputs, .targets = targets, .n = n};
}

int main(int argc, char **argv)
{
    static const char *const levels[] = {"auto", "portable", "avx2", "avx512"};
    int32_t batch = argc > 1 ? atoi(argv[1]) : 32, n_threads = argc > 2 ? atoi(argv[2]) : 1;
    double seconds = argc > 4 ? atof(argv[4]) : 2.0;
    mote_simd simd = MOTE_SIMD_AUTO;
    for (size_t i = 0; argc > 3 && i < sizeof levels / sizeof *levels; i++) {
        if (strcmp(argv[3], levels[i]) == 0)
            simd = (mote_simd)i;
    }
    mote_err err;
    mote_arch arch;
    mote_rng rng;
    mote_graph *g;
    mote_pool *pool = NULL;
    bench b = {0};
    mote_arch_default(&arch, FRAMES, COEFFICIENTS, CLASSES);
    mote_rng_init(&rng, 1);
    if (mote_arch_build(&arch, &rng, &g, &err) != MOTE_OK ||
        mote_pool_create(n_threads, &pool, &err) != MOTE_OK ||
        mote_net_create(g, &(mote_net_config){.max_batch = batch, .simd = simd}, pool, &b.net,
                        &err) != MOTE_OK)
        die(&err);
    b.state = floats(mote_net_n_state(b.net));
    b.grads = floats(mote_net_n_params(b.net));
    b.m = floats(mote_net_n_params(b.net));
    b.v = floats(mote_net_n_params(b.net));
    b.optim_state = (mote_optim_state){.m = b.m, .v = b.v};
    mote_optim_default(&b.optim);
    mote_net_read(b.net, g, b.state);
    fill_batch(&b, batch, &rng);

    int64_t start = mote_clock_mono_us(), n = 3;
    run_steps(&b, n);
    n = 1 + (int64_t)(seconds / ROUNDS * 1e6) * n / (mote_clock_mono_us() - start + 1);
    double per_cpu[ROUNDS], per_wall[ROUNDS];
    for (int32_t i = 0; i < ROUNDS; i++) {
        int64_t cpu = mote_clock_cpu_us(), wall = mote_clock_mono_us();
        run_steps(&b, n);
        per_cpu[i] = (double)(n * batch) / ((double)(mote_clock_cpu_us() - cpu) * 1e-6);
        per_wall[i] = (double)(n * batch) / ((double)(mote_clock_mono_us() - wall) * 1e-6);
    }
    qsort(per_cpu, ROUNDS, sizeof *per_cpu, by_value);
    qsort(per_wall, ROUNDS, sizeof *per_wall, by_value);
    printf("{\"batch\": %d, \"threads\": %d, \"kernels\": \"%s\", \"clips_per_cpu_second\": %.0f, "
           "\"clips_per_second\": %.0f}\n",
           (int)batch, (int)mote_pool_threads(pool), mote_net_kernels(b.net)->name,
           per_cpu[ROUNDS / 2], per_wall[ROUNDS / 2]);
    return 0;
}
