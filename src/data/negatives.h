/* SPDX-License-Identifier: Apache-2.0 */
/* Negative recordings of a split, one after the other: hours do not fit in memory, and nobody needs
 * two of them at once. Depends on data/dataset, data/version. Used where hours are heard. */
#ifndef MOTE_DATA_NEGATIVES_H
#define MOTE_DATA_NEGATIVES_H

#include "data/dataset.h"
#include "data/version.h"

/* What one may be: hours. */
#define MOTE_NEGATIVE_MAX_BYTES ((size_t)2000 * 1000 * 1000)
#define MOTE_NEGATIVE_MAX_MS    ((int64_t)12 * 3600 * 1000)

/* One recording, decoded; borrowed during the call. */
typedef struct {
    const mote_version_item *item;
    const mote_decoded *decoded;
    size_t index, n; /* which of how many of the split */
} mote_negative;
typedef mote_status mote_negative_take(void *arg, const mote_negative *one, mote_err *err);

/* How many recordings, and hours of them, the split has. */
typedef struct {
    size_t n;
    double hours;
} mote_negative_amount;
mote_negative_amount mote_negatives_in(const mote_data_version *v, mote_split split);

/* Each that cfg asks for (its split, or that part of a round of folds), in the order of the
 * version; stops at the first failure, which it returns. Errors: those of `take` and of decoding,
 * with the object; CANCELLED. */
MOTE_MUST_USE mote_status mote_negatives_each(mote_store *s, const mote_data_version *v,
                                              const mote_dataset_config *cfg,
                                              mote_negative_take *take, void *arg, mote_err *err);

#endif
