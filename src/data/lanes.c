/* SPDX-License-Identifier: Apache-2.0 */
/* Transforms of frames side by side. See lanes.h. */
#include "data/lanes.h"

#include <math.h>

#include "base/mem.h"

#define V             mote_lane
#define S             float
#define MRT_FN        static
#define MRT_NAME(x)   lanes_##x
#define MRT_MUL(v, s) ((v) * (s))
#include "device/signal/mrt_fft_body.h"
#undef V
#undef S

#define TWO_PI 6.283185307179586

mote_status mote_lane_fft_init(uint32_t n, mote_lane_fft *out, mote_err *err)
{
    if (n < 8 || n > 65536 || (n & (n - 1)) != 0)
        return mote_fail(err, MOTE_ARG, "a transform of %u samples is not possible", n);
    mote_lane_fft f = {.n = n};
    f.sine = mote_alloc(n, sizeof *f.sine);
    f.reversed = mote_alloc(n / 2, sizeof *f.reversed);
    if (!f.sine || !f.reversed) {
        mote_lane_fft_release(&f);
        return mote_fail(err, MOTE_NOMEM, "a transform of %u samples", n);
    }
    for (uint32_t i = 0; i < n; i++)
        f.sine[i] = (float)sin(TWO_PI * i / n);
    f.reversed[0] = 0;
    for (uint32_t i = 1; i < n / 2; i++)
        f.reversed[i] = (uint16_t)(f.reversed[i / 2] / 2 + (i & 1 ? n / 4 : 0));
    *out = f;
    return MOTE_OK;
}

void mote_lane_fft_release(mote_lane_fft *f)
{
    mote_free(f->sine);
    mote_free(f->reversed);
    *f = (mote_lane_fft){0};
}

void mote_lanes_forward(const mote_lane_fft *f, const mote_lane *x, mote_lane *z)
{
    for (uint32_t j = 0; j < f->n / 2; j++) {
        mote_lane *to = z + 2 * (size_t)f->reversed[j];
        to[0] = x[2 * j];
        to[1] = x[2 * j + 1];
    }
    lanes_fft(z, f->sine, f->n);
    lanes_split(z, f->sine, f->n);
    const mote_lane re = z[0], im = z[1];
    z[0] = 2.0f * (re + im);
    z[1] = 2.0f * (re - im);
}

/* The split of mrt_fft_body.h backwards: with a = 2X[k] = E + T and b = conj 2X[m-k] = E - T come Z
 * and Z[m-k] again. Real and imaginary parts change places, since FFT(i conj z) = i conj(m IFFT(z))
 * makes the same lines transform back. */
void mote_lanes_inverse(const mote_lane_fft *f, mote_lane *z, mote_lane *x)
{
    const uint32_t n = f->n, m = n / 2;
    const float *sine = f->sine, *cosine = sine + n / 4;
    x[0] = 0.5f * (z[0] - z[1]);
    x[1] = 0.5f * (z[0] + z[1]);
    for (uint32_t k = 1; k < m / 2; k++) {
        const mote_lane *a = z + 2 * k, *b = z + 2 * (m - k);
        const mote_lane er = 0.5f * (a[0] + b[0]), tr = 0.5f * (a[0] - b[0]);
        const mote_lane ei = 0.5f * (a[1] + b[1]), ti = 0.5f * (b[1] - a[1]);
        const mote_lane gi = tr * cosine[k] + ti * sine[k], gr = ti * cosine[k] - tr * sine[k];
        mote_lane *za = x + 2 * (size_t)f->reversed[k], *zb = x + 2 * (size_t)f->reversed[m - k];
        za[0] = ei + gi;
        za[1] = er + gr;
        zb[0] = gi - ei;
        zb[1] = er - gr;
    }
    mote_lane *middle = x + 2 * (size_t)f->reversed[m / 2];
    middle[0] = z[m + 1];
    middle[1] = z[m];
    lanes_fft(x, f->sine, n);
    for (uint32_t j = 0; j < m; j++) {
        const mote_lane im = x[2 * j];
        x[2 * j] = x[2 * j + 1];
        x[2 * j + 1] = im;
    }
}
