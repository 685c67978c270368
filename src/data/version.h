/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of the data: immutable lists of what there was, with labels, groups and splits.
 *
 * A version is a manifest (docs/formats/data-version.md): sorted text, kept as an object, whose
 * SHA-256 is the version's identity. A run of the trainer names it and can be repeated from it
 * alone, because the recordings it lists are objects too and are kept as long as the manifest is.
 *
 * What goes in: every sample of the store, except
 *   - duplicates: of recordings that sound the same (equal samples after decoding) under the same
 *     label the first that was added is taken, so that a recording cannot be in two splits;
 *   - contradictions: recordings that sound the same under different labels are all left out, but
 *     for labels that nobody asks for: those are one class, and the first is taken.
 * `mote data check` names them. Splits are dealt to whole groups, and to labels that nobody asks
 * for (data/deal.h), and remembered, so neither ever moves. Background recordings belong to every
 * split: each split uses its own stretch of their time (data/stretch.h). Groups of the built-in set
 * have the split that their name says, in every round of cross-validation too; they are not dealt.
 *
 * Depends on base, store, project (names of classes), data/sample. Used by data/dataset, cli,
 * track, pipeline. */
#ifndef MOTE_DATA_VERSION_H
#define MOTE_DATA_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/status.h"
#include "data/sample.h"
#include "project/project.h"
#include "store/store.h"

typedef enum { MOTE_SPLIT_TRAIN, MOTE_SPLIT_VALIDATION, MOTE_SPLIT_TEST, MOTE_N_SPLITS } mote_split;

const char *mote_split_name(mote_split split); /* "train", "validation", "test" */
bool mote_split_parse(const char *name, mote_split *out);

typedef struct {
    mote_sha256 object;
    mote_data_role role;
    mote_split split; /* of its group; meaningless for background recordings */
    bool is_word;     /* a label that nobody asks for, held apart (data/deal.h) */
    mote_split word;  /* then its split; else like `split` */
    const char *label;
    double value; /* of what the label measures; NaN: a class */
    const char *group;
    int64_t duration_us;
    int64_t from_us, to_us; /* of the sample that is meant; 0, 0: all of it */
    int64_t time_ms; /* when it was recorded, as far as known; 0 in a version that was read */
    uint8_t *rows; /* [n_rows] mote_split of each of its rows; NULL: it is one sample, or a file of
                      windows, and `split` holds for all of it */
    size_t n_rows;
    const mote_kind *kind; /* NULL in a version that was read */
} mote_version_item;

/* Samples that an item is: its rows, or one. */
static inline size_t mote_version_n(const mote_version_item *it)
{
    return it->rows ? it->n_rows : 1;
}

/* How many of them are in a split. */
size_t mote_version_n_in(const mote_version_item *it, mote_split split);

/* Does the sample count in its split? Not so when its word belongs to another. */
static inline bool mote_version_used(const mote_version_item *it)
{
    return it->role == MOTE_ROLE_EXAMPLE && it->split == it->word;
}

/* There is nothing in the store: NOT_FOUND, with how data come in. of_words: they are words that
 * people say, which can be made too. */
mote_status mote_data_nothing(bool of_words, mote_err *err);

typedef struct mote_data_version {
    int64_t number; /* "v3" is 3 */
    mote_sha256 id; /* of the manifest */
    int64_t created_ms;
    const char *note;
    uint64_t seed; /* of the splits */
    double fractions[MOTE_N_SPLITS];
    mote_version_item
        *items; /* [n], in the order of the manifest: role, label, object, group, span */
    size_t n;
    size_t n_background, n_negative; /* of n */
    int64_t duration_us;             /* of the examples */
} mote_data_version;

/* What a version takes of the built-in set (data/builtin.h), which is in the store beside the
 * user's recordings. .._TRAIN: only in training. */
enum {
    MOTE_BUILTIN_WORDS = 1u << 0,
    MOTE_BUILTIN_WORDS_TRAIN = 1u << 1,
    MOTE_BUILTIN_NOISES = 1u << 2,
    MOTE_BUILTIN_SPOKEN = 1u << 3,
    MOTE_BUILTIN_SPOKEN_TRAIN = 1u << 4
};

/* The split that the name of a built-in group says ("builtin:test:flite:rms"); false for others. */
bool mote_builtin_split(const char *group, mote_split *out);

typedef struct {
    double fractions[MOTE_N_SPLITS]; /* each >= 0, sum 1 */
    uint64_t seed;
    bool by_time; /* the last in time are the test, and nothing is kept (data/deal.h) */
    const char *const *labels; /* [n_labels] that are asked for, borrowed; NULL: every one */
    size_t n_labels;
    bool of_words;            /* the labels are words that people say: for messages */
    bool words_apart;         /* other words have a class: hold them apart */
    uint32_t builtin;         /* MOTE_BUILTIN_..: of the built-in set; 0: nothing */
    mote_project_table table; /* how rows are dealt (data/deal_rows.h); target NULL: none */
    const char *note;         /* "" for none */
    int64_t now_ms;
} mote_version_config;

mote_version_config mote_version_config_default(void); /* 70/15/15, seed 0, every label */
/* What the project asks for; note "" and now_ms 0. Borrows from p. */
mote_version_config mote_version_config_of(const mote_project *p);
bool mote_version_asks_for(const mote_version_config *cfg, const char *label);

typedef struct {
    bool is_new;             /* false: nothing has changed, the latest version is returned */
    size_t n_duplicates;     /* left out */
    size_t n_contradictions; /* left out */
    size_t n_new_groups;     /* dealt now */
    size_t n_unused;         /* are in the version, but count in no split */
} mote_version_report;

/* Make a version of what is in the store now. *out lives as long as `a`.
 * When fractions or seed have changed since, known groups keep their split and only new ones follow
 * the new settings.
 * Errors: NOT_FOUND no sample at all; ARG fractions; those of the store. */
MOTE_MUST_USE mote_status mote_version_create(mote_store *s, const mote_version_config *cfg,
                                              mote_arena *a, mote_data_version *out,
                                              mote_version_report *report, mote_err *err);

/* Read a version. `name` is "latest", "v3", "3", or at least 8 leading digits of the hash.
 * NOT_FOUND says which versions there are; CORRUPT when the manifest is damaged. */
MOTE_MUST_USE mote_status mote_version_load(mote_store *s, const char *name, mote_arena *a,
                                            mote_data_version *out, mote_err *err);

/* The labels of its examples, each once, in byte order: those that name a class, or (is_value)
 * those that measure something. Borrowed from v; the list lives in `a`. */
MOTE_MUST_USE mote_status mote_version_labels(const mote_data_version *v, bool is_value,
                                              mote_arena *a, mote_names *out, mote_err *err);

typedef struct {
    int64_t number;
    mote_sha256 id;
    int64_t created_ms;
    const char *note;
    int64_t n_samples;
    int64_t duration_us;
} mote_version_entry;

/* Every version, oldest first; lives as long as `a`. */
MOTE_MUST_USE mote_status mote_version_list(mote_store *s, mote_arena *a, mote_version_entry **out,
                                            size_t *n, mote_err *err);

/* What differs between two versions, by recording (object, group). CHANGED: label, split or role
 * is another. Items are borrowed from the versions. */
typedef enum { MOTE_DIFF_ADDED, MOTE_DIFF_REMOVED, MOTE_DIFF_CHANGED } mote_diff_kind;
typedef struct {
    mote_diff_kind kind;
    const mote_version_item *before, *after; /* NULL where there is none */
} mote_version_change;

MOTE_MUST_USE mote_status mote_version_diff(const mote_data_version *before,
                                            const mote_data_version *after, mote_arena *a,
                                            mote_version_change **out, size_t *n, mote_err *err);

/* Folds for cross-validation, each in [0, k). Whole groups, every label spread evenly, other words
 * apart when there are at least k of them (data/deal.h with equal shares); a function of the
 * version, k and seed alone. Round r tests on fold r and validates on fold (r + 1) mod k.
 * ARG when k is not 2 .. 20, or there are fewer than k groups. (*fold)[i] is of item i; -1 of a
 * file of rows, each of which has a fold of its own by its group or hash (dataset_rows.c). *fold
 * lives as long as `a`. */
typedef struct {
    int32_t group; /* -1 for background recordings; of negatives: deal_negative.h */
    int32_t word;  /* -1 for what is not held apart */
} mote_fold;
MOTE_MUST_USE mote_status mote_version_folds(const mote_data_version *v, int32_t k, uint64_t seed,
                                             mote_arena *a, mote_fold **fold, mote_err *err);

/* The part that a fold plays in a round. */
static inline mote_split mote_fold_role(int32_t k, int32_t round, int32_t fold)
{
    if (fold == round)
        return MOTE_SPLIT_TEST;
    return fold == (round + 1) % k ? MOTE_SPLIT_VALIDATION : MOTE_SPLIT_TRAIN;
}

/* Text of a manifest and back; for tests and tools. parse reads hostile bytes: CORRUPT names the
 * line. Format: docs/formats/data-version.md. */
MOTE_MUST_USE mote_status mote_manifest_write(const mote_data_version *v, mote_buf *out,
                                              mote_err *err);
MOTE_MUST_USE mote_status mote_manifest_parse(const char *text, size_t n, mote_arena *a,
                                              mote_data_version *out, mote_err *err);

#endif
