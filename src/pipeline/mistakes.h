/* SPDX-License-Identifier: Apache-2.0 */
/* The samples of a test that were answered most wrongly, and where to find them again: for who
 * wants to look at them. They are named, not kept: what is erased from the data cannot be shown.
 *
 * Depends on data/dataset.h, evaluate/answer.h. Used by stage evaluate; read by web/report. */
#ifndef MOTE_PIPELINE_MISTAKES_H
#define MOTE_PIPELINE_MISTAKES_H

#include "base/json.h"
#include "data/dataset.h"
#include "evaluate/answer.h"

#define MOTE_MISTAKES_MAX 12

/* Of classes: {"n": 31, "of": 2000, "samples": [{"object": "9f..", "which": 0, "from_us": 0,
 * "to_us": 0, "true": "9", "said": "4", "score": 0.98}, ..]}, the surest first, at most
 * MOTE_MISTAKES_MAX of those that have a place. NULL for other answers. A new reference. NOMEM. */
MOTE_MUST_USE mote_status mote_mistakes_find(const mote_dataset *d, const mote_answers *x,
                                             const char *const *names, json_t **out, mote_err *err);

#endif
