/* SPDX-License-Identifier: Apache-2.0 */
/* Samples in memory and mixup; see source.h. */
#include "learn/source.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

mote_status mote_train_set_inputs(const mote_train_set *d, size_t in_elements, int32_t first,
                                  int32_t n, const float **x, mote_err *err)
{
    if (!d->inputs)
        return d->give(d->arg, first, n, x, err);
    *x = d->inputs + (size_t)first * in_elements;
    return MOTE_OK;
}

bool mote_train_set_gives_back(const mote_train_set *d)
{
    return !d->labels && !d->values;
}

mote_status mote_train_set_target(const mote_train_set *d, int32_t i, int32_t n_outputs, float *out,
                                  mote_err *err)
{
    if (!d->values) {
        int32_t label = d->labels[i];
        if (label < 0 || label >= n_outputs)
            return mote_fail(err, MOTE_RANGE, "sample %d has label %d of %d classes", (int)i,
                             (int)label, (int)n_outputs);
        out[label] = 1.0f;
        return MOTE_OK;
    }
    for (int32_t k = 0; k < n_outputs; k++) {
        out[k] = d->values[(size_t)i * (size_t)n_outputs + (size_t)k];
        if (!isfinite(out[k]))
            return mote_fail(err, MOTE_RANGE, "value %d of sample %d is no number", (int)k, (int)i);
    }
    return MOTE_OK;
}

static mote_status fill_from_memory(void *arg, const mote_batch_request *rq, float *inputs,
                                    float *targets, mote_err *err)
{
    const mote_train_set *d = arg;
    for (int32_t i = 0; i < rq->n; i++) {
        uint32_t sample = rq->samples[i];
        if (targets)
            MOTE_TRY(mote_train_set_target(d, (int32_t)sample, rq->n_outputs,
                                           targets + (size_t)i * (size_t)rq->n_outputs, err));
        memcpy(inputs + (size_t)i * rq->in_elements, d->inputs + (size_t)sample * rq->in_elements,
               rq->in_elements * sizeof *inputs);
    }
    return MOTE_OK;
}

mote_batch_source mote_source_memory(const mote_train_set *d)
{
    /* The argument of a source is not const; this one only reads. */
    union {
        const mote_train_set *in;
        void *out;
    } arg = {.in = d};
    return (mote_batch_source){.n_samples = d->n,
                               .gives_back = mote_train_set_gives_back(d),
                               .fill = fill_from_memory,
                               .arg = arg.out};
}

/* Beta(a, a). Above 1/2, Ulrich's formula with u, v uniform (Devroye 1986, chapter IX, 4.1):
 * (1 + cos(2 pi u) sqrt(1 - v^(1 / (a - 1/2)))) / 2. Below, Johnk's method (3.5): with u, v
 * uniform, x = u^(1/a), y = v^(1/a), given x + y <= 1, x / (x + y); in logarithms, since a may be
 * small. */
static double beta_symmetric(double a, mote_rng *rng)
{
    if (a > 0.5) {
        double u = mote_rng_uniform(rng), v = mote_rng_uniform(rng);
        double cosine = mote_num_cos_pi(u < 0.5 ? 2.0 * u : 2.0 - 2.0 * u);
        double power = v > 0.0 ? mote_num_exp(mote_num_log(v) / (a - 0.5)) : 0.0;
        return 0.5 * (1.0 + cosine * sqrt(1.0 - power));
    }
    for (int32_t tries = 0; tries < 10000; tries++) {
        double u = mote_num_log(mote_rng_uniform(rng)) / a,
               v = mote_num_log(mote_rng_uniform(rng)) / a;
        double top = u > v ? u : v;
        if (!(top > -1e300))
            continue; /* u or v was 0 */
        double x = mote_num_exp(u - top), y = mote_num_exp(v - top);
        if (top + mote_num_log(x + y) <= 0.0)
            return x / (x + y);
    }
    return 0.5;
}

static void mix_rows(float l, size_t n, const float *partner, float *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] * l + partner[i] * (1.0f - l);
}

void mote_mixup(float alpha, mote_rng *rng, const mote_batch_request *rq, float *inputs,
                float *targets, float *copy)
{
    if (!(alpha > 0.0f) || rq->n < 2)
        return;
    const size_t rows = (size_t)rq->n, in_elements = rq->in_elements,
                 n_targets = targets ? (size_t)rq->n_outputs : 0;
    float *copy_targets = copy + rows * in_elements;
    memcpy(copy, inputs, rows * in_elements * sizeof *copy);
    if (n_targets > 0)
        memcpy(copy_targets, targets, rows * n_targets * sizeof *copy);
    /* A rotation by a drawn amount: each row meets another one, and rows come shuffled anyway. */
    size_t by = 1 + mote_rng_below(rng, (uint32_t)rq->n - 1);
    for (size_t i = 0; i < rows; i++) {
        float l = (float)beta_symmetric((double)alpha, rng);
        size_t p = (i + by) % rows;
        mix_rows(l, in_elements, copy + p * in_elements, inputs + i * in_elements);
        if (n_targets > 0)
            mix_rows(l, n_targets, copy_targets + p * n_targets, targets + i * n_targets);
    }
}
