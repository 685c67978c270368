/* SPDX-License-Identifier: Apache-2.0 */
/* What a model said of samples, whatever it says: numbers by metric, and two models side by side.
 *
 * One row a kind of answer, in a file of its own (answer_class.c, answer_value.c,
 * answer_anomaly.c); whoever judges does not ask which it is. The metrics are those of metrics.def
 * that exist `where: test`; two models are compared by the chief one. Depends on bootstrap.h,
 * project/task.h. Used by whatever judges models. */
#ifndef MOTE_EVALUATE_ANSWER_H
#define MOTE_EVALUATE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/interval.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "evaluate/metrics.h"
#include "project/requirement.h"
#include "project/task.h"

/* What was said of n samples and what is true. Borrowed. Of the truths the one of the kind. */
typedef struct {
    mote_answer_kind kind;
    size_t n;
    int32_t width;     /* numbers said of a sample: classes, values; 1 score */
    const float *said; /* [n][width] probabilities, values, scores */
    const int32_t *class_id;
    int32_t n_named;     /* classes [0, n_named) are those that the worst one is looked for among */
    const float *values; /* [n][width] */
    const float *lo, *hi; /* [n][width] intervals that the model states of values; NULL: none */
    const bool *is_anomaly;
    float threshold;         /* of scores */
    const float *thresholds; /* [n] of scores by several models; NULL: that one */
    const int32_t *groups;   /* [n] in [0, n_groups), or NULL: each sample stands alone */
    int32_t n_groups;
    const char *of; /* the value that these are alone, of several (mote_answers_value); else NULL */
} mote_answers;

/* A number of the answers: of all, or of one of several values. */
typedef struct {
    mote_metric metric;
    mote_interval value;
    int64_t n;      /* samples behind it */
    const char *of; /* the value's name, borrowed; NULL: of all */
} mote_answer_number;

#define MOTE_MAX_ANSWER_NUMBERS 96 /* 5 of each of 16 values, and of all */
typedef struct {
    mote_answer_number items[MOTE_MAX_ANSWER_NUMBERS];
    size_t n;
} mote_answer_numbers;

/* What classes or values are called, and the groups; either may be NULL. Borrowed. */
typedef struct {
    const char *const *names, *const *groups;
} mote_answer_words;

/* All that is known of the answers. Arrays live as long as the arena; the document is owned by the
 * caller: mote_evaluation_to_json, mote_value_evaluation_to_json, mote_anomaly_evaluation_to_json.
 */
typedef struct {
    mote_answer_numbers numbers;
    json_t *document;
    const mote_evaluation *classes; /* of classes; NULL */
    int32_t worst_group;            /* by what the answer is judged by; -1: none */
    double worst_value;
    int64_t worst_n, n_rivals; /* samples of it; groups that it was looked for among */
} mote_answers_report;

/* Of a picture of what was said, beside what is true, at most so many samples. */
#define MOTE_ANSWERS_SHOWN 400

/* Some of the answers, evenly taken, for a picture: of values {"rentals": [[true, said], ..]}, of
 * scores {"normal": [..], "anomaly": [..]}; of classes none (*out NULL), the confusion says it all.
 * A new reference owned by the caller. */
MOTE_MUST_USE mote_status mote_answers_shown(const mote_answers *x, const mote_answer_words *words,
                                             json_t **out, mote_err *err);

/* Everything that can be said. Errors: as mote_answers_measure. */
MOTE_MUST_USE mote_status mote_answers_evaluate(const mote_answers *x,
                                                const mote_answer_words *words,
                                                const mote_evaluate_config *cfg, mote_arena *a,
                                                mote_answers_report *out, mote_err *err);

/* The number of all values by that metric; NULL: it cannot be said. */
const mote_answer_number *mote_answer_numbers_find(const mote_answer_numbers *f,
                                                   mote_metric metric);

/* Every metric of the kind that can be said; those that cannot are left out.
 * Errors: as mote_evaluate, mote_value_evaluate, mote_anomaly_evaluate. */
MOTE_MUST_USE mote_status mote_answers_measure(const mote_answers *x,
                                               const mote_evaluate_config *cfg, mote_arena *a,
                                               mote_answer_numbers *out, mote_err *err);

/* An evaluation that is kept (the document of mote_answers_evaluate), as text: numbers with their
 * intervals, and of classes what was taken for what. `worst`: groups to name. PARSE for a document
 * that is not ours. */
MOTE_MUST_USE mote_status mote_answers_tell(mote_answer_kind kind, const json_t *document,
                                            size_t worst, mote_buf *out, mote_err *err);

/* The chief metric alone, without an interval; NaN when it cannot be said. Errors as above. */
MOTE_MUST_USE mote_status mote_answers_chief(const mote_answers *x, mote_arena *a, double *out,
                                             mote_err *err);

/* Value k of several alone, called `of` (borrowed): answers of one value to the same samples. Lives
 * as long as `a`. ARG: there is no such value. */
MOTE_MUST_USE mote_status mote_answers_value(const mote_answers *x, int32_t k, const char *of,
                                             mote_arena *a, mote_answers *out, mote_err *err);

/* The answers but for samples [first, first + n). Lives as long as `a`; what the model states
 * around them is left out. */
MOTE_MUST_USE mote_status mote_answers_without(const mote_answers *x, size_t first, size_t n,
                                               mote_arena *a, mote_answers *out, mote_err *err);

/* The chief metric of two models on the same samples.
 *   difference  challenger - champion, paired: both are resampled together, over groups */
typedef struct {
    mote_metric metric;
    const char *of; /* the value that is compared alone (mote_answers_value), borrowed; NULL */
    mote_interval champion, challenger, difference;
    bool is_challenger_better, is_challenger_worse; /* the whole interval says so; neither: they are
                                                       not told apart */
} mote_answers_pair;

/* Errors: ARG  the answers are not of the same samples (kind, n, width, truth); as above; NOMEM */
MOTE_MUST_USE mote_status mote_answers_compare(const mote_answers *champion,
                                               const mote_answers *challenger,
                                               const mote_evaluate_config *cfg, mote_arena *a,
                                               mote_answers_pair *out, mote_err *err);

/* A sentence: "challenger is better by mae: 41.2 against 48 (difference -6.8, -9.1 to -4.5)",
 * of a value "by mae of casual". */
void mote_answers_pair_text(const mote_answers_pair *p, const char *champion,
                            const char *challenger, char *out, size_t out_bytes);

#endif
