/* SPDX-License-Identifier: Apache-2.0 */
/* What a test was: on whose speech, on which noise, which kind of evidence, what was left untested,
 * and whether the test kept what validation had promised.
 *
 * Facts only: every line is counted from the data set and the data version, none is a judgement.
 * Used by the evaluate stage; remarks.h carries the lines to those who show verdicts. */
#ifndef MOTE_PIPELINE_TESTED_H
#define MOTE_PIPELINE_TESTED_H

#include "base/interval.h"
#include "base/json.h"
#include "data/dataset.h"
#include "evaluate/metrics.h"
#include "evaluate/stream.h"
#include "pipeline/judge.h"
#include "pipeline/settings.h"
#include "store/store.h"

/* A keyword with fewer test clips than this is named among what was not tested: Wilson's interval
 * of 20 of 20 still reaches down to 84 %. */
#define MOTE_TESTED_LEAST_CLIPS 20
/* With fewer clips of other words than this a test hears noise alone: none of 29 taken for a
 * keyword does not exclude that one in ten is. */
#define MOTE_TESTED_LEAST_OTHERS 30

typedef struct {
    const mote_task_setting *task;
    const mote_dataset *test;
    size_t n_people, n_voices; /* groups that are named: recorded, synthetic */
    size_t n_unnamed;          /* recordings without the name of a speaker */
    size_t n_heard;            /* groups of the test that training or validation has too */
    bool *is_synthetic;        /* [test->n_groups] */
    /* SYNTHETIC when more than half of the clips of a keyword are; of a keyword or the other words,
     * for what is measured over all classes. */
    mote_evidence keywords, classes;
    const char *clips_on; /* "speech of 23 people who were in neither training nor ..." */
    /* Of the stream, from mote_tested_stream. */
    int64_t n_others;     /* clips of other words in it */
    mote_evidence others; /* of the false accepts */
    const char *words_on, *accepts_on;
} mote_tested;

/* Texts and arrays live as long as `a`; test and task are borrowed. */
MOTE_MUST_USE mote_status mote_tested_of(mote_store *s, const mote_task_setting *task,
                                         const mote_data_version *v, const mote_dataset *test,
                                         mote_arena *a, mote_tested *out, mote_err *err);
/* It was judged by folds of models, each on whom it had not heard (refit.h); `by`: in words. */
MOTE_MUST_USE mote_status mote_tested_by_folds(mote_tested *t, const char *by, mote_arena *a,
                                               mote_err *err);
MOTE_MUST_USE mote_status mote_tested_stream(const mote_stream_track *track, mote_arena *a,
                                             mote_tested *t, mote_err *err);

/* Say of measurements [first, list->n) that they were made on these clips, and which class (but
 * silence) and group did worst. */
void mote_tested_clips(const mote_tested *t, const mote_evaluation *e, size_t first,
                       mote_measurement_list *list);
/* The worst keyword of the stream, by share missed; name NULL when none was spoken. */
mote_worst mote_tested_worst_word(const mote_tested *t, const mote_stream_counts *c);

/* What was not tested, as an array of texts. New reference owned by the caller. */
MOTE_MUST_USE mote_status mote_tested_gaps(const mote_tested *t, const mote_conditions *conditions,
                                           json_t **out, mote_err *err);

/* What `by` ("validation") had promised of a metric, and what `judge` ("test") says. */
typedef struct {
    mote_metric metric;
    mote_place where;
    const char *by, *judge;
    mote_interval promised, measured;
} mote_promise;

/* Append it to the array `list`, and whether it holds: what was measured is inside the interval, or
 * on its good side. Nothing when either is NaN. */
MOTE_MUST_USE mote_status mote_tested_promise(json_t *list, const mote_promise *p, mote_err *err);

#endif
