/* SPDX-License-Identifier: Apache-2.0 */
/* What the float and the fixed front end share besides the tables: how a stream fills. */
#ifndef MRT_FRONTEND_INTERNAL_H
#define MRT_FRONTEND_INTERNAL_H

#include "device/mrt_port.h"
#include "device/signal/mrt_frontend.h"

/* Take samples; 1 when the window is full. Then the caller makes the frame and calls
 * mrt_stream_hop. */
static inline int32_t mrt_stream_fill(mrt_frontend_stream *s, const int16_t *pcm, size_t n,
                                      size_t *n_used)
{
    const size_t window = (size_t)s->tables->config.window, held = (size_t)s->n_held;
    const size_t take = n < window - held ? n : window - held;

    if (take > 0)
        memcpy(s->pcm + held, pcm, take * sizeof(int16_t));
    s->n_held = (int32_t)(held + take);
    *n_used = take;
    return held + take == window;
}

static inline void mrt_stream_hop(mrt_frontend_stream *s)
{
    const size_t window = (size_t)s->tables->config.window, hop = (size_t)s->tables->config.hop;

    memmove(s->pcm, s->pcm + hop, (window - hop) * sizeof(int16_t));
    s->n_held = (int32_t)(window - hop);
}

/* The next index in bit-reversed order below m, a power of two. */
static inline uint32_t mrt_next_reversed(uint32_t r, uint32_t m)
{
    uint32_t bit = m >> 1;

    while ((r & bit) != 0) {
        r ^= bit;
        bit >>= 1;
    }
    return r | bit;
}

/* Fixed point: 14 - F for a frame whose samples have the given size (the bitwise or of
 * x ^ (x >> 15)): log2(n_fft) - 1, one more with pre-emphasis, fewer for quiet frames, not below
 * 0. */
static inline int32_t mrt_window_drop(const mrt_frontend_config *c, int32_t size)
{
    int32_t drop = c->pre_emphasis_q15 != 0 ? 1 : 0;

    for (int32_t n = c->n_fft / 2; n > 1; n >>= 1)
        drop++;
    for (; size < 1 << 14 && drop > 0; size = 2 * size + 1) /* |x| <= size + 1 <= 2^(15-g) */
        drop--;
    return drop;
}

#endif
