/* SPDX-License-Identifier: Apache-2.0 */
/* The verdicts that are kept with a version: how many of which kind, what stands in the way of a
 * promotion, in sentences, and what got worse against another version.
 *
 * A document is a JSON array of what mote_verdict_to_json makes (project/verdict.h), or an object
 * with that array as "requirements". Documents of before there were four verdicts say "unknown" for
 * "not yet known". Depends on project/verdict.h. Used by the registry and the deploy stage. */
#ifndef MOTE_TRACK_VERDICTS_H
#define MOTE_TRACK_VERDICTS_H

#include <stddef.h>

#include "base/status.h"
#include "base/text.h"

typedef struct {
    size_t n, n_met, n_not_proven, n_not_met, n_unknown;
} mote_verdict_counts;

/* PARSE when the text is no such document. */
MOTE_MUST_USE mote_status mote_verdicts_count(const char *json, mote_verdict_counts *out,
                                              mote_err *err);

/* Append what stands in the way of a promotion, sentences joined by "; ": first what is not met,
 * then what is not yet known, but for what only use can tell (where: field). Nothing when nothing
 * does. */
MOTE_MUST_USE mote_status mote_verdicts_obstacles(const char *json, mote_buf *out, mote_err *err);

/* Append, in the same way, what is not proven in `json` and is worse than in `before`: it was
 * proven there with the same limit, or its value is beyond the interval that it had there (beyond
 * 1 % where it has none, such as a modelled time). What is met is never worse: the requirement is
 * the measure. */
MOTE_MUST_USE mote_status mote_verdicts_worse(const char *json, const char *before, mote_buf *out,
                                              mote_err *err);

#endif
