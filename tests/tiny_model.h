/* SPDX-License-Identifier: Apache-2.0 */
/* Small untrained models for tests of what uses models: whole bundles, quantised by the real path.
 */
#ifndef MOTE_TESTS_TINY_MODEL_H
#define MOTE_TESTS_TINY_MODEL_H

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "compress/quantise.h"
#include "feature/mfcc.h"
#include "graph/arch.h"
#include "model/bundle.h"
#include "model/predictor.h"

#define TINY_LABELS 3
static const char *const tiny_labels[TINY_LABELS] = {"yes", "no", "_unknown_"};

#define TINY_MUST(call)                                                                            \
    do {                                                                                           \
        mote_err tiny_err_ = {0};                                                                  \
        (void)tiny_err_;                                                                           \
        if ((call) != MOTE_OK) {                                                                   \
            fprintf(stderr, "tiny model: %s\n", #call);                                            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Of sound at 16 kHz (what a front end of another rate makes of it does not matter to a test).
 * Labels that begin with '_' do not react. */
static inline mote_signature tiny_signature(const char *const *labels, int32_t n_labels,
                                            int32_t clip_samples)
{
    mote_signature s = mote_signature_of_tensor(1, &clip_samples, n_labels, labels);
    s.input = MOTE_INPUT_AUDIO;
    s.sample.dtype = MOTE_I16;
    s.rate_hz = 16000;
    for (int32_t i = 0; i < n_labels; i++)
        if (labels[i][0] == '_')
            s.events &= ~((uint64_t)1 << i);
    return s;
}

/* Fold, quantise and write. n_labels may be up to 12: further labels are "w3", "w4", ... */
static inline void tiny_bundle(const mote_arch *a, const char *name, const mote_feature_config *fc,
                               int32_t clip_samples, uint64_t seed, mote_buf *out)
{
    static const char *const more[12] = {"yes", "no", "_unknown_", "w3", "w4",  "w5",
                                         "w6",  "w7", "w8",        "w9", "w10", "w11"};
    mote_graph *g = NULL, *f = NULL, *q = NULL;
    mote_frontend front;
    if (fc)
        front = mote_feature_frontend(fc);
    mote_rng rng;
    mote_rng_init(&rng, seed);
    TINY_MUST(mote_arch_build(a, &rng, &g, NULL));
    TINY_MUST(mote_graph_fold(g, &f, NULL));
    size_t n_in = (size_t)(a->in_h * a->in_w * a->in_c);
    float *samples = malloc(8 * n_in * sizeof *samples);
    for (size_t i = 0; i < 8 * n_in; i++)
        samples[i] = (float)(fc ? 10.0 * mote_rng_normal(&rng) : mote_rng_range(&rng, -1, 1));
    mote_quantise_config qc = {.range_rule = MOTE_RANGE_MIN_MAX};
    TINY_MUST(mote_quantise(f, samples, 8, &qc, &q, NULL));
    const mote_decision decision = {.op = {.smooth_hops = 1,
                                           .suppress_ms = 500,
                                           .hop_ms = 100,
                                           .temperature = 1.0f,
                                           .thresholds = {0.3f, 0.3f}}};
    const int32_t dims[3] = {a->in_h, a->in_w, a->in_c};
    mote_bundle_parts parts = {.name = name,
                               .signature =
                                   fc ? tiny_signature(more, a->n_outputs, clip_samples)
                                      : mote_signature_of_tensor(3, dims, a->n_outputs, more),
                               .features = fc ? &front : NULL,
                               .graph = q,
                               .decision = &decision};
    parts.signature.events &= ~(uint64_t)4; /* "_unknown_" */
    TINY_MUST(mote_bundle_write(&parts, out, NULL));
    free(samples);
    mote_graph_destroy(g);
    mote_graph_destroy(f);
    mote_graph_destroy(q);
}

/* n_in numbers in [-1, 1] to three labels: one hidden layer. */
static inline void tiny_tensor_bundle(int32_t n_in, uint64_t seed, mote_buf *out)
{
    mote_arch a;
    mote_arch_default(&a, 1, n_in, TINY_LABELS);
    snprintf(a.name, sizeof a.name, "dense");
    a.n_blocks = 1;
    a.hidden[0] = 16;
    a.dropout = 0;
    tiny_bundle(&a, "tiny", NULL, 0, seed, out);
}

/* One second of 16 kHz sound to three labels: a DS-CNN of 8 channels. */
static inline void tiny_audio_bundle(uint64_t seed, mote_buf *out)
{
    mote_feature_config fc = mote_feature_config_default();
    mote_arch a;
    mote_arch_default(&a, 49, 10, TINY_LABELS);
    a.channels = 8;
    a.n_blocks = 1;
    tiny_bundle(&a, "tinysound", &fc, 16000, seed, out);
}

static inline mote_model *tiny_load(const mote_buf *b)
{
    mote_model *m = NULL;
    TINY_MUST(mote_model_load(b->data, b->len, &m, NULL));
    return m;
}

static inline mote_model *tiny_tensor_model(int32_t n_in, uint64_t seed)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 24);
    tiny_tensor_bundle(n_in, seed, &b);
    return tiny_load(&b);
}

static inline mote_model *tiny_audio_model(uint64_t seed)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 24);
    tiny_audio_bundle(seed, &b);
    return tiny_load(&b);
}

/* One second of 16 kHz sound by this front end, with the operating point given. */
static inline void tiny_bundle_with(uint64_t seed, const mote_feature_config *fc,
                                    const mote_operating_point *op, mote_buf *out)
{
    MOTE_SCOPED_BUF first;
    mote_buf_init(&first, 1 << 24);
    mote_arch a;
    mote_arch_default(&a, mote_feature_frames(fc, 16000), mote_feature_values(fc), TINY_LABELS);
    a.channels = 8;
    a.n_blocks = 1;
    tiny_bundle(&a, "tinysound", fc, 16000, seed, &first);
    mote_model *m = tiny_load(&first);
    const mote_frontend front = mote_feature_frontend(fc);
    const mote_decision decision = {.op = *op};
    mote_bundle_parts parts = {.name = "tinysound",
                               .signature = tiny_signature(tiny_labels, TINY_LABELS, 16000),
                               .features = &front,
                               .graph = mote_model_graph(m),
                               .decision = &decision};
    parts.signature.events = 0;
    for (int32_t i = 0; i < TINY_LABELS; i++)
        parts.signature.events |= (uint64_t)(op->thresholds[i] > 0) << i;
    TINY_MUST(mote_bundle_write(&parts, out, NULL));
    mote_model_unref(m);
}

static inline mote_model *tiny_model_with(uint64_t seed, const mote_feature_config *fc,
                                          const mote_operating_point *op)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 24);
    tiny_bundle_with(seed, fc, op, &b);
    return tiny_load(&b);
}

/* What validation promised of each kind of answer: errors of at most 0.5, a share right of at least
 * 0.8, false alarms of at most 0.2. */
static inline json_t *tiny_promises(void)
{
    return json_pack("{s:[{s:s, s:f, s:{s:f}}, {s:s, s:f, s:{s:f}}, {s:s, s:f, s:{s:f}}]}",
                     "promises", "metric", "mae", "measured", 0.4, "promised", "hi", 0.5, "metric",
                     "accuracy", "measured", 0.9, "promised", "lo", 0.8, "metric",
                     "false_alarm_rate", "measured", 0.1, "promised", "hi", 0.2);
}

/* The same model of classes, with promises. */
static inline mote_model *tiny_promising_model(int32_t n_in, uint64_t seed)
{
    MOTE_SCOPED_BUF b;
    MOTE_SCOPED_JSON *metrics = tiny_promises();
    mote_model *m = tiny_tensor_model(n_in, seed);
    const mote_bundle_parts parts = {.name = "promising",
                                     .signature = *mote_model_signature(m),
                                     .graph = mote_model_graph(m),
                                     .decision = mote_model_decision(m),
                                     .metrics = metrics};
    mote_buf_init(&b, 1 << 24);
    TINY_MUST(mote_bundle_write(&parts, &b, NULL));
    mote_model_unref(m);
    return tiny_load(&b);
}

/* Four numbers to two values, or to a score of how unlike themselves they come back: float32. */
static inline mote_model *tiny_answer_model(mote_answer_kind kind)
{
    const bool is_value = kind == MOTE_ANSWER_VALUE;
    mote_arch a;
    mote_graph *g = NULL, *f = NULL;
    mote_rng rng;
    mote_rng_init(&rng, 7);
    mote_arch_default(&a, 1, 4, 2);
    snprintf(a.name, sizeof a.name, "dense");
    a.head = MOTE_HEAD_VALUES;
    a.n_outputs = is_value ? 2 : 4;
    a.n_blocks = 1;
    a.hidden[0] = 3;
    TINY_MUST(mote_arch_build(&a, &rng, &g, NULL));
    TINY_MUST(mote_graph_fold(g, &f, NULL));
    mote_signature s = {.input = MOTE_N_INPUTS,
                        .sample = {MOTE_F32, 3, {1, 4, 1}},
                        .answer = kind,
                        .n_outputs = is_value ? 2 : 1,
                        .n_labels = is_value ? 2 : 0,
                        .labels = {is_value ? "width" : NULL, is_value ? "height" : NULL},
                        .units = {is_value ? "mm" : NULL, is_value ? "" : NULL}};
    mote_decision d = mote_decision_default(&s);
    d.anomaly = (mote_anomaly_point){.score = MOTE_SCORE_RECONSTRUCTION, .threshold = 0.5f};
    if (is_value)
        d.value = (mote_value_point){2, 0.9, {1, 0.25f}};
    MOTE_SCOPED_JSON *metrics = tiny_promises();
    mote_bundle_parts parts = {
        .name = "answer", .signature = s, .graph = f, .decision = &d, .metrics = metrics};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 24);
    TINY_MUST(mote_bundle_write(&parts, &b, NULL));
    mote_graph_destroy(g);
    mote_graph_destroy(f);
    return tiny_load(&b);
}

#endif
