/* SPDX-License-Identifier: Apache-2.0 */
/* Training behind what is frozen, and thawing. See transfer.h. */
#include "learn/transfer.h"

#include <math.h>
#include <string.h>

#include "graph/cut.h"
#include "learn/net.h"

/* ---- what is frozen, as a source --------------------------------------------------------- */

/* Samples as the frozen part gives them. */
typedef struct {
    const mote_batch_source *from;
    mote_net *net;
    float *state; /* of the net */
    size_t in_elements, width;
    int32_t n_outputs, batch;
    uint64_t seed;
    float *x;       /* [batch][in_elements] */
    int32_t n_kept; /* views; 0: none is kept */
    bool *is_made;  /* [n_kept] */
    float *kept;    /* [n_kept][n][width] */
    float *targets; /* [n_kept][n][n_outputs] */
    uint32_t *all;  /* [n]: 0, 1, .. */
} frozen;

static size_t samples_of(const frozen *f)
{
    return (size_t)f->from->n_samples;
}

/* A batch of the source through the frozen part; in pieces where it is larger than the net. */
static mote_status pass(const frozen *f, const mote_batch_request *rq, float *out, float *targets,
                        mote_err *err)
{
    for (int32_t at = 0; at < rq->n; at += f->batch) {
        mote_batch_request some = *rq;
        some.first = rq->first + at;
        some.n = rq->n - at < f->batch ? rq->n - at : f->batch;
        some.samples = rq->samples + at;
        some.in_elements = f->in_elements;
        MOTE_TRY(f->from->fill(f->from->arg, &some, f->x,
                               targets ? targets + (size_t)at * (size_t)f->n_outputs : NULL, err));
        mote_net_predict(f->net, f->state, f->x, some.n, out + (size_t)at * f->width);
    }
    return MOTE_OK;
}

/* View v: every sample as the source gives it in epoch v, at the position of its number. */
static mote_status make_view(const frozen *f, int32_t v, mote_pool *pool, mote_err *err)
{
    const size_t n = samples_of(f);
    const mote_batch_request rq = {.seed = f->seed,
                                   .epoch = v,
                                   .n = (int32_t)n,
                                   .samples = f->all,
                                   .n_outputs = f->n_outputs,
                                   .pool = pool};
    if (f->is_made[v])
        return MOTE_OK;
    memset(f->targets + (size_t)v * n * (size_t)f->n_outputs, 0,
           n * (size_t)f->n_outputs * sizeof *f->targets);
    MOTE_TRY(pass(f, &rq, f->kept + (size_t)v * n * f->width,
                  f->targets + (size_t)v * n * (size_t)f->n_outputs, err));
    f->is_made[v] = true;
    return MOTE_OK;
}

static mote_status fill_frozen(void *arg, const mote_batch_request *rq, float *inputs,
                               float *targets, mote_err *err)
{
    const frozen *f = arg;
    MOTE_BUG_IF(rq->in_elements != f->width);
    if (f->n_kept == 0)
        return pass(f, rq, inputs, targets, err);
    const int32_t v = rq->epoch % f->n_kept;
    const size_t n = samples_of(f), n_outputs = (size_t)f->n_outputs;
    MOTE_TRY(make_view(f, v, rq->pool, err));
    for (size_t i = 0; i < (size_t)rq->n; i++) {
        const size_t from = (size_t)v * n + rq->samples[i];
        memcpy(inputs + i * f->width, f->kept + from * f->width, f->width * sizeof *inputs);
        if (targets)
            memcpy(targets + i * n_outputs, f->targets + from * n_outputs,
                   n_outputs * sizeof *targets);
    }
    return MOTE_OK;
}

/* As many views as fit. */
static mote_status take_views(frozen *f, const mote_transfer_job *job, mote_arena *a, mote_err *err)
{
    const size_t n = samples_of(f), n_outputs = (size_t)f->n_outputs,
                 fit = job->kept_max_bytes / ((f->width + n_outputs) * sizeof(float)) / (n ? n : 1);
    f->n_kept = fit < (size_t)job->n_views ? (int32_t)fit : job->n_views;
    const size_t rows = (size_t)f->n_kept * n;
    MOTE_TRY(mote_arena_take(a, n, sizeof *f->all, &f->all, err));
    for (size_t i = 0; i < n; i++)
        f->all[i] = (uint32_t)i;
    MOTE_TRY(mote_arena_take(a, (size_t)f->n_kept, sizeof *f->is_made, &f->is_made, err));
    MOTE_TRY(mote_arena_take(a, rows, f->width * sizeof *f->kept, &f->kept, err));
    return mote_arena_take(a, rows, n_outputs * sizeof *f->targets, &f->targets, err);
}

static mote_status open_frozen(const mote_transfer_job *job, const mote_graph *front,
                               int32_t n_outputs, mote_arena *a, frozen *f, mote_err *err)
{
    const mote_train_job *t = &job->learn.train;
    const mote_net_config cfg = {.max_batch = t->config->batch_size,
                                 .loss = {.kind = MOTE_LOSS_MSE},
                                 .simd = t->config->simd,
                                 .limit_bytes = t->config->limit_bytes};
    *f = (frozen){.from = t->source,
                  .n_outputs = n_outputs,
                  .batch = t->config->batch_size,
                  .seed = t->config->seed};
    MOTE_TRY(mote_net_create(front, &cfg, t->host.pool, &f->net, err));
    f->in_elements = mote_net_in_elements(f->net);
    f->width = (size_t)mote_net_n_outputs(f->net);
    MOTE_TRY(mote_arena_take(a, mote_net_n_state(f->net), sizeof *f->state, &f->state, err));
    mote_net_read(f->net, front, f->state);
    MOTE_TRY(mote_arena_take(a, (size_t)f->batch, f->in_elements * sizeof *f->x, &f->x, err));
    return take_views(f, job, a, err);
}

/* Root mean square of what the frozen part gives; 1 where that is nothing but 0. */
static mote_status scale_of(const frozen *f, mote_pool *pool, mote_arena *a, double *out,
                            mote_err *err)
{
    const size_t n = samples_of(f);
    double sum = 0.0;
    float *y = NULL;
    MOTE_TRY(mote_arena_take(a, (size_t)f->batch, f->width * sizeof *y, &y, err));
    for (size_t at = 0; at < n; at += (size_t)f->batch) {
        const size_t k = n - at < (size_t)f->batch ? n - at : (size_t)f->batch;
        const mote_batch_request rq = {.seed = f->seed,
                                       .first = (int32_t)at,
                                       .n = (int32_t)k,
                                       .samples = f->all + at,
                                       .n_outputs = f->n_outputs,
                                       .in_elements = f->width,
                                       .pool = pool};
        MOTE_TRY(f->n_kept > 0 ? fill_frozen((void *)(uintptr_t)f, &rq, y, NULL, err)
                               : pass(f, &rq, y, NULL, err));
        for (size_t i = 0; i < k * f->width; i++)
            sum += (double)y[i] * (double)y[i];
    }
    const double rms = sqrt(sum / ((double)n * (double)f->width));
    *out = rms > 0.0 ? rms : 1.0;
    return isfinite(rms) ? MOTE_OK
                         : mote_fail(err, MOTE_RANGE,
                                     "what is frozen gives no numbers for these "
                                     "samples");
}

/* The validation set behind the frozen part, all of it kept. */
static mote_status freeze_validation(const frozen *f, const mote_train_set *from, mote_arena *a,
                                     mote_train_set *out, mote_err *err)
{
    float *y = NULL;
    *out = (mote_train_set){.n = 0};
    if (!from || from->n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, (size_t)from->n, f->width * sizeof *y, &y, err));
    for (int32_t at = 0; at < from->n; at += f->batch) {
        const int32_t k = from->n - at < f->batch ? from->n - at : f->batch;
        const float *x = NULL;
        MOTE_TRY(mote_train_set_inputs(from, f->in_elements, at, k, &x, err));
        mote_net_predict(f->net, f->state, x, k, y + (size_t)at * f->width);
    }
    *out = *from;
    out->inputs = y;
    out->give = NULL;
    return MOTE_OK;
}

/* ---- two trainings as one ---------------------------------------------------------------- */

typedef struct {
    const mote_train_host *host;
    int32_t before, after; /* epochs of the other training */
} part;

static bool report_part(void *arg, const mote_train_progress *p)
{
    const part *of = arg;
    mote_train_progress all = *p;
    if (!of->host->report)
        return true;
    all.epoch += of->before;
    all.n_epochs += of->before + of->after;
    all.best_epoch += p->best_epoch >= 0 ? of->before : 0;
    return of->host->report(of->host->arg, &all);
}

static void bad_checkpoint(void *arg, const char *why)
{
    const part *of = arg;
    of->host->bad_checkpoint(of->host->arg, why);
}

static mote_train_host host_of(part *of)
{
    mote_train_host h = *of->host;
    h.report = report_part;
    h.bad_checkpoint = h.bad_checkpoint ? bad_checkpoint : NULL;
    h.arg = of;
    return h;
}

/* Weights that take features as they are, for features divided by `scale`; the learner puts it
 * back. Those of a new layer are made for scaled ones. */
static void scale_up(const mote_graph *g, double scale)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        if (g->ops[i].inputs[0] != g->inputs[0] || g->ops[i].n_inputs < 2)
            continue;
        mote_tensor *t = &g->tensors[g->ops[i].inputs[1]];
        float *v = t->data;
        for (int64_t k = 0, n = mote_tensor_elements(t); v && k < n; k++)
            v[k] = (float)((double)v[k] * scale);
    }
}

static mote_status append_history(mote_train_result *all, const mote_train_result *more,
                                  mote_arena *a, mote_err *err)
{
    mote_epoch *h = NULL;
    const size_t n = (size_t)all->n_epochs, m = (size_t)more->n_epochs;
    MOTE_TRY(mote_arena_take(a, n + m, sizeof *h, &h, err));
    memcpy(h, all->history, n * sizeof *h);
    memcpy(h + n, more->history, m * sizeof *h);
    all->history = h;
    all->n_epochs += more->n_epochs;
    all->stopped_early = more->stopped_early;
    all->resumed = all->resumed || more->resumed;
    return MOTE_OK;
}

/* ---- the first part: behind what is frozen ------------------------------------------------ */

/* Is the head all that `g` has? Then nothing in it is of another model. */
static bool is_new(const mote_graph *g)
{
    int32_t body = 0;
    return mote_graph_find_cut(g, "body", &body, NULL) == MOTE_OK && body == 0;
}

/* A network cut in two: what is frozen, and what is trained behind it. */
typedef struct {
    mote_graph *front, *back; /* owned */
} halves;

static mote_status fit_behind(const mote_transfer_job *job, const halves *h, mote_arena *a,
                              mote_train_result *result, mote_graph **out, mote_err *err)
{
    MOTE_SCOPED_ARENA own;
    mote_arena_init(&own, (size_t)8 << 30);
    const mote_train_job *t = &job->learn.train;
    const int32_t n_outputs = (int32_t)mote_tensor_elements(&h->back->tensors[h->back->outputs[0]]);
    frozen f = {.net = NULL};
    mote_train_set validation;
    part of = {&t->host, 0, job->thaw_epochs};
    mote_learn_job learn = job->learn;
    mote_status st = open_frozen(job, h->front, n_outputs, &own, &f, err);
    if (st == MOTE_OK)
        st = scale_of(&f, t->host.pool, &own, &learn.scale, err);
    if (st == MOTE_OK)
        st = freeze_validation(&f, t->validation, &own, &validation, err);
    if (st == MOTE_OK && !is_new(h->back))
        scale_up(h->back, learn.scale);
    const mote_batch_source source = {
        .n_samples = t->source->n_samples, .fill = fill_frozen, .arg = &f};
    learn.train = (mote_train_job){t->config, &source, &validation, host_of(&of)};
    if (st == MOTE_OK)
        st = mote_learner_get(MOTE_LEARNER_network)->fit(&learn, h->back, a, result, out, err);
    mote_net_destroy(f.net);
    return st;
}

static mote_status fit_head(const mote_transfer_job *job, const mote_graph *g, mote_arena *a,
                            mote_train_result *result, mote_graph **out, mote_err *err)
{
    halves h = {NULL, NULL};
    mote_graph *fitted = NULL, *folded = NULL;
    MOTE_TRY(mote_graph_cut(g, job->n_frozen, &h.front, &h.back, err));
    mote_status st = fit_behind(job, &h, a, result, &fitted, err);
    if (st == MOTE_OK)
        st = mote_graph_fold(h.front, &folded, err);
    if (st == MOTE_OK)
        st = mote_graph_join(folded, fitted, out, err);
    mote_graph_destroy(h.front);
    mote_graph_destroy(h.back);
    mote_graph_destroy(fitted);
    mote_graph_destroy(folded);
    return st;
}

/* Nothing is frozen: the network as it comes, from weights that know something. */
static mote_status fit_all(const mote_transfer_job *job, const mote_graph *g, mote_arena *a,
                           mote_train_result *result, mote_graph **out, mote_err *err)
{
    mote_graph *own = NULL;
    part of = {&job->learn.train.host, 0, job->thaw_epochs};
    mote_learn_job learn = job->learn;
    learn.train.host = host_of(&of);
    MOTE_TRY(mote_graph_clone(g, &own, err));
    scale_up(own, learn.scale);
    const mote_status st =
        mote_learner_get(MOTE_LEARNER_network)->fit(&learn, own, a, result, out, err);
    mote_graph_destroy(own);
    return st;
}

/* ---- the second: thawing ------------------------------------------------------------------ */

static void train_all(mote_graph *g)
{
    for (int32_t i = 0; i < g->n_tensors; i++)
        g->tensors[i].is_trained = g->tensors[i].role == MOTE_ROLE_CONST;
}

static mote_train_config thaw_config(const mote_transfer_job *job, const char *checkpoint)
{
    mote_train_config c = *job->learn.train.config;
    c.n_epochs = job->thaw_epochs;
    c.rate = job->thaw_rate;
    c.min_steps = 0;
    c.warmup_epochs = c.warmup_epochs < job->thaw_epochs ? c.warmup_epochs : 0.0;
    c.checkpoint_path = c.checkpoint_path ? checkpoint : NULL;
    return c;
}

/* Better than the head alone, by what decides over epochs, too? */
static bool is_liked(const mote_train_config *c, const mote_train_result *before,
                     const mote_train_result *after)
{
    const mote_epoch *b = &before->history[before->best_epoch],
                     *n = &after->history[after->best_epoch];
    return c->keep == MOTE_KEEP_LAST || isnan(b->val_loss) || n->val_loss < b->val_loss;
}

static mote_status thaw(const mote_transfer_job *job, const mote_graph *head, mote_arena *a,
                        mote_train_result *result, mote_graph **out, mote_err *err)
{
    const mote_train_job *t = &job->learn.train;
    char *path = mote_arena_printf(a, "%s" MOTE_TRANSFER_THAW,
                                   t->config->checkpoint_path ? t->config->checkpoint_path : "");
    if (!path)
        return mote_fail(err, MOTE_NOMEM, "no memory for thawing");
    const mote_train_config config = thaw_config(job, path);
    part of = {&t->host, result->n_epochs, 0};
    mote_learn_job learn = job->learn;
    mote_train_result more;
    mote_graph *whole = NULL, *thawed = NULL;
    learn.train.config = &config;
    learn.train.host = host_of(&of);
    MOTE_TRY(mote_graph_clone(head, &whole, err));
    train_all(whole);
    scale_up(whole, learn.scale);
    mote_status st =
        mote_learner_get(MOTE_LEARNER_network)->fit(&learn, whole, a, &more, &thawed, err);
    mote_graph_destroy(whole);
    if (st != MOTE_OK)
        return st;
    const bool liked = is_liked(&config, result, &more);
    const int32_t best = result->n_epochs + more.best_epoch;
    st = append_history(result, &more, a, err);
    if (st != MOTE_OK || !liked) {
        mote_graph_destroy(thawed);
        return st;
    }
    result->best_epoch = best;
    *out = thawed;
    return MOTE_OK;
}

mote_status mote_transfer_fit(const mote_transfer_job *job, const mote_graph *g, mote_arena *a,
                              mote_train_result *result, mote_graph **out, mote_err *err)
{
    mote_train_result both;
    mote_graph *head = NULL, *whole = NULL;
    MOTE_TRY(job->n_frozen > 0 ? fit_head(job, g, a, &both, &head, err)
                               : fit_all(job, g, a, &both, &head, err));
    const mote_status st = job->thaw_epochs > 0 ? thaw(job, head, a, &both, &whole, err) : MOTE_OK;
    if (st != MOTE_OK || whole)
        mote_graph_destroy(head);
    if (st != MOTE_OK)
        return st;
    *result = both;
    *out = whole ? whole : head;
    return MOTE_OK;
}
