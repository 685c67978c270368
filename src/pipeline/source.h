/* SPDX-License-Identifier: Apache-2.0 */
/* A batch source for the trainer: the samples of a data set, changed as mote.yaml asks (a row of
 * sources.def for each kind of input), through the front end.
 *
 * What a sample becomes depends on (seed, epoch, position) alone. Depends on learn/source.h,
 * data/dataset.h, feature/frontend.h. Used by recipe.c. */
#ifndef MOTE_PIPELINE_SOURCE_H
#define MOTE_PIPELINE_SOURCE_H

#include "data/dataset.h"
#include "feature/frontend.h"
#include "learn/source.h"
#include "pipeline/settings.h"

/* All pointers are borrowed until destroy. */
typedef struct {
    const mote_dataset *data;
    const mote_frontend *features;
    const mote_settings *settings; /* what a row reads of them it says itself */
    uint64_t seed;                 /* of what a row makes beside the samples, such as noise */
    int32_t n_workers;             /* threads of the pool that will be idle during a fill */
    mote_pool *pool;               /* idle now; NULL: none */
} mote_source_config;

/* A row. create makes what fill is called with, and destroy takes it (NULL too). */
typedef struct {
    mote_status (*create)(const mote_source_config *cfg, void **own, mote_err *err);
    void (*destroy)(void *own);
    mote_batch_fill *fill;
} mote_source_row;

typedef struct {
    const mote_source_row *row;
    void *own;
    int32_t n_samples;
} mote_source;

/* By the kind of the data set. Owned by the caller (mote_source_release). */
MOTE_MUST_USE mote_status mote_source_init(const mote_source_config *cfg, mote_source *out,
                                           mote_err *err);
void mote_source_release(mote_source *s);
mote_batch_source mote_source_batches(const mote_source *s);

/* For rows: the target of sample i, which is row `row` of a batch; targets [..][n_outputs], zeroed
 * before; NULL: nobody wants any. */
void mote_source_target(const mote_source_config *cfg, uint32_t i, size_t row, int32_t n_outputs,
                        float *targets);

#endif
