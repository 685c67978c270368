/* SPDX-License-Identifier: Apache-2.0 */
/* A cache of features in a folder: by hash of the sample and hash of front end and sample shape.
 *
 * Nothing in it is needed: the folder, or any file in it, may be deleted at any time, and what is
 * damaged is not found and is computed again. New entries are kept in memory until save, which
 * writes them as one new segment (crash-safe); when there are many segments, or damage was seen,
 * it writes everything that is still good as one and removes the rest. The file format is in
 * docs/formats/features.md.
 *
 * A sample hash names whatever determines the numbers that the features come from, after decoding
 * and cutting.
 *
 * What older versions of the format left in the folder is never read: it is removed at open.
 *
 * One thread at a time; several threads may find while none adds. Several processes may use one
 * folder. Depends on base/ and frontend.h. Used by data/ and learn/. */
#ifndef MOTE_FEATURE_CACHE_H
#define MOTE_FEATURE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"
#include "feature/frontend.h"

typedef struct mote_feature_cache mote_feature_cache;

/* For samples of shape `in`. `dir` is made when it is not there. Damaged or foreign files in it are
 * passed over, those of an older format removed. Errors: those of mote_frontend_shape; IO. */
MOTE_MUST_USE mote_status mote_feature_cache_open(const char *dir, const mote_frontend *f,
                                                  const mote_shape *in, mote_feature_cache **out,
                                                  mote_err *err);

/* Frees everything; entries that were not saved are gone. NULL is fine. */
void mote_feature_cache_close(mote_feature_cache *c);

/* The values of a sample, exactly n of them; NULL when they are not there, damaged or of another
 * number. Borrowed until the cache is closed or the sample is added again. */
const float *mote_feature_cache_find(mote_feature_cache *c, const mote_sha256 *sample, size_t n);

/* Remember values [n] (copied), in place of what was there. n is 1..2^24. */
MOTE_MUST_USE mote_status mote_feature_cache_add(mote_feature_cache *c, const mote_sha256 *sample,
                                                 const float *values, size_t n, mote_err *err);

/* Write what was added since the last save. Nothing added, nothing written. */
MOTE_MUST_USE mote_status mote_feature_cache_save(mote_feature_cache *c, mote_err *err);

typedef struct {
    size_t n_entries;  /* that can be found (damage shows only when looked for) */
    size_t n_segments; /* files */
    size_t n_damaged;  /* entries and files passed over since open */
    size_t n_old;      /* files of an older format that open removed */
} mote_feature_cache_state;
mote_feature_cache_state mote_feature_cache_stat(const mote_feature_cache *c);

typedef struct {
    const mote_sha256 *sample; /* borrowed from the bytes, as are the values */
    const float *values;
    size_t n;
    uint32_t checksum; /* as stored */
} mote_feature_entry;
typedef bool mote_feature_visit(void *arg, const mote_feature_entry *e); /* false: stop */

/* One segment: calls visit for every entry within the bytes, checksum not yet looked at. False when
 * it is not a segment of these settings, or is cut short.
 * lint: unused_exports: a fuzzer gives it hostile bytes */
bool mote_feature_segment_read(const void *bytes, size_t len, const mote_sha256 *settings,
                               mote_feature_visit *visit, void *arg);

#endif
