/* SPDX-License-Identifier: Apache-2.0 */
/* What normal traffic looks like to a model: the reference that drift is measured against.
 *
 * A few numbers of every prediction are watched: those of the sample that its kind names (the
 * columns of a row, the axes of a series, how bright a picture is; mote_kind_watch), of others
 * summaries of the features and the level where samples have one; and what was said: of classes how
 * sure the model is and the class, values, a score. At training time the reference samples (which
 * the model was not trained on) are predicted, their watched values put into bins - ten of equal
 * mass for numbers, one per label for the class - and every sample's bins are kept with the group
 * (speaker, machine) it belongs to. The groups are what makes an honest threshold possible: samples
 * of one group are alike, so a window of 200 samples from 8 groups varies far more than 200
 * independent ones would; monitor/ draws whole groups to find out by how much.
 *
 * A profile is part of the bundle ("drift_reference" of model.json, docs/formats/reference.md).
 * Depends on base/, data/, feature/. Used by pipeline/ (builds it), monitor/ and serve/ (compare
 * with it).
 */
#ifndef MOTE_EVALUATE_REFERENCE_PROFILE_H
#define MOTE_EVALUATE_REFERENCE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/status.h"
#include "data/kind.h"
#include "feature/frontend.h"
#include "model/model.h"
#include "project/task.h"

#define MOTE_WATCH_MAX_THINGS    (MOTE_KIND_MAX_WATCHED + 16)
#define MOTE_WATCH_MAX_BINS      66 /* 64 labels, or quantile bins, and one for "missing" */
#define MOTE_WATCH_QUANTILE_BINS 10
#define MOTE_WATCH_BANDS         12   /* feature means are averaged to at most so many */
#define MOTE_WATCH_COLUMNS       20   /* the same of a sample that is one frame */
#define MOTE_WATCH_VALUES        8    /* of what is said, the first so many */
#define MOTE_WATCH_MAX_ROWS      5000 /* samples that a profile keeps */
#define MOTE_WATCH_NAME_BYTES    MOTE_WATCHED_BYTES

/* ---- the watched values of one prediction ---- */

/* The shape that decides what is watched. */
typedef struct {
    int32_t n_frames, n_values; /* features [n_frames][n_values]; 0, 0: there are none */
    mote_answer_kind answer;
    int32_t n_said;   /* numbers that are said of a sample: labels, values, 1 score */
    bool is_cepstral; /* value 0 of a frame is its energy (MFCC); else the mean of its values */
    bool has_level;   /* samples are int16 of one channel: their power is watched */
    int32_t n_sample; /* numbers of the sample that its kind names; then none of features */
    const mote_kind_watch *watch; /* that does it; NULL without, and of a shape that was parsed */
    mote_shape sample;
} mote_watch_shape;

/* The shape for a model with this front end (NULL or none: its input is a tensor) on samples of a
 * shape. */
mote_watch_shape mote_watch_shape_for(const mote_frontend *features, const mote_shape *sample,
                                      mote_answer_kind answer, int32_t n_said);

/* How many things are watched, at most MOTE_WATCH_MAX_THINGS, and what they are called:
 *   sample_<k>    what the kind names, before mote_reference_profile_name says how
 * or else
 *   feature_<k>   mean over the sample of value k (or of neighbouring values k..)
 *   floor         10 % quantile over the frames of their energy: the quiet part, background noise
 *   spread        standard deviation over the frames of their energy; neither of a single frame
 *   level_db      mean power of the samples, dB of full scale
 * and of what is said, by the row of the answer (answer_class.c, ..):
 *   confidence    largest probability
 *   entropy       of the probabilities, in nats
 *   class         the predicted label (the last thing)
 *   value_<k>     each value, before mote_reference_profile_name says "value rent"
 *   score         how unusual */
int32_t mote_watch_count(const mote_watch_shape *shape);
bool mote_watch_is_class(const mote_watch_shape *shape, int32_t thing);
void mote_watch_name(const mote_watch_shape *shape, int32_t thing,
                     char name[MOTE_WATCH_NAME_BYTES]);

/* Compute them. features, and n numbers of a sample, as the shape says (else NULL); a parsed shape
 * cannot. said [n_said].
 *   out  [mote_watch_count] values; a value that cannot be computed is NaN and counts as missing.
 * No allocation; any thread; some microseconds. */
void mote_watch_values(const mote_watch_shape *shape, const float *features, const void *sample,
                       size_t n, const float *said, float *out);

/* ---- the profile ---- */

typedef struct {
    char name[MOTE_WATCH_NAME_BYTES];
    char called[MOTE_WATCHED_BYTES];                         /* for people: "column 'hours'" */
    char more[MOTE_WATCHED_BYTES], less[MOTE_WATCHED_BYTES]; /* "higher", "lower"; "" no word */
    bool is_class;
    bool is_mute;                              /* its values count as missing */
    int32_t n_bins;                            /* with the last one for missing values */
    float edges[MOTE_WATCH_QUANTILE_BINS - 1]; /* numbers: bin i holds edges[i-1] <= x < edges[i] */
} mote_watched;

/* Open for reading; owned by the caller of build or parse. */
typedef struct mote_reference_profile {
    mote_watch_shape shape;
    int32_t n_things;
    mote_watched things[MOTE_WATCH_MAX_THINGS];
    int32_t n_rows, n_groups;
    int32_t *group_start; /* [n_groups + 1] rows group_start[g].. are of group g */
    uint8_t *bins;        /* [n_rows][n_things] */
} mote_reference_profile;

/* Build from the watched values of n_rows reference samples.
 *   values    [n_rows][mote_watch_count(shape)]
 *   group_id  [n_rows], any numbers; samples with the same number belong together
 * With more than MOTE_WATCH_MAX_ROWS samples evenly many of each group are kept.
 * Errors: ARG fewer than 50 samples or a shape out of range; NOMEM. */
MOTE_MUST_USE mote_status mote_reference_profile_build(const mote_watch_shape *shape,
                                                       const float *values, const int32_t *group_id,
                                                       size_t n_rows, mote_reference_profile **out,
                                                       mote_err *err);
void mote_reference_profile_destroy(mote_reference_profile *p);

/* Say what people call the watched things, by the form of the samples and the front end; what is
 * mute (mote_kind_watched) counts as missing from here on. */
void mote_reference_profile_name(mote_reference_profile *p, const mote_frontend *features,
                                 const mote_sample_form *form);

/* A new reference owned by the caller; and back. Parse checks everything: PARSE, RANGE. */
MOTE_MUST_USE mote_status mote_reference_profile_to_json(const mote_reference_profile *p,
                                                         json_t **out, mote_err *err);
/* lint: unused_exports: tested and fuzzed by itself; with a model's names it is ..._of */
MOTE_MUST_USE mote_status mote_reference_profile_parse(const json_t *document,
                                                       mote_reference_profile **out, mote_err *err);

/* That of a model's bundle; older ones do not say what its values are called, and get it from the
 * signature. Owned by the caller. UNSUPPORTED: it has none; as parse. */
MOTE_MUST_USE mote_status mote_reference_profile_of(const mote_model *m,
                                                    mote_reference_profile **out, mote_err *err);

/* The bins of one prediction's watched values: bins[n_things]. */
void mote_reference_profile_bin(const mote_reference_profile *p, const float *values,
                                uint8_t *bins);

#endif
