/* SPDX-License-Identifier: Apache-2.0 */
/* Networks: trained on features divided by one number, so that first layers see values near one
 * whatever the front end, and on values brought to mean 0 and deviation 1 whatever their unit. No
 * mean is taken off features, so that the padding of a convolution, 0, means the same before and
 * after. When it is done both go into the weights of the first and the last layer: the device never
 * knows of them. */
#include <math.h>
#include <string.h>

#include "graph/arch.h"
#include "graph/op.h"
#include "learn/learner.h"

typedef struct {
    const mote_batch_source *from;
    const mote_learn_scale *values; /* NULL: targets as they are */
    float factor;                   /* of features */
} scaled_source;

static void scale_values(const mote_learn_scale *by, size_t n, size_t n_outputs, float *values)
{
    for (size_t i = 0; by && i < n * n_outputs; i++) {
        const mote_learn_scale *s = &by[i % n_outputs];
        values[i] = (float)(((double)values[i] - s->offset) / s->scale);
    }
}

typedef struct {
    float factor, *inputs;
    size_t n; /* of a sample */
} scaling;

static void scale_sample(void *arg, size_t i, int32_t worker)
{
    const scaling *s = arg;
    (void)worker;
    float *x = s->inputs + i * s->n;
    for (size_t k = 0; k < s->n; k++)
        x[k] *= s->factor;
}

static mote_status fill_scaled(void *arg, const mote_batch_request *rq, float *inputs,
                               float *targets, mote_err *err)
{
    const scaled_source *s = arg;
    MOTE_TRY(s->from->fill(s->from->arg, rq, inputs, targets, err));
    scaling by = {s->factor, inputs, rq->in_elements};
    mote_pool_run(rq->pool, (size_t)rq->n, scale_sample, &by);
    if (targets)
        scale_values(s->values, (size_t)rq->n, (size_t)rq->n_outputs, targets);
    return MOTE_OK;
}

/* The validation set, scaled as what is trained on. */
typedef struct {
    const mote_train_set *from;
    float factor;
    size_t n_in;
    float *x; /* [a batch][n_in] */
} scaled_validation;

static mote_status give_scaled(void *arg, int32_t first, int32_t n, const float **out,
                               mote_err *err)
{
    const scaled_validation *s = arg;
    const float *x = NULL;
    MOTE_TRY(mote_train_set_inputs(s->from, s->n_in, first, n, &x, err));
    for (size_t i = 0; i < (size_t)n * s->n_in; i++)
        s->x[i] = x[i] * s->factor;
    *out = s->x;
    return MOTE_OK;
}

static mote_status scaled_set(const mote_learn_job *job, const mote_graph *g, mote_arena *a,
                              scaled_validation *s, mote_train_set *out, mote_err *err)
{
    const mote_train_set *from = job->train.validation;
    const size_t n_out = (size_t)mote_tensor_elements(&g->tensors[g->outputs[0]]);
    float *values = NULL;
    *out = (mote_train_set){.n = 0};
    if (!from || from->n == 0)
        return MOTE_OK;
    *s = (scaled_validation){from, (float)(1.0 / job->scale),
                             (size_t)mote_tensor_elements(&g->tensors[g->inputs[0]]), NULL};
    MOTE_TRY(mote_arena_take(a, (size_t)job->train.config->batch_size, s->n_in * sizeof *s->x,
                             &s->x, err));
    *out = *from;
    out->inputs = NULL;
    out->give = give_scaled;
    out->arg = s;
    if (!from->values)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, (size_t)from->n, n_out * sizeof *values, &values, err));
    memcpy(values, from->values, (size_t)from->n * n_out * sizeof *values);
    scale_values(job->values, (size_t)from->n, n_out, values);
    out->values = values;
    return MOTE_OK;
}

/* net(x / scale) as a graph of x. */
static void absorb_features(const mote_graph *g, double scale)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        if (g->ops[i].inputs[0] != g->inputs[0])
            continue;
        mote_tensor *t = &g->tensors[g->ops[i].inputs[1]];
        float *v = t->data;
        for (int64_t k = 0, n = mote_tensor_elements(t); k < n; k++)
            v[k] = (float)((double)v[k] / scale);
    }
}

/* net(x) * scale + offset for each output, as the graph itself: its last layer has a row of weights
 * and a bias for each. */
static void absorb_values(const mote_graph *g, const mote_learn_scale *by, bool is_one)
{
    const mote_op *last = &g->ops[g->n_ops - 1];
    float *weights = g->tensors[last->inputs[1]].data, *bias = g->tensors[last->inputs[2]].data;
    const int64_t n = mote_tensor_elements(&g->tensors[last->inputs[2]]),
                  row = mote_tensor_elements(&g->tensors[last->inputs[1]]) / n;
    for (int64_t i = 0; i < n; i++) {
        const mote_learn_scale *s = &by[is_one ? 0 : i];
        for (int64_t k = 0; k < row; k++)
            weights[i * row + k] = (float)((double)weights[i * row + k] * s->scale);
        bias[i] = (float)((double)bias[i] * s->scale + s->offset);
    }
}

/* Whether an operator takes the features, perhaps through a dropout, which folding drops. */
static bool takes_features(const mote_graph *g, const mote_op *o)
{
    int32_t t = o->inputs[0];
    for (int32_t i = g->n_ops - 1; i >= 0; i--)
        if (mote_op_has(g->ops[i].kind, MOTE_OP_IDLE_IN_USE) && g->ops[i].outputs[0] == t)
            t = g->ops[i].inputs[0];
    return t == g->inputs[0] && !mote_op_has(o->kind, MOTE_OP_IDLE_IN_USE);
}

/* The layers that scales go into must have weights, of values one row for each. */
static mote_status check_ends(const mote_graph *g, bool of_values, mote_err *err)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *o = &g->ops[i];
        const bool is_last = of_values && i == g->n_ops - 1;
        if ((takes_features(g, o) || is_last) &&
            (!mote_op_has(o->kind, MOTE_OP_WEIGHTED) ||
             (is_last && mote_op_has(o->kind, MOTE_OP_CHANNEL_LAST))))
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "operator %d ('%s') takes features or gives values, and has no "
                             "weights for them",
                             i, mote_op_text(o->kind));
    }
    return MOTE_OK;
}

static mote_status check(const mote_learn_job *job, const mote_graph *g, mote_err *err)
{
    const int64_t n = mote_tensor_elements(&g->tensors[g->outputs[0]]);
    if (!(job->scale > 0.0))
        return mote_fail(err, MOTE_ARG, "the scale of the features must be above 0");
    for (int64_t i = 0; job->values && i < n; i++)
        if (!(job->values[i].scale > 0.0) || !isfinite(job->values[i].offset))
            return mote_fail(err, MOTE_ARG, "the scale of value %d must be above 0", (int)i);
    return check_ends(g, job->train.source->gives_back || job->values, err);
}

/* What is in the unit of the values. */
static mote_train_config config_of(const mote_learn_job *job)
{
    mote_train_config c = *job->train.config;
    if (job->values && c.loss.huber_delta > 0.0f)
        c.loss.huber_delta = (float)((double)c.loss.huber_delta / job->values[0].scale);
    return c;
}

static mote_status fit(const mote_learn_job *job, mote_graph *g, mote_arena *a,
                       mote_train_result *result, mote_graph **out, mote_err *err)
{
    const bool gives_back = job->train.source->gives_back;
    MOTE_TRY(check(job, g, err));
    scaled_source scaled = {
        .from = job->train.source, .values = job->values, .factor = (float)(1.0 / job->scale)};
    mote_batch_source source = *job->train.source;
    source.fill = fill_scaled;
    source.arg = &scaled;
    scaled_validation scaled_to;
    mote_train_set validation;
    MOTE_TRY(scaled_set(job, g, a, &scaled_to, &validation, err));
    const mote_train_config config = config_of(job);
    const mote_train_job train = {&config, &source, &validation, job->train.host};
    MOTE_TRY(mote_train(g, &train, a, result, err));
    MOTE_TRY(mote_graph_fold(g, out, err));
    const mote_learn_scale back = {.scale = job->scale};
    absorb_features(*out, job->scale);
    if (gives_back || job->values)
        absorb_values(*out, gives_back ? &back : job->values, gives_back);
    return MOTE_OK;
}

const mote_learner mote_learner_network = {.fit = fit};
