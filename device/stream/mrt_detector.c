/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of probabilities with its sums, thresholds, and a countdown of quiet hops. */
#include "device/stream/mrt_detector.h"

uint32_t mrt_detector_threshold(float probability)
{
    if (!(probability > 0.0f))
        return 0;
    if (probability >= 1.0f)
        return 65536;
    const uint32_t t = (uint32_t)(probability * 65536.0f + 0.5f);
    return t > 0 ? t : 1;
}

static int32_t detector_is_valid(const mrt_detector_config *c)
{
    if (c->n_classes < 1 || c->n_classes > MRT_DETECTOR_MAX_CLASSES || c->smooth_hops < 1 ||
        c->smooth_hops > MRT_DETECTOR_MAX_HOPS || c->min_count < 1 ||
        c->min_count > c->smooth_hops || c->suppress_hops < 0 || c->suppress_hops > 1000000)
        return 0;
    for (int32_t i = 0; i < c->n_classes; i++)
        if (c->thresholds[i] > 65536)
            return 0;
    return 1;
}

/* The sums first, since they are aligned. */
size_t mrt_detector_bytes(const mrt_detector_config *c)
{
    if (!detector_is_valid(c))
        return 0;
    return (size_t)c->n_classes * (sizeof(uint16_t) + (size_t)c->smooth_hops);
}

int32_t mrt_detector_init(mrt_detector *d, const mrt_detector_config *config, void *memory)
{
    if (!detector_is_valid(config))
        return 0;
    d->config = *config;
    d->sums = (uint16_t *)memory;
    d->ring = (uint8_t *)memory + (size_t)config->n_classes * sizeof(uint16_t);
    mrt_detector_reset(d);
    return 1;
}

void mrt_detector_reset(mrt_detector *d)
{
    for (int32_t i = 0; i < d->config.n_classes; i++)
        d->sums[i] = 0;
    d->n_held = 0;
    d->next = 0;
    d->n_quiet = 0;
}

/* Replace the oldest hop. sums[i] is the sum of class i over the hops held, before and after. */
static void take(mrt_detector *d, const int8_t *output)
{
    const int32_t n = d->config.n_classes, is_full = d->n_held == d->config.smooth_hops;
    uint8_t *slot = d->ring + (size_t)(d->next * n);

    for (int32_t i = 0; i < n; i++) {
        const int32_t p = (int32_t)output[i] + 128;
        d->sums[i] = (uint16_t)(d->sums[i] + p - (is_full ? slot[i] : 0));
        slot[i] = (uint8_t)p;
    }
    d->n_held += is_full ? 0 : 1;
    d->next = d->next + 1 == d->config.smooth_hops ? 0 : d->next + 1;
}

int32_t mrt_detector_push(mrt_detector *d, const int8_t *output, mrt_detection *hit)
{
    const mrt_detector_config *c = &d->config;
    int32_t best = -1;

    take(d, output);
    if (d->n_quiet > 0) {
        d->n_quiet--;
        return 0;
    }
    if (d->n_held < c->min_count)
        return 0;
    for (int32_t i = 0; i < c->n_classes; i++) {
        const uint32_t sum = d->sums[i];
        /* <= 64 * 255 * 256 and <= 65536 * 64: both below 2^23 */
        if (c->thresholds[i] > 0 && sum * 256u >= c->thresholds[i] * (uint32_t)d->n_held &&
            (best < 0 || sum > d->sums[best]))
            best = i;
    }
    if (best < 0)
        return 0;
    d->n_quiet = c->suppress_hops;
    hit->class_id = best;
    hit->average_q16 = (uint32_t)d->sums[best] * 256u / (uint32_t)d->n_held;
    return 1;
}

void mrt_detector_averages(const mrt_detector *d, uint32_t *out)
{
    for (int32_t i = 0; i < d->config.n_classes; i++)
        out[i] = d->n_held > 0 ? (uint32_t)d->sums[i] * 256u / (uint32_t)d->n_held : 0;
}
