/* SPDX-License-Identifier: Apache-2.0 */
/* What a version can tell and what it cannot: what figures measured on it rest on, what is missing
 * in which split, and what would help. Said as soon as the version is made, and kept with every
 * verdict that rests on it.
 *
 * Depends on base, data/version. Used by cli, pipeline. */
#ifndef MOTE_DATA_FACTS_H
#define MOTE_DATA_FACTS_H

#include "base/json.h"
#include "data/version.h"

/* Fewer people than these: a third of them is too few to learn from, or to judge with. */
#define MOTE_FEW_GROUPS 8

typedef struct {
    const char *name; /* a label that is asked for, or _unknown_ */
    size_t clips[MOTE_N_SPLITS], groups[MOTE_N_SPLITS]; /* that count in the split */
    size_t n_spoken; /* by synthetic voices (data.spoken), not counted above */
} mote_class_facts;

typedef struct {
    size_t n_clips;            /* recordings of words */
    size_t n_groups;           /* who say them */
    size_t n_named;            /* of n_clips: who says them is known (speaker, device, voice) */
    size_t n_unused;           /* of n_clips: count in no split */
    mote_class_facts *classes; /* [n_classes]; without _silence_ */
    size_t n_classes;
    size_t n_words;              /* other words in all */
    size_t words[MOTE_N_SPLITS]; /* other words that count in the split */
    size_t n_builtin;            /* clips of built-in words (data/builtin.h), not counted above */
    size_t n_spoken;             /* likewise: of keywords */
    bool words_apart;            /* no other word of the test is learned from or chosen on */
    const char **missing;        /* [n_missing] sentences: what cannot be judged, and the remedy */
    size_t n_missing;
    const char *advice; /* NULL: none; one sentence */
} mote_data_facts;

/* cfg: labels of the project; words_apart: whether other words are a class. *out lives as long as
 * `a` and v, whose names it borrows. */
MOTE_MUST_USE mote_status mote_data_facts_of(const mote_data_version *v,
                                             const mote_version_config *cfg, mote_arena *a,
                                             mote_data_facts *out, mote_err *err);

/* {"clips", "groups", "groups_known": share of the clips, "unused", "builtin_words",
 * "spoken_words", "words_apart", "other_words": {"train", ..}, "classes": [{"label", "train":
 * {"clips", "groups"}, ..}], "missing": [..], "advice"}; a new reference, NULL without memory. */
json_t *mote_data_facts_json(const mote_data_facts *f);

#endif
