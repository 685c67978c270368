/* SPDX-License-Identifier: Apache-2.0 */
/* How good is a classifier: accuracy, confusion, per class, per group, calibration, with intervals.
 *
 * Pure functions of labels, probabilities and groups; the same input and seed give the same bytes.
 * Depends on base/, model/predictor.h. Used by the evaluate stage, compare, the report. */
#ifndef MOTE_EVALUATE_METRICS_H
#define MOTE_EVALUATE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/interval.h"

/* What a model said about n clips. Borrowed. A clip's prediction is the class with the highest
 * probability, the lowest index when several share it. */
typedef struct {
    size_t n;
    int32_t n_classes;          /* at least 2 */
    const int32_t *labels;      /* [n] in [0, n_classes) */
    const float *probabilities; /* [n][n_classes], each in [0, 1] */
    const int32_t *groups;      /* [n] in [0, n_groups), or NULL: each clip stands alone */
    int32_t n_groups;
} mote_predictions;

typedef struct {
    double confidence;   /* of all intervals */
    int32_t n_resamples; /* bootstrap */
    uint64_t seed;
    int32_t min_group; /* smaller groups are shown but cannot be the worst */
    int32_t n_bins;    /* of the calibration error */
} mote_evaluate_config;

/* 95 %, 1000 resamples, seed 1, groups of at least 5, 15 bins. */
mote_evaluate_config mote_evaluate_config_default(void);

typedef struct {
    int64_t n, n_predicted, n_right; /* clips of the class, said to be of it, both */
    double precision, recall, f1;    /* 0 where nothing was said or there is nothing */
    mote_interval recall_interval;   /* as accuracy below */
} mote_class_result;

typedef struct {
    int64_t n, n_right;
    mote_interval accuracy; /* Wilson */
} mote_group_result;

typedef struct {
    int64_t n;                   /* predictions in this bin of confidence */
    double confidence, accuracy; /* means; 0 when n is 0 */
} mote_calibration_bin;

/* Arrays live as long as the arena given to mote_evaluate. */
typedef struct {
    int64_t n, n_right;
    int32_t n_classes, n_groups, n_bins;
    double confidence_level;
    int64_t *confusion;         /* [true][predicted] */
    mote_class_result *classes; /* [n_classes] */
    mote_group_result *groups;  /* [n_groups]; none without groups */
    mote_calibration_bin *bins; /* [n_bins] */
    /* Intervals are over whole groups, because clips of one speaker are alike: the bootstrap's, but
     * of accuracy and recalls that of a share over groups (share.h): a bootstrap of 100 % right, or
     * of a few groups, has too little width; of clips that stand alone Wilson's. */
    mote_interval accuracy, macro_f1, ece, brier, nll;
    int32_t worst_class; /* lowest recall among classes that have clips; -1: none */
    int32_t worst_group; /* lowest accuracy among groups of min_group and more; -1 */
} mote_evaluation;

/* Evaluate. macro_f1 is the mean over classes that occur or were predicted (as sklearn's f1_score
 * with average='macro'). brier: mean over clips of the sum over classes of (p - y)^2, 0..2. nll:
 * mean of -ln p of the right class, p at least 1e-7 because a quantised softmax can say 0. ece:
 * expected calibration error of the winning probability: sum over bins of share * |accuracy - mean
 * confidence|, bins of equal width over [0, 1], (i/b, (i+1)/b], the first one closed. Source:
 * Naeini, Cooper, Hauskrecht (2015); Guo et al. (2017), eq. 3.
 *
 * Errors: ARG  a label, group or probability out of range (named), n = 0, config out of range
 *         NOMEM. Cost: O(n_resamples * n). Scratch is taken from `a` and rewound. */
MOTE_MUST_USE mote_status mote_evaluate(const mote_predictions *p, const mote_evaluate_config *cfg,
                                        mote_arena *a, mote_evaluation *out, mote_err *err);

/* ARG when a label, group or probability is out of range (named), or n = 0. */
MOTE_MUST_USE mote_status mote_predictions_check(const mote_predictions *p, mote_err *err);

/* The predicted class of each clip into classes[n]. */
void mote_predictions_argmax(const mote_predictions *p, int32_t *classes);

/* Temperature scaling: the T that minimises nll of p^(1/T) / sum, within [0.02, 50], found by
 * bisection on the derivative (the nll is convex in 1/T). ARG as above; also *nll (NULL allowed).
 * mote_temperature_apply (model/predictor.h) applies it.
 * Source: Guo et al., On Calibration of Modern Neural Networks (2017), section 4.2. */
MOTE_MUST_USE mote_status mote_temperature_fit(const mote_predictions *p, double *temperature,
                                               double *nll, mote_err *err);
/* Did the fit run into its bound? Then the predictions do not say how sure the model may be: they
 * are all right (or none is better than chance), and the temperature is not to be used. */
bool mote_temperature_is_bound(double temperature);

/* Everything above as one document; names [n_classes] and group_names [n_groups] (NULL: no groups
 * are written). A new reference owned by the caller. */
MOTE_MUST_USE mote_status mote_evaluation_to_json(const mote_evaluation *e,
                                                  const char *const *names,
                                                  const char *const *group_names, json_t **out,
                                                  mote_err *err);

/* Read back what mote_evaluation_to_json wrote, for tables of an evaluation that is kept. Groups
 * without clips were not written, so group indices are new. *names [n_classes] and *group_names
 * [n_groups]; all live as long as `a`. worst_class and worst_group are set from their names.
 * Errors: PARSE, RANGE for documents that are not ours; NOMEM. */
MOTE_MUST_USE mote_status mote_evaluation_from_json(const json_t *j, mote_arena *a,
                                                    mote_evaluation *out, const char *const **names,
                                                    const char *const **group_names, mote_err *err);

#endif
