/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a training. See training_run.h. */
#include "pipeline/training_run.h"

#include <math.h>

#include "base/json.h"
#include "pipeline/stage_parts.h"

/* The model that it begins with. */
static mote_status log_start(const mote_training_run *t, mote_err *err)
{
    const mote_start *s = t->p->settings->start;
    char start[sizeof s->name + sizeof s->version + 1], hash[MOTE_SHA256_HEX_BYTES];
    if (!s)
        return MOTE_OK;
    (void)mote_format(start, sizeof start, "%s/%s", s->name, s->version);
    mote_sha256_hex(&s->hash, hash);
    const mote_run_pair pairs[] = {{"start", start},
                                   {"start_sha256", hash},
                                   {"freeze", mote_setting_training(t->p->settings)->freeze}};
    return mote_run_log_params(t->p->cfg.store, t->id, pairs, sizeof pairs / sizeof pairs[0], err);
}

/* Whom it learns from, beside the labels. */
static mote_status log_teachers(const mote_training_run *t, mote_err *err)
{
    const size_t n = mote_setting_training(t->p->settings)->teachers.n;
    for (size_t i = 0; i < n; i++) {
        const mote_start *s = &t->p->settings->teachers[i];
        char key[24], value[sizeof s->name + sizeof s->version + MOTE_SHA256_HEX_BYTES + 2];
        char hash[MOTE_SHA256_HEX_BYTES];
        mote_sha256_hex(&s->hash, hash);
        (void)mote_format(key, sizeof key, "teacher.%zu", i + 1);
        (void)mote_format(value, sizeof value, "%s/%s %s", s->name, s->version, hash);
        const mote_run_pair pair = {key, value};
        MOTE_TRY(mote_run_log_params(t->p->cfg.store, t->id, &pair, 1, err));
    }
    return MOTE_OK;
}

/* The mean of its states that is judged and ships. */
static mote_status log_average(const mote_training_run *t, mote_err *err)
{
    const mote_average *a = &mote_setting_training(t->p->settings)->config.average;
    char how[24];
    if (a->kind == MOTE_AVERAGE_NONE)
        return MOTE_OK;
    if (a->decay > 0.0f)
        (void)mote_format(how, sizeof how, "ema, decay %g", (double)a->decay);
    else
        (void)mote_format(how, sizeof how, "%s, %g %%", a->kind == MOTE_AVERAGE_SWA ? "swa" : "ema",
                          100.0 * a->span);
    const mote_run_pair pair = {"average", how};
    return mote_run_log_params(t->p->cfg.store, t->id, &pair, 1, err);
}

/* Who taught it: training.seeds. */
static mote_status log_seeds(const mote_training_run *t, mote_err *err)
{
    const int32_t n = mote_setting_training(t->p->settings)->n_seeds;
    char seeds[16];
    if (n < 2)
        return MOTE_OK;
    (void)mote_format(seeds, sizeof seeds, "%d", (int)n);
    const mote_run_pair pair = {"seeds", seeds};
    return mote_run_log_params(t->p->cfg.store, t->id, &pair, 1, err);
}

static mote_status log_params(const mote_training_run *t, const mote_graph *g, mote_err *err)
{
    const mote_training_setting *y = mote_setting_training(t->p->settings);
    const bool is_sgd = y->config.optim.kind == MOTE_OPTIM_SGD;
    char epochs[16], steps[16], batch[16], rate[32], seed[24], params[24], macs[24];
    (void)mote_format(epochs, sizeof epochs, "%d", y->config.n_epochs);
    (void)mote_format(steps, sizeof steps, "%d", y->config.min_steps);
    (void)mote_format(batch, sizeof batch, "%d", y->config.batch_size);
    (void)mote_format(rate, sizeof rate, "%g", y->config.rate);
    (void)mote_format(seed, sizeof seed, "%lld", (long long)y->config.seed);
    (void)mote_format(params, sizeof params, "%lld", (long long)mote_graph_params(g));
    (void)mote_format(macs, sizeof macs, "%lld", (long long)mote_graph_macs(g));
    const mote_run_pair pairs[] = {{"architecture", mote_setting_arch(t->p->settings)->name},
                                   {"epochs", epochs},
                                   {"min_steps", steps},
                                   {"batch", batch},
                                   {"learning_rate", rate},
                                   {"optimiser", is_sgd ? "sgd" : "adam"},
                                   {"seed", seed},
                                   {"parameters", params},
                                   {"macs", macs}};
    MOTE_TRY(
        mote_run_log_params(t->p->cfg.store, t->id, pairs, sizeof pairs / sizeof pairs[0], err));
    MOTE_TRY(log_start(t, err));
    MOTE_TRY(log_average(t, err));
    MOTE_TRY(log_seeds(t, err));
    return log_teachers(t, err);
}

static mote_status begin(mote_training_run *t, const mote_data_version *data, const mote_graph *g,
                         mote_err *err)
{
    MOTE_SCOPED_JSON *settings = NULL;
    MOTE_SCOPED_BUF config;
    mote_buf_init(&config, 1 << 20);
    MOTE_TRY(mote_stage_config_json(t->p, &settings, err));
    mote_json_write(&config, settings, false);
    MOTE_TRY(mote_buf_status(&config, err));
    char version[24];
    (void)mote_format(version, sizeof version, "v%lld", (long long)data->number);
    mote_run_spec spec = {.experiment = mote_stage_experiment(t->p),
                          .data_version = version,
                          .data_manifest = &data->id,
                          .config_json = config.data,
                          .source_dir = mote_store_project(t->p->cfg.store)};
    MOTE_TRY(mote_run_create(t->p->cfg.store, &spec, t->p->cfg.now_ms(), t->id, err));
    return log_params(t, g, err);
}

mote_status mote_training_run_begin(mote_pipeline *p, const mote_data_version *data,
                                    const mote_graph *g, mote_training_run *out, mote_err *err)
{
    mote_training_run t = {.p = p};
    MOTE_TRY(begin(&t, data, g, err));
    *out = t;
    return MOTE_OK;
}

bool mote_training_run_hear(mote_training_run *t, const mote_train_progress *g)
{
    if (!g->epoch_done)
        return true;
    int64_t now = t->p->cfg.now_ms();
    const bool of_classes = mote_setting_training(t->p->settings)->of_classes,
               has_validation = !isnan(g->last.val_loss);
    mote_run_point points[5];
    size_t n = 0;
    points[n++] = (mote_run_point){"train_loss", g->last.train_loss, g->epoch, now};
    if (of_classes)
        points[n++] = (mote_run_point){"train_accuracy", g->last.train_accuracy, g->epoch, now};
    points[n++] = (mote_run_point){"learning_rate", g->last.rate, g->epoch, now};
    if (has_validation)
        points[n++] = (mote_run_point){"val_loss", g->last.val_loss, g->epoch, now};
    if (has_validation && of_classes)
        points[n++] = (mote_run_point){"val_accuracy", g->last.val_accuracy, g->epoch, now};
    return mote_run_log_metrics(t->p->cfg.store, t->id, points, n, &t->lost) == MOTE_OK;
}

mote_status mote_training_run_heard(const mote_training_run *t, mote_status st, mote_err *err)
{
    if (st == MOTE_CANCELLED && t->lost.status != MOTE_OK)
        return mote_fail(err, t->lost.status, "%s", t->lost.text);
    return st;
}

mote_status mote_training_run_keep(const mote_training_run *t, const char *path,
                                   const mote_sha256 *object, mote_err *err)
{
    return mote_run_add_artifact(t->p->cfg.store, t->id, path, object, err);
}

mote_status mote_training_run_fold(const mote_training_run *t, int32_t fold, double accuracy,
                                   mote_err *err)
{
    const mote_run_point point = {"fold_accuracy", accuracy, fold, t->p->cfg.now_ms()};
    return mote_run_log_metrics(t->p->cfg.store, t->id, &point, 1, err);
}

mote_status mote_training_run_end(const mote_training_run *t, mote_status st, mote_err *err)
{
    const mote_run_status end = st == MOTE_OK          ? MOTE_RUN_FINISHED
                                : st == MOTE_CANCELLED ? MOTE_RUN_KILLED
                                                       : MOTE_RUN_FAILED;
    const mote_status ended = mote_run_finish(t->p->cfg.store, t->id, end, t->p->cfg.now_ms(),
                                              st == MOTE_OK ? err : NULL);
    return st == MOTE_OK ? ended : st;
}
