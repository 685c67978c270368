/* SPDX-License-Identifier: Apache-2.0 */
/* What is said beside the verdicts, because no requirement asks for it: what was not tested, what
 * validation promised and the test does not keep, baselines that the model does not beat, limits of
 * mote.yaml that are exceeded.
 *
 * One document for every door:
 *     {"not_tested": ["other words", ..],
 *      "promises":   [{"metric", "where", "promised": {..}, "measured", "holds", "text"}, ..],
 *      "unbeaten":   ["the model is not told apart from the baseline 'linear' by mae: ..", ..],
 *      "exceeded":   [{"limit": "stream.max_false_accepts_per_hour", "allowed", "measured",
 *                      "text"}, ..]}
 * Depends on project/verdict.h. Used by the deploy stage, cli, web. */
#ifndef MOTE_PIPELINE_REMARKS_H
#define MOTE_PIPELINE_REMARKS_H

#include "base/json.h"
#include "base/text.h"
#include "pipeline/pipeline.h"
#include "project/verdict.h"

/* From the project, its measurements and the output of the evaluate stage (NULL: it is not fresh;
 * then only limits are looked at). New reference owned by the caller. */
MOTE_MUST_USE mote_status mote_remarks_of(const mote_project *p, const mote_measurements *measured,
                                          const json_t *evaluated, json_t **out, mote_err *err);

/* What is fitted at once, and no worse than the model, by all that is said or by one of several
 * values: their sentences. New reference owned by the caller. */
MOTE_MUST_USE mote_status mote_remarks_unbeaten(const json_t *evaluated, json_t **out,
                                                mote_err *err);

/* One line for what was not tested, one for each baseline that is not beaten, each broken promise
 * and each exceeded limit, indented by `indent`. */
void mote_remarks_text(const json_t *remarks, const char *indent, mote_buf *out);

#endif
