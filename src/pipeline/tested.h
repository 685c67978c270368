/* SPDX-License-Identifier: Apache-2.0 */
/* What a test was: on whom, which kind of evidence, what was left untested, and whether the test
 * kept what validation had promised. In the words of the task (tested_tasks.def); what only streams
 * have is a row of the kind (tested_audio.c).
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

/* A label with fewer test samples than this is named among what was not tested: Wilson's interval
 * of 20 of 20 still reaches down to 84 %. */
#define MOTE_TESTED_LEAST_CLIPS 20
/* With fewer samples of other labels than this a stream holds nothing but background: none of 29
 * taken for an event does not exclude that one in ten is. */
#define MOTE_TESTED_LEAST_OTHERS 30

/* A row of tested_tasks.def. */
typedef struct {
    const char *of, *one, *many, *made, *file, *who, *met, *sample, *real, *no_rival, *unseen;
} mote_tested_words;

/* What a test is of. All borrowed. */
typedef struct {
    mote_store *store;
    const mote_task_setting *task;
    const mote_data_version *version;
    const mote_dataset *test;
} mote_tested_material;

typedef struct {
    const mote_task_setting *task;
    const mote_dataset *test;
    const mote_tested_words *words;
    size_t n_people, n_voices; /* groups that are named: of the world, synthetic */
    size_t n_unnamed;          /* samples without the name of a group */
    size_t n_rows;             /* different rows of tables that have no group */
    size_t n_heard;            /* groups of the test that training or validation has too */
    bool *is_synthetic;        /* [test->n_groups] */
    /* SYNTHETIC when more than half of the samples of a label that is asked for are; of those or
     * the others, for what is measured over all classes. Of values both are of all samples. */
    mote_evidence labels, classes;
    const char *clips_on; /* "speech of 23 people who were in neither training nor ..." */
    /* Of the stream, from mote_tested_stream. */
    int64_t n_others;     /* samples of other labels in it */
    mote_evidence others; /* of the false accepts */
    const char *events_on, *accepts_on;
} mote_tested;

/* Texts and arrays live as long as `a`; test and task are borrowed. */
MOTE_MUST_USE mote_status mote_tested_of(const mote_tested_material *m, mote_arena *a,
                                         mote_tested *out, mote_err *err);
/* It was judged by folds of models, each on whom it had not heard (refit.h); `by`: in words. */
MOTE_MUST_USE mote_status mote_tested_by_folds(mote_tested *t, const char *by, mote_arena *a,
                                               mote_err *err);
MOTE_MUST_USE mote_status mote_tested_stream(const mote_stream_track *track, mote_arena *a,
                                             mote_tested *t, mote_err *err);

/* Rows of it: what the events are on, and what false accepts, appended; and the evidence of these.
 */
typedef struct {
    const mote_stream_track *track;
    size_t n_other_labels; /* different labels among the events that are not asked for */
    int64_t n_recorded;    /* of those events, how many are not synthetic */
} mote_tested_track;
mote_evidence mote_tested_stream_noise(const mote_tested_track *s, const mote_tested *t,
                                       mote_buf *events, mote_buf *accepts);
mote_evidence mote_tested_stream_recordings(const mote_tested_track *s, const mote_tested *t,
                                            mote_buf *events, mote_buf *accepts);

/* Say of measurements [first, list->n) that they were made on these samples, and which class (but
 * silence) and group did worst. */
void mote_tested_clips(const mote_tested *t, const mote_answers_report *r, size_t first,
                       mote_measurement_list *list);
/* The worst label of the stream, by share missed; name NULL when there was no event of any. */
mote_worst mote_tested_worst_event(const mote_tested *t, const mote_stream_counts *c);

/* What was not tested, as an array of texts. New reference owned by the caller. */
MOTE_MUST_USE mote_status mote_tested_gaps(const mote_tested *t, const mote_conditions *conditions,
                                           json_t **out, mote_err *err);

/* For rows of kinds: whether a class is asked for; whether it is silence; a text that is kept; one
 * more thing that was not tested. */
bool mote_tested_is_label(const mote_tested *t, int32_t class_id);
MOTE_MUST_USE mote_status mote_tested_keep(const mote_buf *b, mote_arena *a, const char **out,
                                           mote_err *err);
MOTE_PRINTF(3, 4)
mote_status mote_tested_gap(json_t *list, mote_err *err, const char *fmt, ...);
/* What a test of sound lacks beside. */
MOTE_MUST_USE mote_status mote_tested_gaps_noise(const mote_tested *t, json_t *list, mote_err *err);

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
