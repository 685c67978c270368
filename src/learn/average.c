/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of means over training. See average.h. */
#include "learn/average.h"

#include <math.h>

mote_status mote_average_check(const mote_average *a, mote_err *err)
{
    if (a->kind != MOTE_AVERAGE_NONE && a->kind != MOTE_AVERAGE_EMA && a->kind != MOTE_AVERAGE_SWA)
        return mote_fail(err, MOTE_ARG, "there is no average %d", (int)a->kind);
    if (!(a->decay >= 0.0f && a->decay < 1.0f))
        return mote_fail(err, MOTE_ARG, "the decay of the moving average must be in [0, 1)");
    if (a->kind == MOTE_AVERAGE_NONE || (a->kind == MOTE_AVERAGE_EMA && a->decay > 0.0f))
        return MOTE_OK;
    if (!(a->span > 0.0 && a->span <= 1.0))
        return mote_fail(err, MOTE_ARG, "the span of the average must be above 0, at most 1");
    return MOTE_OK;
}

float mote_average_keep(const mote_average *a, uint64_t step, int64_t n_steps)
{
    const double ramp = (double)(1 + step) / (double)(10 + step);
    double decay = (double)a->decay;
    if (!(decay > 0.0)) {
        const double n = a->span * (double)n_steps;
        decay = n > 1.0 ? 1.0 - 2.0 / (n + 1.0) : 0.0;
    }
    return (float)(ramp < decay ? ramp : decay);
}

int32_t mote_average_first(const mote_average *a, int32_t n_epochs)
{
    if (a->kind != MOTE_AVERAGE_SWA)
        return 0;
    const int32_t n = (int32_t)lround(a->span * n_epochs), most = n_epochs - 1;
    return n_epochs - (n < 1 || most < 1 ? 1 : n < most ? n : most);
}
