/* SPDX-License-Identifier: Apache-2.0 */
/* A teacher: a trained network whose opinion of a sample is part of what another one is to say.
 *
 * Of the classes it knows, those of the pupil count; its probabilities p of them become softened
 * ones, p^(1/T) over their sum, which is the softmax of its logits divided by T.
 * Source: Hinton, Vinyals, Dean 2015, Distilling the Knowledge in a Neural Network, equation 1.
 *
 * Depends on net.h. Used by pipeline/source.c. */
#ifndef MOTE_LEARN_TEACHER_H
#define MOTE_LEARN_TEACHER_H

#include "learn/net.h"

typedef struct {
    const mote_graph *graph; /* float32, ends in a softmax; outlives the teacher */
    const int32_t *outputs;  /* [n_classes]: which output is the pupil's class; copied */
    int32_t n_classes;
    int32_t max_batch;
    double temperature; /* T >= 1 */
    mote_pool *pool;    /* NULL: this thread alone */
} mote_teacher_config;

typedef struct mote_teacher mote_teacher;

/* Errors: ARG a setting, or an output that it does not have; those of mote_net_create. */
MOTE_MUST_USE mote_status mote_teacher_create(const mote_teacher_config *cfg, mote_teacher **out,
                                              mote_err *err);
void mote_teacher_destroy(mote_teacher *t); /* NULL is fine */
size_t mote_teacher_in_elements(const mote_teacher *t);

/* Add share times its opinion of n <= max_batch samples x [n][in elements] to p [n][n_classes]. The
 * same bits on any number of threads. */
void mote_teacher_add(mote_teacher *t, const float *x, int32_t n, double share, float *p);

#endif
