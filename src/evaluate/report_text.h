/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluations that were kept as JSON, as plain text for a terminal: tables that stay aligned with
 * names in any script.
 *
 * Each function appends whole lines to a buffer, at most 100 columns for names of usual length.
 * Depends on metrics.h. Used by cli/. */
#ifndef MOTE_EVALUATE_REPORT_TEXT_H
#define MOTE_EVALUATE_REPORT_TEXT_H

#include <stddef.h>

#include "base/json.h"
#include "base/status.h"
#include "base/text.h"

/* Of mote_evaluation_to_json: a line of numbers ("accuracy 93.4 % (91.0 % to 95.1 %), macro F1
 * ..."); the confusion, rows what is, columns what it was taken for, '.' for 0, or the most
 * frequent confusions of more than 16 classes; clips, precision, F1 and recall of each class; the
 * n_worst groups with the lowest accuracy among those of 5 clips and more (of all, when there is
 * none) and how many others there are. PARSE, RANGE, NOMEM as mote_evaluation_from_json. */
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

/* What the chosen threshold does in negative recordings ("negatives" of the evaluate stage): a line
 * for validation and test. PARSE when it is not that. */
MOTE_MUST_USE mote_status mote_report_negatives_json(const json_t *negatives, mote_buf *out,
                                                     mote_err *err);

#endif
