/* SPDX-License-Identifier: Apache-2.0 */
/* One batch of all samples of a source in order, sample i being of class i % 2 of two. */
#ifndef MOTE_TESTS_FILL_IN_ORDER_H
#define MOTE_TESTS_FILL_IN_ORDER_H

#include "pipeline/source.h"
#include "support.h"

#define FILL_MOST 64

/* Of `elements` numbers each, into out[n * elements]; n is FILL_MOST at most. */
static inline void fill_in_order(const mote_source *s, int32_t n, size_t elements,
                                 int32_t n_threads, int32_t epoch, float *out)
{
    mote_err err = {0};
    float targets[2 * FILL_MOST] = {0};
    uint32_t samples[FILL_MOST];
    mote_pool *pool = NULL;
    assert_true(n <= FILL_MOST);
    T_OK(mote_pool_create(n_threads, &pool, &err));
    for (int32_t i = 0; i < n; i++)
        samples[i] = (uint32_t)i;
    mote_batch_request rq = {.seed = 1,
                             .epoch = epoch,
                             .n = n,
                             .samples = samples,
                             .n_outputs = 2,
                             .in_elements = elements,
                             .pool = pool};
    mote_batch_source source = mote_source_batches(s);
    T_OK(source.fill(source.arg, &rq, out, targets, &err));
    for (int32_t i = 0; i < n; i++)
        assert_true(targets[2 * i + i % 2] == 1.0f && targets[2 * i + 1 - i % 2] == 0.0f);
    mote_pool_destroy(pool);
}

#endif
