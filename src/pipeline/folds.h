/* SPDX-License-Identifier: Apache-2.0 */
/* Cross-validation over groups: as many models as folds, each judged, as int8 on the kernels that
 * ship, on the groups it has not heard. Says how well the recipe of mote.yaml does on this data and
 * how much that depends on who speaks; makes no model to keep.
 *
 * Round r tests on fold r, stops early on fold r + 1, trains on the others. */
#ifndef MOTE_PIPELINE_FOLDS_H
#define MOTE_PIPELINE_FOLDS_H

#include "data/version.h"
#include "feature/frontend.h"
#include "graph/graph.h"
#include "learn/trainer.h"
#include "pipeline/pipeline.h"
#include "pipeline/settings.h"

#define MOTE_MIN_FOLDS 3 /* one to test, one to stop by, one to learn from */
#define MOTE_MAX_FOLDS 20

typedef struct {
    size_t n_train, n_validation, n_test;
    double accuracy_f32, accuracy_s8; /* on the test fold */
    int32_t n_epochs, best_epoch;
    double seconds;
    mote_frontend features;          /* fitted to what the fold has learned from */
    int32_t n_seeds;                 /* members of training.seeds that taught its model; 0: none */
    double seeds_s8[MOTE_MAX_SEEDS]; /* what each of them does, as accuracy_s8 */
} mote_fold_result;

typedef struct {
    int32_t n;
    mote_metric metric; /* the chief one, which the figures are */
    mote_fold_result folds[MOTE_MAX_FOLDS];
    double mean_s8, sd_s8; /* over folds; sd with n - 1 */
    double mean_f32;
    int64_t flash_bytes; /* estimated for the project's target: the whole program */
    int64_t arena_bytes;
    int64_t weights_bytes;
    json_t *baselines; /* that the models stand beside, out of fold (baselines.h); NULL: nobody
                          asked, or the metric cannot be said. Owned by the caller */
} mote_folds_result;

/* Which fold, how far it is in [0, 1], and that in words. */
typedef void mote_folds_progress(void *arg, int32_t fold, double part, const char *note);

/* A cross-validation to be done. */
typedef struct {
    int32_t n_folds;               /* MOTE_MIN_FOLDS to MOTE_MAX_FOLDS */
    uint64_t seed;                 /* of the deal of groups into folds */
    bool with_baselines;           /* fit them in each fold, too */
    mote_folds_progress *progress; /* NULL: nobody asks */
    void *arg;                     /* of it */
} mote_folds_job;

/* `p` has run its data stage. Errors: ARG n_folds; those of loading, training and quantising, with
 * the fold. */
MOTE_MUST_USE mote_status mote_folds_run(mote_pipeline *p, const mote_folds_job *job,
                                         mote_folds_result *out, mote_err *err);

/* The model of one round, for those who keep it (refit.h). Sees the settings task, dataset,
 * features, arch, training and augmentation of `p`. */
typedef struct {
    mote_pipeline *p;
    const mote_data_version *version;
    const mote_data_version *learn; /* what is learned from and stopped by; NULL: `version` */
    int32_t n_folds, fold;          /* n_folds 0: the splits of the version */
    uint64_t seed;
    mote_train_host host;              /* of its training */
    const char *checkpoint, *identity; /* the same; NULL: none */
} mote_fold_job;

/* Make it, and judge it on the fold that it has not heard. *s8: owned by the caller. Errors: those
 * of loading, training and quantising. */
MOTE_MUST_USE mote_status mote_fold_make(const mote_fold_job *job, mote_fold_result *out,
                                         mote_graph **s8, mote_err *err);

#endif
