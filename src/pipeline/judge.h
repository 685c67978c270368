/* SPDX-License-Identifier: Apache-2.0 */
/* What a graph says about many samples, in parallel, and the numbers that follow, whatever comes in
 * and whatever is said. Shared by the evaluate and deploy stages, so that champion and challenger
 * are judged by the same code. */
#ifndef MOTE_PIPELINE_JUDGE_H
#define MOTE_PIPELINE_JUDGE_H

#include "base/pool.h"
#include "data/dataset.h"
#include "evaluate/answer.h"
#include "evaluate/metrics.h"
#include "evaluate/reference_profile.h"
#include "feature/frontend.h"
#include "graph/graph.h"
#include "model/decision.h"
#include "pipeline/features.h"
#include "project/project.h"
#include "project/verdict.h"

/* What judges: a graph, int8 or float, behind its front end. All borrowed. */
typedef struct {
    const mote_graph *graph;
    const mote_frontend *features;
    mote_shape sample; /* of one */
    mote_answer_kind answer;
    const mote_decision *decision; /* as mote_predict applies it; NULL: nothing was chosen */
    mote_pool *pool;
} mote_judge;

/* Front end and network, with tools of its own for each thread of the judge's pool. */
typedef struct mote_bench mote_bench;
MOTE_MUST_USE mote_status mote_bench_create(const mote_judge *j, mote_bench **out, mote_err *err);
void mote_bench_destroy(mote_bench *b);

/* One sample on the tools of `worker`. What it sees on the way is borrowed until the worker's next
 * one. After a failure of a worker its runs do nothing and return false: mote_bench_status has the
 * reason. */
typedef struct {
    const float *features;      /* as the front end gives them */
    const void *input, *output; /* of the graph, in its types */
} mote_bench_view;
bool mote_bench_run(mote_bench *b, int32_t worker, const void *sample, mote_bench_view *out);
MOTE_MUST_USE mote_status mote_bench_status(const mote_bench *b, mote_err *err);

/* What is said of n samples of the judge's shape: numbers [n][mote_judge_width], probabilities,
 * values, or one score. And the same with what of them is watched [n][mote_watch_count]
 * (reference_profile.h). Live as long as `a`. */
int32_t mote_judge_width(const mote_judge *j);

/* The judge's decision; when nothing was chosen, what holds then. */
mote_decision mote_judge_decision(const mote_judge *j);

MOTE_MUST_USE mote_status mote_judge_said(const mote_judge *j, const void *samples, size_t n,
                                          mote_arena *a, float **said, mote_err *err);
typedef struct {
    float *said, *watched;
} mote_judge_watched;
MOTE_MUST_USE mote_status mote_judge_watch(const mote_judge *j, const void *samples, size_t n,
                                           mote_arena *a, mote_judge_watched *out, mote_err *err);
mote_watch_shape mote_judge_watch_shape(const mote_judge *j);

/* What was said [n][width] of the samples of a data set, beside what is true of them. Borrowed, but
 * for is_anomaly, which lives as long as `a`. */
MOTE_MUST_USE mote_status mote_judge_answers(const mote_dataset *d, const float *said,
                                             int32_t width, mote_arena *a, mote_answers *out,
                                             mote_err *err);

/* The class with the greatest probability, the first of equals, of each of n clips. */
void mote_judge_decide(const float *probabilities, size_t n, size_t n_classes, int32_t *out);

/* The chief metric of the samples of `d` by the float graph that the judge's graph was made from,
 * and by the judge's own; NaN when it cannot be said. features: of the samples.
 */
typedef struct {
    mote_metric metric;
    double f32, s8;
} mote_judge_loss;
MOTE_MUST_USE mote_status mote_judge_beside(const mote_judge *j, const mote_graph *f32,
                                            const mote_dataset *d, mote_features *features,
                                            mote_judge_loss *out, mote_err *err);

/* Does int8 lose more than `most`? Of shares, as accuracy, the difference counts; of errors of
 * values how much larger they become, 0.02 for two hundredths. A loss that is the limit but for
 * rounding is not more, and one that is not known (NaN) is none. */
bool mote_judge_loses_more(const mote_judge_loss *l, double most);

/* Measurements that a stage makes. All of them are made of one model. */
typedef struct {
    mote_measurement items[192];
    size_t n;
} mote_measurement_list;

/* Append one; its id lives as long as `a`. */
MOTE_MUST_USE mote_status mote_judge_add(mote_measurement_list *list, const mote_measured_at *at,
                                         const mote_measurement *m, mote_arena *a, mote_err *err);

/* Append numbers of test samples under a condition (its slice), of several values also each by its
 * name as the slice where there is no condition; `like` gives confidence, source,
 * basis and time. */
MOTE_MUST_USE mote_status mote_judge_measure(const mote_answer_numbers *found, const char *slice,
                                             const mote_measurement *like, mote_arena *a,
                                             mote_measurement_list *out, mote_err *err);

#endif
