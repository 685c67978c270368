/* SPDX-License-Identifier: Apache-2.0 */
/* Networks: trained on features divided by one number, so that first layers see values near one
 * whatever the front end. No mean is taken off, so that the padding of a convolution, 0, means the
 * same before and after. When it is done the division goes into the weights of the first layer,
 * and, of a network that gives back its input, the multiplication into those of the last: the
 * device never knows of it. */
#include <string.h>

#include "graph/arch.h"
#include "graph/op.h"
#include "learn/learner.h"

static mote_status fill_scaled(void *arg, const mote_batch_request *rq, float *inputs,
                               float *targets, mote_err *err)
{
    const mote_scaled_source *s = arg;
    MOTE_TRY(s->from->fill(s->from->arg, rq, inputs, targets, err));
    const size_t n = (size_t)rq->n * rq->in_elements;
    for (size_t i = 0; i < n; i++)
        inputs[i] *= s->factor;
    return MOTE_OK;
}

mote_batch_source mote_source_scaled(mote_scaled_source *s)
{
    mote_batch_source out = *s->from;
    out.fill = fill_scaled;
    out.arg = s;
    return out;
}

static mote_status scaled_set(const mote_train_set *from, size_t in_elements, float factor,
                              mote_arena *a, mote_train_set *out, mote_err *err)
{
    float *x = NULL;
    const size_t n = (size_t)from->n * in_elements;
    *out = *from;
    if (from->n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, (size_t)from->n, in_elements * sizeof *x, &x, err));
    for (size_t i = 0; i < n; i++)
        x[i] = from->inputs[i] * factor;
    out->inputs = x;
    return MOTE_OK;
}

static void divide(mote_tensor *t, double by)
{
    float *v = t->data;
    for (int64_t i = 0, n = mote_tensor_elements(t); i < n; i++)
        v[i] = (float)((double)v[i] / by);
}

/* net(x / scale), or scale * net(x / scale), as a graph of x. */
static void absorb_scale(mote_graph *g, double scale, bool gives_back)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *o = &g->ops[i];
        if (o->inputs[0] == g->inputs[0])
            divide(&g->tensors[o->inputs[1]], scale);
        if (gives_back && o->outputs[0] == g->outputs[0])
            for (int32_t k = 1; k < 3; k++)
                divide(&g->tensors[o->inputs[k]], 1.0 / scale);
    }
}

/* The layers that a scale goes into must have weights. */
static mote_status check_ends(const mote_graph *g, bool gives_back, mote_err *err)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *o = &g->ops[i];
        const bool is_end =
            o->inputs[0] == g->inputs[0] || (gives_back && o->outputs[0] == g->outputs[0]);
        if (is_end && !mote_op_has(o->kind, MOTE_OP_WEIGHTED))
            return mote_fail(err, MOTE_UNSUPPORTED,
                             "operator %d ('%s') takes or gives features and has no weights", i,
                             mote_op_text(o->kind));
    }
    return MOTE_OK;
}

static mote_status fit(const mote_learn_job *job, mote_graph *g, mote_arena *a,
                       mote_train_result *result, mote_graph **out, mote_err *err)
{
    static const mote_train_set none = {.n = 0};
    const bool gives_back = job->source->gives_back;
    const float factor = (float)(1.0 / job->scale);
    if (!(job->scale > 0.0))
        return mote_fail(err, MOTE_ARG, "the scale of the features must be above 0");
    MOTE_TRY(check_ends(g, gives_back, err));
    mote_scaled_source scaled = {.from = job->source, .factor = factor};
    const mote_batch_source source = mote_source_scaled(&scaled);
    const size_t in = (size_t)mote_tensor_elements(&g->tensors[g->inputs[0]]);
    mote_train_set validation;
    MOTE_TRY(
        scaled_set(job->validation ? job->validation : &none, in, factor, a, &validation, err));
    MOTE_TRY(mote_train(g, job->config, &source, &validation, job->pool, job->cancel, job->report,
                        job->report_arg, a, result, err));
    MOTE_TRY(mote_graph_fold(g, out, err));
    absorb_scale(*out, job->scale, gives_back);
    return MOTE_OK;
}

const mote_learner mote_learner_network = {.fit = fit};
