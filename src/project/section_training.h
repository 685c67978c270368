/* SPDX-License-Identifier: Apache-2.0 */
/* Section `training` of mote.yaml: how the weights are found. The keys
 * are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_TRAINING_H
#define MOTE_PROJECT_SECTION_TRAINING_H

#include <stdint.h>

#include "project/setting_types.h"

typedef struct {
    int32_t epochs, min_steps, batch;
    const char *optimiser; /* "adam" or "sgd" */
    const char *loss;      /* a name of losses.def */
    double huber_delta;
    double learning_rate, momentum, weight_decay;
    int32_t warm_up_epochs;
    double label_smoothing;
    const char *head;                      /* "trained" or "discriminant" */
    const char *class_weights;             /* "none" or "balanced" */
    int32_t patience;                      /* epochs without progress; 0: never stop early */
    const char *refit;                     /* "none" or "all" */
    int32_t refit_folds;                   /* that judge when it is "all" */
    int32_t mining_rounds, mining_windows; /* of negatives; 0 rounds: none */
    int64_t seed;
    int32_t seeds;       /* members of an ensemble that teaches what ships; 1: there is none */
    int32_t threads;     /* 0: as many as there are processors; never changes results */
    double mixup;        /* alpha of the Beta distribution; 0: off */
    double ema;          /* decay of the averaged weights; 0: off */
    const char *average; /* "none", "ema" or "swa"; with ema > 0: none */
    double average_span; /* of the training, that they look back over */
    const char *start;   /* a model to begin with; "": none. The others are read with it alone */
    const char *freeze;  /* "body", "none", a number of layers, or the name of one */
    int32_t views;       /* of each sample, of which what is frozen is computed */
    int32_t thaw_epochs;
    double thaw_rate;
    mote_names teachers; /* models that teach; none: the others are not read */
    double teacher_weight, teacher_temperature;
} mote_project_training;

#endif
