/* SPDX-License-Identifier: Apache-2.0 */
/* A batch source for the trainer: the samples of a data set, changed as mote.yaml asks (a row of
 * sources.def for each kind of input), through the front end.
 *
 * What a sample becomes depends on (seed, epoch, position) alone. The rows say how a sample is
 * changed; batches, threads and errors are here, once. Where a row has nothing to change, the
 * features of every sample are computed once, when the source is made; where computing costs less
 * than keeping, or all of them would take more than kept_max_bytes, they are computed anew for each
 * batch instead, the same bits.
 *
 * Depends on learn/source.h, data/dataset.h, feature/frontend.h. Used by recipe.c. */
#ifndef MOTE_PIPELINE_SOURCE_H
#define MOTE_PIPELINE_SOURCE_H

#include "base/rng.h"
#include "data/dataset.h"
#include "feature/frontend.h"
#include "learn/source.h"
#include "pipeline/settings.h"
#include "pipeline/tutors.h"

#define MOTE_SOURCE_KEPT_BYTES ((size_t)256 << 20)

/* All pointers are borrowed until destroy. */
typedef struct {
    const mote_dataset *data;
    const mote_frontend *features;
    const mote_settings *settings;    /* what a row reads of them it says itself */
    uint64_t seed;                    /* of what a row makes beside the samples, such as noise */
    int32_t n_workers;                /* threads of the pool that will be idle during a fill */
    mote_pool *pool;                  /* idle now; NULL: none */
    size_t kept_max_bytes;            /* of features; 0: MOTE_SOURCE_KEPT_BYTES */
    const mote_tutors_config *tutors; /* who teaches beside the labels; NULL: nobody */
} mote_source_config;

/* One use of a sample. The position in the epoch, not the sample, numbers the random stream: a
 * sample that came twice in an epoch would be drawn differently each time. */
typedef struct {
    uint64_t seed;
    uint32_t epoch, position;
    uint32_t sample; /* of the data set */
} mote_source_use;

/* What a sample is called once it was changed: its own class by `share`, the rest is `other`. Of
 * values nothing changes. */
typedef struct {
    float share;
    int32_t other;
} mote_source_target;

/* A row: how samples of a kind are changed.
 *   is_still  the settings change nothing; NULL: samples are never used as they are
 *   create    what the others are called with; destroy takes it (NULL too)
 *   change    the sample into `out`, which has room for one; starts `rng` for this use; *target is
 *             all of its own class before the call
 *   mask      its features afterwards, by the same rng; NULL: nothing */
typedef struct {
    bool (*is_still)(const mote_source_config *cfg);
    mote_status (*create)(const mote_source_config *cfg, const mote_shape *features, void **own,
                          mote_err *err);
    void (*destroy)(void *own);
    void (*change)(const void *own, int32_t worker, const mote_source_use *use, mote_rng *rng,
                   void *out, mote_source_target *target);
    void (*mask)(const void *own, mote_rng *rng, float *features);
} mote_source_row;

typedef struct mote_source_own mote_source_own;
typedef struct {
    mote_source_own *own;
    mote_batch_fill *fill;
    int32_t n_samples;
    bool is_still; /* a sample is the same in every epoch */
} mote_source;

/* By the kind of the data set. Owned by the caller (mote_source_release). */
MOTE_MUST_USE mote_status mote_source_init(const mote_source_config *cfg, mote_source *out,
                                           mote_err *err);
void mote_source_release(mote_source *s);
mote_batch_source mote_source_batches(const mote_source *s);

#endif
