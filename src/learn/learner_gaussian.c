/* SPDX-License-Identifier: Apache-2.0 */
/* The Gaussian: how far a sample lies from normal ones, counted in their own deviations.
 *
 * With mean m and deviations s of each feature, z = (x - m) / s, and R the correlations of z drawn
 * to none by a share r, R' = (1 - r) R + r I = L L^T, the squared distance of Mahalanobis is
 * |L^-1 z|^2. The graph is one dense layer that gives
 *
 *     y = x - L^-1 z = (I - L^-1 / s) x + L^-1 (m / s)
 *
 * so that mean (y - x)^2, the score of a reconstruction (model/decision.h), is that distance by the
 * number of features: what measures an autoencoder measures this too, here and on the device. A
 * feature that was the same in all samples (a deviation below a millionth of the largest) is left
 * out.
 *
 * r, when it is not said, is the share that makes the expected squared error of R' least. Source:
 * Ledoit and Wolf 2004, A well-conditioned estimator for large-dimensional covariance matrices,
 * section 3.3, on z, of which the mean variance is 1.
 *
 * Sums are in double, in the order of the samples, each by one thread. */
#include <math.h>
#include <string.h>

#include "graph/op.h"
#include "learn/at_once.h"
#include "learn/triangle.h"

#define FLAT 1e-6 /* of the largest deviation */

typedef struct {
    const mote_learn_job *job;
    mote_arena arena;
    size_t d, n; /* features, samples */
    int32_t batch;
    uint32_t *order;        /* [n] */
    float *x;               /* one batch */
    size_t n_here;          /* samples in it */
    double *mean, *inverse; /* [d]: m, 1 / s or 0 */
    double *r;              /* [d][d]: lower half: sums, R', then L, then its inverse */
    double *z;              /* [batch][d] */
    double quartic;         /* sum |z|^4 */
    double score;           /* sum of the scores */
} fitting;

/* ---- passes over the samples ------------------------------------------------------------- */

typedef void batch_fn(fitting *f);

static mote_status for_batches(fitting *f, batch_fn *take, mote_err *err)
{
    for (size_t first = 0; first < f->n; first += (size_t)f->batch) {
        f->n_here = f->n - first < (size_t)f->batch ? f->n - first : (size_t)f->batch;
        const mote_sample_range r = {first, f->n_here, f->d};
        MOTE_TRY(mote_at_once_fill(f->job, r, f->order, f->x, err));
        take(f);
    }
    return MOTE_OK;
}

static void add_mean(fitting *f)
{
    for (size_t k = 0; k < f->n_here; k++)
        for (size_t i = 0; i < f->d; i++)
            f->mean[i] += (double)f->x[k * f->d + i];
}

static void add_variance(fitting *f)
{
    for (size_t k = 0; k < f->n_here; k++)
        for (size_t i = 0; i < f->d; i++) {
            const double v = (double)f->x[k * f->d + i] - f->mean[i];
            f->inverse[i] += v * v;
        }
}

static void add_row(void *arg, size_t row, int32_t worker)
{
    fitting *f = arg;
    double *r = f->r + row * f->d;
    (void)worker;
    for (size_t k = 0; k < f->n_here; k++) {
        const double *z = f->z + k * f->d;
        for (size_t j = 0; j <= row; j++)
            r[j] += z[row] * z[j];
    }
}

static void add_products(fitting *f)
{
    for (size_t k = 0; k < f->n_here; k++) {
        double square = 0.0;
        for (size_t i = 0; i < f->d; i++) {
            const double z = ((double)f->x[k * f->d + i] - f->mean[i]) * f->inverse[i];
            f->z[k * f->d + i] = z;
            square += z * z;
        }
        f->quartic += square * square;
    }
    mote_pool_run(f->job->train.host.pool, f->d, add_row, f);
}

/* ---- what they say ----------------------------------------------------------------------- */

static mote_status find_deviations(fitting *f, mote_err *err)
{
    double largest = 0.0;
    for (size_t i = 0; i < f->d; i++) {
        f->inverse[i] = sqrt(f->inverse[i] / (double)f->n);
        if (!isfinite(f->inverse[i]))
            return mote_fail(err, MOTE_RANGE, "feature %zu is not a number in some sample", i);
        largest = fmax(largest, f->inverse[i]);
    }
    if (!(largest > 0.0))
        return mote_fail(err, MOTE_RANGE, "all samples are the same: nothing is unusual");
    for (size_t i = 0; i < f->d; i++)
        f->inverse[i] = f->inverse[i] > FLAT * largest ? 1.0 / f->inverse[i] : 0.0;
    return MOTE_OK;
}

/* Ledoit and Wolf: b^2 / d^2 with b^2 = (sum |z|^4 / n - |R|^2) / n and d^2 = |R - I|^2. */
static double find_share(const fitting *f)
{
    double norm = 0.0, off = 0.0;
    for (size_t i = 0; i < f->d; i++)
        for (size_t j = 0; j <= i; j++) {
            const double v = f->r[i * f->d + j], times = i == j ? 1.0 : 2.0;
            const double from_one = i == j && f->inverse[i] > 0.0 ? v - 1.0 : v;
            norm += times * v * v;
            off += times * from_one * from_one;
        }
    const double b = (f->quartic / (double)f->n - norm) / (double)f->n;
    if (!(off > 0.0))
        return 1.0;
    return fmin(1.0, fmax(0.0, b / off));
}

/* R' of the sums; a feature that is left out is one by itself. */
static void shrink(fitting *f)
{
    for (size_t i = 0; i < f->d; i++)
        for (size_t j = 0; j <= i; j++)
            f->r[i * f->d + j] /= (double)f->n;
    const double share = f->job->shrinkage > 0.0 ? f->job->shrinkage : find_share(f);
    for (size_t i = 0; i < f->d; i++)
        for (size_t j = 0; j <= i; j++) {
            double *v = &f->r[i * f->d + j];
            *v = i != j                ? (1.0 - share) * *v
                 : f->inverse[i] > 0.0 ? (1.0 - share) * *v + share
                                       : 1.0;
        }
}

/* R' = L L^T, then L^-1 in its place. */
static mote_status invert_root(fitting *f, mote_err *err)
{
    size_t at = 0;
    if (!mote_triangle_root(f->r, f->d, &at))
        return mote_fail(err, MOTE_RANGE,
                         "feature %zu follows from those before it in all samples; a "
                         "model.shrinkage above 0, or more samples, would help",
                         at);
    mote_triangle_invert(f->r, f->d);
    return MOTE_OK;
}

/* W = I - L^-1 / s, bias L^-1 (m / s). */
static void write_layer(const fitting *f, float *weights, float *bias)
{
    const size_t d = f->d;
    for (size_t i = 0; i < d; i++) {
        double sum = 0.0;
        for (size_t j = 0; j < d; j++) {
            const double v = j <= i && f->inverse[i] > 0.0 ? f->r[i * d + j] * f->inverse[j] : 0.0;
            weights[i * d + j] = (float)((i == j ? 1.0 : 0.0) - v);
            sum += v * f->mean[j];
        }
        bias[i] = (float)sum;
    }
}

/* ---- all --------------------------------------------------------------------------------- */

static double score_of(const void *arg, const float *x)
{
    const fitting *f = arg;
    double score = 0.0;
    for (size_t i = 0; i < f->d; i++) {
        double y = 0.0;
        for (size_t j = 0; j <= i && f->inverse[i] > 0.0; j++)
            y += f->r[i * f->d + j] * ((double)x[j] - f->mean[j]) * f->inverse[j];
        score += y * y;
    }
    return score / (double)f->d;
}

static mote_status take_memory(fitting *f, mote_err *err)
{
    mote_arena *a = &f->arena;
    const size_t batch = (size_t)f->batch;
    MOTE_TRY(mote_arena_take(a, f->n, sizeof *f->order, &f->order, err));
    MOTE_TRY(mote_arena_take(a, batch, f->d * sizeof *f->x, &f->x, err));
    MOTE_TRY(mote_arena_take(a, batch, f->d * sizeof *f->z, &f->z, err));
    MOTE_TRY(mote_arena_take(a, f->d, sizeof *f->mean, &f->mean, err));
    MOTE_TRY(mote_arena_take(a, f->d, sizeof *f->inverse, &f->inverse, err));
    MOTE_TRY(mote_arena_take(a, f->d, f->d * sizeof *f->r, &f->r, err));
    for (size_t i = 0; i < f->n; i++)
        f->order[i] = (uint32_t)i;
    return MOTE_OK;
}

static mote_status estimate(fitting *f, mote_err *err)
{
    MOTE_TRY(take_memory(f, err));
    MOTE_TRY(for_batches(f, add_mean, err));
    for (size_t i = 0; i < f->d; i++)
        f->mean[i] /= (double)f->n;
    MOTE_TRY(for_batches(f, add_variance, err));
    MOTE_TRY(find_deviations(f, err));
    MOTE_TRY(for_batches(f, add_products, err));
    shrink(f);
    return invert_root(f, err);
}

static void add_score(fitting *f)
{
    for (size_t k = 0; k < f->n_here; k++)
        f->score += score_of(f, f->x + k * f->d);
}

static mote_status learn(fitting *f, mote_graph *g, mote_arena *a, mote_train_result *result,
                         mote_graph **out, mote_err *err)
{
    const mote_op *o = &g->ops[0];
    MOTE_TRY(estimate(f, err));
    MOTE_TRY(for_batches(f, add_score, err));
    const mote_at_once_fit told = {score_of, f, f->d, f->score / (double)f->n};
    MOTE_TRY(mote_at_once_tell(f->job, &told, a, result, err));
    write_layer(f, g->tensors[o->inputs[1]].data, g->tensors[o->inputs[2]].data);
    return mote_graph_clone(g, out, err);
}

static mote_status fit(const mote_learn_job *job, mote_graph *g, mote_arena *a,
                       mote_train_result *result, mote_graph **out, mote_err *err)
{
    const int64_t d = mote_tensor_elements(&g->tensors[g->inputs[0]]);
    if (g->n_ops != 1 || !mote_op_has(g->ops[0].kind, MOTE_OP_WEIGHTED) ||
        mote_tensor_elements(&g->tensors[g->outputs[0]]) != d ||
        mote_tensor_elements(&g->tensors[g->ops[0].inputs[1]]) != d * d)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "a Gaussian is one dense layer with as many outputs as inputs");
    if (job->train.source->n_samples < 2)
        return mote_fail(err, MOTE_ARG, "a Gaussian needs at least 2 samples, not %d",
                         (int)job->train.source->n_samples);
    if (!(job->shrinkage >= 0.0 && job->shrinkage <= 1.0))
        return mote_fail(err, MOTE_ARG, "the shrinkage must be in [0, 1]");
    if (job->train.config->batch_size < 1)
        return mote_fail(err, MOTE_ARG, "the batch size must be 1 or more");
    fitting f = {.job = job,
                 .d = (size_t)d,
                 .n = (size_t)job->train.source->n_samples,
                 .batch = job->train.config->batch_size};
    mote_arena_init(&f.arena, job->train.config->limit_bytes ? job->train.config->limit_bytes
                                                             : (size_t)4 << 30);
    const mote_status st = learn(&f, g, a, result, out, err);
    mote_arena_release(&f.arena);
    return st;
}

const mote_learner mote_learner_gaussian = {.fit = fit};
