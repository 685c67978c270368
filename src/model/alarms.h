/* SPDX-License-Identifier: Apache-2.0 */
/* Alarms of a model that scores windows of a recording: what goes on is one, with a begin and an
 * end, as the device tells it (device/stream/mrt_alarm.h).
 *
 * The windows are those that whoever listens looks at: each half over the one before. Stretches
 * between gaps are listened to each by itself. Depends on decision.h. Used by evaluating,
 * predicting and serving, so that all say the same. */
#ifndef MOTE_MODEL_ALARMS_H
#define MOTE_MODEL_ALARMS_H

#include <stddef.h>
#include <stdint.h>

#include "model/decision.h"

/* Steps from one look to the next, of windows of n_steps. */
size_t mote_alarm_hop(size_t n_steps);

/* How scores of looks become alarms, as the device needs it. */
typedef struct {
    float threshold; /* a score at or above it is an anomaly */
    float usual;     /* see device/stream/mrt_usual.h */
    int32_t adapt;   /* looks in which what stays unusual becomes usual; 0: nothing does */
    int32_t quiet;   /* looks without an anomaly that do not end an alarm */
} mote_alarm_rule;

/* That of a decision, of looks at that hop; rate_hz: steps a second. */
mote_alarm_rule mote_alarm_rule_of(const mote_decision *d, double rate_hz, size_t hop);

/* Looks [first, last] of one stretch: the first and the last that is an anomaly, and the highest
 * score among them. */
typedef struct {
    size_t first, last;
    float score;
} mote_alarm;

/* The alarms among n scores in time, into out [n]; how many. The scores become what they are
 * against what was usual lately: those that the threshold is held against. */
size_t mote_alarms_find(const mote_alarm_rule *rule, float *scores, size_t n, mote_alarm *out);

#endif
