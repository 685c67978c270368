/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold: an entry of `requirements` in mote.yaml, the metrics that it can speak about
 * (metrics.def), and where a metric is measured. */
#ifndef MOTE_PROJECT_REQUIREMENT_H
#define MOTE_PROJECT_REQUIREMENT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
#define METRIC(id, answers, unit, better, nature, places, lo, hi, doc) MOTE_METRIC_##id,
#include "project/metrics.def"
#undef METRIC
    MOTE_N_METRICS
} mote_metric;

/* Where a number is measured. Flags, so that metrics.def can say where a metric exists. */
typedef enum {
    MOTE_AT_TEST = 1u << 0,    /* the test split */
    MOTE_AT_STREAM = 1u << 1,  /* test samples in a long stream */
    MOTE_AT_DEVICE = 1u << 2,  /* the emulated device */
    MOTE_AT_SERVING = 1u << 3, /* the inference server */
    MOTE_AT_FIELD = 1u << 4    /* where it is used: every metric can be asked of it, and nobody
                                  knows the number before it is deployed */
} mote_place;

typedef struct {
    const char *id; /* "accuracy@test", unique: key of measurement and verdict */
    mote_metric metric;
    bool is_at_least; /* else at most */
    double limit;     /* in the metric's unit */
    mote_place where;
    const char *target;   /* where = device: which; else "" */
    const char *slice;    /* "" all; a condition such as "car-noise"; one of several values */
    double confidence;    /* 0: the point estimate decides; else the interval bound */
    int32_t line, column; /* in mote.yaml; of the device budget if it came from there */
    bool is_implied;      /* states the device budget again */
} mote_requirement;

#endif
