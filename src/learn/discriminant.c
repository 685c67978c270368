/* SPDX-License-Identifier: Apache-2.0 */
/* See discriminant.h. Sums are in double, in the order of the samples, each by one thread. */
#include "learn/discriminant.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "graph/cut.h"
#include "graph/op.h"
#include "learn/net.h"
#include "learn/triangle.h"

#define FLAT 1e-6 /* of the largest deviation: a value that never changes says nothing */

typedef struct {
    const mote_discriminant_job *job;
    mote_arena arena;
    size_t n, d, n_classes;
    float *weights, *bias;      /* of the graph: [n_classes][d], [n_classes] */
    float *y;                   /* [n][d]: what the body makes of the samples */
    size_t *n_of;               /* [n_classes] */
    double *mean, *w, *b;       /* [n_classes][d], the same, [n_classes] */
    double *inverse, *r, *half; /* [d]: 1 / deviation, or 0; [d][d]; [d] */
} fitting;

/* ---- what the body makes of the samples --------------------------------------------------- */

static mote_status pass(fitting *f, mote_net *net, const mote_graph *body, mote_err *err)
{
    const size_t width = mote_net_in_elements(net), batch = (size_t)f->job->batch;
    float *state = NULL;
    MOTE_TRY(mote_arena_take(&f->arena, mote_net_n_state(net), sizeof *state, &state, err));
    mote_net_read(net, body, state);
    for (size_t at = 0; at < f->n; at += batch) {
        const size_t k = f->n - at < batch ? f->n - at : batch;
        const float *x = NULL;
        MOTE_TRY(mote_train_set_inputs(f->job->samples, width, (int32_t)at, (int32_t)k, &x, err));
        mote_net_predict(net, state, x, (int32_t)k, f->y + at * f->d);
    }
    return MOTE_OK;
}

static mote_status embed(fitting *f, const mote_graph *body, mote_err *err)
{
    const mote_net_config cfg = {.max_batch = f->job->batch,
                                 .loss = {.kind = MOTE_LOSS_MSE},
                                 .limit_bytes = f->job->limit_bytes};
    mote_net *net = NULL;
    MOTE_TRY(mote_net_create(body, &cfg, f->job->pool, &net, err));
    const mote_status st = pass(f, net, body, err);
    mote_net_destroy(net);
    return st;
}

/* ---- means and covariance ----------------------------------------------------------------- */

static size_t class_of(const fitting *f, size_t i)
{
    return (size_t)f->job->samples->labels[i];
}

static mote_status find_means(fitting *f, mote_err *err)
{
    for (size_t i = 0; i < f->n; i++) {
        f->n_of[class_of(f, i)]++;
        for (size_t k = 0; k < f->d; k++)
            f->mean[class_of(f, i) * f->d + k] += (double)f->y[i * f->d + k];
    }
    for (size_t c = 0; c < f->n_classes; c++) {
        if (f->n_of[c] == 0)
            return mote_fail(err, MOTE_RANGE,
                             "class %zu has no training sample, and so no mean to be near to: "
                             "'training.head: discriminant' needs some of each",
                             c);
        for (size_t k = 0; k < f->d; k++)
            f->mean[c * f->d + k] /= (double)f->n_of[c];
    }
    return MOTE_OK;
}

static void add_row(void *arg, size_t row, int32_t worker)
{
    fitting *f = arg;
    (void)worker;
    for (size_t i = 0; i < f->n; i++) {
        const double *m = f->mean + class_of(f, i) * f->d;
        const float *y = f->y + i * f->d;
        const double v = (double)y[row] - m[row];
        for (size_t j = 0; j <= row; j++)
            f->r[row * f->d + j] += v * ((double)y[j] - m[j]);
    }
}

/* Correlations of what is left about the means, drawn to none; a value that never changes is one by
 * itself, and weighs nothing. */
static mote_status find_correlations(fitting *f, mote_err *err)
{
    const size_t d = f->d;
    double largest = 0.0;
    mote_pool_run(f->job->pool, d, add_row, f);
    for (size_t i = 0; i < d; i++) {
        f->inverse[i] = sqrt(f->r[i * d + i]);
        largest = fmax(largest, f->inverse[i]);
    }
    if (!(largest > 0.0) || !isfinite(largest))
        return mote_fail(err, MOTE_RANGE,
                         "the network makes the same, or no number, of all training samples: no "
                         "head can tell them apart");
    for (size_t i = 0; i < d; i++)
        f->inverse[i] = f->inverse[i] > FLAT * largest ? 1.0 / f->inverse[i] : 0.0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++) {
            double *v = &f->r[i * d + j];
            *v *= f->inverse[i] * f->inverse[j];
            *v = i == j ? 1.0 : (1.0 - f->job->shrinkage) * *v;
        }
    return MOTE_OK;
}

/* ---- the layer ---------------------------------------------------------------------------- */

/* w_k = S^-1 m_k by the inverse of the triangle, r = L^-1 of the correlations. The scale of S is
 * left out: a factor of all logits comes last. */
static void solve(fitting *f)
{
    const size_t d = f->d;
    for (size_t c = 0; c < f->n_classes; c++) {
        const double *m = f->mean + c * d;
        double *w = f->w + c * d;
        for (size_t i = 0; i < d; i++) {
            f->half[i] = 0.0;
            for (size_t j = 0; j <= i; j++)
                f->half[i] += f->r[i * d + j] * m[j] * f->inverse[j];
        }
        for (size_t j = 0; j < d; j++) {
            double v = 0.0;
            for (size_t i = j; i < d; i++)
                v += f->r[i * d + j] * f->half[i];
            w[j] = v * f->inverse[j];
            f->b[c] -= 0.5 * w[j] * m[j];
        }
    }
}

static void centre(fitting *f)
{
    const double n = (double)f->n_classes;
    for (size_t k = 0; k < f->d; k++) {
        double sum = 0.0;
        for (size_t c = 0; c < f->n_classes; c++)
            sum += f->w[c * f->d + k];
        for (size_t c = 0; c < f->n_classes; c++)
            f->w[c * f->d + k] -= sum / n;
    }
    double sum = 0.0;
    for (size_t c = 0; c < f->n_classes; c++)
        sum += f->b[c];
    for (size_t c = 0; c < f->n_classes; c++)
        f->b[c] -= sum / n;
}

/* Sum of the squares of all logits, each sample's less their mean: of the layer that is there, or
 * of the new one. */
static double energy(const fitting *f, bool of_new)
{
    double all = 0.0;
    for (size_t i = 0; i < f->n; i++) {
        double sum = 0.0, squares = 0.0;
        for (size_t c = 0; c < f->n_classes; c++) {
            double v = of_new ? f->b[c] : (double)f->bias[c];
            for (size_t k = 0; k < f->d; k++) {
                const size_t at = c * f->d + k;
                v += (of_new ? f->w[at] : (double)f->weights[at]) * (double)f->y[i * f->d + k];
            }
            sum += v;
            squares += v * v;
        }
        all += squares - sum * sum / (double)f->n_classes;
    }
    return all;
}

static mote_status write_layer(fitting *f, mote_err *err)
{
    const double before = energy(f, false), after = energy(f, true);
    if (!(after > 0.0) || !isfinite(after))
        return mote_fail(err, MOTE_RANGE,
                         "the means of all classes are the same to the network: no head can tell "
                         "them apart");
    const double factor = before > 0.0 && isfinite(before) ? sqrt(before / after) : 1.0;
    for (size_t i = 0; i < f->n_classes * f->d; i++)
        f->weights[i] = (float)(factor * f->w[i]);
    for (size_t c = 0; c < f->n_classes; c++)
        f->bias[c] = (float)(factor * f->b[c]);
    return MOTE_OK;
}

/* ---- all ---------------------------------------------------------------------------------- */

static mote_status take_memory(fitting *f, mote_err *err)
{
    mote_arena *a = &f->arena;
    MOTE_TRY(mote_arena_take(a, f->n, f->d * sizeof *f->y, &f->y, err));
    MOTE_TRY(mote_arena_take(a, f->n_classes, sizeof *f->n_of, &f->n_of, err));
    MOTE_TRY(mote_arena_take(a, f->n_classes, f->d * sizeof *f->mean, &f->mean, err));
    MOTE_TRY(mote_arena_take(a, f->n_classes, f->d * sizeof *f->w, &f->w, err));
    MOTE_TRY(mote_arena_take(a, f->n_classes, sizeof *f->b, &f->b, err));
    MOTE_TRY(mote_arena_take(a, f->d, sizeof *f->inverse, &f->inverse, err));
    MOTE_TRY(mote_arena_take(a, f->d, sizeof *f->half, &f->half, err));
    return mote_arena_take(a, f->d, f->d * sizeof *f->r, &f->r, err);
}

static mote_status fit(fitting *f, const mote_graph *body, mote_err *err)
{
    size_t at = 0;
    MOTE_TRY(take_memory(f, err));
    MOTE_TRY(embed(f, body, err));
    MOTE_TRY(find_means(f, err));
    MOTE_TRY(find_correlations(f, err));
    if (!mote_triangle_root(f->r, f->d, &at))
        return mote_fail(err, MOTE_RANGE,
                         "value %zu before the last layer follows from those before it in all "
                         "training samples: there are too few of them",
                         at);
    mote_triangle_invert(f->r, f->d);
    solve(f);
    centre(f);
    return write_layer(f, err);
}

mote_status mote_discriminant_head(const mote_discriminant_job *job, mote_graph *g, mote_err *err)
{
    int32_t n_body = 0;
    mote_graph *body = NULL, *head = NULL;
    MOTE_TRY(mote_graph_find_cut(g, "body", &n_body, err));
    const mote_op *o = &g->ops[n_body];
    if (n_body < 1)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'training.head: discriminant' takes the place of the last of several "
                         "layers, and this network is one");
    const mote_tensor *w = &g->tensors[o->inputs[1]];
    if (w->n_dims != 2 || !mote_op_has(o->kind, MOTE_OP_WEIGHTED)) /* [outputs][inputs] */
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "'training.head: discriminant' takes the place of a dense layer at the "
                         "end, and this network has '%s' there",
                         mote_op_text(o->kind));
    MOTE_TRY(mote_graph_cut(g, n_body, &body, &head, err));
    mote_graph_destroy(head);
    fitting f = {.job = job,
                 .n = (size_t)job->samples->n,
                 .d = (size_t)w->dims[1],
                 .n_classes = (size_t)w->dims[0],
                 .weights = w->data,
                 .bias = g->tensors[o->inputs[2]].data};
    mote_arena_init(&f.arena, job->limit_bytes ? job->limit_bytes : (size_t)4 << 30);
    const mote_status st = fit(&f, body, err);
    mote_arena_release(&f.arena);
    mote_graph_destroy(body);
    return st;
}
