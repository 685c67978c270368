/* SPDX-License-Identifier: Apache-2.0 */
/* Frames, their envelopes and what those are exchanged for. See audio_tract.h. */
#include "data/audio_tract.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

#define PI         3.141592653589793
#define ENVELOPE_S 0.002 /* of the cepstrum; a period of the highest voices is longer */
#define MOST_LN    3.0f  /* 26 dB: how far a bin is raised or lowered */
#define FLOOR      1e-9f /* of a squared bin, against the logarithm of nothing */

mote_status mote_tract_init(int32_t rate_hz, mote_tract *out, mote_err *err)
{
    if (rate_hz < 1000 || rate_hz > 384000)
        return mote_fail(err, MOTE_ARG, "sound at %d Hz is not possible", (int)rate_hz);
    uint32_t n = 32;
    while (n * 40 < (uint32_t)rate_hz)
        n *= 2;
    mote_tract t = {.window = mote_alloc(n, sizeof *t.window)};
    t.lifter = mote_alloc_zero(n, sizeof *t.lifter);
    if (!t.window || !t.lifter) {
        mote_tract_release(&t);
        return mote_fail(err, MOTE_NOMEM, "frames of %u samples", n);
    }
    const mote_status st = mote_lane_fft_init(n, &t.fft, err);
    if (st != MOTE_OK) {
        mote_tract_release(&t);
        return st;
    }
    for (uint32_t i = 0; i < n; i++)
        t.window[i] = (float)sin(PI * (i + 0.5) / n);
    const double reach = ENVELOPE_S * rate_hz;
    for (uint32_t i = 0; i < n; i++) {
        const double at = (i <= n / 2 ? i : n - i) / reach;
        /* mote_lanes_inverse makes it n/2 times too large */
        t.lifter[i] = at < 1.0 ? (float)((0.5 + 0.5 * cos(PI * at * at)) * 2.0 / n) : 0.0f;
    }
    *out = t;
    return MOTE_OK;
}

void mote_tract_release(mote_tract *t)
{
    mote_lane_fft_release(&t->fft);
    mote_free(t->window);
    mote_free(t->lifter);
    *t = (mote_tract){0};
}

/* Frames, spectra, envelopes. */
size_t mote_tract_scratch(const mote_tract *t)
{
    return (size_t)3 * t->fft.n * MOTE_LANES;
}

/* Frames `first` .. first + 3, half a frame apart, the first begins half a frame before x. */
static void load(const mote_tract *t, const float *x, size_t n, size_t first, mote_lane *out)
{
    const int64_t n_fft = t->fft.n, hop = n_fft / 2;
    for (int64_t l = 0; l < MOTE_LANES; l++) {
        const int64_t from = ((int64_t)first + l - 1) * hop;
        float *to = (float *)out + l;
        for (int64_t i = 0; i < n_fft; i++) {
            const int64_t at = from + i;
            to[i * MOTE_LANES] = at >= 0 && at < (int64_t)n ? t->window[i] * x[at] : 0.0f;
        }
    }
}

static void add(const mote_tract *t, const mote_lane *in, size_t first, float *y, size_t n)
{
    const int64_t n_fft = t->fft.n, hop = n_fft / 2;
    const float scale = 1.0f / (float)n_fft; /* forward twice, inverse n/2 times too much */
    for (int64_t l = 0; l < MOTE_LANES; l++) {
        const int64_t begin = ((int64_t)first + l - 1) * hop;
        const float *from = (const float *)in + l;
        for (int64_t i = 0; i < n_fft; i++) {
            const int64_t at = begin + i;
            if (at >= 0 && at < (int64_t)n)
                y[at] += scale * t->window[i] * from[i * MOTE_LANES];
        }
    }
}

/* ln of the squared bin k of a lane. */
static float log_of(const mote_lane *z, size_t k, size_t half, int lane)
{
    const float re = z[k == half ? 1 : 2 * k][lane];
    const float im = k == 0 || k == half ? 0.0f : z[2 * k + 1][lane];
    return logf(re * re + im * im + FLOOR);
}

/* The envelope of the spectra z, as twice ln of the squared magnitude, in place of e; `work` is
 * lost. Layout of both: lanes.h. */
static void envelope(const mote_tract *t, const mote_lane *z, mote_lane *work, mote_lane *e)
{
    const size_t n = t->fft.n, half = n / 2;
    memset(e, 0, n * sizeof *e);
    for (size_t k = 0; k <= half; k++)
        for (int l = 0; l < MOTE_LANES; l++)
            e[k == half ? 1 : 2 * k][l] = log_of(z, k, half, l);
    mote_lanes_inverse(&t->fft, e, work);
    for (size_t i = 0; i < n; i++)
        work[i] *= t->lifter[i];
    mote_lanes_forward(&t->fft, work, e);
}

/* Scale the bins of z as the envelope e of another tract has them. */
static void reshape(const mote_lane *e, double length, size_t half, mote_lane *z)
{
    for (size_t k = 0; k <= half; k++) {
        const double at = length * (double)k < (double)half ? length * (double)k : (double)half;
        const size_t low = (size_t)at < half ? (size_t)at : half - 1;
        const float part = (float)(at - (double)low);
        const size_t a = 2 * low, b = low + 1 == half ? 1 : 2 * low + 2;
        const size_t here = k == half ? 1 : 2 * k;
        for (int l = 0; l < MOTE_LANES; l++) {
            const float there = e[a][l] + part * (e[b][l] - e[a][l]);
            float ln = 0.25f * (there - e[here][l]); /* twice, of the square */
            ln = ln > MOST_LN ? MOST_LN : ln < -MOST_LN ? -MOST_LN : ln;
            const float gain = expf(ln);
            z[here][l] *= gain;
            if (k > 0 && k < half)
                z[here + 1][l] *= gain;
        }
    }
}

void mote_tract_warp(const mote_tract *t, double length, float *scratch, const float *x, float *y,
                     size_t n)
{
    const size_t n_fft = t->fft.n, half = n_fft / 2;
    mote_lane *in = (mote_lane *)scratch, *z = in + n_fft, *e = z + n_fft;
    memset(y, 0, n * sizeof *y);
    for (size_t first = 0; first * half < n + half; first += MOTE_LANES) {
        load(t, x, n, first, in);
        mote_lanes_forward(&t->fft, in, z);
        envelope(t, z, in, e);
        reshape(e, length, half, z);
        mote_lanes_inverse(&t->fft, z, in);
        add(t, in, first, y, n);
    }
}
