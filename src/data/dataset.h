/* SPDX-License-Identifier: Apache-2.0 */
/* Data sets: one split of a data version in memory, ready to train on or to judge with.
 *
 * Samples of one shape are cut from what the version lists, as its kind cuts them (data/kind.h).
 * Targets are classes, or the numbers that were measured. Classes are the labels that are asked for
 * in the order of mote.yaml, then _unknown_, then _silence_ if those exist. A sample of another
 * label is of class _unknown_ (or left out when there is none, or when its label belongs to another
 * split: data/deal.h). Samples of _silence_ are made by the kind.
 *
 * The order of the samples, and every byte, is a function of the version and the config.
 * Depends on base, store, data/version, data/kind. Used by learn, evaluate, monitor, compress. */
#ifndef MOTE_DATA_DATASET_H
#define MOTE_DATA_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/status.h"
#include "base/tensor.h"
#include "data/decoded.h"
#include "data/kind.h"
#include "data/sample.h"
#include "data/version.h"
#include "project/setting_types.h"
#include "store/store.h"

/* Which samples of a split. HEARD: only those of other labels that training has heard, from groups
 * of the split (none that is asked for, no silence; there may be none). */
typedef enum { MOTE_WORDS_APART, MOTE_WORDS_HEARD } mote_dataset_words;

typedef struct {
    const mote_kind *kind;
    const char *const *labels; /* [n_labels] asked for, borrowed for the life of the data set */
    size_t n_labels;           /* 0: every label of the version, in byte order */
    mote_names events;         /* of every label of the version, these come first, in this order */
    bool other, nothing;       /* whether there are classes _unknown_ and _silence_ */
    bool is_score;    /* labels are what is normal, all others (`other`) unusual, and the split to
                         train    on has what is normal alone */
    int32_t n_values; /* 0: targets are classes; 1: what the first label measures; of rows with
                         several targets (cut.table.target): as many */
    mote_split split;
    bool all_splits; /* everything; `split` and `words` are not looked at */
    mote_dataset_words words;

    /* Cross-validation: n_folds 0 uses the splits of the version; else round `round` of it, as in
     * mote_version_folds: test = fold round, validation = the next one, train = the others. */
    int32_t n_folds, round;
    uint64_t fold_seed;

    mote_cut_config cut;
    double other_ratio;        /* at most this many _unknown_ samples per sample of the mean label;
                                  which ones is decided by their hash; 0: all of them */
    double nothing_ratio;      /* this many _silence_ samples per sample of the mean label */
    mote_decoded_cache *cache; /* of the lap; NULL: none */
    size_t max_bytes;          /* of the samples, and what is beside them */
    const mote_cancel *cancel; /* NULL: none */
    void (*progress)(void *arg, size_t done, size_t total); /* NULL: none */
    void *progress_arg;
} mote_dataset_config;

/* 16 kHz, 1000 ms, all other labels, silence like a label, 4 GB. */
mote_dataset_config mote_dataset_config_default(const mote_kind *kind);

/* Where a sample was cut from: the which-th of a stretch of an object. */
typedef struct {
    mote_sha256 object; /* all 0: it was made, not cut */
    int64_t from_us, to_us;
    size_t which;
} mote_dataset_place;

/* Samples of one shape with their targets. What only one kind of input has beside them hangs behind
 * `own` and is asked for in that kind's words (data/kind_audio.h). */
typedef struct {
    const mote_kind *kind;
    mote_shape shape;        /* of one sample */
    double rate_hz;          /* of samples that run in time; 0: they do not */
    size_t n;                /* samples */
    void *x;                 /* [n] samples of that shape, one behind the other */
    mote_answer_kind answer; /* which of the targets there are */
    int32_t *class_id;       /* [n] of classes, and of what is normal or not; else NULL */
    float *values;           /* [n][n_values] of values, else NULL */
    int32_t n_values;
    double *time_s;             /* [n] when it was, NaN: not known; NULL: nothing says when */
    int32_t *group_id;          /* [n] index into groups */
    const char **label;         /* [n] what was said of the sample, whatever its class */
    mote_sha256 *key;           /* [n] SHA-256 of the sample's bytes: for caches */
    mote_dataset_place *place;  /* [n] to find it again; NULL: not known */
    const char *const *classes; /* [n_classes] */
    size_t n_classes;
    size_t *n_per_class; /* [n_classes] */
    const char **groups; /* [n_groups] in byte order */
    size_t n_groups;
    const void *own;   /* private to data/kind_*.c; NULL: nothing */
    size_t n_left_out; /* without a class, of another split, or over a ratio */
    mote_arena arena;  /* private: owns all of the above */
} mote_dataset;

/* The first example of a version, decoded at the rate of the cut: what the samples look like. Where
 * no rate is asked for, its rate is that of the data sets. Given back with mote_loaded_done.
 * NOT_FOUND: there is no example; CORRUPT and others of decoding. */
MOTE_MUST_USE mote_status mote_dataset_first(mote_store *s, const mote_data_version *v,
                                             const mote_dataset_config *cfg, mote_loaded *out,
                                             mote_err *err);

/* Load. *out is owned by the caller (mote_dataset_release), untouched on error.
 * Errors: NOT_FOUND the split has no sample of any label that is asked for, or _silence_ is wanted
 * and there is nothing to make it from; LIMIT more than max_bytes; ARG config; CORRUPT an object is
 * damaged (named); SHAPE two of them do not give samples of one shape; CANCELLED. */
MOTE_MUST_USE mote_status mote_dataset_load(mote_store *s, const mote_data_version *v,
                                            const mote_dataset_config *cfg, mote_dataset *out,
                                            mote_err *err);
void mote_dataset_release(mote_dataset *d);

/* How the objects of a data set are decoded. */
mote_decoding mote_dataset_decoding(const mote_dataset_config *cfg);

/* Elements and bytes of one sample. */
size_t mote_dataset_elements(const mote_dataset *d);
size_t mote_dataset_sample_bytes(const mote_dataset *d);

/* Sample i as it lies in memory; borrowed until release. */
const void *mote_dataset_sample(const mote_dataset *d, size_t i);

/* Samples [first, first + n) of d, borrowed from it: not to be released. n_per_class stays that of
 * the whole. */
mote_dataset mote_dataset_part(const mote_dataset *d, size_t first, size_t n);

#endif
