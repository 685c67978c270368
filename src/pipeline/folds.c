/* SPDX-License-Identifier: Apache-2.0 */
/* Cross-validation over groups. See folds.h. */
#include "pipeline/folds.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "pipeline/baselines.h"
#include "pipeline/fits.h"
#include "pipeline/judge.h"
#include "pipeline/seeds.h"
#include "pipeline/stage_parts.h"
#include "pipeline/recipe.h"

#define USED                                                                                       \
    (MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) | MOTE_USES(arch) |                \
     MOTE_USES(training) | MOTE_USES(augmentation) | MOTE_USES(stream) | MOTE_USES(device))

typedef struct {
    const mote_fold_job *job;
    mote_pipeline *p;
    mote_arena arena; /* of the fold */
    mote_dataset parts[MOTE_N_SPLITS];
    mote_features *features[MOTE_N_SPLITS];
    mote_graph *graph, *folded, *s8;
    mote_seeds seeds;
} round_state;

static mote_status load_parts(round_state *r, mote_err *err)
{
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        mote_dataset_config c = *mote_setting_dataset(r->p->settings);
        c.split = (mote_split)s;
        c.n_folds = r->job->n_folds;
        c.round = r->job->fold;
        c.fold_seed = r->job->seed;
        const mote_data_version *v =
            r->job->learn && s != MOTE_SPLIT_TEST ? r->job->learn : r->job->version;
        MOTE_TRY(mote_stage_load(r->p, v, &c, &r->parts[s], err));
    }
    return MOTE_OK;
}

/* The chief metric of each graph on the test fold. */
static mote_status judge_round(round_state *r, mote_fold_result *out, mote_err *err)
{
    const mote_dataset *d = &r->parts[MOTE_SPLIT_TEST];
    mote_judge j = {.graph = r->s8,
                    .features = mote_setting_features(r->p->settings),
                    .sample = d->shape,
                    .answer = d->answer,
                    .pool = r->p->cfg.pool};
    mote_judge_loss loss;
    MOTE_TRY(mote_judge_beside(&j, r->folded, d, r->features[MOTE_SPLIT_TEST], &loss, err));
    out->accuracy_f32 = loss.f32;
    out->accuracy_s8 = loss.s8;
    return MOTE_OK;
}

/* Who taught the model of the fold, on the same fold. */
static mote_status judge_seeds(round_state *r, const mote_recipe_job *job, mote_fold_result *out,
                               mote_err *err)
{
    const mote_dataset *d = &r->parts[MOTE_SPLIT_TEST];
    out->n_seeds = r->seeds.n;
    for (int32_t k = 0; k < r->seeds.n; k++) {
        mote_graph *s8 = NULL;
        size_t n_calibration = 0;
        mote_judge_loss loss;
        MOTE_TRY(mote_recipe_quantise(job, r->seeds.folded[k], &s8, &n_calibration, err));
        const mote_judge j = {.graph = s8,
                              .features = mote_setting_features(r->p->settings),
                              .sample = d->shape,
                              .answer = d->answer,
                              .pool = r->p->cfg.pool};
        const mote_status st =
            mote_judge_beside(&j, r->seeds.folded[k], d, r->features[MOTE_SPLIT_TEST], &loss, err);
        mote_graph_destroy(s8);
        MOTE_TRY(st);
        out->seeds_s8[k] = loss.s8;
    }
    return MOTE_OK;
}

static mote_status run_round(round_state *r, mote_fold_result *out, mote_err *err)
{
    int64_t start_us = mote_clock_mono_us();
    MOTE_TRY(load_parts(r, err));
    MOTE_TRY(mote_stage_fit(r->p, &r->parts[MOTE_SPLIT_TRAIN], err));
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        MOTE_TRY(mote_features_open(r->p, &r->parts[s], &r->features[s], err));
    const mote_dataset *train = &r->parts[MOTE_SPLIT_TRAIN];
    const mote_settings *settings = r->p->settings;
    const mote_frontend *features = mote_setting_features(settings);
    mote_recipe_job job = {.settings = settings,
                           .train = train,
                           .validation = &r->parts[MOTE_SPLIT_VALIDATION],
                           .validation_features = r->features[MOTE_SPLIT_VALIDATION],
                           .host = r->job->host,
                           .checkpoint = r->job->checkpoint,
                           .identity = r->job->identity,
                           .seeds = &r->seeds};
    MOTE_TRY(mote_features_scale(r->features[MOTE_SPLIT_TRAIN], &job.scale, err));
    const uint64_t seed = mote_setting_training(settings)->config.seed;
    MOTE_TRY(mote_recipe_new_graph(settings, seed, &r->graph, err));
    mote_train_result trained;
    size_t n_calibration = 0;
    MOTE_TRY(mote_recipe_train(&job, r->graph, &r->arena, &trained, &r->folded, err));
    MOTE_TRY(mote_recipe_quantise(&job, r->folded, &r->s8, &n_calibration, err));
    MOTE_TRY(judge_round(r, out, err));
    MOTE_TRY(judge_seeds(r, &job, out, err));
    out->n_train = train->n;
    out->n_validation = r->parts[MOTE_SPLIT_VALIDATION].n;
    out->n_test = r->parts[MOTE_SPLIT_TEST].n;
    out->features = *features;
    out->n_epochs = trained.n_epochs;
    out->best_epoch = trained.best_epoch;
    out->seconds = (double)(mote_clock_mono_us() - start_us) / 1e6;
    return MOTE_OK;
}

static void close_round(round_state *r)
{
    mote_graph_destroy(r->graph);
    mote_graph_destroy(r->folded);
    mote_graph_destroy(r->s8);
    mote_seeds_release(&r->seeds);
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        mote_features_close(r->features[s]);
        mote_dataset_release(&r->parts[s]);
    }
    mote_arena_release(&r->arena);
}

mote_status mote_fold_make(const mote_fold_job *job, mote_fold_result *out, mote_graph **s8,
                           mote_err *err)
{
    round_state r = {.job = job, .p = job->p};
    const mote_frontend before = job->p->made.features_;
    mote_arena_init(&r.arena, (size_t)8 << 30);
    mote_status st = run_round(&r, out, err);
    job->p->made.features_ = before;
    if (st == MOTE_OK) {
        *s8 = r.s8;
        r.s8 = NULL;
    }
    close_round(&r);
    return st == MOTE_OK || job->n_folds == 0
               ? st
               : mote_wrap(err, st, "fold %d of %d", job->fold + 1, job->n_folds);
}

/* ---- all of them ------------------------------------------------------------------------- */

typedef struct {
    const mote_folds_job *all;
    int32_t fold; /* the one in hand */
} watcher;

static bool report(void *arg, const mote_train_progress *g)
{
    const watcher *w = arg;
    const mote_folds_job *all = w->all;
    if (!all->progress)
        return true;
    char note[120], who[24];
    mote_seeds_who(g, who);
    (void)mote_format(note, sizeof note, "fold %d/%d, %sepoch %d/%d, loss %.3f", w->fold + 1,
                      all->n_folds, who, g->epoch + 1, g->n_epochs, g->loss);
    all->progress(all->arg, w->fold, mote_train_done(g), note);
    return true;
}

static mote_status footprint(mote_pipeline *p, const mote_graph *s8, mote_folds_result *out,
                             mote_err *err)
{
    mote_footprint f;
    MOTE_TRY(mote_fits_footprint(p->settings, s8, &f, err));
    out->flash_bytes = f.flash_bytes;
    out->arena_bytes = f.arena_bytes;
    out->weights_bytes = f.weights_bytes;
    return MOTE_OK;
}

static void summarise(mote_folds_result *r)
{
    double sum = 0.0, sum_f = 0.0, squares = 0.0;
    for (int32_t i = 0; i < r->n; i++) {
        sum += r->folds[i].accuracy_s8;
        sum_f += r->folds[i].accuracy_f32;
    }
    r->mean_s8 = sum / r->n;
    r->mean_f32 = sum_f / r->n;
    for (int32_t i = 0; i < r->n; i++)
        squares += (r->folds[i].accuracy_s8 - r->mean_s8) * (r->folds[i].accuracy_s8 - r->mean_s8);
    r->sd_s8 = sqrt(squares / (r->n - 1));
}

/* All of the models beside baselines, on everybody: each on whom it has not heard. */
static mote_status stand_beside(mote_pipeline *p, const mote_data_version *v, const mote_jury *jury,
                                mote_folds_result *out, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    const mote_task_setting *task = mote_setting_task(p->settings);
    float *said = NULL;
    double chief = 0;
    const char *unbeaten = NULL;
    mote_answers model;
    mote_arena_init(&a, (size_t)8 << 30);
    MOTE_TRY(mote_jury_said(jury, jury->clips.x, &a, &said, err));
    MOTE_TRY(mote_judge_answers(&jury->clips, said, mote_jury_width(jury), &a, &model, err));
    model.n_named = (int32_t)task->labels.n;
    MOTE_TRY(mote_answers_chief(&model, &a, &chief, err));
    const mote_baselines_material m = {
        .version = v, .jury = jury, .model = &model, .names = task->labels.items};
    return isfinite(chief) ? mote_baselines_judge(p, &m, &a, &out->baselines, &unbeaten, err)
                           : MOTE_OK;
}

static mote_status make_all(mote_pipeline *p, const mote_folds_job *all, const mote_data_version *v,
                            mote_jury_graphs *graphs, mote_folds_result *res, mote_err *err)
{
    for (int32_t f = 0; f < all->n_folds; f++) {
        mote_fold_job job = {
            .p = p, .version = v, .n_folds = all->n_folds, .fold = f, .seed = all->seed};
        watcher w = {all, f};
        job.host = (mote_train_host){
            .pool = p->cfg.pool, .cancel = p->cfg.cancel, .report = report, .arg = &w};
        MOTE_TRY(mote_fold_make(&job, &res->folds[f], &graphs->graphs[f], err));
        graphs->features[f] = res->folds[f].features;
        graphs->n = f + 1;
    }
    MOTE_TRY(footprint(p, graphs->graphs[0], res, err));
    if (!all->with_baselines)
        return MOTE_OK;
    mote_jury jury;
    MOTE_TRY(mote_jury_of_folds(p, v, MOTE_WORDS_APART, graphs, &jury, err));
    mote_status st = stand_beside(p, v, &jury, res, err);
    mote_jury_release(&jury);
    return st;
}

mote_status mote_folds_run(mote_pipeline *p, const mote_folds_job *all, mote_folds_result *out,
                           mote_err *err)
{
    const int32_t n_folds = all->n_folds;
    if (n_folds < MOTE_MIN_FOLDS || n_folds > MOTE_MAX_FOLDS)
        return mote_fail(err, MOTE_ARG, "%d to %d folds are possible, not %d", MOTE_MIN_FOLDS,
                         MOTE_MAX_FOLDS, n_folds);
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 30);
    mote_data_version v;
    MOTE_TRY(mote_stage_version(p, &a, &v, err));
    mote_pipeline_use(p, USED | MOTE_USES(version));
    if (mote_setting_version(p->settings)->by_time)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "folds are dealt over groups, so a model would learn from what came after "
                         "that which it is judged on, and data.splits.by is 'time': judge on the "
                         "test split ('mote run evaluate'), or set data.splits.by to groups");
    MOTE_TRY(mote_stage_complete(p, false, err));
    mote_folds_result res = {.n = n_folds,
                             .metric = mote_metric_chief(mote_setting_task(p->settings)->answer)};
    mote_jury_graphs graphs = {.seed = all->seed};
    v.seed = all->seed; /* by which whoever judges deals the groups, too */
    mote_status st = make_all(p, all, &v, &graphs, &res, err);
    mote_jury_graphs_release(&graphs);
    MOTE_TRY(st);
    summarise(&res);
    *out = res;
    return MOTE_OK;
}
