/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and streams of the front ends of series, and `raw`, which is no more than the last step. */
#include "device/signal/mrt_series.h"

#include "device/mrt_exact.h"
#include "device/mrt_lang.h"
#include "device/signal/mrt_series_internal.h"

MRT_STATIC_ASSERT((-1 >> 1) == -1, "signed shifts to the right must be arithmetic");

int32_t mrt_series_values(const mrt_series_config *c)
{
    const int32_t each = c->kind == MRT_STATISTICS ? c->n_statistics
                         : c->kind == MRT_SPECTRAL ? c->n_bands
                                                   : 1;
    return c->n_channels * each;
}

size_t mrt_series_frames(const mrt_series_config *c, size_t n)
{
    return n < (size_t)c->window ? 0 : 1 + (n - (size_t)c->window) / (size_t)c->hop;
}

/* A column of the window, or the FFT; never nothing, so that memory is aligned behind it. */
size_t mrt_series_scratch_bytes(const mrt_series_config *c)
{
    const size_t n = c->kind == MRT_SPECTRAL     ? (size_t)c->n_fft
                     : c->kind == MRT_STATISTICS ? (size_t)c->window
                                                 : 2;
    return (n + (n & 1u)) * sizeof(int32_t);
}

void mrt_raw_f32(const mrt_series_tables *t, const float *x, void *scratch, float *out)
{
    (void)scratch;
    for (int32_t i = 0; i < t->config.n_channels; i++)
        out[i] = mrt_series_scale_f32(t, i, x[i]);
}

void mrt_raw_f32_i16(const mrt_series_tables *t, const int16_t *x, void *scratch, float *out)
{
    (void)scratch;
    for (int32_t i = 0; i < t->config.n_channels; i++)
        out[i] = mrt_series_scale_f32(t, i, (float)x[i]);
}

/* |x| <= 2^15, in Q12 <= 2^27. */
void mrt_raw_q(const mrt_series_tables *t, const int16_t *x, void *scratch, int32_t *out)
{
    (void)scratch;
    for (int32_t i = 0; i < t->config.n_channels; i++)
        out[i] = mrt_series_scale_q(t, i, (int64_t)x[i] * (1 << MRT_SERIES_Q));
}

/* Streams --------------------------------------------------------------------------------- */

static size_t step_bytes(const mrt_series_config *c)
{
    return (size_t)c->n_channels * (size_t)c->number_bytes;
}

/* The scratch first, so that it is aligned; then the steps. */
size_t mrt_series_stream_bytes(const mrt_series_config *c)
{
    return mrt_series_scratch_bytes(c) + (size_t)c->window * step_bytes(c);
}

void mrt_series_stream_init(mrt_series_stream *s, const mrt_series_tables *t, void *memory)
{
    s->tables = t;
    s->scratch = memory;
    s->held = (char *)memory + mrt_series_scratch_bytes(&t->config);
    s->n_held = 0;
}

void mrt_series_stream_reset(mrt_series_stream *s)
{
    s->n_held = 0;
}

int32_t mrt_series_stream_push(mrt_series_stream *s, const void *x, size_t n, size_t *n_used)
{
    const mrt_series_config *c = &s->tables->config;
    const size_t window = (size_t)c->window, held = (size_t)s->n_held;
    const size_t take = n < window - held ? n : window - held;

    if (take > 0)
        memcpy((char *)s->held + held * step_bytes(c), x, take * step_bytes(c));
    s->n_held = (int32_t)(held + take);
    *n_used = take;
    return held + take == window;
}

void mrt_series_stream_hop(mrt_series_stream *s)
{
    const mrt_series_config *c = &s->tables->config;
    const size_t kept = (size_t)(c->window - c->hop) * step_bytes(c);

    if (kept > 0)
        memmove(s->held, (char *)s->held + (size_t)c->hop * step_bytes(c), kept);
    s->n_held = c->window - c->hop;
}
