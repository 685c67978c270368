/* SPDX-License-Identifier: Apache-2.0 */
/* k-means: how far a sample lies from the nearest of k centres of normal ones.
 *
 * The centres are Lloyd's, begun by k-means++ from the seed, the best of N_STARTS: that with the
 * least mean squared distance D. With mean m of all samples and c' = c - m of each centre,
 *
 *     |x - c|^2 = |x - m|^2 - (2 c' x - 2 c' m - |c'|^2),
 *
 * so the first dense layer gives SHARPNESS / D times what stands in brackets: largest for the
 * nearest centre, and the softmax behind it leaves that one alone (two centres are blended where
 * their squared distances differ by less than about 4 D / SHARPNESS). The second dense layer gives
 * its place y. mean (y - x)^2, the score of a reconstruction (model/decision.h), is the squared
 * distance from the nearest centre by the number of features.
 *
 * Source: Lloyd 1982, Least squares quantization in PCM; Arthur and Vassilvitskii 2007,
 * k-means++. Sums are in double, in the order of the samples, by one thread. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "graph/op.h"
#include "learn/at_once.h"

#define N_STARTS  4
#define MAX_ROUND 100
#define SHARPNESS 64.0

typedef struct {
    const mote_learn_job *job;
    mote_arena arena;
    size_t n, d, k;
    float *x;          /* [n][d] */
    double *centres;   /* [k][d] */
    double *best;      /* [k][d] of all starts */
    double *sums;      /* [k][d] */
    size_t *counts;    /* [k] */
    int32_t *nearest;  /* [n] */
    double *distances; /* [n] squared, to the nearest */
    double *mean;      /* [d] */
    double inertia;    /* of best: mean squared distance */
} fitting;

static double distance(const fitting *f, const float *x, const double *centre)
{
    double sum = 0.0;
    for (size_t i = 0; i < f->d; i++)
        sum += ((double)x[i] - centre[i]) * ((double)x[i] - centre[i]);
    return sum;
}

static void find_nearest(void *arg, size_t sample, int32_t worker)
{
    fitting *f = arg;
    const float *x = f->x + sample * f->d;
    double least = distance(f, x, f->centres);
    int32_t at = 0;
    (void)worker;
    for (size_t c = 1; c < f->k; c++) {
        const double here = distance(f, x, f->centres + c * f->d);
        if (here < least) {
            least = here;
            at = (int32_t)c;
        }
    }
    f->nearest[sample] = at;
    f->distances[sample] = least;
}

static double sum_distances(const fitting *f)
{
    double sum = 0.0;
    for (size_t s = 0; s < f->n; s++)
        sum += f->distances[s];
    return sum;
}

static void take_as_centre(fitting *f, size_t c, size_t sample)
{
    for (size_t i = 0; i < f->d; i++)
        f->centres[c * f->d + i] = (double)f->x[sample * f->d + i];
}

/* k-means++: each next centre is a sample, drawn by its squared distance from those there are.
 * Where all samples lie on centres, the rest are copies of the first. */
static void begin(fitting *f, mote_rng *rng)
{
    take_as_centre(f, 0, mote_rng_below(rng, (uint32_t)f->n));
    for (size_t s = 0; s < f->n; s++)
        f->distances[s] = distance(f, f->x + s * f->d, f->centres);
    for (size_t c = 1; c < f->k; c++) {
        double left = mote_rng_uniform(rng) * sum_distances(f);
        size_t drawn = 0;
        for (size_t s = 0; s < f->n; s++) {
            if (!(f->distances[s] > 0.0))
                continue;
            drawn = s;
            if ((left -= f->distances[s]) < 0.0)
                break;
        }
        take_as_centre(f, c, drawn);
        for (size_t s = 0; s < f->n; s++)
            f->distances[s] =
                fmin(f->distances[s], distance(f, f->x + s * f->d, f->centres + c * f->d));
    }
}

/* Each centre to the mean of what is nearest to it; one that has lost all stays where it is. */
static void move_centres(fitting *f)
{
    memset(f->sums, 0, f->k * f->d * sizeof *f->sums);
    memset(f->counts, 0, f->k * sizeof *f->counts);
    for (size_t s = 0; s < f->n; s++) {
        double *sum = f->sums + (size_t)f->nearest[s] * f->d;
        f->counts[f->nearest[s]]++;
        for (size_t i = 0; i < f->d; i++)
            sum[i] += (double)f->x[s * f->d + i];
    }
    for (size_t c = 0; c < f->k; c++)
        for (size_t i = 0; i < f->d && f->counts[c] > 0; i++)
            f->centres[c * f->d + i] = f->sums[c * f->d + i] / (double)f->counts[c];
}

/* Until no distance shrinks any more. */
static mote_status go_on(fitting *f, double *inertia, mote_err *err)
{
    double before = INFINITY;
    for (int round = 0; round < MAX_ROUND; round++) {
        if (mote_cancelled(f->job->train.host.cancel))
            return mote_fail(err, MOTE_CANCELLED, "fitting was stopped");
        mote_pool_run(f->job->train.host.pool, f->n, find_nearest, f);
        *inertia = sum_distances(f) / (double)f->n;
        if (!(*inertia < before))
            break;
        before = *inertia;
        move_centres(f);
    }
    return MOTE_OK;
}

static mote_status find_centres(fitting *f, mote_err *err)
{
    f->inertia = INFINITY;
    for (uint64_t start = 0; start < N_STARTS; start++) {
        mote_rng rng;
        double inertia = 0.0;
        mote_rng_init_stream(&rng, f->job->train.config->seed, 0, start);
        begin(f, &rng);
        MOTE_TRY(go_on(f, &inertia, err));
        if (!(inertia < f->inertia))
            continue;
        f->inertia = inertia;
        memcpy(f->best, f->centres, f->k * f->d * sizeof *f->best);
    }
    memcpy(f->centres, f->best, f->k * f->d * sizeof *f->best);
    return MOTE_OK;
}

/* ---- the graph --------------------------------------------------------------------------- */

/* What blends: the mean squared distance; where all samples lie on centres, a thousandth of what
 * lies between the nearest two. */
static double unit_of(const fitting *f)
{
    double least = INFINITY;
    if (f->inertia > 0.0)
        return f->inertia;
    for (size_t a = 0; a < f->k; a++)
        for (size_t b = 0; b < a; b++) {
            double sum = 0.0;
            for (size_t i = 0; i < f->d; i++) {
                const double v = f->centres[a * f->d + i] - f->centres[b * f->d + i];
                sum += v * v;
            }
            least = sum > 0.0 ? fmin(least, sum) : least;
        }
    return isfinite(least) ? least / 1000.0 : 1.0;
}

static void write_layers(const fitting *f, mote_graph *g)
{
    float *near = g->tensors[g->ops[0].inputs[1]].data,
          *bias = g->tensors[g->ops[0].inputs[2]].data;
    float *place = g->tensors[g->ops[2].inputs[1]].data,
          *zero = g->tensors[g->ops[2].inputs[2]].data;
    const double scale = SHARPNESS / unit_of(f);
    for (size_t c = 0; c < f->k; c++) {
        double off = 0.0;
        for (size_t i = 0; i < f->d; i++) {
            const double v = f->centres[c * f->d + i] - f->mean[i];
            near[c * f->d + i] = (float)(scale * 2.0 * v);
            off += 2.0 * v * f->mean[i] + v * v;
            place[i * f->k + c] = (float)f->centres[c * f->d + i];
        }
        bias[c] = (float)(-scale * off);
    }
    memset(zero, 0, f->d * sizeof *zero);
}

/* ---- all --------------------------------------------------------------------------------- */

static double score_of(const void *arg, const float *x)
{
    const fitting *f = arg;
    double least = INFINITY;
    for (size_t c = 0; c < f->k; c++)
        least = fmin(least, distance(f, x, f->centres + c * f->d));
    return least / (double)f->d;
}

static mote_status take_memory(fitting *f, mote_err *err)
{
    mote_arena *a = &f->arena;
    MOTE_TRY(mote_arena_take(a, f->n, f->d * sizeof *f->x, &f->x, err));
    MOTE_TRY(mote_arena_take(a, f->k, f->d * sizeof *f->centres, &f->centres, err));
    MOTE_TRY(mote_arena_take(a, f->k, f->d * sizeof *f->best, &f->best, err));
    MOTE_TRY(mote_arena_take(a, f->k, f->d * sizeof *f->sums, &f->sums, err));
    MOTE_TRY(mote_arena_take(a, f->k, sizeof *f->counts, &f->counts, err));
    MOTE_TRY(mote_arena_take(a, f->n, sizeof *f->nearest, &f->nearest, err));
    MOTE_TRY(mote_arena_take(a, f->n, sizeof *f->distances, &f->distances, err));
    return mote_arena_take(a, f->d, sizeof *f->mean, &f->mean, err);
}

static mote_status read_samples(fitting *f, mote_err *err)
{
    const size_t batch = (size_t)f->job->train.config->batch_size;
    uint32_t *order = NULL;
    MOTE_TRY(mote_arena_take(&f->arena, f->n, sizeof *order, &order, err));
    for (size_t s = 0; s < f->n; s++)
        order[s] = (uint32_t)s;
    for (size_t first = 0; first < f->n; first += batch) {
        const mote_sample_range r = {first, f->n - first < batch ? f->n - first : batch, f->d};
        MOTE_TRY(mote_at_once_fill(f->job, r, order, f->x + first * f->d, err));
    }
    for (size_t s = 0; s < f->n; s++)
        for (size_t i = 0; i < f->d; i++)
            f->mean[i] += (double)f->x[s * f->d + i] / (double)f->n;
    for (size_t i = 0; i < f->d; i++)
        if (!isfinite(f->mean[i]))
            return mote_fail(err, MOTE_RANGE, "feature %zu is not a number in some sample", i);
    return MOTE_OK;
}

static mote_status learn(fitting *f, mote_graph *g, mote_arena *a, mote_train_result *result,
                         mote_graph **out, mote_err *err)
{
    MOTE_TRY(take_memory(f, err));
    MOTE_TRY(read_samples(f, err));
    MOTE_TRY(find_centres(f, err));
    const mote_at_once_fit told = {score_of, f, f->d, f->inertia / (double)f->d};
    MOTE_TRY(mote_at_once_tell(f->job, &told, a, result, err));
    write_layers(f, g);
    return mote_graph_clone(g, out, err);
}

/* As graph/archs/kmeans.c builds it. */
static bool is_ours(const mote_graph *g, int64_t d)
{
    return g->n_ops == 3 && mote_op_has(g->ops[0].kind, MOTE_OP_WEIGHTED) &&
           !mote_op_has(g->ops[1].kind, MOTE_OP_WEIGHTED) &&
           mote_op_has(g->ops[2].kind, MOTE_OP_WEIGHTED) &&
           mote_tensor_elements(&g->tensors[g->ops[0].inputs[1]]) ==
               mote_tensor_elements(&g->tensors[g->ops[2].inputs[1]]) &&
           mote_tensor_elements(&g->tensors[g->outputs[0]]) == d;
}

static mote_status fit(const mote_learn_job *job, mote_graph *g, mote_arena *a,
                       mote_train_result *result, mote_graph **out, mote_err *err)
{
    const int64_t d = mote_tensor_elements(&g->tensors[g->inputs[0]]);
    if (!is_ours(g, d))
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "k-means is a dense layer, a softmax and a dense layer with as many "
                         "outputs as inputs");
    const int64_t k = mote_tensor_elements(&g->tensors[g->ops[0].inputs[2]]);
    if (job->train.source->n_samples < k)
        return mote_fail(err, MOTE_ARG, "%lld centres need as many samples, and there are %d",
                         (long long)k, (int)job->train.source->n_samples);
    if (job->train.config->batch_size < 1)
        return mote_fail(err, MOTE_ARG, "the batch size must be 1 or more");
    fitting f = {
        .job = job, .d = (size_t)d, .k = (size_t)k, .n = (size_t)job->train.source->n_samples};
    mote_arena_init(&f.arena, job->train.config->limit_bytes ? job->train.config->limit_bytes
                                                             : (size_t)4 << 30);
    const mote_status st = learn(&f, g, a, result, out, err);
    mote_arena_release(&f.arena);
    return st;
}

const mote_learner mote_learner_kmeans = {.fit = fit};
