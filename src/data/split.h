/* SPDX-License-Identifier: Apache-2.0 */
/* Splits: which groups are for training, which for validation, which for the test.
 *
 * A group (speaker, device, voice) is never divided, so that a model is always judged on groups it
 * has not heard. Assigning by hash alone is badly uneven when groups are few (18 speakers at 15 %
 * give an empty part with probability 0.05), so groups are dealt one after another:
 *
 *   order    of the groups that have no part yet: by SHA-256(seed, group), so neither names nor
 *            the order of arrival matter
 *   choice   the part p with the least  sum over labels c of  n_c (N_pc - f_p T_c) / T_c
 *            n_c: samples of label c in this group, N_pc: in part p so far, T_c: in all groups,
 *            f_p: the wanted share. That is the part whose squared deviation from its share,
 *            summed over the labels and weighted by 1/T_c, grows least: every label is dealt to
 *            its share at once. Ties go to the earlier part. Labels with fewer than 20 samples
 *            count together as one, since a label that occurs once has no share to keep.
 *   care     when no more groups are left than there are empty parts, only empty parts are
 *            candidates: with 3 groups each part has one
 *
 * Groups that have a part keep it, whatever is added: only the new ones are dealt, against the
 * totals of old and new together, so later groups mend what was uneven.
 * Pure functions of their input. Depends on base. Used by data/version. */
#ifndef MOTE_DATA_SPLIT_H
#define MOTE_DATA_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

#define MOTE_SPLIT_MAX_PARTS 32

/* So many samples of a label in a group. */
typedef struct {
    int32_t label;
    int32_t n;
} mote_split_count;

typedef struct {
    const char *name;            /* borrowed */
    const mote_split_count *counts;      /* [n_counts], labels in any order, each at most once */
    size_t n_counts;
    int32_t part;                /* in: -1 not dealt yet; out: 0 .. n_parts-1 */
} mote_split_group;

/* Deal the groups whose part is -1.
 *
 *   fractions  [n_parts], each >= 0, summing to 1 within 1e-6; a part of 0 gets nothing
 *   n_labels   labels are 0 .. n_labels-1
 *   scratch    for temporaries, rewound before return
 *
 * Errors: ARG fractions or n_parts; NOMEM. On error no part is changed.
 * Cost: O(groups log groups + counts * n_parts). */
MOTE_MUST_USE mote_status mote_split_deal(mote_split_group *groups, size_t n_groups,
                                          int32_t n_labels, const double *fractions,
                                          int32_t n_parts, uint64_t seed, mote_arena *scratch,
                                          mote_err *err);

#endif
