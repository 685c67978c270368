/* SPDX-License-Identifier: Apache-2.0 */
/* Data sets: one split of a data version in memory, ready to train on or to judge with.
 *
 * Every recording becomes one clip of the same length:
 *   shorter   zeros before and after, the recording in the middle
 *   longer    the window with the most energy; where neighbouring windows have nearly as much
 *             (2 %), the middle of that run, so that a short word is not cut at an edge
 * Classes are the keywords in the order of mote.yaml, then _unknown_, then _silence_ if those
 * exist. A recording of another word is of class _unknown_ (or left out when there is none, or when
 * its word belongs to another split: data/deal.h). Clips of _silence_ are cut from the background
 * recordings at evenly spaced places, from the stretch of time that belongs to the split.
 *
 * The order of the clips, and every byte, is a function of the version and the config.
 * Depends on base, store, data/version. Used by learn, evaluate, monitor, compress. */
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
#include "data/audio.h"
#include "data/kind.h"
#include "data/version.h"
#include "store/store.h"

/* Which recordings of a split. HEARD: only those of other words that training has heard, said by
 * people of the split (no keywords, no silence; there may be none). */
typedef enum { MOTE_WORDS_APART, MOTE_WORDS_HEARD } mote_dataset_words;

typedef struct {
    const char *const *keywords; /* [n_keywords], borrowed for the life of the data set */
    size_t n_keywords;
    bool unknown, silence; /* whether those classes exist */
    mote_split split;
    bool all_splits; /* everything; `split` and `words` are not looked at */
    mote_dataset_words words;

    /* Cross-validation: n_folds 0 uses the splits of the version; else round `round` of it, as in
     * mote_version_folds: test = fold round, validation = the next one, train = the others. */
    int32_t n_folds, round;
    uint64_t fold_seed;

    int32_t rate_hz;
    double clip_ms;
    double unknown_ratio;      /* at most this many _unknown_ clips per clip of the mean keyword;
                                  which ones is decided by their hash; 0: all of them */
    double silence_ratio;      /* this many _silence_ clips per clip of the mean keyword */
    size_t max_bytes;          /* of the clips and recordings together */
    const mote_cancel *cancel; /* NULL: none */
    void (*progress)(void *arg, size_t done, size_t total); /* NULL: none */
    void *progress_arg;
} mote_dataset_config;

/* 16 kHz, 1000 ms, all unknown words, silence like a keyword, 4 GB. */
mote_dataset_config mote_dataset_config_default(void);

/* Samples of one shape with their targets. What only one kind of input has beside them hangs behind
 * `own` and is asked for in that kind's words (data/kind_audio.h). */
typedef struct {
    const mote_kind *kind;
    mote_shape shape;        /* of one sample */
    size_t n;                /* samples */
    void *x;                 /* [n] samples of that shape, one behind the other */
    mote_answer_kind answer; /* which of the targets there are */
    int32_t *class_id;       /* [n] of classes, else NULL */
    float *values;           /* [n][n_values] of values, else NULL */
    int32_t n_values;
    int32_t *group_id;          /* [n] index into groups */
    const char **label;         /* [n] what was said of the sample, whatever its class */
    mote_sha256 *key;           /* [n] SHA-256 of the sample's bytes: for caches */
    const char *const *classes; /* [n_classes] */
    size_t n_classes;
    size_t *n_per_class; /* [n_classes] */
    const char **groups; /* [n_groups] in byte order */
    size_t n_groups;
    const void *own;   /* private to data/kind_*.c; NULL: nothing */
    size_t n_left_out; /* without a class, of another split, or over a ratio */
    mote_arena arena;  /* private: owns all of the above */
} mote_dataset;

/* Load. *out is owned by the caller (mote_dataset_release), untouched on error.
 * Errors: NOT_FOUND the split has no clip of any keyword, or _silence_ is wanted and there is no
 * background recording of at least one clip; LIMIT more than max_bytes; ARG config; CORRUPT an
 * object is damaged (named); CANCELLED. */
MOTE_MUST_USE mote_status mote_dataset_load(mote_store *s, const mote_data_version *v,
                                            const mote_dataset_config *cfg, mote_dataset *out,
                                            mote_err *err);
void mote_dataset_release(mote_dataset *d);

/* Elements and bytes of one sample. */
size_t mote_dataset_elements(const mote_dataset *d);
size_t mote_dataset_sample_bytes(const mote_dataset *d);

/* Sample i as it lies in memory; borrowed until release. */
const void *mote_dataset_sample(const mote_dataset *d, size_t i);

/* Samples [first, first + n) of d, borrowed from it: not to be released. n_per_class stays that of
 * the whole. */
mote_dataset mote_dataset_part(const mote_dataset *d, size_t first, size_t n);

/* The rule for one clip: n samples in, exactly clip_samples out. For serving and evaluation. */
void mote_dataset_fit(const int16_t *in, size_t n, int16_t *out, size_t clip_samples);

#endif
