/* SPDX-License-Identifier: Apache-2.0 */
/* xoshiro256++ 1.0 and splitmix64, from Blackman and Vigna, "Scrambled Linear Pseudorandom Number
 * Generators", ACM TOMS 47(4), 2021, and https://prng.di.unimi.it. Depends on nothing but libm. */
#include "base/rng.h"

#include <math.h>

#include "base/status.h"

static uint64_t splitmix64(uint64_t *x)
{
    uint64_t z = (*x += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void mote_rng_init(mote_rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix64(&seed); /* never all zero: splitmix64 is a bijection of a counter */
}

/* The three numbers are mixed one into the next, so that no two streams share a seed by adding. */
void mote_rng_init_stream(mote_rng *r, uint64_t seed, uint64_t stream, uint64_t index)
{
    uint64_t a = seed;
    uint64_t b = splitmix64(&a) ^ stream;
    uint64_t c = splitmix64(&b) ^ index;
    mote_rng_init(r, splitmix64(&c));
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static inline uint64_t next(uint64_t s[4])
{
    uint64_t result = rotl(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint64_t mote_rng_u64(mote_rng *r)
{
    return next(r->s);
}

void mote_rng_fill(mote_rng *r, uint64_t *out, size_t n)
{
    mote_rng own = *r; /* in registers: `out` cannot be it */
    for (size_t i = 0; i < n; i++)
        out[i] = next(own.s);
    *r = own;
}

/* Multiply and refuse the few products that would favour some numbers: Lemire, "Fast Random
 * Integer Generation in an Interval", ACM TOMACS 29(1), 2019, algorithm 5. */
uint32_t mote_rng_below(mote_rng *r, uint32_t n)
{
    MOTE_BUG_IF(n == 0);
    uint64_t m = (mote_rng_u64(r) >> 32) * n;
    if ((uint32_t)m < n) {
        uint32_t threshold = (uint32_t)((((uint64_t)1 << 32) - n) % n);
        while ((uint32_t)m < threshold)
            m = (mote_rng_u64(r) >> 32) * n;
    }
    return (uint32_t)(m >> 32);
}

double mote_rng_uniform(mote_rng *r)
{
    return (double)(mote_rng_u64(r) >> 11) * 0x1p-53;
}

double mote_rng_range(mote_rng *r, double lo, double hi)
{
    return lo + (hi - lo) * mote_rng_uniform(r);
}

/* Marsaglia's polar method (Knuth, TAOCP 2, 3.4.1, algorithm P). The second number of the pair is
 * thrown away so that the state is the four words and nothing else. */
double mote_rng_normal(mote_rng *r)
{
    for (;;) {
        double u = 2 * mote_rng_uniform(r) - 1;
        double v = 2 * mote_rng_uniform(r) - 1;
        double q = u * u + v * v;
        if (q > 0 && q < 1)
            return u * sqrt(-2 * log(q) / q);
    }
}

void mote_rng_shuffle_u32(mote_rng *r, uint32_t *items, size_t n)
{
    MOTE_BUG_IF(n > UINT32_MAX);
    for (size_t i = n; i > 1; i--) {
        size_t j = mote_rng_below(r, (uint32_t)i);
        uint32_t t = items[i - 1];
        items[i - 1] = items[j];
        items[j] = t;
    }
}
