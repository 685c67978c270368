/* SPDX-License-Identifier: Apache-2.0 */
/* The features of the samples of a data set, asked for in stretches.
 *
 * Where they cost something to compute they are kept whole, by way of the cache; where computing
 * costs less than keeping (mote_frontend_is_light) a stretch is computed when it is asked for: a
 * row of a table as 300 numbers takes 1.2 kB, and there may be millions of rows. Who asks does not
 * know which it is, and gets the same bits.
 *
 * One thread at a time, and the pool of the pipeline must be idle. Depends on stage_internal.h,
 * data/dataset.h, feature/. Used by stages, recipe.c and judge.c. */
#ifndef MOTE_PIPELINE_FEATURES_H
#define MOTE_PIPELINE_FEATURES_H

#include "data/dataset.h"
#include "feature/frontend.h"
#include "pipeline/stage_internal.h"

#define MOTE_FEATURES_STRETCH ((size_t)256) /* samples: what those who go through all ask for */

typedef struct mote_features mote_features;

/* Of d by the front end of the settings at hand; `d` is borrowed until close. */
MOTE_MUST_USE mote_status mote_features_open(mote_pipeline *p, const mote_dataset *d,
                                             mote_features **out, mote_err *err);
void mote_features_close(mote_features *f); /* accepts NULL */

/* Numbers of a sample: frames times values. */
size_t mote_features_width(const mote_features *f);

/* Those of n samples from `first` on, *x [n][width]: borrowed until the next call or close. */
MOTE_MUST_USE mote_status mote_features_at(mote_features *f, size_t first, size_t n,
                                           const float **x, mote_err *err);

/* Root mean square of all of them: what training divides features by. One number, about zero: first
 * layers then see values near one whatever the front end. No mean is taken off, so that the padding
 * of a convolution, 0, means the same before and after; mote_recipe_train puts the division into
 * the first layer's weights when it is done, and the device never knows of it. RANGE: not above 0.
 */
MOTE_MUST_USE mote_status mote_features_scale(mote_features *f, double *out, mote_err *err);

/* All of them at once, [d->n][frames][values] in `a`. */
MOTE_MUST_USE mote_status mote_features_of(mote_pipeline *p, const mote_dataset *d, mote_arena *a,
                                           float **out, mote_err *err);

#endif
