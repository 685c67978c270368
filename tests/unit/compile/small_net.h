/* SPDX-License-Identifier: Apache-2.0 */
/* A network for tests that care for what is before it: one hidden layer, untrained, as int8. */
#ifndef MOTE_TESTS_SMALL_NET_H
#define MOTE_TESTS_SMALL_NET_H

#include "base/rng.h"
#include "compress/quantise.h"
#include "graph/arch.h"
#include "support.h"

/* Of samples [height][width][channels], two classes. Owned by the caller. */
static inline mote_graph *small_net(int32_t height, int32_t width, int32_t channels, int32_t hidden)
{
    enum { SAMPLES_SEEN = 8 };
    mote_arch a;
    mote_graph *g = NULL, *f = NULL, *q = NULL;
    mote_rng rng;
    mote_err err;
    const size_t n = SAMPLES_SEEN * (size_t)height * (size_t)width * (size_t)channels;
    float *samples = mote_alloc(n, sizeof *samples);
    assert_non_null(samples);
    mote_arch_default(&a, height, width, 2);
    snprintf(a.name, sizeof a.name, "dense");
    a.in_c = channels;
    a.n_blocks = 1;
    a.hidden[0] = hidden;
    mote_rng_init(&rng, 4);
    T_OK(mote_arch_build(&a, &rng, &g, &err));
    T_OK(mote_graph_fold(g, &f, &err));
    for (size_t i = 0; i < n; i++)
        samples[i] = (float)mote_rng_normal(&rng);
    const mote_quantise_config qc = {.range_rule = MOTE_RANGE_MIN_MAX};
    T_OK(mote_quantise(f, samples, SAMPLES_SEEN, &qc, &q, &err));
    mote_free(samples);
    mote_graph_destroy(g);
    mote_graph_destroy(f);
    return q;
}

#endif
