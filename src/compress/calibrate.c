/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting the values of activations and choosing ranges. See calibrate.h and quantise.h. */
#include "compress/calibrate.h"

#include <math.h>
#include <string.h>

#define CANDIDATES 64 /* of each end: the observed one, in 64 steps towards 0 */

static void widen(mote_histogram *h, double need)
{
    if (h->limit == 0.0)
        h->limit = 0x1p-40;
    while (need > h->limit) {
        bool empty = h->min > h->max;
        if (!empty) {
            uint64_t merged[MOTE_CALIBRATE_BINS] = {0};
            for (size_t i = 0; i < MOTE_CALIBRATE_BINS; i++)
                merged[MOTE_CALIBRATE_BINS / 4 + i / 2] += h->counts[i];
            memcpy(h->counts, merged, sizeof merged);
        }
        h->limit *= 2.0;
    }
}

void mote_histogram_add(mote_histogram *h, const float *values, int64_t n)
{
    if (h->limit == 0.0) {
        h->min = INFINITY;
        h->max = -INFINITY;
    }
    for (int64_t i = 0; i < n; i++) {
        double x = (double)values[i];
        if (fabs(x) >= h->limit)
            widen(h, nextafter(fabs(x), INFINITY));
        double at = (x + h->limit) * (MOTE_CALIBRATE_BINS / 2.0) / h->limit;
        size_t bin = at < 0.0 ? 0 : (size_t)at;
        h->counts[bin < MOTE_CALIBRATE_BINS ? bin : MOTE_CALIBRATE_BINS - 1]++;
        h->min = values[i] < h->min ? values[i] : h->min;
        h->max = values[i] > h->max ? values[i] : h->max;
    }
}

void mote_range_quant(float lo, float hi, float *scale, int32_t *zero_point)
{
    lo = lo > 0.0f ? 0.0f : lo;
    hi = hi < 0.0f ? 0.0f : hi;
    float s = (float)(((double)hi - (double)lo) / 255.0);
    if (!(s > 1e-30f))
        s = 1.0f / 255.0f;
    double z = -128.0 - (double)lo / (double)s;
    *scale = s;
    *zero_point = (int32_t)(z < -128.0 ? -128.0 : z > 127.0 ? 127.0 : round(z));
}

/* Sum of squared errors of the histogram's values under 256 levels of [lo, hi]. Inside, a value is
 * off by up to half a step: step^2 / 12 on average; outside it is off by its distance. */
static double range_error(const mote_histogram *h, double lo, double hi)
{
    double step = (hi - lo) / 255.0, sum = 0.0;
    double bin_width = 2.0 * h->limit / MOTE_CALIBRATE_BINS;
    for (size_t i = 0; i < MOTE_CALIBRATE_BINS; i++) {
        if (h->counts[i] == 0)
            continue;
        double x = -h->limit + ((double)i + 0.5) * bin_width;
        double off = x < lo ? lo - x : x > hi ? x - hi : 0.0;
        sum += (double)h->counts[i] * (off * off + step * step / 12.0);
    }
    return sum;
}

/* Move one end of [*lo, *hi] to the share of `full` that gives the least error. */
static void cut_end(const mote_histogram *h, float full, bool is_hi, float *lo, float *hi)
{
    double best = range_error(h, (double)*lo, (double)*hi);
    for (int32_t i = 0; i < CANDIDATES; i++) {
        double end = (double)full * (1.0 - (double)i / CANDIDATES);
        double error = is_hi ? range_error(h, (double)*lo, end) : range_error(h, end, (double)*hi);
        if (error < best) {
            best = error;
            *(is_hi ? hi : lo) = (float)end;
        }
    }
}

void mote_histogram_range(const mote_histogram *h, mote_range_rule rule, float *lo, float *hi)
{
    if (h->limit == 0.0 || (h->min >= 0.0f && h->max <= 0.0f)) {
        *lo = 0.0f;
        *hi = 1.0f;
        return;
    }
    float full_lo = h->min < 0.0f ? h->min : 0.0f, full_hi = h->max > 0.0f ? h->max : 0.0f;
    *lo = full_lo;
    *hi = full_hi;
    if (rule == MOTE_RANGE_MIN_MAX)
        return;
    /* First the upper end, then the lower, then the upper again with the lower where it is now. */
    for (int32_t pass = 0; pass < 3; pass++)
        cut_end(h, pass % 2 == 0 ? full_hi : full_lo, pass % 2 == 0, lo, hi);
}
