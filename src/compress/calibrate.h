/* SPDX-License-Identifier: Apache-2.0 */
/* The values an activation takes, and the range for its eight bits. Only quantise.c uses it. */
#ifndef MOTE_COMPRESS_CALIBRATE_H
#define MOTE_COMPRESS_CALIBRATE_H

#include "compress/quantise.h"

#define MOTE_CALIBRATE_BINS 4096

/* A histogram over [-limit, limit] whose limit is a power of two that doubles when a value lies
 * outside (neighbouring bins are merged then), so one pass is enough. */
typedef struct {
    double limit; /* 0: no value yet */
    float min, max;
    uint64_t counts[MOTE_CALIBRATE_BINS];
} mote_histogram;

void mote_histogram_add(mote_histogram *h, const float *values, int64_t n);

/* The range [*lo, *hi] that contains 0, for 256 levels. Empty, all-zero histograms: [0, 1]. */
void mote_histogram_range(const mote_histogram *h, mote_range_rule rule, float *lo, float *hi);

/* Scale and zero point of a range that contains 0: 0 is exact, hi - lo spans the 255 steps. */
void mote_range_quant(float lo, float hi, float *scale, int32_t *zero_point);

#endif
