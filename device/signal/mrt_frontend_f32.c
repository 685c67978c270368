/* SPDX-License-Identifier: Apache-2.0 */
/* The front end in single precision, one frame at a time: what a core with FPU runs, and the
 * reference for the host's batch path, which computes 4, 8 or 16 frames from the same text. */
#include "device/signal/mrt_frontend.h"

#include "device/mrt_exact.h"
#include "device/mrt_lang.h"
#include "device/signal/mrt_frontend_internal.h"
#include "device/signal/mrt_math_internal.h"

MRT_STATIC_ASSERT((-1 >> 1) == -1, "signed shifts to the right must be arithmetic");

#define V                float
#define S                float
#define I                int32_t
#define MRT_FN           static
#define MRT_NAME(x)      x##_f32
#define MRT_MUL(v, s)    ((v) * (s))
#define MRT_BITS(v)      mrt_bits_of_float(v)
#define MRT_FROM_BITS(i) mrt_float_of_bits(i)
#define MRT_TO_F(i)      ((float)(i))
#include "device/signal/mrt_fft_body.h"
#include "device/signal/mrt_frontend_f32_body.h"
#include "device/signal/mrt_end_body.h"

/* Pre-emphasis, window, zeros up to n_fft, even samples to real and odd to imaginary parts. */
static void load_f32(const mrt_frontend_tables *t, const int16_t *pcm, float *z)
{
    const uint32_t window = (uint32_t)t->config.window, n = (uint32_t)t->config.n_fft;
    const int32_t emphasis = t->config.pre_emphasis_q15;
    const float a = (float)emphasis * (1.0f / 32768.0f);
    float before = (float)pcm[0];
    uint32_t r = 0;

    for (uint32_t i = 0; i < n; i++) {
        float y = 0.0f;
        if (i < window) {
            const float x = (float)pcm[i];
            y = emphasis != 0 ? x - a * before : x;
            y *= t->window_f32[2 * i <= window ? i : window - i];
            before = x;
        }
        z[2 * r + (i & 1u)] = y;
        if ((i & 1u) != 0)
            r = mrt_next_reversed(r, n / 2);
    }
}

void mrt_frontend_frame_f32(const mrt_frontend_tables *t, const int16_t *pcm, void *scratch,
                            float *out)
{
    float *z = (float *)scratch, *mel = z + t->config.n_fft;

    load_f32(t, pcm, z);
    spectrum_f32(t, z, mel, out);
}

size_t mrt_frontend_clip_f32(const mrt_frontend_tables *t, const int16_t *pcm, size_t n,
                             void *scratch, float *out)
{
    const size_t n_frames = mrt_frontend_frames(&t->config, n);
    const size_t n_values = (size_t)mrt_frontend_values(&t->config);

    for (size_t i = 0; i < n_frames; i++)
        mrt_frontend_frame_f32(t, pcm + i * (size_t)t->config.hop, scratch, out + i * n_values);
    return n_frames;
}

int32_t mrt_frontend_push_f32(mrt_frontend_stream *s, const int16_t *pcm, size_t n, size_t *n_used,
                              float *out)
{
    if (!mrt_stream_fill(s, pcm, n, n_used))
        return 0;
    mrt_frontend_frame_f32(s->tables, s->pcm, s->scratch, out);
    mrt_stream_hop(s);
    return 1;
}
