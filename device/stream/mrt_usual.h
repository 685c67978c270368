/* SPDX-License-Identifier: Apache-2.0 */
/* A score against what has been usual lately: what stays unusual becomes usual.
 *
 *     usual  <-  usual + (min(score, 10 usual) - usual) / looks,   never below where it began
 *     out     =  score * begin / usual
 *
 * A machine that runs differently from now on is no anomaly for ever. `usual` is a running mean
 * with the time constant `looks`, in which one look counts as ten times the usual at most: one that
 * is far out does not make those behind it quiet. It begins with the mean score of what is normal
 * and does not fall below: out is never above the score, so a threshold that normal scores keep is
 * kept by these as well. Float32, in the order written, on every target the same. Depends on
 * nothing. Used by the firmware and, by way of model/alarms.h, by whoever judges or serves. Source:
 * exponentially weighted mean, Roberts (1959); of scores of anomalies against their recent
 *         distribution, Ahmad et al., Unsupervised real-time anomaly detection for streaming data
 *         (2017), 3.2. */
#ifndef MRT_USUAL_H
#define MRT_USUAL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    float begin, usual;
    float step; /* 1 / looks; 0: nothing becomes usual */
} mrt_usual;

/* begin: the mean score of what is normal; looks: time constant, 0 (or begin not above 0): the
 * score is given back as it is. */
void mrt_usual_init(mrt_usual *u, float begin, int32_t looks);

/* One look: its score, against what was usual before it. What is no number stays none. */
float mrt_usual_push(mrt_usual *u, float score);

#ifdef __cplusplus
}
#endif

#endif
