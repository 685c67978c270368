/* SPDX-License-Identifier: Apache-2.0 */
/* The losses. See loss.h. */
#include "learn/loss.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

/* Of a difference d: the loss and its derivative. */
typedef double error_of(double d, double delta, double *slope);

static double squared(double d, double delta, double *slope)
{
    (void)delta;
    *slope = 2.0 * d;
    return d * d;
}

static double absolute(double d, double delta, double *slope)
{
    (void)delta;
    *slope = d > 0.0 ? 1.0 : d < 0.0 ? -1.0 : 0.0;
    return fabs(d);
}

static double huber(double d, double delta, double *slope)
{
    double a = fabs(d);
    *slope = a <= delta ? d : d > 0.0 ? delta : -delta;
    return a <= delta ? 0.5 * d * d : delta * (a - 0.5 * delta);
}

/* NULL: of classes. */
static error_of *const errors[MOTE_N_LOSSES] = {
    [MOTE_LOSS_SOFTMAX] = NULL,
    [MOTE_LOSS_MSE] = squared,
    [MOTE_LOSS_MAE] = absolute,
    [MOTE_LOSS_HUBER] = huber,
};

bool mote_loss_is_of_classes(mote_loss_kind kind)
{
    return errors[kind] == NULL;
}

mote_status mote_loss_check(const mote_loss *l, mote_err *err)
{
    if ((int)l->kind < 0 || l->kind >= MOTE_N_LOSSES)
        return mote_fail(err, MOTE_ARG, "there is no loss of number %d", (int)l->kind);
    if (!(l->huber_delta >= 0.0f && l->huber_delta < HUGE_VALF))
        return mote_fail(err, MOTE_ARG, "the delta of the Huber loss must be above 0");
    return MOTE_OK;
}

/* log-sum-exp of a row of logits; probs get the softmax. */
static double softmax_row(const float *z, size_t n, float *probs)
{
    double top = (double)z[0], sum = 0.0;
    for (size_t i = 1; i < n; i++)
        top = (double)z[i] > top ? (double)z[i] : top;
    for (size_t i = 0; i < n; i++)
        sum += mote_num_exp((double)z[i] - top);
    for (size_t i = 0; i < n; i++)
        probs[i] = (float)(mote_num_exp((double)z[i] - top) / sum);
    return top + mote_num_log(sum);
}

static double cross_entropy(const mote_loss_sample *s, double smooth, float *probs, double *grad)
{
    const float *z = s->z;
    const size_t n = s->n;
    double log_sum = softmax_row(z, n, probs), entropy = 0.0;
    for (size_t i = 0; i < n; i++) {
        double q = (1.0 - smooth) * (double)s->target[i] + smooth / (double)n;
        entropy += q * (log_sum - (double)z[i]);
        if (grad)
            grad[i] = (double)probs[i] - q;
    }
    return entropy;
}

double mote_loss_of(const mote_loss *l, const mote_loss_sample *s, double smoothing, float *out,
                    double *grad)
{
    error_of *error = errors[l->kind];
    if (!error)
        return cross_entropy(s, smoothing, out, grad);
    const size_t n = s->n;
    double sum = 0.0, delta = l->huber_delta > 0.0f ? (double)l->huber_delta : 1.0;
    for (size_t i = 0; i < n; i++) {
        double slope;
        sum += error((double)s->z[i] - (double)s->target[i], delta, &slope);
        if (grad)
            grad[i] = slope / (double)n;
        out[i] = s->z[i];
    }
    return sum / (double)n;
}

void mote_loss_outputs(const mote_loss *l, const float *z, size_t n, float *out)
{
    if (errors[l->kind])
        memcpy(out, z, n * sizeof *out);
    else
        (void)softmax_row(z, n, out);
}
