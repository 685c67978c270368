/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of stage evaluate share: what every answer has (stage_evaluate.c) and what answers
 * have that are events in a stream (evaluate_events.c). */
#ifndef MOTE_PIPELINE_EVALUATE_INTERNAL_H
#define MOTE_PIPELINE_EVALUATE_INTERNAL_H

#include "evaluate/decide.h"
#include "evaluate/stream.h"
#include "pipeline/jury.h"
#include "pipeline/stage_parts.h"
#include "pipeline/tested.h"

typedef struct {
    mote_pipeline *p;
    mote_stage_run *r;
    mote_arena arena;
    mote_data_version version;
    mote_jury_graphs folds;            /* n 0: the model learned from the training split */
    mote_jury everybody;               /* with folds: owned; without: empty */
    mote_jury validation, test;        /* choose and judge; with folds: empty */
    const mote_jury *clips;            /* that the model is judged on: test, or everybody */
    mote_graph *s8;                    /* that ships */
    char basis[MOTE_SHA256_HEX_BYTES]; /* of that graph */
    const char *source;
    const char *judged_by;       /* "": the test split */
    const char *chooser, *judge; /* in words: "validation", "test" */
    mote_tested tested;          /* on samples */
    mote_measurement_list found;
    json_t *promises;                     /* borrowed from the output */
    mote_decided decided;                 /* that ships */
    mote_decided crossed[MOTE_MAX_FOLDS]; /* of folds: for each what the others chose */
    const char *unbeaten;     /* baselines that the model is not better than; "" for none */
    size_t n_negatives_heard; /* by those who judge */
    mote_arena words;         /* of what was tested; outlives the rounds of a stream */
    mote_buf summary;         /* of the stage */
    char limit[160];          /* what is not kept by events, behind it; "": nothing */
} mote_evaluating;

/* Keep a promise of those who chose beside what the judges found. */
MOTE_MUST_USE mote_status mote_evaluating_promise(mote_evaluating *e, mote_metric metric,
                                                  mote_place where, mote_interval promised,
                                                  mote_interval measured, mote_err *err);

/* Who was in the samples of a jury. */
MOTE_MUST_USE mote_status mote_evaluating_tested(mote_evaluating *e, const mote_jury *j,
                                                 mote_tested *out, mote_err *err);

/* Measured with the intervals of this stage; source, basis and time are set. */
mote_measurement mote_evaluating_like(const mote_evaluating *e);

/* The members of training.seeds beside the student: "seeds" of the output (seeds.h), and in the
 * summary. Nothing where there are none. */
MOTE_MUST_USE mote_status mote_evaluate_seeds(mote_evaluating *e, mote_err *err);

/* Where in the window a word lies: of those who chose and those who judge, "position" of the
 * output, and what is lost. Nothing for kinds that do not say where things lie. */
MOTE_MUST_USE mote_status mote_evaluate_position(mote_evaluating *e, mote_err *err);

/* Hours in which nothing happens (role negative), heard by the first model of `j`, which has not
 * learned from them: those of validation (part 0) and of test (1); or of all, where folds judge,
 * those that are dealt to fold `part` (data/deal_negative.h). *out: what was counted, alive as long
 * as the arena of `e`; NULL when there are none. */
MOTE_MUST_USE mote_status mote_evaluate_negatives(mote_evaluating *e, const mote_jury *j,
                                                  int32_t part, mote_stream_tally **out,
                                                  mote_err *err);

/* Let `curve` promise no less than those hours do: at each threshold the worse of the two. */
void mote_evaluate_bound(mote_stream_curve *curve, const mote_stream_curve *negatives);

/* What the threshold does in them, "negatives" of the output ("validation", "test"; or "folds") and
 * as a measurement: at the choice, and as it is judged; either may be NULL. */
MOTE_MUST_USE mote_status mote_evaluate_negative_point(mote_evaluating *e,
                                                       const mote_stream_point *promised,
                                                       const mote_stream_point *judged,
                                                       mote_err *err);

/* What is judged of events in a stream: other labels, the stream, the operating point, which
 * becomes part of e->decided. Appends to the summary. */
MOTE_MUST_USE mote_status mote_evaluate_events(mote_evaluating *e, mote_err *err);

#endif
