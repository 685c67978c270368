/* SPDX-License-Identifier: Apache-2.0 */
/* Stage compress: the float graph to int8, calibrated on training clips as training sees them (half
 * of them as they are, half augmented), and what that costs on the validation split, measured with
 * the device kernels. A model that learned from everybody has no such split: what quantising costs
 * is what it cost the models of the folds (refit.h). Where int8 costs more than compress.max_loss
 * the float graph ships, but in streams, whose detector is int8. */
#include <math.h>

#include "pipeline/judge.h"
#include "pipeline/stage_parts.h"
#include "pipeline/recipe.h"
#include "pipeline/stages_internal.h"

typedef struct {
    mote_pipeline *p;
    mote_stage_run *r;
    mote_arena arena;
    mote_dataset clips;
    mote_graph *f32, *s8;
} compressing;

/* The chief metric of both graphs on the validation split. */
static mote_status measure_loss(compressing *c, const mote_data_version *v, mote_judge_loss *out,
                                mote_err *err)
{
    mote_dataset d;
    MOTE_TRY(mote_stage_split(c->p, v, MOTE_SPLIT_VALIDATION, &d, err));
    mote_features *x = NULL;
    mote_stage_progress(c->p, c->r, 0, 0, "comparing with float");
    mote_status st = mote_features_open(c->p, &d, &x, err);
    mote_judge j = {.graph = c->s8,
                    .features = mote_setting_features(c->p->settings),
                    .sample = d.shape,
                    .answer = d.answer,
                    .pool = c->p->cfg.pool};
    mote_judge_loss loss = {.metric = mote_metric_chief(d.answer)};
    if (st == MOTE_OK)
        st = mote_judge_beside(&j, c->f32, &d, x, &loss, err);
    mote_features_close(x);
    mote_dataset_release(&d);
    if (st == MOTE_OK)
        *out = loss;
    return st;
}

/* The same by the folds, each on whom it had not heard. */
static mote_status loss_of_folds(compressing *c, mote_judge_loss *out, mote_err *err)
{
    const char *what = "train stage";
    json_t *folds = NULL;
    MOTE_TRY(mote_json_get_obj(c->p->results[MOTE_STAGE_train].output, what, "refit", &folds, err));
    out->metric = mote_metric_chief(mote_setting_form(c->p->settings)->answer);
    MOTE_TRY(mote_json_get_f64(folds, what, "accuracy_f32", &out->f32, err));
    return mote_json_get_f64(folds, what, "accuracy_s8", &out->s8, err);
}

/* The graph that ships, and what is said of it. */
static mote_status ship(compressing *c, const mote_judge_loss *l, const char *by, mote_err *err)
{
    const double most = mote_setting_compress(c->p->settings)->max_loss;
    const bool is_float =
        !mote_setting_task(c->p->settings)->is_stream && mote_judge_loses_more(l, most);
    const bool is_share = mote_metric_info(l->metric)->unit == MOTE_UNIT_RATIO;
    char summary[200];
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)1 << 30);
    mote_graph_save(is_float ? c->f32 : c->s8, &b);
    MOTE_TRY(mote_buf_status(&b, err));
    MOTE_TRY(mote_stage_put(c->p, c->r, MOTE_SHIPPED_GRAPH, b.data, b.len, err));
    if (isnan(l->s8) || isnan(l->f32))
        (void)mote_format(summary, sizeof summary,
                          "int8; what it loses is not known: %s cannot be said of this validation",
                          mote_metric_info(l->metric)->name);
    else if (is_share)
        (void)mote_format(summary, sizeof summary, "int8 %.1f %% against float %.1f %% %s%s",
                          100.0 * l->s8, 100.0 * l->f32, by,
                          is_float ? ": float32 ships, see compress.max_loss" : "");
    else
        (void)mote_format(summary, sizeof summary, "%s of int8 %.4g against float %.4g %s%s",
                          mote_metric_info(l->metric)->name, l->s8, l->f32, by,
                          is_float ? ": float32 ships, see compress.max_loss" : "");
    mote_stage_set(c->r, "summary", json_string(summary));
    if (is_float)
        mote_stage_set(c->r, "ships", json_string("float32"));
    return MOTE_OK;
}

static mote_status compress(compressing *c, mote_err *err)
{
    MOTE_TRY(mote_stage_graph(c->p, MOTE_STAGE_train, "graph.f32", &c->f32, err));
    mote_data_version v;
    MOTE_TRY(mote_stage_version(c->p, &c->arena, &v, err));
    bool is_refit = mote_setting_training(c->p->settings)->is_refit;
    MOTE_TRY(is_refit ? mote_stage_everybody(c->p, &v, &c->clips, err)
                      : mote_stage_split(c->p, &v, MOTE_SPLIT_TRAIN, &c->clips, err));
    mote_recipe_job job = {.settings = c->p->settings, .train = &c->clips};
    size_t n = 0;
    MOTE_TRY(mote_recipe_quantise(&job, c->f32, &c->s8, &n, err));
    mote_judge_loss l = {0};
    MOTE_TRY(is_refit ? loss_of_folds(c, &l, err) : measure_loss(c, &v, &l, err));
    MOTE_TRY(ship(c, &l, is_refit ? "by the folds" : "on validation", err));
    if (!is_refit) { /* those of the folds are stage train's */
        char name[80];
        const char *metric = mote_metric_info(l.metric)->name;
        (void)mote_format(name, sizeof name, "%s_f32", metric);
        mote_stage_set(c->r, name, isnan(l.f32) ? json_null() : json_real(l.f32));
        (void)mote_format(name, sizeof name, "%s_s8", metric);
        mote_stage_set(c->r, name, isnan(l.s8) ? json_null() : json_real(l.s8));
    }
    mote_stage_set(c->r, "calibration_clips", json_integer((json_int_t)n));
    return MOTE_OK;
}

mote_status mote_stage_compress_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    compressing c = {.p = p, .r = r};
    mote_arena_init(&c.arena, (size_t)8 << 30);
    mote_status st = compress(&c, err);
    mote_dataset_release(&c.clips);
    mote_graph_destroy(c.f32);
    mote_graph_destroy(c.s8);
    mote_arena_release(&c.arena);
    return st;
}
