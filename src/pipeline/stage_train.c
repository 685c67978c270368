/* SPDX-License-Identifier: Apache-2.0 */
/* Stage train: the float model, recorded as a run.
 *
 * A stopped training leaves a checkpoint in the work folder under the stage's key; the next attempt
 * with the same key goes on from it and ends with the same bytes. With training.refit the models of
 * the folds are made first, and this one learns from everybody (refit.h). The run is created when
 * training starts and finished, or marked as failed or killed, when it ends. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "evaluate/json_parts.h"
#include "pipeline/features.h"
#include "pipeline/mining.h"
#include "pipeline/stage_parts.h"
#include "pipeline/recipe.h"
#include "pipeline/refit.h"
#include "pipeline/seeds.h"
#include "pipeline/stages_internal.h"
#include "pipeline/training_run.h"
#include "track/run.h"

#define PROGRESS_STEPS 10000 /* of several trainings */

typedef struct {
    mote_pipeline *p;
    mote_stage_run *r;
    mote_arena arena;
    mote_data_version version;
    mote_dataset train, validation;
    mote_features *validation_features;
    mote_recipe_job job;
    bool is_refit;
    mote_refit folds; /* is_refit */
    mote_graph *graph, *folded;
    mote_train_result result;
    mote_seeds seeds; /* of training.seeds; of the folds' they are refit's */
    mote_training_run run;
} training;

/* The training split, and validation to choose the epoch by. */
static mote_status open_splits(training *t, mote_err *err)
{
    mote_pipeline *p = t->p;
    MOTE_TRY(mote_stage_split(p, &t->version, MOTE_SPLIT_TRAIN, &t->train, err));
    MOTE_TRY(mote_stage_split(p, &t->version, MOTE_SPLIT_VALIDATION, &t->validation, err));
    MOTE_TRY(mote_features_open(p, &t->validation, &t->validation_features, err));
    t->job.validation = &t->validation;
    t->job.validation_features = t->validation_features;
    return mote_json_get_f64(p->results[MOTE_STAGE_features].output, "features stage", "scale",
                             &t->job.scale, err);
}

/* Everybody, and as many epochs as the folds found best. */
static mote_status open_everybody(training *t, mote_err *err)
{
    mote_pipeline *p = t->p;
    mote_features *f = NULL;
    MOTE_TRY(mote_stage_everybody(p, &t->version, &t->train, err));
    MOTE_TRY(mote_features_open(p, &t->train, &f, err));
    mote_status st = mote_features_scale(f, &t->job.scale, err);
    mote_features_close(f);
    t->job.fixed_epochs = t->folds.n_epochs;
    return st;
}

static mote_status open_version(training *t, mote_err *err)
{
    mote_pipeline *p = t->p;
    MOTE_TRY(mote_stage_version(p, &t->arena, &t->version, err));
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&t->r->key, hex);
    t->job = (mote_recipe_job){
        .settings = p->settings,
        .train = &t->train,
        .identity = mote_arena_strdup(&t->arena, hex),
        .checkpoint = mote_arena_printf(&t->arena, "%s/train-%.16s.checkpoint", p->work_dir, hex)};
    if (!t->job.identity || !t->job.checkpoint)
        return mote_fail(err, MOTE_NOMEM, "no memory for training");
    return t->is_refit ? MOTE_OK : open_splits(t, err);
}

/* ---- what is heard of it ------------------------------------------------------------------ */

static void show(training *t, const mote_train_progress *g)
{
    const bool of_classes = mote_setting_training(t->p->settings)->of_classes;
    char note[184], validation[48] = "", accuracy[32] = "", everybody[24] = "", who[24];
    mote_seeds_who(g, who);
    if (t->is_refit)
        (void)mote_format(everybody, sizeof everybody, "everybody, ");
    if (of_classes)
        (void)mote_format(accuracy, sizeof accuracy, ", accuracy %.1f %%", 100.0 * g->accuracy);
    if (!isnan(g->last.val_loss) && of_classes)
        (void)mote_format(validation, sizeof validation, ", validation %.1f %%",
                          100.0 * g->last.val_accuracy);
    else if (!isnan(g->last.val_loss))
        (void)mote_format(validation, sizeof validation, ", validation %.3f", g->last.val_loss);
    (void)mote_format(note, sizeof note, "%s%sepoch %d/%d, loss %.3f%s%s, %.0f samples/s",
                      everybody, who, g->epoch + 1, g->n_epochs, g->loss, accuracy, validation,
                      g->samples_per_s);
    if (t->is_refit)
        mote_refit_progress(t->p, t->r, t->folds.n, t->folds.n, mote_train_done(g), note);
    else if (g->n_members > 0)
        mote_stage_progress(t->p, t->r, (int64_t)(mote_train_done(g) * PROGRESS_STEPS),
                            PROGRESS_STEPS, note);
    else
        mote_stage_progress(t->p, t->r, (int64_t)g->epoch * g->n_steps + g->step,
                            (int64_t)g->n_epochs * g->n_steps, note);
}

static bool report(void *arg, const mote_train_progress *g)
{
    training *t = arg;
    show(t, g);
    return g->member > 0 || mote_training_run_hear(&t->run, g); /* epochs of what ships alone */
}

/* What the run had learnt is lost, and is learnt again. */
static void warn_of_checkpoint(void *arg, const char *why)
{
    const training *t = arg;
    mote_stage_lost_checkpoint(t->p, why);
}

/* ---- the result -------------------------------------------------------------------------- */

/* [[train loss, train accuracy, validation loss, validation accuracy], ..] by epoch. */
static mote_status keep_history(training *t, mote_err *err)
{
    json_t *all = json_array();
    mote_stage_set(t->r, "history", all);
    for (int32_t e = 0; e < t->result.n_epochs; e++) {
        const mote_epoch *h = &t->result.history[e];
        const double row[] = {h->train_loss, h->train_accuracy, h->val_loss, h->val_accuracy};
        MOTE_TRY(mote_json_append(all, mote_json_numbers(row, sizeof row / sizeof row[0]), err));
    }
    return MOTE_OK;
}

/* ", taught by 3 seeds of 93.1 94.0 92.6 %", each by validation too; "": by none. */
static void taught_by(const training *t, char out[static 160])
{
    size_t at = 0;
    out[0] = '\0';
    if (t->seeds.n == 0)
        return;
    (void)mote_format(out, 160, ", taught by %d seeds of", (int)t->seeds.n);
    for (int32_t k = 0; k < t->seeds.n; k++) {
        at = strlen(out);
        (void)mote_format(out + at, 160 - at, " %.1f", 100.0 * t->seeds.val_accuracy[k]);
    }
    at = strlen(out);
    (void)mote_format(out + at, 160 - at, " %%");
}

/* What the model's own epochs say, or what the folds say of the recipe. */
static void summarise(training *t)
{
    char summary[320], teachers[160];
    const mote_epoch *best = &t->result.history[t->result.best_epoch];
    const char *resumed = t->result.resumed ? ", resumed" : "";
    double s8 =
        json_real_value(json_object_get(json_object_get(t->r->output, "refit"), "accuracy_s8"));
    if (t->is_refit) {
        (void)mote_format(summary, sizeof summary,
                          "run %.8s: %.1f %% by %d folds on whom each had not heard, then %d "
                          "epochs on everybody%s",
                          t->run.id, 100.0 * s8, (int)t->folds.n, t->result.n_epochs, resumed);
    } else if (mote_setting_training(t->p->settings)->of_classes) {
        taught_by(t, teachers);
        (void)mote_format(summary, sizeof summary,
                          "run %.8s: %.1f %% on validation, epoch %d of %d%s%s", t->run.id,
                          100.0 * best->val_accuracy, t->result.best_epoch + 1, t->result.n_epochs,
                          teachers, resumed);
        mote_stage_set(t->r, "val_accuracy", json_real(best->val_accuracy));
    } else {
        (void)mote_format(summary, sizeof summary,
                          "run %.8s: loss %.3g on validation, epoch %d of %d%s", t->run.id,
                          best->val_loss, t->result.best_epoch + 1, t->result.n_epochs, resumed);
        mote_stage_set(t->r, "val_loss", json_real(best->val_loss));
    }
    mote_stage_set(t->r, "summary", json_string(summary));
}

static mote_status put_graph(mote_pipeline *p, mote_stage_run *r, const char *name,
                             const mote_graph *g, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)1 << 30);
    mote_graph_save(g, &b);
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_stage_put(p, r, name, b.data, b.len, err);
}

/* The members, float and as int8. */
static mote_status put_seeds(mote_pipeline *p, mote_stage_run *r, const mote_seeds *s,
                             const mote_recipe_job *job, mote_err *err)
{
    for (int32_t k = 0; k < s->n; k++) {
        mote_graph *s8 = NULL;
        char name[24];
        size_t n_calibration = 0;
        mote_seeds_object(k, false, name);
        MOTE_TRY(put_graph(p, r, name, s->folded[k], err));
        MOTE_TRY(mote_recipe_quantise(job, s->folded[k], &s8, &n_calibration, err));
        mote_seeds_object(k, true, name);
        const mote_status st = put_graph(p, r, name, s8, err);
        mote_graph_destroy(s8);
        MOTE_TRY(st);
    }
    return MOTE_OK;
}

/* The members of training.seeds: objects, artifacts of the run, and what each did on validation. */
static mote_status keep_seeds(training *t, mote_err *err)
{
    const size_t first = t->r->n_objects;
    if (t->seeds.n == 0)
        return MOTE_OK;
    json_t *o = json_object();
    mote_stage_set(t->r, "seeds", o);
    MOTE_TRY(mote_json_put(o, "val_accuracy",
                           mote_json_numbers(t->seeds.val_accuracy, (size_t)t->seeds.n), err));
    MOTE_TRY(mote_json_put(o, "n", json_integer(t->seeds.n), err));
    MOTE_TRY(put_seeds(t->p, t->r, &t->seeds, &t->job, err));
    for (size_t i = first; i < t->r->n_objects; i++) {
        char path[40];
        (void)mote_format(path, sizeof path, "model/%s", t->r->objects[i].name);
        MOTE_TRY(mote_training_run_keep(&t->run, path, &t->r->objects[i].object, err));
    }
    return MOTE_OK;
}

static mote_status keep_result(training *t, mote_err *err)
{
    MOTE_TRY(put_graph(t->p, t->r, "graph.f32", t->folded, err));
    MOTE_TRY(mote_training_run_keep(&t->run, MOTE_RUN_TRAINED,
                                    &t->r->objects[t->r->n_objects - 1].object, err));
    MOTE_TRY(keep_seeds(t, err));
    summarise(t);
    mote_stage_set(t->r, "run", json_string(t->run.id));
    mote_stage_set(t->r, "best_epoch", json_integer(t->result.best_epoch));
    mote_stage_set(t->r, "parameters", json_integer(mote_graph_params(t->folded)));
    mote_stage_set(t->r, "samples_per_s", mote_json_number(t->result.samples_per_s));
    mote_stage_set(t->r, "waiting_share", mote_json_number(t->result.waiting_share));
    mote_stage_set(t->r, "macs", json_integer(mote_graph_macs(t->folded)));
    return keep_history(t, err);
}

/* The models that judge: as artifacts of the run, so that a later model can be compared. */
static mote_status make_folds(training *t, mote_err *err)
{
    MOTE_TRY(mote_refit_folds(t->p, t->r, &t->version, &t->folds, err));
    for (int32_t f = 0; f < t->folds.n; f++) {
        char name[24], path[40];
        mote_refit_object(f, name);
        (void)mote_format(path, sizeof path, "model/%s", name);
        MOTE_TRY(mote_training_run_keep(&t->run, path, &t->folds.graphs[f], err));
        MOTE_TRY(mote_training_run_fold(&t->run, f, t->folds.folds[f].accuracy_s8, err));
    }
    return open_everybody(t, err);
}

/* Windows of negative recordings that the model is wrong about become other words. */
static mote_status mine(training *t, mote_err *err)
{
    const mote_mining_job job = {{t->p, t->r, &t->version, NULL}, &t->job};
    mote_mining_model m = {t->graph, t->folded, t->result, t->seeds};
    const mote_status st = mote_mining_rounds(&job, &m, &t->arena, err);
    t->graph = m.graph;
    t->folded = m.folded;
    t->result = m.result;
    t->seeds = m.seeds;
    return st;
}

static mote_status make_model(training *t, mote_err *err)
{
    if (t->is_refit)
        MOTE_TRY(make_folds(t, err));
    mote_pipeline *p = t->p;
    t->job.seeds = t->is_refit ? NULL : &t->seeds; /* they have learned from everybody */
    t->job.host = (mote_train_host){p->cfg.pool, p->cfg.cancel, report, warn_of_checkpoint, t};
    mote_status st = mote_recipe_train(&t->job, t->graph, &t->arena, &t->result, &t->folded, err);
    if (st == MOTE_OK && !t->is_refit)
        st = mine(t, err);
    st = mote_training_run_heard(&t->run, st, err);
    return st == MOTE_OK ? keep_result(t, err) : st;
}

static void forget_checkpoints(const training *t)
{
    char name[512];
    mote_recipe_forget(t->job.checkpoint);
    for (int32_t k = 1; k <= mote_setting_training(t->p->settings)->mining_rounds; k++) {
        mote_mining_checkpoint(t->job.checkpoint, k, name, sizeof name);
        mote_recipe_forget(name);
    }
}

static mote_status train(training *t, mote_err *err)
{
    const mote_settings *s = t->p->settings;
    t->is_refit = mote_setting_training(s)->is_refit;
    MOTE_TRY(mote_recipe_new_graph(s, mote_setting_training(s)->config.seed, &t->graph, err));
    MOTE_TRY(open_version(t, err));
    MOTE_TRY(mote_training_run_begin(t->p, &t->version, t->graph, &t->run, err));
    mote_status st = mote_training_run_end(&t->run, make_model(t, err), err);
    if (st == MOTE_OK) { /* the run has the result now; a file left behind does no harm */
        forget_checkpoints(t);
        mote_refit_clear(t->p, t->r);
    }
    return st;
}

mote_status mote_stage_train_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    training t = {.p = p, .r = r};
    mote_arena_init(&t.arena, (size_t)8 << 30);
    mote_status st = train(&t, err);
    mote_graph_destroy(t.graph);
    mote_graph_destroy(t.folded);
    mote_seeds_release(&t.seeds);
    mote_features_close(t.validation_features);
    mote_dataset_release(&t.train);
    mote_dataset_release(&t.validation);
    mote_arena_release(&t.arena);
    return st;
}
