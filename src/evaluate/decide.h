/* SPDX-License-Identifier: Apache-2.0 */
/* What is chosen after training, on samples that nobody learned from, and never on those that
 * judge: of classes the temperature of their probabilities, of values how far around them the truth
 * lies, of scores the threshold, from what is normal alone.
 *
 * One row a kind of answer, in its file (answer_class.c, ..). Depends on answer.h,
 * model/decision.h. Used by whatever judges models. */
#ifndef MOTE_EVALUATE_DECIDE_H
#define MOTE_EVALUATE_DECIDE_H

#include "base/json.h"
#include "evaluate/answer.h"
#include "model/decision.h"

typedef struct {
    double interval_level; /* share of truths that the interval around a value is to hold */
    double false_alarm;    /* rate that the threshold of a score is chosen for */
    double margin;         /* so many times that threshold is the one that holds; >= 1 */
    double quiet_ms;       /* of scores in time: an alarm that pauses for no longer is one */
    double adapt_ms;       /* of the same: in so long becomes usual what stays unusual; 0: never */
    mote_evaluate_config evaluate;
} mote_decide_config;

/* 90 %, 1 %, the default of evaluations. */
mote_decide_config mote_decide_config_default(void);

/* What the samples that chose promise of others. */
typedef struct {
    mote_metric metric;
    mote_interval value;
} mote_decide_promise;

typedef struct {
    mote_answer_kind answer;
    mote_decision decision; /* that ships, but for the operating point of a stream */
    double temperature;     /* of classes; 1: as they are */
    double false_alarm;     /* of scores: the rate that was asked for, and the true one */
    mote_interval true_false_alarm;
    int64_t n;       /* samples behind the choice */
    int32_t n_parts; /* of scores: groups or pieces that were left out in turn; 0: none */
    bool is_pieces;
    mote_decide_promise promises[2];
    size_t n_promises;
    char note[320];         /* why something was not chosen; "": it was */
    const char *short_note; /* the same in a few words; NULL */
} mote_decided;

/* Choose. `x` has what was said before any choice; `start`: what holds otherwise.
 * Errors: those of mote_answers_measure; RANGE, of scores, when there are too few normal samples
 * for the rate. Scratch of `a` is rewound. */
MOTE_MUST_USE mote_status mote_decide(const mote_answers *x, const mote_decision *start,
                                      const mote_decide_config *cfg, mote_arena *a,
                                      mote_decided *out, mote_err *err);

/* Apply it to samples [first, first + n) of `x`, whose numbers are said [x->n][x->width], in place.
 * Intervals of values are made in `a`, once. */
typedef struct {
    size_t first, n;
} mote_decide_range;
MOTE_MUST_USE mote_status mote_decided_apply(const mote_decided *d, const mote_decide_range *r,
                                             float *said, mote_arena *a, mote_answers *x,
                                             mote_err *err);

/* Members of an evaluation's document: "temperature", "interval" or "threshold", and why there is
 * none. names: of the values. */
MOTE_MUST_USE mote_status mote_decided_put(const mote_decided *d, const mote_answer_words *words,
                                           json_t *into, mote_err *err);

#endif
