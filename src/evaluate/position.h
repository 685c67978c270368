/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a word depends on where it lies in the window: the answers with the word in the
 * middle and off it, to what a device meets that looks every hop.
 *
 * A word that a window holds (MOTE_POSITION_WHOLE of it and more) has to be recognised wherever it
 * lies: what is lost is the share of right answers with the same words in the middle, less that
 * with them there. A word that is cut has no right answer but itself and none; what counts is
 * whether another label fires.
 *
 * Depends on bootstrap.h. Used by the evaluate stage and by whoever shows it. */
#ifndef MOTE_EVALUATE_POSITION_H
#define MOTE_EVALUATE_POSITION_H

#include "base/interval.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "evaluate/metrics.h"

#define MOTE_POSITIONS        7 /* -300 to 300 ms: when the middle of the word comes */
#define MOTE_POSITION_STEP_MS 100
#define MOTE_POSITION_WHOLE   0.95

/* Offset of position k, [0, MOTE_POSITIONS). */
static inline int32_t mote_position_ms(int32_t k)
{
    return (k - MOTE_POSITIONS / 2) * MOTE_POSITION_STEP_MS;
}

/* What was said of n samples at each position. Borrowed. */
typedef struct {
    size_t n;
    int32_t n_named;            /* labels that react, the first classes */
    const char *const *classes; /* [..] names of at least the labels */
    const int32_t *labels;      /* [n] */
    const int32_t *groups;      /* [n], or NULL */
    int32_t n_groups;
    const bool *has_word;                /* [n]; others are not looked at */
    const int32_t *said[MOTE_POSITIONS]; /* [n] classes */
    const float *share[MOTE_POSITIONS];  /* [n] of the word that the window holds */
    double word_ms;                      /* median length of a word; NaN: not known */
} mote_position_answers;

/* {"words", "word_ms", "loss": interval, "offsets": [{"offset_ms", "words", "right" (of
 * all), "whole": {"words", "right", "right_centred", "loss": interval}, "cut": {"words",
 * "right", "other" (another label fired), "none"}, "classes": [{"label", "words", "right"}]}]} of
 * whole words of each label. *loss: the largest fall over all positions, by the bootstrap over
 * groups; value NaN when there is no whole word. A new reference owned by the caller. Errors: ARG
 * as mote_bootstrap, NOMEM. */
MOTE_MUST_USE mote_status mote_position_evaluate(const mote_position_answers *x,
                                                 const mote_evaluate_config *cfg, mote_arena *a,
                                                 json_t **out, mote_interval *loss, mote_err *err);

/* As a table of whole lines, `on` ("test") in its head. PARSE when it is not one. */
MOTE_MUST_USE mote_status mote_position_tell(const json_t *position, const char *on, mote_buf *out,
                                             mote_err *err);

#endif
