/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded random numbers, the same on every machine: xoshiro256++ seeded by splitmix64
 * (Blackman and Vigna, 2021). Passed explicitly; never ambient. Not for secrets. */
#ifndef MOTE_BASE_RNG_H
#define MOTE_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t s[4];
} mote_rng;

void mote_rng_init(mote_rng *r, uint64_t seed);
/* An independent stream for item `index` of purpose `stream` of the same seed, so that work cut
 * over threads draws the same numbers in any order. */
void mote_rng_init_stream(mote_rng *r, uint64_t seed, uint64_t stream, uint64_t index);
uint64_t mote_rng_u64(mote_rng *r);
/* The next n of them; quicker than one by one. */
void mote_rng_fill(mote_rng *r, uint64_t *out, size_t n);
uint32_t mote_rng_below(mote_rng *r, uint32_t n); /* uniform in [0, n), unbiased; n > 0 */
double mote_rng_uniform(mote_rng *r);             /* [0, 1), 53 bits */
double mote_rng_range(mote_rng *r, double lo, double hi);
/* Mean 0, standard deviation 1. Uses log of the libm, whose last bit may differ between C
 * libraries (not between compilers or machines with the same one). */
double mote_rng_normal(mote_rng *r);
void mote_rng_shuffle_u32(mote_rng *r, uint32_t *items, size_t n); /* Fisher-Yates */

#endif
