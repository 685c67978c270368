/* SPDX-License-Identifier: Apache-2.0 */
/* What a stream of values looks like, in a few counters: a histogram per channel over fixed edges.
 *
 * The device counts, the server adds the sketches of many devices and compares them with the
 * reference in the bundle (drift). A channel is a feature, a class probability, or anything else
 * that has one value per step.
 *
 *     bin:       0     |    1    |    2    | ...  | n_edges
 *     value:        e[0]      e[1]      e[2]   e[n_edges-1]        bin = number of edges <= value
 *
 * Edges are ascending integers or floats, constants beside the code (flash); the counters are the
 * caller's memory, u32 in [channel][bin] order, which is also how they are sent. A counter that is
 * full stays at 2^32 - 1. NaN counts in bin 0.
 *
 * Depends on nothing. Used by firmware that its authors write. */
#ifndef MRT_SKETCH_H
#define MRT_SKETCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MRT_SKETCH_MAX_CHANNELS 4096
#define MRT_SKETCH_MAX_EDGES    255

typedef struct {
    int32_t n_channels;       /* 1..4096 */
    int32_t n_edges;          /* 1..255; bins are one more */
    const int32_t *edges_i32; /* [n_channels][n_edges], for mrt_sketch_add_i32 and _s8; */
    const float *edges_f32;   /*   or these, for mrt_sketch_add_f32; the other is NULL */
} mrt_sketch_config;

typedef struct {
    mrt_sketch_config config; /* its edges are borrowed for the life of the sketch */
    uint32_t *counts;         /* [n_channels][n_edges + 1] */
} mrt_sketch;

/* 0 for a configuration outside the ranges above, or with edges that do not ascend.
 * lint: unused_exports: for firmware that sends what it saw; run on every device of the tests */
size_t mrt_sketch_bytes(const mrt_sketch_config *config);

/* `memory` (aligned to 4, mrt_sketch_bytes) is borrowed for the life of the sketch; all counts 0.
 * 1: done, 0: refused.
 * lint: unused_exports: for firmware that sends what it saw; run on every device of the tests */
int32_t mrt_sketch_init(mrt_sketch *s, const mrt_sketch_config *config, void *memory);
void mrt_sketch_reset(mrt_sketch *s);

/* One step: a value per channel.
 * lint: unused_exports: for firmware that sends what it saw; run on every device of the tests */
void mrt_sketch_add_f32(mrt_sketch *s, const float *values);
void mrt_sketch_add_i32(mrt_sketch *s, const int32_t *values);
void mrt_sketch_add_s8(mrt_sketch *s, const int8_t *values);

/* Add the counters of another sketch of the same shape (and, the caller says, the same edges).
 * lint: unused_exports: for firmware that sends what it saw; run on every device of the tests */
void mrt_sketch_merge(mrt_sketch *s, const uint32_t *counts);

/* Steps counted: the sum over the bins of a channel.
 * lint: unused_exports: for firmware that sends what it saw; run on every device of the tests */
uint64_t mrt_sketch_total(const mrt_sketch *s, int32_t channel);

#ifdef __cplusplus
}
#endif

#endif
