/* SPDX-License-Identifier: Apache-2.0 */
/* From what the graph says to what is answered: the settings that were chosen after training.
 *
 * Each kind of answer reads its own part: classes the operating point, anomalies their threshold,
 * values how far around them the truth lies. Depends on signature.h. Used by whoever has models. */
#ifndef MOTE_MODEL_DECISION_H
#define MOTE_MODEL_DECISION_H

#include "base/json.h"
#include "base/status.h"
#include "model/signature.h"

/* How a stream of window probabilities becomes detections; see device/stream. Thresholds are
 * probabilities in (0, 1]; labels that never trigger (the signature's events lack them) have
 * threshold 0. */
typedef struct {
    int32_t smooth_hops; /* moving average over the last 1..64 windows */
    int32_t suppress_ms; /* after a detection */
    int32_t hop_ms;      /* between windows */
    float thresholds[MOTE_MODEL_MAX_LABELS];
    float temperature; /* > 0; applied to reported probabilities only, 1: none */
} mote_operating_point;

/* As it stands in model.json, a new reference (NULL: out of memory); and back, for n_labels labels.
 * PARSE names the member that is missing or out of range. */
json_t *mote_operating_point_to_json(const mote_operating_point *op, int32_t n_labels);
MOTE_MUST_USE mote_status mote_operating_point_from_json(const json_t *j, int32_t n_labels,
                                                         mote_operating_point *out, mote_err *err);

/* Where the score of an anomaly comes from. The names are on disk. */
typedef enum {
    MOTE_SCORE_OUTPUT,        /* the graph's one output */
    MOTE_SCORE_RECONSTRUCTION /* mean squared difference of the graph's output and its input */
} mote_score_kind;

typedef struct {
    mote_score_kind score;
    float threshold; /* a score at or above it is an anomaly */
    double quiet_ms; /* of windows in time: an alarm that pauses for no longer is one (alarms.h) */
    double adapt_ms; /* of the same: in so long becomes usual what stays unusual; 0: nothing does */
    float usual;     /* the mean score of what is normal; looked at where adapt_ms is above 0 */
} mote_anomaly_point;

/* The interval around each value that holds the truth of a share `level` of samples:
 * [value - half width, value + half width], in float32, on every target the same.
 * Source: evaluate/answer_value.h, mote_value_half_width. */
typedef struct {
    int32_t n;                                /* values; 0: no interval was chosen */
    double level;                             /* in (0, 1) */
    float half_widths[MOTE_MODEL_MAX_LABELS]; /* [n], not negative */
} mote_value_point;

typedef struct {
    float lo, hi;
} mote_value_interval;

/* That of value k of n, of which there is one. */
static inline mote_value_interval mote_value_interval_of(const mote_value_point *v, int32_t k,
                                                         float value)
{
    return (mote_value_interval){value - v->half_widths[k], value + v->half_widths[k]};
}

typedef struct {
    mote_operating_point op;
    mote_anomaly_point anomaly;
    mote_value_point value;
} mote_decision;

/* What holds when nothing was chosen. */
mote_decision mote_decision_default(const mote_signature *s);

/* The part of it that answers of s read, a new reference (NULL: out of memory); and back, checked.
 * ARG or PARSE names what is missing, no number or out of range. */
json_t *mote_decision_to_json(const mote_decision *d, const mote_signature *s);
MOTE_MUST_USE mote_status mote_decision_from_json(const json_t *j, const mote_signature *s,
                                                  mote_decision *out, mote_err *err);

/* What a reader would refuse: ARG. */
MOTE_MUST_USE mote_status mote_decision_check(const mote_decision *d, const mote_signature *s,
                                              mote_err *err);

#endif
