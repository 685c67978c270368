/* SPDX-License-Identifier: Apache-2.0 */
/* Made the files of this folder, once, with the program as it was at commit 65e8a34, the last that
 * wrote version 1 of the saved graph and of the bundle. It is kept to say what is in them; later
 * programs write later versions, so running it again would not make the same files.
 *
 *   cc -std=c11 -D_POSIX_C_SOURCE=200809L -Isrc -I. -Itests make.c libmote.a libmrt.a -l.. -o make
 *   ./make tests/golden/v1 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "graph/model.h"
#include "graph/runner.h"
#include "random_graph.h"

#define MUST(call)                                                                                 \
    do {                                                                                           \
        mote_err e_ = {0};                                                                         \
        mote_err *err = &e_;                                                                       \
        t_must(call, err);                                                                         \
    } while (0)

#include "compress/quantise.h"
#include "graph/arch.h"

static const char *dir;

static void put(const char *name, const void *bytes, size_t n)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    MUST(mote_file_write(path, bytes, n, err));
}

static void put_graph(const char *name, const mote_graph *g)
{
    mote_buf b;
    mote_buf_init(&b, 1 << 24);
    mote_graph_save(g, &b);
    put(name, b.data, b.len);
    mote_buf_release(&b);
}

/* Inputs drawn from seed 11, normal; outputs of the reference interpreter behind each other. */
static void put_f32(const char *name, const mote_graph *g)
{
    float x[512], y[4 * 8];
    mote_rng rng;
    mote_rng_init(&rng, 11);
    int64_t n_in = mote_tensor_elements(&g->tensors[g->input]),
            n_out = mote_tensor_elements(&g->tensors[g->output]);
    for (int k = 0; k < 4; k++) {
        for (int64_t i = 0; i < n_in; i++)
            x[i] = (float)mote_rng_normal(&rng);
        MUST(mote_graph_run_f32(g, x, y + k * n_out, NULL, NULL, err));
    }
    put(name, y, (size_t)(4 * n_out) * sizeof *y);
}

typedef struct {
    mote_buf all;
} seen;

static void see(void *arg, int32_t tensor, const int8_t *values, int64_t n)
{
    (void)tensor;
    mote_buf_add(&((seen *)arg)->all, values, (size_t)n);
}

/* Two inputs drawn from seed 12, every int8; what the runner showed its observer, all of it. */
static void put_s8(const char *name, const mote_graph *g)
{
    int8_t x[2048], y[16];
    mote_rng rng;
    mote_rng_init(&rng, 12);
    int64_t n_in = mote_tensor_elements(&g->tensors[g->input]);
    seen s;
    mote_buf_init(&s.all, 1 << 20);
    mote_runner *r = NULL;
    MUST(mote_runner_create(g, &r, err));
    for (int k = 0; k < 2; k++) {
        for (int64_t i = 0; i < n_in; i++)
            x[i] = (int8_t)((int)mote_rng_below(&rng, 256) - 128);
        mote_runner_run(r, x, y, see, &s);
    }
    put(name, s.all.data, s.all.len);
    mote_buf_release(&s.all);
    mote_runner_destroy(r);
}

#define N_PCM   4000
#define N_CLIPS 2
static const char *const labels[] = {"yes", "no", "_unknown_"};

static void put_bundle(void)
{
    mote_feature_config fc = mote_feature_config_default();
    mote_feature_plan *plan = NULL;
    MUST(mote_feature_plan_create(&fc, 1, &plan, err));
    int32_t frames = mote_feature_frames(&fc, N_PCM), values = mote_feature_values(&fc);
    int32_t n_in = frames * values;
    static int16_t pcm[N_CLIPS * N_PCM];
    static float features[N_CLIPS * 4096], probabilities[N_CLIPS * 3];
    mote_rng rng;
    mote_rng_init(&rng, 1);
    for (int i = 0; i < N_CLIPS * N_PCM; i++)
        pcm[i] = (int16_t)(3000.0 * mote_rng_normal(&rng));
    for (int i = 0; i < N_CLIPS; i++)
        MUST(mote_feature_clip(plan, 0, pcm + i * N_PCM, N_PCM, features + i * n_in, err));
    mote_arch a;
    mote_arch_default(&a, frames, values, 3);
    a.channels = 8;
    a.n_blocks = 1;
    mote_graph *g = NULL, *f = NULL, *q = NULL;
    MUST(mote_arch_build(&a, &rng, &g, err));
    MUST(mote_graph_fold(g, &f, err));
    mote_quantise_config cfg = {.range_rule = MOTE_RANGE_MSE};
    MUST(mote_quantise(f, features, N_CLIPS, &cfg, &q, err));
    mote_operating_point op = {.smooth_hops = 3,
                               .suppress_ms = 700,
                               .hop_ms = 60,
                               .temperature = 1.5f,
                               .thresholds = {0.75f, 0.5f, 0.0f}};
    json_t *lineage = json_pack("{s:s,s:i}", "data_manifest", "abc", "seed", 5);
    json_t *metrics = json_pack("{s:f}", "accuracy", 0.5);
    json_t *drift = json_pack("{s:i}", "version", 1);
    mote_bundle_parts parts = {.name = "gold",
                               .n_labels = 3,
                               .labels = labels,
                               .clip_samples = N_PCM,
                               .features = &fc,
                               .graph_s8 = q,
                               .graph_f32 = f,
                               .operating_point = &op,
                               .drift_reference = drift,
                               .lineage = lineage,
                               .metrics = metrics};
    mote_buf b;
    mote_buf_init(&b, 1 << 24);
    MUST(mote_bundle_write(&parts, &b, err));
    mote_model *m = NULL;
    mote_predictor *p = NULL;
    MUST(mote_model_load(b.data, b.len, &m, err));
    MUST(mote_predictor_create(m, &p, err));
    static int8_t in[N_CLIPS * 4096], out[N_CLIPS * 3];
    for (int i = 0; i < N_CLIPS; i++) {
        mote_prediction r;
        MUST(mote_predict_pcm(p, pcm + i * N_PCM, N_PCM, &r, err));
        memcpy(in + i * n_in, r.in, (size_t)n_in);
        memcpy(out + i * 3, r.out, 3);
        memcpy(probabilities + i * 3, r.probabilities, 3 * sizeof(float));
    }
    mote_golden golden = {
        .n = N_CLIPS, .n_pcm = N_PCM, .n_in = n_in, .n_out = 3, .pcm = pcm, .in = in, .out = out};
    parts.golden = &golden;
    mote_buf_reset(&b);
    MUST(mote_bundle_write(&parts, &b, err));
    put("every_section.mote", b.data, b.len);
    put("every_section.out", probabilities, sizeof probabilities);
}

int main(int argc, char **argv)
{
    (void)argc;
    dir = argv[1];
    mote_rng rng;
    mote_rng_init(&rng, 7);
    mote_arch a;
    mote_arch_default(&a, 15, 6,
                      3); /* conv, depthwise, norms, ReLU, pool, dropout, dense, softmax */
    a.channels = 4;
    a.n_blocks = 2;
    mote_graph *train = NULL, *folded = NULL;
    MUST(mote_arch_build(&a, &rng, &train, err));
    for (int32_t i = 0; i < train->n_ops; i++)
        for (int32_t k = 1; train->ops[i].kind == MOTE_OP_BATCH_NORM && k < 5; k++) {
            mote_tensor *t = &train->tensors[train->ops[i].inputs[k]];
            for (int32_t c = 0; c < t->dims[0]; c++)
                ((float *)t->data)[c] = (float)mote_rng_range(&rng, 0.5, 2.0);
        }
    put_graph("train_f32.graph", train);
    put_f32("train_f32.out", train);
    MUST(mote_graph_fold(train, &folded, err));
    put_graph("folded_f32.graph", folded);
    put_f32("folded_f32.out", folded);
    mote_rng_init(&rng, 20);
    mote_graph *s8 = t_network(&rng, 24); /* every int8 operator, with branches */
    put_graph("random_s8.graph", s8);
    put_s8("random_s8.out", s8);
    put_bundle();
    return 0;
}
