/* SPDX-License-Identifier: Apache-2.0 */
/* Splits that somebody else decided: the lists of a published set, the categories of an export.
 *
 * Whoever brings recordings in (data/import, ingestion) says here, in the same transaction, where a
 * group belongs; the next version of the data honours it. A group whose split was provided is never
 * dealt, and like every group it never moves once a version has it.
 *
 *     for each recording: mote_sample_put(..);  mote_split_provide(s, group, part, now, err);
 *
 * Depends on base, store, data/version (names of splits). Used by data/import, data/deal. */
#ifndef MOTE_DATA_PROVIDED_H
#define MOTE_DATA_PROVIDED_H

#include <stdint.h>

#include "base/status.h"
#include "store/store.h"

/* LEARN: for training or validation, which of them is dealt; never for the test. That is what a set
 * that knows only "training" and "testing" says of its training part, and what keeps recordings
 * that must not judge (synthetic ones) out of the test. */
typedef enum {
    MOTE_PROVIDED_TRAIN,
    MOTE_PROVIDED_VALIDATION,
    MOTE_PROVIDED_TEST,
    MOTE_PROVIDED_LEARN,
    MOTE_N_PROVIDED
} mote_provided_part;

const char *mote_provided_name(mote_provided_part part); /* "train", .., "learn" */

/* Say where the group belongs. TRAIN or VALIDATION after LEARN, or LEARN after one of them, is the
 * narrower of the two.
 * CONFLICT when it was said otherwise before (a speaker both in training and in testing), or when a
 * version has dealt it elsewhere already; the message names the group and both places, nothing is
 * changed, and the caller decides what to tell. */
MOTE_MUST_USE mote_status mote_split_provide(mote_store *s, const char *group,
                                             mote_provided_part part, int64_t now_ms,
                                             mote_err *err);

/* Parts that were provided for a group, as bits (1u << mote_split); 0: none was. */
MOTE_MUST_USE mote_status mote_split_provided(mote_store *s, const char *group, uint32_t *parts,
                                              mote_err *err);

#endif
