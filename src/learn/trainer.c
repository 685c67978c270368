/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of training. See trainer.h. */
#include "learn/trainer.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "learn/checkpoint.h"

#define STREAM_ORDER         0x6f726465u /* purposes of random streams */
#define STREAM_MIXUP         0x6d697875u
#define MAX_CHECKPOINT_BYTES ((size_t)2 << 30)
#define STATISTICS_SAMPLES   2048 /* that batch norm's statistics of a mean are taken from */

typedef struct {
    const mote_train_config *cfg;
    const mote_batch_source *source;
    const mote_train_set *val;
    const mote_train_host *host;

    mote_net *net;
    mote_arena arena;
    mote_checkpoint c; /* the state of the run between epochs */
    mote_optim_state optim;
    mote_schedule schedule;
    int32_t n_batches;              /* of an epoch */
    uint32_t *order;                /* [n_samples] */
    float *inputs, *targets, *copy; /* one batch; copy is for mixup */
    float *val_targets;
    float *grads;
    int64_t started_us;
    int64_t samples_done;                /* since started_us */
    int64_t waited_us;                   /* of it, for samples */
    double samples_per_s, waiting_share; /* as reported last */
} run;

void mote_train_default(mote_train_config *c)
{
    *c = (mote_train_config){.n_epochs = 30,
                             .batch_size = 32,
                             .seed = 1,
                             .rate = 0.001,
                             .warmup_epochs = 1.0,
                             .keep = MOTE_KEEP_LEAST_LOSS};
    mote_optim_default(&c->optim);
}

/* ------------------------------------------------------------------ length */

void mote_train_lengthen(mote_train_config *c, int32_t least_epochs)
{
    if (least_epochs <= c->n_epochs)
        return;
    c->warmup_epochs *= (double)least_epochs / c->n_epochs;
    c->patience = (int32_t)((int64_t)c->patience * least_epochs / c->n_epochs);
    c->n_epochs = least_epochs;
}

static int32_t batches_of(const mote_train_config *c, int32_t n_samples)
{
    return (int32_t)(((int64_t)n_samples + c->batch_size - 1) / c->batch_size);
}

/* Where the epochs that are asked for are too few steps. */
static mote_train_config long_enough(const mote_train_config *asked, int32_t n_samples)
{
    mote_train_config c = *asked;
    if (c.min_steps > 0 && n_samples > 0) {
        const int64_t n = batches_of(&c, n_samples), least = (c.min_steps + n - 1) / n;
        mote_train_lengthen(
            &c, (int32_t)(least < MOTE_TRAIN_MAX_EPOCHS ? least : MOTE_TRAIN_MAX_EPOCHS));
    }
    return c;
}

/* ------------------------------------------------------------------ checks */

static mote_status check_config(const mote_train_config *c, mote_err *err)
{
    if (c->n_epochs < 1 || c->n_epochs > MOTE_TRAIN_MAX_EPOCHS)
        return mote_fail(err, MOTE_ARG, "epochs: %d, 1 to %d are possible", (int)c->n_epochs,
                         MOTE_TRAIN_MAX_EPOCHS);
    if (c->min_steps < 0)
        return mote_fail(err, MOTE_ARG, "the least steps must be 0 or more");
    if (c->batch_size < 1 || c->batch_size > 65536)
        return mote_fail(err, MOTE_ARG, "batch size: %d, 1 to 65536 is possible",
                         (int)c->batch_size);
    if (!(c->rate > 0.0 && c->rate <= 1000.0))
        return mote_fail(err, MOTE_ARG, "the learning rate must be above 0");
    if (!(c->final_rate_fraction >= 0.0 && c->final_rate_fraction <= 1.0))
        return mote_fail(err, MOTE_ARG,
                         "the final fraction of the learning rate must be in [0, 1]");
    if (!(c->warmup_epochs >= 0.0 && c->warmup_epochs <= MOTE_TRAIN_MAX_EPOCHS))
        return mote_fail(err, MOTE_ARG, "the epochs of warm-up must be 0 or more");
    if (!(c->label_smoothing >= 0.0f && c->label_smoothing < 1.0f))
        return mote_fail(err, MOTE_ARG, "label smoothing must be in [0, 1)");
    if (!(c->mixup_alpha >= 0.0f && c->mixup_alpha <= 100.0f))
        return mote_fail(err, MOTE_ARG, "the alpha of mixup must be in [0, 100]");
    if (c->patience < 0 || c->checkpoint_every < 0)
        return mote_fail(err, MOTE_ARG,
                         "patience and the epochs between checkpoints must be 0 or more");
    MOTE_TRY(mote_average_check(&c->average, err));
    MOTE_TRY(mote_loss_check(&c->loss, err));
    return mote_optim_check(&c->optim, err);
}

/* A network is trained on targets, or on giving back what comes in; validation too. */
static mote_status check_targets(const run *r, mote_err *err)
{
    const bool gives_back = r->source->gives_back;
    const bool of_classes = mote_loss_is_of_classes(r->cfg->loss.kind);
    if (gives_back &&
        (of_classes || (size_t)mote_net_n_outputs(r->net) != mote_net_in_elements(r->net)))
        return mote_fail(err, MOTE_ARG,
                         "to give back its %zu inputs by the loss '%s', a network needs as many "
                         "values as outputs",
                         mote_net_in_elements(r->net), mote_loss_row_get(r->cfg->loss.kind)->name);
    if (r->val->n == 0)
        return MOTE_OK;
    if (mote_train_set_gives_back(r->val) != gives_back)
        return mote_fail(err, MOTE_ARG, "validation must have targets exactly when training has");
    if (!gives_back && (r->val->values != NULL) == of_classes)
        return mote_fail(err, MOTE_ARG, "the validation set has no %s, which the loss '%s' reads",
                         of_classes ? "labels" : "values",
                         mote_loss_row_get(r->cfg->loss.kind)->name);
    return MOTE_OK;
}

static mote_status check_validation(const run *r, int32_t n_outputs, mote_err *err)
{
    if (r->source->gives_back)
        return MOTE_OK;
    MOTE_SCOPED_FREE float *target = mote_alloc_zero((size_t)n_outputs, sizeof *target);
    mote_status st = target ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for targets");
    for (int32_t i = 0; i < r->val->n && st == MOTE_OK; i++)
        st = mote_train_set_target(r->val, i, n_outputs, target, err);
    return st == MOTE_OK ? st : mote_wrap(err, st, "validation");
}

static mote_status check_data(const run *r, mote_err *err)
{
    int32_t n_classes = mote_net_n_outputs(r->net);
    bool of_classes = mote_loss_is_of_classes(r->cfg->loss.kind);
    if (!of_classes && (r->cfg->class_weights || r->cfg->label_smoothing > 0.0f))
        return mote_fail(err, MOTE_ARG,
                         "class weights and label smoothing are not for the loss '%s'",
                         mote_loss_row_get(r->cfg->loss.kind)->name);
    if (r->source->n_samples < 1)
        return mote_fail(err, MOTE_ARG, "there is nothing to train on: the source has no samples");
    float most = 1.0f;
    if (r->cfg->class_weights) {
        most = 0.0f;
        for (int32_t i = 0; i < n_classes; i++) {
            float w = r->cfg->class_weights[i];
            if (!(w >= 0.0f && w < HUGE_VALF))
                return mote_fail(err, MOTE_ARG, "the weight of class %d must be 0 or more", (int)i);
            most = w > most ? w : most;
        }
    }
    if (!(most > 0.0f))
        return mote_fail(err, MOTE_ARG, "one class weight must be above 0");
    MOTE_TRY(check_targets(r, err));
    return check_validation(r, n_classes, err);
}

/* ------------------------------------------------------------------ set-up */

static bool is_by_span(const mote_average *a)
{
    return a->kind == MOTE_AVERAGE_SWA || (a->kind == MOTE_AVERAGE_EMA && !(a->decay > 0.0f));
}

/* What the run is a function of. Settings that change no byte of the result (threads, instruction
 * set, memory, where the checkpoint is) stay out. */
static mote_status hash_run(const run *r, const mote_graph *g, mote_sha256 *out, mote_err *err)
{
    const mote_train_config *c = r->cfg;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, MAX_CHECKPOINT_BYTES);
    mote_graph_save(g, &b);
    mote_buf_printf(&b, "|%d %d %llu %d %d %a %a %a|", (int)c->n_epochs, (int)c->batch_size,
                    (unsigned long long)c->seed, (int)c->optim.kind, (int)c->schedule, c->rate,
                    c->final_rate_fraction, c->warmup_epochs);
    const float values[] = {c->optim.beta_1,    c->optim.beta_2, c->optim.epsilon,
                            c->optim.momentum,  c->optim.decay,  c->optim.clip_norm,
                            c->label_smoothing, c->mixup_alpha,  c->average.decay,
                            c->norm_momentum};
    mote_buf_add(&b, values, sizeof values);
    if (c->class_weights)
        mote_buf_add(&b, c->class_weights, (size_t)mote_net_n_outputs(r->net) * sizeof(float));
    if (c->loss.kind != MOTE_LOSS_SOFTMAX) /* so that runs of classes keep their names */
        mote_buf_printf(&b, "|%s %a", mote_loss_row_get(c->loss.kind)->name,
                        (double)c->loss.huber_delta);
    if (r->source->gives_back)
        mote_buf_str(&b, "|gives back");
    if (is_by_span(&c->average)) /* so that others keep theirs too */
        mote_buf_printf(&b, "|average %d %a", (int)c->average.kind, c->average.span);
    mote_buf_printf(&b, "|%d %d %d %d|%s", (int)c->keep, (int)c->patience,
                    (int)r->source->n_samples, (int)r->val->n, c->identity ? c->identity : "");
    MOTE_TRY(mote_buf_status(&b, err));
    *out = mote_sha256_of(b.data, b.len);
    return MOTE_OK;
}

static mote_status take(run *r, size_t n, float **out, mote_err *err)
{
    return mote_arena_take(&r->arena, n, sizeof(float), out, err);
}

/* Of one sample; 0: they are its inputs. */
static size_t n_targets(const run *r)
{
    return r->source->gives_back ? 0 : (size_t)mote_net_n_outputs(r->net);
}

static mote_status take_memory(run *r, mote_err *err)
{
    mote_checkpoint *c = &r->c;
    size_t batch = (size_t)r->cfg->batch_size, in = mote_net_in_elements(r->net);
    size_t classes = n_targets(r), per_sample = in + classes;
    c->n_params = mote_net_n_params(r->net);
    c->n_state = mote_net_n_state(r->net);
    MOTE_TRY(take(r, c->n_state, &c->state, err));
    MOTE_TRY(take(r, c->n_state, &c->average, err));
    MOTE_TRY(take(r, c->n_state, &c->best, err));
    MOTE_TRY(take(r, c->n_params, &c->m, err));
    MOTE_TRY(take(r, c->n_params, &c->v, err));
    MOTE_TRY(take(r, c->n_params, &r->grads, err));
    MOTE_TRY(mote_arena_take(&r->arena, batch, in * sizeof(float), &r->inputs, err));
    if (classes > 0) {
        MOTE_TRY(mote_arena_take(&r->arena, batch, classes * sizeof(float), &r->targets, err));
        MOTE_TRY(mote_arena_take(&r->arena, batch, classes * sizeof(float), &r->val_targets, err));
    }
    if (r->cfg->mixup_alpha > 0.0f)
        MOTE_TRY(mote_arena_take(&r->arena, batch, per_sample * sizeof(float), &r->copy, err));
    MOTE_TRY(
        mote_arena_take(&r->arena, (size_t)r->source->n_samples, sizeof *r->order, &r->order, err));
    c->max_epochs = r->cfg->n_epochs;
    MOTE_TRY(
        mote_arena_take(&r->arena, (size_t)c->max_epochs, sizeof *c->history, &c->history, err));
    r->optim = (mote_optim_state){.m = c->m, .v = c->v};
    return MOTE_OK;
}

static mote_status read_checkpoint(run *r, const char *path, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MAX_CHECKPOINT_BYTES, &bytes, &n, err));
    return mote_checkpoint_decode(bytes, n, &r->c, err);
}

static mote_status load_checkpoint(run *r, bool *resumed, mote_err *err)
{
    const char *path = r->cfg->checkpoint_path;
    *resumed = false;
    if (!path || !mote_path_exists(path))
        return MOTE_OK;
    mote_err why = {0};
    mote_status st = read_checkpoint(r, path, &why);
    if (st != MOTE_OK && st != MOTE_NOMEM && r->host->bad_checkpoint) {
        (void)unlink(path); /* nothing in it is needed */
        r->host->bad_checkpoint(r->host->arg, why.text);
        return MOTE_OK;
    }
    if (st != MOTE_OK)
        return mote_fail(err, st, "resume from '%s': %s", path, why.text);
    r->optim.n_steps = r->c.n_steps;
    *resumed = true;
    return MOTE_OK;
}

static mote_status save_checkpoint(run *r, bool is_last, mote_err *err)
{
    const mote_train_config *cfg = r->cfg;
    int32_t every = cfg->checkpoint_every > 0 ? cfg->checkpoint_every : 1;
    if (!cfg->checkpoint_path || (!is_last && r->c.n_epochs % every != 0))
        return MOTE_OK;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, MAX_CHECKPOINT_BYTES);
    r->c.n_steps = r->optim.n_steps;
    mote_checkpoint_encode(&r->c, &b);
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_file_write(cfg->checkpoint_path, b.data, b.len, err);
}

static int64_t now_us(const run *r)
{
    return r->cfg->now_us ? r->cfg->now_us() : 0;
}

static mote_status set_up(run *r, const mote_graph *g, bool *resumed, mote_err *err)
{
    const mote_train_config *cfg = r->cfg;
    mote_net_config net = {.max_batch = cfg->batch_size,
                           .norm_momentum = cfg->norm_momentum,
                           .seed = cfg->seed,
                           .loss = cfg->loss,
                           .simd = cfg->simd,
                           .limit_bytes = cfg->limit_bytes};
    MOTE_TRY(mote_net_create(g, &net, r->host->pool, &r->net, err));
    MOTE_TRY(check_data(r, err));
    MOTE_TRY(take_memory(r, err));
    MOTE_TRY(hash_run(r, g, &r->c.run, err));
    r->c.best_epoch = -1;
    mote_net_read(r->net, g, r->c.state);
    memcpy(r->c.average, r->c.state, r->c.n_state * sizeof(float));
    MOTE_TRY(load_checkpoint(r, resumed, err));
    r->n_batches = batches_of(cfg, r->source->n_samples);
    r->schedule = (mote_schedule){
        .kind = cfg->schedule,
        .peak = cfg->rate,
        .final_fraction = cfg->final_rate_fraction,
        .warmup_steps = (int64_t)(cfg->warmup_epochs * r->n_batches),
        .total_steps = (int64_t)cfg->n_epochs * r->n_batches,
        .held_from = (int64_t)mote_average_first(&cfg->average, cfg->n_epochs) * r->n_batches};
    r->started_us = now_us(r);
    return MOTE_OK;
}

/* ------------------------------------------------------------------ one epoch */

static void shuffle(run *r, int32_t epoch)
{
    mote_rng rng;
    mote_rng_init_stream(&rng, r->cfg->seed, STREAM_ORDER, (uint64_t)epoch);
    for (int32_t i = 0; i < r->source->n_samples; i++)
        r->order[i] = (uint32_t)i;
    mote_rng_shuffle_u32(&rng, r->order, (size_t)r->source->n_samples);
}

/* Batch `batch` of an epoch: which samples, in which order. */
static mote_batch_request request(const run *r, int32_t epoch, int32_t batch)
{
    const int64_t total = r->source->n_samples;
    const int32_t first = (int32_t)(total * batch / r->n_batches),
                  end = (int32_t)(total * (batch + 1) / r->n_batches);
    return (mote_batch_request){.seed = r->cfg->seed,
                                .epoch = epoch,
                                .first = first,
                                .n = end - first,
                                .samples = r->order + first,
                                .n_outputs = mote_net_n_outputs(r->net),
                                .in_elements = mote_net_in_elements(r->net),
                                .pool = r->host->pool};
}

/* Its inputs, and targets where they are wanted. */
static mote_status fill(run *r, const mote_batch_request *rq, float *targets, mote_err *err)
{
    const int64_t asked_us = now_us(r);
    MOTE_TRY(r->source->fill(r->source->arg, rq, r->inputs, targets, err));
    r->waited_us += now_us(r) - asked_us;
    return MOTE_OK;
}

/* Weights, and statistics of batch norm with them: those of an exponential mean go with its newest
 * states, as its weights do. Those of an equal one do not fit: see fit_statistics. */
static void mean_takes(run *r, float keep)
{
    mote_net_kernels(r->net)->blend(r->c.n_state, keep, 1.0f - keep, r->c.state, r->c.average);
}

/* One batch through the net and the optimiser. */
static mote_status step(run *r, int32_t epoch, int32_t batch, mote_net_result *out, int32_t *n,
                        mote_err *err)
{
    const mote_train_config *cfg = r->cfg;
    const mote_batch_request rq = request(r, epoch, batch);
    size_t classes = n_targets(r);
    *n = rq.n;
    if (classes > 0)
        memset(r->targets, 0, (size_t)*n * classes * sizeof(float));
    MOTE_TRY(fill(r, &rq, r->targets, err));
    uint64_t step_number = r->optim.n_steps;
    if (cfg->mixup_alpha > 0.0f) {
        mote_rng rng;
        mote_rng_init_stream(&rng, cfg->seed, STREAM_MIXUP, step_number);
        mote_mixup(cfg->mixup_alpha, &rng, &rq, r->inputs, r->targets, r->copy);
    }
    mote_net_batch b = {.inputs = r->inputs,
                        .targets = classes > 0 ? r->targets : r->inputs,
                        .class_weights = cfg->class_weights,
                        .label_smoothing = cfg->label_smoothing,
                        .n = *n,
                        .step = step_number};
    mote_net_gradient(r->net, r->c.state, &b, r->grads, out);
    if (!(out->loss < HUGE_VAL))
        return mote_fail(
            err, MOTE_UNMET,
            "the loss is not a number any more in epoch %d, step %d: lower the learning rate",
            (int)epoch + 1, (int)batch + 1);
    mote_optim_step(&cfg->optim, r->net, mote_schedule_rate(&r->schedule, (int64_t)step_number),
                    r->grads, r->c.state, &r->optim);
    if (cfg->average.kind == MOTE_AVERAGE_EMA)
        mean_takes(r, mote_average_keep(&cfg->average, step_number, r->schedule.total_steps));
    return MOTE_OK;
}

/* Could the state of this epoch (-1: of none) be the result? Of SWA only a mean can. */
static bool may_be_result(const run *r, int32_t epoch)
{
    return epoch >= mote_average_first(&r->cfg->average, r->cfg->n_epochs);
}

static const float *state_in_use(const run *r, int32_t epoch)
{
    const mote_average_kind kind = r->cfg->average.kind;
    return kind == MOTE_AVERAGE_NONE || !may_be_result(r, epoch) ? r->c.state : r->c.average;
}

/* The statistics of batch norm that fit the weights of an equal mean. Those that were averaged with
 * them do not: the states of a mean lie about it, and what they make of a sample varies more than
 * what it makes. Over the last quarter of a training, at a low rate, the loss is the same with
 * either; over nine tenths it is half as much with these (test_average.c's network, five seeds).
 * One pass over samples of this epoch, as they were trained on, gives the equal mean of what its
 * batches say. Source: Izmailov et al. 2018, section 3.1, and algorithm 1; PreciseBN in Wu and
 * Johnson 2021, section 3.2, who need some thousand samples. */
static mote_status fit_statistics(run *r, int32_t epoch, mote_err *err)
{
    int32_t n_done = 0;
    if (r->c.n_state == r->c.n_params)
        return MOTE_OK;
    for (int32_t b = 0; b < r->n_batches && n_done < STATISTICS_SAMPLES; b++) {
        const mote_batch_request rq = request(r, epoch, b);
        MOTE_TRY(fill(r, &rq, NULL, err));
        const mote_net_batch batch = {.inputs = r->inputs, .n = rq.n, .step = r->optim.n_steps};
        mote_net_statistics(r->net, r->c.average, &batch, (float)rq.n / (float)(n_done + rq.n));
        n_done += rq.n;
    }
    return MOTE_OK;
}

/* The mean at the end of an epoch. */
static mote_status average_epoch(run *r, int32_t epoch, mote_err *err)
{
    const int32_t first = mote_average_first(&r->cfg->average, r->cfg->n_epochs);
    if (r->cfg->average.kind != MOTE_AVERAGE_SWA || epoch < first)
        return MOTE_OK;
    const int32_t n = epoch - first;
    mean_takes(r, (float)n / (float)(n + 1));
    return fit_statistics(r, epoch, err);
}

static mote_status validate(run *r, int32_t epoch, mote_epoch *e, mote_err *err)
{
    size_t classes = n_targets(r), in = mote_net_in_elements(r->net);
    double loss = 0.0;
    int64_t correct = 0;
    for (int32_t first = 0; first < r->val->n; first += r->cfg->batch_size) {
        int32_t left = r->val->n - first, n = left < r->cfg->batch_size ? left : r->cfg->batch_size;
        const float *x = NULL;
        const int64_t asked_us = now_us(r);
        MOTE_TRY(mote_train_set_inputs(r->val, in, first, n, &x, err));
        r->waited_us += now_us(r) - asked_us;
        if (classes > 0)
            memset(r->val_targets, 0, (size_t)n * classes * sizeof(float));
        for (int32_t i = 0; i < n && classes > 0; i++) /* checked before the first epoch */
            mote_ignore(mote_train_set_target(r->val, first + i, (int32_t)classes,
                                              r->val_targets + (size_t)i * classes, NULL));
        mote_net_batch b = {.inputs = x, .targets = classes > 0 ? r->val_targets : x, .n = n};
        mote_net_result out;
        mote_net_loss(r->net, state_in_use(r, epoch), &b, &out);
        loss += out.loss * n;
        correct += out.n_correct;
    }
    bool none = r->val->n == 0;
    e->val_loss = none ? (double)NAN : loss / r->val->n;
    e->val_accuracy = none ? (double)NAN : (double)correct / r->val->n;
    return MOTE_OK;
}

static bool is_better(const run *r, const mote_epoch *e)
{
    if (r->val->n == 0 || r->cfg->keep == MOTE_KEEP_LAST || !may_be_result(r, r->c.best_epoch))
        return true;
    const mote_epoch *best = &r->c.history[r->c.best_epoch];
    if (r->cfg->keep == MOTE_KEEP_MOST_ACCURATE && mote_loss_is_of_classes(r->cfg->loss.kind)) {
        if (e->val_accuracy > best->val_accuracy)
            return true;
        if (e->val_accuracy < best->val_accuracy)
            return false;
    }
    return e->val_loss < best->val_loss;
}

double mote_train_done(const mote_train_progress *p)
{
    const double own = (p->epoch + (double)p->step / p->n_steps) / p->n_epochs;
    return p->share > 0.0 ? p->before + p->share * own : own;
}

/* True: go on. */
static bool report(run *r, mote_train_progress *p, int64_t n_done_in_epoch)
{
    const int64_t took_us = now_us(r) - r->started_us;
    if (took_us > 0 && r->samples_done > 0) {
        int64_t total = r->source->n_samples;
        int64_t left = (r->cfg->n_epochs - p->epoch) * total - n_done_in_epoch;
        p->samples_per_s = (double)r->samples_done / ((double)took_us * 1e-6);
        p->left_us = (int64_t)((double)left / p->samples_per_s * 1e6);
        p->waiting_share = (double)r->waited_us / (double)took_us;
        r->samples_per_s = p->samples_per_s;
        r->waiting_share = p->waiting_share;
    }
    const mote_train_host *h = r->host;
    return !(h->report && !h->report(h->arg, p)) && !mote_cancelled(h->cancel);
}

static mote_status cancelled(const run *r, mote_err *err)
{
    return mote_fail(err, MOTE_CANCELLED, "training was stopped after %d of %d epochs",
                     (int)r->c.n_epochs, (int)r->cfg->n_epochs);
}

/* Keep the epoch's record and state; the checkpoint. */
static mote_status finish_epoch(run *r, const mote_epoch *e, mote_train_progress *p, mote_err *err)
{
    mote_checkpoint *c = &r->c;
    p->epoch_done = true;
    p->last = *e;
    p->is_best = is_better(r, e);
    c->history[c->n_epochs++] = *e;
    if (p->is_best) {
        c->best_epoch = p->epoch;
        memcpy(c->best, state_in_use(r, p->epoch), c->n_state * sizeof(float));
    }
    p->best_epoch = c->best_epoch;
    c->stopped_early = r->cfg->patience > 0 && may_be_result(r, c->best_epoch) &&
                       p->epoch - c->best_epoch >= r->cfg->patience &&
                       c->n_epochs < r->cfg->n_epochs;
    return save_checkpoint(r, c->n_epochs == r->cfg->n_epochs || c->stopped_early, err);
}

static mote_status train_epoch(run *r, int32_t epoch, mote_err *err)
{
    mote_epoch none = {.train_loss = (double)NAN,
                       .train_accuracy = (double)NAN,
                       .val_loss = (double)NAN,
                       .val_accuracy = (double)NAN,
                       .rate = (double)NAN};
    mote_train_progress p = {.epoch = epoch,
                             .n_epochs = r->cfg->n_epochs,
                             .n_steps = r->n_batches,
                             .last = epoch > 0 ? r->c.history[epoch - 1] : none,
                             .best_epoch = r->c.best_epoch};
    double loss = 0.0;
    int64_t done = 0, correct = 0;
    shuffle(r, epoch);
    for (int32_t b = 0; b < r->n_batches; b++) {
        mote_net_result out;
        int32_t n;
        p.rate = mote_schedule_rate(&r->schedule, (int64_t)r->optim.n_steps);
        MOTE_TRY(step(r, epoch, b, &out, &n, err));
        loss += out.loss * n;
        correct += out.n_correct;
        done += n;
        r->samples_done += n;
        p.step = b + 1;
        p.loss = loss / (double)done;
        p.accuracy = (double)correct / (double)done;
        if (p.step == r->n_batches) {
            mote_epoch e = {.train_loss = p.loss, .train_accuracy = p.accuracy, .rate = p.rate};
            MOTE_TRY(average_epoch(r, epoch, err));
            MOTE_TRY(validate(r, epoch, &e, err));
            if (r->val->n > 0 && !(e.val_loss < HUGE_VAL))
                return mote_fail(err, MOTE_UNMET,
                                 "the validation loss is not a number after epoch %d: look at the "
                                 "validation data, or lower the learning rate",
                                 (int)epoch + 1);
            MOTE_TRY(finish_epoch(r, &e, &p, err));
        }
        if (!report(r, &p, done) && !(p.epoch_done && r->c.n_epochs == r->cfg->n_epochs))
            return cancelled(r, err);
    }
    return MOTE_OK;
}

/* ------------------------------------------------------------------ the whole run */

static mote_status train(run *r, mote_graph *g, mote_arena *arena, mote_train_result *result,
                         mote_err *err)
{
    bool resumed;
    MOTE_TRY(set_up(r, g, &resumed, err));
    while (r->c.n_epochs < r->cfg->n_epochs && !r->c.stopped_early)
        MOTE_TRY(train_epoch(r, r->c.n_epochs, err));
    mote_epoch *history;
    size_t n = (size_t)r->c.n_epochs;
    MOTE_TRY(mote_arena_take(arena, n, sizeof *history, &history, err));
    memcpy(history, r->c.history, n * sizeof *history);
    mote_net_write(r->net, r->c.best, g);
    *result = (mote_train_result){.n_epochs = r->c.n_epochs,
                                  .best_epoch = r->c.best_epoch,
                                  .stopped_early = r->c.stopped_early,
                                  .resumed = resumed,
                                  .samples_per_s = r->samples_per_s,
                                  .waiting_share = r->waiting_share,
                                  .history = history};
    return MOTE_OK;
}

mote_status mote_train(mote_graph *g, const mote_train_job *job, mote_arena *arena,
                       mote_train_result *result, mote_err *err)
{
    static const mote_train_set no_val = {.n = 0};
    MOTE_TRY(check_config(job->config, err));
    const mote_train_config whole = long_enough(job->config, job->source->n_samples);
    run r = {.cfg = &whole,
             .source = job->source,
             .val = job->validation ? job->validation : &no_val,
             .host = &job->host};
    mote_arena_init(&r.arena, r.cfg->limit_bytes ? r.cfg->limit_bytes : (size_t)4 << 30);
    mote_status st = train(&r, g, arena, result, err);
    mote_net_destroy(r.net);
    mote_arena_release(&r.arena);
    return st;
}
