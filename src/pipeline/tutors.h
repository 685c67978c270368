/* SPDX-License-Identifier: Apache-2.0 */
/* training.teacher on the samples of training: each teacher hears every sample as the pupil does,
 * through a front end of its own, and what all of them say together becomes part of the target:
 *
 *     target = (1 - weight) * label + weight * mean of what the teachers say
 *
 * Depends on learn/teacher.h, start.h. Used by source.c. */
#ifndef MOTE_PIPELINE_TUTORS_H
#define MOTE_PIPELINE_TUTORS_H

#include "data/dataset.h"
#include "learn/teacher.h"
#include "pipeline/start.h"

typedef struct mote_tutors mote_tutors;

typedef struct {
    const mote_start *teachers; /* [n]; borrowed, as all here */
    size_t n;
    const mote_dataset *data;
    const mote_frontend *features; /* of a teacher without one: a network alone */
    double weight, temperature;
    int32_t batch, n_workers;
    mote_pool *pool;
} mote_tutors_config;

/* ARG, by name: a teacher that does not know a class, or hears other samples. */
MOTE_MUST_USE mote_status mote_tutors_create(const mote_tutors_config *cfg, mote_tutors **out,
                                             mote_err *err);
void mote_tutors_destroy(mote_tutors *t); /* NULL is fine */

/* Row i of a batch is this sample, as changed. Workers may call it at the same time, for other
 * rows. */
MOTE_MUST_USE mote_status mote_tutors_hear(mote_tutors *t, int32_t worker, size_t i,
                                           const void *sample, mote_err *err);

/* What they say of rows [0, n) goes into the targets [n][classes], which have the labels. */
void mote_tutors_say(mote_tutors *t, int32_t n, float *targets);

#endif
