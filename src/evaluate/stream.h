/* SPDX-License-Identifier: Apache-2.0 */
/* The test as the product meets it: events somewhere in hours of nothing, a model that looks every
 * hop, and the detector of the firmware. False accepts per hour and missed events as the threshold
 * moves.
 *
 *     samples --build (of the kind)--> track --run (your model)--> outputs --curve--> points
 *     --choose--> threshold
 *
 * The threshold belongs to be chosen on a stream of validation samples and judged on one of test
 * samples: chosen and judged on the same stream it looks better than it is.
 *
 * A class that reacts is one that the detector reports; they are the first n_reacting. Events of
 * the others are in the stream too: they must not be taken for one that reacts. A step is one
 * moment of the input: a sample of sound, a row of a series.
 *
 * Pure functions; the same input and seed give the same bytes. Depends on device/stream (the
 * detector), model/model.h (the operating point), project.h. */
#ifndef MOTE_EVALUATE_STREAM_H
#define MOTE_EVALUATE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/interval.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "evaluate/value.h"
#include "model/model.h"
#include "project/project.h"

/* ---- the stream ---- */

/* One event in the track. Steps [start, end). */
typedef struct {
    int64_t start, end;
    int32_t class_id;
    int32_t clip; /* index of its sample in what the track was built of */
} mote_stream_event;

/* Steps [first, first + n) that were recorded one behind the other. */
typedef struct {
    size_t first, n;
} mote_stream_piece;

typedef struct {
    double rate_hz;                  /* steps a second */
    const void *steps;               /* [extent] of step_bytes each */
    size_t n, step_bytes;            /* n: steps that are heard, which hours are counted by */
    size_t extent;                   /* with what lies between pieces; 0: n */
    const mote_stream_piece *pieces; /* in order; NULL: all of it is one. Nothing is said of
                                        windows that do not lie in one of them */
    size_t n_pieces;
    mote_stream_event *events; /* in order */
    size_t n_events;
    int64_t n_targets; /* events of classes that react */
} mote_stream_track;

/* Steps of the track with what lies between its pieces. */
static inline size_t mote_stream_extent(const mote_stream_track *t)
{
    return t->extent > 0 ? t->extent : t->n;
}

/* ---- the model on it ---- */

/* Outputs of a model for window i at steps [i * hop, i * hop + window): int8 of a softmax, p = (q
 * + 128) / 256, as the firmware sees them. */
typedef struct {
    int32_t n_classes;
    double rate_hz;
    int64_t window, hop; /* steps */
    size_t n;
    int8_t *q; /* [n][n_classes] */
} mote_stream_outputs;

/* n windows, the i-th begins hop steps behind the one before. */
typedef struct {
    const void *steps;
    size_t n, window, hop;
} mote_stream_batch;

/* The caller's model: what it says of each window, into q [n][n_classes]. */
typedef mote_status mote_stream_classify(void *arg, const mote_stream_batch *batch, int8_t *q,
                                         mote_err *err);
typedef void mote_stream_progress(void *arg, size_t done, size_t total);

/* A model on a track. All borrowed. */
typedef struct {
    const mote_stream_track *track;
    int32_t n_classes;
    size_t window, hop; /* steps */
    mote_stream_classify *classify;
    void *arg;                      /* of classify */
    mote_stream_progress *progress; /* NULL: none; told after each batch */
    void *progress_arg;
    const mote_cancel *cancel; /* NULL: none */
} mote_stream_run_config;

/* Run it in batches of 256 windows, in order. CANCELLED when *cancel is set; what classify returns;
 * ARG for window, hop or n_classes. *out lives as long as `a`. */
MOTE_MUST_USE mote_status mote_stream_run(const mote_stream_run_config *r, mote_arena *a,
                                          mote_stream_outputs *out, mote_err *err);

/* A float probability as the int8 of the softmax output. */
int8_t mote_stream_quantize(float probability);

/* ---- counting ---- */

typedef struct {
    int32_t smooth_hops; /* 1..64 */
    int32_t suppress_hops;
    double tolerance_s; /* a detection counts for an event from its start to this long
                           after its end */
} mote_stream_detector;

/* Smoothing, suppression and tolerance of the project in hops. */
mote_stream_detector mote_stream_detector_of(const mote_project_stream *s);

typedef struct {
    int64_t n_targets, n_hits; /* events that react, of them detected */
    int64_t n_false_accepts;   /* detections that are not the first right one of an event */
    int64_t n_confused;        /* of those: another class than that of the event */
    int64_t n_repeated;        /* of those: the right class, but again */
    double hours;              /* of listening */
    int64_t per_class[MOTE_MODEL_MAX_LABELS], per_class_hits[MOTE_MODEL_MAX_LABELS];
    /* What the counts rest on, when the same clips were heard in several rounds. */
    int64_t n_rounds;     /* 0 means 1 */
    int64_t n_distinct;   /* recordings that n_targets are from; 0: each another one */
    double n_independent; /* events that n_targets are worth, as the misses of one group are alike
                             and groups are few (share.h): those of the same interval, at most
                             n_distinct; 0: nothing is known of groups, or nothing was there */
    double repetition;    /* how many false accepts go back to one cause (a clip, or
                             a moment of noise) as far as chance matters: sum of
                             squares over the sum of those of each cause; 0: 1 */
} mote_stream_counts;

/* What a model said of a track, and what listens to it. All borrowed. */
typedef struct {
    const mote_stream_outputs *said;
    const mote_stream_track *track;
    int32_t n_reacting; /* the first so many classes are events */
    const mote_stream_detector *detector;
} mote_stream_heard;

/* What happened in a stretch of the stream; an event belongs to the block in which it begins. */
typedef struct {
    int64_t n_targets, n_hits, n_false_accepts;
} mote_stream_block;

typedef struct {
    mote_stream_block *blocks; /* [n] */
    size_t n;
} mote_stream_stretch;

/* Count by blocks of block_s seconds, with a threshold (probability, as mrt_detector_threshold
 * takes it) for each class [n_classes] (those of classes that react are looked at), so that two
 * models can be compared on the same stretches. The blocks live as long as `a`. ARG when the
 * outputs do not fit the detector, or block_s is no time. */
MOTE_MUST_USE mote_status mote_stream_blocks(const mote_stream_heard *h, const float *thresholds,
                                             double block_s, mote_arena *a,
                                             mote_stream_stretch *out, mote_err *err);

/* One detection, and what it was. */
typedef enum {
    MOTE_FATE_HIT,      /* the first right one of an event */
    MOTE_FATE_REPEATED, /* right, but again */
    MOTE_FATE_CONFUSED, /* another class than that of the event that was there */
    MOTE_FATE_FALSE     /* nothing that reacts was there */
} mote_stream_fate;
typedef struct {
    int64_t at; /* step at which it is said: the end of its window */
    int32_t class_id;
    mote_stream_fate fate;
    int64_t event;      /* that it is about, or that was near; -1: none */
    double probability; /* the smoothed one, rounded down to 1/65536 */
} mote_stream_told;
typedef struct {
    mote_stream_counts counts;
    mote_stream_told *told; /* [n_told], in time */
    size_t n_told;
    bool *is_hit; /* [track->n_events] */
} mote_stream_account;

/* Every detection with a threshold for each class [n_classes], and the counts. Lives as long as
 * `a`. ARG when the outputs do not fit the detector. */
MOTE_MUST_USE mote_status mote_stream_tell(const mote_stream_heard *h, const float *thresholds,
                                           mote_arena *a, mote_stream_account *out, mote_err *err);

/* Intervals are of what is independent. False rejects: Wilson's for the share missed among
 * n_distinct events, or n_independent where groups are known. False accepts: Garwood's for count /
 * repetition in hours / repetition (the variance of a compound Poisson count is that much larger;
 * Kish's design effect). A sample that is taken for another every time it is met counts once in the
 * hours of one round. */
typedef struct {
    double threshold;
    mote_stream_counts counts;
    mote_interval false_accepts_per_hour;
    mote_interval false_reject_rate;
    double independent_hours; /* that the interval of false accepts rests on */
    mote_value value;         /* NaN when the project states none */
} mote_stream_point;

/* The point of such counts; `value` may have is_given false, threshold NaN where there are
 * several. */
mote_stream_point mote_stream_point_of(double threshold, const mote_stream_counts *c,
                                       const mote_project_value *value, double confidence);

/* A point at every threshold i / 256, i = 1..256: all that 8-bit probabilities can tell apart
 * without smoothing. The last one never detects anything. The time of a detection is the end of its
 * window. */
#define MOTE_STREAM_POINTS 256
typedef struct {
    mote_stream_point points[MOTE_STREAM_POINTS];
    double confidence;
    double hop_s;
    mote_stream_detector detector;
} mote_stream_curve;

/* Over one round or several: streams of the same clips, each placed anew, with other noise and
 * SNR. A limit on a rate takes hours (no false accept in 3.7 h shows less than one an hour at
 * 95 %), and clips do not last for hours: hearing them again with other noise tells more than
 * hearing them once, and less than other clips would, hence the intervals above. */
typedef struct mote_stream_tally mote_stream_tally;

/* For clips of a material of n_clips; lives as long as `a`. */
MOTE_MUST_USE mote_status mote_stream_tally_create(size_t n_clips, int32_t n_reacting,
                                                   const mote_stream_detector *d, mote_arena *a,
                                                   mote_stream_tally **out, mote_err *err);
/* Who says each clip: group_of [n_clips] in [0, n_groups), borrowed for the tally's life. Before
 * the first round; without it every clip stands alone. */
void mote_stream_tally_group(mote_stream_tally *t, const int32_t *group_of, size_t n_groups);
/* Those who say the clips are voices of synthetic speech (share.h). */
void mote_stream_tally_by_voices(mote_stream_tally *t);
/* Count a round. ARG when the outputs do not fit the detector. */
MOTE_MUST_USE mote_status mote_stream_tally_add(mote_stream_tally *t, const mote_stream_outputs *o,
                                                const mote_stream_track *track, mote_err *err);
/* The curve so far; lives as long as `a`. `value` may have is_given false. ARG before the first
 * round. */
MOTE_MUST_USE mote_status mote_stream_tally_curve(const mote_stream_tally *t,
                                                  const mote_project_value *value,
                                                  double confidence, mote_arena *a,
                                                  mote_stream_curve **out, mote_err *err);

/* Parts of one whole, each with clips of its own among the n_clips that all were created for: heard
 * by models that had not heard them, say. Their sum; lives as long as `a`. A BUG when they are not
 * of the same clips and detector. */
MOTE_MUST_USE mote_status mote_stream_tally_sum(const mote_stream_tally *const *parts, size_t n,
                                                mote_arena *a, mote_stream_tally **out,
                                                mote_err *err);
/* And one point of all of them, each at a threshold of its own: point at[k] of part k. `said`: what
 * is written as the threshold. Scratch of `a` is rewound. */
typedef struct {
    const mote_stream_tally *const *parts; /* [n] */
    const size_t *at;                      /* [n] */
    size_t n;
    double said;
} mote_stream_nested;
MOTE_MUST_USE mote_status mote_stream_tally_nested(const mote_stream_nested *s,
                                                   const mote_project_value *value,
                                                   double confidence, mote_arena *a,
                                                   mote_stream_point *out, mote_err *err);

/* The share of its events that `next` will miss at point `at` of `said`: of those who say them only
 * how many events each has is looked at (mote_share_next). It is this that a promise is held by:
 * the interval of a point is that of everybody, and a test shows some. Repetitions of a clip count
 * once. NaN, 0..1 when either has no events. Scratch of `a` is rewound. ARG: no such point. */
typedef struct {
    const mote_stream_tally *said, *next;
    size_t at;
    double confidence;
} mote_stream_others;
MOTE_MUST_USE mote_status mote_stream_tally_next(const mote_stream_others *x, mote_arena *a,
                                                 mote_interval *out, mote_err *err);

/* Hours that could show a limit on false accepts at a confidence: Garwood's upper bound of
 * MOTE_STREAM_SPARE of them meets it. 0 when no number of hours can (a limit of 0). */
#define MOTE_STREAM_SPARE 1
double mote_stream_hours_for(double max_false_accepts_per_hour, double confidence);

/* ---- choosing ---- */

typedef struct {
    size_t index;                      /* of the point */
    bool by_value;                     /* else: fewest missed events within the limit */
    double max_false_accepts_per_hour; /* the limit that was asked for */
    bool is_limit_met;                 /* by the estimate; by_value: true */
    bool is_limit_proven;              /* by the upper bound of the interval */
} mote_stream_choice;

/* With a value the point that earns the most. Without, of the points that detect at least half of
 * the events: the one that misses the fewest with the upper bound of its false accepts at no more
 * than max_false_accepts_per_hour, or, when none is proven like that, the one with the fewest false
 * accepts; when none detects half, the one that detects the most. (A threshold that keeps the limit
 * by never detecting anything is no choice.)
 * Ties: fewer false accepts, then fewer missed events, then the middle of the run of equal points,
 * which is the furthest from where either side changes. */
mote_stream_choice mote_stream_choose(const mote_stream_curve *c,
                                      double max_false_accepts_per_hour);

/* The operating point of a model: the threshold for every class that reacts, 0 for the other
 * labels. */
mote_operating_point mote_stream_operating_point(const mote_stream_curve *c,
                                                 const mote_stream_choice *choice,
                                                 int32_t n_reacting, int32_t n_labels,
                                                 double temperature);

/* {"threshold", "by", rates with intervals, counts, value} of one point, and the whole curve as
 * arrays for plotting ("threshold", "false_accepts_per_hour", "false_reject_rate"), points that
 * equal the one before left out. New references owned by the caller. */
MOTE_MUST_USE mote_status mote_stream_point_to_json(const mote_stream_point *p,
                                                    const char *const *names, int32_t n_reacting,
                                                    json_t **out, mote_err *err);
MOTE_MUST_USE mote_status mote_stream_curve_to_json(const mote_stream_curve *c, json_t **out,
                                                    mote_err *err);

#endif
