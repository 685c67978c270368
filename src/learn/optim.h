/* SPDX-License-Identifier: Apache-2.0 */
/* Optimisers: one step for the parameters of a net. Depends on kernels.h, net.h. */
#ifndef MOTE_LEARN_OPTIM_H
#define MOTE_LEARN_OPTIM_H

#include "learn/kernels.h"
#include "learn/net.h"

typedef enum { MOTE_OPTIM_ADAM = 0, MOTE_OPTIM_SGD = 1 } mote_optim_kind;

/* ADAM: Kingma and Ba 2015, algorithm 1, with decoupled decay (Loshchilov and Hutter 2019, AdamW):
 *   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 *   w = w (1 - rate decay) - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
 * SGD with momentum, decay as an L2 term (Sutskever et al. 2013, as PyTorch has it):
 *   g = g + decay w;  m = momentum m + g;  w = w - rate m
 * Decay applies to the weights of layers, not to biases, gamma and beta. */
typedef struct {
    mote_optim_kind kind;
    float beta_1, beta_2; /* ADAM: [0, 1); 0.9, 0.999 */
    float epsilon;        /* ADAM: > 0; 1e-8 */
    float momentum;       /* SGD: [0, 1) */
    float decay;          /* >= 0 */
    float clip_norm;      /* scale the gradient down to this 2-norm; 0: do not */
} mote_optim_config;

/* What it remembers between steps; the caller owns the arrays. */
typedef struct {
    float *m, *v;     /* [n_params]; zeroed before the first step. SGD uses m alone */
    uint64_t n_steps; /* done */
} mote_optim_state;

/* Defaults: Adam, 0.9, 0.999, 1e-8, no decay, no clipping. */
void mote_optim_default(mote_optim_config *c);
/* ARG names the field that is out of its range. */
MOTE_MUST_USE mote_status mote_optim_check(const mote_optim_config *c, mote_err *err);

/* One step at `rate` over the trained segments; `grads` is used up. */
void mote_optim_step(const mote_optim_config *c, const mote_net *net, double rate, float *grads,
                     float *params, mote_optim_state *s);

#endif
