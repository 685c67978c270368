/* SPDX-License-Identifier: Apache-2.0 */
/* From a stream of class probabilities to detections.
 *
 * Each hop brings the int8 output of a softmax (scale 1/256, zero point -128: p = (q + 128) / 256).
 * The detector keeps the last smooth_hops of them and looks at their averages:
 *
 *     hop:      ... [ p p p p ]                average of the last smooth_hops (fewer at the start)
 *     detection when at least min_count hops were seen since reset, no detection happened in the
 *     last suppress_hops hops, and the average of some class reaches its threshold; of several
 *     classes the one with the largest average, the first of equals.
 *
 * Integers only: averages are compared as sum * 256 >= threshold * count, exactly. Cost: a few
 * operations per class and hop. The caller supplies all memory.
 *
 * Depends on nothing. Used by the firmware and by src/evaluate/ (streams), src/serve/. */
#ifndef MRT_DETECTOR_H
#define MRT_DETECTOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MRT_DETECTOR_MAX_CLASSES 256
#define MRT_DETECTOR_MAX_HOPS    64

typedef struct {
    int32_t n_classes;          /* 1..256 */
    int32_t smooth_hops;        /* 1..64 */
    int32_t min_count;          /* 1..smooth_hops */
    int32_t suppress_hops;      /* 0..1000000 */
    const uint32_t *thresholds; /* [n_classes], probability * 65536 in 1..65536; 0: this class
                                   never triggers. Borrowed for the life of the detector */
} mrt_detector_config;

typedef struct {
    int32_t class_id;
    uint32_t average_q16; /* of its probability, * 65536, rounded down */
} mrt_detection;

typedef struct {
    mrt_detector_config config;
    uint8_t *ring;   /* [smooth_hops][n_classes], p * 256 */
    uint16_t *sums;  /* [n_classes] over the hops in the ring; <= 64 * 255 */
    int32_t n_held;  /* hops in the ring */
    int32_t next;    /* the one that is replaced next */
    int32_t n_quiet; /* hops for which nothing triggers yet */
} mrt_detector;

/* A probability in (0, 1] as a threshold, to the nearest (at least 1); 0 for 0, below, and NaN. */
uint32_t mrt_detector_threshold(float probability);

/* 0 for a configuration outside the ranges above. */
size_t mrt_detector_bytes(const mrt_detector_config *config);

/* `memory` (aligned to 2, mrt_detector_bytes) is borrowed for the life of the detector. 1: done,
 * 0: the configuration is refused. */
int32_t mrt_detector_init(mrt_detector *d, const mrt_detector_config *config, void *memory);
void mrt_detector_reset(mrt_detector *d);

/* One hop: output [n_classes]. 1 and *hit written when it completes a detection, else 0. */
int32_t mrt_detector_push(mrt_detector *d, const int8_t *output, mrt_detection *hit);

/* The averages of the hops held, probability * 65536, rounded down; all 0 before the first hop.
 * lint: unused_exports: for firmware that shows how near a detection is, as a sketch of the tests
 */
void mrt_detector_averages(const mrt_detector *d, uint32_t *out);

#ifdef __cplusplus
}
#endif

#endif
