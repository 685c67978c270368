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
#include "data/lanes_body.h"
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
    lanes_forward_placed(f, z);
}

void mote_lanes_inverse(const mote_lane_fft *f, mote_lane *z, mote_lane *x)
{
    lanes_inverse_turned(f, z, x);
    for (uint32_t j = 0; j < f->n / 2; j++) {
        const mote_lane im = x[2 * j];
        x[2 * j] = x[2 * j + 1];
        x[2 * j + 1] = im;
    }
}
