/* SPDX-License-Identifier: Apache-2.0 */
/* Energy of a sample, see energy.h. */
#include "evaluate/energy.h"

#include <math.h>
#include <string.h>

/* Steps and channels of a sample. */
typedef struct {
    size_t steps, channels;
} extent;

static extent extent_of(const mote_shape *s)
{
    if ((s->dtype != MOTE_I16 && s->dtype != MOTE_F32) || s->n_dims < 1 || s->n_dims > 2)
        return (extent){0, 0};
    return (extent){(size_t)s->dims[0], s->n_dims == 2 ? (size_t)s->dims[1] : 1};
}

size_t mote_energy_width(const mote_shape *shape)
{
    const extent e = extent_of(shape);
    return e.channels > 1 ? 2 * (e.channels + 1) : 2 * e.channels;
}

static double at(const mote_shape *s, const void *sample, size_t i)
{
    return s->dtype == MOTE_I16 ? ((const int16_t *)sample)[i] : (double)((const float *)sample)[i];
}

/* Sums of squares of channel c about its mean in each part; false: one of its
 * numbers is not finite. */
static bool add_channel(const mote_shape *shape, const void *sample, size_t c,
                        double parts[static MOTE_ENERGY_PARTS])
{
    const extent e = extent_of(shape);
    double mean = 0;
    for (size_t i = 0; i < e.steps; i++)
        mean += at(shape, sample, i * e.channels + c) / (double)e.steps;
    if (!isfinite(mean))
        return false;
    for (size_t i = 0; i < e.steps; i++) {
        const double x = at(shape, sample, i * e.channels + c) - mean;
        parts[i * MOTE_ENERGY_PARTS / e.steps] += x * x;
    }
    return true;
}

/* Root mean square of all parts, and of the loudest. Of fewer steps than parts some are empty. */
static void put(const double *parts, size_t steps, float *out)
{
    double sum = 0, loudest = 0;
    for (size_t k = 0; k < MOTE_ENERGY_PARTS; k++) {
        /* steps [first, end) have i * PARTS / steps == k */
        const size_t first = (k * steps + MOTE_ENERGY_PARTS - 1) / MOTE_ENERGY_PARTS;
        const size_t end = ((k + 1) * steps + MOTE_ENERGY_PARTS - 1) / MOTE_ENERGY_PARTS;
        sum += parts[k];
        if (end > first)
            loudest = fmax(loudest, parts[k] / (double)(end - first));
    }
    out[0] = (float)sqrt(sum / (double)steps);
    out[1] = (float)sqrt(loudest);
}

void mote_energy_of(const mote_shape *shape, const void *sample, float *out)
{
    const extent e = extent_of(shape);
    double all[MOTE_ENERGY_PARTS] = {0};
    for (size_t c = 0; c < e.channels; c++) {
        double parts[MOTE_ENERGY_PARTS] = {0};
        if (!add_channel(shape, sample, c, parts))
            memset(parts, 0, sizeof parts);
        put(parts, e.steps, out + 2 * c);
        for (size_t k = 0; k < MOTE_ENERGY_PARTS; k++)
            all[k] += parts[k];
    }
    if (e.channels > 1)
        put(all, e.steps, out + 2 * e.channels);
}
