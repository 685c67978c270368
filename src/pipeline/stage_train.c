/* SPDX-License-Identifier: Apache-2.0 */
/* Stage train: the float model, recorded as a run.
 *
 * A stopped training leaves a checkpoint in the work folder under the stage's key; the next attempt
 * with the same key goes on from it and ends with the same bytes. The run is created when training
 * starts and finished, or marked as failed or killed, when it ends. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "learn/trainer.h"
#include "pipeline/keyword.h"
#include "pipeline/source_audio.h"
#include "pipeline/stages_internal.h"
#include "track/run.h"

#define WEIGHTS_STREAM 1 /* of mote_rng_init_stream */

typedef struct {
    mote_pipeline *p;
    mote_stage_run *r;
    mote_err *err;
    mote_arena arena;
    mote_data_version version;
    mote_dataset train, validation;
    mote_feature_config features;
    double scale; /* of features, from the features stage */
    float *val_inputs;
    mote_source_audio *source;
    mote_graph *graph;
    mote_train_config cfg;
    mote_train_result result;
    float *class_weights;
    char run_id[MOTE_RUN_ID_BYTES];
    const char *checkpoint;
} training;

/* ---- settings ---------------------------------------------------------------------------- */

/* "balanced": a class weighs inversely to its share, mean 1 over the clips. */
static mote_status set_class_weights(training *t, mote_err *err)
{
    if (strcmp(t->p->cfg.project->training.class_weights, "balanced") != 0)
        return MOTE_OK;
    size_t n = t->train.n_classes;
    MOTE_TRY(mote_arena_take(&t->arena, n, sizeof(float), &t->class_weights, err));
    for (size_t c = 0; c < n; c++)
        t->class_weights[c] =
            t->train.n_per_class[c]
                ? (float)((double)t->train.n / ((double)n * (double)t->train.n_per_class[c]))
                : 0.0f;
    t->cfg.class_weights = t->class_weights;
    return MOTE_OK;
}

static mote_status set_config(training *t, mote_err *err)
{
    const mote_project_training *y = &t->p->cfg.project->training;
    mote_train_default(&t->cfg);
    t->cfg.n_epochs = y->epochs;
    t->cfg.batch_size = y->batch;
    t->cfg.seed = (uint64_t)y->seed;
    t->cfg.optim.kind = strcmp(y->optimiser, "sgd") == 0 ? MOTE_OPTIM_SGD : MOTE_OPTIM_ADAM;
    t->cfg.optim.momentum = (float)y->momentum;
    t->cfg.optim.decay = (float)y->weight_decay;
    t->cfg.rate = y->learning_rate;
    t->cfg.warmup_epochs = y->warm_up_epochs;
    t->cfg.label_smoothing = (float)y->label_smoothing;
    t->cfg.mixup_alpha = (float)y->mixup;
    t->cfg.average_decay = (float)y->ema;
    t->cfg.patience = y->patience;
    t->cfg.keep = MOTE_KEEP_MOST_ACCURATE;
    t->cfg.now_us = mote_clock_mono_us;
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&t->r->key, hex);
    t->cfg.identity = mote_arena_strdup(&t->arena, hex);
    t->checkpoint = mote_arena_printf(&t->arena, "%s/train-%.16s.checkpoint", t->p->work_dir, hex);
    if (!t->cfg.identity || !t->checkpoint)
        return mote_fail(err, MOTE_NOMEM, "no memory for training");
    t->cfg.checkpoint_path = t->checkpoint;
    return set_class_weights(t, err);
}

/* ---- data -------------------------------------------------------------------------------- */

static mote_status load_data(training *t, mote_err *err)
{
    MOTE_TRY(mote_keyword_version(t->p, &t->arena, &t->version, err));
    MOTE_TRY(mote_keyword_split(t->p, &t->version, MOTE_SPLIT_TRAIN, &t->train, err));
    MOTE_TRY(mote_keyword_split(t->p, &t->version, MOTE_SPLIT_VALIDATION, &t->validation, err));
    const mote_stage_result *f = &t->p->results[MOTE_STAGE_features];
    MOTE_TRY(mote_json_get_f64(f->output, "features stage", "scale", &t->scale, err));
    t->features = mote_keyword_features(t->p->cfg.project);
    MOTE_TRY(mote_keyword_clip_features(t->p, &t->validation, &t->arena, &t->val_inputs, err));
    size_t n = t->validation.n *
               (size_t)mote_feature_frames(&t->features, t->validation.clip_samples) *
               (size_t)mote_feature_values(&t->features);
    float inverse = (float)(1.0 / t->scale);
    for (size_t i = 0; i < n; i++)
        t->val_inputs[i] *= inverse;
    mote_source_audio_config sc = {.clips = &t->train,
                                   .features = &t->features,
                                   .project = t->p->cfg.project,
                                   .scale = t->scale,
                                   .n_workers = mote_pool_threads(t->p->cfg.pool)};
    return mote_source_audio_create(&sc, &t->source, err);
}

/* ---- the run ----------------------------------------------------------------------------- */

static mote_status begin_run(training *t, mote_err *err)
{
    static const char *const sections[] = {"task", "features", "model", "training", "augmentation"};
    MOTE_SCOPED_BUF config;
    mote_buf_init(&config, 1 << 20);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        mote_buf_printf(&config, "%s\"%s\":", i ? "," : "{", sections[i]);
        MOTE_TRY(mote_project_section_json(t->p->cfg.project, sections[i], &config, err));
    }
    mote_buf_char(&config, '}');
    MOTE_TRY(mote_buf_status(&config, err));
    char version[24];
    (void)mote_format(version, sizeof version, "v%lld", (long long)t->version.number);
    mote_run_spec spec = {.experiment = t->p->cfg.project->name,
                          .data_version = version,
                          .data_manifest = &t->version.id,
                          .config_json = config.data,
                          .source_dir = mote_store_project(t->p->cfg.store)};
    MOTE_TRY(mote_run_create(t->p->cfg.store, &spec, t->p->cfg.now_ms(), t->run_id, err));

    const mote_project *pr = t->p->cfg.project;
    char epochs[16], batch[16], rate[32], seed[24], params[24], macs[24];
    (void)mote_format(epochs, sizeof epochs, "%d", pr->training.epochs);
    (void)mote_format(batch, sizeof batch, "%d", pr->training.batch);
    (void)mote_format(rate, sizeof rate, "%g", pr->training.learning_rate);
    (void)mote_format(seed, sizeof seed, "%lld", (long long)pr->training.seed);
    (void)mote_format(params, sizeof params, "%lld", (long long)mote_graph_params(t->graph));
    (void)mote_format(macs, sizeof macs, "%lld", (long long)mote_graph_macs(t->graph));
    const mote_run_pair pairs[] = {{"architecture", pr->model.architecture},
                                   {"epochs", epochs},
                                   {"batch", batch},
                                   {"learning_rate", rate},
                                   {"optimiser", pr->training.optimiser},
                                   {"seed", seed},
                                   {"parameters", params},
                                   {"macs", macs}};
    return mote_run_log_params(t->p->cfg.store, t->run_id, pairs, sizeof pairs / sizeof pairs[0],
                               err);
}

static bool report(void *arg, const mote_train_progress *g)
{
    training *t = arg;
    char note[120], left[32] = "";
    if (g->left_us > 0)
        mote_human_duration(g->left_us, left, sizeof left);
    (void)mote_format(note, sizeof note,
                      "epoch %d/%d, loss %.3f, accuracy %.1f %%%s%.1f%s, %.0f clips/s",
                      g->epoch + 1, g->n_epochs, g->loss, 100.0 * g->accuracy,
                      isnan(g->last.val_accuracy) ? "" : ", validation ",
                      isnan(g->last.val_accuracy) ? 0.0 : 100.0 * g->last.val_accuracy,
                      isnan(g->last.val_accuracy) ? "" : " %", g->samples_per_s);
    mote_stage_progress(t->p, t->r, (int64_t)g->epoch * g->n_steps + g->step,
                        (int64_t)g->n_epochs * g->n_steps, note);
    if (!g->epoch_done)
        return true;
    int64_t now = t->p->cfg.now_ms();
    const mote_run_point points[] = {
        {"train_loss", g->last.train_loss, g->epoch, now},
        {"train_accuracy", g->last.train_accuracy, g->epoch, now},
        {"val_loss", g->last.val_loss, g->epoch, now},
        {"val_accuracy", g->last.val_accuracy, g->epoch, now},
        {"learning_rate", g->last.rate, g->epoch, now},
    };
    /* A metric that cannot be kept must not pass unseen: stop, and say why. */
    return mote_run_log_metrics(t->p->cfg.store, t->run_id, points,
                                sizeof points / sizeof points[0], t->err) == MOTE_OK;
}

/* ---- the result -------------------------------------------------------------------------- */

/* Training saw features divided by `scale`; dividing the weights of the layers that read the input
 * instead gives the same function of the features themselves. */
static void absorb_scale(mote_graph *g, double scale)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        if (g->ops[i].inputs[0] != g->input)
            continue;
        mote_tensor *w = &g->tensors[g->ops[i].inputs[1]];
        float *v = w->data;
        for (int64_t k = 0, n = mote_tensor_elements(w); k < n; k++)
            v[k] = (float)((double)v[k] / scale);
    }
}

static json_t *history_json(const mote_train_result *res)
{
    json_t *all = json_array();
    for (int32_t e = 0; e < res->n_epochs; e++) {
        const mote_epoch *h = &res->history[e];
        json_array_append_new(all, json_pack("[f, f, f, f]", h->train_loss, h->train_accuracy,
                                             h->val_loss, h->val_accuracy));
    }
    return all;
}

static mote_status keep_result(training *t, mote_err *err)
{
    mote_graph *folded = NULL;
    MOTE_TRY(mote_graph_fold(t->graph, &folded, err));
    absorb_scale(folded, t->scale);
    mote_buf b;
    mote_buf_init(&b, (size_t)1 << 30);
    mote_graph_save(folded, &b);
    mote_status st = mote_buf_status(&b, err);
    if (st == MOTE_OK)
        st = mote_stage_put(t->p, t->r, "graph.f32", b.data, b.len, err);
    if (st == MOTE_OK)
        st = mote_run_add_artifact(t->p->cfg.store, t->run_id, "model/graph.f32",
                                   &t->r->objects[0].object, err);
    mote_buf_release(&b);
    const mote_epoch *best = &t->result.history[t->result.best_epoch];
    char summary[120];
    (void)mote_format(summary, sizeof summary, "run %.8s: %.1f %% on validation, epoch %d of %d",
                      t->run_id, 100.0 * best->val_accuracy, t->result.best_epoch + 1,
                      t->result.n_epochs);
    json_t *o = t->r->output;
    json_object_set_new(o, "summary", json_string(summary));
    json_object_set_new(o, "run", json_string(t->run_id));
    json_object_set_new(o, "best_epoch", json_integer(t->result.best_epoch));
    json_object_set_new(o, "val_accuracy", json_real(best->val_accuracy));
    json_object_set_new(o, "parameters", json_integer(mote_graph_params(folded)));
    json_object_set_new(o, "macs", json_integer(mote_graph_macs(folded)));
    json_object_set_new(o, "history", history_json(&t->result));
    mote_graph_destroy(folded);
    return st;
}

static mote_status train(training *t, mote_err *err)
{
    MOTE_TRY(load_data(t, err));
    mote_arch arch;
    MOTE_TRY(mote_keyword_arch(t->p->cfg.project, &arch, err));
    MOTE_TRY(set_config(t, err));
    mote_rng rng;
    mote_rng_init_stream(&rng, t->cfg.seed, WEIGHTS_STREAM, 0);
    MOTE_TRY(mote_arch_build(&arch, &rng, &t->graph, err));
    MOTE_TRY(begin_run(t, err));
    mote_batch_source source = mote_source_audio_batches(t->source);
    mote_train_set val = {
        .inputs = t->val_inputs, .labels = t->validation.class_id, .n = (int32_t)t->validation.n};
    mote_err logged = {0};
    t->err = &logged;
    mote_status st = mote_train(t->graph, &t->cfg, &source, &val, t->p->cfg.pool, t->p->cfg.cancel,
                                report, t, &t->arena, &t->result, err);
    if (st == MOTE_CANCELLED && logged.status != MOTE_OK)
        st = mote_fail(err, logged.status, "%s", logged.text);
    if (st == MOTE_OK)
        st = keep_result(t, err);
    mote_run_status end = st == MOTE_OK          ? MOTE_RUN_FINISHED
                          : st == MOTE_CANCELLED ? MOTE_RUN_KILLED
                                                 : MOTE_RUN_FAILED;
    mote_status ended = mote_run_finish(t->p->cfg.store, t->run_id, end, t->p->cfg.now_ms(),
                                        st == MOTE_OK ? err : NULL);
    return st == MOTE_OK ? ended : st;
}

mote_status mote_stage_train_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    training t = {.p = p, .r = r};
    mote_arena_init(&t.arena, (size_t)8 << 30);
    mote_status st = train(&t, err);
    mote_graph_destroy(t.graph);
    mote_source_audio_destroy(t.source);
    mote_dataset_release(&t.train);
    mote_dataset_release(&t.validation);
    mote_arena_release(&t.arena);
    return st;
}
