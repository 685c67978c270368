/* SPDX-License-Identifier: Apache-2.0 */
/* What an int8 model says about many clips, in parallel, and the numbers that follow. Shared by the
 * evaluate and deploy stages, so that champion and challenger are judged by the same code. */
#ifndef MOTE_PIPELINE_JUDGE_H
#define MOTE_PIPELINE_JUDGE_H

#include "base/pool.h"
#include "data/dataset.h"
#include "evaluate/answer.h"
#include "evaluate/metrics.h"
#include "evaluate/reference_profile.h"
#include "feature/frontend.h"
#include "graph/graph.h"
#include "pipeline/condition_audio.h"
#include "project/project.h"
#include "project/verdict.h"

/* What judges: an int8 graph behind its front end. All borrowed. */
typedef struct {
    const mote_graph *graph;
    const mote_frontend *features;
    mote_shape sample; /* of one */
    float temperature; /* of the probabilities, as mote_predict applies it; 0: 1 */
    mote_pool *pool;
} mote_judge;

/* Front end and network, with tools of its own for each thread of the judge's pool. */
typedef struct mote_bench mote_bench;
MOTE_MUST_USE mote_status mote_bench_create(const mote_judge *j, mote_bench **out, mote_err *err);
void mote_bench_destroy(mote_bench *b);

/* One clip on the tools of `worker`. What it sees on the way is borrowed until the worker's next
 * clip. After a failure of a worker its runs do nothing and return false: mote_bench_status has the
 * reason. */
typedef struct {
    const float *features; /* as the front end gives them */
    const int8_t *input, *output;
} mote_bench_view;
bool mote_bench_run(mote_bench *b, int32_t worker, const int16_t *pcm, mote_bench_view *out);
MOTE_MUST_USE mote_status mote_bench_status(const mote_bench *b, mote_err *err);

/* Predictions.
 *   pcm            [n][clip_samples]
 *   probabilities  out, [n][classes]; lives as long as `a`
 *   watched        out, [n][mote_watch_count], NULL: not wanted; see reference_profile.h */
MOTE_MUST_USE mote_status mote_judge_clips(const mote_judge *j, const int16_t *pcm, size_t n,
                                           mote_arena *a, float **probabilities, float **watched,
                                           mote_err *err);
mote_watch_shape mote_judge_watch_shape(const mote_judge *j);

/* The class with the greatest probability, the first of equals, of each of n clips. */
void mote_judge_decide(const float *probabilities, size_t n, size_t n_classes, int32_t *out);

/* Share of the clips of `d` that the judge's graph and the float graph it was made from get right.
 * features: [n][frames][values] of the clips. Scratch of `a` is rewound. */
MOTE_MUST_USE mote_status mote_judge_accuracy(const mote_judge *j, const mote_graph *f32,
                                              const mote_dataset *d, const float *features,
                                              mote_arena *a, double *accuracy_f32,
                                              double *accuracy_s8, mote_err *err);

/* Append the measurements of the test split for a condition: every metric that exists `where:
 * test`. worst_class_recall is of the first n_keywords classes. */
typedef struct {
    mote_measurement items[96];
    size_t n;
} mote_measurement_list;
MOTE_MUST_USE mote_status mote_judge_measure(const mote_evaluation *e, const mote_condition *c,
                                             int32_t n_keywords, const char *source,
                                             const char *basis, int64_t time_us, mote_arena *a,
                                             mote_measurement_list *out, mote_err *err);
/* Append one measurement. */
MOTE_MUST_USE mote_status mote_judge_add(mote_measurement_list *list, mote_metric metric,
                                         mote_place where, const char *target, const char *slice,
                                         mote_measurement m, mote_arena *a, mote_err *err);

#endif
