/* SPDX-License-Identifier: Apache-2.0 */
/* Which split a recording of role negative is in: recordings in which nothing that is asked for is
 * said, so that every window of them counts, in training and where hours are judged.
 *
 * Whole recordings are dealt, in the order in which they were recorded: what was said before, or
 * provided ('mote data add --negative --split test'), stands; of the others each goes to the split
 * that lacks most of its share of the hours, and one that has none comes first: test, validation,
 * then training, because hours that judge come before hours that teach. What was dealt is
 * remembered, like the split of a group.
 *
 * Where folds judge, each recording is dealt to one, whatever its split: that of its group where
 * the group has examples, else the fold with the fewest hours, groups with most hours first and
 * then by name. Depends on data/version. Used by version.c and deal.c. */
#ifndef MOTE_DATA_DEAL_NEGATIVE_H
#define MOTE_DATA_DEAL_NEGATIVE_H

#include "data/version.h"

/* In the transaction of the version. */
MOTE_MUST_USE mote_status mote_deal_negatives(mote_store *s, const mote_version_config *cfg,
                                              mote_arena *a, mote_data_version *v, mote_err *err);

/* fold[i].group of each negative recording, in [0, k); those of the examples are there. A function
 * of the version and of what is there. Scratch of `a` is rewound. */
MOTE_MUST_USE mote_status mote_deal_negative_folds(const mote_data_version *v, int32_t k,
                                                   mote_arena *a, mote_fold *fold, mote_err *err);

#endif
