/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of the trainer: strokes in noise, a small network that finds them, and a training
 * that is made of both. */
#ifndef MOTE_TESTS_LEARN_STROKES_H
#define MOTE_TESTS_LEARN_STROKES_H

#include "graph/arch.h"
#include "learn/trainer.h"
#include "reference.h"

enum { H = 8, W = 6, CLASSES = 3, IN = H * W };

/* ------------------------------------------------------------------ a problem with structure */

/* A stroke of three cells at a random place, in noise: level, upright or slanting by class. */
typedef struct {
    float *inputs;
    int32_t *labels;
    mote_train_set d;
} samples;

static inline samples samples_make(int32_t n, double noise, uint64_t seed)
{
    mote_rng rng;
    mote_rng_init(&rng, seed);
    samples s = {.inputs = calloc((size_t)n * IN, sizeof(float)),
                 .labels = calloc((size_t)n, sizeof(int32_t))};
    for (int32_t i = 0; i < n; i++) {
        s.labels[i] = i % CLASSES;
        float *x = s.inputs + (size_t)i * IN;
        for (size_t k = 0; k < IN; k++)
            x[k] = (float)(noise * mote_rng_normal(&rng));
        static const size_t next[CLASSES] = {1, W, W + 1};
        size_t at = mote_rng_below(&rng, H - 2) * W + mote_rng_below(&rng, W - 2);
        for (size_t k = 0; k < 3; k++)
            x[at + k * next[s.labels[i]]] += 3.0f;
    }
    s.d = (mote_train_set){.inputs = s.inputs, .labels = s.labels, .n = n};
    return s;
}

static inline void samples_free(samples *s)
{
    free(s->inputs);
    free(s->labels);
}

static inline mote_graph *spotter(float dropout)
{
    mote_err err;
    mote_arch a;
    mote_arch_default(&a, H, W, CLASSES);
    a.channels = 12;
    a.n_blocks = 1;
    a.kernel_h = a.kernel_w = 3;
    a.stride_h = a.stride_w = 1;
    a.dropout = dropout;
    mote_rng rng;
    mote_rng_init(&rng, 5);
    mote_graph *g;
    T_OK(mote_arch_build(&a, &rng, &g, &err));
    return g;
}

/* The trained constants and statistics of a graph, saved: what must be the same bytes. */
static inline void saved(const mote_graph *g, mote_buf *out)
{
    mote_buf_init(out, 1 << 24);
    mote_graph_save(g, out);
    assert_int_equal(mote_buf_status(out, NULL), MOTE_OK);
}

static inline void assert_same_graph(const mote_graph *a, const mote_graph *b)
{
    MOTE_SCOPED_BUF x, y;
    saved(a, &x);
    saved(b, &y);
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
}

typedef struct {
    mote_train_config cfg;
    mote_train_set train, val;
    int32_t n_threads;
    mote_train_host host;
} job;

static inline job job_make(const samples *train, const samples *val)
{
    job j = {.train = train->d, .n_threads = 1};
    if (val)
        j.val = val->d;
    mote_train_default(&j.cfg);
    j.cfg.n_epochs = 6;
    j.cfg.batch_size = 16;
    j.cfg.rate = 0.01;
    return j;
}

static inline mote_status job_run(const job *j, mote_graph *g, mote_arena *arena,
                                  mote_train_result *result, mote_err *err)
{
    mote_pool *pool = NULL;
    if (j->n_threads > 1 && mote_pool_create(j->n_threads, &pool, err) != MOTE_OK)
        fail_msg("no pool of %d threads", (int)j->n_threads);
    mote_batch_source source = mote_source_memory(&j->train);
    mote_train_job training = {&j->cfg, &source, &j->val, j->host};
    training.host.pool = pool;
    mote_status st = mote_train(g, &training, arena, result, err);
    mote_pool_destroy(pool);
    return st;
}

#endif
