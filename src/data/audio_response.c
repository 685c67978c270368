/* SPDX-License-Identifier: Apache-2.0 */
/* Clips through impulse responses. See audio_response.h. */
#include "data/audio_response.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "data/loops.h"

#define LEAST_LOG (-11.5) /* natural logarithm: -100 dB */

mote_status mote_convolver_init(int32_t rate_hz, size_t n_samples, mote_convolver *out,
                                mote_err *err)
{
    if (rate_hz < 1000 || rate_hz > 384000 || n_samples == 0 || n_samples > (size_t)1 << 28)
        return mote_fail(err, MOTE_ARG, "clips of %zu samples at %d Hz are not possible", n_samples,
                         (int)rate_hz);
    mote_convolver c = {.rate_hz = rate_hz, .block = 64, .n_samples = n_samples};
    while (c.block * MOTE_RESPONSE_PARTS < (size_t)rate_hz)
        c.block *= 2;
    const size_t n = (n_samples + c.block - 1) / c.block;
    c.n_blocks = (n + MOTE_MOST_LANES - 1) / MOTE_MOST_LANES * MOTE_MOST_LANES;
    MOTE_TRY(mote_lane_fft_init((uint32_t)(2 * c.block), &c.fft, err));
    *out = c;
    return MOTE_OK;
}

void mote_convolver_release(mote_convolver *c)
{
    mote_lane_fft_release(&c->fft);
}

/* Two frames of lanes, the clip with a block before it, and the spectra of all blocks. */
size_t mote_convolver_scratch(const mote_convolver *c)
{
    return 2 * c->block * (2 * MOTE_MOST_LANES + mote_convolver_stride(c)) +
           c->block * (1 + c->n_blocks);
}

/* ---- making -------------------------------------------------------------------------------- */

mote_status mote_response_init(const mote_convolver *c, const float *taps, size_t n,
                               mote_response *out, mote_err *err)
{
    const size_t b = c->block, n_fft = 2 * b, most = b * MOTE_RESPONSE_PARTS;
    n = n < most ? n : most;
    mote_response r = {.n_parts = n ? (n + b - 1) / b : 1};
    MOTE_SCOPED_FREE mote_lane *x = mote_alloc_zero(2 * n_fft, sizeof *x);
    r.spectrum = mote_alloc(n_fft * r.n_parts, sizeof *r.spectrum);
    if (!x || !r.spectrum) {
        mote_free(r.spectrum);
        return mote_fail(err, MOTE_NOMEM, "an impulse response of %zu samples", n);
    }
    mote_lane *z = x + n_fft;
    for (size_t p = 0; p < r.n_parts; p += MOTE_LANES) {
        for (size_t i = 0; i < b; i++)
            for (size_t l = 0; l < MOTE_LANES; l++)
                x[i][l] = (p + l) * b + i < n ? taps[(p + l) * b + i] : 0.0f;
        mote_lanes_forward(&c->fft, x, z);
        /* twice the spectrum, here and of a clip, and the way back gives `block` times too much */
        const float scale = 0.25f / (float)b;
        for (size_t v = 0; v < n_fft; v++)
            for (size_t l = 0; l < MOTE_LANES && p + l < r.n_parts; l++)
                r.spectrum[v * r.n_parts + p + l] = scale * z[v][l];
    }
    *out = r;
    return MOTE_OK;
}

/* Twice the logarithm's spectrum in, the response's in the same place. */
static void exponentiate(mote_lane *z, size_t n_fft)
{
    z[0][0] = (float)exp(0.5 * (double)z[0][0]);
    z[1][0] = (float)exp(0.5 * (double)z[1][0]);
    for (size_t v = 2; v < n_fft; v += 2) {
        const double size = exp(0.5 * (double)z[v][0]), angle = 0.5 * (double)z[v + 1][0];
        z[v][0] = (float)(size * cos(angle));
        z[v + 1][0] = (float)(size * sin(angle));
    }
}

mote_status mote_response_of_magnitude(const mote_convolver *c, const double *gain_db,
                                       mote_response *out, mote_err *err)
{
    const size_t b = c->block, n_fft = 2 * b;
    MOTE_SCOPED_FREE mote_lane *z = mote_alloc_zero(2 * n_fft, sizeof *z);
    MOTE_SCOPED_FREE float *taps = mote_alloc(b, sizeof *taps);
    if (!z || !taps)
        return mote_fail(err, MOTE_NOMEM, "an impulse response of %zu samples", b);
    mote_lane *x = z + n_fft;
    for (size_t k = 0; k <= b; k++) {
        const double ln = gain_db[k] * 0.1151292546497023;
        z[k == b ? 1 : 2 * k][0] = (float)(ln > LEAST_LOG ? ln : LEAST_LOG);
    }
    mote_lanes_inverse(&c->fft, z, x); /* the cepstrum, block times too large */
    for (size_t i = 0; i < n_fft; i++)
        x[i][0] *= (i == 0 || i == b ? 1.0f : i < b ? 2.0f : 0.0f) / (float)b;
    mote_lanes_forward(&c->fft, x, z);
    exponentiate(z, n_fft);
    mote_lanes_inverse(&c->fft, z, x);
    for (size_t i = 0; i < b; i++) { /* the last quarter fades out */
        const double at = (double)i / (double)b;
        const double fade = at < 0.75 ? 1.0 : 0.5 + 0.5 * cos(12.566370614359172 * (at - 0.75));
        taps[i] = (float)(fade * (double)x[i][0]) / (float)b;
    }
    return mote_response_init(c, taps, b, out, err);
}

mote_status mote_response_set_init(size_t n, mote_response_set *out, mote_err *err)
{
    mote_response *items = mote_alloc_zero(n, sizeof *items);
    if (!items)
        return mote_fail(err, MOTE_NOMEM, "%zu impulse responses", n);
    *out = (mote_response_set){items, n};
    return MOTE_OK;
}

void mote_response_set_release(mote_response_set *s)
{
    for (size_t i = 0; i < s->n; i++)
        mote_free(s->items[i].spectrum);
    mote_free(s->items);
    *s = (mote_response_set){0};
}

/* ---- using --------------------------------------------------------------------------------- */

void mote_convolve(const mote_convolver *c, const mote_response *r, float *scratch, float *x)
{
    mote_loops_best()->convolve(c, r, scratch, x);
}
