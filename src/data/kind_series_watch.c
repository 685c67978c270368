/* SPDX-License-Identifier: Apache-2.0 */
/* What of a window of a sensor is watched in use: of each axis where it lies (its mean) and how far
 * it swings (its standard deviation). A sensor that is turned moves the first, another gain or a
 * stuck axis the second. Of many axes the first are watched. */
#include <math.h>

#include "base/text.h"
#include "data/kind_series.h"

#define PER_AXIS 2

static int32_t n_axes(const mote_shape *sample)
{
    int32_t most = MOTE_KIND_MAX_WATCHED / PER_AXIS;
    if (sample->n_dims != 2 || sample->dtype != MOTE_F32)
        return 0;
    return sample->dims[1] < most ? sample->dims[1] : most;
}

static int32_t count(const mote_shape *sample)
{
    return PER_AXIS * n_axes(sample);
}

static void values(const mote_shape *sample, const void *x, float *out)
{
    const float *at = x;
    int32_t axes = n_axes(sample);
    size_t steps = (size_t)sample->dims[0], width = (size_t)sample->dims[1];
    for (size_t c = 0; c < (size_t)axes; c++) {
        double sum = 0, squares = 0;
        for (size_t t = 0; t < steps; t++)
            sum += (double)at[t * width + c];
        double mean = sum / (double)steps;
        for (size_t t = 0; t < steps; t++) {
            double gap = (double)at[t * width + c] - mean;
            squares += gap * gap;
        }
        out[PER_AXIS * c] = (float)mean;
        out[PER_AXIS * c + 1] = (float)sqrt(squares / (double)steps);
    }
}

static void words(const mote_sample_form *form, int32_t k, mote_kind_watched *out)
{
    char axis[MOTE_WATCHED_BYTES / 2];
    int32_t c = k / PER_AXIS;
    bool is_swing = k % PER_AXIS == 1;
    if (c >= form->n_columns || !mote_format(axis, sizeof axis, "%s", form->columns[c]))
        (void)mote_format(axis, sizeof axis, "%d", (int)c + 1); /* without a name, or too long */
    (void)mote_format(out->called, sizeof out->called, "axis '%s'", axis);
    (void)mote_format(out->name, sizeof out->name, "%s %s", is_swing ? "swing" : "mean", axis);
    out->more = is_swing ? "stronger swings" : "higher on average";
    out->less = is_swing ? "weaker swings" : "lower on average";
}

const mote_kind_watch mote_series_watch = {.count = count, .values = values, .words = words};
