/* SPDX-License-Identifier: Apache-2.0 */
/* Decoded samples, kept for a lap: several stages load the same split, and everybody again.
 *
 * Bounded by the bytes of the samples: what comes when it is full is decoded each time. Not shared
 * between threads. Depends on base, data/kind. Used by data/dataset; the pipeline owns one. */
#ifndef MOTE_DATA_DECODED_H
#define MOTE_DATA_DECODED_H

#include "data/kind.h"

typedef struct mote_decoded_cache mote_decoded_cache;

MOTE_MUST_USE mote_status mote_decoded_cache_create(size_t max_bytes, mote_decoded_cache **out,
                                                    mote_err *err);
void mote_decoded_cache_destroy(mote_decoded_cache *c); /* accepts NULL */

/* What was kept of an object that was decoded like that; NULL: nothing. Borrowed until the cache is
 * destroyed. */
const mote_decoded *mote_decoded_cache_find(mote_decoded_cache *c, const mote_sha256 *object,
                                            const mote_decoding *how);

/* Keep *d, which is then the cache's; false: it is full, or the whole of what shrinks when it is
 * cut, and *d stays the caller's. */
bool mote_decoded_cache_keep(mote_decoded_cache *c, const mote_sha256 *object,
                             const mote_decoding *how, const mote_decoded *d);

/* How often something was found, and how often it had to be decoded (asked for in vain). */
typedef struct {
    size_t n_found, n_missed;
    size_t bytes;
} mote_decoded_counts;
/* lint: unused_exports: tests see that nothing is decoded twice */
mote_decoded_counts mote_decoded_cache_counts(const mote_decoded_cache *c);

#endif
