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
 *   homes    a label may have a home: its samples are of use in that part only (words that are
 *            held apart as well as speakers, data/deal.h). Homes do not decide for a group that
 *            has other labels too; a group that has nothing else goes where most of its samples
 *            are at home.
 *   care     when no more groups are left than parts lack to their least number of groups, only
 *            such parts are candidates: with 3 groups each part has one
 *   mending  when all are dealt, a part that has no sample of a label (without a home) gets a group
 *            that was dealt now and can be spared: one whose part keeps every label it has. Of
 *            those the one that costs least. What cannot be mended stays; data/facts.h says it.
 *
 * Groups that have a part keep it, whatever is added: only the new ones are dealt, against the
 * totals of old and new together, so later groups mend what was uneven. A group whose split was
 * provided (data/provided.h) is not dealt either.
 * Pure functions of their input. Depends on base. Used by data/version and data/deal. */
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
    const char *name;               /* borrowed */
    const mote_split_count *counts; /* [n_counts], labels in any order, each at most once */
    size_t n_counts;
    int32_t part;     /* in: -1 not dealt yet; out: 0 .. n_parts-1 */
    uint32_t allowed; /* bit p: it may be dealt to part p; 0: to any */
} mote_split_group;

typedef struct {
    mote_split_group *groups; /* [n_groups] */
    size_t n_groups;
    int32_t n_labels;        /* labels are 0 .. n_labels-1 */
    const int32_t *home;     /* [n_labels] part, or -1; NULL: no label has one */
    const double *fractions; /* [n_parts], each >= 0, summing to 1 within 1e-6; a part of 0
                                gets nothing */
    int32_t n_parts;
    size_t least_groups; /* that each part should have, as far as they go; 0: 1 */
    uint64_t seed;
} mote_split_deck;

/* Deal the groups whose part is -1. `scratch` is for temporaries, rewound before return.
 *
 * Errors: ARG fractions, n_parts, or a group that is allowed no part with a share; NOMEM. On error
 * no part is changed.
 * Cost: O(groups log groups + counts * n_parts), and for each hole that is mended O(counts). */
MOTE_MUST_USE mote_status mote_split_deal(const mote_split_deck *deck, mote_arena *scratch,
                                          mote_err *err);

#endif
