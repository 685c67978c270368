/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluations as plain text for a terminal: tables that stay aligned with names in any script.
 *
 * Each function appends whole lines to a buffer, at most 100 columns for names of usual length.
 * Depends on the other parts of evaluate/ and project/verdict.h. Used by cli/. */
#ifndef MOTE_EVALUATE_REPORT_TEXT_H
#define MOTE_EVALUATE_REPORT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/status.h"
#include "base/text.h"
#include "evaluate/compare.h"
#include "evaluate/metrics.h"
#include "evaluate/stream.h"
#include "project/verdict.h"

/* "accuracy 93.4 % (91.0 % to 95.1 %), macro F1 ..., calibration error ..., n 512" */
void mote_report_summary(const mote_evaluation *e, mote_buf *out);

/* Rows are what was said, columns what was heard; '.' stands for 0. More than 16 classes: only the
 * most frequent confusions, as a list. */
void mote_report_confusion(const mote_evaluation *e, const char *const *names, mote_buf *out);

/* Clips, precision, recall with interval, F1 of each class. */
void mote_report_classes(const mote_evaluation *e, const char *const *names, mote_buf *out);

/* The n_worst groups with the lowest accuracy among those of 5 clips and more (of all, when there
 * is none), and how many others there are. */
void mote_report_groups(const mote_evaluation *e, const char *const *group_names, size_t n_worst,
                        mote_buf *out);

/* The chosen point of a stream, and some others around it. */
void mote_report_stream(const mote_stream_curve *c, const mote_stream_choice *choice,
                        const char *currency, mote_buf *out);

/* An evaluation that was kept as JSON (mote_evaluation_to_json): summary, confusion, classes and
 * the n_worst groups. PARSE, RANGE, NOMEM as mote_evaluation_from_json. */
MOTE_MUST_USE mote_status mote_report_evaluation_json(const json_t *evaluation, size_t n_worst,
                                                      mote_buf *out, mote_err *err);

/* A point of a stream that was kept as JSON (mote_stream_point_to_json): one line, then one with
 * the hits of each keyword. PARSE when it is not one. */
MOTE_MUST_USE mote_status mote_report_stream_json(const json_t *point, mote_buf *out,
                                                  mote_err *err);

/* What the choice of the threshold promised on validation ("by": on whatever chose), beside what
 * the test measured ("promised" of the evaluate stage and the point of the test stream): one line.
 * PARSE when they are none. */
MOTE_MUST_USE mote_status mote_report_promise_json(const json_t *promised, const json_t *measured,
                                                   mote_buf *out, mote_err *err);

/* Other words that are refused, new ones and ones that training heard ("other_words" of the
 * evaluate stage): a small table, or what is missing. PARSE when it is not that. */
MOTE_MUST_USE mote_status mote_report_other_words_json(const json_t *other_words, mote_buf *out,
                                                       mote_err *err);

/* One line a slice, then the conditions of the promotion (NULL: left out). slices may be NULL. */
void mote_report_comparison(const mote_comparison *overall, const mote_comparison *slices,
                            const char *const *slice_names, int32_t n_slices,
                            const mote_promotion *promotion, mote_buf *out);

/* One line a verdict, then "N met, N not met, N unknown". */
void mote_report_verdicts(const mote_verdict *verdicts, size_t n, mote_buf *out);

#endif
