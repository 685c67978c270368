/* SPDX-License-Identifier: Apache-2.0 */
/* Learning rate by step: linear warm-up, then constant or half a cosine down. Depends on num.h. */
#ifndef MOTE_LEARN_SCHEDULE_H
#define MOTE_LEARN_SCHEDULE_H

#include <stdint.h>

typedef enum { MOTE_SCHEDULE_COSINE = 0, MOTE_SCHEDULE_CONSTANT = 1 } mote_schedule_kind;

typedef struct {
    mote_schedule_kind kind;
    double peak;           /* > 0 */
    double final_fraction; /* COSINE: of the peak at the end, [0, 1] */
    int64_t warmup_steps;  /* >= 0 */
    int64_t total_steps;   /* > 0 */
    int64_t held_from;     /* from this step on the rate stays; 0: it does not */
} mote_schedule;

/* Rate of step `step` in [0, total_steps). While step < warmup w: peak * (step + 1) / w. After
 * that COSINE: peak * (f + (1 - f) * (1 + cos(pi * t)) / 2), t = (step - w) / (total - w).
 * Source: Loshchilov and Hutter 2017 (SGDR), eq. 5, one period. */
double mote_schedule_rate(const mote_schedule *s, int64_t step);

#endif
