/* SPDX-License-Identifier: Apache-2.0 */
/* The row of a kind of answer. One in each of answer_class.c, answer_value.c, answer_anomaly.c;
 * answer.c holds the table. */
#ifndef MOTE_EVALUATE_ANSWER_INTERNAL_H
#define MOTE_EVALUATE_ANSWER_INTERNAL_H

#include "evaluate/answer.h"
#include "evaluate/decide.h"

typedef struct {
    /* All of *out, which is zeroed; no document when words is NULL. */
    mote_status (*evaluate)(const mote_answers *x, const mote_answer_words *words,
                            const mote_evaluate_config *cfg, mote_arena *a,
                            mote_answers_report *out, mote_err *err);
    /* Check the answers and make what `chief` needs of them; lives as long as `a`. */
    mote_status (*prepare)(const mote_answers *x, mote_arena *a, const void **state, mote_err *err);
    /* The chief metric of weighted samples, NaN when it cannot be said. */
    double (*chief)(const mote_answers *x, const void *state, const uint32_t *weights);
    mote_status (*tell)(const json_t *document, size_t worst, mote_buf *out, mote_err *err);

    /* As mote_answers_shown, every step-th sample; NULL: there is no picture. */
    mote_status (*show)(const mote_answers *x, const mote_answer_words *words, size_t step,
                        json_t *into, mote_err *err);

    /* What of an answer is watched for drift (reference_profile.h): how many numbers of `width`
     * that are said, their names, and the numbers; the last one may be a class. */
    bool is_last_class;
    int32_t (*n_watched)(int32_t width);
    void (*watched_name)(int32_t k, char *name, size_t bytes);
    void (*watch)(const float *said, int32_t width, float *out);

    bool (*is_same_truth)(const mote_answers *a, const mote_answers *b);

    /* decide.h: choose fills in what it chooses of *out. */
    mote_status (*choose)(const mote_answers *x, const mote_decide_config *cfg, mote_arena *a,
                          mote_decided *out, mote_err *err);
    mote_status (*apply)(const mote_decided *d, const mote_decide_range *r, float *said,
                         mote_arena *a, mote_answers *x, mote_err *err);
    mote_status (*put)(const mote_decided *d, const mote_answer_words *words, json_t *into,
                       mote_err *err);
} mote_answer_row;

extern const mote_answer_row mote_answer_row_class;
extern const mote_answer_row mote_answer_row_value;
extern const mote_answer_row mote_answer_row_anomaly;

const mote_answer_row *mote_answer_row_of(mote_answer_kind kind);

/* "mae 41.2 (38.9 to 44.1)" of a member of a document, after `before`; nothing when it is not
 * there. */
void mote_answer_tell_number(const json_t *document, const char *member, mote_metric metric,
                             const char *before, mote_buf *out);

/* Append what can be said. */
void mote_answer_numbers_add(mote_answer_numbers *f, mote_metric metric, mote_interval x,
                             int64_t n);

#endif
