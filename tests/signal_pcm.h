/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudo-random PCM of several kinds, and random valid front ends, for the tests of the front end.
 * Integers only, so that the emulated targets make the same samples. */
#ifndef MOTE_TESTS_SIGNAL_PCM_H
#define MOTE_TESTS_SIGNAL_PCM_H

#include <stddef.h>
#include <stdint.h>

#include "device/signal/mrt_frontend.h"

typedef struct {
    uint32_t x;
} pcm_rng; /* xorshift32, x != 0 */

static inline uint32_t pcm_draw(pcm_rng *r)
{
    r->x ^= r->x << 13;
    r->x ^= r->x >> 17;
    r->x ^= r->x << 5;
    return r->x >> 4;
}

#define PCM_KINDS 7

static inline void pcm_fill(pcm_rng *r, uint32_t kind, int16_t *pcm, size_t n)
{
    int32_t a = 0, b = (int32_t)(pcm_draw(r) % 8000u) + 1, level = 0;

    for (size_t i = 0; i < n; i++) {
        const int32_t noise = (int32_t)(pcm_draw(r) & 0xffffu) - 32768;
        int32_t v = 0;
        switch (kind % PCM_KINDS) {
        case 0:
            v = noise;
            break; /* full-scale noise */
        case 1:
            v = noise / 8192;
            break; /* a few counts */
        case 2:
            v = (noise & 1) != 0 ? 32767 : -32768;
            break; /* the loudest noise there is */
        case 3:
            v = i % 977 == 0 ? noise : 0;
            break; /* clicks in silence */
        case 4:    /* a decaying tone in soft noise */
            a -= b / 8;
            b += a / 8;
            v = a + noise / 512;
            break;
        case 5:
            v = (i / 64 & 1u) != 0 ? 32767 : -32768;
            break; /* full-scale square wave */
        default:   /* low-passed, speech-like slope */
            level += (noise - level) / 16;
            v = level;
            break;
        }
        pcm[i] = (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
    }
}

/* Bursts of every kind, with silence between. */
static inline void pcm_bursts(uint32_t seed, int16_t *pcm, size_t n)
{
    pcm_rng r = {seed * 2654435761u | 1u};
    for (size_t i = 0; i < n; i++)
        pcm[i] = 0;
    for (size_t at = 0; at < n;) {
        size_t len = pcm_draw(&r) % 12000u + 1;
        len = len < n - at ? len : n - at;
        uint32_t kind = pcm_draw(&r) % (PCM_KINDS + 3);
        if (kind < PCM_KINDS)
            pcm_fill(&r, kind, pcm + at, len);
        at += len;
    }
}

/* A front end that passes mrt_frontend_check, with the given arithmetic. */
static inline mrt_frontend_config pcm_random_config(pcm_rng *r, int32_t arithmetic)
{
    mrt_frontend_config c;

    do {
        c.arithmetic = arithmetic;
        c.rate_hz = 8000 + (int32_t)(pcm_draw(r) % 5u) * 4000;
        c.n_fft = 128 << pcm_draw(r) % 5u;
        c.window = c.n_fft / 2 + (int32_t)(pcm_draw(r) % (uint32_t)(c.n_fft / 2 + 1));
        c.hop = c.window / 4 + (int32_t)(pcm_draw(r) % (uint32_t)(c.window - c.window / 4)) + 1;
        c.n_mels = 1 + (int32_t)(pcm_draw(r) % 64u);
        c.n_coefficients = (int32_t)(pcm_draw(r) % (uint32_t)(c.n_mels + 1));
        c.low_hz = (int32_t)(pcm_draw(r) % 300u);
        c.high_hz = c.rate_hz / 2 - (int32_t)(pcm_draw(r) % 1000u);
        c.pre_emphasis_q15 = (pcm_draw(r) & 1u) != 0 ? 0 : (int32_t)(pcm_draw(r) % 32441u);
    } while (mrt_frontend_check(&c) != MRT_FRONTEND_OK);
    return c;
}

#endif
