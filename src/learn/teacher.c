/* SPDX-License-Identifier: Apache-2.0 */
/* Opinions of trained networks. See teacher.h. */
#include "learn/teacher.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

struct mote_teacher {
    mote_arena arena;
    mote_net *net;
    int32_t n_classes, n_outputs;
    double temperature;
    int32_t *outputs;
    float *state, *said; /* [max_batch][n_outputs] */
    double *soft;        /* [n_classes] */
};

static mote_status create(const mote_teacher_config *c, mote_teacher *t, mote_err *err)
{
    const mote_net_config net = {.max_batch = c->max_batch};
    if (!(c->temperature >= 1.0 && c->temperature <= 1000.0))
        return mote_fail(err, MOTE_ARG, "the temperature of a teacher must be 1 or more");
    MOTE_TRY(mote_net_create(c->graph, &net, c->pool, &t->net, err));
    t->n_classes = c->n_classes;
    t->n_outputs = mote_net_n_outputs(t->net);
    t->temperature = c->temperature;
    const size_t n = (size_t)c->n_classes;
    for (size_t k = 0; k < n; k++)
        if (c->outputs[k] < 0 || c->outputs[k] >= t->n_outputs)
            return mote_fail(err, MOTE_ARG, "a teacher of %d outputs has no output %d",
                             t->n_outputs, c->outputs[k]);
    MOTE_TRY(mote_arena_take(&t->arena, n, sizeof *t->outputs, &t->outputs, err));
    memcpy(t->outputs, c->outputs, n * sizeof *t->outputs);
    MOTE_TRY(mote_arena_take(&t->arena, n, sizeof *t->soft, &t->soft, err));
    MOTE_TRY(mote_arena_take(&t->arena, (size_t)c->max_batch,
                             (size_t)t->n_outputs * sizeof *t->said, &t->said, err));
    MOTE_TRY(
        mote_arena_take(&t->arena, mote_net_n_state(t->net), sizeof *t->state, &t->state, err));
    mote_net_read(t->net, c->graph, t->state);
    return MOTE_OK;
}

mote_status mote_teacher_create(const mote_teacher_config *cfg, mote_teacher **out, mote_err *err)
{
    mote_teacher *t = mote_alloc_zero(1, sizeof *t);
    if (!t)
        return mote_fail(err, MOTE_NOMEM, "no memory for a teacher");
    mote_arena_init(&t->arena, (size_t)1 << 30);
    const mote_status st = create(cfg, t, err);
    if (st != MOTE_OK) {
        mote_teacher_destroy(t);
        return st;
    }
    *out = t;
    return MOTE_OK;
}

void mote_teacher_destroy(mote_teacher *t)
{
    if (!t)
        return;
    mote_net_destroy(t->net);
    mote_arena_release(&t->arena);
    mote_free(t);
}

size_t mote_teacher_in_elements(const mote_teacher *t)
{
    return mote_net_in_elements(t->net);
}

/* Softened over the pupil's classes, from logarithms, so that nothing is lost to small numbers. A
 * probability of 0 counts as the least there is. */
static void soften(mote_teacher *t, const float *said)
{
    double top = -HUGE_VAL, sum = 0.0;
    for (int32_t k = 0; k < t->n_classes; k++) {
        const double p = (double)said[t->outputs[k]];
        t->soft[k] = mote_num_log(p > 1e-30 ? p : 1e-30) / t->temperature;
        top = t->soft[k] > top ? t->soft[k] : top;
    }
    for (int32_t k = 0; k < t->n_classes; k++) {
        t->soft[k] = mote_num_exp(t->soft[k] - top);
        sum += t->soft[k];
    }
    for (int32_t k = 0; k < t->n_classes; k++)
        t->soft[k] /= sum;
}

void mote_teacher_add(mote_teacher *t, const float *x, int32_t n, double share, float *p)
{
    mote_net_predict(t->net, t->state, x, n, t->said);
    for (int32_t i = 0; i < n; i++) {
        soften(t, t->said + (size_t)i * (size_t)t->n_outputs);
        for (int32_t k = 0; k < t->n_classes; k++) {
            float *at = &p[(size_t)i * (size_t)t->n_classes + (size_t)k];
            *at = (float)((double)*at + share * t->soft[k]);
        }
    }
}
