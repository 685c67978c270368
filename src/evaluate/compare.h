/* SPDX-License-Identifier: Apache-2.0 */
/* Champion against challenger on the same clips and the same stream: who is right where the other
 * is not, and whether the one may replace the other. The rule is in promotion.c.
 *
 * Pure functions; same input and seed, same bytes. Depends on metrics.h, project.h. Used before a
 * promotion and by `mote compare`. */
#ifndef MOTE_EVALUATE_COMPARE_H
#define MOTE_EVALUATE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/interval.h"
#include "evaluate/answer.h"
#include "evaluate/metrics.h"
#include "evaluate/stream.h"
#include "project/project.h"

/* What two models said about the same n clips. Borrowed. */
typedef struct {
    size_t n;
    const int32_t *labels;                /* [n] right classes */
    const int32_t *champion, *challenger; /* [n] predicted classes */
    const int32_t *groups; /* [n] in [0, n_groups), or NULL: each clip stands alone */
    int32_t n_groups;
    const int32_t *slices; /* [n] in [0, n_slices), or NULL: no slices */
    int32_t n_slices;      /* conditions such as clean and car-noise */
} mote_compare_input;

typedef struct {
    int64_t n;
    int64_t n_both_right, n_only_champion, n_only_challenger, n_both_wrong;
    /* Accuracies on these clips, which both judged: bootstrap over groups, no narrower than
     * Wilson's of the clips. Those for other people are in share.h. */
    mote_interval champion, challenger;
    mote_interval difference; /* challenger - champion: paired bootstrap over groups. Without
                                 width when the two never differ */
    double p;                 /* McNemar's exact test over clips: of a difference this uneven
                                 if both were equally good. It takes clips as independent;
                                 with few groups trust the interval */
} mote_comparison;

/* Compare on all clips (*overall) and on each slice (slices [n_slices], may be NULL without slices;
 * a slice without clips has n = 0 and NaN). cfg: confidence, n_resamples and seed are used.
 *
 * Errors: ARG  n = 0, a group or slice out of range, config; NOMEM. Scratch of `a` is rewound. */
MOTE_MUST_USE mote_status mote_compare(const mote_compare_input *in,
                                       const mote_evaluate_config *cfg, mote_arena *a,
                                       mote_comparison *overall, mote_comparison *slices,
                                       mote_err *err);

/* ---- on a stream ---- */

/* A number of both models on the same stream. NaN where there is nothing.
 *   difference  challenger - champion, paired bootstrap over blocks, and stretched to 0 where the
 *               sign test does not exclude chance: from four words that only one of them missed,
 *               all of them the same one, a bootstrap would already be sure
 *   p           sign test over the blocks that differ (McNemar's, exact) */
typedef struct {
    mote_interval champion, challenger, difference;
    double p;
} mote_paired_rate;

typedef struct {
    double hours;
    int64_t n_targets;        /* events that were to be detected */
    mote_paired_rate misses;  /* share of them; Wilson, difference by bootstrap */
    mote_paired_rate accepts; /* false ones in an hour; Garwood */
    mote_paired_rate value;   /* of a day; NaN when the project states none */
} mote_stream_comparison;

/* Both models by blocks [n] of the same stream, all equally long. Borrowed. */
typedef struct {
    const mote_stream_block *champion, *challenger;
    size_t n;
    double hours; /* of the stream */
    const mote_project_value *value;
} mote_stream_pair;

/* ARG: n is 0, config; NOMEM. */
MOTE_MUST_USE mote_status mote_compare_stream(const mote_stream_pair *pair,
                                              const mote_evaluate_config *cfg, mote_arena *a,
                                              mote_stream_comparison *out, mote_err *err);

/* Which of two is the better one, when the whole interval of the difference says so. */
typedef enum { MOTE_NOT_TOLD_APART, MOTE_CHALLENGER_BETTER, MOTE_CHALLENGER_WORSE } mote_winner;
mote_winner mote_paired_winner(const mote_paired_rate *r, bool is_higher_better);

/* ---- the rule ---- */

/* May the challenger replace the champion? By the project's schedule.promote, and by what the
 * product is judged by, the stream:
 *   gain    on the slice where the champion is worst (all clips without slices) the challenger must
 *           be more accurate, by at least beat_by; or, when no beat_by is asked, be no less
 *           accurate there and better on the stream, beyond noise
 *   clean   on the clean slice (index; -1: all clips) it must reach clean_at_least and may lose at
 *           most clean_loss_at_most against the champion
 *   stream  (NULL: not compared) its value, or without one its misses and false accepts, must
 *           not be worse beyond noise
 * Reasons are sentences for whoever owns the product. */
#define MOTE_PROMOTION_REASONS 6
typedef struct {
    bool is_promoted;
    int32_t weak_slice;                        /* where the gain was looked at; -1: all clips */
    bool is_held[MOTE_PROMOTION_REASONS];      /* each condition */
    char reasons[MOTE_PROMOTION_REASONS][280]; /* in words, with the numbers */
    size_t n_reasons;
} mote_promotion;

typedef struct {
    const mote_comparison *overall, *slices; /* slices [n_slices] */
    const char *const *slice_names;
    int32_t n_slices, clean_slice;
    const mote_stream_comparison *stream;
    const char *currency; /* of its value; NULL */
} mote_promotion_case;
mote_promotion mote_compare_promotion(const mote_promotion_case *c,
                                      const mote_project_schedule *rule);

/* The same for answers of any kind that are judged one by one: by the chief metric the challenger
 * must be better, by at least beat_by: points of a share (accuracy, area under the curve), else a
 * share of the champion's number (an error of 48 and a beat_by of 5 % ask for 45.6); and a share
 * must reach clean_at_least. That it is
 * more than noise is asked for too: what is not told apart replaces nothing. Without conditions and
 * without a stream; weak_slice is -1. */
mote_promotion mote_answers_promotion(const mote_answers_pair *pair,
                                      const mote_project_schedule *rule);

/* New references owned by the caller. */
MOTE_MUST_USE mote_status mote_comparison_to_json(const mote_comparison *c, json_t **out,
                                                  mote_err *err);
MOTE_MUST_USE mote_status mote_stream_comparison_to_json(const mote_stream_comparison *c,
                                                         json_t **out, mote_err *err);
MOTE_MUST_USE mote_status mote_promotion_to_json(const mote_promotion *p, json_t **out,
                                                 mote_err *err);

#endif
