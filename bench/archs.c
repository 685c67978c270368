/* SPDX-License-Identifier: Apache-2.0 */
/* Architectures side by side: bench_archs DIR [-t SECONDS]
 *
 * Each is built for 49 steps of 40 bands and 5 classes, untrained, quantised on noise by the real
 * path, and left in DIR as NAME.tflite for 'mote measure'; its speed in instructions is that of a
 * trained one of the same shape. Prints parameters (folded), multiply-accumulates and, with -t, how
 * many clips a second of one thread it learns from (forward, backward and Adam, batch 32). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compile/tflite.h"
#include "compress/quantise.h"
#include "graph/arch.h"
#include "learn/net.h"

enum { FRAMES = 49, BANDS = 40, CLASSES = 5, BATCH = 32, N_NOISE = 8 };

static const struct {
    const char *name, *arch;
    int32_t channels, blocks;
    float width;
} rows[] = {
    {"ds-cnn-48", "ds-cnn", 48, 4, 1.0f},        {"ds-cnn-64", "ds-cnn", 64, 4, 1.0f},
    {"tc-resnet8-0.5", "tc-resnet", 0, 3, 0.5f}, {"tc-resnet8-0.7", "tc-resnet", 0, 3, 0.7f},
    {"tc-resnet8", "tc-resnet", 0, 3, 1.0f},     {"tc-resnet14-0.5", "tc-resnet", 0, 6, 0.5f},
    {"sparknet-16", "sparknet", 16, 0, 1.0f},    {"sparknet-32", "sparknet", 32, 0, 1.0f},
    {"sparknet-64", "sparknet", 64, 0, 1.0f},    {"bc-resnet-1", "bc-resnet", 0, 0, 1.0f},
    {"bc-resnet-1.5", "bc-resnet", 0, 0, 1.5f},  {"bc-resnet-2", "bc-resnet", 0, 0, 2.0f},
};

static void must(mote_status st, const mote_err *err)
{
    if (st == MOTE_OK)
        return;
    fprintf(stderr, "bench_archs: %s\n", err->text);
    exit(1);
}

static void save(const char *dir, const char *name, const mote_graph *folded, mote_rng *rng)
{
    static float noise[N_NOISE * FRAMES * BANDS];
    const mote_quantise_config cfg = {.range_rule = MOTE_RANGE_MSE, .correct_bias = true};
    char path[512];
    mote_err err;
    mote_graph *q = NULL;
    MOTE_SCOPED_BUF b;
    for (size_t i = 0; i < sizeof noise / sizeof *noise; i++)
        noise[i] = (float)mote_rng_normal(rng);
    must(mote_quantise(folded, noise, N_NOISE, &cfg, &q, &err), &err);
    mote_buf_init(&b, 1u << 24);
    must(mote_export_tflite(q, name, &b, &err), &err);
    snprintf(path, sizeof path, "%s/%s.tflite", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(b.data, 1, b.len, f) != b.len || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
    mote_graph_destroy(q);
}

/* Clips a second of processor time. */
static double learn(const mote_graph *g, double seconds, mote_rng *rng)
{
    static float x[BATCH * FRAMES * BANDS], targets[BATCH * CLASSES];
    mote_err err;
    mote_net *net;
    must(mote_net_create(g, &(mote_net_config){.max_batch = BATCH}, NULL, &net, &err), &err);
    const size_t n = mote_net_n_params(net);
    float *state = calloc(mote_net_n_state(net), sizeof *state), *grads = calloc(n, sizeof *grads);
    float *m = calloc(n, sizeof *m), *v = calloc(n, sizeof *v);
    mote_net_read(net, g, state);
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = (float)mote_rng_normal(rng);
    for (size_t i = 0; i < BATCH; i++)
        targets[i * CLASSES + i % CLASSES] = 1.0f;
    const mote_adam_step s = {.rate = 1e-3f,
                              .beta_1 = 0.9f,
                              .beta_2 = 0.999f,
                              .epsilon = 1e-8f,
                              .correction_1 = 1.0f,
                              .correction_2 = 1.0f,
                              .grad_scale = 1.0f};
    mote_net_batch batch = {.inputs = x, .targets = targets, .n = BATCH};
    const double start = (double)clock() / CLOCKS_PER_SEC;
    double used = 0.0;
    for (; used < seconds; batch.step++) {
        mote_net_result result;
        mote_net_gradient(net, state, &batch, grads, &result);
        mote_net_kernels(net)->adam(&s, n, grads, state, m, v);
        used = (double)clock() / CLOCKS_PER_SEC - start;
    }
    free(v);
    free(m);
    free(grads);
    free(state);
    mote_net_destroy(net);
    return (double)batch.step * BATCH / used;
}

int main(int argc, char **argv)
{
    const double seconds = argc == 4 && strcmp(argv[2], "-t") == 0 ? atof(argv[3]) : 0.0;
    if (argc != 2 && !(seconds > 0.0)) {
        fprintf(stderr, "usage: bench_archs DIR [-t SECONDS]\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mote_err err;
        mote_rng rng;
        mote_arch a;
        mote_graph *g, *f;
        mote_arch_default(&a, FRAMES, BANDS, CLASSES);
        memset(a.name, 0, sizeof a.name);
        snprintf(a.name, sizeof a.name, "%s", rows[i].arch);
        a.channels = rows[i].channels ? rows[i].channels : 16;
        a.n_blocks = rows[i].blocks;
        a.width = rows[i].width;
        a.kernel_steps = 9;
        mote_rng_init(&rng, 1);
        must(mote_arch_build(&a, &rng, &g, &err), &err);
        must(mote_graph_fold(g, &f, &err), &err);
        printf("%-16s %8lld parameters %10lld macs", rows[i].name, (long long)mote_graph_params(f),
               (long long)mote_graph_macs(f));
        if (seconds > 0.0)
            printf(" %8.0f clips/s", learn(g, seconds, &rng));
        printf("\n");
        fflush(stdout);
        save(argv[1], rows[i].name, f, &rng);
        mote_graph_destroy(f);
        mote_graph_destroy(g);
    }
    return 0;
}
