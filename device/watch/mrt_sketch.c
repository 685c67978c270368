/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms: a binary search per value, counters that stop when full. */
#include "device/watch/mrt_sketch.h"

static int32_t sketch_is_valid(const mrt_sketch_config *c)
{
    if (c->n_channels < 1 || c->n_channels > MRT_SKETCH_MAX_CHANNELS || c->n_edges < 1 ||
        c->n_edges > MRT_SKETCH_MAX_EDGES || (c->edges_i32 == NULL) == (c->edges_f32 == NULL))
        return 0;
    for (int32_t channel = 0; channel < c->n_channels; channel++) {
        for (int32_t i = 0; i < c->n_edges; i++) {
            const int32_t at = channel * c->n_edges + i;
            /* written so that a NaN edge is refused, also a lone one */
            if (c->edges_f32 != NULL && !(c->edges_f32[at] == c->edges_f32[at]))
                return 0;
            if (i > 0 && !(c->edges_f32 != NULL ? c->edges_f32[at - 1] < c->edges_f32[at]
                                                : c->edges_i32[at - 1] < c->edges_i32[at]))
                return 0;
        }
    }
    return 1;
}

static size_t n_counts(const mrt_sketch_config *c)
{
    return (size_t)c->n_channels * (size_t)(c->n_edges + 1);
}

size_t mrt_sketch_bytes(const mrt_sketch_config *c)
{
    return sketch_is_valid(c) ? n_counts(c) * sizeof(uint32_t) : 0;
}

int32_t mrt_sketch_init(mrt_sketch *s, const mrt_sketch_config *config, void *memory)
{
    if (!sketch_is_valid(config))
        return 0;
    s->config = *config;
    s->counts = (uint32_t *)memory;
    mrt_sketch_reset(s);
    return 1;
}

void mrt_sketch_reset(mrt_sketch *s)
{
    for (size_t i = 0; i < n_counts(&s->config); i++)
        s->counts[i] = 0;
}

static uint32_t saturating_add(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* One more in the bin of a channel. */
static void count_one(mrt_sketch *s, int32_t channel, int32_t bin)
{
    uint32_t *c = s->counts + (size_t)channel * (size_t)(s->config.n_edges + 1) + (size_t)bin;
    *c = saturating_add(*c, 1);
}

void mrt_sketch_add_f32(mrt_sketch *s, const float *values)
{
    for (int32_t channel = 0; channel < s->config.n_channels; channel++) {
        const float *edges = s->config.edges_f32 + (size_t)channel * (size_t)s->config.n_edges;
        int32_t bin = 0, above = s->config.n_edges;
        /* edges before bin are <= value, from above on they are greater */
        while (bin < above) {
            const int32_t middle = (bin + above) / 2;
            if (edges[middle] <= values[channel])
                bin = middle + 1;
            else
                above = middle;
        }
        count_one(s, channel, bin);
    }
}

static void add_integer(mrt_sketch *s, int32_t channel, int32_t value)
{
    const int32_t *edges = s->config.edges_i32 + (size_t)channel * (size_t)s->config.n_edges;
    int32_t bin = 0, above = s->config.n_edges; /* as above */

    while (bin < above) {
        const int32_t middle = (bin + above) / 2;
        if (edges[middle] <= value)
            bin = middle + 1;
        else
            above = middle;
    }
    count_one(s, channel, bin);
}

void mrt_sketch_add_i32(mrt_sketch *s, const int32_t *values)
{
    for (int32_t channel = 0; channel < s->config.n_channels; channel++)
        add_integer(s, channel, values[channel]);
}

void mrt_sketch_add_s8(mrt_sketch *s, const int8_t *values)
{
    for (int32_t channel = 0; channel < s->config.n_channels; channel++)
        add_integer(s, channel, values[channel]);
}

void mrt_sketch_merge(mrt_sketch *s, const uint32_t *counts)
{
    for (size_t i = 0; i < n_counts(&s->config); i++)
        s->counts[i] = saturating_add(s->counts[i], counts[i]);
}

uint64_t mrt_sketch_total(const mrt_sketch *s, int32_t channel)
{
    const size_t n_bins = (size_t)s->config.n_edges + 1;
    uint64_t total = 0;

    for (size_t i = 0; i < n_bins; i++)
        total += s->counts[(size_t)channel * n_bins + i];
    return total;
}
