/* SPDX-License-Identifier: Apache-2.0 */
/* A head that is counted, not trained: the last layer by linear discriminant analysis of what the
 * body makes of the training samples.
 *
 * With the mean m_k of each class and one covariance S of all about their means, the class whose
 * mean is nearest (Mahalanobis) is the one of the largest w_k y + b_k,
 *
 *     w_k = S^-1 m_k,  b_k = -m_k^T S^-1 m_k / 2
 *
 * every class as likely as another. That is a dense layer: it costs nothing more on a device, and
 * for some projects it refuses other words better than the layer that training ends with
 * (docs/decisions/0261). S is S' = (1 - r) S + r diag(S). Weights and biases are
 * taken less their mean over the classes, which changes no answer, and by one factor, so that the
 * logits of the training samples are as large, in the root mean square, as they were before.
 * Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, section 4.3; the
 * shrinkage is that of Friedman 1989, Regularized discriminant analysis, to a diagonal.
 *
 * Depends on graph/cut.h, net.h, trainer.h. Used by pipeline/recipe.c. */
#ifndef MOTE_LEARN_DISCRIMINANT_H
#define MOTE_LEARN_DISCRIMINANT_H

#include "base/pool.h"
#include "graph/graph.h"
#include "learn/trainer.h"

typedef struct {
    const mote_train_set *samples; /* as they are, with labels; features as the graph takes them */
    double shrinkage;              /* r, in [0, 1] */
    int32_t batch;                 /* samples at a time, >= 1 */
    size_t limit_bytes;            /* 0: 4 GB */
    mote_pool *pool;               /* NULL: this thread alone; results do not depend on it */
} mote_discriminant_job;

/* Other weights and biases for the last layer of `g`, a folded float graph whose last operator with
 * weights is a dense layer of a row for each class. On error g is as it was.
 *
 * Errors: UNSUPPORTED it ends in another layer; RANGE a class without samples, or a body that makes
 * the same of all of them; NOMEM, LIMIT; those of samples->give. */
MOTE_MUST_USE mote_status mote_discriminant_head(const mote_discriminant_job *job, mote_graph *g,
                                                 mote_err *err);

#endif
