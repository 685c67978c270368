/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of Adam(W) and SGD; see optim.h for the formulas. */
#include "learn/optim.h"

#include <math.h>

void mote_optim_default(mote_optim_config *c)
{
    *c = (mote_optim_config){.kind = MOTE_OPTIM_ADAM,
                             .beta_1 = 0.9f,
                             .beta_2 = 0.999f,
                             .epsilon = 1e-8f,
                             .momentum = 0.9f};
}

static bool is_fraction(float x)
{
    return x >= 0.0f && x < 1.0f;
}

mote_status mote_optim_check(const mote_optim_config *c, mote_err *err)
{
    if (c->kind != MOTE_OPTIM_ADAM && c->kind != MOTE_OPTIM_SGD)
        return mote_fail(err, MOTE_ARG, "there is no optimiser %d", (int)c->kind);
    if (!is_fraction(c->beta_1) || !is_fraction(c->beta_2))
        return mote_fail(err, MOTE_ARG, "the betas of Adam must be in [0, 1)");
    if (c->kind == MOTE_OPTIM_ADAM && !(c->epsilon > 0.0f))
        return mote_fail(err, MOTE_ARG, "the epsilon of Adam must be above 0");
    if (!is_fraction(c->momentum))
        return mote_fail(err, MOTE_ARG, "momentum must be in [0, 1)");
    if (!(c->decay >= 0.0f && c->decay <= 1.0f))
        return mote_fail(err, MOTE_ARG, "weight decay must be in [0, 1]");
    if (!(c->clip_norm >= 0.0f))
        return mote_fail(err, MOTE_ARG, "the gradient norm to clip at must be 0 or more");
    return MOTE_OK;
}

/* b^n by squaring: the same bytes everywhere, unlike the C library's pow. */
static double power(double b, uint64_t n)
{
    double r = 1.0;
    for (; n; n >>= 1, b *= b) {
        if (n & 1)
            r *= b;
    }
    return r;
}

static float clip_scale(float limit, const float *grads, size_t n)
{
    if (!(limit > 0.0f))
        return 1.0f;
    double square = 0.0;
    for (size_t i = 0; i < n; i++)
        square += (double)grads[i] * (double)grads[i];
    double norm = sqrt(square);
    return norm > (double)limit ? (float)((double)limit / norm) : 1.0f;
}

void mote_optim_step(const mote_optim_config *c, const mote_net *net, double rate, float *grads,
                     float *params, mote_optim_state *s)
{
    const mote_kernels *k = mote_net_kernels(net);
    size_t n_segments;
    const mote_net_segment *segments = mote_net_segments(net, &n_segments);
    float scale = clip_scale(c->clip_norm, grads, mote_net_n_params(net));
    s->n_steps++;
    mote_adam_step adam = {
        .rate = (float)rate,
        .beta_1 = c->beta_1,
        .beta_2 = c->beta_2,
        .epsilon = c->epsilon,
        .correction_1 = (float)(1.0 / (1.0 - power((double)c->beta_1, s->n_steps))),
        .correction_2 = (float)(1.0 / (1.0 - power((double)c->beta_2, s->n_steps))),
        .grad_scale = scale};
    for (size_t i = 0; i < n_segments; i++) {
        const mote_net_segment *seg = &segments[i];
        if (!seg->is_trained)
            continue;
        float *g = grads + seg->first, *w = params + seg->first, *m = s->m + seg->first;
        float decay = seg->is_weight ? c->decay : 0.0f;
        if (c->kind == MOTE_OPTIM_ADAM) {
            adam.decay = decay;
            k->adam(&adam, seg->count, g, w, m, s->v + seg->first);
        } else {
            k->blend(seg->count, scale, decay, w, g);
            k->blend(seg->count, c->momentum, 1.0f, g, m);
            k->blend(seg->count, 1.0f, (float)-rate, m, w);
        }
    }
}
