/* SPDX-License-Identifier: Apache-2.0 */
/* The front end in integers, one frame at a time: what a core without FPU runs. The formats and
 * the proof that nothing overflows are in mrt_frontend_q_body.h. */
#include "device/signal/mrt_frontend.h"

#include "device/mrt_lang.h"
#include "device/signal/mrt_frontend_internal.h"

MRT_STATIC_ASSERT((-1 >> 1) == -1, "signed shifts to the right must be arithmetic");

/* floor(v * s / 2^15), |s| < 2^15, |v| <= 2^30. Cores without a 32x32->64 multiplication take two
 * of 16 x 16: v = high * 2^16 + low. */
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
static inline int32_t mul_q15(int32_t v, int32_t s)
{
    const int32_t high = v >> 16, low = v & 0xffff;
    return high * s * 2 + ((low * s) >> 15);
}
#else
static inline int32_t mul_q15(int32_t v, int32_t s)
{
    return (int32_t)(((int64_t)v * s) >> 15);
}
#endif

#define V              int32_t
#define S              int16_t
#define U              uint32_t
#define D              uint64_t
#define MRT_FN         static
#define MRT_NAME(x)    x##_q
#define MRT_MUL(v, s)  mul_q15(v, s)
#define MRT_LESS(u, c) ((int32_t)((u) < (c)))
#define MRT_WIDE(u)    ((uint64_t)(u))
#define MRT_HIGH(d)    ((uint32_t)((d) >> 32))
#include "device/signal/mrt_fft_body.h"
#include "device/signal/mrt_frontend_q_body.h"
#include "device/signal/mrt_end_body.h"

/* As the float front end's. Returns the number of fraction bits. */
static int32_t load_q(const mrt_frontend_tables *t, const int16_t *pcm, int32_t *z)
{
    const uint32_t window = (uint32_t)t->config.window, n = (uint32_t)t->config.n_fft;
    const int32_t a = t->config.pre_emphasis_q15;
    int32_t before = pcm[0], size = 0;
    uint32_t r = 0;

    for (uint32_t i = 0; i < window; i++)
        size |= pcm[i] ^ (pcm[i] >> 15);
    const int32_t drop = mrt_window_drop(&t->config, size), half = (1 << drop) >> 1;

    for (uint32_t i = 0; i < n; i++) {
        int32_t y = 0;
        if (i < window) {
            const int32_t x = pcm[i], w = t->window_q15[2 * i <= window ? i : window - i];
            y = a != 0 ? mul_q15(x * 16384 - ((a * before) >> 1), w) : (x * w) >> 1;
            y = (y + half) >> drop;
            before = x;
        }
        z[2 * r + (i & 1u)] = y;
        if ((i & 1u) != 0)
            r = mrt_next_reversed(r, n / 2);
    }
    return 14 - drop;
}

void mrt_frontend_frame_q(const mrt_frontend_tables *t, const int16_t *pcm, void *scratch,
                          int32_t *out)
{
    int32_t *z = (int32_t *)scratch, *mel = z + t->config.n_fft;

    const int32_t fraction = load_q(t, pcm, z);
    spectrum_q(t, z, fraction, mel, out);
}

size_t mrt_frontend_clip_q(const mrt_frontend_tables *t, const int16_t *pcm, size_t n,
                           void *scratch, int32_t *out)
{
    const size_t n_frames = mrt_frontend_frames(&t->config, n);
    const size_t n_values = (size_t)mrt_frontend_values(&t->config);

    for (size_t i = 0; i < n_frames; i++)
        mrt_frontend_frame_q(t, pcm + i * (size_t)t->config.hop, scratch, out + i * n_values);
    return n_frames;
}

int32_t mrt_frontend_push_q(mrt_frontend_stream *s, const int16_t *pcm, size_t n, size_t *n_used,
                            int32_t *out)
{
    if (!mrt_stream_fill(s, pcm, n, n_used))
        return 0;
    mrt_frontend_frame_q(s->tables, s->pcm, s->scratch, out);
    mrt_stream_hop(s);
    return 1;
}
